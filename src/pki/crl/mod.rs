//! Revocation, judged by CRLs that were given.
//!
//! Each list is judged by itself, so that a stale list which names the certificate says both, and
//! revoked beats stale. A list clears a certificate only when it is signed by the issuer, in date,
//! of the right scope and free of anything not understood.

mod list;
mod points;
mod rules;

use super::budget::{Budget, Work};
use super::certificate::{Certificate, instant};
use super::fault::{Fault, Level, Rule};
use super::lint::Seat;
use super::profile::Profile;
use super::signature::{Signed, check};
use super::verdict::{NotDecided, Role};
use jiff::Timestamp;
use list::{Found, List};
use std::cell::RefCell;
use std::collections::HashMap;
use x509_parser::extensions::{
    CRLDistributionPoints, DistributionPointName, IssuingDistributionPoint, ParsedExtension,
};

pub(super) use rules::all as rules;

const ALGORITHM: &str = "the algorithm of its CRL's signature is not implemented here";
const INDIRECT: &str = "its CRL speaks for several issuers, which is not followed here";
const TOO_MUCH: &str = "the CRLs given are too many or too large to look into them all";

/// What CRLs say of a path.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) faults: Vec<Fault>,
    pub(super) not_decided: Vec<NotDecided>,
}

/// When a CRL begins, and when the next was to come; nothing of what cannot be read.
pub(super) fn times(crl: &[u8]) -> Vec<i64> {
    let list = List::parse(crl);
    let times = list.map(|list| [Some(list.this_update), list.next_update]);
    times.into_iter().flatten().flatten().collect()
}

/// A certificate with its issuer.
#[derive(Debug, Clone, Copy)]
struct Pair<'p> {
    position: usize,
    certificate: &'p Certificate<'p>,
    issuer: &'p Certificate<'p>,
    clock: Timestamp,
    profile: Profile,
}

/// The CRLs that were given, and what was found out about them so far: many routes ask the same.
#[derive(Debug)]
pub(super) struct Revocation<'a> {
    lists: Vec<List<'a>>,
    given: usize,
    clock: Timestamp,
    profile: Profile,
    budget: &'a Budget,
    /// By key, in DER form, and place of the list.
    signed: RefCell<HashMap<(Vec<u8>, usize), Signed>>,
    /// By serial number and place of the list.
    entries: RefCell<HashMap<(Vec<u8>, usize), Found>>,
}

