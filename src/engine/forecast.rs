//! Looks ahead from the day of a run: follows each outcome from its last day to the next, and
//! counts what turns. A day on which nothing ends costs nothing.
//!
//! Every subject is followed while it streams by; rules about the whole estate come last, by how
//! their tallies shift.

use super::judge::{Judge, Material};
use super::quick::weigh;
use crate::check::{Context, OverEstate};
use crate::model::{
    Decision, Entry, Gate, Mark, Outcome, Severity, Sight, Subject, Summary, Tally, Turn, Weight,
};
use crate::policy::{Rule, Standing};
use jiff::civil::Date;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far to look ahead, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Ahead {
    /// The last day that is looked at.
    pub until: Date,
    pub aim: Aim,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Every turn.
    Everything,
    /// The first day on which the decision changes, as long as at most so many outcomes have to be
    /// judged again for it.
    Decision { at_most: u64 },
}

/// What an outcome is, and the last day on which it still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) mark: Mark,
    pub(super) until: Option<Date>,
}

impl From<Weight> for Held {
    fn from(weight: Weight) -> Self {
        Self {
            mark: Mark {
                outcome: weight.outcome,
                gate: weight.gate,
                severity: weight.severity,
            },
            until: weight.until,
        }
    }
}

/// A look ahead under way, by all threads at once. What it comes to does not depend on them.
#[derive(Debug)]
pub(super) struct Lookout {
    ahead: Ahead,
    /// Outcomes that were judged again.
    steps: AtomicU64,
    /// Whether an outcome that refuses holds to the end, so that nothing else matters.
    is_settled: AtomicBool,
}

impl Lookout {
    pub(super) fn new(ahead: Ahead) -> Self {
        Self {
            ahead,
            steps: AtomicU64::new(0),
            is_settled: AtomicBool::new(false),
        }
    }

    /// How far it saw.
    pub(super) fn sight(&self) -> Sight {
        let Ahead { until, aim } = self.ahead;
        match aim {
            Aim::Decision { .. } if self.is_settled.load(Ordering::Relaxed) => {
                Sight::Settled(until)
            }
            Aim::Decision { at_most } if self.steps.load(Ordering::Relaxed) > at_most => {
                Sight::TooMany(until)
            }
            Aim::Decision { .. } | Aim::Everything => Sight::Clear(until),
        }
    }

    /// The day after an outcome ends, where that is looked at.
    fn next(&self, until: Option<Date>, today: Date) -> Option<Date> {
        // An outcome holds at least for the day it was found on.
        let next = until?.max(today).tomorrow().ok()?;
        (next <= self.ahead.until).then_some(next)
    }

    /// Whether an outcome has to be followed at all.
    fn is_of_interest(&self, held: Held, today: Date) -> bool {
        let ends = self.next(held.until, today).is_some();
        if self.ahead.aim == Aim::Everything {
            return ends;
        }
        if !ends && held.mark.leads_to() == Decision::Reject {
            self.is_settled.store(true, Ordering::Relaxed);
        }
        ends && !self.has_given_up()
    }

    /// Counts a step; false when no more are to be taken.
    fn step(&self) -> bool {
        self.steps.fetch_add(1, Ordering::Relaxed);
        !self.has_given_up()
    }

    fn has_given_up(&self) -> bool {
        match self.ahead.aim {
            Aim::Everything => false,
            Aim::Decision { at_most } => {
                self.is_settled.load(Ordering::Relaxed)
                    || self.steps.load(Ordering::Relaxed) > at_most
            }
        }
    }
}

/// A question about the estate, its position, and what the subject adds to its tally.
struct Counting<'s> {
    position: usize,
    question: &'s dyn OverEstate,
    entry: Entry<'s>,
}

