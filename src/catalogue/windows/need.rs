//! What one release needs so that one advisory is settled, worked out from the streams once, so
//! that judging a machine is a few comparisons.

use super::Windows;
use super::advisory::{Advisory, FixKind};
use super::kb::Kb;
use super::release::{Audience, Release, ReleaseId};
use super::stream::{Family, Level, PackageKind};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What a release needs.
#[derive(Debug)]
pub(super) enum Need {
    /// The hole was never in it, or not any more when it was sold.
    NotAffected(NotAffected),
    /// The asked-for package is not made for it.
    NotMadeForIt,
    /// Its support had ended when the fix came out, and none was made.
    NothingPublished,
    /// The advisory is made of packages, and none of them is for this release.
    NotSaid,
    Packages(Box<Packages>),
    /// Fixes were only made for this service pack level.
    ServicePack(ReleaseId),
}

/// Why a release without a fix needs none.
#[derive(Debug)]
pub(super) enum NotAffected {
    Builds,
    /// The vendor listed fixes for others while it serviced this one.
    NotListed,
    Scope(Audience),
    /// Sold with the fix inside. An image older than `min_revision` would still lack it.
    SoldLater {
        min_revision: Option<u32>,
    },
}

/// The packages and revisions that are enough.
#[derive(Debug, Default)]
pub(super) struct Packages {
    /// When the first of them came out.
    pub(super) released: Option<Date>,
    /// The lowest cumulative revision that has the fix.
    pub(super) min_revision: Option<u32>,
    /// Hotpatched revisions that have it although they are lower.
    pub(super) hotpatched: Vec<u32>,
    /// Every KB that proves the fix when listed.
    accepts: BTreeMap<Kb, Proof>,
    accepted: Marks,
    /// Only some machines of the release are affected.
    pub(super) conditional: bool,
    /// Packages for parts of the release have parts of the fix, so no stream proves it.
    pub(super) is_split: bool,
    /// Packages that have or may have a part of it.
    partial: BTreeSet<Kb>,
    /// Where `min_revision` is that of a later package which names the hole again: the revision
    /// and day of the first, which may not hold all of the fix.
    first: Option<(u32, Date)>,
}

/// One bit for every KB of a set, shared with others: most KBs of a machine prove nothing, and this
/// says so without a search.
#[derive(Debug, Default)]
struct Marks([u64; 32]);

impl Marks {
    fn place(kb: Kb) -> (usize, u64) {
        let bit = kb.number() % 2048;
        ((bit / 64) as usize, 1 << (bit % 64))
    }

    fn set(&mut self, kb: Kb) {
        let (word, bit) = Self::place(kb);
        self.0[word] |= bit;
    }

    fn may_hold(&self, kb: Kb) -> bool {
        let (word, bit) = Self::place(kb);
        self.0[word] & bit != 0
    }
}

/// Why a listed KB proves a fix. Numbers are positions in their tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// A package that replaces a named fix.
    Container {
        fix: usize,
        kb: Kb,
    },
    /// The KB is itself a named fix.
    Fix(usize),
    /// A hotpatch whose revision we do not know.
    Hotpatch(usize),
    Level {
        family: usize,
        index: usize,
    },
    Rollup(usize),
}

impl Packages {
    pub(super) fn proof(&self, kb: Kb) -> Option<Proof> {
        if !self.accepted.may_hold(kb) {
            return None;
        }
        self.accepts.get(&kb).copied()
    }

    /// Whether the package has a part of the fix, or may have it.
    pub(super) fn is_partial(&self, kb: Kb) -> bool {
        self.partial.contains(&kb)
    }

    /// Whether the levels that a machine shows may have a part of the fix.
    pub(super) fn may_be_at(&self, revision: u32, shown: &[Level]) -> bool {
        let Some((first, day)) = self.first else {
            return false;
        };
        let hotpatch = shown
            .iter()
            .find(|level| level.kind == PackageKind::Hotpatch);
        hotpatch.map_or(revision >= first, |level| level.released >= day)
    }

    /// The earlier proof of a KB wins: being a named fix says most.
    fn accept(&mut self, kb: Kb, proof: Proof) {
        self.accepted.set(kb);
        self.accepts.entry(kb).or_insert(proof);
    }
}

impl Windows {
    /// What the release needs; worked out on first use.
    pub(super) fn need<'a>(&'a self, advisory: &'a Advisory, release: ReleaseId) -> &'a Need {
        match advisory.needs.get(release.index()) {
            Some(slot) => slot.get_or_init(|| self.work_out(advisory, release)),
            // An advisory of another catalogue has no place for a release that only we know.
            None => &Need::NotMadeForIt,
        }
    }

