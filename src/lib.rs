//! Passmuster inspects what suppliers and NHS trusts declare about their systems against policy
//! written as YAML.

pub mod catalogue;
pub mod model;
pub mod yaml;
