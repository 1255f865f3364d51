//! Weighs the evidence about one machine. A running revision or file version beats the list of
//! updates; silence never counts as a fix.

use super::advisory::Advisory;
use super::file_version::{FileVersion, Standing};
use super::need::{Need, NotAffected, Packages, Proof};
use super::release::{Release, ReleaseId};
use super::stream::{Family, PackageKind};
use super::verdict::{Listed, Patched, Reason, Shown, Verdict};
use super::{Completeness, PatchFacts, Windows};
use jiff::civil::Date;

/// What a running level says.
enum Running<'a> {
    Fixed(Shown<'a>),
    Older(Shown<'a>),
}

pub(super) type Judged<'a> = (Patched, Reason<'a>);

impl Windows {
    /// Whether the fix is on this machine.
    pub fn judge<'a>(&'a self, advisory: &'a Advisory, facts: &PatchFacts<'a>) -> Verdict<'a> {
        let Some(asked) = self.releases.find(facts.release) else {
            return Verdict {
                patched: Patched::Unknown,
                released: None,
                advisory,
                release: None,
                serviced_as: None,
                reason: Reason::UnknownRelease,
            };
        };
        let release = self.releases.of(asked);
        let need = self.need(advisory, asked);
        let (patched, reason) = self
            .contradiction(release, facts)
            .unwrap_or_else(|| self.weigh(advisory, asked, need, facts));
        let released = match need {
            Need::Packages(packages) => packages.released,
            Need::NothingPublished | Need::ServicePack(_) => advisory.published(),
            Need::NotAffected(_) if patched == Patched::Missing => advisory.published(),
            Need::NotAffected(_) | Need::NotMadeForIt | Need::NotSaid => None,
        };
        let (patched, reason) = as_of(facts.as_of, released, advisory, release, patched, reason);
        Verdict {
            patched,
            released,
            advisory,
            release: Some(release),
            serviced_as: Some(self.releases.serviced_as(asked)),
            reason,
        }
    }

    /// A build or revision that cannot be this release's: everything else would be judged wrongly.
    pub(super) fn contradiction<'a>(
        &'a self,
        release: &Release,
        facts: &PatchFacts<'a>,
    ) -> Option<Judged<'a>> {
        let family = self.streams.family_of(release).map(|(_, family)| family);
        if let Some(build) = facts.build
            && !release.builds.contains(&build)
            && !family.is_some_and(|family| family.builds.contains(&build))
        {
            return Some((Patched::Conflict, Reason::BuildOfAnother { build }));
        }
        let same = family?.at(facts.revision?);
        let level = same.first()?;
        let is_foreign = same.iter().all(|level| {
            !level.serves(release.audience)
                && matches!(level.kind, PackageKind::Update | PackageKind::OutOfBand)
        });
        is_foreign.then_some((Patched::Conflict, Reason::RevisionOfAnother { level }))
    }

    fn weigh<'a>(
        &'a self,
        advisory: &'a Advisory,
        asked: ReleaseId,
        need: &'a Need,
        facts: &PatchFacts<'a>,
    ) -> Judged<'a> {
        let release = self.releases.of(asked);
        match need {
            Need::NotAffected(NotAffected::SoldLater { min_revision }) => {
                self.sold_later(release, *min_revision, facts)
            }
            Need::NotAffected(NotAffected::Builds) => (Patched::NotAffected, Reason::Builds),
            Need::NotAffected(NotAffected::NotListed) => (Patched::NotAffected, Reason::NotListed),
            Need::NotAffected(NotAffected::Scope(only)) => {
                (Patched::NotAffected, Reason::Scope(*only))
            }
            Need::NotMadeForIt => other_package(advisory, facts),
            Need::NotSaid => (Patched::Unknown, Reason::NotSaid),
            Need::NothingPublished => (Patched::NoFixPublished, Reason::NothingPublished),
            Need::Packages(packages) => {
                let judged = self.by_packages(advisory, asked, packages, facts);
                unless_split(packages, facts, judged)
            }
            Need::ServicePack(level) => {
                let level = self.releases.of(*level);
                (Patched::NeedsServicePack, Reason::ServicePack { level })
            }
        }
    }

    fn by_packages<'a>(
        &'a self,
        advisory: &'a Advisory,
        asked: ReleaseId,
        packages: &'a Packages,
        facts: &PatchFacts<'a>,
    ) -> Judged<'a> {
        let by_file = match by_file(advisory, self.releases.serviced_as(asked), facts) {
            Ok(running) => running,
            Err(foreign) => return (Patched::Conflict, foreign),
        };
        let release = self.releases.of(asked);
        let by_revision = self.by_revision(release, packages, facts);
        let running = match (by_revision, by_file) {
            (Some(Running::Fixed(fixed)), Some(Running::Older(older)))
            | (Some(Running::Older(older)), Some(Running::Fixed(fixed))) => {
                return (Patched::Conflict, Reason::ShownAgainst { fixed, older });
            }
            (by_revision, by_file) => by_revision.or(by_file),
        };
        let listed = facts
            .kbs
            .unwrap_or_default()
            .iter()
            .find_map(|kb| Some((*kb, packages.proof(*kb)?)));
        match (running, listed) {
            (Some(Running::Fixed(shown)), _) => (Patched::Fixed, Reason::Shown(shown)),
            (Some(Running::Older(_)), Some((kb, Proof::Hotpatch(_)))) => {
                (Patched::Unknown, Reason::HotpatchUnknown { kb })
            }
            (Some(Running::Older(shown)), Some((_, proof))) => {
                let listed = self.listed(advisory, proof);
                (Patched::Conflict, Reason::ListedAgainst { listed, shown })
            }
            (Some(Running::Older(_)), None) if packages.conditional => {
                (Patched::Unknown, Reason::Conditional)
            }
            (Some(Running::Older(shown)), None) => self
                .may_have(release, packages, facts)
                .unwrap_or((Patched::Missing, Reason::Shown(shown))),
            (None, Some((_, proof))) => {
                (Patched::Fixed, Reason::Listed(self.listed(advisory, proof)))
            }
            (None, None) => absent(packages, facts),
        }
    }

    fn by_revision<'a>(
        &'a self,
        release: &Release,
        packages: &'a Packages,
        facts: &PatchFacts<'a>,
    ) -> Option<Running<'a>> {
        let (_, family) = self.streams.family_of(release)?;
        let revision = facts.revision?;
        let min = packages.min_revision?;
        let shown = shown(family, release, facts.build, revision, min);
        let is_hotpatch = family
            .at(revision)
            .iter()
            .any(|level| level.kind == PackageKind::Hotpatch);
        let is_fixed = packages.hotpatched.contains(&revision) || (revision >= min && !is_hotpatch);
        Some(if is_fixed {
            Running::Fixed(shown)
        } else {
            Running::Older(shown)
        })
    }

    /// A revision from the first package that names the hole on, and below the last.
    fn may_have<'a>(
        &'a self,
        release: &Release,
        packages: &Packages,
        facts: &PatchFacts<'_>,
    ) -> Option<Judged<'a>> {
        let (_, family) = self.streams.family_of(release)?;
        let revision = facts.revision?;
        let level = family.shown_by(revision, release.audience)?;
        packages
            .may_be_at(revision, family.at(revision))
            .then_some((Patched::Unknown, Reason::MayHave(level.kb)))
    }

    /// Sold with the fix inside, unless the machine shows a revision from before it.
    fn sold_later<'a>(
        &'a self,
        release: &Release,
        min: Option<u32>,
        facts: &PatchFacts<'a>,
    ) -> Judged<'a> {
        let on_sale = release.on_sale;
        if let (Some(min), Some(revision)) = (min, facts.revision)
            && revision < min
            && let Some((_, family)) = self.streams.family_of(release)
        {
            let shown = shown(family, release, facts.build, revision, min);
            return (Patched::Missing, Reason::Shown(shown));
        }
        (Patched::NotAffected, Reason::SoldLater { on_sale })
    }

    fn listed<'a>(&'a self, advisory: &'a Advisory, proof: Proof) -> Listed<'a> {
        match proof {
            Proof::Fix(index) | Proof::Hotpatch(index) => Listed::Fix(&advisory.fixes[index]),
            Proof::Container { fix, kb } => Listed::Container {
                kb,
                fix: &advisory.fixes[fix],
            },
            Proof::Level { family, index } => {
                Listed::Level(&self.streams.families[family].levels[index])
            }
            Proof::Rollup(index) => Listed::Rollup(&self.streams.rollups[index]),
        }
    }
}

