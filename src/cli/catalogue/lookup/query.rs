//! What is asked: an update, an advisory, a product or an operating system, told by its shape.

use crate::catalogue::{Catalogue, Kb};

/// A question in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Query<'q> {
    /// An advisory or a CVE.
    Advisory(&'q str),
    Package(Kb),
    /// A product, and one of its cycles where that is named.
    Product(&'q str, Option<&'q str>),
    System(&'q str),
}

impl<'q> Query<'q> {
    pub(super) fn of(text: &'q str, catalogue: &Catalogue) -> Self {
        let word = text.trim();
        if let Some(kb) = package(word) {
            return Self::Package(kb);
        }
        if is_advisory(word) || catalogue.windows().advisory(word).is_some() {
            return Self::Advisory(word);
        }
        let is_product = |id: &str| !catalogue.lifecycle().cycles(id).is_empty();
        match word.split_once(':') {
            Some((product, cycle)) if is_product(product) => Self::Product(product, Some(cycle)),
            _ => Self::System(text),
        }
    }

    /// Whether the word can only be an update or an advisory, so that several are several questions.
    pub(super) fn is_id(word: &str) -> bool {
        package(word).is_some() || is_advisory(word)
    }
}

/// `KB4019264`, `kb 4019264`, `4019264`. Numbers below a hundred thousand are builds.
fn package(word: &str) -> Option<Kb> {
    let digits = word.trim_start_matches(['K', 'k', 'B', 'b', 'Q', 'q']);
    let prefix = &word[..word.len() - digits.len()];
    let digits = digits.trim_start();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_package = match prefix.to_ascii_lowercase().as_str() {
        "" => digits.len() >= 6,
        "kb" | "q" => true,
        _ => false,
    };
    (is_number && is_package).then(|| Kb::parse(word)).flatten()
}

/// `CVE-2017-0144`, `MS17-010`.
fn is_advisory(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<_> = word.split('-').collect();
    match parts.as_slice() {
        ["cve", year, number, ..] => is_number(year) && is_number(number),
        [bulletin, number] => {
            bulletin.strip_prefix("ms").is_some_and(is_number) && is_number(number)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Query<'_> {
        Query::of(text, Catalogue::embedded())
    }

    #[test]
    fn a_question_is_told_by_its_shape() {
        let kb = Query::Package(Kb::new(4_019_264));
        for text in ["KB4019264", "kb4019264", " 4019264 ", "KB 4019264"] {
            assert_eq!(of(text), kb, "{text}");
        }
        for text in ["MS17-010", "ms17-010", "CVE-2017-0144", "cve-2099-123456"] {
            assert_eq!(of(text), Query::Advisory(text), "{text}");
        }
        assert_eq!(
            of("windows-server:2012-r2"),
            Query::Product("windows-server", Some("2012-r2"))
        );
        for text in [
            "Windows 7",
            "19045",
            "10.0.14393",
            "Junos: 21.4R3-S3.4",
            "Security Update for Windows XP (KB4012598)",
            "KB",
            "BK1234567",
            "MS-DOS 6",
            "",
        ] {
            assert_eq!(of(text), Query::System(text), "{text}");
        }
    }
}
