//! `passmuster catalogue`: what is known, of which day it is, and what it says about one thing.

mod lookup;
mod status;
mod update;
mod verify;

use super::exit::ExitStatus;
use super::options::Options;
use super::output::Screen;
use anyhow::Result;
use clap::{Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

/// Look at the facts, and look things up in them.
#[derive(Debug, Subcommand)]
pub(super) enum Catalogue {
    Lookup(lookup::Lookup),
    Status(status::Status),
    Update(update::Update),
    Verify(verify::Verify),
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    #[default]
    Terminal,
}

pub(super) fn run(asked: &Catalogue, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    match asked {
        Catalogue::Lookup(lookup) => lookup::run(lookup, options, screen),
        Catalogue::Status(status) => status::run(status, options, screen),
        Catalogue::Update(update) => update::run(update, options, screen),
        Catalogue::Verify(verify) => verify::run(verify, options, screen),
    }
}

fn today() -> Date {
    Timestamp::now().to_zoned(crate::model::london()).date()
}

/// `1 day`, `3 days`.
fn count(number: impl Into<i64>, one: &str) -> String {
    match number.into() {
        1 => format!("1 {one}"),
        number => format!("{number} {one}s"),
    }
}
