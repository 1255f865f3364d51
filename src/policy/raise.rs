//! `raise`: a profile makes a rule weigh more, by severity, by gate, or both.
//!
//! That nothing weighs less is proved from the consequences, not from the names: a critical
//! failure at the gate `refer` leads to less than one at `condition`, though the gate stands higher.

use super::pack::RawPack;
use super::profile::RawProfile;
use super::{Grade, Rule, keys};
use crate::model::{Gate, Outcome, Severity, consequence};
use crate::yaml::{Data, Fields, Node, Reader};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a profile asks of one rule: that its failures weigh at least so much.
#[derive(Debug, Clone, Copy)]
struct Raise {
    severity: Option<Severity>,
    gate: Option<Gate>,
}

/// Where the severity or the gate in force was written.
type Places<'d> = BTreeMap<String, (&'d Reader<'d>, &'d Node<'d>)>;

/// Raises rules as the layers of a profile ask, the widest first. Only the last layer's problems
/// are told: those before it told theirs as profiles of their own.
pub(super) fn apply<'d>(lineage: &[&RawProfile<'d>], packs: &[RawPack<'d>], rules: &mut [Rule]) {
    let mut places: Places<'d> = rules
        .iter()
        .filter_map(|rule| Some((rule.info.id.clone(), written(packs, &rule.info.id)?)))
        .collect();
    for (index, layer) in lineage.iter().enumerate() {
        let silent = Reader::new(layer.reader.source());
        let is_itself = index + 1 == lineage.len();
        let reader = if is_itself { layer.reader } else { &silent };
        for (key, node) in layer.raise.and_then(Node::mapping).unwrap_or_default() {
            let Some(raise) = Raise::read(node, reader) else {
                continue;
            };
            let Some(rule) = rules.iter_mut().find(|rule| rule.info.id == key.text) else {
                let message = format!("the profile asks no rule `{}` to raise", key.text);
                let ids = rules.iter().map(|rule| rule.info.id.as_str());
                let problem = reader.problem(key.span.clone(), message);
                reader.push(problem.suggest(&key.text, ids));
                continue;
            };
            match raise.loosens(rule) {
                None => {
                    raise.lift(rule);
                    places.insert(rule.info.id.clone(), (layer.reader, node));
                }
                Some(message) => {
                    let problem = reader.problem(node.span.clone(), message).label("looser");
                    reader.push(match places.get(&rule.info.id) {
                        Some((first, node)) => {
                            let span = node.span.clone();
                            problem.related(first.source(), span, "in force from here")
                        }
                        None => problem,
                    });
                }
            }
        }
    }
}

/// Where a rule says what it weighs.
fn written<'d>(packs: &[RawPack<'d>], id: &str) -> Option<(&'d Reader<'d>, &'d Node<'d>)> {
    packs.iter().find_map(|pack| {
        let rule = pack.rule_named(id)?;
        let node = rule.get("severity").or_else(|| rule.get("grades"))?;
        Some((pack.reader, node))
    })
}

impl Raise {
    /// `high`, or `{ severity: high, gate: block }` with either of the two.
    fn read(node: &Node<'_>, reader: &Reader<'_>) -> Option<Self> {
        if let Data::Scalar(scalar) = &node.data {
            let severity = Severity::ALL
                .into_iter()
                .find(|one| one.name() == scalar.text);
            if severity.is_none() {
                let message = format!("`{}` is not a severity", scalar.text);
                let names = Severity::ALL.map(Severity::name);
                let problem = reader.problem(node.span.clone(), message);
                let problem = problem.label(format!("one of {}", names.join(", ")));
                reader.push(problem.suggest(&scalar.text, names));
            }
            return severity.map(|severity| Self {
                severity: Some(severity),
                gate: None,
            });
        }
        let mut fields =
            Fields::open(node, reader, "what is raised")?.documented(|key| keys::RAISE.has(key));
        let severities = Severity::ALL.map(|severity| (severity.name(), severity));
        let severity = fields.one_of("severity", &severities);
        let gate = fields.one_of("gate", &Gate::ALL.map(|gate| (gate.name(), gate)));
        fields.finish();
        if severity.is_none() && gate.is_none() {
            if !reader.has_problems() {
                let message = "it raises neither a severity nor a gate";
                reader.push(reader.problem(node.span.clone(), message));
            }
            return None;
        }
        Some(Self { severity, gate })
    }

    /// Why it would loosen the rule; `None` when it tightens it or leaves it as it is.
    fn loosens(self, rule: &Rule) -> Option<String> {
        let id = &rule.info.id;
        let lowest = rule.grades.iter().map(|grade| grade.severity).min()?;
        if let Some(severity) = self.severity.filter(|severity| *severity < lowest) {
            return Some(format!(
                "{id} may only be raised: {severity} is looser than {lowest}"
            ));
        }
        let lowest = rule.grades.iter().map(|grade| grade.gate).min()?;
        if let Some(gate) = self.gate.filter(|gate| *gate < lowest) {
            return Some(format!(
                "{id} may only be raised: {gate} is looser than {lowest}"
            ));
        }
        rule.grades.iter().find_map(|grade| {
            let (severity, gate) = self.over(grade);
            let weigh = |outcome, gate, severity| consequence(outcome, gate, severity);
            let outcome = Outcome::ALL.into_iter().find(|outcome| {
                weigh(*outcome, gate, severity) < weigh(*outcome, grade.gate, grade.severity)
            })?;
            Some(format!(
                "{id} may only be raised: with {severity} at the gate {gate} a {outcome} leads to {}, \
                 with {} at {} to {}",
                weigh(outcome, gate, severity),
                grade.severity,
                grade.gate,
                weigh(outcome, grade.gate, grade.severity)
            ))
        })
    }

    fn over(self, grade: &Grade) -> (Severity, Gate) {
        (
            self.severity.unwrap_or(grade.severity).max(grade.severity),
            self.gate.unwrap_or(grade.gate).max(grade.gate),
        )
    }

    fn lift(self, rule: &mut Rule) {
        for grade in &mut rule.grades {
            (grade.severity, grade.gate) = self.over(grade);
        }
        let worst = rule
            .grades
            .iter()
            .map(|grade| (grade.gate, grade.severity))
            .max();
        if let Some((gate, severity)) = worst {
            let info = Arc::make_mut(&mut rule.info);
            (info.gate, info.severity) = (gate, severity);
        }
    }
}
