//! Another field of the same record to compare with: `{ field: planned_end_of_use }`, or a day
//! counted from it: `{ field: released_on, plus: 14 days }`.
//!
//! Both fields hold values of one kind, which is checked when a policy loads. Where the other
//! field is not declared, or holds what cannot be compared, the answer is unknown.

use super::answer::{Answer, Truth};
use super::fits::are_comparable;
use super::params::Params;
use super::test::{compare_versions, day_of, not_declared};
use crate::model::Length;
use crate::model::{Field, FieldId, Record, Schema, Type, Value};
use crate::yaml::{Fields, Key, Node, Reader};
use jiff::civil::Date;
use std::borrow::Cow;
use std::cmp::Ordering;

#[derive(Debug, PartialEq)]
pub(super) struct Other {
    field: FieldId,
    shift: Option<Shift>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shift {
    Minus(Length),
    Plus(Length),
}

impl Other {
    /// Reads the mapping for a test on `field`.
    pub(super) fn parse(
        node: &Node<'_>,
        field: &Field,
        schema: &'static Schema,
        params: &Params,
        reader: &Reader<'_>,
    ) -> Option<Self> {
        let mut fields = Fields::open(node, reader, "the other field")?;
        let name = fields.optional("field");
        if name.is_none() {
            let problem = reader.problem(node.span.clone(), "no field to compare with");
            reader.push(problem.label("write { field: name }"));
        }
        let plus = fields.optional("plus");
        let minus = fields.optional("minus");
        fields.finish();
        let (name, text) = (name?, params.resolve(name?, reader)?);
        let key = Key {
            span: name.span.clone(),
            text,
        };
        let id = super::parse::find_field(schema, &key, reader)?;
        let other = schema.field(id);
        if !are_comparable(field.ty, other.ty) || other.name == field.name {
            let message = format!("`{}` cannot be compared with `{}`", field.name, other.name);
            let label = if other.name == field.name {
                "it is the same field".to_owned()
            } else {
                format!("`{}` is {}", other.name, other.ty.expected())
            };
            let problem = reader.problem(name.span.clone(), message).label(label);
            reader.push(problem.help(format!("`{}` is {}", field.name, field.ty.expected())));
            return None;
        }
        let shift = match (plus, minus) {
            (None, None) => None,
            (Some(node), None) => Some(Shift::Plus(length(node, other, params, reader)?)),
            (None, Some(node)) => Some(Shift::Minus(length(node, other, params, reader)?)),
            (Some(_), Some(node)) => {
                let message = "`plus` and `minus` do not go together";
                reader.push(reader.problem(node.span.clone(), message));
                return None;
            }
        };
        Some(Self { field: id, shift })
    }

    /// Whether the value stands to the other field as `fits` asks. Two declared values do not move
    /// against each other, so the answer has no last day.
    pub(super) fn ask(
        &self,
        value: &Value,
        record: &Record,
        detail: bool,
        fits: impl Fn(Ordering) -> bool,
    ) -> Answer {
        self.answer(value, record, detail, |other| {
            self.compare(value, other).map(fits)
        })
    }

    /// Whether the value says the same as the other field.
    pub(super) fn ask_same(&self, value: &Value, record: &Record, detail: bool) -> Answer {
        self.answer(value, record, detail, |other| match (value, other) {
            (_, Value::Unreadable(_)) => None,
            (Value::Text(one), Value::Text(other)) => Some(words(one) == words(other)),
            (one, other) if self.shift.is_none() && one == other => Some(true),
            (Value::Boolean(_), _) => Some(false),
            (one, other) => self.compare(one, other).map(Ordering::is_eq),
        })
    }

    fn answer(
        &self,
        value: &Value,
        record: &Record,
        detail: bool,
        holds: impl FnOnce(&Value) -> Option<bool>,
    ) -> Answer {
        let other = record.value(self.field);
        if let Some(holds) = other.and_then(holds) {
            return Answer::yes_if(holds);
        }
        let mut answer = Answer::new(Truth::Unknown);
        answer.field = Some(self.field);
        if detail {
            let known = record.schema.field(self.field);
            answer.why = Cow::Owned(match other {
                None => not_declared(known),
                Some(Value::Unreadable(text)) => {
                    let expected = known.ty.expected();
                    format!("`{}` says “{text}”, which is not {expected}", known.name)
                }
                Some(other) => format!("{value} cannot be compared with {other}"),
            });
        }
        answer
    }

    /// In words, with its value where there is one.
    pub(super) fn describe(&self, record: &Record) -> String {
        let name = record.schema.field(self.field).name;
        let value = match record.value(self.field) {
            Some(value) => format!(" ({value})"),
            None => String::new(),
        };
        match self.shift {
            None => format!("`{name}`{value}"),
            Some(Shift::Minus(length)) => format!("{length} before `{name}`{value}"),
            Some(Shift::Plus(length)) => format!("{length} after `{name}`{value}"),
        }
    }

