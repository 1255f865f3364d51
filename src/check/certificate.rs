//! `certificate`: is the certificate an endpoint serves in its window, far enough from its end,
//! made out to the endpoint's name, and of the strength the rule asks for?

use super::{Arguments, Check, Context, Judgement, Kind, Tree};
use crate::model::fields::{certificate, endpoint};
use crate::model::{Subject, SubjectKind};
use crate::predicate::Length;
use jiff::Timestamp;
use jiff::civil::Date;
use std::net::IpAddr;

pub(super) static KIND: Kind = Kind {
    name: "certificate",
    explain: "The certificate of the endpoint satisfies every argument.",
    subjects: &[SubjectKind::Endpoint],
    arguments: &[
        (
            "in_window",
            "today lies within its validity, first and last day included",
        ),
        ("remaining", "more than this is left of its validity"),
        (
            "lifetime_part",
            "with `remaining`: but never more than one part in this many of its lifetime",
        ),
        (
            "names_host",
            "the endpoint's host is among its subject alternative names",
        ),
        (
            "names_under",
            "the endpoint's host, and every name of the certificate, is under this domain",
        ),
        ("has", "a condition on the certificate's own fields"),
    ],
    parse,
};

#[derive(Debug)]
struct Certified {
    in_window: bool,
    remaining: Option<Length>,
    lifetime_part: Option<i64>,
    names_host: bool,
    names_under: Option<String>,
    has: Option<Tree>,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let in_window = arguments.yes_or_no("in_window");
    let remaining = arguments.length("remaining");
    let lifetime_part = arguments.optional("lifetime_part", "a whole number above 0", |text| {
        text.parse().ok().filter(|part: &i64| *part > 0)
    });
    let names_host = arguments.yes_or_no("names_host");
    let names_under = arguments.optional("names_under", "a domain such as nhs.uk", domain);
    let has = arguments.tree("has", SubjectKind::Certificate);
    let check = Certified {
        in_window: in_window?.unwrap_or(false),
        remaining: remaining?,
        lifetime_part: lifetime_part?,
        names_host: names_host?.unwrap_or(false),
        names_under: names_under?,
        has: has?,
    };
    let asks_of_names = check.names_host || check.names_under.is_some();
    if !check.in_window && check.remaining.is_none() && !asks_of_names && check.has.is_none() {
        let message = "`certificate` asks nothing".into();
        return arguments
            .reading
            .problem(arguments.span(), message, "give at least one argument");
    }
    Some(Box::new(check))
}

impl Check for Certified {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(id) = served(subject) else {
            return Judgement::unknown(ctx.say(|| "`certificate` is not declared".into()))
                .field(endpoint::CERTIFICATE);
        };
        let Some(found) = ctx.declaration.find(SubjectKind::Certificate, id) else {
            return Judgement::unknown(ctx.say(|| format!("no certificate `{id}` is declared")))
                .field(endpoint::CERTIFICATE);
        };
        let judgement = Judgement::worst_of(self.parts(found, subject, ctx))
            .expect("the parser refuses a check that asks nothing");
        Judgement {
            field: Some(endpoint::CERTIFICATE),
            place: Some(found.place.clone()),
            ..judgement
        }
    }

    fn looks_into<'c>(&self, subject: &Subject, ctx: &Context<'c>) -> Vec<&'c Subject> {
        let found =
            served(subject).and_then(|id| ctx.declaration.find(SubjectKind::Certificate, id));
        found.into_iter().collect()
    }
}

/// The id of the certificate that was seen, else of the one declared.
fn served(subject: &Subject) -> Option<&str> {
    let observed = subject.text(endpoint::OBSERVED_CERTIFICATE_ID);
    observed.or_else(|| subject.text(endpoint::CERTIFICATE))
}

impl Certified {
    fn parts(&self, found: &Subject, subject: &Subject, ctx: &Context<'_>) -> Vec<Judgement> {
        let mut parts = Vec::new();
        if self.in_window {
            parts.push(in_window(found, ctx));
        }
        if let Some(remaining) = self.remaining {
            parts.push(self.margin(found, remaining, ctx));
        }
        if self.names_host {
            parts.push(names_host(found, subject, ctx));
        }
        if let Some(domain) = &self.names_under {
            parts.push(names_under(found, subject, domain, ctx));
        }
        if let Some(has) = &self.has {
            let judgement = has.run(found, ctx);
            parts.push(Judgement {
                why: ctx.say(|| format!("certificate `{}`: {}", found.id, judgement.why)),
                ..judgement
            });
        }
        parts
    }

