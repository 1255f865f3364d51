//! From what is written about a version to the cycles of a product.

use super::names::{How, Names};
use super::releases::of_build;
use super::words::{number, parts, words};
use super::{Beside, SoftwareIdentity};
use crate::catalogue::lifecycle::{Cycle, Lifecycle};
use crate::catalogue::os::{Certainty, Match, find_version};

/// A product with everything that was written about its version.
pub(super) struct Reading<'a> {
    pub(super) product: &'static str,
    pub(super) how: How,
    /// Behind the name, strangers excluded.
    pub(super) words: &'a [String],
    /// The version as declared apart from the name.
    pub(super) declared: Option<&'a str>,
    pub(super) names: &'a Names,
    pub(super) lifecycle: &'a Lifecycle,
}

impl<'a> Reading<'a> {
    pub(super) fn identify(&self) -> SoftwareIdentity {
        match self.how {
            How::Any => self.any(),
            How::Build => self.build(),
            How::Esr | How::Java | How::Suffix | How::Version => self.versioned(),
            How::No => SoftwareIdentity::not_covered(Some(self.product), self.product.to_owned()),
            How::Only => self.whole(Certainty::Exact),
            How::Word => self.word(),
        }
    }

    fn all(&self) -> &'a [Cycle] {
        self.lifecycle.cycles(self.product)
    }

    /// All cycles, for a name without a version.
    fn whole(&self, certainty: Certainty) -> SoftwareIdentity {
        let all: Vec<_> = self.all().iter().collect();
        match all.as_slice() {
            [] => SoftwareIdentity::not_covered(Some(self.product), self.product.to_owned()),
            [_] => SoftwareIdentity::found(certainty, &all),
            _ => SoftwareIdentity {
                beside: Beside::Anything,
                ..SoftwareIdentity::found(Certainty::Ambiguous, &all)
            },
        }
    }

    fn numbers(&self) -> impl Iterator<Item = &'a str> {
        self.words
            .iter()
            .filter(|word| !is_bits(word))
            .filter_map(|word| number(word))
            .map(|(digits, _)| digits)
    }

    /// The declared version, cut to its number.
    fn declared_number(&self) -> Option<&'a str> {
        let first = self.declared?.split_whitespace().next()?;
        let first = first.trim_start_matches(['v', 'V']);
        let end = first.find(|c: char| !c.is_ascii_digit() && c != '.');
        let digits = first[..end.unwrap_or(first.len())].trim_matches('.');
        (!digits.is_empty()).then_some(digits)
    }

    fn says(&self, wanted: &str) -> bool {
        let declared = self.declared.map(words).unwrap_or_default();
        self.words
            .iter()
            .chain(&declared)
            .any(|word| word == wanted || word.strip_suffix(wanted).is_some_and(is_digits))
    }

    fn versioned(&self) -> SoftwareIdentity {
        let named = self.numbers().next().map(|named| self.normal(named));
        let declared = self.declared_number().map(|number| self.normal(number));
        let unreadable = self.declared.is_some() && declared.is_none();
        let mut found: Vec<&Cycle> = Vec::new();
        let (mut missing, mut is_behind) = (None, false);
        let mut partial = false;
        for version in self.more_exact(named, declared) {
            match self.cycles_of(&version) {
                Match::One(cycle) => found.push(cycle),
                Match::Under(cycles) => {
                    partial = true;
                    found.extend(cycles);
                }
                Match::Missing => {
                    is_behind |= self.is_behind(&version);
                    missing = Some(version);
                }
            }
        }
        found.dedup();
        if let Some(version) = missing.filter(|_| found.is_empty()) {
            let name = self
                .all()
                .first()
                .map_or(self.product, |cycle| cycle.product);
            let label = format!("{name} {version}, a release the catalogue does not have");
            let mut identity = SoftwareIdentity::not_covered(Some(self.product), label);
            if is_behind {
                identity.beside = Beside::NothingBetter;
            }
            return identity;
        }
        if found.is_empty() || unreadable {
            return self.whole(Certainty::Ambiguous);
        }
        let mut identity = self.decide(found, partial);
        // One of name and version is of an old release, and nobody can tell which is right.
        if is_behind {
            identity.beside = identity.beside.max(Beside::NothingBetter);
            identity.settles.get_or_insert("its full version");
        }
        identity
    }

    /// Whether a version that no cycle has is below the newest one: no release to come.
    fn is_behind(&self, version: &str) -> bool {
        let newest = self.all().iter().map(|cycle| parts(cycle.cycle)).max();
        newest.is_some_and(|newest| parts(version) < newest)
    }

    /// Variants of a cycle and long-term cycles are only firm where the text tells them.
    fn decide(&self, mut found: Vec<&'a Cycle>, partial: bool) -> SoftwareIdentity {
        let variants: Vec<_> = found
            .iter()
            .flat_map(|cycle| variants(self.all(), cycle.cycle))
            .collect();
        let is_open =
            self.how == How::Esr && found.iter().any(|cycle| cycle.is_lts) && !self.says("esr");
        for variant in variants {
            if !found.contains(&variant) {
                found.push(variant);
            }
        }
        let certainty = if found.len() == 1 && !is_open && !partial {
            Certainty::Exact
        } else {
            Certainty::Ambiguous
        };
        let mut identity = SoftwareIdentity::found(certainty, &found);
        if is_open {
            identity.beside = Beside::NothingBetter;
            identity.settles = Some("whether it is the extended support release (ESR)");
        }
        identity
    }

    /// The cycles of a version, a service pack included: `3.5` with `sp1` is `3.5-sp1`.
    fn cycles_of(&self, version: &str) -> Match<'a> {
        let level = (1..=9).find(|level| {
            let word = format!("sp{level}");
            self.says(&word) || self.pack() == Some(*level)
        });
        if let Some(level) = level {
            let id = format!("{version}-sp{level}");
            if let Some(cycle) = self.lifecycle.cycle(self.product, &id) {
                return Match::One(cycle);
            }
        }
        match find_version(self.lifecycle, self.product, version) {
            Match::Missing => {
                let near: Vec<_> = variants(self.all(), version).collect();
                if near.is_empty() {
                    Match::Missing
                } else {
                    Match::Under(near)
                }
            }
            found => found,
        }
    }

    /// `Service Pack 3`.
    fn pack(&self) -> Option<u32> {
        let at = self.words.iter().position(|word| word == "pack")?;
        self.words.get(at + 1)?.parse().ok()
    }

    fn normal(&self, version: &str) -> String {
        match self.how {
            How::Java => {
                let version = version.strip_prefix("1.").unwrap_or(version);
                version.split('.').next().unwrap_or_default().to_owned()
            }
            How::Suffix if !version.contains('.') => {
                let at = self.words.iter().position(|word| word == "release");
                let release = at.and_then(|at| self.words.get(at + 1));
                match release.filter(|word| word.len() == 1 && is_digits(word)) {
                    Some(release) => format!("{version}.{release}"),
                    None => version.to_owned(),
                }
            }
            _ => version.to_owned(),
        }
    }

    fn any(&self) -> SoftwareIdentity {
        let declared = self.declared_number();
        let mut found: Vec<&Cycle> = Vec::new();
        for version in self.numbers().chain(declared) {
            if let Match::One(cycle) = find_version(self.lifecycle, self.product, version)
                && !found.contains(&cycle)
            {
                found.push(cycle);
            }
        }
        if found.is_empty() {
            return SoftwareIdentity::not_covered(Some(self.product), self.product.to_owned());
        }
        self.decide(found, false)
    }

    fn word(&self) -> SoftwareIdentity {
        let named = self.all().iter().find(|cycle| {
            self.words.iter().any(|word| {
                word == cycle.cycle || number(word).is_some_and(|(n, _)| n == cycle.cycle)
            })
        });
        match named {
            Some(cycle) => SoftwareIdentity::found(Certainty::Exact, &[cycle]),
            // `Acrobat DC` goes by no release.
            None => SoftwareIdentity::not_covered(None, self.product.to_owned()),
        }
    }

    /// By year and by build; the build decides where they differ.
    fn build(&self) -> SoftwareIdentity {
        let releases = &self.names.releases;
        let text = format!(" {} ", self.words.join(" "));
        let year = releases
            .iter()
            .filter(|release| release.product == self.product)
            .filter(|release| text.contains(&format!(" {} ", release.year)))
            .max_by_key(|release| release.year.len())
            .map(|release| release.year);
        let of_year: Vec<_> = releases
            .iter()
            .filter(|release| release.product == self.product && Some(release.year) == year)
            .map(|release| release.cycle)
            .collect();
        let build = self
            .declared_number()
            .filter(|number| number.contains('.'))
            .or_else(|| {
                self.numbers()
                    .find(|number| number.matches('.').count() >= 2)
            });
        let of_build = build.map(|build| of_build(releases, self.product, build));
        let is_strange = of_build.as_ref().is_some_and(Vec::is_empty);
        let mut is_of_another = false;
        let mut cycles = match of_build {
            Some(of_build) if of_build.is_empty() && of_year.is_empty() => {
                let label = format!("{} {}", self.product, build.unwrap_or_default());
                return SoftwareIdentity::not_covered(Some(self.product), label);
            }
            // Installers of older releases count otherwise: 11.4.7001 is 11.0 with its pack.
            Some(of_build) if of_build.is_empty() => of_year,
            Some(of_build) if !of_year.is_empty() => {
                let both: Vec<_> = of_build
                    .iter()
                    .filter(|cycle| of_year.contains(cycle))
                    .copied()
                    .collect();
                if both.is_empty() {
                    is_of_another = true;
                    of_build
                } else {
                    both
                }
            }
            Some(of_build) => of_build,
            None => of_year,
        };
        if build.is_none() {
            self.narrow_by_pack(&mut cycles);
        }
        if cycles.is_empty() && self.numbers().next().is_some() {
            let label = format!("{}, a release the catalogue does not have", self.product);
            return SoftwareIdentity::not_covered(Some(self.product), label);
        }
        if cycles.is_empty() {
            return self.whole(Certainty::Ambiguous);
        }
        let found: Vec<_> = cycles
            .iter()
            .filter_map(|cycle| self.lifecycle.cycle(self.product, cycle))
            .collect();
        let certainty = match found.len() {
            0 => return self.whole(Certainty::Ambiguous),
            1 if !is_strange => Certainty::Exact,
            _ => Certainty::Ambiguous,
        };
        let mut identity = SoftwareIdentity::found(certainty, &found);
        // A build beats the name of another release, but not to reassure.
        if is_strange || is_of_another {
            identity.beside = Beside::NothingBetter;
        }
        if let Some(build) = build.filter(|build| parts(build).len() > 1) {
            identity.tokens.push(format!("build {build}"));
        }
        identity
    }

    /// The named and the declared version; one of them where it says more than the other.
    fn more_exact(&self, named: Option<String>, declared: Option<String>) -> Vec<String> {
        let extends = |long: &str, short: &str| {
            long.strip_prefix(short)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let is = |version: &str, wanted: fn(&Match<'_>) -> bool| wanted(&self.cycles_of(version));
        match (named, declared) {
            (Some(named), Some(declared)) if extends(&declared, &named) => {
                // `4.8.09037` is a build of `4.8`, not a release of its own.
                let is_build = is(&declared, |found| matches!(found, Match::Missing))
                    && is(&named, |found| matches!(found, Match::One(_)));
                vec![if is_build { named } else { declared }]
            }
            (Some(named), Some(declared)) if extends(&named, &declared) => vec![named],
            (named, declared) => named.into_iter().chain(declared).collect(),
        }
    }

    /// `2016 SP3` leaves the cycles of that service pack.
    fn narrow_by_pack(&self, cycles: &mut Vec<&'static str>) {
        let level = (1..=9).find(|level| {
            self.words.iter().any(|word| *word == format!("sp{level}"))
                || self.pack() == Some(*level)
        });
        let Some(level) = level else { return };
        let marked = format!("-sp{level}");
        if cycles.iter().any(|cycle| cycle.contains(&marked)) {
            cycles.retain(|cycle| cycle.contains(&marked));
        }
    }
}

/// Cycles written `version-…` behind a version: `11-ltsc` of 11.
fn variants<'c>(all: &'c [Cycle], version: &str) -> impl Iterator<Item = &'c Cycle> {
    all.iter().filter(move |cycle| {
        cycle
            .cycle
            .strip_prefix(version)
            .is_some_and(|rest| rest.starts_with('-'))
    })
}

/// `64` of `64-bit` and `x86_64` is no version.
fn is_bits(word: &str) -> bool {
    matches!(word, "64" | "32" | "64bit" | "32bit")
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}
