//! A forecast says what evaluating every single day says.

use super::declarations::{Made, library, make};
use jiff::ToSpan;
use jiff::civil::Date;
use passmuster::engine::{Ahead, Aim, Evaluation, Material, evaluate, look_ahead};
use passmuster::model::{Counts, Decision, Finding, Outcome, Summary};
use passmuster::policy::Library;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;

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
    for (index, rule) in &summary.rules {
        put(&mut counts, *index, rule.counts);
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
    let wrong = (0..=DAYS)
        .zip(&forecast)
        .find(|(number, told)| on(made, library, *number) != **told)?;
    let told = unannounced(made, library);
    Some(format!("from {}:\n{told}", day(made, wrong.0)))
}

#[test]
fn forecasts_of_generated_declarations_are_what_each_day_says() {
    let library = library();
    let from: u64 = std::env::var("SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(0);
    let wrong: Vec<_> = (from..from + 200_u64)
        .into_par_iter()
        .filter_map(|seed| {
            let told = differences(&make(seed, library), library)?;
            Some(format!("seed {seed}, {told}"))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong
            .iter()
            .take(12)
            .cloned()
            .collect::<Vec<_>>()
            .join("\n")
    );
}
