//! The acceptance scenarios: what a supplier or a trust declares, and what has to come of it. Each
//! starts from a small declaration that is admitted without a finding, and changes only what it
//! is about.

use super::program::{Desk, Report, TODAY, root, text};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::sync::LazyLock;

/// A declaration, as text.
#[derive(Clone)]
struct Declared(String);

impl Declared {
    /// A trust that is admitted.
    fn trust() -> Self {
        static BASE: LazyLock<()> = LazyLock::new(|| assert_admitted(TRUST, "trust-estate"));
        LazyLock::force(&BASE);
        Self(TRUST.to_owned())
    }

    /// A supplier of patient records that is admitted.
    fn supplier() -> Self {
        static BASE: LazyLock<()> = LazyLock::new(|| assert_admitted(SUPPLIER, "hssf-lot-1"));
        LazyLock::force(&BASE);
        Self(SUPPLIER.to_owned())
    }

    /// The same with one passage changed, which has to be there once.
    fn with(self, passage: &str, by: &str) -> Self {
        let count = self.0.matches(passage).count();
        assert_eq!(count, 1, "`{passage}` is there {count} times");
        Self(self.0.replace(passage, by))
    }

    /// The same with more at its end.
    fn and(self, more: &str) -> Self {
        Self(self.0 + more)
    }

    fn check(&self) -> Report {
        self.check_at(TODAY)
    }

    fn check_at(&self, day: &str) -> Report {
        let desk = Desk::new();
        desk.write("submission.yaml", &self.0);
        desk.report("submission.yaml", day, &[])
    }
}

/// A scenario about a declaration that is not admitted to begin with would show nothing.
fn assert_admitted(text: &str, profile: &str) {
    let report = Declared(text.to_owned()).check();
    report.decides("admit");
    assert_eq!(report.json["run"]["profile"]["id"], profile);
    for finding in report.findings() {
        let is_quiet = finding["outcome"] == "pass" || finding["outcome"] == "not-applicable";
        // Its certificates are declared by hand: advice asks for their files and roots.
        let asks_for_files = finding["rule"] == "TLS-010" || finding["rule"] == "TLS-018";
        let is_advice = asks_for_files && finding["outcome"] == "unknown";
        assert!(is_quiet || is_advice, "{finding:#}");
    }
}

const TRUST: &str = r#"schema_version: "1"
organisation:
  name: Vale of Elm NHS Foundation Trust
  kind: trust
  ods_code: R9Q
  sector: NHS Trust
  dspt_register: { name: Vale of Elm NHS Foundation Trust, ods_code: R9Q, sector: NHS Trust }
  accountable_person: { name: Ottilie Brandreth, role: Chief Digital Information Officer }
  contract: { update_owner: Head of Infrastructure, update_budget: yes }
  continuity: { contact_list: { hard_copy: yes, reviewed_on: 2026-09-01 } }
  exercises: [{ type: cyber table-top, date: 2026-06-18, scope: local }]
attestations:
  - { id: DSPT, scheme: dspt, edition: 25/26, level: standards-met, issued_on: 2026-06-20, gaps: [] }
  - { id: PEN, scheme: pen-test, issued_on: 2026-05-14, tested: { web_servers: yes, default_passwords: yes } }
services:
  - { id: MAIL, cloud: yes, critical: yes, mfa: { supported: yes, enforced: yes } }
backups:
  - id: B-PAS
    critical: yes
    copies: 3
    devices: 2
    offsite: yes
    offline_or_immutable: yes
    rto_hours: 8
    rpo_hours: 1
    last_restore_test: { date: 2026-04-18, result: passed, hours: 5.5, lost_hours: 0.5 }
zones:
  - { id: Z-1, kind: restricted, default_deny: yes, internet_access: none }
alerts: []
assets:
  - id: A-1
    class: server
    os: Ubuntu 24.04.3 LTS
    zone: Z-1
    internet_access: none
    observed_at: 2026-11-21
    smb1: { server: no, client: no }
    exposures: []
    protection: { product: Defender, active: yes, updated_at: 2026-11-21 }
    missing_updates: []
    open_cves: []
    reboot_pending: no
    owner: Digital Services
    risk_accepted: { by: SIRO, on: 2026-10-01 }
    planned_end_of_use: 2027-03-31
"#;

const SUPPLIER: &str = r#"schema_version: "1"
submission:
  id: S-1
  framework: hssf
  lots: [lot-1]
  submitted_at: 2026-11-21
  planned_award_date: 2027-02-01
  signatory: { name: Imogen Castellan, role: Chief Executive, signed_on: 2026-11-20 }
organisation:
  name: Larkfield Health Systems Ltd
  kind: supplier
  companies_house: "99481207"
  staff: 12
  turnover_gbp: 900000
  digital: yes
  exclusions: { mandatory: no, discretionary: no }
  sector: Digital health
  dspt_register: { name: Larkfield Health Systems Ltd, sector: Digital health }
  accountable_person: { name: Ravindra Oyelaran, role: Chief Technology Officer }
  contract: { update_owner: Head of Hosting, update_budget: yes, incident_notice_hours: 24 }
  continuity: { contact_list: { hard_copy: yes, reviewed_on: 2026-04-20 } }
  exercises: [{ type: cyber table-top, date: 2026-06-18, scope: ransomware }]
