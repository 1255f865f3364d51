//! `check --live` against servers on loopback: what is seen is judged, what differs from the
//! declaration is told with both sides, what cannot be seen is unknown, and nobody is visited
//! unless the operator says so.

use super::listeners::{
    Identity, claiming, endless, openssl, rustls_config, rustls_listener, silent,
};
use super::program::{Desk, Ran, Report, text};
use rustls::crypto::ring::default_provider;
use rustls::version::{TLS12, TLS13};
use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const LOOPBACK: &str = "127.0.0.0/8:1-65535";
const LIVE: [&str; 3] = ["--live", "--allow", LOOPBACK];

/// A pack with one endpoint at this address, and what else is declared of it.
fn pack(address: SocketAddr, more: &str) -> Desk {
    let desk = Desk::new();
    let (host, port) = (address.ip(), address.port());
    desk.write(
        "pack/submission.yaml",
        format!(
            "schema_version: \"1\"\norganisation: {{ name: Larkfield Systems, kind: supplier }}\n\
             endpoints: [{{ id: portal, host: \"{host}\", port: {port}, {more} }}]\n"
        ),
    );
    desk
}

/// The same with a certificate whose file is in the pack.
fn pack_with(address: SocketAddr, more: &str, identity: &Identity) -> Desk {
    let desk = pack(address, &format!("certificate: c1, {more}"));
    let pem = fs::read(identity.path().join("certificate.pem")).expect("it was written");
    desk.write("pack/served.pem", pem);
    let submission = desk.path("pack/submission.yaml");
    let text = fs::read_to_string(&submission).expect("it was written");
    let list = "certificates: [{ id: c1, file: served.pem }]\n";
    desk.write("pack/submission.yaml", text + list);
    desk
}

fn check(desk: &Desk, more: &[&str]) -> Ran {
    let arguments = [
        "check",
        "pack",
        "--profile",
        "hssf-core",
        "--format",
        "json",
        "--all",
    ];
    desk.run(&[&arguments[..], more].concat())
}

fn look(desk: &Desk) -> Report {
    check(desk, &LIVE).report()
}

fn outcome(report: &Report, rule: &str) -> String {
    text(&report.finding(rule, "portal")["outcome"]).to_owned()
}

fn reason(report: &Report, rule: &str) -> String {
    text(&report.finding(rule, "portal")["reason"]).to_owned()
}

#[test]
fn a_server_that_is_what_was_declared_passes() {
    let identity = Identity::new();
    let server = rustls_listener(rustls_config(
        &identity,
        &[&TLS12, &TLS13],
        default_provider(),
    ));
    let declared = "tls_versions: [TLS 1.2, TLS 1.3]";
    let report = look(&pack_with(server.address, declared, &identity));
    for rule in [
        "TLS-004", "TLS-020", "TLS-021", "TLS-022", "TLS-023", "TLS-024", "TLS-026", "TLS-027",
    ] {
        assert_eq!(
            outcome(&report, rule),
            "pass",
            "{rule}: {}",
            reason(&report, rule)
        );
    }
    assert_eq!(outcome(&report, "TLS-025"), "fail");
    let observed = &report.json["run"]["observed"];
    assert_eq!(
        (&observed["endpoints"], &observed["seen"]),
        (&1.into(), &1.into())
    );
    assert!(observed["at"].is_string());
}

#[test]
fn the_certificate_that_is_served_is_judged_and_another_than_declared_is_a_conflict() {
    let (shown, declared) = (Identity::new(), Identity::new());
    let server = rustls_listener(rustls_config(&shown, &[&TLS13], default_provider()));
    let report = look(&pack_with(server.address, "audience: internet", &declared));
    assert_eq!(outcome(&report, "TLS-026"), "conflict");
    let told = reason(&report, "TLS-026");
    assert!(
        told.contains("`c1`") && told.contains("served is SHA-256"),
        "{told}"
    );
    let judged = reason(&report, "TLS-001");
    assert!(judged.contains("observed:127."), "{judged}");
    // Nothing was declared of versions: what was seen counts, and nothing disagrees.
    assert_eq!(outcome(&report, "TLS-004"), "pass");
    assert_eq!(outcome(&report, "TLS-027"), "not-applicable");
}

#[test]
fn where_no_certificate_is_declared_the_one_seen_is_judged() {
    let identity = Identity::new();
    let server = rustls_listener(rustls_config(&identity, &[&TLS13], default_provider()));
    let desk = pack(server.address, "audience: internet");
    let report = look(&desk);
    assert_eq!(
        outcome(&report, "TLS-001"),
        "pass",
        "{}",
        reason(&report, "TLS-001")
    );
    assert_eq!(outcome(&report, "TLS-007"), "fail", "it names another host");
    assert_eq!(outcome(&report, "TLS-026"), "not-applicable");
    let without = check(&desk, &[]).report();
    assert_eq!(outcome(&without, "TLS-001"), "unknown");
}

#[test]
fn nobody_declares_a_certificate_in_the_place_of_the_one_seen() {
    let identity = Identity::new();
    let server = rustls_listener(rustls_config(&identity, &[&TLS13], default_provider()));
    let id = format!("observed:{}", server.address);
    let desk = pack(server.address, &format!("certificate: \"{id}\""));
    let submission = desk.path("pack/submission.yaml");
    let text = fs::read_to_string(&submission).expect("it was written");
    let list = format!(
        "certificates: [{{ id: \"{id}\", sans: [\"{}\"] }}]\n",
        server.address.ip()
    );
    desk.write("pack/submission.yaml", text + &list);
    let report = look(&desk);
    assert_eq!(
        outcome(&report, "TLS-007"),
        "fail",
        "{}",
        reason(&report, "TLS-007")
    );
    assert_eq!(outcome(&report, "TLS-026"), "unknown");
}

