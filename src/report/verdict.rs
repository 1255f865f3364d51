//! The decision in words: which rules led to it, and when it will change. The decision itself is
//! the summary's; here it is only explained, in the same words for every format.

use super::escape::escape;
use crate::model::{
    self, Day, Decision, Finding, Gate, Outcome, Run, Sight, SubjectKind, Summary, Turn,
    consequence,
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// How many rules a sentence names before it counts the rest.
const NAMED: usize = 6;

/// A blank at which a line is not broken. Nothing that is written keeps it: see [`untie`].
const TIE: &str = "\u{a0}";

pub(super) fn untie(text: &str) -> String {
    text.replace(TIE, " ")
}

/// How many findings of one rule and outcome would each alone lead to a decision.
#[derive(Debug, Default)]
pub(super) struct Causes {
    counts: BTreeMap<(Decision, Outcome, usize), u64>,
}

impl Causes {
    pub(super) fn add(&mut self, finding: &Finding) {
        let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
        if leads_to > Decision::Admit {
            let key = (leads_to, finding.outcome, finding.rule_index);
            *self.counts.entry(key).or_default() += 1;
        }
    }

    /// The headline and its reason: `REJECT`, `1 rule fails that blocks admission: WAN-001 (14 assets)`.
    pub(super) fn verdict(&self, run: &Run, summary: &Summary) -> (&'static str, String) {
        let Some(decision) = summary.decision() else {
            return ("NO DECISION", "nothing was checked".into());
        };
        let reasons: Vec<_> = [
            Outcome::Fail,
            Outcome::Unknown,
            Outcome::Conflict,
            Outcome::Waived,
        ]
        .into_iter()
        .filter_map(|outcome| self.reason(run, decision, outcome))
        .collect();
        let reason = match decision {
            Decision::Admit if summary.totals().pass == 0 => {
                "no rule stands against it, but none passed either".into()
            }
            Decision::Admit => "no rule stands against it".into(),
            _ if reasons.is_empty() => "the findings above".into(),
            _ => reasons.join("; "),
        };
        let reason = match (decision, summary.earliest_condition) {
            (Decision::AdmitWithConditions, Some(day)) => {
                format!("{reason}; the earliest condition ends on {day}")
            }
            _ => reason,
        };
        (decision.headline(), reason)
    }

    fn reason(&self, run: &Run, decision: Decision, outcome: Outcome) -> Option<String> {
        let rules: Vec<_> = self
            .counts
            .range((decision, outcome, 0)..=(decision, outcome, usize::MAX))
            .map(|(&(.., rule), &count)| (rule, count))
            .collect();
        if rules.is_empty() {
            return None;
        }
        let n = rules.len();
        let said = match (outcome, decision) {
            (Outcome::Fail, Decision::Reject) if n == 1 => {
                "1 rule fails that blocks admission".into()
            }
            (Outcome::Fail, Decision::Reject) => format!("{n} rules fail that block admission"),
            (Outcome::Fail, Decision::Refer) if n == 1 => {
                "1 rule fails that a person has to judge".into()
            }
            (Outcome::Fail, Decision::Refer) => {
                format!("{n} rules fail that a person has to judge")
            }
            (Outcome::Fail, _) if n == 1 => "1 failing rule becomes a condition".into(),
            (Outcome::Fail, _) => format!("{n} failing rules become conditions"),
            (Outcome::Unknown, _) if n == 1 => "evidence is missing for 1 rule".into(),
            (Outcome::Unknown, _) => format!("evidence is missing for {n} rules"),
            (Outcome::Conflict, _) if n == 1 => "evidence contradicts itself for 1 rule".into(),
            (Outcome::Conflict, _) => format!("evidence contradicts itself for {n} rules"),
            (Outcome::Waived, _) if n == 1 => "1 rule is waived".into(),
            (Outcome::Waived, _) => format!("{n} rules are waived"),
            (Outcome::NotApplicable | Outcome::Pass, _) => return None,
        };
        Some(format!("{said}: {}", name_rules(run, &rules)))
    }
}

/// The next day on which something changes with nothing else changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Horizon {
    /// The last day on which everything still holds.
    pub(super) last_day: Date,
    /// The day after: the outcomes end then.
    pub(super) changes_on: Date,
    /// By position of the rule, how many outcomes end.
    pub(super) rules: Vec<(usize, u64)>,
}

impl Horizon {
    /// The first change over the rules that count towards the decision: as far as somebody looked
    /// ahead what really turns, else the earliest last day.
    pub(super) fn of(run: &Run, summary: &Summary) -> Option<Self> {
        let Some(Sight::Clear(until)) = summary.sight else {
            return Self::by_last_day(run, summary);
        };
        Self::by_turns(run, summary)
            .or_else(|| Self::by_last_day(run, summary).filter(|later| later.last_day >= until))
    }

