//! Documents that were carried to a site without a network: told apart by what they hold, and held
//! to the same checks.

use super::steps::read;
use super::{Got, MAX_DOCUMENT, Month, UpdateError};
use crate::catalogue::Facts;
use crate::catalogue::feed::{self, Feed, FeedError, msrc, packages};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What the files gave, feed by feed, and the files that gave nothing.
#[derive(Debug, Default)]
pub struct FromFiles {
    pub got: Vec<(Feed, Got)>,
    pub failed: Vec<UpdateError>,
}

/// Reads published documents from files. Security documents of several months go together.
pub fn from_files(paths: &[PathBuf], facts: &Facts) -> FromFiles {
    let mut all = FromFiles::default();
    let mut documents = Vec::new();
    for path in paths {
        match one(path, facts, &mut documents) {
            Ok(Some(got)) => all.got.push(got),
            Ok(None) => {}
            Err(error) => all.failed.push(error),
        }
    }
    if documents.is_empty() {
        return all;
    }
    let table = facts.text_of(packages::TABLE).unwrap_or("");
    if let Some(gap) = gap(table, &documents) {
        all.failed.push(gap.into());
        return all;
    }
    match packages::with_documents(table, &documents) {
        Ok(fresh) => all.got.push((Feed::Windows, Got::of(fresh))),
        Err(error) => all.failed.push(error.into()),
    }
    all
}

/// Facts with a month missing would look as fresh as the newest.
fn gap(table: &str, documents: &[msrc::Document]) -> Option<FeedError> {
    let dated = packages::data_date(table);
    let known = packages::documents(table);
    let had: BTreeSet<Month> = documents
        .iter()
        .map(|document| document.id.as_str())
        .chain(known.keys().copied())
        .filter_map(Month::read)
        .collect();
    let newest = documents
        .iter()
        .filter_map(|document| Some((Month::read(&document.id)?, document)))
        .max_by_key(|(month, _)| *month)?;
    let mut month = Month::of(dated).next();
    while month < newest.0 {
        if !had.contains(&month) {
            let found = format!(
                "no document of {:04}-{:02} before it; the facts are of {dated}, give every month since",
                month.year, month.month
            );
            return Some(feed::unexpected(&format!("`{}`", newest.1.id), &found));
        }
        month = month.next();
    }
    None
}

fn one(
    path: &Path,
    facts: &Facts,
    documents: &mut Vec<msrc::Document>,
) -> Result<Option<(Feed, Got)>, UpdateError> {
    let bytes = bytes_of(path).map_err(|what| UpdateError::File {
        path: path.to_owned(),
        what,
    })?;
    let Some(feed) = Feed::of(&bytes) else {
        return Err(UpdateError::File {
            path: path.to_owned(),
            what: "it is none of the documents that are read: endoflife.date products/full, a \
                   security document (CVRF or CSAF JSON), the known exploited vulnerabilities (JSON)"
                .to_owned(),
        });
    };
    let in_file = |error: UpdateError| match error {
        UpdateError::Feed(source) => UpdateError::InFile {
            path: path.to_owned(),
            source,
        },
        other => other,
    };
    if feed == Feed::Windows {
        let document = msrc::read(&bytes).map_err(|error| in_file(error.into()))?;
        documents.push(document);
        return Ok(None);
    }
    let fresh = read(feed, &bytes, facts).map_err(in_file)?;
    Ok(Some((feed, Got::of(fresh))))
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let read = file.take(MAX_DOCUMENT + 1).read_to_end(&mut bytes);
    match read {
        Ok(count) if count as u64 > MAX_DOCUMENT => Err(format!(
            "it is larger than {} MiB",
            MAX_DOCUMENT / 1024 / 1024
        )),
        Ok(_) => Ok(bytes),
        Err(error) => Err(error.to_string()),
    }
}

impl Got {
    fn of(fresh: crate::catalogue::feed::Fresh) -> Self {
        Self {
            fresh: Some(fresh),
            states: Vec::new(),
            failed: Vec::new(),
        }
    }
}
