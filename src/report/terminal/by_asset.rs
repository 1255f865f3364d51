//! What became of each asset, for runs over a few: a table where one fits, else what does not pass
//! of each asset that has something to tell.

use super::page::{Page, outcome_style, outcome_word, pad};
use crate::model::{Finding, Outcome, Run, SubjectKind, Summary};
use crate::report::escape::{escape, fit};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use textwrap::core::display_width;

/// With more assets than these a reader wants the groups only.
const MOST: usize = 40;
const TITLE: usize = 24;
const LABEL: usize = 24;
const FILE: usize = 30;
const GAP: &str = "  ";

#[derive(Default)]
pub(super) struct ByAsset {
    assets: Vec<Asset>,
    is_too_many: bool,
}

struct Asset {
    id: String,
    /// Two files may each hold a machine of one name.
    file: Arc<str>,
    label: String,
    cells: BTreeMap<usize, (Outcome, String)>,
}

/// A rule that applied to one of the assets at least.
struct Column {
    rule: usize,
    id: String,
    title: String,
}

impl ByAsset {
    pub(super) fn add(&mut self, finding: &Finding) {
        if self.is_too_many || finding.subject_kind != SubjectKind::Asset {
            return;
        }
        let position = self
            .assets
            .iter()
            .rposition(|asset| asset.id == finding.subject && asset.file == finding.place.file);
        let position = position.unwrap_or_else(|| {
            self.assets.push(Asset {
                id: finding.subject.clone(),
                file: Arc::clone(&finding.place.file),
                label: fit(&finding.subject, LABEL).0,
                cells: BTreeMap::new(),
            });
            self.assets.len() - 1
        });
        self.tell_apart(position);
        if self.assets.len() > MOST {
            self.is_too_many = true;
            self.assets.clear();
            return;
        }
        let cells = &mut self.assets[position].cells;
        let is_worse = |(told, _): &(Outcome, String)| rank(finding.outcome) < rank(*told);
        if cells.get(&finding.rule_index).is_none_or(is_worse) {
            cells.insert(
                finding.rule_index,
                (finding.outcome, finding.reason.clone()),
            );
        }
    }

    /// Adds the file to the labels of machines that go by one name.
    fn tell_apart(&mut self, position: usize) {
        let id = self.assets[position].id.clone();
        if self.assets.iter().filter(|asset| asset.id == id).count() < 2 {
            return;
        }
        for asset in self.assets.iter_mut().filter(|asset| asset.id == id) {
            let file = asset.file.rsplit(['/', '\\']).next().unwrap_or_default();
            asset.label = format!("{} {}", fit(&id, LABEL).0, fit(file, FILE).0);
        }
    }

    pub(super) fn print(
        &self,
        page: &mut Page<'_>,
        run: &Run,
        summary: &Summary,
    ) -> io::Result<()> {
        if self.assets.is_empty() || summary.assets > MOST as u64 {
            return Ok(());
        }
        let columns = self.columns(run);
        if let [asset] = self.assets.as_slice() {
            return asset.print_alone(page, &columns);
        }
        page.heading("BY ASSET")?;
        let mut is_table = true;
        if self.fits_with_titles(page, &columns) {
            self.print_rules_down(page, &columns)?;
        } else if self.fits_across(page, &columns) {
            self.print_rules_across(page, &columns)?;
        } else {
            is_table = false;
            self.print_lines(page, &columns)?;
        }
        let silent = summary.assets.saturating_sub(self.assets.len() as u64);
        if silent > 0 {
            page.prose("", 0, &format!("{silent} more with nothing to tell"))?;
        }
        if is_table && self.has_gaps(&columns) {
            page.prose("", 0, "-  nothing to tell: passes, or does not apply")?;
        }
        Ok(())
    }

    fn columns(&self, run: &Run) -> Vec<Column> {
        let applies = |rule: usize| {
            let mut cells = self
                .assets
                .iter()
                .filter_map(|asset| asset.cells.get(&rule));
            cells.any(|(outcome, _)| *outcome != Outcome::NotApplicable)
        };
        run.rules
            .iter()
            .enumerate()
            .filter(|(index, _)| applies(*index))
            .map(|(rule, info)| Column {
                rule,
                id: fit(&info.id, LABEL).0,
                title: escape(&info.title, 200),
            })
            .collect()
    }

    fn has_gaps(&self, columns: &[Column]) -> bool {
        let has = |asset: &Asset| columns.iter().any(|c| !asset.cells.contains_key(&c.rule));
        self.assets.iter().any(has)
    }

    fn fits_with_titles(&self, page: &Page<'_>, columns: &[Column]) -> bool {
        let ids = widest(columns.iter().map(|column| column.id.as_str()));
        ids + GAP.len() + TITLE + self.widths_down(columns).iter().sum::<usize>() <= page.width
    }

    /// Widths of one column per asset, with the gaps before them.
    fn widths_down(&self, columns: &[Column]) -> Vec<usize> {
        let width = |asset: &Asset| {
            let words = columns.iter().map(|column| asset.word(column.rule));
            widest(words.chain([asset.label.as_str()])) + GAP.len()
        };
        self.assets.iter().map(width).collect()
    }

    fn print_rules_down(&self, page: &mut Page<'_>, columns: &[Column]) -> io::Result<()> {
        let widths = self.widths_down(columns);
        let ids = widest(columns.iter().map(|column| column.id.as_str()));
        let titles = widest(columns.iter().map(|column| column.title.as_str()));
        let room = page.width - ids - GAP.len() - widths.iter().sum::<usize>();
        let titles = titles.min(room);
        let mut head = pad("", ids + GAP.len() + titles);
        for (asset, width) in self.assets.iter().zip(&widths) {
            head.push_str(GAP);
            head.push_str(&pad(&asset.label, width - GAP.len()));
        }
        page.line(&head)?;
        for column in columns {
            let title = pad(&fit(&column.title, titles).0, titles);
            let mut line = format!("{}{GAP}{title}", pad(&column.id, ids));
            for (asset, width) in self.assets.iter().zip(&widths) {
                line.push_str(GAP);
                line.push_str(&asset.cell(page, column.rule, width - GAP.len()));
            }
            page.line(&line)?;
        }
        Ok(())
    }

