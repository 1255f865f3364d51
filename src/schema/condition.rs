//! Conditions on subjects and on the entries of their lists: `all`, `any`, `not`, the kinds of
//! check that can judge the subject, and its fields with the operators that fit them.

use super::definitions::{Definitions, described, mapping, reference};
use super::value::{any_of, boolean, day, length, of_field, parameter, pattern, scalar};
use crate::check::{CONDITIONS, KINDS, Kind};
use crate::model::{Field, Schema, SubjectKind, Type};
use crate::predicate::{OPERATORS, are_comparable, fits, formats};
use serde_json::{Map, Value, json};

/// A reference to the conditions on one kind of subject.
pub(super) fn on(kind: SubjectKind, definitions: &mut Definitions) -> Value {
    let name = format!("condition-{}", kind.name());
    let itself = reference(&name);
    definitions.refer(&name, |definitions| {
        let mut properties = composed(&itself);
        add_checks(
            |check| check.subjects.contains(&kind),
            &mut properties,
            definitions,
        );
        let fields = kind.schema().fields.iter();
        // A check hides a field of its name.
        for field in fields.filter(|field| !is_check(field.name)) {
            let tests = tests(field, kind.schema(), definitions);
            properties.insert(field.name.to_owned(), tests);
        }
        decides(mapping(&properties))
    })
}

/// A reference to the conditions on any kind of subject, for those who do not know the kind.
pub(super) fn on_any_kind(definitions: &mut Definitions) -> Value {
    let itself = reference("condition");
    definitions.refer("condition", |definitions| {
        let mut properties = composed(&itself);
        add_checks(|_| true, &mut properties, definitions);
        for kind in SubjectKind::ALL {
            let fields = kind.schema().fields.iter();
            for field in fields.filter(|field| !is_check(field.name)) {
                let tests = tests(field, kind.schema(), definitions);
                let either = match properties.remove(field.name) {
                    Some(other) if other != tests => any_of(vec![other, tests]),
                    Some(_) | None => tests,
                };
                properties.insert(field.name.to_owned(), either);
            }
        }
        decides(mapping(&properties))
    })
}

/// A reference to the conditions on the entries of a list.
fn on_entries(schema: &'static Schema, definitions: &mut Definitions) -> Value {
    let name = format!("entry-{}", schema.name);
    let itself = reference(&name);
    definitions.refer(&name, |definitions| {
        let mut properties = composed(&itself);
        for field in schema.fields {
            properties.insert(field.name.to_owned(), tests(field, schema, definitions));
        }
        mapping(&properties)
    })
}

fn is_check(name: &str) -> bool {
    KINDS.iter().any(|kind| kind.name == name)
}

/// An empty condition decides nothing.
fn decides(mut condition: Value) -> Value {
    condition["minProperties"] = json!(1);
    condition
}

