//! The cases as one JSON document, version 1. Keys are only added.
//!
//! `summary` holds the figures. `cases` has an entry for each case: `rule`, `case`, `at` (file, line
//! and column), `end` (`passed`, `failed`, `todo`, or `done` for a case to do that passes),
//! `expected`, `found`, `why`, and `todo` where there is one. `gaps` has the branches with an
//! outcome that no case reaches. `survivors`, with `--mutate`, has the mistakes that none noticed.

use super::tally::Tested;
use crate::engine::{Branch, CaseEnd, CaseRun, MutantRun};
use crate::model::Outcome;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    summary: Sums,
    cases: Vec<Case<'a>>,
    gaps: Vec<Gap<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    survivors: Option<Vec<Survivor<'a>>>,
}

#[derive(Serialize)]
struct Sums {
    rules: usize,
    cases: usize,
    passed: usize,
    failed: usize,
    todo: usize,
    /// Cases to do that pass.
    done: usize,
    outcomes_reached: usize,
    outcomes_possible: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutants_killed: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutants: Option<usize>,
}

#[derive(Serialize)]
struct Case<'a> {
    rule: &'a str,
    #[serde(rename = "case")]
    name: &'a str,
    at: String,
    end: &'static str,
    expected: &'a str,
    found: &'a str,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<&'a str>,
}

#[derive(Serialize)]
struct Gap<'a> {
    rule: &'a str,
    branch: &'a str,
    at: String,
    missing: Vec<&'static str>,
}

#[derive(Serialize)]
struct Survivor<'a> {
    rule: &'a str,
    at: String,
    change: &'a str,
}

pub(super) fn write(tested: &Tested, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: 1,
        summary: sums(tested),
        cases: tested.cases.iter().map(case).collect(),
        gaps: gaps(tested),
        survivors: tested
            .mutants
            .as_ref()
            .map(|_| tested.survivors().map(survivor).collect()),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn sums(tested: &Tested) -> Sums {
    let (outcomes_reached, outcomes_possible) = tested.reached();
    let killed = tested.killed();
    Sums {
        rules: tested.rules.len(),
        cases: tested.cases.len(),
        passed: tested.count(CaseEnd::Passed),
        failed: tested.failed(),
        todo: tested.count(CaseEnd::Todo),
        done: tested.count(CaseEnd::Done),
        outcomes_reached,
        outcomes_possible,
        mutants_killed: killed.map(|(killed, _)| killed),
        mutants: killed.map(|(_, all)| all),
    }
}

fn case(run: &CaseRun) -> Case<'_> {
    Case {
        rule: &run.rule.id,
        name: &run.case,
        at: run.place.to_string(),
        end: match run.end {
            CaseEnd::Done => "done",
            CaseEnd::Failed => "failed",
            CaseEnd::Passed => "passed",
            CaseEnd::Todo => "todo",
        },
        expected: &run.expected,
        found: &run.found,
        why: &run.why,
        todo: run.todo.as_deref(),
    }
}

fn gaps(tested: &Tested) -> Vec<Gap<'_>> {
    let branches = tested
        .coverage
        .iter()
        .flat_map(|rule| rule.branches.iter().map(move |branch| (rule, branch)));
    branches
        .map(|(rule, branch)| gap(&rule.rule, branch))
        .filter(|gap| !gap.missing.is_empty())
        .collect()
}

fn gap<'a>(rule: &'a str, branch: &'a Branch) -> Gap<'a> {
    Gap {
        rule,
        branch: &branch.name,
        at: branch.place.to_string(),
        missing: branch.missing().map(Outcome::name).collect(),
    }
}

fn survivor(run: &MutantRun) -> Survivor<'_> {
    Survivor {
        rule: &run.rule,
        at: run.place.to_string(),
        change: &run.change,
    }
}
