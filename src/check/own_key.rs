//! `own_key`: has the certificate a key of its own, or that of an older one?
//!
//! Looks only at certificates whose files were sent; of the others nobody knows the key.

use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::fields::certificate as field;
use crate::model::{Subject, SubjectKind};

pub(super) static KIND: Kind = Kind {
    name: "own_key",
    explain: "No older certificate whose file was sent has the same key.",
    subjects: &[SubjectKind::Certificate],
    arguments: &[],
    parse,
};

#[derive(Debug)]
struct OwnKey;

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape that every kind of check has"
)]
fn parse(_: &Arguments<'_>) -> Option<Box<dyn Check>> {
    Some(Box::new(OwnKey))
}

impl Check for OwnKey {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(key) = subject.text(field::KEY_SHA256) else {
            return Judgement::unknown(
                ctx.say(|| format!("the file of certificate `{}` was not sent", subject.id)),
            )
            .field(field::FILE);
        };
        let all = ctx.declaration.list(SubjectKind::Certificate);
        let older = all
            .unwrap_or_default()
            .iter()
            .find(|other| other.text(field::KEY_SHA256) == Some(key) && is_older(other, subject));
        match older {
            Some(older) => Judgement::fail(ctx.say(|| {
                format!(
                    "certificate `{}` has the key of the older `{}`",
                    subject.id, older.id
                )
            })),
            None => Judgement::pass(ctx.say(|| {
                format!(
                    "no older certificate that was sent has the key of `{}`",
                    subject.id
                )
            })),
        }
    }
}

/// Another certificate, and not the same one declared again.
fn is_older(other: &Subject, one: &Subject) -> bool {
    let is_another = other.id != one.id && other.text(field::SHA256) != one.text(field::SHA256);
    is_another && other.instant(field::NOT_BEFORE) <= one.instant(field::NOT_BEFORE)
}
