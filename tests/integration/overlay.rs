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
