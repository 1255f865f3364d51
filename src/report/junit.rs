//! `junit`: JUnit XML for build servers. The first test case is the decision; then a suite for each
//! rule, with a test case for each finding and one for all subjects that pass.
//!
//! Build servers know passed, failed and skipped. What alone leads to a decision that fails the run
//! (see `--fail-on`) is a failure, or an error where evidence is missing or contradicts itself;
//! what is milder, or does not apply, is skipped, and says what it is. Nothing milder passes. No
//! times and no host are written, so that the same run gives the same bytes.

use super::escape::xml;
use super::verdict::{Causes, of_subjects, thousands, untie};
use super::worst::Worst;
use super::{Format, Options, Renderer};
use crate::model::{Counts, Decision, Finding, Outcome, RuleInfo, Run, Summary, consequence};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::collections::BTreeMap;
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "junit",
    explain: "JUnit XML, for build servers: the decision, then a suite for each rule.",
    hears_all: false,
    make: |out, options| Box::new(Junit::new(out, options)),
};

/// Build servers slow down long before they refuse.
const CASES: usize = 20_000;

/// Characters of a text.
const TEXT: usize = 2_000;

struct Junit<'w> {
    out: Box<dyn Write + 'w>,
    all: bool,
    fails_from: Decision,
    cases: Worst<(usize, Case)>,
    /// By rule, what was told as a case of its own: its passes are not told once more.
    told: BTreeMap<usize, Told>,
    causes: Causes,
}

#[derive(Default)]
struct Told {
    cases: Tests,
    passes: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Error,
    Failed,
    Passed,
    Skipped,
}

/// How many cases came to which end.
#[derive(Default, Clone, Copy)]
struct Tests {
    all: u64,
    errors: u64,
    failures: u64,
    skipped: u64,
}

#[derive(Clone)]
struct Case {
    name: String,
    end: End,
    kind: &'static str,
    message: String,
    text: String,
    file: String,
    line: u32,
}

impl<'w> Junit<'w> {
    fn new(out: Box<dyn Write + 'w>, options: &Options) -> Self {
        Self {
            out,
            all: options.all,
            fails_from: options.fails_from,
            cases: Worst::new(CASES),
            told: BTreeMap::new(),
            causes: Causes::default(),
        }
    }

    /// The cases of each rule, those that stand for many last.
    fn suites(&self, run: &Run, summary: &Summary) -> Vec<Vec<Case>> {
        let mut suites: Vec<Vec<Case>> = run.rules.iter().map(|_| Vec::new()).collect();
        for (rule, case) in self.cases.iter() {
            if let Some(suite) = suites.get_mut(*rule) {
                suite.push(case.clone());
            }
        }
        for (index, (suite, rule)) in suites.iter_mut().zip(&run.rules).enumerate() {
            let told = self.told.get(&index);
            let kept = Tests::of(suite.iter());
            suite.extend(told.and_then(|told| left_out(told.cases, kept)));
            let counts = summary.rules.get(index).map(|rule| rule.counts);
            let counts = counts.unwrap_or_default();
            let passes = counts.pass - told.map_or(0, |told| told.passes).min(counts.pass);
            suite.extend(the_others(rule, passes));
            if suite.is_empty() {
                suite.push(nothing_to_ask(rule, counts));
            }
        }
        suites
    }
}

impl Renderer for Junit<'_> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        if !self.all && !finding.outcome.is_worth_telling() {
            return Ok(());
        }
        let end = end(finding, self.fails_from);
        let told = self.told.entry(finding.rule_index).or_default();
        told.cases.add(end);
        told.passes += u64::from(finding.outcome == Outcome::Pass);
        let index = finding.rule_index;
        self.cases.push(finding, || (index, case(finding, end)));
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        let (headline, reason) = self.causes.verdict(run, summary);
        let verdict = untie(&format!("{headline}: {reason}"));
        let decision = decision(summary.decision(), self.fails_from, &verdict);
        let suites = self.suites(run, summary);
        let mut tests = Tests::of(suites.iter().flatten());
        tests.add(decision.end);
        let mut out = Writer::new_with_indent(&mut self.out, b' ', 2);
        out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        out.create_element("testsuites")
            .with_attribute(("name", "passmuster"))
            .with_attributes(tests.attributes().iter().map(pair))
            .write_inner_content(|out| {
                suite("decision", "passmuster", &[decision], Some(run), out)?;
                for (cases, rule) in suites.iter().zip(&run.rules) {
                    let name = format!("{} {}", rule.id, rule.title);
                    suite(&name, &rule.id, cases, None, out)?;
                }
                Ok(())
            })?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

