//! Single values: what may stand where a value of a type is read.
//!
//! Readers take every scalar as text, so a schema has to allow for what YAML makes of it: `10` is
//! a number there, `2026-11-22` a text, and `true` neither.

use super::definitions::Definitions;
use crate::model::{Choice, Field, NO, Schema, Type, YES, fold_name};
use serde_json::{Value, json};
use std::fmt::Write;

const DAY: &str = r"([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})";

/// Anything that is not a list or a mapping, and not nothing.
pub(super) fn scalar() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

/// One of several; the first alternatives are what editors offer.
pub(super) fn any_of(mut alternatives: Vec<Value>) -> Value {
    match alternatives.len() {
        1 => alternatives.remove(0),
        _ => json!({ "anyOf": alternatives }),
    }
}

pub(super) fn pattern(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// `$name`: a parameter of the policy.
pub(super) fn parameter() -> Value {
    json!({ "type": "string", "pattern": r"^\$", "description": "A parameter of the policy" })
}

/// A whole day: `2026-11-22`.
pub(super) fn day() -> Value {
    pattern(&format!(r"^\s*{DAY}\s*$"))
}

/// Days counted from the day of a case: `-45d`.
pub(super) fn relative_day() -> Value {
    pattern(r"^\s*([-+][0-9]+|0)d\s*$")
}

pub(super) fn length() -> Value {
    json!({
        "type": "string",
        "pattern": r"^\s*\+?[0-9]+\s+(day|hour|month|week|year)s?\s*$",
        "description": "A length of time, such as 14 days",
    })
}

/// What a scalar of a field may look like. Lists, in their compact form, are any scalar.
pub(super) fn of_field(field: &Field, schema: &Schema, definitions: &mut Definitions) -> Value {
    let name = match field.ty {
        Type::Choice(_) => format!("value-{}-{}", schema.name, field.name),
        ty => format!("value-{}", ty.name()),
    };
    definitions.refer(&name, |_| any_of(of_type(field.ty)))
}

pub(super) fn boolean(definitions: &mut Definitions) -> Value {
    definitions.refer("value-boolean", |_| any_of(of_type(Type::Boolean)))
}

fn of_type(ty: Type) -> Vec<Value> {
    match ty {
        Type::Boolean => yes_or_no(),
        Type::Choice(choices) => choice(choices),
        Type::Date => vec![pattern(&format!(
            r"^\s*{DAY}([T ][-0-9:.+ZzAPMapm ]*)?\s*$"
        ))],
        Type::Instant => vec![pattern(r"^\s*[-+0-9][0-9].*$")],
        Type::Integer => vec![
            json!({ "type": "integer" }),
            pattern(r"^[-+0-9,\u00a0\u202f\s]+$"),
        ],
        Type::Number => vec![json!({ "type": "number" }), pattern(r"^[-+0-9.,eE\s]+$")],
        Type::Records(_) | Type::Text | Type::Texts | Type::Version => vec![scalar()],
    }
}

fn yes_or_no() -> Vec<Value> {
    let words = YES.iter().chain(&NO).map(|word| any_case(word));
    let words: Vec<_> = words.collect();
    vec![
        json!({ "enum": ["yes", "no"] }),
        json!({ "type": "boolean" }),
        json!({ "enum": [0, 1] }),
        pattern(&format!(r"^\s*({})\s*$", words.join("|"))),
    ]
}

fn choice(choices: &[Choice]) -> Vec<Value> {
    let names: Vec<_> = choices.iter().map(|choice| choice.name).collect();
    let mut all = vec![json!({ "enum": names })];
    let spellings = || {
        let each = choices.iter();
        each.flat_map(|choice| choice.also.iter().chain([&choice.name]))
    };
    // YAML reads `3.3` and `true` as no texts.
    let plain: Vec<Value> = spellings()
        .filter_map(|name| serde_json::from_str(name).ok())
        .collect();
    if !plain.is_empty() {
        all.push(json!({ "enum": plain }));
    }
    let folded: Vec<_> = spellings().map(|name| folded(name)).collect();
    all.push(pattern(&format!("^({})$", folded.join("|"))));
    all
}

/// A pattern of all that reads as this name when case, spaces and punctuation do not count.
pub(super) fn folded(name: &str) -> String {
    let mut pattern = String::from(r"[\W_]*");
    for letter in fold_name(name).chars() {
        let _ = write!(pattern, r"{}[\W_]*", either_case(letter));
    }
    pattern
}

fn any_case(word: &str) -> String {
    word.chars().map(either_case).collect()
}

fn either_case(letter: char) -> String {
    if letter.is_ascii_alphabetic() {
        format!("[{}{letter}]", letter.to_ascii_uppercase())
    } else {
        letter.to_string()
    }
}
