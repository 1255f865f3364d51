//! Public keys: what kind, how large, on which curve.

use x509_parser::public_key::PublicKey;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// The facts of a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'k> {
    Dsa,
    Ec(Curve),
    Ed25519,
    Ed448,
    /// Big-endian, perhaps with leading zeros; both empty where the key cannot be read.
    Rsa {
        modulus: &'k [u8],
        exponent: &'k [u8],
    },
    Other,
}

/// The curves that turn up, and the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    Brainpool {
        bits: usize,
    },
    P192,
    P224,
    P256,
    P384,
    P521,
    Secp256k1,
    /// Its parameters are spelt out, or its name is not known here.
    Unnamed,
}

impl<'k> Key<'k> {
    pub(super) fn of(info: &'k SubjectPublicKeyInfo<'_>) -> Self {
        match info.algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => rsa(info),
            "1.2.840.10045.2.1" => Self::Ec(curve(&info.algorithm)),
            "1.2.840.10040.4.1" => Self::Dsa,
            "1.3.101.112" => Self::Ed25519,
            "1.3.101.113" => Self::Ed448,
            _ => Self::Other,
        }
    }

    /// The word of the data model.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Self::Dsa => "dsa",
            Self::Ec(_) => "ec",
            Self::Ed25519 => "ed25519",
            Self::Ed448 | Self::Other => "other",
            Self::Rsa { .. } => "rsa",
        }
    }

    /// Size in bits, where it means something.
    pub fn bits(&self) -> Option<usize> {
        match self {
            Self::Dsa | Self::Other => None,
            Self::Ec(curve) => curve.bits(),
            Self::Ed25519 => Some(256),
            Self::Ed448 => Some(456),
            Self::Rsa { modulus, .. } => Some(bits(modulus)).filter(|bits| *bits > 0),
        }
    }

    /// For people: `RSA 2048`, `P-256`.
    pub fn describe(&self) -> String {
        match self {
            Self::Dsa => "DSA".into(),
            Self::Ec(curve) => curve.name(),
            Self::Ed25519 => "Ed25519".into(),
            Self::Ed448 => "Ed448".into(),
            Self::Rsa { modulus, .. } => format!("RSA {}", bits(modulus)),
            Self::Other => "a key of an unknown kind".into(),
        }
    }
}

impl Curve {
    fn bits(self) -> Option<usize> {
        match self {
            Self::Brainpool { bits } => Some(bits),
            Self::P192 => Some(192),
            Self::P224 => Some(224),
            Self::P256 | Self::Secp256k1 => Some(256),
            Self::P384 => Some(384),
            Self::P521 => Some(521),
            Self::Unnamed => None,
        }
    }

    pub fn name(self) -> String {
        match self {
            Self::Brainpool { bits } => format!("brainpool P{bits}"),
            Self::P192 => "P-192".into(),
            Self::P224 => "P-224".into(),
            Self::P256 => "P-256".into(),
            Self::P384 => "P-384".into(),
            Self::P521 => "P-521".into(),
            Self::Secp256k1 => "secp256k1".into(),
            Self::Unnamed => "an unnamed elliptic curve".into(),
        }
    }
}

fn rsa<'k>(info: &'k SubjectPublicKeyInfo<'_>) -> Key<'k> {
    match info.parsed() {
        Ok(PublicKey::RSA(key)) => Key::Rsa {
            modulus: key.modulus,
            exponent: key.exponent,
        },
        _ => Key::Rsa {
            modulus: &[],
            exponent: &[],
        },
    }
}

/// The length of a big number without its leading zeros.
pub(super) fn bits(number: &[u8]) -> usize {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let Some(first) = number.get(zeros) else {
        return 0;
    };
    (number.len() - zeros) * 8 - first.leading_zeros() as usize
}

fn curve(algorithm: &AlgorithmIdentifier<'_>) -> Curve {
    let named = algorithm
        .parameters
        .as_ref()
        .and_then(|parameters| parameters.as_oid().ok());
    match named.map(|oid| oid.to_id_string()).as_deref() {
        Some("1.2.840.10045.3.1.1") => Curve::P192,
        Some("1.3.132.0.33") => Curve::P224,
        Some("1.2.840.10045.3.1.7") => Curve::P256,
        Some("1.3.132.0.10") => Curve::Secp256k1,
        Some("1.3.132.0.34") => Curve::P384,
        Some("1.3.132.0.35") => Curve::P521,
        Some("1.3.36.3.3.2.8.1.1.7") => Curve::Brainpool { bits: 256 },
        Some("1.3.36.3.3.2.8.1.1.11") => Curve::Brainpool { bits: 384 },
        Some("1.3.36.3.3.2.8.1.1.13") => Curve::Brainpool { bits: 512 },
        _ => Curve::Unnamed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_counted_without_leading_zeros() {
        assert_eq!(bits(&[]), 0);
        assert_eq!(bits(&[0, 0]), 0);
        assert_eq!(bits(&[0, 1]), 1);
        assert_eq!(bits(&[0, 0x80, 0]), 16);
    }
}
