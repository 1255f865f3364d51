//! Other people's programs read our reports, of the examples and of an inventory full of traps, and
//! find in them what the JSON report says.

use super::consumers::{npm_package, python};
use super::program::{Desk, TODAY, root, text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What is checked: the arguments, by the name of the files written.
const RUNS: [(&str, &[&str]); 3] = [
    ("supplier", &["examples/supplier"]),
    ("trust", &["examples/trust"]),
    (
        "traps",
        &[
            "a b%20,:#1.csv",
            "--org",
            "RZZ",
            "--profile",
            "trust-estate",
        ],
    ),
];

const TRAPS: &str = "asset_id,name,os,smb1_enabled\n\
    \"=cmd|'/C calc'!A0\",<script>alert(1)</script>,Windows 7 SP1,true\n\
    ]]>,@SUM(A1),Windows Server 2012 R2,true\n\
    ::error::x,a | b `c` [d](http://e.example),Windows 7 SP1,true\n\
    \u{202e}gpj,\u{1b}[31mred,Windows XP,true\n\
    \"\"\"} 1\",-1+2,Windows 10 1507,maybe\n";

/// A run's report in a format, and what the JSON report says of the same run.
struct Written {
    desk: Desk,
    file: String,
    json: Value,
}

fn written(format: &str, more: &[&str]) -> Vec<Written> {
    RUNS.iter()
        .map(|(name, asked)| {
            let desk = Desk::new();
            desk.copy("examples/supplier", &root().join("examples/supplier-epr"));
            desk.copy("examples/trust", &root().join("examples/trust-estate"));
            desk.write("a b%20,:#1.csv", TRAPS);
            let file = format!("{name}.{format}");
            let arguments = [
                &[
                    "check", "--as-of", TODAY, "-f", format, "-o", &file, "-f", "json",
                ],
                *asked,
                more,
            ]
            .concat();
            let ran = desk.run(&arguments);
            assert_eq!(ran.code, 1, "{}", ran.stderr);
            let json = ran.report().json;
            Written { desk, file, json }
        })
        .collect()
}

impl Written {
    fn path(&self) -> String {
        self.desk.path(&self.file).display().to_string()
    }

    fn findings(&self) -> &[Value] {
        self.json["findings"].as_array().expect("it is a list")
    }

    /// What the reader of that name in `tests/consumers/reports.py` understands.
    fn read(&self, python: &Path, reader: &str, more: &[&str]) -> Value {
        let script = root().join("tests/consumers/reports.py");
        let output = Command::new(python)
            .arg(script)
            .args([reader, &self.path()])
            .args(more)
            .output()
            .expect("there is a Python");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", self.file);
        let said = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(said.lines().last().unwrap_or_default()).expect("it prints JSON")
    }

    fn by<'w>(&'w self, key: &str) -> BTreeMap<&'w str, u64> {
        let mut counts = BTreeMap::new();
        for finding in self.findings() {
            *counts.entry(text(&finding[key])).or_default() += 1;
        }
        counts
    }
}

#[test]
fn the_schema_of_sarif_holds() {
    let (Some(npm), Some(python)) = (npm_package(MULTITOOL), python()) else {
        return;
    };
    let schema = npm.join("sarif-2.1.0.json").display().to_string();
    for more in [&[][..], &["--all"]] {
        for run in written("sarif", more) {
            assert_eq!(run.read(&python, "sarif_schema", &[&schema]), json!([]));
        }
    }
}

const MULTITOOL: &str = "@microsoft/sarif-multitool-linux";

/// It says nothing by its exit status, so its log is read.
#[cfg(target_os = "linux")]
#[test]
fn the_rules_of_sarif_and_of_github_hold() {
    use std::os::unix::fs::PermissionsExt;
    let Some(npm) = npm_package(MULTITOOL) else {
        return;
    };
    let tool = npm.join("Sarif.Multitool");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    for run in written("sarif", &[]) {
        let log = run.desk.path("log.sarif");
        let output = Command::new(&tool)
            .args(["validate", &run.path(), "--rule-kind", "Sarif;Ghas"])
            .args(["--log", "ForceOverwrite", "--output"])
            .arg(&log)
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        let log = fs::read_to_string(&log).unwrap_or_else(|error| panic!("{error}: {said}"));
        let log: Value = serde_json::from_str(log.trim_start_matches('\u{feff}')).unwrap();
        assert_eq!(
            log["runs"][0]["invocations"][0]["executionSuccessful"],
            true
        );
        let found = log["runs"][0]["results"]
            .as_array()
            .expect("it has results");
        let rules: BTreeSet<_> = found.iter().map(|one| text(&one["ruleId"])).collect();
        // There is no home page yet that a viewer could link to.
        assert_eq!(rules, BTreeSet::from(["SARIF2005"]), "{found:#?}");
    }
}

#[test]
fn sarif_tools_finds_the_levels_and_the_places() {
    let Some(python) = python() else { return };
    for run in written("sarif", &[]) {
        let read = run.read(&python, "sarif_tools", &[]);
        let leads_to = run.by("leads_to");
        let of = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| leads_to.get(name))
                .sum::<u64>()
        };
        let level = |name: &str| read["levels"][name].as_u64().unwrap_or(0);
        assert_eq!(level("error"), of(&["refer", "reject"]), "{read}");
        assert_eq!(level("warning"), of(&["admit-with-conditions"]));
        assert_eq!(level("note"), of(&["admit"]));
        let codes: Vec<_> = run.by("rule").into_keys().collect();
        assert_eq!(read["codes"], json!(codes));
        if run.file.starts_with("traps") {
            assert_eq!(read["first"][1], "a%20b%2520%2C%3A%231.csv");
        }
    }
}

