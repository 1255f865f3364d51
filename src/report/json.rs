//! `json`: the whole report as one JSON document, for machines. Within a version keys are added,
//! never renamed or removed. The same run gives the same bytes.
//!
//! The document is written while the run goes on, one finding a line; a run that breaks off leaves
//! a document that does not parse, never one that looks complete.
//!
//! Dates are `YYYY-MM-DD`. Every end date is the last day that still counts. A key whose value is
//! not known is left out, except `summary.decision`.
//!
//! | key | what it holds |
//! | --- | --- |
//! | `format`, `version` | `"passmuster/report"` and 1 |
//! | `run.declared`, `run.organisation`, `run.applies_for` | what was checked, whose it is, the framework and lots applied for |
//! | `run.organisation_id` | its code, or its name: part of every fingerprint |
//! | `run.as_of` | the day the answers are about |
//! | `run.profile.id`, `.title` | which rules with which parameters |
//! | `run.policy_sha256` | over every policy file used |
//! | `run.catalogue.date`, `.age_days`, `.sha256` | the knowledge used, and how old it was on `as_of` |
//! | `run.observed.at`, `.endpoints`, `.seen` | with `--live`: when endpoints were looked at, how many there are, and of how many anything was seen |
//! | `findings[]` | conflicts, failures, unknowns and waived failures; all outcomes the engine sent when asked for |
//! | `….rule` | id of the rule; see `rules[]` |
//! | `….fingerprint` | names the finding over all runs: SHA-256 over organisation, rule, meaning version of its pack and subject; several findings of one rule on one subject share it |
//! | `….subject.kind`, `.id`, `.name` | the thing the rule looked at |
//! | `….outcome` | `conflict`, `fail`, `not-applicable`, `pass`, `unknown` or `waived` |
//! | `….severity` | `info`, `low`, `medium`, `high` or `critical` |
//! | `….gate` | `advise`, `condition`, `refer` or `block` |
//! | `….leads_to` | the decision this finding alone would lead to |
//! | `….reason` | one sentence |
//! | `….fact`, `….field` | the fact of the catalogue and the declared field that decided |
//! | `….place.file`, `.line`, `.column` | where that was declared, counted from 1 |
//! | `….until` | last day on which the outcome holds with nothing else changed |
//! | `….due` | day by which a condition has to be met |
//! | `….waiver.id`, `.until`, `.approver` | the waiver that covers, or would have covered, the failure |
//! | `….waiver.void` | why it does not cover it; left out while it does |
//! | `rules[]` | every rule of the policy in its order, judged or not |
//! | `….id`, `.pack`, `.pack_version`, `.title`, `.subject`, `.severity`, `.gate`, `.why`, `.fix`, `.controls`, `.sources` | what people read about it |
//! | `….counts` | `conflict`, `fail`, `not_applicable`, `pass`, `unknown`, `waived`, and `applicable`: all but not applicable, the denominator of percentages |
//! | `….worst_fail.gate`, `.severity` | of its failures |
//! | `….until`, `….until_count` | the earliest last day of its outcomes, and how many end with it |
//! | `notes` | sentences that deserve attention: columns that were not used, waivers that cover nothing |
//! | `summary.decision` | `admit`, `admit-with-conditions`, `refer`, `reject`, or null when nothing was checked |
//! | `summary.verdict` | the decision and its reasons in words |
//! | `summary.subjects`, `summary.assets` | how many were judged |
//! | `summary.data.assets`, `.records`, `.unread` | assets, the rows that told of them, and the records that could not be read |
//! | `summary.data.unreadable[].field`, `.assets` | fields that cannot be read, and of how many assets |
//! | `summary.data.conflicts`, `.not_joined` | fields that two sources fill differently; assets that may be one with another |
//! | `summary.data.sources[].rows`, `.assets` | assets that several rows told of, by how many did |
//! | `summary.data.oldest`, `.undated` | the earliest day of a fact about the state of an asset, and of how many assets no such day is known |
//! | `summary.data.silent[]` | fields that no asset says anything of |
//! | `summary.counts` | as in `rules[]`, over all rules |
//! | `summary.horizon.last_day`, `.changes_on`, `.rules[].rule`, `.rules[].count` | the next day on which outcomes change, and how many of which rules |
//! | `summary.outlook.until`, `.is_known` | how far was looked for a change of the decision, and whether that was not too much to do |
//! | `summary.outlook.changes_on`, `.decision`, `.rules[].rule`, `.rules[].count` | the first day on which the decision changes, what it becomes, and the rules that do it; left out where it does not |
//! | `summary.earliest_condition` | last day of the earliest condition or waiver |

