//! The servicing facts hold together, and the judgement agrees with the shared reference cases.

use super::advisory::FixKind;
use super::release::Audience;
use super::stream::Place;
use super::*;
use crate::model::Severity;
use jiff::civil::date;
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::LazyLock;

pub(super) static WINDOWS: LazyLock<Windows> = LazyLock::new(|| {
    Windows::parse(&Tables::of(&Facts::embedded())).expect("the embedded tables are sound")
});

pub(super) const TODAY: Date = date(2026, 11, 22);

/// A machine of which only the release is known.
pub(super) fn bare(release: &str) -> PatchFacts<'_> {
    PatchFacts {
        release,
        build: None,
        revision: None,
        kbs: None,
        list: Completeness::Unstated,
        files: &[],
        as_of: TODAY,
    }
}

pub(super) fn listed<'a>(release: &'a str, kbs: &'a [Kb]) -> PatchFacts<'a> {
    PatchFacts {
        kbs: Some(kbs),
        list: Completeness::Complete,
        ..bare(release)
    }
}

pub(super) fn running(release: &str, build: u32, revision: u32) -> PatchFacts<'_> {
    PatchFacts {
        build: Some(build),
        revision: Some(revision),
        ..bare(release)
    }
}

fn judge(id: &str, facts: &PatchFacts<'_>) -> Patched {
    let advisory = WINDOWS.advisory(id).expect("a known advisory");
    WINDOWS.judge(advisory, facts).patched
}

fn judge_kb(kb: u32, facts: &PatchFacts<'_>) -> Patched {
    WINDOWS
        .judge(&WINDOWS.requires_kb(Kb::new(kb)), facts)
        .patched
}

pub(super) fn kbs(numbers: &[u32]) -> Vec<Kb> {
    numbers.iter().copied().map(Kb::new).collect()
}

pub(super) fn shared(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/windows")
        .join(name);
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("skipped: ../shared is absent");
    }
    text
}

pub(super) fn lines(text: &str) -> impl Iterator<Item = Value> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).expect("a JSON line"))
}

pub(super) fn read_kbs(list: &Value) -> Option<Vec<Kb>> {
    let list = list.as_array()?;
    Some(
        list.iter()
            .filter_map(Value::as_str)
            .filter_map(Kb::parse)
            .collect(),
    )
}

pub(super) fn count(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

/// A list in the reference is the whole list, unless its counts say otherwise.
pub(super) fn completeness(facts: &Value, listed: &str) -> Completeness {
    match (count(&facts["stated_hotfixes"]), count(&facts[listed])) {
        (Some(stated), Some(listed)) => Completeness::of_counts(stated, listed),
        _ => Completeness::Complete,
    }
}

pub(super) fn outcome(patched: Patched) -> &'static str {
    match patched {
        Patched::Conflict => "conflict",
        Patched::Fixed | Patched::NotAffected | Patched::NotYetPublished => "pass",
        Patched::Missing | Patched::NeedsServicePack | Patched::NoFixPublished => "fail",
        Patched::Unknown => "unknown",
    }
}

