//! Promises of the whole run: the same input gives the same bytes, counts add up, exit codes mean
//! what they say, files are written whole or not at all, and waivers begin and end on their days.

use super::program::{Desk, Ran, Report, TODAY, text};
use super::run::program;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

/// An estate of all sorts: machines in order and not, silent, unreadable, broken and repeated ones.
fn estate(machines: u32, remark: usize) -> String {
    const SYSTEMS: [&str; 8] = [
        r#""os":"Windows 7 SP1","updates":["KB4019264"]"#,
        r#""os":"Windows 7 SP1","updates":["KB4015546"],"updates_complete":true"#,
        r#""os":"Windows 10 Enterprise","os.version":"22H2""#,
        r#""os":"Windows 11","os.version":"24H2""#,
        r#""os":"Windows Server 2022","os.build":"20348.5499""#,
        r#""os":"Windows Server 2012 R2","updates":["KB5031419"]"#,
        r#""os":"Ubuntu 24.04.3 LTS""#,
        r#""os":"Wardsoft Bedside OS""#,
    ];
    const SMB: [&str; 4] = [
        r#","smb1.server":false,"smb1.client":false"#,
        r#","smb1.server":true"#,
        r#","smb1.server":"perhaps""#,
        "",
    ];
    let remark = "x".repeat(remark);
    let mut lines = String::new();
    for number in 0..machines {
        // Multiplied by an odd number, so that all combinations come up without order.
        let mixed = number.wrapping_mul(2_654_435_761) >> 7;
        let id = if number % 97 == 96 {
            number - 50
        } else {
            number
        };
        let system = SYSTEMS[mixed as usize % SYSTEMS.len()];
        let smb = SMB[(mixed as usize >> 3) % SMB.len()];
        let day = 1 + mixed % 28;
        let line = format!(
            r#"{{"id":"VE-{id:05}",{system}{smb},"class":"server","zone":"restricted","internet_access":"none","observed_at":"2026-11-{day:02}","exposures":[],"missing_updates":[],"remark":"{remark}"}}"#
        );
        let is_broken = number % 61 == 60;
        let end = if is_broken {
            line.len() / 2
        } else {
            line.len()
        };
        writeln!(lines, "{}", &line[..end]).unwrap();
    }
    lines
}

/// How many records of an estate cannot be read, and how many of the others repeat an identifier.
fn broken_and_repeated(machines: u32) -> (u64, u64) {
    let is_broken = |number: &u32| number % 61 == 60;
    let broken = (0..machines).filter(is_broken).count();
    let repeated = (0..machines)
        .filter(|number| number % 97 == 96 && !is_broken(number) && !is_broken(&(number - 50)))
        .count();
    (broken as u64, repeated as u64)
}

const CHECK_ESTATE: [&str; 8] = [
    "check",
    "estate.ndjson",
    "--profile",
    "trust-estate",
    "--as-of",
    TODAY,
    "--org",
    "R9Q",
];

fn check_estate(desk: &Desk, more: &[&str], threads: &str) -> Ran {
    desk.run_with(
        &[&CHECK_ESTATE, more].concat(),
        &[("RAYON_NUM_THREADS", threads)],
    )
}

#[test]
fn neither_threads_nor_repetition_show_in_a_report() {
    let desk = Desk::new();
    // Long records make several batches, which are judged in parallel.
    desk.write("estate.ndjson", estate(5_000, 1_000));
    for format in ["json", "terminal"] {
        let more = ["--format", format];
        let first = check_estate(&desk, &more, "1");
        assert_eq!(first.code, 1, "{}", first.stderr);
        assert!(first.stdout.contains("WAN-001"));
        for threads in ["1", "2", "7", "7"] {
            let again = check_estate(&desk, &more, threads);
            assert_eq!(again.code, first.code, "{format}, {threads} threads");
            assert!(again.stdout == first.stdout, "{format}, {threads} threads");
        }
    }
}

#[test]
fn with_every_outcome_told_the_bytes_are_the_same_as_well() {
    let desk = Desk::new();
    desk.write("estate.ndjson", estate(400, 0));
    let more = ["--format", "json", "--all"];
    let first = check_estate(&desk, &more, "1").stdout;
    for threads in ["2", "7"] {
        assert!(
            check_estate(&desk, &more, threads).stdout == first,
            "{threads} threads"
        );
    }
}

/// Counts of outcomes by rule, as the findings say.
fn recount(report: &Report) -> BTreeMap<(String, String), u64> {
    let mut counts = BTreeMap::new();
    for finding in report.findings() {
        let outcome = text(&finding["outcome"]).replace('-', "_");
        *counts
            .entry((text(&finding["rule"]).to_owned(), outcome))
            .or_default() += 1;
    }
    counts
}

/// Counts of outcomes by rule, as the report says.
fn counts(report: &Report) -> BTreeMap<(String, String), u64> {
    let mut counts = BTreeMap::new();
    for rule in report.json["rules"].as_array().unwrap() {
        for (outcome, count) in rule["counts"].as_object().unwrap() {
            let count = count.as_u64().unwrap();
            if outcome != "applicable" && count > 0 {
                counts.insert((text(&rule["id"]).to_owned(), outcome.clone()), count);
            }
        }
    }
    counts
}

