//! An explanation: how one rule came to its outcome on one subject, part by part. Every part was
//! asked, also those that could no longer change anything.

use super::finding::{Finding, RuleInfo, WaiverUse};
use super::outcome::{Gate, Outcome, Severity};
use super::place::Place;
use jiff::civil::Date;
use std::sync::Arc;

/// The answer to one question about a rule and a declared thing.
#[derive(Debug, Clone)]
pub struct Explained {
    pub rule: Arc<RuleInfo>,
    /// What was declared, and by which profile, on which day and with which knowledge it was judged.
    pub declared: String,
    pub profile: String,
    pub as_of: Date,
    pub catalogue_date: Date,
    /// The parameters the rule names, in the order of their names.
    pub parameters: Vec<Setting>,
    /// One for each record with the identifier, or the first of them.
    pub explanations: Vec<Explanation>,
    /// How many records have the identifier.
    pub records: u64,
}

/// What led to one finding.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// As `check` tells it.
    pub finding: Finding,
    /// `where`, the evidence and each grade, in this order; empty where nothing was declared that
    /// the rule could look at.
    pub sections: Vec<Section>,
    /// Every waiver that names the rule and the subject, needed or not.
    pub waivers: Vec<Considered>,
}

/// One of the conditions of a rule.
#[derive(Debug, Clone)]
pub struct Section {
    pub part: Part,
    /// Whether the outcome is this section's.
    pub decides: bool,
    pub trace: Trace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Evidence,
    /// What its failure weighs; the number counts from 1.
    Grade {
        number: usize,
        severity: Severity,
        gate: Gate,
    },
    Where,
}

/// One node of a condition with what became of it.
#[derive(Debug, Clone)]
pub struct Trace {
    pub kind: TraceKind,
    /// As written, on one line, with the values of its parameters.
    pub label: String,
    /// Where that stands in the policy.
    pub written_at: Place,
    pub outcome: Outcome,
    /// Whether the outcome of all that is above hangs on it.
    pub decides: bool,
    /// What was seen and why that decides.
    pub why: String,
    /// The declared value that was looked at, where it was one.
    pub seen: Option<String>,
    pub wanted: Option<String>,
    /// Where the value was read, or the record that lacks it.
    pub place: Option<Place>,
    pub fact: Option<String>,
    /// Last day on which the outcome of this part holds.
    pub until: Option<Date>,
    pub parts: Vec<Self>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceKind {
    All,
    Any,
    Check,
    Field,
    Not,
    /// Another declared thing that a check looks into, with the condition on it as its part.
    Record,
}

impl TraceKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::Check => "check",
            Self::Field => "field",
            Self::Not => "not",
            Self::Record => "record",
        }
    }
}

/// A waiver that names the rule and the subject.
#[derive(Debug, Clone)]
pub struct Considered {
    /// Says why it does not cover, where it does not.
    pub usage: WaiverUse,
    pub place: Place,
    /// The last day on which it covers, or on which what it lacks cannot change.
    pub until: Option<Date>,
    /// Its compensating controls, each asked of the subject.
    pub controls: Vec<Trace>,
}

/// A parameter in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    pub value: String,
    /// `profile hssf-lot-1`, or the pack that declares it.
    pub set_by: String,
    pub place: Place,
}

impl Trace {
    /// Marks what the outcome hangs on: of a fold, the parts whose outcome it has.
    #[must_use]
    pub fn marked(mut self, decides: bool) -> Self {
        self.decides = decides;
        let (is_not, outcome) = (self.kind == TraceKind::Not, self.outcome);
        self.parts = self
            .parts
            .into_iter()
            .map(|part| {
                let is_same = is_not || part.outcome == outcome;
                part.marked(decides && is_same)
            })
            .collect();
        self
    }
}
