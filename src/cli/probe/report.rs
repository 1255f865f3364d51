//! Where observations are written as they come: to stdout at once, to a file whole or not at all.

use super::path::Path;
use super::{Format, json, terminal};
use crate::cli::output::Spool;
use crate::probe::Observation;
use anyhow::{Context, Result};
use jiff::Timestamp;
use std::io::{self, Write};
use std::path::PathBuf;

/// A report in the making.
pub(super) struct Report {
    writer: Box<dyn Write>,
    spool: Option<Spool>,
    look: Look,
    told: usize,
    unknown: usize,
}

/// How it looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) format: Format,
    pub(super) width: usize,
    pub(super) now: Timestamp,
}

impl Report {
    pub(super) fn open(output: Option<&PathBuf>, look: Look) -> Result<Self> {
        let spool = output.map(|path| Spool::open(Some(path))).transpose()?;
        let writer = match &spool {
            Some(spool) => spool.writer()?,
            None => Box::new(io::BufWriter::new(io::stdout())),
        };
        Ok(Self {
            writer,
            spool,
            look,
            told: 0,
            unknown: 0,
        })
    }

    pub(super) fn begin(&mut self) -> io::Result<()> {
        match self.look.format {
            Format::Json => json::begin(&mut self.writer, self.look.now),
            Format::Ndjson | Format::Terminal => Ok(()),
        }
    }

    pub(super) fn tell(&mut self, seen: &Observation, path: &Path) -> io::Result<()> {
        let writer = &mut self.writer;
        match self.look.format {
            Format::Json => json::tell(writer, seen, path, self.told == 0)?,
            Format::Ndjson => json::line(writer, seen, path)?,
            Format::Terminal => {
                let page = terminal::page(seen, path, self.look);
                let gap = if self.told == 0 { "" } else { "\n" };
                writer.write_all(format!("{gap}{page}").as_bytes())?;
            }
        }
        self.told += 1;
        self.unknown += usize::from(seen.unknown().is_some());
        // Who reads along does not want to wait for a block to fill.
        match self.spool {
            None => self.writer.flush(),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn finish(mut self, output: Option<&PathBuf>) -> Result<()> {
        let ended = match self.look.format {
            Format::Json => json::end(&mut self.writer, self.told == 0),
            Format::Ndjson => Ok(()),
            Format::Terminal => {
                let sum = terminal::sum(self.told, self.unknown);
                self.writer.write_all(sum.as_bytes())
            }
        };
        let written = ended.and_then(|()| self.writer.flush());
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.context("write the report")?,
        }
        drop(self.writer);
        match self.spool {
            Some(spool) => spool.finish(output.map(PathBuf::as_path)),
            None => Ok(()),
        }
    }
}
