//! Values of one field of some of the assets, for rules that want each to be there once.
//!
//! A value is kept as eight bytes, its hash, whatever its case. That two values share one is less
//! likely than one in ten million for a million assets, and would only ever show as a duplicate.

use super::{Change, Pair, Standing};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

/// How many of those meant declare each value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    counts: HashMap<u64, Count>,
    /// Values that can still be named: all of a fresh tally, a few duplicates of a settled one.
    names: HashMap<u64, Box<str>>,
    /// Values that two or more of those who belong declare.
    pub twins: u64,
    /// Values of which that is so only if some belong who may.
    pub possible_twins: u64,
    /// Those whose value nobody knows.
    pub without: Pair,
    /// All of them.
    pub total: Pair,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    members: u32,
    perhaps: u32,
}

/// Duplicates that a settled tally can name.
const NAMED: usize = 64;

/// The longest name that is kept, in characters.
const LONGEST: usize = 64;

impl Values {
    /// Some of the duplicated values, at most so many, in lower case and in their order. Which they
    /// are depends neither on the order of the assets nor on how they were grouped.
    pub fn some_twins(&self, at_most: usize) -> Vec<&str> {
        let mut names: Vec<_> = self
            .names
            .iter()
            .filter(|(hash, _)| self.is_twin(**hash))
            .collect();
        names.sort_unstable();
        let mut names: Vec<&str> = names
            .into_iter()
            .take(at_most)
            .map(|(_, name)| &**name)
            .collect();
        names.sort_unstable();
        names
    }

    pub(super) fn change(&mut self, standing: Standing, value: Option<&str>, change: Change) {
        self.total.change(standing, change);
        let Some(value) = value else {
            self.without.change(standing, change);
            return;
        };
        let hash = hash(value);
        let added = match (standing, change) {
            (Standing::Member, Change::Add) => [1, 0],
            (Standing::Perhaps, Change::Add) => [0, 1],
            (Standing::Member, Change::Remove) => [-1, 0],
            (Standing::Perhaps, Change::Remove) => [0, -1],
        };
        self.count(hash, |count| Count {
            members: count.members.saturating_add_signed(added[0]),
            perhaps: count.perhaps.saturating_add_signed(added[1]),
        });
        if change == Change::Add {
            self.names.entry(hash).or_insert_with(|| shown(value));
        } else if !self.counts.contains_key(&hash) {
            self.names.remove(&hash);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (hash, theirs) in &other.counts {
            self.count(*hash, |count| Count {
                members: count.members.saturating_add(theirs.members),
                perhaps: count.perhaps.saturating_add(theirs.perhaps),
            });
        }
        for (hash, name) in &other.names {
            self.names.entry(*hash).or_insert_with(|| name.clone());
        }
        self.without.merge(other.without);
        self.total.merge(other.total);
    }

    pub(super) fn take_out(&mut self, other: &Self) {
        for (hash, theirs) in &other.counts {
            self.count(*hash, |count| Count {
                members: count.members.saturating_sub(theirs.members),
                perhaps: count.perhaps.saturating_sub(theirs.perhaps),
            });
        }
        let counts = &self.counts;
        self.names.retain(|hash, _| counts.contains_key(hash));
        self.without.take_out(other.without);
        self.total.take_out(other.total);
    }

    /// Keeps the names of the first duplicates by hash only: once one is not among them it never
    /// will be, as long as the tally grows.
    pub(super) fn settle(&mut self) {
        let counts = &self.counts;
        let is_twin = |hash: &u64| counts.get(hash).is_some_and(|count| count.members > 1);
        self.names.retain(|hash, _| is_twin(hash));
        if self.names.len() > NAMED {
            let mut hashes: Vec<_> = self.names.keys().copied().collect();
            let (_, last, _) = hashes.select_nth_unstable(NAMED - 1);
            let last = *last;
            self.names.retain(|hash, _| *hash <= last);
        }
        // A fresh part held many more.
        self.names.shrink_to(2 * NAMED);
    }

    fn is_twin(&self, hash: u64) -> bool {
        self.counts.get(&hash).is_some_and(|one| one.members > 1)
    }

    /// Changes one count, and what follows from it.
    fn count(&mut self, hash: u64, change: impl Fn(Count) -> Count) {
        let count = self.counts.entry(hash).or_default();
        let (before, after) = (*count, change(*count));
        *count = after;
        if after == Count::default() {
            self.counts.remove(&hash);
        }
        for (tally, is_one) in [
            (&mut self.twins, Count::is_twin as fn(Count) -> bool),
            (&mut self.possible_twins, Count::is_possible_twin),
        ] {
            *tally = tally
                .saturating_add(u64::from(is_one(after)))
                .saturating_sub(u64::from(is_one(before)));
        }
    }
}

impl Count {
    fn is_twin(self) -> bool {
        self.members > 1
    }

    fn is_possible_twin(self) -> bool {
        !self.is_twin() && self.members.saturating_add(self.perhaps) > 1
    }
}

fn hash(value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut bytes = [0; 4];
    for c in value.trim().chars().flat_map(char::to_lowercase) {
        hasher.write(c.encode_utf8(&mut bytes).as_bytes());
    }
    hasher.finish()
}

fn shown(value: &str) -> Box<str> {
    let lower = value.trim().chars().flat_map(char::to_lowercase);
    let mut name: String = lower.clone().take(LONGEST).collect();
    if lower.count() > LONGEST {
        name.push('…');
    }
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(declared: &[&str]) -> Values {
        let mut values = Values::default();
        for value in declared {
            values.change(Standing::Member, Some(value), Change::Add);
        }
        values
    }

    #[test]
    fn case_and_spaces_around_it_make_no_other_value() {
        let values = values(&["AB-1", " ab-1", "AB1", "a.b-1"]);
        assert_eq!(values.twins, 1);
        assert_eq!(values.some_twins(3), ["ab-1"]);
    }

    #[test]
    fn a_settled_tally_keeps_few_names_and_every_count() {
        let many: Vec<_> = (0..1_000)
            .map(|number| format!("S{}", number / 2))
            .collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        let mut values = values(&many);
        values.settle();
        assert_eq!((values.twins, values.names.len()), (500, NAMED));
        assert_eq!(values.some_twins(3).len(), 3);
        let endless = "x".repeat(100_000);
        values.change(Standing::Member, Some(&endless), Change::Add);
        assert!(values.names.values().all(|name| name.len() < 300));
    }

    #[test]
    fn who_may_belong_makes_possible_twins() {
        let mut values = values(&["a", "b"]);
        values.change(Standing::Perhaps, Some("a"), Change::Add);
        assert_eq!((values.twins, values.possible_twins), (0, 1));
        values.change(Standing::Member, Some("a"), Change::Add);
        assert_eq!((values.twins, values.possible_twins), (1, 0));
    }
}
