//! Small, deliberate mistakes in a rule: an operator turned round, a threshold moved by one unit, a
//! part left out. The cases beside the rule should notice each of them.
//!
//! Works on the rule as written, so every change has a place and goes through the same compiler as
//! the rule itself; what no longer compiles is no mutant. Changes that could not show in any case,
//! such as `all` against `any` of one part, are not made.

use super::threshold::neighbours;
use crate::catalogue::Catalogue;
use crate::check::KINDS;
use crate::model::Type;
use crate::model::fields::attestation;
use crate::predicate::{OPERATORS, Params};
use crate::yaml::{Data, Key, Node, Scalar};
use jiff::civil::Date;
use std::borrow::Cow;

/// One change, and what carries it.
#[derive(Debug, Clone)]
pub(super) struct Change<T> {
    /// The changed rule, or the changed part of it.
    pub(super) to: T,
    /// The byte at which the changed part starts.
    pub(super) at: usize,
    /// What was changed, in a few words.
    pub(super) what: String,
}

impl<T> Change<T> {
    fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Change<U> {
        Change {
            to: wrap(self.to),
            at: self.at,
            what: self.what,
        }
    }
}

type Entry<'s> = (Key<'s>, Node<'s>);

/// Makes the changes of a rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mutator<'m> {
    pub(super) params: &'m Params,
    pub(super) catalogue: &'m Catalogue,
    /// The day that cases are about, for lengths in months and for `today`.
    pub(super) today: Option<Date>,
}

