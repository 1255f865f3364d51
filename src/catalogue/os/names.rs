//! Everything but Windows: the table of names says what the text begins with, the rest of the
//! text gives the version. A word we do not know between the two makes it something else.

use super::versions::{self, Match};
use super::words::words;
use super::{Certainty, Identity, OsFacts};
use crate::catalogue::lifecycle::{Cycle, Lifecycle, rows};
use std::sync::LazyLock;

pub(in crate::catalogue) const FACTS_NAMES: &str = include_str!("../facts/os-names.tsv");
pub(in crate::catalogue) const FACTS_GUESTS: &str = include_str!("../facts/os-guests.tsv");

struct Name {
    /// Letters and digits only.
    folded: String,
    family: &'static str,
    /// A lifecycle product, or the name of a rule of ours: `suse`, `darwin`, `sunos`, `cisco`.
    product: &'static str,
    label: &'static str,
    flags: &'static str,
}

static NAMES: LazyLock<Vec<Name>> = LazyLock::new(|| {
    rows::<5>("os-names.tsv", FACTS_NAMES)
        .map(|row| {
            let (_, [name, family, product, label, flags]) = row.expect("tested fact table");
            Name {
                folded: name.replace(' ', ""),
                family,
                product,
                label,
                flags,
            }
        })
        .collect()
});

/// Words that may stand between a name and its version without making it another system.
const FILLERS: [&str; 20] = [
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
    "baseos",
    "advanced",
    "v",
];

/// A text that was taken for one of the names.
struct Found<'a> {
    name: &'static Name,
    raw: &'a str,
    words: Vec<String>,
    /// The words behind the name.
    rest: Vec<String>,
    lifecycle: &'a Lifecycle,
    facts: &'a OsFacts<'a>,
}

pub(super) fn identify(facts: &OsFacts<'_>, lifecycle: &Lifecycle) -> Option<Identity> {
    let raw = facts.name.or(facts.version)?;
    if let Some(identity) = guest(raw, lifecycle) {
        return Some(identity);
    }
    let words = without_bitness(words(raw));
    if words.first().is_some_and(|word| word == "linux")
        && let Some(identity) = kernel(&words, lifecycle)
    {
        return Some(identity);
    }
    let (name, end) = leading_name(&words).or_else(|| name_anywhere(&words))?;
    let found = Found {
        name,
        raw,
        rest: words[end..].to_vec(),
        words,
        lifecycle,
        facts,
    };
    let mut identity = found.identify();
    identity.tokens = vec![format!("name {}", name.folded)];
    identity
        .tokens
        .extend(found.version().map(|version| format!("version {version}")));
    if identity.certainty == Certainty::Ambiguous {
        identity.settles = Some("the version".into());
    } else if identity.certainty == Certainty::Assumed {
        identity.settles = Some("the exact version or update level".into());
    }
    Some(identity)
}

fn guest(raw: &str, lifecycle: &Lifecycle) -> Option<Identity> {
    let (_, [_, family, cycles, certainty]) = rows::<4>("os-guests.tsv", FACTS_GUESTS)
        .map(|row| row.expect("tested fact table"))
        .find(|(_, cells)| cells[0].eq_ignore_ascii_case(raw))?;
    let mut candidates = Vec::new();
    for id in cycles.split('|') {
        let (product, cycle) = id.split_once(':').expect("tested fact table");
        match cycle.strip_suffix('*') {
            None => candidates.push((product, cycle)),
            Some(prefix) => candidates.extend(
                lifecycle
                    .cycles(product)
                    .iter()
                    .filter(|known| known.cycle.starts_with(prefix) && known.cycle != "10-1507-iot")
                    .map(Cycle::key),
            ),
        }
    }
    let certainty = match certainty {
        "exact" => Certainty::Exact,
        "assumed" => Certainty::Assumed,
        _ => Certainty::Ambiguous,
    };
    let mut identity = Identity::found(certainty, family, lifecycle, candidates);
    identity.tokens = vec![format!("guest type {raw}")];
    identity.settles = (certainty != Certainty::Exact)
        .then(|| "what the machine itself reports, not its configured type".into());
    Some(identity)
}

