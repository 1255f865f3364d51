//! The values of one column of a Parquet file, as the cells of a CSV would write them.

use crate::import::table::{UNREADABLE, unix_seconds};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;

/// What the numbers and bytes of a column mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Day,
    /// A whole number of so many parts of ten.
    Decimal(u32),
    /// Nothing we can write.
    Foreign,
    /// As it is.
    Plain,
    /// So many a second, since 1970.
    Timestamp(i64),
    Unsigned,
    Uuid,
}

/// A column that holds values.
#[derive(Debug)]
pub(super) struct Leaf {
    title: String,
    most_defined: i16,
    most_repeated: i16,
    written: Written,
}

impl Leaf {
    pub(super) fn of(column: &ColumnDescriptor) -> Self {
        let is_repeated = column.max_rep_level() > 0;
        let of_a_list = ["list", "element", "item", "array", "array_element", "bag"];
        let parts = column.path().parts().iter().map(String::as_str);
        let names = parts
            .enumerate()
            .filter(|(index, part)| *index == 0 || !(is_repeated && of_a_list.contains(part)));
        let names: Vec<_> = names.map(|(_, part)| part).collect();
        Self {
            title: names.join("."),
            most_defined: column.max_def_level(),
            most_repeated: column.max_rep_level(),
            written: written(column),
        }
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// The cells of the next rows.
    pub(super) fn read(
        &self,
        column: &mut ColumnReader,
        rows: usize,
    ) -> Result<Vec<String>, ParquetError> {
        let written = self.written;
        match column {
            ColumnReader::BoolColumnReader(reader) => self.cells(reader, rows, ToString::to_string),
            ColumnReader::Int32ColumnReader(reader) => {
                self.cells(reader, rows, |value| match written {
                    Written::Unsigned => value.cast_unsigned().to_string(),
                    _ => whole(i64::from(*value), written),
                })
            }
            ColumnReader::Int64ColumnReader(reader) => {
                self.cells(reader, rows, |value| match written {
                    Written::Unsigned => value.cast_unsigned().to_string(),
                    _ => whole(*value, written),
                })
            }
            ColumnReader::Int96ColumnReader(reader) => self.cells(reader, rows, |value| {
                // The last third counts days since noon of a Monday long ago.
                const UNIX_EPOCH: i64 = 2_440_588;
                let days = value.data().last().copied().unwrap_or_default();
                day(i64::from(days) - UNIX_EPOCH)
            }),
            ColumnReader::FloatColumnReader(reader) => {
                self.cells(reader, rows, |value| float(f64::from(*value)))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                self.cells(reader, rows, |value| float(*value))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                self.cells(reader, rows, |value| bytes(value, written))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                self.cells(reader, rows, |value| bytes(value, written))
            }
        }
    }

    fn cells<D: DataType>(
        &self,
        reader: &mut ColumnReaderImpl<D>,
        rows: usize,
        write: impl Fn(&D::T) -> String,
    ) -> Result<Vec<String>, ParquetError> {
        let (mut defined, mut repeated, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let mut left = rows;
        while left > 0 {
            let (records, _, levels) =
                reader.read_records(left, Some(&mut defined), Some(&mut repeated), &mut values)?;
            if records == 0 && levels == 0 {
                break;
            }
            left = left.saturating_sub(records);
        }
        let mut values = values.iter();
        if self.most_defined == 0 && self.most_repeated == 0 {
            return Ok(values.map(write).collect());
        }
        let mut cells: Vec<String> = Vec::with_capacity(rows);
        for (index, level) in defined.iter().enumerate() {
            let continues = repeated.get(index).is_some_and(|level| *level > 0);
            let is_given = *level == self.most_defined;
            let value = is_given.then(|| values.next()).flatten();
            let text = value.map_or_else(String::new, &write);
            match cells.last_mut() {
                Some(cell) if continues && self.most_repeated == 1 => {
                    cell.push_str("; ");
                    cell.push_str(&text);
                }
                Some(_) if continues => {}
                _ if self.most_repeated > 1 => cells.push(unreadable("lists in lists")),
                _ => cells.push(text),
            }
        }
        Ok(cells)
    }
}

fn written(column: &ColumnDescriptor) -> Written {
    let scale = || u32::try_from(column.type_scale()).unwrap_or(u32::MAX);
    match column.logical_type_ref() {
        Some(LogicalType::Date) => return Written::Day,
        Some(LogicalType::Decimal(_)) => return Written::Decimal(scale()),
        Some(LogicalType::Integer(kind)) if !kind.is_signed => return Written::Unsigned,
        Some(LogicalType::Timestamp(stamp)) => {
            return Written::Timestamp(match stamp.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            });
        }
        Some(LogicalType::Time(_)) => return Written::Foreign,
        Some(LogicalType::Uuid) => return Written::Uuid,
        _ => {}
    }
    match column.converted_type() {
        ConvertedType::DATE => Written::Day,
        ConvertedType::DECIMAL => Written::Decimal(scale()),
        ConvertedType::TIMESTAMP_MICROS => Written::Timestamp(1_000_000),
        ConvertedType::TIMESTAMP_MILLIS => Written::Timestamp(1_000),
        ConvertedType::UINT_8
        | ConvertedType::UINT_16
        | ConvertedType::UINT_32
        | ConvertedType::UINT_64 => Written::Unsigned,
        ConvertedType::TIME_MICROS | ConvertedType::TIME_MILLIS | ConvertedType::INTERVAL => {
            Written::Foreign
        }
        _ if column.physical_type() == Physical::FIXED_LEN_BYTE_ARRAY => Written::Foreign,
        _ => Written::Plain,
    }
}

fn whole(value: i64, written: Written) -> String {
    match written {
        Written::Day => day(value),
        Written::Decimal(0) | Written::Plain | Written::Unsigned => value.to_string(),
        Written::Decimal(scale) => match 10_i64.checked_pow(scale) {
            Some(one) if value % one == 0 => (value / one).to_string(),
            _ => unreadable("a number with a fraction"),
        },
        Written::Timestamp(second) => match unix_seconds(value.div_euclid(second)) {
            Some(day) => day.to_string(),
            None => unreadable("a time out of all bounds"),
        },
        Written::Foreign | Written::Uuid => unreadable(&value.to_string()),
    }
}

fn day(days: i64) -> String {
    let date = days.checked_mul(86_400).and_then(unix_seconds);
    date.map_or_else(
        || unreadable("a day out of all bounds"),
        |date| date.to_string(),
    )
}

fn float(value: f64) -> String {
    /// Above it not every whole number has its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.is_nan() {
        String::new()
    } else if value.fract() == 0.0 && value.abs() < EXACT {
        format!("{value:.0}")
    } else {
        unreadable(&value.to_string())
    }
}

fn bytes(value: &ByteArray, written: Written) -> String {
    let bytes = value.data();
    match (written, std::str::from_utf8(bytes)) {
        (Written::Plain, Ok(text)) => text.to_owned(),
        (Written::Uuid, _) => crate::model::hexadecimal(bytes),
        _ => unreadable("bytes that are no text"),
    }
}

fn unreadable(text: &str) -> String {
    format!("{UNREADABLE}{text}")
}
