//! Which stand-alone package is inside which other, by what the vendor says replaces what. Used
//! for packages outside the cumulative streams only: in a stream, order decides.
//!
//! An edge is believed between packages of one kind, for the same release, from the later to the
//! earlier. Security-only packages hold one month each, so they never contain anything.

use super::faults::{Fault, FaultKind};
use super::kb::Kb;
use super::packages::{Listing, listings_of};
use super::release::ReleaseId;
use super::stream::{PackageKind, Streams};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The believed edges, from a package to those that replace it.
#[derive(Debug, Default)]
pub(super) struct Closure {
    /// (release, replaced, by), sorted.
    edges: Vec<(ReleaseId, Kb, Kb)>,
}

/// A chain of packages that is longer than this is no chain of the vendor's.
const MOST_CONTAINERS: usize = 4096;

impl Closure {
    /// Keeps the edges that can be believed; `list` is sorted by KB.
    pub(super) fn of(list: &[Listing], streams: &Streams, faults: &mut Vec<Fault>) -> Self {
        let mut edges = Vec::new();
        for listing in list {
            for &replaced in &listing.replaces {
                match believed(listing, replaced, list, streams) {
                    Ok(releases) if stands_alone(listing.kind) => edges.extend(
                        releases
                            .into_iter()
                            .map(|release| (release, replaced, listing.kb)),
                    ),
                    Ok(_) => {}
                    Err(what) => faults.push(Fault {
                        line: listing.line,
                        kb: listing.kb,
                        what,
                    }),
                }
            }
        }
        edges.sort_unstable();
        edges.dedup();
        Self { edges }
    }

    /// Every package that contains this one on a release, in order of number; not itself.
    pub(super) fn containers(&self, release: ReleaseId, kb: Kb) -> BTreeSet<Kb> {
        let mut found = BTreeSet::new();
        let mut open = vec![kb];
        while let Some(next) = open.pop() {
            for by in self.replaced_by(release, next) {
                if by != kb && found.len() < MOST_CONTAINERS && found.insert(by) {
                    open.push(by);
                }
            }
        }
        found
    }

    /// The packages that are said to replace this one directly.
    pub(super) fn replaced_by(&self, release: ReleaseId, kb: Kb) -> impl Iterator<Item = Kb> {
        let from = self
            .edges
            .partition_point(|edge| (edge.0, edge.1) < (release, kb));
        self.edges[from..]
            .iter()
            .take_while(move |edge| (edge.0, edge.1) == (release, kb))
            .map(|edge| edge.2)
    }
}

/// Packages outside the cumulative streams, of which one may be replaced by its like.
fn stands_alone(kind: PackageKind) -> bool {
    match kind {
        PackageKind::Browser
        | PackageKind::Other
        | PackageKind::ServicingStack
        | PackageKind::Standalone => true,
        PackageKind::Hotpatch
        | PackageKind::OutOfBand
        | PackageKind::Preview
        | PackageKind::Rollup
        | PackageKind::SecurityOnly
        | PackageKind::Update => false,
    }
}

/// The day a package came out for a release, as first listed.
fn released(others: &[Listing], release: ReleaseId) -> Option<Date> {
    others
        .iter()
        .filter(|other| other.is_for(release))
        .map(|other| other.released)
        .min()
}

/// The releases for which one package can replace the other. Only later ones replace earlier
/// ones, so what is left has no circles.
fn believed(
    listing: &Listing,
    replaces: Kb,
    list: &[Listing],
    streams: &Streams,
) -> Result<Vec<ReleaseId>, FaultKind> {
    if replaces == listing.kb {
        return Err(FaultKind::SelfReplaced);
    }
    let others = listings_of(list, replaces);
    let mut places = streams.places(replaces).iter();
    let is_rollup = others.iter().any(|other| other.kind.is_cumulative())
        || places.any(|place| streams.kind(*place).is_cumulative());
    if listing.kind == PackageKind::SecurityOnly && is_rollup {
        return Err(FaultKind::SecurityOnlyReplaces { replaces });
    }
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let own = listings_of(list, listing.kb);
    let shared: Vec<(ReleaseId, Option<Date>, Option<Date>)> = listing
        .releases
        .iter()
        .map(|id| (*id, released(others, *id), released(own, *id)))
        .filter(|(_, old, _)| old.is_some())
        .collect();
    if shared.is_empty() {
        return Err(FaultKind::OtherBranch { replaces });
    }
    if shared.iter().all(|(_, old, new)| old > new) {
        return Err(FaultKind::NewerReplaced { replaces });
    }
    let earlier: Vec<ReleaseId> = shared
        .into_iter()
        .filter(|(_, old, new)| old < new)
        .map(|(id, _, _)| id)
        .collect();
    let alike = |id: &ReleaseId| {
        let mut of_release = others.iter().filter(|other| other.is_for(*id));
        of_release.any(|other| other.kind == listing.kind)
    };
    // A rollup holds the security-only package of its day.
    if earlier.is_empty() && others.iter().any(|other| other.kind == listing.kind) {
        return Err(FaultKind::SameDay { replaces });
    }
    Ok(earlier.into_iter().filter(alike).collect())
}
