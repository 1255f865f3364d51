//! Runs the built program in a folder of its own, on a day of its own, in a bare environment, and
//! reads its JSON report.

use super::run::program;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The day that scenarios are about, unless they say otherwise.
pub(crate) const TODAY: &str = "2026-11-22";

/// A folder with what a test declares.
pub(crate) struct Desk {
    folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("temporary folders can be made");
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is inside the folder")).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Copies a folder with everything in it.
    pub(crate) fn copy(&self, name: &str, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let inner = format!("{name}/{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                self.copy(&inner, &path);
            } else {
                self.write(&inner, fs::read(&path).unwrap());
            }
        }
    }

    /// Copies the policy files that ship, to be changed.
    pub(crate) fn copy_rules(&self) {
        for entry in fs::read_dir(root().join("rules")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            self.write(&format!("rules/{name}"), fs::read(&path).unwrap());
        }
    }

    /// Runs the program here. Paths are relative to the folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
        let output = program(self.folder.path(), arguments)
            .envs(environment.iter().copied())
            .output()
            .expect("the program was built for this test");
        Ran {
            code: output.status.code().expect("no signal ended it"),
            stdout: String::from_utf8(output.stdout).expect("reports are UTF-8"),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Checks a path and reads the whole report.
    pub(crate) fn report(&self, path: &str, day: &str, more: &[&str]) -> Report {
        let arguments = ["check", path, "--as-of", day, "--format", "json", "--all"];
        self.run(&[&arguments, more].concat()).report()
    }
}

/// How a run ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn report(&self) -> Report {
        let json = serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}; exit {}, {}", self.code, self.stderr));
        Report {
            json,
            code: self.code,
        }
    }
}

/// A JSON report, and the exit code that came with it.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) json: Value,
    pub(crate) code: i32,
}

impl Report {
    pub(crate) fn decision(&self) -> &str {
        text(&self.json["summary"]["decision"])
    }

    pub(crate) fn verdict(&self) -> &str {
        text(&self.json["summary"]["verdict"])
    }

    pub(crate) fn findings(&self) -> &[Value] {
        self.json["findings"].as_array().expect("it is a list")
    }

    /// The findings of a rule with an outcome.
    pub(crate) fn of<'r>(
        &'r self,
        rule: &'r str,
        outcome: &'r str,
    ) -> impl Iterator<Item = &'r Value> {
        self.findings()
            .iter()
            .filter(move |finding| finding["rule"] == rule && finding["outcome"] == outcome)
    }

    /// The one finding of a rule about a subject.
    pub(crate) fn finding(&self, rule: &str, subject: &str) -> &Value {
        let mut found = self
            .findings()
            .iter()
            .filter(|finding| finding["rule"] == rule && finding["subject"]["id"] == subject);
        let one = found
            .next()
            .unwrap_or_else(|| panic!("no finding of {rule} on {subject}"));
        assert!(
            found.next().is_none(),
            "two findings of {rule} on {subject}"
        );
        one
    }

    /// The counts of a rule, by outcome.
    pub(crate) fn count(&self, rule: &str, outcome: &str) -> u64 {
        let rules = self.json["rules"].as_array().expect("it is a list");
        let found = rules
            .iter()
            .find(|one| one["id"] == rule)
            .unwrap_or_else(|| panic!("{rule} is not in the policy"));
        found["counts"][outcome].as_u64().expect("it is a number")
    }

    /// The rules that alone would lead to a decision, sorted.
    pub(crate) fn rules_leading_to(&self, decision: &str) -> Vec<&str> {
        let mut rules: Vec<_> = self
            .findings()
            .iter()
            .filter(|finding| finding["leads_to"] == decision)
            .map(|finding| text(&finding["rule"]))
            .collect();
        rules.sort_unstable();
        rules.dedup();
        rules
    }

    /// Claims the outcome of a rule on a subject, with the severity where it fails (`fail high`),
    /// and words that its reason, its fact or its waiver has to contain.
    pub(crate) fn claims(&self, rule: &str, subject: &str, outcome: &str, words: &[&str]) {
        let finding = self.finding(rule, subject);
        let found = match text(&finding["outcome"]) {
            "fail" => format!("fail {}", text(&finding["severity"])),
            other => other.to_owned(),
        };
        assert_eq!(found, outcome, "{rule} on {subject}: {finding:#}");
        let said = format!(
            "{} {} {}",
            finding["reason"], finding["fact"], finding["waiver"]
        );
        for word in words {
            assert!(
                said.contains(word),
                "{rule} on {subject}: no “{word}” in {said}"
            );
        }
    }

    /// Claims the decision, and the exit code that belongs to it.
    pub(crate) fn decides(&self, decision: &str) {
        assert_eq!(self.decision(), decision, "{}", self.verdict());
        let code = i32::from(matches!(decision, "refer" | "reject"));
        assert_eq!(self.code, code, "{}", self.verdict());
    }
}

/// The folder of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a JSON value; empty where it is none.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
