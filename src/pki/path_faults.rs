//! What a refusal by rustls-webpki means, in our words: a fault, or a question it does not decide.

use super::fault::{Area, Level, Rule};
use super::verdict::NotDecided;
use webpki::Error;

pub(super) static BAD_SIGNATURE: Rule = error(
    "bad_signature",
    Area::Trust,
    "RFC 5280 6.1.3 (a)(1)",
    "install the issuer's real certificate, and a leaf that it issued",
);
pub(super) static DISTRUSTED: Rule = error(
    "distrusted",
    Area::Trust,
    "rustls-webpki",
    "have the certificate issued by another authority",
);
pub(super) static HOST_MISMATCH: Rule = error(
    "host_mismatch",
    Area::Name,
    "RFC 9525 6; RFC 5280 4.2.1.6",
    "ask for a certificate that has this name among its alternative names",
);
pub(super) static MALFORMED: Rule = error(
    "malformed",
    Area::Trust,
    "RFC 5280 4.1",
    "have the certificate issued anew",
);
pub(super) static NAME_CONSTRAINT: Rule = error(
    "name_constraint",
    Area::Trust,
    "RFC 5280 4.2.1.10",
    "ask for names that the authority may issue for",
);
pub(super) static NO_PATH: Rule = error(
    "no_path",
    Area::Trust,
    "RFC 5280 6.1",
    "install the chain as its issuer hands it out",
);
pub(super) static SELF_SIGNED: Rule = error(
    "self_signed",
    Area::Trust,
    "RFC 5280 6.1; CA/Browser Forum BR 7.1",
    "use a certificate that an authority issued",
);
pub(super) static UNKNOWN_ISSUER: Rule = error(
    "unknown_issuer",
    Area::Trust,
    "RFC 5280 6.1",
    "send the intermediates with the leaf, or give the right roots",
);
pub(super) static UNREADABLE: Rule = error(
    "unreadable",
    Area::Trust,
    "RFC 5280 4.1",
    "hand in the certificate as its issuer sent it",
);

const fn error(id: &'static str, area: Area, standard: &'static str, fix: &'static str) -> Rule {
    Rule {
        id,
        area,
        standard,
        fix,
        public: Some(Level::Error),
        private: Some(Level::Error),
    }
}

pub(super) fn all() -> impl Iterator<Item = &'static Rule> {
    [
        &BAD_SIGNATURE,
        &DISTRUSTED,
        &HOST_MISMATCH,
        &MALFORMED,
        &NAME_CONSTRAINT,
        &NO_PATH,
        &SELF_SIGNED,
        &UNKNOWN_ISSUER,
        &UNREADABLE,
    ]
    .into_iter()
}

pub(super) const TOO_COMPLEX: &str = "too_complex";
const COMPLEXITY: &str = "the certificates sent make too many paths to try them all";

/// Where it is not known whether a better path was left out.
pub(super) fn too_complex() -> NotDecided {
    NotDecided {
        id: TOO_COMPLEX,
        certificate: None,
        sentence: COMPLEXITY.into(),
    }
}

/// What to make of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    Fault {
        rule: &'static Rule,
        sentence: String,
    },
    NotDecided {
        id: &'static str,
        sentence: String,
    },
}

/// Reads a refusal that our own look at the path does not explain.
pub(super) fn read(error: &Error) -> Refusal {
    let fault = |rule, sentence: &str| Refusal::Fault {
        rule,
        sentence: sentence.into(),
    };
    let not_decided = |id, sentence: &str| Refusal::NotDecided {
        id,
        sentence: sentence.into(),
    };
    match error {
        Error::CertDistrusted => fault(&DISTRUSTED, "its key is known to be misused"),
        Error::InvalidSignatureForPublicKey => {
            fault(&BAD_SIGNATURE, "a signature does not fit its issuer's key")
        }
        Error::NameConstraintViolation => fault(
            &NAME_CONSTRAINT,
            "a name lies outside what an authority above it may issue for",
        ),
        Error::MalformedNameConstraint | Error::InvalidNetworkMaskConstraint => {
            fault(&NAME_CONSTRAINT, "a name constraint above it is malformed")
        }
        Error::BadDer
        | Error::BadDerTime
        | Error::ExtensionValueInvalid
        | Error::EmptyEkuExtension
        | Error::InvalidCertValidity
        | Error::InvalidSerialNumber
        | Error::MalformedDnsIdentifier
        | Error::MalformedExtensions
        | Error::SignatureAlgorithmMismatch
        | Error::TrailingData(_)
        | Error::UnsupportedCertVersion => fault(&MALFORMED, &format!("it is malformed: {error}")),
        Error::MaximumNameConstraintComparisonsExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded => not_decided(TOO_COMPLEX, COMPLEXITY),
        Error::PathLenConstraintViolated => not_decided(
            "self_issued_intermediate",
            "an authority renewed itself on this path, which this validator counts as one more \
             intermediate",
        ),
        Error::UnsupportedCriticalExtension => not_decided(
            "critical_extension",
            "a certificate has a critical extension that this validator does not follow",
        ),
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => not_decided(
            "algorithm",
            "a signature's algorithm or curve is not implemented here",
        ),
        other => fault(&NO_PATH, &format!("no path holds: {other}")),
    }
}
