//! When a certificate is valid, for how long, and how soon it ends.

use super::{Area, Level, Lint, On, Seen};
use crate::pki::certificate::Certificate;
use crate::pki::profile::Thresholds;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _, tz};

const WINDOW: &str = "RFC 5280 4.1.2.5";
const LADDER: &str = "CA/Browser Forum BR 6.3.2 (SC-081v3)";
const DAY: i64 = 86_400;

pub(super) const LINTS: &[Lint] = &[
    Lint::new(
        "expired",
        Area::Time,
        On::All,
        WINDOW,
        "renew the certificate and install the new one",
        |seen| {
            let end = seen.certificate.not_after();
            (clock(seen) > seconds(end)).then(|| format!("expired at {end}"))
        },
    ),
    Lint::new(
        "not_yet_valid",
        Area::Time,
        On::All,
        WINDOW,
        "wait for its start, or check the clock that it was issued by",
        |seen| {
            let start = seen.certificate.not_before();
            (clock(seen) < seconds(start)).then(|| format!("not valid before {start}"))
        },
    ),
    Lint::new(
        "expiring_soon",
        Area::Time,
        On::Leaf,
        "policy",
        "renew the certificate; automate the renewal",
        ends_soon,
    )
    .public(Some(Level::Warning))
    .private(Some(Level::Warning)),
    Lint::new(
        "intermediate_expiring_soon",
        Area::Time,
        On::Authorities,
        "policy",
        "install the authority's new intermediate, and a leaf that it issued",
        ends_soon,
    )
    .public(Some(Level::Warning))
    .private(Some(Level::Warning)),
    Lint::new(
        "validity_too_long",
        Area::Form,
        On::Leaf,
        LADDER,
        "ask for a certificate of a shorter life; automate its renewal",
        |seen| {
            let days = seen.certificate.lifetime_days();
            let (from, most) = most_days(issued_on(seen.certificate.not_before()))?;
            (days > most)
                .then(|| format!("valid for {days} days; at most {most} are allowed since {from}"))
        },
    )
    .private(None),
    Lint::web(
        "validity_near_limit",
        On::Leaf,
        LADDER,
        "ask for a certificate one day shorter than the cap",
        |seen| {
            let days = seen.certificate.lifetime_days();
            let (from, most) = most_days(issued_on(seen.certificate.not_before()))?;
            let margin = i64::from(seen.surroundings.thresholds.lifetime_margin_days);
            (days > most.saturating_sub(margin)).then(|| {
                format!("valid for {days} days, within {margin} of the {most} allowed since {from}")
            })
        },
    )
    .public(Some(Level::Info)),
    Lint::web(
        "validity_over_825_days",
        On::Leaf,
        "CA/Browser Forum BR 6.3.2 (ballot 193)",
        "ask for a certificate of a shorter life",
        |seen| {
            // The last second did not count then.
            let end = seconds(seen.certificate.not_after());
            let life = end.saturating_sub(seconds(seen.certificate.not_before()));
            (life > 825 * DAY).then(|| "valid for more than 825 days".into())
        },
    )
    .since(2018, 3, 2),
    Lint::web(
        "validity_over_39_months",
        On::Leaf,
        "CA/Browser Forum BR 6.3.2",
        "ask for a certificate of a shorter life",
        |seen| {
            let issued = seen.certificate.not_before().to_zoned(tz::TimeZone::UTC);
            let most = issued.checked_add(39.months()).ok()?;
            (seen.certificate.not_after() > most.timestamp())
                .then(|| "valid for more than 39 months".into())
        },
    )
    .since(2016, 7, 2),
    Lint::form(
        "validity_not_positive",
        On::All,
        WINDOW,
        "have the certificate issued anew",
        |seen| {
            let is_backwards = seen.certificate.not_after() < seen.certificate.not_before();
            is_backwards.then(|| "ends before it begins".into())
        },
    )
    .public(Some(Level::Error))
    .private(Some(Level::Error)),
    Lint::new(
        "validity_very_long",
        Area::Form,
        On::Leaf,
        "policy",
        "give certificates a shorter life, so that keys are renewed",
        |seen| {
            let days = seen.certificate.lifetime_days();
            let most = i64::from(seen.surroundings.thresholds.very_long_days);
            (days > most).then(|| format!("valid for {days} days; more than {most} is very long"))
        },
    )
    .public(None)
    .private(Some(Level::Info)),
];

fn clock(seen: &Seen<'_>) -> i64 {
    seconds(seen.surroundings.clock)
}

fn seconds(instant: Timestamp) -> i64 {
    instant.as_second()
}

fn issued_on(instant: Timestamp) -> Date {
    instant.to_zoned(tz::TimeZone::UTC).date()
}

/// Days that a certificate issued on a day may live, and since when that holds.
fn most_days(issued: Date) -> Option<(Date, i64)> {
    const STEPS: [(Date, i64); 4] = [
        (date(2029, 3, 15), 47),
        (date(2027, 3, 15), 100),
        (date(2026, 3, 15), 200),
        (date(2020, 9, 1), 398),
    ];
    STEPS.into_iter().find(|(from, _)| issued >= *from)
}

/// Short-lived certificates are renewed late in their life, so that the margin follows it.
fn ends_soon(seen: &Seen<'_>) -> Option<String> {
    let end = seconds(seen.certificate.not_after());
    let left = end.saturating_sub(clock(seen));
    let margin = margin(seen.certificate, seen.surroundings.thresholds);
    (0..=margin).contains(&left).then(|| {
        let end = seen.certificate.not_after();
        format!("ends at {end}, in {} days", left / DAY)
    })
}

/// Seconds before its end from which a certificate ends soon.
pub(in crate::pki) fn margin(certificate: &Certificate<'_>, thresholds: &Thresholds) -> i64 {
    let life = certificate.lifetime_days();
    match life {
        ..7 => life.saturating_mul(DAY) / 2,
        _ if life <= i64::from(thresholds.short_lived_days) => life.saturating_mul(DAY) / 3,
        _ => i64::from(thresholds.expiry_warning_days) * DAY,
    }
}
