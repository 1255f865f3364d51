//! Lengths of time as policies write them: `14 days`, `12 months`, `1 year`, `48 hours`.

use jiff::civil::Date;
use jiff::{SignedDuration, Span, ToSpan};
use std::fmt;

/// A length of time, in the unit it was written in: months are not days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    Days(u16),
    Hours(u16),
    Months(u16),
}

impl Length {
    /// Reads `14 days`, `1 day`, `12 months`, `1 year`, `48 hours`.
    pub fn read(text: &str) -> Option<Self> {
        let (number, unit) = text.trim().split_once(' ')?;
        let number: u16 = number.parse().ok()?;
        // Ten thousand days reach past any date a policy can mean, and keep arithmetic safe.
        if number > 10_000 {
            return None;
        }
        match unit.trim() {
            "day" | "days" => Some(Self::Days(number)),
            "hour" | "hours" => Some(Self::Hours(number)),
            "month" | "months" => Some(Self::Months(number)),
            "week" | "weeks" => Some(Self::Days(number.checked_mul(7)?)),
            "year" | "years" => Some(Self::Months(number.checked_mul(12)?)),
            _ => None,
        }
    }

    /// The day this long after `day`; the last representable day if that is past the calendar.
    pub fn after(self, day: Date) -> Date {
        let after = match self {
            // Adding whole days is much faster than adding a span.
            Self::Days(days) => day.checked_add(SignedDuration::from_hours(24 * i64::from(days))),
            Self::Hours(_) | Self::Months(_) => day.checked_add(self.span()),
        };
        after.unwrap_or(Date::MAX)
    }

    /// The day this long before `day`.
    pub fn before(self, day: Date) -> Date {
        day.checked_sub(self.span()).unwrap_or(Date::MIN)
    }

    /// As an exact duration, for clocks; a month counts as 30 days.
    pub fn exact(self) -> SignedDuration {
        match self {
            Self::Days(days) => SignedDuration::from_hours(24 * i64::from(days)),
            Self::Hours(hours) => SignedDuration::from_hours(i64::from(hours)),
            Self::Months(months) => SignedDuration::from_hours(24 * 30 * i64::from(months)),
        }
    }

    fn span(self) -> Span {
        match self {
            Self::Days(days) => i32::from(days).days(),
            // Dates have no hours: a part of a day counts as a whole one.
            Self::Hours(hours) => i32::from(hours.div_ceil(24)).days(),
            Self::Months(months) => i32::from(months).months(),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match *self {
            Self::Days(days) => (days, "day"),
            Self::Hours(hours) => (hours, "hour"),
            Self::Months(months) => (months, "month"),
        };
        write!(f, "{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_end_on_the_last_day_there_is() {
        assert_eq!(
            Length::Months(1).after(date(2026, 1, 31)),
            date(2026, 2, 28)
        );
        assert_eq!(
            Length::read("1 year").unwrap().after(date(2025, 10, 30)),
            date(2026, 10, 30)
        );
    }

    #[test]
    fn days_are_counted_as_the_calendar_counts_them() {
        for day in [date(2024, 2, 28), date(2026, 12, 31), Date::MIN, Date::MAX] {
            for days in [0, 1, 365, 10_000] {
                let slow = day.checked_add(i32::from(days).days()).unwrap_or(Date::MAX);
                assert_eq!(Length::Days(days).after(day), slow, "{days} after {day}");
            }
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for wrong in [
            "14",
            "days",
            "14days",
            "-1 days",
            "99999 days",
            "3 fortnights",
            "",
        ] {
            assert_eq!(Length::read(wrong), None, "{wrong}");
        }
    }
}
