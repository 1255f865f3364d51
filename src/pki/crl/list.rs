//! One CRL, borrowed: its frame is read once, its entries only as far as a search goes.

use super::rules;
use crate::pki::certificate::instant;
use crate::pki::container::MAX_CRL_BYTES;
use crate::pki::der;
use crate::pki::fault::Rule;
use x509_parser::asn1_rs::{BitString, FromDer as _};
use x509_parser::extensions::{IssuingDistributionPoint, ParsedExtension, X509Extension};
use x509_parser::time::ASN1Time;
use x509_parser::x509::AlgorithmIdentifier;

const AUTHORITY_KEY: &str = "2.5.29.35";
const CERTIFICATE_ISSUER: &str = "2.5.29.29";
const NUMBER: &str = "2.5.29.20";
const REASON: &str = "2.5.29.21";
const SCOPE: &str = "2.5.29.28";

#[derive(Debug)]
pub(super) struct List<'d> {
    /// What the signature is over.
    pub(super) signed: &'d [u8],
    pub(super) algorithm: AlgorithmIdentifier<'d>,
    pub(super) signature: BitString<'d>,
    /// With its sequence's header, as in certificates.
    pub(super) issuer: &'d [u8],
    /// Seconds since 1970.
    pub(super) this_update: i64,
    pub(super) next_update: Option<i64>,
    is_version_2: bool,
    is_same_algorithm: bool,
    entries: &'d [u8],
    extensions: Vec<X509Extension<'d>>,
}

/// What a list says of one certificate.
#[derive(Debug)]
pub(super) struct Entry {
    revoked_at: i64,
    reason: Option<&'static str>,
    pub(super) is_of_another_issuer: bool,
}

impl Entry {
    pub(super) fn sentence(&self) -> String {
        let at = instant(self.revoked_at);
        match self.reason {
            Some(reason) => format!("revoked at {at}: {reason}"),
            None => format!("revoked at {at}"),
        }
    }
}

impl<'d> List<'d> {
    pub(super) fn parse(bytes: &'d [u8]) -> Option<Self> {
        if bytes.len() > MAX_CRL_BYTES {
            return None;
        }
        let whole = der::expect(der::SEQUENCE, bytes).filter(|list| list.rest.is_empty())?;
        let signed = der::expect(der::SEQUENCE, whole.content)?;
        let outer_algorithm = der::expect(der::SEQUENCE, signed.rest)?;
        let (behind, signature) = BitString::from_der(outer_algorithm.rest).ok()?;
        if !behind.is_empty() || signature.unused_bits != 0 {
            return None;
        }
        let (_, algorithm) = AlgorithmIdentifier::from_der(outer_algorithm.whole).ok()?;
        let (is_version_2, rest) = match der::expect(der::INTEGER, signed.content) {
            Some(version) => (version.content == [1], version.rest),
            None => (false, signed.content),
        };
        let inner_algorithm = der::expect(der::SEQUENCE, rest)?;
        let issuer = der::expect(der::SEQUENCE, inner_algorithm.rest)?;
        let (rest, this_update) = time(issuer.rest)?;
        let (rest, next_update) = match time(rest) {
            Some((rest, next)) => (rest, Some(next)),
            None => (rest, None),
        };
        let (rest, entries) = match der::expect(der::SEQUENCE, rest) {
            Some(entries) => (entries.rest, entries.content),
            None => (rest, &[][..]),
        };
        Some(Self {
            signed: signed.whole,
            algorithm,
            signature,
            issuer: issuer.whole,
            this_update,
            next_update,
            is_version_2,
            is_same_algorithm: inner_algorithm.whole == outer_algorithm.whole,
            entries,
            extensions: extensions_of_list(rest)?,
        })
    }

