//! Inventories as one JSON document: a list of objects, an object with such a list in it, or one
//! object that is one asset. The objects are read as lines of NDJSON are.

use super::batch::{Batch, Blocks, Importer};
use super::condensed::{self, condense};
use super::error::ImportError;
use super::format;
use super::json_list::{JsonList, is_document};
use super::ndjson::{Ndjson, Scratch};
use super::row::{Ignored, Row};
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "one JSON document with a list of objects"
    }

    fn recognises(&self, head: &str) -> bool {
        is_document(head)
    }

    fn open(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        cut(name, blocks)?;
        Ok((
            Box::new(Json {
                objects: Ndjson::new(),
            }),
            Vec::new(),
        ))
    }
}

/// Puts the cutter of JSON lists before the blocks.
pub(super) fn cut(name: &Arc<str>, blocks: &mut Blocks) -> Result<(), ImportError> {
    // Room for the separator and the line ends above a record.
    let limit = blocks.size() - blocks.size() / 8;
    blocks.wrap(|input| {
        let list = JsonList::open(name, input, limit)?;
        Ok(condense(Box::new(list)))
    })
}

#[derive(Debug)]
struct Json {
    objects: Ndjson,
}

impl Importer for Json {
    fn whole_records(&self, block: &[u8]) -> usize {
        condensed::whole(block)
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let mut scratch = Scratch::default();
        condensed::records(batch, each, |line, text, each| {
            each(self.objects.row(batch, text, line, &mut scratch));
        });
        batch.shared.unknown.add(scratch.unknown);
    }
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records, error, open, read};
    use super::super::{Format, Limits};
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        assets(text).into_iter().map(|asset| asset.id).collect()
    }

    #[test]
    fn lists_are_found_wherever_they_stand() {
        for text in [
            "[\n{\"id\":\"a\"},\n{\"id\":\"b\"}\n]\n",
            "[{\"id\":\"a\"},{\"id\":\"b\"}]",
            "{\"value\":[{\"id\":\"a\"},{\"id\":\"b\"}]}",
            "{\n \"meta\": {\"tags\": [\"x\", {\"y\": [1]}]},\n \"data\": {\"items\": [\n{\"id\":\"a\"}, {\"id\":\"b\"}]}}",
            "{\n \"id\": \"a\",\n \"updates\": [{\"id\": \"KB1\"}]\n}\n{\n \"id\": \"b\"\n}\n",
        ] {
            assert_eq!(ids(text), ["a", "b"], "{text}");
        }
        assert_eq!(
            ids("{\n \"updates\": [{\"id\":\"KB1\"}],\n \"id\":\"x\"}"),
            ["x"]
        );
    }

    #[test]
    fn parts_of_products_and_findings_are_no_machines() {
        for key in ["components", "findings", "packages"] {
            for text in [
                format!("{{\n\"{key}\": [\n{{\"id\":\"a\",\"name\":\"zlib\"}}\n]\n}}\n"),
                format!("{{\"{key}\":[{{\"id\":\"a\",\"name\":\"zlib\"}}]}}\n"),
            ] {
                let read = open(text.as_str(), None, Limits::default());
                let assets = read.map(|(rows, _)| {
                    let is_asset = |row: &&Row| matches!(row, Row::Asset(_));
                    rows.iter().filter(is_asset).count()
                });
                assert_eq!(assets.unwrap_or_default(), 0, "{text}");
            }
        }
    }

    #[test]
    fn places_are_those_of_the_document() {
        let text = "{ \"value\":\n[\n{\"id\":\"a\"\n,\"os\":\"x\"},\n\n{\"id\":\"b\"},\n{\"id\":\"c\",\"os\":}\n]}";
        let lines: Vec<_> = assets(text).iter().map(|asset| asset.place.line).collect();
        assert_eq!(lines, [3, 6]);
        let bad = bad_records(text);
        assert_eq!((bad[0].place.line, bad[0].id.as_deref()), (7, Some("c")));
    }

    #[test]
    fn what_is_missing_behind_a_list_is_told() {
        let paged = "{\"value\":[{\"id\":\"a\"}],\"@odata.nextLink\":\"https://x.example/2\"}";
        assert!(bad_records(paged)[0].message.contains("next page"));
        let before = "{\"@odata.nextLink\":\"https://x.example/2\",\"value\":[{\"id\":\"a\"}]}";
        assert!(bad_records(before)[0].message.contains("next page"));
        let last = "{\"value\":[{\"id\":\"a\"}],\"@odata.nextLink\":null}";
        assert!(bad_records(last).is_empty());
        let two = "{\"servers\":[{\"id\":\"a\"}],\"desktops\":[{\"id\":\"b\"}]}";
        assert!(bad_records(two)[0].message.contains("more lists"));
        for cut in [
            "[{\"id\":\"a\"},",
            "[{\"id\":\"a\"}",
            "[{\"id\":\"a\"},{\"id\":\"b",
        ] {
            assert!(!bad_records(cut).is_empty(), "{cut}");
            assert_eq!(ids(cut), ["a"], "{cut}");
        }
        assert!(!bad_records("[{\"id\":\"a\"}}").is_empty());
    }

    #[test]
    fn a_document_without_a_list_says_what_to_send() {
        let text = error("{\n \"x\": 1\n}\n").to_string();
        assert!(text.contains("send the list itself"), "{text}");
        assert!(matches!(error("[]"), ImportError::NoAssets { .. }));
    }

    #[test]
    fn an_object_that_is_too_long_does_not_take_the_others_along() {
        let long = "x".repeat(3_000);
        let text = format!("[{{\"id\":\"a\"}},{{\"id\":\"{long}\"}},{{\"id\":\"b\"}}]");
        let limits = Limits {
            record_bytes: 512,
            text_bytes: 512,
            ..Limits::default()
        };
        let (rows, _) = open(text, None, limits).expect("it opens");
        let kinds: Vec<_> = rows
            .iter()
            .map(|row| matches!(row, Row::Asset(_)))
            .collect();
        assert_eq!(kinds, [true, false, true]);
    }

    #[test]
    fn every_cut_and_every_block_size_gives_the_same_objects() {
        let objects: Vec<_> = (0..200)
            .map(|n| format!("{{\"id\":\"a{n}\",\"owner\":\"]}}\\\"{{,\"}}"))
            .collect();
        let text = format!("{{\"value\":[{}]}}", objects.join(",\n"));
        for record_bytes in [64, 100, 1_000, 1 << 20] {
            let limits = Limits {
                record_bytes,
                text_bytes: record_bytes,
                ..Limits::default()
            };
            let (rows, _) = open(text.clone(), Format::from_name("json"), limits).expect("opens");
            assert_eq!(rows.len(), 200, "{record_bytes}");
            assert!(rows.iter().all(|row| matches!(row, Row::Asset(_))));
        }
    }

    #[test]
    fn one_object_a_line_stays_what_it_is() {
        for text in [
            "{\"x\":[{\"y\":1}],\"id\":\"a\"}\n",
            "{\"x\":[{\"y\":1}],\"id\":\"a\"}\n{\"id\":\"b\"}\n",
            "{\"id\":\"a\",\"x\":[{\"y\":1}]}",
        ] {
            assert_eq!(ids(text)[0], "a", "{text}");
            assert_eq!(read(text).1, ["`x`"], "{text}");
        }
    }
}
