//! From the parser's events to the tree.
//!
//! Everything that could make two readers of one file disagree is refused: duplicate keys, tags,
//! merge keys, directives. The tree is built without recursion and never beyond the limits.

use super::{Data, Key, Limits, Node, Scalar, shown};
use crate::model::{Problem, Source};
use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError, Span, StructureStyle};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

/// Problems told about one file; the rest would not be read anyway.
const MAX_PROBLEMS: usize = 100;
/// Mappings up to this size are searched for duplicate keys one by one.
const SMALL_MAPPING: usize = 16;

/// Reads the documents of a file. An empty file has none.
pub fn parse<'s>(source: &'s Arc<Source>, limits: &Limits) -> Result<Vec<Node<'s>>, Vec<Problem>> {
    let size = source.text.len();
    if size > limits.bytes {
        let message = format!("the file has {size} bytes; the limit is {}", limits.bytes);
        return Err(vec![Problem::new(source, 0..0, message)]);
    }
    // The parser takes a zero byte for the end of the file: what follows would go unread.
    if let Some(zero) = memchr::memchr(0, source.text.as_bytes()) {
        let message = "the file holds a zero byte: it is not text";
        return Err(vec![Problem::new(source, zero..zero + 1, message)]);
    }
    let options = granit_parser::options! {
        disallow_directives: true,
        emit_unresolved_aliases: true,
        // One more than ours, so that our own message comes first where it can.
        flow_nesting_limit: limits.depth + 1,
        block_nesting_limit: limits.depth + 1,
    };
    let mut builder = Builder::new(source, limits);
    for next in Parser::new_from_str_with_options(&source.text, options) {
        let flow = match next {
            Ok((event, span)) => builder.event(event, &span),
            Err(error) => builder.syntax(&error),
        };
        if flow.is_break() || builder.problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    builder.finish()
}

struct Builder<'s, 'l> {
    source: &'s Arc<Source>,
    limits: &'l Limits,
    problems: Vec<Problem>,
    documents: Vec<Node<'s>>,
    /// Collections not closed yet, outermost first.
    open: Vec<Open<'s>>,
    /// Anchors of the current document.
    anchors: HashMap<usize, Anchor<'s>>,
    nodes: usize,
    aliases: usize,
    alias_nodes: usize,
    alias_bytes: usize,
}

struct Open<'s> {
    start: usize,
    is_flow: bool,
    children: Children<'s>,
}

enum Children<'s> {
    Mapping {
        entries: Vec<(Key<'s>, Node<'s>)>,
        /// The key whose value comes next.
        key: Option<Key<'s>>,
        /// Places of keys, once the mapping is too large to search.
        seen: HashMap<String, Range<usize>>,
    },
    Sequence(Vec<Node<'s>>),
}

enum Anchor<'s> {
    Scalar(Node<'s>),
    /// Which child to take at each level from the root: anchored collections are not copied
    /// before they are used.
    Collection(Vec<usize>),
}

/// What a copy of a node would use up.
#[derive(Default)]
struct Size {
    nodes: usize,
    bytes: usize,
    depth: usize,
}

type Flow = ControlFlow<()>;
const GO_ON: Flow = ControlFlow::Continue(());
const STOP: Flow = ControlFlow::Break(());

impl<'s, 'l> Builder<'s, 'l> {
    fn new(source: &'s Arc<Source>, limits: &'l Limits) -> Self {
        Self {
            source,
            limits,
            problems: Vec::new(),
            documents: Vec::new(),
            open: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            aliases: 0,
            alias_nodes: 0,
            alias_bytes: 0,
        }
    }

