//! A lower layer may only tighten: pairs of layers, allowed and refused, with what each refused
//! one is told. A refusal points at the lower layer's line and at the line it would loosen.

use super::Library;
use crate::catalogue::Catalogue;
use crate::model::{Gate, Problem, Severity, Source};

const PACK: &str = "pack: ours
title: Ours
version: 2
cases_at: 2026-11-22
params:
  score: { type: number, value: 7, strict: lower }
  least: { type: number, value: 3, strict: higher }
  ports: { type: number, value: 445, strict: fixed }
  age: { type: length, value: 1 month, strict: lower }
  keep: { type: length, value: 1 month, strict: higher }
  grace: { type: length, value: 14 days, strict: fixed }
  last_day: { type: date, value: 2026-06-30, strict: lower }
  first_day: { type: date, value: 2026-06-30, strict: higher }
  edition: { type: text, value: 25/26, strict: lower }
  tls: { type: version, value: '1.2', strict: higher }
rules:
  - { id: OUR-001, severity: high, gate: condition, check: { smb1.server: off }, REST }
  - { id: OUR-002, severity: critical, gate: condition, check: { smb1.server: off }, REST }
  - { id: OUR-003, severity: low, gate: advise, check: { smb1.server: off }, REST }
  - { id: OUR-004, severity: high, gate: block, check: { smb1.server: off }, REST }
  - id: OUR-005
    grades:
      - { severity: critical, gate: block, check: { smb1.server: off } }
      - { severity: medium, gate: condition, check: { smb1.client: off } }
    REST
";

/// What every rule has beside its weight.
const REST: &str = "title: SMBv1 is off, for: asset, why: It is asked., fix: Do it., \
    controls: [ce/3.3], sources: [this test], cases: [{ name: silence, given: {}, expect: unknown }]";

/// The two layers in force, or everything that is wrong with them.
fn layers(wide: &str, narrow: &str) -> Result<Library, Vec<Problem>> {
    let in_block = REST.replace(", ", "\n    ").replace(
        "[{ name: silence\n    given: {}\n    expect: unknown }]",
        "[{ name: silence, given: {}, expect: unknown }]",
    );
    let pack = PACK
        .replace("    REST\n", &format!("    {in_block}\n"))
        .replace("REST", REST);
    let sources = [
        Source::new("ours.yaml", pack),
        Source::new(
            "wide.yaml",
            format!("profile: wide\ntitle: Wide\npacks: [ours]\n{wide}\n"),
        ),
        Source::new(
            "narrow.yaml",
            format!("profile: narrow\ntitle: Narrow\nextends: wide\n{narrow}\n"),
        ),
    ];
    Library::load(&sources, Catalogue::embedded())
}

const ALLOWED: &[(&str, &str)] = &[
    ("", ""),
    ("", "set: { score: 4 }"),
    ("", "set: { score: 7.0 }"),
    ("set: { score: 4 }", "set: { score: 3.9 }"),
    ("", "set: { least: 4 }"),
    ("", "set: { ports: 445 }"),
    ("", "set: { age: 28 days }"),
    ("", "set: { age: 1 month }"),
    ("set: { age: 2 weeks }", "set: { age: 14 days }"),
    ("", "set: { keep: 31 days }"),
    ("", "set: { keep: 2 months }"),
    ("", "set: { grace: 2 weeks }"),
    ("", "set: { last_day: 2026-06-29 }"),
    ("", "set: { first_day: 2026-07-01 }"),
    ("", "set: { edition: 25/26 }"),
    ("", "raise: { OUR-001: critical }"),
    ("", "raise: { OUR-001: high }"),
    ("", "raise: { OUR-001: { gate: block } }"),
    (
        "",
        "raise: { OUR-001: { severity: critical, gate: block } }",
    ),
    (
        "raise: { OUR-001: critical }",
        "raise: { OUR-001: { gate: block } }",
    ),
    ("", "raise: { OUR-003: { gate: refer } }"),
    ("", "raise: { OUR-005: high }"),
    ("", "packs: [ours@2]"),
    ("layer: national", "layer: trust"),
    ("layer: icb", "layer: icb"),
    ("opens: 2026-01-01", "opens: 2026-02-01"),
    ("closes: 2026-12-31", "closes: 2026-12-31"),
];

