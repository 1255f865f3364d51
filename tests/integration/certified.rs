//! Certificates in packs: their files are judged as a client would, by roots that whoever checks
//! gives, and a private key that was sent along is told of and shown nowhere.

use super::program::{Desk, TODAY};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SerialNumber, date_time_ymd,
};

const SERIAL: u64 = 4_711;
const HOST: &str = "portal.larkfield.test";

/// A pack with `chain.pem`, `with-key.pem`, `clear.crl` and `revoking.crl`, and `root.pem` beside
/// it; gives the secret line of the key.
fn desk() -> (Desk, String) {
    let (root, issuer) = authority("Larkfield Root", 2040, None);
    let (middle, middle_issuer) = authority("Larkfield Issuing", 2027, Some(&issuer));
    let mut leaf = CertificateParams::new(vec![HOST.to_owned()]).expect("a name");
    leaf.distinguished_name = DistinguishedName::new();
    leaf.distinguished_name.push(DnType::CommonName, "portal");
    leaf.serial_number = Some(SerialNumber::from(SERIAL));
    leaf.not_before = date_time_ymd(2026, 9, 1);
    leaf.not_after = date_time_ymd(2027, 6, 1);
    leaf.use_authority_key_identifier_extension = true;
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().expect("a key");
    let leaf = leaf.signed_by(&key, &middle_issuer).expect("a leaf").pem();
    let chain = [&*leaf, &middle].concat();
    let desk = Desk::new();
    desk.write("root.pem", &root);
    desk.write("pack/chain.pem", &chain);
    desk.write(
        "pack/with-key.pem",
        [&*chain, &key.serialize_pem()].concat(),
    );
    for (name, is_revoked) in [("clear", false), ("revoking", true)] {
        let list = crl(is_revoked, &middle_issuer);
        desk.write(&format!("pack/{name}.crl"), list);
    }
    let secret = key.serialize_pem().lines().nth(1).map(str::to_owned);
    (desk, secret.expect("a key has lines"))
}

fn authority(
    name: &str,
    until: i32,
    by: Option<&Issuer<'static, KeyPair>>,
) -> (String, Issuer<'static, KeyPair>) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 2, 1);
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

fn crl(is_revoked: bool, issuer: &Issuer<'static, KeyPair>) -> String {
    let revoked = RevokedCertParams {
        serial_number: SerialNumber::from(SERIAL),
        revocation_time: date_time_ymd(2026, 10, 1),
        reason_code: None,
        invalidity_date: None,
    };
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 11, 20),
        next_update: date_time_ymd(2026, 11, 30),
        crl_number: SerialNumber::from(1_u64),
        issuing_distribution_point: None,
        revoked_certs: is_revoked.then_some(revoked).into_iter().collect(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(issuer)
        .expect("it signs")
        .pem()
        .expect("it is PEM")
}

fn declare(desk: &Desk, certificate: &str) {
    let text = format!(
        "organisation: {{ name: Larkfield, kind: supplier }}\n\
         endpoints: [{{ id: E-1, host: {HOST}, certificate: c1 }}]\n\
         certificates: [{{ id: c1, publicly_trusted: no, {certificate} }}]\n"
    );
    desk.write("pack/submission.yaml", text);
}

#[test]
fn a_path_holds_up_to_roots_that_the_checker_gave_and_only_as_long_as_its_parts() {
    let (desk, _) = desk();
    declare(&desk, "file: chain.pem");
    let core = ["--profile", "hssf-core"];
    let given = [&core[..], &["--roots", "root.pem"]].concat();
    let report = desk.report("pack", TODAY, &given);
    report.claims("TLS-019", "E-1", "pass", &["the roots given"]);
    report.claims("TLS-010", "E-1", "pass", &[]);
    report.claims("TLS-015", "c1", "pass", &[]);
    let until = &report.finding("TLS-015", "c1")["until"];
    assert_eq!(until, "2027-01-01");
    // The authority ends before the leaf does.
    let later = desk.report("pack", "2027-02-02", &given);
    later.claims("TLS-019", "E-1", "fail high", &["its authority 1 expired"]);
    later.claims("TLS-001", "E-1", "pass", &[]);
    later.decides("reject");
    let alone = desk.report("pack", TODAY, &core);
    alone.claims("TLS-010", "E-1", "unknown", &["--roots"]);
    alone.claims("TLS-019", "E-1", "not-applicable", &[]);
}

#[test]
fn a_list_of_revocations_refuses_what_it_names_and_clears_nothing_when_it_is_stale() {
    let (desk, _) = desk();
    let asked = ["--profile", "hssf-core", "--roots", "root.pem"];
    declare(&desk, "file: chain.pem, crls: [clear.crl]");
    let clear = desk.report("pack", TODAY, &asked);
    clear.claims("TLS-011", "c1", "pass", &[]);
    clear.claims("TLS-019", "E-1", "pass", &[]);
    assert_eq!(clear.finding("TLS-019", "E-1")["until"], "2026-11-29");
    let stale = desk.report("pack", "2026-11-30", &asked);
    stale.claims("TLS-019", "E-1", "unknown", &["crl_expired"]);
    stale.claims("TLS-012", "c1", "fail low", &["crl_expired"]);
    declare(&desk, "file: chain.pem, crls: [revoking.crl]");
    for day in [TODAY, "2026-12-24"] {
        let revoked = desk.report("pack", day, &asked);
        revoked.claims("TLS-011", "c1", "fail critical", &["revoked"]);
        revoked.claims("TLS-019", "E-1", "fail high", &["revoked"]);
    }
}

#[test]
fn a_private_key_that_was_sent_along_is_told_of_and_shown_nowhere() {
    let (desk, secret) = desk();
    declare(&desk, "file: with-key.pem");
    for format in ["json", "terminal"] {
        let asked = [
            "check",
            "pack",
            "--as-of",
            TODAY,
            "--profile",
            "hssf-core",
            "-f",
            format,
        ];
        let ran = desk.run(&asked);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stdout.contains("TLS-016"));
        assert!(!ran.stdout.contains(&secret) && !ran.stderr.contains(&secret));
    }
}

