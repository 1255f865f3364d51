//! A cyber alert and what was done about it.

use crate::model::Type;

schema! { "alert", "alerts";
    /// Identifier: `CC-4512`.
    ID: Type::Text, "id";
    /// Its severity.
    SEVERITY: choices!["critical", "high", "low", "medium"], "severity";
    /// When it was issued.
    ISSUED_AT: Type::Instant, "issued_at";
    /// When it was acknowledged.
    ACKNOWLEDGED_AT: Type::Instant, "acknowledged_at";
    /// Whether it applies here.
    APPLICABLE: Type::Boolean, "applicable";
    /// Where it stands.
    STATUS: choices!["acknowledged", "closed", "in-progress" = "in progress", "open", "planned"], "status";
    /// When the next update is due.
    NEXT_UPDATE_DUE: Type::Instant, "next_update_due";
}
