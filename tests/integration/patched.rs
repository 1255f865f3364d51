//! `patched` by the level of a month, by a package and by a package to the letter, in a policy of
//! its own: the cases beside the rules, the reasons in a report, and what does not load.

use super::program::{Desk, TODAY, text};

/// One rule `id` with its cases, one a line.
fn rule(id: &str, asked: &str, cases: &str) -> String {
    format!(
        "  - id: {id}
    title: What is asked is installed
    for: asset
    severity: high
    gate: block
    check: {{ patched: {{ {asked} }} }}
    why: It is asked.
    fix: Install it.
    controls: [ce/3.3]
    sources: [this test]
    cases:
{cases}"
    )
}

fn policy(rules: &str) -> String {
    format!(
        "pack: p\ntitle: Patched\ncases_at: 2026-11-22\nrules:\n{rules}---\nprofile: p\ntitle: Patched\npacks: [p]\n"
    )
}

const LEVEL: &str = "
      - { name: the month's update, given: { os: Windows 10 22H2, os.build: 19045.7417 }, expect: pass }
      - { name: a later one, given: { os: Windows 10 22H2, os.build: 19045.7663 }, expect: pass }
      - { name: one short of it, given: { os: Windows 10 22H2, os.build: 19045.7416 }, expect: fail }
      - { name: a later one in a list, given: { os: Windows 10 22H2, updates: [KB5099539] }, expect: pass }
      - { name: an earlier one in a list that may be cut, given: { os: Windows 10 22H2, updates: [KB5087544] }, expect: unknown }
      - { name: an earlier one in a complete list, given: { os: Windows 10 22H2, updates: [KB5087544], updates_complete: yes }, expect: fail }
      - { name: a list ahead of the revision, given: { os: Windows 10 22H2, os.build: 19045.6093, updates: [KB5099539] }, expect: conflict }
      - { name: support had ended, given: { os: Windows 7 SP1, updates: [KB4019264] }, expect: fail }
      - { name: support of the release had ended, given: { os: Windows 10 2004, os.build: 19041.1415 }, expect: fail }
      - { name: not out yet, at: 2026-06-08, given: { os: Windows 10 22H2, os.build: 19045.7291 }, expect: pass }
      - { name: on its day, at: 2026-06-09, given: { os: Windows 10 22H2, os.build: 19045.7291 }, expect: fail }
      - { name: silence is not safety, given: { os: Windows 10 22H2 }, expect: unknown }
      - { name: another family, given: { os: Ubuntu 24.04 }, expect: not-applicable }
";

const BEYOND: &str = "
      - { name: the newest level that is known, given: { os: Windows 10 22H2, os.build: 19045.7663 }, expect: unknown }
      - { name: what is behind that is behind this too, given: { os: Windows 10 22H2, os.build: 19045.7417 }, expect: fail }
";

const SOLD: &str = "
      - { name: sold after the month, given: { os: Windows 11 25H2 }, expect: pass }
      - { name: a revision from before it, given: { os: Windows 11 25H2, os.build: 26200.1000 }, expect: fail }
";

const PACKAGE: &str = "
      - { name: itself, given: { os: Windows 7 SP1, updates: [KB4012212] }, expect: pass }
      - { name: a later rollup contains it, given: { os: Windows 7 SP1, updates: [KB4019264] }, expect: pass }
      - { name: the security-only update of April does not, given: { os: Windows 7 SP1, updates: [KB4015546], updates_complete: yes }, expect: fail }
      - { name: nor does it in a list that may be cut, given: { os: Windows 7 SP1, updates: [KB4015546] }, expect: unknown }
      - { name: it is not made for this release, given: { os: Windows XP SP3, updates: [], updates_complete: yes }, expect: unknown }
";

const EXACT: &str = "
      - { name: itself, given: { os: Windows 7 SP1, updates: [KB4012212] }, expect: pass }
      - { name: what contains it is not it, given: { os: Windows 7 SP1, updates: [KB4019264], updates_complete: yes }, expect: fail }
      - { name: an empty complete list, given: { os: Windows 7 SP1, updates: [], updates_complete: yes }, expect: fail }
      - { name: a list that may be cut, given: { os: Windows 7 SP1, updates: [KB4019264] }, expect: unknown }
      - { name: a list that is cut, given: { os: Windows 7 SP1, updates: [KB4019264], updates_stated: 9, updates_listed: 1, updates_complete: yes }, expect: unknown }
      - { name: no list, given: { os: Windows 7 SP1 }, expect: unknown }
      - { name: before it came out, at: 2017-03-13, given: { os: Windows 7 SP1, updates: [], updates_complete: yes }, expect: pass }
";

const EXACT_REVISION: &str = "
      - { name: a revision above shows no package, given: { os: Windows 10 22H2, os.build: 19045.7663 }, expect: unknown }
      - { name: nor does it beside a complete list, given: { os: Windows 10 22H2, os.build: 19045.7663, updates: [KB5120249], updates_complete: yes }, expect: fail }
";

const UNHEARD_OF: &str = "
      - { name: a package nobody knows may be asked for itself, given: { os: Windows 10 22H2, updates: [KB9999999] }, expect: pass }
      - { name: and be missing, given: { os: Windows 10 22H2, updates: [], updates_complete: yes }, expect: fail }
";

#[test]
fn the_cases_come_out_as_their_authors_expect() {
    let rules = [
        rule("R-001", "min-level: 2026-06", LEVEL),
        rule("R-002", "min_level: 2026-06", LEVEL),
        rule("R-003", "min-level: 2026-10", BEYOND),
        rule("R-004", "min-level: 2025-06", SOLD),
        rule("R-005", "kb: KB4012212", PACKAGE),
        rule("R-006", "kb: 4012212, exact: no", PACKAGE),
        rule("R-007", "kb: KB4012212, exact: yes", EXACT),
        rule("R-008", "kb: KB5094127, exact: true", EXACT_REVISION),
        rule("R-009", "kb: KB9999999, exact: yes", UNHEARD_OF),
    ];
    let desk = Desk::new();
    desk.write("policy/p.yaml", policy(&rules.concat()));
    let ran = desk.run(&["test", "--rules", "policy"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

/// The outcome, reason and fact for one machine.
fn told(asked: &str, machine: &str) -> String {
    let cases = "      - { name: silence, given: {}, expect: unknown }\n";
    let desk = Desk::new();
    desk.write("policy/p.yaml", policy(&rule("R-001", asked, cases)));
    desk.write(
        "submission.yaml",
        format!(
            "organisation: {{ name: Ashcombe Systems Ltd, kind: supplier }}\nassets:\n  - {{ id: A-1, {machine} }}\n"
        ),
    );
    let report = desk.report("submission.yaml", TODAY, &["--rules", "policy"]);
    let finding = report.finding("R-001", "A-1");
    let part = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    format!(
        "{}: {} [{}]",
        text(&finding["outcome"]),
        part("reason"),
        part("fact")
    )
}

#[track_caller]
fn says(told: &str, words: &[&str]) {
    for word in words {
        assert!(told.contains(word), "no `{word}` in {told}");
    }
}

#[test]
fn every_outcome_names_what_was_seen_and_the_fact() {
    let behind = told(
        "min-level: 2026-06",
        "os: Windows 10 22H2, os.build: 19045.6093",
    );
    says(
        &behind,
        &[
            "fail: security level of 2026-06",
            "19045.6093",
            "7417",
            "[KB5094127",
        ],
    );
    let ahead = told(
        "min-level: 2026-06",
        "os: Windows 10 22H2, os.build: 19045.7663",
    );
    says(&ahead, &["pass: ", "19045.7663", "[KB5094127"]);
    let ended = told("min-level: 2026-06", "os: Windows 7 SP1");
    says(
        &ended,
        &[
            "fail: support for Windows 7 SP1 ended on 2023-01-10",
            "[Windows 7 SP1",
        ],
    );
    let beyond = told(
        "min-level: 2026-10",
        "os: Windows 10 22H2, os.build: 19045.7663",
    );
    says(
        &beyond,
        &[
            "unknown: ",
            "KB5120249",
            "2026-08-11",
            "the catalogue is of 20",
        ],
    );
    let reboot = told(
        "min-level: 2026-06",
        "os: Windows 10 22H2, os.build: 19045.6093, updates: [KB5099539]",
    );
    says(&reboot, &["conflict: ", "KB5099539", "19045.6093"]);
    let inside = told("kb: KB4012212", "os: Windows 7 SP1, updates: [KB4019264]");
    says(&inside, &["pass: KB4019264 is listed", "[KB4019264"]);
    let literal = told(
        "kb: KB4012212, exact: yes",
        "os: Windows 7 SP1, updates: [KB4019264], updates_complete: yes",
    );
    says(
        &literal,
        &["fail: KB4012212 itself is not among the installed updates (1)"],
    );
}

#[track_caller]
fn refused(asked: &str, words: &[&str]) {
    let cases = "      - { name: silence, given: {}, expect: unknown }\n";
    let desk = Desk::new();
    desk.write("policy/p.yaml", policy(&rule("R-001", asked, cases)));
    let ran = desk.run(&["test", "--rules", "policy"]);
    assert_eq!(ran.code, 2, "{asked}: {}{}", ran.stdout, ran.stderr);
    let flat = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    says(&flat, &["policy/p.yaml:10:"]);
    says(&flat, words);
}

#[test]
fn what_cannot_be_meant_does_not_load() {
    for month in [
        "2026-13",
        "2026-00",
        "2002-12",
        "2026-6",
        "2026",
        "June",
        "2026-06-09",
    ] {
        refused(
            &format!("min-level: {month}"),
            &[&format!("`{month}` is not a month from 2003 on")],
        );
    }
    refused(
        "kb: KB9999999",
        &["the catalogue does not know KB9999999", "exact: yes"],
    );
    refused("kb: latest", &["`latest` is not the number of an update"]);
    refused(
        "kb: KB4012212, advisory: MS17-010",
        &["`patched` takes either `advisory` or `kb`", "`all`"],
    );
    refused(
        "min-level: 2026-06, min_level: 2026-06",
        &["`patched` takes either `min-level` or `min_level`"],
    );
    refused(
        "advisory: MS17-010, exact: yes",
        &["`exact` asks for a package to the letter", "write `kb`"],
    );
    refused("kb: KB4012212, exact: maybe", &["`maybe` is not yes or no"]);
    refused("exact: yes", &["needs one of the arguments"]);
    refused(
        "minlevel: 2026-06",
        &["has no argument `minlevel`", "min-level"],
    );
}
