//! Reads mappings whose keys are known. Every key must be asked for, so that a misspelt one is a
//! problem with a suggestion, and every problem of a file is collected before anybody gives up.

use super::{Data, Key, Node, Scalar};
use crate::model::{Problem, Source, nearest, read_date};
use jiff::civil::Date;
use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

/// Collects every problem of a file instead of stopping at the first.
#[derive(Debug)]
pub struct Reader<'a> {
    source: &'a Arc<Source>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Reader<'a> {
    pub fn new(source: &'a Arc<Source>) -> Self {
        Self {
            source,
            problems: RefCell::new(Vec::new()),
        }
    }

    pub fn source(&self) -> &'a Arc<Source> {
        self.source
    }

    /// A problem in this file, not yet told: `reader.push(reader.problem(span, "…").help("…"))`.
    pub fn problem(&self, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::new(self.source, span, message)
    }

    pub fn push(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    pub fn extend(&self, problems: impl IntoIterator<Item = Problem>) {
        self.problems.borrow_mut().extend(problems);
    }

    /// Tells of a value of the wrong kind. Always `None`, to end a reader with.
    pub fn wrong<T>(&self, node: &Node<'_>, key: &str, expected: &str) -> Option<T> {
        let message = format!("expected {expected} for `{key}`, found {}", found(node));
        self.push(
            self.problem(node.span.clone(), message)
                .label(format!("not {expected}")),
        );
        None
    }

    pub fn has_problems(&self) -> bool {
        !self.problems.borrow().is_empty()
    }

    /// All problems, in the order of the file.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.span.start);
        problems
    }
}

/// What stands there, for "expected …, found …".
pub fn found(node: &Node<'_>) -> String {
    match node.text() {
        Some(text) => shown(text),
        None => node.describe().into(),
    }
}

/// A text from a file, fit for a message: in backticks, not too long, no control characters.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// A mapping being read. Remembers which keys were asked for; end with [`Fields::finish`].
#[derive(Debug)]
pub struct Fields<'r, 's> {
    reader: &'r Reader<'r>,
    what: String,
    span: Range<usize>,
    entries: &'r [(Key<'s>, Node<'s>)],
    asked: Vec<String>,
    is_documented: fn(&str) -> bool,
}

impl<'r, 's> Fields<'r, 's> {
    /// Opens a mapping; anything else is a problem. `what` completes "a mapping for …".
    pub fn open(
        node: &'r Node<'s>,
        reader: &'r Reader<'_>,
        what: impl Into<String>,
    ) -> Option<Self> {
        let what = what.into();
        let Some(entries) = node.mapping() else {
            let message = format!("expected a mapping for {what}, found {}", found(node));
            reader.push(reader.problem(node.span.clone(), message));
            return None;
        };
        Some(Self {
            reader,
            what,
            span: node.span.clone(),
            entries,
            asked: Vec::new(),
            is_documented: |_| true,
        })
    }

    /// Holds whoever reads to the keys that are documented, so that no other can be asked for.
    #[must_use]
    pub fn documented(self, is_documented: fn(&str) -> bool) -> Self {
        Self {
            is_documented,
            ..self
        }
    }

    pub fn reader(&self) -> &'r Reader<'r> {
        self.reader
    }

    /// The bytes of the whole mapping.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The bytes of a key, for problems about its presence.
    pub fn key_span(&self, key: &str) -> Option<Range<usize>> {
        self.entry(key).map(|(key, _)| key.span.clone())
    }

    /// The value of a key; absent when nothing stands behind it.
    pub fn optional(&mut self, key: &str) -> Option<&'r Node<'s>> {
        debug_assert!((self.is_documented)(key), "`{key}` is not documented");
        self.asked.push(key.to_owned());
        let (_, node) = self.entry(key)?;
        (node.data != Data::Null).then_some(node)
    }

    /// The value of a key that must be there.
    pub fn required(&mut self, key: &str) -> Option<&'r Node<'s>> {
        if let Some(node) = self.optional(key) {
            return Some(node);
        }
        let problem = match self.entry(key) {
            Some((found, _)) => self
                .reader
                .problem(
                    found.span.clone(),
                    format!("`{key}` of {} is empty", self.what),
                )
                .label("give it a value"),
            None => self
                .reader
                .problem(self.head(), format!("{} lacks `{key}`", self.what)),
        };
        self.reader.push(problem);
        None
    }

