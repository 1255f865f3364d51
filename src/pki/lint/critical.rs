//! Which extensions must be marked as critical, and which must not.

use super::facts::{BASIC, CDP, EKU, IAN, KEY_USAGE, MAPPINGS, POLICIES, has, is_critical};
use super::{Level, Lint, On, Seen};

const FIX: &str = "have the certificate issued anew by an authority that follows its profile";

fn marked(seen: &Seen<'_>, oid: &str, what: &str) -> Option<String> {
    is_critical(seen, oid)?.then(|| format!("marks {what} as critical"))
}

fn not_marked(seen: &Seen<'_>, oid: &str, what: &str) -> Option<String> {
    (!is_critical(seen, oid)?).then(|| format!("does not mark {what} as critical"))
}

pub(super) const LINTS: &[Lint] = &[
    Lint::form("cdp_critical", On::All, "RFC 5280 4.2.1.13", FIX, |seen| {
        marked(seen, CDP, "its CRL addresses")
    }),
    Lint::form(
        "freshest_crl_critical",
        On::All,
        "RFC 5280 4.2.1.15",
        FIX,
        |seen| marked(seen, "2.5.29.46", "its delta CRL addresses"),
    ),
    Lint::form("ian_critical", On::All, "RFC 5280 4.2.1.7", FIX, |seen| {
        marked(seen, IAN, "its issuer's alternative names")
    }),
    Lint::form(
        "directory_attributes_critical",
        On::All,
        "RFC 5280 4.2.1.8",
        FIX,
        |seen| marked(seen, "2.5.29.9", "its directory attributes"),
    ),
    Lint::form(
        "subject_access_critical",
        On::All,
        "RFC 5280 4.2.2.2",
        FIX,
        |seen| marked(seen, "1.3.6.1.5.5.7.1.11", "its subject's addresses"),
    ),
    Lint::form(
        "inhibit_any_policy_not_critical",
        On::All,
        "RFC 5280 4.2.1.14",
        FIX,
        |seen| not_marked(seen, "2.5.29.54", "its limit on policies"),
    ),
    Lint::form(
        "policy_mappings_not_critical",
        On::All,
        "RFC 5280 4.2.1.5",
        FIX,
        |seen| not_marked(seen, MAPPINGS, "its policy mappings"),
    ),
    Lint::form(
        "key_usage_not_critical",
        On::All,
        "RFC 5280 4.2.1.3",
        FIX,
        |seen| not_marked(seen, KEY_USAGE, "its key usage"),
    ),
    Lint::web(
        "ca_key_usage_not_critical",
        On::Authorities,
        "CA/Browser Forum BR 7.1.2",
        FIX,
        |seen| not_marked(seen, KEY_USAGE, "an authority's key usage"),
    ),
    Lint::web(
        "policies_critical",
        On::Issued,
        "CA/Browser Forum BR 7.1.2",
        FIX,
        |seen| marked(seen, POLICIES, "its policies"),
    ),
    Lint::web(
        "basic_constraints_not_critical",
        On::Leaf,
        "CA/Browser Forum BR 7.1.2.7.6",
        FIX,
        |seen| not_marked(seen, BASIC, "that it is no authority"),
    )
    .since(2023, 9, 15),
    Lint::web(
        "ca_eku_critical",
        On::Intermediates,
        "CA/Browser Forum BR 7.1.2.2.4",
        FIX,
        |seen| marked(seen, EKU, "its purposes"),
    )
    .since(2013, 7, 29),
    Lint::form(
        "eku_any_critical",
        On::All,
        "RFC 5280 4.2.1.12",
        FIX,
        |seen| {
            let is_any = super::facts::purposes(seen)?.any;
            (is_any && is_critical(seen, EKU)?)
                .then(|| "is for any purpose, and marks that as critical".into())
        },
    ),
    Lint::web(
        "policies_missing",
        On::Issued,
        "CA/Browser Forum BR 7.1.2.7.9",
        FIX,
        |seen| (!has(seen, POLICIES)).then(|| "names no policy that it follows".into()),
    )
    .since(2012, 7, 1)
    .public(Some(Level::Info)),
];
