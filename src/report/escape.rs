//! Makes text from outside harmless on a terminal: what would move the cursor, change colours,
//! reverse or hide text is written out instead of being sent.

use std::fmt::Write;
use textwrap::core::display_width;

pub(super) const CUT: &str = "...";

/// The text on one line, with at most `cap` characters of it; a cut says how much is missing.
pub fn escape(text: &str, cap: usize) -> String {
    let mut out = String::with_capacity(text.len().min(cap) + 16);
    let mut rest = text.chars();
    for c in rest.by_ref().take(cap) {
        push(&mut out, c);
    }
    let missing = rest.count();
    if missing > 0 {
        let _ = write!(out, "... ({missing} more characters)");
    }
    out
}

/// The text on one line of Markdown, where it says nothing but itself: no markup, no HTML, no link,
/// no mention. At most `cap` characters of it.
pub(super) fn markdown(text: &str, cap: usize) -> String {
    let plain = escape(text, cap);
    let mut out = String::with_capacity(plain.len() + 16);
    let mut before = ' ';
    for (at, c) in plain.char_indices() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A comment keeps `@name` from calling whoever has that name.
            '@' => out.push_str("@<!-- -->"),
            ':' if plain[at..].starts_with("://") => out.push_str("&#58;"),
            '.' if matches!(before, 'w' | 'W') => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '$' | '!' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
        before = c;
    }
    out
}

/// The text as XML can hold it: on one line, without the two code points XML has no way to write.
pub(super) fn xml(text: &str, cap: usize) -> String {
    escape(text, cap).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// As much of the text as fits in so many columns, and whether it was cut. Tabs become blanks.
pub(super) fn fit(text: &str, columns: usize) -> (String, bool) {
    let mut out = String::new();
    let mut used = 0;
    let mut keep = 0;
    for c in text.chars() {
        let from = out.len();
        match c {
            '\t' => out.push_str("    "),
            _ => push(&mut out, c),
        }
        used += display_width(&out[from..]);
        if used > columns {
            out.truncate(keep);
            out.push_str(CUT);
            return (out, true);
        }
        if used + CUT.len() <= columns {
            keep = out.len();
        }
    }
    (out, false)
}

/// Appends one character, written out if it is not plain text.
fn push(out: &mut String, c: char) {
    let _ = match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        _ if !is_hostile(c) => out.write_char(c),
        _ if u32::from(c) < 0x100 => write!(out, "\\x{:02x}", u32::from(c)),
        _ => write!(out, "\\u{{{:x}}}", u32::from(c)),
    };
}

/// Whether a character acts on the reader's screen instead of standing on it: controls, breaks
/// of lines, marks that reorder, join or vanish.
pub(super) fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{ffa0}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_controls_are_written_out() {
        assert_eq!(escape("a\u{1b}[31mb", 80), "a\\x1b[31mb");
        assert_eq!(escape("a\u{9b}2Jb\u{7f}", 80), "a\\x9b2Jb\\x7f");
        assert_eq!(escape("one\r\ntwo\tthree", 80), "one\\r\\ntwo\\tthree");
    }

    #[test]
    fn reordering_and_invisible_marks_are_written_out() {
        assert_eq!(
            escape("x\u{202e}y\u{2066}z\u{200b}\u{2028}", 80),
            "x\\u{202e}y\\u{2066}z\\u{200b}\\u{2028}"
        );
        assert_eq!(escape("\u{e0041}", 80), "\\u{e0041}");
    }

    #[test]
    fn names_of_people_and_places_stay_as_they_are() {
        let name = "Bwrdd Iechyd Ystrad Fôn — Ŵyl 日本 C:\\Windows";
        assert_eq!(escape(name, 80), name);
    }

    #[test]
    fn markdown_is_written_out() {
        assert_eq!(
            markdown("<b>|`x`|</b> [a](http://b) @all\n# www.x", 80),
            "&lt;b&gt;\\|\\`x\\`\\|&lt;/b&gt; \\[a\\](http&#58;//b) @<!-- -->all\\\\n\\# www&#46;x"
        );
    }

    #[test]
    fn a_cut_says_how_much_is_missing() {
        assert_eq!(escape("abcdef", 4), "abcd... (2 more characters)");
        assert_eq!(escape("abcd", 4), "abcd");
    }
}
