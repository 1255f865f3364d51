//! Inventories as one JSON object a line, written straight into the record: nested objects mean
//! dotted names, `null` and empty texts are silence, a value of the wrong type is unreadable.

use super::batch::{Batch, Blocks, Importer};
use super::error::ImportError;
use super::extra::{self, Extra};
use super::format;
use super::json_list::is_document;
use super::keys::Met;
use super::paths::size;
use super::row::{Ignored, Row, Unknown, bad, blank, finish, identity, is_silent};
use crate::model::fields::asset;
use crate::model::{FieldId, Record, Schema, Subject, Type, Value, fold_name};
use memchr::{memchr_iter, memrchr};
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

/// Keys of one object, with those inside it.
const MAX_KEYS: usize = 10_000;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn about(&self) -> &'static str {
        "one JSON object a line"
    }

    fn recognises(&self, head: &str) -> bool {
        head.starts_with('{') && !is_document(head)
    }

    fn open(
        &self,
        _name: &Arc<str>,
        _blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        Ok((Box::new(Ndjson::new()), Vec::new()))
    }
}

#[derive(Debug)]
pub(super) struct Ndjson {
    keys: Keys,
}

impl Ndjson {
    pub(super) fn new() -> Self {
        Self {
            keys: Keys::of(&asset::SCHEMA),
        }
    }

    /// One object as an asset.
    pub(super) fn row(&self, batch: &Batch, text: &[u8], line: u32, scratch: &mut Scratch) -> Row {
        let place = batch.place(line, 0);
        if text.len() > batch.shared.limits.record_bytes {
            let limit = batch.shared.limits.record_bytes;
            return bad(
                place,
                None,
                format!("is longer than {} and was skipped", size(limit as u64)),
            );
        }
        let mut subject = blank(place);
        scratch.path.clear();
        scratch.met.begin();
        scratch.extra = None;
        let mut input = serde_json::Deserializer::from_slice(text);
        let visitor = ObjectVisitor {
            keys: &self.keys,
            record: &mut subject.record,
            scratch,
        };
        let read = input.deserialize_any(visitor).and_then(|()| input.end());
        let Err(error) = read else {
            return match scratch.extra.take() {
                None => finish(subject),
                Some(extra) => with_extra(subject, *extra),
            };
        };
        let mut place = subject.place.clone();
        let above = u32::try_from(error.line().saturating_sub(1)).unwrap_or(u32::MAX);
        place.line = place.line.saturating_add(above);
        place.column = u32::try_from(error.column()).unwrap_or(u32::MAX);
        bad(place, identity(&subject), without_position(&error))
    }
}

impl Importer for Ndjson {
    fn whole_records(&self, block: &[u8]) -> usize {
        memrchr(b'\n', block).map_or(0, |newline| newline + 1)
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let mut scratch = Scratch::default();
        let mut start = 0;
        let mut line = batch.first_line;
        let ends = memchr_iter(b'\n', &batch.text).chain([batch.text.len()]);
        for end in ends {
            let text = batch.text[start..end].trim_ascii();
            start = (end + 1).min(batch.text.len());
            if !text.is_empty() {
                each(self.row(batch, text, line, &mut scratch));
            }
            line = line.saturating_add(1);
        }
        batch.shared.unknown.add(scratch.unknown);
    }
}

/// The parser's message without the position, which the place already has.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => format!("is not readable as JSON: {}", &text[..end]),
        None => format!("is not readable as JSON: {text}"),
    }
}

/// The fields of a schema by every name they go by, as written and folded.
#[derive(Debug)]
struct Keys {
    schema: &'static Schema,
    fields: HashMap<String, FieldId>,
}

impl Keys {
    fn of(schema: &'static Schema) -> Self {
        let mut fields = HashMap::new();
        for field in schema.fields.iter().filter(|field| !field.derived) {
            let Some(id) = schema.find(field.name) else {
                continue;
            };
            for name in field.also.iter().chain([&field.name]) {
                fields.insert((*name).to_owned(), id);
                fields.insert(fold_name(name), id);
            }
        }
        Self { schema, fields }
    }

    fn find(&self, key: &str) -> Option<FieldId> {
        let found = self.fields.get(key);
        found.or_else(|| self.fields.get(&fold_name(key))).copied()
    }
}

