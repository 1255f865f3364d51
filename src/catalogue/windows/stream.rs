//! Servicing streams: in which order cumulative packages came. The order is what decides whether
//! one package contains another; what the vendor says supersedes what is not used.

use super::kb::Kb;
use super::newer::Newer;
use super::release::{Audience, Release, ReleaseId, Releases};
use crate::catalogue::table::{FactError, parts, rows};
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::Arc;

/// What sort of package a line of a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageKind {
    /// Internet Explorer's own cumulative update.
    Browser,
    /// The security level of its day, on an older base revision.
    Hotpatch,
    /// For a part of Windows or an optional component: .NET, Flash, the recovery image.
    Other,
    OutOfBand,
    Preview,
    Rollup,
    /// Holds one month; not part of the cumulative order.
    SecurityOnly,
    ServicingStack,
    /// One update of Windows itself.
    Standalone,
    Update,
}

impl PackageKind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "hotpatch" | "hotpatch-oob" => Self::Hotpatch,
            "out-of-band" => Self::OutOfBand,
            "preview" => Self::Preview,
            "rollup" => Self::Rollup,
            "security-only" => Self::SecurityOnly,
            "update" => Self::Update,
            _ => return None,
        })
    }

    /// Part of a stream in which each package contains those before it.
    pub fn is_cumulative(self) -> bool {
        match self {
            Self::OutOfBand | Self::Preview | Self::Rollup | Self::Update => true,
            Self::Browser
            | Self::Hotpatch
            | Self::Other
            | Self::SecurityOnly
            | Self::ServicingStack
            | Self::Standalone => false,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser update",
            Self::Hotpatch => "hotpatch",
            Self::Other => "update of a part of Windows",
            Self::OutOfBand => "out-of-band update",
            Self::Preview => "preview",
            Self::Rollup => "monthly rollup",
            Self::SecurityOnly => "security-only update",
            Self::ServicingStack => "servicing stack update",
            Self::Standalone => "stand-alone update",
            Self::Update => "cumulative update",
        }
    }
}

/// The revision a machine shows after one package (Windows 10 and later).
#[derive(Debug)]
pub(super) struct Level {
    pub(super) revision: u32,
    pub(super) kb: Kb,
    pub(super) released: Date,
    pub(super) kind: PackageKind,
    /// Where only clients or only servers get it.
    pub(super) only: Option<Audience>,
    pub(super) source: Arc<str>,
}

impl Level {
    pub(super) fn serves(&self, audience: Audience) -> bool {
        self.only.is_none_or(|only| only == audience)
    }
}

/// Builds that one package serves, so that their revisions count together.
#[derive(Debug, Default)]
pub(super) struct Family {
    pub(super) builds: Vec<u32>,
    /// In rising order of revision.
    pub(super) levels: Vec<Level>,
}

impl Family {
    /// The lowest revision that this package leaves a machine at.
    pub(super) fn level_of(&self, kb: Kb, audience: Audience) -> Option<&Level> {
        self.levels
            .iter()
            .find(|level| level.kb == kb && level.serves(audience))
    }

    /// The packages that leave a machine at exactly this revision.
    pub(super) fn at(&self, revision: u32) -> &[Level] {
        let from = self
            .levels
            .partition_point(|level| level.revision < revision);
        let to = self
            .levels
            .partition_point(|level| level.revision <= revision);
        &self.levels[from..to]
    }

    /// The last package a machine with this revision can have.
    pub(super) fn shown_by(&self, revision: u32, audience: Audience) -> Option<&Level> {
        let above = self
            .levels
            .partition_point(|level| level.revision <= revision);
        self.levels[..above]
            .iter()
            .rev()
            .find(|level| level.serves(audience))
    }
}

/// A monthly package of the time before Windows 10.
#[derive(Debug)]
pub(super) struct Rollup {
    pub(super) releases: Vec<ReleaseId>,
    pub(super) kb: Kb,
    pub(super) released: Date,
    pub(super) kind: PackageKind,
    pub(super) source: Arc<str>,
}

impl Rollup {
    pub(super) fn serves(&self, release: ReleaseId) -> bool {
        self.releases.contains(&release)
    }

    pub(super) fn is_cumulative(&self) -> bool {
        self.kind.is_cumulative()
    }
}

/// Where a KB stands in the streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Level { family: usize, index: usize },
    Rollup { index: usize },
}

/// Every stream we know.
#[derive(Debug)]
pub(super) struct Streams {
    pub(super) families: Vec<Family>,
    of_build: HashMap<u32, usize>,
    /// In the order of the stream, for every release on the line.
    pub(super) rollups: Vec<Rollup>,
    places: HashMap<Kb, Vec<Place>>,
    newest_kb: Option<Kb>,
}

const BUILDS: &str = "windows-builds.tsv";
const BUILDS_COLUMNS: [&str; 7] = [
    "builds", "revision", "kb", "released", "kind", "for", "source",
];
const ROLLUPS: &str = "windows-rollups.tsv";
const ROLLUPS_COLUMNS: [&str; 5] = ["os", "released", "kb", "kind", "source"];

impl Streams {
    pub(super) fn parse(
        builds: &str,
        rollups: &str,
        releases: &Releases,
    ) -> Result<Self, FactError> {
        let of_build = families_of(builds)?;
        let count = of_build.values().max().map_or(0, |last| last + 1);
        let mut streams = Self {
            families: (0..count).map(|_| Family::default()).collect(),
            of_build,
            rollups: Vec::new(),
            places: HashMap::new(),
            newest_kb: None,
        };
        for (&build, &family) in &streams.of_build {
            streams.families[family].builds.push(build);
        }
        for family in &mut streams.families {
            family.builds.sort_unstable();
        }
        streams.read_builds(builds)?;
        streams.read_rollups(rollups, releases)?;
        streams.newest_kb = streams.places.keys().max().copied();
        Ok(streams)
    }

