//! Evidence that excludes each other: a name of one release and the build of another, two systems
//! in two columns. What tools are known to mix up is no conflict; it is listed here.

use super::OsFacts;
use super::found::{Found, version_of};
use super::names::leading_name;
use super::versions::{self, Match};
use super::windows_filter::{level_of_year, names};
use super::windows_reading::{Reading, Role};
use super::windows_table::{RELEASES, Row};
use super::words::words;

/// Windows 10 and later; older builds are numbers that other systems count through too.
const FIRST_DISTINCT_BUILD: u32 = 10240;

/// Builds that one update package turns into each other, so files still tell the lower one.
const SAME_BASE: [&[u32]; 4] = [
    &[18362, 18363],
    &[19041, 19042, 19043, 19044, 19045],
    &[22621, 22631],
    &[26100, 26200],
];

/// A Windows build beside the name of another system.
pub(super) fn foreign_build(facts: &OsFacts<'_>) -> Option<String> {
    let texts = [facts.version.filter(|_| facts.name.is_some()), facts.build];
    let build = texts.into_iter().flatten().find_map(windows_build)?;
    Some(format!(
        "the name says {}, but {build} is a build of Windows",
        facts.name.unwrap_or("another system")
    ))
}

fn windows_build(text: &str) -> Option<u32> {
    let first = text.split_whitespace().next()?;
    let mut parts = first.split('.').map(str::parse::<u32>);
    let numbers = [parts.next(), parts.next(), parts.next()].map(|part| part?.ok());
    match numbers {
        [Some(major), Some(minor), Some(build)] => {
            let kernel = format!("{major}.{minor}");
            let is_known = |row: &Row| row.build == build && row.kernel == kernel;
            RELEASES.iter().any(is_known).then_some(build)
        }
        [Some(build), ..] if build >= FIRST_DISTINCT_BUILD => RELEASES
            .iter()
            .any(|row| row.build == build)
            .then_some(build),
        _ => None,
    }
}

/// The name of another system in the version column of a Windows.
pub(super) fn foreign_name(facts: &OsFacts<'_>) -> Option<String> {
    let (name, version) = (facts.name?, facts.version?);
    let (other, _) = leading_name(&words(version)).filter(|(other, _)| other.product != "-")?;
    (other.family != "network").then(|| two_systems(name, version))
}

fn two_systems(name: &str, version: &str) -> String {
    format!("the name says {name}, but the version column says {version}")
}

impl Found<'_> {
    /// The version column names another system.
    pub(super) fn other_system(&self) -> Option<String> {
        let (name, version) = (self.facts.name?, self.facts.version?);
        self.is_other_system(version)
            .then(|| two_systems(name, version))
    }

    /// The version column means another release than the name.
    pub(super) fn other_release(&self) -> Option<String> {
        let (name, version) = (self.facts.name?, self.facts.version?);
        let product = self.name.product;
        let declared = self.declared_version()?;
        let named = match self.rest.iter().find_map(|word| word.strip_prefix("sp")) {
            Some(pack) if product == "sles" => format!("{}.{pack}", self.version_in_name()?),
            _ => self.version_in_name()?,
        };
        let kernel = |parts: usize| {
            declared
                .splitn(parts + 1, '.')
                .take(parts)
                .collect::<Vec<_>>()
        };
        let is_kernel = self.name.family == "linux"
            && declared.contains('.')
            && self
                .lifecycle
                .cycle("linux", &kernel(2).join("."))
                .is_some();
        let means = |version: &str| match versions::find(self.lifecycle, product, version) {
            Match::One(cycle) => vec![cycle],
            Match::Under(cycles) => cycles,
            Match::Missing => Vec::new(),
        };
        let (ours, theirs) = (means(&named), means(&declared));
        let is_disjoint = !ours.is_empty()
            && !theirs.is_empty()
            && !ours.iter().any(|cycle| theirs.contains(cycle));
        (is_disjoint && !is_kernel).then(|| two_systems(name, version))
    }

    fn is_other_system(&self, version: &str) -> bool {
        let cut = words(version);
        let Some((other, _)) = leading_name(&cut) else {
            return false;
        };
        // A bare codename or number is no name of a system.
        let is_bare = cut.first().is_none_or(|word| version_of(word).is_some());
        let (ours, theirs) = (&self.name, other);
        let both_known = ours.product != "-" && theirs.product != "-";
        let is_related = ours.folded.starts_with(&theirs.folded)
            || theirs.folded.starts_with(&ours.folded)
            || ours.family == theirs.family && ours.family != "linux"
            // Oracle Linux also carries the release file of Red Hat.
            || [ours.product, theirs.product]
                .iter()
                .all(|product| matches!(*product, "rhel" | "oracle-linux" | "suse" | "sles"));
        both_known && !is_bare && ours.product != theirs.product && !is_related
    }
}

