//! Which format a file is in, seen from its first bytes and not from its name.

use super::batch::{Blocks, Importer};
use super::encoding::{Encoding, cell_text};
use super::error::ImportError;
use super::inventory::Limits;
use super::map::Mapping;
use super::near_miss::near_miss;
use super::row::Ignored;
use super::{
    csv, defender_api, dpkg, exports, glpi, intune_api, json, ndjson, nessus, os_release, osquery,
    osquery_log, parquet, qfe, rpm, systeminfo, update_scan,
};
use encoding_rs::{UTF_16BE, UTF_16LE};
use std::fmt::{self, Debug};
use std::sync::Arc;

/// A kind of file that inventories come in: one file of this module, and one line in [`KINDS`].
pub(super) trait Kind: Debug + Sync {
    /// What `--input-format` calls it.
    fn name(&self) -> &'static str;

    /// What it is and who writes it, in one line.
    fn about(&self) -> &'static str;

    /// Whether a text that begins like this is of the kind. It is asked before the kinds below it.
    fn recognises(&self, head: &str) -> bool;

    /// The most bytes one record may have; also how much is read at a time.
    fn block_bytes(&self, limits: &Limits) -> usize {
        limits.record_bytes
    }

    /// Whether a row may be a part of an asset, so that the rows of one host have to be joined.
    fn gives_parts(&self) -> bool {
        false
    }

    /// Reads what stands before the records, and gives their reader and the columns that mean
    /// nothing to us.
    fn open(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError>;

    /// The same, with what the user says of the columns. Only tables have any.
    fn open_mapped(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
        _map: Option<&Mapping>,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        self.open(name, blocks)
    }
}

/// Every kind, the most particular first: `csv` takes whatever has a header with a name.
static KINDS: &[&dyn Kind] = &[
    &defender_api::KIND,
    &intune_api::KIND,
    &osquery::Kind,
    &osquery_log::Kind,
    &glpi::JsonKind,
    &glpi::XmlKind,
    &nessus::Kind,
    &json::Kind,
    &ndjson::Kind,
    &qfe::Kind,
    &update_scan::Kind,
    &os_release::Kind,
    &rpm::Kind,
    &dpkg::Kind,
    &systeminfo::Kind,
    &exports::ACTIVE_DIRECTORY,
    &exports::CONFIGURATION_MANAGER_SOFTWARE,
    &exports::CONFIGURATION_MANAGER_UPDATES,
    &exports::CONFIGURATION_MANAGER,
    &exports::DEFENDER_WEAKNESSES,
    &exports::DEFENDER_SOFTWARE,
    &exports::DEFENDER_HUNTING,
    &exports::DEFENDER,
    &exports::FLEET,
    &exports::INTUNE_COMPLIANCE,
    &exports::INTUNE,
    &exports::LANSWEEPER_UPDATES,
    &exports::LANSWEEPER,
    &exports::GET_HOTFIX,
    &exports::GLPI,
    &exports::NESSUS,
    &parquet::Kind,
    &csv::Kind,
];

/// The format of an inventory.
#[derive(Clone, Copy)]
pub struct Format(&'static dyn Kind);

impl Format {
    /// All formats, in the order in which they are tried.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|kind| Self(*kind))
    }

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What it is and who writes it, in one line.
    pub fn about(self) -> &'static str {
        self.0.about()
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// The one that is told by bytes that are no text.
    pub(super) fn parquet() -> Self {
        Self(&parquet::Kind)
    }

    pub(super) fn kind(self) -> &'static dyn Kind {
        self.0
    }

    /// Their names, for messages.
    pub fn names() -> String {
        let names: Vec<_> = Self::all().map(Self::name).collect();
        names.join(", ")
    }
}

impl Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.name()).finish()
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

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
    if let Some(what) = binary(head, &text) {
        return Err(ImportError::NotText {
            name: Arc::clone(name),
            what,
        });
    }
    if let Some(format) = named {
        return Ok(format);
    }
    let name = Arc::clone(name);
    if let Some(what) = near_miss(&text) {
        return Err(ImportError::NotAnInventory { name, what });
    }
    if let Some(format) = sniff(&text) {
        return Ok(format);
    }
    Err(ImportError::UnknownFormat {
        name,
        formats: Format::names(),
    })
}

fn sniff(text: &str) -> Option<Format> {
    let text = text.trim_start();
    Format::all().find(|format| format.kind().recognises(text))
}

/// Binary files that people send instead of a text.
fn binary(head: &[u8], text: &str) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 5] = [
        (
            b"PK\x03\x04",
            "a zip archive or a spreadsheet: save it as CSV",
        ),
        (b"\xd0\xcf\x11\xe0", "an old spreadsheet: save it as CSV"),
        (b"%PDF-", "a PDF"),
        (b"\x1f\x8b", "a gzip archive: unpack it first"),
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
