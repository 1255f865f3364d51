//! The summary of a run: counts per rule, and the decision that follows from them.
//!
//! Summaries merge: the sum of the parts is the summary of the whole, in any grouping.

use super::data_quality::DataQuality;
use super::finding::Finding;
use super::outcome::{Decision, Gate, Outcome, Severity};
use super::tally::Tally;
use super::timeline::{Day, Mark, Sight, Timeline, Turn};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Counts of outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub conflict: u64,
    pub fail: u64,
    pub not_applicable: u64,
    pub pass: u64,
    pub unknown: u64,
    pub waived: u64,
}

impl Counts {
    pub fn add(&mut self, outcome: Outcome) {
        *self.slot(outcome) += 1;
    }

    pub fn of(mut self, outcome: Outcome) -> u64 {
        *self.slot(outcome)
    }

    /// Outcomes the rule applied to: the denominator of every percentage.
    pub fn applicable(self) -> u64 {
        self.conflict + self.fail + self.pass + self.unknown + self.waived
    }

    fn slot(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Conflict => &mut self.conflict,
            Outcome::Fail => &mut self.fail,
            Outcome::NotApplicable => &mut self.not_applicable,
            Outcome::Pass => &mut self.pass,
            Outcome::Unknown => &mut self.unknown,
            Outcome::Waived => &mut self.waived,
        }
    }

    fn merge(&mut self, other: Self) {
        for outcome in Outcome::ALL {
            *self.slot(outcome) += other.of(outcome);
        }
    }
}

/// What of a finding counts towards the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    pub outcome: Outcome,
    pub gate: Gate,
    pub severity: Severity,
    pub until: Option<Date>,
    pub due: Option<Date>,
}

/// What one rule found over all its subjects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSummary {
    pub counts: Counts,
    /// The worst severity and gate among its failures.
    pub worst_fail: Option<(Gate, Severity)>,
    /// The earliest day on which an outcome still holds, and how many end with it.
    pub until: Option<(Date, u64)>,
}

/// What each rule found, by its position in the policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSummaries(Vec<RuleSummary>);

impl RuleSummaries {
    /// What a rule found; `None` where it was asked of nothing.
    pub fn get(&self, index: usize) -> Option<&RuleSummary> {
        self.0.get(index).filter(|rule| rule.was_asked())
    }

    /// The rules that were asked of something, in order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &RuleSummary)> {
        let all = self.0.iter().enumerate();
        all.filter(|(_, rule)| rule.was_asked())
    }

    pub fn values(&self) -> impl Iterator<Item = &RuleSummary> {
        self.iter().map(|(_, rule)| rule)
    }

    /// What a rule found, begun where there is nothing yet.
    fn at(&mut self, index: usize) -> &mut RuleSummary {
        if self.0.len() <= index {
            self.0.resize(index + 1, RuleSummary::default());
        }
        &mut self.0[index]
    }
}

impl RuleSummary {
    fn was_asked(&self) -> bool {
        self.counts != Counts::default()
    }
}

/// The decision a run leads to, with what counts towards it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub rules: RuleSummaries,
    /// How many subjects were judged.
    pub subjects: u64,
    /// How many of them were assets.
    pub assets: u64,
    /// How many of the rules are the policy's: they come first, and only they admit anybody. None
    /// means all of them.
    policy_rules: Option<usize>,
    /// How good the data about the assets is.
    pub data: DataQuality,
    /// Counts for rules about the whole estate, by the position of the question.
    pub tallies: Vec<Arc<Tally>>,
    leads_to: LeadsTo,
    /// The last day of the earliest condition or waiver.
    pub earliest_condition: Option<Date>,
    /// What turns later, where somebody looked ahead.
    pub timeline: Timeline,
    /// How far somebody looked ahead.
    pub sight: Option<Sight>,
    /// What waivers name and no subject is called, once everything was judged.
    pub strangers: BTreeSet<String>,
}

/// How many outcomes each alone would lead to a decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct LeadsTo {
    admit: u64,
    admit_with_conditions: u64,
    refer: u64,
    reject: u64,
}

impl LeadsTo {
    fn slot(&mut self, decision: Decision) -> &mut u64 {
        match decision {
            Decision::Admit => &mut self.admit,
            Decision::AdmitWithConditions => &mut self.admit_with_conditions,
            Decision::Refer => &mut self.refer,
            Decision::Reject => &mut self.reject,
        }
    }

    fn merge(&mut self, other: Self) {
        self.admit += other.admit;
        self.admit_with_conditions += other.admit_with_conditions;
        self.refer += other.refer;
        self.reject += other.reject;
    }

    fn worst(mut self) -> Option<Decision> {
        let falling = [
            Decision::Reject,
            Decision::Refer,
            Decision::AdmitWithConditions,
            Decision::Admit,
        ];
        falling.into_iter().find(|one| *self.slot(*one) > 0)
    }
}

/// All that the decision of a run depends on, as turns move it from day to day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Balance {
    leads_to: LeadsTo,
    /// Outcomes of the policy's rules where they apply.
    applicable: u64,
    policy_rules: Option<usize>,
}

impl Balance {
    /// `None` when no rule applied to anything: that is never an admission.
    pub(super) fn decision(&self) -> Option<Decision> {
        self.leads_to.worst().filter(|_| self.applicable > 0)
    }

