//! `passmuster catalogue update`: fetches fresh facts, or takes them from files, and keeps them.
//!
//! A feed that fails leaves its old facts in place and does not stop the others. Exits with 0 when
//! every feed was had, 2 when a document was refused, 3 when one could not be fetched or kept.

use super::super::data::place;
use super::super::exit::{BadInput, ExitStatus};
use super::super::options::Options;
use super::super::output::{Screen, progress, tell};
use super::super::rules::print;
use crate::catalogue::feed::Feed;
use crate::catalogue::store::Best;
use crate::catalogue::update::{self, Got, Month, Request, Step, UpdateError, Url};
use crate::catalogue::{Catalogue, Facts, Store, StoreError};
use crate::report::escape;
use anyhow::{Context, Result, anyhow};
use clap::Args;
use indicatif::ProgressBar;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A bundle of root certificates is smaller.
const MAX_AUTHORITIES: u64 = 4 * 1024 * 1024;

/// Fetch fresh facts and judge by them from now on.
#[derive(Debug, Args)]
#[command(after_help = "\
Feeds: lifecycle (endoflife.date), windows (the vendor's monthly security documents),
kev (CISA's known exploited vulnerabilities). What is refused or cannot be had leaves the
old facts in place. Proxies: HTTPS_PROXY, ALL_PROXY and NO_PROXY, or those of the system.

Exit status: 0 up to date, 2 a document was refused, 3 a feed could not be had or kept.

Examples:
  passmuster catalogue update
  passmuster catalogue update --only windows --since 2026-01
  passmuster catalogue update --url kev=https://mirror.example.org/kev.json --ca proxy.pem
  passmuster catalogue update --from full.json kev.json 2026-Oct.json")]
pub(in crate::cli) struct Update {
    /// Only these feeds: lifecycle, windows, kev.
    #[arg(long, value_name = "FEED", value_delimiter = ',', value_parser = feed)]
    only: Vec<Feed>,

    /// Read documents from files instead of the network.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["only", "urls", "authorities", "since"])]
    from: Vec<PathBuf>,

    /// Fetch a feed from another place, such as a mirror; kev=, lifecycle= or windows= before its address.
    #[arg(long = "url", value_name = "FEED=URL")]
    urls: Vec<String>,

    /// Trust the root certificates in this PEM file as well, such as those of an inspecting proxy.
    #[arg(long = "ca", value_name = "FILE")]
    authorities: Option<PathBuf>,

    /// Fetch the security documents from this month on even if they were not changed lately.
    #[arg(long, value_name = "MONTH", value_parser = month)]
    since: Option<Month>,

    /// Say what would change, and keep nothing.
    #[arg(long)]
    dry_run: bool,

    /// Give up on a feed after so many seconds, retries included.
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,

    /// Milliseconds before the second attempt.
    #[arg(long, hide = true, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    pause: u64,
}

pub(super) fn run(asked: &Update, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let Some(root) = place(options) else {
        let message = "`--data none` keeps nothing; name a folder for the facts with --data";
        return Err(anyhow!(BadInput(message.to_owned())));
    };
    let store = Store::at(root);
    let best = store.best();
    for damage in &best.damage {
        tell(&format!(
            "warning: failed to {}",
            shown(&damage.to_string())
        ));
    }
    let now = Timestamp::now();
    let mut desk = Desk {
        facts: facts(&best),
        store: &store,
        now,
        dry_run: asked.dry_run,
        page: String::new(),
        screen,
        refused: false,
        failed: false,
    };
    if asked.from.is_empty() {
        let request = asked.request(now)?;
        let bar = progress(None, options.quiet);
        let manifest = best.stored.as_ref().map(|stored| &stored.manifest);
        let got = update::fetch(&request, &desk.facts, manifest, &mut |step| {
            if let Some(bar) = &bar {
                draw(bar, step);
            }
        });
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        for (feed, got) in got.map_err(|error| as_bad_input(&error))? {
            desk.take(feed, got);
        }
    } else {
        let files = update::from_files(&asked.from, &desk.facts);
        for (feed, got) in files.got {
            desk.take(feed, Ok(got));
        }
        for error in &files.failed {
            desk.tell_failure(error);
        }
    }
    print(&desk.page)?;
    Ok(desk.status())
}

impl Update {
    fn request(&self, now: Timestamp) -> Result<Request> {
        let mut urls = BTreeMap::new();
        for written in &self.urls {
            let (feed, url) = address(written).map_err(|message| anyhow!(BadInput(message)))?;
            urls.insert(feed, url);
        }
        let is_asked = |feed: &Feed| self.only.is_empty() || self.only.contains(feed);
        let feeds = Feed::ALL.into_iter().filter(is_asked).collect();
        let authorities = self.authorities.as_deref().map(read_authorities);
        Ok(Request {
            feeds,
            urls,
            authorities: authorities.transpose()?.unwrap_or_default(),
            since: self.since,
            deadline: Duration::from_secs(self.timeout),
            pause: Duration::from_millis(self.pause),
            now,
        })
    }
}

fn facts(best: &Best) -> Facts {
    let stored = best.stored.as_ref();
    let catalogue = stored.map_or(Catalogue::embedded(), |stored| &stored.catalogue);
    catalogue.facts().clone()
}

/// Takes over what the feeds gave, and writes down what became of each.
struct Desk<'r> {
    /// In place before.
    facts: Facts,
    store: &'r Store,
    now: Timestamp,
    dry_run: bool,
    page: String,
    screen: &'r Screen,
    refused: bool,
    failed: bool,
}

impl Desk<'_> {
    fn take(&mut self, feed: Feed, got: Result<Got, UpdateError>) {
        let before = update::data_date(feed, &self.facts);
        let of_day = before.map_or_else(String::new, |date| format!(" of {date}"));
        let got = match got {
            Ok(got) => got,
            Err(error) => {
                self.tell_failure(&error);
                self.line(&format!("{}: the facts{of_day} stay in use", feed.title()));
                return;
            }
        };
        for error in &got.failed {
            self.tell_failure(error);
        }
        let failed = got.failed.len();
        let (fresh, states) = (got.fresh, got.states);
        let tables = fresh
            .as_ref()
            .map_or_else(BTreeMap::new, |fresh| fresh.tables.clone());
        let is_new = !tables.is_empty();
        if let Err(error) = self.keep(tables, states) {
            self.refused |= matches!(error, StoreError::Refused { .. } | StoreError::Facts(_));
            self.failed |= !matches!(error, StoreError::Refused { .. } | StoreError::Facts(_));
            let message = format!("failed to {}: {error}", update_of(feed));
            self.screen.tell_error(&shown(&message));
            self.line(&format!("{}: the facts{of_day} stay in use", feed.title()));
            return;
        }
        let Some(fresh) = fresh.filter(|_| is_new) else {
            let says = if failed > 0 {
                "stay in use"
            } else {
                "are the newest"
            };
            self.line(&format!("{}: the facts{of_day} {says}", feed.title()));
            return;
        };
        let changes = update::changes(feed, &self.facts, &fresh);
        let were = before.map_or_else(String::new, |date| format!(" (were of {date})"));
        let would = if self.dry_run { " would be" } else { "" };
        self.line(&format!(
            "{}:{would} of {}{were}",
            feed.title(),
            fresh.data_date
        ));
        if changes.is_empty() {
            self.line("  nothing changed but the date");
        }
        for line in changes.iter().chain(&fresh.notes) {
            self.line(&format!("  {}", shown(line)));
        }
    }

    fn keep(
        &self,
        tables: BTreeMap<&'static str, String>,
        states: Vec<crate::catalogue::store::FeedState>,
    ) -> Result<(), StoreError> {
        if tables.is_empty() && states.is_empty() {
            return Ok(());
        }
        if self.dry_run {
            return self.store.would_replace(&tables, self.now);
        }
        self.store.replace(tables, states, self.now).map(|_| ())
    }

    fn tell_failure(&mut self, error: &UpdateError) {
        self.refused |= error.is_refusal();
        self.failed |= !error.is_refusal();
        self.screen
            .tell_error(&shown(&format!("failed to {error}")));
    }

    fn line(&mut self, text: &str) {
        let options = textwrap::Options::new(self.screen.width)
            .subsequent_indent("    ")
            .break_words(false);
        writeln!(self.page, "{}", textwrap::fill(text, options)).expect("writing to a string");
    }

    fn status(&self) -> ExitStatus {
        match (self.failed, self.refused) {
            (true, _) => ExitStatus::CouldNotRun,
            (false, true) => ExitStatus::BadInput,
            (false, false) => ExitStatus::Done,
        }
    }
}

