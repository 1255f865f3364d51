//! Key usage and purposes against the kind of key, and against each other.

use super::facts::{EKU, KEY_USAGE, has, inside, purposes, value};
use super::{Area, Level, Lint, On, Seen};
use crate::pki::der;
use crate::pki::key::Key;
use x509_parser::extensions::{ExtendedKeyUsage, KeyUsage};

const STANDARD: &str = "RFC 5280 4.2.1.3";
const RSA: &str = "RFC 3279 2.3.1";
const EC: &str = "RFC 8813 3";
const BR: &str = "CA/Browser Forum BR 7.1.2.7.11";
const BR_EKU: &str = "CA/Browser Forum BR 7.1.2.7.10";
const CA_EKU: &str = "CA/Browser Forum BR 7.1.2.10.6";
/// id-kp of RFC 6962, for authorities that sign precertificates only.
const PRECERTIFICATE_SIGNER: &[u8] = &[0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 4];
const FIX: &str = "have the certificate issued anew with key usage that fits its key";
const FIX_CA: &str = "use an authority that issues for servers only";

fn usage<'s>(seen: &Seen<'s>) -> Option<&'s KeyUsage> {
    let certificate: &'s crate::pki::certificate::Certificate<'s> = seen.certificate;
    certificate.key_usage()
}

fn is_rsa(seen: &Seen<'_>) -> bool {
    matches!(seen.certificate.key(), Key::Rsa { .. })
}

fn is_ec(seen: &Seen<'_>) -> bool {
    matches!(seen.certificate.key(), Key::Ec(_))
}

fn others(purposes: &ExtendedKeyUsage<'_>) -> bool {
    purposes.code_signing
        || purposes.email_protection
        || purposes.time_stamping
        || purposes.ocsp_signing
        || !purposes.other.is_empty()
}

const SIGNS: u16 = 1;
const VOUCHES: u16 = 1 << 1;
const ENCIPHERS: u16 = 1 << 2;
const AGREES: u16 = 1 << 4;

/// Key usage that fits none of its purposes, or more of it than they need (RFC 5280 4.2.1.12).
fn contradiction(seen: &Seen<'_>) -> Option<String> {
    let (has, purposes) = (usage(seen)?.flags, purposes(seen)?);
    let needs = [
        (purposes.server_auth, SIGNS | ENCIPHERS | AGREES),
        (purposes.client_auth, SIGNS | AGREES),
        (purposes.code_signing, SIGNS),
        (
            purposes.email_protection,
            SIGNS | VOUCHES | ENCIPHERS | AGREES,
        ),
        (purposes.time_stamping, SIGNS | VOUCHES),
        (purposes.ocsp_signing, SIGNS | VOUCHES),
    ];
    let asked: Vec<u16> = needs
        .into_iter()
        .filter_map(|(is_asked, fits)| is_asked.then_some(fits))
        .collect();
    let fits = asked.iter().fold(0, |all, one| all | one);
    let is_both = asked.len() == 1 && has & ENCIPHERS != 0 && has & AGREES != 0;
    let is_odd = has == 0 || has & !fits != 0 || is_both;
    (!asked.is_empty() && is_odd).then(|| "has key usage that does not fit its purposes".into())
}

