//! The catalogue as people and programs ask for it: its age, its answers, its soundness, and the
//! data directory that refreshed facts are kept in.

use super::run::{Ran, folder, program, run, run_on, run_with, write};
use jiff::Timestamp;
use passmuster::catalogue::{Catalogue, Store};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const DAY: &str = "--as-of=2026-11-22";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn lookup(arguments: &[&str]) -> Ran {
    let folder = folder(&[]);
    let all = [&["catalogue", "lookup", DAY], arguments].concat();
    run(folder.path(), &all)
}

/// Stores a lifecycle table of another day, in which Windows 7 is supported for ever.
fn refresh(root: PathBuf, day: &str, second: i64) -> String {
    let text = Catalogue::embedded().facts().text("lifecycle.tsv");
    let dated = text
        .lines()
        .find(|line| line.starts_with("# data-date: "))
        .expect("the table is dated");
    let text = text.replace(dated, &format!("# data-date: {day}"));
    let lines = text.lines().map(|line| {
        let is_it = line.starts_with("windows\t7-sp1\t");
        let cells = line.split('\t').enumerate();
        let cells = cells.map(|(at, cell)| if is_it && at == 6 { "open" } else { cell });
        cells.collect::<Vec<_>>().join("\t").replace(
            if is_it { "Windows 7 SP1" } else { "\u{0}" },
            "Windows 7 SP1 as refreshed",
        ) + "\n"
    });
    let made = Timestamp::from_second(1_795_000_000 + second).expect("a time");
    let tables = BTreeMap::from([("lifecycle.tsv", lines.collect::<String>())]);
    let replaced = Store::at(root).replace(tables, Vec::new(), made);
    replaced.expect("it can be stored").generation
}

fn with_data(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, arguments, &[("PASSMUSTER_DATA", "data")])
}

#[test]
fn status_tells_age_source_and_hash_of_every_part() {
    let folder = folder(&[]);
    let status = ["catalogue", "status", DAY, "--format", "json"];
    let ran = run(folder.path(), &status);
    assert_eq!((ran.status, &*ran.err), (0, ""));
    let shown = json(&ran);
    let parts = shown["parts"].as_array().expect("a list of parts");
    for name in ["advisories", "lifecycle", "operating-system names"] {
        let part = parts.iter().find(|part| part["name"] == name);
        let part = part.unwrap_or_else(|| panic!("no part {name}"));
        assert!(part["rows"].as_u64() > Some(100), "{part}");
        assert!(part["age_days"].as_i64() > Some(0), "{part}");
        assert_eq!(part["sha256"].as_str().map(str::len), Some(64));
        assert_eq!(part["from"], "program");
    }
    assert_eq!(shown["data_directory"], Value::Null);
    assert_eq!(shown["sha256"], Catalogue::embedded().sha256());
    let text = run(folder.path(), &["catalogue", "status", DAY]).out;
    assert!(
        text.contains("days old") && text.contains("endoflife.date"),
        "{text}"
    );
}

#[test]
fn an_age_that_is_too_high_ends_with_1() {
    let folder = folder(&[]);
    let status = |day: &str, age: &str| {
        let day = format!("--as-of={day}");
        run(
            folder.path(),
            &["catalogue", "status", &day, "--max-age", age],
        )
    };
    assert_eq!(status("2026-11-22", "45d").status, 1);
    assert!(status("2026-11-22", "45d").out.contains("TOO OLD"));
    assert_eq!(status("2026-11-22", "3650d").status, 0);
    assert_eq!(status("2026-11-22", "soon").status, 2);
}

