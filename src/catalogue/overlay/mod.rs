//! What an organisation knows beyond the catalogue: support it bought, what a vendor wrote to it,
//! cycles and ends the source lacks or has wrong. Given by whoever runs the check, never by a
//! declaration, since it can loosen.
//!
//! Every entry has evidence and an end date, and every finding that used one names it.

mod reading;

use super::Lifecycle;
use super::lifecycle::Cycle;
use crate::model::{Problem, Source};
use crate::yaml::{self, Limits, Reader};
use jiff::civil::Date;
use reading::read_document;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// An overlay file that was read.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// As it calls itself.
    pub name: String,
    /// Its bytes, which count for the hash of the catalogue.
    pub text: String,
    pub(super) extensions: Vec<Extension>,
    pub(super) cycles: Vec<Cycle>,
}

/// Longer support of one cycle, for some machines or for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub product: &'static str,
    pub cycle: &'static str,
    pub programme: Programme,
    /// First day, where one is given.
    pub from: Option<Date>,
    /// Last day.
    pub until: Date,
    pub evidence: String,
    /// Ids of assets, `*` for any run of characters; none for every asset.
    pub applies_to: Vec<String>,
    /// `trust-overlay line 4`, for findings.
    pub place: String,
    /// Whether it was about any asset so far; shared by all extensions of one entry.
    pub(super) matched: Mark,
}

/// Set once, by any thread. Says nothing about what is written, so all are equal.
#[derive(Debug, Clone, Default)]
pub(super) struct Mark(Arc<AtomicBool>);

impl Mark {
    pub(super) fn set(&self) {
        self.0.store(true, Relaxed);
    }
}

impl PartialEq for Mark {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Mark {}

/// On what ground an entry changes an end of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Programme {
    /// The catalogue's end of security support is wrong; this one replaces it.
    Correction,
    /// Extended support that was bought.
    Esu,
    /// A cycle that the catalogue lacks.
    InHouse,
    /// The vendor supports it longer and says so.
    VendorStatement,
}

impl Programme {
    const WORDS: [(&'static str, Self); 4] = [
        ("correction", Self::Correction),
        ("esu", Self::Esu),
        ("in-house", Self::InHouse),
        ("vendor-statement", Self::VendorStatement),
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Esu => "esu",
            Self::InHouse => "in-house",
            Self::VendorStatement => "vendor-statement",
        }
    }
}

impl Overlay {
    /// Reads an overlay against the lifecycles it is laid over. Every problem at once.
    pub fn read(source: &Arc<Source>, lifecycle: &Lifecycle) -> Result<Self, Vec<Problem>> {
        let documents = yaml::parse(source, &Limits::default())?;
        let reader = Reader::new(source);
        let read = if let [document] = documents.as_slice() {
            read_document(document, &reader, lifecycle)
        } else {
            reader.push(reader.problem(0..0, "an overlay is one document, no more or less"));
            None
        };
        let problems = reader.into_problems();
        match read {
            Some((name, extensions, cycles)) if problems.is_empty() => Ok(Self {
                name,
                text: source.text.clone(),
                extensions,
                cycles,
            }),
            _ => Err(problems),
        }
    }

