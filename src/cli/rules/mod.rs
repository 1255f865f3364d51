//! `passmuster rules`: what is asked, and why, and which controls it bears on.

mod asked;
mod controls;
mod filter;
mod json;
mod list;
mod load;
mod page;
mod search;
mod shelf;
mod show;

pub(super) use asked::Rules;
pub(super) use load::{files, load_files, load_to_judge};

use super::data::Known;
use super::exit::ExitStatus;
use super::options::Options;
use super::output::Screen;
use anyhow::{Context, Result};
use shelf::Shelf;
use std::io::{self, Write as _};

pub(super) fn run(rules: &Rules, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let library = load::load(rules.from(), Known::open(options).catalogue)?;
    let shelf = Shelf::of(&library);
    let text = match rules {
        Rules::Controls(asked) => controls::answer(&shelf, asked, screen.width),
        Rules::List(asked) => list::answer(&shelf, asked, screen.width),
        Rules::Search(asked) => search::answer(&shelf, asked, screen.width),
        Rules::Show(asked) => show::answer(&shelf, asked, screen.width),
    };
    print(&text?)?;
    Ok(ExitStatus::Done)
}

/// Writes to stdout; a reader that has seen enough is no error.
pub(super) fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("write to stdout"),
    }
}
