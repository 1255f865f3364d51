//! Cuts a JSON document into the objects of its list: `[{…}, {…}]`, or `{"value": [{…}, …]}` and
//! the like. Only brackets and quotes are looked at; each object is parsed by whoever gets it.

use super::condensed::{Cutter, Piece, lines, too_long};
use super::error::ImportError;
use crate::model::fields::asset;
use crate::model::fold_name;
use std::io::Read;
use std::sync::Arc;

/// How deep inside objects a list is looked for.
const MAX_DEPTH: usize = 4;

/// Lists of other documents, bills of materials and reports, whose entries are no machines.
const OTHER_LISTS: [&str; 5] = [
    "components",
    "findings",
    "packages",
    "rules",
    "vulnerabilities",
];

/// What stands in front of the list of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// A list, below these keys.
    List(Vec<String>),
    /// One object that is a record itself.
    Object,
}

/// Finds the list of a document that begins like this, and the bytes up to and with its bracket.
pub(super) fn find_list(head: &[u8]) -> Option<(Shape, usize)> {
    let mut scan = Scan {
        text: head,
        at: 0,
        keys: Vec::new(),
    };
    match scan.next_token()? {
        b'[' => Some((Shape::List(Vec::new()), scan.at)),
        b'{' => scan.object(),
        _ => None,
    }
}

struct Scan<'t> {
    text: &'t [u8],
    at: usize,
    keys: Vec<String>,
}

impl Scan<'_> {
    /// Skips blanks and gives the byte behind them, which is consumed.
    fn next_token(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.get(self.at)?;
            self.at += 1;
            if !byte.is_ascii_whitespace() {
                return Some(byte);
            }
        }
    }

    fn peek(&mut self) -> Option<u8> {
        let byte = self.next_token()?;
        self.at -= 1;
        Some(byte)
    }

    /// Behind the opening bracket of an object.
    fn object(&mut self) -> Option<(Shape, usize)> {
        loop {
            match self.next_token()? {
                b'"' => {}
                b',' => continue,
                b'}' if self.keys.pop().is_some() => continue,
                _ => return None,
            }
            let key = self.string()?;
            if self.next_token()? != b':' {
                return None;
            }
            match self.peek()? {
                b'[' => {
                    self.at += 1;
                    let is_list = matches!(self.peek()?, b'{' | b']');
                    if is_list && self.keys.is_empty() && OTHER_LISTS.contains(&key.as_str()) {
                        return None;
                    }
                    if is_list && asset::SCHEMA.find_alias(&key).is_none() {
                        let mut path = std::mem::take(&mut self.keys);
                        path.push(key);
                        return Some((Shape::List(path), self.at));
                    }
                    if is_list && self.keys.is_empty() {
                        return Some((Shape::Object, 0));
                    }
                    self.skip_nested()?;
                }
                b'{' if self.keys.len() < MAX_DEPTH => {
                    self.at += 1;
                    self.keys.push(key);
                }
                b'{' => {
                    self.at += 1;
                    self.skip_nested()?;
                }
                b'"' => {
                    self.at += 1;
                    self.string()?;
                    if self.keys.is_empty() && is_identity(&key) {
                        return Some((Shape::Object, 0));
                    }
                }
                _ => self.skip_scalar(),
            }
        }
    }

    /// Behind the opening quote; the text as it is written.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        loop {
            match *self.text.get(self.at)? {
                b'\\' => self.at += 2,
                b'"' => {
                    let text = self.text.get(start..self.at)?;
                    self.at += 1;
                    return Some(String::from_utf8_lossy(text).into_owned());
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_scalar(&mut self) {
        while let Some(byte) = self.text.get(self.at) {
            if matches!(byte, b',' | b'}' | b']') {
                return;
            }
            self.at += 1;
        }
    }

    /// Behind an opening bracket, to behind the one that closes it.
    fn skip_nested(&mut self) -> Option<()> {
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next_token()? {
                b'"' => {
                    self.string()?;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
        }
        Some(())
    }
}

/// Whether a key says who an asset is.
fn is_identity(key: &str) -> bool {
    let folded = fold_name(key);
    [asset::ID, asset::NAME].into_iter().any(|id| {
        let field = asset::SCHEMA.field(id);
        let mut names = std::iter::once(&field.name).chain(field.also);
        names.any(|name| fold_name(name) == folded)
    })
}

/// Cuts the elements of the list, or the whole of a document that is one object.
pub(super) struct JsonList<R> {
    input: R,
    buffer: Vec<u8>,
    /// Read and not looked at yet.
    from: usize,
    line: u32,
    limit: usize,
    state: State,
    /// What stands before the list and has to be told.
    warning: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Objects that follow one another, without a list around them.
    Bare,
    /// Inside the list.
    Elements,
    /// Behind the list, where the rest of the objects around it stands.
    Rest,
    Ended,
}

impl<R> std::fmt::Debug for JsonList<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JsonList").finish_non_exhaustive()
    }
}

