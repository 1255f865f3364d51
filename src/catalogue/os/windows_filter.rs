//! Crosses off the Windows releases that a known fact excludes: build, kernel, name, version,
//! edition, service pack, in this order.

use super::windows_reading::{Reading, Role};
use super::windows_table::{EMBEDDED, RELEASES, Row};

pub(super) enum Remaining {
    Contradiction,
    Nothing,
    Rows(Vec<Row>),
    Unlisted(String),
}

/// Crosses off the rows that a known fact excludes, strongest fact first.
pub(super) fn remaining(reading: &Reading) -> Remaining {
    let build = reading.builds.first().copied();
    let has_name = !reading.releases.is_empty();
    let has_range = reading.build_range.is_some();
    if build.is_none()
        && reading.kernel.is_none()
        && !has_name
        && !has_range
        && reading.version.is_none()
    {
        return Remaining::Nothing;
    }
    let mut rows: Vec<Row> = RELEASES.clone();
    if let Some((first, last)) = reading.build_range {
        rows.retain(|row| (first..=last).contains(&row.build) && row.release != "sac");
    }
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
        return Remaining::Unlisted(format!("{}, not in the lifecycle table", reading.spoken()));
    }
    Remaining::Rows(rows)
}

/// Whether one of the names read is this row's.
pub(super) fn names(reading: &Reading, row: &Row) -> bool {
    reading.releases.iter().any(|(role, name)| {
        let is_x64_xp = name == "xp" && row.release == "xp-x64" && reading.kernel_or_build_is_x64();
        let is_name = name == row.release && !(name == "xp" && reading.kernel_or_build_is_x64());
        (is_name || is_x64_xp || reading.is_guest_type && is_same_guest_type(name, row.release))
            && role.is_none_or(|role| role == row.role)
    }) || reading.is_or_later && is_later(reading, row)
}

/// Releases that hypervisors configure under the name of the first.
fn is_same_guest_type(name: &str, release: &str) -> bool {
    match name {
        "8" => release == "8.1",
        "2012" => release == "2012-r2",
        "2016" => matches!(release, "2019" | "2022"),
        _ => false,
    }
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
        rows.retain(|row| row.role == role && is_desktop(row));
        let has_year = rows.iter().any(|row| row.release != "sac");
        rows.retain(|row| row.release != "sac" || !has_year);
    } else {
        rows.retain(is_desktop);
    }
    if rows.is_empty() {
        Err(Remaining::Contradiction)
    } else {
        Ok(())
    }
}

/// The version an LTSC or LTSB of a year is built on.
pub(super) fn level_of_year(year: Option<&str>) -> Option<&'static str> {
    Some(match year? {
        "2015" => "1507",
        "2016" => "1607",
        "2019" => "1809",
        "2021" => "21h2",
        "2024" => "24h2",
        _ => return None,
    })
}

fn keep_version(reading: &Reading, rows: &mut Vec<Row>) -> Result<(), Remaining> {
    let version = reading
        .version
        .as_deref()
        .or_else(|| level_of_year(reading.lts_year.as_deref()));
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
    } else if rows.iter().all(|row| row.role == Role::Server) {
        // `Windows Server 2022, 23H2 Edition`: a channel release under the year before it.
        *rows = RELEASES
            .iter()
            .copied()
            .filter(|row| row.release == "sac" && row.level == version)
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
    } else if is_lts && has("w") {
        // No Home or Pro is LTSC: two facts contradict each other, so nothing is crossed off.
        &["w", "e", "w+e", "lts", "iot-lts"]
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
    if let Some(level) = reading.level() {
        let range = reading.pack_range();
        let exact = |row: &Row| {
            row.level == level
                || range.is_some_and(|(first, last)| {
                    row.level
                        .parse()
                        .is_ok_and(|pack: u8| (first..=last).contains(&pack))
                })
        };
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
