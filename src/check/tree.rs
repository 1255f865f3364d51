//! Conditions composed with `all`, `any` and `not`, folded in three values.
//!
//! `all` fails on one fail, else is unknown on one unknown, else passes; `any` is its mirror;
//! `not` swaps pass and fail. What does not apply leaves the fold.

use super::arguments::{Arguments, Reading};
use super::field::FieldCheck;
use super::{Check, Context, Judgement, KINDS, OverEstate, Quick};
use crate::model::{FieldId, Outcome, Subject, SubjectKind};
use crate::predicate::{find_field, parse_field};
use crate::yaml::{Data, Key, Node};
use jiff::civil::Date;
use std::borrow::Cow;

/// A condition on a subject.
#[derive(Debug)]
pub enum Tree {
    All(Vec<Self>),
    Any(Vec<Self>),
    Field(FieldCheck),
    Leaf(Box<dyn Check>),
    Not(Box<Self>),
}

impl Tree {
    pub fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        match self {
            Self::All(parts) => fold(parts, subject, ctx, Outcome::Fail, Outcome::Pass),
            Self::Any(parts) => fold(parts, subject, ctx, Outcome::Pass, Outcome::Fail),
            Self::Field(check) => check.run(subject, ctx),
            Self::Leaf(check) => check.run(subject, ctx),
            Self::Not(part) => {
                let judgement = part.run(subject, ctx);
                let outcome = turned(judgement.outcome);
                Judgement {
                    outcome,
                    ..judgement
                }
            }
        }
    }

    /// The outcome and last day of [`Tree::run`], for those who ask for no sentences.
    pub fn quick(&self, subject: &Subject, ctx: &Context<'_>) -> Quick {
        let each = |part: &Self| part.quick(subject, ctx);
        match self {
            Self::All(parts) => quick_all(parts.iter().map(each)),
            Self::Any(parts) => quick_any(parts.iter().map(each)),
            Self::Field(check) => check.quick(subject, ctx),
            Self::Leaf(check) => check.quick(subject, ctx),
            Self::Not(part) => quick_not(part.quick(subject, ctx)),
        }
    }

    /// Everything in it that has to be counted over all assets first.
    pub fn over_estate(&self) -> Vec<&dyn OverEstate> {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::over_estate).collect()
            }
            Self::Field(_) => Vec::new(),
            Self::Leaf(check) => check.over_estate().into_iter().collect(),
            Self::Not(part) => part.over_estate(),
        }
    }

    /// Reads a condition for one kind of subject: a mapping whose keys are `all`, `any`, `not`,
    /// kinds of check, or fields. Several keys mean that all of them have to hold.
    pub fn parse(node: &Node<'_>, subject: SubjectKind, reading: Reading<'_>) -> Option<Self> {
        let Data::Mapping(entries) = &node.data else {
            let message = format!("expected a condition, found {}", node.describe());
            return reading.problem(
                node.span.clone(),
                message,
                "write a check, a field, all, any or not",
            );
        };
        if entries.is_empty() {
            return reading.problem(
                node.span.clone(),
                "an empty condition decides nothing".into(),
                "empty",
            );
        }
        let parts: Vec<_> = entries
            .iter()
            .filter_map(|(key, node)| Self::parse_entry(key, node, subject, reading))
            .collect();
        if parts.len() < entries.len() {
            return None;
        }
        Some(Self::all_of(parts))
    }

    fn all_of(mut parts: Vec<Self>) -> Self {
        match parts.len() {
            1 => parts.remove(0),
            _ => Self::All(parts),
        }
    }

    fn parse_entry(
        key: &Key<'_>,
        node: &Node<'_>,
        subject: SubjectKind,
        reading: Reading<'_>,
    ) -> Option<Self> {
        match &*key.text {
            "all" => Self::parse_list(key, node, subject, reading).map(Self::All),
            "any" => Self::parse_list(key, node, subject, reading).map(Self::Any),
            "not" => Self::parse(node, subject, reading).map(|part| Self::Not(Box::new(part))),
            name if KINDS.iter().any(|kind| kind.name == name) => {
                Self::parse_check(key, node, subject, reading)
            }
            _ => Self::parse_field(key, node, subject, reading),
        }
    }

    fn parse_list(
        key: &Key<'_>,
        node: &Node<'_>,
        subject: SubjectKind,
        reading: Reading<'_>,
    ) -> Option<Vec<Self>> {
        let items = node.sequence().unwrap_or_default();
        if items.is_empty() {
            let message = format!(
                "expected a list of conditions in `{}`, found {}",
                key.text,
                node.describe()
            );
            return reading.problem(node.span.clone(), message, "write a list: - condition");
        }
        let parts: Vec<_> = items
            .iter()
            .filter_map(|item| Self::parse(item, subject, reading))
            .collect();
        (parts.len() == items.len()).then_some(parts)
    }

    fn parse_check(
        key: &Key<'_>,
        node: &Node<'_>,
        subject: SubjectKind,
        reading: Reading<'_>,
    ) -> Option<Self> {
        let kind = KINDS.iter().find(|kind| kind.name == key.text)?;
        if !kind.subjects.contains(&subject) {
            let fits: Vec<_> = kind.subjects.iter().map(|kind| kind.name()).collect();
            let message = format!("`{}` cannot judge {}", kind.name, subject.schema().plural);
            return reading.problem(
                key.span.clone(),
                message,
                &format!("judges {}", fits.join(", ")),
            );
        }
        let arguments = Arguments::open(reading, key, node)?;
        let names_known = arguments.check_names(kind.arguments);
        let check = (kind.parse)(&arguments)?;
        names_known.then_some(Self::Leaf(check))
    }

    fn parse_field(
        key: &Key<'_>,
        node: &Node<'_>,
        subject: SubjectKind,
        reading: Reading<'_>,
    ) -> Option<Self> {
        let schema = subject.schema();
        if schema.find(&key.text).is_none() {
            let message = format!(
                "`{}` is neither a check nor a field of {}",
                key.text, schema.plural
            );
            let problem = reading
                .reader
                .problem(key.span.clone(), message)
                .label("not known");
            reading
                .reader
                .push(problem.suggest(&key.text, known_names(subject)));
            return None;
        }
        let field = find_field(schema, key, reading.reader)?;
        let test = parse_field(field, node, schema, reading.params, reading.reader)?;
        Some(Self::Field(FieldCheck { test }))
    }
}

