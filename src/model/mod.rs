//! The words everyone uses. No behaviour here needs the outside world.

mod bundle;
mod data_quality;
mod declaration;
pub mod fields;
mod finding;
mod length;
mod origin;
mod outcome;
mod place;
mod problem;
mod record;
mod run;
mod summary;
mod tally;
mod timeline;
mod trace;
mod value;

pub use bundle::{Bundle, GivenRoots, KeyHashes};
pub use data_quality::DataQuality;
pub use declaration::{Declaration, model_key};
pub use finding::{Finding, RuleInfo, WaiverUse};
pub use length::Length;
pub use origin::{Origin, Origins, Remark, RemarkKind, oldest_evidence};
pub use outcome::{Decision, Gate, Outcome, Severity};
pub use place::Place;
pub use problem::{Problem, Source, nearest};
pub use record::{Field, FieldId, Record, Schema, Subject, SubjectKind};
pub use run::{Observed, Run};
pub use summary::{Counts, RuleSummary, Summary, Weight, consequence};
pub use tally::{Bounds, Counted, Days, Entry, Pair, Split, Tally, Values};
pub use timeline::{Day, Mark, Shift, Sight, Timeline, Turn, Turned};
pub use trace::{Considered, Explained, Explanation, Part, Section, Setting, Trace, TraceKind};
pub use value::{
    Choice, NO, Type, Value, YES, fold_name, hexadecimal, london, read_date, read_instant,
};
