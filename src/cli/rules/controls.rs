//! `passmuster rules controls`: from the controls of frameworks to rules and back, with the gaps.
//!
//! A rule bears on a control when it names it or something within it. That a control has a rule
//! does not say that the rule asks all of it.

use super::asked::{Controls, Format};
use super::filter::known_control;
use super::json;
use super::page::hang;
use super::shelf::{Entry, Shelf};
use crate::policy::{Control, Framework, Mark, frameworks, is_within};
use anyhow::Result;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The answer: what was asked for of the table, with the ids of rules.
#[derive(Debug)]
pub(super) struct Crosswalk {
    pub(super) editions: Vec<Edition>,
    /// Controls that only the policy at hand knows, with their rules.
    pub(super) local: Vec<(String, Vec<String>)>,
    /// Rules that name no control at all.
    pub(super) bare: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Edition {
    pub(super) framework: &'static Framework,
    /// Rules that name the framework as a whole.
    pub(super) whole: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// How many of all controls known have a rule, whatever was asked for.
    pub(super) touched: usize,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) control: &'static Control,
    /// Rules that name the control, or one within it.
    pub(super) rules: Vec<String>,
    /// Where none names it: a control around it, or like it, that a rule names.
    pub(super) through: Option<&'static str>,
}

impl Row {
    fn is_gap(&self) -> bool {
        self.rules.is_empty()
    }
}

pub(super) fn answer(shelf: &Shelf<'_>, asked: &Controls, width: usize) -> Result<String> {
    if let Some(within) = &asked.within {
        known_control(within, shelf)?;
    }
    let crosswalk = crosswalk(&shelf.asked(asked.profile.as_deref())?, asked);
    Ok(match asked.format {
        Format::Json => json::controls(&crosswalk),
        Format::Terminal => page(&crosswalk, asked, width),
    })
}

fn crosswalk(entries: &[Entry<'_>], asked: &Controls) -> Crosswalk {
    let within = asked.within.as_deref();
    let is_wanted = |name: &str| within.is_none_or(|within| is_within(name, within));
    let mut editions: Vec<_> = frameworks()
        .iter()
        .map(|framework| edition(framework, entries))
        .collect();
    for edition in &mut editions {
        edition
            .rows
            .retain(|row| is_wanted(row.control.name) && (!asked.gaps || row.is_gap()));
    }
    editions.retain(|edition| {
        let is_itself = is_wanted(edition.framework.name);
        let is_gap = edition.framework.controls.is_empty() && edition.whole.is_empty();
        !edition.rows.is_empty() || (is_itself && (!asked.gaps || is_gap))
    });
    let known: BTreeSet<_> = crate::policy::control_names().collect();
    let own: BTreeSet<&String> = entries
        .iter()
        .flat_map(|entry| &entry.info.controls)
        .filter(|name| !known.contains(name.as_str()) && is_wanted(name) && !asked.gaps)
        .collect();
    let bare = entries.iter().filter(|one| one.info.controls.is_empty());
    Crosswalk {
        editions,
        local: own
            .into_iter()
            .map(|name| (name.clone(), naming(entries, |one| one == name)))
            .collect(),
        bare: bare.map(|entry| entry.info.id.clone()).collect(),
    }
}

fn edition(framework: &'static Framework, entries: &[Entry<'_>]) -> Edition {
    let rows: Vec<_> = framework
        .controls
        .iter()
        .map(|control| row(control, framework, entries))
        .collect();
    Edition {
        framework,
        whole: naming(entries, |one| one == framework.name),
        touched: rows.iter().filter(|row| !row.rules.is_empty()).count(),
        rows,
    }
}

fn row(control: &'static Control, framework: &'static Framework, entries: &[Entry<'_>]) -> Row {
    let rules = naming(entries, |one| is_within(one, control.name));
    let around = framework.controls.iter().rev().find(|other| {
        let is_around = other.name != control.name && is_within(control.name, other.name);
        is_around && !naming(entries, |one| one == other.name).is_empty()
    });
    let elsewhere = control
        .see
        .filter(|see| !naming(entries, |one| is_within(one, see)).is_empty());
    let through = around.map(|other| other.name).or(elsewhere);
    Row {
        control,
        through: through.filter(|_| rules.is_empty()),
        rules,
    }
}

fn naming(entries: &[Entry<'_>], is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let named = |entry: &&Entry<'_>| entry.info.controls.iter().any(|one| is_meant(one));
    let ids = entries.iter().filter(named);
    ids.map(|entry| entry.info.id.clone()).collect()
}

fn page(crosswalk: &Crosswalk, asked: &Controls, width: usize) -> String {
    let mut text = String::new();
    for edition in &crosswalk.editions {
        heading(&mut text, edition, width);
        let widest = edition.rows.iter().map(|row| number(row, edition).len());
        let column = widest.max().unwrap_or_default();
        for row in &edition.rows {
            let head = format!("  {:column$}  ", number(row, edition));
            control(&mut text, &head, row, width);
        }
        text.push('\n');
    }
    if crosswalk.editions.is_empty() && crosswalk.local.is_empty() {
        text.push_str("No control listed here that was asked for is without a rule.\n\n");
    }
    if !crosswalk.local.is_empty() {
        text.push_str("controls of this policy only\n");
        for (name, rules) in &crosswalk.local {
            hang(&mut text, &format!("  {name}  "), &rules.join(", "), width);
        }
        text.push('\n');
    }
    if asked.within.is_none() {
        let bare = match crosswalk.bare.as_slice() {
            [] => "every rule names one".to_owned(),
            bare => bare.join(", "),
        };
        hang(&mut text, "rules without a control: ", &bare, width);
    }
    let note = "A control is listed where a source for its number was found; (S) stands for a secondary source, (U) for \
                one that nobody verified, no mark (V) for one that was read. A rule that bears on a control need not ask all of it.";
    hang(&mut text, "", note, width);
    text
}

fn heading(text: &mut String, edition: &Edition, width: usize) {
    let framework = edition.framework;
    let title = format!("{}{}", framework.title, mark(framework.mark));
    hang(text, &format!("{}  ", framework.name), &title, width);
    let mut told = String::new();
    let known = framework.controls.len();
    if known > 0 {
        let _ = write!(
            told,
            "rules bear on {} of the {known} entries listed here",
            edition.touched
        );
    }
    if let Some(of) = framework.of {
        let _ = write!(
            told,
            "; it counts {of} controls itself, and entries may be parts or groups of those, so that \
             this is no share of it"
        );
    }
    if !edition.whole.is_empty() {
        let gap = if told.is_empty() { "" } else { "; " };
        let _ = write!(told, "{gap}as a whole: {}", edition.whole.join(", "));
    }
    if told.is_empty() {
        told.push_str("no rule: not covered");
    }
    hang(text, "  ", &told, width);
}

/// The control without its framework.
fn number(row: &Row, edition: &Edition) -> &'static str {
    let name = row.control.name;
    let number = name.strip_prefix(edition.framework.name);
    number.unwrap_or(name).trim_start_matches([':', '/'])
}

fn control(text: &mut String, head: &str, row: &Row, width: usize) {
    let title = format!("{}{}", row.control.title, mark(row.control.mark));
    hang(text, head, &title, width);
    let rules = match row.through {
        Some(like) => format!("no rule of its own; see {like}"),
        None if row.rules.is_empty() => "no rule: not covered".to_owned(),
        None => row.rules.join(", "),
    };
    let head = format!("{}> ", " ".repeat(head.len()));
    hang(text, &head, &rules, width);
}

fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Secondary => " (S)",
        Mark::Unverified => " (U)",
        Mark::Verified => "",
    }
}
