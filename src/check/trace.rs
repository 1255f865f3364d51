//! A condition taken apart as it is written, to say what became of each of its parts.
//!
//! Each part is asked by itself, by the same code that judges: what a trace says of a part is what
//! the part would come to alone.

use super::arguments::Reading;
use super::{Context, Judgement, KINDS, Tree};
use crate::model::{FieldId, Place, Record, Subject, SubjectKind, Trace, TraceKind, Value};
use crate::predicate::{FieldTest, Params, find_field, parse_field};
use crate::yaml::{Data, Key, Node, Scalar};

/// Entries of a declared list that are shown.
const ENTRIES: usize = 5;

/// A part of a condition, ready to be asked.
#[derive(Debug)]
pub struct Outline {
    kind: TraceKind,
    label: String,
    written_at: Place,
    tree: Tree,
    wanted: Wanted,
    parts: Vec<Self>,
}

#[derive(Debug)]
enum Wanted {
    /// The arguments of a check, as written, and its condition on what it looks into.
    Arguments(String, Option<Box<Outline>>),
    Nothing,
    Test(FieldTest),
}

impl Outline {
    /// Takes apart what [`Tree::parse`] reads. `None` where that would tell of problems.
    pub fn parse(node: &Node<'_>, subject: SubjectKind, reading: Reading<'_>) -> Option<Self> {
        let entries = node.mapping()?;
        if let [(key, value)] = entries {
            return Self::entry(key, value, subject, reading);
        }
        let parts = entries
            .iter()
            .map(|(key, value)| Self::entry(key, value, subject, reading));
        Some(Self {
            kind: TraceKind::All,
            label: "all of these".into(),
            written_at: reading.reader.source().place(node.span.start),
            tree: Tree::parse(node, subject, reading)?,
            wanted: Wanted::Nothing,
            parts: parts.collect::<Option<_>>()?,
        })
    }

    fn entry(
        key: &Key<'_>,
        value: &Node<'_>,
        subject: SubjectKind,
        reading: Reading<'_>,
    ) -> Option<Self> {
        let alone = Node {
            span: key.span.start..value.span.end.max(key.span.end),
            data: Data::Mapping(vec![(key.clone(), value.clone())]),
        };
        let list = |items: &[Node<'_>]| {
            let parts = items.iter();
            parts
                .map(|item| Self::parse(item, subject, reading))
                .collect::<Option<Vec<_>>>()
        };
        let label = format!("{}: {}", key.text, inline(value, reading.params));
        let (kind, label, wanted, parts) = match &*key.text {
            "all" => (
                TraceKind::All,
                "all of these".into(),
                Wanted::Nothing,
                list(value.sequence()?)?,
            ),
            "any" => (
                TraceKind::Any,
                "any of these".into(),
                Wanted::Nothing,
                list(value.sequence()?)?,
            ),
            "not" => {
                let part = Self::parse(value, subject, reading)?;
                (TraceKind::Not, "not".into(), Wanted::Nothing, vec![part])
            }
            name if KINDS.iter().any(|kind| kind.name == name) => {
                let has = value.get("has").filter(|_| looks_into(name).is_some());
                let arguments = match has {
                    Some(_) => inline(&without_has(value), reading.params),
                    None => inline(value, reading.params),
                };
                let label = format!("{name}: {arguments}");
                let into = looks_into(name).unwrap_or(subject);
                let has = match has {
                    Some(has) => Some(Box::new(Self::parse(has, into, reading)?)),
                    None => None,
                };
                let arguments = Wanted::Arguments(arguments, has);
                (TraceKind::Check, label, arguments, Vec::new())
            }
            _ => Self::field(key, value, subject, reading, label)?,
        };
        Some(Self {
            kind,
            label,
            written_at: reading.reader.source().place(key.span.start),
            tree: Tree::parse(&alone, subject, reading)?,
            wanted,
            parts,
        })
    }

    /// Several tests on one field are a fold of their own.
    fn field(
        key: &Key<'_>,
        value: &Node<'_>,
        subject: SubjectKind,
        reading: Reading<'_>,
        label: String,
    ) -> Option<(TraceKind, String, Wanted, Vec<Self>)> {
        let schema = subject.schema();
        let Reading { params, reader, .. } = reading;
        let field = find_field(schema, key, reader)?;
        let entries = value.mapping().unwrap_or_default();
        let is_test = |(key, _): &&(Key<'_>, Node<'_>)| key.text != "of";
        if entries.iter().filter(is_test).count() < 2 {
            let test = parse_field(field, value, schema, params, reader)?;
            return Some((TraceKind::Field, label, Wanted::Test(test), Vec::new()));
        }
        let of = entries.iter().find(|(key, _)| key.text == "of");
        let parts = entries.iter().filter(is_test).map(|(operator, operand)| {
            let mut alone = vec![(operator.clone(), operand.clone())];
            alone.extend(of.filter(|_| operator.text == "within").cloned());
            let span = operator.span.start..operand.span.end.max(operator.span.end);
            let test = Node {
                span,
                data: Data::Mapping(alone),
            };
            Self::entry(key, &test, subject, reading)
        });
        let parts = parts.collect::<Option<_>>()?;
        Some((
            TraceKind::All,
            format!("{}: all of these", key.text),
            Wanted::Nothing,
            parts,
        ))
    }

