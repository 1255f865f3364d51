//! `newest` and `oldest`: is the latest, or the earliest, day in a field of all assets at most so
//! long ago?
//!
//! Answered after all assets were counted. A day to come is nobody's evidence yet, so it counts as
//! one that is not known. One fresh asset makes the newest fresh, whatever the others leave out.

use super::over_estate::{Estate, OverEstate, field_named, no_members, unread};
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::{
    Counted, Days, Entry, FieldId, Outcome, Subject, SubjectKind, Type, Value, london,
};
use crate::predicate::Length;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

pub(super) static NEWEST: Kind = Kind {
    name: "newest",
    explain: "Of the assets under `where`, the latest day in `field` is at most `within` ago.",
    subjects: &[SubjectKind::Organisation],
    arguments: ARGUMENTS,
    parse: |arguments| parse(arguments, End::Newest),
};

pub(super) static OLDEST: Kind = Kind {
    name: "oldest",
    explain: "Of the assets under `where`, the earliest day in `field` is at most `within` ago.",
    subjects: &[SubjectKind::Organisation],
    arguments: ARGUMENTS,
    parse: |arguments| parse(arguments, End::Oldest),
};

const ARGUMENTS: &[(&str, &str)] = &[
    ("where", "which assets are meant; all unless given"),
    ("field", "the field of assets that holds a day"),
    ("within", "how long ago that day may be"),
];

#[derive(Debug)]
struct Extreme {
    end: End,
    estate: Estate,
    field: FieldId,
    within: Length,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Newest,
    Oldest,
}

fn parse(arguments: &Arguments<'_>, end: End) -> Option<Box<dyn Check>> {
    let estate = Estate::parse(arguments);
    let is_day = |ty| matches!(ty, Type::Date | Type::Instant);
    let field = field_named(arguments, is_day, "a day");
    arguments.required("within")?;
    let within = arguments.length("within")??;
    Some(Box::new(Extreme {
        end,
        estate: estate?,
        field: field?,
        within,
    }))
}

impl Extreme {
    fn judge(&self, days: &Days, ctx: &Context<'_>) -> Judgement {
        if days.total.members == 0 {
            return no_members(days.total.perhaps, ctx);
        }
        let outcome = self.outcome(days, ctx.today);
        let why = ctx.say(|| self.why(days, ctx.today));
        Judgement::new(outcome, why).until(self.until(days, outcome, ctx.today))
    }

    fn outcome(&self, days: &Days, today: Date) -> Outcome {
        match self.end {
            End::Newest => self.newest(days, today),
            End::Oldest => self.oldest(days, today),
        }
    }

    fn newest(&self, days: &Days, today: Date) -> Outcome {
        let is_fresh = |days: &BTreeMap<Date, u64>| {
            let newest = days.range(..=today).next_back();
            newest.is_some_and(|(day, _)| self.is_fresh(*day, today))
        };
        if is_fresh(days.of_members()) {
            Outcome::Pass
        } else if is_fresh(days.of_others()) || has_open(days, today) {
            Outcome::Unknown
        } else {
            Outcome::Fail
        }
    }

    fn oldest(&self, days: &Days, today: Date) -> Outcome {
        let is_stale = |days: &BTreeMap<Date, u64>| {
            let oldest = days.keys().next();
            oldest.is_some_and(|day| self.within.after(*day) < today)
        };
        if is_stale(days.of_members()) {
            Outcome::Fail
        } else if is_stale(days.of_others()) || has_open(days, today) {
            Outcome::Unknown
        } else {
            Outcome::Pass
        }
    }

    fn is_fresh(&self, day: Date, today: Date) -> bool {
        day <= today && today <= self.within.after(day)
    }

    /// The day before the first on which the answer is another: on none but those on which a day
    /// arrives or has just become too old.
    fn until(&self, days: &Days, outcome: Outcome, today: Date) -> Option<Date> {
        let known = days.of_members().keys().chain(days.of_others().keys());
        let turns: BTreeSet<Date> = known
            .flat_map(|day| [Some(*day), self.within.after(*day).tomorrow().ok()])
            .flatten()
            .filter(|day| *day > today)
            .collect();
        let first = turns
            .into_iter()
            .find(|day| self.outcome(days, *day) != outcome)?;
        first.yesterday().ok()
    }

