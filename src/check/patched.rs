//! `patched`: does a Windows machine have the fix of an advisory, the level of a month, a package?
//!
//! A package is there when it is listed or when anything that contains it is, unless the rule asks
//! for it to the letter.

use super::os::{Updates, os_conflict};
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::windows::{Advisory, LevelVerdict, Verdict};
use crate::catalogue::{Completeness, Cve, Kb, MinLevel, Month, PatchFacts, Patched as Answer};
use crate::model::fields::asset;
use crate::model::{Subject, SubjectKind};
use crate::predicate::Length;
use crate::yaml::Node;
use jiff::civil::Date;
use std::sync::Arc;

pub(super) static KIND: Kind = Kind {
    name: "patched",
    explain: "The machine has the fix of an advisory, the security level of a month or a package, \
              directly or inside a later update of its stream.",
    subjects: &[SubjectKind::Asset],
    arguments: &[
        (
            "advisory",
            "its id, or a CVE it covers: MS17-010, CVE-2017-0144",
        ),
        (
            "min-level",
            "a month: the cumulative update of its second Tuesday, or a later one: 2026-06",
        ),
        ("min_level", "the same as `min-level`"),
        ("kb", "a package, or anything that contains it: KB4012212"),
        (
            "exact",
            "with `kb`: yes asks for the listed package itself, whatever else contains it",
        ),
    ],
    parse,
};

/// Exactly one of these says what is asked.
const TARGETS: [&str; 4] = ["advisory", "kb", "min-level", "min_level"];

#[derive(Debug)]
enum Patched {
    Advisory(Arc<Advisory>),
    /// The literal package, with the day it came out where that is known.
    Exact {
        kb: Kb,
        /// What the catalogue knows of it.
        package: Box<Advisory>,
    },
    Kb(Box<Advisory>),
    Level(Box<MinLevel>),
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let given = TARGETS.map(|name| Some((name, arguments.node(name)?)));
    let mut given = given.into_iter().flatten();
    let reader = arguments.reading.reader;
    let Some((name, node)) = given.next() else {
        let message = "`patched` needs one of the arguments `advisory`, `min-level` and `kb`";
        return arguments
            .reading
            .problem(arguments.span(), message.into(), "missing here");
    };
    if let Some((other, second)) = given.next() {
        let message = format!("`patched` takes either `{name}` or `{other}`");
        let problem = reader.problem(second.span.clone(), message);
        let help = "write two checks below `all` to ask for both";
        reader.push(problem.label("one too many").help(help));
        return None;
    }
    let exact = arguments.yes_or_no("exact")?.unwrap_or(false);
    if let (true, Some(node)) = (name != "kb", arguments.node("exact")) {
        let message = format!("`exact` asks for a package to the letter, not for `{name}`");
        let problem = reader.problem(node.span.clone(), message);
        let help = "leave it out, or write `kb`";
        reader.push(problem.label("does not fit").help(help));
        return None;
    }
    let patched = match name {
        "advisory" => advisory(arguments, node)?,
        "kb" => package(arguments, node, exact)?,
        _ => level(arguments, node)?,
    };
    Some(Box::new(patched))
}

fn advisory(arguments: &Arguments<'_>, node: &Node<'_>) -> Option<Patched> {
    let id = arguments.value(node, "an advisory", |text| Some(text.to_owned()))?;
    let windows = arguments.reading.catalogue.windows();
    let Some(advisory) = windows.find_advisory(&id) else {
        let known: Vec<_> = windows
            .advisories()
            .iter()
            .map(|advisory| &*advisory.id)
            .collect();
        let reader = arguments.reading.reader;
        let problem = reader.problem(
            node.span.clone(),
            format!("the catalogue has no advisory `{id}`"),
        );
        let help = format!(
            "it knows {} and every CVE of the vendor's feed",
            known.join(", ")
        );
        // The number of one hole never stands for that of another.
        let near = if Cve::parse(&id).is_some() {
            Vec::new()
        } else {
            known
        };
        reader.push(problem.label("not known").help(help).suggest(&id, near));
        return None;
    };
    Some(Patched::Advisory(advisory))
}

fn package(arguments: &Arguments<'_>, node: &Node<'_>, exact: bool) -> Option<Patched> {
    let kb = arguments.value(node, "the number of an update such as KB4012212", Kb::parse)?;
    let windows = arguments.reading.catalogue.windows();
    let required = windows.requires_kb(kb);
    if exact {
        let package = Box::new(required);
        return Some(Patched::Exact { kb, package });
    }
    if !windows.knows_kb(kb) {
        let reader = arguments.reading.reader;
        let message = format!("the catalogue does not know {kb}, so not what contains it");
        let help = "check the number, or write `exact: yes` to ask for this very package";
        let problem = reader.problem(node.span.clone(), message);
        reader.push(problem.label("not known").help(help));
        return None;
    }
    Some(Patched::Kb(Box::new(required)))
}

fn level(arguments: &Arguments<'_>, node: &Node<'_>) -> Option<Patched> {
    let month = arguments.value(node, "a month from 2003 on such as 2026-06", Month::parse)?;
    let catalogue = arguments.reading.catalogue;
    let dated = catalogue.windows_date();
    if month.patch_day() > Length::Months(24).after(dated) {
        // Nothing would be asked for years, which is more likely a slip than a plan.
        let reader = arguments.reading.reader;
        let message = format!("{month} lies years after the facts, which are of {dated}");
        let problem = reader.problem(node.span.clone(), message);
        let help = "write a month that is out, or about to come";
        reader.push(problem.label("too far ahead").help(help));
        return None;
    }
    let windows = catalogue.windows();
    Some(Patched::Level(Box::new(windows.requires_level(month))))
}

