//! `passmuster rules show`: one rule, with its cases.

use super::asked::{Format, Show};
use super::json;
use super::page::hang;
use super::shelf::{Entry, Shelf, not_found};
use crate::model::nearest;
use anyhow::Result;

pub(super) fn answer(shelf: &Shelf<'_>, asked: &Show, width: usize) -> Result<String> {
    let mut entries = shelf.entries.iter();
    let Some(entry) = entries.find(|one| one.info.id.eq_ignore_ascii_case(&asked.id)) else {
        return Err(no_rule(shelf, &asked.id));
    };
    Ok(match asked.format {
        Format::Json => json::show(shelf, entry),
        Format::Terminal => describe(shelf, entry, width),
    })
}

fn no_rule(shelf: &Shelf<'_>, id: &str) -> anyhow::Error {
    let ids = shelf.entries.iter().map(|one| one.info.id.as_str());
    let hint = match nearest(&id.to_uppercase(), ids) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`passmuster rules list` lists them".to_owned(),
    };
    not_found(format!("there is no rule `{id}`; {hint}"))
}

/// The profiles that ask a rule; a built-in one is asked by all.
pub(super) fn profiles_with<'s>(shelf: &'s Shelf<'_>, entry: &Entry<'_>) -> Vec<&'s str> {
    let is_asked = |rules: &[std::sync::Arc<crate::policy::Rule>]| {
        entry.rule.is_none() || rules.iter().any(|one| one.info.id == entry.info.id)
    };
    let profiles = shelf.library.profiles.iter();
    profiles
        .filter(|profile| is_asked(&profile.rules))
        .map(|profile| profile.id.as_str())
        .collect()
}

fn describe(shelf: &Shelf<'_>, entry: &Entry<'_>, width: usize) -> String {
    let info = &entry.info;
    let mut text = String::new();
    hang(&mut text, &format!("{}  ", info.id), &info.title, width);
    text.push('\n');
    let mut row = |label: &str, value: &str| {
        hang(&mut text, &format!("{label:<12}"), value, width);
    };
    row("judges", info.subject.schema().plural);
    let weights: Vec<_> = entry
        .weights()
        .iter()
        .map(|(severity, gate)| format!("{severity}, gate {gate}"))
        .collect();
    row("severity", &weights.join("; or "));
    row("why", &info.why);
    row("fix", &info.fix);
    row("controls", &info.controls.join(", "));
    row("sources", &info.sources.join("; "));
    row(
        "pack",
        &format!("{}, version {}", info.pack, info.pack_version),
    );
    row("profiles", &profiles_with(shelf, entry).join(", "));
    let Some(rule) = entry.rule else {
        row("cases", "none: it is built in, and tested with the program");
        return text;
    };
    text.push_str("\ncases\n");
    for case in &rule.cases {
        let severity = case
            .severity
            .map(|severity| format!(" {severity}"))
            .unwrap_or_default();
        let columns = format!("  {:<15} ", format!("{}{severity}", case.expect));
        hang(&mut text, &columns, &case.name, width);
    }
    text
}
