//! How new facts differ from the ones in place, in plain words.

use super::super::Facts;
use super::super::feed::{Feed, Fresh, packages};
use std::collections::{BTreeMap, BTreeSet};

/// As many examples as a line holds.
const SHOWN: usize = 8;

/// What a feed changes, one sentence a line; none when it changes nothing.
pub fn changes(feed: Feed, before: &Facts, fresh: &Fresh) -> Vec<String> {
    let tables = |name: &str| {
        let old = before.text_of(name).unwrap_or("");
        let new = fresh.tables.get(name).map_or(old, String::as_str);
        (old, new)
    };
    match feed {
        Feed::Kev => {
            let (old, new) = tables("kev.tsv");
            exploited(old, new)
        }
        Feed::Lifecycle => {
            let (old, new) = tables("lifecycle.tsv");
            lifecycle(old, new)
        }
        Feed::Windows => {
            let (old, new) = tables(packages::TABLE);
            windows(old, new)
        }
    }
}

fn lifecycle(old: &str, new: &str) -> Vec<String> {
    let ids = |text| {
        let rows = rows(text).filter_map(|cells| match cells.as_slice() {
            [product, cycle, ..] => Some((format!("{product}:{cycle}"), cells)),
            _ => None,
        });
        rows.collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (ids(old), ids(new));
    let is_in = |rows: &BTreeMap<String, Vec<&str>>, id: &String| rows.contains_key(id);
    let added = new.keys().filter(|id| !is_in(&old, id)).cloned().collect();
    let gone = old.keys().filter(|id| !is_in(&new, id)).cloned().collect();
    let mut moved = Vec::new();
    for (id, cells) in &new {
        let Some(before) = old.get(id) else {
            continue;
        };
        for (column, phase) in [
            (5, "active support"),
            (6, "security support"),
            (7, "extended support"),
        ] {
            if let (Some(was), Some(is)) = (before.get(column), cells.get(column))
                && was != is
            {
                moved.push(format!("{id} {phase} {} (was {})", end(is), end(was)));
            }
        }
    }
    told([
        ("new release", added),
        ("changed end", moved),
        ("release no longer listed", gone),
    ])
}

fn end(cell: &str) -> &str {
    match cell {
        "" => "none",
        "open" => "without an announced end",
        date => date,
    }
}

fn windows(old: &str, new: &str) -> Vec<String> {
    let column = |text, column: usize| {
        let mut found = BTreeSet::new();
        for cells in rows(text) {
            let cell = cells.get(column).copied().unwrap_or("");
            found.extend(cell.split('+').filter(|part| !part.is_empty()));
        }
        found
    };
    let (documents, before) = (packages::documents(new), packages::documents(old));
    let months = documents
        .iter()
        .filter(|(id, edition)| before.get(*id) != Some(edition))
        .map(|(id, _)| (*id).to_owned())
        .collect();
    let new_of = |at| {
        let (old, new) = (column(old, at), column(new, at));
        new.difference(&old)
            .map(|one| (*one).to_owned())
            .collect::<Vec<_>>()
    };
    let packages = new_of(0).iter().map(|kb| format!("KB{kb}")).collect();
    told([
        ("security document", months),
        ("new package", packages),
        ("new CVE", new_of(6)),
    ])
}

fn exploited(old: &str, new: &str) -> Vec<String> {
    let entries = |text| {
        let rows = rows(text).filter_map(|cells| match cells.as_slice() {
            [cve, vendor, product, ..] => {
                Some(((*cve).to_owned(), format!("{cve} ({vendor} {product})")))
            }
            _ => None,
        });
        rows.collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (entries(old), entries(new));
    let missing_in = |other: &BTreeMap<String, String>, rows: &BTreeMap<String, String>| {
        let rows = rows.iter().filter(|(cve, _)| !other.contains_key(*cve));
        rows.map(|(_, told)| told.clone()).collect::<Vec<_>>()
    };
    told([
        ("newly listed vulnerability", missing_in(&old, &new)),
        ("vulnerability taken off the list", missing_in(&new, &old)),
    ])
}

/// The cells of every row that is a fact.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.skip(1).map(|line| line.split('\t').collect())
}

/// `3 new releases: a, b, c`.
fn told<const N: usize>(kinds: [(&str, Vec<String>); N]) -> Vec<String> {
    let kinds = kinds
        .into_iter()
        .filter(|(_, examples)| !examples.is_empty());
    let lines = kinds.map(|(what, examples)| {
        let count = examples.len();
        let shown = examples
            .iter()
            .take(SHOWN)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        let rest = count.saturating_sub(SHOWN);
        let more = if rest > 0 {
            format!(" and {rest} more")
        } else {
            String::new()
        };
        format!("{count} {}: {shown}{more}", plural(what, count))
    });
    lines.collect()
}

fn plural(what: &str, count: usize) -> String {
    if count == 1 {
        return what.to_owned();
    }
    match what {
        "newly listed vulnerability" => "newly listed vulnerabilities".to_owned(),
        "vulnerability taken off the list" => "vulnerabilities taken off the list".to_owned(),
        "release no longer listed" => "releases no longer listed".to_owned(),
        other => format!("{other}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moved_ends_are_told_with_what_they_were() {
        let old = "# x\nproduct\tcycle\nlark\t4\tLark 4\t\t\t\t2026-01-01\t\t\t\teol\nlark\t3\tLark 3\t\t\t\tended\t\t\t\teol\n";
        let new = "# x\nproduct\tcycle\nlark\t5\tLark 5\t\t\t\topen\t\t\t\teol\nlark\t4\tLark 4\t\t\t\t2027-01-01\t\t\t\teol\n";
        assert_eq!(
            lifecycle(old, new),
            [
                "1 new release: lark:5",
                "1 changed end: lark:4 security support 2027-01-01 (was 2026-01-01)",
                "1 release no longer listed: lark:3",
            ]
        );
        assert!(lifecycle(new, new).is_empty());
    }

    #[test]
    fn long_lists_are_cut_with_their_number() {
        let many = (0..11).map(|number| format!("x{number}")).collect();
        let told = told([("new CVE", many)]);
        assert_eq!(
            told,
            ["11 new CVEs: x0, x1, x2, x3, x4, x5, x6, x7 and 3 more"]
        );
    }
}
