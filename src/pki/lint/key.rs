//! Keys: kinds, sizes and curves that are strong enough.

use super::{Area, Level, Lint, On};
use crate::pki::key::{Curve, Key, bits};

const STANDARD: &str = "CA/Browser Forum BR 6.1.5";
const EXPONENT: &str = "CA/Browser Forum BR 6.1.6";
const FIX: &str = "make a new key (RSA 2048 or more, P-256 or P-384) and a certificate for it";

pub(super) const LINTS: &[Lint] = &[
    Lint::new("weak_key", Area::Key, On::All, STANDARD, FIX, |seen| {
        let Key::Rsa { modulus, .. } = seen.certificate.key() else {
            return None;
        };
        let (bits, least) = (bits(modulus), seen.surroundings.thresholds.min_rsa_bits);
        (bits < least).then(|| format!("has an RSA key of {bits} bits; {least} are needed"))
    }),
    Lint::new("rsa_odd_size", Area::Key, On::All, STANDARD, FIX, |seen| {
        let Key::Rsa { modulus, .. } = seen.certificate.key() else {
            return None;
        };
        let bits = bits(modulus);
        (!bits.is_multiple_of(8))
            .then(|| format!("has an RSA key of {bits} bits, no multiple of 8"))
    }),
    Lint::new(
        "rsa_bad_exponent",
        Area::Key,
        On::All,
        EXPONENT,
        FIX,
        |seen| {
            let Key::Rsa { exponent, .. } = seen.certificate.key() else {
                return None;
            };
            let is_even = exponent.last().is_none_or(|last| last % 2 == 0);
            (is_even || bits(exponent) < 2).then(|| "has an RSA exponent that is even or 1".into())
        },
    ),
    Lint::new(
        "rsa_small_exponent",
        Area::Key,
        On::All,
        EXPONENT,
        FIX,
        |seen| {
            let Key::Rsa { exponent, .. } = seen.certificate.key() else {
                return None;
            };
            (2..17)
                .contains(&bits(exponent))
                .then(|| "has an RSA exponent below 65537".into())
        },
    )
    .public(Some(Level::Warning))
    .private(Some(Level::Warning)),
    Lint::new(
        "curve_not_allowed",
        Area::Key,
        On::All,
        STANDARD,
        FIX,
        |seen| {
            let Key::Ec(curve) = seen.certificate.key() else {
                return None;
            };
            match curve {
                Curve::P256 | Curve::P384 | Curve::P521 => None,
                other => Some(format!("has a key on {}", other.name())),
            }
        },
    ),
    Lint::new(
        "key_kind_not_allowed",
        Area::Key,
        On::All,
        STANDARD,
        FIX,
        |seen| match seen.certificate.key() {
            key @ (Key::Dsa | Key::Other) => Some(format!("has {}", key.describe())),
            Key::Ec(_) | Key::Ed25519 | Key::Ed448 | Key::Rsa { .. } => None,
        },
    ),
    Lint::new(
        "key_not_in_webpki_profile",
        Area::Key,
        On::All,
        STANDARD,
        FIX,
        |seen| match seen.certificate.key() {
            key @ (Key::Ed25519 | Key::Ed448) => Some(format!(
                "has an {} key, which web browsers do not take",
                key.describe()
            )),
            Key::Dsa | Key::Ec(_) | Key::Other | Key::Rsa { .. } => None,
        },
    )
    .private(Some(Level::Warning)),
];
