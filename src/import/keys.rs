//! The keys of records that follow one another: mostly the same ones in the same order, so that
//! each is looked for first where it stood the last time.

use std::collections::HashMap;

/// Bytes of keys kept from record to record; those of one record may be more.
const KEPT: usize = 1 << 16;

/// Every key that was met, with what it means.
#[derive(Debug)]
pub(super) struct Met<M> {
    keys: Vec<Known<M>>,
    positions: HashMap<Box<str>, usize>,
    /// The key before the one at hand.
    last: usize,
    bytes: usize,
    record: u64,
    /// Keys of the record at hand.
    count: usize,
}

#[derive(Debug)]
struct Known<M> {
    key: Box<str>,
    means: M,
    /// The last record it stood in.
    record: u64,
    /// The key that came after it the last time.
    next: usize,
}

impl<M> Default for Met<M> {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            positions: HashMap::new(),
            last: 0,
            bytes: 0,
            record: 0,
            count: 0,
        }
    }
}

impl<M: Copy> Met<M> {
    /// Begins a record.
    pub(super) fn begin(&mut self) {
        if self.bytes > KEPT {
            self.bytes = 0;
            self.keys.clear();
            self.positions.clear();
        }
        self.record += 1;
        self.count = 0;
        self.last = self.keys.len();
    }

    /// How many keys the record at hand has so far.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// What a key means; `None` where the record has it already.
    pub(super) fn meet(&mut self, key: &str, means: impl FnOnce() -> M) -> Option<M> {
        let position = self.position(key, means);
        if let Some(last) = self.keys.get_mut(self.last) {
            last.next = position;
        }
        self.last = position;
        let known = self.keys.get_mut(position)?;
        if known.record == self.record {
            return None;
        }
        known.record = self.record;
        self.count += 1;
        Some(known.means)
    }

    fn position(&mut self, key: &str, means: impl FnOnce() -> M) -> usize {
        let expected = self.keys.get(self.last).map_or(0, |last| last.next);
        if self
            .keys
            .get(expected)
            .is_some_and(|known| *known.key == *key)
        {
            return expected;
        }
        if let Some(position) = self.positions.get(key) {
            return *position;
        }
        let position = self.keys.len();
        self.bytes += key.len() + size_of::<Known<M>>();
        self.positions.insert(key.into(), position);
        self.keys.push(Known {
            key: key.into(),
            means: means(),
            record: 0,
            next: position + 1,
        });
        position
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #[test]
        fn a_key_means_the_same_in_whatever_order_and_is_met_once_a_record(
            records in prop::collection::vec(prop::collection::vec(0..12_u8, 0..12), 0..12),
        ) {
            let mut met = Met::default();
            for keys in records {
                met.begin();
                let mut seen = HashSet::new();
                for key in keys {
                    let means = met.meet(&format!("key {key}"), || key);
                    prop_assert_eq!(means, seen.insert(key).then_some(key));
                    prop_assert_eq!(met.count(), seen.len());
                }
            }
        }
    }

    #[test]
    fn keys_that_never_come_again_are_not_kept_for_ever() {
        let mut met = Met::default();
        for record in 0..10 {
            met.begin();
            for key in 0..3 {
                let key = format!("{record} {key} {}", "long".repeat(KEPT / 8));
                assert_eq!(met.meet(&key, || ()), Some(()));
            }
            let kept: usize = met.keys.iter().map(|known| known.key.len()).sum();
            assert!(kept < 3 * KEPT, "{kept}");
        }
    }
}
