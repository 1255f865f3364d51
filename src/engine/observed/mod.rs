//! Puts what a probe saw on the endpoints of a declaration, as data like any other: the fields
//! under `observed`, and the certificates served among the certificates. Observes nothing itself.

mod chains;

use crate::import::served;
use crate::model::fields::{certificate, endpoint};
use crate::model::{Declaration, Record, Subject, SubjectKind, Value, hexadecimal};
use crate::probe::{Answer, List, Observation, Question, Support, Target, Version};
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
    let reason = Value::Text(shortened(reason));
    record.set(endpoint::OBSERVED_FAILURE, reason);
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
    if let Some(lists) = &seen.lists {
        put_lists(record, lists);
    }
    if let Some(handshake) = &seen.handshake {
        let has_key = Value::Boolean(handshake.has_key);
        record.set(endpoint::OBSERVED_HAS_KEY, has_key);
    }
}

/// How many lists of revoked certificates were had, and why the first of the others was not.
fn put_lists(record: &mut Record, lists: &[List]) {
    let had = lists.iter().filter(|list| list.answer.is_ok()).count();
    let had = Value::Integer(i64::try_from(had).unwrap_or(i64::MAX));
    record.set(endpoint::OBSERVED_CRLS, had);
    let failed = lists.iter().find_map(|list| {
        let failure = list.answer.as_ref().err()?;
        Some(format!("failed to fetch {}: {failure}", list.url))
    });
    if let Some(failed) = failed {
        let failed = Value::Text(shortened(&failed));
        record.set(endpoint::OBSERVED_CRL_FAILURE, failed);
    }
}

