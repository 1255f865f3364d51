//! The security level of a month: what a machine has with the cumulative update of that month's
//! second Tuesday, or any later one of its stream. Previews and out-of-band updates of an earlier
//! month are below it.

use super::advisory::Advisory;
use super::level_verdict::{LevelVerdict, Reason};
use super::month::{Month, is_monthly};
use super::release::{Release, ReleaseId};
use super::security_update::SecurityUpdate;
use super::stream::PackageKind;
use super::verdict::Patched;
use super::{PatchFacts, Windows};

/// A requirement for the security level of a month. Compile it once and judge every machine.
#[derive(Debug)]
pub struct MinLevel {
    month: Month,
    /// The packages of the month, or the first ones after it where none is known.
    reached: Advisory,
    /// The last packages before the month, where none of the month is known.
    below: Advisory,
    /// How the month stands to each release.
    standings: Vec<Standing>,
}

/// How a month stands to the stream of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Its package is known.
    Known,
    /// The release was sold after it; `shared` when older packages share its revisions.
    SoldLater { shared: bool },
    /// No package of the month is known.
    Unknown,
}

impl Windows {
    /// The requirement for the level of this month or a later one.
    pub fn requires_level(&self, month: Month) -> MinLevel {
        let (mut reached, mut below) = (Vec::new(), Vec::new());
        let standings = self
            .releases
            .iter()
            .map(|(id, release)| {
                let steps = self.monthly(id);
                let own = steps.iter().find(|step| month.has(step.released));
                if release.on_sale.is_some_and(|on_sale| on_sale > month.day) {
                    let shared = own.copied().or_else(|| self.sibling(release, month));
                    reached.extend(shared.map(|step| step.fix(id)));
                    let shared = shared.is_some();
                    return Standing::SoldLater { shared };
                }
                if let Some(own) = own {
                    reached.push(own.fix(id));
                    return Standing::Known;
                }
                let before = steps.iter().rfind(|step| step.released < month.day);
                let after = steps.iter().find(|step| step.released > month.day);
                below.extend(before.map(|step| step.fix(id)));
                // The first rollups did not yet hold everything that came before them.
                if before.is_some() || release.is_windows_10_or_later() {
                    reached.extend(after.map(|step| step.fix(id)));
                }
                Standing::Unknown
            })
            .collect();
        let id = format!("the security level of {month}");
        MinLevel {
            month,
            reached: self.requires_any(id.clone(), None, reached),
            below: self.requires_any(id, None, below),
            standings,
        }
    }

