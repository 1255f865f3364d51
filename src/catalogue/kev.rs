//! Vulnerabilities known to be exploited: a pinned snapshot of the catalogue that CISA keeps, with
//! the day by which each was to be mended and whether ransomware uses it.

use super::cve::Cve;
use super::table::{FactError, data_date, rows};
use jiff::civil::Date;
use std::fmt::Write;
use std::sync::Arc;

pub(super) const TABLE: &str = "kev.tsv";
pub(super) const COLUMNS: [&str; 7] = [
    "cve",
    "vendor",
    "product",
    "added",
    "due",
    "ransomware",
    "source",
];

/// One vulnerability of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exploited {
    pub cve: Cve,
    pub vendor: Box<str>,
    pub product: Box<str>,
    /// The day it was listed.
    pub added: Date,
    /// The last day for mending it.
    pub due: Date,
    /// Use in ransomware campaigns is known.
    pub ransomware: bool,
}

impl Exploited {
    /// The last day on which nobody is late: the due date, or the day before it was listed.
    pub fn last_day(&self) -> Date {
        let eve = self.added.yesterday().unwrap_or(self.added);
        self.due.max(eve)
    }
}

/// The whole catalogue of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kev {
    /// By CVE.
    entries: Vec<Exploited>,
    data_date: Date,
    source: Arc<str>,
}

impl Kev {
    /// Reads our own table. A table that is cut short is refused: what it lost would pass.
    pub fn parse(text: &str) -> Result<Self, FactError> {
        let mut entries: Vec<Exploited> = Vec::new();
        let mut source = None;
        rows(TABLE, text, COLUMNS, |row| {
            let [cve, vendor, product, added, due, ransomware, _] = row.cells;
            let entry = Exploited {
                cve: Cve::parse(cve)
                    .filter(|read| read.to_string() == cve)
                    .ok_or_else(|| row.wrong(format!("`{cve}` is not a CVE number")))?,
                vendor: vendor.into(),
                product: product.into(),
                added: row.date(added)?,
                due: row.date(due)?,
                ransomware: match ransomware {
                    "" => false,
                    "yes" => true,
                    _ => return Err(row.wrong(format!("`{ransomware}` is neither yes nor empty"))),
                },
            };
            if entries.last().is_some_and(|last| last.cve >= entry.cve) {
                return Err(row.wrong(format!("{cve} is out of order, or stands twice")));
            }
            entries.push(entry);
            source = Some(row.source()?);
            Ok(())
        })?;
        let stated = stated_entries(text);
        match source {
            Some(source) if stated == Some(entries.len()) => Ok(Self {
                entries,
                data_date: data_date(TABLE, text)?,
                source,
            }),
            _ => Err(FactError {
                table: TABLE,
                line: 1,
                what: match stated {
                    Some(stated) => format!("{stated} entries stated, {} found", entries.len()),
                    None => "no line `# entries:` with their number".into(),
                },
            }),
        }
    }

    /// A catalogue of entries in any order. `Err` names a CVE that stands twice.
    pub(super) fn of(
        mut entries: Vec<Exploited>,
        data_date: Date,
        source: Arc<str>,
    ) -> Result<Self, Cve> {
        entries.sort_by_key(|entry| entry.cve);
        let twice = entries
            .array_windows()
            .find(|[one, next]| one.cve == next.cve);
        if let Some([one, _]) = twice {
            return Err(one.cve);
        }
        Ok(Self {
            entries,
            data_date,
            source,
        })
    }

    /// The entry of a CVE, in any case and with spaces around it.
    pub fn find(&self, cve: &str) -> Option<&Exploited> {
        self.entry(Cve::parse(cve)?)
    }

    pub fn entry(&self, cve: Cve) -> Option<&Exploited> {
        let index = self.entries.binary_search_by_key(&cve, |entry| entry.cve);
        self.entries.get(index.ok()?)
    }

