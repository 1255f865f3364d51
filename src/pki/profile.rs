//! By which book certificates are judged, and the numbers in it.

use super::fault::{Level, Rule};
use super::weak_keys::WeakKeys;

/// Whose rules hold. The two contradict each other in places, so there is no third that is both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// RFC 5280 and the owner's policy, up to a root that the owner gives.
    Private,
    /// The CA/Browser Forum's Baseline Requirements, up to a web root.
    Public,
}

impl Profile {
    pub fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
        }
    }

    pub fn level(self, rule: &Rule) -> Option<Level> {
        match self {
            Self::Private => rule.private,
            Self::Public => rule.public,
        }
    }
}

/// The numbers an operator may move.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Thresholds {
    /// Days before its end, inclusive, from which a long-lived certificate is told of.
    pub expiry_warning_days: u32,
    /// Days of life up to which a certificate is told of in the last third of its life instead.
    pub short_lived_days: u32,
    /// Bits of the smallest RSA modulus that is allowed.
    pub min_rsa_bits: usize,
    /// Days of validity from which a private certificate is called very long-lived.
    pub very_long_days: u32,
    /// Intermediates a path may have; a path of any length when there is none.
    pub max_intermediates: Option<usize>,
    /// Rounds of Fermat's method that an RSA key must withstand.
    pub fermat_rounds: u32,
    /// Days of life up to which two public logs are enough; three are needed beyond.
    pub few_scts_days: u32,
    /// Days of life a web certificate stays below its cap, so that a slow clock cannot exceed it.
    pub lifetime_margin_days: u32,
    /// Keys that the operator knows to be weak.
    pub weak_keys: WeakKeys,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            expiry_warning_days: 30,
            short_lived_days: 64,
            min_rsa_bits: 2048,
            very_long_days: 825,
            max_intermediates: None,
            fermat_rounds: 100,
            few_scts_days: 180,
            lifetime_margin_days: 1,
            weak_keys: WeakKeys::default(),
        }
    }
}
