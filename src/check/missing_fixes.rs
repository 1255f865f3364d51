//! `missing_fixes`: is a critical or high fix missing for longer than the rule allows?
//!
//! Counts from the day of release. A fix without any published severity counts as severe. Fixes
//! come from what a scanner declared missing, from advisories the catalogue finds missing, and from
//! the first security update above the machine's own level. The catalogue only ever adds to what
//! is missing: a machine at the newest level it knows is not thereby free of missing fixes.

use super::os::{Updates, last_day_before_a_release};
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::windows::SecurityUpdate;
use crate::catalogue::{PatchFacts, Patched};
use crate::model::fields::{asset, missing_update};
use crate::model::{Outcome, Record, Severity, Subject, SubjectKind, Value};
use crate::predicate::Length;
use jiff::civil::Date;

pub(super) static KIND: Kind = Kind {
    name: "missing_fixes",
    explain: "No severe fix has been missing for longer than `older_than` since its release, as \
              declared in `missing_updates` or as the revision or complete list of a Windows shows.",
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
            (over_the_scan(known, &declared, ctx), declared)
        } else {
            (declared, known)
        };
        // One that is overdue stays so, unless an update to come is what was missing.
        match first.outcome {
            Outcome::Fail => first,
            _ => first.at_most_until(second.until),
        }
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
        .until(oldest.until)
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
        self.judge(|| format!("{id} is missing"), released, ctx)
            .field(asset::MISSING_UPDATES)
    }

    /// By age; `what` says what is missing.
    fn judge(&self, what: impl Fn() -> String, released: Date, ctx: &Context<'_>) -> Judgement {
        if released > ctx.today {
            return Judgement::unknown(ctx.say(|| {
                let what = what();
                format!(
                    "{what}, and is said to come out on {released}, after {}",
                    ctx.today
                )
            }))
            .until(released.yesterday().ok());
        }
        let last = self.older_than.after(released);
        let age = (ctx.today - released).get_days();
        let why = ctx.say(|| {
            let what = what();
            format!(
                "{what} {age} days after its release on {released}; wanted within {}",
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

    /// What the catalogue finds missing, by the fix that has been out the longest.
    fn known(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let updates = Updates::of(&subject.record, ctx.today);
        let nothing = || Judgement::not_applicable("the catalogue finds no fix missing");
        let Some(facts) = updates.facts(ctx) else {
            return nothing();
        };
        let level = ctx.catalogue.windows().oldest_missing(&facts);
        let by_advisory = self.advisory(&facts, ctx);
        let by_level = level.map(|lacks| (lacks.released, self.level(&lacks, &facts, ctx)));
        let found = match (by_advisory, by_level) {
            // People know the advisory by its name, so it comes first where both are overdue.
            (Some((day, known)), Some((first, level))) if known.outcome == level.outcome => {
                if first < day {
                    let why = ctx.say(|| format!("{}; {}", known.why, level.why));
                    let until = level.until;
                    Some(Judgement {
                        why,
                        until,
                        ..known
                    })
                } else {
                    Some(known)
                }
            }
            (Some((_, known)), Some((_, level))) => Some(if known.outcome == Outcome::Fail {
                known
            } else {
                level
            }),
            (one, other) => one.or(other).map(|(_, judgement)| judgement),
        };
        let found = found.map_or_else(nothing, |judgement| judgement.field(asset::UPDATES));
        // What is missing stays so until an update is installed; what is not may come out.
        let comes_out = match found.outcome {
            Outcome::Fail => None,
            _ => last_day_before_a_release(ctx),
        };
        found.at_most_until(updates.until).at_most_until(comes_out)
    }

    fn advisory(&self, facts: &PatchFacts<'_>, ctx: &Context<'_>) -> Option<(Date, Judgement)> {
        let windows = ctx.catalogue.windows();
        let (released, verdict, advisory) = windows
            .lacking(facts)
            .filter(|(_, patched)| *patched == Patched::Missing)
            .filter(|(advisory, _)| advisory.severity >= Severity::High)
            .filter_map(|(advisory, _)| {
                let verdict = windows.judge(advisory, facts);
                Some((verdict.released?, verdict, advisory))
            })
            .min_by_key(|(released, ..)| *released)?;
        let what = || format!("the fix of {} is missing", advisory.id);
        let fact = ctx.detail.then(|| verdict.fact()).flatten();
        Some((released, self.judge(what, released, ctx).fact(fact)))
    }

    /// A month's security updates are severe: nobody publishes one severity for all they hold.
    fn level(
        &self,
        lacks: &SecurityUpdate<'_>,
        facts: &PatchFacts<'_>,
        ctx: &Context<'_>,
    ) -> Judgement {
        let is_listed = facts.kbs.is_some_and(|kbs| kbs.contains(&lacks.kb));
        let what = || {
            let (kb, kind) = (lacks.kb, lacks.kind.name());
            match (facts.build, facts.revision) {
                (Some(build), Some(revision)) if is_listed => format!(
                    "{kb} ({kind}) is listed as installed, yet build {build}.{revision} lacks it \
                     (restart the machine, or correct the export)"
                ),
                (Some(build), Some(revision)) => {
                    format!("{kb} ({kind}) is missing from build {build}.{revision}")
                }
                _ => format!("{kb} ({kind}) is missing from the complete list"),
            }
        };
        let fact = ctx.detail.then(|| lacks.fact());
        self.judge(what, lacks.released, ctx).fact(fact)
    }
}

/// What the machine says of itself decides over a scan that did not find the fix missing: a
/// scanner can be blind to it or of an older day. A conflict would let the machine off with less
/// than its revision proves, so it is a failure that names both.
fn over_the_scan(known: Judgement, declared: &Judgement, ctx: &Context<'_>) -> Judgement {
    if declared.outcome != Outcome::Pass {
        return known;
    }
    let why = ctx.say(|| format!("{}; the declared scan does not tell of it", known.why));
    Judgement { why, ..known }
}
