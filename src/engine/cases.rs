//! Runs the cases beside the rules.

use super::judge::{Judge, Material};
use crate::catalogue::Catalogue;
use crate::model::{Declaration, Outcome, Place, RuleInfo, Severity, Summary};
use crate::policy::{Case, Mutant, Rule};
use rayon::prelude::*;
use std::sync::Arc;

/// How a case came out.
#[derive(Debug)]
pub struct CaseRun {
    pub rule: Arc<RuleInfo>,
    pub case: String,
    pub place: Place,
    pub end: CaseEnd,
    /// An outcome, with the severity where the case names one: `fail high`.
    pub expected: String,
    pub found: String,
    /// What the rule said.
    pub why: String,
    /// Why the case may fail, where it is one to do.
    pub todo: Option<String>,
}

/// A case to do fails as foreseen, or is done and should say so no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseEnd {
    Done,
    Failed,
    Passed,
    Todo,
}

/// A mutant, and the first case that noticed it.
#[derive(Debug)]
pub struct MutantRun {
    pub rule: String,
    pub place: Place,
    pub change: String,
    pub killed_by: Option<String>,
}

/// What cases are run with.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// Every rule of the policy: one may count the failures of another.
    pub all: &'a [Arc<Rule>],
    pub catalogue: &'a Catalogue,
}

/// Runs every case of some rules, in order.
pub fn run_cases(rules: &[Arc<Rule>], bench: Bench<'_>) -> Vec<CaseRun> {
    let cases: Vec<_> = rules
        .iter()
        .flat_map(|rule| rule.cases.iter().map(move |case| (rule, case)))
        .collect();
    cases
        .par_iter()
        .map(|(rule, case)| run_case(rule, case, bench))
        .collect()
}

/// Runs each mutant against the cases of its rule. Cases to do are left out, as are mutants of
/// rules whose cases fail anyway.
pub fn run_mutants(mutants: Vec<Mutant>, cases: &[CaseRun], bench: Bench<'_>) -> Vec<MutantRun> {
    let fails = |id: &str| {
        cases
            .iter()
            .any(|run| run.end == CaseEnd::Failed && run.rule.id == id)
    };
    mutants
        .into_par_iter()
        .filter(|mutant| !fails(&mutant.rule.info.id))
        .map(|mutant| run_mutant(mutant, bench))
        .collect()
}

fn run_mutant(mutant: Mutant, bench: Bench<'_>) -> MutantRun {
    let rule = Arc::new(mutant.rule);
    let id = &rule.info.id;
    let original = bench.all.iter().find(|rule| rule.info.id == *id);
    let cases = original.map(|rule| rule.cases.as_slice());
    let killed_by = cases
        .unwrap_or_default()
        .iter()
        .filter(|case| case.todo.is_none())
        .find(|case| run_case(&rule, case, bench).end == CaseEnd::Failed)
        .map(|case| case.name.clone());
    MutantRun {
        rule: rule.info.id.clone(),
        place: mutant.place,
        change: mutant.change,
        killed_by,
    }
}

fn run_case(rule: &Arc<Rule>, case: &Case, bench: Bench<'_>) -> CaseRun {
    let (outcome, severity, why) = bench.judge(rule, case, |judge| {
        judge.outcome(rule, case.subject.clone())
    });
    let severity_fits =
        outcome != Outcome::Fail || case.severity.is_none_or(|wanted| wanted == severity);
    let end = match (outcome == case.expect && severity_fits, &case.todo) {
        (false, None) => CaseEnd::Failed,
        (false, Some(_)) => CaseEnd::Todo,
        (true, None) => CaseEnd::Passed,
        (true, Some(_)) => CaseEnd::Done,
    };
    CaseRun {
        rule: Arc::clone(&rule.info),
        case: case.name.clone(),
        place: case.place.clone(),
        end,
        expected: words(case.expect, case.severity),
        found: words(outcome, case.severity.map(|_| severity)),
        why,
        todo: case.todo.clone(),
    }
}

impl Bench<'_> {
    /// Asks a judge of what is given in a case, by its rule alone.
    pub(super) fn judge<T>(
        &self,
        rule: &Arc<Rule>,
        case: &Case,
        ask: impl FnOnce(&Judge<'_>) -> T,
    ) -> T {
        let material = Material {
            rules: std::slice::from_ref(rule),
            waivers: &[],
            catalogue: self.catalogue,
            declaration: &case.declaration,
            today: case.today,
        };
        let counted = self.counted(material, case);
        ask(&Judge::new(Material {
            declaration: counted.as_ref().unwrap_or(&case.declaration),
            ..material
        }))
    }

    /// The declaration of a case with the assets around it counted, where its rule wants that.
    fn counted(&self, material: Material<'_>, case: &Case) -> Option<Declaration> {
        let own = material.rules.iter();
        let questions: Vec<_> = own.flat_map(|rule| rule.over_estate()).collect();
        if questions.is_empty() {
            return None;
        }
        let counted = questions.iter().filter_map(|question| question.counts());
        let counted: Vec<_> = counted.map(|(rule, _)| rule).collect();
        let is_asked = |rule: &&Arc<Rule>| counted.contains(&rule.info.id.as_str());
        let asked = self.all.iter().filter(is_asked);
        let rules: Vec<_> = material.rules.iter().chain(asked).cloned().collect();
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
}

fn words(outcome: Outcome, severity: Option<Severity>) -> String {
    match severity {
        Some(severity) if outcome == Outcome::Fail => format!("{outcome} {severity}"),
        _ => outcome.to_string(),
    }
}
