//! What the rows of osquery's tables say about a machine. A row does not name its table, so that is
//! told from the columns; which rows of a table a query asked for cannot be told at all.
//!
//! Source of the columns: the public schema of osquery.

use super::json_value::text;
use super::package::Package;
use super::qfe::Order;
use super::row::is_silent;
use super::systeminfo::kb;
use crate::model::fields::{asset, exposure, software, update};
use crate::model::{FieldId, Record, Value};
use serde_json::Value as Json;
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Debs,
    Features,
    OsVersion,
    Patches,
    Ports,
    Programs,
    Registry,
    Rpms,
    SystemInfo,
}

/// Each table with columns that only it has together.
const TABLES: [(Table, &[&str]); 11] = [
    (Table::Patches, &["hotfix_id"]),
    (Table::SystemInfo, &["hardware_serial"]),
    (Table::SystemInfo, &["hostname", "cpu_brand"]),
    (Table::OsVersion, &["name", "version", "major", "minor"]),
    (Table::Rpms, &["name", "version", "release", "arch"]),
    (Table::Debs, &["name", "version", "maintainer"]),
    (Table::Debs, &["name", "version", "revision", "arch"]),
    (Table::Programs, &["name", "version", "identifying_number"]),
    (Table::Programs, &["name", "version", "publisher"]),
    (Table::Ports, &["port", "protocol", "address"]),
    (Table::Registry, &["name", "type", "data"]),
];

/// Names of the tables, for messages.
pub(super) const NAMES: &str = "os_version, system_info, patches, programs, deb_packages, \
                                rpm_packages, listening_ports, registry, windows_optional_features";

pub(super) fn table_of(row: &Json) -> Option<Table> {
    let has = |column: &&str| row.get(column).is_some();
    let found = TABLES.iter().find(|(_, columns)| columns.iter().all(has));
    found.map(|(table, _)| *table).or_else(|| {
        let is_feature = has(&"name") && has(&"state") && has(&"statename");
        is_feature.then_some(Table::Features)
    })
}

/// The host that a row names itself.
pub(super) fn host_of(row: &Json) -> Option<String> {
    const COLUMNS: [&str; 5] = [
        "host_hostname",
        "hostname",
        "csname",
        "computer_name",
        "host_display_name",
    ];
    COLUMNS
        .iter()
        .find_map(|column| text(row, &[column]).filter(|name| !is_silent(name)))
}

/// What rows of one machine say together.
#[derive(Debug, Default)]
pub(super) struct Facts {
    fields: Vec<(FieldId, Value)>,
    patches: Vec<(String, String)>,
    software: Vec<Record>,
    ports: BTreeSet<u16>,
    has_ports: bool,
}

impl Facts {
    pub(super) fn add(&mut self, table: Table, row: &Json) {
        let cell = |column: &str| text(row, &[column]).filter(|text| !is_silent(text));
        match table {
            Table::Debs => self.deb(row),
            Table::Features => self.feature(row),
            Table::OsVersion => self.os_version(row),
            Table::Patches => {
                if let Some(id) = cell("hotfix_id").as_deref().and_then(kb) {
                    let day = cell("installed_on").unwrap_or_default();
                    self.patches.push((id, day));
                }
            }
            Table::Ports => self.port(row),
            Table::Programs => {
                let mut record = Record::new(&software::SCHEMA);
                let columns = [
                    (software::NAME, "name"),
                    (software::VERSION, "version"),
                    (software::SUPPLIER, "publisher"),
                ];
                for (field, column) in columns {
                    if let Some(text) = cell(column) {
                        record.set_text(field, &text);
                    }
                }
                self.software.push(record);
            }
            Table::Registry => self.registry(row),
            Table::Rpms => self.rpm(row),
            Table::SystemInfo => {
                self.text(asset::SERIAL, cell("hardware_serial"));
                self.text(asset::MANUFACTURER, cell("hardware_vendor"));
                self.text(asset::MODEL, cell("hardware_model"));
            }
        }
    }

    /// Writes everything into a record.
    pub(super) fn write(self, record: &mut Record) {
        record.set(asset::SOURCE, Value::Text("osquery".to_owned()));
        for (field, value) in self.fields {
            match record.value(field) {
                // Two rows that say two things leave it open.
                Some(other) if *other != value => {
                    let both = format!("{other} and {value}");
                    record.set(field, Value::Unreadable(both));
                }
                _ => record.set(field, value),
            }
        }
        if !self.patches.is_empty() {
            record.set(asset::UPDATES, Value::Records(updates(&self.patches)));
        }
        if !self.software.is_empty() {
            record.set(asset::SOFTWARE, Value::Records(self.software));
        }
        if self.has_ports {
            record.set(asset::EXPOSURES, Value::Records(exposures(&self.ports)));
        }
    }

    fn text(&mut self, field: FieldId, text: Option<String>) {
        if let Some(text) = text {
            self.fields.push((field, Value::Text(text)));
        }
    }

