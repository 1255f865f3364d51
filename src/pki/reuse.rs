//! One key in several declarations: a secret that two organisations share is none.
//!
//! Keys are compared by the SHA-256 of the whole public key. The same certificate declared again
//! by its owner is no reuse.

use super::certificate::Certificate;
use super::fault::{Area, Level, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// A certificate that somebody declared for a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    pub declarant: String,
    pub host: String,
    /// SHA-256 of the public key in DER form, in hexadecimal.
    pub key: String,
    /// SHA-256 of the certificate in DER form, in hexadecimal.
    pub certificate: String,
    /// Whether one of its names is a wildcard.
    pub is_wildcard: bool,
}

impl Declared {
    pub fn new(declarant: &str, host: &str, certificate: &Certificate<'_>) -> Self {
        Self {
            declarant: declarant.into(),
            host: host.into(),
            key: certificate.key_sha256(),
            certificate: certificate.sha256(),
            is_wildcard: certificate.dns_names().any(|name| name.starts_with("*.")),
        }
    }
}

/// Declarations that share a key, and what that means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reuse {
    pub rule: &'static Rule,
    /// The same under both profiles.
    pub level: Level,
    pub key: String,
    /// Positions of the declarations, in rising order.
    pub indexes: Vec<usize>,
    pub declarants: BTreeSet<String>,
    pub sentence: String,
}

pub static SHARED: Rule = rule(
    "key_shared_across_declarants",
    "make a key for each organisation; whoever has one can pose as the other",
    Level::Error,
);
pub static NOT_ROTATED: Rule = rule(
    "key_not_rotated",
    "make a new key with each new certificate",
    Level::Warning,
);
pub static WILDCARD: Rule = rule(
    "wildcard_on_many_hosts",
    "give each host its own certificate, so that a theft from one harms one",
    Level::Info,
);
pub static ON_MANY_HOSTS: Rule = rule(
    "key_on_many_hosts",
    "make a key for each host, so that a theft from one harms one",
    Level::Info,
);

const fn rule(id: &'static str, fix: &'static str, level: Level) -> Rule {
    Rule {
        id,
        area: Area::Key,
        standard: "policy",
        fix,
        public: Some(level),
        private: Some(level),
    }
}

/// Every rule of this module.
pub fn rules() -> [&'static Rule; 4] {
    [&NOT_ROTATED, &ON_MANY_HOSTS, &SHARED, &WILDCARD]
}

/// Keys that stand in more than one declaration, by the first declaration of each.
pub fn find(declared: &[Declared]) -> Vec<Reuse> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, one) in declared.iter().enumerate() {
        groups.entry(&one.key).or_default().push(index);
    }
    let mut found: Vec<Reuse> = groups
        .into_iter()
        .filter(|(_, indexes)| indexes.len() > 1)
        .filter_map(|(key, indexes)| judge(declared, key, indexes))
        .collect();
    found.sort_by(|one, other| one.indexes.cmp(&other.indexes));
    found
}

fn judge(declared: &[Declared], key: &str, indexes: Vec<usize>) -> Option<Reuse> {
    let group: Vec<&Declared> = indexes.iter().filter_map(|at| declared.get(*at)).collect();
    let distinct = |of: fn(&Declared) -> &str| -> BTreeSet<String> {
        group.iter().map(|one| of(one).to_owned()).collect()
    };
    let declarants = distinct(|one| &one.declarant);
    let certificates = distinct(|one| &one.certificate).len();
    let hosts = distinct(|one| &one.host).len();
    let (rule, level, sentence) = if declarants.len() > 1 {
        let names: Vec<&str> = declarants.iter().map(String::as_str).collect();
        let sentence = format!("one key is declared by {}", names.join(", "));
        (&SHARED, Level::Error, sentence)
    } else if certificates > 1 {
        let sentence = format!("{certificates} certificates were made for one key");
        (&NOT_ROTATED, Level::Warning, sentence)
    } else if hosts > 1 {
        let (rule, what) = if group.iter().any(|one| one.is_wildcard) {
            (&WILDCARD, "one wildcard certificate")
        } else {
            (&ON_MANY_HOSTS, "one certificate")
        };
        (rule, Level::Info, format!("{what} serves {hosts} hosts"))
    } else {
        return None;
    };
    Some(Reuse {
        rule,
        level,
        key: key.into(),
        indexes,
        declarants,
        sentence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(declarant: &str, host: &str, key: &str, certificate: &str) -> Declared {
        Declared {
            declarant: declarant.into(),
            host: host.into(),
            key: key.into(),
            certificate: certificate.into(),
            is_wildcard: host.starts_with('w'),
        }
    }

    fn ids(declared: &[Declared]) -> Vec<&'static str> {
        find(declared).iter().map(|reuse| reuse.rule.id).collect()
    }

    #[test]
    fn a_key_of_two_declarants_is_shared_whatever_else_it_is() {
        let all = [
            declared("alpha", "a", "1", "x"),
            declared("gamma", "g", "2", "y"),
            declared("beta", "b", "1", "x"),
            declared("alpha", "a", "1", "z"),
        ];
        assert_eq!(ids(&all), ["key_shared_across_declarants"]);
        assert_eq!(find(&all)[0].indexes, [0, 2, 3]);
    }

    #[test]
    fn a_renewal_with_the_old_key_is_told_and_the_same_certificate_again_is_not() {
        let renewed = [
            declared("alpha", "a", "1", "x"),
            declared("alpha", "a", "1", "y"),
        ];
        assert_eq!(ids(&renewed), ["key_not_rotated"]);
        let again = [
            declared("alpha", "a", "1", "x"),
            declared("alpha", "a", "1", "x"),
        ];
        assert_eq!(ids(&again), [""; 0]);
    }

    #[test]
    fn one_certificate_on_many_hosts_is_told_softly() {
        let wild = [
            declared("alpha", "w1", "1", "x"),
            declared("alpha", "w2", "1", "x"),
        ];
        assert_eq!(ids(&wild), ["wildcard_on_many_hosts"]);
        let plain = [
            declared("alpha", "a1", "1", "x"),
            declared("alpha", "a2", "1", "x"),
        ];
        assert_eq!(ids(&plain), ["key_on_many_hosts"]);
    }
}
