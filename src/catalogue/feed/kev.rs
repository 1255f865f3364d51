//! The Known Exploited Vulnerabilities catalogue as CISA publishes it, in JSON. Keys we do not know
//! are left alone; the number of entries, their CVE numbers and their dates have to be right.

use super::{FeedError, shown};
use crate::catalogue::cve::Cve;
use crate::catalogue::kev::{Exploited, Kev};
use crate::catalogue::table::read_day;
use jiff::civil::Date;
use serde::Deserialize;
use std::borrow::Cow;

const DOCUMENT: &str = "the known exploited vulnerabilities";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Published<'d> {
    #[serde(borrow)]
    catalog_version: Cow<'d, str>,
    #[serde(borrow)]
    date_released: Cow<'d, str>,
    count: u64,
    #[serde(borrow)]
    vulnerabilities: Vec<Vulnerability<'d>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vulnerability<'d> {
    #[serde(borrow, rename = "cveID")]
    cve: Cow<'d, str>,
    #[serde(borrow)]
    vendor_project: Cow<'d, str>,
    #[serde(borrow)]
    product: Cow<'d, str>,
    #[serde(borrow)]
    date_added: Cow<'d, str>,
    #[serde(borrow)]
    due_date: Cow<'d, str>,
    #[serde(borrow)]
    known_ransomware_campaign_use: Cow<'d, str>,
}

impl Kev {
    /// Reads the published JSON. The caller bounds its size.
    pub fn read_json(bytes: &[u8]) -> Result<Self, FeedError> {
        let published: Published<'_> =
            serde_json::from_slice(bytes).map_err(|source| FeedError::Shape {
                document: DOCUMENT,
                source,
            })?;
        let listed = published.vulnerabilities.len();
        if listed == 0 {
            return Err(wrong("vulnerabilities", "an empty list"));
        }
        if u64::try_from(listed) != Ok(published.count) {
            let found = format!("{} entries stated, {listed} listed", published.count);
            return Err(wrong("count", found));
        }
        let released = released_on(&published.date_released)?;
        let entries = published
            .vulnerabilities
            .iter()
            .enumerate()
            .map(|(index, one)| one.read(index))
            .collect::<Result<_, _>>()?;
        let source = format!(
            "CISA Known Exploited Vulnerabilities catalogue, version {}, all {listed} entries; CISA publishes it as CC0 1.0",
            one_line(&published.catalog_version)
        );
        Self::of(entries, released, source.into())
            .map_err(|twice| wrong("vulnerabilities", format!("{twice} stands twice")))
    }
}

impl Vulnerability<'_> {
    fn read(&self, index: usize) -> Result<Exploited, FeedError> {
        let fault = |key: &str, text: &str, what: &str| {
            let place = format!("vulnerabilities[{index}].{key}");
            wrong(place, format!("`{}` is not {what}", shown(text)))
        };
        let day = |key: &str, text: &str| {
            read_day(text).ok_or_else(|| fault(key, text, "a date such as 2026-07-16"))
        };
        let cve = Cve::parse(&self.cve)
            .ok_or_else(|| fault("cveID", &self.cve, "a CVE number such as CVE-2017-0144"))?;
        Ok(Exploited {
            cve,
            vendor: one_line(&self.vendor_project).into(),
            product: one_line(&self.product).into(),
            added: day("dateAdded", &self.date_added)?,
            due: day("dueDate", &self.due_date)?,
            ransomware: match &*self.known_ransomware_campaign_use {
                "Known" => true,
                "Unknown" => false,
                other => {
                    let key = "knownRansomwareCampaignUse";
                    return Err(fault(key, other, "Known or Unknown"));
                }
            },
        })
    }
}

/// The list only grows, but for a few corrections. More entries than this that are gone or weaker
/// than before are a fault: what they lost would pass.
const MOST_WEAKER: usize = 20;

/// Why `fresh` may not take the place of `before`; else what of it is weaker, in words.
pub(in crate::catalogue) fn weaker(before: &Kev, fresh: &Kev) -> Result<Vec<String>, FeedError> {
    let (mut gone, mut notes) = (0, Vec::new());
    for was in before.entries() {
        match fresh.entry(was.cve) {
            None => gone += 1,
            Some(is) if is.last_day() > was.last_day() => notes.push(format!(
                "{} is now due by {} (was {})",
                is.cve, is.due, was.due
            )),
            Some(is) if was.ransomware && !is.ransomware => notes.push(format!(
                "{} is no longer said to be used by ransomware",
                is.cve
            )),
            Some(_) => {}
        }
    }
    if gone + notes.len() <= MOST_WEAKER {
        return Ok(notes);
    }
    let found = format!(
        "{gone} of {} entries in place are gone and {} are weaker; more than {MOST_WEAKER} are \
         taken for a fault",
        before.len(),
        notes.len()
    );
    Err(wrong("vulnerabilities", found))
}

/// `2026-07-16` of `2026-07-16T17:00:52.3478Z`.
fn released_on(text: &str) -> Result<Date, FeedError> {
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    read_day(day).ok_or_else(|| {
        let found = format!("`{}` does not begin with a date", shown(text));
        wrong("dateReleased", found)
    })
}

