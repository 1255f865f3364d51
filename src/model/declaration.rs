//! A declaration: what an organisation sent, apart from the stream of its assets.

use super::problem::Source;
use super::record::{Subject, SubjectKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an organisation declared. Assets are not here: they are a stream.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// What the user pointed at, for headlines.
    pub name: String,
    pub organisation: Subject,
    /// The lists that were declared. An absent list is not an empty list.
    pub lists: BTreeMap<SubjectKind, Vec<Subject>>,
    /// Files and blocks that hold waivers; the policy reads them, as they use its language.
    pub waivers: Vec<Arc<Source>>,
    /// Whether any inventory of assets was declared, be it empty.
    pub has_assets: bool,
}

impl Declaration {
    /// A declaration that says nothing but who declares.
    pub fn new(name: impl Into<String>, organisation: Subject) -> Self {
        Self {
            name: name.into(),
            organisation,
            lists: BTreeMap::new(),
            waivers: Vec::new(),
            has_assets: false,
        }
    }

    /// A list of one kind; `None` when none was declared.
    pub fn list(&self, kind: SubjectKind) -> Option<&[Subject]> {
        self.lists.get(&kind).map(Vec::as_slice)
    }

    pub fn find(&self, kind: SubjectKind, id: &str) -> Option<&Subject> {
        self.list(kind)?.iter().find(|subject| subject.id == id)
    }

    pub fn submission(&self) -> Option<&Subject> {
        self.list(SubjectKind::Submission)?.first()
    }
}
