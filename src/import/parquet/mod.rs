//! Parquet, with the same columns as a CSV: its rows are written as those of one, and read as such.
//!
//! The file is kept in a temporary one, as its directory stands at its end, and read row group by
//! row group, a few hundred rows at a time. Structs give columns with dotted names, lists of plain
//! values one cell. A number with a fraction is unreadable in every field: none of an asset's has
//! one, and `19045.10` kept as a number is another build.

mod cell;
mod pages;

use super::batch::{Blocks, Importer};
use super::csv::{Csv, titles_of};
use super::error::ImportError;
use super::exports::Export;
use super::format;
use super::map::Mapping;
use super::row::Ignored;
use super::spool::spool;
use cell::Leaf;
use pages::Pages;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What every file begins with.
pub(super) const MAGIC: &[u8] = b"PAR1";

/// Rows that are written at a time.
const ROWS: usize = 512;

/// More columns than any inventory has.
const MOST_COLUMNS: usize = 2_000;

/// Values in one column of one row group: ten times what tools put there.
const MOST_VALUES: i64 = 20_000_000;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn about(&self) -> &'static str {
        "Parquet with the columns of a CSV, its own or those of a known tool"
    }

    /// It is known by its bytes, before there is any text.
    fn recognises(&self, _head: &str) -> bool {
        false
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
        let head = blocks.filled().map_err(|source| ImportError::Io {
            name: Arc::clone(name),
            source,
        })?;
        let export = Export::of(&titles_of(&String::from_utf8_lossy(head)));
        let (csv, ignored) = Csv::open(name, blocks, export, map)?;
        Ok((Box::new(csv), ignored))
    }
}

/// The rows of a Parquet file as those of a CSV, with a header. A line is a row.
pub(super) fn as_csv(
    name: &Arc<str>,
    input: &mut dyn Read,
) -> Result<Box<dyn Read + Send>, ImportError> {
    let file = spool(input).map_err(|source| ImportError::Io {
        name: Arc::clone(name),
        source,
    })?;
    let rows = guarded(|| Rows::open(file)).map_err(|reason| ImportError::BadParquet {
        name: Arc::clone(name),
        reason: reason.to_string(),
    })?;
    Ok(Box::new(rows))
}

/// The crate panics on some broken pages. Nothing it was reading is used after that.
fn guarded<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let message = "its pages do not hold what they say";
        Err(ParquetError::General(message.to_owned()))
    })
}

struct Rows {
    reader: SerializedFileReader<File>,
    leaves: Vec<Leaf>,
    /// The next row group.
    group: usize,
    /// Of the row group at hand.
    columns: Vec<ColumnReader>,
    left_in_group: usize,
    text: Vec<u8>,
    given: usize,
}

impl Rows {
    fn open(file: File) -> Result<Self, ParquetError> {
        let reader = SerializedFileReader::new(file)?;
        let metadata = reader.metadata();
        let columns = metadata.file_metadata().schema_descr().columns();
        if columns.len() > MOST_COLUMNS {
            let message = format!("it has more than {MOST_COLUMNS} columns");
            return Err(ParquetError::General(message));
        }
        for group in metadata.row_groups() {
            let rows_are_bounded = (0..=MOST_VALUES).contains(&group.num_rows());
            if !rows_are_bounded || !group.columns().iter().all(is_bounded) {
                let message = format!(
                    "a column has more than {MOST_VALUES} values in a row group, or lies nowhere"
                );
                return Err(ParquetError::General(message));
            }
        }
        let leaves: Vec<_> = columns.iter().map(|column| Leaf::of(column)).collect();
        let mut text = Vec::new();
        write_row(leaves.iter().map(Leaf::title), &mut text);
        Ok(Self {
            reader,
            leaves,
            group: 0,
            columns: Vec::new(),
            left_in_group: 0,
            text,
            given: 0,
        })
    }

    /// Writes some more rows. `false` after the last.
    fn refill(&mut self) -> Result<bool, ParquetError> {
        while self.left_in_group == 0 {
            if self.group >= self.reader.num_row_groups() {
                return Ok(false);
            }
            let group = self.reader.get_row_group(self.group)?;
            let count = self.leaves.len().min(group.num_columns());
            let schema = self.reader.metadata().file_metadata().schema_descr_ptr();
            let column = |index| {
                let column = schema.column(index);
                let pages = Pages::of(&column, group.get_column_page_reader(index)?);
                Ok(get_column_reader(column, Box::new(pages)))
            };
            self.columns = (0..count)
                .map(column)
                .collect::<Result<_, ParquetError>>()?;
            self.left_in_group = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            self.group += 1;
        }
        let rows = self.left_in_group.min(ROWS);
        let mut cells = Vec::with_capacity(self.leaves.len());
        for (leaf, column) in self.leaves.iter().zip(&mut self.columns) {
            let read = leaf.read(column, rows)?;
            if read.len() != rows {
                let message = format!("the column {} ends too soon", leaf.title());
                return Err(ParquetError::General(message));
            }
            cells.push(read);
        }
        self.text.clear();
        self.given = 0;
        for row in 0..rows {
            let row = cells
                .iter()
                .map(|column| column.get(row).map_or("", String::as_str));
            write_row(row, &mut self.text);
        }
        self.left_in_group -= rows;
        Ok(true)
    }
}

/// Whether a column is where a file can be, and not larger than we read.
fn is_bounded(column: &ColumnChunkMetaData) -> bool {
    let starts = column.dictionary_page_offset().unwrap_or_default();
    let numbers = [starts, column.data_page_offset(), column.compressed_size()];
    (0..=MOST_VALUES).contains(&column.num_values()) && numbers.iter().all(|number| *number >= 0)
}

