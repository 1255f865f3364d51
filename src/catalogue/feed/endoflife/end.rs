//! When a phase of a release ends, as the source has it.

use crate::catalogue::table::read_day;
use jiff::civil::Date;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Absent,
    Ended,
    On(Date),
    Open,
}

impl End {
    pub(super) fn of(is_over: Option<bool>, from: Option<Date>) -> Self {
        match (from, is_over) {
            (Some(date), _) => Self::On(date),
            (None, Some(true)) => Self::Ended,
            (None, Some(false)) => Self::Open,
            (None, None) => Self::Absent,
        }
    }

    /// As `text` writes it.
    pub(super) fn of_cell(cell: &str) -> Self {
        match (cell, read_day(cell)) {
            (_, Some(date)) => Self::On(date),
            ("ended", None) => Self::Ended,
            ("open", None) => Self::Open,
            (_, None) => Self::Absent,
        }
    }

    pub(super) fn has_ended(self, day: Date) -> bool {
        match self {
            Self::Ended => true,
            Self::On(last) => last < day,
            Self::Absent | Self::Open => false,
        }
    }

    pub(super) fn lasts(self, day: Date) -> bool {
        match self {
            Self::Open => true,
            Self::On(last) => last >= day,
            Self::Absent | Self::Ended => false,
        }
    }

    /// A release that is called over does not get a date to come.
    pub(super) fn no_better_than(self, is_over: bool, generated: Date) -> Self {
        match self {
            Self::On(date) if is_over && date > generated => Self::Ended,
            other => other,
        }
    }

    pub(super) fn text(self) -> String {
        match self {
            Self::Absent => String::new(),
            Self::Ended => "ended".to_owned(),
            Self::On(date) => date.to_string(),
            Self::Open => "open".to_owned(),
        }
    }
}
