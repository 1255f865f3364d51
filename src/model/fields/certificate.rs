//! A certificate, best read from its file; declared facts are accepted where there is no file.

use crate::model::Type;

schema! { "certificate", "certificates";
    /// Identifier.
    ID: Type::Text, "id";
    /// PEM or DER file in the pack; what it says replaces declared facts.
    FILE: Type::Text, "file", also ["path"];
    /// CRLs of its issuers: PEM or DER files in the pack.
    CRLS: Type::Texts, "crls", also ["crl"];
    /// Subject distinguished name.
    SUBJECT: Type::Text, "subject";
    /// Subject alternative names: DNS names and addresses.
    SANS: Type::Texts, "sans", also ["subject_alternative_names"];
    /// Issuer distinguished name.
    ISSUER: Type::Text, "issuer";
    /// Distinguished names of the issuers above, up to the root.
    CHAIN: Type::Texts, "chain";
    /// Start of validity.
    NOT_BEFORE: Type::Instant, "not_before", also ["valid_from"];
    /// End of validity, inclusive.
    NOT_AFTER: Type::Instant, "not_after", also ["valid_to", "expires_on"];
    /// Key algorithm.
    KEY_ALGORITHM: choices!["dsa", "ec" = "ecdsa", "ed25519", "rsa", "other"], "key.algorithm", also ["key_alg"];
    /// Key size in bits.
    KEY_BITS: Type::Integer, "key.bits", also ["key_bits"];
    /// Signature algorithm: `sha256WithRSAEncryption`.
    SIGNATURE: Type::Text, "signature", also ["sig_alg", "signature_algorithm"];
    /// Whether a public certification authority issued it.
    PUBLICLY_TRUSTED: Type::Boolean, "publicly_trusted", also ["public_ca"];
    /// SHA-256 of the DER form, in hexadecimal.
    SHA256: Type::Text, "sha256", derived true;
    /// SHA-256 of the public key's DER form, in hexadecimal: the same key, the same hash.
    KEY_SHA256: Type::Text, "key_sha256", derived true;
    /// Whether a private key came with its file; the key itself is neither read nor kept.
    PRIVATE_KEY_SENT: Type::Boolean, "private_key_sent", derived true;
    /// In cases of rules: the faults that the validator finds, by their ids.
    FAULTS: Type::Texts, "faults", derived true;
    /// In cases of rules: what the validator leaves undecided.
    NOT_DECIDED: Type::Texts, "not_decided", derived true;
    /// What its key may be used for: `server_auth`, `client_auth`, `any`; empty where it does not say.
    PURPOSES: Type::Texts, "purposes", derived true;
    /// Distinct public logs that promised to list it.
    PUBLIC_LOGS: Type::Integer, "public_logs", derived true;
    /// How many of its names are wildcards.
    WILDCARDS: Type::Integer, "wildcards", derived true;
    /// Days for which the longest CRL of its issuer that was sent is in force.
    CRL_DAYS: Type::Integer, "crl_days", derived true;
    /// How many certificates were sent, itself included.
    SENT_COUNT: Type::Integer, "sent.count", derived true;
    /// Bytes of all that were sent, in DER form.
    SENT_BYTES: Type::Integer, "sent.bytes", derived true;
    /// Whether it stands first, and each issuer behind one that it issued.
    SENT_IN_ORDER: Type::Boolean, "sent.in_order", derived true;
    /// Whether a root was sent behind it.
    SENT_ROOT: Type::Boolean, "sent.root", derived true;
    /// Whether a certificate was sent twice.
    SENT_TWICE: Type::Boolean, "sent.twice", derived true;
    /// Whether something was sent that is on no path from it.
    SENT_SURPLUS: Type::Boolean, "sent.surplus", derived true;
    /// Length of validity in days, any excess counting as a new day.
    LIFETIME_DAYS: Type::Integer, "lifetime_days", derived true;
}