    pub fn text(&mut self, key: &str) -> Option<&'r str> {
        let node = self.optional(key)?;
        self.as_text(node, key)
    }

    pub fn required_text(&mut self, key: &str) -> Option<&'r str> {
        let node = self.required(key)?;
        self.as_text(node, key)
    }

    /// A whole number, written plainly: no quotes, leading zeros or separators.
    pub fn integer(&mut self, key: &str) -> Option<i64> {
        let node = self.optional(key)?;
        match plain(node).filter(|text| is_integer(text)).map(str::parse) {
            Some(Ok(number)) => Some(number),
            _ => self.reader.wrong(node, key, "a whole number"),
        }
    }

    /// `true` or `false`, and nothing that only looks like it.
    pub fn boolean(&mut self, key: &str) -> Option<bool> {
        let node = self.optional(key)?;
        match plain(node) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => self.reader.wrong(node, key, "`true` or `false`"),
        }
    }

    pub fn date(&mut self, key: &str) -> Option<Date> {
        let node = self.optional(key)?;
        // Ten characters at most: a time or a remark behind the day would be lost.
        match node
            .text()
            .filter(|text| text.len() <= 10)
            .and_then(read_date)
        {
            Some(date) => Some(date),
            None => self.reader.wrong(node, key, "a date such as 2026-11-22"),
        }
    }

    pub fn required_date(&mut self, key: &str) -> Option<Date> {
        self.required(key)?;
        self.date(key)
    }

    /// The items of a list.
    pub fn list(&mut self, key: &str) -> Option<&'r [Node<'s>]> {
        let node = self.optional(key)?;
        match node.sequence() {
            Some(items) => Some(items),
            None => self.reader.wrong(node, key, "a list"),
        }
    }

    /// A list of texts; one text is a list of one. Wrong items are told and left out.
    pub fn texts(&mut self, key: &str) -> Option<Vec<&'r str>> {
        let node = self.optional(key)?;
        match &node.data {
            Data::Scalar(scalar) => Some(vec![&scalar.text]),
            Data::Sequence(items) => Some(
                items
                    .iter()
                    .filter_map(|item| self.as_text(item, key))
                    .collect(),
            ),
            Data::Mapping(_) | Data::Null => self.reader.wrong(node, key, "a list of texts"),
        }
    }

    /// One of a few words, with what each means.
    pub fn one_of<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let node = self.optional(key)?;
        let text = self.as_text(node, key)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*meaning);
        }
        let names = words.iter().map(|(word, _)| *word);
        let message = format!("{} is not a value of `{key}`", found(node));
        let problem = self.reader.problem(node.span.clone(), message);
        self.reader.push(with_hint(problem, text, names, "values"));
        None
    }

    pub fn required_one_of<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Option<T> {
        self.required(key)?;
        self.one_of(key, words)
    }

    /// A mapping inside this one.
    pub fn fields(&mut self, key: &str, what: impl Into<String>) -> Option<Fields<'r, 's>> {
        let node = self.optional(key)?;
        Fields::open(node, self.reader, what)
    }

    /// The keys not asked for, for mappings whose other keys are names of the user's choice.
    pub fn rest(&self) -> impl Iterator<Item = &'r (Key<'s>, Node<'s>)> {
        self.entries
            .iter()
            .filter(|(key, _)| !self.asked.iter().any(|asked| *asked == *key.text))
    }

    /// Tells of every key nobody asked for.
    pub fn finish(self) {
        for (key, _) in self.rest() {
            let message = format!("unknown key {} in {}", shown(&key.text), self.what);
            let problem = self.reader.problem(key.span.clone(), message);
            let known = self.asked.iter().map(String::as_str);
            self.reader
                .push(with_hint(problem, &key.text, known, "keys"));
        }
    }

    fn as_text(&self, node: &'r Node<'s>, key: &str) -> Option<&'r str> {
        match node.text() {
            Some(text) => Some(text),
            None => self.reader.wrong(node, key, "text"),
        }
    }

    fn entry(&self, name: &str) -> Option<&'r (Key<'s>, Node<'s>)> {
        self.entries.iter().find(|(key, _)| key.text == name)
    }

    /// The first key, to point at the mapping without marking all of it.
    fn head(&self) -> Range<usize> {
        match self.entries.first() {
            Some((key, _)) => key.span.clone(),
            None => self.span.clone(),
        }
    }
}

