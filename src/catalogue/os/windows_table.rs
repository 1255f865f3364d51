//! The tables of Windows releases and of embedded Windows.

use super::windows_reading::Role;
use crate::catalogue::table::own_rows;
use std::sync::LazyLock;

pub(in crate::catalogue) const FACTS_WINDOWS: &str = include_str!("../facts/os-windows.tsv");
pub(in crate::catalogue) const FACTS_EMBEDDED: &str = include_str!("../facts/os-embedded.tsv");
pub(in crate::catalogue) const WINDOWS_COLUMNS: [&str; 9] = [
    "build",
    "kernel",
    "role",
    "release",
    "level",
    "cycle",
    "groups",
    "servicing",
    "flags",
];
pub(in crate::catalogue) const EMBEDDED_COLUMNS: [&str; 6] =
    ["words", "level", "cycle", "build", "servicing", "flags"];

/// One row of `os-windows.tsv`, or of `os-embedded.tsv` with the release `embedded`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) build: u32,
    pub(super) kernel: &'static str,
    pub(super) role: Role,
    pub(super) release: &'static str,
    pub(super) level: &'static str,
    /// `None`: known, but not in the lifecycle table.
    pub(super) cycle: Option<(&'static str, &'static str)>,
    pub(super) groups: &'static str,
    pub(super) servicing: Option<&'static str>,
    pub(super) is_assumed: bool,
}

pub(super) static RELEASES: LazyLock<Vec<Row>> = LazyLock::new(|| {
    own_rows("os-windows.tsv", FACTS_WINDOWS, WINDOWS_COLUMNS)
        .map(
            |[
                build,
                kernel,
                role,
                release,
                level,
                cycle,
                groups,
                servicing,
                flags,
            ]| {
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
            },
        )
        .collect()
});

pub(super) struct Embedded {
    pub(super) words: &'static str,
    pub(super) is_listed: bool,
    pub(super) release: Row,
}

pub(super) static EMBEDDED: LazyLock<Vec<Embedded>> = LazyLock::new(|| {
    own_rows("os-embedded.tsv", FACTS_EMBEDDED, EMBEDDED_COLUMNS)
        .map(|[words, level, cycle, build, servicing, flags]| {
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

pub(super) fn is_known_build(word: &str) -> bool {
    word.parse()
        .is_ok_and(|build: u32| RELEASES.iter().any(|row| row.build == build))
}
