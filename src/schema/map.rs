//! Maps of tables: which column means which field.

use super::definitions::{Definitions, described, mapping};
use super::value::{any_of, boolean, folded, of_field, pattern, scalar};
use crate::import::{MAP_KEYS, UNITS};
use crate::model::fields::asset;
use crate::model::{Field, Type};
use serde_json::{Map, Value, json};

pub(super) fn file(definitions: &mut Definitions) -> Value {
    let mut properties = Map::new();
    for (key, about) in MAP_KEYS {
        let schema = match key {
            "columns" => json!({ "type": "object", "additionalProperties": column(definitions) }),
            "constants" => any_of(vec![constants(definitions), json!({ "type": "null" })]),
            "dates" => order(),
            _ => any_of(vec![
                json!({ "type": "array", "items": scalar() }),
                scalar(),
                json!({ "type": "null" }),
            ]),
        };
        properties.insert(key.to_owned(), described(schema, about));
    }
    let mut file = mapping(&properties);
    file["required"] = json!(["columns"]);
    file
}

/// A field alone, or how its cells are read.
fn column(definitions: &mut Definitions) -> Value {
    definitions.refer("column", |definitions| {
        let field = definitions.refer("field", |_| field_name());
        let units: Vec<Value> = UNITS
            .iter()
            .map(|(name, about)| json!({ "const": name, "description": about }))
            .collect();
        let cells = json!({
            "type": "object",
            "additionalProperties": { "type": ["string", "number", "boolean", "null"] },
        });
        let about = [
            (
                "field",
                field.clone(),
                "The field of an asset that the column means",
            ),
            (
                "dates",
                order(),
                "The order of day and month in this column",
            ),
            (
                "optional",
                any_of(vec![boolean(definitions), json!({ "type": "null" })]),
                "Whether a table may lack the column",
            ),
            (
                "unit",
                any_of(vec![json!({ "oneOf": units }), json!({ "type": "null" })]),
                "What its numbers count",
            ),
            (
                "values",
                any_of(vec![cells, json!({ "type": "null" })]),
                "Cells, and what each means instead; nothing behind one says that it is not known",
            ),
        ];
        let properties: Map<_, _> = about
            .into_iter()
            .map(|(key, schema, about)| (key.to_owned(), described(schema, about)))
            .collect();
        let mut long = mapping(&properties);
        long["required"] = json!(["field"]);
        any_of(vec![field, long])
    })
}

fn order() -> Value {
    json!({ "enum": ["day-first", "month-first", null] })
}

fn declarable() -> impl Iterator<Item = &'static Field> {
    asset::SCHEMA.fields.iter().filter(|field| !field.derived)
}

fn field_name() -> Value {
    let names: Vec<Value> = declarable()
        .map(|field| json!({ "const": field.name, "description": field.about }))
        .collect();
    let other = declarable().map(other_names).collect::<Vec<_>>().join("|");
    any_of(vec![
        json!({ "oneOf": names }),
        pattern(&format!("^({other})$")),
    ])
}

/// Whatever means the field, in any case and spacing.
fn other_names(field: &Field) -> String {
    let names = field.also.iter().chain([&field.name]);
    names.map(|name| folded(name)).collect::<Vec<_>>().join("|")
}

/// What names a machine is never the same in every row.
fn constants(definitions: &mut Definitions) -> Value {
    const OWN: [crate::model::FieldId; 5] = [
        asset::ID,
        asset::NAME,
        asset::SERIAL,
        asset::NETWORK_ADDRESS,
        asset::NETWORK_MAC,
    ];
    let own = OWN.map(|id| asset::SCHEMA.field(id).name);
    let (mut properties, mut patterns) = (Map::new(), Map::new());
    for field in declarable().filter(|field| !own.contains(&field.name)) {
        let value = match field.ty {
            Type::Records(_) | Type::Texts => scalar(),
            _ => of_field(field, &asset::SCHEMA, definitions),
        };
        properties.insert(field.name.to_owned(), described(value.clone(), field.about));
        patterns.insert(format!("^({})$", other_names(field)), value);
    }
    let mut constants = mapping(&properties);
    constants["patternProperties"] = Value::Object(patterns);
    constants
}
