//! What `systeminfo` printed on 24 real machines, against the verdicts that were worked out by
//! hand. The samples lie beside the project and are not part of it.

use super::program::{Desk, Report, TODAY, root, text};
use passmuster::import::{Inventory, Limits, Row};
use passmuster::model::fields::{asset, missing_update, update};
use passmuster::model::{FieldId, Record, Subject};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
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

/// The only row of a sample, whether it names its machine or not.
fn row(folder: &Path, name: &str) -> Subject {
    let path = folder.join("samples").join(name);
    let file = Box::new(fs::File::open(path).unwrap());
    let mut inventory = Inventory::open(name, file, None, Limits::default()).unwrap();
    assert!(inventory.gives_parts(), "{name}");
    let mut rows = Vec::new();
    while let Some(batch) = inventory.next_batch().unwrap() {
        batch.read(&mut |row| rows.push(row));
    }
    match rows.pop() {
        Some(Row::Asset(subject) | Row::Unnamed(subject)) if rows.is_empty() => subject,
        other => panic!("{name}: {other:?} and {} more", rows.len()),
    }
}

/// The numbers of a list of updates, without `KB`.
fn numbers(subject: &Subject, list: FieldId, id: FieldId) -> BTreeSet<String> {
    let records = subject.records(list).unwrap();
    let number = |one: &Record| Some(one.text(id)?.strip_prefix("KB")?.to_owned());
    records.iter().filter_map(number).collect()
}

fn wanted_numbers(list: &Value) -> BTreeSet<String> {
    let list = list.as_array().unwrap();
    list.iter().map(|kb| text(kb).to_owned()).collect()
}

/// Updates that Vista lists by their bare number, which the expectation leaves out.
const BARE: [&str; 2] = ["940157", "943729"];

#[test]
fn the_lists_of_wmic_are_read_as_they_were_by_hand() {
    let Some(folder) = folder() else { return };
    let mut count = 0;
    for (file, one) in expected(&folder) {
        let Some(name) = one["qfe"]["file"].as_str() else {
            continue;
        };
        let list = row(&folder, name);
        let mut found = numbers(&list, asset::UPDATES, update::ID);
        found.retain(|kb| !BARE.contains(&kb.as_str()));
        assert_eq!(found.len() as u64, one["qfe"]["distinct_kbs"], "{name}");
        let known = wanted_numbers(&one["facts"]["kbs"]);
        let only: BTreeSet<_> = found.difference(&known).cloned().collect();
        assert_eq!(
            only,
            wanted_numbers(&one["qfe"]["kbs_only_in_qfe"]),
            "{name}"
        );
        assert!(list.unreadable().is_empty(), "{name}");
        let listed = list.integer(asset::UPDATES_LISTED);
        assert!(listed >= one["facts"]["stated_hotfixes"].as_i64(), "{file}");
        count += 1;
    }
    assert_eq!(count, 8);
}

/// What was collected from a machine beside its `systeminfo`.
fn beside(one: &Value) -> Vec<&str> {
    let files = [&one["qfe"]["file"], &one["windows_update_agent"]["file"]];
    files.into_iter().filter_map(Value::as_str).collect()
}

/// What is expected of the worm's fix once the list of `wmic` is known.
fn of_the_worm(one: &Value) -> &'static str {
    let changed = &one["qfe"]["reference_changes"]["MS17-010"]["verdict"];
    let first = &one["reference"]["MS17-010"]["verdict"];
    match changed.as_str().unwrap_or(text(first)) {
        "missing" | "unsupported_baseline" => "fail",
        "fixed" | "released_after_fix" => "pass",
        _ => "unknown",
    }
}

#[test]
fn what_was_collected_from_a_machine_is_one_machine_and_the_fuller_list_settles_it() {
    let Some(folder) = folder() else { return };
    let (mut count, mut changed, mut scanned) = (0, 0, 0);
    for (file, one) in expected(&folder) {
        let more = beside(&one);
        if more.is_empty() {
            continue;
        }
        let names = [&[file.as_str()], more.as_slice()].concat();
        let report = check(&folder, &names, TODAY);
        assert_eq!(report.json["summary"]["assets"], 1, "{file}");
        assert_eq!(report.count("WAN-001", of_the_worm(&one)), 1, "{file}");

        let asset = imported(&folder, &names);
        let missing = asset["missing_updates"].as_array();
        let missing: Option<BTreeSet<_>> = missing.map(|all| {
            let ids = all.iter().filter_map(|one| one["id"].as_str());
            let numbers = ids.filter_map(|id| id.strip_prefix("KB"));
            numbers.map(str::to_owned).collect()
        });
        let scan = &one["windows_update_agent"];
        let wanted = scan
            .is_object()
            .then(|| wanted_numbers(&scan["missing_kbs"]));
        assert_eq!(missing, wanted, "{file}");
        count += 1;
        changed += u32::from(one["qfe"]["reference_changes"]["MS17-010"].is_object());
        scanned += u32::from(wanted.is_some());
    }
    assert_eq!((count, changed, scanned), (8, 2, 3));
}

/// The only asset that `import` makes of samples.
fn imported(folder: &Path, names: &[&str]) -> Value {
    let paths: Vec<_> = names
        .iter()
        .map(|name| folder.join("samples").join(name).display().to_string())
        .collect();
    let paths = paths.iter().map(String::as_str);
    let arguments: Vec<_> = std::iter::once("import").chain(paths).collect();
    let ran = Desk::new().run(&arguments);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr))
}

#[test]
fn all_that_was_collected_is_as_many_machines_as_there_are() {
    let Some(folder) = folder() else { return };
    let expected = expected(&folder);
    let mut names: Vec<_> = expected.keys().map(String::as_str).collect();
    names.extend(expected.values().flat_map(beside));
    let report = check(&folder, &names, TODAY);
    assert_eq!(report.json["summary"]["assets"], 24);
    for wanted in ["pass", "fail", "unknown"] {
        let all = expected.values().map(of_the_worm);
        let count = all.filter(|outcome| *outcome == wanted).count();
        assert_eq!(report.count("WAN-001", wanted), count as u64, "{wanted}");
    }
}

#[test]
fn the_updates_a_machine_found_missing_are_all_listed() {
    let Some(folder) = folder() else { return };
    let mut count = 0;
    for one in expected(&folder).values() {
        let Some(name) = one["windows_update_agent"]["file"].as_str() else {
            continue;
        };
        let scan = row(&folder, name);
        assert_eq!(
            numbers(&scan, asset::MISSING_UPDATES, missing_update::ID),
            wanted_numbers(&one["windows_update_agent"]["missing_kbs"]),
            "{name}"
        );
        count += 1;
    }
    assert_eq!(count, 3);
}
