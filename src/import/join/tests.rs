use super::*;
use crate::import::inventory::Limits;
use crate::model::Value;
use crate::model::fields::update;
use jiff::civil::date;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Cursor;

/// A file: its name, whether its rows are parts of assets, and its rows as lines of JSON.
type Given<'a> = (&'a str, bool, &'a str);

fn rows_of(name: &str, text: &str) -> Vec<Row> {
    let input = Box::new(Cursor::new(text.to_owned().into_bytes()));
    let format = Format::from_name("ndjson");
    let mut inventory = Inventory::open(name, input, format, Limits::default()).expect("it opens");
    let mut rows = Vec::new();
    while let Some(batch) = inventory.next_batch().expect("it is read") {
        batch.read(&mut |row| rows.push(row));
    }
    rows
}

/// A row whose id is `nobody` names no machine.
fn unnamed(row: Row) -> Row {
    match row {
        Row::Asset(mut asset) if asset.id == "nobody" => {
            let mut record = crate::model::Record::new(&asset::SCHEMA);
            for (id, value, _) in asset.record.into_declared() {
                if id != asset::ID {
                    record.set(id, value);
                }
            }
            asset.record = record;
            Row::Unnamed(asset)
        }
        row => row,
    }
}

fn join(files: &[Given<'_>]) -> Vec<Row> {
    let mut joiner = Joiner::new(usize::MAX);
    for (name, gives_parts, text) in files {
        // Each a tool of its own, so that their identifiers are not compared.
        let format = Format::all().nth(joiner.files.len() % 2).expect("a format");
        joiner.begin(name, format, *gives_parts);
        for row in rows_of(name, text) {
            joiner.row(unnamed(row));
        }
    }
    let all = joiner.finish();
    all.entries.iter().map(|one| all.row(one)).collect()
}

fn assets(files: &[Given<'_>]) -> Vec<Subject> {
    let rows = join(files).into_iter();
    let assets = rows.filter_map(|row| match row {
        Row::Asset(asset) => Some(asset),
        Row::Unnamed(_) | Row::Bad(_) => None,
    });
    assets.collect()
}

fn ids(all: &[Subject]) -> Vec<&str> {
    all.iter().map(|one| one.id.as_str()).collect()
}

fn remarks(asset: &Subject) -> Vec<String> {
    let all = asset.origins.iter().flat_map(|origins| &origins.remarks);
    all.map(|remark| format!("{}: {}", remark.kind.name(), remark.text))
        .collect()
}

fn kbs(asset: &Subject) -> Vec<&str> {
    let updates = asset.records(asset::UPDATES).unwrap_or_default();
    updates
        .iter()
        .filter_map(|kb| kb.text(update::ID))
        .collect()
}

#[test]
fn what_files_say_of_one_name_is_one_asset_with_its_places() {
    let all = assets(&[
        (
            "intune.csv",
            false,
            r#"{"id":"guid-1","name":"PC-1","os.build":"19045.4412","observed_at":"2026-11-20"}
{"id":"guid-2","name":"PC-2"}"#,
        ),
        (
            "qfe.txt",
            true,
            r#"{"name":"pc-1","updates":["KB1"]}
{"name":"pc-9","updates":["KB9"]}
{"name":"pc-1","updates":["KB2/2026-11-01"]}"#,
        ),
        (
            "osquery.json",
            true,
            r#"{"name":"PC-1.trust.test","smb1":"off","observed_at":"2026-11-21"}"#,
        ),
    ]);
    assert_eq!(ids(&all), ["guid-1", "guid-2", "pc-9"]);
    let first = &all[0];
    assert_eq!(kbs(first), ["KB1", "KB2"]);
    assert_eq!(first.boolean(asset::SMB1_SERVER), Some(false));
    assert_eq!(first.date(asset::OBSERVED_AT), Some(date(2026, 11, 21)));
    assert_eq!(first.place_of(asset::UPDATES).to_string(), "qfe.txt:1");
    assert_eq!(first.place_of(asset::OS_BUILD).to_string(), "intune.csv:1");
    assert_eq!(
        first.place_of(asset::SMB1_SERVER).to_string(),
        "osquery.json:1"
    );
    assert_eq!(remarks(first), Vec::<String>::new());
    assert_eq!(
        first.origins.as_ref().map(|all| all.sources().len()),
        Some(3)
    );
    assert!(all[1].origins.is_none());
}

#[test]
fn a_name_with_two_serial_numbers_is_joined_to_neither() {
    let intune = r#"{"id":"a","name":"PC-1","serial":"AAAA1"}
{"id":"b","name":"PC-1","serial":"BBBB2"}"#;
    let qfe = r#"{"name":"PC-1","updates":["KB1"]}"#;
    for files in [
        [("intune.csv", false, intune), ("qfe.txt", true, qfe)],
        [("qfe.txt", true, qfe), ("intune.csv", false, intune)],
    ] {
        let all = assets(&files);
        assert_eq!(all.len(), 3);
        assert!(all.iter().filter(|one| !kbs(one).is_empty()).count() == 1);
        assert!(
            all.iter()
                .any(|one| one.id == "PC-1" && !kbs(one).is_empty())
        );
        let told: Vec<_> = all.iter().flat_map(remarks).collect();
        assert!(!told.is_empty());
        assert!(
            told[0].starts_with("not-joined: `name` PC-1 is also that of"),
            "{told:?}"
        );
    }
    // What tells them apart tells whose the facts are.
    let scan = r#"{"name":"PC-1","serial":"BBBB2","updates":["KB1"]}"#;
    let all = assets(&[("intune.csv", false, intune), ("scan.json", true, scan)]);
    assert_eq!(ids(&all), ["a", "b"]);
    assert_eq!((kbs(&all[0]).len(), kbs(&all[1]).len()), (0, 1));
    assert_eq!(all.iter().flat_map(remarks).count(), 0);
}

#[test]
fn a_short_name_is_that_of_a_full_one_unless_two_domains_have_it() {
    let short = ("short.txt", true, r#"{"name":"PC-1","updates":["KB1"]}"#);
    let one = ("a.csv", false, r#"{"id":"a","name":"pc-1.north.test"}"#);
    let two = ("b.csv", false, r#"{"id":"b","name":"pc-1.south.test"}"#);
    let full = ("c.txt", true, r#"{"name":"PC-1.south.test","smb1":"on"}"#);
    assert_eq!(ids(&assets(&[one, short])), ["a"]);
    let all = assets(&[one, two, short, full]);
    assert_eq!(ids(&all), ["a", "b", "PC-1"]);
    assert_eq!(all[1].boolean(asset::SMB1_SERVER), Some(true));
}

#[test]
fn rows_of_one_file_of_whole_assets_stay_as_many_as_they_are() {
    let twice = r#"{"id":"a","name":"PC-1"}
{"id":"a","name":"PC-1"}"#;
    let other = r#"{"id":"a","updates":["KB1"]}"#;
    let all = assets(&[("a.csv", false, twice), ("b.csv", false, other)]);
    assert_eq!(ids(&all), ["a", "a", "a"]);
    assert_eq!(all.iter().flat_map(remarks).count(), 1);
}

#[test]
fn two_texts_of_one_tool_that_share_no_more_than_a_name_are_two_machines() {
    let format = Format::from_name("systeminfo").expect("a format");
    let join = |one: &str, other: &str| {
        let mut joiner = Joiner::new(usize::MAX);
        for (name, text) in [("a_systeminfo.txt", one), ("b_systeminfo.txt", other)] {
            joiner.begin(name, format, false);
            for row in rows_of(name, text) {
                joiner.row(row);
            }
        }
        let scan = rows_of("b_qfe.txt", r#"{"id":"nobody","updates":["KB2"]}"#);
        joiner.begin(
            "b_qfe.txt",
            Format::from_name("csv").expect("a format"),
            true,
        );
        for row in scan {
            joiner.row(unnamed(row));
        }
        let all = joiner.finish();
        let rows = all.entries.iter().map(|one| all.row(one));
        rows.filter_map(|row| match row {
            Row::Asset(asset) => Some(asset),
            _ => None,
        })
        .collect::<Vec<_>>()
    };
    let all = join(
        r#"{"name":"PC-1","updates":["KB1"]}"#,
        r#"{"name":"PC-1","os":"Windows 7"}"#,
    );
    assert_eq!(all.len(), 2);
    // The file tells whose the updates are.
    assert_eq!((kbs(&all[0]), kbs(&all[1])), (vec!["KB1"], vec!["KB2"]));
    assert_eq!(remarks(&all[1]).len(), 1);
    let all = join(
        r#"{"name":"PC-1","serial":"5CG-1234","updates":["KB1"]}"#,
        r#"{"name":"PC-1","serial":"5CG-1234","os":"Windows 7"}"#,
    );
    assert_eq!(all.len(), 1);
}

#[test]
fn hardware_joins_what_names_do_not_and_a_docking_station_does_not() {
    let one = r#"{"id":"1","serial":"5CG-1234"}
{"id":"2","name":"PC-2","network.mac":"00:11:22:33:44:55"}"#;
    let other = r#"{"name":"PC-1","serial":"5cg1234","smb1":"off"}
{"name":"PC-3","network.mac":"00-11-22-33-44-55"}"#;
    let all = assets(&[("a.csv", false, one), ("b.csv", false, other)]);
    assert_eq!(ids(&all), ["1", "2", "PC-3"]);
    assert_eq!(all[0].boolean(asset::SMB1_SERVER), Some(false));
    assert_eq!(all.iter().flat_map(remarks).count(), 0);
}

#[test]
fn a_machine_with_another_name_is_another_whatever_its_number() {
    // Two sites that count from 1.
    let one = r#"{"id":"1","name":"NORTH-1","updates":["KB1"]}"#;
    let other = r#"{"id":"1","name":"SOUTH-1"}"#;
    let all = assets(&[("a.csv", false, one), ("b.csv", false, other)]);
    assert_eq!(all.len(), 2);
    assert_eq!(kbs(&all[1]), Vec::<&str>::new());
    assert_eq!(remarks(&all[1]).len(), 1);
}

#[test]
fn of_a_switch_that_sources_see_differently_the_worse_position_counts() {
    let all = assets(&[
        (
            "a.csv",
            false,
            r#"{"name":"PC-1","smb1":"off","observed_at":"2026-11-21"}"#,
        ),
        (
            "b.csv",
            false,
            r#"{"name":"PC-1","smb1":"on","observed_at":"2026-11-01"}"#,
        ),
    ]);
    assert_eq!(all[0].boolean(asset::SMB1_SERVER), Some(true));
    assert_eq!(
        remarks(&all[0]),
        [
            "conflict: `smb1.server` is no (a.csv:1, 2026-11-21), yes (b.csv:1, 2026-11-01); yes counts"
        ]
    );
    assert_eq!(all[0].place_of(asset::SMB1_SERVER).to_string(), "b.csv:1");
    // What cannot be read may be the worse.
    let all = assets(&[
        ("a.csv", false, r#"{"name":"PC-1","smb1":"off"}"#),
        ("b.csv", false, r#"{"name":"PC-1","smb1":"perhaps"}"#),
    ]);
    assert!(matches!(
        all[0].value(asset::SMB1_SERVER),
        Some(Value::Unreadable(_))
    ));
}

#[test]
fn the_newer_build_counts_if_both_days_are_known_and_the_more_exact_one_always() {
    let build = |one: &str, other: &str| {
        let row = |rest: &str| format!(r#"{{"name":"PC-1",{rest}}}"#);
        let all = assets(&[("a.csv", false, &row(one)), ("b.csv", false, &row(other))]);
        let (value, remarks) = (all[0].value(asset::OS_BUILD).cloned(), remarks(&all[0]));
        (
            value.map(|value| value.to_string()).unwrap_or_default(),
            remarks.len(),
        )
    };
    let newer = r#""build":"19045.5000","observed_at":"2026-11-20""#;
    let older = r#""build":"19045.4000","observed_at":"2026-11-01""#;
    assert_eq!(build(newer, older), ("19045.5000".into(), 0));
    assert_eq!(build(older, newer), ("19045.5000".into(), 0));
    assert_eq!(build(older, r#""build":"19045""#), ("19045.4000".into(), 0));
    let (value, remarks) = build(newer, r#""build":"19045.4000""#);
    assert!(
        value.contains("19045.5000") && value.contains("19045.4000"),
        "{value}"
    );
    assert_eq!(remarks, 1);
}

#[test]
fn the_version_of_the_kernel_beside_the_name_of_a_release_is_the_build() {
    let all = assets(&[
        (
            "cmdb.csv",
            false,
            r#"{"name":"PC-1","os":"Windows 10","os.version":"22H2"}"#,
        ),
        (
            "intune.csv",
            false,
            r#"{"name":"PC-1","os":"Windows","os.version":"10.0.19045.4412"}"#,
        ),
    ]);
    assert_eq!(all[0].text(asset::OS), Some("Windows 10"));
    assert_eq!(all[0].text(asset::OS_VERSION), Some("22H2"));
    assert_eq!(all[0].text(asset::OS_BUILD), Some("10.0.19045.4412"));
    assert_eq!(remarks(&all[0]), Vec::<String>::new());
}

#[test]
fn a_list_that_another_shows_to_lack_something_is_not_complete() {
    let complete = |one: &str, other: &str| {
        let row = |rest: &str| format!(r#"{{"name":"PC-1",{rest}}}"#);
        let all = assets(&[("a.txt", false, &row(one)), ("b.txt", true, &row(other))]);
        (all[0].boolean(asset::UPDATES_COMPLETE), kbs(&all[0]).len())
    };
    let whole = r#""updates":["KB1","KB2"],"updates_complete":true"#;
    assert_eq!(complete(whole, r#""updates":["KB2"]"#), (Some(true), 2));
    assert_eq!(complete(whole, r#""updates":["KB3"]"#), (Some(false), 3));
    assert_eq!(
        complete(r#""updates":["KB1"]"#, r#""updates":["KB2"]"#),
        (None, 2)
    );
    // A claim about a list that is not there is about no other.
    let claim = r#""updates_complete":true"#;
    assert_eq!(complete(claim, r#""updates":["KB2"]"#), (Some(false), 1));
}

#[test]
fn a_list_that_was_cut_is_completed_by_one_that_is_long_enough() {
    let joined = |one: &str, other: &str| {
        let row = |rest: &str| format!(r#"{{"name":"PC-1",{rest}}}"#);
        let all = assets(&[("a.txt", false, &row(one)), ("b.txt", true, &row(other))]);
        let asset = &all[0];
        (
            asset.boolean(asset::UPDATES_COMPLETE),
            asset.integer(asset::UPDATES_STATED),
            asset.integer(asset::UPDATES_LISTED),
        )
    };
    let cut = r#""updates":["KB1"],"updates_stated":3,"updates_listed":1,"updates_complete":false"#;
    let whole = r#""updates":["KB1","KB2","KB3"],"updates_listed":3"#;
    assert_eq!(joined(cut, whole), (Some(true), Some(3), Some(3)));
    assert_eq!(joined(whole, cut), (Some(true), Some(3), Some(3)));
    // One short, one that lacks what the cut list names, and one that nobody counted.
    let short = r#""updates":["KB1","KB2"],"updates_listed":2"#;
    assert_eq!(joined(cut, short), (Some(false), Some(3), Some(2)));
    let other = r#""updates":["KB2","KB3","KB4"],"updates_listed":3"#;
    assert_eq!(joined(cut, other), (Some(false), Some(3), Some(4)));
    let uncounted = r#""updates":["KB1","KB2","KB3"]"#;
    assert_eq!(joined(cut, uncounted).0, Some(false));
    // A source that lists all it states and says all the same that there is more.
    let doubting =
        r#""updates":["KB1"],"updates_stated":1,"updates_listed":1,"updates_complete":false"#;
    assert_eq!(joined(doubting, whole).0, Some(false));
    let stated = cut.replace("\"updates_stated\":3", "\"updates_stated\":\"some\"");
    assert_eq!(joined(&stated, whole).0, Some(false));
    // Nobody says how many there are.
    assert_eq!(joined(r#""updates":["KB1"]"#, whole).0, None);
}

#[test]
fn that_there_may_be_more_survives_every_other_list() {
    let more = crate::import::exports::MAY_BE_MORE;
    let parts = format!(
        r#"{{"name":"PC-1","exposures":[{{"port":445}},{{}}],"missing_updates":[{{}}],"open_cves":["CVE-2017-0144","{more}"]}}
{{"name":"PC-1","exposures":[{{}}],"missing_updates":[{{"id":"KB1"}},{{}}],"open_cves":["CVE-2017-0145","{more}"]}}"#
    );
    let clean = r#"{"name":"PC-1","exposures":[],"missing_updates":[],"open_cves":[]}"#;
    let claims = |asset: &Subject| {
        let reached = asset.records(asset::EXPOSURES).unwrap_or_default();
        assert_eq!(reached.len(), 2);
        let missing = asset.records(asset::MISSING_UPDATES).unwrap_or_default();
        assert_eq!(missing.len(), 2);
        for list in [reached, missing] {
            let empty = list.iter().filter(|one| one.declared().next().is_none());
            assert_eq!(empty.count(), 1);
        }
        let mut open = asset.texts(asset::OPEN_CVES).unwrap_or_default().to_vec();
        open.sort();
        assert_eq!(open, ["CVE-2017-0144", "CVE-2017-0145", more]);
    };
    let all = assets(&[("scan.csv", true, &parts)]);
    assert!(all[0].origins.is_none());
    claims(&all[0]);
    for files in [
        [("scan.csv", true, parts.as_str()), ("b.csv", false, clean)],
        [("b.csv", false, clean), ("scan.csv", true, parts.as_str())],
    ] {
        claims(&assets(&files)[0]);
    }
}

#[test]
fn rows_of_one_list_are_one_list() {
    let parts = r#"{"name":"PC-1","open_cves":[],"updates":["KB1"],"software":[{"name":"a","version":"1"}]}
{"name":"PC-1","open_cves":["CVE-2017-0144"],"updates":["KB2"],"software":[{"name":"b","version":"2"}]}
{"name":"PC-1","open_cves":["cve-2017-0144"],"updates":["kb2"],"software":[{"name":"A","version":"1"}]}"#;
    let all = assets(&[("parts.csv", true, parts)]);
    assert_eq!(all.len(), 1);
    assert_eq!(kbs(&all[0]), ["KB1", "KB2"]);
    assert_eq!(
        all[0].texts(asset::OPEN_CVES),
        Some(&["CVE-2017-0144".to_owned()][..])
    );
    assert_eq!(all[0].records(asset::SOFTWARE).map(<[_]>::len), Some(2));
}

#[test]
fn lists_unite_and_one_that_cannot_be_read_may_hold_anything() {
    let all = assets(&[
        (
            "a.csv",
            false,
            r#"{"name":"PC-1","exposures":"445/hscn","open_cves":["CVE-2017-0144"]}"#,
        ),
        (
            "b.csv",
            false,
            r#"{"name":"PC-1","exposures":"139/hscn; 445/hscn","open_cves":[]}"#,
        ),
    ]);
    assert_eq!(all[0].records(asset::EXPOSURES).map(<[_]>::len), Some(2));
    assert_eq!(all[0].texts(asset::OPEN_CVES).map(<[_]>::len), Some(1));
    let all = assets(&[
        ("a.csv", false, r#"{"name":"PC-1","exposures":[]}"#),
        ("b.csv", false, r#"{"name":"PC-1","exposures":"many"}"#),
    ]);
    assert!(matches!(
        all[0].value(asset::EXPOSURES),
        Some(Value::Unreadable(_))
    ));
}

#[test]
fn rows_that_name_no_machine_go_to_the_one_their_file_or_folder_is_named_after() {
    let machines = r#"{"id":"A-1","name":"ward-pc-1"}
{"id":"A-2","name":"ward-pc-2"}"#;
    let scan = r#"{"id":"nobody","updates":["KB1"]}
{"id":"nobody","updates":["KB2"]}"#;
    for file in ["ward-pc-2_qfe.txt", "scans/WARD-PC-2/qfe.txt", "A-2.txt"] {
        let all = assets(&[("a.csv", false, machines), (file, true, scan)]);
        assert_eq!(ids(&all), ["A-1", "A-2"], "{file}");
        assert_eq!((kbs(&all[0]).len(), kbs(&all[1]).len()), (0, 2), "{file}");
    }
    let rows = join(&[
        ("a.csv", false, machines),
        ("elsewhere/qfe.txt", true, scan),
    ]);
    assert_eq!(rows.len(), 3);
    let bad = rows.iter().find_map(|row| match row {
        Row::Bad(bad) => Some(bad),
        _ => None,
    });
    let bad = bad.expect("nobody knows whose it is");
    assert!(
        bad.message.contains("name its file or its folder"),
        "{}",
        bad.message
    );
    assert_eq!(bad.place.to_string(), "elsewhere/qfe.txt:1");
}

#[test]
fn the_only_machine_of_a_run_is_meant_by_a_file_that_names_none() {
    let all = assets(&[
        (
            "systeminfo.txt",
            false,
            r#"{"name":"WARD-PC-1","os":"Windows 10"}"#,
        ),
        ("qfe.txt", true, r#"{"id":"nobody","updates":["KB1"]}"#),
    ]);
    assert_eq!(ids(&all), ["WARD-PC-1"]);
    assert_eq!(kbs(&all[0]), ["KB1"]);
}

#[test]
fn a_host_name_that_was_blacked_out_is_that_of_the_file() {
    // What the importer of systeminfo gives: the stem of the file as the id, and no name.
    let system = |stem: &str| format!(r#"{{"id":"{stem}","os":"Windows 7"}}"#);
    let scan = r#"{"id":"nobody","updates":["KB1"]}"#;
    let (one, two) = (system("pc-1_systeminfo"), system("pc-2_systeminfo"));
    let all = assets(&[
        ("x/pc-1_systeminfo.txt", false, &one),
        ("x/pc-2_systeminfo.txt", false, &two),
        ("x/pc-1_qfe.txt", true, scan),
        ("x/pc-2_updates.txt", true, scan),
    ]);
    assert_eq!(ids(&all), ["pc-1", "pc-2"]);
    assert_eq!((kbs(&all[0]).len(), kbs(&all[1]).len()), (1, 1));
    // Where somebody else knows its name, it goes by that.
    let all = assets(&[
        ("x/pc-1_systeminfo.txt", false, &one),
        ("cmdb.csv", false, r#"{"id":"A-1","name":"PC-1"}"#),
    ]);
    assert_eq!(ids(&all), ["A-1"]);
    assert_eq!(all[0].text(asset::OS), Some("Windows 7"));
    // The same name in two folders is that of two machines.
    let one = system("pc-1");
    let all = assets(&[
        ("north/pc-1.txt", false, &one),
        ("south/pc-1.txt", false, &one),
    ]);
    assert_eq!(all.len(), 2);
}

#[test]
fn a_folder_names_the_machine_of_files_that_say_what_system_it_has() {
    let release = r#"{"id":"nobody","os":"Debian GNU/Linux","os.version":"12"}"#;
    let packages = r#"{"id":"nobody","software":[{"name":"openssl","version":"3.0.11-1"}]}"#;
    let all = assets(&[
        ("web-1/dpkg.txt", true, packages),
        ("web-1/os-release", true, release),
        ("web-2/os-release", true, release),
        ("web-2/dpkg.txt", true, packages),
    ]);
    assert_eq!(ids(&all), ["web-1", "web-2"]);
    assert!(all.iter().all(|one| one.records(asset::SOFTWARE).is_some()));
}

#[test]
fn what_cannot_be_read_keeps_its_place_among_the_machines() {
    let rows = join(&[
        ("a.csv", false, "{\"id\":\"a\"}\nnot json\n{\"id\":\"b\"}"),
        ("b.csv", false, "{\"id\":\"b\"}\nnot json\n{\"id\":\"c\"}"),
    ]);
    let told: Vec<_> = rows
        .iter()
        .map(|row| match row {
            Row::Asset(asset) | Row::Unnamed(asset) => asset.id.clone(),
            Row::Bad(bad) => format!("{}:{}", bad.place.file, bad.place.line),
        })
        .collect();
    assert_eq!(told, ["a", "a.csv:2", "b", "b.csv:2", "c"]);
}

#[test]
fn what_does_not_fit_into_memory_is_an_error_that_says_what_to_do() {
    let text = "{\"id\":\"a\"}\n{\"id\":\"b\"}\n";
    let limits = Limits {
        join_bytes: 100,
        ..Limits::default()
    };
    let open = |name: &str| {
        let input = Box::new(Cursor::new(text));
        Inventory::open(name, input, None, limits).expect("it opens")
    };
    let mut joined = Inventory::joined(vec![open("a.ndjson"), open("b.ndjson")]);
    let error = joined[0]
        .next_batch()
        .expect_err("it is too much")
        .to_string();
    assert!(error.contains("check the files one at a time"), "{error}");
}

/// What a row says of which machine it is.
#[derive(Debug, Clone)]
struct Sketch {
    id: Option<u8>,
    name: Option<(u8, u8)>,
    serial: Option<u8>,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let id = prop::option::of(0..3_u8);
    let name = prop::option::of((0..3_u8, 0..3_u8));
    let serial = prop::option::of(0..3_u8);
    (id, name, serial).prop_map(|(id, name, serial)| Sketch { id, name, serial })
}

fn written(file: usize, row: usize, sketch: &Sketch) -> String {
    let mut parts = vec![format!(r#""owner":"{file}.{row}""#)];
    parts.push(format!(r#""open_cves":["{file}.{row}"]"#));
    match (sketch.id, sketch.name) {
        (None, None) => parts.push(format!(r#""id":"own-{file}-{row}""#)),
        (id, name) => {
            parts.extend(id.map(|id| format!(r#""id":"id-{id}""#)));
            parts.extend(name.map(|(name, domain)| match domain {
                0 => format!(r#""name":"pc-{name}""#),
                domain => format!(r#""name":"pc-{name}.d{domain}""#),
            }));
        }
    }
    parts.extend(
        sketch
            .serial
            .map(|serial| format!(r#""serial":"SER{serial}X""#)),
    );
    format!("{{{}}}\n", parts.join(","))
}

proptest! {
    #[test]
    fn which_rows_are_one_machine_does_not_depend_on_the_order_of_files(
        files in prop::collection::vec(
            (any::<bool>(), prop::collection::vec(sketch(), 0..4)), 2..4),
        turn in 0..4_usize,
    ) {
        let sets = |order: &[usize]| -> BTreeSet<BTreeSet<String>> {
            let mut joiner = Joiner::new(usize::MAX);
            let format = Format::from_name("ndjson").expect("a format");
            for file in order {
                let (parts, rows) = &files[*file];
                joiner.begin(&format!("{file}"), format, *parts);
                for (row, sketch) in rows.iter().enumerate() {
                    for row in rows_of("row", &written(*file, row, sketch)) {
                        joiner.row(row);
                    }
                }
            }
            let all = joiner.finish();
            let machines = all.entries.iter().map(|one| match all.row(one) {
                Row::Asset(asset) => {
                    asset.texts(asset::OPEN_CVES).unwrap_or_default().iter().cloned().collect()
                }
                row => panic!("{row:?}"),
            });
            machines.collect()
        };
        let mut order: Vec<usize> = (0..files.len()).collect();
        let one = sets(&order);
        order.rotate_left(turn % files.len());
        prop_assert_eq!(&one, &sets(&order));
        order.reverse();
        prop_assert_eq!(&one, &sets(&order));
    }
}