impl Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            match guarded(|| self.refill()) {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            }
        }
        let rest = &self.text[self.given..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

/// One line: what ends lines inside a cell cuts lists there too, as `;` does.
fn write_row<'c>(cells: impl Iterator<Item = &'c str>, text: &mut Vec<u8>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(b',');
        }
        if cell.is_empty() {
            continue;
        }
        text.push(b'"');
        for byte in cell.trim_end().bytes() {
            match byte {
                b'"' => text.extend(b"\"\""),
                b'\n' => text.push(b';'),
                b'\r' => {}
                _ => text.push(byte),
            }
        }
        text.push(b'"');
    }
    text.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, error, read};
    use super::*;

    #[test]
    fn a_panic_inside_the_crate_is_an_error_of_the_file() {
        let broken = guarded(|| -> Result<(), ParquetError> { panic!("a page lies") });
        let told = broken.expect_err("it is refused").to_string();
        assert!(told.contains("do not hold what they say"), "{told}");
    }
    use crate::model::fields::{asset, update};
    use ::parquet::basic::{Compression, ZstdLevel};
    use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
    use ::parquet::file::properties::WriterProperties;
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;
    use jiff::civil::date;
    use proptest::prelude::*;

    const SCHEMA: &str = "message estate {
        required binary hostname (UTF8);
        optional int32 seen (DATE);
        optional double build;
        optional group os { optional binary version (UTF8); }
        optional group kbs (LIST) { repeated group list { optional binary element (UTF8); } }
        optional int64 av_updated (TIMESTAMP_MICROS);
    }";

    /// Three rows in each of two row groups.
    fn file(compression: Compression) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .build();
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))
            .expect("writing to memory");
        for number in 0..2 {
            let texts = |texts: &[&str]| -> Vec<ByteArray> {
                texts.iter().map(|text| ByteArray::from(*text)).collect()
            };
            let names: Vec<_> = (0..3)
                .map(|row| format!("pc-{}", number * 3 + row))
                .collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let mut group = writer.next_row_group().expect("a row group");
            macro_rules! column {
                ($kind:ty, $values:expr, $defined:expr, $repeated:expr) => {
                    let mut column = group.next_column().expect("a column").expect("one more");
                    let values = $values;
                    let written = column
                        .typed::<$kind>()
                        .write_batch(&values, $defined, $repeated);
                    written.expect("values are written");
                    column.close().expect("the column is whole");
                };
            }
            column!(ByteArrayType, texts(&names), None, None);
            column!(Int32Type, [20_779, 20_000], Some(&[1, 0, 1]), None);
            column!(DoubleType, [19_045.0, 19_045.1], Some(&[1, 1, 0]), None);
            column!(
                ByteArrayType,
                texts(&["22H2", "a \"b\"\nc"]),
                Some(&[2, 2, 1]),
                None
            );
            column!(
                ByteArrayType,
                texts(&["KB5044273", "KB5012117"]),
                Some(&[3, 3, 1, 0]),
                Some(&[0, 1, 0, 0])
            );
            column!(Int64Type, [1_795_305_600_000_000], Some(&[1, 0, 0]), None);
            group.close().expect("the row group is whole");
        }
        writer.into_inner().expect("the file is whole")
    }

    #[test]
    fn rows_of_all_row_groups_are_read_like_those_of_a_csv() {
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::ZSTD(ZstdLevel::default()),
        ] {
            let all = assets(file(compression));
            assert_eq!(all.len(), 6);
            let one = &all[3];
            assert_eq!((one.id.as_str(), one.place.line), ("pc-3", 5));
            assert_eq!(one.date(asset::OBSERVED_AT), Some(date(2026, 11, 22)));
            assert_eq!(one.text(asset::OS_BUILD), Some("19045"));
            assert_eq!(one.text(asset::OS_VERSION), Some("22H2"));
            assert_eq!(
                one.date(asset::PROTECTION_UPDATED_AT),
                Some(date(2026, 11, 22))
            );
            let kbs = one.records(asset::UPDATES).expect("updates");
            let kbs: Vec<_> = kbs.iter().filter_map(|kb| kb.text(update::ID)).collect();
            assert_eq!(kbs, ["KB5044273", "KB5012117"]);
            assert_eq!(all[5].value(asset::OS_VERSION), None);
        }
    }

    #[test]
    fn a_build_kept_as_a_number_is_not_guessed_at() {
        let all = assets(file(Compression::SNAPPY));
        assert_eq!(all[1].unreadable()[0].1, "19045.1");
        assert_eq!(all[1].text(asset::OS_VERSION), Some("a \"b\";c"));
    }

    #[test]
    fn a_file_that_was_cut_is_an_error_and_not_a_small_estate() {
        let whole = file(Compression::SNAPPY);
        for length in [4, 5, 12, whole.len() / 2, whole.len() - 1] {
            let refused = error(&whole[..length]);
            assert!(
                matches!(refused, ImportError::BadParquet { .. }),
                "{refused}"
            );
        }
        let (rows, _) = read(whole);
        assert_eq!(rows.len(), 6);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn no_damage_makes_it_panic(
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
            zip in any::<bool>(),
        ) {
            let kind = if zip { Compression::SNAPPY } else { Compression::UNCOMPRESSED };
            let mut bytes = file(kind);
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let input = Box::new(io::Cursor::new(bytes));
            let limits = super::super::Limits::default();
            let opened = super::super::Inventory::open("estate", input, None, limits);
            if let Ok(mut inventory) = opened {
                while let Ok(Some(batch)) = inventory.next_batch() {
                    batch.read(&mut |_| ());
                }
            }
        }
    }
}
