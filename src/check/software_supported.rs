//! `software_supported`: is the listed software still supported by its makers?
//!
//! One piece past its end fails the list. A pass speaks only for what the catalogue knows, and
//! says how much of the list that is.

use super::entitlement::{Cover, last_day_before_cover};
use super::supported::judge_cycle;
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::{Beside, End, SoftwareFacts, SoftwareIdentity};
use crate::model::fields::{asset, component, software};
use crate::model::{FieldId, Outcome, Record, Subject, SubjectKind, Value};
use crate::predicate::Length;
use jiff::civil::Date;

pub(super) static KIND: Kind = Kind {
    name: "software_supported",
    explain: "No listed software, or not this component, is past its end of support, `notice` from now where that is given.",
    subjects: &[SubjectKind::Asset, SubjectKind::Component],
    arguments: &[("notice", "how much longer support has to last")],
    parse,
};

/// Pieces of software named in one sentence.
const NAMED: usize = 3;

#[derive(Debug)]
struct SoftwareSupported {
    notice: Length,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let notice = arguments.length("notice")?.unwrap_or(Length::Days(0));
    Some(Box::new(SoftwareSupported { notice }))
}

/// What was found of one piece of software.
#[derive(Debug)]
struct Piece {
    judgement: Judgement,
    /// Whether an overlay makes it last.
    is_extended: bool,
}

impl From<Judgement> for Piece {
    fn from(judgement: Judgement) -> Self {
        Self {
            judgement,
            is_extended: false,
        }
    }
}

impl Check for SoftwareSupported {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        if subject.kind == SubjectKind::Component {
            return self.component(subject, ctx);
        }
        self.judge(subject, ctx).field(asset::SOFTWARE)
    }
}

impl SoftwareSupported {
    /// One component, by the catalogue or else by the declared end of its support.
    fn component(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let piece = self.piece(&as_software(subject), subject, ctx);
        let judgement = piece.map_or_else(
            || {
                Judgement::unknown(ctx.say(|| {
                    "`end_of_support` is not declared, and the catalogue does not know it".into()
                }))
            },
            |piece| piece.judgement,
        );
        judgement.field(component::END_OF_SUPPORT)
    }

    fn judge(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(listed) = subject.records(asset::SOFTWARE) else {
            return Judgement::unknown(ctx.say(|| match subject.value(asset::SOFTWARE) {
                Some(_) => "`software` cannot be read".into(),
                None => "`software` is not declared".into(),
            }));
        };
        if listed.is_empty() {
            return Judgement::not_applicable(ctx.say(|| "no software is listed".into()));
        }
        let known: Vec<_> = listed
            .iter()
            .filter_map(|one| self.piece(one, subject, ctx))
            .collect();
        let until = known.iter().filter_map(|one| one.judgement.until).min();
        let of = |outcome: Outcome| {
            known
                .iter()
                .filter(move |one| one.judgement.outcome == outcome)
        };
        for outcome in [Outcome::Fail, Outcome::Conflict, Outcome::Unknown] {
            if let Some(first) = of(outcome).next() {
                let all: Vec<_> = of(outcome).collect();
                let why = ctx.say(|| in_one_sentence(&all));
                return Judgement::new(outcome, why)
                    .until(match outcome {
                        Outcome::Fail => first.judgement.until,
                        _ => until,
                    })
                    .fact(first.judgement.fact.clone());
            }
        }
        if known.is_empty() {
            return Judgement::unknown(ctx.say(|| match listed.len() {
                1 => "the one piece of software listed is none the catalogue knows".into(),
                all => format!("none of the {all} pieces of software listed is known"),
            }));
        }
        let fact = known.iter().find_map(|one| one.judgement.fact.clone());
        let why = ctx.say(|| {
            let (count, all) = (known.len(), listed.len());
            let longer: Vec<_> = known.iter().filter(|one| one.is_extended).collect();
            let longer = match longer.as_slice() {
                [] => String::new(),
                longer => format!(": {}", in_one_sentence(longer)),
            };
            format!("{count} of {all} pieces of software listed are known, and supported{longer}")
        });
        Judgement::pass(why).until(until).fact(fact)
    }

    /// The judgement of one piece; `None` for what nobody keeps dates of.
    fn piece(&self, one: &Record, subject: &Subject, ctx: &Context<'_>) -> Option<Piece> {
        let identity = ctx.catalogue.identify_software(&facts_of(one));
        let piece = self.by_catalogue(&identity, one, subject, ctx);
        let word = one.value(software::END_OF_SUPPORT);
        // The maker's word as declared counts where the catalogue is silent, and never against it:
        // of a release older than those it has, it knows enough.
        let is_silent = identity.candidates.is_empty() && identity.beside == Beside::Anything;
        match (piece, word) {
            (_, Some(Value::Date(last))) if is_silent => Some(self.by_word(*last, one, ctx).into()),
            (_, Some(value)) if is_silent => {
                let name = written(one);
                let why = ctx.say(|| format!("the end of support of {name} is “{value}”, no date"));
                Some(Judgement::unknown(why).into())
            }
            (Some(Piece { judgement, .. }), Some(Value::Date(last)))
                if judgement.outcome == Outcome::Pass && *last < ctx.today =>
            {
                let why = ctx.say(|| format!("{}, but declared to {last}", judgement.why));
                let conflict = Judgement::conflict(why).until(judgement.until);
                Some(conflict.fact(judgement.fact).into())
            }
            (Some(piece), Some(Value::Date(last))) if *last >= ctx.today => Some(Piece {
                judgement: piece.judgement.at_most_until(Some(*last)),
                ..piece
            }),
            (piece, _) => piece,
        }
    }

