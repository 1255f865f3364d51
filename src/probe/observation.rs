//! What was seen of an endpoint: plain data, no judgement. What was not seen says why.

use super::address::Target;
use super::lists::List;
use super::protocol::{Alert, Group, Suite, Version, Weakness};
use super::question::Question;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use thiserror::Error;

/// An endpoint, as far as it could be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    pub target: Target,
    /// The address every connection went to; none if no connection was made.
    pub address: Option<SocketAddr>,
    /// In the order they were asked.
    pub answers: Vec<(Question, Answer)>,
    /// The whole handshake, if it came so far that the server showed its certificates.
    pub handshake: Option<Handshake>,
    /// Certificates as DER in the order the server sent them: of the handshake, else of its plain
    /// answer to a hello of TLS 1.2 or older. At most 256 KiB.
    pub chain: Vec<Vec<u8>>,
    /// Lists of revoked certificates that the chain names; none where nobody asked for them.
    pub lists: Option<Vec<List>>,
    /// Why the look ended before its end, or never began.
    pub failure: Option<Failure>,
    pub connections: u32,
    pub took: Duration,
}

/// What a server chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    pub version: Version,
    pub suite: Suite,
    /// Known for TLS 1.3, and for handshakes that were finished.
    pub group: Option<Group>,
}

/// What came of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Accepted(Hello),
    /// It answered in another version than the one asked about.
    Instead(Hello),
    Refused(Refusal),
    Unanswered(Failure),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A fatal alert.
    Alert(Alert),
    /// It hung up, and talked to us again afterwards.
    Closed,
}

/// What a finished handshake tells beyond its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The server proved that it has the key of its certificate.
    pub has_key: bool,
    /// It asked for a certificate of ours.
    pub asks_certificate: bool,
    /// A stapled OCSP response, not looked into.
    pub staple: Option<Vec<u8>>,
}

/// How far an endpoint is known to speak a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    Accepted,
    Refused,
    /// It was not asked, or did not answer.
    Unknown,
}

/// Why something was not seen. Fits behind "failed to".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Failure {
    #[error("get an answer: nothing came but warning alerts, such as {0}")]
    Alerts(Alert),
    #[error("connect: {address} is barred ({why}); name it with --allow if it is meant")]
    BarredAddress { address: IpAddr, why: &'static str },
    #[error("get an answer: the connection was closed")]
    Closed,
    #[error("resolve the name: {0}")]
    Dns(String),
    /// A reason of rustls.
    #[error("finish a handshake: {0}")]
    Handshake(String),
    #[error("switch to TLS: {0}")]
    NoStartTls(&'static str),
    #[error("understand the answer: it is not TLS")]
    NotTls,
    #[error("connect: the connection was refused")]
    Refused,
    #[error("{0} in time")]
    Timeout(Stage),
    #[error("read the answer: it has, or claims, {0} bytes")]
    TooBig(usize),
    #[error("connect: {0}")]
    Unreachable(String),
    #[error("understand the answer: {0}")]
    Unreadable(&'static str),
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Answer,
    Connect,
    LookUp,
    /// All questions of an endpoint.
    Endpoint,
    /// All endpoints.
    Run,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Answer => "get an answer",
            Self::Connect => "connect",
            Self::LookUp => "resolve the name",
            Self::Endpoint => "ask everything",
            Self::Run => "reach the endpoint",
        })
    }
}

impl Failure {
    /// The class, for machines.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Alerts(_) => "alert",
            Self::BarredAddress { .. } => "barred-address",
            Self::Closed => "closed",
            Self::Dns(_) => "dns",
            Self::Handshake(_) => "handshake",
            Self::NoStartTls(_) => "no-starttls",
            Self::NotTls => "not-tls",
            Self::Refused => "refused",
            Self::Timeout(_) => "timeout",
            Self::TooBig(_) => "too-big",
            Self::Unreachable(_) => "unreachable",
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl Answer {
    /// What the server chose, whatever was asked.
    pub fn hello(&self) -> Option<Hello> {
        match self {
            Self::Accepted(hello) | Self::Instead(hello) => Some(*hello),
            Self::Refused(_) | Self::Unanswered(_) => None,
        }
    }

    /// Whether what was asked about is spoken.
    pub fn support(&self) -> Support {
        match self {
            Self::Accepted(_) => Support::Accepted,
            Self::Refused(Refusal::Alert(alert)) if !alert.is_about_the_offer() => Support::Unknown,
            Self::Instead(_) | Self::Refused(_) => Support::Refused,
            Self::Unanswered(_) => Support::Unknown,
        }
    }
}

impl Observation {
    /// Nothing seen yet.
    pub(super) fn of(target: Target) -> Self {
        Self {
            target,
            address: None,
            answers: Vec::new(),
            handshake: None,
            chain: Vec::new(),
            lists: None,
            failure: None,
            connections: 0,
            took: Duration::ZERO,
        }
    }

