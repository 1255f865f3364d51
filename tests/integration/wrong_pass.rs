//! Ways in which something once passed that must not: each declares or decides the least that
//! shows it, beside its neighbour that passes rightly.

use super::program::{Desk, Report, TODAY, text};
use std::fmt::Write as _;

/// A profile `p` with one rule R-001 about subjects of a kind; `body` is how it decides.
fn policy(kind: &str, body: &str) -> String {
    format!(
        "pack: p
title: One rule
cases_at: 2026-11-22
rules:
  - id: R-001
    title: The rule in question
    for: {kind}
{body}
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases: [{{ name: silence, given: {{}}, expect: unknown }}]
---
profile: p
title: One rule
packs: [p]
"
    )
}

/// Checks `file` against a rule of our own.
fn judged(kind: &str, body: &str, file: &str, declared: &str) -> Report {
    let desk = Desk::new();
    desk.write("policy/p.yaml", policy(kind, body));
    desk.write(file, declared);
    desk.report(file, TODAY, &["--rules", "policy", "--profile", "p"])
}

/// Checks `file` against the rules that ship.
fn checked(file: &str, declared: &str, more: &[&str]) -> Report {
    let desk = Desk::new();
    desk.write(file, declared);
    desk.report(file, TODAY, more)
}

/// Claims the outcome of a rule on a subject, whatever it weighs.
#[track_caller]
fn outcome(report: &Report, rule: &str, subject: &str, wanted: &str) {
    let finding = report.finding(rule, subject);
    assert_eq!(text(&finding["outcome"]), wanted, "{finding:#}");
}

/// Claims that DATA-002 tells of a field of a subject.
#[track_caller]
fn told_unreadable(report: &Report, subject: &str, field: &str) {
    let told = report.of("DATA-002", "unknown").any(|finding| {
        finding["subject"]["id"] == subject && text(&finding["reason"]).contains(field)
    });
    assert!(
        told,
        "nothing tells that `{field}` of {subject} is unreadable"
    );
}

#[test]
fn a_value_that_makes_a_rule_unreadable_is_told_and_drops_no_rule() {
    let desk = Desk::new();
    desk.copy_rules();
    desk.write("estate.csv", "id,os\nA,Ubuntu 24.04\n");
    let check = |value: &str| {
        let profile = format!(
            "profile: strict\ntitle: Stricter\nextends: trust-estate\nset: {{ patch_cvss: {value} }}\n"
        );
        desk.write("rules/strict.yaml", profile);
        let day = ["--as-of", TODAY, "--format", "json", "--all"];
        let rules = [
            "check",
            "estate.csv",
            "--rules",
            "rules",
            "--profile",
            "strict",
        ];
        desk.run(&[rules.as_slice(), &day].concat())
    };
    let refused = check("-1");
    assert_eq!((refused.code, &*refused.stdout), (2, ""));
    let said = refused.stderr.replace('\\', "/");
    for words in [
        "rules/strict.yaml:4:6",
        "`-1` is not a CVSS score",
        "windows-patching.yaml:",
    ] {
        assert!(said.contains(words), "no {words} in {said}");
    }
    // A value that can be read keeps the rule.
    outcome(&check("4.0").report(), "WPT-001", "A", "unknown");
}

#[test]
fn an_estate_to_which_no_rule_applies_is_not_admitted() {
    let body = "    where: { class: server }
    severity: high
    gate: block
    check: { owner: { declared: yes } }";
    let desk = Desk::new();
    desk.write("policy/p.yaml", policy("asset", body));
    desk.write("estate.csv", "id,class\nA,desktop\nB,medical\n");
    let ran = desk.run(&[
        "check",
        "estate.csv",
        "--as-of",
        TODAY,
        "--rules",
        "policy",
        "--profile",
        "p",
    ]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("nothing was checked"), "{}", ran.stderr);
    assert!(!ran.stdout.contains("ADMIT"), "{}", ran.stdout);
}

const GRADED: [&str; 2] = [
    "    grades:
      - { severity: high, gate: advise, check: { owner: Theatres } }
      - { severity: low, gate: block, check: { site: R9Q } }",
    "    grades:
      - { severity: high, gate: block, check: { owner: Theatres } }
      - { severity: low, gate: condition, check: { site: R9Q } }",
];

