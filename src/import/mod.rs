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
mod condensed;
mod csv;
mod defender_api;
mod dpkg;
mod encoding;
mod error;
mod evidence;
mod exports;
mod extra;
mod format;
mod glpi;
mod intune_api;
mod inventory;
mod join;
mod json;
mod json_api;
mod json_list;
mod json_value;
mod keys;
mod map;
mod mds2;
mod ndjson;
mod near_miss;
mod nessus;
mod os_release;
mod osquery;
mod osquery_log;
mod osquery_tables;
mod pack;
mod package;
mod parquet;
mod paths;
mod qfe;
mod record;
mod row;
mod rpm;
mod sbom;
mod sniff;
mod source;
mod spool;
mod survey;
mod systeminfo;
mod table;
mod update_scan;
mod whole_text;
mod write;
mod xml;

pub use batch::Batch;
pub use bills::Bills;
pub use certificate::{bundle, served, work_out};
pub use error::ImportError;
pub use format::Format;
pub use inventory::{Inventory, Limits};
pub use map::{MAP_KEYS, Mapping, UNITS};
pub use pack::{InventoryFile, LISTS, OpenError, Opened, SUBMISSION_KEYS, open, read};
pub use paths::MAX_YAML as MAX_DECLARATION_BYTES;
pub use record::RecordReader;
pub use row::{BadRecord, Ignored, Row};
pub use sbom::{MAX_BYTES as MAX_BILL_BYTES, is_bill};
pub use sniff::is_declaration;
pub use source::{decode, load};
pub use survey::{FieldSurvey, Survey};
pub use table::{Becomes, ColumnUse};
pub use write::write_row;
