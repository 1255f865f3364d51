//! A text that begins with a known name: from the words behind the name to a cycle.
//!
//! Families with rules of their own add them in their file; `general` serves the rest.

use super::names::Name;
use super::versions::{self, Match};
use super::words::words;
use super::{Certainty, Identity, OsFacts};
use crate::catalogue::lifecycle::{Cycle, Lifecycle};

/// Words that may stand between a name and its version without making it another system.
pub(super) const FILLERS: [&str; 21] = [
    "linux",
    "gnu",
    "server",
    "release",
    "version",
    "workstation",
    "client",
    "desktop",
    "leap",
    "ami",
    "os",
    "x",
    "lts",
    "as",
    "es",
    "ws",
    "computenode",
    "for",
    "baseos",
    "advanced",
    "v",
];

/// A text that was taken for one of the names.
pub(super) struct Found<'a> {
    pub(super) name: &'static Name,
    pub(super) raw: &'a str,
    pub(super) words: Vec<String>,
    /// The words behind the name.
    pub(super) rest: Vec<String>,
    pub(super) lifecycle: &'a Lifecycle,
    pub(super) facts: &'a OsFacts<'a>,
}

impl Found<'_> {
    pub(super) fn identify(&self) -> Identity {
        match self.name.product {
            "-" => self.not_covered(),
            "centos" | "centos-stream" => self.centos(),
            "cisco" => self.cisco(),
            "cos" => self.container_optimized(),
            "darwin" => self.darwin(),
            "debian" | "fedora" | "ubuntu"
                if self.says(&[
                    "sid",
                    "testing",
                    "unstable",
                    "rawhide",
                    "development",
                    "eln",
                ]) =>
            {
                Identity::not_covered("linux", "a release that is still being made".into())
            }
            "freebsd" => self.freebsd(),
            "ios" if self.name.folded == "iosipados" => self.ios_or_ipados(),
            "ibm-aix" => self.aix(),
            "ibm-i" => self.ibm_i(),
            // `IOS 15.2` in capitals is as likely a Cisco router.
            "ios" if self.raw.starts_with("IOS") => self.unclear(),
            "oracle-linux" if self.says(&["stream"]) => self.oracle_stream(),
            "oracle-solaris" => self.solaris(),
            "lmde" => self.lmde(),
            "rhel" => self.rhel(),
            "sles" => self.sles("sles"),
            "sunos" => self.sunos(),
            "suse" => self.suse(),
            product => self.general(product),
        }
    }

    pub(super) fn says(&self, any: &[&str]) -> bool {
        self.rest.iter().any(|word| any.contains(&word.as_str()))
    }

    pub(super) fn not_covered(&self) -> Identity {
        let version = self.rest.iter().find(|word| version_of(word).is_some());
        let label = match version.and_then(|word| version_of(word)) {
            Some(version) => format!("{} {version}", self.name.label),
            None => self.name.label.to_owned(),
        };
        Identity::not_covered(self.name.family, label)
    }

    pub(super) fn unclear(&self) -> Identity {
        let mut identity = Identity::unknown();
        identity.label = format!("`{}`, which we cannot place", self.raw);
        identity
    }

    pub(super) fn one(&self, certainty: Certainty, cycle: &Cycle) -> Identity {
        Identity::found(
            certainty,
            self.name.family,
            self.lifecycle,
            vec![cycle.key()],
        )
    }

    pub(super) fn several<'c>(&self, cycles: impl IntoIterator<Item = &'c Cycle>) -> Identity {
        let cycles: Vec<_> = cycles.into_iter().map(Cycle::key).collect();
        let certainty = match cycles.len() {
            0 => return self.missing(self.name.product, ""),
            1 => Certainty::Assumed,
            _ => Certainty::Ambiguous,
        };
        Identity::found(certainty, self.name.family, self.lifecycle, cycles)
    }

    pub(super) fn missing(&self, product: &str, version: &str) -> Identity {
        let label = self
            .lifecycle
            .cycles(product)
            .first()
            .map_or(product, |cycle| {
                cycle
                    .label
                    .split(|c: char| c.is_ascii_digit())
                    .next()
                    .unwrap_or(product)
                    .trim()
            });
        Identity::not_covered(
            self.name.family,
            format!("{label} {version}").trim().to_owned(),
        )
    }

    /// The version behind the name, or the declared one where that is more exact.
    pub(super) fn version(&self) -> Option<String> {
        self.refined(self.version_in_name())
    }

    pub(super) fn refined(&self, named: Option<String>) -> Option<String> {
        let declared = self.declared_version();
        match (named, declared) {
            (Some(named), Some(declared))
                if declared
                    .strip_prefix(&named)
                    .is_some_and(|rest| rest.starts_with('.')) =>
            {
                Some(declared)
            }
            (named, declared) => named.or(declared),
        }
    }

    pub(super) fn version_in_name(&self) -> Option<String> {
        for word in &self.rest {
            if self.name.flags == "vprefix" && !word.starts_with('v') && !word.contains('.') {
                continue;
            }
            if let Some(version) = version_of(word) {
                return Some(version.to_owned());
            }
            if self.name.flags.is_empty() && !FILLERS.contains(&word.as_str()) {
                return None;
            }
        }
        None
    }

    pub(super) fn declared_version(&self) -> Option<String> {
        let text = self.facts.version.filter(|_| self.facts.name.is_some())?;
        // `6.1.0-18-amd64` is a kernel, whatever column it stands in.
        let first = text.split_whitespace().next().unwrap_or_default();
        let is_kernel = first.contains('-') && first.matches('.').count() >= 2;
        if is_kernel {
            return None;
        }
        words(text)
            .iter()
            .find_map(|word| version_of(word).map(str::to_owned))
    }

    /// A word that is neither version nor filler stands right behind the name.
    pub(super) fn stranger(&self) -> Option<&str> {
        if !self.name.flags.is_empty() {
            return None;
        }
        self.rest
            .iter()
            .take_while(|word| version_of(word).is_none())
            .map(String::as_str)
            .find(|word| !FILLERS.contains(word))
    }

    pub(super) fn general(&self, product: &str) -> Identity {
        if let Some(identity) = self.range(product) {
            return identity;
        }
        // `Ubuntu Foo` is not Ubuntu, whatever the version column says.
        let is_other = self.version_in_name().is_none() && self.stranger().is_some();
        let Some(version) = self.version().filter(|_| !is_other) else {
            return self.without_version(product);
        };
        // Android 12L and 4.4W are releases of their own.
        let variant = self.rest.windows(2).find_map(|pair| match &*pair[1] {
            "l" if pair[0] == "12" => Some("12.1"),
            "w" if pair[0] == "4.4" => Some("4.4w"),
            _ => None,
        });
        let variant = variant.filter(|_| product == "android");
        let version = variant.map_or(version, str::to_owned);
        match versions::find(self.lifecycle, product, &version) {
            Match::One(cycle) => self.agreeing(product, cycle),
            Match::Under(cycles) => self.several(cycles),
            Match::Missing => self.neighbours(product, &version),
        }
    }

    /// A name and a version column that mean different releases leave both.
    pub(super) fn agreeing(&self, product: &str, cycle: &Cycle) -> Identity {
        let other = self
            .version_in_name()
            .and_then(|_| self.declared_version())
            .map(|version| versions::find(self.lifecycle, product, &version));
        match other {
            Some(Match::One(other)) if other != cycle => self.several([cycle, other]),
            _ => self.one(Certainty::Exact, cycle),
        }
    }

    pub(super) fn without_version(&self, product: &str) -> Identity {
        let all = self.lifecycle.cycles(product);
        // The longest codename, so that Snow Leopard is not Leopard.
        let text = format!(" {} ", self.rest.join(" "));
        let by_codename = all
            .iter()
            .filter(|cycle| !cycle.codename.is_empty())
            .filter(|cycle| {
                let name = words(cycle.codename);
                // Ubuntu's are known by their first word: `jammy`.
                let known = if product == "ubuntu" {
                    &name[..1]
                } else {
                    &name[..]
                };
                text.contains(&format!(" {} ", known.join(" ")))
            })
            .max_by_key(|cycle| cycle.codename.len());
        if let Some(cycle) = by_codename {
            return self.one(Certainty::Exact, cycle);
        }
        if self.stranger().is_some() {
            return self.unclear();
        }
        match all {
            [only] => self.one(Certainty::Exact, only),
            all => self.several(all),
        }
    }

    /// A minor release the source leaves out lies between the ones it has.
    pub(super) fn neighbours(&self, product: &str, version: &str) -> Identity {
        let Some((major, minor)) = version.split_once('.') else {
            return self.missing(product, version);
        };
        let Ok(minor) = minor.parse::<u32>() else {
            return self.missing(product, version);
        };
        let near = |wanted: u32| self.lifecycle.cycle(product, &format!("{major}.{wanted}"));
        match (minor.checked_sub(1).and_then(near), near(minor + 1)) {
            (Some(below), Some(above)) if product == "linuxmint" => self.several([below, above]),
            _ => self.missing(product, version),
        }
    }

    /// `4/5/6/7`, `13 or later`: a label for a range of versions.
    pub(super) fn range(&self, product: &str) -> Option<Identity> {
        let version = self.version_in_name()?;
        let at = self.raw.find(&version)? + version.len();
        let after = &self.raw[at..];
        let is_digit_next = after.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        let is_list = after.starts_with('/') && is_digit_next;
        if after.starts_with('-') && is_digit_next && !version.contains('.') {
            return Some(self.unclear());
        }
        if let Some(span) = self.span(product, &version, after) {
            return Some(span);
        }
        let is_open = self
            .rest
            .windows(2)
            .any(|pair| pair[0] == "or" && matches!(pair[1].as_str(), "later" | "newer" | "above"));
        if is_open {
            let first = number(&version);
            let has_minors = product == "freebsd";
            let later = self.lifecycle.cycles(product).iter().filter(|cycle| {
                number(cycle.cycle) >= first && (!has_minors || cycle.cycle.contains('.'))
            });
            return Some(self.several(later));
        }
        is_list.then(|| {
            let digits = after
                .split(|c: char| c != '/' && c != '.' && !c.is_ascii_digit())
                .next();
            let named = digits
                .unwrap_or_default()
                .split('/')
                .chain([version.as_str()]);
            let mut cycles: Vec<_> = named
                .filter_map(
                    |version| match versions::find(self.lifecycle, product, version) {
                        Match::One(cycle) => Some(cycle),
                        Match::Missing | Match::Under(_) => None,
                    },
                )
                .collect();
            cycles.sort_by_key(|cycle| number(cycle.cycle));
            self.several(cycles)
        })
    }

    /// `11.0-RELEASE - 12.0-RELEASE`, as scanners write a range of guesses.
    fn span(&self, product: &str, first: &str, after: &str) -> Option<Identity> {
        let (_, last) = after
            .split_once(" - ")
            .or_else(|| after.split_once(" or "))?;
        let cut = words(last);
        let last = version_of(cut.first()?).filter(|last| !matches!(*last, "32" | "64" | "86"))?;
        let bound = |version: &str| match versions::find(self.lifecycle, product, version) {
            Match::One(cycle) => number(cycle.cycle),
            Match::Missing | Match::Under(_) => number(version),
        };
        let (first, last) = (bound(first), bound(last));
        let has_minors = product == "freebsd";
        let between = self.lifecycle.cycles(product).iter().filter(|cycle| {
            (first..=last).contains(&number(cycle.cycle))
                && (!has_minors || cycle.cycle.contains('.'))
        });
        (first < last).then(|| self.several(between))
    }

    pub(super) fn version_behind(&self, skip: &[&str]) -> Option<String> {
        let first = self
            .rest
            .iter()
            .find(|word| !skip.contains(&word.as_str()) && !FILLERS.contains(&word.as_str()));
        match first {
            None => self.declared_version(),
            Some(word) => self.refined(Some(version_of(word)?.to_owned())),
        }
    }
}

/// A word that is a version: `16.04`, `9`, `v3.18`.
pub(super) fn version_of(word: &str) -> Option<&str> {
    let digits = word.strip_prefix('v').unwrap_or(word);
    let is_version = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_version.then_some(digits)
}

/// Major and minor, for comparing.
pub(super) fn number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}
