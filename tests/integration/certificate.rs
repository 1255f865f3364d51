//! `passmuster certificate`: what it prints, how it ends, and that nothing of a key is shown.

use super::program::Desk;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    SerialNumber, date_time_ymd,
};

const AT: [&str; 2] = ["--at", "2026-11-22T12:00:00Z"];

/// A desk with `chain.pem`, `root.pem` and `with-key.pem`.
fn desk() -> Desk {
    let (root, issuer) = authority("Fictional Trust Root", None);
    let (middle, middle_issuer) = authority("Fictional Trust Issuing CA", Some(&issuer));
    let mut leaf =
        CertificateParams::new(vec!["portal.trust-a.example".to_owned()]).expect("a name");
    leaf.distinguished_name = DistinguishedName::new();
    leaf.distinguished_name
        .push(DnType::CommonName, "portal.trust-a.example\u{1b}[31m");
    leaf.not_before = date_time_ymd(2026, 9, 1);
    leaf.not_after = date_time_ymd(2027, 2, 1);
    leaf.use_authority_key_identifier_extension = true;
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().expect("a key");
    let leaf = leaf.signed_by(&key, &middle_issuer).expect("a leaf").pem();
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 11, 10),
        next_update: date_time_ymd(2026, 12, 10),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = list.signed_by(&middle_issuer).expect("a list");
    let desk = Desk::new();
    desk.write("issuing.crl", list.pem().expect("PEM"));
    desk.write("root.pem", &root);
    desk.write("chain.pem", [&*leaf, &middle].concat());
    desk.write("alone.pem", &leaf);
    desk.write(
        "with-key.pem",
        [&*leaf, &middle, &key.serialize_pem()].concat(),
    );
    desk.write("key.pem", key.serialize_pem());
    desk.write("key.der", key.serialize_der());
    desk.write("words.pem", "not a certificate");
    desk
}

fn authority(
    name: &str,
    by: Option<&Issuer<'static, KeyPair>>,
) -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.use_authority_key_identifier_extension = by.is_some();
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate().expect("a key");
    let certificate = match by {
        Some(by) => params.signed_by(&key, by),
        None => params.self_signed(&key),
    };
    let pem = certificate.expect("an authority").pem();
    (pem, Issuer::new(params, key))
}

