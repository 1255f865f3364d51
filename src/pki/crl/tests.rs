//! CRLs made on the spot, judged through the front door.

use crate::model::Outcome;
use crate::pki::crl::list;
use crate::pki::{Fault, Profile, Request, Roots, Thresholds, Verdict, judge};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CrlDistributionPoint,
    CrlIssuingDistributionPoint, CrlScope, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason, RevokedCertParams,
    SerialNumber, date_time_ymd,
};

const SERIAL: u64 = 0x1234_5678;
const SHARD: &str = "http://crl.example/1.crl";

struct Authority {
    der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

fn authority(name: &str, uses: &[KeyUsagePurpose]) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = uses.to_vec();
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Authority {
        der: certificate.der().to_vec(),
        issuer: Issuer::new(params, key),
    }
}

fn usual() -> Authority {
    authority(
        "Fictional Root",
        &[KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign],
    )
}

fn leaf(by: &Authority) -> Vec<u8> {
    let mut params = CertificateParams::new(vec!["portal.example".to_owned()]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "portal.example");
    params.not_before = date_time_ymd(2026, 10, 1);
    params.not_after = date_time_ymd(2027, 3, 1);
    params.serial_number = Some(SerialNumber::from(SERIAL));
    params.use_authority_key_identifier_extension = true;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.crl_distribution_points = vec![CrlDistributionPoint {
        uris: vec![SHARD.into()],
    }];
    let key = KeyPair::generate().unwrap();
    params.signed_by(&key, &by.issuer).unwrap().der().to_vec()
}

struct Made {
    serials: Vec<u64>,
    next_update: (i32, u8, u8),
    shard: Option<(&'static str, Option<CrlScope>)>,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            serials: Vec::new(),
            next_update: (2026, 11, 29),
            shard: None,
        }
    }
}

impl Made {
    fn by(self, by: &Authority) -> Vec<u8> {
        let (year, month, day) = self.next_update;
        let entry = |serial: u64| RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: date_time_ymd(2026, 11, 1),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 11, 2),
            next_update: date_time_ymd(year, month, day),
            crl_number: SerialNumber::from(7),
            issuing_distribution_point: self.shard.map(|(url, scope)| {
                CrlIssuingDistributionPoint {
                    distribution_point: CrlDistributionPoint {
                        uris: vec![url.into()],
                    },
                    scope,
                }
            }),
            revoked_certs: self.serials.into_iter().map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&by.issuer).unwrap().der().to_vec()
    }
}

fn judged(root: &Authority, crls: &[Vec<u8>]) -> Verdict {
    let leaf = leaf(root);
    let roots = Roots::new("the test's".into(), vec![root.der.clone()]).unwrap();
    let crls: Vec<&[u8]> = crls.iter().map(Vec::as_slice).collect();
    judge(&Request {
        leaf: &leaf,
        intermediates: &[],
        roots: &roots,
        crls: &crls,
        host: None,
        profile: Profile::Private,
        thresholds: &Thresholds::default(),
        clock: "2026-11-22T12:00:00Z".parse().unwrap(),
    })
}

fn ids(verdict: &Verdict) -> Vec<&'static str> {
    verdict.faults.iter().map(Fault::id).collect()
}

#[test]
fn a_sound_list_clears_who_is_not_on_it_and_names_who_is() {
    let root = usual();
    let clean = judged(&root, &[Made::default().by(&root)]);
    assert_eq!(clean.outcome(), Outcome::Pass, "{:?}", clean.faults);
    assert_eq!(ids(&clean), [""; 0]);
    let listed = Made {
        serials: (1..500).chain([SERIAL]).collect(),
        ..Made::default()
    };
    let revoked = judged(&root, &[listed.by(&root)]);
    assert_eq!(ids(&revoked), ["revoked"]);
    assert_eq!(revoked.path_outcome(), Outcome::Fail);
    assert_eq!(
        revoked.faults[0].sentence,
        "revoked at 2026-11-01T00:00:00Z: its key was compromised"
    );
}

#[test]
fn a_stale_list_that_names_the_certificate_says_both() {
    let root = usual();
    let stale = Made {
        serials: vec![SERIAL],
        next_update: (2026, 11, 9),
        ..Made::default()
    };
    assert_eq!(
        ids(&judged(&root, &[stale.by(&root)])),
        ["crl_expired", "revoked"]
    );
}

