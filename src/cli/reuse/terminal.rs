//! Shared keys for people: each with the certificates that have it, worst first, then what could
//! not be compared.

use super::{Comparison, Remark};
use crate::model::Outcome;
use crate::pki::Level;
use crate::pki::reuse::Reuse;
use crate::report::escape;
use anstyle::{AnsiColor, Style};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt::Write;

const INDENT: usize = 2;
/// Certificates drawn of one key.
const MOST: usize = 20;
const MAX_TEXT: usize = 400;

const BAD: Style = AnsiColor::Red.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();

pub(super) fn render(compared: &Comparison, width: usize, colour: bool) -> String {
    let mut page = Page {
        text: String::new(),
        width,
        colour,
    };
    page.headline(compared);
    for remark in &compared.incidents {
        page.text.push('\n');
        page.level(Level::Error, "a private key was sent along");
        page.remark(remark);
    }
    let mut found: Vec<_> = compared.found.iter().collect();
    found.sort_by_key(|found| Reverse(found.level));
    for found in found {
        page.found(found, compared);
    }
    if !compared.not_compared.is_empty() {
        page.text.push_str("\nnot compared\n");
        for remark in &compared.not_compared {
            page.remark(remark);
        }
    }
    page.text
}

struct Page {
    text: String,
    width: usize,
    colour: bool,
}

impl Page {
    fn headline(&mut self, compared: &Comparison) {
        let (style, word, says) = match compared.outcome() {
            Outcome::Pass => (GOOD, "PASS", "no key is shared"),
            Outcome::Unknown => (
                DOUBTFUL,
                "NOT DECIDED",
                "no key that was compared is shared",
            ),
            _ if compared.found.iter().any(|one| one.level == Level::Error) => {
                (BAD, "FAIL", "keys are shared between declarants")
            }
            _ => (BAD, "FAIL", "a private key was sent along"),
        };
        self.hang(0, word.len() + 2, Some((style, word)), says);
        let keys: BTreeSet<_> = compared.declared.iter().map(|one| &one.key).collect();
        let certificates: BTreeSet<_> = compared
            .declared
            .iter()
            .map(|one| &one.certificate)
            .collect();
        let counts = format!(
            "{}, {}, {} compared",
            counted(compared.declarants.len(), "declarant"),
            counted(certificates.len(), "certificate"),
            counted(keys.len(), "key"),
        );
        self.hang(0, 0, None, &counts);
    }

    fn found(&mut self, found: &Reuse, compared: &Comparison) {
        self.text.push('\n');
        let hash = found.key.get(..16).unwrap_or(&found.key);
        let says = format!("{} ({}; key {hash}…)", found.sentence, found.rule.id);
        self.level(found.level, &says);
        for at in found.indexes.iter().take(MOST) {
            let Some((one, place)) = compared.declared.get(*at).zip(compared.places.get(*at))
            else {
                continue;
            };
            let says = format!(
                "{}: {}, {}, {}",
                one.declarant, one.host, place.window, place.file
            );
            self.hang(INDENT, INDENT * 2, None, &says);
        }
        let more = found.indexes.len().saturating_sub(MOST);
        if more > 0 {
            self.hang(INDENT, INDENT * 2, None, &format!("and {more} more"));
        }
        if found.level != Level::Info {
            let says = format!("-> {}", found.rule.fix);
            self.hang(INDENT, INDENT + 3, None, &says);
        }
    }

    fn remark(&mut self, remark: &Remark) {
        // A path that is its own declarant need not be named twice.
        let says = if remark.what.starts_with(&remark.declarant) {
            format!("{}: {}", remark.what, remark.why)
        } else {
            format!("{}: {}: {}", remark.declarant, remark.what, remark.why)
        };
        self.hang(INDENT, INDENT * 2, None, &says);
    }

    fn level(&mut self, level: Level, says: &str) {
        let style = match level {
            Level::Error => BAD,
            Level::Info => DIM,
            Level::Warning => DOUBTFUL,
        };
        let word = level.name();
        self.hang(0, word.len() + 2, Some((style, word)), says);
    }

    /// Text behind a first word, continued below itself.
    fn hang(&mut self, first: usize, rest: usize, word: Option<(Style, &str)>, says: &str) {
        let lead = word.map_or(" ".repeat(first), |(_, word)| format!("{word:<rest$}"));
        let indent = " ".repeat(rest);
        let options = textwrap::Options::new(self.width.max(30))
            .initial_indent(&lead)
            .subsequent_indent(&indent)
            .break_words(true)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let text = textwrap::fill(&escape(says, MAX_TEXT), options);
        let text = match word {
            Some((style, word)) if self.colour => {
                let rest = text.strip_prefix(word).unwrap_or(&text);
                format!("{style}{word}{style:#}{rest}")
            }
            _ => text,
        };
        let _ = writeln!(self.text, "{text}");
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