impl Mutator<'_> {
    /// Every change of a rule, as whole rules.
    pub(super) fn rule<'s>(&self, rule: &Node<'s>) -> Vec<Change<Node<'s>>> {
        let entries = rule.mapping().unwrap_or_default();
        let mut changes = Vec::new();
        for (index, (key, node)) in entries.iter().enumerate() {
            match &*key.text {
                part @ ("evidence" | "where") => {
                    changes.push(Change {
                        to: without(rule, entries, index),
                        at: key.span.start,
                        what: format!("`{part}` left out"),
                    });
                    let part = match part {
                        "where" => self.condition(node),
                        _ => self.arguments(node),
                    };
                    changes.extend(in_value(rule, entries, index, part));
                }
                "check" => {
                    let part = self.condition(node);
                    changes.extend(in_value(rule, entries, index, part));
                }
                "grades" => {
                    let part = self.grades(node);
                    changes.extend(in_value(rule, entries, index, part));
                }
                _ => {}
            }
        }
        changes
    }

    fn grades<'s>(&self, node: &Node<'s>) -> Vec<Change<Node<'s>>> {
        let grades = node.sequence().unwrap_or_default();
        let mut changes = drop_items(node, grades, |_| "a grade".into());
        for (index, grade) in grades.iter().enumerate() {
            let entries = grade.mapping().unwrap_or_default();
            let checks = entries
                .iter()
                .enumerate()
                .filter(|(_, (key, _))| key.text == "check");
            for (at, (_, check)) in checks {
                let part = self.condition(check);
                let part = in_value(grade, entries, at, part).collect();
                changes.extend(in_item(node, grades, index, part));
            }
        }
        changes
    }

    /// Changes of a mapping of which everything has to hold.
    fn condition<'s>(&self, node: &Node<'s>) -> Vec<Change<Node<'s>>> {
        let entries = node.mapping().unwrap_or_default();
        let mut changes = Vec::new();
        if entries.len() > 1 {
            let items = entries
                .iter()
                .map(|entry| mapping(node, vec![entry.clone()]));
            changes.push(Change {
                to: mapping(node, vec![(word("any", node), list(node, items.collect()))]),
                at: node.span.start,
                what: "any one instead of all of these".into(),
            });
        }
        for (index, (key, value)) in entries.iter().enumerate() {
            if entries.len() > 1 {
                changes.push(Change {
                    to: without(node, entries, index),
                    at: key.span.start,
                    what: format!("`{}` left out", key.text),
                });
            }
            for change in self.entry(key, value) {
                changes.push(change.map(|entry| {
                    let mut others = entries.to_vec();
                    others[index] = entry;
                    mapping(node, others)
                }));
            }
        }
        changes
    }

    /// Changes of one key of a condition: a fold, a check or a field.
    fn entry<'s>(&self, key: &Key<'s>, node: &Node<'s>) -> Vec<Change<Entry<'s>>> {
        match &*key.text {
            "all" | "any" => self.fold(key, node),
            "not" => {
                let mut changes = vec![Change {
                    to: (word("all", node), list(node, vec![node.clone()])),
                    at: key.span.start,
                    what: "`not` left out".into(),
                }];
                changes.extend(behind(key, self.condition(node)));
                changes
            }
            name if KINDS.iter().any(|kind| kind.name == name) && !is_tests(node) => {
                let mut changes = vec![negated(key, node)];
                changes.extend(behind(key, self.arguments(node)));
                changes
            }
            _ => self.field(key, node),
        }
    }

    fn fold<'s>(&self, key: &Key<'s>, node: &Node<'s>) -> Vec<Change<Entry<'s>>> {
        let items = node.sequence().unwrap_or_default();
        let mut changes = Vec::new();
        if items.len() > 1 {
            let other = if key.text == "all" { "any" } else { "all" };
            changes.push(Change {
                to: (word(other, node), node.clone()),
                at: key.span.start,
                what: format!("`{other}` instead of `{}`", key.text),
            });
        }
        changes.extend(behind(key, drop_items(node, items, first_key)));
        for (index, item) in items.iter().enumerate() {
            let part = in_item(node, items, index, self.condition(item)).collect();
            changes.extend(behind(key, part));
        }
        changes
    }

    /// Changes of the tests on a field.
    fn field<'s>(&self, key: &Key<'s>, node: &Node<'s>) -> Vec<Change<Entry<'s>>> {
        let Some(tests) = node.mapping() else {
            let turned = vec![(word("is_not", node), node.clone())];
            return vec![Change {
                to: (key.clone(), mapping(node, turned)),
                at: node.span.start,
                what: format!("`is_not` instead of `is` on `{}`", key.text),
            }];
        };
        let mut changes = Vec::new();
        let asked = tests.iter().filter(|(key, _)| key.text != "of").count();
        // From one time to another hours count; from today only days do.
        let hours = if asked < tests.len() { 1 } else { 24 };
        for (index, (operator, operand)) in tests.iter().enumerate() {
            let is_of = operator.text == "of";
            if asked > 1 || is_of {
                changes.push(Change {
                    to: (key.clone(), without(node, tests, index)),
                    at: operator.span.start,
                    what: format!("`{}` left out on `{}`", operator.text, key.text),
                });
            }
            if is_of {
                continue;
            }
            for change in self.test(operator, operand, hours) {
                let mut others = tests.to_vec();
                let change = change.map(|entry| {
                    others[index] = entry;
                    (key.clone(), mapping(node, others))
                });
                changes.push(Change {
                    what: format!("{} on `{}`", change.what, key.text),
                    ..change
                });
            }
        }
        let has_no_opposite =
            |(key, _): &Entry<'_>| matches!(&*key.text, "contains" | "format" | "only");
        if asked == 1 && tests.iter().any(has_no_opposite) {
            changes.push(negated(key, node));
        }
        changes
    }

    /// Changes of one operator with its operand.
    fn test<'s>(
        &self,
        operator: &Key<'s>,
        operand: &Node<'s>,
        hours: i32,
    ) -> Vec<Change<Entry<'s>>> {
        let mut changes: Vec<_> = opposites(&operator.text)
            .iter()
            .map(|other| Change {
                to: (word(other, operand), operand.clone()),
                at: operator.span.start,
                what: format!("`{other}` instead of `{}`", operator.text),
            })
            .collect();
        let part = match &*operator.text {
            "at_least" | "at_most" | "older_than" | "within" => {
                self.threshold(operator, operand, hours)
            }
            "every" | "none" | "some" => self.condition(operand),
            "in" | "not_in" | "only" => {
                drop_items(operand, operand.sequence().unwrap_or_default(), shown)
            }
            "declared" => flipped(operand).into_iter().collect(),
            _ => Vec::new(),
        };
        changes.extend(behind(operator, part));
        changes
    }

    /// A threshold one unit up and down, wherever it is written: here, as a parameter, or as the
    /// distance from another field.
    fn threshold<'s>(&self, name: &Key<'s>, node: &Node<'s>, hours: i32) -> Vec<Change<Node<'s>>> {
        if let Some(entries) = node.mapping() {
            let mut changes = Vec::new();
            for (index, (key, value)) in entries.iter().enumerate() {
                changes.extend(in_value(
                    node,
                    entries,
                    index,
                    self.threshold(key, value, hours),
                ));
            }
            return changes;
        }
        let Some(text) = node.text() else {
            return Vec::new();
        };
        let value = text
            .strip_prefix('$')
            .and_then(|name| self.params.get(name))
            .unwrap_or(text);
        neighbours(value, self.today, hours)
            .into_iter()
            .map(|near| Change {
                what: format!("`{}: {near}` instead of {value}", name.text),
                to: scalar(node, near),
                at: node.span.start,
            })
            .collect()
    }

    fn arguments<'s>(&self, node: &Node<'s>) -> Vec<Change<Node<'s>>> {
        let entries = node.mapping().unwrap_or_default();
        let mut changes = Vec::new();
        for (index, (key, value)) in entries.iter().enumerate() {
            let turned = flipped(value);
            // A yes left out is a no: the same change twice.
            if turned.is_none() {
                changes.push(Change {
                    to: without(node, entries, index),
                    at: key.span.start,
                    what: format!("`{}` left out", key.text),
                });
            }
            let part = match (&value.data, turned) {
                (_, Some(turned)) => vec![turned],
                (Data::Mapping(_), None) => self.condition(value),
                (Data::Scalar(_), None) => self.argument(key, value),
                (Data::Sequence(items), None) => drop_items(value, items, shown),
                (Data::Null, None) => Vec::new(),
            };
            changes.extend(in_value(node, entries, index, part));
        }
        changes
    }

    /// Another value for an argument: a threshold's neighbours, or another name of its kind.
    fn argument<'s>(&self, name: &Key<'s>, node: &Node<'s>) -> Vec<Change<Node<'s>>> {
        let near = self.threshold(name, node, 24);
        if !near.is_empty() {
            return near;
        }
        let written = node.text().unwrap_or_default();
        self.other_name(&name.text, written)
            .into_iter()
            .map(|other| Change {
                what: format!("`{}: {other}` instead of {written}", name.text),
                to: scalar(node, other),
                at: node.span.start,
            })
            .collect()
    }

    fn other_name(&self, argument: &str, written: &str) -> Option<String> {
        let advisories = self.catalogue.windows().advisories();
        let mut names: Box<dyn Iterator<Item = &str>> = match argument {
            "advisory" => Box::new(advisories.iter().map(|advisory| &*advisory.id)),
            "scheme" => match attestation::SCHEMA.field(attestation::SCHEME).ty {
                Type::Choice(schemes) => Box::new(schemes.iter().map(|scheme| scheme.name)),
                _ => return None,
            },
            _ => return None,
        };
        names.find(|name| *name != written).map(str::to_owned)
    }
}

