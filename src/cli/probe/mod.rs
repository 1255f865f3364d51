//! `passmuster probe`: what endpoints really speak, as it is seen now, told as it comes. Observes;
//! of what it sees only the path of certificates is judged. An endpoint that could not be seen is
//! unknown, with its reason.

mod chain;
mod json;
mod order;
mod path;
mod report;
mod terminal;

use super::certificate::WhichProfile;
use super::exit::{BadInput, ExitStatus};
use super::options::Options;
use super::output::{Screen, progress};
use crate::probe::{
    self, Allowed, Failure, Limits, Observation, Settings, StartTls, SystemResolver, Target,
};
use crate::report::escape;
use anyhow::{Context, Result, anyhow};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use order::InOrder;
use path::Judge;
use report::{Look, Report};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// More than that is not a list for one run.
const MAX_TARGETS: usize = 10_000;
/// Enough for that many of the longest names, and comments.
const MAX_LIST: u64 = 8 * 1024 * 1024;

/// See what endpoints really speak: versions, weak suites, ML-KEM, certificates.
#[derive(Debug, Args)]
#[command(after_help = "\
At most 12 connections an endpoint, one at a time to a host, 64 hosts at once; nothing is sent
after a handshake. Addresses that are not on the internet are barred unless --allow names their
network and port; a name is looked up once, and every address it has is checked. The
certificates are followed to a root for the name that was asked; what is wrong with them
is shown and does not change the exit status. Endpoints are told in the order given, as
they are seen.

Exit status: 0 every endpoint was seen, 2 a target is barred or no target, 3 one could not be seen.

Examples:
  passmuster probe portal.example.nhs.uk
  passmuster probe 10.20.0.7:8443 --allow 10.20.0.0/16:8443
  passmuster probe --file endpoints.txt --rate 50 --format json --output seen.json
  list-endpoints | passmuster probe --file - --format ndjson")]
pub(super) struct Probe {
    /// What to look at; the port is 443 where none is given and no --starttls.
    #[arg(value_name = "HOST[:PORT]", required_unless_present = "file")]
    targets: Vec<String>,

    /// Read more of them from a file, one a line, # begins a comment; - for stdin.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    /// Reach this network and port although it is not on the internet: 10.0.0.0/8:443.
    #[arg(long = "allow", value_name = "NETWORK:PORT")]
    allowed: Vec<Allowed>,

    /// What the endpoints speak before TLS: imap, ldap, postgres or smtp; also sets the port.
    #[arg(long, value_name = "PROTOCOL", value_parser = starttls)]
    starttls: Option<StartTls>,

    /// How to report; ndjson is an endpoint a line.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,

    /// Write the report to a file, whole or not at all.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Roots that the certificates served should lead to; may be repeated [default: the web's].
    #[arg(long, value_name = "PEM")]
    roots: Vec<PathBuf>,

    /// Whose rules hold for the certificates: the web's, or RFC 5280 and the owner's [default:
    /// private with --roots, else public].
    #[arg(short, long, value_enum, value_name = "PROFILE")]
    profile: Option<WhichProfile>,

    /// Fetch the lists of revoked certificates that the certificates name, over http or https, with
    /// each address checked; --allow names their networks and ports as well.
    #[arg(long)]
    fetch_crls: bool,

    /// Connections a second in all, after a first burst of as many; 0 is without limit.
    #[arg(long, value_name = "N", default_value_t = 500)]
    rate: u32,

    /// Give up on an endpoint after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 15,
        value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,

    /// Give up on all that is left after so many seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600,
        value_parser = clap::value_parser!(u64).range(1..=604_800))]
    deadline: u64,
}

/// How observations are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Ndjson,
    #[default]
    Terminal,
}

pub(super) fn run(asked: &Probe, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let targets = asked.targets()?;
    let judge = Judge::new(&asked.roots, asked.profile)?;
    let look = Look {
        format: asked.format,
        width: screen.width,
        now: Timestamp::now(),
    };
    let mut report = Report::open(asked.output.as_ref(), look)?;
    let mut status = Status::default();
    let mut trouble = report.begin().err();
    if trouble.is_none() {
        observe(targets, asked.settings(), options.quiet, |seen| {
            status.see(&seen);
            match report.tell(&seen, &judge.path(&seen, look.now)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    trouble = Some(error);
                    ControlFlow::Break(())
                }
            }
        })?;
    }
    match trouble {
        // A reader that has seen enough, such as `head`, is no error.
        Some(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(status.exit()),
        Some(error) => return Err(error).context("write the report"),
        None => report.finish(asked.output.as_ref())?,
    }
    Ok(status.exit())
}

