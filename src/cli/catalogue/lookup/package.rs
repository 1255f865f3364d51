//! What a KB number is: its dates, its releases, its place in the stream, what it contains, and
//! which advisories it fixes, by itself or by what it contains.

use super::answer::Answer;
use super::page::Page;
use crate::catalogue::windows::PackageInfo;
use crate::catalogue::{Catalogue, Kb, Windows};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// CVEs told on a page; machines get all.
const CVES: usize = 12;

pub(super) fn answer(kb: Kb, catalogue: &Catalogue) -> Answer {
    let windows = catalogue.windows();
    let packages = windows.describe(kb);
    let alone = alone(windows, kb);
    if packages.is_empty() && alone.is_empty() {
        let why = super::unknown(&kb.to_string(), catalogue);
        return Answer::bare("package", "unknown", why);
    }
    let streams = packages.iter().map(stream);
    let details = json!({
        "kb": kb.to_string(),
        "streams": streams.collect::<Value>(),
        "fixes": fixes(windows, &packages, kb),
    });
    Answer {
        details: Some(details),
        ..Answer::bare("package", "exact", why(kb, &packages, &alone, windows))
    }
}

pub(super) fn page(kb: Kb, answer: &Answer, catalogue: &Catalogue, page: &mut Page) {
    if !answer.is_known() {
        page.row("unknown", &answer.why);
        return;
    }
    let windows = catalogue.windows();
    let packages = windows.describe(kb);
    for package in &packages {
        describe(package, windows, page);
    }
    if packages.is_empty() {
        for what in alone(windows, kb) {
            page.row("is", &what);
        }
        let fixes = fixes(windows, &packages, kb);
        page.row("fixes", &named(&fixes, windows));
    }
}

fn describe(package: &PackageInfo, windows: &Windows, page: &mut Page) {
    let what = format!("{} of {}", package.kind.name(), package.released);
    page.row("is", &what);
    page.row("for", &package.releases.join(", "));
    if let Some(revision) = package.revision {
        page.row(
            "revision",
            &format!("{revision}, which a machine shows after it"),
        );
    }
    if let Some(place) = package.place {
        let beside =
            |what: &str, kb: Option<Kb>| kb.map(|kb| format!(", {what} {kb}")).unwrap_or_default();
        let (after, before) = (
            beside("after", place.previous),
            beside("before", place.next),
        );
        let stands = format!("{} of {} in its stream{after}{before}", place.nth, place.of);
        page.row("stands", &stands);
    }
    if let Some(contains) = &package.contains {
        let what = match contains.count {
            1 => contains.first.to_string(),
            count => format!("{count} before it, {} to {}", contains.first, contains.last),
        };
        page.row("contains", &what);
    }
    if !package.replaced_by.is_empty() {
        page.row("is in", &listed(&package.replaced_by, CVES));
    }
    let advisories: Vec<_> = package.advisories.iter().map(ToString::to_string).collect();
    let fixes = if advisories.is_empty() {
        "none of the advisories that are followed release by release".to_owned()
    } else {
        named(&advisories, windows)
    };
    page.row("fixes", &fixes);
    if !package.cves.is_empty() {
        let cves = format!("{}: {}", package.cves.len(), listed(&package.cves, CVES));
        page.row("CVEs", &cves);
    }
    if let Some(severity) = package.severity {
        let cvss = package.cvss.map(|cvss| format!(", CVSS {cvss:.1}"));
        page.row(
            "severity",
            &format!("{severity}{}", cvss.unwrap_or_default()),
        );
    }
    if !package.source.is_empty() {
        page.row("source", &package.source);
    }
}

/// The first of a list, and how many more there are.
fn listed(all: &[impl ToString], most: usize) -> String {
    let shown: Vec<_> = all.iter().take(most).map(ToString::to_string).collect();
    match all.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// Advisories with what people call them.
fn named(ids: &[String], windows: &Windows) -> String {
    let names: Vec<_> = ids
        .iter()
        .map(|id| match windows.advisory(id) {
            Some(advisory) => format!("{id} {}", advisory.name),
            None => id.clone(),
        })
        .collect();
    names.join("; ")
}

fn stream(package: &PackageInfo) -> Value {
    json!({
        "kind": package.kind.name(),
        "released": package.released,
        "releases": package.releases,
        "revision": package.revision,
        "severity": package.severity.map(|severity| severity.to_string()),
        "cvss": package.cvss,
        "place": package.place.map(|place| json!({
            "nth": place.nth, "of": place.of,
            "previous": place.previous.map(|kb| kb.to_string()),
            "next": place.next.map(|kb| kb.to_string()),
        })),
        "contains": package.contains.as_ref().map(|contains| json!({
            "first": contains.first.to_string(), "last": contains.last.to_string(),
            "count": contains.count,
        })),
        "replaced_by": package.replaced_by.iter().map(Kb::to_string).collect::<Vec<_>>(),
        "advisories": package.advisories,
        "cves": package.cves,
        "source": &*package.source,
    })
}

/// Ids of the advisories that it fixes on any release.
fn fixes(windows: &Windows, packages: &[PackageInfo], kb: Kb) -> Vec<String> {
    let named = windows.fixed_by(kb).map(|advisory| advisory.id.to_string());
    let contained = packages.iter().flat_map(|package| &package.advisories);
    let ids: BTreeSet<_> = named.chain(contained.map(ToString::to_string)).collect();
    ids.into_iter().collect()
}

fn why(kb: Kb, packages: &[PackageInfo], alone: &[String], windows: &Windows) -> String {
    let packages_are = packages.iter().map(|package| {
        let (kind, day) = (package.kind.name(), package.released);
        format!("a {kind} of {day} for {}", package.releases.join(", "))
    });
    let mut is: Vec<_> = packages_are.collect();
    if is.is_empty() {
        is.extend(alone.iter().map(|what| format!("a {what}")));
    }
    let fixes = fixes(windows, packages, kb);
    let fixes = if fixes.is_empty() {
        String::new()
    } else {
        format!("; it fixes {}", fixes.join(", "))
    };
    format!("{kb} is {}{fixes}", is.join(", and "))
}

/// `stand-alone update of 2017-05-12 for Windows 8, Windows XP SP3`, as advisories have it.
fn alone(windows: &Windows, kb: Kb) -> Vec<String> {
    let fixes = windows
        .fixed_by(kb)
        .flat_map(|advisory| windows.fixes_of(advisory));
    let named: BTreeSet<_> = fixes
        .filter(|fix| fix.kb == kb)
        .map(|fix| {
            format!(
                "{} of {} for {}",
                fix.kind,
                fix.released,
                fix.releases.join(", ")
            )
        })
        .collect();
    named.into_iter().collect()
}