/// What an operator may be mistaken for.
fn opposites(operator: &str) -> &'static [&'static str] {
    match operator {
        "at_least" => &["at_most"],
        "at_most" => &["at_least"],
        "every" | "none" => &["some"],
        "in" => &["not_in"],
        "is" => &["is_not"],
        "is_not" => &["is"],
        "not_in" => &["in"],
        "older_than" => &["within"],
        "some" => &["every", "none"],
        "within" => &["older_than"],
        _ => &[],
    }
}

fn is_tests(node: &Node<'_>) -> bool {
    let is_operator = |key: &Key<'_>| OPERATORS.iter().any(|(name, _)| *name == key.text);
    match &node.data {
        Data::Mapping(entries) => {
            !entries.is_empty() && entries.iter().all(|(key, _)| is_operator(key))
        }
        Data::Scalar(_) => true,
        Data::Null | Data::Sequence(_) => false,
    }
}

/// A yes for a no, and the other way round.
fn flipped<'s>(node: &Node<'s>) -> Option<Change<Node<'s>>> {
    let other = match node.text()? {
        "yes" | "true" | "on" => "no",
        "no" | "false" | "off" => "yes",
        _ => return None,
    };
    Some(Change {
        to: scalar(node, other.into()),
        at: node.span.start,
        what: format!("{other} instead of {}", shown(node)),
    })
}

fn negated<'s>(key: &Key<'s>, node: &Node<'s>) -> Change<Entry<'s>> {
    let inner = mapping(node, vec![(key.clone(), node.clone())]);
    Change {
        to: (word("not", node), inner),
        at: key.span.start,
        what: format!("not `{}`", key.text),
    }
}

/// Each item of a list left out, while others remain.
fn drop_items<'s>(
    node: &Node<'s>,
    items: &[Node<'s>],
    name: impl Fn(&Node<'s>) -> String,
) -> Vec<Change<Node<'s>>> {
    if items.len() < 2 {
        return Vec::new();
    }
    let dropped = |(index, item): (usize, &Node<'s>)| {
        let mut rest = items.to_vec();
        rest.remove(index);
        Change {
            to: list(node, rest),
            at: item.span.start,
            what: format!("{} left out", name(item)),
        }
    };
    items.iter().enumerate().map(dropped).collect()
}

fn first_key(node: &Node<'_>) -> String {
    match node.mapping().and_then(<[_]>::first) {
        Some((key, _)) => format!("`{}`", key.text),
        None => "a part".into(),
    }
}

fn shown(node: &Node<'_>) -> String {
    format!("`{}`", node.text().unwrap_or(node.describe()))
}

