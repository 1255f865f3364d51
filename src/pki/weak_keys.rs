//! Keys that are known to be weak, from a list the operator keeps.
//!
//! A line names a key by the SHA-256 of its public key in DER form or of its RSA modulus, in
//! hexadecimal. Lines that begin with `#` are remarks.

use super::certificate::{Certificate, hexadecimal};
use super::key::Key;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;
use thiserror::Error;

/// Lines of a list.
const MAX_LINES: usize = 5_000_000;

/// A list of weak keys; cheap to copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct WeakKeys(Arc<BTreeSet<[u8; 32]>>);

/// Why a list cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum WeakKeysError {
    #[error("line {line} is no SHA-256 in hexadecimal; write 64 digits a line, `#` before remarks")]
    NoHash { line: usize },
    #[error("the list has more than {MAX_LINES} lines; leave out keys that are not in use")]
    TooLong,
}

impl WeakKeys {
    /// Reads a list; one line that is no hash refuses it, so that no key is passed by mistake.
    pub fn parse(text: &str) -> Result<Self, WeakKeysError> {
        let mut hashes = BTreeSet::new();
        for (index, line) in text.lines().enumerate() {
            if index >= MAX_LINES {
                return Err(WeakKeysError::TooLong);
            }
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let hash = hash(line).ok_or(WeakKeysError::NoHash { line: index + 1 })?;
            hashes.insert(hash);
        }
        Ok(Self(Arc::new(hashes)))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the certificate's key is on the list.
    pub fn holds(&self, certificate: &Certificate<'_>) -> bool {
        if self.is_empty() {
            return false;
        }
        let key = <[u8; 32]>::from(Sha256::digest(certificate.x509().public_key().raw));
        self.0.contains(&key) || self.holds_modulus(certificate.key())
    }

    fn holds_modulus(&self, key: Key<'_>) -> bool {
        let Key::Rsa { modulus, .. } = key else {
            return false;
        };
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        let digits = modulus.get(zeros..).unwrap_or_default();
        self.0.contains(&<[u8; 32]>::from(Sha256::digest(digits)))
    }
}

fn hash(line: &str) -> Option<[u8; 32]> {
    if line.len() != 64 || !line.is_ascii() {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(line.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    (hexadecimal(&hash) == line.to_ascii_lowercase()).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_hold_hashes_and_remarks_and_nothing_else() {
        let list = format!("# weak\n\n{}\n", "Ab".repeat(32));
        assert_eq!(WeakKeys::parse(&list).unwrap().len(), 1);
        for (bad, line) in [
            ("zz".repeat(32), 1),
            ("# a\nab".to_owned(), 2),
            ("+1".repeat(32), 1),
        ] {
            assert_eq!(WeakKeys::parse(&bad), Err(WeakKeysError::NoHash { line }));
        }
    }
}