    fn by_catalogue(
        &self,
        identity: &SoftwareIdentity,
        one: &Record,
        subject: &Subject,
        ctx: &Context<'_>,
    ) -> Option<Piece> {
        identity.product?;
        let cycles: Vec<_> = identity
            .candidates
            .iter()
            .filter_map(|(product, cycle)| ctx.catalogue.lifecycle().cycle(product, cycle))
            .collect();
        let undecided = |why: &str, until: Option<Date>| {
            let settles = identity.settles.unwrap_or("its version");
            let declare = format!("{}: {why}; declare {settles}", written(one));
            let judgement = Judgement::unknown(ctx.say(|| declare));
            Some(judgement.until(until).into())
        };
        if cycles.is_empty() {
            return undecided(&identity.label, None);
        }
        let covers: Vec<_> = cycles
            .iter()
            .map(|cycle| Cover::overlaid(subject, cycle, ctx))
            .collect();
        let each: Vec<_> = cycles
            .iter()
            .zip(&covers)
            .map(|(cycle, cover)| {
                judge_cycle(cycle, cover, self.notice, ctx)
                    .at_most_until(last_day_before_cover(subject, cycle, ctx))
            })
            .collect();
        let agreed = each.first()?.outcome;
        let is_firm = match identity.beside {
            Beside::Nothing => true,
            Beside::NothingBetter => agreed == Outcome::Fail,
            Beside::Anything => false,
        };
        let until = each.iter().filter_map(|judgement| judgement.until).min();
        if !is_firm || each.iter().any(|judgement| judgement.outcome != agreed) {
            return undecided(&format!("it may be {}", identity.label), until);
        }
        // The longest-lived of those that have ended is the mildest true reason.
        let mildest =
            each.into_iter()
                .zip(&cycles)
                .max_by_key(|(_, cycle)| match cycle.security_end {
                    End::On(day) => day,
                    _ => Date::MIN,
                });
        mildest.map(|(judgement, _)| Piece {
            judgement: judgement.until(until),
            is_extended: covers.iter().any(|cover| cover.is_overlaid_on(ctx.today)),
        })
    }

    fn by_word(&self, last: Date, one: &Record, ctx: &Context<'_>) -> Judgement {
        let until = match self.notice {
            Length::Days(0) => last,
            notice => notice.before(last).yesterday().unwrap_or(Date::MIN),
        };
        let name = || written(one);
        if ctx.today <= until {
            let why = ctx.say(|| format!("{} is declared to be supported to {last}", name()));
            return Judgement::pass(why).until(until);
        }
        Judgement::fail(ctx.say(|| format!("support of {} is declared to end on {last}", name())))
    }
}

/// A component as the software it is.
fn as_software(subject: &Subject) -> Record {
    const FIELDS: [(FieldId, FieldId); 6] = [
        (component::NAME, software::NAME),
        (component::VERSION, software::VERSION),
        (component::SUPPLIER, software::SUPPLIER),
        (component::END_OF_SUPPORT, software::END_OF_SUPPORT),
        (component::PURL, software::PURL),
        (component::CPE, software::CPE),
    ];
    let mut one = Record::new(&software::SCHEMA);
    for (from, to) in FIELDS {
        if let Some(value) = subject.value(from) {
            one.set(to, value.clone());
        }
    }
    one
}

fn facts_of(one: &Record) -> SoftwareFacts<'_> {
    SoftwareFacts {
        name: one.text(software::NAME),
        version: one.text(software::VERSION),
        vendor: one.text(software::SUPPLIER),
        purl: one.text(software::PURL),
        cpe: one.text(software::CPE),
    }
}

/// As the declaration has it.
fn written(one: &Record) -> String {
    let parts = [software::NAME, software::VERSION];
    let parts: Vec<_> = parts
        .into_iter()
        .filter_map(|part| one.text(part))
        .collect();
    match parts.as_slice() {
        [] => one
            .text(software::PURL)
            .or(one.text(software::CPE))
            .unwrap_or("software without a name")
            .to_owned(),
        [name, version] if name.contains(version) => (*name).to_owned(),
        parts => parts.join(" "),
    }
}

fn in_one_sentence(all: &[&Piece]) -> String {
    let named = all.iter().take(NAMED).map(|one| one.judgement.why.as_ref());
    let named: Vec<_> = named.collect();
    let more = match all.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("{}{more}", named.join("; "))
}
