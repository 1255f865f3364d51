//! Inventories as CSV: columns by any name we know, in any order, cells in any of three
//! separators. An empty cell is silence; a cell that cannot be read is kept as unreadable.

use super::batch::{Batch, Blocks, Importer, Shape};
use super::encoding::cell_text;
use super::error::ImportError;
use super::format;
use super::row::{Ignored, Row, bad, blank, finish, is_silent};
use crate::model::fields::asset;
use crate::model::{Field, FieldId, Place, Type, Value, nearest};
use ::csv::{ByteRecord, ReaderBuilder};
use memchr::{memchr, memchr_iter, memchr2};
use std::borrow::Cow;
use std::io;
use std::sync::Arc;

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "a header and rows, cut by comma, semicolon or tab"
    }

    /// A first line of several cells, or of the one name that is enough.
    fn recognises(&self, head: &str) -> bool {
        let header = head.lines().next().unwrap_or_default().trim();
        let only = header.trim_matches('"');
        let is_json = header.starts_with(['{', '[']);
        !is_json && header.contains([',', ';', '\t'])
            || matches!(
                asset::SCHEMA.find_alias(only),
                Some(asset::ID | asset::NAME)
            )
    }

    fn open(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        let (csv, columns) = Csv::open(name, blocks)?;
        Ok((Box::new(csv), columns))
    }
}

#[derive(Debug)]
pub(super) struct Csv {
    delimiter: u8,
    /// The field of each column, where it means one.
    columns: Vec<Option<FieldId>>,
}

impl Csv {
    /// Reads the header. Also gives the columns that mean nothing to us.
    pub(super) fn open(
        name: &Arc<str>,
        blocks: &mut Blocks,
    ) -> Result<(Self, Vec<Ignored>), ImportError> {
        let failed = |source: io::Error| ImportError::Io {
            name: Arc::clone(name),
            source,
        };
        let block = blocks.filled().map_err(failed)?;
        let blank = block.len() - block.trim_ascii_start().len();
        let (said, skip) = said_delimiter(&block[blank..]);
        blocks.consume(blank + skip);

        let block = blocks.filled().map_err(failed)?;
        let (limit, (length, is_open)) = (block.len(), first_record(block, &DELIMITERS));
        if is_open {
            return Err(ImportError::HeaderLeftOpen {
                name: Arc::clone(name),
            });
        }
        if length.is_none() && !blocks.holds_all() {
            return Err(ImportError::HeaderTooLong {
                name: Arc::clone(name),
                limit,
            });
        }
        let (header, ..) = blocks.consume(length.unwrap_or(limit));
        Self::from_header(name, &header, said)
    }

    fn from_header(
        name: &Arc<str>,
        header: &[u8],
        said: Option<u8>,
    ) -> Result<(Self, Vec<Ignored>), ImportError> {
        let delimiter = said.unwrap_or_else(|| best_delimiter(header));
        let (titles, is_open) = titles(header, delimiter);
        if is_open {
            return Err(ImportError::HeaderLeftOpen {
                name: Arc::clone(name),
            });
        }
        let columns: Vec<_> = titles
            .iter()
            .map(|title| asset::SCHEMA.find_alias(title))
            .collect();
        refuse_two_columns(name, &titles, &columns)?;
        if ![asset::ID, asset::NAME]
            .iter()
            .any(|field| columns.contains(&Some(*field)))
        {
            return Err(ImportError::NoIdentity {
                name: Arc::clone(name),
                columns: list_columns(&titles),
                accepted: format!(
                    "{} or {}",
                    names_of(asset::SCHEMA.field(asset::ID)),
                    names_of(asset::SCHEMA.field(asset::NAME))
                ),
            });
        }
        let ignored = titles
            .iter()
            .zip(&columns)
            .filter(|(title, column)| column.is_none() && !title.is_empty())
            .map(|(title, _)| Ignored {
                name: title.chars().take(60).collect(),
                records: 0,
                near: nearest(title, free_names(&columns)),
            })
            .collect();
        Ok((Self { delimiter, columns }, ignored))
    }

