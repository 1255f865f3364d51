//! Software bills of materials: CycloneDX and SPDX, read into components, the product they make up,
//! what its supplier says of vulnerabilities (VEX), and the evidence of attestations.
//!
//! A bill is told by its content. Whatever cannot be read right is an error that says where, or is
//! counted in the state of the bill; no component is dropped in silence.

mod bill;
mod cyclonedx;
mod cyclonedx_json;
mod cyclonedx_xml;
mod identifiers;
mod ids;
mod json;
mod spdx;
mod spdx_json;
mod spdx_tag_value;
mod subjects;
#[cfg(test)]
mod tests;

pub(super) use bill::Bill;
pub(super) use ids::Ids;
pub(super) use subjects::Owner;

use super::paths::size;
use super::source::decode;
use crate::model::{Problem, Source};

/// The longest bill that is read.
pub const MAX_BYTES: u64 = 256 << 20;
/// Components that the bills of one declaration may have together.
pub(super) const MAX_COMPONENTS: usize = 250_000;

/// What a bill is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    CycloneDxJson,
    CycloneDxXml,
    SpdxJson,
    SpdxTagValue,
}

/// Whether a text that begins like this is a bill of materials.
pub fn is_bill(start: &[u8]) -> bool {
    let text = match encoding_rs::Encoding::for_bom(start) {
        Some((encoding, _)) => encoding.decode_with_bom_removal(start).0,
        None => String::from_utf8_lossy(start),
    };
    recognise(&text).is_some()
}

/// The dialect of a text, from its beginning.
fn recognise(text: &str) -> Option<Dialect> {
    // Less than is looked at of a file, so that a mark and blanks in front make no difference.
    const SEEN: usize = 63 << 10;
    const SPDX: [&str; 3] = ["\"spdxVersion\"", "\"SPDXRef-DOCUMENT\"", "spdx.org/rdf/3"];
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let head = &text[..text.floor_char_boundary(SEEN)];
    match head.as_bytes().first()? {
        b'{' if head.contains("\"bomFormat\"") => Some(Dialect::CycloneDxJson),
        b'{' if SPDX.iter().any(|mark| head.contains(mark)) => Some(Dialect::SpdxJson),
        // The schema of CycloneDX allows its mark anywhere; its version is no other format's key.
        b'{' if head.contains("\"specVersion\"") && head.contains("cyclonedx") => {
            Some(Dialect::CycloneDxJson)
        }
        // Makers that sort keys write the mark behind all components.
        b'{' if text.len() >= SEEN && first_key(head) == Some("components") => {
            Some(Dialect::CycloneDxJson)
        }
        b'<' if head.contains("cyclonedx.org/schema/bom") => Some(Dialect::CycloneDxXml),
        _ => spdx_tag_value::recognises(head).then_some(Dialect::SpdxTagValue),
    }
}

fn first_key(object: &str) -> Option<&str> {
    let rest = object.strip_prefix('{')?.trim_start().strip_prefix('"')?;
    Some(rest.split_once('"')?.0)
}

/// Reads a bill that may have at most `room` components. The name is for messages.
pub(super) fn read(name: &str, bytes: &[u8], room: usize) -> Result<Bill, Box<Problem>> {
    let refuse = |message: String| {
        let message = format!("{name} cannot be used: {message}");
        Box::new(Problem::new(&Source::new(name, ""), 0..0, message))
    };
    if bytes.len() as u64 > MAX_BYTES {
        let limit = size(MAX_BYTES);
        return Err(refuse(format!(
            "it is longer than {limit}, the most that is read"
        )));
    }
    let source = decode(name, bytes)?;
    let Some(dialect) = recognise(&source.text) else {
        return Err(refuse(
            "it is no bill of materials: neither CycloneDX (JSON, XML) nor SPDX (JSON, tag-value)"
                .into(),
        ));
    };
    let text = source.text.as_str();
    let read = match dialect {
        Dialect::CycloneDxJson => cyclonedx_json::read(text, room),
        Dialect::CycloneDxXml => cyclonedx_xml::read(text, room),
        Dialect::SpdxJson => spdx_json::read(text, room),
        Dialect::SpdxTagValue => spdx_tag_value::read(text, room),
    };
    read.map_err(refuse)
}
