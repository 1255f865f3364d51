//! `cyclonedx`: the decision as a CycloneDX 1.6 attestation: the policy as a standard, each rule
//! that was asked of anything as a requirement with a claim, or a counterclaim where it is not met
//! by all.
//!
//! Conformance is the part of the subjects that pass, confidence the part of which anything could be
//! told; both are rounded down. Every reference names something in the same file. It is not signed:
//! whoever stands for it signs the file.

use super::escape::escape;
use super::identity::{Identity, end_of, moment};
use super::json;
use super::verdict::{Causes, of_subjects, thousands, untie};
use super::{Format, Options, Renderer};
use crate::model::{Counts, Finding, RuleInfo, RuleSummary, Run, Summary};
use serde_json::{Value, json};
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "cyclonedx",
    explain: "CycloneDX 1.6 attestation: the decision, and how far each rule is met.",
    hears_all: false,
    make: |out, _: &Options| {
        Box::new(CycloneDx {
            out,
            identity: Identity::default(),
            causes: Causes::default(),
        })
    },
};

/// Characters of a text.
const TEXT: usize = 2_000;

struct CycloneDx<'w> {
    out: Box<dyn Write + 'w>,
    identity: Identity,
    causes: Causes,
}

impl Renderer for CycloneDx<'_> {
    fn begin(&mut self, _: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        if finding.outcome.is_worth_telling() {
            self.identity.add(finding);
        }
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        let (headline, reason) = self.causes.verdict(run, summary);
        let verdict = untie(&format!("{headline}: {reason}"));
        let id = self.identity.of_run(run, summary);
        let asked: Vec<_> = summary
            .rules
            .iter()
            .filter(|(_, rule)| rule.counts.applicable() > 0)
            .filter_map(|(index, counted)| Some((&**run.rules.get(index)?, counted)))
            .collect();
        let document = json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": format!("urn:uuid:{id}"),
            "version": 1,
            "metadata": metadata(run, summary),
            "declarations": {
                "assessors": [{
                    "bom-ref": "assessor",
                    "organization": { "name": "whoever ran Passmuster" },
                }],
                "attestations": [{
                    "summary": escape(&verdict, TEXT),
                    "assessor": "assessor",
                    "map": asked.iter().map(|(rule, counted)| mapped(rule, counted.counts)).collect::<Vec<_>>(),
                }],
                "claims": asked.iter().map(|(rule, counted)| claim(rule, counted.counts)).collect::<Vec<_>>(),
                "evidence": asked.iter().map(|(rule, counted)| evidence(rule, counted, run)).collect::<Vec<_>>(),
                "targets": { "organizations": [{
                    "bom-ref": "organisation",
                    "name": escape(&run.organisation, TEXT),
                }]},
            },
            "definitions": { "standards": [{
                "bom-ref": "policy",
                "name": escape(&run.profile.1, TEXT),
                "version": run.policy_sha256,
                "description": escape(&format!("Passmuster profile {}", run.profile.0), TEXT),
                "requirements": asked.iter().map(|(rule, _)| requirement(rule)).collect::<Vec<_>>(),
            }]},
        });
        json::write(&mut self.out, &document)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

fn metadata(run: &Run, summary: &Summary) -> Value {
    let property = |name: &str, value: &str| json!({ "name": format!("passmuster:{name}"), "value": escape(value, TEXT) });
    let decision = summary
        .decision()
        .map_or("none", |decision| decision.name());
    json!({
        "timestamp": moment(run),
        "tools": { "components": [{
            "type": "application",
            "name": "passmuster",
            "version": env!("CARGO_PKG_VERSION"),
        }]},
        "properties": [
            property("decision", decision),
            property("declared", &run.declared),
            property("as_of", &run.as_of.to_string()),
            property("policy_sha256", &run.policy_sha256),
            property("catalogue_date", &run.catalogue_date.to_string()),
            property("catalogue_sha256", &run.catalogue_sha256),
        ],
    })
}

fn requirement(rule: &RuleInfo) -> Value {
    let controls = rule.controls.iter();
    let controls = controls
        .map(|control| json!({ "name": "passmuster:control", "value": escape(control, TEXT) }));
    json!({
        "bom-ref": reference("rule", rule),
        "identifier": rule.id,
        "title": escape(&rule.title, TEXT),
        "text": escape(&rule.why, TEXT),
        "properties": controls.collect::<Vec<_>>(),
    })
}

