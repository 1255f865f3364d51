//! What lints read out of a certificate byte by byte, where a reader would tidy it up.

use super::Seen;
use crate::pki::certificate::Certificate;
use crate::pki::container::MAX_NAMES;
use crate::pki::der::{self, Element};
use x509_parser::extensions::{ExtendedKeyUsage, ParsedExtension};

pub(super) const AIA: &str = "1.3.6.1.5.5.7.1.1";
pub(super) const BASIC: &str = "2.5.29.19";
pub(super) const CDP: &str = "2.5.29.31";
pub(super) const EKU: &str = "2.5.29.37";
pub(super) const IAN: &str = "2.5.29.18";
pub(super) const KEY_USAGE: &str = "2.5.29.15";
pub(super) const MAPPINGS: &str = "2.5.29.33";
pub(super) const POLICIES: &str = "2.5.29.32";
pub(super) const SAN: &str = "2.5.29.17";

/// Tags of general names.
pub(super) const EMAIL: u8 = 0x81;
pub(super) const DNS: u8 = 0x82;
pub(super) const URI: u8 = 0x86;
pub(super) const ADDRESS: u8 = 0x87;

pub(super) use crate::pki::der::OBJECT;

/// The elements of a sequence's content, as far as they can be read.
pub(super) fn each(mut bytes: &[u8]) -> impl Iterator<Item = Element<'_>> {
    std::iter::from_fn(move || {
        let element = der::take(bytes)?;
        bytes = element.rest;
        Some(element)
    })
}

/// The elements inside the first element of `bytes`; none when it is of another tag.
pub(super) fn inside(tag: u8, bytes: &[u8]) -> impl Iterator<Item = Element<'_>> {
    let content = der::expect(tag, bytes).map_or(&[][..], |element| element.content);
    each(content)
}

/// The content of an extension.
pub(super) fn value<'s>(seen: &Seen<'s>, oid: &str) -> Option<&'s [u8]> {
    let certificate: &'s Certificate<'s> = seen.certificate;
    certificate.extension(oid).map(|extension| extension.value)
}

pub(super) fn has(seen: &Seen<'_>, oid: &str) -> bool {
    seen.certificate.extension(oid).is_some()
}

pub(super) fn is_critical(seen: &Seen<'_>, oid: &str) -> Option<bool> {
    let extension = seen.certificate.extension(oid)?;
    Some(extension.critical)
}

/// Tag and content of the names in an extension that is a list of names.
pub(super) fn names<'s>(seen: &Seen<'s>, oid: &str) -> impl Iterator<Item = (u8, &'s [u8])> {
    let value = value(seen, oid).unwrap_or_default();
    inside(der::SEQUENCE, value)
        .take(MAX_NAMES)
        .map(|name| (name.tag, name.content))
}

pub(super) fn names_of_kind<'s>(
    seen: &Seen<'s>,
    oid: &str,
    tag: u8,
) -> impl Iterator<Item = &'s [u8]> {
    names(seen, oid)
        .filter(move |(kind, _)| *kind == tag)
        .map(|(_, name)| name)
}

/// Bytes as text that is safe to compare; what is no UTF-8 is replaced.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(super) fn purposes<'s>(seen: &Seen<'s>) -> Option<&'s ExtendedKeyUsage<'s>> {
    let certificate: &'s Certificate<'s> = seen.certificate;
    match certificate.extension(EKU)?.parsed_extension() {
        ParsedExtension::ExtendedKeyUsage(usage) => Some(usage),
        _ => None,
    }
}

/// Whether its purposes, if it has any, leave room for servers.
pub(super) fn is_for_servers(seen: &Seen<'_>) -> bool {
    purposes(seen).is_none_or(|usage| usage.server_auth || usage.any)
}

/// The parts of a certificate as they stand there, each with its header.
#[derive(Debug)]
pub(super) struct Fields<'d> {
    pub(super) inner_algorithm: &'d [u8],
    pub(super) issuer: &'d [u8],
    pub(super) validity: &'d [u8],
    pub(super) subject: &'d [u8],
    pub(super) key: &'d [u8],
    pub(super) outer_algorithm: &'d [u8],
    /// Without its header.
    pub(super) signature: &'d [u8],
}

pub(super) fn fields<'d>(certificate: &Certificate<'d>) -> Option<Fields<'d>> {
    let whole = der::expect(der::SEQUENCE, certificate.der())?;
    let mut outer = each(whole.content);
    let signed = outer.next()?;
    // The version is left out where it is 1; the serial number comes next.
    let mut fields = each(signed.content)
        .filter(|field| field.tag != 0xa0)
        .skip(1)
        .map(|field| field.whole);
    Some(Fields {
        inner_algorithm: fields.next()?,
        issuer: fields.next()?,
        validity: fields.next()?,
        subject: fields.next()?,
        key: fields.next()?,
        outer_algorithm: outer.next()?.whole,
        signature: outer.next()?.content,
    })
}

/// An attribute of a distinguished name.
#[derive(Debug, Clone)]
pub(super) struct Attribute<'s> {
    pub(super) oid: String,
    pub(super) tag: u8,
    pub(super) value: &'s [u8],
}

/// The attributes of a name in DER form, each with the number of the set it stands in.
pub(super) fn attributes(name: &[u8]) -> Vec<(usize, Attribute<'_>)> {
    let mut attributes = Vec::new();
    for (position, set) in inside(der::SEQUENCE, name).take(64).enumerate() {
        for pair in each(set.content).take(16) {
            attributes.extend(attribute(pair.content).map(|one| (position, one)));
        }
    }
    attributes
}

fn attribute(pair: &[u8]) -> Option<Attribute<'_>> {
    let kind = der::expect(OBJECT, pair)?;
    let value = der::take(kind.rest)?;
    Some(Attribute {
        oid: dotted(kind.content)?,
        tag: value.tag,
        value: value.content,
    })
}

/// An object identifier in its dotted form.
pub(super) fn dotted(content: &[u8]) -> Option<String> {
    let oid = x509_parser::asn1_rs::Oid::new(content.into());
    oid.iter().map(|arcs| {
        let arcs: Vec<String> = arcs.map(|arc| arc.to_string()).collect();
        arcs.join(".")
    })
}

pub(super) fn subject<'s>(seen: &Seen<'s>) -> Vec<Attribute<'s>> {
    let certificate: &'s Certificate<'s> = seen.certificate;
    let name = fields(certificate).map_or(&[][..], |fields| fields.subject);
    attributes(name).into_iter().map(|(_, one)| one).collect()
}

pub(super) fn issuer<'s>(seen: &Seen<'s>) -> Vec<Attribute<'s>> {
    let certificate: &'s Certificate<'s> = seen.certificate;
    let name = fields(certificate).map_or(&[][..], |fields| fields.issuer);
    attributes(name).into_iter().map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_into_their_attributes() {
        let name = [
            0x30, 0x0d, 0x31, 0x0b, 0x30, 9, 6, 3, 0x55, 4, 6, 0x13, 2, b'G', b'B',
        ];
        let attributes = attributes(&name);
        assert_eq!(attributes.len(), 1);
        let (set, country) = &attributes[0];
        assert_eq!((*set, country.oid.as_str()), (0, "2.5.4.6"));
        assert_eq!((country.tag, country.value), (0x13, &b"GB"[..]));
    }
}
