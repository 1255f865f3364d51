//! What stands before the rows of a CSV: the separator, remarks of spreadsheets and shells, and the
//! titles.

use super::DELIMITERS;
use super::records::{first_record, swallows_rows};
use crate::import::codepage::Page;
use crate::import::encoding::cell_text;
use crate::model::fields::asset;
use ::csv::{ByteRecord, ReaderBuilder};
use memchr::memchr;

/// The titles in the first line of a text that may be a CSV, as far as it goes.
pub(in crate::import) fn titles_of(head: &str) -> Vec<String> {
    let bytes = head.trim_start().as_bytes();
    let bytes = &bytes[remark(bytes)..];
    let bytes = bytes.trim_ascii_start();
    let (said, skip) = said_delimiter(bytes);
    let bytes = &bytes[skip..];
    let length = first_record(bytes, &DELIMITERS).0.unwrap_or(bytes.len());
    let header = &bytes[..length];
    if !header.iter().any(|byte| DELIMITERS.contains(byte)) {
        return Vec::new();
    }
    let titles = |delimiter| titles(header, delimiter, Page::default()).0;
    match said {
        Some(delimiter) => titles(delimiter),
        None => DELIMITERS
            .map(titles)
            .into_iter()
            .max_by_key(Vec::len)
            .unwrap_or_default(),
    }
}

/// The length of the line `#TYPE …` that PowerShell puts before its titles.
pub(super) fn remark(text: &[u8]) -> usize {
    if !text.starts_with(b"#TYPE ") {
        return 0;
    }
    memchr(b'\n', text).map_or(text.len(), |newline| newline + 1)
}

/// The line `sep=;` with which spreadsheets are told the separator, and its length.
pub(super) fn said_delimiter(text: &[u8]) -> (Option<u8>, usize) {
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
pub(super) fn best_delimiter(header: &[u8]) -> u8 {
    let score = |delimiter: u8| {
        let (titles, _) = titles(header, delimiter, Page::default());
        let known = titles
            .iter()
            .filter(|title| asset::SCHEMA.find_alias(title).is_some())
            .count();
        (known, titles.len())
    };
    let mut best = (score(DELIMITERS[0]), DELIMITERS[0]);
    for delimiter in &DELIMITERS[1..] {
        let score = score(*delimiter);
        if score > best.0 {
            best = (score, *delimiter);
        }
    }
    best.1
}

/// The titles of a header, and whether it swallows rows.
pub(super) fn titles(header: &[u8], delimiter: u8, page: Page) -> (Vec<String>, bool) {
    let mut record = ByteRecord::new();
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(header);
    match reader.read_byte_record(&mut record) {
        Ok(true) => {
            let titles = record
                .iter()
                .map(|title| page.text(title).trim().to_owned())
                .collect();
            (titles, swallows_rows(&record, delimiter))
        }
        _ => (Vec::new(), false),
    }
}

/// Whether one title alone is enough to make a list of assets of a text.
pub(super) fn is_name_alone(head: &str) -> bool {
    let only = head.lines().next().unwrap_or_default().trim();
    let only = cell_text(only.trim_matches('"').as_bytes());
    matches!(
        asset::SCHEMA.find_alias(&only),
        Some(asset::ID | asset::NAME)
    )
}
