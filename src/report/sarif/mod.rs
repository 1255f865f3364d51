//! `sarif`: SARIF 2.1.0 for code views (GitHub, Azure DevOps, editors). Each finding stands at its
//! place in the submitted file; the worst come first.
//!
//! Within the limits of GitHub: 25,000 results (5,000 of them are shown), 20 tags a rule, texts of
//! 1,024 characters, 10 MB packed. What was left out is said in a notification of the run. The same
//! run gives the same bytes: no times are written.

mod result;
mod rule;

use self::result::result;
use self::rule::rule;
use super::escape::{escape, is_hostile};
use super::json;
use super::verdict::{Causes, thousands, untie};
use super::worst::Worst;
use super::{Format, Options, Renderer};
use crate::model::{Finding, Run, Summary};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "sarif",
    explain: "SARIF 2.1.0, for code views: the worst 25,000 findings, each at its place.",
    hears_all: false,
    make: |out, options| Box::new(Sarif::new(out, options)),
};

const RESULTS: usize = 25_000;

/// Characters of a text.
const TEXT: usize = 1024;

struct Sarif<'w> {
    out: Box<dyn Write + 'w>,
    all: bool,
    organisation: String,
    /// Fingerprints, with results as JSON that takes one more member.
    results: Worst<(String, Vec<u8>)>,
    causes: Causes,
}

impl<'w> Sarif<'w> {
    fn new(out: Box<dyn Write + 'w>, options: &Options) -> Self {
        Self {
            out,
            all: options.all,
            organisation: String::new(),
            results: Worst::new(RESULTS),
            causes: Causes::default(),
        }
    }

    fn results(&mut self) -> io::Result<()> {
        // A viewer takes two results with one fingerprint for the same.
        let mut seen: HashMap<&str, u32> = HashMap::new();
        for (index, (fingerprint, result)) in self.results.iter().enumerate() {
            let count = seen.entry(fingerprint).or_default();
            *count += 1;
            self.out
                .write_all(if index == 0 { b"\n" } else { b",\n" })?;
            self.out.write_all(result)?;
            write!(
                self.out,
                ",\"partialFingerprints\":{{\"primaryLocationLineHash\":\"{fingerprint}:{count}\"}}}}"
            )?;
        }
        Ok(())
    }
}

impl Renderer for Sarif<'_> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.organisation.clone_from(&run.organisation_id);
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        if self.all || finding.outcome.is_worth_telling() {
            let organisation = &self.organisation;
            self.results.push(finding, || {
                (
                    finding.fingerprint(organisation),
                    open_ended(&result(finding)),
                )
            });
        }
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        let (headline, reason) = self.causes.verdict(run, summary);
        let verdict = untie(&format!("{headline}: {reason}"));
        let head = json!({
            "automationDetails": { "id": automation_id(run) },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications(run, &self.results, &verdict),
            }],
            "properties": {
                "asOf": run.as_of,
                "catalogueDate": run.catalogue_date,
                "catalogueSha256": run.catalogue_sha256,
                "decision": summary.decision(),
                "declared": text(&run.declared),
                "findings": self.results.seen(),
                "organisation": text(&run.organisation),
                "policySha256": run.policy_sha256,
                "profile": run.profile.0,
                "verdict": verdict,
            },
            "tool": { "driver": {
                "name": "Passmuster",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "version": env!("CARGO_PKG_VERSION"),
                "rules": run.rules.iter().map(|one| rule(one)).collect::<Vec<_>>(),
            }},
        });
        self.out.write_all(
            b"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\n\"runs\":[{",
        )?;
        for (key, value) in head.as_object().into_iter().flatten() {
            write!(self.out, "\"{key}\":")?;
            json::write(&mut self.out, value)?;
            self.out.write_all(b",\n")?;
        }
        self.out.write_all(b"\"results\":[")?;
        self.results()?;
        self.out.write_all(b"\n]}]}\n")?;
        self.out.flush()
    }
}

/// A JSON object without its last brace: kept as bytes, a result takes a tenth of the memory.
fn open_ended(object: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Memory takes all bytes.
    let _ = json::write(&mut bytes, object);
    bytes.pop();
    bytes
}

/// Two profiles, or two suppliers, in one repository do not overwrite each other.
fn automation_id(run: &Run) -> String {
    let part = |text: &str| {
        let plain = |c: char| {
            if c.is_alphanumeric() || "-._".contains(c) {
                c
            } else {
                '-'
            }
        };
        text.chars().take(100).map(plain).collect::<String>()
    };
    format!(
        "passmuster/{}/{}/",
        part(&run.profile.0),
        part(&run.organisation_id)
    )
}

/// The verdict, the notes, and what was left out.
fn notifications<T>(run: &Run, results: &Worst<T>, verdict: &str) -> Vec<Value> {
    let note =
        |level: &str, said: &str| json!({ "level": level, "message": { "text": text(said) } });
    let mut notes = vec![note("note", verdict)];
    if results.left_out() > 0 {
        let said = format!(
            "the worst {} of {} findings are in this file; the JSON report has all of them",
            thousands(results.len() as u64),
            thousands(results.seen())
        );
        notes.push(note("warning", &said));
    }
    notes.extend(run.notes.iter().map(|said| note("note", said)));
    notes
}

