//! PEM and DER files: certificates and CRLs out of files, bundles and packs.
//!
//! A private key that was sent along is never decoded, kept or shown: its block is cut out before
//! anything is read, and all that stays is an incident with its kind and line.

use super::der;
use std::borrow::Cow;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Certificates in one file.
pub const MAX_CERTIFICATES: usize = 20;
/// Bytes of one certificate.
pub const MAX_CERTIFICATE_BYTES: usize = 64 << 10;
/// Extensions of one certificate.
pub const MAX_EXTENSIONS: usize = 100;
/// Alternative names of one certificate.
pub const MAX_NAMES: usize = 2_000;
/// Bytes of one CRL.
pub const MAX_CRL_BYTES: usize = 64 << 20;

const BEGIN: &[u8] = b"-----BEGIN ";
const KEY_END: &[u8] = b"PRIVATE KEY-----";

/// What a file holds, in its order. Certificates are readable X.509; CRLs are not looked into.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Contents {
    pub certificates: Vec<Vec<u8>>,
    pub crls: Vec<Vec<u8>>,
    pub incidents: Vec<Incident>,
}

/// A private key was sent along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// What its block calls itself: `EC PRIVATE KEY`.
    pub label: String,
    /// From 1; none in a binary file.
    pub line: Option<usize>,
}

impl Incident {
    /// One sentence, without anything of the key.
    pub fn sentence(&self) -> String {
        let line = self
            .line
            .map_or(String::new(), |line| format!(" (line {line})"));
        format!(
            "it holds a private key{line}: remove it and treat the key as compromised; it was \
             neither read nor kept"
        )
    }
}

/// Why a file gave nothing; fits after the name of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContainerError {
    #[error("a certificate has {bytes} bytes; the limit is {MAX_CERTIFICATE_BYTES}")]
    CertificateTooLarge { bytes: usize },
    #[error("a CRL has {bytes} bytes; the limit is {MAX_CRL_BYTES}")]
    CrlTooLarge { bytes: usize },
    #[error("it holds no certificate")]
    Nothing,
    #[error("it is neither PEM nor DER, so it holds no certificate")]
    Neither,
    #[error("it holds a {label}, which is not a certificate")]
    NotACertificate { label: String },
    #[error(
        "it is a PKCS#12 store, which may hold a private key: export the certificates alone as PEM"
    )]
    Pkcs12,
    #[error("it holds more than {MAX_CERTIFICATES} certificates")]
    TooMany,
    #[error("a certificate has {count} extensions; the limit is {MAX_EXTENSIONS}")]
    TooManyExtensions { count: usize },
    #[error("{bytes} bytes stand behind the certificate")]
    Trailing { bytes: usize },
    #[error("a PEM block cannot be read: {reason}")]
    UnreadableBlock { reason: String },
    #[error("a certificate cannot be read: {reason}")]
    UnreadableCertificate { reason: String },
}

/// Reads a bundle of PEM blocks, or one certificate or CRL as DER. Of certificates, at most
/// `MAX_CERTIFICATES`.
pub fn read(bytes: &[u8]) -> Result<Contents, ContainerError> {
    read_up_to(bytes, MAX_CERTIFICATES)
}

/// As [`read`], for files that may hold more certificates than a chain, such as root stores.
pub fn read_up_to(bytes: &[u8], most: usize) -> Result<Contents, ContainerError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let contents = match memchr::memmem::find(bytes, BEGIN) {
        Some(_) => from_pem(bytes, most)?,
        None => from_binary(bytes)?,
    };
    for certificate in &contents.certificates {
        parse(certificate)?;
    }
    Ok(contents)
}

/// Reads one certificate, whole and nothing behind it.
pub fn parse(der: &[u8]) -> Result<X509Certificate<'_>, ContainerError> {
    if der.len() > MAX_CERTIFICATE_BYTES {
        return Err(ContainerError::CertificateTooLarge { bytes: der.len() });
    }
    let (rest, certificate) =
        X509Certificate::from_der(der).map_err(|error| ContainerError::UnreadableCertificate {
            reason: reason(error),
        })?;
    let count = certificate.extensions().len();
    if count > MAX_EXTENSIONS {
        return Err(ContainerError::TooManyExtensions { count });
    }
    match rest.len() {
        0 => Ok(certificate),
        bytes => Err(ContainerError::Trailing { bytes }),
    }
}

fn reason<E: std::fmt::Display>(error: x509_parser::nom::Err<E>) -> String {
    use x509_parser::nom::Err::{Error, Failure, Incomplete};
    match error {
        Error(error) | Failure(error) => error.to_string(),
        Incomplete(_) => "it ends too early".into(),
    }
}

