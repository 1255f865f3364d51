//! Certificates and paths, judged against published and made cases. Half of each collection lies
//! beside the repository; where it is absent the tests say so and pass. With `--nocapture` each
//! test prints its count.

use passmuster::model::Outcome;
use passmuster::pki::{Host, Profile, Request, Roots, Thresholds, Verdict, container, judge};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn shared(path: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/certs")
        .join(path);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("skipped: ../shared is absent");
    }
    text
}

/// A case as the collections write it.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) leaf: Vec<u8>,
    pub(super) intermediates: Vec<Vec<u8>>,
    pub(super) roots: Vec<Vec<u8>>,
    pub(super) crls: Vec<Vec<u8>>,
    host: Option<Host>,
    clock: jiff::Timestamp,
    profile: Profile,
    max_intermediates: Option<usize>,
}

impl Case {
    pub(super) fn judge(&self) -> Verdict {
        let intermediates: Vec<&[u8]> = self.intermediates.iter().map(Vec::as_slice).collect();
        let crls: Vec<&[u8]> = self.crls.iter().map(Vec::as_slice).collect();
        let roots: Vec<_> = self
            .roots
            .iter()
            .filter(|der| Roots::new(String::new(), vec![(*der).clone()]).is_ok())
            .cloned()
            .collect();
        let roots = Roots::new("the case's".into(), roots).expect("each was tried");
        let thresholds = Thresholds {
            max_intermediates: self.max_intermediates,
            ..Thresholds::default()
        };
        judge(&Request {
            leaf: &self.leaf,
            intermediates: &intermediates,
            roots: &roots,
            crls: &crls,
            host: self.host.as_ref(),
            profile: self.profile,
            thresholds: &thresholds,
            clock: self.clock,
        })
    }
}

fn pem(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("PEM is text");
    match container::read(text.as_bytes()) {
        Ok(contents) => contents
            .certificates
            .into_iter()
            .chain(contents.crls)
            .next()
            .unwrap_or_default(),
        // Broken on purpose: hand on the bytes all the same.
        Err(_) => raw(text),
    }
}

pub(super) fn raw(text: &str) -> Vec<u8> {
    x509_parser::pem::Pem::iter_from_buffer(text.as_bytes())
        .find_map(Result::ok)
        .map(|pem| pem.contents)
        .unwrap_or_default()
}

fn pems(list: &Value) -> Vec<Vec<u8>> {
    list.as_array().into_iter().flatten().map(pem).collect()
}

pub(super) fn path_cases(file: &str) -> Vec<(Case, Value)> {
    let Some(text) = shared(file) else {
        return Vec::new();
    };
    let whole: Value = serde_json::from_str(&text).expect("the collection is JSON");
    let cases = whole["testcases"].as_array().expect("it has cases");
    cases
        .iter()
        .map(|case| (path_case(case), case.clone()))
        .collect()
}

fn path_case(case: &Value) -> Case {
    let id = case["id"].as_str().expect("an id").to_owned();
    let clock = case["validation_time"]
        .as_str()
        .unwrap_or("2026-11-22T12:00:00Z");
    let public = ["webpki::", "online::"];
    let host = case["expected_peer_name"]["value"].as_str();
    Case {
        leaf: pem(&case["peer_certificate"]),
        intermediates: pems(&case["untrusted_intermediates"]),
        roots: pems(&case["trusted_certs"]),
        crls: pems(&case["crls"]),
        host: host.map(|host| Host::parse(host).expect("a host")),
        clock: clock.parse().expect("an instant"),
        profile: if public.iter().any(|start| id.starts_with(start)) {
            Profile::Public
        } else {
            Profile::Private
        },
        max_intermediates: case["max_chain_depth"]
            .as_u64()
            .map(|depth| usize::try_from(depth).expect("small")),
        id,
    }
}

pub(super) fn told(verdict: &Verdict) -> String {
    let faults = verdict.faults.iter().map(|fault| {
        format!(
            "{}[{:?}]{}",
            fault.id(),
            fault.certificate,
            fault.level.name()
        )
    });
    let open = verdict
        .not_decided
        .iter()
        .map(|open| format!("?{}", open.id));
    faults.chain(open).collect::<Vec<_>>().join(" ")
}