#[test]
fn the_counts_of_a_report_are_those_of_its_findings() {
    let machines = 2_000;
    let desk = Desk::new();
    desk.write("estate.ndjson", estate(machines, 0));
    let whole = check_estate(&desk, &["--format", "json", "--all"], "2").report();
    let (broken, repeated) = broken_and_repeated(machines);
    let read = u64::from(machines) - broken;

    // Nobody writes a finding about data that is fine.
    let mut told = counts(&whole);
    let fine = |rule: &str| (rule.to_owned(), "pass".to_owned());
    assert_eq!(told.remove(&fine("DATA-001")), Some(read));
    assert_eq!(told.remove(&fine("DATA-003")), Some(read - repeated));
    told.remove(&fine("DATA-002"))
        .expect("some records are fine");
    assert_eq!(recount(&whole), told);

    assert_eq!(whole.json["summary"]["assets"], read);
    assert_eq!(whole.count("DATA-001", "unknown"), broken);
    assert_eq!(whole.count("DATA-003", "fail"), repeated);
    for outcome in ["pass", "fail", "unknown"] {
        assert!(
            whole.count("WAN-001", outcome) > 0,
            "the estate has no {outcome}"
        );
    }

    let order = ["admit", "admit-with-conditions", "refer", "reject"];
    let worst = whole
        .findings()
        .iter()
        .filter_map(|finding| order.iter().position(|one| finding["leads_to"] == *one))
        .max()
        .expect("there are findings");
    whole.decides(order[worst]);

    let short = check_estate(&desk, &["--format", "json"], "2").report();
    assert!(short.findings().len() < whole.findings().len());
    assert_eq!(counts(&short), counts(&whole));
    assert_eq!(short.json["summary"], whole.json["summary"]);
}

/// A machine out of support. With a waiver it stands under conditions; without, it is refused.
const OUT_OF_SUPPORT: &str = "organisation: { name: Vale of Elm NHS Foundation Trust, kind: trust, ods_code: R9Q }
zones: []
assets: [{ id: PC-01, os: Windows 7 SP1, updates: [KB4019264], zone: isolated, internet_access: none }]
";

const WAIVER: &str = "waivers:
  - id: W-1
    rules: [OSS-001]
    subjects: [PC-01]
    reason: drives the pathology analyser
    approver: { name: Ottilie Brandreth, role: SIRO }
    approved_on: 2026-10-01
    until: 2027-03-31
    while: [{ internet_access: none }]
";

/// A declaration for each decision.
fn declarations() -> [(&'static str, String); 4] {
    let supported = OUT_OF_SUPPORT.replace("Windows 7 SP1", "Windows Server 2022");
    let unnamed = OUT_OF_SUPPORT.replace("Windows 7 SP1", "Wardsoft Bedside OS");
    [
        ("admit", supported),
        ("admit-with-conditions", format!("{OUT_OF_SUPPORT}{WAIVER}")),
        ("refer", unnamed),
        ("reject", OUT_OF_SUPPORT.to_owned()),
    ]
}

fn check(desk: &Desk, day: &str, more: &[&str]) -> Ran {
    let arguments = [
        "check",
        "d.yaml",
        "--profile",
        "wannacry-baseline",
        "--as-of",
        day,
    ];
    desk.run(&[&arguments, more].concat())
}

#[test]
fn a_waiver_holds_from_its_first_day_to_its_last() {
    let desk = Desk::new();
    desk.write("d.yaml", format!("{OUT_OF_SUPPORT}{WAIVER}"));
    let days = [
        (
            "2026-09-30",
            "reject",
            "fail critical",
            "it starts on 2026-10-01",
        ),
        (
            "2026-10-01",
            "admit-with-conditions",
            "waived",
            "2027-03-31",
        ),
        (
            "2027-03-31",
            "admit-with-conditions",
            "waived",
            "2027-03-31",
        ),
        (
            "2027-04-01",
            "reject",
            "fail critical",
            "it ended on 2027-03-31",
        ),
    ];
    for (day, decision, outcome, word) in days {
        let report = check(&desk, day, &["--format", "json", "--all"]).report();
        report.claims("OSS-001", "PC-01", outcome, &["2020-01-14", "W-1", word]);
        report.decides(decision);
    }
}

#[test]
fn the_exit_code_follows_the_decision_and_the_line_drawn() {
    // For each decision, the codes when failing on conditions, on refer, on reject, and by default.
    let codes = [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 1], [1, 1, 1, 1]];
    let lines = [
        "--fail-on=conditions",
        "--fail-on=refer",
        "--fail-on=reject",
        "-q",
    ];
    for ((decision, text), codes) in declarations().into_iter().zip(codes) {
        let desk = Desk::new();
        desk.write("d.yaml", text);
        for (line, code) in lines.into_iter().zip(codes) {
            let ran = check(&desk, TODAY, &["--format", "json", line]);
            assert_eq!(ran.report().decision(), decision);
            assert_eq!(ran.code, code, "{decision} {line}: {}", ran.stderr);
        }
    }
}

