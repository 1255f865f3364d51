//! Which outcomes of which branch of a rule its cases reach: of the rule as a whole, of each of its
//! conditions, and of each leaf asked by itself. A leaf whose failure no case shows could say
//! anything.

use super::cases::Bench;
use crate::model::{Outcome, Place};
use crate::policy::{Anatomy, Case, Part, Rule};
use rayon::prelude::*;
use std::sync::Arc;

/// The branches of one rule.
#[derive(Debug)]
pub struct RuleCoverage {
    pub rule: String,
    pub branches: Vec<Branch>,
}

/// One branch, with the outcomes it can have and those that a case shows.
#[derive(Debug)]
pub struct Branch {
    /// `rule`, `where`, `grade 2`, or a leaf as it is written.
    pub name: String,
    pub place: Place,
    pub possible: Vec<Outcome>,
    pub reached: Vec<Outcome>,
}

impl Branch {
    fn new(name: &str, place: &Place, possible: &[Outcome]) -> Self {
        Self {
            name: name.to_owned(),
            place: place.clone(),
            possible: possible.to_vec(),
            reached: Vec::new(),
        }
    }

    /// The outcomes that no case reaches.
    pub fn missing(&self) -> impl Iterator<Item = Outcome> {
        let is_missing = |outcome: &Outcome| !self.reached.contains(outcome);
        self.possible.iter().copied().filter(is_missing)
    }

    fn reach(&mut self, outcome: Outcome) {
        if self.possible.contains(&outcome) && !self.reached.contains(&outcome) {
            self.reached.push(outcome);
        }
    }
}

impl RuleCoverage {
    /// Outcomes reached, and outcomes possible, over all branches.
    pub fn counts(&self) -> (usize, usize) {
        let sum = |count: fn(&Branch) -> usize| self.branches.iter().map(count).sum();
        (
            sum(|branch| branch.reached.len()),
            sum(|branch| branch.possible.len()),
        )
    }
}

/// What the cases of each rule reach, in the order of the anatomies. Cases to do count for nothing.
pub fn coverage(rules: &[Arc<Rule>], anatomies: &[Anatomy], bench: Bench<'_>) -> Vec<RuleCoverage> {
    anatomies
        .par_iter()
        .filter_map(|anatomy| {
            let rule = rules.iter().find(|rule| rule.info.id == anatomy.rule)?;
            Some(cover(rule, anatomy, bench))
        })
        .collect()
}

fn cover(rule: &Arc<Rule>, anatomy: &Anatomy, bench: Bench<'_>) -> RuleCoverage {
    let mut branches = branches(anatomy);
    for case in rule.cases.iter().filter(|case| case.todo.is_none()) {
        reach(rule, anatomy, case, bench, &mut branches);
    }
    RuleCoverage {
        rule: anatomy.rule.clone(),
        branches,
    }
}

/// The branches in the order in which [`reach`] walks them.
fn branches(anatomy: &Anatomy) -> Vec<Branch> {
    let possible = possible(anatomy);
    let mut branches = Vec::new();
    if let Some(first) = anatomy.parts.first() {
        branches.push(Branch::new("rule", &first.place, &possible));
    }
    for part in &anatomy.parts {
        if is_branch(part, anatomy) {
            branches.push(Branch::new(&part.name, &part.place, part.possible));
        }
        for leaf in &part.leaves {
            branches.push(Branch::new(&leaf.text, &leaf.place, leaf.possible));
        }
    }
    branches
}

/// What the rule as a whole can come to.
fn possible(anatomy: &Anatomy) -> Vec<Outcome> {
    let mut possible = Vec::new();
    for outcome in [Outcome::Pass, Outcome::Fail, Outcome::Unknown] {
        let can = |part: &Part| {
            part.possible.contains(&outcome) && (!is_where(part) || outcome == Outcome::Unknown)
        };
        if anatomy.parts.iter().any(can) {
            possible.push(outcome);
        }
    }
    if anatomy.parts.iter().any(is_where) {
        possible.push(Outcome::NotApplicable);
    }
    possible
}

/// An only check is the rule once more.
fn is_branch(part: &Part, anatomy: &Anatomy) -> bool {
    let checks = anatomy.parts.iter().filter(|part| !is_where(part)).count();
    is_where(part) || checks > 1
}

fn reach(
    rule: &Arc<Rule>,
    anatomy: &Anatomy,
    case: &Case,
    bench: Bench<'_>,
    branches: &mut [Branch],
) {
    let whole = bench.judge(rule, case, |judge| {
        judge.outcome(rule, case.subject.clone()).0
    });
    let applies = whole != Outcome::NotApplicable;
    let mut trees = Vec::new();
    for part in &anatomy.parts {
        // Where the rule does not apply, its checks decide nothing.
        let counts = applies || is_where(part);
        if is_branch(part, anatomy) {
            trees.push((counts, &part.tree));
        }
        trees.extend(part.leaves.iter().map(|leaf| (counts, &leaf.tree)));
    }
    let asked = trees.iter().map(|(_, tree)| *tree);
    let outcomes = bench.judge(rule, case, |judge| {
        judge.outcomes(asked, case.subject.clone())
    });
    let Some((first, rest)) = branches.split_first_mut() else {
        return;
    };
    first.reach(whole);
    for ((branch, outcome), (counts, _)) in rest.iter_mut().zip(outcomes).zip(trees) {
        if counts {
            branch.reach(outcome);
        }
    }
}

fn is_where(part: &Part) -> bool {
    part.name == "where"
}
