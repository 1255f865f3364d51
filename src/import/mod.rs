//! What organisations send, read into the model.
//!
//! A declaration is a pack (a folder with `submission.yaml`) or one YAML or JSON file. What people
//! wrote by hand is read strictly: every mistake is a problem at its place, all told at once.

mod certificate;
mod evidence;
mod pack;
mod paths;
mod record;
mod source;

pub use pack::{InventoryFile, OpenError, Opened, open, read};
pub use record::RecordReader;
pub use source::{decode, load};
