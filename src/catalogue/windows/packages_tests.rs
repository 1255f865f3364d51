//! The table of packages, its faults, and what is derived from it.

use super::packages::{COLUMNS, TABLE};
use super::release::ReleaseId;
use super::tests::{
    WINDOWS, bare, completeness, count, kbs, lines, listed, read_kbs, running, shared,
};
use super::*;
use crate::catalogue::table::own_rows;
use jiff::civil::date;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Packages of curated fixes that no feed names: made out of support, told of in guidance only.
const ORPHANS: [u32; 1] = [4_500_331];

fn faults_by_kind(faults: &[Fault]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for fault in faults {
        let name = format!("{:?}", fault.what);
        let name = name.split([' ', '{']).next().unwrap_or_default().to_owned();
        *counts.entry(name).or_insert(0) += 1;
    }
    counts
}

#[test]
fn the_known_faults_of_the_embedded_feed_are_found() {
    let counts = faults_by_kind(WINDOWS.faults());
    let wanted: &[(&str, usize)] = &[
        ("BuildOfAnother", 3),
        ("Date", 14),
        ("Kind", 4),
        ("NewerReplaced", 6),
        ("NoVersion", 1),
        ("OtherBranch", 96),
        ("ReleaseOfAnother", 23),
        ("Revision", 14),
        ("RevisionOutOfOrder", 2),
        ("SecurityOnlyReplaces", 3),
    ];
    for (name, least) in wanted {
        let found = counts.get(*name).copied().unwrap_or_default();
        assert!(found >= *least, "{name}: {counts:?}");
    }
    for known in [
        "KB5004945: `10.0.19041.1803` is wrong, it leaves revision 1083",
        "KB5044281: `10.0.20348..2762` is not a version",
        "KB5004950: is said to replace KB5003638, which is for other releases",
        "KB5004951: is security-only and cannot replace the rollup KB5003667",
        "KB3197867: is security-only and cannot replace the rollup KB3185330",
    ] {
        let is_told = WINDOWS
            .faults()
            .iter()
            .any(|fault| fault.to_string().contains(known));
        assert!(is_told, "{known}");
    }
    assert!(WINDOWS.faults().is_sorted_by_key(|fault| fault.line));
    assert_eq!(WINDOWS.faults().len(), KNOWN_FAULTS);
}

#[test]
fn the_embedded_feed_goes_no_further_than_the_embedded_streams() {
    let newer = &WINDOWS.packages().newer;
    assert!(newer.levels.is_empty(), "{:?}", newer.levels);
    assert!(newer.rollups.is_empty(), "{:?}", newer.rollups);
}

#[test]
fn reading_the_packages_at_once_or_when_needed_is_the_same() {
    let at_once = Tables {
        are_embedded: false,
        ..Tables::of(&Facts::embedded())
    };
    let at_once = Windows::parse(&at_once).expect("sound tables");
    assert_eq!(at_once.faults(), WINDOWS.faults());
    assert_eq!(at_once.streams.newest_kb(), WINDOWS.streams.newest_kb());
}

#[test]
fn no_package_stands_twice_and_every_cell_is_in_form() {
    let text = Facts::embedded();
    let mut seen = BTreeSet::new();
    for row in own_rows(TABLE, text.text(TABLE), COLUMNS) {
        for os in row[2].split('+') {
            assert!(seen.insert((row[0], os)), "KB{} for {os} twice", row[0]);
        }
        let is_sorted = |cell: &str| {
            let parts: Vec<_> = cell.split('+').collect();
            parts.iter().collect::<BTreeSet<_>>().len() == parts.len()
        };
        for cell in [row[2], row[6], row[7], row[8]] {
            assert!(is_sorted(cell), "KB{}: {cell}", row[0]);
        }
    }
    assert!(seen.len() > 8000, "{}", seen.len());
}

