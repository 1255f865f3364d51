//! The declared-data model: one file per kind of record, each a table of its fields.
//!
//! Everything else is driven by these tables: what importers accept, what rules may name, what
//! a misspelt field is compared with.

/// Makes the `FieldId` constants and the `SCHEMA` of one kind of record.
macro_rules! schema {
    ($name:literal, $plural:literal;
     $($(#[doc = $about:literal])+ $id:ident: $ty:expr, $field:literal
       $(, also [$($also:literal),* $(,)?])? $(, derived $derived:literal)?;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "names of the constants below")]
        #[repr(u16)]
        enum Index { $($id),* }
        $($(#[doc = $about])+ pub const $id: $crate::model::FieldId = $crate::model::FieldId(Index::$id as u16);)*
        pub static SCHEMA: $crate::model::Schema = $crate::model::Schema {
            name: $name,
            plural: $plural,
            fields: &[$($crate::model::Field {
                name: $field,
                ty: $ty,
                also: &[$($($also),*)?],
                about: concat!($($about),+),
                derived: false $(|| $derived)?,
            }),*],
        };
    };
}

/// Makes the list of a `Type::Choice`: `choices!["a", "b" = "B", "bee"; …]`.
macro_rules! choices {
    ($($name:literal $(= $($also:literal)|+)?),* $(,)?) => {
        $crate::model::Type::Choice(&[$($crate::model::Choice { name: $name, also: &[$($($also),+)?] }),*])
    };
}

pub mod alert;
pub mod asset;
pub mod attestation;
pub mod backup;
pub mod certificate;
pub mod component;
pub mod endpoint;
pub mod evidence;
pub mod exception;
pub mod exercise;
pub mod exposure;
pub mod file_version;
pub mod gap;
pub mod mds2_answer;
pub mod missing_update;
pub mod organisation;
pub mod product;
pub mod service;
pub mod software;
pub mod submission;
pub mod test_finding;
pub mod update;
pub mod vulnerability;
pub mod waiver;
pub mod zone;

#[cfg(test)]
mod tests {
    use crate::model::{SubjectKind, fold_name};
    use std::collections::BTreeMap;

    #[test]
    fn no_two_fields_of_a_kind_answer_to_the_same_name() {
        for kind in SubjectKind::ALL {
            let mut seen = BTreeMap::new();
            for field in kind.schema().fields.iter().filter(|field| !field.derived) {
                for name in field.also.iter().chain([&field.name]) {
                    if let Some(other) = seen.insert(fold_name(name), field.name) {
                        assert_eq!(other, field.name, "{kind:?}: `{name}` means two fields");
                    }
                }
            }
        }
    }
}
