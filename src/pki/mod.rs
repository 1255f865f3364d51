//! Certificates: read from bytes, followed to a root, and judged with every fault told.
//!
//! Pure functions: bytes, roots, clock and profile come in, a verdict goes out. Nothing is
//! fetched, and no file or clock is read. rustls-webpki alone decides that a path holds; what it
//! does not look at is judged beside it, and what it cannot decide is said to be undecided.

mod budget;
mod certificate;
mod changes;
mod constrained;
pub mod container;
mod crl;
mod der;
mod fault;
mod host;
mod issuers;
mod judge;
mod key;
pub mod lint;
mod p521;
mod path;
mod path_faults;
mod profile;
pub mod reuse;
mod roots;
mod sent;
mod signature;
mod verdict;
mod weak_keys;

pub use certificate::Certificate;
pub use changes::changes;
pub use container::{Contents, Incident};
pub use fault::{Area, Fault, Level, Rule};
pub use host::Host;
pub use judge::{Request, judge};
pub use key::Key;
pub use profile::{Profile, Thresholds};
pub use roots::{Roots, RootsSummary};
pub use sent::Sent;
pub use verdict::{Link, NotDecided, Role, Verdict};
pub use weak_keys::{WeakKeys, WeakKeysError};

/// Every rule that a fault may name, by id.
pub fn rules() -> Vec<&'static Rule> {
    let mut rules: Vec<_> = lint::all()
        .map(|lint| &lint.rule)
        .chain(path_faults::all())
        .chain(crl::rules())
        .collect();
    rules.sort_by_key(|rule| rule.id);
    rules
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod hostile;

#[cfg(test)]
mod refused;
