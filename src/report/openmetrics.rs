//! `openmetrics`: counts and days for Prometheus and Grafana, as text: for the textfile collector
//! of a node exporter, or a gateway.
//!
//! Only gauges, so that readers of the older Prometheus text take it too. Numbers by rule, never by
//! asset: the series do not grow with the estate. Days are seconds since 1970 at midnight in UTC.

use super::escape::escape;
use super::verdict::{Horizon, Outlook};
use super::{Format, Options, Renderer};
use crate::model::{Counts, Decision, Finding, Outcome, RuleInfo, Run, Severity, Summary};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "openmetrics",
    explain: "OpenMetrics text, for Prometheus: counts by rule, and the days to come.",
    hears_all: false,
    make: |out, _: &Options| Box::new(OpenMetrics { out }),
};

/// Characters of a label's value.
const LABEL: usize = 300;

struct OpenMetrics<'w> {
    out: Box<dyn Write + 'w>,
}

impl Renderer for OpenMetrics<'_> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, _: &Finding) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        let page = page(run, summary).map_err(io::Error::other)?;
        self.out.write_all(page.as_bytes())?;
        self.out.flush()
    }
}

/// The series of one run. Each carries whose run it is, and by which profile.
struct Page<'r> {
    run: &'r Run,
    text: String,
}

fn page(run: &Run, summary: &Summary) -> Result<String, fmt::Error> {
    let mut page = Page {
        run,
        text: String::new(),
    };
    page.family("passmuster_run_info", "What was judged, by what.")?;
    let hashes = [
        ("declared", &*run.declared),
        ("name", &*run.organisation),
        ("policy_sha256", &*run.policy_sha256),
        ("catalogue_sha256", &*run.catalogue_sha256),
    ];
    page.sample("passmuster_run_info", &hashes, 1)?;
    page.family(
        "passmuster_decision",
        "1 for the decision of the run, else 0.",
    )?;
    for decision in DECISIONS {
        let is = u8::from(summary.decision() == Some(decision));
        page.sample("passmuster_decision", &[("decision", decision.name())], is)?;
    }
    page.one(
        "passmuster_subjects",
        "How many things were judged.",
        summary.subjects,
    )?;
    page.one(
        "passmuster_assets",
        "How many of them were assets.",
        summary.assets,
    )?;
    page.family(
        "passmuster_outcomes",
        "How many subjects each rule came to which outcome on.",
    )?;
    for (index, rule) in run.rules.iter().enumerate() {
        let counts = summary.rules.get(index).map(|rule| rule.counts);
        page.rule(rule, counts.unwrap_or_default())?;
    }
    page.family(
        "passmuster_rules_failed",
        "How many rules fail, by their worst failure.",
    )?;
    for severity in Severity::ALL {
        let worst = summary.rules.values().filter_map(|rule| rule.worst_fail);
        let count = worst.filter(|(_, worst)| *worst == severity).count();
        page.sample(
            "passmuster_rules_failed",
            &[("severity", severity.name())],
            count,
        )?;
    }
    page.days(summary)?;
    page.text.push_str("# EOF\n");
    Ok(page.text)
}

const DECISIONS: [Decision; 4] = [
    Decision::Admit,
    Decision::AdmitWithConditions,
    Decision::Refer,
    Decision::Reject,
];

impl Page<'_> {
    fn family(&mut self, name: &str, help: &str) -> fmt::Result {
        writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} gauge")
    }

    fn one(&mut self, name: &str, help: &str, value: impl Display) -> fmt::Result {
        self.family(name, help)?;
        self.sample(name, &[], value)
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) -> fmt::Result {
        let run = self.run;
        let all = [
            ("organisation", run.organisation_id.as_str()),
            ("profile", run.profile.0.as_str()),
        ];
        write!(self.text, "{name}{{")?;
        for (index, (label, said)) in all.iter().chain(labels).enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(self.text, "{comma}{label}=\"{}\"", quoted(said))?;
        }
        writeln!(self.text, "}} {value}")
    }

    fn rule(&mut self, rule: &RuleInfo, counts: Counts) -> fmt::Result {
        for outcome in Outcome::ALL {
            let labels = [
                ("rule", rule.id.as_str()),
                ("severity", rule.severity.name()),
                ("gate", rule.gate.name()),
                ("outcome", outcome.name()),
            ];
            self.sample("passmuster_outcomes", &labels, counts.of(outcome))?;
        }
        Ok(())
    }

    fn days(&mut self, summary: &Summary) -> fmt::Result {
        let run = self.run;
        let turned = Outlook::of(run, summary).and_then(|outlook| outlook.turned);
        let all = [
            ("as_of", "The day the answers are about.", Some(run.as_of)),
            (
                "catalogue",
                "The newest fact in the catalogue.",
                Some(run.catalogue_date),
            ),
            (
                "next_change",
                "The next day on which outcomes change.",
                Horizon::of(run, summary).map(|horizon| horizon.changes_on),
            ),
            (
                "decision_change",
                "The next day on which the decision changes.",
                turned.map(|turned| turned.date),
            ),
            (
                "earliest_condition",
                "The last day of the earliest condition or waiver.",
                summary.earliest_condition,
            ),
        ];
        for (name, help, day) in all {
            if let Some(seconds) = day.and_then(seconds) {
                let name = format!("passmuster_{name}_timestamp_seconds");
                self.one(&name, help, seconds)?;
            }
        }
        Ok(())
    }
}

fn seconds(day: Date) -> Option<i64> {
    let midnight = day.to_zoned(TimeZone::UTC).ok()?;
    Some(midnight.timestamp().as_second())
}

/// A text as the value of a label: on one line, its quotes and backslashes escaped.
fn quoted(text: &str) -> String {
    escape(text, LABEL)
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    #[test]
    fn counts_stand_by_rule_and_outcome() {
        let report = Sample::supplier(9).report("openmetrics", &Options::default());
        for line in [
            "passmuster_decision{organisation=\"Northmoor Digital Care Ltd\",profile=\"hssf\",decision=\"reject\"} 1",
            "passmuster_decision{organisation=\"Northmoor Digital Care Ltd\",profile=\"hssf\",decision=\"admit\"} 0",
            "passmuster_outcomes{organisation=\"Northmoor Digital Care Ltd\",profile=\"hssf\",rule=\"WAN-001\",severity=\"critical\",gate=\"block\",outcome=\"fail\"} 2",
            "passmuster_as_of_timestamp_seconds{organisation=\"Northmoor Digital Care Ltd\",profile=\"hssf\"} 1795305600",
        ] {
            assert!(report.lines().any(|one| one == line), "{line}\n{report}");
        }
        assert!(report.ends_with("# EOF\n"));
    }

    #[test]
    fn nothing_checked_is_no_decision_at_all() {
        let report = Sample::empty().report("openmetrics", &Options::default());
        let ones = report
            .lines()
            .filter(|line| line.starts_with("passmuster_decision{"));
        assert!(ones.clone().count() == 4 && ones.clone().all(|line| line.ends_with(" 0")));
    }

    #[test]
    fn a_label_ends_where_it_should() {
        assert_eq!(quoted("a\"} 1\nb\\"), "a\\\"} 1\\\\nb\\\\");
    }
}
