//! `field`: tests on one declared field. Asked for by naming the field.

use super::{Check, Context, Judgement, Quick};
use crate::model::Subject;
use crate::predicate::FieldTest;

#[derive(Debug)]
pub struct FieldCheck {
    pub(super) test: FieldTest,
}

impl Check for FieldCheck {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        self.test.ask(&subject.record, ctx.today, ctx.detail).into()
    }

    fn quick(&self, subject: &Subject, ctx: &Context<'_>) -> Quick {
        self.test.quick(&subject.record, ctx.today).into()
    }
}
