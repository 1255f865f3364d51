//! Unites lists that several sources give of one machine: each entry once, and where two entries
//! about the same thing differ, what protects less.

use crate::model::fields::{asset, file_version, missing_update, software, update};
use crate::model::{FieldId, Record, Value, fold_name};
use std::collections::HashMap;

/// The entries of all lists, or why they cannot be one list.
pub(super) fn unite(field: FieldId, lists: &[&Value]) -> Result<Value, String> {
    let texts = || {
        let texts = lists.iter().filter_map(|list| match list {
            Value::Texts(texts) => Some(texts.as_slice()),
            _ => None,
        });
        texts.flatten()
    };
    if lists.iter().all(|list| matches!(list, Value::Texts(_))) {
        let mut all: Vec<String> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for text in texts() {
            if seen.insert(text.to_lowercase()) {
                all.push(text.clone());
            }
        }
        return Ok(Value::Texts(all));
    }
    let records = lists.iter().filter_map(|list| match list {
        Value::Records(records) => Some(records.as_slice()),
        _ => None,
    });
    records_of(field, records.flatten()).map(Value::Records)
}

fn records_of<'r>(
    field: FieldId,
    records: impl Iterator<Item = &'r Record>,
) -> Result<Vec<Record>, String> {
    let mut all: Vec<Record> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    for record in records {
        let next = all.len();
        let at = *positions.entry(key(field, record)).or_insert(next);
        if at == next {
            all.push(record.clone());
            continue;
        }
        let known = &mut all[at];
        match field {
            asset::UPDATES => less_of(known, record),
            asset::FILE_VERSIONS => same_version(known, record)?,
            _ => more_of(known, record),
        }
    }
    Ok(all)
}

/// What makes two entries be about the same thing. An entry without a name is about nothing else:
/// it says that there may be more.
fn key(field: FieldId, record: &Record) -> String {
    let text = |id| record.text(id).unwrap_or_default();
    let id = match field {
        asset::UPDATES => update::ID,
        asset::MISSING_UPDATES => missing_update::ID,
        asset::FILE_VERSIONS => file_version::NAME,
        asset::SOFTWARE => software::NAME,
        _ => return whole(record),
    };
    if text(id).is_empty() {
        return whole(record);
    }
    match field {
        asset::UPDATES => kb(text(update::ID)),
        asset::MISSING_UPDATES => kb(text(missing_update::ID)),
        asset::FILE_VERSIONS => text(file_version::NAME).to_lowercase(),
        asset::SOFTWARE => format!(
            "{}\0{}\0{}",
            text(software::NAME).to_lowercase(),
            text(software::VERSION),
            text(software::PURL)
        ),
        _ => whole(record),
    }
}

fn whole(record: &Record) -> String {
    let declared = record.declared().map(|(field, value)| (field.name, value));
    format!("\0{:?}", declared.collect::<Vec<_>>())
}

/// `KB4012212`, `kb4012212` and `4012212` are one.
fn kb(text: &str) -> String {
    let folded = fold_name(text);
    match folded.strip_prefix("kb") {
        Some(number) => number.to_owned(),
        None => folded,
    }
}

/// The number of different updates in a list.
pub(super) fn kbs(list: &Value) -> std::collections::HashSet<String> {
    match list {
        Value::Records(records) => records
            .iter()
            .filter_map(|record| record.text(update::ID).map(kb))
            .collect(),
        _ => std::collections::HashSet::new(),
    }
}

/// An update is in effect from the later day, and only if nobody says that it is not.
fn less_of(known: &mut Record, other: &Record) {
    let day = match (
        known.date(update::INSTALLED_ON),
        other.date(update::INSTALLED_ON),
    ) {
        (Some(one), Some(two)) => Some(Value::Date(one.max(two))),
        (None, Some(one)) => Some(Value::Date(one)),
        (_, None) => None,
    };
    if let Some(day) = day {
        known.set(update::INSTALLED_ON, day);
    } else if known.value(update::INSTALLED_ON).is_none()
        && let Some(other) = other.value(update::INSTALLED_ON)
    {
        known.set(update::INSTALLED_ON, other.clone());
    }
    let in_effect = |record: &Record| match record.value(update::EFFECTIVE) {
        None => 3,
        Some(Value::Boolean(true)) => 2,
        Some(Value::Boolean(false)) => 0,
        Some(_) => 1,
    };
    if in_effect(other) < in_effect(known)
        && let Some(effective) = other.value(update::EFFECTIVE)
    {
        known.set(update::EFFECTIVE, effective.clone());
    }
}

/// What another source adds to an entry; lists in it unite, of other differences the first stands.
fn more_of(known: &mut Record, other: &Record) {
    for (id, _) in (0..).map(FieldId).zip(known.schema.fields) {
        match (known.value(id), other.value(id)) {
            (None, Some(value)) => known.set(id, value.clone()),
            (Some(Value::Texts(one)), Some(Value::Texts(two))) => {
                let mut all = one.clone();
                all.extend(two.iter().filter(|text| !one.contains(text)).cloned());
                known.set(id, Value::Texts(all));
            }
            (Some(Value::Number(one)), Some(Value::Number(two))) if two > one => {
                known.set(id, Value::Number(*two));
            }
            (Some(Value::Date(one)), Some(Value::Date(two))) if two < one => {
                known.set(id, Value::Date(*two));
            }
            _ => {}
        }
    }
}

fn same_version(known: &mut Record, other: &Record) -> Result<(), String> {
    let version = |record: &Record| record.text(file_version::VERSION).map(str::to_owned);
    match (version(known), version(other)) {
        (Some(one), Some(two)) if one != two => Err(format!(
            "{} is {one} in one and {two} in another",
            known.text(file_version::NAME).unwrap_or("a file")
        )),
        (None, Some(_)) => {
            *known = other.clone();
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Type;
    use jiff::civil::date;

    fn updates(text: &str) -> Value {
        Type::Records(&update::SCHEMA).read(text).expect("a list")
    }

    fn joined(one: &str, two: &str) -> Vec<Record> {
        let lists = [updates(one), updates(two)];
        match unite(asset::UPDATES, &[&lists[0], &lists[1]]) {
            Ok(Value::Records(records)) => records,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_update_is_listed_once_with_the_later_of_its_days() {
        let all = joined("KB1/2026-11-01; KB2", "1/2026-11-03; kb2; KB3");
        let ids: Vec<_> = all.iter().filter_map(|one| one.text(update::ID)).collect();
        assert_eq!(ids, ["KB1", "KB2", "KB3"]);
        assert_eq!(all[0].date(update::INSTALLED_ON), Some(date(2026, 11, 3)));
        assert_eq!(all[1].value(update::INSTALLED_ON), None);
    }

    #[test]
    fn an_update_that_one_source_says_is_not_in_effect_is_not() {
        let all = joined("KB1//yes", "KB1//no");
        assert_eq!(all[0].boolean(update::EFFECTIVE), Some(false));
        let all = joined("KB1", "KB1//no");
        assert_eq!(all[0].boolean(update::EFFECTIVE), Some(false));
    }

    #[test]
    fn one_file_cannot_have_two_versions() {
        let ty = Type::Records(&file_version::SCHEMA);
        let list = |text| ty.read(text).expect("a list");
        let (one, two) = (list("srv.sys/6.1.7601.1"), list("SRV.SYS/6.1.7601.2"));
        assert!(unite(asset::FILE_VERSIONS, &[&one, &two]).is_err());
        assert!(unite(asset::FILE_VERSIONS, &[&one, &one]).is_ok());
    }
}
