//! Fact tables with the faults that feeds have: loading them tells the fault, or refuses the table
//! as a whole; no machine is judged otherwise than before, and nothing hangs.

use jiff::civil::date;
use passmuster::catalogue::windows::Windows;
use passmuster::catalogue::{Catalogue, Completeness, FactError, Facts, Kb, PatchFacts, Patched};
use serde_json::Value;
use std::fs;
use std::path::Path;

const TABLE: &str = "windows-packages.tsv";

/// Tables that cannot be read at all; the rest loads without its faults.
const REFUSED: [&str; 4] = [
    "not-a-kind.tsv",
    "truncated.tsv",
    "unexplained-source.tsv",
    "wrong-header.tsv",
];

/// A machine of which a release, revision and updates are known.
struct Host {
    release: String,
    build: Option<u32>,
    revision: Option<u32>,
    kbs: Option<Vec<Kb>>,
    list: Completeness,
}

impl Host {
    fn listing(release: &str, kbs: &[u32]) -> Self {
        Self {
            release: release.into(),
            build: None,
            revision: None,
            kbs: Some(kbs.iter().copied().map(Kb::new).collect()),
            list: Completeness::Complete,
        }
    }

    fn running(release: &str, build: u32, revision: u32) -> Self {
        Self {
            build: Some(build),
            revision: Some(revision),
            kbs: None,
            list: Completeness::Unstated,
            ..Self::listing(release, &[])
        }
    }

    fn facts(&self) -> PatchFacts<'_> {
        PatchFacts {
            release: &self.release,
            build: self.build,
            revision: self.revision,
            kbs: self.kbs.as_deref(),
            list: self.list,
            files: &[],
            as_of: date(2026, 11, 22),
        }
    }
}

/// What the faults in the fixtures would have to change.
fn inline_hosts() -> Vec<Host> {
    vec![
        Host::listing("windows-7-sp1", &[4_012_212]),
        Host::listing("windows-7-sp1", &[4_012_215]),
        Host::listing("windows-7-sp1", &[4_015_546]),
        Host::listing("windows-7-sp1", &[5_999_005]),
        Host::listing("windows-7-sp1", &[]),
        Host::listing("windows-server-2012-r2", &[890_830]),
        Host::listing("windows-10-22h2", &[890_831]),
        Host::listing("windows-10-1607", &[4_012_215]),
        Host::listing("windows-10-1607", &[4_025_339]),
        Host::listing("windows-server-2008-sp2", &[4_012_598]),
        Host::listing("windows-server-2008-sp2", &[4_018_466]),
        Host::listing("windows-server-2008-sp2", &[4_999_001]),
        Host::running("windows-10-22h2", 19_045, 100),
        Host::running("windows-10-22h2", 19_045, 6_763),
        Host::running("windows-10-22h2", 19_045, 7_663),
        Host::running("windows-server-2022", 20_348, 2_762),
    ]
}

/// The hosts of the shared reference material, where it is there.
fn shared_hosts() -> Vec<Host> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/windows");
    let mut hosts = Vec::new();
    for (file, under) in [("cases.jsonl", "asset"), ("expected.jsonl", "facts")] {
        let Ok(text) = fs::read_to_string(folder.join(file)) else {
            println!("skipped: ../shared is absent");
            return hosts;
        };
        hosts.extend(text.lines().map(|line| {
            let line: Value = serde_json::from_str(line).expect("a JSON line");
            shared_host(&line[under])
        }));
    }
    hosts
}

fn shared_host(asset: &Value) -> Host {
    let text = |key: &str| asset[key].as_str().unwrap_or_default();
    let mut numbers = text("build").split('.').skip(2).map(str::parse::<u32>);
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    let listed = ["listed_hotfixes", "listed_entries"].map(|key| number(&asset[key]));
    let list = match (number(&asset["stated_hotfixes"]), listed[0].or(listed[1])) {
        (Some(stated), Some(listed)) => Completeness::of_counts(stated, listed),
        _ => Completeness::Complete,
    };
    let kbs = asset["kbs"].as_array().map(|kbs| {
        let texts = kbs.iter().filter_map(Value::as_str);
        texts.filter_map(Kb::parse).collect()
    });
    Host {
        release: format!("{}{}", text("os"), text("os_id")),
        build: numbers
            .next()
            .and_then(Result::ok)
            .or(number(&asset["build"])),
        revision: numbers.next().and_then(Result::ok),
        kbs,
        list,
    }
}

