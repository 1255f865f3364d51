//! What the columns of a known tool mean, as a table: title, field, and how its cells are read
//! where the plain reading of the field would be wrong.
//!
//! A cell that a column does not know stays unreadable. It is never dropped, and never guessed.

use super::dates::{self, Order};
use crate::model::fields::asset;
use crate::model::{FieldId, Record, Type, Value};
use std::borrow::Cow;

/// One column, by the titles that its tool gives it.
#[derive(Debug)]
pub(in crate::import) struct Column {
    /// The first of them that a file has is read; one after another where it is empty.
    pub(super) titles: &'static [&'static str],
    pub(super) means: Means,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::import) enum Means {
    /// A field, read as any inventory writes it.
    Field(FieldId),
    /// A field whose cells are read in a way of their own. Silent cells do not come here.
    Read(FieldId, fn(&str, &mut Record)),
    /// The id, where a row has no name: tools count from 1 or draw numbers of their own, which
    /// mean nothing to each other.
    Fallback,
    /// A field, in the words of the tool.
    Words(FieldId, &'static [(&'static str, Said)]),
}

/// What a word of a tool says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Said {
    /// The same as this text does.
    As(&'static str),
    /// Nothing that is known.
    Nothing,
}

pub(in crate::import) const fn field(titles: &'static [&'static str], field: FieldId) -> Column {
    Column {
        titles,
        means: Means::Field(field),
    }
}

pub(in crate::import) const fn read(
    titles: &'static [&'static str],
    field: FieldId,
    read: fn(&str, &mut Record),
) -> Column {
    Column {
        titles,
        means: Means::Read(field, read),
    }
}

pub(in crate::import) const fn words(
    titles: &'static [&'static str],
    field: FieldId,
    words: &'static [(&'static str, Said)],
) -> Column {
    Column {
        titles,
        means: Means::Words(field, words),
    }
}

pub(in crate::import) const fn fallback(titles: &'static [&'static str]) -> Column {
    Column {
        titles,
        means: Means::Fallback,
    }
}

impl Means {
    pub(super) fn field(self) -> FieldId {
        match self {
            Self::Field(field) | Self::Read(field, _) | Self::Words(field, _) => field,
            Self::Fallback => asset::ID,
        }
    }

    pub(super) fn fill(self, text: &str, order: Option<Order>, record: &mut Record) {
        match self {
            Self::Field(field) => plain(field, text, order, record),
            Self::Read(_, read) => read(text, record),
            Self::Fallback => {
                if record.value(asset::NAME).is_none() {
                    record.set_text(asset::ID, text);
                }
            }
            Self::Words(field, words) => {
                let said = words
                    .iter()
                    .find(|(word, _)| word.eq_ignore_ascii_case(text));
                match said {
                    Some((_, Said::As(text))) => record.set_text(field, text),
                    Some((_, Said::Nothing)) => {}
                    None => record.set(field, Value::Unreadable(text.to_owned())),
                }
            }
        }
    }
}

/// Cells that only together mean something.
#[derive(Debug)]
pub(in crate::import) struct Together {
    pub(in crate::import) titles: &'static [&'static str],
    /// The fields it may fill.
    pub(in crate::import) fields: &'static [FieldId],
    pub(in crate::import) read: fn(&Cells<'_>, &mut Record),
}

/// The cells that a [`Together`] asks for, in its order.
#[derive(Debug)]
pub(in crate::import) struct Cells<'c> {
    pub(super) texts: Vec<Cow<'c, str>>,
    pub(super) orders: Vec<Option<Order>>,
}

impl Cells<'_> {
    /// Empty where the cell says nothing, or the file has no such column.
    pub(in crate::import) fn text(&self, index: usize) -> &str {
        self.texts.get(index).map_or("", |text| text.trim())
    }

    /// The day of a cell; `None` where it says nothing.
    pub(in crate::import) fn day(&self, index: usize) -> Option<Value> {
        let text = self.text(index);
        let order = self.orders.get(index).copied().flatten();
        (!text.is_empty()).then(|| day(text, order))
    }
}

/// A day, in any of the ways that tools count days.
pub(in crate::import) fn day(text: &str, order: Option<Order>) -> Value {
    dates::read(text, order)
        .or_else(|| dates::filetime(text))
        .map_or_else(|| Value::Unreadable(text.to_owned()), Value::Date)
}

/// Reads a cell as any inventory writes the field.
pub(in crate::import) fn plain(
    field: FieldId,
    text: &str,
    order: Option<Order>,
    record: &mut Record,
) {
    match record.schema.field(field).ty {
        Type::Date => record.set(field, day(text, order)),
        Type::Records(_) if text.eq_ignore_ascii_case("none") => {
            record.set(field, Value::Records(Vec::new()));
        }
        Type::Records(_) => record.set_text(field, &spaced_numbers(text)),
        _ => record.set_text(field, text),
    }
}

/// Update numbers with nothing but blanks between them, as lists of one a semicolon.
fn spaced_numbers(text: &str) -> Cow<'_, str> {
    let is_number = |word: &str| {
        let digits = word.trim_start_matches(['K', 'B', 'k', 'b']);
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    let is_cut = |c: char| c.is_whitespace() || matches!(c, ';' | ',' | '|');
    let has_blanks = text.contains(char::is_whitespace);
    if !has_blanks
        || !text
            .split(is_cut)
            .filter(|word| !word.is_empty())
            .all(is_number)
    {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(";"))
}

impl Column {
    pub(in crate::import) fn field(&self) -> FieldId {
        self.means.field()
    }

    pub(in crate::import) fn titles(&self) -> impl Iterator<Item = &'static str> {
        self.titles.iter().copied()
    }
}