fn behind<'s>(
    key: &Key<'s>,
    changes: Vec<Change<Node<'s>>>,
) -> impl Iterator<Item = Change<Entry<'s>>> {
    changes
        .into_iter()
        .map(|change| change.map(|node| (key.clone(), node)))
}

/// Puts changed values in the place of one value of a mapping.
fn in_value<'s>(
    node: &Node<'s>,
    entries: &[Entry<'s>],
    index: usize,
    changes: Vec<Change<Node<'s>>>,
) -> impl Iterator<Item = Change<Node<'s>>> {
    changes.into_iter().map(move |change| {
        change.map(|value| {
            let mut others = entries.to_vec();
            others[index].1 = value;
            mapping(node, others)
        })
    })
}

/// Puts changed items in the place of one item of a list.
fn in_item<'s>(
    node: &Node<'s>,
    items: &[Node<'s>],
    index: usize,
    changes: Vec<Change<Node<'s>>>,
) -> impl Iterator<Item = Change<Node<'s>>> {
    changes.into_iter().map(move |change| {
        change.map(|item| {
            let mut others = items.to_vec();
            others[index] = item;
            list(node, others)
        })
    })
}

fn without<'s>(node: &Node<'s>, entries: &[Entry<'s>], index: usize) -> Node<'s> {
    let mut rest = entries.to_vec();
    rest.remove(index);
    mapping(node, rest)
}

fn mapping<'s>(at: &Node<'_>, entries: Vec<Entry<'s>>) -> Node<'s> {
    Node {
        span: at.span.clone(),
        data: Data::Mapping(entries),
    }
}

fn list<'s>(at: &Node<'_>, items: Vec<Node<'s>>) -> Node<'s> {
    Node {
        span: at.span.clone(),
        data: Data::Sequence(items),
    }
}

fn scalar<'s>(at: &Node<'_>, text: String) -> Node<'s> {
    Node {
        span: at.span.clone(),
        data: Data::Scalar(Scalar {
            text: Cow::Owned(text),
            quoted: false,
        }),
    }
}

fn word<'s>(text: &'static str, at: &Node<'_>) -> Key<'s> {
    Key {
        span: at.span.clone(),
        text: Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Source;
    use crate::yaml::{Limits, parse};
    use jiff::civil::date;

    /// What is changed in a condition.
    fn changes(condition: &str) -> Vec<String> {
        let source = Source::new("made-up.yaml", format!("check: {condition}\n"));
        let documents = parse(&source, &Limits::default()).expect("it is YAML");
        let mut params = Params::default();
        params.set("days", "14 days");
        let mutator = Mutator {
            params: &params,
            catalogue: Catalogue::embedded(),
            today: Some(date(2026, 11, 22)),
        };
        let changes = mutator.rule(&documents[0]);
        changes.into_iter().map(|change| change.what).collect()
    }

    #[test]
    fn a_fold_of_one_part_is_not_turned_round() {
        assert_eq!(
            changes("{ all: [{ zone: flat }] }"),
            ["`is_not` instead of `is` on `zone`"]
        );
        assert_eq!(
            changes("{ any: [{ zone: flat }, { owner: us }] }")[..3],
            [
                "`all` instead of `any`",
                "`zone` left out",
                "`owner` left out"
            ]
        );
    }

    #[test]
    fn a_threshold_moves_by_one_unit_wherever_it_is_written() {
        let both = [
            "`older_than` instead of `within` on `observed_at`",
            "`within: 13 days` instead of 14 days on `observed_at`",
            "`within: 15 days` instead of 14 days on `observed_at`",
        ];
        assert_eq!(changes("{ observed_at: { within: 14 days } }"), both);
        assert_eq!(changes("{ observed_at: { within: $days } }"), both);
    }

    #[test]
    fn hours_count_between_two_times_and_days_from_today() {
        let hours = |condition| {
            let changes = changes(condition);
            let within = |change: &&String| change.contains("within: ");
            changes.iter().filter(within).count()
        };
        let other = "{ acknowledged_at: { within: 48 hours, of: issued_at } }";
        assert!(changes(other).iter().any(|one| one.contains("47 hours")));
        let today = "{ issued_at: { within: 48 hours } }";
        assert!(changes(today).iter().any(|one| one.contains("24 hours")));
        assert_eq!((hours(other), hours(today)), (2, 2));
    }

    #[test]
    fn a_check_is_negated_and_its_arguments_are_changed() {
        assert_eq!(
            changes("{ attestation: { scheme: dspt, at_award: yes } }"),
            [
                "not `attestation`",
                "`scheme` left out",
                "`scheme: audit` instead of dspt",
                "no instead of `yes`"
            ]
        );
    }
}
