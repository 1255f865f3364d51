//! Support lifecycles as endoflife.date publishes them (API v1, `products/full`), made into our own
//! tables. Keys we do not know are left alone; a document with any fault is refused as a whole.
//!
//! Two things stay ours: what a cycle is called once we have it, and whether extended support is
//! paid. The source says neither the way we do, so they are taken from the table in place.

use super::{FeedError, Fresh, cell, shown};
use crate::catalogue::lifecycle::{COLUMNS, PRODUCTS_COLUMNS};
use crate::catalogue::table::{self, read_day};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write;

const DOCUMENT: &str = "the support lifecycles";
const TABLE: &str = "lifecycle.tsv";
const PRODUCTS: &str = "lifecycle-products.tsv";
const SOURCE: &str = "eol";
/// Categories of things that no machine of an estate runs.
const LEFT_OUT: &[&str] = &["device", "standard"];
const MAX_PRODUCTS: usize = 10_000;
const MAX_CYCLES: usize = 200_000;
/// Wide enough for any name there is; keeps one product from filling a table.
const MAX_TEXT: usize = 300;
const MAX_IDENTIFIERS: usize = 200;

#[derive(Deserialize)]
struct Published {
    #[serde(default)]
    schema_version: String,
    generated_at: String,
    total: u64,
    result: Vec<Product>,
}

#[derive(Deserialize)]
struct Product {
    name: String,
    label: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    identifiers: Vec<Identifier>,
    releases: Vec<Release>,
}

#[derive(Deserialize)]
struct Identifier {
    id: String,
}

/// A phase the product does not have has neither key; one this release lacks has nulls.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Release {
    name: String,
    codename: Option<String>,
    label: Option<String>,
    #[serde(rename = "releaseDate")]
    released: Option<String>,
    #[serde(default)]
    is_lts: Option<bool>,
    lts_from: Option<String>,
    is_eoas: Option<bool>,
    eoas_from: Option<String>,
    is_eol: bool,
    eol_from: Option<String>,
    is_eoes: Option<bool>,
    eoes_from: Option<String>,
}

/// Reads the published JSON into `lifecycle.tsv` and `lifecycle-products.tsv`. `before` is the text
/// of the `lifecycle.tsv` in place. The caller bounds the size of the document.
pub fn read(bytes: &[u8], before: &str) -> Result<Fresh, FeedError> {
    let published: Published =
        serde_json::from_slice(bytes).map_err(|source| FeedError::Shape {
            document: DOCUMENT,
            source,
        })?;
    let listed = published.result.len();
    if listed == 0 {
        return Err(wrong("result", "an empty list"));
    }
    if u64::try_from(listed) != Ok(published.total) {
        let found = format!("{} products stated, {listed} listed", published.total);
        return Err(wrong("total", found));
    }
    if listed > MAX_PRODUCTS {
        return Err(wrong(
            "result",
            format!("more than {MAX_PRODUCTS} products"),
        ));
    }
    let data_date = generated_on(&published.generated_at)?;
    let ours = Ours::read(before)?;
    let mut products = BTreeMap::new();
    let mut cycles = 0;
    for (index, product) in published.result.iter().enumerate() {
        let place = format!("result[{index}]");
        cycles += product.releases.len();
        if cycles > MAX_CYCLES {
            return Err(wrong(place, format!("more than {MAX_CYCLES} releases")));
        }
        let rows = product.rows(&place, data_date, &ours)?;
        if products.insert(&*product.name, (product, rows)).is_some() {
            return Err(wrong(place, format!("`{}` a second time", product.name)));
        }
    }
    let header = header(&published, data_date)?;
    Ok(Fresh {
        tables: BTreeMap::from([
            (TABLE, cycles_table(&header, &products)),
            (PRODUCTS, products_table(&header, &products)?),
        ]),
        data_date,
        notes: Vec::new(),
    })
}

/// Whether a document looks like this feed, for files that come without an address.
pub(super) fn is_one(document: &serde_json::Map<String, serde_json::Value>) -> bool {
    document.contains_key("generated_at") && document.contains_key("result")
}

