//! Results that osquery logs, one JSON object a line: snapshots, and what was added or removed since
//! the last time. The newest snapshot of a query counts; additions and removals are played through,
//! which needs the whole log, so a log of them that is too long is refused.

use super::batch::{Batch, Blocks, Importer, Shape};
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::json_value::{parse, text};
use super::osquery::{row_of, rows_of};
use super::osquery_tables::{Facts, NAMES};
use super::paths::size;
use super::row::{Ignored, Row, bad};
use crate::model::fields::asset;
use crate::model::{Value, london};
use jiff::Timestamp;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "osquery-log"
    }

    fn about(&self) -> &'static str {
        "results that osquery logs, snapshots or differences"
    }

    fn recognises(&self, head: &str) -> bool {
        let first = head.lines().next().unwrap_or_default();
        let has = |key: &str| first.contains(&format!("\"{key}\""));
        first.starts_with('{')
            && has("hostIdentifier")
            && (has("snapshot") || has("columns") || has("diffResults"))
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
        Ok((Box::new(Log), Vec::new()))
    }
}

#[derive(Debug)]
struct Log;

/// A query on a host.
type Query = (String, String);

/// What a query gave at the end of the log.
#[derive(Debug, Default)]
struct Answer {
    line: u32,
    time: i64,
    host: Option<String>,
    /// Rows by their own text.
    rows: BTreeMap<String, Json>,
}

impl Importer for Log {
    /// As much of a log as possible is seen at once: later lines change what earlier ones say.
    fn whole_records(&self, _block: &[u8]) -> usize {
        0
    }

    fn record_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let is_whole = batch.shape == Shape::Records && batch.first_line == 1;
        let mut answers: BTreeMap<Query, Answer> = BTreeMap::new();
        let mut told = false;
        for (line, written) in (batch.first_line..).zip(batch.text.split(|byte| *byte == b'\n')) {
            let written = written.trim_ascii();
            if written.is_empty() {
                continue;
            }
            let place = batch.place(line, 0);
            let result = match parse(written) {
                Ok(result) => result,
                Err(message) => {
                    each(bad(place, None, message));
                    continue;
                }
            };
            let Some(query) = query_of(&result) else {
                each(bad(
                    place,
                    None,
                    "has no `hostIdentifier` and no `name` of a query",
                ));
                continue;
            };
            if !is_whole && !result.get("snapshot").is_some_and(Json::is_array) {
                if !told {
                    let limit = size(batch.shared.limits.text_bytes as u64);
                    let message = format!(
                        "is longer than {limit}, too long to play additions and removals through: \
                         log snapshots"
                    );
                    each(bad(place, None, message));
                }
                told = true;
                continue;
            }
            let time = result.get("unixTime").and_then(seconds).unwrap_or_default();
            let answer = answers.entry(query).or_insert_with(|| Answer {
                line,
                ..Answer::default()
            });
            answer.host = host_of(&result);
            if !answer.take(&result, time) {
                each(bad(
                    place,
                    None,
                    "has no rows: no `snapshot`, `columns` or `diffResults`",
                ));
            }
        }
        for ((host, name), answer) in answers {
            let host = answer.host.clone().unwrap_or(host);
            let place = batch.place(answer.line, 0);
            let rows: Vec<_> = answer.rows.values().cloned().collect();
            let is_empty = rows.is_empty();
            let rows = Json::Array(rows);
            let known = rows_of(&rows);
            if known.is_empty() {
                if !is_empty {
                    let name: String = name.chars().take(60).collect();
                    let message = format!("`{name}` asks no table that is read: {NAMES}");
                    each(bad(place, Some(host), message));
                }
                continue;
            }
            let mut facts = Facts::default();
            for (table, row) in known {
                facts.add(table, row);
            }
            each(dated(row_of(place, Some(host), facts), answer.time));
        }
    }
}

impl Answer {
    /// Takes a line of the log; `false` where it says nothing.
    fn take(&mut self, result: &Json, time: i64) -> bool {
        // Logs of several hosts are put together in any order.
        let is_old = time < self.time;
        self.time = self.time.max(time);
        if let Some(rows) = result.get("snapshot").and_then(Json::as_array) {
            if !is_old {
                self.rows.clear();
                self.add(rows);
            }
            return true;
        }
        if let Some(difference) = result.get("diffResults") {
            let list = |key| difference.get(key).and_then(Json::as_array);
            self.remove(list("removed").map(Vec::as_slice).unwrap_or_default());
            self.add(list("added").map(Vec::as_slice).unwrap_or_default());
            return true;
        }
        let Some(row) = result.get("columns") else {
            return false;
        };
        let row = std::slice::from_ref(row);
        match result.get("action").and_then(Json::as_str) {
            Some("removed") => self.remove(row),
            _ => self.add(row),
        }
        true
    }

    fn add(&mut self, rows: &[Json]) {
        let new = rows.iter().map(|row| (row.to_string(), row.clone()));
        self.rows.extend(new);
    }

