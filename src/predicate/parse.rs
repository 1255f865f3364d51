//! From YAML to tests: every operator, value and unit is checked against the field's type.

use super::duration::Length;
use super::params::Params;
use super::test::{Bound, FieldTest, Format, OPERATORS, Test};
use crate::model::{Field, FieldId, Problem, Schema, Source, Type, Value};
use crate::yaml::{Data, Key, Node};
use std::sync::Arc;

/// Reads the tests on one field: `{ within: 30 days }`, or a bare value, which means `is`.
/// `None` when something was wrong; every problem is pushed.
pub fn parse_field(
    field: FieldId,
    node: &Node<'_>,
    schema: &'static Schema,
    params: &Params,
    source: &Arc<Source>,
    problems: &mut Vec<Problem>,
) -> Option<FieldTest> {
    let mut reading = Reading {
        schema,
        field: schema.field(field),
        params,
        source,
        problems,
    };
    let tests = match &node.data {
        Data::Mapping(entries) => reading.tests(entries, node)?,
        Data::Scalar(_) => vec![Test::Is(reading.value(node)?)],
        Data::Null | Data::Sequence(_) => {
            let found = node.describe();
            reading.problem(
                node,
                format!(
                    "expected a value or tests for `{}`, found {found}",
                    reading.field.name
                ),
                "for example { is: … } or { in: [ … ] }",
            );
            return None;
        }
    };
    Some(FieldTest { field, tests })
}

struct Reading<'a> {
    schema: &'static Schema,
    field: &'static Field,
    params: &'a Params,
    source: &'a Arc<Source>,
    problems: &'a mut Vec<Problem>,
}