fn header(published: &Published, data_date: Date) -> Result<String, FeedError> {
    let version = cell(&published.schema_version, 40)
        .ok_or_else(|| wrong("schema_version", shown(&published.schema_version)))?;
    Ok(format!(
        "# data-date: {data_date}\n# Source `{SOURCE}`: endoflife.date API v1, schema {version}, generated {data_date}, \
         MIT, copyright 2020 endoflife.date contributors.\n# source {SOURCE}: endoflife.date, {data_date}; MIT\n"
    ))
}

fn cycles_table(header: &str, products: &BTreeMap<&str, (&Product, String)>) -> String {
    let mut text = format!(
        "# Support phases of product cycles, as the source has them; written by `passmuster catalogue update`.\n{header}\
         # Ends are inclusive: a date, `open` (none announced), `ended` (day unknown), or empty (no such phase).\n\
         # Flags: lts, order (the dates are out of order at the source, and were left so).\n{}\n",
        COLUMNS.join("\t")
    );
    for (product, rows) in products.values() {
        if product.is_kept() {
            text.push_str(rows);
        }
    }
    text
}

fn products_table(
    header: &str,
    products: &BTreeMap<&str, (&Product, String)>,
) -> Result<String, FeedError> {
    let mut text = format!(
        "# Products of the lifecycle source: their names, and the identifiers that mean them in bills of materials.\n{header}\
         # Aliases and identifiers are joined by `|`. CPEs are cut behind vendor:product, package URLs have no version.\n{}\n",
        PRODUCTS_COLUMNS.join("\t")
    );
    for (product, _) in products.values().filter(|(product, _)| product.is_kept()) {
        let aliases = joined(
            &product.name,
            product.aliases.iter().map(|alias| Some(alias.clone())),
        )?;
        let identifiers = product.identifiers.iter().map(|one| identifier(&one.id));
        let identifiers = joined(&product.name, identifiers)?;
        writeln!(
            text,
            "{}\t{}\t{}\t{aliases}\t{identifiers}\t{SOURCE}",
            product.name, product.label, product.category
        )
        .expect("writing to a string");
    }
    Ok(text)
}

/// What may stand in a cell that `|` divides, sorted, each once.
fn joined(product: &str, texts: impl Iterator<Item = Option<String>>) -> Result<String, FeedError> {
    let mut kept = BTreeSet::new();
    for text in texts.flatten() {
        let text = cell(&text, MAX_TEXT)
            .filter(|text| !text.contains('|'))
            .ok_or_else(|| {
                wrong(
                    format!("`{product}`"),
                    format!("the name `{}`", shown(&text)),
                )
            })?;
        kept.insert(text.to_owned());
    }
    if kept.len() > MAX_IDENTIFIERS {
        return Err(wrong(format!("`{product}`"), "too many names"));
    }
    Ok(kept.into_iter().collect::<Vec<_>>().join("|"))
}

/// `cpe:2.3:o:debian:debian_linux` of either spelling of a CPE, or a package URL; nothing else says
/// what a component is.
fn identifier(id: &str) -> Option<String> {
    if id.starts_with("pkg:") {
        let end = id.find(['@', '?', '#']).unwrap_or(id.len());
        return Some(id[..end].to_owned());
    }
    let rest = match id.strip_prefix("cpe:/") {
        Some(rest) => rest,
        None => id.strip_prefix("cpe:2.3:")?,
    };
    let mut parts = rest.split(':');
    let (part, vendor, product) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!("cpe:2.3:{part}:{vendor}:{product}"))
}

impl Product {
    fn is_kept(&self) -> bool {
        !LEFT_OUT.contains(&&*self.category)
    }

    /// The rows of `lifecycle.tsv`, in the order of the source.
    fn rows(&self, place: &str, generated: Date, ours: &Ours<'_>) -> Result<String, FeedError> {
        if !is_id(&self.name) {
            return Err(wrong(format!("{place}.name"), shown(&self.name)));
        }
        for (key, text) in [("label", &self.label), ("category", &self.category)] {
            if cell(text, MAX_TEXT).is_none() {
                return Err(wrong(format!("{place}.{key}"), shown(text)));
            }
        }
        let mut known = BTreeSet::new();
        let mut rows = String::new();
        for (index, release) in self.releases.iter().enumerate() {
            let place = format!("{place}.releases[{index}] of `{}`", self.name);
            if !known.insert(&release.name) {
                let found = format!("`{}` a second time", shown(&release.name));
                return Err(wrong(place, found));
            }
            rows.push_str(&release.row(self, &place, generated, ours)?);
        }
        Ok(rows)
    }
}

