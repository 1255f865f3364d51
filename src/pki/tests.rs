//! Paths made on the spot: that every fault is told at once, and that the best path is taken.

use super::{Fault, Host, Profile, Request, Roots, Thresholds, Verdict, container, judge};
use crate::model::Outcome;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};

const CLOCK: &str = "2026-11-22T12:00:00Z";
const HOST: &str = "portal.trust-a.example";

/// What a certificate is made with; days are the first of a month.
#[derive(Clone)]
struct Wanted<'w> {
    name: &'w str,
    from: (i32, u8),
    until: (i32, u8),
    purpose: Option<ExtendedKeyUsagePurpose>,
    is_ca: bool,
}

const AUTHORITY: Wanted<'static> = Wanted {
    name: "Fictional Root",
    from: (2020, 1),
    until: (2040, 1),
    purpose: None,
    is_ca: true,
};

const SERVER: Wanted<'static> = Wanted {
    name: HOST,
    from: (2026, 10),
    until: (2027, 3),
    purpose: Some(ExtendedKeyUsagePurpose::ServerAuth),
    is_ca: false,
};

struct Made {
    der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

impl Wanted<'_> {
    fn by(&self, by: Option<&Made>) -> Made {
        self.with(KeyPair::generate().unwrap(), by)
    }

    fn with(&self, key: KeyPair, by: Option<&Made>) -> Made {
        let names = if self.is_ca {
            vec![]
        } else {
            vec![self.name.to_owned()]
        };
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, self.name);
        params.not_before = date_time_ymd(self.from.0, self.from.1, 1);
        params.not_after = date_time_ymd(self.until.0, self.until.1, 1);
        params.extended_key_usages = self.purpose.clone().into_iter().collect();
        params.use_authority_key_identifier_extension = by.is_some();
        if self.is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        }
        let certificate = match by {
            Some(by) => params.signed_by(&key, &by.issuer).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        Made {
            der: certificate.der().to_vec(),
            issuer: Issuer::new(params, key),
        }
    }
}

fn judged(leaf: &Made, sent: &[&Made], roots: &[&Made], host: &str) -> Verdict {
    let sent: Vec<&[u8]> = sent.iter().map(|made| &*made.der).collect();
    let roots = roots.iter().map(|made| made.der.clone()).collect();
    judge(&Request {
        leaf: &leaf.der,
        intermediates: &sent,
        roots: &Roots::new("the test's".into(), roots).unwrap(),
        crls: &[],
        host: Some(&Host::parse(host).unwrap()),
        profile: Profile::Private,
        thresholds: &Thresholds::default(),
        clock: CLOCK.parse().unwrap(),
    })
}

fn ids(verdict: &Verdict) -> Vec<&'static str> {
    verdict.faults.iter().map(Fault::id).collect()
}

#[test]
fn all_faults_are_told_at_once_each_at_its_certificate() {
    let root = AUTHORITY.by(None);
    let middle = Wanted {
        name: "Fictional Issuing CA",
        until: (2026, 11),
        ..AUTHORITY
    };
    let middle = middle.by(Some(&root));
    let leaf = Wanted {
        until: (2026, 11),
        purpose: Some(ExtendedKeyUsagePurpose::ClientAuth),
        ..SERVER
    };
    let leaf = leaf.by(Some(&middle));
    let verdict = judged(&leaf, &[&middle], &[&root], "other.example");
    let mut told: Vec<_> = verdict
        .faults
        .iter()
        .map(|fault| (fault.certificate, fault.id()))
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            (Some(0), "eku_no_server_auth"),
            (Some(0), "expired"),
            (Some(0), "host_mismatch"),
            (Some(1), "expired"),
        ]
    );
    assert!(verdict.reaches_root && !verdict.holds);
    assert_eq!(verdict.path_outcome(), Outcome::Fail);
}

#[test]
fn of_two_paths_the_one_that_holds_is_taken() {
    let key = || KeyPair::generate().unwrap();
    let (old_root, new_root) = (
        Wanted {
            name: "Fictional Old Root",
            until: (2026, 11),
            ..AUTHORITY
        }
        .with(key(), None),
        AUTHORITY.with(key(), None),
    );
    let middle = Wanted {
        name: "Fictional Issuing CA",
        ..AUTHORITY
    };
    let middle_key = KeyPair::generate().unwrap();
    let again = KeyPair::from_pem(&middle_key.serialize_pem()).unwrap();
    let by_old = middle.with(middle_key, Some(&old_root));
    let by_new = middle.with(again, Some(&new_root));
    let leaf = SERVER.by(Some(&by_old));
    for sent in [[&by_old, &by_new], [&by_new, &by_old]] {
        let verdict = judged(&leaf, &sent, &[&old_root, &new_root], HOST);
        assert_eq!(verdict.outcome(), Outcome::Pass, "{:?}", verdict.faults);
        assert_eq!(verdict.path[2].subject, "CN=Fictional Root");
    }
    // webpki asks no date of a root; the path beside it is all there is.
    let verdict = judged(&leaf, &[&by_old], &[&old_root], HOST);
    assert_eq!((ids(&verdict), verdict.holds), (vec!["expired"], true));
    assert_eq!(verdict.faults[0].certificate, Some(2));
    assert_eq!(verdict.path_outcome(), Outcome::Fail);
}

