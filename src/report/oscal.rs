//! `oscal`: OSCAL 1.2.1 assessment results (JSON) for governance tools: a finding for each rule that
//! was asked of anything, an observation for each of the worst findings.
//!
//! OSCAL knows satisfied and not satisfied. Missing or contradicting evidence is not satisfied, and
//! says why; so is what is waived. The same run gives the same bytes: UUIDs are made from what was
//! found, and times from the day.

use super::escape::markdown;
use super::identity::{Identity, end_of, moment, part_of};
use super::json;
use super::verdict::{Causes, of_subjects, thousands, untie};
use super::worst::Worst;
use super::{Format, Options, Renderer};
use crate::model::{Counts, Finding, RuleInfo, Run, Summary, consequence};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use uuid::Uuid;

pub(super) const FORMAT: Format = Format {
    name: "oscal",
    explain: "OSCAL 1.2.1 assessment results, for governance tools.",
    hears_all: false,
    make: |out, _: &Options| Box::new(Oscal::new(out)),
};

const OBSERVATIONS: usize = 10_000;

/// Characters of a text.
const TEXT: usize = 1_000;

const NAMESPACE: &str = "urn:passmuster";

struct Oscal<'w> {
    out: Box<dyn Write + 'w>,
    worst: Worst<Finding>,
    identity: Identity,
    causes: Causes,
}

impl<'w> Oscal<'w> {
    fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            out,
            worst: Worst::new(OBSERVATIONS),
            identity: Identity::default(),
            causes: Causes::default(),
        }
    }
}

impl Renderer for Oscal<'_> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        if finding.outcome.is_worth_telling() {
            self.identity.add(finding);
            self.worst.push(finding, || bounded(finding));
        }
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        let (headline, reason) = self.causes.verdict(run, summary);
        let verdict = untie(&format!("{headline}: {reason}"));
        let id = self.identity.of_run(run, summary);
        let (observations, by_rule) = observations(&self.worst, run, &id);
        let policy = part_of(&id, "policy");
        let title = format!("{} against {}", run.organisation, run.profile.1);
        let mut result = json!({
            "uuid": part_of(&id, "result"),
            "title": text(&headline.to_lowercase()),
            "description": text(&verdict),
            "start": moment(run),
            "end": moment(run),
            "props": [
                prop("decision", summary.decision().map_or("none", |decision| decision.name())),
                prop("as-of", &run.as_of.to_string()),
                prop("catalogue-sha256", &run.catalogue_sha256),
                prop("policy-sha256", &run.policy_sha256),
            ],
            "reviewed-controls": { "control-selections": [controls(run)] },
        });
        // Lists in OSCAL hold at least one.
        let findings = findings(run, summary, &id, &by_rule);
        for (key, list) in [("observations", observations), ("findings", findings)] {
            if !list.is_empty() {
                result[key] = list.into();
            }
        }
        if let Some(remarks) = remarks(run, &self.worst) {
            result["remarks"] = remarks.into();
        }
        let document = json!({ "assessment-results": {
            "uuid": id.to_string(),
            "metadata": {
                "title": text(&title),
                "last-modified": moment(run),
                "version": run.as_of.to_string(),
                "oscal-version": "1.2.1",
            },
            "import-ap": { "href": format!("#{policy}") },
            "results": [result],
            "back-matter": { "resources": [{
                "uuid": policy,
                "title": text(&run.profile.1),
                "description": text(&format!(
                    "Passmuster policy, profile {}, sha256 {}", run.profile.0, run.policy_sha256
                )),
            }]},
        }});
        json::write(&mut self.out, &document)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

/// A finding without what is too long to keep ten thousand times.
fn bounded(finding: &Finding) -> Finding {
    let cut = |text: &str| text.chars().take(2 * TEXT).collect::<String>();
    Finding {
        subject: cut(&finding.subject),
        subject_name: finding.subject_name.as_deref().map(cut),
        reason: cut(&finding.reason),
        fact: finding.fact.as_deref().map(cut),
        ..finding.clone()
    }
}

/// The observations, and which of them belong to each rule.
fn observations(
    worst: &Worst<Finding>,
    run: &Run,
    id: &Uuid,
) -> (Vec<Value>, BTreeMap<usize, Vec<String>>) {
    let mut by_rule: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut list = Vec::with_capacity(worst.len());
    for (position, finding) in worst.iter().enumerate() {
        let fingerprint = finding.fingerprint(&run.organisation_id);
        let uuid = part_of(id, &format!("observation {position} {fingerprint}"));
        list.push(observation(finding, run, id, &uuid, &fingerprint));
        by_rule.entry(finding.rule_index).or_default().push(uuid);
    }
    (list, by_rule)
}

fn observation(finding: &Finding, run: &Run, id: &Uuid, uuid: &str, fingerprint: &str) -> Value {
    let kind = finding.subject_kind.name();
    let subject = part_of(id, &format!("{kind} {}", finding.subject));
    let name = finding.subject_name.as_ref().unwrap_or(&finding.subject);
    let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
    let said = format!("{}: {}", finding.outcome, finding.reason);
    let mut value = json!({
        "uuid": uuid,
        "title": text(&finding.rule.title),
        "description": text(&said),
        "props": [
            prop("rule", &finding.rule.id),
            prop("outcome", finding.outcome.name()),
            prop("severity", finding.severity.name()),
            prop("gate", finding.gate.name()),
            prop("leads-to", leads_to.name()),
            prop("place", &finding.place.to_string()),
            prop("fingerprint", fingerprint),
        ],
        "methods": [if run.observed.is_some() { "TEST" } else { "EXAMINE" }],
        "subjects": [{
            "subject-uuid": subject,
            "type": if kind == "asset" { "inventory-item" } else { "component" },
            "title": text(name),
            "props": [prop("kind", kind), prop("id", &finding.subject)],
        }],
        "collected": moment(run),
    });
    if let Some(until) = finding.until.filter(|until| *until >= run.as_of) {
        value["expires"] = end_of(until).into();
    }
    value
}

