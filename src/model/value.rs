//! Values of declared fields: their types, and how text becomes a value of a type.
//!
//! A field's type is known before its text is read, so nothing is ever guessed from spelling:
//! a version `3.10` stays `3.10` and `NO` is only a boolean where a boolean is asked for.

use super::record::{Record, Schema};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt;

/// The type of a declared field.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// `true`/`false`, `yes`/`no`, `on`/`off`, `enabled`/`disabled`, `1`/`0`.
    Boolean,
    /// One of a fixed set of words.
    Choice(&'static [Choice]),
    /// A civil date: `2026-11-22` or, as in UK exports, `22/11/2026`.
    Date,
    /// A point in time; without an offset it is read as Europe/London.
    Instant,
    /// A whole number; thousands separators are allowed.
    Integer,
    Number,
    /// A list of records of another schema.
    Records(&'static Schema),
    Text,
    /// A list of texts.
    Texts,
    /// A version, kept as it was written.
    Version,
}

/// One word of a [`Type::Choice`], with the spellings that mean the same.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    pub name: &'static str,
    pub also: &'static [&'static str],
}

impl Type {
    /// What to write, in words for an error message.
    pub fn expected(self) -> String {
        match self {
            Self::Boolean => "yes or no".into(),
            Self::Choice(choices) => {
                let names: Vec<_> = choices.iter().map(|choice| choice.name).collect();
                format!("one of {}", names.join(", "))
            }
            Self::Date => "a date such as 2026-11-22 or 22/11/2026".into(),
            Self::Instant => "a time such as 2026-11-22T10:00 or 2026-11-22T10:00Z".into(),
            Self::Integer => "a whole number".into(),
            Self::Number => "a number".into(),
            Self::Records(schema) => format!("a list of {}", schema.plural),
            Self::Text => "text".into(),
            Self::Texts => "a list of texts".into(),
            Self::Version => "a version".into(),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Choice(_) => "choice",
            Self::Date => "date",
            Self::Instant => "instant",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Records(_) => "records",
            Self::Text => "text",
            Self::Texts => "texts",
            Self::Version => "version",
        }
    }

    /// Reads one scalar. `None` when the text does not mean a value of this type.
    /// For list types the text is the compact form used in CSV cells: `KB1; KB2`.
    pub fn read(self, text: &str) -> Option<Value> {
        let text = text.trim();
        match self {
            Self::Boolean => read_boolean(text).map(Value::Boolean),
            Self::Choice(choices) => {
                read_choice(choices, text).map(|name| Value::Text(name.into()))
            }
            Self::Date => read_date(text).map(Value::Date),
            Self::Instant => read_instant(text).map(Value::Instant),
            Self::Integer => read_integer(text).map(Value::Integer),
            Self::Number => text
                .replace(',', "")
                .parse()
                .ok()
                .filter(|n: &f64| n.is_finite())
                .map(Value::Number),
            Self::Records(schema) => schema.read_compact(text).map(Value::Records),
            Self::Text | Self::Version => Some(Value::Text(text.into())),
            Self::Texts if !text.is_empty() && split_list(text).next().is_none() => None,
            Self::Texts => Some(Value::Texts(split_list(text).map(str::to_owned).collect())),
        }
    }
}

/// Cuts the compact form of a list: `a; b`, `a|b`, `a, b`, or one a line.
pub(super) fn split_list(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '|', ',', '\n'])
        .map(str::trim)
        .filter(|item| !item.is_empty())
}

/// Folds a name for comparison: lower case, letters and digits only.
pub fn fold_name(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half & 15)]);
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.extend([digit(byte >> 4), digit(*byte)]);
    }
    text
}

/// The words that mean true, whatever their case.
pub const YES: [&str; 8] = [
    "true", "yes", "on", "enabled", "1", "y", "active", "running",
];
/// The words that mean false.
pub const NO: [&str; 8] = [
    "false", "no", "off", "disabled", "0", "n", "inactive", "stopped",
];

fn read_boolean(text: &str) -> Option<bool> {
    if YES.iter().any(|yes| text.eq_ignore_ascii_case(yes)) {
        Some(true)
    } else if NO.iter().any(|no| text.eq_ignore_ascii_case(no)) {
        Some(false)
    } else {
        None
    }
}

fn read_choice(choices: &[Choice], text: &str) -> Option<&'static str> {
    if let Some(choice) = choices
        .iter()
        .find(|choice| choice.name.eq_ignore_ascii_case(text))
    {
        return Some(choice.name);
    }
    let folded = fold_name(text);
    choices
        .iter()
        .find(|choice| {
            fold_name(choice.name) == folded
                || choice.also.iter().any(|also| fold_name(also) == folded)
        })
        .map(|choice| choice.name)
}

