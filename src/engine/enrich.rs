//! Works out the derived fields of a subject before rules look at it.

use crate::catalogue::{Catalogue, Identity};
use crate::check::os_facts;
use crate::model::fields::{asset, certificate, zone};
use crate::model::{Declaration, Record, Subject, SubjectKind, Value, fields};
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
    place_in_zone(&mut subject.record, declaration);
    let identity = catalogue.identify(&os_facts(&subject.record));
    if let Some(family) = identity.family {
        subject
            .record
            .set(asset::OS_FAMILY, Value::Text(family.to_owned()));
    }
    if let [(product, cycle)] = identity.candidates.as_slice() {
        subject
            .record
            .set(asset::OS_CYCLE, Value::Text(format!("{product}:{cycle}")));
    }
    Some(identity)
}

/// The kind of the zone an asset stands in, and the worse of what the asset and its zone say about
/// traffic with the internet: a zone that lets it out makes "none" untrue.
fn place_in_zone(record: &mut Record, declaration: &Declaration) {
    let Some(name) = record.text(asset::ZONE) else {
        return;
    };
    let declared = declaration.find(SubjectKind::Zone, name);
    let kind = match declared {
        Some(found) => found.value(zone::KIND).cloned(),
        None => fields::zone::SCHEMA.field(zone::KIND).ty.read(name),
    };
    let zone_access = declared
        .and_then(|found| found.text(zone::INTERNET_ACCESS))
        .map(str::to_owned);
    if let Some(kind) = kind {
        record.set(asset::ZONE_KIND, kind);
    }
    if let Some(theirs) = zone_access {
        let own = record.text(asset::INTERNET_ACCESS).unwrap_or_default();
        if exposure(&theirs) > exposure(own) {
            record.set(asset::INTERNET_ACCESS, Value::Text(theirs));
        }
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

/// Whole days of validity of a certificate declared by its dates, any excess counting as a day.
pub(super) fn lifetime(record: &mut Record) {
    if record.value(certificate::LIFETIME_DAYS).is_some() {
        return;
    }
    let (Some(from), Some(to)) = (
        record.instant(certificate::NOT_BEFORE),
        record.instant(certificate::NOT_AFTER),
    ) else {
        return;
    };
    let seconds = to.as_second() - from.as_second() + 1;
    record.set(
        certificate::LIFETIME_DAYS,
        Value::Integer(seconds.div_euclid(86_400) + i64::from(seconds.rem_euclid(86_400) > 0)),
    );
}