    fn remove(&mut self, rows: &[Json]) {
        for row in rows {
            self.rows.remove(&row.to_string());
        }
    }
}

fn query_of(result: &Json) -> Option<Query> {
    Some((text(result, &["hostIdentifier"])?, text(result, &["name"])?))
}

/// The name of the host, where the log knows it besides an identifier.
fn host_of(result: &Json) -> Option<String> {
    [
        ["decorations", "hostname"],
        ["decorations", "computer_name"],
    ]
    .iter()
    .find_map(|path| text(result, path))
}

fn seconds(time: &Json) -> Option<i64> {
    time.as_i64().or_else(|| time.as_str()?.parse().ok())
}

/// With the day on which the query ran.
fn dated(mut row: Row, time: i64) -> Row {
    if let Row::Asset(subject) = &mut row
        && time > 0
        && let Ok(instant) = Timestamp::from_second(time)
    {
        let day = instant.to_zoned(london()).date();
        subject.record.set(asset::OBSERVED_AT, Value::Date(day));
    }
    row
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records, open};
    use super::*;
    use crate::model::fields::update;
    use jiff::civil::date;

    fn line(action: &str, kb: &str, time: i64) -> String {
        format!(
            "{{\"name\":\"pack_patches\",\"hostIdentifier\":\"8C01\",\"calendarTime\":\"x\",\"unixTime\":{time},\"decorations\":{{\"hostname\":\"WARD-PC-1\"}},\"columns\":{{\"hotfix_id\":\"{kb}\",\"csname\":\"WARD-PC-1\"}},\"action\":\"{action}\"}}\n"
        )
    }

    fn kbs(text: &str) -> Vec<String> {
        let all = assets(text);
        let updates = all.iter().filter_map(|one| one.records(asset::UPDATES));
        updates
            .flatten()
            .filter_map(|one| one.text(update::ID).map(str::to_owned))
            .collect()
    }

    #[test]
    fn what_was_removed_is_not_there() {
        let log = [
            line("added", "KB4012212", 1_763_600_000),
            line("added", "KB4012215", 1_763_600_000),
            line("removed", "KB4012212", 1_763_686_400),
        ]
        .concat();
        assert_eq!(kbs(&log), ["KB4012215"]);
        let all = assets(log);
        assert_eq!(all[0].id, "WARD-PC-1");
        assert_eq!(all[0].date(asset::OBSERVED_AT), Some(date(2025, 11, 21)));
    }

    #[test]
    fn the_newest_snapshot_counts_whatever_the_order() {
        let snapshot = |kb: &str, time: i64| {
            format!(
                "{{\"snapshot\":[{{\"hotfix_id\":\"{kb}\"}}],\"action\":\"snapshot\",\"name\":\"patches\",\"hostIdentifier\":\"WARD-PC-2\",\"unixTime\":{time}}}\n"
            )
        };
        let (old, new) = (snapshot("KB4012212", 100), snapshot("KB4012215", 200));
        assert_eq!(kbs(&format!("{old}{new}")), ["KB4012215"]);
        assert_eq!(kbs(&format!("{new}{old}")), ["KB4012215"]);
        let batch = "{\"diffResults\":{\"added\":[{\"hotfix_id\":\"KB4012216\"}],\"removed\":[]},\"name\":\"p\",\"hostIdentifier\":\"W\",\"unixTime\":\"1\"}\n";
        assert_eq!(kbs(batch), ["KB4012216"]);
    }

    #[test]
    fn a_long_log_of_differences_is_refused_and_one_of_snapshots_is_read() {
        let limits = Limits {
            record_bytes: 1_000,
            text_bytes: 1_000,
            ..Limits::default()
        };
        let log = line("added", "KB4012212", 1).repeat(20);
        let (rows, _) = open(log, None, limits).expect("it opens");
        assert!(rows.iter().all(|row| matches!(row, Row::Bad(_))));
        let snapshots = "{\"snapshot\":[{\"hotfix_id\":\"KB4012212\"}],\"name\":\"patches\",\"hostIdentifier\":\"W\"}\n".repeat(100);
        let (rows, _) = open(snapshots, None, limits).expect("it opens");
        assert!(rows.iter().all(|row| matches!(row, Row::Asset(_))));
    }

    #[test]
    fn lines_that_cannot_be_read_are_told() {
        let log = format!(
            "{}{{\"name\":\"x\"\n{{\"name\":\"uptime\",\"hostIdentifier\":\"W\",\"columns\":{{\"days\":\"1\"}}}}\n{{\"name\":\"y\"}}\n",
            line("added", "KB4012212", 1)
        );
        let messages: Vec<_> = bad_records(log)
            .into_iter()
            .map(|bad| bad.message)
            .collect();
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(
            messages[2].contains("`uptime` asks no table"),
            "{messages:?}"
        );
    }
}
