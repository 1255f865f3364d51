//! The labels of DNS names in web certificates: characters, lengths, wildcards and suffixes.

use super::facts::{DNS, SAN, names_of_kind, text};
use super::{Level, Lint, On, Seen};
use psl::Type;
use std::net::IpAddr;

/// The list of public suffixes in force, whose facts are those of its release.
pub const SUFFIX_LIST: &str = "psl 2.1.247";

const BR: &str = "CA/Browser Forum BR 7.1.4.2";
const DNS_FORM: &str = "RFC 1034 3.5";
const FIX: &str = "have the certificate issued anew for names that DNS can hold";

/// The names a server goes by: alternative names, and common names that are no addresses.
fn names(seen: &Seen<'_>) -> Vec<String> {
    let has_names = names_of_kind(seen, SAN, DNS).next().is_some();
    let common = seen
        .certificate
        .common_names()
        .filter(|name| has_names && !name.is_empty() && name.parse::<IpAddr>().is_err())
        .map(str::to_owned);
    alternative(seen).into_iter().chain(common).collect()
}

fn alternative(seen: &Seen<'_>) -> Vec<String> {
    names_of_kind(seen, SAN, DNS).map(text).collect()
}

fn first(names: &[String], is_bad: impl Fn(&str) -> bool, why: &str) -> Option<String> {
    let name = names.iter().find(|name| is_bad(name))?;
    Some(format!("is for `{name}`, {why}"))
}

/// The public suffix of a name, without those that companies made.
fn suffix(name: &str) -> Option<(usize, bool)> {
    let lower = name.to_ascii_lowercase();
    let mut rest = lower.as_str();
    for _ in 0..8 {
        let suffix = psl::suffix(rest.as_bytes())?;
        let length = suffix.as_bytes().len();
        if suffix.typ() != Some(Type::Private) {
            return Some((length, suffix.is_known()));
        }
        let private = rest.get(rest.len().checked_sub(length)?..)?;
        rest = private.split_once('.')?.1;
    }
    None
}

/// Whether the Internet's root knows its last label.
pub(super) fn has_known_suffix(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or_default();
    suffix(last).is_some_and(|(_, is_known)| is_known)
}

/// What stands before the public suffix, cut into the label just before it and the rest.
fn parts(name: &str) -> Option<(&str, &str)> {
    let (length, _) = suffix(name)?;
    let before = name.get(..name.len().checked_sub(length)?)?;
    let before = before.strip_suffix('.')?;
    Some(before.rsplit_once('.').unwrap_or(("", before)))
}

fn is_bare_suffix(name: &str) -> bool {
    suffix(name).is_some_and(|(length, is_known)| is_known && length == name.len())
}

fn bad_character(name: &str) -> bool {
    let is_odd = |byte: u8| !(byte.is_ascii_alphanumeric() || b"*_-?.".contains(&byte));
    name.bytes().any(is_odd)
}

/// Labels whose third and fourth characters are hyphens are reserved, but for `xn--`.
fn reserved(name: &str) -> bool {
    name.split('.').any(|label| {
        label.get(2..4) == Some("--")
            && !label
                .get(..2)
                .is_some_and(|start| start.eq_ignore_ascii_case("xn"))
    })
}

fn is_onion(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".onion")
}

/// A version 3 onion name is 56 characters of base 32.
fn is_onion_v3(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let Some(name) = name.strip_suffix(".onion") else {
        return false;
    };
    let label = name.rsplit('.').next().unwrap_or_default();
    let is_base32 = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
    label.len() == 56 && label.bytes().all(is_base32)
}

