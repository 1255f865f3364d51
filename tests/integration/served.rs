//! The certificates that servers on loopback serve, followed to a root and asked for in lists of
//! revoked certificates: by `check --live`, `probe` and `certificate`.

use super::listeners::{Listener, chain_listener};
use super::program::{Desk, Ran, Report, text};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams,
    CrlDistributionPoint, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason, RevokedCertParams, SerialNumber,
    date_time_ymd,
};
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

const LOOPBACK: &str = "127.0.0.0/8:1-65535";
const LEAF: u64 = 7;

/// Somebody who issues certificates.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str, by: Option<&Self>, ends: i32) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(ends, 1, 1);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.use_authority_key_identifier_extension = by.is_some();
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let certificate = match by {
            Some(by) => params.signed_by(&key, &by.issuer),
            None => params.self_signed(&key),
        };
        Self {
            certificate: certificate.expect("an authority"),
            issuer: Issuer::new(params, key),
        }
    }

    /// For these names and addresses; names these lists.
    fn leaf(&self, names: &[&str], lists: &[String]) -> (Certificate, KeyPair) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name = DistinguishedName::new();
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2039, 1, 1);
        params.serial_number = Some(SerialNumber::from(LEAF));
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if !lists.is_empty() {
            params.crl_distribution_points = vec![CrlDistributionPoint {
                uris: lists.to_vec(),
            }];
        }
        let key = KeyPair::generate().expect("a key");
        (params.signed_by(&key, &self.issuer).expect("a leaf"), key)
    }

    fn list(&self, revoked: &[u64], ends: i32) -> Vec<u8> {
        let revoked = revoked.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2026, 6, 1),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2025, 6, 1),
            next_update: date_time_ymd(ends, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = params.signed_by(&self.issuer).expect("a list");
        list.der().to_vec()
    }
}

/// A root, an authority below it, and a desk on which the root is written down.
struct World {
    middle: Authority,
    desk: Desk,
}

impl World {
    fn new() -> Self {
        Self::ending(2040)
    }

    /// The authority below the root ends in that year.
    fn ending(year: i32) -> Self {
        let root = Authority::new("Fictional Root", None, 2040);
        let middle = Authority::new("Fictional Issuing CA", Some(&root), year);
        let desk = Desk::new();
        desk.write("root.pem", root.certificate.pem());
        Self { middle, desk }
    }

    fn serve(&self, leaf: &(Certificate, KeyPair), with_middle: bool) -> Listener {
        let middle = with_middle.then(|| self.middle.certificate.der().to_vec());
        let chain = std::iter::once(leaf.0.der().to_vec()).chain(middle);
        chain_listener(chain.collect(), leaf.1.serialize_der())
    }

    /// A submission with endpoints at these addresses.
    fn declare(&self, endpoints: &[(&str, SocketAddr, &str)]) {
        let mut text = "schema_version: \"1\"\norganisation: { name: Larkfield Systems, kind: \
                        supplier }\nendpoints:\n"
            .to_owned();
        for (id, address, more) in endpoints {
            let (host, port) = (address.ip(), address.port());
            writeln!(
                text,
                "  - {{ id: {id}, host: \"{host}\", port: {port}, {more} }}"
            )
            .expect("writing to a string");
        }
        self.desk.write("pack/submission.yaml", text);
    }

    fn check(&self, more: &[&str]) -> Report {
        let arguments = [
            "check",
            "pack",
            "--profile",
            "hssf-core",
            "--format",
            "json",
            "--all",
            "--live",
            "--allow",
            LOOPBACK,
        ];
        self.desk.run(&[&arguments[..], more].concat()).report()
    }

    fn certificate(&self, more: &[&str]) -> Ran {
        let arguments = ["certificate", "chain.pem", "--roots", "root.pem"];
        self.desk.run(&[&arguments[..], more].concat())
    }

    fn write_chain(&self, leaf: &Certificate) {
        let chain = [leaf.pem(), self.middle.certificate.pem()].concat();
        self.desk.write("chain.pem", chain);
    }
}

