//! When a verdict may change although nothing is sent anew: where something begins or ends.

use super::certificate::{Certificate, instant};
use super::crl;
use super::judge::Request;
use super::lint::margin;
use jiff::Timestamp;

/// The moments after the clock up to which a verdict surely holds, the first of them first. There
/// may be more of them than changes, never fewer.
pub fn changes(request: &Request<'_>) -> Vec<Timestamp> {
    let sent = std::iter::once(request.leaf).chain(request.intermediates.iter().copied());
    let sent: Vec<_> = sent
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    let mut seconds = Vec::new();
    for certificate in &sent {
        add(certificate, request, &mut seconds);
        let issuer = certificate.x509().issuer().as_raw();
        for root in request.roots.named(issuer) {
            if let Some(root) = request.roots.certificate(root) {
                add(&root, request, &mut seconds);
            }
        }
    }
    seconds.extend(request.crls.iter().flat_map(|crl| crl::times(crl)));
    let now = request.clock.as_second();
    // Some of these still hold at their second, some no longer: both seconds are told.
    let mut after: Vec<_> = seconds
        .into_iter()
        .flat_map(|second| [second, second.saturating_add(1)])
        .filter(|second| *second > now)
        .collect();
    after.sort_unstable();
    after.dedup();
    after.into_iter().map(instant).collect()
}

fn add(certificate: &Certificate<'_>, request: &Request<'_>, seconds: &mut Vec<i64>) {
    let end = certificate.not_after().as_second();
    let soon = end.saturating_sub(margin(certificate, request.thresholds));
    seconds.extend([certificate.not_before().as_second(), soon, end]);
}
