//! Which security update of its stream a machine lacks first. Out-of-band updates count where an
//! advisory names them as its fix; previews never do.

use super::kb::Kb;
use super::month::{Month, is_monthly};
use super::release::{Release, ReleaseId};
use super::security_update::SecurityUpdate;
use super::stream::{Family, Level, PackageKind};
use super::{Completeness, PatchFacts, Windows};
use jiff::civil::Date;

/// What a machine of Windows 10 or later has.
#[derive(Debug, Clone, Copy)]
enum Has {
    /// Everything that came out by this day.
    Day(Date),
    Revision(u32),
}

impl Windows {
    /// The oldest security update of its stream that a machine lacks, out by the day asked about:
    /// by its revision, or else by a complete list. `None` says nothing about what is newer than
    /// the catalogue, nor about a machine whose evidence is thin or contradicts itself.
    pub fn oldest_missing(&self, facts: &PatchFacts<'_>) -> Option<SecurityUpdate<'_>> {
        let asked = self.releases.find(facts.release)?;
        if self.contradiction(self.releases.of(asked), facts).is_some() {
            return None;
        }
        let id = self.releases.serviced_as(asked);
        let release = self.releases.of(id);
        match self.streams.family_of(release) {
            Some((_, family)) => self.next_level(family, release, facts),
            None => self.next_rollup(id, facts),
        }
    }

    fn next_level<'a>(
        &'a self,
        family: &'a Family,
        release: &Release,
        facts: &PatchFacts<'_>,
    ) -> Option<SecurityUpdate<'a>> {
        let has = match facts.revision {
            Some(revision) => family
                .at(revision)
                .iter()
                .find(|level| level.serves(release.audience))
                .map_or(Has::Revision(revision), Has::of),
            None => self
                .complete_list(facts)?
                .iter()
                .filter_map(|kb| family.level_of(*kb, release.audience))
                .max_by_key(|level| (level.released, level.revision))
                .map(Has::of)
                .or(release.on_sale.map(Has::Day))?,
        };
        family
            .levels
            .iter()
            .filter(|level| level.released <= facts.as_of && !has.holds(level))
            .find(|level| level.is_for(release) && self.is_security(level))
            .map(SecurityUpdate::of_level)
    }

    /// Before Windows 10 a month can also be had by its security-only update.
    fn next_rollup(&self, id: ReleaseId, facts: &PatchFacts<'_>) -> Option<SecurityUpdate<'_>> {
        let kbs = self.complete_list(facts)?;
        let has_month = |month: Month| {
            self.streams.rollups.iter().any(|one| {
                one.kind == PackageKind::SecurityOnly
                    && one.serves(id)
                    && month.has(one.released)
                    && kbs.contains(&one.kb)
            })
        };
        let latest = self
            .streams
            .cumulative(id)
            .rfind(|(_, rollup)| kbs.contains(&rollup.kb))
            .map(|(index, _)| index);
        self.streams
            .cumulative(id)
            .filter(|(index, _)| latest.is_none_or(|latest| *index > latest))
            .map(|(_, rollup)| rollup)
            .filter(|one| one.kind == PackageKind::Rollup && is_monthly(one.released))
            .filter(|one| one.released <= facts.as_of)
            .find(|one| !Month::of(one.released).is_some_and(has_month))
            .map(SecurityUpdate::of_rollup)
    }

    /// The listed updates, where they are all there is and the catalogue has heard of the newest.
    fn complete_list<'a>(&self, facts: &PatchFacts<'a>) -> Option<&'a [Kb]> {
        if facts.list != Completeness::Complete || self.lists_newer(facts) {
            return None;
        }
        facts.kbs
    }

    fn is_security(&self, level: &Level) -> bool {
        match level.kind {
            PackageKind::Update if is_monthly(level.released) => true,
            PackageKind::OutOfBand | PackageKind::Update => {
                self.fixed_by(level.kb).next().is_some()
            }
            _ => false,
        }
    }
}

impl Has {
    /// A hotpatch has the security fixes of its day, on an older revision.
    fn of(level: &Level) -> Self {
        if level.kind == PackageKind::Hotpatch {
            return Self::Day(level.released);
        }
        Self::Revision(level.revision)
    }

