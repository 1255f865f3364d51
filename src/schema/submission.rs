//! Submissions with their lists, and waivers.

use super::condition;
use super::declared::{Where, group, record};
use super::definitions::{Definitions, described, mapping};
use super::value::{any_of, scalar};
use crate::import::{LISTS, SUBMISSION_KEYS};
use crate::model::{SubjectKind, fields};
use serde_json::{Map, Value, json};

/// `submission.yaml`.
pub(super) fn root(definitions: &mut Definitions) -> Value {
    let mut properties = Map::new();
    for (key, about) in SUBMISSION_KEYS {
        let schema = match key {
            "assets" => listed(SubjectKind::Asset, definitions),
            "crls" | "mds2" => any_of(vec![
                json!({ "type": "array", "items": scalar() }),
                scalar(),
                json!({ "type": "null" }),
            ]),
            "organisation" => one(SubjectKind::Organisation, definitions),
            "schema_version" => json!({ "enum": ["1", "1.0", 1, null] }),
            "submission" => any_of(vec![
                one(SubjectKind::Submission, definitions),
                json!({ "type": "null" }),
            ]),
            _ => {
                let entry = waiver(definitions);
                any_of(vec![list_or_paths(&entry), json!({ "type": "null" })])
            }
        };
        properties.insert(key.to_owned(), described(schema, about));
    }
    for (key, kind) in LISTS {
        let about = format!(
            "The {key}, or the path of a YAML file that lists them; [] says that there are none"
        );
        properties.insert(key.to_owned(), described(listed(kind, definitions), &about));
    }
    let mut root = mapping(&properties);
    root["required"] = json!(["organisation"]);
    root
}

/// The entries of a list in a file of its own.
pub(super) fn list_file(key: &str, definitions: &mut Definitions) -> Option<Value> {
    let mut lists = LISTS.into_iter().chain([("assets", SubjectKind::Asset)]);
    let (_, kind) = lists.find(|(name, _)| *name == key)?;
    let entry = one(kind, definitions);
    Some(json!({ "type": "array", "items": entry }))
}

/// A file of waivers: a list, a mapping with `waivers`, or a single one.
pub(super) fn waivers(definitions: &mut Definitions) -> Value {
    let entry = waiver(definitions);
    let list = json!({ "type": "array", "items": entry });
    json!({
        "if": { "type": "object" },
        "then": {
            "if": { "required": ["waivers"] },
            "then": { "properties": { "waivers": any_of(vec![list.clone(), entry.clone(), json!({ "type": "null" })]) } },
            "else": entry,
        },
        "else": any_of(vec![list, json!({ "type": "null" })]),
    })
}

fn one(kind: SubjectKind, definitions: &mut Definitions) -> Value {
    record(kind.schema(), Where::Declaration, definitions)
}

fn listed(kind: SubjectKind, definitions: &mut Definitions) -> Value {
    let entry = one(kind, definitions);
    any_of(vec![list_or_paths(&entry), json!({ "type": "null" })])
}

/// Either entries or paths; a list that mixes them is refused.
fn list_or_paths(entry: &Value) -> Value {
    json!({ "anyOf": [
        { "type": "array", "items": entry },
        { "type": "array", "items": scalar() },
        scalar(),
    ] })
}

fn waiver(definitions: &mut Definitions) -> Value {
    definitions.refer("waiver", |definitions| {
        let schema = &fields::waiver::SCHEMA;
        let mut waiver = group(schema, "", Where::Declaration, definitions);
        waiver["properties"]["while"] = controls(definitions);
        waiver
    })
}

/// `while`: one condition or a list of them, on whatever the waived rules judge.
pub(super) fn controls(definitions: &mut Definitions) -> Value {
    let condition = condition::on_any_kind(definitions);
    let list = json!({ "type": "array", "items": condition });
    let schema = any_of(vec![list, condition, json!({ "type": "null" })]);
    described(
        schema,
        "The compensating controls that have to hold for the waiver to count",
    )
}
