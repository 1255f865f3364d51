//! Makes one asset of what several rows say of it, field by field, and tells what they do not
//! agree about. Where two say two things, no source is believed because it says the better one.

use super::completeness::{Told, proof};
use super::lists::{kbs, unite};
use super::naming::is_named_by_file;
use super::node::{Fact, Node};
use super::refine::{is_kernel, is_release, says_as_much};
use super::rules::{Rule, rule};
use crate::model::fields::asset;
use crate::model::{FieldId, Origin, Origins, Remark, RemarkKind, Subject, SubjectKind, Value};
use jiff::civil::Date;
use std::sync::Arc;

/// What one row says of one field.
#[derive(Debug, Clone)]
struct Said<'n> {
    value: &'n Value,
    /// Position among the sources.
    source: usize,
}

/// Fields by what is said of them.
type ByField<'n> = Vec<Vec<Said<'n>>>;

/// Joins the rows of one machine, in the order of their files. `label` names it where no row does.
pub(super) fn merge(nodes: &[&Node], files: &[Arc<str>], label: Option<&str>) -> Subject {
    let is_strong =
        |node: &&&Node| node.is_named && !is_named_by_file(node, &files[node.file as usize]);
    let named = nodes.iter().find(is_strong);
    let named = named.or_else(|| nodes.iter().find(|node| node.is_named));
    let Some(named) = named.or(nodes.first()) else {
        return Subject::new(
            SubjectKind::Asset,
            "",
            crate::model::Place::whole(String::new()),
        );
    };
    let mut merging = Merging {
        subject: Subject::new(SubjectKind::Asset, "", named.place(files)),
        origins: Vec::new(),
        taken: Vec::new(),
        remarks: Vec::new(),
    };
    let by_field = merging.gather(nodes, files);
    for (field, said) in (0..).map(FieldId).zip(&by_field) {
        if !said.is_empty() {
            merging.field(field, said);
        }
    }
    merging.updates(&by_field);
    merging.identify(named, label);
    merging.finish(nodes)
}

struct Merging {
    subject: Subject,
    origins: Vec<Origin>,
    taken: Vec<(FieldId, usize)>,
    remarks: Vec<Remark>,
}

