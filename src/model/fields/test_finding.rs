//! What a penetration test found.

use crate::model::Type;

schema! { "test finding", "test findings";
    /// Its number in the report.
    ID: Type::Text, "id";
    /// Its severity.
    SEVERITY: choices!["critical", "high", "info" = "informational", "low", "medium"], "severity";
    /// Where it stands.
    STATUS: choices!["closed" = "fixed", "open"], "status";
    /// Day on which the tester looked again.
    RETESTED_ON: Type::Date, "retested_on";
    /// Day by which it will be closed.
    PLAN_UNTIL: Type::Date, "plan_until";
}
