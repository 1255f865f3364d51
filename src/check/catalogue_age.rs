//! `catalogue_age`: are the facts everything is judged by still fresh?
//!
//! The oldest of the feeds counts. Old facts are nobody's failure who declares something, so what
//! is too old is unknown, not failed.

use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::{Subject, SubjectKind};
use crate::predicate::Length;

pub(super) static KIND: Kind = Kind {
    name: "catalogue_age",
    explain: "The facts of the catalogue are not older than `at_most`; older ones decide nothing.",
    subjects: &[SubjectKind::Organisation],
    arguments: &[("at_most", "the age they may have, counted from their day")],
    parse,
};

#[derive(Debug)]
struct CatalogueAge {
    at_most: Length,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    arguments.required("at_most")?;
    let at_most = arguments.length("at_most")??;
    Some(Box::new(CatalogueAge { at_most }))
}

impl Check for CatalogueAge {
    fn run(&self, _: &Subject, ctx: &Context<'_>) -> Judgement {
        let (oldest, dated) = ctx.catalogue.oldest_feed();
        let last = self.at_most.after(dated);
        if ctx.today <= last {
            let why = ctx.say(|| format!("no part of the catalogue is older than {dated}"));
            return Judgement::pass(why).until(last);
        }
        Judgement::unknown(ctx.say(|| {
            format!(
                "the {oldest} of the catalogue are of {dated}, {} days old; wanted at most {}: run \
                 `passmuster catalogue update`",
                (ctx.today - dated).get_days(),
                self.at_most
            )
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::{Declaration, Outcome, Place};
    use jiff::civil::{Date, date};

    fn outcome(today: Date) -> (Outcome, Option<Date>) {
        let organisation = Subject::new(
            SubjectKind::Organisation,
            "R9Q",
            Place::whole("made-up.yaml"),
        );
        let declaration = Declaration::new("made-up.yaml", organisation);
        let ctx = Context {
            today,
            catalogue: Catalogue::embedded(),
            declaration: &declaration,
            identity: None,
            detail: true,
        };
        let check = CatalogueAge {
            at_most: Length::Days(30),
        };
        let judgement = check.run(&declaration.organisation, &ctx);
        (judgement.outcome, judgement.until)
    }

    #[test]
    fn facts_are_fresh_up_to_the_age_of_the_oldest_and_then_decide_nothing() {
        let (_, dated) = Catalogue::embedded().oldest_feed();
        assert!(dated <= Catalogue::embedded().data_date());
        let last = Length::Days(30).after(dated);
        assert_eq!(outcome(last), (Outcome::Pass, Some(last)));
        assert_eq!(outcome(last.tomorrow().unwrap()), (Outcome::Unknown, None));
        assert_eq!(outcome(date(2017, 5, 12)).0, Outcome::Pass);
    }

    #[test]
    fn one_stale_feed_makes_the_catalogue_stale() {
        for table in ["kev.tsv", "lifecycle.tsv", "windows-packages.tsv"] {
            let facts = Catalogue::embedded().facts().clone();
            let text = facts.text(table);
            let day = facts.date_of(table).unwrap();
            let older = text.replacen(&format!("# data-date: {day}"), "# data-date: 2025-01-01", 1);
            let catalogue = Catalogue::of(facts.with(table, older)).unwrap();
            assert_eq!(catalogue.oldest_feed().1, date(2025, 1, 1), "{table}");
        }
    }
}
