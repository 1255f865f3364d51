//! Problems drawn where they stand: the message, the place, a few lines of the source with the
//! wrong bytes marked, and the way out.
//!
//! Only a small window of the source is ever copied, with what could act on the terminal written
//! out, so that a problem in a huge or hostile file is as cheap and harmless as any other.

use super::escape::{CUT, escape, fit};
use crate::model::{Place, Problem, Source};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use std::fmt::Write;
use std::ops::Range;
use textwrap::core::display_width;

/// Problems that are drawn; the others are counted.
const DRAWN: usize = 50;
/// Lines of the source above and below the marked one.
const AROUND: usize = 3;
/// Characters kept before the mark in a line that has to be cut.
const LEAD: usize = 24;
const ERROR: Style = AnsiColor::BrightRed.on_default().bold();
const NOTE: Style = AnsiColor::BrightGreen.on_default().bold();
const FRAME: Style = AnsiColor::BrightBlue.on_default().bold();

/// Draws problems for a reader with `width` columns.
pub fn render(problems: &[Problem], width: usize, colour: bool) -> String {
    let pen = Pen::new(width, colour);
    let mut out = String::new();
    for problem in problems.iter().take(DRAWN) {
        pen.problem(&mut out, problem);
        out.push('\n');
    }
    let more = problems.len().saturating_sub(DRAWN);
    if more > 0 {
        let problems = if more == 1 { "problem" } else { "problems" };
        let _ = writeln!(out, "and {more} more {problems}");
    }
    out
}

struct Pen {
    renderer: Renderer,
    width: usize,
    colour: bool,
}

impl Pen {
    fn new(width: usize, colour: bool) -> Self {
        let width = width.clamp(40, 140);
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        Self {
            renderer: renderer.decor_style(DecorStyle::Ascii).term_width(width),
            width,
            colour,
        }
    }

    fn problem(&self, out: &mut String, problem: &Problem) {
        let place = problem.place();
        self.title(out, ("error", ERROR), &problem.message);
        let help = problem
            .help
            .as_ref()
            .map(|help| Level::HELP.message(fill(help, self.width)));
        if place.line == 0 {
            self.place(out, &place, 1);
            if let Some(help) = help {
                self.group(out, Group::with_level(Level::ERROR).element(help));
            }
        } else {
            let window = Window::around(&problem.source, &problem.span, &place, self.width);
            self.place(out, &place, window.gutter);
            let drawing = window.draw(Level::ERROR, AnnotationKind::Primary, &problem.label);
            self.group(out, drawing.elements(help));
        }
        let Some((source, span, label)) = &problem.related else {
            return;
        };
        let place = source.place(span.start);
        let window = Window::around(source, span, &place, self.width);
        self.title(out, ("note", NOTE), label);
        self.place(out, &place, window.gutter);
        self.group(out, window.draw(Level::NOTE, AnnotationKind::Primary, ""));
    }

    // The title and the place are not the drawing library's: it would count the column in the
    // window, where lines may be cut and characters written out.
    fn title(&self, out: &mut String, (level, style): (&str, Style), message: &str) {
        let message = escape(message, 1_000);
        let lines = textwrap::fill(&format!("{level}: {message}"), self.width);
        let rest = &lines[level.len()..];
        let _ = writeln!(out, "{}{rest}", self.paint(style, level));
    }

    fn place(&self, out: &mut String, place: &Place, gutter: usize) {
        let file = Place::whole(escape(&place.file, 300));
        let place = Place {
            file: file.file,
            ..place.clone()
        };
        let _ = writeln!(out, "{:gutter$}{} {place}", "", self.paint(FRAME, "-->"));
    }