impl Merging {
    fn gather<'n>(&mut self, nodes: &[&'n Node], files: &[Arc<str>]) -> ByField<'n> {
        let mut by_field: ByField<'n> = vec![Vec::new(); asset::SCHEMA.fields.len()];
        for node in nodes {
            for fact in &node.facts {
                let source = self.source(node, fact, files);
                by_field[usize::from(fact.field.0)].push(Said {
                    value: &fact.value,
                    source,
                });
            }
        }
        part_versions(&mut by_field);
        by_field
    }

    /// The position of the source of a fact.
    fn source(&mut self, node: &Node, fact: &Fact, files: &[Arc<str>]) -> usize {
        let origin = node.origin(fact, files);
        if let Some(at) = self.origins.iter().rposition(|known| *known == origin) {
            return at;
        }
        self.origins.push(origin);
        self.origins.len() - 1
    }

    fn day(&self, said: &Said<'_>) -> Option<Date> {
        self.origins[said.source].collected
    }

    fn field(&mut self, field: FieldId, said: &[Said<'_>]) {
        let rule = rule(field);
        if let [only] = said {
            return self.take(field, only.value.clone(), only.source);
        }
        match rule {
            Rule::Unite => self.list(field, said),
            Rule::WithUpdates => {}
            Rule::First => {
                let readable = said.iter().find(|one| is_readable(one.value));
                let first = readable.unwrap_or(&said[0]);
                self.take(field, first.value.clone(), first.source);
            }
            Rule::Latest => self.latest(field, said),
            Rule::Earlier | Rule::Newer | Rule::Unknown | Rule::Worse(_) => {
                self.one_of(field, rule, said);
            }
        }
    }

    fn latest(&mut self, field: FieldId, said: &[Said<'_>]) {
        let day = |one: &&Said<'_>| match one.value {
            Value::Date(day) => Some(*day),
            _ => None,
        };
        // The first of equals, so that its row is the one that is cited.
        let latest = said.iter().rev().max_by_key(day).unwrap_or(&said[0]);
        self.take(field, latest.value.clone(), latest.source);
    }

    /// The lists of all sources; where one of them cannot be read it might have said anything.
    fn list(&mut self, field: FieldId, said: &[Said<'_>]) {
        let readable: Vec<_> = said.iter().filter(|one| is_readable(one.value)).collect();
        let unread = said.iter().find(|one| !is_readable(one.value));
        if let Some(unread) = unread {
            // What is installed protects also if another list is longer than it looks.
            if field != asset::UPDATES || readable.is_empty() {
                return self.take(field, unread.value.clone(), unread.source);
            }
            self.remark_unreadable(field, unread);
        }
        let values: Vec<_> = readable.iter().map(|one| one.value).collect();
        // A list is no fresher than the oldest that it is made of.
        let oldest = readable.iter().min_by_key(|one| self.day(one));
        let Some(source) = oldest.map(|one| one.source) else {
            return;
        };
        match unite(field, &values) {
            Ok(list) => self.take(field, list, source),
            Err(why) => {
                let place = self.origins[source].place.clone();
                let name = asset::SCHEMA.field(field).name;
                self.remarks.push(Remark {
                    kind: RemarkKind::Conflict,
                    field: Some(field),
                    place,
                    text: format!("the sources do not agree on `{name}`: {why}"),
                });
                self.take(field, Value::Unreadable(why), source);
            }
        }
    }

    /// One value of several: the most exact of those that agree, else by the rule.
    fn one_of(&mut self, field: FieldId, rule: Rule, said: &[Said<'_>]) {
        let readable: Vec<_> = said.iter().filter(|one| is_readable(one.value)).collect();
        let unread: Vec<_> = said.iter().filter(|one| !is_readable(one.value)).collect();
        let mut left: Vec<&Said<'_>> = Vec::new();
        for one in readable {
            if let Some(at) = left.iter().position(|known| as_much(field, known, one)) {
                // Of two that say the same, the newer is the better evidence.
                if as_much(field, one, left[at]) && self.day(one) > self.day(left[at]) {
                    left[at] = one;
                }
                continue;
            }
            left.retain(|known| !as_much(field, one, known));
            left.push(one);
        }
        let decided = match (left.as_slice(), unread.as_slice()) {
            ([], unread) => unread.first().copied(),
            ([only], []) => Some(*only),
            (left, []) if rule == Rule::Newer => self.newest(left),
            _ => None,
        };
        if let Some(one) = decided {
            return self.take(field, one.value.clone(), one.source);
        }
        let all: Vec<_> = left.iter().chain(&unread).copied().collect();
        let Some(first) = all.first() else { return };
        let counts = match rule {
            Rule::Worse(words) => worse(&all, words),
            Rule::Earlier | Rule::Newer if unread.is_empty() => earlier(&left),
            _ => None,
        };
        self.remark(field, &all, counts);
        match counts {
            Some(one) => self.take(field, one.value.clone(), one.source),
            None => self.take(field, Value::Unreadable(self.both(&all)), first.source),
        }
    }

    /// The value collected last, if all were on known days, and it alone on the last.
    fn newest<'s, 'n>(&self, said: &[&'s Said<'n>]) -> Option<&'s Said<'n>> {
        let days = said.iter().map(|one| self.day(one));
        let latest = days.collect::<Option<Vec<_>>>()?.into_iter().max()?;
        let mut newest = said.iter().filter(|one| self.day(one) == Some(latest));
        match (newest.next(), newest.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// Completeness of the united list of updates: never more than a source says, and no source is
    /// believed that another shows to lack something.
    fn updates(&mut self, by_field: &ByField<'_>) {
        let said = |field: FieldId| by_field[usize::from(field.0)].as_slice();
        let (rows, told) = self.told_of_updates(by_field);
        if rows.len() < 2 {
            return;
        }
        let all = self.subject.value(asset::UPDATES);
        let all = all.map(kbs).unwrap_or_default();
        let proof = proof(&all, &told).and_then(|at| rows.get(at).copied());
        let claim = said(asset::UPDATES_COMPLETE).first();
        if let Some(source) = proof.or(claim.map(|claim| claim.source)) {
            let value = Value::Boolean(proof.is_some());
            self.take(asset::UPDATES_COMPLETE, value, source);
        }
        if let Some((stated, source)) = largest(said(asset::UPDATES_STATED)) {
            self.take(asset::UPDATES_STATED, Value::Integer(stated), source);
        }
        if let Some((listed, source)) = largest(said(asset::UPDATES_LISTED)) {
            let all = i64::try_from(all.len()).unwrap_or(i64::MAX);
            let value = Value::Integer(listed.max(all));
            self.take(asset::UPDATES_LISTED, value, source);
        }
    }

    /// The rows that tell of updates, by a source of each, and what each tells.
    fn told_of_updates<'n>(&self, by_field: &ByField<'n>) -> (Vec<usize>, Vec<Told<'n>>) {
        let (mut rows, mut all): (Vec<usize>, Vec<Told<'n>>) = (Vec::new(), Vec::new());
        for field in [
            asset::UPDATES,
            asset::UPDATES_COMPLETE,
            asset::UPDATES_STATED,
            asset::UPDATES_LISTED,
        ] {
            for said in &by_field[usize::from(field.0)] {
                let known = rows
                    .iter()
                    .position(|row| self.is_same_row(*row, said.source));
                let at = known.unwrap_or(rows.len());
                if known.is_none() {
                    rows.push(said.source);
                    all.push(Told::default());
                }
                let Some(told) = all.get_mut(at) else {
                    continue;
                };
                let place = match field {
                    asset::UPDATES => &mut told.list,
                    asset::UPDATES_COMPLETE => &mut told.complete,
                    asset::UPDATES_STATED => &mut told.stated,
                    _ => &mut told.listed,
                };
                place.get_or_insert(said.value);
            }
        }
        (rows, all)
    }

    /// Whether two sources are one row: a format may know the column of each value.
    fn is_same_row(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.origins[one], &self.origins[other]);
        one == other || (one.place.file == other.place.file && one.place.line == other.place.line)
    }

    fn identify(&mut self, named: &Node, label: Option<&str>) {
        let id = label.or_else(|| named.text(asset::ID));
        let id = id.unwrap_or_default().to_owned();
        self.subject.record.set(asset::ID, Value::Text(id.clone()));
        self.subject.id = id;
    }

    fn take(&mut self, field: FieldId, value: Value, source: usize) {
        self.subject.record.set(field, value);
        self.taken.retain(|(known, _)| *known != field);
        self.taken.push((field, source));
    }

    fn remark(&mut self, field: FieldId, all: &[&Said<'_>], counts: Option<&Said<'_>>) {
        let name = asset::SCHEMA.field(field).name;
        let what = match counts {
            Some(one) => format!("{} counts", shown(one.value)),
            None => "neither counts".to_owned(),
        };
        let first = counts.or(all.first().copied());
        let Some(first) = first else { return };
        self.remarks.push(Remark {
            kind: RemarkKind::Conflict,
            field: Some(field),
            place: self.origins[first.source].place.clone(),
            text: format!("`{name}` is {}; {what}", self.both(all)),
        });
    }

    fn remark_unreadable(&mut self, field: FieldId, unread: &Said<'_>) {
        let name = asset::SCHEMA.field(field).name;
        self.remarks.push(Remark {
            kind: RemarkKind::Unreadable,
            field: Some(field),
            place: self.origins[unread.source].place.clone(),
            text: format!(
                "`{name}` says “{}”, which cannot be read, so it may be longer",
                shown(unread.value)
            ),
        });
    }

    /// `yes (a.csv:3), no (b.csv:9)`.
    fn both(&self, all: &[&Said<'_>]) -> String {
        const SHOWN: usize = 4;
        let told = all.iter().take(SHOWN).map(|one| {
            let origin = &self.origins[one.source];
            let day = origin.collected.map(|day| format!(", {day}"));
            let day = day.unwrap_or_default();
            format!("{} ({}{day})", shown(one.value), origin.place)
        });
        told.collect::<Vec<_>>().join(", ")
    }

    fn finish(mut self, nodes: &[&Node]) -> Subject {
        let mut origins = Origins::new(self.origins);
        for (field, source) in self.taken {
            origins.set(field, source);
        }
        let before = nodes.iter().filter_map(|node| node.before.as_ref());
        origins.remarks = before.flat_map(|before| before.remarks.clone()).collect();
        origins.remarks.append(&mut self.remarks);
        self.subject.origins = Some(Box::new(origins));
        self.subject
    }
}

/// Where one source names the release and another the version of its kernel, the latter is a build.
fn part_versions(by_field: &mut ByField<'_>) {
    let text = |said: &Said<'_>| match said.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    let versions = &mut by_field[usize::from(asset::OS_VERSION.0)];
    let any = |is: fn(&str) -> bool| {
        let mut texts = versions.iter().filter_map(text);
        texts.any(|text| is(&text))
    };
    if !any(is_release) || !any(is_kernel) {
        return;
    }
    let all = std::mem::take(versions);
    let is_build = |said: &Said<'_>| text(said).is_some_and(|text| is_kernel(&text));
    let (builds, releases): (Vec<_>, Vec<_>) = all.into_iter().partition(is_build);
    by_field[usize::from(asset::OS_VERSION.0)] = releases;
    by_field[usize::from(asset::OS_BUILD.0)].extend(builds);
}

/// The largest count, and its source.
fn largest(said: &[Said<'_>]) -> Option<(i64, usize)> {
    let counts = said.iter().filter_map(|one| match one.value {
        Value::Integer(count) => Some((*count, one.source)),
        _ => None,
    });
    counts.max_by_key(|(count, _)| *count)
}

fn is_readable(value: &Value) -> bool {
    !matches!(value, Value::Unreadable(_))
}

/// Whether one says what the other says, and perhaps more.
fn as_much(field: FieldId, one: &Said<'_>, other: &Said<'_>) -> bool {
    match (one.value, other.value) {
        (Value::Text(one), Value::Text(other)) => says_as_much(field, one, other),
        (one, other) => one == other,
    }
}

/// The value that comes first in a list that begins with the worst. Where none of them could be read
/// as the worst, what cannot be read might be it.
fn worse<'s, 'n>(all: &[&'s Said<'n>], words: &[&str]) -> Option<&'s Said<'n>> {
    let rank = |one: &Said<'_>| {
        let word = one.value.to_string();
        words.iter().position(|known| *known == word)
    };
    let worst = all.iter().filter(|one| is_readable(one.value));
    let worst = worst.min_by_key(|one| rank(one).unwrap_or(usize::MAX))?;
    let is_read = all.iter().all(|one| is_readable(one.value));
    (is_read || rank(worst) == Some(0)).then_some(worst)
}

/// The earliest day, if all are days.
fn earlier<'s, 'n>(said: &[&'s Said<'n>]) -> Option<&'s Said<'n>> {
    let day = |one: &Said<'_>| match one.value {
        Value::Date(day) => Some(*day),
        _ => None,
    };
    let is_day = said.iter().all(|one| day(one).is_some());
    let earliest = said.iter().min_by_key(|one| day(one)).copied();
    earliest.filter(|_| is_day)
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Unreadable(text) => format!("“{text}”"),
        value => value.to_string(),
    };
    text.chars().take(80).collect()
}
