//! A declaration: what an organisation sent, apart from the stream of its assets.

use super::bundle::{Bundle, GivenRoots, KeyHashes};
use super::problem::Source;
use super::record::{Record, Subject, SubjectKind};
use super::tally::Tally;
use super::value::fold_name;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

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
    /// What makers say of all devices of a model, by [`model_key`].
    pub models: BTreeMap<String, Arc<Record>>,
    /// Whether any inventory of assets was declared, be it empty.
    pub has_assets: bool,
    /// The files of certificates, by the certificates' ids.
    pub bundles: BTreeMap<String, Arc<Bundle>>,
    /// What whoever checks trusts beside the web's roots. A declaration cannot bring its own: who is
    /// judged does not choose whom to trust.
    pub roots: Option<Arc<GivenRoots>>,
    /// Keys that whoever checks knows to be weak.
    pub weak_keys: Option<Arc<KeyHashes>>,
    /// Counts over the assets, known once all of them were judged: by the question they are for.
    pub tallies: BTreeMap<String, Arc<Tally>>,
    /// Positions in the lists, made when something is first looked up: the lists are final by then.
    index: OnceLock<HashMap<(SubjectKind, String), usize>>,
}

impl Declaration {
    /// A declaration that says nothing but who declares.
    pub fn new(name: impl Into<String>, organisation: Subject) -> Self {
        Self {
            name: name.into(),
            organisation,
            lists: BTreeMap::new(),
            waivers: Vec::new(),
            models: BTreeMap::new(),
            has_assets: false,
            bundles: BTreeMap::new(),
            roots: None,
            weak_keys: None,
            tallies: BTreeMap::new(),
            index: OnceLock::new(),
        }
    }

    /// A list of one kind; `None` when none was declared.
    pub fn list(&self, kind: SubjectKind) -> Option<&[Subject]> {
        self.lists.get(&kind).map(Vec::as_slice)
    }

    /// A subject by its id. Zones go by their names whatever the case, as inventories write them.
    pub fn find(&self, kind: SubjectKind, id: &str) -> Option<&Subject> {
        let list = self.list(kind)?;
        let index = self.index.get_or_init(|| self.positions());
        list.get(*index.get(&(kind, key(kind, id)))?)
    }

    /// Puts subjects before those of their kind, so that they are found first.
    pub fn put_first(&mut self, kind: SubjectKind, mut subjects: Vec<Subject>) {
        let list = self.lists.entry(kind).or_default();
        subjects.append(list);
        *list = subjects;
        self.index = OnceLock::new();
    }

    fn positions(&self) -> HashMap<(SubjectKind, String), usize> {
        let lists = self.lists.iter();
        lists
            .flat_map(|(kind, list)| {
                // Of two with one id the first counts, as for people reading from the top.
                let ids = list.iter().enumerate().rev();
                ids.map(|(position, one)| ((*kind, key(*kind, &one.id)), position))
            })
            .collect()
    }

    pub fn submission(&self) -> Option<&Subject> {
        self.list(SubjectKind::Submission)?.first()
    }
}

/// What tells a model of a maker from all others, however both are written.
pub fn model_key(maker: &str, model: &str) -> String {
    const FORMS: [&str; 17] = [
        "ag",
        "bv",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "inc",
        "incorporated",
        "kg",
        "limited",
        "llc",
        "llp",
        "ltd",
        "nv",
        "plc",
        "sa",
    ];
    let words = maker.split_whitespace().map(fold_name);
    let mut words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    while words.len() > 1 && words.last().is_some_and(|last| FORMS.contains(&&**last)) {
        words.pop();
    }
    format!("{}/{}", words.concat(), fold_name(model))
}

fn key(kind: SubjectKind, id: &str) -> String {
    match kind {
        SubjectKind::Zone => fold_name(id),
        _ => id.to_owned(),
    }
}
