//! Nessus: the findings of a scan, a row each, as CSV.
//!
//! Columns: public parsers of the file. A scan without credentials sees a host from outside and is
//! no evidence of patching, and a file may have been cut to some severities. So open holes count
//! as all there are only where the scan itself says that it had credentials on that host; its
//! word stands in a row of its own, which is why the file is looked through before it is read.

use super::{Export, MAY_BE_MORE};
use crate::import::batch::{Batch, Blocks, Importer};
use crate::import::csv::{Csv, titles_of};
use crate::import::error::ImportError;
use crate::import::format;
use crate::import::map::Mapping;
use crate::import::row::{Ignored, Row};
use crate::import::table::{Cells, ColumnUse, Together, field, read_day};
use crate::model::fields::{asset, missing_update};
use crate::model::{Record, Value, fold_name};
use jiff::civil::Date;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

pub(in crate::import) static NESSUS: Nessus = Nessus;

/// Hosts that are remembered. Of those beyond it is not known whether a scan had credentials.
const MOST_HOSTS: usize = 1_000_000;

#[derive(Debug)]
pub(in crate::import) struct Nessus;

static TABLE: Export = Export {
    tells: &[
        &["Plugin ID", "Host", "Plugin Output"],
        &["Plugin ID", "Risk", "Host"],
    ],
    columns: &[field(&["MAC Address"], asset::NETWORK_MAC)],
    together: &[Together {
        titles: &[
            "Host",
            "Plugin ID",
            "Name",
            "Risk",
            "CVE",
            "MSKB",
            "Plugin Output",
            "FQDN",
            "DNS Name",
            "NetBios",
        ],
        fields: &[
            asset::NAME,
            asset::NETWORK_ADDRESS,
            asset::OS,
            asset::OPEN_CVES,
            asset::MISSING_UPDATES,
            asset::SMB1_SERVER,
            asset::REBOOT_PENDING,
        ],
        read: finding,
    }],
    unused: &[
        "Asset UUID",
        "BID",
        "CANVAS",
        "Core Impact",
        "CVSS",
        "CVSS Base Score",
        "CVSS v2.0 Base Score",
        "CVSS v2.0 Temporal Score",
        "CVSS v3.0 Base Score",
        "CVSS v3.0 Temporal Score",
        "Description",
        "EPSS Score",
        "IP Address",
        "Metasploit",
        "OS",
        "Plugin Family",
        "Plugin Modification Date",
        "Plugin Publication Date",
        "Port",
        "Protocol",
        "Risk Factor",
        "See Also",
        "Solution",
        "STIG Severity",
        "Synopsis",
        "VPR Score",
        "Vulnerability State",
        "XREF",
    ],
    has_long_texts: true,
    gives_parts: true,
    ..Export::whole(
        "nessus-csv",
        "Nessus",
        "Nessus: the findings of a scan, a row each, as CSV",
    )
};

/// Where each cell of a finding stands in its [`Together`].
mod cell {
    pub(super) const HOST: usize = 0;
    pub(super) const PLUGIN: usize = 1;
    pub(super) const NAME: usize = 2;
    pub(super) const RISK: usize = 3;
    pub(super) const CVE: usize = 4;
    pub(super) const UPDATES: usize = 5;
    pub(super) const OUTPUT: usize = 6;
    pub(super) const NAMES: [usize; 3] = [7, 8, 9];
}

