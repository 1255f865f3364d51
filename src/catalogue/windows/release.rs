//! Servicing releases of Windows: what their builds are, and how long fixes were made for them.

use crate::catalogue::table::{FactError, Row, parts, rows};
use jiff::civil::Date;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Position of a release in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ReleaseId(u16);

impl ReleaseId {
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// Clients and servers of one build can be serviced apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Audience {
    Client,
    Server,
}

impl Audience {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "client" => Some(Self::Client),
            "server" => Some(Self::Server),
            _ => None,
        }
    }

    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Client => "clients",
            Self::Server => "servers",
        }
    }
}

/// A release as the vendor services it.
#[derive(Debug)]
pub(super) struct Release {
    pub(super) id: Box<str>,
    pub(super) builds: Vec<u32>,
    pub(super) audience: Audience,
    pub(super) on_sale: Option<Date>,
    /// The last day on which fixes were made for any edition, paid extensions included.
    pub(super) end: Option<Date>,
    /// The service pack level that fixes are made for instead.
    pub(super) needs: Option<ReleaseId>,
    /// Takes the packages of this other release.
    pub(super) same_as: Option<ReleaseId>,
    pub(super) source: Arc<str>,
}

impl Release {
    /// Serviced by cumulative revisions only.
    pub(super) fn is_windows_10_or_later(&self) -> bool {
        self.builds.first().is_some_and(|build| *build >= 10_240)
    }
}

/// All releases, found by id.
#[derive(Debug)]
pub(super) struct Releases {
    list: Vec<Release>,
    by_id: HashMap<Box<str>, ReleaseId>,
}

const TABLE: &str = "windows-releases.tsv";
const COLUMNS: [&str; 8] = [
    "os", "builds", "for", "on_sale", "end", "needs", "same_as", "source",
];

impl Releases {
    pub(super) fn parse(text: &str) -> Result<Self, FactError> {
        let mut by_id = HashMap::new();
        rows(TABLE, text, COLUMNS, |row| {
            let id = ReleaseId(u16::try_from(by_id.len()).map_err(|_| row.wrong("too many"))?);
            match by_id.insert(row.cells[0].into(), id) {
                None => Ok(()),
                Some(_) => Err(row.wrong("listed twice")),
            }
        })?;
        let mut list = Vec::with_capacity(by_id.len());
        rows(TABLE, text, COLUMNS, |row| {
            let [id, builds, audience, on_sale, end, needs, same_as, _] = row.cells;
            let other = |cell: &str| {
                by_id
                    .get(cell)
                    .copied()
                    .ok_or_else(|| row.wrong(format!("no release `{cell}`")))
            };
            list.push(Release {
                id: id.into(),
                builds: parts(builds)
                    .map(|build| row.number(build))
                    .collect::<Result<_, _>>()?,
                audience: Audience::parse(audience)
                    .ok_or_else(|| row.wrong("neither client nor server"))?,
                on_sale: row.optional(on_sale, Row::date)?,
                end: row.optional(end, Row::date)?,
                needs: row.optional(needs, |_, cell| other(cell))?,
                same_as: row.optional(same_as, |_, cell| other(cell))?,
                source: row.source()?,
            });
            Ok(())
        })?;
        Ok(Self { list, by_id })
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn find(&self, id: &str) -> Option<ReleaseId> {
        self.by_id.get(id).copied()
    }

    pub(super) fn of(&self, id: ReleaseId) -> &Release {
        &self.list[id.index()]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (ReleaseId, &Release)> {
        (0..).map(ReleaseId).zip(&self.list)
    }

    /// The release whose packages this one takes.
    pub(super) fn serviced_as(&self, id: ReleaseId) -> ReleaseId {
        self.of(id).same_as.unwrap_or(id)
    }
}

impl fmt::Display for Release {
    /// `windows-server-2012-r2` as people write it: `Windows Server 2012 R2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.id.split('-').enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            match word {
                "windows" => f.write_str("Windows")?,
                "server" => f.write_str("Server")?,
                "vista" => f.write_str("Vista")?,
                "version" | "x64" => f.write_str(word)?,
                short => f.write_str(&short.to_uppercase())?,
            }
        }
        Ok(())
    }
}
