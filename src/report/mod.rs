//! From findings to bytes. A renderer gets a run, its findings and their summary, and writes;
//! it never filters, never decides: the decision is the summary's, whatever the format.
//!
//! One file per format, and one line in [`FORMATS`].

mod csv;
mod cyclonedx;
mod escape;
mod explained;
mod forecast;
mod github;
mod gitlab;
#[cfg(test)]
mod hostile;
mod identity;
mod json;
mod junit;
mod markdown;
mod ndjson;
mod openmetrics;
mod oscal;
pub mod problem;
mod record;
#[cfg(test)]
mod sample;
mod sarif;
mod several;
mod terminal;
mod uri;
mod verdict;
mod worst;

use crate::model::{Decision, Finding, Run, Summary};
use std::io::{self, Write};

pub use escape::escape;
pub use explained::explain_json;
pub use forecast::forecast_as_json;
pub use several::Several;
pub use terminal::{explain_terminal, forecast_for_people};

/// Writes one report. The engine sends every finding worth telling, and also the passes and the
/// rules that do not apply for the first subjects, always in the same order.
pub trait Renderer {
    fn begin(&mut self, run: &Run) -> io::Result<()>;
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;
    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()>;
}

/// A format by its name.
#[derive(Debug)]
pub struct Format {
    pub name: &'static str,
    pub explain: &'static str,
    /// Whether it has to hear of every outcome, of every subject.
    pub hears_all: bool,
    pub make: Make,
}

/// Makes a renderer that writes to what it is handed, and to nothing else.
pub type Make = for<'a> fn(Box<dyn Write + 'a>, &Options) -> Box<dyn Renderer + 'a>;

/// What a reader may choose about the look; nothing here changes an answer.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Columns that a line may take.
    pub width: usize,
    pub colour: bool,
    /// Machine formats: also write the passes and the rules that do not apply.
    pub all: bool,
    /// The mildest decision that fails a run: formats that know only passed and failed call what
    /// alone leads to it a failure.
    pub fails_from: Decision,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 80,
            colour: false,
            all: false,
            fails_from: Decision::Refer,
        }
    }
}

/// Every format; the first is the usual one.
pub static FORMATS: &[Format] = &[
    terminal::FORMAT,
    json::FORMAT,
    ndjson::FORMAT,
    sarif::FORMAT,
    junit::FORMAT,
    gitlab::FORMAT,
    github::FORMAT,
    markdown::FORMAT,
    csv::FINDINGS,
    csv::ASSETS,
    csv::ORGANISATION,
    openmetrics::FORMAT,
    oscal::FORMAT,
    cyclonedx::FORMAT,
];

impl Format {
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}
