//! Findings grouped by rule, outcome and weight. Of each group only the first few findings of
//! each kind of reason are kept; the others are counted, so a group never grows with the estate.

use super::page::{Page, outcome_style};
use crate::model::{
    Decision, Finding, Gate, Outcome, Place, RuleInfo, Severity, Summary, WaiverUse, consequence,
};
use crate::report::escape::escape;
use crate::report::verdict::{of_subjects, thousands};
use jiff::civil::Date;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

/// Kinds of reason that are kept of a group, and of these told at length.
const KINDS_KEPT: usize = 10;
const KINDS_SHOWN: usize = 4;
/// Subjects that are shown of a group with one kind of reason.
const SUBJECTS: usize = 5;
/// Groups that are told in full; the others get one line each.
const TOLD: usize = 40;

#[derive(Default)]
pub(super) struct Groups {
    groups: BTreeMap<Key, Group>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rule: usize,
    outcome: Outcome,
    gate: Gate,
    severity: Severity,
}

struct Group {
    rule: Arc<RuleInfo>,
    count: u64,
    kinds: Vec<Kind>,
    /// Findings whose kind of reason was not kept.
    others: u64,
}

/// Findings with the same reason but for the numbers in it.
struct Kind {
    reason: String,
    fact: Option<String>,
    waiver: Option<WaiverUse>,
    due: Option<Date>,
    field: Option<String>,
    count: u64,
    is_uniform: bool,
    first: Vec<Seen>,
}

struct Seen {
    subject: String,
    place: Place,
    reason: String,
}

/// The rules whose reason and remedy have been printed.
#[derive(Default)]
struct Explained {
    why: BTreeSet<usize>,
    fix: BTreeSet<usize>,
}

impl Key {
    fn leads_to(self) -> Decision {
        consequence(self.outcome, self.gate, self.severity)
    }

    /// What a reader has to see first sorts first.
    fn order(self) -> impl Ord + use<> {
        let outcome = match self.outcome {
            Outcome::Fail => 0,
            Outcome::Conflict => 1,
            Outcome::Unknown => 2,
            Outcome::Waived => 3,
            Outcome::NotApplicable | Outcome::Pass => 4,
        };
        (
            Reverse(self.leads_to()),
            outcome,
            Reverse(self.severity),
            self.rule,
        )
    }
}

impl Groups {
    pub(super) fn add(&mut self, finding: &Finding) {
        let key = Key {
            rule: finding.rule_index,
            outcome: finding.outcome,
            gate: finding.gate,
            severity: finding.severity,
        };
        let group = self.groups.entry(key).or_insert_with(|| Group {
            rule: Arc::clone(&finding.rule),
            count: 0,
            kinds: Vec::new(),
            others: 0,
        });
        group.add(finding);
    }

    pub(super) fn print(&self, page: &mut Page<'_>, summary: &Summary) -> io::Result<()> {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|(key, _)| key.order());
        let mut section = None;
        let mut explained = Explained::default();
        for (index, (key, group)) in groups.into_iter().enumerate() {
            if index == TOLD {
                page.heading("THE REST IN SHORT")?;
            } else if index < TOLD && section != Some(key.leads_to()) {
                section = Some(key.leads_to());
                page.heading(section_heading(key.leads_to()))?;
            }
            if index < TOLD {
                page.blank()?;
            }
            group.head(page, *key, summary)?;
            if index >= TOLD {
                continue;
            }
            group.reasons(page)?;
            group.settle(page, key.outcome)?;
            group.explain(page, *key, &mut explained)?;
        }
        Ok(())
    }
}

fn section_heading(leads_to: Decision) -> &'static str {
    match leads_to {
        Decision::Admit => "ADVICE (does not count towards the decision)",
        Decision::AdmitWithConditions => "CONDITIONS AND WAIVERS",
        Decision::Refer => "A PERSON HAS TO DECIDE",
        Decision::Reject => "BLOCKS ADMISSION",
    }
}

impl Group {
    fn add(&mut self, finding: &Finding) {
        self.count += 1;
        if let Some(kind) = self.kinds.iter_mut().find(|kind| kind.covers(finding)) {
            kind.add(finding);
        } else if self.kinds.len() < KINDS_KEPT {
            self.kinds.push(Kind::new(finding));
        } else {
            self.others += 1;
        }
    }

    /// `FAIL critical  WAN-001  The MS17-010 fix is installed      14 of 310 assets`
    fn head(&self, page: &mut Page<'_>, key: Key, summary: &Summary) -> io::Result<()> {
        let word = key.outcome.name().to_uppercase();
        let lead = format!("{word} {}", key.severity);
        let title = format!(
            "  {}  {}",
            escape(&self.rule.id, 60),
            escape(&self.rule.title, 200)
        );
        let applicable = summary
            .rules
            .get(key.rule)
            .map_or(self.count, |rule| rule.counts.applicable());
        let share = format!(
            "{} of {}",
            thousands(self.count),
            of_subjects(self.rule.subject, applicable)
        );
        page.ended(outcome_style(key.outcome), &lead, &title, &share)
    }