impl<R: Read> JsonList<R> {
    /// Reads up to the list.
    pub(super) fn open(name: &Arc<str>, mut input: R, limit: usize) -> Result<Self, ImportError> {
        let mut buffer = Vec::new();
        let wanted = u64::try_from(limit).unwrap_or(u64::MAX);
        (&mut input)
            .take(wanted)
            .read_to_end(&mut buffer)
            .map_err(|source| ImportError::Io {
                name: Arc::clone(name),
                source,
            })?;
        let Some((shape, length)) = find_list(&buffer) else {
            return Err(ImportError::JsonDocument {
                name: Arc::clone(name),
            });
        };
        let head = buffer.get(..length).unwrap_or_default();
        let warning = next_page(&String::from_utf8_lossy(head));
        let state = match &shape {
            Shape::List(_) => State::Elements,
            Shape::Object => State::Bare,
        };
        Ok(Self {
            input,
            line: 1 + lines(head),
            from: length,
            warning,
            buffer,
            limit,
            state,
        })
    }

    fn fill(&mut self) -> std::io::Result<bool> {
        self.buffer.drain(..self.from);
        self.from = 0;
        let before = self.buffer.len();
        (&mut self.input)
            .take(64 << 10)
            .read_to_end(&mut self.buffer)?;
        Ok(self.buffer.len() > before)
    }

    /// The next byte that is not consumed; `None` at the end of the input.
    fn peek(&mut self) -> std::io::Result<Option<u8>> {
        if self.from == self.buffer.len() && !self.fill()? {
            return Ok(None);
        }
        Ok(self.buffer.get(self.from).copied())
    }

    fn advance(&mut self, byte: u8) {
        self.from += 1;
        self.line = self.line.saturating_add(u32::from(byte == b'\n'));
    }

    /// A value from its first byte on, or as much of it as there is; `None` when it was too long.
    fn value(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        let mut is_too_long = false;
        let mut at = Nesting::default();
        loop {
            let chunk = self.buffer.get(self.from..).unwrap_or_default();
            let (length, has_ended) = at.through(chunk);
            let part = chunk.get(..length).unwrap_or_default();
            self.line = self.line.saturating_add(lines(part));
            is_too_long |= value.len() + length > self.limit;
            if is_too_long {
                value.clear();
            } else {
                value.extend_from_slice(part);
            }
            self.from += length;
            if has_ended || !self.fill()? {
                return Ok((!is_too_long).then_some(value));
            }
        }
    }

    fn piece(&mut self, line: u32) -> std::io::Result<Piece> {
        let text = self.value()?;
        let Some(text) = text else {
            return Ok(too_long(line, self.limit));
        };
        Ok(Piece {
            line,
            text: Ok(text),
        })
    }

    /// Reads on to the end, and keeps as much of it as a record may have.
    fn rest(&mut self) -> std::io::Result<Option<Piece>> {
        let line = self.line;
        let mut rest = Vec::new();
        loop {
            let part = self.buffer.get(self.from..).unwrap_or_default();
            let room = self.limit.saturating_sub(rest.len()).min(part.len());
            rest.extend_from_slice(part.get(..room).unwrap_or_default());
            self.from = self.buffer.len();
            if !self.fill()? {
                break;
            }
        }
        self.state = State::Ended;
        Ok(rest_of(&rest).map(|text| message(line, text)))
    }
}

/// Where a scan stands inside a value.
#[derive(Default)]
struct Nesting {
    depth: usize,
    is_quoted: bool,
    is_escaped: bool,
}

