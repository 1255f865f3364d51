//! What a rule comes to on a subject, without its reasons: all that most outcomes are asked for.
//! The same as the whole verdict in outcome, weight and last day; a property test holds it to that.

use super::judge::earlier;
use crate::check::{Context, Quick};
use crate::model::{Decision, Gate, Outcome, Severity, Subject, Weight, consequence};
use crate::policy::Rule;
use crate::predicate::{Answer, Truth};

/// The outcome of a rule on a subject, with what its grade weighs.
pub(super) fn weigh(rule: &Rule, subject: &Subject, ctx: &Context<'_>) -> Weight {
    let applies = rule.applies.as_ref();
    let grades = rule.grades.iter();
    weigh_by(
        (rule.info.severity, rule.info.gate),
        applies.map(|applies| applies.quick(subject, ctx)),
        || {
            let evidence = rule.evidence.as_ref()?;
            Some(evidence.is_fresh(subject, ctx.today, false))
        },
        grades.map(|grade| {
            let quick = grade.check.quick(subject, ctx);
            (quick, (grade.severity, grade.gate))
        }),
    )
}

/// The outcome of a rule from what its parts say. Where it does not apply, the later ones are not
/// asked; `worst` is what an outcome weighs that no grade gives.
#[inline]
pub(super) fn weigh_by(
    worst: (Severity, Gate),
    applies: Option<Quick>,
    fresh: impl FnOnce() -> Option<Answer>,
    grades: impl Iterator<Item = (Quick, (Severity, Gate))>,
) -> Weight {
    let mut until = None;
    if let Some(applies) = applies {
        until = applies.until;
        match applies.outcome {
            Outcome::Pass => {}
            Outcome::Fail | Outcome::NotApplicable => {
                let outcome = Outcome::NotApplicable;
                return weight(Quick { outcome, until }, worst);
            }
            Outcome::Conflict | Outcome::Unknown | Outcome::Waived => {
                return weight(applies, worst);
            }
        }
    }
    let fresh = fresh();
    if let Some(fresh) = &fresh {
        until = earlier(until, fresh.until);
    }
    let mut best: Option<Weight> = None;
    for (quick, grade) in grades {
        until = earlier(until, quick.until);
        let found = weight(quick, grade);
        if best.is_none_or(|best| of(found) > of(best)) {
            best = Some(found);
        }
    }
    let outcome = best.map_or(Outcome::NotApplicable, |best| best.outcome);
    if let Some(fresh) = &fresh
        && stale(fresh.truth, outcome).is_some()
    {
        let outcome = Outcome::Unknown;
        return weight(Quick { outcome, until }, worst);
    }
    let best = best.unwrap_or_else(|| weight(Quick { outcome, until }, worst));
    Weight { until, ..best }
}

/// Why an outcome does not stand on evidence that is not known to be fresh, where it does not.
pub(super) fn stale(fresh: Truth, outcome: Outcome) -> Option<&'static str> {
    match (fresh, outcome) {
        (_, Outcome::NotApplicable) => None,
        (Truth::No, _) => Some("the evidence does not count"),
        (Truth::Unknown, Outcome::Pass) => Some("nobody can tell how old the evidence is"),
        (Truth::Unknown | Truth::Yes, _) => None,
    }
}

/// By what an outcome leads to, then by what says most about the subject.
pub(super) fn weighs(outcome: Outcome, gate: Gate, severity: Severity) -> (Decision, u8) {
    let says = match outcome {
        Outcome::Fail => 4,
        Outcome::Conflict => 3,
        Outcome::Unknown => 2,
        Outcome::Pass | Outcome::Waived => 1,
        Outcome::NotApplicable => 0,
    };
    (consequence(outcome, gate, severity), says)
}

fn of(weight: Weight) -> (Decision, u8) {
    weighs(weight.outcome, weight.gate, weight.severity)
}

fn weight(quick: Quick, (severity, gate): (Severity, Gate)) -> Weight {
    Weight {
        outcome: quick.outcome,
        gate,
        severity,
        until: quick.until,
        due: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::engine::{Judge, Material};
    use crate::model::{Declaration, FieldId, SubjectKind, Value};
    use crate::policy::{Case, Library, embedded};
    use jiff::civil::Date;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static LIBRARY: LazyLock<Library> =
        LazyLock::new(|| Library::load(&embedded(), Catalogue::embedded()).expect("it ships"));

    /// What the cases of all rules say of one kind of subject.
    fn cases(kind: SubjectKind) -> Vec<&'static Case> {
        let cases = LIBRARY.rules.iter().flat_map(|rule| &rule.cases);
        cases.filter(|case| case.subject.kind == kind).collect()
    }

    /// A subject that takes each field from some case or leaves it out, and what is around it.
    fn mixed(kind: SubjectKind) -> impl Strategy<Value = (Subject, &'static Declaration, Date)> {
        let (all, fields) = (cases(kind), kind.schema().fields.len());
        let declared: Vec<Vec<&Value>> = (0..fields)
            .map(|field| {
                let field = FieldId(u16::try_from(field).expect("schemas are small"));
                let values = all.iter().filter_map(|case| case.subject.value(field));
                values.collect()
            })
            .collect();
        let picks = prop::collection::vec(prop::option::weighted(0.7, 0..usize::MAX), fields);
        (prop::sample::select(all), picks).prop_map(move |(case, picks)| {
            let mut subject = case.subject.clone();
            for (field, pick) in picks.into_iter().enumerate() {
                let values = &declared[field];
                if let Some(pick) = pick
                    && !values.is_empty()
                {
                    let field = FieldId(u16::try_from(field).expect("schemas are small"));
                    subject
                        .record
                        .set(field, values[pick % values.len()].clone());
                }
            }
            (subject, &case.declaration, case.today)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_shipped_rule_answers_as_quickly_as_it_answers_at_length(
            subjects in SubjectKind::ALL
                .into_iter()
                .filter(|kind| !cases(*kind).is_empty())
                .map(|kind| prop::collection::vec(mixed(kind), 8))
                .collect::<Vec<_>>(),
        ) {
            for (subject, declaration, today) in subjects.into_iter().flatten() {
                let judge = Judge::new(Material {
                    rules: &LIBRARY.rules,
                    waivers: &[],
                    catalogue: Catalogue::embedded(),
                    declaration,
                    today,
                });
                let kind = subject.kind;
                for (id, quick, planned, whole) in judge.in_each_way(kind, subject.clone()) {
                    prop_assert_eq!(quick, whole, "{} on {:?}", id, subject);
                    prop_assert_eq!(planned, whole, "{} on {:?}", id, subject);
                }
            }
        }
    }
}
