//! The answer of `passmuster explain` for people: the finding first, then every part of the rule in
//! the order in which it is written. What the outcome hangs on is marked with `>`.

use super::page::{self, Page, outcome_style, outcome_word};
use crate::model::{
    Considered, Decision, Explained, Explanation, Finding, Outcome, Part, Section, Trace,
    TraceKind, consequence,
};
use crate::report::Options;
use crate::report::escape::escape;
use crate::report::verdict::thousands;
use std::io::{self, Write};

/// Columns of the words that stand before a value, in the head and below a condition.
const HEAD: usize = 14;
const LABEL: usize = 9;
/// Deeper conditions stand no further to the right, so that text keeps some room.
const DEEPEST: usize = 6;
/// Characters of one text that are shown.
const CAP: usize = 600;

/// Writes one explanation within the width of the options.
pub fn explain_terminal(
    explained: &Explained,
    out: &mut dyn Write,
    options: &Options,
) -> io::Result<()> {
    let mut page = Page::new(Box::new(out), options);
    for (index, explanation) in explained.explanations.iter().enumerate() {
        if index > 0 {
            page.blank()?;
        }
        explanation_of(&mut page, explained, explanation)?;
    }
    let told = explained.explanations.len() as u64;
    if explained.records > 1 {
        page.blank()?;
        let all = thousands(explained.records);
        let which = if explained.records > told {
            format!("{all} records have this identifier; the first {told} are explained.")
        } else {
            format!("{all} records have this identifier; each is explained.")
        };
        page.prose("", 0, &which)?;
    }
    page.flush()
}

fn explanation_of(
    page: &mut Page<'_>,
    explained: &Explained,
    explanation: &Explanation,
) -> io::Result<()> {
    head(page, explained, &explanation.finding)?;
    if explanation.sections.is_empty() {
        page.blank()?;
        let text = format!(
            "There is nothing that {} could look at, so its conditions were not asked.",
            explained.rule.id
        );
        page.prose("", 0, &text)?;
    }
    let grades = explanation.sections.iter();
    let grades = grades.filter(|one| matches!(one.part, Part::Grade { .. }));
    let has_grades = grades.count() > 1;
    let is_out = |one: &Section| one.part == Part::Where && one.trace.outcome != Outcome::Pass;
    let applies = !explanation.sections.iter().any(is_out);
    for section in &explanation.sections {
        section_of(page, section, has_grades, applies)?;
    }
    parameters(page, explained)?;
    waivers(page, explanation)
}

fn head(page: &mut Page<'_>, explained: &Explained, finding: &Finding) -> io::Result<()> {
    let lead = format!("{:<HEAD$}", explained.rule.id);
    page.led(
        page::STRONG,
        &lead,
        HEAD,
        &escape(&explained.rule.title, CAP),
    )?;
    let mut row = |label: &str, text: &str| {
        let lead = format!("{label:<HEAD$}");
        page.led(page::DIM, &lead, HEAD, &escape(text, CAP))
    };
    let name = finding.subject_name.as_ref();
    let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
    row("declared", &explained.declared)?;
    row(
        finding.subject_kind.name(),
        &format!("{}{name}", finding.subject),
    )?;
    row("at", &finding.place.to_string())?;
    row(
        "as of",
        &format!(
            "{}, by the profile {}, with the catalogue of {}",
            explained.as_of, explained.profile, explained.catalogue_date
        ),
    )?;
    let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
    let word = outcome_word(finding.outcome);
    let lead = format!("{:<HEAD$}{word}", "outcome");
    let weighs = match finding.outcome {
        Outcome::NotApplicable => ": the rule does not apply".to_owned(),
        Outcome::Pass => ": nothing stands in the way".to_owned(),
        _ => format!(
            ", {} at the gate {}: leads to {}",
            finding.severity,
            finding.gate,
            leads_to.headline()
        ),
    };
    page.led(outcome_style(finding.outcome), &lead, HEAD, &weighs)?;
    let mut row = |label: &str, text: Option<String>| match text {
        Some(text) => {
            let lead = format!("{label:<HEAD$}");
            page.led(page::DIM, &lead, HEAD, &escape(&text, CAP))
        }
        None => Ok(()),
    };
    row("because", Some(finding.reason.clone()))?;
    row("fact", finding.fact.clone())?;
    row(
        "waiver",
        finding.waiver.as_ref().map(|used| match used.void {
            None => used.id.clone(),
            Some(_) => format!("{} does not cover this", used.id),
        }),
    )?;
    let is_last_day = |day| format!("{day}, the last day on which this holds");
    row("until", finding.until.map(is_last_day))?;
    row("due", finding.due.map(|day| day.to_string()))
}

fn section_of(
    page: &mut Page<'_>,
    section: &Section,
    has_grades: bool,
    applies: bool,
) -> io::Result<()> {
    let outcome = section.trace.outcome;
    let (name, means) = match section.part {
        Part::Evidence => ("EVIDENCE".to_owned(), evidence_means(outcome)),
        Part::Grade {
            number,
            severity,
            gate,
        } => {
            let name = if has_grades {
                format!("GRADE {number}")
            } else {
                "CHECK".to_owned()
            };
            let leads_to = match consequence(outcome, gate, severity) {
                // What it would lead to has no weight where nobody knows that the rule applies.
                _ if !applies => ", does not count here".to_owned(),
                Decision::Admit => String::new(),
                decision => format!(", leads to {}", decision.headline()),
            };
            (name, format!("{severity}, gate {gate}{leads_to}"))
        }
        Part::Where => ("WHERE".to_owned(), where_means(outcome)),
    };
    page.blank()?;
    let word = outcome_word(outcome);
    let decides = if section.decides { " - decides" } else { "" };
    let lead = format!("{name}: {word}");
    let text = format!(" ({means}){decides}");
    page.led(outcome_style(outcome), &lead, 2, &text)?;
    trace_of(page, &section.trace, 0)
}

