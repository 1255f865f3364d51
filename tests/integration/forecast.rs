//! A forecast says what evaluating every single day says.

use super::declarations::{Made, library, make};
use super::program::{Desk, root};
use jiff::ToSpan;
use jiff::civil::Date;
use passmuster::engine::{Ahead, Aim, Evaluation, Material, evaluate, look_ahead};
use passmuster::import::{Inventory, Limits, Row, open};
use passmuster::model::{Counts, Decision, Finding, Outcome, Summary};
use passmuster::policy::{Library, load_waivers};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;

const DAYS: i32 = 400;

fn day(made: &Made, number: i32) -> Date {
    made.today.checked_add(number.days()).expect("it is a day")
}

fn evaluation<'a>(made: &'a Made, library: &'a Library, today: Date) -> Evaluation<'a> {
    Evaluation {
        material: Material {
            rules: &made.rules,
            waivers: &made.waivers,
            catalogue: library.catalogue,
            declaration: &made.declaration,
            today,
        },
        assets: made.assets.clone(),
        inventories: Vec::new(),
        tell_all_for_first: 0,
    }
}

/// Counts by rule on a day, and the decision.
type Standing = (BTreeMap<(usize, Outcome), u64>, Option<Decision>);

fn standing(summary: &Summary) -> Standing {
    let mut counts = BTreeMap::new();
    for (index, rule) in summary.rules.iter() {
        put(&mut counts, index, rule.counts);
    }
    (counts, summary.decision())
}

fn put(all: &mut BTreeMap<(usize, Outcome), u64>, rule: usize, counts: Counts) {
    for outcome in Outcome::ALL {
        if counts.of(outcome) > 0 {
            all.insert((rule, outcome), counts.of(outcome));
        }
    }
}

/// What a forecast says of each day.
fn forecast(made: &Made, library: &Library) -> Vec<Standing> {
    let ahead = Ahead {
        until: day(made, DAYS),
        aim: Aim::Everything,
    };
    let (summary, _) = look_ahead(
        evaluation(made, library, made.today),
        ahead,
        &mut |_| Ok(()),
        &mut |_, _| {},
    )
    .expect("nothing is read or written");
    let (mut counts, mut decision) = standing(&summary);
    let mut changes = summary.days().peekable();
    let mut days = Vec::new();
    for number in 0..=DAYS {
        if let Some(change) = changes.next_if(|change| change.date == day(made, number)) {
            for (turn, turned) in change.turns {
                let from = (turn.rule, turn.from.outcome);
                let left = counts[&from] - turned.count;
                counts.insert(from, left);
                counts.retain(|_, count| *count > 0);
                *counts.entry((turn.rule, turn.to.outcome)).or_default() += turned.count;
            }
            assert_eq!(change.before, decision);
            decision = change.decision;
        }
        days.push((counts.clone(), decision));
    }
    assert_eq!(changes.next(), None);
    days
}

fn on(made: &Made, library: &Library, number: i32) -> Standing {
    let evaluation = evaluation(made, library, day(made, number));
    let (summary, _) = evaluate(evaluation, &mut |_| Ok(()), &mut |_, _| {}).expect("as above");
    standing(&summary)
}

/// Turns that no last day told of, by rule and subject.
fn unannounced(made: &Made, library: &Library) -> String {
    let mut before: BTreeMap<(String, String), Vec<Finding>> = BTreeMap::new();
    let mut told = String::new();
    for number in 0..=DAYS {
        let today = day(made, number);
        let mut evaluation = evaluation(made, library, today);
        evaluation.tell_all_for_first = u64::MAX;
        let mut tell = |finding: &Finding| {
            let key = (finding.rule.id.clone(), finding.subject.clone());
            let earlier = before.entry(key).or_default();
            if let Some(last) = earlier.last()
                && last.outcome != finding.outcome
                && last.until.is_none_or(|until| until >= today)
            {
                let (was, is) = (last.outcome, finding.outcome);
                writeln!(
                    told,
                    "{} {} {today}: {was} until {:?} becomes {is}\n    was: {}\n    is: {}",
                    finding.rule.id, finding.subject, last.until, last.reason, finding.reason
                )
                .expect("a text grows");
            }
            *earlier = vec![finding.clone()];
            Ok(())
        };
        evaluate(evaluation, &mut tell, &mut |_, _| {}).expect("nothing is read or written");
    }
    told
}

/// The days on which the forecast differs, with what no last day told of.
fn differences(made: &Made, library: &Library) -> Option<String> {
    let forecast = forecast(made, library);
    let days: Vec<_> = (0..=DAYS).zip(&forecast).collect();
    let (number, _) = days
        .into_par_iter()
        .find_first(|(number, told)| on(made, library, *number) != **told)?;
    let told = unannounced(made, library);
    Some(format!("from {}:\n{told}", day(made, number)))
}