    fn reasons(&self, page: &mut Page<'_>) -> io::Result<()> {
        let mut kinds: Vec<_> = self.kinds.iter().collect();
        // A waiver that is void is somebody's mistake: it must not vanish among the many.
        kinds.sort_by_key(|kind| Reverse((kind.has_void_waiver(), kind.count)));
        let subjects = match kinds.len() {
            0 | 1 => SUBJECTS,
            2 => 3,
            _ => 2,
        };
        for kind in kinds.iter().take(KINDS_SHOWN) {
            kind.print(page, subjects)?;
        }
        for kind in kinds.iter().skip(KINDS_SHOWN) {
            kind.print_short(page)?;
        }
        if self.others > 0 {
            let whom = of_subjects(self.rule.subject, self.others);
            page.line(&format!("  - other reasons for {whom}"))?;
        }
        Ok(())
    }

    /// What would make an open question answerable.
    fn settle(&self, page: &mut Page<'_>, outcome: Outcome) -> io::Result<()> {
        let fields: BTreeSet<_> = self
            .kinds
            .iter()
            .filter_map(|kind| kind.field.as_deref())
            .map(|field| escape(field, 80))
            .collect();
        let fields = fields.into_iter().collect::<Vec<_>>().join(", ");
        let text = match (outcome, fields.is_empty()) {
            (Outcome::Unknown, true) => "send the evidence that the reason above asks for".into(),
            (Outcome::Unknown, false) => format!("declare {fields}, or correct what stands there"),
            (Outcome::Conflict, true) => {
                "find out at the source which of the two is true, and declare it again".into()
            }
            (Outcome::Conflict, false) => {
                format!("find out at the source which is true, and declare {fields} again")
            }
            _ => return Ok(()),
        };
        page.labelled("settle:", &text)
    }

    /// What does not change from one group of a rule to the next is said once.
    fn explain(&self, page: &mut Page<'_>, key: Key, done: &mut Explained) -> io::Result<()> {
        let is_first = done.why.insert(key.rule);
        if is_first {
            page.labelled("why:", &escape(&self.rule.why, 1_000))?;
        }
        if key.outcome == Outcome::Fail && done.fix.insert(key.rule) {
            page.labelled("fix:", &escape(&self.rule.fix, 1_000))?;
        }
        if is_first && matches!(key.outcome, Outcome::Fail | Outcome::Waived) {
            page.labelled("gate:", gate_in_words(key.gate))?;
        }
        if is_first {
            page.labelled("controls:", &escape(&self.rule.controls.join(", "), 400))?;
        }
        Ok(())
    }
}

/// What the gate means for somebody who thinks of a waiver.
fn gate_in_words(gate: Gate) -> &'static str {
    match gate {
        Gate::Advise => "advise; never counts",
        Gate::Block => "block; no waiver of the declaring body covers it",
        Gate::Condition => "condition; a waiver with compensating controls can cover it",
        Gate::Refer => "refer; a person decides",
    }
}

impl Kind {
    fn new(finding: &Finding) -> Self {
        let mut kind = Self {
            reason: finding.reason.clone(),
            fact: finding.fact.clone(),
            waiver: finding.waiver.clone(),
            due: finding.due,
            field: finding.field.clone(),
            count: 0,
            is_uniform: true,
            first: Vec::new(),
        };
        kind.add(finding);
        kind
    }

    /// The first of them and the number of the others, in a sentence.
    fn print_short(&self, page: &mut Page<'_>) -> io::Result<()> {
        let Some(seen) = self.first.first() else {
            return Ok(());
        };
        let more = match self.count - 1 {
            0 => String::new(),
            count => format!(" and {} more like it", thousands(count)),
        };
        let text = format!("{}{more}: {}", seen.subject, escape(&seen.reason, 200));
        page.prose("  - ", 4, &text)
    }

    fn has_void_waiver(&self) -> bool {
        self.waiver
            .as_ref()
            .is_some_and(|waiver| waiver.void.is_some())
    }

    fn covers(&self, finding: &Finding) -> bool {
        is_alike(&self.reason, &finding.reason)
            && self.waiver == finding.waiver
            && self.due == finding.due
            && self.field == finding.field
    }

    fn add(&mut self, finding: &Finding) {
        self.count += 1;
        self.is_uniform &= self.reason == finding.reason;
        if self.fact != finding.fact {
            self.fact = None;
        }
        if self.first.len() < SUBJECTS {
            self.first.push(Seen {
                subject: subject_label(finding),
                place: Place {
                    file: escape(&finding.place.file, 200).into(),
                    ..finding.place.clone()
                },
                reason: finding.reason.clone(),
            });
        }
    }

