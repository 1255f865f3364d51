//! `supported`: is the operating system still supported by its vendor?
//!
//! Where several releases remain possible, only their agreement is an answer. Extended support
//! counts for those who show that they have it.

use super::entitlement::{Cover, last_day_before_cover};
use super::os::os_conflict;
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::{Certainty, Cycle, End, Identity, Phase};
use crate::model::fields::asset;
use crate::model::{Outcome, Subject, SubjectKind};
use crate::predicate::Length;
use jiff::civil::Date;

pub(super) static KIND: Kind = Kind {
    name: "supported",
    explain: "The operating system is supported today, and for `notice` longer where that is given.",
    subjects: &[SubjectKind::Asset],
    arguments: &[("notice", "how much longer support has to last")],
    parse,
};

#[derive(Debug)]
struct Supported {
    notice: Length,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let notice = arguments.length("notice")?.unwrap_or(Length::Days(0));
    Some(Box::new(Supported { notice }))
}

impl Check for Supported {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        self.judge(subject, ctx).field(asset::OS)
    }
}

impl Supported {
    fn judge(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(identity) = ctx.identity.as_deref() else {
            return Judgement::unknown(ctx.say(|| "no operating system is declared".into()));
        };
        if let Some(conflict) = os_conflict(identity, ctx) {
            return conflict;
        }
        let cycles: Vec<_> = cycles_of(identity, ctx).collect();
        if cycles.is_empty() || cycles.len() < identity.candidates.len() {
            return Judgement::unknown(ctx.say(|| undecided(identity)));
        }
        let each: Vec<_> = cycles
            .iter()
            .map(|cycle| {
                judge_cycle(cycle, &Cover::of(subject, cycle, ctx), self.notice, ctx)
                    .at_most_until(last_day_before_cover(subject, cycle, ctx))
            })
            .collect();
        let agreed = each[0].outcome;
        let until = each.iter().filter_map(|judgement| judgement.until).min();
        if each.iter().any(|judgement| judgement.outcome != agreed) {
            return Judgement::unknown(ctx.say(|| disagreement(identity, &each))).until(until);
        }
        let fact = each
            .iter()
            .map(|judgement| judgement.fact.clone())
            .next()
            .flatten();
        let one = each
            .into_iter()
            .next()
            .expect("there is at least one cycle");
        one.until(until).fact(fact)
    }
}

/// Whether a cycle is supported, under extended cover where there is some.
pub(super) fn judge_cycle(
    cycle: &Cycle,
    cover: &Cover<'_>,
    notice: Length,
    ctx: &Context<'_>,
) -> Judgement {
    let fact = ctx.detail.then(|| cycle.evidence());
    if cycle.phase(ctx.today) == Phase::NotReleased {
        return Judgement::conflict(ctx.say(|| {
            let day = cycle
                .released
                .map(|day| day.to_string())
                .unwrap_or_default();
            format!("{} was only released on {day}", cycle.label)
        }))
        .until(cycle.released.and_then(|day| day.yesterday().ok()))
        .fact(fact);
    }
    let judgement = match last_day(cycle, cover.until()) {
        End::Open => open_ended(cycle, ctx),
        End::On(last) => judge_end(cycle, last, cover, notice, ctx),
        End::EndedUndated => {
            Judgement::fail(ctx.say(|| format!("support of {} has ended", cycle.label)))
        }
        End::Absent => Judgement::unknown(
            ctx.say(|| format!("the catalogue has no end of support for {}", cycle.label)),
        ),
    };
    // A fact that nobody checked may warn, but not reassure.
    let is_overlaid = cover.is_overlaid_on(ctx.today);
    let is_hearsay = cycle.is_unverified && !is_overlaid;
    if judgement.outcome == Outcome::Pass && is_hearsay {
        return Judgement::unknown(ctx.say(|| {
            format!(
                "the dates of {} are general knowledge that nobody has checked",
                cycle.label
            )
        }))
        .until(judgement.until)
        .fact(fact);
    }
    let vouched_until = cover.until().filter(|_| cycle.is_unverified && is_overlaid);
    judgement.at_most_until(vouched_until).fact(fact)
}

fn judge_end(
    cycle: &Cycle,
    last: Date,
    cover: &Cover<'_>,
    notice: Length,
    ctx: &Context<'_>,
) -> Judgement {
    let days = (last - ctx.today).get_days();
    let cover = || cover.in_words(ctx.today);
    // Without notice the last day itself is supported; with notice there has to be more left.
    let until = match notice {
        Length::Days(0) => last,
        notice => notice.before(last).yesterday().unwrap_or(Date::MIN),
    };
    if ctx.today <= until {
        return Judgement::pass(
            ctx.say(|| format!("{} is supported to {last}{}", cycle.label, cover())),
        )
        .until(until);
    }
    if ctx.today <= last {
        return Judgement::fail(ctx.say(|| {
            format!(
                "support of {} ends on {last}, in {days} days{}",
                cycle.label,
                cover()
            )
        }));
    }
    Judgement::fail(ctx.say(|| {
        format!(
            "support of {} ended on {last}, {} days ago{}",
            cycle.label,
            -days,
            cover()
        )
    }))
}

/// "No end announced" is news of the day the catalogue was made, and ages.
fn open_ended(cycle: &Cycle, ctx: &Context<'_>) -> Judgement {
    let dated = ctx.catalogue.lifecycle().data_date();
    let last = Length::Months(12).after(dated);
    if ctx.today > last {
        return Judgement::unknown(ctx.say(|| {
            format!(
                "{} had no announced end on {dated}, too long ago to rely on",
                cycle.label
            )
        }));
    }
    let why = ctx.say(|| format!("{} had no announced end of support on {dated}", cycle.label));
    Judgement::pass(why).until(last)
}

/// The later of the security end and of proven extended cover.
fn last_day(cycle: &Cycle, cover: Option<Date>) -> End {
    match (cycle.security_end, cover) {
        (End::On(security), Some(cover)) => End::On(security.max(cover)),
        (End::EndedUndated, Some(cover)) => End::On(cover),
        (security, _) => security,
    }
}

fn cycles_of<'c>(identity: &'c Identity, ctx: &'c Context<'_>) -> impl Iterator<Item = &'c Cycle> {
    identity
        .candidates
        .iter()
        .filter_map(|(product, cycle)| ctx.catalogue.lifecycle().cycle(product, cycle))
}

/// The ends of support of all candidates, sorted, for whether they agree.
pub(super) fn ends_of(identity: &Identity, ctx: &Context<'_>) -> Vec<String> {
    let mut ends: Vec<_> = cycles_of(identity, ctx)
        .map(|cycle| format!("{:?} {:?}", cycle.security_end, cycle.extended_end))
        .collect();
    ends.sort();
    ends
}

fn undecided(identity: &Identity) -> String {
    match identity.certainty {
        Certainty::NotCovered => format!("there are no lifecycle facts for {}", identity.label),
        _ => match &identity.settles {
            Some(settles) => format!("{}: declare {settles}", identity.label),
            None => format!("{}: nothing to decide its support by", identity.label),
        },
    }
}

fn disagreement(identity: &Identity, each: &[Judgement]) -> String {
    let supported = each
        .iter()
        .filter(|judgement| judgement.outcome == Outcome::Pass)
        .count();
    let settles = identity
        .settles
        .as_deref()
        .unwrap_or("the release and edition");
    format!(
        "{}: {supported} of {} possible releases are supported; declare {settles}",
        identity.label,
        each.len()
    )
}