    /// Widths of one column per rule, with the gaps before them.
    fn widths_across(&self, columns: &[Column]) -> Vec<usize> {
        let width = |column: &Column| {
            let words = self.assets.iter().map(|asset| asset.word(column.rule));
            widest(words.chain([column.id.as_str()])) + GAP.len()
        };
        columns.iter().map(width).collect()
    }

    fn labels(&self) -> usize {
        let widths = self
            .assets
            .iter()
            .map(|asset| display_width(&asset.row_label()));
        widths.max().unwrap_or_default()
    }

    fn fits_across(&self, page: &Page<'_>, columns: &[Column]) -> bool {
        self.labels() + self.widths_across(columns).iter().sum::<usize>() <= page.width
    }

    fn print_rules_across(&self, page: &mut Page<'_>, columns: &[Column]) -> io::Result<()> {
        let widths = self.widths_across(columns);
        let labels = self.labels();
        let mut head = pad("", labels);
        for (column, width) in columns.iter().zip(&widths) {
            head.push_str(GAP);
            head.push_str(&pad(&column.id, width - GAP.len()));
        }
        page.line(&head)?;
        for asset in &self.assets {
            let mut line = pad(&asset.row_label(), labels);
            for (column, width) in columns.iter().zip(&widths) {
                line.push_str(GAP);
                line.push_str(&asset.cell(page, column.rule, width - GAP.len()));
            }
            page.line(&line)?;
        }
        Ok(())
    }

    fn print_lines(&self, page: &mut Page<'_>, columns: &[Column]) -> io::Result<()> {
        let labels = self.labels();
        let mut quiet = 0;
        for asset in &self.assets {
            let mut lead = pad(&asset.row_label(), labels);
            let told = ORDER.iter().filter(|outcome| outcome.is_worth_telling());
            for outcome in told {
                let rules: Vec<_> = columns
                    .iter()
                    .filter(|column| asset.outcome(column.rule) == Some(*outcome))
                    .map(|column| column.id.as_str())
                    .collect();
                if rules.is_empty() {
                    continue;
                }
                let word = pad(outcome_word(*outcome), 8);
                let indent = labels + 2 * GAP.len() + word.len();
                let wrapped = page.wrap(&" ".repeat(indent), indent, &rules.join(" "));
                for (index, line) in wrapped.iter().enumerate() {
                    let ids = line.trim_start();
                    if index > 0 {
                        page.line(line)?;
                        continue;
                    }
                    let word = page.paint(outcome_style(*outcome), &word);
                    page.line(&format!("{lead}{GAP}{word}{GAP}{ids}"))?;
                }
                lead = pad("", labels);
            }
            quiet += usize::from(!lead.trim().is_empty());
        }
        match quiet {
            0 => Ok(()),
            1 => page.line("1 asset passes every rule that applies to it"),
            count => page.line(&format!(
                "{count} assets pass every rule that applies to them"
            )),
        }
    }
}

/// The order in which outcomes are told.
const ORDER: [Outcome; 6] = [
    Outcome::Fail,
    Outcome::Conflict,
    Outcome::Unknown,
    Outcome::Waived,
    Outcome::Pass,
    Outcome::NotApplicable,
];

fn rank(outcome: Outcome) -> Option<usize> {
    ORDER.iter().position(|told| *told == outcome)
}

impl Asset {
    /// Set in, so that no name an outsider chose can pass for a line of ours.
    fn row_label(&self) -> String {
        format!("{GAP}{}", self.label)
    }

    fn outcome(&self, rule: usize) -> Option<Outcome> {
        self.cells.get(&rule).map(|(outcome, _)| *outcome)
    }

    fn word(&self, rule: usize) -> &'static str {
        self.outcome(rule).map_or("-", outcome_word)
    }

    fn cell(&self, page: &Page<'_>, rule: usize, columns: usize) -> String {
        let word = pad(self.word(rule), columns);
        match self.outcome(rule) {
            Some(outcome) => page.paint(outcome_style(outcome), &word),
            None => word,
        }
    }

    /// Every rule that applied, with its outcome and reason.
    fn print_alone(&self, page: &mut Page<'_>, columns: &[Column]) -> io::Result<()> {
        page.heading(&format!("ASSET {}", self.label))?;
        let ids = widest(columns.iter().map(|column| column.id.as_str()));
        for wanted in ORDER {
            for column in columns {
                let Some((outcome, reason)) = self.cells.get(&column.rule) else {
                    continue;
                };
                if *outcome != wanted {
                    continue;
                }
                let lead = pad(outcome_word(*outcome), 8);
                let indent = lead.len() + ids + 2 * GAP.len();
                let text = format!("{GAP}{}{GAP}{}", pad(&column.id, ids), column.title);
                page.led(outcome_style(*outcome), &lead, indent, &text)?;
                let reason = escape(reason, 600);
                if !reason.is_empty() {
                    page.prose(&" ".repeat(indent), indent, &reason)?;
                }
            }
        }
        if columns.is_empty() {
            page.line("no rule applies")?;
        }
        Ok(())
    }
}

fn widest<'t>(texts: impl Iterator<Item = &'t str>) -> usize {
    texts.map(display_width).max().unwrap_or_default()
}
