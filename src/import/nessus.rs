//! Hosts of a `.nessus` report. A scan without credentials sees little: what it did not find is not
//! shown to be absent, so its lists hold an entry that stands for all it could not see.
//!
//! Source: the vendor's guide to the format, and the plugin that writes `Credentialed_Scan`.

use super::batch::{Batch, Blocks, Importer};
use super::condensed::{self, Cutter, Piece, condense, too_long};
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::json_value::{parse, text};
use super::osquery_tables::exposures;
use super::row::{Ignored, Row, bad, blank, finish, is_silent};
use super::xml::{Node, Xml, attribute, root};
use crate::model::fields::{asset, missing_update};
use crate::model::{Record, Value, london};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "nessus"
    }

    fn about(&self) -> &'static str {
        "hosts of a .nessus report, as XML"
    }

    fn recognises(&self, head: &str) -> bool {
        root(head) == Some("NessusClientData_v2")
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
        blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        let limit = blocks.size() - blocks.size() / 8;
        blocks.wrap(|input| {
            let hosts = Hosts {
                xml: Xml::new(input, limit),
                limit,
                has_ended: false,
            };
            Ok(condense(Box::new(hosts)))
        })?;
        Ok((Box::new(Nessus), Vec::new()))
    }
}

/// What is kept of a host.
#[derive(Debug, Default, Serialize)]
struct Host {
    name: String,
    tags: BTreeMap<String, String>,
    cves: BTreeSet<String>,
    ports: BTreeSet<u16>,
    missing: Vec<Missing>,
    /// Plugins that say something by being there.
    plugins: BTreeSet<u32>,
    is_credentialed: bool,
    #[serde(skip)]
    bytes: usize,
}

/// A finding with a patch.
#[derive(Debug, Default, Serialize)]
struct Missing {
    name: String,
    date: String,
    cvss: String,
    cves: Vec<String>,
}

const TAGS: [&str; 9] = [
    "Credentialed_Scan",
    "HOST_END",
    "HOST_END_TIMESTAMP",
    "host-fqdn",
    "host-ip",
    "hostname",
    "mac-address",
    "netbios-name",
    "operating-system",
];

const SMB1_ENABLED: u32 = 96_982;
const REBOOT_REQUIRED: u32 = 35_453;
const SCAN_INFORMATION: u32 = 19_506;

/// Plugins that tell of credentials that were missing, refused or too weak for local checks.
const NO_LOCAL_CHECKS: [u32; 6] = [21_745, 24_786, 26_917, 104_410, 110_385, 110_723];

/// Cuts a report into its hosts.
#[derive(Debug)]
struct Hosts {
    xml: Xml,
    limit: usize,
    has_ended: bool,
}

impl Cutter for Hosts {
    fn next(&mut self) -> io::Result<Option<Piece>> {
        if self.has_ended {
            return Ok(None);
        }
        match self.host() {
            Ok(Some(piece)) => Ok(Some(piece)),
            Ok(None) => {
                self.has_ended = true;
                Ok(None)
            }
            Err(message) => {
                self.has_ended = true;
                let line = self.xml.line();
                let text = Err(format!("{message}; what follows is not read"));
                Ok(Some(Piece { line, text }))
            }
        }
    }
}

impl Hosts {
    fn host(&mut self) -> Result<Option<Piece>, String> {
        loop {
            match self.xml.next()? {
                Node::Eof => return Ok(None),
                Node::Start(start) if start.name().as_ref() == "ReportHost" => {
                    let name = attribute(&start, "name");
                    let line = self.xml.line();
                    return self.read(name, line).map(Some);
                }
                _ => {}
            }
        }
    }

    /// Behind the start of a host.
    fn read(&mut self, name: String, line: u32) -> Result<Piece, String> {
        let mut host = Host {
            name,
            ..Host::default()
        };
        let outside = self.xml.depth() - 1;
        loop {
            match self.xml.next()? {
                Node::End if self.xml.depth() == outside => break,
                Node::Start(start) => match start.name().as_ref() {
                    "ReportItem" => self.item(&start, &mut host)?,
                    "tag" => {
                        let name = attribute(&start, "name");
                        let text = self.xml.text(10_000)?;
                        if TAGS.contains(&name.as_str()) {
                            host.bytes += text.len();
                            host.tags.insert(name, text);
                        }
                    }
                    _ => {}
                },
                Node::End | Node::Eof | Node::Text(_) => {}
            }
            if host.bytes > self.limit / 2 {
                while self.xml.depth() > outside {
                    self.xml.next()?;
                }
                return Ok(too_long(line, self.limit));
            }
        }
        let text = serde_json::to_vec(&host).map_err(|error| error.to_string());
        Ok(Piece { line, text })
    }

