//! Lints against what zlint's own tests expect of single certificates and CRLs, and key reuse.
//! Half of the collection lies beside the repository; where it is absent the tests say so and pass.

use super::pki::shared;
use super::pki_zlint_map::{CERTIFICATES, CRLS};
use passmuster::pki::lint::{self, Standing, Surroundings};
use passmuster::pki::{Certificate, Profile, Thresholds, reuse};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn lines(path: &str) -> Vec<Value> {
    let text = shared(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

/// Through the reader of PEM files, which knows base 64.
pub(super) fn bytes(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("DER in base 64");
    let pem = format!("-----BEGIN X509 CRL-----\n{text}\n-----END X509 CRL-----\n");
    x509_parser::pem::Pem::iter_from_buffer(pem.as_bytes())
        .find_map(Result::ok)
        .map(|pem| pem.contents)
        .unwrap_or_default()
}

pub(super) fn standings(der: &[u8], profile: Profile) -> Option<BTreeMap<&'static str, Standing>> {
    let certificate = Certificate::parse(der).ok()?;
    let thresholds = Thresholds::default();
    let surroundings = Surroundings {
        clock: "2026-11-22T12:00:00Z".parse().expect("an instant"),
        host: None,
        profile,
        sent: &[],
        thresholds: &thresholds,
    };
    let standings = lint::alone(&certificate, surroundings);
    Some(
        standings
            .into_iter()
            .map(|(lint, standing)| (lint.rule.id, standing))
            .collect(),
    )
}

/// One expectation of zlint and ours beside it.
struct Pair {
    file: String,
    zlint: String,
    ours: String,
    expected: String,
    found: &'static str,
}

impl Pair {
    fn agrees(&self) -> bool {
        let is_fault = ["error", "warn", "info", "fatal"].contains(&self.expected.as_str());
        (self.found == "fault") == is_fault
    }
}

fn found(
    standings: &BTreeMap<&'static str, Standing>,
    entry: &super::pki_zlint_map::Entry,
) -> &'static str {
    let (id, part) = (entry.ours, entry.part);
    match standings
        .get(id)
        .unwrap_or_else(|| panic!("no lint is called {id}"))
    {
        Standing::Faulty(fault) if fault.sentence.contains(part) => "fault",
        Standing::Faulty(_) | Standing::Clean => "clean",
        Standing::NotConcerned => "not concerned",
        Standing::NotInForce => "not in force",
    }
}

fn compare(
    path: &str,
    map: &[super::pki_zlint_map::Entry],
    look: impl Fn(&[u8]) -> Option<BTreeMap<&'static str, Standing>>,
) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for case in lines(path) {
        let standings = look(&bytes(&case["der"]));
        for expected in case["expect"].as_array().expect("expectations") {
            let (zlint, result) = (expected[0].as_str().expect("a name"), &expected[1]);
            let Some(entry) = map.iter().find(|entry| entry.zlint == zlint) else {
                continue;
            };
            pairs.push(Pair {
                file: case["file"].as_str().expect("a file").into(),
                zlint: zlint.into(),
                ours: entry.ours.into(),
                expected: result.as_str().expect("a result").into(),
                found: standings
                    .as_ref()
                    .map_or("unreadable", |standings| found(standings, entry)),
            });
        }
    }
    pairs
}

/// Prints the rate and each disagreement, and holds the rate to the least.
fn hold(what: &str, pairs: &[Pair], least: usize, known: &[(&str, &str, &str)]) {
    if pairs.is_empty() {
        return;
    }
    let apart: Vec<&Pair> = pairs.iter().filter(|pair| !pair.agrees()).collect();
    let agreed = pairs.len() - apart.len();
    println!("zlint: {agreed} of {} pairs of {what} agree", pairs.len());
    for pair in &apart {
        println!(
            "{}: {} says {}, {} says {}",
            pair.file, pair.zlint, pair.expected, pair.ours, pair.found
        );
    }
    assert!(
        agreed * 100 >= pairs.len() * least,
        "fewer than {least} % agree"
    );
    for pair in apart {
        let is_known = known
            .iter()
            .any(|(file, zlint, _)| *file == pair.file && *zlint == pair.zlint);
        assert!(
            is_known,
            "{} and {} part without a reason",
            pair.file, pair.zlint
        );
    }
}