    /// Whether the package alone shows, when listed, that the release has the fix.
    pub(super) fn proves(&self, advisory: &Advisory, release: ReleaseId, kb: Kb) -> bool {
        match self.need(advisory, release) {
            Need::Packages(packages) => !packages.is_split && packages.proof(kb).is_some(),
            Need::NotAffected(_)
            | Need::NotMadeForIt
            | Need::NotSaid
            | Need::NothingPublished
            | Need::ServicePack(_) => false,
        }
    }

    fn work_out(&self, advisory: &Advisory, asked: ReleaseId) -> Need {
        let release = self.releases.serviced_as(asked);
        let own = self.releases.of(release);
        if advisory.fixes_for(release).next().is_some() {
            return Need::Packages(Box::new(self.packages_for(advisory, release)));
        }
        if let Some(scope) = advisory.scope.filter(|scope| *scope != own.audience) {
            return Need::NotAffected(NotAffected::Scope(scope));
        }
        if !advisory.concerns(own) {
            return Need::NotAffected(NotAffected::Builds);
        }
        if let Some(level) = own.needs
            && advisory.fixes_for(level).next().is_some()
        {
            return Need::ServicePack(level);
        }
        if advisory.package.is_some() {
            return Need::NotMadeForIt;
        }
        let Some(published) = advisory.published() else {
            return Need::NothingPublished;
        };
        if advisory.is_derived {
            let had_ended = own.end.is_some_and(|end| end < published);
            return if had_ended {
                Need::NothingPublished
            } else {
                Need::NotSaid
            };
        }
        if own.on_sale.is_some_and(|on_sale| on_sale > published) {
            let min_revision = self.siblings_revision(advisory, own);
            return Need::NotAffected(NotAffected::SoldLater { min_revision });
        }
        if own.needs.is_some() || own.end.is_none_or(|end| end < published) {
            return Need::NothingPublished;
        }
        Need::NotAffected(NotAffected::NotListed)
    }

    fn packages_for(&self, advisory: &Advisory, release: ReleaseId) -> Packages {
        let mut packages = Packages::default();
        let named_again = self.named_again(&mut packages, advisory, release);
        for (index, fix) in advisory.fixes.iter().enumerate() {
            if fix.kind == FixKind::Restated || !fix.is_for(release) {
                continue;
            }
            packages.released = [packages.released, Some(fix.released)]
                .into_iter()
                .flatten()
                .min();
            packages.conditional |= fix.conditional;
            if named_again.contains(&fix.kb) {
                continue;
            }
            match (fix.kind, fix.revision) {
                (FixKind::Half | FixKind::Part, _) => {
                    packages.is_split |= fix.kind == FixKind::Part;
                    packages.partial.insert(fix.kb);
                }
                (FixKind::Hotpatch, None) => packages.accept(fix.kb, Proof::Hotpatch(index)),
                (_, revision) => {
                    packages.accept(fix.kb, Proof::Fix(index));
                    packages.hotpatched.extend(revision);
                }
            }
        }
        let whole = advisory.fixes_for(release);
        for fix in whole.filter(|fix| !named_again.contains(&fix.kb)) {
            match fix.kind {
                FixKind::Cumulative => self.accept_levels(&mut packages, fix.kb, release),
                FixKind::Rollup => self.accept_rollups_from(&mut packages, fix.kb, release),
                FixKind::OutOfBand => {
                    for (index, rollup) in self.streams.cumulative(release) {
                        if rollup.released > fix.released {
                            packages.accept(rollup.kb, Proof::Rollup(index));
                        }
                    }
                }
                FixKind::Half
                | FixKind::Hotpatch
                | FixKind::Part
                | FixKind::Restated
                | FixKind::SecurityOnly
                | FixKind::Standalone => {}
            }
        }
        if advisory.is_derived || advisory.package.is_some() {
            self.accept_containers(&mut packages, advisory, release);
        }
        packages
    }

    /// The packages of a stream whose hole a later package of it names again. The vendor does so
    /// where the first fix was not the whole one, so they and what lies between prove nothing.
    fn named_again(
        &self,
        packages: &mut Packages,
        advisory: &Advisory,
        release: ReleaseId,
    ) -> BTreeSet<Kb> {
        if !advisory.is_derived {
            return BTreeSet::new();
        }
        let kbs: BTreeSet<Kb> = advisory.fixes_for(release).map(|fix| fix.kb).collect();
        let one = self.releases.of(release);
        let between: BTreeSet<Kb> = if let Some((_, family)) = self.streams.family_of(one) {
            let levels = || family.levels.iter().filter(|l| l.serves(one.audience));
            let named = |level: &&Level| {
                level.kind != PackageKind::Hotpatch
                    && kbs.contains(&level.kb)
                    && always_reaches(family, level.kb, one.audience, level.revision)
            };
            let (Some(first), Some(last)) = (levels().find(named), levels().rfind(named)) else {
                return BTreeSet::new();
            };
            if first.revision == last.revision {
                return BTreeSet::new();
            }
            packages.first = Some((first.revision, first.released));
            let hotpatches = levels().filter(|level| {
                level.kind == PackageKind::Hotpatch
                    && (first.released..last.released).contains(&level.released)
            });
            levels()
                .filter(|level| (first.revision..last.revision).contains(&level.revision))
                .chain(hotpatches)
                .map(|level| level.kb)
                .filter(|kb| *kb != last.kb)
                .collect()
        } else {
            let stream: Vec<Kb> = self
                .streams
                .cumulative(release)
                .map(|(_, rollup)| rollup.kb)
                .collect();
            let named = |kb: &Kb| kbs.contains(kb);
            let (first, last) = (
                stream.iter().position(named),
                stream.iter().rposition(named),
            );
            let (Some(first), Some(last)) = (first, last) else {
                return BTreeSet::new();
            };
            stream
                .get(first..last)
                .unwrap_or_default()
                .iter()
                .copied()
                .collect()
        };
        packages.partial.extend(&between);
        between
    }

