//! The security documents of Windows' vendor: one a month (CVRF, JSON v3), or one a CVE (CSAF 2.0,
//! JSON). What they say of a Windows package is written down as it stands, faults included; the
//! loader of the table repairs those. Shape, bounds and numbers are checked here, and a document
//! with any fault in them is refused as a whole.

mod csaf;
mod cvrf;
mod index;
mod products;

pub use index::{Listed, read_index};

use super::{FeedError, cell, shown};
use crate::catalogue::Cve;
use crate::catalogue::table::read_day;
use jiff::civil::Date;
use products::Component;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

const DOCUMENT: &str = "the vendor's security document";
/// Longer than any version; a longer text is none.
const MAX_BUILD: usize = 40;
const MAX_REPLACED: usize = 50;

/// One document, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// `2026-Sep`, or `CVE-2026-21234`.
    pub id: String,
    /// When the vendor last changed it, as it is written there.
    pub revised: String,
    pub data_date: Date,
    /// By KB, then release.
    pub packages: Vec<Package>,
    /// Names of Windows products that we do not know.
    pub unknown: BTreeSet<String>,
}

/// What a document says of one package for releases that share everything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    pub kb: u32,
    pub released: Date,
    /// Servicing ids.
    pub releases: BTreeSet<&'static str>,
    pub kind: &'static str,
    /// `critical`, `high`, `medium`, `low`, or empty.
    pub severity: &'static str,
    /// In tenths: 98 is 9.8.
    pub cvss: Option<u16>,
    pub cves: BTreeSet<Cve>,
    pub replaces: BTreeSet<u32>,
    pub fixed_builds: BTreeSet<String>,
}

/// Reads a document of either shape. The caller bounds its size.
pub fn read(bytes: &[u8]) -> Result<Document, FeedError> {
    let probe: Probe = serde_json::from_slice(bytes).map_err(shape)?;
    if probe.document.is_some() {
        return csaf::read(bytes);
    }
    cvrf::read(bytes)
}

/// Tells the shapes apart without keeping anything.
#[derive(serde::Deserialize)]
struct Probe {
    document: Option<serde::de::IgnoredAny>,
}

/// Whether a document looks like this feed, for files that come without an address.
pub(super) fn is_one(document: &Map<String, Value>) -> bool {
    let is_csaf = || {
        let document = document.get("document");
        document.and_then(|it| it.get("csaf_version")).is_some()
    };
    document.contains_key("DocumentTracking") || is_csaf()
}

/// One fix of one product, as a document states it.
struct Statement<'d> {
    product: &'d str,
    kb: u32,
    /// `Security Update`, `Monthly Rollup`, ...
    sub_type: &'d str,
    fixed_build: &'d str,
    replaces: &'d str,
    cve: Option<Cve>,
    /// As the vendor writes it.
    severity: &'d str,
    cvss: Option<u16>,
    published: Date,
}

/// Collects statements into packages.
#[derive(Default)]
struct Gathered {
    packages: BTreeMap<(u32, &'static str), Entry>,
    unknown: BTreeSet<String>,
}

#[derive(Default)]
struct Entry {
    /// The kinds that were stated, the most telling first.
    kinds: BTreeSet<(u8, &'static str)>,
    severity: u8,
    cvss: Option<u16>,
    cves: BTreeSet<Cve>,
    replaces: BTreeSet<u32>,
    fixed_builds: BTreeSet<String>,
    published: BTreeMap<Date, usize>,
}

impl Gathered {
    fn add(&mut self, statement: &Statement<'_>) {
        let Some(product) = products::find(statement.product) else {
            if products::is_windows(statement.product) && self.unknown.len() < 200 {
                self.unknown.insert(shown(statement.product));
            }
            return;
        };
        let entry = self.packages.entry((statement.kb, product.os)).or_default();
        let kind = kind(statement, &product);
        entry
            .kinds
            .insert((u8::from(product.component != Component::Windows), kind));
        entry.severity = entry.severity.max(grade(statement.severity));
        entry.cvss = entry.cvss.max(statement.cvss);
        entry.cves.extend(statement.cve);
        entry.replaces.extend(kbs(statement.replaces));
        entry.fixed_builds.extend(build(statement.fixed_build));
        *entry.published.entry(statement.published).or_default() += 1;
    }