impl format::Kind for Nessus {
    fn name(&self) -> &'static str {
        TABLE.name
    }

    fn about(&self) -> &'static str {
        TABLE.about
    }

    fn recognises(&self, head: &str) -> bool {
        let titles = titles_of(head);
        let titles: Vec<_> = titles.iter().map(|title| fold_name(title)).collect();
        TABLE.is_told_by(&titles)
    }

    fn gives_parts(&self) -> bool {
        true
    }

    fn open(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        self.open_mapped(name, blocks, None)
    }

    fn open_mapped(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
        map: Option<&Mapping>,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        let (csv, ignored) = Csv::open(name, blocks, Some(&TABLE), map)?;
        let column = |title: &str| {
            let mut titles = csv.columns().iter();
            titles.position(|column| fold_name(&column.title) == fold_name(title))
        };
        let mut hosts = HashMap::new();
        if let (Some(host), Some(plugin), Some(output)) =
            (column("Host"), column("Plugin ID"), column("Plugin Output"))
        {
            let see = &mut |text: &[u8]| {
                csv.cells(text, &mut |cells| {
                    let cell = |index: usize| cells.get(index).map_or("", |cell| cell.trim());
                    Host::see([cell(host), cell(plugin), cell(output)], &mut hosts);
                });
            };
            blocks
                .look_through(&csv, see)
                .map_err(|source| ImportError::Io {
                    name: Arc::clone(name),
                    source,
                })?;
        }
        Ok((Box::new(Findings { csv, hosts }), ignored))
    }
}

/// What a scan says of itself and one host.
#[derive(Debug, Default)]
struct Host {
    had_credentials: bool,
    name: Option<String>,
    scanned_on: Option<Date>,
}

impl Host {
    fn see([host, plugin, output]: [&str; 3], hosts: &mut HashMap<String, Self>) {
        if host.is_empty() || !matches!(plugin, "19506" | "55472" | "12053") {
            return;
        }
        if hosts.len() >= MOST_HOSTS && !hosts.contains_key(host) {
            return;
        }
        let known = hosts.entry(host.to_owned()).or_default();
        match plugin {
            "19506" => {
                let credentials = said(output, "Credentialed checks").unwrap_or_default();
                known.had_credentials |= credentials.starts_with("yes");
                known.scanned_on = said(output, "Scan Start Date")
                    .and_then(|text| read_day(text.split(' ').next()?, None))
                    .max(known.scanned_on);
            }
            "55472" => known.name = said(output, "Hostname").map(str::to_owned),
            _ => {
                let resolved = output.split_once(" resolves as ").map(|(_, name)| name);
                let name = resolved.map(|name| name.trim().trim_end_matches('.'));
                known.name = known.name.take().or_else(|| name.map(str::to_owned));
            }
        }
    }
}

/// The value of a line `label : value` in the output of a plugin.
fn said<'t>(output: &'t str, label: &str) -> Option<&'t str> {
    let mut lines = output.lines();
    lines.find_map(|line| {
        let rest = line.trim().strip_prefix(label)?;
        let value = rest.trim_start().strip_prefix(':')?.trim();
        (!value.is_empty()).then_some(value)
    })
}

#[derive(Debug)]
struct Findings {
    csv: Csv,
    hosts: HashMap<String, Host>,
}

impl Findings {
    /// Adds what the scan says elsewhere of the host of a row.
    fn complete(&self, row: Row) -> Row {
        let Row::Asset(mut asset) = row else {
            return row;
        };
        let key = asset
            .text(asset::NETWORK_ADDRESS)
            .or_else(|| asset.text(asset::NAME));
        let host = key.and_then(|key| self.hosts.get(key));
        let open = asset.texts(asset::OPEN_CVES).unwrap_or_default();
        if !open.is_empty() && !host.is_some_and(|host| host.had_credentials) {
            let mut open = open.to_vec();
            open.push(MAY_BE_MORE.to_owned());
            asset.record.set(asset::OPEN_CVES, Value::Texts(open));
        }
        let Some(host) = host else {
            return Row::Asset(asset);
        };
        if let Some(day) = host.scanned_on {
            asset.record.set(asset::OBSERVED_AT, Value::Date(day));
        }
        if host.had_credentials && asset.value(asset::OPEN_CVES).is_none() {
            asset.record.set(asset::OPEN_CVES, Value::Texts(Vec::new()));
        }
        let is_address = asset.text(asset::NAME) == asset.text(asset::NETWORK_ADDRESS);
        if let (true, Some(name)) = (is_address, &host.name) {
            asset.record.set(asset::NAME, Value::Text(name.clone()));
            asset.record.set(asset::ID, Value::Text(name.clone()));
            asset.id.clone_from(name);
        }
        Row::Asset(asset)
    }
}

