//! The catalogue on disk: `current` names a generation, a folder of fact tables with a manifest of
//! their sizes and hashes. Only tables that were refreshed are in it; the others are the program's.
//!
//! A generation is written beside the ones in place and takes over by one rename. What does not
//! read, match its hash or fit the tables we know is refused as a whole.

mod manifest;
mod replace;

pub use manifest::{FeedState, Manifest, TableState, VERSION};
pub use replace::{Replaced, TableChange};

use super::table;
use super::{Catalogue, FactError, Facts, facts};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Room for every Windows package there will be for decades.
const MAX_TABLE_BYTES: u64 = 64 * 1024 * 1024;
const MAX_MANIFEST_BYTES: u64 = 16 * 1024 * 1024;
const CURRENT: &str = "current";
const LOCK: &str = "lock";
/// Leftovers with this prefix are those of a run that was ended.
const UNFINISHED: &str = ".unfinished-";

/// Why the data directory cannot be used, or was not changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("update the catalogue in {}: another update is running", path.display())]
    Busy { path: PathBuf },
    #[error("use the stored catalogue: {} {what}", path.display())]
    Damaged { path: PathBuf, what: String },
    #[error("take over the new facts: {0}")]
    Facts(#[from] FactError),
    #[error("{doing} {}: {source}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// New facts that are worse than the ones in place, which stay.
    #[error("take over a new {table}: {why}")]
    Refused { table: &'static str, why: String },
}

/// A data directory.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

/// A generation that was read, hashed and parsed.
#[derive(Debug)]
pub struct Stored {
    /// Of each table the stored one, or the program's where that is newer or the only one.
    pub catalogue: Catalogue,
    pub manifest: Manifest,
    /// The name of its folder.
    pub generation: String,
}

/// The best that a data directory gives: a generation, or what is inside the program.
#[derive(Debug)]
pub struct Best {
    /// `None`: nothing is stored, or nothing stored can be used.
    pub stored: Option<Stored>,
    /// What is wrong with what is not used; empty when all is well.
    pub damage: Vec<StoreError>,
}

impl Store {
    /// The data directory at a path. It need not exist; only `replace` makes it.
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The generation in place; `None` when nothing was ever stored.
    pub fn load(&self) -> Result<Option<Stored>, StoreError> {
        match self.current()? {
            None => Ok(None),
            Some(generation) => self.load_generation(&generation).map(Some),
        }
    }

    /// The generation in place or, where it is damaged, the newest other one that is whole.
    pub fn best(&self) -> Best {
        let mut damage = Vec::new();
        let current = match self.current() {
            Ok(None) => {
                return Best {
                    stored: None,
                    damage,
                };
            }
            Ok(Some(current)) => Some(current),
            Err(error) => {
                damage.push(error);
                None
            }
        };
        let others = self.generations().into_iter().rev();
        let others = others.filter(|other| Some(other) != current.as_ref());
        for generation in current.clone().into_iter().chain(others) {
            match self.load_generation(&generation) {
                Ok(stored) => {
                    return Best {
                        stored: Some(stored),
                        damage,
                    };
                }
                Err(error) => damage.push(error),
            }
        }
        Best {
            stored: None,
            damage,
        }
    }

    /// The name in `current`.
    pub fn current(&self) -> Result<Option<String>, StoreError> {
        let path = self.root.join(CURRENT);
        let written = match read_bounded(&path, 256) {
            Ok(None) => return Ok(None),
            Ok(Some(written)) => written,
            Err(what) => return Err(StoreError::Damaged { path, what }),
        };
        let name = written.trim_end_matches(['\r', '\n']);
        if !is_generation(name) {
            let what = "does not name a folder of facts".to_owned();
            return Err(StoreError::Damaged { path, what });
        }
        Ok(Some(name.to_owned()))
    }

    /// The names of the generations on disk, oldest first.
    pub fn generations(&self) -> Vec<String> {
        let Ok(listed) = fs::read_dir(&self.root) else {
            return Vec::new();
        };
        let mut names: Vec<_> = listed
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| is_generation(name))
            .collect();
        names.sort();
        names
    }

    /// Reads one generation: manifest, sizes, hashes, dates, and every fact in it.
    pub fn load_generation(&self, generation: &str) -> Result<Stored, StoreError> {
        let folder = self.root.join(generation);
        let path = folder.join("manifest.json");
        let manifest = match read_bounded(&path, MAX_MANIFEST_BYTES) {
            Ok(Some(written)) => Manifest::read(&written, &folder)?,
            Ok(None) => return Err(damaged(path, "is missing")),
            Err(what) => return Err(StoreError::Damaged { path, what }),
        };
        let mut facts = Facts::embedded();
        for (name, state) in &manifest.tables {
            let Some(table) = refreshable(name) else {
                let what = format!("names `{name}`, which is no table that can be refreshed");
                return Err(StoreError::Damaged { path, what });
            };
            let text = read_table(&folder.join(table), state)?;
            // A newer version of the program brings newer facts.
            if embedded_date(table).is_none_or(|own| own <= state.data_date) {
                facts = facts.with(table, text);
            }
        }
        let catalogue = Catalogue::of(facts).map_err(|error| StoreError::Damaged {
            path: folder,
            what: format!("does not read: {error}"),
        })?;
        Ok(Stored {
            catalogue,
            manifest,
            generation: generation.to_owned(),
        })
    }
}

