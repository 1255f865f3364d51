//! What each certificate of a path is held to, by itself and in its place.
//!
//! One file per topic, each with its `LINTS`. A lint sees one certificate with the path around
//! it, the clock and the thresholds, and says in a sentence what is wrong, or nothing. Only
//! certificates of the path are looked at, never what else was sent; roots are asked little.

mod access;
mod alternative;
mod authority;
mod constraints;
mod critical;
pub mod crl;
mod encoding;
mod extension;
mod facts;
mod identifier;
mod key;
mod label;
mod name;
mod policy;
mod purpose;
mod serial;
mod signature;
mod subject;
mod transparency;
mod usage;
mod weak;
mod window;

use super::certificate::Certificate;
use super::fault::{Area, Fault, Level, Rule};
use super::host::Host;
use super::profile::{Profile, Thresholds};
use super::verdict::{NotDecided, Role};
use jiff::Timestamp;
use jiff::civil::Date;

pub(super) use extension::POLICY_LIMITS;
pub use label::SUFFIX_LIST;
pub(super) use name::undecided;
pub(super) use window::margin;

/// Every topic.
const TOPICS: &[&[Lint]] = &[
    access::LINTS,
    alternative::LINTS,
    authority::LINTS,
    constraints::LINTS,
    critical::LINTS,
    encoding::LINTS,
    extension::LINTS,
    identifier::LINTS,
    key::LINTS,
    label::LINTS,
    name::LINTS,
    policy::LINTS,
    purpose::LINTS,
    serial::LINTS,
    signature::LINTS,
    subject::LINTS,
    transparency::LINTS,
    usage::LINTS,
    weak::LINTS,
    window::LINTS,
];

/// A rule, whom it concerns, and how it is looked for.
#[derive(Debug)]
pub struct Lint {
    pub rule: Rule,
    pub on: On,
    /// Certificates whose validity starts before this day are not held to it.
    pub since: Option<Date>,
    /// Nor those whose validity starts on this day or later.
    pub until: Option<Date>,
    /// Whether it concerns only certificates that may be used for servers.
    pub servers_only: bool,
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
    /// Where the path goes on.
    pub issuer: Option<&'s Certificate<'s>>,
    pub place: Place,
    pub surroundings: Surroundings<'s>,
}

/// All that lints know of a path beside a certificate and its issuer. Certificates that an
/// authority issued to itself do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// 0 is the leaf.
    pub position: usize,
    /// Intermediates below it.
    pub below: usize,
    /// Intermediates on the whole path.
    pub intermediates: usize,
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
            until: None,
            servers_only: false,
            look,
        }
    }

    /// A requirement on the form of web certificates: a warning, under the public profile alone,
    /// since the Baseline Requirements came into force.
    const fn web(
        id: &'static str,
        on: On,
        standard: &'static str,
        fix: &'static str,
        look: fn(&Seen<'_>) -> Option<String>,
    ) -> Self {
        let mut lint = Self::new(id, Area::Form, on, standard, fix, look)
            .public(Some(Level::Warning))
            .private(None);
        lint.servers_only = true;
        lint.since(2012, 7, 1)
    }

    /// A requirement on the form of every certificate: a warning, or less where the owner rules.
    const fn form(
        id: &'static str,
        on: On,
        standard: &'static str,
        fix: &'static str,
        look: fn(&Seen<'_>) -> Option<String>,
    ) -> Self {
        Self::new(id, Area::Form, on, standard, fix, look)
            .public(Some(Level::Warning))
            .private(Some(Level::Info))
    }

    const fn since(mut self, year: i16, month: i8, day: i8) -> Self {
        self.since = Some(jiff::civil::date(year, month, day));
        self
    }

    /// However old the certificate: no client would take it today.
    const fn always(mut self) -> Self {
        self.since = None;
        self
    }

    const fn until(mut self, year: i16, month: i8, day: i8) -> Self {
        self.until = Some(jiff::civil::date(year, month, day));
        self
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
        let issued = certificate.not_before().to_zoned(jiff::tz::TimeZone::UTC);
        let issued = issued.date();
        self.since.is_none_or(|since| issued >= since)
            && self.until.is_none_or(|until| issued < until)
    }

    fn concerns(&self, seen: &Seen<'_>) -> bool {
        self.on.concerns(seen.role) && (!self.servers_only || facts::is_for_servers(seen))
    }

    /// How a certificate stands to it.
    pub fn standing(&'static self, seen: &Seen<'_>) -> Standing {
        let Some(level) = seen.surroundings.profile.level(&self.rule) else {
            return Standing::NotConcerned;
        };
        if !self.concerns(seen) {
            return Standing::NotConcerned;
        }
        if !self.is_in_force(seen.certificate) {
            return Standing::NotInForce;
        }
        (self.look)(seen).map_or(Standing::Clean, |sentence| {
            Standing::Faulty(Fault {
                rule: &self.rule,
                level,
                certificate: Some(seen.place.position),
                sentence,
            })
        })
    }

    /// The fault, where the certificate has it and the profile asks.
    fn fault(&'static self, seen: &Seen<'_>) -> Option<Fault> {
        match self.standing(seen) {
            Standing::Faulty(fault) => Some(fault),
            Standing::Clean | Standing::NotConcerned | Standing::NotInForce => None,
        }
    }
}

/// How a certificate stands to a lint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is wrong; also where there is nothing that the lint could look at.
    Clean,
    Faulty(Fault),
    /// It is of a kind, or judged under a profile, that the lint does not ask.
    NotConcerned,
    /// Issued before the lint's rule came, or after it went.
    NotInForce,
}

/// Every lint there is.
pub fn all() -> impl Iterator<Item = &'static Lint> {
    TOPICS.iter().copied().flatten()
}

/// What is wrong with a certificate in its place.
pub(super) fn faults<'s>(seen: &'s Seen<'_>) -> impl Iterator<Item = Fault> + 's {
    all().filter_map(|lint| lint.fault(seen))
}

/// How one certificate, as what it says it is, stands to every lint. Its path is not known, so
/// that lints which compare it with its neighbours find nothing.
pub fn alone(
    certificate: &Certificate<'_>,
    surroundings: Surroundings<'_>,
) -> Vec<(&'static Lint, Standing)> {
    let path = [Seat {
        role: own_role(certificate),
        certificate,
    }];
    let mut standings = Vec::new();
    for seen in seen(&path, surroundings) {
        standings.extend(all().map(|lint| (lint, lint.standing(&seen))));
    }
    standings
}

fn own_role(certificate: &Certificate<'_>) -> Role {
    match (certificate.is_ca(), certificate.is_self_issued()) {
        (false, _) => Role::Leaf,
        (true, false) => Role::Intermediate,
        (true, true) => Role::Root,
    }
}

/// The certificates of a path, each in its place.
pub(super) fn seen<'s>(
    path: &'s [Seat<'s>],
    surroundings: Surroundings<'s>,
) -> impl Iterator<Item = Seen<'s>> {
    let counts =
        |seat: &Seat<'_>| seat.role == Role::Intermediate && !seat.certificate.is_self_issued();
    let intermediates = path.iter().filter(|seat| counts(seat)).count();
    let mut below = 0;
    path.iter().enumerate().map(move |(position, seat)| {
        let place = Place {
            position,
            below,
            intermediates,
        };
        below += usize::from(counts(seat));
        Seen {
            certificate: seat.certificate,
            role: seat.role,
            issuer: path.get(position + 1).map(|seat| seat.certificate),
            place,
            surroundings,
        }
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
