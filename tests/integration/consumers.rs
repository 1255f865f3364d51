//! Other people's programs, for tests to start.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// A program on the path, or else from a Debian package, which is installed where that is possible.
pub(crate) fn debian(package: &str, program: &str) -> Option<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _held = ONE_AT_A_TIME.lock().expect("nobody panics with it");
    let found = on_path(program).or_else(|| {
        install(package);
        on_path(program)
    });
    if found.is_none() {
        eprintln!("skipped: {program} of the Debian package {package} is absent");
    }
    found
}

fn install(package: &str) {
    let apt = |arguments: &[&str]| {
        Command::new("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-q", "-o", "DPkg::Lock::Timeout=120"])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let install = ["install", "-y", "--no-install-recommends", package];
    // Lists of packages may be missing, or name versions that are gone.
    if !apt(&install) && apt(&["update"]) {
        apt(&install);
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let system = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut folders = env::split_paths(&folders).chain(system);
    folders.find_map(|folder| Some(folder.join(program)).filter(|path| path.is_file()))
}