    fn why(&self, days: &Days, today: Date) -> String {
        let name = SubjectKind::Asset.schema().field(self.field).name;
        let (word, found) = match self.end {
            End::Newest => ("latest", days.of_members().range(..=today).next_back()),
            End::Oldest => ("earliest", days.of_members().range(..=today).next()),
        };
        let lead = match found {
            Some((day, _)) => format!("the {word} `{name}` is {day}"),
            None => format!("no `{name}` up to {today} is known"),
        };
        let mut parts = vec![format!(
            "{lead}, wanted within {} before {today}",
            self.within
        )];
        let open = days.without.total() + to_come(days, today);
        if open > 0 {
            let all = days.total.total();
            parts.push(format!("{open} of {all} assets name none that counts"));
        }
        let others: u64 = days.of_others().values().sum();
        if others > 0 {
            parts.push(format!(
                "of {others} it is not known whether they are meant"
            ));
        }
        parts.join("; ")
    }
}

/// Whether somebody may have a day that nobody knows yet.
fn has_open(days: &Days, today: Date) -> bool {
    let is_later = |days: &BTreeMap<Date, u64>| days.keys().next_back() > Some(&today);
    days.without.total() > 0 || is_later(days.of_members()) || is_later(days.of_others())
}

/// How many name a day after today.
fn to_come(days: &Days, today: Date) -> u64 {
    let all = days.of_members().iter().chain(days.of_others());
    all.filter(|(day, _)| **day > today)
        .map(|(_, count)| count)
        .sum()
}

impl Check for Extreme {
    fn run(&self, _: &Subject, ctx: &Context<'_>) -> Judgement {
        match self.estate.tally(ctx) {
            Ok(tally) => self.judge(&tally.days, ctx),
            Err(judgement) => judgement,
        }
    }

    fn over_estate(&self) -> Option<&dyn OverEstate> {
        Some(self)
    }
}

impl OverEstate for Extreme {
    fn key(&self) -> &str {
        &self.estate.key
    }

    fn entry<'s>(&self, asset: &'s Subject, _: Outcome, ctx: &Context<'_>) -> Entry<'s> {
        let day = match asset.value(self.field) {
            Some(Value::Date(day)) => Some(*day),
            Some(Value::Instant(instant)) => Some(instant.to_zoned(london()).date()),
            _ => None,
        };
        Entry {
            is_member: self.estate.is_member(asset, ctx),
            counts: Counted::Day(day),
        }
    }

    fn entry_until(&self, asset: &Subject, ctx: &Context<'_>) -> Option<Date> {
        self.estate.member_until(asset, ctx)
    }

