//! `csv`: one row for each finding.

use super::{Table, VERSION, cell, day, known, number};
use crate::model::{Finding, Run, Summary, consequence};
use crate::report::{Format, Options, Renderer};
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "csv",
    explain: "One row for each finding, for spreadsheets and Power BI.",
    hears_all: false,
    make: |out, options| Box::new(Findings::new(out, options)),
};

const COLUMNS: [&str; 33] = [
    "schema_version",
    "organisation_id",
    "organisation",
    "declared",
    "profile",
    "as_of",
    "rule",
    "rule_title",
    "pack",
    "pack_version",
    "subject_kind",
    "subject",
    "subject_name",
    "outcome",
    "severity",
    "gate",
    "leads_to",
    "reason",
    "fact",
    "field",
    "file",
    "line",
    "column",
    "until",
    "due",
    "waiver",
    "waiver_until",
    "waiver_approver",
    "waiver_void",
    "controls",
    "fix",
    "catalogue_date",
    "fingerprint",
];

struct Findings<'w> {
    table: Table<'w>,
    all: bool,
    /// The cells that say whose run it is, and on which day of which catalogue.
    run: [String; 5],
    catalogue_date: String,
    organisation: String,
}

impl<'w> Findings<'w> {
    fn new(out: Box<dyn Write + 'w>, options: &Options) -> Self {
        Self {
            table: Table::new(out),
            all: options.all,
            run: Default::default(),
            catalogue_date: String::new(),
            organisation: String::new(),
        }
    }
}

impl Renderer for Findings<'_> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.organisation.clone_from(&run.organisation_id);
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
        if !self.all && !finding.outcome.is_worth_telling() {
            return Ok(());
        }
        let waiver = finding.waiver.as_ref();
        let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
        let [id, name, declared, profile, as_of] = self.run.clone();
        let cells: [String; 33] = [
            VERSION.to_owned(),
            id,
            name,
            declared,
            profile,
            as_of,
            cell(&finding.rule.id),
            cell(&finding.rule.title),
            cell(&finding.rule.pack),
            finding.rule.pack_version.to_string(),
            finding.subject_kind.name().to_owned(),
            cell(&finding.subject),
            known(finding.subject_name.as_deref()),
            finding.outcome.to_string(),
            finding.severity.to_string(),
            finding.gate.to_string(),
            leads_to.to_string(),
            cell(&finding.reason),
            known(finding.fact.as_deref()),
            known(finding.field.as_deref()),
            cell(&finding.place.file),
            number(finding.place.line),
            number(finding.place.column),
            day(finding.until),
            day(finding.due),
            known(waiver.map(|waiver| waiver.id.as_str())),
            day(waiver.and_then(|waiver| waiver.until)),
            known(waiver.map(|waiver| waiver.approver.as_str())),
            known(waiver.and_then(|waiver| waiver.void.as_deref())),
            cell(&finding.rule.controls.join(" ")),
            cell(&finding.rule.fix),
            self.catalogue_date.clone(),
            finding.fingerprint(&self.organisation),
        ];
        self.table.row(cells)
    }

    fn finish(&mut self, _: &Run, _: &Summary) -> io::Result<()> {
        self.table.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::Sample;

    #[test]
    fn a_row_for_each_finding_and_none_for_passes() {
        let sample = Sample::supplier(9);
        let report = sample.report("csv", &Options::default());
        assert_eq!(report.lines().count(), 11);
        let all = Options {
            all: true,
            ..Options::default()
        };
        assert_eq!(sample.report("csv", &all).lines().count(), 30);
        let first = report.lines().nth(1).unwrap_or_default();
        assert!(
            first.starts_with(
                "1,Northmoor Digital Care Ltd,Northmoor Digital Care Ltd,submissions/northmoor,\
                 hssf,2026-11-22,WAN-001,The MS17-010 fix is installed,wannacry,1,asset,ward-000,,\
                 fail,critical,block,reject,"
            ),
            "{first}"
        );
    }
}