    /// Puts releases together that share everything else.
    fn packages(self) -> Vec<Package> {
        let mut packages: Vec<Package> = Vec::new();
        // A package came out on one day: the one most of its CVEs were published on.
        let mut days: BTreeMap<u32, BTreeMap<Date, usize>> = BTreeMap::new();
        for ((kb, _), entry) in &self.packages {
            let days = days.entry(*kb).or_default();
            for (day, count) in &entry.published {
                *days.entry(*day).or_default() += count;
            }
        }
        for ((kb, os), entry) in self.packages {
            let Some(released) = days.get(&kb).and_then(commonest) else {
                continue;
            };
            let package = Package {
                kb,
                released,
                releases: BTreeSet::from([os]),
                kind: entry.kinds.first().map_or("other", |(_, kind)| kind),
                severity: GRADES[usize::from(entry.severity)],
                cvss: entry.cvss,
                cves: entry.cves,
                replaces: entry.replaces,
                fixed_builds: entry.fixed_builds,
            };
            let same = packages
                .iter_mut()
                .rev()
                .take_while(|one| one.kb == kb)
                .find(|one| {
                    let of_it = BTreeSet::clone(&one.releases);
                    **one
                        == Package {
                            releases: of_it,
                            ..package.clone()
                        }
                });
            match same {
                Some(same) => same.releases.extend(package.releases),
                None => packages.push(package),
            }
        }
        packages
    }
}

/// The earlier of two that are equally common: the stricter one for the age of a missing fix.
fn commonest(days: &BTreeMap<Date, usize>) -> Option<Date> {
    let most = *days.values().max()?;
    days.iter()
        .find(|(_, count)| **count == most)
        .map(|(day, _)| *day)
}

const GRADES: [&str; 5] = ["", "low", "medium", "high", "critical"];

fn grade(severity: &str) -> u8 {
    match severity.trim().to_ascii_lowercase().as_str() {
        "critical" => 4,
        "important" => 3,
        "moderate" => 2,
        "low" => 1,
        _ => 0,
    }
}

/// The kind of package, in the words of `windows-packages.tsv`. Only a stated build of the release
/// itself makes a package cumulative: a level of the stream must not come from a guess.
fn kind(statement: &Statement<'_>, product: &products::Product) -> &'static str {
    let stated = statement.sub_type.to_ascii_lowercase();
    let is = |word: &str| stated.contains(word);
    if is("servicing stack") {
        return "servicing-stack";
    }
    match product.component {
        Component::InternetExplorer if !is("rollup") && !is("security only") => return "browser",
        Component::Other if !is("rollup") && !is("security only") => return "other",
        Component::InternetExplorer | Component::Other | Component::Windows => {}
    }
    let is_modern = product.build.is_some_and(|build| build >= 10_240);
    let has_own_build = product.build.is_some_and(|build| {
        let stated = statement.fixed_build.trim();
        let rest = stated.strip_prefix(&format!("10.0.{build}."));
        is_modern && rest.is_some_and(|rest| rest.parse::<u32>().is_ok())
    });
    if is("hotpatch") || is("hot patch") {
        "hotpatch"
    } else if is("ie cumulative") {
        "browser"
    } else if is("security only") {
        "security-only"
    } else if is("rollup") && !is_modern {
        if is("preview") { "preview" } else { "rollup" }
    } else if is("security update") || is("alternate cumulative") || is("rollup") {
        if has_own_build {
            "cumulative"
        } else {
            "standalone"
        }
    } else {
        "other"
    }
}

/// The KB numbers in a text such as `5121000; KB5120000`; words and bulletin numbers are none.
fn kbs(text: &str) -> impl Iterator<Item = u32> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
        .filter_map(kb)
        .take(MAX_REPLACED)
}

/// `5124012` or `KB5124012`.
fn kb(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = match text.get(..2) {
        Some(prefix) if prefix.eq_ignore_ascii_case("kb") => &text[2..],
        _ => text,
    };
    let is_one = (6..=8).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    is_one.then(|| digits.parse().ok())?
}

/// A stated build, right or wrong; not a text of other kinds.
fn build(text: &str) -> Option<String> {
    let text = text.trim();
    let is_one = text.starts_with(|c: char| c.is_ascii_digit())
        && text.len() <= MAX_BUILD
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'+');
    is_one.then(|| text.to_owned())
}

/// The number of a CVE; `None` for an advisory of the vendor that has none.
fn cve(text: &str) -> Result<Option<Cve>, ()> {
    let number = text.trim().strip_prefix("ADV");
    let is_digits = |number: &str| number.bytes().all(|byte| byte.is_ascii_digit());
    if number.is_some_and(|number| (6..=8).contains(&number.len()) && is_digits(number)) {
        return Ok(None);
    }
    Cve::parse(text).map(Some).ok_or(())
}

/// A score of 0.0 to 10.0 in tenths.
fn tenths(score: f64) -> Option<u16> {
    if !(0.0..=10.0).contains(&score) {
        return None;
    }
    // In range, so neither cut nor negative.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 100"
    )]
    let tenths = (score * 10.0).round() as u16;
    Some(tenths)
}

/// The day of `2026-10-04T01:53:47`.
fn day(place: &str, text: &str) -> Result<Date, FeedError> {
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    read_day(day).ok_or_else(|| {
        wrong(
            place,
            format!("`{}` does not begin with a date", shown(text)),
        )
    })
}

/// When a document was changed, fit for the header of a table.
fn revision(place: &str, text: &str) -> Result<(String, Date), FeedError> {
    let date = day(place, text)?;
    let written = cell(text, 40).ok_or_else(|| wrong(place, shown(text)))?;
    Ok((written.to_owned(), date))
}

fn shape(source: serde_json::Error) -> FeedError {
    FeedError::Shape {
        document: DOCUMENT,
        source,
    }
}

fn wrong(place: impl Into<String>, found: impl Into<String>) -> FeedError {
    FeedError::Content {
        document: DOCUMENT,
        place: place.into(),
        found: found.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kb_numbers_are_read_from_what_vendors_write() {
        for (text, numbers) in [
            ("5121000", &[5_121_000][..]),
            ("KB5121000; kb5120000", &[5_121_000, 5_120_000]),
            ("MS16-007", &[]),
            ("Release Notes", &[]),
            ("99999999999", &[]),
            ("", &[]),
        ] {
            assert_eq!(kbs(text).collect::<Vec<_>>(), numbers, "{text}");
        }
    }

    #[test]
    fn a_faulty_build_is_kept_as_it_stands_and_prose_is_not() {
        assert_eq!(
            build(" 10.0.20348..2762 ").as_deref(),
            Some("10.0.20348..2762")
        );
        for none in ["", "Release Notes", "1.2\t3", "1+2", &"1".repeat(41)] {
            assert_eq!(build(none), None, "{none}");
        }
    }

    #[test]
    fn scores_outside_their_scale_are_none() {
        assert_eq!(tenths(9.8), Some(98));
        assert_eq!(tenths(10.1), None);
        assert_eq!(tenths(f64::NAN), None);
    }
}