fn from_pem(bytes: &[u8], most: usize) -> Result<Contents, ContainerError> {
    let (bytes, incidents) = without_keys(bytes);
    let mut contents = Contents {
        incidents,
        ..Contents::default()
    };
    for block in Pem::iter_from_buffer(&bytes) {
        let block = block.map_err(|error| ContainerError::UnreadableBlock {
            reason: error.to_string(),
        })?;
        match &*block.label {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                if contents.certificates.len() == most {
                    return Err(ContainerError::TooMany);
                }
                contents.certificates.push(block.contents);
            }
            "X509 CRL" | "CRL" => contents.crls.push(within_limit(block.contents)?),
            // It stands before keys of elliptic curves, and says only which curve.
            "EC PARAMETERS" => {}
            label => {
                return Err(ContainerError::NotACertificate {
                    label: shown(label.as_bytes()),
                });
            }
        }
    }
    let is_empty = contents.certificates.is_empty() && contents.crls.is_empty();
    if is_empty && contents.incidents.is_empty() {
        return Err(ContainerError::Nothing);
    }
    Ok(contents)
}

fn from_binary(bytes: &[u8]) -> Result<Contents, ContainerError> {
    let mut contents = Contents::default();
    if bytes.first() != Some(&der::SEQUENCE) {
        return Err(ContainerError::Neither);
    }
    match version_at_the_start(bytes) {
        // PKCS#1, PKCS#8 and SEC 1 keys begin with their version, certificates never do.
        Some(0 | 1) => contents.incidents.push(Incident {
            label: "PRIVATE KEY".into(),
            line: None,
        }),
        Some(3) => return Err(ContainerError::Pkcs12),
        _ if is_crl(bytes) => contents.crls.push(within_limit(bytes.to_vec())?),
        _ if bytes.len() > MAX_CERTIFICATE_BYTES => {
            return Err(ContainerError::CertificateTooLarge { bytes: bytes.len() });
        }
        _ => contents.certificates.push(bytes.to_vec()),
    }
    Ok(contents)
}

fn within_limit(crl: Vec<u8>) -> Result<Vec<u8>, ContainerError> {
    match crl.len() {
        bytes if bytes > MAX_CRL_BYTES => Err(ContainerError::CrlTooLarge { bytes }),
        _ => Ok(crl),
    }
}

/// The number in `SEQUENCE { INTEGER of one byte, … }`.
fn version_at_the_start(bytes: &[u8]) -> Option<u8> {
    let sequence = der::expect(der::SEQUENCE, bytes)?;
    match der::expect(der::INTEGER, sequence.content)?.content {
        [version] => Some(*version),
        _ => None,
    }
}

/// In a CRL a time follows the issuer's name; in a certificate, a sequence of two.
fn is_crl(bytes: &[u8]) -> bool {
    fn time_of_issue(bytes: &[u8]) -> Option<u8> {
        let signed = der::expect(der::SEQUENCE, bytes)?;
        let signed = der::expect(der::SEQUENCE, signed.content)?.content;
        let behind_version = match der::expect(der::INTEGER, signed) {
            Some(version) => version.rest,
            None => signed,
        };
        let algorithm = der::expect(der::SEQUENCE, behind_version)?;
        let issuer = der::expect(der::SEQUENCE, algorithm.rest)?;
        Some(der::take(issuer.rest)?.tag)
    }
    matches!(
        time_of_issue(bytes),
        Some(der::UTC_TIME | der::GENERALIZED_TIME)
    )
}

/// Whether a PEM block of any kind of private key begins or ends somewhere.
pub fn holds_private_key(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, KEY_END).is_some()
}

/// The text without blocks of private keys, and where they were.
fn without_keys(bytes: &[u8]) -> (Cow<'_, [u8]>, Vec<Incident>) {
    if !holds_private_key(bytes) {
        return (Cow::Borrowed(bytes), Vec::new());
    }
    let mut kept = Vec::with_capacity(bytes.len());
    let mut incidents = Vec::new();
    let mut is_inside = false;
    for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let is_marked = memchr::memmem::find(line, KEY_END).is_some();
        let begins = memchr::memmem::find(line, BEGIN);
        match (is_marked, begins) {
            (true, Some(begin)) => {
                is_inside = true;
                incidents.push(incident(line.get(begin..).unwrap_or(line), at));
            }
            (true, None) => {
                // An end without a beginning is a key whose beginning went astray.
                if !is_inside {
                    incidents.push(incident(line, at));
                }
                is_inside = false;
            }
            (false, Some(_)) => {
                is_inside = false;
                kept.extend_from_slice(line);
            }
            (false, None) if is_inside => {}
            (false, None) => kept.extend_from_slice(line),
        }
    }
    (Cow::Owned(kept), incidents)
}

fn incident(line: &[u8], at: usize) -> Incident {
    let line = line.strip_prefix(BEGIN).unwrap_or(line);
    let label = line
        .split(|byte| *byte == b'-')
        .find(|part| !part.is_empty());
    let label = shown(label.unwrap_or_default());
    Incident {
        label: label.strip_prefix("END ").unwrap_or(&label).to_owned(),
        line: Some(at + 1),
    }
}

/// A label as it may be shown: short, printable.
fn shown(label: &[u8]) -> String {
    String::from_utf8_lossy(label)
        .chars()
        .filter(|character| !character.is_control())
        .take(40)
        .collect()
}
