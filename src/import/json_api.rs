//! What a service answers when it is asked for its machines: a document with a list of objects,
//! recognised by the keys of these objects.

use super::batch::{Batch, Blocks, Importer};
use super::condensed;
use super::error::ImportError;
use super::json::cut;
use super::json_list::is_document;
use super::json_value::{parse, text};
use super::row::{Ignored, Row, Unknown, bad, blank, finish, is_silent};
use super::{format, paths::size};
use crate::model::{self, FieldId, Record};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A service.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Keys that all stand in a document of this service, and one of which must.
    pub(super) marks: &'static [&'static str],
    pub(super) one_of: &'static [&'static str],
    /// Which field a key means.
    pub(super) keys: &'static [(&'static str, FieldId)],
    /// Keys that are known and say nothing that is judged.
    pub(super) unused: &'static [&'static str],
    /// What takes more than copying.
    pub(super) fill: fn(&Value, &mut Record),
}

impl format::Kind for &'static Api {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn recognises(&self, head: &str) -> bool {
        let has = |key: &&str| head.contains(&format!("\"{key}\""));
        is_document(head) && self.marks.iter().all(has) && self.one_of.iter().any(has)
    }

    fn open(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        cut(name, blocks)?;
        Ok((Box::new(Answers(self)), Vec::new()))
    }
}

#[derive(Debug)]
struct Answers(&'static Api);

impl Importer for Answers {
    fn whole_records(&self, block: &[u8]) -> usize {
        condensed::whole(block)
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let mut unknown = BTreeMap::new();
        condensed::records(batch, each, |line, text, each| {
            each(self.row(batch, line, text, &mut unknown));
        });
        batch.shared.unknown.add(unknown);
    }
}

impl Answers {
    fn row(
        &self,
        batch: &Batch,
        line: u32,
        written: &[u8],
        unknown: &mut BTreeMap<String, u64>,
    ) -> Row {
        let place = batch.place(line, 0);
        if written.len() > batch.shared.limits.record_bytes {
            let limit = size(batch.shared.limits.record_bytes as u64);
            return bad(place, None, format!("is longer than {limit}"));
        }
        let value = match parse(written) {
            Ok(value) => value,
            Err(message) => return bad(place, None, message),
        };
        let Some(object) = value.as_object() else {
            return bad(place, None, "is not an object");
        };
        let mut subject = blank(place);
        for key in object.keys() {
            let known = self.0.keys.iter().find(|(name, _)| name == key);
            if let Some((name, field)) = known {
                set(&mut subject.record, *field, &value, name);
            } else if !self.0.unused.contains(&key.as_str()) && !key.starts_with('@') {
                Unknown::count(unknown, key, 1);
            }
        }
        (self.0.fill)(&value, &mut subject.record);
        finish(subject)
    }
}

/// A number with a point in it has lost what a version or a name was.
fn set(record: &mut Record, field: FieldId, object: &Value, key: &str) {
    let Some(text) = text(object, &[key]).filter(|text| !is_silent(text)) else {
        let is_wrong = object
            .get(key)
            .is_some_and(|value| value.is_array() || value.is_object());
        if is_wrong {
            record.set(
                field,
                model::Value::Unreadable("a list or an object".to_owned()),
            );
        }
        return;
    };
    if object.get(key).is_some_and(Value::is_f64) {
        let message = format!("the number {text}, which has to be in quotes");
        record.set(field, model::Value::Unreadable(message));
        return;
    }
    record.set_text(field, &text);
}
