//! One letter wrong in any name of the shipped policy is an error where it stands, and the error
//! suggests the name that was meant.

use passmuster::catalogue::Catalogue;
use passmuster::check::KINDS;
use passmuster::model::{Problem, Schema, Source, SubjectKind, Type};
use passmuster::policy::{Library, embedded};
use passmuster::predicate::OPERATORS;
use passmuster::yaml::{Key, Limits, Node, parse};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// What a name in a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    Argument,
    Check,
    Field,
    Operator,
    Parameter,
    Word,
}

/// A name in a file of the policy, without the `$` of parameters.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) sort: Sort,
    pub(super) text: String,
    pub(super) file: usize,
    pub(super) span: Range<usize>,
}

#[test]
fn one_wrong_letter_is_an_error_that_suggests_the_name() {
    let files: Vec<_> = embedded().iter().map(lean).collect();
    let known = known_names(&files);
    assert!(loads(&files), "without a typo there is no error");
    let alone: Vec<_> = files
        .iter()
        .map(|file| loads(std::slice::from_ref(file)))
        .collect();
    let mut tried = Vec::new();
    let mut by_chance = BTreeSet::new();
    for name in names(&files) {
        for typo in typos(&name.text) {
            if known.contains(typo.as_str()) {
                by_chance.insert(format!("{} for {}", typo, name.text));
                continue;
            }
            tried.push((name.clone(), typo));
        }
    }
    let results: Vec<_> = tried
        .into_par_iter()
        .map(|(name, typo)| {
            let changed = with(&files, &alone, &name, &typo);
            let problems = Library::load(&changed, Catalogue::embedded()).err();
            let end = problems.map(|problems| suggests(&problems, &name));
            (name, typo, end)
        })
        .collect();

    let mut rates: BTreeMap<Sort, (usize, usize)> = BTreeMap::new();
    let mut silent = Vec::new();
    let mut astray = Vec::new();
    for (name, typo, end) in &results {
        let (all, right) = rates.entry(name.sort).or_default();
        *all += 1;
        match end {
            None => silent.push(format!("{typo} for {}", name.text)),
            Some(true) => *right += 1,
            Some(false) => astray.push(format!("{typo} for {}", name.text)),
        }
    }
    for (sort, (all, right)) in &rates {
        println!("{sort:?}: {all} typos, {right} with the right suggestion");
    }
    println!("another name by chance: {by_chance:?}");
    println!("without the right suggestion: {astray:?}");
    assert!(
        results.len() > 400,
        "only {} typos were made",
        results.len()
    );
    assert!(silent.is_empty(), "no error: {silent:?}");
    let right = results.len() - astray.len();
    println!(
        "{} typos, all errors, {right} with the right suggestion",
        results.len()
    );
    assert!(
        right * 100 >= results.len() * 95,
        "{right} of {}",
        results.len()
    );
}

/// Whether the problem at the changed place suggests the name.
fn suggests(problems: &[Problem], name: &Name) -> bool {
    let (text, at) = (&name.text, name.span.start);
    let meant = [
        format!("did you mean `{text}`?"),
        format!("did you mean `${text}`?"),
    ];
    let is_meant = |help: &String| meant.iter().any(|meant| help.contains(meant));
    problems
        .iter()
        .filter(|problem| problem.span.contains(&at))
        .any(|problem| problem.help.as_ref().is_some_and(is_meant))
}

/// The files with the typo: the one it is in, and the others where that needs them.
fn with(files: &[Arc<Source>], alone: &[bool], name: &Name, typo: &str) -> Vec<Arc<Source>> {
    let source = &files[name.file];
    let mut text = source.text.clone();
    text.replace_range(name.span.clone(), typo);
    let changed = Source::new(Arc::clone(&source.name), text);
    if alone[name.file] {
        return vec![changed];
    }
    let mut all = files.to_vec();
    all[name.file] = changed;
    all
}

/// The file with the first case of each rule only: cases take most of the time, and hold no rule.
pub(super) fn lean(source: &Arc<Source>) -> Arc<Source> {
    let documents = parse(source, &Limits::default()).expect("the shipped policy is YAML");
    let mut text = source.text.clone();
    let rules = documents.iter().filter_map(|one| one.get("rules"));
    let rules = rules.flat_map(|rules| rules.sequence().unwrap_or_default());
    let cases: Vec<_> = rules
        .filter_map(|rule| rule.get("cases")?.sequence())
        .collect();
    for cases in cases.iter().rev() {
        let [_, second, ..] = cases else { continue };
        let line = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
        let last = cases.last().map_or(0, |case| case.span.end);
        let end = text[last..]
            .find('\n')
            .map_or(text.len(), |end| last + end + 1);
        text.replace_range(line(second.span.start)..end, "");
    }
    Source::new(Arc::clone(&source.name), text)
}

fn loads(files: &[Arc<Source>]) -> bool {
    Library::load(files, Catalogue::embedded()).is_ok()
}