attestations:
  - { id: CE, scheme: ce-plus, issued_on: 2026-05-11, entities: [Larkfield Health Systems Ltd], scope: whole organisation }
  - { id: DSPT, scheme: dspt, edition: 25/26, level: Standards Met, issued_on: 2026-06-20 }
  - { id: DTAC, scheme: dtac, edition: "2.0", issued_on: 2026-05-02 }
  - { id: PEN, scheme: pen-test, issued_on: 2026-09-20, independent: yes, owasp: yes, scope: Larkfield Record 11, tested: { web_servers: yes, default_passwords: yes }, findings: [] }
  - { id: MFA, scheme: mfa, issued_on: 2026-09-01, covers_all: yes }
  - { id: CHARTER, scheme: charter, issued_on: 2026-01-12, level: signed }
products:
  - id: RECORD
    name: Larkfield Record
    version: "11.3"
    hosted: yes
    backup.immutable: yes
    login: { mfa: yes, federation: yes }
    medical_device: no
    clinical_safety: { case: yes, hazard_log: yes, officer: Dr Isaura Penhallow }
    sbom: { format: cyclonedx, version: "11.3" }
    disclosure: { contact: security@larkfield.example, policy: "https://larkfield.example/security" }
components:
  - { id: PG, name: PostgreSQL, version: "16.4", end_of_support: 2028-11-09, vulnerabilities: [] }
services:
  - id: HOSTING
    cloud: yes
    critical: yes
    mfa: { supported: yes, enforced: yes }
    monitoring: { day_and_night: yes, logging: yes }
backups:
  - id: B-RECORD
    critical: yes
    copies: 3
    devices: 2
    offsite: yes
    offline_or_immutable: yes
    rto_hours: 4
    rpo_hours: 1
    last_restore_test: { date: 2026-09-03, result: passed, hours: 3.5, lost_hours: 0.25 }
certificates:
  - id: C-1
    sans: [portal.larkfield.example]
    issuer: C=GB, O=Example Trust Services, CN=Example TLS CA 3
    not_before: "2026-09-01T00:00:00Z"
    not_after: "2027-03-18T23:59:59Z"
    key: { algorithm: ec, bits: 256 }
    signature: ecdsa-with-SHA256
    publicly_trusted: yes
evidence: []
endpoints:
  - id: E-1
    host: portal.larkfield.example
    port: 443
    audience: internet
    spine_connected: no
    tls_versions: [TLS 1.2, TLS 1.3]
    certificate: C-1
assets:
  - id: A-1
    class: server
    os: Ubuntu 24.04.3 LTS
    zone: restricted
    internet_access: none
    observed_at: 2026-11-21
    smb1: { server: no, client: no }
    exposures: []
    protection: { product: Defender, active: yes, updated_at: 2026-11-21 }
    missing_updates: []
    open_cves: []
    reboot_pending: no
"#;

/// The passage of both declarations that names the operating system.
const OS: &str = "    os: Ubuntu 24.04.3 LTS\n";
const SMB_OFF: &str = "smb1: { server: no, client: no }";

/// The Windows 7 machine of the first scenario.
fn windows_7(updates: &str) -> Declared {
    let os = format!("    os: Windows 7 SP1\n    updates: {updates}\n");
    Declared::trust()
        .with("class: server", "class: desktop")
        .with(OS, &os)
        .with(SMB_OFF, "smb1: { server: yes, client: yes }")
}

#[test]
fn scenario_1_a_patched_windows_7_is_safe_from_the_worm_and_still_unsupported() {
    let report = windows_7("[KB4019264]").check();
    report.claims("WAN-001", "A-1", "pass", &["KB4019264"]);
    report.claims("WAN-002", "A-1", "fail high", &["smb1.server"]);
    report.claims("OSS-001", "A-1", "fail critical", &["ended on 2020-01-14"]);
    report.decides("reject");
    assert_eq!(report.rules_leading_to("reject"), ["OSS-001"]);
}

#[test]
fn scenario_1b_the_april_2017_security_only_update_is_not_the_fix() {
    let report = windows_7("[KB4015546]\n    updates_complete: yes").check();
    report.claims(
        "WAN-001",
        "A-1",
        "fail critical",
        &["KB4012215", "2017-03-14"],
    );
    report.decides("reject");
    assert!(report.rules_leading_to("reject").contains(&"WAN-001"));
}

#[test]
fn scenario_1c_on_the_day_of_the_worm_windows_7_was_supported_and_open() {
    let report = windows_7("[]\n    updates_complete: yes").check_at("2017-05-12");
    report.claims("OSS-001", "A-1", "pass", &["2020-01-14"]);
    report.claims(
        "WAN-001",
        "A-1",
        "fail critical",
        &["KB4012215", "2017-03-14"],
    );
    report.claims("WPT-001", "A-1", "fail high", &["59 days", "2017-03-14"]);
    report.decides("reject");
    assert!(report.rules_leading_to("reject").contains(&"WAN-001"));
}

