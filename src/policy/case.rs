//! Cases beside rules: what is given, and what the rule has to say to it.

use super::keys;
use crate::import::{RecordReader, work_out};
use crate::model::{Declaration, Outcome, Place, Severity, Subject, SubjectKind};
use crate::yaml::{Data, Fields, Node, Reader};
use jiff::civil::Date;

/// One case of a rule.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    /// The day it is about.
    pub today: Date,
    pub subject: Subject,
    /// What stands around the subject: attestations, certificates, zones.
    pub declaration: Declaration,
    /// The assets around it, for rules about a share of them.
    pub assets: Vec<Subject>,
    pub expect: Outcome,
    /// The severity a failure has to have, where a rule grades its failures.
    pub severity: Option<Severity>,
    /// Why it may fail for now.
    pub todo: Option<String>,
    pub place: Place,
}

impl Case {
    /// Reads a case; problems go to the reader.
    pub(super) fn read(
        node: &Node<'_>,
        kind: SubjectKind,
        cases_at: Option<Date>,
        reader: &Reader<'_>,
    ) -> Option<Self> {
        let mut fields =
            Fields::open(node, reader, "a case")?.documented(|key| keys::CASE.has(key));
        let name = fields.required_text("name");
        let given = fields.required("given");
        let today = fields.date("at").or(cases_at);
        let outcomes = Outcome::ALL.map(|outcome| (outcome.name(), outcome));
        let expect = fields.required_one_of("expect", &outcomes);
        let severities = Severity::ALL.map(|severity| (severity.name(), severity));
        let severity = fields.one_of("severity", &severities);
        let todo = fields.text("todo").map(str::to_owned);
        fields.finish();
        let Some(today) = today else {
            let problem = reader.problem(node.span.clone(), "the case says no day");
            reader
                .push(problem.help("add `cases_at: 2026-11-22` to the pack, or `at:` to the case"));
            return None;
        };
        let (subject, mut declaration) = read_given(given?, kind, today, reader);
        let assets = declaration.lists.remove(&SubjectKind::Asset);
        declaration.has_assets = assets.is_some();
        Some(Self {
            name: name?.to_owned(),
            today,
            subject,
            declaration,
            assets: assets.unwrap_or_default(),
            expect: expect?,
            severity,
            todo,
            place: reader.source().place(node.span.start),
        })
    }
}

/// Splits what is given into the subject's own fields and the lists around it.
fn read_given(
    node: &Node<'_>,
    kind: SubjectKind,
    today: Date,
    reader: &Reader<'_>,
) -> (Subject, Declaration) {
    let mut records = RecordReader::new(reader.source()).relative_to(today);
    let (around, own): (Vec<_>, Vec<_>) = match &node.data {
        Data::Mapping(entries) => entries
            .iter()
            .filter(|(key, _)| kind != SubjectKind::Waiver || key.text != "while")
            .cloned()
            .partition(|(key, _)| list_named(&key.text).is_some()),
        Data::Null => (Vec::new(), Vec::new()),
        Data::Scalar(_) | Data::Sequence(_) => {
            reader.wrong::<()>(node, "given", "a mapping");
            (Vec::new(), Vec::new())
        }
    };
    let own = Node {
        span: node.span.clone(),
        data: Data::Mapping(own),
    };
    let mut subject = records.subject(&own, kind, Some("case"));
    match kind {
        SubjectKind::Certificate => work_out(&mut subject.record),
        SubjectKind::Waiver => super::waiver::work_out(&mut subject, node),
        _ => {}
    }
    let organisation = match kind {
        SubjectKind::Organisation => subject.clone(),
        _ => Subject::new(SubjectKind::Organisation, "case", subject.place.clone()),
    };
    let mut declaration = Declaration::new("case", organisation);
    for (key, list) in &around {
        let Some(list_kind) = list_named(&key.text) else {
            continue;
        };
        let items = match &list.data {
            Data::Sequence(items) => items.as_slice(),
            Data::Mapping(_) => std::slice::from_ref(list),
            Data::Null | Data::Scalar(_) => &[],
        };
        let subjects = items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let id = format!("{}-{}", list_kind.name(), index + 1);
                let mut one = records.subject(item, list_kind, Some(&id));
                if list_kind == SubjectKind::Certificate {
                    work_out(&mut one.record);
                }
                one
            })
            .collect();
        declaration.lists.insert(list_kind, subjects);
    }
    reader.extend(records.into_problems());
    (subject, declaration)
}

/// The kind whose list goes by this key: `attestations`, or `submission`, of which there is one.
fn list_named(key: &str) -> Option<SubjectKind> {
    let mut kinds = SubjectKind::ALL.into_iter();
    kinds.find(|kind| list_name(*kind) == Some(key))
}

/// The key under which a case lists what stands around its subject.
pub fn list_name(kind: SubjectKind) -> Option<&'static str> {
    match kind {
        SubjectKind::Submission => Some(kind.name()),
        SubjectKind::Organisation | SubjectKind::Waiver => None,
        _ => Some(kind.schema().plural),
    }
}
