//! The waivers of a run: which of them count, and what a reader has to hear of them.
//!
//! Whether one is in force is decided by the policy; nothing here compares a date of its own but
//! the one from which "soon" is told.

use super::exit::Problems;
use super::input::Input;
use super::options::{Asked, WaiversFrom};
use crate::import;
use crate::model::{Finding, RuleInfo, Source, WaiverUse};
use crate::policy::{Library, Waiver, load_waivers};
use anyhow::{Result, anyhow};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What became of a waiver in a run.
#[derive(Debug, Default)]
pub(super) struct Used {
    /// The first failure that it names and does not cover, and why.
    void: Option<String>,
    /// How many failures of each rule it covers.
    covered: BTreeMap<usize, u64>,
}

impl Used {
    pub(super) fn see(&mut self, finding: &Finding, waiver: &WaiverUse) {
        match &waiver.void {
            None => *self.covered.entry(finding.rule_index).or_default() += 1,
            Some(why) => {
                let what = || format!("{} of {}: {why}", finding.rule.id, finding.subject);
                self.void.get_or_insert_with(what);
            }
        }
    }
}

/// The waivers that count: those declared, unless they are to be left out, which is noted, and
/// those of whoever decides.
pub(super) fn load(
    asked: &Asked,
    input: &Input,
    library: &Library,
) -> Result<(Vec<Waiver>, Option<String>)> {
    let read = |sources: &[Arc<Source>]| {
        load_waivers(sources, library).map_err(|problems| anyhow!(Problems(problems)))
    };
    let mut waivers = read(&input.declaration.waivers)?;
    let mut note = None;
    if asked.ignore_waivers_from == Some(WaiversFrom::Submission) && !waivers.is_empty() {
        let ids: Vec<_> = waivers.iter().map(Waiver::id).collect();
        note = Some(format!(
            "left out, as asked, the waivers of the submission: {}",
            ids.join(", ")
        ));
        waivers.clear();
    }
    for source in brought(asked)? {
        waivers.extend(read(&[source])?);
    }
    Ok((waivers, note))
}

/// The files with the waivers of whoever decides.
pub(super) fn brought(asked: &Asked) -> Result<Vec<Arc<Source>>> {
    let paths = asked.waivers.iter();
    paths
        .map(|path| {
            import::load(path, &path.display().to_string())
                .map_err(|problem| anyhow!(Problems(vec![*problem])))
        })
        .collect()
}

/// What a run tells of its waivers.
pub(super) struct Ran<'a> {
    pub(super) used: &'a BTreeMap<String, Used>,
    /// The rules that the profile asks.
    pub(super) rules: &'a [Arc<RuleInfo>],
    /// What waivers name and no subject is called.
    pub(super) strangers: &'a BTreeSet<String>,
    /// Whether records could not be read, whose names may be unknown.
    pub(super) has_unread: bool,
    pub(super) today: Date,
}

/// Waivers that deserve a word: lapsed, soon to lapse, not needed, for rules that are not asked or
/// for subjects that do not exist.
pub(super) fn notes(waivers: &[Waiver], ran: &Ran<'_>) -> Vec<String> {
    let told = waivers.iter().flat_map(|waiver| {
        [
            not_loaded(waiver),
            not_asked(waiver, ran.rules),
            strangers(waiver, ran),
            standing(waiver, ran),
        ]
    });
    told.flatten().collect()
}

/// A waiver may serve several policies; what this one does not ask is said, so that a rule left
/// out by mistake shows.
fn not_loaded(waiver: &Waiver) -> Option<String> {
    let rules = &waiver.not_loaded;
    (!rules.is_empty()).then(|| {
        format!(
            "waiver {} names what no loaded rule is called: {}",
            waiver.id(),
            rules.join(", ")
        )
    })
}

fn not_asked(waiver: &Waiver, asked: &[Arc<RuleInfo>]) -> Option<String> {
    let is_asked = |id: &String| asked.iter().any(|rule| rule.id == *id);
    let names = waiver.rules().iter();
    let silent: Vec<_> = names
        .filter(|id| !is_asked(id) && !waiver.not_loaded.contains(id))
        .map(String::as_str)
        .collect();
    (!silent.is_empty()).then(|| {
        format!(
            "waiver {} names what this profile does not ask: {}",
            waiver.id(),
            silent.join(", ")
        )
    })
}

/// A slip in a name would otherwise look like a waiver that nobody needs any more.
fn strangers(waiver: &Waiver, ran: &Ran<'_>) -> Option<String> {
    const SHOWN: usize = 8;
    let names = waiver.subjects().iter();
    let names: Vec<_> = names
        .filter(|id| ran.strangers.contains(*id))
        .map(|id| format!("`{id}`"))
        .collect();
    let shown = names.get(..SHOWN).unwrap_or(&names).join(", ");
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let id = waiver.id();
    let unread = if ran.has_unread {
        "; a record that could not be read may be"
    } else {
        ""
    };
    (!names.is_empty()).then(|| format!("waiver {id}: no subject is called {shown}{more}{unread}"))
}

fn standing(waiver: &Waiver, ran: &Ran<'_>) -> Option<String> {
    let id = waiver.id();
    let today = ran.today;
    if let Some(why) = waiver.not_in_force(today) {
        return Some(format!("waiver {id} covers nothing: {why}"));
    }
    let is_asked = |id: &String| ran.rules.iter().any(|rule| rule.id == *id);
    if !waiver.rules().is_empty() && !waiver.rules().iter().any(is_asked) {
        return Some(format!(
            "waiver {id} is not needed: no rule that it names is asked"
        ));
    }
    let Some(used) = ran.used.get(id) else {
        let has_stranger = waiver
            .subjects()
            .iter()
            .any(|id| ran.strangers.contains(id));
        return (!has_stranger)
            .then(|| format!("waiver {id} is not needed: nothing it names fails"));
    };
    if let Some(void) = &used.void {
        return Some(format!("waiver {id} does not cover {void}"));
    }
    let covered = used.covered.values().max().copied().unwrap_or(0);
    if let Some(most) = waiver.expect_at_most().filter(|most| covered > *most) {
        return Some(format!(
            "waiver {id} is too broad: it covers {covered} subjects and expects at most {most}"
        ));
    }
    let soon = today.checked_add(30.days()).unwrap_or(Date::MAX);
    let until = waiver.until().filter(|until| *until <= soon)?;
    Some(format!("waiver {id} ends soon, on {until}"))
}
