//! Waivers: accepted risks, with an end date and compensating controls that are themselves checked.
//!
//! One function decides whether a waiver is in force; every command asks it.

use super::Library;
use super::embedded::is_embedded;
use crate::check::{Context, Reading, Tree};
use crate::import::RecordReader;
use crate::model::fields::{submission, waiver};
use crate::model::{
    Gate, Outcome, Problem, RuleInfo, Source, Subject, SubjectKind, Value, WaiverUse, fold_name,
    nearest, read_date,
};
use crate::predicate::Params;
use crate::yaml::{self, Data, Key, Limits, Node, Reader};
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A waiver as declared. The subject holds its fields; rules about waivers judge it.
#[derive(Debug)]
pub struct Waiver {
    pub subject: Subject,
    /// The compensating controls, each with the rule it was read for.
    controls: Vec<(String, Tree)>,
    /// Rules it names that were not loaded, and so are not asked.
    pub not_loaded: Vec<String>,
}

/// Whether a waiver covers a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does, to the day given: its own last, or that of a compensating control.
    Covers(WaiverUse, Option<Date>),
    /// It is meant for this failure, but does not hold; the use says why. With the last day on
    /// which that cannot change: the one before it starts, or that of what a control lacks.
    Void(WaiverUse, Option<Date>),
}

impl Waiver {
    pub fn id(&self) -> &str {
        &self.subject.id
    }

    /// Last day in force, both ends included. A waiver without an end is never in force.
    pub fn until(&self) -> Option<Date> {
        self.subject.date(waiver::UNTIL)
    }

    /// First day in force: nothing is waived before it was approved.
    pub fn from(&self) -> Option<Date> {
        let approved = self.subject.date(waiver::APPROVED_ON)?;
        let from = self.subject.date(waiver::FROM).unwrap_or(approved);
        Some(from.max(approved))
    }

    /// How many subjects it is meant to cover at most.
    pub fn expect_at_most(&self) -> Option<u64> {
        let most = self.subject.integer(waiver::EXPECT_AT_MOST)?;
        Some(u64::try_from(most).unwrap_or(0))
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
        match self.from() {
            Some(from) if today < from => Some(format!("it starts on {from}")),
            Some(_) => self.too_broad(),
            None => Some("it has no day of approval".into()),
        }
    }

    /// Why it covers more than anybody weighed one by one.
    fn too_broad(&self) -> Option<String> {
        if let Some(pattern) = self.subjects().iter().find(|id| id.contains('*')) {
            return Some(format!(
                "it is too broad: it names `{pattern}`; name its subjects one by one"
            ));
        }
        let most = self.expect_at_most()?;
        let named: BTreeSet<_> = self.subjects().iter().collect();
        (named.len() as u64 > most).then(|| {
            format!(
                "it is too broad: it names {} subjects and expects at most {most}",
                named.len()
            )
        })
    }

    /// Why its approver may not approve it: who gains by a waiver does not grant it.
    fn approved_by_beneficiary(&self, subject: &Subject, ctx: &Context<'_>) -> Option<String> {
        let approver = self.subject.text(waiver::APPROVER_NAME)?;
        let is_approver = |name: &str| {
            let name = fold_name(name);
            !name.is_empty() && name == fold_name(approver)
        };
        let owner = subject
            .schema
            .find("owner")
            .and_then(|field| subject.text(field));
        if owner.is_some_and(is_approver) {
            return Some(format!(
                "{approver} approved it, who answers for {}",
                subject.id
            ));
        }
        let signatory = ctx
            .declaration
            .submission()?
            .text(submission::SIGNATORY_NAME)?;
        is_approver(signatory)
            .then(|| format!("{approver} approved it, who signed the submission that gains by it"))
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
            (gate == Gate::Block).then(|| "no waiver covers a rule whose gate is block".into())
        });
        let void = void.or_else(|| self.approved_by_beneficiary(subject, ctx));
        let starts = self.from().filter(|from| ctx.today < *from);
        let held = match void {
            Some(why) => Err((why, starts.and_then(|from| from.yesterday().ok()))),
            None => self.controls_hold(rule, subject, ctx),
        };
        match held {
            Ok(until) => {
                let until = [until, usage.until].into_iter().flatten().min();
                Standing::Covers(usage, until)
            }
            Err((why, until)) => {
                usage.void = Some(why);
                Standing::Void(usage, until)
            }
        }
    }

    /// Until when all its compensating controls hold, or why they do not, and until when not.
    /// Unknown is not holding.
    fn controls_hold(
        &self,
        rule: &RuleInfo,
        subject: &Subject,
        ctx: &Context<'_>,
    ) -> Result<Option<Date>, (String, Option<Date>)> {
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
            return Err(("it names no compensating control".into(), None));
        }
        let mut until = None;
        for (_, control) in controls {
            let judgement = control.run(subject, &ctx);
            if judgement.outcome != Outcome::Pass {
                let (outcome, why) = (judgement.outcome, judgement.why);
                let why = format!("a compensating control does not hold ({outcome}: {why})");
                return Err((why, judgement.until));
            }
            until = [until, judgement.until].into_iter().flatten().min();
        }
        Ok(until)
    }
}

