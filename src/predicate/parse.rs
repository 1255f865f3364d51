//! From YAML to tests: every operator, value and unit is checked against the field's type.

use super::entry::Condition;
use super::other::Other;
use super::params::Params;
use super::test::{Bound, FieldTest, Format, OPERATORS, Test};
use crate::model::Length;
use crate::model::{Field, FieldId, Schema, Type, Value, read_date};
use crate::yaml::{Data, Key, Node, Reader};
use jiff::civil::Date;

/// Reads the tests on one field: `{ within: 30 days }`, or a bare value, which means `is`.
/// `None` when something was wrong; every problem is told to the reader.
pub fn parse_field(
    field: FieldId,
    node: &Node<'_>,
    schema: &'static Schema,
    params: &Params,
    reader: &Reader<'_>,
) -> Option<FieldTest> {
    let reading = Reading {
        schema,
        field: schema.field(field),
        params,
        reader,
    };
    let tests = match &node.data {
        Data::Mapping(entries) => reading.tests(entries, node)?,
        Data::Scalar(_) => vec![Test::Is(reading.value(node)?)],
        Data::Null | Data::Sequence(_) => {
            let message = format!(
                "expected a value or tests for `{}`, found {}",
                reading.field.name,
                node.describe()
            );
            return reading.problem(node, message, "for example { is: … } or { in: [ … ] }");
        }
    };
    Some(FieldTest { field, tests })
}

/// The field of a schema by its exact name, or a problem with the nearest name.
pub fn find_field(schema: &'static Schema, name: &Key<'_>, reader: &Reader<'_>) -> Option<FieldId> {
    let found = schema.find(&name.text);
    if found.is_none() {
        let names = schema.fields.iter().map(|field| field.name);
        let message = format!("{} has no field `{}`", schema.name, name.text);
        reader.push(
            reader
                .problem(name.span.clone(), message)
                .label("not a field")
                .suggest(&name.text, names),
        );
    }
    found
}

/// A misspelt operator is told as such, not by what it leaves without a partner.
fn is_known(key: &Key<'_>) -> bool {
    key.text == "of" || OPERATORS.iter().any(|(name, _)| *name == key.text)
}

struct Reading<'a> {
    schema: &'static Schema,
    field: &'static Field,
    params: &'a Params,
    reader: &'a Reader<'a>,
}

