//! Documents that are one whole, such as a list in JSON or a report in XML, as a stream of records.
//!
//! A [`Cutter`] finds the records; they are handed on with a separator behind each, below as many
//! line ends as stand above them in the document, so that their places stay right. No more than one
//! record is held, and one that is too long is told and dropped.

use super::batch::Batch;
use super::encoding::{Decoded, Encoding};
use super::paths::size;
use super::row::{Row, bad};
use memchr::{memchr_iter, memrchr};
use std::fmt::Debug;
use std::io::{self, Read};

/// Between records. It stands in no JSON and in no XML.
const SEPARATOR: u8 = 0x1e;

/// Finds the records of a document, one after another.
pub(super) trait Cutter: Debug + Send {
    /// The next record; `None` after the last.
    fn next(&mut self) -> io::Result<Option<Piece>>;
}

/// A record, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its first line in the document, from 1.
    pub(super) line: u32,
    pub(super) text: Result<Vec<u8>, String>,
}

/// What an element that is longer than allowed is told as.
pub(super) fn too_long(line: u32, limit: usize) -> Piece {
    let limit = size(limit as u64);
    Piece {
        line,
        text: Err(format!("is longer than {limit} and was skipped")),
    }
}

/// A reader of what a cutter finds.
#[derive(Debug)]
struct Condensed {
    cutter: Box<dyn Cutter>,
    ready: Vec<u8>,
    given: usize,
    /// Where the text handed on stands, from 1.
    line: u32,
    at_end: bool,
}

/// Marks a record that is only a message.
const MESSAGE: u8 = 0x15;

/// What a cutter finds, as a text to be read in blocks.
pub(super) fn condense(cutter: Box<dyn Cutter>) -> Decoded {
    let condensed = Condensed {
        cutter,
        ready: Vec::new(),
        given: 0,
        line: 1,
        at_end: false,
    };
    Decoded::new(Box::new(condensed), Encoding::Bytes, false)
}

impl Condensed {
    fn refill(&mut self) -> io::Result<()> {
        let Some(piece) = self.cutter.next()? else {
            self.at_end = true;
            return Ok(());
        };
        self.ready.clear();
        self.given = 0;
        while self.line < piece.line {
            self.ready.push(b'\n');
            self.line += 1;
        }
        let mut text = match piece.text {
            Ok(text) => text,
            Err(message) => {
                self.ready.push(MESSAGE);
                message.into_bytes()
            }
        };
        self.line = self.line.saturating_add(lines(&text));
        // Nothing that is well formed has one.
        while let Some(separator) = memrchr(SEPARATOR, &text) {
            text[separator] = 0x1f;
        }
        self.ready.append(&mut text);
        self.ready.push(SEPARATOR);
        Ok(())
    }
}

impl Read for Condensed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.at_end {
            self.refill()?;
        }
        let rest = self.ready.get(self.given..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.given += length;
        Ok(length)
    }
}

/// The bytes of a block up to the end of its last record.
pub(super) fn whole(block: &[u8]) -> usize {
    memrchr(SEPARATOR, block).map_or(0, |end| end + 1)
}

/// Gives the records of a batch with their lines; those that are messages become bad rows.
pub(super) fn records<'b>(
    batch: &'b Batch,
    each: &mut dyn FnMut(Row),
    mut record: impl FnMut(u32, &'b [u8], &mut dyn FnMut(Row)),
) {
    let mut line = batch.first_line;
    for text in batch.text.split(|byte| *byte == SEPARATOR) {
        let start = text.len() - text.trim_ascii_start().len();
        let (blank, text) = text.split_at(start);
        line = line.saturating_add(lines(blank));
        match text {
            [] => {}
            [MESSAGE, message @ ..] => {
                let message = String::from_utf8_lossy(message);
                each(bad(batch.place(line, 0), None, message));
            }
            text => record(line, text, each),
        }
        line = line.saturating_add(lines(text));
    }
}

pub(super) fn lines(text: &[u8]) -> u32 {
    u32::try_from(memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX)
}