#[test]
fn a_stale_list_clears_nobody_and_is_clutter_beside_a_fresh_one() {
    let root = usual();
    let stale = || Made {
        next_update: (2026, 11, 9),
        ..Made::default()
    };
    let alone = judged(&root, &[stale().by(&root)]);
    assert_eq!(ids(&alone), ["crl_expired", "revocation_unknown"]);
    let both = judged(&root, &[Made::default().by(&root), stale().by(&root)]);
    assert_eq!(ids(&both), ["crl_expired"]);
    assert_eq!(both.outcome(), Outcome::Pass);
    let listed = Made {
        serials: vec![SERIAL],
        ..stale()
    };
    let revoked = judged(&root, &[Made::default().by(&root), listed.by(&root)]);
    assert_eq!(revoked.path_outcome(), Outcome::Fail, "revoked beats stale");
}

#[test]
fn a_forged_list_neither_clears_nor_revokes() {
    let (root, impostor) = (usual(), usual());
    let forged = Made {
        serials: vec![SERIAL],
        ..Made::default()
    };
    let verdict = judged(&root, &[forged.by(&impostor)]);
    assert_eq!(ids(&verdict), ["crl_forged", "revocation_unknown"]);
}

#[test]
fn a_list_of_another_shard_kind_or_issuer_clears_nobody() {
    let root = usual();
    for (url, scope) in [
        ("http://crl.example/2.crl", None),
        (SHARD, Some(CrlScope::CaCertsOnly)),
    ] {
        let other = Made {
            shard: Some((url, scope)),
            ..Made::default()
        };
        assert_eq!(
            ids(&judged(&root, &[other.by(&root)])),
            ["revocation_unknown"]
        );
    }
    let own = Made {
        shard: Some((SHARD, Some(CrlScope::UserCertsOnly))),
        ..Made::default()
    };
    assert_eq!(ids(&judged(&root, &[own.by(&root)])), [""; 0]);
    let stranger = authority("Fictional Stranger", &[KeyUsagePurpose::CrlSign]);
    let listed = Made {
        serials: vec![SERIAL],
        ..Made::default()
    };
    let verdict = judged(&root, &[listed.by(&stranger)]);
    assert_eq!(ids(&verdict), ["revocation_unknown"]);
}

#[test]
fn without_lists_it_is_said_that_nobody_looked() {
    let root = usual();
    let verdict = judged(&root, &[]);
    assert_eq!(ids(&verdict), ["revocation_unchecked"]);
    assert_eq!(verdict.outcome(), Outcome::Pass);
}

#[test]
fn an_issuer_that_may_not_sign_lists_clears_nobody() {
    let root = authority("Fictional Root", &[KeyUsagePurpose::KeyCertSign]);
    let signer = Authority {
        der: root.der.clone(),
        issuer: Issuer::new(
            {
                let mut params = CertificateParams::new(Vec::new()).unwrap();
                params.distinguished_name = DistinguishedName::new();
                params
                    .distinguished_name
                    .push(DnType::CommonName, "Fictional Root");
                params.key_usages = vec![KeyUsagePurpose::CrlSign];
                params
            },
            KeyPair::from_pem(&root.issuer.key().serialize_pem()).unwrap(),
        ),
    };
    let verdict = judged(&root, &[Made::default().by(&signer)]);
    assert_eq!(
        ids(&verdict),
        ["crl_issuer_may_not_sign", "revocation_unknown"]
    );
}

#[test]
fn a_list_that_cannot_be_read_is_told_and_clears_nobody() {
    let root = usual();
    let whole = Made::default().by(&root);
    for cut in 0..whole.len() {
        let verdict = judged(&root, &[whole[..cut].to_vec()]);
        assert_eq!(ids(&verdict), ["crl_malformed", "revocation_unknown"]);
    }
}

/// rcgen cannot mark an entry's extension as critical, so one byte is turned in the list, which is
/// read without its signature here.
#[test]
fn an_entry_that_demands_what_is_unknown_spoils_the_list() {
    let root = usual();
    let listed = Made {
        serials: vec![5, 6],
        ..Made::default()
    };
    let der = listed.by(&root);
    let find = |der: &[u8], serial: &[u8]| list::List::parse(der).unwrap().find(serial);
    assert!(matches!(find(&der, &[7]), list::Found::Nothing));
    // A reason code becomes a critical extension that nobody knows.
    let reason: &[u8] = &[0x30, 0x0a, 6, 3, 0x55, 0x1d, 0x15, 4, 3, 0x0a, 1, 1];
    let odd: &[u8] = &[0x30, 0x0a, 6, 3, 0x55, 0x1d, 0x7f, 1, 1, 0xff, 4, 0];
    let at = memchr::memmem::find(&der, reason).unwrap();
    let mut spoilt = der.clone();
    spoilt[at..at + odd.len()].copy_from_slice(odd);
    assert!(matches!(find(&spoilt, &[7]), list::Found::UnknownCritical));
    assert!(matches!(find(&spoilt, &[6]), list::Found::Entry(_)));
}
