//! Revocation, judged by CRLs that were given.
//!
//! Each list is judged by itself, so that a stale list which names the certificate says both, and
//! revoked beats stale. A list clears a certificate only when it is signed by the issuer, in date,
//! of the right scope and free of anything not understood.

mod list;
mod points;
mod rules;

use super::certificate::{Certificate, instant};
use super::fault::{Fault, Level, Rule};
use super::lint::Seat;
use super::profile::Profile;
use super::signature::{Signed, check};
use super::verdict::{NotDecided, Role};
use jiff::Timestamp;
use list::List;
use x509_parser::extensions::{
    CRLDistributionPoints, DistributionPointName, IssuingDistributionPoint, ParsedExtension,
};

pub(super) use rules::all as rules;

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

/// Judges each certificate below the root of a path by the CRLs, which are in DER form.
pub(super) fn judge(
    path: &[Seat<'_>],
    crls: &[&[u8]],
    clock: Timestamp,
    profile: Profile,
) -> Findings {
    let mut findings = Findings::default();
    let lists: Vec<_> = crls.iter().map(|crl| List::parse(crl)).collect();
    let unreadable = lists.iter().filter(|list| list.is_none()).count();
    if unreadable > 0 {
        let sentence = format!("{unreadable} of {} CRLs cannot be read", lists.len());
        findings.tell_of_path(&rules::CRL_MALFORMED, profile, sentence);
    }
    let lists: Vec<_> = lists.into_iter().flatten().collect();
    for (position, pair) in path.windows(2).enumerate() {
        let [seat, above] = pair else { continue };
        let pair = Pair {
            position,
            certificate: seat.certificate,
            issuer: above.certificate,
            clock,
            profile,
        };
        certificate(pair, seat.role, &lists, !crls.is_empty(), &mut findings);
    }
    findings
}

fn certificate(
    pair: Pair<'_>,
    role: Role,
    lists: &[List<'_>],
    were_given: bool,
    findings: &mut Findings,
) {
    let issuer = pair.certificate.x509().issuer().as_raw();
    let mut own = lists.iter().filter(|list| list.issuer == issuer).peekable();
    let has_own = own.peek().is_some();
    let mut is_cleared = false;
    let before = findings.faults.len();
    for list in own {
        is_cleared |= judge_list(pair, list, findings);
    }
    let is_told =
        |fault: &Fault| fault.certificate == Some(pair.position) && fault.rule == &rules::REVOKED;
    if is_cleared {
        findings.soften_stale(before);
    }
    if is_cleared || findings.faults.iter().any(is_told) {
        return;
    }
    if has_own || (were_given && role == Role::Leaf) {
        let sentence = "none of the CRLs given can clear it".into();
        findings.tell(&rules::REVOCATION_UNKNOWN, pair, sentence);
    } else if distribution_points(pair.certificate).is_some() {
        let sentence = "names CRLs, and none of them was given".into();
        findings.tell(&rules::REVOCATION_UNCHECKED, pair, sentence);
    }
}

/// Whether the list clears the certificate; what is wrong is told.
fn judge_list(pair: Pair<'_>, list: &List<'_>, findings: &mut Findings) -> bool {
    let key = pair.issuer.x509().public_key();
    match check(key, &list.algorithm, &list.signature, list.signed) {
        Signed::Forged => {
            let sentence = "a CRL in its issuer's name is not signed by its issuer".into();
            findings.tell(&rules::CRL_FORGED, pair, sentence);
            return false;
        }
        Signed::NotDecided => {
            findings.not_decided.push(NotDecided {
                id: "crl_algorithm",
                certificate: Some(pair.position),
                sentence: "the algorithm of its CRL's signature is not implemented here".into(),
            });
            return false;
        }
        Signed::Verified => {}
    }
    let before = findings.faults.len();
    if pair
        .issuer
        .key_usage()
        .is_some_and(|usage| !usage.crl_sign())
    {
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
    match list.find(pair.certificate.x509().raw_serial()) {
        Err(()) => {
            let sentence = "its CRL has an entry that cannot be read".into();
            findings.tell(&rules::CRL_MALFORMED, pair, sentence);
            false
        }
        Ok(Some(entry)) if entry.is_of_another_issuer => {
            findings.not_decided.push(NotDecided {
                id: "crl_indirect",
                certificate: Some(pair.position),
                sentence: "its CRL speaks for several issuers, which is not followed here".into(),
            });
            false
        }
        Ok(Some(entry)) => {
            findings.tell(&rules::REVOKED, pair, entry.sentence());
            false
        }
        Ok(None) => is_clean && covers(list, pair.certificate, pair.position, findings),
    }
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