/// Text that cannot break out of a cell of our table.
fn one_line(text: &str) -> String {
    let words: Vec<_> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

fn wrong(place: impl Into<String>, found: impl Into<String>) -> FeedError {
    FeedError::Content {
        document: DOCUMENT,
        place: place.into(),
        found: found.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const SAMPLE: &str = r#"{
        "title": "CISA Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": "2026.11.20",
        "dateReleased": "2026-11-20T17:00:52.3478Z",
        "count": 3,
        "vulnerabilities": [
            {"cveID": "CVE-2026-99901", "vendorProject": "Larkfield ", "product": "Ward\tBoard",
             "vulnerabilityName": "Larkfield Ward Board Path Traversal Vulnerability", "dateAdded": "2026-11-20",
             "shortDescription": "A path \"..\" is followed.", "requiredAction": "Update.", "dueDate": "2026-12-11",
             "knownRansomwareCampaignUse": "Unknown", "notes": "", "cwes": ["CWE-22"]},
            {"cveID": "CVE-2025-9990", "vendorProject": "Brindle", "product": "Gateway & \u00c9diteur",
             "vulnerabilityName": "", "dateAdded": "2025-03-03", "shortDescription": "", "requiredAction": "",
             "dueDate": "2025-03-24", "knownRansomwareCampaignUse": "Known", "notes": ""},
            {"cveID": "CVE-2026-9990", "vendorProject": "Brindle", "product": "Gateway",
             "vulnerabilityName": "", "dateAdded": "2026-01-05", "shortDescription": "", "requiredAction": "",
             "dueDate": "2026-01-08", "knownRansomwareCampaignUse": "Unknown", "notes": ""}
        ]}"#;

    fn read(from: &str, to: &str) -> Result<Kev, String> {
        assert!(SAMPLE.contains(from), "{from}");
        Kev::read_json(SAMPLE.replacen(from, to, 1).as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_published_shape_gives_the_rows_of_our_table() {
        let kev = Kev::read_json(SAMPLE.as_bytes()).unwrap();
        assert_eq!((kev.len(), kev.data_date()), (3, date(2026, 11, 20)));
        let first = kev.find("CVE-2025-9990").unwrap();
        assert_eq!(
            (&*first.vendor, &*first.product),
            ("Brindle", "Gateway & Éditeur")
        );
        assert!(first.ransomware);
        assert_eq!(&*kev.find("CVE-2026-99901").unwrap().product, "Ward Board");
        assert_eq!(Kev::parse(&kev.to_table()), Ok(kev));
    }

    #[test]
    fn a_fault_refuses_the_whole_document_and_says_where() {
        for (from, to, told) in [
            (
                "\"count\": 3",
                "\"count\": 4",
                "count: 4 entries stated, 3 listed",
            ),
            (
                "\"CVE-2026-9990\"",
                "\"CVE-2025-9990\"",
                "CVE-2025-9990 stands twice",
            ),
            (
                "\"CVE-2025-9990\"",
                "\"CVE-2025-999\"",
                "vulnerabilities[1].cveID: `CVE-2025-999`",
            ),
            (
                "\"2025-03-24\"",
                "\"2025-02-30\"",
                "vulnerabilities[1].dueDate: `2025-02-30`",
            ),
            (
                "\"2025-03-03\"",
                "\"03/03/2025\"",
                "vulnerabilities[1].dateAdded: `03/03/2025`",
            ),
            (
                "\"Known\"",
                "\"known?\"",
                "vulnerabilities[1].knownRansomwareCampaignUse: `known?`",
            ),
            ("2026-11-20T17", "20 Nov", "dateReleased: `20 Nov"),
            ("\"dueDate\"", "\"due\"", "missing field `dueDate`"),
            ("\"count\": 3", "\"count\": -3", "invalid value"),
            ("\n        ]}", "\n        ]", "EOF"),
        ] {
            let error = read(from, to).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn an_empty_catalogue_is_none() {
        let empty = r#"{"catalogVersion": "1", "dateReleased": "2026-11-20", "count": 0, "vulnerabilities": []}"#;
        assert!(Kev::read_json(empty.as_bytes()).is_err());
        assert!(Kev::read_json(b"").is_err());
        assert!(Kev::read_json(b"<html></html>").is_err());
    }

    #[test]
    fn no_text_of_it_breaks_out_of_a_line() {
        let kev = read("2026.11.20", "1\\n# entries: 9\\u001b[2J").unwrap();
        assert_eq!(Kev::parse(&kev.to_table()), Ok(kev.clone()));
        let error = read("\"2025-03-24\"", "\"\\n\\u001b[2J\"").unwrap_err();
        assert!(!error.contains(['\n', '\u{1b}']), "{error:?}");
    }

    #[test]
    fn a_list_that_lost_entries_or_days_is_refused() {
        let entry = |number: usize, due: Date, ransomware| Exploited {
            cve: Cve::parse(&format!("CVE-2026-{number:04}")).unwrap(),
            vendor: "Larkfield".into(),
            product: "Ward Board".into(),
            added: date(2026, 1, 5),
            due,
            ransomware,
        };
        let list = |numbers: std::ops::Range<usize>, later: usize, ransomware| {
            let due = |number| date(if number < later { 2036 } else { 2026 }, 1, 8);
            let entries = numbers.map(|number| entry(number, due(number), ransomware));
            Kev::of(entries.collect(), date(2026, 11, 20), "a test".into()).unwrap()
        };
        let before = list(0..1_000, 0, true);
        assert_eq!(weaker(&before, &before).unwrap(), Vec::<String>::new());
        assert_eq!(
            weaker(&before, &list(20..1_001, 0, true)).unwrap(),
            Vec::<String>::new()
        );
        assert_eq!(
            weaker(&before, &list(0..1_000, 20, true)).unwrap().len(),
            20
        );
        for worse in [
            list(21..1_000, 0, true),
            list(0..1_000, 21, true),
            list(10..1_000, 21, true),
            list(0..1_000, 0, false),
        ] {
            let error = weaker(&before, &worse).unwrap_err().to_string();
            assert!(error.contains("taken for a fault"), "{error}");
        }
    }
}