impl Check for Patched {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let windows = ctx.catalogue.windows();
        let updates = Updates::of(&subject.record, ctx.today);
        let Some(facts) = updates.facts(ctx) else {
            return not_a_known_windows(ctx);
        };
        let judgement = match self {
            Self::Advisory(advisory) => by_advisory(&windows.judge(advisory, &facts), ctx),
            Self::Exact { kb, package } => to_the_letter(*kb, package, &facts, ctx),
            Self::Kb(required) => by_advisory(&windows.judge(required, &facts), ctx),
            Self::Level(level) => by_level(&windows.judge_level(level, &facts), ctx),
        };
        judgement.at_most_until(updates.until).field(asset::UPDATES)
    }
}

fn by_advisory(verdict: &Verdict<'_>, ctx: &Context<'_>) -> Judgement {
    let why = || match verdict.settles() {
        Some(settles) => format!("{}; {settles}", verdict.why()),
        None => verdict.why(),
    };
    // The day before the fix came out is the last day nothing was asked.
    let until = verdict.released.and_then(|day| day.yesterday().ok());
    let fact = ctx.detail.then(|| verdict.fact()).flatten();
    judgement(verdict.patched, until, why, ctx).fact(fact)
}

fn by_level(verdict: &LevelVerdict<'_>, ctx: &Context<'_>) -> Judgement {
    let why = || match verdict.settles() {
        Some(settles) => format!("{verdict}; {settles}"),
        None if verdict.is_beyond_the_catalogue() => {
            format!(
                "{verdict}; the catalogue is of {}",
                ctx.catalogue.windows_date()
            )
        }
        None => verdict.to_string(),
    };
    let fact = ctx.detail.then(|| verdict.fact()).flatten();
    judgement(verdict.patched, verdict.until, why, ctx).fact(fact)
}

/// `until` is the last day before the fix was out.
fn judgement(
    patched: Answer,
    until: Option<Date>,
    why: impl FnOnce() -> String,
    ctx: &Context<'_>,
) -> Judgement {
    let why = ctx.say(why);
    match patched {
        Answer::Fixed | Answer::NotAffected => Judgement::pass(why),
        Answer::NotYetPublished => Judgement::pass(why).until(until),
        Answer::NoFixPublished => Judgement::fail(why).until(until.filter(|day| *day >= ctx.today)),
        Answer::Missing | Answer::NeedsServicePack => Judgement::fail(why),
        Answer::Conflict => Judgement::conflict(why),
        Answer::Unknown => Judgement::unknown(why),
    }
}

/// Only the list can show a package itself: a revision says what a machine has, not how it came.
fn to_the_letter(
    kb: Kb,
    package: &Advisory,
    facts: &PatchFacts<'_>,
    ctx: &Context<'_>,
) -> Judgement {
    let listed = facts.kbs.unwrap_or_default();
    if listed.contains(&kb) {
        let verdict = ctx.catalogue.windows().judge(package, facts);
        return match verdict.patched {
            // It is listed where it cannot be: for another release, or below its own level.
            Answer::Conflict => Judgement::conflict(ctx.say(|| verdict.why())),
            Answer::Unknown => {
                Judgement::unknown(ctx.say(|| format!("{kb} is listed, but {}", verdict.why())))
            }
            _ => Judgement::pass(ctx.say(|| format!("{kb} is listed"))),
        };
    }
    if let Some(published) = package
        .published()
        .filter(|published| ctx.today < *published)
    {
        return Judgement::pass(ctx.say(|| format!("{kb} came out on {published}")))
            .until(published.yesterday().ok());
    }
    let count = listed.len();
    match facts.list {
        _ if facts.kbs.is_none() => Judgement::unknown(ctx.say(|| {
            format!("no updates are declared, so not whether {kb} is installed; declare every installed update and updates_complete: true")
        })),
        Completeness::Complete => Judgement::fail(ctx.say(|| {
            format!("{kb} itself is not among the installed updates ({count})")
        })),
        Completeness::Cut { stated, listed } => Judgement::unknown(ctx.say(|| {
            format!("{kb} is not among the updates listed ({listed}), but {stated} were stated")
        })),
        Completeness::Unstated => Judgement::unknown(ctx.say(|| {
            format!("{kb} is not among the updates listed ({count}), and the list may not be complete; declare updates_complete: true")
        })),
    }
}

/// Another family does not need a Windows fix; a Windows or a machine nobody can name might.
pub(super) fn not_a_known_windows(ctx: &Context<'_>) -> Judgement {
    let Some(identity) = ctx.identity.as_deref() else {
        return Judgement::unknown(ctx.say(|| "no operating system is declared".into()));
    };
    if let Some(conflict) = os_conflict(identity, ctx) {
        return conflict;
    }
    match identity.family {
        Some(family) if family != "windows" => {
            Judgement::not_applicable(ctx.say(|| format!("{} is not Windows", identity.label)))
        }
        Some(_) => Judgement::unknown(ctx.say(|| {
            let settles = identity
                .settles
                .as_deref()
                .unwrap_or("the release of Windows");
            format!(
                "{} leaves its release open; declare {settles}",
                identity.label
            )
        })),
        None => Judgement::unknown(
            ctx.say(|| "the operating system is not declared or not known".into()),
        ),
    }
    .field(asset::OS)
}