    /// What becomes of each part on a subject. What the whole hangs on is not marked yet.
    pub fn trace(&self, subject: &Subject, ctx: &Context<'_>) -> Trace {
        let judgement = self.tree.run(subject, ctx);
        let parts = self.parts.iter();
        let parts = parts.map(|part| part.trace(subject, ctx)).collect();
        let mut trace = Trace {
            parts,
            ..self.leaf(judgement, subject)
        };
        match &self.wanted {
            Wanted::Arguments(arguments, has) => {
                trace.wanted = Some(arguments.clone()).filter(|written| written != "{}");
                if let Some(has) = has {
                    trace.parts = self.records(has, subject, ctx);
                }
            }
            Wanted::Nothing => {
                trace.seen = None;
                trace.place = None;
                trace.fact = None;
            }
            Wanted::Test(test) => {
                trace.seen = Some(seen(&subject.record, test.field));
                trace.wanted = Some(test.wanted(&subject.record, ctx.today));
            }
        }
        trace
    }

    /// What becomes of the condition on each of the things that a check looks into.
    fn records(&self, has: &Self, subject: &Subject, ctx: &Context<'_>) -> Vec<Trace> {
        let Tree::Leaf(check) = &self.tree else {
            return Vec::new();
        };
        let records = check.looks_into(subject, ctx).into_iter().take(ENTRIES);
        let traced = records.map(|record| {
            let part = has.trace(record, ctx);
            Trace {
                kind: TraceKind::Record,
                label: format!("{} `{}`", record.kind.name(), record.id),
                seen: None,
                wanted: None,
                place: Some(record.place.clone()),
                fact: None,
                parts: vec![part.clone()],
                ..part
            }
        });
        traced.collect()
    }

    fn leaf(&self, judgement: Judgement, subject: &Subject) -> Trace {
        let place = judgement.place.unwrap_or_else(|| {
            let field = judgement.field;
            field.map_or_else(|| subject.place.clone(), |field| subject.place_of(field))
        });
        let field = judgement.field;
        Trace {
            kind: self.kind,
            label: self.label.clone(),
            written_at: self.written_at.clone(),
            outcome: judgement.outcome,
            decides: false,
            why: judgement.why.into_owned(),
            seen: field.map(|field| {
                let name = subject.schema.field(field).name;
                format!("{name}: {}", seen(&subject.record, field))
            }),
            wanted: None,
            place: Some(place),
            fact: judgement.fact,
            until: judgement.until,
            parts: Vec::new(),
        }
    }
}

/// The kind of thing on which a check asks the condition in its argument `has`.
fn looks_into(check: &str) -> Option<SubjectKind> {
    match check {
        "attestation" => Some(SubjectKind::Attestation),
        "certificate" => Some(SubjectKind::Certificate),
        _ => None,
    }
}

/// Arguments in which the condition is only hinted at: it is taken apart below.
fn without_has<'n>(arguments: &Node<'n>) -> Node<'n> {
    let mut arguments = arguments.clone();
    if let Data::Mapping(entries) = &mut arguments.data {
        for (key, value) in entries {
            if let ("has", Data::Mapping(_)) = (&*key.text, &value.data) {
                value.data = Data::Scalar(Scalar {
                    text: "…".into(),
                    quoted: true,
                });
            }
        }
    }
    arguments
}

/// What becomes of a test on a field that stands outside any condition, such as the age of evidence.
pub fn trace_field(
    test: &FieldTest,
    written_at: &Place,
    subject: &Subject,
    ctx: &Context<'_>,
) -> Trace {
    let judgement = Judgement::from(test.ask(&subject.record, ctx.today, true));
    let wanted = test.wanted(&subject.record, ctx.today);
    Trace {
        kind: TraceKind::Field,
        label: format!("{}: {wanted}", subject.schema.field(test.field).name),
        written_at: written_at.clone(),
        outcome: judgement.outcome,
        decides: false,
        why: judgement.why.into_owned(),
        seen: Some(seen(&subject.record, test.field)),
        wanted: Some(wanted),
        place: Some(subject.place_of(test.field)),
        fact: None,
        until: judgement.until,
        parts: Vec::new(),
    }
}

