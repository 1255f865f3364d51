//! Declared things as records: a schema lists the fields that exist, a record holds the values
//! that were declared, and a field that was not declared stays absent.

use super::origin::Origins;
use super::place::Place;
use super::value::{Type, Value, fold_name, split_list};
use std::sync::Arc;

/// The fields of one kind of record.
#[derive(Debug)]
pub struct Schema {
    /// Singular: `asset`.
    pub name: &'static str,
    pub plural: &'static str,
    pub fields: &'static [Field],
}

/// One field. Names are dotted paths (`os.build`); nested mappings in YAML and JSON mean the same.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub ty: Type,
    /// Other names it goes by in exports.
    pub also: &'static [&'static str],
    pub about: &'static str,
    /// Worked out by us; cannot be declared.
    pub derived: bool,
}

/// The index of a field in its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u16);

impl Schema {
    pub fn field(&self, id: FieldId) -> &'static Field {
        &self.fields[usize::from(id.0)]
    }

    /// The field with exactly this dotted name.
    pub fn find(&self, name: &str) -> Option<FieldId> {
        self.position(|field| field.name == name)
    }

    /// The declarable field that a column or key of an export means, whatever its case and spacing.
    pub fn find_alias(&self, name: &str) -> Option<FieldId> {
        let folded = fold_name(name);
        self.position(|field| {
            !field.derived
                && (fold_name(field.name) == folded
                    || field.also.iter().any(|also| fold_name(also) == folded))
        })
    }

    /// Whether `path` is the beginning of longer field names: `os` of `os.build`.
    pub fn is_prefix(&self, path: &str) -> bool {
        self.fields.iter().any(|field| {
            field
                .name
                .strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    }

    /// Reads the compact list form of CSV cells: entries cut at `;`, values of an entry at `/`
    /// in the order of the schema's fields, as in `445/internet; 139/hscn`.
    /// Punctuation around nothing is no list, and not an empty one either.
    pub(super) fn read_compact(&'static self, text: &str) -> Option<Vec<Record>> {
        if !text.is_empty() && split_list(text).next().is_none() {
            return None;
        }
        split_list(text)
            .map(|entry| {
                let mut record = Record::new(self);
                for (index, part) in entry.split('/').enumerate() {
                    let id = FieldId(u16::try_from(index).ok()?);
                    let field = self.fields.get(index)?;
                    if !part.trim().is_empty() {
                        record.set(id, field.ty.read(part)?);
                    }
                }
                Some(record)
            })
            .collect()
    }

    fn position(&self, matches: impl FnMut(&Field) -> bool) -> Option<FieldId> {
        let index = self.fields.iter().position(matches)?;
        u16::try_from(index).ok().map(FieldId)
    }
}

/// The declared values of one thing.
#[derive(Debug, Clone)]
pub struct Record {
    pub schema: &'static Schema,
    values: Vec<Option<Value>>,
    /// Line and column of single values, where the format knows them.
    places: Vec<(FieldId, u32, u32)>,
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.schema, other.schema) && self.values == other.values
    }
}

impl Record {
    pub fn new(schema: &'static Schema) -> Self {
        Self {
            schema,
            values: vec![None; schema.fields.len()],
            places: Vec::new(),
        }
    }

    pub fn set(&mut self, id: FieldId, value: Value) {
        self.values[usize::from(id.0)] = Some(value);
    }

    pub fn set_at(&mut self, id: FieldId, value: Value, line: u32, column: u32) {
        self.places.push((id, line, column));
        self.set(id, value);
    }

    /// Reads a scalar into a field; text that is not of its type is kept as unreadable.
    pub fn set_text(&mut self, id: FieldId, text: &str) {
        let value = self
            .schema
            .field(id)
            .ty
            .read(text)
            .unwrap_or_else(|| Value::Unreadable(text.trim().to_owned()));
        self.set(id, value);
    }

    /// What was declared, readable or not.
    pub fn value(&self, id: FieldId) -> Option<&Value> {
        self.values[usize::from(id.0)].as_ref()
    }

    /// Line and column of a value, if the format knows them.
    pub fn place_of(&self, id: FieldId) -> Option<(u32, u32)> {
        self.places
            .iter()
            .find(|(field, ..)| *field == id)
            .map(|(_, line, column)| (*line, *column))
    }

    /// The fields that hold something we could not read, also inside lists of records.
    pub fn unreadable(&self) -> Vec<(&'static Field, &str)> {
        let mut found = Vec::new();
        for (field, value) in self.declared() {
            match value {
                Value::Unreadable(text) => found.push((field, text.as_str())),
                Value::Records(records) => {
                    found.extend(records.iter().flat_map(Self::unreadable));
                }
                _ => {}
            }
        }
        found
    }