fn findings(
    run: &Run,
    summary: &Summary,
    id: &Uuid,
    observations: &BTreeMap<usize, Vec<String>>,
) -> Vec<Value> {
    let asked = summary
        .rules
        .iter()
        .filter(|(_, rule)| rule.counts.applicable() > 0);
    let described = asked.filter_map(|(index, counted)| {
        let mut finding = finding(run.rules.get(index)?, counted.counts, id);
        if let Some(related) = observations.get(&index) {
            let related = related
                .iter()
                .map(|uuid| json!({ "observation-uuid": uuid }));
            finding["related-observations"] = related.collect();
        }
        Some(finding)
    });
    described.collect()
}

fn finding(rule: &RuleInfo, counts: Counts, id: &Uuid) -> Value {
    let open = counts.fail + counts.unknown + counts.conflict + counts.waived;
    let (state, reason) = match (open, counts.fail) {
        (0, _) => ("satisfied", "pass"),
        (_, 0) => ("not-satisfied", "other"),
        _ => ("not-satisfied", "fail"),
    };
    let said = format!(
        "{}: {} pass, {} fail, {} unknown, {} conflict, {} waived. {}",
        of_subjects(rule.subject, counts.applicable()),
        thousands(counts.pass),
        thousands(counts.fail),
        thousands(counts.unknown),
        thousands(counts.conflict),
        thousands(counts.waived),
        rule.why
    );
    json!({
        "uuid": part_of(id, &format!("finding {}", rule.id)),
        "title": text(&rule.title),
        "description": text(&said),
        "props": [
            prop("rule", &rule.id),
            prop("pack", &rule.pack),
            prop("severity", rule.severity.name()),
            prop("gate", rule.gate.name()),
        ],
        "target": {
            "type": "objective-id",
            "target-id": token(&rule.id),
            "status": { "state": state, "reason": reason },
        },
    })
}

/// The controls that the rules name, as tokens: `dspt/v8:8.3` as `dspt_v8_8.3`.
fn controls(run: &Run) -> Value {
    let all = run.rules.iter().flat_map(|rule| &rule.controls);
    let all: BTreeSet<_> = all.map(|control| token(control)).collect();
    if all.is_empty() {
        return json!({ "include-all": {} });
    }
    let all = all.iter().map(|control| json!({ "control-id": control }));
    json!({ "include-controls": all.collect::<Vec<_>>() })
}

fn remarks(run: &Run, worst: &Worst<Finding>) -> Option<String> {
    let cut = (worst.left_out() > 0).then(|| {
        format!(
            "The worst {} of {} observations are in this file.",
            thousands(worst.len() as u64),
            thousands(worst.seen())
        )
    });
    let notes = run.notes.iter().take(100).map(|note| text(note));
    let all: Vec<_> = cut.into_iter().chain(notes).collect();
    (!all.is_empty()).then(|| all.join("\n\n"))
}

fn prop(name: &str, value: &str) -> Value {
    json!({ "name": name, "ns": NAMESPACE, "value": plain(value) })
}

/// A value that is not Markdown: OSCAL wants it without blanks around, and not empty.
fn plain(value: &str) -> String {
    let value = super::escape(value, TEXT);
    let value = value.trim();
    if value.is_empty() { "-" } else { value }.to_owned()
}

/// Texts in OSCAL are Markdown.
fn text(said: &str) -> String {
    let said = markdown(said, TEXT);
    let said = said.trim();
    if said.is_empty() { "-" } else { said }.to_owned()
}

/// A name as OSCAL allows it: letters, digits, `.`, `-` and `_`, no digit first.
fn token(name: &str) -> String {
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let token: String = name.chars().take(200).map(allowed).collect();
    if token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return token;
    }
    format!("_{token}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    fn result(sample: &Sample) -> Value {
        let report = sample.report("oscal", &Options::default());
        let whole: Value = serde_json::from_str(&report).expect("it is JSON");
        whole["assessment-results"]["results"][0].clone()
    }

    #[test]
    fn what_is_unknown_or_waived_is_not_satisfied() {
        use crate::model::Outcome;
        for (outcome, state) in [
            (Outcome::Pass, "satisfied"),
            (Outcome::Unknown, "not-satisfied"),
            (Outcome::Conflict, "not-satisfied"),
            (Outcome::Waived, "not-satisfied"),
            (Outcome::Fail, "not-satisfied"),
        ] {
            let mut sample = Sample::empty();
            let mut finding = sample.finding(0, "a", 1);
            finding.outcome = outcome;
            sample.findings.push(finding);
            let found = &result(&sample)["findings"][0]["target"]["status"]["state"];
            assert_eq!(found, state, "{outcome}");
        }
    }

    #[test]
    fn a_rule_that_was_asked_of_nothing_is_no_finding() {
        assert_eq!(result(&Sample::empty())["findings"], Value::Null);
    }

    #[test]
    fn another_result_has_another_name() {
        let uuid = |n| result(&Sample::supplier(n))["uuid"].to_string();
        assert_eq!(uuid(9), uuid(9));
        assert_ne!(uuid(9), uuid(10));
    }

    #[test]
    fn tokens_are_what_oscal_takes() {
        assert_eq!(token("dspt/v8:8.3"), "dspt_v8_8.3");
        assert_eq!(token("8.3"), "_8.3");
        assert_eq!(token(""), "_");
    }
}