    /// What is wrong with the list itself. Such a list clears nobody.
    pub(super) fn form_faults(&self) -> Vec<(&'static Rule, String)> {
        let mut faults: Vec<(&'static Rule, String)> = Vec::new();
        if !self.is_version_2 {
            faults.push((&rules::CRL_VERSION, "its CRL is not of version 2".into()));
        }
        if !self.is_same_algorithm {
            let sentence = "its CRL names two signature algorithms".into();
            faults.push((&rules::CRL_MALFORMED, sentence));
        }
        match self.extension(NUMBER) {
            None => faults.push((&rules::CRL_NO_NUMBER, "its CRL has no number".into())),
            Some(number) if number.critical => faults.push((
                &rules::CRL_NUMBER_CRITICAL,
                "its CRL marks its number as critical".into(),
            )),
            Some(_) => {}
        }
        let known = [AUTHORITY_KEY, NUMBER, SCOPE];
        for extension in &self.extensions {
            let oid = extension.oid.to_id_string();
            if extension.critical && !known.contains(&&*oid) {
                let sentence =
                    format!("its CRL has the critical extension {oid}, which is not followed here");
                faults.push((&rules::CRL_UNKNOWN_CRITICAL, sentence));
            }
            if matches!(
                extension.parsed_extension(),
                ParsedExtension::ParseError { .. }
            ) {
                let sentence = format!("its CRL's extension {oid} cannot be read");
                faults.push((&rules::CRL_MALFORMED, sentence));
            }
        }
        faults
    }

    pub(super) fn scope(&self) -> Option<&IssuingDistributionPoint<'d>> {
        match self.extension(SCOPE)?.parsed_extension() {
            ParsedExtension::IssuingDistributionPoint(scope) => Some(scope),
            _ => None,
        }
    }

    /// The entry of a serial number. Fails where entries cannot be read up to the end.
    pub(super) fn find(&self, serial: &[u8]) -> Result<Option<Entry>, ()> {
        let serial = without_zeros(serial);
        let mut rest = self.entries;
        let is_indirect = self.scope().is_some_and(|scope| scope.indirect_crl);
        let mut speaks_for_another = false;
        while !rest.is_empty() {
            let entry = der::expect(der::SEQUENCE, rest).ok_or(())?;
            rest = entry.rest;
            let number = der::expect(der::INTEGER, entry.content).ok_or(())?;
            let is_it = without_zeros(number.content) == serial;
            if !is_it && !is_indirect {
                continue;
            }
            let (behind, revoked_at) = time(number.rest).ok_or(())?;
            let extensions = entry_extensions(behind).ok_or(())?;
            // From here on entries are of that issuer, until another is named.
            speaks_for_another |= extensions
                .iter()
                .any(|extension| extension.oid.to_id_string() == CERTIFICATE_ISSUER);
            if is_it {
                return Ok(Some(Entry {
                    revoked_at,
                    reason: reason(&extensions),
                    is_of_another_issuer: speaks_for_another,
                }));
            }
        }
        Ok(None)
    }

    fn extension(&self, oid: &str) -> Option<&X509Extension<'d>> {
        self.extensions
            .iter()
            .find(|extension| extension.oid.to_id_string() == oid)
    }
}

fn time(bytes: &[u8]) -> Option<(&[u8], i64)> {
    let element = der::take(bytes)?;
    let (_, time) = ASN1Time::from_der(element.whole).ok()?;
    Some((element.rest, time.timestamp()))
}

/// In `[0] { SEQUENCE OF Extension }` at the end of the signed part; empty when there is nothing.
fn extensions_of_list(bytes: &[u8]) -> Option<Vec<X509Extension<'_>>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let tagged = der::expect(0xa0, bytes).filter(|tagged| tagged.rest.is_empty())?;
    entry_extensions(tagged.content)
}

fn entry_extensions(bytes: &[u8]) -> Option<Vec<X509Extension<'_>>> {
    let mut extensions = Vec::new();
    if bytes.is_empty() {
        return Some(extensions);
    }
    let sequence = der::expect(der::SEQUENCE, bytes).filter(|all| all.rest.is_empty())?;
    let mut rest = sequence.content;
    while !rest.is_empty() {
        let (behind, extension) = X509Extension::from_der(rest).ok()?;
        extensions.push(extension);
        rest = behind;
    }
    Some(extensions)
}

fn reason(extensions: &[X509Extension<'_>]) -> Option<&'static str> {
    let extension = extensions
        .iter()
        .find(|extension| extension.oid.to_id_string() == REASON)?;
    let ParsedExtension::ReasonCode(code) = extension.parsed_extension() else {
        return None;
    };
    Some(match code.0 {
        1 => "its key was compromised",
        2 => "its authority was compromised",
        3 => "its holder's affiliation changed",
        4 => "it was superseded",
        5 => "it is no longer operated",
        6 => "it is on hold",
        9 => "its privilege was withdrawn",
        10 => "its attribute authority was compromised",
        _ => return None,
    })
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}
