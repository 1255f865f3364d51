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
    // Newest first: the lowest that reaches the build has it; a newer build is the newest's.
    let Some(at) = possible
        .iter()
        .rposition(|release| build[..3] <= release.up_to[..])
    else {
        return possible
            .first()
            .map(|newest| newest.cycle)
            .into_iter()
            .collect();
    };
    let reaching = possible[at];
    // Between two years a build may be a late one of the older or an early one of the newer.
    let older = possible
        .get(at + 1)
        .filter(|older| older.year != reaching.year && build[..3] != reaching.up_to[..]);
    [Some(&reaching), older]
        .into_iter()
        .flatten()
        .map(|release| release.cycle)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Facts;

    #[test]
    fn a_build_between_two_years_may_be_either() {
        let all = parse(&Facts::embedded()).unwrap();
        let of = |product, build| of_build(&all, product, build);
        assert_eq!(of("msexchange", "15.2.1748.10"), ["subscription", "2019"]);
        assert_eq!(of("msexchange", "15.2.2562.17"), ["subscription"]);
        assert_eq!(of("msexchange", "15.2.986.5"), ["2019"]);
        assert_eq!(of("mssqlserver", "13.0.5026.0"), ["13.0-sp2"]);
        assert_eq!(of("mssqlserver", "16.0.9999.1"), ["16.0"]);
        assert!(of("mssqlserver", "11.4.7001.0").is_empty());
    }
}
