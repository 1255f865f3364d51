//! The vendor's document for one CVE: CSAF 2.0. A fix names its package by the address of its page
//! and its build in front of it: `10.0.14393.7606:Security Update:https://…/help/5048671`.

use super::{Document, Gathered, Statement, cve, day, kb, revision, shape, tenths, wrong};
use crate::catalogue::Cve;
use crate::catalogue::feed::{FeedError, shown};
use serde::Deserialize;
use std::collections::HashMap;

const MAX_BRANCHES: usize = 100_000;
const MAX_STATEMENTS: usize = 1_000_000;

#[derive(Deserialize)]
struct Published {
    document: Head,
    product_tree: Tree,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Deserialize)]
struct Head {
    csaf_version: String,
    tracking: Tracking,
    aggregate_severity: Option<Severity>,
}

#[derive(Deserialize)]
struct Severity {
    text: String,
}

#[derive(Deserialize)]
struct Tracking {
    current_release_date: String,
    initial_release_date: String,
}

#[derive(Deserialize)]
struct Tree {
    #[serde(default)]
    branches: Vec<Branch>,
}

#[derive(Deserialize)]
struct Branch {
    category: String,
    name: String,
    #[serde(default)]
    branches: Vec<Branch>,
    product: Option<Product>,
}

#[derive(Deserialize)]
struct Product {
    name: String,
    product_id: String,
}

#[derive(Deserialize)]
struct Vulnerability {
    cve: Option<String>,
    #[serde(default)]
    remediations: Vec<Remediation>,
    #[serde(default)]
    scores: Vec<Score>,
}

#[derive(Deserialize)]
struct Remediation {
    category: String,
    date: Option<String>,
    #[serde(default)]
    details: String,
    #[serde(default)]
    product_ids: Vec<String>,
    url: Option<String>,
}

#[derive(Deserialize)]
struct Score {
    #[serde(default)]
    products: Vec<String>,
    cvss_v3: Option<Cvss>,
}

#[derive(Deserialize)]
struct Cvss {
    #[serde(rename = "baseScore")]
    base: f64,
}

pub(super) fn read(bytes: &[u8]) -> Result<Document, FeedError> {
    let published: Published = serde_json::from_slice(bytes).map_err(shape)?;
    if published.document.csaf_version != "2.0" {
        let found = format!(
            "`{}` where 2.0 is read",
            shown(&published.document.csaf_version)
        );
        return Err(wrong("document.csaf_version", found));
    }
    let [vulnerability] = published.vulnerabilities.as_slice() else {
        let found = format!(
            "{} entries where there is one",
            published.vulnerabilities.len()
        );
        return Err(wrong("vulnerabilities", found));
    };
    let tracking = &published.document.tracking;
    let (revised, data_date) = revision(
        "document.tracking.current_release_date",
        &tracking.current_release_date,
    )?;
    let first = day(
        "document.tracking.initial_release_date",
        &tracking.initial_release_date,
    )?;
    let number = vulnerability.cve.as_deref().unwrap_or("");
    let Ok(Some(cve)) = cve(number) else {
        let found = format!(
            "`{}` is not a CVE number such as CVE-2017-0144",
            shown(number)
        );
        return Err(wrong("vulnerabilities[0].cve", found));
    };
    let mut names = HashMap::new();
    for branch in &published.product_tree.branches {
        branch.names(None, &mut names)?;
    }
    let severity = published.document.aggregate_severity.as_ref();
    let severity = severity.map_or("", |severity| &*severity.text);
    let mut gathered = Gathered::default();
    vulnerability.gather(cve, first, severity, &names, &mut gathered)?;
    let unknown = std::mem::take(&mut gathered.unknown);
    Ok(Document {
        id: cve.to_string(),
        revised,
        data_date,
        packages: gathered.packages(),
        unknown,
    })
}

impl Branch {
    /// Product ids to names: of the branch that is the product, whose versions hang below it. The
    /// reader of JSON bounds the depth.
    fn names<'d>(
        &'d self,
        above: Option<&'d str>,
        names: &mut HashMap<&'d str, &'d str>,
    ) -> Result<(), FeedError> {
        let own = (self.category == "product_name")
            .then_some(&*self.name)
            .or(above);
        if let Some(product) = &self.product {
            let name = own.unwrap_or(&product.name);
            let before = names.insert(&product.product_id, name);
            if before.is_some_and(|before| before != name) {
                let found = format!("`{}` means two products", shown(&product.product_id));
                return Err(wrong("product_tree", found));
            }
        }
        if names.len() > MAX_BRANCHES {
            return Err(wrong(
                "product_tree",
                format!("more than {MAX_BRANCHES} products"),
            ));
        }
        self.branches
            .iter()
            .try_for_each(|branch| branch.names(own, names))
    }
}

