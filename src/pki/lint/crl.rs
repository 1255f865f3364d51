//! What the form of a CRL is held to, whoever it is for. Whether it revokes is judged elsewhere.
//!
//! The list is walked in place; of very long ones only the first entries are looked at, and the
//! report says so.

use super::facts::{OBJECT, dotted, each};
use super::{Area, Level, Standing};
use crate::pki::container::MAX_CRL_BYTES;
use crate::pki::der::{self, Element};
use crate::pki::fault::{Fault, Rule};
use crate::pki::profile::Profile;
use jiff::civil::{Date, date};
use std::collections::BTreeSet;
use x509_parser::asn1_rs::FromDer as _;
use x509_parser::time::ASN1Time;

/// Entries that are looked at.
pub const MAX_ENTRIES: usize = 100_000;

const DAY: i64 = 86_400;
const FIX: &str = "tell the issuer; its CRLs do not follow the standard";
const AKI: &str = "2.5.29.35";
const NUMBER: &str = "2.5.29.20";
const REASON: &str = "2.5.29.21";
const SCOPE: &str = "2.5.29.28";

/// A rule for CRLs, since when it holds, and how it is looked for.
#[derive(Debug)]
pub struct Lint {
    pub rule: Rule,
    /// CRLs from before this day are not held to it.
    pub since: Option<Date>,
    look: fn(&List<'_>) -> Option<String>,
}

impl Lint {
    const fn new(
        id: &'static str,
        standard: &'static str,
        look: fn(&List<'_>) -> Option<String>,
    ) -> Self {
        Self {
            rule: Rule {
                id,
                area: Area::Form,
                standard,
                fix: FIX,
                public: Some(Level::Warning),
                private: Some(Level::Info),
            },
            since: None,
            look,
        }
    }

    const fn web(mut self) -> Self {
        self.rule.private = None;
        self
    }

    const fn since(mut self, year: i16, month: i8, day: i8) -> Self {
        self.since = Some(date(year, month, day));
        self
    }

    fn standing(&'static self, list: &List<'_>, profile: Profile) -> Standing {
        let Some(level) = profile.level(&self.rule) else {
            return Standing::NotConcerned;
        };
        let issued = crate::pki::certificate::instant(list.this_update);
        let issued = issued.to_zoned(jiff::tz::TimeZone::UTC).date();
        if self.since.is_some_and(|since| issued < since) {
            return Standing::NotInForce;
        }
        (self.look)(list).map_or(Standing::Clean, |sentence| {
            Standing::Faulty(Fault {
                rule: &self.rule,
                level,
                certificate: None,
                sentence,
            })
        })
    }
}

/// A CRL as it stands to every lint.
#[derive(Debug)]
pub struct Report {
    pub standings: Vec<(&'static Lint, Standing)>,
    /// Entries that were looked at; `is_cut` when there are more.
    pub entries: usize,
    pub is_cut: bool,
}

impl Report {
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.standings
            .iter()
            .filter_map(|(_, standing)| match standing {
                Standing::Faulty(fault) => Some(fault),
                Standing::Clean | Standing::NotConcerned | Standing::NotInForce => None,
            })
    }
}

/// Looks at a CRL in DER form; none when it is no CRL, or larger than one may be.
pub fn look(der: &[u8], profile: Profile) -> Option<Report> {
    let list = List::read(der)?;
    Some(Report {
        standings: LINTS
            .iter()
            .map(|lint| (lint, lint.standing(&list, profile)))
            .collect(),
        entries: list.entries.len(),
        is_cut: list.is_cut,
    })
}

/// The issuer of a CRL, and for how many days, any excess being a new one, it is in force for
/// servers: none where it is about authorities only, or does not say. None when it is no CRL.
pub fn issuer_and_days(der: &[u8]) -> Option<(&[u8], Option<i64>)> {
    let list = List::read(der)?;
    let days = list.next_update.map(|next| {
        let length = next.saturating_sub(list.this_update);
        length.saturating_add(DAY - 1).div_euclid(DAY)
    });
    Some((list.issuer, days.filter(|_| !is_of_authorities(&list))))
}

#[derive(Debug)]
struct Extension<'d> {
    oid: String,
    is_critical: bool,
    value: &'d [u8],
}

#[derive(Debug)]
struct Entry<'d> {
    serial: &'d [u8],
    revoked_at: Option<i64>,
    extensions: Vec<Extension<'d>>,
}

/// A CRL taken apart.
#[derive(Debug)]
struct List<'d> {
    inner_algorithm: &'d [u8],
    outer_algorithm: &'d [u8],
    issuer: &'d [u8],
    this_update: i64,
    next_update: Option<i64>,
    has_entries: bool,
    entries: Vec<Entry<'d>>,
    is_cut: bool,
    extensions: Vec<Extension<'d>>,
}

