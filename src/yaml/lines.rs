//! Line and column of many places in one text, without reading it from its start each time.

/// Where the lines of a text begin.
#[derive(Debug)]
pub struct Lines<'s> {
    text: &'s str,
    starts: Vec<usize>,
}

impl<'s> Lines<'s> {
    pub fn new(text: &'s str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        Self {
            text,
            starts: std::iter::once(0).chain(ends.map(|at| at + 1)).collect(),
        }
    }

    /// Line and column (in characters) of a byte offset, both from 1.
    pub fn place(&self, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let before = &self.text.as_bytes()[start..offset.clamp(start, self.text.len())];
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        (number(line), number(column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Source;

    #[test]
    fn every_offset_has_the_place_the_source_gives_it() {
        for text in ["", "a", "\n", "é: x\r\n  ÿ: 1\n\n# end", "a\nb\n"] {
            let source = Source::new("file.yaml", text);
            let lines = Lines::new(text);
            for offset in 0..=text.len() {
                let place = source.place(offset);
                assert_eq!(
                    lines.place(offset),
                    (place.line, place.column),
                    "{text:?} {offset}"
                );
            }
        }
    }
}
