//! A live look at network endpoints: which versions, suites, groups and certificates a server
//! really speaks. Observes and never judges; what could not be seen is said with its reason.
//!
//! Refuses addresses that are not on the internet unless the operator named them, looks a name up
//! once, keeps to its deadlines and byte limits, and sends nothing after a handshake.

mod address;
mod again;
mod connection;
mod endpoint;
mod flight;
mod handshake;
mod hello;
mod hosts;
mod lists;
mod network;
mod observation;
mod pace;
mod protocol;
mod question;
mod resolve;
mod run;
mod starttls;

pub use address::{Host, NotATarget, Target};
pub use lists::{List, ListFailure, Lists, list_urls};
pub use network::{Allowed, NotAllowed};
pub use observation::{Answer, Failure, Handshake, Hello, Observation, Refusal, Stage, Support};
pub use protocol::{Alert, Group, Suite, Version, Weakness};
pub use question::Question;
pub use resolve::{Resolver, SystemResolver};
pub use run::{Limits, Settings, fetch_lists, observe, run};
pub use starttls::StartTls;