/// The scanner of the second scenario, walled in and under a waiver.
fn scanner() -> Declared {
    Declared::trust()
        .with("id: A-1", "id: MRI-01")
        .with("class: server", "class: medical")
        .with(
            OS,
            "    os: Windows XP Embedded SP3\n    updates: [KB4012598]\n    \
             medical: { mds2: HN 1-2019, supplier_access: per-task, supplier_mfa: yes, removable_media: no, email_or_browsing: no, \
                        patch_sla_days: 60, patch_lag_days: 41, on_order: no, maintenance: by the maker until March 2027 }\n    \
             manufacturer: Exampla Imaging\n    model: MR 3\n    name: mri-01\n    software: []\n    \
             network: { address: 192.0.2.17, mac: \"00:00:5E:00:53:01\" }\n",
        )
        .and(
            "waivers:\n  - id: W-1\n    rules: [OSS-001]\n    subjects: [MRI-01]\n    \
             reason: the maker offers no upgrade before the replacement in March\n    \
             approver: { name: Ottilie Brandreth, role: SIRO }\n    approved_on: 2026-10-01\n    \
             until: 2027-03-31\n    plan: replaced in March 2027\n    \
             while:\n      - internet_access: none\n      - zone.kind: { in: [restricted, isolated] }\n",
        )
}

#[test]
fn scenario_2_a_contained_scanner_is_admitted_until_its_waiver_ends() {
    let report = scanner().check();
    report.claims(
        "OSS-001",
        "MRI-01",
        "waived",
        &["2016-01-12", "W-1", "SIRO", "2027-03-31"],
    );
    report.claims("WAN-001", "MRI-01", "pass", &["KB4012598"]);
    report.claims("MED-003", "MRI-01", "pass", &[]);
    report.claims("GOV-002", "W-1", "pass", &[]);
    report.decides("admit-with-conditions");
    assert_eq!(
        report.rules_leading_to("admit-with-conditions"),
        ["OSS-001"]
    );
    assert_eq!(report.finding("OSS-001", "MRI-01")["due"], "2027-03-31");
    assert_eq!(report.json["summary"]["earliest_condition"], "2027-03-31");
    assert!(
        !report.finding("OSS-001", "MRI-01")["reason"]
            .to_string()
            .contains("2014")
    );
}

#[test]
fn scenario_2b_a_waiver_that_ended_yesterday_covers_nothing() {
    let report = scanner()
        .with("until: 2027-03-31", "until: 2026-11-21")
        .check();
    report.claims(
        "OSS-001",
        "MRI-01",
        "fail critical",
        &["W-1", "it ended on 2026-11-21"],
    );
    report.decides("reject");
    assert_eq!(report.rules_leading_to("reject"), ["OSS-001"]);
}

#[test]
fn scenario_2c_a_zone_that_lets_the_internet_in_voids_the_waiver() {
    let report = scanner()
        .with(
            "default_deny: yes, internet_access: none",
            "default_deny: yes, internet_access: outbound",
        )
        .check();
    report.claims(
        "OSS-001",
        "MRI-01",
        "fail critical",
        &["W-1", "internet_access", "outbound"],
    );
    report.claims("MED-003", "MRI-01", "fail critical", &["internet_access"]);
    report.decides("reject");
}

#[test]
fn scenario_2d_no_waiver_covers_a_missing_fix() {
    let report = scanner()
        .with("[KB4012598]", "[]\n    updates_complete: yes")
        .with("rules: [OSS-001]", "rules: [OSS-001, WAN-001]")
        .check();
    report.claims(
        "WAN-001",
        "MRI-01",
        "fail critical",
        &["W-1", "no waiver covers a rule whose gate is block"],
    );
    report.claims("OSS-001", "MRI-01", "waived", &["2016-01-12"]);
    report.decides("reject");
}

const LARKFIELD: &str = "Larkfield Health Systems Ltd";
/// The organisation of the supplier, as findings name it.
const SUPPLIER_ID: &str = "Larkfield Health Systems Ltd";

#[test]
fn scenario_3_an_expired_certificate_rejects() {
    let report = Declared::supplier()
        .with("issued_on: 2026-05-11", "issued_on: 2025-10-30")
        .check();
    for rule in ["CE-001", "CE-002"] {
        report.claims(
            rule,
            SUPPLIER_ID,
            "fail high",
            &["expired 2026-10-30", "23 days"],
        );
    }
    report.decides("reject");
    assert_eq!(report.rules_leading_to("reject"), ["CE-001", "CE-002"]);
    assert!(
        report.json["run"]["organisation"]
            .as_str()
            .unwrap()
            .starts_with(LARKFIELD)
    );
}

#[test]
fn scenario_3_repaired_a_new_certificate_admits() {
    let report = Declared::supplier()
        .with("issued_on: 2026-05-11", "issued_on: 2026-11-20")
        .check();
    report.claims("CE-001", SUPPLIER_ID, "pass", &["2026-11-20"]);
    report.claims("CE-002", SUPPLIER_ID, "pass", &["2026-11-20"]);
    report.decides("admit");
}

/// The supplier with a certificate of its own window.
fn serving(from: &str, to: &str) -> Declared {
    Declared::supplier()
        .with("2026-09-01T00:00:00Z", from)
        .with("2027-03-18T23:59:59Z", to)
}