    /// More than `remaining` left, or more than the given part of the lifetime if that is less:
    /// a 47-day certificate is not late with 20 days to go.
    fn margin(&self, found: &Subject, remaining: Length, ctx: &Context<'_>) -> Judgement {
        let Some((from, to)) = window(found) else {
            return no_window(found, ctx);
        };
        let lifetime = i64::from((to - from).get_days()) + 1;
        let mut wanted = i64::from((remaining.after(ctx.today) - ctx.today).get_days());
        if let Some(part) = self.lifetime_part {
            wanted = wanted.min(lifetime / part);
        }
        let left = i64::from((to - ctx.today).get_days());
        let why = ctx.say(|| {
            format!("ends {to}, {left} of {lifetime} days left; wanted more than {wanted}")
        });
        if left >= 0 && left > wanted {
            let by_length = remaining.last_short_of(to);
            let by_part = self.lifetime_part.and_then(|part| {
                let span = jiff::Span::new().try_days(lifetime / part + 1).ok()?;
                to.checked_sub(span).ok()
            });
            return Judgement::pass(why).until(by_part.map_or(by_length, |day| day.max(by_length)));
        }
        Judgement::fail(why)
    }
}

fn window(found: &Subject) -> Option<(Date, Date)> {
    let day = |instant: Timestamp| instant.to_zoned(jiff::tz::TimeZone::UTC).date();
    let from = day(found.instant(certificate::NOT_BEFORE)?);
    let to = day(found.instant(certificate::NOT_AFTER)?);
    (from <= to).then_some((from, to))
}

fn no_window(found: &Subject, ctx: &Context<'_>) -> Judgement {
    Judgement::unknown(ctx.say(|| {
        format!(
            "certificate `{}` states no validity that makes sense",
            found.id
        )
    }))
}

fn in_window(found: &Subject, ctx: &Context<'_>) -> Judgement {
    let Some((from, to)) = window(found) else {
        return no_window(found, ctx);
    };
    if ctx.today < from {
        return Judgement::fail(
            ctx.say(|| format!("certificate `{}` is not valid before {from}", found.id)),
        )
        .until(from.yesterday().ok());
    }
    if ctx.today > to {
        return Judgement::fail(ctx.say(|| {
            format!(
                "certificate `{}` ended {to}, {} days ago",
                found.id,
                (ctx.today - to).get_days()
            )
        }));
    }
    Judgement::pass(ctx.say(|| format!("certificate `{}` is valid from {from} to {to}", found.id)))
        .until(to)
}

/// Subject alternative names only, never the common name; a wildcard stands for one whole label.
fn names_host(found: &Subject, subject: &Subject, ctx: &Context<'_>) -> Judgement {
    let Some(host) = subject.text(endpoint::HOST) else {
        return Judgement::unknown(ctx.say(|| "`host` is not declared".into()));
    };
    let Some(names) = found.texts(certificate::SANS) else {
        return Judgement::unknown(
            ctx.say(|| format!("certificate `{}` states no names", found.id)),
        );
    };
    if names.iter().any(|name| name_matches(name, host)) {
        return Judgement::pass(ctx.say(|| format!("certificate `{}` names {host}", found.id)));
    }
    Judgement::fail(ctx.say(|| {
        let shown: Vec<_> = names.iter().take(5).map(String::as_str).collect();
        let rest = names.len().saturating_sub(5);
        let more = if rest > 0 {
            format!(" and {rest} more")
        } else {
            String::new()
        };
        format!(
            "certificate `{}` names {}{more}, not {host}",
            found.id,
            shown.join(", ")
        )
    }))
}

fn domain(text: &str) -> Option<String> {
    let is_domain = text.split('.').all(|label| {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        !label.is_empty() && label.chars().all(is_plain)
    });
    is_domain.then(|| text.to_ascii_lowercase())
}

