//! The keys of policy files, each with what stands behind it: what the readers of those files may
//! ask for, and what editors are told.

use crate::model::{Gate, Outcome, Severity};

/// The keys of one kind of mapping.
#[derive(Debug)]
pub struct Keys(pub &'static [Key]);

#[derive(Debug)]
pub struct Key {
    pub name: &'static str,
    pub about: &'static str,
    pub is_required: bool,
    pub holds: Holds,
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy)]
pub enum Holds {
    Cases,
    /// A condition on the subject of the rule.
    Condition,
    /// A whole day.
    Date,
    Evidence,
    /// Names of fields that hold days.
    Fields,
    Given,
    Grades,
    /// A length of time, or a parameter.
    Length,
    /// A whole number from 1.
    Number,
    Parameters,
    Raise,
    Rules,
    /// A mapping of parameters to their new values.
    Set,
    Subject,
    Text,
    /// A list of texts, or one text.
    Texts,
    /// A list of texts, even of one.
    TextList,
    Words(fn() -> Vec<&'static str>),
}

impl Keys {
    /// Whether a key of this name is documented.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|key| key.name == name)
    }
}

const fn required(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key {
        name,
        about,
        is_required: true,
        holds,
    }
}

const fn optional(name: &'static str, holds: Holds, about: &'static str) -> Key {
    Key {
        name,
        about,
        is_required: false,
        holds,
    }
}

pub const PACK: Keys = Keys(&[
    required("pack", Holds::Text, "The name of this pack of rules"),
    required("title", Holds::Text, "What the pack is about, in a line"),
    optional("about", Holds::Text, "What it asks, and what it does not"),
    optional(
        "version",
        Holds::Number,
        "Its meaning version, from 1: raised when the rules come to ask something else",
    ),
    optional(
        "cases_at",
        Holds::Date,
        "The day its cases are about, unless they say another",
    ),
    optional(
        "params",
        Holds::Parameters,
        "Named values that rules write as `$name`, and that profiles may tighten",
    ),
    required("rules", Holds::Rules, "The rules"),
]);

pub const PARAMETER: Keys = Keys(&[
    required(
        "type",
        Holds::Words(|| super::parameter::KINDS.map(|(name, _)| name).to_vec()),
        "What it holds",
    ),
    required(
        "value",
        Holds::Text,
        "Its value, unless a profile sets another",
    ),
    required(
        "strict",
        Holds::Words(|| super::parameter::DIRECTIONS.map(|(name, _)| name).to_vec()),
        "The direction in which a profile may move it; `fixed` for none",
    ),
    optional("note", Holds::Text, "Where the figure comes from"),
]);

pub const RULE: Keys = Keys(&[
    required(
        "id",
        Holds::Text,
        "The id by which findings and waivers name it: WAN-001",
    ),
    required("title", Holds::Text, "What holds when the rule passes"),
    required("for", Holds::Subject, "What it judges"),
    optional(
        "where",
        Holds::Condition,
        "Which subjects it is about; all of the kind unless given",
    ),
    optional(
        "due",
        Holds::Length,
        "How long a condition may stay open; 90 days unless given",
    ),
    optional(
        "empty",
        Holds::Words(|| super::pack::EMPTY.map(|(name, _)| name).to_vec()),
        "What a list that is declared to be empty comes to, where at least one is asked for",
    ),
    optional(
        "evidence",
        Holds::Evidence,
        "How fresh the evidence has to be to count",
    ),
    optional(
        "grades",
        Holds::Grades,
        "Several checks of different weight, in place of `severity`, `gate` and `check`",
    ),
    optional("severity", Holds::Words(severities), "How bad a failure is"),
    optional(
        "gate",
        Holds::Words(gates),
        "What an open failure does to admission",
    ),
    optional("check", Holds::Condition, "What has to hold"),
    required("why", Holds::Text, "Why it is asked"),
    required("fix", Holds::Text, "What to do about a failure"),
    required(
        "controls",
        Holds::Texts,
        "The controls of standards it belongs to: dspt/v8:8.3",
    ),
    required("sources", Holds::Texts, "Where the requirement comes from"),
    optional(
        "cases",
        Holds::Cases,
        "Examples that `passmuster test` runs: at least a pass, a fail and a silence",
    ),
]);

pub const GRADE: Keys = Keys(&[
    required("severity", Holds::Words(severities), "How bad a failure is"),
    required(
        "gate",
        Holds::Words(gates),
        "What an open failure does to admission",
    ),
    required("check", Holds::Condition, "What has to hold"),
]);

pub const EVIDENCE: Keys = Keys(&[
    required(
        "from",
        Holds::Fields,
        "The fields that say on which day the evidence was taken",
    ),
    required("max_age", Holds::Length, "How old it may be"),
]);

pub const CASE: Keys = Keys(&[
    required("name", Holds::Text, "What the case shows"),
    required(
        "given",
        Holds::Given,
        "What is declared of the subject, and the lists around it",
    ),
    optional(
        "at",
        Holds::Date,
        "The day it is about; `cases_at` of the pack unless given",
    ),
    required(
        "expect",
        Holds::Words(|| Outcome::ALL.map(Outcome::name).to_vec()),
        "What the rule has to say",
    ),
    optional(
        "severity",
        Holds::Words(severities),
        "The severity a failure has to have, where the rule grades its failures",
    ),
    optional("todo", Holds::Text, "Why it may fail for now"),
]);

pub const PROFILE: Keys = Keys(&[
    required("profile", Holds::Text, "The name of this profile"),
    required("title", Holds::Text, "What it is for, in a line"),
    optional(
        "about",
        Holds::Text,
        "What an admission under it says, and what not",
    ),
    optional(
        "extends",
        Holds::Text,
        "The profile it builds on, and may only tighten",
    ),
    optional(
        "packs",
        Holds::TextList,
        "Packs whose rules it asks: wannacry, or wannacry@3 to hold it to a version",
    ),
    optional("rules", Holds::TextList, "Single rules it asks, by id"),
    optional("set", Holds::Set, "Parameters, moved to the strict side"),
    optional(
        "raise",
        Holds::Raise,
        "Rules whose failures weigh more: a severity, a gate, or both",
    ),
    optional(
        "layer",
        Holds::Words(|| super::profile::LAYERS.map(|(name, _)| name).to_vec()),
        "Whose policy it is, from the widest to the narrowest",
    ),
    optional(
        "opens",
        Holds::Date,
        "First day on which anybody can be admitted under it",
    ),
    optional("closes", Holds::Date, "Last such day"),
]);

pub const RAISE: Keys = Keys(&[
    optional("severity", Holds::Words(severities), "At least so severe"),
    optional("gate", Holds::Words(gates), "At least at this gate"),
]);

fn severities() -> Vec<&'static str> {
    Severity::ALL.map(Severity::name).to_vec()
}

fn gates() -> Vec<&'static str> {
    Gate::ALL.map(Gate::name).to_vec()
}