impl Judge<'_> {
    /// Follows the outcome of a rule on a subject to the end of the look ahead, if there is one.
    pub(super) fn look_ahead(
        &self,
        index: usize,
        subject: &Subject,
        ctx: &Context<'_>,
        held: Held,
        summary: &mut Summary,
    ) {
        let Some(lookout) = self.lookout() else {
            return;
        };
        let index = Some(index);
        let is_of_interest = lookout.is_of_interest(held, ctx.today);
        if is_of_interest || self.counts(index) && !lookout.has_given_up() {
            Walk::begin(self, lookout, index, subject, ctx, held.mark.outcome)
                .follow(held, summary);
        }
    }

    /// Follows what an asset adds to the questions that count its fields.
    pub(super) fn look_ahead_of_fields(
        &self,
        asset: &Subject,
        ctx: &Context<'_>,
        summary: &mut Summary,
    ) {
        let Some(lookout) = self.lookout() else {
            return;
        };
        if !self.counts(None) || lookout.has_given_up() {
            return;
        }
        let held = Held {
            mark: Mark {
                outcome: Outcome::NotApplicable,
                gate: Gate::Advise,
                severity: Severity::Info,
            },
            until: None,
        };
        Walk::begin(self, lookout, None, asset, ctx, held.mark.outcome).follow(held, summary);
    }

    /// Whether a question counts the rule at a position, or fields.
    fn counts(&self, index: Option<usize>) -> bool {
        self.questions()
            .iter()
            .any(|(counted, _)| *counted == index)
    }

    /// What a rule says of a subject on the day of the context, waivers included.
    fn hold(&self, rule: &Rule, subject: &Subject, ctx: &Context<'_>) -> Held {
        let mut held = Held::from(weigh(rule, subject, ctx));
        if held.mark.outcome != Outcome::Fail {
            return held;
        }
        for waiver in self.waivers_for(&rule.info.id, &subject.id) {
            let (covers, until) = match waiver.standing(&rule.info, held.mark.gate, subject, ctx) {
                Standing::Covers(_, until) => (true, until),
                Standing::Void(_, until) => (false, until),
            };
            held.until = [held.until, until].into_iter().flatten().min();
            if covers {
                held.mark.outcome = Outcome::Waived;
                break;
            }
        }
        held
    }

    /// Follows the rules about the whole estate, once all that they count has been followed.
    pub(super) fn look_ahead_of_estate(&self, held: &[(usize, Held)], summary: &mut Summary) {
        let Some(lookout) = self.lookout() else {
            return;
        };
        let mut declaration = self.counted(summary);
        let mut tallies: Vec<Arc<Tally>> = summary.tallies.clone();
        let mut held = held.to_vec();
        let mut today = self.material().today;
        while let Some(next) = next_of_estate(lookout, &held, today, summary) {
            if lookout.has_given_up() || !lookout.step() {
                return;
            }
            let shifts = summary.timeline.shifts().get(&next);
            for (position, shift) in shifts.into_iter().flatten() {
                let (Some(tally), Some((_, question))) =
                    (tallies.get_mut(*position), self.questions().get(*position))
                else {
                    continue;
                };
                // Nobody else holds it then, so that it is changed where it stands.
                declaration.tallies.remove(question.key());
                let counted = Arc::make_mut(tally);
                counted.merge(&shift.joins);
                counted.take_out(&shift.leaves);
                let key = question.key().to_owned();
                declaration.tallies.insert(key, Arc::clone(tally));
            }
            today = next;
            let judge = Judge::new(Material {
                declaration: &declaration,
                today,
                ..*self.material()
            });
            let ctx = judge.context(None, false);
            for (index, held) in &mut held {
                let Some(rule) = self.material().rules.get(*index) else {
                    continue;
                };
                let then = judge.hold(rule, &declaration.organisation, &ctx);
                if then.mark != held.mark {
                    let turn = Turn {
                        rule: *index,
                        from: held.mark,
                        to: then.mark,
                    };
                    let name = &declaration.organisation.id;
                    summary.timeline.turn(today, turn, name);
                }
                *held = then;
            }
        }
    }
}