    fn holds(self, level: &Level) -> bool {
        match self {
            Self::Day(day) => level.released <= day,
            Self::Revision(revision) => level.revision <= revision,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use jiff::civil::date;

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

    fn listed<'a>(release: &'a str, kbs: &'a [Kb]) -> PatchFacts<'a> {
        PatchFacts {
            kbs: Some(kbs),
            list: Completeness::Complete,
            ..bare(release)
        }
    }

    fn missing(facts: &PatchFacts<'_>) -> Option<(u32, Date)> {
        let lacks = Catalogue::embedded().windows().oldest_missing(facts)?;
        Some((lacks.kb.number(), lacks.released))
    }

    #[test]
    fn the_first_security_update_above_the_revision_starts_the_clock() {
        let machine = |revision| running("windows-10-22h2", 19_045, revision);
        let august = Some((5_063_709, date(2025, 8, 12)));
        assert_eq!(missing(&machine(6_093)), august);
        // A preview is no security update, nor does one bring the next month.
        assert_eq!(missing(&machine(6_159)), august);
        // An out-of-band update without an advisory is not waited for.
        assert_eq!(
            missing(&machine(6_216)),
            Some((5_065_429, date(2025, 9, 9)))
        );
        assert_eq!(missing(&machine(7_663)), None);
        assert_eq!(missing(&machine(9_999)), None);
    }

    #[test]
    fn an_out_of_band_fix_of_an_advisory_counts() {
        // KB5004945 mended CVE-2021-34527 a week before the second Tuesday.
        assert_eq!(
            missing(&running("windows-10-21h1", 19_043, 1_082)),
            Some((5_004_945, date(2021, 7, 6)))
        );
    }

    #[test]
    fn what_is_not_out_yet_is_not_missing() {
        let on = |as_of| PatchFacts {
            as_of,
            ..running("windows-10-22h2", 19_045, 7_548)
        };
        assert_eq!(missing(&on(date(2026, 8, 10))), None);
        assert_eq!(
            missing(&on(date(2026, 8, 11))),
            Some((5_120_249, date(2026, 8, 11)))
        );
    }

    #[test]
    fn a_hotpatch_counts_by_its_day() {
        let machine = running("windows-11-24h2", 26_100, 7_979);
        assert_eq!(
            missing(&machine).map(|(_, released)| released),
            Some(date(2026, 4, 14))
        );
    }

    #[test]
    fn updates_made_for_other_releases_of_the_family_are_not_missed() {
        // 2004 had left support in December 2021 while 22H2 of the same family went on.
        assert_eq!(missing(&running("windows-10-2004", 19_041, 1_415)), None);
    }

    #[test]
    fn only_a_complete_list_shows_what_is_missing() {
        let kbs = [Kb::new(5_087_544)];
        let complete = listed("windows-10-22h2", &kbs);
        assert_eq!(missing(&complete), Some((5_094_127, date(2026, 6, 9))));
        for list in [
            Completeness::Unstated,
            Completeness::Cut {
                stated: 2,
                listed: 1,
            },
        ] {
            assert_eq!(missing(&PatchFacts { list, ..complete }), None);
        }
        let newer = [Kb::new(5_087_544), Kb::new(9_999_999)];
        assert_eq!(missing(&listed("windows-10-22h2", &newer)), None);
        assert_eq!(missing(&bare("windows-10-22h2")), None);
    }

    #[test]
    fn security_only_updates_stand_for_their_months() {
        let on = |kbs, as_of| PatchFacts {
            as_of,
            ..listed("windows-7-sp1", kbs)
        };
        let rollup = [Kb::new(3_212_646)];
        let with_march = [Kb::new(3_212_646), Kb::new(4_012_212)];
        let day = date(2017, 5, 8);
        assert_eq!(
            missing(&on(&rollup, day)),
            Some((4_012_215, date(2017, 3, 14)))
        );
        assert_eq!(
            missing(&on(&with_march, day)).map(|(_, released)| released),
            Some(date(2017, 4, 11))
        );
        assert_eq!(missing(&on(&with_march, date(2017, 4, 10))), None);
    }

    #[test]
    fn a_build_of_another_release_shows_nothing_missing() {
        assert_eq!(missing(&running("windows-10-22h2", 14_393, 10)), None);
    }
}
