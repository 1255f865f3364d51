//! What a KB number is, for people who ask: its dates, its place in the streams, what it contains.
//! Data only; nothing here prints.

use super::Windows;
use super::kb::Kb;
use super::packages::Listing;
use super::release::ReleaseId;
use super::stream::{PackageKind, Place};
use crate::model::Severity;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One package, for the releases of which the same is known.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageInfo {
    pub kb: Kb,
    pub kind: PackageKind,
    pub released: Date,
    /// Names as people write them: `Windows Server 2012 R2`.
    pub releases: Vec<String>,
    /// The revision it leaves a machine at (Windows 10 and later).
    pub revision: Option<u32>,
    pub severity: Option<Severity>,
    /// The highest CVSS base score of the holes it fixes.
    pub cvss: Option<f32>,
    /// Where it stands, for a package of a cumulative stream.
    pub place: Option<StreamPlace>,
    pub contains: Option<Contents>,
    /// Stand-alone packages that replace it, or for security-only ones the rollup of its month.
    pub replaced_by: Vec<Kb>,
    /// The curated advisories that it fixes on one of its releases, itself or by what it contains.
    pub advisories: Vec<Box<str>>,
    /// CVEs that the feeds name for this package itself.
    pub cves: Vec<&'static str>,
    pub source: Arc<str>,
}

/// The place in a stream: the `nth` of `of`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamPlace {
    pub nth: usize,
    pub of: usize,
    pub previous: Option<Kb>,
    pub next: Option<Kb>,
}

/// The earlier packages of the stream that it contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    pub first: Kb,
    pub last: Kb,
    pub count: usize,
}

impl Windows {
    /// What is known of a package, one entry for each stream or set of releases; none when the
    /// catalogue has never heard of it.
    pub fn describe(&self, kb: Kb) -> Vec<PackageInfo> {
        let places = self.streams.places(kb);
        let mut known: Vec<_> = places
            .iter()
            .map(|place| self.describe_place(kb, *place))
            .collect();
        if !known.is_empty() {
            return known;
        }
        for listing in self.packages().of(kb) {
            let mut info = self.blank(kb, listing.kind, listing.released, &listing.releases);
            info.source = Arc::clone(&listing.source);
            known.push(info);
        }
        known
    }

    /// The CVEs that the feeds name for a package, in order.
    pub fn cves_of(&self, kb: Kb) -> Vec<&'static str> {
        let listings = self.packages().of(kb).iter();
        let cves: BTreeSet<_> = listings.flat_map(Listing::cves).collect();
        cves.into_iter().collect()
    }

    fn describe_place(&self, kb: Kb, place: Place) -> PackageInfo {
        let releases: Vec<ReleaseId> = self
            .releases
            .iter()
            .map(|(id, _)| id)
            .filter(|id| self.streams.serves(place, *id, &self.releases))
            .collect();
        let (kind, day) = (self.streams.kind(place), self.streams.released(place));
        let mut info = self.blank(kb, kind, day, &releases);
        match place {
            Place::Level { family, index } => {
                let family = &self.streams.families[family];
                let level = &family.levels[index];
                info.revision = Some(level.revision);
                info.source = Arc::clone(&level.source);
                let stream = family.levels.iter().filter(|other| {
                    other.kind != PackageKind::Hotpatch
                        && (other.only.is_none()
                            || other.only == level.only
                            || level.only.is_none())
                });
                let stream: Vec<Kb> = stream.map(|other| other.kb).collect();
                info.stand_in(&stream, kind);
            }
            Place::Rollup { index } => {
                info.source = Arc::clone(&self.streams.rollups[index].source);
                let Some(&first) = releases.first() else {
                    return info;
                };
                let stream: Vec<Kb> = self
                    .streams
                    .cumulative(first)
                    .map(|(_, rollup)| rollup.kb)
                    .collect();
                info.stand_in(&stream, kind);
                if kind == PackageKind::SecurityOnly {
                    let mut later = self.streams.cumulative(first);
                    let holds = later.find(|(_, rollup)| rollup.released >= day);
                    info.replaced_by.extend(holds.map(|(_, rollup)| rollup.kb));
                }
            }
        }
        info
    }

    fn blank(&self, kb: Kb, kind: PackageKind, day: Date, releases: &[ReleaseId]) -> PackageInfo {
        let listings = self.packages().of(kb);
        let ours = || {
            listings
                .iter()
                .filter(|listing| releases.iter().any(|release| listing.is_for(*release)))
        };
        let replaced_by: BTreeSet<Kb> = releases
            .iter()
            .flat_map(|release| self.packages().closure.replaced_by(*release, kb))
            .collect();
        let cves: BTreeSet<_> = ours().flat_map(Listing::cves).collect();
        PackageInfo {
            kb,
            kind,
            released: day,
            releases: releases
                .iter()
                .map(|id| self.releases.of(*id).to_string())
                .collect(),
            revision: None,
            severity: ours().filter_map(|listing| listing.severity).max(),
            cvss: ours()
                .filter_map(|listing| listing.cvss)
                .max_by(f32::total_cmp),
            place: None,
            contains: None,
            replaced_by: replaced_by.into_iter().collect(),
            advisories: self.fixed_on(kb, releases),
            cves: cves.into_iter().collect(),
            source: Arc::from(""),
        }
    }

    fn fixed_on(&self, kb: Kb, releases: &[ReleaseId]) -> Vec<Box<str>> {
        let fixes = |advisory: &super::Advisory| {
            releases
                .iter()
                .any(|release| self.proves(advisory, *release, kb))
        };
        self.advisories
            .list
            .iter()
            .filter(|advisory| fixes(advisory))
            .map(|advisory| advisory.id.clone())
            .collect()
    }
}

impl PackageInfo {
    fn stand_in(&mut self, stream: &[Kb], kind: PackageKind) {
        if !kind.is_cumulative() {
            return;
        }
        let Some(at) = stream.iter().position(|kb| *kb == self.kb) else {
            return;
        };
        let earlier = &stream[..at];
        self.place = Some(StreamPlace {
            nth: at + 1,
            of: stream.len(),
            previous: earlier.last().copied(),
            next: stream.get(at + 1).copied(),
        });
        self.contains = match earlier {
            [] => None,
            [first, .., last] => Some(Contents {
                first: *first,
                last: *last,
                count: earlier.len(),
            }),
            [only] => Some(Contents {
                first: *only,
                last: *only,
                count: 1,
            }),
        };
    }
}
