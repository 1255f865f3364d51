//! The JSON of `passmuster explain`. Within a version keys are added, never renamed or removed.
//!
//! Dates are `YYYY-MM-DD`; every end date is the last day that still counts. A key whose value is
//! not known is left out.
//!
//! | key | what it holds |
//! | --- | --- |
//! | `format`, `version` | `"passmuster/explain"` and 1 |
//! | `declared`, `profile`, `as_of`, `catalogue_date` | what was judged, by what, on which day |
//! | `rule.id`, `.pack`, `.title`, `.subject`, `.why`, `.fix` | the rule |
//! | `parameters[].name`, `.value`, `.set_by`, `.place` | the parameters it names, and who set them |
//! | `records` | how many records have the identifier; the first five are explained |
//! | `explanations[]` | one for each of them |
//! | `….subject.kind`, `.id`, `.name` | the thing the rule looked at |
//! | `….outcome`, `.severity`, `.gate`, `.leads_to`, `.reason`, `.fact`, `.field`, `.place`, `.until`, `.due`, `.waiver` | as in the report of `check` |
//! | `….sections[].part` | `where`, `evidence` or `grade` |
//! | `….sections[].number`, `.severity`, `.gate`, `.leads_to` | of a grade: its place from 1, and what its failure weighs |
//! | `….sections[].decides` | whether the outcome is this section's |
//! | `….sections[].trace` | its condition |
//! | `….waivers[].id`, `.until`, `.approver`, `.void`, `.place` | waivers that name rule and subject; `void` says why one does not cover |
//! | `….waivers[].holds_until`, `.controls[]` | to which day that holds, and the traces of its compensating controls |
//!
//! A trace has `kind` (`all`, `any`, `not`, `check`, `field`, or `record` for
//! another declared thing that a check looks into), `label` (as written, parameters
//! filled in), `written_at`, `outcome`, `decides`, `why`, `seen`, `wanted`, `place` (where the value
//! was read, or the record that lacks it), `fact`, `until`, and `parts`, traces again.

use super::json::Guarded;
use super::record::JsonPlace;
use crate::model::{
    Considered, Decision, Explained, Explanation, Gate, Outcome, Part, Section, Setting, Severity,
    SubjectKind, Trace, WaiverUse, consequence,
};
use jiff::civil::Date;
use serde::Serialize;
use std::io::{self, Write};

/// Writes one explanation as a JSON document that ends in a line break.
pub fn explain_json(explained: &Explained, out: &mut dyn Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Guarded);
    JsonExplained::new(explained).serialize(&mut serializer)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct JsonExplained<'e> {
    format: &'static str,
    version: u32,
    declared: &'e str,
    profile: &'e str,
    as_of: Date,
    catalogue_date: Date,
    rule: JsonRule<'e>,
    parameters: Vec<JsonSetting<'e>>,
    records: u64,
    explanations: Vec<JsonExplanation<'e>>,
}

#[derive(Serialize)]
struct JsonRule<'e> {
    id: &'e str,
    pack: &'e str,
    title: &'e str,
    subject: SubjectKind,
    why: &'e str,
    fix: &'e str,
}

#[derive(Serialize)]
struct JsonSetting<'e> {
    name: &'e str,
    value: &'e str,
    set_by: &'e str,
    place: JsonPlace<'e>,
}

#[derive(Serialize)]
struct JsonExplanation<'e> {
    subject: JsonSubject<'e>,
    outcome: Outcome,
    severity: Severity,
    gate: Gate,
    leads_to: Decision,
    reason: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'e str>,
    place: JsonPlace<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<&'e str>,
    sections: Vec<JsonSection<'e>>,
    waivers: Vec<JsonWaiver<'e>>,
}

#[derive(Serialize)]
struct JsonSubject<'e> {
    kind: SubjectKind,
    id: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'e str>,
}

#[derive(Serialize)]
struct JsonSection<'e> {
    part: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gate: Option<Gate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leads_to: Option<Decision>,
    decides: bool,
    trace: JsonTrace<'e>,
}

