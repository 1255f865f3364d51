//! Cells that come again and again: what each meant is remembered instead of read again.

use super::{Means, Slot};
use crate::model::fields::asset;
use crate::model::{FieldId, Record, Type, Value};

/// Cells remembered of a column. More than that come too seldom to be worth a look.
const KEPT: usize = 16;

/// Bytes of a cell worth comparing.
const LONGEST: usize = 64;

/// What the cells of one column meant.
#[derive(Debug, Default)]
pub(super) struct Memo {
    known: Vec<(Box<[u8]>, Meant)>,
}

/// What a cell gave its field; nothing, if it was silent.
#[derive(Debug)]
pub(super) struct Meant(Option<Value>);

impl Meant {
    pub(super) fn give(&self, field: FieldId, record: &mut Record) {
        if let Some(value) = &self.0 {
            record.set(field, value.clone());
        }
    }
}

impl Memo {
    /// `None` for columns whose cells mean more than their own field, and for texts, which are
    /// copied as fast as they are found.
    pub(super) fn of(slot: &Slot) -> Option<Self> {
        let field = match slot {
            Slot::Mapped(mapped) => mapped.field,
            Slot::Means(Means::Field(field) | Means::Words(field, _)) => *field,
            Slot::Means(Means::Read(..) | Means::Fallback) | Slot::Nowhere => return None,
        };
        match asset::SCHEMA.field(field).ty {
            Type::Boolean
            | Type::Choice(_)
            | Type::Date
            | Type::Instant
            | Type::Integer
            | Type::Number
            | Type::Records(_)
            | Type::Texts => Some(Self::default()),
            Type::Text | Type::Version => None,
        }
    }

    pub(super) fn find(&self, cell: &[u8]) -> Option<&Meant> {
        let known = self.known.iter().find(|(known, _)| **known == *cell);
        known.map(|(_, meant)| meant)
    }

    pub(super) fn keep(&mut self, cell: &[u8], value: Option<&Value>) {
        if cell.len() > LONGEST {
            return;
        }
        // Days come in runs, so that the latest are the likeliest.
        if self.known.len() == KEPT {
            self.known.remove(0);
        }
        self.known.push((cell.into(), Meant(value.cloned())));
    }
}
