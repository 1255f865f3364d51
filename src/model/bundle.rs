//! Certificates as bytes: what was sent with a declared certificate, and the roots that whoever
//! checks trusts. Nothing here is read or verified.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A declared certificate with what was sent along, in DER form. Its reader keeps it within bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    pub leaf: Vec<u8>,
    /// In the order sent.
    pub others: Vec<Vec<u8>>,
    pub crls: Vec<Arc<[u8]>>,
    /// Over all of the above, in hexadecimal.
    pub sha256: String,
}

/// Roots in DER form, by which private certificates are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenRoots {
    pub certificates: Vec<Vec<u8>>,
    /// Over all of them, in hexadecimal.
    pub sha256: String,
}

/// Keys that whoever checks knows to be weak.
#[derive(Debug, Clone, Default, Eq)]
pub struct KeyHashes {
    /// SHA-256 of public keys in DER form, or of RSA moduli.
    pub hashes: BTreeSet<[u8; 32]>,
    /// Over all of them, in hexadecimal; empty when there are none.
    pub sha256: String,
}

impl PartialEq for KeyHashes {
    fn eq(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}

/// By the one hash over all, as there may be millions.
impl Hash for KeyHashes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.sha256.hash(state);
    }
}