fn names_under(found: &Subject, subject: &Subject, domain: &str, ctx: &Context<'_>) -> Judgement {
    let Some(host) = subject.text(endpoint::HOST) else {
        return Judgement::unknown(ctx.say(|| "`host` is not declared".into()));
    };
    let names = match found.texts(certificate::SANS) {
        Some(names) if !names.is_empty() => names,
        _ => {
            let why = || format!("certificate `{}` states no names", found.id);
            return Judgement::unknown(ctx.say(why));
        }
    };
    let mut all = std::iter::once(host).chain(names.iter().map(String::as_str));
    match all.find(|name| !is_under(name, domain)) {
        Some(name) => Judgement::fail(ctx.say(|| format!("{name} is not under {domain}"))),
        None => Judgement::pass(ctx.say(|| format!("every name is under {domain}"))),
    }
}

/// Whether a name is below a domain, label for label; the domain itself is not below itself.
fn is_under(name: &str, domain: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.strip_suffix(domain)
        .and_then(|rest| rest.strip_suffix('.'))
        .is_some_and(|rest| !rest.is_empty())
}

fn name_matches(pattern: &str, host: &str) -> bool {
    if let (Ok(one), Ok(other)) = (pattern.parse::<IpAddr>(), host.parse::<IpAddr>()) {
        return one == other;
    }
    if host.parse::<IpAddr>().is_ok() {
        return false;
    }
    let (pattern, host) = (pattern.trim_end_matches('.'), host.trim_end_matches('.'));
    if pattern.eq_ignore_ascii_case(host) {
        return !host.is_empty();
    }
    match (pattern.strip_prefix("*."), host.split_once('.')) {
        // A wildcard over a single label (`*.uk`) is nobody's.
        (Some(parent), Some((label, rest))) => {
            parent.contains('.') && !label.is_empty() && parent.eq_ignore_ascii_case(rest)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::{Declaration, Outcome, Place};
    use jiff::civil::date;

    #[test]
    fn a_wildcard_is_one_whole_left_label() {
        assert!(name_matches(
            "*.larkfield.example",
            "portal.larkfield.example"
        ));
        assert!(name_matches(
            "Portal.Larkfield.example",
            "portal.larkfield.example."
        ));
        assert!(!name_matches("*.larkfield.example", "larkfield.example"));
        assert!(!name_matches(
            "*.larkfield.example",
            "a.b.larkfield.example"
        ));
        assert!(!name_matches("*.example", "larkfield.example"));
        assert!(!name_matches("*", "localhost"));
        assert!(!name_matches("", ""));
    }

    #[test]
    fn addresses_match_only_addresses() {
        assert!(name_matches("192.0.2.7", "192.0.2.7"));
        assert!(!name_matches("*.0.2.7", "192.0.2.7"));
    }

    #[test]
    fn a_margin_in_months_ends_on_the_day_that_it_stops_to_hold() {
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place.clone());
        let declaration = Declaration::new("made-up.yaml", organisation);
        let mut served = Subject::new(SubjectKind::Certificate, "portal", place);
        let record = &mut served.record;
        record.set_text(certificate::NOT_BEFORE, "2026-04-01T00:00Z");
        record.set_text(certificate::NOT_AFTER, "2027-03-31T00:00Z");
        let on = |today: Date, lifetime_part| {
            let ctx = Context {
                today,
                catalogue: Catalogue::embedded(),
                declaration: &declaration,
                identity: None,
                detail: false,
            };
            let check = Certified {
                in_window: false,
                remaining: Some(Length::Months(1)),
                lifetime_part,
                names_host: false,
                names_under: None,
                has: None,
            };
            let judgement = check.margin(&served, Length::Months(1), &ctx);
            (judgement.outcome, judgement.until)
        };
        let last = date(2027, 2, 28);
        assert_eq!(on(date(2026, 11, 22), None), (Outcome::Pass, Some(last)));
        assert_eq!(on(last, None), (Outcome::Pass, Some(last)));
        assert_eq!(on(date(2027, 3, 1), None).0, Outcome::Fail);
        let later = date(2027, 3, 12);
        assert_eq!(
            on(date(2026, 11, 22), Some(20)),
            (Outcome::Pass, Some(later))
        );
        assert_eq!(on(later, Some(20)), (Outcome::Pass, Some(later)));
        assert_eq!(on(date(2027, 3, 13), Some(20)).0, Outcome::Fail);
    }
}
