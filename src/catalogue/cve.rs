//! CVE numbers, read strictly: a number that is nearly right names another hole, or none.

use std::fmt;

/// `CVE-2017-0144`. Ordered by year, then number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cve {
    year: u16,
    number: u64,
}

impl Cve {
    /// Reads one in any case, with spaces around it: four digits of year, four to nineteen of
    /// number, and no zeros in front beyond four digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (prefix, rest) = text.split_at_checked(4)?;
        let (year, number) = rest.split_once('-')?;
        let is_whole = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_padded = number.len() > 4 && number.starts_with('0');
        if !prefix.eq_ignore_ascii_case("CVE-")
            || year.len() != 4
            || !(4..=19).contains(&number.len())
            || !is_whole(year)
            || !is_whole(number)
            || is_padded
        {
            return None;
        }
        let year = year.parse().ok().filter(|year| *year >= 1999)?;
        Some(Self {
            year,
            number: number.parse().ok()?,
        })
    }
}

impl fmt::Display for Cve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CVE-{}-{:04}", self.year, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_as_it_was_given_out() {
        for (text, written) in [
            ("CVE-2017-0144", "CVE-2017-0144"),
            (" cve-2014-100005\n", "CVE-2014-100005"),
            ("Cve-1999-0001", "CVE-1999-0001"),
            (
                "CVE-2026-9999999999999999999",
                "CVE-2026-9999999999999999999",
            ),
        ] {
            assert_eq!(Cve::parse(text).unwrap().to_string(), written);
        }
    }

    #[test]
    fn what_is_nearly_a_number_is_none() {
        for text in [
            "",
            "CVE-",
            "CVE-2017",
            "CVE-2017-",
            "CVE-2017-144",
            "CVE-2017-00144",
            "CVE-17-0144",
            "CVE-1998-0144",
            "CVE-2017-0144x",
            "CVE-2017-+144",
            "CVE-2017-01 44",
            "CVE 2017-0144",
            "CVE_2017_0144",
            "CVE–2017–0144",
            "CVE-2017-٠١٤٤",
            "CVE-2026-99999999999999999999",
            "MS17-010",
        ] {
            assert_eq!(Cve::parse(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_ordered_as_numbers() {
        let sorted = [
            "CVE-2016-99999",
            "CVE-2017-0144",
            "CVE-2017-9999",
            "CVE-2017-10000",
        ];
        assert!(sorted.map(|text| Cve::parse(text).unwrap()).is_sorted());
    }
}
