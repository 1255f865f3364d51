//! `manifest.json`: what a generation holds, with sizes and hashes. It is read with limits, and a
//! name in it that is no fact table of ours refuses it as a whole.

use super::{StoreError, hex};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// The layout this program writes and reads.
pub const VERSION: u32 = 1;
pub(super) const MAX_FEEDS: usize = 10_000;

/// What one generation holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub version: u32,
    /// When it was put together.
    pub made: Timestamp,
    /// By file name.
    pub tables: BTreeMap<String, TableState>,
    /// One for each document that was fetched.
    pub feeds: Vec<FeedState>,
}

/// One table of a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableState {
    pub bytes: u64,
    /// Without comments and the header.
    pub rows: usize,
    /// Lower-case hex.
    pub sha256: String,
    pub data_date: Date,
}

/// What is remembered of a document, so that it need not be fetched again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedState {
    /// `lifecycle`, `windows`, `kev`.
    pub feed: String,
    /// With the feed's name, what it is known by; without user name and password.
    pub url: String,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    pub fetched: Timestamp,
    /// Of the document as it came.
    pub sha256: String,
    pub data_date: Date,
}

impl Manifest {
    /// The remembered state of a document.
    pub fn feed(&self, feed: &str, url: &str) -> Option<&FeedState> {
        self.feeds
            .iter()
            .find(|known| known.feed == feed && known.url == url)
    }

    /// The folder a generation with this manifest lives in. It carries the manifest's hash, so that
    /// a changed manifest is noticed, and sorts by age.
    pub(super) fn folder(&self, written: &str) -> String {
        let made = self.made.strftime("%Y%m%dt%H%M%S");
        format!("{made}-{}", &hex(&Sha256::digest(written))[..16])
    }

    pub(super) fn write(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("strings, numbers and dates");
        text.push('\n');
        text
    }

    /// Reads the manifest in `path`, the folder it stands for.
    pub(super) fn read(written: &str, path: &Path) -> Result<Self, StoreError> {
        let damaged = |what: String| StoreError::Damaged {
            path: path.join("manifest.json"),
            what,
        };
        let version: Versioned = serde_json::from_str(written)
            .map_err(|error| damaged(format!("cannot be read ({error})")))?;
        if version.version != VERSION {
            return Err(damaged(format!(
                "has layout {}, and this program reads layout {VERSION}",
                version.version
            )));
        }
        let manifest: Self = serde_json::from_str(written)
            .map_err(|error| damaged(format!("cannot be read ({error})")))?;
        let folder = manifest.folder(written);
        if path.file_name().is_none_or(|name| name != folder.as_str()) {
            return Err(damaged("is not the one that was written".to_owned()));
        }
        if manifest.feeds.len() > MAX_FEEDS {
            return Err(damaged(format!("names more than {MAX_FEEDS} documents")));
        }
        Ok(manifest)
    }
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}