/// The next day on which a tally shifts or a rule about the estate turns by itself.
fn next_of_estate(
    lookout: &Lookout,
    held: &[(usize, Held)],
    today: Date,
    summary: &Summary,
) -> Option<Date> {
    let tomorrow = today.tomorrow().ok()?;
    let shifts = summary.timeline.shifts().range(tomorrow..);
    let shifts = shifts.map(|(day, _)| *day).next();
    let ends = held
        .iter()
        .filter_map(|(_, held)| lookout.next(held.until, today));
    ends.chain(shifts).min()
}

/// One rule on one subject, from day to day; without a rule, only what the subject adds to tallies.
struct Walk<'w, 'a> {
    judge: &'w Judge<'a>,
    lookout: &'w Lookout,
    index: Option<usize>,
    subject: &'w Subject,
    ctx: Context<'w>,
    countings: Vec<Counting<'w>>,
    /// The last day on which what it adds stays the same by itself.
    counted_until: Option<Date>,
}

impl<'w, 'a> Walk<'w, 'a> {
    fn begin(
        judge: &'w Judge<'a>,
        lookout: &'w Lookout,
        index: Option<usize>,
        subject: &'w Subject,
        ctx: &Context<'w>,
        outcome: Outcome,
    ) -> Self {
        let mut walk = Self {
            judge,
            lookout,
            index,
            subject,
            ctx: ctx.clone(),
            countings: Vec::new(),
            counted_until: None,
        };
        walk.countings = walk.count(outcome);
        walk
    }

    fn follow(&mut self, mut held: Held, summary: &mut Summary) {
        let rules = self.judge.material().rules;
        let rule = self
            .index
            .and_then(|index| Some((index, rules.get(index)?)));
        while let Some(next) = self.next(held) {
            if !self.lookout.step() {
                return;
            }
            self.ctx.today = next;
            if let Some((index, rule)) = rule {
                let then = self.judge.hold(rule, self.subject, &self.ctx);
                if then.mark != held.mark {
                    let turn = Turn {
                        rule: index,
                        from: held.mark,
                        to: then.mark,
                    };
                    summary.timeline.turn(next, turn, &self.subject.id);
                }
                held = then;
            }
            self.shift(held.mark.outcome, summary);
        }
    }

    fn next(&self, held: Held) -> Option<Date> {
        let until = [held.until, self.counted_until];
        self.lookout
            .next(until.into_iter().flatten().min(), self.ctx.today)
    }

    /// What the subject adds on the day of the context to every question that counts the rule.
    fn count(&mut self, outcome: Outcome) -> Vec<Counting<'w>> {
        let judge = self.judge;
        self.counted_until = None;
        let questions = judge.questions().iter().enumerate();
        questions
            .filter(|(_, (counted, _))| *counted == self.index)
            .map(|(position, (_, question))| {
                let until = question.entry_until(self.subject, &self.ctx);
                self.counted_until = [self.counted_until, until].into_iter().flatten().min();
                Counting {
                    position,
                    question: *question,
                    entry: question.entry(self.subject, outcome, &self.ctx),
                }
            })
            .collect()
    }

    /// Moves the subject in the tallies, from what it added to what it adds now.
    fn shift(&mut self, outcome: Outcome, summary: &mut Summary) {
        if self.countings.is_empty() {
            return;
        }
        let now = self.count(outcome);
        for (before, after) in self.countings.iter().zip(&now) {
            debug_assert_eq!(
                before.question.key(),
                after.question.key(),
                "questions keep their order"
            );
            if before.entry != after.entry {
                let day = self.ctx.today;
                summary.timeline.shift(day, before.position, |shift| {
                    shift.leaves.add(&before.entry);
                    shift.joins.add(&after.entry);
                });
            }
        }
        self.countings = now;
    }
}
