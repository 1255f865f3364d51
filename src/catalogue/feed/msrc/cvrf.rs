//! The vendor's monthly document: CVRF in JSON, version 3 of the interface.

use super::{
    DOCUMENT, Document, Gathered, Statement, cve, day, kb, revision, shape, tenths, wrong,
};
use crate::catalogue::feed::{FeedError, shown};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};

const MAX_VULNERABILITIES: usize = 20_000;
const MAX_PRODUCTS: usize = 50_000;
/// Product by product; a month has some ten thousand.
const MAX_STATEMENTS: usize = 3_000_000;
/// The numbers the format gives to what we read.
const VENDOR_FIX: u32 = 2;
const SEVERITY: u32 = 3;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Published {
    document_tracking: Tracking,
    product_tree: Tree,
    vulnerability: Vec<Vulnerability>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tracking {
    identification: Identification,
    current_release_date: String,
}

#[derive(Deserialize)]
struct Identification {
    #[serde(rename = "ID")]
    id: Text,
}

#[derive(Deserialize, Default)]
struct Text {
    #[serde(rename = "Value")]
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tree {
    full_product_name: Vec<ProductName>,
}

#[derive(Deserialize)]
struct ProductName {
    #[serde(rename = "ProductID")]
    id: String,
    #[serde(rename = "Value")]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Vulnerability {
    #[serde(rename = "CVE")]
    cve: String,
    #[serde(default)]
    threats: Vec<Threat>,
    #[serde(default, rename = "CVSSScoreSets")]
    scores: Vec<Score>,
    #[serde(default)]
    remediations: Vec<Remediation>,
    #[serde(default)]
    revision_history: Vec<Revision>,
}

#[derive(Deserialize)]
struct Threat {
    #[serde(rename = "Type")]
    kind: u32,
    #[serde(rename = "Description", default)]
    description: Text,
    #[serde(rename = "ProductID", default)]
    products: Vec<String>,
}

#[derive(Deserialize)]
struct Score {
    #[serde(rename = "BaseScore")]
    base: Option<f64>,
    #[serde(rename = "ProductID", default)]
    products: Vec<String>,
}

#[derive(Deserialize)]
struct Remediation {
    #[serde(rename = "Type")]
    kind: u32,
    #[serde(rename = "Description", default)]
    description: Text,
    #[serde(rename = "Supercedence")]
    replaces: Option<String>,
    #[serde(rename = "ProductID", default)]
    products: Vec<String>,
    #[serde(rename = "SubType")]
    sub_type: Option<String>,
    #[serde(rename = "FixedBuild")]
    fixed_build: Option<String>,
}

#[derive(Deserialize)]
struct Revision {
    #[serde(rename = "Date")]
    date: Option<String>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Document, FeedError> {
    let published: Published = serde_json::from_slice(bytes).map_err(shape)?;
    let id = published
        .document_tracking
        .identification
        .id
        .value
        .unwrap_or_default();
    if !is_month(&id) {
        let found = format!("`{}` is not a month such as 2026-Sep", shown(&id));
        return Err(wrong("DocumentTracking.Identification.ID", found));
    }
    let (revised, data_date) = revision(
        "DocumentTracking.CurrentReleaseDate",
        &published.document_tracking.current_release_date,
    )?;
    let vulnerabilities = published.vulnerability;
    if vulnerabilities.is_empty() || vulnerabilities.len() > MAX_VULNERABILITIES {
        let found = format!("{} entries", vulnerabilities.len());
        return Err(wrong("Vulnerability", found));
    }
    let names = names(&published.product_tree)?;
    let mut gathered = Gathered::default();
    let mut known = BTreeSet::new();
    let mut statements = 0;
    for (index, one) in vulnerabilities.iter().enumerate() {
        let place = format!("Vulnerability[{index}]");
        if !known.insert(&one.cve) {
            return Err(wrong(place, format!("`{}` a second time", shown(&one.cve))));
        }
        one.gather(&place, &names, &mut gathered, &mut statements)?;
    }
    let unknown = std::mem::take(&mut gathered.unknown);
    Ok(Document {
        id,
        revised,
        data_date,
        packages: gathered.packages(),
        unknown,
    })
}

fn names(tree: &Tree) -> Result<HashMap<&str, &str>, FeedError> {
    if tree.full_product_name.len() > MAX_PRODUCTS {
        return Err(wrong(
            "ProductTree",
            format!("more than {MAX_PRODUCTS} products"),
        ));
    }
    let mut names = HashMap::new();
    for (index, product) in tree.full_product_name.iter().enumerate() {
        let before = names.insert(&*product.id, &*product.name);
        if before.is_some_and(|before| before != product.name) {
            let found = format!("`{}` means two products", shown(&product.id));
            return Err(wrong(
                format!("ProductTree.FullProductName[{index}]"),
                found,
            ));
        }
    }
    Ok(names)
}

impl Vulnerability {
    fn gather(
        &self,
        place: &str,
        names: &HashMap<&str, &str>,
        gathered: &mut Gathered,
        statements: &mut usize,
    ) -> Result<(), FeedError> {
        let fixes = self
            .remediations
            .iter()
            .filter(|one| one.kind == VENDOR_FIX);
        let cve = cve(&self.cve).map_err(|()| {
            let found = format!(
                "`{}` is not a CVE number such as CVE-2017-0144",
                shown(&self.cve)
            );
            wrong(format!("{place}.CVE"), found)
        })?;
        let mut published = None;
        for revision in self
            .revision_history
            .iter()
            .filter_map(|one| one.date.as_deref())
        {
            let day = day(&format!("{place}.RevisionHistory"), revision)?;
            published = Some(published.map_or(day, |first| day.min(first)));
        }
        let severities = self.severities();
        let scores = self.scores_by_product(place)?;
        for fix in fixes {
            // A fix that is no package: release notes, a store update.
            let Some(kb) = fix.description.value.as_deref().and_then(kb) else {
                continue;
            };
            let published =
                published.ok_or_else(|| wrong(format!("{place}.RevisionHistory"), "no date"))?;
            *statements += fix.products.len();
            if *statements > MAX_STATEMENTS {
                return Err(wrong(
                    place,
                    format!("more than {MAX_STATEMENTS} fixes in {DOCUMENT}"),
                ));
            }
            for id in &fix.products {
                let Some(product) = names.get(&**id) else {
                    let found = format!("product `{}` is not in the product tree", shown(id));
                    return Err(wrong(format!("{place}.Remediations"), found));
                };
                gathered.add(&Statement {
                    product,
                    kb,
                    sub_type: fix.sub_type.as_deref().unwrap_or(""),
                    fixed_build: fix.fixed_build.as_deref().unwrap_or(""),
                    replaces: fix.replaces.as_deref().unwrap_or(""),
                    cve,
                    severity: severities.get(&**id).copied().unwrap_or(""),
                    cvss: scores.get(&**id).copied(),
                    published,
                });
            }
        }
        Ok(())
    }

    fn severities(&self) -> HashMap<&str, &str> {
        let threats = self.threats.iter().filter(|threat| threat.kind == SEVERITY);
        let stated = threats.flat_map(|threat| {
            let severity = threat.description.value.as_deref().unwrap_or("");
            threat.products.iter().map(move |id| (&**id, severity))
        });
        stated.collect()
    }

    fn scores_by_product(&self, place: &str) -> Result<HashMap<&str, u16>, FeedError> {
        let mut scores = HashMap::new();
        for set in &self.scores {
            let Some(base) = set.base else {
                continue;
            };
            let base = tenths(base).ok_or_else(|| {
                wrong(
                    format!("{place}.CVSSScoreSets"),
                    format!("{base} is no score"),
                )
            })?;
            scores.extend(set.products.iter().map(|id| (&**id, base)));
        }
        Ok(scores)
    }
}

/// `2026-Sep`; the vendor once had two in a month, `2017-May-B`.
pub(super) fn is_month(id: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut parts = id.split('-');
    let year = parts
        .next()
        .is_some_and(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
    let month = parts.next().is_some_and(|month| MONTHS.contains(&month));
    let letter = parts.next().is_none_or(|letter| {
        letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    year && month && letter && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"{
        "DocumentTitle": {"Value": "September 2026 Security Updates"},
        "DocumentTracking": {"Identification": {"ID": {"Value": "2026-Sep"}, "Alias": {"Value": "2026-Sep"}},
            "InitialReleaseDate": "2026-09-08T07:00:00", "CurrentReleaseDate": "2026-10-04T01:53:47"},
        "ProductTree": {"FullProductName": [
            {"ProductID": "1", "Value": "Windows Server 2022"},
            {"ProductID": "2", "Value": "Windows Server 2022 (Server Core installation)"},
            {"ProductID": "3", "Value": "Windows Server 2012 R2"},
            {"ProductID": "4", "Value": "Microsoft Office 2016 (32-bit edition)"},
            {"ProductID": "5", "Value": "Windows 11 Version 27H2 for x64-based Systems"},
            {"ProductID": "6", "Value": "Microsoft .NET Framework 4.8 on Windows Server 2012 R2"}]},
        "Vulnerability": [
            {"CVE": "CVE-2026-50001", "Title": {"Value": "x"},
             "Threats": [{"Type": 0, "Description": {"Value": "Remote Code Execution"}, "ProductID": ["1"]},
                         {"Type": 3, "Description": {"Value": "Important"}, "ProductID": ["1", "2", "3"]}],
             "CVSSScoreSets": [{"BaseScore": 7.8, "TemporalScore": 6.8, "ProductID": ["1", "2"]}],
             "Remediations": [
                {"Type": 2, "Description": {"Value": "5121001"}, "Supercedence": "5120001; KB5119001", "ProductID": ["1", "2", "5"],
                 "SubType": "Security Update", "FixedBuild": "10.0.20348.4000", "URL": "https://x.invalid"},
                {"Type": 2, "Description": {"Value": "5121003"}, "ProductID": ["3"], "SubType": "Monthly Rollup", "FixedBuild": "6.3.9600.23000"},
                {"Type": 2, "Description": {"Value": "5121004"}, "ProductID": ["3"], "SubType": "Security Only"},
                {"Type": 2, "Description": {"Value": "Release Notes"}, "ProductID": ["4"], "SubType": "Security Update"},
                {"Type": 5, "Description": {"Value": "5121999"}, "ProductID": ["1"]}],
             "RevisionHistory": [{"Number": "2", "Date": "2026-09-20T07:00:00"}, {"Number": "1", "Date": "2026-09-08T07:00:00"}]},
            {"CVE": "CVE-2026-50002", "Threats": [{"Type": 3, "Description": {"Value": "Critical"}, "ProductID": ["1"]}],
             "CVSSScoreSets": [{"BaseScore": 9.8, "ProductID": ["1"]}],
             "Remediations": [
                {"Type": 2, "Description": {"Value": "5121001"}, "ProductID": ["1"], "SubType": "Security Update", "FixedBuild": "10.0.20348..4000"},
                {"Type": 2, "Description": {"Value": "5121006"}, "ProductID": ["6"], "SubType": "Security Update", "FixedBuild": "4.8.1"}],
             "RevisionHistory": [{"Date": "2026-09-08T07:00:00"}]}
        ]}"#;

    fn read_with(from: &str, to: &str) -> Result<Document, String> {
        assert!(SAMPLE.contains(from), "{from}");
        read(SAMPLE.replacen(from, to, 1).as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_month_is_written_down_as_it_stands() {
        let document = read(SAMPLE.as_bytes()).unwrap();
        assert_eq!(
            (&*document.id, &*document.revised),
            ("2026-Sep", "2026-10-04T01:53:47")
        );
        let told: Vec<_> = document
            .packages
            .iter()
            .map(|one| {
                let releases = one.releases.iter().copied().collect::<Vec<_>>().join("+");
                let cves = one.cves.len();
                format!(
                    "{} {} {releases} {} {} {:?} {cves}",
                    one.kb, one.released, one.kind, one.severity, one.cvss
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "5121001 2026-09-08 windows-server-2022 cumulative critical Some(98) 2",
                "5121003 2026-09-08 windows-server-2012-r2 rollup high None 1",
                "5121004 2026-09-08 windows-server-2012-r2 security-only high None 1",
                "5121006 2026-09-08 windows-server-2012-r2 other  None 1",
            ]
        );
        let first = &document.packages[0];
        assert_eq!(Vec::from_iter(&first.replaces), [&5_119_001, &5_120_001]);
        assert_eq!(
            Vec::from_iter(&first.fixed_builds),
            ["10.0.20348..4000", "10.0.20348.4000"]
        );
        assert_eq!(document.unknown.len(), 1);
    }

    #[test]
    fn a_build_of_another_release_makes_no_cumulative_update() {
        let document = read_with("10.0.20348..4000", "10.0.19041.3920").unwrap();
        assert_eq!(document.packages[0].kind, "cumulative");
        let text = SAMPLE
            .replace("10.0.20348.4000", "10.0.19041.3920")
            .replace("10.0.20348..4000", "");
        let document = read(text.as_bytes()).unwrap();
        assert_eq!(document.packages[0].kind, "standalone");
    }

    #[test]
    fn a_fault_refuses_the_whole_document_and_says_where() {
        for (from, to, told) in [
            (
                "\"2026-Sep\"}, \"Alias\"",
                "\"September\"}, \"Alias\"",
                "`September` is not a month",
            ),
            (
                "CVE-2026-50002",
                "CVE-2026-50001",
                "Vulnerability[1]: `CVE-2026-50001` a second time",
            ),
            ("CVE-2026-50002", "CVE-2026-5", "Vulnerability[1].CVE"),
            ("2026-10-04T01", "4 October", "CurrentReleaseDate"),
            (
                "2026-09-20T07",
                "2026-09-31T07",
                "Vulnerability[0].RevisionHistory",
            ),
            (
                "\"ProductID\": [\"1\", \"2\", \"5\"]",
                "\"ProductID\": [\"77\"]",
                "product `77` is not in the product tree",
            ),
            (
                "\"ProductID\": \"2\"",
                "\"ProductID\": \"1\"",
                "`1` means two products",
            ),
            ("9.8", "98", "98 is no score"),
            (
                "\"Vulnerability\": [",
                "\"Vulnerability\": [], \"x\": [",
                "0 entries",
            ),
        ] {
            let error = read_with(from, to).unwrap_err();
            assert!(error.contains(told), "{told}: {error}");
        }
    }

    #[test]
    fn months_are_told_from_paths() {
        for is in ["2026-Sep", "2017-May-B"] {
            assert!(is_month(is), "{is}");
        }
        for is_not in [
            "",
            "2026-09",
            "2026-Sep/..",
            "2026-Sep-BB",
            "26-Sep",
            "2026-Sep-B-C",
        ] {
            assert!(!is_month(is_not), "{is_not}");
        }
    }
}
