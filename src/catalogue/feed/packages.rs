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
    let releases = joined(package.releases.iter());
    let cves = joined(package.cves.iter());
    let replaces = joined(package.replaces.iter());
    let builds = joined(package.fixed_builds.iter());
    let score = package.cvss.map_or_else(String::new, |tenths| {
        format!("{}.{}", tenths / 10, tenths % 10)
    });
    writeln!(
        text,
        "{}\t{}\t{releases}\t{}\t{}\t{score}\t{cves}\t{replaces}\t{builds}\t{source}",
        package.kb,
        known.unwrap_or(package.released),
        package.kind,
        package.severity,
    )
    .expect("writing to a string");
}

fn joined(values: impl Iterator<Item = impl ToString>) -> String {
    let values: Vec<_> = values.map(|value| value.to_string()).collect();
    values.join("+")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use std::collections::BTreeSet;

    const BEFORE: &str = "# Packages.\n# data-date: 2026-08-18\n# source cvrf: the vendor\n\
        kb\treleased\tos\tkind\tseverity\tcvss\tcves\treplaces\tfixed_build\tsource\n\
        5000001\t2026-08-11\twindows-server-2022\tcumulative\thigh\t\tCVE-2026-1000\t\t\tcvrf\n";

    fn document(revised: &str, kb: u32) -> Document {
        Document {
            id: "2026-Sep".into(),
            revised: revised.into(),
            data_date: date(2026, 9, 8),
            packages: vec![Package {
                kb,
                released: date(2026, 9, 8),
                releases: BTreeSet::from(["windows-server-2022"]),
                kind: "cumulative",
                severity: "critical",
                cvss: Some(100),
                cves: BTreeSet::new(),
                replaces: BTreeSet::from([5_000_000]),
                fixed_builds: BTreeSet::new(),
            }],
            unknown: BTreeSet::new(),
        }
    }

    fn table(before: &str, document: Document) -> String {
        let mut fresh = with_documents(before, &[document]).unwrap();
        fresh.tables.remove(TABLE).unwrap()
    }

    #[test]
    fn a_later_edition_takes_the_place_of_the_earlier_one_alone() {
        let first = table(BEFORE, document("2026-09-08", 5_000_002));
        assert!(first.contains("# data-date: 2026-09-08\n"));
        assert!(first.contains("5000002\t2026-09-08\twindows-server-2022\tcumulative\tcritical\t10.0\t\t5000000\t\tmsrc-2026-Sep\n"));
        let second = table(&first, document("2026-09-20", 5_000_003));
        assert_eq!(
            documents(&second),
            BTreeMap::from([("2026-Sep", "2026-09-20")])
        );
        assert!(
            second.contains("5000001") && second.contains("5000003") && !second.contains("5000002")
        );
        assert_eq!(second.matches("# data-date: ").count(), 1);
    }

    #[test]
    fn a_package_keeps_the_day_it_has() {
        let text = table(BEFORE, document("2026-09-08", 5_000_001));
        assert!(text.contains("5000001\t2026-08-11\twindows-server-2022\tcumulative\tcritical"));
    }

    #[test]
    fn a_table_without_a_day_gets_one() {
        let text = table(
            &BEFORE.replace("# data-date: 2026-08-18\n", ""),
            document("x", 5_000_002),
        );
        assert_eq!(data_date(&text), date(2026, 9, 8));
    }
}
