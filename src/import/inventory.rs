//! An inventory: one file or stream of assets, opened, recognised and cut into batches.

use super::batch::{Batch, Blocks, Shape, Shared};
use super::encoding::{Decoded, Encoding};
use super::error::ImportError;
use super::format::{self, Format};
use super::join::{Joined, join};
use super::map::Mapping;
use super::parquet;
use super::row::{Ignored, Unknown};
use super::survey::Survey;
use super::table::ColumnUse;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

/// What an inventory may use up. Its length is not limited: it is a stream.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes one record may have; also how much is read at a time.
    pub record_bytes: usize,
    /// The same for formats in which a whole text is one asset.
    pub text_bytes: usize,
    /// What may be kept of inventories that have to be joined.
    pub join_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes: 1 << 20,
            text_bytes: 4 << 20,
            join_bytes: 2 << 30,
        }
    }
}

/// A stream of assets.
#[derive(Debug)]
pub struct Inventory {
    format: Format,
    content: Content,
    shared: Arc<Shared>,
    /// Columns that mean nothing to us.
    columns: Vec<Ignored>,
    survey: Survey,
}

#[derive(Debug)]
enum Content {
    Text(Blocks),
    /// Inventories that are read and joined as soon as somebody asks for a batch; then the
    /// positions of the batches that are left.
    Joined {
        from: Vec<Inventory>,
        batches: Option<std::ops::Range<u32>>,
    },
}

impl Inventory {
    /// Opens an inventory and finds out what it is, unless `format` says so. Never gives an
    /// inventory that holds nothing.
    pub fn open(
        name: &str,
        input: Box<dyn Read + Send>,
        format: Option<Format>,
        limits: Limits,
    ) -> Result<Self, ImportError> {
        Self::open_mapped(name, input, format, None, limits)
    }

    /// Opens an inventory as [`Inventory::open`] does; if it is a table with columns that the map
    /// names, they are read as the map says.
    pub fn open_mapped(
        name: &str,
        mut input: Box<dyn Read + Send>,
        format: Option<Format>,
        map: Option<&Mapping>,
        limits: Limits,
    ) -> Result<Self, ImportError> {
        let name: Arc<str> = name.into();
        let failed = |source: io::Error| ImportError::Io {
            name: Arc::clone(&name),
            source,
        };
        let mut head = read_head(input.as_mut()).map_err(failed)?;
        let is_parquet = head.starts_with(parquet::MAGIC);
        if is_parquet {
            input = parquet::as_csv(&name, &mut head.as_slice().chain(input))?;
            head = read_head(input.as_mut()).map_err(failed)?;
        }
        if format == Some(Format::parquet()) && !is_parquet {
            let reason = "it does not begin as one".to_owned();
            return Err(ImportError::BadParquet { name, reason });
        }
        let format = format.or(is_parquet.then(Format::parquet));
        let (encoding, mark) = Encoding::sniff(&head);
        let format = format::recognise(&name, &head[mark..], encoding, format)?;

        let returns_end_lines = !head.contains(&b'\n') && head.contains(&b'\r');
        // A short file is closed again: of those there may be more than can be open at once.
        if head.len() < HEAD {
            input = Box::new(io::empty());
        }
        let mut head = Cursor::new(head);
        head.set_position(mark as u64);
        let input = Decoded::new(Box::new(head.chain(input)), encoding, returns_end_lines);

        let mut blocks = Blocks::new(input, format.kind().block_bytes(&limits));
        let (importer, columns) = format.kind().open_mapped(&name, &mut blocks, map)?;
        let is_blank = blocks.filled().map_err(failed)?.trim_ascii().is_empty();
        if is_blank && blocks.holds_all() {
            // Text it was, for it was recognised: so all of it was header.
            return Err(ImportError::NoAssets { name });
        }
        Ok(Self {
            format,
            content: Content::Text(blocks),
            shared: Arc::new(Shared {
                name,
                importer,
                limits,
                unknown: Unknown::default(),
            }),
            columns,
            survey: Survey::default(),
        })
    }

