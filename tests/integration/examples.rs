//! The examples that ship, and the rule that the README writes from scratch, come out as the
//! README says.

use super::program::{Desk, Report, TODAY, root, text};
use std::fs;
use std::path::Path;

/// Checks an example where it lies.
fn example(name: &str) -> Report {
    Desk::new().report(&path(name), TODAY, &[])
}

fn path(name: &str) -> String {
    let path = root().join("examples").join(name);
    path.to_str().expect("the checkout has a name").to_owned()
}

/// The waivers that cover a failure, each with its rule, its subject and its last day.
fn waived(report: &Report) -> Vec<[&str; 4]> {
    report
        .findings()
        .iter()
        .filter(|finding| finding["outcome"] == "waived")
        .map(|finding| {
            [
                text(&finding["waiver"]["id"]),
                text(&finding["rule"]),
                text(&finding["subject"]["id"]),
                text(&finding["waiver"]["until"]),
            ]
        })
        .collect()
}

#[test]
fn the_supplier_of_patient_records_is_refused() {
    let report = example("supplier-epr");
    report.decides("reject");
    assert_eq!(report.json["run"]["profile"]["id"], "hssf-lot-1");
    assert_eq!(
        report.rules_leading_to("reject"),
        [
            "CE-001", "CE-002", "DSP-001", "DSP-003", "DTC-002", "DTC-004", "OSS-001", "SWB-002",
            "TLS-005", "WAN-004", "WPT-001"
        ]
    );
    report.claims(
        "OSS-001",
        "LH-0402",
        "fail critical",
        &["W-LHS-2026-04", "it ended on 2026-11-11"],
    );
}

#[test]
fn the_repaired_supplier_is_admitted_with_conditions_that_have_a_date() {
    let report = example("supplier-epr-repaired");
    report.decides("admit-with-conditions");
    assert_eq!(report.rules_leading_to("reject"), [""; 0]);
    assert_eq!(report.rules_leading_to("refer"), [""; 0]);
    assert_eq!(
        waived(&report),
        [["W-LHS-2026-09", "OSS-001", "LH-0402", "2027-02-26"]]
    );
    assert_eq!(report.json["summary"]["earliest_condition"], "2027-02-26");
    assert_eq!(report.of("DSP-002", "fail").count(), 1);
}

#[test]
fn the_trust_is_refused_and_its_scanner_is_under_a_waiver() {
    let report = example("trust-estate");
    report.decides("reject");
    assert_eq!(
        report.rules_leading_to("reject"),
        [
            "MED-003", "MED-004", "OSS-001", "OSS-003", "WAN-001", "WAN-003", "WAN-004", "WPT-001",
            "WPT-006", "WPT-007"
        ]
    );
    let scanner = ["W-NUH-2026-031", "OSS-001", "NUH-MRI-01", "2027-03-31"];
    let waived = waived(&report);
    assert!(waived.contains(&scanner), "{waived:?}");
    assert_eq!(waived.len(), 2, "{waived:?}");
    let twice = report.findings().iter();
    let twice =
        twice.filter(|finding| finding["rule"] == "DATA-003" && finding["outcome"] != "pass");
    assert_eq!(twice.count(), 2);
    // The imaging archive stands in the export of the servers and in that of the medical devices.
    let both: Vec<_> = report.of("DATA-004", "conflict").collect();
    assert_eq!(both.len(), 2);
    for conflict in both {
        assert_eq!(conflict["subject"]["id"], "NUH050299");
    }
}