impl Release {
    fn row(
        &self,
        product: &Product,
        place: &str,
        generated: Date,
        ours: &Ours<'_>,
    ) -> Result<String, FeedError> {
        let text = |key: &str, text: &str| {
            cell(text, MAX_TEXT)
                .map(str::to_owned)
                .ok_or_else(|| wrong(format!("{place}.{key}"), format!("`{}`", shown(text))))
        };
        let name = text("name", &self.name)?;
        if name.is_empty() {
            return Err(wrong(format!("{place}.name"), "an empty name"));
        }
        let own_label = text("label", self.label.as_deref().unwrap_or(&self.name))?;
        let codename = text("codename", self.codename.as_deref().unwrap_or(""))?.to_lowercase();
        let released = day(place, "releaseDate", self.released.as_deref())?;
        let lts_from = day(place, "ltsFrom", self.lts_from.as_deref())?;
        let active = End::of(
            self.is_eoas,
            day(place, "eoasFrom", self.eoas_from.as_deref())?,
        );
        let security = End::of(
            Some(self.is_eol),
            day(place, "eolFrom", self.eol_from.as_deref())?,
        )
        .no_better_than(self.is_eol, generated);
        let extended = End::of(
            self.is_eoes,
            day(place, "eoesFrom", self.eoes_from.as_deref())?,
        );
        let known = ours.cycles.get(&(&*product.name, &*name));
        let kind = match (extended, known) {
            (End::Absent, _) => "",
            (_, Some(known)) if !known.kind.is_empty() => known.kind,
            _ => "unclassified",
        };
        let label = known.map_or_else(
            || ours.label(product, &own_label),
            |known| known.label.to_owned(),
        );
        let is_lts = self.is_lts == Some(true) || lts_from.is_some();
        let ends = [
            released.map_or(End::Absent, End::On),
            active,
            security,
            extended,
        ];
        let flags: Vec<_> = [("lts", is_lts), ("order", !is_ordered(&ends))]
            .into_iter()
            .filter_map(|(flag, is_set)| is_set.then_some(flag))
            .collect();
        let [released, active, security, extended] = ends.map(End::text);
        Ok(format!(
            "{}\t{name}\t{label}\t{codename}\t{released}\t{active}\t{security}\t{extended}\t{kind}\t{}\t{SOURCE}\n",
            product.name,
            flags.join(",")
        ))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Absent,
    Ended,
    On(Date),
    Open,
}

impl End {
    fn of(is_over: Option<bool>, from: Option<Date>) -> Self {
        match (from, is_over) {
            (Some(date), _) => Self::On(date),
            (None, Some(true)) => Self::Ended,
            (None, Some(false)) => Self::Open,
            (None, None) => Self::Absent,
        }
    }

    /// A release that is called over does not get a date to come.
    fn no_better_than(self, is_over: bool, generated: Date) -> Self {
        match self {
            Self::On(date) if is_over && date > generated => Self::Ended,
            other => other,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Absent => String::new(),
            Self::Ended => "ended".to_owned(),
            Self::On(date) => date.to_string(),
            Self::Open => "open".to_owned(),
        }
    }
}

fn is_ordered(ends: &[End]) -> bool {
    let dates = ends.iter().filter_map(|end| match end {
        End::On(date) => Some(*date),
        End::Absent | End::Ended | End::Open => None,
    });
    dates.is_sorted()
}

/// What the table in place says of cycles that the source does not.
struct Ours<'t> {
    cycles: HashMap<(&'t str, &'t str), Known<'t>>,
    /// A label of each product.
    labels: HashMap<&'t str, (&'t str, &'t str)>,
}

struct Known<'t> {
    label: &'t str,
    kind: &'t str,
}