    /// Adds what came out after the last package of a stream.
    pub(super) fn extend(&mut self, newer: Newer) {
        if newer.levels.is_empty() && newer.rollups.is_empty() {
            return;
        }
        for (family, level) in newer.levels {
            let levels = &mut self.families[family].levels;
            let at = levels.partition_point(|known| known.revision <= level.revision);
            levels.insert(at, level);
        }
        self.rollups.extend(newer.rollups);
        self.places = HashMap::new();
        for (family, one) in self.families.iter().enumerate() {
            for (index, level) in one.levels.iter().enumerate() {
                let place = Place::Level { family, index };
                self.places.entry(level.kb).or_default().push(place);
            }
        }
        for (index, rollup) in self.rollups.iter().enumerate() {
            let place = Place::Rollup { index };
            self.places.entry(rollup.kb).or_default().push(place);
        }
        self.newest_kb = self.places.keys().max().copied();
    }

    fn read_builds(&mut self, text: &str) -> Result<(), FactError> {
        rows(BUILDS, text, BUILDS_COLUMNS, |row| {
            let [builds, revision, kb, released, kind, only, _] = row.cells;
            let family = self.of_build[&row.number(parts(builds).next().unwrap_or_default())?];
            let level = Level {
                revision: row.number(revision)?,
                kb: row.kb(kb)?,
                released: row.date(released)?,
                kind: PackageKind::parse(kind).ok_or_else(|| row.wrong("unknown kind"))?,
                only: match only {
                    "" | "client+server" => None,
                    one => Some(Audience::parse(one).ok_or_else(|| row.wrong("for whom?"))?),
                },
                source: row.source()?,
            };
            let levels = &mut self.families[family].levels;
            if levels
                .last()
                .is_some_and(|last| last.revision > level.revision)
            {
                return Err(row.wrong("out of order"));
            }
            let place = Place::Level {
                family,
                index: levels.len(),
            };
            self.places.entry(level.kb).or_default().push(place);
            levels.push(level);
            Ok(())
        })
    }

    fn read_rollups(&mut self, text: &str, known: &Releases) -> Result<(), FactError> {
        rows(ROLLUPS, text, ROLLUPS_COLUMNS, |row| {
            let [os, released, kb, kind, _] = row.cells;
            let rollup = Rollup {
                releases: parts(os)
                    .map(|id| known.find(id).ok_or_else(|| row.wrong("unknown release")))
                    .collect::<Result<_, _>>()?,
                kb: row.kb(kb)?,
                released: row.date(released)?,
                kind: PackageKind::parse(kind).ok_or_else(|| row.wrong("unknown kind"))?,
                source: row.source()?,
            };
            let place = Place::Rollup {
                index: self.rollups.len(),
            };
            self.places.entry(rollup.kb).or_default().push(place);
            self.rollups.push(rollup);
            Ok(())
        })
    }

    /// The family a release is serviced in; `None` before Windows 10.
    pub(super) fn family_of(&self, release: &Release) -> Option<(usize, &Family)> {
        let at = *self.of_build.get(release.builds.first()?)?;
        Some((at, &self.families[at]))
    }

    /// The highest number of a package in any stream.
    pub(super) fn newest_kb(&self) -> Option<Kb> {
        self.newest_kb
    }

    pub(super) fn places(&self, kb: Kb) -> &[Place] {
        self.places.get(&kb).map_or(&[], Vec::as_slice)
    }

    pub(super) fn released(&self, place: Place) -> Date {
        match place {
            Place::Level { family, index } => self.families[family].levels[index].released,
            Place::Rollup { index } => self.rollups[index].released,
        }
    }

    pub(super) fn kind(&self, place: Place) -> PackageKind {
        match place {
            Place::Level { family, index } => self.families[family].levels[index].kind,
            Place::Rollup { index } => self.rollups[index].kind,
        }
    }

    /// Whether a release takes the package there.
    pub(super) fn serves(&self, place: Place, release: ReleaseId, known: &Releases) -> bool {
        let one = known.of(release);
        match place {
            Place::Level { family, index } => {
                let family = &self.families[family];
                let has = |build| family.builds.contains(build);
                one.builds.iter().any(has) && family.levels[index].serves(one.audience)
            }
            Place::Rollup { index } => self.rollups[index].serves(release),
        }
    }

    /// The cumulative packages of a release, in order, with their position.
    pub(super) fn cumulative(
        &self,
        release: ReleaseId,
    ) -> impl DoubleEndedIterator<Item = (usize, &Rollup)> {
        self.rollups
            .iter()
            .enumerate()
            .filter(move |(_, rollup)| rollup.is_cumulative() && rollup.serves(release))
    }
}

/// Builds named on one line belong to one family.
fn families_of(text: &str) -> Result<HashMap<u32, usize>, FactError> {
    let mut of_build: HashMap<u32, usize> = HashMap::new();
    let mut count = 0;
    rows(BUILDS, text, BUILDS_COLUMNS, |row| {
        let builds: Vec<u32> = parts(row.cells[0])
            .map(|build| row.number(build))
            .collect::<Result<_, _>>()?;
        if builds.is_empty() {
            return Err(row.wrong("no build"));
        }
        let mut known = builds
            .iter()
            .filter_map(|build| of_build.get(build).copied());
        let family = known.next().unwrap_or(count);
        if known.any(|other| other != family) {
            return Err(row.wrong("joins two families that were apart above"));
        }
        count = count.max(family + 1);
        of_build.extend(builds.into_iter().map(|build| (build, family)));
        Ok(())
    })?;
    Ok(of_build)
}