    fn group(&self, out: &mut String, group: Group<'_>) {
        out.push_str(&self.renderer.render(&[group]));
        out.push('\n');
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Prose for under a drawing, cut to the width that is left there.
fn fill(text: &str, width: usize) -> String {
    textwrap::fill(&escape(text, 1_000), width.saturating_sub(16))
}

/// Some lines of a source, safe to print, and where the mark is in them.
struct Window {
    text: String,
    first_line: usize,
    mark: Range<usize>,
    /// Columns left behind the mark on its line.
    room: usize,
    /// Digits of the largest line number.
    gutter: usize,
    width: usize,
}

impl Window {
    fn around(source: &Source, span: &Range<usize>, place: &Place, width: usize) -> Self {
        let text = source.text.as_str();
        let start = text.floor_char_boundary(span.start);
        let (lines, above) = lines_around(text, start);
        let marked_end = lines[above].end;
        let end = text.ceil_char_boundary(span.end.min(marked_end)).max(start);

        let marked_number = place.line as usize;
        let below = lines.len() - 1 - above;
        let gutter = (marked_number + below).to_string().len();
        // A blank, the bar, a blank, and one spare for a mark behind the end of the line.
        let columns = width - gutter - 4;
        let mut window = Self {
            text: String::new(),
            first_line: marked_number.saturating_sub(above).max(1),
            mark: 0..0,
            room: 0,
            gutter,
            width,
        };
        for (index, line) in lines.into_iter().enumerate() {
            if index > 0 {
                window.text.push('\n');
            }
            if index == above {
                window.push_marked(text, &line, start..end, columns);
            } else {
                let line = text[line].trim_end_matches('\r');
                window.text.push_str(&fit(line, columns).0);
            }
        }
        window
    }

    /// Copies the marked line, cut so that the beginning of the mark is in view.
    fn push_marked(&mut self, text: &str, line: &Range<usize>, mark: Range<usize>, columns: usize) {
        let before = lead(&text[line.start..mark.start], columns);
        let left = columns.saturating_sub(display_width(&before));
        let (marked, is_cut) = fit(&text[mark.clone()], left);
        self.room = left.saturating_sub(display_width(&marked));
        self.text.push_str(&before);
        self.mark = self.text.len()..self.text.len() + marked.len();
        self.text.push_str(&marked);
        if !is_cut {
            let rest = text[mark.end..line.end].trim_end_matches('\r');
            self.text.push_str(&fit(rest, self.room).0);
        }
        if self.mark.start == self.text.len() {
            // The end of a line is marked by a blank behind it.
            self.text.push(' ');
            self.mark.end += 1;
        }
    }

    fn draw(self, level: Level<'static>, kind: AnnotationKind, label: &str) -> Group<'static> {
        let label = escape(label, 300);
        let fits = display_width(&label) < self.room;
        let mut annotation = kind.span(self.mark);
        if fits && !label.is_empty() {
            annotation = annotation.label(label.clone());
        }
        let snippet = Snippet::source(self.text)
            .line_start(self.first_line)
            .fold(false)
            .annotation(annotation);
        let group = Group::with_level(level).element(snippet);
        if fits || label.is_empty() {
            return group;
        }
        group.element(Level::NOTE.message(fill(&label, self.width)))
    }
}

/// What stands before a mark, as much of its end as leaves room for the mark.
fn lead(before: &str, columns: usize) -> String {
    let (whole, is_cut) = fit(before, columns.saturating_sub(LEAD));
    if !is_cut {
        return whole;
    }
    let from = before.char_indices().rev().nth(LEAD - 1);
    let tail = &before[from.map_or(0, |(at, _)| at)..];
    format!("{CUT}{}", fit(tail, columns).0)
}

/// The line a byte stands in among its neighbours, and how many of these come before it.
fn lines_around(text: &str, at: usize) -> (Vec<Range<usize>>, usize) {
    let is_blank = |line: &Range<usize>| text[line.clone()].trim().is_empty();
    let mut lines = vec![line_at(text, at)];
    while lines.len() <= AROUND
        && let Some(newline) = lines[lines.len() - 1].start.checked_sub(1)
    {
        lines.push(line_at(text, newline));
    }
    while lines.len() > 1 && lines.last().is_some_and(is_blank) {
        lines.pop();
    }
    lines.reverse();
    let above = lines.len() - 1;
    while lines.len() <= above + AROUND {
        let next = lines[lines.len() - 1].end + 1;
        if next >= text.len() {
            break;
        }
        lines.push(line_at(text, next));
    }
    while lines.len() > above + 1 && lines.last().is_some_and(is_blank) {
        lines.pop();
    }
    (lines, above)
}

/// The line that a byte stands in, without its line end. A line end belongs to the line it ends.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let at = at.min(text.len());
    let bytes = text.as_bytes();
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |offset| at + offset);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, marked: &str) -> String {
        let source = Source::new("pack.yaml", text);
        let start = text.find(marked).expect("the marked text is in the source");
        let problem = Problem::new(
            &source,
            start..start + marked.len(),
            "unknown key `sverity`",
        )
        .label("no such key")
        .help("did you mean `severity`?");
        render(&[problem], 80, false)
    }

    fn render_plain(problem: Problem) -> String {
        render(&[problem], 60, false)
    }

