//! Reads our own fact tables: tab-separated, one header line, and comment lines that carry the
//! day of the data and the text behind each source tag. A table that does not read as expected is
//! refused as a whole.

use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// A fact table that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read {table}, line {line}: {what}")]
pub struct FactError {
    pub table: &'static str,
    pub line: usize,
    pub what: String,
}

/// One row of a table with `N` columns.
pub(super) struct Row<'t, 's, const N: usize> {
    table: &'static str,
    line: usize,
    pub(super) cells: [&'t str; N],
    sources: &'s HashMap<&'t str, Arc<str>>,
}

/// Calls `take` for every row of the table.
pub(super) fn rows<'t, const N: usize>(
    table: &'static str,
    text: &'t str,
    columns: [&str; N],
    mut take: impl FnMut(&Row<'t, '_, N>) -> Result<(), FactError>,
) -> Result<(), FactError> {
    let mut sources: HashMap<&str, Arc<str>> = HashMap::new();
    let mut has_header = false;
    for (index, written) in text.lines().enumerate() {
        let wrong = |what: &str| FactError {
            table,
            line: index + 1,
            what: what.into(),
        };
        if let Some(comment) = written.strip_prefix('#') {
            if let Some((tag, text)) = comment
                .trim_start()
                .strip_prefix("source ")
                .and_then(|rest| rest.split_once(": "))
            {
                sources.insert(tag, text.into());
            }
            continue;
        }
        let cells = cells(written).map_err(wrong)?;
        if !has_header {
            if cells != columns {
                return Err(wrong("unexpected columns"));
            }
            has_header = true;
            continue;
        }
        take(&Row {
            table,
            line: index + 1,
            cells,
            sources: &sources,
        })?;
    }
    if has_header {
        return Ok(());
    }
    Err(FactError {
        table,
        line: 1,
        what: "no header".into(),
    })
}

fn cells<const N: usize>(written: &str) -> Result<[&str; N], &'static str> {
    let mut cells = [""; N];
    let mut count = 0;
    for cell in written.split('\t') {
        *cells.get_mut(count).ok_or("too many cells")? = cell;
        count += 1;
    }
    if count != N {
        return Err("too few cells");
    }
    Ok(cells)
}

/// The rows of a table inside the program, which the tests have read.
pub(super) fn own_rows<const N: usize>(
    table: &'static str,
    text: &'static str,
    columns: [&str; N],
) -> impl Iterator<Item = [&'static str; N]> {
    let mut all = Vec::new();
    rows(table, text, columns, |row| {
        all.push(row.cells);
        Ok(())
    })
    .expect("tested fact table");
    all.into_iter()
}

/// The day a table's facts are from: its line `# data-date: 2026-08-22`.
pub(super) fn data_date(table: &'static str, text: &str) -> Result<Date, FactError> {
    let dated = text
        .lines()
        .take_while(|line| line.starts_with('#'))
        .enumerate()
        .find_map(|(index, line)| Some((index + 1, line.strip_prefix("# data-date: ")?)));
    let (line, cell) = dated.unwrap_or((1, ""));
    read_day(cell).ok_or_else(|| FactError {
        table,
        line,
        what: format!("`{cell}` is not the date of the data"),
    })
}

/// The day of a table's facts, where the table gives one.
pub(super) fn optional_data_date(
    table: &'static str,
    text: &str,
) -> Result<Option<Date>, FactError> {
    let mut comments = text.lines().take_while(|line| line.starts_with('#'));
    if comments.any(|line| line.starts_with("# data-date: ")) {
        return data_date(table, text).map(Some);
    }
    Ok(None)
}

impl<'t, const N: usize> Row<'t, 'static, N> {
    /// One line of a table that is cut elsewhere. It knows no texts of sources.
    pub(super) fn read(
        table: &'static str,
        line: usize,
        written: &'t str,
    ) -> Result<Self, FactError> {
        static NONE: LazyLock<HashMap<&'static str, Arc<str>>> = LazyLock::new(HashMap::new);
        let cells = cells(written).map_err(|what| FactError {
            table,
            line,
            what: what.into(),
        })?;
        Ok(Self {
            table,
            line,
            cells,
            sources: &NONE,
        })
    }
}

impl<const N: usize> Row<'_, '_, N> {
    /// Counts from 1.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// What the header says of the tag in the last column.
    pub(super) fn source(&self) -> Result<Arc<str>, FactError> {
        self.cells
            .last()
            .and_then(|tag| self.sources.get(tag))
            .map(Arc::clone)
            .ok_or_else(|| self.wrong("a source that the header does not explain"))
    }

    pub(super) fn wrong(&self, what: impl Into<String>) -> FactError {
        FactError {
            table: self.table,
            line: self.line,
            what: what.into(),
        }
    }

    pub(super) fn number(&self, cell: &str) -> Result<u32, FactError> {
        cell.parse()
            .map_err(|_| self.wrong(format!("`{cell}` is not a number")))
    }

    pub(super) fn kb(&self, cell: &str) -> Result<super::windows::Kb, FactError> {
        self.number(cell).map(super::windows::Kb::new)
    }

    pub(super) fn date(&self, cell: &str) -> Result<Date, FactError> {
        read_day(cell).ok_or_else(|| self.wrong(format!("`{cell}` is not a date")))
    }

    /// A cell that may be empty.
    pub(super) fn optional<T>(
        &self,
        cell: &str,
        read: impl Fn(&Self, &str) -> Result<T, FactError>,
    ) -> Result<Option<T>, FactError> {
        if cell.is_empty() {
            return Ok(None);
        }
        read(self, cell).map(Some)
    }
}

/// Exactly `2017-03-14`. Written out because a general date reader would be half of the time that
/// reading the tables takes.
pub(super) fn read_day(text: &str) -> Option<Date> {
    let bytes: [u8; 10] = text.as_bytes().try_into().ok()?;
    let number = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0_i16, |number, byte| {
            let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
            Some(number * 10 + i16::from(digit))
        })
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let month = i8::try_from(number(5..7)?).ok()?;
    let day = i8::try_from(number(8..10)?).ok()?;
    Date::new(number(0..4)?, month, day).ok()
}

/// The parts of a cell that joins several values with `+`.
pub(super) fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('+').filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, FactError> {
        let mut seen = Vec::new();
        rows("t", text, ["a", "source"], |row| {
            seen.push(format!("{} {}", row.cells[0], row.source()?));
            Ok(())
        })?;
        Ok(seen)
    }

    #[test]
    fn a_row_carries_the_text_of_its_source() {
        let text = "# source v: the vendor\na\tsource\n1\tv\n";
        assert_eq!(read(text), Ok(vec!["1 the vendor".to_owned()]));
    }

    #[test]
    fn days_are_read_strictly() {
        assert_eq!(read_day("2017-03-14"), Some(jiff::civil::date(2017, 3, 14)));
        for wrong in [
            "",
            "2017-3-14",
            "2017-02-30",
            "14/03/2017",
            "2017-03-1x",
            "2017-13-01",
        ] {
            assert_eq!(read_day(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_malformed_table_is_refused_with_its_line() {
        for (text, line) in [
            ("", 1),
            ("b\tsource\n", 1),
            ("a\tsource\n1\tnobody\n", 2),
            ("# source v: x\na\tsource\n1\n", 3),
            ("# source v: x\na\tsource\n1\tv\t2\n", 3),
        ] {
            assert_eq!(read(text).map_err(|error| error.line), Err(line), "{text}");
        }
    }
}