    /// The name it was opened by.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether a row may be a part of an asset, so that the rows of one host have to be joined.
    pub fn gives_parts(&self) -> bool {
        self.format.kind().gives_parts() || self.shared.importer.gives_parts()
    }

    /// Inventories about one estate, as they are to be read: a single one of whole assets streams;
    /// others become one, in which each machine is one asset.
    pub fn joined(mut all: Vec<Self>) -> Vec<Self> {
        let needs_it = all.len() > 1 || all.iter().any(Self::gives_parts);
        let Some(first) = all.first().filter(|_| needs_it) else {
            return all;
        };
        let names: Vec<_> = all.iter().map(Self::name).collect();
        let joined = Self {
            format: first.format,
            shared: Arc::new(Shared {
                name: names.join(", ").into(),
                importer: Box::new(Joined::default()),
                limits: first.shared.limits,
                unknown: Unknown::default(),
            }),
            columns: Vec::new(),
            survey: Survey::default(),
            content: Content::Joined {
                from: std::mem::take(&mut all),
                batches: None,
            },
        };
        vec![joined]
    }

    /// What was in its rows, as far as somebody looked: who joins does, others may.
    pub fn survey(&self) -> &Survey {
        &self.survey
    }

    /// Adds what was in the next rows.
    pub fn add_survey(&mut self, rows: &Survey) {
        self.survey.add(rows);
    }

    /// The inventories that this one was joined from; else this one.
    pub fn parts(&self) -> &[Self] {
        match &self.content {
            Content::Joined { from, .. } => from,
            Content::Text(_) => std::slice::from_ref(self),
        }
    }

    /// The next records, in the order of the file; `None` after the last.
    pub fn next_batch(&mut self) -> Result<Option<Batch>, ImportError> {
        let (text, first_line, shape): (_, _, Shape) = match &mut self.content {
            Content::Text(blocks) => {
                let piece = blocks.next(self.shared.importer.as_ref());
                let piece = piece.map_err(|source| ImportError::Io {
                    name: Arc::clone(&self.shared.name),
                    source,
                })?;
                let Some(piece) = piece else { return Ok(None) };
                piece
            }
            Content::Joined { from, batches } => {
                if batches.is_none() {
                    let joined = join(from, self.shared.limits.join_bytes)?;
                    *batches = Some(0..joined.batches());
                    self.shared = Arc::new(Shared {
                        name: Arc::clone(&self.shared.name),
                        importer: Box::new(joined),
                        limits: self.shared.limits,
                        unknown: Unknown::default(),
                    });
                }
                match batches.as_mut().and_then(Iterator::next) {
                    Some(batch) => (Vec::new(), batch, Shape::Records),
                    None => return Ok(None),
                }
            }
        };
        Ok(Some(Batch {
            shared: Arc::clone(&self.shared),
            text,
            first_line,
            shape,
        }))
    }

    /// What became of each column, in the order of the file; empty where it is no table.
    pub fn columns(&self) -> &[ColumnUse] {
        self.shared.importer.columns()
    }

    /// Columns and keys that mean nothing to us, in alphabetical order. Keys are known only for
    /// the batches that were read.
    pub fn ignored(&self) -> Vec<Ignored> {
        let mut all = self.columns.clone();
        all.extend(self.shared.unknown.list());
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all
    }
}

/// Enough of a file to see what it is.
const HEAD: usize = 64 * 1024;

