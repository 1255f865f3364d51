//! One rule broken at a time, on paths that are sound otherwise: none of them passes, and the
//! reason is told.

use super::{Profile, Request, Roots, Thresholds, Verdict, judge};
use crate::model::Outcome;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd,
};

const HOST: &str = "portal.trust-a.example";
const ALTERNATIVE_NAMES: &[u64] = &[2, 5, 29, 17];

fn authority() -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = called("Fictional Root");
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn server() -> CertificateParams {
    let mut params = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    params.distinguished_name = called(HOST);
    params.not_before = date_time_ymd(2026, 10, 1);
    params.not_after = date_time_ymd(2027, 3, 1);
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn called(name: impl Into<DnValue>) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    subject
}

fn extension(oid: &[u64], content: &[u8]) -> CustomExtension {
    CustomExtension::from_oid_content(oid, content.to_vec())
}

fn critical(oid: &[u64], content: &[u8]) -> CustomExtension {
    let mut extension = extension(oid, content);
    extension.set_criticality(true);
    extension
}

fn judged(root: &CertificateParams, leaf: &CertificateParams, profile: Profile) -> Verdict {
    let key = KeyPair::generate().unwrap();
    let root_der = root.self_signed(&key).unwrap().der().to_vec();
    let issuer = Issuer::from_params(root, &key);
    let leaf = leaf
        .signed_by(&KeyPair::generate().unwrap(), &issuer)
        .unwrap();
    judge(&Request {
        leaf: leaf.der(),
        intermediates: &[],
        roots: &Roots::new("the test's".into(), vec![root_der]).unwrap(),
        crls: &[],
        host: None,
        profile,
        thresholds: &Thresholds::default(),
        clock: "2026-11-22T12:00:00Z".parse().unwrap(),
    })
}

/// That the profiles refuse a leaf for a reason, and that the same leaf without it passes.
fn refuses(id: &str, profiles: &[Profile], change: impl Fn(&mut CertificateParams)) {
    for profile in profiles {
        let sound = judged(&authority(), &server(), *profile);
        assert_eq!(sound.outcome(), Outcome::Pass, "{:?}", sound.faults);
        let mut leaf = server();
        change(&mut leaf);
        let verdict = judged(&authority(), &leaf, *profile);
        assert!(verdict.has(id), "{id}, {profile:?}: {:?}", verdict.faults);
        assert_eq!(verdict.outcome(), Outcome::Fail, "{id}, {profile:?}");
    }
}

const BOTH: &[Profile] = &[Profile::Private, Profile::Public];
const WEB: &[Profile] = &[Profile::Public];

#[test]
fn keys_that_a_server_cannot_use_are_refused() {
    for usage in [
        KeyUsagePurpose::ContentCommitment,
        KeyUsagePurpose::DataEncipherment,
        KeyUsagePurpose::CrlSign,
    ] {
        refuses("usage_not_for_servers", BOTH, |leaf| {
            leaf.key_usages = vec![usage];
        });
    }
    refuses("leaf_signs_crls", WEB, |leaf| {
        leaf.key_usages.push(KeyUsagePurpose::CrlSign);
    });
}

#[test]
fn web_servers_have_no_purpose_that_is_forbidden_beside_theirs() {
    let precertificates = vec![1, 3, 6, 1, 4, 1, 11_129, 2, 4, 4];
    for purpose in [
        ExtendedKeyUsagePurpose::CodeSigning,
        ExtendedKeyUsagePurpose::EmailProtection,
        ExtendedKeyUsagePurpose::OcspSigning,
        ExtendedKeyUsagePurpose::TimeStamping,
        ExtendedKeyUsagePurpose::Other(precertificates),
    ] {
        refuses("eku_mixed", WEB, |leaf| {
            leaf.extended_key_usages.push(purpose.clone());
        });
    }
    let mut leaf = server();
    leaf.extended_key_usages
        .push(ExtendedKeyUsagePurpose::ClientAuth);
    let verdict = judged(&authority(), &leaf, Profile::Public);
    assert_eq!(verdict.outcome(), Outcome::Pass, "BR 7.1.2.7.10 allows it");
}

