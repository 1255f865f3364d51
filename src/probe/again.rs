//! Hanging up: many servers do so instead of refusing, and any server may do so by mishap. What it
//! hung up on is asked again after it talked to us; only who hangs up twice has refused.

use super::observation::{Answer, Failure, Observation, Refusal};
use super::question::Question;

/// The newest first: a hello of one version offers those behind it as well.
const VERSIONS: [Question; 4] = [
    Question::Tls12,
    Question::Tls11,
    Question::Tls10,
    Question::Ssl30,
];
/// Asked again in one hello with the suites of all.
const SUITES: [Question; 5] = [
    Question::StaticRsa,
    Question::FiniteField,
    Question::Cbc,
    Question::OldCiphers,
    Question::NoSecurity,
];

/// A hello that asks several questions again.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repeat {
    /// The version and the rest are as in the hello of this one.
    pub(super) like: Question,
    pub(super) suites: Vec<u16>,
    about: Vec<Question>,
}

/// What came of asking again.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// Hung up on twice.
    confirmed: Vec<Question>,
    /// Not asked a third time.
    asked: Vec<Question>,
}

/// Whether the server hung up on two hellos that offered SSL 3.0 beside newer versions, the first of
/// which is asked again.
pub(super) fn is_covered(seen: &Observation) -> bool {
    [Question::Tls11, Question::Tls10]
        .iter()
        .all(|question| is_closed(seen, *question))
}

/// The hellos that ask again what the server hung up on and was not asked again yet, the gravest
/// first.
fn repeats(seen: &Observation, asked: &[Question]) -> Vec<Repeat> {
    let closed = |all: &[Question]| {
        let closed = all.iter().copied().filter(|one| is_closed(seen, *one));
        let closed = closed.filter(|one| !asked.contains(one));
        closed.collect::<Vec<_>>()
    };
    let versions = closed(&VERSIONS);
    let versions = versions.first().map(|newest| Repeat {
        like: *newest,
        suites: newest.suites(),
        about: versions.clone(),
    });
    let suites = closed(&SUITES);
    let suites = suites.first().map(|one| Repeat {
        like: *one,
        suites: suites.iter().flat_map(|one| one.suites()).collect(),
        about: suites.clone(),
    });
    let ml_kem = closed(&[Question::MlKem]);
    let ml_kem = ml_kem.first().map(|one| Repeat {
        like: *one,
        suites: one.suites(),
        about: ml_kem.clone(),
    });
    [versions, suites, ml_kem].into_iter().flatten().collect()
}

fn is_closed(seen: &Observation, question: Question) -> bool {
    seen.answer(question) == Some(&Answer::Unanswered(Failure::Closed))
}

impl Again {
    pub(super) fn next(&self, seen: &Observation) -> Option<Repeat> {
        repeats(seen, &self.asked).into_iter().next()
    }

    /// Another answer than before counts: a refusal for all that was asked, a suite for the questions
    /// that offer it, and a version for the hello it was chosen from. The rest stays unanswered.
    pub(super) fn heard(&mut self, repeat: Repeat, answer: &Answer, seen: &mut Observation) {
        let is_answered = |question: Question| match answer {
            Answer::Refused(_) => true,
            Answer::Accepted(hello) | Answer::Instead(hello) => match repeat.like.version() {
                Some(_) => question == repeat.like,
                None => question.suites().contains(&hello.suite.0),
            },
            Answer::Unanswered(_) => false,
        };
        self.asked.push(repeat.like);
        if *answer == Answer::Unanswered(Failure::Closed) {
            self.asked.extend(&repeat.about);
            return self.confirmed.extend(repeat.about);
        }
        for (question, first) in &mut seen.answers {
            if repeat.about.contains(question) && is_answered(*question) {
                *first = answer.clone();
            }
        }
    }

    /// A question that was answered before, to see whether hanging up is all that the server does by
    /// now. Nothing where that does not matter.
    pub(super) fn control(&self, seen: &Observation) -> Option<Question> {
        if self.confirmed.is_empty() {
            return None;
        }
        let is_answered = |(question, answer): &&(Question, Answer)| {
            *question != Question::Handshake && answer.hello().is_some()
        };
        let answered = seen.answers.iter().find(is_answered);
        answered.map(|(question, _)| *question)
    }

    /// Makes refusals of what was hung up on twice.
    pub(super) fn settle(self, seen: &mut Observation) {
        for (question, answer) in &mut seen.answers {
            let is_closed = *answer == Answer::Unanswered(Failure::Closed);
            if is_closed && self.confirmed.contains(question) {
                *answer = Answer::Refused(Refusal::Closed);
            }
        }
    }
}

