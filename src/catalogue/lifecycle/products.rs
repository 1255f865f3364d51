//! What the products of the lifecycle source are called, and which identifiers in bills of
//! materials mean them.

use crate::catalogue::table::{FactError, rows};

const TABLE: &str = "lifecycle-products.tsv";
pub(in crate::catalogue) const COLUMNS: [&str; 6] = [
    "product",
    "name",
    "category",
    "aliases",
    "identifiers",
    "source",
];

/// A product of the lifecycle table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// As in the lifecycle table: `mssqlserver`.
    pub id: &'static str,
    /// `Microsoft SQL Server`.
    pub name: &'static str,
    /// `app`, `database`, `framework`, `lang`, `os`, `server-app` or `service`.
    pub category: &'static str,
    aliases: &'static str,
    identifiers: &'static str,
}

impl Product {
    pub fn aliases(&self) -> impl Iterator<Item = &'static str> {
        parts(self.aliases)
    }

    /// `cpe:2.3:a:vendor:product` and `pkg:type/namespace/name`.
    pub fn identifiers(&self) -> impl Iterator<Item = &'static str> {
        parts(self.identifiers)
    }
}

pub(in crate::catalogue) fn parse(text: &'static str) -> Result<Vec<Product>, FactError> {
    let mut all: Vec<Product> = Vec::with_capacity(512);
    rows(TABLE, text, COLUMNS, |row| {
        let [id, name, category, aliases, identifiers, _] = row.cells;
        if all.last().is_some_and(|last| last.id >= id) {
            return Err(row.wrong(format!("`{id}` is not in its place of the alphabet")));
        }
        all.push(Product {
            id,
            name,
            category,
            aliases,
            identifiers,
        });
        Ok(())
    })?;
    Ok(all)
}

fn parts(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('|').filter(|part| !part.is_empty())
}