#[test]
fn forecasts_of_generated_declarations_are_what_each_day_says() {
    let library = library();
    let wrong: Vec<_> = (0..200_u64)
        .into_par_iter()
        .filter_map(|seed| {
            let told = differences(&make(seed, library), library)?;
            Some(format!("seed {seed}, {told}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An example with every so many of its assets.
fn example(name: &str, profile: &str, library: &Library, every: usize) -> Made {
    let opened = open(&root().join("examples").join(name))
        .unwrap_or_else(|error| panic!("the example opens: {error:?}"));
    let mut assets = opened.assets;
    for file in &opened.inventories {
        let input = Box::new(File::open(&file.path).expect("the inventory opens"));
        let mut inventory = Inventory::open(&file.name, input, None, Limits::default())
            .expect("it is an inventory");
        while let Some(batch) = inventory.next_batch().expect("it reads") {
            batch.read(&mut |row| match row {
                Row::Asset(asset) => assets.push(asset),
                other => panic!("{other:?}"),
            });
        }
    }
    let mut declaration = opened.declaration;
    declaration.has_assets |= !assets.is_empty();
    let waivers = load_waivers(&declaration.waivers, library)
        .unwrap_or_else(|problems| panic!("the waivers are sound: {problems:?}"));
    Made {
        today: Date::constant(2026, 11, 22),
        rules: library
            .profile(profile)
            .expect("it is shipped")
            .rules
            .clone(),
        declaration,
        assets: assets.into_iter().step_by(every).collect(),
        waivers,
    }
}

#[test]
fn forecasts_of_the_examples_are_what_each_day_says() {
    let library = library();
    for (name, profile, every) in [
        ("supplier-epr", "hssf-lot-1", 1),
        ("supplier-epr-repaired", "hssf-lot-1", 1),
        // A twelfth of its machines: the others are of the same sorts.
        ("trust-estate", "trust-estate", 12),
    ] {
        let made = example(name, profile, library, every);
        assert_eq!(differences(&made, library), None, "{name}");
    }
}

/// Rules that turn from day to day, in a policy of their own.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("policy/p.yaml", POLICY);
    desk.write(
        "estate.csv",
        "id,observed_at,owner\nA-1,2026-11-01,x\nA-2,2026-11-01,x\nA-3,2026-10-25,nobody\n",
    );
    desk
}

const POLICY: &str = "pack: p
title: Machines that are seen
cases_at: 2026-11-22
rules:
  - id: R-001
    title: It was seen of late
    for: asset
    severity: high
    gate: condition
    check: { observed_at: { within: 30 days } }
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases: [{ name: silence, given: {}, expect: unknown }]
  - id: R-002
    title: Most were seen of late
    for: organisation
    severity: critical
    gate: block
    check: { share: { failing: R-001, at_most: 50% } }
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases: [{ name: silence, given: {}, expect: unknown }]
---
profile: p
title: Both
packs: [p]
";

const ESTATE: [&str; 5] = ["estate.csv", "--rules", "policy", "--as-of", "2026-11-22"];

#[test]
fn a_forecast_says_what_changes_and_what_the_decision_becomes() {
    let desk = desk();
    let asked = [&["forecast"][..], &ESTATE, &["--until", "+30d"]].concat();
    let ran = desk.run(&asked);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (_, told) = ran
        .stdout
        .split_once("decision ")
        .expect("it has a decision");
    assert_eq!(
        told,
        "     ADMIT

2026-11-25  the decision becomes REFER, was ADMIT
  R-001     It was seen of late
            1 asset from pass to FAIL (high, condition): A-3

2026-12-02  the decision becomes REJECT, was REFER
  R-002     Most were seen of late
            1 organisation from pass to FAIL (critical, block): not declared
  R-001     It was seen of late
            2 assets from pass to FAIL (high, condition): A-1, A-2

NOTES
  - with nothing else changed: updates, ends of support and holes that become known after 2026-08-18
    are not in it

something changes on 2 days to 2026-12-22

ADMIT today, REFER from 2026-11-25, REJECT from 2026-12-02
"
    );
    let ran = desk.run(&[&asked[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    assert_eq!(
        json["decisions"],
        serde_json::json!([
            { "from": "2026-11-25", "decision": "refer" },
            { "from": "2026-12-02", "decision": "reject" },
        ])
    );
    let change = &json["days"][1]["changes"][0];
    assert_eq!(
        (&change["rule"], &change["count"]),
        (&"R-001".into(), &2.into())
    );
}

#[test]
fn a_check_says_when_its_decision_changes_and_why() {
    let desk = desk();
    let ran = desk.run(&[&["check"][..], &ESTATE].concat());
    let next = "next change 2026-11-25: R-001 (1 asset); the decision becomes REFER\n";
    assert!(ran.stdout.contains(next), "{}", ran.stdout);
    let report = desk
        .run(&[&["check"][..], &ESTATE, &["--format", "json"]].concat())
        .report();
    assert_eq!(
        report.json["summary"]["outlook"],
        serde_json::json!({
            "until": "2027-11-22",
            "is_known": true,
            "changes_on": "2026-11-25",
            "decision": "refer",
            "rules": [{ "rule": "R-001", "count": 1 }],
        })
    );
}

#[test]
fn a_forecast_that_ends_before_it_begins_or_in_another_age_is_refused() {
    let desk = desk();
    for (until, told) in [
        ("2026-11-22", "is not after 2026-11-22"),
        ("2036-11-23", "is more than 10 years after"),
        ("soon", "expected a day that exists"),
        ("48 hours", "expected a day that exists"),
        ("+0d", "is not after 2026-11-22"),
    ] {
        let ran = desk.run(&[&["forecast"][..], &ESTATE, &["--until", until]].concat());
        assert_eq!(ran.code, 2, "{until}");
        assert!(ran.stderr.contains(told), "{until}: {}", ran.stderr);
    }
}
