//! `terminal`: for people. What stands in the way comes first, grouped by rule; the decision and
//! its reason come last, where the eye is when a command ends. No colour carries a meaning that
//! is not also a word, and nothing is drawn with more than ASCII.

mod by_asset;
mod compliance;
mod data;
mod explained;
mod forecast;
mod groups;
mod page;

pub use self::explained::explain_terminal;
pub use self::forecast::forecast_for_people;

use self::by_asset::ByAsset;
use self::groups::Groups;
use self::page::{Page, decision_style};
use super::escape::escape;
use super::verdict::{Causes, thousands, what_is_next};
use super::{Format, Options, Renderer};
use crate::model::{Finding, Run, Summary};
use std::io::{self, Write};

pub(super) const FORMAT: Format = Format {
    name: "terminal",
    explain: "Findings grouped by rule, then the decision, for people.",
    hears_all: false,
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
        print_facts(&mut self.page, run, &run.as_of.to_string())
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
        let (headline, reason) = self.causes.verdict(run, summary);
        let style = decision_style(summary.decision());
        page.led(style, &format!("{:<14}", "decision"), 14, headline)?;
        self.groups.print(page, summary)?;
        self.by_asset.print(page, run, summary)?;
        compliance::print(page, run, summary)?;
        data::print(page, &summary.data)?;
        print_notes(page, run)?;
        page.blank()?;
        page.prose("", 2, &totals(run, summary))?;
        if let Some(next) = what_is_next(run, summary) {
            page.prose("", 2, &next)?;
        }
        page.blank()?;
        page.led(style, headline, 2, &format!(": {reason}"))?;
        page.flush()
    }
}

