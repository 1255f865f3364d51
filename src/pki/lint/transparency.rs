//! Certificate transparency: enough public logs for the certificate's life.

use super::{Level, Lint, On, Seen};
use jiff::civil::date;

const SCTS: &str = "1.3.6.1.4.1.11129.2.4.2";
const POISON: &str = "1.3.6.1.4.1.11129.2.4.3";
const APPLE: &str = "Apple's certificate transparency policy";
const LOGS: &str = "RFC 6962 3.3";
const FIX: &str = "have the certificate issued anew and logged in public";

/// Logs that are needed for a life of so many days; the policy before 2021-04-21 counted months.
fn needed(seen: &Seen<'_>, days: i64) -> usize {
    let few = i64::from(seen.surroundings.thresholds.few_scts_days);
    let issued = seen.certificate.not_before();
    let issued = issued.to_zoned(jiff::tz::TimeZone::UTC).date();
    let is_old = issued < date(2021, 4, 21);
    if !is_old {
        return if days <= few { 2 } else { 3 };
    }
    match days {
        ..=456 => 2,
        457..=821 => 3,
        822..=1_186 => 4,
        _ => 5,
    }
}

fn is_precertificate(seen: &Seen<'_>) -> bool {
    seen.certificate.extension(POISON).is_some()
}

pub(super) const LINTS: &[Lint] = &[
    Lint::web("too_few_scts", On::Leaf, APPLE, FIX, |seen| {
        if is_precertificate(seen) {
            return None;
        }
        let (has, days) = (
            seen.certificate.public_logs().unwrap_or(0),
            seen.certificate.lifetime_days(),
        );
        let needs = needed(seen, days);
        (has < needs).then(|| {
            format!("is promised to {has} public logs; {needs} are needed for {days} days")
        })
    })
    .since(2018, 10, 15)
    .public(Some(Level::Info)),
    Lint::form("sct_list_empty", On::All, LOGS, FIX, |seen| {
        (super::facts::value(seen, SCTS)? == [4, 2, 0, 0])
            .then(|| "has an empty list of log promises".into())
    })
    .since(2013, 6, 1),
    Lint::form("precertificate_with_scts", On::All, LOGS, FIX, |seen| {
        (is_precertificate(seen) && seen.certificate.extension(SCTS).is_some())
            .then(|| "is a precertificate that lists promises already".into())
    })
    .since(2013, 6, 1),
    Lint::form(
        "precertificate_served",
        On::Leaf,
        LOGS,
        "install the certificate itself",
        |seen| is_precertificate(seen).then(|| "is a precertificate, which no client takes".into()),
    )
    .public(Some(Level::Error))
    .private(Some(Level::Error)),
];
