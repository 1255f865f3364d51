//! Lines for people, readable in narrow terminals as well.

use super::shelf::Entry;

/// Below this a table gives each title a line of its own.
const NARROW: usize = 80;

/// A line of columns, the last of which goes on below itself.
pub(super) fn hang(text: &mut String, columns: &str, last: &str, width: usize) {
    let indent = " ".repeat(textwrap::core::display_width(columns));
    let options = textwrap::Options::new(width)
        .initial_indent(columns)
        .subsequent_indent(&indent)
        // Ids stay whole, so that they can be copied.
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    text.push_str(textwrap::fill(last, options).trim_end());
    text.push('\n');
}

/// A rule as a line of a table.
pub(super) fn rule_line(text: &mut String, entry: &Entry<'_>, width: usize) {
    let info = &entry.info;
    let subject = info.subject.name();
    let columns = format!(
        "  {:8} {:8} {:9} {subject:12} ",
        info.id, info.severity, info.gate
    );
    titled(text, &columns, &info.title, width);
}

/// Columns with a title behind them, or below them where that leaves it no room.
pub(super) fn titled(text: &mut String, columns: &str, title: &str, width: usize) {
    if width < NARROW {
        text.push_str(columns.trim_end());
        text.push('\n');
        hang(text, "      ", title, width);
    } else {
        hang(text, columns, title, width);
    }
}

/// `1 rule`, `2 rules`.
pub(super) fn count(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}