#[test]
fn the_format_changes_neither_decision_nor_exit_code() {
    for (decision, text) in declarations() {
        let desk = Desk::new();
        desk.write("d.yaml", text);
        let json = check(&desk, TODAY, &["--format", "json"]);
        let verdict = json
            .report()
            .verdict()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        for more in [
            &["--format", "terminal"][..],
            &["--format", "terminal", "--all"],
        ] {
            let terminal = check(&desk, TODAY, more);
            let said = terminal
                .stdout
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            assert!(said.ends_with(&verdict), "{verdict}\n{}", terminal.stdout);
            assert_eq!(terminal.code, json.code, "{decision}");
        }
        assert_eq!(json.report().decision(), decision);
    }
}

#[test]
fn what_cannot_be_read_is_no_decision() {
    let desk = Desk::new();
    desk.write("d.yaml", OUT_OF_SUPPORT);
    desk.write("broken.yaml", "organisation: { name: [\n");
    desk.write(
        "misspelt.yaml",
        OUT_OF_SUPPORT.replace("updates:", "updaets:"),
    );
    desk.write("nothing.csv", "Asset ID,Operating System\n");
    desk.write("empty.yaml", "");
    let wrong: [&[&str]; 9] = [
        &["check", "absent.yaml"],
        &["check", "broken.yaml"],
        &["check", "misspelt.yaml"],
        &["check", "nothing.csv"],
        &["check", "empty.yaml"],
        &["check", "d.yaml", "--as-of", "2026-02-30"],
        &["check", "d.yaml", "--profile", "no-such-profile"],
        &["check", "d.yaml", "--format", "no-such-format"],
        &["check", "d.yaml", "--rules", "no-such-folder"],
    ];
    for arguments in wrong {
        let ran = desk.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{arguments:?}");
        assert_ne!(ran.stderr, "", "{arguments:?}");
    }
}

#[test]
fn a_report_is_written_whole() {
    let desk = Desk::new();
    desk.write("d.yaml", OUT_OF_SUPPORT);
    for format in ["json", "terminal"] {
        let shown = check(&desk, TODAY, &["--format", format]);
        let written = check(&desk, TODAY, &["--format", format, "--output", "report"]);
        assert_eq!(written.code, shown.code);
        assert_eq!(written.stdout, "");
        assert_eq!(
            fs::read_to_string(desk.path("report")).unwrap(),
            shown.stdout
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_neither_a_decision_nor_bad_input() {
    let desk = Desk::new();
    desk.write("d.yaml", OUT_OF_SUPPORT);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let status = program(
        desk.path("").as_path(),
        &["check", "d.yaml", "--as-of", TODAY],
    )
    .stdout(full)
    .stderr(std::process::Stdio::null())
    .status()
    .unwrap();
    assert_eq!(status.code(), Some(3));
}

#[test]
fn or_not_at_all() {
    let desk = Desk::new();
    desk.write("d.yaml", OUT_OF_SUPPORT);
    desk.write("bad.yaml", "organisation: { name: [\n");
    desk.write("kept.json", "as it was");
    desk.write("folder/inside", "");
    let before = names(&desk);

    for output in ["new.json", "kept.json"] {
        let ran = desk.run(&["check", "bad.yaml", "--output", output]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
    }
    // A folder that is not there, one that is a file, and a file that is a folder: trying again
    // cannot help.
    for output in ["absent/new.json", "d.yaml/new.json", "folder"] {
        let ran = check(&desk, TODAY, &["--format", "json", "--output", output]);
        assert_eq!(ran.code, 2, "{output}: {}", ran.stderr);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("error"), "{}", ran.stderr);
    }
    assert_eq!(
        fs::read_to_string(desk.path("kept.json")).unwrap(),
        "as it was"
    );
    assert_eq!(names(&desk), before, "nothing is left behind");
}

#[test]
fn an_inventory_that_breaks_off_leaves_the_old_report_alone() {
    let desk = Desk::new();
    desk.write("estate.ndjson", "not json\n".repeat(3));
    desk.write("report.json", "as it was");
    let more = ["--format", "json", "--output", "report.json"];
    let ran = check_estate(&desk, &more, "2");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(
        fs::read_to_string(desk.path("report.json")).unwrap(),
        "as it was"
    );
}

fn names(desk: &Desk) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(desk.path("."))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_declaration_without_a_day_is_about_today_in_london() {
    let desk = Desk::new();
    desk.write("d.yaml", OUT_OF_SUPPORT);
    let zone = jiff::tz::TimeZone::get("Europe/London").unwrap();
    let today = || {
        jiff::Timestamp::now()
            .to_zoned(zone.clone())
            .date()
            .to_string()
    };
    let before = today();
    let ran = desk.run(&["check", "d.yaml", "--format", "json"]);
    let said: Value = ran.report().json["run"]["as_of"].clone();
    // The run may have crossed midnight.
    assert!(
        [before, today()].contains(&text(&said).to_owned()),
        "{said}"
    );
}
