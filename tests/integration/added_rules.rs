//! A local policy on top of the shipped one: its profiles extend the shipped ones, and nothing of
//! the same name may stand in both.

use super::program::{Desk, Ran, TODAY, text};

const OURS: &str = "pack: ours
title: Our rules
cases_at: 2026-11-22
rules:
  - id: OUR-001
    title: A server has an owner
    for: asset
    severity: high
    gate: condition
    check: { owner: { declared: yes } }
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases: [{ name: silence, given: {}, expect: fail }]
---
profile: elm
title: Vale of Elm
extends: trust-estate
packs: [ours]
---
profile: elm-worm
title: The worm and ours
packs: [wannacry, ours]
";

const ESTATE: &str = "Asset ID,Operating System\nsrv-01,Windows Server 2022\n";

fn run(ours: &str, more: &[&str]) -> Ran {
    let desk = Desk::new();
    desk.write("ours/ours.yaml", ours);
    desk.write("estate.csv", ESTATE);
    let check = ["check", "estate.csv", "--as-of", TODAY, "--format", "json"];
    desk.run(&[&check[..], &["--all", "--add-rules", "ours"], more].concat())
}

#[test]
fn a_profile_extends_one_that_ships_and_asks_for_packs_of_both() {
    for profile in ["elm", "elm-worm"] {
        let report = run(OURS, &["--profile", profile]).report();
        assert_eq!(
            text(&report.finding("OUR-001", "srv-01")["outcome"]),
            "fail"
        );
        assert_eq!(
            text(&report.finding("WAN-001", "srv-01")["outcome"]),
            "pass"
        );
    }
}

#[test]
fn rules_that_were_added_are_not_left_out_unheard() {
    let ran = run(OURS, &[]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("--add-rules needs --profile"));
    assert!(ran.stderr.contains("elm-worm"), "{}", ran.stderr);
}

#[test]
fn what_ships_already_is_refused_with_both_places() {
    for (from, to, message, first) in [
        (
            "pack: ours",
            "pack: wannacry",
            "the pack `wannacry`",
            "rules/wannacry.yaml:",
        ),
        (
            "profile: elm\n",
            "profile: trust-estate\n",
            "the profile `trust-estate`",
            "rules/profiles.yaml:",
        ),
        (
            "id: OUR-001",
            "id: WAN-001",
            "the rule WAN-001 is written twice",
            "rules/wannacry.yaml:",
        ),
    ] {
        let ran = run(&OURS.replace(from, to), &["--profile", "elm"]);
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        for word in [message, "ours.yaml:", first] {
            assert!(ran.stderr.contains(word), "{word}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_tighter_layer_only() {
    let looser = OURS.replace(
        "packs: [ours]\n---",
        "packs: [ours]\nset: { patch_days: 90 days }\n---",
    );
    let ran = run(&looser, &["--profile", "elm"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    let desk = Desk::new();
    desk.write("ours/ours.yaml", OURS);
    let listed = desk.run(&["rules", "list", "--profile", "elm", "--add-rules", "ours"]);
    assert!(listed.stdout.contains("OUR-001") && listed.stdout.contains("OSS-001"));
    let tested = desk.run(&["test", "OUR", "--add-rules", "ours"]);
    assert_eq!(tested.code, 0, "{}{}", tested.stdout, tested.stderr);
}
