//! The schema of what the formats `json` and `ndjson` write. Keys may be added within a version, so
//! a schema takes keys it does not know; a test holds it to every key that is written today.

use crate::model::{Decision, Gate, Outcome, Severity, SubjectKind};
use serde_json::{Map, Value, json};

/// The whole document of `json`.
pub(super) fn document() -> Value {
    object(&[
        ("format", constant("passmuster/report")),
        ("version", constant(1)),
        ("run", run()),
        ("findings", list(finding(None))),
        ("rules", list(rule(None))),
        ("notes", notes()),
        ("summary", summary()),
    ])
}

/// One line of `ndjson`.
pub(super) fn record() -> Value {
    let first = object(&[
        ("record", constant("run")),
        ("format", constant("passmuster/records")),
        ("version", constant(1)),
        ("run", run()),
    ]);
    let last = object(&[
        ("record", constant("summary")),
        ("notes", notes()),
        ("summary", summary()),
    ]);
    json!({ "oneOf": [first, finding(Some("finding")), rule(Some("rule")), last] })
}

fn run() -> Value {
    let profile = object(&[
        ("id", text("The profile's name, as --profile takes it.")),
        ("title", text("What people call it.")),
    ]);
    let catalogue = object(&[
        ("date", day("Day of the newest fact.")),
        (
            "age_days",
            json!({ "type": "integer", "description": "Days from then to `as_of`; negative where it is newer." }),
        ),
        ("sha256", sha256("Over the catalogue.")),
    ]);
    let observed = object(&[
        (
            "at",
            json!({ "type": "string", "format": "date-time", "description": "When endpoints were looked at." }),
        ),
        ("endpoints", count("Endpoints that were declared.")),
        ("seen", count("Those of which anything was seen.")),
    ]);
    object(&[
        ("declared", text("What was checked, as the user named it.")),
        ("organisation", text("Whose it is.")),
        (
            "organisation_id",
            text("Its code, or its name: part of every fingerprint."),
        ),
        ("applies_for?", text("Framework and lots applied for.")),
        ("as_of", day("The day the answers are about.")),
        ("profile", profile),
        ("policy_sha256", sha256("Over every policy file used.")),
        ("catalogue", catalogue),
        ("observed?", observed),
    ])
}

fn finding(record: Option<&str>) -> Value {
    let subject = object(&[
        ("kind", kind()),
        ("id", text("Unique within its kind.")),
        ("name?", text("What people know it by, where that differs.")),
    ]);
    let place = object(&[
        ("file", text("As the user named it.")),
        ("line?", position("Counted from 1.")),
        ("column?", position("Counted from 1.")),
    ]);
    let waiver = object(&[
        ("id", text("As declared.")),
        ("until?", day("Last day in force.")),
        ("approver", text("Who accepted the risk.")),
        (
            "void?",
            text("Why it does not cover the failure; left out while it does."),
        ),
    ]);
    object_of(
        record,
        &[
            ("rule", text("Id of the rule; see `rules`.")),
            (
                "fingerprint",
                sha256(
                    "Names the finding over all runs; several of one rule on one subject share it.",
                ),
            ),
            ("subject", subject),
            (
                "outcome",
                names(
                    Outcome::ALL.map(Outcome::name),
                    "What the rule came to. Missing evidence is never a pass.",
                ),
            ),
            ("severity", severity()),
            ("gate", gate()),
            (
                "leads_to",
                decision("The decision this finding alone would lead to."),
            ),
            (
                "reason",
                text("One sentence: what was seen, and why that decides."),
            ),
            (
                "fact?",
                text("The fact of the catalogue that decided, and its source."),
            ),
            ("field?", text("The declared field that decided.")),
            ("place", place),
            (
                "until?",
                day("Last day on which the outcome holds with nothing else changed."),
            ),
            ("due?", day("Day by which a condition has to be met.")),
            ("waiver?", waiver),
        ],
    )
}

fn rule(record: Option<&str>) -> Value {
    let worst = object(&[("gate", gate()), ("severity", severity())]);
    object_of(
        record,
        &[
            ("id", text("Names the rule in findings and waivers.")),
            ("pack", text("The pack it stands in.")),
            ("pack_version", position("Meaning version of that pack.")),
            ("title", text("What holds where it passes.")),
            ("subject", kind()),
            ("severity", severity()),
            ("gate", gate()),
            ("why", text("Why it is asked.")),
            ("fix", text("What to do where it fails.")),
            (
                "controls",
                list(text("Id with scheme and edition: dspt/v8:8.3.")),
            ),
            ("sources", list(text("Where it comes from."))),
            ("counts", counts()),
            ("worst_fail?", worst),
            ("until?", day("The earliest last day of its outcomes.")),
            ("until_count?", count("How many end with it.")),
        ],
    )
}