/// Letters left out, exchanged and replaced: at the end and in the middle.
pub(super) fn typos(name: &str) -> BTreeSet<String> {
    let letters: Vec<char> = name.chars().collect();
    let (last, middle) = (letters.len() - 1, letters.len() / 2);
    let mut typos = BTreeSet::new();
    for at in [middle, last] {
        let mut dropped = letters.clone();
        dropped.remove(at);
        typos.insert(dropped.into_iter().collect());
        let mut replaced = letters.clone();
        replaced[at] = if letters[at] == 'x' { 'k' } else { 'x' };
        typos.insert(replaced.into_iter().collect());
        if at > 0 && letters[at] != letters[at - 1] {
            let mut swapped = letters.clone();
            swapped.swap(at - 1, at);
            typos.insert(swapped.into_iter().collect());
        }
    }
    typos.retain(|typo: &String| !typo.is_empty());
    typos
}

/// Every name that means something somewhere: a typo that is one of them may be no mistake.
pub(super) fn known_names(files: &[Arc<Source>]) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = ["all", "any", "not", "of"].map(str::to_owned).into();
    known.extend(OPERATORS.iter().map(|(name, _)| (*name).to_owned()));
    for kind in KINDS {
        known.insert(kind.name.to_owned());
        known.extend(kind.arguments.iter().map(|(name, _)| (*name).to_owned()));
    }
    for kind in SubjectKind::ALL {
        add_fields(kind.schema(), &mut known);
    }
    known.extend(names(files).into_iter().map(|name| name.text));
    known
}

fn add_fields(schema: &'static Schema, known: &mut BTreeSet<String>) {
    for field in schema.fields {
        known.insert(field.name.to_owned());
        if let Type::Records(inner) = field.ty {
            add_fields(inner, known);
        }
    }
}

/// Each name once, where it first stands.
pub(super) fn names(files: &[Arc<Source>]) -> Vec<Name> {
    let mut walk = Walk::default();
    for (file, source) in files.iter().enumerate() {
        let documents = parse(source, &Limits::default()).expect("the shipped policy is YAML");
        walk.file = file;
        for rules in documents
            .iter()
            .filter_map(|document| document.get("rules"))
        {
            for rule in rules.sequence().unwrap_or_default() {
                walk.rule(rule);
            }
        }
    }
    walk.found
}

#[derive(Debug, Default)]
struct Walk {
    file: usize,
    seen: BTreeSet<(Sort, String)>,
    found: Vec<Name>,
}

impl Walk {
    fn rule(&mut self, rule: &Node<'_>) {
        for part in ["where", "check"].iter().filter_map(|key| rule.get(key)) {
            self.condition(part);
        }
        let grades = rule.get("grades").and_then(Node::sequence);
        for check in grades
            .unwrap_or_default()
            .iter()
            .filter_map(|grade| grade.get("check"))
        {
            self.condition(check);
        }
    }

    fn condition(&mut self, node: &Node<'_>) {
        for (key, value) in node.mapping().unwrap_or_default() {
            match &*key.text {
                "all" | "any" => {
                    self.add(Sort::Word, key);
                    for item in value.sequence().unwrap_or_default() {
                        self.condition(item);
                    }
                }
                "not" => {
                    self.add(Sort::Word, key);
                    self.condition(value);
                }
                name if is_check(name, value) => {
                    self.add(Sort::Check, key);
                    self.arguments(value);
                }
                _ => {
                    self.add(Sort::Field, key);
                    self.tests(value);
                }
            }
        }
    }

    fn arguments(&mut self, node: &Node<'_>) {
        for (key, value) in node.mapping().unwrap_or_default() {
            self.add(Sort::Argument, key);
            self.parameter(value);
            self.condition(value);
        }
    }

    fn tests(&mut self, node: &Node<'_>) {
        self.parameter(node);
        for (key, value) in node.mapping().unwrap_or_default() {
            self.add(Sort::Operator, key);
            self.parameter(value);
            if matches!(&*key.text, "every" | "none" | "some") {
                self.condition(value);
            }
        }
    }

    fn parameter(&mut self, node: &Node<'_>) {
        if let Some(name) = node.text().and_then(|text| text.strip_prefix('$')) {
            let end = node.span.end;
            self.note(Sort::Parameter, name, end - name.len()..end);
        }
    }

    fn add(&mut self, sort: Sort, key: &Key<'_>) {
        self.note(sort, &key.text, key.span.clone());
    }

    fn note(&mut self, sort: Sort, text: &str, span: Range<usize>) {
        if self.seen.insert((sort, text.to_owned())) {
            self.found.push(Name {
                sort,
                text: text.to_owned(),
                file: self.file,
                span,
            });
        }
    }
}

/// Fields may share a name with a check: behind a field stand a value or operators.
fn is_check(name: &str, value: &Node<'_>) -> bool {
    let is_operator = |key: &Key<'_>| OPERATORS.iter().any(|(name, _)| *name == key.text);
    let tests = value.mapping().is_some_and(|entries| {
        !entries.is_empty() && entries.iter().all(|(key, _)| is_operator(key))
    });
    KINDS.iter().any(|kind| kind.name == name) && value.text().is_none() && !tests
}
