//! What a KB number is: its dates, its releases, and which advisories it fixes there, by itself or
//! by what it contains.

use super::answer::Answer;
use super::page::Page;
use crate::catalogue::windows::{Advisory, Package};
use crate::catalogue::{Catalogue, Completeness, Kb, PatchFacts, Patched, Windows};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn answer(kb: Kb, catalogue: &Catalogue) -> Answer {
    let known = Known::of(kb, catalogue);
    if known.packages.is_empty() && known.fixes.is_empty() {
        let why = super::unknown(&kb.to_string(), catalogue);
        return Answer::bare("package", "unknown", why);
    }
    Answer {
        details: Some(known.details(kb)),
        ..Answer::bare("package", "exact", known.why(kb))
    }
}

pub(super) fn page(kb: Kb, answer: &Answer, catalogue: &Catalogue, page: &mut Page) {
    if !answer.is_known() {
        page.row("unknown", &answer.why);
        return;
    }
    let known = Known::of(kb, catalogue);
    let windows = catalogue.windows();
    for package in &known.packages {
        let what = format!("{} of {}", package.kind.name(), package.released);
        page.row("is", &what);
        page.row("for", &names(package, windows).join(", "));
        if let Some(revision) = package.revision {
            page.row(
                "revision",
                &format!("{revision}, which a machine shows after it"),
            );
        }
        page.row("source", &package.source);
    }
    if known.packages.is_empty() {
        for what in &known.alone {
            page.row("is", what);
        }
    }
    if known.fixes.is_empty() {
        page.row(
            "fixes",
            "none of the advisories that the catalogue can judge",
        );
        return;
    }
    let rows = known.fixes.iter().map(|fix| {
        let advisory = fix.advisory;
        [
            format!("{} {}", advisory.id, advisory.name),
            fix.releases.join(", "),
        ]
    });
    page.table(["fixes", "on"], ["", "on"], rows.collect());
}

struct Known<'c> {
    windows: &'c Windows,
    packages: Vec<Package>,
    fixes: Vec<Fixes<'c>>,
    /// What advisories call it, for a package that is in no stream.
    alone: Vec<String>,
}

/// An advisory that a package fixes.
struct Fixes<'c> {
    advisory: &'c Advisory,
    releases: Vec<String>,
}

impl<'c> Known<'c> {
    fn of(kb: Kb, catalogue: &'c Catalogue) -> Self {
        let windows = catalogue.windows();
        let packages = windows.kb(kb);
        let fixes = windows
            .advisories()
            .iter()
            .filter_map(|advisory| {
                let mut releases = named_as_fix(windows, advisory, kb);
                for package in &packages {
                    releases.extend(fixed(windows, advisory, package));
                }
                releases.sort();
                releases.dedup();
                (!releases.is_empty()).then_some(Fixes { advisory, releases })
            })
            .collect();
        Self {
            windows,
            packages,
            fixes,
            alone: alone(windows, kb),
        }
    }

    fn details(&self, kb: Kb) -> Value {
        let streams = self.packages.iter().map(|package| {
            json!({
                "kind": package.kind.name(),
                "released": package.released,
                "releases": names(package, self.windows),
                "revision": package.revision,
                "source": &*package.source,
            })
        });
        let fixes = self.fixes.iter().map(|fix| {
            json!({
                "id": fix.advisory.id, "name": fix.advisory.name, "cves": fix.advisory.cves,
                "releases": fix.releases,
            })
        });
        json!({
            "kb": kb.to_string(),
            "streams": streams.collect::<Value>(),
            "fixes": fixes.collect::<Value>(),
        })
    }

    fn why(&self, kb: Kb) -> String {
        let packages = self.packages.iter().map(|package| {
            let (kind, day) = (package.kind.name(), package.released);
            format!(
                "a {kind} of {day} for {}",
                names(package, self.windows).join(", ")
            )
        });
        let mut is: Vec<_> = packages.collect();
        if is.is_empty() {
            is.extend(self.alone.iter().map(|what| format!("a {what}")));
        }
        let fixes: Vec<_> = self.fixes.iter().map(|fix| &*fix.advisory.id).collect();
        let fixes = if fixes.is_empty() {
            String::new()
        } else {
            format!("; it fixes {}", fixes.join(", "))
        };
        format!("{kb} is {}{fixes}", is.join(", and "))
    }
}

fn names(package: &Package, windows: &Windows) -> Vec<String> {
    let ids = package.releases.iter();
    ids.map(|id| windows.release_name(id)).collect()
}

/// The releases for which the advisory itself names the package.
fn named_as_fix(windows: &Windows, advisory: &Advisory, kb: Kb) -> Vec<String> {
    let fixes = windows.fixes_of(advisory).into_iter();
    fixes
        .filter(|fix| fix.kb == kb)
        .flat_map(|fix| fix.releases)
        .collect()
}

/// `stand-alone update of 2017-05-12 for Windows 8, Windows XP SP3`.
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

/// The releases on which the package alone proves the fix: by its place in the stream.
fn fixed(windows: &Windows, advisory: &Advisory, package: &Package) -> Vec<String> {
    let is_fixed = |release: &str| {
        let facts = PatchFacts {
            release,
            build: None,
            revision: None,
            kbs: Some(&[package.kb]),
            list: Completeness::Unstated,
            files: &[],
            as_of: Date::MAX,
        };
        windows.judge(advisory, &facts).patched == Patched::Fixed
    };
    let releases = package.releases.iter();
    releases
        .filter(|release| is_fixed(release))
        .map(|release| windows.release_name(release))
        .collect()
}
