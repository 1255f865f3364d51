//! The summary of a run: counts per rule, and the decision that follows from them.
//!
//! Summaries merge: the sum of the parts is the summary of the whole, in any grouping.

use super::finding::Finding;
use super::outcome::{Decision, Gate, Outcome, Severity};
use super::tally::Tally;
use jiff::civil::Date;

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
    /// Counts for rules about a share of the estate, by the position of what they count.
    pub tallies: Vec<Tally>,
    worst: Option<Decision>,
    /// The last day of the earliest condition or waiver.
    pub earliest_condition: Option<Date>,
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
        self.worst = self.worst.max(Some(consequence));
    }

    /// The tally at a position, begun where there is none.
    pub fn tally(&mut self, position: usize) -> &mut Tally {
        if self.tallies.len() <= position {
            self.tallies.resize(position + 1, Tally::default());
        }
        &mut self.tallies[position]
    }

    pub fn merge(&mut self, other: &Self) {
        for (index, theirs) in other.rules.iter() {
            let ours = self.rules.at(index);
            ours.counts.merge(theirs.counts);
            ours.worst_fail = ours.worst_fail.max(theirs.worst_fail);
            ours.until = earliest(ours.until, theirs.until);
        }
        for (position, theirs) in other.tallies.iter().enumerate() {
            self.tally(position).merge(*theirs);
        }
        self.subjects += other.subjects;
        self.assets += other.assets;
        self.worst = self.worst.max(other.worst);
        self.earliest_condition = [self.earliest_condition, other.earliest_condition]
            .into_iter()
            .flatten()
            .min();
    }

    /// `None` when no rule applied to anything: that is never an admission.
    pub fn decision(&self) -> Option<Decision> {
        let is_policy = |index: usize| self.policy_rules.is_none_or(|count| index < count);
        let applied =
            |(index, rule): (usize, &RuleSummary)| is_policy(index) && rule.counts.applicable() > 0;
        self.worst.filter(|_| self.rules.iter().any(applied))
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