    /// The month's security packages of a release, in the order of its stream.
    fn monthly(&self, id: ReleaseId) -> Vec<SecurityUpdate<'_>> {
        let release = self.releases.of(id);
        match self.streams.family_of(release) {
            Some((_, family)) => family
                .levels
                .iter()
                .filter(|level| level.kind == PackageKind::Update && level.is_for(release))
                .filter(|level| is_monthly(level.released))
                .map(SecurityUpdate::of_level)
                .collect(),
            None => self
                .streams
                .cumulative(id)
                .map(|(_, rollup)| rollup)
                .filter(|one| one.kind == PackageKind::Rollup && is_monthly(one.released))
                .map(SecurityUpdate::of_rollup)
                .collect(),
        }
    }

    /// The month's package of releases that share their revisions with this one.
    fn sibling(&self, release: &Release, month: Month) -> Option<SecurityUpdate<'_>> {
        let (_, family) = self.streams.family_of(release)?;
        family
            .levels
            .iter()
            .find(|level| {
                level.kind == PackageKind::Update
                    && level.serves(release.audience)
                    && month.has(level.released)
                    && is_monthly(level.released)
            })
            .map(SecurityUpdate::of_level)
    }

    /// Whether a machine shows the level. A month that the catalogue does not know for a release is
    /// decided only by what came before and after it.
    pub fn judge_level<'a>(
        &'a self,
        level: &'a MinLevel,
        facts: &PatchFacts<'a>,
    ) -> LevelVerdict<'a> {
        let verdict = self.judge(&level.reached, facts);
        let told = |patched, reason| level.verdict(patched, reason);
        let Some(asked) = self.releases.find(facts.release) else {
            return told(Patched::Unknown, Reason::Judged(verdict));
        };
        if matches!(verdict.patched, Patched::Conflict | Patched::Fixed) {
            return told(verdict.patched, Reason::Judged(verdict));
        }
        let id = self.releases.serviced_as(asked);
        let release = self.releases.of(id);
        let standing = level.standings.get(id.index()).copied();
        if let Some(Standing::SoldLater { shared }) = standing {
            let shows_less = shared && facts.revision.is_some();
            return match verdict.patched {
                Patched::Missing if shows_less => told(Patched::Missing, Reason::Judged(verdict)),
                _ => told(Patched::NotAffected, Reason::SoldLater(release)),
            };
        }
        let day = level.month.day;
        let has_ended = |day| release.needs.is_some() || release.end.is_some_and(|end| end < day);
        if facts.as_of < day {
            if has_ended(facts.as_of) {
                return told(Patched::NoFixPublished, Reason::Ended(release));
            }
            let until = [release.end, day.yesterday().ok()].into_iter().flatten();
            return LevelVerdict {
                until: until.min(),
                ..told(Patched::NotYetPublished, Reason::NotYet)
            };
        }
        if verdict.patched == Patched::NeedsServicePack || standing == Some(Standing::Known) {
            // Still possible where the package is dated a day after the month's Tuesday.
            let waits = verdict.patched == Patched::NotYetPublished;
            return LevelVerdict {
                until: waits.then_some(day),
                ..told(verdict.patched, Reason::Judged(verdict))
            };
        }
        if has_ended(day) {
            return told(Patched::NoFixPublished, Reason::Ended(release));
        }
        self.without_package(level, facts, id)
    }

    /// The catalogue has no package of the month: whoever lacks an earlier one lacks it as well.
    fn without_package<'a>(
        &'a self,
        level: &'a MinLevel,
        facts: &PatchFacts<'a>,
        id: ReleaseId,
    ) -> LevelVerdict<'a> {
        if level.below.fixes_for(id).next().is_some() {
            let below = self.judge(&level.below, facts);
            match below.patched {
                Patched::Conflict => {
                    return level.verdict(Patched::Conflict, Reason::Judged(below));
                }
                Patched::Missing => return level.verdict(Patched::Missing, Reason::Below(below)),
                _ => {}
            }
        }
        let release = self.releases.of(id);
        let last = self.monthly(id).pop();
        level.verdict(Patched::Unknown, Reason::Unpublished { release, last })
    }
}

