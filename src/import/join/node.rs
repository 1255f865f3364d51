//! One row, or the rows of one file about one machine, kept in little room until it is known which
//! machine they are about.

use super::lists::unite;
use crate::model::fields::asset;
use crate::model::{FieldId, Origin, Origins, Place, Record, Subject, SubjectKind, Value};
use jiff::civil::Date;
use std::sync::Arc;

/// Values of one field that a part of a file may give before they stop being told apart.
const MOST_VALUES: usize = 4;

/// What one file says of one machine.
#[derive(Debug)]
pub(super) struct Node {
    /// Position of the file in the run.
    pub(super) file: u32,
    line: u32,
    column: u32,
    /// In the order of the schema; rows that were folded into it may say a field again.
    pub(super) facts: Vec<Fact>,
    /// Where a row was joined before, and is read back.
    pub(super) before: Option<Box<Origins>>,
    /// Whether the text says which machine it is about.
    pub(super) is_named: bool,
    /// Fields whose lists are those of several rows, end to end.
    folded: Vec<FieldId>,
}

#[derive(Debug)]
pub(super) struct Fact {
    pub(super) field: FieldId,
    line: u32,
    column: u32,
    pub(super) value: Value,
}

impl Node {
    pub(super) fn new(file: u32, subject: Subject, is_named: bool) -> Self {
        let facts = subject.record.into_declared();
        Self {
            file,
            line: subject.place.line,
            column: subject.place.column,
            facts: facts
                .map(|(field, value, (line, column))| Fact {
                    field,
                    line,
                    column,
                    value,
                })
                .collect(),
            before: subject.origins,
            is_named,
            folded: Vec::new(),
        }
    }

    pub(super) fn place(&self, files: &[Arc<str>]) -> Place {
        Place::new(&files[self.file as usize], self.line, self.column)
    }

    pub(super) fn value(&self, field: FieldId) -> Option<&Value> {
        let facts = self.facts.iter();
        facts
            .filter(|fact| fact.field == field)
            .map(|fact| &fact.value)
            .next()
    }

    pub(super) fn text(&self, field: FieldId) -> Option<&str> {
        match self.value(field)? {
            Value::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// The day on which the row was collected.
    pub(super) fn collected(&self) -> Option<Date> {
        match self.value(asset::OBSERVED_AT)? {
            Value::Date(day) => Some(*day),
            _ => None,
        }
    }

    /// Where a field of it comes from, and from which day.
    pub(super) fn origin(&self, fact: &Fact, files: &[Arc<str>]) -> Origin {
        let before = self
            .before
            .as_ref()
            .and_then(|before| before.of(fact.field));
        if let Some(origin) = before {
            return origin.clone();
        }
        let mut place = self.place(files);
        if fact.line > 0 {
            (place.line, place.column) = (fact.line, fact.column);
        }
        Origin {
            place,
            collected: self.collected(),
        }
    }

    /// Takes in another row of the same file about the same machine.
    pub(super) fn fold(&mut self, other: Self) {
        for fact in other.facts {
            self.take(fact);
        }
    }

    fn take(&mut self, fact: Fact) {
        let same = |one: &&mut Fact| one.field == fact.field;
        if matches!(fact.value, Value::Records(_) | Value::Texts(_)) {
            let list = self.facts.iter_mut().filter(same);
            for one in list {
                match (&mut one.value, &fact.value) {
                    (Value::Records(_), Value::Records(_)) | (Value::Texts(_), Value::Texts(_)) => {
                        if !self.folded.contains(&fact.field) {
                            self.folded.push(fact.field);
                        }
                        return append(&mut one.value, fact.value);
                    }
                    _ => {}
                }
            }
            return self.facts.push(fact);
        }
        let known = self.facts.iter().filter(|one| one.field == fact.field);
        if known.clone().any(|one| one.value == fact.value) || known.count() >= MOST_VALUES {
            return;
        }
        // Of several rows the last that was seen dates them all no later than the first.
        if let (asset::OBSERVED_AT, Value::Date(day)) = (fact.field, &fact.value) {
            let dated = self.facts.iter_mut().find(|one| one.field == fact.field);
            if let Some(Value::Date(known)) = dated.map(|one| &mut one.value) {
                *known = (*known).min(*day);
                return;
            }
        }
        self.facts.push(fact);
    }

    /// Unites the lists of the rows that were folded, so that each entry is there once.
    pub(super) fn settle(&mut self) {
        for field in std::mem::take(&mut self.folded) {
            let lists = self.facts.iter_mut().filter(|fact| fact.field == field);
            for fact in lists {
                fact.value = match unite(field, &[&fact.value]) {
                    Ok(list) => list,
                    Err(why) => Value::Unreadable(why),
                };
            }
        }
    }

    /// The row as it was read.
    pub(super) fn subject(&self, files: &[Arc<str>]) -> Subject {
        let id = self.text(asset::ID).unwrap_or_default();
        let mut subject = Subject::new(SubjectKind::Asset, id, self.place(files));
        fill(&mut subject.record, &self.facts);
        subject.origins.clone_from(&self.before);
        subject
    }

    /// Whether some field was given two values by rows that were folded.
    pub(super) fn repeats_itself(&self) -> bool {
        let mut facts = self.facts.iter().enumerate();
        facts.any(|(at, fact)| self.facts[..at].iter().any(|one| one.field == fact.field))
    }

    /// About how much room it takes up.
    pub(super) fn bytes(&self) -> usize {
        let facts = self.facts.iter().map(|fact| heap(&fact.value));
        size_of::<Self>() + self.facts.capacity() * size_of::<Fact>() + facts.sum::<usize>()
    }
}

fn fill(record: &mut Record, facts: &[Fact]) {
    for fact in facts {
        if fact.line > 0 {
            record.set_at(fact.field, fact.value.clone(), fact.line, fact.column);
        } else {
            record.set(fact.field, fact.value.clone());
        }
    }
}

fn append(list: &mut Value, more: Value) {
    match (list, more) {
        (Value::Records(list), Value::Records(mut more)) => list.append(&mut more),
        (Value::Texts(list), Value::Texts(mut more)) => list.append(&mut more),
        _ => {}
    }
}

/// What a value holds beside itself; allocations are counted with what they cost.
pub(super) fn heap(value: &Value) -> usize {
    const ALLOCATION: usize = 16;
    match value {
        Value::Boolean(_)
        | Value::Date(_)
        | Value::Instant(_)
        | Value::Integer(_)
        | Value::Number(_) => 0,
        Value::Text(text) | Value::Unreadable(text) => text.capacity() + ALLOCATION,
        Value::Texts(texts) => texts
            .iter()
            .map(|text| text.capacity() + ALLOCATION + size_of::<String>())
            .sum(),
        Value::Records(records) => records
            .iter()
            .map(|record| {
                let values = record.declared().map(|(_, value)| heap(value));
                let slots = record.schema.fields.len() * size_of::<Option<Value>>();
                size_of::<Record>() + ALLOCATION + slots + values.sum::<usize>()
            })
            .sum(),
    }
}
