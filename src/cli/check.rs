//! `passmuster check`: from a declaration to a decision.

use super::data::Known;
use super::exit::{BadInput, ExitStatus};
use super::input::{self, Input};
use super::live;
use super::options::{Asked, Check, FailOn, Options};
use super::output::{Screen, progress};
use super::overlay;
use super::reports::Spools;
use super::rules::load_to_judge;
use super::waivers::{self, Used};
use crate::catalogue::Catalogue;
use crate::engine::{Ahead, Aim, Evaluation, Material, READABLE, look_ahead};
use crate::import::Inventory;
use crate::model::fields::{organisation, submission};
use crate::model::{Finding, Outcome, Run, Summary, london};
use crate::policy::{Library, Profile};
use crate::report::Renderer;
use anyhow::{Result, anyhow};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use std::cell::RefCell;
use std::collections::BTreeMap;
use tracing::info;

/// Subjects whose passes are reported too, for the table of small estates.
const SHOWN_WHOLE: u64 = 64;

/// The profile that asks what a bill of materials can answer.
const BILL_PROFILE: &str = "bill-of-materials";

/// Outcomes judged again for the next change of the decision: some tens of milliseconds.
const MOST_STEPS: u64 = 100_000;

/// Age of the catalogue from which a report says what it does not know: a month of updates, and
/// the time to install them.
const STALE_DAYS: i32 = 45;

pub(super) fn run(check: &Check, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let wanted = check.reports.wanted()?;
    let asked = &check.asked;
    let known = Known::open(options);
    let catalogue = overlay::catalogue(known.catalogue, &asked.overlays)?;
    let library = load_to_judge(&asked.rules, catalogue)?;
    let mut input = input::open(asked)?;
    let profile = library.profile(&profile_name(asked, &input, &library)?)?;
    let (waivers, left_out) = waivers::load(asked, &input, &library)?;
    let today = day(asked);
    let sight = live::look(
        &check.live,
        &mut input,
        (profile, &library),
        today,
        options.quiet,
    )?;

    info!(
        profile = profile.id,
        rules = sight.rules.len(),
        waivers = waivers.len(),
        assets = input.assets.len(),
        inventories = input.inventories.len(),
        %today,
        "judging"
    );
    let hears_all = check.all || wanted.iter().any(|one| one.format.hears_all);
    let spools = Spools::open(wanted)?;
    let look = crate::report::Options {
        all: check.all,
        fails_from: check.fail_on.line(),
        ..crate::report::Options::default()
    };
    let mut renderer = spools.renderer(&look, screen)?;
    let bar = progress(input.bytes, options.quiet);
    let evaluation = Evaluation {
        material: Material {
            rules: &sight.rules,
            waivers: &waivers,
            catalogue,
            declaration: &input.declaration,
            today,
        },
        assets: input.assets,
        inventories: input.inventories,
        tell_all_for_first: if hears_all { u64::MAX } else { SHOWN_WHOLE },
    };
    let mut notes = input.notes;
    notes.extend(left_out);
    notes.extend(scope_note(input.is_bare, asked, profile, &library));
    notes.extend(age_note(catalogue, today));
    notes.extend(known.notes());
    notes.extend(overlay::notes(catalogue));
    notes.extend(window_note(profile, today));
    notes.extend(sight.note);
    let mut run = describe(&evaluation, profile, &library, notes);
    run.observed = sight.observed;
    renderer.begin(&run)?;
    let used: RefCell<BTreeMap<String, Used>> = RefCell::default();
    let bad = RefCell::new(BadRecords::default());
    let mut tell = |finding: &Finding| {
        bad.borrow_mut().see(finding);
        if let Some(waiver) = &finding.waiver {
            let mut used = used.borrow_mut();
            used.entry(waiver.id.clone())
                .or_default()
                .see(finding, waiver);
        }
        renderer.finding(finding)
    };
    let mut progress = |assets: u64, bytes: u64| {
        if let Some(bar) = &bar {
            bar.set_position(bytes);
            bar.set_message(format!("{assets} assets"));
        }
    };
    let has_inventories = !evaluation.inventories.is_empty();
    let ahead = Ahead {
        until: today.checked_add(1.year()).unwrap_or(Date::MAX),
        aim: Aim::Decision {
            at_most: MOST_STEPS,
        },
    };
    let (summary, inventories) = look_ahead(evaluation, ahead, &mut tell, &mut progress)?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    if has_inventories && summary.assets == 0 {
        return Err(anyhow!(BadInput(no_assets(
            &inventories,
            &bad.into_inner()
        ))));
    }
    let run_of_waivers = waivers::Ran {
        used: &used.into_inner(),
        rules: &run.rules,
        strangers: &summary.strangers,
        has_unread: bad.borrow().count > 0,
        today,
    };
    run.notes.extend(waivers::notes(&waivers, &run_of_waivers));
    run.notes.extend(overlay::unmatched(catalogue));
    run.notes.extend(
        inventories
            .iter()
            .flat_map(Inventory::parts)
            .filter_map(ignored_note),
    );
    renderer.finish(&run, &summary)?;
    drop(renderer);
    spools.finish()?;
    decide(&summary, check.fail_on)
}

