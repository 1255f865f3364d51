//! `attestation`: does the organisation hold an attestation of a scheme that is in force, covers
//! it, and satisfies what the rule asks of it?

use super::{Arguments, Check, Context, Judgement, Kind, Tree};
use crate::model::fields::{attestation, organisation, submission};
use crate::model::{Outcome, Subject, SubjectKind, Type, Value};
use crate::predicate::Length;
use jiff::civil::Date;
use std::cmp::Reverse;

pub(super) static KIND: Kind = Kind {
    name: "attestation",
    explain: "The organisation holds an attestation of the scheme that satisfies every argument.",
    subjects: &[SubjectKind::Organisation],
    arguments: &[
        ("scheme", "the scheme, or a list of schemes that will do"),
        (
            "valid_for",
            "how long one lasts from its day of issue; its own expiry can only be earlier",
        ),
        (
            "at_award",
            "whether it also has to be in force on the planned award date",
        ),
        ("remaining", "how much longer it has to be in force"),
        (
            "covers_organisation",
            "whether the organisation has to be among its legal entities",
        ),
        (
            "dspt_edition",
            "`last-closed`: not older than the last edition whose 30 June has passed",
        ),
        (
            "each",
            "whether every attestation of the scheme has to do, and not only the best",
        ),
        ("has", "a condition on the attestation's own fields"),
    ],
    parse,
};

#[derive(Debug)]
struct Attested {
    schemes: Vec<String>,
    valid_for: Option<Length>,
    at_award: bool,
    remaining: Option<Length>,
    covers_organisation: bool,
    dspt_edition: bool,
    each: bool,
    has: Option<Tree>,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let schemes = schemes(arguments);
    let valid_for = arguments.length("valid_for");
    let at_award = arguments.yes_or_no("at_award");
    let remaining = arguments.length("remaining");
    let covers_organisation = arguments.yes_or_no("covers_organisation");
    let dspt_edition = arguments.optional("dspt_edition", "`last-closed`", |text| {
        (text == "last-closed").then_some(())
    });
    let each = arguments.yes_or_no("each");
    let has = arguments.tree("has", SubjectKind::Attestation);
    if matches!((each, &has), (Some(Some(true)), Some(None))) {
        arguments.required("has")?;
    }
    Some(Box::new(Attested {
        schemes: schemes?,
        valid_for: valid_for?,
        at_award: at_award?.unwrap_or(false),
        remaining: remaining?,
        covers_organisation: covers_organisation?.unwrap_or(false),
        dspt_edition: dspt_edition?.is_some(),
        each: each?.unwrap_or(false),
        has: has?,
    }))
}

/// One scheme or a list of them, each one that the model knows.
fn schemes(arguments: &Arguments<'_>) -> Option<Vec<String>> {
    let node = arguments.required("scheme")?;
    let nodes = node.sequence().unwrap_or(std::slice::from_ref(node));
    let Type::Choice(known) = attestation::SCHEMA.field(attestation::SCHEME).ty else {
        unreachable!("the scheme of an attestation is a choice")
    };
    let mut schemes = Vec::new();
    for node in nodes {
        let text = arguments.value(node, "text", |text| Some(text.to_owned()))?;
        if known.iter().any(|choice| choice.name == text) {
            schemes.push(text);
            continue;
        }
        let names = known.iter().map(|choice| choice.name);
        let reader = arguments.reading.reader;
        let all = names.clone().collect::<Vec<_>>().join(", ");
        let problem = reader.problem(node.span.clone(), format!("unknown scheme `{text}`"));
        reader.push(problem.label(format!("one of {all}")).suggest(&text, names));
    }
    (schemes.len() == nodes.len()).then_some(schemes)
}

