//! Writes rows as one JSON object a line, so that reading them back gives the same rows.

use super::extra::{Extra, KEY};
use super::row::{BadRecord, Row};
use crate::model::{Record, Subject, Type, Value};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::io::{self, Write};

/// Writes a row as a line. What could not be read, and which machine nobody knows, is written too:
/// it does not get lost on the way.
pub fn write_row(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    match row {
        Row::Asset(subject) => line(&Line::of(subject), out),
        Row::Unnamed(subject) => unread(&BadRecord::unnamed(subject.place.clone()), out),
        Row::Bad(bad) => unread(bad, out),
    }
}

fn unread(bad: &BadRecord, out: &mut dyn Write) -> io::Result<()> {
    let extra = Extra::of_unread(bad);
    line(&std::collections::BTreeMap::from([(KEY, extra)]), out)
}

fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// An asset with its fields under their dotted names.
struct Line<'s> {
    record: &'s Record,
    extra: Extra,
}

impl<'s> Line<'s> {
    fn of(subject: &'s Subject) -> Self {
        let mut extra = Extra::default();
        for (field, value) in subject.declared() {
            if let Value::Unreadable(text) = value {
                extra.unreadable.insert(field.name.to_owned(), text.clone());
            }
        }
        if let Some(origins) = &subject.origins {
            extra.set_origins(origins);
        }
        Self {
            record: &subject.record,
            extra,
        }
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (field, value) in self.record.declared() {
            if !field.derived && !matches!(value, Value::Unreadable(_)) {
                map.serialize_entry(field.name, &Written(value, field.ty))?;
            }
        }
        if !self.extra.is_empty() {
            map.serialize_entry(KEY, &self.extra)?;
        }
        map.end()
    }
}

/// A value, and the type of its field.
struct Written<'v>(&'v Value, Type);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0, self.1) {
            (Value::Boolean(value), _) => serializer.serialize_bool(*value),
            (Value::Date(day), _) => serializer.collect_str(day),
            (Value::Instant(instant), _) => serializer.collect_str(instant),
            (Value::Integer(number), _) => serializer.serialize_i64(*number),
            (Value::Number(number), _) => serializer.serialize_f64(*number),
            (Value::Records(records), _) => serializer.collect_seq(records.iter().map(Entry)),
            (Value::Texts(texts), _) => serializer.collect_seq(texts),
            // Any text would be read as one, so that something else has to stand for it.
            (Value::Unreadable(_), Type::Text | Type::Texts | Type::Version) => {
                serializer.serialize_bool(false)
            }
            (Value::Text(text) | Value::Unreadable(text), _) => serializer.serialize_str(text),
        }
    }
}

/// An entry of a list of records.
struct Entry<'r>(&'r Record);

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.declared();
        serializer.collect_map(fields.map(|(field, value)| (field.name, Written(value, field.ty))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, read};
    use super::*;
    use crate::model::fields::asset;
    use crate::model::{FieldId, Origin, Origins, Place, Remark, RemarkKind};
    use jiff::civil::date;

    fn written(rows: &[Row]) -> String {
        let mut out = Vec::new();
        for row in rows {
            write_row(row, &mut out).expect("a vector takes it");
        }
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn what_is_written_is_read_back_as_it_was() {
        let text = "id,name,os,os.build,smb1,last seen,kbs,criticality,open_cves,exposures,updates_stated\n\
                    a,PC-1,Windows 10,19045.10,no,2026-11-01,KB1/2026-11-01; KB2//no,4,CVE-1;CVE-2,445/hscn,2\n\
                    b,PC-2,,,perhaps,31/02/2026,none,very,,445/moon,many\n\
                    c,PC-3,x\n";
        let (rows, _) = read(text);
        let (again, ignored) = read(written(&rows));
        assert_eq!(ignored, Vec::<String>::new());
        assert_eq!(again.len(), rows.len());
        for (one, other) in rows.iter().zip(&again) {
            match (one, other) {
                (Row::Asset(one), Row::Asset(other)) => {
                    assert_eq!((&one.id, &one.record), (&other.id, &other.record));
                }
                (Row::Bad(one), Row::Bad(other)) => assert_eq!(one, other),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn what_was_joined_keeps_its_sources_and_what_was_said_of_them() {
        let mut asset = assets("id,os\na,Windows 10\n").remove(0);
        let mut origins = Origins::new(vec![
            Origin {
                place: Place::new(&"intune.csv".into(), 3, 0),
                collected: Some(date(2026, 11, 1)),
            },
            Origin {
                place: Place::new(&"qfe.txt".into(), 0, 0),
                collected: None,
            },
        ]);
        origins.set(asset::OS, 0);
        origins.remarks.push(Remark {
            kind: RemarkKind::NotJoined,
            field: Some(asset::NAME),
            place: Place::new(&"qfe.txt".into(), 7, 2),
            text: "two are one".into(),
        });
        asset.origins = Some(Box::new(origins));
        let row = Row::Asset(asset.clone());
        let again = assets(written(&[row])).remove(0);
        assert_eq!(again.origins, asset.origins);
        assert_eq!(again.record, asset.record);
    }

    #[test]
    fn a_field_of_every_type_that_cannot_be_read_is_still_not_readable() {
        let mut asset = assets("{\"id\":\"a\"}").remove(0);
        for (index, field) in (0..).map(FieldId).zip(asset::SCHEMA.fields) {
            if index != asset::ID && !field.derived {
                asset
                    .record
                    .set(index, Value::Unreadable("this or that".into()));
            }
        }
        let again = assets(written(&[Row::Asset(asset.clone())])).remove(0);
        assert_eq!(again.record, asset.record);
    }
}
