//! Three-valued answers with the last day on which they hold, and how they fold.

use crate::model::FieldId;
use jiff::civil::Date;
use std::borrow::Cow;

/// Yes, no, or cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    No,
    Unknown,
    Yes,
}

/// An answer, why it is so, and until when.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub truth: Truth,
    /// What was seen and what was wanted; empty when nobody asked for detail.
    pub why: Cow<'static, str>,
    /// The field that decided.
    pub field: Option<FieldId>,
    /// Last day on which this answer still holds with nothing else changed.
    pub until: Option<Date>,
}

impl Answer {
    pub fn new(truth: Truth) -> Self {
        Self {
            truth,
            why: Cow::Borrowed(""),
            field: None,
            until: None,
        }
    }

    pub fn yes_if(holds: bool) -> Self {
        Self::new(if holds { Truth::Yes } else { Truth::No })
    }

    #[must_use]
    pub fn until(mut self, until: impl Into<Option<Date>>) -> Self {
        self.until = until.into();
        self
    }
}

/// Every answer has to be yes.
pub fn fold_all(answers: impl IntoIterator<Item = Answer>) -> Answer {
    fold(answers, Truth::No, Truth::Yes)
}

/// One yes is enough.
pub fn fold_any(answers: impl IntoIterator<Item = Answer>) -> Answer {
    fold(answers, Truth::Yes, Truth::No)
}

/// `decisive` wins over unknown, unknown over `neutral`. The answer holds as long as the last of
/// the decisive ones, or, where none is, as long as the first of the neutral ones.
fn fold(answers: impl IntoIterator<Item = Answer>, decisive: Truth, neutral: Truth) -> Answer {
    let mut result = Answer::new(neutral);
    let mut neutral_until: Option<Date> = None;
    let mut only: Option<Answer> = None;
    for (index, answer) in answers.into_iter().enumerate() {
        if answer.truth == neutral {
            neutral_until = [neutral_until, answer.until].into_iter().flatten().min();
            only = (index == 0).then(|| answer.clone());
        }
        if answer.truth == decisive && result.truth == decisive {
            result.until = later(result.until, answer.until);
        } else if answer.truth == decisive
            || (answer.truth == Truth::Unknown && result.truth == neutral)
        {
            result = answer;
        }
    }
    match (result.truth == neutral, only) {
        // A single answer is its own reason; several that agree are not summed up by one of them.
        (true, Some(only)) => only,
        _ if result.truth == decisive => result,
        _ => result.until(neutral_until),
    }
}

/// The later of two last days, where none means for ever.
fn later(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    Some(one?.max(other?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn answer(truth: Truth, day: i8) -> Answer {
        Answer::new(truth).until(date(2026, 11, day))
    }

    #[test]
    fn one_no_decides_all_and_unknown_outweighs_yes() {
        use Truth::{No, Unknown, Yes};
        let all = |truths: &[Truth]| fold_all(truths.iter().map(|t| Answer::new(*t))).truth;
        let any = |truths: &[Truth]| fold_any(truths.iter().map(|t| Answer::new(*t))).truth;
        assert_eq!(all(&[Yes, Unknown, No]), No);
        assert_eq!(all(&[Yes, Unknown]), Unknown);
        assert_eq!(all(&[]), Yes);
        assert_eq!(any(&[No, Unknown, Yes]), Yes);
        assert_eq!(any(&[No, Unknown]), Unknown);
        assert_eq!(any(&[]), No);
    }

    #[test]
    fn an_answer_holds_until_the_first_part_that_could_turn_it() {
        use Truth::{No, Unknown, Yes};
        let until = |answers: Vec<Answer>| fold_all(answers).until;
        assert_eq!(
            until(vec![answer(Yes, 9), answer(Yes, 3)]),
            Some(date(2026, 11, 3))
        );
        assert_eq!(
            until(vec![answer(No, 9), answer(No, 3)]),
            Some(date(2026, 11, 9))
        );
        assert_eq!(until(vec![answer(No, 9), Answer::new(No)]), None);
        assert_eq!(
            until(vec![answer(Yes, 5), Answer::new(Unknown)]),
            Some(date(2026, 11, 5))
        );
    }
}
