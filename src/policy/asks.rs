//! What a rule asks, as the words its conditions are written with: names of checks and fields,
//! arguments and values. For people who search; nothing is judged by it.

use crate::predicate::Params;
use crate::yaml::{Data, Node};
use std::collections::BTreeSet;

/// The words of `where`, `check`, `grades` and `evidence`, parameters by name and by value.
pub(super) fn of(rule: &Node<'_>, params: &Params) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for key in ["where", "check", "grades", "evidence"] {
        if let Some(node) = rule.get(key) {
            gather(node, params, &mut words);
        }
    }
    words
}

fn gather(node: &Node<'_>, params: &Params, words: &mut BTreeSet<String>) {
    match &node.data {
        Data::Mapping(entries) => {
            for (key, value) in entries {
                if !is_grammar(&key.text) {
                    words.insert(key.text.to_string());
                }
                if !matches!(&*key.text, "severity" | "gate") {
                    gather(value, params, words);
                }
            }
        }
        Data::Null => {}
        Data::Scalar(scalar) => {
            let value = scalar
                .text
                .strip_prefix('$')
                .and_then(|name| params.get(name));
            words.extend(value.map(str::to_owned));
            words.insert(scalar.text.to_string());
        }
        Data::Sequence(items) => items.iter().for_each(|item| gather(item, params, words)),
    }
}

/// Words that most conditions have, and that tell nothing about one.
fn is_grammar(key: &str) -> bool {
    const GRAMMAR: [&str; 17] = [
        "all", "any", "at_least", "at_most", "check", "contains", "declared", "every", "gate",
        "has", "in", "is", "none", "not", "not_in", "severity", "some",
    ];
    GRAMMAR.contains(&key)
}

#[cfg(test)]
mod tests {
    use crate::catalogue::Catalogue;
    use crate::policy::{Library, embedded};

    #[test]
    fn a_rule_is_known_by_its_checks_fields_and_values() {
        let library = Library::load(&embedded(), Catalogue::embedded()).unwrap();
        let asks = |id: &str| library.rule(id).unwrap().asks.clone();
        assert!(asks("WAN-001").contains("patched") && asks("WAN-001").contains("MS17-010"));
        assert!(asks("WAN-003").contains("exposures") && asks("WAN-003").contains("445"));
        assert!(asks("TLS-002").contains("certificate") && !asks("TLS-002").contains("severity"));
    }
}
