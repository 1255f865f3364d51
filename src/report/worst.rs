//! The worst of many, for formats with a limit. What is left out is counted, so that a report can
//! say so.

use crate::model::{Decision, Finding, Outcome, Severity, consequence};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Order from worst to mildest; of equals, the order of the policy, then that of the run.
type Rank = (Reverse<Decision>, Reverse<Severity>, u8, usize, u64);

/// Keeps the worst. Memory grows with the limit, not with the run.
#[derive(Debug)]
pub(super) struct Worst<T> {
    limit: usize,
    kept: BTreeMap<Rank, T>,
    seen: u64,
}

impl<T> Worst<T> {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            kept: BTreeMap::new(),
            seen: 0,
        }
    }

    /// Takes a finding, as what a format makes of it; that is made only where it is kept.
    pub(super) fn push(&mut self, finding: &Finding, make: impl FnOnce() -> T) {
        let rank = rank(finding, self.seen);
        self.seen += 1;
        if self.kept.len() < self.limit {
            self.kept.insert(rank, make());
            return;
        }
        if self
            .kept
            .last_key_value()
            .is_some_and(|(last, _)| rank < *last)
        {
            self.kept.pop_last();
            self.kept.insert(rank, make());
        }
    }

    /// From the worst to the mildest.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.kept.values()
    }

    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// How many were not kept.
    pub(super) fn left_out(&self) -> u64 {
        self.seen - self.kept.len() as u64
    }
}

fn rank(finding: &Finding, position: u64) -> Rank {
    let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
    let outcome = match finding.outcome {
        Outcome::Fail => 0,
        Outcome::Conflict => 1,
        Outcome::Unknown => 2,
        Outcome::Waived => 3,
        Outcome::NotApplicable => 5,
        Outcome::Pass => 4,
    };
    // Passes weigh nothing, whatever the severity of their rule.
    let severity = if finding.outcome.is_worth_telling() {
        finding.severity
    } else {
        Severity::Info
    };
    (
        Reverse(leads_to),
        Reverse(severity),
        outcome,
        finding.rule_index,
        position,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    #[test]
    fn the_worst_stay_in_order_and_the_others_are_counted() {
        let sample = Sample::supplier(70);
        let mut worst = Worst::new(12);
        for finding in &sample.findings {
            worst.push(finding, || (finding.rule.id.clone(), finding.outcome));
        }
        let kept: Vec<_> = worst
            .iter()
            .map(|(rule, outcome)| (&**rule, *outcome))
            .collect();
        assert_eq!(kept[..10], [("WAN-001", Outcome::Fail); 10]);
        assert_eq!(kept[10], ("CE-001", Outcome::Fail));
        assert_eq!(kept[11], ("WAN-001", Outcome::Conflict));
        assert_eq!(worst.seen(), 212);
        assert_eq!(worst.left_out(), 200);
    }

    #[test]
    fn a_limit_of_nothing_keeps_nothing() {
        let sample = Sample::supplier(1);
        let mut worst = Worst::new(0);
        worst.push(&sample.findings[0], || ());
        assert_eq!((worst.len(), worst.left_out()), (0, 1));
    }
}
