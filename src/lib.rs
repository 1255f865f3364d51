//! Passmuster inspects what suppliers and NHS trusts declare about their systems against policy
//! written as YAML.

pub mod catalogue;
pub mod check;
pub mod cli;
pub mod engine;
pub mod import;
pub mod model;
pub mod pki;
pub mod policy;
pub mod predicate;
pub mod probe;
pub mod report;
pub mod schema;
pub mod yaml;