    fn finish(mut self) -> Result<Vec<Node<'s>>, Vec<Problem>> {
        if !self.problems.is_empty() {
            self.problems.sort_by_key(|problem| problem.span.start);
            return Err(self.problems);
        }
        Ok(self.documents)
    }

    fn event(&mut self, event: Event<'s>, span: &Span) -> Flow {
        let range = self.range(span);
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                GO_ON
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.tag(tag.is_some(), span, &range);
                self.scalar(text, style, anchor, range)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.tag(tag.is_some(), span, &range);
                self.start(Children::Sequence(Vec::new()), style, anchor, &range)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.tag(tag.is_some(), span, &range);
                let mapping = Children::Mapping {
                    entries: Vec::new(),
                    key: None,
                    seen: HashMap::new(),
                };
                self.start(mapping, style, anchor, &range)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.end(&range);
                GO_ON
            }
            Event::Alias(anchor) => self.alias(anchor, range),
            Event::UnresolvedAlias(name) => {
                let message = format!("no anchor {} stands before this alias", shown(&name));
                self.refuse(range.clone(), message).label = "unknown alias".into();
                self.complete(null(range));
                GO_ON
            }
            // Anything the parser may add later would not be data.
            _ => GO_ON,
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'s, str>,
        style: ScalarStyle,
        anchor: usize,
        span: Range<usize>,
    ) -> Flow {
        if self.count(1, &span).is_break() {
            return STOP;
        }
        let limit = self.limits.scalar_bytes;
        if text.len() > limit {
            let message = format!("a value has {} bytes; the limit is {limit}", text.len());
            self.refuse(span.clone(), message).label = "too long".into();
        }
        let quoted = style != ScalarStyle::Plain;
        // The parser reports a node of which nothing was written as `~` of no length.
        let is_null =
            !quoted && (span.is_empty() || matches!(&*text, "~" | "null" | "Null" | "NULL"));
        let data = if is_null {
            Data::Null
        } else {
            Data::Scalar(Scalar { text, quoted })
        };
        let node = Node { span, data };
        if anchor > 0 {
            self.anchor(anchor, Anchor::Scalar(node.clone()), &node.span)?;
        }
        self.complete(node);
        GO_ON
    }

    fn start(
        &mut self,
        children: Children<'s>,
        style: StructureStyle,
        anchor: usize,
        span: &Range<usize>,
    ) -> Flow {
        if self.open.len() >= self.limits.depth {
            return self.too_deep(span.clone());
        }
        self.count(1, span)?;
        if anchor > 0 {
            let path = self.open.iter().map(|open| open.children.len()).collect();
            self.anchor(anchor, Anchor::Collection(path), span)?;
        }
        self.open.push(Open {
            start: span.start,
            is_flow: style == StructureStyle::Flow,
            children,
        });
        GO_ON
    }

    fn end(&mut self, span: &Range<usize>) {
        let Some(open) = self.open.pop() else {
            return;
        };
        // A block ends with its last child, not where the parser noticed, lines later.
        let last = open.children.last_end().unwrap_or(open.start);
        let end = if open.is_flow {
            last.max(span.end)
        } else {
            last
        };
        let data = match open.children {
            // Many small collections would keep room for several times what they hold.
            Children::Mapping { mut entries, .. } => {
                entries.shrink_to_fit();
                Data::Mapping(entries)
            }
            Children::Sequence(mut items) => {
                items.shrink_to_fit();
                Data::Sequence(items)
            }
        };
        self.complete(Node {
            span: open.start..end.max(open.start),
            data,
        });
    }

    /// Hands a finished node to the collection that holds it.
    fn complete(&mut self, node: Node<'s>) {
        match self.open.last_mut().map(|open| &mut open.children) {
            None => self.documents.push(node),
            Some(Children::Sequence(items)) => items.push(node),
            Some(Children::Mapping { entries, key, .. }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => self.key(node),
            },
        }
    }

    fn key(&mut self, node: Node<'s>) {
        let span = node.span.clone();
        let Data::Scalar(Scalar { text, quoted }) = node.data else {
            let message = format!("a key must be text, found {}", node.describe());
            self.refuse(span.clone(), message).help =
                Some("put the key in quotes if it is meant as text".into());
            // The file is refused; an empty key keeps keys and values in step.
            return self.await_value(Key {
                span,
                text: Cow::Borrowed(""),
            });
        };
        if text == "<<" && !quoted {
            self.refuse(span.clone(), "merge keys (`<<`) are not read")
                .help = Some("write the merged keys out".into());
        }
        let first = match self.open.last_mut().map(|open| &mut open.children) {
            Some(Children::Mapping { entries, seen, .. }) => first_use(entries, seen, &text, &span),
            _ => None,
        };
        if let Some(first) = first {
            let source = self.source;
            let message = format!("the key {} is given twice", shown(&text));
            let problem = Problem::new(source, span.clone(), message)
                .label("again here")
                .help("keep one of the two")
                .related(source, first, "first given here");
            self.problems.push(problem);
        }
        self.await_value(Key { span, text });
    }

    fn await_value(&mut self, next: Key<'s>) {
        if let Some(Children::Mapping { key, .. }) =
            self.open.last_mut().map(|open| &mut open.children)
        {
            *key = Some(next);
        }
    }

    fn alias(&mut self, anchor: usize, span: Range<usize>) -> Flow {
        let written = self.source.text.get(span.clone()).unwrap_or("*");
        self.aliases += 1;
        let limit = self.limits.aliases;
        if self.aliases > limit {
            self.refuse(span, format!("more than {limit} aliases are used"))
                .help = Some("write the values out".into());
            return STOP;
        }
        let Some(target) = self.anchored(anchor) else {
            let message = format!(
                "the alias {} stands inside the value it names",
                shown(written)
            );
            self.refuse(span.clone(), message).label = "refers to itself".into();
            self.complete(null(span));
            return GO_ON;
        };
        let room = self.limits.alias_nodes.saturating_sub(self.alias_nodes);
        let mut size = Size::default();
        measure(target, room, 1, &mut size);
        if size.nodes > room || self.alias_bytes + size.bytes > self.limits.bytes {
            let message = format!(
                "aliases expand to more than {} values or {} bytes",
                self.limits.alias_nodes, self.limits.bytes
            );
            self.refuse(span, message).label = "the limit is reached here".into();
            return STOP;
        }
        if self.open.len() + size.depth - 1 > self.limits.depth {
            return self.too_deep(span);
        }
        let data = target.data.clone();
        self.alias_nodes += size.nodes;
        self.alias_bytes += size.bytes;
        self.count(size.nodes, &span)?;
        self.complete(Node { span, data });
        GO_ON
    }

    /// The anchored node; `None` while it is still open.
    fn anchored(&self, anchor: usize) -> Option<&Node<'s>> {
        let path = match self.anchors.get(&anchor)? {
            Anchor::Scalar(node) => return Some(node),
            Anchor::Collection(path) => path,
        };
        let mut levels = self.open.iter();
        let mut steps = path.iter();
        let mut node = loop {
            // When the path ends at an open collection, that collection is the target.
            let (open, step) = (levels.next()?, steps.next()?);
            if let Some(child) = open.children.child(*step) {
                break child;
            }
        };
        for step in steps {
            node = match &node.data {
                Data::Mapping(entries) => &entries.get(*step)?.1,
                Data::Sequence(items) => items.get(*step)?,
                Data::Null | Data::Scalar(_) => return None,
            };
        }
        Some(node)
    }

    fn anchor(&mut self, id: usize, anchor: Anchor<'s>, span: &Range<usize>) -> Flow {
        let limit = self.limits.aliases;
        if self.anchors.len() >= limit {
            self.refuse(span.clone(), format!("more than {limit} anchors are set"));
            return STOP;
        }
        self.anchors.insert(id, anchor);
        GO_ON
    }

    fn count(&mut self, nodes: usize, span: &Range<usize>) -> Flow {
        self.nodes += nodes;
        let limit = self.limits.nodes;
        if self.nodes > limit {
            self.refuse(
                span.clone(),
                format!("the file holds more than {limit} values"),
            )
            .help = Some("split the file, or declare assets as CSV or NDJSON".into());
            return STOP;
        }
        GO_ON
    }

    fn too_deep(&mut self, span: Range<usize>) -> Flow {
        let limit = self.limits.depth;
        self.refuse(span, format!("values are nested more than {limit} deep"))
            .label = "one level too many".into();
        STOP
    }

    fn tag(&mut self, is_tagged: bool, span: &Span, value: &Range<usize>) {
        if !is_tagged && span.tag_start().is_none() {
            return;
        }
        let range = span
            .tag_span()
            .and_then(|tag| tag.byte_range())
            .unwrap_or_else(|| value.clone());
        self.refuse_tag(range);
    }

    fn refuse_tag(&mut self, span: Range<usize>) {
        self.refuse(span, "tags (`!…`) are not read").help =
            Some("leave the tag out; a text that begins with `!` goes in quotes".into());
    }

    fn syntax(&mut self, error: &ScanError) -> Flow {
        let span = self.character_at(error);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => return self.too_deep(span),
            ErrorKind::UndeclaredTagHandle => self.refuse_tag(span),
            ErrorKind::DirectiveDisallowed => {
                self.refuse(span, "directives (`%…`) are not read").help =
                    Some("leave the line out".into());
            }
            kind => {
                let help = syntax_help(kind).map(str::to_owned);
                self.refuse(span, format!("this is not YAML: {kind}")).help = help;
            }
        }
        STOP
    }

    /// The character at which the parser stopped; the last one when that is the end.
    fn character_at(&self, error: &ScanError) -> Range<usize> {
        let text = &self.source.text;
        let offset = error.marker().byte_offset().unwrap_or(text.len());
        let start = text.floor_char_boundary(offset);
        match text[start..].chars().next() {
            Some(character) => start..start + character.len_utf8(),
            None => start..start,
        }
    }

    fn range(&self, span: &Span) -> Range<usize> {
        let end = self.source.text.len();
        let range = span.byte_range().unwrap_or(end..end);
        range.start.min(end)..range.end.clamp(range.start.min(end), end)
    }

    fn refuse(&mut self, span: Range<usize>, message: impl Into<String>) -> &mut Problem {
        self.problems.push(Problem::new(self.source, span, message));
        self.problems.last_mut().expect("one was just added")
    }
}

