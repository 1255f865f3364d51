//! The fact tables as text: the ones inside the program, or with some of them replaced by fresher
//! ones. Says nothing about what they mean.

use super::os;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::OnceLock;

/// Every table inside the program by its file name, in the order in which they are hashed.
pub(super) const EMBEDDED: &[(&str, &str)] = &[
    (
        "extended-years.tsv",
        include_str!("facts/extended-years.tsv"),
    ),
    ("kev.tsv", include_str!("facts/kev.tsv")),
    (
        "lifecycle-products.tsv",
        include_str!("facts/lifecycle-products.tsv"),
    ),
    (
        "lifecycle-supplement.tsv",
        include_str!("facts/lifecycle-supplement.tsv"),
    ),
    ("lifecycle.tsv", include_str!("facts/lifecycle.tsv")),
    ("os-editions.tsv", os::FACTS_EDITIONS),
    ("os-embedded.tsv", os::FACTS_EMBEDDED),
    ("os-guests.tsv", os::FACTS_GUESTS),
    ("os-names.tsv", os::FACTS_NAMES),
    ("os-windows.tsv", os::FACTS_WINDOWS),
    (
        "software-names.tsv",
        include_str!("facts/software-names.tsv"),
    ),
    (
        "software-releases.tsv",
        include_str!("facts/software-releases.tsv"),
    ),
    (
        "windows-advisories.tsv",
        include_str!("facts/windows-advisories.tsv"),
    ),
    (
        "windows-builds.tsv",
        include_str!("facts/windows-builds.tsv"),
    ),
    ("windows-files.tsv", include_str!("facts/windows-files.tsv")),
    ("windows-fixes.tsv", include_str!("facts/windows-fixes.tsv")),
    (
        "windows-packages.tsv",
        include_str!("facts/windows-packages.tsv"),
    ),
    (
        "windows-releases.tsv",
        include_str!("facts/windows-releases.tsv"),
    ),
    (
        "windows-rollups.tsv",
        include_str!("facts/windows-rollups.tsv"),
    ),
];

/// A set of fact tables.
#[derive(Debug, Clone)]
pub struct Facts {
    tables: Vec<(&'static str, &'static str)>,
    sha256: OnceLock<String>,
}

impl Facts {
    /// The tables inside the program.
    pub fn embedded() -> Self {
        Self {
            tables: EMBEDDED.to_vec(),
            sha256: OnceLock::new(),
        }
    }

    /// These tables, with the text of one replaced. The text is kept until the program ends: facts
    /// are borrowed everywhere, and a process reads a catalogue once.
    ///
    /// # Panics
    /// When there is no such table.
    #[must_use]
    pub fn with(mut self, table: &str, text: String) -> Self {
        let place = self.tables.iter_mut().find(|(name, _)| *name == table);
        let place = place.unwrap_or_else(|| panic!("there is no fact table `{table}`"));
        place.1 = Box::leak(text.into_boxed_str());
        self.sha256 = OnceLock::new();
        self
    }

    /// The text of a table.
    ///
    /// # Panics
    /// When there is no such table.
    pub fn text(&self, table: &str) -> &'static str {
        self.text_of(table)
            .unwrap_or_else(|| panic!("there is no fact table `{table}`"))
    }

    /// The text of a table, where there is such a table.
    pub fn text_of(&self, table: &str) -> Option<&'static str> {
        self.tables()
            .find_map(|(name, text)| (name == table).then_some(text))
    }

    /// Whether the text of these tables is the one inside the program.
    pub(super) fn are_embedded(&self, tables: &[&str]) -> bool {
        EMBEDDED
            .iter()
            .filter(|(name, _)| tables.contains(name))
            .all(|(name, text)| std::ptr::eq(self.text(name), *text))
    }

    /// The day of a table's facts, where it says.
    pub fn date_of(&self, table: &str) -> Option<Date> {
        super::store::date_of(self.text_of(table)?)
    }

    /// Every table with its text, by name.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.tables.iter().copied()
    }

    /// One hash over every table, names included.
    pub fn sha256(&self) -> &str {
        self.sha256
            .get_or_init(|| hash(self.tables().flat_map(|(name, text)| [name, text])))
    }
}

/// One hash over texts, the length of each before it.
pub(super) fn hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let mut hex = String::with_capacity(64);
    for byte in hash.finalize() {
        write!(hex, "{byte:02x}").expect("writing to a string");
    }
    hex
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_text_is_another_hash() {
        let own = Facts::embedded();
        let other = Facts::embedded().with("windows-files.tsv", "x".into());
        assert_eq!(other.text("windows-files.tsv"), "x");
        assert_ne!(own.sha256(), other.sha256());
        assert_eq!(own.sha256(), Facts::embedded().sha256());
    }
}