impl Importer for Findings {
    fn whole_records(&self, block: &[u8]) -> usize {
        self.csv.whole_records(block)
    }

    fn is_left_open(&self, tail: &[u8]) -> bool {
        self.csv.is_left_open(tail)
    }

    fn columns(&self) -> &[ColumnUse] {
        self.csv.columns()
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        self.csv.read(batch, &mut |row| each(self.complete(row)));
    }
}

fn finding(cells: &Cells<'_>, record: &mut Record) {
    let host = cells.text(cell::HOST);
    if host.is_empty() {
        return;
    }
    let is_address = host.parse::<IpAddr>().is_ok();
    let mut names = cell::NAMES.iter().map(|index| cells.text(*index));
    let name = names.find(|name| is_address && !name.is_empty());
    record.set_text(asset::NAME, name.unwrap_or(host));
    if is_address {
        record.set_text(asset::NETWORK_ADDRESS, host);
    }
    let title = cells.text(cell::NAME);
    if title.starts_with("Server Message Block (SMB) Protocol Version 1 Enabled") {
        record.set(asset::SMB1_SERVER, Value::Boolean(true));
    }
    if title.starts_with("Microsoft Windows Update Reboot Required") {
        record.set(asset::REBOOT_PENDING, Value::Boolean(true));
    }
    if cells.text(cell::PLUGIN) == "11936" {
        system(cells.text(cell::OUTPUT), record);
    }
    let is_finding = !cells.text(cell::RISK).eq_ignore_ascii_case("none");
    let cves: Vec<_> = list(cells.text(cell::CVE)).collect();
    if is_finding && !cves.is_empty() {
        missing(cells.text(cell::UPDATES), title, &cves, record);
        record.set(asset::OPEN_CVES, Value::Texts(cves));
    }
}

/// The operating system, where the scan is sure of one. It often guesses, and several.
fn system(output: &str, record: &mut Record) {
    let is_sure = said(output, "Confidence level") == Some("100");
    let mut lines = output
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let name = lines.find_map(|line| line.strip_prefix("Remote operating system"));
    let name = name.and_then(|rest| rest.trim_start().strip_prefix(':'));
    let is_alone = lines
        .next()
        .is_some_and(|line| line.starts_with("Confidence level"));
    if let (true, true, Some(name)) = (is_sure, is_alone, name) {
        record.set_text(asset::OS, name.trim());
    }
}

/// The update that would close holes. Without a severity it counts as severe: what is listed here
/// must not make a host look better than one of which nothing is known.
fn missing(updates: &str, title: &str, cves: &[String], record: &mut Record) {
    let mut updates = list(updates);
    let (Some(first), more) = (updates.next(), updates.next()) else {
        return;
    };
    // Several are one for each system, and this host's is not among them by name.
    let id = match (more, first.strip_prefix("KB").unwrap_or(&first)) {
        (None, number) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("KB{number}")
        }
        _ => title.to_owned(),
    };
    let mut one = Record::new(&missing_update::SCHEMA);
    one.set_text(missing_update::ID, &id);
    one.set(missing_update::CVES, Value::Texts(cves.to_vec()));
    record.set(asset::MISSING_UPDATES, Value::Records(vec![one]));
}