impl Check for Attested {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(all) = ctx.declaration.list(SubjectKind::Attestation) else {
            return Judgement::unknown(ctx.say(|| {
                "no attestations are declared; write `attestations: []` when there are none".into()
            }));
        };
        let fitting = all.iter().filter(|one| self.fits(one));
        if self.each {
            let judged = fitting.map(|one| self.judge(one, subject, ctx)).collect();
            return Judgement::worst_of(judged).unwrap_or_else(|| self.nothing(all.len(), ctx));
        }
        // A published assessment is a snapshot: only the latest tells where the organisation stands.
        if self.schemes == ["dspt"]
            && let Some(latest) = fitting
                .clone()
                .max_by_key(|one| one.date(attestation::ISSUED_ON).unwrap_or(Date::MAX))
        {
            return self.judge(latest, subject, ctx);
        }
        // The best attestation decides, among equals the latest: a lapsed one beside its renewal
        // does no harm.
        let judged: Vec<_> = fitting
            .map(|one| {
                (
                    one.date(attestation::ISSUED_ON),
                    self.judge(one, subject, ctx),
                )
            })
            .collect();
        // Any other may become the best, but for what passes already.
        let until = judged.iter().filter_map(|(_, one)| one.until).min();
        judged
            .into_iter()
            .min_by_key(|(issued, judgement)| {
                let rank = match judgement.outcome {
                    Outcome::Pass => 0,
                    Outcome::Unknown | Outcome::Conflict => 1,
                    Outcome::NotApplicable | Outcome::Waived => 2,
                    Outcome::Fail => 3,
                };
                (rank, Reverse(*issued))
            })
            .map_or_else(
                || self.nothing(all.len(), ctx),
                |(_, judgement)| match judgement.outcome {
                    Outcome::Pass => judgement,
                    _ => judgement.until(until),
                },
            )
    }

    fn looks_into<'c>(&self, _: &Subject, ctx: &Context<'c>) -> Vec<&'c Subject> {
        let all = ctx.declaration.list(SubjectKind::Attestation);
        let all = all.unwrap_or_default().iter();
        all.filter(|one| self.fits(one)).collect()
    }
}

impl Attested {
    fn fits(&self, one: &Subject) -> bool {
        let scheme = one.text(attestation::SCHEME);
        scheme.is_some_and(|scheme| self.schemes.iter().any(|wanted| wanted == scheme))
    }

    fn nothing(&self, declared: usize, ctx: &Context<'_>) -> Judgement {
        Judgement::fail(ctx.say(|| {
            let wanted = self.schemes.join(" or ");
            format!("none of the {declared} declared attestations is {wanted}")
        }))
    }

    fn judge(&self, one: &Subject, organisation: &Subject, ctx: &Context<'_>) -> Judgement {
        let mut parts = Vec::new();
        // What is asked of each is asked of those that have lapsed as well, unless a length is given.
        if !self.each || self.valid_for.is_some() {
            parts.push(self.in_force(one, ctx));
        }
        if self.covers_organisation {
            parts.push(covers(one, organisation, ctx));
        }
        if self.dspt_edition {
            parts.push(edition(one, ctx));
        }
        if let Some(has) = &self.has {
            parts.push(has.run(one, ctx));
        }
        let mut judgement =
            Judgement::worst_of(parts).expect("where being in force is not asked, `has` is");
        judgement.due = one.date(attestation::PLAN_UNTIL);
        judgement.why = ctx.say(|| format!("{} `{}`: {}", scheme_of(one), one.id, judgement.why));
        let place = judgement
            .field
            .map_or_else(|| one.place.clone(), |field| one.place_of(field));
        judgement.field = None;
        judgement.place(place)
    }

    /// In force today, and on the award date where that is asked for.
    fn in_force(&self, one: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(issued) = one.date(attestation::ISSUED_ON) else {
            return Judgement::unknown(ctx.say(|| "`issued_on` is not declared".into()));
        };
        if issued > ctx.today {
            return Judgement::fail(
                ctx.say(|| format!("dated {issued}, in the future on {}", ctx.today)),
            )
            .until(issued.yesterday().ok());
        }
        if let Some(Value::Unreadable(text)) = one.value(attestation::EXPIRES_ON) {
            return Judgement::unknown(
                ctx.say(|| format!("`expires_on` says “{text}”, which is not a date")),
            );
        }
        let declared = one.date(attestation::EXPIRES_ON);
        let last = [declared, self.valid_for.map(|length| length.after(issued))]
            .into_iter()
            .flatten()
            .min();
        let Some(last) = last else {
            return Judgement::pass(ctx.say(|| format!("issued {issued}, without an expiry")));
        };
        if ctx.today > last {
            return Judgement::fail(ctx.say(|| {
                format!(
                    "issued {issued}, expired {last}, {} days ago",
                    (ctx.today - last).get_days()
                )
            }));
        }
        if let Some(award) = self.award_date(ctx).filter(|award| *award > last) {
            return Judgement::fail(
                ctx.say(|| {
                    format!("valid to {last}, which is before the planned award on {award}")
                }),
            );
        }
        self.remains(issued, last, ctx)
    }

