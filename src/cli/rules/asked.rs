//! The arguments of `passmuster rules`.

use super::super::options::RulesFrom;
use super::filter::{SeverityWanted, gate, severity, subject};
use crate::model::{Gate, SubjectKind};
use clap::{Args, Subcommand, ValueEnum};

/// Look at the rules.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Rules {
    List(List),
    Show(Show),
    Search(Search),
    Controls(Controls),
}

impl Rules {
    pub(super) fn from(&self) -> &RulesFrom {
        match self {
            Self::Controls(asked) => &asked.rules,
            Self::List(asked) => &asked.rules,
            Self::Search(asked) => &asked.rules,
            Self::Show(asked) => &asked.rules,
        }
    }
}

/// List the rules, by pack.
#[derive(Debug, Args)]
#[command(
    after_help = "An option given twice takes either; different options have to hold together.

Examples:
  passmuster rules list --control dspt/v8:8.3           rules that name a control
  passmuster rules list --control caf/4.0:B4            ... or what lies within one
  passmuster rules list --severity high+ --gate block   high and above, that refuse admission
  passmuster rules list --pack wannacry --for asset     of one pack, about one kind of thing"
)]
pub(in crate::cli) struct List {
    /// Only those of a profile.
    #[arg(short, long, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// Only those that bear on a control, or on what lies within: dspt, caf/4.0:B4, dspt/v8:8.3.
    #[arg(long, value_name = "CONTROL")]
    pub(super) control: Vec<String>,

    /// Only those of a severity, or with + of that or above: critical, high+.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(super) severity: Vec<SeverityWanted>,

    /// Only those with a gate: advise, condition, refer or block.
    #[arg(long, value_name = "GATE", value_parser = gate)]
    pub(super) gate: Vec<Gate>,

    /// Only those of a pack.
    #[arg(long, value_name = "PACK")]
    pub(super) pack: Vec<String>,

    /// Only those about a kind of thing: asset, organisation, endpoint.
    #[arg(long = "for", value_name = "KIND", value_parser = subject)]
    pub(super) subject: Vec<SubjectKind>,

    #[command(flatten)]
    pub(super) rules: RulesFrom,

    /// How to answer.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
}

/// Show one rule: what it asks, why, and what to do.
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// Its id, such as WAN-001.
    pub(super) id: String,

    #[command(flatten)]
    pub(super) rules: RulesFrom,

    /// How to answer.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
}

/// Find rules by words: ids, titles, reasons, controls, sources, checks and fields.
#[derive(Debug, Args)]
pub(in crate::cli) struct Search {
    /// Words that all have to occur; each may be the beginning of one.
    #[arg(value_name = "WORDS", required = true)]
    pub(super) words: Vec<String>,

    #[command(flatten)]
    pub(super) rules: RulesFrom,

    /// How to answer.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
}

/// Show the controls of frameworks, the rules that bear on each, and the gaps.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  passmuster rules controls dspt/v8                     one edition
  passmuster rules controls caf/4.0:B4                  a part of one
  passmuster rules controls --gaps --profile hssf-core  what no rule of a profile asks")]
pub(in crate::cli) struct Controls {
    /// A framework, an edition or a control: dspt, caf/4.0, dspt/v8:8.3 [default: all].
    #[arg(value_name = "CONTROL")]
    pub(super) within: Option<String>,

    /// Count only the rules of a profile, and those that are always asked.
    #[arg(short, long, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// Only the controls that no rule touches.
    #[arg(long)]
    pub(super) gaps: bool,

    #[command(flatten)]
    pub(super) rules: RulesFrom,

    /// How to answer.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Json,
    #[default]
    Terminal,
}
