//! When a verdict may change although nothing is sent anew: where something begins or ends.

use super::certificate::{Certificate, instant};
use super::crl;
use super::judge::Request;
use super::lint::margin;
use jiff::Timestamp;

/// The moments after the clock up to which a verdict surely holds, the first of them first. There
/// may be more of them than changes, never fewer.
pub fn changes(request: &Request<'_>) -> Vec<Timestamp> {
    let sent = std::iter::once(request.leaf).chain(request.intermediates.iter().copied());
    let sent: Vec<_> = sent
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    let mut seconds = Vec::new();
    for certificate in &sent {
        add(certificate, request, &mut seconds);
        let issuer = certificate.x509().issuer().as_raw();
        for root in request.roots.named(issuer) {
            if let Some(root) = request.roots.certificate(root) {
                add(&root, request, &mut seconds);
            }
        }
    }
    seconds.extend(request.crls.iter().flat_map(|crl| crl::times(crl)));
    let now = request.clock.as_second();
    // Some of these still hold at their second, some no longer: both seconds are told.
    let mut after: Vec<_> = seconds
        .into_iter()
        .flat_map(|second| [second, second.saturating_add(1)])
        .filter(|second| *second > now)
        .collect();
    after.sort_unstable();
    after.dedup();
    after.into_iter().map(instant).collect()
}

fn add(certificate: &Certificate<'_>, request: &Request<'_>, seconds: &mut Vec<i64>) {
    let end = certificate.not_after().as_second();
    let soon = end.saturating_sub(margin(certificate, request.thresholds));
    seconds.extend([certificate.not_before().as_second(), soon, end]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::{Profile, Roots, Thresholds, judge};
    use rcgen::{
        BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
        DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
        SerialNumber, date_time_ymd,
    };
    use std::time::Duration;

    const DAY: i64 = 86_400;
    const DAYS: u64 = 160;

    fn clock(day: u64) -> Timestamp {
        let start: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
        start + Duration::from_hours(24 * day)
    }

    /// A window whose ends lie within the days that are looked at, or far from them.
    fn window(params: &mut CertificateParams, random: &mut fastrand::Rng) {
        let at = |random: &mut fastrand::Rng| {
            let second = random.u64(0..DAYS * 24 * 3_600);
            date_time_ymd(2026, 6, 1) + Duration::from_secs(second)
        };
        let (one, two) = (at(random), at(random));
        (params.not_before, params.not_after) = match random.u8(..4) {
            0 => (date_time_ymd(2020, 1, 1), date_time_ymd(2040, 1, 1)),
            1 => (date_time_ymd(2020, 1, 1), one),
            2 => (one, date_time_ymd(2040, 1, 1)),
            _ => (one.min(two), one.max(two)),
        };
    }

    fn authority(name: &str, random: &mut fastrand::Rng) -> CertificateParams {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        window(&mut params, random);
        params
    }

    struct Given {
        leaf: Vec<u8>,
        sent: Vec<Vec<u8>>,
        roots: Roots,
        crls: Vec<Vec<u8>>,
    }

    /// Two roots, two certificates of one authority below them, a leaf, and up to two lists.
    fn given(random: &mut fastrand::Rng) -> Given {
        let key = || KeyPair::generate().unwrap();
        let middle_key = key();
        let mut roots = Vec::new();
        let mut sent = Vec::new();
        let mut middle = authority("Fictional CA", random);
        for name in ["Fictional Root", "Fictional Other Root"] {
            let (root, root_key) = (authority(name, random), key());
            roots.push(root.self_signed(&root_key).unwrap().der().to_vec());
            middle = authority("Fictional CA", random);
            let issuer = Issuer::from_params(&root, &root_key);
            sent.push(
                middle
                    .signed_by(&middle_key, &issuer)
                    .unwrap()
                    .der()
                    .to_vec(),
            );
        }
        let mut leaf = CertificateParams::new(vec!["portal.example".to_owned()]).unwrap();
        leaf.distinguished_name = DistinguishedName::new();
        leaf.use_authority_key_identifier_extension = true;
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        window(&mut leaf, random);
        let issuer = Issuer::from_params(&middle, &middle_key);
        let leaf = leaf.signed_by(&key(), &issuer).unwrap().der().to_vec();
        let list = |random: &mut fastrand::Rng| {
            let mut times = CertificateParams::default();
            window(&mut times, random);
            let params = CertificateRevocationListParams {
                this_update: times.not_before,
                next_update: times.not_after,
                crl_number: SerialNumber::from(7_u64),
                issuing_distribution_point: None,
                revoked_certs: Vec::new(),
                key_identifier_method: KeyIdMethod::Sha256,
            };
            params.signed_by(&issuer).unwrap().der().to_vec()
        };
        let crls = (0..random.usize(..3)).map(|_| list(random)).collect();
        Given {
            leaf,
            sent,
            roots: Roots::new("the test's".into(), roots).unwrap(),
            crls,
        }
    }

    /// What a verdict says, without the days left that its sentences count.
    fn said(request: &Request<'_>) -> Vec<String> {
        let verdict = judge(request);
        let faults = verdict
            .faults
            .iter()
            .map(|fault| format!("{} {:?} {:?}", fault.id(), fault.certificate, fault.level));
        let path = verdict.path.iter().map(|link| link.sha256.clone());
        let open = verdict.not_decided.iter().map(|open| open.id.to_owned());
        faults.chain(path).chain(open).collect()
    }

    #[test]
    fn no_day_brings_a_change_that_was_not_foretold() {
        let mut random = fastrand::Rng::with_seed(20_261_123);
        let mut changed = 0;
        for round in 0..5 {
            let given = given(&mut random);
            let sent: Vec<&[u8]> = given.sent.iter().map(Vec::as_slice).collect();
            let crls: Vec<&[u8]> = given.crls.iter().map(Vec::as_slice).collect();
            let thresholds = Thresholds::default();
            let at = |clock| Request {
                leaf: &given.leaf,
                intermediates: &sent,
                roots: &given.roots,
                crls: &crls,
                host: None,
                profile: Profile::Private,
                thresholds: &thresholds,
                clock,
            };
            let foretold = changes(&at(clock(0)));
            assert!(foretold.is_sorted());
            let mut before = said(&at(clock(0)));
            for day in 1..DAYS {
                let now = said(&at(clock(day)));
                let (from, to) = (clock(day).as_second() - DAY, clock(day));
                let is_foretold = foretold
                    .iter()
                    .any(|moment| moment.as_second() > from && *moment <= to);
                if now != before {
                    changed += 1;
                    assert!(
                        is_foretold,
                        "round {round}, day {day}: {before:?} to {now:?}"
                    );
                }
                before = now;
            }
        }
        assert!(
            changed > 12,
            "{changed} changes are too few to show anything"
        );
    }

    #[test]
    fn between_two_foretold_moments_nothing_changes() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..6 {
            let given = given(&mut random);
            let sent: Vec<&[u8]> = given.sent.iter().map(Vec::as_slice).collect();
            let crls: Vec<&[u8]> = given.crls.iter().map(Vec::as_slice).collect();
            let thresholds = Thresholds::default();
            let at = |clock| Request {
                leaf: &given.leaf,
                intermediates: &sent,
                roots: &given.roots,
                crls: &crls,
                host: None,
                profile: Profile::Private,
                thresholds: &thresholds,
                clock,
            };
            let foretold = changes(&at(clock(0)));
            for pair in foretold.windows(2) {
                let last = pair[1] - Duration::from_secs(1);
                assert_eq!(said(&at(pair[0])), said(&at(last)), "{pair:?}");
            }
        }
    }
}
