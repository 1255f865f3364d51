//! Works out the derived fields of a subject before rules look at it.

use crate::catalogue::{Catalogue, Identity};
use crate::check::os_facts;
use crate::model::fields::{asset, zone};
use crate::model::{
    Declaration, FieldId, Record, Subject, SubjectKind, Value, fields, model_key, oldest_evidence,
};
use std::sync::Arc;

/// Fills the derived fields. Returns what the operating system was taken for, where there is one.
pub(super) fn enrich(
    subject: &mut Subject,
    catalogue: &Catalogue,
    declaration: &Declaration,
) -> Option<Arc<Identity>> {
    if subject.kind != SubjectKind::Asset {
        return None;
    }
    complete_by_model(&mut subject.record, declaration);
    place_in_zone(&mut subject.record, declaration);
    date_evidence(subject);
    let identity = catalogue.identify(&os_facts(&subject.record));
    if let Some(family) = identity.family {
        subject
            .record
            .set(asset::OS_FAMILY, Value::Text(family.to_owned()));
    }
    if let ([(product, cycle)], None) = (identity.candidates.as_slice(), &identity.conflict) {
        subject
            .record
            .set(asset::OS_CYCLE, Value::Text(format!("{product}:{cycle}")));
    }
    Some(identity)
}

/// The day of the oldest fact about the state of an asset. A case may have given it.
fn date_evidence(subject: &mut Subject) {
    if let (Some(day), None) = (
        oldest_evidence(subject),
        subject.value(asset::EVIDENCE_OLDEST),
    ) {
        subject.record.set(asset::EVIDENCE_OLDEST, Value::Date(day));
    }
}

/// What the maker says of the model, where nothing is said of this very device.
fn complete_by_model(record: &mut Record, declaration: &Declaration) {
    if declaration.models.is_empty() {
        return;
    }
    let (Some(maker), Some(model)) = (record.text(asset::MANUFACTURER), record.text(asset::MODEL))
    else {
        return;
    };
    let Some(told) = declaration.models.get(&model_key(maker, model)) else {
        return;
    };
    for (index, _) in told.schema.fields.iter().enumerate() {
        let Ok(field) = u16::try_from(index).map(FieldId) else {
            return;
        };
        if let (Some(value), None) = (told.value(field), record.value(field)) {
            record.set(field, value.clone());
        }
    }
}

/// The kind of the zone an asset stands in, and the worse of what the asset and its zone say about
/// traffic with the internet: a zone that lets it out makes "none" untrue.
fn place_in_zone(record: &mut Record, declaration: &Declaration) {
    let Some(name) = record.text(asset::ZONE) else {
        return;
    };
    let declared = declaration.find(SubjectKind::Zone, name);
    let kind = match (declared, declaration.list(SubjectKind::Zone)) {
        (Some(found), _) => found.value(zone::KIND).cloned(),
        // Where zones are declared, a name that is none of them is not known, whatever it sounds like.
        (None, Some([_, ..])) => None,
        (None, _) => fields::zone::SCHEMA.field(zone::KIND).ty.read(name),
    };
    let zone_access = declared
        .and_then(|found| found.value(zone::INTERNET_ACCESS))
        .cloned();
    if let Some(kind) = kind {
        record.set(asset::ZONE_KIND, kind);
    }
    let Some(theirs) = zone_access else { return };
    match (record.value(asset::INTERNET_ACCESS), &theirs) {
        // Words nobody can read may mean more than the zone allows.
        (Some(Value::Unreadable(_)), _) => {}
        (Some(Value::Text(own)), Value::Text(zone)) if exposure(own) >= exposure(zone) => {}
        _ => record.set(asset::INTERNET_ACCESS, theirs),
    }
}

fn exposure(access: &str) -> u8 {
    match access {
        "inbound" => 3,
        "outbound" => 2,
        "none" => 1,
        _ => 0,
    }
}
