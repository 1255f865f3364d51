//! What each path holds: a pack, a declaration, a folder of certificates, or a file of them.
//!
//! Only certificates of servers are compared. Authorities are sent along by everybody who has a
//! certificate of theirs, so that they say nothing.

use super::super::certificate::files::{self, MOST_IN_A_CHAIN};
use super::super::exit::{BadInput, Problems};
use super::{Comparison, Declarant, Place, Remark};
use crate::import::{self, OpenError};
use crate::model::fields::{certificate as field, endpoint, organisation};
use crate::model::{Bundle, Declaration, Subject, SubjectKind, fold_name};
use crate::pki::Certificate;
use crate::pki::reuse::Declared;
use anyhow::{Context, Result, anyhow};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Files of one folder.
const MAX_FILES: usize = 10_000;
const DECLARATIONS: [&str; 3] = ["json", "yaml", "yml"];
/// How the names of certificates end.
const CERTIFICATES: [&str; 5] = ["cer", "cert", "crt", "der", "pem"];
const SUBMISSIONS: [&str; 3] = ["submission.json", "submission.yaml", "submission.yml"];

pub(super) fn gather(paths: &[PathBuf]) -> Result<Comparison> {
    let mut gathering = Gathering::default();
    for path in paths {
        gathering.path(path)?;
    }
    Ok(gathering.compared)
}

#[derive(Default)]
struct Gathering {
    compared: Comparison,
    /// By what each declarant is known again; as long as the declarants.
    keys: Vec<String>,
}

impl Gathering {
    fn path(&mut self, path: &Path) -> Result<()> {
        let name = path.display();
        let found = fs::metadata(path).with_context(|| format!("open {name}"))?;
        let is_pack = || SUBMISSIONS.iter().any(|main| path.join(main).exists());
        if found.is_dir() {
            return if is_pack() {
                self.declaration(path)
            } else {
                self.folder(path)
            };
        }
        if !found.is_file() {
            return Err(bad(format!("{name} is neither a file nor a folder")));
        }
        if ends_in(path, &DECLARATIONS) {
            return self.declaration(path);
        }
        let declarant = self.stranger(path);
        let contents = files::read(path, MOST_IN_A_CHAIN)?;
        if contents.certificates.is_empty() && contents.incidents.is_empty() {
            return Err(bad(format!("{name} holds no certificate")));
        }
        self.contents(&declarant, path, &contents);
        Ok(())
    }

    /// A declarant of whom nothing but the path is known.
    fn stranger(&mut self, path: &Path) -> String {
        let real = fs::canonicalize(path).unwrap_or_else(|_| path.into());
        let key = format!("path {}", real.display());
        self.declarant(&key, &path.display().to_string(), path)
    }

    fn declarant(&mut self, key: &str, name: &str, path: &Path) -> String {
        let path = path.display().to_string();
        let known = self.keys.iter().position(|known| known == key);
        let known = known.and_then(|at| self.compared.declarants.get_mut(at));
        if let Some(declarant) = known {
            declarant.paths.push(path);
            return declarant.name.clone();
        }
        // Two that call themselves the same and are not must stay apart.
        let is_taken = |name: &str| self.compared.declarants.iter().any(|one| one.name == name);
        let name = if is_taken(name) {
            format!("{name}, {path}")
        } else {
            name.to_owned()
        };
        self.keys.push(key.to_owned());
        self.compared.declarants.push(Declarant {
            name: name.clone(),
            paths: vec![path],
        });
        name
    }

    fn folder(&mut self, path: &Path) -> Result<()> {
        let name = path.display().to_string();
        let files = certificate_files(path)?;
        if files.is_empty() {
            return Err(bad(format!(
                "{name} holds neither a submission.yaml nor files of certificates ({})",
                CERTIFICATES.map(|ending| format!(".{ending}")).join(", ")
            )));
        }
        let declarant = self.stranger(path);
        for file in files {
            match files::read(&file, MOST_IN_A_CHAIN) {
                Ok(contents) => self.contents(&declarant, &file, &contents),
                Err(error) => self.not_compared(&declarant, &file.display().to_string(), {
                    format!("failed to {error:#}")
                }),
            }
        }
        Ok(())
    }

    /// A file of certificates: its servers', at the first name of each.
    fn contents(&mut self, declarant: &str, path: &Path, contents: &crate::pki::Contents) {
        let file = path.display().to_string();
        for incident in &contents.incidents {
            self.compared.incidents.push(Remark {
                declarant: declarant.into(),
                what: file.clone(),
                why: incident.sentence(),
            });
        }
        let mut own = 0;
        for (at, der) in contents.certificates.iter().enumerate() {
            let Ok(certificate) = Certificate::parse(der) else {
                continue;
            };
            if is_of_a_server(&certificate, at == 0) {
                own += 1;
                self.certificate(declarant, None, &file, &certificate);
            }
        }
        if own == 0 && contents.incidents.is_empty() {
            let what = if contents.certificates.is_empty() {
                "it holds no certificate"
            } else {
                "it holds certificates of authorities only"
            };
            self.not_compared(declarant, &file, what.into());
        }
    }

