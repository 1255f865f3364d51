//! A finding as a SARIF result.
//!
//! Missing and contradicting evidence is a failure here, with its outcome in the properties: the
//! kinds `open` and `review` would fit better, but viewers drop them, and silence would look safe.

use super::rule::level;
use super::text;
use crate::model::{Finding, Outcome, Place, WaiverUse, consequence};
use crate::report::uri;
use serde_json::{Map, Value, json};

pub(super) fn result(finding: &Finding) -> Value {
    let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
    let subject = text(&finding.subject);
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": finding.rule_index,
        "level": level(leads_to),
        "message": { "text": message(finding) },
        "locations": [{
            "physicalLocation": place(&finding.place),
            "logicalLocations": [{
                "fullyQualifiedName": format!("{}/{subject}", finding.subject_kind.name()),
                "kind": finding.subject_kind.name(),
                "name": subject,
            }],
        }],
        "properties": properties(finding),
    });
    let kind = match finding.outcome {
        Outcome::Conflict | Outcome::Fail | Outcome::Unknown | Outcome::Waived => None,
        Outcome::NotApplicable => Some("notApplicable"),
        Outcome::Pass => Some("pass"),
    };
    if let Some(kind) = kind {
        result["kind"] = kind.into();
        result["level"] = "none".into();
    }
    if let Some(waiver) = &finding.waiver {
        result["suppressions"] = json!([suppression(waiver)]);
    }
    result
}

/// `pc-17: SMBv1 is on`, `unknown: pc-18: no list of updates was declared`.
fn message(finding: &Finding) -> String {
    let name = finding.subject_name.as_ref().unwrap_or(&finding.subject);
    let said = format!("{}: {}", text(name), finding.reason);
    text(&match finding.outcome {
        Outcome::Fail => said,
        other => format!("{other}: {said}"),
    })
}

/// A whole file is its first line: viewers ask for a line.
fn place(place: &Place) -> Value {
    let line = place.line.max(1);
    let mut region = json!({ "startLine": line, "endLine": line });
    if place.column > 0 {
        region["startColumn"] = place.column.into();
    }
    json!({
        "artifactLocation": { "uri": uri::of_file(&place.file) },
        "region": region,
    })
}

fn suppression(waiver: &WaiverUse) -> Value {
    let until = waiver.until.map(|day| format!(" until {day}"));
    let mut said = format!(
        "waiver {}{}, approved by {}",
        text(&waiver.id),
        until.unwrap_or_default(),
        text(&waiver.approver)
    );
    if let Some(void) = &waiver.void {
        said = format!("{said}, does not cover this: {}", text(void));
    }
    let status = if waiver.void.is_some() {
        "rejected"
    } else {
        "accepted"
    };
    json!({ "kind": "external", "status": status, "justification": text(&said) })
}

fn properties(finding: &Finding) -> Map<String, Value> {
    let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
    let all = [
        ("outcome", Some(json!(finding.outcome))),
        ("severity", Some(json!(finding.severity))),
        ("gate", Some(json!(finding.gate))),
        ("leadsTo", Some(json!(leads_to))),
        (
            "fact",
            finding.fact.as_deref().map(|fact| json!(text(fact))),
        ),
        (
            "field",
            finding.field.as_deref().map(|field| json!(text(field))),
        ),
        ("until", finding.until.map(|day| json!(day))),
        ("due", finding.due.map(|day| json!(day))),
    ];
    let known = all.into_iter();
    known
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}
