//! What answers say, and that the labelled systems get the status they are labelled with.

use super::*;
use serde_json::Value;
use std::path::Path;

const AS_OF: Date = jiff::civil::date(2026, 11, 22);

fn desk() -> Desk {
    Desk {
        catalogue: Catalogue::embedded(),
        as_of: AS_OF,
    }
}

fn lines(input: &[u8]) -> Vec<Value> {
    let mut output = Vec::new();
    lines::answer(&desk(), input, &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_line_has_its_answer_in_the_same_order() {
    let long = "x".repeat(70_000);
    let input = format!(
        "\u{feff}Windows 7 SP1\r\n\n{long}\n{{\"name\": \"Windows 10\", \"build\": 14393, \"os\": 1}}\n\
         {{\"build\": []}}\n{{broken\n{{}}\nKB4019264\nMS17-010\nno such thing\n\"Debian 12\"\nDebian 12"
    );
    let found = lines(input.as_bytes());
    let said: Vec<_> = found
        .iter()
        .map(|answer| format!("{} {}", answer["kind"], answer["decision"]))
        .collect();
    assert_eq!(
        said,
        [
            r#""operating_system" "exact""#,
            r#""operating_system" "unknown""#,
            r#""operating_system" "unknown""#,
            r#""operating_system" "ambiguous""#,
            r#""operating_system" "unknown""#,
            r#""operating_system" "unknown""#,
            r#""operating_system" "unknown""#,
            r#""package" "exact""#,
            r#""advisory" "exact""#,
            r#""operating_system" "unknown""#,
            r#""operating_system" "exact""#,
            r#""operating_system" "exact""#,
        ]
    );
    let errors: Vec<_> = (0..12)
        .filter(|at| !found[*at]["error"].is_null())
        .collect();
    assert_eq!(errors, [1, 2, 4, 5, 6]);
    assert_eq!(found[0]["query"], "Windows 7 SP1");
    assert_eq!(found[0]["candidates"], serde_json::json!(["windows:7-sp1"]));
    assert_eq!(found[0]["status_worst"], "unsupported");
    assert_eq!(found[3]["query"]["build"], 14393);
    assert_eq!(found[3]["ignored"], serde_json::json!(["os"]));
    assert_eq!(found[10]["query"], "Debian 12");
    assert_eq!(found[10]["candidates"], found[11]["candidates"]);
}

#[test]
fn lines_of_exactly_the_limit_are_read_and_the_next_is_not_lost() {
    for length in [65_535, 65_536, 65_537, 65_538, 65_539, 200_000] {
        for end in ["\n", "\r\n"] {
            let input = format!("{}{end}Debian 12{end}", "x".repeat(length));
            let found = lines(input.as_bytes());
            assert_eq!(found.len(), 2, "{length}");
            assert_eq!(found[0]["error"].is_null(), length <= 65_536, "{length}");
            assert_eq!(found[1]["cycle"], "12", "{length}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_answered_too() {
    let found = lines(b"\xff\xfe\x00\nWindows 7 SP1 \xe9\n\x1b[31m\n");
    assert_eq!(found.len(), 3);
}

#[test]
fn a_product_is_only_taken_by_name_when_no_system_is_meant() {
    let (answer, _) = desk().explain("debian", 100);
    assert_eq!(answer.kind, "operating_system");
    let (answer, page) = desk().explain("windows-server:2012-r2", 100);
    assert_eq!((answer.kind, answer.decision), ("product", "exact"));
    assert!(page.contains("extended"), "{page}");
    let (answer, _) = desk().explain("windows-server:2012-r3", 100);
    assert_eq!(answer.decision, "unknown");
    assert!(answer.why.contains("did you mean"), "{}", answer.why);
}

#[test]
fn pages_fit_their_columns_and_send_no_control_codes() {
    for question in [
        "Windows 10",
        "Win 2008 R2 SP1 7601",
        "MS17-010",
        "KB4019264",
        "KB5062554",
        "CVE-2021-44228",
        "windows-server:",
        "CVE-2099-12345",
        "Haiku R1 \u{1b}[31m\u{202e}",
    ] {
        for width in [40, 60, 120] {
            let (_, page) = desk().explain(question, width);
            assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'));
            for line in page.lines() {
                assert!(
                    textwrap::core::display_width(line) <= width,
                    "{question} at {width}: {line}"
                );
            }
        }
    }
}

#[test]
fn labelled_systems_get_the_status_they_are_labelled_with() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/lifecycle/os-strings.csv");
    let Ok(mut reader) = csv::Reader::from_path(path) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (raw, worst, best) = (column("raw"), column("status_worst"), column("status_best"));
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in reader.records().map(Result::unwrap) {
        let query = Query::of(&row[raw], desk().catalogue);
        assert!(matches!(query, Query::System(_)), "{}", &row[raw]);
        let answer = desk().answer(&query);
        let answer = serde_json::to_value(answer).unwrap();
        if (&answer["status_worst"], &answer["status_best"])
            != (&Value::from(&row[worst]), &Value::from(&row[best]))
        {
            wrong.push(format!(
                "{}: {} to {}, labelled {} to {}",
                &row[raw], answer["status_worst"], answer["status_best"], &row[worst], &row[best]
            ));
        }
        count += 1;
    }
    assert!(count > 400);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn software_is_asked_by_name_or_package_url_and_never_taken_for_a_system() {
    let found = lines(
        b"{\"software\": \"PostgreSQL\", \"version\": \"12.4\"}\n\
          {\"purl\": \"pkg:generic/nginx@1.18.0\", \"seen\": 1}\n\
          {\"software\": \"an unheard-of thing\"}\n\
          PostgreSQL 12.4\n",
    );
    assert_eq!(found[0]["candidates"], serde_json::json!(["postgresql:12"]));
    assert_eq!(found[0]["kind"], "software");
    assert_eq!(found[0]["status_best"], "unsupported");
    assert_eq!(found[1]["ignored"], serde_json::json!(["seen"]));
    assert_eq!(found[2]["decision"], "unknown");
    // A line without keys asks about an operating system.
    assert_eq!(found[3]["decision"], "unknown");
    let (answer, page) = desk().explain("PostgreSQL 12.4", 80);
    assert_eq!(answer.kind, "software");
    assert!(page.contains("unsupported"), "{page}");
}
