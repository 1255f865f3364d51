//! The organisation that declares.

use super::exercise;
use crate::model::Type;

schema! { "organisation", "organisations";
    /// Name as registered.
    NAME: Type::Text, "name", also ["legal_name"];
    /// What it is.
    KIND: choices!["gp" = "practice", "icb", "supplier", "trust"], "kind";
    /// Organisation Data Service code: `R0A`.
    ODS_CODE: Type::Text, "ods_code", also ["ods"];
    /// Public procurement organisation number.
    PPON: Type::Text, "ppon";
    /// Companies House number.
    COMPANIES_HOUSE: Type::Text, "companies_house";
    /// NHS region code.
    REGION: Type::Text, "region";
    /// Integrated care board code.
    ICB: Type::Text, "icb";
    /// Number of staff.
    STAFF: Type::Integer, "staff";
    /// Yearly turnover in pounds.
    TURNOVER_GBP: Type::Integer, "turnover_gbp", also ["turnover"];
    /// Sector as registered with DSPT.
    SECTOR: Type::Text, "sector";
    /// Whether it supplies digital goods or services.
    DIGITAL: Type::Boolean, "digital", also ["supplies_digital"];
    /// Name of the board member accountable for security.
    ACCOUNTABLE_NAME: Type::Text, "accountable_person.name";
    /// Role of that person.
    ACCOUNTABLE_ROLE: Type::Text, "accountable_person.role";
    /// Senior information risk owner.
    SIRO: Type::Text, "siro";
    /// Whether a mandatory ground for exclusion applies.
    EXCLUSION_MANDATORY: Type::Boolean, "exclusions.mandatory";
    /// Whether a discretionary ground for exclusion applies.
    EXCLUSION_DISCRETIONARY: Type::Boolean, "exclusions.discretionary";
    /// What was done about it.
    EXCLUSION_MITIGATION: Type::Text, "exclusions.mitigation";
    /// Whether the contact list for an outage exists on paper.
    CONTACT_LIST_HARD_COPY: Type::Boolean, "continuity.contact_list.hard_copy";
    /// Day it was last reviewed.
    CONTACT_LIST_REVIEWED_ON: Type::Date, "continuity.contact_list.reviewed_on", also ["continuity.contact_list.printed_on"];
    /// Name under which the published DSPT register lists it.
    REGISTER_NAME: Type::Text, "dspt_register.name";
    /// Its code in that register.
    REGISTER_ODS_CODE: Type::Text, "dspt_register.ods_code";
    /// Its sector in that register.
    REGISTER_SECTOR: Type::Text, "dspt_register.sector";
    /// Who answers for keeping software up to date under the contract.
    UPDATE_OWNER: Type::Text, "contract.update_owner";
    /// Whether the contract pays for keeping software up to date.
    UPDATE_BUDGET: Type::Boolean, "contract.update_budget";
    /// Hours within which it undertakes to tell its customers of an incident.
    INCIDENT_NOTICE_HOURS: Type::Number, "contract.incident_notice_hours";
    /// Rehearsals held.
    EXERCISES: Type::Records(&exercise::SCHEMA), "exercises";
}
