//! Windows servicing: is the fix of an advisory present on a machine? Stream order decides, the
//! running revision or the place of a rollup among its like, never the vendor's supersedence
//! lists, which lose half of the order and in places clear what they must not.

mod advisory;
mod file_version;
mod judge;
mod kb;
mod need;
mod release;
mod stream;
mod table;
mod verdict;

pub use advisory::Advisory;
pub use kb::Kb;
pub use stream::PackageKind;
pub use table::FactError;
pub use verdict::{Patched, Verdict};

use advisory::{Advisories, Fix, FixKind};
use jiff::civil::Date;
use release::{Release, ReleaseId, Releases};
use std::sync::Arc;
use stream::{Place, Streams};

/// What is known about the updates of one machine.
#[derive(Debug, Clone, Copy)]
pub struct PatchFacts<'a> {
    /// Servicing id, such as `windows-10-1607`.
    pub release: &'a str,
    pub build: Option<u32>,
    /// The number behind the build: 693 in `14393.693`.
    pub revision: Option<u32>,
    /// Installed updates; `None` when no list was declared, which is not an empty list.
    pub kbs: Option<&'a [Kb]>,
    pub list: Completeness,
    /// Name and version of files, as declared.
    pub files: &'a [(&'a str, &'a str)],
    pub as_of: Date,
}

/// Whether a list of updates names all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// The source states more updates than it lists.
    Cut {
        stated: u32,
        listed: u32,
    },
    Unstated,
}

impl Completeness {
    /// From the two counts of a report: updates stated, and entries listed.
    pub fn of_counts(stated: u32, listed: u32) -> Self {
        if stated > listed {
            return Self::Cut { stated, listed };
        }
        Self::Complete
    }
}

/// The fact tables, as text.
#[derive(Debug, Clone, Copy)]
pub struct Tables<'t> {
    pub advisories: &'t str,
    pub builds: &'t str,
    pub files: &'t str,
    pub fixes: &'t str,
    pub releases: &'t str,
    pub rollups: &'t str,
}

impl Tables<'static> {
    /// The tables inside the program.
    pub const EMBEDDED: Self = Self {
        advisories: include_str!("../facts/windows-advisories.tsv"),
        builds: include_str!("../facts/windows-builds.tsv"),
        files: include_str!("../facts/windows-files.tsv"),
        fixes: include_str!("../facts/windows-fixes.tsv"),
        releases: include_str!("../facts/windows-releases.tsv"),
        rollups: include_str!("../facts/windows-rollups.tsv"),
    };
}

/// Everything we know about Windows servicing.
#[derive(Debug)]
pub struct Windows {
    releases: Releases,
    streams: Streams,
    advisories: Advisories,
}

/// What one package is, in one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub kb: Kb,
    pub kind: PackageKind,
    pub released: Date,
    /// The releases it is for, by servicing id.
    pub releases: Vec<Box<str>>,
    /// The revision it leaves a machine at (Windows 10 and later).
    pub revision: Option<u32>,
    pub source: Arc<str>,
}

/// The newest cumulative package a machine shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestCumulative {
    pub kb: Kb,
    pub released: Date,
    /// `19045.6093 (KB5062554)` or `KB4019264, monthly rollup`.
    pub label: String,
    pub source: Arc<str>,
}

impl Windows {
    /// Reads the tables; all of them, or none.
    pub fn parse(tables: &Tables<'_>) -> Result<Self, FactError> {
        let releases = Releases::parse(tables.releases)?;
        let streams = Streams::parse(tables.builds, tables.rollups, &releases)?;
        let advisories =
            Advisories::parse(tables.advisories, tables.fixes, tables.files, &releases)?;
        Ok(Self {
            releases,
            streams,
            advisories,
        })
    }

    /// Whether this servicing id is known.
    pub fn knows(&self, release: &str) -> bool {
        self.releases.find(release).is_some()
    }

    /// All advisories, in the order of the table.
    pub fn advisories(&self) -> &[Advisory] {
        &self.advisories.list
    }

    /// An advisory by its id, or by any CVE it covers.
    pub fn advisory(&self, id: &str) -> Option<&Advisory> {
        self.advisories.find(id)
    }

    /// A requirement for one package, or anything that contains it. Compile it once and judge
    /// every machine with it.
    pub fn requires_kb(&self, kb: Kb) -> Advisory {
        let mut fixes = Vec::new();
        for place in self.streams.places(kb) {
            match *place {
                Place::Level { family, index } => self.needs_level(family, index, &mut fixes),
                Place::Rollup { index } => self.needs_rollup(index, &mut fixes),
            }
        }
        // A stand-alone package is only known through the advisories it fixes.
        for advisory in &self.advisories.list {
            for fix in advisory.fixes.iter().filter(|fix| fix.kb == kb) {
                let releases: Vec<_> = fix
                    .releases
                    .iter()
                    .filter(|release| !fixes.iter().any(|known: &Fix| known.is_for(**release)))
                    .copied()
                    .collect();
                if !releases.is_empty() && fix.kind != FixKind::Restated {
                    fixes.push(Fix {
                        releases,
                        conditional: false,
                        ..fix.clone()
                    });
                }
            }
        }
        Advisory {
            id: kb.to_string().into(),
            name: kb.to_string().into(),
            cves: Vec::new(),
            severity: crate::model::Severity::High,
            note: "".into(),
            source: "the policy that asks for it".into(),
            scope: None,
            builds: None,
            fixes,
            files: Vec::new(),
            package: Some(kb),
            needs: advisory::empty_needs(self.releases.len()),
        }
    }

