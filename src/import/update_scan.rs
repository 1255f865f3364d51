//! What a Windows Update scan lists as missing, one `KB4489893: title` a line. The text names no
//! machine, and says nothing of how severe an update is or when it came out.

use super::batch::{Blocks, Importer};
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::row::Ignored;
use super::whole_text::WholeText;
use crate::model::fields::{asset, missing_update};
use crate::model::{Record, Value};
use std::collections::HashSet;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "update-scan"
    }

    fn about(&self) -> &'static str {
        "updates that a Windows Update scan found missing, `KB…: title` a line"
    }

    fn recognises(&self, head: &str) -> bool {
        let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().and_then(number);
        // The last line of what we saw may be cut.
        first.is_some_and(|number| !number.is_empty())
            && lines.take(20).all(|line| line.starts_with("KB"))
    }

    fn block_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn gives_parts(&self) -> bool {
        true
    }

    fn open(
        &self,
        _name: &Arc<str>,
        _blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        Ok((Box::new(WholeText(fill)), Vec::new()))
    }
}

fn fill(text: &str, record: &mut Record, told: &mut dyn FnMut(u32, &str)) {
    let mut seen = HashSet::new();
    let mut missing = Vec::new();
    for (line, text) in (0..).zip(text.lines()) {
        let text = text.trim();
        match number(text) {
            _ if text.is_empty() => {}
            None => told(line, "is not the number of an update and its title"),
            Some(number) if number.is_empty() || seen.insert(number) => {
                missing.push(missing_update_of(number));
            }
            Some(_) => {}
        }
    }
    if missing.is_empty() {
        return;
    }
    let source = "a Windows Update scan".to_owned();
    record.set(asset::SOURCE, Value::Text(source));
    record.set(asset::MISSING_UPDATES, Value::Records(missing));
}

/// Drivers have a title and no number: they are missing all the same.
fn missing_update_of(number: &str) -> Record {
    let mut record = Record::new(&missing_update::SCHEMA);
    if !number.is_empty() {
        record.set(missing_update::ID, Value::Text(format!("KB{number}")));
    }
    record
}

/// The digits of `KB4489893: 2019-03 Preview of …`.
fn number(line: &str) -> Option<&str> {
    let (number, title) = line.strip_prefix("KB")?.split_once(": ")?;
    let is_number = (6..=8).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    ((is_number || number.is_empty()) && !title.trim().is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{bad_records, error, read};
    use super::super::row::Row;
    use super::*;
    use crate::import::ImportError;

    const SCAN: &str = "KB4489893: 2019-03 Preview of Monthly Quality Rollup (KB4489893)\r
KB2483139: Danish Language Pack (KB2483139)\r
KB2483139: Czech Language Pack (KB2483139)\r
KB: Example - Display - 1.2.3\r
";

    fn ids(text: &str) -> Vec<Option<String>> {
        let (rows, _) = read(text);
        let Some(Row::Unnamed(subject)) = rows.last() else {
            panic!("{rows:?}");
        };
        let missing = subject.records(asset::MISSING_UPDATES).expect("a list");
        let id = |one: &Record| one.text(missing_update::ID).map(str::to_owned);
        missing.iter().map(id).collect()
    }

    #[test]
    fn each_missing_update_is_listed_once() {
        let wanted = ["KB4489893", "KB2483139"].map(|kb| Some(kb.to_owned()));
        assert_eq!(ids(SCAN)[..2], wanted);
        assert_eq!(ids(SCAN)[2..], [None]);
    }

    #[test]
    fn a_line_that_is_none_is_told_and_the_others_are_kept() {
        let scan = SCAN.repeat(6);
        let text = format!("{scan}an error 0x80240438\r\nKB4487256: Preview\r\n");
        assert!(ids(&text).contains(&Some("KB4487256".to_owned())));
        assert_eq!(bad_records(text)[0].place.line, 25);
        assert!(matches!(
            error("KB4489893 is missing\n"),
            ImportError::UnknownFormat { .. }
        ));
    }
}
