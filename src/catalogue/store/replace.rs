//! Takes over new tables: all of them or none, and only where they are no worse than those in place.

use super::manifest::MAX_FEEDS;
use super::{
    CURRENT, FeedState, LOCK, MAX_TABLE_BYTES, Manifest, Store, StoreError, Stored, TableState,
    UNFINISHED, VERSION, date_of, rows_of, sha256,
};
use crate::catalogue::{Catalogue, Facts};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::Path;

/// What an update put in place.
#[derive(Debug, Clone)]
pub struct Replaced {
    /// The name of the new folder.
    pub generation: String,
    pub manifest: Manifest,
    /// Tables that are not what they were, by name.
    pub changed: Vec<TableChange>,
}

/// How a table changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableChange {
    pub table: &'static str,
    pub rows: (usize, usize),
    /// `None`: the one before was not dated.
    pub before: Option<Date>,
    pub after: Date,
}

impl Store {
    /// Puts `changed` tables (file name and whole text) in place of those of the same name, and
    /// remembers `feeds`; states of other documents are kept. With no table, only that.
    ///
    /// Refuses a table that is older than the one in place or from the future, has less than half
    /// of its rows, or does not read together with the others. What is in place then stays.
    pub fn replace(
        &self,
        changed: BTreeMap<&'static str, String>,
        feeds: Vec<FeedState>,
        made: Timestamp,
    ) -> Result<Replaced, StoreError> {
        let _held = self.lock()?;
        let before = self.best().stored;
        let facts = before
            .as_ref()
            .map_or_else(Facts::embedded, |stored| stored.catalogue.facts().clone());
        let latest = latest_date(made);
        let mut differences = Vec::new();
        for (table, text) in &changed {
            differences.extend(compare(table, facts.text_of(table), text, latest)?);
        }
        let mut tables = kept(before.as_ref(), &facts);
        let mut after = facts;
        for (table, text) in changed {
            after = after.with(table, text);
            tables.insert(table, after.text(table));
        }
        let catalogue = Catalogue::of(after)?;
        drop(catalogue);

        let manifest = Manifest {
            version: VERSION,
            made,
            tables: tables
                .iter()
                .map(|(name, text)| Ok(((*name).to_owned(), state(name, text)?)))
                .collect::<Result<_, StoreError>>()?,
            feeds: merge(before.as_ref(), feeds),
        };
        let generation = self.write(&manifest, &tables)?;
        self.clear_away(&generation, before.as_ref());
        Ok(Replaced {
            generation,
            manifest,
            changed: differences,
        })
    }

    /// Whether `replace` would take these tables; nothing is written.
    pub fn would_replace(
        &self,
        changed: &BTreeMap<&'static str, String>,
        made: Timestamp,
    ) -> Result<(), StoreError> {
        let before = self.best().stored;
        let mut facts = before
            .as_ref()
            .map_or_else(Facts::embedded, |stored| stored.catalogue.facts().clone());
        for (table, text) in changed {
            compare(table, facts.text_of(table), text, latest_date(made))?;
        }
        for (table, text) in changed {
            facts = facts.with(table, text.clone());
        }
        Catalogue::of(facts)?;
        Ok(())
    }

    /// Held until it is dropped, or the process ends.
    fn lock(&self) -> Result<File, StoreError> {
        fs::create_dir_all(&self.root).map_err(|source| io_error("make", &self.root, source))?;
        let path = self.root.join(LOCK);
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| io_error("open", &path, source))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy {
                path: self.root.clone(),
            }),
            Err(TryLockError::Error(source)) => Err(io_error("lock", &path, source)),
        }
    }

    fn write(
        &self,
        manifest: &Manifest,
        tables: &BTreeMap<&'static str, &'static str>,
    ) -> Result<String, StoreError> {
        let written = manifest.write();
        let generation = manifest.folder(&written);
        let unfinished = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempdir_in(&self.root)
            .map_err(|source| io_error("make a folder in", &self.root, source))?;
        for (name, text) in tables {
            write_whole(&unfinished.path().join(name), text)?;
        }
        write_whole(&unfinished.path().join("manifest.json"), &written)?;
        sync_folder(unfinished.path())?;

        let folder = self.root.join(&generation);
        if folder.exists() {
            // The same facts at the same second: only an interrupted or damaged one is in the way.
            if self.load_generation(&generation).is_ok() {
                return self.point_at(&generation).map(|()| generation);
            }
            fs::remove_dir_all(&folder).map_err(|source| io_error("remove", &folder, source))?;
        }
        let unfinished = unfinished.keep();
        fs::rename(&unfinished, &folder).map_err(|source| io_error("write", &folder, source))?;
        self.point_at(&generation).map(|()| generation)
    }

    /// From here on a reader finds the new generation.
    fn point_at(&self, generation: &str) -> Result<(), StoreError> {
        let path = self.root.join(CURRENT);
        let failed = |source| io_error("write", &path, source);
        let mut file = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .tempfile_in(&self.root)
            .map_err(failed)?;
        writeln!(file, "{generation}").map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        sync_folder(&self.root)
    }

    /// Keeps the generation before as well; removes older ones and what ended runs left behind.
    /// What cannot be removed does no harm.
    fn clear_away(&self, generation: &str, before: Option<&Stored>) {
        let previous = before.map(|stored| stored.generation.as_str());
        for name in self.generations() {
            if name != generation && Some(name.as_str()) != previous {
                let _ = fs::remove_dir_all(self.root.join(name));
            }
        }
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            if entry
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with(UNFINISHED))
            {
                let path = entry.path();
                let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
            }
        }
    }
}

