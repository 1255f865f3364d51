//! The pages of one column, looked at before they are decoded: the decoder believes what they say
//! of themselves, and would end the program where that is not so.

use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;

type Result<T> = std::result::Result<T, ParquetError>;

/// Hands on pages that hold as much as they say.
pub(super) struct Pages {
    inner: Box<dyn PageReader>,
    physical: Physical,
    /// Bytes of a value of fixed length.
    width: usize,
    most_defined: i16,
    most_repeated: i16,
    has_dictionary: bool,
}

impl Pages {
    pub(super) fn of(column: &ColumnDescriptor, inner: Box<dyn PageReader>) -> Self {
        let physical = column.physical_type();
        Self {
            inner,
            physical,
            width: match physical {
                Physical::BOOLEAN | Physical::BYTE_ARRAY => 0,
                Physical::INT32 | Physical::FLOAT => 4,
                Physical::INT64 | Physical::DOUBLE => 8,
                Physical::INT96 => 12,
                Physical::FIXED_LEN_BYTE_ARRAY => {
                    usize::try_from(column.type_length()).unwrap_or(usize::MAX)
                }
            },
            most_defined: column.max_def_level(),
            most_repeated: column.max_rep_level(),
            has_dictionary: false,
        }
    }

    fn look_at(&mut self, page: &Page) -> Result<()> {
        if !is_read(page.encoding()) {
            let message = format!(
                "its pages are encoded as {}; write it with data pages of version 1",
                page.encoding()
            );
            return Err(ParquetError::General(message));
        }
        match page {
            Page::DictionaryPage {
                buf,
                num_values,
                encoding: Encoding::PLAIN | Encoding::PLAIN_DICTIONARY,
                ..
            } => {
                self.has_dictionary = true;
                self.plain(buf, whole(*num_values)).ok_or_else(broken)
            }
            Page::DictionaryPage { .. } => Err(broken()),
            Page::DataPage {
                buf,
                num_values,
                encoding,
                def_level_encoding,
                rep_level_encoding,
                ..
            } => {
                let is_known = |most, encoding: &Encoding| most == 0 || *encoding == Encoding::RLE;
                if !is_known(self.most_defined, def_level_encoding)
                    || !is_known(self.most_repeated, rep_level_encoding)
                {
                    return Err(broken());
                }
                self.first_version(buf, whole(*num_values), *encoding)
                    .ok_or_else(broken)
            }
            Page::DataPageV2 {
                buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                let lengths = [whole(*rep_levels_byte_len), whole(*def_levels_byte_len)];
                self.second_version(buf, whole(*num_values), *encoding, lengths)
                    .ok_or_else(broken)
            }
        }
    }

    /// Levels stand behind their length, and the values behind them. `None` where they do not.
    fn first_version(&self, buf: &[u8], count: usize, encoding: Encoding) -> Option<()> {
        let mut rest = buf;
        if self.most_repeated > 0 {
            let (levels, after) = behind_its_length(rest)?;
            levels_at(levels, self.most_repeated, count)?;
            rest = after;
        }
        let mut defined = count;
        if self.most_defined > 0 {
            let (levels, after) = behind_its_length(rest)?;
            defined = levels_at(levels, self.most_defined, count)?;
            rest = after;
        }
        self.values(rest, defined, encoding)
    }

    fn second_version(
        &self,
        buf: &[u8],
        count: usize,
        encoding: Encoding,
        [repeated, defined]: [usize; 2],
    ) -> Option<()> {
        let (repeated, rest) = buf.split_at_checked(repeated)?;
        let (defined, rest) = rest.split_at_checked(defined)?;
        if self.most_repeated > 0 {
            levels_at(repeated, self.most_repeated, count)?;
        }
        let defined = match self.most_defined {
            0 => count,
            most => levels_at(defined, most, count)?,
        };
        self.values(rest, defined, encoding)
    }

    fn values(&self, buf: &[u8], count: usize, encoding: Encoding) -> Option<()> {
        match encoding {
            Encoding::PLAIN => self.plain(buf, count),
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => {
                let is_whole = count == 0 || buf.first().is_some_and(|width| *width <= 32);
                (self.has_dictionary && is_whole).then_some(())
            }
            Encoding::RLE if self.physical == Physical::BOOLEAN => Some(()),
            _ => None,
        }
    }

    /// Whether so many values stand there one after another.
    fn plain(&self, buf: &[u8], count: usize) -> Option<()> {
        let fixed = match self.physical {
            Physical::BOOLEAN => count.div_ceil(8),
            Physical::BYTE_ARRAY => {
                let mut rest = buf;
                for _ in 0..count {
                    (_, rest) = behind_its_length(rest)?;
                }
                0
            }
            _ => count.checked_mul(self.width)?,
        };
        (fixed <= buf.len()).then_some(())
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.inner.get_next_page()?;
        if let Some(page) = &page {
            self.look_at(page)?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.inner.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.inner.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.inner.at_record_boundary()
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

/// What nearly every tool writes. The decoders of the others do not stop where a page ends.
fn is_read(encoding: Encoding) -> bool {
    matches!(
        encoding,
        Encoding::PLAIN | Encoding::PLAIN_DICTIONARY | Encoding::RLE | Encoding::RLE_DICTIONARY
    )
}

fn whole(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Bytes behind four that say how many they are, and what follows.
fn behind_its_length(buf: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = buf.split_first_chunk::<4>()?;
    rest.split_at_checked(whole(u32::from_le_bytes(*length)))
}

/// How many of so many levels are the highest; they come in runs, or in groups of eight.
fn levels_at(levels: &[u8], most: i16, count: usize) -> Option<usize> {
    let bits = usize::try_from(16 - most.leading_zeros()).ok()?;
    let most = u32::try_from(most).ok()?;
    let (mut rest, mut seen, mut found) = (levels, 0, 0);
    while seen < count {
        let (header, after) = varint(rest)?;
        let run = header >> 1;
        if header & 1 == 0 {
            let (value, after) = after.split_at_checked(bits.div_ceil(8))?;
            let value = value
                .iter()
                .rev()
                .fold(0, |all, byte| all << 8 | u32::from(*byte));
            let run = run.min(count - seen);
            seen += run;
            found += if value == most { run } else { 0 };
            rest = after;
        } else {
            let (group, after) = after.split_at_checked(run.checked_mul(bits)?)?;
            let run = run.checked_mul(8)?.min(count - seen);
            seen += run;
            found += (0..run)
                .filter(|index| level(group, index * bits, bits) == most)
                .count();
            rest = after;
        }
    }
    Some(found)
}

/// So many bits from one on, the lowest first.
fn level(group: &[u8], start: usize, bits: usize) -> u32 {
    (0..bits).fold(0, |all, bit| {
        let at = start + bit;
        let byte = group.get(at / 8).copied().unwrap_or_default();
        all | u32::from(byte >> (at % 8) & 1) << bit
    })
}

fn varint(buf: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0_usize;
    for (index, byte) in buf.iter().enumerate().take(5) {
        number |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((number, &buf[index + 1..]));
        }
    }
    None
}

fn broken() -> ParquetError {
    ParquetError::General("a page does not hold what it says".to_owned())
}
