//! Extended key usage: what a certificate may be used for.

use super::{Area, Level, Lint, On, Seen};
use x509_parser::extensions::{ExtendedKeyUsage, ParsedExtension};

const OID: &str = "2.5.29.37";
const STANDARD: &str = "CA/Browser Forum BR 7.1.2.7.10; RFC 5280 4.2.1.12";
const FIX: &str = "ask for a certificate for TLS servers (serverAuth)";

pub(super) const LINTS: &[Lint] = &[
    Lint::new(
        "eku_no_server_auth",
        Area::Trust,
        On::Issued,
        STANDARD,
        FIX,
        |seen| {
            let usage = usage(seen)?;
            let sentence = if usage.any {
                "says only that it is for any purpose, not that it is for servers"
            } else {
                "is not for servers"
            };
            (!usage.server_auth).then(|| sentence.into())
        },
    ),
    Lint::new("eku_missing", Area::Form, On::Leaf, STANDARD, FIX, |seen| {
        let is_missing = seen.certificate.extension(OID).is_none();
        is_missing.then(|| "does not say what it is for".into())
    })
    .private(Some(Level::Warning)),
    Lint::new("eku_any", Area::Form, On::Leaf, STANDARD, FIX, |seen| {
        let usage = usage(seen)?;
        (usage.any && usage.server_auth).then(|| "says that it is for any purpose".into())
    })
    .private(Some(Level::Warning)),
    Lint::new(
        "eku_critical",
        Area::Form,
        On::Leaf,
        STANDARD,
        FIX,
        |seen| {
            let is_critical = seen.certificate.extension(OID)?.critical;
            is_critical.then(|| "marks its purposes as critical".into())
        },
    )
    .private(None),
    Lint::new(
        "eku_on_root",
        Area::Form,
        On::Roots,
        "CA/Browser Forum BR 7.1.2.1.2",
        "use a root without extended key usage",
        |seen| {
            let extension = seen.certificate.extension(OID);
            extension.map(|_| "is a root, and says what it is for".into())
        },
    )
    .private(None),
];

fn usage<'s>(seen: &Seen<'s>) -> Option<&'s ExtendedKeyUsage<'s>> {
    match seen.certificate.extension(OID)?.parsed_extension() {
        ParsedExtension::ExtendedKeyUsage(usage) => Some(usage),
        _ => None,
    }
}
