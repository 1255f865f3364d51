//! From a YAML mapping to a record of a schema.
//!
//! Dotted names and nested mappings mean the same. Nothing is guessed and nothing is dropped: an
//! unknown key, a value of the wrong type and a field given twice are problems at their place.

use crate::model::{
    Field, FieldId, Length, Place, Problem, Record, Schema, Source, Subject, SubjectKind, Type,
    Value, fields, london, nearest,
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

    /// Reads a case beside a rule: days may be counted from this one (`-45d`, `+10d`), and what is
    /// worked out from a declaration may be given.
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
        if field.derived && self.relative_to.is_none() {
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

    /// A day counted from the given one: `-45d`, `+2 months`, `0d`.
    fn relative(&self, ty: Type, text: &str) -> Option<Value> {
        let today = self.relative_to?;
        let text = text.trim();
        let day = match (text.strip_prefix('-'), text.strip_prefix('+')) {
            (Some(ago), _) => whole_days(ago)?.before(today),
            (_, Some(ahead)) => whole_days(ahead)?.after(today),
            (None, None) if text == "0d" => today,
            (None, None) => return None,
        };
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

/// A length that leads from a day to a day.
fn whole_days(text: &str) -> Option<Length> {
    Length::read(text).filter(|length| !matches!(length, Length::Hours(_)))
}

/// The bytes of a field's value in a mapping, when it is given at the top of it.
pub(super) fn value_span(node: &Node<'_>, schema: &'static Schema, id: FieldId) -> Range<usize> {
    let entries = node.mapping().unwrap_or_default();
    entries
        .iter()
        .find(|(key, value)| {
            !is_empty(value)
                && schema
                    .find(&key.text)
                    .or_else(|| schema.find_alias(&key.text))
                    == Some(id)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fields::{asset, attestation, certificate, exposure, software, update};
    use crate::yaml::{Limits, parse};
    use jiff::civil::date;

    fn read_relative(text: &str, kind: SubjectKind, day: Option<Date>) -> (Subject, Vec<String>) {
        let source = Source::new("file.yaml", text);
        let documents = parse(&source, &Limits::default()).expect("good YAML");
        let mut reader = RecordReader::new(&source);
        if let Some(day) = day {
            reader = reader.relative_to(day);
        }
        let subject = reader.subject(&documents[0], kind, None);
        let problems = reader.into_problems();
        let told = problems.iter().map(|problem| {
            let place = problem.place();
            let help = problem.help.as_ref().map(|help| format!(" ({help})"));
            let help = help.unwrap_or_default();
            format!("{}:{} {}{help}", place.line, place.column, problem.message)
        });
        (subject, told.collect())
    }

    fn read(text: &str, kind: SubjectKind) -> (Subject, Vec<String>) {
        read_relative(text, kind, None)
    }

    fn good(text: &str, kind: SubjectKind) -> Subject {
        let (subject, problems) = read(text, kind);
        assert_eq!(problems, Vec::<String>::new(), "{text}");
        subject
    }

    #[test]
    fn nested_dotted_and_other_names_mean_the_same() {
        let nested = good(
            "id: PC-1\nos: {name: Windows 10, version: 22H2, build: 19045.4412}\nsmb1: {server: NO}\n",
            SubjectKind::Asset,
        );
        let dotted = good(
            "id: PC-1\nos: Windows 10\nos.version: 22H2\nos.build: 19045.4412\nsmb1: no\n",
            SubjectKind::Asset,
        );
        let exported = good(
            "Asset ID: PC-1\nOperating System: Windows 10\nversion: 22H2\nBuild Number: 19045.4412\nSMBv1: 0\n",
            SubjectKind::Asset,
        );
        assert_eq!(nested.record, dotted.record);
        assert_eq!(nested.record, exported.record);
        assert_eq!(nested.id, "PC-1");
        assert_eq!(nested.boolean(asset::SMB1_SERVER), Some(false));
    }

    #[test]
    fn versions_and_ids_stay_as_written() {
        let asset = good("id: 007\nos: X\nos.version: 3.10\n", SubjectKind::Asset);
        assert_eq!(asset.id, "007");
        assert_eq!(asset.text(asset::OS_VERSION), Some("3.10"));
    }

    #[test]
    fn the_place_of_each_value_is_kept() {
        let asset = good("id: PC-1\nos:\n  build: '19045'\n", SubjectKind::Asset);
        assert_eq!(
            asset.place_of(asset::OS_BUILD).to_string(),
            "file.yaml:3:10"
        );
        assert_eq!(asset.place_of(asset::OWNER).to_string(), "file.yaml:1:1");
    }

    #[test]
    fn nothing_written_is_not_declared() {
        let asset = good(
            "id: PC-1\nowner: ~\nsite: ''\nos:\nupdates: []\n",
            SubjectKind::Asset,
        );
        assert_eq!(asset.value(asset::OWNER), None);
        assert_eq!(asset.value(asset::SITE), None);
        assert_eq!(asset.value(asset::OS), None);
        assert_eq!(asset.records(asset::UPDATES).map(<[_]>::len), Some(0));
    }

    #[test]
    fn items_of_lists_are_mappings_or_compact() {
        let asset = good(
            "id: PC-1\nupdates: [KB4019264, {kb: KB4012212, installed_on: 14/03/2017}]\n\
             exposures: 445/internet; 139/hscn\nsoftware:\n  - {name: 'Viewer, 32/64 bit', version: 1.10}\n",
            SubjectKind::Asset,
        );
        let updates = asset.records(asset::UPDATES).unwrap();
        assert_eq!(updates[0].text(update::ID), Some("KB4019264"));
        assert_eq!(
            updates[1].date(update::INSTALLED_ON),
            Some(date(2017, 3, 14))
        );
        let exposures = asset.records(asset::EXPOSURES).unwrap();
        assert_eq!(exposures[1].integer(exposure::PORT), Some(139));
        let software = asset.records(asset::SOFTWARE).unwrap();
        assert_eq!(software[0].text(software::NAME), Some("Viewer, 32/64 bit"));
        assert_eq!(software[0].text(software::VERSION), Some("1.10"));
    }

    #[test]
    fn an_item_that_is_not_one_entry_is_a_problem_and_never_two() {
        let (_, problems) = read(
            "id: PC-1\nsoftware: ['Acme, Ltd/1.0']\nexposures: [445/mars, 1/2/3]\n",
            SubjectKind::Asset,
        );
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].starts_with("2:12 `Acme, Ltd/1.0` is not one software"));
        assert!(problems[1].ends_with("in the order port/from)"));
    }

    #[test]
    fn one_text_is_cut_at_semicolons_only() {
        let texts = |text: &str| {
            let written = format!("id: A\nentities: {text}\n");
            let subject = good(&written, SubjectKind::Attestation);
            subject.texts(attestation::ENTITIES).unwrap().to_vec()
        };
        assert_eq!(texts("Alpha, Ltd"), ["Alpha, Ltd"]);
        assert_eq!(texts("Alpha, Ltd; Beta"), ["Alpha, Ltd", "Beta"]);
        assert_eq!(texts("['Alpha; Beta', 010]"), ["Alpha; Beta", "010"]);
    }

    #[test]
    fn unknown_keys_are_told_with_what_was_meant() {
        let (_, problems) = read(
            "id: PC-1\nownr: x\nos: {biuld: 1}\npowers: 1\nactive: yes\n",
            SubjectKind::Asset,
        );
        assert_eq!(
            problems[0],
            "2:1 unknown key `ownr` in this asset (did you mean `owner`?)"
        );
        assert_eq!(
            problems[1],
            "3:6 unknown key `biuld` in `os` of this asset (did you mean `build`?)"
        );
        assert!(problems[2].starts_with("4:1 unknown key `powers` in this asset"));
        assert!(problems[3].contains("did you mean `protection.active`?"));
        assert_eq!(problems.len(), 4);
    }

    #[test]
    fn what_we_work_out_cannot_be_declared() {
        let (subject, problems) = read(
            "id: PC-1\nos.family: linux\nzone: {kind: dmz}\n",
            SubjectKind::Asset,
        );
        assert_eq!(
            problems,
            [
                "2:1 `os.family` cannot be declared (leave it out: it is worked out)",
                "3:8 `zone.kind` cannot be declared (leave it out: it is worked out)"
            ]
        );
        assert_eq!(subject.value(asset::OS_FAMILY), None);
        let (_, problems) = read("id: C\nlifetime_days: 3\n", SubjectKind::Certificate);
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn values_of_the_wrong_type_are_told_together() {
        let (subject, problems) = read(
            "id: PC-1\nobserved_at: 30/02/2026\nclass: servr\nupdates_stated: many\n\
             patient_data: perhaps\nowner: [a]\nupdates: {id: KB1}\nos: [x]\n",
            SubjectKind::Asset,
        );
        assert_eq!(
            problems[0],
            "2:14 expected a date such as 2026-11-22 or 22/11/2026 for `observed_at`, found `30/02/2026`"
        );
        assert!(problems[1].ends_with("found `servr` (did you mean `server`?)"));
        assert_eq!(
            problems[2],
            "4:17 expected a whole number for `updates_stated`, found `many`"
        );
        assert_eq!(
            problems[3],
            "5:15 expected yes or no for `patient_data`, found `perhaps`"
        );
        assert_eq!(problems[4], "6:8 expected text for `owner`, found a list");
        assert_eq!(
            problems[5],
            "7:10 expected a list of updates for `updates`, found a mapping"
        );
        assert_eq!(problems[6], "8:5 expected text for `os`, found a list");
        assert_eq!(problems.len(), 7);
        assert_eq!(subject.declared().count(), 1);
    }

    #[test]
    fn a_field_is_given_once_whatever_it_is_called() {
        let (_, problems) = read(
            "id: PC-1\nos.build: 1\nos: {build: 2}\nBuild: 3\n",
            SubjectKind::Asset,
        );
        assert_eq!(
            problems,
            [
                "3:6 `os.build` is given twice",
                "4:1 `os.build` is given twice"
            ]
        );
    }

    #[test]
    fn subjects_say_who_they_are() {
        let (_, problems) = read("name: PC\n", SubjectKind::Asset);
        assert_eq!(
            problems,
            ["1:1 this asset lacks `id` (waivers and findings name it by that)"]
        );
        assert_eq!(
            good("name: X\nods_code: R0A\n", SubjectKind::Organisation).id,
            "R0A"
        );
        assert_eq!(good("name: X\n", SubjectKind::Organisation).id, "X");
        let (_, problems) = read("kind: trust\n", SubjectKind::Organisation);
        assert!(problems[0].contains("lacks `ods_code` or `name`"));
        let (_, problems) = read("- id: x\n", SubjectKind::Asset);
        assert_eq!(
            problems,
            ["1:1 expected a mapping for this asset, found a list"]
        );
    }

    #[test]
    fn days_count_from_a_given_day_only_where_one_is_given() {
        let text = "id: PC-1\nobserved_at: -45d\nplanned_end_of_use: +10d\n";
        let (asset, problems) = read_relative(text, SubjectKind::Asset, Some(date(2026, 11, 22)));
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(asset.date(asset::OBSERVED_AT), Some(date(2026, 10, 8)));
        assert_eq!(
            asset.date(asset::PLANNED_END_OF_USE),
            Some(date(2026, 12, 2))
        );
        let (certificate, _) = read_relative(
            "id: C\nnot_after: +0d\n",
            SubjectKind::Certificate,
            Some(date(2026, 7, 1)),
        );
        let midnight = "2026-06-30T23:00:00Z".parse().ok();
        assert_eq!(certificate.instant(certificate::NOT_AFTER), midnight);
        assert_eq!(read(text, SubjectKind::Asset).1.len(), 2);
        let text = "id: PC-1\nobserved_at: -6w\nplanned_end_of_use: +1 year\n";
        let (asset, _) = read_relative(text, SubjectKind::Asset, Some(date(2026, 11, 22)));
        assert_eq!(asset.date(asset::OBSERVED_AT), Some(date(2026, 10, 11)));
        assert_eq!(
            asset.date(asset::PLANNED_END_OF_USE),
            Some(date(2027, 11, 22))
        );
        for wrong in [
            "45d",
            "-d",
            "+99999999999999999999d",
            "-999999999d",
            "+1m",
            "-48h",
            "--1d",
        ] {
            let text = format!("id: PC-1\nobserved_at: {wrong}\n");
            let read = read_relative(&text, SubjectKind::Asset, Some(date(2026, 11, 22)));
            assert_eq!(read.1.len(), 1, "{wrong}");
        }
    }

    #[test]
    fn problems_stop_at_a_hundred() {
        let lines: Vec<_> = (0..500).map(|n| format!("unknown{n}: 1\n")).collect();
        let (_, problems) = read(&format!("id: x\n{}", lines.concat()), SubjectKind::Asset);
        assert_eq!(problems.len(), MAX_PROBLEMS);
    }
}
