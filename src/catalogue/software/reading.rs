//! From a written name to its product. Every word beside the name has to be one we know.

use super::names::{How, Name, Names};
use super::version::Reading;
use super::words::{is_before_release, is_of_a_distribution, number, words};
use super::{Beside, SoftwareFacts, SoftwareIdentity};
use crate::catalogue::lifecycle::Lifecycle;
use crate::catalogue::os::Certainty;

/// Words that may stand beside any name.
const FILLERS: [&str; 30] = [
    "server",
    "edition",
    "version",
    "release",
    "build",
    "update",
    "patch",
    "bit",
    "x64",
    "x86",
    "amd64",
    "arm64",
    "64bit",
    "32bit",
    "en",
    "gb",
    "us",
    "uk",
    "english",
    "community",
    "enterprise",
    "standard",
    "lts",
    "for",
    "windows",
    "final",
    "ga",
    "service",
    "pack",
    "hotfix",
];

pub(super) fn by_name(
    text: &str,
    facts: &SoftwareFacts<'_>,
    names: &Names,
    lifecycle: &Lifecycle,
) -> Option<SoftwareIdentity> {
    let written = words(text);
    let own = match written.split_first() {
        Some((first, rest)) if first == "microsoft" || first == "ms" => rest,
        _ => &written,
    };
    let (name, rest) = names.find(own)?;
    let known = own.len() - rest.len();
    if rest.iter().any(|word| !is_known(word, name)) {
        return None;
    }
    let products: Vec<_> = name.products().collect();
    let label = || text.to_owned();
    if facts
        .vendor
        .is_some_and(|vendor| is_by_another(vendor, &products))
    {
        let label = format!("{text}, which is not by the maker of what is called so");
        return Some(SoftwareIdentity::not_covered(None, label));
    }
    if products.is_empty() || is_of_a_distribution(text) {
        return Some(SoftwareIdentity::not_covered(None, label()));
    }
    if facts.version.is_some_and(is_of_a_distribution) {
        let label = format!("{text}, as its distribution packages it");
        return Some(SoftwareIdentity::not_covered(None, label));
    }
    if is_before_release(text) || facts.version.is_some_and(is_before_release) {
        let label = format!("{text}, from before its release");
        return Some(SoftwareIdentity::not_covered(
            products.first().copied(),
            label,
        ));
    }
    let read = |product: &&'static str| {
        let reading = Reading {
            product,
            how: name.how,
            words: rest,
            declared: facts.version,
            names,
            lifecycle,
        };
        reading.identify()
    };
    let each: Vec<_> = products.iter().map(read).collect();
    let mut identity = merge(each, text, lifecycle);
    identity.tokens.insert(0, own[..known].join(" "));
    Some(identity)
}

/// Plain names that several makers use: an `Office 2021` is not always Microsoft's.
fn is_by_another(vendor: &str, products: &[&str]) -> bool {
    const MAKERS: [(&str, &[&str]); 7] = [
        ("dotnet", &["microsoft"]),
        ("dotnetfx", &["microsoft"]),
        ("msexchange", &["microsoft"]),
        ("mssqlserver", &["microsoft"]),
        ("office", &["microsoft"]),
        ("oracle-jdk", &["oracle", "sun microsystems"]),
        ("sharepoint", &["microsoft"]),
    ];
    let vendor = vendor.to_lowercase();
    MAKERS.iter().any(|(product, makers)| {
        products == [*product] && !makers.iter().any(|maker| vendor.contains(maker))
    })
}

fn is_known(word: &str, name: Name) -> bool {
    let is_kb = word
        .strip_prefix("kb")
        .is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()));
    let is_level = ["sp", "cu", "su", "rollup", "build", "h", "r", "u"]
        .iter()
        .any(|level| {
            word.strip_prefix(level)
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        });
    let is_word = name.how == How::Word && is_roman(word);
    number(word).is_some_and(|(_, tail)| tail_is_known(tail))
        || is_kb
        || is_level
        || is_word
        || FILLERS.contains(&word)
        || name.allows(word)
}

/// What hangs on a version without making it something else: `1.1.1k`, `19c`, `8u202`, `23ai`.
fn tail_is_known(tail: &str) -> bool {
    tail.len() <= 1
        || matches!(tail, "ai" | "bit" | "esr")
        || tail
            .strip_prefix('u')
            .is_some_and(|update| update.bytes().all(|b| b.is_ascii_digit()))
        || (tail.len() == 2 && tail.starts_with('z'))
}

fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| matches!(b, b'i' | b'v' | b'x'))
}

/// One identity of what several products answer.
pub(super) fn merge(
    each: Vec<SoftwareIdentity>,
    text: &str,
    lifecycle: &Lifecycle,
) -> SoftwareIdentity {
    let keys: Vec<_> = each
        .iter()
        .flat_map(|identity| identity.candidates.iter().copied())
        .collect();
    let count = each.len();
    let Some(first) = each.into_iter().next() else {
        return SoftwareIdentity::not_covered(None, text.to_owned());
    };
    if count == 1 {
        return first;
    }
    if keys.is_empty() {
        return SoftwareIdentity::not_covered(first.product, text.to_owned());
    }
    let cycles: Vec<_> = keys
        .iter()
        .filter_map(|(product, cycle)| lifecycle.cycle(product, cycle))
        .collect();
    let mut identity = SoftwareIdentity::found(Certainty::Ambiguous, &cycles);
    identity.settles = Some("who built it");
    // Whoever else builds it does not mend it longer than all of these do.
    identity.beside = Beside::NothingBetter;
    identity.tokens = first.tokens;
    identity
}
