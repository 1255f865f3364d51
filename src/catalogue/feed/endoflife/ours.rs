//! What the table in place says that the source does not, or no longer.

use super::end::End;
use super::{COLUMNS, FeedError, TABLE};
use crate::catalogue::table;
use jiff::civil::Date;
use std::collections::HashMap;

/// What the table in place says of cycles that the source does not.
pub(super) struct Ours<'t> {
    pub(super) cycles: HashMap<(&'t str, &'t str), Known<'t>>,
    /// A label of each product.
    labels: HashMap<&'t str, (&'t str, &'t str)>,
}

pub(super) struct Known<'t> {
    pub(super) label: &'t str,
    pub(super) kind: &'t str,
    active: End,
    security: End,
    extended: End,
}

/// A phase that had ended by the table in place, and that the source takes for lasting.
pub(super) struct Revived {
    pub(super) phase: &'static str,
    pub(super) kept: End,
    pub(super) refused: End,
}

impl<'t> Ours<'t> {
    pub(super) fn read(table: &'t str) -> Result<Self, FeedError> {
        let mut ours = Self {
            cycles: HashMap::new(),
            labels: HashMap::new(),
        };
        table::rows(TABLE, table, COLUMNS, |row| {
            let [
                product,
                cycle,
                label,
                _,
                _,
                active,
                security,
                extended,
                kind,
                _,
                _,
            ] = row.cells;
            let known = Known {
                label,
                kind,
                active: End::of_cell(active),
                security: End::of_cell(security),
                extended: End::of_cell(extended),
            };
            ours.cycles.insert((product, cycle), known);
            ours.labels.entry(product).or_insert((cycle, label));
            Ok(())
        })?;
        Ok(ours)
    }

    /// `Ubuntu 26.10` for `26.10`: with the words that stand before a cycle of the product we have.
    pub(super) fn label(&self, product: &super::Product, own: &str) -> String {
        let prefix = self.labels.get(&*product.name).and_then(|(cycle, label)| {
            let (prefix, _) = label.split_once(cycle)?;
            Some(prefix.trim_end()).filter(|prefix| !prefix.is_empty())
        });
        let prefix = prefix.unwrap_or(&product.label);
        if own.starts_with(prefix) {
            return own.to_owned();
        }
        format!("{prefix} {own}")
    }
}

impl Known<'_> {
    /// Puts back what had ended by `day`: active, security and extended support, in this order.
    pub(super) fn keep_ended(&self, ends: [&mut End; 3], day: Date) -> Vec<Revived> {
        let ours = [self.active, self.security, self.extended];
        let phases = ["active support", "security support", "extended support"];
        let mut revived = Vec::new();
        for ((end, kept), phase) in ends.into_iter().zip(ours).zip(phases) {
            if kept.has_ended(day) && end.lasts(day) {
                let refused = std::mem::replace(end, kept);
                revived.push(Revived {
                    phase,
                    kept,
                    refused,
                });
            }
        }
        revived
    }
}
