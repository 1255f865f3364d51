//! Releases that go by a year while their builds go by a number: SQL Server 2016 is 13.0.

use super::words::parts;
use crate::catalogue::Facts;
use crate::catalogue::table::{FactError, rows};

const TABLE: &str = "software-releases.tsv";
pub(in crate::catalogue) const COLUMNS: [&str; 6] =
    ["product", "year", "build", "up_to", "cycle", "source"];

#[derive(Debug)]
pub(super) struct Release {
    pub(super) product: &'static str,
    /// `2016`, `2008 r2`, `subscription`.
    pub(super) year: &'static str,
    pub(super) cycle: &'static str,
    build: Vec<u32>,
    up_to: Vec<u32>,
}

pub(super) fn parse(facts: &Facts) -> Result<Vec<Release>, FactError> {
    let mut all = Vec::new();
    rows(TABLE, facts.text(TABLE), COLUMNS, |row| {
        let [product, year, build, up_to, cycle, _] = row.cells;
        all.push(Release {
            product,
            year,
            cycle,
            build: parts(build),
            up_to: parts(up_to),
        });
        Ok(())
    })?;
    Ok(all)
}

/// The cycles that a build of a product belongs to; empty when the build is not known.
pub(super) fn of_build(all: &[Release], product: &str, build: &str) -> Vec<&'static str> {
    let build = parts(build);
    let fits = |release: &&Release| {
        release.product == product && !release.build.is_empty() && build.starts_with(&release.build)
    };
    let possible: Vec<_> = all.iter().filter(fits).collect();
    let is_told = possible.iter().all(|release| !release.up_to.is_empty());
    if !is_told || build.len() < 3 {
        return possible.iter().map(|release| release.cycle).collect();
    }
    // Newest first: the last that reaches the build is the lowest, a newer build is the newest's.
    let reaching = possible
        .iter()
        .rev()
        .find(|release| build[..3] <= release.up_to[..]);
    reaching
        .or(possible.first())
        .map(|release| release.cycle)
        .into_iter()
        .collect()
}
