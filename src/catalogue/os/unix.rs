//! AIX, IBM i, Solaris and FreeBSD, each with its own way of writing a version.

use super::found::{Found, number, version_of};
use super::versions::{self, Match};
use super::{Certainty, Identity};

impl Found<'_> {
    pub(super) fn aix(&self) -> Identity {
        // `7100-05-03` is what `oslevel -s` prints.
        if let [level, technology, ..] = self.rest.as_slice()
            && level.len() == 4
            && level.ends_with("00")
            && let Ok(technology) = technology.parse::<u32>()
        {
            let version = format!("{}.{}.{technology}", &level[..1], &level[1..2]);
            return match self.lifecycle.cycle("ibm-aix", &version) {
                Some(cycle) => self.one(Certainty::Exact, cycle),
                None => self.missing("ibm-aix", &version),
            };
        }
        // `7.1 TL5 SP9`, `6100 TL 9`.
        let technology = self.rest.iter().find_map(|word| word.strip_prefix("tl"));
        if let (Some(technology), Some(version)) = (technology, self.version_in_name())
            && let Some(cycle) = self.lifecycle.cycle(
                "ibm-aix",
                &format!("{version}.{}", technology.trim_start_matches('0')),
            )
        {
            return self.one(Certainty::Exact, cycle);
        }
        self.general("ibm-aix")
    }

    /// `V7R3M0` is 7.3.
    pub(super) fn ibm_i(&self) -> Identity {
        let part = |letter: char| {
            self.rest.iter().find_map(|word| {
                let digits = word.strip_prefix(letter)?;
                digits.bytes().all(|b| b.is_ascii_digit()).then_some(digits)
            })
        };
        if let (Some(major), Some(minor)) = (part('v'), part('r')) {
            let version = format!("{major}.{minor}");
            return match self.lifecycle.cycle("ibm-i", &version) {
                Some(cycle) => self.one(Certainty::Exact, cycle),
                None => self.missing("ibm-i", &version),
            };
        }
        self.general("ibm-i")
    }

    pub(super) fn solaris(&self) -> Identity {
        match self.version().as_deref() {
            Some("11") => self.solaris_11(),
            _ => self.general("oracle-solaris"),
        }
    }

    pub(super) fn solaris_11(&self) -> Identity {
        let all = self.lifecycle.cycles("oracle-solaris").iter();
        self.several(all.filter(|cycle| cycle.cycle == "11" || cycle.cycle.starts_with("11.")))
    }

    /// SunOS 5.10 is Solaris 10; 5.11 is any Solaris 11.
    pub(super) fn sunos(&self) -> Identity {
        // Systems built on illumos report SunOS 5.11 too.
        let is_illumos = |word: &String| {
            ["omnios", "openindiana", "illumos", "joyent", "smartos"].contains(&word.as_str())
        };
        if self.rest.iter().any(is_illumos) {
            return Identity::not_covered("unix", "a system built on illumos".into());
        }
        let version = self
            .rest
            .iter()
            .filter_map(|word| version_of(word))
            .find(|v| v.starts_with("5."));
        match version.and_then(|version| version.strip_prefix("5.")) {
            Some("11") => self.solaris_11(),
            Some(release) => match self.lifecycle.cycle("oracle-solaris", release) {
                Some(cycle) => self.one(Certainty::Exact, cycle),
                None => self.missing("oracle-solaris", release),
            },
            None => self.unclear(),
        }
    }

    pub(super) fn freebsd(&self) -> Identity {
        if let Some(range) = self.range("freebsd") {
            return range;
        }
        // `FreeBSD Pre-11 versions`, as hypervisors configure it.
        if let [pre, first, ..] = self.rest.as_slice()
            && pre == "pre"
            && version_of(first).is_some()
        {
            let below = number(first);
            let all = self.lifecycle.cycles("freebsd").iter();
            return self.several(
                all.filter(|cycle| cycle.cycle.contains('.') && number(cycle.cycle) < below),
            );
        }
        let Some(version) = self.version() else {
            return self.without_version("freebsd");
        };
        let cycle = |id: &str| self.lifecycle.cycle("freebsd", id);
        let major = version.split('.').next().unwrap_or_default();
        if self.says(&["stable", "current"]) {
            let mut both: Vec<_> = [cycle(major), cycle(&version)]
                .into_iter()
                .flatten()
                .collect();
            both.dedup();
            return self.several(both);
        }
        match versions::find(self.lifecycle, "freebsd", &version) {
            Match::One(one) if one.cycle.contains('.') => self.one(Certainty::Exact, one),
            Match::One(_) if version.contains('.') => self.missing("freebsd", &version),
            Match::Missing => self.missing("freebsd", &version),
            Match::One(_) | Match::Under(_) => {
                let prefix = format!("{major}.");
                let all = self.lifecycle.cycles("freebsd").iter();
                self.several(all.filter(|cycle| cycle.cycle.starts_with(&prefix)))
            }
        }
    }
}