/// What is needed while an object is read; kept from line to line.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Dotted name of the key at hand.
    path: String,
    /// The dotted names that were read.
    met: Met<Option<FieldId>>,
    pub(super) unknown: BTreeMap<String, u64>,
    /// What `passmuster import` wrote beside the fields.
    extra: Option<Box<Extra>>,
}

/// A row of ours that is read back.
fn with_extra(mut subject: Subject, mut extra: Extra) -> Row {
    if let Some(bad) = extra.unread() {
        return Row::Bad(bad);
    }
    for (name, text) in std::mem::take(&mut extra.unreadable) {
        let field = asset::SCHEMA.find(&name);
        let Some(field) = field.filter(|field| !asset::SCHEMA.field(*field).derived) else {
            return bad(
                subject.place,
                None,
                format!(
                    "says that `{}` cannot be read, which is no field",
                    shown(&name)
                ),
            );
        };
        subject.record.set(field, Value::Unreadable(text));
    }
    subject.origins = extra.origins();
    finish(subject)
}

/// A dotted name longer than this names nothing we know, and what is inside it is not read.
const MAX_PATH: usize = 200;

/// Reads an object into a record.
struct ObjectVisitor<'a> {
    keys: &'a Keys,
    record: &'a mut Record,
    scratch: &'a mut Scratch,
}

impl<'de> Visitor<'de> for ObjectVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an object with the fields of an {}",
            self.keys.schema.name
        )
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let outer = self.scratch.path.len();
        while map
            .next_key_seed(PathSeed(&mut self.scratch.path, outer))?
            .is_some()
        {
            let path = &self.scratch.path;
            // What is too long means nothing, and is kept only as far as to be known again.
            let field = || self.keys.find(path).filter(|_| path.len() <= MAX_PATH);
            let Some(field) = self.scratch.met.meet(path, field) else {
                let path = shown(path);
                return Err(A::Error::custom(format_args!("`{path}` is there twice")));
            };
            if self.scratch.met.count() > MAX_KEYS {
                return Err(A::Error::custom(format_args!("more than {MAX_KEYS} keys")));
            }
            if self.scratch.path.len() > MAX_PATH {
                Unknown::count(&mut self.scratch.unknown, &self.scratch.path, 1);
                map.next_value::<IgnoredAny>()?;
                self.scratch.path.truncate(outer);
                continue;
            }
            if field.is_none() && self.scratch.path == extra::KEY {
                self.scratch.extra = Some(map.next_value()?);
                self.scratch.path.truncate(outer);
                continue;
            }
            map.next_value_seed(ValueSeed {
                field,
                keys: self.keys,
                record: self.record,
                scratch: self.scratch,
            })?;
            self.scratch.path.truncate(outer);
        }
        Ok(())
    }
}

/// Appends a key to the path of the object it stands in.
struct PathSeed<'a>(&'a mut String, usize);

impl<'de> DeserializeSeed<'de> for PathSeed<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for PathSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<(), E> {
        self.0.truncate(self.1);
        if self.1 > 0 {
            self.0.push('.');
        }
        self.0.push_str(key);
        Ok(())
    }
}

/// Reads the value of a key into its field, or counts the key as unknown.
struct ValueSeed<'a> {
    field: Option<FieldId>,
    keys: &'a Keys,
    record: &'a mut Record,
    scratch: &'a mut Scratch,
}