/// What may stand at the head of a condition.
fn known_names(subject: SubjectKind) -> impl Iterator<Item = &'static str> {
    let checks = KINDS
        .iter()
        .filter(move |kind| kind.subjects.contains(&subject))
        .map(|kind| kind.name);
    let fields = subject.schema().fields.iter().map(|field| field.name);
    ["all", "any", "not"]
        .into_iter()
        .chain(checks)
        .chain(fields)
}

/// Folds the parts that apply. A fold that is not decided holds until the first of its parts could
/// turn, those that do not apply among them; a decided one until the last of its decisive parts does.
fn fold(
    parts: &[Tree],
    subject: &Subject,
    ctx: &Context<'_>,
    decisive: Outcome,
    neutral: Outcome,
) -> Judgement {
    let mut result: Option<Judgement> = None;
    let mut open_until: Option<Date> = None;
    let mut why_not: Option<Judgement> = None;
    let mut failed: Vec<(Option<FieldId>, String)> = Vec::new();
    for part in parts {
        let judgement = part.run(subject, ctx);
        if judgement.outcome != decisive {
            open_until = [open_until, judgement.until].into_iter().flatten().min();
        }
        if judgement.outcome == Outcome::NotApplicable {
            why_not.get_or_insert(judgement);
            continue;
        }
        if judgement.outcome == Outcome::Fail && neutral == Outcome::Fail && ctx.detail {
            failed.push((judgement.field, judgement.why.to_string()));
        }
        result = Some(match result {
            None => judgement,
            Some(so_far) => stronger(so_far, judgement, decisive, neutral),
        });
    }
    match result {
        None => why_not
            .unwrap_or_else(|| Judgement::not_applicable("no part of the rule applies"))
            .until(open_until),
        Some(result) if result.outcome == decisive => result,
        Some(result) if result.outcome == Outcome::Fail && failed.len() > 1 => Judgement {
            why: Cow::Owned(each_why(failed)),
            ..result
        }
        .until(open_until),
        Some(result) => result.until(open_until),
    }
}

/// What `all` comes to, without sentences.
pub(super) fn quick_all(parts: impl Iterator<Item = Quick>) -> Quick {
    quick_fold(parts, Outcome::Fail, Outcome::Pass)
}

/// What `any` comes to, without sentences.
pub(super) fn quick_any(parts: impl Iterator<Item = Quick>) -> Quick {
    quick_fold(parts, Outcome::Pass, Outcome::Fail)
}

/// What `not` comes to, without sentences.
pub(super) fn quick_not(part: Quick) -> Quick {
    let outcome = turned(part.outcome);
    Quick { outcome, ..part }
}

