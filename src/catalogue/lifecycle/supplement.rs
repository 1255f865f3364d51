//! What the source lacks. A supplement fills gaps and never overrules: where a fresher source has
//! an answer, the source's stands.

use super::table::read_end;
use super::{Cycle, End};
use crate::catalogue::table::{FactError, Row, rows};

const TABLE: &str = "lifecycle-supplement.tsv";
pub(in crate::catalogue) const COLUMNS: [&str; 11] = [
    "product",
    "cycle",
    "label",
    "action",
    "released",
    "active_end",
    "security_end",
    "extended_end",
    "extended_kind",
    "flags",
    "basis",
];

/// One row: a cycle whose dates are only those that are added.
#[derive(Debug)]
pub(super) struct Extra {
    pub(super) cycle: Cycle,
    is_whole: bool,
    /// For a cycle that the source has too: `eol; supplement: …`.
    amended_source: &'static str,
}

impl Extra {
    pub(super) fn apply(&self, cycles: &mut Vec<Cycle>) {
        let known = cycles
            .iter_mut()
            .find(|cycle| cycle.cycle == self.cycle.cycle);
        match known {
            Some(known) => self.fill(known),
            None if self.is_whole => cycles.push(self.cycle.clone()),
            None => {}
        }
    }

    fn fill(&self, known: &mut Cycle) {
        if self.cycle.is_unverified {
            return;
        }
        let before = known.clone();
        for (end, ours) in [
            (&mut known.active_end, self.cycle.active_end),
            (&mut known.security_end, self.cycle.security_end),
            (&mut known.extended_end, self.cycle.extended_end),
        ] {
            if *end == End::Absent {
                *end = ours;
            }
        }
        known.released = known.released.or(self.cycle.released);
        if known.extended_kind.is_empty() {
            known.extended_kind = self.cycle.extended_kind;
        }
        if *known != before {
            known.source = self.amended_source;
        }
    }
}

pub(super) fn parse(text: &'static str) -> Result<Vec<Extra>, FactError> {
    let mut all = Vec::new();
    rows(TABLE, text, COLUMNS, |row| {
        all.push(read(row)?);
        Ok(())
    })?;
    Ok(all)
}

fn read(row: &Row<'static, '_, 11>) -> Result<Extra, FactError> {
    let [
        product,
        cycle,
        label,
        action,
        released,
        active,
        security,
        extended,
        extended_kind,
        flags,
        basis,
    ] = row.cells;
    let is_whole = match action {
        "add" => true,
        "amend" => false,
        _ => return Err(row.wrong(format!("`{action}` is neither `add` nor `amend`"))),
    };
    let is_unverified = match flags {
        "" => false,
        "unverified" => true,
        _ => return Err(row.wrong(format!("`{flags}` is not a flag"))),
    };
    if basis.is_empty() {
        return Err(row.wrong("a fact without a basis"));
    }
    let cycle = Cycle {
        product,
        cycle,
        label,
        codename: "",
        released: row.optional(released, Row::date)?,
        active_end: read_end(row, active)?,
        security_end: read_end(row, security)?,
        extended_end: read_end(row, extended)?,
        extended_kind,
        is_lts: false,
        is_unverified,
        source: leak(format!("supplement: {basis}")),
    };
    Ok(Extra {
        cycle,
        is_whole,
        amended_source: leak(format!("eol; supplement: {basis}")),
    })
}

/// Facts are borrowed everywhere and read once in a process.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
