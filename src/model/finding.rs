//! A finding: the outcome of one rule on one subject, with its evidence.

use super::outcome::{Gate, Outcome, Severity};
use super::place::Place;
use super::record::SubjectKind;
use jiff::civil::Date;
use std::sync::Arc;

/// What people read about a rule.
#[derive(Debug, Clone)]
pub struct RuleInfo {
    pub id: String,
    /// The pack it stands in.
    pub pack: String,
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
