//! From a YAML mapping to a record of a schema.
//!
//! Dotted names and nested mappings mean the same. Nothing is guessed and nothing is dropped: an
//! unknown key, a value of the wrong type and a field given twice are problems at their place.

use crate::model::{
    Field, FieldId, Place, Problem, Record, Schema, Source, Subject, SubjectKind, Type, Value,
    fields, london, nearest,
};
use crate::yaml::{Data, Lines, Node, found, shown};
use jiff::civil::Date;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Problems told about one file.
const MAX_PROBLEMS: usize = 100;

/// Reads the mappings of one file, collecting every problem.
#[derive(Debug)]
pub struct RecordReader<'a> {
    source: &'a Arc<Source>,
    lines: Lines<'a>,
    relative_to: Option<Date>,
    problems: Vec<Problem>,
    /// Aliases looked up before: folding names is slow, and files repeat the same few.
    aliases: HashMap<(&'static str, String), Option<FieldId>>,
}

/// Where each field of a record was given.
type Given = Vec<(FieldId, Range<usize>)>;

impl<'a> RecordReader<'a> {
    pub fn new(source: &'a Arc<Source>) -> Self {
        Self {
            source,
            lines: Lines::new(&source.text),
            relative_to: None,
            problems: Vec::new(),
            aliases: HashMap::new(),
        }
    }

    /// Also reads days counted from this one: `-45d`, `+10d`. For the cases of rules.
    #[must_use]
    pub fn relative_to(mut self, day: Date) -> Self {
        self.relative_to = Some(day);
        self
    }

