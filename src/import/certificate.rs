//! Facts of a certificate, read from its PEM or DER file.
//!
//! What the file says replaces what was declared. Nothing is verified here, and a private key
//! that was sent along is refused without ever being printed.

use super::evidence::hexadecimal;
use crate::model::fields::certificate as field;
use crate::model::{FieldId, Record, Value};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::net::{Ipv4Addr, Ipv6Addr};
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate, X509Name};
use x509_parser::public_key::PublicKey;
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

const MAX_CERTIFICATES: usize = 20;
const MAX_BYTES: usize = 64 << 10;
const MAX_NAMES: usize = 2_000;

/// What a file says about the certificate a server would present.
#[derive(Debug)]
pub(super) struct Facts {
    subject: Option<String>,
    sans: Vec<String>,
    issuer: Option<String>,
    chain: Vec<String>,
    not_before: Timestamp,
    not_after: Timestamp,
    key_algorithm: &'static str,
    key_bits: Option<i64>,
    signature: String,
    sha256: String,
}

/// Reads a bundle of PEM blocks, or one certificate as DER. The reason of a refusal fits after
/// the name of the file: `chain.pem: …`.
pub(super) fn read(bytes: &[u8]) -> Result<Facts, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if holds_private_key(bytes) {
        return Err("it holds a private key: remove it and treat the key as compromised".into());
    }
    let contents = match memchr::memmem::find(bytes, b"-----BEGIN ") {
        Some(_) => from_pem(bytes)?,
        None => vec![bytes.to_vec()],
    };
    let certificates = contents
        .iter()
        .map(|der| from_der(der))
        .collect::<Result<Vec<_>, _>>()?;
    facts(&certificates)
}

/// Replaces the declared facts by those of the file.
pub(super) fn replace(declared: &Record, facts: Facts) -> Record {
    let mut record = Record::new(declared.schema);
    // The rest would be a claim that the file does not support.
    for id in [field::ID, field::FILE, field::PUBLICLY_TRUSTED] {
        let Some(value) = declared.value(id).cloned() else {
            continue;
        };
        match declared.place_of(id) {
            Some((line, column)) => record.set_at(id, value, line, column),
            None => record.set(id, value),
        }
    }
    let text = |text: String| Some(Value::Text(text));
    let values: [(FieldId, Option<Value>); 10] = [
        (field::SUBJECT, facts.subject.and_then(text)),
        (field::SANS, Some(Value::Texts(facts.sans))),
        (field::ISSUER, facts.issuer.and_then(text)),
        (field::CHAIN, Some(Value::Texts(facts.chain))),
        (field::NOT_BEFORE, Some(Value::Instant(facts.not_before))),
        (field::NOT_AFTER, Some(Value::Instant(facts.not_after))),
        (field::KEY_ALGORITHM, text(facts.key_algorithm.into())),
        (field::KEY_BITS, facts.key_bits.map(Value::Integer)),
        (field::SIGNATURE, text(facts.signature)),
        (field::SHA256, text(facts.sha256)),
    ];
    for (id, value) in values {
        if let Some(value) = value {
            record.set(id, value);
        }
    }
    record
}

/// Works out the length of validity from its two ends, where both are known.
pub(super) fn set_lifetime(record: &mut Record) {
    let ends = (
        record.instant(field::NOT_BEFORE),
        record.instant(field::NOT_AFTER),
    );
    if let (Some(start), Some(end)) = ends
        && end > start
    {
        // The last second counts, and any excess is a new day (CA/Browser Forum BR 6.3.2).
        let seconds = end.as_second() - start.as_second() + 1;
        record.set(
            field::LIFETIME_DAYS,
            Value::Integer(ceiling(seconds, 86_400)),
        );
    }
}

fn ceiling(dividend: i64, divisor: i64) -> i64 {
    (dividend + divisor - 1).div_euclid(divisor)
}

/// Whether a PEM block of any kind of private key begins or ends somewhere.
pub(super) fn holds_private_key(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"PRIVATE KEY-----").is_some()
}

