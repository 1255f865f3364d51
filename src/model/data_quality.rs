//! How good the data about assets is, counted while they are judged. Counts add up, in any grouping.

use super::fields::asset;
use super::origin::{RemarkKind, oldest_evidence};
use super::record::{Field, FieldId, Subject};
use super::value::Value;
use jiff::civil::Date;
use std::collections::BTreeMap;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DataQuality {
    pub assets: u64,
    /// Rows that told of them.
    pub records: u64,
    /// Records that could not be read.
    pub unread: u64,
    /// Fields that two sources fill differently, and neither could be preferred.
    pub conflicts: u64,
    /// Assets that may be one with another.
    pub not_joined: u64,
    /// Assets by the number of rows that told of them, from two on.
    pub by_sources: BTreeMap<u64, u64>,
    /// The earliest day of a fact about the state of an asset.
    pub oldest: Option<Date>,
    /// Assets of which nobody knows that day.
    pub undated: u64,
    fields: Vec<FieldQuality>,
}

/// Assets by what they say of one field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct FieldQuality {
    declared: u64,
    unreadable: u64,
}

impl DataQuality {
    /// Counts an asset as it was declared.
    pub fn see(&mut self, asset: &Subject) {
        self.assets += 1;
        self.see_sources(asset);
        match oldest_evidence(asset) {
            Some(day) => self.oldest = Some(self.oldest.map_or(day, |oldest| oldest.min(day))),
            None => self.undated += 1,
        }
        self.room_for_fields();
        for (index, field) in (0..).zip(&mut self.fields) {
            let Some(value) = asset.value(FieldId(index)) else {
                continue;
            };
            field.declared += 1;
            if cannot_be_read(value) && !is_disputed(asset, FieldId(index)) {
                field.unreadable += 1;
            }
        }
    }

    fn see_sources(&mut self, asset: &Subject) {
        let Some(origins) = &asset.origins else {
            self.records += 1;
            return;
        };
        let sources = origins.sources().len().max(1) as u64;
        self.records += sources;
        if sources > 1 {
            *self.by_sources.entry(sources).or_default() += 1;
        }
        for remark in &origins.remarks {
            match remark.kind {
                RemarkKind::Conflict => self.conflicts += 1,
                RemarkKind::NotJoined => self.not_joined += 1,
                RemarkKind::Unreadable => {}
            }
        }
    }

    /// Counts a record that could not be read.
    pub fn see_unread(&mut self) {
        self.unread += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        self.assets += other.assets;
        self.records += other.records;
        self.unread += other.unread;
        self.conflicts += other.conflicts;
        self.not_joined += other.not_joined;
        for (sources, assets) in &other.by_sources {
            *self.by_sources.entry(*sources).or_default() += assets;
        }
        self.oldest = [self.oldest, other.oldest].into_iter().flatten().min();
        self.undated += other.undated;
        if other.fields.is_empty() {
            return;
        }
        self.room_for_fields();
        for (one, more) in self.fields.iter_mut().zip(&other.fields) {
            one.declared += more.declared;
            one.unreadable += more.unreadable;
        }
    }

    /// Fields of which some values cannot be read, and of how many assets.
    pub fn unreadable(&self) -> impl Iterator<Item = (&'static Field, u64)> {
        let all = asset::SCHEMA.fields.iter().zip(&self.fields);
        all.filter(|(_, one)| one.unreadable > 0)
            .map(|(field, one)| (field, one.unreadable))
    }

    /// Fields that no asset says anything of.
    pub fn silent(&self) -> impl Iterator<Item = (FieldId, &'static Field)> {
        let all = (0..)
            .map(FieldId)
            .zip(asset::SCHEMA.fields)
            .zip(&self.fields);
        all.filter(|((_, field), one)| one.declared == 0 && !field.derived)
            .map(|(field, _)| field)
    }

    fn room_for_fields(&mut self) {
        if self.fields.is_empty() {
            self.fields = vec![FieldQuality::default(); asset::SCHEMA.fields.len()];
        }
    }
}

/// Whether a field has no value because its sources contradict each other: that is counted apart.
fn is_disputed(asset: &Subject, field: FieldId) -> bool {
    let mut remarks = asset.origins.iter().flat_map(|origins| &origins.remarks);
    remarks.any(|remark| remark.kind == RemarkKind::Conflict && remark.field == Some(field))
}

/// Also inside lists.
fn cannot_be_read(value: &Value) -> bool {
    match value {
        Value::Unreadable(_) => true,
        Value::Records(records) => records.iter().any(|record| {
            let mut values = record.declared();
            values.any(|(_, value)| cannot_be_read(value))
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Place, SubjectKind};
    use jiff::civil::date;

    fn machine(seen: &str, smb1: &str) -> Subject {
        let mut machine = Subject::new(SubjectKind::Asset, "a", Place::whole("a.csv"));
        machine.record.set_text(asset::ID, "a");
        for (field, text) in [(asset::OBSERVED_AT, seen), (asset::SMB1_SERVER, smb1)] {
            if !text.is_empty() {
                machine.record.set_text(field, text);
            }
        }
        machine
    }

    #[test]
    fn what_is_counted_apart_adds_up_to_the_whole() {
        let all = [
            machine("2026-11-01", "off"),
            machine("", "perhaps"),
            machine("2026-10-01", ""),
        ];
        let mut whole = DataQuality::default();
        for one in &all {
            whole.see(one);
        }
        whole.see_unread();
        let (mut one, mut other) = (DataQuality::default(), DataQuality::default());
        one.see(&all[0]);
        other.see(&all[1]);
        other.see(&all[2]);
        other.see_unread();
        one.merge(&other);
        assert_eq!(one, whole);
        assert_eq!((whole.assets, whole.records, whole.unread), (3, 3, 1));
        assert_eq!((whole.oldest, whole.undated), (Some(date(2026, 10, 1)), 1));
        let unreadable: Vec<_> = whole
            .unreadable()
            .map(|(field, n)| (field.name, n))
            .collect();
        assert_eq!(unreadable, [("smb1.server", 1)]);
        assert!(whole.silent().any(|(_, field)| field.name == "owner"));
        assert!(whole.silent().all(|(_, field)| field.name != "observed_at"));
    }

    #[test]
    fn of_no_assets_nothing_is_silent() {
        assert_eq!(DataQuality::default().silent().count(), 0);
    }
}
