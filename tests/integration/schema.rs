//! The schemas for editors take what the readers take, and refuse the names that they refuse.

use super::program::{Desk, root};
use super::typos::{Sort, known_names, lean, names, typos};
use jsonschema::Validator;
use passmuster::catalogue::Catalogue;
use passmuster::import::{self, LISTS, OpenError, RecordReader, SUBMISSION_KEYS};
use passmuster::model::{Source, SubjectKind, Type};
use passmuster::policy::keys::{CASE, EVIDENCE, GRADE, Keys, PACK, PARAMETER, PROFILE, RULE};
use passmuster::policy::{Library, embedded};
use passmuster::schema;
use passmuster::yaml::{Data, Limits, Node, parse};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The validator of a schema; made once, as that takes longer than anything it is used for.
fn validator(name: &str) -> Arc<Validator> {
    static MADE: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let one = made.entry(name.to_owned()).or_insert_with(|| {
        let schema = schema::of(name).expect("there is such a schema");
        Arc::new(jsonschema::validator_for(&schema).expect("it is a schema"))
    });
    Arc::clone(one)
}

/// What a YAML node is to an editor, by the core schema of YAML 1.2.
fn to_json(node: &Node<'_>) -> Value {
    match &node.data {
        Data::Mapping(entries) => entries
            .iter()
            .map(|(key, value)| (key.text.clone().into_owned(), to_json(value)))
            .collect(),
        Data::Null => Value::Null,
        Data::Scalar(scalar) if scalar.quoted => json!(scalar.text),
        Data::Scalar(scalar) => plain(&scalar.text),
        Data::Sequence(items) => items.iter().map(to_json).collect(),
    }
}

fn plain(text: &str) -> Value {
    let looks = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
    };
    match text {
        "true" | "True" | "TRUE" => json!(true),
        "false" | "False" | "FALSE" => json!(false),
        _ => text
            .parse::<i64>()
            .map(Value::from)
            .or_else(|_| text.parse::<f64>().map(Value::from))
            .ok()
            .filter(|_| looks(text))
            .unwrap_or_else(|| json!(text)),
    }
}

fn documents(source: &Arc<Source>) -> Vec<Value> {
    let documents = parse(source, &Limits::default()).expect("it is YAML");
    documents.iter().map(to_json).collect()
}

/// What the schema has against each document.
fn complaints(validator: &Validator, documents: &[Value]) -> Vec<String> {
    let errors = documents.iter().flat_map(|one| validator.iter_errors(one));
    errors
        .map(|error| {
            let mut said = error.to_string();
            said.truncate(said.floor_char_boundary(200));
            format!("{}: {said}", error.instance_path())
        })
        .collect()
}

#[track_caller]
fn accepts(validator: &Validator, name: &str, text: &str) {
    let source = Source::new(name, text);
    let complaints = complaints(validator, &documents(&source));
    assert!(complaints.is_empty(), "{name}: {complaints:#?}");
}

fn accepts_file(schema: &str, path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    accepts(&validator(schema), &path.display().to_string(), &text);
}

#[test]
fn the_shipped_policy_is_as_the_schema_says() {
    let rules = validator("rules");
    for source in embedded() {
        accepts(&rules, &source.name, &source.text);
    }
    accepts_file("profile", &root().join("rules/profiles.yaml"));
}

#[test]
fn the_examples_are_as_the_schemas_say() {
    let mut seen = 0;
    for folder in fs::read_dir(root().join("examples")).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "yaml") {
                continue;
            }
            let name = path.file_stem().unwrap().to_str().unwrap();
            accepts_file(if name == "waivers" { "waiver" } else { name }, &path);
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} files");
}

#[test]
fn a_starter_pack_is_as_the_schemas_say() {
    let desk = Desk::new();
    assert_eq!(desk.run(&["init", "pack"]).code, 0);
    accepts_file("submission", &desk.path("pack/submission.yaml"));
    accepts_file("attestations", &desk.path("pack/attestations.yaml"));
}

