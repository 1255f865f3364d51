//! `passmuster import`: inventories of any format as one, normalised: NDJSON that `check` reads.
//! With `--explain` it tells what became of every column instead.

mod explained;
mod json;
mod terminal;

use super::exit::{BadInput, ExitStatus};
use super::input::{self, Input};
use super::options::{Asked, Import, ImportFormat, Options};
use super::output::{Screen, Spool, progress, tell};
use crate::import::{Batch, Inventory, Row, Survey, write_row};
use crate::report::escape;
use anyhow::{Context, Result, anyhow};
use explained::Explained;
use rayon::prelude::*;
use std::io::Write;

pub(super) fn run(import: &Import, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    if import.formats {
        return formats(import, screen);
    }
    let input = input::open(&asked(import))?;
    if !input.is_bare {
        return Err(anyhow!(BadInput(
            "a declaration is not an inventory; import the files it names".to_owned()
        )));
    }
    let output = import.output.as_deref();
    let spool = Spool::open(output)?;
    let mut out = spool.writer()?;
    let explained = convert(import, options, input, &mut *out)?;
    if explained.assets == 0 {
        return Err(anyhow!(BadInput(explained.nothing())));
    }
    if import.explain {
        match import.format {
            ImportFormat::Json => json::explain(&explained, &mut *out),
            ImportFormat::Terminal => terminal::explain(&explained, screen.width, &mut *out),
        }
        .context("write the answer")?;
    } else if !options.quiet {
        for note in explained.notes() {
            tell(&escape(&note, 1_000));
        }
    }
    out.flush().context("write the inventory")?;
    drop(out);
    spool.finish(output)?;
    Ok(ExitStatus::Done)
}

/// The same files, as `check` would read them.
fn asked(import: &Import) -> Asked {
    Asked {
        paths: import.paths.clone(),
        input_format: import.input_format,
        map: import.map.clone(),
        ..Asked::default()
    }
}

/// Reads everything, and writes each row where no explanation is wanted.
fn convert(
    import: &Import,
    options: &Options,
    input: Input,
    out: &mut dyn Write,
) -> Result<Explained> {
    let bar = progress(input.bytes, options.quiet);
    let mut explained = Explained::of(input.notes);
    let mut bytes = 0;
    for mut inventory in input.inventories {
        let is_single = inventory.parts().len() == 1;
        loop {
            let batches = some_batches(&mut inventory)?;
            if batches.is_empty() {
                break;
            }
            let converted: Vec<_> = batches
                .par_iter()
                .map(|batch| Converted::of(batch, !import.explain))
                .collect();
            for one in converted {
                let one = one.context("write the inventory")?;
                out.write_all(&one.text).context("write the inventory")?;
                explained.add(&one);
                if is_single {
                    inventory.add_survey(&one.survey);
                }
            }
            bytes += batches.iter().map(|one| one.bytes() as u64).sum::<u64>();
            if let Some(bar) = &bar {
                bar.set_position(bytes);
                bar.set_message(format!("{} assets", explained.assets));
            }
        }
        explained.take(&inventory);
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(explained)
}

fn some_batches(inventory: &mut Inventory) -> Result<Vec<Batch>> {
    let at_once = 2 * rayon::current_num_threads();
    let mut batches = Vec::with_capacity(at_once);
    while batches.len() < at_once
        && let Some(batch) = inventory.next_batch()?
    {
        batches.push(batch);
    }
    Ok(batches)
}

/// A batch as lines, and what was in it.
#[derive(Debug, Default)]
struct Converted {
    text: Vec<u8>,
    survey: Survey,
    assets: u64,
    bad: u64,
    joined: u64,
    remarks: Vec<String>,
    remarked: u64,
    longest: usize,
}

impl Converted {
    const REMARKS: usize = 10;

    fn of(batch: &Batch, is_written: bool) -> std::io::Result<Self> {
        let mut converted = Self::default();
        let mut end = Ok(());
        batch.read(&mut |row| {
            converted.see(&row);
            if is_written && end.is_ok() {
                let start = converted.text.len();
                end = write_row(&row, &mut converted.text);
                converted.longest = converted.longest.max(converted.text.len() - start);
            }
        });
        end.map(|()| converted)
    }

    fn see(&mut self, row: &Row) {
        self.survey.see(row);
        match row {
            Row::Asset(asset) => {
                self.assets += 1;
                let origins = asset.origins.iter();
                let all = origins.clone();
                self.joined += u64::from(all.map(|all| all.sources().len()).sum::<usize>() > 1);
                for remark in origins.flat_map(|origins| &origins.remarks) {
                    self.remarked += 1;
                    if self.remarks.len() < Self::REMARKS {
                        let told = format!("{}: {} ({})", asset.id, remark.text, remark.place);
                        self.remarks.push(told);
                    }
                }
            }
            Row::Unnamed(_) | Row::Bad(_) => self.bad += 1,
        }
    }
}

fn formats(import: &Import, screen: &Screen) -> Result<ExitStatus> {
    let spool = Spool::open(import.output.as_deref())?;
    let mut out = spool.writer()?;
    match import.format {
        ImportFormat::Json => json::formats(&mut *out),
        ImportFormat::Terminal => terminal::formats(screen.width, &mut *out),
    }
    .and_then(|()| out.flush())
    .context("write the list")?;
    drop(out);
    spool.finish(import.output.as_deref())?;
    Ok(ExitStatus::Done)
}
