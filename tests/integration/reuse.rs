//! `passmuster reuse`: whose keys are shared, what it prints, and how it ends.

use super::program::{Desk, root};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

fn certificate(key: &KeyPair, name: &str, year: i32) -> String {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.not_before = date_time_ymd(year, 1, 1);
    params.not_after = date_time_ymd(year + 1, 1, 1);
    params.self_signed(key).expect("a certificate").pem()
}

/// A pack of a supplier that serves certificates at hosts.
fn pack(desk: &Desk, folder: &str, name: &str, served: &[(&str, &str)]) {
    let (mut certificates, mut endpoints) = (Vec::new(), Vec::new());
    for (at, (host, pem)) in served.iter().enumerate() {
        desk.write(&format!("{folder}/c{at}.pem"), pem);
        certificates.push(format!("{{ id: c{at}, file: c{at}.pem }}"));
        endpoints.push(format!(
            "{{ id: e{at}, host: \"{host}\", certificate: c{at} }}"
        ));
    }
    let text = format!(
        "schema_version: \"1\"\norganisation: {{ name: {name}, kind: supplier }}\n\
         certificates: [{}]\nendpoints: [{}]\n",
        certificates.join(", "),
        endpoints.join(", ")
    );
    desk.write(&format!("{folder}/submission.yaml"), text);
}

/// Runs with JSON; the status and the document.
fn compared(desk: &Desk, paths: &[&str]) -> (i32, Value) {
    let ran = desk.run(&[&["reuse"], paths, &["--format", "json"]].concat());
    let json =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
    (ran.code, json)
}

fn ids(json: &Value) -> Vec<&str> {
    let found = json["findings"].as_array().expect("findings").iter();
    found
        .map(|one| one["id"].as_str().expect("an id"))
        .collect()
}

