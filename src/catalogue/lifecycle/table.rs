//! The table of cycles. Cut into products at once, into cycles when a product is first asked for:
//! a run needs a few of some four hundred products.

use super::supplement::{self, Extra};
use super::{Cycle, End};
use crate::catalogue::table::{self, FactError, Row, read_day};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::OnceLock;

const TABLE: &str = "lifecycle.tsv";
pub(in crate::catalogue) const COLUMNS: [&str; 11] = [
    "product",
    "cycle",
    "label",
    "codename",
    "released",
    "active_end",
    "security_end",
    "extended_end",
    "extended_kind",
    "flags",
    "source",
];

/// All cycles, by product in the order of the table (newest first), what was added behind.
#[derive(Debug)]
pub struct Lifecycle {
    data_date: Date,
    products: BTreeMap<&'static str, Block>,
    supplement: Vec<Extra>,
}

/// The lines of one product.
#[derive(Debug, Default)]
struct Block {
    text: &'static str,
    /// The line of the table it begins on.
    line: usize,
    cycles: OnceLock<Vec<Cycle>>,
}

impl Lifecycle {
    /// Reads both tables to their last cell.
    pub fn parse(source: &'static str, supplement: &'static str) -> Result<Self, FactError> {
        let lifecycle = Self::cut(source, supplement)?;
        for (product, block) in &lifecycle.products {
            let cycles = lifecycle.read(product, block)?;
            let _ = block.cycles.set(cycles);
        }
        Ok(lifecycle)
    }

    /// Tables that were read before: the rows of a product are only read when it is asked for.
    pub(in crate::catalogue) fn cut(
        source: &'static str,
        supplement: &'static str,
    ) -> Result<Self, FactError> {
        let mut products = blocks(source)?;
        let supplement = supplement::parse(supplement)?;
        for extra in &supplement {
            products.entry(extra.cycle.product).or_default();
        }
        Ok(Self {
            data_date: table::data_date(TABLE, source)?,
            products,
            supplement,
        })
    }

    /// The day the source was read.
    pub fn data_date(&self) -> Date {
        self.data_date
    }

    pub fn cycle(&self, product: &str, cycle: &str) -> Option<&Cycle> {
        self.cycles(product).iter().find(|c| c.cycle == cycle)
    }

    /// The cycle of an id such as `windows-server:2012-r2`.
    pub fn find(&self, id: &str) -> Option<&Cycle> {
        let (product, cycle) = id.split_once(':')?;
        self.cycle(product, cycle)
    }

    /// The cycles of a product; none when it is not covered.
    pub fn cycles(&self, product: &str) -> &[Cycle] {
        self.products
            .get_key_value(product)
            .map_or(&[], |(product, block)| {
                block
                    .cycles
                    .get_or_init(|| self.read(product, block).expect("a table read before"))
            })
    }

    pub fn products(&self) -> impl Iterator<Item = &'static str> {
        self.products.keys().copied()
    }

    fn read(&self, product: &str, block: &Block) -> Result<Vec<Cycle>, FactError> {
        let mut cycles: Vec<Cycle> = Vec::new();
        for (index, text) in block.text.lines().enumerate() {
            let row = Row::read(TABLE, block.line + index, text)?;
            let cycle = read_cycle(&row)?;
            if cycles.iter().any(|known| known.cycle == cycle.cycle) {
                return Err(row.wrong(format!("`{}` stands there a second time", cycle.id())));
            }
            cycles.push(cycle);
        }
        let extras = self.supplement.iter();
        for extra in extras.filter(|extra| extra.cycle.product == product) {
            extra.apply(&mut cycles);
        }
        Ok(cycles)
    }
}

/// Cuts the table where the product changes. A product in two places is refused.
fn blocks(text: &'static str) -> Result<BTreeMap<&'static str, Block>, FactError> {
    let wrong = |line: usize, what: String| FactError {
        table: TABLE,
        line,
        what,
    };
    let mut products: BTreeMap<&'static str, Block> = BTreeMap::new();
    let mut has_header = false;
    let mut current = "";
    let mut begins = 0;
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        if line.starts_with('#') && !has_header {
            continue;
        }
        if !has_header {
            if line.trim_end_matches(['\r', '\n']) != COLUMNS.join("\t") {
                return Err(wrong(index + 1, "unexpected columns".into()));
            }
            has_header = true;
            continue;
        }
        let product = line.split(['\t', '\r', '\n']).next().unwrap_or_default();
        if product != current {
            if products.contains_key(product) {
                return Err(wrong(
                    index + 1,
                    format!("`{product}` stands there a second time"),
                ));
            }
            current = product;
            begins = start;
        }
        let block = products.entry(product).or_insert_with(|| Block {
            line: index + 1,
            ..Block::default()
        });
        block.text = &text[begins..at];
    }
    if has_header {
        return Ok(products);
    }
    Err(wrong(1, "no header".into()))
}

fn read_cycle(row: &Row<'static, '_, 11>) -> Result<Cycle, FactError> {
    let [
        product,
        cycle,
        label,
        codename,
        released,
        active,
        security,
        extended,
        extended_kind,
        flags,
        source,
    ] = row.cells;
    let mut read = Cycle {
        product,
        cycle,
        label,
        codename,
        released: match read_end(row, released)? {
            End::On(date) => Some(date),
            End::Absent | End::EndedUndated | End::Open => None,
        },
        active_end: read_end(row, active)?,
        security_end: read_end(row, security)?,
        extended_end: read_end(row, extended)?,
        extended_kind,
        is_lts: false,
        is_unverified: false,
        source,
    };
    for flag in flags.split(',').filter(|flag| !flag.is_empty()) {
        match flag {
            "lts" => read.is_lts = true,
            "order" => {}
            "unverified" => read.is_unverified = true,
            _ => return Err(row.wrong(format!("`{flag}` is not a flag"))),
        }
    }
    Ok(read)
}

pub(super) fn read_end(row: &Row<'static, '_, 11>, cell: &str) -> Result<End, FactError> {
    match cell {
        "" => Ok(End::Absent),
        "ended" => Ok(End::EndedUndated),
        "open" => Ok(End::Open),
        date => read_day(date)
            .map(End::On)
            .ok_or_else(|| row.wrong(format!("`{cell}` is not a date, `open` or `ended`"))),
    }
}
