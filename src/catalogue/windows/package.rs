//! Single packages: what a KB number is, and what it takes to have it or anything that contains it.

use super::Windows;
use super::advisory::{Advisory, Fix, FixKind, empty_needs};
use super::kb::Kb;
use super::release::{Release, ReleaseId};
use super::stream::{PackageKind, Place};
use crate::model::Severity;
use jiff::civil::Date;
use std::sync::Arc;

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

impl Windows {
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
        self.needs_alone(kb, &mut fixes);
        Advisory {
            id: kb.to_string().into(),
            name: kb.to_string().into(),
            cves: Vec::new(),
            severity: Severity::High,
            note: "".into(),
            source: "the policy that asks for it".into(),
            scope: None,
            builds: None,
            fixes,
            files: Vec::new(),
            is_derived: false,
            package: Some(kb),
            needs: empty_needs(self.releases.len()),
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

    /// A package outside the streams, where it is not known otherwise.
    fn needs_alone(&self, kb: Kb, fixes: &mut Vec<Fix>) {
        if !self.streams.places(kb).is_empty() {
            return;
        }
        for listing in self.packages().of(kb) {
            let is_new = |release: &ReleaseId| !fixes.iter().any(|known| known.is_for(*release));
            let releases: Vec<_> = listing.releases.iter().copied().filter(is_new).collect();
            if !releases.is_empty() {
                fixes.push(Fix {
                    releases,
                    kb,
                    kind: FixKind::Standalone,
                    conditional: false,
                    released: listing.released,
                    revision: None,
                    source: Arc::clone(&listing.source),
                });
            }
        }
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

    /// The advisories that name this package as a fix.
    pub fn fixed_by(&self, kb: Kb) -> impl Iterator<Item = &Advisory> {
        self.advisories
            .list
            .iter()
            .map(Arc::as_ref)
            .filter(move |advisory| advisory.fixes.iter().any(|fix| fix.kb == kb))
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
}
