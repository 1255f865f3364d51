//! Signature algorithms by name, and whether a certificate was signed by a key.

use super::certificate::Certificate;
use super::key::{Curve, Key};
use super::p521::P521;
use rustls::pki_types::SignatureVerificationAlgorithm;
use x509_parser::signature_algorithm::SignatureAlgorithm;
use x509_parser::verify::verify_signature;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// What paths are followed with: ring's, and P-521 beside them.
pub(super) static ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    webpki::ring::ECDSA_P256_SHA256,
    webpki::ring::ECDSA_P256_SHA384,
    webpki::ring::ECDSA_P384_SHA256,
    webpki::ring::ECDSA_P384_SHA384,
    webpki::ring::ED25519,
    webpki::ring::RSA_PKCS1_2048_8192_SHA256,
    webpki::ring::RSA_PKCS1_2048_8192_SHA384,
    webpki::ring::RSA_PKCS1_2048_8192_SHA512,
    webpki::ring::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
    webpki::ring::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
    webpki::ring::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    webpki::ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    webpki::ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    webpki::ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    &P521::Sha384,
    &P521::Sha512,
];

/// What is known of a signature under one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signed {
    Forged,
    /// The algorithm or curve is not implemented here.
    NotDecided,
    Verified,
}

/// Whether `issuer` signed the certificate.
pub(super) fn signed_by(
    certificate: &Certificate<'_>,
    issuer: &SubjectPublicKeyInfo<'_>,
) -> Signed {
    let x509 = certificate.x509();
    check(
        issuer,
        &x509.signature_algorithm,
        &x509.signature_value,
        x509.tbs_certificate.as_ref(),
    )
}

pub(super) fn check(
    key: &SubjectPublicKeyInfo<'_>,
    algorithm: &AlgorithmIdentifier<'_>,
    signature: &x509_parser::asn1_rs::BitString<'_>,
    signed: &[u8],
) -> Signed {
    use x509_parser::error::X509Error;
    if is_odd_pss(algorithm) {
        return Signed::NotDecided;
    }
    match verify_signature(key, algorithm, signature, signed) {
        Ok(()) => Signed::Verified,
        Err(X509Error::SignatureUnsupportedAlgorithm) => {
            check_p521(key, algorithm, signature, signed)
        }
        Err(_) => Signed::Forged,
    }
}

fn check_p521(
    key: &SubjectPublicKeyInfo<'_>,
    algorithm: &AlgorithmIdentifier<'_>,
    signature: &x509_parser::asn1_rs::BitString<'_>,
    signed: &[u8],
) -> Signed {
    if Key::of(key) != Key::Ec(Curve::P521) {
        return Signed::NotDecided;
    }
    let by = match algorithm.algorithm.to_id_string().as_str() {
        "1.2.840.10045.4.3.3" => P521::Sha384,
        "1.2.840.10045.4.3.4" => P521::Sha512,
        _ => return Signed::NotDecided,
    };
    match by.verify_signature(&key.subject_public_key.data, signed, &signature.data) {
        Ok(()) => Signed::Verified,
        Err(_) => Signed::Forged,
    }
}

/// The usual name of a signature algorithm; its object identifier when it has none here.
pub(super) fn name(algorithm: &AlgorithmIdentifier<'_>) -> String {
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

/// RSA-PSS with another mask or salt than the hash's own, which is what is implemented and what the
/// Baseline Requirements allow (7.1.3.2.1).
fn is_odd_pss(algorithm: &AlgorithmIdentifier<'_>) -> bool {
    let Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) = SignatureAlgorithm::try_from(algorithm)
    else {
        return false;
    };
    let hash = parameters.hash_algorithm_oid();
    let own_salt = match hash.to_id_string().as_str() {
        "2.16.840.1.101.3.4.2.1" => 32,
        "2.16.840.1.101.3.4.2.2" => 48,
        "2.16.840.1.101.3.4.2.3" => 64,
        _ => return true,
    };
    let mask = parameters.mask_gen_algorithm();
    let is_own_mask = mask.is_ok_and(|mask| mask.hash == *hash);
    !is_own_mask || parameters.salt_length() != own_salt
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

/// The broken hash that a signature rests on, if it does.
pub(super) fn broken_hash(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    [("md2", "MD2"), ("md5", "MD5"), ("sha1", "SHA-1")]
        .into_iter()
        .find(|(part, _)| name.contains(part))
        .map(|(_, hash)| hash)
}