#[test]
fn the_shared_cases_are_judged_as_expected() {
    let Some(text) = shared("cases.jsonl") else {
        return;
    };
    let mut wrong = Vec::new();
    for case in lines(&text) {
        let asset = &case["asset"];
        let kbs = read_kbs(&asset["kbs"]);
        let mut numbers = asset["build"]
            .as_str()
            .unwrap_or_default()
            .split('.')
            .skip(2);
        let mut number = || numbers.next()?.parse().ok();
        let files: Vec<(&str, &str)> = asset["files"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, version)| Some((name.as_str(), version.as_str()?)))
            .collect();
        let facts = PatchFacts {
            build: number(),
            revision: number(),
            kbs: kbs.as_deref(),
            list: completeness(asset, "listed_hotfixes"),
            files: &files,
            ..bare(asset["os"].as_str().unwrap_or_default())
        };
        let rule = case["rule"].as_str().unwrap_or_default();
        let wanted = Kb::parse(rule).map(|kb| WINDOWS.requires_kb(kb));
        let advisory = wanted
            .as_ref()
            .or_else(|| WINDOWS.advisory(rule))
            .expect("a known rule");
        let verdict = WINDOWS.judge(advisory, &facts);
        if Some(outcome(verdict.patched)) != case["expect"].as_str() {
            wrong.push(format!("{case}: {:?}, {}", verdict.patched, verdict.why()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_sample_hosts_get_their_reference_verdicts() {
    let Some(text) = shared("expected.jsonl") else {
        return;
    };
    let mut wrong = Vec::new();
    let mut seen = 0;
    for host in lines(&text) {
        let facts = &host["facts"];
        let kbs = read_kbs(&facts["kbs"]);
        let patch = PatchFacts {
            build: count(&facts["build"]),
            kbs: kbs.as_deref(),
            list: completeness(facts, "listed_entries"),
            ..bare(facts["os_id"].as_str().unwrap_or_default())
        };
        for (rule, reference) in host["reference"].as_object().expect("rules") {
            let advisory = WINDOWS.advisory(rule).expect("a known rule");
            let verdict = WINDOWS.judge(advisory, &patch);
            seen += 1;
            if !agrees(reference["verdict"].as_str(), verdict.patched) {
                wrong.push(format!(
                    "{} {rule}: {reference}, but {:?}: {}",
                    host["file"],
                    verdict.patched,
                    verdict.why()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 500, "only {seen} verdicts compared");
}

/// `not_listed` only says that the vendor has no row. We also say why, and for DejaBlue on
/// Windows 7 we know more: it is affected under a condition, so it is never a pass.
fn agrees(reference: Option<&str>, ours: Patched) -> bool {
    match reference {
        Some("fixed") => ours == Patched::Fixed,
        Some("missing") => ours == Patched::Missing,
        Some("unknown") => ours == Patched::Unknown,
        Some("released_after_fix") => ours == Patched::NotAffected,
        Some("unsupported_baseline") => ours == Patched::NeedsServicePack,
        Some("not_listed") => !matches!(
            ours,
            Patched::Fixed | Patched::Missing | Patched::Conflict | Patched::NotYetPublished
        ),
        _ => false,
    }
}

#[test]
fn the_fuller_list_of_a_sample_changes_what_the_cut_one_left_open() {
    let Some(text) = shared("expected.jsonl") else {
        return;
    };
    let mut seen = 0;
    for host in lines(&text) {
        let Some(changes) = host["qfe"]["reference_changes"].as_object() else {
            continue;
        };
        let mut all = read_kbs(&host["facts"]["kbs"]).unwrap_or_default();
        all.extend(read_kbs(&host["qfe"]["kbs_only_in_qfe"]).unwrap_or_default());
        for (rule, reference) in changes {
            let os = host["facts"]["os_id"].as_str().unwrap_or_default();
            let ours = judge(rule, &listed(os, &all));
            assert!(
                agrees(reference["verdict"].as_str(), ours),
                "{rule} on {}: {reference}, but {ours:?}",
                host["file"]
            );
            seen += 1;
        }
    }
    assert!(seen > 0);
}

/// Reads a shared CSV file into rows by column name.
fn shared_rows(name: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let text = shared(name)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    Some(
        reader
            .deserialize()
            .map(|row| row.expect("a CSV row"))
            .collect(),
    )
}

#[test]
fn every_row_of_the_shared_watchlist_is_a_fix_and_one_below_is_not() {
    let Some(rows) = shared_rows("watchlist.csv") else {
        return;
    };
    for row in rows {
        let is_enforcement = row["note"].contains("enforcement");
        let rule = if is_enforcement {
            "CVE-2020-1472-enforcement"
        } else {
            &row["rule"]
        };
        let os = row["os"].as_str();
        let fix = [Kb::parse(&row["kb"]).expect("a KB")];
        let restated = row["note"].contains("went on sale after");
        let expected = if restated {
            Patched::NotAffected
        } else {
            Patched::Fixed
        };
        assert_eq!(judge(rule, &listed(os, &fix)), expected, "{row:?}");
        let (Ok(build), Ok(min)) = (row["build"].parse(), row["min_revision"].parse()) else {
            continue;
        };
        assert_eq!(judge(rule, &running(os, build, min)), expected, "{row:?}");
        // A second row of a release only has later revisions.
        let lowest = judge(rule, &running(os, build, min - 1));
        let is_second = matches!(&*row["kb"], "5043050" | "5043067" | "5042881");
        if !restated && !is_second {
            assert_eq!(lowest, Patched::Missing, "{row:?}");
        }
    }
}

#[test]
fn every_package_the_vendor_names_for_a_cve_fixes_it_here() {
    let Some(rows) = shared_rows("kb_facts.csv") else {
        return;
    };
    let mut checked = 0;
    for row in rows {
        let os = row["os"].as_str();
        let by_hand = row["sources"] == "custom";
        if !WINDOWS.knows(os) || by_hand {
            continue;
        }
        let fix = [Kb::parse(&row["kb"]).expect("a KB")];
        for cve in row["cves"].split(';') {
            let Some(advisory) = WINDOWS.advisory(cve) else {
                continue;
            };
            checked += 1;
            let verdict = WINDOWS.judge(advisory, &listed(os, &fix));
            assert!(
                matches!(verdict.patched, Patched::Fixed | Patched::NotAffected),
                "{cve} on {os} with {}: {}",
                fix[0],
                verdict.why()
            );
        }
    }
    assert!(checked > 400, "only {checked} pairs compared");
}

#[test]
fn what_is_fixed_stays_fixed_further_up_the_stream() {
    for advisory in WINDOWS.advisories() {
        for (id, release) in WINDOWS.releases.iter() {
            let mut fixed_by = None;
            for (_, rollup) in WINDOWS.streams.cumulative(id) {
                let list = [rollup.kb];
                let verdict = WINDOWS.judge(advisory, &listed(&release.id, &list));
                match (verdict.patched, fixed_by) {
                    (Patched::Fixed, None) => fixed_by = Some(rollup.kb),
                    (Patched::Fixed, Some(_)) | (_, None) => {}
                    (_, Some(by)) => {
                        panic!("{} {release}: {by} but not {}", advisory.id, rollup.kb)
                    }
                }
            }
        }
    }
}

#[test]
fn every_level_and_rollup_stands_once_and_in_order() {
    for family in &WINDOWS.streams.families {
        for audience in [Audience::Client, Audience::Server] {
            let mut last: Option<Date> = None;
            for level in &family.levels {
                if !level.serves(audience) || level.kind == PackageKind::Hotpatch {
                    continue;
                }
                let early = last.is_some_and(|last| level.released < last);
                // One package of September 2016 came out again a week later with the same files.
                assert!(
                    !early || level.kb == Kb::new(3_189_866) || level.kb == Kb::new(4_077_735),
                    "{level:?} is dated before the level below it"
                );
                last = Some(level.released);
            }
        }
        let mut seen = HashSet::new();
        for level in &family.levels {
            assert!(seen.insert((level.revision, level.kb)), "twice: {level:?}");
        }
    }
    for (id, release) in WINDOWS.releases.iter() {
        let mut seen = HashSet::new();
        let mut last: Option<Date> = None;
        for (_, rollup) in WINDOWS.streams.cumulative(id) {
            assert!(seen.insert(rollup.kb), "{release}: {} twice", rollup.kb);
            assert!(
                last.is_none_or(|last| last <= rollup.released),
                "{release}: {} is out of order",
                rollup.kb
            );
            last = Some(rollup.released);
        }
    }
}

#[test]
fn every_fix_is_where_its_kind_says() {
    for advisory in WINDOWS.advisories() {
        assert!(!advisory.fixes.is_empty(), "{}", advisory.id);
        for fix in &advisory.fixes {
            for &id in &fix.releases {
                let release = WINDOWS.releases.of(id);
                let what = format!("{} {release} {}", advisory.id, fix.kb);
                match fix.kind {
                    FixKind::Cumulative => {
                        let (_, family) = WINDOWS.streams.family_of(release).expect(&what);
                        let level = family.level_of(fix.kb, release.audience).expect(&what);
                        assert_eq!(level.released, fix.released, "{what}");
                    }
                    FixKind::Rollup => {
                        let mut stream = WINDOWS.streams.cumulative(id);
                        let (_, rollup) = stream.find(|(_, one)| one.kb == fix.kb).expect(&what);
                        assert_eq!(rollup.released, fix.released, "{what}");
                    }
                    FixKind::SecurityOnly => {
                        let mut places = WINDOWS.streams.places(fix.kb).iter();
                        assert!(
                            places.any(|place| matches!(place, Place::Rollup { index }
                                if !WINDOWS.streams.rollups[*index].is_cumulative())),
                            "{what}"
                        );
                    }
                    FixKind::Half | FixKind::Part => panic!("{what}: not a kind of this table"),
                    FixKind::Hotpatch
                    | FixKind::OutOfBand
                    | FixKind::Restated
                    | FixKind::Standalone => {}
                }
                assert!(advisory.concerns(release), "{what}: outside its builds");
                assert!(
                    advisory.scope.is_none_or(|scope| scope == release.audience),
                    "{what}: outside its scope"
                );
                assert!(
                    (date(2017, 1, 1)..TODAY).contains(&fix.released),
                    "{what}: {}",
                    fix.released
                );
            }
        }
        for file in &advisory.files {
            assert!(file.limits.len() < 3 && !file.limits.is_empty());
        }
    }
}

#[test]
fn every_number_is_a_plausible_kb() {
    let fixes = WINDOWS.advisories().iter().flat_map(|one| &one.fixes);
    let levels = WINDOWS.streams.families.iter().flat_map(|one| &one.levels);
    let rollups = WINDOWS.streams.rollups.iter();
    for kb in fixes
        .map(|fix| fix.kb)
        .chain(levels.map(|level| level.kb))
        .chain(rollups.map(|rollup| rollup.kb))
    {
        assert!((3_000_000..6_000_000).contains(&kb.number()), "{kb}");
        assert_eq!(Kb::parse(&kb.to_string()), Some(kb));
    }
}

#[test]
fn an_advisory_is_found_by_its_id_and_by_its_cves() {
    let id = |name: &str| WINDOWS.advisory(name).map(|advisory| &*advisory.id);
    assert_eq!(id("MS17-010"), Some("MS17-010"));
    assert_eq!(id("cve-2017-0144"), Some("MS17-010"));
    assert_eq!(id("CVE-2021-34527"), Some("CVE-2021-34527"));
    assert_eq!(id("CVE-1999-0001"), None);
    let wormable = WINDOWS.advisory("MS17-010").expect("known");
    assert_eq!(wormable.severity, Severity::Critical);
    assert_eq!(wormable.published(), Some(date(2017, 3, 14)));
}

#[test]
fn silence_is_unknown_and_says_what_would_settle_it() {
    let advisory = WINDOWS.advisory("MS17-010").expect("known");
    let some = kbs(&[4_015_546]);
    let unstated = PatchFacts {
        list: Completeness::Unstated,
        ..listed("windows-7-sp1", &some)
    };
    for facts in [bare("windows-7-sp1"), unstated, bare("windows-10-1607")] {
        let verdict = WINDOWS.judge(advisory, &facts);
        assert_eq!(verdict.patched, Patched::Unknown);
        assert!(verdict.settles().is_some(), "{}", verdict.why());
    }
    assert_eq!(
        judge("MS17-010", &bare("windows-95")),
        Patched::Unknown,
        "a release we do not know"
    );
}

#[test]
fn security_only_packages_are_not_cumulative_but_may_be_listed() {
    for (kb, expected) in [
        (4_012_212, Patched::Fixed),   // March
        (4_015_546, Patched::Missing), // April has no SMB fix
        (4_019_263, Patched::Fixed),   // May carries a newer srv.sys
        (4_022_722, Patched::Missing), // June has none
        (4_019_264, Patched::Fixed),   // May rollup
        (4_015_552, Patched::Fixed),   // April preview
        (3_212_646, Patched::Missing), // January rollup
    ] {
        let list = kbs(&[kb]);
        assert_eq!(
            judge("MS17-010", &listed("windows-7-sp1", &list)),
            expected,
            "KB{kb}"
        );
    }
}

#[test]
fn a_package_for_another_release_does_not_count() {
    let list = kbs(&[4_012_216]);
    assert_eq!(
        judge("MS17-010", &listed("windows-server-2012-r2", &list)),
        Patched::Fixed
    );
    assert_eq!(
        judge("MS17-010", &listed("windows-server-2012", &list)),
        Patched::Missing
    );
    assert_eq!(
        judge("MS17-010", &listed("windows-rt-8.1", &list)),
        Patched::Fixed
    );
}

#[test]
fn a_named_fix_does_not_stand_for_rollups_it_is_said_to_replace() {
    // The vendor says that this security-only package replaces a rollup.
    let list = kbs(&[5_004_951]);
    assert_eq!(
        judge("CVE-2021-34527", &listed("windows-7-sp1", &list)),
        Patched::Fixed
    );
    assert_eq!(
        judge("CVE-2021-1675", &listed("windows-7-sp1", &list)),
        Patched::Missing
    );
    assert_eq!(
        judge("MS17-010", &listed("windows-7-sp1", &list)),
        Patched::Missing
    );
}

#[test]
fn revisions_decide_to_the_number() {
    for (revision, expected) in [
        (952, Patched::Missing),
        (953, Patched::Fixed),
        (1066, Patched::Fixed),
    ] {
        let facts = running("windows-10-1607", 14_393, revision);
        assert_eq!(judge("MS17-010", &facts), expected, "{revision}");
    }
    for build in 19_041..=19_045 {
        assert_eq!(
            judge("CVE-2024-38063", &running("windows-10-22h2", build, 4780)),
            Patched::Fixed
        );
        assert_eq!(
            judge("CVE-2024-38063", &running("windows-10-22h2", build, 4779)),
            Patched::Missing
        );
    }
}

#[test]
fn the_running_level_beats_the_list() {
    let fix = kbs(&[4_013_429]);
    let older = PatchFacts {
        kbs: Some(&fix),
        list: Completeness::Complete,
        ..running("windows-10-1607", 14_393, 729)
    };
    assert_eq!(judge("MS17-010", &older), Patched::Conflict);
    let newer = PatchFacts {
        kbs: Some(&[]),
        list: Completeness::Complete,
        ..running("windows-10-1607", 14_393, 1198)
    };
    assert_eq!(judge("MS17-010", &newer), Patched::Fixed);
}

#[test]
fn files_decide_and_contradictions_show() {
    let old = [("C:\\Windows\\System32\\drivers\\SRV.SYS", "6.1.7601.23569")];
    let new = [("srv.sys", "6.1.7601.23689 (win7sp1_ldr.170209-0600)")];
    let foreign = [("srv.sys", "6.3.9600.18604")];
    let two = [new[0], old[0]];
    let unreadable = [("srv.sys", "latest")];
    let with = |files| PatchFacts {
        files,
        ..bare("windows-7-sp1")
    };
    assert_eq!(judge("MS17-010", &with(&old)), Patched::Missing);
    assert_eq!(judge("MS17-010", &with(&new)), Patched::Fixed);
    assert_eq!(judge("MS17-010", &with(&two)), Patched::Missing);
    assert_eq!(judge("MS17-010", &with(&foreign)), Patched::Conflict);
    assert_eq!(judge("MS17-010", &with(&unreadable)), Patched::Unknown);
    let shown = PatchFacts {
        files: &[("srv.sys", "10.0.14393.729")],
        ..running("windows-10-1607", 14_393, 953)
    };
    assert_eq!(judge("MS17-010", &shown), Patched::Conflict);
}

#[test]
fn a_build_or_revision_of_another_release_is_a_contradiction() {
    assert_eq!(
        judge("MS17-010", &running("windows-10-1703", 14_393, 953)),
        Patched::Conflict
    );
    // 26100: servers left for revisions of their own in January 2026.
    assert_eq!(
        judge(
            "CVE-2025-59287",
            &running("windows-server-2025", 26_100, 32_230)
        ),
        Patched::Fixed
    );
    assert_eq!(
        judge(
            "CVE-2025-47981",
            &running("windows-11-24h2", 26_100, 32_230)
        ),
        Patched::Conflict
    );
    assert_eq!(
        judge_kb(5_094_126, &running("windows-server-2025", 26_100, 32_995)),
        Patched::Unknown
    );
}

#[test]
fn a_hotpatch_counts_by_its_day() {
    for (revision, expected) in [
        (7922, Patched::Missing),
        (7979, Patched::Fixed),
        (7980, Patched::Missing),
        (7985, Patched::Fixed),
        (8036, Patched::Missing),
        (8037, Patched::Fixed),
    ] {
        let facts = running("windows-11-24h2", 26_100, revision);
        assert_eq!(judge_kb(5_079_473, &facts), expected, "{revision}");
    }
    let list = kbs(&[5_079_420]);
    assert_eq!(
        judge_kb(5_079_473, &listed("windows-11-25h2", &list)),
        Patched::Fixed
    );
    // The revision that this server hotpatch leaves is not known, so neither side wins.
    let list = kbs(&[5_070_892]);
    let facts = PatchFacts {
        kbs: Some(&list),
        ..running("windows-server-2022", 20_348, 4290)
    };
    assert_eq!(judge("CVE-2025-59287", &facts), Patched::Unknown);
}

#[test]
fn a_package_requirement_takes_what_contains_it() {
    for (asked, has, expected) in [
        (4_012_215, 4_019_264, Patched::Fixed),
        (4_012_215, 3_212_646, Patched::Missing),
        (4_012_212, 4_012_215, Patched::Fixed),
        (4_012_215, 4_012_212, Patched::Missing),
        (4_012_212, 4_015_546, Patched::Missing),
    ] {
        let list = kbs(&[has]);
        let ours = judge_kb(asked, &listed("windows-7-sp1", &list));
        assert_eq!(ours, expected, "KB{asked} when KB{has} is there");
    }
    let fix = kbs(&[4_012_598]);
    assert_eq!(
        judge_kb(4_012_598, &listed("windows-xp-sp3", &fix)),
        Patched::Fixed
    );
    assert_eq!(
        judge_kb(4_012_598, &listed("windows-xp-sp3", &[])),
        Patched::Missing
    );
    assert_eq!(
        judge_kb(4_012_598, &listed("windows-xp-sp2", &fix)),
        Patched::NeedsServicePack
    );
    // A package of other releases, and one nobody knows, never pass for silence.
    assert_eq!(
        judge_kb(4_012_215, &listed("windows-xp-sp3", &[])),
        Patched::Unknown
    );
    assert_eq!(
        judge_kb(5_999_999, &listed("windows-7-sp1", &[])),
        Patched::Unknown
    );
    let list = kbs(&[5_999_999]);
    assert_eq!(
        judge_kb(5_999_999, &listed("windows-7-sp1", &list)),
        Patched::Fixed
    );
}

#[test]
fn releases_without_a_fix_are_told_apart() {
    for (id, release, expected) in [
        ("CVE-2020-0796", "windows-10-1809", Patched::NotAffected),
        ("CVE-2020-0796", "windows-xp-sp3", Patched::NotAffected),
        ("CVE-2019-0708", "windows-8", Patched::NotAffected),
        ("CVE-2019-0708", "windows-2000-sp4", Patched::NoFixPublished),
        ("CVE-2020-1472", "windows-10-22h2", Patched::NotAffected),
        (
            "CVE-2020-1472-enforcement",
            "windows-server-version-1903",
            Patched::NoFixPublished,
        ),
        ("CVE-2022-26809", "windows-10-1803", Patched::NoFixPublished),
        ("CVE-2023-21554", "windows-7-sp1", Patched::NoFixPublished),
        ("MS17-010", "windows-10-1703", Patched::NotAffected),
        ("MS17-010", "windows-xp-sp2", Patched::NeedsServicePack),
        ("MS17-010", "windows-2000-sp4", Patched::NoFixPublished),
        (
            "CVE-2017-8464",
            "windows-vista-sp1",
            Patched::NoFixPublished,
        ),
        (
            "CVE-2025-59287",
            "windows-server-2008-r2-sp1",
            Patched::NoFixPublished,
        ),
    ] {
        assert_eq!(judge(id, &bare(release)), expected, "{id} on {release}");
    }
}

#[test]
fn a_release_sold_later_is_still_held_to_a_revision_it_shows() {
    assert_eq!(
        judge("CVE-2021-31166", &running("windows-10-21h1", 19_043, 928)),
        Patched::Missing
    );
    assert_eq!(
        judge("CVE-2021-31166", &running("windows-10-21h1", 19_043, 985)),
        Patched::NotAffected
    );
}

#[test]
fn affected_only_in_part_is_never_a_pass_without_the_fix() {
    let fix = kbs(&[4_512_506]);
    let before = kbs(&[4_507_449]);
    assert_eq!(
        judge("CVE-2019-1181", &listed("windows-7-sp1", &fix)),
        Patched::Fixed
    );
    assert_eq!(
        judge("CVE-2019-1181", &listed("windows-7-sp1", &before)),
        Patched::Unknown
    );
}

#[test]
fn the_day_asked_about_counts() {
    let on = |release, as_of| PatchFacts {
        as_of,
        ..listed(release, &[])
    };
    for (release, day, expected) in [
        ("windows-7-sp1", date(2017, 3, 13), Patched::NotYetPublished),
        ("windows-7-sp1", date(2017, 3, 14), Patched::Missing),
        ("windows-7-sp1", date(2017, 5, 12), Patched::Missing),
        (
            "windows-xp-sp3",
            date(2017, 3, 13),
            Patched::NotYetPublished,
        ),
        // The hole was known, and support had ended without a fix.
        ("windows-xp-sp3", date(2017, 5, 11), Patched::NoFixPublished),
        ("windows-xp-sp3", date(2017, 5, 12), Patched::Missing),
        (
            "windows-xp-sp2",
            date(2017, 3, 13),
            Patched::NotYetPublished,
        ),
        (
            "windows-xp-sp2",
            date(2017, 5, 12),
            Patched::NeedsServicePack,
        ),
    ] {
        assert_eq!(
            judge("MS17-010", &on(release, day)),
            expected,
            "{release} on {day}"
        );
    }
    let advisory = WINDOWS.advisory("MS17-010").expect("known");
    let verdict = WINDOWS.judge(advisory, &on("windows-7-sp1", date(2017, 5, 12)));
    assert_eq!(verdict.released, Some(date(2017, 3, 14)));
}

#[test]
fn every_verdict_has_a_sentence_and_decided_ones_a_fact() {
    let mut seen: BTreeMap<Patched, u32> = BTreeMap::new();
    let one = kbs(&[4_019_264, 5_004_945]);
    for advisory in WINDOWS.advisories() {
        for (_, release) in WINDOWS.releases.iter() {
            for facts in [
                bare(&release.id),
                listed(&release.id, &[]),
                listed(&release.id, &one),
                PatchFacts {
                    revision: Some(1),
                    ..listed(&release.id, &one)
                },
                PatchFacts {
                    revision: Some(99_999),
                    ..bare(&release.id)
                },
                PatchFacts {
                    as_of: date(2016, 1, 1),
                    ..listed(&release.id, &[])
                },
                PatchFacts {
                    files: &[("srv.sys", "6.1.7601.24000")],
                    ..bare(&release.id)
                },
            ] {
                let verdict = WINDOWS.judge(advisory, &facts);
                *seen.entry(verdict.patched).or_default() += 1;
                let why = verdict.why();
                assert!(why.len() > 10, "{why}");
                if verdict.patched != Patched::Unknown {
                    let what = format!("{} {release}: {why}", advisory.id);
                    assert!(
                        verdict.fact().is_some() || verdict.evidence().is_some(),
                        "{what}"
                    );
                }
            }
        }
    }
    assert_eq!(seen.len(), 8, "every verdict occurs: {seen:?}");
}

#[test]
fn the_sentence_says_what_was_seen_and_why_it_decides() {
    let later = kbs(&[4_019_264]);
    let april = kbs(&[4_015_546]);
    let early = PatchFacts {
        as_of: date(2017, 5, 11),
        ..listed("windows-xp-sp3", &[])
    };
    for (facts, expected) in [
        (
            listed("windows-7-sp1", &later),
            "KB4019264 is listed, a monthly rollup of 2017-05-09 that contains the fix",
        ),
        (
            listed("windows-7-sp1", &april),
            "none of the installed updates (1) has the fix",
        ),
        (
            running("windows-10-1607", 14_393, 729),
            "the build is 14393.729, the fix is in revision 953 (KB4013429 of 2017-03-14) and later",
        ),
        (
            early,
            "support for Windows XP SP3 ended on 2014-04-08, and its fix only came out on 2017-05-12",
        ),
    ] {
        let advisory = WINDOWS.advisory("MS17-010").expect("known");
        assert_eq!(WINDOWS.judge(advisory, &facts).why(), expected);
    }
}

#[test]
fn the_newest_cumulative_level_is_read_off_the_revision_or_the_list() {
    let latest = |facts: &PatchFacts<'_>| {
        WINDOWS
            .latest_cumulative(facts)
            .map(|latest| (latest.kb.number(), latest.released))
    };
    assert_eq!(
        latest(&running("windows-10-1607", 14_393, 960)),
        Some((4_013_429, date(2017, 3, 14)))
    );
    let list = kbs(&[4_012_215, 4_019_264, 4_022_722, 3_185_330]);
    assert_eq!(
        latest(&listed("windows-7-sp1", &list)),
        Some((4_019_264, date(2017, 5, 9)))
    );
    let list = kbs(&[5_041_580, 5_004_945]);
    assert_eq!(
        latest(&listed("windows-10-22h2", &list)).map(|(kb, _)| kb),
        Some(5_041_580)
    );
    assert_eq!(latest(&running("windows-10-1607", 14_393, 0)), None);
    assert_eq!(latest(&bare("windows-7-sp1")), None);
    assert_eq!(
        latest(&listed("windows-server-2012", &kbs(&[4_019_264]))),
        None
    );
}

#[test]
fn a_kb_can_be_looked_up() {
    let packages = WINDOWS.kb(Kb::new(5_041_580));
    assert_eq!(packages[0].revision, Some(4780));
    assert!(
        packages[0]
            .releases
            .iter()
            .any(|id| &**id == "windows-10-22h2")
    );
    let packages = WINDOWS.kb(Kb::new(4_015_546));
    assert_eq!(packages[0].kind, PackageKind::SecurityOnly);
    assert!(WINDOWS.kb(Kb::new(1)).is_empty());
    let fixed: Vec<_> = WINDOWS
        .fixed_by(Kb::new(4_012_598))
        .map(|one| &*one.id)
        .collect();
    assert_eq!(fixed, ["MS17-010"]);
}

#[test]
fn a_damaged_table_is_refused() {
    let damaged = Tables {
        builds: "builds\trevision\n",
        ..Tables::of(&Facts::embedded())
    };
    assert_eq!(
        Windows::parse(&damaged).map_err(|error| error.table).err(),
        Some("windows-builds.tsv")
    );
}
