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
/// 2.5.29.29
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 0x1d];
/// Reason, date of invalidity and issuer.
const KNOWN_OF_ENTRIES: [&[u8]; 3] = [&[0x55, 0x1d, 0x15], &[0x55, 0x1d, 0x18], CERTIFICATE_ISSUER];
/// Marks a list of changes only, critical or not.
const DELTA: &str = "2.5.29.27";
/// Of a list, and of one of its entries.
const MAX_EXTENSIONS: usize = 64;
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
    pub(super) entries: &'d [u8],
    extensions: Vec<X509Extension<'d>>,
}

/// What a list says of a serial number.
#[derive(Debug, Clone)]
pub(super) enum Found {
    Entry(Entry),
    Nothing,
    /// Nothing, and some entry demands what is not followed here, so that the list clears nobody
    /// (RFC 5280 5.3).
    UnknownCritical,
    /// Entries cannot be read up to the end.
    Unreadable,
}

/// What a list says of one certificate.
#[derive(Debug, Clone)]
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
            let is_critical = extension.critical || oid == DELTA;
            if is_critical && !known.contains(&&*oid) {
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

    pub(super) fn find(&self, serial: &[u8]) -> Found {
        self.search(without_zeros(serial))
            .unwrap_or(Found::Unreadable)
    }

    fn search(&self, serial: &[u8]) -> Option<Found> {
        let mut rest = self.entries;
        let mut speaks_for_another = false;
        let mut has_unknown = false;
        while !rest.is_empty() {
            let entry = der::expect(der::SEQUENCE, rest)?;
            rest = entry.rest;
            let number = der::expect(der::INTEGER, entry.content)?;
            let at = der::take(number.rest)?;
            let is_it = without_zeros(number.content) == serial;
            if !is_it && at.rest.is_empty() {
                continue;
            }
            let marks = Marks::of(at.rest)?;
            // From here on entries are of that issuer, until another is named.
            speaks_for_another |= marks.names_an_issuer;
            if is_it {
                let (_, revoked_at) = time(number.rest)?;
                return Some(Found::Entry(Entry {
                    revoked_at,
                    reason: reason(&read_extensions(at.rest)?),
                    is_of_another_issuer: speaks_for_another,
                }));
            }
            has_unknown |= marks.is_unknown_critical;
        }
        Some(if has_unknown {
            Found::UnknownCritical
        } else {
            Found::Nothing
        })
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
    read_extensions(tagged.content)
}

/// What an entry's extensions mean for the search, read without copying: long lists have many.
#[derive(Debug, Default)]
struct Marks {
    names_an_issuer: bool,
    is_unknown_critical: bool,
}

impl Marks {
    fn of(bytes: &[u8]) -> Option<Self> {
        let mut marks = Self::default();
        if bytes.is_empty() {
            return Some(marks);
        }
        let sequence = der::expect(der::SEQUENCE, bytes).filter(|all| all.rest.is_empty())?;
        let mut rest = sequence.content;
        while !rest.is_empty() {
            let extension = der::expect(der::SEQUENCE, rest)?;
            let oid = der::expect(der::OBJECT, extension.content)?;
            let flag = der::expect(der::BOOLEAN, oid.rest);
            let is_critical = flag.is_some_and(|flag| flag.content != [0]);
            marks.names_an_issuer |= oid.content == CERTIFICATE_ISSUER;
            marks.is_unknown_critical |= is_critical && !KNOWN_OF_ENTRIES.contains(&oid.content);
            rest = extension.rest;
        }
        Some(marks)
    }
}

fn read_extensions(bytes: &[u8]) -> Option<Vec<X509Extension<'_>>> {
    let mut extensions = Vec::new();
    if bytes.is_empty() {
        return Some(extensions);
    }
    let sequence = der::expect(der::SEQUENCE, bytes).filter(|all| all.rest.is_empty())?;
    let mut rest = sequence.content;
    while !rest.is_empty() {
        if extensions.len() == MAX_EXTENSIONS {
            return None;
        }
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
