//! `intact`: is a file of evidence the one that was declared?

use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::fields::evidence;
use crate::model::{Subject, SubjectKind};

pub(super) static KIND: Kind = Kind {
    name: "intact",
    explain: "The file has the SHA-256 that was declared for it.",
    subjects: &[SubjectKind::Evidence],
    arguments: &[],
    parse,
};

#[derive(Debug)]
struct Intact;

#[expect(clippy::unnecessary_wraps, reason = "the shape every kind has")]
fn parse(_: &Arguments<'_>) -> Option<Box<dyn Check>> {
    Some(Box::new(Intact))
}

impl Check for Intact {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(declared) = subject.text(evidence::SHA256) else {
            return Judgement::unknown(ctx.say(|| "`sha256` is not declared".into()))
                .field(evidence::SHA256);
        };
        let Some(actual) = subject.text(evidence::ACTUAL_SHA256) else {
            return Judgement::unknown(ctx.say(|| "no file was read; declare its `path`".into()))
                .field(evidence::PATH);
        };
        let judgement = if declared.trim().eq_ignore_ascii_case(actual) {
            Judgement::pass(
                ctx.say(|| format!("the file has the declared SHA-256, {}", shown(actual))),
            )
        } else {
            Judgement::fail(ctx.say(|| {
                format!(
                    "the file is not the one declared: its SHA-256 is {}, declared was {}",
                    shown(actual),
                    shown(declared)
                )
            }))
        };
        judgement.field(evidence::SHA256)
    }
}

/// The first digits of a hash, which are enough to tell two apart.
fn shown(hash: &str) -> String {
    hash.chars().take(12).collect::<String>() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::{Declaration, Outcome, Place, Value};
    use jiff::civil::date;

    fn outcome(declared: Option<&str>, actual: Option<&str>) -> Outcome {
        let place = Place::whole("evidence.yaml");
        let mut subject = Subject::new(SubjectKind::Evidence, "EV-1", place.clone());
        let fields = [
            (evidence::SHA256, declared),
            (evidence::ACTUAL_SHA256, actual),
        ];
        for (field, text) in fields {
            if let Some(text) = text {
                subject.record.set(field, Value::Text(text.into()));
            }
        }
        let organisation = Subject::new(SubjectKind::Organisation, "X", place);
        let ctx = Context {
            today: date(2026, 11, 22),
            catalogue: Catalogue::embedded(),
            declaration: &Declaration::new("x", organisation),
            identity: None,
            detail: false,
        };
        Intact.run(&subject, &ctx).outcome
    }

    #[test]
    fn another_file_under_the_same_name_fails() {
        assert_eq!(outcome(Some("AB12"), Some("ab12")), Outcome::Pass);
        assert_eq!(outcome(Some("ab12"), Some("ab13")), Outcome::Fail);
        assert_eq!(outcome(None, Some("ab12")), Outcome::Unknown);
        assert_eq!(outcome(Some("ab12"), None), Outcome::Unknown);
    }
}
