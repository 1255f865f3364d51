//! What `systeminfo` printed on 24 real machines, against the verdicts that were worked out by
//! hand. The samples lie beside the project and are not part of it.

use super::program::{Desk, Report, TODAY, root, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const WINDOWS_7: &str = "7_sp1_x86_enterprise_en-us_systeminfo.txt";

/// The folder of the samples, or a line that says they are not there.
fn folder() -> Option<PathBuf> {
    let folder = root().join("../shared/data/windows");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: ../shared is absent");
    None
}

/// What is expected, by file name.
fn expected(folder: &Path) -> BTreeMap<String, Value> {
    let lines = fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    lines
        .lines()
        .map(|line| {
            let one: Value = serde_json::from_str(line).unwrap();
            (text(&one["file"]).to_owned(), one)
        })
        .collect()
}

fn check(folder: &Path, names: &[&str], day: &str) -> Report {
    let paths: Vec<_> = names
        .iter()
        .map(|name| folder.join("samples").join(name).display().to_string())
        .collect();
    let mut arguments = vec!["check", "--as-of", day, "--format", "json", "--all"];
    arguments.extend(paths.iter().map(String::as_str));
    Desk::new().run(&arguments).report()
}

/// The outcomes of a rule, by file name: two of the machines have one name.
fn outcomes<'r>(report: &'r Report, rule: &str) -> BTreeMap<&'r str, &'r str> {
    let found = report.findings().iter().filter(|one| one["rule"] == rule);
    found
        .map(|finding| {
            let file = Path::new(text(&finding["place"]["file"])).file_name();
            let file = file.and_then(|name| name.to_str()).unwrap_or_default();
            (file, text(&finding["outcome"]))
        })
        .collect()
}

#[test]
fn real_machines_are_judged_as_they_were_by_hand() {
    let Some(folder) = folder() else { return };
    let expected = expected(&folder);
    let names: Vec<_> = expected.keys().map(String::as_str).collect();
    let report = check(&folder, &names, TODAY);
    let found = outcomes(&report, "WAN-001");
    let wanted: BTreeMap<_, _> = expected
        .iter()
        .map(|(file, one)| {
            let outcome = match text(&one["reference"]["MS17-010"]["verdict"]) {
                "missing" | "unsupported_baseline" => "fail",
                "fixed" | "released_after_fix" => "pass",
                "unknown" => "unknown",
                other => panic!("{file}: {other} is a new verdict"),
            };
            (file.as_str(), outcome)
        })
        .collect();
    assert_eq!(wanted.len(), 24);
    assert_eq!(found, wanted);
    assert_eq!(report.json["summary"]["assets"], 24);
    assert_eq!(report.count("DATA-001", "pass"), 24);
    report.decides("reject");
}

#[test]
fn a_list_that_was_cut_short_neither_passes_nor_fails() {
    let Some(folder) = folder() else { return };
    let expected = expected(&folder);
    let cut: Vec<_> = expected
        .iter()
        .filter(|(_, one)| one["facts"]["truncated"] == true)
        // A service pack that is too old needs no list.
        .filter(|(_, one)| one["reference"]["MS17-010"]["verdict"] != "unsupported_baseline")
        .map(|(file, _)| file.as_str())
        .collect();
    assert_eq!(cut.len(), 2);
    let report = check(&folder, &cut, TODAY);
    for file in cut {
        assert_eq!(outcomes(&report, "WAN-001")[file], "unknown", "{file}");
    }
    for finding in report.of("WAN-001", "unknown") {
        assert!(text(&finding["reason"]).contains("stated"), "{finding:#}");
    }
}

#[test]
fn one_machine_on_the_day_of_the_worm_and_today() {
    let Some(folder) = folder() else { return };
    let then = check(&folder, &[WINDOWS_7], "2017-05-12");
    assert_eq!(outcomes(&then, "OSS-001")[WINDOWS_7], "pass");
    assert_eq!(outcomes(&then, "WAN-001")[WINDOWS_7], "fail");
    then.decides("reject");

    let now = check(&folder, &[WINDOWS_7], TODAY);
    assert_eq!(outcomes(&now, "OSS-001")[WINDOWS_7], "fail");
    assert_eq!(outcomes(&now, "WAN-001")[WINDOWS_7], "fail");
    now.decides("reject");
}
