//! Who may issue: CA flags, key usage, path length, and authorities used as servers.

use super::facts::{has, inside, value};
use super::{Area, Level, Lint, On, Seen};
use crate::pki::der;

const BASIC: &str = "RFC 5280 4.2.1.9";
const ROOT: &str = "CA/Browser Forum BR 7.1.2.1";
const USAGE: &str = "RFC 5280 4.2.1.3";
const REISSUE_CA: &str = "have the authority's certificate issued anew";
const REISSUE: &str = "have the certificate issued anew as one of a server";

pub(super) const LINTS: &[Lint] = &[
    Lint::new(
        "issuer_not_ca",
        Area::Trust,
        On::Authorities,
        BASIC,
        REISSUE_CA,
        |seen| {
            if seen.certificate.is_ca() {
                return None;
            }
            Some(match seen.certificate.basic_constraints() {
                Some(_) => "issues certificates and says that it is no authority".into(),
                None => "issues certificates and does not say that it is an authority".into(),
            })
        },
    ),
    Lint::new(
        "ca_flag_not_critical",
        Area::Form,
        On::Authorities,
        BASIC,
        REISSUE_CA,
        |seen| {
            let extension = seen.certificate.extension("2.5.29.19")?;
            let is_loose = seen.certificate.is_ca() && !extension.critical;
            is_loose.then(|| "does not mark its CA flag as critical".into())
        },
    ),
    Lint::new(
        "ca_as_leaf",
        Area::Trust,
        On::Leaf,
        BASIC,
        REISSUE,
        |seen| {
            let is_ca = seen.certificate.is_ca();
            is_ca.then(|| "is the certificate of an authority, used for a server".into())
        },
    ),
    Lint::new(
        "leaf_signs_certificates",
        Area::Form,
        On::Leaf,
        USAGE,
        REISSUE,
        |seen| {
            let signs = seen.certificate.key_usage()?.key_cert_sign() && !seen.certificate.is_ca();
            signs.then(|| "may sign certificates although it is no authority".into())
        },
    ),
    Lint::new(
        "issuer_may_not_sign",
        Area::Trust,
        On::Authorities,
        USAGE,
        REISSUE_CA,
        |seen| {
            let usage = seen.certificate.key_usage()?;
            (!usage.key_cert_sign()).then(|| "issues certificates; its key usage forbids it".into())
        },
    ),
    Lint::new(
        "ca_key_usage_missing",
        Area::Form,
        On::Intermediates,
        USAGE,
        REISSUE_CA,
        |seen| {
            let is_missing = seen.certificate.extension("2.5.29.15").is_none();
            is_missing.then(|| "does not say what its key is for".into())
        },
    )
    .private(Some(Level::Info)),
    Lint::new(
        "path_length",
        Area::Trust,
        On::Authorities,
        BASIC,
        REISSUE_CA,
        path_length,
    ),
    Lint::new(
        "path_too_deep",
        Area::Trust,
        On::Leaf,
        "policy",
        "use a path with fewer intermediates",
        |seen| {
            let most = seen.surroundings.thresholds.max_intermediates?;
            let has = seen.place.intermediates;
            (has > most).then(|| format!("has {has} intermediates above it; {most} are allowed"))
        },
    ),
    Lint::new(
        "subject_empty",
        Area::Form,
        On::Authorities,
        "RFC 5280 4.1.2.6",
        REISSUE_CA,
        |seen| {
            let names = seen.certificate.x509().subject().iter_rdn().next();
            names
                .is_none()
                .then(|| "is an authority without a name".into())
        },
    ),
    Lint::new(
        "issuer_empty",
        Area::Form,
        On::Issued,
        "RFC 5280 4.1.2.4",
        REISSUE,
        |seen| {
            let names = seen.certificate.x509().issuer().iter_rdn().next();
            names.is_none().then(|| "does not name its issuer".into())
        },
    ),
    Lint::web("ca_flag_missing", On::All, BASIC, REISSUE_CA, |seen| {
        let usage = seen.certificate.key_usage()?;
        let is_flagged = seen.certificate.is_ca();
        (usage.key_cert_sign() && seen.certificate.basic_constraints().is_some() && !is_flagged)
            .then(|| "may sign certificates, and says that it is no authority".into())
    })
    .since(2012, 7, 1),
    Lint::form("path_length_improper", On::All, BASIC, REISSUE_CA, |seen| {
        seen.certificate.basic_constraints()?.path_len_constraint?;
        let may_sign = seen
            .certificate
            .key_usage()
            .is_some_and(x509_parser::extensions::KeyUsage::key_cert_sign);
        (!seen.certificate.is_ca() || !may_sign)
            .then(|| "limits the path below it, although it issues nothing".into())
    }),
    Lint::form("path_length_negative", On::All, BASIC, REISSUE_CA, |seen| {
        let limit = inside(der::SEQUENCE, value(seen, "2.5.29.19")?)
            .find(|part| part.tag == der::INTEGER)?;
        let is_negative = limit.content.first().is_none_or(|first| *first >= 0x80);
        is_negative.then(|| "limits the path below it to less than nothing".into())
    }),
    Lint::web("root_path_length", On::Roots, ROOT, REISSUE_CA, |seen| {
        seen.certificate
            .basic_constraints()?
            .path_len_constraint
            .map(|_| "is a root that limits the path below it".into())
    })
    .public(Some(Level::Info)),
    Lint::web("root_policies", On::Roots, ROOT, REISSUE_CA, |seen| {
        has(seen, "2.5.29.32").then(|| "is a root that names policies".into())
    })
    .public(Some(Level::Info)),
];

/// Certificates that an authority issued to itself do not count.
fn path_length(seen: &Seen<'_>) -> Option<String> {
    let most = seen.certificate.basic_constraints()?.path_len_constraint?;
    let below = seen.place.below;
    let is_exceeded = u32::try_from(below).map_or(true, |below| below > most);
    is_exceeded.then(|| format!("allows {most} intermediates below it; there are {below}"))
}
