//! Reports as users ask for them: several from one run, whatever their format.

use super::program::{Desk, root};
use std::fs;

const DAY: &str = "--as-of=2026-11-22";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.copy("supplier", &root().join("examples/supplier-epr"));
    desk
}

#[test]
fn one_run_writes_several_files_and_prints_one() {
    let desk = desk();
    let alone = desk.run(&["check", "supplier", DAY, "-f", "json"]);
    let shown = desk.run(&["check", "supplier", DAY]);
    let line = "check supplier --as-of=2026-11-22 -f json -o a.json -f terminal -f json -o b.json";
    let several = desk.run(&line.split(' ').collect::<Vec<_>>());
    assert_eq!((several.code, &*several.stderr), (1, ""));
    assert_eq!(several.stdout, shown.stdout);
    for name in ["a.json", "b.json"] {
        assert_eq!(fs::read_to_string(desk.path(name)).unwrap(), alone.stdout);
    }
}

#[test]
fn where_one_file_cannot_be_written_none_is() {
    let desk = desk();
    let line = "check supplier --as-of=2026-11-22 -f json -o a.json -f json -o no/such/b.json";
    let ran = desk.run(&line.split(' ').collect::<Vec<_>>());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("there is no folder"), "{}", ran.stderr);
    assert!(!desk.path("a.json").exists());
    let names: Vec<_> = fs::read_dir(desk.path("")).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn two_reports_for_stdout_are_refused_before_anything_is_judged() {
    let ran = desk().run(&["check", "nothing-there", "-f", "json", "-f", "terminal"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("both go to stdout"), "{}", ran.stderr);
}
