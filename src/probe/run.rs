//! Many endpoints: one connection at a time to a host, so many hosts at once, within a deadline
//! for all.

use super::address::{Host, Target};
use super::connection::Deadlines;
use super::endpoint::Endpoint;
use super::handshake::provider;
use super::hosts::Hosts;
use super::lists::{List, Lists, Means, WHOLE, list_urls};
use super::network::Allowed;
use super::observation::{Failure, Observation, Stage};
use super::pace::Pace;
use super::resolve::{Resolver, pin};
use super::starttls::StartTls;
use rustls::crypto::CryptoProvider;
use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// No endpoint is looked at before the one so many places above it is done, so that whoever puts
/// observations in order holds no more of them.
const WINDOW: usize = 1_024;

/// How long, how many, how fast.
#[derive(Debug, Clone)]
pub struct Limits {
    pub connect: Duration,
    /// From our hello to the end of the answer.
    pub flight: Duration,
    /// From the look-up of the name to the last answer, without waiting for a turn.
    pub endpoint: Duration,
    pub run: Duration,
    /// From the request for a list of revoked certificates to its end.
    pub list: Duration,
    /// At once.
    pub hosts: usize,
    /// Connections a second in all, after a first burst of as many; 0 is without limit.
    pub rate: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            flight: Duration::from_secs(5),
            endpoint: Duration::from_secs(15),
            run: Duration::from_hours(1),
            list: WHOLE,
            hosts: 64,
            rate: 500,
        }
    }
}

/// What the operator decides.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub limits: Limits,
    /// Networks and ports that may be reached although they are not on the internet.
    pub allowed: Vec<Allowed>,
    /// What every endpoint speaks before TLS.
    pub starttls: Option<StartTls>,
    /// Fetches the lists of revoked certificates that chains name, and keeps them here.
    pub lists: Option<Arc<Lists>>,
}

/// Observes every target, on threads of its own, and hands each observation over with the index
/// of its target as soon as it is there, until it is told to stop. Fails only if the system gives
/// no threads.
pub fn run<R: Resolver>(
    targets: Vec<Target>,
    settings: Settings,
    resolver: R,
    done: impl FnMut(usize, Observation) -> ControlFlow<()>,
) -> io::Result<()> {
    on_threads(observe(targets, settings, resolver, done))
}

/// Fetches lists of revoked certificates, in the order of their addresses, by the rules of a look;
/// those that the settings keep are not asked for again. Fails only if the system gives no threads.
pub fn fetch_lists<R: Resolver>(
    urls: Vec<String>,
    settings: Settings,
    resolver: R,
) -> io::Result<Vec<List>> {
    let desk = Desk::new(settings, resolver);
    on_threads(async move {
        let kept = desk.settings.lists.clone().unwrap_or_default();
        desk.fetch(urls, &kept).await
    })
}

fn on_threads<T>(work: impl Future<Output = T>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(work);
    // A look-up of the system cannot be stopped and is not waited for.
    runtime.shutdown_background();
    Ok(done)
}

/// As [`run`], on the runtime of the caller.
pub async fn observe<R: Resolver>(
    targets: Vec<Target>,
    settings: Settings,
    resolver: R,
    mut done: impl FnMut(usize, Observation) -> ControlFlow<()>,
) {
    let desk = Arc::new(Desk::new(settings, resolver));
    let mut running = JoinSet::new();
    let mut open = BTreeSet::new();
    let mut hand_over = |open: &mut BTreeSet<usize>, (index, observation)| {
        open.remove(&index);
        done(index, observation)
    };
    for (index, target) in targets.into_iter().enumerate() {
        let is_far_ahead =
            |open: &BTreeSet<usize>| open.first().is_some_and(|first| index - first >= WINDOW);
        while is_far_ahead(&open) {
            let Some(ended) = next(&mut running).await else {
                break;
            };
            if hand_over(&mut open, ended).is_break() {
                return;
            }
        }
        open.insert(index);
        let desk = Arc::clone(&desk);
        running.spawn(async move { (index, desk.observe(target).await) });
    }
    while let Some(ended) = next(&mut running).await {
        if hand_over(&mut open, ended).is_break() {
            return;
        }
    }
}

/// The next that ended; a panic is passed on.
async fn next<T: 'static>(running: &mut JoinSet<T>) -> Option<T> {
    match running.join_next().await? {
        Ok(ended) => Some(ended),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Nobody cancels.
            Err(_) => None,
        },
    }
}

/// The first address, and the first of the other family for hosts that have no way to that one.
fn one_of_each_family(addresses: &[SocketAddr]) -> impl Iterator<Item = SocketAddr> {
    let first = addresses.first().copied();
    let is_other = |it: &&SocketAddr| first.is_some_and(|first| first.is_ipv4() != it.is_ipv4());
    let other = addresses.iter().find(is_other).copied();
    first.into_iter().chain(other)
}

