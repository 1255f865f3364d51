//! Key identifiers, by which issuers are told apart.

use super::{Area, Level, Lint, On};

const AUTHORITY: &str = "RFC 5280 4.2.1.1";
const SUBJECT: &str = "RFC 5280 4.2.1.2";
const ROOT: &str = "CA/Browser Forum BR 7.1.2.1.3";
const AKI: &str = "2.5.29.35";
const SKI: &str = "2.5.29.14";
const FIX: &str = "have it issued anew by an authority that writes key identifiers";
const FIX_ROOT: &str = "use a root whose authority key identifier is its own key's, or absent";

pub(super) const LINTS: &[Lint] = &[
    Lint::new("aki_missing", Area::Form, On::All, AUTHORITY, FIX, |seen| {
        let needs = seen.role != super::Role::Root || !seen.certificate.is_self_issued();
        let is_missing = needs && seen.certificate.extension(AKI).is_none();
        is_missing.then(|| "does not identify its issuer's key".into())
    }),
    Lint::new(
        "aki_without_key",
        Area::Form,
        On::Issued,
        AUTHORITY,
        FIX,
        |seen| {
            let identifier = seen.certificate.authority_key()?;
            identifier
                .key_identifier
                .is_none()
                .then(|| "identifies its issuer's key by other means than the key".into())
        },
    ),
    Lint::new(
        "aki_critical",
        Area::Form,
        On::All,
        AUTHORITY,
        FIX,
        |seen| {
            let is_critical = seen.certificate.extension(AKI)?.critical;
            is_critical.then(|| "marks its issuer's key identifier as critical".into())
        },
    ),
    Lint::new(
        "aki_mismatch",
        Area::Form,
        On::Issued,
        AUTHORITY,
        FIX,
        |seen| {
            let wanted = seen.certificate.authority_key()?.key_identifier.as_ref()?.0;
            let found = seen.issuer?.subject_key()?;
            (wanted != found).then(|| "identifies another key than its issuer's".into())
        },
    )
    .public(Some(Level::Warning))
    .private(Some(Level::Warning)),
    Lint::new(
        "aki_names_issuer",
        Area::Form,
        On::Leaf,
        "CA/Browser Forum BR 7.1.2.11.1",
        FIX,
        |seen| {
            let identifier = seen.certificate.authority_key()?;
            let names = identifier.authority_cert_issuer.is_some()
                || identifier.authority_cert_serial.is_some();
            names.then(|| "identifies its issuer by more than its key".into())
        },
    )
    .private(None),
    Lint::new(
        "root_aki_without_key",
        Area::Form,
        On::Roots,
        ROOT,
        FIX_ROOT,
        |seen| {
            let identifier = seen.certificate.authority_key()?;
            identifier
                .key_identifier
                .is_none()
                .then(|| "has an authority key identifier without a key".into())
        },
    )
    .private(None),
    Lint::new(
        "root_aki_names_issuer",
        Area::Form,
        On::Roots,
        ROOT,
        FIX_ROOT,
        |seen| {
            let identifier = seen.certificate.authority_key()?;
            let names = identifier.authority_cert_issuer.is_some()
                || identifier.authority_cert_serial.is_some();
            names.then(|| "names an issuer or serial number in its authority key identifier".into())
        },
    )
    .private(None),
    Lint::new(
        "root_aki_mismatch",
        Area::Form,
        On::Roots,
        ROOT,
        FIX_ROOT,
        |seen| {
            let wanted = seen.certificate.authority_key()?.key_identifier.as_ref()?.0;
            let own = seen.certificate.subject_key()?;
            let is_other = seen.certificate.is_self_issued() && wanted != own;
            is_other.then(|| "signed itself, and identifies another key as its issuer's".into())
        },
    )
    .private(None),
    Lint::new(
        "ski_missing",
        Area::Form,
        On::Authorities,
        SUBJECT,
        FIX,
        |seen| {
            let is_missing = seen.certificate.extension(SKI).is_none();
            is_missing.then(|| "is an authority and does not identify its key".into())
        },
    ),
    Lint::new("ski_critical", Area::Form, On::All, SUBJECT, FIX, |seen| {
        let is_critical = seen.certificate.extension(SKI)?.critical;
        is_critical.then(|| "marks its key identifier as critical".into())
    }),
];
