//! `passmuster certificate`: judges certificates in files, without a declaration around them.

mod crl;
pub(super) mod files;
mod json;
mod terminal;

use super::exit::{BadInput, ExitStatus};
use super::output::Screen;
use super::revocation;
use super::rules::print;
use super::weak_keys;
use crate::model::{Outcome, london, read_date};
use crate::pki::{Host, Incident, Profile, Request, Roots, Thresholds, Verdict, judge};
use crate::probe::{Allowed, List, Lists, Settings, SystemResolver, fetch_lists, list_urls};
use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use std::path::PathBuf;
use std::sync::Arc;

/// Judge certificates in files: path, time, name, key and revocation.
#[derive(Debug, Args)]
#[command(
    after_help = "Each file holds one server's certificate, with its intermediates or without.

Examples:
  passmuster certificate portal.pem --host portal.example
  passmuster certificate portal.pem --roots trust-root.pem --crl issuing.crl
  passmuster certificate portal.pem --fetch-crls

The name is asked with --host only, revocation with --crl or --fetch-crls only; the
report says what was not asked. Nothing is fetched without --fetch-crls, nor from an
address that is not on the internet; a list that could not be had clears nobody.

Exit status: 0 nothing that was asked is wrong, 1 something is wrong or not decided,
2 a file holds something else, 3 a file could not be read."
)]
pub(super) struct Certificate {
    /// PEM or DER files, a server's certificate first.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The name or address that clients ask for.
    #[arg(long, value_name = "NAME", value_parser = host)]
    host: Option<Host>,

    /// Roots to end at; may be repeated [default: the web's].
    #[arg(long, value_name = "PEM")]
    roots: Vec<PathBuf>,

    /// Intermediates beyond those in the file; may be repeated.
    #[arg(long, value_name = "PEM")]
    intermediates: Vec<PathBuf>,

    /// Revocation lists, as PEM or DER; may be repeated.
    #[arg(long = "crl", value_name = "FILE")]
    crls: Vec<PathBuf>,

    /// Fetch the lists that the certificates name, over http or https, with each address checked.
    #[arg(long)]
    fetch_crls: bool,

    /// With --fetch-crls, reach this network and port although it is not on the internet:
    /// 10.0.0.0/8:80.
    #[arg(long = "allow", value_name = "NETWORK:PORT", requires = "fetch_crls")]
    allowed: Vec<Allowed>,

    /// Keys known to be weak: a file with a SHA-256 of a public key or an RSA modulus a line; may be
    /// repeated.
    #[arg(long, value_name = "FILE")]
    weak_keys: Vec<PathBuf>,

    /// Bits of the smallest RSA key that is no fault.
    #[arg(long, value_name = "BITS", default_value_t = Thresholds::default().min_rsa_bits,
        value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(2048..=16_384))]
    min_rsa_bits: usize,

    /// Days before its end from which a long-lived certificate ends soon.
    #[arg(long, value_name = "DAYS", default_value_t = Thresholds::default().expiry_warning_days,
        value_parser = clap::value_parser!(u32).range(..=3_650))]
    warn_days: u32,

    /// Whose rules hold: the web's, or RFC 5280 and the owner's [default: private with --roots,
    /// else public].
    #[arg(short, long, value_enum, value_name = "PROFILE")]
    profile: Option<WhichProfile>,

    /// The moment to judge at, such as 2026-11-22T12:00:00Z, or a day, which means its noon in
    /// London [default: now].
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<Timestamp>,

    /// How to report.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum WhichProfile {
    Private,
    Public,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    #[default]
    Terminal,
}

/// What a judgement leaves out unless it is told more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotAsked {
    Name,
    Revocation,
}

impl NotAsked {
    fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Revocation => "revocation",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Name => "give --host",
            Self::Revocation => "give --crl",
        }
    }
}

/// A file, and what it came to.
#[derive(Debug)]
struct Judged {
    file: String,
    not_asked: Vec<NotAsked>,
    /// None when it held nothing but a private key.
    verdict: Option<Verdict>,
    incidents: Vec<Incident>,
}

impl Judged {
    fn outcome(&self) -> Outcome {
        match &self.verdict {
            Some(verdict) if self.incidents.is_empty() => verdict.outcome(),
            _ => Outcome::Fail,
        }
    }
}