#[test]
fn scenario_4_twenty_days_left_of_199_are_a_warning() {
    let report = serving("2026-05-28T00:00:00Z", "2026-12-12T23:59:59Z").check();
    report.claims(
        "TLS-002",
        "E-1",
        "fail low",
        &["2026-12-12", "20 of 199 days left"],
    );
    for rule in ["TLS-001", "TLS-003", "TLS-004", "TLS-005", "TLS-007"] {
        report.claims(rule, "E-1", "pass", &[]);
    }
    report.decides("admit");
}

#[test]
fn scenario_4b_twenty_days_left_of_47_are_plenty() {
    let report = serving("2026-10-27T00:00:00Z", "2026-12-12T23:59:59Z").check();
    report.claims("TLS-002", "E-1", "pass", &["2026-12-12"]);
    report.decides("admit");
}

#[test]
fn scenario_4c_a_lifetime_above_the_cap_is_a_condition() {
    let report = serving("2026-04-01T00:00:00Z", "2027-05-03T23:59:59Z").check();
    report.claims("TLS-003", "E-1", "fail medium", &["398"]);
    report.decides("admit-with-conditions");
    assert_eq!(
        report.rules_leading_to("admit-with-conditions"),
        ["TLS-003"]
    );
}

#[test]
fn scenario_4d_spine_takes_no_certificate_of_the_first_generation() {
    let report = Declared::supplier()
        .with("spine_connected: no", "spine_connected: yes")
        .with(
            "issuer: C=GB, O=Example Trust Services, CN=Example TLS CA 3",
            "issuer: C=GB, O=nhs, OU=CA, CN=NHS Level 1C\n    \
             chain: [\"C=GB, O=nhs, OU=CA, CN=NHS Root Authority\"]",
        )
        .with("publicly_trusted: yes", "publicly_trusted: no")
        .check();
    report.claims("TLS-006", "E-1", "fail critical", &["NHS Level 1C"]);
    report.decides("reject");
    assert_eq!(report.rules_leading_to("reject"), ["TLS-006"]);
}

const DSPT: &str = "edition: 25/26, level: Standards Met";

#[test]
fn scenario_5_last_years_toolkit_says_nothing_about_this_year() {
    let report = Declared::supplier()
        .with(DSPT, "edition: 24/25, level: Standards Met")
        .check();
    report.claims(
        "DSP-001",
        SUPPLIER_ID,
        "fail high",
        &["24/25", "25/26", "2026-06-30"],
    );
    report.decides("reject");
    assert_eq!(report.rules_leading_to("reject"), ["DSP-001"]);
}

#[test]
fn scenario_5b_approaching_with_an_agreed_plan_is_a_condition() {
    let plan =
        "edition: 25/26, level: Approaching Standards, plan: { agreed: yes, until: 2027-03-31 }";
    let report = Declared::supplier().with(DSPT, plan).check();
    report.claims("DSP-001", SUPPLIER_ID, "pass", &[]);
    report.claims(
        "DSP-002",
        SUPPLIER_ID,
        "fail medium",
        &["approaching-standards"],
    );
    report.decides("admit-with-conditions");
    assert_eq!(report.json["summary"]["earliest_condition"], "2027-03-31");

    let none = "edition: 25/26, level: Approaching Standards";
    let report = Declared::supplier().with(DSPT, none).check();
    report.claims("DSP-002", SUPPLIER_ID, "fail high", &[]);
    report.decides("reject");
}

#[test]
fn scenario_5c_larger_digital_suppliers_are_audited() {
    let large = Declared::supplier()
        .with("staff: 12", "staff: 220")
        .with("turnover_gbp: 900000", "turnover_gbp: 31000000");
    let report = large.check();
    report.claims("DSP-003", SUPPLIER_ID, "fail high", &["audit"]);
    report.decides("reject");
    assert_eq!(report.rules_leading_to("reject"), ["DSP-003"]);
}

#[test]
fn scenario_5c_small_suppliers_are_not() {
    let small = Declared::supplier().with("turnover_gbp: 900000", "turnover_gbp: 31000000");
    let report = small.check();
    report.claims("DSP-003", SUPPLIER_ID, "not-applicable", &["staff", "12"]);
    report.decides("admit");
}

/// A trust of a hundred desktops, two of them on Windows 10 22H2 with a paid year of support.
fn desktops(year: u8, valid_to: &str) -> Report {
    let mut csv = "Asset ID,Asset Type,Operating System,Version,Build,Zone,Internet,Last Seen,SMB1 Server,SMB1 Client,Open Ports,AV Active,AV Updated,Missing Updates,Open CVEs,Restart Pending,ESU,ESU Year,ESU Valid To,ESU Evidence\n".to_owned();
    for number in 1..=100 {
        let (os, esu) = match number {
            1 | 2 => (
                "Windows 10 Enterprise,22H2,10.0.19045.7663",
                format!("ESU,{year},{valid_to},order 4711"),
            ),
            _ => ("Ubuntu 24.04.3 LTS,24.04,", ",,,".to_owned()),
        };
        writeln!(
            csv,
            "PC-{number:03},desktop,{os},Z-1,none,2026-11-21,no,no,none,yes,2026-11-21,none,none,no,{esu}"
        )
        .unwrap();
    }
    let desk = Desk::new();
    let (trust, _) = Declared::trust()
        .0
        .split_once("assets:")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    desk.write("trust/submission.yaml", trust + "assets: estate.csv\n");
    desk.write("trust/estate.csv", csv);
    desk.report("trust", TODAY, &[])
}