    fn item(
        &mut self,
        start: &quick_xml::events::BytesStart<'_>,
        host: &mut Host,
    ) -> Result<(), String> {
        let outside = self.xml.depth() - 1;
        let plugin: u32 = attribute(start, "pluginID").parse().unwrap_or(0);
        let severity = attribute(start, "severity");
        let mut found = Missing {
            name: attribute(start, "pluginName"),
            ..Missing::default()
        };
        if let Ok(port @ 1..) = attribute(start, "port").parse()
            && attribute(start, "protocol") == "tcp"
        {
            host.ports.insert(port);
        }
        let is_known =
            [SMB1_ENABLED, REBOOT_REQUIRED].contains(&plugin) || NO_LOCAL_CHECKS.contains(&plugin);
        if is_known {
            host.plugins.insert(plugin);
        }
        loop {
            match self.xml.next()? {
                Node::End if self.xml.depth() == outside => break,
                Node::Start(child) => match child.name().as_ref() {
                    "cve" => {
                        let text = self.xml.text(1_000)?;
                        let cves = text.split([',', ' ']).map(str::trim);
                        found
                            .cves
                            .extend(cves.filter(|cve| !cve.is_empty()).map(str::to_owned));
                    }
                    "cvss3_base_score" => found.cvss = self.xml.text(20)?,
                    "patch_publication_date" => found.date = self.xml.text(20)?,
                    "plugin_output" if plugin == SCAN_INFORMATION => {
                        let output = self.xml.text(100_000)?;
                        host.is_credentialed |= says_credentialed(&output);
                    }
                    _ => self.xml.skip()?,
                },
                Node::End | Node::Eof | Node::Text(_) => {}
            }
        }
        // Severity 0 tells of something, and of nothing that is wrong.
        if severity == "0" {
            return Ok(());
        }
        host.bytes += found.name.len() + 40 * (1 + found.cves.len());
        host.cves.extend(found.cves.iter().cloned());
        if !found.date.is_empty() {
            host.missing.push(found);
        }
        Ok(())
    }
}

/// `Credentialed checks : yes, as 'x' via SMB`.
fn says_credentialed(output: &str) -> bool {
    output.lines().any(|line| {
        line.split_once(':').is_some_and(|(key, value)| {
            key.trim() == "Credentialed checks" && value.trim_start().starts_with("yes")
        })
    })
}

#[derive(Debug)]
struct Nessus;

impl Importer for Nessus {
    fn whole_records(&self, block: &[u8]) -> usize {
        condensed::whole(block)
    }

    fn record_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        condensed::records(batch, each, |line, written, each| {
            let place = batch.place(line, 0);
            let mut subject = blank(place);
            each(match parse(written) {
                Ok(host) => {
                    fill(&host, &mut subject.record);
                    finish(subject)
                }
                Err(message) => bad(subject.place, None, message),
            });
        });
    }
}