    fn declaration(&mut self, path: &Path) -> Result<()> {
        let opened = match import::open(path) {
            Err(OpenError::Problems(problems)) => return Err(anyhow!(Problems(problems))),
            opened => opened?,
        };
        let declaration = opened.declaration;
        let subject = &declaration.organisation;
        let name = match (
            subject.text(organisation::NAME),
            subject.text(organisation::ODS_CODE),
        ) {
            (Some(name), Some(code)) => format!("{name} ({code})"),
            _ => subject.id.clone(),
        };
        let declarant = if subject.id.is_empty() {
            self.stranger(path)
        } else {
            let key = format!("organisation {}", fold_name(&subject.id));
            self.declarant(&key, &name, path)
        };
        let certificates = declaration.list(SubjectKind::Certificate);
        for certificate in certificates.unwrap_or_default() {
            self.declared(&declarant, path, &declaration, certificate);
        }
        self.not_listed(&declarant, path, &declaration);
        Ok(())
    }

    /// A certificate of a declaration, at each host whose endpoint names it.
    fn declared(
        &mut self,
        declarant: &str,
        path: &Path,
        declaration: &Declaration,
        subject: &Subject,
    ) {
        let place = format!("{}: certificate `{}`", path.display(), subject.id);
        if subject.boolean(field::PRIVATE_KEY_SENT) == Some(true) {
            self.compared.incidents.push(Remark {
                declarant: declarant.into(),
                what: place.clone(),
                why: "a private key was sent with it: treat the key as compromised; it was \
                      neither read nor kept"
                    .into(),
            });
        }
        let Some(bundle) = declaration.bundles.get(&subject.id) else {
            return self.not_compared(declarant, &place, "its file was not sent".into());
        };
        let endpoints = declaration.list(SubjectKind::Endpoint).unwrap_or_default();
        let mut hosts: Vec<_> = endpoints
            .iter()
            .filter(|endpoint| endpoint.text(endpoint::CERTIFICATE) == Some(&subject.id))
            .map(|endpoint| endpoint.text(endpoint::HOST).unwrap_or(&endpoint.id))
            .collect();
        hosts.sort_unstable();
        hosts.dedup();
        self.bundle(declarant, &hosts, &place, bundle);
    }

    fn bundle(&mut self, declarant: &str, hosts: &[&str], place: &str, bundle: &Bundle) {
        if let Ok(leaf) = Certificate::parse(&bundle.leaf) {
            // What an endpoint serves is its own, whatever it says of itself.
            if hosts.is_empty() && !is_of_a_server(&leaf, true) {
                let why = "it is the certificate of an authority, and no endpoint serves it";
                self.not_compared(declarant, place, why.into());
            } else if hosts.is_empty() {
                self.certificate(declarant, None, place, &leaf);
            }
            for host in hosts {
                self.certificate(declarant, Some(host), place, &leaf);
            }
        }
        for der in &bundle.others {
            if let Ok(other) = Certificate::parse(der)
                && is_of_a_server(&other, false)
            {
                self.certificate(declarant, None, place, &other);
            }
        }
    }

    /// Endpoints that serve something whose key nobody was told.
    fn not_listed(&mut self, declarant: &str, path: &Path, declaration: &Declaration) {
        let endpoints = declaration.list(SubjectKind::Endpoint).unwrap_or_default();
        for endpoint in endpoints {
            let id = endpoint.text(endpoint::CERTIFICATE);
            let found = id.and_then(|id| declaration.find(SubjectKind::Certificate, id));
            if found.is_none() {
                let what = format!("{}: endpoint `{}`", path.display(), endpoint.id);
                let why = "its certificate is not declared";
                self.not_compared(declarant, &what, why.into());
            }
        }
    }

    fn certificate(
        &mut self,
        declarant: &str,
        host: Option<&str>,
        file: &str,
        certificate: &Certificate<'_>,
    ) {
        let first = certificate.hosts().next().or_else(|| certificate.subject());
        let host = host.map_or(first.unwrap_or_default(), str::to_owned);
        let day = |instant: jiff::Timestamp| instant.strftime("%Y-%m-%d").to_string();
        let (from, to) = (certificate.not_before(), certificate.not_after());
        let declared = Declared::new(declarant, &host, certificate);
        self.compared.declared.push(declared);
        self.compared.places.push(Place {
            file: file.into(),
            window: format!("{} to {}", day(from), day(to)),
        });
    }

    fn not_compared(&mut self, declarant: &str, what: &str, why: String) {
        self.compared.not_compared.push(Remark {
            declarant: declarant.into(),
            what: what.into(),
            why,
        });
    }
}

/// Whether its key is one that the declarant has: authorities' are not, nor are roots without the
/// mark of one. What signed itself stands first where it is a server's.
fn is_of_a_server(certificate: &Certificate<'_>, is_first: bool) -> bool {
    let has_names = certificate.hosts().next().is_some();
    if certificate.is_ca() {
        return is_first && has_names;
    }
    is_first || has_names || !certificate.is_self_issued()
}

fn certificate_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let name = folder.display();
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("read {name}"))? {
        let path = entry.with_context(|| format!("read {name}"))?.path();
        if !ends_in(&path, &CERTIFICATES) || !path.is_file() {
            continue;
        }
        if files.len() == MAX_FILES {
            return Err(bad(format!("{name} holds more than {MAX_FILES} files")));
        }
        files.push(path);
    }
    files.sort();
    Ok(files)
}

fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(OsStr::to_str);
    ending.is_some_and(|ending| endings.iter().any(|one| ending.eq_ignore_ascii_case(one)))
}

fn bad(message: String) -> anyhow::Error {
    anyhow!(BadInput(message))
}
