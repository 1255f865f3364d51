//! The page: lines of a known width, with styles where they are wanted. What stands on it has
//! been made harmless before.

use crate::model::{Decision, Outcome};
use crate::report::Options;
use crate::report::verdict::untie;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};
use textwrap::core::display_width;
use textwrap::{WordSplitter, WrapAlgorithm};

/// Prose is not read well in longer lines.
const PROSE: usize = 100;

pub(super) const STRONG: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();

pub(super) struct Page<'w> {
    out: Box<dyn Write + 'w>,
    pub(super) width: usize,
    colour: bool,
}

impl<'w> Page<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>, options: &Options) -> Self {
        Self {
            out,
            width: options.width.clamp(40, 200),
            colour: options.colour,
        }
    }

    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    pub(super) fn blank(&mut self) -> io::Result<()> {
        self.line("")
    }

    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        self.blank()?;
        let text = self.paint(STRONG, text);
        self.line(&text)
    }

    /// Wrapped text: `first` before it, `indent` blanks before its other lines.
    pub(super) fn prose(&mut self, first: &str, indent: usize, text: &str) -> io::Result<()> {
        for line in self.wrap(first, indent, text) {
            self.line(&line)?;
        }
        Ok(())
    }

    /// Wrapped text of which the beginning, `lead`, has a style.
    pub(super) fn led(
        &mut self,
        style: Style,
        lead: &str,
        indent: usize,
        text: &str,
    ) -> io::Result<()> {
        for line in self.wrap_led(style, lead, indent, text) {
            self.line(&line)?;
        }
        Ok(())
    }

    /// Wrapped text like `led`, with `end` at the right of its last line.
    pub(super) fn ended(
        &mut self,
        style: Style,
        lead: &str,
        text: &str,
        end: &str,
    ) -> io::Result<()> {
        let columns = self.width.min(PROSE);
        let plain = self.wrap(lead, 2, text);
        let used = plain.last().map_or(0, |line| display_width(line));
        let mut lines = self.wrap_led(style, lead, 2, text);
        let room = columns.saturating_sub(used);
        match lines.last_mut() {
            Some(last) if room >= end.len() + 2 => last.push_str(&pad_left(end, room)),
            _ => lines.push(pad_left(end, columns)),
        }
        for line in lines {
            self.line(&line)?;
        }
        Ok(())
    }

    /// `  fix:      text`, with further lines under the text.
    pub(super) fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.led(DIM, &format!("  {label:<10}"), 12, text)
    }

    pub(super) fn paint(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn wrap_led(&self, style: Style, lead: &str, indent: usize, text: &str) -> Vec<String> {
        let mut lines = self.wrap(lead, indent, text);
        if let Some(rest) = lines.first().and_then(|line| line.strip_prefix(lead)) {
            lines[0] = format!("{}{rest}", self.paint(style, lead));
        }
        lines
    }

    pub(super) fn wrap(&self, first: &str, indent: usize, text: &str) -> Vec<String> {
        let indent = " ".repeat(indent);
        let options = textwrap::Options::new(self.width.min(PROSE))
            .initial_indent(first)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation)
            .wrap_algorithm(WrapAlgorithm::FirstFit);
        let lines = textwrap::wrap(text, options);
        lines.into_iter().map(|line| untie(&line)).collect()
    }
}

pub(super) fn outcome_style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Conflict | Outcome::Unknown => AnsiColor::Yellow.on_default().bold(),
        Outcome::Fail => AnsiColor::Red.on_default().bold(),
        Outcome::NotApplicable => DIM,
        Outcome::Pass => AnsiColor::Green.on_default(),
        Outcome::Waived => AnsiColor::Magenta.on_default().bold(),
    }
}

pub(super) fn decision_style(decision: Option<Decision>) -> Style {
    match decision {
        Some(Decision::Admit) => AnsiColor::Green.on_default().bold(),
        Some(Decision::AdmitWithConditions) => AnsiColor::Cyan.on_default().bold(),
        Some(Decision::Refer) => AnsiColor::Yellow.on_default().bold(),
        Some(Decision::Reject) | None => AnsiColor::Red.on_default().bold(),
    }
}

/// An outcome as a word of its own; failures shout.
pub(super) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Conflict => "conflict",
        Outcome::Fail => "FAIL",
        Outcome::NotApplicable => "n/a",
        Outcome::Pass => "pass",
        Outcome::Unknown => "unknown",
        Outcome::Waived => "waived",
    }
}

/// Text filled up with blanks on its right.
pub(super) fn pad(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(display_width(text));
    format!("{text}{}", " ".repeat(missing))
}

/// Text filled up with blanks on its left.
pub(super) fn pad_left(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(display_width(text));
    format!("{}{text}", " ".repeat(missing))
}
