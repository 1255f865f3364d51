//! Keeps the map of modules true: who may use whom, and that every file is listed where its
//! family is listed. `crate::…` paths are read as text, outside comments and unit tests.

use std::fs;
use std::path::{Path, PathBuf};

/// From the top down. A module uses only modules on later lines; those on one line do not know
/// each other.
const LAYERS: &[&[&str]] = &[
    &["cli"],
    &["engine", "schema"],
    &["policy"],
    &["check"],
    &[
        "catalogue",
        "history",
        "import",
        "predicate",
        "probe",
        "report",
    ],
    &["pki"],
    &["yaml"],
    &["model"],
];

/// Families whose members show themselves by a constant, which the front page lists.
const FAMILIES: &[(&str, &str)] = &[("check", "KIND"), ("report", "FORMAT")];

#[test]
fn a_module_uses_only_modules_on_lower_lines() {
    let mut wrong = Vec::new();
    for file in Source::all() {
        let Some(module) = file.module() else {
            continue;
        };
        let Some(layer) = layer_of(module) else {
            wrong.push(format!(
                "{}: `{module}` is not on the map: add it to LAYERS in {}",
                file.path,
                file!()
            ));
            continue;
        };
        for (line, used) in crate_paths(&file.text) {
            let is_not_below = layer_of(&used).is_some_and(|other| other <= layer);
            if used != module && is_not_below {
                wrong.push(format!(
                    "{}:{line}: `{module}` uses `{used}`, which is not below it: move what they \
                     share down a layer, or hand it in as an argument",
                    file.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_file_is_part_of_the_build() {
    let mut missing = Vec::new();
    for file in Source::all().iter().filter(|file| !file.is_root()) {
        let (front_page, name) = file.front_page();
        let listed = format!("mod {name};");
        if !read(&front_page)
            .lines()
            .any(|line| line.ends_with(&listed))
        {
            missing.push(format!(
                "{}:1: nobody reads it: write `{listed}` in {front_page}",
                file.path
            ));
        }
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn every_member_of_a_family_is_on_its_front_page() {
    let mut missing = Vec::new();
    for (family, constant) in FAMILIES {
        for file in Source::all()
            .iter()
            .filter(|file| file.module() == Some(family))
        {
            let declared = format!("const {constant}: ");
            let Some(line) = file.text.lines().position(|line| line.contains(&declared)) else {
                continue;
            };
            let (front_page, name) = file.front_page();
            let listed = format!("{name}::{constant}");
            if !read(&front_page).contains(&listed) {
                missing.push(format!(
                    "{}:{}: nobody asks for it: list `{listed}` in {front_page}",
                    file.path,
                    line + 1
                ));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn every_shipped_rule_file_is_compiled_in() {
    let listing = "src/policy/embedded.rs";
    let mut missing = Vec::new();
    for rules in files_below(&root().join("rules"), "yaml") {
        let name = rules.strip_prefix("rules/").expect("it was found there");
        if !read(listing).contains(&format!("\"{name}\"")) {
            missing.push(format!(
                "{rules}:1: it does not ship: list \"{name}\" in {listing}"
            ));
        }
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn paths_are_found_alone_in_groups_and_nested() {
    let text = "use crate::model::{Outcome, fields::asset};\n\
                // use crate::cli::Options;\n\
                use crate::{\n    check::Kind,\n    yaml::{self, Node},\n};\n\
                fn f(place: crate::import::Row) {}\n\
                #[cfg(test)]\nmod tests {\n    use crate::engine::run;\n}\n";
    let found = crate_paths(text);
    let expected = [(1, "model"), (3, "check"), (3, "yaml"), (7, "import")];
    assert_eq!(found, expected.map(|(line, name)| (line, name.to_owned())));
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The modules named behind `crate::`, each with the line of that `crate`.
fn crate_paths(text: &str) -> Vec<(usize, String)> {
    let code = code_only(text);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let line = code[..at].matches('\n').count() + 1;
        let path = &code[at + "crate::".len()..];
        let names = match path.strip_prefix('{') {
            Some(group) => names_in_group(group),
            None => vec![first_name(path)],
        };
        found.extend(names.into_iter().map(|name| (line, name.to_owned())));
    }
    found
}

/// The first names of the entries of `{check::Kind, yaml::{self, Node}}`, behind its brace.
fn names_in_group(group: &str) -> Vec<&str> {
    let mut names = vec![first_name(group)];
    let mut depth = 1;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(first_name(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(path: &str) -> &str {
    let path = path.trim_start();
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
    &path[..end.unwrap_or(path.len())]
}

/// The text up to its unit tests, comments blanked so that lines keep their numbers.
fn code_only(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let blanked = code.lines().map(|line| {
        if line.trim_start().starts_with("//") {
            ""
        } else {
            line
        }
    });
    blanked.collect::<Vec<_>>().join("\n")
}

/// A source file, by its path from the root of the repository.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn all() -> Vec<Self> {
        let files = files_below(&root().join("src"), "rs");
        assert!(files.len() > 20, "the sources of Passmuster were not found");
        files
            .into_iter()
            .map(|path| Self {
                text: read(&path),
                path,
            })
            .collect()
    }

    /// `main.rs` and `lib.rs` stand above the map.
    fn is_root(&self) -> bool {
        ["src/main.rs", "src/lib.rs"].contains(&&*self.path)
    }

    fn module(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let name = inside.split(['/', '.']).next();
        name.filter(|_| !self.is_root())
    }

    /// The file that has to list this one, and the name to list.
    fn front_page(&self) -> (String, &str) {
        let whole = self
            .path
            .trim_end_matches("/mod.rs")
            .trim_end_matches(".rs");
        let (folder, name) = whole.rsplit_once('/').expect("sources are below src");
        match folder {
            "src" => ("src/lib.rs".into(), name),
            folder => (format!("{folder}/mod.rs"), name),
        }
    }
}

/// Paths from the root of the repository, sorted; none when there is no such folder.
fn files_below(folder: &Path, extension: &str) -> Vec<String> {
    let mut folders = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path: PathBuf = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == extension) {
                let below = path
                    .strip_prefix(root())
                    .expect("it was found below the root");
                found.push(below.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
