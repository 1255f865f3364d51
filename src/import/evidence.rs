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
