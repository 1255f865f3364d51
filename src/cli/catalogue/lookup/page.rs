//! An answer as people read it: a question, rows with a label, tables that fit the terminal.

use crate::report::escape;
use std::fmt::Write;
use textwrap::core::display_width;

const LABEL: usize = 14;
/// Columns below which tables give up their header and speak in lines.
const NARROW: usize = 76;

#[derive(Debug)]
pub(super) struct Page {
    width: usize,
    pub(super) text: String,
}

impl Page {
    pub(super) fn new(question: &str, width: usize) -> Self {
        Self {
            width,
            text: format!("{}\n\n", escape(question.trim(), 500)),
        }
    }

    /// A label and what it says, which goes on below itself.
    pub(super) fn row(&mut self, label: &str, says: &str) {
        self.hang(&format!("  {label:<LABEL$}"), says);
    }

    fn hang(&mut self, start: &str, says: &str) {
        let indent = " ".repeat(display_width(start));
        let options = textwrap::Options::new(self.width)
            .initial_indent(start)
            .subsequent_indent(&indent)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let _ = writeln!(
            self.text,
            "{}",
            textwrap::fill(&escape(says, 20_000), options).trim_end()
        );
    }

    /// Columns as wide as their cells; on a narrow terminal each row becomes lines of its own, with
    /// the names in `short` before its cells.
    pub(super) fn table<const N: usize>(
        &mut self,
        header: [&str; N],
        short: [&str; N],
        rows: Vec<[String; N]>,
    ) {
        self.text.push('\n');
        let mut widths = header.map(display_width);
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(display_width(cell));
            }
        }
        let last = widths.iter().rev().skip(1).sum::<usize>() + 2 * N;
        if self.width < NARROW || last + 16 > self.width {
            self.hang("  ", &format!("{}:", header[0]));
            for row in rows {
                self.lines(short, &row);
            }
            return;
        }
        for row in std::iter::once(header.map(str::to_owned)).chain(rows) {
            let mut start = String::from("  ");
            for (cell, width) in row.iter().zip(widths).take(N - 1) {
                let pad = " ".repeat(width - display_width(cell) + 2);
                let _ = write!(start, "{}{pad}", escape(cell, 200));
            }
            self.hang(&start, &row[N - 1]);
        }
    }

    /// The first cell on a line, the others below it with their names.
    fn lines<const N: usize>(&mut self, short: [&str; N], row: &[String; N]) {
        self.hang("  - ", &row[0]);
        let said: Vec<_> = short
            .iter()
            .zip(row)
            .skip(1)
            .filter(|(_, cell)| *cell != "-")
            .map(|(name, cell)| format!("{name} {cell}").trim().to_owned())
            .collect();
        self.hang("    ", &said.join(", "));
    }
}
