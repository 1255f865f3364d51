//! One test on one field, and the operators there are.

use super::answer::{Answer, Truth, fold_all, fold_any};
use super::entry::Condition;
use super::other::Other;
use crate::model::Length;
use crate::model::{Field, FieldId, Record, Schema, Value, fold_name, london};
use jiff::civil::Date;
use std::borrow::Cow;
use std::cmp::Ordering;

/// Operators by name, with what they ask. The order is that of the documentation.
pub const OPERATORS: &[(&str, &str)] = &[
    (
        "is",
        "equals the value, or the other field: { field: name }",
    ),
    (
        "is_not",
        "is declared and differs from the value, or from the other field",
    ),
    ("in", "is one of the values"),
    ("not_in", "is declared and none of the values"),
    (
        "at_least",
        "is the number, version or date, or above it; `today` is a date, { field: name } another field, { field: name, plus: 30 days } a day after it",
    ),
    (
        "at_most",
        "is the number, version or date, or below it; `today`, and other fields, as with at_least",
    ),
    (
        "within",
        "is a day in the past, at most this long before today, or after the field named in `of`",
    ),
    ("older_than", "is a day more than this long ago"),
    ("declared", "was declared at all: yes or no"),
    (
        "contains",
        "the list has this entry, or the text these letters, whatever the case",
    ),
    (
        "only",
        "the list names these and nothing else, and at least one",
    ),
    (
        "format",
        "is written as an ods-code, a ppon or a companies-house number",
    ),
    (
        "some",
        "at least one entry of the list passes the tests inside, which `all`, `any` and `not` compose",
    ),
    ("none", "no entry of the list passes the tests inside"),
    ("every", "every entry of the list passes the tests inside"),
];

/// All tests on one field; every one has to hold.
#[derive(Debug, PartialEq)]
pub struct FieldTest {
    pub field: FieldId,
    pub(super) tests: Vec<Test>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Test {
    AtLeast(Bound),
    AtMost(Bound),
    Contains(String),
    Declared(bool),
    Every(Condition),
    Format(Format),
    In(Vec<Value>),
    Is(Value),
    IsNot(Value),
    None(Condition),
    NotSame(Other),
    NotIn(Vec<Value>),
    OlderThan(Length),
    Only(Vec<String>),
    Same(Other),
    Some(Condition),
    Within(Length, Option<FieldId>),
}

#[derive(Debug, PartialEq)]
pub(super) enum Bound {
    Other(Other),
    Today,
    Value(Value),
    Version(String),
}

/// Shapes of identifiers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Format {
    CompaniesHouse,
    OdsCode,
    Ppon,
}

impl FieldTest {
    /// That a field is a day in the past, at most this long ago.
    pub fn within(field: FieldId, length: Length) -> Self {
        let tests = vec![Test::Within(length, None)];
        Self { field, tests }
    }

    /// Asks all tests of the field. `detail` asks for sentences as well.
    pub fn ask(&self, record: &Record, today: Date, detail: bool) -> Answer {
        let mut answer = match self.tests.as_slice() {
            [test] => self.ask_one(test, record, today, detail),
            tests => fold_all(
                tests
                    .iter()
                    .map(|test| self.ask_one(test, record, today, detail)),
            ),
        };
        let field = answer.field.unwrap_or(self.field);
        answer.field = Some(declared_for(record.schema, field));
        answer
    }

    /// What the tests ask for, in words.
    pub fn wanted(&self, record: &Record, today: Date) -> String {
        let wanted: Vec<_> = self
            .tests
            .iter()
            .map(|test| test.wanted(record, today))
            .collect();
        wanted.join(", and ")
    }

    /// The truth and last day of [`FieldTest::ask`], without its sentences.
    pub fn quick(&self, record: &Record, today: Date) -> (Truth, Option<Date>) {
        if let ([test], Some(value)) = (self.tests.as_slice(), record.value(self.field))
            && let Some(holds) = test.holds(value)
        {
            return (if holds { Truth::Yes } else { Truth::No }, None);
        }
        let ask = |test| self.ask_one(test, record, today, false);
        let answer = match self.tests.as_slice() {
            [test] => ask(test),
            tests => fold_all(tests.iter().map(ask)),
        };
        (answer.truth, answer.until)
    }

    fn ask_one(&self, test: &Test, record: &Record, today: Date, detail: bool) -> Answer {
        let name = record.schema.field(self.field).name;
        let value = match record.value(self.field) {
            None => return test.on_silence(record.schema.field(self.field), detail),
            Some(Value::Unreadable(raw)) => {
                return Test::on_unreadable(name, raw, record, self.field, detail);
            }
            Some(value) => value,
        };
        let mut answer = test.on_value(value, record, today, detail);
        if detail && answer.why.is_empty() {
            answer.why = Cow::Owned(format!(
                "`{name}` is {value}, wanted {}",
                test.wanted(record, today)
            ));
        }
        answer
    }
}