#[test]
fn every_fix_is_of_a_package_that_another_table_knows() {
    for advisory in WINDOWS.advisories() {
        for fix in &advisory.fixes {
            let is_known = !WINDOWS.streams.places(fix.kb).is_empty()
                || !WINDOWS.packages().of(fix.kb).is_empty()
                || ORPHANS.contains(&fix.kb.number());
            assert!(is_known, "{} of {}", fix.kb, advisory.id);
        }
    }
}

/// Machines of each release that list one package of its streams each, and one that lists none.
fn each_machine(mut judge: impl FnMut(&str, &PatchFacts<'_>)) {
    for (id, release) in WINDOWS.releases.iter() {
        let rollups = WINDOWS.streams.rollups.iter();
        let mut packages: Vec<Kb> = rollups
            .filter(|one| one.serves(id))
            .map(|one| one.kb)
            .collect();
        if let Some((_, family)) = WINDOWS.streams.family_of(release) {
            packages.extend(family.levels.iter().map(|level| level.kb));
            for level in &family.levels {
                let revision = level.revision;
                judge(
                    &release.id,
                    &running(&release.id, release.builds[0], revision),
                );
            }
        }
        judge(&release.id, &listed(&release.id, &[]));
        for kb in packages {
            judge(&release.id, &listed(&release.id, &[kb]));
        }
    }
}

#[test]
fn a_derived_advisory_finds_no_fix_that_the_curated_one_misses() {
    let mut compared = 0;
    for curated in WINDOWS.advisories() {
        let ids = std::iter::once(&curated.id).chain(&curated.cves);
        for derived in ids.filter_map(|id| WINDOWS.derive(id)) {
            each_machine(|release, facts| {
                let (wanted, ours) = (
                    WINDOWS.judge(curated, facts).patched,
                    WINDOWS.judge(&derived, facts),
                );
                let is_wrong = ours.patched == Patched::Fixed
                    && !matches!(wanted, Patched::Fixed | Patched::NotAffected);
                assert!(
                    !is_wrong,
                    "{} on {release}: {wanted:?}, yet {}",
                    derived.id,
                    ours.why()
                );
                assert_ne!(
                    ours.patched,
                    Patched::NotAffected,
                    "{} on {release}",
                    derived.id
                );
                compared += 1;
            });
        }
    }
    assert!(compared > 50_000, "{compared}");
}

#[test]
fn derived_advisories_pass_no_sample_host_that_the_reference_calls_missing() {
    let Some(text) = shared("expected.jsonl") else {
        return;
    };
    let (mut seen, mut fixed) = (0, 0);
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
            let cve = if rule == "MS17-010" {
                "CVE-2017-0144"
            } else {
                rule
            };
            let Some(derived) = WINDOWS.derive(cve) else {
                continue;
            };
            let verdict = WINDOWS.judge(&derived, &patch);
            seen += 1;
            let wanted = reference["verdict"].as_str();
            if verdict.patched == Patched::Fixed {
                fixed += 1;
                assert_eq!(
                    wanted,
                    Some("fixed"),
                    "{} {rule}: {}",
                    host["file"],
                    verdict.why()
                );
            }
        }
    }
    assert!(seen > 500 && fixed > 10, "{seen} compared, {fixed} fixed");
}

#[test]
fn any_cve_of_the_feeds_can_be_asked_for() {
    let bits = WINDOWS
        .find_advisory("cve-2020-1301 ")
        .expect("in the feeds");
    assert_eq!(&*bits.id, "CVE-2020-1301");
    let judge = |facts: &PatchFacts<'_>| WINDOWS.judge(&bits, facts).patched;
    assert_eq!(
        judge(&running("windows-10-1809", 17_763, 1282)),
        Patched::Fixed
    );
    assert_eq!(
        judge(&running("windows-10-1809", 17_763, 1217)),
        Patched::Missing
    );
    assert_eq!(
        judge(&listed("windows-7-sp1", &kbs(&[4_565_524]))),
        Patched::Fixed
    );
    assert_eq!(
        judge(&listed("windows-7-sp1", &kbs(&[4_561_669]))),
        Patched::Fixed
    );
    assert_eq!(
        judge(&listed("windows-7-sp1", &kbs(&[4_565_539]))),
        Patched::Missing
    );
    // Its support had ended; and one that was sold later has no row that would say so.
    assert_eq!(judge(&bare("windows-xp-sp3")), Patched::NoFixPublished);
    assert_eq!(judge(&bare("windows-11-24h2")), Patched::Unknown);
    assert!(WINDOWS.find_advisory("CVE-1999-0001").is_none());
    assert!(WINDOWS.find_advisory("CVE-2020-").is_none());
    let curated = WINDOWS.find_advisory("CVE-2017-0144").expect("curated");
    assert_eq!(&*curated.id, "MS17-010");
}

