//! Keys that look sound and are not: known, close primes, ROCA, small factors.

use super::{Area, Level, Lint, On};
use crate::pki::key::{Curve, Key};
use x509_parser::num_bigint::BigUint;

const STANDARD: &str = "CA/Browser Forum BR 6.1.1.3";
const PRIMALITY: &str = "CA/Browser Forum BR 6.1.6";
const FIX: &str =
    "take the key out of use now; make a new one with current software, and a certificate for it";

/// Bits beyond which a modulus is not looked into: nobody has such keys, but anybody can send one.
const MAX_BITS: u64 = 16_384;

/// The primes whose products ROCA keys were built from (CVE-2017-15361).
const ROCA_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];
const GENERATOR: u32 = 65_537;

pub(super) const LINTS: &[Lint] = &[
    Lint::new(
        "known_weak_key",
        Area::Key,
        On::All,
        STANDARD,
        FIX,
        |seen| {
            let list = &seen.surroundings.thresholds.weak_keys;
            list.holds(seen.certificate)
                .then(|| "has a key that is on the list of weak keys".into())
        },
    ),
    Lint::new("roca", Area::Key, On::All, STANDARD, FIX, |seen| {
        let modulus = modulus(seen.certificate.key())?;
        is_roca(&modulus).then(|| {
            "has the fingerprint of a ROCA key (CVE-2017-15361), which can be factored".into()
        })
    }),
    Lint::new(
        "fermat_factorable",
        Area::Key,
        On::All,
        STANDARD,
        FIX,
        |seen| {
            let rounds = seen.surroundings.thresholds.fermat_rounds;
            let modulus = modulus(seen.certificate.key())?;
            let round = fermat(&modulus, rounds)?;
            Some(format!(
                "has an RSA key whose primes are so close that {round} rounds of Fermat's method find them"
            ))
        },
    ),
    Lint::new("rsa_even", Area::Key, On::All, PRIMALITY, FIX, |seen| {
        let modulus = modulus(seen.certificate.key())?;
        (!modulus.bit(0)).then(|| "has an RSA modulus that is even".into())
    })
    .private(Some(Level::Error)),
    Lint::new(
        "rsa_small_factor",
        Area::Key,
        On::All,
        PRIMALITY,
        FIX,
        |seen| {
            let modulus = modulus(seen.certificate.key())?;
            let factor = small_factor(&modulus)?;
            Some(format!("has an RSA modulus that {factor} divides"))
        },
    ),
    Lint::new(
        "point_not_on_curve",
        Area::Key,
        On::All,
        PRIMALITY,
        FIX,
        |seen| {
            let Key::Ec(curve) = seen.certificate.key() else {
                return None;
            };
            let point = &seen.certificate.x509().public_key().subject_public_key.data;
            (!Equation::of(curve)?.holds(point))
                .then(|| format!("has a key that is no point of {}", curve.name()))
        },
    ),
    Lint::new(
        "rsa_exponent_range",
        Area::Key,
        On::All,
        PRIMALITY,
        FIX,
        |seen| {
            let Key::Rsa { exponent, .. } = seen.certificate.key() else {
                return None;
            };
            let bits = crate::pki::key::bits(exponent);
            (!(17..=256).contains(&bits))
                .then(|| "has an RSA exponent outside of the range from 65537 to 2^256".into())
        },
    )
    .since(2013, 2, 21)
    .public(Some(Level::Warning))
    .private(Some(Level::Info)),
];

fn modulus(key: Key<'_>) -> Option<BigUint> {
    let Key::Rsa { modulus, .. } = key else {
        return None;
    };
    let modulus = BigUint::from_bytes_be(modulus);
    (2..=MAX_BITS).contains(&modulus.bits()).then_some(modulus)
}

fn remainder(number: &BigUint, by: u32) -> u32 {
    u32::try_from(number % by).unwrap_or(0)
}

/// Whether the modulus is a power of 65537 modulo each of the primes: 4 in 10^9 sound keys are.
fn is_roca(modulus: &BigUint) -> bool {
    ROCA_PRIMES.iter().all(|prime| {
        let wanted = remainder(modulus, *prime);
        powers(*prime).any(|power| power == wanted)
    })
}

/// The powers of the generator modulo a prime, once each.
fn powers(prime: u32) -> impl Iterator<Item = u32> {
    let step = GENERATOR % prime;
    let next = move |power: &u32| Some(power * step % prime).filter(|power| *power != 1);
    std::iter::successors(Some(1), next)
}

/// The least divisor up to 751, as a warning that the key is no product of two large primes.
fn small_factor(modulus: &BigUint) -> Option<u32> {
    let odd = (3..752).step_by(2);
    std::iter::once(2)
        .chain(odd)
        .find(|factor| remainder(modulus, *factor) == 0)
}

/// The round of Fermat's method that finds the factors, if one up to `rounds` does.
fn fermat(modulus: &BigUint, rounds: u32) -> Option<u32> {
    if !modulus.bit(0) {
        return None;
    }
    let mut middle = modulus.sqrt();
    if &middle * &middle < *modulus {
        middle += 1_u32;
    }
    let mut rest = &middle * &middle - modulus;
    for round in 1..=rounds {
        if is_square(&rest) {
            return Some(round);
        }
        rest += &middle * 2_u32 + 1_u32;
        middle += 1_u32;
    }
    None
}

