//! Rules taken apart, to test how well their cases cover them: the leaves of their conditions, each
//! ready to be asked by itself, and their mutants.
//!
//! Reads the files once more, as what has loaded no longer knows how it was written.

use super::mutate::{Change, Mutator};
use super::pack::RawPack;
use super::{Loading, Rule, parameter};
use crate::catalogue::Catalogue;
use crate::check::{KINDS, Reading, Tree};
use crate::model::{Outcome, Place, Source, SubjectKind, read_date};
use crate::predicate::Params;
use crate::yaml::{self, Data, Key, Limits, Node, Reader};
use jiff::civil::Date;
use rayon::prelude::*;
use std::sync::Arc;

/// The conditions of a rule with their leaves.
#[derive(Debug)]
pub struct Anatomy {
    pub rule: String,
    /// `where` first, then the check or the grades in their order.
    pub parts: Vec<Part>,
}

/// One condition of a rule.
#[derive(Debug)]
pub struct Part {
    /// `where`, `check`, or `grade 2`.
    pub name: String,
    pub place: Place,
    pub tree: Tree,
    /// Empty where the condition is a single leaf, which says nothing that the condition does not.
    pub leaves: Vec<Leaf>,
    /// What the condition can come to.
    pub possible: &'static [Outcome],
}

/// A check or the tests on a field, outside any fold.
#[derive(Debug)]
pub struct Leaf {
    /// As written, on one line, cut short.
    pub text: String,
    pub place: Place,
    pub tree: Tree,
    pub possible: &'static [Outcome],
}

/// A rule with one mistake.
#[derive(Debug)]
pub struct Mutant {
    /// Without its cases, which are those of the rule it was made from.
    pub rule: Rule,
    /// Where the mistake is.
    pub place: Place,
    /// What it is: `within: 15 days` instead of 14 days.
    pub change: String,
}

/// Takes the wanted rules apart, in the order of the files. Files that do not load hold none.
pub fn anatomies(
    sources: &[Arc<Source>],
    catalogue: &'static Catalogue,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Vec<Anatomy> {
    each_rule(sources, catalogue, wanted, |written| {
        written.anatomy().into_iter().collect()
    })
}

/// Every mutant of the wanted rules, in the order of the files.
pub fn mutants(
    sources: &[Arc<Source>],
    catalogue: &'static Catalogue,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Vec<Mutant> {
    each_rule(sources, catalogue, wanted, mutants_of)
}

/// A rule as written, with what it is compiled with.
struct Written<'d> {
    id: &'d str,
    node: &'d Node<'d>,
    /// The pack it stands in.
    pack: &'d Node<'d>,
    source: &'d Arc<Source>,
    params: &'d Params,
    catalogue: &'static Catalogue,
}

