//! How tools write what they know of a Windows: versions, builds and updates.

use crate::model::fields::{asset, software, update};
use crate::model::{FieldId, Record, Value};

/// `10.0.19045.4412`, which is a build too; `17.5.1`, which is a version and no more.
pub(super) fn version(text: &str, record: &mut Record) {
    record.set_text(asset::OS_VERSION, text);
    if is_build(text) && record.value(asset::OS_BUILD).is_none() {
        record.set_text(asset::OS_BUILD, text);
    }
}

/// A build with what stands before it: `10.0.19045.4412`, `6.1.7601`.
pub(super) fn is_build(text: &str) -> bool {
    let parts: Vec<_> = text.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    matches!(&parts[..], ["5" | "6" | "10", _, build, ..] if (4..=5).contains(&build.len()))
        && parts.len() <= 4
        && parts.iter().all(is_number)
}

/// `22H2 (Build 22621.1105)` or `10.0 (19045)`: a version, and the build in brackets.
pub(super) fn version_and_build(text: &str, record: &mut Record) {
    let cut = text
        .split_once('(')
        .and_then(|(before, rest)| Some((before.trim(), rest.strip_suffix(')')?)));
    let Some((before, inside)) = cut else {
        return version(text, record);
    };
    let build = inside.trim();
    let build = build.strip_prefix("Build").unwrap_or(build).trim();
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    if build.is_empty() || !build.chars().all(is_number) {
        return record.set_text(asset::OS_VERSION, text);
    }
    if !before.is_empty() {
        record.set_text(asset::OS_VERSION, before);
    }
    record.set_text(asset::OS_BUILD, build);
}

/// Adds an update to those of a machine. Its list is one of many, and never said to be complete.
pub(super) fn add_update(number: &str, installed_on: Option<Value>, record: &mut Record) {
    let digits = number.trim_start_matches(['K', 'B', 'k', 'b', 'Q', 'q']);
    if digits.is_empty() || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        record.set(asset::UPDATES, Value::Unreadable(number.to_owned()));
        return;
    }
    let mut one = Record::new(&update::SCHEMA);
    one.set_text(update::ID, number);
    if let Some(day) = installed_on {
        one.set(update::INSTALLED_ON, day);
    }
    record.set(asset::UPDATES, Value::Records(vec![one]));
}

/// The number of an update. Old systems list `File 1`, and name the update beside it.
pub(super) fn update_number<'t>(listed: &'t str, beside: &'t str) -> Option<&'t str> {
    let is_file = listed
        .split_once(' ')
        .is_some_and(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()));
    match (is_file || listed.is_empty(), beside) {
        (false, _) => Some(listed),
        (true, beside) if beside.starts_with("KB") => Some(beside),
        (true, _) => None,
    }
}

/// Adds a piece of software to what a machine has; without a name it is nothing.
pub(super) fn add_software(
    [name, version, supplier]: [&str; 3],
    also: Option<(FieldId, Value)>,
    record: &mut Record,
) {
    if name.is_empty() {
        return;
    }
    let mut one = Record::new(&software::SCHEMA);
    let texts = [
        (software::NAME, name),
        (software::VERSION, version),
        (software::SUPPLIER, supplier),
    ];
    for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        one.set_text(field, text);
    }
    if let Some((field, value)) = also {
        one.set(field, value);
    }
    record.set(asset::SOFTWARE, Value::Records(vec![one]));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<String>, Option<String>) {
        let mut record = Record::new(&asset::SCHEMA);
        version_and_build(text, &mut record);
        let text = |field| record.text(field).map(str::to_owned);
        (text(asset::OS_VERSION), text(asset::OS_BUILD))
    }

    #[test]
    fn a_build_is_told_from_a_version() {
        let both = |version: &str, build: &str| (Some(version.to_owned()), Some(build.to_owned()));
        assert_eq!(read("22H2 (Build 22621.1105)"), both("22H2", "22621.1105"));
        assert_eq!(read("10.0 (19045)"), both("10.0", "19045"));
        assert_eq!(read("6.3 (9600)"), both("6.3", "9600"));
        let whole = "10.0.19045.4412";
        assert_eq!(read(whole), both(whole, whole));
        for text in ["17.5.1", "14.5 (23F79)", "22.04", "10.15.7", "13"] {
            assert_eq!(read(text), (Some(text.to_owned()), None), "{text}");
        }
    }

    #[test]
    fn files_are_no_updates_unless_one_is_named_beside() {
        assert_eq!(update_number("KB1", ""), Some("KB1"));
        assert_eq!(update_number("File 1", "KB2115168"), Some("KB2115168"));
        assert_eq!(update_number("File 1", "SP3"), None);
    }
}
