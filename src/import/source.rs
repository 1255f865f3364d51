//! Reads text files whole, for what people write by hand. One problem says what is wrong with the
//! file as such: too long, not text, in another encoding.

use super::paths::{MAX_YAML, read_capped};
use crate::model::{Problem, Source};
use std::path::Path;
use std::sync::Arc;

/// Reads a text file into a source; a file that cannot be read is one problem.
pub fn load(path: &Path, name: &str) -> Result<Arc<Source>, Box<Problem>> {
    match read_capped(path, MAX_YAML) {
        Ok(bytes) => decode(name, &bytes),
        Err(reason) => {
            let message = format!("{name} cannot be used: {reason}");
            Err(Box::new(whole(name, message)))
        }
    }
}

/// Reads UTF-8, or UTF-16 with its mark, into a source.
pub fn decode(name: &str, bytes: &[u8]) -> Result<Arc<Source>, Box<Problem>> {
    let refuse = |offset: usize, found: &str| {
        let message = format!("{name} is not UTF-8 text: {found} at byte {offset}");
        Box::new(whole(name, message).help("save it as UTF-8"))
    };
    let utf_16 = [encoding_rs::UTF_16LE, encoding_rs::UTF_16BE];
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    if let Some(encoding) = marked.filter(|encoding| utf_16.contains(encoding)) {
        let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
        if had_errors {
            return Err(refuse(0, "broken UTF-16"));
        }
        return Ok(Source::new(name, text));
    }
    if let Some(offset) = memchr::memchr(0, bytes) {
        return Err(refuse(offset, "a zero byte"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let offset = error.valid_up_to();
            Err(refuse(offset, &format!("0x{:02X}", bytes[offset])))
        }
    }
}

/// A problem of a file as a whole. It shows no text: what was read may be anything.
fn whole(name: &str, message: String) -> Problem {
    Problem::new(&Source::new(name, ""), 0..0, message)
}
