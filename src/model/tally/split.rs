//! Outcomes of one rule among some of the assets, for rules about a share of the estate.

use super::{Change, Tally};
use crate::model::outcome::Outcome;

/// Numbers of assets by what a rule said of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Split {
    pub fail: u64,
    pub pass: u64,
    pub unclear: u64,
}

/// A share of failures between what it is at best and what it is at worst.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub best: f64,
    pub worst: f64,
    /// How many fail, of how many, at best.
    pub least: (u64, u64),
    /// How many fail, of how many, at worst.
    pub most: (u64, u64),
}

impl Split {
    pub fn total(self) -> u64 {
        self.fail + self.pass + self.unclear
    }

    pub(super) fn change(&mut self, outcome: Outcome, change: Change) {
        change.apply(match outcome {
            Outcome::Pass => &mut self.pass,
            // An accepted risk is still there.
            Outcome::Fail | Outcome::Waived => &mut self.fail,
            Outcome::Conflict | Outcome::Unknown => &mut self.unclear,
            Outcome::NotApplicable => return,
        });
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.fail += other.fail;
        self.pass += other.pass;
        self.unclear += other.unclear;
    }

    pub(super) fn take_out(&mut self, other: Self) {
        self.fail = self.fail.saturating_sub(other.fail);
        self.pass = self.pass.saturating_sub(other.pass);
        self.unclear = self.unclear.saturating_sub(other.unclear);
    }
}

impl Tally {
    /// The share of failures in percent. At best, whoever is unclear passes, and only those who
    /// pass are members; at worst the other way round. `None` while no member is certain.
    pub fn percent(&self) -> Option<Bounds> {
        let (sure, perhaps) = (self.members, self.perhaps);
        if sure.total() == 0 {
            return None;
        }
        let least = (sure.fail, sure.total() + perhaps.pass + perhaps.unclear);
        let most = (
            sure.fail + sure.unclear + perhaps.fail + perhaps.unclear,
            sure.total() + perhaps.fail + perhaps.unclear,
        );
        Some(Bounds {
            best: percent(least.0, least.1),
            worst: percent(most.0, most.1),
            least,
            most,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "no estate has 2^53 machines")]
fn percent(part: u64, whole: u64) -> f64 {
    part as f64 * 100.0 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::tally::{Counted, Entry};
    use proptest::prelude::*;

    fn outcome() -> impl Strategy<Value = (Option<bool>, Outcome)> {
        let outcomes = prop::sample::select(Outcome::ALL.to_vec());
        (prop::option::of(any::<bool>()), outcomes)
    }

    fn tally(assets: &[(Option<bool>, Outcome)]) -> Tally {
        let mut tally = Tally::default();
        for (is_member, outcome) in assets {
            tally.add(&Entry {
                is_member: *is_member,
                counts: Counted::Outcome(*outcome),
            });
        }
        tally
    }

    /// Every way in which the unclear may turn out, as shares in percent.
    fn worlds(assets: &[(Option<bool>, Outcome)]) -> Vec<f64> {
        let mut worlds = vec![(0_u64, 0_u64)];
        for (is_member, outcome) in assets {
            let mut ways = Vec::new();
            if *is_member != Some(true) || *outcome == Outcome::NotApplicable {
                ways.push((0, 0));
            }
            if *is_member != Some(false) {
                match outcome {
                    Outcome::Pass => ways.push((0, 1)),
                    Outcome::Fail | Outcome::Waived => ways.push((1, 1)),
                    Outcome::Conflict | Outcome::Unknown => ways.extend([(0, 1), (1, 1)]),
                    Outcome::NotApplicable => {}
                }
            }
            worlds = worlds
                .iter()
                .flat_map(|(part, whole)| ways.iter().map(move |(p, w)| (part + p, whole + w)))
                .collect();
        }
        worlds
            .iter()
            .map(|(part, whole)| percent(*part, *whole))
            .collect()
    }

    proptest! {
        #[test]
        fn no_way_in_which_the_unclear_turn_out_leaves_the_bounds(
            assets in prop::collection::vec(outcome(), 0..8),
        ) {
            if let Some(bounds) = tally(&assets).percent() {
                let worlds = worlds(&assets);
                let least = worlds.iter().copied().fold(f64::MAX, f64::min);
                let most = worlds.iter().copied().fold(f64::MIN, f64::max);
                prop_assert!((bounds.best - least).abs() < 1e-9, "{bounds:?} {least}");
                prop_assert!((bounds.worst - most).abs() < 1e-9, "{bounds:?} {most}");
            }
        }
    }
}