    /// The declared fields with their values, in schema order.
    pub fn declared(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        self.schema
            .fields
            .iter()
            .zip(&self.values)
            .filter_map(|(field, value)| Some((field, value.as_ref()?)))
    }

    /// Takes the record apart: its fields in schema order, each with line and column where known.
    pub fn into_declared(self) -> impl Iterator<Item = (FieldId, Value, (u32, u32))> {
        let places = self.places;
        let place = move |id| {
            let found = places.iter().find(|(field, ..)| *field == id);
            found.map_or((0, 0), |(_, line, column)| (*line, *column))
        };
        (0..)
            .map(FieldId)
            .zip(self.values)
            .filter_map(move |(id, value)| {
                let place = if value.is_some() { place(id) } else { (0, 0) };
                Some((id, value?, place))
            })
    }

    pub fn text(&self, id: FieldId) -> Option<&str> {
        match self.value(id)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn texts(&self, id: FieldId) -> Option<&[String]> {
        match self.value(id)? {
            Value::Texts(texts) => Some(texts),
            _ => None,
        }
    }

    pub fn boolean(&self, id: FieldId) -> Option<bool> {
        match self.value(id)? {
            Value::Boolean(boolean) => Some(*boolean),
            _ => None,
        }
    }

    pub fn date(&self, id: FieldId) -> Option<jiff::civil::Date> {
        match self.value(id)? {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    pub fn instant(&self, id: FieldId) -> Option<jiff::Timestamp> {
        match self.value(id)? {
            Value::Instant(instant) => Some(*instant),
            _ => None,
        }
    }

    pub fn integer(&self, id: FieldId) -> Option<i64> {
        match self.value(id)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub fn number(&self, id: FieldId) -> Option<f64> {
        match self.value(id)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub fn records(&self, id: FieldId) -> Option<&[Record]> {
        match self.value(id)? {
            Value::Records(records) => Some(records),
            _ => None,
        }
    }
}

/// What kind of thing a subject is; each kind has one schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    Alert,
    Asset,
    Attestation,
    Backup,
    Certificate,
    Component,
    Endpoint,
    Evidence,
    Organisation,
    Product,
    Service,
    Submission,
    Waiver,
    Zone,
}

impl SubjectKind {
    pub const ALL: [Self; 14] = [
        Self::Alert,
        Self::Asset,
        Self::Attestation,
        Self::Backup,
        Self::Certificate,
        Self::Component,
        Self::Endpoint,
        Self::Evidence,
        Self::Organisation,
        Self::Product,
        Self::Service,
        Self::Submission,
        Self::Waiver,
        Self::Zone,
    ];

    pub fn schema(self) -> &'static Schema {
        use super::fields;
        match self {
            Self::Alert => &fields::alert::SCHEMA,
            Self::Asset => &fields::asset::SCHEMA,
            Self::Attestation => &fields::attestation::SCHEMA,
            Self::Backup => &fields::backup::SCHEMA,
            Self::Certificate => &fields::certificate::SCHEMA,
            Self::Component => &fields::component::SCHEMA,
            Self::Endpoint => &fields::endpoint::SCHEMA,
            Self::Evidence => &fields::evidence::SCHEMA,
            Self::Organisation => &fields::organisation::SCHEMA,
            Self::Product => &fields::product::SCHEMA,
            Self::Service => &fields::service::SCHEMA,
            Self::Submission => &fields::submission::SCHEMA,
            Self::Waiver => &fields::waiver::SCHEMA,
            Self::Zone => &fields::zone::SCHEMA,
        }
    }

    pub fn name(self) -> &'static str {
        self.schema().name
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One thing a rule looks at.
#[derive(Debug, Clone)]
pub struct Subject {
    pub kind: SubjectKind,
    /// Unique within its kind; what waivers and findings name.
    pub id: String,
    pub record: Record,
    pub place: Place,
    /// Only where several sources told of it.
    pub origins: Option<Box<Origins>>,
}

impl Subject {
    pub fn new(kind: SubjectKind, id: impl Into<String>, place: Place) -> Self {
        Self {
            kind,
            id: id.into(),
            record: Record::new(kind.schema()),
            place,
            origins: None,
        }
    }

    /// The place of one field where it is known, else of the whole subject.
    pub fn place_of(&self, field: FieldId) -> Place {
        if let Some(origin) = self.origins.as_ref().and_then(|all| all.of(field)) {
            return origin.place.clone();
        }
        match self.record.place_of(field) {
            Some((line, column)) => Place {
                file: Arc::clone(&self.place.file),
                line,
                column,
            },
            None => self.place.clone(),
        }
    }
}

impl std::ops::Deref for Subject {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}
