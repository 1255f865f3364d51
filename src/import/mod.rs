//! What organisations send, read into the model.
//!
//! Inventories are streams: `Inventory` cuts them into batches, one after another, and a batch
//! is parsed wherever there is a free core. One bad record is a bad record; the rest goes on.

mod batch;
mod codepage;
mod csv;
mod encoding;
mod error;
mod format;
mod inventory;
mod ndjson;
mod row;
mod systeminfo;

pub use batch::Batch;
pub use error::ImportError;
pub use format::Format;
pub use inventory::{Inventory, Limits};
pub use row::{BadRecord, Ignored, Row};