/// A kernel names a distribution only by the suffix of its release; `el7` fits many rebuilds.
fn kernel(words: &[String], lifecycle: &Lifecycle) -> Option<Identity> {
    for word in words {
        let number = |prefix: &str| {
            word.strip_prefix(prefix)
                .filter(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
        };
        if let Some(major) = number("fc")
            && let Some(cycle) = lifecycle.cycle("fedora", major)
        {
            return Some(Identity::found(
                Certainty::Exact,
                "linux",
                lifecycle,
                vec![cycle.key()],
            ));
        }
        if let Some(major) = number("el") {
            let label = format!("Linux with an EL{major} kernel: RHEL or one of its rebuilds");
            return Some(Identity::not_covered("linux", label));
        }
    }
    let is_uname = words.len() > 2 && words[1].starts_with(|c: char| c.is_ascii_digit());
    let mut identity = Identity::unknown();
    identity.family = Some("linux");
    identity.label = "Linux of unknown distribution".into();
    identity.settles = Some("the distribution and its release, not the kernel".into());
    // `Linux Mint` and `Linux From Scratch` are names; a number behind `Linux` is a kernel.
    (is_uname || words.len() < 3 && leading_name(words).is_none()).then_some(identity)
}

/// `(64-bit)`, `x86_64`, `64Guest` say nothing about the release.
fn without_bitness(words: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let before = kept.last().map(String::as_str);
        let is_bits = matches!(before, Some("64" | "32"));
        if (matches!(word.as_str(), "bit" | "bits" | "guest") && is_bits)
            || (word == "64" && before == Some("x86"))
        {
            kept.pop();
        } else if !matches!(
            word.as_str(),
            "x64" | "amd64" | "arm64" | "aarch64" | "guest"
        ) {
            kept.push(word);
        }
    }
    kept.retain(|word| word != "x86");
    kept
}

/// The longest name the words begin with, and how many words it takes.
fn leading_name(words: &[String]) -> Option<(&'static Name, usize)> {
    longest_name(words, |_| true)
}

fn name_anywhere(words: &[String]) -> Option<(&'static Name, usize)> {
    (1..words.len()).find_map(|start| {
        longest_name(&words[start..], |name| name.flags == "anywhere")
            .map(|(name, count)| (name, start + count))
    })
}

fn longest_name(words: &[String], is_asked: fn(&Name) -> bool) -> Option<(&'static Name, usize)> {
    let mut best = None;
    let mut text = String::new();
    for (index, word) in words.iter().take(5).enumerate() {
        text += word;
        if let Some(name) = NAMES
            .iter()
            .find(|name| name.folded == text && is_asked(name))
        {
            best = Some((name, index + 1));
        }
    }
    best
}

