//! A rule as SARIF describes it: what it asks, why, how to mend it, and which controls it serves.

use super::{TEXT, text};
use crate::model::{Decision, Outcome, RuleInfo, Severity, consequence};
use crate::report::escape::{escape, markdown};
use serde_json::{Value, json};

const TAGS: usize = 20;

/// Characters of a help text: a page.
const HELP: usize = 8_000;

pub(super) fn rule(rule: &RuleInfo) -> Value {
    let title = text(&rule.title);
    let why = if rule.why.trim().is_empty() {
        title.clone()
    } else {
        text(&rule.why)
    };
    let mut properties = json!({
        "gate": rule.gate,
        "pack": rule.pack,
        "packVersion": rule.pack_version,
        "severity": rule.severity,
        "tags": tags(rule),
    });
    if let Some(score) = security_severity(rule.severity) {
        properties["security-severity"] = score.into();
    }
    let leads_to = consequence(Outcome::Fail, rule.gate, rule.severity);
    json!({
        "id": rule.id,
        "shortDescription": { "text": title },
        "fullDescription": { "text": why },
        "help": { "text": help(rule, |said| escape(said, TEXT)), "markdown": help(rule, |said| markdown(said, TEXT)) },
        "defaultConfiguration": { "level": level(leads_to) },
        "properties": properties,
    })
}

pub(super) fn level(leads_to: Decision) -> &'static str {
    match leads_to {
        Decision::Admit => "note",
        Decision::AdmitWithConditions => "warning",
        Decision::Refer | Decision::Reject => "error",
    }
}

/// By the bands of GitHub: above 9.0 critical, from 7.0 high, from 4.0 medium, else low.
fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}

fn tags(rule: &RuleInfo) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let all = ["security", &rule.pack].into_iter();
    for tag in all.chain(rule.controls.iter().map(String::as_str)) {
        let tag = text(tag);
        if tags.len() < TAGS && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// One paragraph for each part that is there.
fn help(rule: &RuleInfo, write: impl Fn(&str) -> String) -> String {
    let part = |label: &str, said: &str| {
        (!said.trim().is_empty()).then(|| format!("{label}: {}", write(said)))
    };
    let parts = [
        Some(write(&rule.title)),
        part("Why", &rule.why),
        part("Fix", &rule.fix),
        part("Controls", &rule.controls.join(", ")),
        part("Sources", &rule.sources.join(", ")),
        Some(format!(
            "More: `passmuster rules show {}`",
            escape(&rule.id, 60).replace('`', "'")
        )),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    let help = parts.join("\n\n");
    help.chars().take(HELP).collect()
}
