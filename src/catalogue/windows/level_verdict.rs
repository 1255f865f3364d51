//! Whether a machine has the security level of a month, with the words for it.

use super::month::Month;
use super::release::Release;
use super::security_update::SecurityUpdate;
use super::verdict::{Patched, Verdict, cite};
use jiff::civil::Date;
use std::fmt;

/// Whether a machine has the level, and why.
#[derive(Debug)]
pub struct LevelVerdict<'a> {
    pub patched: Patched,
    /// The last day before the level came out, where that is why nothing is asked yet.
    pub until: Option<Date>,
    pub(super) month: Month,
    pub(super) reason: Reason<'a>,
}

#[derive(Debug)]
pub(super) enum Reason<'a> {
    /// It lacks what came before already.
    Below(Verdict<'a>),
    Ended(&'a Release),
    Judged(Verdict<'a>),
    NotYet,
    SoldLater(&'a Release),
    Unpublished {
        release: &'a Release,
        last: Option<SecurityUpdate<'a>>,
    },
}

impl LevelVerdict<'_> {
    /// The row of the catalogue that was used, and where it comes from.
    pub fn fact(&self) -> Option<String> {
        match &self.reason {
            Reason::Below(verdict) | Reason::Judged(verdict) => verdict.fact(),
            Reason::Ended(release) => {
                let row = match release.end {
                    Some(end) => format!("{release} was serviced until {end}"),
                    None => format!("{release} is serviced at a later service pack level"),
                };
                Some(cite(&row, &release.source))
            }
            Reason::NotYet => None,
            Reason::SoldLater(release) => {
                let row = format!("{release} on sale {}", release.on_sale?);
                Some(cite(&row, &release.source))
            }
            Reason::Unpublished { last, .. } => last.map(|update| update.fact()),
        }
    }

    /// What to declare so that an unknown can be decided.
    pub fn settles(&self) -> Option<&'static str> {
        match &self.reason {
            Reason::Judged(verdict) => verdict.settles(),
            _ => None,
        }
    }

    /// Whether the catalogue, and not the declaration, leaves it open.
    pub fn is_beyond_the_catalogue(&self) -> bool {
        matches!(self.reason, Reason::Unpublished { .. })
    }
}

impl fmt::Display for LevelVerdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = self.month;
        match &self.reason {
            Reason::Below(verdict) => {
                write!(f, "below the security level of {month}: {}", verdict.why())
            }
            Reason::Ended(release) => match release.end {
                Some(end) => write!(
                    f,
                    "support for {release} ended on {end}, before the security level of {month}"
                ),
                None => write!(f, "{release} is no longer serviced, nor was it in {month}"),
            },
            Reason::Judged(verdict) => write!(f, "security level of {month}: {}", verdict.why()),
            Reason::NotYet => write!(f, "the security level of {month} is not out yet"),
            Reason::SoldLater(release) => {
                write!(f, "{release} was sold later than {month}")?;
                release
                    .on_sale
                    .map_or(Ok(()), |on_sale| write!(f, ", from {on_sale}"))
            }
            Reason::Unpublished { release, last } => {
                write!(f, "no security level of {month} is known for {release}")?;
                last.map_or(Ok(()), |step| write!(f, "; the last known is {step}"))
            }
        }
    }
}
