//! What fixes an advisory, release by release, for people who ask. Data only; nothing here prints.

use super::Windows;
use super::advisory::{Advisory, FixKind};
use super::kb::Kb;
use super::release::ReleaseId;
use jiff::civil::Date;

/// One package that fixes an advisory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixInfo {
    /// Names as people write them: `Windows Server 2012 R2`.
    pub releases: Vec<String>,
    pub kb: Kb,
    /// `monthly rollup`, `security-only update`.
    pub kind: &'static str,
    /// Whether later packages of the stream are as good.
    pub or_later: bool,
    /// Only some machines of these releases are affected.
    pub is_conditional: bool,
    pub released: Date,
    pub source: String,
}

/// A file version that proves a fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    pub releases: Vec<String>,
    pub file: String,
    /// As written in the table; `+` joins servicing branches.
    pub min_version: String,
    pub source: String,
}

impl Windows {
    /// The packages that fix an advisory, in the order of the table.
    pub fn fixes_of(&self, advisory: &Advisory) -> Vec<FixInfo> {
        advisory
            .fixes
            .iter()
            .filter(|fix| fix.kind != FixKind::Restated)
            .map(|fix| FixInfo {
                releases: self.named(&fix.releases),
                kb: fix.kb,
                kind: fix.kind.name(),
                or_later: matches!(
                    fix.kind,
                    FixKind::Cumulative | FixKind::OutOfBand | FixKind::Rollup
                ),
                is_conditional: fix.conditional,
                released: fix.released,
                source: fix.source.to_string(),
            })
            .collect()
    }

    /// The file versions that prove the fix of an advisory.
    pub fn files_of(&self, advisory: &Advisory) -> Vec<FileInfo> {
        advisory
            .files
            .iter()
            .map(|fix| FileInfo {
                releases: self.named(&fix.releases),
                file: fix.file.to_string(),
                min_version: fix.written.to_string(),
                source: fix.source.to_string(),
            })
            .collect()
    }

    /// A servicing id as people write it: `Windows Server 2012 R2`; an unknown one stays as it is.
    pub fn release_name(&self, id: &str) -> String {
        let known = self.releases.find(id);
        known.map_or_else(|| id.to_owned(), |id| self.releases.of(id).to_string())
    }

    fn named(&self, ids: &[ReleaseId]) -> Vec<String> {
        ids.iter()
            .map(|id| self.releases.of(*id).to_string())
            .collect()
    }
}
