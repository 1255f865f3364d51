//! What was decided about one machine and one advisory, with the evidence and the fact behind it.
//! Texts are made when asked for: most machines pass and nobody reads why.

use super::advisory::{Advisory, FileFix, Fix, FixKind};
use super::kb::Kb;
use super::release::{Audience, Release, ReleaseId};
use super::stream::{Level, Rollup};
use jiff::civil::Date;
use std::fmt;
use std::sync::Arc;

/// Whether the fix is on a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Patched {
    /// Two pieces of evidence contradict each other.
    Conflict,
    Fixed,
    Missing,
    /// Fixes exist, but only for a later service pack level.
    NeedsServicePack,
    /// Vendor support had ended, and no fix was made for this release.
    NoFixPublished,
    /// The release never had the hole, or not any more when it was sold.
    NotAffected,
    /// On the day asked about, the fix was not out yet.
    NotYetPublished,
    Unknown,
}

/// The answer for one machine.
#[derive(Debug, Clone)]
pub struct Verdict<'a> {
    pub patched: Patched,
    /// When the fix came out for this release.
    pub released: Option<Date>,
    pub(super) advisory: &'a Advisory,
    pub(super) release: Option<&'a Release>,
    /// The release whose packages it takes.
    pub(super) serviced_as: Option<ReleaseId>,
    pub(super) reason: Reason<'a>,
}

/// A running level: stronger evidence than any list of updates.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shown<'a> {
    File {
        fix: &'a FileFix,
        version: &'a str,
    },
    Revision {
        build: u32,
        revision: u32,
        min: u32,
        /// The package that reached the fixed revision first.
        level: Option<&'a Level>,
    },
}