fn list(text: &str) -> impl Iterator<Item = String> {
    text.split([',', ';', '\n', ' '])
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::testing::all;
    use super::*;
    use crate::model::Subject;
    use jiff::civil::date;

    const HEADER: &str = "Plugin ID,CVE,CVSS v2.0 Base Score,Risk,Host,Protocol,Port,Name,Synopsis,Description,Solution,See Also,Plugin Output,MSKB\n";

    fn row(plugin: &str, cve: &str, risk: &str, host: &str, name: &str, output: &str) -> String {
        format!(
            "\"{plugin}\",\"{cve}\",\"\",\"{risk}\",\"{host}\",\"tcp\",\"445\",\"{name}\",\"a, b\",\"One, two, three, four, five, six,\nseven, eight, nine, ten, eleven, twelve, thirteen, fourteen.\",\"n/a\",\"\",\"{output}\",\"\"\n"
        )
    }

    fn of<'a>(rows: &'a [Subject], id: &str) -> Vec<&'a Subject> {
        rows.iter().filter(|asset| asset.id == id).collect()
    }

    #[test]
    fn a_hole_is_open_and_others_may_be_unless_the_scan_had_credentials() {
        let info = |answer| {
            format!(
                "Information about this scan :\n\nCredentialed checks : {answer}\nScan Start Date : 2026/11/19 8:12 GMT (UTC)\n"
            )
        };
        let text = [
            HEADER.to_owned(),
            row(
                "97833",
                "CVE-2017-0144",
                "Critical",
                "192.0.2.1",
                "MS17-010",
                "",
            ),
            row(
                "97833",
                "CVE-2017-0144",
                "Critical",
                "192.0.2.2",
                "MS17-010",
                "",
            ),
            row(
                "19506",
                "",
                "None",
                "192.0.2.1",
                "Scan",
                &info("yes, as 'EXAMPLE\\scan' via smb"),
            ),
            row("19506", "", "None", "192.0.2.2", "Scan", &info("no")),
            row(
                "12053",
                "",
                "None",
                "192.0.2.1",
                "FQDN",
                "192.0.2.1 resolves as srv-1.example.org.",
            ),
        ];
        let rows = all(&text.concat());
        assert_eq!(rows.len(), 5);
        let inside = of(&rows, "srv-1.example.org");
        assert_eq!(inside.len(), 3);
        assert_eq!(
            inside[0].texts(asset::OPEN_CVES),
            Some(&["CVE-2017-0144".to_owned()][..])
        );
        assert_eq!(inside[1].texts(asset::OPEN_CVES), Some(&[][..]));
        assert_eq!(inside[0].date(asset::OBSERVED_AT), Some(date(2026, 11, 19)));
        assert_eq!(inside[0].place.line, 2);
        let outside = of(&rows, "192.0.2.2");
        let open = outside[0].texts(asset::OPEN_CVES).expect("a hole");
        assert_eq!(open, ["CVE-2017-0144", MAY_BE_MORE]);
        assert_eq!(outside[1].value(asset::OPEN_CVES), None);
    }

    #[test]
    fn a_file_cut_to_its_findings_is_never_all_there_is() {
        let text = HEADER.to_owned() + &row("1", "CVE-2020-1", "Low", "srv-1", "x", "");
        let rows = all(&text);
        assert_eq!(rows[0].texts(asset::OPEN_CVES).map(<[_]>::len), Some(2));
        assert_eq!(rows[0].value(asset::MISSING_UPDATES), None);
    }

    #[test]
    fn one_sure_system_is_taken_and_guesses_are_not() {
        let output = |name: &str, level: &str| {
            format!(
                "\nRemote operating system : {name}\nConfidence level : {level}\nMethod : SMB\n"
            )
        };
        let os = |output: &str| {
            let row = row("11936", "", "None", "srv-1", "OS Identification", output);
            let rows = all(&(HEADER.to_owned() + &row));
            rows[0].text(asset::OS).map(str::to_owned)
        };
        let name = "Microsoft Windows Server 2016 Standard";
        assert_eq!(os(&output(name, "100")).as_deref(), Some(name));
        assert_eq!(os(&output(name, "95")), None);
        assert_eq!(
            os(&output("Windows 7\nWindows Server 2008 R2", "100")),
            None
        );
    }

    #[test]
    fn smb1_that_a_scan_met_is_on() {
        let name = "Server Message Block (SMB) Protocol Version 1 Enabled (uncredentialed check)";
        let rows = all(&(HEADER.to_owned() + &row("96982", "", "None", "srv-1", name, "")));
        assert_eq!(rows[0].boolean(asset::SMB1_SERVER), Some(true));
    }
}