/// The day asked about, or today in London.
pub(super) fn day(asked: &Asked) -> Date {
    asked
        .as_of
        .unwrap_or_else(|| Timestamp::now().to_zoned(london()).date())
}

/// The profile asked for, or the one that fits what was declared.
pub(super) fn profile_name(asked: &Asked, input: &Input, library: &Library) -> Result<String> {
    if let Some(name) = &asked.profile {
        return Ok(name.clone());
    }
    if let [only] = library.profiles.as_slice() {
        return Ok(only.id.clone());
    }
    // Rules that were brought and then not asked would look like rules that passed.
    if !asked.rules.added.is_empty() {
        let names: Vec<_> = library.profiles.iter().map(|one| one.id.as_str()).collect();
        return Err(anyhow!(BadInput(format!(
            "--add-rules needs --profile, to say which profile asks them; there are {}",
            names.join(", ")
        ))));
    }
    if input.is_bill {
        return Ok(BILL_PROFILE.to_owned());
    }
    if input.is_bare {
        return Ok("wannacry-baseline".to_owned());
    }
    let kind = input.declaration.organisation.text(organisation::KIND);
    let Some(applied) = input.declaration.submission() else {
        let profile = if kind == Some("supplier") {
            "hssf-core"
        } else {
            "trust-estate"
        };
        return Ok(profile.to_owned());
    };
    if kind.is_some_and(|kind| kind != "supplier") {
        return Ok("trust-estate".to_owned());
    }
    let framework = applied
        .text(submission::FRAMEWORK)
        .unwrap_or("hssf")
        .to_lowercase();
    let lots = applied.texts(submission::LOTS).unwrap_or_default();
    let lot = match lots {
        [] => return Ok(format!("{framework}-core")),
        // `Lot 1`, `lot-1` and `1` are one lot.
        [lot] => lot.trim().to_lowercase().replace(' ', "-"),
        _ => {
            let message = format!(
                "the submission applies for {} lots ({}); check one at a time with --profile",
                lots.len(),
                lots.join(", ")
            );
            return Err(anyhow!(BadInput(message)));
        }
    };
    let wanted = if lot.starts_with("lot") {
        format!("{framework}-{lot}")
    } else {
        format!("{framework}-lot-{lot}")
    };
    if library.profile(&wanted).is_err() {
        let message = format!(
            "the submission applies for {framework} {lot}, for which there is no profile; name one with --profile"
        );
        return Err(anyhow!(BadInput(message)));
    }
    Ok(wanted)
}

