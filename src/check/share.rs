//! `share`: of some of the assets, do at most so many percent fail another rule?
//!
//! Answered after all assets were judged. Assets of which it is not known whether they fail, or
//! whether they are among those meant, leave the answer unknown unless it is the same at worst and
//! at best.

use super::over_estate::{Estate, OverEstate, no_members, unread};
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::{Bounds, Counted, Entry, Outcome, Subject, SubjectKind, Tally};
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

#[derive(Debug)]
struct Share {
    estate: Estate,
    /// The rule whose failures count.
    rule: String,
    /// Where that rule is named.
    span: Range<usize>,
    at_most: f64,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let estate = Estate::parse(arguments);
    let failing = arguments.required("failing");
    let at_most = arguments
        .required("at_most")
        .and_then(|node| arguments.value(node, EXPECTED, percentage));
    let failing = failing?;
    let rule = arguments.value(failing, "the id of a rule", |text| Some(text.to_owned()))?;
    Some(Box::new(Share {
        estate: estate?,
        rule,
        span: failing.span.clone(),
        at_most: at_most?,
    }))
}

const EXPECTED: &str = "a percentage from 0 to 100, such as 5%; below 1, write the sign: 0.5% is \
                        one in two hundred, 50% a half";

/// Reads `5%` or `5`. Who writes 0.05 may mean a twentieth or one in two thousand.
fn percentage(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, has_sign) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), true),
        None => (text, false),
    };
    let share: f64 = number.parse().ok()?;
    let is_clear = has_sign || share == 0.0 || share >= 1.0;
    ((0.0..=100.0).contains(&share) && is_clear).then_some(share)
}

impl Share {
    fn judge(&self, tally: &Tally, ctx: &Context<'_>) -> Judgement {
        let (sure, perhaps) = (tally.members, tally.perhaps);
        let Some(bounds) = tally.percent() else {
            return no_members(perhaps.total(), ctx);
        };
        let why = ctx.say(|| self.why(bounds, sure.unclear + perhaps.total()));
        if bounds.best > self.at_most {
            Judgement::fail(why)
        } else if bounds.worst > self.at_most {
            Judgement::unknown(why)
        } else {
            Judgement::pass(why)
        }
    }
}

impl Share {
    /// Every percentage stands beside the numbers that it was made of.
    fn why(&self, bounds: Bounds, unclear: u64) -> String {
        let (rule, at_most) = (&self.rule, self.at_most);
        let Bounds { best, worst, .. } = bounds;
        let ((least, of), (most, of_most)) = (bounds.least, bounds.most);
        let unclear = match unclear {
            0 => {
                return format!(
                    "{least} of {of} fail {rule} ({best:.1}%); wanted at most {at_most}%"
                );
            }
            1 => "1 is unclear".to_owned(),
            many => format!("{many} are unclear"),
        };
        format!(
            "at least {least} of {of} ({best:.1}%) and at most {most} of {of_most} ({worst:.1}%) \
             fail {rule}; wanted at most {at_most}%; {unclear}"
        )
    }
}

impl Check for Share {
    fn run(&self, _: &Subject, ctx: &Context<'_>) -> Judgement {
        match self.estate.tally(ctx) {
            Ok(tally) => self.judge(tally, ctx),
            Err(_) if ctx.declaration.has_assets => Judgement::unknown(
                ctx.say(|| format!("{} is not among the rules that were asked", self.rule)),
            ),
            Err(judgement) => judgement,
        }
    }

    fn over_estate(&self) -> Option<&dyn OverEstate> {
        Some(self)
    }
}

impl OverEstate for Share {
    fn key(&self) -> &str {
        &self.estate.key
    }

    fn counts(&self) -> Option<(&str, Range<usize>)> {
        Some((&self.rule, self.span.clone()))
    }

    fn entry<'s>(&self, asset: &'s Subject, outcome: Outcome, ctx: &Context<'_>) -> Entry<'s> {
        Entry {
            is_member: self.estate.is_member(asset, ctx),
            counts: Counted::Outcome(outcome),
        }
    }

    fn entry_until(&self, asset: &Subject, ctx: &Context<'_>) -> Option<Date> {
        self.estate.member_until(asset, ctx)
    }

    fn unread(&self) -> Entry<'static> {
        unread(Counted::Outcome(Outcome::Unknown))
    }
}

#[cfg(test)]
mod tests {
    use super::percentage;

    #[test]
    fn a_share_below_one_needs_its_sign() {
        for (text, share) in [
            ("5%", 5.0),
            ("5", 5.0),
            ("0", 0.0),
            ("0.05%", 0.05),
            ("99.5 %", 99.5),
            ("100", 100.0),
        ] {
            assert_eq!(percentage(text), Some(share), "{text}");
        }
        for text in [
            "0.05", "0.5", ".5", "5%%", "101%", "-1", "NaN", "inf", "%", "",
        ] {
            assert_eq!(percentage(text), None, "{text}");
        }
    }
}
