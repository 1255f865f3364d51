//! `passmuster test`: runs the cases that stand beside the rules, says what they leave open, and,
//! where asked, whether they notice mistakes made in the rules.

mod json;
mod junit;
mod tally;
mod terminal;

use super::data::Known;
use super::exit::{BadInput, ExitStatus};
use super::options::{Options, Test, TestFormat};
use super::output::{Screen, Spool};
use super::rules::{files, load_files};
use crate::catalogue::Catalogue;
use crate::engine::{Bench, coverage, run_cases, run_mutants};
use crate::policy::{Rule, anatomies, mutants};
use anyhow::{Context, Result, anyhow};
use std::sync::Arc;
use tally::Tested;

pub(super) fn run(test: &Test, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let tested = measure(test, Known::open(options).catalogue)?;
    let spool = Spool::open(test.output.as_deref())?;
    let mut out = spool.writer()?;
    match test.format {
        TestFormat::Json => json::write(&tested, &mut out),
        TestFormat::Junit => junit::write(&tested, &mut out),
        TestFormat::Terminal => terminal::write(&tested, test, screen.width, &mut out),
    }
    .and_then(|()| out.flush())
    .context("write the report")?;
    drop(out);
    spool.finish(test.output.as_deref())?;
    let is_enough = |share: Option<u64>, wanted: Option<u8>| {
        wanted.is_none_or(|wanted| share.is_none_or(|share| share >= u64::from(wanted)))
    };
    let holds = tested.failed() == 0
        && is_enough(tested.coverage_percent(), test.min_coverage)
        && is_enough(tested.killed_percent(), test.min_killed);
    Ok(if holds {
        ExitStatus::Done
    } else {
        ExitStatus::Refused
    })
}

fn measure(test: &Test, catalogue: &'static Catalogue) -> Result<Tested> {
    let files = files(&test.rules)?;
    let library = load_files(&files, catalogue)?;
    let prefix = test.only.as_deref().unwrap_or_default().to_uppercase();
    let is_wanted = |id: &str| id.to_uppercase().starts_with(&prefix);
    let rules: Vec<Arc<Rule>> = library
        .rules
        .iter()
        .filter(|rule| is_wanted(&rule.info.id))
        .cloned()
        .collect();
    if rules.is_empty() {
        return Err(anyhow!(BadInput(format!("no rule starts with `{prefix}`"))));
    }
    let bench = Bench {
        all: &library.rules,
        catalogue,
    };
    let cases = run_cases(&rules, bench);
    let anatomies = anatomies(&files, catalogue, &is_wanted);
    let coverage = coverage(&rules, &anatomies, bench);
    let mutants = test.mutate.then(|| {
        let mutants = mutants(&files, catalogue, &is_wanted);
        run_mutants(mutants, &cases, bench)
    });
    Ok(Tested {
        rules,
        cases,
        coverage,
        mutants,
    })
}