/// Reads `2026-11-22` or `22/11/2026` (also with a time behind it, which is dropped).
/// Two-digit years and US order are refused: they cannot be told apart from other dates.
pub fn read_date(text: &str) -> Option<Date> {
    let (day, time) = text
        .trim()
        .split_once(['T', ' '])
        .unwrap_or((text.trim(), ""));
    // Anything else behind the day is a remark that would be lost: `2026-02-28 or later`.
    let is_time = |c: char| c.is_ascii_digit() || ":.+-Zz APMapm".contains(c);
    if !time.chars().all(is_time) {
        return None;
    }
    let slashed = day.contains('/');
    let mut parts = day.split(['-', '/']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (slashed && day.contains('-')) {
        return None;
    }
    let (year, month, day) = if slashed {
        (third, second, first)
    } else {
        (first, second, third)
    };
    let number = |part: &str, width: std::ops::RangeInclusive<usize>| {
        (width.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<i16>().ok())
            .flatten()
    };
    let short = if slashed { 1..=2 } else { 2..=2 };
    let month = i8::try_from(number(month, short.clone())?).ok()?;
    let day = i8::try_from(number(day, short)?).ok()?;
    Date::new(number(year, 4..=4)?, month, day).ok()
}

/// Reads an RFC 3339 time, or a local one, which is Europe/London: `2026-11-22 10:00`.
pub fn read_instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let local = if let Some((day, time)) = text.split_once([' ', 'T']) {
        let date = read_date(day)?;
        let time: jiff::civil::Time = time.parse().ok()?;
        date.to_datetime(time)
    } else {
        read_date(text)?.at(0, 0, 0, 0)
    };
    london()
        .to_ambiguous_zoned(local)
        .compatible()
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// The house time zone.
pub fn london() -> TimeZone {
    TimeZone::get("Europe/London").expect("the time zone database is bundled")
}

fn read_integer(text: &str) -> Option<i64> {
    let digits: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '\u{a0}' | '\u{202f}' | ' '))
        .collect();
    digits.parse().ok()
}

/// A value that was declared.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Boolean(bool),
    Date(Date),
    Instant(Timestamp),
    Integer(i64),
    Number(f64),
    Records(Vec<Record>),
    /// Also choices, by their name, and versions, as written.
    Text(String),
    Texts(Vec<String>),
    /// Something stands there that is not of the field's type. Never a pass, never silence.
    Unreadable(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(true) => f.write_str("yes"),
            Self::Boolean(false) => f.write_str("no"),
            Self::Date(date) => date.fmt(f),
            Self::Instant(instant) => instant.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Records(records) => match records.len() {
                0 => f.write_str("an empty list"),
                1 => f.write_str("1 entry"),
                count => write!(f, "{count} entries"),
            },
            Self::Text(text) | Self::Unreadable(text) => f.write_str(text),
            Self::Texts(texts) if texts.is_empty() => f.write_str("an empty list"),
            Self::Texts(texts) => f.write_str(&texts.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn uk_and_iso_dates_are_read_and_impossible_ones_refused() {
        assert_eq!(read_date("2026-02-28"), Some(date(2026, 2, 28)));
        assert_eq!(read_date("7/11/2026"), Some(date(2026, 11, 7)));
        assert_eq!(read_date("07/11/2026 09:30"), Some(date(2026, 11, 7)));
        assert_eq!(read_date("2026-11-07T09:30:00Z"), Some(date(2026, 11, 7)));
        for wrong in [
            "2026-02-30",
            "30/02/2026",
            "11/23/2026",
            "07/11/26",
            "2026-7-1",
            "2026",
            "soon",
            "",
            "1/2-2026",
            "2026-02-28 or later",
        ] {
            assert_eq!(read_date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_without_an_offset_is_london_time() {
        assert_eq!(
            read_instant("2026-07-01 10:00"),
            read_instant("2026-07-01T09:00:00Z")
        );
        assert_eq!(
            read_instant("2026-11-18T10:00"),
            read_instant("2026-11-18T10:00:00Z")
        );
        assert_eq!(read_instant("ten o'clock"), None);
    }

    #[test]
    fn versions_keep_their_text() {
        assert_eq!(Type::Version.read("3.10"), Some(Value::Text("3.10".into())));
    }

    #[test]
    fn thousands_separators_are_read() {
        assert_eq!(
            Type::Integer.read("1,234,567"),
            Some(Value::Integer(1_234_567))
        );
        assert_eq!(Type::Integer.read("12.5"), None);
    }
}