#[test]
fn a_weaker_floor_than_declared_fails_and_disagrees() {
    let Some(identity) = Identity::rsa() else {
        return;
    };
    let options = ["-no_tls1_3", "-cipher", "ALL:@SECLEVEL=0"];
    let Some(server) = openssl(&identity, &options) else {
        return;
    };
    let report = look(&pack_with(
        server.address,
        "tls_versions: [TLS 1.2]",
        &identity,
    ));
    assert_eq!(outcome(&report, "TLS-004"), "pass", "as declared");
    for rule in ["TLS-020", "TLS-021", "TLS-022", "TLS-023", "TLS-024"] {
        assert_eq!(outcome(&report, rule), "fail", "{rule}");
    }
    assert!(reason(&report, "TLS-020").contains("TLS 1.0, TLS 1.1"));
    assert_eq!(outcome(&report, "TLS-027"), "conflict");
    assert!(reason(&report, "TLS-027").contains("declared is TLS 1.2, spoken TLS 1.0"));
    assert_eq!(outcome(&report, "TLS-026"), "pass");
    assert_eq!(report.decision(), "reject");
}

/// Asks every rule of a look, all of which have to come to unknown.
fn is_unknown(report: &Report, words: &str) {
    for number in 20..=26 {
        let rule = format!("TLS-0{number}");
        let found = outcome(report, &rule);
        let expected = if number == 26 {
            "not-applicable"
        } else {
            "unknown"
        };
        assert_eq!(found, expected, "{rule}");
    }
    let told = reason(report, "TLS-020");
    assert!(told.contains(words), "{told}");
    assert_eq!(report.json["run"]["observed"]["seen"], 0);
}

#[test]
fn a_server_that_is_down_is_unknown() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    let address = free.local_addr().expect("it is bound");
    drop(free);
    is_unknown(&look(&pack(address, "audience: internet")), "refused");
}

#[test]
fn loopback_is_barred_unless_it_is_allowed() {
    let server = silent();
    let desk = pack(server.address, "audience: internet");
    is_unknown(
        &check(&desk, &["--live"]).report(),
        "is barred (this machine)",
    );
    let elsewhere = ["--live", "--allow", "10.0.0.0/8:443"];
    is_unknown(&check(&desk, &elsewhere).report(), "is barred");
    assert_eq!(server.visits.all(), 0);
}

#[test]
fn nobody_is_visited_without_the_option() {
    let server = silent();
    let desk = pack(server.address, "audience: internet");
    let report = check(&desk, &[]).report();
    assert_eq!(server.visits.all(), 0);
    assert!(report.json["run"]["observed"].is_null());
    let rules = report.json["rules"].as_array().expect("rules are listed");
    let is_live = |rule: &&serde_json::Value| text(&rule["pack"]) == "tls-live";
    assert_eq!(rules.iter().filter(is_live).count(), 0);
    let refused = check(&desk, &["--allow", LOOPBACK]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
}

#[test]
fn another_day_than_today_is_refused_before_anybody_is_visited() {
    let server = silent();
    let desk = pack(server.address, "audience: internet");
    let ran = check(&desk, &[&LIVE[..], &["--as-of", "2026-01-01"]].concat());
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("the question is about 2026-01-01"),
        "{}",
        ran.stderr
    );
    assert_eq!(server.visits.all(), 0);
}

#[test]
fn an_inventory_has_nothing_to_look_at() {
    let desk = Desk::new();
    desk.write(
        "estate.csv",
        "Asset ID,Operating System\nsrv-01,Windows Server 2022\n",
    );
    let ran = desk.run(&["check", "estate.csv", "--live"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("declares no endpoints"),
        "{}",
        ran.stderr
    );
}

#[test]
fn hostile_servers_are_unknown_and_cost_little_time() {
    let started = Instant::now();
    let servers = [
        silent(),
        claiming(),
        endless(b"\x15\x03\x03\x00\x02\x01\x00"),
    ];
    for server in servers {
        let report = look(&pack(server.address, "audience: internet"));
        assert_ne!(outcome(&report, "TLS-020"), "pass");
        assert_ne!(outcome(&report, "TLS-021"), "pass");
    }
    assert!(started.elapsed() < Duration::from_mins(1));
}

#[test]
fn what_is_no_target_is_unknown_with_its_reason() {
    for (host, port, words) in [
        ("user@127.0.0.1", "443", "cannot be part of a host"),
        (
            "https://portal.example.test",
            "443",
            "cannot be part of a host",
        ),
        ("127.0.0.1:8443", "443", "its host names port 8443"),
        ("127.0.0.1", "70000", "70000 is not a number from 1"),
        ("2130706433", "443", "127.0.0.1 is barred"),
    ] {
        let desk = Desk::new();
        desk.write(
            "pack/submission.yaml",
            format!(
                "schema_version: \"1\"\norganisation: {{ name: Larkfield, kind: supplier }}\n\
                 endpoints: [{{ id: portal, host: \"{host}\", port: {port} }}]\n"
            ),
        );
        is_unknown(&check(&desk, &["--live"]).report(), words);
    }
}

#[test]
fn a_declaration_cannot_say_what_was_observed() {
    let server = silent();
    let desk = pack(server.address, "observed: { versions: [TLS 1.3] }");
    let ran = check(&desk, &[]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("cannot be declared"), "{}", ran.stderr);
}
