//! Windows: every known fact crosses rows off the table of releases; what remains is the answer.
//!
//! A build outweighs a marketing name. Client and server share builds, so without a word for
//! either both remain. An edition that is not given leaves every edition whose dates differ.

use super::windows_embedded::embedded;
use super::windows_filter::{Remaining, remaining};
use super::windows_reading::{Reading, Role};
use super::windows_table::{RELEASES, Row};
use super::{Certainty, Identity, OsFacts, conflict};
use crate::catalogue::lifecycle::Lifecycle;

pub(super) const FAMILY: &str = "windows";

/// Windows that is known and has no lifecycle here: all the words must occur.
const NOT_COVERED: [(&str, &str); 23] = [
    ("windows phone", "Windows Phone"),
    ("windows mobile", "Windows Mobile"),
    ("10 mobile", "Windows 10 Mobile"),
    ("windows ce", "Windows CE"),
    ("windows holographic", "Windows Holographic"),
    ("windows 10 team", "Windows 10 Team"),
    ("windows 95", "Windows 95"),
    ("windows 98", "Windows 98"),
    ("windows me", "Windows Me"),
    ("windows millennium", "Windows Me"),
    ("windows millenium", "Windows Me"),
    ("windows net server", "a beta of Windows Server 2003"),
    ("windows handheld", "Windows Embedded Handheld"),
    ("windows automotive", "Windows Embedded Automotive"),
    ("windows 3.1", "Windows 3.1"),
    ("windows 3.11", "Windows 3.11"),
    ("windows nt 4", "Windows NT 4"),
    ("windows nt 4.0", "Windows NT 4.0"),
    ("windows nt 3.51", "Windows NT 3.51"),
    ("windows nt 3.5", "Windows NT 3.5"),
    ("windows nt 3.1", "Windows NT 3.1"),
    ("windows pe", "Windows PE"),
    ("azure stack hci", "Azure Stack HCI"),
];

pub(super) fn identify(facts: &OsFacts<'_>, lifecycle: &Lifecycle) -> Option<Identity> {
    let reading = Reading::of(facts);
    if !is_windows(&reading, facts) {
        return None;
    }
    let mut identity = not_covered(&reading)
        .or_else(|| nano(&reading, lifecycle))
        .or_else(|| embedded(&reading, lifecycle))
        .unwrap_or_else(|| general(&reading, lifecycle));
    identity.build = reading
        .builds
        .first()
        .copied()
        .filter(|_| reading.builds.len() == 1);
    identity.revision = reading.revision.filter(|_| identity.build.is_some());
    identity.tokens = reading.tokens();
    identity.conflict = identity.conflict.or_else(|| conflict::windows(&reading));
    Some(identity)
}

fn is_windows(reading: &Reading, facts: &OsFacts<'_>) -> bool {
    let says_so = ["windows", "win", "wes", "posready", "wepos", "xpe"]
        .iter()
        .any(|word| reading.has(word))
        || reading.has_all("hyper v server")
        || reading.has_all("azure stack hci");
    let starts_as_server =
        reading.words.first().is_some_and(|word| word == "server") && !reading.releases.is_empty();
    // A bare `6.1.7601` or build names Windows only if the pair is one Microsoft shipped.
    let is_bare = facts
        .name
        .is_none_or(|name| name.starts_with(|c: char| c.is_ascii_digit()))
        && reading.kernel.as_ref().is_some_and(|kernel| {
            reading.builds.iter().any(|build| {
                RELEASES
                    .iter()
                    .any(|row| row.build == *build && row.kernel == kernel)
            })
        });
    says_so || starts_as_server || is_bare
}

fn not_covered(reading: &Reading) -> Option<Identity> {
    let is_modern_nt = reading.kernel.is_some();
    if let Some((_, label)) = NOT_COVERED
        .iter()
        .find(|(words, _)| {
            let behind = words.strip_prefix("windows ").unwrap_or(words);
            reading.has_all(words) || reading.has("win") && reading.has_all(behind)
        })
        .filter(|(words, _)| *words != "windows ce" || !reading.has("embedded"))
    {
        return Some(Identity::not_covered(FAMILY, (*label).into()));
    }
    if reading.has_all("windows nt") && !is_modern_nt && reading.releases.is_empty() {
        return Some(Identity::not_covered(FAMILY, "Windows NT".into()));
    }
    if reading.is_preview {
        return Some(Identity::not_covered(FAMILY, "a Windows preview".into()));
    }
    let is_server_2003 = reading
        .releases
        .iter()
        .any(|(_, release)| release.starts_with("2003"));
    (reading.has_all("home server") && !is_server_2003 && !reading.has("2011"))
        .then(|| Identity::not_covered(FAMILY, "Windows Home Server".into()))
}