    #[test]
    fn a_problem_shows_its_place_its_surroundings_and_the_way_out() {
        let text = "rules:\n  - id: X-001\n    title: One\n    sverity: high\n    gate: block\n\n";
        let expected = "\
error: unknown key `sverity`
 --> pack.yaml:4:5
  |
1 | rules:
2 |   - id: X-001
3 |     title: One
4 |     sverity: high
  |     ^^^^^^^ no such key
5 |     gate: block
  |
  = help: did you mean `severity`?

";
        assert_eq!(drawn(text, "sverity"), expected);
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut_around_the_mark() {
        let text = format!(
            "[{}, sverity, {}]",
            "x".repeat(500_000),
            "y".repeat(500_000)
        );
        let out = drawn(&text, "sverity");
        assert!(out.contains(" --> pack.yaml:1:500004\n"), "{out}");
        assert!(
            out.contains("1 | ...xxxxxxxxxxxxxxxxxxxxxx, sverity, yyyy"),
            "{out}"
        );
        assert!(out.contains("yyyyy...\n"), "{out}");
        assert!(out.lines().all(|line| line.len() <= 80), "{out}");
    }

    #[test]
    fn controls_tabs_and_line_ends_of_the_source_are_harmless() {
        let text = "a: 1\r\n\tb: \u{1b}[31m sverity\r\nc: \u{202e}\r\n";
        let expected = "\
error: unknown key `sverity`
 --> pack.yaml:2:11
  |
1 | a: 1
2 |     b: \\x1b[31m sverity
  |                 ^^^^^^^ no such key
3 | c: \\u{202e}
  |
  = help: did you mean `severity`?

";
        assert_eq!(drawn(text, "sverity"), expected);
    }

    #[test]
    fn the_mark_stands_under_wide_and_accented_text() {
        let out = drawn("ŵŵ 日本: sverity", "sverity");
        assert!(
            out.contains("1 | ŵŵ 日本: sverity\n  |          ^^^^^^^ no such key"),
            "{out}"
        );
        assert!(
            out.contains("pack.yaml:1:8\n"),
            "columns count characters: {out}"
        );
    }

    #[test]
    fn the_end_of_the_file_and_a_related_place_are_drawn() {
        let source = Source::new("pack.yaml", "a:\n  - [b, c\n");
        let end = source.text.len();
        let problem = Problem::new(&source, end..end, "the list is not closed")
            .label("the file ends here")
            .related(&source, 7..8, "it opens here");
        let expected = "\
error: the list is not closed
 --> pack.yaml:3:1
  |
1 | a:
2 |   - [b, c
3 |  \n  | ^ the file ends here
note: it opens here
 --> pack.yaml:2:5
  |
1 | a:
2 |   - [b, c
  |     ^

";
        assert_eq!(render_plain(problem), expected);
    }

    #[test]
    fn the_end_of_a_file_without_a_last_line_end_is_drawn() {
        let source = Source::new("pack.yaml", "a: [b");
        let out = render_plain(Problem::new(&source, 5..5, "the list is not closed"));
        assert!(out.contains("1 | a: [b \n  |      ^"), "{out}");
    }

    #[test]
    fn a_problem_of_the_whole_file_has_no_line() {
        let source = Source::new("pack.yaml", "");
        let problem = Problem::new(&source, 0..0, "the file is empty").help("write a rule");
        let expected = "error: the file is empty\n --> pack.yaml\n = help: write a rule\n\n";
        assert_eq!(render_plain(problem), expected);
    }

    #[test]
    fn a_span_beyond_its_line_or_inside_a_character_is_brought_back() {
        let source = Source::new("pack.yaml", "a: ŵ\nb: 2\n");
        for span in [3..9_999, 4..5, 9_999..9_999, 0..usize::MAX] {
            let out = render_plain(Problem::new(&source, span.clone(), "m").label("l"));
            assert!(out.contains('^'), "{span:?}: {out}");
        }
    }

    #[test]
    fn a_label_that_does_not_fit_beside_the_mark_stands_below() {
        let source = Source::new("pack.yaml", "key: value");
        let label = "a label that certainly does not fit on a line which has no more columns";
        let out = render_plain(Problem::new(&source, 5..10, "m").label(label));
        assert!(out.contains("= note: a label that certainly"), "{out}");
        assert!(out.lines().all(|line| line.len() <= 60), "{out}");
    }

    #[test]
    fn messages_and_file_names_cannot_act_on_the_terminal() {
        let source = Source::new("evil\u{1b}]0;x\u{7}.yaml", "a: 1");
        let problem = Problem::new(&source, 3..4, "m\u{1b}[2J\nerror: none").help("h\u{9b}K");
        let out = render_plain(problem);
        assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{out:?}");
        assert!(
            out.starts_with("error: m\\x1b[2J\\nerror: none\n --> evil\\x1b]0;x\\x07.yaml:1:4\n"),
            "{out}"
        );
    }

    #[test]
    fn problems_past_the_fiftieth_are_counted_even_in_a_file_of_ten_megabytes() {
        let source = Source::new("big.yaml", "key: value\n".repeat(1_000_000));
        let problems: Vec<_> = (0..60)
            .map(|n| Problem::new(&source, n * 100_000..n * 100_000 + 3, "m"))
            .collect();
        let out = render(&problems, 80, false);
        assert_eq!(out.matches("error: m").count(), 50);
        assert!(out.ends_with("\nand 10 more problems\n"), "{out}");
    }

    #[test]
    fn colour_changes_no_word() {
        let source = Source::new("pack.yaml", "key: value");
        let problem = [Problem::new(&source, 5..10, "m").label("l").help("h")];
        let coloured = render(&problem, 80, true);
        assert!(coloured.contains('\u{1b}'));
        let bare = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(bare, render(&problem, 80, false));
    }
}
