//! `terminal`: for people, at the width they have.

use super::{Format, Options, Renderer};
use crate::model::{Finding, Run, Summary};
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "terminal",
    explain: "Findings grouped by rule, then the decision, for people.",
    make: |out, options| Box::new(Terminal::new(out, options)),
};

struct Terminal<'w> {
    out: Box<dyn Write + 'w>,
    causes: super::verdict::Causes,
}

impl<'w> Terminal<'w> {
    fn new(out: Box<dyn Write + 'w>, _options: &Options) -> Self {
        Self {
            out,
            causes: super::verdict::Causes::default(),
        }
    }
}

impl Renderer for Terminal<'_> {
    fn begin(&mut self, _run: &Run) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        writeln!(self.out, "{}", self.causes.verdict(run, summary))
    }
}