    fn needs_level(&self, family: usize, index: usize, fixes: &mut Vec<Fix>) {
        let family = &self.streams.families[family];
        let level = &family.levels[index];
        let releases = self.releases_of(|release| {
            release
                .builds
                .iter()
                .any(|build| family.builds.contains(build))
                && level.serves(release.audience)
        });
        fixes.push(Fix {
            releases,
            kb: level.kb,
            kind: FixKind::Cumulative,
            conditional: false,
            released: level.released,
            revision: None,
            source: Arc::clone(&level.source),
        });
    }

    /// A security-only package is also inside the rollup of its month.
    fn needs_rollup(&self, index: usize, fixes: &mut Vec<Fix>) {
        let rollup = &self.streams.rollups[index];
        let releases: Vec<ReleaseId> = self
            .releases
            .iter()
            .map(|(id, _)| id)
            .filter(|id| rollup.serves(*id))
            .collect();
        let kind = if rollup.is_cumulative() {
            FixKind::Rollup
        } else {
            FixKind::SecurityOnly
        };
        if kind == FixKind::SecurityOnly {
            for &release in &releases {
                let mut stream = self.streams.cumulative(release);
                if let Some((_, same)) = stream.find(|(_, one)| one.released >= rollup.released) {
                    fixes.push(Fix {
                        releases: vec![release],
                        kb: same.kb,
                        kind: FixKind::Rollup,
                        conditional: false,
                        released: same.released,
                        revision: None,
                        source: Arc::clone(&same.source),
                    });
                }
            }
        }
        fixes.push(Fix {
            releases,
            kb: rollup.kb,
            kind,
            conditional: false,
            released: rollup.released,
            revision: None,
            source: Arc::clone(&rollup.source),
        });
    }

    fn releases_of(&self, is_one: impl Fn(&Release) -> bool) -> Vec<ReleaseId> {
        self.releases
            .iter()
            .filter(|(_, release)| is_one(release))
            .map(|(id, _)| id)
            .collect()
    }

    /// What a package is; one entry for each stream it belongs to, none when we do not know it.
    pub fn kb(&self, kb: Kb) -> Vec<Package> {
        self.streams
            .places(kb)
            .iter()
            .map(|place| self.package(*place))
            .collect()
    }

    fn package(&self, place: Place) -> Package {
        let names = |ids: Vec<ReleaseId>| {
            ids.iter()
                .map(|id| self.releases.of(*id).id.clone())
                .collect()
        };
        match place {
            Place::Level { family, index } => {
                let family = &self.streams.families[family];
                let level = &family.levels[index];
                Package {
                    kb: level.kb,
                    kind: level.kind,
                    released: level.released,
                    releases: names(self.releases_of(|release| {
                        release
                            .builds
                            .iter()
                            .any(|build| family.builds.contains(build))
                            && level.serves(release.audience)
                    })),
                    revision: Some(level.revision),
                    source: Arc::clone(&level.source),
                }
            }
            Place::Rollup { index } => {
                let rollup = &self.streams.rollups[index];
                let ids = self.releases.iter().map(|(id, _)| id);
                Package {
                    kb: rollup.kb,
                    kind: rollup.kind,
                    released: rollup.released,
                    releases: names(ids.filter(|id| rollup.serves(*id)).collect()),
                    revision: None,
                    source: Arc::clone(&rollup.source),
                }
            }
        }
    }

    /// The newest cumulative package a machine shows: from its revision, or else the latest of its
    /// stream among the updates it lists.
    pub fn latest_cumulative(&self, facts: &PatchFacts<'_>) -> Option<LatestCumulative> {
        let asked = self.releases.find(facts.release)?;
        let release = self.releases.of(asked);
        if let Some((_, family)) = self.streams.family_of(release) {
            let level = match facts.revision {
                Some(revision) => family.shown_by(revision, release.audience)?,
                None => facts
                    .kbs?
                    .iter()
                    .filter_map(|kb| family.level_of(*kb, release.audience))
                    .max_by_key(|level| (level.released, level.revision))?,
            };
            let build = facts.build.or(release.builds.first().copied())?;
            return Some(LatestCumulative {
                kb: level.kb,
                released: level.released,
                label: format!("{build}.{} ({})", level.revision, level.kb),
                source: Arc::clone(&level.source),
            });
        }
        let kbs = facts.kbs?;
        let (_, rollup) = self
            .streams
            .cumulative(self.releases.serviced_as(asked))
            .rfind(|(_, rollup)| kbs.contains(&rollup.kb))?;
        Some(LatestCumulative {
            kb: rollup.kb,
            released: rollup.released,
            label: format!("{}, {}", rollup.kb, rollup.kind.name()),
            source: Arc::clone(&rollup.source),
        })
    }
}

#[cfg(test)]
mod tests;