/// y² = x³ - 3x + b modulo p, for the curves of FIPS 186-4 that the Baseline Requirements allow.
struct Equation {
    p: BigUint,
    b: BigUint,
    /// Of one coordinate.
    bytes: usize,
}

impl Equation {
    fn of(curve: Curve) -> Option<Self> {
        let (p, b) = match curve {
            Curve::P256 => (P256_P, P256_B),
            Curve::P384 => (P384_P, P384_B),
            Curve::P521 => (P521_P, P521_B),
            Curve::Brainpool { .. }
            | Curve::P192
            | Curve::P224
            | Curve::Secp256k1
            | Curve::Unnamed => return None,
        };
        let p = BigUint::parse_bytes(p, 16)?;
        Some(Self {
            b: BigUint::parse_bytes(b, 16)?,
            bytes: usize::try_from(p.bits().div_ceil(8)).ok()?,
            p,
        })
    }

    /// Whether the bytes are a point, whole or compressed (SEC 1, 2.3.4).
    fn holds(&self, point: &[u8]) -> bool {
        let Some((form, rest)) = point.split_first() else {
            return false;
        };
        let Some((x, y)) = rest.split_at_checked(self.bytes) else {
            return false;
        };
        let x = BigUint::from_bytes_be(x);
        if x >= self.p {
            return false;
        }
        let three_x = &x * 3_u32 % &self.p;
        let right = (&x * &x * &x + &self.p - three_x + &self.b) % &self.p;
        match (form, y.len()) {
            (2 | 3, 0) => self.is_square(&right),
            (4, length) if length == self.bytes => {
                let y = BigUint::from_bytes_be(y);
                y < self.p && &y * &y % &self.p == right
            }
            _ => false,
        }
    }

    /// By Euler's criterion.
    fn is_square(&self, number: &BigUint) -> bool {
        let power = (&self.p - 1_u32) / 2_u32;
        number.modpow(&power, &self.p) <= BigUint::from(1_u32)
    }
}

const P256_P: &[u8] = b"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
const P256_B: &[u8] = b"5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b";
const P384_P: &[u8] = b"fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe\
    ffffffff0000000000000000ffffffff";
const P384_B: &[u8] = b"b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a\
    c656398d8a2ed19d2a85c8edd3ec2aef";
const P521_P: &[u8] = b"01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
    ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
const P521_B: &[u8] = b"0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef1\
    09e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00";

/// Most numbers fail by their remainder, which is cheaper than a root.
fn is_square(number: &BigUint) -> bool {
    const MODULI: [u32; 4] = [64, 63, 65, 11];
    let is_residue = |by: &u32| {
        let rest = remainder(number, *by);
        (0..*by).any(|root| root * root % by == rest)
    };
    if !MODULI.iter().all(is_residue) {
        return false;
    }
    let root = number.sqrt();
    &root * &root == *number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: u64) -> BigUint {
        BigUint::from(value)
    }

    #[test]
    fn close_primes_are_found_within_the_rounds_and_distant_ones_are_not() {
        assert_eq!(fermat(&number(1_000_003 * 1_000_033), 100), Some(1));
        assert_eq!(fermat(&number(1_000_003 * 1_100_009), 100), None);
        assert!(fermat(&number(1_000_003 * 1_100_009), 10_000).is_some());
    }

    #[test]
    fn squares_are_told_from_other_numbers() {
        for root in [0_u64, 1, 2, 17, 4_294_967_295] {
            assert!(is_square(&number(root * root)));
        }
        for other in [2_u64, 3, 8, 1_000_001, u64::MAX] {
            assert!(!is_square(&number(other)));
        }
    }

    #[test]
    fn points_are_told_from_other_numbers() {
        for algorithm in [
            &rcgen::PKCS_ECDSA_P256_SHA256,
            &rcgen::PKCS_ECDSA_P384_SHA384,
        ] {
            let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
            let mut point = rcgen::PublicKeyData::der_bytes(&key).to_vec();
            let curve = if point.len() == 65 {
                Curve::P256
            } else {
                Curve::P384
            };
            let equation = Equation::of(curve).unwrap();
            assert!(equation.holds(&point));
            let (x, y) = point.split_at(1 + equation.bytes);
            let compressed = [&[2 + (y[y.len() - 1] & 1)], &x[1..]].concat();
            assert!(equation.holds(&compressed));
            assert!(!equation.holds(&point[..point.len() - 1]));
            assert!(!equation.holds(&[]));
            *point.last_mut().unwrap() ^= 1;
            assert!(!equation.holds(&point));
        }
        assert!(Equation::of(Curve::P521).unwrap().bytes == 66);
    }

    #[test]
    fn powers_are_listed_once() {
        assert_eq!(powers(3).collect::<Vec<_>>(), [1, 2]);
        assert!(powers(167).count() <= 166);
    }

    #[test]
    fn small_divisors_are_found() {
        assert_eq!(small_factor(&number(751 * 1_000_003)), Some(751));
        assert_eq!(small_factor(&number(1_000_003 * 1_000_033)), None);
    }
}