impl ValueSeed<'_> {
    /// Sets a field once: two keys may say the same of it, but not two things.
    fn set<E: Error>(self, value: Option<Value>) -> Result<(), E> {
        let Some(field) = self.field else {
            Unknown::count(&mut self.scratch.unknown, &self.scratch.path, 1);
            return Ok(());
        };
        let Some(value) = value else { return Ok(()) };
        match self.record.value(field) {
            Some(other) if *other != value => Err(E::custom(format_args!(
                "`{}` is not what another key says of `{}`",
                shown(&self.scratch.path),
                self.keys.schema.field(field).name
            ))),
            _ => {
                self.record.set(field, value);
                Ok(())
            }
        }
    }

    fn set_scalar<E: Error>(self, text: &str, is_number: bool) -> Result<(), E> {
        let value = self
            .field
            .and_then(|field| scalar(self.keys.schema.field(field).ty, text, is_number));
        self.set(value)
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.set(None)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        let text = if value { "true" } else { "false" };
        let boolean = self
            .field
            .map(|field| match self.keys.schema.field(field).ty {
                Type::Boolean => Value::Boolean(value),
                _ => Value::Unreadable(text.into()),
            });
        self.set(boolean)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.set_scalar(&value.to_string(), false)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.set_scalar(&value.to_string(), false)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.set_scalar(&value.to_string(), true)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.set_scalar(text, false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let ty = self.field.map(|field| self.keys.schema.field(field).ty);
        let value = match ty {
            Some(Type::Records(schema)) => Some(read_records(schema, &mut seq)?),
            Some(Type::Texts) => Some(read_texts(&mut seq)?),
            ty => {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                ty.map(|_| Value::Unreadable("a list".into()))
            }
        };
        self.set(value)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let before = self.record.declared().count();
        ObjectVisitor {
            keys: self.keys,
            record: &mut *self.record,
            scratch: &mut *self.scratch,
        }
        .visit_map(map)?;
        // `os: {…}` is a way to write `os.build`; `owner: {…}` is not a way to write `owner`.
        let says_nothing = self.record.declared().count() == before;
        match self.field {
            Some(field)
                if says_nothing
                    && !self
                        .keys
                        .schema
                        .is_prefix(self.keys.schema.field(field).name) =>
            {
                self.set(Some(Value::Unreadable("an object".into())))
            }
            _ => Ok(()),
        }
    }
}

/// A scalar by the type of its field; `None` when it says nothing.
fn scalar(ty: Type, text: &str, is_number: bool) -> Option<Value> {
    if is_silent(text) {
        return None;
    }
    let text = text.trim();
    match ty {
        // The number 3.10 has already become 3.1: which version was meant is lost.
        Type::Version | Type::Text if is_number => Some(Value::Unreadable(format!(
            "the number {text}, which has to be in quotes"
        ))),
        Type::Records(_) if text.eq_ignore_ascii_case("none") => Some(Value::Records(Vec::new())),
        _ => Some(
            ty.read(text)
                .unwrap_or_else(|| Value::Unreadable(text.to_owned())),
        ),
    }
}

fn read_records<'de, A: SeqAccess<'de>>(
    schema: &'static Schema,
    seq: &mut A,
) -> Result<Value, A::Error> {
    let mut records = Vec::new();
    let mut unreadable = None;
    while let Some(entry) = seq.next_element_seed(EntrySeed(schema))? {
        match entry {
            Entry::Records(mut some) => records.append(&mut some),
            Entry::Unreadable(text) => unreadable = unreadable.or(Some(text)),
        }
    }
    Ok(unreadable.map_or(Value::Records(records), Value::Unreadable))
}

fn read_texts<'de, A: SeqAccess<'de>>(seq: &mut A) -> Result<Value, A::Error> {
    let mut texts = Vec::new();
    let mut unreadable = None;
    while let Some(entry) = seq.next_element_seed(TextSeed)? {
        match entry {
            Ok(text) => texts.push(text),
            Err(text) => unreadable = unreadable.or(Some(text)),
        }
    }
    Ok(unreadable.map_or(Value::Texts(texts), |text| Value::Unreadable(text.into())))
}

/// An entry of a list of records: an object, or the compact text form.
enum Entry {
    Records(Vec<Record>),
    Unreadable(String),
}

