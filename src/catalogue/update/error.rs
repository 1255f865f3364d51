//! What can go wrong between asking for a document and having it.

use crate::catalogue::feed::FeedError;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why a feed brought nothing. Addresses in it carry no user name, password or query.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    #[error("read the root certificates: {what}")]
    Authority { what: String },
    /// The system's own root certificates cannot be read, for example.
    #[error("make ready for HTTPS: {what}")]
    Client { what: String },
    #[error(transparent)]
    Feed(#[from] FeedError),
    #[error("fetch {url}: {what}")]
    Fetch { url: String, what: Trouble },
    #[error("read {}: {what}", path.display())]
    File { path: PathBuf, what: String },
    /// A document in a file that is refused.
    #[error("{source}, in {}", path.display())]
    InFile { path: PathBuf, source: FeedError },
    #[error("wait for the network: {0}")]
    Runtime(io::Error),
    #[error("fetch from {url}: only https:// addresses are used; for a file use --from")]
    Scheme { url: String },
}

/// What happened to one attempt.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(
        "the server's certificate is not trusted ({0}); a proxy that inspects traffic needs --ca"
    )]
    Certificate(String),
    #[error("no connection ({0})")]
    Connect(String),
    #[error("the answer was cut off ({0})")]
    Cut(String),
    #[error("not done after {} s", .0.as_secs())]
    Deadline(Duration),
    #[error("the answer is {0}, not JSON")]
    Kind(String),
    #[error("not followed to another place: {0}")]
    Redirect(String),
    #[error("the server answered {status}")]
    Status {
        status: u16,
        /// How long it asks us to wait.
        after: Option<Duration>,
    },
    #[error("the document is larger than {} MiB{}", limit / 1024 / 1024, claimed.map(|bytes| format!(" (it is said to have {bytes} bytes)")).unwrap_or_default())]
    TooLarge { limit: u64, claimed: Option<u64> },
}

impl UpdateError {
    /// Whether a document was had and refused, so that asking again cannot help.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Authority { .. }
            | Self::Feed(_)
            | Self::File { .. }
            | Self::InFile { .. }
            | Self::Scheme { .. } => true,
            Self::Client { .. } | Self::Fetch { .. } | Self::Runtime(_) => false,
        }
    }
}

impl Trouble {
    /// Whether the next attempt may go better.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Connect(_) | Self::Cut(_) => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            Self::Certificate(_)
            | Self::Deadline(_)
            | Self::Kind(_)
            | Self::Redirect(_)
            | Self::TooLarge { .. } => false,
        }
    }
}
