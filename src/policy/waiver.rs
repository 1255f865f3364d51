//! Waivers: accepted risks, with an end date and compensating controls that are themselves checked.
//!
//! One function decides whether a waiver is in force; every command asks it.

use super::Library;
use crate::check::{Context, Reading, Tree};
use crate::import::RecordReader;
use crate::model::fields::waiver;
use crate::model::{
    Gate, Outcome, Problem, RuleInfo, Source, Subject, SubjectKind, Value, WaiverUse,
};
use crate::predicate::Params;
use crate::yaml::{self, Data, Limits, Node, Reader};
use jiff::civil::Date;
use std::sync::Arc;

/// A waiver as declared. The subject holds its fields; rules about waivers judge it.
#[derive(Debug)]
pub struct Waiver {
    pub subject: Subject,
    /// The compensating controls, each with the rule it was read for.
    controls: Vec<(String, Tree)>,
}

/// Whether a waiver covers a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does, to the day given: its own last, or that of a compensating control.
    Covers(WaiverUse, Option<Date>),
    /// It is meant for this failure, but does not hold; the use says why.
    Void(WaiverUse),
}

impl Waiver {
    pub fn id(&self) -> &str {
        &self.subject.id
    }

    /// Last day in force, both ends included. A waiver without an end is never in force.
    pub fn until(&self) -> Option<Date> {
        self.subject.date(waiver::UNTIL)
    }

    pub fn rules(&self) -> &[String] {
        self.subject.texts(waiver::RULES).unwrap_or_default()
    }

    pub fn subjects(&self) -> &[String] {
        self.subject.texts(waiver::SUBJECTS).unwrap_or_default()
    }

    /// Why it is not in force on a day; `None` when it is. The first and the last day count.
    pub fn not_in_force(&self, today: Date) -> Option<String> {
        let Some(until) = self.until() else {
            return Some("it has no end date".into());
        };
        if today > until {
            return Some(format!("it ended on {until}"));
        }
        if self.subject.text(waiver::REASON).is_none() {
            return Some("it gives no reason".into());
        }
        if self.subject.text(waiver::APPROVER_ROLE).is_none() {
            return Some("it does not say in which role it was approved".into());
        }
        match self.subject.date(waiver::APPROVED_ON) {
            Some(from) if today < from => Some(format!("it starts on {from}")),
            Some(_) => None,
            None => Some("it has no day of approval".into()),
        }
    }

    /// Whether it covers a failure of a rule at a gate.
    pub fn standing(
        &self,
        rule: &RuleInfo,
        gate: Gate,
        subject: &Subject,
        ctx: &Context<'_>,
    ) -> Standing {
        let mut usage = WaiverUse {
            id: self.id().to_owned(),
            until: self.until(),
            approver: self
                .subject
                .text(waiver::APPROVER_ROLE)
                .unwrap_or("nobody named")
                .to_owned(),
            void: None,
        };
        let void = self.not_in_force(ctx.today).or_else(|| {
            (gate == Gate::Block).then(|| "the declaring body cannot waive a blocking rule".into())
        });
        let held = match void {
            Some(why) => Err(why),
            None => self.controls_hold(rule, subject, ctx),
        };
        match held {
            Ok(until) => {
                let until = [until, usage.until].into_iter().flatten().min();
                Standing::Covers(usage, until)
            }
            Err(why) => {
                usage.void = Some(why);
                Standing::Void(usage)
            }
        }
    }

    /// Until when all its compensating controls hold, or why they do not. Unknown is not holding.
    fn controls_hold(
        &self,
        rule: &RuleInfo,
        subject: &Subject,
        ctx: &Context<'_>,
    ) -> Result<Option<Date>, String> {
        let ctx = Context {
            detail: true,
            ..ctx.clone()
        };
        let mut controls = self
            .controls
            .iter()
            .filter(|(id, _)| *id == rule.id)
            .peekable();
        if controls.peek().is_none() {
            return Err("it names no compensating control".into());
        }
        let mut until = None;
        for (_, control) in controls {
            let judgement = control.run(subject, &ctx);
            if judgement.outcome != Outcome::Pass {
                let (outcome, why) = (judgement.outcome, judgement.why);
                return Err(format!(
                    "a compensating control does not hold ({outcome}: {why})"
                ));
            }
            until = [until, judgement.until].into_iter().flatten().min();
        }
        Ok(until)
    }
}

