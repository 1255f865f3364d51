//! What the JSON formats write of a run, its findings, rules and summary. Within a version keys are
//! added, never renamed or removed: `passmuster schema report` describes them.

use super::verdict::{Causes, Horizon, Outlook, untie};
use crate::model::{
    Counts, DataQuality, Decision, Finding, Gate, Outcome, Place, RuleInfo, RuleSummary, Run,
    Severity, SubjectKind, Summary, WaiverUse, consequence,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct JsonRun<'r> {
    declared: &'r str,
    organisation: &'r str,
    organisation_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    applies_for: Option<&'r str>,
    as_of: Date,
    profile: JsonProfile<'r>,
    policy_sha256: &'r str,
    catalogue: JsonCatalogue<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed: Option<JsonObserved>,
}

#[derive(Serialize)]
struct JsonObserved {
    at: Timestamp,
    endpoints: usize,
    seen: usize,
}

#[derive(Serialize)]
struct JsonProfile<'r> {
    id: &'r str,
    title: &'r str,
}

#[derive(Serialize)]
struct JsonCatalogue<'r> {
    date: Date,
    age_days: i32,
    sha256: &'r str,
}

impl<'r> JsonRun<'r> {
    pub(super) fn new(run: &'r Run) -> Self {
        Self {
            declared: &run.declared,
            organisation: &run.organisation,
            organisation_id: &run.organisation_id,
            applies_for: run.applies_for.as_deref(),
            as_of: run.as_of,
            profile: JsonProfile {
                id: &run.profile.0,
                title: &run.profile.1,
            },
            policy_sha256: &run.policy_sha256,
            catalogue: JsonCatalogue {
                date: run.catalogue_date,
                age_days: (run.as_of - run.catalogue_date).get_days(),
                sha256: &run.catalogue_sha256,
            },
            observed: run.observed.as_ref().map(|observed| JsonObserved {
                at: observed.at,
                endpoints: observed.endpoints,
                seen: observed.seen,
            }),
        }
    }
}

#[derive(Serialize)]
pub(super) struct JsonFinding<'f> {
    rule: &'f str,
    fingerprint: &'f str,
    subject: JsonSubject<'f>,
    outcome: Outcome,
    severity: Severity,
    gate: Gate,
    leads_to: Decision,
    reason: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'f str>,
    place: JsonPlace<'f>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<JsonWaiver<'f>>,
}

#[derive(Serialize)]
struct JsonSubject<'f> {
    kind: SubjectKind,
    id: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'f str>,
}

#[derive(Serialize)]
pub(super) struct JsonPlace<'f> {
    file: &'f str,
    #[serde(skip_serializing_if = "is_zero")]
    line: u32,
    #[serde(skip_serializing_if = "is_zero")]
    column: u32,
}

#[derive(Serialize)]
struct JsonWaiver<'f> {
    id: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    approver: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    void: Option<&'f str>,
}

impl<'f> JsonFinding<'f> {
    pub(super) fn new(finding: &'f Finding, fingerprint: &'f str) -> Self {
        Self {
            rule: &finding.rule.id,
            fingerprint,
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
            waiver: finding.waiver.as_ref().map(JsonWaiver::new),
        }
    }
}

impl<'f> JsonPlace<'f> {
    pub(super) fn new(place: &'f Place) -> Self {
        Self {
            file: &place.file,
            line: place.line,
            column: place.column,
        }
    }
}

