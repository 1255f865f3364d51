//! Rules about the fields of a whole estate: values that stand in two assets, and the latest and
//! the earliest day.

use super::program::{Desk, Ran, Report, TODAY, text};
use std::fmt::Write as _;

fn policy(check: &str, cases: &str) -> String {
    format!(
        "pack: p
title: The estate
cases_at: 2026-11-22
params:
  fresh: {{ type: length, value: 30 days, strict: lower }}
rules:
  - id: E-001
    title: It holds together
    for: organisation
    severity: high
    gate: block
    check: {check}
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases:
      - {{ name: silence, given: {{}}, expect: unknown }}
{cases}
---
profile: p
title: All
packs: [p]
"
    )
}

const UNIQUE: &str = "{ unique: { field: network.mac, where: { class: server } } }";
const NEWEST: &str = "{ newest: { field: observed_at, within: $fresh } }";
const OLDEST: &str =
    "{ oldest: { field: observed_at, within: 30 days, where: { class: server } } }";

const CHECK: [&str; 10] = [
    "check",
    "estate.csv",
    "--rules",
    "policy",
    "--as-of",
    TODAY,
    "--profile",
    "p",
    "--format",
    "json",
];

fn desk(check: &str, estate: &str) -> Desk {
    let desk = Desk::new();
    desk.write("policy/p.yaml", policy(check, ""));
    desk.write("estate.csv", estate);
    desk
}

fn check(question: &str, lines: &[&str]) -> Report {
    let mut csv = "id,class,mac,last seen\n".to_owned();
    for (number, line) in lines.iter().enumerate() {
        writeln!(csv, "A-{number},{line}").expect("a text grows");
    }
    desk(question, &csv)
        .run(&[&CHECK[..], &["--all"]].concat())
        .report()
}

#[track_caller]
fn says(report: &Report, outcome: &str, words: &[&str]) {
    let mut all = report.findings().iter();
    let finding = all
        .find(|finding| finding["rule"] == "E-001")
        .expect("it is told");
    assert_eq!(text(&finding["outcome"]), outcome, "{finding:#}");
    for word in words {
        assert!(text(&finding["reason"]).contains(word), "{finding:#}");
    }
}

#[test]
fn a_value_in_two_assets_is_named() {
    let one = ["server,AA-01,", "server,AA-02,", "desktop,AA-01,"];
    says(&check(UNIQUE, &one), "pass", &["no two of 2 assets"]);
    let twice = [
        "server,AA-01,",
        "server,aa-01,",
        "server,,",
        "server,AA-02,",
    ];
    let report = check(UNIQUE, &twice);
    says(
        &report,
        "fail",
        &["1 value of `network.mac`", "asset: aa-01"],
    );
    report.decides("reject");
    let many: Vec<_> = (0..10).map(|n| format!("server,AA-{},", n / 2)).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    says(&check(UNIQUE, &many), "fail", &["5 values", "among them"]);
}

#[test]
fn who_names_no_value_may_be_the_twin_of_any_other() {
    let absent = ["server,AA-01,", "server,,"];
    says(&check(UNIQUE, &absent), "unknown", &["1 of 2 assets"]);
    let elsewhere = ["server,AA-01,", "desktop,,"];
    says(&check(UNIQUE, &elsewhere), "pass", &[]);
    let who_knows = ["server,AA-01,", ",AA-01,"];
    says(&check(UNIQUE, &who_knows), "unknown", &["1 value"]);
    let unread = ["server,AA-01,", "server,AA-02,,one too many"];
    says(&check(UNIQUE, &unread), "unknown", &["1 of 2 assets"]);
    says(&check(UNIQUE, &["desktop,AA-01,"]), "not-applicable", &[]);
    says(&check(UNIQUE, &[",AA-01,"]), "unknown", &["for certain"]);
}

#[test]
fn an_export_is_as_fresh_as_its_newest_row() {
    let fresh = ["server,,2026-10-23", "server,,2026-01-01", "server,,"];
    says(&check(NEWEST, &fresh), "pass", &["is 2026-10-23"]);
    let stale = ["server,,2026-10-22", "server,,2026-01-01"];
    let report = check(NEWEST, &stale);
    says(&report, "fail", &["the latest `observed_at` is 2026-10-22"]);
    report.decides("reject");
    let undated = ["server,,2026-10-22", "server,,"];
    says(&check(NEWEST, &undated), "unknown", &["1 of 2 assets"]);
    let to_come = ["server,,2026-10-22", "server,,2099-01-01"];
    says(&check(NEWEST, &to_come), "unknown", &["1 of 2 assets"]);
    let unread = ["server,,2026-10-22", "server,,2026-11-20,one too many"];
    says(&check(NEWEST, &unread), "unknown", &["1 of 2 assets"]);
}

