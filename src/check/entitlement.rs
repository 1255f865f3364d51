//! `entitlement`: is paid extended support proven for the current year of its programme?

use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::{Cycle, End, Extension, Phase};
use crate::model::fields::asset;
use crate::model::{Subject, SubjectKind, Value, fold_name};
use jiff::civil::Date;

pub(super) static KIND: Kind = Kind {
    name: "entitlement",
    explain: "A machine kept alive by extended support shows evidence for the current year of it.",
    subjects: &[SubjectKind::Asset],
    arguments: &[],
    parse,
};

#[derive(Debug)]
struct Entitled;

#[expect(clippy::unnecessary_wraps, reason = "the shape every kind has")]
fn parse(_: &Arguments<'_>) -> Option<Box<dyn Check>> {
    Some(Box::new(Entitled))
}

/// Extended cover: what an asset declares, measured against what the vendor sells, or what an
/// overlay of the organisation says.
#[derive(Debug)]
pub(super) enum Cover<'a> {
    /// To a day, which may have passed, by the evidence named.
    Proven {
        until: Date,
        evidence: &'a str,
    },
    /// By an entry of an overlay, which has begun and may have lapsed.
    Overlaid(&'a Extension),
    /// Declared, but it does not hold today; says why.
    Unproven(String),
    None,
}

impl<'a> Cover<'a> {
    /// What lasts longest for the operating system of an asset.
    pub(super) fn of(subject: &'a Subject, cycle: &'a Cycle, ctx: &'a Context<'_>) -> Self {
        let declared = Self::declared(subject, cycle, ctx);
        let overlaid = Self::overlaid(subject, cycle, ctx);
        match (&declared, &overlaid) {
            (_, Self::None) | (Self::Proven { .. }, Self::Unproven(_)) => declared,
            (Self::Proven { .. }, _) if declared.until() >= overlaid.until() => declared,
            _ => overlaid,
        }
    }

    /// What overlays say of a cycle on an asset.
    pub(super) fn overlaid(subject: &'a Subject, cycle: &'a Cycle, ctx: &'a Context<'_>) -> Self {
        let has_begun = |from: Option<Date>| from.is_none_or(|from| from <= ctx.today);
        let all = ctx.catalogue.extensions(cycle, &subject.id);
        let longest = all.max_by_key(|extension| (has_begun(extension.from), extension.until));
        match longest {
            None => Self::None,
            Some(extension) if has_begun(extension.from) => Self::Overlaid(extension),
            Some(extension) => Self::Unproven(format!("{}, not begun yet", extension.in_words())),
        }
    }

    fn declared(subject: &'a Subject, cycle: &Cycle, ctx: &Context<'_>) -> Self {
        let fields = [
            asset::ENTITLEMENT_PROGRAMME,
            asset::ENTITLEMENT_YEAR,
            asset::ENTITLEMENT_VALID_TO,
            asset::ENTITLEMENT_EVIDENCE,
        ];
        let unreadable = fields
            .into_iter()
            .find(|field| matches!(subject.value(*field), Some(Value::Unreadable(_))));
        if let Some(field) = unreadable {
            let name = subject.schema.field(field).name;
            return Self::Unproven(format!("`{name}` cannot be read"));
        }
        let said = |field| subject.text(field).filter(|text| !says_none(text));
        let denied = subject
            .text(asset::ENTITLEMENT_PROGRAMME)
            .is_some_and(says_none);
        let programme = said(asset::ENTITLEMENT_PROGRAMME);
        let year = subject.integer(asset::ENTITLEMENT_YEAR);
        let valid_to = subject.date(asset::ENTITLEMENT_VALID_TO);
        if denied || (programme.is_none() && year.is_none() && valid_to.is_none()) {
            return Self::None;
        }
        let Some(evidence) = said(asset::ENTITLEMENT_EVIDENCE) else {
            return Self::Unproven(
                "an extended support entitlement is declared without evidence".into(),
            );
        };
        let bought = match year {
            None => None,
            Some(year) => match bought_to(cycle, programme, year, ctx) {
                Some(ends) => Some(ends),
                None => {
                    return Self::Unproven(format!(
                        "no year {year} of it is sold for {}",
                        cycle.label
                    ));
                }
            },
        };
        // What was bought cannot last longer than what the vendor sells.
        let sold = match cycle.extended_end {
            End::On(last) => Some(last),
            _ => None,
        };
        let Some(until) = [valid_to, bought].into_iter().flatten().min() else {
            return Self::Unproven("the entitlement says neither its year nor its last day".into());
        };
        let Some(until) = sold.map(|sold| sold.min(until)) else {
            return Self::Unproven(format!("no extended support is sold for {}", cycle.label));
        };
        Self::Proven { until, evidence }
    }