    /// Every entry, by CVE.
    pub fn entries(&self) -> &[Exploited] {
        &self.entries
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The day of the snapshot.
    pub fn data_date(&self) -> Date {
        self.data_date
    }

    /// Where the snapshot is from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The catalogue as a table that [`Self::parse`] reads.
    pub fn to_table(&self) -> String {
        let mut table = format!(
            "# Vulnerabilities known to be exploited.\n# entries: {}\n# data-date: {}\n# source kev: {}\n{}\n",
            self.len(),
            self.data_date,
            self.source,
            COLUMNS.join("\t")
        );
        for entry in &self.entries {
            let ransomware = if entry.ransomware { "yes" } else { "" };
            writeln!(
                table,
                "{}\t{}\t{}\t{}\t{}\t{ransomware}\tkev",
                entry.cve, entry.vendor, entry.product, entry.added, entry.due
            )
            .expect("writing to a string");
        }
        table
    }
}

/// The number in the header line `# entries: 1685`.
fn stated_entries(text: &str) -> Option<usize> {
    text.lines()
        .take_while(|line| line.starts_with('#'))
        .find_map(|line| line.strip_prefix("# entries: "))
        .and_then(|number| number.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const HEAD: &str = "# data-date: 2026-07-18\n# source kev: CISA\ncve\tvendor\tproduct\tadded\tdue\transomware\tsource\n";

    fn table(entries: usize, rows: &str) -> String {
        format!("# entries: {entries}\n{HEAD}{rows}")
    }

    #[test]
    fn an_entry_is_found_however_its_number_is_written() {
        let rows = "CVE-2017-0144\tMicrosoft\tSMBv1\t2022-02-10\t2022-08-10\tyes\tkev\n";
        let kev = Kev::parse(&table(1, rows)).unwrap();
        let found = kev.find(" cve-2017-0144 ").unwrap();
        assert_eq!(&*found.vendor, "Microsoft");
        assert_eq!(found.due, date(2022, 8, 10));
        assert!(found.ransomware);
        assert_eq!(kev.find("CVE-2017-01440"), None);
        assert_eq!(kev.find("MS17-010"), None);
    }

    #[test]
    fn a_table_that_may_have_lost_rows_is_refused() {
        let row = "CVE-2017-0144\tA\tB\t2022-02-10\t2022-08-10\t\tkev\n";
        assert!(Kev::parse(&table(1, row)).is_ok());
        assert!(Kev::parse(&table(2, row)).is_err());
        assert!(Kev::parse(&table(0, "")).is_err());
        assert!(Kev::parse(&format!("{HEAD}{row}")).is_err());
    }

    #[test]
    fn a_wrong_row_is_refused_with_its_line() {
        for row in [
            "CVE-2017-144\tA\tB\t2022-02-10\t2022-08-10\t\tkev\n",
            "cve-2017-0144\tA\tB\t2022-02-10\t2022-08-10\t\tkev\n",
            "CVE-2017-0144\tA\tB\t2022-02-30\t2022-08-10\t\tkev\n",
            "CVE-2017-0144\tA\tB\t2022-02-10\t10/08/2022\t\tkev\n",
            "CVE-2017-0144\tA\tB\t2022-02-10\t2022-08-10\tno\tkev\n",
            "CVE-2017-0144\tA\tB\t2022-02-10\t2022-08-10\t\tnobody\n",
        ] {
            let line = Kev::parse(&table(1, row)).unwrap_err().line;
            assert_eq!(line, 5, "{row}");
        }
        let twice = "CVE-2017-0144\tA\tB\t2022-02-10\t2022-08-10\t\tkev\n".repeat(2);
        assert_eq!(Kev::parse(&table(2, &twice)).unwrap_err().line, 6);
    }

    #[test]
    fn nobody_is_late_before_the_listing() {
        let rows = "CVE-2017-0144\tA\tB\t2022-02-10\t2022-01-10\t\tkev\nCVE-2017-0145\tA\tB\t2022-02-10\t2022-02-10\t\tkev\n";
        let kev = Kev::parse(&table(2, rows)).unwrap();
        let last_days: Vec<_> = kev.entries().iter().map(Exploited::last_day).collect();
        assert_eq!(last_days, [date(2022, 2, 9), date(2022, 2, 10)]);
    }

    #[test]
    fn a_written_table_reads_as_the_same_catalogue() {
        let kev = crate::catalogue::Catalogue::embedded().kev();
        assert_eq!(Kev::parse(&kev.to_table()).as_ref(), Ok(kev));
    }
}