#[test]
fn lookup_explains_in_words_and_ends_with_1_when_it_has_no_answer() {
    for (question, said) in [
        (
            &["Win", "2008", "R2", "SP1", "7601"][..],
            "Windows Server 2008 R2 SP1",
        ),
        (&["KB4019264"], "MS17-010"),
        (&["4012598"], "stand-alone update"),
        (&["CVE-2017-0144"], "KB4012212"),
        (&["windows-server:2012-r2"], "extended to 2026-10-13"),
        (&["nginx"], "releases in the catalogue"),
        (&["KB4012212", "MS17-010"], "security-only update"),
    ] {
        let ran = lookup(question);
        assert_eq!((ran.status, &*ran.err), (0, ""), "{question:?}");
        assert!(ran.out.contains(said), "{question:?}: {}", ran.out);
    }
    for question in [
        "no such system",
        "KB9999999",
        "CVE-2099-12345",
        "windows:no-such",
    ] {
        let ran = lookup(&[question]);
        assert_eq!((ran.status, &*ran.err), (1, ""), "{question}");
        assert!(ran.out.contains("unknown"), "{question}: {}", ran.out);
    }
    assert_eq!(lookup(&[]).status, 2);
    assert_eq!(lookup(&["--stdin", "--format", "json"]).status, 2);
}

#[test]
fn lookup_depends_on_the_day() {
    let folder = folder(&[]);
    for (day, status) in [
        ("--as-of=2017-05-12", "supported"),
        ("--as-of=2020-01-14", "supported"),
        ("--as-of=2020-01-15", "extended_only"),
        ("--as-of=2026-11-22", "unsupported"),
    ] {
        let question = ["catalogue", "lookup", day, "--format=json", "Windows 7 SP1"];
        let answer = json(&run(folder.path(), &question));
        assert_eq!(answer["decision"], "exact");
        assert_eq!(answer["status_worst"], status, "{day}");
        assert_eq!(answer["details"][0]["security_support"], "2020-01-14");
    }
}

#[test]
fn every_line_of_a_stream_is_answered_by_a_line() {
    let folder = folder(&[]);
    let input = "Windows 7 SP1\n{\"name\": \"Microsoft Windows 10 Enterprise\", \"build\": \"19045\"}\n\
                 {oops\n\nKB4012212\n";
    let stream = ["catalogue", "lookup", "--stdin", "--format", "ndjson", DAY];
    let ran = run_on(folder.path(), &stream, input.as_bytes());
    assert_eq!((ran.status, &*ran.err), (0, ""));
    let answers: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a JSON object"))
        .collect();
    let decisions: Vec<_> = answers.iter().map(|answer| &answer["decision"]).collect();
    assert_eq!(decisions, ["exact", "exact", "unknown", "unknown", "exact"]);
    assert_eq!(
        answers[1]["candidates"],
        serde_json::json!(["windows:10-22h2"])
    );
    assert_eq!(answers[1]["query"]["build"], "19045");
    assert!(answers[2]["error"].is_string() && answers[3]["error"].is_string());
}

#[test]
fn a_stream_whose_reader_has_gone_ends_quietly() {
    let names = "Windows 7 SP1\n".repeat(100_000);
    let folder = folder(&[("names.txt", names.as_bytes())]);
    let input = fs::File::open(folder.path().join("names.txt")).expect("just written");
    let mut child = program(folder.path(), &["catalogue", "lookup", "--stdin"])
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut out = child.stdout.take().expect("a pipe was asked for");
    out.read_exact(&mut [0; 100]).expect("there are answers");
    drop(out);
    let ended = child.wait_with_output().expect("the program ends");
    assert_eq!(ended.status.code(), Some(0));
    assert!(ended.stderr.is_empty(), "{ended:?}");
}