    fn os_version(&mut self, row: &Json) {
        let cell = |column: &str| text(row, &[column]).filter(|text| !is_silent(text));
        self.text(asset::OS, cell("name"));
        self.text(asset::OS_VERSION, cell("version"));
        let build = cell("build").map(|build| match cell("revision") {
            Some(revision) => format!("{build}.{revision}"),
            None => build,
        });
        self.text(asset::OS_BUILD, build);
        let arch = cell("arch").and_then(|arch| match arch.to_lowercase().as_str() {
            "x86_64" | "amd64" => Some("x64"),
            "aarch64" | "arm64" => Some("arm64"),
            "x86" | "i386" | "32-bit" => Some("x86"),
            _ => None,
        });
        self.text(asset::OS_ARCH, arch.map(str::to_owned));
    }

    fn deb(&mut self, row: &Json) {
        let cell = |column: &str| text(row, &[column]).unwrap_or_default();
        let status = cell("status");
        if !status.is_empty() && !status.contains("installed") {
            return;
        }
        // A package of which only the settings are left is `deinstall ok config-files`.
        let (name, version, arch) = (cell("name"), cell("version"), cell("arch"));
        let package = Package {
            name: &name,
            version: &version,
            arch: &arch,
            ..Package::default()
        };
        self.software.push(package.deb());
    }

    fn rpm(&mut self, row: &Json) {
        let cell = |column: &str| text(row, &[column]).unwrap_or_default();
        let (name, arch, epoch) = (cell("name"), cell("arch"), cell("epoch"));
        if name == "gpg-pubkey" {
            return;
        }
        let version = format!("{}-{}", cell("version"), cell("release"));
        let package = Package {
            name: &name,
            epoch: if epoch == "0" { "" } else { &epoch },
            version: &version,
            arch: &arch,
        };
        self.software.push(package.rpm());
    }

    /// TCP ports that listen on more than the machine itself.
    fn port(&mut self, row: &Json) {
        self.has_ports = true;
        let cell = |column: &str| text(row, &[column]).unwrap_or_default();
        let address = cell("address");
        let is_local =
            address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
        let port = cell("port").parse().unwrap_or(0);
        if cell("protocol") == "6" && !is_local && port != 0 {
            self.ports.insert(port);
        }
    }

    /// Microsoft KB2696547: `SMB1` of the server's parameters, and the start of its client driver.
    fn registry(&mut self, row: &Json) {
        let cell = |column: &str| text(row, &[column]).unwrap_or_default().to_lowercase();
        let (name, data) = (cell("name"), cell("data"));
        let path = cell("path");
        let key = match (cell("key"), path.rsplit_once('\\')) {
            (key, _) if !key.is_empty() => key,
            (_, Some((key, _))) => key.to_owned(),
            _ => return,
        };
        let is_key =
            |wanted: &str| key.ends_with(&format!(r"\system\currentcontrolset\services\{wanted}"));
        let (field, is_on) = if is_key(r"lanmanserver\parameters") && name == "smb1" {
            let is_on = match data.as_str() {
                "0" => Some(false),
                "1" => Some(true),
                _ => None,
            };
            (asset::SMB1_SERVER, is_on)
        } else if is_key("mrxsmb10") && name == "start" {
            let is_on = match data.as_str() {
                "4" => Some(false),
                "0" | "1" | "2" | "3" => Some(true),
                _ => None,
            };
            (asset::SMB1_CLIENT, is_on)
        } else {
            return;
        };
        let value = is_on.map_or_else(|| Value::Unreadable(data), Value::Boolean);
        self.fields.push((field, value));
    }

    /// `SMB1Protocol` holds server and client: only where it is off is anything said about them.
    fn feature(&mut self, row: &Json) {
        let cell = |column: &str| text(row, &[column]).unwrap_or_default().to_lowercase();
        let is_on = match cell("state").as_str() {
            "1" => true,
            "2" | "3" => false,
            _ => return,
        };
        match cell("name").as_str() {
            "smb1protocol" if !is_on => {
                self.fields
                    .push((asset::SMB1_SERVER, Value::Boolean(false)));
                self.fields
                    .push((asset::SMB1_CLIENT, Value::Boolean(false)));
            }
            "smb1protocol-server" => self
                .fields
                .push((asset::SMB1_SERVER, Value::Boolean(is_on))),
            "smb1protocol-client" => self
                .fields
                .push((asset::SMB1_CLIENT, Value::Boolean(is_on))),
            _ => {}
        }
    }
}

fn updates(patches: &[(String, String)]) -> Vec<Record> {
    let order = Order::of(patches.iter().map(|(_, day)| day.as_str()));
    let mut seen = BTreeSet::new();
    let new = patches.iter().filter(|patch| seen.insert(*patch));
    new.map(|(id, day)| {
        let mut record = Record::new(&update::SCHEMA);
        record.set(update::ID, Value::Text(id.clone()));
        if !day.is_empty() {
            let read = order.date(day);
            let value = read.map_or_else(|| Value::Unreadable(day.clone()), Value::Date);
            record.set(update::INSTALLED_ON, value);
        }
        record
    })
    .collect()
}

/// The ports, and one entry for those that a query may have left out: that a port is not in its
/// answer does not show that nothing listens there. From where they are reached, nobody says.
pub(super) fn exposures(ports: &BTreeSet<u16>) -> Vec<Record> {
    let known = ports.iter().map(|port| {
        let mut record = Record::new(&exposure::SCHEMA);
        record.set(exposure::PORT, Value::Integer(i64::from(*port)));
        record
    });
    known.chain([Record::new(&exposure::SCHEMA)]).collect()
}
