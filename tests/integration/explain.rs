//! `passmuster explain`: what it says is what `check` found, every part of a rule is asked, and
//! nothing that is named wrongly is answered.

use super::program::{Desk, Ran, TODAY, root, text};
use super::run::run;
use jiff::civil::Date;
use passmuster::catalogue::Catalogue;
use passmuster::engine::{Evaluation, Explainer, Material, count, evaluate};
use passmuster::import::{self, Inventory, Limits, Row};
use passmuster::model::{
    Considered, Explanation, Finding, Outcome, Part, Section, Subject, SubjectKind, Trace,
    TraceKind, consequence,
};
use passmuster::policy::{Library, controls, embedded, load_waivers, written};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;

const DAY: Date = Date::constant(2026, 11, 22);

/// The findings of one rule, by kind and identifier of the subject, in the order of the run.
type Found = BTreeMap<(String, SubjectKind, String), VecDeque<Finding>>;

#[test]
fn every_explanation_of_the_examples_is_the_finding_and_follows_from_its_parts() {
    for (name, profile) in [
        ("supplier-epr", "hssf-lot-1"),
        ("supplier-epr-repaired", "hssf-lot-1"),
        ("trust-estate", "trust-estate"),
    ] {
        let explained = compare(name, profile);
        println!("{name}: {explained} explanations");
        assert!(explained > 300, "{name}: {explained}");
    }
}

/// Explains every rule on every subject of an example, and says how many that were.
fn compare(name: &str, profile: &str) -> usize {
    let path = root().join("examples").join(name);
    let opened = import::open(&path).expect("it is a pack");
    let files: Vec<_> = opened.inventories.iter().collect();
    let inventories = || -> Vec<Inventory> {
        let open = |file: &&import::InventoryFile| {
            let input = Box::new(File::open(&file.path).expect("it is there"));
            Inventory::open(&file.name, input, None, Limits::default()).expect("it is one")
        };
        files.iter().map(open).collect()
    };
    let mut declaration = opened.declaration;
    declaration.has_assets |= !files.is_empty();
    let sources = embedded();
    let catalogue = Catalogue::embedded();
    let library = Library::load(&sources, catalogue).expect("the shipped policy loads");
    let waivers = load_waivers(&declaration.waivers, &library).expect("they load");
    let profile = library.profile(profile).expect("it ships");
    let material = Material {
        rules: &profile.rules,
        waivers: &waivers,
        catalogue,
        declaration: &declaration,
        today: DAY,
    };
    let evaluation = || Evaluation {
        material,
        assets: opened.assets.clone(),
        inventories: inventories(),
        tell_all_for_first: u64::MAX,
    };
    let mut found = Found::new();
    let mut tell = |finding: &Finding| {
        let rule = finding.rule.id.clone();
        let key = (rule, finding.subject_kind, finding.subject.clone());
        found.entry(key).or_default().push_back(finding.clone());
        Ok(())
    };
    evaluate(evaluation(), &mut tell, &mut |_, _| {}).expect("it is judged");
    let counted = count(evaluation(), &mut |_, _| {}).expect("it is counted");
    let material = Material {
        declaration: &counted,
        ..material
    };

    let mut subjects: Vec<Subject> = vec![declaration.organisation.clone()];
    subjects.extend(declaration.lists.values().flatten().cloned());
    subjects.extend(waivers.iter().map(|waiver| waiver.subject.clone()));
    subjects.extend(opened.assets.iter().cloned());
    for inventory in &mut inventories() {
        while let Some(batch) = inventory.next_batch().expect("it is read") {
            batch.read(&mut |row| {
                if let Row::Asset(subject) = row {
                    subjects.push(subject);
                }
            });
        }
    }

    let mut asked = 0;
    let written = written(&sources, catalogue, &profile.id, |_| true);
    for rule in &profile.rules {
        let id = &rule.info.id;
        let written = written.iter().find(|one| one.rule == *id);
        let written = written.expect("it is written");
        let take_apart = |waiver: &_, kind| controls(&declaration.waivers, catalogue, waiver, kind);
        let explainer =
            Explainer::new(material, id, written, take_apart).expect("it is in the profile");
        let mut ask = |explanation: &Explanation| {
            let told = &explanation.finding;
            let key = (id.clone(), told.subject_kind, told.subject.clone());
            let checked = found.get_mut(&key).and_then(VecDeque::pop_front);
            let checked = checked.unwrap_or_else(|| panic!("{key:?} was not checked"));
            same(told, &checked);
            asked += 1;
        };
        if let Some(silence) = explainer.silence() {
            ask(&silence);
            continue;
        }
        let kind = rule.info.subject;
        for subject in subjects.iter().filter(|subject| subject.kind == kind) {
            let explanation = explainer.explain(subject.clone());
            ask(&explanation);
            follows(&explanation);
        }
    }
    let left: Vec<_> = found
        .into_iter()
        .filter(|((rule, ..), findings)| !rule.starts_with("DATA-") && !findings.is_empty())
        .collect();
    assert!(left.is_empty(), "{left:?}");
    asked
}

