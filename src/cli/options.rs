//! The arguments as people type them.

use super::catalogue::Catalogue;
use super::certificate::Certificate;
use super::live::Live;
use super::probe::Probe;
use super::reports::{self, Reports};
use super::reuse::Reuse;
use super::rules::Rules;
use crate::import::Format;
use crate::model::read_date;
use crate::model::{Decision, Length};
use crate::schema;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use jiff::civil::Date;
use std::path::PathBuf;

/// Checks what suppliers and NHS trusts declare about their systems against policy.
#[derive(Debug, Parser)]
#[command(
    name = "passmuster",
    version,
    about,
    max_term_width = 100,
    after_help = "Exit status: 0 admitted (with or without conditions), 1 referred or refused,\n2 bad input or policy, or nothing to check, 3 could not run."
)]
pub(super) struct Options {
    #[command(subcommand)]
    pub(super) command: Command,

    /// Say on stderr what is read and by which rules it is judged.
    #[arg(short, long, global = true, display_order = 900)]
    verbose: bool,

    /// Say nothing on stderr but errors.
    #[arg(
        short,
        long,
        global = true,
        display_order = 901,
        conflicts_with = "verbose"
    )]
    pub(super) quiet: bool,

    /// Folder with refreshed facts, or `none` [default: where the system keeps data; PASSMUSTER_DATA].
    #[arg(long, global = true, display_order = 902, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,

    /// When to use colour.
    #[arg(
        long = "color",
        alias = "colour",
        global = true,
        display_order = 903,
        value_enum,
        default_value_t,
        value_name = "WHEN"
    )]
    pub(super) colour: Colour,
}

impl Options {
    pub(super) fn verbosity(&self) -> tracing::Level {
        match (self.quiet, self.verbose) {
            (true, _) => tracing::Level::ERROR,
            (false, false) => tracing::Level::WARN,
            (false, true) => tracing::Level::INFO,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Always,
    #[default]
    Auto,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    #[command(subcommand)]
    Catalogue(Catalogue),
    Certificate(Certificate),
    Check(Check),
    /// Print a completion script for a shell.
    Completions {
        shell: Shell,
    },
    Explain(Explain),
    Forecast(Forecast),
    Import(Import),
    Init(Init),
    /// Write the manual pages.
    Man {
        /// Folder to write them into; the main page goes to stdout without it.
        folder: Option<PathBuf>,
    },
    Probe(Probe),
    Reuse(Reuse),
    #[command(subcommand)]
    Rules(Rules),
    Schema(Schema),
    Test(Test),
}

/// Check a declaration: a pack, a single file, or inventories.
#[derive(Debug, Args)]
#[command(after_help = reports::help())]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) asked: Asked,

    #[command(flatten)]
    pub(super) reports: Reports,

    /// Report passes and rules that do not apply as well (formats for machines).
    #[arg(long)]
    pub(super) all: bool,

    /// Exit with 1 from this decision on; what is milder exits with 0.
    #[arg(long, value_enum, default_value_t, value_name = "DECISION")]
    pub(super) fail_on: FailOn,

    #[command(flatten)]
    pub(super) live: Live,
}

/// What is judged, and by what.
#[derive(Debug, Default, Args)]
pub(super) struct Asked {
    /// What to check: a folder with submission.yaml, YAML or JSON, inventories, or - for stdin.
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// The profile to check against [default: by what is declared].
    #[arg(short, long, value_name = "NAME")]
    pub(super) profile: Option<String>,

    #[command(flatten)]
    pub(super) rules: RulesFrom,

    /// What you know beyond the catalogue: support bought, vendor statements; may be repeated.
    #[arg(long = "overlay", value_name = "FILE")]
    pub(super) overlays: Vec<PathBuf>,

    /// Roots of private authorities that you trust, by which certificates are judged; may be
    /// repeated.
    #[arg(long, value_name = "PEM")]
    pub(super) roots: Vec<PathBuf>,

    /// Keys known to be weak: a file with a SHA-256 of a public key or an RSA modulus a line; may be
    /// repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) weak_keys: Vec<PathBuf>,

    /// The day the question is about, such as 2027-02-01 [default: today, Europe/London].
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) as_of: Option<Date>,

