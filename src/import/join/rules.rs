//! What becomes of a field that two sources fill differently. A field that is not named here is a
//! conflict, and its value is not known: no source is believed because it says the better thing.

use crate::model::FieldId;
use crate::model::fields::asset;

/// How the values of a field become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Describes the machine; the first source that says something is believed.
    First,
    /// The latest day.
    Latest,
    /// Changes with time: of values collected on different days the newer one, else a conflict in
    /// which the earlier day counts, or nothing.
    Newer,
    /// Lists, which unite.
    Unite,
    /// A conflict in which the worse value counts.
    Worse(&'static [&'static str]),
    /// A conflict in which the earlier day counts.
    Earlier,
    /// A conflict after which nothing is known.
    Unknown,
    /// How complete the list of updates is: decided with the list.
    WithUpdates,
}

/// `true` and `false` as [`Rule::Worse`] calls them.
const ON: Rule = Rule::Worse(&["yes", "no"]);
const OFF: Rule = Rule::Worse(&["no", "yes"]);

pub(super) fn rule(field: FieldId) -> Rule {
    match field {
        asset::ID
        | asset::MANUFACTURER
        | asset::MODEL
        | asset::NAME
        | asset::NETWORK_ADDRESS
        | asset::NETWORK_MAC
        | asset::OWNER
        | asset::SERIAL
        | asset::SITE
        | asset::SOURCE => Rule::First,
        asset::OBSERVED_AT => Rule::Latest,
        asset::OS
        | asset::OS_BUILD
        | asset::OS_CHANNEL
        | asset::OS_EDITION
        | asset::OS_SERVICE_PACK
        | asset::OS_VERSION
        | asset::PROTECTION_PRODUCT
        | asset::PROTECTION_UPDATED_AT => Rule::Newer,
        asset::EXPOSURES
        | asset::FILE_VERSIONS
        | asset::MISSING_UPDATES
        | asset::OPEN_CVES
        | asset::SOFTWARE
        | asset::UPDATES => Rule::Unite,
        asset::UPDATES_COMPLETE | asset::UPDATES_LISTED | asset::UPDATES_STATED => {
            Rule::WithUpdates
        }
        asset::MEDICAL_EMAIL_OR_BROWSING
        | asset::MEDICAL_REMOVABLE_MEDIA
        | asset::PATIENT_DATA
        | asset::REBOOT_PENDING
        | asset::SMB1_CLIENT
        | asset::SMB1_SERVER => ON,
        asset::MEDICAL_SUPPLIER_MFA | asset::PROTECTION_ACTIVE => OFF,
        asset::INTERNET_ACCESS => Rule::Worse(&["inbound", "outbound", "none"]),
        asset::CRITICALITY => Rule::Worse(&["critical", "high", "medium", "low"]),
        asset::MEDICAL_SUPPLIER_ACCESS => Rule::Worse(&["always-on", "per-task", "none"]),
        asset::ENTITLEMENT_VALID_TO
        | asset::MEDICAL_SUPPORTED_UNTIL
        | asset::REBOOT_PENDING_SINCE => Rule::Earlier,
        _ => Rule::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Type, Value};

    #[test]
    fn every_rule_fits_the_type_of_its_field() {
        for (index, field) in (0..).zip(asset::SCHEMA.fields) {
            let fits = match (rule(FieldId(index)), field.ty) {
                (Rule::Unite, ty) => matches!(ty, Type::Records(_) | Type::Texts),
                (Rule::Earlier | Rule::Latest, ty) => matches!(ty, Type::Date),
                (Rule::Worse(words), ty) => words.iter().all(|word| {
                    let value = ty.read(word);
                    matches!(value, Some(Value::Boolean(_) | Value::Text(_)))
                        && !matches!(ty, Type::Text | Type::Version)
                }),
                // Two forms that answer differently: neither is believed.
                (Rule::Unknown, Type::Records(_)) => field.name == "medical.answers",
                (_, ty) => !matches!(ty, Type::Records(_)),
            };
            assert!(fits, "{}", field.name);
        }
    }

    #[test]
    fn of_a_choice_every_word_has_its_rank() {
        for (index, field) in (0..).zip(asset::SCHEMA.fields) {
            if let (Rule::Worse(words), Type::Choice(choices)) = (rule(FieldId(index)), field.ty) {
                assert_eq!(words.len(), choices.len(), "{}", field.name);
            }
        }
    }
}