#[test]
fn scenario_6_last_years_extended_support_supports_nothing() {
    let report = desktops(1, "2026-10-13");
    for id in ["PC-001", "PC-002"] {
        report.claims(
            "OSS-003",
            id,
            "fail high",
            &["2026-10-13", "40 days", "order 4711"],
        );
    }
    assert_eq!(report.json["summary"]["assets"], 100);
    assert_eq!(report.count("OSS-003", "fail"), 2);
    assert_eq!(report.count("OSS-001", "pass"), 98);
    report.decides("reject");
}

#[test]
fn scenario_6_the_second_year_lasts_to_october_2027() {
    let report = desktops(2, "2027-10-12");
    report.claims("OSS-001", "PC-001", "pass", &["2027-10-12", "order 4711"]);
    report.claims("OSS-002", "PC-001", "fail low", &["2027-10-12"]);
    report.claims("OSS-003", "PC-001", "pass", &["2027-10-12"]);
    assert_eq!(report.count("OSS-001", "pass"), 100);
    assert!(
        report.rules_leading_to("reject").is_empty(),
        "{}",
        report.verdict()
    );
    assert!(
        report.rules_leading_to("refer").is_empty(),
        "{}",
        report.verdict()
    );
}

/// The machine of the base declaration as another, by its id and operating system.
fn machine(id: &str, os: &str) -> String {
    let (_, asset) = TRUST
        .split_once("assets:\n")
        .expect("it ends with its assets");
    asset
        .replace("id: A-1", &format!("id: {id}"))
        .replace(OS, &format!("    os: {os}\n"))
}

#[test]
fn scenario_7_a_server_estate_of_three_ages() {
    let oldest = machine(
        "SRV-12",
        "Windows Server 2012 R2\n    updates: [KB5031419]\n    \
         support_entitlement: { programme: ESU, year: 3, valid_to: 2026-10-13, evidence: order 4711 }",
    );
    let older = machine(
        "SRV-16",
        "Windows Server 2016\n    os.build: 10.0.14393.9418",
    );
    let newer = machine(
        "SRV-22",
        "Windows Server 2022\n    os.build: 10.0.20348.5499",
    );
    let estate = |machines: &[&str]| {
        let (trust, _) = TRUST.split_once("assets:\n").unwrap();
        Declared(format!("{trust}assets:\n{}", machines.concat()))
    };
    let report = estate(&[&oldest, &older, &newer]).check();
    report.claims(
        "OSS-001",
        "SRV-12",
        "fail critical",
        &["2026-10-13", "40 days"],
    );
    report.claims("OSS-002", "SRV-16", "fail high", &["2027-01-12", "51 days"]);
    report.claims("OSS-001", "SRV-22", "pass", &["2031-10-14"]);
    report.claims("OSS-002", "SRV-22", "pass", &["2031-10-14"]);
    report.decides("reject");
    assert_eq!(report.rules_leading_to("reject"), ["OSS-001"]);
    assert_eq!(report.finding("OSS-001", "SRV-16")["until"], "2027-01-12");

    let report = estate(&[&older, &newer]).check();
    assert!(
        report.rules_leading_to("reject").is_empty(),
        "{}",
        report.verdict()
    );

    let waiver = "waivers:\n  - { id: W-1, rules: [OSS-001], subjects: [SRV-12], reason: being replaced, \
                  approver: { role: SIRO }, approved_on: 2026-10-14, until: 2027-02-28, \
                  while: [{ internet_access: none }] }\n";
    let report = estate(&[&oldest, &older, &newer]).and(waiver).check();
    report.claims("OSS-001", "SRV-12", "waived", &["W-1", "2027-02-28"]);
    report.decides("admit-with-conditions");
}

/// The trust with one missing update.
fn missing(update: &str) -> Report {
    let list = format!("missing_updates: [{{ id: FIX-1, {update} }}]");
    Declared::trust().with("missing_updates: []", &list).check()
}

#[test]
fn scenario_8_fourteen_days_are_allowed_for_a_severe_fix() {
    let report = missing("released_on: 2026-11-08, cvss: 9.8");
    report.claims("WPT-001", "A-1", "pass", &["14 days"]);
    report.claims("WPT-002", "A-1", "fail low", &["14 days"]);
    report.decides("admit");

    let report = missing("released_on: 2026-11-07, cvss: 9.8");
    report.claims("WPT-001", "A-1", "fail high", &["15 days"]);
    report.decides("reject");
}

#[test]
fn scenario_8_seventeen_are_not() {
    let report = missing("released_on: 2026-11-05, cvss: 9.8");
    report.claims("WPT-001", "A-1", "fail high", &["17 days", "2026-11-05"]);
    report.decides("reject");
    assert_eq!(report.rules_leading_to("reject"), ["WPT-001"]);
}

