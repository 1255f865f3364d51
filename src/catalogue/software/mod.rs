//! Which release of which product declared software means: databases, web servers, runtimes, mail,
//! office, browsers, hypervisors, network systems.
//!
//! A name has to be known to its last word: `SQL Server Management Studio` is not SQL Server. A
//! package of a Linux distribution is not judged by its upstream: the distribution mends it.

mod identifiers;
mod names;
mod order;
mod reading;
mod releases;
#[cfg(test)]
mod tests;
mod version;
mod words;

#[cfg(test)]
pub(super) use names::COLUMNS as NAMES_COLUMNS;
pub(super) use names::Names;
pub use order::Scheme;
#[cfg(test)]
pub(super) use releases::COLUMNS as RELEASES_COLUMNS;

use super::lifecycle::{Cycle, Lifecycle};
use super::os::Certainty;

/// Longest text looked at per field.
const FIELD_BYTES: usize = 256;

/// What a declaration says about one piece of software. Everything is optional.
#[derive(Debug, Clone, Copy, Default)]
pub struct SoftwareFacts<'a> {
    pub name: Option<&'a str>,
    pub version: Option<&'a str>,
    pub vendor: Option<&'a str>,
    /// A package URL: `pkg:maven/org.apache.tomcat/tomcat@9.0.1`.
    pub purl: Option<&'a str>,
    /// `cpe:2.3:a:apache:tomcat:9.0.1:*…` or the older `cpe:/a:…`.
    pub cpe: Option<&'a str>,
}

/// What may be meant beside the candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    Nothing,
    /// A release that is not supported longer than the candidates: their end is certain, their
    /// support is not.
    NothingBetter,
    /// Any release, also one the catalogue does not have.
    Anything,
}

/// What a piece of software was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoftwareIdentity {
    /// `Ambiguous` also with one candidate, where the text does not make it certain.
    pub certainty: Certainty,
    pub beside: Beside,
    /// The lifecycle product, where one is meant; also when its release is not known.
    pub product: Option<&'static str>,
    /// What we take it for, in words.
    pub label: String,
    /// Lifecycle cycles as (product, cycle).
    pub candidates: Vec<(&'static str, &'static str)>,
    /// What decided, as read: `sql server`, `build 13.0.6300`.
    pub tokens: Vec<String>,
    /// The fact that would settle it, in words.
    pub settles: Option<&'static str>,
}

/// Identifies a piece of software. The facts are bounded.
pub(super) fn identify(
    facts: &SoftwareFacts<'_>,
    names: &Names,
    lifecycle: &Lifecycle,
) -> SoftwareIdentity {
    let by_id = identifiers::by_identifier(facts, names, lifecycle);
    let by_name = facts
        .name
        .and_then(|name| reading::by_name(name, facts, names, lifecycle));
    match (by_id, by_name) {
        (Some(by_id), Some(by_name)) => by_id.beside(by_name, lifecycle),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => SoftwareIdentity::unknown(facts),
    }
}

impl<'a> SoftwareFacts<'a> {
    pub(super) fn texts(&self) -> [Option<&'a str>; 5] {
        [self.name, self.version, self.vendor, self.purl, self.cpe]
    }

    /// The facts with blank fields absent and endless ones cut.
    pub(super) fn bounded(&self) -> Self {
        let bound = |text: Option<&'a str>| {
            let text = text?.trim();
            let end = text.floor_char_boundary(FIELD_BYTES);
            Some(&text[..end]).filter(|text| !text.is_empty())
        };
        Self {
            name: bound(self.name),
            version: bound(self.version),
            vendor: bound(self.vendor),
            purl: bound(self.purl),
            cpe: bound(self.cpe),
        }
    }
}

impl SoftwareIdentity {
    fn unknown(facts: &SoftwareFacts<'_>) -> Self {
        let shown = facts.name.or(facts.purl).or(facts.cpe);
        Self {
            certainty: Certainty::Unknown,
            beside: Beside::Anything,
            product: None,
            label: shown.unwrap_or("software without a name").to_owned(),
            candidates: Vec::new(),
            tokens: Vec::new(),
            settles: None,
        }
    }

    /// A product without dates, or a release of a known product that the catalogue does not have.
    fn not_covered(product: Option<&'static str>, label: String) -> Self {
        Self {
            certainty: Certainty::NotCovered,
            beside: Beside::Anything,
            product,
            label,
            candidates: Vec::new(),
            tokens: Vec::new(),
            settles: product.map(|_| "its version"),
        }
    }

    fn found(certainty: Certainty, cycles: &[&Cycle]) -> Self {
        let label = match cycles {
            [] => String::new(),
            [only] => only.label.to_owned(),
            [first, .., last] => {
                format!("one of {}: {} … {}", cycles.len(), first.label, last.label)
            }
        };
        Self {
            certainty,
            beside: Beside::Nothing,
            product: cycles.first().map(|cycle| cycle.product),
            label,
            candidates: cycles.iter().map(|cycle| cycle.key()).collect(),
            tokens: Vec::new(),
            settles: (certainty == Certainty::Ambiguous).then_some("its full version"),
        }
    }

    /// What the identifier says, unless the name says something else of its own.
    fn beside(self, by_name: Self, lifecycle: &Lifecycle) -> Self {
        let within = |part: &Self, whole: &Self| {
            part.candidates
                .iter()
                .all(|key| whole.candidates.contains(key))
        };
        // A package of a distribution has no candidates and stays one, whatever it is called.
        if by_name.candidates.is_empty() || within(&self, &by_name) {
            return self;
        }
        if within(&by_name, &self) {
            return by_name;
        }
        let narrower: Vec<_> = self
            .candidates
            .iter()
            .filter(|key| by_name.candidates.contains(key))
            .copied()
            .collect();
        let mut keys = narrower;
        if keys.is_empty() {
            keys.clone_from(&self.candidates);
            keys.extend(&by_name.candidates);
        }
        let certainty = if keys.len() == 1 {
            self.certainty.max(by_name.certainty)
        } else {
            Certainty::Ambiguous
        };
        let cycles: Vec<_> = keys
            .iter()
            .filter_map(|(product, cycle)| lifecycle.cycle(product, cycle))
            .collect();
        let mut both = Self::found(certainty, &cycles);
        both.beside = self.beside.max(by_name.beside);
        both.tokens = [self.tokens, by_name.tokens].concat();
        both
    }
}
