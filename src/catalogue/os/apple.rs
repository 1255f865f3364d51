//! Darwin kernels, which say which macOS they belong to.

use super::found::{Found, number, version_of};
use super::{Certainty, Identity};

impl Found<'_> {
    /// `iOS/iPadOS 17.2`, as device management says where it does not tell them apart.
    pub(super) fn ios_or_ipados(&self) -> Identity {
        let Some(version) = self.version() else {
            return self.unclear();
        };
        let major = number(&version).0.to_string();
        let both = ["ios", "ipados"].map(|product| self.lifecycle.cycle(product, &major));
        self.several(both.into_iter().flatten())
    }

    pub(super) fn darwin(&self) -> Identity {
        let declared = self.declared_version();
        let version = self
            .rest
            .iter()
            .find_map(|word| version_of(word))
            .or(declared.as_deref());
        let Some(version) = version else {
            return self.unclear();
        };
        let (darwin, _) = number(version);
        let cycle = match darwin {
            5..=19 => format!("10.{}", darwin - 4),
            20..=24 => (darwin - 9).to_string(),
            25 => "26".into(),
            _ => return self.unclear(),
        };
        match self.lifecycle.cycle("macos", &cycle) {
            Some(cycle) => self.one(Certainty::Exact, cycle),
            None => self.missing("macos", &cycle),
        }
    }
}
