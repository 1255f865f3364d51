//! Which release of which operating system an inventory means, judged by what it wrote.
//!
//! A name that leaves several releases possible lists them all and says which fact would settle
//! it; a derivative is never taken for what it is built on; nothing is guessed from similarity.

mod apple;
mod cisco;
mod conflict;
mod cpe;
#[cfg(test)]
mod every_cycle;
mod found;
#[cfg(test)]
mod labelled;
mod linux;
mod names;
#[cfg(test)]
mod tests;
mod unix;
mod versions;
mod windows;
mod windows_embedded;
mod windows_filter;
mod windows_reading;
mod windows_table;
mod words;
mod wrapped;

use super::lifecycle::Lifecycle;

pub(super) use names::{FACTS_GUESTS, FACTS_NAMES};
#[cfg(test)]
pub(super) use names::{GUESTS_COLUMNS, NAMES_COLUMNS};
pub(super) use versions::{Match, find as find_version};
#[cfg(test)]
pub(super) use windows_reading::EDITIONS_COLUMNS;
pub(super) use windows_reading::FACTS_EDITIONS;
#[cfg(test)]
pub(super) use windows_table::{EMBEDDED_COLUMNS, WINDOWS_COLUMNS};
pub(super) use windows_table::{FACTS_EMBEDDED, FACTS_WINDOWS};

/// Longest text looked at per field. Real names are far shorter.
const FIELD_BYTES: usize = 512;

/// What an inventory says about an operating system. Everything is optional, nothing is guessed.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsFacts<'a> {
    pub name: Option<&'a str>,
    pub version: Option<&'a str>,
    pub edition: Option<&'a str>,
    pub channel: Option<&'a str>,
    pub build: Option<&'a str>,
    pub service_pack: Option<&'a str>,
    pub arch: Option<&'a str>,
    pub is_server: Option<bool>,
}

/// How far the facts decide the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    Exact,
    /// One release is meant, but an older level of it (a service pack) is not excluded.
    Assumed,
    /// Several releases remain; all are candidates.
    Ambiguous,
    /// We know what it is, and have no lifecycle for it.
    NotCovered,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub certainty: Certainty,
    /// `windows`, `linux`, `macos`, …
    pub family: Option<&'static str>,
    /// What we take it for, in words.
    pub label: String,
    /// Lifecycle cycles as (product, cycle), in the order of the fact tables.
    pub candidates: Vec<(&'static str, &'static str)>,
    /// What decided, as read: `build 7601`, `windows 7`.
    pub tokens: Vec<String>,
    /// The fact that would settle an ambiguity, in words.
    pub settles: Option<String>,
    /// Windows update stream, such as `windows-10-1607`; also when only the edition is open.
    pub windows_release: Option<&'static str>,
    pub build: Option<u32>,
    pub revision: Option<u32>,
    /// Two pieces of evidence exclude each other: the sentence that says which. The other fields
    /// then say what the stronger one means, and decide nothing.
    pub conflict: Option<String>,
}

/// Identifies an operating system.
pub fn identify(facts: &OsFacts<'_>, lifecycle: &Lifecycle) -> Identity {
    let facts = facts.bounded();
    let said = facts.name.and_then(cpe::spoken);
    let (name, version) = match (said.as_deref(), facts.name) {
        (Some(said), _) => (Some(said), None),
        (None, Some(name)) => match wrapped::name_and_version(name) {
            Some((name, version)) => (Some(name), version),
            None => (Some(name), None),
        },
        (None, None) => (None, None),
    };
    let facts = OsFacts {
        name,
        version: facts.version.or(version),
        ..facts
    };
    names::identify(&facts, lifecycle)
        .map(|identity| identity.unless(conflict::foreign_build(&facts)))
        .or_else(|| {
            let identity = windows::identify(&facts, lifecycle)?;
            Some(identity.unless(conflict::foreign_name(&facts)))
        })
        .unwrap_or_else(Identity::unknown)
}

impl<'a> OsFacts<'a> {
    /// Just a name, as most inventories have it.
    pub fn named(name: &'a str) -> Self {
        Self {
            name: Some(name),
            ..Self::default()
        }
    }

    /// The text fields in a fixed order.
    pub(super) fn texts(&self) -> [Option<&'a str>; 7] {
        [
            self.name,
            self.version,
            self.edition,
            self.channel,
            self.build,
            self.service_pack,
            self.arch,
        ]
    }

    /// The facts with blank fields absent and endless ones cut.
    pub(super) fn bounded(&self) -> Self {
        let bound = |text: Option<&'a str>| {
            let text = text?.trim();
            let mut end = text.len().min(FIELD_BYTES);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            Some(&text[..end]).filter(|text| !text.is_empty())
        };
        Self {
            name: bound(self.name),
            version: bound(self.version),
            edition: bound(self.edition),
            channel: bound(self.channel),
            build: bound(self.build),
            service_pack: bound(self.service_pack),
            arch: bound(self.arch),
            is_server: self.is_server,
        }
    }
}

impl Identity {
    fn unknown() -> Self {
        Self {
            certainty: Certainty::Unknown,
            family: None,
            label: "unknown operating system".into(),
            candidates: Vec::new(),
            tokens: Vec::new(),
            settles: Some("the name and version of the operating system".into()),
            windows_release: None,
            build: None,
            revision: None,
            conflict: None,
        }
    }

    /// The identity, or an unknown one when two systems are declared at once. A device that we
    /// have no lifecycle for may well run on another system.
    fn unless(self, conflict: Option<String>) -> Self {
        let is_device = self.candidates.is_empty()
            && !matches!(
                self.family,
                Some("linux" | "macos" | "bsd" | "unix" | windows::FAMILY)
            );
        if conflict.is_none() || is_device {
            return self;
        }
        Self {
            label: "two operating systems at once".into(),
            settles: Some("which of the two is right".into()),
            tokens: self.tokens,
            conflict,
            ..Self::unknown()
        }
    }

    fn not_covered(family: &'static str, label: String) -> Self {
        Self {
            certainty: Certainty::NotCovered,
            family: Some(family),
            label,
            settles: None,
            ..Self::unknown()
        }
    }

    /// Candidates with their certainty; one that stands for several is `Ambiguous`.
    fn found(
        certainty: Certainty,
        family: &'static str,
        lifecycle: &Lifecycle,
        candidates: Vec<(&'static str, &'static str)>,
    ) -> Self {
        let labels: Vec<_> = candidates
            .iter()
            .filter_map(|(product, cycle)| lifecycle.cycle(product, cycle))
            .map(|cycle| cycle.label)
            .collect();
        let label = match labels.as_slice() {
            [] => "unknown operating system".into(),
            [label] => (*label).to_owned(),
            [first, .., last] => format!("one of {}: {first} … {last}", labels.len()),
        };
        Self {
            certainty,
            family: Some(family),
            label,
            candidates,
            settles: None,
            ..Self::unknown()
        }
    }
}
