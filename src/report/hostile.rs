//! Every format with hostile values in every field: what is read back holds them as values, or as
//! text written out, and nothing in them acts on whoever reads.

use super::escape::is_hostile;
use super::sample::Sample;
use super::{FORMATS, Options};
use crate::model::{Outcome, Place, Severity, SubjectKind, WaiverUse};
use quick_xml::events::Event;
use serde_json::Value;
use std::sync::Arc;

const EVILS: &[&str] = &[
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "=cmd|'/C calc'!A0",
    "+1",
    "-1",
    "@SUM(1+1)",
    "\t=1",
    "\r=1",
    "\u{1b}[2J\u{1b}]8;;http://a.example\u{7}x\u{9b}31m",
    "]]>",
    "--> <!-- -->",
    "a\nb\r\nc\u{2028}d",
    "::error::x\n::add-mask::x",
    "##[add-mask]x",
    "\u{202e}\u{2066}\u{200b}\u{feff}",
    "[a](javascript:alert(1)) ![b](http://b.example) <http://c.example>",
    "| a | b |\n| --- | --- |\n# c\n```\n`d`",
    "\"} 1\n# EOF",
    "\\\" \\n %0A {0} ${{ x }} $(x)",
    "\0\u{7f}\u{fffe}",
    "",
    " ",
];

const CALLS: [char; 4] = ['=', '+', '-', '@'];

fn sample(evil: &str) -> Sample {
    let mut sample = Sample::empty();
    let text = || evil.to_owned();
    let run = &mut sample.run;
    run.declared = text();
    run.organisation = text();
    run.organisation_id = text();
    run.applies_for = Some(text());
    run.profile.1 = text();
    run.notes = vec![text(), text()];
    for rule in &mut run.rules {
        let mut info = (**rule).clone();
        info.title = text();
        info.why = text();
        info.fix = text();
        info.controls = vec![text(); if evil.len() < 1_000 { 30 } else { 1 }];
        info.sources = vec![text()];
        *rule = Arc::new(info);
    }
    for outcome in Outcome::ALL {
        for (rule, kind) in [(0, SubjectKind::Asset), (2, SubjectKind::Service)] {
            let mut finding = sample.finding(rule, evil, 7);
            finding.subject_kind = kind;
            finding.subject_name = (rule == 2).then(text);
            finding.outcome = outcome;
            finding.severity = Severity::Critical;
            finding.reason = text();
            finding.fact = Some(text());
            finding.field = Some(text());
            finding.place = Place::new(&text().into(), 7, 1);
            finding.waiver = Some(WaiverUse {
                id: text(),
                until: None,
                approver: text(),
                void: (outcome == Outcome::Fail).then(text),
            });
            sample.findings.push(finding);
        }
    }
    sample.assets = 6;
    sample.subjects = 12;
    sample
}

fn reports(evil: &str) -> Vec<(&'static str, String)> {
    let sample = sample(evil);
    let options = Options {
        all: true,
        ..Options::default()
    };
    let report = |name| (name, sample.report(name, &options));
    FORMATS.iter().map(|format| report(format.name)).collect()
}

#[test]
fn nothing_in_any_format_acts_on_a_terminal_or_reorders_text() {
    for evil in EVILS {
        for (format, report) in reports(evil) {
            let found = report.chars().find(|c| *c != '\n' && is_hostile(*c));
            assert_eq!(found, None, "{format} with {evil:?}");
        }
    }
}

#[test]
fn a_value_adds_no_line_where_lines_mean_something() {
    for (index, (format, tame)) in reports("tame").into_iter().enumerate() {
        if matches!(format, "terminal" | "junit") {
            continue;
        }
        for evil in EVILS.iter().filter(|evil| !evil.trim().is_empty()) {
            let report = &reports(evil)[index].1;
            assert_eq!(
                report.lines().count(),
                tame.lines().count(),
                "{format} with {evil:?}"
            );
        }
    }
}

