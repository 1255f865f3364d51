//! The inventory that an agent of GLPI or FusionInventory makes of one computer, as XML or JSON.
//! Updates stand among its software, and nothing says that they are all.
//!
//! Source: the public format of GLPI's inventories and their XML specification.

use super::batch::{Batch, Blocks, Importer, Shape};
use super::condensed::{self, Cutter, Piece, condense, too_long};
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::json_value::{parse, text};
use super::paths::size;
use super::row::{Ignored, Row, bad, blank, finish, is_silent};
use super::systeminfo::kb;
use super::xml::{Node, Xml, root};
use crate::model::fields::{asset, software, update};
use crate::model::{FieldId, Place, Record, Value};
use serde_json::{Map, Value as Json};
use std::io;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct XmlKind;

impl format::Kind for XmlKind {
    fn name(&self) -> &'static str {
        "glpi-xml"
    }

    fn about(&self) -> &'static str {
        "the inventory of a GLPI or FusionInventory agent, as XML"
    }

    fn recognises(&self, head: &str) -> bool {
        root(head) == Some("REQUEST")
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
            let requests = Requests {
                xml: Xml::new(input, limit),
                limit,
                has_ended: false,
            };
            Ok(condense(Box::new(requests)))
        })?;
        Ok((Box::new(Computers), Vec::new()))
    }
}

#[derive(Debug)]
pub(super) struct JsonKind;

impl format::Kind for JsonKind {
    fn name(&self) -> &'static str {
        "glpi-json"
    }

    fn about(&self) -> &'static str {
        "the inventory of a GLPI agent, as JSON"
    }

    fn recognises(&self, head: &str) -> bool {
        let has = |key: &str| head.contains(&format!("\"{key}\""));
        let start: String = head.chars().take(200).collect();
        head.starts_with('{')
            && (start.contains("\"content\"") || start.contains("\"action\""))
            && has("content")
            && [
                "versionclient",
                "hardware",
                "operatingsystem",
                "bios",
                "accesslog",
            ]
            .into_iter()
            .filter(|key| has(key))
            .count()
                >= 2
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
        Ok((Box::new(Computer), Vec::new()))
    }
}

/// Sections that are read; the others are large.
const SECTIONS: [&str; 7] = [
    "ACCESSLOG",
    "ANTIVIRUS",
    "BIOS",
    "HARDWARE",
    "NETWORKS",
    "OPERATINGSYSTEM",
    "SOFTWARES",
];

/// Gives each inventory in the shape that JSON has.
#[derive(Debug)]
struct Requests {
    xml: Xml,
    limit: usize,
    has_ended: bool,
}

impl Cutter for Requests {
    fn next(&mut self) -> io::Result<Option<Piece>> {
        if self.has_ended {
            return Ok(None);
        }
        let found = self.request();
        self.has_ended = !matches!(found, Ok(Some(_)));
        match found {
            Ok(piece) => Ok(piece),
            Err(message) => {
                let line = self.xml.line();
                let text = Err(message);
                Ok(Some(Piece { line, text }))
            }
        }
    }
}

impl Requests {
    fn request(&mut self) -> Result<Option<Piece>, String> {
        let mut line = 1;
        let mut content = Map::new();
        let mut bytes = 0;
        loop {
            match self.xml.next()? {
                Node::Eof => return Ok(None),
                Node::End if self.xml.depth() == 0 => break,
                Node::Start(start) => {
                    let name = start.name().as_ref().to_owned();
                    match name.as_str() {
                        "REQUEST" => line = self.xml.line(),
                        "CONTENT" => {}
                        section if SECTIONS.contains(&section) => {
                            let section = section.to_lowercase();
                            let fields = self.section(&mut bytes)?;
                            let list = content
                                .entry(section)
                                .or_insert_with(|| Json::Array(Vec::new()));
                            if let Some(list) = list.as_array_mut() {
                                list.push(Json::Object(fields));
                            }
                        }
                        _ => self.xml.skip()?,
                    }
                }
                Node::End | Node::Text(_) => {}
            }
            if bytes > self.limit / 2 {
                while self.xml.depth() > 0 {
                    self.xml.next()?;
                }
                return Ok(Some(too_long(line, self.limit)));
            }
        }
        let document = serde_json::json!({ "content": content });
        Ok(Some(Piece {
            line,
            text: Ok(document.to_string().into_bytes()),
        }))
    }