#[derive(Serialize)]
struct JsonTrace<'e> {
    kind: &'static str,
    label: &'e str,
    written_at: JsonPlace<'e>,
    outcome: Outcome,
    decides: bool,
    why: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<JsonPlace<'e>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Self>,
}

#[derive(Serialize)]
struct JsonWaiver<'e> {
    id: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    approver: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    void: Option<&'e str>,
    place: JsonPlace<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holds_until: Option<Date>,
    controls: Vec<JsonTrace<'e>>,
}

impl<'e> JsonExplained<'e> {
    fn new(explained: &'e Explained) -> Self {
        let rule = &explained.rule;
        Self {
            format: "passmuster/explain",
            version: 1,
            declared: &explained.declared,
            profile: &explained.profile,
            as_of: explained.as_of,
            catalogue_date: explained.catalogue_date,
            rule: JsonRule {
                id: &rule.id,
                pack: &rule.pack,
                title: &rule.title,
                subject: rule.subject,
                why: &rule.why,
                fix: &rule.fix,
            },
            parameters: explained.parameters.iter().map(JsonSetting::new).collect(),
            records: explained.records,
            explanations: explained
                .explanations
                .iter()
                .map(JsonExplanation::new)
                .collect(),
        }
    }
}

impl<'e> JsonSetting<'e> {
    fn new(setting: &'e Setting) -> Self {
        Self {
            name: &setting.name,
            value: &setting.value,
            set_by: &setting.set_by,
            place: JsonPlace::new(&setting.place),
        }
    }
}

impl<'e> JsonExplanation<'e> {
    fn new(explanation: &'e Explanation) -> Self {
        let finding = &explanation.finding;
        Self {
            subject: JsonSubject {
                kind: finding.subject_kind,
                id: &finding.subject,
                name: finding.subject_name.as_deref(),
            },
            outcome: finding.outcome,
            severity: finding.severity,
            gate: finding.gate,
            leads_to: consequence(finding.outcome, finding.gate, finding.severity),
            reason: &finding.reason,
            fact: finding.fact.as_deref(),
            field: finding.field.as_deref(),
            place: JsonPlace::new(&finding.place),
            until: finding.until,
            due: finding.due,
            waiver: finding.waiver.as_ref().map(|waiver| waiver.id.as_str()),
            sections: explanation.sections.iter().map(JsonSection::new).collect(),
            waivers: explanation.waivers.iter().map(JsonWaiver::new).collect(),
        }
    }
}

impl<'e> JsonSection<'e> {
    fn new(section: &'e Section) -> Self {
        let (part, grade) = match section.part {
            Part::Evidence => ("evidence", None),
            Part::Grade {
                number,
                severity,
                gate,
            } => ("grade", Some((number, severity, gate))),
            Part::Where => ("where", None),
        };
        Self {
            part,
            number: grade.map(|grade| grade.0),
            severity: grade.map(|grade| grade.1),
            gate: grade.map(|grade| grade.2),
            leads_to: grade
                .map(|(_, severity, gate)| consequence(section.trace.outcome, gate, severity)),
            decides: section.decides,
            trace: JsonTrace::new(&section.trace),
        }
    }
}

impl<'e> JsonTrace<'e> {
    fn new(trace: &'e Trace) -> Self {
        Self {
            kind: trace.kind.name(),
            label: &trace.label,
            written_at: JsonPlace::new(&trace.written_at),
            outcome: trace.outcome,
            decides: trace.decides,
            why: &trace.why,
            seen: trace.seen.as_deref(),
            wanted: trace.wanted.as_deref(),
            place: trace.place.as_ref().map(JsonPlace::new),
            fact: trace.fact.as_deref(),
            until: trace.until,
            parts: trace.parts.iter().map(Self::new).collect(),
        }
    }
}

impl<'e> JsonWaiver<'e> {
    fn new(considered: &'e Considered) -> Self {
        let WaiverUse {
            id,
            until,
            approver,
            void,
        } = &considered.usage;
        Self {
            id,
            until: *until,
            approver,
            void: void.as_deref(),
            place: JsonPlace::new(&considered.place),
            holds_until: considered.until,
            controls: considered.controls.iter().map(JsonTrace::new).collect(),
        }
    }
}
