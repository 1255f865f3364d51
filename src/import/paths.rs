//! Paths a pack names must stay inside the pack. A pack comes from outside: it may name
//! `../../etc/passwd`, a symbolic link to it, or a pipe that never ends.

use crate::yaml::shown;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub(super) const MAX_YAML: u64 = 64 << 20;
pub(super) const MAX_CERTIFICATES: u64 = 1 << 20;
/// All evidence of one pack together.
pub(super) const MAX_EVIDENCE: u64 = 1 << 30;

/// The folder of a pack.
#[derive(Debug)]
pub(super) struct Root {
    /// As the user wrote it, for names in messages.
    folder: PathBuf,
    canonical: PathBuf,
}

/// A file of the pack that is safe to open.
#[derive(Debug)]
pub(super) struct PackFile {
    /// With every symbolic link resolved.
    pub(super) path: PathBuf,
    /// For messages and findings.
    pub(super) name: String,
}

impl Root {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        // The folder of `submission.yaml`, named without a folder, is the current one.
        let is_current = folder.as_os_str().is_empty();
        let named = if is_current { Path::new(".") } else { folder };
        Ok(Self {
            folder: folder.to_owned(),
            canonical: fs::canonicalize(named)?,
        })
    }

    /// The file a pack means by a path, or why it may not be opened.
    pub(super) fn resolve(&self, written: &str) -> Result<PackFile, String> {
        let name = shown(written);
        // Packs written on Windows use `\`; on every system it may climb.
        let relative = written.trim().replace('\\', "/");
        if relative.is_empty() || relative.contains('\0') {
            return Err(format!("{name} is not a path"));
        }
        let has_drive = relative.as_bytes().get(1) == Some(&b':');
        if relative.starts_with('/') || has_drive {
            return Err(format!("{name} leaves the pack: it is an absolute path"));
        }
        if relative.split('/').any(|part| part == "..") {
            return Err(format!("{name} leaves the pack: it climbs with `..`"));
        }
        let path = match fs::canonicalize(self.canonical.join(&relative)) {
            Ok(path) => path,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(format!("the pack has no file {name}"));
            }
            Err(error) => return Err(format!("{name} cannot be opened: {error}")),
        };
        if !path.starts_with(&self.canonical) {
            return Err(format!("{name} leaves the pack: it is a symbolic link"));
        }
        match fs::metadata(&path) {
            Ok(found) if found.is_file() => Ok(PackFile {
                path,
                name: self.folder.join(&relative).display().to_string(),
            }),
            Ok(found) if found.is_dir() => Err(format!("{name} is a folder, not a file")),
            Ok(_) => Err(format!("{name} is not a regular file")),
            Err(error) => Err(format!("{name} cannot be opened: {error}")),
        }
    }
}

/// Reads a whole file that may have at most `limit` bytes.
pub(super) fn read_capped(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| format!("it cannot be opened: {error}"))?;
    // One byte more than allowed tells a file that is too long, even one that grows.
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() as u64 > limit {
        return Err(format!("it has more than {limit} bytes"));
    }
    Ok(bytes)
}