/// The field that people declare for one that we derive: `os` for `os.family`.
fn declared_for(schema: &Schema, field: FieldId) -> FieldId {
    let known = schema.field(field);
    if !known.derived {
        return field;
    }
    let source = known.name.split_once('.').map(|(source, _)| source);
    source
        .and_then(|source| schema.find(source))
        .unwrap_or(field)
}

pub(super) fn not_declared(field: &Field) -> String {
    if field.derived {
        format!("what is declared does not tell `{}`", field.name)
    } else {
        format!("`{}` is not declared", field.name)
    }
}

impl Test {
    fn on_silence(&self, field: &Field, detail: bool) -> Answer {
        let mut answer = match self {
            Self::Declared(wanted) => Answer::yes_if(!wanted),
            _ => Answer::new(Truth::Unknown),
        };
        if detail {
            answer.why = Cow::Owned(not_declared(field));
        }
        answer
    }

    fn on_unreadable(
        name: &str,
        text: &str,
        record: &Record,
        field: FieldId,
        detail: bool,
    ) -> Answer {
        // Something was written, so "was it declared" has an answer, but not a safe one.
        let mut answer = Answer::new(Truth::Unknown);
        if detail {
            let expected = record.schema.field(field).ty.expected();
            answer.why = Cow::Owned(format!("`{name}` says “{text}”, which is not {expected}"));
        }
        answer
    }

    /// What the commonest tests say of a value, on whatever day; `None` for all others, and where
    /// the value cannot be read.
    fn holds(&self, value: &Value) -> Option<bool> {
        if matches!(value, Value::Unreadable(_)) {
            return None;
        }
        match self {
            Self::Declared(wanted) => Some(*wanted),
            Self::In(values) => Some(values.iter().any(|one| same(one, value))),
            Self::Is(wanted) => Some(same(wanted, value)),
            Self::IsNot(unwanted) => Some(!same(unwanted, value)),
            Self::NotIn(values) => Some(!values.iter().any(|one| same(one, value))),
            _ => None,
        }
    }

    fn on_value(&self, value: &Value, record: &Record, today: Date, detail: bool) -> Answer {
        match self {
            Self::AtLeast(Bound::Other(other)) => {
                other.ask(value, record, detail, |order| order != Ordering::Less)
            }
            Self::AtMost(Bound::Other(other)) => {
                other.ask(value, record, detail, |order| order != Ordering::Greater)
            }
            Self::Same(other) => other.ask_same(value, record, detail),
            Self::NotSame(other) => other.ask_same(value, record, detail).turned(),
            Self::AtLeast(bound) => bound.ask(value, today, Ordering::Less),
            Self::AtMost(bound) => bound.ask(value, today, Ordering::Greater),
            Self::Contains(wanted) => Answer::yes_if(contains(value, wanted)),
            Self::Declared(_) | Self::In(_) | Self::Is(_) | Self::IsNot(_) | Self::NotIn(_) => self
                .holds(value)
                .map_or(Answer::new(Truth::Unknown), Answer::yes_if),
            Self::Format(format) => {
                Answer::yes_if(matches!(value, Value::Text(text) if format.fits(text)))
            }
            Self::Only(allowed) => Answer::yes_if(only(value, allowed)),
            Self::OlderThan(length) => older_than(value, *length, today),
            Self::Within(length, None) => within_today(value, *length, today, detail),
            Self::Within(length, Some(of)) => within_other(value, *length, record, *of, detail),
            Self::Every(tests) => entries(value, tests, today, detail, fold_all),
            Self::Some(tests) => entries(value, tests, today, detail, fold_any),
            Self::None(tests) => entries(value, tests, today, detail, fold_any).turned(),
        }
    }

