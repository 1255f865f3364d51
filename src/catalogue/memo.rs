//! Remembers identities per distinct input: an estate has few distinct operating systems.
//!
//! Keyed on the whole input, not on a hash of it. Bounded: a full shard starts over.

use super::os::{Identity, OsFacts};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

const SHARDS: usize = 16;
const ENTRIES_PER_SHARD: usize = 1024;

type Shard = RwLock<HashMap<Box<[u8]>, Arc<Identity>>>;

#[derive(Debug)]
pub(super) struct Memo {
    hasher: LazyLock<RandomState>,
    shards: LazyLock<[Shard; SHARDS]>,
}

impl Memo {
    pub(super) const fn new() -> Self {
        Self {
            hasher: LazyLock::new(RandomState::new),
            shards: LazyLock::new(|| std::array::from_fn(|_| Shard::default())),
        }
    }

    /// The remembered identity, or the one `identify` finds now.
    pub(super) fn find_or(
        &self,
        facts: &OsFacts<'_>,
        identify: impl FnOnce() -> Identity,
    ) -> Arc<Identity> {
        let key = key(facts);
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

/// Every field with its length before it, so that no two inputs share a key.
fn key(facts: &OsFacts<'_>) -> Vec<u8> {
    let mut key = Vec::with_capacity(128);
    for field in facts.texts() {
        match field {
            Some(text) => {
                key.extend_from_slice(&(text.len() + 1).to_le_bytes()[..4]);
                key.extend_from_slice(text.as_bytes());
            }
            None => key.extend_from_slice(&[0; 4]),
        }
    }
    key.push(match facts.is_server {
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    });
    key
}
