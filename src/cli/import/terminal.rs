//! What became of an import, for people.

use super::explained::{Explained, File};
use crate::import::{Becomes, FieldSurvey, Format};
use crate::report::escape;
use std::io::{self, Write};
use textwrap::{Options, WordSplitter};

/// Characters of a name or a value that are shown.
const SHOWN: usize = 60;

pub(super) fn explain(explained: &Explained, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for file in &explained.files {
        explain_file(file, width, out)?;
        writeln!(out)?;
    }
    if !explained.remarks.is_empty() {
        writeln!(out, "THE SOURCES DO NOT AGREE")?;
        for remark in &explained.remarks {
            item(out, width, "  - ", &escape(remark, 400))?;
        }
        let more = explained.remarked - explained.remarks.len() as u64;
        if more > 0 {
            writeln!(out, "  - and {more} more")?;
        }
        writeln!(out)?;
    }
    for note in explained.notes() {
        let note = note.replace("; --explain tells which", "");
        item(out, width, "", &escape(&note, 1_000))?;
    }
    Ok(())
}

fn explain_file(file: &File, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let name = escape(&file.name, 200);
    item(out, width, "", &format!("{name}: {}", file.format))?;
    let mut counts = format!("{} rows", file.rows);
    if file.unnamed > 0 {
        counts = format!("{counts}, of which {} name no machine", file.unnamed);
    }
    if file.bad > 0 {
        counts = format!("{counts}; {} records cannot be read", file.bad);
    }
    item(out, width, "  ", &counts)?;
    for (place, why) in &file.first_bad {
        item(
            out,
            width,
            "    - ",
            &escape(&format!("{place} {why}"), 200),
        )?;
    }
    explain_columns(file, width, out)?;
    let unused: Vec<_> = file.unused().map(quoted).collect();
    if !unused.is_empty() {
        let line = format!("known and not used: {}", unused.join(", "));
        item(out, width, "  ", &line)?;
    }
    let ignored = file
        .ignored
        .iter()
        .map(|one| escape(&one.to_string(), SHOWN * 2));
    let ignored: Vec<_> = ignored.collect();
    if !ignored.is_empty() {
        item(
            out,
            width,
            "  ",
            &format!("not used: {}", ignored.join(", ")),
        )?;
    }
    Ok(())
}

/// What each column became, then the fields that no column gives.
fn explain_columns(file: &File, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut lines: Vec<[String; 3]> = Vec::new();
    for column in &file.columns {
        let Becomes::Fields(fields) = &column.becomes else {
            continue;
        };
        let mut title = quoted(&column.title);
        for field in fields {
            let said = file.survey(field).map_or("no values".to_owned(), told);
            lines.push([std::mem::take(&mut title), (*field).to_owned(), said]);
        }
    }
    for (field, survey) in file.without_column() {
        lines.push([String::new(), field.to_owned(), told(survey)]);
    }
    let widest = |at: usize| {
        let cells = lines.iter().filter_map(|line| line.get(at));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let (titles, fields) = (widest(0), widest(1));
    for [title, field, said] in &lines {
        let gap = if titles == 0 { "" } else { "  " };
        let line = format!("{title:<titles$}{gap}{field:<fields$}  {said}");
        item(out, width, "  ", &line)?;
    }
    Ok(())
}

/// How many values a field has, and which cannot be read.
fn told(survey: &FieldSurvey) -> String {
    let values = format!("{} values", survey.declared);
    if survey.unreadable == 0 {
        return values;
    }
    let first = survey.first.iter();
    let first: Vec<_> = first
        .map(|(place, text)| format!("\"{}\" (line {})", escape(text, SHOWN), place.line))
        .collect();
    format!(
        "{values}, {} cannot be read: {}",
        survey.unreadable,
        first.join(", ")
    )
}

fn quoted(title: &str) -> String {
    format!("`{}`", escape(title, SHOWN))
}

pub(super) fn formats(width: usize, out: &mut dyn Write) -> io::Result<()> {
    let longest = Format::all().map(|format| format.name().len()).max();
    for format in Format::all() {
        let name = format!("{:<1$}  ", format.name(), longest.unwrap_or_default());
        let blanks = " ".repeat(name.len());
        let options = Options::new(width)
            .initial_indent(&name)
            .subsequent_indent(&blanks)
            .word_splitter(WordSplitter::NoHyphenation);
        writeln!(out, "{}", textwrap::fill(format.about(), options))?;
    }
    Ok(())
}

/// A wrapped line, with its further lines below its text.
fn item(out: &mut dyn Write, width: usize, first: &str, text: &str) -> io::Result<()> {
    let blanks = " ".repeat(first.len() + 2);
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(&blanks)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation);
    writeln!(out, "{}", textwrap::fill(text, options))
}
