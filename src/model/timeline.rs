//! What turns on which day with nothing else changed, counted by rule. It never says why: that is
//! told of the day itself.
//!
//! Timelines merge: the sum of the parts is the timeline of the whole, in any grouping.

use super::outcome::{Decision, Gate, Outcome, Severity};
use super::summary::{Balance, consequence};
use super::tally::Tally;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// An outcome with what it weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    pub outcome: Outcome,
    pub gate: Gate,
    pub severity: Severity,
}

/// One rule coming to say something else of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Position of the rule in the policy.
    pub rule: usize,
    pub from: Mark,
    pub to: Mark,
}

/// The subjects that take a turn on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Turned {
    pub count: u64,
    /// Ids of the first few, in the order of the declaration.
    pub names: Vec<String>,
}

/// What leaves the tally of a question about the estate on a day, and what joins it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shift {
    pub leaves: Tally,
    pub joins: Tally,
}

/// Turns by day. Empty where nobody looked ahead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    days: BTreeMap<Date, BTreeMap<Turn, Turned>>,
    entries: usize,
    /// The last day that is told whole, where there were too many turns to keep.
    whole_to: Option<Date>,
    shifts: BTreeMap<Date, BTreeMap<usize, Shift>>,
}

/// One day on which something turns, and the decision from that day on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day<'t> {
    pub date: Date,
    pub turns: &'t BTreeMap<Turn, Turned>,
    pub before: Option<Decision>,
    pub decision: Option<Decision>,
}

/// How far a look ahead went, and whether it answers for all of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All turns to this day.
    Clear(Date),
    /// No turn to this day can change the decision, so none was looked for.
    Settled(Date),
    /// Too many turns to look for.
    TooMany(Date),
}

impl Mark {
    /// What it alone would lead to.
    pub fn leads_to(self) -> Decision {
        consequence(self.outcome, self.gate, self.severity)
    }
}

impl Day<'_> {
    pub fn changes_the_decision(&self) -> bool {
        self.before != self.decision
    }

    /// The turns that make the decision what it becomes: those that lead to it, or, where it
    /// becomes milder, those that led to the one before.
    pub fn causes(&self) -> impl Iterator<Item = (&Turn, &Turned)> {
        let is_milder = self.decision < self.before;
        self.turns.iter().filter(move |(turn, _)| {
            if is_milder {
                Some(turn.from.leads_to()) == self.before
            } else {
                Some(turn.to.leads_to()) == self.decision
            }
        })
    }
}

impl Timeline {
    /// Ids kept of the subjects that take one turn on one day.
    pub const NAMED: usize = 3;

    /// Turns kept, counting a rule and its outcomes on a day as one. A year of every day of a
    /// large estate takes less.
    pub const KEPT: usize = 200_000;

    pub fn turn(&mut self, date: Date, turn: Turn, name: &str) {
        let turned = self.slot(date, turn);
        turned.count += 1;
        if turned.names.len() < Self::NAMED {
            turned.names.push(name.to_owned());
        }
        self.cut();
    }

    pub fn shift(&mut self, date: Date, position: usize, change: impl FnOnce(&mut Shift)) {
        let day = self.shifts.entry(date).or_default();
        change(day.entry(position).or_default());
    }

    pub fn shifts(&self) -> &BTreeMap<Date, BTreeMap<usize, Shift>> {
        &self.shifts
    }

    pub fn whole_to(&self) -> Option<Date> {
        self.whole_to
    }

    pub fn merge(&mut self, other: &Self) {
        for (date, turns) in &other.days {
            for (turn, theirs) in turns {
                let ours = self.slot(*date, *turn);
                ours.count += theirs.count;
                let room = Self::NAMED.saturating_sub(ours.names.len());
                ours.names.extend(theirs.names.iter().take(room).cloned());
            }
        }
        for (date, shifts) in &other.shifts {
            for (position, theirs) in shifts {
                self.shift(*date, *position, |ours| {
                    ours.leaves.merge(&theirs.leaves);
                    ours.joins.merge(&theirs.joins);
                });
            }
        }
        self.whole_to = [self.whole_to, other.whole_to].into_iter().flatten().min();
        self.cut();
    }