const ROOTS: [&str; 2] = ["--roots", "root.pem"];
const HSCN: &str = "audience: hscn";
const INTERNET: &str = "audience: internet";

fn address(listener: &Listener) -> String {
    listener.address.ip().to_string()
}

/// For every address that a listener may get.
fn leaf(by: &Authority, lists: &[String]) -> (Certificate, KeyPair) {
    let mut names: Vec<_> = (0..=255).map(|low| format!("127.1.0.{low}")).collect();
    names.extend(["127.0.0.1".to_owned(), "portal.example.test".to_owned()]);
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    by.leaf(&names, lists)
}

/// A server of HTTP that gives everybody this answer, and keeps what was asked.
fn web(status: &'static str, body: Vec<u8>) -> (Listener, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&asked);
    let listener = Listener::start(move |mut stream| {
        let mut request = [0; 4_096];
        let count = stream.read(&mut request).unwrap_or(0);
        let request = String::from_utf8_lossy(&request[..count]).into_owned();
        kept.lock().expect("nobody panicked").push(request);
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nlocation: http://127.0.0.1:1/\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&body);
        // Until the client has read it.
        let _ = stream.read(&mut [0; 1]);
    });
    (listener, asked)
}

fn url(listener: &Listener) -> String {
    format!("http://{}/issuing.crl", listener.address)
}

#[test]
fn a_whole_chain_leads_to_a_root_that_was_given() {
    let world = World::new();
    let server = world.serve(&leaf(&world.middle, &[]), true);
    world.declare(&[("portal", server.address, HSCN)]);
    let report = world.check(&ROOTS);
    for rule in ["TLS-040", "TLS-041", "TLS-042", "TLS-043"] {
        report.claims(rule, "portal", "pass", &[]);
    }
    report.claims("TLS-044", "portal", "not-applicable", &["--fetch-crls"]);
}

#[test]
fn a_stranger_is_refused_on_the_internet_and_asked_about_elsewhere() {
    let world = World::new();
    let server = world.serve(&leaf(&world.middle, &[]), true);
    world.declare(&[
        ("portal", server.address, INTERNET),
        ("inside", server.address, HSCN),
    ]);
    let report = world.check(&[]);
    let stranger = ["neither sent along nor a root"];
    report.claims("TLS-040", "portal", "fail high", &stranger);
    report.claims("TLS-040", "inside", "unknown", &["--roots"]);
    report.claims("TLS-041", "portal", "unknown", &[]);
    report.claims("TLS-042", "portal", "pass", &[]);
    report.claims("TLS-043", "portal", "unknown", &["no root that is known"]);
}

#[test]
fn a_missing_intermediate_is_the_servers_fault() {
    let world = World::new();
    let leaf = leaf(&world.middle, &[]);
    let (short, whole) = (world.serve(&leaf, false), world.serve(&leaf, true));
    world.declare(&[
        ("short", short.address, HSCN),
        ("whole", whole.address, HSCN),
    ]);
    let report = world.check(&ROOTS);
    report.claims("TLS-043", "short", "fail high", &["leaves out"]);
    report.claims("TLS-040", "short", "fail high", &["unknown_issuer"]);
    report.claims("TLS-043", "whole", "pass", &[]);
    report.claims("TLS-040", "whole", "pass", &[]);
}

#[test]
fn an_authority_out_of_date_is_found_behind_a_server_that_is_not() {
    let world = World::ending(2026);
    let server = world.serve(&leaf(&world.middle, &[]), true);
    world.declare(&[("portal", server.address, HSCN)]);
    let report = world.check(&ROOTS);
    report.claims("TLS-041", "portal", "fail critical", &["expired"]);
    report.claims("TLS-040", "portal", "unknown", &["expired"]);
    report.claims("TLS-001", "portal", "pass", &[]);
    report.claims("TLS-043", "portal", "pass", &[]);
}

