//! JSON Schemas of the files people write: policy, waivers and submissions, for editors; and of the
//! reports that programs read.
//!
//! Made from the tables that the readers of those files use: fields, types, operators, kinds of
//! check and keys. A schema refuses every name that its reader refuses, and nothing the reader
//! takes; what one value has to do with another is left to the reader. Draft 7, which language
//! servers know best.

mod condition;
mod declared;
mod definitions;
mod map;
mod policy;
mod report;
mod submission;
mod value;

use crate::import::LISTS;
use definitions::Definitions;
use serde_json::{Value, json};

/// What there is a schema of: the name, and what it describes. The lists of a submission follow,
/// as they may stand in files of their own.
pub const NAMES: [(&str, &str); 7] = [
    ("map", "what the columns of a table of your own mean"),
    ("rules", "policy files: packs of rules, and profiles"),
    ("profile", "a profile alone"),
    ("waiver", "waivers, in a file of their own"),
    (
        "submission",
        "submission.yaml, and declarations in one file",
    ),
    ("report", "what `check --format json` writes"),
    ("record", "one line of what `check --format ndjson` writes"),
];

/// Every name that [`of`] knows, with what its schema describes.
pub fn names() -> impl Iterator<Item = (&'static str, String)> {
    let lists = LISTS.iter().map(|(key, _)| *key).chain(["assets"]);
    let main = NAMES.map(|(name, about)| (name, about.to_owned()));
    let lists = lists.map(|key| (key, format!("a YAML list of {key} that a submission names")));
    main.into_iter().chain(lists)
}

/// The schema of this name; `None` when there is none.
pub fn of(name: &str) -> Option<Value> {
    let mut definitions = Definitions::default();
    let (root, title) = match name {
        "map" => (map::file(&mut definitions), "Passmuster map of a table"),
        "rules" => (policy::file(&mut definitions), "Passmuster policy"),
        "profile" => (policy::profile(&mut definitions), "Passmuster profile"),
        "waiver" => (submission::waivers(&mut definitions), "Passmuster waivers"),
        "submission" => (submission::root(&mut definitions), "Passmuster submission"),
        "report" => (report::document(), "Passmuster report"),
        "record" => (report::record(), "Passmuster record"),
        list => (
            submission::list_file(list, &mut definitions)?,
            "Passmuster declaration",
        ),
    };
    Some(json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "allOf": [root],
        "definitions": definitions.finish(),
    }))
}