/// What all endpoints share.
struct Desk<R> {
    settings: Settings,
    resolver: R,
    pace: Pace,
    provider: Arc<CryptoProvider>,
    lookups: Semaphore,
    slots: Semaphore,
    hosts: Hosts,
    end: Instant,
}

impl<R: Resolver> Desk<R> {
    fn new(settings: Settings, resolver: R) -> Self {
        let hosts = settings.limits.hosts.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            pace: Pace::new(settings.limits.rate),
            provider: provider(),
            lookups: Semaphore::new(hosts),
            slots: Semaphore::new(hosts),
            hosts: Hosts::default(),
            end: Instant::now() + settings.limits.run,
            settings,
            resolver,
        }
    }

    async fn observe(&self, target: Target) -> Observation {
        let mut seen = Observation::of(target);
        let asked = timeout_at(self.end, self.look(&mut seen)).await;
        match asked {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => seen.failure = Some(failure),
            Err(_) => seen.failure = Some(Failure::Timeout(Stage::Run)),
        }
        self.look_for_lists(&mut seen).await;
        seen
    }

    /// Not part of what an endpoint has time for: others keep the lists.
    async fn look_for_lists(&self, seen: &mut Observation) {
        let Some(lists) = &self.settings.lists else {
            return;
        };
        let urls = list_urls(seen.chain.iter().map(Vec::as_slice));
        seen.lists = Some(self.fetch(urls, lists).await);
    }

    async fn fetch(&self, urls: Vec<String>, lists: &Lists) -> Vec<List> {
        let limits = &self.settings.limits;
        let means = Means {
            resolver: &self.resolver,
            allowed: &self.settings.allowed,
            connect: limits.connect,
            whole: limits.list,
            end: self.end,
            pace: &self.pace,
            hosts: &self.hosts,
        };
        let mut fetched = Vec::with_capacity(urls.len());
        for url in urls {
            fetched.push(lists.fetch(url, &means).await);
        }
        fetched
    }

    async fn look(&self, seen: &mut Observation) -> Result<(), Failure> {
        let target = seen.target.clone();
        let addresses = self.addresses(&target, seen).await?;
        for address in one_of_each_family(&addresses) {
            seen.answers.clear();
            seen.failure = None;
            self.ask(address, seen).await;
            let is_deaf = matches!(
                seen.failure,
                Some(Failure::Refused | Failure::Unreachable(_))
            );
            if !is_deaf || seen.answers.len() > 1 {
                break;
            }
        }
        Ok(())
    }

    async fn addresses(
        &self,
        target: &Target,
        seen: &mut Observation,
    ) -> Result<Vec<SocketAddr>, Failure> {
        let _turn = self.lookups.acquire().await;
        let started = Instant::now();
        let limits = &self.settings.limits;
        let patience = limits.flight.min(limits.endpoint);
        let found = pin(target, &self.resolver, &self.settings.allowed, patience).await;
        seen.took += started.elapsed();
        found
    }

    async fn ask(&self, address: SocketAddr, seen: &mut Observation) {
        let _alone = self.hosts.alone(address.ip()).await;
        let _turn = self.slots.acquire().await;
        let limits = &self.settings.limits;
        let started = Instant::now();
        let left = limits.endpoint.saturating_sub(seen.took);
        let name = match &seen.target.host {
            Host::Address(_) => None,
            Host::Name(name) => Some(name.clone()),
        };
        let mut endpoint = Endpoint {
            address,
            name: name.as_deref(),
            deadlines: Deadlines {
                connect: limits.connect,
                flight: limits.flight,
                end: started + left,
            },
            starttls: self.settings.starttls,
            pace: &self.pace,
            provider: &self.provider,
        };
        Box::pin(endpoint.observe(seen)).await;
        seen.took += started.elapsed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_family_is_the_only_second_choice() {
        let choices = |texts: &[&str]| {
            let read = |text: &&str| SocketAddr::new(text.parse().unwrap(), 443);
            let addresses: Vec<_> = texts.iter().map(read).collect();
            let chosen = one_of_each_family(&addresses);
            let chosen: Vec<_> = chosen.map(|it| it.ip().to_string()).collect();
            chosen.join(" ")
        };
        assert_eq!(choices(&[]), "");
        assert_eq!(choices(&["1.1.1.1", "9.9.9.9"]), "1.1.1.1");
        assert_eq!(
            choices(&["2606::1", "2606::2", "9.9.9.9"]),
            "2606::1 9.9.9.9"
        );
    }
}