    /// The wanted side in words.
    fn wanted(&self, record: &Record, today: Date) -> String {
        match self {
            Self::AtLeast(bound) => format!("at least {}", bound.describe(record, today)),
            Self::AtMost(bound) => format!("at most {}", bound.describe(record, today)),
            Self::Contains(wanted) => format!("one with “{wanted}”"),
            Self::Declared(true) => "any value".into(),
            Self::Declared(false) => "none declared".into(),
            Self::Every(_) => "every entry to hold".into(),
            Self::Format(format) => format.describe().into(),
            Self::In(values) => format!("one of {}", list(values)),
            Self::Is(value) => value.to_string(),
            Self::IsNot(value) => format!("anything but {value}"),
            Self::None(_) => "no such entry".into(),
            Self::NotSame(other) => format!("anything but {}", other.describe(record)),
            Self::Same(other) => other.describe(record),
            Self::NotIn(values) => format!("none of {}", list(values)),
            Self::Only(allowed) => format!("only {}", allowed.join(", ")),
            Self::OlderThan(length) => format!("more than {length} before {today}"),
            Self::Some(_) => "at least one such entry".into(),
            Self::Within(length, None) => format!("within {length} before {today}"),
            Self::Within(length, Some(of)) => {
                format!("within {length} of `{}`", record.schema.field(*of).name)
            }
        }
    }
}

impl Bound {
    /// Whether the value is not on the `wrong` side of the bound.
    fn ask(&self, value: &Value, today: Date, wrong: Ordering) -> Answer {
        let order = match (self, value) {
            (Self::Today, value) => {
                let Some(date) = day_of(value) else {
                    return Answer::new(Truth::Unknown);
                };
                let holds = date.cmp(&today) != wrong;
                // "At least today" ends with the day itself; "at most today" starts with it.
                let until = match (wrong, holds) {
                    (Ordering::Less, true) => Some(date),
                    (Ordering::Greater, false) => date.yesterday().ok(),
                    _ => None,
                };
                return Answer::yes_if(holds).until(until);
            }
            (Self::Value(Value::Date(bound)), Value::Date(date)) => Some(date.cmp(bound)),
            (Self::Value(Value::Date(bound)), Value::Instant(instant)) => {
                Some(instant.to_zoned(london()).date().cmp(bound))
            }
            (Self::Value(Value::Integer(bound)), Value::Integer(number)) => Some(number.cmp(bound)),
            (Self::Value(Value::Number(bound)), Value::Number(number)) => number.partial_cmp(bound),
            (Self::Version(bound), Value::Text(version)) => compare_versions(version, bound),
            _ => None,
        };
        order.map_or(Answer::new(Truth::Unknown), |order| {
            Answer::yes_if(order != wrong)
        })
    }

    fn describe(&self, record: &Record, today: Date) -> String {
        match self {
            Self::Other(other) => other.describe(record),
            Self::Today => format!("today ({today})"),
            Self::Value(value) => value.to_string(),
            Self::Version(version) => version.clone(),
        }
    }
}