/// Reads the waivers of a declaration. Rules are looked up in the library: one that was not loaded
/// is kept apart, as a waiver may outlive a rule and serve more than one policy; one that is near a
/// loaded rule, and ships nowhere, is a slip and a problem.
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
pub(super) fn entries<'n, 's>(document: &'n Node<'s>, reader: &Reader<'_>) -> &'n [Node<'s>] {
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
    work_out(&mut subject, node);
    refuse_times(all, reader);
    let written = controls_of(node.get("while"));
    let (kinds, not_loaded) = rule_kinds(node, &subject, reader, library);
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
    Some(Waiver {
        subject,
        controls,
        not_loaded,
    })
}

/// A waiver begins and ends with whole days in London; a time beside one would be lost.
fn refuse_times(entries: &[(Key<'_>, Node<'_>)], reader: &Reader<'_>) {
    for (key, node) in entries {
        let is_day = ["approved_on", "expires_on", "from", "review_on", "until"];
        let text = node.text().unwrap_or_default().trim();
        if is_day.contains(&&*key.text) && text.len() > 10 && read_date(text).is_some() {
            let message = format!("`{}` is a whole day, both ends included", key.text);
            let problem = reader.problem(node.span.clone(), message);
            reader.push(problem.label("write the day alone, such as 2027-01-31"));
        }
    }
}

/// What rules about waivers ask that is not written as such: how many compensating controls it
/// names, and that a waiver which only says from when was approved by then.
pub(super) fn work_out(subject: &mut Subject, node: &Node<'_>) {
    if let (None, Some(from)) = (
        subject.value(waiver::APPROVED_ON),
        subject.date(waiver::FROM),
    ) {
        subject.record.set(waiver::APPROVED_ON, Value::Date(from));
    }
    let count = controls_of(node.get("while")).len();
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    subject.record.set(waiver::CONTROLS, Value::Integer(count));
}

/// `while` is one condition or a list of them.
pub(super) fn controls_of<'n, 's>(node: Option<&'n Node<'s>>) -> Vec<&'n Node<'s>> {
    match node {
        None => Vec::new(),
        Some(node) => match &node.data {
            Data::Sequence(items) => items.iter().collect(),
            Data::Null => Vec::new(),
            Data::Mapping(_) | Data::Scalar(_) => vec![node],
        },
    }
}

/// The named rules with the kind of subject each is about, and those that were not loaded.
fn rule_kinds(
    node: &Node<'_>,
    subject: &Subject,
    reader: &Reader<'_>,
    library: &Library,
) -> (Vec<(String, SubjectKind)>, Vec<String>) {
    let (mut kinds, mut not_loaded) = (Vec::new(), Vec::new());
    for id in subject.texts(waiver::RULES).unwrap_or_default() {
        if let Some(rule) = library.rule(id) {
            kinds.push((id.clone(), rule.info.subject));
            continue;
        }
        let ids = library.rules.iter().map(|rule| rule.info.id.as_str());
        if nearest(id, ids.clone()).is_none() || is_embedded(id) {
            not_loaded.push(id.clone());
            continue;
        }
        let span = node.get("rules").unwrap_or(node).span.clone();
        let problem = reader.problem(span, format!("no rule `{id}` to waive"));
        reader.push(problem.suggest(id, ids));
    }
    (kinds, not_loaded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;
    use proptest::prelude::*;

    /// A waiver with these days, counted from 1 November 2026.
    fn waiver(approved: Option<i8>, from: Option<i8>, until: Option<i8>) -> Waiver {
        let mut subject = Subject::new(SubjectKind::Waiver, "W-1", Place::whole("made-up.yaml"));
        let days = [
            (waiver::APPROVED_ON, approved),
            (waiver::FROM, from),
            (waiver::UNTIL, until),
        ];
        for (field, day) in days {
            if let Some(day) = day {
                subject.record.set(field, Value::Date(november(day)));
            }
        }
        subject.record.set_text(waiver::REASON, "a reason");
        subject.record.set_text(waiver::APPROVER_ROLE, "SIRO");
        Waiver {
            subject,
            controls: Vec::new(),
            not_loaded: Vec::new(),
        }
    }

    fn november(day: i8) -> Date {
        Date::constant(2026, 11, day)
    }

    proptest! {
        #[test]
        fn a_waiver_is_in_force_on_exactly_its_days(
            approved in prop::option::of(1..30_i8),
            from in prop::option::of(1..30_i8),
            until in prop::option::of(1..30_i8),
            today in 1..30_i8,
        ) {
            let reference = match (approved, until) {
                (Some(approved), Some(until)) => {
                    approved <= today && from.unwrap_or(approved) <= today && today <= until
                }
                _ => false,
            };
            let waiver = waiver(approved, from, until);
            prop_assert_eq!(waiver.not_in_force(november(today)).is_none(), reference);
        }
    }
}
