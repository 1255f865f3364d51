//! Which curated advisories a machine lacks the fix of. Worked out once for each distinct evidence:
//! the machines of an estate share a few patch levels.

use super::{Advisory, Completeness, PatchFacts, Patched, Windows};
use crate::catalogue::memo::write_fields;

/// Advisories by their place in the table.
pub(super) type Lacking = Vec<(usize, Patched)>;

impl Windows {
    /// The curated advisories whose fix is missing, or waits behind a service pack, in the order of
    /// the table.
    pub fn lacking(
        &self,
        facts: &PatchFacts<'_>,
    ) -> impl Iterator<Item = (&Advisory, Patched)> + use<'_> {
        let lacking = self
            .lacking
            .under(|key| write_facts(key, facts), || self.find_lacking(facts));
        (0..lacking.len()).map(move |at| {
            let (index, patched) = lacking[at];
            (&*self.advisories.list[index], patched)
        })
    }

    fn find_lacking(&self, facts: &PatchFacts<'_>) -> Lacking {
        let judged = self.advisories.list.iter().enumerate();
        judged
            .map(|(index, advisory)| (index, self.judge(advisory, facts).patched))
            .filter(|(_, patched)| match patched {
                Patched::Missing | Patched::NeedsServicePack => true,
                // Whether a system that nobody mends has the hole, the vendor does not say.
                Patched::Conflict
                | Patched::Fixed
                | Patched::NoFixPublished
                | Patched::NotAffected
                | Patched::NotYetPublished
                | Patched::Unknown => false,
            })
            .collect()
    }
}

/// All of the evidence: no two machines that differ in any of it share a key.
fn write_facts(key: &mut Vec<u8>, facts: &PatchFacts<'_>) {
    let PatchFacts {
        release,
        build,
        revision,
        kbs,
        list,
        files,
        as_of,
    } = *facts;
    write_fields(key, [Some(release)]);
    let (kind, stated, listed) = match list {
        Completeness::Complete => (0, 0, 0),
        Completeness::Cut { stated, listed } => (1, stated, listed),
        Completeness::Unstated => (2, 0, 0),
    };
    let day = [as_of.month().to_le_bytes(), as_of.day().to_le_bytes()].concat();
    key.extend_from_slice(&as_of.year().to_le_bytes());
    key.extend_from_slice(&day);
    let given = [build.is_some(), revision.is_some(), kbs.is_some()].map(u8::from);
    key.push(kind);
    key.extend_from_slice(&given);
    let numbers = [stated, listed, build.unwrap_or(0), revision.unwrap_or(0)];
    for number in numbers {
        key.extend_from_slice(&number.to_le_bytes());
    }
    let kbs = kbs.unwrap_or_default();
    key.extend_from_slice(&kbs.len().to_le_bytes());
    for kb in kbs {
        key.extend_from_slice(&kb.number().to_le_bytes());
    }
    for (name, version) in files {
        write_fields(key, [Some(*name), Some(*version)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Kb};
    use jiff::civil::date;
    use std::collections::HashSet;

    fn facts() -> PatchFacts<'static> {
        PatchFacts {
            release: "windows-7-sp1",
            build: None,
            revision: None,
            kbs: None,
            list: Completeness::Unstated,
            files: &[],
            as_of: date(2026, 11, 22),
        }
    }

    #[test]
    fn what_is_remembered_is_what_each_judgement_says() {
        let windows = Catalogue::embedded().windows();
        let kbs = [Kb::new(4_012_215)];
        let complete = PatchFacts {
            kbs: Some(&kbs),
            list: Completeness::Complete,
            ..facts()
        };
        let old = PatchFacts {
            as_of: date(2017, 5, 12),
            ..complete
        };
        for facts in [complete, facts(), old, complete] {
            let remembered: Vec<_> = windows
                .lacking(&facts)
                .map(|(advisory, patched)| (advisory.id.clone(), patched))
                .collect();
            let judged: Vec<_> = windows
                .advisories()
                .iter()
                .map(|one| (one.id.clone(), windows.judge(one, &facts).patched))
                .filter(|(_, patched)| {
                    matches!(patched, Patched::Missing | Patched::NeedsServicePack)
                })
                .collect();
            assert_eq!(remembered, judged);
        }
        assert!(windows.lacking(&complete).count() > 0);
        assert_ne!(
            windows.lacking(&complete).count(),
            windows.lacking(&old).count()
        );
    }

    #[test]
    fn evidence_that_differs_in_anything_has_a_key_of_its_own() {
        let (one, other) = ([Kb::new(4_012_215)], [Kb::new(4_012_212)]);
        let plain = facts();
        let all = [
            plain,
            PatchFacts {
                release: "windows-7",
                ..plain
            },
            PatchFacts {
                build: Some(0),
                ..plain
            },
            PatchFacts {
                build: Some(7601),
                ..plain
            },
            PatchFacts {
                revision: Some(0),
                ..plain
            },
            PatchFacts {
                revision: Some(7601),
                ..plain
            },
            PatchFacts {
                kbs: Some(&[]),
                ..plain
            },
            PatchFacts {
                kbs: Some(&one),
                ..plain
            },
            PatchFacts {
                kbs: Some(&other),
                ..plain
            },
            PatchFacts {
                list: Completeness::Complete,
                ..plain
            },
            PatchFacts {
                list: Completeness::Cut {
                    stated: 2,
                    listed: 1,
                },
                ..plain
            },
            PatchFacts {
                list: Completeness::Cut {
                    stated: 3,
                    listed: 1,
                },
                ..plain
            },
            PatchFacts {
                files: &[("srv.sys", "6.1")],
                ..plain
            },
            PatchFacts {
                files: &[("srv.sys6", ".1")],
                ..plain
            },
            PatchFacts {
                as_of: date(2026, 11, 23),
                ..plain
            },
            PatchFacts {
                as_of: date(2025, 11, 22),
                ..plain
            },
        ];
        let keys: HashSet<_> = all
            .iter()
            .map(|facts| {
                let mut key = Vec::new();
                write_facts(&mut key, facts);
                key
            })
            .collect();
        assert_eq!(keys.len(), all.len());
    }
}