struct EntrySeed(&'static Schema);

impl EntrySeed {
    fn compact(&self, text: &str) -> Entry {
        match Type::Records(self.0).read(text) {
            Some(Value::Records(records)) => Entry::Records(records),
            _ => Entry::Unreadable(text.trim().to_owned()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for EntrySeed {
    type Value = Entry;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Entry, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for EntrySeed {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of the {}", self.0.plural)
    }

    fn visit_str<E>(self, text: &str) -> Result<Entry, E> {
        Ok(self.compact(text))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Entry, E> {
        Ok(self.compact(&number.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut record = Record::new(self.0);
        let mut key = String::new();
        while map.next_key_seed(PathSeed(&mut key, 0))?.is_some() {
            let Some(field) = self.0.find_alias(&key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = map.next_value_seed(PlainSeed(self.0.field(field).ty))?;
            let Some(value) = value else { continue };
            if record.value(field).is_some_and(|other| *other != value) {
                return Err(A::Error::custom(format_args!(
                    "`{}` is there twice in one of the {}",
                    shown(&key),
                    self.0.plural
                )));
            }
            record.set(field, value);
        }
        Ok(Entry::Records(vec![record]))
    }

    fn visit_unit<E>(self) -> Result<Entry, E> {
        Ok(Entry::Unreadable("null".into()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Entry, E> {
        Ok(Entry::Unreadable(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Entry, E> {
        Ok(Entry::Unreadable(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Entry, E> {
        Ok(Entry::Unreadable(value.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entry, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Entry::Unreadable("a list".into()))
    }
}

/// A scalar inside an entry of a list, or a list of texts.
struct PlainSeed(Type);

impl<'de> DeserializeSeed<'de> for PlainSeed {
    type Value = Option<Value>;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for PlainSeed {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.expected())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(match self.0 {
            Type::Boolean => Value::Boolean(value),
            _ => Value::Unreadable(value.to_string()),
        }))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(scalar(self.0, &value.to_string(), false))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(scalar(self.0, &value.to_string(), false))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(scalar(self.0, &value.to_string(), true))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(scalar(self.0, text, false))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        if matches!(self.0, Type::Texts) {
            return read_texts(&mut seq).map(Some);
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Some(Value::Unreadable("a list".into())))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Some(Value::Unreadable("an object".into())))
    }
}

/// A text inside a list of texts; `Err` holds what stands there instead.
struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Result<String, &'static str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        Ok(match PlainSeed(Type::Text).deserialize(input)? {
            Some(Value::Text(text)) => Ok(text),
            _ => Err("something that is not text"),
        })
    }
}

/// A key, short enough for a message.
fn shown(key: &str) -> String {
    key.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records, read};
    use super::*;
    use crate::model::fields::{exposure, missing_update, update};

    fn message(line: &str) -> String {
        let bad = bad_records(format!("{line}\n"));
        assert_eq!(bad.len(), 1, "{line}");
        bad[0].message.clone()
    }

    #[test]
    fn nested_objects_and_other_names_mean_the_same_fields() {
        let all = assets(
            r#"{"deviceName":"W1","os":{"name":"Windows 10","build":"19045.1","edition":null},"protocols":{"smb1_server":false}}
               {"id":"W2","os":"Windows 11","os.build":22631,"smb1.server":"on","updates":["KB1",{"kb":"KB2","installed_on":"2026-01-02"},3]}"#,
        );
        assert_eq!(all[0].id, "W1");
        assert_eq!(all[0].text(asset::OS), Some("Windows 10"));
        assert_eq!(all[0].text(asset::OS_BUILD), Some("19045.1"));
        assert_eq!(all[0].boolean(asset::SMB1_SERVER), Some(false));
        assert!(all[0].value(asset::OS_EDITION).is_none());
        assert_eq!(all[1].text(asset::OS_BUILD), Some("22631"));
        assert_eq!(all[1].boolean(asset::SMB1_SERVER), Some(true));
        let updates = all[1]
            .records(asset::UPDATES)
            .expect("updates are declared");
        let ids: Vec<_> = updates
            .iter()
            .filter_map(|kb| kb.text(update::ID))
            .collect();
        assert_eq!(ids, ["KB1", "KB2", "3"]);
        assert!(updates[1].date(update::INSTALLED_ON).is_some());
    }

    #[test]
    fn exposures_are_read_as_objects_texts_and_numbers() {
        let all =
            assets(r#"{"id":"a","exposures":[{"port":445,"from":"n3"},"139/internet",3389]}"#);
        let exposures = all[0]
            .records(asset::EXPOSURES)
            .expect("exposures are declared");
        let ports: Vec<_> = exposures
            .iter()
            .filter_map(|e| e.integer(exposure::PORT))
            .collect();
        assert_eq!(ports, [445, 139, 3389]);
        assert_eq!(exposures[0].text(exposure::FROM), Some("hscn"));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_unreadable_and_not_silence() {
        let all = assets(
            r#"{"id":"a","smb1":"perhaps","updates":{"x":1},"owner":["y"],"observed_at":20261101,"os.version":3.10,"updates_complete":2,"exposures":["x/y/z"]}"#,
        );
        let fields: Vec<_> = all[0]
            .unreadable()
            .into_iter()
            .map(|(field, _)| field.name)
            .collect();
        assert_eq!(
            fields,
            [
                "os.version",
                "observed_at",
                "owner",
                "updates",
                "updates_complete",
                "smb1.server",
                "exposures"
            ]
        );
    }

    #[test]
    fn an_entry_of_a_list_may_have_a_list_of_texts() {
        let all = assets(
            r#"{"id":"a","missing_updates":[{"id":"KB1","cves":["CVE-1","CVE-2"]},{"id":"KB2","cves":[true]}]}"#,
        );
        let missing = all[0].records(asset::MISSING_UPDATES).expect("a list");
        let cves = missing[0].texts(missing_update::CVES);
        assert_eq!(cves.map(<[_]>::len), Some(2));
        assert!(matches!(
            missing[1].value(missing_update::CVES),
            Some(Value::Unreadable(_))
        ));
    }

    #[test]
    fn an_empty_list_is_a_statement_and_null_is_not() {
        let all = assets(r#"{"id":"a","updates":[],"exposures":null,"os":"unknown"}"#);
        assert_eq!(all[0].records(asset::UPDATES).map(<[_]>::len), Some(0));
        assert!(all[0].value(asset::EXPOSURES).is_none());
        assert!(all[0].value(asset::OS).is_none());
    }

    #[test]
    fn contradictions_inside_one_object_are_refused() {
        assert!(
            message(r#"{"id":"a","smb1":true,"smb1":false}"#).contains("`smb1` is there twice")
        );
        assert!(message(r#"{"id":"a","x":1,"x":1}"#).contains("`x` is there twice"));
        assert!(message(r#"{"id":"a","os":{"build":1},"os.build":1}"#).contains("twice"));
        assert!(message(r#"{"id":"a","smb1":true,"smbv1":false}"#).contains("another key"));
        assert!(message(r#"{"id":"a","updates":[{"id":"KB1","kb":"KB2"}]}"#).contains("twice"));
        assert_eq!(assets(r#"{"id":"a","smb1":true,"smbv1":true}"#).len(), 1);
    }

    #[test]
    fn broken_lines_say_where_and_which_asset() {
        let bad = bad_records("{\"id\":\"a\",\"os\":}\n{\"id\":\"b\"}\n");
        assert_eq!((bad[0].place.line, bad[0].place.column), (1, 16));
        assert_eq!(bad[0].id.as_deref(), Some("a"));
        let scalar = bad_records("{\"id\":\"a\"}\n42\n");
        assert!(scalar[0].message.contains("expected an object"));
        assert!(message(r#"{"id":"a"} {"id":"b"}"#).contains("trailing characters"));
        assert_eq!(message(r#"{"os":"Windows 10"}"#), "has no id and no name");
        let invalid = bad_records(b"{\"id\":\"a\xff\"}\n".to_vec());
        assert_eq!(invalid.len(), 1);
    }

    #[test]
    fn deep_nesting_is_survived() {
        let lists = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let objects = format!("{}1{}", "{\"os\":".repeat(100_000), "}".repeat(100_000));
        for deep in [lists, objects] {
            for key in ["os", "updates", "x"] {
                let text = format!("{{\"id\":\"a\",\"{key}\":{deep}}}\n{{\"id\":\"b\"}}\n");
                assert!(assets(text).iter().any(|asset| asset.id == "b"));
            }
        }
    }

    #[test]
    fn unknown_keys_are_counted_and_suggested() {
        let ignored =
            read("{\"id\":\"a\",\"bulid\":1,\"x\":{\"y\":2}}\n{\"id\":\"b\",\"x\":{\"y\":2}}\n").1;
        assert_eq!(ignored, ["`bulid` (did you mean `build`?)", "`x.y`"]);
    }

    #[test]
    fn many_keys_and_long_ones_stay_cheap() {
        use std::fmt::Write;
        let mut line = format!("{{\"id\":\"a\",\"{}\":{{", "k".repeat(300_000));
        for n in 0..9_000 {
            write!(line, "\"{n}\":1,").expect("writing to a string");
        }
        line += "\"z\":1}}";
        assert_eq!(assets(line).len(), 1);
        let keys: Vec<_> = (0..20_000).map(|n| format!("\"k{n}\":1")).collect();
        assert!(message(&format!("{{{}}}", keys.join(","))).contains("more than 10000 keys"));
    }
}
