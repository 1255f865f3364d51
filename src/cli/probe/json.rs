//! `--format json`, one document, and `--format ndjson`, an endpoint a line. Keys are added, never
//! renamed or removed.

use super::chain::summary;
use super::path::Path;
use crate::model::Outcome;
use crate::probe::{
    Answer, Failure, List, Observation, Question, Refusal, Support, Version, Weakness,
};
use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

#[derive(Serialize)]
struct Endpoint {
    target: String,
    host: String,
    port: u16,
    /// The one that was connected to.
    address: Option<String>,
    /// `seen` or `unknown`.
    status: &'static str,
    /// Why it is unknown.
    reason: Option<String>,
    /// What kept us from seeing everything.
    failure: Option<Trouble>,
    floor: Option<String>,
    /// Whether every version below the floor was refused.
    floor_is_sure: bool,
    ceiling: Option<String>,
    versions: Vec<Spoken>,
    ml_kem: &'static str,
    weak_suites: Vec<Weak>,
    answers: Vec<Asked>,
    /// In the order sent.
    chain: Vec<Certificate>,
    /// Where it leads; none where no chain was seen, or one too long to be followed.
    path: Option<Followed>,
    /// Asked for with --fetch-crls only.
    revocation_lists: Option<Vec<Fetched>>,
    has_key: Option<bool>,
    asks_certificate: Option<bool>,
    /// DER in base64.
    ocsp_staple: Option<String>,
    connections: u32,
    milliseconds: u128,
}

#[derive(Serialize)]
struct Trouble {
    kind: &'static str,
    message: String,
}

#[derive(Serialize)]
struct Spoken {
    version: String,
    support: &'static str,
}

#[derive(Serialize)]
struct Weak {
    suite: String,
    weaknesses: Vec<&'static str>,
}

#[derive(Serialize)]
struct Asked {
    question: &'static str,
    /// `accepted`, `instead` (another version), `refused` or `unanswered`.
    answer: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suite: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Trouble>,
}

#[derive(Serialize)]
struct Certificate {
    sha256: String,
    subject: Option<String>,
    issuer: Option<String>,
    not_before: Option<Timestamp>,
    not_after: Option<Timestamp>,
    /// Base64.
    der: String,
}

#[derive(Serialize)]
struct Followed {
    /// `pass`, `fail` or `unknown`: of trust, time, name and revocation.
    outcome: &'static str,
    reaches_root: bool,
    profile: &'static str,
    host: Option<String>,
    roots: String,
    roots_sha256: String,
    faults: Vec<Told>,
    not_decided: Vec<String>,
}

#[derive(Serialize)]
struct Told {
    id: &'static str,
    area: &'static str,
    level: &'static str,
    /// Counted along the path from 0, the server's own; null where it is about the whole.
    certificate: Option<usize>,
    message: String,
}

#[derive(Serialize)]
struct Fetched {
    url: String,
    bytes: Option<usize>,
    sha256: Option<String>,
    failure: Option<String>,
}

/// The document up to its list of endpoints.
pub(super) fn begin(out: &mut impl Write, made: Timestamp) -> io::Result<()> {
    let made = serde_json::to_string(&made)?;
    write!(
        out,
        "{{\n  \"format\": \"passmuster/probe\",\n  \"version\": 1,\n  \"made\": {made},\n  \
         \"endpoints\": ["
    )
}

pub(super) fn tell(
    out: &mut impl Write,
    seen: &Observation,
    path: &Path,
    is_first: bool,
) -> io::Result<()> {
    let text = serde_json::to_string_pretty(&endpoint(seen, path))?;
    let comma = if is_first { "" } else { "," };
    write!(out, "{comma}\n    {}", text.replace('\n', "\n    "))
}

pub(super) fn end(out: &mut impl Write, is_empty: bool) -> io::Result<()> {
    let gap = if is_empty { "" } else { "\n  " };
    writeln!(out, "{gap}]\n}}")
}

pub(super) fn line(out: &mut impl Write, seen: &Observation, path: &Path) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &endpoint(seen, path))?;
    out.write_all(b"\n")
}