#[test]
fn check_rules_and_lookup_use_what_is_stored() {
    let folder = folder(&[("estate.csv", b"name,os\nward-1,Windows 7 SP1\n")]);
    let question = ["catalogue", "lookup", DAY, "--format=json", "Windows 7 SP1"];
    assert_eq!(
        json(&with_data(folder.path(), &question))["status_best"],
        "unsupported"
    );
    let generation = refresh(folder.path().join("data"), "2026-11-01", 0);
    let answer = json(&with_data(folder.path(), &question));
    assert_eq!(answer["details"][0]["label"], "Windows 7 SP1 as refreshed");
    assert_eq!(answer["status_best"], "supported");
    let check = ["check", "estate.csv", DAY, "--format=json"];
    let report = json(&with_data(folder.path(), &check));
    assert!(
        report["notes"].to_string().contains(&generation),
        "{}",
        report["notes"]
    );
    let option = [
        "check",
        "estate.csv",
        DAY,
        "--format=json",
        "--data",
        "none",
    ];
    let report = json(&with_data(folder.path(), &option));
    assert!(!report["notes"].to_string().contains(&generation));
    assert_eq!(with_data(folder.path(), &["rules", "list"]).status, 0);
    let status = ["catalogue", "status", DAY, "--format=json"];
    let status = json(&with_data(folder.path(), &status));
    assert_eq!(status["generation"], generation.as_str());
}

#[test]
fn a_damaged_store_is_told_and_the_facts_before_it_are_used() {
    let folder = folder(&[("estate.csv", b"name,os\nward-1,Windows 7 SP1\n")]);
    let data = folder.path().join("data");
    let first = refresh(data.clone(), "2026-11-01", 0);
    let second = refresh(data.clone(), "2026-11-02", 60);
    assert_eq!(with_data(folder.path(), &["catalogue", "verify"]).status, 0);
    let table = |generation: &str| format!("data/{generation}/lifecycle.tsv");
    write(folder.path(), &table(&second), b"cut");
    let check = ["check", "estate.csv", DAY, "--format=json"];
    let ran = with_data(folder.path(), &check);
    assert!(
        ran.err.contains("warning") && ran.err.contains(&second),
        "{}",
        ran.err
    );
    assert!(
        json(&ran)["notes"].to_string().contains(&first),
        "{}",
        ran.out
    );
    let verify = with_data(folder.path(), &["catalogue", "verify"]);
    assert_eq!(verify.status, 2);
    assert!(verify.out.contains("WRONG"), "{}", verify.out);
    fs::remove_dir_all(data.join(&first)).expect("it can be removed");
    let ran = with_data(folder.path(), &check);
    let notes = json(&ran)["notes"].to_string();
    assert!(
        notes.contains("damaged") && notes.contains("inside the program"),
        "{notes}"
    );
    let quiet = with_data(folder.path(), &[&check[..], &["--quiet"]].concat());
    assert_eq!(quiet.err, "");
}

#[test]
fn verify_reads_everything_again() {
    let folder = folder(&[]);
    let ran = run(folder.path(), &["catalogue", "verify"]);
    assert_eq!((ran.status, &*ran.err), (0, ""));
    for table in ["lifecycle.tsv", "os-names.tsv", "windows-builds.tsv"] {
        assert!(ran.out.contains(table), "{}", ran.out);
    }
    assert!(!ran.out.contains("WRONG"));
    let ran = run(folder.path(), &["catalogue", "verify", "no-such-folder"]);
    assert_eq!((ran.status, &*ran.out), (2, ""));
    fs::create_dir(folder.path().join("other")).expect("a folder can be made");
    write(folder.path(), "other/current", b"../../etc\n");
    let ran = run(folder.path(), &["catalogue", "verify", "other"]);
    assert_eq!(ran.status, 2, "{ran:?}");
}

#[test]
fn a_slip_is_told_and_not_answered() {
    let nothing = lookup(&[" "]);
    assert_eq!(nothing.status, 2, "{}", nothing.err);
    assert!(
        nothing.err.contains("nothing to look up"),
        "{}",
        nothing.err
    );
    let elsewhere = lookup(&["KB4012212", "--data", "no-such-folder"]);
    assert_eq!(elsewhere.status, 0, "{}", elsewhere.err);
    let told = "there is no folder no-such-folder";
    assert!(elsewhere.err.contains(told), "{}", elsewhere.err);
}
