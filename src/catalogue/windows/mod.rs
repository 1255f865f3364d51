//! Windows servicing: is the fix of an advisory present on a machine? Stream order decides, the
//! running revision or the place of a rollup among its like, never the vendor's supersedence
//! lists, which lose half of the order and in places clear what they must not.

mod advisory;
mod closure;
mod derive;
mod describe;
mod faults;
mod file_version;
mod fixes;
mod judge;
mod kb;
mod lacking;
mod level;
mod level_verdict;
mod missing_level;
mod month;
mod need;
mod newer;
mod package;
mod packages;
mod release;
mod security_update;
mod stream;
mod verdict;

use crate::catalogue::Facts;
use crate::catalogue::memo::Memo;
use crate::catalogue::table::FactError;
pub use advisory::Advisory;
pub use describe::{Contents, PackageInfo, StreamPlace};
pub use faults::{Fault, FaultKind};
pub use fixes::{FileInfo, FixInfo};
pub use kb::Kb;
pub use level::MinLevel;
pub use level_verdict::LevelVerdict;
pub use month::Month;
pub use package::Package;
pub use security_update::SecurityUpdate;
pub use stream::PackageKind;
pub use verdict::{Patched, Verdict};

use advisory::Advisories;
use derive::Derived;
use jiff::civil::Date;
use packages::Packages;
use release::Releases;
use std::sync::{Arc, OnceLock};
use stream::Streams;

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
    /// Read when first needed, so it has to stay.
    pub packages: &'static str,
    pub releases: &'t str,
    pub rollups: &'t str,
    /// All are the ones inside the program, whose faults are known and whose streams are complete.
    pub are_embedded: bool,
}

impl Tables<'static> {
    /// The tables among these facts.
    pub fn of(facts: &Facts) -> Self {
        Self {
            advisories: facts.text("windows-advisories.tsv"),
            builds: facts.text("windows-builds.tsv"),
            files: facts.text("windows-files.tsv"),
            fixes: facts.text("windows-fixes.tsv"),
            packages: facts.text("windows-packages.tsv"),
            releases: facts.text("windows-releases.tsv"),
            rollups: facts.text("windows-rollups.tsv"),
            are_embedded: facts.are_embedded(&[
                "windows-builds.tsv",
                "windows-packages.tsv",
                "windows-releases.tsv",
                "windows-rollups.tsv",
            ]),
        }
    }
}

/// What is wrong in the table of packages inside the program; updates carry it along.
const KNOWN_FAULTS: usize = 173;

/// Everything we know about Windows servicing.
#[derive(Debug)]
pub struct Windows {
    releases: Releases,
    streams: Streams,
    advisories: Advisories,
    packages: OnceLock<Packages>,
    packages_text: &'static str,
    derived: Derived,
    release_days: OnceLock<Vec<Date>>,
    lacking: Memo<lacking::Lacking>,
}

/// The newest cumulative package a machine shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestCumulative {
    pub kb: Kb,
    pub released: Date,
    /// `19045.6093 (KB5062554)` or `KB4019264, monthly rollup`.
    pub label: String,
    pub source: Arc<str>,
    /// The machine shows something newer than any package we know, so it may be more current.
    pub is_beyond: bool,
}

impl Windows {
    /// The first day after this one on which anything here came out.
    pub fn next_release(&self, after: Date) -> Option<Date> {
        let days = self.release_days.get_or_init(|| self.all_release_days());
        days.get(days.partition_point(|day| *day <= after)).copied()
    }

    fn all_release_days(&self) -> Vec<Date> {
        let families = self.streams.families.iter();
        let levels = families.flat_map(|family| family.levels.iter().map(|level| level.released));
        let rollups = self.streams.rollups.iter().map(|rollup| rollup.released);
        let fixes = self.advisories().iter().flat_map(|one| &one.fixes);
        let mut days: Vec<_> = levels
            .chain(rollups)
            .chain(fixes.map(|fix| fix.released))
            .collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// Reads the tables; all of them, or none.
    pub fn parse(tables: &Tables<'_>) -> Result<Self, FactError> {
        let releases = Releases::parse(tables.releases)?;
        let mut streams = Streams::parse(tables.builds, tables.rollups, &releases)?;
        let packages = OnceLock::new();
        if !tables.are_embedded {
            let mut read = Packages::parse(tables.packages, &releases, &streams)?;
            tell(&read.faults);
            streams.extend(std::mem::take(&mut read.newer));
            packages.get_or_init(|| read);
        }
        let advisories =
            Advisories::parse(tables.advisories, tables.fixes, tables.files, &releases)?;
        Ok(Self {
            releases,
            streams,
            advisories,
            packages,
            packages_text: tables.packages,
            derived: Derived::default(),
            release_days: OnceLock::new(),
            lacking: Memo::new(),
        })
    }

    /// What the feeds say of each package. The table inside the program is read when first asked
    /// for: the curated advisories do without it, and it goes no further than the streams.
    fn packages(&self) -> &Packages {
        self.packages.get_or_init(|| {
            Packages::parse(self.packages_text, &self.releases, &self.streams)
                .expect("tested fact table")
        })
    }

    /// The mistakes of the feeds, in the order of the table, and what was done about each.
    pub fn faults(&self) -> &[Fault] {
        &self.packages().faults
    }

    /// Whether this servicing id is known.
    pub fn knows(&self, release: &str) -> bool {
        self.releases.find(release).is_some()
    }

    /// All curated advisories, in the order of the table.
    pub fn advisories(&self) -> &[Arc<Advisory>] {
        &self.advisories.list
    }

    /// An advisory by its id, or by any CVE it covers.
    pub fn advisory(&self, id: &str) -> Option<&Advisory> {
        self.advisories.find(id).map(Arc::as_ref)
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
            let newest = family.shown_by(u32::MAX, release.audience)?.revision;
            let is_beyond = match facts.revision {
                Some(revision) => revision > newest,
                None => self.lists_newer(facts),
            };
            return Some(LatestCumulative {
                kb: level.kb,
                released: level.released,
                label: format!("{build}.{} ({})", level.revision, level.kb),
                source: Arc::clone(&level.source),
                is_beyond,
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
            is_beyond: self.lists_newer(facts),
        })
    }

    /// Whether the list holds a number above every package we know. Numbers rise with time.
    fn lists_newer(&self, facts: &PatchFacts<'_>) -> bool {
        let newest = self.streams.newest_kb();
        let kbs = facts.kbs.unwrap_or_default();
        kbs.iter().any(|kb| Some(*kb) > newest)
    }
}

/// One line on what was not known to be wrong; each fault for those who ask for more.
fn tell(faults: &[Fault]) {
    for fault in faults {
        tracing::info!("{fault}");
    }
    if faults.len() > KNOWN_FAULTS {
        tracing::warn!(
            "windows-packages.tsv has {} faults beyond the {KNOWN_FAULTS} known ones; each was \
             repaired or is ignored (-v lists them)",
            faults.len() - KNOWN_FAULTS
        );
    }
}

#[cfg(test)]
mod packages_tests;
#[cfg(test)]
mod tests;
