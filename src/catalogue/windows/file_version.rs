//! Versions of system files, whose fourth number counts within a servicing branch.

use std::cmp::Ordering;

/// A four-part file version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileVersion([u32; 4]);

/// How a file compares with the versions that carry a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Fixed,
    Older,
    /// A file of some other Windows: it says nothing about this one.
    Foreign,
}

impl FileVersion {
    /// Reads `6.1.7601.23689`, also with a build label behind it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let version = text.split_whitespace().next()?;
        let mut numbers = [0; 4];
        let mut count = 0;
        for part in version.split('.') {
            *numbers.get_mut(count)? = part.parse().ok()?;
            count += 1;
        }
        (count == 4).then_some(Self(numbers))
    }

    /// Releases of that time were serviced in two branches, told apart by the fourth number.
    fn branch(self) -> bool {
        self.0[3] >= 20_000
    }

    /// Compares with the limits of a release: one, or one for each branch.
    pub(super) fn against(self, limits: &[Self]) -> Standing {
        let own_branch = limits.iter().find(|limit| limit.branch() == self.branch());
        let Some(limit) = own_branch.or(limits.first()) else {
            return Standing::Foreign;
        };
        if self.0[..2] != limit.0[..2] || (self.0[0] >= 10 && self.0[2] != limit.0[2]) {
            return Standing::Foreign;
        }
        match self.0[2..].cmp(&limit.0[2..]) {
            Ordering::Less => Standing::Older,
            Ordering::Equal | Ordering::Greater => Standing::Fixed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(version: &str, limits: &[&str]) -> Standing {
        let limits: Vec<_> = limits
            .iter()
            .filter_map(|limit| FileVersion::parse(limit))
            .collect();
        FileVersion::parse(version).map_or(Standing::Foreign, |version| version.against(&limits))
    }

    #[test]
    fn each_branch_has_its_own_limit() {
        let limits = ["6.0.6002.19743", "6.0.6002.24067"];
        assert_eq!(standing("6.0.6002.19742", &limits), Standing::Older);
        assert_eq!(standing("6.0.6002.19743", &limits), Standing::Fixed);
        assert_eq!(standing("6.0.6002.23000", &limits), Standing::Older);
        assert_eq!(standing("6.0.6002.24067", &limits), Standing::Fixed);
        assert_eq!(standing("6.0.6003.20521", &limits), Standing::Fixed);
    }

    #[test]
    fn numbers_compare_as_numbers() {
        assert_eq!(
            standing("10.0.14393.1066", &["10.0.14393.953"]),
            Standing::Fixed
        );
        assert_eq!(
            standing(
                "6.1.7601.17514 (win7sp1_rtm.101119-1850)",
                &["6.1.7601.23689"]
            ),
            Standing::Older
        );
    }

    #[test]
    fn a_file_of_another_windows_says_nothing() {
        assert_eq!(
            standing("10.0.15063.2", &["10.0.14393.953"]),
            Standing::Foreign
        );
        assert_eq!(
            standing("6.3.9600.1", &["6.1.7601.23689"]),
            Standing::Foreign
        );
        assert_eq!(FileVersion::parse("6.1.7601"), None);
        assert_eq!(FileVersion::parse("6.1.7601.x"), None);
        assert_eq!(FileVersion::parse("6.1.7601.1.2"), None);
    }
}
