//! `patched`: does a Windows machine have the fix of an advisory?

use super::os::{Updates, os_conflict};
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::{Patched as Answer, Windows};
use crate::model::fields::asset;
use crate::model::{Subject, SubjectKind};

pub(super) static KIND: Kind = Kind {
    name: "patched",
    explain: "The fix of the advisory is installed, directly or inside a later update of its stream.",
    subjects: &[SubjectKind::Asset],
    arguments: &[(
        "advisory",
        "its id, or a CVE it covers: MS17-010, CVE-2017-0144",
    )],
    parse,
};

#[derive(Debug)]
struct Patched {
    /// An id that the catalogue knew when the policy was loaded.
    advisory: String,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let node = arguments.required("advisory")?;
    let id = arguments.value(node, "an advisory", |text| Some(text.to_owned()))?;
    let windows = arguments.reading.catalogue.windows();
    if windows.advisory(&id).is_none() {
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
        let help = format!("it knows {}", known.join(", "));
        reader.push(problem.label("not known").help(help).suggest(&id, known));
        return None;
    }
    Some(Box::new(Patched { advisory: id }))
}

impl Check for Patched {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let windows: &Windows = ctx.catalogue.windows();
        let Some(advisory) = windows.advisory(&self.advisory) else {
            return Judgement::unknown(
                ctx.say(|| format!("the catalogue has no advisory {}", self.advisory)),
            );
        };
        let updates = Updates::of(&subject.record, ctx.today);
        let Some(facts) = updates.facts(ctx) else {
            return not_a_known_windows(ctx);
        };
        let verdict = windows.judge(advisory, &facts);
        let why = ctx.say(|| match verdict.settles() {
            Some(settles) => format!("{}; {settles}", verdict.why()),
            None => verdict.why(),
        });
        let judgement = match verdict.patched {
            Answer::Fixed | Answer::NotAffected => Judgement::pass(why),
            // The day before the fix came out is the last day nothing was asked.
            Answer::NotYetPublished => {
                Judgement::pass(why).until(verdict.released.and_then(|day| day.yesterday().ok()))
            }
            Answer::Missing | Answer::NeedsServicePack | Answer::NoFixPublished => {
                Judgement::fail(why)
            }
            Answer::Conflict => Judgement::conflict(why),
            Answer::Unknown => Judgement::unknown(why),
        };
        let fact = if ctx.detail { verdict.fact() } else { None };
        judgement.fact(fact).field(asset::UPDATES)
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
