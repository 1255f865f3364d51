//! The cases as JUnit XML, for build servers: a suite for each pack, a test case for each case. A
//! case to do is skipped. No times and no host, so that the same policy gives the same bytes.

use super::tally::Tested;
use crate::engine::{CaseEnd, CaseRun};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

pub(super) fn write(tested: &Tested, out: &mut dyn Write) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<_> = tested.cases.iter().collect();
    xml.create_element("testsuites")
        .with_attribute(("name", "passmuster test"))
        .with_attributes(counts(&all).iter().map(pair))
        .write_inner_content(|xml| {
            suites(&all)
                .into_iter()
                .try_for_each(|(pack, cases)| suite(pack, &cases, xml))
        })?;
    writeln!(out)
}

/// The cases by pack, packs in the order of the policy.
fn suites<'a>(cases: &[&'a CaseRun]) -> Vec<(&'a str, Vec<&'a CaseRun>)> {
    let mut suites: Vec<(&str, Vec<&CaseRun>)> = Vec::new();
    let mut by_pack = BTreeMap::new();
    for run in cases {
        let pack = run.rule.pack.as_str();
        let at = *by_pack.entry(pack).or_insert_with(|| {
            suites.push((pack, Vec::new()));
            suites.len() - 1
        });
        suites[at].1.push(run);
    }
    suites
}

fn suite<W: Write>(pack: &str, cases: &[&CaseRun], xml: &mut Writer<W>) -> io::Result<()> {
    xml.create_element("testsuite")
        .with_attribute(("name", &*plain(pack)))
        .with_attributes(counts(cases).iter().map(pair))
        .write_inner_content(|xml| cases.iter().try_for_each(|run| case(run, xml)))?;
    Ok(())
}

fn counts(cases: &[&CaseRun]) -> [(&'static str, String); 4] {
    let count = |end: CaseEnd| cases.iter().filter(|run| run.end == end).count();
    [
        ("tests", cases.len().to_string()),
        ("failures", count(CaseEnd::Failed).to_string()),
        ("errors", "0".to_owned()),
        ("skipped", count(CaseEnd::Todo).to_string()),
    ]
}

fn pair<'p>((name, value): &'p (&'static str, String)) -> (&'p str, &'p str) {
    (name, value)
}

fn case<W: Write>(run: &CaseRun, xml: &mut Writer<W>) -> io::Result<()> {
    let line = run.place.line.to_string();
    let element = xml
        .create_element("testcase")
        .with_attribute(("name", &*plain(&run.case)))
        .with_attribute(("classname", &*plain(&run.rule.id)))
        .with_attribute(("file", &*plain(&run.place.file)))
        .with_attribute(("line", &*line));
    let todo = plain(run.todo.as_deref().unwrap_or_default());
    match run.end {
        CaseEnd::Passed => element.write_empty()?,
        CaseEnd::Done => element.write_inner_content(|xml| {
            let told = format!("passes now: remove `todo: {todo}`");
            xml.create_element("system-out")
                .write_text_content(BytesText::new(&told))?;
            Ok(())
        })?,
        CaseEnd::Failed => element.write_inner_content(|xml| {
            let message = format!("expected {}, found {}", run.expected, run.found);
            let told = format!("{}\n{}", run.place, run.why);
            xml.create_element("failure")
                .with_attribute(("type", "outcome"))
                .with_attribute(("message", &*message))
                .write_text_content(BytesText::new(&plain(&told)))?;
            Ok(())
        })?,
        CaseEnd::Todo => element.write_inner_content(|xml| {
            xml.create_element("skipped")
                .with_attribute(("message", &*todo))
                .write_empty()?;
            Ok(())
        })?,
    };
    Ok(())
}

/// XML has no way to write most control characters, nor two that are no characters.
fn plain(text: &str) -> Cow<'_, str> {
    let is_writable = |c: char| {
        !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n')
    };
    if text.chars().all(is_writable) {
        return Cow::Borrowed(text);
    }
    let shown = text
        .chars()
        .map(|c| if is_writable(c) { c } else { '\u{fffd}' });
    Cow::Owned(shown.collect())
}
