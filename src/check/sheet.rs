//! Conditions of many rules about one kind of subject, written down once each: what several ask
//! alike is one question, and a subject answers each question at most once.

use super::tree::{quick_all, quick_any, quick_not};
use super::{Check, Context, Quick, Tree};
use crate::model::{FieldId, Subject};
use crate::predicate::FieldTest;
use std::cell::Cell;
use std::collections::HashMap;

/// The distinct questions of all conditions that were written down.
#[derive(Debug, Default)]
pub struct Sheet<'t> {
    questions: Vec<Question<'t>>,
    alike: HashMap<Alike, Vec<Slot>>,
}

/// Where a question stands on its sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot(usize);

#[derive(Debug)]
enum Question<'t> {
    All(Vec<Slot>),
    Any(Vec<Slot>),
    Check(&'t dyn Check),
    Field(&'t FieldTest),
    Not(Slot),
}

/// What two questions have in common before they are compared; all but tests on fields are equal then.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Alike {
    All(Vec<Slot>),
    Any(Vec<Slot>),
    Field(FieldId),
    Not(Slot),
}

impl<'t> Sheet<'t> {
    /// Writes a condition down, unless it stands there already.
    pub fn add(&mut self, tree: &'t Tree) -> Slot {
        let mut slots =
            |parts: &'t [Tree]| -> Vec<_> { parts.iter().map(|part| self.add(part)).collect() };
        match tree {
            Tree::All(parts) => {
                let slots = slots(parts);
                self.find_or_write(Alike::All(slots.clone()), Question::All(slots))
            }
            Tree::Any(parts) => {
                let slots = slots(parts);
                self.find_or_write(Alike::Any(slots.clone()), Question::Any(slots))
            }
            Tree::Field(field) => {
                let test = &field.test;
                self.find_or_write(Alike::Field(test.field), Question::Field(test))
            }
            Tree::Leaf(check) => self.write(Question::Check(&**check)),
            Tree::Not(part) => {
                let slot = self.add(part);
                self.find_or_write(Alike::Not(slot), Question::Not(slot))
            }
        }
    }

    /// Hands the sheet to a subject.
    pub fn ask<'s>(&'s self, subject: &'s Subject, ctx: &'s Context<'s>) -> Answers<'s> {
        Answers {
            questions: &self.questions,
            subject,
            ctx,
            known: vec![Cell::new(None); self.questions.len()],
        }
    }

    fn find_or_write(&mut self, alike: Alike, question: Question<'t>) -> Slot {
        let candidates = self.alike.entry(alike).or_default();
        let is_same = |slot: &&Slot| match (&question, self.questions.get(slot.0)) {
            (Question::Field(one), Some(Question::Field(other))) => one == other,
            (_, found) => found.is_some(),
        };
        if let Some(slot) = candidates.iter().find(is_same) {
            return *slot;
        }
        let slot = Slot(self.questions.len());
        candidates.push(slot);
        self.write(question)
    }

    fn write(&mut self, question: Question<'t>) -> Slot {
        self.questions.push(question);
        Slot(self.questions.len() - 1)
    }
}

/// What one subject answers on one day.
#[derive(Debug)]
pub struct Answers<'s> {
    questions: &'s [Question<'s>],
    subject: &'s Subject,
    ctx: &'s Context<'s>,
    known: Vec<Cell<Option<Quick>>>,
}

impl Answers<'_> {
    /// What [`Tree::quick`] answers for the condition in this slot of the same sheet.
    #[inline]
    pub fn quick(&self, slot: Slot) -> Quick {
        let known = &self.known[slot.0];
        if let Some(quick) = known.get() {
            return quick;
        }
        let quick = self.work_out(slot);
        known.set(Some(quick));
        quick
    }

    fn work_out(&self, slot: Slot) -> Quick {
        let each = |slot: &Slot| self.quick(*slot);
        match &self.questions[slot.0] {
            Question::All(slots) => quick_all(slots.iter().map(each)),
            Question::Any(slots) => quick_any(slots.iter().map(each)),
            Question::Check(check) => check.quick(self.subject, self.ctx),
            Question::Field(test) => test.quick(&self.subject.record, self.ctx.today).into(),
            Question::Not(slot) => quick_not(self.quick(*slot)),
        }
    }
}
