//! Windows: every known fact crosses rows off the table of releases; what remains is the answer.
//!
//! A build outweighs a marketing name. Client and server share builds, so without a word for
//! either both remain. An edition that is not given leaves every edition whose dates differ.

use super::windows_reading::{Reading, Role};
use super::{Certainty, Identity, OsFacts};
use crate::catalogue::lifecycle::{Lifecycle, rows};
use std::sync::LazyLock;

pub(in crate::catalogue) const FACTS_WINDOWS: &str = include_str!("../facts/os-windows.tsv");
pub(in crate::catalogue) const FACTS_EMBEDDED: &str = include_str!("../facts/os-embedded.tsv");

const FAMILY: &str = "windows";

/// One row of `os-windows.tsv`, or of `os-embedded.tsv` with the release `embedded`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    build: u32,
    kernel: &'static str,
    role: Role,
    release: &'static str,
    level: &'static str,
    /// `None`: known, but not in the lifecycle table.
    cycle: Option<(&'static str, &'static str)>,
    groups: &'static str,
    servicing: Option<&'static str>,
    is_assumed: bool,
}

static RELEASES: LazyLock<Vec<Row>> = LazyLock::new(|| {
    rows::<9>("os-windows.tsv", FACTS_WINDOWS)
        .map(|row| {
            let (
                _,
                [
                    build,
                    kernel,
                    role,
                    release,
                    level,
                    cycle,
                    groups,
                    servicing,
                    flags,
                ],
            ) = row.expect("tested fact table");
            Row {
                build: build.parse().expect("tested fact table"),
                kernel,
                role: if role == "server" {
                    Role::Server
                } else {
                    Role::Client
                },
                release,
                level,
                cycle: cycle.split_once(':'),
                groups,
                servicing: Some(servicing).filter(|id| *id != "-"),
                is_assumed: flags == "assume",
            }
        })
        .collect()
});

struct Embedded {
    words: &'static str,
    is_listed: bool,
    release: Row,
}

static EMBEDDED: LazyLock<Vec<Embedded>> = LazyLock::new(|| {
    rows::<6>("os-embedded.tsv", FACTS_EMBEDDED)
        .map(|row| {
            let (_, [words, level, cycle, build, servicing, flags]) =
                row.expect("tested fact table");
            let build = build.parse().unwrap_or(0);
            Embedded {
                words,
                is_listed: flags == "listed",
                release: Row {
                    build,
                    kernel: RELEASES
                        .iter()
                        .find(|known| known.build == build)
                        .map_or("", |known| known.kernel),
                    role: Role::Client,
                    release: "embedded",
                    level,
                    cycle: cycle.split_once(':'),
                    groups: "",
                    servicing: Some(servicing).filter(|id| *id != "-"),
                    is_assumed: false,
                },
            }
        })
        .collect()
});