fn update_of(feed: Feed) -> String {
    format!("update the {}", feed.title())
}

/// Root certificates that do not read are the user's to mend.
fn as_bad_input(error: &UpdateError) -> anyhow::Error {
    if error.is_refusal() {
        return anyhow!(BadInput(format!("failed to {error}")));
    }
    anyhow!("failed to {error}")
}

fn draw(bar: &ProgressBar, step: Step<'_>) {
    const MIB: u64 = 1024 * 1024;
    match step {
        Step::Asking { url } => bar.set_message(shown(url)),
        Step::Received {
            bytes,
            of: Some(of),
        } => {
            bar.set_message(format!("{} of {} MiB", bytes / MIB, of.div_ceil(MIB)));
        }
        Step::Received { bytes, of: None } => bar.set_message(format!("{} MiB", bytes / MIB)),
        Step::Waiting { why, pause } => {
            let why = shown(&why.to_string());
            bar.set_message(format!("{why}; again in {} s", pause.as_secs().max(1)));
        }
    }
}

fn read_authorities(path: &Path) -> Result<Vec<u8>> {
    let bad = |what: String| anyhow!(BadInput(format!("{}: {what}", path.display())));
    let size = fs::metadata(path).with_context(|| format!("read {}", path.display()))?;
    if size.len() > MAX_AUTHORITIES {
        return Err(bad(
            "this is no file of root certificates: it is too large".to_owned()
        ));
    }
    fs::read(path).map_err(|error| bad(error.to_string()))
}

/// `kev=https://mirror.example.org/kev.json`. Messages leave the address out: it may hold a secret.
fn address(written: &str) -> Result<(Feed, Url), String> {
    let (name, url) = written
        .split_once('=')
        .ok_or("--url takes FEED=URL, such as kev=https://mirror.example.org/kev.json")?;
    let feed = feed(name)?;
    let url = Url::parse(url).map_err(|error| format!("--url {name}=...: {error}"))?;
    if url.scheme() != "https" || url.host_str().is_none() {
        return Err(format!(
            "--url {name}=...: only https:// addresses are used; for a file use --from"
        ));
    }
    Ok((feed, url))
}

fn feed(name: &str) -> Result<Feed, String> {
    Feed::from_name(name).ok_or_else(|| {
        let names = Feed::ALL.map(Feed::name).join(", ");
        format!("there is no feed `{}`; there are {names}", shown(name))
    })
}

fn month(text: &str) -> Result<Month, String> {
    Month::read(text).ok_or_else(|| "expected a month such as 2026-01".to_owned())
}

fn shown(text: &str) -> String {
    escape(text, 1_000)
}