/// What BR 7.1.2.7.10 forbids beside servers, by name.
fn forbidden(purposes: &ExtendedKeyUsage<'_>) -> Option<&'static str> {
    let is_precertificate_signer =
        |oid: &x509_parser::oid_registry::Oid<'_>| oid.as_bytes() == PRECERTIFICATE_SIGNER;
    [
        (purposes.code_signing, "signing code"),
        (purposes.email_protection, "mail"),
        (purposes.time_stamping, "time stamps"),
        (purposes.ocsp_signing, "OCSP answers"),
        (
            purposes.other.iter().any(is_precertificate_signer),
            "signing precertificates",
        ),
    ]
    .into_iter()
    .find_map(|(is_asked, what)| is_asked.then_some(what))
}

pub(super) const LINTS: &[Lint] = &[
    Lint::new(
        "usage_not_for_servers",
        Area::Trust,
        On::Leaf,
        "RFC 5280 4.2.1.12; CA/Browser Forum BR 7.1.2.7.11",
        FIX,
        |seen| {
            let fits = usage(seen)?.flags & (SIGNS | ENCIPHERS | AGREES);
            (fits == 0).then(|| "has a key usage that leaves nothing for a server to do".into())
        },
    ),
    Lint::new("eku_mixed", Area::Form, On::Leaf, BR_EKU, FIX, |seen| {
        let what = forbidden(purposes(seen)?)?;
        Some(format!(
            "is for {what} as well, which web servers' must not be"
        ))
    })
    .private(Some(Level::Info)),
    Lint::form(
        "usage_contradicts_purposes",
        On::Leaf,
        "RFC 5280 4.2.1.12",
        FIX,
        contradiction,
    )
    .since(2008, 5, 1),
    Lint::form("cert_sign_without_ca", On::All, STANDARD, FIX, |seen| {
        let signs = usage(seen)?.key_cert_sign() && !seen.certificate.is_ca();
        signs.then(|| "may sign certificates although it is no authority".into())
    }),
    Lint::web("leaf_signs_crls", On::Leaf, BR, FIX, |seen| {
        usage(seen)?
            .crl_sign()
            .then(|| "may sign CRLs although it is no authority".into())
    })
    .always()
    .public(Some(Level::Error)),
    Lint::web(
        "ca_crl_sign_missing",
        On::Authorities,
        "CA/Browser Forum BR 7.1.2.10.7",
        FIX_CA,
        |seen| (!usage(seen)?.crl_sign()).then(|| "is an authority that may not sign CRLs".into()),
    ),
    Lint::web(
        "ca_digital_signature_missing",
        On::Authorities,
        "CA/Browser Forum BR 7.1.2.10.7",
        FIX_CA,
        |seen| {
            (!usage(seen)?.digital_signature())
                .then(|| "is an authority that may not sign OCSP answers itself".into())
        },
    )
    .public(Some(Level::Info)),
    Lint::web(
        "root_key_usage_missing",
        On::Authorities,
        "CA/Browser Forum BR 7.1.2.1.2",
        FIX_CA,
        |seen| {
            (!has(seen, KEY_USAGE))
                .then(|| "is an authority and does not say what its key is for".into())
        },
    )
    .always()
    .public(Some(Level::Error)),
    Lint::form("rsa_ca_usage", On::Authorities, RSA, FIX_CA, |seen| {
        let usage = usage(seen)?;
        (is_rsa(seen) && (usage.key_agreement() || usage.encipher_only() || usage.decipher_only()))
            .then(|| "has an RSA key for key agreement, which RSA keys cannot do".into())
    })
    .since(2002, 4, 1),
    Lint::form("rsa_leaf_usage", On::Leaf, RSA, FIX, |seen| {
        let usage = usage(seen)?;
        (is_rsa(seen) && (usage.key_agreement() || usage.encipher_only() || usage.decipher_only()))
            .then(|| "has an RSA key for key agreement, which RSA keys cannot do".into())
    })
    .since(2002, 4, 1),
    Lint::form(
        "rsa_ca_encipherment",
        On::Authorities,
        RSA,
        FIX_CA,
        |seen| {
            let usage = usage(seen)?;
            let enciphers = usage.key_encipherment() || usage.data_encipherment();
            (is_rsa(seen) && enciphers && (usage.key_cert_sign() || usage.crl_sign()))
                .then(|| "is an authority whose key also enciphers".into())
        },
    )
    .since(2002, 4, 1),
    Lint::form("ec_usage_enciphers", On::All, EC, FIX, |seen| {
        let usage = usage(seen)?;
        (is_ec(seen) && (usage.key_encipherment() || usage.data_encipherment()))
            .then(|| "has an elliptic curve key for encipherment, which it cannot do".into())
    })
    .since(2020, 8, 1),
    Lint::form("ec_leaf_usage", On::Leaf, "RFC 5480 3", FIX, |seen| {
        let usage = usage(seen)?;
        let is_odd = usage.key_encipherment()
            || usage.data_encipherment()
            || usage.key_cert_sign()
            || usage.crl_sign();
        (is_ec(seen) && is_odd).then(|| {
            "has an elliptic curve key for uses that such a key of a server has not".into()
        })
    })
    .public(Some(Level::Info)),
    Lint::web("ec_usage_not_permitted", On::Leaf, BR, FIX, |seen| {
        let usage = usage(seen)?;
        let spare = usage.flags & !(SIGNS | AGREES);
        (is_ec(seen) && (spare != 0 || !usage.digital_signature()))
            .then(|| "has an elliptic curve key for other uses than signing".into())
    })
    .since(2023, 9, 15),
    Lint::web("ec_key_agreement", On::Leaf, BR, FIX, |seen| {
        (is_ec(seen) && usage(seen)?.key_agreement())
            .then(|| "has an elliptic curve key for key agreement, which is not wanted".into())
    })
    .since(2023, 9, 15),
    Lint::web(
        "client_auth",
        On::Leaf,
        "Chrome Root Program Policy 1.8",
        FIX,
        |seen| {
            purposes(seen)?
                .client_auth
                .then(|| "is for clients as well as servers".into())
        },
    )
    .since(2027, 3, 15),
    Lint::web("eku_not_permitted", On::Leaf, BR_EKU, FIX, |seen| {
        let purposes = purposes(seen)?;
        (purposes.any || others(purposes) || !purposes.server_auth)
            .then(|| "has purposes that a server's certificate must not have".into())
    })
    .since(2023, 9, 15),
    Lint::web(
        "ca_eku_unsound",
        On::Intermediates,
        CA_EKU,
        FIX_CA,
        |seen| {
            let purposes = purposes(seen)?;
            let mixes = purposes.server_auth
                && (purposes.any
                    || purposes.email_protection
                    || purposes.code_signing
                    || purposes.time_stamping);
            mixes.then(|| "is an authority for servers and for other purposes".into())
        },
    )
    .since(2020, 8, 20),
    Lint::form(
        "ca_eku_missing",
        On::Intermediates,
        "CA/Browser Forum BR 7.1.2.2.4",
        FIX_CA,
        |seen| (!has(seen, EKU)).then(|| "is an authority for every purpose".into()),
    )
    .public(Some(Level::Info))
    .private(None),
    Lint::form("eku_twice", On::All, "RFC 5280 4.2.1.12", FIX, |seen| {
        let mut known = std::collections::BTreeSet::new();
        inside(der::SEQUENCE, value(seen, EKU)?)
            .take(200)
            .any(|purpose| !known.insert(purpose.content))
            .then(|| "names a purpose twice".into())
    }),
];
