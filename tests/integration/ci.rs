//! The files that build servers read: what checks such files takes them, and what they start does
//! what it says, as far as that can be seen without a build server.

use super::consumers::python;
use super::program::{Desk, root};
use passmuster::model::Source;
use passmuster::yaml::{Data, Limits, Node, parse};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn tool(python: &Path, name: &str) -> Command {
    let mut command = Command::new(python.with_file_name(name));
    command.current_dir(root());
    command
}

#[track_caller]
fn succeeds(command: &mut Command) {
    let output = command.output().expect("it was installed");
    assert!(output.status.success(), "{command:?}: {}", said(&output));
}

fn said(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&all).into_owned()
}

#[test]
fn the_files_are_as_their_schemas_say() {
    let Some(python) = python() else { return };
    for (schema, file) in [
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", "examples/ci/github.yml"),
        ("vendor.gitlab-ci", "examples/ci/gitlab.yml"),
    ] {
        succeeds(tool(&python, "check-jsonschema").args(["--builtin-schema", schema, file]));
    }
    let pre_commit = || tool(&python, "pre-commit");
    succeeds(pre_commit().args(["validate-manifest", ".pre-commit-hooks.yaml"]));
    succeeds(pre_commit().args(["validate-config", "examples/ci/pre-commit.yml"]));
}

#[test]
fn zizmor_finds_nothing_in_the_action_and_the_workflow() {
    let Some(python) = python() else { return };
    let mut zizmor = tool(&python, "zizmor");
    zizmor.args([
        "--offline",
        "--no-config",
        "--no-progress",
        "--persona=pedantic",
    ]);
    // It tells workflows by where they stand.
    let desk = Desk::new();
    desk.write("action.yml", read("action.yml"));
    desk.write(
        ".github/workflows/passmuster.yml",
        read("examples/ci/github.yml"),
    );
    succeeds(zizmor.args(["."]).current_dir(desk.path("")));
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect("it is there")
}

/// The text at a path of keys and positions in a YAML file.
fn at(name: &str, path: &[&str]) -> String {
    let source = Source::new(name, read(name));
    let documents = parse(&source, &Limits::default()).expect("it is YAML");
    let mut node = &documents[0];
    for step in path {
        node = inside(node, step).unwrap_or_else(|| panic!("{name} has no {step}"));
    }
    match &node.data {
        Data::Scalar(scalar) => scalar.text.clone().into_owned(),
        _ => panic!("{path:?} is no text"),
    }
}

fn inside<'n>(node: &'n Node<'n>, step: &str) -> Option<&'n Node<'n>> {
    match &node.data {
        Data::Mapping(entries) => {
            let mut entries = entries.iter();
            entries
                .find(|(key, _)| key.text == step)
                .map(|(_, value)| value)
        }
        Data::Sequence(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    }
}

/// Runs a script as a build server would, with this program on the path.
fn script(desk: &Desk, script: &str, variables: &[(&str, &str)]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_passmuster"));
    let folder = program.parent().expect("it stands in a folder").display();
    Command::new("bash")
        .args([
            "--noprofile",
            "--norc",
            "-e",
            "-o",
            "pipefail",
            "-c",
            script,
        ])
        .current_dir(desk.path(""))
        .env_clear()
        .env("PATH", format!("{folder}:/usr/bin:/bin"))
        .env("PASSMUSTER_DATA", "none")
        .env("TMPDIR", desk.path(""))
        .envs(variables.iter().copied())
        .output()
        .expect("there is a bash")
}

fn action(path: &str, fail_on: &str) -> (Desk, Output) {
    let desk = Desk::new();
    desk.copy("a b/supplier", &root().join("examples/supplier-epr"));
    let run = at("action.yml", &["runs", "steps", "1", "run"]);
    let here = desk.path("").display().to_string();
    let summary = desk.path("summary").display().to_string();
    let outputs = desk.path("outputs").display().to_string();
    let output = script(
        &desk,
        &run,
        &[
            ("RUNNER_TEMP", &here),
            ("GITHUB_STEP_SUMMARY", &summary),
            ("GITHUB_OUTPUT", &outputs),
            ("CHECK_PATH", path),
            ("FAIL_ON", fail_on),
            ("PROFILE", "hssf-lot-1"),
            ("ADD_RULES", ""),
            ("WAIVERS", ""),
            ("AS_OF", "2026-11-22"),
            ("SARIF", "out.sarif"),
            ("JUNIT", "out.xml"),
            ("JSON", "out.json"),
        ],
    );
    (desk, output)
}

#[cfg(unix)]
#[test]
fn the_action_reports_and_ends_as_the_check_does() {
    let (desk, output) = action("a b/supplier", "refer");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("::error file=a b/supplier/"));
    for (file, start) in [
        ("out.sarif", "{\"$schema\""),
        ("out.xml", "<?xml"),
        ("out.json", "{\"format\":\"passmuster/report\""),
        ("summary", "# REJECT: "),
        ("outputs", "status=1\n"),
    ] {
        let text = fs::read_to_string(desk.path(file)).expect(file);
        assert!(text.starts_with(start), "{file}");
    }
}

#[cfg(unix)]
#[test]
fn the_action_takes_no_value_for_an_option() {
    let (desk, output) = action("--version", "refer");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let outputs = fs::read_to_string(desk.path("outputs")).expect("it says how it ended");
    assert_eq!(outputs, "status=2\n");
    assert!(!desk.path("summary").exists() && !desk.path("out.sarif").exists());
}

#[cfg(unix)]
#[test]
fn the_script_for_gitlab_writes_what_it_names() {
    let desk = Desk::new();
    desk.copy("submission", &root().join("examples/supplier-epr"));
    let line = at("examples/ci/gitlab.yml", &["passmuster", "script", "0"]);
    let output = script(&desk, &line, &[("PASSMUSTER_PATH", "submission")]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("REJECT: "));
    let reports = &["passmuster", "artifacts", "reports"][..];
    for kind in ["codequality", "junit"] {
        let file = at("examples/ci/gitlab.yml", &[reports, &[kind]].concat());
        assert!(desk.path(&file).is_file(), "{file}");
    }
    let list = fs::read_to_string(desk.path("gl-code-quality-report.json")).unwrap();
    let list: Vec<Value> = serde_json::from_str(&list).expect("it is a list");
    assert!(list.iter().all(|entry| {
        let path = entry["location"]["path"].as_str().unwrap_or_default();
        path.starts_with("submission/")
    }));
}

#[cfg(unix)]
#[test]
fn the_hook_stops_a_commit_that_would_be_refused() {
    let Some(python) = python() else { return };
    let entry = at(".pre-commit-hooks.yaml", &["0", "entry"]);
    let desk = Desk::new();
    desk.copy("submission", &root().join("examples/supplier-epr"));
    // The hook as it is published, but for the building of the program.
    let config = format!(
        "repos:\n- repo: local\n  hooks:\n  - {{ id: passmuster, name: passmuster, language: system, \
         pass_filenames: false, entry: {entry}, args: [submission, --as-of, '2026-11-22'] }}\n"
    );
    desk.write(".pre-commit-config.yaml", config);
    let path = python.parent().expect("it stands in a folder").display();
    let line = format!(
        "export HOME=\"$PWD/home\" PATH=\"{path}:$PATH\"; mkdir home; git init -q . && git add submission \
         .pre-commit-config.yaml && pre-commit run --all-files"
    );
    let output = script(&desk, &line, &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("REJECT: "), "{}", said(&output));
}
