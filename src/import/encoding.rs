//! From bytes as they come to UTF-8: UTF-16 is decoded on the way in, other text is passed on and
//! its code page is left to whoever knows what the text should look like.

use encoding_rs::{Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;
use std::io::{self, Read};

/// How the bytes of a file have to be read, as far as its first bytes show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8, ASCII or some code page.
    Bytes,
    Utf16Be,
    Utf16Le,
}

impl Encoding {
    /// The encoding of a file, and the length of its byte order mark.
    pub(super) fn sniff(head: &[u8]) -> (Self, usize) {
        match head {
            [0xef, 0xbb, 0xbf, ..] => (Self::Bytes, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            _ => match glued(head) {
                Some(greeting) => (Self::Utf16Le, greeting),
                None => (Self::unmarked(head), 0),
            },
        }
    }

    /// Latin text in UTF-16 has a zero in nearly every other byte, always on the same side.
    fn unmarked(head: &[u8]) -> Self {
        let pairs = head.chunks_exact(2).take(2_000);
        let (mut count, mut first, mut second) = (0, 0, 0);
        for pair in pairs {
            count += 1;
            first += usize::from(pair[0] == 0);
            second += usize::from(pair[1] == 0);
        }
        let mostly = |zeros: usize| count > 1 && zeros * 10 >= count * 7;
        let hardly = |zeros: usize| zeros * 20 <= count;
        if mostly(second) && hardly(first) {
            Self::Utf16Le
        } else if mostly(first) && hardly(second) {
            Self::Utf16Be
        } else {
            Self::Bytes
        }
    }

    fn decoder(self) -> Option<Decoder> {
        match self {
            Self::Bytes => None,
            Self::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            Self::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
        }
    }
}

/// The length of the ASCII greeting that `wmic` glues to its UTF-16 table.
fn glued(head: &[u8]) -> Option<usize> {
    let header: Vec<u8> = "HotFixID"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let near = head.get(..4096).unwrap_or(head);
    memchr::memmem::find(near, &header)?;
    let greeting = memchr::memchr(0, near)?.checked_sub(1)?;
    let is_ascii = near.get(..greeting)?.iter().all(u8::is_ascii);
    (greeting > 0 && is_ascii).then_some(greeting)
}

/// Text of a cell: UTF-8, else Windows-1252, which is what spreadsheets here write.
pub(super) fn cell_text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Hands on the bytes of a text, UTF-16 as UTF-8, and carriage returns that stand alone as line
/// ends where a file knows no other.
pub(super) struct Decoded {
    input: Box<dyn Read + Send>,
    decoder: Option<Decoder>,
    returns_end_lines: bool,
    /// Decoded and not handed on yet.
    ready: Vec<u8>,
    given: usize,
    at_end: bool,
}

impl std::fmt::Debug for Decoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoded").finish_non_exhaustive()
    }
}

impl Decoded {
    pub(super) fn new(
        input: Box<dyn Read + Send>,
        encoding: Encoding,
        returns_end_lines: bool,
    ) -> Self {
        Self {
            input,
            decoder: encoding.decoder(),
            returns_end_lines,
            ready: Vec::new(),
            given: 0,
            at_end: false,
        }
    }

    /// The same text, in UTF-8 throughout: XML says in its first line which encoding it is in.
    /// What cannot be read is replaced.
    pub(super) fn into_utf8(mut self) -> Self {
        let mut head = Vec::new();
        let read = (&mut self).take(256).read_to_end(&mut head);
        let said = said_encoding(&head).unwrap_or(UTF_8);
        let head = io::Cursor::new(head);
        // An error comes back when it is read on.
        let input: Box<dyn Read + Send> = match read {
            Ok(_) => Box::new(head.chain(self)),
            Err(error) => Box::new(head.chain(Failed(Some(error)))),
        };
        Self {
            decoder: Some(said.new_decoder_without_bom_handling()),
            ..Self::new(input, Encoding::Bytes, false)
        }
    }

    fn refill(&mut self, decoder: &mut Decoder) -> io::Result<()> {
        let mut raw = [0; 16 * 1024];
        let length = self.input.read(&mut raw)?;
        self.at_end = length == 0;
        // Three bytes of UTF-8 are the most that one byte gives, where it cannot be read; a few more
        // for pending ones.
        self.ready.resize(length * 3 + 16, 0);
        let (_, _, written, _) =
            decoder.decode_to_utf8(&raw[..length], &mut self.ready, self.at_end);
        self.ready.truncate(written);
        self.given = 0;
        Ok(())
    }
}

/// The encoding that the first line of an XML document names. What named UTF-16 was decoded.
fn said_encoding(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let head = String::from_utf8_lossy(head);
    let (declaration, _) = head.trim_start().strip_prefix("<?xml")?.split_once("?>")?;
    let (_, rest) = declaration.split_once("encoding=")?;
    let label = rest.get(1..)?.split(['"', '\'']).next()?;
    let found = encoding_rs::Encoding::for_label(label.as_bytes())?;
    (found != UTF_16BE && found != UTF_16LE).then_some(found)
}

/// Gives an error once.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = match self.decoder.take() {
            None => self.input.read(buffer)?,
            Some(mut decoder) => {
                let mut filled = Ok(());
                while filled.is_ok() && self.given == self.ready.len() && !self.at_end {
                    filled = self.refill(&mut decoder);
                }
                self.decoder = Some(decoder);
                filled?;
                let rest = &self.ready[self.given..];
                let length = rest.len().min(buffer.len());
                buffer[..length].copy_from_slice(&rest[..length]);
                self.given += length;
                length
            }
        };
        if self.returns_end_lines {
            for byte in &mut buffer[..length] {
                if *byte == b'\r' {
                    *byte = b'\n';
                }
            }
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> String {
        let (encoding, mark) = Encoding::sniff(bytes);
        let input = Box::new(io::Cursor::new(bytes[mark..].to_vec()));
        let mut text = String::new();
        Decoded::new(input, encoding, false)
            .read_to_string(&mut text)
            .expect("decoded text is UTF-8");
        text
    }

    #[test]
    fn utf_16_is_read_with_and_without_a_mark() {
        let text = "name,os\r\nWARD-ÿ1,Windows 10 😀\r\n".repeat(3_000);
        let mut little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&little), text);
        little.splice(0..0, [0xff, 0xfe]);
        assert_eq!(decode(&little), text);
        let mut big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&big), text);
        big.splice(0..0, [0xfe, 0xff]);
        assert_eq!(decode(&big), text);
    }

    #[test]
    fn a_mark_alone_is_an_empty_text() {
        assert_eq!(decode(&[0xff, 0xfe]), "");
        assert_eq!(decode(&[0xef, 0xbb, 0xbf]), "");
    }

    #[test]
    fn a_cell_that_is_not_utf_8_is_windows_1252() {
        assert_eq!(cell_text(b"caf\xe9"), "café");
        assert_eq!(cell_text("café".as_bytes()), "café");
    }
}
