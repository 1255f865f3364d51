//! What a run was made of: printed in every report, so that it can be repeated.

use super::finding::RuleInfo;
use jiff::Timestamp;
use jiff::civil::Date;
use std::sync::Arc;

/// That endpoints were looked at for a run.
#[derive(Debug, Clone)]
pub struct Observed {
    /// When the looking began.
    pub at: Timestamp,
    pub endpoints: usize,
    /// Those of which anything was seen.
    pub seen: usize,
}

/// The inputs of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// What was checked, as the user named it: a path, several, or `<stdin>`.
    pub declared: String,
    /// The organisation's name, or its code, or `not declared`.
    pub organisation: String,
    /// What the organisation is known by: its code, or its name. Part of every fingerprint.
    pub organisation_id: String,
    /// Framework and lots applied for, where declared.
    pub applies_for: Option<String>,
    pub as_of: Date,
    /// Id and title of the profile.
    pub profile: (String, String),
    /// SHA-256 over every policy file used, in hexadecimal.
    pub policy_sha256: String,
    /// Every rule of the policy, in the order of its findings' `rule_index`.
    pub rules: Vec<Arc<RuleInfo>>,
    /// Day of the newest fact in the catalogue.
    pub catalogue_date: Date,
    /// SHA-256 over the catalogue, in hexadecimal.
    pub catalogue_sha256: String,
    /// Only where endpoints were looked at.
    pub observed: Option<Observed>,
    /// Notes about waivers and inputs that deserve a reader's attention: a lapsed waiver, a
    /// waiver nothing needed, columns that were ignored. One sentence each.
    pub notes: Vec<String>,
}
