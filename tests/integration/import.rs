//! `passmuster import`: what it writes is read back to the same findings, several files become one
//! asset a machine, and nothing gets lost on the way without a word.

use super::program::{Desk, Report, TODAY, root};
use passmuster::import::Format;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// An export of a format, which this project made up, and then what has to be beside it to say which
/// machine it is about: names, and what is in them.
pub(crate) fn sample(format: Format) -> Vec<(String, Vec<u8>)> {
    let folder = root().join("tests/fixtures/import").join(format.name());
    let files = std::fs::read_dir(&folder);
    let files = files.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", folder.display());
    let read = |file: &PathBuf| {
        let name = file.file_name().and_then(|name| name.to_str());
        let name = name.expect("a plain name").to_owned();
        (name, std::fs::read(file).unwrap())
    };
    files.iter().map(read).collect()
}

fn check(desk: &Desk, paths: &[&str]) -> Report {
    let profile = [
        "--profile",
        "trust-estate",
        "--org",
        "R9Q",
        "--kind",
        "trust",
    ];
    let mut arguments = vec!["check", "--as-of", TODAY, "--format", "json", "--all"];
    arguments.extend(profile);
    arguments.extend(paths);
    desk.run(&arguments).report()
}

/// What a report says, places and wording of places aside: outcomes by rule and subject.
fn outcomes(report: &Report) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for finding in report.findings() {
        let key = format!(
            "{} {} {} {} {} {}",
            finding["rule"],
            finding["subject"]["kind"],
            finding["subject"]["name"],
            finding["outcome"],
            finding["reason"],
            finding["until"],
        );
        *all.entry(key).or_default() += 1;
    }
    all
}

#[test]
fn what_is_imported_is_judged_as_the_original_of_every_format() {
    for format in Format::all() {
        let (files, named) = (sample(format), format.name());
        let desk = Desk::new();
        for (name, text) in &files {
            desk.write(name, text);
        }
        let paths: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        let import = [&["import"], paths.as_slice()].concat();
        let ran = desk.run(&[import.as_slice(), &["--explain", "--format=json"]].concat());
        let told: Value = serde_json::from_str(&ran.stdout).expect(&ran.stderr);
        assert_eq!(told["files"][0]["format"], named);
        let ran = desk.run(&[import.as_slice(), &["-o", "again.ndjson"]].concat());
        assert_eq!(ran.code, 0, "{named}: {}", ran.stderr);
        let arguments = ["import", "again.ndjson", "-o", "twice.ndjson"];
        assert_eq!(desk.run(&arguments).code, 0);
        assert_eq!(
            std::fs::read(desk.path("twice.ndjson")).unwrap(),
            std::fs::read(desk.path("again.ndjson")).unwrap(),
            "{named}"
        );
        let (one, again) = (check(&desk, &paths), check(&desk, &["again.ndjson"]));
        assert!(one.json["summary"]["assets"].as_u64() > Some(0), "{named}");
        assert_eq!(outcomes(&one), outcomes(&again), "{named}");
        assert_eq!(
            one.json["summary"]["decision"],
            again.json["summary"]["decision"]
        );
    }
}

const INTUNE: &str = "id,hostname,os,build,last seen,smb1\n\
                      A-1,PC-1,Windows 10 Enterprise,19045.4412,2026-11-20,no\n\
                      A-2,PC-2,Windows 10 Enterprise,19045.4412,2026-11-20,no\n";

const SCAN: &str = "{\"name\":\"pc-1.trust.test\",\"smb1\":\"on\",\"observed_at\":\"2026-10-01\"}\n\
                    {\"name\":\"PC-2\",\"updates\":[\"KB5120242\"],\"observed_at\":\"2026-11-21\"}\n\
                    {\"name\":\"PC-3\",\"os\":\"Windows 7\"}\n";

