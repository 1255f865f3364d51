//! What the feeds know beyond the curated streams: later revisions and rollups, which extend them.
//!
//! `fixed_build` is believed only where it is a version of the release and lies between what came
//! before and after; one that is missing or wrong leaves the package without a revision.

use super::faults::{Fault, FaultKind};
use super::kb::Kb;
use super::packages::{Listing, parts_of};
use super::release::{Audience, ReleaseId, Releases};
use super::stream::{Level, PackageKind, Rollup, Streams};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Packages that came out after the last of their stream.
#[derive(Debug, Default)]
pub(super) struct Newer {
    /// With the position of their family.
    pub(super) levels: Vec<(usize, Level)>,
    pub(super) rollups: Vec<Rollup>,
}

/// A revision the feed gives for a package the streams do not know.
struct Candidate<'l> {
    builds: BTreeSet<u32>,
    family: usize,
    only: Option<Audience>,
    revision: u32,
    listing: &'l Listing,
    written: &'static str,
}

/// More levels than can have come out since any catalogue was made.
const MOST_LEVELS: usize = 2_000;

/// Revisions rise by some hundred a month; by more than this only where a branch parts.
const MOST_PER_MONTH: i64 = 4_000;

/// Numbers of packages rise: in ten years none of a stream was below one that came out this many
/// days earlier in any stream.
const SETTLED: i32 = 180;

/// The highest number in the streams by each day.
struct Numbers(Vec<(Date, Kb)>);

impl Numbers {
    fn of(streams: &Streams) -> Self {
        let levels = streams.families.iter().flat_map(|family| &family.levels);
        let levels = levels.map(|level| (level.released, level.kb));
        let rollups = streams.rollups.iter().map(|one| (one.released, one.kb));
        let mut all: Vec<_> = levels.chain(rollups).collect();
        all.sort_unstable();
        let mut highest = Kb::new(0);
        for (_, kb) in &mut all {
            highest = highest.max(*kb);
            *kb = highest;
        }
        Self(all)
    }

    /// Whether a package can have come out as late as the feed says.
    fn allow(&self, listing: &Listing) -> bool {
        let Ok(day) = listing.released.checked_sub(SETTLED.days()) else {
            return true;
        };
        let count = self.0.partition_point(|(released, _)| *released <= day);
        let settled = count.checked_sub(1).and_then(|last| self.0.get(last));
        settled.is_none_or(|(_, highest)| listing.kb > *highest)
    }
}

/// Checks every `fixed_build`, and finds what is newer than the streams.
pub(super) fn find(
    list: &[Listing],
    releases: &Releases,
    streams: &Streams,
    faults: &mut Vec<Fault>,
) -> Newer {
    let mut candidates: BTreeMap<_, Candidate<'_>> = BTreeMap::new();
    for listing in list.iter().filter(|listing| has_revision(listing.kind)) {
        for written in parts_of(listing.fixed_build) {
            match read(listing, written, releases, streams) {
                Ok(read) => {
                    for one in read {
                        let key = (one.family, listing.released, listing.kb, one.only);
                        match candidates.entry(key) {
                            Entry::Vacant(free) => {
                                free.insert(one);
                            }
                            Entry::Occupied(mut known) => known.get_mut().join(one),
                        }
                    }
                }
                Err(what) => faults.push(Fault {
                    line: listing.line,
                    kb: listing.kb,
                    what,
                }),
            }
        }
    }
    let numbers = Numbers::of(streams);
    let mut newer = Newer::default();
    for one in candidates.into_values() {
        if !numbers.allow(one.listing) {
            faults.push(too_old(one.listing));
            continue;
        }
        if newer.levels.len() == MOST_LEVELS {
            break;
        }
        match place(&one, streams, &newer) {
            Some(true) => newer.levels.push((one.family, level(&one))),
            Some(false) => {}
            None => faults.push(Fault {
                line: one.listing.line,
                kb: one.listing.kb,
                what: FaultKind::RevisionOutOfOrder {
                    written: one.written.into(),
                },
            }),
        }
    }
    newer.rollups = rollups(list, releases, streams, &numbers, faults);
    newer
}

impl Candidate<'_> {
    /// The same package for another build. Of two revisions the higher asks for more.
    fn join(&mut self, other: Self) {
        self.builds.extend(other.builds);
        if other.revision > self.revision {
            self.revision = other.revision;
        }
    }
}

fn has_revision(kind: PackageKind) -> bool {
    kind.is_cumulative() || matches!(kind, PackageKind::Hotpatch | PackageKind::SecurityOnly)
}

/// Build and revision of `10.0.17763.2120`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(|number| {
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| number.parse::<u32>().ok()).flatten()
    });
    let (_, _) = (numbers.next()??, numbers.next()??);
    let read = (numbers.next()??, numbers.next()??);
    numbers.next().is_none().then_some(read)
}

