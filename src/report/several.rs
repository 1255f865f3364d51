//! Several reports of one run: each renderer hears all of it, in turn.

use super::Renderer;
use crate::model::{Finding, Run, Summary};
use std::fmt;
use std::io;

/// Sends a run to every renderer. The first that fails ends the run for all.
pub struct Several<'w>(pub Vec<Box<dyn Renderer + 'w>>);

impl fmt::Debug for Several<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Several({})", self.0.len())
    }
}

impl Renderer for Several<'_> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|one| one.begin(run))
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.0.iter_mut().try_for_each(|one| one.finding(finding))
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        self.0
            .iter_mut()
            .try_for_each(|one| one.finish(run, summary))
    }
}
