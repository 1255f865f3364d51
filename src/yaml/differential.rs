//! Two other YAML parsers as oracles: whatever we accept, they must read alike. Where we refuse,
//! nothing is asked of them.

use super::{Data, Limits, Node, parse};
use crate::model::Source;
use proptest::prelude::*;
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::HashMap;

/// What all three have in common: structure, and the text of scalars.
#[derive(Debug, Clone, PartialEq)]
enum Tree {
    List(Vec<Tree>),
    Mapping(Vec<(Tree, Tree)>),
    Null,
    Text(String),
}

fn ours(text: &str) -> Option<Vec<Tree>> {
    let source = Source::new("file.yaml", text);
    let documents = parse(&source, &Limits::default()).ok()?;
    for document in &documents {
        assert_spans(document, text);
    }
    Some(documents.iter().map(tree).collect())
}

fn tree(node: &Node<'_>) -> Tree {
    match &node.data {
        Data::Null => Tree::Null,
        Data::Scalar(scalar) => Tree::Text(scalar.text.clone().into_owned()),
        Data::Sequence(items) => Tree::List(items.iter().map(tree).collect()),
        Data::Mapping(entries) => Tree::Mapping(
            entries
                .iter()
                .map(|(key, value)| (Tree::Text(key.text.clone().into_owned()), tree(value)))
                .collect(),
        ),
    }
}

/// Spans lie inside the text, at characters, and children in their parents.
fn assert_spans(node: &Node<'_>, text: &str) {
    assert!(
        text.get(node.span.clone()).is_some(),
        "{text:?} {:?}",
        node.span
    );
    for (key, value) in node.mapping().unwrap_or_default() {
        assert!(
            text.get(key.span.clone()).is_some(),
            "{text:?} {:?}",
            key.span
        );
        assert_spans(value, text);
    }
    for item in node.sequence().unwrap_or_default() {
        assert_spans(item, text);
    }
}

/// The documents as saphyr-parser reads them; `None` when it refuses.
fn saphyr(text: &str) -> Option<Vec<Tree>> {
    let mut documents = Vec::new();
    let mut open: Vec<(usize, Vec<Tree>)> = Vec::new();
    let mut anchors = HashMap::new();
    for next in Parser::new_from_str(text) {
        let (event, _) = next.ok()?;
        let (anchor, finished) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_null = style == ScalarStyle::Plain
                    && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                let tree = if is_null {
                    Tree::Null
                } else {
                    Tree::Text(text.into_owned())
                };
                (anchor, tree)
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                open.push((anchor, Vec::new()));
                continue;
            }
            Event::SequenceEnd => {
                let (anchor, items) = open.pop()?;
                (anchor, Tree::List(items))
            }
            Event::MappingEnd => {
                let (anchor, items) = open.pop()?;
                let pairs = items
                    .chunks(2)
                    .map(|pair| (pair[0].clone(), pair[1].clone()));
                (anchor, Tree::Mapping(pairs.collect()))
            }
            Event::Alias(anchor) => (0, anchors.get(&anchor).cloned()?),
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, finished.clone());
        }
        match open.last_mut() {
            Some((_, items)) => items.push(finished),
            None => documents.push(finished),
        }
    }
    Some(documents)
}

/// Whether serde_yaml's value says the same; numbers and booleans through our raw text.
fn agrees(ours: &Tree, value: &serde_yaml::Value) -> bool {
    use serde_yaml::Value;
    match (ours, value) {
        (Tree::Null, Value::Null) => true,
        (Tree::Text(text), Value::String(theirs)) => text == theirs,
        (Tree::Text(text), Value::Bool(_) | Value::Number(_)) => {
            serde_yaml::from_str::<Value>(text).is_ok_and(|read| {
                // NaN is not equal to itself.
                read == *value || format!("{read:?}") == format!("{value:?}")
            })
        }
        (Tree::List(items), Value::Sequence(theirs)) => {
            items.len() == theirs.len()
                && items
                    .iter()
                    .zip(theirs)
                    .all(|(item, their)| agrees(item, their))
        }
        (Tree::Mapping(entries), Value::Mapping(theirs)) => {
            entries.len() == theirs.len()
                && entries
                    .iter()
                    .zip(theirs)
                    .all(|((key, value), (their_key, their))| {
                        agrees(key, their_key) && agrees(value, their)
                    })
        }
        _ => false,
    }
}

/// Compares any text with saphyr, where both accept; says whether that was the case.
fn agrees_with_saphyr(text: &str) -> bool {
    let (Some(ours), Some(theirs)) = (ours(text), saphyr(text)) else {
        return false;
    };
    assert_eq!(ours, theirs, "saphyr reads it differently: {text:?}");
    true
}

/// Compares a well-formed document with serde_yaml. Not any text: below it works libyaml, which
/// departs from YAML 1.2 for `?x` in flow mappings, `&a:b`, and blocks at the end of a file.
fn agrees_with_serde(text: &str) -> bool {
    let theirs = serde_yaml::from_str::<serde_yaml::Value>(text);
    let (Some(ours), Ok(theirs)) = (ours(text), theirs) else {
        return false;
    };
    assert_eq!(ours.len(), 1);
    let same = agrees(&ours[0], &theirs);
    assert!(same, "serde_yaml reads it differently: {text:?} {theirs:?}");
    true
}

