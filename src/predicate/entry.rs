//! Conditions on one entry of a list: tests on its fields, composed with `all`, `any` and `not`.
//!
//! They fold as conditions on whole subjects do: a field that an entry does not give is unknown.

use super::answer::{Answer, fold_all, fold_any};
use super::params::Params;
use super::parse::parse_field;
use super::test::FieldTest;
use crate::model::{Record, Schema};
use crate::yaml::{Key, Node, Reader};
use jiff::civil::Date;

#[derive(Debug, PartialEq)]
pub(super) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Field(FieldTest),
    Not(Box<Self>),
}

impl Condition {
    pub(super) fn ask(&self, entry: &Record, today: Date, detail: bool) -> Answer {
        let each = |part: &Self| part.ask(entry, today, detail);
        match self {
            Self::All(parts) => fold_all(parts.iter().map(each)),
            Self::Any(parts) => fold_any(parts.iter().map(each)),
            Self::Field(test) => test.ask(entry, today, detail),
            Self::Not(part) => part.ask(entry, today, detail).turned(),
        }
    }

    /// Reads a mapping of fields, `all`, `any` and `not`; several keys all have to hold. An empty
    /// one is a problem.
    pub(super) fn parse(
        node: &Node<'_>,
        schema: &'static Schema,
        params: &Params,
        reader: &Reader<'_>,
    ) -> Option<Self> {
        let parsing = Parsing {
            schema,
            params,
            reader,
        };
        parsing.mapping(node)
    }
}

#[derive(Clone, Copy)]
struct Parsing<'a> {
    schema: &'static Schema,
    params: &'a Params,
    reader: &'a Reader<'a>,
}

