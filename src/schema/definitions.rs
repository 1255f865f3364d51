//! Named parts of a schema, each made once and referred to.

use serde_json::{Map, Value, json};

#[derive(Debug, Default)]
pub(super) struct Definitions {
    made: Map<String, Value>,
}

impl Definitions {
    /// A reference to the part of this name, which `make` makes the first time. Parts may refer to
    /// themselves.
    pub(super) fn refer(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        let key = key(name);
        if !self.made.contains_key(&key) {
            self.made.insert(key.clone(), Value::Null);
            let part = make(self);
            self.made.insert(key, part);
        }
        reference(name)
    }

    pub(super) fn finish(self) -> Value {
        Value::Object(self.made)
    }
}

/// A reference to the part of this name.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{}", key(name)) })
}

/// References are addresses, which hold no spaces.
fn key(name: &str) -> String {
    name.replace(' ', "-")
}

/// A schema with a sentence for whoever hovers over what it describes.
pub(super) fn described(mut schema: Value, about: &str) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".into(), about.into());
    }
    schema
}

/// A mapping of these keys and no others.
pub(super) fn mapping(properties: &Map<String, Value>) -> Value {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}
