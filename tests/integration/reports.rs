//! Reports as users ask for them: several from one run, whatever their format.

use super::program::{Desk, root};
use passmuster::report::FORMATS;
use passmuster::schema;
use serde_json::{Value, json};
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

#[test]
fn every_format_ends_with_the_same_status_and_the_same_bytes_twice() {
    let desk = desk();
    let mut first: Vec<String> = Vec::new();
    for round in ["a", "b"] {
        for (index, format) in FORMATS.iter().enumerate() {
            let ran = desk.run(&["check", "supplier", DAY, "-f", format.name]);
            assert_eq!((ran.code, &*ran.stderr), (1, ""), "{}", format.name);
            if round == "a" {
                first.push(ran.stdout);
            } else {
                assert_eq!(first[index], ran.stdout, "{}", format.name);
            }
        }
    }
    // What hears of every outcome lets the terminal's table show more assets.
    let together = || {
        FORMATS
            .iter()
            .zip(&first)
            .filter(|(format, _)| !format.hears_all)
    };
    let mut arguments = vec!["check", "supplier", DAY];
    for (format, _) in together() {
        arguments.extend(["-f", format.name, "-o", format.name]);
    }
    let ran = desk.run(&arguments);
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (1, "", ""));
    for (format, alone) in together() {
        let written = fs::read_to_string(desk.path(format.name)).unwrap();
        assert_eq!(written, *alone, "{}", format.name);
    }
}

/// A schema that knows all keys there are: it refuses the others.
fn strict(mut schema: Value) -> Value {
    if let Value::Object(map) = &mut schema {
        for value in map.values_mut() {
            *value = strict(value.take());
        }
        if map.contains_key("properties") && map.get("type") == Some(&json!("object")) {
            map.insert("additionalProperties".to_owned(), json!(false));
        }
    } else if let Value::Array(list) = &mut schema {
        for value in list {
            *value = strict(value.take());
        }
    }
    schema
}

#[test]
fn the_schemas_of_reports_know_every_key_that_is_written() {
    let desk = desk();
    desk.copy("trust", &root().join("examples/trust-estate"));
    let of = |name: &str| {
        let schema = strict(schema::of(name).expect("there is such a schema"));
        jsonschema::validator_for(&schema).expect("it is a schema")
    };
    let (report, record) = (of("report"), of("record"));
    for pack in ["supplier", "trust"] {
        let line = format!("check {pack} {DAY} --all -f json -f ndjson -o lines");
        let ran = desk.run(&line.split(' ').collect::<Vec<_>>());
        let whole: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
        let wrong: Vec<_> = report
            .iter_errors(&whole)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{:?}", &wrong[..1]);
        for line in fs::read_to_string(desk.path("lines")).unwrap().lines() {
            let value: Value = serde_json::from_str(line).expect("each line is JSON");
            let wrong = record.iter_errors(&value).next();
            assert!(wrong.is_none(), "{line}");
        }
    }
}

#[test]
fn a_report_that_lacks_something_is_refused_by_its_schema() {
    let ran = desk().run(&["check", "supplier", DAY, "-f", "json"]);
    let whole: Value = serde_json::from_str(&ran.stdout).expect("it is JSON");
    let schema = schema::of("report").expect("there is such a schema");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    assert!(validator.is_valid(&whole));
    for pointer in [
        "/run/as_of",
        "/findings/0/outcome",
        "/rules/0/counts/fail",
        "/summary/decision",
    ] {
        let (parent, key) = pointer.rsplit_once('/').expect("it has two parts");
        let mut lacking = whole.clone();
        let parent = lacking.pointer_mut(parent).and_then(Value::as_object_mut);
        assert!(
            parent.expect("it is an object").remove(key).is_some(),
            "{pointer}"
        );
        assert!(!validator.is_valid(&lacking), "{pointer}");
    }
}
