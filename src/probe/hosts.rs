//! One connection at a time to a host, whatever it is asked for.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as HostLock, OwnedMutexGuard};

/// The hosts that were talked to.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    locks: Mutex<HashMap<IpAddr, Arc<HostLock<()>>>>,
}

impl Hosts {
    /// Waits until nobody else talks to this host.
    pub(super) async fn alone(&self, host: IpAddr) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(host).or_default())
        };
        lock.lock_owned().await
    }
}