    fn compare(&self, value: &Value, other: &Value) -> Option<Ordering> {
        match (value, other) {
            (Value::Instant(value), Value::Instant(other)) => match self.shift {
                None => Some(value.cmp(other)),
                Some(Shift::Minus(length)) => {
                    Some(value.cmp(&other.checked_sub(length.exact()).ok()?))
                }
                Some(Shift::Plus(length)) => {
                    Some(value.cmp(&other.checked_add(length.exact()).ok()?))
                }
            },
            (Value::Integer(value), Value::Integer(other)) => Some(value.cmp(other)),
            (Value::Number(value), Value::Number(other)) => value.partial_cmp(other),
            (Value::Text(one), Value::Text(two)) => compare_versions(one, two),
            _ => Some(day_of(value)?.cmp(&self.shifted(day_of(other)?))),
        }
    }

    fn shifted(&self, day: Date) -> Date {
        match self.shift {
            None => day,
            Some(Shift::Minus(length)) => length.before(day),
            Some(Shift::Plus(length)) => length.after(day),
        }
    }
}

/// A text without its case and spacing, and with all else: `1.1` is not `11`.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn length(node: &Node<'_>, other: &Field, params: &Params, reader: &Reader<'_>) -> Option<Length> {
    if !matches!(other.ty, Type::Date | Type::Instant) {
        let message = format!(
            "`{}` is {}, to which no length of time can be added",
            other.name,
            other.ty.expected()
        );
        reader.push(reader.problem(node.span.clone(), message));
        return None;
    }
    let text = params.resolve(node, reader)?;
    let length = Length::read(&text);
    if length.is_none() {
        let message = format!("`{text}` is not a length of time");
        let problem = reader.problem(node.span.clone(), message);
        reader.push(problem.label("write 14 days, 12 months, 48 hours"));
    }
    length
}

#[cfg(test)]
mod tests {
    use crate::model::{Record, Source, SubjectKind};
    use crate::predicate::{Answer, Params, Truth, find_field, parse_field};
    use crate::yaml::{Key, Limits, Reader, parse};
    use jiff::civil::Date;

    /// What a test on a field of a kind says to a record with these values; or what is wrong.
    fn ask(
        kind: SubjectKind,
        (field, test): (&str, &str),
        given: &[(&str, &str)],
    ) -> Result<Answer, String> {
        let schema = kind.schema();
        let source = Source::new("test.yaml", test);
        let documents = parse(&source, &Limits::default()).expect("it is YAML");
        let reader = Reader::new(&source);
        let key = Key {
            span: 0..0,
            text: field.into(),
        };
        let id = find_field(schema, &key, &reader).expect("the field exists");
        let test = parse_field(id, &documents[0], schema, &Params::default(), &reader);
        let told = reader.into_problems().into_iter().map(|one| one.message);
        let told = told.collect::<Vec<_>>().join("; ");
        let Some(test) = test.filter(|_| told.is_empty()) else {
            return Err(told);
        };
        let mut record = Record::new(schema);
        for (name, text) in given {
            record.set_text(schema.find(name).expect("the field exists"), text);
        }
        Ok(test.ask(&record, Date::constant(2026, 11, 22), true))
    }

    fn asset(test: (&str, &str), given: &[(&str, &str)]) -> Answer {
        ask(SubjectKind::Asset, test, given).expect("it can be read")
    }

    const PAID: &str = "support_entitlement.valid_to";
    const USE: &str = "planned_end_of_use";

    #[test]
    fn support_paid_to_the_last_day_of_use_is_long_enough() {
        let test = (PAID, "{ at_least: { field: planned_end_of_use } }");
        let truth = |paid, used| asset(test, &[(PAID, paid), (USE, used)]).truth;
        assert_eq!(truth("2027-03-31", "2027-03-31"), Truth::Yes);
        assert_eq!(truth("2027-03-30", "2027-03-31"), Truth::No);
    }

    #[test]
    fn either_side_undeclared_or_unreadable_is_unknown() {
        let test = (PAID, "{ at_least: { field: planned_end_of_use } }");
        let lacks_use = asset(test, &[(PAID, "2027-03-31")]);
        assert_eq!(lacks_use.truth, Truth::Unknown);
        assert_eq!(lacks_use.why, "`planned_end_of_use` is not declared");
        let schema = SubjectKind::Asset.schema();
        assert_eq!(
            lacks_use.field,
            schema.find(USE),
            "it is the one to declare"
        );
        let lacks_paid = asset(test, &[(USE, "2027-03-31")]);
        assert_eq!(lacks_paid.truth, Truth::Unknown);
        assert_eq!(lacks_paid.field, schema.find(PAID));
        let unreadable = asset(test, &[(PAID, "2027-03-31"), (USE, "soon")]);
        assert_eq!(unreadable.truth, Truth::Unknown);
        assert!(unreadable.why.contains("“soon”"), "{}", unreadable.why);
    }

