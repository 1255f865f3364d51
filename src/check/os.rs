//! What an asset declares about its operating system and updates, in the catalogue's terms.

use super::{Context, Judgement};
use crate::catalogue::{Completeness, Identity, Kb, OsFacts, PatchFacts};
use crate::model::Record;
use crate::model::fields::{asset, file_version, update};
use jiff::civil::Date;

/// The declared facts that identify an operating system.
pub fn os_facts(record: &Record) -> OsFacts<'_> {
    OsFacts {
        name: record.text(asset::OS),
        version: record.text(asset::OS_VERSION),
        edition: record.text(asset::OS_EDITION),
        channel: record.text(asset::OS_CHANNEL),
        build: record.text(asset::OS_BUILD),
        service_pack: record.text(asset::OS_SERVICE_PACK),
        arch: record.text(asset::OS_ARCH),
        is_server: record.text(asset::CLASS).and_then(|class| match class {
            "server" => Some(true),
            "desktop" => Some(false),
            _ => None,
        }),
    }
}

/// The outcome for an asset whose facts about its operating system exclude each other.
pub(super) fn os_conflict(identity: &Identity, ctx: &Context<'_>) -> Option<Judgement> {
    let conflict = identity.conflict.as_ref()?;
    Some(Judgement::conflict(ctx.say(|| conflict.clone())).field(asset::OS))
}

/// What is known about the updates of a Windows asset; owns what [`PatchFacts`] borrows.
#[derive(Debug)]
pub(super) struct Updates<'a> {
    kbs: Option<Vec<Kb>>,
    list: Completeness,
    files: Vec<(&'a str, &'a str)>,
    /// The last day before one of them is installed that is not yet.
    pub(super) until: Option<Date>,
}

impl<'a> Updates<'a> {
    pub(super) fn of(record: &'a Record, today: Date) -> Self {
        let listed = record.records(asset::UPDATES);
        let kbs = listed.map(|updates| {
            updates
                .iter()
                // An update that waits for a restart or a manual step protects nobody yet.
                .filter(|one| {
                    one.value(update::EFFECTIVE).is_none()
                        || one.boolean(update::EFFECTIVE) == Some(true)
                })
                // Nor does one that is installed after the day in question.
                .filter(|one| match one.value(update::INSTALLED_ON) {
                    None => true,
                    Some(_) => one
                        .date(update::INSTALLED_ON)
                        .is_some_and(|day| day <= today),
                })
                .filter_map(|one| Kb::parse(one.text(update::ID)?))
                .collect()
        });
        let files = record.records(asset::FILE_VERSIONS).unwrap_or_default();
        let files = files
            .iter()
            .filter_map(|file| {
                Some((
                    file.text(file_version::NAME)?,
                    file.text(file_version::VERSION)?,
                ))
            })
            .collect();
        Self {
            kbs,
            list: completeness(record),
            files,
            until: listed.and_then(|listed| last_day_before_an_install(listed, today)),
        }
    }

    /// The facts about one servicing release. `None` when the asset is not a known Windows, or
    /// contradicts itself about which one it is.
    pub(super) fn facts<'f>(&'f self, ctx: &'f Context<'_>) -> Option<PatchFacts<'f>> {
        let identity = ctx.identity.as_deref()?;
        if identity.conflict.is_some() {
            return None;
        }
        Some(PatchFacts {
            release: identity.windows_release?,
            build: identity.build,
            revision: identity.revision,
            kbs: self.kbs.as_deref(),
            list: self.list,
            files: &self.files,
            as_of: ctx.today,
        })
    }
}

/// The last day on which nothing comes out that the catalogue already knows of: it may be newer
/// than the day in question.
pub(super) fn last_day_before_a_release(ctx: &Context<'_>) -> Option<Date> {
    let next = ctx.catalogue.windows().next_release(ctx.today)?;
    next.yesterday().ok()
}

fn last_day_before_an_install(listed: &[Record], today: Date) -> Option<Date> {
    let days = listed
        .iter()
        .filter_map(|one| one.date(update::INSTALLED_ON));
    days.filter(|day| *day > today).min()?.yesterday().ok()
}

/// Whether the list names every installed update: counts decide, then what the source claims.
fn completeness(record: &Record) -> Completeness {
    let count = |field| {
        record
            .integer(field)
            .and_then(|count| u32::try_from(count).ok())
    };
    if let (Some(stated), Some(listed)) =
        (count(asset::UPDATES_STATED), count(asset::UPDATES_LISTED))
        && stated > listed
    {
        return Completeness::Cut { stated, listed };
    }
    match record.boolean(asset::UPDATES_COMPLETE) {
        Some(true) => Completeness::Complete,
        Some(false) | None => Completeness::Unstated,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;
    use jiff::civil::date;

    #[test]
    fn what_is_known_of_updates_holds_until_the_next_is_installed() {
        let mut record = Record::new(&asset::SCHEMA);
        let install = |day| {
            let mut one = Record::new(&update::SCHEMA);
            one.set_text(update::ID, "KB4012212");
            one.set(update::INSTALLED_ON, Value::Date(day));
            one
        };
        let days = [date(2026, 11, 1), date(2026, 12, 9), date(2026, 12, 24)];
        record.set(asset::UPDATES, Value::Records(days.map(install).into()));
        let on = |today| Updates::of(&record, today).until;
        assert_eq!(on(date(2026, 11, 22)), Some(date(2026, 12, 8)));
        assert_eq!(on(date(2026, 12, 9)), Some(date(2026, 12, 23)));
        assert_eq!(on(date(2026, 12, 24)), None);
    }

    #[test]
    fn what_the_catalogue_finds_may_change_when_something_comes_out() {
        let windows = crate::catalogue::Catalogue::embedded().windows();
        let fix = date(2017, 3, 14);
        assert_eq!(windows.next_release(date(2017, 3, 13)), Some(fix));
        assert!(windows.next_release(fix) > Some(fix));
        assert_eq!(windows.next_release(date(2030, 1, 1)), None);
    }
}
