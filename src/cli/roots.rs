//! The roots named on the command line. A declaration cannot bring its own: who is judged does not
//! choose whom to trust.

use super::certificate::files;
use super::exit::BadInput;
use crate::model::{GivenRoots, hexadecimal};
use crate::pki::Roots;
use anyhow::{Result, anyhow};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;

/// All roots of some files; none where no file is named.
pub(super) fn given(paths: &[PathBuf]) -> Result<Option<Arc<GivenRoots>>> {
    if paths.is_empty() {
        return Ok(None);
    }
    let certificates = files::certificates(paths)?;
    Roots::new(String::new(), certificates.clone())
        .map_err(|(at, error)| anyhow!(BadInput(format!("--roots: certificate {at}: {error}"))))?;
    let mut all = Sha256::new();
    for der in &certificates {
        all.update(der);
    }
    Ok(Some(Arc::new(GivenRoots {
        sha256: hexadecimal(&all.finalize()),
        certificates,
    })))
}

/// What a reader of the report has to know about them.
pub(super) fn note(roots: &GivenRoots) -> String {
    let count = match roots.certificates.len() {
        1 => "1 root given".to_owned(),
        count => format!("{count} roots given"),
    };
    let hash: String = roots.sha256.chars().take(12).collect();
    format!("private certificates are judged by the {count} with --roots (sha256 {hash}…)")
}
