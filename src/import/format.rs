//! Which format a file is in, seen from its first bytes and not from its name.

use super::encoding::{Encoding, cell_text};
use super::error::ImportError;
use super::systeminfo;
use crate::model::fields::asset;
use encoding_rs::{UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::sync::Arc;

/// The formats an inventory comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A header and rows; comma, semicolon or tab.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// What `systeminfo` prints, one machine a text.
    SystemInfo,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Csv, Self::Ndjson, Self::SystemInfo];

    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::SystemInfo => "systeminfo",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(name))
    }
}

/// The format of a file, given its first bytes. A format the user named is believed, but text it
/// has to be.
pub(super) fn recognise(
    name: &Arc<str>,
    head: &[u8],
    encoding: Encoding,
    named: Option<Format>,
) -> Result<Format, ImportError> {
    let text = match encoding {
        Encoding::Bytes => cell_text(head),
        Encoding::Utf16Be => UTF_16BE.decode_without_bom_handling(head).0,
        Encoding::Utf16Le => UTF_16LE.decode_without_bom_handling(head).0,
    };
    if text.trim().is_empty() {
        return Err(ImportError::Empty {
            name: Arc::clone(name),
        });
    }
    if let Some(what) = other_text(&text) {
        return Err(ImportError::NotAnInventory {
            name: Arc::clone(name),
            what,
        });
    }
    if let Some(what) = binary(head, &text) {
        return Err(ImportError::NotText {
            name: Arc::clone(name),
            what,
        });
    }
    if named.is_none() && is_json_document(&text) {
        return Err(ImportError::JsonDocument {
            name: Arc::clone(name),
        });
    }
    named
        .or_else(|| sniff(&text))
        .ok_or_else(|| ImportError::UnknownFormat {
            name: Arc::clone(name),
            formats: Format::ALL.map(Format::name).join(", "),
        })
}

fn sniff(text: &str) -> Option<Format> {
    let text = text.trim_start();
    if text.starts_with('{') {
        return Some(Format::Ndjson);
    }
    if systeminfo::recognises(text) {
        return Some(Format::SystemInfo);
    }
    looks_like_csv(text).then_some(Format::Csv)
}

/// A list, or an object that goes on over lines.
fn is_json_document(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or_default().trim();
    let list = first.strip_prefix('[').map(str::trim_start);
    first == "{" || list.is_some_and(|rest| rest.is_empty() || rest.starts_with(['{', ']']))
}

/// A first line of several cells, or of the one name that is enough.
fn looks_like_csv(text: &str) -> bool {
    let header = text.lines().next().unwrap_or_default().trim();
    let only = header.trim_matches('"');
    header.contains([',', ';', '\t'])
        || matches!(
            asset::SCHEMA.find_alias(only),
            Some(asset::ID | asset::NAME)
        )
}

/// Binary files that people send instead of a text.
fn binary(head: &[u8], text: &str) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 6] = [
        (
            b"PK\x03\x04",
            "a zip archive or a spreadsheet: save it as CSV",
        ),
        (b"\xd0\xcf\x11\xe0", "an old spreadsheet: save it as CSV"),
        (b"%PDF-", "a PDF"),
        (b"\x1f\x8b", "a gzip archive: unpack it first"),
        (b"PAR1", "Parquet"),
        (b"SQLite format 3\0", "a SQLite database"),
    ];
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(what);
    }
    let controls = text
        .chars()
        .filter(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1a}'))
        .count();
    (text.contains('\0') || controls * 50 > text.len()).then_some("binary data")
}

/// Texts about a machine that do not say which machine, or not what is on it.
fn other_text(text: &str) -> Option<&'static str> {
    // `wmic` glues its UTF-16 output to an ASCII greeting, so zeros may stand in between.
    let text: Cow<'_, str> = if text.contains('\0') {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    };
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    let is_table = !first.contains([',', ';', '\t', '{']);
    if is_table && first.contains("HotFixID") && first.contains("InstalledOn") {
        return Some(
            "the output of `wmic qfe`, which is not read; send the output of `systeminfo`",
        );
    }
    if is_scan_line(first) && lines.take(20).all(is_scan_line) {
        return Some("a Windows Update scan of missing updates, which does not name its machine");
    }
    None
}

/// `KB4489893: 2019-03 Preview of …`
fn is_scan_line(line: &str) -> bool {
    let Some((number, title)) = line
        .strip_prefix("KB")
        .and_then(|rest| rest.split_once(": "))
    else {
        return false;
    };
    number.len() >= 6 && number.bytes().all(|b| b.is_ascii_digit()) && !title.is_empty()
}
