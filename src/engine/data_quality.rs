//! Findings about the data itself: records that could not be read, values that make no sense,
//! identifiers used twice, and sources that contradict each other. They come after the rules of the
//! policy.

use crate::model::{
    Finding, Gate, Outcome, Place, Remark, RemarkKind, RuleInfo, Severity, Subject, SubjectKind,
};
use std::sync::Arc;

/// The built-in rules, by their place behind the rules of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DataRule {
    Readable,
    Values,
    Unique,
    Agreed,
}

/// The id of the rule that a record fails by being unreadable.
pub const READABLE: &str = "DATA-001";

pub(super) const DATA_RULES: [DataRule; 4] = [
    DataRule::Readable,
    DataRule::Values,
    DataRule::Unique,
    DataRule::Agreed,
];

/// Whether an id, in any letters, is that of a rule about the records as such.
pub fn is_about_data(id: &str) -> bool {
    let mut rules = DATA_RULES.into_iter();
    rules.any(|rule| rule.info().id.eq_ignore_ascii_case(id))
}

/// What people read about the built-in rules, in the order of reports.
pub fn data_rules() -> [Arc<RuleInfo>; 4] {
    DATA_RULES.map(DataRule::info)
}

impl DataRule {
    pub(super) fn info(self) -> Arc<RuleInfo> {
        let (id, title, severity, gate, why, fix) = match self {
            Self::Readable => (
                READABLE,
                "Every record can be read",
                Severity::Medium,
                Gate::Refer,
                "A record that cannot be read hides a machine from every other rule.",
                "Correct the record, or export it again.",
            ),
            Self::Values => (
                "DATA-002",
                "Every value can be read",
                Severity::Low,
                Gate::Advise,
                "A value that makes no sense counts as not known in every rule that needs it.",
                "Correct the value, or leave it out and say nothing.",
            ),
            Self::Unique => (
                "DATA-003",
                "Every asset is listed once",
                Severity::Medium,
                Gate::Refer,
                "Two records with one identifier may disagree, and counts built on them are wrong.",
                "Merge the records, or give each machine an identifier of its own.",
            ),
            Self::Agreed => (
                "DATA-004",
                "The sources agree about each asset",
                Severity::Medium,
                Gate::Refer,
                "Where two sources contradict each other, or may mean two machines, one of them is \
                 wrong about what is exposed.",
                "Find out which is right, and correct or collect the other again; give both the \
                 same identifier or serial number.",
            ),
        };
        Arc::new(RuleInfo {
            id: id.into(),
            pack: "data-quality".into(),
            pack_version: 1,
            title: title.into(),
            subject: SubjectKind::Asset,
            severity,
            gate,
            why: why.into(),
            fix: fix.into(),
            controls: vec!["dspt/v8:8.1".into(), "caf/4.0:A3.a".into()],
            sources: vec!["CAF 4.0 outcome A3.a: the asset inventory is accurate".into()],
        })
    }

    pub(super) fn finding(
        self,
        info: &Arc<RuleInfo>,
        first_index: usize,
        about: About<'_>,
        outcome: Outcome,
        reason: String,
    ) -> Finding {
        let position = DATA_RULES
            .iter()
            .position(|rule| *rule == self)
            .unwrap_or_default();
        Finding {
            rule: Arc::clone(info),
            rule_index: first_index + position,
            subject_kind: SubjectKind::Asset,
            subject: about.id,
            subject_name: None,
            outcome,
            severity: info.severity,
            gate: info.gate,
            reason,
            fact: None,
            field: about.field.map(str::to_owned),
            place: about.place,
            until: None,
            due: None,
            waiver: None,
        }
    }
}

/// What a finding about data points at.
pub(super) struct About<'a> {
    pub(super) id: String,
    pub(super) place: Place,
    pub(super) field: Option<&'a str>,
}

/// What the sources of an asset do not agree about.
pub(super) fn remarks(subject: &Subject) -> &[Remark] {
    subject
        .origins
        .as_ref()
        .map_or(&[], |origins| origins.remarks.as_slice())
}

/// What a remark comes to.
pub(super) fn outcome(remark: &Remark) -> Outcome {
    match remark.kind {
        RemarkKind::Conflict => Outcome::Conflict,
        RemarkKind::NotJoined | RemarkKind::Unreadable => Outcome::Unknown,
    }
}

/// The unreadable values of a record, also inside its lists, as sentences; without those that are
/// told as a conflict.
pub(super) fn unreadable(subject: &Subject) -> Vec<(&'static str, String)> {
    let is_told = |name: &str| {
        let mut told = remarks(subject).iter().filter_map(|remark| remark.field);
        told.any(|field| subject.schema.field(field).name == name)
    };
    let values = subject.unreadable().into_iter();
    values
        .filter(|(field, _)| !is_told(field.name))
        .map(|(field, text)| {
            let shown: String = text.chars().take(80).collect();
            (
                field.name,
                format!(
                    "`{}` says “{shown}”, which is not {}",
                    field.name,
                    field.ty.expected()
                ),
            )
        })
        .collect()
}
