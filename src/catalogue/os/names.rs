//! Everything but Windows: the table of names says what the text begins with, the rest of the
//! text gives the version. A word we do not know between the two makes it something else.

use super::found::Found;
use super::words::words;
use super::{Certainty, Identity, OsFacts};
use crate::catalogue::lifecycle::{Cycle, Lifecycle};
use crate::catalogue::table::own_rows;
use std::collections::HashMap;
use std::sync::LazyLock;

pub(in crate::catalogue) const FACTS_NAMES: &str = include_str!("../facts/os-names.tsv");
pub(in crate::catalogue) const FACTS_GUESTS: &str = include_str!("../facts/os-guests.tsv");
pub(in crate::catalogue) const NAMES_COLUMNS: [&str; 5] =
    ["name", "family", "product", "label", "flags"];
pub(in crate::catalogue) const GUESTS_COLUMNS: [&str; 4] = ["id", "family", "cycles", "certainty"];

pub(super) struct Name {
    /// Letters and digits only.
    pub(super) folded: String,
    pub(super) family: &'static str,
    /// A lifecycle product, or the name of a rule of ours: `suse`, `darwin`, `sunos`, `cisco`.
    pub(super) product: &'static str,
    pub(super) label: &'static str,
    pub(super) flags: &'static str,
}

/// By their folded form, which the lint keeps distinct.
static NAMES: LazyLock<HashMap<String, Name>> = LazyLock::new(|| {
    own_rows("os-names.tsv", FACTS_NAMES, NAMES_COLUMNS)
        .map(|[name, family, product, label, flags]| {
            let name = Name {
                folded: name.replace(' ', ""),
                family,
                product,
                label,
                flags,
            };
            (name.folded.clone(), name)
        })
        .collect()
});

static GUESTS: LazyLock<Vec<[&str; 4]>> =
    LazyLock::new(|| own_rows("os-guests.tsv", FACTS_GUESTS, GUESTS_COLUMNS).collect());

pub(super) fn identify(facts: &OsFacts<'_>, lifecycle: &Lifecycle) -> Option<Identity> {
    let raw = facts.name.or(facts.version)?;
    if let Some(identity) = guest(raw, lifecycle) {
        return Some(identity);
    }
    let raw = behind_kernel(raw);
    let words = without_bitness(words(raw));
    if matches!(
        words.join(" ").as_str(),
        "linux" | "gnu linux" | "other linux"
    ) && let Some(version) = facts.version
        && leading_name(&self::words(version)).is_some()
    {
        let distribution = OsFacts {
            name: Some(version),
            version: None,
            ..*facts
        };
        return identify(&distribution, lifecycle);
    }
    if words.first().is_some_and(|word| word == "linux")
        && let Some(identity) = kernel(&words, lifecycle)
    {
        return Some(identity);
    }
    let (name, end) = leading_name(&words).or_else(|| name_anywhere(&words))?;
    let rest = match uname_release(name, raw) {
        Some(release) => self::words(release),
        None => words[end..].to_vec(),
    };
    let found = Found {
        name,
        raw,
        words,
        rest,
        lifecycle,
        facts,
    };
    // `Debian 12 or Ubuntu 24.04` is neither for sure.
    let is_either = raw.split_once(" or ").is_some_and(|(_, other)| {
        leading_name(&self::words(other)).is_some_and(|(other, _)| other.product != name.product)
    });
    let mut identity = if is_either {
        found.unclear()
    } else {
        found.identify()
    };
    identity.conflict = found.other_release();
    identity.tokens = vec![format!("name {}", name.folded)];
    identity
        .tokens
        .extend(found.version().map(|version| format!("version {version}")));
    if identity.certainty == Certainty::Ambiguous {
        identity.settles = Some("the version".into());
    } else if identity.certainty == Certainty::Assumed {
        identity.settles = Some("the exact version or update level".into());
    }
    Some(identity.unless(found.other_system()))
}

/// `Linux Kernel 4.4 on Ubuntu 16.04`, as scanners write it: the distribution.
fn behind_kernel(raw: &str) -> &str {
    let is_kernel = raw
        .get(..12)
        .is_some_and(|start| start.eq_ignore_ascii_case("linux kernel"));
    match raw.split_once(" on ") {
        Some((_, distribution)) if is_kernel => distribution,
        _ => raw,
    }
}

/// `FreeBSD host 13.2-RELEASE …`, as `uname -a` prints it: everything behind the host.
fn uname_release<'a>(name: &Name, raw: &'a str) -> Option<&'a str> {
    if name.family != "bsd" {
        return None;
    }
    let (_, behind) = raw.split_once(' ')?;
    let (host, release) = behind.split_once(' ')?;
    let is_version = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let is_release = release
        .split(' ')
        .next()
        .is_some_and(|word| is_version(word) && word.contains('.'));
    (is_release && !is_version(host)).then_some(release)
}

fn guest(raw: &str, lifecycle: &Lifecycle) -> Option<Identity> {
    let &[_, family, cycles, certainty] = GUESTS
        .iter()
        .find(|[id, ..]| id.eq_ignore_ascii_case(raw))?;
    if cycles == "-" {
        return Some(Identity::not_covered(family, raw.to_owned()));
    }
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
        let word = match word.strip_suffix("guest") {
            Some(system) if !system.is_empty() => system.to_owned(),
            _ => word,
        };
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
pub(super) fn leading_name(words: &[String]) -> Option<(&'static Name, usize)> {
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
        if let Some(name) = NAMES.get(&text).filter(|name| is_asked(name)) {
            best = Some((name, index + 1));
        }
    }
    best
}
