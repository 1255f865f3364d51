//! The command line: arguments to options, options to work, and the summary's decision to an exit
//! status. The only place that reads the clock, the environment and the terminal.

mod catalogue;
mod certificate;
mod check;
mod data;
mod exit;
mod explain;
mod forecast;
mod import;
mod init;
mod input;
mod live;
mod manual;
mod map;
mod options;
mod output;
mod overlay;
mod probe;
mod reports;
mod reuse;
mod revocation;
mod roots;
mod rules;
mod schema;
mod test;
mod waivers;
mod weak_keys;

pub use exit::ExitStatus;

use anyhow::Result;
use clap::Parser;
use options::{Command, Options};
use std::ffi::OsString;

/// Runs the program with the given arguments and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let options = match Options::try_parse_from(arguments) {
        Ok(options) => options,
        Err(error) => return exit::usage(&error),
    };
    let screen = output::Screen::new(options.colour);
    output::start_logging(options.verbosity(), screen.error_colour);
    let result: Result<ExitStatus> = match &options.command {
        Command::Catalogue(asked) => catalogue::run(asked, &options, &screen),
        Command::Certificate(asked) => certificate::run(asked, &screen),
        Command::Check(check) => check::run(check, &options, &screen),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Explain(explain) => explain::run(explain, &options, &screen),
        Command::Forecast(forecast) => forecast::run(forecast, &options, &screen),
        Command::Import(asked) => import::run(asked, &options, &screen),
        Command::Init(init) => init::run(init, &options),
        Command::Man { folder } => manual::man(folder.as_deref()),
        Command::Probe(asked) => probe::run(asked, &options, &screen),
        Command::Reuse(asked) => reuse::run(asked, &screen),
        Command::Rules(rules) => rules::run(rules, &options, &screen),
        Command::Schema(asked) => schema::run(asked),
        Command::Test(test) => test::run(test, &options, &screen),
    };
    result.unwrap_or_else(|error| exit::report(&error, &screen))
}