fn shortened(reason: &str) -> String {
    reason.chars().take(MAX_REASON).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::bundle;
    use crate::model::Place;
    use crate::probe::{Alert, Failure, Hello, ListFailure, Refusal, Suite};
    use std::sync::Arc;
    use std::time::Duration;

    fn seen(answers: &[(Question, Answer)]) -> Observation {
        Observation {
            target: Target::parse("portal.example.test").unwrap(),
            address: None,
            answers: answers.to_vec(),
            handshake: None,
            chain: Vec::new(),
            lists: None,
            failure: None,
            connections: 1,
            took: Duration::ZERO,
        }
    }

    fn hello(version: Version, suite: u16) -> Hello {
        Hello {
            version,
            suite: Suite(suite),
            group: None,
        }
    }

    fn declared() -> Declaration {
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place.clone());
        let mut declaration = Declaration::new("made-up.yaml", organisation);
        let endpoint = Subject::new(SubjectKind::Endpoint, "portal", place);
        declaration
            .lists
            .insert(SubjectKind::Endpoint, vec![endpoint]);
        declaration
    }

    /// The endpoint after it was looked at.
    fn put_on(declaration: &mut Declaration, look: &Look) -> Subject {
        let looks = BTreeMap::from([(0, look)]);
        put_observed(declaration, &looks, Timestamp::UNIX_EPOCH);
        declaration.lists[&SubjectKind::Endpoint][0].clone()
    }

    fn after(seen: Observation) -> Subject {
        put_on(&mut declared(), &Look::Seen(Box::new(seen)))
    }

    #[test]
    fn what_was_not_answered_is_unsettled_and_what_was_refused_is_not() {
        let refused = Answer::Refused(Refusal::Alert(Alert(70)));
        let subject = after(seen(&[
            (
                Question::Tls12,
                Answer::Accepted(hello(Version::TLS_1_2, 0xc02f)),
            ),
            (Question::OldCiphers, refused.clone()),
            (Question::NoSecurity, Answer::Unanswered(Failure::Closed)),
            (Question::Tls11, refused),
            (Question::Tls10, Answer::Unanswered(Failure::Closed)),
        ]));
        let open = subject.texts(endpoint::OBSERVED_UNSETTLED).unwrap();
        for word in [
            "TLS 1.0",
            "SSL 3.0",
            "TLS 1.3",
            "no encryption",
            "static RSA",
            "CBC",
        ] {
            assert!(open.iter().any(|one| one == word), "{word}: {open:?}");
        }
        for word in ["TLS 1.2", "TLS 1.1", "RC4", "3DES"] {
            assert!(open.iter().all(|one| one != word), "{word}: {open:?}");
        }
        assert_eq!(subject.boolean(endpoint::OBSERVED_ML_KEM), None);
        assert_eq!(subject.boolean(endpoint::OBSERVED_HAS_KEY), None);
        assert_eq!(subject.integer(endpoint::OBSERVED_CRLS), None);
    }

    #[test]
    fn an_alert_about_something_else_leaves_a_version_open() {
        let name = Answer::Refused(Refusal::Alert(Alert(112)));
        let subject = after(seen(&[
            (
                Question::Tls12,
                Answer::Accepted(hello(Version::TLS_1_2, 0xc02f)),
            ),
            (Question::Tls10, name),
        ]));
        let open = subject.texts(endpoint::OBSERVED_UNSETTLED).unwrap();
        assert!(open.iter().any(|one| one == "TLS 1.0"), "{open:?}");
    }

    #[test]
    fn what_was_not_seen_says_why_and_nothing_else() {
        let mut down = seen(&[]);
        down.failure = Some(Failure::Refused);
        let subject = after(down);
        let why = subject.text(endpoint::OBSERVED_FAILURE).unwrap();
        assert_eq!(why, "failed to connect: the connection was refused");
        assert!(subject.value(endpoint::OBSERVED_VERSIONS).is_none());
        let passed = Look::Passed("x".repeat(1_000));
        let subject = put_on(&mut declared(), &passed);
        assert_eq!(
            subject.text(endpoint::OBSERVED_FAILURE).unwrap().len(),
            MAX_REASON
        );
        assert!(subject.value(endpoint::OBSERVED_AT).is_none());
    }

    #[test]
    fn nobody_declares_a_chain_in_the_place_of_the_one_served() {
        let id = "observed:portal.example.test:443";
        for (count, is_kept) in [(1, true), (21, false)] {
            let mut declaration = declared();
            let declared = bundle(b"declared".to_vec(), Vec::new(), Vec::new());
            declaration.bundles.insert(id.into(), Arc::new(declared));
            let mut shown = seen(&[(
                Question::Tls12,
                Answer::Accepted(hello(Version::TLS_1_2, 0xc02f)),
            )]);
            shown.chain = vec![b"served".to_vec(); count];
            let subject = put_on(&mut declaration, &Look::Seen(Box::new(shown)));
            assert_eq!(subject.text(endpoint::OBSERVED_CERTIFICATE_ID), Some(id));
            let kept = declaration.bundles.get(id).map(|it| it.leaf.clone());
            assert_eq!(kept, is_kept.then(|| b"served".to_vec()), "{count}");
            assert_eq!(subject.boolean(endpoint::OBSERVED_INCOMPLETE), None);
        }
    }

    #[test]
    fn lists_are_counted_and_the_first_that_failed_is_told() {
        let list = |url: &str, answer| List {
            url: url.into(),
            answer,
        };
        let mut asked = seen(&[(
            Question::Tls12,
            Answer::Accepted(hello(Version::TLS_1_2, 0xc02f)),
        )]);
        asked.lists = Some(vec![
            list("http://a.test/", Ok(Arc::from(&b"x"[..]))),
            list("http://b.test/", Err(ListFailure::Status(404))),
        ]);
        let subject = after(asked);
        assert_eq!(subject.integer(endpoint::OBSERVED_CRLS), Some(1));
        assert_eq!(
            subject.text(endpoint::OBSERVED_CRL_FAILURE),
            Some("failed to fetch http://b.test/: it was answered with status 404")
        );
    }
}