#[test]
fn an_answer_about_days_says_its_last() {
    let report = check(NEWEST, &["server,,2026-11-01"]);
    let finding = &report.findings()[0];
    assert_eq!(text(&finding["until"]), "2026-12-01", "{finding:#}");
}

#[test]
fn the_oldest_of_those_meant_decides() {
    let fresh = [
        "server,,2026-10-23",
        "server,,2026-11-01",
        "desktop,,2020-01-01",
    ];
    says(&check(OLDEST, &fresh), "pass", &["is 2026-10-23"]);
    let one = ["server,,2026-10-22", "server,,2026-11-01", "server,,"];
    says(&check(OLDEST, &one), "fail", &["the earliest"]);
    let perhaps = ["server,,2026-11-01", ",,2020-01-01"];
    says(
        &check(OLDEST, &perhaps),
        "unknown",
        &["whether they are meant"],
    );
    says(
        &check(OLDEST, &["server,,2026-11-01", "server,,"]),
        "unknown",
        &[],
    );
}

#[test]
fn neither_threads_nor_batches_show() {
    let mut csv = "id,class,mac,last seen,remark\n".to_owned();
    let remark = "x".repeat(1_000);
    for number in 0..3_000 {
        // Of 2,500 values 500 stand in two rows, far from each other.
        let mac = number % 2_500;
        writeln!(csv, "A-{number},server,AA-{mac},2026-11-01,{remark}").expect("a text grows");
    }
    let desk = desk(UNIQUE, &csv);
    let run = |threads| -> Ran { desk.run_with(&CHECK, &[("RAYON_NUM_THREADS", threads)]) };
    let first = run("1").stdout;
    assert!(first.contains("500 values of `network.mac`"), "{first}");
    for threads in ["2", "7"] {
        assert!(run(threads).stdout == first, "{threads} threads");
    }
}

#[test]
fn what_cannot_be_counted_is_a_problem_with_a_place() {
    let refused = |question: &str| {
        let ran = desk(question, "id\nA-1\n").run(&CHECK);
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains("p.yaml:12:"), "{}", ran.stderr);
        ran.stderr
    };
    let said = refused("{ unique: { field: network.mca } }");
    assert!(said.contains("did you mean `network.mac`?"), "{said}");
    let said = refused("{ unique: { feild: name } }");
    assert!(said.contains("did you mean `field`?"), "{said}");
    let said = refused("{ unique: { field: software } }");
    assert!(said.contains("not a single value"), "{said}");
    assert!(refused("{ unique: {} }").contains("needs the argument `field`"));
    let said = refused("{ newest: { field: owner, within: 30 days } }");
    assert!(said.contains("`owner` is text, not a day"), "{said}");
    assert!(refused("{ newest: { field: observed_at } }").contains("`within`"));
    let said = refused("{ newest: { field: observed_at, within: soon } }");
    assert!(said.contains("a length of time"), "{said}");
    let said = refused("{ uniqe: { field: name } }");
    assert!(said.contains("did you mean `unique`?"), "{said}");
}

/// Runs the cases of a question and its mutants; `test` says how many were killed.
fn test(question: &str, cases: &str) -> Ran {
    let desk = Desk::new();
    desk.write("policy/p.yaml", policy(question, cases));
    desk.run(&["test", "--rules", "policy", "--mutate"])
}

#[test]
fn cases_give_the_assets_and_kill_the_mutants() {
    let newest = test(
        NEWEST,
        "      - { name: none, given: { assets: [] }, expect: not-applicable }
      - { name: seen, given: { assets: [{ observed_at: -30d }, { observed_at: -90d }] }, expect: pass }
      - { name: too old, given: { assets: [{ observed_at: -31d }] }, expect: fail }
      - { name: undated, given: { assets: [{ name: A }] }, expect: unknown }",
    );
    assert_eq!(newest.code, 0, "{}{}", newest.stdout, newest.stderr);
    assert!(!newest.stdout.contains("survive"), "{}", newest.stdout);
    let unique = test(
        UNIQUE,
        "      - { name: one each, given: { assets: [{ class: server, mac: A }, { class: desktop, mac: A }] }, expect: pass }
      - { name: twins, given: { assets: [{ class: server, mac: A }, { class: server, mac: A }] }, expect: fail }
      - { name: two desktops, given: { assets: [{ class: server, mac: A }, { class: desktop, mac: B }, { class: desktop, mac: B }] }, expect: pass }
      - { name: wrong, given: { assets: [{ class: server, mac: A }] }, expect: fail }",
    );
    assert_eq!(unique.code, 1, "{}{}", unique.stdout, unique.stderr);
    assert!(unique.stdout.contains("wrong"), "{}", unique.stdout);
}