#[test]
fn web_servers_are_for_names_and_addresses_alone() {
    let url = SanType::URI("https://portal.trust-a.example/".try_into().unwrap());
    let mail = SanType::Rfc822Name("office@trust-a.example".try_into().unwrap());
    for name in [url, mail] {
        refuses("san_kind_not_allowed", WEB, |leaf| {
            leaf.subject_alt_names.push(name.clone());
        });
    }
}

#[test]
fn lists_with_nothing_in_them_are_refused() {
    refuses("san_without_names", BOTH, |leaf| {
        leaf.subject_alt_names.clear();
        leaf.custom_extensions = vec![extension(ALTERNATIVE_NAMES, &[0x30, 0])];
    });
    refuses("extension_empty_sequence", BOTH, |leaf| {
        leaf.custom_extensions = vec![extension(&[1, 3, 6, 1, 5, 5, 7, 1, 1], &[0x30, 0])];
    });
}

#[test]
fn common_names_in_any_letters_are_compared() {
    for name in [
        DnValue::BmpString("elsewhere.example".try_into().unwrap()),
        DnValue::TeletexString("elsewhere.example".try_into().unwrap()),
        DnValue::UniversalString("elsewhere.example".try_into().unwrap()),
    ] {
        refuses("cn_not_in_san", WEB, |leaf| {
            leaf.distinguished_name = called(name.clone());
        });
    }
}

#[test]
fn the_issuer_of_a_web_server_is_named_by_its_key_alone() {
    // Key, issuer's name as a DNS name, and serial number.
    let identifier = [
        &[0x30, 0x0e, 0x80, 1, 7][..],
        &[0xa1, 6, 0x82, 4, b'r', b'o', b'o', b't'],
        &[0x82, 1, 5],
    ]
    .concat();
    refuses("aki_names_issuer", WEB, |leaf| {
        leaf.use_authority_key_identifier_extension = false;
        leaf.custom_extensions = vec![extension(&[2, 5, 29, 35], &identifier)];
    });
}

#[test]
fn what_a_root_says_of_policies_is_left_open() {
    for (oid, content) in [
        (&[2, 5, 29, 36], &[0x30, 3, 0x80, 1, 0][..]),
        (&[2, 5, 29, 54], &[2, 1, 0]),
    ] {
        let mut root = authority();
        root.custom_extensions = vec![critical(oid, content)];
        let verdict = judged(&root, &server(), Profile::Private);
        assert_eq!(verdict.outcome(), Outcome::Unknown, "{:?}", verdict.faults);
        assert_eq!(verdict.not_decided[0].id, "policy_constraints");
    }
}

#[test]
fn an_unreadable_extension_of_a_root_is_refused() {
    let mut root = authority();
    root.custom_extensions = vec![extension(&[2, 5, 29, 35], b"odd")];
    let verdict = judged(&root, &server(), Profile::Private);
    assert!(verdict.has("extension_malformed"), "{:?}", verdict.faults);
    assert_eq!(verdict.outcome(), Outcome::Fail);
}

#[test]
fn points_that_are_on_no_curve_are_refused() {
    let key = KeyPair::generate().unwrap();
    let root_key = KeyPair::generate().unwrap();
    let root = authority();
    let issuer = Issuer::from_params(&root, &root_key);
    let mut point = rcgen::PublicKeyData::der_bytes(&key).to_vec();
    *point.last_mut().unwrap() ^= 1;
    let odd = OffCurve(point);
    let leaf = server().signed_by(&odd, &issuer).unwrap();
    let verdict = judge(&Request {
        leaf: leaf.der(),
        intermediates: &[],
        roots: &Roots::new(
            "the test's".into(),
            vec![root.self_signed(&root_key).unwrap().der().to_vec()],
        )
        .unwrap(),
        crls: &[],
        host: None,
        profile: Profile::Private,
        thresholds: &Thresholds::default(),
        clock: "2026-11-22T12:00:00Z".parse().unwrap(),
    });
    assert!(verdict.has("point_not_on_curve"), "{:?}", verdict.faults);
    assert_eq!(verdict.outcome(), Outcome::Fail);
}

struct OffCurve(Vec<u8>);

impl rcgen::PublicKeyData for OffCurve {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}
