//! Other people's programs that read what Passmuster writes, for tests to start: npm packages, a
//! Python of its own, and Debian packages. Versions are pinned in `tests/consumers`.
//!
//! Each is installed once, under `target/consumers`. Where that cannot be, a test is skipped,
//! unless `PASSMUSTER_REQUIRE_CONSUMERS=1` says that all of them have to be there.

use super::program::root;
use sha2::{Digest, Sha256};
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of an npm package that `tests/consumers/package.json` pins. Run its programs with
/// `node`. `None`, with a line that says so, where it cannot be installed.
pub(crate) fn npm_package(name: &str) -> Option<PathBuf> {
    let folder = folder("npm");
    let pins = ["package.json", "package-lock.json"];
    let installed = install(&folder, &pins, || {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--prefer-offline", "--fetch-retries=1"])
            .arg("--fetch-timeout=30000")
            .current_dir(&folder);
        run(&mut npm)
    });
    let package = folder.join("node_modules").join(name);
    let found = installed.and_then(|()| {
        let missing = format!("{name} is not in tests/consumers/package.json");
        package.is_dir().then_some(package).ok_or(missing)
    });
    or_skip(&format!("the npm package {name}"), found)
}

/// A Python with what `tests/consumers/requirements.txt` pins, and nothing else.
pub(crate) fn python() -> Option<PathBuf> {
    let folder = folder("python");
    let inside = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = folder.join(inside).join("python");
    let installed = install(&folder, &["requirements.txt"], || {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear", "."])
            .current_dir(&folder))?;
        fs::write(folder.join("requirements.txt"), pinned("requirements.txt")).map_err(told)?;
        run(Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-compile",
            ])
            .args([
                "--retries",
                "1",
                "--timeout",
                "30",
                "-r",
                "requirements.txt",
            ])
            .current_dir(&folder))
    });
    or_skip(
        "a Python with tests/consumers/requirements.txt",
        installed.map(|()| python),
    )
}

/// A program on the path, or else from a Debian package, which is installed where that is possible.
pub(crate) fn debian(package: &str, program: &str) -> Option<PathBuf> {
    let found = on_path(program).map_or_else(|| install_debian(package, program), Ok);
    or_skip(&format!("{program} of the Debian package {package}"), found)
}

fn install_debian(package: &str, program: &str) -> Result<PathBuf, String> {
    let folder = folder("debian");
    fs::create_dir_all(&folder).map_err(told)?;
    let _held = lock(&folder)?;
    if let Some(found) = on_path(program) {
        return Ok(found);
    }
    let apt = || {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args([
            "-q",
            "-o",
            "DPkg::Lock::Timeout=120",
            "-o",
            "Acquire::Retries=1",
        ]);
        apt
    };
    let install = || run(apt().args(["install", "-y", "--no-install-recommends", package]));
    // Lists of packages may be missing, or name versions that are gone.
    install().or_else(|_| run(apt().arg("update")).and_then(|()| install()))?;
    on_path(program).ok_or_else(|| format!("{package} brings no {program}"))
}

/// Installs into a folder, unless what stands there was made from the same pins. One at a time,
/// over all threads and processes.
fn install(
    folder: &Path,
    pins: &[&str],
    work: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(told)?;
    let _held = lock(folder)?;
    let mut hasher = Sha256::new();
    for name in pins {
        hasher.update(pinned(name));
    }
    let wanted = format!("{:x?}", hasher.finalize());
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    for name in pins {
        fs::write(folder.join(name), pinned(name)).map_err(told)?;
    }
    work()?;
    fs::write(&stamp, wanted).map_err(told)
}

/// Holds a lock beside the folder until it is dropped.
fn lock(folder: &Path) -> Result<File, String> {
    let file = File::create(folder.with_extension("lock")).map_err(told)?;
    file.lock().map_err(told)?;
    Ok(file)
}

fn pinned(name: &str) -> Vec<u8> {
    let path = root().join("tests/consumers").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn folder(name: &str) -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.with_file_name("consumers").join(name)
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last: Vec<_> = said.lines().rev().take(5).collect();
    let last: Vec<_> = last.into_iter().rev().collect();
    Err(format!(
        "{program}: {}: {}",
        output.status,
        last.join(" | ")
    ))
}

fn or_skip<T>(what: &str, found: Result<T, String>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(why) if env::var_os("PASSMUSTER_REQUIRE_CONSUMERS").is_some_and(|set| set == "1") => {
            panic!("{what} has to be installed, with the network there: {why}")
        }
        Err(why) => {
            println!("skipped: {what} cannot be had: {why}");
            None
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn told(error: std::io::Error) -> String {
    error.to_string()
}

#[test]
fn a_python_of_its_own_has_only_what_is_pinned() {
    let Some(python) = python() else { return };
    let asked = "import sys; print(sys.prefix != sys.base_prefix)";
    let output = Command::new(python).args(["-c", asked]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "True");
}

#[test]
fn what_npm_pins_is_installed() {
    if let Some(folder) = npm_package("yaml-language-server") {
        assert!(folder.join("package.json").is_file());
    }
}

#[test]
fn a_program_that_is_there_needs_no_package() {
    if let Some(found) = debian("dash", "sh") {
        assert!(found.is_file());
    }
}

#[test]
fn the_lock_of_npm_names_versions_and_hashes_and_no_host() {
    let text = String::from_utf8(pinned("package-lock.json")).expect("it is JSON");
    let lock: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let packages = lock["packages"].as_object().expect("it lists packages");
    for (name, package) in packages.iter().filter(|(name, _)| !name.is_empty()) {
        assert!(package["integrity"].is_string(), "{name} has no hash");
        assert!(package.get("resolved").is_none(), "{name} names a host");
    }
}
