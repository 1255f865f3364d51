//! Advisories: which packages and file versions carry the fix of a known hole, and which releases
//! ever had that hole.

use super::file_version::FileVersion;
use super::kb::Kb;
use super::need::Need;
use super::release::{Audience, Release, ReleaseId, Releases};
use crate::catalogue::table::{FactError, Row, parts, rows};
use crate::model::Severity;
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Something a machine may have to be patched against.
#[derive(Debug)]
pub struct Advisory {
    /// `MS17-010`, `CVE-2021-34527`, or a KB number where a package itself is asked for.
    pub id: Box<str>,
    /// What people call it.
    pub name: Box<str>,
    /// CVEs it covers, where the id is not itself the CVE.
    pub cves: Vec<Box<str>>,
    /// The vendor's.
    pub severity: Severity,
    /// Which machines it is about, in a few words; often empty.
    pub note: Box<str>,
    pub(super) source: Arc<str>,
    /// Only clients or only servers are affected.
    pub(super) scope: Option<Audience>,
    /// First and last affected build.
    pub(super) builds: Option<(u32, u32)>,
    pub(super) fixes: Vec<Fix>,
    pub(super) files: Vec<FileFix>,
    /// Made from the packages that name its CVE: that a release has no row then says nothing.
    pub(super) is_derived: bool,
    /// Set when a package is asked for, not an advisory.
    pub(super) package: Option<Kb>,
    /// What each release needs, worked out once.
    pub(super) needs: Vec<OnceLock<Need>>,
}

/// How one package brings a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FixKind {
    /// This revision or later.
    Cumulative,
    /// Has a part of the fix; the packages of the stream have all of it.
    Half,
    /// Exactly this package, or this revision.
    Hotpatch,
    /// This, or a rollup released later.
    OutOfBand,
    /// Has a part of the fix that no other package is known to have.
    Part,
    /// Listed again for a release that was sold later, with the fix inside.
    Restated,
    /// This or a later rollup of the stream.
    Rollup,
    SecurityOnly,
    Standalone,
}

impl FixKind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "cumulative" => Self::Cumulative,
            "hotpatch" => Self::Hotpatch,
            "out-of-band" => Self::OutOfBand,
            "restated" => Self::Restated,
            "rollup" => Self::Rollup,
            "security-only" => Self::SecurityOnly,
            "standalone" => Self::Standalone,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cumulative => "cumulative update",
            Self::Half | Self::Part => "update of a part of Windows",
            Self::Hotpatch => "hotpatch",
            Self::OutOfBand => "out-of-band update",
            Self::Restated => "later listing",
            Self::Rollup => "monthly rollup",
            Self::SecurityOnly => "security-only update",
            Self::Standalone => "stand-alone update",
        }
    }
}

/// One package that brings the fix to some releases.
#[derive(Debug, Clone)]
pub(super) struct Fix {
    pub(super) releases: Vec<ReleaseId>,
    pub(super) kb: Kb,
    pub(super) kind: FixKind,
    /// Only some machines of the release are affected.
    pub(super) conditional: bool,
    pub(super) released: Date,
    /// Of a hotpatch.
    pub(super) revision: Option<u32>,
    pub(super) source: Arc<str>,
}

impl Fix {
    pub(super) fn is_for(&self, release: ReleaseId) -> bool {
        self.releases.contains(&release)
    }
}

/// The file versions that prove the fix on some releases.
#[derive(Debug)]
pub(super) struct FileFix {
    pub(super) releases: Vec<ReleaseId>,
    pub(super) file: Box<str>,
    pub(super) limits: Vec<FileVersion>,
    /// The limits as written.
    pub(super) written: Box<str>,
    pub(super) source: Arc<str>,
}

impl Advisory {
    /// When its first fix came out.
    pub fn published(&self) -> Option<Date> {
        self.fixes
            .iter()
            .filter(|fix| fix.kind != FixKind::Restated)
            .map(|fix| fix.released)
            .min()
    }

    /// The packages that fix this release.
    pub(super) fn fixes_for(&self, release: ReleaseId) -> impl Iterator<Item = &Fix> {
        self.fixes
            .iter()
            .filter(move |fix| fix.kind != FixKind::Restated && fix.is_for(release))
    }

    pub(super) fn concerns(&self, release: &Release) -> bool {
        self.builds.is_none_or(|(first, last)| {
            release
                .builds
                .iter()
                .any(|build| (first..=last).contains(build))
        })
    }
}

/// All advisories, found by id or by any of their CVEs.
#[derive(Debug)]
pub(super) struct Advisories {
    pub(super) list: Vec<Arc<Advisory>>,
    by_name: HashMap<Box<str>, usize>,
}

