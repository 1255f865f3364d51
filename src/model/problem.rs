//! A problem: something wrong in a file the user gave us, at a place, with a way out.

use super::place::Place;
use std::ops::Range;
use std::sync::Arc;

/// A text file that was read, kept so that problems can show their line.
#[derive(Debug)]
pub struct Source {
    /// The name to print.
    pub name: Arc<str>,
    pub text: String,
}

impl Source {
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
        })
    }

    /// Line and column (in characters) of a byte offset, both from 1.
    pub fn place(&self, offset: usize) -> Place {
        let before = &self.text.as_bytes()[..offset.min(self.text.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place::new(&self.name, number(line), number(column))
    }
}

/// Something wrong in a file. Messages are lower-case fragments.
#[derive(Debug, Clone)]
pub struct Problem {
    pub message: String,
    pub source: Arc<Source>,
    /// Bytes in the source that are wrong; empty at 0 for the file as a whole.
    pub span: Range<usize>,
    /// A few words under the marked bytes.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
    /// A second place that matters, such as the first of two equal keys.
    pub related: Option<(Arc<Source>, Range<usize>, String)>,
}

impl Problem {
    pub fn new(source: &Arc<Source>, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: Arc::clone(source),
            span,
            label: String::new(),
            help: None,
            related: None,
        }
    }

    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn related(
        mut self,
        source: &Arc<Source>,
        span: Range<usize>,
        label: impl Into<String>,
    ) -> Self {
        self.related = Some((Arc::clone(source), span, label.into()));
        self
    }

    /// Adds "did you mean …" when one of the known names is close to what was written.
    #[must_use]
    pub fn suggest<'a>(self, written: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(written, known) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    pub fn place(&self) -> Place {
        if self.span.is_empty() && self.span.start == 0 {
            return Place::whole(Arc::clone(&self.source.name));
        }
        self.source.place(self.span.start)
    }
}

/// The known name nearest to what was written, if any is near enough to be meant.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = written.to_lowercase();
    known
        .into_iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&lower, &name.to_lowercase()),
                name,
            )
        })
        .filter(|(distance, name)| *distance <= name.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