/// A listed update that proves the fix.
#[derive(Debug, Clone, Copy)]
pub(super) enum Listed<'a> {
    /// A package that replaces a fix.
    Container {
        kb: Kb,
        fix: &'a Fix,
    },
    Fix(&'a Fix),
    Level(&'a Level),
    Rollup(&'a Rollup),
}

#[derive(Debug, Clone)]
pub(super) enum Reason<'a> {
    BuildOfAnother {
        build: u32,
    },
    Builds,
    Conditional,
    Cut {
        stated: u32,
        listed: u32,
    },
    ForeignFile {
        file: &'a str,
        version: &'a str,
    },
    HotpatchUnknown {
        kb: Kb,
    },
    ListedAgainst {
        listed: Listed<'a>,
        shown: Shown<'a>,
    },
    Listed(Listed<'a>),
    ListedUnknown(Kb),
    /// A package with a part of the fix, or one that may contain it.
    MayHave(Kb),
    NoEvidence,
    NotListed,
    NotMadeForIt,
    /// The packages name the hole, but not for this release.
    NotSaid,
    NotShown {
        listed: usize,
    },
    NothingPublished,
    RevisionOfAnother {
        level: &'a Level,
    },
    Scope(Audience),
    ServicePack {
        level: &'a Release,
    },
    Shown(Shown<'a>),
    ShownAgainst {
        fixed: Shown<'a>,
        older: Shown<'a>,
    },
    SoldLater {
        on_sale: Option<Date>,
    },
    /// Several packages share the fix.
    Split,
    Uncounted {
        listed: usize,
    },
    UnknownPackage,
    UnknownRelease,
}

impl Verdict<'_> {
    /// One sentence: what was seen and why that decides.
    pub fn why(&self) -> String {
        match (self.patched, self.released) {
            (Patched::NotYetPublished, Some(released)) => {
                format!("the fix for {} came out on {released}", Name(self.release))
            }
            _ => self.to_string(),
        }
    }

    /// What was seen on the machine, where something was: a KB, a revision or a file version.
    pub fn evidence(&self) -> Option<String> {
        match &self.reason {
            Reason::Shown(shown) => Some(shown.evidence()),
            Reason::ShownAgainst { fixed, older } => {
                Some(format!("{}; {}", older.evidence(), fixed.evidence()))
            }
            Reason::ListedAgainst { listed, shown } => {
                Some(format!("{}; {}", shown.evidence(), listed.kb()))
            }
            Reason::Listed(listed) => Some(listed.kb().to_string()),
            Reason::ListedUnknown(kb) | Reason::HotpatchUnknown { kb } | Reason::MayHave(kb) => {
                Some(kb.to_string())
            }
            Reason::BuildOfAnother { build } => Some(build.to_string()),
            Reason::ForeignFile { file, version } => Some(format!("{file} {version}")),
            Reason::RevisionOfAnother { level } => Some(level.revision.to_string()),
            _ => None,
        }
    }

    /// The row of the catalogue that was used, and where it comes from.
    pub fn fact(&self) -> Option<String> {
        match &self.reason {
            Reason::Shown(shown) | Reason::ShownAgainst { older: shown, .. } => shown.fact(),
            Reason::ListedAgainst { listed, shown } => shown.fact().or(Some(listed.fact())),
            Reason::Listed(listed) => Some(listed.fact()),
            Reason::RevisionOfAnother { level } => Some(level_fact(level)),
            Reason::NothingPublished | Reason::NotListed => {
                let release = self.release?;
                let row = match release.end {
                    Some(end) => format!("{release} was serviced until {end}"),
                    None => format!("{release} is serviced at a later service pack level"),
                };
                Some(cite(&row, &release.source))
            }
            Reason::SoldLater { on_sale } => {
                let release = self.release?;
                let on_sale = (*on_sale)?;
                Some(cite(
                    &format!("{release} on sale {on_sale}"),
                    &release.source,
                ))
            }
            Reason::Builds | Reason::Scope(_) | Reason::ServicePack { .. } => Some(cite(
                &format!("{}: {}", self.advisory.id, self.advisory.name),
                &self.advisory.source,
            )),
            _ => {
                let fix = self.first_fix()?;
                Some(fix_fact(fix))
            }
        }
    }

    /// What to declare so that an unknown can be decided.
    pub fn settles(&self) -> Option<&'static str> {
        match self.reason {
            Reason::NoEvidence | Reason::Uncounted { .. } | Reason::Cut { .. } => Some(
                if self.release.is_some_and(Release::is_windows_10_or_later) {
                    "declare the build with its revision (os.build: 10.0.19045.6093), or every \
                     installed update and updates_complete: true"
                } else {
                    "declare every installed update and updates_complete: true, or the version \
                     of the fixed file"
                },
            ),
            Reason::HotpatchUnknown { .. } => Some("declare the build with its revision"),
            Reason::Conditional => Some("declare every installed update, the fixing one included"),
            Reason::MayHave(_) | Reason::NotSaid | Reason::Split => {
                Some("declare the supplier's statement on this CVE")
            }
            Reason::UnknownRelease => Some("declare the release of Windows"),
            Reason::NotMadeForIt | Reason::UnknownPackage => {
                Some("ask for the advisory instead of one package")
            }
            _ => None,
        }
    }

    /// The fix a machine without it should get: of those that came out first, the cumulative one.
    fn first_fix(&self) -> Option<&Fix> {
        self.advisory
            .fixes_for(self.serviced_as?)
            .filter(|fix| Some(fix.released) == self.released)
            .max_by_key(|fix| matches!(fix.kind, FixKind::Cumulative | FixKind::Rollup))
    }

    fn nothing_published(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let release = Name(self.release);
        match self.release.and_then(|release| release.end) {
            Some(end) => write!(f, "support for {release} ended on {end}")?,
            None => write!(f, "{release} is no longer serviced")?,
        }
        match (self.first_fix(), self.released) {
            (Some(_), Some(released)) => write!(f, ", and its fix only came out on {released}"),
            _ => write!(f, ", and no fix of {} is known for it", self.advisory.id),
        }
    }
}

impl Shown<'_> {
    fn evidence(&self) -> String {
        match self {
            Self::File { fix, version } => format!("{} {version}", fix.file),
            Self::Revision {
                build, revision, ..
            } => format!("{build}.{revision}"),
        }
    }

    fn fact(&self) -> Option<String> {
        match self {
            Self::File { fix, .. } => Some(cite(
                &format!("{} {} or later", fix.file, fix.written),
                &fix.source,
            )),
            Self::Revision { level, .. } => level.map(level_fact),
        }
    }
}

impl Listed<'_> {
    fn kb(&self) -> Kb {
        match self {
            Self::Container { kb, .. } => *kb,
            Self::Fix(fix) => fix.kb,
            Self::Level(level) => level.kb,
            Self::Rollup(rollup) => rollup.kb,
        }
    }

    fn fact(&self) -> String {
        match self {
            Self::Container { kb, fix } => cite(
                &format!("{kb} replaces {} of {}", fix.kb, fix.released),
                &fix.source,
            ),
            Self::Fix(fix) => fix_fact(fix),
            Self::Level(level) => level_fact(level),
            Self::Rollup(rollup) => cite(
                &format!(
                    "{}, {} of {}",
                    rollup.kb,
                    rollup.kind.name(),
                    rollup.released
                ),
                &rollup.source,
            ),
        }
    }
}

fn level_fact(level: &Level) -> String {
    cite(
        &format!(
            "{}, {} of {}, revision {}",
            level.kb,
            level.kind.name(),
            level.released,
            level.revision
        ),
        &level.source,
    )
}

fn fix_fact(fix: &Fix) -> String {
    cite(
        &format!("{}, {} of {}", fix.kb, fix.kind.name(), fix.released),
        &fix.source,
    )
}

pub(super) fn cite(fact: &str, source: &Arc<str>) -> String {
    format!("{fact} ({source})")
}

