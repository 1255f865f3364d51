//! Documents that others publish, read into facts of ours. A document with any fault is refused as
//! a whole: half a catalogue passes what its other half would have stopped.

pub mod endoflife;
pub(super) mod kev;
pub mod msrc;
pub mod packages;

use super::FactError;
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeMap;

/// A published document that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// It is not JSON, or not of the published shape; the source says where.
    #[error("read {document}: {source}")]
    Shape {
        document: &'static str,
        source: serde_json::Error,
    },
    #[error("read {document}, {place}: {found}")]
    Content {
        document: &'static str,
        /// The path to the value: `vulnerabilities[3].dueDate`.
        place: String,
        /// What stands there, and what is wrong with it.
        found: String,
    },
    /// The table in place, which parts of the new one are taken from, does not read.
    #[error(transparent)]
    Facts(#[from] FactError),
}

/// What a feed gives.
#[derive(Debug)]
pub struct Fresh {
    /// Whole tables, by file name.
    pub tables: BTreeMap<&'static str, String>,
    /// The day the facts are from.
    pub data_date: Date,
    /// What the document holds that we have no place for, in words.
    pub notes: Vec<String>,
}

/// The feeds, as people name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    Kev,
    Lifecycle,
    Windows,
}

impl Feed {
    pub const ALL: [Self; 3] = [Self::Lifecycle, Self::Windows, Self::Kev];

    pub fn name(self) -> &'static str {
        match self {
            Self::Kev => "kev",
            Self::Lifecycle => "lifecycle",
            Self::Windows => "windows",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feed| feed.name() == name)
    }

    /// What it brings, for messages.
    pub fn title(self) -> &'static str {
        match self {
            Self::Kev => "known exploited vulnerabilities",
            Self::Lifecycle => "support lifecycles",
            Self::Windows => "Windows updates",
        }
    }

    /// The feed a document belongs to, by its outermost keys.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let Ok(Value::Object(document)) = serde_json::from_slice(bytes) else {
            return None;
        };
        if document.contains_key("catalogVersion") {
            return Some(Self::Kev);
        }
        if endoflife::is_one(&document) {
            return Some(Self::Lifecycle);
        }
        msrc::is_one(&document).then_some(Self::Windows)
    }
}

/// A document that is not the one that was asked for.
pub(super) fn unexpected(place: &str, found: &str) -> FeedError {
    FeedError::Content {
        document: "the vendor's security document",
        place: place.to_owned(),
        found: found.to_owned(),
    }
}

/// Text fit for a cell of our tables: on one line, without control characters, not longer than
/// `longest` bytes. `None` when it is not.
fn cell(text: &str, longest: usize) -> Option<&str> {
    let text = text.trim();
    (text.len() <= longest && !text.contains(|c: char| c.is_control())).then_some(text)
}

/// The beginning of a text from outside, fit for one line of a message.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text.escape_debug().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