    /// In force today: also for as long as is asked for?
    fn remains(&self, issued: Date, last: Date, ctx: &Context<'_>) -> Judgement {
        let Some(remaining) = self.remaining else {
            return Judgement::pass(ctx.say(|| format!("issued {issued}, valid to {last}")))
                .until(last);
        };
        let why = ctx.say(|| {
            let days = (last - ctx.today).get_days();
            format!("valid to {last}, in {days} days; wanted more than {remaining}")
        });
        if last > remaining.after(ctx.today) {
            return Judgement::pass(why).until(remaining.last_short_of(last));
        }
        Judgement::fail(why)
    }

    fn award_date(&self, ctx: &Context<'_>) -> Option<Date> {
        if !self.at_award {
            return None;
        }
        ctx.declaration
            .submission()?
            .date(submission::PLANNED_AWARD_DATE)
    }
}

fn scheme_of(one: &Subject) -> &str {
    one.text(attestation::SCHEME).unwrap_or("attestation")
}

/// Whether the organisation's own name is among the entities; a sister company's is not.
fn covers(one: &Subject, subject: &Subject, ctx: &Context<'_>) -> Judgement {
    let (Some(entities), Some(name)) = (
        one.texts(attestation::ENTITIES),
        subject.text(organisation::NAME),
    ) else {
        return Judgement::unknown(
            ctx.say(|| "its legal `entities`, or the organisation's name, are not declared".into()),
        );
    };
    let wanted = fold_entity(name);
    if entities.iter().any(|entity| fold_entity(entity) == wanted) {
        return Judgement::pass(ctx.say(|| format!("covers {name}")));
    }
    Judgement::fail(ctx.say(|| format!("covers {}, not {name}", entities.join(", "))))
}

/// Folds the spellings of one registered name: `Ltd` and `Limited`, `&` and `and`. Words stay
/// apart: `S&T Ltd` is not `ST Limited`.
fn fold_entity(name: &str) -> Vec<String> {
    let name = name.to_lowercase().replace('&', " and ");
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| if word == "ltd" { "limited" } else { word }.to_owned())
        .collect()
}

/// DSPT editions run to 30 June: `25/26` closed when 30 June 2026 had passed.
fn edition(one: &Subject, ctx: &Context<'_>) -> Judgement {
    let Some(edition) = one.text(attestation::EDITION) else {
        return Judgement::unknown(ctx.say(|| "`edition` is not declared".into()));
    };
    let Some(ends) = edition_end(edition) else {
        return Judgement::unknown(
            ctx.say(|| format!("`{edition}` is not an edition such as 25/26")),
        );
    };
    let closed = last_closed_year(ctx.today);
    if ends > closed + 1 {
        return Judgement::unknown(ctx.say(|| format!("edition {edition} has not begun")))
            .until(Date::new(ends - 1, 6, 30).ok());
    }
    if ends < closed {
        return Judgement::fail(ctx.say(|| {
            format!(
                "edition {edition} is older than {}/{}, which closed on {closed}-06-30",
                (closed - 1) % 100,
                closed % 100
            )
        }));
    }
    Judgement::pass(ctx.say(|| format!("edition {edition}"))).until(Date::new(ends + 1, 6, 30).ok())
}

/// The year in which an edition such as `25/26` or `2025-26` ends.
fn edition_end(edition: &str) -> Option<i16> {
    let (start, end) = edition.trim().split_once(['/', '-'])?;
    if start.len() == 4 && !start.starts_with("20") {
        return None;
    }
    let start = start
        .get(start.len().checked_sub(2)?..)?
        .parse::<i16>()
        .ok()?;
    let end = end.get(end.len().checked_sub(2)?..)?.parse::<i16>().ok()?;
    (end == start + 1).then_some(2000 + end)
}

