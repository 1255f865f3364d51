//! Tests on declared fields: `smb1.server: { is: off }`, `observed_at: { within: 30 days }`.
//!
//! Three values throughout: a field that was not declared is unknown, whatever is asked of it,
//! except whether it was declared. Nothing here reads a clock; the day comes in.

mod answer;
mod entry;
mod fits;
mod other;
mod params;
mod parse;
mod test;

pub use answer::{Answer, Truth, fold_all, fold_any};
pub use fits::{are_comparable, fits, formats};
pub use params::Params;
pub use parse::{find_field, parse_field};
pub use test::{FieldTest, OPERATORS};

pub use crate::model::Length;
