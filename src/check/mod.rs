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
mod inspection;
mod intact;
mod judgement;
mod known_exploited;
mod lint;
mod missing_fixes;
mod newest;
mod observed;
mod on_day_of;
mod os;
mod over_estate;
mod own_key;
mod patched;
mod share;
mod sheet;
mod software_supported;
mod supported;
mod trace;
mod tree;
mod trusted_path;
mod unique;
mod version;

pub use arguments::{Arguments, Reading};
pub use inspection::web_roots;
pub use judgement::{Context, Judgement, Quick};
pub use os::os_facts;
pub use over_estate::OverEstate;
pub use sheet::{Answers, Sheet, Slot};
pub use trace::{Outline, trace_field};
pub use tree::Tree;

use crate::model::{Subject, SubjectKind};
use std::fmt;

/// Decides one rule on one subject.
pub trait Check: fmt::Debug + Send + Sync {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement;

    /// The other declared things on which it asks the condition in its argument `has`.
    fn looks_into<'c>(&self, _subject: &Subject, _ctx: &Context<'c>) -> Vec<&'c Subject> {
        Vec::new()
    }

    /// The outcome and last day of [`Check::run`], for those who ask for no sentences.
    fn quick(&self, subject: &Subject, ctx: &Context<'_>) -> Quick {
        Quick::from(&self.run(subject, ctx))
    }

    /// What has to be counted over all assets before this can be run, if anything.
    fn over_estate(&self) -> Option<&dyn OverEstate> {
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

/// The arguments that are conditions on other subjects: kind, argument, what it is a condition on.
pub static CONDITIONS: &[(&str, &str, SubjectKind)] = &[
    ("attestation", "has", SubjectKind::Attestation),
    ("certificate", "has", SubjectKind::Certificate),
    ("newest", "where", SubjectKind::Asset),
    ("oldest", "where", SubjectKind::Asset),
    ("on_day_of", "holds", SubjectKind::Asset),
    ("share", "where", SubjectKind::Asset),
    ("unique", "where", SubjectKind::Asset),
];

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
    &lint::KIND,
    &missing_fixes::KIND,
    &newest::NEWEST,
    &newest::OLDEST,
    &observed::KIND,
    &on_day_of::KIND,
    &own_key::KIND,
    &patched::KIND,
    &share::KIND,
    &software_supported::KIND,
    &supported::KIND,
    &trusted_path::KIND,
    &unique::KIND,
    &version::KIND,
];
