//! Remembers answers per distinct input: an estate has few distinct operating systems.
//!
//! Keyed on the whole input, not on a hash of it. Bounded: a full shard starts over, and what has
//! a long key is not remembered.

use super::os::{Identity, OsFacts};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

const SHARDS: usize = 16;
const ENTRIES_PER_SHARD: usize = 1024;
const KEY_BYTES: usize = 1024;

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

    /// What is remembered under a key, or what `work_out` finds now.
    pub(super) fn under(
        &self,
        write_key: impl FnOnce(&mut Vec<u8>),
        work_out: impl FnOnce() -> T,
    ) -> Arc<T> {
        // One buffer a thread: nearly every call finds its answer and keeps nothing of the key.
        let (shard, known) = KEY.with_borrow_mut(|key| {
            key.clear();
            write_key(key);
            let hash = self.hasher.hash_one(&*key);
            let shard = &self.shards[usize::from(hash.to_le_bytes()[0]) % SHARDS];
            // A poisoned map is still whole: entries are only ever added or all cleared.
            let map = shard.read().unwrap_or_else(PoisonError::into_inner);
            let known = map.get(key.as_slice()).map(Arc::clone);
            (shard, known.ok_or_else(|| key.clone()))
        });
        let key = match known {
            Ok(known) => return known,
            Err(key) => key,
        };
        let found = Arc::new(work_out());
        if key.len() > KEY_BYTES {
            return found;
        }
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
        self.under(|key| write_os(key, &facts.bounded()), identify)
    }
}

thread_local! {
    static KEY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn write_os(key: &mut Vec<u8>, facts: &OsFacts<'_>) {
    write_fields(key, facts.texts());
    key.push(match facts.is_server {
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    });
}

/// Every field with its length before it, so that no two inputs share a key.
pub(super) fn write_fields<'t>(
    key: &mut Vec<u8>,
    fields: impl IntoIterator<Item = Option<&'t str>>,
) {
    for field in fields {
        match field {
            Some(text) => {
                key.extend_from_slice(&(text.len() + 1).to_le_bytes()[..4]);
                key.extend_from_slice(text.as_bytes());
            }
            None => key.extend_from_slice(&[0; 4]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn key(facts: &OsFacts<'_>) -> Vec<u8> {
        let mut key = Vec::new();
        write_os(&mut key, facts);
        key
    }

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
    fn what_has_a_long_key_is_worked_out_each_time() {
        let memo = Memo::new();
        let under = |bytes: usize, answer: u8| *memo.under(|key| key.resize(bytes, 0), || answer);
        assert_eq!((under(KEY_BYTES, 1), under(KEY_BYTES, 2)), (1, 1));
        assert_eq!((under(KEY_BYTES + 1, 1), under(KEY_BYTES + 1, 2)), (1, 2));
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