const ADVISORIES: &str = "windows-advisories.tsv";
const ADVISORIES_COLUMNS: [&str; 8] = [
    "id", "name", "severity", "scope", "builds", "cves", "note", "source",
];
const FIXES: &str = "windows-fixes.tsv";
const FIXES_COLUMNS: [&str; 7] = [
    "advisory", "os", "kb", "kind", "released", "revision", "source",
];
const FILES: &str = "windows-files.tsv";
const FILES_COLUMNS: [&str; 5] = ["advisory", "os", "file", "min_version", "source"];

impl Advisories {
    pub(super) fn parse(
        advisories: &str,
        fixes: &str,
        file_versions: &str,
        known: &Releases,
    ) -> Result<Self, FactError> {
        let mut all = Self {
            list: Vec::new(),
            by_name: HashMap::new(),
        };
        rows(ADVISORIES, advisories, ADVISORIES_COLUMNS, |row| {
            all.add(row, known.len())
        })?;
        rows(FIXES, fixes, FIXES_COLUMNS, |row| {
            let [advisory, os, kb, kind, released, revision, _] = row.cells;
            let (kind, conditional) = kind
                .strip_suffix("-if")
                .map_or((kind, false), |kind| (kind, true));
            let fix = Fix {
                releases: read_releases(row, os, known)?,
                kb: row.kb(kb)?,
                kind: FixKind::parse(kind).ok_or_else(|| row.wrong("unknown kind"))?,
                conditional,
                released: row.date(released)?,
                revision: row.optional(revision, Row::number)?,
                source: row.source()?,
            };
            all.of(row, advisory)?.fixes.push(fix);
            Ok(())
        })?;
        rows(FILES, file_versions, FILES_COLUMNS, |row| {
            let [advisory, os, file, written, _] = row.cells;
            let limits = parts(written)
                .map(|limit| FileVersion::parse(limit).ok_or_else(|| row.wrong("no version")))
                .collect::<Result<Vec<_>, _>>()?;
            let file = FileFix {
                releases: read_releases(row, os, known)?,
                file: file.into(),
                limits,
                written: written.replace('+', " or ").into(),
                source: row.source()?,
            };
            all.of(row, advisory)?.files.push(file);
            Ok(())
        })?;
        Ok(all)
    }

    fn add(&mut self, row: &Row<'_, '_, 8>, releases: usize) -> Result<(), FactError> {
        let [id, name, severity, scope, builds, cves, note, _] = row.cells;
        let severity = Severity::ALL
            .into_iter()
            .find(|known| known.name() == severity)
            .ok_or_else(|| row.wrong("unknown severity"))?;
        let scope = row.optional(scope, |row, cell| {
            Audience::parse(cell).ok_or_else(|| row.wrong("unknown scope"))
        })?;
        let builds = row.optional(builds, |row, cell| {
            let (first, last) = cell
                .split_once('-')
                .ok_or_else(|| row.wrong("no range of builds"))?;
            Ok((row.number(first)?, row.number(last)?))
        })?;
        let index = self.list.len();
        for name in std::iter::once(id).chain(parts(cves)) {
            if self.by_name.insert(folded(name), index).is_some() {
                return Err(row.wrong(format!("`{name}` is listed twice")));
            }
        }
        self.list.push(Arc::new(Advisory {
            id: id.into(),
            name: name.into(),
            cves: parts(cves).map(Into::into).collect(),
            severity,
            note: note.into(),
            source: row.source()?,
            scope,
            builds,
            fixes: Vec::new(),
            files: Vec::new(),
            is_derived: false,
            package: None,
            needs: empty_needs(releases),
        }));
        Ok(())
    }

    pub(super) fn find(&self, name: &str) -> Option<&Arc<Advisory>> {
        Some(&self.list[*self.by_name.get(&folded(name.trim()))?])
    }

    fn of<const N: usize>(
        &mut self,
        row: &Row<'_, '_, N>,
        id: &str,
    ) -> Result<&mut Advisory, FactError> {
        match self.by_name.get(&folded(id)) {
            Some(&index) => Ok(Arc::get_mut(&mut self.list[index]).expect("not handed out yet")),
            None => Err(row.wrong(format!("no advisory `{id}`"))),
        }
    }
}

/// One empty place for each release.
pub(super) fn empty_needs(releases: usize) -> Vec<OnceLock<Need>> {
    (0..releases).map(|_| OnceLock::new()).collect()
}

fn folded(name: &str) -> Box<str> {
    name.to_ascii_uppercase().into()
}

fn read_releases<const N: usize>(
    row: &Row<'_, '_, N>,
    cell: &str,
    releases: &Releases,
) -> Result<Vec<ReleaseId>, FactError> {
    parts(cell)
        .map(|id| {
            releases
                .find(id)
                .ok_or_else(|| row.wrong(format!("no release `{id}`")))
        })
        .collect()
}
