//! Every importer, fed what became of its export on the way: cut, shuffled, without a column, with
//! rows twice, or no text at all. Each is a clear error or an inventory that is not empty.

use super::import::sample;
use super::program::{Desk, Ran};
use passmuster::import::Format;
use serde_json::Value;
use std::collections::BTreeSet;

/// An export that was changed, and whether the machines it names are the same.
struct Mangled {
    how: String,
    text: Vec<u8>,
    names_the_same: bool,
}

fn mangled(format: Format, text: &[u8]) -> Vec<Mangled> {
    let mut all = Vec::new();
    let mut add = |how: String, text: Vec<u8>, names_the_same: bool| {
        all.push(Mangled {
            how,
            text,
            names_the_same,
        });
    };
    for part in [1, 3, 5, 7] {
        let cut = text.len() * part / 8;
        add(format!("cut at {cut}"), text[..cut].to_vec(), false);
    }
    let mut noise: Vec<u8> = (0..=255).collect();
    add("binary".to_owned(), noise.repeat(8), false);
    noise.retain(|byte| *byte != 0);
    let middle = text.len() / 2;
    let overwritten = [&text[..middle], &noise, &text[middle..]].concat();
    add("with noise in its middle".to_owned(), overwritten, false);
    let Ok(text) = std::str::from_utf8(text) else {
        return all;
    };
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let mut backwards = lines.clone();
    backwards.reverse();
    add("backwards".to_owned(), backwards.concat().into(), false);
    for dropped in 0..lines.len().min(12) {
        let mut lines = lines.clone();
        lines.remove(dropped);
        add(
            format!("without line {}", dropped + 1),
            lines.concat().into(),
            false,
        );
    }
    let Some(table) = Table::of(format, text) else {
        return all;
    };
    let last = table.rows.len() - 1;
    let mut twice = table.rows.clone();
    twice.push(table.rows[last].clone());
    twice.push(table.rows[1].clone());
    add("with rows twice".to_owned(), table.written(&twice), true);
    add(
        "with shuffled columns".to_owned(),
        table.written(&table.turned()),
        true,
    );
    for column in 0..table.rows[0].len() {
        let without = table.without(column);
        add(
            format!("without column {}", column + 1),
            table.written(&without),
            false,
        );
    }
    all
}

/// An export that is a table of cells.
struct Table {
    greeting: String,
    separator: char,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn of(format: Format, text: &str) -> Option<Self> {
        let is_table = format.about().ends_with("as CSV") || format.name() == "csv";
        let greeting = text.lines().next().filter(|line| line.starts_with('#'));
        let greeting = greeting.map(|line| format!("{line}\n")).unwrap_or_default();
        let text = text.strip_prefix(&greeting)?;
        let first = text.lines().next()?;
        let separator = if first.contains("\";\"") { ';' } else { ',' };
        let mut rows = vec![vec![String::new()]];
        let mut is_quoted = false;
        for letter in text.trim_end().chars() {
            let row = rows.last_mut()?;
            match letter {
                '"' => is_quoted = !is_quoted,
                '\n' if !is_quoted => rows.push(vec![String::new()]),
                letter if letter == separator && !is_quoted => row.push(String::new()),
                letter => row.last_mut()?.push(letter),
            }
        }
        let columns = rows[0].len();
        rows.retain(|row| row.len() == columns);
        let table = Self {
            greeting,
            separator,
            rows,
        };
        (is_table && columns > 1 && table.rows.len() > 1).then_some(table)
    }

    /// Its columns from the last to the first.
    fn turned(&self) -> Vec<Vec<String>> {
        let rows = self.rows.iter();
        rows.map(|row| row.iter().rev().cloned().collect())
            .collect()
    }

    fn without(&self, column: usize) -> Vec<Vec<String>> {
        let mut rows = self.rows.clone();
        for row in &mut rows {
            row.remove(column);
        }
        rows
    }

    fn written(&self, rows: &[Vec<String>]) -> Vec<u8> {
        let mut text = self.greeting.clone();
        for row in rows {
            let cells: Vec<_> = row.iter().map(|cell| format!("\"{cell}\"")).collect();
            text.push_str(&cells.join(&self.separator.to_string()));
            text.push('\n');
        }
        text.into_bytes()
    }
}

/// The machines that an import wrote.
fn ids(ran: &Ran) -> BTreeSet<String> {
    let lines = ran.stdout.lines();
    let rows = lines.map(|line| serde_json::from_str::<Value>(line).expect("NDJSON"));
    rows.filter_map(|row| Some(row["id"].as_str()?.to_owned()))
        .collect()
}

#[test]
fn what_was_mangled_is_an_error_or_an_inventory_and_never_nothing() {
    for format in Format::all() {
        let (name, text) = sample(format).remove(0);
        let desk = Desk::new();
        desk.write(&name, &text);
        let whole = ids(&desk.run(&["import", &name]));
        for one in mangled(format, &text) {
            desk.write(&name, &one.text);
            let ran = desk.run(&["import", &name]);
            let told = format!("{name} as {}, {}: {}", format.name(), one.how, ran.stderr);
            assert!(!ran.stderr.contains("panicked"), "{told}");
            let found = ids(&ran);
            match ran.code {
                0 => assert!(!found.is_empty(), "{told}"),
                2 => {
                    assert!(ran.stderr.starts_with("error: "), "{told}");
                    assert!(ran.stderr.contains(&name), "{told}");
                    assert_eq!(ran.stdout, "", "{told}");
                }
                _ => panic!("{told}"),
            }
            if one.names_the_same {
                let all: BTreeSet<_> = whole.iter().filter(|id| *id != "A-4").cloned().collect();
                assert_eq!(found, all, "{told}");
            }
        }
    }
}

#[test]
fn a_check_of_what_was_mangled_judges_something_or_is_refused() {
    for format in Format::all() {
        let (name, text) = sample(format).remove(0);
        let desk = Desk::new();
        for cut in [text.len() / 2, text.len() * 7 / 8] {
            desk.write(&name, &text[..cut]);
            let ran = desk.run(&["check", &name, "--format", "json", "--as-of", "2026-11-22"]);
            let told = format!("{name} cut at {cut}: {}", ran.stderr);
            if ran.code == 2 {
                assert!(ran.stderr.starts_with("error: "), "{told}");
                continue;
            }
            let report = ran.report();
            let judged = report.json["summary"]["assets"].as_u64();
            let counted = report.count("DATA-001", "fail");
            assert!(judged > Some(0) || counted > 0, "{told}");
        }
    }
}