impl Reading<'_> {
    fn tests(&mut self, entries: &[(Key<'_>, Node<'_>)], node: &Node<'_>) -> Option<Vec<Test>> {
        if entries.is_empty() {
            self.problem(
                node,
                format!("no test on `{}`", self.field.name),
                "name an operator",
            );
            return None;
        }
        let of = entries
            .iter()
            .find(|(key, _)| key.text == "of")
            .map(|(_, node)| node);
        let before = self.problems.len();
        let tests = entries
            .iter()
            .filter(|(key, _)| key.text != "of")
            .filter_map(|(key, operand)| self.test(key, operand, of))
            .collect();
        if let Some(of) = of.filter(|_| !entries.iter().any(|(key, _)| key.text == "within")) {
            self.problem(
                of,
                "`of` goes with `within`".into(),
                "names the field that `within` counts from",
            );
        }
        (self.problems.len() == before).then_some(tests)
    }

    fn test(&mut self, key: &Key<'_>, operand: &Node<'_>, of: Option<&Node<'_>>) -> Option<Test> {
        let is_list = matches!(self.field.ty, Type::Records(_) | Type::Texts);
        let test = match &*key.text {
            "is" => Test::Is(self.value(operand)?),
            "is_not" => Test::IsNot(self.value(operand)?),
            "in" => Test::In(self.values(operand)?),
            "not_in" => Test::NotIn(self.values(operand)?),
            "at_least" => Test::AtLeast(self.bound(key, operand)?),
            "at_most" => Test::AtMost(self.bound(key, operand)?),
            "within" => Test::Within(self.length(key, operand)?, self.other_field(of)?),
            "older_than" => Test::OlderThan(self.length(key, operand)?),
            "declared" => Test::Declared(self.yes_or_no(operand)?),
            "contains" => match self.field.ty {
                Type::Text | Type::Texts => Test::Contains(self.text(operand)?),
                _ => return self.misfit(key, "text or a list of texts"),
            },
            "format" => Test::Format(self.format(operand)?),
            "some" => Test::Some(self.entry_tests(key, operand)?),
            "none" => Test::None(self.entry_tests(key, operand)?),
            "every" => Test::Every(self.entry_tests(key, operand)?),
            unknown => {
                let names = OPERATORS.iter().map(|(name, _)| *name);
                let problem = Problem::new(
                    self.source,
                    key.span.clone(),
                    format!("unknown operator `{unknown}`"),
                )
                .label(format!("on the field `{}`", self.field.name))
                .help(format!(
                    "operators are {}",
                    names.clone().collect::<Vec<_>>().join(", ")
                ))
                .suggest(unknown, names);
                self.problems.push(problem);
                return None;
            }
        };
        if is_list
            && matches!(
                test,
                Test::Is(_) | Test::IsNot(_) | Test::In(_) | Test::NotIn(_)
            )
        {
            return self.misfit(
                key,
                "a single value; lists take some, none, every or contains",
            );
        }
        Some(test)
    }

    fn value(&mut self, node: &Node<'_>) -> Option<Value> {
        let text = self.text(node)?;
        let value = self.field.ty.read(&text);
        if value.is_none() {
            let expected = self.field.ty.expected();
            self.problem(
                node,
                format!("`{text}` is not {expected}"),
                &format!("`{}` is {expected}", self.field.name),
            );
            if let Type::Choice(choices) = self.field.ty
                && let Some(last) = self.problems.pop()
            {
                self.problems
                    .push(last.suggest(&text, choices.iter().map(|choice| choice.name)));
            }
        }
        value
    }

    fn values(&mut self, node: &Node<'_>) -> Option<Vec<Value>> {
        let Some(items) = node.sequence() else {
            self.problem(
                node,
                format!("expected a list of values, found {}", node.describe()),
                "write [a, b]",
            );
            return None;
        };
        let values: Vec<_> = items.iter().filter_map(|item| self.value(item)).collect();
        (values.len() == items.len()).then_some(values)
    }

    fn bound(&mut self, key: &Key<'_>, node: &Node<'_>) -> Option<Bound> {
        match self.field.ty {
            Type::Date if node.text() == Some("today") => Some(Bound::Today),
            Type::Date | Type::Integer | Type::Number => self.value(node).map(Bound::Value),
            Type::Version => self.text(node).map(Bound::Version),
            _ => self.misfit(key, "a number, a version or a date"),
        }
    }

    fn length(&mut self, key: &Key<'_>, node: &Node<'_>) -> Option<Length> {
        if !matches!(self.field.ty, Type::Date | Type::Instant) {
            return self.misfit(key, "a date or a time");
        }
        let text = self.text(node)?;
        let length = Length::read(&text);
        if length.is_none() {
            self.problem(
                node,
                format!("`{text}` is not a length of time"),
                "write 14 days, 12 months, 48 hours",
            );
        }
        length
    }

    /// The field named in `of`; `Some(None)` when there is none.
    fn other_field(&mut self, of: Option<&Node<'_>>) -> Option<Option<FieldId>> {
        let Some(node) = of else { return Some(None) };
        let name = node.text().unwrap_or_default();
        let found = self.schema.find(name);
        if found.is_none() {
            let names = self.schema.fields.iter().map(|field| field.name);
            let problem = Problem::new(
                self.source,
                node.span.clone(),
                format!("{} has no field `{name}`", self.schema.name),
            )
            .label("not a field")
            .suggest(name, names);
            self.problems.push(problem);
        }
        found.map(Some)
    }

    fn format(&mut self, node: &Node<'_>) -> Option<Format> {
        let text = self.text(node)?;
        let found = Format::ALL
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, format)| *format);
        if found.is_none() {
            let names = Format::ALL.map(|(name, _)| name);
            self.problem(
                node,
                format!("unknown format `{text}`"),
                &format!("one of {}", names.join(", ")),
            );
        }
        found
    }

    /// Tests on the entries of a list of records.
    fn entry_tests(&mut self, key: &Key<'_>, node: &Node<'_>) -> Option<Vec<FieldTest>> {
        let Type::Records(schema) = self.field.ty else {
            return self.misfit(key, "a list of records");
        };
        let Some(entries) = node.mapping() else {
            self.problem(
                node,
                format!("expected tests on the entries, found {}", node.describe()),
                "write { field: { … } }",
            );
            return None;
        };
        let tests: Vec<_> = entries
            .iter()
            .filter_map(|(name, tests)| {
                let field = find_field(schema, name, self.source, self.problems)?;
                parse_field(
                    field,
                    tests,
                    schema,
                    self.params,
                    self.source,
                    self.problems,
                )
            })
            .collect();
        (tests.len() == entries.len()).then_some(tests)
    }

    fn yes_or_no(&mut self, node: &Node<'_>) -> Option<bool> {
        let text = self.text(node)?;
        let Some(Value::Boolean(boolean)) = Type::Boolean.read(&text) else {
            self.problem(node, format!("`{text}` is not yes or no"), "yes or no");
            return None;
        };
        Some(boolean)
    }

    fn text(&mut self, node: &Node<'_>) -> Option<String> {
        self.params
            .resolve(node, self.source, self.problems)
            .map(Into::into)
    }

    fn misfit<T>(&mut self, key: &Key<'_>, fits: &str) -> Option<T> {
        let message = format!(
            "`{}` does not fit `{}`, which is {}",
            key.text,
            self.field.name,
            self.field.ty.expected()
        );
        self.problems.push(
            Problem::new(self.source, key.span.clone(), message).label(format!("needs {fits}")),
        );
        None
    }

    fn problem(&mut self, node: &Node<'_>, message: String, label: &str) {
        self.problems
            .push(Problem::new(self.source, node.span.clone(), message).label(label));
    }
}

/// The field of a schema by its exact name, or a problem with the nearest name.
pub fn find_field(
    schema: &'static Schema,
    name: &Key<'_>,
    source: &Arc<Source>,
    problems: &mut Vec<Problem>,
) -> Option<FieldId> {
    let found = schema.find(&name.text);
    if found.is_none() {
        let names = schema.fields.iter().map(|field| field.name);
        problems.push(
            Problem::new(
                source,
                name.span.clone(),
                format!("{} has no field `{}`", schema.name, name.text),
            )
            .label("not a field")
            .suggest(&name.text, names),
        );
    }
    found
}