#[test]
fn several_files_are_judged_as_one_estate_and_the_worse_counts() {
    let desk = Desk::new();
    desk.write("intune.csv", INTUNE);
    desk.write("scan.ndjson", SCAN);
    let arguments = [
        "check",
        "intune.csv",
        "scan.ndjson",
        "--as-of",
        TODAY,
        "--format",
        "json",
        "--all",
        "--profile",
        "trust-estate",
        "--kind",
        "trust",
    ];
    let report = desk.run(&arguments).report();
    assert_eq!(report.json["summary"]["assets"], 3);
    let data = &report.json["summary"]["data"];
    assert_eq!(data["records"], 5);
    assert_eq!(data["conflicts"], 1);
    assert_eq!(
        data["sources"],
        serde_json::json!([{ "rows": 2, "assets": 2 }])
    );
    assert_eq!(data["oldest"], "2026-10-01");
    let conflict: Vec<_> = report.of("DATA-004", "conflict").collect();
    assert_eq!(conflict.len(), 1);
    assert_eq!(conflict[0]["field"], "smb1.server");
    assert_eq!(conflict[0]["place"]["file"], "scan.ndjson");
    // A fact of one file is cited from there, for an asset that another declared.
    let of_field = |field: &str| -> Vec<&Value> {
        let all = report.findings().iter();
        all.filter(|one| one["field"] == field && one["subject"]["id"] == "A-1")
            .collect()
    };
    let smb = of_field("smb1.server");
    assert!(!smb.is_empty());
    let rule = smb.iter().map(|one| one["rule"].as_str().unwrap());
    let mut rule = rule.filter(|rule| !rule.starts_with("DATA"));
    let rule = rule.next().expect("a rule asks for it").to_owned();
    for finding in smb {
        assert_ne!(finding["outcome"], "pass", "{finding:#}");
        assert_eq!(finding["place"]["file"], "scan.ndjson", "{finding:#}");
    }
    // Seen lately, but what is known of it is older than a month.
    assert_eq!(report.count("WPT-005", "fail"), 1);

    // The same once more from what was imported.
    let ran = desk.run(&["import", "intune.csv", "scan.ndjson", "-o", "joined.ndjson"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("1 contradictions between sources"),
        "{}",
        ran.stderr
    );
    let arguments = [
        "check",
        "joined.ndjson",
        "--as-of",
        TODAY,
        "--format",
        "json",
        "--all",
        "--profile",
        "trust-estate",
        "--kind",
        "trust",
    ];
    let again = desk.run(&arguments).report();
    assert_eq!(outcomes(&report), outcomes(&again));
    assert_eq!(
        report.json["summary"]["data"],
        again.json["summary"]["data"]
    );
    let places = |report: &Report| -> Vec<Value> {
        let of_assets = report.findings().iter();
        let of_assets = of_assets.filter(|one| one["field"] == "smb1.server");
        of_assets.map(|one| one["place"].clone()).collect()
    };
    assert_eq!(places(&report)[..2], places(&again)[..2]);

    let text = desk.run(&["check", "intune.csv", "scan.ndjson", "--as-of", TODAY]);
    assert!(text.stdout.contains("DATA QUALITY"), "{}", text.stdout);
    assert!(
        text.stdout
            .contains("3 assets from 5 rows: 2 from 2, the others from one each"),
        "{}",
        text.stdout
    );
    let explained = desk.run(&[
        "explain",
        &rule,
        "A-1",
        "intune.csv",
        "scan.ndjson",
        "--profile",
        "trust-estate",
        "--as-of",
        TODAY,
    ]);
    assert_eq!(explained.code, 0, "{}", explained.stderr);
    assert!(
        explained.stdout.contains("scan.ndjson:1"),
        "{}",
        explained.stdout
    );
}

#[test]
fn an_explanation_says_what_became_of_what() {
    let desk = Desk::new();
    let (_, text) = sample(Format::from_name("csv").unwrap()).remove(0);
    let text = String::from_utf8(text).unwrap();
    desk.write("estate.csv", text.replace("owner", "colour"));
    let told = desk.run(&["import", "estate.csv", "--explain"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    for wanted in [
        "estate.csv: csv",
        "4 rows; 1 records cannot be read",
        "estate.csv:6 has 3 cells where the header has 9",
        "`smb1`            smb1.server     3 values, 1 cannot be read: \"perhaps\" (line 4)",
        "`hostname`        name            4 values",
        "not used: `colour`",
    ] {
        assert!(told.stdout.contains(wanted), "{wanted}: {}", told.stdout);
    }
    let told = desk.run(&["import", "estate.csv", "--explain", "--format", "json"]);
    let json: Value = serde_json::from_str(&told.stdout).expect("JSON");
    let fields = json["files"][0]["fields"].as_array().expect("a list");
    let smb = fields.iter().find(|one| one["field"] == "smb1.server");
    assert_eq!(smb.expect("it is there")["first"][0]["text"], "perhaps");
    assert_eq!(json["assets"], 4);
    let columns = &json["files"][0]["columns"];
    let titles = serde_json::json!([
        { "title": "smb1", "fields": ["smb1.server"], "known": true },
        { "title": "kbs", "fields": ["updates"], "known": true },
        { "title": "colour", "fields": [], "known": false },
    ]);
    assert_eq!(
        columns.as_array().expect("a list")[5..8],
        *titles.as_array().unwrap()
    );
}

#[test]
fn a_map_says_what_the_columns_of_an_import_are() {
    let desk = Desk::new();
    desk.write(
        "cmdb.csv",
        "CI,Betriebssystem,Farbe\nPC-1,Windows 10,blau\n",
    );
    desk.write(
        "cmdb.yaml",
        "columns:\n  CI: id\n  Betriebssystem: os\nignored: [Farbe]\n",
    );
    assert_eq!(desk.run(&["import", "cmdb.csv"]).code, 2);
    let mapped = ["import", "cmdb.csv", "--map", "cmdb.yaml"];
    let ran = desk.run(&mapped);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let asset: Value = serde_json::from_str(&ran.stdout).expect("one asset");
    assert_eq!(
        (&asset["id"], &asset["os"]),
        (&"PC-1".into(), &"Windows 10".into())
    );
    let told = desk.run(&[mapped.as_slice(), &["--explain"]].concat());
    for wanted in [
        "`CI`              id  1 values",
        "`Betriebssystem`  os  1 values",
        "known and not used: `Farbe`",
        "columns are read as cmdb.yaml says",
    ] {
        assert!(told.stdout.contains(wanted), "{wanted}: {}", told.stdout);
    }
    // A map of another table is a mistake.
    desk.write("other.csv", "id,os\nPC-1,Windows 10\n");
    let ran = desk.run(&["import", "other.csv", "--map", "cmdb.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
}

#[test]
fn the_formats_are_listed() {
    let desk = Desk::new();
    let told = desk.run(&["import", "--formats"]);
    let json = desk.run(&["import", "--formats", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).expect("JSON");
    for (position, format) in Format::all().enumerate() {
        assert!(told.stdout.contains(format.name()), "{}", told.stdout);
        assert_eq!(json["formats"][position]["name"], format.name());
    }
}

#[test]
fn nothing_is_written_where_no_asset_can_be_read() {
    let desk = Desk::new();
    desk.write("estate.csv", "id,os\na,b,c\n");
    let ran = desk.run(&["import", "estate.csv", "-o", "assets.ndjson"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr
            .contains("no asset could be read from estate.csv"),
        "{}",
        ran.stderr
    );
    assert!(!desk.path("assets.ndjson").exists());
    desk.write("submission.yaml", "organisation: { name: Example }\n");
    let ran = desk.run(&["import", "submission.yaml"]);
    assert_eq!(ran.code, 2);
}