impl Tests {
    fn of<'c>(cases: impl IntoIterator<Item = &'c Case>) -> Self {
        let mut tests = Self::default();
        cases.into_iter().for_each(|case| tests.add(case.end));
        tests
    }

    fn add(&mut self, end: End) {
        self.all += 1;
        match end {
            End::Error => self.errors += 1,
            End::Failed => self.failures += 1,
            End::Passed => {}
            End::Skipped => self.skipped += 1,
        }
    }

    fn attributes(self) -> [(&'static str, String); 4] {
        [
            ("tests", self.all.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", self.errors.to_string()),
            ("skipped", self.skipped.to_string()),
        ]
    }
}

impl Case {
    fn new(name: &str, end: End, kind: &'static str, message: String) -> Self {
        Self {
            name: name.to_owned(),
            end,
            kind,
            message,
            text: String::new(),
            file: String::new(),
            line: 0,
        }
    }
}

fn end(finding: &Finding, fails_from: Decision) -> End {
    let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
    let fails = leads_to >= fails_from && leads_to > Decision::Admit;
    match finding.outcome {
        Outcome::Pass => End::Passed,
        Outcome::Fail | Outcome::Waived if fails => End::Failed,
        Outcome::Conflict | Outcome::Unknown if fails => End::Error,
        Outcome::Conflict
        | Outcome::Fail
        | Outcome::NotApplicable
        | Outcome::Unknown
        | Outcome::Waived => End::Skipped,
    }
}

fn case(finding: &Finding, end: End) -> Case {
    let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
    let message = match (finding.outcome, leads_to) {
        (Outcome::Waived, _) => format!("waived: {}", finding.reason),
        (Outcome::Fail, Decision::AdmitWithConditions) => {
            format!("fail, becomes a condition: {}", finding.reason)
        }
        (outcome, Decision::Admit) if outcome.is_worth_telling() => {
            format!("{outcome}, advice only: {}", finding.reason)
        }
        (outcome, _) => format!("{outcome}: {}", finding.reason),
    };
    let lines = [
        Some(finding.place.to_string()),
        finding
            .field
            .as_ref()
            .map(|field| format!("field: {field}")),
        finding.fact.as_ref().map(|fact| format!("fact: {fact}")),
        finding.waiver.as_ref().map(|waiver| match &waiver.void {
            Some(void) => format!("waiver {} does not cover it: {void}", waiver.id),
            None => format!("waiver {}, approved by {}", waiver.id, waiver.approver),
        }),
        finding
            .due
            .map(|due| format!("condition to be met by {due}")),
        Some(format!(
            "severity {}, leads to {leads_to}",
            finding.severity
        )),
        Some(format!("fix: {}", finding.rule.fix)),
    ];
    let lines: Vec<_> = lines
        .into_iter()
        .flatten()
        .map(|line| xml(&line, TEXT))
        .collect();
    let name = format!("{} {}", finding.subject_kind.name(), finding.subject);
    Case {
        text: lines.join("\n"),
        file: xml(&finding.place.file, TEXT),
        line: finding.place.line,
        ..Case::new(
            &xml(&name, TEXT),
            end,
            finding.outcome.name(),
            xml(&message, TEXT),
        )
    }
}

/// What the run came to; it fails where the run does.
fn decision(decision: Option<Decision>, fails_from: Decision, verdict: &str) -> Case {
    let (end, kind) = match decision {
        None => (End::Error, "no-decision"),
        Some(decision) if decision >= fails_from => (End::Failed, decision.name()),
        Some(decision) => (End::Passed, decision.name()),
    };
    Case::new("the declaration is admitted", end, kind, xml(verdict, TEXT))
}

fn left_out(told: Tests, kept: Tests) -> Option<Case> {
    let count = told.all - kept.all;
    let end = if told.failures > kept.failures || told.errors > kept.errors {
        End::Failed
    } else {
        End::Skipped
    };
    let message = format!(
        "{} milder findings are not in this file; the JSON report has all of them",
        thousands(count)
    );
    (count > 0).then(|| Case::new("findings left out", end, "cut", message))
}

fn the_others(rule: &RuleInfo, passes: u64) -> Option<Case> {
    let verb = if passes == 1 { "passes" } else { "pass" };
    let message = format!("{} {verb}", of_subjects(rule.subject, passes));
    (passes > 0).then(|| Case::new("subjects that pass", End::Passed, "pass", message))
}

fn nothing_to_ask(rule: &RuleInfo, counts: Counts) -> Case {
    let message = match counts.not_applicable {
        0 => "there was nothing to ask this of".to_owned(),
        count => format!("does not apply to {}", of_subjects(rule.subject, count)),
    };
    Case::new(
        "subjects it applies to",
        End::Skipped,
        "not-applicable",
        message,
    )
}

fn suite<W: Write>(
    name: &str,
    class: &str,
    cases: &[Case],
    run: Option<&Run>,
    out: &mut Writer<W>,
) -> io::Result<()> {
    out.create_element("testsuite")
        .with_attribute(("name", &*xml(name, TEXT)))
        .with_attributes(Tests::of(cases).attributes().iter().map(pair))
        .write_inner_content(|out| {
            if let Some(run) = run {
                properties(run, out)?;
            }
            cases
                .iter()
                .try_for_each(|case| write_case(class, case, out))
        })?;
    Ok(())
}

fn properties<W: Write>(run: &Run, out: &mut Writer<W>) -> io::Result<()> {
    let as_of = run.as_of.to_string();
    let catalogue_date = run.catalogue_date.to_string();
    let all = [
        ("declared", &*run.declared),
        ("organisation", &*run.organisation),
        ("profile", &*run.profile.0),
        ("as_of", &*as_of),
        ("policy_sha256", &*run.policy_sha256),
        ("catalogue_date", &*catalogue_date),
        ("catalogue_sha256", &*run.catalogue_sha256),
    ];
    let notes = run.notes.iter().map(|note| ("note", note.as_str()));
    out.create_element("properties")
        .write_inner_content(|out| {
            for (name, value) in all.into_iter().chain(notes) {
                out.create_element("property")
                    .with_attribute(("name", name))
                    .with_attribute(("value", &*xml(value, TEXT)))
                    .write_empty()?;
            }
            Ok(())
        })?;
    Ok(())
}

fn write_case<W: Write>(class: &str, case: &Case, out: &mut Writer<W>) -> io::Result<()> {
    let line = case.line.to_string();
    let mut element = out
        .create_element("testcase")
        .with_attribute(("name", &*case.name))
        .with_attribute(("classname", &*xml(class, TEXT)));
    if !case.file.is_empty() {
        element = element.with_attribute(("file", &*case.file));
    }
    if case.line > 0 {
        element = element.with_attribute(("line", &*line));
    }
    element.write_inner_content(|out| {
        let (name, said) = match case.end {
            End::Passed => {
                let said = BytesText::new(&case.message);
                out.create_element("system-out").write_text_content(said)?;
                return Ok(());
            }
            End::Error => ("error", &case.text),
            End::Failed => ("failure", &case.text),
            End::Skipped => ("skipped", &case.text),
        };
        let element = out
            .create_element(name)
            .with_attribute(("message", &*case.message));
        if case.end == End::Skipped {
            element.write_empty()?;
            return Ok(());
        }
        element
            .with_attribute(("type", case.kind))
            .write_text_content(BytesText::new(said))?;
        Ok(())
    })?;
    Ok(())
}

fn pair<'p>((name, value): &'p (&'static str, String)) -> (&'p str, &'p str) {
    (name, value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    fn report(sample: &Sample, fails_from: Decision, all: bool) -> String {
        let options = Options {
            all,
            fails_from,
            ..Options::default()
        };
        sample.report("junit", &options)
    }

    fn cases(report: &str, with: &str) -> usize {
        report.matches(with).count()
    }

    #[test]
    fn the_first_case_is_the_decision() {
        let report = report(&Sample::supplier(9), Decision::Refer, false);
        let first = report.find("<testcase").expect("there are cases");
        let first = &report[first..];
        assert!(
            first.starts_with(
                "<testcase name=\"the declaration is admitted\" classname=\"passmuster\">\n      \
             <failure message=\"REJECT: 2 rules fail that block"
            ),
            "{}",
            &first[..200]
        );
    }

    #[test]
    fn what_refuses_fails_and_missing_evidence_is_an_error() {
        let report = report(&Sample::supplier(9), Decision::Refer, false);
        // The decision, two unpatched assets, two without support, and the organisation.
        assert_eq!(cases(&report, "<failure"), 6, "{report}");
        assert_eq!(cases(&report, "<error"), 3, "{report}");
        assert!(
            report.contains("<skipped message=\"waived: support"),
            "{report}"
        );
        assert!(report.contains("<skipped message=\"fail, becomes a condition: SMBv1 is on"));
        assert!(report.contains("5 assets pass</system-out>"), "{report}");
        assert!(report.contains("<skipped message=\"there was nothing to ask this of"));
    }

    #[test]
    fn the_line_is_that_of_the_exit_status() {
        let mut sample = Sample::supplier(0);
        sample.findings.clear();
        let mut condition = sample.finding(2, "a", 1);
        condition.outcome = Outcome::Fail;
        sample.findings.push(condition);
        let mild = report(&sample, Decision::Refer, false);
        assert_eq!(cases(&mild, "<failure"), 0, "{mild}");
        let strict = report(&sample, Decision::AdmitWithConditions, false);
        assert_eq!(cases(&strict, "<failure"), 2, "{strict}");
    }

    #[test]
    fn every_outcome_is_a_case_when_asked_for() {
        let sample = Sample::supplier(9);
        let report = report(&sample, Decision::Refer, true);
        let told = sample.findings.len();
        // And the decision, and the rule that was asked of nothing.
        assert_eq!(cases(&report, "<testcase"), told + 2);
        assert!(!report.contains("subjects that pass"), "{report}");
    }

    #[test]
    fn nothing_checked_is_an_error() {
        let report = report(&Sample::empty(), Decision::Refer, false);
        assert_eq!(
            cases(&report, "<error message=\"NO DECISION"),
            1,
            "{report}"
        );
    }

    #[test]
    fn failures_that_are_left_out_still_fail() {
        let mut sample = Sample::empty();
        for n in 0..CASES + 3 {
            let mut finding = sample.finding(0, &format!("a-{n}"), 1);
            finding.outcome = Outcome::Fail;
            sample.findings.push(finding);
        }
        let report = report(&sample, Decision::Refer, false);
        assert!(report.contains("<failure message=\"3 milder findings are not"));
        assert_eq!(cases(&report, "<failure"), CASES + 2);
    }
}