pub(super) fn run(asked: &Certificate, screen: &Screen) -> Result<ExitStatus> {
    // Nobody reads the parts of a second.
    let clock = asked.at.unwrap_or_else(|| {
        Timestamp::from_second(Timestamp::now().as_second()).unwrap_or(Timestamp::UNIX_EPOCH)
    });
    let not_asked = asked.not_asked();
    let roots = roots(&asked.roots)?;
    let extra = files::certificates(&asked.intermediates)?;
    let crls = files::crls(&asked.crls)?;
    let lists = crl::looked_at(&crls, asked.profile());
    let crls: Vec<&[u8]> = crls.iter().map(|(_, der)| der.as_slice()).collect();
    let thresholds = asked.thresholds()?;
    let kept = Arc::new(Lists::default());
    let mut judged = Vec::with_capacity(asked.files.len());
    for path in &asked.files {
        let file = path.display().to_string();
        let contents = files::read(path, files::MOST_IN_A_CHAIN)?;
        let Some((leaf, sent)) = files::leaf_first(&contents.certificates) else {
            if contents.incidents.is_empty() {
                let message = format!("{file} holds no certificate; name a CRL with --crl");
                return Err(anyhow!(BadInput(message)));
            }
            judged.push(Judged {
                file,
                not_asked: Vec::new(),
                verdict: None,
                incidents: contents.incidents,
            });
            continue;
        };
        let intermediates: Vec<&[u8]> = sent
            .into_iter()
            .chain(extra.iter().map(Vec::as_slice))
            .collect();
        let chain = std::iter::once(leaf).chain(intermediates.iter().copied());
        let lists = asked.fetch(list_urls(chain), &kept)?;
        let fetched = revocation::had(lists.as_deref().unwrap_or_default());
        let mut verdict = judge(&Request {
            leaf,
            intermediates: &intermediates,
            roots: &roots,
            crls: &[&crls[..], &fetched].concat(),
            host: asked.host.as_ref(),
            profile: asked.profile(),
            thresholds: &thresholds,
            clock,
        });
        if let Some(lists) = &lists {
            revocation::leave_open(&mut verdict, lists, leaf);
        }
        judged.push(Judged {
            file,
            not_asked: not_asked.clone(),
            verdict: Some(verdict),
            incidents: contents.incidents,
        });
    }
    print(&match asked.format {
        Format::Json => json::render(&judged, &lists)?,
        Format::Terminal => terminal::render(&judged, &lists, screen.width, screen.colour),
    })?;
    let is_well = judged
        .iter()
        .all(|judged| judged.outcome() == Outcome::Pass);
    Ok(if is_well {
        ExitStatus::Done
    } else {
        ExitStatus::Refused
    })
}

impl Certificate {
    /// Nothing where nobody asked for lists.
    fn fetch(&self, urls: Vec<String>, kept: &Arc<Lists>) -> Result<Option<Vec<List>>> {
        if !self.fetch_crls {
            return Ok(None);
        }
        let settings = Settings {
            allowed: self.allowed.clone(),
            lists: Some(Arc::clone(kept)),
            ..Settings::default()
        };
        fetch_lists(urls, settings, SystemResolver)
            .map(Some)
            .context("start threads")
    }

    fn not_asked(&self) -> Vec<NotAsked> {
        let name = self.host.is_none().then_some(NotAsked::Name);
        let has_lists = self.fetch_crls || !self.crls.is_empty();
        let revocation = (!has_lists).then_some(NotAsked::Revocation);
        name.into_iter().chain(revocation).collect()
    }

    fn thresholds(&self) -> Result<Thresholds> {
        Ok(Thresholds {
            expiry_warning_days: self.warn_days,
            min_rsa_bits: self.min_rsa_bits,
            weak_keys: weak_keys::given(&self.weak_keys)?.unwrap_or_default(),
            ..Thresholds::default()
        })
    }

    fn profile(&self) -> Profile {
        profile(self.profile, &self.roots)
    }
}

/// The profile asked for, or the one that fits the roots.
pub(super) fn profile(asked: Option<WhichProfile>, roots: &[PathBuf]) -> Profile {
    match asked {
        Some(WhichProfile::Public) => Profile::Public,
        None if roots.is_empty() => Profile::Public,
        Some(WhichProfile::Private) | None => Profile::Private,
    }
}

pub(super) fn roots(paths: &[PathBuf]) -> Result<Roots> {
    if paths.is_empty() {
        return Ok(Roots::web());
    }
    let names: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let name = names.join(", ");
    Roots::new(name.clone(), files::certificates(paths)?).map_err(|(place, error)| {
        anyhow!(BadInput(format!(
            "{name}: certificate {place} cannot be a root: {error}"
        )))
    })
}

fn host(text: &str) -> Result<Host, &'static str> {
    Host::parse(text)
}

fn instant(text: &str) -> Result<Timestamp, &'static str> {
    let noon = |day: Date| {
        let noon = day.at(12, 0, 0, 0).to_zoned(london()).ok()?;
        Some(noon.timestamp())
    };
    text.parse()
        .ok()
        .or_else(|| read_date(text).and_then(noon))
        .ok_or("expected an instant, such as 2026-11-22T12:00:00Z, or a day")
}