    fn rows(&self, batch: &Batch, text: &[u8], first_line: u32, each: &mut dyn FnMut(Row)) {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(text);
        let mut record = ByteRecord::new();
        let (mut counted, mut line) = (0, first_line);
        // Reading from memory into bytes has no errors of its own.
        while matches!(reader.read_byte_record(&mut record), Ok(true)) {
            let position = record.position().map_or(0, ::csv::Position::byte);
            let start = usize::try_from(position).unwrap_or(usize::MAX);
            let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            let start = start.min(text.len());
            // The reader counts the empty lines before a record as part of it.
            let blank = text[start..]
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
            let start = start + blank;
            line += lines_in(&text[counted..start]);
            counted = start;
            let spans = lines_in(text[start..end.clamp(start, text.len())].trim_ascii_end());
            if let Some(row) = self.row(&record, batch.place(line, 0), spans) {
                each(row);
            }
        }
    }

    /// `None` for a row of empty cells, as spreadsheets leave behind.
    fn row(&self, record: &ByteRecord, place: Place, line_ends: u32) -> Option<Row> {
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return None;
        }
        if record.len() != self.columns.len() {
            let spans = match line_ends {
                0 => String::new(),
                more => format!(", and goes on over {more} more lines: is a quote left open?"),
            };
            let message = format!(
                "has {} cells where the header has {}{spans}",
                record.len(),
                self.columns.len()
            );
            return Some(bad(place, None, message));
        }
        if line_ends > 0 && swallows_rows(record, self.delimiter) {
            let message = "has a cell in which whole rows stand: is a quote left open?";
            return Some(bad(place, None, message));
        }
        let mut subject = blank(place);
        for (cell, column) in record.iter().zip(&self.columns) {
            let Some(field) = *column else { continue };
            let text = cell_text(cell);
            if !is_silent(&text) {
                set_cell(&mut subject.record, field, text.trim());
            }
        }
        Some(finish(subject))
    }
}

/// Whether a cell holds as many separators as a row, besides a line end: then a quote left open in
/// one row was closed in another, and the rows between them would be lost without a trace.
fn swallows_rows(record: &ByteRecord, delimiter: u8) -> bool {
    let row = record.len() - 1;
    record.iter().any(|cell| {
        memchr2(b'\n', b'\r', cell).is_some() && memchr_iter(delimiter, cell).count() >= row
    })
}

impl Importer for Csv {
    fn whole_records(&self, block: &[u8]) -> usize {
        let mut end = 0;
        while let (Some(length), _) = first_record(&block[end..], &[self.delimiter]) {
            end += length;
        }
        end
    }

    fn is_left_open(&self, tail: &[u8]) -> bool {
        first_record(tail, &[self.delimiter]).1
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        if batch.shape != Shape::Lines {
            return self.rows(batch, &batch.text, batch.first_line, each);
        }
        let mut line = batch.first_line;
        for text in batch.text.split_inclusive(|byte| *byte == b'\n') {
            if self.is_left_open(text) {
                let place = batch.place(line, 0);
                each(bad(place, None, "opens a quote that is never closed"));
            } else {
                self.rows(batch, text, line, each);
            }
            line = line.saturating_add(1);
        }
    }
}

/// The length of the first record with its line end, if it has one; and whether the text ends
/// inside quotes. Must agree with the reader on where records end.
fn first_record(text: &[u8], delimiters: &[u8]) -> (Option<usize>, bool) {
    #[derive(Clone, Copy)]
    enum At {
        CellStart,
        Plain,
        Quoted,
        /// Behind a quote inside quotes: the end of them, or half of an escaped one.
        Quote,
    }
    match memchr2(b'\n', b'"', text) {
        None => return (None, false),
        Some(newline) if text[newline] == b'\n' => return (Some(newline + 1), false),
        Some(_) => {}
    }
    let mut at = At::CellStart;
    let mut index = 0;
    while let Some(&byte) = text.get(index) {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) => match memchr(b'"', &text[index..]) {
                Some(quote) => {
                    index += quote;
                    At::Quote
                }
                None => return (None, true),
            },
            (At::CellStart | At::Quote, b'"') => At::Quoted,
            (_, b'\n') => return (Some(index + 1), false),
            (_, b'\r') => At::CellStart,
            (_, byte) if delimiters.contains(&byte) => At::CellStart,
            _ => At::Plain,
        };
        index += 1;
    }
    (None, matches!(at, At::Quoted))
}