/// Where several packages share a fix, one of them proves neither that it is there nor, by its
/// being listed, that it is not.
fn unless_split<'a>(packages: &Packages, facts: &PatchFacts<'_>, judged: Judged<'a>) -> Judged<'a> {
    let listed = facts.kbs.unwrap_or_default().iter();
    match judged {
        (Patched::Fixed, _) if packages.is_split => (Patched::Unknown, Reason::Split),
        (Patched::Missing, Reason::NotShown { .. }) => listed
            .copied()
            .find(|kb| packages.is_partial(*kb))
            .map_or(judged, |kb| (Patched::Unknown, Reason::MayHave(kb))),
        _ => judged,
    }
}

/// A package we cannot place can only be seen in a list; one for other releases never counts.
fn other_package<'a>(advisory: &Advisory, facts: &PatchFacts<'_>) -> Judged<'a> {
    if !advisory.fixes.is_empty() {
        return (Patched::Unknown, Reason::NotMadeForIt);
    }
    let listed = facts.kbs.unwrap_or_default();
    match advisory.package {
        Some(kb) if listed.contains(&kb) => (Patched::Fixed, Reason::ListedUnknown(kb)),
        _ => (Patched::Unknown, Reason::UnknownPackage),
    }
}

fn shown<'a>(
    family: &'a Family,
    release: &Release,
    build: Option<u32>,
    revision: u32,
    min: u32,
) -> Shown<'a> {
    Shown::Revision {
        build: build
            .or(release.builds.first().copied())
            .unwrap_or_default(),
        revision,
        min,
        level: family
            .at(min)
            .iter()
            .find(|level| level.serves(release.audience)),
    }
}

