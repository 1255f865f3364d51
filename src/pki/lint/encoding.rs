//! How certificates are encoded: DER, times, algorithm identifiers and version.

use super::facts::{Fields, KEY_USAGE, OBJECT, each, fields, inside, value};
use super::{Level, Lint, On, Seen};
use crate::pki::certificate::Certificate;
use crate::pki::der;
use crate::pki::key::{Curve, Key};
use x509_parser::x509::X509Version;

const SIGNATURE: &str = "RFC 5280 4.1.1.2";
const TIMES: &str = "RFC 5280 4.1.2.5";
const USAGE: &str = "RFC 5280 4.2.1.3";
const FIX: &str = "have the certificate issued anew by an authority that writes DER";

const RSA_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const EC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4];
/// P-256, P-384 and P-521.
const CURVES: [&[u8]; 3] = [
    &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
    &[6, 5, 0x2b, 0x81, 4, 0, 0x22],
    &[6, 5, 0x2b, 0x81, 4, 0, 0x23],
];

/// rsaEncryption and the signatures with it, PSS apart.
const RSA: [&[u8]; 8] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 2],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0c],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0d],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0e],
];

fn frame<'s>(seen: &Seen<'s>) -> Option<Fields<'s>> {
    let certificate: &'s Certificate<'s> = seen.certificate;
    fields(certificate)
}

fn key_algorithm<'s>(seen: &Seen<'s>) -> Option<&'s [u8]> {
    inside(der::SEQUENCE, frame(seen)?.key)
        .next()
        .map(|algorithm| algorithm.whole)
}

/// The identifier and the bytes of the parameters; none where there are none.
fn algorithm(whole: &[u8]) -> Option<(&[u8], &[u8])> {
    let sequence = der::expect(der::SEQUENCE, whole)?;
    let oid = der::expect(OBJECT, sequence.content)?;
    Some((oid.content, oid.rest))
}

fn rsa_without_null(whole: &[u8], what: &str) -> Option<String> {
    let (oid, parameters) = algorithm(whole)?;
    (RSA.contains(&oid) && parameters != [5, 0])
        .then(|| format!("does not write NULL behind the algorithm of {what}"))
}

/// Whether the algorithm of a key differs from the bytes that BR 7.1.3.1 prints.
fn is_improper(whole: &[u8]) -> bool {
    match algorithm(whole) {
        Some((RSA_KEY, parameters)) => parameters != [5, 0],
        Some((EC_KEY, parameters)) => !CURVES.contains(&parameters),
        _ => true,
    }
}

/// The hash that fits the key which made an ECDSA signature: by the issuer's curve where the
/// issuer is known, else by the length of the signature.
fn fitting_hash(seen: &Seen<'_>, signature: &[u8]) -> u8 {
    let curve = seen.issuer.map(Certificate::key);
    let by_curve = match curve {
        Some(Key::Ec(Curve::P256)) => Some(2),
        Some(Key::Ec(Curve::P384)) => Some(3),
        Some(Key::Ec(Curve::P521)) => Some(4),
        _ => None,
    };
    by_curve.unwrap_or(match signature.len() {
        // With the byte that counts unused bits.
        0..=73 => 2,
        74..=105 => 3,
        _ => 4,
    })
}

fn usage_bits<'s>(seen: &Seen<'s>) -> Option<&'s [u8]> {
    der::expect(3, value(seen, KEY_USAGE)?).map(|bits| bits.content)
}

fn is_digits(time: &der::Element<'_>) -> bool {
    time.content.iter().all(u8::is_ascii_digit)
}

/// The time without its last letter, where it is `Z`.
fn without_zulu<'t>(time: &der::Element<'t>) -> Option<&'t [u8]> {
    time.content.strip_suffix(b"Z")
}

