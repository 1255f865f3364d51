//! A network endpoint of a service.

use crate::model::Type;

schema! { "endpoint", "endpoints";
    /// Identifier.
    ID: Type::Text, "id";
    /// Host name clients use.
    HOST: Type::Text, "host", also ["hostname", "fqdn"];
    /// TCP port.
    PORT: Type::Integer, "port";
    /// Who can reach it.
    AUDIENCE: choices!["hscn", "internal", "internet" = "public"], "audience";
    /// Whether it is connected to NHS Spine.
    SPINE_CONNECTED: Type::Boolean, "spine_connected", also ["spine"];
    /// Protocol versions it offers: `TLS 1.2`, `TLS 1.3`.
    TLS_VERSIONS: Type::Texts, "tls_versions", also ["protocols"];
    /// The certificate it serves: a certificate's id, or the path of its file in the pack.
    CERTIFICATE: Type::Text, "certificate", also ["certificate_id"];
    /// When a probe looked at it.
    OBSERVED_AT: Type::Instant, "observed.at", derived true;
    /// Why a probe saw nothing of it; absent where it saw anything.
    OBSERVED_FAILURE: Type::Text, "observed.failure", derived true;
    /// Protocol versions it spoke with the probe, oldest first.
    OBSERVED_VERSIONS: Type::Texts, "observed.versions", derived true;
    /// Suites it chose when the probe offered some.
    OBSERVED_SUITES: Type::Texts, "observed.suites", derived true;
    /// Those of them that are weak, worst first, with what is wrong.
    OBSERVED_WEAK_SUITES: Type::Texts, "observed.weak_suites", derived true;
    /// What is wrong with any of them: `no encryption`, `RC4`, `static RSA`, `CBC`.
    OBSERVED_WEAKNESSES: Type::Texts, "observed.weaknesses", derived true;
    /// Versions and weaknesses that the probe asked about without a clear answer.
    OBSERVED_UNSETTLED: Type::Texts, "observed.unsettled", derived true;
    /// Whether it negotiates X25519MLKEM768; absent where that is not known.
    OBSERVED_ML_KEM: Type::Boolean, "observed.ml_kem", derived true;
    /// SHA-256 of the certificate it served, in hexadecimal.
    OBSERVED_CERTIFICATE: Type::Text, "observed.certificate", derived true;
    /// Id under which that certificate stands among the certificates.
    OBSERVED_CERTIFICATE_ID: Type::Text, "observed.certificate_id", derived true;
    /// Whether it proved that it has the key of that certificate.
    OBSERVED_HAS_KEY: Type::Boolean, "observed.has_key", derived true;
    /// Whether its chain leads to a root only with certificates that others sent; absent where it
    /// leads to none.
    OBSERVED_INCOMPLETE: Type::Boolean, "observed.incomplete", derived true;
    /// How many lists of revoked certificates were fetched for its chain; absent where none was
    /// asked for.
    OBSERVED_CRLS: Type::Integer, "observed.crls", derived true;
    /// Why some of them were not fetched.
    OBSERVED_CRL_FAILURE: Type::Text, "observed.crl_failure", derived true;
}
