//! What each certificate of a path is held to, by itself and in its place.
//!
//! One file per topic, each with its `LINTS`. A lint sees one certificate with the path around
//! it, the clock and the thresholds, and says in a sentence what is wrong, or nothing. Only
//! certificates of the path are looked at, never what else was sent; roots are asked little.

mod authority;
mod constraints;
mod extension;
mod identifier;
mod key;
mod name;
mod purpose;
mod serial;
mod signature;
mod window;

use super::certificate::Certificate;
use super::fault::{Area, Fault, Level, Rule};
use super::host::Host;
use super::profile::{Profile, Thresholds};
use super::verdict::{NotDecided, Role};
use jiff::Timestamp;
use jiff::civil::Date;

pub(super) use name::undecided;
pub(super) use window::margin;

/// Every topic.
const TOPICS: &[&[Lint]] = &[
    authority::LINTS,
    constraints::LINTS,
    extension::LINTS,
    identifier::LINTS,
    key::LINTS,
    name::LINTS,
    purpose::LINTS,
    serial::LINTS,
    signature::LINTS,
    window::LINTS,
];

/// A rule, whom it concerns, and how it is looked for.
#[derive(Debug)]
pub struct Lint {
    pub rule: Rule,
    pub on: On,
    /// Certificates whose validity starts before this day are not held to it.
    pub since: Option<Date>,
    look: fn(&Seen<'_>) -> Option<String>,
}

/// The certificates that a lint concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    All,
    /// Intermediates and roots.
    Authorities,
    Intermediates,
    /// All but roots, whose own issue nobody relies on.
    Issued,
    Leaf,
    Roots,
}

impl On {
    fn concerns(self, role: Role) -> bool {
        match self {
            Self::All => true,
            Self::Authorities => role != Role::Leaf,
            Self::Intermediates => role == Role::Intermediate,
            Self::Issued => role != Role::Root,
            Self::Leaf => role == Role::Leaf,
            Self::Roots => role == Role::Root,
        }
    }
}

/// A certificate in its place.
#[derive(Debug, Clone, Copy)]
pub struct Seat<'s> {
    pub role: Role,
    pub certificate: &'s Certificate<'s>,
}

/// What a lint sees.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'s> {
    pub certificate: &'s Certificate<'s>,
    pub role: Role,
    /// Its place on the path; 0 is the leaf.
    pub position: usize,
    /// The whole path, the leaf first.
    pub path: &'s [Seat<'s>],
    pub surroundings: Surroundings<'s>,
}

/// What is the same for every certificate of a path.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'s> {
    pub clock: Timestamp,
    pub host: Option<&'s Host>,
    pub profile: Profile,
    /// All that came with the leaf, on the path or not, in its order.
    pub sent: &'s [Certificate<'s>],
    pub thresholds: &'s Thresholds,
}

impl<'s> Seen<'s> {
    /// Its issuer, where the path goes on.
    pub fn issuer(&self) -> Option<&'s Certificate<'s>> {
        self.path
            .get(self.position.checked_add(1)?)
            .map(|seat| seat.certificate)
    }
}

impl Lint {
    /// An error under both profiles, whenever the certificate was issued.
    const fn new(
        id: &'static str,
        area: Area,
        on: On,
        standard: &'static str,
        fix: &'static str,
        look: fn(&Seen<'_>) -> Option<String>,
    ) -> Self {
        Self {
            rule: Rule {
                id,
                area,
                standard,
                fix,
                public: Some(Level::Error),
                private: Some(Level::Error),
            },
            on,
            since: None,
            look,
        }
    }

    const fn public(mut self, level: Option<Level>) -> Self {
        self.rule.public = level;
        self
    }

    const fn private(mut self, level: Option<Level>) -> Self {
        self.rule.private = level;
        self
    }

    fn is_in_force(&self, certificate: &Certificate<'_>) -> bool {
        self.since.is_none_or(|since| {
            let issued = certificate.not_before().to_zoned(jiff::tz::TimeZone::UTC);
            issued.date() >= since
        })
    }

    /// The fault, where the certificate has it and the profile asks.
    fn fault(&'static self, seen: &Seen<'_>) -> Option<Fault> {
        let level = seen.surroundings.profile.level(&self.rule)?;
        if !self.on.concerns(seen.role) || !self.is_in_force(seen.certificate) {
            return None;
        }
        Some(Fault {
            rule: &self.rule,
            level,
            certificate: Some(seen.position),
            sentence: (self.look)(seen)?,
        })
    }
}

/// Every lint there is.
pub fn all() -> impl Iterator<Item = &'static Lint> {
    TOPICS.iter().copied().flatten()
}

/// What is wrong with the certificates of a path, from the leaf up.
pub(super) fn faults(path: &[Seat<'_>], surroundings: Surroundings<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for seen in seen(path, surroundings) {
        faults.extend(all().filter_map(|lint| lint.fault(&seen)));
    }
    faults
}

fn seen<'s>(
    path: &'s [Seat<'s>],
    surroundings: Surroundings<'s>,
) -> impl Iterator<Item = Seen<'s>> {
    path.iter().enumerate().map(move |(position, seat)| Seen {
        certificate: seat.certificate,
        role: seat.role,
        position,
        path,
        surroundings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_has_its_own_id_a_standard_and_a_remedy() {
        let mut ids = BTreeSet::new();
        for lint in all() {
            assert!(ids.insert(lint.rule.id), "{} is there twice", lint.rule.id);
            assert!(!lint.rule.standard.is_empty() && !lint.rule.fix.is_empty());
        }
    }
}