use super::escape::is_hostile;
use super::record::{JsonFinding, JsonRule, JsonRun, JsonSummary};
use super::verdict::Causes;
use super::{Format, Options, Renderer};
use crate::model::{Finding, RuleSummary, Run, Summary};
use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter};
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "json",
    explain: "One JSON document with every finding, for machines.",
    hears_all: false,
    make: |out, options| Box::new(Json::new(out, options)),
};

struct Json<'w> {
    out: Box<dyn Write + 'w>,
    all: bool,
    is_first: bool,
    /// Whose run it is, for fingerprints.
    organisation: String,
    causes: Causes,
}

impl<'w> Json<'w> {
    fn new(out: Box<dyn Write + 'w>, options: &Options) -> Self {
        Self {
            out,
            all: options.all,
            is_first: true,
            organisation: String::new(),
            causes: Causes::default(),
        }
    }

    /// Opens an element of an array: the comma after the one before, and a new line.
    fn separate(&mut self, is_first: bool) -> io::Result<()> {
        self.out.write_all(if is_first { b"\n" } else { b",\n" })
    }

    fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        write(&mut self.out, value)
    }
}

impl Renderer for Json<'_> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.organisation.clone_from(&run.organisation_id);
        self.out
            .write_all(b"{\"format\":\"passmuster/report\",\"version\":1,\n\"run\":")?;
        self.value(&JsonRun::new(run))?;
        self.out.write_all(b",\n\"findings\":[")
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        if !self.all && !finding.outcome.is_worth_telling() {
            return Ok(());
        }
        let is_first = std::mem::replace(&mut self.is_first, false);
        self.separate(is_first)?;
        let fingerprint = finding.fingerprint(&self.organisation);
        self.value(&JsonFinding::new(finding, &fingerprint))
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        self.out.write_all(b"\n],\n\"rules\":[")?;
        let silent = RuleSummary::default();
        for (index, rule) in run.rules.iter().enumerate() {
            self.separate(index == 0)?;
            let counted = summary.rules.get(index).unwrap_or(&silent);
            self.value(&JsonRule::new(rule, counted))?;
        }
        self.out.write_all(b"\n],\n\"notes\":")?;
        // Some are only known once everything was read.
        self.value(&run.notes)?;
        self.out.write_all(b",\n\"summary\":")?;
        self.value(&JsonSummary::new(run, summary, &self.causes))?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }
}

/// Writes a value in [`Guarded`] JSON.
pub(super) fn write(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, Guarded);
    value.serialize(&mut serializer)?;
    Ok(())
}

/// Compact JSON in which also the characters are escaped that JSON lets through and terminals
/// obey: C1 controls and marks that reorder text. The values stay the same.
pub(super) struct Guarded;