fn read_head(input: &mut (dyn Read + Send)) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    input.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// What the tests of the importers share.
#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::import::{BadRecord, Row};
    use crate::model::Subject;

    /// All rows of a text, and what was ignored.
    pub(in crate::import) fn open(
        text: impl Into<Vec<u8>>,
        format: Option<Format>,
        limits: Limits,
    ) -> Result<(Vec<Row>, Vec<String>), ImportError> {
        let input = Box::new(Cursor::new(text.into()));
        rows(Inventory::open("estate", input, format, limits)?)
    }

    fn rows(mut inventory: Inventory) -> Result<(Vec<Row>, Vec<String>), ImportError> {
        let mut rows = Vec::new();
        while let Some(batch) = inventory.next_batch()? {
            batch.read(&mut |row| rows.push(row));
        }
        let ignored = inventory.ignored().iter().map(Ignored::to_string).collect();
        Ok((rows, ignored))
    }

    /// All rows of a text that is read by a map, and what was ignored.
    pub(in crate::import) fn mapped(
        text: impl Into<Vec<u8>>,
        map: &Mapping,
    ) -> Result<(Vec<Row>, Vec<String>), ImportError> {
        let input = Box::new(Cursor::new(text.into()));
        let limits = Limits::default();
        rows(Inventory::open_mapped(
            "estate",
            input,
            None,
            Some(map),
            limits,
        )?)
    }

    pub(in crate::import) fn read(text: impl Into<Vec<u8>>) -> (Vec<Row>, Vec<String>) {
        open(text, None, Limits::default()).expect("the inventory opens")
    }

    pub(in crate::import) fn assets(text: impl Into<Vec<u8>>) -> Vec<Subject> {
        let asset = |row| match row {
            Row::Asset(asset) => Some(asset),
            Row::Unnamed(_) | Row::Bad(_) => None,
        };
        read(text).0.into_iter().filter_map(asset).collect()
    }

    pub(in crate::import) fn bad_records(text: impl Into<Vec<u8>>) -> Vec<BadRecord> {
        let bad = |row| match row {
            Row::Asset(_) | Row::Unnamed(_) => None,
            Row::Bad(bad) => Some(bad),
        };
        read(text).0.into_iter().filter_map(bad).collect()
    }

    pub(in crate::import) fn error(text: impl Into<Vec<u8>>) -> ImportError {
        open(text, None, Limits::default()).expect_err("the inventory is refused")
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{assets, bad_records, error, open};
    use super::*;

    #[test]
    fn nothing_is_never_an_empty_estate() {
        for text in ["", " \r\n\t\n", "\u{feff}"] {
            assert!(matches!(error(text), ImportError::Empty { .. }), "{text:?}");
        }
        let binary: Vec<u8> = (0..=255).cycle().take(5_000).collect();
        assert!(matches!(error(binary), ImportError::NotText { .. }));
        let sheet = error(b"PK\x03\x04\x14\0\x06\0".to_vec()).to_string();
        assert!(sheet.contains("save it as CSV"), "{sheet}");
        assert!(matches!(
            error("hello there\n"),
            ImportError::UnknownFormat { .. }
        ));
    }

    #[test]
    fn a_named_format_is_believed_but_has_to_fit() {
        let named = |format| {
            let format = Format::from_name(format);
            open("name\nWARD-PC-1\n", format, Limits::default())
        };
        assert!(named("csv").is_ok());
        let (rows, _) = named("ndjson").expect("text opens as anything");
        assert_eq!(rows.len(), 2);
        assert!(
            rows.iter()
                .all(|row| matches!(row, crate::import::Row::Bad(_)))
        );
    }

    #[test]
    fn a_line_without_end_is_skipped_without_being_kept() {
        /// Gives `x` for a long time, then a line end and an asset.
        struct Endless(u64);
        impl Read for Endless {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let length = buffer
                    .len()
                    .min(usize::try_from(self.0).unwrap_or(usize::MAX));
                buffer[..length].fill(b'x');
                self.0 -= length as u64;
                Ok(length)
            }
        }
        let start = Cursor::new("{\"id\":\"a\"}\n{\"id\":\"");
        let end = Cursor::new("\"}\n{\"id\":\"c\"}\n");
        let input = start.chain(Endless(64 << 20)).chain(end);
        let mut inventory = Inventory::open("estate", Box::new(input), None, Limits::default())
            .expect("the inventory opens");
        let mut seen = Vec::new();
        while let Some(batch) = inventory.next_batch().expect("reading from memory") {
            assert!(batch.bytes() <= Limits::default().record_bytes);
            let Content::Text(blocks) = &inventory.content else {
                panic!("one inventory of whole assets streams");
            };
            assert!(blocks.capacity() <= 4 * Limits::default().record_bytes);
            batch.read(&mut |row| {
                seen.push(match row {
                    crate::import::Row::Asset(asset) => format!("{} {}", asset.place, asset.id),
                    crate::import::Row::Unnamed(part) => format!("{} unnamed", part.place),
                    crate::import::Row::Bad(bad) => format!("{} bad", bad.place),
                });
            });
        }
        assert_eq!(seen, ["estate:1 a", "estate:2 bad", "estate:3 c"]);
    }

    #[test]
    fn columns_in_another_order_and_rows_twice_change_nothing() {
        let one = assets("id,os,smb1\na,Windows 10,no\na,Windows 10,no\n");
        let other = assets("SMBv1;Operating System;Asset ID\nno;Windows 10;a\nno;Windows 10;a\n");
        assert_eq!(one.len(), 2);
        for (one, other) in one.iter().zip(&other) {
            assert_eq!((&one.id, &one.record), (&other.id, &other.record));
        }
    }

    #[test]
    fn a_file_that_was_cut_loses_its_end_and_no_more() {
        let csv = "id,os,smb1\na,Windows 10,no\nb,Windows 11,no\n";
        let header = csv.find('\n').expect("a header");
        for cut in header + 2..csv.len() {
            let (rows, _) = open(&csv[..cut], None, Limits::default()).expect("a header and a row");
            let assets = rows
                .iter()
                .filter(|row| matches!(row, crate::import::Row::Asset(_)));
            assert!(assets.count() <= csv[..cut].matches('\n').count());
            assert!(!rows.is_empty());
        }
    }

    #[test]
    fn an_input_that_fails_is_an_error_and_not_an_end() {
        struct Failing;
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the share went away"))
            }
        }
        let rows = "{\"id\":\"a\"}\n".repeat(200_000);
        let input = Cursor::new(rows).chain(Failing);
        let mut inventory = Inventory::open("estate", Box::new(input), None, Limits::default())
            .expect("the beginning is there");
        let error = loop {
            match inventory.next_batch() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the failure was taken for the end"),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains("the share went away"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            mut bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
            start in 0..14_usize,
        ) {
            let starts: [&[u8]; 14] = [
                b"",
                b"id,os\n",
                b"\xff\xfei\0d\0\n\0",
                b"{\"id\":",
                b"[{\"id\":\"a\",",
                b"{\"value\":[{\"computerDnsName\":\"a\",\"osPlatform\":",
                b"Caption  CSName  HotFixID  InstalledOn\n",
                b"<NessusClientData_v2><ReportHost name=\"a\"><tag name=\"",
                b"<REQUEST><CONTENT><HARDWARE><NAME>a</NAME>",
                b"{\"name\":\"a\",\"hostIdentifier\":\"b\",\"snapshot\":[{",
                b"[{\"hotfix_id\":\"KB1234567\"},",
                b"+++-==============-==============-====\nii  a",
                b"H: a\nO: Windows\nV: 6.1.7601 x 7601\n",
                b"H: a\nO: Windows\nV: 6.1.7601 x 7601\nP: 1\n [01]: a\nF: 2\n [01]: KB",
            ];
            bytes.splice(0..0, starts[start].iter().copied());
            let limits = Limits { record_bytes: 32, text_bytes: 128, ..Limits::default() };
            for format in std::iter::once(None).chain(Format::all().map(Some)) {
                let _ = open(bytes.clone(), format, limits);
            }
        }
    }

    #[test]
    fn one_broken_record_does_not_stop_the_others() {
        let text = "{\"id\":\"a\"}\nnot json\n{\"id\":\"b\"}\n{\"id\":\"c\"";
        assert_eq!(assets(text).len(), 2);
        let places: Vec<_> = bad_records(text).iter().map(|bad| bad.place.line).collect();
        assert_eq!(places, [2, 4]);
    }
}
