//! Puts what a probe saw on the endpoints of a declaration, as data like any other: the fields
//! under `observed`, and the certificates served among the certificates. Observes nothing itself.

mod chains;

use crate::import::served;
use crate::model::fields::{certificate, endpoint};
use crate::model::{Declaration, Record, Subject, SubjectKind, Value, hexadecimal};
use crate::probe::{Answer, Observation, Question, Support, Target, Version};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Reasons come from outside; longer ones are cut.
const MAX_REASON: usize = 300;

/// What became of looking at one endpoint.
#[derive(Debug)]
pub enum Look {
    /// Nobody looked, and why.
    Passed(String),
    /// It was looked at; others may share what was seen.
    Seen(Box<Observation>),
}

/// Writes what was seen onto the endpoints, `looks` by their position in the list. An endpoint
/// without a look stays as it was declared.
pub fn put_observed(declaration: &mut Declaration, looks: &BTreeMap<usize, &Look>, at: Timestamp) {
    let Some(endpoints) = declaration.lists.get_mut(&SubjectKind::Endpoint) else {
        return;
    };
    let mut certificates: BTreeMap<String, Subject> = BTreeMap::new();
    for (position, subject) in endpoints.iter_mut().enumerate() {
        match looks.get(&position) {
            None => {}
            Some(Look::Passed(reason)) => fail(&mut subject.record, reason),
            Some(Look::Seen(seen)) => {
                put(&mut subject.record, seen, at);
                if let Some(found) = served_certificate(subject, seen) {
                    let id = Value::Text(found.id.clone());
                    subject.record.set(endpoint::OBSERVED_CERTIFICATE_ID, id);
                    // Nobody declares a chain in the place of one that was seen.
                    match chains::whole(seen) {
                        Some(chain) => declaration.bundles.insert(found.id.clone(), chain.into()),
                        None => declaration.bundles.remove(&found.id),
                    };
                    certificates.entry(found.id.clone()).or_insert(found);
                }
            }
        }
    }
    let mut found: Vec<_> = certificates.into_values().collect();
    for one in &mut found {
        inherit(one, declaration);
    }
    if !found.is_empty() {
        // Nobody declares a certificate in the place of one that was seen.
        declaration.put_first(SubjectKind::Certificate, found);
    }
    chains::put_completeness(declaration, at);
}

fn fail(record: &mut Record, reason: &str) {
    let reason: String = reason.chars().take(MAX_REASON).collect();
    record.set(endpoint::OBSERVED_FAILURE, Value::Text(reason));
}

fn put(record: &mut Record, seen: &Observation, at: Timestamp) {
    record.set(endpoint::OBSERVED_AT, Value::Instant(at));
    if let Some(reason) = seen.unknown() {
        return fail(record, &reason);
    }
    let texts = |texts: Vec<String>| Value::Texts(texts);
    let spoken = seen.accepted().map(|version| version.to_string());
    record.set(endpoint::OBSERVED_VERSIONS, texts(spoken.collect()));
    record.set(endpoint::OBSERVED_SUITES, texts(suites(seen)));
    let weak = seen.weak_suites();
    let described = weak.iter().map(|(suite, weaknesses)| {
        let names: Vec<_> = weaknesses.iter().map(|one| one.name()).collect();
        format!("{suite} ({})", names.join(", "))
    });
    record.set(endpoint::OBSERVED_WEAK_SUITES, texts(described.collect()));
    let mut all: Vec<_> = weak.iter().flat_map(|(_, weaknesses)| weaknesses).collect();
    all.sort_unstable();
    all.dedup();
    let names = all.into_iter().map(|one| one.name().to_owned());
    record.set(endpoint::OBSERVED_WEAKNESSES, texts(names.collect()));
    record.set(endpoint::OBSERVED_UNSETTLED, texts(unsettled(seen)));
    match seen.ml_kem() {
        Support::Accepted => record.set(endpoint::OBSERVED_ML_KEM, Value::Boolean(true)),
        Support::Refused => record.set(endpoint::OBSERVED_ML_KEM, Value::Boolean(false)),
        Support::Unknown => {}
    }
    if let Some(handshake) = &seen.handshake {
        let has_key = Value::Boolean(handshake.has_key);
        record.set(endpoint::OBSERVED_HAS_KEY, has_key);
    }
}

/// Each suite once, in the order of the questions.
fn suites(seen: &Observation) -> Vec<String> {
    let mut suites = Vec::new();
    for hello in seen.answers.iter().filter_map(|(_, answer)| answer.hello()) {
        let name = hello.suite.to_string();
        if !suites.contains(&name) {
            suites.push(name);
        }
    }
    suites
}

/// The questions about suites, with the weaknesses that a refusal rules out.
const RULED_OUT: [(Question, &[&str]); 5] = [
    (
        Question::NoSecurity,
        &["no encryption", "no authentication", "export", "RC2"],
    ),
    (Question::OldCiphers, &["RC4", "DES", "3DES"]),
    (Question::StaticRsa, &["static RSA"]),
    (Question::FiniteField, &["finite-field DH"]),
    (Question::Cbc, &["CBC"]),
];

/// Versions and weaknesses without a clear answer: not asked, or not answered.
fn unsettled(seen: &Observation) -> Vec<String> {
    let is_open = |version: &Version| seen.speaks(*version) == Support::Unknown;
    let versions = Version::ALL.into_iter().filter(is_open);
    let is_silent =
        |question: Question| matches!(seen.answer(question), None | Some(Answer::Unanswered(_)));
    let questions = RULED_OUT.into_iter().filter(|(one, _)| is_silent(*one));
    let weaknesses = questions.flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned()));
    versions
        .map(|version| version.to_string())
        .chain(weaknesses)
        .collect()
}

/// The certificate that was served, as a subject of its own. Where it cannot be read it is there
/// without its facts: another one must not be judged in its place.
fn served_certificate(subject: &mut Subject, seen: &Observation) -> Option<Subject> {
    let leaf = seen.chain.first()?;
    let sha256 = hexadecimal(&Sha256::digest(leaf));
    let hash = Value::Text(sha256.clone());
    subject.record.set(endpoint::OBSERVED_CERTIFICATE, hash);
    let id = format!("observed:{}", whole(&seen.target));
    let mut found = Subject::new(SubjectKind::Certificate, id, subject.place.clone());
    if let Ok(record) = served(&seen.chain) {
        found.record = record;
    }
    let id = Value::Text(found.id.clone());
    found.record.set(certificate::ID, id);
    found.record.set(certificate::SHA256, Value::Text(sha256));
    Some(found)
}

/// With its port, whatever that is.
fn whole(target: &Target) -> String {
    format!("{}:{}", target.host, target.port)
}

/// What no certificate says of itself is taken from the one declared, where it is the same.
fn inherit(found: &mut Subject, declaration: &Declaration) {
    let Some(sha256) = found.text(certificate::SHA256) else {
        return;
    };
    let declared = declaration.list(SubjectKind::Certificate);
    let same = declared.unwrap_or_default().iter().find(|one| {
        let theirs = one.text(certificate::SHA256);
        theirs.is_some_and(|theirs| theirs.eq_ignore_ascii_case(sha256))
    });
    let trusted = same.and_then(|one| one.value(certificate::PUBLICLY_TRUSTED));
    if let Some(trusted) = trusted.cloned() {
        found.record.set(certificate::PUBLICLY_TRUSTED, trusted);
    }
}