#[test]
fn the_waiver_that_does_not_hold_is_named_under_notes() {
    let ran = Desk::new().run(&["check", &path("trust-estate"), "--as-of", TODAY]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let flat = words(&ran.stdout);
    let (_, notes) = flat.split_once("NOTES ").expect("there are notes");
    assert!(
        notes.contains("waiver W-NUH-2026-039 does not cover OSS-001 of NUH050206"),
        "{notes}"
    );
    assert!(notes.contains("REJECT: "), "{notes}");
}

/// Lines are filled to a width: words are looked for as if they were not.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the README says under a heading.
fn section(heading: &str) -> String {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let readme = readme.replace("\r\n", "\n");
    let (_, after) = readme
        .split_once(&format!("\n## {heading}\n"))
        .expect("the README has the section");
    after.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The first YAML that stands under “A rule from scratch”.
fn rule_from_scratch() -> String {
    let section = section("A rule from scratch");
    let (_, block) = section.split_once("```yaml\n").expect("it shows YAML");
    let (block, _) = block.split_once("\n```").expect("the YAML ends");
    format!("{block}\n")
}

#[test]
fn the_rule_from_scratch_passes_its_cases() {
    let desk = Desk::new();
    let rule = rule_from_scratch();
    desk.write("policy/ours.yaml", &rule);
    let ran = desk.run(&["test", "--rules", "policy"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains('4'), "{}", ran.stdout);
    assert_eq!(rule.matches("expect: ").count(), 4);

    // The cases hold the rule: with one turned round they do not pass.
    desk.write(
        "policy/ours.yaml",
        rule.replace("expect: fail", "expect: pass"),
    );
    let ran = desk.run(&["test", "--rules", "policy"]);
    assert_ne!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn the_rule_from_scratch_judges_an_inventory() {
    let desk = Desk::new();
    desk.write("policy/ours.yaml", rule_from_scratch());
    desk.write(
        "estate.csv",
        "id,class,owner,last seen\nA,server,Theatres,2026-11-20\nB,server,,2026-11-20\n",
    );
    let more = ["--rules", "policy", "--profile", "ours"];
    let report = desk.report("estate.csv", TODAY, &more);
    report.claims("OUR-001", "A", "pass", &[]);
    report.claims("OUR-001", "B", "fail medium", &["owner"]);
    report.decides("admit-with-conditions");
}

#[test]
fn a_misspelt_field_is_drawn_as_the_readme_shows_it() {
    let section = section("A rule from scratch");
    let (_, shown) = section
        .split_once("    error: ")
        .expect("the README shows an error");
    let shown: Vec<_> = shown.lines().take_while(|line| !line.is_empty()).collect();
    let desk = Desk::new();
    let rule = rule_from_scratch().replace("owner: { declared: yes }", "smb1.sever: off");
    desk.write("policy/ours.yaml", rule);
    let ran = desk.run(&["test", "--rules", "policy"]);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    let said = ran.stderr.replace('\\', "/");
    // The README cannot know on which line a reader makes the mistake.
    for line in shown.iter().filter(|line| !line.contains("ours.yaml:")) {
        let line = words(line);
        let line = line.trim_start_matches(|c: char| c.is_ascii_digit());
        assert!(
            words(&said).contains(line.trim()),
            "`{line}` not in\n{said}"
        );
    }
    assert!(said.contains("policy/ours.yaml:"), "{said}");
    assert!(said.contains("did you mean `smb1.server`?"), "{said}");
}

#[test]
fn a_table_of_ones_own_is_read_by_its_map() {
    let desk = Desk::new();
    let map = path("cmdb/map.yaml");
    let report = desk.report(&path("cmdb/estate.csv"), TODAY, &["--map", &map]);
    report.claims("OSS-001", "CI-1002", "fail critical", &["2025-10-14"]);
    report.claims("OSS-004", "CI-1003", "unknown", &["no operating system"]);
    let notes = report.json["notes"].to_string();
    assert!(notes.contains("columns are read as"), "{notes}");
    let without = desk.run(&["check", &path("cmdb/estate.csv")]);
    assert_eq!(without.code, 2, "{}", without.stderr);
}

#[test]
fn every_example_is_checked_here() {
    let entries = fs::read_dir(root().join("examples")).expect("there are examples");
    let mut packs: Vec<_> = entries
        .map(|entry| entry.expect("it is listed").path())
        .filter(|path| path.is_dir() && !path.join("map.yaml").exists())
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        // What build servers read; see `ci.rs`.
        .filter(|name| name != "ci")
        .collect();
    packs.sort();
    assert_eq!(
        packs,
        ["supplier-epr", "supplier-epr-repaired", "trust-estate"]
    );
    assert!(
        packs
            .iter()
            .all(|name| Path::new(&path(name)).join("submission.yaml").exists())
    );
}