fn last_closed_year(today: Date) -> i16 {
    if (today.month(), today.day()) > (6, 30) {
        today.year()
    } else {
        today.year() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_edition_closes_when_its_30_june_has_passed() {
        assert_eq!(edition_end("25/26"), Some(2026));
        assert_eq!(edition_end("2025-26"), Some(2026));
        assert_eq!(edition_end("25/27"), None);
        assert_eq!(edition_end("1925/26"), None);
        assert_eq!(edition_end("latest"), None);
        assert_eq!(edition_end("é/é"), None);
        assert_eq!(last_closed_year(date(2026, 6, 30)), 2025);
        assert_eq!(last_closed_year(date(2026, 7, 1)), 2026);
    }

    #[test]
    fn a_sister_company_is_another_entity() {
        assert_eq!(
            fold_entity("Larkfield Health Ltd."),
            fold_entity("LARKFIELD HEALTH LIMITED")
        );
        assert_ne!(
            fold_entity("Larkfield Health Ltd"),
            fold_entity("Larkfield Holdings Ltd")
        );
        assert_ne!(fold_entity("S&T (UK) Ltd"), fold_entity("ST UK Limited"));
    }

    /// What two certificates of the scheme, the second issued later, come to.
    fn two(issued: [Option<Date>; 2], today: Date) -> (Outcome, Option<Date>) {
        use crate::catalogue::Catalogue;
        use crate::model::{Declaration, Place};
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place.clone());
        let mut declaration = Declaration::new("made-up.yaml", organisation);
        let list = issued.map(|issued| {
            let mut one = Subject::new(SubjectKind::Attestation, "AT-1", place.clone());
            one.record.set_text(attestation::SCHEME, "ce");
            if let Some(issued) = issued {
                one.record.set(attestation::ISSUED_ON, Value::Date(issued));
            }
            one
        });
        let list = Vec::from(list);
        declaration.lists.insert(SubjectKind::Attestation, list);
        let ctx = Context {
            today,
            catalogue: Catalogue::embedded(),
            declaration: &declaration,
            identity: None,
            detail: false,
        };
        let check = Attested {
            schemes: vec!["ce".into()],
            valid_for: Some(Length::Months(12)),
            at_award: false,
            remaining: None,
            covers_organisation: false,
            dspt_edition: false,
            each: false,
            has: None,
        };
        let judgement = check.run(&declaration.organisation, &ctx);
        (judgement.outcome, judgement.until)
    }

    #[test]
    fn a_renewal_to_come_ends_what_is_said_without_it() {
        let today = date(2026, 11, 22);
        let renewed = Some(date(2026, 12, 24));
        let eve = Some(date(2026, 12, 23));
        let lapsed = Some(date(2025, 1, 1));
        assert_eq!(two([lapsed, renewed], today), (Outcome::Fail, eve));
        assert_eq!(two([None, renewed], today), (Outcome::Unknown, eve));
        let last = Some(date(2027, 11, 1));
        assert_eq!(
            two([Some(date(2026, 11, 1)), renewed], today),
            (Outcome::Pass, last)
        );
    }

    #[test]
    fn an_edition_to_come_begins_when_the_one_before_closes() {
        use crate::catalogue::Catalogue;
        use crate::model::{Declaration, Place};
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place.clone());
        let mut one = Subject::new(SubjectKind::Attestation, "AT-1", place);
        one.record.set_text(attestation::EDITION, "27/28");
        let on = |today| {
            let ctx = Context {
                today,
                catalogue: Catalogue::embedded(),
                declaration: &Declaration::new("made-up.yaml", organisation.clone()),
                identity: None,
                detail: false,
            };
            let judgement = edition(&one, &ctx);
            (judgement.outcome, judgement.until)
        };
        let (eve, last) = (date(2027, 6, 30), date(2029, 6, 30));
        assert_eq!(on(date(2026, 11, 22)), (Outcome::Unknown, Some(eve)));
        assert_eq!(on(date(2027, 7, 1)), (Outcome::Pass, Some(last)));
    }
}
