//! Certificates as bytes: what was sent with a declared certificate, and the roots that whoever
//! checks trusts. Nothing here is read or verified.

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
