//! What software is called: our table of names, the product names of the lifecycle source behind
//! it, and the identifiers of bills of materials.

use super::releases::{self, Release};
use crate::catalogue::Facts;
use crate::catalogue::lifecycle::Product;
use crate::catalogue::table::{FactError, rows};
use std::collections::HashMap;

const TABLE: &str = "software-names.tsv";
pub(in crate::catalogue) const COLUMNS: [&str; 5] = ["name", "product", "how", "words", "source"];

/// Names of more words than this are not looked for.
const LONGEST: usize = 6;

/// How a version becomes a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Whichever number is a cycle.
    Any,
    /// A year, or a build.
    Build,
    /// A long-term cycle only where the text says so.
    Esr,
    /// `1.8.0` is 8.
    Java,
    /// Its numbers do not say.
    No,
    /// The product has one cycle for all versions.
    Only,
    /// `19c` is 19, `11g Release 2` is 11.2.
    Suffix,
    /// The beginning of the version.
    Version,
    /// A word is the cycle: `XI`.
    Word,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    /// Joined by `+`; `-` when we have no dates for it.
    products: &'static str,
    pub(super) how: How,
    words: &'static str,
}

/// Every name and identifier.
#[derive(Debug)]
pub(in crate::catalogue) struct Names {
    by_words: HashMap<String, Name>,
    identifiers: HashMap<String, &'static str>,
    pub(super) releases: Vec<Release>,
}

impl Names {
    pub(in crate::catalogue) fn parse(
        facts: &Facts,
        products: &[Product],
    ) -> Result<Self, FactError> {
        let mut names = HashMap::with_capacity(1024);
        let mut identifiers = HashMap::with_capacity(2048);
        for product in products {
            for identifier in product.identifiers() {
                identifiers.insert(identifier.to_lowercase(), product.id);
            }
            // Operating systems are `os` business, hosted services nobody's installed software.
            if !matches!(product.category, "os" | "service") {
                let name = Name {
                    products: product.id,
                    how: How::Version,
                    words: "",
                };
                names.insert(plain(product.name), name);
            }
        }
        rows(TABLE, facts.text(TABLE), COLUMNS, |row| {
            let [name, products, how, words, _] = row.cells;
            let how = match how {
                "any" => How::Any,
                "build" => How::Build,
                "esr" => How::Esr,
                "java" => How::Java,
                "no" => How::No,
                "only" => How::Only,
                "suffix" => How::Suffix,
                "version" => How::Version,
                "word" => How::Word,
                _ => return Err(row.wrong(format!("`{how}` is no way to read a version"))),
            };
            if name.split(' ').count() > LONGEST {
                return Err(row.wrong("a name of too many words"));
            }
            let read = Name {
                products,
                how,
                words,
            };
            names.insert(name.to_owned(), read);
            Ok(())
        })?;
        let releases = releases::parse(facts)?;
        Ok(Self {
            by_words: names,
            identifiers,
            releases,
        })
    }

    /// The longest name the words begin with, and the words behind it.
    pub(super) fn find<'w>(&self, words: &'w [String]) -> Option<(Name, &'w [String])> {
        (1..=words.len().min(LONGEST)).rev().find_map(|count| {
            let (name, rest) = words.split_at(count);
            self.by_words.get(&name.join(" ")).map(|name| (*name, rest))
        })
    }

    pub(super) fn product_of(&self, identifier: &str) -> Option<&'static str> {
        self.identifiers.get(identifier).copied()
    }

    /// How the versions of a product are read when it is named by an identifier.
    pub(super) fn how_of(&self, product: &str) -> How {
        // Every name of a product reads its versions alike, so any of them will do.
        self.by_words
            .values()
            .find(|name| name.products == product && name.how != How::Version)
            .map_or(How::Version, |name| name.how)
    }
}

impl Name {
    /// The lifecycle products meant; none for software without dates.
    pub(super) fn products(&self) -> impl Iterator<Item = &'static str> {
        self.products.split('+').filter(|product| *product != "-")
    }

    pub(super) fn allows(&self, word: &str) -> bool {
        self.words.split(' ').any(|known| known == word)
    }
}

/// A product's name as our words write it.
fn plain(name: &str) -> String {
    let words = super::words::words(name);
    let words = match words.split_first() {
        Some((first, rest)) if first == "microsoft" && !rest.is_empty() => rest,
        _ => &words,
    };
    words.join(" ")
}
