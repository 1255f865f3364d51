//! Requests that are made to cost much: what is spent on them is counted, not timed.

use super::budget::{Budget, Work};
use super::judge::judge_within;
use super::{Profile, Request, Roots, Thresholds, Verdict};
use crate::model::Outcome;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension,
    DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyIdMethod,
    KeyPair, KeyUsagePurpose, NameConstraints, RevokedCertParams, SerialNumber, date_time_ymd,
};

/// An authority whose certificates are made again and again, each of another serial number.
struct Authority {
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self {
            params,
            key: KeyPair::generate().unwrap(),
        }
    }

    fn itself(&self) -> Vec<u8> {
        self.params.self_signed(&self.key).unwrap().der().to_vec()
    }

    fn by(&self, above: &Self, serial: u64) -> Vec<u8> {
        let mut params = self.params.clone();
        params.serial_number = Some(SerialNumber::from(serial));
        let issuer = Issuer::from_params(&above.params, &above.key);
        params.signed_by(&self.key, &issuer).unwrap().der().to_vec()
    }

    fn leaf(&self, names: usize) -> Vec<u8> {
        let names = (0..names).map(|at| format!("h{at}.example"));
        let mut params = CertificateParams::new(names.collect::<Vec<_>>()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.not_before = date_time_ymd(2026, 10, 1);
        params.not_after = date_time_ymd(2027, 3, 1);
        params.serial_number = Some(SerialNumber::from(7_u64));
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let issuer = Issuer::from_params(&self.params, &self.key);
        let key = KeyPair::generate().unwrap();
        params.signed_by(&key, &issuer).unwrap().der().to_vec()
    }

    fn list(&self, serials: std::ops::Range<u64>) -> Vec<u8> {
        let entry = |serial: u64| RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: date_time_ymd(2026, 11, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 11, 2),
            next_update: date_time_ymd(2026, 11, 29),
            crl_number: SerialNumber::from(7_u64),
            issuing_distribution_point: None,
            revoked_certs: serials.map(entry).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(&issuer).unwrap().der().to_vec()
    }
}

fn judged(leaf: &[u8], sent: &[Vec<u8>], root: &[u8], crls: &[Vec<u8>]) -> (Verdict, Budget) {
    let roots = Roots::new("the test's".into(), vec![root.to_vec()]).unwrap();
    let sent: Vec<&[u8]> = sent.iter().map(Vec::as_slice).collect();
    let crls: Vec<&[u8]> = crls.iter().map(Vec::as_slice).collect();
    let budget = Budget::default();
    let verdict = judge_within(
        &Request {
            leaf,
            intermediates: &sent,
            roots: &roots,
            crls: &crls,
            host: None,
            profile: Profile::Private,
            thresholds: &Thresholds::default(),
            clock: "2026-11-22T12:00:00Z".parse().unwrap(),
        },
        &budget,
    );
    for work in Work::ALL {
        assert!(budget.spent(work) <= work.most(), "{work:?}");
    }
    (verdict, budget)
}

#[test]
fn many_authorities_of_one_name_are_not_tried_in_every_order() {
    let root = Authority::new("Fictional Root");
    let many: Vec<Authority> = (0..19).map(|_| Authority::new("Fictional CA")).collect();
    let sent: Vec<Vec<u8>> = many
        .windows(2)
        .map(|pair| pair[0].by(&pair[1], 1))
        .collect();
    let (verdict, budget) = judged(&many[0].leaf(1), &sent, &root.itself(), &[]);
    assert_ne!(verdict.outcome(), Outcome::Pass);
    assert!(
        budget.spent(Work::Steps) <= 20,
        "each signature leads on to one"
    );
    assert!(budget.spent(Work::Signatures) <= 300);
}

/// Ten certificates of one authority below ten of another: a hundred routes.
fn hundred_routes() -> (Authority, Authority, Vec<Vec<u8>>, Vec<u8>) {
    let root = Authority::new("Fictional Root");
    let upper = Authority::new("Fictional Upper CA");
    let lower = Authority::new("Fictional Lower CA");
    let sent = (0..10)
        .map(|serial| lower.by(&upper, serial + 100))
        .chain((0..10).map(|serial| upper.by(&root, serial + 200)))
        .collect();
    let itself = root.itself();
    (lower, root, sent, itself)
}

#[test]
fn a_list_is_hashed_once_and_searched_once_however_many_routes_there_are() {
    let (lower, _, sent, root) = hundred_routes();
    let list = lower.list(5..2_000);
    let length = list.len() as u64;
    let (verdict, budget) = judged(&lower.leaf(1), &sent, &root, &[list]);
    assert!(verdict.has("revoked"));
    assert!(verdict.not_decided.is_empty(), "{:?}", verdict.not_decided);
    assert!(budget.spent(Work::CrlBytes) <= 2 * length);
    // Ten and ten below each other, the leaf, and the list.
    assert!(budget.spent(Work::Signatures) <= 10 * 10 + 10 + 10 + 1);
}

#[test]
fn of_a_hundred_routes_the_first_that_is_sound_is_taken() {
    let (lower, _, sent, root) = hundred_routes();
    let (verdict, budget) = judged(&lower.leaf(1), &sent, &root, &[]);
    assert_eq!(verdict.outcome(), Outcome::Pass, "{:?}", verdict.faults);
    assert!(budget.spent(Work::Places) <= 4);
}

#[test]
fn lists_beyond_the_limit_leave_the_question_open() {
    let (lower, _, sent, root) = hundred_routes();
    let lists: Vec<Vec<u8>> = (0..400).map(|_| lower.list(8..9)).collect();
    let (verdict, budget) = judged(&lower.leaf(1), &sent[9..11], &root, &lists);
    // One of them cleared it already; the others could still have named it.
    assert_ne!(verdict.outcome(), Outcome::Pass);
    assert_eq!(verdict.not_decided[0].id, "crl_too_large");
    assert_eq!(budget.spent(Work::Signatures), Work::Signatures.most());
}

#[test]
fn words_for_broken_name_constraints_are_not_looked_for_at_any_price() {
    let root = Authority::new("Fictional Root");
    let mut lower = Authority::new("Fictional CA");
    let trees = (0..1_500).map(|at| GeneralSubtree::DnsName(format!("n{at}.test")));
    lower.params.name_constraints = Some(NameConstraints {
        permitted_subtrees: trees.collect(),
        excluded_subtrees: Vec::new(),
    });
    let sent = [lower.by(&root, 1)];
    let (verdict, budget) = judged(&lower.leaf(1_900), &sent, &root.itself(), &[]);
    assert_ne!(verdict.outcome(), Outcome::Pass);
    assert_eq!(
        budget.spent(Work::Comparisons),
        0,
        "1,900 times 1,500 are too many"
    );
}

#[test]
fn certificates_of_very_many_extensions_are_not_looked_into() {
    let root = Authority::new("Fictional Root");
    let mut lower = Authority::new("Fictional CA");
    let odd =
        |at: u64| CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 55738, at], vec![5, 0]);
    lower.params.custom_extensions = (0..200).map(odd).collect();
    let sent = [lower.by(&root, 1)];
    let (verdict, budget) = judged(&lower.leaf(1), &sent, &root.itself(), &[]);
    assert!(verdict.has("unreadable"));
    assert_ne!(verdict.outcome(), Outcome::Pass);
    assert_eq!(budget.spent(Work::Signatures), 0);
}