    fn unread(&self) -> Entry<'static> {
        unread(Counted::Day(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::{Declaration, Place, Tally};
    use jiff::ToSpan;
    use proptest::prelude::*;
    use std::sync::Arc;

    const FIRST: Date = Date::constant(2026, 11, 1);

    fn extreme(end: End, within: u16) -> Extreme {
        let schema = SubjectKind::Asset.schema();
        Extreme {
            end,
            estate: Estate::of_all("made-up"),
            field: schema.find("observed_at").expect("it is a field"),
            within: Length::Days(within),
        }
    }

    /// Assets by whether they are meant and the day they name, counted in days from the first.
    fn tally(assets: &[(Option<bool>, Option<i32>)]) -> Tally {
        let mut tally = Tally::default();
        for (is_member, day) in assets {
            tally.add(&Entry {
                is_member: *is_member,
                counts: Counted::Day(day.map(|day| FIRST + day.days())),
            });
        }
        tally
    }

    fn ask(question: &Extreme, tally: &Tally, day: i32) -> Judgement {
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place);
        let mut declaration = Declaration::new("made-up.yaml", organisation);
        declaration.has_assets = true;
        let tallies = &mut declaration.tallies;
        tallies.insert("made-up".into(), Arc::new(tally.clone()));
        let ctx = Context {
            today: FIRST + day.days(),
            catalogue: Catalogue::embedded(),
            declaration: &declaration,
            identity: None,
            detail: true,
        };
        question.run(&declaration.organisation, &ctx)
    }

    fn assets() -> impl Strategy<Value = Vec<(Option<bool>, Option<i32>)>> {
        let asset = (
            prop::option::of(any::<bool>()),
            prop::option::weighted(0.8, 0..30),
        );
        prop::collection::vec(asset, 0..5)
    }

    /// Every way in which what is not known may turn out, as the days of those meant.
    fn worlds(assets: &[(Option<bool>, Option<i32>)], today: i32) -> Vec<Vec<i32>> {
        let mut worlds = vec![Vec::new()];
        for (is_member, day) in assets {
            let days = match day.filter(|day| *day <= today) {
                Some(day) => vec![day],
                None => (today - 40..=today).step_by(20).collect(),
            };
            let mut next = Vec::new();
            for world in &worlds {
                if *is_member != Some(true) {
                    next.push(world.clone());
                }
                if *is_member != Some(false) {
                    next.extend(days.iter().map(|day| [&world[..], &[*day]].concat()));
                }
            }
            worlds = next;
        }
        worlds
    }

    proptest! {
        #[test]
        fn an_answer_is_one_that_all_worlds_give(
            assets in assets(),
            today in 0..40_i32,
            is_newest in any::<bool>(),
        ) {
            let end = if is_newest { End::Newest } else { End::Oldest };
            let found = ask(&extreme(end, 10), &tally(&assets), today).outcome;
            let holds = |world: &Vec<i32>| match end {
                End::Newest => world.iter().max().map(|day| today - day <= 10),
                End::Oldest => world.iter().min().map(|day| today - day <= 10),
            };
            let worlds: Vec<_> = worlds(&assets, today).iter().map(holds).collect();
            let wanted = if worlds.iter().all(Option::is_none) {
                Outcome::NotApplicable
            } else if worlds.iter().all(|world| *world == Some(true)) {
                Outcome::Pass
            } else if worlds.iter().all(|world| *world == Some(false)) {
                Outcome::Fail
            } else {
                Outcome::Unknown
            };
            prop_assert_eq!(found, wanted);
        }

        #[test]
        fn an_answer_holds_to_its_last_day_and_no_longer(
            assets in assets(),
            today in 0..40_i32,
            is_newest in any::<bool>(),
        ) {
            let end = if is_newest { End::Newest } else { End::Oldest };
            let (question, tally) = (extreme(end, 10), tally(&assets));
            let found = ask(&question, &tally, today);
            let same = |day: &i32| ask(&question, &tally, *day).outcome == found.outcome;
            let turns = (today + 1..80).find(|day| !same(day));
            prop_assert_eq!(found.until, turns.map(|day| FIRST + (day - 1).days()));
        }
    }

    #[test]
    fn the_last_fresh_day_is_the_last() {
        let seen = tally(&[(Some(true), Some(0)), (Some(true), Some(3))]);
        let newest = ask(&extreme(End::Newest, 30), &seen, 33);
        assert_eq!(newest.outcome, Outcome::Pass);
        assert_eq!(newest.until, Some(FIRST + 33.days()));
        assert_eq!(
            ask(&extreme(End::Newest, 30), &seen, 34).outcome,
            Outcome::Fail
        );
        let oldest = ask(&extreme(End::Oldest, 30), &seen, 5);
        assert_eq!(oldest.outcome, Outcome::Pass);
        assert_eq!(oldest.until, Some(FIRST + 30.days()));
        let stale = ask(&extreme(End::Oldest, 30), &seen, 31);
        assert_eq!((stale.outcome, stale.until), (Outcome::Fail, None));
    }

    #[test]
    fn a_day_to_come_refreshes_nothing() {
        let seen = tally(&[(Some(true), Some(0)), (Some(true), Some(20))]);
        let newest = ask(&extreme(End::Newest, 5), &seen, 10);
        assert_eq!(newest.outcome, Outcome::Unknown);
        assert_eq!(newest.until, Some(FIRST + 19.days()));
        assert!(newest.why.contains("1 of 2 assets name none that counts"));
    }
}