/// Hands observations over in the order of their targets, as they come.
pub(super) fn observe(
    targets: Vec<Target>,
    settings: Settings,
    quiet: bool,
    mut done: impl FnMut(Observation) -> ControlFlow<()>,
) -> Result<()> {
    let count = targets.len();
    let bar = (count > 1)
        .then(|| progress(Some(count as u64), quiet))
        .flatten();
    let mut order = InOrder::new();
    let came = |index: usize, observation: Observation| {
        tracing::info!(
            "{}: {} connections in {} ms",
            observation.target,
            observation.connections,
            observation.took.as_millis()
        );
        let Some(bar) = &bar else {
            return order.put(index, observation, &mut done);
        };
        bar.inc(1);
        bar.set_message(format!("{} of {count} endpoints", bar.position()));
        bar.suspend(|| order.put(index, observation, &mut done))
    };
    probe::run(targets, settings, SystemResolver, came).context("start threads")?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    Ok(())
}

/// What could not be reached may be there tomorrow; what is barred will not.
#[derive(Debug, Default)]
struct Status {
    barred: usize,
    unknown: usize,
}

impl Status {
    fn see(&mut self, seen: &Observation) {
        let is_barred = matches!(seen.failure, Some(Failure::BarredAddress { .. }));
        self.barred += usize::from(is_barred);
        self.unknown += usize::from(seen.unknown().is_some());
    }

    fn exit(&self) -> ExitStatus {
        match self.unknown {
            0 => ExitStatus::Done,
            unknown if unknown == self.barred => ExitStatus::BadInput,
            _ => ExitStatus::CouldNotRun,
        }
    }
}

impl Probe {
    fn settings(&self) -> Settings {
        Settings {
            limits: Limits {
                endpoint: Duration::from_secs(self.timeout),
                run: Duration::from_secs(self.deadline),
                rate: self.rate,
                ..Limits::default()
            },
            allowed: self.allowed.clone(),
            starttls: self.starttls,
            lists: self.fetch_crls.then(Arc::default),
        }
    }

    /// Every target once, in the order given.
    fn targets(&self) -> Result<Vec<Target>> {
        let port = self.starttls.map_or(443, StartTls::port);
        let mut targets = Vec::new();
        let mut known = BTreeSet::new();
        let mut add = |written: &str, place: &str| {
            let target = Target::parse_or(written, port).map_err(|error| {
                // A password may stand before the host.
                let written = match written.rsplit_once('@') {
                    Some((_, host)) => escape(&format!("…@{host}"), 100),
                    None => escape(written, 100),
                };
                anyhow!(BadInput(format!(
                    "{place}`{written}` is no target: {error}"
                )))
            })?;
            if known.insert(target.clone()) {
                targets.push(target);
            }
            if targets.len() > MAX_TARGETS {
                let message = format!("more than {MAX_TARGETS} endpoints; split the list");
                return Err(anyhow!(BadInput(message)));
            }
            Ok(())
        };
        for written in &self.targets {
            add(written, "")?;
        }
        if let Some(path) = &self.file {
            for (number, line) in read_list(path)?.lines().enumerate() {
                let written = line.split('#').next().unwrap_or_default().trim();
                if !written.is_empty() {
                    add(written, &format!("{}:{}: ", path.display(), number + 1))?;
                }
            }
        }
        if targets.is_empty() {
            return Err(anyhow!(BadInput("the list names no endpoint".to_owned())));
        }
        Ok(targets)
    }
}

fn starttls(text: &str) -> Result<StartTls, String> {
    let found = StartTls::ALL.into_iter().find(|it| it.name() == text);
    found.ok_or_else(|| {
        let names = StartTls::ALL.map(StartTls::name).join(", ");
        format!("expected one of {names}")
    })
}

fn read_list(path: &Path) -> Result<String> {
    let reader: Box<dyn BufRead> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).with_context(|| format!("read {}", path.display()))?;
        Box::new(BufReader::new(file))
    };
    let mut bytes = Vec::new();
    let count = reader.take(MAX_LIST + 1).read_to_end(&mut bytes);
    count.with_context(|| format!("read {}", path.display()))?;
    if bytes.len() as u64 > MAX_LIST {
        let message = format!("{}: longer than {MAX_LIST} bytes", path.display());
        return Err(anyhow!(BadInput(message)));
    }
    String::from_utf8(bytes)
        .map_err(|_| anyhow!(BadInput(format!("{}: it is not UTF-8", path.display()))))
}
