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
}
