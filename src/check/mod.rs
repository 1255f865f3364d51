//! Kinds of check: how a rule is decided. One file per kind, listed here.
//!
//! A check judges one subject from what was declared and what the catalogue knows. It does no I/O
//! and reads no clock; what it cannot decide is unknown.

mod arguments;
mod attestation;
mod catalogue_age;
mod certificate;
mod cumulative_update;
mod entitlement;
mod field;
mod identified;
mod intact;
mod judgement;
mod known_exploited;
mod missing_fixes;
mod on_day_of;
mod os;
mod patched;
mod share;
mod software_supported;
mod supported;
mod tree;
mod version;

pub use arguments::{Arguments, Reading};
pub use judgement::{Context, Judgement, Quick};
pub use os::os_facts;
pub use share::Share;
pub use tree::Tree;

use crate::model::{Subject, SubjectKind};
use std::fmt;

/// Decides one rule on one subject.
pub trait Check: fmt::Debug + Send + Sync {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement;

    /// The outcome and last day of [`Check::run`], for those who ask for no sentences.
    fn quick(&self, subject: &Subject, ctx: &Context<'_>) -> Quick {
        Quick::from(&self.run(subject, ctx))
    }

    /// What has to be counted over all assets before this can be run, if anything.
    fn share(&self) -> Option<&Share> {
        None
    }
}

/// A kind of check, by the name policies use.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    /// One sentence for people who write rules.
    pub explain: &'static str,
    /// The subjects it can judge.
    pub subjects: &'static [SubjectKind],
    /// The arguments it takes, with what each means.
    pub arguments: &'static [(&'static str, &'static str)],
    parse: fn(&Arguments<'_>) -> Option<Box<dyn Check>>,
}

/// Every kind there is. `field` is not listed: naming a field is how it is asked for.
pub static KINDS: &[&Kind] = &[
    &attestation::KIND,
    &catalogue_age::KIND,
    &certificate::KIND,
    &cumulative_update::KIND,
    &entitlement::KIND,
    &identified::KIND,
    &intact::KIND,
    &known_exploited::KIND,
    &missing_fixes::KIND,
    &on_day_of::KIND,
    &patched::KIND,
    &share::KIND,
    &software_supported::KIND,
    &supported::KIND,
    &version::KIND,
];
