//! `passmuster test`: runs the cases that stand beside the rules.

use super::data::Known;
use super::exit::{BadInput, ExitStatus};
use super::options::{Options, Test};
use super::output::Screen;
use super::rules::{load, print};
use crate::engine::{CaseFailure, run_cases};
use anyhow::{Result, anyhow};
use std::fmt::Write;

pub(super) fn run(test: &Test, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let catalogue = Known::open(options).catalogue;
    let library = load(&test.rules, catalogue)?;
    let prefix = test.only.as_deref().unwrap_or_default().to_uppercase();
    let rules: Vec<_> = library
        .rules
        .iter()
        .filter(|rule| rule.info.id.to_uppercase().starts_with(&prefix))
        .cloned()
        .collect();
    if rules.is_empty() {
        return Err(anyhow!(BadInput(format!("no rule starts with `{prefix}`"))));
    }
    let (count, failures) = run_cases(&rules, catalogue);
    let mut out = String::new();
    for failure in &failures {
        tell(failure, screen.width, &mut out);
    }
    let _ = writeln!(
        out,
        "{} {}, {count} cases: {} passed, {} failed",
        rules.len(),
        if rules.len() == 1 { "rule" } else { "rules" },
        count - failures.len(),
        failures.len()
    );
    print(&out)?;
    Ok(if failures.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Refused
    })
}

fn tell(failure: &CaseFailure, width: usize, out: &mut String) {
    let head = format!("FAILED {}  {}", failure.rule, failure.case);
    let detail = format!(
        "expected {}, found {}: {}",
        failure.expected, failure.found, failure.why
    );
    let options = textwrap::Options::new(width)
        .initial_indent("       ")
        .subsequent_indent("       ");
    let _ = writeln!(
        out,
        "{head}\n       {}\n{}\n",
        failure.place,
        textwrap::fill(&detail, options)
    );
}