impl Parsing<'_> {
    fn mapping(self, node: &Node<'_>) -> Option<Condition> {
        let Some(entries) = node.mapping().filter(|entries| !entries.is_empty()) else {
            let message = match node.mapping() {
                Some(_) => "an empty condition decides nothing".to_owned(),
                None => format!("expected tests on the entries, found {}", node.describe()),
            };
            return self.problem(node, message, "write { field: { … } }");
        };
        let mut parts: Vec<_> = entries
            .iter()
            .filter_map(|(key, node)| self.entry(key, node))
            .collect();
        if parts.len() < entries.len() {
            return None;
        }
        match parts.len() {
            1 => parts.pop(),
            _ => Some(Condition::All(parts)),
        }
    }

    fn entry(self, key: &Key<'_>, node: &Node<'_>) -> Option<Condition> {
        match &*key.text {
            "all" => self.list(key, node).map(Condition::All),
            "any" => self.list(key, node).map(Condition::Any),
            "not" => Some(Condition::Not(Box::new(self.mapping(node)?))),
            _ => self.field(key, node),
        }
    }

    fn list(self, key: &Key<'_>, node: &Node<'_>) -> Option<Vec<Condition>> {
        let items = node.sequence().unwrap_or_default();
        if items.is_empty() {
            let message = format!(
                "expected a list of conditions in `{}`, found {}",
                key.text,
                node.describe()
            );
            return self.problem(node, message, "write a list: - condition");
        }
        let parts: Vec<_> = items.iter().filter_map(|item| self.mapping(item)).collect();
        (parts.len() == items.len()).then_some(parts)
    }

    fn field(self, key: &Key<'_>, node: &Node<'_>) -> Option<Condition> {
        let Some(field) = self.schema.find(&key.text) else {
            let fields = self.schema.fields.iter().map(|field| field.name);
            let message = format!("{} has no field `{}`", self.schema.name, key.text);
            let problem = self
                .reader
                .problem(key.span.clone(), message)
                .label("not a field");
            self.reader
                .push(problem.suggest(&key.text, fields.chain(["all", "any", "not"])));
            return None;
        };
        parse_field(field, node, self.schema, self.params, self.reader).map(Condition::Field)
    }

    /// Tells of a problem. Always `None`, to return with.
    fn problem<T>(self, node: &Node<'_>, message: String, label: &str) -> Option<T> {
        let problem = self.reader.problem(node.span.clone(), message);
        self.reader.push(problem.label(label));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fields::{asset, exposure};
    use crate::model::{FieldId, Source, Value};
    use crate::predicate::Truth;
    use crate::yaml::{Limits, parse};
    use proptest::prelude::*;
    use std::fmt;

    /// A condition on ports and origins as a test makes it up; prints as it is written.
    #[derive(Debug, Clone)]
    enum Sketch {
        All(Vec<Self>),
        Any(Vec<Self>),
        Not(Box<Self>),
        From(&'static str),
        Port(i64),
    }

    impl fmt::Display for Sketch {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let list = |parts: &[Self]| {
                let parts: Vec<_> = parts.iter().map(ToString::to_string).collect();
                parts.join(", ")
            };
            match self {
                Self::All(parts) => write!(f, "{{ all: [{}] }}", list(parts)),
                Self::Any(parts) => write!(f, "{{ any: [{}] }}", list(parts)),
                Self::Not(part) => write!(f, "{{ not: {part} }}"),
                Self::From(zone) => write!(f, "{{ from: {zone} }}"),
                Self::Port(port) => write!(f, "{{ port: {{ is: {port} }} }}"),
            }
        }
    }

    type Entry = (Option<i64>, Option<&'static str>);

    /// The reference: yes, no, or nothing known, by the words of the language's description.
    fn reference(sketch: &Sketch, entry: Entry) -> Option<bool> {
        let each = |parts: &[Sketch]| -> Vec<_> {
            parts.iter().map(|part| reference(part, entry)).collect()
        };
        match sketch {
            Sketch::All(parts) => all(&each(parts)),
            Sketch::Any(parts) => any(&each(parts)),
            Sketch::Not(part) => reference(part, entry).map(|holds| !holds),
            Sketch::From(zone) => entry.1.map(|from| from == *zone),
            Sketch::Port(port) => entry.0.map(|open| open == *port),
        }
    }

    fn all(truths: &[Option<bool>]) -> Option<bool> {
        match truths {
            _ if truths.contains(&Some(false)) => Some(false),
            _ if truths.contains(&None) => None,
            _ => Some(true),
        }
    }

    fn any(truths: &[Option<bool>]) -> Option<bool> {
        let turned: Vec<_> = truths.iter().map(|one| one.map(|holds| !holds)).collect();
        all(&turned).map(|holds| !holds)
    }

    fn sketch() -> impl Strategy<Value = Sketch> {
        let leaf = prop_oneof![
            prop::sample::select(vec![139, 445, 3389]).prop_map(Sketch::Port),
            prop::sample::select(vec!["internet", "hscn"]).prop_map(Sketch::From),
        ];
        leaf.prop_recursive(4, 24, 3, |part| {
            let parts = || prop::collection::vec(part.clone(), 1..4);
            prop_oneof![
                parts().prop_map(Sketch::All),
                parts().prop_map(Sketch::Any),
                part.clone().prop_map(|part| Sketch::Not(Box::new(part))),
            ]
        })
    }

    fn entry() -> impl Strategy<Value = Entry> {
        (
            prop::option::of(prop::sample::select(vec![139, 445, 3389])),
            prop::option::of(prop::sample::select(vec!["internet", "hscn"])),
        )
    }

    fn record(entries: Option<&[Entry]>) -> Record {
        let mut machine = Record::new(&asset::SCHEMA);
        let Some(entries) = entries else {
            return machine;
        };
        let records = entries.iter().map(|(port, from)| {
            let mut record = Record::new(&exposure::SCHEMA);
            if let Some(port) = port {
                record.set_text(exposure::PORT, &port.to_string());
            }
            if let Some(from) = from {
                record.set_text(exposure::FROM, from);
            }
            record
        });
        machine.set(asset::EXPOSURES, Value::Records(records.collect()));
        machine
    }

    /// Reads a test on one field of assets; the messages of what is wrong with it otherwise.
    fn read(field: FieldId, written: &str) -> Result<FieldTest, Vec<String>> {
        let source = Source::new("test.yaml", written);
        let documents = parse(&source, &Limits::default()).expect("it is YAML");
        let reader = Reader::new(&source);
        let params = Params::default();
        let test = parse_field(field, &documents[0], &asset::SCHEMA, &params, &reader);
        let problems = reader.into_problems();
        test.ok_or_else(|| {
            let told = problems.into_iter().map(|problem| {
                let help = problem.help.unwrap_or_default();
                format!("{} {help}", problem.message).trim_end().to_owned()
            });
            told.collect()
        })
    }

    fn ask(written: &str, entries: Option<&[Entry]>, detail: bool) -> Answer {
        let test = read(asset::EXPOSURES, written).expect("it can be read");
        test.ask(&record(entries), Date::constant(2026, 11, 22), detail)
    }

    proptest! {
        #[test]
        fn conditions_inside_lists_fold_as_the_reference_does(
            sketch in sketch(),
            entries in prop::option::of(prop::collection::vec(entry(), 0..4)),
        ) {
            let entries = entries.as_deref();
            let each: Option<Vec<_>> =
                entries.map(|list| list.iter().map(|one| reference(&sketch, *one)).collect());
            let wanted = [
                ("some", each.as_deref().and_then(any)),
                ("none", each.as_deref().and_then(any).map(|holds| !holds)),
                ("every", each.as_deref().and_then(all)),
            ];
            for (quantifier, wanted) in wanted {
                let wanted = match wanted {
                    Some(true) => Truth::Yes,
                    Some(false) => Truth::No,
                    None => Truth::Unknown,
                };
                let text = format!("{{ {quantifier}: {sketch} }}");
                prop_assert_eq!(ask(&text, entries, true).truth, wanted, "{}", text);
                prop_assert_eq!(ask(&text, entries, false).truth, wanted, "{}", text);
            }
        }
    }

    #[test]
    fn ports_open_to_either_side_are_found() {
        let text = "{ none: { port: 445, any: [{ from: internet }, { from: hscn }] } }";
        let open = ask(text, Some(&[(Some(445), Some("hscn"))]), true);
        assert_eq!(open.truth, Truth::No);
        assert!(open.why.contains("port 445"), "{}", open.why);
        assert_eq!(open.field, Some(asset::EXPOSURES));
        assert_eq!(ask(text, Some(&[]), true).truth, Truth::Yes);
        assert_eq!(ask(text, None, true).truth, Truth::Unknown);
        let from_nowhere = ask(text, Some(&[(Some(445), None)]), true);
        assert_eq!(from_nowhere.truth, Truth::Unknown);
    }

    #[test]
    fn an_empty_list_is_asked_for_with_nothing_inside() {
        assert_eq!(ask("{ none: {} }", Some(&[]), true).truth, Truth::Yes);
        let one = [(Some(445), None)];
        assert_eq!(ask("{ none: {} }", Some(&one), true).truth, Truth::No);
        assert_eq!(ask("{ some: {} }", Some(&one), true).truth, Truth::Yes);
    }

    #[test]
    fn what_decides_nothing_or_is_misspelt_is_refused() {
        let wrong = |text| read(asset::EXPOSURES, text).expect_err("it has to be refused");
        assert_eq!(
            wrong("{ every: {} }"),
            ["an empty condition decides nothing"]
        );
        assert_eq!(
            wrong("{ some: { any: [] } }"),
            ["expected a list of conditions in `any`, found a list"]
        );
        assert_eq!(
            wrong("{ some: { any: [{ prt: 445 }], nott: { port: 1 } } }"),
            [
                "exposure has no field `prt` did you mean `port`?",
                "exposure has no field `nott` did you mean `not`?"
            ]
        );
        assert_eq!(
            wrong("{ some: { not: 445 } }"),
            ["expected tests on the entries, found a single value"]
        );
    }
}