#[test]
fn a_declaration_cannot_say_what_is_worked_out_nor_bring_its_own_roots() {
    let (desk, _) = desk();
    for claim in ["faults: []", "private_key_sent: no", "not_decided: []"] {
        declare(&desk, claim);
        let ran = desk.run(&["check", "pack", "--as-of", TODAY]);
        assert_eq!(ran.code, 2, "{claim}");
        assert!(ran.stderr.contains("cannot be declared"), "{}", ran.stderr);
    }
    declare(&desk, "roots: [chain.pem]");
    let ran = desk.run(&["check", "pack", "--as-of", TODAY]);
    assert_eq!(ran.code, 2);
}

#[test]
fn purposes_logs_lists_and_the_order_of_a_chain_are_read_from_what_was_sent() {
    let (desk, _) = desk();
    let chain = std::fs::read_to_string(desk.path("pack/chain.pem")).expect("PEM is text");
    let root = std::fs::read_to_string(desk.path("root.pem")).expect("PEM is text");
    let mark = "-----END CERTIFICATE-----\n";
    let leaf = chain.split_inclusive(mark).next().expect("a leaf");
    desk.write("pack/turned.pem", [leaf, &root, &chain].concat());
    let certificates = "certificates:
- { id: sound, file: chain.pem, publicly_trusted: yes, crls: [clear.crl] }
- { id: turned, file: turned.pem, publicly_trusted: no }
";
    let text = format!("organisation: {{ name: Larkfield }}\n{certificates}");
    desk.write("pack/submission.yaml", text);
    let public = desk.report("pack", TODAY, &["--profile", "certificates-public"]);
    public.claims("TLS-030", "sound", "fail medium", &["`public_logs` is 0"]);
    public.claims("TLS-031", "sound", "pass", &[]);
    public.claims("TLS-033", "sound", "pass", &[]);
    public.claims("TLS-035", "sound", "pass", &[]);
    public.claims("TLS-036", "sound", "pass", &[]);
    public.claims("TLS-036", "turned", "fail info", &["sent.in_order"]);
    public.claims("TLS-028", "sound", "pass", &[]);
}

#[test]
fn a_key_on_the_list_of_whoever_checks_is_refused() {
    let (desk, _) = desk();
    declare(&desk, "file: chain.pem");
    let ran = desk.run(&["certificate", "pack/chain.pem", "--at", TODAY, "-f", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let key = json["certificates"][0]["path"][0]["key_sha256"].as_str();
    desk.write("weak.txt", key.expect("a hash"));
    let asked = ["--profile", "hssf-core", "--weak-keys", "weak.txt"];
    let weak = desk.report("pack", TODAY, &asked);
    weak.claims("TLS-028", "c1", "fail critical", &["known_weak_key"]);
    weak.decides("reject");
    let notes = weak.json.to_string();
    assert!(notes.contains("the 1 weak key given"), "{notes}");
    let unknown = desk.report("pack", TODAY, &asked[..2]);
    unknown.claims("TLS-028", "c1", "pass", &[]);
}

#[test]
fn lists_named_for_all_certificates_are_held_to_those_that_they_are_for() {
    let (desk, _) = desk();
    let asked = ["--profile", "hssf-core", "--roots", "root.pem"];
    let declare_with = |list: &str| {
        declare(&desk, "file: chain.pem");
        let path = desk.path("pack/submission.yaml");
        let text = std::fs::read_to_string(path).expect("it was written");
        desk.write("pack/submission.yaml", format!("{text}crls: {list}\n"));
    };
    declare_with("[revoking.crl]");
    let revoked = desk.report("pack", TODAY, &asked);
    revoked.claims("TLS-011", "c1", "fail critical", &["revoked"]);
    declare_with("clear.crl");
    let clear = desk.report("pack", TODAY, &asked);
    clear.claims("TLS-011", "c1", "pass", &[]);
    for (list, word) in [
        ("[{ id: a }]", "the paths of CRLs"),
        ("chain.pem", "it holds no CRL"),
        ("../root.pem", "../root.pem"),
    ] {
        declare_with(list);
        let ran = desk.run(&["check", "pack", "--as-of", TODAY]);
        assert_eq!(ran.code, 2, "{list}: {}", ran.stdout);
        assert!(ran.stderr.contains(word), "{list}: {}", ran.stderr);
    }
}