/// Whether the server talked to us after it was asked everything else.
pub(super) fn talks(seen: &Observation) -> bool {
    let end = [Question::Handshake, Question::Tls13];
    end.into_iter().any(|question| match seen.answer(question) {
        Some(Answer::Unanswered(failure)) => matches!(failure, Failure::Handshake(_)),
        Some(_) => true,
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::address::Target;
    use crate::probe::observation::Hello;
    use crate::probe::protocol::{Alert, Suite, Version};
    use crate::probe::{Stage, Support};

    const CLOSED: Answer = Answer::Unanswered(Failure::Closed);

    fn seen(answers: &[(Question, Answer)]) -> Observation {
        Observation {
            answers: answers.to_vec(),
            ..Observation::of(Target::parse("portal.example.test").unwrap())
        }
    }

    fn hello(version: Version) -> Hello {
        Hello {
            version,
            suite: Suite(0x002f),
            group: None,
        }
    }

    /// A server that hung up on two versions and a question of suites.
    fn hung_up() -> Observation {
        seen(&[
            (Question::NoSecurity, CLOSED),
            (Question::Tls11, Answer::Refused(Refusal::Alert(Alert(70)))),
            (Question::Tls10, CLOSED),
            (Question::Ssl30, CLOSED),
        ])
    }

    fn after(answer: &Answer) -> Observation {
        let mut seen = hung_up();
        let mut again = Again::default();
        while let Some(repeat) = again.next(&seen) {
            again.heard(repeat, answer, &mut seen);
        }
        again.settle(&mut seen);
        seen
    }

    #[test]
    fn every_question_is_asked_again_in_as_few_hellos_as_can_be() {
        let repeats = repeats(&hung_up(), &[]);
        let about: Vec<_> = repeats.iter().map(|it| it.about.as_slice()).collect();
        let versions = &[Question::Tls10, Question::Ssl30][..];
        assert_eq!(about, [versions, &[Question::NoSecurity]]);
        assert_eq!(repeats[0].like, Question::Tls10);
    }

    #[test]
    fn hanging_up_twice_is_a_refusal() {
        let seen = after(&CLOSED);
        assert_eq!(seen.speaks(Version::TLS_1_0), Support::Refused);
        assert_eq!(seen.speaks(Version::SSL_3_0), Support::Refused);
    }

    #[test]
    fn only_who_talks_at_the_end_is_asked_again() {
        let mut seen = hung_up();
        assert!(!talks(&seen));
        seen.answers.push((Question::Handshake, CLOSED));
        assert!(!talks(&seen));
        let alert = Answer::Refused(Refusal::Alert(Alert(70)));
        seen.answers.push((Question::Tls13, alert));
        assert!(talks(&seen));
    }

    #[test]
    fn a_hiccup_is_no_refusal() {
        let late = Answer::Unanswered(Failure::Timeout(Stage::Answer));
        let seen = after(&late);
        assert_eq!(seen.speaks(Version::TLS_1_0), Support::Unknown);
        let (mut seen, mut again) = (hung_up(), Again::default());
        let first = again.next(&seen).unwrap();
        again.heard(first, &Answer::Accepted(hello(Version::TLS_1_0)), &mut seen);
        assert_eq!(seen.speaks(Version::TLS_1_0), Support::Accepted);
        assert_eq!(seen.speaks(Version::SSL_3_0), Support::Unknown);
        let second = again.next(&seen).unwrap();
        assert_eq!(second.about, [Question::Ssl30]);
    }

    #[test]
    fn a_refusal_is_one_of_all_that_was_offered() {
        let alert = Answer::Refused(Refusal::Alert(Alert(40)));
        let seen = after(&alert);
        assert_eq!(seen.speaks(Version::TLS_1_0), Support::Refused);
        assert_eq!(seen.speaks(Version::SSL_3_0), Support::Refused);
    }

    #[test]
    fn a_suite_answers_only_the_questions_that_offer_it() {
        let mut seen = seen(&[
            (Question::StaticRsa, CLOSED),
            (Question::OldCiphers, CLOSED),
        ]);
        let repeat = repeats(&seen, &[]).remove(0);
        let mut chosen = hello(Version::TLS_1_2);
        chosen.suite = Suite(0xc011); // RC4 with ECDHE
        Again::default().heard(repeat, &Answer::Accepted(chosen), &mut seen);
        let support = |question| seen.answer(question).map(Answer::support);
        assert_eq!(support(Question::OldCiphers), Some(Support::Accepted));
        assert_eq!(support(Question::StaticRsa), Some(Support::Unknown));
    }

    #[test]
    fn without_asking_again_nothing_is_a_refusal() {
        let mut seen = hung_up();
        Again::default().settle(&mut seen);
        assert_eq!(seen.speaks(Version::TLS_1_0), Support::Unknown);
    }
}