fn fill(host: &Json, record: &mut Record) {
    let tag = |name: &str| text(host, &["tags", name]).filter(|text| !is_silent(text));
    let has = |plugin: u32| {
        let plugins = host.get("plugins").and_then(Json::as_array);
        plugins.is_some_and(|all| all.contains(&Json::from(plugin)))
    };
    let said = tag("Credentialed_Scan").map(|said| said == "true");
    let by_output = host.get("is_credentialed") == Some(&Json::Bool(true));
    let is_credentialed =
        said.unwrap_or(by_output) && !NO_LOCAL_CHECKS.iter().any(|plugin| has(*plugin));

    record.set(asset::SOURCE, Value::Text("Nessus".to_owned()));
    let name = ["netbios-name", "hostname", "host-fqdn"]
        .into_iter()
        .find_map(tag)
        .or_else(|| text(host, &["name"]));
    if let Some(name) = name {
        let name = name.rsplit('\\').next().unwrap_or(&name).to_owned();
        record.set(asset::NAME, Value::Text(name));
    }
    if let Some(address) = tag("host-ip") {
        record.set(asset::NETWORK_ADDRESS, Value::Text(address));
    }
    if let Some(mac) = tag("mac-address").filter(|mac| !mac.contains('\n')) {
        record.set(asset::NETWORK_MAC, Value::Text(mac));
    }
    // Without credentials the system is a guess.
    if let Some(system) = tag("operating-system").filter(|_| is_credentialed) {
        let value = if system.contains('\n') {
            Value::Unreadable(system.replace('\n', " or "))
        } else {
            Value::Text(system)
        };
        record.set(asset::OS, value);
    }
    let end = tag("HOST_END_TIMESTAMP").as_deref().and_then(stamp);
    if let Some(day) = end.or_else(|| tag("HOST_END").as_deref().and_then(written_day)) {
        record.set(asset::OBSERVED_AT, Value::Date(day));
    }
    if has(SMB1_ENABLED) {
        record.set(asset::SMB1_SERVER, Value::Boolean(true));
    }
    if has(REBOOT_REQUIRED) {
        record.set(asset::REBOOT_PENDING, Value::Boolean(true));
    }
    record.set(asset::OPEN_CVES, open_cves(host, is_credentialed));
    record.set(
        asset::MISSING_UPDATES,
        Value::Records(missing(host, is_credentialed)),
    );
    let ports: BTreeSet<u16> = list(host, "ports")
        .iter()
        .filter_map(|port| u16::try_from(port.as_u64()?).ok())
        .collect();
    if !ports.is_empty() {
        record.set(asset::EXPOSURES, Value::Records(exposures(&ports)));
    }
}

