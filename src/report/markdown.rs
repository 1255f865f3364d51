//! `markdown`: the decision, the rules that are not met and the worst findings, for
//! `$GITHUB_STEP_SUMMARY` and comments on a change. Within the 1 MiB that GitHub takes of a step;
//! what was left out is said.

use super::escape::markdown;
use super::verdict::{Causes, thousands, untie, what_is_next};
use super::worst::Worst;
use super::{Format, Options, Renderer};
use crate::model::{Counts, Finding, Outcome, Run, Summary, consequence};
use std::fmt::Write as _;
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "markdown",
    explain: "Markdown, for step summaries: the decision and the worst 200 findings.",
    hears_all: false,
    make: |out, _: &Options| Box::new(Markdown::new(out)),
};

const ROWS: usize = 200;

/// Rules and notes that are listed.
const RULES: usize = 100;
const NOTES: usize = 20;

/// Characters of a cell.
const CELL: usize = 300;

/// Bytes of all rows together: with 100 rules and 20 notes far from 1 MiB.
const BYTES: usize = 384 * 1024;

struct Markdown<'w> {
    out: Box<dyn Write + 'w>,
    rows: Worst<String>,
    causes: Causes,
}

impl<'w> Markdown<'w> {
    fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            out,
            rows: Worst::new(ROWS),
            causes: Causes::default(),
        }
    }
}

impl Renderer for Markdown<'_> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        if finding.outcome.is_worth_telling() {
            self.rows.push(finding, || row(finding));
        }
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        let (headline, reason) = self.causes.verdict(run, summary);
        let organisation = markdown(&run.organisation, CELL);
        let reason = markdown(&untie(&reason), 2 * CELL);
        let mut page = format!(
            "# {headline}: {organisation}\n\n**{headline}**: {reason}.\n\n{}",
            facts(run, summary)
        );
        page.push_str(&rules(run, summary));
        page.push_str(&findings(&self.rows));
        page.push_str(&notes(run));
        self.out.write_all(page.as_bytes())?;
        self.out.flush()
    }
}

fn facts(run: &Run, summary: &Summary) -> String {
    let hash = |hash: &str| format!("sha256 {}", hash.get(..12).unwrap_or(hash));
    let profile = format!("{} ({})", run.profile.1, run.profile.0);
    let catalogue = format!("{}, {}", run.catalogue_date, hash(&run.catalogue_sha256));
    let judged = format!(
        "{} subjects, of them {} assets",
        thousands(summary.subjects),
        thousands(summary.assets)
    );
    let all = [
        ("Checked", Some(run.declared.clone())),
        ("Applies for", run.applies_for.clone()),
        ("As of", Some(run.as_of.to_string())),
        ("Profile", Some(profile)),
        ("Policy", Some(hash(&run.policy_sha256))),
        ("Catalogue", Some(catalogue)),
        ("Judged", Some(judged)),
        ("Next", what_is_next(run, summary).map(|next| untie(&next))),
    ];
    let mut table = String::from("| Fact | Value |\n| --- | --- |\n");
    for (label, value) in all {
        if let Some(value) = value {
            let _ = writeln!(table, "| {label} | {} |", markdown(&value, CELL));
        }
    }
    table
}

/// The rules that are not met by all, in the order of the policy.
fn rules(run: &Run, summary: &Summary) -> String {
    let open = |counts: Counts| counts.conflict + counts.fail + counts.unknown + counts.waived > 0;
    let rows: Vec<_> = summary
        .rules
        .iter()
        .filter(|(_, rule)| open(rule.counts))
        .filter_map(|(index, rule)| Some((run.rules.get(index)?, rule.counts)))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let mut table = String::from(
        "\n## Rules that are not met by all\n\n\
         | Rule | Title | Gate | Fail | Unknown | Conflict | Waived | Pass | Of |\n\
         | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for (rule, counts) in rows.iter().take(RULES) {
        let numbers = [
            counts.fail,
            counts.unknown,
            counts.conflict,
            counts.waived,
            counts.pass,
            counts.applicable(),
        ]
        .map(thousands)
        .join(" | ");
        let (id, title) = (markdown(&rule.id, 60), markdown(&rule.title, CELL));
        let _ = writeln!(table, "| {id} | {title} | {} | {numbers} |", rule.gate);
    }
    push_rest(&mut table, rows.len().saturating_sub(RULES), "rules");
    table
}

