//! From a version as written to the cycle of a product: `8.10` is RHEL 8, `16.04.6` Ubuntu 16.04.

use crate::catalogue::lifecycle::{Cycle, Lifecycle};

/// Which cycles of a product a version means.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::catalogue) enum Match<'a> {
    /// The cycle of this version.
    One(&'a Cycle),
    /// The version is less exact than the cycles: all that begin with it.
    Under(Vec<&'a Cycle>),
    Missing,
}

pub(in crate::catalogue) fn find<'a>(
    lifecycle: &'a Lifecycle,
    product: &str,
    version: &str,
) -> Match<'a> {
    let plain = without_zeros(version);
    match find_as_written(lifecycle, product, version) {
        Match::Missing if plain != version => find_as_written(lifecycle, product, &plain),
        found => found,
    }
}

fn find_as_written<'a>(lifecycle: &'a Lifecycle, product: &str, version: &str) -> Match<'a> {
    let cycles = lifecycle.cycles(product);
    let under = |prefix: &str| -> Vec<&Cycle> {
        cycles
            .iter()
            .filter(|cycle| {
                cycle
                    .cycle
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.starts_with('.'))
            })
            .collect()
    };
    let mut prefix = version;
    loop {
        if let Some(cycle) = lifecycle.cycle(product, prefix) {
            // 18.2 is not 18 where 18.1 and 18.3 are releases of their own.
            let is_whole = prefix == version || under(prefix).is_empty();
            return if is_whole {
                Match::One(cycle)
            } else {
                Match::Missing
            };
        }
        match prefix.rsplit_once('.') {
            Some((shorter, _)) => prefix = shorter,
            None => break,
        }
    }
    let under = under(version);
    if under.is_empty() {
        Match::Missing
    } else {
        Match::Under(under)
    }
}

/// `17.06.05` as `17.6.5`.
fn without_zeros(version: &str) -> String {
    let parts: Vec<_> = version
        .split('.')
        .map(|part| match part.trim_start_matches('0') {
            "" => "0",
            part => part,
        })
        .collect();
    parts.join(".")
}
