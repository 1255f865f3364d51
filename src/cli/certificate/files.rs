//! Certificate files from disk, within bounds.

use super::super::exit::BadInput;
use crate::pki::{self, Contents, container};
use anyhow::{Context, Result, anyhow};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(in crate::cli) const MOST_IN_A_CHAIN: usize = container::MAX_CERTIFICATES;
/// Root stores of systems hold some hundreds.
const MOST_IN_A_STORE: usize = 1_000;
/// A CRL as PEM, with its line ends.
const MAX_FILE_BYTES: u64 = container::MAX_CRL_BYTES as u64 * 3 / 2;

/// Reads one file. What is not there or cannot be read is one error, what holds something else
/// another.
pub(in crate::cli) fn read(path: &Path, most: usize) -> Result<Contents> {
    let name = path.display();
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(|| format!("open {name}"))?;
    // One byte more than allowed tells a file that is too long, even one that grows.
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("read {name}"))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let message = format!("{name} is longer than {} MB", MAX_FILE_BYTES >> 20);
        return Err(anyhow!(BadInput(message)));
    }
    container::read_up_to(&bytes, most)
        .map_err(|error| anyhow!(BadInput(format!("{name}: {error}"))))
}

/// All certificates of some files.
pub(in crate::cli) fn certificates(paths: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for path in paths {
        let contents = read_public(path)?;
        if contents.certificates.is_empty() {
            let message = format!("{}: it holds no certificate", path.display());
            return Err(anyhow!(BadInput(message)));
        }
        all.extend(contents.certificates);
    }
    Ok(all)
}

/// All CRLs of some files, each with the name of its file.
pub(super) fn crls(paths: &[PathBuf]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut all = Vec::new();
    for path in paths {
        let contents = read_public(path)?;
        if contents.crls.is_empty() {
            let message = format!("{}: it holds no CRL", path.display());
            return Err(anyhow!(BadInput(message)));
        }
        let name = path.display().to_string();
        all.extend(contents.crls.into_iter().map(|crl| (name.clone(), crl)));
    }
    Ok(all)
}

fn read_public(path: &Path) -> Result<Contents> {
    let contents = read(path, MOST_IN_A_STORE)?;
    match contents.incidents.first() {
        None => Ok(contents),
        Some(incident) => {
            let message = format!("{}: {}", path.display(), incident.sentence());
            Err(anyhow!(BadInput(message)))
        }
    }
}

/// The server's certificate and what was sent with it: the first, as servers send it; in a bundle
/// that begins with its authorities, the only one that is none.
pub(super) fn leaf_first(certificates: &[Vec<u8>]) -> Option<(&[u8], Vec<&[u8]>)> {
    let is_end = |der: &Vec<u8>| pki::Certificate::parse(der).is_ok_and(|read| !read.is_ca());
    let mut ends = (0..certificates.len()).filter(|at| certificates.get(*at).is_some_and(is_end));
    let leaf = match (ends.next(), ends.next()) {
        (Some(only), None) => only,
        _ => 0,
    };
    let others = certificates
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != leaf)
        .map(|(_, der)| der.as_slice())
        .collect();
    Some((certificates.get(leaf)?, others))
}