/// A declared value in words; of a list its first entries.
fn seen(record: &Record, field: FieldId) -> String {
    match record.value(field) {
        None => "(not declared)".into(),
        Some(Value::Unreadable(text)) => format!("“{text}” (not readable)"),
        Some(Value::Records(records)) if !records.is_empty() => {
            let shown: Vec<_> = records.iter().take(ENTRIES).map(entry).collect();
            let more = match records.len().saturating_sub(shown.len()) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{}{more}", shown.join(", "))
        }
        Some(value) if record.schema.field(field).derived => {
            format!("{value} (worked out from what is declared)")
        }
        Some(value) => value.to_string(),
    }
}

fn entry(record: &Record) -> String {
    let fields = record.declared();
    let fields: Vec<_> = fields
        .map(|(field, value)| format!("{}: {value}", field.name))
        .collect();
    format!("{{ {} }}", fields.join(", "))
}

/// A value of a policy on one line, parameters replaced by their values.
fn inline(node: &Node<'_>, params: &Params) -> String {
    match &node.data {
        Data::Mapping(entries) if entries.is_empty() => "{}".into(),
        Data::Mapping(entries) => {
            let entries = entries.iter();
            let entries: Vec<_> = entries
                .map(|(key, value)| format!("{}: {}", key.text, inline(value, params)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Data::Null => "{}".into(),
        Data::Scalar(scalar) => {
            let named = scalar.text.strip_prefix('$');
            let value = named.and_then(|name| params.get(name));
            value.unwrap_or(&scalar.text).to_owned()
        }
        Data::Sequence(items) => {
            let items: Vec<_> = items.iter().map(|item| inline(item, params)).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::fields::asset;
    use crate::model::{Declaration, Outcome, Source};
    use crate::yaml::{Limits, Reader, parse};

    /// The trace of a condition on a server that stands open on port 445.
    fn traced(condition: &str) -> Trace {
        let source = Source::new("p.yaml", condition);
        let documents = parse(&source, &Limits::default()).expect("it is YAML");
        let reader = Reader::new(&source);
        let mut params = Params::default();
        params.set("seen", "30 days");
        let reading = Reading {
            catalogue: Catalogue::embedded(),
            params: &params,
            reader: &reader,
        };
        let outline = Outline::parse(&documents[0], SubjectKind::Asset, reading);
        let outline = outline.expect("it is a condition");
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place.clone());
        let declaration = Declaration::new("made-up.yaml", organisation);
        let mut machine = Subject::new(SubjectKind::Asset, "A-1", place);
        machine.record.set_text(asset::CLASS, "server");
        machine.record.set_text(asset::EXPOSURES, "445/internal");
        machine.record.set_text(asset::OBSERVED_AT, "2026-11-01");
        let ctx = Context {
            today: jiff::civil::date(2026, 11, 22),
            catalogue: Catalogue::embedded(),
            declaration: &declaration,
            identity: None,
            detail: true,
        };
        outline.trace(&machine, &ctx).marked(true)
    }

    #[test]
    fn parameters_are_filled_in_and_what_was_read_stands_beside_what_was_wanted() {
        let trace = traced("observed_at: { within: $seen }");
        assert_eq!(trace.label, "observed_at: { within: 30 days }");
        assert_eq!(trace.seen.as_deref(), Some("2026-11-01"));
        let wanted = "within 30 days before 2026-11-22";
        assert_eq!(trace.wanted.as_deref(), Some(wanted));
        assert_eq!(trace.until, Some(jiff::civil::date(2026, 12, 1)));
    }

    #[test]
    fn what_is_behind_a_decision_is_asked_and_only_what_decides_is_marked() {
        let trace = traced("{ class: desktop, owner: { declared: yes }, zone: isolated }");
        let parts = trace.parts.iter();
        let told: Vec<_> = parts.map(|part| (part.outcome, part.decides)).collect();
        let expected = [
            (Outcome::Fail, true),
            (Outcome::Fail, true),
            (Outcome::Unknown, false),
        ];
        assert_eq!(told, expected);
        assert_eq!(trace.outcome, Outcome::Fail);
    }

    #[test]
    fn several_tests_on_a_field_are_asked_one_by_one() {
        let trace = traced("observed_at: { declared: yes, older_than: 60 days }");
        assert_eq!(trace.kind, TraceKind::All);
        let outcomes: Vec<_> = trace.parts.iter().map(|part| part.outcome).collect();
        assert_eq!(outcomes, [Outcome::Pass, Outcome::Fail]);
    }

    #[test]
    fn a_list_shows_its_entries() {
        let trace = traced("not: { exposures: { some: { port: 445 } } }");
        assert_eq!(trace.outcome, Outcome::Fail);
        let part = &trace.parts[0];
        assert!(part.decides);
        let seen = part.seen.as_deref().unwrap_or_default();
        assert!(seen.starts_with("{ port: 445"), "{seen}");
    }
}
