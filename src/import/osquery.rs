//! Rows of one table of osquery, as `osqueryi --json` prints them. Most tables do not name their
//! machine.

use super::batch::{Batch, Blocks, Importer};
use super::condensed;
use super::error::ImportError;
use super::format;
use super::json::cut;
use super::json_list::{Shape, find_list};
use super::json_value::parse;
use super::osquery_tables::{Facts, NAMES, Table, host_of, table_of};
use super::row::{Ignored, Row, bad, blank, finish};
use crate::model::fields::asset;
use crate::model::{Place, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "osquery"
    }

    fn about(&self) -> &'static str {
        "a table of osquery, as `osqueryi --json` prints it"
    }

    fn recognises(&self, head: &str) -> bool {
        let Some((Shape::List(path), length)) = find_list(head.as_bytes()) else {
            return false;
        };
        let list = head.get(length..).unwrap_or_default();
        let mut rows = serde_json::Deserializer::from_str(list).into_iter();
        path.is_empty() && matches!(rows.next(), Some(Ok(row)) if table_of(&row).is_some())
    }

    fn gives_parts(&self) -> bool {
        true
    }

    fn open(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        cut(name, blocks)?;
        Ok((Box::new(Osquery), Vec::new()))
    }
}

#[derive(Debug)]
struct Osquery;

impl Importer for Osquery {
    fn whole_records(&self, block: &[u8]) -> usize {
        condensed::whole(block)
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let mut hosts: BTreeMap<Option<String>, (u32, Facts)> = BTreeMap::new();
        condensed::records(batch, each, |line, text, each| {
            let place = batch.place(line, 0);
            let row = match parse(text) {
                Ok(row) => row,
                Err(message) => return each(bad(place, None, message)),
            };
            let Some(table) = table_of(&row) else {
                let message = format!("is no row of a table that is read: {NAMES}");
                return each(bad(place, None, message));
            };
            let host = host_of(&row);
            hosts
                .entry(host)
                .or_insert_with(|| (line, Facts::default()))
                .1
                .add(table, &row);
        });
        for (host, (line, facts)) in hosts {
            each(row_of(batch.place(line, 0), host, facts));
        }
    }
}

/// The facts of a machine that may be named.
pub(super) fn row_of(place: Place, host: Option<String>, facts: Facts) -> Row {
    let mut subject = blank(place);
    facts.write(&mut subject.record);
    match host {
        Some(host) => {
            subject.record.set(asset::NAME, Value::Text(host));
            finish(subject)
        }
        None => Row::Unnamed(subject),
    }
}