/// A text that a viewer shows as it is: on one line, no link in it, not too long, not empty.
fn text(said: &str) -> String {
    let mut plain = escape(said, TEXT - 40);
    while plain.contains("](") {
        plain = plain.replace("](", "] (");
    }
    debug_assert!(!plain.chars().any(is_hostile), "escape leaves none");
    if plain.trim().is_empty() {
        return "not declared".to_owned();
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outcome;
    use crate::report::sample::Sample;

    fn log(sample: &Sample, all: bool) -> Value {
        let options = Options {
            all,
            ..Options::default()
        };
        serde_json::from_str(&sample.report("sarif", &options)).expect("it is JSON")
    }

    fn results(log: &Value) -> &[Value] {
        let results = log["runs"][0]["results"].as_array();
        results.expect("there is a list")
    }

    #[test]
    fn a_result_stands_at_its_place_and_says_what_it_leads_to() {
        let log = log(&Sample::supplier(9), false);
        let results = results(&log);
        assert_eq!(results.len(), 10);
        let first = &results[0];
        assert_eq!(first["ruleId"], "WAN-001");
        assert_eq!(first["ruleIndex"], 0);
        assert_eq!(first["level"], "error");
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(
            *place,
            json!({
                "artifactLocation": { "uri": "northmoor/assets.yaml" },
                "region": { "startLine": 12, "startColumn": 5, "endLine": 12 },
            })
        );
        let levels = results.iter().map(|one| one["level"].as_str());
        let levels: Vec<_> = levels.map(Option::unwrap_or_default).collect();
        assert!(
            levels.is_sorted(),
            "errors come before warnings: {levels:?}"
        );
    }

    #[test]
    fn fingerprints_are_those_of_json_and_distinct() {
        let sample = Sample::supplier(9);
        let log = log(&sample, false);
        let prints: Vec<_> = results(&log)
            .iter()
            .map(|one| one["partialFingerprints"]["primaryLocationLineHash"].to_string())
            .collect();
        let first = "63902f08070c583c55ae112adf420153387ba17dfb76dd25c3c3c4029fe3363d:1";
        assert_eq!(prints[0], format!("\"{first}\""));
        let distinct: std::collections::BTreeSet<_> = prints.iter().collect();
        assert_eq!(distinct.len(), prints.len());
    }

    #[test]
    fn two_findings_of_one_rule_on_one_subject_are_told_apart() {
        let mut sample = Sample::empty();
        for line in [1, 2] {
            let mut finding = sample.finding(0, "a", line);
            finding.outcome = Outcome::Fail;
            sample.findings.push(finding);
        }
        let log = log(&sample, false);
        let ends = results(&log).iter().map(|one| {
            let print = &one["partialFingerprints"]["primaryLocationLineHash"];
            print.as_str().unwrap_or_default().ends_with(":2")
        });
        assert_eq!(ends.collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_waiver_suppresses_and_a_void_one_does_not() {
        let log = log(&Sample::supplier(9), false);
        let status = |outcome: &str| {
            let found = results(&log).iter().find(|one| {
                one["properties"]["outcome"] == outcome && !one["suppressions"].is_null()
            });
            found.expect("there is one")["suppressions"][0]["status"].clone()
        };
        assert_eq!(status("waived"), "accepted");
        assert_eq!(status("fail"), "rejected");
    }

    #[test]
    fn passes_are_no_failures_when_asked_for() {
        let log = log(&Sample::supplier(9), true);
        let passes: Vec<_> = results(&log)
            .iter()
            .filter(|one| one["kind"] == "pass")
            .collect();
        assert_eq!(passes.len(), 19);
        assert!(passes.iter().all(|one| one["level"] == "none"));
    }

    #[test]
    fn a_cut_keeps_the_worst_and_says_so() {
        let mut sample = Sample::empty();
        for n in 0..RESULTS + 7 {
            let mut finding = sample.finding(2, &format!("a-{n}"), 1);
            finding.outcome = Outcome::Fail;
            sample.findings.push(finding);
        }
        let mut worst = sample.finding(0, "last", 1);
        worst.outcome = Outcome::Fail;
        sample.findings.push(worst);
        let log = log(&sample, false);
        assert_eq!(results(&log).len(), RESULTS);
        assert_eq!(results(&log)[0]["ruleId"], "WAN-001");
        let notes = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
        let said = notes[1]["message"]["text"].as_str().unwrap_or_default();
        assert!(said.starts_with("the worst 25,000 of 25,008"), "{said}");
    }

    #[test]
    fn rules_carry_help_tags_and_a_severity() {
        let log = log(&Sample::empty(), false);
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
        assert_eq!(rule["properties"]["security-severity"], "9.5");
        assert_eq!(
            rule["properties"]["tags"],
            json!([
                "security",
                "wannacry",
                "ndg/8",
                "dspt/v8:8.3",
                "caf/4.0:B4.d"
            ])
        );
        let help = rule["help"]["markdown"].as_str().unwrap_or_default();
        assert!(
            help.contains("Install the latest cumulative update"),
            "{help}"
        );
    }

    #[test]
    fn a_text_holds_no_link() {
        assert_eq!(text("[a](http://b)"), "[a] (http://b)");
        assert_eq!(text(" "), "not declared");
    }
}