    /// The format of the inventories, of those that `passmuster import --formats` lists [default: by
    /// their content].
    #[arg(long, value_name = "FORMAT", hide_possible_values = true, value_parser = input_formats())]
    pub(super) input_format: Option<Format>,

    /// What the columns of a table of your own mean: a YAML file (`passmuster schema map`).
    #[arg(long, value_name = "FILE")]
    pub(super) map: Option<PathBuf>,

    /// ODS code of the organisation an inventory belongs to.
    #[arg(long, value_name = "CODE")]
    pub(super) org: Option<String>,

    /// Waivers of whoever decides, beside those declared: a YAML file.
    #[arg(long, value_name = "FILE")]
    pub(super) waivers: Vec<PathBuf>,

    /// Leave out the waivers that the submission brings itself.
    #[arg(long, value_enum, value_name = "WHOSE")]
    pub(super) ignore_waivers_from: Option<WaiversFrom>,

    /// What that organisation is.
    #[arg(long, value_name = "KIND", value_parser = ["supplier", "trust", "icb", "gp"])]
    pub(super) kind: Option<String>,
}

/// Explain what one rule says of one declared thing, and why: every part of the rule, with the value
/// seen, the value wanted, and where both were written.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  passmuster explain OSS-001 NUH050206 examples/trust-estate
  passmuster explain DTC-001 organisation examples/supplier-epr --as-of 2026-11-22
  passmuster explain WAN-001 pc-17 estate.csv --profile trust-estate --format json

It is a question: the exit status is 0 whatever the rule says.")]
pub(super) struct Explain {
    /// The rule, such as OSS-001.
    pub(super) rule: String,

    /// The thing it looked at: its id, its name, the beginning of either if no other has it, or
    /// `organisation`.
    pub(super) subject: String,

    #[command(flatten)]
    pub(super) asked: Asked,

    /// How to answer.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: ExplainFormat,

    /// Write the answer to a file, whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// How `explain` answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ExplainFormat {
    Json,
    #[default]
    Terminal,
}

/// List what changes between the day asked about and a later one, with nothing else changed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  passmuster forecast examples/supplier-epr --until 2027-11-22    each change of a year
  passmuster forecast estate.csv --until '6 months'               so far from the day asked about
  passmuster forecast examples/trust-estate --until +90d --format json

It is a question: the exit status is 0 whatever is to come.")]
pub(super) struct Forecast {
    #[command(flatten)]
    pub(super) asked: Asked,

    /// The last day to look at, or how far: 2027-11-22, `6 months`, +90d; ten years at most.
    #[arg(long, value_name = "DATE", value_parser = reach)]
    pub(super) until: Reach,

    /// How to report.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: ForecastFormat,

    /// Write the forecast to a file, whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// How `forecast` reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ForecastFormat {
    Json,
    #[default]
    Terminal,
}

/// The end of a look ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    On(Date),
    In(Length),
}

/// Whose waivers are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum WaiversFrom {
    Submission,
}

/// Where the policy comes from.
#[derive(Debug, Default, Args)]
pub(super) struct RulesFrom {
    /// A folder of policy files instead of the ones inside.
    #[arg(long = "rules", value_name = "DIR")]
    pub(super) folder: Option<PathBuf>,

    /// A folder of policy files on top, whose profiles may extend the others; may be repeated.
    #[arg(long = "add-rules", value_name = "DIR")]
    pub(super) added: Vec<PathBuf>,
}

/// The decision from which a run exits with 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Conditions,
    #[default]
    Refer,
    Reject,
}

impl FailOn {
    /// The mildest decision that fails.
    pub(super) fn line(self) -> Decision {
        match self {
            Self::Conditions => Decision::AdmitWithConditions,
            Self::Refer => Decision::Refer,
            Self::Reject => Decision::Reject,
        }
    }
}

/// Run the cases that stand beside the rules.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  passmuster test --rules policy                      the cases of our own rules
  passmuster test WAN --coverage                      what no case of WAN-… shows
  passmuster test --mutate --min-killed 90            do the cases notice a mistake in a rule?
  passmuster test --format junit --output cases.xml   for the build server")]
pub(super) struct Test {
    /// Only the rules whose id starts with this.
    pub(super) only: Option<String>,
    #[command(flatten)]
    pub(super) rules: RulesFrom,

