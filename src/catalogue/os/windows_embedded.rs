//! Embedded Windows: its own products with their own dates, on the kernel of a desktop release.

use super::windows::FAMILY;
use super::windows_reading::Reading;
use super::windows_table::{EMBEDDED, Embedded};
use super::{Certainty, Identity};
use crate::catalogue::lifecycle::Lifecycle;

/// Embedded Windows by its own name, which decides before the build it shares with the desktop.
pub(super) fn embedded(reading: &Reading, lifecycle: &Lifecycle) -> Option<Identity> {
    let weight = |row: &Embedded| row.words.split(' ').count();
    let fits = |row: &&Embedded| {
        reading.has_all(row.words)
            || (row.words == "embedded standard 7"
                && reading.has_all("embedded standard")
                && (reading.kernel.as_deref() == Some("6.1")
                    || reading
                        .builds
                        .iter()
                        .any(|build| matches!(build, 7600 | 7601))))
    };
    let best = EMBEDDED.iter().filter(fits).map(weight).max();
    let Some(best) = best else {
        if reading.has_all("embedded ce") {
            let label = "a version of Windows Embedded CE that is not listed".into();
            return Some(Identity::not_covered(FAMILY, label));
        }
        let is_embedded = reading.has("embedded") || reading.has("posready") || reading.has("wes");
        return is_embedded.then(|| any_embedded(lifecycle));
    };
    let words = EMBEDDED
        .iter()
        .filter(fits)
        .find(|row| weight(row) == best)?
        .words;
    let named: Vec<_> = EMBEDDED
        .iter()
        .filter(|row| row.words == words)
        .map(|row| row.release)
        .collect();
    let by_build: Vec<_> = named
        .iter()
        .copied()
        .filter(|row| reading.builds.contains(&row.build) && row.build != 2600)
        .collect();
    let known = if by_build.is_empty() { named } else { by_build };
    let level = reading.level();
    let decided: Vec<_> = known
        .iter()
        .copied()
        .filter(|row| row.level == "*" || Some(row.level) == level.as_deref())
        .collect();
    // Rows of one name stand with the last service pack first.
    let is_certain = level.is_some() || known.len() == 1;
    let chosen = if level.is_some() {
        decided.first().copied()
    } else {
        known.first().copied()
    };
    let Some(row) = chosen else {
        return Some(Identity::not_covered(
            FAMILY,
            format!("Windows {words} at another service pack"),
        ));
    };
    let certainty = if is_certain {
        Certainty::Exact
    } else {
        Certainty::Assumed
    };
    let mut identity = match row.cycle {
        Some(cycle) => Identity::found(certainty, FAMILY, lifecycle, vec![cycle]),
        None => Identity::not_covered(
            FAMILY,
            format!("Windows {words} below its last service pack"),
        ),
    };
    identity.windows_release = row.servicing;
    if certainty == Certainty::Assumed {
        identity.settles = Some("the service pack".into());
    }
    Some(identity)
}

fn any_embedded(lifecycle: &Lifecycle) -> Identity {
    let all = lifecycle
        .cycles("windows-embedded")
        .iter()
        .map(|cycle| (cycle.product, cycle.cycle))
        .collect();
    let mut identity = Identity::found(Certainty::Ambiguous, FAMILY, lifecycle, all);
    identity.settles = Some("which Embedded product and version it is".into());
    identity
}