/// Every curated advisory, some that are made of packages, and some packages, on every host.
fn verdicts(windows: &Windows, hosts: &[Host]) -> Vec<(String, Patched)> {
    let mut all = Vec::new();
    let derived = [
        "CVE-2017-0290",
        "CVE-2020-1301",
        "CVE-2026-20805",
        "CVE-2017-0267",
    ];
    let kbs = [
        4_012_212, 4_012_215, 4_012_598, 4_018_466, 4_015_546, 5_120_249,
    ];
    let advisories = windows.advisories().iter().cloned();
    let derived = derived
        .into_iter()
        .filter_map(|id| windows.find_advisory(id));
    let packages = kbs.map(|kb| windows.requires_kb(Kb::new(kb)).into());
    for advisory in advisories.chain(derived).chain(packages) {
        for (at, host) in hosts.iter().enumerate() {
            let patched = windows.judge(&advisory, &host.facts()).patched;
            all.push((
                format!("{} on {at}: {}", advisory.id, host.release),
                patched,
            ));
        }
    }
    all
}

fn poisoned(text: &str) -> Result<Catalogue, FactError> {
    let own = Facts::embedded();
    let has_header = text.lines().any(|line| line.starts_with("kb\t"));
    let whole = if has_header {
        text.to_owned()
    } else {
        format!("{}{text}", own.text(TABLE))
    };
    Catalogue::of(own.with(TABLE, whole))
}

#[test]
fn a_poisoned_table_changes_no_verdict_and_is_told() {
    let hosts: Vec<Host> = inline_hosts().into_iter().chain(shared_hosts()).collect();
    let own = Catalogue::embedded().windows();
    let wanted = verdicts(own, &hosts);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/poisoned");
    let mut seen = 0;
    for entry in fs::read_dir(folder).expect("the fixtures") {
        let path = entry.expect("a fixture").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let text = fs::read_to_string(&path).expect("a text");
        let expected = text.lines().next().and_then(|line| line.strip_prefix("# "));
        let expected = expected.expect("the first line says what is told");
        seen += 1;
        match poisoned(&text) {
            Err(error) => {
                assert!(REFUSED.contains(&name), "{name}: {error}");
                assert!(error.to_string().contains(expected), "{name}: {error}");
            }
            Ok(catalogue) => {
                assert!(!REFUSED.contains(&name), "{name} is not refused");
                let windows = catalogue.windows();
                let more: Vec<_> = windows
                    .faults()
                    .iter()
                    .filter(|fault| !own.faults().contains(fault))
                    .map(ToString::to_string)
                    .collect();
                let is_told = more.iter().any(|fault| fault.contains(expected));
                assert!(is_told, "{name}: {more:?}");
                for (ours, wanted) in verdicts(windows, &hosts).iter().zip(&wanted) {
                    assert_eq!(ours, wanted, "{name}");
                }
            }
        }
    }
    assert!(seen >= 18, "{seen} fixtures");
}

#[test]
fn newer_months_extend_the_streams() {
    let rows = "5999101\t2026-08-12\twindows-10-22h2\tcumulative\thigh\t\tCVE-2026-99999\t\t10.0.19045.7700\tcvrf\n\
                5999102\t2026-08-12\twindows-server-2012-r2\trollup\thigh\t\tCVE-2026-99999\t\t6.3.9600.25000\tcvrf\n\
                5999103\t2026-08-12\twindows-server-2025\tcumulative\thigh\t\tCVE-2026-99999\t\t10.0.26100.33300\tcvrf\n";
    let catalogue = poisoned(rows).expect("a table in form");
    let windows = catalogue.windows();
    let advisory = windows
        .find_advisory("CVE-2026-99999")
        .expect("in the feed");
    let judge = |host: Host| windows.judge(&advisory, &host.facts()).patched;
    for (host, wanted) in [
        (
            Host::running("windows-10-22h2", 19_045, 7_700),
            Patched::Fixed,
        ),
        (
            Host::running("windows-10-22h2", 19_045, 7_663),
            Patched::Missing,
        ),
        (
            Host::listing("windows-server-2012-r2", &[5_999_102]),
            Patched::Fixed,
        ),
        (
            Host::listing("windows-server-2012-r2", &[4_012_216]),
            Patched::Missing,
        ),
        (
            Host::running("windows-server-2025", 26_100, 33_300),
            Patched::Fixed,
        ),
        // Clients of that build are serviced apart.
        (
            Host::running("windows-11-24h2", 26_100, 33_300),
            Patched::Conflict,
        ),
        (Host::listing("windows-11-24h2", &[]), Patched::Unknown),
    ] {
        let release = host.release.clone();
        assert_eq!(judge(host), wanted, "{release}");
    }
    let wormable = windows.advisory("MS17-010").expect("curated");
    let host = Host::listing("windows-server-2012-r2", &[5_999_102]);
    assert_eq!(
        windows.judge(wormable, &host.facts()).patched,
        Patched::Fixed
    );
    let latest = Host::running("windows-10-22h2", 19_045, 7_700);
    let latest = windows.latest_cumulative(&latest.facts()).expect("known");
    assert_eq!((latest.kb, latest.is_beyond), (Kb::new(5_999_101), false));
}