    /// Accepts the revision of this KB and everything after it.
    fn accept_levels(&self, packages: &mut Packages, kb: Kb, release: ReleaseId) {
        let release = self.releases.of(release);
        let Some((at, family)) = self.streams.family_of(release) else {
            return;
        };
        let Some(fixed) = family.level_of(kb, release.audience) else {
            return;
        };
        packages.min_revision = [packages.min_revision, Some(fixed.revision)]
            .into_iter()
            .flatten()
            .min();
        for (index, level) in family.levels.iter().enumerate() {
            if !level.serves(release.audience) {
                continue;
            }
            let place = Proof::Level { family: at, index };
            if level.kind == PackageKind::Hotpatch {
                if is_hotpatched_past(level, fixed) {
                    packages.hotpatched.push(level.revision);
                    packages.accept(level.kb, place);
                }
            } else if always_reaches(family, level.kb, release.audience, fixed.revision) {
                packages.accept(level.kb, place);
            }
        }
    }

    /// Accepts what replaces a stand-alone fix. A rollup that came out later may have it too, but
    /// the vendor does not say so.
    fn accept_containers(&self, packages: &mut Packages, advisory: &Advisory, release: ReleaseId) {
        let fixes = || advisory.fixes.iter().enumerate();
        let ours = || fixes().filter(|(_, fix)| fix.is_for(release));
        let closure = &self.packages().closure;
        let alone = ours().filter(|(_, fix)| fix.kind == FixKind::Standalone);
        let alone = alone.map(|(index, fix)| (fix.kb, index));
        for (kb, fix) in closure.containers(release, alone) {
            packages.accept(kb, Proof::Container { fix, kb });
        }
        let parts = packages.partial.iter().map(|kb| (*kb, ()));
        let partial = closure.containers(release, parts);
        packages.partial.extend(partial.into_keys());
        let only_alone = ours().all(|(_, fix)| fix.kind == FixKind::Standalone);
        if let (true, true, Some(released)) = (advisory.is_derived, only_alone, packages.released) {
            let later = self.streams.cumulative(release).map(|(_, rollup)| rollup);
            let later = later.filter(|rollup| rollup.released > released);
            packages.partial.extend(later.map(|rollup| rollup.kb));
        }
    }

    /// Accepts this rollup and every later one of the release's stream.
    fn accept_rollups_from(&self, packages: &mut Packages, kb: Kb, release: ReleaseId) {
        let stream = self.streams.cumulative(release);
        for (index, rollup) in stream.skip_while(|(_, rollup)| rollup.kb != kb) {
            packages.accept(rollup.kb, Proof::Rollup(index));
        }
    }

    /// The revision that fixed the releases which take the same packages as this one.
    fn siblings_revision(&self, advisory: &Advisory, release: &Release) -> Option<u32> {
        let (_, family) = self.streams.family_of(release)?;
        advisory
            .fixes
            .iter()
            .filter(|fix| fix.kind == FixKind::Cumulative)
            .filter_map(|fix| family.level_of(fix.kb, release.audience))
            .map(|level| level.revision)
            .min()
    }
}

/// A hotpatch has the security fixes of its day, but not what a preview brought.
fn is_hotpatched_past(hotpatch: &Level, fixed: &Level) -> bool {
    match fixed.kind {
        PackageKind::Hotpatch => hotpatch.revision >= fixed.revision,
        PackageKind::OutOfBand | PackageKind::Update => hotpatch.released >= fixed.released,
        PackageKind::Browser
        | PackageKind::Other
        | PackageKind::Preview
        | PackageKind::Rollup
        | PackageKind::SecurityOnly
        | PackageKind::ServicingStack
        | PackageKind::Standalone => false,
    }
}

/// Some packages were shipped twice under one number; the lower revision has to be enough.
fn always_reaches(family: &Family, kb: Kb, audience: Audience, revision: u32) -> bool {
    family
        .level_of(kb, audience)
        .is_some_and(|lowest| lowest.revision >= revision)
}