    pub(super) fn turn(&mut self, turn: &Turn, count: u64) {
        let is_policy = self.policy_rules.is_none_or(|rules| turn.rule < rules);
        let applies = |mark: Mark| is_policy && mark.outcome != Outcome::NotApplicable;
        let from = self.leads_to.slot(turn.from.leads_to());
        *from = from.saturating_sub(count);
        *self.leads_to.slot(turn.to.leads_to()) += count;
        if applies(turn.to) {
            self.applicable += count;
        }
        if applies(turn.from) {
            self.applicable = self.applicable.saturating_sub(count);
        }
    }
}

impl Summary {
    /// An empty summary of a run whose first rules are the policy's.
    pub fn of_policy(policy_rules: usize) -> Self {
        Self {
            policy_rules: Some(policy_rules),
            ..Self::default()
        }
    }

    pub fn add(&mut self, finding: &Finding) {
        let weight = Weight {
            outcome: finding.outcome,
            gate: finding.gate,
            severity: finding.severity,
            until: finding.until,
            due: finding.due,
        };
        self.count(finding.rule_index, weight);
    }

    /// Counts an outcome that nobody wrote a finding about.
    pub fn count(&mut self, rule_index: usize, weight: Weight) {
        let rule = self.rules.at(rule_index);
        rule.counts.add(weight.outcome);
        if weight.outcome == Outcome::Fail {
            rule.worst_fail = rule.worst_fail.max(Some((weight.gate, weight.severity)));
        }
        if let Some(until) = weight.until {
            rule.until = earliest(rule.until, Some((until, 1)));
        }
        let consequence = consequence(weight.outcome, weight.gate, weight.severity);
        if consequence == Decision::AdmitWithConditions {
            self.earliest_condition = [self.earliest_condition, weight.due]
                .into_iter()
                .flatten()
                .min();
        }
        *self.leads_to.slot(consequence) += 1;
    }

    /// Counts a subject that none of these rules will ever apply to.
    pub fn count_not_applicable(&mut self, rules: &[usize]) {
        for index in rules {
            self.rules.at(*index).counts.not_applicable += 1;
        }
        self.leads_to.admit += rules.len() as u64;
    }

    /// The tally at a position, begun where there is none.
    pub fn tally(&mut self, position: usize) -> &mut Tally {
        if self.tallies.len() <= position {
            self.tallies.resize_with(position + 1, Arc::default);
        }
        Arc::make_mut(&mut self.tallies[position])
    }

    /// Keeps the tallies of a running total small: see [`Tally::settle`].
    pub fn settle(&mut self) {
        for tally in &mut self.tallies {
            Arc::make_mut(tally).settle();
        }
    }

    pub fn merge(&mut self, other: &Self) {
        for (index, theirs) in other.rules.iter() {
            let ours = self.rules.at(index);
            ours.counts.merge(theirs.counts);
            ours.worst_fail = ours.worst_fail.max(theirs.worst_fail);
            ours.until = earliest(ours.until, theirs.until);
        }
        for (position, theirs) in other.tallies.iter().enumerate() {
            self.tally(position).merge(theirs);
        }
        self.data.merge(&other.data);
        self.subjects += other.subjects;
        self.assets += other.assets;
        self.leads_to.merge(other.leads_to);
        self.timeline.merge(&other.timeline);
        self.earliest_condition = [self.earliest_condition, other.earliest_condition]
            .into_iter()
            .flatten()
            .min();
    }

    /// `None` when no rule applied to anything: that is never an admission.
    pub fn decision(&self) -> Option<Decision> {
        self.balance().decision()
    }

    /// The days on which something turns, as far as somebody looked ahead.
    pub fn days(&self) -> impl Iterator<Item = Day<'_>> {
        self.timeline.days(self.balance())
    }

    fn balance(&self) -> Balance {
        let is_policy = |index: usize| self.policy_rules.is_none_or(|count| index < count);
        let policy = self.rules.iter().filter(|(index, _)| is_policy(*index));
        Balance {
            leads_to: self.leads_to,
            applicable: policy.map(|(_, rule)| rule.counts.applicable()).sum(),
            policy_rules: self.policy_rules,
        }
    }

    /// Counts over all rules.
    pub fn totals(&self) -> Counts {
        let mut totals = Counts::default();
        for rule in self.rules.values() {
            totals.merge(rule.counts);
        }
        totals
    }
}

fn earliest(one: Option<(Date, u64)>, other: Option<(Date, u64)>) -> Option<(Date, u64)> {
    match (one, other) {
        (Some((a, n)), Some((b, m))) if a == b => Some((a, n + m)),
        (Some(a), Some(b)) => Some(if a.0 < b.0 { a } else { b }),
        (a, b) => a.or(b),
    }
}

/// What one finding alone would lead to. The decision of a run is the worst of these.
pub fn consequence(outcome: Outcome, gate: Gate, severity: Severity) -> Decision {
    match outcome {
        Outcome::NotApplicable | Outcome::Pass => Decision::Admit,
        Outcome::Waived => Decision::AdmitWithConditions,
        Outcome::Conflict | Outcome::Unknown => match gate {
            Gate::Advise => Decision::Admit,
            Gate::Block | Gate::Condition | Gate::Refer => Decision::Refer,
        },
        Outcome::Fail => match (gate, severity) {
            (Gate::Advise, _) => Decision::Admit,
            (Gate::Block, _) | (Gate::Condition, Severity::Critical) => Decision::Reject,
            (Gate::Refer, _) | (Gate::Condition, Severity::High) => Decision::Refer,
            (Gate::Condition, Severity::Info | Severity::Low | Severity::Medium) => {
                Decision::AdmitWithConditions
            }
        },
    }
}
