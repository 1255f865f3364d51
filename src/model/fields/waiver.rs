//! A waiver: a risk accepted by somebody, for a time, under conditions that are themselves checked.

use crate::model::Type;

schema! { "waiver", "waivers";
    /// Identifier.
    ID: Type::Text, "id", also ["waiver"];
    /// Ids of the rules it covers.
    RULES: Type::Texts, "rules", also ["rule_ids"];
    /// Ids of the subjects it covers.
    SUBJECTS: Type::Texts, "subjects", also ["targets"];
    /// Why the risk is accepted.
    REASON: Type::Text, "reason";
    /// Who approved it.
    APPROVER_NAME: Type::Text, "approver.name", also ["approved_by.name"];
    /// In which role.
    APPROVER_ROLE: Type::Text, "approver.role", also ["approved_by.role"];
    /// Day of approval, and first day in force.
    APPROVED_ON: Type::Date, "approved_on", also ["from"];
    /// Last day in force.
    UNTIL: Type::Date, "until", also ["expires_on"];
    /// Day of the next review.
    REVIEW_ON: Type::Date, "review_on";
    /// How the risk will be removed.
    PLAN: Type::Text, "plan";
    /// How many compensating controls it names under `while`.
    CONTROLS: Type::Integer, "while", derived true;
}
