//! Whether the united list of a machine's updates names every update that is installed.
//!
//! It does where one source's list holds all that any source lists, and that source either says that
//! its list is complete, or lists as many as the largest number that any source states. A source that
//! says its list is not complete is contradicted only where it listed fewer than it states itself.

use super::lists::kbs;
use crate::model::Value;
use std::collections::HashSet;

/// What one row says of updates.
#[derive(Debug, Default)]
pub(super) struct Told<'v> {
    pub(super) list: Option<&'v Value>,
    pub(super) complete: Option<&'v Value>,
    pub(super) stated: Option<&'v Value>,
    pub(super) listed: Option<&'v Value>,
}

/// The position of the row that shows the list with these updates to be complete.
pub(super) fn proof(all: &HashSet<String>, rows: &[Told<'_>]) -> Option<usize> {
    let mut lists = rows.iter().filter_map(|row| row.list);
    if lists.any(|list| matches!(list, Value::Unreadable(_))) {
        return None;
    }
    let holds_all = |row: &Told<'_>| row.list.is_some_and(|list| kbs(list).len() == all.len());
    let claims = |row: &Told<'_>| row.complete == Some(&Value::Boolean(true)) && holds_all(row);
    let enough = enough(rows);
    let counts = |row: &Told<'_>| {
        let listed = row.listed.and_then(count);
        holds_all(row)
            && listed
                .zip(enough)
                .is_some_and(|(listed, enough)| listed >= enough)
    };
    let claimed = rows.iter().position(claims);
    claimed.or_else(|| rows.iter().position(counts))
}

/// How many a list has to hold to be complete; `None` where no number can show it.
fn enough(rows: &[Told<'_>]) -> Option<i64> {
    let may_be_longer = |row: &Told<'_>| match row.complete {
        None | Some(Value::Boolean(true)) => false,
        Some(Value::Boolean(false)) => !row.is_cut(),
        Some(_) => true,
    };
    if rows.iter().any(may_be_longer) {
        return None;
    }
    let stated = rows.iter().filter_map(|row| row.stated);
    let stated: Option<Vec<i64>> = stated.map(count).collect();
    stated?.into_iter().max()
}

impl Told<'_> {
    /// Whether it listed fewer than it states.
    fn is_cut(&self) -> bool {
        let listed = self.listed.and_then(count);
        let stated = self.stated.and_then(count);
        listed
            .zip(stated)
            .is_some_and(|(listed, stated)| listed < stated)
    }
}

fn count(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(count) => Some(*count),
        _ => None,
    }
}
