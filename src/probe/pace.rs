//! How fast connections are opened in all: so many a second, after a first burst of as many, each
//! wait a little different.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Hands out turns.
#[derive(Debug)]
pub(super) struct Pace {
    /// Between two turns; none where there is no limit.
    interval: Option<Duration>,
    burst: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// At most so many turns a second; 0 is without limit.
    pub(super) fn new(rate: u32) -> Self {
        Self {
            interval: Duration::from_secs(1).checked_div(rate),
            burst: Duration::from_secs(1),
            next: Mutex::new(Instant::now()),
        }
    }

    pub(super) async fn turn(&self) {
        let Some(interval) = self.interval else {
            return;
        };
        let wait = self.wait(interval, Instant::now());
        if !wait.is_zero() {
            sleep(wait + interval.mul_f64(fastrand::f64())).await;
        }
    }

    fn wait(&self, interval: Duration, now: Instant) -> Duration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let due = (*next).max(now);
        *next = due + interval;
        due.duration_since(now).saturating_sub(self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_free_for_a_second_and_then_come_at_the_rate() {
        let pace = Pace::new(10);
        let now = Instant::now() + Duration::from_secs(1);
        let interval = pace.interval.unwrap();
        let waits: Vec<_> = (0..14).map(|_| pace.wait(interval, now)).collect();
        assert!(waits[..11].iter().all(Duration::is_zero), "{waits:?}");
        assert_eq!(waits[13], Duration::from_millis(300));
        let later = now + Duration::from_secs(5);
        assert!(pace.wait(interval, later).is_zero());
    }

    #[test]
    fn no_rate_is_no_limit() {
        assert_eq!(Pace::new(0).interval, None);
    }
}
