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
    // Without the mark, columns of the first line count what people see.
    let (mark, bytes) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (3, rest),
        None => (0, bytes),
    };
    if let Some(offset) = memchr::memchr(0, bytes) {
        return Err(refuse(mark + offset, "a zero byte"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let offset = error.valid_up_to();
            Err(refuse(mark + offset, &format!("0x{:02X}", bytes[offset])))
        }
    }
}

/// A problem of a file as a whole. It shows no text: what was read may be anything.
fn whole(name: &str, message: String) -> Problem {
    Problem::new(&Source::new(name, ""), 0..0, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(bytes: &[u8]) -> String {
        decode("pack/file.yaml", bytes).unwrap_err().message
    }

    #[test]
    fn marks_are_taken_off_and_utf_16_is_read() {
        assert_eq!(
            decode("f", b"\xef\xbb\xbfa: \xc3\xa9").unwrap().text,
            "a: é"
        );
        let little: Vec<u8> = "\u{feff}a: é"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let big: Vec<u8> = "\u{feff}a: é"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(decode("f", &little).unwrap().text, "a: é");
        assert_eq!(decode("f", &big).unwrap().text, "a: é");
    }

    #[test]
    fn what_is_not_text_is_told_with_its_file_and_offset() {
        assert_eq!(
            message(b"caf\xe9"),
            "pack/file.yaml is not UTF-8 text: 0xE9 at byte 3"
        );
        assert_eq!(
            message(b"PK\x03\x04\0\0"),
            "pack/file.yaml is not UTF-8 text: a zero byte at byte 4"
        );
        assert_eq!(
            message(b"\xef\xbb\xbf\xff"),
            "pack/file.yaml is not UTF-8 text: 0xFF at byte 3"
        );
        assert!(message(b"\xff\xfea\0\x00\xd8").contains("broken UTF-16"));
    }
}
