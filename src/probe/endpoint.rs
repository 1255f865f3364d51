//! All questions to one endpoint, one connection after the other, at one address.

use super::again::{self, Again};
use super::connection::{Deadlines, ask, connect};
use super::flight::{Flight, Until};
use super::handshake::shake;
use super::hello::client_hello;
use super::observation::{Answer, Failure, Observation, Refusal, Stage};
use super::pace::Pace;
use super::protocol::Version;
use super::question::Question;
use super::starttls::StartTls;
use rustls::crypto::CryptoProvider;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// Nobody is asked more often in one scan.
const MAX_CONNECTIONS: u32 = 12;

/// What every question needs.
pub(super) struct Endpoint<'e> {
    pub(super) address: SocketAddr,
    /// To ask for; none where an address was given.
    pub(super) name: Option<&'e str>,
    pub(super) deadlines: Deadlines,
    pub(super) starttls: Option<StartTls>,
    pub(super) pace: &'e Pace,
    pub(super) provider: &'e Arc<CryptoProvider>,
}

impl Endpoint<'_> {
    /// Asks everything and writes the answers down.
    pub(super) async fn observe(&mut self, seen: &mut Observation) {
        seen.address = Some(self.address);
        let mut is_cut_short = false;
        for question in Question::ALL {
            if is_cut_short && question != Question::Handshake {
                continue;
            }
            if question == Question::Ssl30 && again::is_covered(seen) {
                // What is saved here pays for asking again.
                let answer = Answer::Unanswered(Failure::Closed);
                seen.answers.push((question, answer));
                continue;
            }
            let answer = self.ask(question, seen).await;
            let failure = failure(&answer).cloned().or_else(|| seen.failure.clone());
            seen.answers.push((question, answer));
            match failure {
                Some(failure) if is_final(&failure, seen) => {
                    seen.failure = Some(failure);
                    return;
                }
                // Silence is not asked again, but whether it still talks to us matters.
                Some(failure @ Failure::Timeout(_)) => {
                    seen.failure.get_or_insert(failure);
                    is_cut_short = true;
                }
                _ => {}
            }
        }
        if is_unsettled(seen) && may_go_on(seen) {
            let answer = self.ask(Question::Tls13, seen).await;
            seen.answers.push((Question::Tls13, answer));
        }
        if !is_cut_short && again::talks(seen) {
            self.ask_again(seen).await;
        }
    }

    /// Asks again what the server hung up on before it talked to us, as far as connections are left.
    async fn ask_again(&mut self, seen: &mut Observation) {
        let mut again = Again::default();
        while may_go_on(seen)
            && let Some(repeat) = again.next(seen)
        {
            let asked = self.offer(repeat.like, &repeat.suites, seen).await;
            let answer = asked.unwrap_or_else(Answer::Unanswered);
            if let Some(failure @ Failure::Timeout(_)) = failure(&answer) {
                seen.failure.get_or_insert(failure.clone());
                return;
            }
            again.heard(repeat, &answer, seen);
        }
        if may_go_on(seen)
            && let Some(question) = again.control(seen)
        {
            let asked = self.offer(question, &question.suites(), seen).await;
            // It answered this before.
            if !asked.is_ok_and(|answer| answer.hello().is_some()) {
                return;
            }
        }
        again.settle(seen);
    }

    async fn ask(&mut self, question: Question, seen: &mut Observation) -> Answer {
        let asked = match question {
            Question::Handshake => self.handshake(seen).await,
            _ => self.offer(question, &question.suites(), seen).await,
        };
        asked.unwrap_or_else(Answer::Unanswered)
    }

    /// A connection on which TLS may begin.
    async fn open(&mut self, seen: &mut Observation) -> Result<TcpStream, Failure> {
        let asked = Instant::now();
        self.pace.turn().await;
        // Waiting for others is nobody's slowness.
        self.deadlines.end += asked.elapsed();
        if Instant::now() >= self.deadlines.end {
            return Err(Failure::Timeout(Stage::Endpoint));
        }
        seen.connections += 1;
        let mut stream = connect(self.address, &self.deadlines).await?;
        if let Some(protocol) = self.starttls {
            let end = self.deadlines.within(self.deadlines.flight);
            let prepared = timeout_at(end, protocol.prepare(&mut stream)).await;
            prepared
                .map_err(|_| Failure::Timeout(Stage::Answer))?
                .map_err(before_tls)?;
        }
        Ok(stream)
    }

    async fn handshake(&mut self, seen: &mut Observation) -> Result<Answer, Failure> {
        let stream = self.open(seen).await?;
        let (name, address) = (self.name, self.address.ip());
        let shaken = shake(stream, name, address, self.provider, &self.deadlines).await;
        seen.handshake = shaken.handshake;
        if !shaken.chain.is_empty() {
            seen.chain = shaken.chain;
        }
        Ok(shaken.answer)
    }

    /// A hello of our own, like that of a question, with these suites.
    async fn offer(
        &mut self,
        like: Question,
        suites: &[u16],
        seen: &mut Observation,
    ) -> Result<Answer, Failure> {
        let mut stream = self.open(seen).await?;
        let until = if seen.chain.is_empty() && wants_chain(like) {
            Until::Certificates
        } else {
            Until::Hello
        };
        let hello = client_hello(like, suites, self.name);
        let (flight, ended) = ask(&mut stream, &hello, until, &self.deadlines).await;
        Ok(take(like, suites, flight, ended, seen))
    }
}

