//! The words of a verdict on certificates: rule, area, level, fault.
//!
//! A rule is a constant beside the code that looks for it. Its id is stable: policy, tests and
//! JSON name faults by it.

/// What a rule is about. Faults of trust, time, name and revocation decide whether the path
/// holds; the rest are findings beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// How the certificate is written and issued.
    Form,
    Key,
    Name,
    Revocation,
    Time,
    /// Signatures, authorities, purposes and constraints up to a root.
    Trust,
}

impl Area {
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Key => "key",
            Self::Name => "name",
            Self::Revocation => "revocation",
            Self::Time => "time",
            Self::Trust => "trust",
        }
    }

    /// Whether an error in this area breaks the path.
    pub fn decides_path(self) -> bool {
        match self {
            Self::Form | Self::Key => false,
            Self::Name | Self::Revocation | Self::Time | Self::Trust => true,
        }
    }
}

/// How bad a fault is under the profile in force, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Info => "info",
            Self::Warning => "warning",
        }
    }
}

/// One thing that certificates are held to.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable, such as `not_yet_valid`.
    pub id: &'static str,
    pub area: Area,
    /// Where it is written: `RFC 5280 4.1.2.5`.
    pub standard: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// Under each profile; `None` where that profile does not ask for it.
    pub public: Option<Level>,
    pub private: Option<Level>,
}

/// A rule that was broken, on one certificate of the path or on the path as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub rule: &'static Rule,
    pub level: Level,
    /// Index into the verdict's path; 0 is the leaf.
    pub certificate: Option<usize>,
    /// What was found, in one lower-case fragment without a stop.
    pub sentence: String,
}

impl Fault {
    pub fn id(&self) -> &'static str {
        self.rule.id
    }

    pub fn breaks_path(&self) -> bool {
        self.level == Level::Error && self.rule.area.decides_path()
    }
}
