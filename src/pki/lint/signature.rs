//! Signatures made with broken hashes. A root's own signature is not looked at: nobody relies on it.

use super::{Area, Lint, On};
use crate::pki::signature::broken_hash;

pub(super) const LINTS: &[Lint] = &[Lint::new(
    "weak_signature",
    Area::Trust,
    On::Issued,
    "CA/Browser Forum BR 7.1.3.2.1",
    "have it issued anew with SHA-256 or better",
    |seen| {
        let name = seen.certificate.signature();
        let hash = broken_hash(&name)?;
        Some(format!("signed with {hash} ({name})"))
    },
)];