impl<'f> JsonWaiver<'f> {
    fn new(waiver: &'f WaiverUse) -> Self {
        Self {
            id: &waiver.id,
            until: waiver.until,
            approver: &waiver.approver,
            void: waiver.void.as_deref(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct JsonRule<'r> {
    id: &'r str,
    pack: &'r str,
    pack_version: u32,
    title: &'r str,
    subject: SubjectKind,
    severity: Severity,
    gate: Gate,
    why: &'r str,
    fix: &'r str,
    controls: &'r [String],
    sources: &'r [String],
    counts: JsonCounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    worst_fail: Option<JsonWorst>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until_count: Option<u64>,
}

#[derive(Serialize)]
struct JsonWorst {
    gate: Gate,
    severity: Severity,
}

impl<'r> JsonRule<'r> {
    pub(super) fn new(rule: &'r RuleInfo, counted: &RuleSummary) -> Self {
        Self {
            id: &rule.id,
            pack: &rule.pack,
            pack_version: rule.pack_version,
            title: &rule.title,
            subject: rule.subject,
            severity: rule.severity,
            gate: rule.gate,
            why: &rule.why,
            fix: &rule.fix,
            controls: &rule.controls,
            sources: &rule.sources,
            counts: counted.counts.into(),
            worst_fail: counted
                .worst_fail
                .map(|(gate, severity)| JsonWorst { gate, severity }),
            until: counted.until.map(|(day, _)| day),
            until_count: counted.until.map(|(_, count)| count),
        }
    }
}

#[derive(Serialize)]
struct JsonCounts {
    conflict: u64,
    fail: u64,
    not_applicable: u64,
    pass: u64,
    unknown: u64,
    waived: u64,
    applicable: u64,
}

impl From<Counts> for JsonCounts {
    fn from(counts: Counts) -> Self {
        Self {
            conflict: counts.conflict,
            fail: counts.fail,
            not_applicable: counts.not_applicable,
            pass: counts.pass,
            unknown: counts.unknown,
            waived: counts.waived,
            applicable: counts.applicable(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct JsonSummary<'r> {
    decision: Option<Decision>,
    verdict: String,
    subjects: u64,
    assets: u64,
    data: JsonData,
    counts: JsonCounts,
    #[serde(skip_serializing_if = "Option::is_none")]
    horizon: Option<JsonHorizon<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outlook: Option<JsonOutlook<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    earliest_condition: Option<Date>,
}

impl<'r> JsonSummary<'r> {
    pub(super) fn new(run: &'r Run, summary: &Summary, causes: &Causes) -> Self {
        let (headline, reason) = causes.verdict(run, summary);
        Self {
            decision: summary.decision(),
            verdict: untie(&format!("{headline}: {reason}")),
            subjects: summary.subjects,
            assets: summary.assets,
            data: JsonData::new(&summary.data),
            counts: summary.totals().into(),
            horizon: Horizon::of(run, summary).map(|horizon| JsonHorizon::new(run, &horizon)),
            outlook: JsonOutlook::new(run, summary),
            earliest_condition: summary.earliest_condition,
        }
    }
}

#[derive(Serialize)]
struct JsonData {
    assets: u64,
    records: u64,
    unread: u64,
    unreadable: Vec<JsonUnreadable>,
    conflicts: u64,
    not_joined: u64,
    sources: Vec<JsonSources>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest: Option<Date>,
    undated: u64,
    silent: Vec<&'static str>,
}

#[derive(Serialize)]
struct JsonUnreadable {
    field: &'static str,
    assets: u64,
}

#[derive(Serialize)]
struct JsonSources {
    rows: u64,
    assets: u64,
}

impl JsonData {
    fn new(data: &DataQuality) -> Self {
        let unreadable = data.unreadable().map(|(field, assets)| JsonUnreadable {
            field: field.name,
            assets,
        });
        let sources = data.by_sources.iter().map(|(rows, assets)| JsonSources {
            rows: *rows,
            assets: *assets,
        });
        Self {
            assets: data.assets,
            records: data.records,
            unread: data.unread,
            unreadable: unreadable.collect(),
            conflicts: data.conflicts,
            not_joined: data.not_joined,
            sources: sources.collect(),
            oldest: data.oldest,
            undated: data.undated,
            silent: data.silent().map(|(_, field)| field.name).collect(),
        }
    }
}

#[derive(Serialize)]
struct JsonHorizon<'r> {
    last_day: Date,
    changes_on: Date,
    rules: Vec<JsonEnding<'r>>,
}

#[derive(Serialize)]
struct JsonOutlook<'r> {
    until: Date,
    is_known: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
    rules: Vec<JsonEnding<'r>>,
}

impl<'r> JsonOutlook<'r> {
    fn new(run: &'r Run, summary: &Summary) -> Option<Self> {
        let outlook = Outlook::of(run, summary)?;
        let turned = outlook.turned.as_ref();
        let rules = turned.map_or(&[][..], |turned| &turned.rules);
        Some(Self {
            until: outlook.until,
            is_known: outlook.is_known,
            changes_on: turned.map(|turned| turned.date),
            decision: turned.and_then(|turned| turned.decision),
            rules: endings(run, rules),
        })
    }
}

fn endings<'r>(run: &'r Run, rules: &[(usize, u64)]) -> Vec<JsonEnding<'r>> {
    let rules = rules.iter().filter_map(|&(index, count)| {
        let rule = &run.rules.get(index)?.id;
        Some(JsonEnding { rule, count })
    });
    rules.collect()
}

#[derive(Serialize)]
struct JsonEnding<'r> {
    rule: &'r str,
    count: u64,
}

impl<'r> JsonHorizon<'r> {
    fn new(run: &'r Run, horizon: &Horizon) -> Self {
        Self {
            last_day: horizon.last_day,
            changes_on: horizon.changes_on,
            rules: endings(run, &horizon.rules),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}
