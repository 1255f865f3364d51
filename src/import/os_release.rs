//! `/etc/os-release`: which Linux a machine runs. The file names no machine.

use super::batch::{Blocks, Importer};
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::row::{Ignored, is_silent};
use super::whole_text::{WholeText, whole_lines};
use crate::model::fields::asset;
use crate::model::{Record, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "os-release"
    }

    fn about(&self) -> &'static str {
        "/etc/os-release of a Linux"
    }

    fn recognises(&self, head: &str) -> bool {
        let lines = whole_lines(head).filter(|line| !line.starts_with('#'));
        let mut keys = lines.take(50).map(|line| pair(line).map(|(key, _)| key));
        let Some(Some(first)) = keys.next() else {
            return false;
        };
        let keys: Vec<_> = keys.flatten().chain([first]).collect();
        keys.contains(&"ID") && (keys.contains(&"NAME") || keys.contains(&"PRETTY_NAME"))
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
    let mut values = BTreeMap::new();
    for (number, line) in (0..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((key, value)) = pair(line) else {
            told(number, "is not a line `KEY=value`");
            continue;
        };
        let before = values.insert(key, value.clone());
        if before.is_some_and(|before| before != value) {
            told(
                number,
                "says something else than a line above: send one file a machine",
            );
            return;
        }
    }
    let value = |key| values.get(key).filter(|value| !is_silent(value));
    let Some(name) = value("PRETTY_NAME").or_else(|| value("NAME")) else {
        return;
    };
    record.set(asset::SOURCE, Value::Text("os-release".to_owned()));
    record.set(asset::OS, Value::Text(name.clone()));
    if let Some(version) = value("VERSION_ID") {
        record.set(asset::OS_VERSION, Value::Text(version.clone()));
    }
}

/// `KEY=value`, with the quotes of a shell around the value or without.
fn pair(line: &str) -> Option<(&str, String)> {
    let (key, value) = line.trim().split_once('=')?;
    let is_key = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    if !is_key {
        return None;
    }
    let value = value.trim();
    let inner = ['"', '\'']
        .into_iter()
        .find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    let value = match inner {
        Some(inner) => inner.replace("\\\"", "\"").replace("\\$", "$"),
        None if value.starts_with(['"', '\'']) => return None,
        None => value.to_owned(),
    };
    Some((key, value))
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{bad_records, read};
    use super::super::row::Row;
    use super::*;

    const DEBIAN: &str = "\
PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"
NAME=\"Debian GNU/Linux\"
VERSION_ID=\"12\"
# a remark
ID=debian
HOME_URL='https://www.debian.org/'
";

    fn system(text: &str) -> (String, String) {
        let (rows, _) = read(text);
        let Some(Row::Unnamed(subject)) = rows.last() else {
            panic!("{rows:?}");
        };
        let text = |field| subject.text(field).unwrap_or("?").to_owned();
        (text(asset::OS), text(asset::OS_VERSION))
    }

    #[test]
    fn the_system_and_its_version_are_read() {
        let wanted = ("Debian GNU/Linux 12 (bookworm)".to_owned(), "12".to_owned());
        assert_eq!(system(DEBIAN), wanted);
        let bare = "NAME=Fedora\nID=fedora\nVERSION_ID=41\n";
        assert_eq!(system(bare), ("Fedora".to_owned(), "41".to_owned()));
    }

    #[test]
    fn two_systems_in_one_file_are_refused() {
        let two = format!("{DEBIAN}{}", DEBIAN.replace("12", "11"));
        let (rows, _) = read(two.as_str());
        assert!(rows.iter().all(|row| matches!(row, Row::Bad(_))));
        assert!(bad_records(two)[0].message.contains("one file a machine"));
        assert_eq!(system(&DEBIAN.repeat(2)).1, "12");
    }

    #[test]
    fn a_line_that_is_cut_is_told() {
        let text = format!("{DEBIAN}VERSION=\"12 (book");
        assert_eq!(system(&text).1, "12");
        assert_eq!(bad_records(text)[0].place.line, 7);
    }
}