    pub fn answer(&self, question: Question) -> Option<&Answer> {
        let found = self.answers.iter().find(|(asked, _)| *asked == question);
        found.map(|(_, answer)| answer)
    }

    /// Why nothing can be said about this endpoint; nothing if it accepted any offer.
    pub fn unknown(&self) -> Option<String> {
        if self
            .answers
            .iter()
            .any(|(_, answer)| answer.hello().is_some())
        {
            return None;
        }
        if let Some(failure) = &self.failure {
            return Some(format!("failed to {failure}"));
        }
        let said = self.answers.iter().map(|(_, answer)| answer);
        let mut reasons = said.filter_map(|answer| match answer {
            Answer::Refused(Refusal::Alert(alert)) => {
                Some(format!("it refused every offer ({alert})"))
            }
            Answer::Unanswered(failure) => Some(format!("failed to {failure}")),
            _ => None,
        });
        Some(reasons.next().unwrap_or_else(|| "nothing was asked".into()))
    }

    /// Whether a version is spoken. An answer in that version counts, whatever was asked.
    pub fn speaks(&self, version: Version) -> Support {
        let hellos = self.answers.iter().filter_map(|(_, answer)| answer.hello());
        if hellos.into_iter().any(|hello| hello.version == version) {
            return Support::Accepted;
        }
        let asked = match version {
            Version::SSL_3_0 => Question::Ssl30,
            Version::TLS_1_0 => Question::Tls10,
            Version::TLS_1_1 => Question::Tls11,
            Version::TLS_1_2 => Question::Tls12,
            Version::TLS_1_3 => return self.speaks_1_3(),
            _ => return Support::Unknown,
        };
        self.answer(asked).map_or(Support::Unknown, Answer::support)
    }

    /// Refused only by who was offered it with every group: a hello without the usual ones is
    /// refused by most.
    fn speaks_1_3(&self) -> Support {
        if let Some(answer) = self.answer(Question::Tls13) {
            return answer.support();
        }
        match self.answer(Question::Handshake) {
            Some(Answer::Accepted(_)) => Support::Refused,
            _ => Support::Unknown,
        }
    }

    /// The oldest version that is spoken. Older ones may be unknown: see [`Self::is_floor_sure`].
    pub fn floor(&self) -> Option<Version> {
        self.accepted().next()
    }

    /// Whether every version below the floor was refused.
    pub fn is_floor_sure(&self) -> bool {
        let Some(floor) = self.floor() else {
            return false;
        };
        let mut below = Version::ALL.into_iter().filter(|it| *it < floor);
        below.all(|version| self.speaks(version) == Support::Refused)
    }

    /// The newest version that is spoken.
    pub fn ceiling(&self) -> Option<Version> {
        self.accepted().last()
    }

    /// The versions that are spoken, from the oldest.
    pub fn accepted(&self) -> impl Iterator<Item = Version> {
        let spoken = |version: &Version| self.speaks(*version) == Support::Accepted;
        Version::ALL.into_iter().filter(spoken)
    }

    /// Whether X25519MLKEM768 can be negotiated.
    pub fn ml_kem(&self) -> Support {
        match self.answer(Question::MlKem) {
            Some(Answer::Accepted(hello)) => match hello.group {
                Some(Group::X25519_MLKEM768) => Support::Accepted,
                _ => Support::Unknown,
            },
            Some(answer) => answer.support(),
            None => Support::Unknown,
        }
    }

    /// Suites that were accepted and are weak, each once, with what is wrong, worst first.
    pub fn weak_suites(&self) -> Vec<(Suite, Vec<Weakness>)> {
        let mut found: Vec<(Suite, Vec<Weakness>)> = Vec::new();
        for hello in self.answers.iter().filter_map(|(_, answer)| answer.hello()) {
            let weaknesses = hello.suite.weaknesses();
            if !weaknesses.is_empty() && found.iter().all(|(suite, _)| *suite != hello.suite) {
                found.push((hello.suite, weaknesses));
            }
        }
        found.sort_by_key(|(suite, weaknesses)| (weaknesses.first().copied(), *suite));
        found
    }
}