/// Of the open half, what is refused or left open although the collection wants it accepted. Most
/// are contradictions inside the collection, which holds two rule books.
const LIMBO_REFUSED: &[(&str, &str)] = &[
    // A root that another issued lacks an AKI; `rfc5280::aki::cross-signed-root-missing-aki`
    // wants just that refused.
    ("cve::cve-2024-0567", "aki_missing"),
    // The common name is none of the alternative names; `webpki::cn::*` wants that refused.
    ("webpki::nc::nc-permits-dns-san-pattern", "cn_not_in_san"),
    ("webpki::san::exact-localhost-ip-san", "cn_not_in_san"),
    ("webpki::san::leftmost-wildcard-san", "cn_not_in_san"),
];
const LIMBO_NOT_DECIDED: &[(&str, &str)] = &[
    // webpki follows no path from an authority's certificate.
    ("pathlen::validation-ignores-pathlen-in-leaf", "ca_as_leaf"),
    // webpki compares no directory names.
    ("rfc5280::nc::permitted-dn-match", "name_constraint_kind"),
    // Only the owner of the suffix may have this wildcard; the certificate does not say who asked.
    ("online::s3.amazonaws.com", "wildcard_private_suffix"),
];

#[test]
fn no_limbo_server_case_is_accepted_that_must_not_be() {
    let (mut ran, mut right, mut left_open) = (0, 0, 0);
    let (mut accepted, mut refused, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for (case, expected) in path_cases("path/limbo.json") {
        if expected["validation_kind"] != "SERVER" {
            continue;
        }
        ran += 1;
        let verdict = case.judge();
        let told = told(&verdict);
        let is_accepted = verdict.outcome() == Outcome::Pass;
        let should = expected["expected_result"] == "SUCCESS";
        right += usize::from(is_accepted == should);
        left_open += usize::from(!should && verdict.outcome() == Outcome::Unknown);
        match (should, is_accepted) {
            (true, true) => {}
            (false, false) => assert!(!told.is_empty(), "{} has no reason", case.id),
            (false, true) => accepted.push((case.id.clone(), told)),
            (true, false) if verdict.not_decided.is_empty() => {
                refused.push((case.id.clone(), told));
            }
            (true, false) => open.push((case.id.clone(), told)),
        }
    }
    println!(
        "limbo: {ran} ran, {right} right ({left_open} of them left open where a refusal is \
         wanted), {} false accepts, {} false rejects, {} not decided",
        accepted.len(),
        refused.len(),
        open.len()
    );
    for (what, list) in [
        ("accepted", &accepted),
        ("refused", &refused),
        ("not decided", &open),
    ] {
        for (id, told) in list {
            println!("  {what}: {id}: {told}");
        }
    }
    assert!(accepted.is_empty(), "{accepted:?}");
    if ran > 0 {
        assert_same(&refused, LIMBO_REFUSED);
        assert_same(&open, LIMBO_NOT_DECIDED);
    }
}

/// The same cases, each with its reason among those told.
fn assert_same(found: &[(String, String)], expected: &[(&str, &str)]) {
    let ids: Vec<_> = found.iter().map(|(id, _)| id.as_str()).collect();
    let wanted: Vec<_> = expected.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, wanted);
    for ((id, told), (_, reason)) in found.iter().zip(expected) {
        assert!(told.contains(reason), "{id}: {told}");
    }
}

#[test]
fn every_bettertls_path_and_name_constraint_is_judged_right() {
    let mut right = BTreeMap::<String, usize>::new();
    for (case, expected) in path_cases("path/bettertls.json") {
        let verdict = case.judge();
        let is_held = verdict.path_outcome() == Outcome::Pass;
        let should = expected["expected_result"] == "SUCCESS";
        assert_eq!(is_held, should, "{}: {}", case.id, told(&verdict));
        let kind = case.id.rsplit_once("::").map_or("", |(kind, _)| kind);
        *right.entry(kind.to_owned()).or_default() += 1;
    }
    println!("BetterTLS, all right: {right:?}");
}