fn may_go_on(seen: &Observation) -> bool {
    seen.connections < MAX_CONNECTIONS
}

/// Who hangs up before TLS was spoken of refused no version.
fn before_tls(failure: Failure) -> Failure {
    match failure {
        Failure::Closed => Failure::NoStartTls("the connection was closed before it was asked"),
        other => other,
    }
}

/// Whether certificates come in plain text with the answer.
fn wants_chain(question: Question) -> bool {
    matches!(
        question,
        Question::Tls12 | Question::Tls11 | Question::Tls10 | Question::Ssl30
    )
}

fn take(
    question: Question,
    suites: &[u16],
    flight: Flight,
    ended: Result<(), Failure>,
    seen: &mut Observation,
) -> Answer {
    if !flight.certificates.is_empty() {
        seen.chain = flight.certificates;
    }
    if let Some(hello) = flight.hello {
        if !suites.contains(&hello.suite.0) {
            let what = "it chose a suite that was not offered";
            return Answer::Unanswered(Failure::Unreadable(what));
        }
        // The hello counts, whatever became of the rest.
        if let Err(failure) = ended {
            seen.failure.get_or_insert(failure);
        }
        return match question.version() {
            Some(version) if version != hello.version => Answer::Instead(hello),
            _ => Answer::Accepted(hello),
        };
    }
    match (flight.alert, ended) {
        (Some(alert), _) => Answer::Refused(Refusal::Alert(alert)),
        (None, Err(failure)) => Answer::Unanswered(failure),
        (None, Ok(())) => Answer::Unanswered(Failure::Closed),
    }
}

fn failure(answer: &Answer) -> Option<&Failure> {
    match answer {
        Answer::Unanswered(failure) => Some(failure),
        Answer::Accepted(_) | Answer::Instead(_) | Answer::Refused(_) => None,
    }
}

/// Whether asking on makes no sense.
fn is_final(failure: &Failure, seen: &Observation) -> bool {
    match failure {
        Failure::Refused
        | Failure::Unreachable(_)
        | Failure::Timeout(Stage::Connect | Stage::Endpoint) => true,
        Failure::Timeout(_) | Failure::NotTls | Failure::NoStartTls(_) | Failure::Alerts(_) => seen
            .answers
            .iter()
            .all(|(_, answer)| matches!(answer, Answer::Unanswered(_))),
        _ => false,
    }
}

/// Whether no question showed if TLS 1.3 is spoken.
fn is_unsettled(seen: &Observation) -> bool {
    let is_shaken = matches!(
        seen.answer(Question::Handshake),
        Some(Answer::Accepted(_)) | None
    );
    let mut hellos = seen.answers.iter().filter_map(|(_, answer)| answer.hello());
    !is_shaken && !hellos.any(|hello| hello.version == Version::TLS_1_3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::Support;
    use crate::probe::address::Target;
    use crate::probe::observation::Hello;
    use crate::probe::protocol::{Alert, Suite};
    use std::time::Duration;

    fn seen(answers: &[(Question, Answer)]) -> Observation {
        Observation {
            answers: answers.to_vec(),
            ..Observation::of(Target::parse("portal.example.test").unwrap())
        }
    }

    fn flight(hello: Option<Hello>, alert: Option<u8>) -> Flight {
        let mut flight = Flight::default();
        flight.hello = hello;
        flight.alert = alert.map(Alert);
        flight
    }

    fn take_all(
        question: Question,
        flight: Flight,
        ended: Result<(), Failure>,
        seen: &mut Observation,
    ) -> Answer {
        take(question, &question.suites(), flight, ended, seen)
    }

    fn hello(version: Version, suite: u16) -> Hello {
        Hello {
            version,
            suite: Suite(suite),
            group: None,
        }
    }

    #[test]
    fn a_suite_that_was_not_offered_is_no_answer() {
        let mut observation = seen(&[]);
        let flight = flight(Some(hello(Version::TLS_1_2, 0xc02f)), None);
        let answer = take_all(Question::OldCiphers, flight, Ok(()), &mut observation);
        assert!(matches!(answer, Answer::Unanswered(Failure::Unreadable(_))));
    }

    #[test]
    fn a_hello_counts_even_if_the_certificates_do_not_come() {
        let mut observation = seen(&[]);
        let flight = flight(Some(hello(Version::TLS_1_0, 0x0035)), None);
        let late = Err(Failure::Timeout(Stage::Answer));
        let answer = take_all(Question::Tls12, flight, late.clone(), &mut observation);
        assert!(matches!(answer, Answer::Instead(_)));
        assert_eq!(observation.failure, late.err());
    }

    #[test]
    fn an_alert_is_no_support() {
        for (alert, support) in [
            (40, Support::Refused),
            (70, Support::Refused),
            (80, Support::Refused),
            // The client and the name: neither says anything of the version.
            (49, Support::Unknown),
            (112, Support::Unknown),
        ] {
            let mut observation = seen(&[]);
            let flight = flight(None, Some(alert));
            let answer = take_all(Question::Tls10, flight, Ok(()), &mut observation);
            observation.answers.push((Question::Tls10, answer));
            assert_eq!(observation.speaks(Version::TLS_1_0), support, "{alert}");
            assert!(observation.unknown().is_some(), "nothing was accepted");
        }
        assert_eq!(seen(&[]).took, Duration::ZERO);
    }
}
