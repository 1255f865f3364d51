//! What is wrong with the vendor's feeds, and what was done about it: the feeds are known to name
//! packages of other branches, loops, wrong revisions and texts that are no versions.

use super::kb::Kb;
use jiff::civil::Date;
use std::fmt;

/// One mistake in the table of packages. None of them changes what is known without that cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// In `windows-packages.tsv`, counted from 1.
    pub line: usize,
    pub kb: Kb,
    pub what: FaultKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Dated after the data itself, or by months apart from the servicing streams.
    Date { written: Date, used: Option<Date> },
    /// `fixed_build` of a build that the release does not have.
    BuildOfAnother { written: Box<str> },
    /// A CVE numbered long after the package came out.
    CveOfLater { cve: Box<str> },
    /// The same package and release again, with other facts.
    Duplicate { release: Box<str> },
    /// The streams know the package as something else.
    Kind { used: &'static str },
    /// `fixed_build` is no version.
    NoVersion { written: Box<str> },
    /// Said to go on a stream, under a number given out long before.
    NumberOfEarlier { written: Date },
    /// Replaces a package that came out later.
    NewerReplaced { replaces: Kb },
    /// Replaces a package of releases it is not for itself.
    OtherBranch { replaces: Kb },
    /// A release that the package is not for.
    ReleaseOfAnother { release: Box<str> },
    /// The revision of `fixed_build` is not the one the package leaves.
    Revision { written: Box<str>, known: u32 },
    /// The revision does not lie between those of the packages before and after.
    RevisionOutOfOrder { written: Box<str> },
    /// Replaces a package of the same day: one of two that may name each other in a circle.
    SameDay { replaces: Kb },
    /// A security-only package that is said to replace a rollup.
    SecurityOnlyReplaces { replaces: Kb },
    /// Replaces itself.
    SelfReplaced,
    /// A release that is not in the table of releases.
    UnknownRelease { release: Box<str> },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "windows-packages.tsv, line {}, {}: ", self.line, self.kb)?;
        match &self.what {
            FaultKind::Date {
                written,
                used: Some(used),
            } => write!(
                f,
                "dated {written}, but it came out on {used}; the latter is used"
            ),
            FaultKind::Date {
                written,
                used: None,
            } => {
                write!(
                    f,
                    "dated {written}, after the data itself; the row is ignored"
                )
            }
            FaultKind::BuildOfAnother { written } => {
                write!(
                    f,
                    "`{written}` is not a build of its releases; it is ignored"
                )
            }
            FaultKind::CveOfLater { cve } => {
                write!(
                    f,
                    "{cve} was numbered long after it came out; it is ignored"
                )
            }
            FaultKind::Duplicate { release } => write!(
                f,
                "stands again for {release} with other facts; the first are used"
            ),
            FaultKind::Kind { used } => write!(f, "is a {used}; that is used"),
            FaultKind::NoVersion { written } => {
                write!(f, "`{written}` is not a version of Windows; it is ignored")
            }
            FaultKind::NumberOfEarlier { written } => write!(
                f,
                "dated {written}, but its number is of long before; no stream goes on with it"
            ),
            FaultKind::NewerReplaced { replaces } => write!(
                f,
                "is said to replace {replaces}, which came out later; it is ignored"
            ),
            FaultKind::OtherBranch { replaces } => write!(
                f,
                "is said to replace {replaces}, which is for other releases; it is ignored"
            ),
            FaultKind::ReleaseOfAnother { release } => write!(
                f,
                "is said to be for {release}, but belongs to the stream of others; it is ignored there"
            ),
            FaultKind::Revision { written, known } => {
                write!(
                    f,
                    "`{written}` is wrong, it leaves revision {known}; that is used"
                )
            }
            FaultKind::RevisionOutOfOrder { written } => write!(
                f,
                "`{written}` does not lie between the packages before and after it; it is ignored"
            ),
            FaultKind::SameDay { replaces } => write!(
                f,
                "is said to replace {replaces} of the same day, so either may be the later one; it is ignored"
            ),
            FaultKind::SecurityOnlyReplaces { replaces } => write!(
                f,
                "is security-only and cannot replace the rollup {replaces}; it is ignored"
            ),
            FaultKind::SelfReplaced => f.write_str("is said to replace itself; it is ignored"),
            FaultKind::UnknownRelease { release } => {
                write!(
                    f,
                    "`{release}` is not a release we know; it is ignored there"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_where_what_and_what_was_done() {
        let fault = Fault {
            line: 7,
            kb: Kb::new(5_004_950),
            what: FaultKind::OtherBranch {
                replaces: Kb::new(5_003_638),
            },
        };
        assert_eq!(
            fault.to_string(),
            "windows-packages.tsv, line 7, KB5004950: is said to replace KB5003638, \
             which is for other releases; it is ignored"
        );
    }
}
