//! What a batch gives: assets and bad records, and the names of what was not understood.

use crate::model::fields::asset;
use crate::model::{Place, Subject, SubjectKind, Value, nearest};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

/// One record of an inventory.
#[derive(Debug)]
pub enum Row {
    Asset(Subject),
    /// Facts about a machine that the text does not name: other files, or the user, have to.
    Unnamed(Subject),
    Bad(BadRecord),
}

/// A record that could not be read. The rest of its file is read all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    pub place: Place,
    /// Which asset it would have been, as far as that was read.
    pub id: Option<String>,
    /// A lower-case fragment.
    pub message: String,
}

impl BadRecord {
    /// What [`Row::Unnamed`] is where nothing says which machine it is about.
    pub fn unnamed(place: Place) -> Self {
        Self {
            place,
            id: None,
            message: "does not say which machine it is about: name its file or its folder after \
                      the machine, or check it together with the one machine it is about"
                .to_owned(),
        }
    }
}

/// Makes a row of a subject whose record was filled: an asset must have an id, or else a name.
pub(super) fn finish(mut subject: Subject) -> Row {
    match identity(&subject) {
        Some(id) => {
            if subject.value(asset::ID).is_none() {
                subject.record.set(asset::ID, Value::Text(id.clone()));
            }
            subject.id = id;
            Row::Asset(subject)
        }
        None => bad(subject.place, None, "has no id and no name"),
    }
}

pub(super) fn bad(place: Place, id: Option<String>, message: impl Into<String>) -> Row {
    Row::Bad(BadRecord {
        place,
        id,
        message: message.into(),
    })
}

/// The id of an asset, else its name.
pub(super) fn identity(subject: &Subject) -> Option<String> {
    [asset::ID, asset::NAME]
        .into_iter()
        .filter_map(|field| subject.text(field))
        .find(|text| !text.is_empty())
        .map(str::to_owned)
}

/// An asset at a place, nothing known about it yet.
pub(super) fn blank(place: Place) -> Subject {
    Subject::new(SubjectKind::Asset, String::new(), place)
}

/// Whether a cell says that nothing is known. That is silence, not a value.
pub(super) fn is_silent(text: &str) -> bool {
    const SILENT: [&str; 9] = [
        "",
        "-",
        "--",
        "?",
        "n/a",
        "#n/a",
        "not known",
        "null",
        "unknown",
    ];
    let text = text.trim();
    text.len() <= 9 && SILENT.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A column or key that means nothing to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    pub name: String,
    /// Records that have it; 0 for a column.
    pub records: u64,
    /// The name we know that is nearest to it.
    pub near: Option<&'static str>,
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.name)?;
        match self.near {
            Some(near) => write!(f, " (did you mean `{near}`?)"),
            None => Ok(()),
        }
    }
}

/// Counts names that mean nothing to us, over batches read at the same time.
#[derive(Debug, Default)]
pub(super) struct Unknown(Mutex<BTreeMap<String, u64>>);

impl Unknown {
    /// Names kept. The first in the alphabet are kept, so the order of batches does not show.
    const KEPT: usize = 100;
    const NAME_CHARS: usize = 60;

    pub(super) fn add(&self, seen: BTreeMap<String, u64>) {
        if seen.is_empty() {
            return;
        }
        let mut all = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        for (name, records) in seen {
            Self::count(&mut all, &name, records);
        }
    }

    pub(super) fn count(names: &mut BTreeMap<String, u64>, name: &str, records: u64) {
        let name = match name.char_indices().nth(Self::NAME_CHARS) {
            Some((end, _)) => &name[..end],
            None => name,
        };
        if let Some(count) = names.get_mut(name) {
            *count += records;
            return;
        }
        names.insert(name.to_owned(), records);
        if names.len() > Self::KEPT {
            names.pop_last();
        }
    }

    pub(super) fn list(&self) -> Vec<Ignored> {
        let all = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.iter()
            .map(|(name, records)| Ignored {
                name: name.clone(),
                records: *records,
                near: nearest(name, known_names()),
            })
            .collect()
    }
}

/// Every name an asset's field answers to.
fn known_names() -> impl Iterator<Item = &'static str> {
    asset::SCHEMA
        .fields
        .iter()
        .filter(|field| !field.derived)
        .flat_map(|field| std::iter::once(field.name).chain(field.also.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_not_a_value_and_none_is_not_silence() {
        for silent in ["", "  ", "N/A", "Unknown", "-", "not known", "NULL"] {
            assert!(is_silent(silent), "{silent}");
        }
        for said in ["none", "no", "0", "false"] {
            assert!(!is_silent(said), "{said}");
        }
    }

    #[test]
    fn the_kept_names_do_not_depend_on_the_order_they_came_in() {
        let names: Vec<String> = (0..300).map(|n| format!("column {n:03}")).collect();
        let (forwards, backwards) = (Unknown::default(), Unknown::default());
        for name in &names {
            forwards.add(BTreeMap::from([(name.clone(), 1)]));
        }
        for name in names.iter().rev() {
            backwards.add(BTreeMap::from([(name.clone(), 1)]));
        }
        assert_eq!(forwards.list(), backwards.list());
        assert_eq!(forwards.list().len(), Unknown::KEPT);
    }
}
