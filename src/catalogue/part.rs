//! The catalogue by parts, as people ask about it: how many facts, of which day, from where. A
//! part is as old as the oldest table in it.

use super::store::{date_of, rows_of, sha256};
use super::{Catalogue, Facts};
use jiff::civil::Date;

/// Tables that belong together.
#[derive(Debug, Clone)]
pub struct Part {
    /// `lifecycle`, `Windows servicing`.
    pub name: &'static str,
    /// In order of their names; there is at least one.
    pub tables: Vec<PartTable>,
}

/// What is known about one table.
#[derive(Debug, Clone)]
pub struct PartTable {
    /// Its file name.
    pub name: &'static str,
    /// Without comments and the header.
    pub rows: usize,
    pub bytes: usize,
    pub data_date: Option<Date>,
    /// Lower-case hex.
    pub sha256: String,
    /// What its header says about where the facts are from; empty when it is kept by hand.
    pub sources: Vec<&'static str>,
    /// Whether it is the one inside the program.
    pub is_embedded: bool,
}

/// By the beginning of a table's name; the first that fits.
const PARTS: [(&str, &str); 10] = [
    ("extended-years", "lifecycle"),
    ("kev", "known exploited"),
    ("lifecycle", "lifecycle"),
    ("os-", "operating-system names"),
    ("products", "lifecycle"),
    ("software", "software names"),
    ("windows-advisories", "advisories"),
    ("windows-fi", "advisories"),
    ("windows-pa", "packages"),
    ("windows-", "Windows servicing"),
];

impl Part {
    /// The date of its oldest table; `None` when one is not dated.
    pub fn data_date(&self) -> Option<Date> {
        let dates: Option<Vec<_>> = self.tables.iter().map(|table| table.data_date).collect();
        dates?.into_iter().min()
    }

    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// One hash over its tables, names included.
    pub fn sha256(&self) -> String {
        let listed = self.tables.iter().fold(String::new(), |listed, table| {
            format!("{listed}{}  {}\n", table.sha256, table.name)
        });
        sha256(&listed)
    }

    /// The sources of all its tables, each once.
    pub fn sources(&self) -> Vec<&'static str> {
        let mut sources = Vec::new();
        for source in self.tables.iter().flat_map(|table| &table.sources) {
            if !sources.contains(source) {
                sources.push(source);
            }
        }
        sources
    }
}

impl Catalogue {
    /// Every part, by name.
    pub fn parts(&self) -> Vec<Part> {
        let embedded = Facts::embedded();
        let mut parts: Vec<Part> = Vec::new();
        for (name, text) in self.facts().tables() {
            let table = PartTable {
                name,
                rows: rows_of(text),
                bytes: text.len(),
                data_date: date_of(text),
                sha256: sha256(text),
                sources: sources(text),
                is_embedded: embedded.text_of(name) == Some(text),
            };
            let part = part_of(name);
            match parts.iter_mut().find(|known| known.name == part) {
                Some(known) => known.tables.push(table),
                None => parts.push(Part {
                    name: part,
                    tables: vec![table],
                }),
            }
        }
        parts.sort_by_key(|part| part.name.to_lowercase());
        parts
    }
}

fn part_of(table: &str) -> &'static str {
    PARTS
        .iter()
        .find(|(start, _)| table.starts_with(start))
        .map_or("other", |(_, part)| part)
}

/// What stands behind `# source x:` in a table's header.
fn sources(text: &'static str) -> Vec<&'static str> {
    text.lines()
        .take_while(|line| line.starts_with('#'))
        .filter_map(|line| {
            let line = line.trim_start_matches(['#', ' ']);
            let tagged = line
                .strip_prefix("source ")
                .or_else(|| line.strip_prefix("Source "))?;
            Some(tagged.split_once(": ")?.1)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_dated_and_in_a_part() {
        let parts = Catalogue::embedded().parts();
        for part in &parts {
            assert_ne!(part.name, "other", "{:?}", part.tables);
            for table in &part.tables {
                assert!(table.data_date.is_some(), "{} is not dated", table.name);
                assert!(table.rows > 0 && table.is_embedded, "{}", table.name);
            }
        }
        assert!(parts.is_sorted_by_key(|part| part.name.to_lowercase()));
        let lifecycle = parts.iter().find(|part| part.name == "lifecycle");
        let lifecycle = lifecycle.expect("there is a lifecycle part");
        assert!(lifecycle.rows() > 2000 && !lifecycle.sources().is_empty());
    }
}
