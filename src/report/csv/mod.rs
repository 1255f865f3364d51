//! Tables for spreadsheets and Power BI: one row for each finding (`csv`), asset (`csv-assets`) or
//! organisation (`csv-organisation`). Columns are only ever added, at the end.
//!
//! Days are `YYYY-MM-DD`; what is not known is empty. A cell that a spreadsheet would calculate
//! begins with an apostrophe, and what would act on a terminal is written out.

mod assets;
mod findings;
mod organisation;

use super::Format;
use super::escape::escape;
use jiff::civil::Date;
use std::io::{self, Write};

pub(super) const FINDINGS: Format = findings::FORMAT;
pub(super) const ASSETS: Format = assets::FORMAT;
pub(super) const ORGANISATION: Format = organisation::FORMAT;

/// Characters that a cell of a spreadsheet holds.
const CELL: usize = 32_000;

/// The version of the columns; raised if one ever changes its meaning.
const VERSION: &str = "1";

/// Writes rows of cells.
struct Table<'w> {
    rows: ::csv::Writer<Box<dyn Write + 'w>>,
}

impl<'w> Table<'w> {
    fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            rows: ::csv::Writer::from_writer(out),
        }
    }

    fn row<T: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = T>) -> io::Result<()> {
        self.rows.write_record(cells).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }
}

/// A text from outside as a cell that only shows itself.
fn cell(text: &str) -> String {
    let plain = escape(text, CELL);
    let mut out = String::with_capacity(plain.len() + 1);
    // A spreadsheet with other separators splits a cell at its semicolons.
    let mut begins = true;
    for c in plain.chars() {
        if begins && is_formula(c) {
            out.push('\'');
        }
        begins = c == ';' || begins && (c == ' ' || c == '"');
        out.push(c);
    }
    out
}

/// What makes a spreadsheet calculate, in both widths.
fn is_formula(c: char) -> bool {
    matches!(
        c,
        '=' | '+' | '-' | '@' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'
    )
}

fn known(text: Option<&str>) -> String {
    text.map(cell).unwrap_or_default()
}

fn day(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

fn number(number: u32) -> String {
    if number == 0 {
        String::new()
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text() {
        for (text, shown) in [
            ("=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0"),
            ("+1", "'+1"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", " '=1"),
            ("\"=1", "\"'=1"),
            ("a;=1", "a;'=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            ("\t=1", "\\t=1"),
            ("\r=1\n=2", "\\r=1\\n=2"),
            ("a-b", "a-b"),
        ] {
            assert_eq!(cell(text), shown);
        }
    }
}
