//! The certificates that endpoints served, kept whole beside those that were declared, so that
//! their paths are judged as any other; and whether one of them lacks what others sent.

use crate::check::web_roots;
use crate::import::bundle;
use crate::model::fields::endpoint;
use crate::model::{Bundle, Declaration, Subject, SubjectKind, Value};
use crate::pki::container::{MAX_CERTIFICATE_BYTES, MAX_CERTIFICATES};
use crate::pki::{Area, Certificate, Fault, Profile, Request, Roots, Thresholds, judge};
use crate::probe::Observation;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Authorities of others that are tried where one is missing.
const MAX_KNOWN: usize = 200;

/// What was served, in the order it was sent. Nothing where it is more than anybody would judge: a
/// part of a chain could be wrong where the whole is right.
pub(super) fn whole(seen: &Observation) -> Option<Bundle> {
    let is_large = |der: &Vec<u8>| der.len() > MAX_CERTIFICATE_BYTES;
    if seen.chain.len() > MAX_CERTIFICATES || seen.chain.iter().any(is_large) {
        return None;
    }
    let (leaf, others) = seen.chain.split_first()?;
    let lists = seen.lists.iter().flatten();
    let had = lists.filter_map(|list| list.answer.as_ref().ok().cloned());
    Some(bundle(leaf.clone(), others.to_vec(), had.collect()))
}

/// Says of every endpoint with a chain whether that leads to a root, as it is or with the
/// authorities that others sent.
pub(super) fn put_completeness(declaration: &mut Declaration, at: Timestamp) {
    let known = known_authorities(declaration);
    let given = declaration
        .roots
        .as_ref()
        .and_then(|given| Roots::new("the roots given".into(), given.certificates.clone()).ok());
    let paths = Paths {
        known: known.iter().map(Vec::as_slice).collect(),
        given,
        at,
    };
    let Some(endpoints) = declaration.lists.get_mut(&SubjectKind::Endpoint) else {
        return;
    };
    for subject in endpoints {
        let bundle = served(subject).and_then(|id| declaration.bundles.get(id));
        let lacks = bundle.and_then(|bundle| paths.lacks(bundle));
        if let Some(lacks) = lacks {
            let lacks = Value::Boolean(lacks);
            subject.record.set(endpoint::OBSERVED_INCOMPLETE, lacks);
        }
    }
}

fn served(subject: &Subject) -> Option<&str> {
    subject.text(endpoint::OBSERVED_CERTIFICATE_ID)
}

/// Authorities out of every bundle, each once.
fn known_authorities(declaration: &Declaration) -> Vec<Vec<u8>> {
    let bundles = declaration.bundles.values();
    let others = bundles.flat_map(|bundle| bundle.others.iter());
    let is_authority = |der: &&Vec<u8>| Certificate::parse(der).is_ok_and(|it| it.is_ca());
    let mut seen = BTreeSet::new();
    others
        .filter(|der| seen.insert(der.as_slice()))
        .filter(is_authority)
        .take(MAX_KNOWN)
        .cloned()
        .collect()
}

struct Paths<'p> {
    known: Vec<&'p [u8]>,
    given: Option<Roots>,
    at: Timestamp,
}

impl Paths<'_> {
    /// Whether a chain needs what it does not hold; nothing where it leads nowhere either way.
    fn lacks(&self, bundle: &Arc<Bundle>) -> Option<bool> {
        let own: Vec<_> = bundle.others.iter().map(Vec::as_slice).collect();
        if self.is_rooted(&bundle.leaf, &own) {
            return Some(false);
        }
        let all = [&own[..], &self.known].concat();
        self.is_rooted(&bundle.leaf, &all).then_some(true)
    }

    fn is_rooted(&self, leaf: &[u8], intermediates: &[&[u8]]) -> bool {
        let leads = |roots: &Roots, profile| {
            let verdict = judge(&Request {
                leaf,
                intermediates,
                roots,
                crls: &[],
                host: None,
                profile,
                thresholds: &Thresholds::default(),
                clock: self.at,
            });
            let breaks = |it: &Fault| it.breaks_path() && it.rule.area == Area::Trust;
            verdict.reaches_root && !verdict.faults.iter().any(breaks)
        };
        leads(web_roots(), Profile::Public)
            || self
                .given
                .as_ref()
                .is_some_and(|given| leads(given, Profile::Private))
    }
}