impl<'s> Children<'s> {
    fn len(&self) -> usize {
        match self {
            Self::Mapping { entries, .. } => entries.len(),
            Self::Sequence(items) => items.len(),
        }
    }

    fn child(&self, index: usize) -> Option<&Node<'s>> {
        match self {
            Self::Mapping { entries, .. } => entries.get(index).map(|(_, node)| node),
            Self::Sequence(items) => items.get(index),
        }
    }

    fn last_end(&self) -> Option<usize> {
        match self {
            Self::Mapping { entries, .. } => entries
                .last()
                .map(|(key, node)| key.span.end.max(node.span.end)),
            Self::Sequence(items) => items.last().map(|node| node.span.end),
        }
    }
}

/// Where the same key was given before. Remembers this one.
fn first_use(
    entries: &[(Key<'_>, Node<'_>)],
    seen: &mut HashMap<String, Range<usize>>,
    text: &str,
    span: &Range<usize>,
) -> Option<Range<usize>> {
    if entries.len() < SMALL_MAPPING {
        return entries
            .iter()
            .find(|(key, _)| key.text == text)
            .map(|(key, _)| key.span.clone());
    }
    if seen.is_empty() {
        for (key, _) in entries {
            seen.entry(key.text.clone().into_owned())
                .or_insert(key.span.clone());
        }
    }
    if let Some(first) = seen.get(text) {
        return Some(first.clone());
    }
    seen.insert(text.to_owned(), span.clone());
    None
}