    fn by_turns(run: &Run, summary: &Summary) -> Option<Self> {
        let decides = |rule: usize| {
            let info = run.rules.get(rule);
            info.is_some_and(|info| info.gate != Gate::Advise)
        };
        let of_day = |day: Day<'_>| {
            let turns = day.turns.iter().filter(|(turn, _)| decides(turn.rule));
            let rules = by_rule(turns);
            (!rules.is_empty()).then_some((day.date, rules))
        };
        let (changes_on, rules) = summary.days().find_map(of_day)?;
        Some(Self {
            last_day: changes_on.yesterday().ok()?,
            changes_on,
            rules,
        })
    }

    /// The earliest end over the rules that count towards the decision.
    fn by_last_day(run: &Run, summary: &Summary) -> Option<Self> {
        let ends = || {
            summary.rules.iter().filter_map(|(index, rule)| {
                let decides = run.rules.get(index)?.gate != Gate::Advise;
                let (day, count) = rule.until?;
                decides.then_some((day, index, count))
            })
        };
        let last_day = ends().map(|(day, ..)| day).min()?;
        Some(Self {
            last_day,
            changes_on: last_day.tomorrow().ok()?,
            rules: ends()
                .filter(|(day, ..)| *day == last_day)
                .map(|(_, index, count)| (index, count))
                .collect(),
        })
    }

    /// `next change 2027-01-13: OSS-001 (14 assets)`.
    fn sentence(&self, run: &Run) -> String {
        format!(
            "next change {}: {}",
            self.changes_on,
            name_rules(run, &self.rules)
        )
    }
}

/// The first change of the decision, as far as somebody looked for it.
#[derive(Debug)]
pub(super) struct Outlook {
    /// The last day that was looked at.
    pub(super) until: Date,
    /// False where it was too much to look for.
    pub(super) is_known: bool,
    pub(super) turned: Option<Turned>,
}

/// The decision becoming another.
#[derive(Debug)]
pub(super) struct Turned {
    pub(super) date: Date,
    pub(super) decision: Option<Decision>,
    /// By position of the rules that do it, how many subjects take part.
    pub(super) rules: Vec<(usize, u64)>,
}

impl Outlook {
    /// `None` where nobody looked ahead.
    pub(super) fn of(run: &Run, summary: &Summary) -> Option<Self> {
        let (until, is_known, looks) = match summary.sight? {
            Sight::Clear(until) => (until, true, true),
            Sight::Settled(until) => (until, true, false),
            Sight::TooMany(until) => (until, false, false),
        };
        let mut days = summary.days().filter(|_| looks);
        let turned = days.find(Day::changes_the_decision).map(|day| Turned {
            date: day.date,
            decision: day.decision,
            rules: by_rule(day.causes().filter(|(turn, _)| turn.rule < run.rules.len())),
        });
        Some(Self {
            until,
            is_known,
            turned,
        })
    }

    fn sentence(&self, run: &Run, summary: &Summary, horizon: Option<&Horizon>) -> String {
        let until = self.until;
        if !self.is_known {
            return format!(
                "when the decision changes was not computed for so many; `passmuster forecast \
                 --until {until}` does"
            );
        }
        let Some(turned) = &self.turned else {
            return format!(
                "the decision stays {} to {until} at least",
                decision_words(summary.decision())
            );
        };
        let becomes = decision_words(turned.decision);
        let rules = name_rules(run, &turned.rules);
        if horizon.is_some_and(|horizon| horizon.changes_on == turned.date) {
            return match horizon {
                Some(horizon) if horizon.rules == turned.rules => {
                    format!("the decision becomes {becomes}")
                }
                _ => format!("the decision becomes {becomes} by {rules}"),
            };
        }
        format!("the decision becomes {becomes} on {}: {rules}", turned.date)
    }
}

/// When something changes, and when the decision does: `next change 2027-01-13: OSS-001 (14
/// assets); the decision becomes REFER`.
pub(super) fn what_is_next(run: &Run, summary: &Summary) -> Option<String> {
    let horizon = Horizon::of(run, summary);
    let outlook = Outlook::of(run, summary);
    let outlook = outlook.map(|outlook| outlook.sentence(run, summary, horizon.as_ref()));
    let parts: Vec<_> = horizon
        .map(|horizon| horizon.sentence(run))
        .into_iter()
        .chain(outlook)
        .collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// How many subjects take a turn of each rule.
fn by_rule<'t>(turns: impl Iterator<Item = (&'t Turn, &'t model::Turned)>) -> Vec<(usize, u64)> {
    let mut rules = BTreeMap::new();
    for (turn, turned) in turns {
        *rules.entry(turn.rule).or_insert(0) += turned.count;
    }
    rules.into_iter().collect()
}

pub(super) fn decision_words(decision: Option<Decision>) -> &'static str {
    decision.map_or("NO DECISION", Decision::headline)
}

