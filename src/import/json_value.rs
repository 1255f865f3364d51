//! JSON values that are read whole and then looked into. A key that stands twice in an object is an
//! error: which of the two was meant cannot be known.

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Parses one value; the error is a lower-case fragment.
pub(super) fn parse(text: &[u8]) -> Result<Value, String> {
    let mut input = serde_json::Deserializer::from_slice(text);
    let value = Strict.deserialize(&mut input);
    let value = value.and_then(|value| input.end().map(|()| value));
    value.map_err(|error| {
        let text = error.to_string();
        let end = text.rfind(" at line ").unwrap_or(text.len());
        format!("is not readable as JSON: {}", &text[..end])
    })
}

/// The text of a scalar below keys, as it would be written; `None` for silence.
pub(super) fn text(value: &Value, path: &[&str]) -> Option<String> {
    let mut value = value;
    for key in path {
        value = value.get(key)?;
    }
    match value {
        Value::Bool(one) => Some(one.to_string()),
        Value::Number(one) => Some(one.to_string()),
        Value::String(one) => Some(one.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(_) | Value::Null | Value::Object(_) => None,
    }
}

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Strict)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Strict)?;
            if object.contains_key(&key) {
                let key: String = key.chars().take(60).collect();
                return Err(A::Error::custom(format_args!("`{key}` is there twice")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"b":2,"a":3}}]"#] {
            let error = parse(text.as_bytes()).expect_err("it is refused");
            assert!(error.contains("`a` is there twice"), "{error}");
        }
        let value = parse(br#"{"a":{"b":" x "},"n":19045,"t":true,"z":null}"#).expect("good");
        assert_eq!(text(&value, &["a", "b"]).as_deref(), Some("x"));
        assert_eq!(text(&value, &["n"]).as_deref(), Some("19045"));
        assert_eq!(text(&value, &["t"]).as_deref(), Some("true"));
        assert_eq!(text(&value, &["z"]), None);
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
        assert!(parse(b"1 2").is_err());
    }
}