impl MinLevel {
    fn verdict<'a>(&self, patched: Patched, reason: Reason<'a>) -> LevelVerdict<'a> {
        LevelVerdict {
            patched,
            until: None,
            month: self.month,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Kb;
    use crate::catalogue::{Catalogue, Completeness};
    use jiff::civil::date;

    fn windows() -> &'static Windows {
        Catalogue::embedded().windows()
    }

    fn bare(release: &str) -> PatchFacts<'_> {
        PatchFacts {
            release,
            build: None,
            revision: None,
            kbs: None,
            list: Completeness::Unstated,
            files: &[],
            as_of: date(2026, 11, 22),
        }
    }

    fn running(release: &str, build: u32, revision: u32) -> PatchFacts<'_> {
        PatchFacts {
            build: Some(build),
            revision: Some(revision),
            ..bare(release)
        }
    }

    fn level(month: &str) -> MinLevel {
        windows().requires_level(Month::parse(month).expect("a month"))
    }

    fn judged(month: &str, facts: &PatchFacts<'_>) -> Patched {
        windows().judge_level(&level(month), facts).patched
    }

    fn said(month: &str, facts: &PatchFacts<'_>) -> String {
        windows().judge_level(&level(month), facts).to_string()
    }

    #[test]
    fn the_level_is_the_update_of_the_second_tuesday_to_the_number() {
        let machine = |revision| running("windows-10-22h2", 19_045, revision);
        assert_eq!(judged("2026-06", &machine(7_416)), Patched::Missing);
        assert_eq!(judged("2026-06", &machine(7_417)), Patched::Fixed);
        assert_eq!(judged("2026-06", &machine(7_548)), Patched::Fixed);
        assert_eq!(judged("2026-06", &machine(99_999)), Patched::Fixed);
    }

    #[test]
    fn previews_and_out_of_band_updates_of_the_month_before_are_below_it() {
        // KB5063842, the preview of 2025-08-26, and KB5066188 out of band on 2025-08-19.
        for revision in [6_282, 6_218] {
            let machine = running("windows-10-22h2", 19_045, revision);
            assert_eq!(judged("2025-08", &machine), Patched::Fixed);
            assert_eq!(judged("2025-09", &machine), Patched::Missing);
        }
    }

    #[test]
    fn a_hotpatched_machine_has_the_level_of_its_day() {
        // KB5079420, the hotpatch of 2026-03-10, stands below that day's cumulative update.
        let machine = running("windows-11-24h2", 26_100, 7_979);
        assert_eq!(judged("2026-03", &machine), Patched::Fixed);
        assert_eq!(judged("2026-04", &machine), Patched::Missing);
    }

    #[test]
    fn clients_and_servers_of_one_build_are_held_to_their_own_update() {
        // Server revisions start anew far above the client's in January 2026.
        assert_eq!(
            judged("2026-06", &running("windows-server-2025", 26_100, 8_655)),
            Patched::Conflict
        );
        assert_eq!(
            judged("2026-06", &running("windows-server-2025", 26_100, 32_236)),
            Patched::Missing
        );
    }

    #[test]
    fn a_list_is_proof_only_as_far_as_it_goes() {
        let july = [Kb::new(5_099_539)];
        let may = [Kb::new(5_087_544)];
        let listed = |kbs, list| PatchFacts {
            kbs: Some(kbs),
            list,
            ..bare("windows-10-22h2")
        };
        let cut = Completeness::Cut {
            stated: 9,
            listed: 1,
        };
        for list in [Completeness::Complete, Completeness::Unstated, cut] {
            assert_eq!(judged("2026-06", &listed(&july, list)), Patched::Fixed);
        }
        for (list, expected) in [
            (Completeness::Complete, Patched::Missing),
            (Completeness::Unstated, Patched::Unknown),
            (cut, Patched::Unknown),
        ] {
            assert_eq!(judged("2026-06", &listed(&may, list)), expected, "{list:?}");
        }
        assert_eq!(
            judged("2026-06", &bare("windows-10-22h2")),
            Patched::Unknown
        );
    }

    #[test]
    fn a_list_ahead_of_the_running_revision_is_a_contradiction() {
        let july = [Kb::new(5_099_539)];
        let machine = PatchFacts {
            kbs: Some(&july),
            ..running("windows-10-22h2", 19_045, 6_093)
        };
        assert_eq!(judged("2026-06", &machine), Patched::Conflict);
        assert_eq!(judged("2025-07", &machine), Patched::Fixed);
    }

    #[test]
    fn a_rollup_is_the_level_and_a_security_only_update_is_not() {
        let listed = |kbs| PatchFacts {
            kbs: Some(kbs),
            list: Completeness::Complete,
            ..bare("windows-7-sp1")
        };
        let later = [Kb::new(4_019_264)];
        let security_only = [Kb::new(4_012_212)];
        assert_eq!(judged("2017-03", &listed(&later)), Patched::Fixed);
        assert_eq!(judged("2017-03", &listed(&security_only)), Patched::Missing);
        // No update came out in February 2017; the next one holds what the month asked for.
        assert_eq!(judged("2017-02", &listed(&later)), Patched::Fixed);
        assert_eq!(judged("2017-02", &listed(&[])), Patched::Missing);
        // Rollups did not hold what came before the first of them.
        assert_eq!(judged("2015-05", &listed(&later)), Patched::Unknown);
    }

    #[test]
    fn no_level_comes_out_for_what_has_left_support() {
        for (release, end) in [
            ("windows-7-sp1", "2023-01-10"),
            ("windows-xp-sp3", "2014-04-08"),
            ("windows-10-2004", "2021-12-14"),
        ] {
            assert_eq!(
                judged("2026-06", &bare(release)),
                Patched::NoFixPublished,
                "{release}"
            );
            assert!(said("2026-06", &bare(release)).contains(end), "{release}");
        }
        assert_eq!(
            judged("2026-06", &bare("windows-7")),
            Patched::NoFixPublished
        );
        assert_eq!(
            judged("2017-03", &bare("windows-7")),
            Patched::NeedsServicePack
        );
    }

    #[test]
    fn a_month_the_catalogue_does_not_know_is_unknown_unless_the_known_ones_decide() {
        let newest = running("windows-10-22h2", 19_045, 7_663);
        assert_eq!(judged("2026-10", &newest), Patched::Unknown);
        assert!(said("2026-10", &newest).contains("KB5120249, cumulative update of 2026-08-11"));
        let beyond = running("windows-10-22h2", 19_045, 9_999);
        assert_eq!(judged("2026-10", &beyond), Patched::Unknown);
        let behind = running("windows-10-22h2", 19_045, 6_093);
        assert_eq!(judged("2026-10", &behind), Patched::Missing);
        assert!(said("2026-10", &behind).starts_with("below the security level of 2026-10"));
        assert_eq!(judged("2010-05", &bare("windows-xp-sp3")), Patched::Unknown);
    }

    #[test]
    fn what_was_sold_later_has_it_unless_its_revision_shows_less() {
        assert_eq!(
            judged("2025-06", &bare("windows-11-25h2")),
            Patched::NotAffected
        );
        assert!(said("2025-06", &bare("windows-11-25h2")).contains("2025-09-30"));
        assert_eq!(
            judged("2025-06", &running("windows-11-25h2", 26_200, 1_000)),
            Patched::Missing
        );
        assert_eq!(
            judged("2025-06", &running("windows-11-26h1", 28_000, 1)),
            Patched::NotAffected
        );
    }

    #[test]
    fn nothing_is_asked_before_the_level_is_out() {
        let before = PatchFacts {
            as_of: date(2026, 6, 8),
            ..running("windows-10-22h2", 19_045, 6_093)
        };
        let level = level("2026-06");
        let verdict = windows().judge_level(&level, &before);
        assert_eq!(verdict.patched, Patched::NotYetPublished);
        assert_eq!(verdict.until, Some(date(2026, 6, 8)));
        let ended = PatchFacts {
            as_of: date(2026, 6, 8),
            ..bare("windows-7-sp1")
        };
        assert_eq!(judged("2026-06", &ended), Patched::NoFixPublished);
        let on_the_day = PatchFacts {
            as_of: date(2026, 6, 9),
            ..before
        };
        assert_eq!(judged("2026-06", &on_the_day), Patched::Missing);
    }

    #[test]
    fn every_release_and_month_has_an_answer_and_a_higher_revision_never_loses_one() {
        let months = [
            "2016-08", "2017-02", "2018-01", "2021-07", "2024-06", "2026-08", "2027-01",
        ];
        for month in months {
            let level = level(month);
            for (_, release) in windows().releases.iter() {
                let Some((_, family)) = windows().streams.family_of(release) else {
                    continue;
                };
                let mut reached = false;
                for known in family.levels.iter().filter(|one| one.is_for(release)) {
                    if known.kind == PackageKind::Hotpatch {
                        continue;
                    }
                    let machine = running(&release.id, release.builds[0], known.revision);
                    let verdict = windows().judge_level(&level, &machine);
                    let fixed = verdict.patched == Patched::Fixed;
                    assert!(
                        !reached || fixed,
                        "{release} {} {month}: {verdict}",
                        known.revision
                    );
                    reached = fixed;
                }
            }
        }
    }
}
