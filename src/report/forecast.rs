//! A forecast as one JSON document. Within a version keys are added, never renamed or removed.
//!
//! | key | what it holds |
//! | --- | --- |
//! | `format`, `version` | `"passmuster/forecast"` and 1 |
//! | `run` | as in a report |
//! | `until` | the last day that was looked at |
//! | `whole_to` | the last day told whole, where there were too many changes to keep; left out otherwise |
//! | `decision` | on the day asked about |
//! | `decisions[].from`, `.decision` | the days from which the decision is another, and what it is |
//! | `days[].date` | a day on which something changes |
//! | `….decision`, `….decision_changes` | the decision from that day on, and whether it was another before |
//! | `….changes[].rule` | id of the rule |
//! | `….subject` | the kind of thing it looks at |
//! | `….count`, `….subjects` | how many change, and the ids of the first few |
//! | `….from`, `….to` | before and from that day on: `outcome`, `severity`, `gate` and what that alone `leads_to` |
//! | `notes` | sentences that deserve attention |

use super::json::Guarded;
use super::record::JsonRun;
use crate::model::{Day, Decision, Gate, Mark, Outcome, Run, Severity, SubjectKind, Summary};
use jiff::civil::Date;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct JsonForecast<'r> {
    format: &'static str,
    version: u8,
    run: JsonRun<'r>,
    until: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    whole_to: Option<Date>,
    decision: Option<Decision>,
    decisions: Vec<JsonDecision>,
    days: Vec<JsonDay<'r>>,
    notes: &'r [String],
}

#[derive(Serialize)]
struct JsonDecision {
    from: Date,
    decision: Option<Decision>,
}

#[derive(Serialize)]
struct JsonDay<'r> {
    date: Date,
    decision: Option<Decision>,
    decision_changes: bool,
    changes: Vec<JsonChange<'r>>,
}

#[derive(Serialize)]
struct JsonChange<'r> {
    rule: &'r str,
    subject: SubjectKind,
    count: u64,
    subjects: &'r [String],
    from: JsonMark,
    to: JsonMark,
}

#[derive(Serialize)]
struct JsonMark {
    outcome: Outcome,
    severity: Severity,
    gate: Gate,
    leads_to: Decision,
}

/// Writes a forecast that looked as far as `until`.
pub fn forecast_as_json(
    mut out: Box<dyn Write + '_>,
    _: &super::Options,
    run: &Run,
    summary: &Summary,
    until: Date,
) -> io::Result<()> {
    let changes = summary.days().filter(Day::changes_the_decision);
    let document = JsonForecast {
        format: "passmuster/forecast",
        version: 1,
        run: JsonRun::new(run),
        until,
        whole_to: summary.timeline.whole_to(),
        decision: summary.decision(),
        decisions: changes
            .map(|day| JsonDecision {
                from: day.date,
                decision: day.decision,
            })
            .collect(),
        days: summary.days().map(|day| JsonDay::new(run, day)).collect(),
        notes: &run.notes,
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Guarded);
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")?;
    out.flush()
}

impl<'r> JsonDay<'r> {
    fn new(run: &'r Run, day: Day<'r>) -> Self {
        let changes = day.turns.iter().filter_map(|(turn, turned)| {
            let rule = run.rules.get(turn.rule)?;
            Some(JsonChange {
                rule: &rule.id,
                subject: rule.subject,
                count: turned.count,
                subjects: &turned.names,
                from: turn.from.into(),
                to: turn.to.into(),
            })
        });
        Self {
            date: day.date,
            decision: day.decision,
            decision_changes: day.changes_the_decision(),
            changes: changes.collect(),
        }
    }
}

impl From<Mark> for JsonMark {
    fn from(mark: Mark) -> Self {
        Self {
            outcome: mark.outcome,
            severity: mark.severity,
            gate: mark.gate,
            leads_to: mark.leads_to(),
        }
    }
}