#[test]
fn scenario_8_a_fix_of_no_published_severity_counts_as_severe() {
    let report = missing("released_on: 2026-11-05");
    report.claims("WPT-001", "A-1", "fail high", &["17 days"]);
    report.decides("reject");
}

#[test]
fn scenario_8_a_medium_fix_below_seven_waits() {
    let report = missing("released_on: 2026-11-05, cvss: 6.9, vendor_severity: medium");
    report.claims("WPT-001", "A-1", "pass", &[]);
    report.claims("WPT-002", "A-1", "pass", &[]);
    report.decides("admit");
}

/// The trust with one high alert.
fn alert(issued: &str, acknowledged: &str) -> Report {
    let alerts = format!(
        "alerts:\n  - {{ id: CC-4711, severity: high, status: acknowledged, issued_at: \"{issued}\", acknowledged_at: \"{acknowledged}\" }}"
    );
    Declared::trust().with("alerts: []", &alerts).check()
}

#[test]
fn scenario_9_an_alert_acknowledged_in_exactly_48_hours_passes() {
    let report = alert("2026-11-18T10:00", "2026-11-20T10:00");
    report.claims("DSP-006", "CC-4711", "pass", &[]);
    report.decides("admit");
}

#[test]
fn scenario_9_a_minute_more_goes_to_a_person() {
    let report = alert("2026-11-18T10:00", "2026-11-20T10:01");
    report.claims("DSP-006", "CC-4711", "fail high", &["2026-11-20"]);
    report.decides("refer");
    assert_eq!(report.rules_leading_to("refer"), ["DSP-006"]);
}

#[test]
fn scenario_9_hours_are_hours_when_the_clocks_change() {
    // Two civil days over the end of summer time are 49 hours.
    alert("2026-10-24T10:00", "2026-10-26T10:00").decides("refer");
    alert("2026-10-24T10:00", "2026-10-26T09:00").decides("admit");
    alert("2026-10-24T10:00", "2026-10-26T09:01").decides("refer");
    // Over its beginning they are 47.
    alert("2026-03-28T10:00", "2026-03-30T11:00").decides("admit");
    alert("2026-03-28T10:00", "2026-03-30T11:01").decides("refer");
}

#[test]
fn scenario_9_an_offset_is_part_of_the_time() {
    alert("2026-11-18T10:00Z", "2026-11-20T12:00+02:00").decides("admit");
    alert("2026-11-18T10:00Z", "2026-11-20T10:00-01:00").decides("refer");
}

/// The supplier of the tenth scenario.
fn digital_supplier() -> Declared {
    Declared::supplier()
        .with("edition: \"2.0\", issued_on: 2026-05-02", "edition: \"1.0\", issued_on: 2026-05-02")
        .with("issued_on: 2026-09-20", "issued_on: 2025-09-20")
        .with(
            "covers_all: yes",
            "covers_all: no, exceptions: [{ subject: privileged VPN, approved_on: 2025-10-01, approved_by: Chief Technology Officer }]",
        )
        .with("  - { id: CHARTER, scheme: charter, issued_on: 2026-01-12, level: signed }\n", "")
}

#[test]
fn scenario_10_three_causes_and_the_charter_is_none_of_them() {
    let report = digital_supplier().check();
    report.claims("DTC-001", SUPPLIER_ID, "fail high", &["1.0"]);
    report.claims(
        "DTC-002",
        SUPPLIER_ID,
        "fail high",
        &["2025-09-20", "2026-09-20"],
    );
    report.claims("DTC-004", SUPPLIER_ID, "fail high", &["2025-10-01"]);
    report.claims("DTC-009", SUPPLIER_ID, "fail info", &["charter"]);
    report.decides("reject");
    let causes = ["DTC-001", "DTC-002", "DTC-004"];
    assert_eq!(report.rules_leading_to("reject"), causes);
    for cause in causes {
        assert!(report.verdict().contains(cause), "{}", report.verdict());
    }
    assert!(
        !report.verdict().contains("DTC-009"),
        "{}",
        report.verdict()
    );
}

#[test]
fn scenario_10_the_report_lists_the_three_fixes() {
    let desk = Desk::new();
    desk.write("submission.yaml", &digital_supplier().0);
    let report = desk
        .run(&["check", "submission.yaml", "--as-of", TODAY])
        .stdout;
    let (_, blocks) = report
        .split_once("BLOCKS ADMISSION")
        .expect("something does");
    let end = blocks.find("\n\n\n").unwrap_or(blocks.len());
    let blocks = blocks[..end]
        .split("FOR INFORMATION")
        .next()
        .unwrap_or_default();
    let fixes = [
        "Fill in version 2 of the form",
        "Have the product tested",
        "Ask for a second factor",
    ];
    for fix in fixes {
        assert_eq!(blocks.matches(fix).count(), 1, "{blocks}");
    }
}

