//! `csv-assets`: one row for each asset, with what stands against it. A record that cannot be read,
//! or that repeats an identifier, is a row of the kind `record`.
//!
//! What is told of one asset comes in one piece, so memory does not grow with the estate.

use super::{Table, VERSION, cell, day, known, number};
use crate::model::{
    Counts, Decision, Finding, Outcome, Run, Severity, SubjectKind, Summary, consequence,
};
use crate::report::{Format, Options, Renderer};
use jiff::civil::Date;
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "csv-assets",
    explain: "One row for each asset, with its counts and what stands against it.",
    hears_all: true,
    make: |out, _: &Options| Box::new(Assets::new(out)),
};

/// The pack of the rules about records as such.
const DATA: &str = "data-quality";

const COLUMNS: [&str; 25] = [
    "schema_version",
    "organisation_id",
    "organisation",
    "declared",
    "profile",
    "as_of",
    "row_kind",
    "asset",
    "asset_name",
    "leads_to",
    "worst_fail",
    "rules_applicable",
    "pass",
    "fail",
    "unknown",
    "conflict",
    "waived",
    "rules_failed",
    "rules_unknown",
    "rules_waived",
    "until",
    "file",
    "line",
    "column",
    "catalogue_date",
];

struct Assets<'w> {
    table: Table<'w>,
    run: [String; 5],
    catalogue_date: String,
    asset: Option<Asset>,
}

/// An asset of which more may be told.
struct Asset {
    id: String,
    /// The policy's rule that was told last.
    last: Option<usize>,
    name: Option<String>,
    file: String,
    line: u32,
    column: u32,
    leads_to: Decision,
    worst_fail: Option<Severity>,
    counts: Counts,
    failed: Vec<String>,
    unknown: Vec<String>,
    waived: Vec<String>,
    until: Option<Date>,
}

impl<'w> Assets<'w> {
    fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            table: Table::new(out),
            run: Default::default(),
            catalogue_date: String::new(),
            asset: None,
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let Some(asset) = self.asset.take() else {
            return Ok(());
        };
        let [id, name, declared, profile, as_of] = self.run.clone();
        let severity = asset.worst_fail.map(Severity::name).unwrap_or_default();
        let cells: [String; 25] = [
            VERSION.to_owned(),
            id,
            name,
            declared,
            profile,
            as_of,
            asset.kind().to_owned(),
            cell(&asset.id),
            known(asset.name.as_deref()),
            asset.leads_to.to_string(),
            severity.to_owned(),
            asset.counts.applicable().to_string(),
            asset.counts.pass.to_string(),
            asset.counts.fail.to_string(),
            asset.counts.unknown.to_string(),
            asset.counts.conflict.to_string(),
            asset.counts.waived.to_string(),
            cell(&asset.failed.join(" ")),
            cell(&asset.unknown.join(" ")),
            cell(&asset.waived.join(" ")),
            day(asset.until),
            cell(&asset.file),
            number(asset.line),
            number(asset.column),
            self.catalogue_date.clone(),
        ];
        self.table.row(cells)
    }
}

impl Renderer for Assets<'_> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.catalogue_date = run.catalogue_date.to_string();
        self.run = [
            cell(&run.organisation_id),
            cell(&run.organisation),
            cell(&run.declared),
            cell(&run.profile.0),
            run.as_of.to_string(),
        ];
        self.table.row(COLUMNS)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if finding.subject_kind != SubjectKind::Asset {
            return Ok(());
        }
        if self
            .asset
            .as_ref()
            .is_some_and(|asset| !asset.goes_on(finding))
        {
            self.write()?;
        }
        self.asset
            .get_or_insert_with(|| Asset::new(finding))
            .add(finding);
        Ok(())
    }

    fn finish(&mut self, _: &Run, _: &Summary) -> io::Result<()> {
        self.write()?;
        self.table.flush()
    }
}

impl Asset {
    fn new(finding: &Finding) -> Self {
        Self {
            id: finding.subject.clone(),
            last: None,
            name: finding.subject_name.clone(),
            file: finding.place.file.to_string(),
            line: finding.place.line,
            column: finding.place.column,
            leads_to: Decision::Admit,
            worst_fail: None,
            counts: Counts::default(),
            failed: Vec::new(),
            unknown: Vec::new(),
            waived: Vec::new(),
            until: None,
        }
    }

    /// What is said of its values names a field's place, and not the asset.
    fn place(&mut self, finding: &Finding) {
        self.name.clone_from(&finding.subject_name);
        self.file = finding.place.file.to_string();
        self.line = finding.place.line;
        self.column = finding.place.column;
    }

    fn kind(&self) -> &'static str {
        if self.last.is_some() {
            "asset"
        } else {
            "record"
        }
    }

    /// Whether a finding is about the same record. Each hears of its values first, then of the rules
    /// of the policy in their order: where that begins again, another record has the same id.
    fn goes_on(&self, finding: &Finding) -> bool {
        let is_data = finding.rule.pack == DATA;
        self.id == finding.subject
            && self
                .last
                .is_none_or(|last| !is_data && finding.rule_index > last)
    }

    fn add(&mut self, finding: &Finding) {
        if finding.rule.pack != DATA {
            if self.last.is_none() {
                self.place(finding);
            }
            self.last = Some(finding.rule_index);
        }
        let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
        self.leads_to = self.leads_to.max(leads_to);
        self.counts.add(finding.outcome);
        self.until = [self.until, finding.until].into_iter().flatten().min();
        let rule = || finding.rule.id.clone();
        match finding.outcome {
            Outcome::Fail => {
                self.worst_fail = self.worst_fail.max(Some(finding.severity));
                self.failed.push(rule());
            }
            Outcome::Conflict | Outcome::Unknown => self.unknown.push(rule()),
            Outcome::Waived => self.waived.push(rule()),
            Outcome::NotApplicable | Outcome::Pass => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;
    use std::sync::Arc;

    fn rows(sample: &Sample) -> Vec<String> {
        let report = sample.report("csv-assets", &Options::default());
        let from = |line: &str| line[line.find("2026-11-22,").unwrap_or(0)..].to_owned();
        report.lines().skip(1).map(from).collect()
    }

    #[test]
    fn a_row_for_each_asset_says_what_stands_against_it() {
        let rows = rows(&Sample::supplier(9));
        assert_eq!(rows.len(), 9);
        assert_eq!(
            rows[0],
            "2026-11-22,asset,ward-000,,reject,critical,3,2,1,0,0,0,WAN-001,,,2027-01-12,\
             northmoor/assets.yaml,12,5,2026-11-20"
        );
        assert!(
            rows[4].contains(",admit-with-conditions,,3,2,0,0,0,1,,,OSS-001,"),
            "{}",
            rows[4]
        );
    }

    #[test]
    fn two_records_with_one_id_are_two_rows_and_saying_so_is_a_third() {
        let mut sample = Sample::empty();
        for rule in [0, 1, 0, 1] {
            sample.findings.push(sample.finding(rule, "a", 1));
        }
        let mut twice = sample.finding(0, "a", 1);
        let mut info = (*twice.rule).clone();
        info.pack = DATA.into();
        twice.rule = Arc::new(info);
        twice.rule_index = 9;
        twice.outcome = Outcome::Fail;
        sample.findings.push(twice);
        let rows = rows(&sample);
        let kinds: Vec<_> = rows
            .iter()
            .filter_map(|row| row.split(',').nth(1))
            .collect();
        assert_eq!(kinds, ["asset", "asset", "record"]);
    }
}
