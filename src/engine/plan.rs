//! The rules asked of one kind of subject, laid out so that each distinct condition is asked once,
//! and rules that ask for the same subjects stand together.

use super::quick::weigh_by;
use crate::check::{Answers, Context, Quick, Sheet, Slot};
use crate::model::{Gate, Outcome, Severity, Subject, Weight};
use crate::policy::{Evidence, Rule};

#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    sheet: Sheet<'a>,
    pub(super) groups: Vec<Group<'a>>,
}

/// Rules with the same `where`, in the order of the policy.
#[derive(Debug)]
pub(super) struct Group<'a> {
    applies: Option<Slot>,
    pub(super) asked: Vec<Asked<'a>>,
    /// The positions of its rules in the policy.
    pub(super) positions: Vec<usize>,
    has_counted: bool,
}

/// One rule of a plan.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// Its position in the policy.
    pub(super) index: usize,
    pub(super) rule: &'a Rule,
    /// Whether a question about the whole estate counts its outcomes.
    pub(super) is_counted: bool,
    worst: (Severity, Gate),
    evidence: Option<&'a Evidence>,
    grades: Vec<(Slot, (Severity, Gate))>,
}

impl<'a> Plan<'a> {
    /// Lays out rules with their positions; `is_counted` tells of which a question about the whole
    /// estate counts the outcomes.
    pub(super) fn new(
        rules: impl Iterator<Item = (usize, &'a Rule)>,
        is_counted: impl Fn(usize) -> bool,
    ) -> Self {
        let mut plan = Self::default();
        for (index, rule) in rules {
            let grades = rule.grades.iter();
            let grades = grades.map(|grade| {
                let slot = plan.sheet.add(&grade.check);
                (slot, (grade.severity, grade.gate))
            });
            let asked = Asked {
                index,
                rule,
                is_counted: is_counted(index),
                worst: (rule.info.severity, rule.info.gate),
                evidence: rule.evidence.as_ref(),
                grades: grades.collect(),
            };
            let applies = rule.applies.as_ref();
            let applies = applies.map(|applies| plan.sheet.add(applies));
            plan.group(applies).push(asked);
        }
        plan
    }

    fn group(&mut self, applies: Option<Slot>) -> &mut Group<'a> {
        let known = self.groups.iter().position(|one| one.applies == applies);
        let at = known.unwrap_or_else(|| {
            self.groups.push(Group::new(applies));
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }

    /// What a subject answers, to hand to the groups.
    pub(super) fn ask<'s>(&'s self, subject: &'s Subject, ctx: &'s Context<'s>) -> Answers<'s> {
        self.sheet.ask(subject, ctx)
    }
}

impl<'a> Group<'a> {
    fn new(applies: Option<Slot>) -> Self {
        Self {
            applies,
            asked: Vec::new(),
            positions: Vec::new(),
            has_counted: false,
        }
    }

    fn push(&mut self, asked: Asked<'a>) {
        self.has_counted |= asked.is_counted;
        self.positions.push(asked.index);
        self.asked.push(asked);
    }

    /// What the `where` of its rules says.
    pub(super) fn applies(&self, answers: &Answers<'_>) -> Option<Quick> {
        self.applies.map(|slot| answers.quick(slot))
    }

    /// Whether its rules never apply to a subject, and nobody counts that they do not.
    pub(super) fn leaves_out(&self, applies: Option<Quick>) -> bool {
        let never = |applies: Quick| {
            applies.until.is_none()
                && matches!(applies.outcome, Outcome::Fail | Outcome::NotApplicable)
        };
        !self.has_counted && applies.is_some_and(never)
    }
}

impl Asked<'_> {
    /// The same as [`super::quick::weigh`] of its rule.
    pub(super) fn weigh(
        &self,
        applies: Option<Quick>,
        answers: &Answers<'_>,
        subject: &Subject,
        ctx: &Context<'_>,
    ) -> Weight {
        let grades = self.grades.iter();
        weigh_by(
            self.worst,
            applies,
            || Some(self.evidence?.is_fresh(subject, ctx.today, false)),
            grades.map(|(slot, grade)| (answers.quick(*slot), *grade)),
        )
    }
}
