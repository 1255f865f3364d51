//! `check --live`: looks at the endpoints a declaration names before it is judged. Whether
//! anything is looked at, and what may be reached, is the operator's word alone.

use super::exit::BadInput;
use super::input::Input;
use super::probe::observe;
use crate::engine::{Look, put_observed};
use crate::model::fields::endpoint;
use crate::model::{Observed, Subject, SubjectKind, Value, london};
use crate::policy::{Library, Profile, Rule};
use crate::probe::{Allowed, Limits, Lists, Settings, StartTls, Target};
use anyhow::{Result, anyhow};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// The pack whose rules `--live` adds to a profile.
const PACK: &str = "tls-live";

/// Endpoints looked at in one run; what is declared beyond that is unknown.
const MAX_ENDPOINTS: usize = 10_000;

/// Whether and how endpoints are looked at.
#[derive(Debug, Args)]
pub(super) struct Live {
    /// Look at every declared endpoint first, judge what is seen, and ask the rules of tls-live.
    #[arg(long = "live", id = "live")]
    is_asked: bool,

    /// With --live, reach this network and port although it is not on the internet: 10.0.0.0/8:443.
    #[arg(long = "allow", value_name = "NETWORK:PORT", requires = "live")]
    allowed: Vec<Allowed>,

    /// With --live, fetch the lists of revoked certificates that the certificates served name, each
    /// address checked as the endpoints' are.
    #[arg(long, requires = "live")]
    fetch_crls: bool,

    /// With --live, connections a second in all; 0 is without limit.
    #[arg(long, value_name = "N", default_value_t = 500, requires = "live")]
    probe_rate: u32,
}

/// What a look brought to the run.
#[derive(Debug)]
pub(super) struct Sight {
    pub(super) rules: Vec<Arc<Rule>>,
    pub(super) observed: Option<Observed>,
    pub(super) note: Option<String>,
}

/// The rules that are asked and, with `--live`, what is seen of each endpoint, which is written
/// into the declaration.
pub(super) fn look(
    live: &Live,
    input: &mut Input,
    asked: (&Profile, &Library),
    today: Date,
    quiet: bool,
) -> Result<Sight> {
    let (profile, library) = asked;
    if !live.is_asked {
        return Ok(Sight {
            rules: profile.rules.clone(),
            observed: None,
            note: None,
        });
    }
    let at = Timestamp::now();
    refuse_other_days(at, today)?;
    if input.is_bare {
        let message = "an inventory declares no endpoints: --live needs a declaration";
        return Err(anyhow!(BadInput(message.to_owned())));
    }
    let observed = look_at_all(live, input, at, quiet)?;
    let (rules, added) = with_pack(profile, library);
    let note = note(&observed, added, library);
    Ok(Sight {
        rules,
        observed: Some(observed),
        note: Some(note),
    })
}

/// What is seen now says nothing of another day.
fn refuse_other_days(at: Timestamp, today: Date) -> Result<()> {
    let now = at.to_zoned(london()).date();
    if now == today {
        return Ok(());
    }
    Err(anyhow!(BadInput(format!(
        "--live sees endpoints as they are on {now}, and the question is about {today}; leave out \
         --as-of, or --live"
    ))))
}