#[test]
fn the_grade_that_weighs_most_decides_and_not_the_first_that_fails() {
    let both = judged("asset", GRADED[0], "a.csv", "id,owner,site\nA,Wards,RZZ\n");
    both.claims("R-001", "A", "fail low", &["site"]);
    both.decides("reject");
    let first = judged("asset", GRADED[0], "a.csv", "id,owner,site\nA,Wards,R9Q\n");
    first.claims("R-001", "A", "fail high", &["owner"]);
    first.decides("admit");
}

#[test]
fn a_grade_that_cannot_be_decided_is_not_hidden_by_a_lesser_failure() {
    let report = judged("asset", GRADED[1], "a.csv", "id,owner,site\nA,,RZZ\n");
    report.claims("R-001", "A", "unknown", &["owner"]);
    report.decides("refer");
    // Nor by one that cannot be decided either, and only advises.
    let neither = judged("asset", GRADED[0], "a.csv", "id,owner,site\nA,,\n");
    neither.claims("R-001", "A", "unknown", &["site"]);
    neither.decides("refer");
    let known = judged(
        "asset",
        GRADED[1],
        "a.csv",
        "id,owner,site\nA,Theatres,RZZ\n",
    );
    known.claims("R-001", "A", "fail low", &["site"]);
    known.decides("admit-with-conditions");
}

#[test]
fn no_word_that_claims_nothing_is_an_entitlement() {
    let cells = [
        ("GOOD", "ESU,2,2027-10-12,order 4712"),
        ("YEAR-1-AS-WORD", "ESU,Y1,2027-10-12,order 4712"),
        ("YEAR-9", "ESU,9,2027-10-12,order 4712"),
        ("NO-PROGRAMME", "No,2,2027-10-12,order 4712"),
        ("EVIDENCE-NONE", "ESU,2,2027-10-12,none"),
        ("EVIDENCE-TBC", "ESU,2,2027-10-12,TBC"),
        ("NEXT-YEAR", "ESU,2,next year,order 4712"),
    ];
    let mut estate = String::from(
        "id,os,os version,class,support_entitlement.programme,support_entitlement.year,\
         support_entitlement.valid_to,support_entitlement.evidence\n",
    );
    for (id, cell) in cells {
        writeln!(estate, "{id},Windows 10 Enterprise,22H2,desktop,{cell}").expect("a text grows");
    }
    let report = checked("a.csv", &estate, &[]);
    outcome(&report, "OSS-001", "GOOD", "pass");
    outcome(&report, "OSS-003", "GOOD", "pass");
    for (id, _) in &cells[1..] {
        outcome(&report, "OSS-001", id, "fail");
        let entitlement = if *id == "NO-PROGRAMME" {
            "not-applicable"
        } else {
            "fail"
        };
        outcome(&report, "OSS-003", id, entitlement);
    }
    told_unreadable(&report, "YEAR-1-AS-WORD", "support_entitlement.year");
    told_unreadable(&report, "NEXT-YEAR", "support_entitlement.valid_to");
}

/// Assets in two zones, judged by a field.
fn zoned(check: &str) -> Report {
    let body = format!("    severity: high\n    gate: block\n    check: {check}");
    let desk = Desk::new();
    desk.write("policy/p.yaml", policy("asset", &body));
    desk.write(
        "pack/submission.yaml",
        "organisation: { name: Vale of Elm NHS Foundation Trust, kind: trust }
zones:
  - { id: Z-1, kind: restricted, default_deny: yes, internet_access: none }
  - { id: Z-2, kind: restricted, default_deny: yes, internet_access: outbound }
assets: a.csv
",
    );
    desk.write(
        "pack/a.csv",
        "id,zone,internet_access
NONE,Z-1,none
UNREADABLE,Z-1,perhaps
LOWER-CASE,z-1,
NO-ZONE-OF-OURS,Restricted,none
OUT,Z-2,none
",
    );
    desk.report("pack", TODAY, &["--rules", "policy", "--profile", "p"])
}

#[test]
fn a_zone_makes_no_access_better_than_the_machine_says() {
    let report = zoned("{ internet_access: none }");
    outcome(&report, "R-001", "NONE", "pass");
    outcome(&report, "R-001", "UNREADABLE", "unknown");
    told_unreadable(&report, "UNREADABLE", "internet_access");
    outcome(&report, "R-001", "OUT", "fail");
    // Said by the zone alone.
    outcome(&report, "R-001", "LOWER-CASE", "pass");
}