    pub(super) fn until(&self) -> Option<Date> {
        match self {
            Self::Proven { until, .. } => Some(*until),
            Self::Overlaid(extension) => Some(extension.until),
            Self::Unproven(_) | Self::None => None,
        }
    }

    /// Whether an overlay stands for it today.
    pub(super) fn is_overlaid_on(&self, today: Date) -> bool {
        matches!(self, Self::Overlaid(extension) if extension.is_in_force(today))
    }

    /// As the end of a sentence about support.
    pub(super) fn in_words(&self, today: Date) -> String {
        match self {
            Self::Overlaid(extension) if extension.is_in_force(today) => {
                format!(" ({})", extension.in_words())
            }
            Self::Overlaid(extension) => format!(" ({}, lapsed)", extension.in_words()),
            Self::Proven { until, evidence } => {
                format!(" (extended support to {until}, evidence {evidence})")
            }
            Self::Unproven(why) => format!(" ({why})"),
            Self::None => String::new(),
        }
    }
}

/// The last day before an overlay's cover of the cycle begins that has not begun yet.
pub(super) fn last_day_before_cover(
    subject: &Subject,
    cycle: &Cycle,
    ctx: &Context<'_>,
) -> Option<Date> {
    let all = ctx.catalogue.extensions(cycle, &subject.id);
    let starts = all.filter_map(|extension| extension.from);
    let next = starts.filter(|from| *from > ctx.today).min()?;
    next.yesterday().ok()
}

/// The last day of the year that was bought, where the vendor sells it.
fn bought_to(cycle: &Cycle, programme: Option<&str>, year: i64, ctx: &Context<'_>) -> Option<Date> {
    let is_consumer = programme.is_some_and(|name| name.to_lowercase().contains("consumer"));
    let programme = if is_consumer {
        "consumer"
    } else {
        "commercial"
    };
    let year = u8::try_from(year).ok()?;
    ctx.catalogue
        .extended_year(cycle, programme, year)
        .map(|bought| bought.ends)
}

/// Words that fill a cell and claim nothing.
fn says_none(text: &str) -> bool {
    const NOTHING: [&str; 9] = [
        "no", "none", "false", "na", "nil", "tbc", "tbd", "unknown", "",
    ];
    NOTHING.contains(&fold_name(text).as_str())
}

impl Check for Entitled {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(identity) = ctx.identity.as_deref() else {
            return Judgement::unknown(ctx.say(|| "no operating system is declared".into()));
        };
        let [(product, cycle)] = identity.candidates.as_slice() else {
            return Judgement::unknown(
                ctx.say(|| format!("{}: its programme cannot be told", identity.label)),
            );
        };
        let Some(cycle) = ctx.catalogue.lifecycle().cycle(product, cycle) else {
            return Judgement::unknown(
                ctx.say(|| format!("there are no lifecycle facts for {}", identity.label)),
            );
        };
        if cycle.phase(ctx.today) != Phase::Extended {
            return Judgement::not_applicable(
                ctx.say(|| format!("{} is not in a year of paid extended support", cycle.label)),
            )
            .until(cycle.phase_until(ctx.today));
        }
        let fact = ctx.detail.then(|| cycle.evidence());
        let judgement = match Cover::of(subject, cycle, ctx) {
            Cover::None => {
                Judgement::not_applicable(ctx.say(|| "no entitlement is declared".into()))
            }
            Cover::Unproven(why) => Judgement::fail(ctx.say(|| why)),
            Cover::Overlaid(extension) if extension.is_in_force(ctx.today) => {
                Judgement::pass(ctx.say(|| extension.in_words())).until(extension.until)
            }
            Cover::Overlaid(extension) => {
                Judgement::fail(ctx.say(|| format!("{}, lapsed", extension.in_words())))
            }
            Cover::Proven { until, evidence } if ctx.today <= until => {
                Judgement::pass(ctx.say(|| format!("covered to {until}, evidence {evidence}")))
                    .until(until)
            }
            Cover::Proven { until, evidence } => Judgement::fail(ctx.say(|| {
                let days = (ctx.today - until).get_days();
                format!(
                    "the year that evidence {evidence} covers ended on {until}, {days} days ago"
                )
            })),
        };
        judgement
            .at_most_until(cycle.phase_until(ctx.today))
            .at_most_until(last_day_before_cover(subject, cycle, ctx))
            .fact(fact)
            .field(asset::ENTITLEMENT_YEAR)
    }
}
