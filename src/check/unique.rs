//! `unique`: does no value of a field stand in two assets?
//!
//! Answered after all assets were counted. An asset that does not name the value may be the twin of
//! any other, so it leaves the answer unknown unless a duplicate is certain.

use super::over_estate::{Estate, OverEstate, field_named, no_members, unread};
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::fields::asset;
use crate::model::{
    Counted, Entry, FieldId, Outcome, Subject, SubjectKind, Tally, Type, Value, Values,
};
use jiff::civil::Date;
use std::borrow::Cow;

pub(super) static KIND: Kind = Kind {
    name: "unique",
    explain: "Of the assets under `where`, no two declare the same value of `field`, whatever its case.",
    subjects: &[SubjectKind::Organisation],
    arguments: &[
        ("where", "which assets are meant; all unless given"),
        ("field", "the field of assets, of one value each"),
    ],
    parse,
};

#[derive(Debug)]
struct Unique {
    estate: Estate,
    field: FieldId,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let estate = Estate::parse(arguments);
    let is_single = |ty| !matches!(ty, Type::Records(_) | Type::Texts);
    let field = field_named(arguments, is_single, "a single value");
    Some(Box::new(Unique {
        estate: estate?,
        field: field?,
    }))
}

impl Unique {
    /// A network address in one spelling, as the exports of two tools may differ in theirs:
    /// `02-00-5E-10-00-01`, `0200.5e10.0001`. Any other text as it stands.
    fn spelling<'v>(&self, text: &'v str) -> Cow<'v, str> {
        let text = text.trim();
        if self.field != asset::NETWORK_MAC {
            return Cow::Borrowed(text);
        }
        let is_between = |c: &char| matches!(c, ':' | '-' | '.' | ' ');
        let digits: String = text.chars().filter(|c| !is_between(c)).collect();
        let is_address = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if is_address {
            Cow::Owned(digits)
        } else {
            Cow::Borrowed(text)
        }
    }

    fn judge(&self, tally: &Tally, ctx: &Context<'_>) -> Judgement {
        let values = &tally.values;
        let total = values.total;
        let name = SubjectKind::Asset.schema().field(self.field).name;
        if values.twins > 0 {
            return Judgement::fail(ctx.say(|| twins(values, name)));
        }
        if total.members == 0 {
            return no_members(total.perhaps, ctx);
        }
        if values.possible_twins > 0 {
            return Judgement::unknown(ctx.say(|| {
                format!(
                    "{} of `{name}` may be there twice: it is not known of all assets whether they \
                     are meant",
                    values_of(values.possible_twins)
                )
            }));
        }
        match values.without.total() {
            0 => Judgement::pass(ctx.say(|| {
                let all = total.total();
                format!("no two of {all} assets have the same `{name}`")
            })),
            without => Judgement::unknown(ctx.say(|| {
                let all = total.total();
                format!("{without} of {all} assets name no `{name}` that can be read")
            })),
        }
    }
}

fn values_of(count: u64) -> String {
    match count {
        1 => "1 value".into(),
        _ => format!("{count} values"),
    }
}

fn twins(values: &Values, name: &str) -> String {
    let some = values.some_twins(3);
    let count = values_of(values.twins);
    let stand = if values.twins == 1 { "stands" } else { "stand" };
    let lead = if some.len() as u64 == values.twins {
        ""
    } else {
        "among them "
    };
    let names = if some.is_empty() {
        String::new()
    } else {
        format!(": {lead}{}", some.join(", "))
    };
    format!("{count} of `{name}` {stand} in more than one asset{names}")
}

impl Check for Unique {
    fn run(&self, _: &Subject, ctx: &Context<'_>) -> Judgement {
        match self.estate.tally(ctx) {
            Ok(tally) => self.judge(tally, ctx),
            Err(judgement) => judgement,
        }
    }

    fn over_estate(&self) -> Option<&dyn OverEstate> {
        Some(self)
    }
}

impl OverEstate for Unique {
    fn key(&self) -> &str {
        &self.estate.key
    }

    fn entry<'s>(&self, asset: &'s Subject, _: Outcome, ctx: &Context<'_>) -> Entry<'s> {
        let is_member = self.estate.is_member(asset, ctx);
        let value = match asset.value(self.field) {
            None | Some(Value::Unreadable(_)) => None,
            Some(Value::Text(text)) => Some(self.spelling(text)),
            Some(value) => Some(Cow::Owned(value.to_string())),
        };
        Entry {
            is_member,
            counts: Counted::Value(value.filter(|value| !value.is_empty())),
        }
    }

    fn entry_until(&self, asset: &Subject, ctx: &Context<'_>) -> Option<Date> {
        self.estate.member_until(asset, ctx)
    }

    fn unread(&self) -> Entry<'static> {
        unread(Counted::Value(None))
    }
}