pub(super) const LINTS: &[Lint] = &[
    Lint::web("dns_bad_character", On::Leaf, BR, FIX, |seen| {
        first(
            &names(seen),
            bad_character,
            "which has characters that DNS names have not",
        )
    }),
    Lint::web("dns_empty_label", On::Leaf, BR, FIX, |seen| {
        let is_empty = |name: &str| {
            let name = name.strip_suffix('.').unwrap_or(name);
            name.split('.').any(str::is_empty)
        };
        first(&names(seen), is_empty, "which has an empty label")
    })
    .since(2008, 5, 1),
    Lint::web("dns_label_too_long", On::Leaf, BR, FIX, |seen| {
        let is_long = |name: &str| name.split('.').any(|label| label.len() > 63);
        first(
            &names(seen),
            is_long,
            "which has a label of more than 63 characters",
        )
    })
    .since(2008, 5, 1),
    Lint::form("dns_name_too_long", On::All, DNS_FORM, FIX, |seen| {
        let is_long = |name: &str| name.len() > 253;
        first(
            &alternative(seen),
            is_long,
            "which has more than 253 characters",
        )
    })
    .since(2008, 5, 1),
    Lint::web("dns_hyphen_at_edge", On::Leaf, BR, FIX, |seen| {
        let is_edged = |name: &str| {
            parts(name).is_some_and(|(_, own)| own.starts_with('-') || own.ends_with('-'))
        };
        first(
            &names(seen),
            is_edged,
            "whose own label begins or ends with a hyphen",
        )
    })
    .since(2008, 5, 1),
    Lint::web("dns_underscore", On::Leaf, BR, FIX, |seen| {
        let has_one = |name: &str| parts(name).is_some_and(|(_, own)| own.contains('_'));
        first(&names(seen), has_one, "whose own label has an underscore")
    })
    .since(2008, 5, 1),
    Lint::web("dns_underscore_in_host", On::Leaf, BR, FIX, |seen| {
        let has_one = |name: &str| parts(name).is_some_and(|(rest, _)| rest.contains('_'));
        first(&names(seen), has_one, "which has an underscore")
    })
    .since(2008, 5, 1),
    Lint::web("dns_underscore_any", On::Leaf, BR, FIX, |seen| {
        let has_one = |name: &str| name.contains('_');
        first(&alternative(seen), has_one, "which has an underscore")
    })
    .since(2019, 4, 1),
    Lint::web("dns_reserved_label", On::Leaf, BR, FIX, |seen| {
        first(&names(seen), reserved, "which has a label that is reserved")
    })
    .since(2021, 10, 1),
    Lint::web("dns_unknown_suffix", On::Leaf, BR, FIX, |seen| {
        let is_unknown = |name: &str| !has_known_suffix(name);
        first(
            &names(seen),
            is_unknown,
            "which is below no top-level domain of the Internet",
        )
    }),
    Lint::web("dns_bare_suffix", On::Leaf, BR, FIX, |seen| {
        first(
            &alternative(seen),
            is_bare_suffix,
            "under which anybody may register a name",
        )
    }),
    Lint::web("wildcard_inside_label", On::Leaf, BR, FIX, |seen| {
        let is_partial = |name: &str| {
            let left = name.split('.').next().unwrap_or_default();
            left.contains('*') && left != "*"
        };
        first(
            &names(seen),
            is_partial,
            "whose wildcard is not a whole label",
        )
    }),
    Lint::web("wildcard_not_first", On::Leaf, BR, FIX, |seen| {
        let is_later = |name: &str| name.split('.').skip(1).any(|label| label.contains('*'));
        first(
            &names(seen),
            is_later,
            "whose wildcard is not in the first label",
        )
    }),
    Lint::web(
        "wildcard_above_suffix",
        On::Leaf,
        "CA/Browser Forum BR 3.2.2.6",
        FIX,
        |seen| {
            let is_wide = |name: &str| name.strip_prefix("*.").is_some_and(is_bare_suffix);
            first(
                &names(seen),
                is_wide,
                "a wildcard right above a public suffix",
            )
        },
    )
    .public(Some(Level::Info)),
    Lint::web("dns_arpa", On::Leaf, BR, FIX, |seen| {
        let is_arpa = |name: &str| name.to_ascii_lowercase().ends_with(".arpa");
        first(&names(seen), is_arpa, "which is a name of the reverse tree")
    })
    .since(2026, 3, 15),
    Lint::web(
        "onion_malformed",
        On::Leaf,
        "CA/Browser Forum BR appendix B",
        FIX,
        |seen| {
            first(
                &alternative(seen),
                |name| is_onion(name) && !is_onion_v3(name),
                "which is no onion name",
            )
        },
    )
    .since(2015, 5, 1),
    Lint::form("dns_single_wildcard", On::All, DNS_FORM, FIX, |seen| {
        first(
            &alternative(seen),
            |name| name == "*",
            "which is every name there is",
        )
    }),
    Lint::form("dns_leading_dot", On::All, DNS_FORM, FIX, |seen| {
        first(
            &alternative(seen),
            |name| name.starts_with('.'),
            "which begins with a dot",
        )
    }),
    Lint::form("dns_null_character", On::All, DNS_FORM, FIX, |seen| {
        first(
            &alternative(seen),
            |name| name.contains('\0'),
            "which holds a null character",
        )
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_suffixes_of_registries_count() {
        assert!(is_bare_suffix("nhs.uk") && is_bare_suffix("uk") && is_bare_suffix("CO.UK"));
        assert!(!is_bare_suffix("github.io") && !is_bare_suffix("trust-a.nhs.uk"));
        assert!(!has_known_suffix("server.internal-only"));
        assert_eq!(parts("a.b.github.io"), Some(("a.b", "github")));
    }

    #[test]
    fn the_suffix_list_is_the_one_built_in() {
        let lock = include_str!("../../../Cargo.lock");
        let (name, version) = SUFFIX_LIST.split_once(' ').unwrap();
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")));
    }
}
