//! An answer as machines read it. Keys are added, never renamed or removed:
//!
//! - `query`: what was asked, as it came: a text, or the object of a line of standard input
//! - `kind`: `operating_system`, `software`, `package`, `advisory`, `product`
//! - `decision`: `exact`, `assumed` (one release is meant, an older level of it is not excluded),
//!   `ambiguous` (several remain), `not_covered` (known, without dates), `unknown`
//! - `product`, `cycle`: where the candidates agree on them, else null
//! - `candidates`: every release that remains, as `product:cycle`
//! - `status_worst`, `status_best`: over the candidates on the day asked about, without proof of
//!   extended cover: `supported`, `extended_only`, `unsupported`, `unknown`; null for packages and
//!   advisories
//! - `why`: a sentence; `tokens`: what decided, as read; `settles`: the fact that would settle it
//! - `details`: dates of releases, what a package is, the fixes of an advisory; an operating system
//!   has none in ndjson
//! - `ignored`: keys of the object asked that mean nothing here; `error`: why a line is no question

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) kind: &'static str,
    pub(super) decision: &'static str,
    pub(super) product: Option<String>,
    pub(super) cycle: Option<String>,
    pub(super) candidates: Vec<String>,
    pub(super) status_worst: Option<Status>,
    pub(super) status_best: Option<Status>,
    pub(super) why: String,
    pub(super) tokens: Vec<String>,
    pub(super) settles: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) details: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

/// An answer with the question it answers.
#[derive(Debug, Serialize)]
pub(super) struct Answered<'a> {
    pub(super) query: &'a str,
    #[serde(flatten)]
    pub(super) answer: &'a Answer,
}

/// Where a release stands, from worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Unsupported,
    ExtendedOnly,
    Unknown,
    Supported,
}

impl Status {
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::ExtendedOnly => "extended support only",
            Self::Unknown => "unknown",
            Self::Supported => "supported",
        }
    }
}

impl Answer {
    /// An answer that says no more than why.
    pub(super) fn bare(kind: &'static str, decision: &'static str, why: String) -> Self {
        Self {
            kind,
            decision,
            product: None,
            cycle: None,
            candidates: Vec::new(),
            status_worst: None,
            status_best: None,
            why,
            tokens: Vec::new(),
            settles: None,
            details: None,
            error: None,
        }
    }

    pub(super) fn is_known(&self) -> bool {
        self.decision != "unknown"
    }
}
