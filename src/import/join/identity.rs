//! What a row says of which machine it is about, folded so that two tools' ways to write it are one.

use super::node::Node;
use crate::import::format::Format;
use crate::model::fields::asset;
use std::collections::HashMap;

/// The identity of a row. Numbers stand for texts: equal texts have equal numbers.
#[derive(Debug, Default, Clone)]
pub(super) struct Keys {
    /// Whose identifiers these are: two identifiers of one tool are two machines.
    pub(super) space: u32,
    /// The tool whose format it is, where the format is that of one.
    pub(super) tool: Option<u32>,
    pub(super) id: Option<u32>,
    /// A host name up to its first dot; of other names the whole.
    pub(super) short: Option<u32>,
    /// An identifier where there is no name: it may be one.
    pub(super) alias: Option<u32>,
    /// What follows that dot.
    pub(super) domain: Option<u32>,
    pub(super) serial: Option<u32>,
    pub(super) mac: Option<u32>,
}

/// Gives equal texts equal numbers.
#[derive(Debug, Default)]
pub(super) struct Numbers(HashMap<String, u32>);

impl Numbers {
    pub(super) fn of(&mut self, text: String) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(text).or_insert(next)
    }
}

/// A number for each family of identifiers: what people write into tables is one family, and each
/// tool has its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Space {
    number: u32,
    is_tool: bool,
}

impl Space {
    pub(super) fn of(format: Format, numbers: &mut Numbers) -> Self {
        // Whoever writes a table may write into it whatever is of use.
        let is_tool = !matches!(format.name(), "csv" | "ndjson" | "parquet");
        let name = if is_tool { format.name() } else { "table" };
        Self {
            number: numbers.of(name.to_owned()),
            is_tool,
        }
    }
}

impl Keys {
    /// A weak row has no name but the one of its file.
    pub(super) fn of(node: &Node, space: Space, is_weak: bool, numbers: &mut Numbers) -> Self {
        let mut keys = Self {
            space: space.number,
            tool: space.is_tool.then_some(space.number),
            ..Self::default()
        };
        if let Some(serial) = node.text(asset::SERIAL).and_then(serial) {
            keys.serial = Some(numbers.of(serial));
        }
        if let Some(mac) = node.text(asset::NETWORK_MAC).and_then(mac) {
            keys.mac = Some(numbers.of(mac));
        }
        if is_weak || !node.is_named {
            return keys;
        }
        let id = node.text(asset::ID);
        let name = node.text(asset::NAME);
        // A name that stands in for an identifier is none.
        if let Some(id) = id.filter(|id| name.is_none_or(|name| name != *id)) {
            keys.id = Some(numbers.of(fold(id)));
        }
        if let Some((short, domain)) = name.and_then(host) {
            keys.short = Some(numbers.of(short));
            keys.domain = domain.map(|domain| numbers.of(domain));
        } else if let Some((short, None)) = id.and_then(host) {
            keys.alias = Some(numbers.of(short));
        }
        keys
    }
}

pub(super) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

/// A name and its domain, if it can tell machines apart: `PC-1.trust.test` is `pc-1` in `trust.test`.
pub(super) fn host(name: &str) -> Option<(String, Option<String>)> {
    let name = fold(name);
    let name = name.trim_end_matches('.');
    if name.is_empty() || name == "localhost" || name.starts_with("localhost.") {
        return None;
    }
    let is_host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_address = name.chars().all(|c| c.is_ascii_digit() || c == '.');
    match name.split_once('.') {
        Some((short, domain)) if !short.is_empty() && name.chars().all(is_host) && !is_address => {
            Some((short.to_owned(), Some(domain.to_owned())))
        }
        _ => Some((name.to_owned(), None)),
    }
}

/// A serial number that was really given to one machine. Makers that give none leave a phrase.
fn serial(text: &str) -> Option<String> {
    const NONE: [&str; 16] = [
        "123456789",
        "1234567890",
        "chassisserialnumber",
        "default",
        "defaultstring",
        "invalid",
        "none",
        "notapplicable",
        "notavailable",
        "notspecified",
        "oem",
        "serialnumber",
        "systemserialnumber",
        "tobefilledbyoem",
        "unknown",
        "virtualmachine",
    ];
    let folded: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let first = folded.chars().next()?;
    let is_one_letter = folded.chars().all(|c| c == first);
    let says_nothing = folded.len() < 4 || is_one_letter || NONE.contains(&folded.as_str());
    (!says_nothing).then_some(folded)
}

/// The first hardware address of a text.
fn mac(text: &str) -> Option<String> {
    let first = text
        .split([';', ',', ' ', '\n'])
        .find(|one| !one.is_empty())?;
    let digits: String = first
        .chars()
        .filter(char::is_ascii_hexdigit)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let is_real = digits.len() == 12 && digits != "000000000000" && digits != "ffffffffffff";
    is_real.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_is_told_from_its_domain_and_other_names_are_left_whole() {
        let told = |name| host(name).map(|(short, domain)| (short, domain.unwrap_or_default()));
        let pair = |short: &str, domain: &str| Some((short.to_owned(), domain.to_owned()));
        assert_eq!(told("PC-1"), pair("pc-1", ""));
        assert_eq!(told("PC-1.Trust.TEST."), pair("pc-1", "trust.test"));
        assert_eq!(told("192.0.2.7"), pair("192.0.2.7", ""));
        assert_eq!(told("Dr. Who's PC"), pair("dr. who's pc", ""));
        for nobody in ["", " ", "localhost", "LOCALHOST.localdomain"] {
            assert_eq!(told(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn a_serial_number_that_every_machine_has_is_none() {
        assert_eq!(serial(" 5CG-0012 XY"), Some("5cg0012xy".into()));
        for none in [
            "",
            "0",
            "00000000",
            "To be filled by O.E.M.",
            "Default string",
            "N/A",
            "x1",
        ] {
            assert_eq!(serial(none), None, "{none}");
        }
    }

    #[test]
    fn hardware_addresses_are_read_in_every_spelling() {
        for text in [
            "00:1A:2b:3c:4d:5e",
            "00-1a-2b-3c-4d-5e",
            "001A.2B3C.4D5E; 00:00:00:00:00:01",
        ] {
            assert_eq!(mac(text), Some("001a2b3c4d5e".into()), "{text}");
        }
        for none in ["", "00:00:00:00:00:00", "wifi", "1.2.3.4"] {
            assert_eq!(mac(none), None, "{none}");
        }
    }
}
