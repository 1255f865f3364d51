//! What rules over a whole estate count while its assets stream by: outcomes of another rule, days,
//! and values.
//!
//! Tallies merge by addition, so that neither order nor grouping shows in them, and what was added
//! can be taken out again.

mod days;
mod split;
mod values;

pub use days::Days;
pub use split::{Bounds, Split};
pub use values::Values;

use super::outcome::Outcome;
use jiff::civil::Date;
use std::borrow::Cow;

/// What was counted over some of the assets, for one question. Each question fills one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Outcomes of those that belong to the group.
    pub members: Split,
    /// Outcomes of those that may belong to it.
    pub perhaps: Split,
    pub days: Days,
    pub values: Values,
}

/// What one asset adds to a tally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Whether it is among those meant; `None` when nobody can tell.
    pub is_member: Option<bool>,
    pub counts: Counted<'a>,
}

/// What of an asset is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted<'a> {
    /// The day in a field; `None` where none can be read.
    Day(Option<Date>),
    /// What the counted rule said.
    Outcome(Outcome),
    /// The text in a field; `None` where none can be read.
    Value(Option<Cow<'a, str>>),
}

impl Tally {
    pub fn add(&mut self, entry: &Entry<'_>) {
        self.change(entry, Change::Add);
    }

    /// Takes out what was added once.
    pub fn remove(&mut self, entry: &Entry<'_>) {
        self.change(entry, Change::Remove);
    }

    pub fn merge(&mut self, other: &Self) {
        self.members.merge(other.members);
        self.perhaps.merge(other.perhaps);
        self.days.merge(&other.days);
        self.values.merge(&other.values);
    }

    /// Takes out what was merged before.
    pub fn take_out(&mut self, other: &Self) {
        self.members.take_out(other.members);
        self.perhaps.take_out(other.perhaps);
        self.days.take_out(&other.days);
        self.values.take_out(&other.values);
    }

    /// Forgets what only a later merge could need, so that a running total stays small. Merge
    /// settled tallies only with fresh ones: between two of them values stay nameless that each has
    /// once. Counts are right either way.
    pub fn settle(&mut self) {
        self.values.settle();
    }

    fn change(&mut self, entry: &Entry<'_>, change: Change) {
        let standing = match entry.is_member {
            Some(true) => Standing::Member,
            None => Standing::Perhaps,
            Some(false) => return,
        };
        match &entry.counts {
            Counted::Day(day) => self.days.change(standing, *day, change),
            Counted::Outcome(outcome) => match standing {
                Standing::Member => self.members.change(*outcome, change),
                Standing::Perhaps => self.perhaps.change(*outcome, change),
            },
            Counted::Value(value) => self.values.change(standing, value.as_deref(), change),
        }
    }
}

/// Whether an asset belongs to the group, or may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Member,
    Perhaps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Add,
    Remove,
}

impl Change {
    fn apply(self, count: &mut u64) {
        *count = match self {
            Self::Add => count.saturating_add(1),
            Self::Remove => count.saturating_sub(1),
        };
    }
}

/// One number for those that belong, and one for those that may.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pair {
    pub members: u64,
    pub perhaps: u64,
}

impl Pair {
    pub fn total(self) -> u64 {
        self.members.saturating_add(self.perhaps)
    }

    fn change(&mut self, standing: Standing, change: Change) {
        change.apply(match standing {
            Standing::Member => &mut self.members,
            Standing::Perhaps => &mut self.perhaps,
        });
    }

    fn merge(&mut self, other: Self) {
        self.members = self.members.saturating_add(other.members);
        self.perhaps = self.perhaps.saturating_add(other.perhaps);
    }

    fn take_out(&mut self, other: Self) {
        self.members = self.members.saturating_sub(other.members);
        self.perhaps = self.perhaps.saturating_sub(other.perhaps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use proptest::prelude::*;

    fn entry() -> impl Strategy<Value = Entry<'static>> {
        let outcomes = prop::sample::select(Outcome::ALL.to_vec()).prop_map(Counted::Outcome);
        let days = prop::option::of(0..6_i32)
            .prop_map(|day| Counted::Day(day.map(|day| Date::constant(2026, 11, 1) + day.days())));
        let values = prop::option::of("[a-cA-C]{1,2}")
            .prop_map(|value| Counted::Value(value.map(Cow::Owned)));
        (
            prop::option::of(any::<bool>()),
            prop_oneof![outcomes, days, values],
        )
            .prop_map(|(is_member, counts)| Entry { is_member, counts })
    }

    fn tally(assets: &[Entry<'_>]) -> Tally {
        let mut tally = Tally::default();
        for asset in assets {
            tally.add(asset);
        }
        tally
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole_in_any_order_and_grouping(
            assets in prop::collection::vec(entry(), 0..30),
            cuts in (0..30_usize, 0..30_usize),
        ) {
            let (one, rest) = assets.split_at(cuts.0.min(assets.len()));
            let (two, three) = rest.split_at(cuts.1.min(rest.len()));
            let whole = tally(&assets);
            let mut left = tally(one);
            left.merge(&tally(two));
            left.merge(&tally(three));
            prop_assert_eq!(&left, &whole);
            let mut right = tally(three);
            right.merge(&tally(two));
            let mut turned = right.clone();
            turned.merge(&tally(one));
            prop_assert_eq!(&turned, &whole);
        }

        #[test]
        fn what_is_taken_out_was_never_there(
            assets in prop::collection::vec(entry(), 0..20),
            others in prop::collection::vec(entry(), 0..20),
        ) {
            let mut both = tally(&assets);
            for other in &others {
                both.add(other);
            }
            for other in &others {
                both.remove(other);
            }
            prop_assert_eq!(both, tally(&assets));
        }

        #[test]
        fn a_total_that_is_settled_as_it_grows_names_what_the_whole_does(
            assets in prop::collection::vec(entry(), 0..30),
            size in 1..9_usize,
        ) {
            let mut running = Tally::default();
            for part in assets.chunks(size) {
                running.merge(&tally(part));
                running.settle();
            }
            let mut whole = tally(&assets);
            whole.settle();
            prop_assert_eq!(running, whole);
        }
    }
}