#[test]
fn a_zone_is_one_of_those_declared_whatever_the_case_of_its_name() {
    let report = zoned("{ zone.kind: restricted }");
    outcome(&report, "R-001", "NONE", "pass");
    outcome(&report, "R-001", "LOWER-CASE", "pass");
    outcome(&report, "R-001", "NO-ZONE-OF-OURS", "unknown");
}

#[test]
fn an_update_of_which_nobody_can_read_whether_it_is_installed_does_not_count() {
    let machine = |id: &str, more: &str| {
        format!(r#"{{"id":"{id}","os":"Windows 7 SP1","updates":[{{"id":"KB4019264"{more}}}]}}"#)
            + "\n"
    };
    let estate = [
        machine("PLAIN", ""),
        machine("DATED", r#","installed_on":"2017-05-10","effective":"yes""#),
        machine("LATELY", r#","installed_on":"lately""#),
        machine("PERHAPS", r#","effective":"perhaps""#),
    ]
    .concat();
    let report = checked("a.ndjson", &estate, &[]);
    outcome(&report, "WAN-001", "PLAIN", "pass");
    outcome(&report, "WAN-001", "DATED", "pass");
    outcome(&report, "WAN-001", "LATELY", "unknown");
    outcome(&report, "WAN-001", "PERHAPS", "unknown");
    told_unreadable(&report, "LATELY", "installed_on");
    told_unreadable(&report, "PERHAPS", "effective");
}

#[test]
fn a_missing_fix_that_is_yet_to_come_out_is_not_one_of_the_last_days() {
    let machine = |id: &str, day: &str| {
        format!(
            r#"{{"id":"{id}","os":"Ubuntu 24.04","missing_updates":[{{"id":"USN-1","released_on":"{day}","cvss":9.8}}]}}"#
        ) + "\n"
    };
    let estate = machine("TODAY", TODAY) + &machine("TOMORROW", "2026-11-23");
    let report = checked("a.ndjson", &estate, &["--profile", "trust-estate"]);
    outcome(&report, "WPT-001", "TODAY", "pass");
    outcome(&report, "WPT-001", "TOMORROW", "unknown");
}

/// What DSP-001 says to attestations.
fn dspt(attestations: &[&str]) -> String {
    let mut declared = String::from(
        "organisation: { name: Ashcombe Systems Ltd, kind: supplier }\nattestations:\n",
    );
    for attestation in attestations {
        writeln!(declared, "  - {{ scheme: dspt, {attestation} }}").expect("a text grows");
    }
    let report = checked("s.yaml", &declared, &["--profile", "hssf-core"]);
    let mut found = report
        .findings()
        .iter()
        .filter(|one| one["rule"] == "DSP-001");
    let one = found.next().expect("it is asked");
    assert!(found.next().is_none());
    text(&one["outcome"]).to_owned()
}

#[test]
fn an_edition_that_has_not_begun_decides_nothing() {
    let met = "level: standards-met, issued_on: 2026-06-24";
    assert_eq!(dspt(&[&format!("id: D, edition: 25/26, {met}")]), "pass");
    assert_eq!(dspt(&[&format!("id: D, edition: 52/53, {met}")]), "unknown");
    assert_eq!(dspt(&[&format!("id: D, edition: 27/28, {met}")]), "unknown");
}

#[test]
fn a_later_assessment_that_is_not_met_beats_an_earlier_one_that_was() {
    let met = "id: D1, edition: 25/26, level: standards-met, issued_on: 2026-06-20";
    let not_met = "id: D2, edition: 25/26, level: not-met, issued_on: 2026-10-01";
    assert_eq!(dspt(&[met]), "pass");
    assert_eq!(dspt(&[met, not_met]), "fail");
    assert_eq!(dspt(&[not_met, met]), "fail");
    let met_again = "id: D3, edition: 25/26, level: standards-met, issued_on: 2026-11-01";
    assert_eq!(dspt(&[met, not_met, met_again]), "pass");
}

#[test]
fn punctuation_in_a_cell_is_no_empty_list() {
    let estate = "id,os,missing_updates,exposures
NONE,Ubuntu 24.04,none,none
SEMICOLON,Ubuntu 24.04,;,;
BAR,Ubuntu 24.04,|,|
NOTHING,Ubuntu 24.04,,
";
    let report = checked("a.csv", estate, &["--profile", "trust-estate"]);
    for rule in ["WPT-001", "WAN-003"] {
        outcome(&report, rule, "NONE", "pass");
        outcome(&report, rule, "SEMICOLON", "unknown");
        outcome(&report, rule, "BAR", "unknown");
        outcome(&report, rule, "NOTHING", "unknown");
    }
    for subject in ["SEMICOLON", "BAR"] {
        told_unreadable(&report, subject, "missing_updates");
        told_unreadable(&report, subject, "exposures");
    }
}

/// What R-001 says to a machine that fails it, under a waiver with these words.
fn under_waiver(words: &str) -> Report {
    let declared = format!(
        "organisation: {{ name: Vale of Elm NHS Foundation Trust, kind: trust }}
assets:
  - {{ id: A, owner: Wards, observed_at: 2026-11-10 }}
waivers:
  - id: W-1
    rules: [R-001]
    subjects: [A]
    approved_on: 2026-10-01
    until: 2027-03-31
    while: [{{ observed_at: {{ within: 30 days }} }}]
{words}"
    );
    let body = "    severity: high\n    gate: condition\n    check: { owner: Theatres }";
    judged("asset", body, "s.yaml", &declared)
}

#[test]
fn a_waiver_says_why_and_in_which_role() {
    let whole = under_waiver("    reason: Moving.\n    approver: { name: M, role: SIRO }\n");
    whole.claims("R-001", "A", "waived", &["W-1"]);
    whole.decides("admit-with-conditions");
    let without_reason = under_waiver("    approver: { name: M, role: SIRO }\n");
    without_reason.claims("R-001", "A", "fail high", &["it gives no reason"]);
    without_reason.decides("refer");
    for approver in ["", "    approver: { name: M }\n"] {
        let report = under_waiver(&format!("    reason: Moving.\n{approver}"));
        report.claims("R-001", "A", "fail high", &["role"]);
        report.decides("refer");
    }
}

#[test]
fn a_waiver_holds_no_longer_than_its_controls() {
    let report = under_waiver("    reason: Moving.\n    approver: { name: M, role: SIRO }\n");
    let finding = report.finding("R-001", "A");
    assert_eq!(finding["until"], "2026-12-10", "{finding:#}");
    assert_eq!(report.json["summary"]["horizon"]["last_day"], "2026-12-10");
}

#[test]
fn a_certificate_whose_dates_are_swapped_has_no_time_left() {
    let declared = |from: &str, to: &str| {
        format!(
            "organisation: {{ name: Ashcombe Systems Ltd, kind: supplier }}
certificates: [{{ id: C, not_before: \"{from}\", not_after: \"{to}\" }}]
endpoints: [{{ id: E, host: a.example, port: 443, certificate: C }}]
"
        )
    };
    let body = "    severity: high
    gate: block
    check: { certificate: { remaining: 10 days, lifetime_part: 3 } }";
    let (early, late) = ("2026-11-01T00:00:00Z", "2027-10-01T00:00:00Z");
    let right = judged("endpoint", body, "s.yaml", &declared(early, late));
    outcome(&right, "R-001", "E", "pass");
    let swapped = judged("endpoint", body, "s.yaml", &declared(late, early));
    outcome(&swapped, "R-001", "E", "unknown");
    // Both ends ahead: the days left are many, and mean nothing.
    let later = "2029-01-01T00:00:00Z";
    let ahead = judged("endpoint", body, "s.yaml", &declared(later, late));
    outcome(&ahead, "R-001", "E", "unknown");
}

#[test]
fn no_announced_end_is_news_for_a_year() {
    let desk = Desk::new();
    desk.write("a.csv", "id,os\nA,Android 16\n");
    let at = |day: &str| desk.report("a.csv", day, &[]);
    // The catalogue says of which day it is: as old as its oldest feed.
    let known = at(TODAY);
    assert_eq!(known.json["run"]["catalogue"]["date"], "2026-08-18");
    known.claims("OSS-001", "A", "pass", &["2026-08-22"]);
    assert_eq!(known.finding("OSS-001", "A")["until"], "2027-08-22");
    outcome(&at("2027-08-22"), "OSS-001", "A", "pass");
    at("2027-08-23").claims("OSS-001", "A", "unknown", &["too long ago"]);
}

#[test]
fn a_sister_by_name_is_another_company() {
    let covers = |name: &str, entity: &str| {
        let declared = format!(
            "organisation: {{ name: \"{name}\", kind: supplier }}
attestations: [{{ id: CE, scheme: ce, issued_on: 2026-09-01, entities: [\"{entity}\"] }}]
"
        );
        let body = "    severity: high
    gate: block
    check: { attestation: { scheme: ce, covers_organisation: yes } }";
        let report = judged("organisation", body, "s.yaml", &declared);
        let mut found = report
            .findings()
            .iter()
            .filter(|one| one["rule"] == "R-001");
        text(&found.next().expect("it is asked")["outcome"]).to_owned()
    };
    assert_eq!(covers("S&T (UK) Ltd", "S and T UK Limited"), "pass");
    assert_eq!(covers("S&T (UK) Ltd", "ST UK Limited"), "fail");
    assert_eq!(covers("Ab Cd Ltd", "Abcd Ltd"), "fail");
}

#[test]
fn two_lots_are_not_checked_as_none() {
    let desk = Desk::new();
    let declared = |lots: &str| {
        format!(
            "submission: {{ id: S, framework: hssf, lots: [{lots}] }}
organisation: {{ name: Ashcombe Systems Ltd, kind: supplier }}
"
        )
    };
    desk.write("s.yaml", declared("lot-1, lot-2"));
    let ran = desk.run(&["check", "s.yaml", "--as-of", TODAY]);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    let said = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("lot-1, lot-2") && said.contains("--profile"),
        "{said}"
    );
    let named = desk.report("s.yaml", TODAY, &["--profile", "hssf-lot-1"]);
    assert_eq!(named.json["run"]["profile"]["id"], "hssf-lot-1");
}

#[test]
fn who_submits_without_a_kind_is_checked_as_a_supplier() {
    let profile = |declared: &str| {
        let report = checked("s.yaml", declared, &[]);
        text(&report.json["run"]["profile"]["id"]).to_owned()
    };
    let nobody = "organisation: { name: Ashcombe Systems Ltd }\n";
    assert_eq!(
        profile(&format!(
            "submission: {{ id: S, framework: hssf, lots: [lot-1] }}\n{nobody}"
        )),
        "hssf-lot-1"
    );
    assert_eq!(
        profile(&format!(
            "submission: {{ id: S, framework: hssf }}\n{nobody}"
        )),
        "hssf-core"
    );
}

#[test]
fn a_name_and_a_build_that_exclude_each_other_pass_nothing() {
    let outcome_of = |body: &str, declared: &str| {
        let report = judged("asset", body, "a.csv", &format!("{declared}\n"));
        text(&report.finding("R-001", "A")["outcome"]).to_owned()
    };
    let supported = "    severity: high\n    gate: block\n    check: { supported: {} }";
    let identified = "    severity: high\n    gate: block\n    check: { identified: {} }";
    let patched =
        "    severity: high\n    gate: block\n    check: { patched: { advisory: MS17-010 } }";
    let torn = "id,os,os.build\nA,Windows 7 Enterprise,26100";
    let two_systems = "id,os,os.build\nA,Ubuntu 24.04 LTS,26100";
    for body in [supported, identified, patched] {
        assert_eq!(outcome_of(body, torn), "conflict", "{body}");
        // Not `not-applicable` to a Windows rule either: it may be a Windows.
        assert_eq!(outcome_of(body, two_systems), "conflict", "{body}");
    }
    let neighbour = "id,os,os.build\nA,Windows 10 Enterprise,26100";
    for body in [supported, identified] {
        assert_eq!(outcome_of(body, neighbour), "pass", "{body}");
    }
}

#[test]
fn one_network_address_in_two_spellings_is_no_two_machines() {
    let outcome_of = |first: &str, second: &str| {
        let unique =
            "    severity: high\n    gate: block\n    check: { unique: { field: network.mac } }";
        let declared = format!("id,mac\nA,{first}\nB,{second}\n");
        let report = judged("organisation", unique, "a.csv", &declared);
        let mut findings = report.findings().iter();
        let finding = findings.find(|finding| finding["rule"] == "R-001");
        text(&finding.expect("it is asked")["outcome"]).to_owned()
    };
    for other in ["02-00-5E-10-00-01", "0200.5e10.0001", "02005e100001"] {
        assert_eq!(outcome_of("02:00:5e:10:00:01", other), "fail", "{other}");
    }
    assert_eq!(outcome_of("02:00:5e:10:00:01", "02-00-5E-10-00-02"), "pass");
}
