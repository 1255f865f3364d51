//! What we know: support lifecycles, what operating systems are called, how Windows is mended, and
//! which vulnerabilities are exploited. Facts ship inside the
//! binary as small tables (`facts/*.tsv`), each with its source; a part is parsed when first used.

mod cve;
mod facts;
pub mod feed;
mod inspect;
pub mod kev;
pub mod lifecycle;
#[cfg(test)]
mod lint;
mod memo;
pub mod os;
mod overlay;
mod part;
pub mod software;
pub mod store;
mod table;
pub mod update;
pub mod windows;

pub use cve::Cve;
pub use facts::Facts;
pub use feed::FeedError;
pub use inspect::inspect;
pub use kev::{Exploited, Kev};
pub use lifecycle::{Cycle, End, ExtendedYear, Lifecycle, Phase, Product};
pub use os::{Certainty, Identity, OsFacts};
pub use overlay::{Extension, Overlay, Programme};
pub use part::{Part, PartTable};
pub use software::{Beside, Scheme, SoftwareFacts, SoftwareIdentity};
pub use store::{Store, StoreError, Stored};
pub use table::FactError;
pub use windows::{Completeness, Kb, MinLevel, Month, PatchFacts, Patched, Windows};

use jiff::civil::Date;
use memo::Memo;
use std::sync::{Arc, LazyLock, OnceLock};

/// The knowledge a run judges by. A part is parsed when it is first asked for.
#[derive(Debug)]
pub struct Catalogue {
    facts: Facts,
    lifecycle: OnceLock<Lifecycle>,
    products: OnceLock<Vec<Product>>,
    software: OnceLock<software::Names>,
    extended_years: OnceLock<Vec<ExtendedYear>>,
    kev: OnceLock<Kev>,
    windows: OnceLock<Windows>,
    identities: Memo<Identity>,
    software_identities: Memo<SoftwareIdentity>,
    extensions: Vec<Extension>,
    overlays: Vec<Overlay>,
    /// Where overlays lie over the facts.
    sha256: OnceLock<String>,
}

