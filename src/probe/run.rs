//! Many endpoints: one connection at a time to a host, so many hosts at once, within a deadline
//! for all.

use super::address::{Host, Target};
use super::connection::Deadlines;
use super::endpoint::Endpoint;
use super::handshake::provider;
use super::network::Allowed;
use super::observation::{Failure, Observation, Stage};
use super::pace::Pace;
use super::resolve::{Resolver, pin};
use super::starttls::StartTls;
use rustls::crypto::CryptoProvider;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as HostLock, OwnedMutexGuard, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// Endpoints that wait for their turn; the others are not looked at yet.
const MAX_WAITING: usize = 1_024;

/// How long, how many, how fast.
#[derive(Debug, Clone)]
pub struct Limits {
    pub connect: Duration,
    /// From our hello to the end of the answer.
    pub flight: Duration,
    /// From the look-up of the name to the last answer, without waiting for a turn.
    pub endpoint: Duration,
    pub run: Duration,
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
}

/// Observes every target, on threads of its own, and hands each observation over with the index
/// of its target as soon as it is there. Fails only if the system gives no threads.
pub fn run<R: Resolver>(
    targets: Vec<Target>,
    settings: Settings,
    resolver: R,
    done: impl FnMut(usize, Observation),
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(observe(targets, settings, resolver, done));
    // A look-up of the system cannot be stopped and is not waited for.
    runtime.shutdown_background();
    Ok(())
}

/// As [`run`], on the runtime of the caller.
pub async fn observe<R: Resolver>(
    targets: Vec<Target>,
    settings: Settings,
    resolver: R,
    mut done: impl FnMut(usize, Observation),
) {
    let desk = Arc::new(Desk::new(settings, resolver));
    let mut running = JoinSet::new();
    for (index, target) in targets.into_iter().enumerate() {
        if running.len() >= MAX_WAITING {
            hand_over(running.join_next().await, &mut done);
        }
        let desk = Arc::clone(&desk);
        running.spawn(async move { (index, desk.observe(target).await) });
    }
    while let Some(ended) = running.join_next().await {
        hand_over(Some(ended), &mut done);
    }
}

/// The first address, and the first of the other family for hosts that have no way to that one.
fn one_of_each_family(addresses: &[SocketAddr]) -> impl Iterator<Item = SocketAddr> {
    let first = addresses.first().copied();
    let is_other = |it: &&SocketAddr| first.is_some_and(|first| first.is_ipv4() != it.is_ipv4());
    let other = addresses.iter().find(is_other).copied();
    first.into_iter().chain(other)
}

fn hand_over(
    ended: Option<Result<(usize, Observation), tokio::task::JoinError>>,
    done: &mut impl FnMut(usize, Observation),
) {
    match ended {
        Some(Ok((index, observation))) => done(index, observation),
        Some(Err(error)) => {
            if let Ok(panic) = error.try_into_panic() {
                std::panic::resume_unwind(panic);
            }
        }
        None => {}
    }
}

/// What all endpoints share.
struct Desk<R> {
    settings: Settings,
    resolver: R,
    pace: Pace,
    provider: Arc<CryptoProvider>,
    lookups: Semaphore,
    slots: Semaphore,
    hosts: Mutex<HashMap<IpAddr, Arc<HostLock<()>>>>,
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
            hosts: Mutex::default(),
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
        seen
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
        let _alone = self.alone(address.ip()).await;
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

    /// Waits until nobody else talks to this host.
    async fn alone(&self, host: IpAddr) -> OwnedMutexGuard<()> {
        let lock = {
            let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(hosts.entry(host).or_default())
        };
        lock.lock_owned().await
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
