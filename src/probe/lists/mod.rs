//! Lists of revoked certificates, fetched from where certificates say they are. Each is asked for
//! once in a run; what could not be had says why, and clears nobody.

mod fetch;

pub(super) use fetch::WHOLE;

use super::hosts::Hosts;
use super::network::Allowed;
use super::observation::{Failure, Stage};
use super::pace::Pace;
use super::resolve::Resolver;
use crate::pki::Certificate;
use crate::pki::container::MAX_CRL_BYTES;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{OnceCell, Semaphore};
use tokio::time::{Instant, timeout_at};

/// Kept in one run.
const MAX_KEPT: usize = 4 * MAX_CRL_BYTES;
/// Asked for in one run.
const MAX_ASKED: usize = 4_096;
/// Fetched at once.
const AT_ONCE: usize = 8;
/// Certificates of a chain, and places that one of them names.
const MAX_CHAIN: usize = 8;
const MAX_PLACES: usize = 4;
/// Longer addresses are nobody's.
const MAX_URL: usize = 1_024;

/// A list and what came of asking for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// As the certificate has it: hostile text.
    pub url: String,
    /// In DER form; nothing of it was verified.
    pub answer: Result<Arc<[u8]>, ListFailure>,
}

/// Why a list was not had. Fits behind "failed to fetch ADDRESS: ".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListFailure {
    /// Addresses, names and connections.
    #[error("{0}")]
    Connection(Failure),
    #[error("{0}")]
    Cut(String),
    #[error("what came is no list of revoked certificates")]
    NotAList,
    #[error("it is no address of http or https, without a user")]
    NotFetched,
    #[error("its port {0} is neither 80 nor 443; name it with --allow if it is meant")]
    Port(u16),
    #[error("it sends us elsewhere (status {0}), which is not followed")]
    Redirect(u16),
    #[error("it was answered with status {0}")]
    Status(u16),
    #[error("it did not come in {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("it is larger than {} MiB", MAX_CRL_BYTES >> 20)]
    TooLarge,
    #[error("this run has asked for {MAX_ASKED} lists, or kept {} MiB of them", MAX_KEPT >> 20)]
    TooMany,
}

/// The places of lists that the certificates of a chain name, each once, in their order. Roots are
/// not asked about, nor is what stands behind the first certificates and places.
pub fn list_urls<'c>(chain: impl IntoIterator<Item = &'c [u8]>) -> Vec<String> {
    let mut urls = Vec::new();
    for der in chain.into_iter().take(MAX_CHAIN) {
        let Ok(certificate) = Certificate::parse(der) else {
            continue;
        };
        if certificate.is_self_issued() && certificate.is_ca() {
            continue;
        }
        for url in certificate.revocation_urls().take(MAX_PLACES) {
            let url: String = url.chars().take(MAX_URL + 1).collect();
            if !urls.contains(&url) {
                urls.push(url);
            }
        }
    }
    urls
}

/// What was fetched in a run, shared by all who look.
#[derive(Debug)]
pub struct Lists {
    known: Mutex<HashMap<String, Arc<OnceCell<Answer>>>>,
    kept: AtomicUsize,
    turns: Semaphore,
}

type Answer = Result<Arc<[u8]>, ListFailure>;

impl Default for Lists {
    fn default() -> Self {
        Self {
            known: Mutex::default(),
            kept: AtomicUsize::new(0),
            turns: Semaphore::new(AT_ONCE),
        }
    }
}

/// By what rules lists are fetched.
#[derive(Debug)]
pub(super) struct Means<'m, R> {
    pub(super) resolver: &'m R,
    pub(super) allowed: &'m [Allowed],
    pub(super) connect: Duration,
    pub(super) whole: Duration,
    /// Of the run: nothing lasts longer.
    pub(super) end: Instant,
    pub(super) pace: &'m Pace,
    pub(super) hosts: &'m Hosts,
}

impl Lists {
    pub(super) async fn fetch<R: Resolver>(&self, url: String, means: &Means<'_, R>) -> List {
        let answer = match self.cell(&url) {
            Some(cell) => {
                let ask = || async {
                    let asked = timeout_at(means.end, async {
                        let _turn = self.turns.acquire().await;
                        means.pace.turn().await;
                        fetch::fetch(&url, means, self).await
                    });
                    let late = Failure::Timeout(Stage::Run);
                    let late = Err(ListFailure::Connection(late));
                    asked.await.unwrap_or(late)
                };
                cell.get_or_init(ask).await.clone()
            }
            None => Err(ListFailure::TooMany),
        };
        List { url, answer }
    }

    fn cell(&self, url: &str) -> Option<Arc<OnceCell<Answer>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cell) = known.get(url) {
            return Some(Arc::clone(cell));
        }
        if known.len() >= MAX_ASKED {
            return None;
        }
        let cell = Arc::default();
        known.insert(url.to_owned(), Arc::clone(&cell));
        Some(cell)
    }

    /// Takes room before bytes are kept.
    fn reserve(&self, bytes: usize) -> Result<(), ListFailure> {
        let before = self.kept.fetch_add(bytes, Ordering::SeqCst);
        if before.saturating_add(bytes) > MAX_KEPT {
            self.release(bytes);
            return Err(ListFailure::TooMany);
        }
        Ok(())
    }

    fn release(&self, bytes: usize) {
        self.kept.fetch_sub(bytes, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_keeps_no_more_than_it_may() {
        let lists = Lists::default();
        for _ in 0..4 {
            assert_eq!(lists.reserve(MAX_CRL_BYTES), Ok(()));
        }
        assert_eq!(lists.reserve(1), Err(ListFailure::TooMany));
        lists.release(MAX_CRL_BYTES);
        assert_eq!(lists.reserve(1), Ok(()));
    }

    #[test]
    fn a_run_asks_for_so_many_lists_and_no_more() {
        let lists = Lists::default();
        let is_known = |number: usize| lists.cell(&number.to_string()).is_some();
        assert!((0..MAX_ASKED).all(is_known));
        assert!(!is_known(MAX_ASKED));
        assert!(is_known(0), "what was asked for is still known");
    }

    #[test]
    fn what_is_no_certificate_names_no_list() {
        assert!(list_urls([&b""[..], b"\x30\x03\x02\x01\x01"]).is_empty());
    }
}