/// [`fold`] without sentences.
fn quick_fold(parts: impl Iterator<Item = Quick>, decisive: Outcome, neutral: Outcome) -> Quick {
    let mut result: Option<Quick> = None;
    let mut open_until: Option<Date> = None;
    for quick in parts {
        // What decides for ever leaves nothing to ask.
        if quick.outcome == decisive && quick.until.is_none() {
            return quick;
        }
        if quick.outcome != decisive {
            open_until = [open_until, quick.until].into_iter().flatten().min();
        }
        if quick.outcome == Outcome::NotApplicable {
            continue;
        }
        result = Some(match result {
            None => quick,
            Some(so_far) => quick_stronger(so_far, quick, decisive, neutral),
        });
    }
    match result {
        Some(result) if result.outcome == decisive => result,
        result => Quick {
            outcome: result.map_or(Outcome::NotApplicable, |result| result.outcome),
            until: open_until,
        },
    }
}

/// [`stronger`] without sentences.
fn quick_stronger(one: Quick, other: Quick, decisive: Outcome, neutral: Outcome) -> Quick {
    if one.outcome == decisive && other.outcome == decisive {
        let until = one.until.zip(other.until);
        let until = until.map(|(one, other)| one.max(other));
        return Quick { until, ..one };
    }
    if weight(other.outcome, decisive, neutral) > weight(one.outcome, decisive, neutral) {
        other
    } else {
        one
    }
}

fn turned(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Fail => Outcome::Pass,
        Outcome::Pass => Outcome::Fail,
        Outcome::Conflict | Outcome::NotApplicable | Outcome::Unknown | Outcome::Waived => outcome,
    }
}

/// Why none of several ways was open: one reason for each field, as more would only repeat it.
fn each_why(failed: Vec<(Option<FieldId>, String)>) -> String {
    let mut told: Vec<(Option<FieldId>, String)> = Vec::new();
    for (field, why) in failed {
        let is_told = |(other, said): &(Option<FieldId>, String)| {
            (field.is_some() && *other == field) || *said == why
        };
        if !told.iter().any(is_told) {
            told.push((field, why));
        }
    }
    let told: Vec<_> = told.into_iter().map(|(_, why)| why).collect();
    told.join("; ")
}

/// The one of two that decides: decisive, then conflict, then unknown, then neutral.
fn stronger(one: Judgement, other: Judgement, decisive: Outcome, neutral: Outcome) -> Judgement {
    if one.outcome == decisive && other.outcome == decisive {
        let until = one
            .until
            .zip(other.until)
            .map(|(one, other)| one.max(other));
        return one.until(until);
    }
    if weight(other.outcome, decisive, neutral) > weight(one.outcome, decisive, neutral) {
        other
    } else {
        one
    }
}

