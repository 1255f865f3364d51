//! What a Windows Update scan lists as missing, one `KB4489893: title` a line. The text names no
//! machine, and says nothing of how severe an update is or when it came out.

use super::batch::{Batch, Blocks, Importer, Shape};
use super::codepage;
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::paths::size;
use super::row::{Ignored, Row, bad, blank};
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
        Ok((Box::new(UpdateScan), Vec::new()))
    }
}

#[derive(Debug)]
struct UpdateScan;

impl Importer for UpdateScan {
    /// A text is about one machine, so it is read as a whole.
    fn whole_records(&self, _block: &[u8]) -> usize {
        0
    }

    fn record_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let start = batch.place(batch.first_line, 0);
        if batch.shape == Shape::Lines || batch.first_line > 1 {
            let limit = size(batch.shared.limits.text_bytes as u64);
            each(bad(start, None, format!("is longer than {limit}")));
            return;
        }
        let text = codepage::decode(&batch.text);
        let mut seen = HashSet::new();
        let mut missing = Vec::new();
        for (line, text) in (batch.first_line..).zip(text.lines()) {
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            let Some(number) = number(text) else {
                let message = "is not the number of an update and its title";
                each(bad(batch.place(line, 0), None, message));
                continue;
            };
            if number.is_empty() || seen.insert(number) {
                missing.push(missing_update_of(number));
            }
        }
        let mut subject = blank(start);
        let record = &mut subject.record;
        record.set(
            asset::SOURCE,
            Value::Text("a Windows Update scan".to_owned()),
        );
        record.set(asset::MISSING_UPDATES, Value::Records(missing));
        each(Row::Unnamed(subject));
    }
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
