//! What `passmuster import` writes beside the fields of an asset, under the key `passmuster`, and
//! reads back: values that could not be read, records that could not, and what was joined from where.

use super::row::BadRecord;
use crate::model::fields::asset;
use crate::model::{Origin, Origins, Place, Remark, RemarkKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The key all of it stands under.
pub(super) const KEY: &str = "passmuster";

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Extra {
    /// Fields that say something that is not of their type, and what.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) unreadable: BTreeMap<String, String>,
    /// Instead of an asset: a record that could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unread: Option<Unread>,
    /// The rows an asset was joined from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sources: Option<Vec<Source>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<Said>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Unread {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    why: String,
    at: At,
}

#[derive(Debug, Serialize, Deserialize)]
struct Source {
    at: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    collected: Option<Date>,
    fields: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Said {
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    text: String,
    at: At,
}

#[derive(Debug, Serialize, Deserialize)]
struct At {
    file: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    line: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    column: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Extra {
    /// What there is to write about a record that could not be read.
    pub(super) fn of_unread(bad: &BadRecord) -> Self {
        Self {
            unread: Some(Unread {
                id: bad.id.clone(),
                why: bad.message.clone(),
                at: At::of(&bad.place),
            }),
            ..Self::default()
        }
    }

    pub(super) fn set_origins(&mut self, origins: &Origins) {
        let name = |field| asset::SCHEMA.field(field).name.to_owned();
        let sources = origins.sources().iter().enumerate();
        let sources = sources.map(|(position, origin)| Source {
            at: At::of(&origin.place),
            collected: origin.collected,
            fields: origins.fields_of(position).map(name).collect(),
        });
        self.sources = Some(sources.collect());
        let remarks = origins.remarks.iter().map(|remark| Said {
            kind: remark.kind.name().to_owned(),
            field: remark.field.map(name),
            text: remark.text.clone(),
            at: At::of(&remark.place),
        });
        self.remarks = remarks.collect();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unreadable.is_empty() && self.unread.is_none() && self.sources.is_none()
    }

    /// The record that could not be read, if it is about one.
    pub(super) fn unread(&mut self) -> Option<BadRecord> {
        let unread = self.unread.take()?;
        Some(BadRecord {
            place: unread.at.place(),
            id: unread.id,
            message: unread.why,
        })
    }

    /// The origins that were written; fields nobody knows are passed over.
    pub(super) fn origins(&mut self) -> Option<Box<Origins>> {
        let sources = self.sources.take()?;
        let known = sources.iter().map(|source| Origin {
            place: source.at.place(),
            collected: source.collected,
        });
        let mut origins = Origins::new(known.collect());
        for (position, source) in sources.iter().enumerate() {
            let fields = source.fields.iter();
            for field in fields.filter_map(|name| asset::SCHEMA.find(name)) {
                origins.set(field, position);
            }
        }
        let remarks = std::mem::take(&mut self.remarks).into_iter();
        origins.remarks = remarks.map(Said::remark).collect();
        Some(Box::new(origins))
    }
}

impl Said {
    /// A kind nobody knows is a conflict: that is the worst there is.
    fn remark(self) -> Remark {
        let kind = RemarkKind::ALL
            .into_iter()
            .find(|kind| kind.name() == self.kind);
        Remark {
            kind: kind.unwrap_or(RemarkKind::Conflict),
            field: self.field.and_then(|name| asset::SCHEMA.find(&name)),
            place: self.at.place(),
            text: self.text,
        }
    }
}

impl At {
    fn of(place: &Place) -> Self {
        Self {
            file: place.file.as_ref().to_owned(),
            line: place.line,
            column: place.column,
        }
    }

    fn place(&self) -> Place {
        Place::new(&self.file.as_str().into(), self.line, self.column)
    }
}
