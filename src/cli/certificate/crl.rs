//! How the CRLs that were given are written. Whom they revoke is judged with each certificate.

use crate::pki::lint::crl::look;
use crate::pki::{Fault, Profile};
use std::cmp::Reverse;

/// A CRL, and what is wrong with its form.
#[derive(Debug)]
pub(super) struct Crl {
    pub(super) file: String,
    /// The worst first; none of them breaks a path.
    pub(super) faults: Vec<Fault>,
    /// Entries that were looked at, and whether there are more.
    pub(super) entries: usize,
    pub(super) is_cut: bool,
}

/// Looks at each that can be read; the others are told of with the certificates that they are for.
pub(super) fn looked_at(crls: &[(String, Vec<u8>)], profile: Profile) -> Vec<Crl> {
    let looked = crls.iter().filter_map(|(file, der)| {
        let report = look(der, profile)?;
        let mut faults: Vec<_> = report.faults().cloned().collect();
        faults.sort_by_key(|fault| Reverse(fault.level));
        Some(Crl {
            file: file.clone(),
            faults,
            entries: report.entries,
            is_cut: report.is_cut,
        })
    });
    looked.collect()
}