impl Format {
    pub(super) const ALL: [(&'static str, Self); 3] = [
        ("companies-house", Self::CompaniesHouse),
        ("ods-code", Self::OdsCode),
        ("ppon", Self::Ppon),
    ];

    /// ODS codes: 3 to 10 capitals and digits; hierarchy cannot be read from them. Public
    /// procurement organisation numbers: `P` and the GB-PPON form, 14 characters in all.
    fn fits(self, text: &str) -> bool {
        let upper_or_digit = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let bytes = text.as_bytes();
        match self {
            Self::OdsCode => {
                (3..=10).contains(&bytes.len()) && bytes.iter().all(|b| upper_or_digit(*b))
            }
            Self::Ppon => {
                bytes.len() == 14
                    && bytes.iter().all(|b| upper_or_digit(*b) || *b == b'-')
                    && bytes[0] == b'P'
            }
            Self::CompaniesHouse => {
                let letters = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
                bytes.len() == 8 && letters <= 2 && bytes[letters..].iter().all(u8::is_ascii_digit)
            }
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::CompaniesHouse => "8 digits, or 2 letters and 6 digits",
            Self::OdsCode => "3 to 10 capital letters and digits",
            Self::Ppon => "a 14-character PPON starting with P",
        }
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        // Nearly all are written alike, which is seen at once.
        (Value::Text(one), Value::Text(other)) => one == other || one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

fn contains(value: &Value, wanted: &str) -> bool {
    match value {
        Value::Texts(texts) => texts
            .iter()
            .any(|text| text.trim().eq_ignore_ascii_case(wanted)),
        Value::Text(text) => text.to_lowercase().contains(&wanted.to_lowercase()),
        _ => false,
    }
}

/// An empty list names nothing that is allowed, so it does not hold.
fn only(value: &Value, allowed: &[String]) -> bool {
    let Value::Texts(texts) = value else {
        return false;
    };
    let is_allowed = |text: &String| allowed.iter().any(|one| fold_name(one) == fold_name(text));
    !texts.is_empty() && texts.iter().all(is_allowed)
}

/// Dots and dashes cut a version; numbers compare as numbers. Parts that are neither both numbers
/// nor equal text cannot be ordered.
pub(super) fn compare_versions(one: &str, other: &str) -> Option<Ordering> {
    let parts = |text: &str| -> Vec<String> {
        text.trim()
            .trim_start_matches(['v', 'V'])
            .split(['.', '-', '/'])
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (parts(one), parts(other));
    for index in 0..one.len().max(other.len()) {
        let part = |parts: &[String]| {
            parts
                .get(index)
                .map_or_else(|| "0".to_owned(), Clone::clone)
        };
        let (left, right) = (part(&one), part(&other));
        let order = match (left.parse::<u64>(), right.parse::<u64>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            _ if left.eq_ignore_ascii_case(&right) => Ordering::Equal,
            _ => return None,
        };
        if order != Ordering::Equal {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

pub(super) fn day_of(value: &Value) -> Option<Date> {
    match value {
        Value::Date(date) => Some(*date),
        Value::Instant(instant) => Some(instant.to_zoned(london()).date()),
        _ => None,
    }
}

fn within_today(value: &Value, length: Length, today: Date, detail: bool) -> Answer {
    let Some(day) = day_of(value) else {
        return Answer::new(Truth::Unknown);
    };
    if day > today {
        let mut answer = Answer::new(Truth::No).until(day.yesterday().ok());
        if detail {
            answer.why = Cow::Owned(format!("{day} is in the future on {today}"));
        }
        return answer;
    }
    let last = length.after(day);
    let holds = today <= last;
    let mut answer = Answer::yes_if(holds).until(holds.then_some(last));
    if detail {
        let days = (today - day).get_days();
        answer.why = Cow::Owned(format!(
            "{day} is {days} days before {today}, wanted within {length}"
        ));
    }
    answer
}

fn older_than(value: &Value, length: Length, today: Date) -> Answer {
    let Some(day) = day_of(value) else {
        return Answer::new(Truth::Unknown);
    };
    let last = length.after(day);
    let older = today > last;
    Answer::yes_if(older).until((!older).then_some(last))
}

/// At most this long after another field of the same record, to the second where both are times.
fn within_other(
    value: &Value,
    length: Length,
    record: &Record,
    of: FieldId,
    detail: bool,
) -> Answer {
    let other_name = record.schema.field(of).name;
    let holds = match (value, record.value(of)) {
        (Value::Instant(end), Some(Value::Instant(start))) => {
            let taken = end.duration_since(*start);
            (!taken.is_negative()).then(|| taken <= length.exact())
        }
        (value, Some(other)) => match (day_of(value), day_of(other)) {
            (Some(end), Some(start)) if start <= end => Some(end <= length.after(start)),
            _ => None,
        },
        (_, None) => None,
    };
    let Some(holds) = holds else {
        let mut answer = Answer::new(Truth::Unknown);
        if detail {
            answer.why = Cow::Owned(format!(
                "{value} does not lie after `{other_name}`, or that is not declared"
            ));
        }
        return answer;
    };
    let mut answer = Answer::yes_if(holds);
    if detail {
        let other = record
            .value(of)
            .map(ToString::to_string)
            .unwrap_or_default();
        answer.why = Cow::Owned(format!(
            "{value} against `{other_name}` {other}, wanted within {length}"
        ));
    }
    answer
}

fn entries(
    value: &Value,
    condition: &Condition,
    today: Date,
    detail: bool,
    fold: impl Fn(Vec<Answer>) -> Answer,
) -> Answer {
    let Value::Records(records) = value else {
        return Answer::new(Truth::Unknown);
    };
    let answers = records
        .iter()
        .map(|record| {
            let mut answer = condition.ask(record, today, detail);
            if detail {
                let entry = match describe(record) {
                    empty if empty.is_empty() => "an entry that says nothing".to_owned(),
                    entry => format!("the entry {entry}"),
                };
                answer.why = Cow::Owned(match &*answer.why {
                    "" => entry,
                    why => format!("{entry}: {why}"),
                });
            }
            answer
        })
        .collect();
    let mut answer = fold(answers);
    // The field of an entry means nothing to the record that holds the list.
    answer.field = None;
    if detail && answer.why.is_empty() {
        answer.why = Cow::Owned(match records.len() {
            0 => "the list is declared empty".to_owned(),
            1 => "the one entry was looked at".to_owned(),
            count => format!("{count} entries were looked at"),
        });
    }
    answer
}

/// An entry in a few words: its declared values.
fn describe(record: &Record) -> String {
    record
        .declared()
        .map(|(field, value)| format!("{} {value}", field.name))
        .collect::<Vec<_>>()
        .join(", ")
}

fn list(values: &[Value]) -> String {
    values
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
