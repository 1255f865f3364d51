//! What is told of an import: file by file, column by column.

use super::Converted;
use crate::import::{Becomes, ColumnUse, FieldSurvey, Ignored, Inventory};
use crate::model::Place;

/// What was read, and what became of it.
#[derive(Debug)]
pub(super) struct Explained {
    pub(super) files: Vec<File>,
    pub(super) assets: u64,
    /// Of them, how many more than one row told of.
    pub(super) joined: u64,
    /// What the sources do not agree about: how often, and the first of it.
    pub(super) remarked: u64,
    pub(super) remarks: Vec<String>,
    pub(super) bad: u64,
    longest: usize,
    passed_over: Vec<String>,
}

#[derive(Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) format: &'static str,
    pub(super) rows: u64,
    pub(super) unnamed: u64,
    pub(super) bad: u64,
    pub(super) first_bad: Vec<(Place, String)>,
    /// Of a table: its columns, in their order.
    pub(super) columns: Vec<ColumnUse>,
    pub(super) fields: Vec<(&'static str, FieldSurvey)>,
    pub(super) ignored: Vec<Ignored>,
}

/// Bytes of a line that `check` reads back; a longer one it would count as not readable.
const LONGEST: usize = 1 << 20;

impl Explained {
    pub(super) fn of(passed_over: Vec<String>) -> Self {
        Self {
            files: Vec::new(),
            assets: 0,
            joined: 0,
            remarked: 0,
            remarks: Vec::new(),
            bad: 0,
            longest: 0,
            passed_over,
        }
    }

    pub(super) fn add(&mut self, more: &Converted) {
        self.assets += more.assets;
        self.joined += more.joined;
        self.remarked += more.remarked;
        self.bad += more.bad;
        self.longest = self.longest.max(more.longest);
        let room = Converted::REMARKS.saturating_sub(self.remarks.len());
        self.remarks.extend(more.remarks.iter().take(room).cloned());
    }

    /// Takes what is known of an inventory that was read to its end.
    pub(super) fn take(&mut self, inventory: &Inventory) {
        for part in inventory.parts() {
            let survey = part.survey();
            let fields = survey.fields();
            self.files.push(File {
                name: part.name().to_owned(),
                format: part.format().name(),
                rows: survey.rows,
                unnamed: survey.unnamed,
                bad: survey.bad,
                first_bad: survey.first_bad.clone(),
                fields: fields
                    .map(|(field, one)| (field.name, one.clone()))
                    .collect(),
                columns: part.columns().to_vec(),
                ignored: part.ignored(),
            });
        }
    }

    pub(super) fn nothing(&self) -> String {
        let names: Vec<_> = self.files.iter().map(|file| file.name.as_str()).collect();
        let bad = self.files.iter().flat_map(|file| &file.first_bad);
        let bad: Vec<_> = bad
            .take(3)
            .map(|(place, why)| format!("{place} {why}"))
            .collect();
        format!(
            "no asset could be read from {}, so nothing was written: {}",
            names.join(", "),
            bad.join("; ")
        )
    }

    /// What somebody has to know who does not ask for the whole explanation.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.passed_over.clone();
        let unreadable: u64 = self
            .files
            .iter()
            .flat_map(|file| &file.fields)
            .map(|(_, field)| field.unreadable)
            .sum();
        let ignored: usize = self.files.iter().map(|file| file.ignored.len()).sum();
        let mut told = vec![format!("{} assets", self.assets)];
        let count = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
        told.extend(count(self.joined, "joined from several rows"));
        told.extend(count(self.bad, "records that could not be read"));
        told.extend(count(unreadable, "values that could not be read"));
        told.extend(count(self.remarked, "contradictions between sources"));
        told.extend(count(ignored as u64, "columns not used"));
        let hint = if told.len() > 1 {
            "; --explain tells which"
        } else {
            ""
        };
        notes.push(format!("{}{hint}", told.join(", ")));
        if self.longest > LONGEST {
            notes.push(format!(
                "an asset takes up {} bytes on its line, which is more than `check` reads: it will \
                 be counted as not readable",
                self.longest
            ));
        }
        notes
    }
}

impl File {
    /// What rows say of a field, if any says something.
    pub(super) fn survey(&self, field: &str) -> Option<&FieldSurvey> {
        let mut fields = self.fields.iter();
        fields.find_map(|(name, survey)| (*name == field).then_some(survey))
    }

    /// Fields that no column gives, such as the tool that wrote the file.
    pub(super) fn without_column(&self) -> impl Iterator<Item = (&'static str, &FieldSurvey)> {
        let has_column = |field: &&'static str| {
            let mut columns = self.columns.iter();
            columns.any(|column| match &column.becomes {
                Becomes::Fields(fields) => fields.contains(field),
                Becomes::Ignored | Becomes::Unused => false,
            })
        };
        let fields = self.fields.iter().map(|(name, survey)| (*name, survey));
        fields.filter(move |(name, _)| !has_column(name))
    }

    /// Columns that are known and that no rule asks for.
    pub(super) fn unused(&self) -> impl Iterator<Item = &str> {
        let unused = self.columns.iter();
        let unused = unused.filter(|column| column.becomes == Becomes::Unused);
        unused.map(|column| column.title.as_str())
    }
}
