//! Where releases stand on a day, and their dates, for answers about systems and products.

use super::answer::Status;
use super::page::Page;
use crate::catalogue::{Catalogue, Cycle, End, Phase};
use jiff::civil::Date;
use serde_json::{Value, json};

/// Where a release stands, without proof of extended cover. A fact that nobody checked may warn,
/// but not reassure.
pub(super) fn status(cycle: &Cycle, as_of: Date) -> Status {
    match cycle.phase(as_of) {
        Phase::NotReleased => Status::Unknown,
        Phase::Active | Phase::Security if cycle.is_unverified => Status::Unknown,
        Phase::Active | Phase::Security => Status::Supported,
        Phase::Extended => Status::ExtendedOnly,
        Phase::Ended if cycle.security_end == End::Absent => Status::Unknown,
        Phase::Ended => Status::Unsupported,
    }
}

/// The worst and the best of several; unknown for none.
pub(super) fn range(statuses: impl IntoIterator<Item = Status>) -> (Status, Status) {
    let mut range = None;
    for status in statuses {
        let (worst, best) = range.unwrap_or((status, status));
        range = Some((status.min(worst), status.max(best)));
    }
    range.unwrap_or((Status::Unknown, Status::Unknown))
}

/// `security support ended on 2020-01-14, 2504 days ago`.
pub(super) fn in_words(cycle: &Cycle, as_of: Date) -> String {
    let ends = |what: &str, end: End| match end {
        End::Absent => format!("no end of {what} is known"),
        End::EndedUndated => format!("{what} has ended, on a day that is not known"),
        End::Open => format!("no end of {what} is announced"),
        End::On(date) => match (date - as_of).get_days() {
            0 => format!("{what} ends today"),
            1 => format!("{what} ends tomorrow, on {date}"),
            days if days > 0 => format!("{what} ends on {date}, in {days} days"),
            -1 => format!("{what} ended on {date}, yesterday"),
            days => format!("{what} ended on {date}, {} days ago", -days),
        },
    };
    let said = match cycle.phase(as_of) {
        Phase::NotReleased => match cycle.released {
            Some(released) => format!("not released before {released}"),
            None => "not released".to_owned(),
        },
        Phase::Extended => {
            let kind = match cycle.extended_kind {
                "" => String::new(),
                kind => format!(" ({kind})"),
            };
            let extended = ends(&format!("extended support{kind}"), cycle.extended_end);
            format!(
                "{}; {extended}",
                ends("security support", cycle.security_end)
            )
        }
        _ => ends("security support", cycle.security_end),
    };
    if cycle.is_unverified {
        return format!("{said} (general knowledge that nobody has checked)");
    }
    said
}

/// The dates of a release, for machines.
pub(super) fn dates(cycle: &Cycle, as_of: Date) -> Value {
    json!({
        "id": cycle.id(),
        "label": cycle.label,
        "released": cycle.released,
        "active_support": end(cycle.active_end),
        "security_support": end(cycle.security_end),
        "extended_support": end(cycle.extended_end),
        "extended_kind": Some(cycle.extended_kind).filter(|kind| !kind.is_empty()),
        "status": status(cycle, as_of),
        "unverified": cycle.is_unverified,
        "source": cycle.source,
    })
}

/// A date, `open` (none announced), `ended` (day unknown), or null (no such phase).
fn end(end: End) -> Value {
    match end {
        End::Absent => Value::Null,
        End::EndedUndated => json!("ended"),
        End::On(date) => json!(date),
        End::Open => json!("open"),
    }
}

/// The rows that describe one release.
pub(super) fn describe(cycle: &Cycle, as_of: Date, catalogue: &Catalogue, page: &mut Page) {
    let standing = format!(
        "{}: {}",
        status(cycle, as_of).in_words(),
        in_words(cycle, as_of)
    );
    page.row(&as_of.to_string(), &standing);
    if let Some(released) = cycle.released {
        page.row("released", &released.to_string());
    }
    let mut phases = Vec::new();
    for (phase, end) in [
        ("active", cycle.active_end),
        ("security", cycle.security_end),
        ("extended", cycle.extended_end),
    ] {
        phases.extend(until(end).map(|end| format!("{phase} {end}")));
    }
    if !phases.is_empty() {
        page.row("support", &phases.join(", "));
    }
    let years: Vec<_> = catalogue
        .extended_years()
        .iter()
        .filter(|bought| (bought.product, bought.cycle) == cycle.key())
        .map(|bought| {
            format!(
                "{} year {} to {}",
                bought.programme, bought.year, bought.ends
            )
        })
        .collect();
    if !years.is_empty() {
        page.row("can be bought", &years.join(", "));
    }
}

/// What the table's header says of the tag of a source, or the source itself.
pub(super) fn source(cycle: &Cycle, catalogue: &Catalogue) -> &'static str {
    let tag = format!("Source `{}`: ", cycle.source);
    let text = catalogue.facts().text_of("lifecycle.tsv");
    let mut header = text.unwrap_or_default().lines();
    let explained = header
        .by_ref()
        .take_while(|line| line.starts_with('#'))
        .find_map(|line| line.trim_start_matches(['#', ' ']).strip_prefix(&tag));
    explained.unwrap_or(cycle.source)
}

fn until(end: End) -> Option<String> {
    match end {
        End::Absent => None,
        End::EndedUndated => Some("has ended".to_owned()),
        End::On(date) => Some(format!("to {date}")),
        End::Open => Some("open".to_owned()),
    }
}

/// A table of releases, one on a line.
pub(super) fn list(cycles: &[&Cycle], as_of: Date, page: &mut Page) {
    let end = |end: End| match end {
        End::Absent => "-".to_owned(),
        End::EndedUndated => "ended".to_owned(),
        End::On(date) => date.to_string(),
        End::Open => "open".to_owned(),
    };
    let rows = cycles.iter().map(|cycle| {
        [
            cycle.id(),
            status(cycle, as_of).in_words().to_owned(),
            end(cycle.security_end),
            end(cycle.extended_end),
        ]
    });
    page.table(
        [
            "release",
            &format!("on {as_of}"),
            "security to",
            "extended to",
        ],
        ["", "", "security to", "extended to"],
        rows.collect(),
    );
}
