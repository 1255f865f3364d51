//! `share`: of some of the assets, do at most so many percent fail another rule?
//!
//! Answered after all assets were judged. Assets of which it is not known whether they fail, or
//! whether they are among those meant, leave the answer unknown unless it is the same at worst and
//! at best.

use super::{Arguments, Check, Context, Judgement, Kind, Tree};
use crate::model::{Subject, SubjectKind, Tally};
use jiff::civil::Date;
use std::ops::Range;

pub(super) static KIND: Kind = Kind {
    name: "share",
    explain: "Of the assets under `where`, at most so many percent fail the rule named in `failing`.",
    subjects: &[SubjectKind::Organisation],
    arguments: &[
        ("where", "which assets are meant; all unless given"),
        ("failing", "the id of the rule"),
        ("at_most", "the greatest share that passes, in percent"),
    ],
    parse,
};

/// What is counted, and how much of it is too much.
#[derive(Debug)]
pub struct Share {
    /// Tells this share from all others of a policy.
    pub key: String,
    /// The rule whose failures count.
    pub rule: String,
    /// Where that rule is named.
    pub span: Range<usize>,
    members: Option<Tree>,
    at_most: f64,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let members = arguments.tree("where", SubjectKind::Asset);
    let failing = arguments.required("failing");
    let at_most = arguments.required("at_most").and_then(|node| {
        arguments.value(node, "a percentage from 0 to 100", |text| {
            let number = text.trim_end_matches(['%', ' ']).parse().ok();
            number.filter(|share| (0.0..=100.0).contains(share))
        })
    });
    let failing = failing?;
    let rule = arguments.value(failing, "the id of a rule", |text| Some(text.to_owned()))?;
    let source = arguments.reading.reader.source();
    Some(Box::new(Share {
        key: format!("{}:{}", source.name, arguments.span().start),
        rule,
        span: failing.span.clone(),
        members: members?,
        at_most: at_most?,
    }))
}

impl Share {
    /// Whether an asset is among those meant; `None` when nobody can tell.
    pub fn is_member(&self, asset: &Subject, ctx: &Context<'_>) -> Option<bool> {
        self.membership(asset, ctx).0
    }

    /// Whether an asset is among those meant, and the last day on which it still holds.
    pub fn membership(&self, asset: &Subject, ctx: &Context<'_>) -> (Option<bool>, Option<Date>) {
        use crate::model::Outcome;
        let Some(members) = &self.members else {
            return (Some(true), None);
        };
        let judgement = members.run(asset, ctx);
        let is_member = match judgement.outcome {
            Outcome::Pass => Some(true),
            Outcome::Fail | Outcome::NotApplicable => Some(false),
            Outcome::Conflict | Outcome::Unknown | Outcome::Waived => None,
        };
        (is_member, judgement.until)
    }

    fn judge(&self, tally: Tally, ctx: &Context<'_>) -> Judgement {
        let (sure, perhaps) = (tally.members, tally.perhaps);
        let Some(bounds) = tally.percent() else {
            if perhaps.total() == 0 {
                return Judgement::not_applicable("the estate has no such assets");
            }
            return Judgement::unknown(ctx.say(|| {
                format!(
                    "{} assets may be among those meant, none of them for certain",
                    perhaps.total()
                )
            }));
        };
        let why = ctx.say(|| {
            let sure_words = format!(
                "{} of {} fail {}, {:.1}%; wanted at most {}%",
                sure.fail,
                sure.total(),
                self.rule,
                bounds.best,
                self.at_most
            );
            match sure.unclear + perhaps.total() {
                0 => sure_words,
                unclear => format!(
                    "{sure_words}; {unclear} are unclear, with which it may be {:.1}%",
                    bounds.worst
                ),
            }
        });
        if bounds.best > self.at_most {
            Judgement::fail(why)
        } else if bounds.worst > self.at_most {
            Judgement::unknown(why)
        } else {
            Judgement::pass(why)
        }
    }
}

impl Check for Share {
    fn run(&self, _: &Subject, ctx: &Context<'_>) -> Judgement {
        if !ctx.declaration.has_assets {
            return Judgement::unknown(
                ctx.say(|| "no assets are declared; write `assets: []` if there are none".into()),
            );
        }
        match ctx.declaration.tallies.get(&self.key) {
            Some(tally) => self.judge(*tally, ctx),
            None => Judgement::unknown(
                ctx.say(|| format!("{} is not among the rules that were asked", self.rule)),
            ),
        }
    }

    fn share(&self) -> Option<&Share> {
        Some(self)
    }
}
