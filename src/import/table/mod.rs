//! Rows of cells under titles, whatever file they come in: which column means which field, and
//! what a row says. CSV and Parquet share it.
//!
//! Three things say what a column means, the strongest first: the user's map, the table of a tool
//! that is known by its titles, and the names that the fields of an asset go by.

mod column;
mod dates;
mod memo;
mod plan;

pub(super) use column::{
    Cells, Column, Means, Said, Together, fallback, field, plain, read, words,
};
pub(super) use dates::{Order, filetime, read as read_day, spreadsheet_day, unix_seconds};
pub(super) use plan::Plan;

use super::codepage::Page;
use super::map::Mapped;
use super::row::{Row, bad, blank, finish, identity, is_silent};
use crate::model::fields::asset;
use crate::model::{FieldId, Place, Record, Type, Value};
use dates::Evidence;
use memo::Memo;
use std::borrow::Cow;

/// Before a cell that no field can take, whatever it says: it stands where texts do not go.
pub(super) const UNREADABLE: char = '\u{e000}';

/// The same in UTF-8.
const MARK: &[u8] = "\u{e000}".as_bytes();

/// What a column of a table became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnUse {
    pub title: String,
    pub becomes: Becomes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Becomes {
    /// These fields of an asset, by their names.
    Fields(Vec<&'static str>),
    /// Nothing: nobody knows the column.
    Ignored,
    /// Nothing: the tool's column is known, or the map says so, and no rule asks for it.
    Unused,
}

/// A table whose columns are understood.
#[derive(Debug)]
pub(super) struct Table {
    slots: Vec<Slot>,
    /// Columns read where those before them left a field empty, by index.
    spares: Vec<(usize, Means)>,
    together: Vec<Joined>,
    /// The order of days in each column, where it is known.
    orders: Vec<Option<Order>>,
    constants: Vec<(FieldId, Value)>,
    may_be_unnamed: bool,
    uses: Vec<ColumnUse>,
    page: Page,
}

/// How a column is read.
#[derive(Debug)]
enum Slot {
    Mapped(Box<Mapped>),
    Means(Means),
    /// Elsewhere, or not at all.
    Nowhere,
}

#[derive(Debug)]
struct Joined {
    columns: Vec<Option<usize>>,
    read: fn(&Cells<'_>, &mut Record),
}

impl Table {
    pub(super) fn width(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn uses(&self) -> &[ColumnUse] {
        &self.uses
    }

    pub(super) fn page(&self) -> Page {
        self.page
    }

    /// How the cells are written that are not UTF-8.
    pub(super) fn set_page(&mut self, page: Page) {
        self.page = page;
    }

    /// Learns from some rows in which order their columns write days: from a column's own cells,
    /// or else from all others, where those agree.
    pub(super) fn learn<'c, R>(&mut self, rows: impl Iterator<Item = R>)
    where
        R: Iterator<Item = &'c [u8]>,
    {
        let holds_days: Vec<_> = (0..self.width())
            .map(|index| self.holds_days(index))
            .collect();
        let mut seen = vec![Evidence::default(); self.width()];
        for row in rows {
            for ((cell, holds_days), seen) in row.zip(&holds_days).zip(&mut seen) {
                if let (true, Ok(text)) = (holds_days, std::str::from_utf8(cell)) {
                    seen.see(text);
                }
            }
        }
        let all = seen
            .iter()
            .fold(Evidence::default(), |all, one| all.and(*one));
        for (order, seen) in self.orders.iter_mut().zip(seen) {
            let is_silent = seen == Evidence::default();
            let found = if is_silent { all.order() } else { seen.order() };
            *order = order.or(found);
        }
    }

    fn holds_days(&self, index: usize) -> bool {
        let is_day = |field: FieldId| matches!(asset::SCHEMA.field(field).ty, Type::Date);
        let spare = self.spares.iter().find(|(column, _)| *column == index);
        let joined = || {
            let mut columns = self.together.iter().flat_map(|joined| &joined.columns);
            columns.any(|column| *column == Some(index))
        };
        match (&self.slots[index], spare) {
            (Slot::Means(means), _) | (Slot::Nowhere, Some((_, means))) => is_day(means.field()),
            (Slot::Mapped(mapped), _) => is_day(mapped.field),
            (Slot::Nowhere, None) => joined(),
        }
    }

    pub(super) fn reader(&self) -> RowReader<'_> {
        RowReader {
            table: self,
            memos: self.slots.iter().map(Memo::of).collect(),
        }
    }
}

/// Reads rows one after another, remembering what cells meant that come again and again.
#[derive(Debug)]
pub(super) struct RowReader<'t> {
    table: &'t Table,
    memos: Vec<Option<Memo>>,
}

impl RowReader<'_> {
    /// The row of these cells, which are as many as the titles. `None` for a row of empty ones,
    /// as spreadsheets leave behind.
    pub(super) fn row<'c>(
        &mut self,
        place: Place,
        cells: impl Iterator<Item = &'c [u8]> + Clone,
    ) -> Option<Row> {
        let table = self.table;
        let mut subject = blank(place);
        let record = &mut subject.record;
        let mut is_empty = true;
        let columns = table.slots.iter().zip(&table.orders).zip(&mut self.memos);
        for (cell, ((slot, order), memo)) in cells.clone().zip(columns) {
            let cell = cell.trim_ascii();
            if cell.is_empty() {
                continue;
            }
            is_empty = false;
            if matches!(slot, Slot::Nowhere) {
                continue;
            }
            if let Some(text) = cell.strip_prefix(MARK) {
                let text = table.page.text(text).into_owned();
                record.set(slot.field(), Value::Unreadable(text));
                continue;
            }
            if let Some(memo) = memo {
                if let Some(value) = memo.find(cell) {
                    value.give(slot.field(), record);
                    continue;
                }
                slot.fill(&table.page.text(cell), *order, record);
                memo.keep(cell, record.value(slot.field()));
                continue;
            }
            slot.fill(&table.page.text(cell), *order, record);
        }
        if is_empty {
            return None;
        }
        if !(table.spares.is_empty() && table.together.is_empty()) {
            let cells: Vec<_> = cells.map(|cell| table.page.text(cell)).collect();
            table.fill_rest(&cells, record);
        }
        for (field, value) in &table.constants {
            if record.value(*field).is_none() {
                record.set(*field, value.clone());
            }
        }
        if table.may_be_unnamed && identity(&subject).is_none() {
            return Some(Row::Unnamed(subject));
        }
        Some(finish(subject))
    }
}

