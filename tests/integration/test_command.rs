//! `passmuster test`: cases to do, formats that other programs read, what no case shows, and
//! mistakes that no case notices.

use super::program::Desk;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Two packs; `$CASES` stands for the cases of the first rule.
const PACKS: &str = r#"pack: ours
title: What our trust asks on top
cases_at: 2026-11-22
params:
  seen: { type: length, value: 14 days, strict: lower, note: our security policy 4.2 }
rules:
  - id: OUR-001
    title: Servers were seen lately
    for: asset
    where: { class: server }
    severity: medium
    gate: condition
    check: { observed_at: { within: $seen } }
    why: A server nobody sees is a server nobody patches.
    fix: Bring the server back under management.
    controls: ["caf/4.0:A3.a"]
    sources: [Our security policy 4.2]
    cases:
$CASES
"#;

const OTHER: &str = r#"pack: others
title: What others ask
cases_at: 2026-11-22
rules:
  - id: OTH-001
    title: Somebody answers for it
    for: asset
    severity: low
    gate: advise
    check: { owner: { declared: yes } }
    why: What nobody answers for nobody mends.
    fix: Declare the owner.
    controls: ["caf/4.0:A3.a"]
    sources: [Our security policy 4.2]
    cases:
      - { name: "owned <by> \"us\" & them", given: { owner: Theatres }, expect: pass }
      - { name: nobody, given: {}, expect: fail }
"#;

/// Cases that leave nothing open.
const GOOD: &str =
    "      - { name: the last day, given: { class: server, observed_at: -14d }, expect: pass }
      - { name: a day late, given: { class: server, observed_at: -15d }, expect: fail }
      - { name: never, given: { class: server }, expect: unknown }
      - { name: a desktop, given: { class: desktop, observed_at: -99d }, expect: not-applicable }
      - { name: who knows, given: { observed_at: -1d }, expect: unknown }";

fn desk(cases: &str) -> Desk {
    let desk = Desk::new();
    desk.write("rules/ours.yaml", PACKS.replace("$CASES", cases));
    desk.write("rules/others.yaml", OTHER);
    desk
}

const TEST: [&str; 3] = ["test", "--rules", "rules"];

fn json(desk: &Desk, more: &[&str]) -> (i32, Value) {
    let ran = desk.run(&[&TEST[..], &["--format=json"], more].concat());
    let value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr));
    (ran.code, value)
}

#[test]
fn a_case_to_do_may_fail_and_is_told() {
    let todo = "      - { name: a server, given: { class: server, observed_at: -15d }, expect: pass, todo: widen to 21 days }";
    let desk = desk(&format!("{GOOD}\n{todo}"));
    let ran = desk.run(&TEST);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for word in [
        "TODO     OUR-001  a server",
        "widen to 21 days",
        "found fail",
        "8 cases: 7 passed, 0 failed, 1 to do",
    ] {
        assert!(ran.stdout.contains(word), "no “{word}” in {}", ran.stdout);
    }
    let (_, report) = json(&desk, &[]);
    assert_eq!(report["summary"]["todo"], 1);
    assert_eq!(report["cases"][7]["end"], "todo");
}

