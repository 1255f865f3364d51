//! The published shape, read and refused.

use super::*;
use crate::catalogue::Lifecycle;

const BEFORE: &str = "# data-date: 2026-08-22\n\
    product\tcycle\tlabel\tcodename\treleased\tactive_end\tsecurity_end\textended_end\textended_kind\tflags\tsource\n\
    larkos\t4\tLark OS 4 (Ada)\tada\t2020-01-01\t\t2026-01-01\t2028-01-01\tpaid\tlts\teol\n";

const SAMPLE: &str = r#"{
        "schema_version": "1.2.0", "generated_at": "2026-11-20T00:12:13+00:00", "last_modified": "2026-11-20T00:00:00+00:00",
        "total": 2, "result": [
        {"name": "wren-db", "label": "Wren DB", "category": "database", "tags": ["x"], "aliases": ["wren"],
         "identifiers": [{"id": "cpe:/a:wren:db", "type": "cpe"}, {"id": "cpe:2.3:a:wren:db:1", "type": "cpe"},
                         {"id": "pkg:deb/debian/wren@1", "type": "purl"}, {"id": "wren", "type": "repology"}],
         "labels": {"eoas": null, "discontinued": null, "eol": "Security", "eoes": null}, "links": {},
         "releases": [
            {"name": "2", "codename": null, "label": "2", "releaseDate": "2026-01-02", "isLts": false, "ltsFrom": null,
             "isEol": false, "eolFrom": null, "isMaintained": true, "latest": {"name": "2.1", "date": null, "link": null}, "custom": null},
            {"name": "1", "codename": null, "label": "1", "releaseDate": null, "isLts": false, "ltsFrom": null,
             "isEol": true, "eolFrom": null, "isMaintained": false, "latest": null, "custom": {}}]},
        {"name": "larkos", "label": "Lark", "category": "os", "tags": [], "aliases": [], "identifiers": [],
         "labels": {}, "links": {}, "releases": [
            {"name": "5", "codename": "Bea", "label": "5 (Bea)", "releaseDate": "2025-01-01", "isLts": false, "ltsFrom": "2025-06-01",
             "isEoas": false, "eoasFrom": "2027-01-01", "isEol": false, "eolFrom": "2029-01-01",
             "isEoes": false, "eoesFrom": "2031-01-01", "isMaintained": true, "latest": null, "custom": null},
            {"name": "4", "codename": "Ada", "label": "4 (Ada)", "releaseDate": "2020-01-01", "isLts": true, "ltsFrom": null,
             "isEoas": null, "eoasFrom": null, "isEol": true, "eolFrom": "2026-01-01",
             "isEoes": false, "eoesFrom": "2028-06-01", "isMaintained": true, "latest": null, "custom": null}]}
        ]}"#;

const SUPPLEMENT: &str = include_str!("../../facts/lifecycle-supplement.tsv");

fn read_with(from: &str, to: &str) -> Result<Fresh, String> {
    assert!(SAMPLE.contains(from), "{from}");
    let text = SAMPLE.replacen(from, to, 1);
    read(text.as_bytes(), BEFORE).map_err(|error| error.to_string())
}

fn rows(text: &str) -> Vec<&str> {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.skip(1).collect()
}

#[test]
fn every_kind_of_end_keeps_its_meaning() {
    let fresh = read(SAMPLE.as_bytes(), BEFORE).unwrap();
    assert_eq!(fresh.data_date.to_string(), "2026-11-20");
    assert_eq!(
        rows(&fresh.tables[TABLE]),
        [
            "larkos\t5\tLark OS 5 (Bea)\tbea\t2025-01-01\t2027-01-01\t2029-01-01\t2031-01-01\tunclassified\tlts\teol",
            "larkos\t4\tLark OS 4 (Ada)\tada\t2020-01-01\t\t2026-01-01\t2028-06-01\tpaid\tlts\teol",
            "wren-db\t2\tWren DB 2\t\t2026-01-02\t\topen\t\t\t\teol",
            "wren-db\t1\tWren DB 1\t\t\t\tended\t\t\t\teol",
        ]
    );
    assert_eq!(
        rows(&fresh.tables[PRODUCTS]),
        [
            "larkos\tLark\tos\t\t\teol",
            "wren-db\tWren DB\tdatabase\twren\tcpe:2.3:a:wren:db|pkg:deb/debian/wren\teol"
        ]
    );
    let table: &'static str = fresh.tables[TABLE].clone().leak();
    assert!(Lifecycle::parse(table, SUPPLEMENT).is_ok());
}