    /// List every outcome of every branch that no case reaches.
    #[arg(long)]
    pub(super) coverage: bool,

    /// Exit with 1 when the cases reach less than this part of the outcomes.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(super) min_coverage: Option<u8>,

    /// Also make small mistakes in each rule, and list those that no case notices.
    #[arg(long)]
    pub(super) mutate: bool,

    /// Exit with 1 when the cases notice less than this part of the mistakes.
    #[arg(long, value_name = "PERCENT", requires = "mutate",
        value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(super) min_killed: Option<u8>,

    /// How to report.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: TestFormat,

    /// Write the report to a file, whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// How `test` reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TestFormat {
    Json,
    Junit,
    #[default]
    Terminal,
}

/// Print a JSON Schema of files that people write, for editors, or of reports, for programs.
#[derive(Debug, Args)]
#[command(
    after_help = "Begin a file with this line, and an editor with the YAML language server completes and checks it:
  # yaml-language-server: $schema=rules.schema.json

Examples:
  passmuster schema rules --output rules.schema.json             packs and profiles
  passmuster schema submission --output submission.schema.json   what a supplier fills in
  passmuster schema attestations                                 a list in a file of its own
  passmuster schema report                                       what `check --format json` writes"
)]
pub(super) struct Schema {
    /// What the files hold.
    #[arg(value_parser = schema_names())]
    pub(super) name: String,

    /// Write the schema to a file, whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// Read inventories of any format, join them, and write them as one that `check` reads: an asset a
/// line, as JSON.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  passmuster import intune.csv hosts/*_qfe.txt --output assets.ndjson   one asset a machine
  passmuster import estate.csv --explain                                what became of each column
  passmuster import estate.csv --map cmdb.yaml --explain                the same by a map of its columns
  passmuster import --formats                                           what is read

Rows are one machine where they share an identifier, a name, a serial number or a hardware
address, and nothing tells them apart. What cannot be told apart is not joined, and is told.")]
pub(super) struct Import {
    /// Inventories, or - for stdin.
    #[arg(required_unless_present = "formats", value_name = "FILE")]
    pub(super) paths: Vec<PathBuf>,

    /// Write the inventory to a file, whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,

    /// The format of the inventories, of those that `passmuster import --formats` lists [default: by
    /// their content].
    #[arg(long, value_name = "FORMAT", hide_possible_values = true, value_parser = input_formats())]
    pub(super) input_format: Option<Format>,

    /// What the columns of a table of your own mean: a YAML file (`passmuster schema map`).
    #[arg(long, value_name = "FILE")]
    pub(super) map: Option<PathBuf>,

    /// Tell what became of each column instead, and what could not be read.
    #[arg(long)]
    pub(super) explain: bool,

    /// How to explain, and to list formats.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) format: ImportFormat,

    /// List the formats that are read.
    #[arg(long, conflicts_with_all = ["paths", "explain", "input_format", "map"])]
    pub(super) formats: bool,
}

/// How `import` explains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ImportFormat {
    Json,
    #[default]
    Terminal,
}

/// Write a starter pack to fill in.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder to make.
    pub(super) folder: PathBuf,
    /// Registered name of the organisation.
    #[arg(long, default_value = "Example Health Systems Ltd")]
    pub(super) name: String,
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    read_date(text)
        .filter(|_| text.len() <= 10)
        .ok_or_else(|| "expected a day that exists, such as 2026-11-22".to_owned())
}

/// `2027-11-22`, `6 months`, `+90d`, `+1y`.
fn reach(text: &str) -> Result<Reach, String> {
    let expected = || {
        "expected a day that exists, such as 2027-11-22, or a length of time such as `6 months` or +90d"
            .to_owned()
    };
    if let Ok(day) = date(text) {
        return Ok(Reach::On(day));
    }
    let length = Length::read(text.trim_start_matches('+').trim());
    length
        .filter(|length| !matches!(length, Length::Hours(_)))
        .map(Reach::In)
        .ok_or_else(expected)
}

fn schema_names() -> PossibleValuesParser {
    let names = schema::names().map(|(name, about)| PossibleValue::new(name).help(about));
    PossibleValuesParser::new(names)
}

fn input_formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::all().map(Format::name))
        .try_map(|name| Format::from_name(&name).ok_or("no such format"))
}
