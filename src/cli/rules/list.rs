//! `passmuster rules list`: the rules by pack, or those that filters leave.

use super::asked::{Format, List};
use super::filter::neighbours;
use super::json;
use super::page::{count, hang, rule_line, titled};
use super::shelf::{Entry, Shelf};
use anyhow::Result;
use std::fmt::Write as _;

pub(super) fn answer(shelf: &Shelf<'_>, asked: &List, width: usize) -> Result<String> {
    let wanted = asked.wanted(shelf)?;
    let with_profiles = asked.profile.is_none() && !asked.is_filtered();
    Ok(match asked.format {
        Format::Json => json::list(shelf, &wanted, with_profiles),
        Format::Terminal if wanted.is_empty() => none(shelf, asked, width),
        Format::Terminal => table(shelf, &wanted, asked, with_profiles, width),
    })
}

fn table(
    shelf: &Shelf<'_>,
    wanted: &[Entry<'_>],
    asked: &List,
    with_profiles: bool,
    width: usize,
) -> String {
    let mut text = String::new();
    let mut pack = "";
    for entry in wanted {
        if entry.info.pack != pack {
            let gap = if pack.is_empty() { "" } else { "\n" };
            let always = if entry.rule.is_none() {
                " (built in, asked in every run)"
            } else {
                ""
            };
            let _ = writeln!(text, "{gap}{}{always}", entry.info.pack);
            pack = &entry.info.pack;
        }
        rule_line(&mut text, entry, width);
    }
    if asked.is_filtered() {
        let _ = writeln!(text, "\n{}", count(wanted.len(), "rule"));
    }
    if with_profiles {
        text.push_str("\nprofiles\n");
        for profile in &shelf.library.profiles {
            let columns = format!("  {:18} {:3} rules  ", profile.id, profile.rules.len());
            titled(&mut text, &columns, &profile.title, width);
        }
    }
    text
}

/// That nothing was found is an answer, and what comes near it is a help.
fn none(shelf: &Shelf<'_>, asked: &List, width: usize) -> String {
    let mut text = String::new();
    let lone = match &asked.control[..] {
        [control] => neighbours(control, shelf),
        _ => Vec::new(),
    };
    let told = match (&asked.control[..], &lone[..]) {
        ([control], [_, ..]) => format!(
            "No rule that was asked for names {control}. Named by rules and nearest to it: {}.",
            lone.join(", ")
        ),
        ([control], []) => format!("No rule that was asked for names {control}."),
        _ => "No rule is all of that. Leave out one of the options.".to_owned(),
    };
    hang(&mut text, "", &told, width);
    text
}
