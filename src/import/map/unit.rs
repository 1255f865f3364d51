//! Units of the numbers in a column, where they are not what the field counts.

use crate::import::table::{filetime, spreadsheet_day, unix_seconds};
use crate::model::{Type, Value};
use jiff::civil::Date;

/// What a unit is called, and which fields it is for.
pub const UNITS: [(&str, &str); 7] = [
    ("days", "numbers of days"),
    ("filetime", "days, as 100 nanoseconds since 1601"),
    ("hours", "numbers of days; a day begun counts whole"),
    (
        "spreadsheet-days",
        "days, as a spreadsheet counts them since 1900",
    ),
    ("unix-milliseconds", "days, as milliseconds since 1970"),
    ("unix-seconds", "days, as seconds since 1970"),
    ("weeks", "numbers of days"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Days,
    Filetime,
    Hours,
    SpreadsheetDays,
    UnixMilliseconds,
    UnixSeconds,
    Weeks,
}

impl Unit {
    /// In the order of [`UNITS`].
    pub(super) const WORDS: [(&'static str, Self); 7] = [
        ("days", Self::Days),
        ("filetime", Self::Filetime),
        ("hours", Self::Hours),
        ("spreadsheet-days", Self::SpreadsheetDays),
        ("unix-milliseconds", Self::UnixMilliseconds),
        ("unix-seconds", Self::UnixSeconds),
        ("weeks", Self::Weeks),
    ];

    /// Whether a field of this name and type can be given in it.
    pub(super) fn suits(self, field: &str, ty: Type) -> bool {
        match self {
            Self::Days | Self::Hours | Self::Weeks => {
                matches!(ty, Type::Integer) && field.ends_with("_days")
            }
            Self::Filetime | Self::SpreadsheetDays | Self::UnixMilliseconds | Self::UnixSeconds => {
                matches!(ty, Type::Date)
            }
        }
    }

    pub(super) fn read(self, text: &str) -> Value {
        let days = |days: Option<i64>| days.map(Value::Integer);
        let day = |day: Option<Date>| day.map(Value::Date);
        let number = || whole(text);
        let value = match self {
            Self::Days => days(number()),
            Self::Filetime => day(filetime(text)),
            Self::Hours => {
                days(number().and_then(|hours| Some(hours.checked_add(23)?.div_euclid(24))))
            }
            Self::SpreadsheetDays => day(number().and_then(spreadsheet_day)),
            Self::UnixMilliseconds => {
                day(number().and_then(|all| unix_seconds(all.div_euclid(1000))))
            }
            Self::UnixSeconds => day(number().and_then(unix_seconds)),
            Self::Weeks => days(number().and_then(|weeks| weeks.checked_mul(7))),
        };
        value.unwrap_or_else(|| Value::Unreadable(text.to_owned()))
    }
}

/// A number, without what stands behind its point: the time of a spreadsheet's day.
fn whole(text: &str) -> Option<i64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    rest.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| whole.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn names_and_meanings_are_in_one_order() {
        assert_eq!(
            UNITS.map(|(name, _)| name),
            Unit::WORDS.map(|(name, _)| name)
        );
    }

    #[test]
    fn numbers_mean_what_their_unit_says() {
        assert_eq!(Unit::Hours.read("25"), Value::Integer(2));
        assert_eq!(Unit::Weeks.read("2"), Value::Integer(14));
        let day = Value::Date(date(2026, 11, 22));
        assert_eq!(Unit::SpreadsheetDays.read("46348.51"), day);
        assert_eq!(Unit::UnixSeconds.read("1795305600"), day);
        assert_eq!(Unit::UnixMilliseconds.read("1795305600999"), day);
        for (unit, text) in [
            (Unit::Weeks, "9223372036854775807"),
            (Unit::Hours, "9223372036854775807"),
            (Unit::Days, "a few"),
            (Unit::UnixSeconds, "22/11/2026"),
        ] {
            assert_eq!(unit.read(text), Value::Unreadable(text.to_owned()));
        }
    }
}
