//! Support lifecycles as endoflife.date publishes them (API v1, `products/full`), made into our own
//! tables. Keys we do not know are left alone; a document with any fault is refused as a whole.
//!
//! Two things stay ours: what a cycle is called once we have it, and whether extended support is
//! paid. The source says neither the way we do, so they are taken from the table in place. And
//! what had ended by that table stays so: a source that takes it back is more often wrong than right.

mod end;
mod ours;
#[cfg(test)]
mod tests;

use super::{FeedError, Fresh, cell, shown};
use crate::catalogue::lifecycle::{COLUMNS, PRODUCTS_COLUMNS};
use crate::catalogue::table::read_day;
use end::End;
use jiff::civil::Date;
use ours::Ours;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
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
/// A source that takes back more ends than this is not to be believed at all.
const MAX_REVIVED: usize = 25;

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
    let mut notes = Vec::new();
    for (index, product) in published.result.iter().enumerate() {
        let place = format!("result[{index}]");
        cycles += product.releases.len();
        if cycles > MAX_CYCLES {
            return Err(wrong(place, format!("more than {MAX_CYCLES} releases")));
        }
        let rows = product.rows(&place, data_date, &ours, &mut notes)?;
        if products.insert(&*product.name, (product, rows)).is_some() {
            return Err(wrong(place, format!("`{}` a second time", product.name)));
        }
    }
    if notes.len() > MAX_REVIVED {
        let found = format!(
            "{} ends of support that had passed are taken back, such as {}; more than \
             {MAX_REVIVED} are taken for a fault",
            notes.len(),
            notes[0]
        );
        return Err(wrong("result", found));
    }
    let header = header(&published, data_date)?;
    Ok(Fresh {
        tables: BTreeMap::from([
            (TABLE, cycles_table(&header, &products)),
            (PRODUCTS, products_table(&header, &products)?),
        ]),
        data_date,
        notes,
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
    fn rows(
        &self,
        place: &str,
        generated: Date,
        ours: &Ours<'_>,
        notes: &mut Vec<String>,
    ) -> Result<String, FeedError> {
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
            rows.push_str(&release.row(self, &place, generated, ours, notes)?);
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
        notes: &mut Vec<String>,
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
        let mut active = End::of(
            self.is_eoas,
            day(place, "eoasFrom", self.eoas_from.as_deref())?,
        );
        let mut security = End::of(
            Some(self.is_eol),
            day(place, "eolFrom", self.eol_from.as_deref())?,
        )
        .no_better_than(self.is_eol, generated);
        let mut extended = End::of(
            self.is_eoes,
            day(place, "eoesFrom", self.eoes_from.as_deref())?,
        );
        let known = ours.cycles.get(&(&*product.name, &*name));
        if let Some(known) = known {
            let ends = [&mut active, &mut security, &mut extended];
            notes.extend(known.keep_ended(ends, generated).iter().map(|one| {
                format!(
                    "{}:{name} {} stays {}: the source takes it back ({}); if it is right, say so \
                     in an overlay",
                    product.name,
                    one.phase,
                    one.kept.text(),
                    one.refused.text()
                )
            }));
        }
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

fn is_ordered(ends: &[End]) -> bool {
    let dates = ends.iter().filter_map(|end| match end {
        End::On(date) => Some(*date),
        End::Absent | End::Ended | End::Open => None,
    });
    dates.is_sorted()
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