/// What a Windows declares that cannot all be true.
pub(super) fn windows(reading: &Reading) -> Option<String> {
    two_builds(reading)
        .or_else(|| service_pack(reading))
        .or_else(|| name_and_build(reading))
        .or_else(|| version_and_build(reading))
}

fn two_builds(reading: &Reading) -> Option<String> {
    let [first, others @ ..] = reading.builds.as_slice() else {
        return None;
    };
    let is_one_base = SAME_BASE
        .iter()
        .any(|base| reading.builds.iter().all(|build| base.contains(build)));
    let other = others.first().filter(|_| !is_one_base)?;
    Some(format!("it declares both build {first} and build {other}"))
}

/// A service pack above the last one of the release or of the build.
fn service_pack(reading: &Reading) -> Option<String> {
    let pack = reading.service_pack.filter(|pack| *pack > 0)?;
    let build = reading.builds.first();
    let meant = |row: &&Row| match build {
        Some(build) => row.build == *build,
        None => names(reading, row),
    };
    let last = RELEASES
        .iter()
        .filter(meant)
        .map(|row| row.level.parse::<u8>().unwrap_or(0))
        .max()?;
    (pack > last).then(|| match build {
        Some(build) => format!("build {build} does not have service pack {pack}"),
        None => format!("{} does not exist", reading.spoken()),
    })
}

fn name_and_build(reading: &Reading) -> Option<String> {
    let evidence = match (reading.builds.as_slice(), &reading.kernel) {
        ([build], _) => format!("build {build}"),
        ([], Some(kernel)) => format!("kernel {kernel}"),
        _ => return None,
    };
    let rows: Vec<&Row> = RELEASES
        .iter()
        .filter(|row| match reading.builds.first() {
            Some(build) => row.build == *build,
            None => reading.kernel.as_deref() == Some(row.kernel),
        })
        .collect();
    // Channel releases have no year and get the one they came from.
    let is_channel_only = rows
        .iter()
        .all(|row| row.role == Role::Client || row.release == "sac");
    let fits = |row: &&Row| {
        names(reading, row)
            || is_mixed_up(reading, row)
            || is_channel_only && row.release == "sac" && reading.names_server()
    };
    if reading.is_preview || reading.releases.is_empty() || rows.is_empty() || rows.iter().any(fits)
    {
        return None;
    }
    Some(format!(
        "the name says {}, but {evidence} is of {}",
        reading.spoken_release(),
        release_in_words(rows[0])
    ))
}

/// Names that tools are known to give to a later release.
fn is_mixed_up(reading: &Reading, row: &Row) -> bool {
    reading.releases.iter().any(|(role, name)| {
        let is_role = role.is_none_or(|role| role == row.role);
        is_role
            && match name.as_str() {
                // The registry of Windows 11 says 10; SNMP of XP and 2003 says 2000.
                "10" => row.release == "11",
                "2000" => matches!(row.kernel, "5.1" | "5.2"),
                "8" => row.release == "8.1",
                name => row.release.strip_suffix("-r2") == Some(name),
            }
    })
}

fn version_and_build(reading: &Reading) -> Option<String> {
    let version = reading
        .version
        .as_deref()
        .or_else(|| level_of_year(reading.lts_year.as_deref()))?;
    let [build] = reading.builds.as_slice() else {
        return None;
    };
    let of_build = |row: &&Row| row.build == *build;
    let first = RELEASES.iter().find(of_build)?;
    let is_of_build = RELEASES
        .iter()
        .filter(of_build)
        .any(|row| row.level == version);
    (first.kernel == "10.0" && !is_of_build).then(|| {
        format!(
            "it says version {version}, but build {build} is of version {}",
            first.level
        )
    })
}