    /// The fields of a section, behind its start.
    fn section(&mut self, bytes: &mut usize) -> Result<Map<String, Json>, String> {
        let outside = self.xml.depth() - 1;
        let mut fields = Map::new();
        loop {
            match self.xml.next()? {
                Node::End if self.xml.depth() == outside => return Ok(fields),
                Node::Start(start) => {
                    let name = start.name().as_ref().to_lowercase();
                    let text = self.xml.text(10_000)?;
                    *bytes += name.len() + text.len() + 8;
                    // Some fields are repeated; the first is the main one.
                    if *bytes <= self.limit {
                        fields.entry(name).or_insert(Json::String(text));
                    }
                }
                Node::End | Node::Eof | Node::Text(_) => {}
            }
        }
    }
}

#[derive(Debug)]
struct Computers;

impl Importer for Computers {
    fn whole_records(&self, block: &[u8]) -> usize {
        condensed::whole(block)
    }

    fn record_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        condensed::records(batch, each, |line, text, each| {
            each(row(batch.place(line, 0), text));
        });
    }
}

#[derive(Debug)]
struct Computer;

impl Importer for Computer {
    fn whole_records(&self, _block: &[u8]) -> usize {
        0
    }

    fn record_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let place = batch.place(batch.first_line, 0);
        if batch.shape == Shape::Lines || batch.first_line > 1 {
            let limit = size(batch.shared.limits.text_bytes as u64);
            each(bad(place, None, format!("is longer than {limit}")));
            return;
        }
        each(row(place, &batch.text));
    }
}

fn row(place: Place, written: &[u8]) -> Row {
    let document = match parse(written) {
        Ok(document) => document,
        Err(message) => return bad(place, None, message),
    };
    let content = document.get("content").unwrap_or(&Json::Null);
    let hardware = section(content, "hardware");
    let Some(name) = text(hardware, &["name"]).filter(|name| !is_silent(name)) else {
        let message = "does not name a computer: no `name` in its hardware";
        return bad(place, None, message);
    };
    let mut subject = blank(place);
    let record = &mut subject.record;
    record.set(asset::SOURCE, Value::Text("GLPI agent".to_owned()));
    record.set(asset::NAME, Value::Text(name));
    fill_system(content, record);
    fill_machine(content, record);
    fill_software(content, record);
    fill_protection(content, record);
    finish(subject)
}

/// A section that stands once: an object, or the first of a list.
fn section<'j>(content: &'j Json, name: &str) -> &'j Json {
    let found = content.get(name).unwrap_or(&Json::Null);
    match found.as_array() {
        Some(list) => list.first().unwrap_or(&Json::Null),
        None => found,
    }
}