#[test]
fn made_cases_have_their_verdict_and_their_findings() {
    let Some(text) = shared("made/cases.json") else {
        return;
    };
    let whole: Value = serde_json::from_str(&text).expect("the collection is JSON");
    let cases = whole["cases"].as_array().expect("it has cases");
    for case in cases {
        let made = made_case(case);
        let verdict = made.judge();
        let (expect, told) = (&case["expect"], told(&verdict));
        match expect["path"].as_str() {
            Some("ok") => assert_eq!(verdict.path_outcome(), Outcome::Pass, "{}: {told}", made.id),
            Some("fail") => {
                assert_eq!(verdict.path_outcome(), Outcome::Fail, "{}: {told}", made.id);
            }
            // Left to policy: ours never takes them for good.
            _ => assert_ne!(verdict.outcome(), Outcome::Pass, "{}: {told}", made.id),
        }
        for finding in texts(&expect["findings"]) {
            assert!(verdict.has(finding), "{}: {told}", made.id);
        }
        for finding in texts(&expect["absent"]) {
            assert!(!verdict.has(finding), "{}: {told}", made.id);
        }
    }
    println!("made: {} of {} right", cases.len(), cases.len());
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

pub(super) fn made_case(case: &Value) -> Case {
    let text = |key: &str| case[key].as_str().expect("it is text");
    Case {
        id: text("id").into(),
        leaf: pem(&case["leaf"]),
        intermediates: pems(&case["intermediates"]),
        roots: pems(&case["roots"]),
        crls: pems(&case["crls"]),
        host: Some(Host::parse(text("host")).expect("a host")),
        clock: text("eval_time").parse().expect("an instant"),
        profile: match text("profile") {
            "private" => Profile::Private,
            _ => Profile::Public,
        },
        max_intermediates: None,
    }
}

fn now() -> jiff::Timestamp {
    "2026-11-22T12:00:00Z".parse().expect("an instant")
}

/// Chains from a public collection of bad endpoints, all of them expired by now.
fn badssl() -> Vec<(String, Vec<Vec<u8>>)> {
    let Some(text) = shared("chains/badssl.jsonl") else {
        return Vec::new();
    };
    let chain = |line: &str| {
        let case: Value = serde_json::from_str(line).expect("a line is JSON");
        let certificates = case["certs"].as_array().expect("it has certificates");
        let der = |certificate: &Value| {
            let pem = format!(
                "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                certificate["der"].as_str().expect("DER in base 64")
            );
            raw(&pem)
        };
        let file = case["file"].as_str().expect("a name");
        (file.to_owned(), certificates.iter().map(der).collect())
    };
    text.lines().map(chain).collect()
}

fn judge_chain(chain: &[Vec<u8>], roots: &Roots, clock: jiff::Timestamp) -> Verdict {
    let (leaf, sent) = chain.split_first().expect("a chain has a leaf");
    let sent: Vec<&[u8]> = sent.iter().map(Vec::as_slice).collect();
    judge(&Request {
        leaf,
        intermediates: &sent,
        roots,
        crls: &[],
        host: None,
        profile: Profile::Public,
        thresholds: &Thresholds::default(),
        clock,
    })
}

#[test]
fn expired_chains_say_so_and_whatever_else_is_wrong_with_them() {
    let roots = Roots::web();
    for (file, chain) in badssl() {
        let verdict = judge_chain(&chain, &roots, now());
        assert_eq!(verdict.path_outcome(), Outcome::Fail, "{file}");
        let mut expected = vec!["expired"];
        // Roots that have left the web's since are as unknown as none.
        expected.extend((!verdict.reaches_root).then_some("unknown_issuer"));
        expected.extend(file.contains("sha1").then_some("weak_signature"));
        for id in expected {
            assert!(verdict.has(id), "{file} lacks {id}: {}", told(&verdict));
        }
        assert_eq!(verdict.path.len(), followed(&verdict, &chain), "{file}");
    }
}

/// Those whose root the web still trusts hold in their own time: only time was wrong.
#[test]
fn an_expired_chain_is_told_apart_from_an_untrusted_one() {
    let roots = Roots::web();
    for (file, chain) in badssl() {
        let start = passmuster::pki::Certificate::parse(&chain[0])
            .expect("it can be read")
            .not_before();
        let today = judge_chain(&chain, &roots, now());
        let then = judge_chain(&chain, &roots, start);
        let only_time = today
            .faults
            .iter()
            .filter(|fault| fault.breaks_path())
            .all(|fault| fault.id() == "expired");
        let holds = then.path_outcome() == Outcome::Pass;
        assert_eq!(only_time, holds, "{file}: {} {}", told(&today), told(&then));
    }
}

/// The leaf, whatever of the chain leads on from it, and the root.
fn followed(verdict: &Verdict, chain: &[Vec<u8>]) -> usize {
    let sent = verdict.path.iter().filter(|link| {
        chain.iter().any(|der| {
            passmuster::pki::Certificate::parse(der)
                .is_ok_and(|certificate| certificate.sha256() == link.sha256)
        })
    });
    sent.count() + usize::from(verdict.reaches_root)
}

#[test]
fn files_of_every_shape_are_read_or_refused_as_expected() {
    let Some(expected) = shared("container/expect.json") else {
        return;
    };
    let expected: BTreeMap<String, String> = serde_json::from_str(&expected).expect("JSON");
    println!("containers: {} of {} right", expected.len(), expected.len());
    for (file, expected) in expected {
        let path = format!("../shared/data/certs/container/{file}");
        let bytes =
            std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file");
        let read = container::read(&bytes);
        let Some(count) = expected
            .split_once(" certificate")
            .and_then(|(count, _)| count.parse::<usize>().ok())
        else {
            assert!(read.is_err(), "{file}");
            continue;
        };
        let read = read.unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(read.certificates.len(), count, "{file}");
        let has_key = expected.contains("private_key");
        assert_eq!(!read.incidents.is_empty(), has_key, "{file}");
    }
}