fn any_time(
    seen: &Seen<'_>,
    is_bad: impl Fn(&der::Element<'_>) -> bool,
    why: &str,
) -> Option<String> {
    let frame = frame(seen)?;
    inside(der::SEQUENCE, frame.validity)
        .take(2)
        .any(|time| is_bad(&time))
        .then(|| why.into())
}

fn before_2050(time: &der::Element<'_>) -> bool {
    let year: Option<u32> = time
        .content
        .get(..4)
        .and_then(|year| std::str::from_utf8(year).ok())
        .and_then(|year| year.parse().ok());
    year.is_some_and(|year| year < 2050)
}

/// An ECDSA signature is a sequence of two positive integers and nothing more.
fn is_pair(signature: &[u8]) -> bool {
    let Some((0, signature)) = signature.split_first() else {
        return false;
    };
    let Some(pair) = der::expect(der::SEQUENCE, signature).filter(|pair| pair.rest.is_empty())
    else {
        return false;
    };
    let numbers: Vec<_> = each(pair.content).take(3).collect();
    let length: usize = numbers.iter().map(|number| number.whole.len()).sum();
    numbers.len() == 2
        && length == pair.content.len()
        && numbers.iter().all(|number| {
            number.tag == der::INTEGER
                && number.content.first().is_some_and(|first| *first < 0x80)
                && !matches!(number.content, [0, second, ..] if *second < 0x80)
        })
}

pub(super) const LINTS: &[Lint] = &[
    Lint::form(
        "signature_algorithms_differ",
        On::All,
        SIGNATURE,
        FIX,
        |seen| {
            let frame = frame(seen)?;
            (frame.inner_algorithm != frame.outer_algorithm)
                .then(|| "names one signature algorithm inside and another outside".into())
        },
    )
    .public(Some(Level::Error))
    .private(Some(Level::Error)),
    Lint::form(
        "rsa_key_without_null",
        On::All,
        "RFC 3279 2.3.1",
        FIX,
        |seen| rsa_without_null(key_algorithm(seen)?, "its RSA key"),
    )
    .since(2008, 5, 1),
    Lint::form(
        "rsa_signature_without_null",
        On::All,
        "RFC 4055 2.1",
        FIX,
        |seen| rsa_without_null(frame(seen)?.inner_algorithm, "its RSA signature"),
    )
    .since(2008, 5, 1),
    Lint::web(
        "algorithm_identifier_improper",
        On::All,
        "CA/Browser Forum BR 7.1.3.1",
        FIX,
        |seen| {
            is_improper(key_algorithm(seen)?)
                .then(|| "writes its key's algorithm otherwise than web browsers agreed".into())
        },
    )
    .since(2020, 8, 20),
    Lint::form(
        "ecdsa_signature_malformed",
        On::Issued,
        "RFC 3279 2.2.3",
        FIX,
        |seen| {
            let frame = frame(seen)?;
            let (oid, _) = algorithm(frame.outer_algorithm)?;
            (oid.starts_with(ECDSA) && !is_pair(frame.signature))
                .then(|| "has an ECDSA signature that is not two positive numbers".into())
        },
    ),
    Lint::web(
        "ecdsa_hash_unfit",
        On::All,
        "Mozilla Root Store Policy 5.1.2",
        FIX,
        |seen| {
            let frame = frame(seen)?;
            let (oid, parameters) = algorithm(frame.inner_algorithm)?;
            let fitting = [ECDSA, &[3, fitting_hash(seen, frame.signature)]].concat();
            let is_fit = oid == fitting && parameters.is_empty();
            (oid.starts_with(ECDSA) && !is_fit)
                .then(|| "is signed with a hash that does not fit the issuer's curve".into())
        },
    )
    .since(2025, 3, 15),
    Lint::form("utc_time_without_seconds", On::All, TIMES, FIX, |seen| {
        let is_short = |time: &der::Element<'_>| {
            time.tag == der::UTC_TIME && !matches!(time.content.len(), 13 | 17)
        };
        any_time(seen, is_short, "gives a time without seconds")
    }),
    Lint::form("utc_time_not_zulu", On::All, TIMES, FIX, |seen| {
        let is_local =
            |time: &der::Element<'_>| time.tag == der::UTC_TIME && without_zulu(time).is_none();
        any_time(seen, is_local, "gives a time that is not in UTC")
    }),
    Lint::form("generalized_time_not_zulu", On::All, TIMES, FIX, |seen| {
        let is_local = |time: &der::Element<'_>| {
            time.tag == der::GENERALIZED_TIME && without_zulu(time).is_none()
        };
        any_time(seen, is_local, "gives a time that is not in UTC")
    }),
    Lint::form(
        "generalized_time_not_seconds",
        On::All,
        TIMES,
        FIX,
        |seen| {
            let is_odd = |time: &der::Element<'_>| {
                let digits = without_zulu(time).unwrap_or(time.content);
                time.tag == der::GENERALIZED_TIME
                    && !(digits.len() == 14 && digits.iter().all(u8::is_ascii_digit))
                    && !is_digits(time)
            };
            any_time(seen, is_odd, "gives a time otherwise than to the second")
        },
    ),
    Lint::form("time_form_before_2050", On::All, TIMES, FIX, |seen| {
        let is_wrong =
            |time: &der::Element<'_>| time.tag == der::GENERALIZED_TIME && before_2050(time);
        any_time(
            seen,
            is_wrong,
            "gives a time before 2050 in the form that is for later ones",
        )
    }),
    Lint::form(
        "unique_identifier",
        On::All,
        "RFC 5280 4.1.2.8",
        FIX,
        |seen| {
            let fields = &seen.certificate.x509().tbs_certificate;
            (fields.issuer_uid.is_some() || fields.subject_uid.is_some())
                .then(|| "has a unique identifier, which nobody should write".into())
        },
    )
    .since(2008, 5, 1),
    Lint::form(
        "unique_identifier_version",
        On::All,
        "RFC 5280 4.1.2.8",
        FIX,
        |seen| {
            let fields = &seen.certificate.x509().tbs_certificate;
            let has_one = fields.issuer_uid.is_some() || fields.subject_uid.is_some();
            (has_one && fields.version == X509Version::V1)
                .then(|| "has a unique identifier, and is of version 1".into())
        },
    )
    .since(2008, 5, 1),
    Lint::form(
        "extensions_version",
        On::All,
        "RFC 5280 4.1.2.9",
        FIX,
        |seen| {
            let x509 = seen.certificate.x509();
            (!x509.extensions().is_empty() && x509.version() != X509Version::V3)
                .then(|| "has extensions, and is not of version 3".into())
        },
    ),
    Lint::form("key_usage_empty", On::All, USAGE, FIX, |seen| {
        let usage = seen.certificate.key_usage()?;
        (usage.flags == 0).then(|| "says that its key is for nothing".into())
    })
    .since(2008, 5, 1),
    Lint::form("key_usage_too_long", On::All, USAGE, FIX, |seen| {
        let bits = usage_bits(seen)?;
        let (unused, bytes) = bits.split_first()?;
        let length = (bytes.len() * 8).checked_sub(usize::from(*unused))?;
        (length > 9).then(|| "has more key usage bits than there are".into())
    })
    .since(2008, 5, 1),
    Lint::form("key_usage_not_der", On::All, USAGE, FIX, |seen| {
        let (unused, bytes) = usage_bits(seen)?.split_first()?;
        let last = bytes.last()?;
        let is_exact = *last != 0 && last.trailing_zeros() == u32::from(*unused);
        (!is_exact).then(|| "writes its key usage with idle bits".into())
    }),
    Lint::form(
        "extension_empty_sequence",
        On::All,
        "RFC 5280 4.2",
        FIX,
        |seen| {
            const LISTS: [&str; 10] = [
                "2.5.29.9",
                "1.3.6.1.5.5.7.1.11",
                "2.5.29.17",
                "2.5.29.18",
                "2.5.29.30",
                "2.5.29.31",
                "2.5.29.32",
                "2.5.29.33",
                "2.5.29.37",
                "1.3.6.1.5.5.7.1.1",
            ];
            let empty = LISTS
                .into_iter()
                .find(|oid| value(seen, oid) == Some(&[0x30, 0]))?;
            Some(format!("has the extension {empty}, and nothing in it"))
        },
    )
    .public(Some(Level::Error))
    .private(Some(Level::Error)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_a_pair_of_positive_numbers() {
        assert!(is_pair(&[0, 0x30, 6, 2, 1, 5, 2, 1, 7]));
        for bad in [
            &[][..],
            &[0, 0x30, 3, 2, 1, 5],
            &[0, 0x30, 6, 2, 1, 0x85, 2, 1, 7],
            &[0, 0x30, 7, 2, 2, 0, 5, 2, 1, 7],
            &[1, 0x30, 6, 2, 1, 5, 2, 1, 7],
        ] {
            assert!(!is_pair(bad), "{bad:?}");
        }
    }
}