/// The revision for each part of the family that has not the package yet.
fn read<'l>(
    listing: &'l Listing,
    written: &'static str,
    releases: &Releases,
    streams: &Streams,
) -> Result<Vec<Candidate<'l>>, FaultKind> {
    let Some((build, revision)) = version(written) else {
        let written = written.into();
        return Err(FaultKind::NoVersion { written });
    };
    let mut found: Vec<Candidate<'l>> = Vec::new();
    let mut is_own = false;
    for release in listing.releases.iter().map(|id| releases.of(*id)) {
        let Some((family, stream)) = streams.family_of(release) else {
            is_own |= release.builds.contains(&build);
            continue;
        };
        if !stream.builds.contains(&build) {
            continue;
        }
        is_own = true;
        let mut known = stream.levels.iter().filter(|level| level.kb == listing.kb);
        if let Some(first) = known.next() {
            if first.revision != revision && known.all(|level| level.revision != revision) {
                let (written, known) = (written.into(), first.revision);
                return Err(FaultKind::Revision { written, known });
            }
            continue;
        }
        let is_parted = stream.levels.iter().any(|level| level.only.is_some());
        let of_family = release
            .builds
            .iter()
            .filter(|one| stream.builds.contains(one));
        found.push(Candidate {
            builds: of_family.copied().collect(),
            family,
            only: is_parted.then_some(release.audience),
            revision,
            listing,
            written,
        });
    }
    if is_own {
        return Ok(found);
    }
    let written = written.into();
    Err(FaultKind::BuildOfAnother { written })
}

/// Whether it is newer than the stream; `None` when its revision cannot be right.
fn place(one: &Candidate<'_>, streams: &Streams, newer: &Newer) -> Option<bool> {
    let day = one.listing.released;
    let added = newer
        .levels
        .iter()
        .filter(|(family, _)| *family == one.family);
    let curated = &streams.families.get(one.family)?.levels;
    let (mut before, mut after): (Option<(Date, u32)>, Option<u32>) = (None, None);
    for level in curated.iter().chain(added.map(|(_, level)| level)) {
        let concerns = one.only.is_none_or(|audience| level.serves(audience));
        if !concerns || level.kind == PackageKind::Hotpatch {
            continue;
        }
        if level.released < day {
            let latest = before.map_or(level.released, |(date, _)| date.max(level.released));
            let highest = before.map_or(level.revision, |(_, high)| high.max(level.revision));
            before = Some((latest, highest));
        } else if level.released > day {
            after = Some(after.map_or(level.revision, |low| low.min(level.revision)));
        }
    }
    let Some((latest, highest)) = before else {
        // Nothing to compare with: neither wrong nor a continuation.
        return Some(false);
    };
    if one.revision <= highest || after.is_some_and(|after| one.revision >= after) {
        return None;
    }
    if after.is_some() {
        return Some(false);
    }
    let months = i64::from((day - latest).get_days()) / 28 + 1;
    let rise = i64::from(one.revision) - i64::from(highest);
    (rise <= MOST_PER_MONTH.saturating_mul(months)).then_some(true)
}

fn too_old(listing: &Listing) -> Fault {
    Fault {
        line: listing.line,
        kb: listing.kb,
        what: FaultKind::NumberOfEarlier {
            written: listing.released,
        },
    }
}

fn level(one: &Candidate<'_>) -> Level {
    Level {
        builds: one.builds.iter().copied().collect(),
        revision: one.revision,
        kb: one.listing.kb,
        released: one.listing.released,
        kind: one.listing.kind,
        only: one.only,
        source: Arc::clone(&one.listing.source),
    }
}

/// Monthly packages after the last of their release's stream, in order of their day.
fn rollups(
    list: &[Listing],
    releases: &Releases,
    streams: &Streams,
    numbers: &Numbers,
    faults: &mut Vec<Fault>,
) -> Vec<Rollup> {
    let mut found: BTreeMap<(Date, Kb), (Vec<ReleaseId>, &Listing)> = BTreeMap::new();
    for listing in list {
        let is_monthly = match listing.kind {
            PackageKind::Preview | PackageKind::Rollup | PackageKind::SecurityOnly => true,
            PackageKind::Browser
            | PackageKind::Hotpatch
            | PackageKind::Other
            | PackageKind::OutOfBand
            | PackageKind::ServicingStack
            | PackageKind::Standalone
            | PackageKind::Update => false,
        };
        if !is_monthly || !streams.places(listing.kb).is_empty() {
            continue;
        }
        for &id in &listing.releases {
            let is_newer = streams
                .cumulative(id)
                .next_back()
                .is_some_and(|(_, last)| last.released < listing.released);
            if is_newer && !releases.of(id).is_windows_10_or_later() {
                if !numbers.allow(listing) {
                    faults.push(too_old(listing));
                    break;
                }
                let key = (listing.released, listing.kb);
                let (ids, _) = found.entry(key).or_insert((Vec::new(), listing));
                ids.push(id);
            }
        }
    }
    found
        .into_iter()
        .map(|((released, kb), (releases, listing))| Rollup {
            releases,
            kb,
            released,
            kind: listing.kind,
            source: Arc::clone(&listing.source),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_numbers_are_a_version() {
        assert_eq!(version("10.0.17763.2120"), Some((17_763, 2120)));
        for text in [
            "",
            "1.002",
            "10.0.20348..2762",
            "10.0.17763.2120.1",
            "10.0.17763.+5",
            "10.0.17763.99999999999",
            "https://x.y",
        ] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}
