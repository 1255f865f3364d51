//! An advisory for any CVE of the feeds, made from the packages that name it.
//!
//! Weaker than a curated one: the feeds do not say whom a hole does not concern, and they are not
//! complete, so a release without a row is unknown. Where several packages of a release share a
//! fix, one of them does not prove it.

use super::Windows;
use super::advisory::{Advisory, Fix, FixKind, empty_needs};
use super::kb::Kb;
use super::packages::{Listing, Packages};
use super::release::ReleaseId;
use super::stream::PackageKind;
use crate::model::Severity;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Advisories made so far, by their folded id.
#[derive(Debug, Default)]
pub(super) struct Derived(Mutex<HashMap<Box<str>, Arc<Advisory>>>);

/// Policies name a few; past this many they are made anew each time.
const MOST_KEPT: usize = 4096;

impl Windows {
    /// An advisory by its id, or by any CVE: a curated one, or else one made from the packages
    /// that name the CVE. `None` when no package does.
    pub fn find_advisory(&self, id: &str) -> Option<Arc<Advisory>> {
        if let Some(curated) = self.advisories.find(id) {
            return Some(Arc::clone(curated));
        }
        let cve = id.trim().to_ascii_uppercase();
        if !is_cve(&cve) {
            return None;
        }
        let lock = || {
            self.derived
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(known) = lock().get(cve.as_str()) {
            return Some(Arc::clone(known));
        }
        let made = Arc::new(self.derive(&cve)?);
        let mut kept = lock();
        if kept.len() < MOST_KEPT {
            kept.insert(cve.into(), Arc::clone(&made));
        }
        Some(made)
    }

    /// An advisory of what the packages say, even where a curated one is better.
    pub(super) fn derive(&self, cve: &str) -> Option<Advisory> {
        let packages = self.packages();
        let listings: Vec<_> = packages.fixing(cve).collect();
        let first = listings.iter().min_by_key(|listing| listing.released)?;
        let severity = listings.iter().filter_map(|listing| listing.severity).max();
        let mut fixes = Vec::new();
        for (release, ours) in by_release(&listings) {
            let one = self.releases.of(release);
            let in_stream = ours.iter().any(|listing| listing.kind.is_cumulative());
            for (listing, kind) in kinds(release, &ours, packages, one.is_windows_10_or_later()) {
                fixes.push(Fix {
                    releases: vec![release],
                    kb: listing.kb,
                    kind,
                    // An optional component may not be there.
                    conditional: listing.kind == PackageKind::Other && !in_stream,
                    released: listing.released,
                    revision: self.hotpatched_revision(listing, release),
                    source: Arc::clone(&listing.source),
                });
            }
        }
        Some(Advisory {
            id: cve.into(),
            name: cve.into(),
            cves: Vec::new(),
            // Nothing published counts as severe.
            severity: severity.unwrap_or(Severity::High),
            note: "".into(),
            source: Arc::clone(&first.source),
            scope: None,
            builds: None,
            fixes,
            files: Vec::new(),
            package: None,
            is_derived: true,
            needs: empty_needs(self.releases.len()),
        })
    }
}

impl Windows {
    fn hotpatched_revision(&self, listing: &Listing, release: ReleaseId) -> Option<u32> {
        let release = self.releases.of(release);
        let (_, family) = self.streams.family_of(release)?;
        let level = family.level_of(listing.kb, release.audience)?;
        (level.kind == PackageKind::Hotpatch).then_some(level.revision)
    }
}

fn is_cve(text: &str) -> bool {
    let Some((year, number)) = text
        .strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
    else {
        return false;
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    year.len() == 4 && (4..=12).contains(&number.len()) && digits(year) && digits(number)
}

fn by_release<'l>(listings: &[&'l Listing]) -> BTreeMap<ReleaseId, Vec<&'l Listing>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for listing in listings {
        for release in &listing.releases {
            all.entry(*release).or_default().push(*listing);
        }
    }
    all
}

/// How each package brings the fix to this release.
fn kinds<'l>(
    release: ReleaseId,
    listings: &[&'l Listing],
    packages: &Packages,
    is_levelled: bool,
) -> Vec<(&'l Listing, FixKind)> {
    let in_stream = listings.iter().any(|one| one.kind.is_cumulative());
    let beside: Vec<_> = listings
        .iter()
        .copied()
        .filter(|one| !one.kind.is_cumulative() && one.kind != PackageKind::Hotpatch)
        .filter(|one| !in_stream || !comes_on_top(one.kind))
        .collect();
    let is_shared = lines_of(release, &beside, packages) > 1;
    let has_other = listings.iter().any(|one| one.kind == PackageKind::Other);
    let kind_of = |listing: &Listing| match listing.kind {
        PackageKind::Hotpatch => FixKind::Hotpatch,
        PackageKind::OutOfBand
        | PackageKind::Preview
        | PackageKind::Rollup
        | PackageKind::Update => {
            if is_levelled {
                FixKind::Cumulative
            } else {
                FixKind::Rollup
            }
        }
        kind if in_stream && comes_on_top(kind) => FixKind::Part,
        _ if in_stream && is_shared => FixKind::Half,
        _ if is_shared || has_other => FixKind::Part,
        PackageKind::SecurityOnly => FixKind::SecurityOnly,
        PackageKind::Browser
        | PackageKind::Other
        | PackageKind::ServicingStack
        | PackageKind::Standalone => FixKind::Standalone,
    };
    listings.iter().map(|one| (*one, kind_of(one))).collect()
}

/// Security-only and browser packages are halves of what a rollup holds; these come on top of it.
fn comes_on_top(kind: PackageKind) -> bool {
    matches!(
        kind,
        PackageKind::Other | PackageKind::ServicingStack | PackageKind::Standalone
    )
}

/// How many packages outside the stream have to be there together: those that contain no other.
fn lines_of(release: ReleaseId, beside: &[&Listing], packages: &Packages) -> usize {
    let (monthly, alone): (Vec<&Listing>, Vec<&Listing>) = beside
        .iter()
        .partition(|one| one.kind == PackageKind::SecurityOnly);
    let alone: BTreeSet<Kb> = alone.iter().map(|one| one.kb).collect();
    let marked = alone.iter().map(|kb| (*kb, ()));
    let containers = packages.closure.containers(release, marked);
    let lines = alone.iter().filter(|kb| !containers.contains_key(*kb));
    // Each security-only package holds its own month and no other.
    let months: BTreeSet<Kb> = monthly.iter().map(|one| one.kb).collect();
    lines.count() + months.len()
}