/// Where we part from zlint on purpose: file, its lint, why.
const CERTIFICATES_APART: &[(&str, &str, &str)] = &[
    (
        "dnsNameWasValidTLD.pem",
        "e_dnsname_not_valid_tld",
        "the top-level domain is gone; our list is of today, zlint's of the day of issue",
    ),
    (
        "sub1_val10_iat0_cdp0_ocsp0_eff1.pem",
        "e_missing_crl_distrib_point",
        "ten days and a second, counted as BR 6.3.2 does, are more than short-lived",
    ),
];
const CRLS_APART: &[(&str, &str, &str)] = &[];

#[test]
fn certificates_are_judged_as_zlint_does() {
    let pairs = compare("lint/certificates.jsonl", CERTIFICATES, |der| {
        standings(der, Profile::Public)
    });
    hold("certificates", &pairs, 98, CERTIFICATES_APART);
}

#[test]
fn crls_are_judged_as_zlint_does() {
    let pairs = compare("lint/crls.jsonl", CRLS, |der| {
        let report = lint::crl::look(der, Profile::Public)?;
        Some(
            report
                .standings
                .into_iter()
                .map(|(lint, standing)| (lint.rule.id, standing))
                .collect(),
        )
    });
    hold("CRLs", &pairs, 98, CRLS_APART);
}

#[test]
fn every_certificate_that_the_parser_can_read_is_read_with_the_same_facts() {
    let (mut all, mut read) = (0, 0);
    for case in lines("lint/certificates.jsonl") {
        let der = bytes(&case["der"]);
        let file = &case["file"];
        all += 1;
        let is_readable = case["parses"]["x509_parser_0_18_1"] == true;
        let certificate = Certificate::parse(&der);
        assert_eq!(certificate.is_ok(), is_readable, "{file}");
        let Ok(certificate) = certificate else {
            continue;
        };
        read += 1;
        let facts = &case["facts"];
        if facts.is_null() {
            continue;
        }
        // The other reader writes NULL where the certificate has none.
        let standings = standings(&der, Profile::Private).expect("it was read");
        if standings["rsa_key_without_null"] == Standing::Clean && facts["spki_sha256"].is_string()
        {
            assert_eq!(facts["spki_sha256"], certificate.key_sha256(), "{file}");
        }
        assert_eq!(facts["cert_sha256"], certificate.sha256(), "{file}");
        if let Some(bits) = facts["key"][1].as_u64() {
            let ours = certificate.key().bits();
            let is_same = ours.is_none_or(|ours| u64::try_from(ours) == Ok(bits));
            assert!(is_same, "{file}: {bits} bits, and {ours:?} here");
        }
    }
    println!("zlint: {read} of {all} certificates read");
}

#[test]
fn roca_keys_are_told_and_no_others() {
    let text = shared("roca/certs.json").unwrap_or_else(|| "[]".into());
    let cases: Vec<Value> = serde_json::from_str(&text).expect("a list");
    for case in cases {
        let standings = standings(&bytes(&case["der"]), Profile::Private).expect("it can be read");
        let is_told = matches!(standings["roca"], Standing::Faulty(_));
        assert_eq!(case["roca"], is_told, "{}", case["file"]);
    }
    for case in lines("lint/certificates.jsonl") {
        if let Some(standings) = standings(&bytes(&case["der"]), Profile::Public) {
            assert_eq!(standings["roca"], Standing::Clean, "{}", case["file"]);
        }
    }
}

#[test]
fn a_key_that_two_suppliers_declare_is_found() {
    let Some(text) = shared("made/key_reuse.json") else {
        return;
    };
    let case: Value = serde_json::from_str(&text).expect("it is JSON");
    let declared: Vec<_> = case["declarations"]
        .as_array()
        .expect("declarations")
        .iter()
        .map(|one| {
            let pem = one["cert"].as_str().expect("PEM").as_bytes();
            let contents = passmuster::pki::container::read(pem).expect("a certificate");
            let certificate = Certificate::parse(&contents.certificates[0]).expect("readable");
            let text = |key: &str| one[key].as_str().expect("text").to_owned();
            reuse::Declared::new(&text("declarant"), &text("host"), &certificate)
        })
        .collect();
    let found = reuse::find(&declared);
    let groups = case["expect"]["groups"].as_array().expect("groups");
    assert_eq!(found.len(), groups.len());
    for (reuse, group) in found.iter().zip(groups) {
        assert_eq!(group["finding"], reuse.rule.id);
        let indexes: Vec<u64> = reuse.indexes.iter().map(|at| *at as u64).collect();
        assert_eq!(group["indexes"], serde_json::json!(indexes));
        assert_eq!(group["declarants"], serde_json::json!(reuse.declarants));
    }
}
