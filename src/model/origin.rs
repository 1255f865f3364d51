//! Where the facts of an asset come from that several sources told: which file, which row, and
//! when they were collected. Assets of one source have no need of it.

use super::fields::asset;
use super::place::Place;
use super::record::{FieldId, Subject};
use jiff::civil::Date;

/// A row that told something of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub place: Place,
    /// The day its facts were collected, where it says so.
    pub collected: Option<Date>,
}

/// Something that the sources do not agree about. Never a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub kind: RemarkKind,
    /// The field it is about; `None` where it is about the machine as such.
    pub field: Option<FieldId>,
    pub place: Place,
    /// One sentence, without a full stop.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkKind {
    /// Two sources say two things.
    Conflict,
    /// Nobody can tell whether two records are one machine.
    NotJoined,
    /// A source says something that cannot be read, where another can.
    Unreadable,
}

impl RemarkKind {
    pub const ALL: [Self; 3] = [Self::Conflict, Self::NotJoined, Self::Unreadable];

    pub fn name(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotJoined => "not-joined",
            Self::Unreadable => "unreadable",
        }
    }
}

/// The rows an asset was joined from, and which of them each field was taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    sources: Vec<Origin>,
    /// Fields in rising order, each with the position of its source.
    fields: Vec<(FieldId, u32)>,
    pub remarks: Vec<Remark>,
}

impl Origins {
    pub fn new(sources: Vec<Origin>) -> Self {
        Self {
            sources,
            ..Self::default()
        }
    }

    pub fn sources(&self) -> &[Origin] {
        &self.sources
    }

    /// Says which source a field was taken from. A position that there is none at is passed over.
    pub fn set(&mut self, field: FieldId, source: usize) {
        let Some(source) = u32::try_from(source)
            .ok()
            .filter(|_| source < self.sources.len())
        else {
            return;
        };
        match self.fields.binary_search_by_key(&field, |(id, _)| *id) {
            Ok(at) => self.fields[at].1 = source,
            Err(at) => self.fields.insert(at, (field, source)),
        }
    }

    /// The source a field was taken from.
    pub fn of(&self, field: FieldId) -> Option<&Origin> {
        let at = self.fields.binary_search_by_key(&field, |(id, _)| *id);
        let (_, source) = self.fields.get(at.ok()?)?;
        self.sources.get(usize::try_from(*source).ok()?)
    }

    /// The fields taken from the source at a position.
    pub fn fields_of(&self, source: usize) -> impl Iterator<Item = FieldId> {
        let taken = self.fields.iter();
        taken
            .filter(move |(_, one)| usize::try_from(*one) == Ok(source))
            .map(|(field, _)| *field)
    }

    /// The earliest day on which any of these fields was collected; `None` where there are none,
    /// or one is of no known day.
    pub fn oldest(&self, ages: impl Fn(FieldId) -> bool) -> Option<Date> {
        let aging = self.fields.iter().filter(|(field, _)| ages(*field));
        let days = aging.map(|(field, _)| self.of(*field).and_then(|origin| origin.collected));
        days.collect::<Option<Vec<_>>>()?.into_iter().min()
    }
}

/// The day of the oldest fact about the state of an asset, where every such fact has one.
pub fn oldest_evidence(asset: &Subject) -> Option<Date> {
    match &asset.origins {
        Some(origins) if !origins.sources.is_empty() => origins.oldest(asset::ages),
        _ => asset.date(asset::OBSERVED_AT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fields::asset;
    use jiff::civil::date;

    fn origins() -> Origins {
        let source = |file: &str, collected| Origin {
            place: Place::whole(file),
            collected,
        };
        let mut origins = Origins::new(vec![
            source("a.csv", Some(date(2026, 11, 1))),
            source("b.csv", Some(date(2026, 10, 1))),
            source("c.csv", None),
        ]);
        origins.set(asset::OWNER, 2);
        origins.set(asset::OS, 1);
        origins.set(asset::SMB1_SERVER, 0);
        origins
    }

    #[test]
    fn a_field_knows_its_source_and_one_that_was_not_told_has_none() {
        let origins = origins();
        let file = |field| origins.of(field).map(|origin| &*origin.place.file);
        assert_eq!(file(asset::OS), Some("b.csv"));
        assert_eq!(file(asset::OWNER), Some("c.csv"));
        assert_eq!(file(asset::SITE), None);
        assert_eq!(
            origins.fields_of(0).collect::<Vec<_>>(),
            [asset::SMB1_SERVER]
        );
    }

    #[test]
    fn one_fact_of_no_known_day_makes_the_age_of_all_unknown() {
        let origins = origins();
        assert_eq!(origins.oldest(|_| true), None);
        assert_eq!(
            origins.oldest(|field| field != asset::OWNER),
            Some(date(2026, 10, 1))
        );
        assert_eq!(origins.oldest(|_| false), None);
    }

    #[test]
    fn a_source_that_is_not_there_is_passed_over() {
        let mut origins = origins();
        origins.set(asset::SITE, 3);
        assert_eq!(origins.of(asset::SITE), None);
    }
}