fn mapped(rule: &RuleInfo, counts: Counts) -> Value {
    let of = counts.applicable();
    let told = of - counts.unknown - counts.conflict;
    let mut mapped = json!({
        "requirement": reference("rule", rule),
        "conformance": { "score": share(counts.pass, of), "rationale": rationale(rule, counts) },
        "confidence": {
            "score": share(told, of),
            "rationale": format!("{} of {} could be told", thousands(told), of_subjects(rule.subject, of)),
        },
    });
    let key = if is_met(counts) {
        "claims"
    } else {
        "counterClaims"
    };
    mapped[key] = json!([reference("claim", rule)]);
    mapped
}

fn claim(rule: &RuleInfo, counts: Counts) -> Value {
    let predicate = if is_met(counts) {
        rule.title.clone()
    } else {
        format!("Not shown for all: {}", rule.title)
    };
    json!({
        "bom-ref": reference("claim", rule),
        "target": "organisation",
        "predicate": escape(&predicate, TEXT),
        "reasoning": rationale(rule, counts),
        "evidence": [reference("evidence", rule)],
    })
}

fn evidence(rule: &RuleInfo, counted: &RuleSummary, run: &Run) -> Value {
    let mut evidence = json!({
        "bom-ref": reference("evidence", rule),
        "propertyName": format!("passmuster:{}", rule.id),
        "description": rationale(rule, counted.counts),
        "created": moment(run),
    });
    if let Some((until, _)) = counted.until.filter(|(until, _)| *until >= run.as_of) {
        evidence["expires"] = end_of(until).into();
    }
    evidence
}

fn is_met(counts: Counts) -> bool {
    counts.pass == counts.applicable()
}

fn rationale(rule: &RuleInfo, counts: Counts) -> String {
    format!(
        "{}: {} pass, {} fail, {} unknown, {} conflict, {} waived",
        of_subjects(rule.subject, counts.applicable()),
        thousands(counts.pass),
        thousands(counts.fail),
        thousands(counts.unknown),
        thousands(counts.conflict),
        thousands(counts.waived),
    )
}

fn reference(kind: &str, rule: &RuleInfo) -> String {
    format!("{kind}/{}", rule.id)
}

/// A part of a whole to four places, never more than it is.
fn share(part: u64, whole: u64) -> Value {
    let places = u128::from(part) * 10_000 / u128::from(whole.max(1));
    let places = u32::try_from(places).unwrap_or(0).min(10_000);
    json!(f64::from(places) / 10_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;
    use std::collections::BTreeSet;

    fn document(sample: &Sample) -> Value {
        let report = sample.report("cyclonedx", &Options::default());
        serde_json::from_str(&report).expect("it is JSON")
    }

    #[test]
    fn a_rule_that_is_not_met_by_all_is_a_counterclaim() {
        let document = document(&Sample::supplier(9));
        let map = &document["declarations"]["attestations"][0]["map"][0];
        assert_eq!(map["requirement"], "rule/WAN-001");
        assert_eq!(map["counterClaims"], json!(["claim/WAN-001"]));
        assert_eq!(map["claims"], Value::Null);
        assert_eq!(map["conformance"]["score"], 0.5555);
        assert_eq!(map["confidence"]["score"], 0.7777);
    }

    #[test]
    fn every_reference_names_something() {
        fn walk<'v>(value: &'v Value, named: &mut BTreeSet<&'v str>, used: &mut BTreeSet<&'v str>) {
            match value {
                Value::Object(map) => {
                    for (key, value) in map {
                        match key.as_str() {
                            "bom-ref" => assert!(named.insert(value.as_str().unwrap_or_default())),
                            "requirement" | "target" | "assessor" => {
                                used.extend(value.as_str());
                            }
                            "claims" | "counterClaims" | "evidence" => {
                                let list = value.as_array().into_iter().flatten();
                                used.extend(list.filter_map(Value::as_str));
                                walk(value, named, used);
                            }
                            _ => walk(value, named, used),
                        }
                    }
                }
                Value::Array(list) => list.iter().for_each(|one| walk(one, named, used)),
                _ => {}
            }
        }
        let document = document(&Sample::supplier(9));
        let (mut named, mut used) = (BTreeSet::new(), BTreeSet::new());
        walk(&document, &mut named, &mut used);
        assert!(
            used.len() > 10 && used.is_subset(&named),
            "{used:?} {named:?}"
        );
    }

    #[test]
    fn nothing_but_passes_is_full_conformance_and_almost_all_is_not() {
        assert_eq!(share(99_999, 100_000), json!(0.9999));
        assert_eq!(share(3, 3), json!(1.0));
        assert_eq!(share(0, 0), json!(0.0));
    }
}