fn summary() -> Value {
    let ending = || {
        list(object(&[
            ("rule", text("Id of the rule.")),
            ("count", count("How many of its outcomes.")),
        ]))
    };
    let horizon = object(&[
        ("last_day", day("Last day on which everything still holds.")),
        ("changes_on", day("The day after.")),
        ("rules", ending()),
    ]);
    let outlook = object(&[
        ("until", day("The last day that was looked at.")),
        (
            "is_known",
            json!({ "type": "boolean", "description": "False where it was too much to look for." }),
        ),
        (
            "changes_on?",
            day("The first day on which the decision changes."),
        ),
        ("decision?", decision("What it becomes.")),
        ("rules", ending()),
    ]);
    let unreadable = object(&[
        ("field", text("The field's name.")),
        ("assets", count("Assets of which it cannot be read.")),
    ]);
    let sources = object(&[
        ("rows", count("Rows that told of an asset.")),
        ("assets", count("Assets of so many rows.")),
    ]);
    let data = object(&[
        ("assets", count("Assets that were judged.")),
        ("records", count("Rows that told of them.")),
        ("unread", count("Records that could not be read.")),
        ("unreadable", list(unreadable)),
        (
            "conflicts",
            count("Fields that two sources fill differently."),
        ),
        ("not_joined", count("Assets that may be one with another.")),
        ("sources", list(sources)),
        (
            "oldest?",
            day("The earliest day of a fact about the state of an asset."),
        ),
        (
            "undated",
            count("Assets of whose state no fact has a known day."),
        ),
        (
            "silent",
            list(text("A field of which no asset says anything.")),
        ),
    ]);
    let mut decided = decision("The decision; null where nothing was checked.");
    decided["enum"]
        .as_array_mut()
        .into_iter()
        .for_each(|names| names.push(Value::Null));
    object(&[
        ("decision", decided),
        ("verdict", text("The decision and its reasons in words.")),
        ("subjects", count("How many were judged.")),
        ("assets", count("How many of them were assets.")),
        ("data", data),
        ("counts", counts()),
        ("horizon?", horizon),
        ("outlook?", outlook),
        (
            "earliest_condition?",
            day("Last day of the earliest condition or waiver."),
        ),
    ])
}

fn counts() -> Value {
    object(&[
        ("conflict", count("Evidence contradicts itself.")),
        ("fail", count("Failed.")),
        ("not_applicable", count("The rule does not apply.")),
        ("pass", count("Passed.")),
        ("unknown", count("Evidence is missing or cannot decide.")),
        ("waived", count("Would fail, but a waiver covers it.")),
        (
            "applicable",
            count("All but not applicable: the denominator of percentages."),
        ),
    ])
}

/// An object with these keys; those that end in `?` may be left out.
fn object(keys: &[(&str, Value)]) -> Value {
    let required: Vec<_> = keys
        .iter()
        .map(|(key, _)| *key)
        .filter(|key| !key.ends_with('?'))
        .collect();
    let properties: Map<_, _> = keys
        .iter()
        .map(|(key, value)| (key.trim_end_matches('?').to_owned(), value.clone()))
        .collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

/// An object that says which record it is, where it is one.
fn object_of(record: Option<&str>, keys: &[(&str, Value)]) -> Value {
    let mut object = object(keys);
    if let Some(record) = record {
        object["properties"]["record"] = constant(record);
        object["required"]
            .as_array_mut()
            .into_iter()
            .for_each(|keys| keys.push("record".into()));
    }
    object
}

fn list(of: Value) -> Value {
    let mut list = json!({ "type": "array" });
    list["items"] = of;
    list
}

fn notes() -> Value {
    list(text("A sentence that deserves attention."))
}

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn day(about: &str) -> Value {
    json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "description": about })
}

fn sha256(about: &str) -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{64}$", "description": about })
}

fn count(about: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": about })
}

fn position(about: &str) -> Value {
    json!({ "type": "integer", "minimum": 1, "description": about })
}

fn constant(value: impl Into<Value>) -> Value {
    json!({ "const": value.into() })
}

fn names(names: impl IntoIterator<Item = &'static str>, about: &str) -> Value {
    let names: Vec<_> = names.into_iter().collect();
    json!({ "enum": names, "description": about })
}

fn severity() -> Value {
    names(Severity::ALL.map(Severity::name), "How bad a failure is.")
}

fn gate() -> Value {
    names(
        Gate::ALL.map(Gate::name),
        "What an open failure does to admission.",
    )
}

fn decision(about: &str) -> Value {
    let all = [
        Decision::Admit,
        Decision::AdmitWithConditions,
        Decision::Refer,
        Decision::Reject,
    ];
    names(all.map(Decision::name), about)
}

fn kind() -> Value {
    names(
        SubjectKind::ALL.map(SubjectKind::name),
        "The kind of thing.",
    )
}
