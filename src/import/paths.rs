//! Paths a pack names must stay inside the pack. A pack comes from outside: it may name
//! `../../etc/passwd`, a symbolic link to it, or a pipe that never ends.

use crate::yaml::shown;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub const MAX_YAML: u64 = 64 << 20;
pub(super) const MAX_CERTIFICATES: u64 = 1 << 20;
/// All CRLs of one pack together.
pub(super) const MAX_CRL: u64 = 64 << 20;
/// CRLs of one certificate.
pub(super) const MAX_CRLS: usize = 20;
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
        return Err(format!(
            "it is longer than {}, the most that is read",
            size(limit)
        ));
    }
    Ok(bytes)
}

/// A limit as people say it.
pub(super) fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{bytes} bytes"),
        megabytes => format!("{megabytes} MB"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack() -> (tempfile::TempDir, Root) {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("pack");
        fs::create_dir_all(inside.join("sub")).unwrap();
        fs::write(inside.join("sub/a.txt"), "a").unwrap();
        fs::write(folder.path().join("outside.txt"), "secret").unwrap();
        let root = Root::new(&inside).unwrap();
        (folder, root)
    }

    #[test]
    fn files_inside_are_found_however_they_are_written() {
        let (_folder, root) = pack();
        for written in [
            "sub/a.txt",
            "./sub/a.txt",
            "sub\\a.txt",
            " sub/a.txt ",
            "sub/./a.txt",
        ] {
            assert!(root.resolve(written).is_ok(), "{written}");
        }
    }

    #[test]
    fn paths_that_leave_the_pack_are_refused() {
        let (_folder, root) = pack();
        for written in [
            "../outside.txt",
            "sub/../../outside.txt",
            "sub/../sub/a.txt",
            "..\\outside.txt",
            "sub\\..\\..\\outside.txt",
            "..",
            "/etc/passwd",
            "\\\\server\\share",
            "C:\\Windows\\win.ini",
            "c:a.txt",
        ] {
            let reason = root.resolve(written).unwrap_err();
            assert!(reason.contains("leaves the pack"), "{written}: {reason}");
        }
        assert_eq!(
            root.resolve("../../etc/passwd").unwrap_err(),
            "`../../etc/passwd` leaves the pack: it climbs with `..`"
        );
    }

    #[test]
    fn what_is_no_regular_file_is_refused() {
        let (_folder, root) = pack();
        for (written, expected) in [
            ("", "is not a path"),
            ("a\0b", "is not a path"),
            ("sub", "is a folder"),
            (".", "is a folder"),
            ("missing.txt", "the pack has no file `missing.txt`"),
            ("sub/a.txt/b", "cannot be opened"),
        ] {
            let reason = root.resolve(written).unwrap_err();
            assert!(reason.contains(expected), "{written:?}: {reason}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_may_point_inside_only() {
        use std::os::unix::fs::symlink;
        let (folder, root) = pack();
        let inside = folder.path().join("pack");
        symlink("sub/a.txt", inside.join("good")).unwrap();
        symlink("../outside.txt", inside.join("bad")).unwrap();
        symlink("..", inside.join("up")).unwrap();
        symlink("bad", inside.join("indirect")).unwrap();
        symlink("loop", inside.join("loop")).unwrap();
        symlink("/dev/null", inside.join("device")).unwrap();
        assert!(root.resolve("good").is_ok());
        for written in ["bad", "up/outside.txt", "indirect", "device"] {
            let reason = root.resolve(written).unwrap_err();
            assert!(
                reason.contains("it is a symbolic link"),
                "{written}: {reason}"
            );
        }
        assert!(
            root.resolve("loop")
                .unwrap_err()
                .contains("cannot be opened")
        );
    }

    #[cfg(unix)]
    #[test]
    fn pipes_are_never_opened() {
        let (folder, root) = pack();
        let _socket =
            std::os::unix::net::UnixListener::bind(folder.path().join("pack/socket")).unwrap();
        assert!(
            root.resolve("socket")
                .unwrap_err()
                .contains("not a regular file")
        );
    }

    #[test]
    fn files_over_the_limit_are_not_read() {
        let (folder, _root) = pack();
        let path = folder.path().join("outside.txt");
        assert_eq!(read_capped(&path, 6), Ok(b"secret".to_vec()));
        assert_eq!(
            read_capped(&path, 5),
            Err("it is longer than 5 bytes, the most that is read".into())
        );
    }
}
