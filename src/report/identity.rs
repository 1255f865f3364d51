//! Names and times for formats that want UUIDs and date-times where we have days: made from what
//! was found, so that the same run gives the same ones, and another run others.

use crate::model::{Finding, Run, Summary, hexadecimal};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Takes in what a run finds, to name it.
#[derive(Default)]
pub(super) struct Identity {
    hasher: Sha256,
}

impl Identity {
    pub(super) fn add(&mut self, finding: &Finding) {
        let outcome = finding.outcome.name();
        for part in [&finding.rule.id, &finding.subject, &finding.reason, outcome] {
            self.part(part);
        }
    }

    fn part(&mut self, part: &str) {
        // Lengths keep two parts from being read as one.
        self.hasher.update((part.len() as u64).to_le_bytes());
        self.hasher.update(part.as_bytes());
    }

    /// The name of the run, once all is told.
    pub(super) fn of_run(&self, run: &Run, summary: &Summary) -> Uuid {
        let mut whole = Self {
            hasher: self.hasher.clone(),
        };
        let counts = format!("{:?} {}", summary.totals(), summary.subjects);
        let observed = format!("{:?}", run.observed);
        for part in [
            &run.organisation_id,
            &run.declared,
            &run.as_of.to_string(),
            &run.profile.0,
            &run.policy_sha256,
            &run.catalogue_sha256,
            &counts,
            &observed,
        ] {
            whole.part(part);
        }
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:passmuster:run");
        let hash = hexadecimal(&whole.hasher.finalize());
        Uuid::new_v5(&namespace, hash.as_bytes())
    }
}

/// The name of a part of a run.
pub(super) fn part_of(run: &Uuid, part: &str) -> String {
    Uuid::new_v5(run, part.as_bytes()).to_string()
}

/// The day that a run is about, as a time: its first moment in UTC, or when endpoints were looked at.
pub(super) fn moment(run: &Run) -> String {
    match &run.observed {
        Some(observed) => observed.at.to_string(),
        None => format!("{}T00:00:00Z", run.as_of),
    }
}

/// The end of the last day on which something holds.
pub(super) fn end_of(day: Date) -> String {
    format!("{day}T23:59:59Z")
}
