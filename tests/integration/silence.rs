//! Silence passes nothing: whoever declares only that things exist, or that there are none, is told
//! what is not known of them, in every profile and by every rule.

use super::program::{Desk, Report, TODAY, text};

const PROFILES: [&str; 7] = [
    "wannacry-baseline",
    "trust-estate",
    "hssf-core",
    "hssf-lot-1",
    "certificates-public",
    "certificates-private-root",
    "nhs-spine",
];

/// Those that ask about machines.
const MACHINES: [&str; 4] = [
    "wannacry-baseline",
    "trust-estate",
    "hssf-core",
    "hssf-lot-1",
];

/// One of everything, of which nothing is told.
const BARE: &str = "organisation: { name: Vale of Elm }
submission: { id: S-1 }
alerts: [{ id: X-1 }]
attestations: [{ id: X-1 }]
backups: [{ id: X-1 }]
certificates: [{ id: X-1 }]
components: [{ id: X-1 }]
endpoints: [{ id: X-1 }]
evidence: [{ id: X-1 }]
products: [{ id: X-1 }]
services: [{ id: X-1 }]
zones: [{ id: X-1 }]
assets: [{ id: X-1 }]
";

fn check(declared: &str, profile: &str) -> Report {
    let desk = Desk::new();
    desk.write("d.yaml", declared);
    desk.report("d.yaml", TODAY, &["--profile", profile])
}

/// The rules that passed, those about the data apart.
fn passed(report: &Report) -> Vec<&str> {
    let findings = report.findings().iter();
    findings
        .filter(|finding| finding["outcome"] == "pass")
        .map(|finding| text(&finding["rule"]))
        .collect()
}

#[test]
fn bare_identifiers_pass_no_rule_of_any_profile() {
    for profile in PROFILES {
        let report = check(BARE, profile);
        assert_eq!(passed(&report), [""; 0], "{profile}");
        assert_ne!(report.decision(), "admit", "{profile}");
    }
}

#[test]
fn a_bare_name_passes_no_rule_of_any_profile() {
    for profile in PROFILES {
        let report = check("organisation: { name: Vale of Elm }\n", profile);
        assert_eq!(passed(&report), [""; 0], "{profile}");
        assert_ne!(report.decision(), "admit", "{profile}");
        if MACHINES.contains(&profile) {
            assert_eq!(report.of("OSS-001", "unknown").count(), 1, "{profile}");
        }
    }
}

#[test]
fn knowing_what_the_organisation_is_helps_it_to_no_pass() {
    for (kind, profile) in [
        ("trust", "trust-estate"),
        ("icb", "trust-estate"),
        ("supplier", "hssf-lot-1"),
    ] {
        let named = format!("organisation: {{ name: Vale of Elm, kind: {kind} }}");
        let declared = BARE.replace("organisation: { name: Vale of Elm }", &named);
        assert_eq!(passed(&check(&declared, profile)), [""; 0], "{kind}");
    }
}

#[test]
fn no_backups_and_no_products_are_failures_and_not_nothing() {
    let empty = BARE
        .replace("components: [{ id: X-1 }]", "components: []")
        .replace("backups: [{ id: X-1 }]", "backups: []")
        .replace("products: [{ id: X-1 }]", "products: []");
    let report = check(&empty, "hssf-lot-1");
    for (rule, list) in [
        ("BKP-002", "`backups: []`"),
        ("DTC-007", "`products: []`"),
        ("SWB-001", "`products: []`"),
    ] {
        let finding = report.finding(rule, "Vale of Elm");
        assert_eq!(text(&finding["outcome"]), "fail", "{rule}");
        assert!(text(&finding["reason"]).contains(list), "{finding:#}");
    }
    let components = report.finding("SWB-002", "Vale of Elm");
    assert_eq!(text(&components["outcome"]), "unknown");
    let due = &report.finding("SWB-001", "Vale of Elm")["due"];
    assert!(due.is_string(), "a condition has a day: {due}");
}
