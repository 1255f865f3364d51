//! Whether a path holds, as rustls-webpki says.

use super::certificate::Certificate;
use super::signature::ALGORITHMS;
use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::time::Duration;
use webpki::{EndEntityCert, Error, KeyUsage, VerifiedPath};

/// Intermediates that webpki follows.
pub(super) const MAX_INTERMEDIATES: usize = 6;

/// A path by the places of its certificates, without the leaf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) intermediates: Vec<usize>,
    pub(super) root: Option<usize>,
}

/// Asks webpki whether this very path, and no other, holds for servers at the clock.
pub(super) fn hold(
    leaf: &Certificate<'_>,
    intermediates: &[&Certificate<'_>],
    anchor: &TrustAnchor<'_>,
    clock: Timestamp,
) -> Result<(), Error> {
    let leaf = CertificateDer::from(leaf.der());
    let leaf = EndEntityCert::try_from(&leaf)?;
    let intermediates: Vec<_> = intermediates
        .iter()
        .map(|certificate| CertificateDer::from(certificate.der()))
        .collect();
    let is_it = |path: &VerifiedPath<'_>| {
        let found = path.intermediate_certificates().map(webpki::Cert::der);
        // Any error makes webpki try the next path.
        if found.eq(intermediates.iter().cloned()) {
            Ok(())
        } else {
            Err(Error::UnknownIssuer)
        }
    };
    leaf.verify_for_usage(
        ALGORITHMS,
        std::slice::from_ref(anchor),
        &intermediates,
        unix_time(clock),
        KeyUsage::server_auth(),
        None,
        Some(&is_it),
    )
    .map(|_| ())
}

/// Before 1970 there was no certificate, so that any such clock is as good as its first second.
fn unix_time(clock: Timestamp) -> UnixTime {
    let seconds = u64::try_from(clock.as_second()).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}
