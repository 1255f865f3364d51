//! Silence is never safety: whoever declares nothing but a name passes no rule of any pack.

use jiff::civil::Date;
use passmuster::catalogue::Catalogue;
use passmuster::engine::{Judge, Material};
use passmuster::model::fields::organisation;
use passmuster::model::{Declaration, Outcome, Place, Subject, SubjectKind, Summary, Value};
use passmuster::policy::{Library, embedded};
use std::collections::BTreeMap;

fn library() -> Library {
    Library::load(&embedded(), Catalogue::embedded()).expect("the shipped policy loads")
}

/// A subject of which only the id was told; of an organisation the name.
fn bare(kind: SubjectKind) -> Subject {
    let mut subject = Subject::new(kind, "X-1", Place::whole("made-up.yaml"));
    if kind == SubjectKind::Organisation {
        let name = Value::Text("Vale of Elm NHS Foundation Trust".into());
        subject.record.set(organisation::NAME, name);
    }
    subject
}

/// Every outcome of every rule about a bare subject of its kind: the rule, and the outcome.
fn outcomes(library: &Library, declaration: &Declaration) -> Vec<(String, Outcome)> {
    let judge = Judge::new(Material {
        rules: &library.rules,
        waivers: &[],
        catalogue: library.catalogue,
        declaration,
        today: Date::constant(2026, 11, 22),
    });
    let mut found = Vec::new();
    for kind in SubjectKind::ALL {
        let mut summary = Summary::default();
        let mut tell = |finding: passmuster::model::Finding| {
            found.push((finding.rule.id.clone(), finding.outcome));
        };
        judge.subject(bare(kind), true, &mut summary, &mut tell);
    }
    found
}

fn passes_nothing(declaration: &Declaration, what: &str) {
    let library = library();
    let found = outcomes(&library, declaration);
    assert!(
        found.len() >= library.rules.len() * 9 / 10,
        "some rules were not asked: {} of {}",
        found.len(),
        library.rules.len()
    );
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, outcome) in &found {
        *counts.entry(outcome.name()).or_default() += 1;
    }
    println!("{what}: {counts:?}");
    let passed: Vec<_> = found
        .iter()
        .filter(|(_, outcome)| *outcome == Outcome::Pass)
        .map(|(rule, _)| rule.as_str())
        .collect();
    assert!(passed.is_empty(), "{what} passes {passed:?}");
}

#[test]
fn a_bare_name_alone_passes_no_rule() {
    let declaration = Declaration::new("made-up.yaml", bare(SubjectKind::Organisation));
    passes_nothing(&declaration, "a bare name");
}

#[test]
fn a_bare_name_among_bare_names_passes_no_rule() {
    let mut declaration = Declaration::new("made-up.yaml", bare(SubjectKind::Organisation));
    for kind in SubjectKind::ALL {
        declaration.lists.insert(kind, vec![bare(kind)]);
    }
    declaration.has_assets = true;
    passes_nothing(&declaration, "a bare name among bare names");
}
