//! From the parser's events to the tree.

use super::{Limits, Node};
use crate::model::{Problem, Source};
use std::sync::Arc;

/// Reads the documents of a file. An empty file has none.
pub fn parse<'s>(
    _source: &'s Arc<Source>,
    _limits: &Limits,
) -> Result<Vec<Node<'s>>, Vec<Problem>> {
    todo!()
}
