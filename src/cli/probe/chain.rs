//! What people want to know of a certificate at a glance. Nothing is verified.

use jiff::Timestamp;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Names longer than that are cut.
const MAX_NAME: usize = 200;

/// Subject, issuer and window. All text is the server's.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

/// Nothing if it cannot be read.
pub(super) fn summary(der: &[u8]) -> Option<Summary> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let validity = certificate.validity();
    Some(Summary {
        subject: shortened(&certificate.subject().to_string()),
        issuer: shortened(&certificate.issuer().to_string()),
        not_before: instant(validity.not_before.timestamp()),
        not_after: instant(validity.not_after.timestamp()),
    })
}

/// `99991231235959Z`, "never", lies beyond what a timestamp can hold.
fn instant(second: i64) -> Timestamp {
    let nearest = if second < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::from_second(second).unwrap_or(nearest)
}

fn shortened(name: &str) -> String {
    name.chars().take(MAX_NAME).collect()
}
