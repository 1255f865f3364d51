//! The names a certificate is for: how they are written, and how wide wildcards are.

use super::{Area, Level, Lint, NotDecided, On, Profile};
use crate::pki::certificate::Certificate;
use crate::pki::container::MAX_NAMES;
use psl::Type;
use std::net::IpAddr;
use x509_parser::extensions::GeneralName;

const SAN: &str = "2.5.29.17";
const STANDARD: &str = "RFC 5280 4.2.1.6";
const BR: &str = "CA/Browser Forum BR 7.1.4.2 and 7.1.4.3";
const WILDCARD: &str = "CA/Browser Forum BR 3.2.2.6";
const FIX: &str = "have the certificate issued anew with its names as alternative names";
const NARROW: &str = "name the hosts, or put the wildcard below a name of your own";

pub(super) const LINTS: &[Lint] = &[
    Lint::new("san_missing", Area::Form, On::Leaf, BR, FIX, |seen| {
        let is_missing = seen.certificate.extension(SAN).is_none();
        is_missing.then(|| "has no alternative names".into())
    }),
    Lint::new(
        "san_not_critical",
        Area::Form,
        On::Issued,
        STANDARD,
        FIX,
        |seen| {
            let extension = seen.certificate.extension(SAN)?;
            let is_loose = !extension.critical && has_no_subject(seen.certificate);
            is_loose.then(|| "has no subject, so its alternative names must be critical".into())
        },
    ),
    Lint::new("san_critical", Area::Form, On::Leaf, BR, FIX, |seen| {
        let extension = seen.certificate.extension(SAN)?;
        let is_odd = extension.critical && !has_no_subject(seen.certificate);
        is_odd.then(|| "has a subject and marks its alternative names as critical".into())
    })
    .private(Some(Level::Info)),
    Lint::new(
        "dns_name_malformed",
        Area::Form,
        On::Leaf,
        STANDARD,
        FIX,
        |seen| {
            seen.certificate
                .dns_names()
                .find(|name| !is_well_formed(name))
                .map(|name| format!("is for `{name}`, which is no DNS name"))
        },
    ),
    Lint::new(
        "address_malformed",
        Area::Form,
        On::Leaf,
        STANDARD,
        FIX,
        |seen| {
            seen.certificate
            .alternative_names()
            .iter()
            .any(|name| matches!(name, GeneralName::IPAddress(bytes) if ![4, 16].contains(&bytes.len())))
            .then(|| "is for something that is no address".into())
        },
    ),
    Lint::new("cn_not_in_san", Area::Form, On::Leaf, BR, FIX, |seen| {
        let hosts: Vec<String> = seen.certificate.hosts().collect();
        let subject = seen.certificate.x509().subject();
        let stranger = subject.iter_common_name().find(|common| {
            !common
                .as_str()
                .is_ok_and(|name| hosts.iter().any(|host| host == name))
        })?;
        Some(match stranger.as_str() {
            Ok(common) => format!("is called `{common}`, which is none of its alternative names"),
            Err(_) => "has a common name in letters that alternative names cannot have".into(),
        })
    })
    .private(Some(Level::Info)),
    Lint::new("wildcard", Area::Form, On::Leaf, "policy", NARROW, |seen| {
        let name = wildcards(seen.certificate).next()?;
        Some(format!("is for `*.{name}`"))
    })
    .public(Some(Level::Info))
    .private(Some(Level::Info)),
    Lint::new(
        "wildcard_public_suffix",
        Area::Form,
        On::Leaf,
        WILDCARD,
        NARROW,
        |seen| {
            wildcards(seen.certificate)
                .find(|name| suffix(name) == Some(Kind::Registry))
                .map(|name| {
                    format!("is for `*.{name}`, and under `{name}` anybody may register a name")
                })
        },
    ),
];

/// What the names of a leaf leave open.
pub(in crate::pki) fn undecided(leaf: &Certificate<'_>, profile: Profile) -> Vec<NotDecided> {
    let count = leaf.count_of_names();
    let many = (count > MAX_NAMES).then(|| NotDecided {
        id: "too_many_names",
        certificate: Some(0),
        sentence: format!(
            "it has {count} alternative names; only the first {MAX_NAMES} were looked at"
        ),
    });
    wide(leaf, profile).into_iter().chain(many).collect()
}

/// A wildcard on a suffix that a company hands out is rightful only where the company itself
/// asked for it, which the certificate does not say.
fn wide(seen: &Certificate<'_>, profile: Profile) -> Option<NotDecided> {
    if profile == Profile::Private {
        return None;
    }
    let name = wildcards(seen).find(|name| suffix(name) == Some(Kind::Company))?;
    Some(NotDecided {
        id: "wildcard_private_suffix",
        certificate: Some(0),
        sentence: format!(
            "it is for `*.{name}`; names under `{name}` belong to many, and a certificate does \
             not say whether the owner of `{name}` asked for it"
        ),
    })
}

/// Who hands out names under a public suffix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Company,
    Registry,
}

/// Whether a name is itself a public suffix.
fn suffix(name: &str) -> Option<Kind> {
    let name = name.to_ascii_lowercase();
    let suffix = psl::suffix(name.as_bytes())?;
    if suffix.as_bytes() != name.as_bytes() {
        return None;
    }
    match suffix.typ() {
        Some(Type::Private) => Some(Kind::Company),
        // An unlisted last label is nobody's own either.
        Some(Type::Icann) | None => Some(Kind::Registry),
    }
}

/// Names behind `*.`.
fn wildcards<'c>(certificate: &'c Certificate<'_>) -> impl Iterator<Item = &'c str> {
    certificate
        .dns_names()
        .filter_map(|name| name.strip_prefix("*."))
}

fn has_no_subject(certificate: &Certificate<'_>) -> bool {
    certificate.x509().subject().iter_rdn().next().is_none()
}

/// Letters, digits and inner hyphens, in labels; a wildcard only as the whole first label and
/// above two more.
fn is_well_formed(name: &str) -> bool {
    let rest = name.strip_prefix("*.").unwrap_or(name);
    let labels = rest.split('.').count();
    name.len() <= 253
        && rest.split('.').all(is_label)
        && rest.parse::<IpAddr>().is_err()
        && (rest.len() == name.len() || labels > 1)
}

fn is_label(label: &str) -> bool {
    let is_ldh = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(is_ldh)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_of_registries_and_companies_are_told_apart() {
        assert_eq!(suffix("nhs.uk"), Some(Kind::Registry));
        assert_eq!(suffix("CO.UK"), Some(Kind::Registry));
        assert_eq!(suffix("uk"), Some(Kind::Registry));
        assert_eq!(suffix("github.io"), Some(Kind::Company));
        assert_eq!(suffix("trust-a.nhs.uk"), None);
    }

    #[test]
    fn names_are_letters_digits_and_hyphens_in_labels() {
        for good in [
            "a.example",
            "*.a.example",
            "xn--628h.example",
            "1.example",
            "localhost",
        ] {
            assert!(is_well_formed(good), "{good}");
        }
        let long = ["a"; 200].join(".");
        for bad in [
            "",
            ".a.example",
            "a..b",
            "a_b.example",
            "b*.example",
            "a.*.example",
            "*",
            "*.example",
            "192.0.2.1",
            "-a.example",
            "a.example.",
            &long,
        ] {
            assert!(!is_well_formed(bad), "{bad}");
        }
    }
}
