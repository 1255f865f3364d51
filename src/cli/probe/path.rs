//! Follows the certificates that an endpoint served to a root, for the name that was asked.

use crate::cli::certificate::{WhichProfile, profile, roots};
use crate::cli::revocation;
use crate::pki::container::MAX_CERTIFICATES;
use crate::pki::{Host, Profile, Request, Roots, Thresholds, Verdict, judge};
use crate::probe::Observation;
use anyhow::Result;
use jiff::Timestamp;
use std::path::PathBuf;

/// By what paths are judged.
#[derive(Debug)]
pub(super) struct Judge {
    roots: Roots,
    profile: Profile,
    thresholds: Thresholds,
}

/// What became of a path.
#[derive(Debug)]
pub(super) enum Path {
    Judged(Box<Verdict>),
    /// No certificate was seen.
    None,
    /// More certificates than anybody follows.
    TooLong(usize),
}

impl Judge {
    pub(super) fn new(roots_in: &[PathBuf], asked: Option<WhichProfile>) -> Result<Self> {
        Ok(Self {
            roots: roots(roots_in)?,
            profile: profile(asked, roots_in),
            thresholds: Thresholds::default(),
        })
    }

    pub(super) fn path(&self, seen: &Observation, clock: Timestamp) -> Path {
        let Some((leaf, rest)) = seen.chain.split_first() else {
            return Path::None;
        };
        if seen.chain.len() > MAX_CERTIFICATES {
            return Path::TooLong(seen.chain.len());
        }
        let intermediates: Vec<_> = rest.iter().map(Vec::as_slice).collect();
        let lists = seen.lists.as_deref().unwrap_or_default();
        let crls = revocation::had(lists);
        let host = Host::parse(&seen.target.host.to_string()).ok();
        let mut verdict = judge(&Request {
            leaf,
            intermediates: &intermediates,
            roots: &self.roots,
            crls: &crls,
            host: host.as_ref(),
            profile: self.profile,
            thresholds: &self.thresholds,
            clock,
        });
        if let Some(lists) = &seen.lists {
            revocation::leave_open(&mut verdict, lists, leaf);
        }
        Path::Judged(Box::new(verdict))
    }
}