/// The rows of a list that are of a table we read.
pub(super) fn rows_of(list: &serde_json::Value) -> Vec<(Table, &serde_json::Value)> {
    let rows = list.as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter()
        .filter_map(|row| Some((table_of(row)?, row)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records, read};
    use super::*;
    use crate::model::Subject;
    use crate::model::fields::{exposure, software, update};

    fn unnamed(text: &str) -> Subject {
        match read(text).0.pop() {
            Some(Row::Unnamed(subject)) => subject,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_revision_of_a_windows_is_read_where_the_agent_knows_it() {
        let text = r#"[
  {"arch":"64-bit","build":"22631","codename":"Microsoft Windows 11 Pro","install_date":"1","major":"10","minor":"0","name":"Microsoft Windows 11 Pro","patch":"","platform":"windows","platform_like":"windows","revision":"3447","version":"10.0.22631"}
]"#;
        let one = unnamed(text);
        assert_eq!(one.text(asset::OS), Some("Microsoft Windows 11 Pro"));
        assert_eq!(one.text(asset::OS_BUILD), Some("22631.3447"));
        let older = unnamed(&text.replace("\"revision\":\"3447\",", ""));
        assert_eq!(older.text(asset::OS_BUILD), Some("22631"));
    }

    #[test]
    fn patches_and_system_info_name_their_machine() {
        let patches = r#"[{"csname":"WARD-PC-1","hotfix_id":"KB5031354","installed_on":"10/12/2023"},
            {"csname":"WARD-PC-1","hotfix_id":"KB5030651","installed_on":"9/30/2023"}]"#;
        let all = assets(patches);
        assert_eq!(all.len(), 1);
        let list = all[0].records(asset::UPDATES).expect("a list");
        assert_eq!(list[0].text(update::ID), Some("KB5031354"));
        assert!(list[0].date(update::INSTALLED_ON).is_some());
        assert!(all[0].value(asset::UPDATES_COMPLETE).is_none());
        let info = r#"[{"hostname":"WARD-PC-1","uuid":"x","cpu_brand":"y","hardware_vendor":"Example","hardware_model":"Box","hardware_serial":"SN-1"}]"#;
        assert_eq!(assets(info)[0].text(asset::SERIAL), Some("SN-1"));
    }

    #[test]
    fn ports_are_listed_and_never_said_to_be_all() {
        let text = r#"[{"address":"0.0.0.0","family":"2","path":"","pid":"4","port":"445","protocol":"6"},
            {"address":"127.0.0.1","family":"2","path":"","pid":"9","port":"5432","protocol":"6"},
            {"address":"::","family":"10","path":"","pid":"9","port":"53","protocol":"17"}]"#;
        let one = unnamed(text);
        let ports = one.records(asset::EXPOSURES).expect("a list");
        let ports: Vec<_> = ports
            .iter()
            .map(|one| (one.integer(exposure::PORT), one.text(exposure::FROM)))
            .collect();
        assert_eq!(ports, [(Some(445), None), (None, None)]);
    }

    #[test]
    fn smb_version_1_is_told_by_the_registry() {
        let row = |key: &str, name: &str, data: &str| {
            format!(
                r#"{{"data":"{data}","key":"HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\{key}","mtime":"1","name":"{name}","path":"x","type":"REG_DWORD"}}"#
            )
        };
        let server = |data| row(r"LanmanServer\\Parameters", "SMB1", data);
        let client = |data| row("mrxsmb10", "Start", data);
        let smb = |rows: &[String]| {
            let one = unnamed(&format!("[{}]", rows.join(",")));
            (
                one.value(asset::SMB1_SERVER).cloned(),
                one.value(asset::SMB1_CLIENT).cloned(),
            )
        };
        let (on, off) = (Some(Value::Boolean(true)), Some(Value::Boolean(false)));
        assert_eq!(smb(&[server("0"), client("4")]), (off.clone(), off.clone()));
        assert_eq!(smb(&[server("1"), client("3")]), (on.clone(), on));
        assert_eq!(smb(&[client("4")]), (None, off));
        let both = smb(&[server("0"), server("1")]).0;
        assert!(matches!(both, Some(Value::Unreadable(_))), "{both:?}");
    }

    #[test]
    fn programs_and_packages_are_software() {
        let programs = r#"[{"name":"Example Viewer","version":"3.10","publisher":"Example","identifying_number":"{1}","install_location":""}]"#;
        let one = unnamed(programs);
        let list = one.records(asset::SOFTWARE).expect("a list");
        assert_eq!(list[0].text(software::VERSION), Some("3.10"));
        let rpms =
            r#"[{"name":"bash","version":"5.1.8","release":"6.el9","arch":"x86_64","epoch":"0"}]"#;
        let one = unnamed(rpms);
        let list = one.records(asset::SOFTWARE).expect("a list");
        assert_eq!(
            list[0].text(software::PURL),
            Some("pkg:rpm/bash@5.1.8-6.el9?arch=x86_64")
        );
    }

    #[test]
    fn rows_of_other_tables_are_told() {
        let text = r#"[{"hotfix_id":"KB5031354"},{"days":"1","hours":"2"}]"#;
        assert!(bad_records(text)[0].message.contains("listening_ports"));
    }
}
