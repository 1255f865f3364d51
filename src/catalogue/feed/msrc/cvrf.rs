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
                gathered.add(Statement {
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
