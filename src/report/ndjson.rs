//! `ndjson`: the JSON report as one record a line, for programs that read while the run goes on.
//! Within a version keys are added, never renamed or removed.
//!
//! | `record` | what it holds |
//! | --- | --- |
//! | `run` | first: `format` (`"passmuster/records"`), `version` (1), and `run` as in the JSON report |
//! | `finding` | the keys of `findings[]`; one for each |
//! | `rule` | the keys of `rules[]`; one for each |
//! | `summary` | last: `notes` and `summary`. Records without it are of a run that broke off |

use super::json;
use super::record::{JsonFinding, JsonRule, JsonRun, JsonSummary};
use super::verdict::Causes;
use super::{Format, Options, Renderer};
use crate::model::{Finding, RuleSummary, Run, Summary};
use serde::Serialize;
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "ndjson",
    explain: "The JSON report as one record a line.",
    hears_all: false,
    make: |out, options| Box::new(Ndjson::new(out, options)),
};

struct Ndjson<'w> {
    out: Box<dyn Write + 'w>,
    all: bool,
    organisation: String,
    causes: Causes,
}

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
enum Record<'r> {
    Finding(JsonFinding<'r>),
    Rule(JsonRule<'r>),
    Run {
        format: &'static str,
        version: u32,
        run: JsonRun<'r>,
    },
    Summary {
        notes: &'r [String],
        summary: JsonSummary<'r>,
    },
}

impl<'w> Ndjson<'w> {
    fn new(out: Box<dyn Write + 'w>, options: &Options) -> Self {
        Self {
            out,
            all: options.all,
            organisation: String::new(),
            causes: Causes::default(),
        }
    }

    fn line(&mut self, record: &Record<'_>) -> io::Result<()> {
        json::write(&mut self.out, record)?;
        self.out.write_all(b"\n")
    }
}

impl Renderer for Ndjson<'_> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.organisation.clone_from(&run.organisation_id);
        self.line(&Record::Run {
            format: "passmuster/records",
            version: 1,
            run: JsonRun::new(run),
        })
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        if !self.all && !finding.outcome.is_worth_telling() {
            return Ok(());
        }
        let fingerprint = finding.fingerprint(&self.organisation);
        self.line(&Record::Finding(JsonFinding::new(finding, &fingerprint)))
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        let silent = RuleSummary::default();
        for (index, rule) in run.rules.iter().enumerate() {
            let counted = summary.rules.get(index).unwrap_or(&silent);
            self.line(&Record::Rule(JsonRule::new(rule, counted)))?;
        }
        let record = Record::Summary {
            notes: &run.notes,
            summary: JsonSummary::new(run, summary, &self.causes),
        };
        json::write(&mut self.out, &record)?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;
    use serde_json::Value;

    #[test]
    fn the_records_together_are_the_json_report() {
        let sample = Sample::supplier(9);
        let lines = sample.report("ndjson", &Options::default());
        let whole: Value =
            serde_json::from_str(&sample.report("json", &Options::default())).expect("it is JSON");
        let mut of: std::collections::BTreeMap<String, Vec<Value>> =
            std::collections::BTreeMap::new();
        for line in lines.lines() {
            let mut value: Value = serde_json::from_str(line).expect("each line is JSON");
            let record = value.as_object_mut().and_then(|map| map.remove("record"));
            let record = record.as_ref().and_then(Value::as_str).unwrap_or_default();
            of.entry(record.to_owned()).or_default().push(value);
        }
        assert_eq!(Value::from(of["finding"].clone()), whole["findings"]);
        assert_eq!(Value::from(of["rule"].clone()), whole["rules"]);
        assert_eq!(of["run"][0]["run"], whole["run"]);
        assert_eq!(of["summary"][0]["summary"], whole["summary"]);
        assert_eq!(of["summary"][0]["notes"], whole["notes"]);
        assert!(
            lines
                .lines()
                .last()
                .is_some_and(|line| line.starts_with("{\"record\":\"summary\""))
        );
    }
}
