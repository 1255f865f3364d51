//! What a judgement comes to: the path, its faults, and what could not be decided.

use super::fault::{Fault, Level};
use super::profile::Profile;
use super::roots::RootsSummary;
use crate::model::Outcome;
use jiff::Timestamp;

/// The judgement of one certificate and its path. The same input gives the same verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// From the leaf up; its last is a root when `reaches_root`. Where no path holds, as far as
    /// it could be followed.
    pub path: Vec<Link>,
    pub reaches_root: bool,
    /// Whether rustls-webpki holds this very path, for servers, at the clock. Nothing passes
    /// without.
    pub holds: bool,
    /// By certificate, the worst first.
    pub faults: Vec<Fault>,
    pub not_decided: Vec<NotDecided>,
    pub roots: RootsSummary,
    pub profile: Profile,
    pub clock: Timestamp,
    pub host: Option<String>,
}

/// One certificate of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub role: Role,
    pub subject: String,
    pub issuer: String,
    pub sans: Vec<String>,
    pub not_before: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
    /// `RSA 2048`, `P-256`.
    pub key: String,
    pub signature: String,
    pub serial: String,
    /// Of the certificate's DER form, in hexadecimal.
    pub sha256: String,
    /// Of the public key's DER form, in hexadecimal: the same key, the same hash.
    pub key_sha256: String,
}

/// What a certificate is on its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Intermediate,
    Leaf,
    Root,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Self::Intermediate => "intermediate",
            Self::Leaf => "leaf",
            Self::Root => "root",
        }
    }
}

/// A question that this validator does not answer, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotDecided {
    /// Stable, such as `directory_name_constraint`.
    pub id: &'static str,
    pub certificate: Option<usize>,
    pub sentence: String,
}

impl Verdict {
    /// Whether the path holds: trust, time, name and revocation.
    pub fn path_outcome(&self) -> Outcome {
        self.outcome_of(Fault::breaks_path)
    }

    /// Whether all is well: the path, and nothing of level error beside it.
    pub fn outcome(&self) -> Outcome {
        self.outcome_of(|fault| fault.level == Level::Error)
    }

    fn outcome_of(&self, is_failure: impl Fn(&Fault) -> bool) -> Outcome {
        if self.faults.iter().any(is_failure) {
            return Outcome::Fail;
        }
        if self.not_decided.is_empty() && self.reaches_root && self.holds {
            return Outcome::Pass;
        }
        Outcome::Unknown
    }

    pub fn has(&self, id: &str) -> bool {
        self.faults.iter().any(|fault| fault.id() == id)
    }
}
