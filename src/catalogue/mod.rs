//! What we know: support lifecycles and what operating systems are called. Facts ship inside the
//! binary as small tables (`facts/*.tsv`), each with its source; a part is parsed when first used.

pub mod lifecycle;
#[cfg(test)]
mod lint;
mod memo;
pub mod os;
pub mod windows;

pub use lifecycle::{Cycle, End, ExtendedYear, FactError, Lifecycle, Phase};
pub use os::{Certainty, Identity, OsFacts};
pub use windows::{Completeness, Kb, PatchFacts, Patched, Windows};

use jiff::civil::Date;
use memo::Memo;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::{Arc, LazyLock, OnceLock};

/// Every fact table by its file name, in the order in which they are hashed.
const FACTS: &[(&str, &str)] = &[
    ("extended-years.tsv", EXTENDED_YEARS),
    ("lifecycle.tsv", LIFECYCLE),
    ("os-editions.tsv", os::FACTS_EDITIONS),
    ("os-embedded.tsv", os::FACTS_EMBEDDED),
    ("os-guests.tsv", os::FACTS_GUESTS),
    ("os-names.tsv", os::FACTS_NAMES),
    ("os-windows.tsv", os::FACTS_WINDOWS),
    (
        "windows-advisories.tsv",
        windows::Tables::EMBEDDED.advisories,
    ),
    ("windows-builds.tsv", windows::Tables::EMBEDDED.builds),
    ("windows-files.tsv", windows::Tables::EMBEDDED.files),
    ("windows-fixes.tsv", windows::Tables::EMBEDDED.fixes),
    ("windows-releases.tsv", windows::Tables::EMBEDDED.releases),
    ("windows-rollups.tsv", windows::Tables::EMBEDDED.rollups),
];

const EXTENDED_YEARS: &str = include_str!("facts/extended-years.tsv");
const LIFECYCLE: &str = include_str!("facts/lifecycle.tsv");

/// The knowledge a run judges by.
#[derive(Debug)]
pub struct Catalogue {
    pub lifecycle: LazyLock<Lifecycle>,
    pub extended_years: LazyLock<Vec<ExtendedYear>>,
    pub windows: LazyLock<Windows>,
    identities: Memo,
    sha256: OnceLock<String>,
}

impl Catalogue {
    /// The catalogue inside the binary. Tests read every table of it, so parsing cannot fail.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: Catalogue = Catalogue {
            lifecycle: LazyLock::new(|| Lifecycle::parse(LIFECYCLE).expect("tested fact table")),
            extended_years: LazyLock::new(|| {
                lifecycle::parse_extended_years(EXTENDED_YEARS).expect("tested fact table")
            }),
            windows: LazyLock::new(|| {
                Windows::parse(&windows::Tables::EMBEDDED).expect("tested fact tables")
            }),
            identities: Memo::new(),
            sha256: OnceLock::new(),
        };
        &EMBEDDED
    }

    /// What an inventory's operating system is; each distinct input is worked out once.
    pub fn identify(&self, facts: &OsFacts<'_>) -> Arc<Identity> {
        self.identities
            .find_or(facts, || os::identify(facts, &self.lifecycle))
    }

    /// The last day of a bought year of extended support.
    pub fn extended_year(&self, cycle: &Cycle, programme: &str, year: u8) -> Option<&ExtendedYear> {
        self.extended_years.iter().find(|bought| {
            (bought.product, bought.cycle) == (cycle.product, cycle.cycle)
                && bought.programme == programme
                && bought.year == year
        })
    }

    /// The day the lifecycle source was read.
    pub fn data_date(&self) -> Date {
        self.lifecycle.data_date()
    }

    /// One hash over every fact table, names included.
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| {
            let mut hash = Sha256::new();
            for (name, text) in FACTS {
                for part in [name, text] {
                    hash.update((part.len() as u64).to_le_bytes());
                    hash.update(part.as_bytes());
                }
            }
            let mut hex = String::with_capacity(64);
            for byte in hash.finalize() {
                write!(hex, "{byte:02x}").expect("writing to a string");
            }
            hex
        })
    }
}
