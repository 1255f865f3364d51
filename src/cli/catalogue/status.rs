//! `passmuster catalogue status`: each part with its age, its source, its hash, and where it is.
//!
//! Exits with 1 when a part is older than `--max-age`; a part of unknown age is too old.

use super::super::data::{Known, place};
use super::super::exit::ExitStatus;
use super::super::options::{Options, date};
use super::super::output::Screen;
use super::super::rules::print;
use super::{Format, count, today};
use crate::catalogue::{Part, PartTable};
use crate::model::Length;
use anyhow::{Context, Result};
use clap::Args;
use jiff::civil::Date;
use serde::Serialize;
use std::fmt::Write;

/// Say what is known and of which day it is.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 when no part is older than --max-age, else 1.\n\nExamples:
  passmuster catalogue status --max-age 45d           fails a pipeline that judges by old facts
  passmuster catalogue status --format json           every table, with whole hashes"
)]
pub(in crate::cli) struct Status {
    /// Exit with 1 when a part is older than this, such as 45d or 6w.
    #[arg(long, value_name = "AGE", value_parser = age)]
    max_age: Option<Length>,

    /// The day ages are counted to [default: today, Europe/London].
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<Date>,

    /// How to say it.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A length of time in whole days or longer; a bare number counts days.
fn age(text: &str) -> Result<Length, String> {
    let bare = text.trim().parse().ok().map(|days: u16| format!("{days}d"));
    Length::read(bare.as_deref().unwrap_or(text))
        .filter(|length| !matches!(length, Length::Hours(_)))
        .ok_or_else(|| "expected a length of time such as 45d, 6w or 12 months".to_owned())
}

pub(super) fn run(status: &Status, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let known = Known::open(options);
    let as_of = status.as_of.unwrap_or_else(today);
    let parts: Vec<_> = known
        .catalogue
        .parts()
        .iter()
        .map(|part| describe(part, &known, as_of, status.max_age))
        .collect();
    let shown = Shown {
        as_of,
        sha256: known.catalogue.sha256(),
        data_directory: place(options).map(|path| path.display().to_string()),
        generation: known.stored.map(|stored| stored.generation.as_str()),
        made: known.stored.map(|stored| stored.manifest.made.to_string()),
        damage: &known.damage,
        parts,
    };
    match status.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&shown).context("write the status")?;
            print(&format!("{text}\n"))?;
        }
        Format::Terminal => print(&write(&shown, screen.width))?,
    }
    let is_old = shown.parts.iter().any(|part| part.is_too_old == Some(true));
    Ok(if is_old {
        ExitStatus::Refused
    } else {
        ExitStatus::Done
    })
}

/// `--format json`. Keys are added, never renamed or removed.
#[derive(Serialize)]
struct Shown<'a> {
    as_of: Date,
    /// Over every table.
    sha256: &'a str,
    data_directory: Option<String>,
    generation: Option<&'a str>,
    /// When that generation was put together.
    made: Option<String>,
    damage: &'a [String],
    parts: Vec<ShownPart>,
}

#[derive(Serialize)]
struct ShownPart {
    name: &'static str,
    rows: usize,
    data_date: Option<Date>,
    age_days: Option<i32>,
    /// Only with `--max-age`.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_too_old: Option<bool>,
    sources: Vec<&'static str>,
    sha256: String,
    /// `program`, or the generation of the data directory; `mixed` when some tables are stored.
    from: String,
    tables: Vec<ShownTable>,
}

#[derive(Serialize)]
struct ShownTable {
    name: &'static str,
    rows: usize,
    bytes: usize,
    data_date: Option<Date>,
    sha256: String,
    from: String,
}

fn describe(part: &Part, known: &Known, as_of: Date, max_age: Option<Length>) -> ShownPart {
    let generation = known.stored.map_or("", |stored| &stored.generation);
    let from = |table: &PartTable| {
        let from = if table.is_embedded {
            "program"
        } else {
            generation
        };
        from.to_owned()
    };
    let tables: Vec<_> = part
        .tables
        .iter()
        .map(|table| ShownTable {
            name: table.name,
            rows: table.rows,
            bytes: table.bytes,
            data_date: table.data_date,
            sha256: table.sha256.clone(),
            from: from(table),
        })
        .collect();
    let agreed = tables.iter().all(|table| table.from == tables[0].from);
    let age_days = part.data_date().map(|dated| (as_of - dated).get_days());
    ShownPart {
        name: part.name,
        rows: part.rows(),
        data_date: part.data_date(),
        age_days,
        is_too_old: max_age.map(|limit| {
            let dated = part.data_date();
            dated.is_none_or(|dated| limit.after(dated) < as_of)
        }),
        sources: part.sources(),
        sha256: part.sha256(),
        from: if agreed {
            tables[0].from.clone()
        } else {
            "mixed".to_owned()
        },
        tables,
    }
}

/// Columns of the table before the sources.
const HASH: usize = 12;

fn write(shown: &Shown<'_>, width: usize) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "catalogue on {}, SHA-256 {}",
        shown.as_of,
        &shown.sha256[..HASH]
    );
    let folder = shown.data_directory.as_deref().unwrap_or("none");
    let from = match (shown.generation, shown.data_directory.is_some()) {
        (Some(generation), _) => format!("data directory {folder}, generation {generation}"),
        (None, true) => format!("data directory {folder}, nothing stored"),
        (None, false) => "no data directory".to_owned(),
    };
    let plain = textwrap::Options::new(width)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let _ = writeln!(out, "{}\n", textwrap::fill(&from, plain));
    for part in &shown.parts {
        let age = part.age_days.map_or_else(
            || "age unknown".to_owned(),
            |age| format!("{} old", count(age, "day")),
        );
        let dated = part
            .data_date
            .map_or_else(|| "not dated".to_owned(), |date| date.to_string());
        let old = if part.is_too_old == Some(true) {
            "  TOO OLD"
        } else {
            ""
        };
        let _ = writeln!(out, "{}{old}", part.name);
        let facts = format!(
            "{}, {dated}, {age}, SHA-256 {}, {}",
            count(i64::try_from(part.rows).unwrap_or(i64::MAX), "row"),
            &part.sha256[..HASH],
            match part.from.as_str() {
                "program" => "inside the program".to_owned(),
                "mixed" => "in part from the data directory".to_owned(),
                generation => format!("generation {generation}"),
            }
        );
        let sources = match part.sources.as_slice() {
            [] => vec!["reviewers of this program, who keep it by hand"],
            sources => sources.to_vec(),
        };
        let lines = [facts.as_str()].into_iter().chain(sources);
        for (index, text) in lines.enumerate() {
            let options = textwrap::Options::new(width)
                .initial_indent(if index == 0 { "  " } else { "  from " })
                .subsequent_indent(if index == 0 { "  " } else { "       " })
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            let _ = writeln!(out, "{}", textwrap::fill(text, options));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::age;
    use crate::model::Length;

    #[test]
    fn an_age_is_a_length_or_a_number_of_days() {
        for (text, expected) in [
            ("45d", Length::Days(45)),
            ("45", Length::Days(45)),
            ("45 days", Length::Days(45)),
            ("6w", Length::Days(42)),
            ("1 year", Length::Months(12)),
            ("0", Length::Days(0)),
        ] {
            assert_eq!(age(text), Ok(expected), "{text}");
        }
        for text in ["", "d", "-1d", "45m", "1.5d", "48h", "99999999999", "9999w"] {
            assert!(age(text).is_err(), "{text}");
        }
    }
}
