//! Which operators fit which fields, for whoever has to know before a rule is written.

use super::test::Format;
use crate::model::Type;

/// Whether an operator may be asked of a field of this type.
pub fn fits(operator: &str, ty: Type) -> bool {
    match operator {
        "is" | "is_not" | "in" | "not_in" => !matches!(ty, Type::Records(_) | Type::Texts),
        "at_least" | "at_most" => matches!(
            ty,
            Type::Date | Type::Instant | Type::Integer | Type::Number | Type::Version
        ),
        "within" | "older_than" => matches!(ty, Type::Date | Type::Instant),
        "contains" => matches!(ty, Type::Text | Type::Texts),
        "format" => matches!(ty, Type::Text),
        "only" => matches!(ty, Type::Texts),
        "some" | "none" | "every" => matches!(ty, Type::Records(_)),
        other => other == "declared",
    }
}

/// The names that `format` knows.
pub fn formats() -> impl Iterator<Item = &'static str> {
    Format::ALL.into_iter().map(|(name, _)| name)
}

/// Whether values of the two types can stand on either side of a comparison.
pub fn are_comparable(one: Type, other: Type) -> bool {
    match (one, other) {
        (Type::Date | Type::Instant, Type::Date | Type::Instant)
        | (Type::Boolean, Type::Boolean)
        | (Type::Integer, Type::Integer)
        | (Type::Number, Type::Number)
        | (Type::Text, Type::Text)
        | (Type::Version, Type::Version) => true,
        (Type::Choice(one), Type::Choice(other)) => {
            one.iter().map(|c| c.name).eq(other.iter().map(|c| c.name))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::fits;
    use crate::model::{Source, SubjectKind, Type};
    use crate::predicate::{OPERATORS, Params, parse_field};
    use crate::yaml::{Limits, Reader, parse};

    /// Whether the reader of rules has a complaint about the operator itself.
    fn is_refused(operator: &str, field: &str, kind: SubjectKind) -> bool {
        let operand = match operator {
            "in" | "not_in" => "[made up]",
            _ => "made up",
        };
        let source = Source::new("test.yaml", format!("{{ {operator}: {operand} }}"));
        let documents = parse(&source, &Limits::default()).expect("it is YAML");
        let reader = Reader::new(&source);
        let id = kind.schema().find(field).expect("it is a field");
        let _ = parse_field(
            id,
            &documents[0],
            kind.schema(),
            &Params::default(),
            &reader,
        );
        let problems = reader.into_problems();
        problems
            .iter()
            .any(|problem| problem.message.contains("does not fit"))
    }

    #[test]
    fn what_fits_is_what_the_reader_of_rules_takes() {
        let mut seen = std::collections::BTreeSet::new();
        for kind in SubjectKind::ALL {
            for field in kind.schema().fields {
                for (operator, _) in OPERATORS {
                    let refused = is_refused(operator, field.name, kind);
                    let said = !fits(operator, field.ty);
                    assert_eq!(
                        refused, said,
                        "{operator} on {} ({:?})",
                        field.name, field.ty
                    );
                }
                seen.insert(Type::name(field.ty));
            }
        }
        assert!(seen.len() > 8, "{seen:?}");
    }
}