fn nano(reading: &Reading, lifecycle: &Lifecycle) -> Option<Identity> {
    if !reading.has("nano") {
        return None;
    }
    let named = |name: &String| {
        lifecycle
            .cycle("windows-nano-server", name)
            .map(|cycle| (cycle.product, cycle.cycle))
    };
    let mut found: Vec<_> = reading
        .releases
        .iter()
        .filter_map(|(_, name)| named(name))
        .collect();
    if found.is_empty() {
        found.extend(reading.version.as_ref().and_then(named));
    }
    let certainty = match found.len() {
        0 => return Some(Identity::not_covered(FAMILY, "Windows Nano Server".into())),
        1 => Certainty::Exact,
        _ => Certainty::Ambiguous,
    };
    Some(Identity::found(certainty, FAMILY, lifecycle, found))
}

fn general(reading: &Reading, lifecycle: &Lifecycle) -> Identity {
    if reading.builds.len() > 1 {
        let mut identity = Identity::unknown();
        identity.family = Some(FAMILY);
        identity.label = "Windows with two different builds".into();
        identity.settles = Some("which of the builds is right".into());
        return identity;
    }
    match remaining(reading) {
        Remaining::Rows(rows) => decide(reading, &rows, lifecycle),
        Remaining::Contradiction => {
            let mut identity = Identity::unknown();
            identity.family = Some(FAMILY);
            identity.label = "Windows whose name and build contradict each other".into();
            identity.settles = Some("whether it is a client or a server".into());
            identity.conflict = Some(role_conflict(reading));
            identity
        }
        Remaining::Nothing => {
            let mut identity = Identity::unknown();
            identity.family = Some(FAMILY);
            identity.label = "Windows of unknown version".into();
            identity.settles = Some("the Windows version or build".into());
            identity
        }
        Remaining::Unlisted(label) => Identity::not_covered(FAMILY, label),
    }
}

fn role_conflict(reading: &Reading) -> String {
    let build = reading.builds.first();
    let build = build.map_or("its kernel".into(), |build| format!("build {build}"));
    if reading.role == Some(Role::Server) {
        format!("it is declared as a server, but {build} was never a server's")
    } else {
        format!("it is declared as a client, but {build} was never a client's")
    }
}

fn decide(reading: &Reading, rows: &[Row], lifecycle: &Lifecycle) -> Identity {
    let mut candidates: Vec<(&'static str, &'static str)> = Vec::new();
    for cycle in rows.iter().filter_map(|row| row.cycle) {
        if !candidates.contains(&cycle) {
            candidates.push(cycle);
        }
    }
    let is_open = rows.iter().any(|row| row.cycle.is_none());
    let servicing = rows[0]
        .servicing
        .filter(|id| rows.iter().all(|row| row.servicing == Some(id)));
    let is_level_known = reading.level().is_some()
        || (!reading.builds.is_empty() && !matches!(rows[0].build, 2195 | 2600 | 3790));
    let is_2000 = rows.iter().all(|row| row.release == "2000");
    let mut identity = if candidates.is_empty() {
        Identity::not_covered(FAMILY, reading.spoken())
    } else if is_2000 && candidates.len() > 1 {
        // Client and server ended together, so the server's dates serve for both.
        Identity::found(
            Certainty::Assumed,
            FAMILY,
            lifecycle,
            vec![("windows-server", "2000")],
        )
    } else {
        let certainty = if candidates.len() > 1 || is_open {
            Certainty::Ambiguous
        } else if !is_level_known && rows.iter().any(|row| row.is_assumed) {
            Certainty::Assumed
        } else {
            Certainty::Exact
        };
        Identity::found(certainty, FAMILY, lifecycle, candidates)
    };
    identity.windows_release = servicing;
    identity.settles = settles(&identity, rows);
    identity
}

fn settles(identity: &Identity, rows: &[Row]) -> Option<String> {
    let differs = |key: fn(&Row) -> String| rows.iter().any(|row| key(row) != key(&rows[0]));
    match identity.certainty {
        Certainty::Exact | Certainty::NotCovered | Certainty::Unknown => return None,
        Certainty::Assumed => return Some("the service pack or build".into()),
        Certainty::Ambiguous => {}
    }
    let mut facts = Vec::new();
    if differs(|row| format!("{:?}", row.role)) {
        facts.push("whether it is a client or a server");
    }
    if differs(|row| format!("{} {}", row.build, row.level)) {
        facts.push(if rows[0].kernel == "10.0" {
            "the version or build"
        } else {
            "the service pack or build"
        });
    }
    if differs(|row| row.groups.to_owned()) {
        facts.push("the edition (Home/Pro, Enterprise/Education, LTSC or IoT LTSC)");
    }
    if facts.is_empty() {
        facts.push("which release it is, or its embedded product");
    }
    Some(facts.join(" and "))
}