fn list<'j>(host: &'j Json, key: &str) -> &'j [Json] {
    let list = host.get(key).and_then(Json::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

/// What stands in a list for all that a scan without credentials cannot see.
const UNSEEN: &str = "more may be open: scanned without credentials";

fn open_cves(host: &Json, is_credentialed: bool) -> Value {
    let found = list(host, "cves").iter().filter_map(Json::as_str);
    let unseen = (!is_credentialed).then_some(UNSEEN);
    Value::Texts(found.chain(unseen).map(str::to_owned).collect())
}

fn missing(host: &Json, is_credentialed: bool) -> Vec<Record> {
    let found = list(host, "missing").iter().map(|one| {
        let mut record = Record::new(&missing_update::SCHEMA);
        if let Some(name) = text(one, &["name"]) {
            record.set(missing_update::ID, Value::Text(name));
        }
        if let Some(date) = text(one, &["date"]) {
            record.set_text(missing_update::RELEASED_ON, &date.replace('/', "-"));
        }
        if let Some(score) = text(one, &["cvss"]) {
            record.set_text(missing_update::CVSS, &score);
        }
        let cves = list(one, "cves").iter().filter_map(Json::as_str);
        let cves: Vec<_> = cves.map(str::to_owned).collect();
        record.set(missing_update::CVES, Value::Texts(cves));
        record
    });
    let unseen = (!is_credentialed).then(|| Record::new(&missing_update::SCHEMA));
    found.chain(unseen).collect()
}

fn stamp(text: &str) -> Option<Date> {
    let instant = Timestamp::from_second(text.parse().ok()?).ok()?;
    Some(instant.to_zoned(london()).date())
}

/// `Thu Apr 12 16:40:57 2018`.
fn written_day(text: &str) -> Option<Date> {
    DateTime::strptime("%a %b %d %H:%M:%S %Y", text)
        .ok()
        .map(DateTime::date)
}

#[cfg(test)]
mod tests {
    use super::super::ImportError;
    use super::super::inventory::testing::{assets, bad_records, error};
    use super::*;
    use crate::model::fields::exposure;
    use jiff::civil::date;

    const HOST: &str = r#"<ReportHost name="192.0.2.10"><HostProperties>
<tag name="HOST_END">Thu Apr 12 16:40:57 2018</tag>
<tag name="operating-system">Microsoft Windows 7 Enterprise Service Pack 1</tag>
<tag name="netbios-name">EXAMPLE\WARD-PC-1</tag>
<tag name="host-ip">192.0.2.10</tag>
<tag name="Credentialed_Scan">true</tag>
</HostProperties>
<ReportItem port="445" svc_name="cifs" protocol="tcp" severity="4" pluginID="97833" pluginName="MS17-010: Security Update &amp; more" pluginFamily="Windows">
<description>a
b &lt;c&gt;</description>
<cve>CVE-2017-0143</cve><cve>CVE-2017-0144</cve>
<cvss3_base_score>8.1</cvss3_base_score>
<patch_publication_date>2017/03/14</patch_publication_date>
</ReportItem>
<ReportItem port="0" svc_name="general" protocol="tcp" severity="0" pluginID="11936" pluginName="OS" pluginFamily="General"><cve>CVE-1999-0524</cve></ReportItem>
<ReportItem port="3389" svc_name="msrdp" protocol="tcp" severity="0" pluginID="10940" pluginName="RDP" pluginFamily="Windows"/>
</ReportHost>
"#;

    fn report(hosts: &str) -> String {
        format!(
            "<?xml version=\"1.0\" ?>\n<NessusClientData_v2>\n<Policy><x/></Policy>\n<Report name=\"r\" xmlns:cm=\"http://www.nessus.org/cm\">\n{hosts}</Report>\n</NessusClientData_v2>\n"
        )
    }

    fn cves(text: &str) -> Vec<String> {
        let all = assets(text);
        all[0].texts(asset::OPEN_CVES).expect("a list").to_vec()
    }

    #[test]
    fn a_host_is_read_with_what_the_scan_found() {
        let all = assets(report(HOST));
        assert_eq!(all.len(), 1);
        let one = &all[0];
        assert_eq!(one.id, "WARD-PC-1");
        assert_eq!(one.place.line, 5);
        assert_eq!(one.date(asset::OBSERVED_AT), Some(date(2018, 4, 12)));
        assert_eq!(
            one.text(asset::OS),
            Some("Microsoft Windows 7 Enterprise Service Pack 1")
        );
        assert_eq!(cves(&report(HOST)), ["CVE-2017-0143", "CVE-2017-0144"]);
        let missing = one.records(asset::MISSING_UPDATES).expect("a list");
        assert_eq!(missing.len(), 1);
        assert_eq!(
            missing[0].text(missing_update::ID),
            Some("MS17-010: Security Update & more")
        );
        assert_eq!(
            missing[0].date(missing_update::RELEASED_ON),
            Some(date(2017, 3, 14))
        );
        assert_eq!(missing[0].number(missing_update::CVSS), Some(8.1));
        let ports = one.records(asset::EXPOSURES).expect("a list");
        let ports: Vec<_> = ports
            .iter()
            .map(|one| one.integer(exposure::PORT))
            .collect();
        assert_eq!(ports, [Some(445), Some(3389), None]);
    }

    #[test]
    fn a_scan_without_credentials_never_says_that_nothing_is_open() {
        let blind = report(HOST).replace(">true<", ">false<");
        assert_eq!(cves(&blind).last().map(String::as_str), Some(UNSEEN));
        let one = assets(blind).remove(0);
        assert!(one.value(asset::OS).is_none());
        assert_eq!(one.records(asset::MISSING_UPDATES).map(<[_]>::len), Some(2));
        let refused = report(HOST).replace("pluginID=\"10940\"", "pluginID=\"21745\"");
        assert!(cves(&refused).contains(&UNSEEN.to_owned()));
        let silent = report(HOST).replace("Credentialed_Scan", "x");
        assert!(cves(&silent).contains(&UNSEEN.to_owned()));
        let told = silent.replace(
            "pluginID=\"11936\" pluginName=\"OS\" pluginFamily=\"General\">",
            "pluginID=\"19506\" pluginName=\"x\" pluginFamily=\"x\"><plugin_output>a : b\nCredentialed checks : yes, as 'x' via SMB\n</plugin_output>",
        );
        assert!(!cves(&told).contains(&UNSEEN.to_owned()));
    }

    #[test]
    fn every_host_has_its_place_and_a_broken_end_is_told() {
        let two = report(&format!("{HOST}{}", HOST.replace("WARD-PC-1", "WARD-PC-2")));
        let lines: Vec<_> = assets(two.as_str())
            .iter()
            .map(|one| one.place.line)
            .collect();
        assert_eq!(lines, [5, 22]);
        let cut = &two[..two.len() - 200];
        assert_eq!(assets(cut).len(), 1);
        assert!(
            bad_records(cut)[0]
                .message
                .contains("what follows is not read")
        );
        assert!(matches!(error(report("")), ImportError::NoAssets { .. }));
        let bomb = two.replacen("<Policy>", "<!DOCTYPE x><Policy>", 1);
        assert!(bad_records(bomb)[0].message.contains("document type"));
    }
}
