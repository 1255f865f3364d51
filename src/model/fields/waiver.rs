//! A waiver: a risk accepted by somebody, for a time, under conditions that are themselves checked.

use crate::model::Type;

schema! { "waiver", "waivers";
    /// Identifier.
    ID: Type::Text, "id", also ["waiver"];
    /// Ids of the rules it covers.
    RULES: Type::Texts, "rules", also ["rule_ids"];
    /// Ids of the subjects it covers.
    SUBJECTS: Type::Texts, "subjects", also ["targets", "subjects.ids"];
    /// How many subjects it is meant to cover at most.
    EXPECT_AT_MOST: Type::Integer, "expect_at_most", also ["subjects.expect_at_most"];
    /// Why the risk is accepted.
    REASON: Type::Text, "reason";
    /// Who approved it.
    APPROVER_NAME: Type::Text, "approver.name", also ["approved_by.name"];
    /// In which role.
    APPROVER_ROLE: Type::Text, "approver.role", also ["approved_by.role"];
    /// Day of approval; the first day in force where that is not declared.
    APPROVED_ON: Type::Date, "approved_on";
    /// First day in force; the day of approval where that is not declared.
    FROM: Type::Date, "from";
    /// Last day in force.
    UNTIL: Type::Date, "until", also ["expires_on"];
    /// Day of the next review.
    REVIEW_ON: Type::Date, "review_on";
    /// How the risk will be removed.
    PLAN: Type::Text, "plan";
    /// How many compensating controls it names under `while`.
    CONTROLS: Type::Integer, "while", derived true;
}