/// `WAN-001 (14 assets), CE-001 (1 organisation) and 3 more`.
fn name_rules(run: &Run, rules: &[(usize, u64)]) -> String {
    let named: Vec<_> = rules
        .iter()
        .take(NAMED)
        .map(|&(index, count)| match run.rules.get(index) {
            Some(rule) => {
                let subjects = of_subjects(rule.subject, count);
                format!("{} ({subjects})", escape(&rule.id, 60)).replace(' ', TIE)
            }
            None => format!("rule {index} ({count})"),
        })
        .collect();
    match rules.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// `14 assets`.
pub(super) fn of_subjects(kind: SubjectKind, count: u64) -> String {
    let schema = kind.schema();
    let noun = if count == 1 {
        schema.name
    } else {
        schema.plural
    };
    format!("{} {noun}", thousands(count))
}

/// `7102` as `7,102`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Severity;
    use crate::report::sample::Sample;
    use jiff::civil::date;

    fn verdict(sample: &Sample) -> String {
        let mut causes = Causes::default();
        for finding in &sample.findings {
            causes.add(finding);
        }
        let (headline, reason) = causes.verdict(&sample.run, &sample.summary());
        untie(&format!("{headline}: {reason}"))
    }

    fn with(outcomes: &[(usize, Outcome)]) -> Sample {
        let mut sample = Sample::empty();
        for (n, &(rule, outcome)) in outcomes.iter().enumerate() {
            let mut finding = sample.finding(rule, &format!("s-{n}"), 1);
            finding.outcome = outcome;
            sample.findings.push(finding);
        }
        sample
    }

    #[test]
    fn only_what_led_to_the_decision_is_named() {
        use Outcome::{Conflict, Fail, Pass, Unknown, Waived};
        let refuse = with(&[(0, Fail), (0, Fail), (1, Fail), (4, Unknown)]);
        assert_eq!(
            verdict(&refuse),
            "REJECT: 1 rule fails that blocks admission: WAN-001 (2 assets)"
        );
        let refer = with(&[
            (1, Fail),
            (0, Unknown),
            (2, Unknown),
            (0, Conflict),
            (3, Fail),
        ]);
        assert_eq!(
            verdict(&refer),
            "REFER: 1 rule fails that a person has to judge: OSS-001 (1 asset); evidence is \
             missing for 2 rules: WAN-001 (1 asset), WAN-004 (1 asset); evidence contradicts \
             itself for 1 rule: WAN-001 (1 asset)"
        );
        let advice = with(&[(3, Fail), (3, Unknown), (0, Pass)]);
        assert_eq!(verdict(&advice), "ADMIT: no rule stands against it");
        let waived = with(&[(1, Waived)]);
        assert_eq!(
            verdict(&waived),
            "ADMIT WITH CONDITIONS: 1 rule is waived: OSS-001 (1 asset)"
        );
    }

    #[test]
    fn a_condition_says_its_earliest_date() {
        let mut sample = with(&[(2, Outcome::Fail), (2, Outcome::Fail)]);
        sample.findings[0].due = Some(date(2027, 3, 31));
        sample.findings[1].due = Some(date(2027, 1, 31));
        assert_eq!(
            verdict(&sample),
            "ADMIT WITH CONDITIONS: 1 failing rule becomes a condition: WAN-004 (2 assets); the \
             earliest condition ends on 2027-01-31"
        );
    }

    #[test]
    fn a_failure_graded_down_is_not_counted_among_those_that_refuse() {
        let mut sample = with(&[(1, Outcome::Fail), (1, Outcome::Fail)]);
        sample.findings[0].severity = Severity::Critical;
        assert_eq!(
            verdict(&sample),
            "REJECT: 1 rule fails that blocks admission: OSS-001 (1 asset)"
        );
    }

    #[test]
    fn rules_that_apply_to_nothing_admit_nobody() {
        let idle = with(&[(0, Outcome::NotApplicable)]);
        assert_eq!(verdict(&idle), "NO DECISION: nothing was checked");
    }

    #[test]
    fn many_rules_are_named_up_to_a_few() {
        let mut sample = Sample::empty();
        for n in 0..9 {
            sample.add_rule(&format!("EXT-{n}"));
            let mut finding = sample.finding(6 + n, "s", 1);
            finding.outcome = Outcome::Unknown;
            sample.findings.push(finding);
        }
        assert!(verdict(&sample).ends_with("EXT-5 (1 asset) and 3 more"));
    }

    #[test]
    fn the_horizon_is_the_day_after_the_earliest_end_of_a_rule_that_decides() {
        let mut sample = with(&[
            (3, Outcome::Pass),
            (1, Outcome::Pass),
            (0, Outcome::Pass),
            (1, Outcome::Pass),
        ]);
        sample.findings[0].until = Some(date(2026, 12, 1));
        sample.findings[1].until = Some(date(2026, 12, 31));
        sample.findings[2].until = Some(date(2026, 12, 31));
        let horizon = Horizon::of(&sample.run, &sample.summary()).expect("outcomes end");
        assert_eq!(
            untie(&horizon.sentence(&sample.run)),
            "next change 2027-01-01: WAN-001 (1 asset), OSS-001 (1 asset)"
        );
        sample.findings.truncate(1);
        assert_eq!(Horizon::of(&sample.run, &sample.summary()), None);
    }

    #[test]
    fn thousands_are_parted() {
        let written = [0, 999, 1_000, 7_102, 1_250_000].map(thousands);
        assert_eq!(written, ["0", "999", "1,000", "7,102", "1,250,000"]);
    }
}