impl Table {
    fn fill_rest(&self, cells: &[Cow<'_, str>], record: &mut Record) {
        for (column, means) in &self.spares {
            let text = cells.get(*column).map_or("", |cell| cell.trim());
            if record.value(means.field()).is_none() && !is_silent(text) {
                means.fill(text, self.orders[*column], record);
            }
        }
        for joined in &self.together {
            let cell = |column: &Option<usize>| column.and_then(|column| cells.get(column));
            let texts = joined.columns.iter().map(|column| match cell(column) {
                Some(text) if !is_silent(text) => Cow::Borrowed(text.as_ref()),
                _ => Cow::Borrowed(""),
            });
            let order = |column: &Option<usize>| self.orders[(*column)?];
            let cells = Cells {
                texts: texts.collect(),
                orders: joined.columns.iter().map(order).collect(),
            };
            (joined.read)(&cells, record);
        }
    }
}

impl Slot {
    fn field(&self) -> FieldId {
        match self {
            Self::Mapped(mapped) => mapped.field,
            Self::Means(means) => means.field(),
            Self::Nowhere => asset::ID,
        }
    }

    fn fill(&self, text: &str, order: Option<Order>, record: &mut Record) {
        let text = text.trim();
        match self {
            Self::Mapped(mapped) => mapped.fill(text, order, record),
            Self::Means(means) if !is_silent(text) => means.fill(text, order, record),
            Self::Means(_) | Self::Nowhere => {}
        }
    }
}

/// A row with another number of cells than the header.
pub(super) fn odd_row(place: Place, cells: usize, table: &Table, spans: &str) -> Row {
    let message = format!(
        "has {cells} cells where the header has {}{spans}",
        table.width()
    );
    bad(place, None, message)
}
