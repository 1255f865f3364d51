//! Why an inventory could not be read at all. A single bad record is not an error: see `BadRecord`.

use std::io;
use std::sync::Arc;

/// Why a file gave no assets.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{name} is Parquet that cannot be read: {reason}")]
    BadParquet { name: Arc<str>, reason: String },
    #[error("{name} is empty")]
    Empty { name: Arc<str> },
    #[error("{name} could not be read: {source}")]
    Io { name: Arc<str>, source: io::Error },
    /// Neither a list of objects nor one asset. It may be a pack.
    #[error(
        "{name} is a JSON document without a list of objects near its start; send the list itself (`jq -c '.[]'` of it), or one object a line"
    )]
    JsonDocument { name: Arc<str> },
    #[error("{name} has a header and no rows, so it declares no assets")]
    NoAssets { name: Arc<str> },
    #[error(
        "{name} has no column that names an asset; its columns are {columns}; one of them must be {accepted}"
    )]
    NoIdentity {
        name: Arc<str>,
        columns: String,
        accepted: String,
    },
    /// A file we know, and that lists no assets: the caller may report it and go on.
    #[error("{name} is not an inventory: it looks like {what}")]
    NotAnInventory { name: Arc<str>, what: &'static str },
    #[error("{name} is not text: it looks like {what}")]
    NotText { name: Arc<str>, what: &'static str },
    #[error("{name}: the header opens a quote and does not close it")]
    HeaderLeftOpen { name: Arc<str> },
    #[error("{name}: the header is longer than {limit} bytes")]
    HeaderTooLong { name: Arc<str>, limit: usize },
    #[error(
        "{name} has none of these columns that {map} names: {missing}; correct the map, or say `optional: true` beside them"
    )]
    NotInTable {
        name: Arc<str>,
        map: Arc<str>,
        missing: String,
    },
    #[error("{name}: the columns `{first}` and `{second}` both mean `{field}`")]
    TwoColumns {
        name: Arc<str>,
        first: String,
        second: String,
        field: &'static str,
    },
    #[error(
        "{name} cannot be joined with the others: the {machines} records so far take up more than \
         {limit} bytes; check the files one at a time, or those of one site together"
    )]
    TooMuchToJoin {
        name: Arc<str>,
        machines: usize,
        limit: usize,
    },
    #[error(
        "{name} is none of the formats an inventory comes in: {formats}; `--input-format` says which it is"
    )]
    UnknownFormat { name: Arc<str>, formats: String },
}

impl ImportError {
    /// The file as the user named it.
    pub fn name(&self) -> &Arc<str> {
        match self {
            Self::BadParquet { name, .. }
            | Self::Empty { name }
            | Self::HeaderLeftOpen { name }
            | Self::HeaderTooLong { name, .. }
            | Self::Io { name, .. }
            | Self::JsonDocument { name }
            | Self::NoAssets { name }
            | Self::NoIdentity { name, .. }
            | Self::NotAnInventory { name, .. }
            | Self::NotInTable { name, .. }
            | Self::NotText { name, .. }
            | Self::TooMuchToJoin { name, .. }
            | Self::TwoColumns { name, .. }
            | Self::UnknownFormat { name, .. } => name,
        }
    }

    /// Whether the file is of a kind we know and that holds no assets, so that it can be skipped
    /// aloud when it was given among others.
    pub fn is_not_an_inventory(&self) -> bool {
        matches!(self, Self::NotAnInventory { .. })
    }
}
