//! `terminal`: for people. What stands in the way comes first, grouped by rule; the decision and
//! its reason come last, where the eye is when a command ends. No colour carries a meaning that
//! is not also a word, and nothing is drawn with more than ASCII.

mod by_asset;
mod compliance;
mod groups;
mod page;

use self::by_asset::ByAsset;
use self::groups::Groups;
use self::page::{Page, decision_style};
use super::escape::escape;
use super::verdict::{Causes, Horizon, thousands};
use super::{Format, Options, Renderer};
use crate::model::{Finding, Run, Summary};
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "terminal",
    explain: "Findings grouped by rule, then the decision, for people.",
    make: |out, options| Box::new(Terminal::new(out, options)),
};

/// Notes that are printed; the others are counted.
const NOTES: usize = 20;

struct Terminal<'w> {
    page: Page<'w>,
    groups: Groups,
    by_asset: ByAsset,
    causes: Causes,
}

impl<'w> Terminal<'w> {
    fn new(out: Box<dyn Write + 'w>, options: &Options) -> Self {
        Self {
            page: Page::new(out, options),
            groups: Groups::default(),
            by_asset: ByAsset::default(),
            causes: Causes::default(),
        }
    }
}

impl Renderer for Terminal<'_> {
    fn begin(&mut self, run: &Run) -> io::Result<()> {
        let page = &mut self.page;
        let mut fact = |label: &str, text: &str| {
            let lead = format!("{label:<14}");
            page.led(page::DIM, &lead, lead.len(), &escape(text, 300))
        };
        fact("checked", &run.declared)?;
        fact("organisation", &run.organisation)?;
        if let Some(applies_for) = &run.applies_for {
            fact("applies for", applies_for)?;
        }
        fact("as of", &run.as_of.to_string())?;
        fact("profile", &format!("{} ({})", run.profile.0, run.profile.1))?;
        fact("policy", &format!("sha256 {}", short(&run.policy_sha256)))?;
        fact("catalogue", &catalogue(run))
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.causes.add(finding);
        self.by_asset.add(finding);
        if finding.outcome.is_worth_telling() {
            self.groups.add(finding);
        }
        Ok(())
    }

    fn finish(&mut self, run: &Run, summary: &Summary) -> io::Result<()> {
        let page = &mut self.page;
        self.groups.print(page, summary)?;
        self.by_asset.print(page, run, summary)?;
        compliance::print(page, run, summary)?;
        print_notes(page, run)?;
        page.blank()?;
        page.prose("", 2, &totals(run, summary))?;
        if let Some(horizon) = Horizon::of(run, summary) {
            page.prose("", 2, &horizon.sentence(run))?;
        }
        page.blank()?;
        let (headline, reason) = self.causes.verdict(run, summary);
        let style = decision_style(summary.decision());
        page.led(style, headline, 2, &format!(": {reason}"))?;
        page.flush()
    }
}

/// `2026-11-20 (2 days old), sha256 0f9e8d7c6b5a`.
fn catalogue(run: &Run) -> String {
    let age = match (run.as_of - run.catalogue_date).get_days() {
        0 => "of that day".to_owned(),
        1 => "1 day old".to_owned(),
        days if days < 0 => format!("{} days newer than that day", days.unsigned_abs()),
        days => format!("{days} days old"),
    };
    let hash = short(&run.catalogue_sha256);
    format!("{} ({age}), sha256 {hash}", run.catalogue_date)
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn print_notes(page: &mut Page<'_>, run: &Run) -> io::Result<()> {
    if run.notes.is_empty() {
        return Ok(());
    }
    page.heading("NOTES")?;
    for note in run.notes.iter().take(NOTES) {
        page.prose("  - ", 4, &escape(note, 600))?;
    }
    match run.notes.len().saturating_sub(NOTES) {
        0 => Ok(()),
        more => page.line(&format!("  - and {more} more")),
    }
}

/// `310 assets, 24 rules: 7,102 pass, 41 fail, ...`.
fn totals(run: &Run, summary: &Summary) -> String {
    let noun = |n: u64, one: &str, many: &str| {
        format!("{} {}", thousands(n), if n == 1 { one } else { many })
    };
    let assets = noun(summary.assets, "asset", "assets");
    let subjects = if summary.subjects == summary.assets {
        assets
    } else {
        format!(
            "{} ({assets})",
            noun(summary.subjects, "subject", "subjects")
        )
    };
    let rules = noun(run.rules.len() as u64, "rule", "rules");
    let counts = summary.totals();
    format!(
        "{subjects}, {rules}: {} pass, {} fail, {} unknown, {} conflict, {} waived, {} not applicable",
        thousands(counts.pass),
        thousands(counts.fail),
        thousands(counts.unknown),
        thousands(counts.conflict),
        thousands(counts.waived),
        thousands(counts.not_applicable),
    )
}

#[cfg(test)]
mod tests {
    use super::super::Options;
    use super::super::sample::Sample;

    #[test]
    fn demo() {
        for (n, width) in [
            (1, 80),
            (3, 80),
            (3, 60),
            (9, 80),
            (30, 60),
            (300, 80),
            (300, 120),
        ] {
            println!("######## {n} at {width}");
            println!(
                "{}",
                Sample::supplier(n).report(
                    "terminal",
                    &Options {
                        width,
                        ..Options::default()
                    }
                )
            );
        }
    }
}
