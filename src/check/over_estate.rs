//! Questions about all assets together: what each asset adds, before the question can be asked.

use super::{Arguments, Context, Judgement, Tree};
use crate::model::{Counted, Entry, FieldId, Outcome, Subject, SubjectKind, Tally, Type};
use crate::predicate::find_field;
use crate::yaml::Key;
use jiff::civil::Date;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A check that is run once all assets were counted.
pub trait OverEstate: fmt::Debug + Send + Sync {
    /// Tells this question from all others of a policy.
    fn key(&self) -> &str;

    /// The rule whose outcomes it counts, and where that is named. Without one every asset is
    /// counted once, by its fields.
    fn counts(&self) -> Option<(&str, Range<usize>)> {
        None
    }

    /// What an asset adds. `outcome` is what the counted rule says of it, if there is such a rule.
    fn entry<'s>(&self, asset: &'s Subject, outcome: Outcome, ctx: &Context<'_>) -> Entry<'s>;

    /// The last day on which what an asset adds stays the same, as long as the outcome does.
    fn entry_until(&self, asset: &Subject, ctx: &Context<'_>) -> Option<Date>;

    /// What an asset adds that could not be read: it may be anything.
    fn unread(&self) -> Entry<'static>;
}

/// Which assets a question means, and the name under which it is counted.
#[derive(Debug)]
pub(super) struct Estate {
    pub(super) key: String,
    members: Option<Tree>,
}

impl Estate {
    /// Reads the argument `where`.
    pub(super) fn parse(arguments: &Arguments<'_>) -> Option<Self> {
        let members = arguments.tree("where", SubjectKind::Asset)?;
        let source = arguments.reading.reader.source();
        Some(Self {
            key: format!("{}:{}", source.name, arguments.span().start),
            members,
        })
    }

    /// All assets, for tests.
    #[cfg(test)]
    pub(super) fn of_all(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            members: None,
        }
    }

    /// Whether an asset is among those meant; `None` when nobody can tell.
    pub(super) fn is_member(&self, asset: &Subject, ctx: &Context<'_>) -> Option<bool> {
        let Some(members) = &self.members else {
            return Some(true);
        };
        match members.quick(asset, ctx).outcome {
            Outcome::Pass => Some(true),
            Outcome::Fail | Outcome::NotApplicable => Some(false),
            Outcome::Conflict | Outcome::Unknown | Outcome::Waived => None,
        }
    }

    /// The last day on which an asset stays in the group, or out of it.
    pub(super) fn member_until(&self, asset: &Subject, ctx: &Context<'_>) -> Option<Date> {
        self.members.as_ref()?.quick(asset, ctx).until
    }

    /// What was counted; otherwise why nothing was.
    pub(super) fn tally<'c>(&self, ctx: &'c Context<'_>) -> Result<&'c Arc<Tally>, Judgement> {
        if !ctx.declaration.has_assets {
            return Err(Judgement::unknown(ctx.say(|| {
                "no assets are declared; write `assets: []` if there are none".into()
            })));
        }
        let tally = ctx.declaration.tallies.get(&self.key);
        tally.ok_or_else(|| Judgement::unknown("the assets were not counted"))
    }
}

/// What is said where no asset is meant for certain, but so many may be.
pub(super) fn no_members(perhaps: u64, ctx: &Context<'_>) -> Judgement {
    if perhaps == 0 {
        return Judgement::not_applicable("the estate has no such assets");
    }
    Judgement::unknown(
        ctx.say(|| format!("{perhaps} assets may be among those meant, none of them for certain")),
    )
}

/// Reads the argument `field`: the name of a field of assets, of a type that fits.
pub(super) fn field_named(
    arguments: &Arguments<'_>,
    fits: impl Fn(Type) -> bool,
    wanted: &str,
) -> Option<FieldId> {
    let node = arguments.required("field")?;
    let reading = arguments.reading;
    let name = reading.params.resolve(node, reading.reader)?;
    let schema = SubjectKind::Asset.schema();
    let key = Key {
        span: node.span.clone(),
        text: name.clone(),
    };
    let id = find_field(schema, &key, reading.reader)?;
    let field = schema.field(id);
    if fits(field.ty) {
        return Some(id);
    }
    let message = format!("`{name}` is {}, not {wanted}", field.ty.expected());
    reading.problem(node.span.clone(), message, "of another type")
}

/// An unread asset may be among those meant, with or without anything.
pub(super) fn unread(counts: Counted<'static>) -> Entry<'static> {
    Entry {
        is_member: None,
        counts,
    }
}
