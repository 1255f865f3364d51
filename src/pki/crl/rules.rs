//! What CRLs are held to.

use crate::pki::fault::{Area, Level, Rule};

const ASK: &str = "get the issuer's current CRL from where the certificate says";
const ISSUER: &str = "tell the issuer; its CRLs do not follow the standard";

pub(super) static REVOKED: Rule = error(
    "revoked",
    "RFC 5280 6.3",
    "take the certificate out of use now, and install one with a new key",
);
pub(super) static REVOCATION_UNKNOWN: Rule = error("revocation_unknown", "RFC 5280 6.3", ASK);
pub(super) static REVOCATION_UNCHECKED: Rule = Rule {
    public: Some(Level::Info),
    private: Some(Level::Info),
    ..error("revocation_unchecked", "RFC 5280 6.3", ASK)
};
pub(super) static CRL_EXPIRED: Rule = error("crl_expired", "RFC 5280 5.1.2.5", ASK);
pub(super) static CRL_FORGED: Rule = error("crl_forged", "RFC 5280 6.3.3 (g)", ASK);
pub(super) static CRL_ISSUER_MAY_NOT_SIGN: Rule =
    error("crl_issuer_may_not_sign", "RFC 5280 6.3.3 (f)", ISSUER);
pub(super) static CRL_MALFORMED: Rule = error("crl_malformed", "RFC 5280 5.1", ASK);
pub(super) static CRL_NO_NEXT_UPDATE: Rule =
    error("crl_no_next_update", "RFC 5280 5.1.2.5", ISSUER);
pub(super) static CRL_NO_NUMBER: Rule = error("crl_no_number", "RFC 5280 5.2.3", ISSUER);
pub(super) static CRL_NOT_YET_VALID: Rule = error("crl_not_yet_valid", "RFC 5280 5.1.2.4", ASK);
pub(super) static CRL_NUMBER_CRITICAL: Rule =
    error("crl_number_critical", "RFC 5280 5.2.3", ISSUER);
pub(super) static CRL_UNKNOWN_CRITICAL: Rule =
    error("crl_unknown_critical_extension", "RFC 5280 5.2", ISSUER);
pub(super) static CRL_VERSION: Rule = error("crl_version_not_2", "RFC 5280 5.1.2.1", ISSUER);

const fn error(id: &'static str, standard: &'static str, fix: &'static str) -> Rule {
    Rule {
        id,
        area: Area::Revocation,
        standard,
        fix,
        public: Some(Level::Error),
        private: Some(Level::Error),
    }
}

pub(in crate::pki) fn all() -> impl Iterator<Item = &'static Rule> {
    [
        &REVOKED,
        &REVOCATION_UNKNOWN,
        &REVOCATION_UNCHECKED,
        &CRL_EXPIRED,
        &CRL_FORGED,
        &CRL_ISSUER_MAY_NOT_SIGN,
        &CRL_MALFORMED,
        &CRL_NO_NEXT_UPDATE,
        &CRL_NO_NUMBER,
        &CRL_NOT_YET_VALID,
        &CRL_NUMBER_CRITICAL,
        &CRL_UNKNOWN_CRITICAL,
        &CRL_VERSION,
    ]
    .into_iter()
}