/// Counts what a copy would use up; stops counting beyond `room` nodes.
fn measure(node: &Node<'_>, room: usize, depth: usize, size: &mut Size) {
    size.nodes += 1;
    size.depth = size.depth.max(depth);
    if size.nodes > room {
        return;
    }
    match &node.data {
        Data::Null => {}
        Data::Scalar(scalar) => size.bytes += scalar.text.len(),
        Data::Sequence(items) => {
            for item in items {
                measure(item, room, depth + 1, size);
                if size.nodes > room {
                    return;
                }
            }
        }
        Data::Mapping(entries) => {
            for (key, value) in entries {
                size.bytes += key.text.len();
                measure(value, room, depth + 1, size);
                if size.nodes > room {
                    return;
                }
            }
        }
    }
}

fn null<'s>(span: Range<usize>) -> Node<'s> {
    Node {
        span,
        data: Data::Null,
    }
}

fn syntax_help(kind: &ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::TabInPlainScalar
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation => Some("indent with spaces"),
        ErrorKind::MappingValueNotAllowed => {
            Some("put a text that holds `: ` in quotes, and check the indentation")
        }
        ErrorKind::UnclosedQuotedScalar => Some("close the quotation mark"),
        ErrorKind::UnexpectedCharacter { .. } => {
            Some("a text that begins with this character goes in quotes")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn source(text: &str) -> Arc<Source> {
        Source::new("file.yaml", text)
    }

    /// The refusals of a text as `line:column message`.
    fn refusals_within(text: &str, limits: &Limits) -> Vec<String> {
        let source = source(text);
        let Err(problems) = parse(&source, limits) else {
            panic!("not refused: {text:?}");
        };
        problems
            .iter()
            .map(|problem| {
                let place = problem.place();
                format!("{}:{} {}", place.line, place.column, problem.message)
            })
            .collect()
    }

    fn refusals(text: &str) -> Vec<String> {
        refusals_within(text, &Limits::default())
    }

    fn one(source: &Arc<Source>) -> Node<'_> {
        let mut documents = parse(source, &Limits::default()).expect("a good file");
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    #[test]
    fn scalars_keep_the_text_that_was_written() {
        let text = "version: 3.10\ncountry: NO\ncode: 010\nhex: 0x1F\nwhen: 2026-11-22\nquoted: '~'\n\
                    block: |\n  two\n  lines\nescaped: \"a\\tb\"\n";
        let source = source(text);
        let root = one(&source);
        for (key, expected) in [
            ("version", "3.10"),
            ("country", "NO"),
            ("code", "010"),
            ("hex", "0x1F"),
            ("when", "2026-11-22"),
            ("quoted", "~"),
            ("block", "two\nlines\n"),
            ("escaped", "a\tb"),
        ] {
            assert_eq!(root.get(key).and_then(Node::text), Some(expected), "{key}");
        }
    }

    #[test]
    fn nothing_written_is_null_and_the_words_for_it_are_text_in_quotes() {
        let source = source("a:\nb: ~\nc: null\nd: NULL\ne: 'null'\nf: ''\ng: nil\nh: [ , ]\n");
        assert!(
            parse(&source, &Limits::default()).is_err(),
            "an empty flow entry is no YAML"
        );
        let source = self::source("a:\nb: ~\nc: null\nd: NULL\ne: 'null'\nf: ''\ng: nil\n");
        let root = one(&source);
        for key in ["a", "b", "c", "d"] {
            assert_eq!(
                root.get(key).map(|node| &node.data),
                Some(&Data::Null),
                "{key}"
            );
        }
        for (key, text) in [("e", "null"), ("f", ""), ("g", "nil")] {
            assert_eq!(root.get(key).and_then(Node::text), Some(text), "{key}");
        }
    }

    #[test]
    fn spans_cover_exactly_what_was_written() {
        let text = "\u{feff}é: 'ü'  # note\r\nlist:\r\n  - a b\r\n  - {k: [1, 2]}\r\n\r\n# end\r\nlast: x\r\n";
        let source = source(text);
        let root = one(&source);
        let slice = |node: &Node<'_>| source.text[node.span.clone()].to_owned();
        assert_eq!(slice(root.get("é").unwrap()), "'ü'");
        let list = root.get("list").unwrap();
        assert_eq!(slice(list), "- a b\r\n  - {k: [1, 2]}");
        assert_eq!(slice(&list.sequence().unwrap()[0]), "a b");
        assert_eq!(slice(&list.sequence().unwrap()[1]), "{k: [1, 2]}");
        assert_eq!(slice(root.get("last").unwrap()), "x");
    }

    #[test]
    fn json_is_read_with_tabs_and_surrogates() {
        let source =
            source("{\n\t\"a\": [true, 1.50, null],\n\t\"b\": \"\\ud83d\\ude00 \\/\"\n}\n");
        let root = one(&source);
        let items = root.get("a").and_then(Node::sequence).unwrap();
        assert_eq!(items[1].text(), Some("1.50"));
        assert_eq!(items[2].data, Data::Null);
        assert_eq!(root.get("b").and_then(Node::text), Some("😀 /"));
    }

    #[test]
    fn files_hold_any_number_of_documents() {
        let count = |text: &str| parse(&source(text), &Limits::default()).unwrap().len();
        assert_eq!(count(""), 0);
        assert_eq!(count("# only a remark\n"), 0);
        assert_eq!(count("a: 1\n"), 1);
        assert_eq!(count("a: 1\n---\nb: 2\n"), 2);
    }

    #[test]
    fn duplicate_keys_name_both_places() {
        let source = source("a: 1\nb:\n  x: 1\n  'x': 2\na: 3\n");
        let problems = parse(&source, &Limits::default()).unwrap_err();
        assert_eq!(problems.len(), 2);
        assert_eq!(problems[0].message, "the key `x` is given twice");
        assert_eq!(problems[0].place().to_string(), "file.yaml:4:3");
        let (other, span, _) = problems[1].related.clone().unwrap();
        assert_eq!(other.place(span.start).to_string(), "file.yaml:1:1");
        assert_eq!(problems[1].place().to_string(), "file.yaml:5:1");
    }

    #[test]
    fn duplicate_keys_of_large_mappings_are_found_too() {
        let lines: Vec<_> = (0..100).map(|n| format!("k{n}: 1\n")).collect();
        let mut text = lines.concat();
        text.push_str("k3: 2\nk99: 2\n'': 1\n\"\": 2\n");
        let expected = [
            "101:1 the key `k3`",
            "102:1 the key `k99`",
            "104:1 the key ``",
        ];
        let found = refusals(&text);
        assert_eq!(found.len(), 3);
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(*found, format!("{expected} is given twice"));
        }
    }

    #[test]
    fn what_readers_disagree_about_is_refused_at_its_place() {
        for (text, expected) in [
            (
                "a: !!str 1\nb: !x 2\n",
                vec![
                    "1:4 tags (`!…`) are not read",
                    "2:4 tags (`!…`) are not read",
                ],
            ),
            (
                "a: !!python/object:os.system {}\n",
                vec!["1:4 tags (`!…`) are not read"],
            ),
            ("a: !e!x 1\n", vec!["1:4 tags (`!…`) are not read"]),
            ("a:\n  ! b\n", vec!["2:3 tags (`!…`) are not read"]),
            (
                "? [a, b]\n: 1\n",
                vec!["1:3 a key must be text, found a list"],
            ),
            (
                "x: {{a: 1}: 2}\n",
                vec!["1:5 a key must be text, found a mapping"],
            ),
            ("~: 1\n", vec!["1:1 a key must be text, found nothing"]),
            (
                "a: &m {x: 1}\nb:\n  <<: *m\n",
                vec!["3:3 merge keys (`<<`) are not read"],
            ),
            (
                "%YAML 1.2\n---\na: 1\n",
                vec!["1:1 directives (`%…`) are not read"],
            ),
            (
                "a: *missing\nb: *gone\n",
                vec![
                    "1:4 no anchor `missing` stands before this alias",
                    "2:4 no anchor `gone` stands before this alias",
                ],
            ),
            (
                "a: &x [1, *x]\n",
                vec!["1:11 the alias `*x` stands inside the value it names"],
            ),
        ] {
            assert_eq!(refusals(text), expected, "{text:?}");
        }
    }

    #[test]
    fn syntax_errors_carry_the_parser_s_words_and_place() {
        for (text, place, words) in [
            ("a: [1, 2\nb: 1\n", "2:2", "not YAML"),
            ("a: 1\n\tb: 2\n", "1:4", "found a tab"),
            ("a: b: c\n", "1:5", "mapping values"),
            ("a: 'open\n", "1:4", "unclosed quote"),
            ("a: @x\n", "1:4", "unexpected character"),
        ] {
            let found = refusals(text);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(place), "{place}: {found:?}");
            assert!(found[0].contains(words), "{words}: {found:?}");
        }
    }

    #[test]
    fn every_limit_is_told_with_its_number() {
        let small = Limits {
            bytes: 40,
            depth: 3,
            nodes: 8,
            scalar_bytes: 6,
            aliases: 2,
            alias_nodes: 3,
        };
        for (text, expected) in [
            (
                "# 0123456789012345678901234567890123456789\n",
                "0:0 the file has 43 bytes; the limit is 40",
            ),
            ("[[[[x]]]]", "1:4 values are nested more than 3 deep"),
            (
                "[1,2,3,4,5,6,7,8]",
                "1:16 the file holds more than 8 values",
            ),
            ("a: 1234567", "1:4 a value has 7 bytes; the limit is 6"),
            ("[&a 1,*a,*a,*a]", "1:13 more than 2 aliases are used"),
            ("[&a 1,&b 2,&c 3]", "1:15 more than 2 anchors are set"),
            (
                "[&a [1,2,3],*a]",
                "1:13 aliases expand to more than 3 values or 40 bytes",
            ),
            ("[&a [[1]],[*a]]", "1:12 values are nested more than 3 deep"),
        ] {
            assert_eq!(refusals_within(text, &small), [expected], "{text:?}");
        }
    }

    #[test]
    fn small_aliases_are_expanded() {
        let source = source("a: &x {k: &y v, l: [*y]}\nb: *x\nc: [*x, *y]\n*y : key\n");
        let root = one(&source);
        assert_eq!(root.get("b").unwrap().data, root.get("a").unwrap().data);
        let list = root.get("c").and_then(Node::sequence).unwrap();
        assert_eq!(list[0].data, root.get("a").unwrap().data);
        assert_eq!(list[1].text(), Some("v"));
        assert_eq!(root.get("v").and_then(Node::text), Some("key"));
    }

    #[test]
    fn bombs_are_refused_at_once() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..30 {
            let uses = vec![format!("*a{}", level - 1); 10].join(",");
            bomb += &[
                "a",
                &level.to_string(),
                ": &a",
                &level.to_string(),
                " [",
                &uses,
                "]\n",
            ]
            .concat();
        }
        let started = Instant::now();
        assert!(refusals(&bomb)[0].contains("aliases expand to more than 100000 values"));
        for nest in ["[", "{a: ", "- ", "[{\"a\":"] {
            let found = refusals(&nest.repeat(100_000));
            assert!(found[0].contains("nested more than 64 deep"), "{found:?}");
        }
        let heavy = format!(
            "[&a \"{}\\n\",{}]",
            "x".repeat(1_000_000),
            vec!["*a"; 900].join(",")
        );
        assert!(refusals(&heavy)[0].contains("67108864 bytes"));
        assert!(started.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn nothing_can_hide_behind_a_zero_byte() {
        assert_eq!(
            refusals("a: 1\n\0b: 2\n"),
            ["2:1 the file holds a zero byte: it is not text"]
        );
    }

    #[test]
    fn problems_stop_at_a_hundred() {
        assert_eq!(refusals(&"- !x y\n".repeat(1_000)).len(), MAX_PROBLEMS);
    }
}