fn from_pem(bytes: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut contents = Vec::new();
    for block in Pem::iter_from_buffer(bytes) {
        let block = block.map_err(|error| format!("a PEM block cannot be read: {error}"))?;
        if !matches!(
            &*block.label,
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE"
        ) {
            let label: String = block
                .label
                .chars()
                .filter(|c| !c.is_control())
                .take(40)
                .collect();
            return Err(format!("it holds a {label}, which is not a certificate"));
        }
        if contents.len() == MAX_CERTIFICATES {
            return Err(format!(
                "it holds more than {MAX_CERTIFICATES} certificates"
            ));
        }
        contents.push(block.contents);
    }
    if contents.is_empty() {
        return Err("it holds no certificate".into());
    }
    Ok(contents)
}

fn from_der(der: &[u8]) -> Result<X509Certificate<'_>, String> {
    if der.len() > MAX_BYTES {
        return Err(format!(
            "a certificate has {} bytes; the limit is {MAX_BYTES}",
            der.len()
        ));
    }
    let (rest, certificate) = X509Certificate::from_der(der)
        .map_err(|error| format!("a certificate cannot be read: {}", reason(error)))?;
    match rest.len() {
        0 => Ok(certificate),
        length => Err(format!("{length} bytes stand behind the certificate")),
    }
}

fn reason<E: std::fmt::Display>(error: x509_parser::nom::Err<E>) -> String {
    use x509_parser::nom::Err::{Error, Failure, Incomplete};
    match error {
        Error(error) | Failure(error) => error.to_string(),
        Incomplete(_) => "it ends too early".into(),
    }
}

fn facts(certificates: &[X509Certificate<'_>]) -> Result<Facts, String> {
    let leaf = leaf(certificates).ok_or("it holds no certificate")?;
    let (key_algorithm, key_bits) = key(leaf.public_key());
    Ok(Facts {
        subject: name(leaf.subject()),
        sans: alternative_names(leaf)?,
        issuer: name(leaf.issuer()),
        chain: chain(leaf, certificates),
        not_before: instant(leaf.validity().not_before.timestamp()),
        not_after: instant(leaf.validity().not_after.timestamp()),
        key_algorithm,
        key_bits,
        signature: signature(&leaf.signature_algorithm),
        sha256: hexadecimal(&Sha256::digest(leaf.as_raw())),
    })
}

/// The first certificate, as servers send it; in a bundle that begins with its authorities, the
/// only one that is none.
fn leaf<'c, 'd>(certificates: &'c [X509Certificate<'d>]) -> Option<&'c X509Certificate<'d>> {
    let first = certificates.first()?;
    let mut ends = certificates
        .iter()
        .filter(|certificate| !certificate.is_ca());
    match (ends.next(), ends.next()) {
        (Some(only), None) => Some(only),
        _ => Some(first),
    }
}

/// Names of the issuers above the leaf: along the chain first, then whatever else was sent.
fn chain(leaf: &X509Certificate<'_>, certificates: &[X509Certificate<'_>]) -> Vec<String> {
    let mut rest: Vec<_> = certificates
        .iter()
        .filter(|certificate| certificate.as_raw() != leaf.as_raw())
        .collect();
    let mut names: Vec<String> = name(leaf.issuer()).into_iter().collect();
    let mut wanted = leaf.issuer().as_raw();
    while !rest.is_empty() {
        let next = rest
            .iter()
            .position(|certificate| certificate.subject().as_raw() == wanted)
            .unwrap_or(0);
        let certificate = rest.remove(next);
        for name in [name(certificate.subject()), name(certificate.issuer())] {
            names.extend(name.filter(|name| !names.contains(name)));
        }
        wanted = certificate.issuer().as_raw();
    }
    names
}

fn name(name: &X509Name<'_>) -> Option<String> {
    name.to_string_with_registry(x509_parser::objects::oid_registry())
        .ok()
        .filter(|text| !text.is_empty())
}

