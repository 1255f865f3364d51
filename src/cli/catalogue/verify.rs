//! `passmuster catalogue verify`: reads everything in place again, inside the program and stored,
//! and says of each table whether it is whole.
//!
//! Exits with 0 when all is well, 2 when something is not.

use super::super::data::place;
use super::super::exit::{BadInput, ExitStatus};
use super::super::options::Options;
use super::super::output::Screen;
use super::super::rules::print;
use super::count;
use crate::catalogue::{Catalogue, Facts, Store, inspect};
use crate::report::escape;
use anyhow::{Result, anyhow};
use clap::Args;
use std::fmt::Write;
use std::path::PathBuf;

/// Repaired mistakes told without `--all`.
const SHOWN_FAULTS: usize = 5;

/// Read all facts again, and hold them to their hashes and to each other.
#[derive(Debug, Args)]
#[command(after_help = "Exit status: 0 when everything is whole, 2 when something is not.")]
pub(in crate::cli) struct Verify {
    /// The data directory [default: the one in use].
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,

    /// List every mistake of the feeds that was repaired.
    #[arg(long)]
    all: bool,
}

pub(super) fn run(verify: &Verify, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let mut page = Page {
        text: String::new(),
        width: screen.width,
        wrong: 0,
        shown: if verify.all { usize::MAX } else { SHOWN_FAULTS },
    };
    page.heading("inside the program");
    match Catalogue::of(Facts::embedded()) {
        Ok(catalogue) => page.tables(&catalogue),
        Err(error) => page.wrong(&format!("failed to {error}")),
    }
    if let Some(folder) = &verify.folder
        && !folder.is_dir()
    {
        let message = format!("there is no folder {}", folder.display());
        return Err(anyhow!(BadInput(message)));
    }
    if let Some(root) = verify.folder.clone().or_else(|| place(options)) {
        page.store(&Store::at(root));
    }
    let is_whole = page.wrong == 0;
    let ends = if is_whole {
        "everything is whole\n".to_owned()
    } else {
        format!("{} found\n", count(page.wrong, "fault"))
    };
    print(&format!("{}{ends}", page.text))?;
    Ok(if is_whole {
        ExitStatus::Done
    } else {
        ExitStatus::BadInput
    })
}

struct Page {
    text: String,
    width: usize,
    wrong: i64,
    /// Of repaired mistakes.
    shown: usize,
}

impl Page {
    fn heading(&mut self, text: &str) {
        let _ = writeln!(self.text, "{}", escape(text, 1_000));
    }

    fn wrong(&mut self, what: &str) {
        self.wrong += 1;
        self.line("WRONG  ", what);
    }

    fn line(&mut self, mark: &str, text: &str) {
        let indent = " ".repeat(2 + mark.len());
        let first = format!("  {mark}");
        let options = textwrap::Options::new(self.width)
            .initial_indent(&first)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let text = escape(text, 2_000);
        let _ = writeln!(self.text, "{}", textwrap::fill(&text, options));
    }

    fn store(&mut self, store: &Store) {
        let root = store.root().display().to_string();
        self.text.push('\n');
        let current = match store.current() {
            Ok(Some(current)) => current,
            Ok(None) => {
                self.heading(&format!("{root}: nothing stored"));
                return;
            }
            Err(error) => {
                self.heading(&root);
                self.wrong(&format!("failed to {error}"));
                return;
            }
        };
        self.heading(&format!("{root}, generation {current}"));
        match store.load_generation(&current) {
            Err(error) => self.wrong(&format!("failed to {error}")),
            Ok(stored) => {
                self.tables(&stored.catalogue);
                for feed in &stored.manifest.feeds {
                    self.line(
                        "feed   ",
                        &format!("{} of {}, {}", feed.feed, feed.data_date, feed.url),
                    );
                }
            }
        }
        for other in store.generations() {
            if other == current {
                continue;
            }
            match store.load_generation(&other) {
                Ok(_) => self.line("ok     ", &format!("{other}, kept in reserve")),
                Err(error) => self.wrong(&format!("failed to {error}")),
            }
        }
    }

    /// Every table in place, and what a look over it has to say about it.
    fn tables(&mut self, catalogue: &Catalogue) {
        let mut faults = inspect(catalogue);
        for table in catalogue.parts().iter().flat_map(|part| &part.tables) {
            let from = if table.is_embedded {
                "program"
            } else {
                "stored"
            };
            let dated = table
                .data_date
                .map_or_else(|| "not dated".to_owned(), |date| date.to_string());
            let what = format!(
                "{}: {}, {dated}, {from}, SHA-256 {}",
                table.name,
                count(i64::try_from(table.rows).unwrap_or(i64::MAX), "row"),
                &table.sha256[..12]
            );
            let (here, elsewhere) = faults
                .into_iter()
                .partition(|fault| fault.table == table.name);
            faults = elsewhere;
            let here: Vec<_> = here;
            if here.is_empty() {
                self.line("ok     ", &what);
            } else {
                self.heading(&format!("  {what}"));
            }
            for fault in here {
                self.wrong(&format!("line {}: {}", fault.line, fault.what));
            }
        }
        self.repaired(catalogue);
    }

    /// Mistakes of the feeds that the loader repaired; none of them changes an answer.
    fn repaired(&mut self, catalogue: &Catalogue) {
        let faults = catalogue.windows().faults();
        if faults.is_empty() {
            return;
        }
        let many = i64::try_from(faults.len()).unwrap_or(i64::MAX);
        let what = format!(
            "{} of the feeds repaired, answers unchanged",
            count(many, "mistake")
        );
        self.line("note   ", &what);
        for fault in faults.iter().take(self.shown) {
            self.line("         ", &fault.to_string());
        }
        if faults.len() > self.shown {
            self.line("         ", "and more; --all lists them");
        }
    }
}
