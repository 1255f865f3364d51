//! Waivers where other tools got them wrong: the first and the last day, lapsed ones still shown as
//! waived, a command that forgets the date, silence about what lapsed; and waivers that are too
//! broad, or granted by whoever gains by them.

use super::program::{Desk, Ran, Report, TODAY};

const MACHINE: &str = "organisation: { name: Vale of Elm NHS Foundation Trust, kind: trust, ods_code: R9Q }
zones: []
assets: [{ id: PC-01, os: Windows 7 SP1, updates: [KB4019264], zone: isolated, internet_access: none, owner: Wards }]
";

/// A waiver for that machine, whose days and people a test changes.
const WAIVER: &str = "id: W-1
rules: [OSS-001]
subjects: [PC-01]
reason: drives the pathology analyser
approver: { name: Ottilie Brandreth, role: SIRO }
approved_on: 2026-10-01
until: 2027-03-31
while: [{ internet_access: none }]
";

fn run(machine: &str, waiver: &str, day: &str, more: &[&str]) -> Ran {
    let desk = Desk::new();
    desk.write(
        "pack/submission.yaml",
        format!("{machine}waivers: w.yaml\n"),
    );
    desk.write("pack/w.yaml", waiver);
    desk.write(
        "more.csv",
        "id,os,updates,zone,internet_access\nPC-01,Windows 7 SP1,KB4019264,isolated,none\n",
    );
    desk.write("host.yaml", waiver.replace("W-1", "HOST-1"));
    let arguments = [
        "check",
        "pack",
        "--profile",
        "wannacry-baseline",
        "--as-of",
        day,
    ];
    desk.run(&[&arguments, more].concat())
}

fn report(machine: &str, waiver: &str, day: &str) -> Report {
    run(machine, waiver, day, &["--format", "json", "--all"]).report()
}

/// The outcome for the machine, and all notes.
fn judged(waiver: &str, day: &str) -> (String, String) {
    outcome_of(&report(MACHINE, waiver, day))
}

fn outcome_of(report: &Report) -> (String, String) {
    let outcome = &report.finding("OSS-001", "PC-01")["outcome"];
    let outcome = outcome.as_str().expect("it is a word").to_owned();
    (outcome, report.json["notes"].to_string())
}

fn refused(waiver: &str) -> String {
    let ran = run(MACHINE, waiver, TODAY, &[]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
    ran.stderr
}

#[test]
fn a_date_in_the_current_year_is_that_day_and_not_its_first_of_january() {
    let waiver = WAIVER.replace("2027-03-31", "2026-12-31");
    assert_eq!(judged(&waiver, "2026-11-22").0, "waived");
    assert_eq!(judged(&waiver, "2026-12-31").0, "waived");
    assert_eq!(judged(&waiver, "2027-01-01").0, "fail");
}

#[test]
fn the_last_day_itself_is_in_whatever_the_clock_of_the_machine() {
    let desk = Desk::new();
    desk.write(
        "pack/submission.yaml",
        format!("{MACHINE}waivers: w.yaml\n"),
    );
    desk.write("pack/w.yaml", WAIVER);
    for zone in ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"] {
        for (day, wanted) in [("2027-03-31", "waived"), ("2027-04-01", "fail")] {
            let arguments = ["check", "pack", "--as-of", day, "--format", "json", "--all"];
            let report = desk.run_with(&arguments, &[("TZ", zone)]).report();
            assert_eq!(outcome_of(&report).0, wanted, "{day} {zone}");
        }
    }
}

#[test]
fn it_starts_on_its_first_day_and_never_before_it_was_approved() {
    let later = WAIVER.replace("until:", "from: 2026-11-01\nuntil:");
    assert_eq!(judged(&later, "2026-10-31").0, "fail");
    assert_eq!(judged(&later, "2026-11-01").0, "waived");
    let earlier = WAIVER.replace("until:", "from: 2026-09-01\nuntil:");
    assert_eq!(judged(&earlier, "2026-09-30").0, "fail");
    assert_eq!(judged(&earlier, "2026-10-01").0, "waived");
    let only_from = WAIVER.replace("approved_on:", "from:");
    assert_eq!(judged(&only_from, "2026-09-30").0, "fail");
    assert_eq!(judged(&only_from, "2026-10-01").0, "waived");
}

#[test]
fn a_failure_holds_until_the_day_before_its_waiver_starts() {
    let until = |day: &str| {
        let report = report(MACHINE, WAIVER, day);
        report.finding("OSS-001", "PC-01")["until"].clone()
    };
    assert_eq!(until("2026-09-01"), "2026-09-30");
    assert_eq!(until("2026-11-22"), "2027-03-31");
    assert_eq!(until("2027-04-01"), serde_json::Value::Null);
}

