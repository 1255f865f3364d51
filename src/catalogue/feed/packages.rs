//! Brings the vendor's documents into `windows-packages.tsv`: the rows of a document take the place
//! of those of its earlier edition, and every other row stays.

use super::msrc::{Document, Package};
use super::{FeedError, Fresh};
use crate::catalogue::table;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

pub const TABLE: &str = "windows-packages.tsv";

/// The documents a table holds, by id, each with its edition.
pub fn documents(table: &str) -> BTreeMap<&str, &str> {
    let header = table.lines().take_while(|line| line.starts_with('#'));
    header
        .filter_map(|line| {
            let (id, rest) = line.strip_prefix("# source msrc-")?.split_once(": ")?;
            let (_, revised) = rest.rsplit_once("revised ")?;
            Some((id, revised))
        })
        .collect()
}

/// The day of a table's facts; the beginning of time where it does not say.
pub fn data_date(table: &str) -> Date {
    table::data_date(TABLE, table).unwrap_or(Date::MIN)
}

/// The table `before` with these documents in it.
pub fn with_documents(before: &str, documents: &[Document]) -> Result<Fresh, FeedError> {
    let mut data_date = data_date(before);
    let mut notes = Vec::new();
    let mut sources = BTreeMap::new();
    for document in documents {
        data_date = data_date.max(document.data_date);
        sources.insert(format!("msrc-{}", document.id), document);
        if !document.unknown.is_empty() {
            let names: Vec<_> = document.unknown.iter().map(String::as_str).collect();
            notes.push(format!(
                "{} names releases of Windows that this program does not know: {}",
                document.id,
                names.join(", ")
            ));
        }
    }
    let mut text = header(before, data_date, &sources);
    let lines = before.lines().filter(|line| !line.starts_with('#'));
    for line in lines {
        let source = line.rsplit('\t').next().unwrap_or("");
        if !sources.contains_key(source) {
            text.push_str(line);
            text.push('\n');
        }
    }
    let days = first_days(before);
    for (source, document) in &sources {
        for package in &document.packages {
            write_row(&mut text, package, days.get(&package.kb).copied(), source);
        }
    }
    Ok(Fresh {
        tables: BTreeMap::from([(TABLE, text)]),
        data_date,
        notes,
    })
}

fn header(before: &str, data_date: Date, sources: &BTreeMap<String, &Document>) -> String {
    let mut text = String::new();
    for line in before.lines().take_while(|line| line.starts_with('#')) {
        let source = line
            .strip_prefix("# source ")
            .and_then(|rest| rest.split_once(": "));
        if source.is_some_and(|(tag, _)| sources.contains_key(tag)) {
            continue;
        }
        if !line.starts_with("# data-date: ") {
            text.push_str(line);
            text.push('\n');
        }
    }
    writeln!(text, "# data-date: {data_date}").expect("writing to a string");
    for (tag, document) in sources {
        writeln!(
            text,
            "# source {tag}: Microsoft security document {}, facts of the vendor, revised {}",
            document.id, document.revised
        )
        .expect("writing to a string");
    }
    text
}

/// The day each package of the program's own facts came out; documents of other months date a
/// package by the CVEs they add to it.
fn first_days(table: &str) -> HashMap<u32, Date> {
    let mut days = HashMap::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split('\t');
        let (kb, released) = (cells.next(), cells.next());
        let is_document = cells
            .next_back()
            .is_some_and(|tag| tag.starts_with("msrc-"));
        let kb = kb.and_then(|kb| kb.parse().ok());
        if let (Some(kb), Some(day), false) = (kb, released.and_then(table::read_day), is_document)
        {
            days.entry(kb).or_insert(day);
        }
    }
    days
}

fn write_row(text: &mut String, package: &Package, known: Option<Date>, source: &str) {
    let releases = Vec::from_iter(package.releases.iter().copied()).join("+");
    let cves = Vec::from_iter(package.cves.iter().map(ToString::to_string)).join("+");
    let replaces: Vec<_> = package.replaces.iter().map(u32::to_string).collect();
    let builds = Vec::from_iter(package.fixed_builds.iter().map(String::as_str)).join("+");
    let cvss = package.cvss.map_or_else(String::new, |tenths| {
        format!("{}.{}", tenths / 10, tenths % 10)
    });
    writeln!(
        text,
        "{}\t{}\t{releases}\t{}\t{}\t{cvss}\t{cves}\t{}\t{builds}\t{source}",
        package.kb,
        known.unwrap_or(package.released),
        package.kind,
        package.severity,
        replaces.join("+"),
    )
    .expect("writing to a string");
}
