//! What became of an import, for people.

use super::explained::{Explained, File};
use crate::import::Format;
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
    let longest = file.fields.iter().map(|(name, _)| name.len()).max();
    for (name, field) in &file.fields {
        let columns = longest.unwrap_or_default();
        let name = format!("{name:<columns$}");
        let mut line = format!("{name}  {} values", field.declared);
        if field.unreadable > 0 {
            let first: Vec<_> = field
                .first
                .iter()
                .map(|(place, text)| format!("\"{}\" (line {})", escape(text, SHOWN), place.line))
                .collect();
            line = format!(
                "{line}, {} cannot be read: {}",
                field.unreadable,
                first.join(", ")
            );
        }
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