fn list<'j>(content: &'j Json, name: &str) -> &'j [Json] {
    match content.get(name) {
        Some(Json::Array(list)) => list,
        Some(one @ Json::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}

fn copy(record: &mut Record, field: FieldId, value: Option<String>) {
    if let Some(text) = value.filter(|text| !is_silent(text)) {
        record.set_text(field, &text);
    }
}

fn fill_system(content: &Json, record: &mut Record) {
    let system = section(content, "operatingsystem");
    let hardware = section(content, "hardware");
    let name = text(system, &["full_name"])
        .or_else(|| text(hardware, &["osname"]))
        .or_else(|| text(system, &["name"]));
    let is_windows = name
        .as_deref()
        .is_some_and(|name| name.to_lowercase().contains("windows"));
    copy(record, asset::OS, name);
    copy(record, asset::OS_VERSION, text(system, &["version"]));
    let kernel = text(system, &["kernel_version"]).or_else(|| text(hardware, &["osversion"]));
    if is_windows {
        copy(record, asset::OS_BUILD, kernel);
    }
    copy(
        record,
        asset::OS_SERVICE_PACK,
        text(system, &["service_pack"]),
    );
    copy(
        record,
        asset::OBSERVED_AT,
        text(section(content, "accesslog"), &["logdate"]),
    );
}

fn fill_machine(content: &Json, record: &mut Record) {
    const PLACEHOLDERS: [&str; 5] = [
        "to be filled",
        "not specified",
        "default string",
        "system serial",
        "none",
    ];
    let bios = section(content, "bios");
    let said = |key: &str| {
        text(bios, &[key]).filter(|text| {
            let lower = text.to_lowercase();
            !PLACEHOLDERS.iter().any(|word| lower.starts_with(word))
        })
    };
    copy(record, asset::SERIAL, said("ssn"));
    copy(record, asset::MANUFACTURER, said("smanufacturer"));
    copy(record, asset::MODEL, said("smodel"));
    let mut macs: Vec<_> = list(content, "networks")
        .iter()
        .filter(|one| !matches!(text(one, &["virtualdev"]).as_deref(), Some("1" | "true")))
        .filter_map(|one| text(one, &["mac"]).or_else(|| text(one, &["macaddr"])))
        .map(|mac| mac.to_lowercase())
        .collect();
    macs.sort();
    macs.dedup();
    if let [only] = macs.as_slice() {
        record.set(asset::NETWORK_MAC, Value::Text(only.clone()));
    }
}

fn fill_software(content: &Json, record: &mut Record) {
    let (mut updates, mut programs) = (Vec::new(), Vec::new());
    for one in list(content, "softwares") {
        let name = text(one, &["name"]).unwrap_or_default();
        // Updates are listed by nothing but their number.
        if let Some(id) = kb(&name).filter(|id| id.eq_ignore_ascii_case(&name)) {
            let mut entry = Record::new(&update::SCHEMA);
            entry.set(update::ID, Value::Text(id));
            let day = text(one, &["install_date"]).or_else(|| text(one, &["installdate"]));
            copy(&mut entry, update::INSTALLED_ON, day);
            updates.push(entry);
            continue;
        }
        let mut entry = Record::new(&software::SCHEMA);
        copy(&mut entry, software::NAME, Some(name));
        copy(&mut entry, software::VERSION, text(one, &["version"]));
        copy(&mut entry, software::SUPPLIER, text(one, &["publisher"]));
        let from = text(one, &["from"]).unwrap_or_default();
        copy(&mut entry, software::PURL, purl(one, &from));
        if entry.declared().next().is_some() {
            programs.push(entry);
        }
    }
    if !updates.is_empty() {
        record.set(asset::UPDATES, Value::Records(updates));
    }
    if !programs.is_empty() {
        record.set(asset::SOFTWARE, Value::Records(programs));
    }
}

/// The package URL of what a distribution packages.
fn purl(one: &Json, from: &str) -> Option<String> {
    let cell = |key: &str| text(one, &[key]).unwrap_or_default();
    let (name, version, arch) = (cell("name"), cell("version"), cell("arch"));
    let package = super::package::Package {
        name: &name,
        version: &version,
        arch: &arch,
        ..super::package::Package::default()
    };
    let software = match from {
        "deb" => package.deb(),
        "rpm" => package.rpm(),
        _ => return None,
    };
    software.text(software::PURL).map(str::to_owned)
}

/// The product that is on, where there is one; else the only one there is.
fn fill_protection(content: &Json, record: &mut Record) {
    let all = list(content, "antivirus");
    let is_on = |one: &&Json| matches!(text(one, &["enabled"]).as_deref(), Some("1" | "true"));
    let mut on = all.iter().filter(is_on);
    let found = (on.next(), on.next(), all);
    let ((Some(chosen), None, _) | (None, _, [chosen])) = found else {
        return;
    };
    copy(record, asset::PROTECTION_PRODUCT, text(chosen, &["name"]));
    copy(record, asset::PROTECTION_ACTIVE, text(chosen, &["enabled"]));
    copy(
        record,
        asset::PROTECTION_UPDATED_AT,
        text(chosen, &["base_creation"]),
    );
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records};
    use super::*;
    use crate::model::Subject;
    use jiff::civil::date;

    const XML: &str = r"<?xml version='1.0' encoding='UTF-8' ?>
<REQUEST>
  <CONTENT>
    <ACCESSLOG><LOGDATE>2026-11-20 14:19:54</LOGDATE></ACCESSLOG>
    <ANTIVIRUS><NAME>Example AV</NAME><ENABLED>1</ENABLED><UPTODATE>1</UPTODATE></ANTIVIRUS>
    <BIOS><SMANUFACTURER>Example</SMANUFACTURER><SMODEL>Box</SMODEL><SSN>SN-1</SSN></BIOS>
    <DRIVES><FREE>1</FREE></DRIVES>
    <HARDWARE><NAME>WARD-PC-1</NAME><OSNAME>x</OSNAME></HARDWARE>
    <OPERATINGSYSTEM><FULL_NAME>Microsoft Windows 10 Enterprise</FULL_NAME><KERNEL_VERSION>10.0.19045</KERNEL_VERSION><NAME>Windows</NAME><VERSION>22H2</VERSION></OPERATINGSYSTEM>
    <SOFTWARES><NAME>KB5031354</NAME><INSTALLDATE>12/10/2023</INSTALLDATE></SOFTWARES>
    <SOFTWARES><NAME>Viewer &amp; Co</NAME><VERSION>3.10</VERSION><PUBLISHER>Example</PUBLISHER></SOFTWARES>
    <VERSIONCLIENT>GLPI-Agent_v1.5</VERSIONCLIENT>
  </CONTENT>
  <DEVICEID>ward-pc-1-2026-01-01-10-00-00</DEVICEID>
  <QUERY>INVENTORY</QUERY>
</REQUEST>
";

    const JSON: &str = r#"{
    "action": "inventory",
    "content": {
        "accesslog": {"logdate": "2026-11-20 14:19:54"},
        "antivirus": [{"name": "Example AV", "enabled": true}],
        "bios": {"smanufacturer": "Example", "smodel": "Box", "ssn": "SN-1"},
        "hardware": {"name": "WARD-PC-1"},
        "operatingsystem": {"full_name": "Microsoft Windows 10 Enterprise", "kernel_version": "10.0.19045", "name": "Windows", "version": "22H2"},
        "softwares": [{"name": "KB5031354", "install_date": "2023-10-12"}, {"name": "Viewer & Co", "version": "3.10", "publisher": "Example"}],
        "versionclient": "GLPI-Agent_v1.5"
    },
    "deviceid": "ward-pc-1-2026-01-01-10-00-00",
    "itemtype": "Computer"
}"#;

    fn one(text: &str) -> Subject {
        let mut all = assets(text);
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    #[test]
    fn both_forms_say_the_same() {
        let (from_xml, from_json) = (one(XML), one(JSON));
        assert_eq!(from_xml.record, from_json.record);
        assert_eq!(from_xml.id, "WARD-PC-1");
        assert_eq!(from_xml.text(asset::OS_BUILD), Some("10.0.19045"));
        assert_eq!(from_xml.text(asset::SERIAL), Some("SN-1"));
        assert_eq!(from_xml.date(asset::OBSERVED_AT), Some(date(2026, 11, 20)));
        assert_eq!(from_xml.boolean(asset::PROTECTION_ACTIVE), Some(true));
        let updates = from_xml.records(asset::UPDATES).expect("a list");
        assert_eq!(
            updates[0].date(update::INSTALLED_ON),
            Some(date(2023, 10, 12))
        );
        let programs = from_xml.records(asset::SOFTWARE).expect("a list");
        assert_eq!(programs[0].text(software::NAME), Some("Viewer & Co"));
        assert!(from_xml.value(asset::UPDATES_COMPLETE).is_none());
    }

    #[test]
    fn what_is_cut_or_no_computer_is_told() {
        for cut in [&XML[..XML.len() - 60], &JSON[..JSON.len() - 60]] {
            assert_eq!(bad_records(cut).len(), 1, "{cut}");
            assert!(assets(cut).is_empty());
        }
        let printer = JSON.replace(
            "\"hardware\": {\"name\": \"WARD-PC-1\"}",
            "\"hardware\": {}",
        );
        assert!(
            bad_records(printer)[0]
                .message
                .contains("does not name a computer")
        );
    }
}
