//! One security update of one stream, as requirements and findings name it.

use super::advisory::{Fix, FixKind};
use super::kb::Kb;
use super::release::ReleaseId;
use super::stream::{Level, PackageKind, Rollup};
use super::verdict::cite;
use jiff::civil::Date;
use std::fmt;
use std::sync::Arc;

/// A cumulative security update.
#[derive(Debug, Clone, Copy)]
pub struct SecurityUpdate<'a> {
    pub kb: Kb,
    pub kind: PackageKind,
    pub released: Date,
    source: &'a Arc<str>,
}

impl<'a> SecurityUpdate<'a> {
    pub(super) fn of_level(level: &'a Level) -> Self {
        Self {
            kb: level.kb,
            kind: level.kind,
            released: level.released,
            source: &level.source,
        }
    }

    pub(super) fn of_rollup(rollup: &'a Rollup) -> Self {
        Self {
            kb: rollup.kb,
            kind: rollup.kind,
            released: rollup.released,
            source: &rollup.source,
        }
    }

    /// As what a release needs.
    pub(super) fn fix(self, release: ReleaseId) -> Fix {
        Fix {
            releases: vec![release],
            kb: self.kb,
            kind: match self.kind {
                PackageKind::Rollup => FixKind::Rollup,
                _ => FixKind::Cumulative,
            },
            conditional: false,
            released: self.released,
            revision: None,
            source: Arc::clone(self.source),
        }
    }

    /// The row of the catalogue, and where it comes from.
    pub fn fact(&self) -> String {
        cite(&self.to_string(), self.source)
    }
}

impl fmt::Display for SecurityUpdate<'_> {
    /// `KB5094127, cumulative update of 2026-06-09`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} of {}", self.kb, self.kind.name(), self.released)
    }
}
