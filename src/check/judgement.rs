//! What a check answers, and what it may look at.

use crate::catalogue::{Catalogue, Identity};
use crate::model::{Declaration, FieldId, Outcome, Place};
use crate::predicate::{Answer, Truth};
use jiff::civil::Date;
use std::borrow::Cow;
use std::sync::Arc;

/// Everything beside the subject that a check may look at.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The day the question is about.
    pub today: Date,
    pub catalogue: &'a Catalogue,
    pub declaration: &'a Declaration,
    /// What the subject's operating system was taken for, where it has one.
    pub identity: Option<Arc<Identity>>,
    /// Whether sentences are wanted; outcomes never depend on it.
    pub detail: bool,
}

impl Context<'_> {
    /// A sentence, made only when somebody will read it.
    pub fn say(&self, sentence: impl FnOnce() -> String) -> Cow<'static, str> {
        if self.detail {
            Cow::Owned(sentence())
        } else {
            Cow::Borrowed("")
        }
    }
}

/// The outcome of a check with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub outcome: Outcome,
    /// What was seen and why that decides.
    pub why: Cow<'static, str>,
    /// The fact of the catalogue that was used.
    pub fact: Option<String>,
    /// The field of the subject that decided.
    pub field: Option<FieldId>,
    /// Where the deciding thing stands, when that is not in the subject: its certificate, say.
    pub place: Option<Place>,
    /// Last day on which the outcome still holds.
    pub until: Option<Date>,
    /// Day by which somebody promised to mend it.
    pub due: Option<Date>,
}

/// What a check answers without its evidence: all that most outcomes are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quick {
    pub outcome: Outcome,
    /// Last day on which the outcome still holds.
    pub until: Option<Date>,
}

impl From<&Judgement> for Quick {
    fn from(judgement: &Judgement) -> Self {
        Self {
            outcome: judgement.outcome,
            until: judgement.until,
        }
    }
}

impl Judgement {
    pub fn new(outcome: Outcome, why: impl Into<Cow<'static, str>>) -> Self {
        Self {
            outcome,
            why: why.into(),
            fact: None,
            field: None,
            place: None,
            until: None,
            due: None,
        }
    }

    pub fn conflict(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Outcome::Conflict, why)
    }

    pub fn fail(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Outcome::Fail, why)
    }

    pub fn not_applicable(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Outcome::NotApplicable, why)
    }

    pub fn pass(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Outcome::Pass, why)
    }

    pub fn unknown(why: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Outcome::Unknown, why)
    }

    /// Of parts that all have to hold: fail before conflict before unknown, the first of equals. A
    /// fail holds as long as its part does, anything else until the first part turns; a pass is for
    /// all their reasons.
    pub fn worst_of(parts: Vec<Self>) -> Option<Self> {
        let until = parts.iter().filter_map(|part| part.until).min();
        let whys: Vec<_> = parts
            .iter()
            .map(|part| part.why.as_ref())
            .filter(|why| !why.is_empty())
            .collect();
        let whys = whys.join("; ");
        let weight = |outcome: Outcome| match outcome {
            Outcome::Fail => 3,
            Outcome::Conflict => 2,
            Outcome::Unknown => 1,
            Outcome::NotApplicable | Outcome::Pass | Outcome::Waived => 0,
        };
        let worst = parts
            .into_iter()
            .rev()
            .max_by_key(|part| weight(part.outcome))?;
        Some(match worst.outcome {
            Outcome::Fail => worst,
            Outcome::Pass => Self {
                why: Cow::Owned(whys),
                until,
                ..worst
            },
            Outcome::Conflict | Outcome::NotApplicable | Outcome::Unknown | Outcome::Waived => {
                worst.until(until)
            }
        })
    }

    #[must_use]
    pub fn until(mut self, until: impl Into<Option<Date>>) -> Self {
        self.until = until.into();
        self
    }

    /// Holds no longer than to this day.
    #[must_use]
    pub fn at_most_until(mut self, until: Option<Date>) -> Self {
        self.until = [self.until, until].into_iter().flatten().min();
        self
    }

    #[must_use]
    pub fn due(mut self, due: impl Into<Option<Date>>) -> Self {
        self.due = due.into();
        self
    }

    #[must_use]
    pub fn field(mut self, field: FieldId) -> Self {
        self.field = Some(field);
        self
    }

    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    #[must_use]
    pub fn fact(mut self, fact: impl Into<Option<String>>) -> Self {
        self.fact = fact.into();
        self
    }
}

impl From<Answer> for Judgement {
    fn from(answer: Answer) -> Self {
        Self {
            field: answer.field,
            until: answer.until,
            ..Self::new(outcome_of(answer.truth), answer.why)
        }
    }
}

impl From<(Truth, Option<Date>)> for Quick {
    fn from((truth, until): (Truth, Option<Date>)) -> Self {
        Self {
            outcome: outcome_of(truth),
            until,
        }
    }
}

fn outcome_of(truth: Truth) -> Outcome {
    match truth {
        Truth::No => Outcome::Fail,
        Truth::Unknown => Outcome::Unknown,
        Truth::Yes => Outcome::Pass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_undecided_holds_until_its_first_part_turns_and_a_fail_as_long_as_its_own() {
        let part = |outcome, day| Judgement::new(outcome, "").until(Date::constant(2026, 12, day));
        let until = |parts| Judgement::worst_of(parts).and_then(|worst| worst.until);
        let (pass, unknown) = (Outcome::Pass, Outcome::Unknown);
        for undecided in [Outcome::Conflict, unknown, pass] {
            let parts = vec![part(undecided, 9), part(pass, 4)];
            assert_eq!(until(parts).map(Date::day), Some(4));
        }
        let parts = vec![part(Outcome::Fail, 9), part(pass, 4), part(unknown, 2)];
        assert_eq!(until(parts).map(Date::day), Some(9));
    }
}
