//! A stream that has to be read twice, or out of order, kept in a temporary file of bounded size.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

/// The most bytes that are kept.
pub(super) const MAX_SPOOL: u64 = 8 << 30;

/// Writes a stream into a temporary file, which is gone when it is closed.
pub(super) fn spool(input: &mut dyn Read) -> io::Result<File> {
    spool_up_to(input, MAX_SPOOL)
}

fn spool_up_to(input: &mut dyn Read, limit: u64) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    let copied = io::copy(&mut input.take(limit + 1), &mut file)?;
    if copied > limit {
        let message = format!("it has more than {limit} bytes, which is the most that is kept");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    file.flush()?;
    file.rewind()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_can_be_read_again_and_has_its_bounds() {
        let mut text = String::new();
        let mut file = spool_up_to(&mut &b"four"[..], 4).expect("it fits");
        for _ in 0..2 {
            file.rewind().expect("it is a file");
            file.read_to_string(&mut text).expect("it is text");
        }
        assert_eq!(text, "fourfour");
        let refused = spool_up_to(&mut &b"fives"[..], 4).expect_err("it is too long");
        assert_eq!(refused.kind(), io::ErrorKind::FileTooLarge);
    }
}
