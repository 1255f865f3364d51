//! Where the records of a CSV end, and where a quote left open has swallowed some.

use ::csv::ByteRecord;
use memchr::{memchr, memchr_iter, memchr2};

/// Whether a cell holds as many separators as a row, besides a line end: then a quote left open in
/// one row was closed in another, and the rows between them would be lost without a trace.
pub(super) fn swallows_rows(record: &ByteRecord, delimiter: u8) -> bool {
    let row = record.len() - 1;
    record.iter().any(|cell| {
        memchr2(b'\n', b'\r', cell).is_some() && memchr_iter(delimiter, cell).count() >= row
    })
}

/// The length of the first record with its line end, if it has one; and whether the text ends
/// inside quotes. Must agree with the reader on where records end.
pub(super) fn first_record(text: &[u8], delimiters: &[u8]) -> (Option<usize>, bool) {
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

pub(super) fn lines_in(text: &[u8]) -> u32 {
    u32::try_from(memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
}
