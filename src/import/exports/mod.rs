//! CSV files of known tools: one table each, told by its titles. Adding one is a file with the
//! table, and a line among the kinds of `format.rs`.

mod active_directory;
mod configuration_manager;
mod defender;
mod fleet;
mod get_hotfix;
mod glpi;
mod intune;
mod lansweeper;
mod nessus;
mod windows;

pub(super) use active_directory::ACTIVE_DIRECTORY;
pub(super) use configuration_manager::{
    CONFIGURATION_MANAGER, CONFIGURATION_MANAGER_SOFTWARE, CONFIGURATION_MANAGER_UPDATES,
};
pub(super) use defender::{DEFENDER, DEFENDER_HUNTING, DEFENDER_SOFTWARE, DEFENDER_WEAKNESSES};
pub(super) use fleet::FLEET;
pub(super) use get_hotfix::GET_HOTFIX;
pub(super) use glpi::GLPI;
pub(super) use intune::{INTUNE, INTUNE_COMPLIANCE};
pub(super) use lansweeper::{LANSWEEPER, LANSWEEPER_UPDATES};
pub(super) use nessus::NESSUS;

use super::batch::{Blocks, Importer};
use super::csv::{self, Csv};
use super::error::ImportError;
use super::format;
use super::map::Mapping;
use super::row::Ignored;
use super::table::{Column, Together};
use crate::model::fields::asset;
use crate::model::fold_name;
use std::sync::Arc;

/// Every export that is a table and no more, the most particular first.
static EXPORTS: &[&Export] = &[
    &ACTIVE_DIRECTORY,
    &CONFIGURATION_MANAGER_SOFTWARE,
    &CONFIGURATION_MANAGER_UPDATES,
    &CONFIGURATION_MANAGER,
    &DEFENDER_WEAKNESSES,
    &DEFENDER_SOFTWARE,
    &DEFENDER_HUNTING,
    &DEFENDER,
    &FLEET,
    &INTUNE_COMPLIANCE,
    &INTUNE,
    &LANSWEEPER_UPDATES,
    &LANSWEEPER,
    &GET_HOTFIX,
    &GLPI,
];

/// What stands in a list of open CVEs that may not be all: an export of findings holds those that
/// somebody asked for, so that a hole it does not name proves nothing.
pub(super) const MAY_BE_MORE: &str = "and those this export leaves out";

/// The table of a tool's export.
#[derive(Debug)]
pub(super) struct Export {
    /// What `--input-format` calls it.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// The tool, as the source of what its rows say.
    pub(super) source: &'static str,
    /// Titles that stand together in no other export: one of these sets has to be there.
    pub(super) tells: &'static [&'static [&'static str]],
    /// In the order of trust, where several give one field.
    pub(super) columns: &'static [Column],
    pub(super) together: &'static [Together],
    /// Columns that no rule asks for, or whose names promise what they do not hold.
    pub(super) unused: &'static [&'static str],
    pub(super) gives_parts: bool,
    /// Whether cells hold prose over many lines, which has as many separators as rows do.
    pub(super) has_long_texts: bool,
    /// Whether its rows may leave it to the name of their file which machine they are about.
    pub(super) may_be_unnamed: bool,
}

impl Export {
    /// What every table starts from: whole assets that have names.
    pub(super) const fn whole(
        name: &'static str,
        source: &'static str,
        about: &'static str,
    ) -> Self {
        Self {
            name,
            about,
            source,
            tells: &[],
            columns: &[],
            together: &[],
            unused: &[],
            gives_parts: false,
            has_long_texts: false,
            may_be_unnamed: false,
        }
    }

    /// The export with these titles.
    pub(super) fn of(titles: &[String]) -> Option<&'static Self> {
        let titles: Vec<_> = titles.iter().map(|title| fold_name(title)).collect();
        let mut exports = EXPORTS.iter().copied();
        exports.find(|export| export.is_told_by(&titles))
    }

    /// Whether these folded titles are among its own.
    fn is_told_by(&self, titles: &[String]) -> bool {
        let has = |title: &&str| titles.contains(&fold_name(title));
        self.tells.iter().any(|set| set.iter().all(has))
    }

    /// The columns that name a machine, for an error message.
    pub(super) fn names(&self) -> String {
        let names = self
            .columns
            .iter()
            .filter(|column| matches!(column.field(), asset::ID | asset::NAME))
            .flat_map(Column::titles)
            .map(|title| format!("`{title}`"));
        names.collect::<Vec<_>>().join(" or ")
    }
}

impl format::Kind for Export {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn recognises(&self, head: &str) -> bool {
        let titles = csv::titles_of(head);
        let titles: Vec<_> = titles.iter().map(|title| fold_name(title)).collect();
        self.is_told_by(&titles)
    }

    fn gives_parts(&self) -> bool {
        self.gives_parts
    }

    fn open(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        self.open_mapped(name, blocks, None)
    }

    fn open_mapped(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
        map: Option<&Mapping>,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        let export = EXPORTS
            .iter()
            .copied()
            .find(|export| export.name == self.name);
        let (csv, ignored) = Csv::open(name, blocks, export, map)?;
        Ok((Box::new(csv), ignored))
    }
}

/// What the tests of the exports share.
#[cfg(test)]
mod testing {
    use crate::import::inventory::testing::assets;
    use crate::import::{Inventory, Limits};
    use crate::model::Subject;
    use std::io::Cursor;

    pub(super) fn opened(text: &str) -> Inventory {
        let input = Box::new(Cursor::new(text.to_owned()));
        Inventory::open("export.csv", input, None, Limits::default()).expect("it opens")
    }

    pub(super) fn all(text: &str) -> Vec<Subject> {
        assets(text)
    }

    /// The format of a text, and its only asset.
    pub(super) fn only(text: &str) -> (&'static str, Subject) {
        let mut found = all(text);
        assert_eq!(found.len(), 1);
        let only = found.remove(0);
        (opened(text).format().name(), only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fields::asset;
    use std::collections::BTreeSet;

    #[test]
    fn no_table_names_a_column_twice() {
        for export in EXPORTS {
            let mut seen = BTreeSet::new();
            let columns = export.columns.iter().flat_map(Column::titles);
            for title in columns.chain(export.unused.iter().copied()) {
                assert!(seen.insert(fold_name(title)), "{}: `{title}`", export.name);
            }
        }
    }

    #[test]
    fn every_set_of_titles_tells_its_own_export() {
        for export in EXPORTS {
            for set in export.tells {
                let titles: Vec<_> = set.iter().map(|title| (*title).to_owned()).collect();
                let told = Export::of(&titles).expect("somebody's titles");
                assert_eq!(told.name, export.name, "{set:?}");
            }
        }
    }

    #[test]
    fn every_column_gives_what_may_be_declared() {
        for export in EXPORTS {
            for column in export.columns {
                assert!(!asset::SCHEMA.field(column.field()).derived);
            }
        }
    }
}
