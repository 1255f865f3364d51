//! Where a certificate says that the lists are on which it would stand if it were revoked.

use super::distribution_points;
use crate::pki::certificate::Certificate;
use x509_parser::extensions::{DistributionPointName, GeneralName};

impl Certificate<'_> {
    /// In its order, whatever their scheme. Text from outside.
    pub fn revocation_urls(&self) -> impl Iterator<Item = &str> {
        let points = distribution_points(self).map(|points| points.points.as_slice());
        let names = points.unwrap_or_default().iter().flat_map(|point| {
            let names = match &point.distribution_point {
                Some(DistributionPointName::FullName(names)) => names.as_slice(),
                _ => &[],
            };
            names.iter()
        });
        names.filter_map(|name| match name {
            GeneralName::URI(uri) => Some(*uri),
            _ => None,
        })
    }
}
