//! Keys that look sound and are not: known, close primes, ROCA, small factors.

use super::{Area, Level, Lint, On};
use crate::pki::key::Key;
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