#[test]
fn a_release_called_over_gets_no_date_to_come() {
    let fresh = read_with(
        "\"isEol\": true, \"eolFrom\": \"2026-01-01\"",
        "\"isEol\": true, \"eolFrom\": \"2036-01-01\"",
    )
    .unwrap();
    assert!(fresh.tables[TABLE].contains("larkos\t4\tLark OS 4 (Ada)\tada\t2020-01-01\t\tended\t"));
}

#[test]
fn a_fault_refuses_the_whole_document_and_says_where() {
    for (from, to, told) in [
        (
            "\"total\": 2",
            "\"total\": 3",
            "total: 3 products stated, 2 listed",
        ),
        (
            "\"name\": \"larkos\"",
            "\"name\": \"wren-db\"",
            "`wren-db` a second time",
        ),
        (
            "\"name\": \"5\"",
            "\"name\": \"4\"",
            "result[1].releases[1] of `larkos`: `4` a second time",
        ),
        (
            "\"2029-01-01\"",
            "\"2029-13-01\"",
            "eolFrom: `2029-13-01` is not a date",
        ),
        (
            "\"2029-01-01\"",
            "\"soon\"",
            "eolFrom: `soon` is not a date",
        ),
        ("\"2029-01-01\"", "true", "invalid type: boolean"),
        ("2026-11-20T00:12", "20 Nov", "generated_at"),
        (
            "\"name\": \"larkos\"",
            "\"name\": \"lark\\tos\"",
            "result[1].name",
        ),
        (
            "\"label\": \"Lark\"",
            "\"label\": \"Lark\\n#\"",
            "result[1].label",
        ),
        (
            "\"codename\": \"Bea\"",
            "\"codename\": \"B\\u0007\"",
            "codename",
        ),
        (
            "\"isEol\": false, \"eolFrom\": null",
            "\"isEol\": null",
            "invalid type: null",
        ),
        ("]}\n        ]}", "]}", "EOF"),
    ] {
        let error = read_with(from, to).unwrap_err();
        assert!(error.contains(told), "{told}: {error}");
    }
    let none = r#"{"generated_at": "2026-11-20", "total": 0, "result": []}"#;
    assert!(read(none.as_bytes(), BEFORE).is_err());
}

#[test]
fn depth_is_bounded() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(deep.as_bytes(), BEFORE).is_err());
}

#[test]
fn what_had_ended_is_not_taken_back() {
    for (from, to) in [
        (
            "\"isEol\": true, \"eolFrom\": \"2026-01-01\"",
            "\"isEol\": false, \"eolFrom\": \"2036-01-01\"",
        ),
        (
            "\"isEol\": true, \"eolFrom\": \"2026-01-01\"",
            "\"isEol\": false, \"eolFrom\": null",
        ),
    ] {
        let fresh = read_with(from, to).unwrap();
        let kept = "larkos\t4\tLark OS 4 (Ada)\tada\t2020-01-01\t\t2026-01-01\t2028-06-01\t";
        assert!(
            fresh.tables[TABLE].contains(kept),
            "{}",
            fresh.tables[TABLE]
        );
        let [note] = fresh.notes.as_slice() else {
            panic!("{:?}", fresh.notes);
        };
        assert!(
            note.starts_with("larkos:4 security support stays 2026-01-01"),
            "{note}"
        );
    }
    // An end that is still to come may move.
    let fresh = read_with(
        "\"eoesFrom\": \"2028-06-01\"",
        "\"eoesFrom\": \"2029-06-01\"",
    )
    .unwrap();
    assert!(fresh.tables[TABLE].contains("\t2029-06-01\tpaid"));
    assert!(fresh.notes.is_empty());
}

#[test]
fn a_source_that_takes_back_many_ends_is_refused() {
    let header = BEFORE.lines().take(2).collect::<Vec<_>>().join("\n");
    let rows = (0..=MAX_REVIVED).map(|n| format!("\nwren-db\t{n}\tW {n}\t\t\t\tended\t\t\t\teol"));
    let before = header + &rows.collect::<String>();
    let releases: Vec<_> = (0..=MAX_REVIVED)
        .map(|n| format!(r#"{{"name": "{n}", "isEol": false}}"#))
        .collect();
    let document = |releases: &[String]| {
        format!(
            r#"{{"generated_at": "2026-11-20", "total": 1, "result": [{{"name": "wren-db", "label": "W", "releases": [{}]}}]}}"#,
            releases.join(",")
        )
    };
    let error = read(document(&releases).as_bytes(), &before).unwrap_err();
    assert!(
        error.to_string().contains("taken back, such as wren-db:0"),
        "{error}"
    );
    let fewer = document(&releases[1..]);
    assert_eq!(
        read(fewer.as_bytes(), &before).unwrap().notes.len(),
        MAX_REVIVED
    );
}