fn release_in_words(row: &Row) -> String {
    let name = match row.release {
        "sac" => format!("version {}", row.level),
        release => release
            .replace("-r2", " R2")
            .replace("xp", "XP")
            .replace("vista", "Vista"),
    };
    match row.role {
        Role::Client => format!("Windows {name}"),
        Role::Server => format!("Windows Server {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Certainty;
    use super::*;
    use crate::catalogue::Catalogue;

    /// Name, version column, build column, service pack column.
    fn conflict(facts: [&str; 4]) -> Option<String> {
        let said = |at: usize| Some(facts[at]).filter(|text| !text.is_empty());
        let identity = Catalogue::embedded().identify(&OsFacts {
            name: said(0),
            version: said(1),
            build: said(2),
            service_pack: said(3),
            ..OsFacts::default()
        });
        identity.conflict.clone()
    }

    #[test]
    fn evidence_that_excludes_each_other_is_told() {
        for facts in [
            ["Windows 7 Professional", "", "26100", ""],
            ["Windows 7 Enterprise", "10.0.19045", "", ""],
            ["Windows 7 Enterprise", "10.0", "", ""],
            ["Windows 11 Pro", "", "19045", ""],
            ["Windows 10 Pro", "", "20348", ""],
            ["Windows 10 Enterprise", "6.2.9200", "", ""],
            ["Windows Server 2016 Standard", "", "17763", ""],
            ["Windows Server 2008 R2", "10.0.14393", "", ""],
            ["Windows 10 Pro 10.0.19045", "", "26100", ""],
            ["Windows 10 21H2", "10.0.19045", "", ""],
            ["Windows 10 Enterprise LTSC 2019", "10.0.19044", "", ""],
            ["Windows 10 Pro", "", "", "SP1"],
            ["Windows 7 SP2", "", "", ""],
            ["Windows 7", "6.1.7600", "", "Service Pack 1"],
            ["Windows Server 2012 R2", "", "", "1"],
            ["Ubuntu 22.04", "10.0.19045", "", ""],
            ["Ubuntu 22.04", "", "19045", ""],
            ["macOS 14", "10.0.22631", "", ""],
            ["Windows Server 2019", "Ubuntu 20.04", "", ""],
            ["Ubuntu", "Debian 12", "", ""],
            ["Ubuntu 20.04", "24.04", "", ""],
            ["CentOS 7", "8.2", "", ""],
            ["SLES 15 SP3", "15.5", "", ""],
        ] {
            assert!(conflict(facts).is_some(), "{facts:?}");
        }
    }

    #[test]
    fn what_tools_are_known_to_mix_up_is_no_conflict() {
        for facts in [
            // The registry of Windows 11 says Windows 10.
            ["Windows 10 Pro", "10.0.22631", "", ""],
            ["Windows 10 Pro 22H2 10.0.22621", "", "", ""],
            // SNMP of XP says 2000.
            ["Windows 2000 Version 5.1 (Build 2600)", "", "", ""],
            // The R2 is left out.
            ["Windows Server 2008 Standard", "6.1.7601", "", ""],
            ["Windows Server 2012", "6.3.9600", "", ""],
            ["Windows 8", "6.3.9600", "", ""],
            // Channel releases go by the year before them.
            ["Windows Server 2019 Datacenter", "10.0.18363", "", ""],
            // A configured type stands for later releases too.
            ["Microsoft Windows Server 2016 (64-bit)", "", "20348", ""],
            [
                "Microsoft Windows Server 2016 or later (64-bit)",
                "",
                "17763",
                "",
            ],
            // Files keep the version of the release an update package raised.
            ["Windows 10 Pro", "10.0.19041.3803", "19045", ""],
            ["Windows 10 Pro", "2009", "19045", ""],
            ["Windows 10 Pro", "", "", "0"],
            ["Windows 7 Professional", "6.1.7601", "", "0"],
            ["Windows Server 2019 Standard", "1809", "17763", ""],
            // A kernel, a build of its own, the system a device is built on.
            ["Debian GNU/Linux 12", "6.1.0-18-amd64", "", ""],
            ["Ubuntu 20.04", "5.15.0", "", ""],
            ["macOS 14.1", "23B74", "", ""],
            ["macOS 13", "Darwin 22.6.0", "", ""],
            ["FortiGate-60F v7.4.8", "build2795", "", ""],
            ["FortiOS 7.6", "", "2600", ""],
            ["Philips IntelliVue", "10.0.17763", "", ""],
            // Oracle Linux also carries the release file of Red Hat.
            [
                "Oracle Linux 8.8",
                "Red Hat Enterprise Linux release 8.8",
                "",
                "",
            ],
            ["SLES 15 SP4", "15.4", "", ""],
        ] {
            assert_eq!(conflict(facts), None, "{facts:?}");
        }
    }

    #[test]
    fn a_role_that_the_build_never_had_is_told_and_two_systems_are_none() {
        let identify = |facts: OsFacts<'_>| Catalogue::embedded().identify(&facts);
        for (version, is_server) in [("10.0.19045", true), ("10.0.20348", false)] {
            let found = identify(OsFacts {
                version: Some(version),
                is_server: Some(is_server),
                ..OsFacts::named("Windows")
            });
            assert!(found.conflict.is_some(), "{version}");
        }
        let both = identify(OsFacts {
            build: Some("19045"),
            ..OsFacts::named("Ubuntu 22.04")
        });
        assert_eq!((both.certainty, both.family), (Certainty::Unknown, None));
        let said = both.conflict.clone().unwrap();
        assert!(
            said.contains("Ubuntu 22.04") && said.contains("19045"),
            "{said}"
        );
    }
}