/// Reads the waivers of a declaration. Rules are looked up in the library, so that a waiver for a
/// rule that does not exist is a problem and not an empty promise.
pub fn load_waivers(
    sources: &[Arc<Source>],
    library: &Library,
) -> Result<Vec<Waiver>, Vec<Problem>> {
    let mut waivers = Vec::new();
    let mut problems = Vec::new();
    for source in sources {
        let documents = match yaml::parse(source, &Limits::default()) {
            Ok(documents) => documents,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        let reader = Reader::new(source);
        let mut records = RecordReader::new(source);
        for node in documents
            .iter()
            .flat_map(|document| entries(document, &reader))
        {
            waivers.extend(read(node, &mut records, &reader, library));
        }
        reader.extend(records.into_problems());
        problems.extend(reader.into_problems());
    }
    if problems.is_empty() {
        Ok(waivers)
    } else {
        Err(problems)
    }
}

/// The waivers of a document: a list, a mapping with `waivers`, or a single one.
fn entries<'n, 's>(document: &'n Node<'s>, reader: &Reader<'_>) -> &'n [Node<'s>] {
    let list = document.get("waivers").unwrap_or(document);
    match &list.data {
        Data::Sequence(items) => items,
        Data::Mapping(_) => std::slice::from_ref(list),
        Data::Null => &[],
        Data::Scalar(_) => {
            reader.wrong::<()>(list, "waivers", "a list of waivers");
            &[]
        }
    }
}

fn read(
    node: &Node<'_>,
    records: &mut RecordReader<'_>,
    reader: &Reader<'_>,
    library: &Library,
) -> Option<Waiver> {
    let Data::Mapping(all) = &node.data else {
        return reader.wrong(node, "waivers", "a mapping for a waiver");
    };
    let own = all
        .iter()
        .filter(|(key, _)| key.text != "while")
        .cloned()
        .collect();
    let own = Node {
        span: node.span.clone(),
        data: Data::Mapping(own),
    };
    let mut subject = records.subject(&own, SubjectKind::Waiver, None);
    count_controls(&mut subject, node);
    let written = controls_of(node.get("while"));
    let kinds = rule_kinds(node, &subject, reader, library);
    let params = Params::default();
    let reading = Reading {
        catalogue: library.catalogue,
        params: &params,
        reader,
    };
    let mut controls = Vec::new();
    let mut parsed_for = Vec::new();
    for (rule, kind) in kinds {
        // A control that is wrong would be told once for every rule.
        let silent = Reader::new(reader.source());
        let reading = if parsed_for.contains(&kind) {
            Reading {
                reader: &silent,
                ..reading
            }
        } else {
            reading
        };
        parsed_for.push(kind);
        for control in &written {
            controls.extend(Tree::parse(control, kind, reading).map(|tree| (rule.clone(), tree)));
        }
    }
    Some(Waiver { subject, controls })
}

/// Notes how many compensating controls a waiver names, for rules about waivers.
pub(super) fn count_controls(subject: &mut Subject, node: &Node<'_>) {
    let count = controls_of(node.get("while")).len();
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    subject.record.set(waiver::CONTROLS, Value::Integer(count));
}

/// `while` is one condition or a list of them.
fn controls_of<'n, 's>(node: Option<&'n Node<'s>>) -> Vec<&'n Node<'s>> {
    match node {
        None => Vec::new(),
        Some(node) => match &node.data {
            Data::Sequence(items) => items.iter().collect(),
            Data::Null => Vec::new(),
            Data::Mapping(_) | Data::Scalar(_) => vec![node],
        },
    }
}

/// The named rules with the kind of subject each is about.
fn rule_kinds(
    node: &Node<'_>,
    subject: &Subject,
    reader: &Reader<'_>,
    library: &Library,
) -> Vec<(String, SubjectKind)> {
    let mut kinds = Vec::new();
    for id in subject.texts(waiver::RULES).unwrap_or_default() {
        if let Some(rule) = library.rule(id) {
            kinds.push((id.clone(), rule.info.subject));
            continue;
        }
        let span = node.get("rules").unwrap_or(node).span.clone();
        let ids = library.rules.iter().map(|rule| rule.info.id.as_str());
        reader.push(
            reader
                .problem(span, format!("no rule `{id}` to waive"))
                .suggest(id, ids),
        );
    }
    kinds
}