impl Formatter for Guarded {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.is_ascii() && !fragment.contains('\u{7f}') {
            return CompactFormatter.write_string_fragment(writer, fragment);
        }
        let mut plain_from = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| is_hostile(*c)) {
            writer.write_all(&fragment.as_bytes()[plain_from..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain_from = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain_from..])
    }
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::super::sample::Sample;
    use serde_json::{Value, json};

    fn report(sample: &Sample, all: bool) -> String {
        let options = Options {
            all,
            ..Options::default()
        };
        sample.report("json", &options)
    }

    fn parsed(sample: &Sample, all: bool) -> Value {
        serde_json::from_str(&report(sample, all)).expect("the report is one JSON document")
    }

    #[test]
    fn the_document_says_what_it_is_and_what_it_was_made_of() {
        let document = parsed(&Sample::supplier(9), false);
        assert_eq!(document["format"], "passmuster/report");
        assert_eq!(document["version"], 1);
        let sha = |start: &str| start.repeat(6)[..64].to_owned();
        assert_eq!(
            document["run"],
            json!({
                "declared": "submissions/northmoor",
                "organisation": "Northmoor Digital Care Ltd",
                "organisation_id": "Northmoor Digital Care Ltd",
                "applies_for": "HSSF, lots 1 and 3",
                "as_of": "2026-11-22",
                "profile": { "id": "hssf", "title": "Health Systems Support Framework" },
                "policy_sha256": sha("9b1f6c0e4d2a"),
                "catalogue": { "date": "2026-11-20", "age_days": 2, "sha256": sha("04c7a1e85b33") },
            })
        );
        assert_eq!(
            document["notes"],
            json!(["waiver WVR-3 lapsed on 2026-10-31 and covers nothing now"])
        );
    }

    #[test]
    fn a_finding_has_every_known_key_and_no_other() {
        let document = parsed(&Sample::supplier(9), false);
        let findings = document["findings"]
            .as_array()
            .expect("findings are a list");
        assert_eq!(findings.len(), 10);
        assert_eq!(
            findings[0],
            json!({
                "rule": "WAN-001",
                "fingerprint": "63902f08070c583c55ae112adf420153387ba17dfb76dd25c3c3c4029fe3363d",
                "subject": { "kind": "asset", "id": "ward-000" },
                "outcome": "fail",
                "severity": "critical",
                "gate": "block",
                "leads_to": "reject",
                "reason": "no installed update carries the fix for MS17-010",
                "fact": "Windows 7 SP1: KB4012212 or any later rollup (Microsoft KB4023262)",
                "field": "updates",
                "place": { "file": "northmoor/assets.yaml", "line": 12, "column": 5 },
            })
        );
        assert_eq!(
            findings[1]["waiver"],
            json!({
                "id": "WVR-3",
                "until": "2026-10-31",
                "approver": "Dr A. Okoro, SIRO",
                "void": "it lapsed on 2026-10-31",
            })
        );
    }

    #[test]
    fn passes_are_written_when_asked_for() {
        let document = parsed(&Sample::supplier(9), true);
        let findings = document["findings"]
            .as_array()
            .expect("findings are a list");
        assert_eq!(findings.len(), 29);
    }

    #[test]
    fn rules_and_summary_carry_the_counts_and_the_decision() {
        let document = parsed(&Sample::supplier(9), false);
        assert_eq!(document["rules"].as_array().map(Vec::len), Some(6));
        let rule = &document["rules"][1];
        assert_eq!(
            rule["counts"],
            json!({ "conflict": 0, "fail": 2, "not_applicable": 0, "pass": 6, "unknown": 0, "waived": 1, "applicable": 9 })
        );
        assert_eq!(
            rule["worst_fail"],
            json!({ "gate": "condition", "severity": "high" })
        );
        assert_eq!(
            (&rule["until"], &rule["until_count"]),
            (&json!("2027-01-12"), &json!(6))
        );
        let summary = &document["summary"];
        assert_eq!(summary["decision"], "reject");
        assert_eq!(
            summary["verdict"],
            "REJECT: 2 rules fail that block admission: WAN-001 (2 assets), CE-001 (1 organisation)"
        );
        assert_eq!(
            (&summary["subjects"], &summary["assets"]),
            (&json!(10), &json!(9))
        );
        assert_eq!(
            summary["horizon"],
            json!({
                "last_day": "2027-01-12",
                "changes_on": "2027-01-13",
                "rules": [{ "rule": "OSS-001", "count": 6 }],
            })
        );
        assert_eq!(summary["earliest_condition"], "2027-02-28");
    }

    #[test]
    fn nothing_checked_is_a_null_decision() {
        let document = parsed(&Sample::empty(), false);
        assert_eq!(document["summary"]["decision"], Value::Null);
        assert_eq!(document["findings"], json!([]));
    }

    #[test]
    fn hostile_text_is_escaped_and_comes_back_as_it_was() {
        let sample = Sample::hostile();
        let text = report(&sample, false);
        assert!(
            text.chars().all(|c| c == '\n' || !super::is_hostile(c)),
            "{text:?}"
        );
        let document = parsed(&sample, false);
        assert_eq!(document["run"]["declared"], sample.run.declared);
        assert_eq!(document["findings"][0]["reason"], sample.findings[0].reason);
        let tag = "Ŵ\u{e0041}日";
        let mut named = Sample::empty();
        named.run.organisation = tag.into();
        assert!(report(&named, false).contains("\"Ŵ\\udb40\\udc41日\""));
        assert_eq!(parsed(&named, false)["run"]["organisation"], tag);
    }

    #[test]
    fn the_same_run_gives_the_same_bytes_whatever_the_look() {
        let sample = Sample::supplier(100);
        let loud = Options {
            width: 200,
            colour: true,
            ..Options::default()
        };
        assert_eq!(report(&sample, false), sample.report("json", &loud));
    }

    #[test]
    fn a_run_that_breaks_off_leaves_no_document() {
        let whole = report(&Sample::supplier(2), false);
        let cut = &whole[..whole.find("\"rules\"").expect("rules follow findings")];
        assert!(serde_json::from_str::<Value>(cut).is_err());
    }
}