/// Two findings say the same of the same thing.
fn same(one: &Finding, other: &Finding) {
    let says = |finding: &Finding| {
        format!(
            "{} {} {} {} {} {} {:?} {:?} {} {:?} {:?} {:?}",
            finding.rule.id,
            finding.subject,
            finding.outcome,
            finding.severity,
            finding.gate,
            finding.reason,
            finding.fact,
            finding.field,
            finding.place,
            finding.until,
            finding.due,
            finding.waiver
        )
    };
    assert_eq!(says(one), says(other));
}

/// The finding is what its sections come to, and each section what its parts come to, by a fold
/// that is written here once more.
fn follows(explanation: &Explanation) {
    let Explanation {
        finding,
        sections,
        waivers,
    } = explanation;
    let about = format!("{} on {}", finding.rule.id, finding.subject);
    for section in sections {
        folds(&section.trace, &about);
    }
    let decides: Vec<_> = sections.iter().filter(|section| section.decides).collect();
    assert_eq!(decides.len(), 1, "{about}: one section decides");
    let (outcome, until, why) = come_to(sections);
    let (outcome, until) = match outcome {
        Outcome::Fail => waived(until, waivers),
        outcome => (outcome, until),
    };
    assert_eq!(finding.outcome, outcome, "{about}");
    assert_eq!(finding.until, until, "{about}");
    assert_eq!(finding.reason, why, "{about}");
}

fn come_to(sections: &[Section]) -> (Outcome, Option<Date>, String) {
    let part = |wanted: Part| sections.iter().find(|section| section.part == wanted);
    let mut until = None;
    if let Some(applies) = part(Part::Where) {
        let Trace {
            outcome,
            why,
            until: ends,
            ..
        } = &applies.trace;
        match outcome {
            Outcome::Pass => until = *ends,
            Outcome::Fail | Outcome::NotApplicable => {
                return (Outcome::NotApplicable, *ends, why.clone());
            }
            other => {
                let why = format!("cannot tell whether this rule applies: {why}");
                return (*other, *ends, why);
            }
        }
    }
    let evidence = part(Part::Evidence).map(|section| &section.trace);
    let mut best: Option<(_, &Trace)> = None;
    for section in sections {
        until = earlier(
            until,
            section.trace.until.filter(|_| section.part != Part::Where),
        );
        let Part::Grade { severity, gate, .. } = section.part else {
            continue;
        };
        let outcome = section.trace.outcome;
        let says = [
            Outcome::NotApplicable,
            Outcome::Pass,
            Outcome::Unknown,
            Outcome::Conflict,
            Outcome::Fail,
        ];
        let says = says.iter().position(|one| *one == outcome);
        let weighs = (consequence(outcome, gate, severity), says);
        if best.is_none_or(|(so_far, _)| weighs > so_far) {
            best = Some((weighs, &section.trace));
        }
    }
    let (_, best) = best.expect("a rule has a grade");
    let (outcome, why) = match (evidence.map(|one| (one.outcome, &one.why)), best.outcome) {
        (_, Outcome::NotApplicable) => (best.outcome, best.why.clone()),
        (Some((Outcome::Fail, why)), _) => (
            Outcome::Unknown,
            format!("the evidence does not count: {why}"),
        ),
        (Some((Outcome::Unknown, why)), Outcome::Pass) => (
            Outcome::Unknown,
            format!("nobody can tell how old the evidence is: {why}"),
        ),
        _ => (best.outcome, best.why.clone()),
    };
    (outcome, until, why)
}