/// A value, and how it is written.
#[derive(Debug, Clone)]
enum Written {
    Block(Vec<Written>),
    Entries(Vec<Written>),
    Flow(Vec<Written>),
    FlowEntries(Vec<Written>),
    Scalar(&'static str),
}

const SCALARS: [&str; 26] = [
    "3.10",
    "NO",
    "010",
    "0o17",
    "0x1F",
    "1_000",
    "~",
    "null",
    "true",
    "yes",
    ".nan",
    "-0",
    "1e3",
    "2026-11-22",
    "'it''s'",
    "''",
    "\"a\\tb\\u00e9\"",
    "\"two\\n lines\"",
    "a b",
    "a:b",
    "é",
    "http://x.example/#y",
    "22:30",
    "-1",
    "- ",
    "'# no remark'",
];

fn written() -> impl Strategy<Value = Written> {
    let scalar = prop::sample::select(&SCALARS[..]).prop_map(Written::Scalar);
    scalar.prop_recursive(4, 40, 5, |inner| {
        let items = prop::collection::vec(inner, 0..5);
        prop_oneof![
            items.clone().prop_map(Written::Block),
            items.clone().prop_map(Written::Entries),
            items.clone().prop_map(Written::Flow),
            items.prop_map(Written::FlowEntries),
        ]
    })
}

fn write(node: &Written, indent: usize, in_flow: bool) -> String {
    let line = format!("\n{}", "  ".repeat(indent));
    let entries = |items: &[Written], in_flow| -> Vec<_> {
        let write = |(n, item)| format!("k{n}: {}", write(item, indent + 1, in_flow));
        items.iter().enumerate().map(write).collect()
    };
    let items = |items: &[Written], in_flow| -> Vec<_> {
        items
            .iter()
            .map(|item| write(item, indent + 1, in_flow))
            .collect()
    };
    match node {
        Written::Scalar("- ") if in_flow => "'- '".into(),
        Written::Scalar(text) => (*text).into(),
        Written::Block(list) if !in_flow && !list.is_empty() => items(list, false)
            .iter()
            .map(|item| format!("{line}- {item}"))
            .collect::<Vec<_>>()
            .concat(),
        Written::Entries(list) if !in_flow && !list.is_empty() => entries(list, false)
            .iter()
            .map(|entry| format!("{line}{entry}"))
            .collect::<Vec<_>>()
            .concat(),
        Written::Block(list) | Written::Flow(list) => format!("[{}]", items(list, true).join(", ")),
        Written::Entries(list) | Written::FlowEntries(list) => {
            format!("{{{}}}", entries(list, true).join(", "))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(2_000)
    })]

    #[test]
    fn well_formed_documents_are_read_as_others_read_them(node in written()) {
        let text = format!("{}\n", write(&node, 0, false));
        agrees_with_saphyr(&text);
        agrees_with_serde(&text);
    }

    #[test]
    fn heaps_of_fragments_are_read_alike_or_refused(
        parts in prop::collection::vec(prop::sample::select(&FRAGMENTS[..]), 0..14)
    ) {
        // The two differ in the blanks that end a block and the file at once.
        agrees_with_saphyr(&format!("{}\n", parts.concat()));
    }
}

const FRAGMENTS: [&str; 42] = [
    "a", "b", "a: ", "b:", "- ", "-", "\n", "\n", "\n  ", "\n    ", "  ", " ", "[", "]", "{", "}",
    ",", ": ", ":", "'", "\"", " # x", "#", "&x ", "*x", " *x", "|\n", ">-\n", "é", "~", "null",
    "010", "3.10", "NO", "!t ", "%Y", "@", "\t", "? ", "---\n", "...\n", "\\",
];

#[test]
fn most_well_formed_documents_are_accepted_by_all() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let compared = (0..500_usize)
        .filter(|_| {
            let node = written()
                .new_tree(&mut runner)
                .expect("a document")
                .current();
            let text = format!("{}\n", write(&node, 0, false));
            agrees_with_saphyr(&text) && agrees_with_serde(&text)
        })
        .count();
    assert!(compared > 400, "only {compared} of 500 were compared");
}

#[test]
fn mutated_files_never_panic_and_are_read_alike_or_refused() {
    const SEEDS: [&str; 4] = [
        "organisation: {name: Fictional Trust, ods_code: R0X}\nassets:\n  - id: PC-1\n    os: 'Windows 7'\n    updates: [KB1, KB2]\n",
        "a: &x [1, {b: *y}]\ny: &y >-\n  folded\n  text\nz: |2\n    kept\n---\n\"q\\u00e9\": *x\n...\n",
        "{\"a\": [true, null, 1.50, \"\\ud83d\\ude00\"], \"b\": {\"c\": \"\\n\"}}",
        "\u{feff}? k\r\n: v\r\n- é # remark\r\n<<: !t x\r\n%D\r\n",
    ];
    const BYTES: &[u8] = b"\n\r\t -:?,[]{}#&*!|>'\"%@`\\~ax0\0\xc3\xef";
    // A small linear congruential generator: the same inputs on every run.
    let mut state = 20_170_512_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % below
    };
    for round in 0..20_000 {
        let mut bytes = SEEDS[round % SEEDS.len()].as_bytes().to_vec();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            let byte = BYTES[random(BYTES.len())];
            match random(5) {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.remove(at)),
                3 => bytes.truncate(at.max(1)),
                _ => {
                    let end = (at + random(20)).min(bytes.len());
                    let copy = bytes[at..end].to_vec();
                    let to = random(bytes.len());
                    bytes.splice(to..to, copy);
                }
            }
            if bytes.is_empty() {
                bytes.push(byte);
            }
        }
        agrees_with_saphyr(&String::from_utf8_lossy(&bytes));
    }
}
