//! Documents that others publish, read into facts of ours. A document with any fault is refused as
//! a whole: half a catalogue passes what its other half would have stopped.

mod kev;

/// A published document that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// It is not JSON, or not of the published shape; the source says where.
    #[error("read {document}: {source}")]
    Shape {
        document: &'static str,
        source: serde_json::Error,
    },
    #[error("read {document}, {place}: {found}")]
    Content {
        document: &'static str,
        /// The path to the value: `vulnerabilities[3].dueDate`.
        place: String,
        /// What stands there, and what is wrong with it.
        found: String,
    },
}

/// The beginning of a text from outside, fit for one line of a message.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text.escape_debug().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