fn waived(mut until: Option<Date>, waivers: &[Considered]) -> (Outcome, Option<Date>) {
    for waiver in waivers {
        until = earlier(until, waiver.until);
        if waiver.usage.void.is_none() {
            return (Outcome::Waived, until);
        }
    }
    (Outcome::Fail, until)
}

fn folds(trace: &Trace, about: &str) {
    for part in &trace.parts {
        folds(part, about);
    }
    let about = format!("{about}: {}", trace.label);
    let order = match trace.kind {
        TraceKind::All => [
            Outcome::Fail,
            Outcome::Conflict,
            Outcome::Unknown,
            Outcome::Pass,
        ],
        TraceKind::Any => [
            Outcome::Pass,
            Outcome::Conflict,
            Outcome::Unknown,
            Outcome::Fail,
        ],
        TraceKind::Check | TraceKind::Field => {
            let is_record = |part: &Trace| part.kind == TraceKind::Record;
            assert!(trace.parts.iter().all(is_record), "{about}");
            assert!(trace.place.is_some() && !trace.why.is_empty(), "{about}");
            return;
        }
        TraceKind::Record => {
            assert_eq!(trace.outcome, trace.parts[0].outcome, "{about}");
            return;
        }
        TraceKind::Not => {
            let [part] = trace.parts.as_slice() else {
                panic!("{about}: not takes one part");
            };
            let turned = match part.outcome {
                Outcome::Fail => Outcome::Pass,
                Outcome::Pass => Outcome::Fail,
                other => other,
            };
            assert_eq!(
                (trace.outcome, trace.until),
                (turned, part.until),
                "{about}"
            );
            return;
        }
    };
    let is_there = |one: &Outcome| trace.parts.iter().any(|part| part.outcome == *one);
    let outcome = order.into_iter().find(is_there);
    let outcome = outcome.unwrap_or(Outcome::NotApplicable);
    assert_eq!(trace.outcome, outcome, "{about}");
    let untils = trace
        .parts
        .iter()
        .filter(|part| outcome != order[0] || part.outcome == outcome);
    let untils: Vec<_> = untils.map(|part| part.until).collect();
    let until = if outcome == order[0] {
        let all: Option<Vec<_>> = untils.into_iter().collect();
        all.and_then(|days| days.into_iter().max())
    } else {
        untils.into_iter().flatten().min()
    };
    assert_eq!(trace.until, until, "{about}");
}

fn earlier(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    [one, other].into_iter().flatten().min()
}

const POLICY: &str = "pack: p
title: Owned servers
cases_at: 2026-11-22
params:
  seen: { type: length, value: 30 days, strict: lower }
rules:
  - id: R-001
    title: It has an owner
    for: asset
    where: { class: server }
    evidence: { from: [observed_at], max_age: $seen }
    severity: low
    gate: condition
    check: { any: [{ owner: { not_in: [nobody] } }, { zone: isolated }] }
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
  - id: R-003
    title: Endpoints have hosts
    for: endpoint
    severity: high
    gate: block
    check: { host: { declared: yes } }
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases: [{ name: silence, given: {}, expect: fail }]
---
profile: wide
title: All
packs: [p]
---
profile: narrow
title: Tighter
extends: wide
set: { seen: 14 days }
---
profile: few
title: One
rules: [R-001]
";