/// Reads a table that the manifest describes, and holds it to that.
fn read_table(path: &Path, state: &TableState) -> Result<String, StoreError> {
    let wrong = |what: &str| damaged(path.to_owned(), what);
    let text = match read_bounded(path, MAX_TABLE_BYTES) {
        Ok(Some(text)) => text,
        Ok(None) => return Err(wrong("is missing")),
        Err(what) => return Err(wrong(&what)),
    };
    if text.len() as u64 != state.bytes {
        return Err(wrong(&format!(
            "has {} bytes where {} were written",
            text.len(),
            state.bytes
        )));
    }
    if sha256(&text) != state.sha256 {
        return Err(wrong("is not what was written: its SHA-256 differs"));
    }
    if date_of(&text) != Some(state.data_date) {
        return Err(wrong("is dated otherwise than the manifest says"));
    }
    Ok(text)
}

fn damaged(path: PathBuf, what: &str) -> StoreError {
    StoreError::Damaged {
        path,
        what: what.to_owned(),
    }
}

/// The text of a file, `None` when there is none, or what is wrong with it.
fn read_bounded(path: &Path, limit: u64) -> Result<Option<String>, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot be read ({error})")),
    };
    let mut text = String::new();
    match file.take(limit + 1).read_to_string(&mut text) {
        Ok(count) if count as u64 > limit => Err(format!("is larger than {limit} bytes")),
        Ok(_) => Ok(Some(text)),
        Err(error) => Err(format!("cannot be read ({error})")),
    }
}

/// A name that `Manifest::folder` gives: it leads nowhere outside the data directory.
fn is_generation(name: &str) -> bool {
    let is_part = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    name.split_once('-')
        .is_some_and(|(made, hash)| is_part(made, 15) && is_part(hash, 16))
}

/// The tables that feeds bring. The others are reviewed by hand and come with the program.
const REFRESHABLE: [&str; 4] = [
    "kev.tsv",
    "lifecycle-products.tsv",
    "lifecycle.tsv",
    "windows-packages.tsv",
];

pub(super) fn refreshable(name: &str) -> Option<&'static str> {
    facts::EMBEDDED
        .iter()
        .map(|(known, _)| *known)
        .find(|known| *known == name)
        .filter(|known| REFRESHABLE.contains(known))
}

fn embedded_date(table: &str) -> Option<Date> {
    let (_, text) = facts::EMBEDDED.iter().find(|(name, _)| *name == table)?;
    date_of(text)
}

/// The date in a table's header.
pub(super) fn date_of(text: &str) -> Option<Date> {
    table::data_date("", text).ok()
}

/// Lines of a table that are facts.
pub(super) fn rows_of(text: &str) -> usize {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.count().saturating_sub(1)
}

pub(super) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string");
        hex
    })
}

#[cfg(test)]
mod tests;
