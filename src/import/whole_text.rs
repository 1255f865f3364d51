//! Texts that are about one machine and do not name it: read as a whole, they give one row of facts
//! that other files, or the user, have to put to a machine.

use super::batch::{Batch, Importer, Shape};
use super::codepage;
use super::inventory::Limits;
use super::paths::size;
use super::row::{Row, bad, blank};
use crate::model::Record;

/// Reads a text into a record; tells what it cannot read by line, counted from 0.
pub(super) type Fill = fn(&str, &mut Record, &mut dyn FnMut(u32, &str));

#[derive(Debug)]
pub(super) struct WholeText(pub(super) Fill);

impl Importer for WholeText {
    fn whole_records(&self, _block: &[u8]) -> usize {
        0
    }

    fn record_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let start = batch.place(batch.first_line, 0);
        // Lists of which a part is missing would say that it is not there.
        if batch.shape == Shape::Lines || batch.first_line > 1 {
            let limit = size(batch.shared.limits.text_bytes as u64);
            each(bad(start, None, format!("is longer than {limit}")));
            return;
        }
        let text = codepage::decode(&batch.text);
        let mut subject = blank(start);
        (self.0)(&text, &mut subject.record, &mut |line, message| {
            let line = batch.first_line.saturating_add(line);
            each(bad(batch.place(line, 0), None, message));
        });
        if subject.declared().next().is_none() {
            each(bad(subject.place, None, "holds nothing that can be read"));
        } else {
            each(Row::Unnamed(subject));
        }
    }
}

/// The lines of a head that are whole: the last may be cut.
pub(super) fn whole_lines(head: &str) -> impl Iterator<Item = &str> {
    let cut = head.len() > 60_000;
    let end = if cut { head.rfind('\n') } else { None };
    let whole = head.get(..end.unwrap_or(head.len())).unwrap_or(head);
    whole.lines().filter(|line| !line.trim().is_empty())
}
