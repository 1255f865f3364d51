//! `passmuster completions` and `passmuster man`: made from the arguments, never written by hand.

use super::exit::ExitStatus;
use super::options::Options;
use super::rules::print;
use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_complete::Shell;
use std::fs;
use std::path::Path;

pub(super) fn completions(shell: Shell) -> Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Options::command(), "passmuster", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Done)
}

/// Writes one page a command into a folder, or the main page to stdout.
pub(super) fn man(folder: Option<&Path>) -> Result<ExitStatus> {
    let Some(folder) = folder else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Options::command()).render(&mut page)?;
        print(&String::from_utf8_lossy(&page))?;
        return Ok(ExitStatus::Done);
    };
    fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    clap_mangen::generate_to(Options::command(), folder)
        .with_context(|| format!("write to {}", folder.display()))?;
    Ok(ExitStatus::Done)
}
