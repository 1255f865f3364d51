//! Linux distributions whose names need more than the table: CentOS and Stream, the two SUSEs,
//! Red Hat before and after Enterprise.

use super::found::{Found, number, version_of};
use super::versions::{self, Match};
use super::words::words;
use super::{Certainty, Identity};

impl Found<'_> {
    /// Container-Optimized OS names its milestone, `109` or `cos-109-17800-66-27`.
    pub(super) fn container_optimized(&self) -> Identity {
        let Some(version) = self.version() else {
            return self.several(self.lifecycle.cycles("cos"));
        };
        let (milestone, _) = number(&version);
        match self.lifecycle.cycle("cos", &format!("cos-{milestone}")) {
            Some(cycle) => self.one(Certainty::Exact, cycle),
            None => self.missing("cos", &version),
        }
    }

    /// Linux Mint's Debian edition: cycles of its own within Linux Mint.
    pub(super) fn lmde(&self) -> Identity {
        let Some(version) = self.version() else {
            return self.unclear();
        };
        match self.lifecycle.cycle("linuxmint", &format!("lmde{version}")) {
            Some(cycle) => self.one(Certainty::Exact, cycle),
            None => self.missing("linuxmint", &format!("Debian Edition {version}")),
        }
    }

    pub(super) fn centos(&self) -> Identity {
        let declared = self.facts.version.unwrap_or_default().to_lowercase();
        let is_stream = self.name.product == "centos-stream"
            || self.says(&["stream"])
            || declared.contains("stream");
        if let Some(range) = self.range("centos").filter(|_| !is_stream) {
            return range;
        }
        let version = self.version_behind(&["stream"]);
        let Some(version) = version else {
            if is_stream {
                return self.several(self.lifecycle.cycles("centos-stream"));
            }
            let both = ["centos", "centos-stream"].map(|product| self.lifecycle.cycles(product));
            return self.several(both.into_iter().flatten());
        };
        let major = number(&version);
        let product = if is_stream || major >= (9, 0) {
            "centos-stream"
        } else {
            "centos"
        };
        let says_linux = self.name.folded.contains("linux");
        if version == "8" && !is_stream && !says_linux {
            return self.several(
                ["centos", "centos-stream"]
                    .iter()
                    .filter_map(|product| self.lifecycle.cycle(product, "8")),
            );
        }
        match versions::find(self.lifecycle, product, &version) {
            Match::One(cycle) => self.one(Certainty::Exact, cycle),
            Match::Under(cycles) => self.several(cycles),
            Match::Missing => self.missing(product, &version),
        }
    }

    pub(super) fn oracle_stream(&self) -> Identity {
        let Some(version) = self.version_behind(&["stream"]) else {
            return self.unclear();
        };
        self.several(
            ["oracle-linux", "centos-stream"]
                .iter()
                .filter_map(|product| self.lifecycle.cycle(product, &version)),
        )
    }

    pub(super) fn rhel(&self) -> Identity {
        let says_enterprise = self
            .words
            .iter()
            .any(|word| word.starts_with("enterprise") || word == "rhel");
        let is_advanced = self.says(&["as", "es", "ws"]);
        match self.version() {
            // The variants AS, ES and WS ended with release 4.
            None if is_advanced => match self.lifecycle.cycle("rhel", "4") {
                Some(cycle) => self.one(Certainty::Assumed, cycle),
                None => self.unclear(),
            },
            // The old Red Hat Linux had these versions too.
            Some(version)
                if !says_enterprise
                    && self.name.folded.ends_with("linux")
                    && matches!(
                        version.as_str(),
                        "5" | "6"
                            | "6.0"
                            | "6.1"
                            | "6.2"
                            | "7"
                            | "7.0"
                            | "7.1"
                            | "7.2"
                            | "7.3"
                            | "8"
                            | "8.0"
                            | "9"
                    ) =>
            {
                let mut identity = self.general("rhel");
                if identity.certainty == Certainty::Exact {
                    let is_supported_today = matches!(version.as_str(), "8" | "8.0" | "9");
                    identity.certainty = if is_supported_today {
                        Certainty::Ambiguous
                    } else {
                        Certainty::Assumed
                    };
                }
                identity
            }
            _ => self.general("rhel"),
        }
    }

    pub(super) fn sles(&self, product: &str) -> Identity {
        let Some(version) = self.version_behind(&[
            "for",
            "sap",
            "applications",
            "hpc",
            "high",
            "performance",
            "computing",
        ]) else {
            return self.without_version(product);
        };
        let declared = words(self.facts.version.unwrap_or_default());
        let patch_level = self.rest.iter().position(|word| word == "patchlevel");
        let pack = self
            .rest
            .iter()
            .find_map(|word| word.strip_prefix("sp"))
            .or_else(|| Some(self.rest.get(patch_level? + 1)?.as_str()))
            .or_else(|| declared.iter().find_map(|word| word.strip_prefix("sp")))
            .or(self
                .facts
                .service_pack
                .map(|pack| pack.trim_start_matches(|c: char| !c.is_ascii_digit())))
            .filter(|pack| !pack.is_empty() && !version.contains('.'));
        let kernel = self
            .rest
            .iter()
            .find(|word| word.starts_with("3.12."))
            .filter(|_| version == "12");
        let full = match (pack, kernel) {
            (Some(pack), _) => format!("{version}.{pack}"),
            // Kernels below 3.12.49 are of the release without service pack.
            (None, Some(kernel)) if number(&kernel[2..]) < (12, 49) => "12.0".into(),
            _ => version.clone(),
        };
        match versions::find(self.lifecycle, product, &full) {
            Match::One(cycle) => self.one(Certainty::Exact, cycle),
            Match::Under(cycles) => self.several(cycles),
            Match::Missing => self.missing(product, &full),
        }
    }

    /// Older tools say `suse` for both SUSE Linux Enterprise and openSUSE.
    pub(super) fn suse(&self) -> Identity {
        // openSUSE never had service packs.
        let is_pack = |word: &String| {
            word.strip_prefix("sp")
                .is_some_and(|pack| version_of(pack).is_some())
        };
        if self.rest.iter().any(is_pack) {
            return self.sles("sles");
        }
        let Some(version) = self.version() else {
            return self.unclear();
        };
        let both = ["sles", "opensuse"].iter().filter_map(|product| {
            match versions::find(self.lifecycle, product, &version) {
                Match::One(cycle) => Some(cycle),
                Match::Missing | Match::Under(_) => None,
            }
        });
        let mut identity = self.several(both);
        if identity.certainty == Certainty::Assumed {
            identity.certainty = Certainty::Ambiguous;
        }
        identity
    }
}
