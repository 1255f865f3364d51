//! One certificate and its facts, borrowed from its bytes.

use super::container::{self, ContainerError, MAX_NAMES};
use super::key::Key;
use super::signature;
use super::verdict::{Link, Role};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};
use x509_parser::extensions::{
    AuthorityKeyIdentifier, BasicConstraints, GeneralName, KeyUsage, ParsedExtension, X509Extension,
};
use x509_parser::prelude::{X509Certificate, X509Name};

/// A certificate that could be read.
#[derive(Debug)]
pub struct Certificate<'d> {
    der: &'d [u8],
    x509: X509Certificate<'d>,
    /// Dotted, one for each extension: they are asked for again and again.
    extension_ids: Vec<String>,
}

impl<'d> Certificate<'d> {
    /// Reads one certificate in DER form, with nothing behind it.
    pub fn parse(der: &'d [u8]) -> Result<Self, ContainerError> {
        let x509 = container::parse(der)?;
        let extension_ids = x509
            .extensions()
            .iter()
            .map(|extension| extension.oid.to_id_string())
            .collect();
        Ok(Self {
            der,
            x509,
            extension_ids,
        })
    }

    pub fn der(&self) -> &'d [u8] {
        self.der
    }

    /// All that the reader found; extensions that could not be read are in it as errors.
    pub fn x509(&self) -> &X509Certificate<'d> {
        &self.x509
    }

    /// As `CN=…, O=…`; none when it is empty.
    pub fn subject(&self) -> Option<String> {
        name(self.x509.subject())
    }

    pub fn issuer(&self) -> Option<String> {
        name(self.x509.issuer())
    }

    pub fn is_self_issued(&self) -> bool {
        self.x509.subject().as_raw() == self.x509.issuer().as_raw()
    }

    /// Its common names, as far as they are text.
    pub fn common_names(&self) -> impl Iterator<Item = &str> {
        self.x509
            .subject()
            .iter_common_name()
            .filter_map(|name| name.as_str().ok())
    }

    /// What it says for the names and addresses it is for, at most `MAX_NAMES`; none without the
    /// extension, or when that cannot be read.
    pub fn alternative_names(&self) -> &[GeneralName<'d>] {
        let names = self.all_names();
        names.get(..MAX_NAMES).unwrap_or(names)
    }

    /// Of alternative names, looked at or not.
    pub fn count_of_names(&self) -> usize {
        self.all_names().len()
    }

    fn all_names(&self) -> &[GeneralName<'d>] {
        let names = self
            .extensions()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(names) => Some(&*names.general_names),
                _ => None,
            });
        names.unwrap_or_default()
    }

    /// DNS names and addresses, as text.
    pub fn hosts(&self) -> impl Iterator<Item = String> {
        self.alternative_names().iter().filter_map(host)
    }

    pub fn dns_names(&self) -> impl Iterator<Item = &'d str> {
        self.alternative_names()
            .iter()
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some(*name),
                _ => None,
            })
    }

    pub(super) fn extensions(&self) -> impl Iterator<Item = &X509Extension<'d>> {
        self.x509.extensions().iter()
    }

    /// By dotted object identifier.
    pub(super) fn extension(&self, oid: &str) -> Option<&X509Extension<'d>> {
        let at = self.extension_ids.iter().position(|id| id == oid)?;
        self.x509.extensions().get(at)
    }

    pub fn basic_constraints(&self) -> Option<&BasicConstraints> {
        self.extensions()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::BasicConstraints(constraints) => Some(constraints),
                _ => None,
            })
    }

    pub fn is_ca(&self) -> bool {
        self.basic_constraints()
            .is_some_and(|constraints| constraints.ca)
    }

    pub fn key_usage(&self) -> Option<&KeyUsage> {
        self.extensions()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::KeyUsage(usage) => Some(usage),
                _ => None,
            })
    }

    /// What its key may be used for, as in `server_auth`; empty where it does not say, none where
    /// that cannot be read.
    pub fn purposes(&self) -> Option<Vec<&'static str>> {
        let Some(extension) = self.extension("2.5.29.37") else {
            return Some(Vec::new());
        };
        let ParsedExtension::ExtendedKeyUsage(usage) = extension.parsed_extension() else {
            return None;
        };
        let all = [
            (usage.any, "any"),
            (usage.client_auth, "client_auth"),
            (usage.code_signing, "code_signing"),
            (usage.email_protection, "email_protection"),
            (usage.ocsp_signing, "ocsp_signing"),
            (!usage.other.is_empty(), "other"),
            (usage.server_auth, "server_auth"),
            (usage.time_stamping, "time_stamping"),
        ];
        let asked = all.into_iter().filter(|(is_asked, _)| *is_asked);
        Some(asked.map(|(_, name)| name).collect())
    }

    /// Distinct public logs that promised to list it; none where its promises cannot be read.
    pub fn public_logs(&self) -> Option<usize> {
        let Some(extension) = self.extension("1.3.6.1.4.1.11129.2.4.2") else {
            return Some(0);
        };
        let ParsedExtension::SCT(promises) = extension.parsed_extension() else {
            return None;
        };
        let logs: BTreeSet<&[u8]> = promises.iter().map(|one| &one.id.key_id[..]).collect();
        Some(logs.len())
    }

    pub(super) fn authority_key(&self) -> Option<&AuthorityKeyIdentifier<'d>> {
        self.extensions()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::AuthorityKeyIdentifier(identifier) => Some(identifier),
                _ => None,
            })
    }

    pub(super) fn subject_key(&self) -> Option<&[u8]> {
        self.extensions()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(identifier) => Some(identifier.0),
                _ => None,
            })
    }

    pub fn not_before(&self) -> Timestamp {
        instant(self.x509.validity().not_before.timestamp())
    }

    /// Its last good second.
    pub fn not_after(&self) -> Timestamp {
        instant(self.x509.validity().not_after.timestamp())
    }

    /// Length of validity: the last second counts, and any excess is a new day (CA/Browser Forum
    /// BR 6.3.2). Negative where the end comes first.
    pub fn lifetime_days(&self) -> i64 {
        let validity = self.x509.validity();
        let seconds = validity
            .not_after
            .timestamp()
            .saturating_sub(validity.not_before.timestamp())
            .saturating_add(1);
        seconds.saturating_add(86_399).div_euclid(86_400)
    }

    pub fn key(&self) -> Key<'_> {
        Key::of(self.x509.public_key())
    }

    pub fn signature(&self) -> String {
        signature::name(&self.x509.signature_algorithm)
    }

    pub fn sha256(&self) -> String {
        hexadecimal(&Sha256::digest(self.der))
    }

    /// The same for every certificate of one key.
    pub fn key_sha256(&self) -> String {
        hexadecimal(&Sha256::digest(self.x509.public_key().raw))
    }

    /// Whether its own key signed it.
    pub(super) fn is_self_signed(&self) -> bool {
        self.is_self_issued()
            && signature::signed_by(self, self.x509.public_key()) != signature::Signed::Forged
    }

    pub(super) fn link(&self, role: Role) -> Link {
        Link {
            role,
            subject: self.subject().unwrap_or_default(),
            issuer: self.issuer().unwrap_or_default(),
            sans: self.hosts().collect(),
            not_before: Some(self.not_before()),
            not_after: Some(self.not_after()),
            key: self.key().describe(),
            signature: self.signature(),
            serial: hexadecimal(self.x509.raw_serial()),
            sha256: self.sha256(),
            key_sha256: self.key_sha256(),
        }
    }
}

/// A distinguished name as text; none when it is empty.
pub(super) fn name(name: &X509Name<'_>) -> Option<String> {
    name.to_string_with_registry(x509_parser::objects::oid_registry())
        .ok()
        .filter(|text| !text.is_empty())
}

fn host(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => Some(address(bytes)),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> String {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Ipv4Addr::from(octets).to_string();
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(octets) => Ipv6Addr::from(octets).to_string(),
        Err(_) => format!("not an address: {}", hexadecimal(bytes)),
    }
}

/// `99991231235959Z`, "never", lies beyond what a timestamp can hold.
pub(super) fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(match second {
        ..0 => Timestamp::MIN,
        0.. => Timestamp::MAX,
    })
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_expiring_certificates_have_an_end_all_the_same() {
        assert_eq!(instant(253_402_300_799), Timestamp::MAX);
        assert_eq!(instant(i64::MIN), Timestamp::MIN);
    }
}
