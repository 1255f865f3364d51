//! The program as a command among others: help, streams, colours, widths, and its small commands.

use super::run::{Ran, folder, program, run, run_with};
use std::fmt::Write;
use std::fs;
use std::path::Path;

const DAY: &str = "--as-of=2026-11-22";
const COMMANDS: &[&[&str]] = &[
    &["--help"],
    &["catalogue", "--help"],
    &["catalogue", "lookup", "--help"],
    &["catalogue", "status", "--help"],
    &["catalogue", "verify", "--help"],
    &["certificate", "--help"],
    &["check", "--help"],
    &["completions", "--help"],
    &["explain", "--help"],
    &["forecast", "--help"],
    &["import", "--help"],
    &["init", "--help"],
    &["man", "--help"],
    &["probe", "--help"],
    &["reuse", "--help"],
    &["rules", "--help"],
    &["rules", "list", "--help"],
    &["rules", "show", "--help"],
    &["rules", "search", "--help"],
    &["rules", "controls", "--help"],
    &["schema", "--help"],
    &["test", "--help"],
];

fn done(folder: &Path, arguments: &[&str]) -> Ran {
    let ran = run(folder, arguments);
    assert_eq!((ran.status, &*ran.err), (0, ""), "{arguments:?}\n{ran:?}");
    ran
}

/// A declaration that is referred, with long words and all parts of a report.
fn estate() -> tempfile::TempDir {
    let rows = "name,os,exposures,owner\n\
                ward-1,Windows 7 SP1,445/internet,A\n\
                ward-2,Windows 11 24H2 Enterprise,none,B\n\
                ward-3\n";
    folder(&[
        ("estate.csv", rows.as_bytes()),
        (
            "bad.yaml",
            b"organisation: { name: A, turnovr_gbp: 3 }\nalerts: none of those that we know of\n",
        ),
    ])
}

#[test]
fn the_help_is_what_it_was() {
    let folder = folder(&[]);
    let mut help = String::new();
    for arguments in COMMANDS {
        let shown = done(folder.path(), arguments).out;
        let command = arguments.join(" ");
        writeln!(help, "$ passmuster {command}\n{shown}").expect("a text grows");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration/help.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &help).expect("the snapshot can be written");
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        before.replace("\r\n", "\n"),
        help,
        "the help changed; UPDATE_SNAPSHOTS=1 cargo test accepts it"
    );
}

#[test]
fn help_says_how_a_run_ends_and_the_version_is_data() {
    let folder = folder(&[]);
    let help = done(folder.path(), &["--help"]).out;
    for status in [
        "0 admitted",
        "1 referred or refused",
        "2 bad input",
        "3 could not run",
    ] {
        assert!(help.contains(status), "{help}");
    }
    let version = done(folder.path(), &["--version"]).out;
    assert_eq!(
        version,
        format!("passmuster {}\n", env!("CARGO_PKG_VERSION"))
    );
    let nothing = run(folder.path(), &[]);
    assert_eq!((nothing.status, &*nothing.out), (2, ""));
    let mistyped = run(folder.path(), &["chekc"]);
    assert_eq!((mistyped.status, &*mistyped.out), (2, ""));
    assert!(mistyped.err.contains("'check'"), "{}", mistyped.err);
}