fn each_rule<T: Send>(
    sources: &[Arc<Source>],
    catalogue: &'static Catalogue,
    wanted: &(dyn Fn(&str) -> bool + Sync),
    look: impl Fn(&Written<'_>) -> Vec<T> + Sync + Send,
) -> Vec<T> {
    let files: Vec<_> = sources
        .iter()
        .filter_map(|source| {
            let documents = yaml::parse(source, &Limits::default()).ok()?;
            Some((Reader::new(source), documents))
        })
        .collect();
    let mut loading = Loading::default();
    let mut rules = Vec::new();
    for (reader, documents) in &files {
        for document in documents {
            loading.sort(document, reader, catalogue);
            let listed = document.get("rules").and_then(Node::sequence);
            // A profile lists the names of rules, which are no mappings.
            let ids = listed.unwrap_or_default().iter().filter_map(|node| {
                let id = node.get("id")?.text()?;
                wanted(id).then_some((id, node))
            });
            rules.extend(ids.map(|(id, node)| (id, node, document, reader.source())));
        }
    }
    let params = parameter::collect(&loading.packs).defaults();
    let found: Vec<Vec<T>> = rules
        .par_iter()
        .map(|(id, node, pack, source)| {
            look(&Written {
                id,
                node,
                pack,
                source,
                params: &params,
                catalogue,
            })
        })
        .collect();
    found.into_iter().flatten().collect()
}

impl Written<'_> {
    fn anatomy(&self) -> Option<Anatomy> {
        let subject = self.subject()?;
        let mut parts = Vec::new();
        parts.extend(self.part("where".into(), self.node.get("where"), subject));
        parts.extend(self.part("check".into(), self.node.get("check"), subject));
        let grades = self.node.get("grades").and_then(Node::sequence);
        for (index, grade) in grades.unwrap_or_default().iter().enumerate() {
            let name = format!("grade {}", index + 1);
            parts.extend(self.part(name, grade.get("check"), subject));
        }
        Some(Anatomy {
            rule: self.id.to_owned(),
            parts,
        })
    }

    fn subject(&self) -> Option<SubjectKind> {
        let name = self.node.get("for")?.text()?;
        SubjectKind::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    fn part(&self, name: String, node: Option<&Node<'_>>, subject: SubjectKind) -> Option<Part> {
        let node = node?;
        let mut leaves = Vec::new();
        self.leaves(node, subject, &mut leaves);
        let possible = match leaves.as_slice() {
            [one] => one.possible,
            _ => &TRUTHS,
        };
        if leaves.len() == 1 {
            leaves.clear();
        }
        Some(Part {
            name,
            place: self.place(node),
            tree: self.tree(node, subject)?,
            leaves,
            possible,
        })
    }

    fn leaves(&self, node: &Node<'_>, subject: SubjectKind, found: &mut Vec<Leaf>) {
        for (key, value) in node.mapping().unwrap_or_default() {
            match &*key.text {
                "all" | "any" => {
                    for item in value.sequence().unwrap_or_default() {
                        self.leaves(item, subject, found);
                    }
                }
                "not" => self.leaves(value, subject, found),
                _ => found.extend(self.leaf(key, value, subject)),
            }
        }
    }

    fn leaf(&self, key: &Key<'_>, value: &Node<'_>, subject: SubjectKind) -> Option<Leaf> {
        let span = key.span.start..value.span.end.max(key.span.end);
        let alone = Node {
            span: span.clone(),
            data: Data::Mapping(vec![(key.clone(), value.clone())]),
        };
        Some(Leaf {
            text: one_line(self.source.text.get(span).unwrap_or(&key.text)),
            place: self.source.place(key.span.start),
            tree: self.tree(&alone, subject)?,
            possible: possible(key, value),
        })
    }

    fn tree(&self, node: &Node<'_>, subject: SubjectKind) -> Option<Tree> {
        let reader = Reader::new(self.source);
        let reading = Reading {
            catalogue: self.catalogue,
            params: self.params,
            reader: &reader,
        };
        Tree::parse(node, subject, reading)
    }

    fn place(&self, node: &Node<'_>) -> Place {
        self.source.place(node.span.start)
    }

    fn cases_at(&self) -> Option<Date> {
        self.pack.get("cases_at")?.text().and_then(read_date)
    }

    /// The rule with one case: what is changed and compiled many times over should be small.
    fn lean(&self) -> Node<'_> {
        let mut entries = self.node.mapping().unwrap_or_default().to_vec();
        for (key, value) in &mut entries {
            if let Data::Sequence(cases) = &mut value.data
                && key.text == "cases"
            {
                cases.truncate(1);
            }
        }
        Node {
            span: self.node.span.clone(),
            data: Data::Mapping(entries),
        }
    }

    /// A changed rule, unless the compiler sees the mistake.
    fn compile(&self, node: &Node<'_>) -> Option<Rule> {
        let reader = Reader::new(self.source);
        let pack = RawPack::read(self.pack, &reader, self.catalogue)?;
        let reading = Reading {
            catalogue: self.catalogue,
            params: self.params,
            reader: &reader,
        };
        let mut rule = pack.rule(node, reading)?;
        rule.cases.clear();
        (!reader.has_problems()).then_some(rule)
    }
}

fn mutants_of(written: &Written<'_>) -> Vec<Mutant> {
    let mutator = Mutator {
        params: written.params,
        catalogue: written.catalogue,
        today: written.cases_at(),
    };
    let compiled = |change: Change<Node<'_>>| {
        Some(Mutant {
            rule: written.compile(&change.to)?,
            place: written.source.place(change.at),
            change: change.what,
        })
    };
    let changes = mutator.rule(&written.lean());
    changes.into_iter().filter_map(compiled).collect()
}

const TRUTHS: [Outcome; 3] = [Outcome::Pass, Outcome::Fail, Outcome::Unknown];

/// What a leaf can come to: where it asks whether a thing was declared silence decides, and a
/// catalogue that is too old is nobody's failure.
fn possible(key: &Key<'_>, value: &Node<'_>) -> &'static [Outcome] {
    const ALWAYS_KNOWN: [Outcome; 2] = [Outcome::Pass, Outcome::Fail];
    const NEVER_FAILS: [Outcome; 2] = [Outcome::Pass, Outcome::Unknown];
    let is_check = KINDS.iter().any(|kind| kind.name == key.text);
    if is_check {
        return if key.text == "catalogue_age" {
            &NEVER_FAILS
        } else {
            &TRUTHS
        };
    }
    match value.get("declared") {
        Some(_) => &ALWAYS_KNOWN,
        None => &TRUTHS,
    }
}

fn one_line(text: &str) -> String {
    const LONGEST: usize = 48;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text,
    }
}
