//! The roots that a path may end at: the web's, or those an operator gives.

use super::certificate::Certificate;
use crate::pki::container::ContainerError;
use rustls::pki_types::{CertificateDer, TrustAnchor};
use sha2::{Digest, Sha256};

/// Must be what Cargo.lock says; a test holds them together.
const WEB_ROOTS: &str = "web roots (webpki-roots 1.0.10)";

/// Roots, in the order given.
#[derive(Debug)]
pub struct Roots {
    summary: RootsSummary,
    is_web: bool,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    der: Vec<u8>,
    /// With its sequence's header, as in certificates.
    subject: Vec<u8>,
    anchor: TrustAnchor<'static>,
}

/// Which roots were used, so that a verdict can be had again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootsSummary {
    pub name: String,
    pub count: usize,
    /// Over the sorted SHA-256 of each root's DER form, in hexadecimal.
    pub sha256: String,
}

impl Roots {
    /// The roots that browsers trust for servers, as compiled in.
    pub fn web() -> Self {
        let entries = webpki_roots::TLS_SERVER_ROOTS
            .iter()
            .filter_map(|anchor| {
                let der = whole_web_root(anchor)?;
                entry(der, Some(anchor.clone())).ok()
            })
            .collect();
        Self {
            is_web: true,
            ..Self::of(WEB_ROOTS.into(), entries)
        }
    }

    /// An operator's roots; `name` says where they come from. Fails with the place of the first
    /// that cannot be used, from 1.
    pub fn new(name: String, certificates: Vec<Vec<u8>>) -> Result<Self, (usize, ContainerError)> {
        let mut entries = Vec::with_capacity(certificates.len());
        for (at, der) in certificates.into_iter().enumerate() {
            entries.push(entry(der, None).map_err(|error| (at + 1, error))?);
        }
        Ok(Self::of(name, entries))
    }

    fn of(name: String, entries: Vec<Entry>) -> Self {
        let mut hashes: Vec<_> = entries
            .iter()
            .map(|entry| Sha256::digest(&entry.der))
            .collect();
        hashes.sort_unstable();
        let mut all = Sha256::new();
        for hash in hashes {
            all.update(hash);
        }
        let summary = RootsSummary {
            name,
            count: entries.len(),
            sha256: super::certificate::hexadecimal(&all.finalize()),
        };
        Self {
            summary,
            is_web: false,
            entries,
        }
    }

    pub fn summary(&self) -> &RootsSummary {
        &self.summary
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether browsers took them in, each by its own examination.
    pub(super) fn is_web(&self) -> bool {
        self.is_web
    }

    pub(super) fn anchor(&self, index: usize) -> Option<&TrustAnchor<'static>> {
        self.entries.get(index).map(|entry| &entry.anchor)
    }

    pub(super) fn certificate(&self, index: usize) -> Option<Certificate<'_>> {
        let entry = self.entries.get(index)?;
        Certificate::parse(&entry.der).ok()
    }

    /// Those with a name, in DER form.
    pub(super) fn named<'r>(&'r self, subject: &'r [u8]) -> impl Iterator<Item = usize> + 'r {
        self.entries
            .iter()
            .enumerate()
            .filter(move |(_, entry)| entry.subject == subject)
            .map(|(index, _)| index)
    }

    pub(super) fn holds(&self, der: &[u8]) -> bool {
        self.entries.iter().any(|entry| entry.der == der)
    }
}

fn entry(der: Vec<u8>, anchor: Option<TrustAnchor<'static>>) -> Result<Entry, ContainerError> {
    let subject = Certificate::parse(&der)?.x509().subject().as_raw().to_vec();
    let anchor = match anchor {
        Some(anchor) => anchor,
        None => webpki::anchor_from_trusted_cert(&CertificateDer::from(&*der))
            .map_err(|error| ContainerError::UnreadableCertificate {
                reason: format!("it cannot be a root: {error}"),
            })?
            .to_owned(),
    };
    Ok(Entry {
        der,
        subject,
        anchor,
    })
}

/// The certificate that a compiled-in anchor was cut from.
fn whole_web_root(anchor: &TrustAnchor<'_>) -> Option<Vec<u8>> {
    let key = anchor.subject_public_key_info.as_ref();
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .find(|der| {
            webpki::anchor_from_trusted_cert(der).is_ok_and(|whole| {
                whole.subject == anchor.subject && whole.subject_public_key_info.as_ref() == key
            })
        })
        .map(|der| der.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_web_root_is_there_whole_and_its_version_is_the_one_that_is_told() {
        let roots = Roots::web();
        assert_eq!(roots.len(), webpki_roots::TLS_SERVER_ROOTS.len());
        let lock = include_str!("../../Cargo.lock");
        let version = WEB_ROOTS
            .trim_end_matches(')')
            .rsplit_once(' ')
            .map_or("", |(_, version)| version);
        for package in ["webpki-roots", "webpki-root-certs"] {
            let expected = format!("name = \"{package}\"\nversion = \"{version}\"");
            assert!(lock.contains(&expected), "{expected}");
        }
    }
}
