//! `missing_fixes`: is a critical or high fix missing for longer than the rule allows?
//!
//! Counts from the day of release. A fix without any published severity counts as severe. Fixes
//! come from what a scanner declared missing, and from advisories the catalogue finds missing.

use super::os::Updates;
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::Patched;
use crate::model::fields::{asset, missing_update};
use crate::model::{Outcome, Record, Severity, Subject, SubjectKind, Value};
use crate::predicate::Length;
use jiff::civil::Date;

pub(super) static KIND: Kind = Kind {
    name: "missing_fixes",
    explain: "No severe fix has been missing for longer than `older_than` since its release.",
    subjects: &[SubjectKind::Asset],
    arguments: &[
        ("older_than", "the time allowed for installing a fix"),
        (
            "cvss",
            "the CVSS base score from which a fix is severe; 7.0 unless given",
        ),
    ],
    parse,
};

#[derive(Debug)]
struct MissingFixes {
    older_than: Length,
    cvss: f64,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    arguments.required("older_than")?;
    let older_than = arguments.length("older_than");
    let cvss = arguments.optional("cvss", "a CVSS score from 0 to 10", |text| {
        text.parse()
            .ok()
            .filter(|score| (0.0..=10.0).contains(score))
    });
    Some(Box::new(MissingFixes {
        older_than: older_than??,
        cvss: cvss?.unwrap_or(7.0),
    }))
}

impl Check for MissingFixes {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let declared = self.declared(subject, ctx);
        let known = self.known(subject, ctx);
        // A severe fix found missing by either is missing; nothing said is nothing known.
        let (first, second) = if known.outcome == Outcome::Fail {
            (known, declared)
        } else {
            (declared, known)
        };
        if first.outcome == Outcome::Pass && second.outcome == Outcome::Pass {
            let until = [first.until, second.until].into_iter().flatten().min();
            return first.until(until);
        }
        first
    }
}

impl MissingFixes {
    fn declared(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(missing) = subject.records(asset::MISSING_UPDATES) else {
            let why = match subject.value(asset::MISSING_UPDATES) {
                Some(Value::Unreadable(text)) => format!("`missing_updates` cannot be read: {text}"),
                _ => "`missing_updates` is not declared; an empty list would say that none is missing".into(),
            };
            return Judgement::unknown(ctx.say(|| why)).field(asset::MISSING_UPDATES);
        };
        let severe: Vec<_> = missing
            .iter()
            .filter(|update| self.is_severe(update))
            .collect();
        let Some(undated) = severe
            .iter()
            .find(|update| update.date(missing_update::RELEASED_ON).is_none())
        else {
            return self.oldest(&severe, missing.len(), ctx);
        };
        let oldest = self.oldest(&severe, missing.len(), ctx);
        if oldest.outcome == Outcome::Fail {
            return oldest;
        }
        let id = undated
            .text(missing_update::ID)
            .unwrap_or("an update")
            .to_owned();
        Judgement::unknown(
            ctx.say(|| format!("{id} is missing, and the day of its release is not declared")),
        )
        .field(asset::MISSING_UPDATES)
    }

    /// Judges by the severe fix that has been out the longest.
    fn oldest(&self, severe: &[&Record], all: usize, ctx: &Context<'_>) -> Judgement {
        let dated = severe
            .iter()
            .filter_map(|update| Some((update.date(missing_update::RELEASED_ON)?, *update)));
        let Some((released, update)) = dated.min_by_key(|(released, _)| *released) else {
            return Judgement::pass(ctx.say(|| format!("none of {all} missing updates is severe")))
                .field(asset::MISSING_UPDATES);
        };
        let id = update
            .text(missing_update::ID)
            .unwrap_or("an update")
            .to_owned();
        self.judge(&id, released, ctx).field(asset::MISSING_UPDATES)
    }

    fn judge(&self, id: &str, released: Date, ctx: &Context<'_>) -> Judgement {
        if released > ctx.today {
            return Judgement::unknown(ctx.say(|| {
                format!(
                    "{id} is missing, and is said to come out on {released}, after {}",
                    ctx.today
                )
            }));
        }
        let last = self.older_than.after(released);
        let age = (ctx.today - released).get_days();
        let why = ctx.say(|| {
            format!(
                "{id} is missing {age} days after its release on {released}; wanted within {}",
                self.older_than
            )
        });
        if ctx.today > last {
            Judgement::fail(why)
        } else {
            Judgement::pass(why).until(last)
        }
    }

    /// The vendor's word, else the score; no severity at all counts as severe.
    fn is_severe(&self, update: &Record) -> bool {
        let vendor = update.value(missing_update::VENDOR_SEVERITY);
        let cvss = update.value(missing_update::CVSS);
        let by_vendor = match vendor {
            Some(Value::Text(word)) => matches!(word.as_str(), "critical" | "high"),
            // Something stands there that we cannot read: it may be severe.
            Some(_) => true,
            None => cvss.is_none(),
        };
        let by_score = match cvss {
            Some(Value::Number(score)) => *score >= self.cvss,
            Some(_) => true,
            None => false,
        };
        by_vendor || by_score
    }

    /// The advisories the catalogue knows, by the longest-published fix found missing.
    fn known(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let updates = Updates::of(&subject.record, ctx.today);
        let nothing = || Judgement::not_applicable("no advisory of the catalogue applies");
        let Some(facts) = updates.facts(ctx) else {
            return nothing();
        };
        let windows = ctx.catalogue.windows();
        windows
            .advisories()
            .iter()
            .filter(|advisory| advisory.severity >= Severity::High)
            .filter_map(|advisory| {
                let verdict = windows.judge(advisory, &facts);
                (verdict.patched == Patched::Missing).then_some((verdict.released?, advisory))
            })
            .min_by_key(|(released, _)| *released)
            .map_or_else(nothing, |(released, advisory)| {
                self.judge(&format!("the fix of {}", advisory.id), released, ctx)
                    .field(asset::UPDATES)
            })
    }
}