#[test]
fn what_is_declared_as_private_is_asked_for_its_dates_without_any_root() {
    let world = World::ending(2026);
    let leaf = leaf(&world.middle, &[]);
    let server = world.serve(&leaf, true);
    let certificate = "certificate: c1, audience: hscn";
    world.declare(&[("portal", server.address, certificate)]);
    world.desk.write("pack/c1.pem", leaf.0.pem());
    let submission = world.desk.path("pack/submission.yaml");
    let text = std::fs::read_to_string(submission).expect("it was written");
    let list = "certificates: [{ id: c1, file: c1.pem, publicly_trusted: no }]\n";
    world.desk.write("pack/submission.yaml", text + list);
    let report = world.check(&[]);
    report.claims("TLS-026", "portal", "pass", &[]);
    report.claims("TLS-040", "portal", "unknown", &["--roots"]);
    report.claims("TLS-041", "portal", "fail critical", &["expired"]);
}

#[test]
fn another_name_fails_whoever_vouches_for_it() {
    let world = World::new();
    let server = world.serve(&world.middle.leaf(&["other.example.test"], &[]), true);
    world.declare(&[("portal", server.address, HSCN)]);
    let report = world.check(&ROOTS);
    report.claims("TLS-042", "portal", "fail high", &["host_mismatch"]);
    report.claims("TLS-040", "portal", "pass", &[]);
}

#[test]
fn a_list_that_was_fetched_clears_or_revokes() {
    for (revoked, outcome, words) in [
        (&[9][..], "pass", "do not name it"),
        (&[9, LEAF], "fail critical", "its key was compromised"),
    ] {
        let world = World::new();
        let (web, asked) = web("200 OK", world.middle.list(revoked, 2040));
        let server = world.serve(&leaf(&world.middle, &[url(&web)]), true);
        world.declare(&[
            ("portal", server.address, HSCN),
            ("again", server.address, HSCN),
        ]);
        let report = world.check(&[&ROOTS[..], &["--fetch-crls"]].concat());
        report.claims("TLS-044", "portal", outcome, &[words]);
        assert_eq!(asked.lock().unwrap().len(), 1, "once in a run");
        let without = world.check(&ROOTS);
        without.claims("TLS-044", "portal", "not-applicable", &[]);
        assert_eq!(asked.lock().unwrap().len(), 1, "nothing without the option");
    }
}

/// What every list that was not had comes to, by each command.
#[test]
fn a_list_that_could_not_be_had_clears_nobody() {
    let other = Authority::new("Somebody Else", None, 2040);
    for (status, body, words) in [
        ("404 Not Found", Vec::new(), "status 404"),
        ("302 Found", Vec::new(), "elsewhere (status 302)"),
        ("200 OK", b"<html>".to_vec(), "no list of revoked"),
        ("200 OK", other.list(&[], 2040), "can clear it"),
    ] {
        let world = World::new();
        let (web, _asked) = web(status, body);
        let leaf = leaf(&world.middle, &[url(&web)]);
        let server = world.serve(&leaf, true);
        world.declare(&[("portal", server.address, HSCN)]);
        let report = world.check(&[&ROOTS[..], &["--fetch-crls"]].concat());
        report.claims("TLS-044", "portal", "unknown", &[words]);
        world.write_chain(&leaf.0);
        let ran = world.certificate(&["--fetch-crls", "--allow", LOOPBACK]);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        assert!(ran.stdout.contains("NOT DECIDED"), "{}", ran.stdout);
        let target = server.address.to_string();
        let arguments = [
            "probe",
            &target,
            "--fetch-crls",
            "--allow",
            LOOPBACK,
            "--format",
            "json",
        ];
        let ran = world.desk.run(&[&arguments[..], &ROOTS].concat());
        let seen: Value = serde_json::from_str(&ran.stdout).unwrap();
        let endpoint = &seen["endpoints"][0];
        assert_eq!(endpoint["path"]["outcome"], "unknown", "{endpoint:#}");
    }
}

