//! XML from outside, event by event: no document type, no entities but the five, no text or tag
//! without a bound, no endless depth.

use super::encoding::Decoded;
use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;
use std::io::{self, BufReader, Read};

const MAX_DEPTH: usize = 64;

/// A reader of one document.
pub(super) struct Xml {
    reader: Reader<BufReader<Bounded>>,
    /// The event at hand, as written.
    buffer: Vec<u8>,
    depth: usize,
    line: u32,
    /// The most bytes of one event.
    limit: usize,
}

/// What is left of an event when it was checked.
#[derive(Debug)]
pub(super) enum Node {
    End,
    Eof,
    Start(BytesStart<'static>),
    Text(String),
}

impl std::fmt::Debug for Xml {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Xml")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Xml {
    pub(super) fn new(input: Decoded, limit: usize) -> Self {
        let bounded = Bounded {
            input: input.into_utf8(),
            left: limit,
        };
        let mut reader = Reader::from_reader(BufReader::with_capacity(64 << 10, bounded));
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            depth: 0,
            line: 1,
            limit,
        }
    }

    /// The line of the event at hand.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The next start, end or text; the error is a lower-case fragment, and nothing follows it.
    pub(super) fn next(&mut self) -> Result<Node, String> {
        loop {
            self.line = self
                .line
                .saturating_add(super::condensed::lines(&self.buffer));
            self.buffer.clear();
            self.reader.get_mut().get_mut().left = self.limit;
            let event = self
                .reader
                .read_event_into(&mut self.buffer)
                .map_err(|error| format!("is not readable as XML: {error}"))?;
            let node = match event {
                Event::Start(_) if self.depth >= MAX_DEPTH => {
                    return Err(format!("is nested deeper than {MAX_DEPTH} elements"));
                }
                Event::DocType(_) => {
                    return Err("has a document type, which is not read".to_owned());
                }
                Event::Start(start) => {
                    self.depth += 1;
                    Node::Start(start.into_owned())
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    Node::End
                }
                Event::Text(text) => Node::Text(text.to_string()),
                Event::CData(text) => Node::Text(text.to_string()),
                Event::GeneralRef(entity) => {
                    let found = match entity.resolve_char_ref() {
                        Ok(Some(one)) => Some(one.to_string()),
                        Ok(None) => resolve_predefined_entity(&entity).map(str::to_owned),
                        Err(_) => None,
                    };
                    match found {
                        Some(text) => Node::Text(text),
                        None => {
                            return Err("uses an entity that is not one of XML's own".to_owned());
                        }
                    }
                }
                Event::Eof if self.depth > 0 => {
                    return Err("does not end: the file is cut".to_owned());
                }
                Event::Eof => Node::Eof,
                // They say nothing, and `Empty` was expanded.
                Event::Comment(_) | Event::Decl(_) | Event::Empty(_) | Event::PI(_) => continue,
            };
            return Ok(node);
        }
    }

    /// The text up to the end of the element at hand, whatever is inside it.
    pub(super) fn text(&mut self, limit: usize) -> Result<String, String> {
        let inside = self.depth;
        let mut text = String::new();
        while self.depth >= inside {
            if let Node::Text(part) = self.next()?
                && text.len() + part.len() <= limit
            {
                text.push_str(&part);
            }
        }
        Ok(text.trim().to_owned())
    }

    /// Goes to behind the element at hand.
    pub(super) fn skip(&mut self) -> Result<(), String> {
        let inside = self.depth;
        while self.depth >= inside {
            self.next()?;
        }
        Ok(())
    }
}

/// An attribute of an element; empty where it is absent or cannot be read.
pub(super) fn attribute(start: &BytesStart<'_>, name: &str) -> String {
    let Ok(Some(found)) = start.try_get_attribute(name) else {
        return String::new();
    };
    unescape(&found.value)
        .map(Cow::into_owned)
        .unwrap_or_default()
}

/// Refuses to read on where one event would need more than its share.
#[derive(Debug)]
struct Bounded {
    input: Decoded,
    left: usize,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other("a text or tag is too long"));
        }
        let room = buffer.len().min(self.left);
        let read = self.input.read(&mut buffer[..room])?;
        self.left -= read;
        Ok(read)
    }
}

/// The name of the root element of a document that begins like this.
pub(super) fn root(head: &str) -> Option<&str> {
    let mut rest = head.trim_start();
    while let Some(inner) = rest
        .strip_prefix("<?")
        .or_else(|| rest.strip_prefix("<!--"))
    {
        let end = if rest.starts_with("<?") { "?>" } else { "-->" };
        rest = inner.split_once(end)?.1.trim_start();
    }
    let name = rest.strip_prefix('<')?;
    let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))?;
    name.get(..end)
}

#[cfg(test)]
mod tests {
    use super::super::encoding::Encoding;
    use super::*;
    use std::io::Cursor;

    fn xml(text: impl Into<Vec<u8>>) -> Xml {
        let input = Box::new(Cursor::new(text.into()));
        Xml::new(Decoded::new(input, Encoding::Bytes, false), 1_000)
    }

    fn failure(text: impl Into<Vec<u8>>) -> String {
        let mut xml = xml(text);
        loop {
            match xml.next() {
                Ok(Node::Eof) => return String::new(),
                Ok(_) => {}
                Err(message) => return message,
            }
        }
    }

    #[test]
    fn entity_bombs_and_outside_files_are_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>";
        assert!(failure(bomb).contains("document type"));
        assert!(failure("<x>&a;</x>").contains("entity"));
        assert_eq!(failure("<x>&lt;&#65;&amp;</x>"), "");
    }

    #[test]
    fn depth_and_length_are_bounded() {
        assert!(failure("<a>".repeat(100)).contains("deeper"));
        let long = "x".repeat(200_000);
        assert!(failure(format!("<x>{long}</x>")).contains("too long"));
        assert!(failure(format!("<x a=\"{long}\"/>")).contains("too long"));
        assert!(failure(format!("<!-- {long} --><x/>")).contains("too long"));
        let many = "<y>text</y>".repeat(20_000);
        assert_eq!(failure(format!("<x>{many}</x>")), "");
    }

    #[test]
    fn broken_documents_are_told() {
        for text in ["<x><y></x>", "<x>", "<x", "<x a=b c></y>"] {
            assert!(!failure(text).is_empty(), "{text}");
        }
        let latin = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><x>caf\xe9</x>".to_vec();
        let mut xml = xml(latin);
        assert!(matches!(xml.next(), Ok(Node::Start(_))));
        assert_eq!(xml.text(100).as_deref(), Ok("café"));
        assert_eq!(failure(b"<x>\xff</x>".to_vec()), "");
    }

    #[test]
    fn the_root_is_found_behind_what_may_stand_before_it() {
        assert_eq!(
            root("<?xml version=\"1.0\"?>\n<!-- x -->\n<A b=\"c\">"),
            Some("A")
        );
        assert_eq!(root("<A>"), Some("A"));
        assert_eq!(root("A>"), None);
    }
}
