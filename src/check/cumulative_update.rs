//! `cumulative_update`: how old is the latest cumulative update a Windows machine shows?

use super::os::Updates;
use super::patched::not_a_known_windows;
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::Completeness;
use crate::model::fields::asset;
use crate::model::{Subject, SubjectKind};
use crate::predicate::Length;

pub(super) static KIND: Kind = Kind {
    name: "cumulative_update",
    explain: "The latest cumulative update that the machine shows is not older than `at_most`.",
    subjects: &[SubjectKind::Asset],
    arguments: &[(
        "at_most",
        "the age it may have, counted from its day of release",
    )],
    parse,
};

#[derive(Debug)]
struct CumulativeUpdate {
    at_most: Length,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    arguments.required("at_most")?;
    let at_most = arguments.length("at_most")??;
    Some(Box::new(CumulativeUpdate { at_most }))
}

impl Check for CumulativeUpdate {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let updates = Updates::of(&subject.record, ctx.today);
        let Some(facts) = updates.facts(ctx) else {
            return not_a_known_windows(ctx);
        };
        let Some(latest) = ctx.catalogue.windows().latest_cumulative(&facts) else {
            return Judgement::unknown(ctx.say(|| {
                "neither the revision nor a listed update shows a cumulative update".into()
            }))
            .until(updates.until)
            .field(asset::UPDATES);
        };
        let last = self.at_most.after(latest.released);
        let age = (ctx.today - latest.released).get_days();
        let why = ctx.say(|| {
            format!(
                "{} is {age} days old; wanted at most {}",
                latest.label, self.at_most
            )
        });
        let fact = ctx
            .detail
            .then(|| format!("{} ({})", latest.label, latest.source));
        let is_lower_bound = facts.revision.is_none() && facts.list != Completeness::Complete;
        let judgement = if ctx.today <= last {
            Judgement::pass(why).until(last)
        } else if latest.is_beyond {
            // It came after everything the catalogue has heard of, nobody here knows when.
            let dated = ctx.catalogue.windows_date();
            Judgement::unknown(ctx.say(|| {
                format!(
                    "it shows an update newer than any the catalogue of {dated} knows; the last known is {}",
                    latest.label
                )
            }))
        } else if is_lower_bound {
            // An incomplete list shows what is there, not what is missing.
            Judgement::unknown(ctx.say(|| {
                format!("the newest cumulative update listed is {}, {age} days old, but the list may not be complete", latest.label)
            }))
        } else {
            Judgement::fail(why)
        };
        judgement
            .at_most_until(updates.until)
            .fact(fact)
            .field(asset::UPDATES)
    }
}
