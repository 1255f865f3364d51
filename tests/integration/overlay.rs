//! Overlays: what whoever runs the check knows beyond the catalogue.

use super::program::{Desk, Report, TODAY, text};

const ESTATE: &str = "Asset ID,Operating System,Operating System Version
srv-01,Windows Server 2012 R2,
srv-lab-2,Windows Server 2012 R2,
srv-99,Windows Server 2012 R2,
";

const OVERLAY: &str = "overlay: vale-of-elm
entries:
  - product: windows-server
    cycle: 2012-r2
    programme: vendor-statement
    supported_until: 2027-03-31
    evidence: letter of Example Systems Ltd, 2026-09-01
    applies_to: [srv-01, srv-lab-*]
";

fn judged(overlay: &str, day: &str) -> Report {
    let desk = Desk::new();
    desk.write("estate.csv", ESTATE);
    desk.write("own.yaml", overlay);
    desk.report("estate.csv", day, &["--overlay", "own.yaml"])
}

#[test]
fn an_extension_holds_for_its_machines_to_its_last_day_and_is_named() {
    let report = judged(OVERLAY, TODAY);
    for (asset, outcome) in [
        ("srv-01", "pass"),
        ("srv-lab-2", "pass"),
        ("srv-99", "fail"),
    ] {
        let finding = report.finding("OSS-001", asset);
        assert_eq!(text(&finding["outcome"]), outcome, "{finding:#}");
        let says = text(&finding["reason"]).contains("overlay vale-of-elm line 3");
        assert_eq!(says, outcome == "pass", "{finding:#}");
    }
    let report = judged(OVERLAY, "2027-04-01");
    let finding = report.finding("OSS-001", "srv-01");
    assert_eq!(text(&finding["outcome"]), "fail");
    assert!(text(&finding["reason"]).contains("lapsed"), "{finding:#}");
}

#[test]
fn a_bad_overlay_stops_the_run_before_anything_is_judged() {
    let desk = Desk::new();
    desk.write("estate.csv", ESTATE);
    desk.write("own.yaml", OVERLAY.replace("letter", "tbc # letter"));
    let ran = desk.run(&[
        "check",
        "estate.csv",
        "--as-of",
        TODAY,
        "--overlay",
        "own.yaml",
    ]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("no evidence") && ran.stderr.contains("own.yaml:7"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_pack_cannot_bring_an_overlay_for_itself() {
    let desk = Desk::new();
    let assets = "[{ id: srv-01, os: Windows Server 2012 R2 }]";
    let declared = format!("organisation: {{ name: Vale of Elm }}\nassets: {assets}\n");
    desk.write("pack/submission.yaml", declared);
    desk.write("pack/overlay.yaml", OVERLAY);
    let report = desk.report("pack", TODAY, &["--profile", "trust-estate"]);
    assert_eq!(
        text(&report.finding("OSS-001", "srv-01")["outcome"]),
        "fail"
    );
}

#[test]
fn software_is_extended_and_corrected_as_operating_systems_are() {
    let overlay = "overlay: vale-of-elm
entries:
  - product: mssqlserver
    cycle: 12.0-sp3
    programme: esu
    supported_until: 2027-07-12
    evidence: order 4711
    applies_to: [srv-01]
  - product: postgresql
    cycle: 16
    programme: correction
    supported_until: 2026-11-01
    evidence: vendor page of 2026-11-02
";
    let desk = Desk::new();
    let declared = "Asset ID,Operating System,Software
srv-01,Windows Server 2022,SQL Server 2014/12.0.6024.0
srv-02,Windows Server 2022,SQL Server 2014/12.0.6024.0
srv-03,Windows Server 2022,PostgreSQL 16.4
";
    desk.write("estate.csv", declared);
    desk.write("own.yaml", overlay);
    let judge = |more: &[&str]| {
        let profile = ["--profile", "trust-estate"];
        desk.report("estate.csv", TODAY, &[&profile, more].concat())
    };
    let outcomes = |report: &Report| {
        ["srv-01", "srv-02", "srv-03"]
            .map(|asset| text(&report.finding("OSS-007", asset)["outcome"]).to_owned())
    };
    assert_eq!(outcomes(&judge(&[])), ["fail", "fail", "pass"]);
    let report = judge(&["--overlay", "own.yaml"]);
    assert_eq!(outcomes(&report), ["pass", "fail", "fail"]);
    let reason = text(&report.finding("OSS-007", "srv-01")["reason"]);
    assert!(reason.contains("overlay vale-of-elm line 3"), "{reason}");
    let fact = text(&report.finding("OSS-007", "srv-03")["fact"]);
    assert!(fact.contains("overlay vale-of-elm line 9"), "{fact}");
}

#[test]
fn an_entry_that_fits_no_asset_is_told() {
    let notes = |overlay: &str| judged(overlay, TODAY).json["notes"].to_string();
    assert!(!notes(OVERLAY).contains("changes nothing"));
    let misspelt = OVERLAY.replace("[srv-01, srv-lab-*]", "[srv-1, srv-lba-*]");
    let told = notes(&misspelt);
    assert!(
        told.contains("overlay vale-of-elm line 3 changes nothing"),
        "{told}"
    );
    let told = notes(&OVERLAY.replace("2012-r2", "2016"));
    assert!(told.contains("changes nothing"), "{told}");
}

#[test]
fn a_data_folder_that_is_not_there_is_told_of_whoever_named_it() {
    let desk = Desk::new();
    desk.write("estate.csv", ESTATE);
    let arguments = ["check", "estate.csv", "--as-of", TODAY];
    let said = |name| {
        let ran = desk.run_with(&arguments, &[("PASSMUSTER_DATA", name)]);
        ran.stderr
    };
    let told = said("dtaa");
    assert!(
        told.contains("no folder dtaa, which PASSMUSTER_DATA names"),
        "{told}"
    );
    assert_eq!(said("none"), "");
    assert_eq!(said(""), "");
}
