//! Certificate policies: named once, and with nothing that clients cannot use.

use super::facts::{MAPPINGS, OBJECT, POLICIES, each, has, inside, text, value};
use super::{Lint, On, Seen};
use crate::pki::der;
use std::collections::BTreeSet;

const STANDARD: &str = "RFC 5280 4.2.1.4";
const MAPPED: &str = "RFC 5280 4.2.1.5";
const BR: &str = "CA/Browser Forum BR 7.1.2.7.9";
const FIX: &str = "have the certificate issued anew with policies as its profile asks";

const ANY: &[u8] = &[0x55, 0x1d, 0x20, 0];
const CPS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 2, 1];
const NOTICE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 2, 2];
/// Domain, organisation, individual and extended validation of the CA/Browser Forum.
const RESERVED: [&[u8]; 4] = [
    &[0x67, 0x81, 0x0c, 1, 2, 1],
    &[0x67, 0x81, 0x0c, 1, 2, 2],
    &[0x67, 0x81, 0x0c, 1, 2, 3],
    &[0x67, 0x81, 0x0c, 1, 1],
];

/// A policy and its qualifiers: what kind, and what it says.
#[derive(Debug)]
struct Policy<'s> {
    oid: &'s [u8],
    qualifiers: Vec<(&'s [u8], &'s [u8])>,
}

fn policies<'s>(seen: &Seen<'s>) -> Vec<Policy<'s>> {
    inside(der::SEQUENCE, value(seen, POLICIES).unwrap_or_default())
        .take(200)
        .filter_map(|policy| read(policy.content))
        .collect()
}

fn read(content: &[u8]) -> Option<Policy<'_>> {
    let oid = der::expect(OBJECT, content)?;
    let qualifiers = inside(der::SEQUENCE, oid.rest)
        .take(50)
        .filter_map(|qualifier| {
            let kind = der::expect(OBJECT, qualifier.content)?;
            Some((kind.content, kind.rest))
        })
        .collect();
    Some(Policy {
        oid: oid.content,
        qualifiers,
    })
}

/// Explicit texts of user notices, each with its tag.
fn texts<'s>(seen: &Seen<'s>) -> Vec<(u8, &'s [u8])> {
    let mut texts = Vec::new();
    for policy in policies(seen) {
        let notices = policy.qualifiers.iter().filter(|(kind, _)| *kind == NOTICE);
        for (_, notice) in notices {
            let parts = inside(der::SEQUENCE, notice).filter(|part| part.tag != der::SEQUENCE);
            texts.extend(parts.map(|part| (part.tag, part.content)));
        }
    }
    texts
}

fn mappings<'s>(seen: &Seen<'s>) -> Vec<(&'s [u8], &'s [u8])> {
    inside(der::SEQUENCE, value(seen, MAPPINGS).unwrap_or_default())
        .take(200)
        .filter_map(|pair| {
            let issuer = der::expect(OBJECT, pair.content)?;
            let subject = der::expect(OBJECT, issuer.rest)?;
            Some((issuer.content, subject.content))
        })
        .collect()
}

/// Characters in a text of one of ASN.1's kinds.
fn characters(tag: u8, bytes: &[u8]) -> usize {
    match tag {
        0x0c => text(bytes).chars().count(),
        0x1e => bytes.len() / 2,
        _ => bytes.len(),
    }
}

fn holds_control(tag: u8, bytes: &[u8]) -> bool {
    tag == 0x0c && text(bytes).chars().any(char::is_control)
}