#[test]
fn what_is_printed_is_what_is_made() {
    let desk = Desk::new();
    for (name, _) in schema::names() {
        let printed = desk.run(&["schema", name]);
        assert_eq!(printed.code, 0, "{}", printed.stderr);
        let printed: Value = serde_json::from_str(&printed.stdout).expect("it is JSON");
        assert_eq!(Some(&printed), schema::of(name).as_ref());
        assert!(jsonschema::meta::is_valid(&printed), "{name}");
        let file = format!("{name}.json");
        assert_eq!(desk.run(&["schema", name, "--output", &file]).code, 0);
        assert!(desk.path(&file).is_file());
    }
    let unknown = desk.run(&["schema", "rule"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("rules"), "{}", unknown.stderr);
}

#[test]
fn one_wrong_letter_in_a_name_of_a_rule_is_refused() {
    let files: Vec<_> = embedded().iter().map(lean).collect();
    let known = known_names(&files);
    let rules = validator("rules");
    let tried: Vec<_> = names(&files)
        .into_iter()
        // Which parameters there are, no schema can know.
        .filter(|name| name.sort != Sort::Parameter)
        .flat_map(|name| {
            let typos = typos(&name.text).into_iter();
            let typos: Vec<_> = typos.map(|typo| (name.clone(), typo)).collect();
            typos
        })
        .filter(|(_, typo)| !known.contains(typo))
        .collect();
    let silent: Vec<_> = tried
        .par_iter()
        .filter(|(name, typo)| {
            let mut text = files[name.file].text.clone();
            text.replace_range(name.span.clone(), typo);
            let documents = documents(&Source::new("typo.yaml", text));
            documents.iter().all(|document| rules.is_valid(document))
        })
        .map(|(name, typo)| format!("{typo} for {:?} {}", name.sort, name.text))
        .collect();
    println!(
        "{} typos, {} refused",
        tried.len(),
        tried.len() - silent.len()
    );
    assert!(tried.len() > 400, "only {} typos were made", tried.len());
    assert!(silent.is_empty(), "not refused: {silent:?}");
}

/// Every key of a document with a wrong letter; each name once.
fn misspelt(source: &Arc<Source>) -> Vec<(String, String, String)> {
    fn keys(node: &Node<'_>, seen: &mut BTreeSet<String>, found: &mut Vec<(String, usize)>) {
        for (key, value) in node.mapping().unwrap_or_default() {
            if seen.insert(key.text.clone().into_owned()) {
                found.push((key.text.clone().into_owned(), key.span.start));
            }
            keys(value, seen, found);
        }
        for item in node.sequence().unwrap_or_default() {
            keys(item, seen, found);
        }
    }
    let documents = parse(source, &Limits::default()).expect("it is YAML");
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for document in &documents {
        keys(document, &mut seen, &mut found);
    }
    let typos = found.into_iter().flat_map(|(key, at)| {
        let typos: Vec<_> = typos(&key).into_iter().collect();
        typos.into_iter().map(move |typo| (key.clone(), at, typo))
    });
    typos
        .map(|(key, at, typo)| {
            let mut text = source.text.clone();
            text.replace_range(at..at + key.len(), &typo);
            (key, typo, text)
        })
        .collect()
}

#[test]
fn one_wrong_letter_in_a_key_of_a_declaration_is_refused_where_the_reader_refuses_it() {
    let folder = root().join("examples/supplier-epr-repaired");
    let mut tried = 0;
    for (name, kind) in LISTS {
        let Ok(text) = fs::read_to_string(folder.join(format!("{name}.yaml"))) else {
            continue;
        };
        let list = validator(name);
        for (key, typo, text) in misspelt(&Source::new(name, text)) {
            let source = Source::new(name, text);
            let parsed = parse(&source, &Limits::default()).expect("it is YAML");
            let mut reader = RecordReader::new(&source);
            for item in parsed[0].sequence().unwrap_or_default() {
                reader.subject(item, kind, Some("x"));
            }
            let told = reader.into_problems();
            let unknown = told
                .iter()
                .any(|problem| problem.message.contains("unknown key"));
            let valid = list.is_valid(&to_json(&parsed[0]));
            assert_eq!(valid, !unknown, "{name}: {typo} for {key}: {told:?}");
            tried += 1;
        }
    }
    let desk = Desk::new();
    desk.copy("pack", &folder);
    let main = fs::read_to_string(folder.join("submission.yaml")).unwrap();
    let submission = validator("submission");
    for (key, typo, text) in misspelt(&Source::new("submission.yaml", main)) {
        desk.write("pack/submission.yaml", &text);
        let refused = import::open(&desk.path("pack")).is_err();
        let documents = documents(&Source::new("submission.yaml", text));
        let valid = submission.is_valid(&documents[0]);
        assert_eq!(valid, !refused, "{typo} for {key}");
        tried += 1;
    }
    println!("{tried} typos in declarations");
    assert!(tried > 300, "only {tried} typos were made");
}

/// Text that a field of this type takes.
fn samples(ty: Type) -> Vec<String> {
    let all: &[&str] = match ty {
        Type::Boolean => &["yes", "Enabled", "FALSE", "0", "off", "true", "\"1\""],
        Type::Choice(choices) => {
            let names = choices
                .iter()
                .flat_map(|one| one.also.iter().chain([&one.name]));
            return names
                .flat_map(|name| {
                    [
                        (*name).to_owned(),
                        name.to_uppercase(),
                        format!("\" {name}\""),
                    ]
                })
                .collect();
        }
        Type::Date => &[
            "2026-11-22",
            "22/11/2026",
            "7/1/2026 09:30",
            "2026-11-07T09:30:00Z",
        ],
        Type::Instant => &[
            "2026-11-22",
            "2026-11-22 10:00",
            "2026-11-22T10:00:00+01:00",
        ],
        Type::Integer => &["5", "-5", "\"1,234\"", "1 234", "\"+7\""],
        Type::Number => &["5", "5.25", "\"1,234.5\"", "1e3", "-.5"],
        Type::Records(_) => &["[]", "[{}]"],
        Type::Text | Type::Version => &["words", "3.10", "true", "2026-11-22", "\"\"", "\"007\""],
        Type::Texts => &["[]", "[a, 5, ~]", "a; b", "7", "\"\""],
    };
    let all = all.iter().map(|text| (*text).to_owned());
    all.chain(["~".to_owned(), "\"  \"".to_owned()]).collect()
}

#[test]
fn every_name_and_every_form_of_value_that_a_reader_takes_is_taken() {
    let mut tried = 0;
    for (name, kind) in LISTS.into_iter().chain([("assets", SubjectKind::Asset)]) {
        let list = validator(name);
        for field in kind.schema().fields.iter().filter(|field| !field.derived) {
            for alias in field.also.iter().chain([&field.name]) {
                let mut forms = BTreeSet::from([
                    (*alias).to_owned(),
                    alias.to_uppercase(),
                    alias.replace([' ', '.'], "_"),
                ]);
                forms.insert(alias.split(' ').collect::<Vec<_>>().concat());
                for form in forms {
                    for sample in samples(field.ty) {
                        let text = format!("- {{ \"{form}\": {sample} }}");
                        let source = Source::new(name, text.clone());
                        let parsed = parse(&source, &Limits::default()).expect("it is YAML");
                        let mut reader = RecordReader::new(&source);
                        for item in parsed[0].sequence().unwrap_or_default() {
                            reader.subject(item, kind, Some("x"));
                        }
                        let told = reader.into_problems();
                        let valid = list.is_valid(&to_json(&parsed[0]));
                        assert!(valid || !told.is_empty(), "{name}: {text}");
                        tried += usize::from(told.is_empty());
                    }
                }
            }
        }
    }
    assert!(tried > 2000, "only {tried} forms were read");
}

#[test]
fn every_key_the_schema_offers_is_one_the_reader_knows() {
    let empty = |keys: &Keys, but: &[&str]| -> String {
        let names = keys.0.iter().map(|key| key.name);
        let names = names.filter(|name| !but.contains(name));
        names
            .map(|name| format!("{name}: ~"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let rule = format!(
        "{{ for: asset, evidence: {{ {} }}, cases: [{{ {} }}], {} }}",
        empty(&EVIDENCE, &[]),
        empty(&CASE, &[]),
        empty(&RULE, &["for", "evidence", "cases"]),
    );
    let graded = format!("{{ for: asset, grades: [{{ {} }}] }}", empty(&GRADE, &[]));
    let pack = format!(
        "{{ pack: p, params: {{ one: {{ {} }} }}, rules: [{rule}, {graded}], {} }}",
        empty(&PARAMETER, &[]),
        empty(&PACK, &["pack", "params", "rules"]),
    );
    let profile = format!("{{ profile: p, {} }}", empty(&PROFILE, &["profile"]));
    let text = format!("--- {pack}\n--- {profile}\n");
    let problems = Library::load(&[Source::new("p.yaml", text)], Catalogue::embedded());
    let problems = problems.expect_err("nothing is filled in");
    let unknown: Vec<_> = problems
        .iter()
        .map(|problem| &problem.message)
        .filter(|message| message.contains("unknown key"))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");

    let keys = SUBMISSION_KEYS.iter().map(|(key, _)| *key);
    let keys = keys.chain(LISTS.iter().map(|(key, _)| *key));
    let text = keys
        .map(|key| format!("{key}: ~\n"))
        .collect::<Vec<_>>()
        .concat();
    let opened = import::read("s.yaml", text.as_bytes());
    let Err(OpenError::Problems(problems)) = opened else {
        panic!("no organisation is declared")
    };
    assert!(
        problems
            .iter()
            .all(|problem| !problem.message.contains("unknown key"))
    );
}

#[test]
fn waivers_are_taken_in_every_form_they_are_read_in() {
    let waiver = validator("waiver");
    for text in [
        "[]",
        "id: W-1\nrules: [OSS-001]\nwhile: { internet_access: none }\n",
        "- { waiver: W-1, rules: OSS-001, subjects: { ids: [A], expect_at_most: 1 }, until: 2027-01-31 }\n",
        "waivers: [{ id: W-1, while: [{ any: [{ zone.kind: isolated }, { patched: { advisory: MS17-010 } }] }] }]\n",
    ] {
        accepts(&waiver, "waivers.yaml", text);
    }
    for text in [
        "- { id: W-1, rulez: [OSS-001] }\n",
        "- { id: W-1, while: [{ internet_acces: none }] }\n",
        "waivers: [{ id: W-1, until: soon }]\n",
    ] {
        let documents = documents(&Source::new("waivers.yaml", text));
        assert!(!waiver.is_valid(&documents[0]), "{text}");
    }
}
