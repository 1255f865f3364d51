//! A finding: the outcome of one rule on one subject, with its evidence.

use super::outcome::{Gate, Outcome, Severity};
use super::place::Place;
use super::record::SubjectKind;
use super::value::hexadecimal;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What people read about a rule.
#[derive(Debug, Clone)]
pub struct RuleInfo {
    pub id: String,
    /// The pack it stands in.
    pub pack: String,
    /// Meaning version of that pack: raised when its rules come to ask something else.
    pub pack_version: u32,
    pub title: String,
    pub subject: SubjectKind,
    pub severity: Severity,
    pub gate: Gate,
    pub why: String,
    pub fix: String,
    /// Control ids with scheme and edition: `dspt/v8:8.3`.
    pub controls: Vec<String>,
    pub sources: Vec<String>,
}

/// The outcome of one rule on one subject.
#[derive(Debug, Clone)]
pub struct Finding {
    pub rule: Arc<RuleInfo>,
    /// Position of the rule in the policy; the order of reports.
    pub rule_index: usize,
    pub subject_kind: SubjectKind,
    pub subject: String,
    /// Name people know the subject by, where it differs from its id.
    pub subject_name: Option<String>,
    pub outcome: Outcome,
    /// Of this finding: a rule may grade its failures.
    pub severity: Severity,
    pub gate: Gate,
    /// One sentence: what was seen and why that decides.
    pub reason: String,
    /// The fact of the catalogue that was used, and its source.
    pub fact: Option<String>,
    /// Dotted name of the field that decided, where one did.
    pub field: Option<String>,
    /// Where that was declared.
    pub place: Place,
    /// Last day on which the outcome still holds with nothing else changed.
    pub until: Option<Date>,
    /// Day by which a condition has to be met.
    pub due: Option<Date>,
    pub waiver: Option<WaiverUse>,
}

impl Finding {
    /// Names this finding over all runs: SHA-256, in hexadecimal, over whose it is, the rule, the
    /// meaning version of its pack and the subject; not over the reason, the place or the day.
    pub fn fingerprint(&self, organisation: &str) -> String {
        let version = self.rule.pack_version.to_string();
        let mut hasher = Sha256::new();
        for part in [
            organisation,
            &self.rule.id,
            &version,
            self.subject_kind.name(),
            &self.subject,
        ] {
            // Lengths keep two parts from being read as one.
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hexadecimal(&hasher.finalize())
    }
}

/// The waiver that covers, or would have covered, a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverUse {
    pub id: String,
    /// Last day in force.
    pub until: Option<Date>,
    pub approver: String,
    /// Why it does not cover the failure; `None` while it does.
    pub void: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(rule: &str, version: u32, subject: &str) -> Finding {
        let rule = RuleInfo {
            id: rule.into(),
            pack: "ours".into(),
            pack_version: version,
            title: "A title".into(),
            subject: SubjectKind::Asset,
            severity: Severity::High,
            gate: Gate::Block,
            why: String::new(),
            fix: String::new(),
            controls: Vec::new(),
            sources: Vec::new(),
        };
        Finding {
            rule: Arc::new(rule),
            rule_index: 0,
            subject_kind: SubjectKind::Asset,
            subject: subject.into(),
            subject_name: None,
            outcome: Outcome::Fail,
            severity: Severity::High,
            gate: Gate::Block,
            reason: "a reason".into(),
            fact: None,
            field: None,
            place: Place::whole("a.yaml"),
            until: None,
            due: None,
            waiver: None,
        }
    }

    #[test]
    fn a_fingerprint_stays_while_reason_place_and_outcome_change() {
        let one = finding("OUR-001", 1, "A-1");
        let mut other = one.clone();
        other.reason = "another reason".into();
        other.place = Place::whole("b.yaml");
        other.outcome = Outcome::Unknown;
        other.rule_index = 7;
        assert_eq!(one.fingerprint("R9Q"), other.fingerprint("R9Q"));
    }

    #[test]
    fn a_fingerprint_changes_with_whose_what_and_which_meaning() {
        let prints = [
            finding("OUR-001", 1, "A-1").fingerprint("R9Q"),
            finding("OUR-001", 1, "A-1").fingerprint("R9P"),
            finding("OUR-001", 2, "A-1").fingerprint("R9Q"),
            finding("OUR-002", 1, "A-1").fingerprint("R9Q"),
            finding("OUR-001", 1, "A-2").fingerprint("R9Q"),
            // The same letters, cut elsewhere.
            finding("OUR-0011", 1, "A-1").fingerprint("R9Q"),
            finding("OUR-001", 11, "A-1").fingerprint("R9Q"),
        ];
        let distinct: std::collections::BTreeSet<_> = prints.iter().collect();
        assert_eq!(distinct.len(), prints.len());
    }

    #[test]
    fn the_recipe_of_fingerprints_does_not_change() {
        assert_eq!(
            finding("OUR-001", 1, "A-1").fingerprint("R9Q"),
            "6c294d0b869e153cc5bd543ca0222bcfdb66c78001cec8a4e8de677ebb242b57"
        );
    }
}
