//! The lists of weak keys named on the command line: what whoever checks knows, and no declaration.

use super::exit::BadInput;
use crate::model::KeyHashes;
use crate::pki::WeakKeys;
use anyhow::{Context, Result, anyhow};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Five million lines of 64 digits, with their ends.
const MAX_BYTES: u64 = 340 << 20;

/// All keys of some lists; none where no list is named.
pub(super) fn given(paths: &[PathBuf]) -> Result<Option<WeakKeys>> {
    let mut all: Option<WeakKeys> = None;
    for path in paths {
        let list = read(path)?;
        all = Some(all.map_or(list.clone(), |all| all.with(&list)));
    }
    Ok(all)
}

fn read(path: &Path) -> Result<WeakKeys> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("open {name}"))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("read {name}"))?;
    let bad = |what: String| anyhow!(BadInput(format!("{name}: {what}")));
    if bytes.len() as u64 > MAX_BYTES {
        return Err(bad(format!("it is longer than {} MB", MAX_BYTES >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| bad("it is no text".into()))?;
    let list = WeakKeys::parse(&text).map_err(|error| bad(error.to_string()))?;
    if list.is_empty() {
        // It would look like a list on which no key stands.
        return Err(bad("it names no key".into()));
    }
    Ok(list)
}

/// What a reader of the report has to know about them.
pub(super) fn note(keys: &KeyHashes) -> String {
    let count = match keys.hashes.len() {
        1 => "1 weak key".to_owned(),
        count => format!("{count} weak keys"),
    };
    let hash: String = keys.sha256.chars().take(12).collect();
    format!(
        "certificates that were sent are compared with the {count} given with --weak-keys (sha256 {hash}…)"
    )
}
