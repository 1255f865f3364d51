//! The arguments of a check, read with every problem at its place.

use super::tree::Tree;
use crate::catalogue::Catalogue;
use crate::model::{SubjectKind, Type, Value};
use crate::predicate::{Length, Params};
use crate::yaml::{Data, Key, Node, Reader};
use std::ops::Range;

/// What a policy text is read with: the named parameters, the knowledge its names must stand in,
/// and where problems go.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'r> {
    pub catalogue: &'r Catalogue,
    pub params: &'r Params,
    pub reader: &'r Reader<'r>,
}

impl Reading<'_> {
    /// Tells of a problem. Always `None`, to return with.
    pub(super) fn problem<T>(&self, span: Range<usize>, message: String, label: &str) -> Option<T> {
        self.reader
            .push(self.reader.problem(span, message).label(label));
        None
    }
}

/// The mapping behind a check's name: `patched: { advisory: MS17-010 }`.
#[derive(Debug)]
pub struct Arguments<'a> {
    pub(super) reading: Reading<'a>,
    entries: &'a [(Key<'a>, Node<'a>)],
    /// The check's name, as written.
    name: &'a Key<'a>,
}

#[expect(
    clippy::option_option,
    reason = "wrong, not given, and given are three things"
)]
impl<'a> Arguments<'a> {
    pub(super) fn open(
        reading: Reading<'a>,
        name: &'a Key<'a>,
        node: &'a Node<'a>,
    ) -> Option<Self> {
        let entries = match &node.data {
            Data::Mapping(entries) => entries.as_slice(),
            Data::Null => &[],
            Data::Scalar(_) | Data::Sequence(_) => {
                let message = format!(
                    "expected arguments for `{}`, found {}",
                    name.text,
                    node.describe()
                );
                return reading.problem(node.span.clone(), message, "write { argument: value }");
            }
        };
        Some(Self {
            reading,
            entries,
            name,
        })
    }

    /// Refuses arguments that the check does not take.
    pub(super) fn check_names(&self, known: &[(&str, &str)]) -> bool {
        let unknown: Vec<_> = self
            .entries
            .iter()
            .filter(|(key, _)| !known.iter().any(|(name, _)| *name == key.text))
            .collect();
        let names = known.iter().map(|(name, _)| *name);
        let takes = match known {
            [] => "no arguments".to_owned(),
            _ => names.clone().collect::<Vec<_>>().join(", "),
        };
        for (key, _) in &unknown {
            let message = format!("`{}` has no argument `{}`", self.name.text, key.text);
            let reader = self.reading.reader;
            reader.push(
                reader
                    .problem(key.span.clone(), message)
                    .label("not an argument")
                    .help(format!("`{}` takes {takes}", self.name.text))
                    .suggest(&key.text, names.clone()),
            );
        }
        unknown.is_empty()
    }

    pub(super) fn node(&self, name: &str) -> Option<&'a Node<'a>> {
        self.entries
            .iter()
            .find(|(key, node)| key.text == name && node.data != Data::Null)
            .map(|(_, node)| node)
    }

    /// An argument that has to be there.
    pub(super) fn required(&self, name: &str) -> Option<&'a Node<'a>> {
        let node = self.node(name);
        if node.is_none() {
            let message = format!("`{}` needs the argument `{name}`", self.name.text);
            return self.reading.problem(self.span(), message, "missing here");
        }
        node
    }

    /// An optional argument read by `read`. `None` when something is wrong, `Some(None)` when it
    /// was not given.
    pub(super) fn optional<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.node(name) {
            None => Some(None),
            Some(node) => self.value(node, expected, read).map(Some),
        }
    }

    /// Reads a scalar, `$param` resolved.
    pub(super) fn value<T>(
        &self,
        node: &Node<'_>,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.reading.params.resolve(node, self.reading.reader)?;
        let value = read(&text);
        if value.is_none() {
            let message = format!("`{text}` is not {expected}");
            return self
                .reading
                .problem(node.span.clone(), message, "not understood");
        }
        value
    }

    pub(super) fn length(&self, name: &str) -> Option<Option<Length>> {
        self.optional(name, "a length of time such as 14 days", Length::read)
    }

    pub(super) fn yes_or_no(&self, name: &str) -> Option<Option<bool>> {
        self.optional(name, "yes or no", |text| match Type::Boolean.read(text) {
            Some(Value::Boolean(boolean)) => Some(boolean),
            _ => None,
        })
    }

    /// A condition on another kind of record, such as the certificate of an endpoint.
    pub(super) fn tree(&self, name: &str, subject: SubjectKind) -> Option<Option<Tree>> {
        debug_assert!(
            super::CONDITIONS.contains(&(&*self.name.text, name, subject)),
            "`{name}` of `{}` is missing from CONDITIONS",
            self.name.text
        );
        match self.node(name) {
            None => Some(None),
            Some(node) => Tree::parse(node, subject, self.reading).map(Some),
        }
    }

    /// The bytes of the check's name.
    pub(super) fn span(&self) -> Range<usize> {
        self.name.span.clone()
    }
}
