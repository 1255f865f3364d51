//! Every package the vendor's feeds name, with what they say of it, once the faults are out.
//!
//! The curated streams and fixes come first; this table answers what they do not: stand-alone
//! packages, any other CVE, and the months that came out since.

use super::closure::Closure;
use super::faults::{Fault, FaultKind};
use super::kb::Kb;
use super::newer::{self, Newer};
use super::release::{ReleaseId, Releases};
use super::stream::{PackageKind, Place, Streams};
use crate::catalogue::table::{FactError, Row, optional_data_date, parts, rows};
use crate::model::Severity;
use jiff::civil::Date;
use std::collections::HashMap;
use std::sync::Arc;

/// One package, for the releases of which the feed says the same.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) line: usize,
    pub(super) kb: Kb,
    pub(super) kind: PackageKind,
    pub(super) released: Date,
    pub(super) releases: Vec<ReleaseId>,
    pub(super) severity: Option<Severity>,
    pub(super) cvss: Option<f32>,
    /// Joined by `+`, as written.
    cves: &'static str,
    pub(super) replaces: Vec<Kb>,
    /// Joined by `+`, as written.
    pub(super) fixed_build: &'static str,
    pub(super) source: Arc<str>,
}

impl Listing {
    /// The CVEs it fixes, as the feed has it, but for those numbered long after it came out.
    pub(super) fn cves(&self) -> impl Iterator<Item = &'static str> {
        let year = self.released.year();
        parts(self.cves).filter(move |cve| !is_of_later(cve, year))
    }

    pub(super) fn is_for(&self, release: ReleaseId) -> bool {
        self.releases.contains(&release)
    }
}

/// All packages by number.
#[derive(Debug)]
pub(super) struct Packages {
    /// Sorted by KB, then by line.
    list: Vec<Listing>,
    pub(super) closure: Closure,
    pub(super) faults: Vec<Fault>,
    /// What goes on where the streams end.
    pub(super) newer: Newer,
}

pub(super) const TABLE: &str = "windows-packages.tsv";
pub(super) const COLUMNS: [&str; 10] = [
    "kb",
    "released",
    "os",
    "kind",
    "severity",
    "cvss",
    "cves",
    "replaces",
    "fixed_build",
    "source",
];

/// A feed that names more packages than this is none of the vendor's.
const MOST_ROWS: usize = 200_000;

impl Packages {
    pub(super) fn parse(
        text: &'static str,
        releases: &Releases,
        streams: &Streams,
    ) -> Result<Self, FactError> {
        let mut reader = Reader {
            releases,
            streams,
            newest: optional_data_date(TABLE, text)?,
            seen: HashMap::new(),
            list: Vec::with_capacity(8192),
            faults: Vec::new(),
        };
        rows(TABLE, text, COLUMNS, |row| reader.take(row))?;
        let Reader {
            mut list,
            mut faults,
            ..
        } = reader;
        list.sort_by_key(|listing| (listing.kb, listing.line));
        let closure = Closure::of(&list, streams, &mut faults);
        let newer = newer::find(&list, releases, streams, &mut faults);
        faults.sort_by_key(|fault| fault.line);
        Ok(Self {
            list,
            closure,
            faults,
            newer,
        })
    }

    /// What the feeds say of a package; one entry for each set of releases.
    pub(super) fn of(&self, kb: Kb) -> &[Listing] {
        listings_of(&self.list, kb)
    }

    /// The packages that fix a CVE, by number.
    pub(super) fn fixing<'a>(&'a self, cve: &'a str) -> impl Iterator<Item = &'a Listing> {
        self.list
            .iter()
            .filter(move |listing| listing.cves().any(|one| one == cve))
    }
}