impl Found<'_> {
    fn identify(&self) -> Identity {
        match self.name.product {
            "-" => self.not_covered(),
            "centos" | "centos-stream" => self.centos(),
            "cisco" => self.cisco(),
            "darwin" => self.darwin(),
            "debian" if self.says(&["sid", "testing", "unstable"]) => {
                Identity::not_covered("linux", "Debian testing or unstable".into())
            }
            "freebsd" => self.freebsd(),
            "ibm-aix" => self.aix(),
            "ibm-i" => self.ibm_i(),
            // `IOS 15.2` in capitals is as likely a Cisco router.
            "ios" if self.raw.starts_with("IOS") => self.unclear(),
            "oracle-linux" if self.says(&["stream"]) => self.oracle_stream(),
            "oracle-solaris" => self.solaris(),
            "rhel" => self.rhel(),
            "sles" => self.sles("sles"),
            "sunos" => self.sunos(),
            "suse" => self.suse(),
            product => self.general(product),
        }
    }

    fn says(&self, any: &[&str]) -> bool {
        self.rest.iter().any(|word| any.contains(&word.as_str()))
    }

    fn not_covered(&self) -> Identity {
        let version = self.rest.iter().find(|word| version_of(word).is_some());
        let label = match version.and_then(|word| version_of(word)) {
            Some(version) => format!("{} {version}", self.name.label),
            None => self.name.label.to_owned(),
        };
        Identity::not_covered(self.name.family, label)
    }

    fn unclear(&self) -> Identity {
        let mut identity = Identity::unknown();
        identity.label = format!("`{}`, which we cannot place", self.raw);
        identity
    }

    fn one(&self, certainty: Certainty, cycle: &Cycle) -> Identity {
        Identity::found(
            certainty,
            self.name.family,
            self.lifecycle,
            vec![cycle.key()],
        )
    }

    fn several<'c>(&self, cycles: impl IntoIterator<Item = &'c Cycle>) -> Identity {
        let cycles: Vec<_> = cycles.into_iter().map(Cycle::key).collect();
        let certainty = match cycles.len() {
            0 => return self.missing(self.name.product, ""),
            1 => Certainty::Assumed,
            _ => Certainty::Ambiguous,
        };
        Identity::found(certainty, self.name.family, self.lifecycle, cycles)
    }

    fn missing(&self, product: &str, version: &str) -> Identity {
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

    /// The version behind the name, or the declared one.
    fn version(&self) -> Option<String> {
        self.version_in_name().or_else(|| self.declared_version())
    }

    fn version_in_name(&self) -> Option<String> {
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

    fn declared_version(&self) -> Option<String> {
        let text = self.facts.version.filter(|_| self.facts.name.is_some())?;
        // `6.1.0-18-amd64` is a kernel, whatever column it stands in.
        let is_kernel = text.contains('-') && text.matches('.').count() >= 2;
        if is_kernel {
            return None;
        }
        words(text)
            .iter()
            .find_map(|word| version_of(word).map(str::to_owned))
    }

    /// A word that is neither version nor filler stands right behind the name.
    fn stranger(&self) -> Option<&str> {
        self.rest
            .iter()
            .take_while(|word| version_of(word).is_none())
            .map(String::as_str)
            .find(|word| !FILLERS.contains(word))
    }

    fn general(&self, product: &str) -> Identity {
        if let Some(identity) = self.range(product) {
            return identity;
        }
        let Some(version) = self.version() else {
            return self.without_version(product);
        };
        match versions::find(self.lifecycle, product, &version) {
            Match::One(cycle) => self.agreeing(product, cycle),
            Match::Under(cycles) => self.several(cycles),
            Match::Missing => self.neighbours(product, &version),
        }
    }

    /// A name and a version column that mean different releases leave both.
    fn agreeing(&self, product: &str, cycle: &Cycle) -> Identity {
        let other = self
            .version_in_name()
            .and_then(|_| self.declared_version())
            .map(|version| versions::find(self.lifecycle, product, &version));
        match other {
            Some(Match::One(other)) if other != cycle => self.several([cycle, other]),
            _ => self.one(Certainty::Exact, cycle),
        }
    }

    fn without_version(&self, product: &str) -> Identity {
        let all = self.lifecycle.cycles(product);
        // The longest codename, so that Snow Leopard is not Leopard.
        let text = format!(" {} ", self.rest.join(" "));
        let by_codename = all
            .iter()
            .filter(|cycle| !cycle.codename.is_empty())
            .filter(|cycle| text.contains(&format!(" {} ", words(cycle.codename).join(" "))))
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
    fn neighbours(&self, product: &str, version: &str) -> Identity {
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
    fn range(&self, product: &str) -> Option<Identity> {
        let version = self.version_in_name()?;
        let at = self.raw.find(&version)? + version.len();
        let after = &self.raw[at..];
        let is_digit_next = after.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        let is_list = after.starts_with('/') && is_digit_next;
        if after.starts_with('-') && is_digit_next && !version.contains('.') {
            return Some(self.unclear());
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

    fn centos(&self) -> Identity {
        let is_stream = self.name.product == "centos-stream" || self.says(&["stream"]);
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

    fn version_behind(&self, skip: &[&str]) -> Option<String> {
        self.rest
            .iter()
            .filter(|word| !skip.contains(&word.as_str()) && !FILLERS.contains(&word.as_str()))
            .map(|word| version_of(word).map(str::to_owned))
            .next()
            .flatten()
            .or_else(|| self.declared_version())
    }

    fn oracle_stream(&self) -> Identity {
        let Some(version) = self.version_behind(&["stream"]) else {
            return self.unclear();
        };
        self.several(
            ["oracle-linux", "centos-stream"]
                .iter()
                .filter_map(|product| self.lifecycle.cycle(product, &version)),
        )
    }

    fn rhel(&self) -> Identity {
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

    fn sles(&self, product: &str) -> Identity {
        let Some(version) = self.version_behind(&["for", "sap", "applications", "hpc", "desktop"])
        else {
            return self.without_version(product);
        };
        let pack = self
            .rest
            .iter()
            .find_map(|word| word.strip_prefix("sp"))
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
    fn suse(&self) -> Identity {
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

    fn freebsd(&self) -> Identity {
        if let Some(range) = self.range("freebsd") {
            return range;
        }
        let Some(version) = self.version() else {
            return self.without_version("freebsd");
        };
        let cycle = |id: &str| self.lifecycle.cycle("freebsd", id);
        let major = version.split('.').next().unwrap_or_default();
        if self.says(&["stable", "current"]) {
            return self.several([cycle(major), cycle(&version)].into_iter().flatten());
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

    fn darwin(&self) -> Identity {
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

    fn aix(&self) -> Identity {
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
        self.general("ibm-aix")
    }

    /// `V7R3M0` is 7.3.
    fn ibm_i(&self) -> Identity {
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

    fn solaris(&self) -> Identity {
        match self.version().as_deref() {
            Some("11") => self.solaris_11(),
            _ => self.general("oracle-solaris"),
        }
    }

    fn solaris_11(&self) -> Identity {
        let all = self.lifecycle.cycles("oracle-solaris").iter();
        self.several(all.filter(|cycle| cycle.cycle == "11" || cycle.cycle.starts_with("11.")))
    }

    /// SunOS 5.10 is Solaris 10; 5.11 is any Solaris 11.
    fn sunos(&self) -> Identity {
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

    /// Cisco's names differ only by a word somewhere in the line; IOS itself never reached 16.
    fn cisco(&self) -> Identity {
        let has = |word: &str| self.words.iter().any(|known| known == word);
        let behind = self
            .words
            .iter()
            .position(|word| word == "version")
            .and_then(|at| version_of(self.words.get(at + 1)?));
        let version = behind.or_else(|| self.rest.iter().find_map(|word| version_of(word)));
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

/// A word that is a version: `16.04`, `9`, `v3.18`.
fn version_of(word: &str) -> Option<&str> {
    let digits = word.strip_prefix('v').unwrap_or(word);
    let is_version = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_version.then_some(digits)
}

/// Major and minor, for comparing.
fn number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}
