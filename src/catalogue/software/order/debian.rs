//! Debian versions: `[epoch:]upstream[-revision]`, as deb-version(7) describes them.

use std::cmp::Ordering;

pub(super) fn compare(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (Parts::read(one)?, Parts::read(other)?);
    let epochs = number(one.epoch, other.epoch);
    let upstream = || piecewise(one.upstream, other.upstream);
    let revisions = || piecewise(one.revision, other.revision);
    Some(epochs.then_with(upstream).then_with(revisions))
}

struct Parts<'a> {
    epoch: &'a str,
    upstream: &'a str,
    revision: &'a str,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
        let is_epoch = !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_digit());
        let may_stand = |b: u8| b.is_ascii_alphanumeric() || b".+~-:".contains(&b);
        let is_revision = |b: u8| b.is_ascii_alphanumeric() || b".+~".contains(&b);
        let is_upstream = upstream.as_bytes().first().is_some_and(u8::is_ascii_digit)
            && upstream.bytes().all(may_stand);
        let has_revision = rest.contains('-');
        let is_sound = !has_revision || (!revision.is_empty() && revision.bytes().all(is_revision));
        (is_epoch && is_upstream && is_sound).then_some(Self {
            epoch,
            upstream,
            revision,
        })
    }
}

/// Parts without digits and numbers in turn.
fn piecewise(mut one: &str, mut other: &str) -> Ordering {
    while !one.is_empty() || !other.is_empty() {
        let (first, one_rest) = cut(one, |b| !b.is_ascii_digit());
        let (second, other_rest) = cut(other, |b| !b.is_ascii_digit());
        let order = letters(first, second);
        if order != Ordering::Equal {
            return order;
        }
        let (first, one_rest) = cut(one_rest, |b| b.is_ascii_digit());
        let (second, other_rest) = cut(other_rest, |b| b.is_ascii_digit());
        let order = number(first, second);
        if order != Ordering::Equal {
            return order;
        }
        (one, other) = (one_rest, other_rest);
    }
    Ordering::Equal
}

/// The longest beginning of such bytes, and the rest.
fn cut(text: &str, is_part: fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|b| !is_part(b)).unwrap_or(text.len());
    text.split_at(end)
}

/// A tilde is before the end, letters are before everything else.
fn letters(one: &str, other: &str) -> Ordering {
    let rank = |b: Option<&u8>| match b {
        Some(b'~') => -1,
        None => 0,
        Some(b) if b.is_ascii_alphabetic() => i32::from(*b),
        Some(b) => i32::from(*b) + 256,
    };
    let (one, other) = (one.as_bytes(), other.as_bytes());
    (0..one.len().max(other.len()))
        .map(|at| rank(one.get(at)).cmp(&rank(other.get(at))))
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

/// Digits as a number of any size; none are 0.
fn number(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}
