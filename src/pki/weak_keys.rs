//! Keys that are known to be weak, from a list the operator keeps.
//!
//! A line names a key by the SHA-256 of its public key in DER form or of its RSA modulus, in
//! hexadecimal. Lines that begin with `#` are remarks.

use super::certificate::{Certificate, hexadecimal};
use super::key::Key;
use crate::model::KeyHashes;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;
use thiserror::Error;

/// Lines of a list.
const MAX_LINES: usize = 5_000_000;

/// A list of weak keys; cheap to copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct WeakKeys(Arc<KeyHashes>);

impl From<Arc<KeyHashes>> for WeakKeys {
    fn from(hashes: Arc<KeyHashes>) -> Self {
        Self(hashes)
    }
}

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
        Ok(Self::of(hashes))
    }

    /// The keys of both lists.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self::of(self.0.hashes.union(&other.0.hashes).copied().collect())
    }

    fn of(hashes: BTreeSet<[u8; 32]>) -> Self {
        let mut all = Sha256::new();
        for hash in &hashes {
            all.update(hash);
        }
        let sha256 = match hashes.len() {
            0 => String::new(),
            _ => hexadecimal(&all.finalize()),
        };
        Self(Arc::new(KeyHashes { hashes, sha256 }))
    }

    /// The list as a declaration carries it.
    pub fn hashes(&self) -> Arc<KeyHashes> {
        Arc::clone(&self.0)
    }

    pub fn len(&self) -> usize {
        self.0.hashes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.hashes.is_empty()
    }

    /// Whether the certificate's key is on the list.
    pub fn holds(&self, certificate: &Certificate<'_>) -> bool {
        if self.is_empty() {
            return false;
        }
        let key = <[u8; 32]>::from(Sha256::digest(certificate.x509().public_key().raw));
        self.0.hashes.contains(&key) || self.holds_modulus(certificate.key())
    }

    fn holds_modulus(&self, key: Key<'_>) -> bool {
        let Key::Rsa { modulus, .. } = key else {
            return false;
        };
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        let digits = modulus.get(zeros..).unwrap_or_default();
        self.0
            .hashes
            .contains(&<[u8; 32]>::from(Sha256::digest(digits)))
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
    fn lists_taken_together_are_one_list_whatever_their_order() {
        let list = |hex: &str| WeakKeys::parse(&hex.repeat(32)).unwrap();
        let (one, other) = (list("ab"), list("cd"));
        assert_eq!(one.with(&other), other.with(&one));
        assert_eq!(one.with(&one), one);
        assert_eq!(one.with(&other).len(), 2);
        assert_ne!(one, other);
        assert_eq!(WeakKeys::default(), WeakKeys::parse("# nothing").unwrap());
    }

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