/// What the declared file versions say. A file of another Windows is a contradiction.
fn by_file<'a>(
    advisory: &'a Advisory,
    release: ReleaseId,
    facts: &PatchFacts<'a>,
) -> Result<Option<Running<'a>>, Reason<'a>> {
    let limits = advisory
        .files
        .iter()
        .filter(|fix| fix.releases.contains(&release));
    let mut running = None;
    for fix in limits {
        for &(file, version) in facts.files {
            if !base_name(file).eq_ignore_ascii_case(&fix.file) {
                continue;
            }
            let Some(parsed) = FileVersion::parse(version) else {
                continue;
            };
            let shown = Shown::File { fix, version };
            match parsed.against(&fix.limits) {
                Standing::Foreign => return Err(Reason::ForeignFile { file, version }),
                // Of several copies the oldest decides.
                Standing::Older => running = Some(Running::Older(shown)),
                Standing::Fixed if running.is_none() => running = Some(Running::Fixed(shown)),
                Standing::Fixed => {}
            }
        }
    }
    Ok(running)
}

fn base_name(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path).trim()
}

/// Nothing shows the fix: is the list good enough to say that it is not there?
fn absent<'a>(packages: &Packages, facts: &PatchFacts<'_>) -> Judged<'a> {
    let Some(kbs) = facts.kbs else {
        return (Patched::Unknown, Reason::NoEvidence);
    };
    let listed = kbs.len();
    match facts.list {
        Completeness::Cut { stated, listed } => (Patched::Unknown, Reason::Cut { stated, listed }),
        Completeness::Unstated => (Patched::Unknown, Reason::Uncounted { listed }),
        Completeness::Complete if packages.conditional => (Patched::Unknown, Reason::Conditional),
        Completeness::Complete => (Patched::Missing, Reason::NotShown { listed }),
    }
}

/// Before the fix was out nothing could be required, unless support had ended by then: such a
/// machine was exposed from the day the hole was known.
fn as_of<'a>(
    day: Date,
    released: Option<Date>,
    advisory: &Advisory,
    release: &Release,
    patched: Patched,
    reason: Reason<'a>,
) -> Judged<'a> {
    let waits = match patched {
        Patched::Missing
        | Patched::NeedsServicePack
        | Patched::NoFixPublished
        | Patched::Unknown => released.is_some_and(|released| day < released),
        Patched::Conflict | Patched::Fixed | Patched::NotAffected | Patched::NotYetPublished => {
            false
        }
    };
    if !waits {
        return (patched, reason);
    }
    let was_known = advisory.published().is_some_and(|first| first <= day);
    let had_ended = |released| release.end.is_none_or(|end| end < released);
    if was_known && released.is_some_and(had_ended) {
        return (Patched::NoFixPublished, Reason::NothingPublished);
    }
    (Patched::NotYetPublished, reason)
}