impl<'a> Revocation<'a> {
    /// Of CRLs in DER form.
    pub(super) fn new(
        crls: &[&'a [u8]],
        clock: Timestamp,
        profile: Profile,
        budget: &'a Budget,
    ) -> Self {
        Self {
            lists: crls.iter().filter_map(|crl| List::parse(crl)).collect(),
            given: crls.len(),
            clock,
            profile,
            budget,
            signed: RefCell::default(),
            entries: RefCell::default(),
        }
    }

    /// Judges each certificate below the root of a path.
    pub(super) fn judge(&self, path: &[Seat<'_>]) -> Findings {
        let mut findings = Findings::default();
        let unreadable = self.given.saturating_sub(self.lists.len());
        if unreadable > 0 {
            let sentence = format!("{unreadable} of {} CRLs cannot be read", self.given);
            findings.tell_of_path(&rules::CRL_MALFORMED, self.profile, sentence);
        }
        for (position, pair) in path.windows(2).enumerate() {
            let [seat, above] = pair else { continue };
            let pair = Pair {
                position,
                certificate: seat.certificate,
                issuer: above.certificate,
                clock: self.clock,
                profile: self.profile,
            };
            self.certificate(pair, seat.role, &mut findings);
        }
        findings
    }

    fn certificate(&self, pair: Pair<'_>, role: Role, findings: &mut Findings) {
        let issuer = pair.certificate.x509().issuer().as_raw();
        let mut own = (0..)
            .zip(&self.lists)
            .filter(|(_, list)| list.issuer == issuer)
            .peekable();
        let has_own = own.peek().is_some();
        let mut is_cleared = false;
        let before = findings.faults.len();
        for (place, list) in own {
            is_cleared |= self.judge_list(pair, place, list, findings);
        }
        let is_told = |fault: &Fault| {
            fault.certificate == Some(pair.position) && fault.rule == &rules::REVOKED
        };
        if is_cleared {
            findings.soften_stale(before);
        }
        if is_cleared || findings.faults.iter().any(is_told) {
            return;
        }
        if has_own || (self.given > 0 && role == Role::Leaf) {
            let sentence = "none of the CRLs given can clear it".into();
            findings.tell(&rules::REVOCATION_UNKNOWN, pair, sentence);
        } else if distribution_points(pair.certificate).is_some() {
            let sentence = "names CRLs, and none of them was given".into();
            findings.tell(&rules::REVOCATION_UNCHECKED, pair, sentence);
        }
    }

    /// Whether the list clears the certificate; what is wrong is told.
    fn judge_list(
        &self,
        pair: Pair<'_>,
        place: usize,
        list: &List<'_>,
        findings: &mut Findings,
    ) -> bool {
        match self.signed(pair.issuer, place, list) {
            None => {
                findings.leave_open(pair, "crl_too_large", TOO_MUCH);
                return false;
            }
            Some(Signed::Forged) => {
                let sentence = "a CRL in its issuer's name is not signed by its issuer".into();
                findings.tell(&rules::CRL_FORGED, pair, sentence);
                return false;
            }
            Some(Signed::NotDecided) => {
                findings.leave_open(pair, "crl_algorithm", ALGORITHM);
                return false;
            }
            Some(Signed::Verified) => {}
        }
        let before = findings.faults.len();
        let usage = pair.issuer.key_usage();
        if usage.is_some_and(|usage| !usage.crl_sign()) {
            let sentence = "its issuer's key usage forbids signing CRLs".into();
            findings.tell(&rules::CRL_ISSUER_MAY_NOT_SIGN, pair, sentence);
        }
        for (rule, sentence) in list.form_faults() {
            findings.tell(rule, pair, sentence);
        }
        for (rule, sentence) in time_faults(list, pair.clock) {
            findings.tell(rule, pair, sentence);
        }
        let is_clean = findings.faults.len() == before;
        match self.find(pair.certificate.x509().raw_serial(), place, list) {
            None => {
                findings.leave_open(pair, "crl_too_large", TOO_MUCH);
                false
            }
            Some(Found::Unreadable) => {
                let sentence = "its CRL has an entry that cannot be read".into();
                findings.tell(&rules::CRL_MALFORMED, pair, sentence);
                false
            }
            Some(Found::UnknownCritical) => {
                let sentence =
                    "its CRL has an entry with a critical extension that is not followed here";
                findings.tell(&rules::CRL_UNKNOWN_CRITICAL, pair, sentence.into());
                false
            }
            Some(Found::Entry(entry)) if entry.is_of_another_issuer => {
                findings.leave_open(pair, "crl_indirect", INDIRECT);
                false
            }
            Some(Found::Entry(entry)) => {
                findings.tell(&rules::REVOKED, pair, entry.sentence());
                false
            }
            Some(Found::Nothing) => {
                is_clean && covers(list, pair.certificate, pair.position, findings)
            }
        }
    }

    /// Whether an issuer signed the list; none where too much was hashed already.
    fn signed(&self, issuer: &Certificate<'_>, place: usize, list: &List<'_>) -> Option<Signed> {
        let key = issuer.x509().public_key();
        let question = (key.raw.to_vec(), place);
        if let Some(signed) = self.signed.borrow().get(&question) {
            return Some(*signed);
        }
        let is_enough = self.budget.spend(Work::Signatures, 1)
            && self.budget.spend(Work::CrlBytes, length(list.signed));
        if !is_enough {
            return None;
        }
        let signed = check(key, &list.algorithm, &list.signature, list.signed);
        self.signed.borrow_mut().insert(question, signed);
        Some(signed)
    }

    /// What the list says of a serial number; none where too much was searched already.
    fn find(&self, serial: &[u8], place: usize, list: &List<'_>) -> Option<Found> {
        let question = (serial.to_vec(), place);
        if let Some(found) = self.entries.borrow().get(&question) {
            return Some(found.clone());
        }
        if !self.budget.spend(Work::CrlBytes, length(list.entries)) {
            return None;
        }
        let found = list.find(serial);
        self.entries.borrow_mut().insert(question, found.clone());
        Some(found)
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn time_faults(list: &List<'_>, clock: Timestamp) -> Vec<(&'static Rule, String)> {
    let mut faults = Vec::new();
    if list.this_update > clock.as_second() {
        let from = instant(list.this_update);
        faults.push((
            &rules::CRL_NOT_YET_VALID,
            format!("its CRL is not valid before {from}"),
        ));
    }
    match list.next_update {
        None => faults.push((
            &rules::CRL_NO_NEXT_UPDATE,
            "its CRL does not say when the next one comes".into(),
        )),
        Some(next) if next <= clock.as_second() => {
            let next = instant(next);
            faults.push((
                &rules::CRL_EXPIRED,
                format!("its CRL was to be replaced at {next}"),
            ));
        }
        Some(_) => {}
    }
    faults
}

/// Whether the list speaks for the certificate: shard, kind of certificate, and all reasons.
fn covers(
    list: &List<'_>,
    certificate: &Certificate<'_>,
    position: usize,
    findings: &mut Findings,
) -> bool {
    let Some(scope) = list.scope() else {
        return true;
    };
    if scope.indirect_crl || scope.only_some_reasons.is_some() {
        findings.not_decided.push(NotDecided {
            id: "crl_partial",
            certificate: Some(position),
            sentence: "its CRL speaks for several issuers or only for some reasons, which is not \
                       followed here"
                .into(),
        });
        return false;
    }
    let is_for_others = scope.only_contains_attribute_certs
        || (scope.only_contains_user_certs && certificate.is_ca())
        || (scope.only_contains_ca_certs && !certificate.is_ca());
    !is_for_others && shard_matches(scope, certificate)
}

/// Whether the list was published at a place that the certificate names.
fn shard_matches(scope: &IssuingDistributionPoint<'_>, certificate: &Certificate<'_>) -> bool {
    let Some(place) = &scope.distribution_point else {
        return true;
    };
    let (DistributionPointName::FullName(names), Some(points)) =
        (place, distribution_points(certificate))
    else {
        return false;
    };
    points.iter().any(|point| {
        let is_plain = point.reasons.is_none() && point.crl_issuer.is_none();
        let Some(DistributionPointName::FullName(own)) = &point.distribution_point else {
            return false;
        };
        is_plain && own.iter().any(|name| names.contains(name))
    })
}

fn distribution_points<'c>(
    certificate: &'c Certificate<'_>,
) -> Option<&'c CRLDistributionPoints<'c>> {
    match certificate.extension("2.5.29.31")?.parsed_extension() {
        ParsedExtension::CRLDistributionPoints(points) => Some(points),
        _ => None,
    }
}

impl Findings {
    /// An old list beside one that clears the certificate is clutter.
    fn soften_stale(&mut self, from: usize) {
        for fault in self.faults.iter_mut().skip(from) {
            if fault.rule == &rules::CRL_EXPIRED {
                fault.level = fault.level.min(Level::Warning);
            }
        }
    }

    fn leave_open(&mut self, pair: Pair<'_>, id: &'static str, sentence: &str) {
        self.not_decided.push(NotDecided {
            id,
            certificate: Some(pair.position),
            sentence: sentence.into(),
        });
    }

    fn tell(&mut self, rule: &'static Rule, pair: Pair<'_>, sentence: String) {
        self.push(rule, pair.profile, Some(pair.position), sentence);
    }

    fn tell_of_path(&mut self, rule: &'static Rule, profile: Profile, sentence: String) {
        self.push(rule, profile, None, sentence);
    }

    fn push(
        &mut self,
        rule: &'static Rule,
        profile: Profile,
        certificate: Option<usize>,
        sentence: String,
    ) {
        let Some(level) = profile.level(rule) else {
            return;
        };
        self.faults.push(Fault {
            rule,
            level,
            certificate,
            sentence,
        });
    }
}

#[cfg(test)]
mod tests;