impl<'t> Ours<'t> {
    fn read(table: &'t str) -> Result<Self, FeedError> {
        let mut ours = Self {
            cycles: HashMap::new(),
            labels: HashMap::new(),
        };
        table::rows(TABLE, table, COLUMNS, |row| {
            let [product, cycle, label, _, _, _, _, _, kind, _, _] = row.cells;
            ours.cycles.insert((product, cycle), Known { label, kind });
            ours.labels.entry(product).or_insert((cycle, label));
            Ok(())
        })?;
        Ok(ours)
    }

    /// `Ubuntu 26.10` for `26.10`: with the words that stand before a cycle of the product we have.
    fn label(&self, product: &Product, own: &str) -> String {
        let prefix = self.labels.get(&*product.name).and_then(|(cycle, label)| {
            let (prefix, _) = label.split_once(cycle)?;
            Some(prefix.trim_end()).filter(|prefix| !prefix.is_empty())
        });
        let prefix = prefix.unwrap_or(&product.label);
        if own.starts_with(prefix) {
            return own.to_owned();
        }
        format!("{prefix} {own}")
    }
}

fn is_id(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.+".contains(&byte)
        })
}

fn day(place: &str, key: &str, text: Option<&str>) -> Result<Option<Date>, FeedError> {
    let Some(text) = text else {
        return Ok(None);
    };
    read_day(text).map(Some).ok_or_else(|| {
        let found = format!("`{}` is not a date such as 2026-10-13", shown(text));
        wrong(format!("{place}.{key}"), found)
    })
}