fn findings(rows: &Worst<String>) -> String {
    if rows.len() == 0 {
        return String::new();
    }
    let mut bytes = 0;
    let fitting: Vec<_> = rows
        .iter()
        .take_while(|row| {
            bytes += row.len();
            bytes <= BYTES
        })
        .collect();
    let mut table = format!(
        "\n## Findings\n\n{} of {}, the worst first.\n\n\
         | Outcome | Leads to | Severity | Rule | Subject | Reason | Where |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
        fitting.len(),
        thousands(rows.seen())
    );
    for row in &fitting {
        table.push_str(row);
    }
    let rest = rows.seen() - fitting.len() as u64;
    push_rest(
        &mut table,
        usize::try_from(rest).unwrap_or(usize::MAX),
        "findings",
    );
    table
}

fn row(finding: &Finding) -> String {
    let name = finding.subject_name.as_ref().unwrap_or(&finding.subject);
    let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
    let reason = match (&finding.waiver, finding.due) {
        (Some(waiver), _) if finding.outcome == Outcome::Waived => {
            format!("{} (waiver {})", finding.reason, waiver.id)
        }
        (_, Some(due)) => format!("{} (condition, by {due})", finding.reason),
        _ => finding.reason.clone(),
    };
    format!(
        "| {} | {leads_to} | {} | {} | {} | {} | {} |\n",
        finding.outcome,
        finding.severity,
        markdown(&finding.rule.id, 60),
        markdown(name, 100),
        markdown(&reason, CELL),
        markdown(&finding.place.to_string(), 200),
    )
}

fn notes(run: &Run) -> String {
    if run.notes.is_empty() {
        return String::new();
    }
    let mut list = String::from("\n## Notes\n\n");
    for note in run.notes.iter().take(NOTES) {
        let _ = writeln!(list, "- {}", markdown(note, 2 * CELL));
    }
    push_rest(&mut list, run.notes.len().saturating_sub(NOTES), "notes");
    list
}

fn push_rest(page: &mut String, count: usize, what: &str) {
    if count > 0 {
        let count = thousands(count as u64);
        let _ = writeln!(page, "\n{count} more {what} are in the JSON report.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    fn report(sample: &Sample) -> String {
        sample.report("markdown", &Options::default())
    }

    #[test]
    fn the_decision_stands_first() {
        let report = report(&Sample::supplier(9));
        assert!(
            report.starts_with(
                "# REJECT: Northmoor Digital Care Ltd\n\n**REJECT**: 2 rules fail that block \
                 admission: WAN-001 (2 assets), CE-001 (1 organisation).\n"
            ),
            "{report}"
        );
        assert!(report.contains(
            "| WAN-001 | The MS17-010 fix is installed | block | 2 | 1 | 1 | 0 | 5 | 9 |"
        ));
        assert!(report.contains("\n10 of 10, the worst first.\n"));
    }

    #[test]
    fn a_page_that_is_all_markup_stays_below_the_limit_and_says_what_is_cut() {
        let mut sample = Sample::empty();
        let long = "@".repeat(1_000_000);
        sample.run.notes = vec![long.clone(); 30];
        for n in 0..1000 {
            let mut finding = sample.finding(0, &format!("{n}{long}"), 1);
            finding.outcome = Outcome::Fail;
            finding.reason.clone_from(&long);
            sample.findings.push(finding);
        }
        let report = report(&sample);
        assert!(report.len() < 1024 * 1024, "{}", report.len());
        assert!(report.contains(" more findings are in the JSON report."));
        assert!(report.contains("10 more notes are in the JSON report."));
    }

    #[test]
    fn rows_have_as_many_cells_as_their_head() {
        let report = report(&Sample::hostile());
        let mut width = 0;
        for line in report.lines() {
            let cells = line.replace("\\|", "").matches('|').count();
            if !line.starts_with('|') {
                width = 0;
            } else if width == 0 {
                width = cells;
            } else {
                assert_eq!(cells, width, "{line}");
            }
        }
    }
}
