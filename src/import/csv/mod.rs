//! Inventories as CSV: columns by any name we know, in any order, cells in any of three
//! separators. An empty cell is silence; a cell that cannot be read is kept as unreadable.

mod header;
mod records;

pub(super) use header::titles_of;

use super::batch::{Batch, Blocks, Importer, Shape};
use super::codepage::Page;
use super::error::ImportError;
use super::exports::Export;
use super::format;
use super::map::Mapping;
use super::row::{Ignored, Row, bad};
use super::table::{ColumnUse, Plan, RowReader, Table, odd_row};
use crate::model::Place;
use ::csv::{ByteRecord, ReaderBuilder};
use header::{best_delimiter, is_name_alone, remark, said_delimiter, titles};
use records::{first_record, lines_in, swallows_rows};
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
        let is_json = head.trim_start().starts_with(['{', '[']);
        !is_json && titles_of(head).len() > 1 || is_name_alone(head)
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
        let (csv, ignored) = Csv::open(name, blocks, None, map)?;
        Ok((Box::new(csv), ignored))
    }
}

#[derive(Debug)]
pub(super) struct Csv {
    delimiter: u8,
    table: Table,
    gives_parts: bool,
    has_long_texts: bool,
}

impl Csv {
    /// Reads the header, and looks at the rows in the first block for how they are written. Also
    /// gives the columns that mean nothing to us.
    pub(super) fn open(
        name: &Arc<str>,
        blocks: &mut Blocks,
        export: Option<&'static Export>,
        map: Option<&Mapping>,
    ) -> Result<(Self, Vec<Ignored>), ImportError> {
        let failed = |source: io::Error| ImportError::Io {
            name: Arc::clone(name),
            source,
        };
        let left_open = || ImportError::HeaderLeftOpen {
            name: Arc::clone(name),
        };
        for _ in 0..2 {
            let block = blocks.filled().map_err(failed)?;
            let blank = block.len() - block.trim_ascii_start().len();
            let skip = remark(&block[blank..]);
            blocks.consume(blank + skip);
        }
        let (said, skip) = said_delimiter(blocks.filled().map_err(failed)?);
        blocks.consume(skip);

        let block = blocks.filled().map_err(failed)?;
        let page = Page::of_table(block);
        let (limit, (length, is_open)) = (block.len(), first_record(block, &DELIMITERS));
        if is_open {
            return Err(left_open());
        }
        if length.is_none() && !blocks.holds_all() {
            return Err(ImportError::HeaderTooLong {
                name: Arc::clone(name),
                limit,
            });
        }
        let (header, ..) = blocks.consume(length.unwrap_or(limit));
        let delimiter = said.unwrap_or_else(|| best_delimiter(&header));
        let (titles, is_open) = titles(&header, delimiter, page);
        if is_open {
            return Err(left_open());
        }
        let (mut table, ignored) = Plan { name, export, map }.table(&titles)?;
        table.set_page(page);
        let mut csv = Self {
            delimiter,
            table,
            gives_parts: export.is_some_and(|export| export.gives_parts),
            has_long_texts: export.is_some_and(|export| export.has_long_texts),
        };
        csv.learn(blocks.filled().map_err(failed)?);
        Ok((csv, ignored))
    }

    /// The cells of each row, as texts.
    pub(super) fn cells(&self, text: &[u8], each: &mut dyn FnMut(&[Cow<'_, str>])) {
        let rows = cells(text, self.delimiter);
        for row in rows.into_byte_records().filter_map(Result::ok) {
            let cells: Vec<_> = row
                .iter()
                .map(|cell| self.table.page().text(cell))
                .collect();
            each(&cells);
        }
    }

    fn learn(&mut self, block: &[u8]) {
        let whole = match self.whole_records(block) {
            0 => block.len(),
            whole => whole,
        };
        let rows = cells(&block[..whole], self.delimiter);
        let rows: Vec<_> = rows.into_byte_records().filter_map(Result::ok).collect();
        self.table.learn(rows.iter().map(ByteRecord::iter));
    }

    fn rows(&self, batch: &Batch, text: &[u8], first_line: u32, each: &mut dyn FnMut(Row)) {
        let mut reader = cells(text, self.delimiter);
        let mut table = self.table.reader();
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
            if let Some(row) = self.row(&mut table, &record, batch.place(line, 0), spans) {
                each(row);
            }
        }
    }

    fn row(
        &self,
        reader: &mut RowReader<'_>,
        record: &ByteRecord,
        place: Place,
        line_ends: u32,
    ) -> Option<Row> {
        if record.len() != self.table.width() {
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                return None;
            }
            let spans = match line_ends {
                0 => String::new(),
                more => format!(", and goes on over {more} more lines: is a quote left open?"),
            };
            return Some(odd_row(place, record.len(), &self.table, &spans));
        }
        if line_ends > 0 && !self.has_long_texts && swallows_rows(record, self.delimiter) {
            let message = "has a cell in which whole rows stand: is a quote left open?";
            return Some(bad(place, None, message));
        }
        reader.row(place, record.iter())
    }
}

fn cells(text: &[u8], delimiter: u8) -> ::csv::Reader<&[u8]> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text)
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

    fn gives_parts(&self) -> bool {
        self.gives_parts
    }

    fn columns(&self) -> &[ColumnUse] {
        self.table.uses()
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

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records, error, open, read};
    use super::*;
    use crate::model::fields::{asset, update};
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
            let mut end = 0;
            while let (Some(length), _) = first_record(&text.as_bytes()[end..], b",") {
                end += length;
            }
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
