//! Paths from a leaf to a root, as rustls-webpki finds them.

use super::certificate::Certificate;
use super::roots::Roots;
use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use std::cell::RefCell;
use std::time::Duration;
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, KeyUsage};

/// Paths that are looked at before the best of them is taken.
const MAX_ROUTES: usize = 16;

/// A path by the places of its certificates, without the leaf.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) intermediates: Vec<usize>,
    pub(super) root: Option<usize>,
}

/// What webpki is asked to hold a path to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Whatever the certificates say they are for.
    Any,
    Server,
}

/// The leaf and what was sent along, in webpki's forms.
#[derive(Debug)]
pub(super) struct Search<'a> {
    leaf: CertificateDer<'a>,
    intermediates: Vec<CertificateDer<'a>>,
    anchors: Vec<TrustAnchor<'a>>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        leaf: &Certificate<'a>,
        intermediates: &[Certificate<'a>],
        roots: &'a Roots,
    ) -> Self {
        Self {
            leaf: CertificateDer::from(leaf.der()),
            intermediates: intermediates
                .iter()
                .map(|certificate| CertificateDer::from(certificate.der()))
                .collect(),
            anchors: roots.anchors(),
        }
    }

    /// The first path that `is_good`; else the one with the lowest `badness`; else why there is
    /// none.
    pub(super) fn find(
        &self,
        clock: Timestamp,
        purpose: Purpose,
        badness: &dyn Fn(&Route) -> usize,
    ) -> Result<Route, Error> {
        let leaf = EndEntityCert::try_from(&self.leaf)?;
        let seen: RefCell<Vec<(usize, Route)>> = RefCell::default();
        let look = |path: &webpki::VerifiedPath<'_>| {
            let route = self.route(path);
            let bad = badness(&route);
            let mut seen = seen.borrow_mut();
            seen.push((bad, route));
            // Any error makes webpki try the next path.
            if bad == 0 || seen.len() == MAX_ROUTES {
                Ok(())
            } else {
                Err(Error::UnknownIssuer)
            }
        };
        let found = leaf
            .verify_for_usage(
                webpki::ALL_VERIFICATION_ALGS,
                &self.anchors,
                &self.intermediates,
                unix_time(clock),
                purpose,
                None,
                Some(&look),
            )
            .map(|_| ());
        let best = seen.into_inner().into_iter().min_by_key(|(bad, _)| *bad);
        match (best, found) {
            (Some((_, route)), _) => Ok(route),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => Err(Error::UnknownIssuer),
        }
    }

    fn route(&self, path: &webpki::VerifiedPath<'_>) -> Route {
        let place = |der: CertificateDer<'_>| {
            self.intermediates
                .iter()
                .position(|sent| sent.as_ref() == der.as_ref())
        };
        Route {
            intermediates: path
                .intermediate_certificates()
                .filter_map(|certificate| place(certificate.der()))
                .collect(),
            root: self
                .anchors
                .iter()
                .position(|anchor| std::ptr::eq(anchor, path.anchor())),
        }
    }
}

/// Before 1970 there was no certificate, so that any such clock is as good as its first second.
fn unix_time(clock: Timestamp) -> UnixTime {
    let seconds = u64::try_from(clock.as_second()).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_secs(seconds))
}

impl ExtendedKeyUsageValidator for Purpose {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        match self {
            Self::Any => Ok(()),
            Self::Server => KeyUsage::server_auth().validate(purposes),
        }
    }
}
