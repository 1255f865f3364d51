//! What became of an import as one JSON document, version 1. Keys are only added.
//!
//! | key | what it holds |
//! | --- | --- |
//! | `format`, `version` | `"passmuster/import"` and 1 |
//! | `files[].name`, `.format` | a file, and the format it was read as |
//! | `….rows`, `.unnamed`, `.bad` | rows read, those that name no machine, and records that could not be read |
//! | `….first_bad[].place`, `.why` | the first of those |
//! | `….columns[].title`, `.fields`, `.known` | of a table: a column, the fields it became, and whether we or the map know it |
//! | `….fields[].field`, `.values` | a field, and how many rows say something of it |
//! | `….unreadable`, `.first[].place`, `.text` | how many of those values cannot be read, and the first of them |
//! | `….ignored[].name`, `.records`, `.near` | a column or key that means nothing to us, in how many records (of keys), and the name we know that is nearest to it |
//! | `assets`, `joined`, `bad` | what was made of all files: assets, those that several rows told of, records that are none |
//! | `contradictions`, `first_contradictions` | what sources do not agree about |

use super::explained::Explained;
use crate::import::{Becomes, ColumnUse, Format};
use crate::model::Place;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'e> {
    format: &'static str,
    version: u8,
    files: Vec<File<'e>>,
    assets: u64,
    joined: u64,
    bad: u64,
    contradictions: u64,
    first_contradictions: &'e [String],
}

#[derive(Serialize)]
struct File<'e> {
    name: &'e str,
    format: &'static str,
    rows: u64,
    unnamed: u64,
    bad: u64,
    first_bad: Vec<Bad<'e>>,
    columns: Vec<Described<'e>>,
    fields: Vec<FieldSaid<'e>>,
    ignored: Vec<Column<'e>>,
}

#[derive(Serialize)]
struct Bad<'e> {
    place: String,
    why: &'e str,
}

#[derive(Serialize)]
struct Described<'e> {
    title: &'e str,
    fields: &'e [&'static str],
    known: bool,
}

impl<'e> Described<'e> {
    fn of(column: &'e ColumnUse) -> Self {
        Self {
            title: &column.title,
            fields: match &column.becomes {
                Becomes::Fields(fields) => fields,
                Becomes::Ignored | Becomes::Unused => &[],
            },
            known: column.becomes != Becomes::Ignored,
        }
    }
}

#[derive(Serialize)]
struct FieldSaid<'e> {
    field: &'static str,
    values: u64,
    unreadable: u64,
    first: Vec<Example<'e>>,
}

#[derive(Serialize)]
struct Example<'e> {
    place: String,
    text: &'e str,
}

#[derive(Serialize)]
struct Column<'e> {
    name: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    near: Option<&'static str>,
}

pub(super) fn explain(explained: &Explained, out: &mut dyn Write) -> io::Result<()> {
    let place = |place: &Place| place.to_string();
    let files = explained.files.iter().map(|file| File {
        name: &file.name,
        format: file.format,
        rows: file.rows,
        unnamed: file.unnamed,
        bad: file.bad,
        first_bad: file
            .first_bad
            .iter()
            .map(|(at, why)| Bad {
                place: place(at),
                why,
            })
            .collect(),
        columns: file.columns.iter().map(Described::of).collect(),
        fields: file
            .fields
            .iter()
            .map(|(field, survey)| FieldSaid {
                field,
                values: survey.declared,
                unreadable: survey.unreadable,
                first: survey
                    .first
                    .iter()
                    .map(|(at, text)| Example {
                        place: place(at),
                        text,
                    })
                    .collect(),
            })
            .collect(),
        ignored: file
            .ignored
            .iter()
            .map(|column| Column {
                name: &column.name,
                records: Some(column.records).filter(|records| *records > 0),
                near: column.near,
            })
            .collect(),
    });
    let document = Document {
        format: "passmuster/import",
        version: 1,
        files: files.collect(),
        assets: explained.assets,
        joined: explained.joined,
        bad: explained.bad,
        contradictions: explained.remarked,
        first_contradictions: &explained.remarks,
    };
    write(&document, out)
}

#[derive(Serialize)]
struct List {
    format: &'static str,
    version: u8,
    formats: Vec<OneFormat>,
}

#[derive(Serialize)]
struct OneFormat {
    name: &'static str,
    about: &'static str,
}

pub(super) fn formats(out: &mut dyn Write) -> io::Result<()> {
    let formats = Format::all().map(|format| OneFormat {
        name: format.name(),
        about: format.about(),
    });
    let document = List {
        format: "passmuster/formats",
        version: 1,
        formats: formats.collect(),
    };
    write(&document, out)
}

fn write(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, document)?;
    out.write_all(b"\n")
}