pub(super) fn describe(
    evaluation: &Evaluation<'_>,
    profile: &Profile,
    library: &Library,
    notes: Vec<String>,
) -> Run {
    let declaration = evaluation.material.declaration;
    let subject = &declaration.organisation;
    let name = subject.text(organisation::NAME).map(str::to_owned);
    let organisation = match (name, subject.text(organisation::ODS_CODE)) {
        (Some(name), Some(code)) => format!("{name} ({code})"),
        (Some(name), None) => name,
        (None, _) => subject.id.clone(),
    };
    let applies_for = declaration.submission().and_then(|applied| {
        let framework = applied.text(submission::FRAMEWORK)?;
        let lots = applied.texts(submission::LOTS).unwrap_or_default();
        Some(
            format!("{framework} {}", lots.join(", "))
                .trim_end()
                .to_owned(),
        )
    });
    let catalogue = evaluation.material.catalogue;
    Run {
        declared: declaration.name.clone(),
        organisation,
        organisation_id: subject.id.clone(),
        applies_for,
        as_of: evaluation.material.today,
        profile: (profile.id.clone(), profile.title.clone()),
        policy_sha256: library.sha256.clone(),
        rules: evaluation.rules(),
        catalogue_date: catalogue.data_date(),
        catalogue_sha256: catalogue.sha256().to_owned(),
        observed: None,
        notes,
    }
}

/// A bare inventory is asked little unless somebody asks for more.
pub(super) fn scope_note(
    is_bare: bool,
    asked: &Asked,
    profile: &Profile,
    library: &Library,
) -> Option<String> {
    if !is_bare || asked.profile.is_some() || library.profiles.len() == 1 {
        return None;
    }
    let (few, all) = (profile.rules.len(), library.rules.len());
    let more = match asked.kind.as_deref() {
        Some("supplier") => "hssf-core",
        _ => "trust-estate",
    };
    let (given, more) = match profile.id.as_str() {
        BILL_PROFILE => ("bill of materials", "hssf-core"),
        _ => ("bare inventory", more),
    };
    Some(format!(
        "{} asks {few} of {all} rules, those a {given} can answer; --profile {more} asks more",
        profile.id
    ))
}

/// Facts age; from some age on, a reader has to know what that means.
fn age_note(catalogue: &Catalogue, today: Date) -> Option<String> {
    let dated = catalogue.data_date();
    let age = (today - dated).get_days();
    (age > STALE_DAYS).then(|| {
        format!(
            "the catalogue is {age} days old: updates and releases after {dated} are not known to it; \
             `passmuster catalogue update` brings newer facts"
        )
    })
}

/// An answer for a day on which nobody can be admitted is one about the rules alone.
fn window_note(profile: &Profile, today: Date) -> Option<String> {
    let id = &profile.id;
    if let Some(closes) = profile.closes.filter(|closes| today > *closes) {
        return Some(format!(
            "{id} closed on {closes}: nobody can be admitted under it on {today}, so this says what \
             its rules find and no more"
        ));
    }
    let opens = profile.opens.filter(|opens| today < *opens)?;
    Some(format!(
        "{id} opens on {opens}: nobody can be admitted under it on {today} yet"
    ))
}

fn ignored_note(inventory: &Inventory) -> Option<String> {
    let ignored = inventory.ignored();
    let shown: Vec<_> = ignored.iter().take(8).map(ToString::to_string).collect();
    let more = ignored.len().saturating_sub(shown.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (!ignored.is_empty())
        .then(|| format!("{}: not used: {}{more}", inventory.name(), shown.join(", ")))
}

/// The first records that could not be read, for when there are no others.
#[derive(Default)]
pub(super) struct BadRecords {
    first: Vec<String>,
    count: usize,
}

impl BadRecords {
    const SHOWN: usize = 3;

    pub(super) fn see(&mut self, finding: &Finding) {
        if finding.rule.id != READABLE || finding.outcome == Outcome::Pass {
            return;
        }
        self.count += 1;
        if self.first.len() < Self::SHOWN {
            self.first
                .push(format!("{} {}", finding.place, finding.reason));
        }
    }
}

pub(super) fn no_assets(inventories: &[Inventory], bad: &BadRecords) -> String {
    let names: Vec<_> = inventories.iter().map(Inventory::name).collect();
    let names = names.join(", ");
    let first = bad.first.join("; ");
    let more = match bad.count.saturating_sub(bad.first.len()) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("no asset could be read from {names}, so nothing was checked: {first}{more}")
}

/// The format never changes this.
fn decide(summary: &Summary, fail_on: FailOn) -> Result<ExitStatus> {
    let Some(decision) = summary.decision() else {
        return Err(anyhow!(BadInput("nothing was checked".to_owned())));
    };
    Ok(if decision >= fail_on.line() {
        ExitStatus::Refused
    } else {
        ExitStatus::Done
    })
}