fn alternative_names(certificate: &X509Certificate<'_>) -> Result<Vec<String>, String> {
    let extension = certificate
        .subject_alternative_name()
        .map_err(|error| format!("its alternative names cannot be read: {error}"))?;
    let Some(extension) = extension else {
        return Ok(Vec::new());
    };
    let names = &extension.value.general_names;
    if names.len() > MAX_NAMES {
        return Err(format!(
            "it has {} alternative names; the limit is {MAX_NAMES}",
            names.len()
        ));
    }
    Ok(names.iter().filter_map(alternative_name).collect())
}

fn alternative_name(name: &GeneralName<'_>) -> Option<String> {
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
fn instant(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(match second {
        ..0 => Timestamp::MIN,
        0.. => Timestamp::MAX,
    })
}

/// Algorithm and size in bits, by the algorithm's object identifier.
fn key(info: &SubjectPublicKeyInfo<'_>) -> (&'static str, Option<i64>) {
    let parsed = info.parsed().ok();
    match info.algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10" => {
            let modulus = match &parsed {
                Some(PublicKey::RSA(key)) => Some(key.modulus),
                _ => None,
            };
            ("rsa", modulus.map(bits))
        }
        "1.2.840.10045.2.1" => ("ec", curve_bits(&info.algorithm)),
        "1.2.840.10040.4.1" => ("dsa", None),
        "1.3.101.112" => ("ed25519", Some(256)),
        _ => ("other", None),
    }
}

/// The length of a big number without its leading zeros.
fn bits(number: &[u8]) -> i64 {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let Some(first) = number.get(zeros) else {
        return 0;
    };
    let bits = (number.len() - zeros) * 8 - first.leading_zeros() as usize;
    i64::try_from(bits).unwrap_or(i64::MAX)
}

fn curve_bits(algorithm: &AlgorithmIdentifier<'_>) -> Option<i64> {
    let curve = algorithm.parameters.as_ref()?.as_oid().ok()?;
    match curve.to_id_string().as_str() {
        "1.2.840.10045.3.1.1" => Some(192),
        "1.3.132.0.33" => Some(224),
        // P-256, secp256k1, brainpoolP256r1
        "1.2.840.10045.3.1.7" | "1.3.132.0.10" | "1.3.36.3.3.2.8.1.1.7" => Some(256),
        "1.3.132.0.34" | "1.3.36.3.3.2.8.1.1.11" => Some(384),
        "1.3.36.3.3.2.8.1.1.13" => Some(512),
        "1.3.132.0.35" => Some(521),
        _ => None,
    }
}

/// The usual name of a signature algorithm; its object identifier when it has none here.
fn signature(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let oid = algorithm.algorithm.to_id_string();
    let name = match oid.as_str() {
        "1.2.840.113549.1.1.2" => "md2WithRSAEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => "sha1WithRSAEncryption",
        "1.2.840.113549.1.1.10" => return pss(algorithm),
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.113549.1.1.14" => "sha224WithRSAEncryption",
        "1.2.840.10040.4.3" => "dsa-with-SHA1",
        "2.16.840.1.101.3.4.3.1" => "dsa-with-SHA224",
        "2.16.840.1.101.3.4.3.2" => "dsa-with-SHA256",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.1" => "ecdsa-with-SHA224",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        _ => return oid,
    };
    name.into()
}

/// RSA-PSS says its hash in parameters; without them it is SHA-1.
fn pss(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let oid = match SignatureAlgorithm::try_from(algorithm) {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => {
            parameters.hash_algorithm_oid().to_id_string()
        }
        _ => return "RSASSA-PSS".into(),
    };
    let hash = match oid.as_str() {
        "1.3.14.3.2.26" => "SHA1",
        "2.16.840.1.101.3.4.2.4" => "SHA224",
        "2.16.840.1.101.3.4.2.1" => "SHA256",
        "2.16.840.1.101.3.4.2.2" => "SHA384",
        "2.16.840.1.101.3.4.2.3" => "SHA512",
        other => other,
    };
    format!("RSASSA-PSS-with-{hash}")
}
