//! `github`: workflow commands, which GitHub turns into annotations of the change.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step, and drops the others silently;
//! so the worst ten of each are written, and the last notice says how many there are. Every line
//! is a command, and nothing from outside begins one.

use super::escape::escape;
use super::verdict::{Causes, thousands, untie};
use super::worst::Worst;
use super::{Format, Options, Renderer};
use crate::model::{Decision, Finding, Outcome, Run, Summary, consequence};
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "github",
    explain: "GitHub annotations: the worst ten errors, warnings and notices, and the totals.",
    hears_all: false,
    make: |out, _: &Options| Box::new(Github::new(out)),
};

/// Annotations of one level that GitHub shows of a step.
const SHOWN: usize = 10;

/// Characters of a text.
const TEXT: usize = 1_000;

struct Github<'w> {
    out: Box<dyn Write + 'w>,
    errors: Worst<String>,
    warnings: Worst<String>,
    /// One less: the totals are a notice, too.
    notices: Worst<String>,
    causes: Causes,
}

impl<'w> Github<'w> {
    fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            out,
            errors: Worst::new(SHOWN),
            warnings: Worst::new(SHOWN),
            notices: Worst::new(SHOWN - 1),
            causes: Causes::default(),
        }
    }
}

impl Renderer for Github<'_> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        if !finding.outcome.is_worth_telling() {
            return Ok(());
        }
        let (level, shown) = match consequence(finding.outcome, finding.gate, finding.severity) {
            Decision::Refer | Decision::Reject => ("error", &mut self.errors),
            Decision::AdmitWithConditions => ("warning", &mut self.warnings),
            Decision::Admit => ("notice", &mut self.notices),
        };
        shown.push(finding, || command(level, finding));
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        for shown in [&self.errors, &self.warnings, &self.notices] {
            for line in shown.iter() {
                writeln!(self.out, "{line}")?;
            }
        }
        let (headline, reason) = self.causes.verdict(run, summary);
        let totals = [
            ("errors", &self.errors),
            ("warnings", &self.warnings),
            ("notices", &self.notices),
        ];
        let totals = totals.map(|(name, shown)| {
            let (len, seen) = (shown.len(), thousands(shown.seen()));
            format!("{len} of {seen} {name}")
        });
        let said = untie(&format!(
            "{headline}: {reason}. Shown: {}",
            totals.join(", ")
        ));
        writeln!(self.out, "::notice title=Passmuster::{}", data(&said))?;
        self.out.flush()
    }
}

fn command(level: &str, finding: &Finding) -> String {
    let mut place = format!(
        "file={}",
        property(finding.place.file.trim_start_matches("./"))
    );
    for (key, value) in [("line", finding.place.line), ("col", finding.place.column)] {
        if value > 0 {
            place = format!("{place},{key}={value}");
        }
    }
    let title = property(&format!("{} {}", finding.rule.id, finding.rule.title));
    let name = finding.subject_name.as_ref().unwrap_or(&finding.subject);
    let said = format!("{}: {}", escape(name, 200), finding.reason);
    let said = match finding.outcome {
        Outcome::Fail => said,
        other => format!("{other}: {said}"),
    };
    format!("::{level} {place},title={title}::{}", data(&said))
}

/// Line ends are written out already, so only the sign that escapes has to be escaped.
fn data(text: &str) -> String {
    escape(text, TEXT).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    fn report(sample: &Sample) -> String {
        sample.report("github", &Options::default())
    }

    #[test]
    fn an_annotation_names_file_line_and_rule() {
        let report = report(&Sample::supplier(9));
        assert_eq!(
            report.lines().next(),
            Some(
                "::error file=northmoor/assets.yaml,line=12,col=5,title=WAN-001 The MS17-010 fix \
                 is installed::ward-000: no installed update carries the fix for MS17-010"
            )
        );
    }

    #[test]
    fn the_worst_ten_are_shown_and_all_are_counted() {
        let report = report(&Sample::supplier(100));
        let of = |level: &str| {
            report
                .lines()
                .filter(|line| line.starts_with(level))
                .count()
        };
        assert_eq!(
            (of("::error"), of("::warning"), of("::notice")),
            (10, 10, 1)
        );
        let last = report.lines().last().unwrap_or_default();
        assert!(
            last.starts_with("::notice title=Passmuster::REJECT: 2 rules"),
            "{last}"
        );
        assert!(
            last.ends_with("Shown: 10 of 60 errors, 10 of 28 warnings, 0 of 0 notices"),
            "{last}"
        );
    }

    #[test]
    fn nothing_from_outside_begins_a_command_or_ends_a_property() {
        let mut sample = Sample::empty();
        let mut finding = sample.finding(0, "a\n::set-env name=A::b", 1);
        finding.outcome = Outcome::Fail;
        finding.place.file = "a,line=9::x%0A::stop.csv".into();
        sample.findings.push(finding);
        let report = report(&sample);
        assert_eq!(report.lines().count(), 2, "{report}");
        assert!(
            report.starts_with("::error file=a%2Cline=9%3A%3Ax%250A%3A%3Astop.csv,line=1,"),
            "{report}"
        );
    }
}