impl<'d> List<'d> {
    fn read(bytes: &'d [u8]) -> Option<Self> {
        if bytes.len() > MAX_CRL_BYTES {
            return None;
        }
        let whole = der::expect(der::SEQUENCE, bytes)?;
        let signed = der::expect(der::SEQUENCE, whole.content)?;
        let outer = der::expect(der::SEQUENCE, signed.rest)?;
        let mut fields = each(signed.content)
            .skip_while(|field| field.tag == der::INTEGER)
            .peekable();
        let inner = fields.next()?;
        let issuer = fields.next()?;
        let this_update = fields.next().and_then(|field| time(&field))?;
        let next_update = fields.peek().and_then(time);
        let mut list = Self {
            inner_algorithm: inner.whole,
            outer_algorithm: outer.whole,
            issuer: issuer.whole,
            this_update,
            next_update,
            has_entries: false,
            entries: Vec::new(),
            is_cut: false,
            extensions: Vec::new(),
        };
        for field in fields {
            list.fill(&field);
        }
        Some(list)
    }

    fn fill(&mut self, field: &Element<'d>) {
        match field.tag {
            der::SEQUENCE => {
                self.has_entries = true;
                let mut entries = each(field.content);
                self.entries = entries
                    .by_ref()
                    .take(MAX_ENTRIES)
                    .filter_map(|one| entry(&one))
                    .collect();
                self.is_cut = entries.next().is_some();
            }
            0xa0 => self.extensions = extensions(field.content),
            _ => {}
        }
    }

    fn extension(&self, oid: &str) -> Option<&Extension<'d>> {
        self.extensions
            .iter()
            .find(|extension| extension.oid == oid)
    }
}

fn time(field: &Element<'_>) -> Option<i64> {
    let (_, time) = ASN1Time::from_der(field.whole).ok()?;
    Some(time.timestamp())
}

fn entry<'d>(one: &Element<'d>) -> Option<Entry<'d>> {
    let serial = der::expect(der::INTEGER, one.content)?;
    let at = der::take(serial.rest)?;
    Some(Entry {
        serial: serial.content,
        revoked_at: time(&at),
        extensions: extensions(at.rest),
    })
}

fn extensions(bytes: &[u8]) -> Vec<Extension<'_>> {
    super::facts::inside(der::SEQUENCE, bytes)
        .take(64)
        .filter_map(|one| {
            let oid = der::expect(OBJECT, one.content)?;
            let (is_critical, rest) = match der::expect(1, oid.rest) {
                Some(flag) => (flag.content != [0], flag.rest),
                None => (false, oid.rest),
            };
            Some(Extension {
                oid: dotted(oid.content)?,
                is_critical,
                value: der::expect(4, rest)?.content,
            })
        })
        .collect()
}

fn reasons(list: &List<'_>) -> impl Iterator<Item = u8> {
    list.entries
        .iter()
        .flat_map(|entry| &entry.extensions)
        .filter(|extension| extension.oid == REASON)
        .filter_map(|extension| der::expect(0x0a, extension.value)?.content.last().copied())
}

fn has_twice(extensions: &[Extension<'_>]) -> bool {
    let mut known = BTreeSet::new();
    extensions
        .iter()
        .any(|extension| !known.insert(&extension.oid))
}

fn is_rsa(algorithm: &[u8]) -> Option<&[u8]> {
    let oid = der::expect(OBJECT, der::expect(der::SEQUENCE, algorithm)?.content)?;
    let is_pkcs1 = oid
        .content
        .starts_with(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1])
        && oid.content.last() != Some(&0x0a);
    is_pkcs1.then_some(oid.rest)
}

/// Days a CRL may be in force: longer when it says that it is for authorities alone.
fn most_days(list: &List<'_>) -> i64 {
    if is_of_authorities(list) { 366 } else { 10 }
}

fn is_of_authorities(list: &List<'_>) -> bool {
    list.extension(SCOPE).is_some_and(|scope| {
        super::facts::inside(der::SEQUENCE, scope.value)
            .any(|part| part.tag == 0x82 && part.content != [0])
    })
}

