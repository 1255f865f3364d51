//! A service that the organisation runs or uses, its cloud services above all.

use crate::model::Type;

schema! { "service", "services";
    /// Identifier.
    ID: Type::Text, "id";
    /// Its name.
    NAME: Type::Text, "name";
    /// Whether it is a cloud service.
    CLOUD: Type::Boolean, "cloud";
    /// Whether care or business stops without it.
    CRITICAL: Type::Boolean, "critical";
    /// Whether it can ask for a second factor.
    MFA_SUPPORTED: Type::Boolean, "mfa.supported";
    /// Whether it asks every user for one.
    MFA_ENFORCED: Type::Boolean, "mfa.enforced";
    /// Whether somebody watches it day and night.
    MONITORED: Type::Boolean, "monitoring.day_and_night", also ["monitoring.24_7"];
    /// Whether its security events are logged and kept.
    LOGGED: Type::Boolean, "monitoring.logging";
}
