//! Verdicts on certificates for machines. Within a version keys are added, never renamed.

use super::Judged;
use super::crl::Crl;
use crate::pki::{Fault, Link, NotDecided, Verdict};
use anyhow::{Context, Result};
use serde::Serialize;

const VERSION: u32 = 1;

#[derive(Debug, Serialize)]
struct Document<'v> {
    version: u32,
    certificates: Vec<File<'v>>,
    /// How the lists named with --crl are written.
    crls: Vec<List<'v>>,
}

#[derive(Debug, Serialize)]
struct List<'v> {
    file: &'v str,
    faults: Vec<Told<'v>>,
    entries_looked_at: usize,
    has_more_entries: bool,
}

#[derive(Debug, Serialize)]
struct File<'v> {
    #[serde(rename = "file")]
    name: &'v str,
    /// `pass`, `fail` or `unknown`: of everything.
    outcome: &'static str,
    /// The same, of trust, time, name and revocation alone.
    path_outcome: Option<&'static str>,
    at: Option<String>,
    profile: Option<&'static str>,
    host: Option<&'v str>,
    roots: Option<RootSet<'v>>,
    reaches_root: bool,
    path: Vec<Certificate<'v>>,
    faults: Vec<Told<'v>>,
    not_decided: Vec<Open<'v>>,
    /// `name`, `revocation`: left out, as nothing to ask them by was given.
    not_asked: Vec<&'static str>,
    incidents: Vec<Incident<'v>>,
}

#[derive(Debug, Serialize)]
struct RootSet<'v> {
    name: &'v str,
    count: usize,
    sha256: &'v str,
}

#[derive(Debug, Serialize)]
struct Certificate<'v> {
    role: &'static str,
    subject: &'v str,
    issuer: &'v str,
    sans: &'v [String],
    not_before: Option<String>,
    not_after: Option<String>,
    key: &'v str,
    signature: &'v str,
    serial: &'v str,
    sha256: &'v str,
    key_sha256: &'v str,
}

#[derive(Debug, Serialize)]
struct Told<'v> {
    id: &'static str,
    area: &'static str,
    level: &'static str,
    /// Index into `path`; null where it is about the path as a whole.
    certificate: Option<usize>,
    message: &'v str,
    standard: &'static str,
    fix: &'static str,
}

#[derive(Debug, Serialize)]
struct Open<'v> {
    id: &'static str,
    certificate: Option<usize>,
    message: &'v str,
}

#[derive(Debug, Serialize)]
struct Incident<'v> {
    id: &'static str,
    label: &'v str,
    line: Option<usize>,
    message: String,
}

pub(super) fn render(judged: &[Judged], crls: &[Crl]) -> Result<String> {
    let document = Document {
        version: VERSION,
        certificates: judged.iter().map(file).collect(),
        crls: crls.iter().map(list_of).collect(),
    };
    let text = serde_json::to_string_pretty(&document).context("write the report")?;
    Ok(text + "\n")
}

fn list_of(crl: &Crl) -> List<'_> {
    List {
        file: &crl.file,
        faults: crl.faults.iter().map(told).collect(),
        entries_looked_at: crl.entries,
        has_more_entries: crl.is_cut,
    }
}

fn file(judged: &Judged) -> File<'_> {
    let verdict = judged.verdict.as_ref();
    File {
        name: &judged.file,
        outcome: judged.outcome().name(),
        path_outcome: verdict.map(|verdict| verdict.path_outcome().name()),
        at: verdict.map(|verdict| verdict.clock.to_string()),
        profile: verdict.map(|verdict| verdict.profile.name()),
        host: verdict.and_then(|verdict| verdict.host.as_deref()),
        roots: verdict.map(roots),
        reaches_root: verdict.is_some_and(|verdict| verdict.reaches_root),
        path: list(verdict, |verdict| &verdict.path, certificate),
        faults: list(verdict, |verdict| &verdict.faults, told),
        not_decided: list(verdict, |verdict| &verdict.not_decided, open),
        not_asked: judged.not_asked.iter().map(|part| part.name()).collect(),
        incidents: judged.incidents.iter().map(incident).collect(),
    }
}

fn list<'v, T: 'v, U>(
    verdict: Option<&'v Verdict>,
    of: impl Fn(&'v Verdict) -> &'v Vec<T>,
    write: impl Fn(&'v T) -> U,
) -> Vec<U> {
    verdict.into_iter().flat_map(of).map(write).collect()
}

fn roots(verdict: &Verdict) -> RootSet<'_> {
    RootSet {
        name: &verdict.roots.name,
        count: verdict.roots.count,
        sha256: &verdict.roots.sha256,
    }
}

fn certificate(link: &Link) -> Certificate<'_> {
    Certificate {
        role: link.role.name(),
        subject: &link.subject,
        issuer: &link.issuer,
        sans: &link.sans,
        not_before: link.not_before.map(|instant| instant.to_string()),
        not_after: link.not_after.map(|instant| instant.to_string()),
        key: &link.key,
        signature: &link.signature,
        serial: &link.serial,
        sha256: &link.sha256,
        key_sha256: &link.key_sha256,
    }
}

fn told(fault: &Fault) -> Told<'_> {
    Told {
        id: fault.rule.id,
        area: fault.rule.area.name(),
        level: fault.level.name(),
        certificate: fault.certificate,
        message: &fault.sentence,
        standard: fault.rule.standard,
        fix: fault.rule.fix,
    }
}

fn open(open: &NotDecided) -> Open<'_> {
    Open {
        id: open.id,
        certificate: open.certificate,
        message: &open.sentence,
    }
}

fn incident(incident: &crate::pki::Incident) -> Incident<'_> {
    Incident {
        id: "private_key_in_declaration",
        label: &incident.label,
        line: incident.line,
        message: incident.sentence(),
    }
}