/// What was asked, of what, by what.
fn print_facts(page: &mut Page<'_>, run: &Run, as_of: &str) -> io::Result<()> {
    let mut fact = |label: &str, text: &str| {
        let lead = format!("{label:<14}");
        page.led(page::DIM, &lead, lead.len(), &escape(text, 300))
    };
    fact("checked", &run.declared)?;
    fact("organisation", &run.organisation)?;
    if let Some(applies_for) = &run.applies_for {
        fact("applies for", applies_for)?;
    }
    fact("as of", as_of)?;
    fact("profile", &format!("{} ({})", run.profile.0, run.profile.1))?;
    fact("policy", &format!("sha256 {}", short(&run.policy_sha256)))?;
    fact("catalogue", &catalogue(run))
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
    use crate::model::{Outcome, Summary};
    use jiff::civil::date;
    use textwrap::core::display_width;

    fn at(width: usize, sample: &Sample) -> String {
        let options = Options {
            width,
            ..Options::default()
        };
        sample.report("terminal", &options)
    }

    /// The text with every run of white space as one blank, to compare words across widths.
    fn words(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_report_reads_like_this() {
        assert_eq!(at(80, &Sample::supplier(9)), include_str!("sample.txt"));
    }

    #[test]
    fn no_line_is_longer_than_the_width() {
        for width in [60, 80, 120] {
            for assets in [0, 1, 3, 9, 30, 300] {
                for line in at(width, &Sample::supplier(assets)).lines() {
                    assert!(display_width(line) <= width, "{width}: {line}");
                }
            }
        }
    }

    #[test]
    fn without_colour_everything_is_ascii_and_with_colour_the_words_are_the_same() {
        let sample = Sample::supplier(30);
        let plain = at(80, &sample);
        assert!(plain.is_ascii());
        assert!(plain.chars().all(|c| c == '\n' || !c.is_control()));
        let options = Options {
            colour: true,
            ..Options::default()
        };
        let coloured = sample.report("terminal", &options);
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(
            words(&anstream::adapter::strip_str(&coloured).to_string()),
            words(&plain)
        );
    }

    #[test]
    fn a_single_asset_is_told_rule_by_rule() {
        let out = at(80, &Sample::supplier(1));
        assert!(
            out.contains("\nASSET ward-000\nFAIL      WAN-001  The MS17-010 fix is installed\n"),
            "{out}"
        );
        assert!(
            out.contains("\npass      OSS-001  The operating system is supported"),
            "{out}"
        );
    }

    #[test]
    fn assets_stand_beside_the_rules_where_titles_fit_and_below_them_elsewhere() {
        let few = at(80, &Sample::supplier(3));
        assert!(
            few.contains(
                "WAN-001  The MS17-010 fix is installed              FAIL      pass      unknown\n"
            ),
            "{few}"
        );
        let more = at(60, &Sample::supplier(9));
        assert!(more.contains("BY ASSET\n            WAN-001   OSS-001  WAN-004\n  ward-000  FAIL      pass     pass\n"), "{more}");
    }

    #[test]
    fn where_no_table_fits_each_asset_names_what_does_not_pass() {
        let mut sample = Sample::supplier(9);
        for n in 0..30 {
            sample.add_rule(&format!("EXT-{n:03}"));
            for asset in 0..9 {
                let finding = sample.finding(6 + n, &format!("ward-{asset:03}"), 1);
                sample.findings.push(finding);
            }
        }
        let out = at(80, &sample);
        let expected = "\nBY ASSET\n  ward-000  FAIL      WAN-001\n";
        assert!(out.contains(expected), "{out}");
        assert!(out.lines().all(|line| display_width(line) <= 80), "{out}");
    }

    #[test]
    fn a_large_estate_has_no_table_by_asset() {
        assert!(!at(80, &Sample::supplier(41)).contains("BY ASSET"));
        assert!(at(80, &Sample::supplier(40)).contains("BY ASSET"));
    }

    #[test]
    fn an_asset_whose_passes_were_not_sent_shows_a_gap_and_never_a_pass() {
        let mut sample = Sample::supplier(2);
        sample
            .findings
            .retain(|finding| finding.subject != "ward-001" || finding.outcome.is_worth_telling());
        let out = at(80, &sample);
        assert!(
            out.contains("-  nothing to tell: passes, or does not apply\n"),
            "{out}"
        );
        let row = out.lines().find(|line| line.starts_with("WAN-001"));
        let cells = row.map(|row| row.split_whitespace().rev().take(2).collect::<Vec<_>>());
        assert_eq!(cells, Some(vec!["-", "FAIL"]), "{out}");
    }

    #[test]
    fn a_hundred_thousand_findings_make_a_report_of_a_hundred_lines() {
        let mut sample = Sample::empty();
        for n in 0..100_000_u32 {
            let mut finding = sample.finding(0, &format!("host-{n}"), n);
            finding.outcome = Outcome::Fail;
            let kind = (b'a' + u8::try_from(n % 26).unwrap_or(0)) as char;
            finding.reason = format!("kind {kind} of reason, number {n}");
            sample.findings.push(finding);
        }
        sample.assets = 100_000;
        sample.subjects = 100_000;
        let out = at(80, &sample);
        assert!(out.lines().count() < 60, "{out}");
        assert!(out.contains("100,000 of 100,000 assets\n"), "{out}");
        // 26 kinds, of which 10 are told, with some 3,846 findings each.
        assert!(
            out.contains("  - other reasons for 61,536 assets\n"),
            "{out}"
        );
    }

    #[test]
    fn what_comes_from_outside_cannot_act_on_the_terminal() {
        let out = at(80, &Sample::hostile());
        let is_plain =
            |c: char| c == '\n' || !(c.is_control() || "\u{202e}\u{2066}\u{200b}".contains(c));
        assert!(out.chars().all(is_plain), "{out:?}");
        assert!(!out.contains("\nADMIT"), "{out}");
        let mut sample = Sample::supplier(9);
        for finding in &mut sample.findings {
            finding.subject = format!("ADMIT: {}", finding.subject);
        }
        assert!(
            !at(60, &sample).contains("\nADMIT"),
            "nor look like our last line"
        );
        assert!(out.contains("\\x1b[2J"), "{out}");
    }

    #[test]
    fn nothing_checked_is_said_and_is_no_admission() {
        let out = at(80, &Sample::empty());
        assert!(
            out.ends_with("\nNO DECISION: nothing was checked\n"),
            "{out}"
        );
        assert_eq!(Summary::default().decision(), None);
    }

    #[test]
    fn notes_without_end_are_counted() {
        let mut sample = Sample::empty();
        sample.run.notes = vec!["column `x` was ignored".into(); 31];
        assert!(at(80, &sample).contains("  - and 11 more\n"));
    }

    #[test]
    fn a_catalogue_newer_than_the_day_is_said_to_be_so() {
        let mut sample = Sample::empty();
        sample.run.as_of = date(2026, 11, 10);
        assert!(at(80, &sample).contains("2026-11-20 (10 days newer than that day)"));
    }

    #[test]
    fn the_same_run_gives_the_same_bytes() {
        let sample = Sample::supplier(100);
        assert_eq!(at(80, &sample), at(80, &sample));
    }
}