/// The last date that facts may have: tomorrow is already somewhere.
fn latest_date(made: Timestamp) -> Date {
    let today = made.to_zoned(TimeZone::UTC).date();
    today.checked_add(1.day()).unwrap_or(today)
}

/// How `new` differs from the table in place; why it may not take its place.
fn compare(
    table: &'static str,
    old: Option<&str>,
    new: &str,
    latest: Date,
) -> Result<Option<TableChange>, StoreError> {
    let refused = |why: String| StoreError::Refused { table, why };
    let Some(old) = old.filter(|_| super::refreshable(table).is_some()) else {
        return Err(refused("it is not one that can be refreshed".to_owned()));
    };
    if new.len() as u64 > MAX_TABLE_BYTES {
        return Err(refused(format!(
            "it is larger than {MAX_TABLE_BYTES} bytes"
        )));
    }
    let Some(after) = date_of(new) else {
        return Err(refused("it does not say of which day it is".to_owned()));
    };
    if after > latest {
        return Err(refused(format!("it is dated {after}, a day yet to come")));
    }
    let before = date_of(old);
    if let Some(before) = before.filter(|before| after < *before) {
        return Err(refused(format!(
            "it is of {after}, older than the one in place, which is of {before}"
        )));
    }
    let rows = (rows_of(old), rows_of(new));
    if rows.1 * 2 < rows.0 {
        return Err(refused(format!(
            "it has {} rows where the one in place has {}; a loss of more than half is taken for \
             a fault",
            rows.1, rows.0
        )));
    }
    Ok((old != new).then_some(TableChange {
        table,
        rows,
        before,
        after,
    }))
}

/// The stored tables that are still in use: where the program's are newer, they go.
fn kept(before: Option<&Stored>, facts: &Facts) -> BTreeMap<&'static str, &'static str> {
    let Some(stored) = before else {
        return BTreeMap::new();
    };
    let is_stored = |table: &str, text: &str| {
        let state = stored.manifest.tables.get(table);
        state.is_some_and(|state| date_of(text) == Some(state.data_date))
    };
    facts
        .tables()
        .filter(|(table, text)| is_stored(table, text))
        .collect()
}

fn state(table: &'static str, text: &str) -> Result<TableState, StoreError> {
    let data_date = date_of(text).ok_or_else(|| StoreError::Refused {
        table,
        why: "it does not say of which day it is".to_owned(),
    })?;
    Ok(TableState {
        bytes: text.len() as u64,
        rows: rows_of(text),
        sha256: sha256(text),
        data_date,
    })
}

/// The states known before, with the new ones in their place.
fn merge(before: Option<&Stored>, new: Vec<FeedState>) -> Vec<FeedState> {
    let known = before.map_or(&[][..], |stored| &stored.manifest.feeds);
    let by_document: BTreeMap<_, _> = known
        .iter()
        .cloned()
        .chain(new)
        .map(|state| ((state.feed.clone(), state.url.clone()), state))
        .collect();
    by_document.into_values().take(MAX_FEEDS).collect()
}

fn write_whole(path: &Path, text: &str) -> Result<(), StoreError> {
    let failed = |source| io_error("write", path, source);
    let mut file = File::create_new(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)
}

/// A rename is only safe from a power cut once its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    let folder = File::open(path).map_err(|source| io_error("open", path, source))?;
    folder
        .sync_all()
        .map_err(|source| io_error("write", path, source))
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

fn io_error(doing: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}