static LINTS: &[Lint] = &[
    Lint::new("crl_next_update_missing", "RFC 5280 5.1.2.5", |list| {
        list.next_update
            .is_none()
            .then(|| "does not say when the next one comes".into())
    }),
    Lint::new("crl_window_too_long", "CA/Browser Forum BR 4.9.7", |list| {
        let most = most_days(list);
        let length = list.next_update?.saturating_sub(list.this_update);
        (length > most * DAY).then(|| {
            format!(
                "is in force for {} days; {most} are allowed",
                length.saturating_add(DAY - 1) / DAY
            )
        })
    })
    .web()
    .since(2023, 7, 15),
    Lint::new("crl_window_negative", "RFC 5280 5.1.2.5", |list| {
        (list.next_update? < list.this_update).then(|| "ends before it begins".into())
    }),
    Lint::new("crl_number_missing", "RFC 5280 5.2.3", |list| {
        list.extension(NUMBER)
            .is_none()
            .then(|| "has no number".into())
    }),
    Lint::new(
        "crl_number_out_of_range",
        "CA/Browser Forum BR 7.2.2",
        |list| {
            let number = list
                .extension(NUMBER)
                .and_then(|number| der::expect(der::INTEGER, number.value));
            let is_sound = number.is_some_and(|number| {
                number.content.len() <= 20
                    && number.content.first().is_some_and(|first| *first < 0x80)
            });
            (!is_sound).then(|| "has no number from 0 to 2^159".into())
        },
    ),
    Lint::new("crl_aki_missing", "RFC 5280 5.2.1", |list| {
        list.extension(AKI)
            .is_none()
            .then(|| "does not identify its issuer's key".into())
    }),
    Lint::new(
        "crl_aki_names_issuer",
        "CA/Browser Forum BR 7.2.2",
        |list| {
            let parts = super::facts::inside(der::SEQUENCE, list.extension(AKI)?.value);
            let only_key = parts.into_iter().all(|part| part.tag == 0x80);
            (!only_key).then(|| "identifies its issuer by more than its key".into())
        },
    )
    .web()
    .since(2024, 3, 15),
    Lint::new("crl_extension_flags", "CA/Browser Forum BR 7.2.2", |list| {
        let wrong = list
            .extensions
            .iter()
            .find(|extension| match extension.oid.as_str() {
                AKI | NUMBER => extension.is_critical,
                SCOPE => !extension.is_critical,
                _ => false,
            })?;
        Some(format!(
            "marks the extension {} otherwise than it must",
            wrong.oid
        ))
    })
    .web(),
    Lint::new(
        "crl_extension_not_wanted",
        "CA/Browser Forum BR 7.2.2",
        |list| {
            let odd = list
                .extensions
                .iter()
                .find(|extension| ![AKI, NUMBER, SCOPE].contains(&extension.oid.as_str()))?;
            Some(format!(
                "has the extension {}, which is not recommended",
                odd.oid
            ))
        },
    )
    .web(),
    Lint::new("crl_extension_twice", "RFC 5280 5.2", |list| {
        has_twice(&list.extensions).then(|| "has an extension twice".into())
    }),
    Lint::new("crl_entry_extension_twice", "RFC 5280 5.3", |list| {
        list.entries
            .iter()
            .any(|entry| has_twice(&entry.extensions))
            .then(|| "has an entry with an extension twice".into())
    }),
    Lint::new("crl_list_empty", "RFC 5280 5.1.2.6", |list| {
        (list.has_entries && list.entries.is_empty() && !list.is_cut)
            .then(|| "has a list of revoked certificates with nothing in it".into())
    }),
    Lint::new("crl_serial_twice", "RFC 5280 5.1.2.6", |list| {
        let mut known = BTreeSet::new();
        list.entries
            .iter()
            .any(|entry| !known.insert(entry.serial))
            .then(|| "revokes a certificate twice".into())
    }),
    Lint::new("crl_revoked_in_future", "RFC 5280 5.1.2.6", |list| {
        list.entries
            .iter()
            .any(|entry| entry.revoked_at.is_some_and(|at| at > list.this_update))
            .then(|| "revokes a certificate at a time after its own".into())
    }),
    Lint::new("crl_reason_unknown", "RFC 5280 5.3.1", |list| {
        let reason = reasons(list).find(|reason| matches!(reason, 0 | 7 | 11..))?;
        Some(format!(
            "gives the reason {reason}, which should not be written"
        ))
    }),
    Lint::new(
        "crl_reason_not_permitted",
        "CA/Browser Forum BR 7.2.2.1",
        |list| {
            let reason = reasons(list).find(|reason| ![1, 3, 4, 5, 9].contains(reason))?;
            Some(format!(
                "gives the reason {reason}, which web authorities must not"
            ))
        },
    )
    .web()
    .since(2023, 7, 15),
    Lint::new(
        "crl_reason_critical",
        "CA/Browser Forum BR 7.2.2.1",
        |list| {
            list.entries
                .iter()
                .flat_map(|entry| &entry.extensions)
                .any(|extension| extension.oid == REASON && extension.is_critical)
                .then(|| "marks a reason as critical".into())
        },
    )
    .web(),
    Lint::new("crl_rsa_without_null", "RFC 4055 2.1", |list| {
        let is_bare = [list.inner_algorithm, list.outer_algorithm]
            .into_iter()
            .filter_map(is_rsa)
            .any(|parameters| parameters != [5, 0]);
        is_bare.then(|| "does not write NULL behind its RSA algorithm".into())
    })
    .since(2008, 5, 1),
    Lint::new("crl_algorithms_differ", "RFC 5280 5.1.1.2", |list| {
        (list.inner_algorithm != list.outer_algorithm)
            .then(|| "names one signature algorithm inside and another outside".into())
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_crl_is_not_looked_at() {
        for bytes in [&[][..], &[0x30, 0], &[0x30, 2, 0x30, 0], &[0xff; 64]] {
            assert!(look(bytes, Profile::Public).is_none());
        }
    }

    #[test]
    fn every_rule_has_its_own_id() {
        let ids: BTreeSet<_> = LINTS.iter().map(|lint| lint.rule.id).collect();
        assert_eq!(ids.len(), LINTS.len());
    }
}