#[test]
fn a_lapsed_waiver_is_not_shown_as_waived_by_any_format_or_source() {
    let day = "2027-04-01";
    let (outcome, notes) = judged(WAIVER, day);
    assert_eq!(outcome, "fail");
    assert!(
        notes.contains("waiver W-1 covers nothing: it ended on 2027-03-31"),
        "{notes}"
    );
    for more in [
        &["--format", "terminal"][..],
        &["--format", "json"],
        &["--waivers", "host.yaml"],
        &[
            "--waivers",
            "host.yaml",
            "--ignore-waivers-from",
            "submission",
        ],
    ] {
        let ran = run(MACHINE, WAIVER, day, more);
        assert_eq!(ran.code, 1, "{more:?}: {}", ran.stdout);
        assert!(!ran.stdout.contains("1 waived"), "{more:?}: {}", ran.stdout);
        assert!(
            ran.stdout.contains("it ended on 2027-03-31"),
            "{more:?}: {}",
            ran.stdout
        );
    }
}

#[test]
fn a_malformed_day_is_an_error_and_no_waiver() {
    for day in [
        "2027-02-30",
        "soon",
        "31 March 2027",
        "2027-3-31",
        "20270331",
    ] {
        let told = refused(&WAIVER.replace("2027-03-31", day));
        assert!(
            told.contains("until") && told.contains("w.yaml:7"),
            "{day}: {told}"
        );
    }
    for day in [
        "2027-03-31T12:00",
        "2027-03-31 00:00",
        "2027-03-31T23:59:59Z",
    ] {
        let told = refused(&WAIVER.replace("2027-03-31", day));
        assert!(told.contains("`until` is a whole day"), "{day}: {told}");
    }
    let told = refused(&WAIVER.replace("until:", "from: 2026-13-01\nuntil:"));
    assert!(told.contains("from"), "{told}");
}

#[test]
fn every_lapsed_ending_and_unneeded_waiver_is_told() {
    let one = |id: &str, subject: &str, until: &str| {
        let text = WAIVER
            .replace("W-1", id)
            .replace("PC-01", subject)
            .replace("2027-03-31", until);
        format!("- {}", text.trim_end().replace('\n', "\n  "))
    };
    let list = [
        one("LAPSED-1", "PC-01", "2026-11-21"),
        one("LAPSED-2", "PC-02", "2026-10-31"),
        one("SOON", "PC-01", "2026-12-22"),
        one("UNUSED", "PC-02", "2027-03-31"),
    ];
    let healthy = "{ id: PC-02, os: Windows 11 25H2 }]";
    let machines = MACHINE.replace("}]", &format!("}}, {healthy}"));
    let (outcome, notes) = outcome_of(&report(&machines, &list.join("\n"), TODAY));
    assert_eq!(outcome, "waived");
    for told in [
        "waiver LAPSED-1 covers nothing: it ended on 2026-11-21",
        "waiver LAPSED-2 covers nothing: it ended on 2026-10-31",
        "waiver SOON ends soon, on 2026-12-22",
        "waiver UNUSED is not needed: nothing it names fails",
    ] {
        assert!(notes.contains(told), "{told}: {notes}");
    }
}

#[test]
fn a_slip_in_a_subject_is_no_good_news() {
    let (outcome, notes) = judged(&WAIVER.replace("[PC-01]", "[PC-O1]"), TODAY);
    assert_eq!(outcome, "fail");
    let told = "waiver W-1: no subject is called `PC-O1`";
    assert!(notes.contains(told), "{notes}");
    assert!(!notes.contains("not needed"), "{notes}");
    let (outcome, notes) = judged(&WAIVER.replace("[PC-01]", "[PC-01, PC-O1]"), TODAY);
    assert_eq!(outcome, "waived");
    assert!(notes.contains(told), "{notes}");
}

#[test]
fn a_record_that_cannot_be_read_may_be_the_subject() {
    let desk = Desk::new();
    desk.write(
        "host.yaml",
        WAIVER.replace("[PC-01]", "[PC-01, PC-02, PC-03]"),
    );
    desk.write(
        "pcs.csv",
        "id,os\nPC-01,Windows 7 SP1\nPC-02,Windows 7,too many\n",
    );
    let report = desk.report("pcs.csv", TODAY, &["--waivers", "host.yaml"]);
    let notes = report.json["notes"].to_string();
    assert!(
        notes.contains(
            "no subject is called `PC-02`, `PC-03`; a record that could not be read may be"
        ),
        "{notes}"
    );
}

#[test]
fn a_loaded_rule_that_the_profile_does_not_ask_is_told() {
    let (outcome, notes) = judged(&WAIVER.replace("[OSS-001]", "[OSS-001, WAN-002]"), TODAY);
    assert_eq!(outcome, "waived");
    let told = "waiver W-1 names what this profile does not ask: WAN-002";
    assert!(notes.contains(told), "{notes}");
}

