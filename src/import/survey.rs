//! What was in the rows of a file, field by field: how often each says something, how often it
//! cannot be read, and the first few that cannot.

use super::row::Row;
use crate::model::fields::asset;
use crate::model::{Field, FieldId, Place, Subject, Value};

/// Examples kept of what could not be read.
const FIRST: usize = 3;

/// Characters of a value that are kept.
const SHOWN: usize = 80;

/// Counts over the rows of a file, or of some of them; surveys of parts add up to that of the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Rows that were read.
    pub rows: u64,
    /// Those of them that name no machine.
    pub unnamed: u64,
    /// Records that could not be read.
    pub bad: u64,
    /// The first of them: place and message.
    pub first_bad: Vec<(Place, String)>,
    fields: Vec<FieldSurvey>,
}

/// What rows say of one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldSurvey {
    /// Rows that say something, readable or not.
    pub declared: u64,
    /// Values that cannot be read, also inside its lists.
    pub unreadable: u64,
    /// The first of them: place and text.
    pub first: Vec<(Place, String)>,
}

impl Survey {
    pub fn see(&mut self, row: &Row) {
        match row {
            Row::Asset(subject) => self.subject(subject),
            Row::Unnamed(subject) => {
                self.unnamed += 1;
                self.subject(subject);
            }
            Row::Bad(bad) => {
                self.bad += 1;
                keep(&mut self.first_bad, &bad.place, &bad.message);
            }
        }
    }

    fn subject(&mut self, subject: &Subject) {
        self.rows += 1;
        if self.fields.is_empty() {
            self.fields
                .resize(asset::SCHEMA.fields.len(), FieldSurvey::default());
        }
        for ((index, field), survey) in (0..).zip(asset::SCHEMA.fields).zip(&mut self.fields) {
            let id = FieldId(index);
            let Some(value) = subject.value(id).filter(|_| !field.derived) else {
                continue;
            };
            survey.declared += 1;
            for text in unreadable(value) {
                survey.unreadable += 1;
                keep(&mut survey.first, &subject.place_of(id), text);
            }
        }
    }

    /// Adds what was in the rows that follow.
    pub fn add(&mut self, later: &Self) {
        self.rows += later.rows;
        self.unnamed += later.unnamed;
        self.bad += later.bad;
        join(&mut self.first_bad, &later.first_bad);
        if self.fields.is_empty() {
            self.fields.clone_from(&later.fields);
            return;
        }
        for (one, more) in self.fields.iter_mut().zip(&later.fields) {
            one.declared += more.declared;
            one.unreadable += more.unreadable;
            join(&mut one.first, &more.first);
        }
    }

    /// The fields that some row says something of, in the order of the schema.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Field, &FieldSurvey)> {
        let all = asset::SCHEMA.fields.iter().zip(&self.fields);
        all.filter(|(_, survey)| survey.declared > 0)
    }
}

fn unreadable(value: &Value) -> Vec<&str> {
    match value {
        Value::Unreadable(text) => vec![text],
        Value::Records(records) => {
            let inside = records.iter().flat_map(|record| record.unreadable());
            inside.map(|(_, text)| text).collect()
        }
        _ => Vec::new(),
    }
}

fn keep(first: &mut Vec<(Place, String)>, place: &Place, text: &str) {
    if first.len() < FIRST {
        first.push((place.clone(), text.chars().take(SHOWN).collect()));
    }
}

fn join(first: &mut Vec<(Place, String)>, later: &[(Place, String)]) {
    let room = FIRST.saturating_sub(first.len());
    first.extend(later.iter().take(room).cloned());
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::read;
    use super::*;

    const TEXT: &str =
        "id,smb1,kbs,owner\na,no,KB1/soon,\nb,perhaps,,\nc,maybe,none,\nd,x,,\ne,z,,\nf\n";

    fn see(survey: &mut Survey, rows: &[Row]) {
        for row in rows {
            survey.see(row);
        }
    }

    #[test]
    fn unreadable_values_are_counted_and_the_first_three_are_kept() {
        let mut survey = Survey::default();
        see(&mut survey, &read(TEXT).0);
        assert_eq!((survey.rows, survey.bad), (5, 1));
        let told: Vec<_> = survey
            .fields()
            .map(|(field, one)| (field.name, one.declared, one.unreadable))
            .collect();
        assert_eq!(
            told,
            [("id", 5, 0), ("updates", 2, 1), ("smb1.server", 5, 4)]
        );
        let smb = survey.fields().last().expect("a field").1;
        let first: Vec<_> = smb
            .first
            .iter()
            .map(|(place, text)| format!("{place} {text}"))
            .collect();
        assert_eq!(first, ["estate:3 perhaps", "estate:4 maybe", "estate:5 x"]);
    }

    #[test]
    fn surveys_of_parts_are_the_survey_of_the_whole() {
        let rows = read(TEXT).0;
        let mut whole = Survey::default();
        see(&mut whole, &rows);
        for cut in 0..=rows.len() {
            let (mut one, mut other) = (Survey::default(), Survey::default());
            see(&mut one, &rows[..cut]);
            see(&mut other, &rows[cut..]);
            one.add(&other);
            assert_eq!(one, whole);
        }
    }
}