#[test]
fn each_format_is_read_back_as_what_it_is() {
    for evil in EVILS {
        for (format, report) in reports(evil) {
            match format {
                "terminal" => {}
                "json" | "sarif" | "gitlab" | "oscal" | "cyclonedx" => {
                    serde_json::from_str::<Value>(&report)
                        .unwrap_or_else(|error| panic!("{format} with {evil:?}: {error}"));
                }
                "ndjson" => report.lines().for_each(|line| {
                    serde_json::from_str::<Value>(line).expect("each line is JSON");
                }),
                "junit" => read_xml(&report),
                "github" => report.lines().for_each(|line| {
                    let levels = ["::error file=", "::warning file=", "::notice "];
                    assert!(levels.iter().any(|level| line.starts_with(level)), "{line}");
                }),
                "markdown" => read_markdown(&report),
                "csv" | "csv-assets" | "csv-organisation" => read_csv(&report),
                "openmetrics" => read_metrics(&report),
                other => panic!("say here how {other} is read back"),
            }
        }
    }
}

fn read_xml(report: &str) {
    let mut reader = quick_xml::Reader::from_str(report);
    loop {
        match reader.read_event().expect("it is XML") {
            Event::Start(element) | Event::Empty(element) => {
                let known = [
                    "testsuites",
                    "testsuite",
                    "properties",
                    "property",
                    "testcase",
                    "failure",
                    "error",
                    "skipped",
                    "system-out",
                ];
                let name = element.name();
                assert!(known.contains(&name.as_ref()), "{name:?}");
                for attribute in element.attributes() {
                    attribute.expect("it is an attribute");
                }
            }
            Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {
                panic!("nobody wrote that")
            }
            Event::Eof => return,
            _ => {}
        }
    }
}

/// Markup stands only where we put it.
fn read_markdown(report: &str) {
    for line in report.lines() {
        for tag in ["<script", "<img", "](", "![", "```", "http://", "www."] {
            let at = line.find(tag);
            let escaped = at.is_some_and(|at| {
                line[..at].ends_with('\\') || tag == "](" && line[..=at].ends_with("\\]")
            });
            assert!(at.is_none() || escaped, "{tag} in {line}");
        }
        let is_ours = line.is_empty()
            || ["# ", "## ", "| ", "- ", "**"]
                .iter()
                .any(|start| line.starts_with(start))
            || line.ends_with("the worst first.")
            || line.ends_with("are in the JSON report.");
        assert!(is_ours, "{line}");
    }
}

fn read_csv(report: &str) {
    let mut rows = ::csv::Reader::from_reader(report.as_bytes());
    let mut count = 0;
    for row in rows.records() {
        let row = row.expect("each row has as many cells as the head");
        for cell in &row {
            assert!(!cell.trim_start().starts_with(CALLS), "{cell}");
            assert!(!cell.contains(['\t', '\r', '\n']), "{cell}");
        }
        count += 1;
    }
    assert!(count > 0, "there are rows");
}

fn read_metrics(report: &str) {
    let is_ours = |line: &str| line.starts_with("# ") || line.starts_with("passmuster_");
    assert!(report.lines().all(is_ours), "{report}");
    assert_eq!(report.matches("# EOF\n").count(), 1);
    for line in report.lines().filter(|line| !line.starts_with('#')) {
        let value = line.rsplit(' ').next().unwrap_or_default();
        assert!(value.parse::<i64>().is_ok(), "{line}");
    }
}

#[test]
fn a_megabyte_in_every_field_is_cut_in_all_but_the_whole_reports() {
    let long = "é<@".repeat(350_000);
    for (format, report) in reports(&long) {
        let whole = matches!(format, "json" | "ndjson");
        let limit = if format.starts_with("csv") { 8 } else { 2 } * 1024 * 1024;
        assert!(whole || report.len() < limit, "{format}: {}", report.len());
    }
}

#[test]
fn the_same_run_gives_the_same_bytes_in_every_format() {
    for format in FORMATS {
        let sample = Sample::supplier(200);
        let report = || sample.report(format.name, &Options::default());
        assert_eq!(report(), report(), "{}", format.name);
    }
}