const REFUSED: &[(&str, &str, &str)] = &[
    (
        "",
        "set: { score: 9 }",
        "`score` may only be tightened: 9 is looser than 7",
    ),
    (
        "set: { score: 4 }",
        "set: { score: 5 }",
        "`score` may only be tightened: 5 is looser than 4",
    ),
    (
        "",
        "set: { least: 2 }",
        "`least` may only be tightened: 2 is looser than 3",
    ),
    (
        "",
        "set: { ports: 139 }",
        "`ports` may not be changed: 139 is not 445",
    ),
    (
        "",
        "set: { age: 2 months }",
        "`age` may only be tightened: 2 months is looser than 1 month",
    ),
    (
        "",
        "set: { age: 30 days }",
        "`age` may only be tightened: 30 days is looser than 1 month in some months",
    ),
    (
        "",
        "set: { keep: 27 days }",
        "`keep` may only be tightened: 27 days is looser than 1 month",
    ),
    (
        "",
        "set: { keep: 30 days }",
        "`keep` may only be tightened: 30 days is looser than 1 month in some months",
    ),
    (
        "",
        "set: { grace: 13 days }",
        "`grace` may not be changed: 13 days is not 14 days",
    ),
    (
        "",
        "set: { last_day: 2026-07-01 }",
        "`last_day` may only be tightened: 2026-07-01 is looser than 2026-06-30",
    ),
    (
        "",
        "set: { first_day: 2026-06-29 }",
        "`first_day` may only be tightened: 2026-06-29 is looser than 2026-06-30",
    ),
    (
        "",
        "set: { edition: 26/27 }",
        "`edition` may not be changed: 26/27 is not 25/26",
    ),
    (
        "",
        "set: { tls: '1.3' }",
        "`tls` may not be changed: 1.3 is not 1.2",
    ),
    (
        "",
        "raise: { OUR-001: medium }",
        "OUR-001 may only be raised: medium is looser than high",
    ),
    (
        "raise: { OUR-001: critical }",
        "raise: { OUR-001: high }",
        "OUR-001 may only be raised: high is looser than critical",
    ),
    (
        "",
        "raise: { OUR-004: { gate: condition } }",
        "OUR-004 may only be raised: condition is looser than block",
    ),
    (
        "",
        "raise: { OUR-002: { gate: refer } }",
        "OUR-002 may only be raised: with critical at the gate refer a fail leads to refer, with \
         critical at condition to reject",
    ),
    (
        "",
        "raise: { OUR-001: { severity: critical, gate: advise } }",
        "OUR-001 may only be raised: advise is looser than condition",
    ),
    (
        "",
        "raise: { OUR-005: low }",
        "OUR-005 may only be raised: low is looser than medium",
    ),
    (
        "",
        "packs: [ours@1]",
        "the profile asks for version 1 of the pack `ours`, which is at version 2",
    ),
    (
        "layer: trust",
        "layer: national",
        "`narrow` cannot extend `wide`, which is of a narrower layer",
    ),
    (
        "opens: 2026-02-01",
        "opens: 2026-01-01",
        "`opens` may only be narrowed: `wide` has 2026-02-01",
    ),
    (
        "closes: 2026-12-31",
        "closes: 2027-01-01",
        "`closes` may only be narrowed: `wide` has 2026-12-31",
    ),
    (
        "opens: 2026-02-01",
        "closes: 2026-01-31",
        "it closes on 2026-01-31, before it opens on 2026-02-01",
    ),
];

#[test]
fn there_are_forty_pairs_and_more() {
    assert!(ALLOWED.len() + REFUSED.len() >= 40);
}

