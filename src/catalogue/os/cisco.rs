//! Cisco, whose systems have nearly the same name and quite different lifecycles.

use super::found::{Found, number, version_of};
use super::versions::{self, Match};
use super::{Certainty, Identity};

impl Found<'_> {
    /// Cisco's names differ only by a word somewhere in the line; IOS itself never reached 16.
    pub(super) fn cisco(&self) -> Identity {
        let has = |word: &str| self.words.iter().any(|known| known == word);
        let behind = self
            .words
            .iter()
            .position(|word| word == "version")
            .and_then(|at| version_of(self.words.get(at + 1)?));
        let named = behind.or_else(|| self.rest.iter().find_map(|word| version_of(word)));
        let declared = self.declared_version();
        let version = named.or(declared.as_deref());
        let spoken = version.unwrap_or_default();
        for (word, label) in [
            ("xr", "Cisco IOS XR"),
            ("nx", "Cisco NX-OS"),
            ("nxos", "Cisco NX-OS"),
            ("asa", "Cisco ASA"),
            ("adaptive", "Cisco ASA"),
        ] {
            if has(word) {
                return Identity::not_covered("network", format!("{label} {spoken}").trim().into());
            }
        }
        let is_xe =
            has("xe") || has("iosxe") || (has("ios") && version.is_some_and(|v| number(v).0 >= 16));
        let label = if is_xe {
            "Cisco IOS XE"
        } else {
            "Cisco device"
        };
        let Some(version) = version.filter(|_| is_xe) else {
            if is_xe {
                return self.several(self.lifecycle.cycles("cisco-ios-xe"));
            }
            return Identity::not_covered("network", format!("{label} {spoken}").trim().into());
        };
        match versions::find(self.lifecycle, "cisco-ios-xe", version) {
            Match::One(cycle) => self.one(Certainty::Exact, cycle),
            Match::Under(cycles) => self.several(cycles),
            Match::Missing => Identity::not_covered("network", format!("{label} {version}")),
        }
    }
}