fn generated_on(text: &str) -> Result<Date, FeedError> {
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    read_day(day).ok_or_else(|| {
        let found = format!("`{}` does not begin with a date", shown(text));
        wrong("generated_at", found)
    })
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
    use crate::catalogue::Lifecycle;

    const BEFORE: &str = "# data-date: 2026-08-22\n\
        product\tcycle\tlabel\tcodename\treleased\tactive_end\tsecurity_end\textended_end\textended_kind\tflags\tsource\n\
        larkos\t4\tLark OS 4 (Ada)\tada\t2020-01-01\t\t2026-01-01\t2028-01-01\tpaid\tlts\teol\n";

    const SAMPLE: &str = r#"{
        "schema_version": "1.2.0", "generated_at": "2026-11-20T00:12:13+00:00", "last_modified": "2026-11-20T00:00:00+00:00",
        "total": 2, "result": [
        {"name": "wren-db", "label": "Wren DB", "category": "database", "tags": ["x"], "aliases": ["wren"],
         "identifiers": [{"id": "cpe:/a:wren:db", "type": "cpe"}, {"id": "cpe:2.3:a:wren:db:1", "type": "cpe"},
                         {"id": "pkg:deb/debian/wren@1", "type": "purl"}, {"id": "wren", "type": "repology"}],
         "labels": {"eoas": null, "discontinued": null, "eol": "Security", "eoes": null}, "links": {},
         "releases": [
            {"name": "2", "codename": null, "label": "2", "releaseDate": "2026-01-02", "isLts": false, "ltsFrom": null,
             "isEol": false, "eolFrom": null, "isMaintained": true, "latest": {"name": "2.1", "date": null, "link": null}, "custom": null},
            {"name": "1", "codename": null, "label": "1", "releaseDate": null, "isLts": false, "ltsFrom": null,
             "isEol": true, "eolFrom": null, "isMaintained": false, "latest": null, "custom": {}}]},
        {"name": "larkos", "label": "Lark", "category": "os", "tags": [], "aliases": [], "identifiers": [],
         "labels": {}, "links": {}, "releases": [
            {"name": "5", "codename": "Bea", "label": "5 (Bea)", "releaseDate": "2025-01-01", "isLts": false, "ltsFrom": "2025-06-01",
             "isEoas": false, "eoasFrom": "2027-01-01", "isEol": false, "eolFrom": "2029-01-01",
             "isEoes": false, "eoesFrom": "2031-01-01", "isMaintained": true, "latest": null, "custom": null},
            {"name": "4", "codename": "Ada", "label": "4 (Ada)", "releaseDate": "2020-01-01", "isLts": true, "ltsFrom": null,
             "isEoas": null, "eoasFrom": null, "isEol": true, "eolFrom": "2026-01-01",
             "isEoes": false, "eoesFrom": "2028-06-01", "isMaintained": true, "latest": null, "custom": null}]}
        ]}"#;

    const SUPPLEMENT: &str = include_str!("../facts/lifecycle-supplement.tsv");

    fn read_with(from: &str, to: &str) -> Result<Fresh, String> {
        assert!(SAMPLE.contains(from), "{from}");
        let text = SAMPLE.replacen(from, to, 1);
        read(text.as_bytes(), BEFORE).map_err(|error| error.to_string())
    }

    fn rows(text: &str) -> Vec<&str> {
        let rows = text.lines().filter(|line| !line.starts_with('#'));
        rows.skip(1).collect()
    }

    #[test]
    fn every_kind_of_end_keeps_its_meaning() {
        let fresh = read(SAMPLE.as_bytes(), BEFORE).unwrap();
        assert_eq!(fresh.data_date.to_string(), "2026-11-20");
        assert_eq!(
            rows(&fresh.tables[TABLE]),
            [
                "larkos\t5\tLark OS 5 (Bea)\tbea\t2025-01-01\t2027-01-01\t2029-01-01\t2031-01-01\tunclassified\tlts\teol",
                "larkos\t4\tLark OS 4 (Ada)\tada\t2020-01-01\t\t2026-01-01\t2028-06-01\tpaid\tlts\teol",
                "wren-db\t2\tWren DB 2\t\t2026-01-02\t\topen\t\t\t\teol",
                "wren-db\t1\tWren DB 1\t\t\t\tended\t\t\t\teol",
            ]
        );
        assert_eq!(
            rows(&fresh.tables[PRODUCTS]),
            [
                "larkos\tLark\tos\t\t\teol",
                "wren-db\tWren DB\tdatabase\twren\tcpe:2.3:a:wren:db|pkg:deb/debian/wren\teol"
            ]
        );
        let table: &'static str = fresh.tables[TABLE].clone().leak();
        assert!(Lifecycle::parse(table, SUPPLEMENT).is_ok());
    }

    #[test]
    fn a_release_called_over_gets_no_date_to_come() {
        let fresh = read_with(
            "\"isEol\": true, \"eolFrom\": \"2026-01-01\"",
            "\"isEol\": true, \"eolFrom\": \"2036-01-01\"",
        )
        .unwrap();
        assert!(
            fresh.tables[TABLE].contains("larkos\t4\tLark OS 4 (Ada)\tada\t2020-01-01\t\tended\t")
        );
    }

    #[test]
    fn a_fault_refuses_the_whole_document_and_says_where() {
        for (from, to, told) in [
            (
                "\"total\": 2",
                "\"total\": 3",
                "total: 3 products stated, 2 listed",
            ),
            (
                "\"name\": \"larkos\"",
                "\"name\": \"wren-db\"",
                "`wren-db` a second time",
            ),
            (
                "\"name\": \"5\"",
                "\"name\": \"4\"",
                "result[1].releases[1] of `larkos`: `4` a second time",
            ),
            (
                "\"2029-01-01\"",
                "\"2029-13-01\"",
                "eolFrom: `2029-13-01` is not a date",
            ),
            (
                "\"2029-01-01\"",
                "\"soon\"",
                "eolFrom: `soon` is not a date",
            ),
            ("\"2029-01-01\"", "true", "invalid type: boolean"),
            ("2026-11-20T00:12", "20 Nov", "generated_at"),
            (
                "\"name\": \"larkos\"",
                "\"name\": \"lark\\tos\"",
                "result[1].name",
            ),
            (
                "\"label\": \"Lark\"",
                "\"label\": \"Lark\\n#\"",
                "result[1].label",
            ),
            (
                "\"codename\": \"Bea\"",
                "\"codename\": \"B\\u0007\"",
                "codename",
            ),
            (
                "\"isEol\": false, \"eolFrom\": null",
                "\"isEol\": null",
                "invalid type: null",
            ),
            ("]}\n        ]}", "]}", "EOF"),
        ] {
            let error = read_with(from, to).unwrap_err();
            assert!(error.contains(told), "{told}: {error}");
        }
        let none = r#"{"generated_at": "2026-11-20", "total": 0, "result": []}"#;
        assert!(read(none.as_bytes(), BEFORE).is_err());
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(deep.as_bytes(), BEFORE).is_err());
    }
}
