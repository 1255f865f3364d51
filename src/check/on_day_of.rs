//! `on_day_of`: does a condition hold on the day that a field names, as seen from today?
//!
//! For promises about the future: support that outlives the planned use. A day that is past says
//! nothing about the future: what fails today fails, and anything else is unknown.

use super::{Arguments, Check, Context, Judgement, Kind, Tree};
use crate::model::fields::asset;
use crate::model::{FieldId, Outcome, Subject, SubjectKind, Type, Value};
use crate::predicate::find_field;
use crate::yaml::Key;

pub(super) static KIND: Kind = Kind {
    name: "on_day_of",
    explain: "The condition under `holds` is true on the day that `field` names.",
    subjects: &[SubjectKind::Asset],
    arguments: &[
        ("field", "the field that names the day"),
        ("holds", "the condition"),
    ],
    parse,
};

#[derive(Debug)]
struct OnDayOf {
    field: FieldId,
    holds: Tree,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let node = arguments.required("field")?;
    let reading = arguments.reading;
    let text = arguments.value(node, "a field", |text| Some(text.to_owned()))?;
    let key = Key {
        span: node.span.clone(),
        text: text.into(),
    };
    let field = find_field(&asset::SCHEMA, &key, reading.reader)?;
    let found = asset::SCHEMA.field(field);
    if !matches!(found.ty, Type::Date) {
        let message = format!("`{}` names no day", found.name);
        return reading.problem(node.span.clone(), message, "needs a date");
    }
    arguments.required("holds")?;
    let holds = arguments.tree("holds", SubjectKind::Asset)??;
    Some(Box::new(OnDayOf { field, holds }))
}

impl Check for OnDayOf {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let name = subject.schema.field(self.field).name;
        let Some(Value::Date(day)) = subject.value(self.field) else {
            return Judgement::unknown(ctx.say(|| format!("`{name}` is not declared as a day")))
                .field(self.field);
        };
        let then = Context {
            today: ctx.today.max(*day),
            ..ctx.clone()
        };
        let judgement = self.holds.run(subject, &then);
        if *day < ctx.today && judgement.outcome != Outcome::Fail {
            return Judgement::unknown(ctx.say(|| format!("`{name}` is {day}, which is past")))
                .field(self.field)
                .until(judgement.until);
        }
        let why = ctx.say(|| format!("on {}, as `{name}`: {}", then.today, judgement.why));
        // What is said about one day does not change until that day is over.
        let until = (*day >= ctx.today).then_some(*day).or(judgement.until);
        Judgement { why, ..judgement }.until(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::{Declaration, Place};
    use jiff::civil::{Date, date};

    /// Passes for ever.
    #[derive(Debug)]
    struct Always;

    impl Check for Always {
        fn run(&self, _: &Subject, _: &Context<'_>) -> Judgement {
            Judgement::pass("always")
        }
    }

    fn on(today: Date) -> (Outcome, Option<Date>) {
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place.clone());
        let mut machine = Subject::new(SubjectKind::Asset, "A-1", place);
        machine
            .record
            .set(asset::PLANNED_END_OF_USE, Value::Date(date(2026, 12, 9)));
        let ctx = Context {
            today,
            catalogue: Catalogue::embedded(),
            declaration: &Declaration::new("made-up.yaml", organisation),
            identity: None,
            detail: false,
        };
        let check = OnDayOf {
            field: asset::PLANNED_END_OF_USE,
            holds: Tree::Leaf(Box::new(Always)),
        };
        let judgement = check.run(&machine, &ctx);
        (judgement.outcome, judgement.until)
    }

    #[test]
    fn what_is_said_of_a_day_holds_to_that_day_itself() {
        let day = date(2026, 12, 9);
        assert_eq!(on(date(2026, 11, 22)), (Outcome::Pass, Some(day)));
        assert_eq!(on(day), (Outcome::Pass, Some(day)));
        assert_eq!(on(date(2026, 12, 10)), (Outcome::Unknown, None));
    }
}