    /// The places of extensions that were about no asset that anybody asked about: a name in
    /// `applies_to` may be misspelt.
    pub fn unmatched(&self) -> impl Iterator<Item = &str> {
        let unmatched = |one: &&Extension| !one.matched.0.load(Relaxed);
        let mut places: Vec<_> = self
            .extensions
            .iter()
            .filter(unmatched)
            .map(|one| one.place.as_str())
            .collect();
        places.dedup();
        places.into_iter()
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.extensions.len() + self.cycles.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Extension {
    /// Whether it is about this asset. Ids are compared without regard to case.
    pub fn is_for(&self, cycle: &Cycle, asset: &str) -> bool {
        (self.product, self.cycle) == cycle.key()
            && (self.applies_to.is_empty()
                || self
                    .applies_to
                    .iter()
                    .any(|pattern| matches(&pattern.to_lowercase(), &asset.to_lowercase())))
    }

    pub fn is_in_force(&self, today: Date) -> bool {
        self.from.is_none_or(|from| from <= today) && today <= self.until
    }

    /// As evidence in a finding.
    pub fn in_words(&self) -> String {
        format!(
            "overlay {}: {} to {}, evidence {}",
            self.place,
            self.programme.name(),
            self.until,
            self.evidence
        )
    }
}

/// `*` stands for any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, End};
    use jiff::civil::date;

    const ESU: &str = "overlay: trust-overlay
entries:
  - product: windows-server
    cycle: 2012-r2
    programme: esu
    supported_until: 2026-10-13
    evidence: order 4711, Example Reseller Ltd, 2025-09-30
    applies_to: [srv-01, \"srv-lab-*\"]
";

    fn read(text: &str) -> Result<Overlay, Vec<String>> {
        let source = Source::new("overlay.yaml", text);
        Overlay::read(&source, Catalogue::embedded().lifecycle())
            .map_err(|all| all.into_iter().map(|problem| problem.message).collect())
    }

    fn problem(from: &str, to: &str) -> String {
        assert!(ESU.contains(from), "{from}");
        let problems = read(&ESU.replace(from, to)).expect_err(to);
        problems.join("; ")
    }

    #[test]
    fn an_entry_names_its_place_and_its_machines() {
        let overlay = read(ESU).unwrap();
        let [entry] = overlay.extensions.as_slice() else {
            panic!("one entry");
        };
        assert_eq!(entry.place, "trust-overlay line 3");
        let cycle = Catalogue::embedded()
            .lifecycle()
            .find("windows-server:2012-r2")
            .unwrap();
        for (asset, expected) in [
            ("srv-01", true),
            ("SRV-LAB-7", true),
            ("srv-lab", false),
            ("srv-010", false),
            ("", false),
        ] {
            assert_eq!(entry.is_for(cycle, asset), expected, "{asset}");
        }
        assert!(entry.is_in_force(date(2026, 10, 13)));
        assert!(!entry.is_in_force(date(2026, 10, 14)));
    }

    #[test]
    fn what_does_not_carry_its_weight_is_refused() {
        for (from, to, message) in [
            (
                "    evidence: order 4711, Example Reseller Ltd, 2025-09-30\n",
                "",
                "lacks `evidence`",
            ),
            (
                "order 4711, Example Reseller Ltd, 2025-09-30",
                "tbc",
                "no evidence",
            ),
            (
                "    supported_until: 2026-10-13\n",
                "",
                "lacks `supported_until`",
            ),
            ("2026-10-13", "never", "expected a date"),
            ("2026-10-13", "2030-10-13", "sold to 2026-10-13"),
            (
                "2026-10-13",
                "2020-01-01",
                "supported to 2023-10-10 without it",
            ),
            (
                "programme: esu",
                "programme: goodwill",
                "not a value of `programme`",
            ),
            ("    programme: esu\n", "", "lacks `programme`"),
            (
                "windows-server",
                "windows-srver",
                "no product `windows-srver`",
            ),
            ("2012-r2", "2012-r9", "no cycle `2012-r9`"),
            ("    cycle: 2012-r2\n", "", "lacks `cycle`"),
            ("2012-r2", "2022", "without it"),
            ("[srv-01, \"srv-lab-*\"]", "[]", "names no asset"),
            ("applies_to", "applies", "unknown key `applies`"),
        ] {
            let told = problem(from, to);
            assert!(told.contains(message), "{to}: {told}");
        }
        let two = problem(
            "programme: esu\n    supported_until: 2026-10-13",
            "programme: x",
        );
        assert!(
            two.contains("programme") && two.contains("supported_until"),
            "{two}"
        );
    }

    #[test]
    fn cycles_are_corrected_and_added_with_their_evidence() {
        let overlay = read(
            "overlay: o
entries:
  - { product: ubuntu, cycle: '26.10', label: Ubuntu 26.10, programme: in-house, supported_until: 2027-07-08, evidence: vendor page of 2026-10-20 }
  - { product: postgresql, cycle: '12', programme: correction, supported_until: 2024-11-14, evidence: vendor page of 2024-11-15 }
",
        )
        .unwrap();
        let hash = Catalogue::embedded().sha256().to_owned();
        let catalogue = Catalogue::embedded_with([overlay]);
        let added = catalogue.lifecycle().find("ubuntu:26.10").unwrap();
        assert_eq!(added.security_end, End::On(date(2027, 7, 8)));
        assert!(
            added.source.starts_with("overlay o line 3: in-house"),
            "{}",
            added.source
        );
        let corrected = catalogue.lifecycle().find("postgresql:12").unwrap();
        assert_eq!(corrected.security_end, End::On(date(2024, 11, 14)));
        assert!(
            corrected.source.starts_with("eol; overlay o line 4"),
            "{}",
            corrected.source
        );
        assert_ne!(
            catalogue.sha256(),
            hash,
            "reports show that an overlay was used"
        );
        let os = crate::catalogue::OsFacts::named("Ubuntu 26.10");
        assert_eq!(catalogue.identify(&os).candidates, [("ubuntu", "26.10")]);
        for wrong in ["cycle: '24.04', label: x", "cycle: '26.10'"] {
            let text = format!(
                "overlay: o\nentries:\n  - {{ product: ubuntu, {wrong}, programme: in-house, supported_until: 2027-07-08, evidence: page }}\n"
            );
            assert!(read(&text).is_err(), "{wrong}");
        }
    }

    #[test]
    fn patterns_match_whole_ids() {
        for (pattern, text, expected) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acd", false),
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
