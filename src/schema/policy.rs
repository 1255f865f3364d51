//! Policy files: packs with their rules, and profiles.

use super::condition;
use super::declared::{Where, record};
use super::definitions::{Definitions, described, mapping};
use super::submission::controls;
use super::value::{any_of, day, length, parameter, scalar};
use crate::model::{SubjectKind, Type};
use crate::policy::keys::{self, Holds, Key, Keys};
use crate::policy::list_name;
use serde_json::{Map, Value, json};

/// One document of a policy file.
pub(super) fn file(definitions: &mut Definitions) -> Value {
    let pack = definitions.refer("pack", |definitions| object(&keys::PACK, definitions));
    let profile = profile(definitions);
    let begin = |keys: &Keys| described(scalar(), keys.0[0].about);
    json!({
        "if": { "required": ["pack"] },
        "then": pack,
        "else": {
            "if": { "required": ["profile"] },
            "then": profile,
            "else": {
                "type": "object",
                "properties": { "pack": begin(&keys::PACK), "profile": begin(&keys::PROFILE) },
                "anyOf": [{ "required": ["pack"] }, { "required": ["profile"] }],
            },
        },
    })
}

pub(super) fn profile(definitions: &mut Definitions) -> Value {
    definitions.refer("profile", |definitions| object(&keys::PROFILE, definitions))
}

/// The mapping of a table of keys.
fn object(keys: &Keys, definitions: &mut Definitions) -> Value {
    let mut properties = Map::new();
    for key in keys.0 {
        let mut held = holds(key.holds, definitions);
        if !key.is_required {
            held = any_of(vec![held, json!({ "type": "null" })]);
        }
        properties.insert(key.name.to_owned(), described(held, key.about));
    }
    let required = keys.0.iter().filter(|key| key.is_required);
    let required: Vec<_> = required.map(|key: &Key| key.name).collect();
    let mut object = mapping(&properties);
    object["required"] = json!(required);
    object
}

fn holds(holds: Holds, definitions: &mut Definitions) -> Value {
    let texts = || json!({ "type": "array", "items": scalar() });
    match holds {
        Holds::Cases => {
            json!({ "type": "array", "items": object(&keys::CASE, definitions) })
        }
        // Narrowed to the kind of subject by the rule.
        Holds::Condition | Holds::Given => json!({ "type": "object" }),
        Holds::Date => day(),
        Holds::Evidence => object(&keys::EVIDENCE, definitions),
        Holds::Fields => any_of(vec![texts(), scalar()]),
        Holds::Grades => {
            json!({ "type": "array", "items": object(&keys::GRADE, definitions), "minItems": 1 })
        }
        Holds::Length => any_of(vec![length(), parameter()]),
        Holds::Number => json!({ "type": "integer", "minimum": 1 }),
        Holds::Parameters => {
            let each = object(&keys::PARAMETER, definitions);
            json!({ "type": "object", "additionalProperties": each })
        }
        Holds::Raise => {
            let mut both = object(&keys::RAISE, definitions);
            both["minProperties"] = json!(1);
            let severity = both["properties"]["severity"].clone();
            json!({ "type": "object", "additionalProperties": any_of(vec![severity, both]) })
        }
        Holds::Rules => {
            let rule = definitions.refer("rule", rule);
            json!({ "type": "array", "items": rule })
        }
        Holds::Set => json!({ "type": "object", "additionalProperties": scalar() }),
        Holds::Subject => json!({ "enum": SubjectKind::ALL.map(SubjectKind::name) }),
        Holds::Text => scalar(),
        Holds::TextList => texts(),
        Holds::Texts => any_of(vec![scalar(), texts()]),
        Holds::Words(words) => json!({ "enum": words() }),
    }
}

/// A rule: its kind of subject says what its conditions and cases may name.
fn rule(definitions: &mut Definitions) -> Value {
    let mut rule = object(&keys::RULE, definitions);
    let by_kind = SubjectKind::ALL.map(|kind| {
        let name = format!("rule-{}", kind.name());
        let of_kind = definitions.refer(&name, |definitions| of_kind(kind, definitions));
        let is_kind =
            json!({ "properties": { "for": { "const": kind.name() } }, "required": ["for"] });
        json!({ "if": is_kind, "then": of_kind })
    });
    let graded = json!({ "required": ["grades"], "properties": { "grades": { "type": "array" } } });
    let single = keys::GRADE.0.iter().map(|key| key.name);
    let single: Vec<_> = single.collect();
    let neither = single.iter().map(|name| json!({ "required": [name] }));
    let neither: Vec<_> = neither.collect();
    let mut all = by_kind.to_vec();
    all.push(json!({
        "if": graded,
        "then": { "not": { "anyOf": neither } },
        "else": { "required": single },
    }));
    rule["allOf"] = Value::Array(all);
    rule
}

/// What a rule about one kind of subject may hold.
fn of_kind(kind: SubjectKind, definitions: &mut Definitions) -> Value {
    let condition = condition::on(kind, definitions);
    let check = described(condition.clone(), about(&keys::RULE, "check"));
    let applies = any_of(vec![condition, json!({ "type": "null" })]);
    let applies = described(applies, about(&keys::RULE, "where"));
    let given = described(given(kind, definitions), about(&keys::CASE, "given"));
    let days = kind.schema().fields.iter();
    let days = days.filter(|field| matches!(field.ty, Type::Date | Type::Instant));
    let days: Vec<_> = days.map(|field| field.name).collect();
    let evidence = if days.is_empty() {
        json!({ "type": "null" })
    } else {
        let day = json!({ "enum": days });
        let from = any_of(vec![
            json!({ "type": "array", "items": day, "minItems": 1 }),
            day,
        ]);
        json!({ "properties": { "from": from } })
    };
    json!({ "properties": {
        "where": applies,
        "check": check,
        "grades": { "items": { "properties": { "check": check } } },
        "evidence": evidence,
        "cases": { "items": { "properties": { "given": given } } },
    } })
}

/// What a case declares: the subject's own fields, and lists of what stands around it.
fn given(kind: SubjectKind, definitions: &mut Definitions) -> Value {
    let name = format!("case-{}", kind.name());
    definitions.refer(&name, |definitions| {
        let mut given = super::declared::group(kind.schema(), "", Where::Case, definitions);
        for other in SubjectKind::ALL {
            let Some(key) = list_name(other) else {
                continue;
            };
            let item = record(other.schema(), Where::Case, definitions);
            let list = json!({ "type": "array", "items": item });
            let around = any_of(vec![list, item, json!({ "type": "null" }), scalar()]);
            let about = format!("The {key} around the subject; [] says that there are none");
            given["properties"][key] = described(around, &about);
        }
        if kind == SubjectKind::Waiver {
            given["properties"]["while"] = controls(definitions);
        }
        given
    })
}

fn about(keys: &Keys, name: &str) -> &'static str {
    let key = keys.0.iter().find(|key| key.name == name);
    key.map_or("", |key| key.about)
}
