//! Runs the program as a user would: in a folder of its own, with a bare environment.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) status: i32,
    pub(super) out: String,
    pub(super) err: String,
}

/// The program with these arguments, about to run in a folder.
pub(super) fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_passmuster"));
    command.args(arguments).current_dir(folder).env_clear();
    // Temporary files stay where a test sees them. Windows finds nothing without its root.
    command.env("TMPDIR", folder);
    // Refreshed facts of whoever runs the tests change nothing.
    command.env("PASSMUSTER_DATA", "none");
    for kept in ["SYSTEMROOT", "TEMP"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command.stdin(Stdio::null());
    command
}

pub(super) fn run(folder: &Path, arguments: &[&str]) -> Ran {
    finished(program(folder, arguments))
}

pub(super) fn run_with(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = program(folder, arguments);
    command.envs(variables.iter().copied());
    finished(command)
}

/// Runs with a text on standard input.
pub(super) fn run_on(folder: &Path, arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = program(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    // A program that has seen enough may close its end.
    let _ = stdin.write_all(input);
    drop(stdin);
    ran(&child.wait_with_output().expect("the program ends"))
}

pub(super) fn finished(mut command: Command) -> Ran {
    ran(&command.output().expect("the program starts"))
}

fn ran(output: &std::process::Output) -> Ran {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("what we print is UTF-8");
    Ran {
        status: output.status.code().unwrap_or(-1),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

/// A folder with these files.
pub(super) fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        write(folder.path(), name, bytes);
    }
    folder
}

pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    let parent = path.parent().expect("a file stands in a folder");
    fs::create_dir_all(parent).expect("a folder can be made");
    fs::write(path, bytes).expect("a file can be written");
}