    /// The days in order, with the decision that each leads to, from what stood before the first.
    pub(super) fn days(&self, mut balance: Balance) -> impl Iterator<Item = Day<'_>> {
        self.days.iter().map(move |(date, turns)| {
            let before = balance.decision();
            for (turn, turned) in turns {
                balance.turn(turn, turned.count);
            }
            Day {
                date: *date,
                turns,
                before,
                decision: balance.decision(),
            }
        })
    }

    fn slot(&mut self, date: Date, turn: Turn) -> &mut Turned {
        let entries = &mut self.entries;
        self.days
            .entry(date)
            .or_default()
            .entry(turn)
            .or_insert_with(|| {
                *entries += 1;
                Turned::default()
            })
    }

    /// Forgets the last days where there are too many turns, so that what is kept is whole.
    fn cut(&mut self) {
        if self.entries > Self::KEPT
            && let Some((date, turns)) = self.days.pop_last()
        {
            self.entries -= turns.len();
            let whole_to = date.yesterday().unwrap_or(date);
            self.whole_to = Some(self.whole_to.map_or(whole_to, |day| day.min(whole_to)));
        }
        while let (Some(whole_to), Some(last)) = (self.whole_to, self.days.last_entry())
            && *last.key() > whole_to
        {
            self.entries -= last.remove().len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Summary, Weight};
    use jiff::civil::date;

    fn mark(outcome: Outcome) -> Mark {
        Mark {
            outcome,
            gate: Gate::Block,
            severity: Severity::High,
        }
    }

    fn turn(rule: usize, from: Outcome, to: Outcome) -> Turn {
        Turn {
            rule,
            from: mark(from),
            to: mark(to),
        }
    }

    /// A policy of one rule that passes twice, and a rule about the data that passes.
    fn summary() -> Summary {
        let mut summary = Summary::of_policy(1);
        for rule in [0, 0, 1] {
            let weight = Weight {
                outcome: Outcome::Pass,
                gate: Gate::Block,
                severity: Severity::High,
                until: None,
                due: None,
            };
            summary.count(rule, weight);
        }
        summary
    }

    fn decisions(summary: &Summary) -> Vec<(i8, Option<Decision>)> {
        let days = summary.days();
        days.map(|day| (day.date.day(), day.decision)).collect()
    }

    #[test]
    fn a_decision_is_the_worst_of_what_stands_on_the_day() {
        use Outcome::{Fail, NotApplicable, Pass, Unknown};
        let mut summary = summary();
        let line = &mut summary.timeline;
        line.turn(date(2026, 12, 3), turn(0, Pass, Fail), "A-1");
        line.turn(date(2026, 12, 2), turn(0, Pass, Unknown), "A-2");
        line.turn(date(2026, 12, 4), turn(0, Fail, NotApplicable), "A-1");
        line.turn(date(2026, 12, 5), turn(0, Unknown, NotApplicable), "A-2");
        // What is said of the data alone admits nobody.
        assert_eq!(
            decisions(&summary),
            [
                (2, Some(Decision::Refer)),
                (3, Some(Decision::Reject)),
                (4, Some(Decision::Refer)),
                (5, None),
            ]
        );
    }

    #[test]
    fn parts_merge_into_the_whole_with_the_first_names() {
        let day = date(2026, 12, 3);
        let step = turn(0, Outcome::Pass, Outcome::Fail);
        let [mut one, mut other, mut whole] = [(); 3].map(|()| Timeline::default());
        for number in 0..5 {
            let part = if number < 2 { &mut one } else { &mut other };
            part.turn(day, step, &format!("A-{number}"));
            whole.turn(day, step, &format!("A-{number}"));
        }
        one.merge(&other);
        assert_eq!(one, whole);
        let turned = &one.days[&day][&step];
        assert_eq!((turned.count, turned.names.len()), (5, Timeline::NAMED));
        assert_eq!(turned.names[2], "A-2");
    }

    #[test]
    fn too_many_turns_are_cut_at_a_whole_day_in_any_order() {
        let days = i32::try_from(Timeline::KEPT / 1_000).expect("it is small") + 2;
        let fill = |order: &mut dyn Iterator<Item = i32>| {
            let mut line = Timeline::default();
            for number in order {
                let date = date(2026, 12, 1) + jiff::Span::new().days(number);
                for rule in 0..1_000 {
                    line.turn(date, turn(rule, Outcome::Pass, Outcome::Fail), "A-1");
                }
            }
            line
        };
        let forwards = fill(&mut (0..days));
        let last = date(2026, 12, 1) + jiff::Span::new().days(days - 3);
        assert_eq!(forwards.whole_to(), Some(last));
        assert_eq!(forwards.entries, Timeline::KEPT);
        assert_eq!(fill(&mut (0..days).rev()), forwards);
    }
}
