//! The cases for people: what failed, what is to do, what no case shows, and the sum.

use super::super::options::Test;
use super::tally::Tested;
use crate::engine::{Branch, CaseEnd, CaseRun, MutantRun, RuleCoverage};
use crate::model::Outcome;
use crate::report::escape;
use std::io::{self, Write};

/// Rules whose gaps are shown unless all are asked for.
const SHOWN: usize = 5;

/// Characters of one text.
const LONGEST: usize = 2_000;

pub(super) fn write(
    tested: &Tested,
    test: &Test,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for run in &tested.cases {
        case(run, width, out)?;
    }
    for survivor in tested.survivors() {
        mutant(survivor, width, out)?;
    }
    gaps(tested, test.coverage, width, out)?;
    sums(tested, out)
}

fn case(run: &CaseRun, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let said = format!(
        "expected {}, found {}: {}",
        run.expected, run.found, run.why
    );
    let todo = run.todo.as_deref().unwrap_or_default();
    let (word, detail) = match run.end {
        CaseEnd::Done => ("DONE", format!("passes now: remove `todo: {todo}`")),
        CaseEnd::Failed => ("FAILED", said),
        CaseEnd::Passed => return Ok(()),
        CaseEnd::Todo => ("TODO", format!("{todo} ({said})")),
    };
    let head = format!("{word:<9}{}  {}", run.rule.id, run.case);
    entry(&head, &run.place.to_string(), &detail, width, out)
}

fn mutant(run: &MutantRun, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let head = format!("SURVIVED {}", run.rule);
    let place = run.place.to_string();
    let detail = format!("no case notices {}", run.change);
    entry(&head, &place, &detail, width, out)
}

fn entry(
    head: &str,
    place: &str,
    detail: &str,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    hang(head, "", width, out)?;
    writeln!(out, "         {}", escape(place, LONGEST))?;
    hang(detail, "         ", width, out)?;
    writeln!(out)
}

/// What no case reaches, by rule.
fn gaps(tested: &Tested, all: bool, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let open: Vec<_> = tested
        .coverage
        .iter()
        .filter(|rule| rule.branches.iter().any(has_gap))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    writeln!(out, "No case shows")?;
    let shown = if all { open.len() } else { SHOWN };
    for rule in open.iter().take(shown) {
        rule_gaps(rule, width, out)?;
    }
    if let Some(rest) = open.len().checked_sub(shown).filter(|rest| *rest > 0) {
        let rules = if rest == 1 { "rule" } else { "rules" };
        writeln!(out, "  and more of {rest} {rules}; --coverage lists all")?;
    }
    writeln!(out)
}

fn has_gap(branch: &Branch) -> bool {
    branch.missing().next().is_some()
}

fn rule_gaps(rule: &RuleCoverage, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for branch in rule.branches.iter().filter(|branch| has_gap(branch)) {
        let missing: Vec<_> = branch.missing().map(Outcome::name).collect();
        let line = format!(
            "{:<8} {}: {} ({})",
            rule.rule,
            branch.name,
            missing.join(", "),
            branch.place
        );
        hang(&line, "  ", width, out)?;
    }
    Ok(())
}

fn sums(tested: &Tested, out: &mut dyn Write) -> io::Result<()> {
    let rules = tested.rules.len();
    let passed = tested.count(CaseEnd::Passed) + tested.count(CaseEnd::Done);
    write!(
        out,
        "{rules} {}, {} cases: {passed} passed, {} failed",
        if rules == 1 { "rule" } else { "rules" },
        tested.cases.len(),
        tested.failed(),
    )?;
    match tested.count(CaseEnd::Todo) {
        0 => writeln!(out)?,
        todo => writeln!(out, ", {todo} to do")?,
    }
    let (reached, possible) = tested.reached();
    if let Some(percent) = tested.coverage_percent() {
        writeln!(
            out,
            "coverage: {reached} of {possible} outcomes of branches, {percent} %"
        )?;
    }
    if let (Some((killed, all)), Some(percent)) = (tested.killed(), tested.killed_percent()) {
        writeln!(out, "mutants: {killed} of {all} killed, {percent} %")?;
    }
    Ok(())
}

/// A text from a policy, wrapped below itself.
fn hang(text: &str, indent: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let deeper = format!("{indent}         ");
    let below = if indent.len() > 2 { indent } else { &deeper };
    let options = textwrap::Options::new(width)
        .initial_indent(indent)
        .subsequent_indent(below);
    writeln!(out, "{}", textwrap::fill(&escape(text, LONGEST), options))
}
