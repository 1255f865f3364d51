//! A forecast for people: each day with what becomes of the decision first, then what changes.

use super::page::{Page, STRONG, decision_style, outcome_word};
use super::{print_facts, print_notes};
use crate::model::{Day, Decision, Mark, Run, Summary, Turn, Turned};
use crate::report::Options;
use crate::report::escape::escape;
use crate::report::verdict::{decision_words, of_subjects, thousands};
use jiff::civil::Date;
use std::io::{self, Write};

/// Writes a forecast that looked as far as `until`.
pub fn forecast_for_people(
    out: Box<dyn Write + '_>,
    options: &Options,
    run: &Run,
    summary: &Summary,
    until: Date,
) -> io::Result<()> {
    let mut page = Page::new(out, options);
    print_facts(&mut page, run, &format!("{}, and on to {until}", run.as_of))?;
    let decision = summary.decision();
    let style = decision_style(decision);
    page.led(
        style,
        &format!("{:<14}", "decision"),
        14,
        decision_words(decision),
    )?;
    let mut days = 0_u64;
    for day in summary.days() {
        days += 1;
        print_day(&mut page, run, &day)?;
    }
    print_notes(&mut page, run)?;
    page.blank()?;
    if let Some(whole_to) = summary.timeline.whole_to() {
        let cut = format!(
            "There are more changes than can be kept: nothing after {whole_to} is told. Ask for a \
             shorter time."
        );
        page.prose("", 2, &cut)?;
    }
    let seen_to = summary.timeline.whole_to().unwrap_or(until);
    page.prose("", 2, &count(days, seen_to))?;
    let changes: Vec<_> = summary.days().filter(Day::changes_the_decision).collect();
    page.blank()?;
    print_end(&mut page, decision, &changes, seen_to)?;
    page.flush()
}

fn count(days: u64, until: Date) -> String {
    match days {
        0 => format!("nothing changes to {until}"),
        1 => format!("something changes on 1 day to {until}"),
        days => format!("something changes on {days} days to {until}"),
    }
}

/// `REFER from 2027-01-13, REJECT from 2027-04-01` in one last line.
fn print_end(
    page: &mut Page<'_>,
    today: Option<Decision>,
    changes: &[Day<'_>],
    until: Date,
) -> io::Result<()> {
    let words = decision_words(today);
    if changes.is_empty() {
        return page.led(
            decision_style(today),
            words,
            2,
            &format!(": stays so to {until}"),
        );
    }
    let later: Vec<_> = changes
        .iter()
        .map(|day| format!("{} from {}", decision_words(day.decision), day.date))
        .collect();
    let later = later.join(", ");
    page.led(decision_style(today), words, 2, &format!(" today, {later}"))
}

fn print_day(page: &mut Page<'_>, run: &Run, day: &Day<'_>) -> io::Result<()> {
    page.blank()?;
    let lead = day.date.to_string();
    let words = decision_words(day.decision);
    if day.changes_the_decision() {
        let text = format!(
            "  the decision becomes {words}, was {}",
            decision_words(day.before)
        );
        page.led(decision_style(day.decision), &lead, 12, &text)?;
    } else {
        page.led(STRONG, &lead, 12, &format!("  {words} stays"))?;
    }
    let mut turns: Vec<_> = day.turns.iter().collect();
    // What changes the decision first, then what is worst; of equals by the order of the rules.
    let causes: Vec<_> = day.causes().map(|(turn, _)| turn).collect();
    turns.sort_by_key(|(turn, _)| {
        let is_cause = day.changes_the_decision() && causes.contains(turn);
        (!is_cause, std::cmp::Reverse(turn.to.leads_to()), turn.rule)
    });
    for (turn, turned) in turns {
        print_turn(page, run, turn, turned)?;
    }
    Ok(())
}

fn print_turn(page: &mut Page<'_>, run: &Run, turn: &Turn, turned: &Turned) -> io::Result<()> {
    let Some(rule) = run.rules.get(turn.rule) else {
        return Ok(());
    };
    let lead = format!("  {:<9} ", escape(&rule.id, 60));
    page.led(STRONG, &lead, 12, &escape(&rule.title, 200))?;
    let names: Vec<_> = turned.names.iter().map(|name| escape(name, 60)).collect();
    let more = match turned.count.saturating_sub(names.len() as u64) {
        0 => String::new(),
        more => format!(" and {} more", thousands(more)),
    };
    let text = format!(
        "{} {}: {}{more}",
        of_subjects(rule.subject, turned.count),
        turn_words(turn.from, turn.to),
        names.join(", ")
    );
    page.prose("            ", 12, &text)
}

/// `from pass to FAIL (critical, block)`.
fn turn_words(from: Mark, to: Mark) -> String {
    let words = |mark: Mark, is_graded: bool| {
        let word = outcome_word(mark.outcome);
        if is_graded {
            format!("{word} ({}, {})", mark.severity, mark.gate)
        } else {
            word.to_owned()
        }
    };
    let is_grade = from.outcome == to.outcome;
    let to_is_graded = is_grade || to.leads_to() > Decision::Admit;
    format!(
        "from {} to {}",
        words(from, is_grade),
        words(to, to_is_graded)
    )
}
