//! How far a leaf can be followed where no path holds: each issuer by name, preferring those
//! whose key fits. It decides nothing; it says where a path breaks and gives faults their place.

use super::certificate::Certificate;
use super::path::Route;
use super::roots::Roots;
use super::signature::{Signed, signed_by};

/// Certificates in a trace, roots and leaf included.
const MAX_LENGTH: usize = 12;

/// Follows the leaf as far as issuers can be found.
pub(super) fn follow(
    leaf: &Certificate<'_>,
    intermediates: &[Certificate<'_>],
    roots: &Roots,
) -> Route {
    let mut route = Route::default();
    let mut head = leaf;
    while route.intermediates.len() + 2 < MAX_LENGTH {
        let by_root = best_root(head, roots);
        if let Some((root, Signed::Verified)) = by_root {
            route.root = Some(root);
            return route;
        }
        let sent = best_sent(head, intermediates, &route.intermediates);
        match (by_root, sent) {
            // A forged signature under a root's name says more than none at all.
            (Some((root, _)), None | Some((_, Signed::Forged))) => {
                route.root = Some(root);
                return route;
            }
            (_, Some((next, _))) => {
                route.intermediates.push(next);
                let Some(certificate) = intermediates.get(next) else {
                    return route;
                };
                head = certificate;
            }
            (None, None) => return route,
        }
    }
    route
}

fn best_root(head: &Certificate<'_>, roots: &Roots) -> Option<(usize, Signed)> {
    let name = head.x509().issuer().as_raw();
    let fits = |root: usize| {
        let certificate = roots.certificate(root)?;
        Some((root, signed_by(head, certificate.x509().public_key())))
    };
    roots
        .named(name)
        .take(MAX_LENGTH)
        .filter_map(fits)
        .max_by_key(|(_, signed)| rank(*signed))
}

fn best_sent(
    head: &Certificate<'_>,
    intermediates: &[Certificate<'_>],
    used: &[usize],
) -> Option<(usize, Signed)> {
    let name = head.x509().issuer().as_raw();
    intermediates
        .iter()
        .enumerate()
        .filter(|(at, certificate)| {
            !used.contains(at)
                && certificate.x509().subject().as_raw() == name
                && certificate.der() != head.der()
        })
        .take(MAX_LENGTH)
        .map(|(at, certificate)| (at, signed_by(head, certificate.x509().public_key())))
        .min_by_key(|(at, signed)| (std::cmp::Reverse(rank(*signed)), *at))
}

fn rank(signed: Signed) -> u8 {
    match signed {
        Signed::Forged => 0,
        Signed::NotDecided => 1,
        Signed::Verified => 2,
    }
}
