//! Months of the vendor's cycle: security updates come out on the second Tuesday.

use jiff::civil::{Date, Weekday};
use std::fmt;

/// The first year of the vendor's monthly cycle.
const FIRST_YEAR: i16 = 2003;

/// A month of the vendor's cycle: `2026-06`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    /// The second Tuesday, on which its security updates come out.
    pub(super) day: Date,
}

impl Month {
    /// Reads `2026-06`; `None` for what is no month, or one before 2003.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (year.len(), month.len()) != (4, 2) || !digits(year) || !digits(month) {
            return None;
        }
        let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
        Self::of(first).filter(|_| first.year() >= FIRST_YEAR)
    }

    /// The second Tuesday, on which its security updates come out.
    pub fn patch_day(self) -> Date {
        self.day
    }

    /// The month that a day is in.
    pub(super) fn of(day: Date) -> Option<Self> {
        let day = day.nth_weekday_of_month(2, Weekday::Tuesday).ok()?;
        Some(Self { day })
    }

    pub(super) fn has(self, day: Date) -> bool {
        (day.year(), day.month()) == (self.day.year(), self.day.month())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.day.year(), self.day.month())
    }
}

/// Whether it came out with a month's security updates. Some are dated by the clock of a place
/// where it was Wednesday already.
pub(super) fn is_monthly(released: Date) -> bool {
    Month::of(released).is_some_and(|month| matches!((released - month.day).get_days(), 0 | 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_month_is_four_digits_and_two_from_2003_on() {
        assert_eq!(
            Month::parse("2026-06").map(|month| month.day),
            Some(date(2026, 6, 9))
        );
        assert!(Month::parse("2003-01").is_some());
        for wrong in [
            "2026-13",
            "2026-00",
            "2002-12",
            "2026-6",
            "2026",
            "2026-06-09",
            "+026-06",
            "-026-06",
            "2026-+6",
            "",
            "June 2026",
            "２０２６-06",
            "99999-06",
        ] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
