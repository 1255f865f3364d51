//! What the JSON and the XML of CycloneDX have in common: which versions are read, the words of
//! VEX, and how a vulnerability is weighed. Source: the schemas of CycloneDX 1.4 to 1.6.

use super::bill::{Affected, Component, Gathering, Hole};
use super::identifiers;

/// Kinds of components that are no software and so may go without a version.
const NO_SOFTWARE: [&str; 4] = ["cryptographic-asset", "data", "device", "file"];

/// Words of a composition that say that something is not listed.
const INCOMPLETE: &str = "incomplete";

/// Refuses what no reader of 1.x can understand.
pub(super) fn check_version(version: &str) -> Result<(), String> {
    let is_known = version.trim().strip_prefix("1.").is_some_and(|minor| {
        minor
            .parse::<u8>()
            .is_ok_and(|minor| (2..=7).contains(&minor))
    });
    if is_known {
        return Ok(());
    }
    let shown: String = version.chars().take(20).collect();
    Err(format!(
        "it is CycloneDX “{shown}”; versions 1.2 to 1.7 are read"
    ))
}

pub(super) fn is_software(kind: Option<&str>) -> bool {
    kind.is_none_or(|kind| !NO_SOFTWARE.contains(&kind))
}

/// The name people know a component by: a scope of npm belongs to it, a group of Maven does not.
pub(super) fn full_name(group: Option<&str>, name: Option<String>) -> Option<String> {
    match (group, name) {
        (Some(group), Some(name)) if group.starts_with('@') => Some(format!("{group}/{name}")),
        (_, name) => name,
    }
}

/// The version, also where only an identifier says it. Two that differ are told.
pub(super) fn settle(component: &mut Component, gathering: &mut Gathering) {
    identifiers::settle(component, gathering);
}

/// The state of an analysis. Words that are none of these leave it open, which counts as affected.
pub(super) fn state(word: &str) -> Option<&'static str> {
    match word.trim() {
        "exploitable" => Some("affected"),
        "false_positive" | "not_affected" => Some("not-affected"),
        "in_triage" => Some("under-investigation"),
        "resolved" | "resolved_with_pedigree" => Some("fixed"),
        _ => None,
    }
}

/// What is said of one version of a component.
pub(super) fn version_state(word: &str) -> Option<&'static str> {
    match word.trim() {
        "affected" => Some("affected"),
        "unaffected" => Some("not-affected"),
        _ => None,
    }
}

/// The highest CVSS score of the ratings, whoever gave it.
pub(super) fn score(
    ratings: impl IntoIterator<Item = (Option<f64>, Option<String>)>,
) -> Option<f64> {
    let is_cvss = |method: &Option<String>| {
        let method = method.as_deref().map(str::trim);
        method.is_none_or(|method| method.to_ascii_uppercase().starts_with("CVSS"))
    };
    ratings
        .into_iter()
        .filter(|(_, method)| is_cvss(method))
        .filter_map(|(score, _)| score)
        .filter(|score| (0.0..=10.0).contains(score))
        .max_by(f64::total_cmp)
}

/// The numbers a vulnerability goes by: the CVE numbers among its own and its equivalents'.
pub(super) fn numbers(own: Option<&str>, equivalents: &[String]) -> Vec<String> {
    let is_cve = |id: &&str| {
        let start = id.get(..4);
        start.is_some_and(|start| start.eq_ignore_ascii_case("CVE-"))
    };
    let all = || {
        own.into_iter()
            .chain(equivalents.iter().map(String::as_str))
    };
    let mut cves: Vec<_> = all().filter(is_cve).map(str::to_owned).collect();
    cves.sort_unstable();
    cves.dedup();
    if cves.is_empty() {
        return all().take(1).map(str::to_owned).collect();
    }
    cves
}

/// Adds a vulnerability, if it says anything of a component.
pub(super) fn add_hole(mut hole: Hole, gathering: &mut Gathering) -> Result<(), String> {
    if hole.ids.is_empty() {
        gathering.fault("vulnerabilities have no number", "");
        hole.ids.push("a vulnerability without a number".into());
    }
    gathering.hole(hole)
}

/// The reference in a BOM-Link: what stands behind its `#`.
pub(super) fn affected(reference: &str) -> Affected {
    let link = reference.strip_prefix("urn:cdx:");
    let own = link.and_then(|link| link.split_once('#'));
    Affected {
        reference: own.map_or_else(|| reference.to_owned(), |(_, own)| identifiers::decode(own)),
        versions: Vec::new(),
    }
}

pub(super) fn composition(aggregate: &str, gathering: &mut Gathering) {
    if aggregate.trim().starts_with(INCOMPLETE) {
        gathering.fault("parts are said to be listed incompletely", aggregate.trim());
    }
}
