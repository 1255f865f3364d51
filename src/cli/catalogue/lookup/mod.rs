//! `passmuster catalogue lookup`: what the catalogue says about one thing, or about many from
//! standard input. Exits with 1 when the catalogue has no answer to what was asked by name.

mod advisory;
mod answer;
mod lines;
mod package;
mod page;
mod product;
mod query;
mod software;
mod support;
mod system;

use super::super::data::Known;
use super::super::exit::{BadInput, ExitStatus};
use super::super::options::{Options, date};
use super::super::output::Screen;
use super::super::rules::print;
use super::today;
use crate::catalogue::{Catalogue, Identity, OsFacts, SoftwareFacts};
use answer::{Answer, Answered};
use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use page::Page;
use query::Query;
use std::io::{self, BufReader, BufWriter};

/// Explain a system, software, an update, an advisory or a product.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: 0 with an answer, 1 when the catalogue has none. With --stdin each line has its
answer, and the exit status is 0.

Examples:
  passmuster catalogue lookup Win 2008 R2 SP1 7601      what an inventory calls a system
  passmuster catalogue lookup PostgreSQL 12.4           a piece of software
  passmuster catalogue lookup KB4019264                 an update
  passmuster catalogue lookup MS17-010                  an advisory, or a CVE
  passmuster catalogue lookup windows-server:2012-r2    a release, or a product without its cycle
  passmuster catalogue lookup --stdin < names.txt       many, one a line; a line may be an object:
                                                        {\"name\": \"Windows 10\", \"build\": 14393} or
                                                        {\"software\": \"nginx\", \"version\": \"1.18.0\"}"
)]
pub(in crate::cli) struct Lookup {
    /// What to look up; the words are one question, unless each is an update or an advisory.
    #[arg(value_name = "WORDS", required_unless_present = "stdin")]
    words: Vec<String>,

    /// Answer every line of standard input with a line of JSON.
    #[arg(long, conflicts_with = "words")]
    stdin: bool,

    /// The day the question is about, such as 2027-02-01 [default: today, Europe/London].
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<Date>,

    /// How to answer [default: terminal; ndjson with --stdin].
    #[arg(short, long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Ndjson,
    Terminal,
}

/// Where questions are answered: the facts, and the day they are about.
#[derive(Debug)]
struct Desk {
    catalogue: &'static Catalogue,
    as_of: Date,
}

pub(super) fn run(lookup: &Lookup, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let desk = Desk {
        catalogue: Known::open(options).catalogue,
        as_of: lookup.as_of.unwrap_or_else(today),
    };
    if lookup.stdin {
        if lookup.format.is_some_and(|format| format != Format::Ndjson) {
            let message = "answers to --stdin are ndjson; leave --format out".to_owned();
            return Err(anyhow!(BadInput(message)));
        }
        let input = BufReader::with_capacity(256 * 1024, io::stdin().lock());
        let output = BufWriter::with_capacity(256 * 1024, io::stdout().lock());
        lines::answer(&desk, input, output)?;
        return Ok(ExitStatus::Done);
    }
    let questions = questions(&lookup.words);
    if questions.iter().any(|question| question.trim().is_empty()) {
        let message = "there is nothing to look up; name a system, software, KB or CVE".to_owned();
        return Err(anyhow!(BadInput(message)));
    }
    let answers: Vec<_> = questions
        .iter()
        .map(|question| desk.explain(question, screen.width))
        .collect();
    print(&write(&questions, &answers, lookup.format)?)?;
    let is_answered = answers.iter().all(|(answer, _)| answer.is_known());
    Ok(if is_answered {
        ExitStatus::Done
    } else {
        ExitStatus::Refused
    })
}

/// Several updates or advisories are several questions; other words are one.
fn questions(words: &[String]) -> Vec<String> {
    if words.len() > 1 && words.iter().all(|word| Query::is_id(word)) {
        return words.to_vec();
    }
    vec![words.join(" ")]
}

fn write(
    questions: &[String],
    answers: &[(Answer, String)],
    format: Option<Format>,
) -> Result<String> {
    let answered: Vec<_> = questions
        .iter()
        .zip(answers)
        .map(|(query, (answer, _))| Answered { query, answer })
        .collect();
    Ok(
        match (format.unwrap_or(Format::Terminal), answered.as_slice()) {
            (Format::Json, [one]) => serde_json::to_string_pretty(one)? + "\n",
            (Format::Json, all) => serde_json::to_string_pretty(all)? + "\n",
            (Format::Ndjson, all) => {
                let mut text = String::new();
                for one in all {
                    text += &serde_json::to_string(one)?;
                    text.push('\n');
                }
                text
            }
            (Format::Terminal, _) => {
                let pages: Vec<_> = answers.iter().map(|(_, page)| page.as_str()).collect();
                pages.join("\n")
            }
        },
    )
}

/// Why there is no answer about an update or an advisory.
fn unknown(id: &str, catalogue: &Catalogue) -> String {
    let dated = catalogue.facts().date_of("windows-builds.tsv");
    let day = dated.map_or_else(String::new, |dated| format!(" of {dated}"));
    format!(
        "the catalogue does not know {id}: it may be about another product, or newer than the \
         Windows facts{day}"
    )
}

impl Desk {
    /// The answer with its details, and as a page.
    fn explain(&self, question: &str, width: usize) -> (Answer, String) {
        let (catalogue, as_of) = (self.catalogue, self.as_of);
        let mut page = Page::new(question, width);
        let query = Query::of(question, catalogue);
        if let Query::System(name) = query {
            let identity = catalogue.identify(&OsFacts::named(name));
            let mut answer = self.system(&identity);
            let id = name.trim().to_lowercase();
            if !answer.is_known() && !catalogue.lifecycle().cycles(&id).is_empty() {
                let answer = product::answer(&id, None, catalogue, as_of);
                product::page(&answer, catalogue, as_of, &mut page);
                return (answer, page.text);
            }
            let facts = SoftwareFacts {
                name: Some(name),
                ..SoftwareFacts::default()
            };
            if !answer.is_known()
                && let Some(found) = software::find(&facts, catalogue)
            {
                let answer = software::answer(&found, catalogue, as_of);
                software::page(&found, &answer, catalogue, as_of, &mut page);
                return (answer, page.text);
            }
            answer.details = Some(system::details(&identity, catalogue, as_of));
            system::page(&identity, &answer, catalogue, as_of, &mut page);
            return (answer, page.text);
        }
        let answer = self.answer(&query);
        match query {
            Query::Advisory(id) => advisory::page(id, &answer, catalogue, &mut page),
            Query::Package(kb) => package::page(kb, &answer, catalogue, &mut page),
            Query::Product(..) | Query::System(_) => {
                product::page(&answer, catalogue, as_of, &mut page);
            }
        }
        (answer, page.text)
    }

    fn answer(&self, query: &Query<'_>) -> Answer {
        match *query {
            Query::Advisory(id) => advisory::answer(id, self.catalogue),
            Query::Package(kb) => package::answer(kb, self.catalogue),
            Query::Product(id, cycle) => {
                let cycle = cycle.filter(|cycle| !cycle.is_empty());
                product::answer(id, cycle, self.catalogue, self.as_of)
            }
            Query::System(name) => self.system(&self.catalogue.identify(&OsFacts::named(name))),
        }
    }

    fn system(&self, identity: &Identity) -> Answer {
        system::answer(identity, self.catalogue, self.as_of)
    }
}

#[cfg(test)]
mod tests;