/// A trust's export of 5,000 machines: 412 say nothing of SMBv1, 37 name an operating system that
/// nobody knows, nine use an identifier a second time.
fn export() -> Desk {
    let mut csv = "Asset ID,Asset Type,Operating System,Build,Zone,Internet,Last Seen,SMB1 Server,SMB1 Client,Open Ports,AV Active,AV Updated,Installed KBs,Missing Updates\n".to_owned();
    for number in 0..5_000_u32 {
        let id = if number < 4_991 {
            number
        } else {
            number - 4_991
        };
        let smb = if number % 12 == 1 && number < 12 * 412 {
            ","
        } else {
            "no,no"
        };
        let os = if number % 100 == 50 && number < 3_700 {
            "Wardsoft Bedside OS,"
        } else {
            "Windows Server 2022,10.0.20348.5499"
        };
        writeln!(
            csv,
            "VE-{id:05},server,{os},Z-1,none,2026-11-21,{smb},none,yes,2026-11-21,,none"
        )
        .unwrap();
    }
    let (trust, _) = TRUST
        .split_once("assets:\n")
        .expect("it ends with its assets");
    let desk = Desk::new();
    desk.write(
        "trust/submission.yaml",
        format!("{trust}assets: export.csv\n"),
    );
    desk.write("trust/export.csv", csv);
    desk
}

#[test]
fn scenario_11_what_an_export_does_not_say_is_counted_not_passed() {
    Declared::trust();
    let report = export().report("trust", TODAY, &[]);
    assert_eq!(report.json["summary"]["assets"], 5_000);
    let silent = report
        .of("WAN-002", "unknown")
        .filter(|finding| finding["field"] == "smb1.server")
        .count();
    assert_eq!(silent, 412);
    // Whether SMBv1 matters on a system nobody knows is not known either.
    assert_eq!(report.count("WAN-002", "unknown"), 412 + 37);
    assert_eq!(report.count("WAN-002", "pass"), 5_000 - 412 - 37);
    assert_eq!(report.count("OSS-004", "fail"), 37);
    assert_eq!(report.count("OSS-001", "unknown"), 37);
    assert_eq!(report.count("WAN-001", "unknown"), 37);
    assert_eq!(report.count("DATA-003", "fail"), 9);
    assert_eq!(report.count("DATA-003", "pass"), 4_991);
    assert_eq!(report.count("DATA-001", "pass"), 5_000);
    report.decides("refer");
}