/// The line `sep=;` with which spreadsheets are told the separator, and its length.
fn said_delimiter(text: &[u8]) -> (Option<u8>, usize) {
    let line_end = memchr(b'\n', text).map_or(text.len(), |newline| newline + 1);
    match text[..line_end].trim_ascii_end() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter]
            if DELIMITERS.contains(delimiter) =>
        {
            (Some(*delimiter), line_end)
        }
        // `sep=` and a tab, which was trimmed.
        b"sep=" | b"SEP=" => (Some(b'\t'), line_end),
        _ => (None, 0),
    }
}

/// The separator that finds the most columns we know, then the most columns.
fn best_delimiter(header: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let (titles, _) = titles(header, delimiter);
        let known = titles
            .iter()
            .filter(|title| asset::SCHEMA.find_alias(title).is_some())
            .count();
        (known, titles.len())
    };
    let mut best = DELIMITERS[0];
    for delimiter in DELIMITERS {
        if score(delimiter) > score(best) {
            best = delimiter;
        }
    }
    best
}

/// The titles of a header, and whether it swallows rows.
fn titles(header: &[u8], delimiter: u8) -> (Vec<String>, bool) {
    let mut record = ByteRecord::new();
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(header);
    match reader.read_byte_record(&mut record) {
        Ok(true) => {
            let titles = record
                .iter()
                .map(|title| cell_text(title).trim().to_owned())
                .collect();
            (titles, swallows_rows(&record, delimiter))
        }
        _ => (Vec::new(), false),
    }
}

fn refuse_two_columns(
    name: &Arc<str>,
    titles: &[String],
    columns: &[Option<FieldId>],
) -> Result<(), ImportError> {
    for (index, column) in columns.iter().enumerate() {
        let Some(field) = column else { continue };
        if let Some(first) = columns[..index].iter().position(|other| other == column) {
            return Err(ImportError::TwoColumns {
                name: Arc::clone(name),
                first: titles[first].clone(),
                second: titles[index].clone(),
                field: asset::SCHEMA.field(*field).name,
            });
        }
    }
    Ok(())
}

fn list_columns(titles: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<String> = titles
        .iter()
        .take(SHOWN)
        .map(|title| format!("`{}`", title.chars().take(60).collect::<String>()))
        .collect();
    let more = titles.len().saturating_sub(SHOWN);
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn names_of(field: &Field) -> String {
    format!("`{}` (or {})", field.name, field.also.join(", "))
}

/// Names of the fields no column has taken.
fn free_names(columns: &[Option<FieldId>]) -> impl Iterator<Item = &'static str> {
    asset::SCHEMA
        .fields
        .iter()
        .enumerate()
        .filter(|(index, field)| {
            !field.derived
                && !columns
                    .iter()
                    .flatten()
                    .any(|taken| usize::from(taken.0) == *index)
        })
        .flat_map(|(_, field)| std::iter::once(field.name).chain(field.also.iter().copied()))
}

fn set_cell(record: &mut crate::model::Record, field: FieldId, text: &str) {
    match asset::SCHEMA.field(field).ty {
        Type::Records(_) if text.eq_ignore_ascii_case("none") => {
            record.set(field, Value::Records(Vec::new()));
        }
        Type::Records(_) => record.set_text(field, &spaced_numbers(text)),
        _ => record.set_text(field, text),
    }
}

