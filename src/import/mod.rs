//! What organisations send, read into the model.
//!
//! A declaration is a pack (a folder with `submission.yaml`) or one YAML or JSON file. What people
//! wrote by hand is read strictly: every mistake is a problem at its place, all told at once.
//!
//! Inventories are streams: `Inventory` cuts them into batches, one after another, and a batch
//! is parsed wherever there is a free core. One bad record is a bad record; the rest goes on.

mod batch;
mod bills;
mod certificate;
mod codepage;
mod csv;
mod encoding;
mod error;
mod evidence;
mod format;
mod inventory;
mod keys;
mod mds2;
mod ndjson;
mod pack;
mod paths;
mod record;
mod row;
mod sbom;
mod sniff;
mod source;
mod systeminfo;

pub use batch::Batch;
pub use bills::Bills;
pub use certificate::{served, set_lifetime};
pub use error::ImportError;
pub use format::Format;
pub use inventory::{Inventory, Limits};
pub use pack::{InventoryFile, LISTS, OpenError, Opened, SUBMISSION_KEYS, open, read};
pub use paths::MAX_YAML as MAX_DECLARATION_BYTES;
pub use record::RecordReader;
pub use row::{BadRecord, Ignored, Row};
pub use sbom::{MAX_BYTES as MAX_BILL_BYTES, is_bill};
pub use sniff::is_declaration;
pub use source::{decode, load};
