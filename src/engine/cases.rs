//! Runs the cases beside the rules.

use super::judge::{Judge, Material};
use crate::catalogue::Catalogue;
use crate::model::{Declaration, Outcome, Place, Summary};
use crate::policy::{Case, Rule};
use rayon::prelude::*;
use std::sync::Arc;

/// A case that did not come out as its author expects.
#[derive(Debug)]
pub struct CaseFailure {
    pub rule: String,
    pub case: String,
    pub place: Place,
    pub expected: String,
    pub found: String,
    /// What the rule said.
    pub why: String,
}

/// Runs every case of every rule; returns how many there were, and those that failed in order.
pub fn run_cases(rules: &[Arc<Rule>], catalogue: &Catalogue) -> (usize, Vec<CaseFailure>) {
    let all: Vec<_> = rules
        .iter()
        .flat_map(|rule| rule.cases.iter().map(move |case| (rule, case)))
        .collect();
    let failures = all
        .par_iter()
        .filter_map(|(rule, case)| run_case(rule, case, rules, catalogue))
        .collect();
    (all.len(), failures)
}

fn run_case(
    rule: &Arc<Rule>,
    case: &Case,
    all: &[Arc<Rule>],
    catalogue: &Catalogue,
) -> Option<CaseFailure> {
    let material = Material {
        rules: std::slice::from_ref(rule),
        waivers: &[],
        catalogue,
        declaration: &case.declaration,
        today: case.today,
    };
    let counted = counted(material, case, all);
    let judge = Judge::new(Material {
        declaration: counted.as_ref().unwrap_or(&case.declaration),
        ..material
    });
    let (outcome, severity, why) = judge.outcome(rule, case.subject.clone());
    let severity_fits =
        outcome != Outcome::Fail || case.severity.is_none_or(|wanted| wanted == severity);
    if outcome == case.expect && severity_fits {
        return None;
    }
    let word = |outcome: Outcome, severity: Option<_>| match severity {
        Some(severity) if outcome == Outcome::Fail => format!("{outcome} {severity}"),
        _ => outcome.to_string(),
    };
    Some(CaseFailure {
        rule: rule.info.id.clone(),
        case: case.name.clone(),
        place: case.place.clone(),
        expected: word(case.expect, case.severity),
        found: word(outcome, case.severity.map(|_| severity)),
        why,
    })
}

/// The declaration of a case with the assets around it counted, where its rule wants that.
fn counted(material: Material<'_>, case: &Case, all: &[Arc<Rule>]) -> Option<Declaration> {
    let shares: Vec<_> = material
        .rules
        .iter()
        .flat_map(|rule| rule.shares())
        .collect();
    if shares.is_empty() {
        return None;
    }
    let is_asked = |rule: &&Arc<Rule>| shares.iter().any(|share| share.rule == rule.info.id);
    let rules: Vec<_> = material
        .rules
        .iter()
        .chain(all.iter().filter(is_asked))
        .cloned()
        .collect();
    let judge = Judge::new(Material {
        rules: &rules,
        ..material
    });
    let mut summary = Summary::default();
    for asset in &case.assets {
        judge.subject(asset.clone(), false, &mut summary, &mut |_| {});
    }
    Some(judge.counted(&summary))
}