/// The values of a cell.
pub(super) fn parts_of(cell: &'static str) -> impl Iterator<Item = &'static str> {
    parts(cell)
}

/// In a list that is sorted by KB.
pub(super) fn listings_of(list: &[Listing], kb: Kb) -> &[Listing] {
    let from = list.partition_point(|listing| listing.kb < kb);
    let to = list.partition_point(|listing| listing.kb <= kb);
    &list[from..to]
}

struct Reader<'r> {
    releases: &'r Releases,
    streams: &'r Streams,
    /// The day of the data.
    newest: Option<Date>,
    /// The first row of a package and release.
    seen: HashMap<(Kb, ReleaseId), usize>,
    list: Vec<Listing>,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn take(&mut self, row: &Row<'static, '_, 10>) -> Result<(), FactError> {
        let [
            kb,
            released,
            os,
            kind,
            severity,
            score,
            cves,
            replaces,
            fixed_build,
            _,
        ] = row.cells;
        if self.list.len() >= MOST_ROWS {
            return Err(row.wrong("too many rows"));
        }
        let mut listing = Listing {
            line: row.line(),
            kb: row.kb(kb)?,
            kind: read_kind(kind).ok_or_else(|| row.wrong(format!("`{kind}` is not a kind")))?,
            released: row.date(released)?,
            releases: Vec::new(),
            severity: row.optional(severity, read_severity)?,
            cvss: row.optional(score, read_cvss)?,
            cves,
            replaces: parts(replaces)
                .map(|kb| row.kb(kb))
                .collect::<Result<_, _>>()?,
            fixed_build,
            source: row.source()?,
        };
        self.date(&mut listing);
        if self.newest.is_some_and(|newest| listing.released > newest) {
            let written = listing.released;
            self.fault(
                &listing,
                FaultKind::Date {
                    written,
                    used: None,
                },
            );
            return Ok(());
        }
        self.kind(&mut listing);
        for id in parts(os) {
            if let Some(release) = self.release(&listing, id) {
                listing.releases.push(release);
            }
        }
        self.cves(&listing);
        if !listing.releases.is_empty() {
            self.list.push(listing);
        }
        Ok(())
    }

    fn fault(&mut self, listing: &Listing, what: FaultKind) {
        self.faults.push(Fault {
            line: listing.line,
            kb: listing.kb,
            what,
        });
    }

    /// Feeds date a package by its oldest hole; the streams know better.
    fn date(&mut self, listing: &mut Listing) {
        let days = self.streams.places(listing.kb).iter();
        let Some(used) = days.map(|place| self.streams.released(*place)).min() else {
            return;
        };
        let written = listing.released;
        if (used - written).get_days().abs() > 62 {
            let used = Some(used);
            self.fault(listing, FaultKind::Date { written, used });
        }
        listing.released = used;
    }

    fn kind(&mut self, listing: &mut Listing) {
        let mut kinds = self.streams.places(listing.kb).iter();
        let Some(used) = kinds.next().map(|place| self.streams.kind(*place)) else {
            return;
        };
        let is_alike =
            used == listing.kind || (used.is_cumulative() && listing.kind.is_cumulative());
        // Parts of Windows are listed under the number of the package that holds them.
        if !is_alike && listing.kind != PackageKind::Other {
            self.fault(listing, FaultKind::Kind { used: used.name() });
        }
        if !is_alike && listing.kind == PackageKind::Other {
            return;
        }
        listing.kind = used;
    }

    /// The release of an id, unless the package cannot be for it.
    fn release(&mut self, listing: &Listing, id: &str) -> Option<ReleaseId> {
        let Some(release) = self.releases.find(id) else {
            let release = id.into();
            self.fault(listing, FaultKind::UnknownRelease { release });
            return None;
        };
        let places = self.streams.places(listing.kb);
        let serves = |place: &Place| self.streams.serves(*place, release, self.releases);
        if listing.kind != PackageKind::Other && !places.is_empty() && !places.iter().any(serves) {
            let release = id.into();
            self.fault(listing, FaultKind::ReleaseOfAnother { release });
            return None;
        }
        let first = *self
            .seen
            .entry((listing.kb, release))
            .or_insert(self.list.len());
        let Some(first) = self.list.get(first) else {
            return Some(release);
        };
        // Later months list a package again, with the holes that were told later.
        let is_same = first.kind == listing.kind
            && (first.fixed_build == listing.fixed_build || listing.fixed_build.is_empty());
        if !is_same {
            let release = id.into();
            self.fault(listing, FaultKind::Duplicate { release });
            return None;
        }
        Some(release)
    }

    fn cves(&mut self, listing: &Listing) {
        let year = listing.released.year();
        for cve in parts(listing.cves).filter(|cve| is_of_later(cve, year)) {
            self.fault(listing, FaultKind::CveOfLater { cve: cve.into() });
        }
    }
}

/// Numbers are given out early, and a hole may be told some weeks after its fix.
fn is_of_later(cve: &str, year: i16) -> bool {
    cve.get(4..8)
        .and_then(|digits| digits.parse::<i16>().ok())
        .is_some_and(|numbered| numbered > year.saturating_add(1))
}

fn read_kind(text: &str) -> Option<PackageKind> {
    Some(match text {
        "browser" => PackageKind::Browser,
        "cumulative" => PackageKind::Update,
        "hotpatch" => PackageKind::Hotpatch,
        "other" => PackageKind::Other,
        "out-of-band" => PackageKind::OutOfBand,
        "preview" => PackageKind::Preview,
        "rollup" => PackageKind::Rollup,
        "security-only" => PackageKind::SecurityOnly,
        "servicing-stack" => PackageKind::ServicingStack,
        "standalone" => PackageKind::Standalone,
        _ => return None,
    })
}

fn read_severity(row: &Row<'static, '_, 10>, cell: &str) -> Result<Severity, FactError> {
    Severity::ALL
        .into_iter()
        .find(|known| known.name() == cell)
        .ok_or_else(|| row.wrong(format!("`{cell}` is not a severity")))
}

fn read_cvss(row: &Row<'static, '_, 10>, cell: &str) -> Result<f32, FactError> {
    cell.parse()
        .ok()
        .filter(|score| (0.0..=10.0).contains(score))
        .ok_or_else(|| row.wrong(format!("`{cell}` is not a CVSS score")))
}
