//! Looks ahead from the day of a run: follows each outcome from its last day to the next, and
//! counts what turns. A day on which nothing ends costs nothing.
//!
//! Every subject is followed while it streams by; rules about a share of the estate come last, by
//! how their tallies shift.

use super::judge::{Judge, Material};
use crate::check::{Context, Share};
use crate::model::{Decision, Mark, Outcome, Sight, Subject, Summary, Tally, Turn};
use crate::policy::{Rule, Standing};
use jiff::civil::Date;
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

/// The shares that count a rule, each with its position and whether the subject is among those meant.
struct Membership<'s> {
    position: usize,
    share: &'s Share,
    is_member: Option<bool>,
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
        let is_counted = self.shares().iter().any(|(counted, _)| *counted == index);
        let is_of_interest = lookout.is_of_interest(held, ctx.today);
        if !is_of_interest && (!is_counted || lookout.has_given_up()) {
            return;
        }
        let mut walk = Walk {
            judge: self,
            lookout,
            index,
            subject,
            ctx: ctx.clone(),
            memberships: Vec::new(),
            members_until: None,
        };
        walk.memberships = walk.memberships();
        walk.follow(held, summary);
    }

    /// What a rule says of a subject on the day of the context, waivers included.
    fn hold(&self, rule: &Rule, subject: &Subject, ctx: &Context<'_>) -> Held {
        let mut held = Self::held(rule, subject, ctx);
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

    /// Follows the rules about a share of the estate, once all that they count has been followed.
    pub(super) fn look_ahead_of_estate(&self, held: &[(usize, Held)], summary: &mut Summary) {
        let Some(lookout) = self.lookout() else {
            return;
        };
        let mut declaration = self.counted(summary);
        let mut tallies = summary.tallies.clone();
        let mut held = held.to_vec();
        let mut today = self.material().today;
        while let Some(next) = next_of_estate(lookout, &held, today, summary) {
            if lookout.has_given_up() || !lookout.step() {
                return;
            }
            let shifts = summary.timeline.shifts().get(&next);
            for (position, shift) in shifts.into_iter().flatten() {
                if let Some(tally) = tallies.get_mut(*position) {
                    tally.merge(shift.joins);
                    tally.remove(shift.leaves);
                }
            }
            for (position, (_, share)) in self.shares().iter().enumerate() {
                let tally: Tally = tallies.get(position).copied().unwrap_or_default();
                declaration.tallies.insert(share.key.clone(), tally);
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

/// One rule on one subject, from day to day.
struct Walk<'w, 'a> {
    judge: &'w Judge<'a>,
    lookout: &'w Lookout,
    index: usize,
    subject: &'w Subject,
    ctx: Context<'w>,
    memberships: Vec<Membership<'w>>,
    /// The last day on which all memberships still hold.
    members_until: Option<Date>,
}

impl<'w> Walk<'w, '_> {
    fn follow(&mut self, mut held: Held, summary: &mut Summary) {
        let Some(rule) = self.judge.material().rules.get(self.index) else {
            return;
        };
        while let Some(next) = self.next(held) {
            if !self.lookout.step() {
                return;
            }
            self.ctx.today = next;
            let then = self.judge.hold(rule, self.subject, &self.ctx);
            if then.mark != held.mark {
                let turn = Turn {
                    rule: self.index,
                    from: held.mark,
                    to: then.mark,
                };
                summary.timeline.turn(next, turn, &self.subject.id);
            }
            self.shift(held.mark.outcome, then.mark.outcome, summary);
            held = then;
        }
    }

    fn next(&self, held: Held) -> Option<Date> {
        let until = [held.until, self.members_until];
        self.lookout
            .next(until.into_iter().flatten().min(), self.ctx.today)
    }

    fn memberships(&mut self) -> Vec<Membership<'w>> {
        let judge = self.judge;
        self.members_until = None;
        let shares = judge.shares().iter().enumerate();
        shares
            .filter(|(_, (counted, _))| *counted == self.index)
            .map(|(position, (_, share))| {
                let (is_member, until) = share.membership(self.subject, &self.ctx);
                self.members_until = [self.members_until, until].into_iter().flatten().min();
                Membership {
                    position,
                    share,
                    is_member,
                }
            })
            .collect()
    }

    /// Moves the subject in the tallies that count the rule, from what it was to what it is now.
    fn shift(&mut self, was: Outcome, is: Outcome, summary: &mut Summary) {
        if self.memberships.is_empty() {
            return;
        }
        let now = self.memberships();
        for (before, after) in self.memberships.iter().zip(&now) {
            debug_assert_eq!(before.share.key, after.share.key, "shares keep their order");
            if (before.is_member, was) != (after.is_member, is) {
                let day = self.ctx.today;
                summary.timeline.shift(day, before.position, |shift| {
                    shift.leaves.add(before.is_member, was);
                    shift.joins.add(after.is_member, is);
                });
            }
        }
        self.memberships = now;
    }
}