    #[test]
    fn a_length_is_counted_from_the_other_field() {
        let test = (
            "observed_at",
            "{ at_most: { field: planned_end_of_use, plus: 30 days } }",
        );
        let truth = |seen| asset(test, &[("observed_at", seen), (USE, "2026-10-01")]).truth;
        assert_eq!(truth("2026-10-31"), Truth::Yes);
        assert_eq!(truth("2026-11-01"), Truth::No);
        let test = (
            "observed_at",
            "{ at_least: { field: planned_end_of_use, minus: 1 month } }",
        );
        let answer = |seen| asset(test, &[("observed_at", seen), (USE, "2026-03-31")]);
        assert_eq!(answer("2026-02-28").truth, Truth::Yes);
        let early = answer("2026-02-27");
        assert_eq!(early.truth, Truth::No);
        assert_eq!(
            early.why,
            "`observed_at` is 2026-02-27, wanted at least 1 month before `planned_end_of_use` \
             (2026-03-31)"
        );
    }

    #[test]
    fn times_compare_to_the_second_and_with_days_by_the_london_day() {
        let alert = |test, given: &[(&str, &str)]| {
            ask(SubjectKind::Alert, test, given)
                .expect("it can be read")
                .truth
        };
        let test = (
            "acknowledged_at",
            "{ at_most: { field: issued_at, plus: 48 hours } }",
        );
        let issued = ("issued_at", "2026-11-18T10:00");
        let truth = |at| alert(test, &[issued, ("acknowledged_at", at)]);
        assert_eq!(truth("2026-11-20T10:00"), Truth::Yes);
        assert_eq!(truth("2026-11-20T10:01"), Truth::No);
    }

    #[test]
    fn no_comparison_of_two_fields_has_a_last_day() {
        let test = (PAID, "{ at_least: { field: planned_end_of_use } }");
        for paid in ["2026-11-22", "2030-01-01", "2020-01-01"] {
            let answer = asset(test, &[(PAID, paid), (USE, "2026-11-22")]);
            assert_eq!(answer.until, None, "{paid}");
        }
    }

    #[test]
    fn words_are_the_same_or_not() {
        let test = ("owner", "{ is_not: { field: manufacturer } }");
        let truth = |owner| asset(test, &[("owner", owner), ("manufacturer", "Larkfield")]).truth;
        assert_eq!(truth("larkfield"), Truth::No);
        assert_eq!(truth("Estates"), Truth::Yes);
        assert_eq!(asset(test, &[("owner", "Estates")]).truth, Truth::Unknown);
    }

    #[test]
    fn both_fields_are_of_one_comparable_kind() {
        let wrong = |field, test| {
            ask(SubjectKind::Asset, (field, test), &[]).expect_err("it has to be refused")
        };
        assert_eq!(
            wrong(USE, "{ at_least: { field: owner } }"),
            "`planned_end_of_use` cannot be compared with `owner`"
        );
        assert_eq!(
            wrong(USE, "{ at_least: { field: planned_end_of_use } }"),
            "`planned_end_of_use` cannot be compared with `planned_end_of_use`"
        );
        assert_eq!(
            wrong("owner", "{ at_least: { field: manufacturer } }"),
            "`at_least` does not fit `owner`, which is text"
        );
        assert_eq!(
            wrong(USE, "{ at_least: { field: observd_at } }"),
            "asset has no field `observd_at`"
        );
        assert_eq!(
            wrong(
                USE,
                "{ at_least: { field: observed_at, plus: 3 fortnights } }"
            ),
            "`3 fortnights` is not a length of time"
        );
        assert_eq!(
            wrong(USE, "{ at_least: { field: observed_at, pluss: 3 days } }"),
            "unknown key `pluss` in the other field"
        );
        assert_eq!(
            wrong("owner", "{ is: { field: manufacturer, plus: 3 days } }"),
            "`manufacturer` is text, to which no length of time can be added"
        );
        assert_eq!(
            wrong(
                USE,
                "{ at_least: { field: observed_at, plus: 1 day, minus: 1 day } }"
            ),
            "`plus` and `minus` do not go together"
        );
        assert_eq!(
            wrong(USE, "{ within: 3 days, of: owner }"),
            "`owner` is text, not a day"
        );
    }
}
