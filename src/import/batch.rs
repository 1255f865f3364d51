//! A stream of bytes, cut into batches at record ends.
//!
//! Memory does not grow with the file: at most one block is held, and a record that does not fit
//! into a block is skipped, not kept.

use super::encoding::{Decoded, Encoding};
use super::inventory::Limits;
use super::paths::size;
use super::row::{Row, Unknown, bad};
use super::spool::spool;
use super::table::ColumnUse;
use crate::model::Place;
use memchr::{memchr, memchr_iter, memrchr};
use std::fmt::Debug;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::sync::Arc;

/// What each format has to say about its text.
pub(super) trait Importer: Debug + Send + Sync {
    /// The bytes of a block, which starts with a record, up to the end of its last whole record.
    /// 0 when not even one record ends in it.
    fn whole_records(&self, block: &[u8]) -> usize;

    /// Whether a text at the end of the input, which starts with a record, leaves something open.
    fn is_left_open(&self, _tail: &[u8]) -> bool {
        false
    }

    /// Gives the records of a batch, each with its place.
    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row));

    /// The most bytes a record may have; also the size of a batch.
    fn record_bytes(&self, limits: &Limits) -> usize {
        limits.record_bytes
    }

    /// Whether a row may be a part of an asset, where its kind does not always say so.
    fn gives_parts(&self) -> bool {
        false
    }

    /// What became of the columns of a table.
    fn columns(&self) -> &[ColumnUse] {
        &[]
    }
}

/// What the batches of one file share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) name: Arc<str>,
    pub(super) importer: Box<dyn Importer>,
    pub(super) limits: Limits,
    pub(super) unknown: Unknown,
}

/// Some records of an inventory, not parsed yet.
#[derive(Debug)]
pub struct Batch {
    pub(super) shared: Arc<Shared>,
    pub(super) text: Vec<u8>,
    pub(super) first_line: u32,
    pub(super) shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Whole records.
    Records,
    /// Something in the block is never closed, so that every line has to stand for itself.
    Lines,
    /// One record that is too long to be kept. Its text was dropped.
    TooLong,
}

impl Batch {
    /// Parses the records and hands them over in the order of the file.
    pub fn read(&self, each: &mut dyn FnMut(Row)) {
        if self.shape == Shape::TooLong {
            let limit = self.shared.importer.record_bytes(&self.shared.limits);
            let message = format!("is longer than {} and was skipped", size(limit as u64));
            each(bad(self.place(self.first_line, 0), None, message));
            return;
        }
        self.shared.importer.read(self, each);
    }

    /// Bytes of text, for progress.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Lines of text: no fewer than it has records, except where lines hold several.
    pub fn lines(&self) -> usize {
        memchr_iter(b'\n', &self.text).count() + usize::from(!self.text.ends_with(b"\n"))
    }

    pub(super) fn place(&self, line: u32, column: u32) -> Place {
        Place::new(&self.shared.name, line, column)
    }
}

/// Bytes read at a time while records are of usual length. Small, so that the batches in flight
/// stay a small part of the memory a run needs.
const STEP: usize = 128 << 10;

/// Reads blocks and cuts them.
#[derive(Debug)]
pub(super) struct Blocks {
    input: Decoded,
    size: usize,
    block: Vec<u8>,
    line: u32,
    at_end: bool,
}

/// What a cut gave: text, where it starts, and what it is.
pub(super) type Piece = (Vec<u8>, u32, Shape);

impl Blocks {
    pub(super) fn new(input: Decoded, size: usize) -> Self {
        Self {
            input,
            size,
            block: Vec::new(),
            line: 1,
            at_end: false,
        }
    }

    /// Puts a reader between the input and the blocks. Nothing may have been read before.
    pub(super) fn wrap<E>(
        &mut self,
        wrapped: impl FnOnce(Decoded) -> Result<Decoded, E>,
    ) -> Result<(), E> {
        let nothing = Decoded::new(Box::new(io::empty()), Encoding::Bytes, false);
        self.input = wrapped(std::mem::replace(&mut self.input, nothing))?;
        Ok(())
    }

    /// The block at hand, filled as far as the input and the size allow.
    pub(super) fn filled(&mut self) -> io::Result<&[u8]> {
        self.filled_to(self.size)
    }

    fn filled_to(&mut self, size: usize) -> io::Result<&[u8]> {
        if self.block.len() < size && !self.at_end {
            let room = size - self.block.len();
            let read = (&mut self.input)
                .take(u64::try_from(room).unwrap_or(u64::MAX))
                .read_to_end(&mut self.block)?;
            self.at_end = read < room;
        }
        Ok(&self.block)
    }

    /// The most bytes of a block.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Whether the block at hand is the last of the input.
    pub(super) fn holds_all(&self) -> bool {
        self.at_end
    }

    /// Hands over all that is left, in pieces of whole records, and goes back to where it was: the
    /// input is kept in a temporary file for that.
    pub(super) fn look_through(
        &mut self,
        importer: &dyn Importer,
        each: &mut dyn FnMut(&[u8]),
    ) -> io::Result<()> {
        let here = self.line;
        let start = std::mem::take(&mut self.block);
        let mut file = spool(&mut start.as_slice().chain(&mut self.input))?;
        self.start_over(file.try_clone()?);
        while let Some((text, _, shape)) = self.next(importer)? {
            if shape == Shape::Records {
                each(&text);
            }
        }
        file.rewind()?;
        self.start_over(file);
        self.line = here;
        Ok(())
    }

    fn start_over(&mut self, file: File) {
        self.input = Decoded::new(Box::new(file), Encoding::Bytes, false);
        self.block = Vec::new();
        self.at_end = false;
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.block.capacity()
    }

    /// Drops bytes from the start of the block.
    pub(super) fn consume(&mut self, length: usize) -> Piece {
        let rest = self.block.split_off(length);
        let text = std::mem::replace(&mut self.block, rest);
        let line = self.line;
        self.count_lines(&text);
        (text, line, Shape::Records)
    }

    pub(super) fn next(&mut self, importer: &dyn Importer) -> io::Result<Option<Piece>> {
        self.filled_to(self.size.min(STEP))?;
        if self.block.is_empty() {
            return Ok(None);
        }
        let mut whole = importer.whole_records(&self.block);
        if whole == 0 && !self.at_end {
            self.filled()?;
            whole = importer.whole_records(&self.block);
        }
        if whole > 0 {
            return Ok(Some(self.consume(whole)));
        }
        if self.at_end {
            let is_open = importer.is_left_open(&self.block);
            let (text, line, _) = self.consume(self.block.len());
            let shape = if is_open {
                Shape::Lines
            } else {
                Shape::Records
            };
            return Ok(Some((text, line, shape)));
        }
        match memrchr(b'\n', &self.block) {
            Some(newline) => {
                let (text, line, _) = self.consume(newline + 1);
                Ok(Some((text, line, Shape::Lines)))
            }
            None => self.skip_line().map(Some),
        }
    }

    /// Drops a line that does not fit into a block, without keeping it.
    fn skip_line(&mut self) -> io::Result<Piece> {
        let line = self.line;
        loop {
            if let Some(newline) = memchr(b'\n', &self.block) {
                self.consume(newline + 1);
                break;
            }
            if self.at_end {
                self.block.clear();
                break;
            }
            self.block.clear();
            self.filled()?;
        }
        Ok((Vec::new(), line, Shape::TooLong))
    }

    fn count_lines(&mut self, text: &[u8]) {
        let lines = memchr_iter(b'\n', text).count();
        self.line = self
            .line
            .saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }
}
