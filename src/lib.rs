//! Passmuster inspects what suppliers and NHS trusts declare about their systems against policy
//! written as YAML.

pub mod catalogue;
pub mod import;
pub mod model;
pub mod predicate;
pub mod report;
pub mod yaml;