impl Catalogue {
    /// The catalogue inside the binary. Tests read every table of it, so parsing cannot fail.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::lazy(Facts::embedded()));
        &EMBEDDED
    }

    /// A catalogue of other facts, all of which are read now.
    pub fn of(facts: Facts) -> Result<Self, FactError> {
        let products = lifecycle::parse_products(&facts)?;
        let software = software::Names::parse(&facts, &products)?;
        let catalogue = Self {
            lifecycle: OnceLock::from(Lifecycle::parse(
                facts.text("lifecycle.tsv"),
                facts.text("lifecycle-supplement.tsv"),
            )?),
            products: OnceLock::from(products),
            software: OnceLock::from(software),
            extended_years: OnceLock::from(lifecycle::parse_extended_years(
                facts.text("extended-years.tsv"),
            )?),
            kev: OnceLock::from(Kev::parse(facts.text(kev::TABLE))?),
            windows: OnceLock::from(Windows::parse(&windows::Tables::of(&facts))?),
            ..Self::lazy(facts)
        };
        Ok(catalogue)
    }

    /// The catalogue inside the binary with overlays over it, the last on top.
    pub fn embedded_with(overlays: impl IntoIterator<Item = Overlay>) -> Self {
        let embedded = Self::lazy(Facts::embedded());
        overlays.into_iter().fold(embedded, Self::with_overlay)
    }

    /// A catalogue of the same facts, with nothing on top.
    #[must_use]
    pub fn alone(&self) -> Self {
        Self::lazy(self.facts.clone())
    }

    /// This catalogue with an overlay on top.
    #[must_use]
    pub fn with_overlay(mut self, overlay: Overlay) -> Self {
        let mut lifecycle = match self.lifecycle.take() {
            Some(lifecycle) => lifecycle,
            None => self.read_lifecycle(),
        };
        for cycle in &overlay.cycles {
            lifecycle.put(cycle.clone());
        }
        self.extensions.extend(overlay.extensions.iter().cloned());
        self.overlays.push(overlay);
        self.lifecycle = OnceLock::from(lifecycle);
        self.identities = Memo::new();
        self.software_identities = Memo::new();
        self.sha256 = OnceLock::new();
        self
    }

    /// The overlays on top, in the order in which they were laid.
    pub fn overlays(&self) -> &[Overlay] {
        &self.overlays
    }

    /// What overlays say about longer support of a cycle on an asset, in force or not.
    pub fn extensions<'c>(
        &'c self,
        cycle: &'c Cycle,
        asset: &'c str,
    ) -> impl Iterator<Item = &'c Extension> {
        self.extensions
            .iter()
            .filter(move |extension| extension.is_for(cycle, asset))
            .inspect(|extension| extension.matched.set())
    }

    fn lazy(facts: Facts) -> Self {
        Self {
            facts,
            lifecycle: OnceLock::new(),
            products: OnceLock::new(),
            software: OnceLock::new(),
            extended_years: OnceLock::new(),
            kev: OnceLock::new(),
            windows: OnceLock::new(),
            identities: Memo::new(),
            software_identities: Memo::new(),
            extensions: Vec::new(),
            overlays: Vec::new(),
            sha256: OnceLock::new(),
        }
    }

    /// How long each release of a product is supported.
    pub fn lifecycle(&self) -> &Lifecycle {
        self.lifecycle.get_or_init(|| self.read_lifecycle())
    }

    fn read_lifecycle(&self) -> Lifecycle {
        Lifecycle::cut(
            self.facts.text("lifecycle.tsv"),
            self.facts.text("lifecycle-supplement.tsv"),
        )
        .expect("tested fact table")
    }

    /// What products are called, and their identifiers; by id.
    pub fn products(&self) -> &[Product] {
        self.products
            .get_or_init(|| lifecycle::parse_products(&self.facts).expect("tested fact table"))
    }

    /// Years of extended support that can be bought.
    pub fn extended_years(&self) -> &[ExtendedYear] {
        self.extended_years.get_or_init(|| {
            lifecycle::parse_extended_years(self.facts.text("extended-years.tsv"))
                .expect("tested fact table")
        })
    }

    /// Vulnerabilities known to be exploited.
    pub fn kev(&self) -> &Kev {
        self.kev
            .get_or_init(|| Kev::parse(self.facts.text(kev::TABLE)).expect("tested fact table"))
    }

    /// Windows servicing: streams, packages, advisories.
    pub fn windows(&self) -> &Windows {
        self.windows.get_or_init(|| {
            Windows::parse(&windows::Tables::of(&self.facts)).expect("tested fact tables")
        })
    }

    /// What an inventory's operating system is; each distinct input is worked out once.
    pub fn identify(&self, facts: &OsFacts<'_>) -> Arc<Identity> {
        self.identities
            .find_or(facts, || os::identify(facts, self.lifecycle()))
    }

    /// What a piece of declared software is; each distinct input is worked out once.
    pub fn identify_software(&self, facts: &SoftwareFacts<'_>) -> Arc<SoftwareIdentity> {
        let facts = facts.bounded();
        self.software_identities.under(
            |key| memo::write_fields(key, facts.texts()),
            || self.work_out_software(&facts),
        )
    }

    fn work_out_software(&self, facts: &SoftwareFacts<'_>) -> SoftwareIdentity {
        let names = self.software.get_or_init(|| {
            software::Names::parse(&self.facts, self.products()).expect("tested fact table")
        });
        software::identify(facts, names, self.lifecycle())
    }

    /// The last day of a bought year of extended support.
    pub fn extended_year(&self, cycle: &Cycle, programme: &str, year: u8) -> Option<&ExtendedYear> {
        self.extended_years().iter().find(|bought| {
            (bought.product, bought.cycle) == (cycle.product, cycle.cycle)
                && bought.programme == programme
                && bought.year == year
        })
    }

    /// The day of the facts: that of the oldest feed.
    pub fn data_date(&self) -> Date {
        self.oldest_feed().1
    }

    /// The day up to which the updates of Windows are known.
    pub fn windows_date(&self) -> Date {
        update::data_date(feed::Feed::Windows, &self.facts).unwrap_or(Date::MIN)
    }

    /// What was refreshed the longest ago of all that updates bring: its title and its day.
    pub fn oldest_feed(&self) -> (&'static str, Date) {
        let dates = feed::Feed::ALL.map(|feed| {
            let dated = update::data_date(feed, &self.facts);
            (feed.title(), dated.unwrap_or(Date::MIN))
        });
        let oldest = dates.into_iter().min_by_key(|(_, dated)| *dated);
        oldest.unwrap_or(("facts", Date::MIN))
    }

    /// The tables it was read from.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// One hash over every fact table, names included, and the overlays.
    pub fn sha256(&self) -> &str {
        if self.overlays.is_empty() {
            return self.facts.sha256();
        }
        self.sha256.get_or_init(|| {
            let texts = self.overlays.iter().map(|overlay| overlay.text.as_str());
            facts::hash([self.facts.sha256()].into_iter().chain(texts))
        })
    }
}
