//! Hashes the files offered as evidence. They are never opened beyond that.

use super::paths::{MAX_EVIDENCE, PackFile};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

const CHUNK: usize = 64 << 10;

/// Hashes files until their bytes together reach the limit.
#[derive(Debug)]
pub(super) struct Hasher {
    room: u64,
    /// A file named by many entries is read once.
    known: HashMap<PathBuf, String>,
}

impl Hasher {
    pub(super) fn new() -> Self {
        Self::with_room(MAX_EVIDENCE)
    }

    fn with_room(room: u64) -> Self {
        Self {
            room,
            known: HashMap::new(),
        }
    }

    /// The SHA-256 of a file in hexadecimal.
    pub(super) fn sha256(&mut self, file: &PackFile) -> Result<String, String> {
        if let Some(known) = self.known.get(&file.path) {
            return Ok(known.clone());
        }
        let digest = self.read(file)?;
        self.known.insert(file.path.clone(), digest.clone());
        Ok(digest)
    }

    fn read(&mut self, file: &PackFile) -> Result<String, String> {
        let unreadable = |error| format!("it cannot be read: {error}");
        let mut reader = File::open(&file.path).map_err(unreadable)?;
        let mut digest = Sha256::new();
        let mut chunk = vec![0; CHUNK];
        loop {
            let length = reader.read(&mut chunk).map_err(unreadable)?;
            if length == 0 {
                return Ok(hexadecimal(&digest.finalize()));
            }
            self.room = self
                .room
                .checked_sub(length as u64)
                .ok_or("the evidence of this pack together exceeds 1 GiB")?;
            digest.update(&chunk[..length]);
        }
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: PathBuf) -> PackFile {
        let name = path.display().to_string();
        PackFile { path, name }
    }

    #[test]
    fn files_longer_than_a_chunk_are_hashed_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let bytes = vec![7; CHUNK * 2 + 5];
        std::fs::write(&path, &bytes).unwrap();
        let expected = hexadecimal(&Sha256::digest(&bytes));
        assert_eq!(Hasher::new().sha256(&file(path)), Ok(expected));
        let empty = folder.path().join("empty");
        std::fs::write(&empty, "").unwrap();
        assert_eq!(
            Hasher::new().sha256(&file(empty)).unwrap(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn all_files_share_one_limit_and_each_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("1"), folder.path().join("2"));
        std::fs::write(&one, "12345678").unwrap();
        std::fs::write(&two, "123").unwrap();
        let mut hasher = Hasher::with_room(10);
        assert!(hasher.sha256(&file(one.clone())).is_ok());
        assert!(hasher.sha256(&file(one)).is_ok());
        assert!(hasher.sha256(&file(two)).unwrap_err().contains("1 GiB"));
    }
}