    pub fn source(&self) -> &'a Arc<Source> {
        self.source
    }

    pub fn push(&mut self, problem: Problem) {
        if !self.is_full() {
            self.problems.push(problem);
        }
    }

    /// Whether so much is wrong that reading on would not help.
    pub fn is_full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    /// All problems, in the order of the file.
    pub fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.span.start);
        self.problems
    }

    /// Reads a mapping as a subject. Without a `default_id` it has to say who it is.
    pub fn subject(
        &mut self,
        node: &Node<'_>,
        kind: SubjectKind,
        default_id: Option<&str>,
    ) -> Subject {
        let record = self.record(node, kind.schema());
        let id = identity(&record, kind).or(default_id).map(str::to_owned);
        if id.is_none() && node.mapping().is_some() {
            let names = match kind {
                SubjectKind::Organisation => "`ods_code` or `name`",
                _ => "`id`",
            };
            let message = format!("this {} lacks {names}", kind.name());
            self.refuse(head(node), message, "waivers and findings name it by that");
        }
        let (line, column) = self.lines.place(node.span.start);
        let place = Place::new(&self.source.name, line, column);
        let mut subject = Subject::new(kind, id.unwrap_or_default(), place);
        subject.record = record;
        subject
    }

    /// Reads a mapping as a record; anything else is a problem and an empty record.
    pub fn record(&mut self, node: &Node<'_>, schema: &'static Schema) -> Record {
        let mut record = Record::new(schema);
        if node.mapping().is_some() {
            self.fill(&mut record, &mut Given::new(), node, "");
        } else {
            let message = format!(
                "expected a mapping for this {}, found {}",
                schema.name,
                found(node)
            );
            self.push(Problem::new(self.source, node.span.clone(), message));
        }
        record
    }

    fn fill(&mut self, record: &mut Record, given: &mut Given, node: &Node<'_>, prefix: &str) {
        let schema = record.schema;
        for (key, value) in node.mapping().unwrap_or_default() {
            if self.is_full() {
                return;
            }
            let path = match prefix {
                "" => key.text.clone().into_owned(),
                prefix => format!("{prefix}.{}", key.text),
            };
            let is_group = is_group(schema, &path);
            if is_group && value.mapping().is_some() {
                self.fill(record, given, value, &path);
            } else if let Some(id) = self.find(schema, &path) {
                self.field(record, given, id, (&key.span, value));
            } else if !is_group {
                let problem = unknown(self.source, schema, prefix, &key.text, key.span.clone());
                self.push(problem);
            } else if value.data != Data::Null {
                let message = format!("expected a mapping for `{path}`, found {}", found(value));
                self.push(Problem::new(self.source, value.span.clone(), message));
            }
        }
    }

    fn find(&mut self, schema: &'static Schema, path: &str) -> Option<FieldId> {
        schema.find(path).or_else(|| {
            *self
                .aliases
                .entry((schema.name, path.to_owned()))
                .or_insert_with(|| schema.find_alias(path))
        })
    }

    fn field(
        &mut self,
        record: &mut Record,
        given: &mut Given,
        id: FieldId,
        (key, node): (&Range<usize>, &Node<'_>),
    ) {
        let field = record.schema.field(id);
        if field.derived {
            let message = format!("`{}` cannot be declared", field.name);
            return self.refuse(key.clone(), message, "leave it out: it is worked out");
        }
        if is_empty(node) {
            return;
        }
        if let Some((_, first)) = given.iter().find(|(other, _)| *other == id) {
            let message = format!("`{}` is given twice", field.name);
            let problem = Problem::new(self.source, key.clone(), message)
                .label("again here")
                .related(self.source, first.clone(), "first given here");
            return self.push(problem);
        }
        given.push((id, key.clone()));
        if let Some(value) = self.value(node, field) {
            let (line, column) = self.lines.place(node.span.start);
            record.set_at(id, value, line, column);
        }
    }

    fn value(&mut self, node: &Node<'_>, field: &Field) -> Option<Value> {
        match (field.ty, &node.data) {
            (Type::Records(schema), Data::Sequence(items)) => {
                let records = items
                    .iter()
                    .filter_map(|item| self.item(item, schema))
                    .collect();
                Some(Value::Records(records))
            }
            (Type::Texts, Data::Sequence(items)) => {
                let texts = items
                    .iter()
                    .filter(|item| !is_empty(item))
                    .filter_map(|item| match item.text() {
                        Some(text) => Some(text.trim().to_owned()),
                        None => self.wrong(item, Type::Text, field.name),
                    })
                    .collect();
                Some(Value::Texts(texts))
            }
            // Texts in YAML may hold commas and bars; only `;` cuts a list written as one text.
            (Type::Texts, Data::Scalar(scalar)) => {
                let texts = scalar.text.split(';').map(str::trim);
                let texts = texts.filter(|text| !text.is_empty());
                Some(Value::Texts(texts.map(str::to_owned).collect()))
            }
            (ty, Data::Scalar(scalar)) => {
                let value = self
                    .relative(ty, &scalar.text)
                    .or_else(|| ty.read(&scalar.text));
                value.or_else(|| self.wrong(node, ty, field.name))
            }
            (ty, _) => self.wrong(node, ty, field.name),
        }
    }

    /// An item of a list of records: a mapping, or its values in the compact form `445/internet`.
    fn item(&mut self, node: &Node<'_>, schema: &'static Schema) -> Option<Record> {
        let Some(text) = node.text() else {
            return Some(self.record(node, schema));
        };
        if let Some(Value::Records(mut records)) = Type::Records(schema).read(text)
            && records.len() == 1
        {
            return records.pop();
        }
        let names = schema.fields.iter().filter(|field| !field.derived);
        let names: Vec<_> = names.map(|field| field.name).collect();
        let message = format!("{} is not one {}", shown(text), schema.name);
        let help = format!(
            "write a mapping, or the values of one entry in the order {}",
            names.join("/")
        );
        self.refuse(node.span.clone(), message, &help);
        None
    }

    /// A day counted from the given one.
    fn relative(&self, ty: Type, text: &str) -> Option<Value> {
        let today = self.relative_to?;
        let days = text.trim().strip_suffix('d')?;
        if !days.starts_with(['+', '-']) && days != "0" {
            return None;
        }
        let days: i64 = days.parse().ok()?;
        let day = today
            .checked_add(jiff::Span::new().try_days(days).ok()?)
            .ok()?;
        match ty {
            Type::Date => Some(Value::Date(day)),
            Type::Instant => {
                let midnight = day.to_zoned(london()).ok()?;
                Some(Value::Instant(midnight.timestamp()))
            }
            _ => None,
        }
    }

    fn wrong<T>(&mut self, node: &Node<'_>, ty: Type, name: &str) -> Option<T> {
        let expected = ty.expected();
        let message = format!("expected {expected} for `{name}`, found {}", found(node));
        let mut problem = Problem::new(self.source, node.span.clone(), message);
        if let (Type::Choice(choices), Some(text)) = (ty, node.text()) {
            problem = problem.suggest(text, choices.iter().map(|choice| choice.name));
        }
        self.push(problem);
        None
    }

    fn refuse(&mut self, span: Range<usize>, message: impl Into<String>, help: &str) {
        self.push(Problem::new(self.source, span, message).help(help));
    }
}