#[test]
fn the_keys_of_made_declarations_are_grouped_as_expected() {
    let path = root().join("../shared/data/certs/made/key_reuse.json");
    let Ok(text) = fs::read_to_string(path) else {
        eprintln!("skipped: ../shared is absent");
        return;
    };
    let case: Value = serde_json::from_str(&text).expect("it is JSON");
    let desk = Desk::new();
    let mut served: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for one in case["declarations"].as_array().expect("declarations") {
        let text = |key: &str| one[key].as_str().expect("text");
        let declarant = served.entry(text("declarant")).or_default();
        declarant.push((text("host"), text("cert")));
    }
    for (declarant, served) in &served {
        pack(&desk, declarant, declarant, served);
    }
    let (code, json) = compared(&desk, &served.keys().copied().collect::<Vec<_>>());
    assert_eq!((code, &json["outcome"]), (1, &"fail".into()));
    let groups = case["expect"]["groups"].as_array().expect("groups");
    assert_eq!(
        json["findings"].as_array().expect("a list").len(),
        groups.len()
    );
    for (found, group) in json["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .zip(groups)
    {
        assert_eq!(found["id"], group["finding"]);
        assert_eq!(found["declarants"], group["declarants"]);
        assert_eq!(
            found["certificates"].as_array().expect("a list").len(),
            group["indexes"].as_array().expect("a list").len()
        );
    }
}

#[test]
fn a_renewal_with_the_old_key_warns_and_does_not_fail() {
    let desk = Desk::new();
    let (old, new) = (key(), key());
    let renewed = [
        ("a.example", &*certificate(&old, "a.example", 2025)),
        ("a.example", &*certificate(&old, "a.example", 2026)),
    ];
    pack(&desk, "alpha", "Alpha", &renewed);
    let (code, json) = compared(&desk, &["alpha"]);
    assert_eq!((code, ids(&json)), (0, vec!["key_not_rotated"]));
    assert_eq!(json["findings"][0]["level"], "warning");
    // Two packs of one organisation are one declarant's; the hand that wrote its name is no other.
    pack(&desk, "last-year", "ALPHA", &renewed[..1]);
    pack(&desk, "this-year", "Alpha", &renewed[1..]);
    let (code, json) = compared(&desk, &["last-year", "this-year"]);
    assert_eq!((code, ids(&json)), (0, vec!["key_not_rotated"]));
    let rotated = certificate(&new, "a.example", 2026);
    pack(&desk, "this-year", "Alpha", &[("a.example", &*rotated)]);
    let (code, json) = compared(&desk, &["last-year", "this-year"]);
    assert_eq!((code, ids(&json).len()), (0, 0));
}

#[test]
fn one_wildcard_on_many_hosts_is_told_softly() {
    let desk = Desk::new();
    let wild = certificate(&key(), "*.alpha.example", 2026);
    let served = [("a.alpha.example", &*wild), ("b.alpha.example", &*wild)];
    pack(&desk, "alpha", "Alpha", &served);
    let (code, json) = compared(&desk, &["alpha"]);
    assert_eq!((code, ids(&json)), (0, vec!["wildcard_on_many_hosts"]));
    assert_eq!(json["findings"][0]["level"], "info");
}

#[test]
fn folders_and_files_are_declarants_too_and_authorities_are_nobodys() {
    let desk = Desk::new();
    let shared = key();
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = authority.self_signed(&key()).expect("an authority").pem();
    let chain = [&*certificate(&key(), "b.example", 2026), &authority].concat();
    desk.write("alpha/a.crt", certificate(&shared, "a.example", 2026));
    desk.write("alpha/chain.pem", chain);
    desk.write("alpha/notes.txt", "no certificate");
    desk.write(
        "beta.pem",
        [&*certificate(&key(), "c.example", 2026), &authority].concat(),
    );
    let (code, json) = compared(&desk, &["alpha", "beta.pem"]);
    assert_eq!((code, ids(&json).len()), (0, 0), "{json}");
    assert_eq!(json["certificates"].as_array().expect("a list").len(), 3);
    desk.write("gamma.pem", certificate(&shared, "g.example", 2026));
    let (code, json) = compared(&desk, &["alpha", "beta.pem", "gamma.pem"]);
    assert_eq!(
        (code, ids(&json)),
        (1, vec!["key_shared_across_declarants"])
    );
    assert_eq!(
        json["findings"][0]["declarants"],
        json!(["alpha", "gamma.pem"])
    );
    // The same folder by another name is no second declarant.
    let (code, json) = compared(&desk, &["alpha", "./alpha/"]);
    assert_eq!((code, ids(&json).len()), (0, 0), "{json}");
}

#[test]
fn what_was_not_compared_is_no_pass() {
    let desk = Desk::new();
    let text = "schema_version: \"1\"\norganisation: { name: Alpha, kind: supplier }\n\
                certificates: [{ id: c1, subject: CN=portal }]\n\
                endpoints: [{ id: e1, host: a.example, certificate: c1 }, { id: e2, host: b.example }]\n";
    desk.write("alpha/submission.yaml", text);
    let (code, json) = compared(&desk, &["alpha"]);
    assert_eq!((code, &json["outcome"]), (1, &"unknown".into()));
    assert_eq!(json["not_compared"][0]["why"], "its file was not sent");
    assert_eq!(
        json["not_compared"][1]["why"],
        "its certificate is not declared"
    );
    desk.write("beta/a.pem", certificate(&key(), "a.example", 2026));
    desk.write(
        "beta/b.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    let (code, json) = compared(&desk, &["beta"]);
    assert_eq!((code, &json["outcome"]), (1, &"unknown".into()));
    assert!(
        json["not_compared"][0]["what"]
            .as_str()
            .expect("text")
            .ends_with("b.pem")
    );
}

#[test]
fn a_private_key_fails_and_none_of_it_is_shown() {
    let desk = Desk::new();
    let key = key();
    desk.write("alpha/a.pem", certificate(&key, "a.example", 2026));
    desk.write("alpha/key.pem", key.serialize_pem());
    for format in ["json", "terminal"] {
        let ran = desk.run(&["reuse", "alpha", "--format", format]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stdout.contains("private key"), "{}", ran.stdout);
        for line in key
            .serialize_pem()
            .lines()
            .filter(|line| !line.starts_with('-'))
        {
            assert!(!ran.stdout.contains(line) && !ran.stderr.contains(line));
        }
    }
}

#[test]
fn lines_fit_and_say_what_to_do() {
    let desk = Desk::new();
    let shared = key();
    for supplier in ["alpha", "beta"] {
        let pem = certificate(&shared, "portal.example", 2026);
        let name = format!("The {supplier} Company of Long Names and Fine Records");
        pack(
            &desk,
            &format!("submissions/{supplier}"),
            &name,
            &[("portal.example", &*pem)],
        );
    }
    for columns in [60, 120] {
        let asked = ["reuse", "submissions/alpha", "submissions/beta"];
        let ran = desk.run_with(&asked, &[("COLUMNS", &columns.to_string())]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        for line in ran.stdout.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        for words in [
            "FAIL",
            "2 declarants",
            "-> make a key for each organisation",
        ] {
            assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
        }
    }
}

#[test]
fn what_holds_no_certificates_and_what_is_not_there_end_differently() {
    let desk = Desk::new();
    desk.write("empty/notes.txt", "nothing");
    desk.write("words.pem", "not a certificate");
    desk.write(
        "wrong.yaml",
        "organisation: { name: Alpha, kinds: supplier }\n",
    );
    for (path, code, word) in [
        ("empty", 2, "submission.yaml"),
        ("words.pem", 2, "words.pem"),
        ("wrong.yaml", 2, "kinds"),
        ("none", 3, "none"),
    ] {
        let ran = desk.run(&["reuse", path]);
        assert_eq!(
            (ran.code, &*ran.stdout),
            (code, ""),
            "{path}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(word), "{path}: {}", ran.stderr);
    }
}
