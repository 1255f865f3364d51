//! Ids for what has none of its own that is unique.

use std::collections::{HashMap, HashSet};

/// The ids that are taken.
#[derive(Debug, Default)]
pub(in crate::import) struct Ids {
    taken: HashSet<String>,
    /// The number last given to each of several.
    last: HashMap<String, usize>,
}

impl Ids {
    /// Takes an id that people chose.
    pub(in crate::import) fn take(&mut self, id: &str) {
        self.taken.insert(id.to_owned());
    }

    /// The wanted id, or with a number behind it where it is taken.
    pub(in crate::import) fn unique(&mut self, wanted: String) -> String {
        if self.taken.insert(wanted.clone()) {
            return wanted;
        }
        let last = self.last.entry(wanted.clone()).or_insert(1);
        loop {
            *last = last.saturating_add(1);
            let numbered = format!("{wanted}#{last}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ids;

    #[test]
    fn the_second_of_a_name_is_numbered() {
        let mut ids = Ids::default();
        ids.take("a#2");
        let given: Vec<_> = (0..3).map(|_| ids.unique("a".into())).collect();
        assert_eq!(given, ["a", "a#3", "a#4"]);
    }
}