#[test]
fn a_fix_in_several_packages_is_not_proven_by_one() {
    // .NET of Windows 10 1809 comes beside the cumulative update, one package for each version.
    let split = WINDOWS
        .find_advisory("CVE-2020-1147")
        .expect("in the feeds");
    let facts = running("windows-10-1809", 17_763, 5000);
    assert_eq!(WINDOWS.judge(&split, &facts).patched, Patched::Unknown);
}

#[test]
fn a_hole_that_a_later_package_names_again_is_not_closed_by_the_first() {
    // The vendor mended CVE-2023-24932 in steps: on Server 2019 from May 2023 to July 2025.
    let advisory = WINDOWS
        .find_advisory("CVE-2023-24932")
        .expect("in the feed");
    let at = |revision| {
        let facts = running("windows-server-2019", 17_763, revision);
        WINDOWS.judge(&advisory, &facts).patched
    };
    assert_eq!(at(4_252), Patched::Missing);
    for revision in [4_377, 4_645, 5_936] {
        assert_eq!(at(revision), Patched::Unknown, "{revision}");
    }
    assert_eq!(at(9_000), Patched::Fixed);
    let (may, later) = (
        [Kb::new(5_026_362)],
        [Kb::new(5_099_999), Kb::new(5_026_362)],
    );
    for kbs in [may.as_slice(), later.as_slice()] {
        let facts = listed("windows-server-2019", kbs);
        assert_eq!(WINDOWS.judge(&advisory, &facts).patched, Patched::Unknown);
    }
    let old = [Kb::new(5_025_229)];
    let facts = listed("windows-server-2019", &old);
    assert_eq!(WINDOWS.judge(&advisory, &facts).patched, Patched::Missing);
}

#[test]
fn a_stand_alone_package_is_there_when_one_that_replaces_it_is() {
    let wanted = WINDOWS.requires_kb(Kb::new(4_012_598));
    let judge = |numbers: &[u32]| {
        let list = kbs(numbers);
        WINDOWS
            .judge(&wanted, &listed("windows-server-2008-sp2", &list))
            .patched
    };
    assert_eq!(judge(&[4_012_598]), Patched::Fixed);
    assert_eq!(judge(&[4_018_466]), Patched::Fixed);
    assert_eq!(judge(&[4_018_556]), Patched::Missing);
}

#[test]
fn a_package_is_described_with_its_place_and_what_it_contains() {
    let info = WINDOWS.describe(Kb::new(4_019_264));
    let place = info[0].place.expect("in a stream");
    assert_eq!(info[0].kind, PackageKind::Rollup);
    assert_eq!(info[0].released, date(2017, 5, 9));
    assert!(info[0].releases.contains(&"Windows 7 SP1".to_owned()));
    assert!(place.nth > 1 && place.of > 80, "{place:?}");
    let contains = info[0].contains.expect("earlier rollups");
    assert_eq!(contains.count, place.nth - 1);
    assert!(place.previous == Some(contains.last) && place.next.is_some());
    assert!(info[0].advisories.iter().any(|id| &**id == "MS17-010"));
    assert!(info[0].cves.len() > 20, "{:?}", info[0].cves);
    assert!(info[0].severity.is_some());

    let alone = WINDOWS.describe(Kb::new(4_012_598));
    assert!(
        alone
            .iter()
            .any(|info| info.replaced_by.contains(&Kb::new(4_018_466)))
    );
    assert!(WINDOWS.describe(Kb::new(1)).is_empty());
    assert!(
        WINDOWS
            .cves_of(Kb::new(4_012_598))
            .contains(&"CVE-2017-0144")
    );
}