#[test]
fn a_waiver_that_is_too_broad_covers_nothing_and_says_so() {
    for subjects in ["[\"*\"]", "[PC-01, \"PC-*\"]"] {
        let (outcome, notes) = judged(&WAIVER.replace("[PC-01]", subjects), TODAY);
        assert_eq!(outcome, "fail", "{subjects}");
        assert!(
            notes.contains("W-1 covers nothing: it is too broad: it names `"),
            "{notes}"
        );
    }
    let expecting = |subjects: &str, most: &str| {
        let words = format!("{{ ids: {subjects}, expect_at_most: {most} }}");
        judged(&WAIVER.replace("[PC-01]", &words), TODAY)
    };
    assert_eq!(expecting("[PC-01]", "1").0, "waived");
    assert_eq!(expecting("[PC-01, PC-01]", "1").0, "waived");
    let (outcome, notes) = expecting("[PC-01, PC-02]", "1");
    assert_eq!(outcome, "fail");
    assert!(
        notes.contains("it names 2 subjects and expects at most 1"),
        "{notes}"
    );
    assert_eq!(expecting("[PC-01]", "0").0, "fail");
    assert_eq!(expecting("[PC-01]", "-1").0, "fail");
}

#[test]
fn an_id_that_several_machines_bear_is_more_than_was_expected() {
    let waiver = WAIVER.replace("[PC-01]", "{ ids: [PC-01], expect_at_most: 1 }");
    let more = ["more.csv", "--format", "json"];
    let report = run(MACHINE, &waiver, TODAY, &more).report();
    let notes = report.json["notes"].to_string();
    let told = "waiver W-1 is too broad: it covers 2 subjects and expects at most 1";
    assert!(notes.contains(told), "{notes}");
}

#[test]
fn who_gains_by_a_waiver_does_not_grant_it() {
    let (outcome, notes) = judged(&WAIVER.replace("Ottilie Brandreth", "wards"), TODAY);
    assert_eq!(outcome, "fail");
    assert!(
        notes.contains("wards approved it, who answers for PC-01"),
        "{notes}"
    );

    let submission = "submission: { id: S-1, framework: hssf, lots: [1], submitted_at: 2026-11-20,
  signatory: { name: Imogen Castellan, role: Chief Executive, signed_on: 2026-11-20 } }
";
    let signed = |approver: &str| {
        let waiver = WAIVER.replace("Ottilie Brandreth", approver);
        outcome_of(&report(&format!("{submission}{MACHINE}"), &waiver, TODAY))
    };
    assert_eq!(signed("Ottilie Brandreth").0, "waived");
    let (outcome, notes) = signed("imogen castellan");
    assert_eq!(outcome, "fail");
    assert!(
        notes.contains("who signed the submission that gains by it"),
        "{notes}"
    );
}

#[test]
fn the_host_may_leave_out_what_the_submission_brings_and_bring_its_own() {
    let json = ["--format", "json", "--all"];
    let with = |more: &[&str]| run(MACHINE, WAIVER, TODAY, &[&json, more].concat()).report();
    let (outcome, notes) = outcome_of(&with(&["--ignore-waivers-from", "submission"]));
    assert_eq!(outcome, "fail");
    assert!(
        notes.contains("left out, as asked, the waivers of the submission: W-1"),
        "{notes}"
    );
    let report = with(&[
        "--ignore-waivers-from",
        "submission",
        "--waivers",
        "host.yaml",
    ]);
    assert_eq!(outcome_of(&report).0, "waived");
    report.claims("OSS-001", "PC-01", "waived", &["HOST-1"]);
    let ran = run(MACHINE, WAIVER, TODAY, &["--waivers", "absent.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

#[test]
fn a_rule_that_was_not_loaded_is_told_and_a_slip_is_refused() {
    let two = WAIVER.replace("[OSS-001]", "[OSS-001, ELM-LOCAL-7]");
    let (outcome, notes) = judged(&two, TODAY);
    assert_eq!(outcome, "waived");
    let told = "waiver W-1 names what no loaded rule is called: ELM-LOCAL-7";
    assert!(notes.contains(told), "{notes}");
    assert!(!notes.contains("not needed"), "{notes}");
    let (outcome, notes) = judged(&WAIVER.replace("OSS-001", "ELM-LOCAL-7"), TODAY);
    assert_eq!(outcome, "fail");
    assert!(notes.contains("no rule that it names is asked"), "{notes}");
    let told = refused(&WAIVER.replace("OSS-001", "OSS-0O1"));
    assert!(told.contains("did you mean `OSS-001`?"), "{told}");
}

#[test]
fn a_waiver_for_a_shipped_rule_serves_beside_rules_of_ones_own() {
    let desk = Desk::new();
    desk.copy_rules();
    let all = std::fs::read_to_string(desk.path("rules/os-support.yaml")).expect("it ships");
    desk.write("own/os.yaml", all.replace("OSS-00", "OSS-90"));
    desk.write(
        "own/profile.yaml",
        "profile: own\ntitle: Own\nrules: [OSS-901]\n",
    );
    desk.write("pack/submission.yaml", MACHINE);
    desk.write("host.yaml", WAIVER);
    let more = ["--rules", "own", "--waivers", "host.yaml"];
    let report = desk.report("pack", TODAY, &more);
    let notes = report.json["notes"].to_string();
    let told = "waiver W-1 names what no loaded rule is called: OSS-001";
    assert!(notes.contains(told), "{notes}");
}
