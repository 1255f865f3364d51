//! The verdict words: outcome of one rule on one subject, severity, gate, and the decision.

use serde::Serialize;
use std::fmt;

/// What one rule says about one subject. Missing data is never a `Pass`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Two pieces of evidence contradict each other.
    Conflict,
    Fail,
    NotApplicable,
    Pass,
    /// The evidence is missing or cannot decide.
    Unknown,
    /// Would fail, but an accepted risk covers it until a date.
    Waived,
}

impl Outcome {
    pub const ALL: [Self; 6] = [
        Self::Conflict,
        Self::Fail,
        Self::NotApplicable,
        Self::Pass,
        Self::Unknown,
        Self::Waived,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Fail => "fail",
            Self::NotApplicable => "not-applicable",
            Self::Pass => "pass",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
        }
    }

    /// Whether a reader wants to hear of it: everything but a pass and a rule that does not apply.
    pub fn is_worth_telling(self) -> bool {
        match self {
            Self::Conflict | Self::Fail | Self::Unknown | Self::Waived => true,
            Self::NotApplicable | Self::Pass => false,
        }
    }
}

/// How bad a failure is, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What an open failure does to admission, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// Told, never decisive.
    Advise,
    /// May become a dated condition.
    Condition,
    /// Goes to a person, whatever its severity.
    Refer,
    /// Refuses admission; no waiver covers it.
    Block,
}

impl Gate {
    pub const ALL: [Self; 4] = [Self::Advise, Self::Condition, Self::Refer, Self::Block];

    pub fn name(self) -> &'static str {
        match self {
            Self::Advise => "advise",
            Self::Condition => "condition",
            Self::Refer => "refer",
            Self::Block => "block",
        }
    }
}

/// What becomes of the whole declaration, in rising order of badness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    Admit,
    AdmitWithConditions,
    Refer,
    Reject,
}

impl Decision {
    pub fn name(self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::AdmitWithConditions => "admit-with-conditions",
            Self::Refer => "refer",
            Self::Reject => "reject",
        }
    }

    /// As a headline: `ADMIT WITH CONDITIONS`.
    pub fn headline(self) -> &'static str {
        match self {
            Self::Admit => "ADMIT",
            Self::AdmitWithConditions => "ADMIT WITH CONDITIONS",
            Self::Refer => "REFER",
            Self::Reject => "REJECT",
        }
    }
}

macro_rules! display_by_name {
    ($($word:ty),*) => {$(
        impl fmt::Display for $word {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    )*};
}
display_by_name!(Outcome, Severity, Gate, Decision);
