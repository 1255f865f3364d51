//! How far each rule is met: passed of applicable, and how much is not known. A percentage never
//! stands without its numerator and denominator, and 100% means all of them.

use super::page::{Page, pad, pad_left};
use crate::model::{Run, Summary};
use crate::report::escape::{escape, fit};
use crate::report::verdict::thousands;
use std::io;
use textwrap::core::display_width;

const TITLE: usize = 12;
const PERCENT: usize = 7;
const GAP: &str = "  ";

pub(super) fn print(page: &mut Page<'_>, run: &Run, summary: &Summary) -> io::Result<()> {
    let (mut rows, mut idle) = (Vec::new(), Vec::new());
    for (index, rule) in run.rules.iter().enumerate() {
        let counts = summary.rules.get(index).map(|rule| rule.counts);
        let id = fit(&rule.id, 24).0;
        match counts {
            Some(counts) if counts.applicable() > 0 => rows.push(Row {
                id,
                title: escape(&rule.title, 200),
                passed: share(counts.pass, counts.applicable()),
                unknown: share(counts.unknown, counts.applicable()),
                applicable: counts.applicable(),
            }),
            _ => idle.push(id),
        }
    }
    // Over single subjects the list of findings says it all.
    if rows.iter().any(|row| row.applicable > 1) {
        print_table(page, &rows)?;
    }
    if idle.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let share = format!("{} of {}", idle.len(), run.rules.len());
    let text = format!(
        "rules that applied to nothing ({share}): {}",
        idle.join(" ")
    );
    page.prose("", 2, &text)
}

struct Row {
    id: String,
    title: String,
    passed: [String; 2],
    unknown: [String; 2],
    applicable: u64,
}

fn print_table(page: &mut Page<'_>, rows: &[Row]) -> io::Result<()> {
    let widest = |text: fn(&Row) -> &str| rows.iter().map(|row| display_width(text(row))).max();
    let ids = widest(|row| &row.id).unwrap_or_default();
    let passed = widest(|row| &row.passed[0]).unwrap_or_default().max(6);
    let unknown = widest(|row| &row.unknown[0]).unwrap_or_default().max(7);
    let fixed = ids + 2 * GAP.len() + passed + unknown + 2 * PERCENT;
    let room = page.width.saturating_sub(fixed + GAP.len());
    let titles = widest(|row| &row.title).unwrap_or_default().min(room);
    let titles = if titles < TITLE { 0 } else { titles };

    page.heading("COMPLIANCE (of those the rule applies to)")?;
    let title_column = |title: &str| match titles {
        0 => String::new(),
        _ => format!("{GAP}{}", pad(&fit(title, titles).0, titles)),
    };
    page.line(&format!(
        "{}{}{GAP}{}{:PERCENT$}{GAP}{}",
        pad("", ids),
        title_column(""),
        pad_left("passed", passed),
        "",
        pad_left("unknown", unknown),
    ))?;
    for row in rows {
        page.line(&format!(
            "{}{}{GAP}{}{}{GAP}{}{}",
            pad(&row.id, ids),
            title_column(&row.title),
            pad_left(&row.passed[0], passed),
            pad_left(&row.passed[1], PERCENT),
            pad_left(&row.unknown[0], unknown),
            pad_left(&row.unknown[1], PERCENT),
        ))?;
    }
    Ok(())
}

/// `296/310` and `95.4%`. Rounded down: 100% is all of them, and 0.0% none.
fn share(part: u64, whole: u64) -> [String; 2] {
    let tenths = u128::from(part) * 1_000 / u128::from(whole.max(1));
    let percent = match tenths {
        0 if part > 0 => "<0.1%".to_owned(),
        _ => format!("{}.{}%", tenths / 10, tenths % 10),
    };
    [format!("{}/{}", thousands(part), thousands(whole)), percent]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_never_kinder_than_the_truth() {
        assert_eq!(share(296, 310), ["296/310", "95.4%"]);
        assert_eq!(share(1_249_999, 1_250_000)[1], "99.9%");
        assert_eq!(share(310, 310)[1], "100.0%");
        assert_eq!(share(1, 1_250_000), ["1/1,250,000", "<0.1%"]);
        assert_eq!(share(0, 5)[1], "0.0%");
        assert_eq!(share(u64::MAX, u64::MAX)[1], "100.0%");
    }
}