/// Packages 1 to 12 of three releases, with any edges, loops and kinds.
fn feed(kinds: &[u8], edges: &[(u8, u8)]) -> String {
    let mut text = format!("# source t: test\n{}\n", COLUMNS.join("\t"));
    for (at, kind) in kinds.iter().enumerate() {
        let kind =
            ["standalone", "other", "security-only", "browser", "rollup"][usize::from(*kind) % 5];
        let replaces: Vec<_> = edges
            .iter()
            .filter(|(from, _)| usize::from(*from) == at)
            .map(|(_, to)| (4_000_000 + u32::from(*to)).to_string())
            .collect();
        let kb = 4_000_000 + at;
        // Several share a day, so that circles of one day occur.
        let day = 10 + at / 3;
        let replaces = replaces.join("+");
        let cells = [
            "windows-7-sp1",
            kind,
            "",
            "",
            "CVE-2016-0001",
            &replaces,
            "",
            "t",
        ];
        writeln!(text, "{kb}\t2016-01-{day}\t{}", cells.join("\t")).expect("writing to a string");
    }
    text
}

fn of_feed(text: String) -> Windows {
    let facts = Facts::embedded().with(TABLE, text);
    Windows::parse(&Tables::of(&facts)).expect("a table in form")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn security_only_edges_never_make_more_fixed(
        kinds in proptest::collection::vec(0_u8..5, 12),
        edges in proptest::collection::vec((0_u8..12, 0_u8..12), 0..60),
        extra in proptest::collection::vec((0_u8..12, 0_u8..12), 1..40),
    ) {
        let from_security_only = |(from, _): &&(u8, u8)| kinds[usize::from(*from)] % 5 == 2;
        let more: Vec<_> = edges.iter().chain(extra.iter().filter(from_security_only)).copied().collect();
        let (without, with) = (of_feed(feed(&kinds, &edges)), of_feed(feed(&kinds, &more)));
        for asked in 0..12 {
            let kb = Kb::new(4_000_000 + asked);
            let (before, after) = (without.requires_kb(kb), with.requires_kb(kb));
            for has in 0..12 {
                let list = [Kb::new(4_000_000 + has)];
                let facts = listed("windows-7-sp1", &list);
                if with.judge(&after, &facts).patched == Patched::Fixed {
                    prop_assert_eq!(without.judge(&before, &facts).patched, Patched::Fixed);
                }
            }
        }
        let (before, after) = (without.derive("CVE-2016-0001"), with.derive("CVE-2016-0001"));
        for has in 0..12 {
            let list = [Kb::new(4_000_000 + has)];
            let facts = listed("windows-7-sp1", &list);
            let judged = |windows: &Windows, advisory: &Option<Advisory>| {
                advisory.as_ref().map(|advisory| windows.judge(advisory, &facts).patched)
            };
            if judged(&with, &after) == Some(Patched::Fixed) {
                prop_assert_eq!(judged(&without, &before), Some(Patched::Fixed));
            }
        }
    }

    #[test]
    fn no_two_packages_contain_each_other(
        edges in proptest::collection::vec((0_u8..12, 0_u8..12), 0..100),
    ) {
        let windows = of_feed(feed(&[0; 12], &edges));
        let release: ReleaseId = windows.releases.find("windows-7-sp1").expect("known");
        for one in 0..12 {
            let kb = Kb::new(4_000_000 + one);
            let containers = |kb| windows.packages().closure.containers(release, [(kb, ())]);
            for by in containers(kb).into_keys() {
                prop_assert_ne!(by, kb);
                prop_assert!(!containers(by).contains_key(&kb));
            }
        }
    }
}
