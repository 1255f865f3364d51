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

    /// What `not` says: yes and no change places.
    #[must_use]
    pub fn turned(mut self) -> Self {
        self.truth = match self.truth {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        };
        self
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
/// the decisive ones, or, where none is, as long as the first of all: any of them may turn it.
fn fold(answers: impl IntoIterator<Item = Answer>, decisive: Truth, neutral: Truth) -> Answer {
    let mut result = Answer::new(neutral);
    let mut open_until: Option<Date> = None;
    let mut only: Option<Answer> = None;
    for (index, answer) in answers.into_iter().enumerate() {
        if answer.truth != decisive {
            open_until = [open_until, answer.until].into_iter().flatten().min();
        }
        if answer.truth == neutral {
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
        _ => result.until(open_until),
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
    use proptest::prelude::*;

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
    fn an_unknown_may_turn_as_well() {
        use Truth::{No, Unknown, Yes};
        let parts = || vec![answer(Yes, 9), answer(Unknown, 4)];
        assert_eq!(fold_all(parts()).until, Some(date(2026, 11, 4)));
        let parts = || vec![answer(No, 9), answer(Unknown, 4)];
        assert_eq!(fold_any(parts()).until, Some(date(2026, 11, 4)));
        assert_eq!(fold_all(parts()).until, Some(date(2026, 11, 9)));
    }

    /// Folds and answers as a test makes them up; a leaf may turn into anything after its day.
    #[derive(Debug, Clone)]
    enum Sketch {
        All(Vec<Self>),
        Any(Vec<Self>),
        Leaf(Truth, Option<i8>, Truth),
        Not(Box<Self>),
    }

    impl Sketch {
        /// The fold as it stands on a day.
        fn on(&self, day: i8) -> Answer {
            match self {
                Self::All(parts) => fold_all(parts.iter().map(|part| part.on(day))),
                Self::Any(parts) => fold_any(parts.iter().map(|part| part.on(day))),
                Self::Leaf(_, Some(last), then) if day > *last => Answer::new(*then),
                Self::Leaf(truth, last, _) => {
                    Answer::new(*truth).until(last.map(|last| date(2026, 11, last)))
                }
                Self::Not(part) => part.on(day).turned(),
            }
        }
    }

    fn sketch() -> impl Strategy<Value = Sketch> {
        let truth = || prop::sample::select(vec![Truth::No, Truth::Unknown, Truth::Yes]);
        let leaf = (truth(), prop::option::of(2..28_i8), truth())
            .prop_map(|(truth, last, then)| Sketch::Leaf(truth, last, then));
        leaf.prop_recursive(4, 40, 5, |part| {
            let parts = || prop::collection::vec(part.clone(), 1..5);
            prop_oneof![
                parts().prop_map(Sketch::All),
                parts().prop_map(Sketch::Any),
                part.clone().prop_map(|part| Sketch::Not(Box::new(part))),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_fold_turns_before_its_last_day_is_over(sketch in sketch()) {
            let today = sketch.on(1);
            let last = today.until.map_or(28, Date::day);
            for day in 1..=last {
                prop_assert_eq!(sketch.on(day).truth, today.truth, "on day {}", day);
            }
        }
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