/// Windows that is known and has no lifecycle here: all the words must occur.
const NOT_COVERED: [(&str, &str); 19] = [
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

pub(super) fn is_known_build(word: &str) -> bool {
    word.parse()
        .is_ok_and(|build: u32| RELEASES.iter().any(|row| row.build == build))
}

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
    identity.tokens = tokens(&reading);
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
        .find(|(words, _)| reading.has_all(words))
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

/// Embedded Windows by its own name, which decides before the build it shares with the desktop.
fn embedded(reading: &Reading, lifecycle: &Lifecycle) -> Option<Identity> {
    let weight = |row: &Embedded| row.words.split(' ').count();
    let fits = |row: &&Embedded| {
        reading.has_all(row.words)
            || (row.words == "embedded standard 7"
                && reading.has_all("embedded standard")
                && reading.kernel.as_deref() == Some("6.1"))
    };
    let best = EMBEDDED.iter().filter(fits).map(weight).max();
    let Some(best) = best else {
        let is_embedded = reading.has("embedded") || reading.has("posready") || reading.has("wes");
        return is_embedded.then(|| any_embedded(lifecycle));
    };
    let words = EMBEDDED
        .iter()
        .filter(fits)
        .find(|row| weight(row) == best)?
        .words;
    let named: Vec<_> = EMBEDDED
        .iter()
        .filter(|row| row.words == words)
        .map(|row| row.release)
        .collect();
    let by_build: Vec<_> = named
        .iter()
        .copied()
        .filter(|row| reading.builds.contains(&row.build) && row.build != 2600)
        .collect();
    let known = if by_build.is_empty() { named } else { by_build };
    let level = level(reading);
    let decided: Vec<_> = known
        .iter()
        .copied()
        .filter(|row| row.level == "*" || Some(row.level) == level.as_deref())
        .collect();
    // Rows of one name stand with the last service pack first.
    let is_certain = level.is_some() || known.len() == 1;
    let chosen = if level.is_some() {
        decided.first().copied()
    } else {
        known.first().copied()
    };
    let Some(row) = chosen else {
        return Some(Identity::not_covered(
            FAMILY,
            format!("Windows {words} at another service pack"),
        ));
    };
    let certainty = if is_certain {
        Certainty::Exact
    } else {
        Certainty::Assumed
    };
    let mut identity = match row.cycle {
        Some(cycle) => Identity::found(certainty, FAMILY, lifecycle, vec![cycle]),
        None => Identity::not_covered(
            FAMILY,
            format!("Windows {words} below its last service pack"),
        ),
    };
    identity.windows_release = row.servicing;
    if certainty == Certainty::Assumed {
        identity.settles = Some("the service pack".into());
    }
    Some(identity)
}

fn any_embedded(lifecycle: &Lifecycle) -> Identity {
    let all = lifecycle
        .cycles("windows-embedded")
        .iter()
        .map(|cycle| (cycle.product, cycle.cycle))
        .collect();
    let mut identity = Identity::found(Certainty::Ambiguous, FAMILY, lifecycle, all);
    identity.settles = Some("which Embedded product and version it is".into());
    identity
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

enum Remaining {
    Contradiction,
    Nothing,
    Rows(Vec<Row>),
    Unlisted(String),
}

/// Crosses off the rows that a known fact excludes, strongest fact first.
fn remaining(reading: &Reading) -> Remaining {
    let build = reading.builds.first().copied();
    let has_name = !reading.releases.is_empty();
    if build.is_none() && reading.kernel.is_none() && !has_name && reading.version.is_none() {
        return Remaining::Nothing;
    }
    let mut rows: Vec<Row> = RELEASES.clone();
    if let Some(build) = build {
        rows.retain(|row| row.build == build);
        if rows.is_empty() {
            return Remaining::Unlisted(format!("Windows build {build}, not a general release"));
        }
        if !has_name {
            rows.extend(
                EMBEDDED
                    .iter()
                    .filter(|row| row.is_listed && row.release.build == build)
                    .map(|row| row.release),
            );
        }
    } else if let Some(kernel) = &reading.kernel {
        let is_named = |row: &Row| names(reading, row);
        let agrees = rows.iter().any(|row| row.kernel == kernel && is_named(row));
        if !has_name || !agrees {
            rows.retain(|row| row.kernel == kernel && row.release != "sac");
        }
        if !has_name && reading.is_workstation {
            rows.extend(
                EMBEDDED
                    .iter()
                    .filter(|row| row.is_listed && row.release.kernel == kernel)
                    .map(|row| row.release),
            );
        }
    }
    if let Err(contradiction) = keep_named(reading, &mut rows) {
        return contradiction;
    }
    if let Err(unlisted) = keep_version(reading, &mut rows) {
        return unlisted;
    }
    keep_groups(reading, &mut rows);
    keep_level(reading, &mut rows);
    if rows.is_empty() {
        return Remaining::Unlisted(format!("{}, not in the lifecycle table", spoken(reading)));
    }
    Remaining::Rows(rows)
}

/// Whether one of the names read is this row's.
fn names(reading: &Reading, row: &Row) -> bool {
    reading.releases.iter().any(|(role, name)| {
        let is_x64_xp = name == "xp" && row.release == "xp-x64" && reading.kernel_or_build_is_x64();
        let is_name = name == row.release && !(name == "xp" && reading.kernel_or_build_is_x64());
        (is_name
            || is_x64_xp
            || reading.is_guest_type && name == "2012" && row.release == "2012-r2")
            && role.is_none_or(|role| role == row.role)
    }) || reading.is_or_later && is_later(reading, row)
}

/// `2016 or later`: every release of the same role that stands further down the table.
fn is_later(reading: &Reading, row: &Row) -> bool {
    let Some((_, first)) = reading.releases.first() else {
        return false;
    };
    let place = |name: &str, role: Option<Role>| {
        RELEASES
            .iter()
            .position(|known| known.release == name && role.is_none_or(|r| r == known.role))
    };
    let Some(start) = place(first, None) else {
        return false;
    };
    row.role == RELEASES[start].role
        && row.release != "sac"
        && !row.release.starts_with("rt")
        && place(row.release, Some(row.role)) >= Some(start)
}

fn keep_named(reading: &Reading, rows: &mut Vec<Row>) -> Result<(), Remaining> {
    let is_desktop = |row: &Row| !row.release.starts_with("rt");
    if reading.releases.is_empty() {
        if let Some(role) = reading.role {
            rows.retain(|row| row.role == role);
        }
        // A channel release is never meant by a kernel or a build without its version... unless
        // the build says so, in which case it stays.
        rows.retain(is_desktop);
        if rows.is_empty() {
            return Err(Remaining::Contradiction);
        }
        return Ok(());
    }
    let mut role_rows = rows.clone();
    role_rows.retain(|row| names(reading, row));
    if !role_rows.is_empty() {
        if reading.releases.iter().all(|(role, _)| role.is_none())
            && let Some(role) = reading.role.or_else(|| {
                (reading.has("professional") || reading.has("pro")).then_some(Role::Client)
            })
        {
            role_rows.retain(|row| row.role == role);
        }
        *rows = role_rows;
        return Ok(());
    }
    if reading.builds.is_empty() && reading.kernel.is_none() {
        rows.clear();
        return Ok(());
    }
    // The build or kernel is not of the named release: it decides, within the named role.
    if let Some(role) = reading.releases[0].0 {
        rows.retain(|row| row.role == role && is_desktop(row) && row.release != "sac");
    } else {
        rows.retain(is_desktop);
    }
    if rows.is_empty() {
        Err(Remaining::Contradiction)
    } else {
        Ok(())
    }
}

fn keep_version(reading: &Reading, rows: &mut Vec<Row>) -> Result<(), Remaining> {
    let version = reading
        .version
        .as_deref()
        .or(match reading.lts_year.as_deref() {
            Some("2015") => Some("1507"),
            Some("2016") => Some("1607"),
            Some("2019") => Some("1809"),
            Some("2021") => Some("21h2"),
            Some("2024") => Some("24h2"),
            _ => None,
        });
    let Some(version) = version.filter(|_| reading.builds.is_empty()) else {
        return Ok(());
    };
    let is_dated = |row: &Row| row.kernel == "10.0";
    if !rows.iter().any(is_dated) {
        return Ok(());
    }
    // A server with a version and no year is a channel release: the others always carry theirs.
    if reading.releases.is_empty() && reading.role == Some(Role::Server) {
        rows.retain(|row| row.release == "sac" && row.level == version);
    } else if rows.iter().any(|row| row.level == version) {
        rows.retain(|row| row.level == version);
    } else if rows
        .iter()
        .all(|row| row.role == Role::Client && row.release == "10")
    {
        // Windows 11 machines report `Windows 10` in the registry; no Windows 10 is called 24H2.
        *rows = RELEASES
            .iter()
            .copied()
            .filter(|row| row.release == "11" && row.level == version)
            .collect();
    } else {
        rows.clear();
    }
    if rows.is_empty() {
        return Err(Remaining::Unlisted(format!(
            "Windows version {version}, not in the lifecycle table"
        )));
    }
    Ok(())
}

/// Editions: of Windows 10 and 11 clients only.
fn keep_groups(reading: &Reading, rows: &mut Vec<Row>) {
    let has = |group: &str| reading.groups.contains(&group);
    let is_lts = has("lts") || has("ltsb") || has("ltsc");
    let is_modern = |row: &Row| row.role == Role::Client && row.kernel == "10.0";
    let wanted: &[&str] = if has("core") {
        &["core"]
    } else if is_lts && has("iot") {
        &["iot-lts", "lts"]
    } else if is_lts {
        &["lts"]
    } else if has("w") && has("e") {
        &["w", "e", "w+e", "lts", "iot-lts"]
    } else if has("w") {
        &["w", "w+e"]
    } else if has("e") || has("iot") {
        &["e", "w+e"]
    } else {
        &["w", "e", "w+e", "lts", "iot-lts"]
    };
    rows.retain(|row| !is_modern(row) || wanted.contains(&row.groups));
    if is_lts && has("iot") {
        let with_own = rows.clone();
        rows.retain(|row| {
            row.groups != "lts"
                || !with_own
                    .iter()
                    .any(|own| own.groups == "iot-lts" && own.build == row.build)
        });
    }
    let is_early = |row: &Row| matches!(row.level, "1507" | "1607");
    if has("ltsb") && reading.builds.is_empty() {
        rows.retain(|row| !is_modern(row) || is_early(row));
    } else if has("ltsc") && reading.builds.is_empty() && reading.lts_year.is_none() {
        rows.retain(|row| !is_modern(row) || !is_early(row));
    }
}

/// The service pack, as given or as a network banner implies it.
fn level(reading: &Reading) -> Option<String> {
    reading
        .service_pack
        .or(reading.is_banner.then_some(0))
        .map(|pack| pack.to_string())
}

fn keep_level(reading: &Reading, rows: &mut Vec<Row>) {
    let is_levelled = |row: &Row| row.kernel != "10.0" && row.level != "*";
    // The build of 7, 2008 R2, Vista and 2008 says which service pack it is.
    let is_settled = !reading.builds.is_empty()
        && rows
            .iter()
            .all(|row| !matches!(row.build, 2195 | 2600 | 3790));
    if is_settled {
        return;
    }
    if let Some(level) = level(reading) {
        let exact = |row: &Row| row.level == level;
        let has_exact = rows.iter().any(exact);
        rows.retain(|row| {
            exact(row)
                || (row.level == "*" && !(has_exact && row.release == "2000"))
                || row.kernel == "10.0"
        });
        return;
    }
    let assumed: Vec<_> = rows
        .iter()
        .filter(|row| row.is_assumed)
        .map(|row| row.release)
        .collect();
    rows.retain(|row| !is_levelled(row) || row.is_assumed || !assumed.contains(&row.release));
    rows.retain(|row| !(row.release == "2000" && row.level == "4"));
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
    let is_level_known = level(reading).is_some()
        || (!reading.builds.is_empty() && !matches!(rows[0].build, 2195 | 2600 | 3790));
    let is_2000 = rows.iter().all(|row| row.release == "2000");
    let mut identity = if candidates.is_empty() {
        Identity::not_covered(FAMILY, spoken(reading))
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

/// What was read, as a name.
fn spoken(reading: &Reading) -> String {
    let mut parts = vec!["Windows".to_owned()];
    for (role, name) in &reading.releases {
        if *role == Some(Role::Server) {
            parts.push("Server".into());
        }
        let name = name.replace("-r2", " R2").replace("xp", "XP");
        parts.push(name.replace("vista", "Vista"));
    }
    match level(reading).as_deref() {
        None => {}
        Some("0") => parts.push("without service pack".into()),
        Some(level) => parts.push(format!("SP{level}")),
    }
    parts.join(" ")
}

fn tokens(reading: &Reading) -> Vec<String> {
    let mut tokens = Vec::new();
    tokens.extend(
        reading
            .releases
            .iter()
            .map(|(_, name)| format!("release {name}")),
    );
    tokens.extend(
        reading
            .kernel
            .iter()
            .map(|kernel| format!("kernel {kernel}")),
    );
    tokens.extend(reading.builds.iter().map(|build| format!("build {build}")));
    tokens.extend(
        reading
            .version
            .iter()
            .map(|version| format!("version {version}")),
    );
    tokens.extend(
        reading
            .service_pack
            .iter()
            .map(|pack| format!("service pack {pack}")),
    );
    tokens.extend(
        reading
            .groups
            .iter()
            .map(|group| format!("edition {group}")),
    );
    tokens
}

impl Reading {
    /// XP for x64 is built from Server 2003: kernel 5.2, build 3790.
    fn kernel_or_build_is_x64(&self) -> bool {
        self.kernel.as_deref() == Some("5.2")
            || self.builds.contains(&3790)
            || (self.has_all("xp x64") && self.has("edition"))
    }
}