#[test]
fn a_stale_list_clears_nobody_and_still_revokes() {
    for (revoked, outcome) in [(&[9][..], "unknown"), (&[LEAF], "fail critical")] {
        let world = World::new();
        let (web, _asked) = web("200 OK", world.middle.list(revoked, 2026));
        let server = world.serve(&leaf(&world.middle, &[url(&web)]), true);
        world.declare(&[("portal", server.address, HSCN)]);
        let report = world.check(&[&ROOTS[..], &["--fetch-crls"]].concat());
        report.claims("TLS-044", "portal", outcome, &[]);
    }
}

#[test]
fn no_address_is_asked_for_a_list_that_was_not_allowed() {
    let world = World::new();
    let (web, asked) = web("200 OK", world.middle.list(&[], 2040));
    let port = web.address.port();
    let odd = format!("http://2130706433:{port}/issuing.crl");
    let lists = [
        url(&web),
        odd,
        "ldap://127.0.0.1/cn=x".into(),
        "file:///etc/passwd".into(),
    ];
    let leaf = leaf(&world.middle, &lists);
    world.write_chain(&leaf.0);
    let ran = world.certificate(&["--fetch-crls"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("is barred"), "{}", ran.stdout);
    let ran = world.certificate(&["--fetch-crls", "--allow", "127.0.0.0/8:80"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(asked.lock().unwrap().is_empty());
    let refused = world.certificate(&["--allow", LOOPBACK]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
}

#[test]
fn certificates_in_files_are_cleared_and_revoked_by_fetched_lists() {
    for (revoked, code, words) in [(&[9][..], 0, "PASS"), (&[LEAF], 1, "revoked at 2026-06-01")] {
        let world = World::new();
        let (web, asked) = web("200 OK", world.middle.list(revoked, 2040));
        world.write_chain(&leaf(&world.middle, &[url(&web)]).0);
        let ran = world.certificate(&["--fetch-crls", "--allow", LOOPBACK]);
        assert_eq!(ran.code, code, "{}", ran.stdout);
        assert!(ran.stdout.contains(words), "{}", ran.stdout);
        assert!(!ran.stdout.contains("revocation (give"), "{}", ran.stdout);
        let asked = asked.lock().unwrap();
        assert!(
            asked[0].starts_with("GET /issuing.crl HTTP/1.1"),
            "{asked:?}"
        );
        assert!(!asked[0].to_lowercase().contains("accept-encoding"));
    }
}

#[test]
fn a_certificate_that_names_no_list_is_not_cleared_by_asking() {
    let world = World::new();
    world.write_chain(&leaf(&world.middle, &[]).0);
    let ran = world.certificate(&["--fetch-crls"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("it names no list"), "{}", ran.stdout);
    assert_eq!(world.certificate(&[]).code, 0);
}

#[test]
fn a_probe_tells_where_the_certificates_lead() {
    let world = World::new();
    let server = world.serve(&leaf(&world.middle, &[]), true);
    let target = server.address.to_string();
    let probe = |more: &[&str]| {
        let arguments = ["probe", &target, "--allow", LOOPBACK];
        world.desk.run(&[&arguments[..], more].concat())
    };
    let ran = probe(&ROOTS);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let holds = format!("path     holds to root.pem for {}", address(&server));
    assert!(ran.stdout.contains(&holds), "{}", ran.stdout);
    let ran = probe(&[]);
    assert_eq!(ran.code, 0, "what is seen is told: {}", ran.stdout);
    assert!(
        ran.stdout.contains("BROKEN: does not hold to web roots"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("unknown_issuer"), "{}", ran.stdout);
    let ran = probe(&[
        "--roots",
        "root.pem",
        "--profile",
        "public",
        "--format",
        "json",
    ]);
    let seen: Value = serde_json::from_str(&ran.stdout).unwrap();
    let path = &seen["endpoints"][0]["path"];
    assert_eq!(text(&path["profile"]), "public");
    assert_eq!(path["reaches_root"], true);
    let missing = probe(&["--roots", "nowhere.pem"]);
    assert_eq!(missing.code, 3, "{}", missing.stderr);
}
