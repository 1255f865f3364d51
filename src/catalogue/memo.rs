//! Remembers identities per distinct input: an estate has few distinct operating systems.
//!
//! Keyed on the whole input, not on a hash of it. Bounded: a full shard starts over.

use super::os::{Identity, OsFacts};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

const SHARDS: usize = 16;
const ENTRIES_PER_SHARD: usize = 1024;

type Shard<T> = RwLock<HashMap<Box<[u8]>, Arc<T>>>;

#[derive(Debug)]
pub(super) struct Memo<T> {
    hasher: LazyLock<RandomState>,
    shards: LazyLock<[Shard<T>; SHARDS]>,
}

impl<T> Memo<T> {
    pub(super) const fn new() -> Self {
        Self {
            hasher: LazyLock::new(RandomState::new),
            shards: LazyLock::new(|| std::array::from_fn(|_| Shard::default())),
        }
    }

    /// What is remembered under a key, or what `identify` finds now.
    pub(super) fn under(&self, key: Vec<u8>, identify: impl FnOnce() -> T) -> Arc<T> {
        let shard = &self.shards[usize::from(self.hasher.hash_one(&key).to_le_bytes()[0]) % SHARDS];
        // A poisoned map is still whole: entries are only ever added or all cleared.
        let known = shard
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key.as_slice())
            .cloned();
        if let Some(known) = known {
            return known;
        }
        let found = Arc::new(identify());
        let mut map = shard.write().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= ENTRIES_PER_SHARD {
            map.clear();
        }
        map.insert(key.into_boxed_slice(), Arc::clone(&found));
        found
    }
}

impl Memo<Identity> {
    /// The remembered identity, or the one `identify` finds now.
    pub(super) fn find_or(
        &self,
        facts: &OsFacts<'_>,
        identify: impl FnOnce() -> Identity,
    ) -> Arc<Identity> {
        self.under(key(&facts.bounded()), identify)
    }
}

fn key(facts: &OsFacts<'_>) -> Vec<u8> {
    let mut key = key_of(facts.texts());
    key.push(match facts.is_server {
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    });
    key
}

/// Every field with its length before it, so that no two inputs share a key.
pub(super) fn key_of<'t>(fields: impl IntoIterator<Item = Option<&'t str>>) -> Vec<u8> {
    let mut key = Vec::with_capacity(128);
    for field in fields {
        match field {
            Some(text) => {
                key.extend_from_slice(&(text.len() + 1).to_le_bytes()[..4]);
                key.extend_from_slice(text.as_bytes());
            }
            None => key.extend_from_slice(&[0; 4]),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn fields_do_not_run_into_each_other() {
        let named = |name, version| OsFacts {
            name: Some(name),
            version: Some(version),
            ..OsFacts::default()
        };
        assert_ne!(key(&named("ab", "c")), key(&named("a", "bc")));
        assert_ne!(key(&OsFacts::named("a")), key(&named("a", "")));
        let server = OsFacts {
            is_server: Some(true),
            ..OsFacts::named("a")
        };
        assert_ne!(key(&OsFacts::named("a")), key(&server));
    }

    #[test]
    fn an_answer_is_remembered_and_the_memory_stays_small() {
        let catalogue = Catalogue::embedded();
        let memo = Memo::new();
        let first = memo.find_or(&OsFacts::named("Debian 12"), || {
            crate::catalogue::os::identify(&OsFacts::named("Debian 12"), catalogue.lifecycle())
        });
        let again = memo.find_or(&OsFacts::named("Debian 12"), || unreachable!("remembered"));
        assert!(Arc::ptr_eq(&first, &again));
        for number in 0..50_000 {
            memo.find_or(&OsFacts::named(&number.to_string()), || (*first).clone());
        }
        let held: usize = memo
            .shards
            .iter()
            .map(|shard| shard.read().unwrap().len())
            .sum();
        assert!(held <= SHARDS * ENTRIES_PER_SHARD);
    }

    #[test]
    fn blank_and_absent_fields_share_an_answer() {
        let blank = OsFacts {
            version: Some("  "),
            ..OsFacts::named("Debian 12 ")
        };
        let catalogue = Catalogue::embedded();
        let found = catalogue.identify(&blank);
        assert!(Arc::ptr_eq(
            &found,
            &catalogue.identify(&OsFacts::named("Debian 12"))
        ));
    }
}
