//! The submission itself: what is applied for, by whom, when.

use crate::model::Type;

schema! { "submission", "submissions";
    /// Identifier.
    ID: Type::Text, "id";
    /// Framework: `hssf`.
    FRAMEWORK: Type::Text, "framework";
    /// Lots applied for.
    LOTS: Type::Texts, "lots";
    /// Version of the declaration format.
    SCHEMA_VERSION: Type::Text, "schema_version";
    /// Day of submission.
    SUBMITTED_AT: Type::Date, "submitted_at", also ["submitted_on"];
    /// Day on which the contract is expected to be awarded.
    PLANNED_AWARD_DATE: Type::Date, "planned_award_date";
    /// Who signed.
    SIGNATORY_NAME: Type::Text, "signatory.name";
    /// In which role.
    SIGNATORY_ROLE: Type::Text, "signatory.role";
    /// On which day.
    SIGNED_ON: Type::Date, "signatory.signed_on", also ["signed_on"];
}