#[test]
fn scenario_11_the_unknown_stands_beside_the_compliance_and_findings_are_grouped() {
    let ran = export().run(&["check", "trust", "--as-of", TODAY]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let table = ran
        .stdout
        .split("COMPLIANCE")
        .nth(1)
        .expect("there is a table");
    let row = table
        .lines()
        .find(|line| line.starts_with("WAN-002"))
        .unwrap();
    for part in ["4,551/5,000", "91.0%", "449/5,000", "8.9%"] {
        assert!(row.contains(part), "{row}");
    }
    for (rule, share) in [
        ("DATA-003", "9 of 5,000 assets"),
        ("OSS-004", "37 of 5,000 assets"),
    ] {
        let groups: Vec<_> = ran
            .stdout
            .lines()
            .filter(|line| line.starts_with("FAIL") && line.contains(rule))
            .collect();
        assert_eq!(groups.len(), 1, "{rule}");
        assert!(groups[0].ends_with(share), "{}", groups[0]);
    }
}

#[test]
fn scenario_12_a_discretionary_ground_goes_to_a_person() {
    let answer = "discretionary: yes, mitigation: the director concerned left in 2024 }";
    let report = Declared::supplier()
        .with("discretionary: no }", answer)
        .check();
    report.claims(
        "GOV-005",
        SUPPLIER_ID,
        "fail high",
        &["exclusions.discretionary"],
    );
    report.decides("refer");
    assert_eq!(report.rules_leading_to("refer"), ["GOV-005"]);
    assert!(report.rules_leading_to("reject").is_empty());

    let report = Declared::supplier()
        .with("mandatory: no", "mandatory: yes")
        .check();
    report.claims("GOV-005", SUPPLIER_ID, "fail critical", &[]);
    report.decides("reject");
}

#[test]
fn evidence_of_the_future_never_passes() {
    let supplier = [
        ("CE-001", "issued_on: 2026-05-11", "issued_on: 2026-11-23"),
        ("DSP-001", "issued_on: 2026-06-20", "issued_on: 2026-11-23"),
        (
            "DTC-001",
            "\"2.0\", issued_on: 2026-05-02",
            "\"2.0\", issued_on: 2026-11-23",
        ),
        ("DTC-002", "issued_on: 2026-09-20", "issued_on: 2026-11-23"),
        ("DTC-004", "issued_on: 2026-09-01", "issued_on: 2026-11-23"),
        ("GOV-004", "signed_on: 2026-11-20", "signed_on: 2026-11-23"),
        ("TLS-001", "2026-09-01T00:00:00Z", "2026-11-23T00:00:00Z"),
    ];
    let trust = [
        (
            "WAN-001",
            OS,
            "    os: Windows 7 SP1\n    updates: [{ id: KB4019264, installed_on: 2026-11-23 }]\n",
        ),
        (
            "WAN-005",
            "updated_at: 2026-11-21",
            "updated_at: 2026-11-23",
        ),
        (
            "WAN-006",
            "reviewed_on: 2026-09-01",
            "reviewed_on: 2026-11-23",
        ),
        ("WAN-007", "date: 2026-06-18", "date: 2026-11-23"),
        (
            "WPT-005",
            "observed_at: 2026-11-21",
            "observed_at: 2026-11-23",
        ),
        (
            "DSP-006",
            "alerts: []",
            "alerts: [{ id: CC-1, severity: high, issued_at: 2026-11-21T10:00, acknowledged_at: 2026-11-23T09:00 }]",
        ),
    ];
    let cases = supplier
        .map(|case| (Declared::supplier(), case))
        .into_iter()
        .chain(trust.map(|case| (Declared::trust(), case)));
    for (declared, (rule, past, future)) in cases {
        let report = declared.with(past, future).check();
        assert_eq!(report.count(rule, "pass"), 0, "{rule}: {future}");
        assert_ne!(report.decision(), "admit", "{rule}: {future}");
    }
}

/// The supplier with one file of evidence, dated, which was declared with `declared` inside.
fn evidence(dated: &str, declared: &str) -> Report {
    let mut sha256 = String::new();
    for byte in Sha256::digest(declared) {
        write!(sha256, "{byte:02x}").unwrap();
    }
    let entry = format!(
        "evidence: [{{ id: EV-1, kind: report, path: ev-1.txt, sha256: {sha256}, dated_on: {dated} }}]"
    );
    let desk = Desk::new();
    desk.write(
        "pack/submission.yaml",
        Declared::supplier().with("evidence: []", &entry).0,
    );
    desk.write("pack/ev-1.txt", "passed");
    desk.report("pack", TODAY, &[])
}

#[test]
fn evidence_counts_while_it_is_fresh_and_the_file_declared() {
    evidence("2026-11-22", "passed").decides("admit");
    for (dated, declared) in [
        ("2026-11-23", "passed"),
        ("2025-11-21", "passed"),
        ("2026-11-22", "failed"),
    ] {
        let report = evidence(dated, declared);
        report.claims("GOV-003", "EV-1", "fail medium", &[]);
        report.decides("admit-with-conditions");
    }
}

#[test]
fn a_certificate_of_a_sister_company_covers_nobody_else() {
    let report = Declared::supplier()
        .with(
            "entities: [Larkfield Health Systems Ltd]",
            "entities: [Larkfield Hosting Ltd]",
        )
        .check();
    for rule in ["CE-002", "CE-003"] {
        report.claims(
            rule,
            SUPPLIER_ID,
            "fail high",
            &["Larkfield Hosting Ltd", LARKFIELD],
        );
    }
    report.decides("reject");
}

#[test]
fn a_waiver_for_everything_covers_nothing() {
    let report = scanner()
        .with("subjects: [MRI-01]", "subjects: [\"*\"]")
        .check();
    report.claims("GOV-002", "W-1", "fail high", &[]);
    report.claims("OSS-001", "MRI-01", "fail critical", &["2016-01-12"]);
    report.decides("reject");
}

#[test]
fn a_lower_layer_may_tighten_a_threshold_and_not_loosen_it() {
    let layered = |days: &str| {
        let desk = Desk::new();
        desk.copy_rules();
        desk.write(
            "rules/local.yaml",
            format!("profile: vale-of-elm\ntitle: Local policy\nextends: trust-estate\nset:\n  patch_days: {days}\n"),
        );
        let ten_days = "missing_updates: [{ id: FIX-1, released_on: 2026-11-12, cvss: 9.8 }]";
        desk.write(
            "trust.yaml",
            Declared::trust().with("missing_updates: []", ten_days).0,
        );
        desk.run(&[
            "check",
            "trust.yaml",
            "--rules",
            "rules",
            "--profile",
            "vale-of-elm",
            "--as-of",
            TODAY,
            "--format",
            "json",
            "--all",
        ])
    };
    let tighter = layered("7 days").report();
    tighter.claims("WPT-001", "A-1", "fail high", &["10 days", "7 days"]);
    tighter.decides("reject");
    layered("14 days")
        .report()
        .claims("WPT-001", "A-1", "pass", &[]);

    let looser = layered("30 days");
    assert_eq!(looser.code, 2, "{}", looser.stdout);
    assert_eq!(looser.stdout, "");
    for named in ["patch_days", "local.yaml", "windows-patching.yaml"] {
        assert!(
            looser.stderr.contains(named),
            "no {named} in {}",
            looser.stderr
        );
    }
}

#[test]
fn an_edited_policy_has_another_hash() {
    let desk = Desk::new();
    desk.write("trust.yaml", &Declared::trust().0);
    desk.copy_rules();
    let hash =
        |more: &[&str]| desk.report("trust.yaml", TODAY, more).json["run"]["policy_sha256"].clone();
    let shipped = hash(&[]);
    let copied = hash(&["--rules", "rules"]);
    assert_eq!(text(&shipped).len(), 64);
    assert_eq!(copied, shipped, "the same files are the same policy");

    let file = root().join("rules/windows-patching.yaml");
    let policy = std::fs::read_to_string(file).unwrap();
    let edited = policy.replacen("value: 14 days", "value: 13 days", 1);
    assert_ne!(policy, edited);
    desk.write("rules/windows-patching.yaml", edited);
    let edited: Value = hash(&["--rules", "rules"]);
    assert_ne!(edited, shipped);
}