#[test]
fn completions_and_manual_are_made_from_the_arguments() {
    let folder = folder(&[]);
    for (shell, mark) in [
        ("bash", "complete -F _passmuster"),
        ("fish", "complete -c passmuster"),
        ("powershell", "Register-ArgumentCompleter"),
        ("zsh", "#compdef passmuster"),
    ] {
        let script = done(folder.path(), &["completions", shell]).out;
        for word in [mark, "check", "as-of", "fail-on"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
    }
    let page = done(folder.path(), &["man"]).out;
    assert!(page.contains(".TH passmuster 1"), "{page}");
    done(folder.path(), &["man", "pages"]);
    let check = folder.path().join("pages/passmuster-check.1");
    let check = fs::read_to_string(check).expect("a page for each command");
    assert!(
        check.contains("fail\\-on") && check.contains(".SH"),
        "{check}"
    );
}

#[test]
fn a_new_pack_gets_a_decision_as_it_is() {
    let folder = folder(&[("used/notes.txt", b"mine")]);
    let name = "Müller & Söhne: \"Care\" #1";
    let init = run(folder.path(), &["init", "new/pack", "--name", name]);
    assert_eq!((init.status, &*init.out), (0, ""), "{init:?}");
    let next = init
        .err
        .lines()
        .find_map(|line| line.strip_prefix("next     "));
    let next: Vec<_> = next.expect("what to do next").split(' ').skip(1).collect();
    assert_eq!(next[0], "check");
    let checked = run(folder.path(), &next);
    assert!([0, 1].contains(&checked.status), "{checked:?}");
    assert_eq!(checked.err, "");
    assert!(checked.out.contains(name), "{}", checked.out);
    // What nobody has filled in vouches for nothing.
    let all = run(
        folder.path(),
        &[&next[..], &["--format", "json", "--all"]].concat(),
    );
    assert!(all.out.contains("\"outcome\":\"unknown\""), "{}", all.out);
    assert!(!all.out.contains("\"outcome\":\"pass\""), "{}", all.out);

    let again = run(folder.path(), &["init", "new/pack"]);
    assert_eq!((again.status, &*again.out), (2, ""));
    for used in ["used", "used/notes.txt"] {
        let refused = run(folder.path(), &["init", used]);
        assert_eq!((refused.status, &*refused.out), (2, ""));
        assert!(refused.err.contains(used), "{}", refused.err);
    }
    let kept = fs::read_to_string(folder.path().join("used/notes.txt"));
    assert_eq!(kept.expect("the file is still there"), "mine");

    let quiet = done(folder.path(), &["init", "other", "--quiet"]);
    assert_eq!(quiet.out, "");
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = folder(&[]);
    let list = done(folder.path(), &["rules", "list"]).out;
    for word in ["WAN-001", "OSS-001", "profiles", "hssf-lot-1"] {
        assert!(list.contains(word), "{list}");
    }
    let some = done(
        folder.path(),
        &["rules", "list", "--profile=wannacry-baseline"],
    )
    .out;
    assert!(some.contains("WAN-001") && !some.contains("DTC-001"));
    let rule = done(folder.path(), &["rules", "show", "wan-001"]).out;
    for word in [
        "WAN-001  ",
        "critical",
        "gate block",
        "why",
        "fix",
        "caf/4.0",
        "cases",
    ] {
        assert!(rule.contains(word), "{rule}");
    }
    for (id, hint) in [("WAN-01", "`WAN-001`"), ("nonsense", "rules list")] {
        let unknown = run(folder.path(), &["rules", "show", id]);
        assert_eq!((unknown.status, &*unknown.out), (2, ""));
        assert!(
            unknown.err.contains(id) && unknown.err.contains(hint),
            "{}",
            unknown.err
        );
    }
}

#[test]
fn the_cases_of_the_rules_hold() {
    let folder = folder(&[]);
    let all = done(folder.path(), &["test"]).out;
    let some = done(folder.path(), &["test", "wan"]).out;
    assert!(all.contains(" 0 failed") && some.contains(" 0 failed"));
    let count = |text: &str| {
        let sums = text.lines().find(|line| line.contains(" cases: "))?;
        sums.split(' ').next()?.parse::<u32>().ok()
    };
    assert!(
        count(&all) > count(&some) && count(&some) > Some(0),
        "{all}{some}"
    );
    let none = run(folder.path(), &["test", "ZZZ"]);
    assert_eq!((none.status, &*none.out), (2, ""));
    assert!(none.err.contains("no rule starts with `ZZZ`"));
}

#[test]
fn data_goes_to_stdout_and_talk_to_stderr() {
    let estate = estate();
    let check = ["check", DAY, "estate.csv"];
    let plain = run(estate.path(), &check);
    assert_eq!((plain.status, &*plain.err), (1, ""));
    for level in ["-v", "--verbose"] {
        let loud = run(estate.path(), &[&check, &[level][..]].concat());
        assert_eq!((loud.status, &loud.out), (1, &plain.out));
        assert!(loud.err.contains("estate.csv"), "{level}: {}", loud.err);
    }
    let quiet = run(estate.path(), &[&check, &["-q"][..]].concat());
    assert_eq!((quiet.status, quiet.out, &*quiet.err), (1, plain.out, ""));
    let json = run(
        estate.path(),
        &[&check, &["-v", "--format=json"][..]].concat(),
    );
    let read: serde_json::Value = serde_json::from_str(&json.out).expect("one JSON document");
    assert!(read.is_object());
    // Even a quiet run says why it did not do what it was asked.
    let wrong = run(estate.path(), &["check", "-q", "gone.csv"]);
    assert_eq!((wrong.status, &*wrong.out), (2, ""));
    assert!(wrong.err.contains("gone.csv"));
}

#[test]
fn a_report_in_a_file_is_the_report_and_stdout_stays_empty() {
    let estate = estate();
    let plain = run(estate.path(), &["check", DAY, "estate.csv"]);
    let filed = run(estate.path(), &["check", DAY, "estate.csv", "-o", "r.txt"]);
    assert_eq!((filed.status, &*filed.out, &*filed.err), (1, "", ""));
    let report = fs::read_to_string(estate.path().join("r.txt"));
    assert_eq!(report.expect("the report was written"), plain.out);
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let estate = estate();
    let report = ["check", DAY, "estate.csv"];
    let problem = ["check", "bad.yaml"];
    let error = ["check", "gone.csv"];
    for arguments in [&report[..], &problem, &error] {
        for variables in [&[][..], &[("NO_COLOR", "1")], &[("TERM", "dumb")]] {
            let ran = run_with(estate.path(), arguments, variables);
            let printed = ran.out + &ran.err;
            assert!(!printed.contains('\u{1b}'), "{variables:?} {printed}");
        }
        let asked = [arguments, &["--color=always"]].concat();
        let ran = run_with(estate.path(), &asked, &[("NO_COLOR", "1")]);
        let printed = ran.out + &ran.err;
        assert!(printed.contains("\u{1b}["), "{asked:?} {printed}");
        let never = [arguments, &["--color=never"]].concat();
        let ran = run_with(estate.path(), &never, &[("CLICOLOR_FORCE", "1")]);
        assert!(!(ran.out + &ran.err).contains('\u{1b}'), "{never:?}");
    }
    let filed = [&report[..], &["--color=always", "-o", "r.txt"]].concat();
    run(estate.path(), &filed);
    let report = fs::read_to_string(estate.path().join("r.txt")).expect("the report");
    assert!(!report.contains('\u{1b}'), "a file is no terminal");
}

#[test]
fn lines_fit_into_the_columns_there_are() {
    let estate = estate();
    let commands: &[&[&str]] = &[
        &["--help"],
        &["certificate", "--help"],
        &["rules", "--help"],
        &["rules", "list"],
        &["rules", "show", "WAN-001"],
        &["rules", "search", "smb"],
        &["rules", "controls", "dspt"],
        &["test"],
        &["check", DAY, "estate.csv"],
        &["check", "bad.yaml"],
        &["check", "--profile=zebra", "estate.csv"],
        &["check", "--rules=estate.csv", "estate.csv"],
    ];
    for columns in [60, 80, 120] {
        for arguments in commands {
            let variables = [("COLUMNS", &*columns.to_string())];
            let ran = run_with(estate.path(), arguments, &variables);
            for line in ran.out.lines().chain(ran.err.lines()) {
                // A word that is longer than the line cannot be helped.
                let fits = line.chars().count() <= columns || line.trim().find(' ').is_none();
                // The lines below the options are broken by hand.
                let by_hand = line.starts_with("Exit status:") || line.starts_with("2 bad input");
                assert!(fits || by_hand, "{columns} {arguments:?}: {line}");
            }
        }
    }
}

/// `| head -1`: who has seen enough closes the pipe, and that is no error of ours.
#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = folder(&[]);
    let mut rows = String::from("name,os\n");
    for number in 0..3_000 {
        writeln!(rows, "ward-{number},Windows 7 SP1").expect("a text grows");
    }
    super::run::write(folder.path(), "many.csv", rows.as_bytes());
    let commands: [(&[&str], i32); 4] = [
        (&["check", DAY, "many.csv", "--format=json", "--all"], 1),
        (&["rules", "list"], 0),
        (&["completions", "zsh"], 0),
        (&["man"], 0),
    ];
    for (arguments, status) in commands {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = program(folder.path(), arguments)
            .stdout(writer)
            .stderr(std::process::Stdio::piped())
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .expect("the program runs");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            (output.status.code(), &*err),
            (Some(status), ""),
            "{arguments:?}"
        );
    }
}