/// `all`, `any` and `not` of conditions.
fn composed(condition: &Value) -> Map<String, Value> {
    let list = json!({ "type": "array", "items": condition, "minItems": 1 });
    [
        (
            "all",
            described(list.clone(), "Every one of these has to hold"),
        ),
        ("any", described(list, "One of these has to hold")),
        ("not", described(condition.clone(), "This must not hold")),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect()
}

fn add_checks(
    is_wanted: impl Fn(&Kind) -> bool,
    properties: &mut Map<String, Value>,
    definitions: &mut Definitions,
) {
    for kind in KINDS.iter().filter(|kind| is_wanted(kind)) {
        let name = format!("check-{}", kind.name);
        let reference = definitions.refer(&name, |definitions| arguments(kind, definitions));
        properties.insert(kind.name.to_owned(), described(reference, kind.explain));
    }
}

/// The mapping behind the name of a check.
fn arguments(kind: &Kind, definitions: &mut Definitions) -> Value {
    let mut properties = Map::new();
    for (name, about) in kind.arguments {
        let condition = CONDITIONS
            .iter()
            .find(|(check, argument, _)| *check == kind.name && argument == name);
        let schema = match condition {
            Some((_, _, subject)) => on(*subject, definitions),
            None => any_of(vec![
                scalar(),
                json!({ "type": "array", "items": scalar() }),
            ]),
        };
        let schema = any_of(vec![schema, json!({ "type": "null" })]);
        properties.insert((*name).to_owned(), described(schema, about));
    }
    any_of(vec![mapping(&properties), json!({ "type": "null" })])
}

/// What may be asked of a field: a value, which means `is`, or operators.
fn tests(field: &Field, schema: &'static Schema, definitions: &mut Definitions) -> Value {
    let name = format!("tests-{}-{}", schema.name, field.name);
    definitions.refer(&name, |definitions| {
        let name = match field.ty {
            Type::Choice(_) | Type::Records(_) => format!("ask-{}-{}", schema.name, field.name),
            ty => format!("ask-{}-{}", schema.name, ty.name()),
        };
        let value = of_field(field, schema, definitions);
        let operators = definitions.refer(&name, |definitions| {
            operators(field.ty, &value, schema, definitions)
        });
        described(any_of(vec![value, parameter(), operators]), field.about)
    })
}

fn operators(
    ty: Type,
    value: &Value,
    schema: &'static Schema,
    definitions: &mut Definitions,
) -> Value {
    let mut properties = Map::new();
    for (name, about) in OPERATORS.iter().filter(|(name, _)| fits(name, ty)) {
        let schema = any_of(operands(name, ty, value, schema, definitions));
        properties.insert((*name).to_owned(), described(schema, about));
    }
    if fits("within", ty) {
        let days = names(schema, |other| matches!(other, Type::Date | Type::Instant));
        let of = any_of(vec![json!({ "enum": days }), parameter()]);
        properties.insert(
            "of".into(),
            described(of, "the field that `within` counts from"),
        );
    }
    decides(mapping(&properties))
}

/// What may stand behind an operator.
fn operands(
    operator: &str,
    ty: Type,
    value: &Value,
    schema: &'static Schema,
    definitions: &mut Definitions,
) -> Vec<Value> {
    let operand = || vec![value.clone(), parameter()];
    let texts = || any_of(vec![parameter(), scalar()]);
    match operator {
        "at_least" | "at_most" => {
            let mut all = match ty {
                Type::Instant => vec![day(), parameter()],
                _ => operand(),
            };
            if matches!(ty, Type::Date | Type::Instant) {
                all.insert(0, json!({ "const": "today" }));
            }
            all.extend(other_field(ty, schema));
            all
        }
        "declared" => vec![boolean(definitions), parameter()],
        "format" => vec![
            json!({ "enum": formats().collect::<Vec<_>>() }),
            parameter(),
        ],
        "in" | "not_in" => vec![json!({ "type": "array", "items": any_of(operand()) })],
        "is" | "is_not" => {
            let mut all = operand();
            all.extend(other_field(ty, schema));
            all
        }
        "older_than" | "within" => vec![length(), parameter()],
        "only" => vec![json!({ "type": "array", "items": texts() })],
        "some" | "none" | "every" => match ty {
            Type::Records(entries) => vec![on_entries(entries, definitions)],
            _ => vec![],
        },
        _ => vec![texts()],
    }
}

/// `{ field: name, plus: 30 days }`.
fn other_field(ty: Type, schema: &'static Schema) -> Option<Value> {
    let others = names(schema, |other| are_comparable(ty, other));
    if others.len() < 2 {
        return None;
    }
    let shift = any_of(vec![length(), parameter()]);
    let mut properties = Map::new();
    let field = any_of(vec![json!({ "enum": others }), pattern(r"^\$")]);
    properties.insert(
        "field".into(),
        described(field, "the field to compare with"),
    );
    for (name, about) in [("minus", "before its day"), ("plus", "after its day")] {
        properties.insert(name.into(), described(shift.clone(), about));
    }
    let mut other = mapping(&properties);
    other["required"] = json!(["field"]);
    Some(other)
}

fn names(schema: &'static Schema, is_wanted: impl Fn(Type) -> bool) -> Vec<&'static str> {
    let fields = schema.fields.iter().filter(|field| is_wanted(field.ty));
    fields.map(|field| field.name).collect()
}
