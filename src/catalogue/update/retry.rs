//! When to try again: a few times, each after twice the pause of the one before, with some chance in
//! it so that a fleet does not come back all at once.

use super::Trouble;
use std::time::Duration;

pub(super) const ATTEMPTS: u32 = 4;
/// However long a server asks us to wait, and however often it failed.
const LONGEST: Duration = Duration::from_mins(1);

/// How long to wait after the given attempt (from 1) failed; `None` to give up. `chance` is from 0
/// to 1.
pub(super) fn pause(
    attempt: u32,
    trouble: &Trouble,
    base: Duration,
    chance: f64,
) -> Option<Duration> {
    if attempt >= ATTEMPTS || !trouble.may_pass() {
        return None;
    }
    let doubled = base.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
    let own = doubled
        .mul_f64(0.75 + chance.clamp(0.0, 1.0) / 2.0)
        .min(LONGEST);
    let asked = match trouble {
        Trouble::Status { after, .. } => *after,
        _ => None,
    };
    Some(asked.map_or(own, |asked| asked.min(LONGEST).max(own)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Duration = Duration::from_millis(200);

    fn status(status: u16, after: Option<u64>) -> Trouble {
        Trouble::Status {
            status,
            after: after.map(Duration::from_secs),
        }
    }

    #[test]
    fn pauses_double_and_come_to_an_end() {
        let trouble = status(503, None);
        let pauses: Vec<_> = (1..=4)
            .map(|attempt| pause(attempt, &trouble, BASE, 0.5))
            .collect();
        let millis = |millis| Some(Duration::from_millis(millis));
        assert_eq!(pauses, [millis(200), millis(400), millis(800), None]);
    }

    #[test]
    fn a_server_is_waited_for_as_long_as_it_asks_within_reason() {
        let wait = |seconds| pause(1, &status(429, Some(seconds)), BASE, 0.0);
        assert_eq!(wait(7), Some(Duration::from_secs(7)));
        assert_eq!(wait(86_400), Some(LONGEST));
    }

    #[test]
    fn what_will_not_pass_is_not_tried_again() {
        for trouble in [
            status(404, None),
            status(401, None),
            Trouble::Certificate("expired".into()),
            Trouble::Kind("text/html".into()),
        ] {
            assert_eq!(pause(1, &trouble, BASE, 0.5), None, "{trouble}");
        }
    }
}