/// The text of a scalar written without quotes.
fn plain<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.data {
        Data::Scalar(Scalar {
            text,
            quoted: false,
        }) => Some(text),
        _ => None,
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// "Did you mean", or the names there are.
fn with_hint<'k>(
    problem: Problem,
    written: &str,
    known: impl Iterator<Item = &'k str>,
    names: &str,
) -> Problem {
    let mut known: Vec<_> = known.collect();
    known.sort_unstable();
    known.dedup();
    if known.is_empty() {
        return problem;
    }
    match nearest(written, known.iter().copied()) {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None => problem.help(format!("known {names}: {}", known.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, parse};
    use super::*;
    use jiff::civil::date;

    /// What a reader says about a text, as `line:column message (help)`.
    fn told<T: PartialEq + std::fmt::Debug>(
        text: &str,
        expected: impl Into<T>,
        read: impl Fn(&mut Fields<'_, '_>) -> T,
    ) -> Vec<String> {
        let source = Source::new("file.yaml", text);
        let documents = parse(&source, &Limits::default()).expect("good YAML");
        let reader = Reader::new(&source);
        let mut fields = Fields::open(&documents[0], &reader, "the rule").expect("a mapping");
        assert_eq!(read(&mut fields), expected.into(), "{text}");
        fields.finish();
        reader
            .into_problems()
            .iter()
            .map(|problem| {
                let place = problem.place();
                let help = problem.help.as_ref().map(|help| format!(" ({help})"));
                let help = help.unwrap_or_default();
                format!("{}:{} {}{help}", place.line, place.column, problem.message)
            })
            .collect()
    }

    #[test]
    fn unknown_keys_are_told_with_a_suggestion_or_with_what_there_is() {
        let found = told("titel: x\nzebra: 1\n", None, |fields| {
            fields.text("gate");
            fields.text("title").map(str::to_owned)
        });
        assert_eq!(
            found,
            [
                "1:1 unknown key `titel` in the rule (did you mean `title`?)",
                "2:1 unknown key `zebra` in the rule (known keys: gate, title)",
            ]
        );
    }

    #[test]
    fn what_must_be_there_is_missed() {
        let read = |fields: &mut Fields<'_, '_>| {
            fields.optional("other");
            fields.required_text("id").map(str::to_owned)
        };
        assert_eq!(told("other: 1\n", None, read), ["1:1 the rule lacks `id`"]);
        assert_eq!(
            told("other: 1\nid: ~\n", None, read),
            ["2:1 `id` of the rule is empty"]
        );
        assert!(told("id: x\n", Some("x".into()), read).is_empty());
    }

    #[test]
    fn values_of_the_wrong_kind_say_what_was_expected_and_found() {
        let integer = |fields: &mut Fields<'_, '_>| fields.integer("n");
        assert!(told("n: -12\n", Some(-12), integer).is_empty());
        assert!(told("n:\n", None, integer).is_empty());
        for wrong in [
            "010",
            "1_000",
            "1.5",
            "'5'",
            "--1",
            "99999999999999999999",
            "[1]",
        ] {
            let found = told(&format!("n: {wrong}\n"), None, integer);
            assert_eq!(found.len(), 1, "{wrong}");
            assert!(found[0].starts_with("1:4 expected a whole number for `n`, found "));
        }
        let boolean = |fields: &mut Fields<'_, '_>| fields.boolean("b");
        assert!(told("b: true\n", Some(true), boolean).is_empty());
        assert_eq!(
            told("b: NO\n", None, boolean),
            ["1:4 expected `true` or `false` for `b`, found `NO`"]
        );
        let day = |fields: &mut Fields<'_, '_>| fields.date("d");
        assert!(told("d: 2026-11-22\n", Some(date(2026, 11, 22)), day).is_empty());
        for wrong in ["2026-02-30", "2026-11-22 or later", "soon", "{}"] {
            assert_eq!(
                told(&format!("d: {wrong}\n"), None, day).len(),
                1,
                "{wrong}"
            );
        }
    }

    #[test]
    fn one_text_is_a_list_of_one_and_wrong_items_are_told() {
        let texts = |fields: &mut Fields<'_, '_>| {
            let texts = fields.texts("t")?;
            Some(texts.into_iter().map(str::to_owned).collect::<Vec<_>>())
        };
        assert!(told("t: a; b\n", Some(vec!["a; b".into()]), texts).is_empty());
        assert_eq!(
            told(
                "t: [a, [b], c]\n",
                Some(vec!["a".into(), "c".into()]),
                texts
            ),
            ["1:8 expected text for `t`, found a list"]
        );
    }

    #[test]
    fn words_outside_the_list_get_the_nearest_one() {
        let read =
            |fields: &mut Fields<'_, '_>| fields.one_of("gate", &[("block", 1), ("advise", 2)]);
        assert!(told("gate: advise\n", Some(2), read).is_empty());
        assert_eq!(
            told("gate: Blok\n", None, read),
            ["1:7 `Blok` is not a value of `gate` (did you mean `block`?)"]
        );
    }

    #[test]
    fn control_characters_never_reach_a_message() {
        let source = Source::new("file.yaml", "\"\\e[31mred\"");
        let documents = parse(&source, &Limits::default()).expect("good YAML");
        assert_eq!(found(&documents[0]), "`\u{fffd}[31mred`");
    }
}