fn where_means(outcome: Outcome) -> String {
    match outcome {
        Outcome::Pass => "the rule applies",
        Outcome::Fail | Outcome::NotApplicable => "the rule does not apply",
        Outcome::Conflict | Outcome::Unknown | Outcome::Waived => {
            "nobody can tell whether the rule applies"
        }
    }
    .to_owned()
}

fn evidence_means(outcome: Outcome) -> String {
    match outcome {
        Outcome::Pass => "it is fresh enough to count",
        Outcome::Fail => "it does not count, whatever it says",
        Outcome::Conflict | Outcome::NotApplicable | Outcome::Unknown | Outcome::Waived => {
            "nobody can tell how old it is: a failure counts, a pass does not"
        }
    }
    .to_owned()
}

/// A node and all below it, one step further to the right.
fn trace_of(page: &mut Page<'_>, trace: &Trace, depth: usize) -> io::Result<()> {
    let margin = 2 + 2 * depth.min(DEEPEST);
    let mark = if trace.decides { ">" } else { " " };
    let word = outcome_word(trace.outcome);
    let lead = format!("{mark}{:blanks$}{word:<9}", "", blanks = margin - 1);
    let below = margin + LABEL;
    let style = outcome_style(trace.outcome);
    page.led(style, &lead, below, &escape(&trace.label, CAP))?;
    match (trace.kind, trace.until) {
        (TraceKind::Check | TraceKind::Field, _) => leaf(page, trace, margin)?,
        (TraceKind::All | TraceKind::Any | TraceKind::Not, Some(until)) => {
            row(page, margin, "until", &until.to_string())?;
        }
        (TraceKind::All | TraceKind::Any | TraceKind::Not | TraceKind::Record, _) => {}
    }
    for part in &trace.parts {
        trace_of(page, part, depth + 1)?;
    }
    Ok(())
}

fn leaf(page: &mut Page<'_>, trace: &Trace, margin: usize) -> io::Result<()> {
    // The sentence says no more than what was seen and what was wanted, where the test is plain.
    let is_plain = trace.kind == TraceKind::Field
        && trace.why.contains(" is ")
        && trace.why.contains(", wanted ");
    if !is_plain {
        row(page, margin, "because", &trace.why)?;
    }
    let texts = [
        ("seen", trace.seen.as_deref()),
        ("wanted", trace.wanted.as_deref()),
    ];
    for (label, text) in texts {
        // What a check wants stands behind its name already.
        let is_said = label == "wanted" && trace.kind == TraceKind::Check;
        if let Some(text) = text.filter(|_| !is_said) {
            row(page, margin, label, text)?;
        }
    }
    if let Some(place) = &trace.place {
        row(page, margin, "at", &place.to_string())?;
    }
    if let Some(fact) = &trace.fact {
        row(page, margin, "fact", fact)?;
    }
    match trace.until {
        Some(until) => row(page, margin, "until", &until.to_string()),
        None => Ok(()),
    }
}

fn row(page: &mut Page<'_>, margin: usize, label: &str, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    let lead = format!("{:blanks$}{label:<9}", "", blanks = margin + LABEL);
    let indent = lead.len();
    page.led(page::DIM, &lead, indent, &escape(text, CAP))
}

fn parameters(page: &mut Page<'_>, explained: &Explained) -> io::Result<()> {
    if explained.parameters.is_empty() {
        return Ok(());
    }
    page.heading("PARAMETERS")?;
    for setting in &explained.parameters {
        let lead = format!("  {}", escape(&setting.name, CAP));
        let text = format!(
            " {}, set by {} at {}",
            setting.value, setting.set_by, setting.place
        );
        page.led(page::STRONG, &lead, 4, &escape(&text, CAP))?;
    }
    Ok(())
}

fn waivers(page: &mut Page<'_>, explanation: &Explanation) -> io::Result<()> {
    if explanation.waivers.is_empty() {
        return Ok(());
    }
    page.heading("WAIVERS")?;
    for considered in &explanation.waivers {
        let lead = format!("  {}", escape(&considered.usage.id, CAP));
        let text = format!(
            " {} ({})",
            standing(considered, explanation.finding.outcome),
            considered.place
        );
        page.led(page::STRONG, &lead, 4, &escape(&text, CAP))?;
        for control in &considered.controls {
            trace_of(page, control, 1)?;
        }
    }
    Ok(())
}

fn standing(considered: &Considered, outcome: Outcome) -> String {
    let usage = &considered.usage;
    let holds = match considered.until {
        Some(until) => format!(" to {until}"),
        None => String::new(),
    };
    match (&usage.void, outcome) {
        (Some(why), _) => format!("does not cover this: {why}"),
        (None, Outcome::Fail | Outcome::Waived) => {
            format!("covers this{holds}, approved by {}", usage.approver)
        }
        (None, _) => format!("would cover a failure{holds}, and there is none"),
    }
}