/// A release that may not be known.
struct Name<'a>(Option<&'a Release>);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(release) => release.fmt(f),
            None => f.write_str("this release"),
        }
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { fix, version } => write!(
                f,
                "{} is {version}, the fix is in {} and later",
                fix.file, fix.written
            ),
            Self::Revision {
                build,
                revision,
                min,
                level,
            } => {
                write!(
                    f,
                    "the build is {build}.{revision}, the fix is in revision {min}"
                )?;
                if let Some(level) = level {
                    write!(f, " ({} of {})", level.kb, level.released)?;
                }
                f.write_str(" and later")
            }
        }
    }
}

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let release = Name(self.release);
        let id = &self.advisory.id;
        match &self.reason {
            Reason::BuildOfAnother { build } => write!(f, "build {build} is not one of {release}"),
            Reason::Builds if self.advisory.note.is_empty() => {
                write!(f, "{id} does not affect {release}")
            }
            Reason::Builds => write!(f, "{id} does not affect {release}: {}", self.advisory.note),
            Reason::Scope(only) if self.advisory.note.is_empty() => {
                write!(f, "{id} only affects {}", only.plural())
            }
            Reason::Scope(only) => {
                write!(
                    f,
                    "{id} only affects {} ({})",
                    only.plural(),
                    self.advisory.note
                )
            }
            Reason::Conditional if self.advisory.note.is_empty() => write!(
                f,
                "no listed update has the fix, but not every {release} is affected"
            ),
            Reason::Conditional => write!(
                f,
                "no listed update has the fix, but not every {release} is affected: {}",
                self.advisory.note
            ),
            Reason::Cut { stated, listed } => write!(
                f,
                "none of the updates listed ({listed}) has the fix, but {stated} were stated"
            ),
            Reason::ForeignFile { file, version } => {
                write!(f, "{file} {version} is not a file of {release}")
            }
            Reason::HotpatchUnknown { kb } => write!(
                f,
                "{kb} is a hotpatch with the fix, but the revision it leaves is not known"
            ),
            Reason::Listed(Listed::Fix(fix)) => {
                write!(
                    f,
                    "{} is listed, the {} with the fix",
                    fix.kb,
                    fix.kind.name()
                )
            }
            Reason::Listed(Listed::Container { kb, fix }) => {
                write!(f, "{kb} is listed, which replaces {}", fix.kb)
            }
            Reason::Listed(listed) => {
                let (kb, kind, released) = match listed {
                    Listed::Container { fix, .. } | Listed::Fix(fix) => {
                        (fix.kb, fix.kind.name(), fix.released)
                    }
                    Listed::Level(level) => (level.kb, level.kind.name(), level.released),
                    Listed::Rollup(rollup) => (rollup.kb, rollup.kind.name(), rollup.released),
                };
                write!(
                    f,
                    "{kb} is listed, a {kind} of {released} that contains the fix"
                )
            }
            Reason::ListedAgainst { listed, shown } => write!(
                f,
                "{} is listed, which has the fix, but {shown}",
                listed.kb()
            ),
            Reason::ListedUnknown(kb) => write!(f, "{kb} is listed"),
            Reason::NoEvidence => f.write_str("neither updates nor a revision are declared"),
            Reason::NotListed => write!(
                f,
                "the vendor serviced {release} and lists no fix of {id} for it"
            ),
            Reason::MayHave(kb) => write!(
                f,
                "nothing here is known to have all of the fix of {id}, but {kb} may have it or a part of it"
            ),
            Reason::NotSaid => write!(
                f,
                "the vendor's data does not say whether {id} concerns {release}"
            ),
            Reason::NotMadeForIt => write!(f, "{id} is not made for {release}"),
            Reason::NotShown { listed: 0 } => f.write_str("no updates are installed"),
            Reason::NotShown { listed } => {
                write!(f, "none of the installed updates ({listed}) has the fix")
            }
            Reason::NothingPublished => self.nothing_published(f),
            Reason::RevisionOfAnother { level } => write!(
                f,
                "revision {} ({}) is not one of {release}",
                level.revision, level.kb
            ),
            Reason::ServicePack { level } => write!(
                f,
                "the fix is only made for {level}; {release} needs the service pack first"
            ),
            Reason::Shown(shown) => shown.fmt(f),
            Reason::ShownAgainst { fixed, older } => write!(f, "{older}, yet {fixed}"),
            Reason::SoldLater { on_sale } => {
                write!(f, "{release} was sold with the fix inside")?;
                match on_sale {
                    Some(on_sale) => write!(f, ", from {on_sale}"),
                    None => Ok(()),
                }
            }
            Reason::Split => write!(
                f,
                "the fix of {id} comes in several packages, for parts of {release} that may or may not be installed"
            ),
            Reason::Uncounted { listed } => write!(
                f,
                "none of the updates listed ({listed}) has the fix, and the list may not be complete"
            ),
            Reason::UnknownPackage => write!(f, "{id} is not in the catalogue and is not listed"),
            Reason::UnknownRelease => {
                f.write_str("this release of Windows is not in the catalogue")
            }
        }
    }
}