impl Vulnerability {
    fn gather(
        &self,
        cve: Cve,
        first: jiff::civil::Date,
        severity: &str,
        names: &HashMap<&str, &str>,
        gathered: &mut Gathered,
    ) -> Result<(), FeedError> {
        let mut scores = HashMap::new();
        for score in &self.scores {
            let Some(cvss) = &score.cvss_v3 else {
                continue;
            };
            let base = tenths(cvss.base).ok_or_else(|| {
                wrong(
                    "vulnerabilities[0].scores",
                    format!("{} is no score", cvss.base),
                )
            })?;
            scores.extend(score.products.iter().map(|id| (&**id, base)));
        }
        let mut statements = 0;
        for (index, fix) in self.remediations.iter().enumerate() {
            let place = format!("vulnerabilities[0].remediations[{index}]");
            let Some(package) = fix
                .url
                .as_deref()
                .and_then(package)
                .filter(|_| fix.category == "vendor_fix")
            else {
                continue;
            };
            let published = fix
                .date
                .as_deref()
                .map_or(Ok(first), |date| day(&place, date))?;
            let (fixed_build, sub_type) = fix.build_and_kind();
            statements += fix.product_ids.len();
            if statements > MAX_STATEMENTS {
                return Err(wrong(place, format!("more than {MAX_STATEMENTS} fixes")));
            }
            for product_id in &fix.product_ids {
                let Some(product) = names.get(&**product_id) else {
                    let found =
                        format!("product `{}` is not in the product tree", shown(product_id));
                    return Err(wrong(place, found));
                };
                gathered.add(&Statement {
                    product,
                    kb: package,
                    sub_type,
                    fixed_build,
                    replaces: "",
                    cve: Some(cve),
                    severity,
                    cvss: scores.get(&**product_id).copied(),
                    published,
                });
            }
        }
        Ok(())
    }
}

impl Remediation {
    fn build_and_kind(&self) -> (&str, &str) {
        let mut parts = self.details.splitn(3, ':');
        let build = parts.next().unwrap_or("");
        (build, parts.next().unwrap_or(""))
    }
}

/// The package behind `https://…/help/5048671` or `…?q=KB5048671`.
fn package(url: &str) -> Option<u32> {
    url.rsplit(['/', '=']).next().and_then(kb)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"{
        "document": {"aggregate_severity": {"namespace": "x", "text": "Critical"}, "category": "csaf_security_advisory",
            "csaf_version": "2.0", "tracking": {"id": "x", "initial_release_date": "2026-09-08T07:00:00.000Z",
            "current_release_date": "2026-09-20T07:00:00.000Z", "version": "2.0"}},
        "product_tree": {"branches": [{"category": "vendor", "name": "Vendor", "branches": [
            {"category": "product_name", "name": "Windows Server 2016", "branches": [
                {"category": "product_version_range", "name": "<10.0.14393.7606",
                 "product": {"name": "Windows Server 2016 <10.0.14393.7606", "product_id": "1"}},
                {"category": "product_version", "name": "10.0.14393.7606",
                 "product": {"name": "Windows Server 2016 10.0.14393.7606", "product_id": "10816"}}]}]}]},
        "vulnerabilities": [{"cve": "CVE-2026-50001", "title": "x",
            "product_status": {"fixed": ["10816"], "known_affected": ["1"]},
            "remediations": [
                {"category": "vendor_fix", "date": "2026-09-08T07:00:00.000Z", "product_ids": ["1"],
                 "details": "10.0.14393.7606:Security Update:https://support.invalid/help/5121010",
                 "url": "https://support.invalid/help/5121010"},
                {"category": "workaround", "details": "Turn it off.", "product_ids": ["1"]}],
            "scores": [{"cvss_v3": {"baseScore": 9.8, "version": "3.1"}, "products": ["1"]}]}]}"#;

    fn read_with(from: &str, to: &str) -> Result<Document, String> {
        assert!(SAMPLE.contains(from), "{from}");
        read(SAMPLE.replacen(from, to, 1).as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn one_cve_names_its_packages() {
        let document = super::super::read(SAMPLE.as_bytes()).unwrap();
        let [package] = document.packages.as_slice() else {
            panic!("{document:?}");
        };
        assert_eq!((&*document.id, package.kb), ("CVE-2026-50001", 5_121_010));
        assert_eq!(
            (package.kind, package.severity, package.cvss),
            ("cumulative", "critical", Some(98))
        );
        assert_eq!(Vec::from_iter(&package.releases), [&"windows-server-2016"]);
    }

    #[test]
    fn a_fault_refuses_the_whole_document_and_says_where() {
        for (from, to, told) in [
            (
                "\"2.0\", \"tracking\"",
                "\"3.0\", \"tracking\"",
                "`3.0` where 2.0 is read",
            ),
            ("CVE-2026-50001", "CVE-1", "vulnerabilities[0].cve"),
            (
                "\"product_ids\": [\"1\"],\n",
                "\"product_ids\": [\"9\"],\n",
                "product `9` is not in the product tree",
            ),
            ("9.8", "-1", "-1 is no score"),
            (
                "2026-09-08T07:00:00.000Z\", \"product_ids",
                "soon\", \"product_ids",
                "remediations[0]",
            ),
        ] {
            let error = read_with(from, to).unwrap_err();
            assert!(error.contains(told), "{told}: {error}");
        }
        let deep = format!("{}{}", r#"{"document": "#, "[".repeat(10_000));
        assert!(read(deep.as_bytes()).is_err());
    }
}
