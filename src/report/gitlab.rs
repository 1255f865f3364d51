//! `gitlab`: a Code Quality report, which GitLab shows beside the change. A JSON list, the worst
//! first; what was left out is said in one more entry.
//!
//! What is waived is `info`. Fingerprints are those of the JSON report, with a number behind where
//! one rule found several things about one subject: GitLab drops entries that share one.

use super::escape::escape;
use super::json;
use super::verdict::thousands;
use super::worst::Worst;
use super::{Format, Options, Renderer};
use crate::model::{Finding, Outcome, Run, Severity, Summary};
use serde::Serialize;
use std::collections::HashMap;
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "gitlab",
    explain: "GitLab Code Quality: the worst 5,000 findings, beside the change.",
    hears_all: false,
    make: |out, _: &Options| Box::new(Gitlab::new(out)),
};

const ENTRIES: usize = 5_000;

/// Characters of a text.
const TEXT: usize = 1_000;

struct Gitlab<'w> {
    out: Box<dyn Write + 'w>,
    organisation: String,
    entries: Worst<Entry>,
}

#[derive(Clone, Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Clone, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Clone, Serialize)]
struct Lines {
    begin: u32,
}

impl<'w> Gitlab<'w> {
    fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            out,
            organisation: String::new(),
            entries: Worst::new(ENTRIES),
        }
    }

    /// Says what is left out, at the place of the mildest that is not.
    fn cut(&self) -> Option<Entry> {
        let count = self.entries.left_out();
        let last = self.entries.iter().last().filter(|_| count > 0)?;
        let description = format!(
            "{} milder findings are not shown; the JSON report has all of them",
            thousands(count)
        );
        Some(Entry {
            description,
            check_name: "passmuster".to_owned(),
            fingerprint: "passmuster-cut".to_owned(),
            severity: "info",
            location: last.location.clone(),
        })
    }
}

impl Renderer for Gitlab<'_> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.organisation.clone_from(&run.organisation_id);
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if finding.outcome.is_worth_telling() {
            let organisation = &self.organisation;
            self.entries.push(finding, || entry(finding, organisation));
        }
        Ok(())
    }

    fn finish(&mut self, _: &Run, _: &Summary) -> io::Result<()> {
        let mut seen: HashMap<String, u32> = HashMap::new();
        let mut lead: &[u8] = b"[\n";
        for entry in self.entries.iter().cloned().chain(self.cut()) {
            let count = seen.entry(entry.fingerprint.clone()).or_default();
            *count += 1;
            let fingerprint = match count {
                1 => entry.fingerprint,
                count => format!("{}-{count}", entry.fingerprint),
            };
            self.out.write_all(std::mem::replace(&mut lead, b",\n"))?;
            json::write(
                &mut self.out,
                &Entry {
                    fingerprint,
                    ..entry
                },
            )?;
        }
        let end: &[u8] = if seen.is_empty() { b"[]\n" } else { b"\n]\n" };
        self.out.write_all(end)?;
        self.out.flush()
    }
}

fn entry(finding: &Finding, organisation: &str) -> Entry {
    let name = finding.subject_name.as_ref().unwrap_or(&finding.subject);
    let said = format!("{}: {}", escape(name, 200), finding.reason);
    let said = match finding.outcome {
        Outcome::Fail => said,
        other => format!("{other}: {said}"),
    };
    Entry {
        description: escape(&said, TEXT),
        check_name: finding.rule.id.clone(),
        fingerprint: finding.fingerprint(organisation),
        severity: severity(finding),
        location: Location {
            path: escape(finding.place.file.trim_start_matches("./"), TEXT),
            lines: Lines {
                begin: finding.place.line.max(1),
            },
        },
    }
}

fn severity(finding: &Finding) -> &'static str {
    match (finding.outcome, finding.severity) {
        (Outcome::Waived, _) | (_, Severity::Info) => "info",
        (_, Severity::Low) => "minor",
        (_, Severity::Medium) => "major",
        (_, Severity::High) => "critical",
        (_, Severity::Critical) => "blocker",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;
    use serde_json::{Value, json};

    fn entries(sample: &Sample) -> Vec<Value> {
        let report = sample.report("gitlab", &Options::default());
        serde_json::from_str(&report).expect("it is a JSON list")
    }

    #[test]
    fn an_entry_has_what_gitlab_asks_for() {
        let entries = entries(&Sample::supplier(9));
        assert_eq!(entries.len(), 10);
        assert_eq!(
            entries[0],
            json!({
                "description": "ward-000: no installed update carries the fix for MS17-010",
                "check_name": "WAN-001",
                "fingerprint": "63902f08070c583c55ae112adf420153387ba17dfb76dd25c3c3c4029fe3363d",
                "severity": "blocker",
                "location": { "path": "northmoor/assets.yaml", "lines": { "begin": 12 } },
            })
        );
    }

    #[test]
    fn nothing_found_is_an_empty_list() {
        assert_eq!(entries(&Sample::empty()), Vec::<Value>::new());
    }

    #[test]
    fn no_two_entries_share_a_fingerprint_and_a_cut_is_said() {
        let mut sample = Sample::empty();
        for _ in 0..ENTRIES + 2 {
            let mut finding = sample.finding(0, "a", 0);
            finding.outcome = Outcome::Fail;
            sample.findings.push(finding);
        }
        let entries = entries(&sample);
        let prints: std::collections::BTreeSet<_> = entries
            .iter()
            .map(|entry| entry["fingerprint"].to_string())
            .collect();
        assert_eq!(prints.len(), ENTRIES + 1);
        let last = entries.last().expect("there are entries");
        assert!(
            last["description"]
                .to_string()
                .contains("2 milder findings")
        );
        assert_eq!(last["location"]["lines"]["begin"], 1);
    }
}