#[test]
fn a_junit_parser_counts_what_we_say() {
    let Some(python) = python() else { return };
    for more in [&[][..], &["--all"]] {
        for run in written("junit", more) {
            let read = run.read(&python, "junit", &[]);
            assert_eq!(read["said"], read["counted"]);
            assert_eq!(read["decision"], json!(["Failure"]));
            assert_eq!(read["message"], run.json["summary"]["verdict"]);
            let open = run
                .findings()
                .iter()
                .filter(|one| matches!(text(&one["leads_to"]), "refer" | "reject"));
            let failed = ["failures", "errors"].map(|key| read["said"][key].as_u64().unwrap_or(0));
            assert_eq!(failed.iter().sum::<u64>(), open.count() as u64 + 1);
        }
    }
}

#[test]
fn duckdb_reads_the_tables_with_types() {
    let Some(python) = python() else { return };
    for run in written("csv", &[]) {
        let read = run.read(&python, "csv", &[]);
        let rows = read["rows"].as_array().expect("it is a list");
        assert_eq!(rows.len(), run.findings().len());
        assert_eq!(read["columns"]["as_of"], "DATE");
        assert_eq!(read["columns"]["line"], "BIGINT");
        for (row, finding) in rows.iter().zip(run.findings()) {
            assert_eq!(row["fingerprint"], finding["fingerprint"]);
            assert_eq!(row["outcome"], finding["outcome"]);
            let subject = text(&row["subject"]);
            assert!(!subject.starts_with(['=', '+', '-', '@']), "{subject}");
        }
    }
    for run in written("csv-assets", &[]) {
        let read = run.read(&python, "csv", &[]);
        let rows = read["rows"].as_array().expect("it is a list");
        let assets = rows.iter().filter(|row| row["row_kind"] == "asset").count();
        assert_eq!(run.json["summary"]["assets"], assets, "{}", run.file);
    }
    for run in written("csv-organisation", &[]) {
        let read = run.read(&python, "csv", &[]);
        let row = &read["rows"][0];
        assert_eq!(row["decision"], run.json["summary"]["decision"]);
        assert_eq!(
            text(&row["fail"]),
            run.json["summary"]["counts"]["fail"].to_string()
        );
    }
}

#[test]
fn two_parsers_of_prometheus_read_the_metrics() {
    let Some(python) = python() else { return };
    for run in written("openmetrics", &[]) {
        let read = run.read(&python, "openmetrics", &[]);
        for parser in ["new", "old"] {
            let read = &read[parser];
            assert_eq!(read["decision"], json!([run.json["summary"]["decision"]]));
            for outcome in ["conflict", "fail", "pass", "unknown", "waived"] {
                let counted = &run.json["summary"]["counts"][outcome];
                assert_eq!(&read["totals"][outcome], counted, "{parser} {outcome}");
            }
        }
    }
}

#[test]
fn trestle_reads_the_assessment_results() {
    let Some(python) = python() else { return };
    for mut run in written("oscal", &[]) {
        // It tells the format by the ending.
        fs::rename(run.path(), run.desk.path("oscal.json")).unwrap();
        run.file = "oscal.json".to_owned();
        let read = run.read(&python, "oscal", &[]);
        assert_eq!(read["observations"], run.findings().len());
        assert_eq!(read["related"], true);
        let rules = run.json["rules"].as_array().expect("it is a list");
        let open = rules.iter().filter(|rule| {
            let of = |key: &str| rule["counts"][key].as_u64().unwrap_or(0);
            of("applicable") > of("pass")
        });
        assert_eq!(read["not_satisfied"], open.count());
    }
}

#[test]
fn the_library_of_cyclonedx_takes_the_attestation() {
    let Some(python) = python() else { return };
    for run in written("cyclonedx", &[]) {
        assert_eq!(run.read(&python, "cyclonedx", &[]), Value::Null);
    }
}

#[test]
fn markdownlint_has_nothing_against_the_page() {
    let Some(npm) = npm_package("markdownlint-cli2") else {
        return;
    };
    for run in written("markdown", &[]) {
        // Tables have long lines.
        let config = r#"{ "config": { "default": true, "MD013": false } }"#;
        run.desk.write(".markdownlint-cli2.jsonc", config);
        fs::rename(run.path(), run.desk.path("page.md")).unwrap();
        let output = Command::new("node")
            .arg(npm.join("markdownlint-cli2-bin.mjs"))
            .arg("page.md")
            .current_dir(run.desk.path(""))
            .output()
            .expect("node is there: npm was");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", run.file);
    }
}

#[test]
fn code_quality_is_what_gitlab_asks_for() {
    for run in written("gitlab", &[]) {
        let list: Vec<Value> =
            serde_json::from_str(&fs::read_to_string(run.path()).unwrap()).unwrap();
        assert_eq!(list.len(), run.findings().len());
        let mut prints = BTreeSet::new();
        for entry in &list {
            assert!(prints.insert(text(&entry["fingerprint"])), "{entry}");
            let path = text(&entry["location"]["path"]);
            assert!(
                run.desk.path(path).is_file() && !path.starts_with("./"),
                "{entry}"
            );
            assert!(entry["location"]["lines"]["begin"].as_u64() >= Some(1));
            let known = ["info", "minor", "major", "critical", "blocker"];
            assert!(known.contains(&text(&entry["severity"])), "{entry}");
        }
    }
}