pub(super) const LINTS: &[Lint] = &[
    Lint::form("policy_twice", On::All, STANDARD, FIX, |seen| {
        let mut known = BTreeSet::new();
        policies(seen)
            .iter()
            .any(|policy| !known.insert(policy.oid))
            .then(|| "names a policy twice".into())
    })
    .since(2008, 5, 1),
    Lint::form("any_policy_qualifier", On::All, STANDARD, FIX, |seen| {
        policies(seen)
            .iter()
            .filter(|policy| policy.oid == ANY)
            .flat_map(|policy| &policy.qualifiers)
            .any(|(kind, _)| ![CPS, NOTICE].contains(kind))
            .then(|| "explains `any policy` in a way that is not allowed".into())
    }),
    Lint::form("policy_text_too_long", On::All, STANDARD, FIX, |seen| {
        texts(seen)
            .iter()
            .any(|(tag, text)| characters(*tag, text) > 200)
            .then(|| "explains a policy in more than 200 characters".into())
    })
    .since(2013, 1, 1),
    Lint::form("policy_text_ia5", On::All, STANDARD, FIX, |seen| {
        texts(seen)
            .iter()
            .any(|(tag, _)| *tag == 0x16)
            .then(|| "explains a policy in an IA5String".into())
    })
    .since(2013, 1, 1),
    Lint::form("policy_text_control", On::All, "RFC 6818 3", FIX, |seen| {
        texts(seen)
            .iter()
            .any(|(tag, text)| holds_control(*tag, text))
            .then(|| "explains a policy with control characters".into())
    })
    .since(2013, 1, 1),
    Lint::form("policy_notice_reference", On::All, STANDARD, FIX, |seen| {
        policies(seen)
            .iter()
            .flat_map(|policy| &policy.qualifiers)
            .filter(|(kind, _)| *kind == NOTICE)
            .any(|(_, notice)| inside(der::SEQUENCE, notice).any(|part| part.tag == der::SEQUENCE))
            .then(|| "refers to a notice elsewhere".into())
    })
    .since(2008, 5, 1),
    Lint::web("policy_qualifier_not_cps", On::Issued, BR, FIX, |seen| {
        policies(seen)
            .iter()
            .flat_map(|policy| &policy.qualifiers)
            .any(|(kind, _)| *kind != CPS)
            .then(|| "explains a policy by other means than an address".into())
    })
    .since(2023, 9, 15),
    Lint::web("cps_not_http", On::Leaf, BR, FIX, |seen| {
        policies(seen)
            .iter()
            .flat_map(|policy| &policy.qualifiers)
            .filter(|(kind, _)| *kind == CPS)
            .any(|(_, url)| !is_http(url))
            .then(|| "gives its practice statement at something that is no HTTP address".into())
    })
    .since(2023, 9, 15),
    Lint::web(
        "ca_policies_unsound",
        On::Intermediates,
        "CA/Browser Forum BR 7.1.2.10.5",
        FIX,
        |seen| {
            let policies = policies(seen);
            let has_any = policies.iter().any(|policy| policy.oid == ANY);
            let reserved = policies
                .iter()
                .filter(|policy| RESERVED.contains(&policy.oid))
                .count();
            let is_sound = if has_any {
                policies.len() == 1
            } else {
                reserved >= 1
            };
            (!is_sound)
                .then(|| "names neither `any policy` alone nor one of the Forum's policies".into())
        },
    )
    .since(2023, 9, 15),
    Lint::web("policies_empty", On::Leaf, BR, FIX, |seen| {
        (!has(seen, POLICIES) || policies(seen).is_empty())
            .then(|| "says nothing of the policy it was issued under".into())
    })
    .since(2012, 7, 1)
    .public(Some(super::Level::Info)),
    Lint::form("policy_mapping_any", On::All, MAPPED, FIX, |seen| {
        mappings(seen)
            .iter()
            .any(|(issuer, subject)| *issuer == ANY || *subject == ANY)
            .then(|| "maps `any policy`".into())
    }),
    Lint::form("policy_mapping_unnamed", On::All, MAPPED, FIX, |seen| {
        let policies = policies(seen);
        mappings(seen)
            .iter()
            .any(|(issuer, _)| !policies.iter().any(|policy| policy.oid == *issuer))
            .then(|| "maps a policy that it does not name".into())
    }),
    Lint::form(
        "policy_constraints_empty",
        On::All,
        "RFC 5280 4.2.1.11",
        FIX,
        |seen| {
            (value(seen, "2.5.29.36")? == [0x30, 0])
                .then(|| "constrains policies to nothing".into())
        },
    ),
];

fn is_http(url: &[u8]) -> bool {
    each(url).next().is_some_and(|url| {
        let url = text(url.content).to_ascii_lowercase();
        ["http://", "https://"]
            .iter()
            .any(|start| url.strip_prefix(start).is_some_and(|rest| !rest.is_empty()))
    })
}
