//! Extensions as such: readable, once each, and critical where they must or must not be.

use super::{Area, Lint, On};
use crate::pki::certificate::Certificate;
use std::collections::BTreeSet;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::x509::X509Version;

const REISSUE: &str = "have the certificate issued anew";
const AIA: &str = "1.3.6.1.5.5.7.1.1";

/// What the validator acts on when it is critical.
const ACTED_ON: [&str; 6] = [
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.31",
    "2.5.29.37",
];

/// Critical ones that have a rule of their own, or that concern certificate policies.
const POLICIES: [&str; 4] = ["2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"];
/// Policy mappings, policy constraints, and the end of `any policy`.
pub(in crate::pki) const POLICY_LIMITS: [&str; 3] = ["2.5.29.33", "2.5.29.36", "2.5.29.54"];
const RULED_ELSEWHERE: [&str; 3] = ["2.5.29.14", "2.5.29.35", AIA];

pub(super) const LINTS: &[Lint] = &[
    Lint::new(
        "unknown_critical_extension",
        Area::Trust,
        On::All,
        "RFC 5280 4.2",
        REISSUE,
        |seen| {
            seen.certificate.extensions().find_map(|extension| {
                let oid = extension.oid.to_id_string();
                let is_unknown = extension.critical
                    && ![&ACTED_ON[..], &POLICIES, &RULED_ELSEWHERE]
                        .concat()
                        .contains(&&*oid);
                is_unknown
                    .then(|| format!("has the critical extension {oid}, which is not known here"))
            })
        },
    ),
    Lint::new(
        "extension_twice",
        Area::Form,
        On::All,
        "RFC 5280 4.2",
        REISSUE,
        |seen| {
            let mut known = BTreeSet::new();
            seen.certificate.extensions().find_map(|extension| {
                let oid = extension.oid.to_id_string();
                let text = format!("has the extension {oid} twice");
                (!known.insert(oid)).then_some(text)
            })
        },
    ),
    Lint::new(
        "extension_malformed",
        Area::Form,
        On::All,
        "RFC 5280 4.2",
        REISSUE,
        |seen| unreadable(seen.certificate),
    ),
    Lint::new(
        "version_not_3",
        Area::Form,
        On::Issued,
        "RFC 5280 4.1.2.1",
        REISSUE,
        |seen| {
            let version = seen.certificate.x509().version();
            (version != X509Version::V3)
                .then(|| format!("is of version {}", version.0.saturating_add(1)))
        },
    ),
    Lint::new(
        "aia_critical",
        Area::Form,
        On::All,
        "RFC 5280 4.2.2.1",
        REISSUE,
        |seen| {
            let is_critical = seen.certificate.extension(AIA)?.critical;
            is_critical.then(|| "marks its authority's addresses as critical".into())
        },
    ),
    Lint::new(
        "aia_not_a_url",
        Area::Form,
        On::Issued,
        "CA/Browser Forum BR 7.1.2.7.7",
        REISSUE,
        |seen| {
            let extension = seen.certificate.extension(AIA)?;
            let ParsedExtension::AuthorityInfoAccess(access) = extension.parsed_extension() else {
                return None;
            };
            let is_url =
                |place: &GeneralName<'_>| matches!(place, GeneralName::URI(url) if is_http(url));
            let all_urls = access
                .accessdescs
                .iter()
                .all(|description| is_url(&description.access_location));
            (!all_urls)
                .then(|| "gives its authority's address as something other than a URL".into())
        },
    )
    .private(None),
    Lint::new(
        "policy_constraints_not_critical",
        Area::Form,
        On::All,
        "RFC 5280 4.2.1.11 and 4.2.1.14",
        REISSUE,
        |seen| {
            ["2.5.29.36", "2.5.29.54"].into_iter().find_map(|oid| {
                let is_critical = seen.certificate.extension(oid)?.critical;
                (!is_critical).then(|| "does not mark its policy constraints as critical".into())
            })
        },
    ),
];

fn is_http(url: &str) -> bool {
    ["http://", "https://", "ldap://"]
        .iter()
        .any(|scheme| url.to_ascii_lowercase().starts_with(scheme))
}

fn unreadable(certificate: &Certificate<'_>) -> Option<String> {
    certificate.extensions().find_map(|extension| {
        let name = extension.oid.to_id_string();
        match extension.parsed_extension() {
            ParsedExtension::ParseError { .. } => {
                Some(format!("its extension {name} cannot be read"))
            }
            _ => None,
        }
    })
}
