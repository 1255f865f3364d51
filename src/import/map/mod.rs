//! A map of somebody's own table, in YAML: which column means which field, and how its cells are
//! read. `--map cmdb.yaml` names it; a submission cannot bring one.
//!
//! Read strictly: what it misspells is a problem at its place, and a column it names that a table
//! lacks is an error, so that nothing becomes unknown without a word.

mod read;
mod unit;

pub use read::MAP_KEYS;
pub use unit::UNITS;

use super::row::is_silent;
use super::table::{Order, plain};
use crate::model::{FieldId, Problem, Record, Source, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use unit::Unit;

/// What a user says of the columns of tables.
#[derive(Debug)]
pub struct Mapping {
    name: Arc<str>,
    columns: Vec<MappedColumn>,
    ignored: Vec<String>,
    constants: Vec<(FieldId, Value)>,
    /// Whether some table had its columns.
    was_applied: AtomicBool,
}

#[derive(Debug)]
pub(super) struct MappedColumn {
    pub(super) title: String,
    pub(super) is_optional: bool,
    pub(super) mapped: Mapped,
}

/// How the cells of a column are read.
#[derive(Debug, Clone)]
pub(super) struct Mapped {
    pub(super) field: FieldId,
    pub(super) order: Option<Order>,
    unit: Option<Unit>,
    /// Cells, and what they mean instead; nothing that is known, where that is `None`.
    values: Vec<(String, Option<String>)>,
}

impl Mapping {
    /// Reads a map; every problem is told at its place.
    pub fn read(source: &Arc<Source>) -> Result<Self, Vec<Problem>> {
        read::read(source)
    }

    /// The file it was read from.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether some table that was opened has columns it names.
    pub fn was_applied(&self) -> bool {
        self.was_applied.load(Ordering::Relaxed)
    }

    pub(super) fn apply(&self) {
        self.was_applied.store(true, Ordering::Relaxed);
    }

    pub(super) fn columns(&self) -> &[MappedColumn] {
        &self.columns
    }

    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// What every row says that does not say otherwise.
    pub(super) fn constants(&self) -> &[(FieldId, Value)] {
        &self.constants
    }
}

impl Mapped {
    pub(super) fn fill(&self, text: &str, order: Option<Order>, record: &mut Record) {
        let said = self
            .values
            .iter()
            .find(|(cell, _)| cell.eq_ignore_ascii_case(text));
        let text = match said {
            Some((_, None)) => return,
            Some((_, Some(means))) => means,
            None if is_silent(text) => return,
            None => text,
        };
        match self.unit {
            Some(unit) if said.is_none() => record.set(self.field, unit.read(text)),
            _ => plain(self.field, text, order, record),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::mapped;
    use super::*;
    use crate::import::{ImportError, Row};
    use crate::model::fields::asset;
    use jiff::civil::date;

    const MAP: &str = "
columns:
  CI Ref: id
  Machine: name
  Installed OS: { field: os, values: { W10ENT: Windows 10 Enterprise, 'n.a.': ~ } }
  Last Audit: { field: observed_at, dates: month-first }
  Restart?: { field: reboot_pending, values: { Required: yes, Fine: no } }
  Vendor lag: { field: medical.patch_lag_days, unit: weeks, optional: true }
constants: { source: CMDB, class: desktop }
ignored: [Cost centre]
";

    fn map(text: &str) -> Mapping {
        let source = Source::new("cmdb.yaml", text);
        Mapping::read(&source).expect("the map is right")
    }

    fn assets(table: &str) -> Vec<crate::model::Subject> {
        let (rows, _) = mapped(table, &map(MAP)).expect("it opens");
        let asset = |row| match row {
            Row::Asset(asset) => Some(asset),
            Row::Unnamed(_) | Row::Bad(_) => None,
        };
        rows.into_iter().filter_map(asset).collect()
    }

    #[test]
    fn columns_values_units_and_constants_are_taken_from_the_map() {
        let all = assets(
            "CI Ref;Machine;Installed OS;Last Audit;Restart?;Vendor lag;Cost centre;Class\n\
             7;PC-1;w10ent;03/04/2026;Required;2;x;Server\n\
             8;PC-2;n.a.;13/04/2026;perhaps;soon;x;\n",
        );
        let one = &all[0];
        assert_eq!(
            (one.id.as_str(), one.text(asset::NAME)),
            ("7", Some("PC-1"))
        );
        assert_eq!(one.text(asset::OS), Some("Windows 10 Enterprise"));
        assert_eq!(one.date(asset::OBSERVED_AT), Some(date(2026, 3, 4)));
        assert_eq!(one.boolean(asset::REBOOT_PENDING), Some(true));
        assert_eq!(one.integer(asset::MEDICAL_PATCH_LAG_DAYS), Some(14));
        assert_eq!(one.text(asset::SOURCE), Some("CMDB"));
        assert_eq!(one.text(asset::CLASS), Some("server"));
        let other = &all[1];
        assert_eq!(other.value(asset::OS), None);
        assert_eq!(other.text(asset::CLASS), Some("desktop"));
        let unreadable: Vec<_> = other
            .unreadable()
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(unreadable, ["13/04/2026", "perhaps", "soon"]);
    }

    #[test]
    fn a_column_that_the_table_lacks_is_an_error_and_an_optional_one_is_not() {
        let refused = mapped("CI Ref,Machine,Installed OS,Restart?\n7,a,b,c\n", &map(MAP));
        let Err(error @ ImportError::NotInTable { .. }) = refused else {
            panic!("it opened: {refused:?}");
        };
        assert!(error.to_string().contains("`Last Audit`"), "{error}");
        assert!(!error.to_string().contains("Vendor lag"), "{error}");
    }

    #[test]
    fn a_table_with_none_of_its_columns_is_read_as_without_it() {
        let map = map(MAP);
        let (rows, _) = mapped("id,os\na,Windows 10\n", &map).expect("it opens");
        assert!(!map.was_applied());
        let [Row::Asset(asset)] = &rows[..] else {
            panic!("{rows:?}")
        };
        assert_eq!(asset.value(asset::SOURCE), None);
    }

    #[test]
    fn the_map_is_stronger_than_the_names_of_columns() {
        let text = "columns: { Hostname: id, Tag: name }\n";
        let (rows, _) = mapped("Hostname,Tag\na,b\n", &map(text)).expect("it opens");
        let [Row::Asset(asset)] = &rows[..] else {
            panic!("{rows:?}")
        };
        assert_eq!(
            (asset.id.as_str(), asset.text(asset::NAME)),
            ("a", Some("b"))
        );
    }

    fn told(text: &str) -> Vec<String> {
        let source = Source::new("cmdb.yaml", text);
        let problems = Mapping::read(&source).expect_err("the map is wrong");
        let told = problems.iter().map(|problem| {
            let place = problem.place();
            let help = problem.help.as_ref().map(|help| format!(" ({help})"));
            let help = help.unwrap_or_default();
            format!("{}:{} {}{help}", place.line, place.column, problem.message)
        });
        told.collect()
    }

    #[test]
    fn mistakes_are_told_together_at_their_places() {
        let text = "
columns:
  A: nmae
  B: { field: observed_at, dates: american }
  C: { field: os.family }
  D: { field: smb1.server, values: { x: perhaps }, unit: weeks }
  E: { felid: os }
  F: id
  f: name
  G: id
constant: { class: dsktop }
constants: { class: dsktop, id: a }
";
        let all = told(text);
        let starts = [
            "3:6 unknown field `nmae` (did you mean `name`?)",
            "4:35 `american` is not a value of `dates`",
            "5:15 `os.family` cannot be declared",
            "6:41 `perhaps` does not mean anything for `smb1.server`",
            "6:58 `smb1.server` has no unit",
            "7:8 unknown key `felid` in the column",
            "7:8 the column lacks `field`",
            "9:3 the column `f` is given twice",
            "10:6 two columns mean `id`",
            "11:1 unknown key `constant` in the map (did you mean `constants`?)",
            "12:21 `dsktop` does not mean anything for `class`",
            "12:29 `id` cannot be the same for every row",
        ];
        for start in starts {
            assert!(
                all.iter().any(|one| one.starts_with(start)),
                "{start}\n{all:#?}"
            );
        }
        assert_eq!(all.len(), starts.len(), "{all:#?}");
    }

    #[test]
    fn a_map_without_columns_is_refused() {
        assert_eq!(told("ignored: [a]\n").len(), 1);
        assert_eq!(told("columns: [a]\n").len(), 1);
    }
}