fn look_at_all(live: &Live, input: &mut Input, at: Timestamp, quiet: bool) -> Result<Observed> {
    let endpoints = input.declaration.list(SubjectKind::Endpoint);
    let endpoints = endpoints.unwrap_or_default();
    // Each target once, by what it speaks before TLS.
    let mut wanted: BTreeMap<Option<&str>, BTreeMap<Target, Vec<usize>>> = BTreeMap::new();
    let mut passed: BTreeMap<usize, Look> = BTreeMap::new();
    for (position, subject) in endpoints.iter().enumerate() {
        let target = if position < MAX_ENDPOINTS {
            target(subject)
        } else {
            let reason = format!("only the first {MAX_ENDPOINTS} endpoints are looked at");
            Err(reason)
        };
        match target {
            Ok(target) => {
                let first = starttls(target.port).map(StartTls::name);
                let targets = wanted.entry(first).or_default();
                targets.entry(target).or_default().push(position);
            }
            Err(reason) => {
                passed.insert(position, Look::Passed(reason));
            }
        }
    }
    let count = endpoints.len();
    let mut seen: Vec<(Look, Vec<usize>)> = Vec::new();
    let lists: Option<Arc<Lists>> = live.fetch_crls.then(Arc::default);
    for (first, targets) in wanted {
        let settings = Settings {
            limits: Limits {
                rate: live.probe_rate,
                ..Limits::default()
            },
            allowed: live.allowed.clone(),
            starttls: StartTls::ALL
                .into_iter()
                .find(|one| Some(one.name()) == first),
            lists: lists.clone(),
        };
        let (targets, positions): (Vec<_>, Vec<_>) = targets.into_iter().unzip();
        let mut positions = positions.into_iter();
        observe(targets, settings, quiet, |one| {
            let positions = positions.next().unwrap_or_default();
            seen.push((Look::Seen(Box::new(one)), positions));
            ControlFlow::Continue(())
        })?;
    }
    let mut looks: BTreeMap<usize, &Look> = passed.iter().map(|(at, look)| (*at, look)).collect();
    for (look, positions) in &seen {
        looks.extend(positions.iter().map(|position| (*position, look)));
    }
    put_observed(&mut input.declaration, &looks, at);
    let is_seen = |look: &&&Look| matches!(look, Look::Seen(one) if one.unknown().is_none());
    Ok(Observed {
        at,
        endpoints: count,
        seen: looks.values().filter(is_seen).count(),
    })
}

/// Where an endpoint is, or why nobody can look.
fn target(subject: &Subject) -> Result<Target, String> {
    let Some(host) = subject.text(endpoint::HOST) else {
        return Err("its `host` is not declared".into());
    };
    let declared = match subject.value(endpoint::PORT) {
        None => None,
        Some(Value::Integer(port)) => match u16::try_from(*port) {
            Ok(port) if port > 0 => Some(port),
            _ => return Err(format!("its port {port} is not a number from 1 to 65535")),
        },
        Some(_) => return Err("its `port` cannot be read".into()),
    };
    let target = Target::parse_or(host, declared.unwrap_or(443))
        .map_err(|error| format!("its host is no target: {error}"))?;
    match declared {
        Some(port) if port != target.port => Err(format!(
            "its host names port {}, and its `port` is {port}",
            target.port
        )),
        _ => Ok(target),
    }
}

/// What usually speaks at a port before it speaks TLS.
fn starttls(port: u16) -> Option<StartTls> {
    if port == 587 {
        return Some(StartTls::Smtp);
    }
    StartTls::ALL.into_iter().find(|one| one.port() == port)
}

/// The rules of a profile and those of the pack that it does not ask yet, with how many those are.
fn with_pack(profile: &Profile, library: &Library) -> (Vec<Arc<Rule>>, usize) {
    let mut rules = profile.rules.clone();
    let is_asked = |rule: &&Arc<Rule>| profile.rules.iter().any(|one| one.info.id == rule.info.id);
    let pack = library.rules.iter().filter(|rule| rule.info.pack == PACK);
    rules.extend(pack.filter(|rule| !is_asked(rule)).cloned());
    let added = rules.len() - profile.rules.len();
    (rules, added)
}

fn note(observed: &Observed, added: usize, library: &Library) -> String {
    let Observed {
        at,
        endpoints,
        seen,
    } = observed;
    let rules = match added {
        _ if !library.rules.iter().any(|rule| rule.info.pack == PACK) => {
            format!(
                "the policy has no pack {PACK}, so no rule asks what was seen of versions and suites"
            )
        }
        0 => format!("the profile asks the rules of {PACK} itself"),
        added => format!("--live added {added} rules of {PACK}"),
    };
    format!("endpoints were looked at from {at:.0}: {seen} of {endpoints} were seen; {rules}")
}