#[test]
fn a_sound_chain_is_drawn_from_the_leaf_to_the_root() {
    let desk = desk();
    let asked = ["certificate", "chain.pem", "--roots", "root.pem"];
    let ran = desk.run(&[&asked[..], &AT, &["--host", "portal.trust-a.example"]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let at = |word: &str| {
        ran.stdout
            .find(word)
            .unwrap_or_else(|| panic!("{word}: {}", ran.stdout))
    };
    assert!(at("PASS") < at("leaf") && at("leaf") < at("intermediate"));
    assert!(at("intermediate") < at("Fictional Trust Root"));
    assert!(at("judged at 2026-11-22T12:00:00Z by the private profile; root.pem: 1 root") > 0);
    assert!(
        !ran.stdout.contains('\u{1b}'),
        "names reach the screen as they are"
    );
}

#[test]
fn faults_stand_at_their_certificate_and_decide_how_it_ends() {
    let desk = desk();
    let json = |arguments: &[&str]| {
        let ran = desk.run(&[&["certificate"], arguments, &AT, &["--format", "json"]].concat());
        let json: serde_json::Value = serde_json::from_str(&ran.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
        (ran.code, json["certificates"][0].clone())
    };
    let (code, sound) = json(&["chain.pem", "--roots", "root.pem"]);
    assert_eq!((code, &sound["outcome"]), (0, &"pass".into()));
    assert_eq!(sound["path"][2]["role"], "root");
    let (code, named) = json(&["chain.pem", "--roots", "root.pem", "--host", "192.0.2.1"]);
    assert_eq!(
        (code, &named["faults"][0]["id"]),
        (1, &"host_mismatch".into())
    );
    assert_eq!(named["faults"][0]["certificate"], 0);
    let (code, web) = json(&["chain.pem"]);
    assert_eq!((code, &web["profile"]), (1, &"public".into()));
    assert_eq!(web["roots"]["count"], webpki_roots());
    let (code, alone) = json(&["alone.pem", "--roots", "root.pem"]);
    assert_eq!(
        (code, &alone["faults"][0]["id"]),
        (1, &"unknown_issuer".into())
    );
    let (code, helped) = json(&[
        "alone.pem",
        "--roots",
        "root.pem",
        "--intermediates",
        "chain.pem",
    ]);
    assert_eq!((code, &helped["outcome"]), (0, &"pass".into()));
}

fn webpki_roots() -> usize {
    passmuster::pki::Roots::web().len()
}

#[test]
fn a_private_key_is_an_incident_and_none_of_it_is_shown() {
    let desk = desk();
    for file in ["with-key.pem", "key.pem", "key.der"] {
        for format in ["json", "terminal"] {
            let asked = [
                "certificate",
                file,
                "--roots",
                "root.pem",
                "--format",
                format,
            ];
            let ran = desk.run(&[&asked[..], &AT].concat());
            assert_eq!(ran.code, 1, "{file}: {}", ran.stderr);
            assert!(ran.stdout.contains("treat the key as"), "{}", ran.stdout);
            let key = std::fs::read_to_string(desk.path("key.pem")).expect("PEM is text");
            for line in key.lines().filter(|line| !line.starts_with("-----")) {
                let all = format!("{}{}", ran.stdout, ran.stderr);
                assert!(!all.contains(line), "{file}: {all}");
            }
        }
    }
    let asked = ["certificate", "chain.pem", "--roots", "with-key.pem"];
    assert_eq!(desk.run(&[&asked[..], &AT].concat()).code, 2);
}

#[test]
fn what_is_no_certificate_and_what_is_not_there_end_differently() {
    let desk = desk();
    for (arguments, code, word) in [
        (&["certificate", "words.pem"][..], 2, "words.pem"),
        (&["certificate", "none.pem"], 3, "none.pem"),
        (
            &["certificate", "chain.pem", "--crl", "root.pem"],
            2,
            "holds no CRL",
        ),
        (
            &["certificate", "chain.pem", "--roots", "words.pem"],
            2,
            "words.pem",
        ),
        (
            &["certificate", "chain.pem", "--host", "https://a"],
            2,
            "without scheme",
        ),
        (
            &["certificate", "chain.pem", "--at", "noon"],
            2,
            "an instant",
        ),
        (&["certificate"], 2, "<FILE>"),
    ] {
        let ran = desk.run(arguments);
        assert_eq!((ran.code, &*ran.stdout), (code, ""), "{arguments:?}");
        assert!(ran.stderr.contains(word), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn lines_fit_into_sixty_and_a_hundred_and_twenty_columns() {
    let desk = desk();
    let asked = [
        &["certificate", "chain.pem", "alone.pem", "with-key.pem"][..],
        &AT,
    ]
    .concat();
    for columns in [60, 120] {
        let ran = desk.run_with(&asked, &[("COLUMNS", &columns.to_string())]);
        for line in ran.stdout.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn what_was_not_asked_is_said() {
    let desk = desk();
    let asked = |more: &[&str]| {
        let mut arguments = vec!["certificate", "chain.pem", "--roots", "root.pem"];
        arguments.extend(AT);
        arguments.extend(more);
        desk.run(&arguments)
    };
    let ran = asked(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let wanted = "not asked: name (give --host), revocation (give --crl)";
    assert!(ran.stdout.contains(wanted), "{}", ran.stdout);
    let ran = asked(&["--host", "portal.trust-a.example", "--format", "json"]);
    assert!(
        ran.stdout
            .contains("\"not_asked\": [\n        \"revocation\"\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn how_a_list_is_written_is_told_beside_whom_it_revokes() {
    let desk = desk();
    let asked = |profile: &str, format: &str| {
        let fixed = ["certificate", "chain.pem", "--roots", "root.pem"];
        let list = [
            "--crl",
            "issuing.crl",
            "--profile",
            profile,
            "--format",
            format,
        ];
        desk.run(&[&fixed[..], &list, &AT].concat())
    };
    let ran = asked("public", "json");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let list = &json["crls"][0];
    assert_eq!(list["file"], "issuing.crl");
    let faults = list["faults"].as_array().expect("a list");
    let long = faults
        .iter()
        .find(|fault| fault["id"] == "crl_window_too_long");
    let long = long.unwrap_or_else(|| panic!("{json:#}"));
    assert_eq!(long["level"], "warning");
    assert_eq!(long["message"], "is in force for 30 days; 10 are allowed");
    let ran = asked("public", "terminal");
    assert!(ran.stdout.contains("CRL  issuing.crl"), "{}", ran.stdout);
    // A private authority decides for how long its lists are in force.
    let ran = asked("private", "json");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(
        !ran.stdout.contains("crl_window_too_long"),
        "{}",
        ran.stdout
    );
}

#[test]
fn lists_of_weak_keys_and_thresholds_are_the_operators() {
    let desk = desk();
    let fixed = ["certificate", "chain.pem", "--roots", "root.pem"];
    let json = desk.run(&[&fixed[..], &AT, &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let leaf = &json["certificates"][0]["path"][0];
    let key = leaf["key_sha256"].as_str().expect("a hash");
    desk.write("weak.txt", format!("# known\n{key}\n"));
    desk.write("other.txt", "0".repeat(64));
    desk.write("words.txt", "deadbeef\n");
    desk.write("empty.txt", "# nothing\n");
    let ran = |more: &[&str]| desk.run(&[&fixed[..], &AT, more].concat());
    let weak = ran(&["--weak-keys", "other.txt", "--weak-keys", "weak.txt"]);
    assert_eq!(weak.code, 1, "{}", weak.stdout);
    assert!(weak.stdout.contains("known_weak_key"), "{}", weak.stdout);
    assert_eq!(ran(&["--weak-keys", "other.txt"]).code, 0);
    for (list, code, word) in [
        ("words.txt", 2, "line 1"),
        ("empty.txt", 2, "names no key"),
        ("none.txt", 3, "none.txt"),
    ] {
        let ran = ran(&["--weak-keys", list]);
        assert_eq!(ran.code, code, "{list}: {}", ran.stderr);
        assert!(ran.stderr.contains(word), "{list}: {}", ran.stderr);
    }
    let soon = ran(&["--warn-days", "90"]);
    assert!(soon.stdout.contains("expiring_soon"), "{}", soon.stdout);
    assert_eq!(ran(&["--min-rsa-bits", "1024"]).code, 2);
}
