//! How one service is backed up, and when that was last proven.

use crate::model::Type;

schema! { "backup", "backups";
    /// Identifier.
    ID: Type::Text, "id";
    /// The service whose data it keeps.
    SERVICE: Type::Text, "service";
    /// Whether care or business stops without that service.
    CRITICAL: Type::Boolean, "critical";
    /// Copies of the data there are, the live one counted.
    COPIES: Type::Integer, "copies";
    /// Different devices or media those copies stand on.
    DEVICES: Type::Integer, "devices", also ["media"];
    /// Whether a copy is kept at another site.
    OFFSITE: Type::Boolean, "offsite", also ["off_site"];
    /// Whether that copy is offline, or nobody can change it.
    OFFLINE_OR_IMMUTABLE: Type::Boolean, "offline_or_immutable";
    /// Day of the last attempt to restore from it.
    RESTORE_TEST_DATE: Type::Date, "last_restore_test.date";
    /// How that attempt went.
    RESTORE_TEST_RESULT: choices!["failed" = "unsuccessful", "partial", "passed" = "successful" | "success"], "last_restore_test.result";
    /// Hours until the service was back.
    RESTORE_TEST_HOURS: Type::Number, "last_restore_test.hours";
    /// Hours of data that were lost.
    RESTORE_TEST_LOST_HOURS: Type::Number, "last_restore_test.lost_hours";
    /// Hours within which the service is to be back.
    RTO_HOURS: Type::Number, "rto_hours", also ["rto"];
    /// Hours of data that may be lost.
    RPO_HOURS: Type::Number, "rpo_hours", also ["rpo"];
}
