//! Days in one field of some of the assets, for rules about the newest or the oldest of them.

use super::{Change, Pair, Standing};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// How many of those meant name each day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days {
    members: BTreeMap<Date, u64>,
    perhaps: BTreeMap<Date, u64>,
    /// Those whose day nobody knows.
    pub without: Pair,
    /// All of them.
    pub total: Pair,
}

impl Days {
    /// The days that those who belong name, from the first.
    pub fn of_members(&self) -> &BTreeMap<Date, u64> {
        &self.members
    }

    /// The days that those who may belong name, from the first.
    pub fn of_others(&self) -> &BTreeMap<Date, u64> {
        &self.perhaps
    }

    pub(super) fn change(&mut self, standing: Standing, day: Option<Date>, change: Change) {
        self.total.change(standing, change);
        let Some(day) = day else {
            self.without.change(standing, change);
            return;
        };
        let days = match standing {
            Standing::Member => &mut self.members,
            Standing::Perhaps => &mut self.perhaps,
        };
        let count = days.entry(day).or_default();
        change.apply(count);
        if *count == 0 {
            days.remove(&day);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (ours, theirs) in [
            (&mut self.members, &other.members),
            (&mut self.perhaps, &other.perhaps),
        ] {
            for (day, count) in theirs {
                *ours.entry(*day).or_default() += count;
            }
        }
        self.without.merge(other.without);
        self.total.merge(other.total);
    }

    pub(super) fn take_out(&mut self, other: &Self) {
        for (ours, theirs) in [
            (&mut self.members, &other.members),
            (&mut self.perhaps, &other.perhaps),
        ] {
            for (day, count) in theirs {
                let left = ours.get(day).map_or(0, |ours| ours.saturating_sub(*count));
                if left == 0 {
                    ours.remove(day);
                } else {
                    ours.insert(*day, left);
                }
            }
        }
        self.without.take_out(other.without);
        self.total.take_out(other.total);
    }
}