#[test]
fn a_forged_issuer_is_no_issuer() {
    let (root, forged) = (AUTHORITY.by(None), AUTHORITY.by(None));
    let leaf = SERVER.by(Some(&forged));
    let verdict = judged(&leaf, &[], &[&root], HOST);
    assert!(verdict.has("bad_signature"), "{:?}", verdict.faults);
    assert_eq!(verdict.path_outcome(), Outcome::Fail);
    assert!(!verdict.holds);
}

#[test]
fn a_certificate_that_signed_itself_is_told_even_where_it_is_given_as_a_root() {
    let leaf = SERVER.by(None);
    for roots in [&[][..], &[&leaf]] {
        let verdict = judged(&leaf, &[], roots, HOST);
        assert!(verdict.has("self_signed"), "{:?}", verdict.faults);
        assert_ne!(verdict.outcome(), Outcome::Pass);
    }
}

fn p521_chain() -> Vec<Vec<u8>> {
    let chain = include_bytes!("../../tests/fixtures/pki/p521-chain.pem");
    container::read(chain).unwrap().certificates
}

fn judged_chain(chain: &[Vec<u8>]) -> Verdict {
    judge(&Request {
        leaf: &chain[0],
        intermediates: &[],
        roots: &Roots::new("the test's".into(), vec![chain[1].clone()]).unwrap(),
        crls: &[],
        host: None,
        profile: Profile::Private,
        thresholds: &Thresholds::default(),
        clock: CLOCK.parse().unwrap(),
    })
}

#[test]
fn signatures_over_p521_are_checked() {
    let mut chain = p521_chain();
    let verdict = judged_chain(&chain);
    assert_eq!(verdict.outcome(), Outcome::Pass, "{verdict:?}");
    *chain[0].last_mut().unwrap() ^= 1;
    let verdict = judged_chain(&chain);
    assert!(verdict.has("bad_signature"), "{:?}", verdict.faults);
}

/// A leaf whose salt is shorter than its hash, one as the Baseline Requirements want it, the root.
#[test]
fn an_odd_salt_is_left_open_and_no_forgery() {
    let chains = include_bytes!("../../tests/fixtures/pki/pss-chains.pem");
    let mut chains = container::read(chains).unwrap().certificates;
    let root = chains.pop().unwrap();
    let verdict = judged_chain(&[chains.remove(0), root.clone()]);
    assert_eq!(ids(&verdict), [""; 0]);
    assert_eq!(verdict.not_decided[0].id, "algorithm");
    let verdict = judged_chain(&[chains.remove(0), root]);
    assert_eq!(verdict.outcome(), Outcome::Pass, "{verdict:?}");
}

#[test]
fn an_algorithm_that_is_not_implemented_is_left_open_and_never_passes() {
    // Inside and outside alike: ECDSA with SHA-224 instead of SHA-512.
    let mut chain = p521_chain();
    let sha512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
    let places: Vec<usize> = memchr::memmem::find_iter(&chain[0], sha512).collect();
    assert_eq!(places.len(), 2);
    for place in places {
        chain[0][place + sha512.len() - 1] = 1;
    }
    let verdict = judged_chain(&chain);
    assert_eq!(ids(&verdict), [""; 0]);
    assert_eq!(verdict.not_decided[0].id, "algorithm");
    assert_eq!(verdict.path_outcome(), Outcome::Unknown);
}

#[test]
fn a_leaf_that_cannot_be_read_is_a_fault_and_no_panic() {
    let root = AUTHORITY.by(None);
    let leaf = SERVER.by(Some(&root));
    for cut in [0, 1, leaf.der.len() / 2, leaf.der.len() - 1] {
        let broken = Made {
            der: leaf.der[..cut].to_vec(),
            issuer: Issuer::new(CertificateParams::default(), KeyPair::generate().unwrap()),
        };
        let verdict = judged(&broken, &[], &[&root], HOST);
        assert_eq!(ids(&verdict), ["unreadable"]);
        assert_eq!(verdict.path_outcome(), Outcome::Fail);
    }
}