#[test]
fn a_case_to_do_that_passes_says_that_it_is_done() {
    let done = "      - { name: a server, given: { class: server, observed_at: -1d }, expect: pass, todo: some day }";
    let ran = desk(&format!("{GOOD}\n{done}")).run(&TEST);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("DONE     OUR-001  a server"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("passes now: remove `todo: some day`"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("8 cases: 8 passed, 0 failed\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_no_case_shows_is_named_with_its_place() {
    let full = desk(GOOD);
    let ran = full.run(&[&TEST[..], &["--min-coverage=100"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(!ran.stdout.contains("No case shows"), "{}", ran.stdout);

    let cases: Vec<_> = GOOD.lines().collect();
    let thin = desk(&[cases[0], cases[2]].join("\n"));
    let (code, report) = json(&thin, &[]);
    assert_eq!(code, 0);
    let gap = |branch: &str| {
        let gaps = report["gaps"].as_array().unwrap();
        let gap = gaps.iter().find(|gap| gap["branch"] == branch).unwrap();
        (
            gap["missing"].to_string(),
            gap["at"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(gap("rule").0, r#"["fail","not-applicable"]"#);
    assert_eq!(
        gap("where"),
        (
            r#"["fail","unknown"]"#.into(),
            "rules/ours.yaml:10:12".into()
        )
    );
    let low = [&TEST[..], &["--min-coverage=90"]].concat();
    assert_eq!(thin.run(&low).code, 1);
}

#[test]
fn a_mistake_that_no_case_notices_is_named_with_its_place() {
    let (code, report) = json(&desk(GOOD), &["--mutate", "--min-killed=100"]);
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["survivors"], serde_json::json!([]));
    assert!(
        report["summary"]["mutants"].as_u64() > Some(5),
        "{report:#}"
    );

    let blunt = GOOD.replace("-15d", "-40d").replace("-14d", "-3d");
    let desk = desk(&blunt);
    let (code, report) = json(&desk, &["--mutate", "--min-killed=100"]);
    assert_eq!(code, 1);
    let survivors: Vec<_> = report["survivors"].as_array().unwrap().iter().collect();
    let changes: Vec<_> = survivors
        .iter()
        .map(|one| one["change"].as_str().unwrap())
        .collect();
    assert_eq!(
        changes,
        [
            "`within: 13 days` instead of 14 days on `observed_at`",
            "`within: 15 days` instead of 14 days on `observed_at`"
        ]
    );
    assert_eq!(survivors[0]["at"], "rules/ours.yaml:13:37");
    let ran = desk.run(&[&TEST[..], &["--mutate"]].concat());
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout
            .contains("SURVIVED OUR-001\n         rules/ours.yaml:13:37"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_cases_of_shipped_rules_notice_nine_mistakes_in_ten() {
    let ran = Desk::new().run(&["test", "--mutate", "--min-killed=90", "--min-coverage=90"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}

#[test]
fn junit_is_the_same_bytes_each_time_and_whole() {
    let failing = GOOD.replace("expect: fail", "expect: pass");
    let todo = "      - { name: later, given: {}, expect: pass, todo: \"a & b\" }";
    let desk = desk(&format!("{failing}\n{todo}"));
    let junit = [&TEST[..], &["--format=junit"]].concat();
    let first = desk.run(&junit);
    assert_eq!(first.code, 1);
    assert_eq!(first.stdout, desk.run(&junit).stdout);
    let filed = desk.run(&[&junit[..], &["-o", "cases.xml"]].concat());
    assert_eq!((filed.code, &*filed.stdout), (1, ""));
    let read = std::fs::read_to_string(desk.path("cases.xml")).unwrap();
    assert_eq!(read, first.stdout);
    for word in [
        r#"<testsuites name="passmuster test" tests="8" failures="1" errors="0" skipped="1">"#,
        r#"<testsuite name="ours" tests="6" failures="1" errors="0" skipped="1">"#,
        r#"name="owned &lt;by&gt; &quot;us&quot; &amp; them""#,
        r#"<failure type="outcome" message="expected pass, found fail">"#,
        r#"<skipped message="a &amp; b"/>"#,
    ] {
        assert!(read.contains(word), "no {word} in\n{read}");
    }
}

/// Reads the report as build servers do, with a reader we have not written.
#[test]
fn junit_is_read_by_junitparser() {
    let desk = desk(&GOOD.replace("expect: fail", "expect: pass"));
    desk.run(&[&TEST[..], &["--format=junit", "-o", "cases.xml"]].concat());
    let Some(python) = python_with("junitparser==5.0.3", &desk.path("venv")) else {
        println!("skipped: no python3 with junitparser to be had");
        return;
    };
    let script = "import sys, junitparser\n\
        xml = junitparser.JUnitXml.fromfile(sys.argv[1])\n\
        print([(s.name, s.tests, s.failures, s.skipped) for s in xml])\n\
        print([c.name for s in xml for c in s if not c.is_passed])";
    let output = Command::new(python)
        .args(["-c", script])
        .arg(desk.path("cases.xml"))
        .output()
        .expect("it was there a moment ago");
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        said.trim(),
        "[('others', 2, 0, 0), ('ours', 5, 1, 0)]\n['a day late']",
        "{complaint}"
    );
}

/// A Python with a package of its own, or none where there is no Python, no pip or no network.
fn python_with(package: &str, folder: &Path) -> Option<std::path::PathBuf> {
    let worked = |command: &mut Command| command.output().is_ok_and(|ran| ran.status.success());
    worked(Command::new("python3").args(["-m", "venv"]).arg(folder)).then_some(())?;
    let python = folder.join("bin/python");
    let install = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries=0",
        "--timeout=10",
    ];
    worked(Command::new(&python).args(install).arg(package)).then_some(python)
}
