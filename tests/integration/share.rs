//! Rules about a share of the estate: counted while it streams, in any order and any number of
//! batches, with what is unclear between the best and the worst that it may be.

use super::program::{Desk, Ran, Report, TODAY, text};
use std::fmt::Write as _;

/// At most 10 % of the servers without an owner.
const POLICY: &str = "pack: p
title: Owned servers
cases_at: 2026-11-22
rules:
  - id: R-001
    title: It has an owner
    for: asset
    severity: low
    gate: advise
    check: { owner: { not_in: [nobody] } }
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases: [{ name: silence, given: {}, expect: unknown }]
  - id: R-002
    title: Most servers are owned
    for: organisation
    severity: high
    gate: block
    check: { share: { where: { class: server }, failing: R-001, at_most: 10% } }
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases: [{ name: silence, given: {}, expect: unknown }]
---
profile: p
title: Both
packs: [p]
---
profile: alone
title: The share alone
rules: [R-002]
";

fn desk(policy: &str, estate: &str) -> Desk {
    let desk = Desk::new();
    desk.write("policy/p.yaml", policy);
    desk.write("estate.csv", estate);
    desk
}

const CHECK: [&str; 8] = [
    "check",
    "estate.csv",
    "--rules",
    "policy",
    "--as-of",
    TODAY,
    "--format",
    "json",
];

fn check(estate: &str, profile: &str) -> Report {
    let desk = desk(POLICY, estate);
    desk.run(&[&CHECK[..], &["--all", "--profile", profile]].concat())
        .report()
}

/// An estate with so many lines of each kind, after the class and the owner.
fn estate(lines: &[(u32, &str)]) -> String {
    let mut csv = "id,class,owner\n".to_owned();
    for (kind, (count, cells)) in lines.iter().enumerate() {
        for number in 0..*count {
            writeln!(csv, "A-{kind}-{number},{cells}").expect("a text grows");
        }
    }
    csv
}

#[track_caller]
fn share(report: &Report, outcome: &str, words: &[&str]) {
    let mut all = report.findings().iter();
    let finding = all
        .find(|finding| finding["rule"] == "R-002")
        .expect("it is told");
    assert_eq!(text(&finding["outcome"]), outcome, "{finding:#}");
    for word in words {
        assert!(text(&finding["reason"]).contains(word), "{finding:#}");
    }
}

#[test]
fn exactly_the_share_passes_and_one_more_does_not() {
    let at = estate(&[
        (90, "server,IT"),
        (10, "server,nobody"),
        (50, "desktop,nobody"),
    ]);
    share(
        &check(&at, "p"),
        "pass",
        &["10 of 100 fail R-001 (10.0%); wanted at most"],
    );
    let above = estate(&[
        (89, "server,IT"),
        (10, "server,nobody"),
        (50, "desktop,nobody"),
    ]);
    let report = check(&above, "p");
    share(&report, "fail", &["10 of 99"]);
    report.decides("reject");
}

#[test]
fn what_is_unclear_counts_only_where_it_could_change_the_answer() {
    let harmless = estate(&[(95, "server,IT"), (3, "server,"), (2, ",nobody")]);
    share(&check(&harmless, "p"), "pass", &["5 are unclear"]);
    let open = estate(&[(90, "server,IT"), (8, "server,nobody"), (3, "server,")]);
    let report = check(&open, "p");
    share(&report, "unknown", &["3 are unclear"]);
    report.decides("refer");
    share(
        &report,
        "unknown",
        &["at least 8 of 101 (7.9%) and at most 11 of 101 (10.9%) fail"],
    );
    let decided = estate(&[(80, "server,IT"), (20, "server,nobody"), (3, "server,")]);
    share(&check(&decided, "p"), "fail", &["20 of 103"]);
}

#[test]
fn a_record_that_cannot_be_read_may_be_anything() {
    let mut csv = estate(&[(9, "server,IT")]);
    share(&check(&csv, "p"), "pass", &["0 of 9"]);
    for number in 0..3 {
        writeln!(csv, "B-{number},server,IT,one cell too many").expect("a text grows");
    }
    let report = check(&csv, "p");
    assert_eq!(report.count("DATA-001", "unknown"), 3);
    share(&report, "unknown", &["3 are unclear"]);
}

#[test]
fn nothing_counted_passes_nothing() {
    let servers = estate(&[(9, "server,IT")]);
    share(
        &check(&servers, "alone"),
        "unknown",
        &["R-001 is not among"],
    );
    let desktops = estate(&[(9, "desktop,nobody")]);
    share(&check(&desktops, "p"), "not-applicable", &[]);
    let who_knows = estate(&[(9, ",IT")]);
    share(
        &check(&who_knows, "p"),
        "unknown",
        &["none of them for certain"],
    );
}

#[test]
fn neither_threads_nor_batches_show_in_a_share() {
    let remark = "x".repeat(1_000);
    let cells = [
        format!("server,IT,{remark}"),
        format!("server,nobody,{remark}"),
        format!(",IT,{remark}"),
    ];
    let lines = [(3_000, &*cells[0]), (250, &*cells[1]), (40, &*cells[2])];
    let csv = estate(&lines).replace("id,class,owner\n", "id,class,owner,remark\n");
    let desk = desk(POLICY, &csv);
    let run = |threads| -> Ran {
        let more = ["--profile", "p"];
        desk.run_with(
            &[&CHECK[..], &more].concat(),
            &[("RAYON_NUM_THREADS", threads)],
        )
    };
    let first = run("1").stdout;
    assert!(first.contains("R-002"));
    for threads in ["2", "7"] {
        assert!(run(threads).stdout == first, "{threads} threads");
    }
}

#[test]
fn a_share_of_a_rule_that_nobody_wrote_is_a_problem_with_a_suggestion() {
    let refused = |from: &str, by: &str| {
        let desk = desk(&POLICY.replace(from, by), &estate(&[(1, "server,IT")]));
        let ran = desk.run(&[&CHECK[..], &["--profile", "p"]].concat());
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        ran.stderr
    };
    let said = refused("failing: R-001", "failing: R-0O1");
    for word in ["there is no rule R-0O1", "did you mean `R-001`?", "p.yaml"] {
        assert!(said.contains(word), "{said}");
    }
    assert!(refused("failing: R-001", "failing: R-002").contains("R-002 is not about assets"));
    assert!(refused("at_most: 10%", "at_most: 110").contains("percentage"));
    assert!(refused("at_most: 10%", "at_most: ten").contains("percentage"));
    let said = refused("at_most: 10%", "at_most: 0.05");
    assert!(said.contains("below 1, write the sign"), "{said}");
}

#[test]
fn a_field_is_compared_only_with_one_of_its_own_type() {
    let refused = |check: &str| {
        let policy = POLICY.replace("{ owner: { not_in: [nobody] } }", check);
        let desk = desk(&policy, &estate(&[(1, "server,IT")]));
        let ran = desk.run(&[&CHECK[..], &["--profile", "p"]].concat());
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        ran.stderr
    };
    let said = refused("{ owner: { is: { field: siet } } }");
    assert!(said.contains("did you mean `site`?"), "{said}");
    let said = refused("{ owner: { is: { feld: site } } }");
    assert!(said.contains("write { field: name }"), "{said}");
    let said = refused("{ observed_at: { at_most: { field: owner } } }");
    assert!(said.contains("`owner` is text"), "{said}");
    let said = refused("{ on_day_of: { field: owner, holds: { supported: {} } } }");
    assert!(said.contains("`owner` names no day"), "{said}");
}