/// Update numbers with nothing but blanks between them, as lists of one a semicolon.
fn spaced_numbers(text: &str) -> Cow<'_, str> {
    let is_number = |word: &str| {
        let digits = word.trim_start_matches(['K', 'B', 'k', 'b']);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let is_cut = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '|');
    let has_blanks = text.contains(char::is_whitespace);
    if !has_blanks
        || !text
            .split(is_cut)
            .filter(|word| !word.is_empty())
            .all(is_number)
    {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(";"))
}

fn lines_in(text: &[u8]) -> u32 {
    u32::try_from(memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records, error, open, read};
    use super::*;
    use crate::model::fields::update;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn columns_are_known_by_any_name_in_any_order() {
        let text = "Last Seen;BUILD number;Hotfix IDs;Asset Tag;hostname;SMBv1\r\n\
                    21/11/2026;19045.4412;KB1 KB2;A-1;WARD-PC-1;off\r\n";
        let all = assets(text);
        assert_eq!(all.len(), 1);
        let asset = &all[0];
        assert_eq!(asset.id, "A-1");
        assert_eq!(asset.text(asset::NAME), Some("WARD-PC-1"));
        assert_eq!(asset.date(asset::OBSERVED_AT), Some(date(2026, 11, 21)));
        assert_eq!(asset.text(asset::OS_BUILD), Some("19045.4412"));
        assert_eq!(asset.boolean(asset::SMB1_SERVER), Some(false));
        let kbs: Vec<_> = asset
            .records(asset::UPDATES)
            .expect("updates are declared")
            .iter()
            .filter_map(|kb| kb.text(update::ID))
            .collect();
        assert_eq!(kbs, ["KB1", "KB2"]);
    }

    #[test]
    fn update_numbers_may_be_cut_at_anything() {
        for cell in [
            "KB1;KB2",
            "\"KB1,KB2\"",
            "KB1|KB2",
            "KB1 KB2",
            "\"KB1\nKB2\"",
            "\"KB1, KB2\"",
        ] {
            let all = assets(format!("id,kbs\na,{cell}\n"));
            let count = all[0].records(asset::UPDATES).map(<[_]>::len);
            assert_eq!(count, Some(2), "{cell}");
        }
    }

    #[test]
    fn an_empty_cell_is_silence_and_an_unreadable_one_is_kept() {
        let all =
            assets("id,smb1,last seen,kbs,os\na,,n/a,-,unknown\nb,perhaps,31/02/2026,none,\n");
        assert_eq!(all[0].declared().count(), 1);
        let unreadable: Vec<_> = all[1]
            .unreadable()
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(unreadable, ["31/02/2026", "perhaps"]);
        assert_eq!(all[1].records(asset::UPDATES).map(<[_]>::len), Some(0));
    }

    #[test]
    fn a_name_stands_in_for_an_id() {
        let all = assets("id,name\n,WARD-PC-1\n");
        assert_eq!(all[0].id, "WARD-PC-1");
        let bad = bad_records("id,name,os\n,,Windows 10\n");
        assert_eq!(bad[0].message, "has no id and no name");
        assert_eq!(bad[0].place.line, 2);
    }

    #[test]
    fn lines_are_counted_through_quoted_line_ends_and_empty_lines() {
        let text = "\u{feff}id,owner\r\n\r\na,\"x\r\ny\"\r\n\r\n\r\nb,z\r\n,\r\nc,\"\"\"q\"\"\"";
        let lines: Vec<_> = assets(text).iter().map(|a| a.place.line).collect();
        assert_eq!(lines, [3, 7, 9]);
    }

    #[test]
    fn a_row_of_another_length_is_bad_and_the_rest_goes_on() {
        let text = "id,os\na,Windows 10,x\nb\nc,Windows 11\n";
        assert_eq!(assets(text).len(), 1);
        let bad = bad_records(text);
        assert_eq!(bad[0].message, "has 3 cells where the header has 2");
        assert_eq!((bad[0].place.line, bad[1].place.line), (2, 3));
    }

    #[test]
    fn a_quote_left_open_costs_one_row() {
        let text = "id,owner\na,\"open\nb,x\nc,y\n";
        let bad = bad_records(text);
        assert_eq!(bad.len(), 1);
        assert_eq!(bad[0].place.line, 2);
        assert_eq!(bad[0].message, "opens a quote that is never closed");
        assert_eq!(assets(text).len(), 2);
    }

    #[test]
    fn a_header_that_names_no_asset_is_an_error_that_says_what_is_accepted() {
        let message = error("os,build\nWindows 10,19045\n").to_string();
        assert!(
            message.contains("its columns are `os`, `build`"),
            "{message}"
        );
        assert!(message.contains("hostname"), "{message}");
        assert!(matches!(
            error("id,os\r\n\r\n"),
            ImportError::NoAssets { .. }
        ));
        assert!(matches!(error("id,os"), ImportError::NoAssets { .. }));
        let message = error("hostname,id,Device Name\na,b,c\n").to_string();
        assert!(
            message.contains("`hostname` and `Device Name` both mean `name`"),
            "{message}"
        );
    }

    #[test]
    fn unknown_columns_are_noted_with_a_suggestion() {
        let ignored = read("id,bulid,warranty,\na,1,2,\n").1;
        assert_eq!(ignored, ["`bulid` (did you mean `build`?)", "`warranty`"]);
    }

    #[test]
    fn other_encodings_and_line_ends_are_read() {
        let text = "id,owner\na,Zoë\n";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [
            utf16,
            b"id,owner\na,Zo\xeb\n".to_vec(),
            "sep=;\nid;owner\na;Zoë\n".into(),
            "id\towner\ra\tZoë\r".into(),
        ] {
            let all = assets(bytes);
            assert_eq!(all[0].text(asset::OWNER), Some("Zoë"));
        }
    }

    #[test]
    fn a_row_that_does_not_end_is_skipped_to_its_line_end() {
        let text = format!("id,owner\na,{}\nb,y\n", "x".repeat(3 << 20));
        let bad = bad_records(text.as_str());
        assert_eq!(bad.len(), 1);
        assert!(bad[0].message.starts_with("is longer than"));
        let all = assets(text);
        assert_eq!((all[0].id.as_str(), all[0].place.line), ("b", 3));
    }

    proptest! {
        /// Wherever a text is cut, the pieces hold the records the reader finds in the whole.
        #[test]
        fn cuts_fall_between_records(text in "[ab,\"\r\n]{0,60}") {
            let csv = Csv { delimiter: b',', columns: Vec::new() };
            let end = csv.whole_records(text.as_bytes());
            let records = |text: &str| -> Vec<ByteRecord> {
                ReaderBuilder::new().has_headers(false).flexible(true)
                    .from_reader(text.as_bytes())
                    .into_byte_records()
                    .filter_map(Result::ok)
                    .collect()
            };
            let mut cut = records(&text[..end]);
            cut.extend(records(&text[end..]));
            prop_assert_eq!(cut, records(&text));
        }
    }

    #[test]
    fn batches_of_any_size_give_the_same_rows() {
        use std::fmt::Write;
        let mut text = String::from("id,owner\n");
        for n in 0..2_000 {
            writeln!(text, "asset-{n},\"line {n}\nand \"\"more\"\"\"")
                .expect("writing to a string");
        }
        let whole = assets(text.as_str());
        for record_bytes in [64, 100, 1_000, 65_536] {
            let limits = super::super::Limits {
                record_bytes,
                ..Default::default()
            };
            let rows = open(text.as_str(), None, limits).expect("a readable inventory");
            let rows: Vec<_> = rows
                .0
                .into_iter()
                .filter_map(|row| match row {
                    Row::Asset(asset) => Some(asset),
                    Row::Unnamed(_) | Row::Bad(_) => None,
                })
                .collect();
            assert_eq!(rows.len(), 2_000);
            for (one, other) in rows.iter().zip(&whole) {
                assert_eq!(
                    (&one.id, &one.place, &one.record),
                    (&other.id, &other.place, &other.record)
                );
            }
        }
    }
}
