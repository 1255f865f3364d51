//! Declared records: every field of a kind under its own name, and under the other names it goes
//! by, whatever their case and spacing. Dotted names and nested mappings mean the same.

use super::definitions::{Definitions, described, mapping};
use super::value::{any_of, folded, of_field, relative_day, scalar};
use crate::model::{Field, Schema, Type, fold_name};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// In the cases of rules, where days may be counted from the day of the case.
    Case,
    Declaration,
}

impl Where {
    fn name(self) -> &'static str {
        match self {
            Self::Case => "given",
            Self::Declaration => "declared",
        }
    }

    /// Nobody declares what is worked out; a case says what would be.
    fn may_give(self, field: &Field) -> bool {
        self == Self::Case || !field.derived
    }
}

/// A reference to the mapping of a record.
pub(super) fn record(
    schema: &'static Schema,
    place: Where,
    definitions: &mut Definitions,
) -> Value {
    let name = format!("{}-{}", place.name(), schema.name);
    definitions.refer(&name, |definitions| group(schema, "", place, definitions))
}

/// The mapping of all fields whose names begin with `prefix`, which is empty or ends in a dot.
pub(super) fn group(
    schema: &'static Schema,
    prefix: &str,
    place: Where,
    definitions: &mut Definitions,
) -> Value {
    let mut properties = Map::new();
    let mut patterns = Map::new();
    let mut exact = groups(schema, prefix);
    for name in &exact {
        let path = format!("{prefix}{name}");
        let begin = format!("{path}.");
        let inner = group(schema, &begin, place, definitions);
        let mut both = vec![inner, json!({ "type": "null" })];
        let mut about = "";
        // `os` is a field, and the group of `os.version`.
        let itself = schema.find(&path).or_else(|| schema.find_alias(&path));
        if let Some(field) = itself
            .map(|id| schema.field(id))
            .filter(|field| place.may_give(field))
        {
            both.insert(0, value(field, schema, place, definitions));
            about = field.about;
        }
        let both = described(any_of(both), about);
        let names = |field: &Field| field.name.starts_with(&begin) || field.name == path;
        if schema.fields.iter().any(names) && !name.contains('.') {
            properties.insert(name.clone(), both);
        } else {
            patterns.insert(format!("^{}$", name.replace('.', r"\.")), both);
        }
    }
    let fields: Vec<_> = schema
        .fields
        .iter()
        .filter(|field| place.may_give(field))
        .collect();
    for field in &fields {
        let own = field.name.strip_prefix(prefix);
        if let Some(name) = own.filter(|name| !name.contains('.') && !exact.contains(*name)) {
            let value = value(field, schema, place, definitions);
            properties.insert(name.to_owned(), value);
            exact.insert(name.to_owned());
        }
    }
    for field in fields {
        if let Some(pattern) = other_names(field, prefix, &exact) {
            let value = value(field, schema, place, definitions);
            patterns.insert(pattern, value);
        }
    }
    let mut mapping = mapping(&properties);
    if !patterns.is_empty() {
        mapping["patternProperties"] = Value::Object(patterns);
    }
    mapping
}

/// The beginnings of longer names, as they may be written under `prefix`.
fn groups(schema: &Schema, prefix: &str) -> BTreeSet<String> {
    let names = schema
        .fields
        .iter()
        .flat_map(|field| field.also.iter().chain([&field.name]));
    names
        .filter_map(|name| name.strip_prefix(prefix))
        .flat_map(|rest| rest.match_indices('.').map(|(at, _)| rest[..at].to_owned()))
        .collect()
}

/// A pattern of every key under `prefix` that means the field and is not among `exact`.
fn other_names(field: &Field, prefix: &str, exact: &BTreeSet<String>) -> Option<String> {
    let begin = fold_name(prefix);
    let names = field.also.iter().chain([&field.name]);
    let rests: BTreeSet<_> = names
        .filter_map(|name| fold_name(name).strip_prefix(&begin).map(str::to_owned))
        // What is left of the prefix itself is no name.
        .filter(|rest| !rest.is_empty())
        .collect();
    if rests.is_empty() {
        return None;
    }
    let hidden = exact.iter().filter(|name| rests.contains(&fold_name(name)));
    let hidden: Vec<_> = hidden
        .map(|name| format!("(?!{}$)", name.replace('.', r"\.")))
        .collect();
    let hidden = hidden.concat();
    let rests: Vec<_> = rests.iter().map(|rest| folded(rest)).collect();
    Some(format!("^{hidden}({})$", rests.join("|")))
}

/// What may stand behind a field; nothing at all is no declaration.
fn value(
    field: &Field,
    schema: &'static Schema,
    place: Where,
    definitions: &mut Definitions,
) -> Value {
    let name = format!("{}-{}-{}", place.name(), schema.name, field.name);
    definitions.refer(&name, |definitions| {
        let itself = of_field(field, schema, definitions);
        let mut all = match field.ty {
            Type::Records(entries) => {
                let entry = record(entries, place, definitions);
                let entry = any_of(vec![entry, scalar()]);
                vec![json!({ "type": "array", "items": entry }), itself]
            }
            Type::Texts => {
                let items = json!({ "type": ["string", "number", "boolean", "null"] });
                vec![json!({ "type": "array", "items": items }), itself]
            }
            _ => vec![itself],
        };
        if place == Where::Case && matches!(field.ty, Type::Date | Type::Instant) {
            all.push(relative_day());
        }
        // Exports write "" for what they do not know.
        all.push(definitions.refer(
            "nothing",
            |_| json!({ "type": ["null", "string"], "pattern": r"^\s*$" }),
        ));
        described(any_of(all), field.about)
    })
}
