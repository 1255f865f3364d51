//! `csv-organisation`: the decision and its counts in one row, to be put under those of other
//! organisations and days.

use super::{Table, VERSION, cell, day, known};
use crate::model::{Decision, Finding, Gate, Run, Severity, Summary};
use crate::report::verdict::{Causes, Horizon, Outlook, untie};
use crate::report::{Format, Options, Renderer};
use std::io;

pub(super) const FORMAT: Format = Format {
    name: "csv-organisation",
    explain: "One row: the decision and its counts, to be put under those of others.",
    hears_all: false,
    make: |out, _: &Options| {
        Box::new(Organisation {
            table: Table::new(out),
            causes: Causes::default(),
        })
    },
};

struct Organisation<'w> {
    table: Table<'w>,
    causes: Causes,
}

impl Renderer for Organisation<'_> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        let cells = cells(run, summary, &self.causes);
        self.table.row(cells.iter().map(|(column, _)| *column))?;
        self.table.row(cells.iter().map(|(_, value)| value))?;
        self.table.flush()
    }
}

/// Columns with their values, in order.
fn cells(run: &Run, summary: &Summary, causes: &Causes) -> Vec<(&'static str, String)> {
    let (headline, reason) = causes.verdict(run, summary);
    let totals = summary.totals();
    let horizon = Horizon::of(run, summary);
    let outlook = Outlook::of(run, summary).and_then(|outlook| outlook.turned);
    let decision = summary.decision().map(Decision::name);
    let turned = outlook.as_ref().and_then(|turned| turned.decision);
    vec![
        ("schema_version", VERSION.to_owned()),
        ("organisation_id", cell(&run.organisation_id)),
        ("organisation", cell(&run.organisation)),
        ("declared", cell(&run.declared)),
        ("applies_for", known(run.applies_for.as_deref())),
        ("profile", cell(&run.profile.0)),
        ("as_of", run.as_of.to_string()),
        ("decision", decision.unwrap_or("none").to_owned()),
        ("verdict", cell(&untie(&format!("{headline}: {reason}")))),
        ("subjects", summary.subjects.to_string()),
        ("assets", summary.assets.to_string()),
        ("outcomes_applicable", totals.applicable().to_string()),
        ("pass", totals.pass.to_string()),
        ("fail", totals.fail.to_string()),
        ("unknown", totals.unknown.to_string()),
        ("conflict", totals.conflict.to_string()),
        ("waived", totals.waived.to_string()),
        ("not_applicable", totals.not_applicable.to_string()),
        ("rules", run.rules.len().to_string()),
        ("rules_failed", rules_failed(summary, |_| true)),
        (
            "rules_failed_block",
            rules_failed(summary, |(gate, _)| gate == Gate::Block),
        ),
        (
            "rules_failed_critical",
            rules_failed(summary, |(_, severity)| severity == Severity::Critical),
        ),
        (
            "next_change",
            day(horizon.map(|horizon| horizon.changes_on)),
        ),
        (
            "decision_changes",
            day(outlook.as_ref().map(|turned| turned.date)),
        ),
        (
            "decision_becomes",
            turned
                .map(|decision| decision.name().to_owned())
                .unwrap_or_default(),
        ),
        ("earliest_condition", day(summary.earliest_condition)),
        ("policy_sha256", cell(&run.policy_sha256)),
        ("catalogue_date", run.catalogue_date.to_string()),
        ("catalogue_sha256", cell(&run.catalogue_sha256)),
    ]
}

/// How many rules fail, of those whose worst failure is of interest.
fn rules_failed(summary: &Summary, of_interest: impl Fn((Gate, Severity)) -> bool) -> String {
    let worst = summary.rules.values().filter_map(|rule| rule.worst_fail);
    worst
        .filter(|worst| of_interest(*worst))
        .count()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    #[test]
    fn the_decision_is_one_row() {
        let report = Sample::supplier(9).report("csv-organisation", &Options::default());
        let mut rows = ::csv::Reader::from_reader(report.as_bytes());
        let head = rows.headers().expect("there is a head").clone();
        let rows: Vec<_> = rows.records().collect::<Result<_, _>>().expect("it is CSV");
        let of = |column: &str| {
            let at = head.iter().position(|name| name == column);
            rows[0]
                .get(at.expect("there is such a column"))
                .unwrap_or_default()
        };
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (of("decision"), of("fail"), of("rules_failed")),
            ("reject", "6", "4")
        );
        assert_eq!(
            (of("next_change"), of("earliest_condition")),
            ("2027-01-13", "2027-02-28")
        );
    }

    #[test]
    fn nothing_checked_is_no_decision() {
        let report = Sample::empty().report("csv-organisation", &Options::default());
        assert!(
            report.contains(",none,NO DECISION: nothing was checked,"),
            "{report}"
        );
    }
}