impl Reading<'_> {
    fn tests(&self, entries: &[(Key<'_>, Node<'_>)], node: &Node<'_>) -> Option<Vec<Test>> {
        let of = entries
            .iter()
            .find(|(key, _)| key.text == "of")
            .map(|(_, node)| node);
        let asked = entries.iter().filter(|(key, _)| key.text != "of");
        let wanted = asked.clone().count();
        if wanted == 0 {
            let message = format!("no test on `{}`", self.field.name);
            return self.problem(node, message, "name an operator");
        }
        let takes_of = |(key, _): &(Key<'_>, Node<'_>)| key.text == "within" || !is_known(key);
        if let Some(of) = of.filter(|_| !entries.iter().any(takes_of)) {
            let label = "names the field that `within` counts from";
            return self.problem(of, "`of` goes with `within`".into(), label);
        }
        let tests: Vec<_> = asked
            .filter_map(|(key, operand)| self.test(key, operand, of))
            .collect();
        (tests.len() == wanted).then_some(tests)
    }

    fn test(&self, key: &Key<'_>, operand: &Node<'_>, of: Option<&Node<'_>>) -> Option<Test> {
        Some(match &*key.text {
            "is" => match self.other(operand)? {
                Some(other) => Test::Same(other),
                None => Test::Is(self.single(key, operand)?),
            },
            "is_not" => match self.other(operand)? {
                Some(other) => Test::NotSame(other),
                None => Test::IsNot(self.single(key, operand)?),
            },
            "in" => Test::In(self.values(key, operand)?),
            "not_in" => Test::NotIn(self.values(key, operand)?),
            "at_least" => Test::AtLeast(self.bound(key, operand)?),
            "at_most" => Test::AtMost(self.bound(key, operand)?),
            "within" => Test::Within(self.length(key, operand)?, self.other_field(of)?),
            "older_than" => Test::OlderThan(self.length(key, operand)?),
            "declared" => Test::Declared(self.yes_or_no(operand)?),
            "contains" => match self.field.ty {
                Type::Text | Type::Texts => Test::Contains(self.text(operand)?),
                _ => return self.misfit(key, "text or a list of texts"),
            },
            "format" => match self.field.ty {
                Type::Text => Test::Format(self.format(operand)?),
                _ => return self.misfit(key, "text"),
            },
            "only" => match self.field.ty {
                Type::Texts => Test::Only(self.texts(operand)?),
                _ => return self.misfit(key, "a list of texts"),
            },
            "some" => Test::Some(self.entries(key, operand)?),
            "none" => Test::None(self.entries(key, operand)?),
            "every" => Test::Every(self.entries(key, operand)?),
            unknown => return self.unknown_operator(key, unknown),
        })
    }

    fn unknown_operator(&self, key: &Key<'_>, unknown: &str) -> Option<Test> {
        let names = OPERATORS.iter().map(|(name, _)| *name);
        let all = names.clone().collect::<Vec<_>>().join(", ");
        self.reader.push(
            self.reader
                .problem(key.span.clone(), format!("unknown operator `{unknown}`"))
                .label(format!("on the field `{}`", self.field.name))
                .help(format!("operators are {all}"))
                .suggest(unknown, names.chain(["of"])),
        );
        None
    }

    /// The value of a test on a field that holds one value, not a list.
    fn single(&self, key: &Key<'_>, node: &Node<'_>) -> Option<Value> {
        match self.field.ty {
            Type::Records(_) | Type::Texts => self.misfit(
                key,
                "a single value; lists take some, none, every or contains",
            ),
            _ => self.value(node),
        }
    }

    fn values(&self, key: &Key<'_>, node: &Node<'_>) -> Option<Vec<Value>> {
        let Some(items) = node.sequence() else {
            let message = format!("expected a list of values, found {}", node.describe());
            return self.problem(node, message, "write [a, b]");
        };
        let values: Vec<_> = items
            .iter()
            .filter_map(|item| self.single(key, item))
            .collect();
        (values.len() == items.len()).then_some(values)
    }

    fn texts(&self, node: &Node<'_>) -> Option<Vec<String>> {
        let Some(items) = node.sequence() else {
            let message = format!("expected a list of texts, found {}", node.describe());
            return self.problem(node, message, "write [a, b]");
        };
        items.iter().map(|item| self.text(item)).collect()
    }

    fn value(&self, node: &Node<'_>) -> Option<Value> {
        let text = self.text(node)?;
        let value = self.field.ty.read(&text);
        if value.is_none() {
            let expected = self.field.ty.expected();
            let mut problem = self
                .reader
                .problem(node.span.clone(), format!("`{text}` is not {expected}"))
                .label(format!("`{}` is {expected}", self.field.name));
            if let Type::Choice(choices) = self.field.ty {
                problem = problem.suggest(&text, choices.iter().map(|choice| choice.name));
            }
            self.reader.push(problem);
        }
        value
    }

    fn bound(&self, key: &Key<'_>, node: &Node<'_>) -> Option<Bound> {
        if let Some(other) = self.other(node)? {
            return match self.field.ty {
                Type::Date | Type::Instant | Type::Integer | Type::Number | Type::Version => {
                    Some(Bound::Other(other))
                }
                _ => self.misfit(key, "a number, a version or a date"),
            };
        }
        match self.field.ty {
            Type::Date | Type::Instant if node.text() == Some("today") => Some(Bound::Today),
            Type::Date | Type::Integer | Type::Number => self.value(node).map(Bound::Value),
            Type::Instant => self.day(node).map(|day| Bound::Value(Value::Date(day))),
            Type::Version => self.text(node).map(Bound::Version),
            _ => self.misfit(key, "a number, a version or a date"),
        }
    }

    fn day(&self, node: &Node<'_>) -> Option<Date> {
        let text = self.text(node)?;
        let day = read_date(&text);
        if day.is_none() {
            return self.problem(node, format!("`{text}` is not a day"), "write 2026-11-22");
        }
        day
    }

    fn length(&self, key: &Key<'_>, node: &Node<'_>) -> Option<Length> {
        if !matches!(self.field.ty, Type::Date | Type::Instant) {
            return self.misfit(key, "a date or a time");
        }
        let text = self.text(node)?;
        let length = Length::read(&text);
        if length.is_none() {
            let message = format!("`{text}` is not a length of time");
            return self.problem(node, message, "write 14 days, 12 months, 48 hours");
        }
        length
    }

    /// The field named in `of`; `Some(None)` when there is none.
    #[expect(
        clippy::option_option,
        reason = "wrong, not given, and given are three things"
    )]
    fn other_field(&self, of: Option<&Node<'_>>) -> Option<Option<FieldId>> {
        let Some(node) = of else { return Some(None) };
        let text = self.text(node)?;
        let key = Key {
            span: node.span.clone(),
            text: text.into(),
        };
        let field = find_field(self.schema, &key, self.reader)?;
        let known = self.schema.field(field);
        if !matches!(known.ty, Type::Date | Type::Instant) {
            let message = format!("`{}` is {}, not a day", known.name, known.ty.expected());
            return self.problem(node, message, "`within` counts days");
        }
        Some(Some(field))
    }

    fn format(&self, node: &Node<'_>) -> Option<Format> {
        let text = self.text(node)?;
        let found = Format::ALL
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, format)| *format);
        if found.is_none() {
            let names = Format::ALL.map(|(name, _)| name);
            self.reader.push(
                self.reader
                    .problem(node.span.clone(), format!("unknown format `{text}`"))
                    .label(format!("one of {}", names.join(", ")))
                    .suggest(&text, names),
            );
        }
        found
    }

    /// A condition on the entries of a list of records.
    fn entries(&self, key: &Key<'_>, node: &Node<'_>) -> Option<Condition> {
        let Type::Records(schema) = self.field.ty else {
            return self.misfit(key, "a list of records");
        };
        let is_empty = node.mapping().is_some_and(<[_]>::is_empty);
        // `none: {}` asks for an empty list; `every: {}` would ask for nothing.
        if is_empty && key.text != "every" {
            return Some(Condition::All(Vec::new()));
        }
        Condition::parse(node, schema, self.params, self.reader)
    }

    /// Another field to compare with; `Some(None)` when the operand is a value.
    #[expect(
        clippy::option_option,
        reason = "wrong, not given, and given are three things"
    )]
    fn other(&self, node: &Node<'_>) -> Option<Option<Other>> {
        if node.mapping().is_none() {
            return Some(None);
        }
        Other::parse(node, self.field, self.schema, self.params, self.reader).map(Some)
    }

    fn yes_or_no(&self, node: &Node<'_>) -> Option<bool> {
        let text = self.text(node)?;
        match Type::Boolean.read(&text) {
            Some(Value::Boolean(boolean)) => Some(boolean),
            _ => self.problem(node, format!("`{text}` is not yes or no"), "yes or no"),
        }
    }

    fn text(&self, node: &Node<'_>) -> Option<String> {
        self.params.resolve(node, self.reader).map(Into::into)
    }

    fn misfit<T>(&self, key: &Key<'_>, fits: &str) -> Option<T> {
        let expected = self.field.ty.expected();
        let message = format!(
            "`{}` does not fit `{}`, which is {expected}",
            key.text, self.field.name
        );
        self.reader.push(
            self.reader
                .problem(key.span.clone(), message)
                .label(format!("needs {fits}")),
        );
        None
    }

    /// Tells of a problem. Always `None`, to return with.
    fn problem<T>(&self, node: &Node<'_>, message: String, label: &str) -> Option<T> {
        self.reader
            .push(self.reader.problem(node.span.clone(), message).label(label));
        None
    }
}
