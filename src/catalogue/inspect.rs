//! What a look over whole tables shows that reading them does not refuse: rows twice, stray or
//! hidden characters, days that do not exist, phases out of order, names for cycles that are gone.

use super::table::read_day;
use super::{Catalogue, FactError};
use jiff::civil::Date;
use std::collections::HashSet;

/// Enough to see what is wrong with a table.
const MOST: usize = 20;

/// The faults of every table, by table and line; at most twenty of each.
pub fn inspect(catalogue: &Catalogue) -> Vec<FactError> {
    catalogue
        .facts()
        .tables()
        .flat_map(|(name, text)| {
            let mut look = Look {
                table: name,
                faults: Vec::new(),
                catalogue,
            };
            look.over(text);
            look.faults
        })
        .collect()
}

struct Look<'c> {
    table: &'static str,
    faults: Vec<FactError>,
    catalogue: &'c Catalogue,
}

impl Look<'_> {
    fn over(&mut self, text: &'static str) {
        if super::store::date_of(text).is_none() {
            self.fault(1, "no `# data-date:` line".to_owned());
        }
        let mut header: Option<Vec<&str>> = None;
        let mut seen = HashSet::new();
        for (index, row) in text.lines().enumerate() {
            let line = index + 1;
            if row.starts_with('#') {
                continue;
            }
            let cells: Vec<_> = row.split('\t').collect();
            let Some(columns) = &header else {
                header = Some(cells);
                continue;
            };
            if !seen.insert(row) {
                self.fault(line, "stands there a second time".to_owned());
            }
            self.cells(line, columns, &cells);
            if self.table == "lifecycle.tsv" {
                self.phases(line, columns, &cells);
            }
            if ["os-embedded.tsv", "os-windows.tsv"].contains(&self.table) {
                self.cycle(line, columns, &cells);
            }
        }
    }

    fn cells(&mut self, line: usize, columns: &[&str], cells: &[&str]) {
        for (column, cell) in columns.iter().zip(cells) {
            if cell.trim() != *cell {
                self.fault(line, format!("stray spaces in `{column}`"));
            }
            if cell.chars().any(char::is_control) {
                self.fault(line, format!("a control character in `{column}`"));
            }
            if looks_like_a_day(cell) && read_day(cell).is_none() {
                self.fault(line, format!("`{cell}` is no day of any year"));
            }
        }
    }

    /// Phases end one after the other, unless a flag says that the source has it otherwise.
    fn phases(&mut self, line: usize, columns: &[&str], cells: &[&str]) {
        let cell = |name| cell(columns, cells, name);
        if cell("flags").split(',').any(|flag| flag == "order") {
            return;
        }
        let dates: Vec<Date> = ["released", "active_end", "security_end", "extended_end"]
            .into_iter()
            .filter_map(|name| read_day(cell(name)))
            .collect();
        if !dates.is_sorted() {
            let what = format!(
                "phases of {}:{} end out of order",
                cell("product"),
                cell("cycle")
            );
            self.fault(line, what);
        }
    }

    fn cycle(&mut self, line: usize, columns: &[&str], cells: &[&str]) {
        let id = cell(columns, cells, "cycle");
        if id != "-" && self.catalogue.lifecycle().find(id).is_none() {
            self.fault(line, format!("means {id}, which the lifecycle table lacks"));
        }
    }

    fn fault(&mut self, line: usize, what: String) {
        if self.faults.len() < MOST {
            self.faults.push(FactError {
                table: self.table,
                line,
                what,
            });
        }
    }
}

/// The cell of a named column; empty where there is none.
fn cell<'t>(columns: &[&str], cells: &[&'t str], name: &str) -> &'t str {
    columns
        .iter()
        .position(|column| *column == name)
        .and_then(|at| cells.get(at))
        .copied()
        .unwrap_or_default()
}

fn looks_like_a_day(cell: &str) -> bool {
    cell.len() == 10
        && cell.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Facts;

    #[test]
    fn the_tables_inside_have_no_faults() {
        assert_eq!(inspect(Catalogue::embedded()), Vec::new());
    }

    #[test]
    fn faults_are_named_with_their_table_and_line() {
        let lifecycle = Facts::embedded().text("lifecycle.tsv");
        let lines = lifecycle.lines().count();
        let row = "example\t1\tExample 1 \t\t2026-01-01\t2028-01-01\t2027-01-01\t\t\t\teol\n";
        let facts = Facts::embedded().with("lifecycle.tsv", format!("{lifecycle}{row}"));
        let faults = inspect(&Catalogue::of(facts).unwrap());
        let found: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                format!(
                    "read lifecycle.tsv, line {}: stray spaces in `label`",
                    lines + 1
                ),
                format!(
                    "read lifecycle.tsv, line {}: phases of example:1 end out of order",
                    lines + 1
                ),
            ]
        );
    }
}
