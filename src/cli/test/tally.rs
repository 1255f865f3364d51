//! What a run of the cases came to, in figures.

use crate::engine::{CaseEnd, CaseRun, MutantRun, RuleCoverage};
use crate::policy::Rule;
use std::sync::Arc;

/// Everything that a report of the cases tells.
#[derive(Debug)]
pub(super) struct Tested {
    pub(super) rules: Vec<Arc<Rule>>,
    pub(super) cases: Vec<CaseRun>,
    pub(super) coverage: Vec<RuleCoverage>,
    /// None where nobody asked.
    pub(super) mutants: Option<Vec<MutantRun>>,
}

impl Tested {
    pub(super) fn count(&self, end: CaseEnd) -> usize {
        self.cases.iter().filter(|run| run.end == end).count()
    }

    pub(super) fn failed(&self) -> usize {
        self.count(CaseEnd::Failed)
    }

    /// Outcomes that cases reach, and outcomes there are.
    pub(super) fn reached(&self) -> (usize, usize) {
        self.coverage
            .iter()
            .map(RuleCoverage::counts)
            .fold((0, 0), |sum, (reached, possible)| {
                (sum.0 + reached, sum.1 + possible)
            })
    }

    /// Whole percent, never rounded up; none where there is nothing to reach.
    pub(super) fn coverage_percent(&self) -> Option<u64> {
        let (reached, possible) = self.reached();
        percent(reached, possible)
    }

    /// Mutants that a case killed, and mutants there are.
    pub(super) fn killed(&self) -> Option<(usize, usize)> {
        let mutants = self.mutants.as_ref()?;
        let killed = mutants.iter().filter(|one| one.killed_by.is_some()).count();
        Some((killed, mutants.len()))
    }

    pub(super) fn killed_percent(&self) -> Option<u64> {
        let (killed, all) = self.killed()?;
        percent(killed, all)
    }

    pub(super) fn survivors(&self) -> impl Iterator<Item = &MutantRun> {
        self.mutants
            .iter()
            .flatten()
            .filter(|one| one.killed_by.is_none())
    }
}

fn percent(part: usize, whole: usize) -> Option<u64> {
    let hundredfold = u64::try_from(part).ok()?.checked_mul(100)?;
    hundredfold.checked_div(u64::try_from(whole).ok()?)
}