/// Decisive before conflict before unknown before neutral.
fn weight(outcome: Outcome, decisive: Outcome, neutral: Outcome) -> u8 {
    match outcome {
        outcome if outcome == decisive => 3,
        Outcome::Conflict => 2,
        outcome if outcome == neutral => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::fields::asset;
    use crate::model::{Declaration, Place};
    use proptest::prelude::*;

    /// A condition as a test makes it up.
    #[derive(Debug, Clone)]
    enum Sketch {
        All(Vec<Self>),
        Any(Vec<Self>),
        Leaf(Outcome, Option<i8>),
        Not(Box<Self>),
    }

    impl Sketch {
        fn tree(&self) -> Tree {
            let trees = |parts: &[Self]| parts.iter().map(Self::tree).collect();
            match self {
                Self::All(parts) => Tree::All(trees(parts)),
                Self::Any(parts) => Tree::Any(trees(parts)),
                Self::Leaf(outcome, day) => {
                    let until = day.map(|day| Date::constant(2026, 12, day));
                    let judgement = Judgement::new(*outcome, "as made up").until(until);
                    Tree::Leaf(Box::new(Fixed(judgement)))
                }
                Self::Not(part) => Tree::Not(Box::new(part.tree())),
            }
        }

        /// What it has to come to: whichever outcome comes first in the order.
        fn outcome(&self) -> Outcome {
            use Outcome::{Conflict, Fail, NotApplicable, Pass, Unknown};
            let first = |parts: &[Self], order: [Outcome; 4]| {
                let is_there = |one: &Outcome| parts.iter().any(|part| part.outcome() == *one);
                order.into_iter().find(is_there).unwrap_or(NotApplicable)
            };
            match self {
                Self::All(parts) => first(parts, [Fail, Conflict, Unknown, Pass]),
                Self::Any(parts) => first(parts, [Pass, Conflict, Unknown, Fail]),
                Self::Leaf(outcome, _) => *outcome,
                Self::Not(part) => match part.outcome() {
                    Fail => Pass,
                    Pass => Fail,
                    other => other,
                },
            }
        }
    }

    fn sketch() -> impl Strategy<Value = Sketch> {
        let outcomes = [
            Outcome::Conflict,
            Outcome::Fail,
            Outcome::NotApplicable,
            Outcome::Pass,
            Outcome::Unknown,
        ];
        let outcome = prop::sample::select(outcomes.to_vec());
        let leaf = (outcome, prop::option::of(1..28_i8))
            .prop_map(|(outcome, day)| Sketch::Leaf(outcome, day));
        leaf.prop_recursive(4, 40, 5, |part| {
            let parts = || prop::collection::vec(part.clone(), 1..5);
            prop_oneof![
                parts().prop_map(Sketch::All),
                parts().prop_map(Sketch::Any),
                part.clone().prop_map(|part| Sketch::Not(Box::new(part))),
            ]
        })
    }

    /// A check that has made up its mind.
    #[derive(Debug)]
    struct Fixed(Judgement);

    impl Check for Fixed {
        fn run(&self, _: &Subject, _: &Context<'_>) -> Judgement {
            self.0.clone()
        }
    }

    fn leaf(outcome: Outcome, why: &'static str) -> Tree {
        Tree::Leaf(Box::new(Fixed(Judgement::new(outcome, why))))
    }

    fn run(tree: &Tree, detail: bool) -> Judgement {
        ask(detail, |subject, ctx| tree.run(subject, ctx))
    }

    fn quick(tree: &Tree) -> Quick {
        ask(false, |subject, ctx| tree.quick(subject, ctx))
    }

    fn ask<T>(detail: bool, answer: impl FnOnce(&Subject, &Context<'_>) -> T) -> T {
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place.clone());
        let ctx = Context {
            today: Date::constant(2026, 11, 22),
            catalogue: Catalogue::embedded(),
            declaration: &Declaration::new("made-up.yaml", organisation),
            identity: None,
            detail,
        };
        answer(&Subject::new(SubjectKind::Asset, "A-1", place), &ctx)
    }

    proptest! {
        #[test]
        fn folding_is_what_the_table_says(sketch in sketch()) {
            let tree = sketch.tree();
            prop_assert_eq!(run(&tree, true).outcome, sketch.outcome());
            prop_assert_eq!(run(&tree, false).outcome, sketch.outcome());
        }

        #[test]
        fn a_quick_answer_has_the_outcome_and_the_last_day_of_the_whole_one(sketch in sketch()) {
            let tree = sketch.tree();
            prop_assert_eq!(quick(&tree), Quick::from(&run(&tree, true)));
        }
    }

    #[test]
    fn a_closed_any_says_why_each_way_is_closed() {
        let way = |field, why| {
            let judgement = Judgement::fail(why).field(field);
            Tree::Leaf(Box::new(Fixed(judgement)))
        };
        let ways = vec![
            way(asset::OS, "the system is old"),
            way(asset::OS, "the system is older still"),
            way(asset::ZONE, "the zone is flat"),
            leaf(Outcome::NotApplicable, "not asked"),
        ];
        let judgement = run(&Tree::Any(ways), true);
        assert_eq!(judgement.outcome, Outcome::Fail);
        assert_eq!(judgement.why, "the system is old; the zone is flat");
    }

    #[test]
    fn an_undecided_fold_holds_until_its_first_part_could_turn() {
        let part = |outcome, day| {
            let judgement = Judgement::new(outcome, "made up").until(Date::constant(2026, 12, day));
            Tree::Leaf(Box::new(Fixed(judgement)))
        };
        let until = |parts| run(&Tree::All(parts), false).until.map(Date::day);
        let (pass, unknown) = (Outcome::Pass, Outcome::Unknown);
        assert_eq!(until(vec![part(pass, 9), part(unknown, 4)]), Some(4));
        assert_eq!(
            until(vec![part(unknown, 4), part(Outcome::Conflict, 7)]),
            Some(4)
        );
        assert_eq!(
            until(vec![part(pass, 9), part(Outcome::NotApplicable, 3)]),
            Some(3)
        );
        assert_eq!(
            until(vec![part(Outcome::Fail, 9), part(unknown, 4)]),
            Some(9)
        );
    }

    #[test]
    fn an_open_any_says_which_way() {
        let ways = vec![
            leaf(Outcome::Fail, "closed"),
            leaf(Outcome::Unknown, "dark"),
            leaf(Outcome::Pass, "open"),
        ];
        let judgement = run(&Tree::Any(ways), true);
        assert_eq!(judgement.outcome, Outcome::Pass);
        assert_eq!(judgement.why, "open");
    }
}