#[test]
fn what_tightens_or_changes_nothing_is_allowed_and_keeps_every_rule() {
    for (wide, narrow) in ALLOWED {
        let library = layers(wide, narrow);
        let library = library.unwrap_or_else(|told| panic!("{wide} / {narrow}: {told:#?}"));
        let ids = |profile: &str| -> Vec<_> {
            let profile = library.profile(profile).expect("it was loaded");
            profile
                .rules
                .iter()
                .map(|rule| rule.info.id.clone())
                .collect()
        };
        assert_eq!(ids("wide").len(), 5, "{wide} / {narrow}");
        assert_eq!(ids("wide"), ids("narrow"), "{wide} / {narrow}");
    }
}

#[test]
fn what_loosens_is_refused_once_and_names_both_lines() {
    for (wide, narrow, message) in REFUSED {
        let told = layers(wide, narrow).expect_err(narrow);
        let [problem] = told.as_slice() else {
            panic!("{wide} / {narrow}: {told:#?}");
        };
        assert_eq!(problem.message, *message, "{wide} / {narrow}");
        assert_eq!(&*problem.source.name, "narrow.yaml", "{message}");
        assert_eq!(problem.place().line, 4, "{message}");
        let (source, span, _) = problem.related.as_ref().expect("it names the other line");
        let other = source.place(span.start);
        let wanted = if wide.is_empty() {
            "ours.yaml"
        } else {
            "wide.yaml"
        };
        assert_eq!(&*other.file, wanted, "{message}");
        assert!(other.line > 1, "{message}: {other}");
    }
}

#[test]
fn a_raised_rule_weighs_what_was_asked_in_that_profile_alone() {
    let library = layers(
        "",
        "raise: { OUR-001: { severity: critical, gate: block }, OUR-005: high }",
    )
    .expect("it tightens");
    let weights = |profile: &str, id: &str| -> Vec<(Severity, Gate)> {
        let rules = &library.profile(profile).expect("it was loaded").rules;
        let rule = rules
            .iter()
            .find(|rule| rule.info.id == id)
            .expect("it is asked");
        let info = (rule.info.severity, rule.info.gate);
        let grades = rule.grades.iter().map(|grade| (grade.severity, grade.gate));
        std::iter::once(info).chain(grades).collect()
    };
    let (critical, high, medium) = (Severity::Critical, Severity::High, Severity::Medium);
    assert_eq!(weights("wide", "OUR-001"), [(high, Gate::Condition); 2]);
    assert_eq!(weights("narrow", "OUR-001"), [(critical, Gate::Block); 2]);
    let blocks = (critical, Gate::Block);
    assert_eq!(
        weights("wide", "OUR-005"),
        [blocks, blocks, (medium, Gate::Condition)]
    );
    assert_eq!(
        weights("narrow", "OUR-005"),
        [blocks, blocks, (high, Gate::Condition)]
    );
}

#[test]
fn what_is_raised_has_to_be_asked_and_to_make_sense() {
    let wrong = |narrow: &str| -> String {
        let told = layers("", narrow).expect_err(narrow);
        let told = told.into_iter().map(|problem| {
            let help = problem.help.unwrap_or_default();
            format!("{} {help}", problem.message).trim_end().to_owned()
        });
        told.collect::<Vec<_>>().join("; ")
    };
    assert_eq!(
        wrong("raise: { OUR-01: high }"),
        "the profile asks no rule `OUR-01` to raise did you mean `OUR-001`?"
    );
    assert_eq!(
        wrong("raise: { OUR-001: hihg }"),
        "`hihg` is not a severity did you mean `high`?"
    );
    assert_eq!(
        wrong("raise: { OUR-001: {} }"),
        "it raises neither a severity nor a gate"
    );
    assert!(wrong("raise: { OUR-001: { sevrity: high } }").contains("did you mean `severity`?"));
    assert!(wrong("raise: [OUR-001]").contains("a mapping of rules to severities"));
}