/// The bytes of a field's value in a mapping, when it is given at the top of it.
pub(super) fn value_span(node: &Node<'_>, schema: &'static Schema, id: FieldId) -> Range<usize> {
    let entries = node.mapping().unwrap_or_default();
    entries
        .iter()
        .find(|(key, value)| {
            !is_empty(value) && schema.find(&key.text).or(schema.find_alias(&key.text)) == Some(id)
        })
        .map_or_else(|| head(node), |(_, value)| value.span.clone())
}

/// The first key of a mapping, to point at it without marking all of it.
fn head(node: &Node<'_>) -> Range<usize> {
    match node.mapping() {
        Some([(key, _), ..]) => key.span.clone(),
        _ => node.span.clone(),
    }
}

/// Empty text is no declaration either: exports write `""` for what they do not know.
fn is_empty(node: &Node<'_>) -> bool {
    match &node.data {
        Data::Null => true,
        Data::Scalar(scalar) => scalar.text.trim().is_empty(),
        Data::Mapping(_) | Data::Sequence(_) => false,
    }
}

/// What a subject calls itself.
fn identity(record: &Record, kind: SubjectKind) -> Option<&str> {
    match kind {
        SubjectKind::Organisation => record
            .text(fields::organisation::ODS_CODE)
            .or_else(|| record.text(fields::organisation::NAME)),
        _ => record.text(record.schema.find("id")?),
    }
}

/// Whether names of fields, or their other names, begin with `path.`.
fn is_group(schema: &Schema, path: &str) -> bool {
    let begins = |name: &str| {
        name.strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    schema
        .fields
        .iter()
        .any(|field| begins(field.name) || field.also.iter().any(|also| begins(also)))
}

fn unknown(
    source: &Arc<Source>,
    schema: &'static Schema,
    prefix: &str,
    key: &str,
    span: Range<usize>,
) -> Problem {
    let names = schema
        .fields
        .iter()
        .filter(|field| !field.derived)
        .map(|field| field.name);
    let within = match prefix {
        "" => format!("this {}", schema.name),
        prefix => format!("`{prefix}` of this {}", schema.name),
    };
    let message = format!("unknown key {} in {within}", shown(key));
    let problem = Problem::new(source, span, message);
    let beside: Vec<_> = names
        .clone()
        .filter_map(|name| match prefix {
            "" => Some(name),
            prefix => name.strip_prefix(prefix)?.strip_prefix('.'),
        })
        .collect();
    if let Some(name) = nearest(key, beside.iter().copied()) {
        return problem.help(format!("did you mean `{name}`?"));
    }
    // A field that exists, but at another level: `build` for `os.build`.
    let leaf = |name: &&str| name.rsplit('.').next() == Some(key);
    if let Some(name) = names.clone().find(leaf) {
        return problem.help(format!("did you mean `{name}`?"));
    }
    problem.help(format!("known keys: {}", beside.join(", ")))
}
