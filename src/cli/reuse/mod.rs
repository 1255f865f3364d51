//! `passmuster reuse`: which keys stand in the certificates of more than one declarant, and which
//! outlived a certificate.
//!
//! Keys are compared by their hash; what was declared without its file is said not to be compared.

mod declarant;
mod json;
mod terminal;

use super::exit::ExitStatus;
use super::output::Screen;
use super::rules::print;
use crate::model::Outcome;
use crate::pki::Level;
use crate::pki::reuse::{self, Declared, Reuse as Shared};
use anyhow::Result;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Find keys that more than one declarant has, and keys that outlive their certificates.
#[derive(Debug, Args)]
#[command(
    after_help = "Each path is one declarant's: a pack, a declaration, a folder of certificates, or a
file of them. Declarations of one organisation, by its ODS code or else its name, are
one declarant's.

Examples:
  passmuster reuse submissions/*                     every pack that was handed in
  passmuster reuse submissions/larkfield last-year   a pack, and a folder of certificates
  passmuster reuse submissions/* --format json

Exit status: 0 no key is shared, 1 one is, a private key was sent, or something could not be
compared, 2 a path holds something else, 3 a path could not be read."
)]
pub(super) struct Reuse {
    /// Packs, declarations, folders of certificates, or files of them.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to report.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    #[default]
    Terminal,
}

/// What all declarants together came to.
#[derive(Debug, Default)]
struct Comparison {
    declarants: Vec<Declarant>,
    /// Every certificate at every host that it is declared for.
    declared: Vec<Declared>,
    /// Where each of those stands; as long as `declared`.
    places: Vec<Place>,
    /// What has no key to compare, and why.
    not_compared: Vec<Remark>,
    /// Private keys that were sent along.
    incidents: Vec<Remark>,
    found: Vec<Shared>,
}

#[derive(Debug)]
struct Declarant {
    name: String,
    paths: Vec<String>,
}

/// Where a certificate was found, and its days for whoever has to find the newer of two.
#[derive(Debug)]
struct Place {
    file: String,
    window: String,
}

/// Something to say of one thing that a declarant sent.
#[derive(Debug)]
struct Remark {
    declarant: String,
    what: String,
    why: String,
}

impl Comparison {
    fn outcome(&self) -> Outcome {
        let is_shared = self.found.iter().any(|found| found.level == Level::Error);
        if is_shared || !self.incidents.is_empty() {
            return Outcome::Fail;
        }
        if self.not_compared.is_empty() {
            return Outcome::Pass;
        }
        Outcome::Unknown
    }
}

pub(super) fn run(asked: &Reuse, screen: &Screen) -> Result<ExitStatus> {
    let mut compared = declarant::gather(&asked.paths)?;
    compared.found = reuse::find(&compared.declared);
    print(&match asked.format {
        Format::Json => json::render(&compared)?,
        Format::Terminal => terminal::render(&compared, screen.width, screen.colour),
    })?;
    Ok(match compared.outcome() {
        Outcome::Pass => ExitStatus::Done,
        _ => ExitStatus::Refused,
    })
}
