//! Lengths of time as people write them, in policies, cases and options: `14 days`, `12 months`,
//! `48 hours`, or short `45d`, `6w`, `1y`, `48h`.

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
    /// Reads a number and its unit: `14 days`, `12 months`, `1 year`, `48 hours`, `45d`, `6w`. A
    /// lone `m` is none: it could be minutes.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = text.split_at_checked(digits)?;
        let number: u16 = number.parse().ok()?;
        // Ten thousand days reach past any date a policy can mean, and keep arithmetic safe.
        if number > 10_000 {
            return None;
        }
        match unit.trim_start() {
            "d" | "day" | "days" => Some(Self::Days(number)),
            "h" | "hour" | "hours" => Some(Self::Hours(number)),
            "month" | "months" => Some(Self::Months(number)),
            "w" | "week" | "weeks" => Some(Self::Days(number.checked_mul(7)?)),
            "y" | "year" | "years" => Some(Self::Months(number.checked_mul(12)?)),
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

    /// The last day from which this length does not reach `end`. Months make more than one day fall
    /// on the end of a short one, so it can be later than the day this long before.
    pub fn last_short_of(self, end: Date) -> Date {
        let mut last = self.before(end).yesterday().unwrap_or(Date::MIN);
        while let Ok(next) = last.tomorrow()
            && self.after(next) < end
        {
            last = next;
        }
        last
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
    fn the_last_day_short_of_another_knows_the_lengths_of_months() {
        let month = Length::Months(1);
        assert_eq!(month.last_short_of(date(2027, 3, 31)), date(2027, 2, 28));
        assert_eq!(month.last_short_of(date(2027, 2, 28)), date(2027, 1, 27));
        assert_eq!(
            Length::Days(0).last_short_of(date(2027, 1, 1)),
            date(2026, 12, 31)
        );
        assert_eq!(month.last_short_of(Date::MIN), Date::MIN);
    }

    #[test]
    fn short_and_long_words_mean_the_same() {
        for (short, long) in [
            ("45d", "45 days"),
            ("45 d", "45days"),
            ("6w", "42 days"),
            ("1y", "12 months"),
            ("48h", "48 hours"),
        ] {
            assert!(Length::read(short).is_some(), "{short}");
            assert_eq!(Length::read(short), Length::read(long), "{short}");
        }
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
            "-1 days",
            "+1d",
            "45m",
            "1.5d",
            "9223372036854775807 d",
            "99999 days",
            "3 fortnights",
            "",
        ] {
            assert_eq!(Length::read(wrong), None, "{wrong}");
        }
    }
}
