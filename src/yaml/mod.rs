//! YAML as people write it: a small tree with the place of every value and the raw text of every
//! scalar. Nothing is guessed: `3.10` is the text `3.10`, `NO` is the text `NO`.
//!
//! Refused, each with its place: duplicate keys, tags, aliases beyond a budget, non-text keys,
//! several documents where one is asked for, and files over the limits. JSON is read too.

#[cfg(test)]
mod differential;
mod lines;
mod parse;
mod read;

pub use lines::Lines;
pub use parse::parse;
pub use read::{Fields, Reader, found, shown};

use std::borrow::Cow;
use std::ops::Range;

/// What a file may use up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub bytes: usize,
    pub depth: usize,
    pub nodes: usize,
    pub scalar_bytes: usize,
    /// Uses of aliases, and nodes they may expand to.
    pub aliases: usize,
    pub alias_nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            depth: 64,
            nodes: 1_000_000,
            scalar_bytes: 1 << 20,
            aliases: 1_000,
            alias_nodes: 100_000,
        }
    }
}

/// One value with the bytes it was written in.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'s> {
    pub span: Range<usize>,
    pub data: Data<'s>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Data<'s> {
    /// In the order written; keys are unique.
    Mapping(Vec<(Key<'s>, Node<'s>)>),
    /// Nothing written, `~`, `null`, `Null` or `NULL`, unquoted.
    Null,
    Scalar(Scalar<'s>),
    Sequence(Vec<Node<'s>>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Scalar<'s> {
    /// As written, escapes resolved.
    pub text: Cow<'s, str>,
    /// Quoted or a block: certainly meant as text.
    pub quoted: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Key<'s> {
    pub span: Range<usize>,
    pub text: Cow<'s, str>,
}

impl<'s> Node<'s> {
    /// What the node is, for "expected …, found …".
    pub fn describe(&self) -> &'static str {
        match self.data {
            Data::Mapping(_) => "a mapping",
            Data::Null => "nothing",
            Data::Scalar(_) => "a single value",
            Data::Sequence(_) => "a list",
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    pub fn sequence(&self) -> Option<&[Node<'s>]> {
        match &self.data {
            Data::Sequence(items) => Some(items),
            _ => None,
        }
    }

    pub fn mapping(&self) -> Option<&[(Key<'s>, Node<'s>)]> {
        match &self.data {
            Data::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key in a mapping.
    pub fn get(&self, key: &str) -> Option<&Node<'s>> {
        self.mapping()?
            .iter()
            .find(|(name, _)| name.text == key)
            .map(|(_, node)| node)
    }
}