fn endpoint(seen: &Observation, path: &Path) -> Endpoint {
    let reason = seen.unknown();
    let handshake = seen.handshake.as_ref();
    let staple = handshake.and_then(|it| it.staple.as_ref());
    Endpoint {
        target: seen.target.to_string(),
        host: seen.target.host.to_string(),
        port: seen.target.port,
        address: seen.address.map(|address| address.ip().to_string()),
        status: if reason.is_some() { "unknown" } else { "seen" },
        reason,
        failure: seen.failure.as_ref().map(trouble),
        floor: seen.floor().map(|version| version.to_string()),
        floor_is_sure: seen.is_floor_sure(),
        ceiling: seen.ceiling().map(|version| version.to_string()),
        versions: Version::ALL
            .into_iter()
            .map(|version| Spoken {
                version: version.to_string(),
                support: support(seen.speaks(version)),
            })
            .collect(),
        ml_kem: support(seen.ml_kem()),
        weak_suites: seen
            .weak_suites()
            .into_iter()
            .map(|(suite, weaknesses)| Weak {
                suite: suite.to_string(),
                weaknesses: weaknesses.into_iter().map(Weakness::name).collect(),
            })
            .collect(),
        answers: seen
            .answers
            .iter()
            .map(|(question, answer)| asked(*question, answer))
            .collect(),
        chain: seen.chain.iter().map(|der| certificate(der)).collect(),
        path: followed(path),
        revocation_lists: seen
            .lists
            .as_ref()
            .map(|lists| lists.iter().map(fetched).collect()),
        has_key: handshake.map(|it| it.has_key),
        asks_certificate: handshake.map(|it| it.asks_certificate),
        ocsp_staple: staple.map(|der| BASE64.encode(der)),
        connections: seen.connections,
        milliseconds: seen.took.as_millis(),
    }
}

fn followed(path: &Path) -> Option<Followed> {
    let Path::Judged(verdict) = path else {
        return None;
    };
    let faults = verdict.faults.iter().map(|fault| Told {
        id: fault.rule.id,
        area: fault.rule.area.name(),
        level: fault.level.name(),
        certificate: fault.certificate,
        message: fault.sentence.clone(),
    });
    let open = verdict.not_decided.iter().map(|it| it.sentence.clone());
    Some(Followed {
        outcome: match verdict.path_outcome() {
            Outcome::Pass => "pass",
            Outcome::Fail => "fail",
            _ => "unknown",
        },
        reaches_root: verdict.reaches_root,
        profile: verdict.profile.name(),
        host: verdict.host.clone(),
        roots: verdict.roots.name.clone(),
        roots_sha256: verdict.roots.sha256.clone(),
        faults: faults.collect(),
        not_decided: open.collect(),
    })
}

fn fetched(list: &List) -> Fetched {
    let had = list.answer.as_ref().ok();
    Fetched {
        url: list.url.clone(),
        bytes: had.map(|der| der.len()),
        sha256: had.map(|der| HEXLOWER.encode(&Sha256::digest(der))),
        failure: list.answer.as_ref().err().map(ToString::to_string),
    }
}

fn support(support: Support) -> &'static str {
    match support {
        Support::Accepted => "accepted",
        Support::Refused => "refused",
        Support::Unknown => "unknown",
    }
}

fn trouble(failure: &Failure) -> Trouble {
    Trouble {
        kind: failure.kind(),
        message: format!("failed to {failure}"),
    }
}

fn asked(question: Question, answer: &Answer) -> Asked {
    let hello = answer.hello();
    let (word, alert, failure) = match answer {
        Answer::Accepted(_) => ("accepted", None, None),
        Answer::Instead(_) => ("instead", None, None),
        Answer::Refused(Refusal::Alert(alert)) => ("refused", Some(alert.0), None),
        Answer::Refused(Refusal::Closed) => ("refused", None, None),
        Answer::Unanswered(failure) => ("unanswered", None, Some(trouble(failure))),
    };
    Asked {
        question: question.name(),
        answer: word,
        version: hello.map(|hello| hello.version.to_string()),
        suite: hello.map(|hello| hello.suite.to_string()),
        group: hello
            .and_then(|hello| hello.group)
            .map(|group| group.to_string()),
        alert,
        failure,
    }
}

fn certificate(der: &[u8]) -> Certificate {
    let summary = summary(der);
    let summary = summary.as_ref();
    Certificate {
        sha256: HEXLOWER.encode(&Sha256::digest(der)),
        subject: summary.map(|it| it.subject.clone()),
        issuer: summary.map(|it| it.issuer.clone()),
        not_before: summary.map(|it| it.not_before),
        not_after: summary.map(|it| it.not_after),
        der: BASE64.encode(der),
    }
}