    fn print(&self, page: &mut Page<'_>, most: usize) -> io::Result<()> {
        if self.is_uniform {
            page.prose("  - ", 4, &escape(&self.reason, 600))?;
        }
        for seen in self.first.iter().take(most) {
            let place = seen.place.to_string();
            if self.is_uniform {
                page.prose("      ", 8, &format!("{}  {place}", seen.subject))?;
            } else {
                page.prose("  - ", 4, &format!("{}  {place}", seen.subject))?;
                page.prose("      ", 6, &escape(&seen.reason, 600))?;
            }
        }
        let shown = self.first.len().min(most) as u64;
        if self.count > shown {
            let more = thousands(self.count - shown);
            let indent = if self.is_uniform { "      " } else { "  - " };
            let like = if self.is_uniform { "" } else { " like these" };
            page.line(&format!("{indent}and {more} more{like}"))?;
        }
        self.conditions(page)
    }

    fn conditions(&self, page: &mut Page<'_>) -> io::Result<()> {
        if let Some(fact) = &self.fact {
            page.labelled("fact:", &escape(fact, 400))?;
        }
        if let Some(due) = self.due {
            page.labelled("due:", &format!("to be met by {due}"))?;
        }
        let Some(waiver) = &self.waiver else {
            return Ok(());
        };
        let id = escape(&waiver.id, 80);
        let approver = escape(&waiver.approver, 120);
        let ends = match waiver.until {
            Some(day) => format!("last day {day}"),
            None => "without an end".into(),
        };
        let text = match &waiver.void {
            None => format!("{id}, approved by {approver}, {ends}"),
            Some(why) => format!("{id} ({ends}) does not cover this: {}", escape(why, 300)),
        };
        page.labelled("waiver:", &text)
    }
}

/// `rdp-07 (Reception)`.
pub(super) fn subject_label(finding: &Finding) -> String {
    let id = escape(&finding.subject, 80);
    match &finding.subject_name {
        Some(name) if *name != finding.subject => format!("{id} ({})", escape(name, 80)),
        _ => id,
    }
}

/// Whether two reasons are the same but for the numbers, dates and versions in them.
fn is_alike(one: &str, other: &str) -> bool {
    let mut one = one.bytes().peekable();
    let mut other = other.bytes().peekable();
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                while one.next_if(|byte| is_numeric(*byte)).is_some() {}
                while other.next_if(|byte| is_numeric(*byte)).is_some() {}
            }
            (a, b) if a == b => {}
            _ => return false,
        }
    }
}

fn is_numeric(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-' | b':')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    #[test]
    fn reasons_are_alike_when_only_numbers_differ() {
        assert!(is_alike("build 7601.1 is old", "build 19045.23 is old"));
        assert!(is_alike("ended on 2020-01-14", "ended on 2023-10-10"));
        assert!(!is_alike("build 7601 is old", "build 7601 is new"));
        assert!(!is_alike("build 7601", "build 7601 is old"));
        assert!(!is_alike("build", "build 7"));
        assert!(is_alike("", ""));
    }

    #[test]
    fn a_group_keeps_a_few_findings_however_many_come() {
        let sample = Sample::empty();
        let mut groups = Groups::default();
        for n in 0..100_000_u32 {
            let mut finding = sample.finding(0, "host", n);
            finding.outcome = Outcome::Fail;
            finding.reason = "x".repeat(n as usize % 100);
            groups.add(&finding);
        }
        let group = groups.groups.values().next().expect("there is one group");
        assert_eq!((groups.groups.len(), group.count), (1, 100_000));
        assert_eq!(group.kinds.len(), KINDS_KEPT);
        assert!(group.kinds.iter().all(|kind| kind.first.len() == SUBJECTS));
        let kept: u64 = group.kinds.iter().map(|kind| kind.count).sum();
        assert_eq!(kept + group.others, 100_000);
    }

    #[test]
    fn what_leads_to_the_worst_comes_first_and_there_the_most_severe() {
        let key = |outcome, gate, severity| Key {
            rule: 0,
            outcome,
            gate,
            severity,
        };
        let sorted = [
            key(Outcome::Fail, Gate::Condition, Severity::Critical),
            key(Outcome::Fail, Gate::Block, Severity::High),
            key(Outcome::Fail, Gate::Condition, Severity::High),
            key(Outcome::Conflict, Gate::Block, Severity::Low),
            key(Outcome::Unknown, Gate::Block, Severity::Critical),
            key(Outcome::Fail, Gate::Condition, Severity::Medium),
            key(Outcome::Waived, Gate::Condition, Severity::Critical),
            key(Outcome::Fail, Gate::Advise, Severity::Critical),
        ];
        assert!(sorted.is_sorted_by(|a, b| a.order() < b.order()));
    }
}
