//! Shared keys for machines. Within a version keys are added, never renamed.

use super::{Comparison, Remark};
use crate::pki::reuse::{Declared, Reuse};
use anyhow::{Context, Result};
use serde::Serialize;

const VERSION: u32 = 1;

#[derive(Debug, Serialize)]
struct Document<'c> {
    version: u32,
    /// `pass`, `fail` or `unknown`.
    outcome: &'static str,
    declarants: Vec<Who<'c>>,
    /// Every certificate at every host that it is declared for.
    certificates: Vec<Certificate<'c>>,
    findings: Vec<Finding<'c>>,
    not_compared: Vec<Told<'c>>,
    incidents: Vec<Told<'c>>,
}

#[derive(Debug, Serialize)]
struct Who<'c> {
    name: &'c str,
    paths: &'c [String],
}

#[derive(Debug, Serialize)]
struct Certificate<'c> {
    declarant: &'c str,
    host: &'c str,
    place: &'c str,
    is_wildcard: bool,
    sha256: &'c str,
    key_sha256: &'c str,
}

#[derive(Debug, Serialize)]
struct Finding<'c> {
    id: &'static str,
    level: &'static str,
    message: &'c str,
    fix: &'static str,
    key_sha256: &'c str,
    declarants: Vec<&'c str>,
    /// Indexes into `certificates`.
    certificates: &'c [usize],
}

#[derive(Debug, Serialize)]
struct Told<'c> {
    declarant: &'c str,
    what: &'c str,
    why: &'c str,
}

pub(super) fn render(compared: &Comparison) -> Result<String> {
    let places = compared.declared.iter().zip(&compared.places);
    let document = Document {
        version: VERSION,
        outcome: compared.outcome().name(),
        declarants: compared
            .declarants
            .iter()
            .map(|one| Who {
                name: &one.name,
                paths: &one.paths,
            })
            .collect(),
        certificates: places
            .map(|(declared, place)| certificate(declared, &place.file))
            .collect(),
        findings: compared.found.iter().map(finding).collect(),
        not_compared: compared.not_compared.iter().map(told).collect(),
        incidents: compared.incidents.iter().map(told).collect(),
    };
    let text = serde_json::to_string_pretty(&document).context("write the report")?;
    Ok(text + "\n")
}

fn certificate<'c>(declared: &'c Declared, place: &'c str) -> Certificate<'c> {
    Certificate {
        declarant: &declared.declarant,
        host: &declared.host,
        place,
        is_wildcard: declared.is_wildcard,
        sha256: &declared.certificate,
        key_sha256: &declared.key,
    }
}

fn finding(found: &Reuse) -> Finding<'_> {
    Finding {
        id: found.rule.id,
        level: found.level.name(),
        message: &found.sentence,
        fix: found.rule.fix,
        key_sha256: &found.key,
        declarants: found.declarants.iter().map(String::as_str).collect(),
        certificates: &found.indexes,
    }
}

fn told(remark: &Remark) -> Told<'_> {
    Told {
        declarant: &remark.declarant,
        what: &remark.what,
        why: &remark.why,
    }
}