impl Nesting {
    /// The bytes of a chunk that belong to the value, and whether it ends with them.
    fn through(&mut self, chunk: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while let Some(byte) = chunk.get(at) {
            if self.is_quoted {
                at += self.quoted(chunk.get(at..).unwrap_or_default());
                continue;
            }
            match byte {
                b'"' => self.is_quoted = true,
                b'[' | b'{' => self.depth += 1,
                b',' | b']' | b'}' if self.depth == 0 => return (at, true),
                b']' | b'}' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        (at, false)
    }

    /// The bytes up to and with the next quote or backslash.
    fn quoted(&mut self, text: &[u8]) -> usize {
        if self.is_escaped {
            self.is_escaped = false;
            return 1;
        }
        let Some(found) = memchr::memchr2(b'"', b'\\', text) else {
            return text.len();
        };
        if text.get(found) == Some(&b'"') {
            self.is_quoted = false;
        } else {
            self.is_escaped = true;
        }
        found + 1
    }
}

/// What the text behind a list tells of assets that are not in it.
fn rest_of(rest: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(rest);
    if let Some(message) = next_page(&text) {
        return Some(message);
    }
    let rest = text.trim_start();
    // A list or an object of its own behind the document, or below another key of it.
    let has_more = rest.starts_with(['[', '{']) || text.contains("[{") || text.contains("[ {");
    has_more.then_some("more lists follow, which are not read: send each as a file of its own")
}

/// Whether a document says that it goes on in another one.
pub(super) fn next_page(text: &str) -> Option<&'static str> {
    let (_, value) = text.split_once("\"@odata.nextLink\"")?;
    let value = value.trim_start().strip_prefix(':')?.trim_start();
    let is_link = value.starts_with('"') && !value.starts_with("\"\"");
    is_link.then_some(
        "the list goes on on a next page (`@odata.nextLink`): send all pages, or these are not all assets",
    )
}

fn message(line: u32, text: &str) -> Piece {
    Piece {
        line,
        text: Err(text.to_owned()),
    }
}

impl<R: Read + Send> Cutter for JsonList<R> {
    fn next(&mut self) -> std::io::Result<Option<Piece>> {
        if let Some(warning) = self.warning.take() {
            return Ok(Some(message(1, warning)));
        }
        loop {
            let line = self.line;
            match self.state {
                State::Bare | State::Elements => {}
                State::Rest => return self.rest(),
                State::Ended => return Ok(None),
            }
            let Some(byte) = self.peek()? else {
                let was_open = self.state == State::Elements;
                self.state = State::Ended;
                let cut = || message(line, "the list does not end: the file is cut");
                return Ok(was_open.then(cut));
            };
            match (self.state, byte) {
                (_, b' ' | b'\n' | b'\r' | b'\t') | (State::Elements, b',') => self.advance(byte),
                (State::Elements, b']') => {
                    self.advance(byte);
                    self.state = State::Rest;
                }
                (_, b',' | b']' | b'}') => {
                    self.advance(byte);
                    self.state = State::Rest;
                    let text =
                        "a bracket or comma stands where an object should: the rest is not read";
                    return Ok(Some(message(line, text)));
                }
                _ => return self.piece(line).map(Some),
            }
        }
    }
}

/// Whether a text that begins like this is one document and not an object a line.
pub(super) fn is_document(head: &str) -> bool {
    let head = head.trim_start();
    let (first, below) = head.split_once('\n').unwrap_or((head, ""));
    let list = first.strip_prefix('[').map(str::trim_start);
    let is_list = list.is_some_and(|rest| rest.is_empty() || rest.starts_with(['{', ']', '\r']));
    if is_list || first.trim() == "{" {
        return true;
    }
    if !first.starts_with('{') {
        return false;
    }
    if !below.trim().is_empty() {
        // A line of NDJSON that was cut rarely ends like this.
        let goes_on = first.trim_end().ends_with([',', ':', '[', '{']);
        return goes_on && matches!(find_list(head.as_bytes()), Some((Shape::List(_), _)));
    }
    let whole = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(first);
    let is_asset = whole.is_ok_and(|object| object.keys().any(|key| is_identity(key)));
    !is_asset && matches!(find_list(head.as_bytes()), Some((Shape::List(_), _)))
}