const ESTATE: &str = "id,name,class,owner,zone,last seen
A-1,ward-1,server,Theatres,open,2026-11-20
A-2,ward-2,server,nobody,open,2026-11-20
A-3,ward-3,server,Theatres,open,2026-11-01
A-4,ward-4,desktop,Theatres,open,2026-11-20
B-1,\u{1b}[31mred,server,\u{1b}]0;owned\u{7}\u{202e},open,2026-11-20
A-2,other,server,Wards,isolated,2026-11-20
";

fn explain(rule: &str, subject: &str, more: &[&str]) -> Ran {
    let desk = Desk::new();
    desk.write("policy/p.yaml", POLICY);
    desk.write("estate.csv", ESTATE);
    let arguments = [
        "explain",
        rule,
        subject,
        "estate.csv",
        "--rules",
        "policy",
        "--as-of",
        TODAY,
    ];
    let profile = ["--profile", "narrow"];
    let profile = if more.contains(&"--profile") {
        &[][..]
    } else {
        &profile
    };
    desk.run(&[&arguments, profile, more].concat())
}

fn answer(rule: &str, subject: &str) -> Value {
    let ran = explain(rule, subject, &["--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("it is JSON")
}

#[track_caller]
fn refused(rule: &str, subject: &str, more: &[&str], words: &[&str]) {
    let ran = explain(rule, subject, more);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    let told = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(told.contains(word), "no “{word}” in {told}");
    }
}

#[test]
fn each_leaf_names_the_row_it_was_read_from_and_what_was_wanted() {
    let json = answer("r-001", "ward-1");
    let told = &json["explanations"][0];
    assert_eq!(
        (&told["outcome"], &told["subject"]["id"]),
        (&"pass".into(), &"A-1".into())
    );
    assert_eq!(told["place"]["line"], 2);
    let check = &told["sections"][2]["trace"];
    assert_eq!(check["kind"], "any");
    let owner = &check["parts"][0];
    assert_eq!(
        (&owner["outcome"], &owner["decides"]),
        (&"pass".into(), &true.into())
    );
    assert_eq!(owner["seen"], "Theatres");
    assert_eq!(owner["wanted"], "none of nobody");
    assert_eq!(
        (&owner["place"]["file"], &owner["place"]["line"]),
        (&"estate.csv".into(), &2.into())
    );
    assert!(text(&owner["written_at"]["file"]).ends_with("p.yaml"));
    // What no longer could change anything was asked all the same.
    let zone = &check["parts"][1];
    assert_eq!(
        (&zone["outcome"], &zone["decides"]),
        (&"fail".into(), &false.into())
    );
    assert_eq!(zone["seen"], "open");
}

#[test]
fn a_parameter_names_the_layer_that_set_it() {
    let json = answer("R-001", "A-1");
    let setting = &json["parameters"][0];
    assert_eq!(
        (&setting["name"], &setting["value"]),
        (&"seen".into(), &"14 days".into())
    );
    assert_eq!(setting["set_by"], "profile narrow");
    let line = POLICY.lines().position(|line| line.starts_with("set:"));
    assert_eq!(setting["place"]["line"], line.map_or(0, |line| line + 1));
    let ran = explain("R-001", "A-1", &["--profile", "wide"]);
    assert!(
        ran.stdout.contains("seen 30 days, set by pack p at"),
        "{}",
        ran.stdout
    );
}

#[test]
fn stale_evidence_decides_over_a_check_that_passes() {
    let json = answer("R-001", "A-3");
    let told = &json["explanations"][0];
    assert_eq!(told["outcome"], "unknown");
    let sections = told["sections"].as_array().expect("it is a list");
    let decides: Vec<_> = sections
        .iter()
        .map(|one| (text(&one["part"]), one["decides"] == true))
        .collect();
    assert_eq!(
        decides,
        [("where", false), ("evidence", true), ("grade", false)]
    );
    assert_eq!(sections[1]["trace"]["seen"], "2026-11-01");
    assert_eq!(sections[2]["trace"]["outcome"], "pass");
    let ran = explain("R-001", "A-3", &[]);
    assert!(
        ran.stdout.contains("EVIDENCE: FAIL (it does not count"),
        "{}",
        ran.stdout
    );
}

#[test]
fn where_a_rule_does_not_apply_its_condition_says_why() {
    let json = answer("R-001", "A-4");
    let told = &json["explanations"][0];
    assert_eq!(told["outcome"], "not-applicable");
    let applies = &told["sections"][0];
    assert_eq!(
        (&applies["part"], &applies["decides"]),
        (&"where".into(), &true.into())
    );
    assert_eq!(applies["trace"]["seen"], "desktop");
    assert_eq!(applies["trace"]["wanted"], "server");
    assert_eq!(told["sections"][2]["trace"]["outcome"], "pass");
}

#[test]
fn each_of_several_records_with_one_identifier_is_explained() {
    let json = answer("R-001", "A-2");
    assert_eq!(json["records"], 2);
    let told: Vec<_> = json["explanations"]
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|one| (text(&one["outcome"]), one["place"]["line"].as_u64()))
        .collect();
    assert_eq!(told, [("fail", Some(3)), ("pass", Some(7))]);
    let ran = explain("R-001", "A-2", &[]);
    assert!(
        ran.stdout.contains("2 records have this identifier"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_rule_about_the_estate_is_explained_once_all_of_it_is_counted() {
    let json = answer("R-002", "organisation");
    let told = &json["explanations"][0];
    assert_eq!(told["outcome"], "fail", "{told:#}");
    // Of five servers one fails, and of one the evidence is too old.
    let why = text(&told["sections"][0]["trace"]["why"]);
    let wanted = "at least 1 of 5 (20.0%) and at most 2 of 5 (40.0%) fail R-001";
    assert!(why.starts_with(wanted), "{why}");
    let desk = Desk::new();
    desk.write("policy/p.yaml", POLICY);
    desk.write("estate.csv", ESTATE);
    let more = ["--rules", "policy", "--profile", "narrow"];
    let report = desk.report("estate.csv", TODAY, &more);
    let checked = report
        .findings()
        .iter()
        .find(|finding| finding["rule"] == "R-002");
    assert_eq!(checked.expect("it was told")["reason"], told["reason"]);
}

#[test]
fn what_was_not_declared_at_all_is_said_to_be_so() {
    let json = answer("R-003", "anything");
    let told = &json["explanations"][0];
    assert_eq!(
        (&told["outcome"], &told["subject"]["kind"]),
        (&"unknown".into(), &"organisation".into())
    );
    assert!(
        text(&told["reason"]).contains("no endpoints are declared"),
        "{told}"
    );
    assert_eq!(told["sections"], Value::Array(Vec::new()));
}

#[test]
fn what_is_named_wrongly_is_refused_with_what_was_near() {
    refused(
        "R-001",
        "A-22",
        &[],
        &["none of 6 assets is `A-22`", "the nearest are A-2, "],
    );
    refused(
        "R-001",
        "A",
        &[],
        &["`A` may be 5 assets: A-1, A-2, A-3, A-4"],
    );
    refused(
        "R-001",
        "organisation",
        &[],
        &["R-001 is about assets, and `not declared` is the organisation"],
    );
    refused(
        "R-002",
        "A-1",
        &[],
        &["R-002 is about the organisation, and `A-1` is an asset"],
    );
    refused(
        "R-002",
        "Z-9",
        &[],
        &["name `not declared`, or `organisation`"],
    );
    refused(
        "R-01",
        "A-1",
        &[],
        &["there is no rule `R-01`; did you mean `R-001`?"],
    );
    refused("DATA-003", "A-2", &[], &["about the records as such"]);
    let few = ["--profile", "few"];
    refused(
        "R-003",
        "A-1",
        &few,
        &["few does not ask R-003: asked by wide, narrow; add --profile wide"],
    );
}

#[test]
fn a_record_that_cannot_be_read_is_not_said_to_be_absent() {
    let desk = Desk::new();
    desk.write("policy/p.yaml", POLICY);
    desk.write(
        "estate.ndjson",
        "{\"id\":\"A-1\",\"class\":\"server\"}\n{\"id\":\"A-2\",\"class\":\"serv\n",
    );
    let ran = desk.run(&[
        "explain",
        "R-001",
        "A-2",
        "estate.ndjson",
        "--rules",
        "policy",
        "--profile",
        "few",
    ]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    let told = "the record of `A-2` at estate.ndjson:2";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    let arguments = [
        "explain",
        "R-001",
        "A-9",
        "estate.ndjson",
        "--rules",
        "policy",
    ];
    let ran = desk.run(&[&arguments[..], &["--profile", "few"]].concat());
    assert!(
        ran.stderr.contains("it may be a record that could"),
        "{}",
        ran.stderr
    );
}

#[test]
fn text_from_outside_does_not_act_on_the_terminal() {
    for format in ["terminal", "json"] {
        let ran = explain("R-001", "B-1", &["--format", format]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!ran.stdout.contains(acts), "{format}: {}", ran.stdout);
        assert!(ran.stdout.contains("owned"), "{format}: {}", ran.stdout);
    }
    let ran = explain("R-001", "\u{1b}[31m", &[]);
    assert_eq!(
        ran.code, 0,
        "it is how the name of B-1 begins: {}",
        ran.stderr
    );
    let ran = explain("R-001", "\u{1b}[32m", &[]);
    assert_eq!(ran.code, 2);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

#[test]
fn lines_stay_within_the_terminal() {
    let desk = Desk::new();
    desk.write("policy/p.yaml", POLICY);
    desk.write("estate.csv", ESTATE);
    for columns in [60, 120] {
        let arguments = [
            "explain",
            "R-001",
            "A-3",
            "estate.csv",
            "--rules",
            "policy",
            "--profile",
            "narrow",
            "--as-of",
            TODAY,
        ];
        let ran = desk.run_with(&arguments, &[("COLUMNS", &columns.to_string())]);
        for line in ran.stdout.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
    }
}

/// What is explained of the trust of the examples.
fn trust(rule: &str, subject: &str) -> Value {
    let arguments = [
        "explain",
        rule,
        subject,
        "examples/trust-estate",
        "--as-of",
        TODAY,
        "--format",
        "json",
    ];
    let ran = run(root(), &arguments);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let json: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    json["explanations"][0].clone()
}

#[test]
fn a_waiver_that_covers_and_one_that_does_not_show_their_controls() {
    let told = trust("OSS-001", "NUH-MRI-01");
    assert_eq!(told["outcome"], "waived");
    assert_eq!(told["until"], "2027-03-31");
    let waiver = &told["waivers"][0];
    assert_eq!(
        (&waiver["id"], &waiver["void"]),
        (&told["waiver"], &Value::Null)
    );
    let controls = waiver["controls"].as_array().expect("it is a list");
    assert!(!controls.is_empty() && controls.iter().all(|one| one["outcome"] == "pass"));
    let check = &told["sections"]
        .as_array()
        .expect("it is a list")
        .last()
        .expect("it is there")["trace"];
    assert_eq!(check["outcome"], "fail");

    let told = trust("OSS-001", "NUH050206");
    assert_eq!(told["outcome"], "fail");
    let waiver = &told["waivers"][0];
    assert!(
        text(&waiver["void"]).contains("a compensating control does not hold"),
        "{waiver}"
    );
    let controls = waiver["controls"].as_array().expect("it is a list");
    let failed = controls
        .iter()
        .find(|one| one["outcome"] == "fail")
        .expect("one fails");
    assert_eq!(
        (&failed["seen"], &failed["wanted"]),
        (&"outbound".into(), &"none".into())
    );
}
