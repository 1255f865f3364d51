//! `passmuster explain`: what one rule says of one declared thing, and why.

use super::check::{day, profile_name};
use super::data::Known;
use super::exit::{BadInput, ExitStatus, Problems};
use super::input::{self, Input};
use super::options::{Explain, ExplainFormat, Options};
use super::output::{Screen, Spool, progress};
use super::overlay;
use super::rules::{files, load_files};
use super::waivers;
use crate::catalogue::Catalogue;
use crate::engine::{Evaluation, Explainer, Material, Seeker, Sought, count, is_about_data};
use crate::import::{BadRecord, Row};
use crate::model::{Declaration, Explained, Explanation, Source, SubjectKind, nearest};
use crate::policy::{Library, Profile, Rule, Waiver, Written, controls, written};
use crate::report;
use anyhow::{Context, Result, anyhow, bail};
use std::sync::Arc;

pub(super) fn run(explain: &Explain, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let asked = &explain.asked;
    let catalogue = overlay::catalogue(Known::open(options).catalogue, &asked.overlays)?;
    let sources = files(&asked.rules)?;
    let library = match asked.rules.folder {
        Some(_) => load_files(&sources, catalogue)?,
        None => Library::load_without_cases(&sources, catalogue)
            .map_err(|problems| anyhow!(Problems(problems)))?,
    };
    let mut input = input::open(asked)?;
    let profile = library.profile(&profile_name(asked, &input, &library)?)?;
    let rule = rule(&explain.rule, profile, &library)?;
    let (waivers, _) = waivers::load(asked, &input, &library)?;
    let is_it = |id: &str| id == rule.info.id;
    let written = written(&sources, catalogue, &profile.id, is_it)
        .pop()
        .context("take the rule apart: its files changed while they were read")?;
    let mut waiver_files = input.declaration.waivers.clone();
    waiver_files.extend(waivers::brought(asked)?);

    let rules = rules_asked(rule, profile);
    let declaration = input.declaration.clone();
    let material = Material {
        rules: &rules,
        waivers: &waivers,
        catalogue,
        declaration: &declaration,
        today: day(asked),
    };
    let question = Question {
        rule,
        material,
        catalogue,
        written: &written,
        waiver_files: &waiver_files,
        wanted: &explain.subject,
        quiet: options.quiet,
    };
    let (explanations, records) = question.answer(&mut input)?;
    let explained = Explained {
        rule: Arc::clone(&rule.info),
        declared: declaration.name.clone(),
        profile: profile.id.clone(),
        as_of: material.today,
        catalogue_date: catalogue.data_date(),
        parameters: written.settings.clone(),
        explanations,
        records,
    };
    write(explain, &explained, screen)
}

fn write(explain: &Explain, explained: &Explained, screen: &Screen) -> Result<ExitStatus> {
    let spool = Spool::open(explain.output.as_deref())?;
    let mut out = spool.writer()?;
    let look = report::Options {
        width: screen.width,
        colour: explain.output.is_none() && screen.colour,
        ..report::Options::default()
    };
    match explain.format {
        ExplainFormat::Json => report::explain_json(explained, &mut out),
        ExplainFormat::Terminal => report::explain_terminal(explained, &mut out, &look),
    }
    .and_then(|()| out.flush())
    .context("write the answer")?;
    drop(out);
    spool.finish(explain.output.as_deref())?;
    Ok(ExitStatus::Done)
}

/// The rule of the profile, or what to do about there being none.
fn rule<'p>(wanted: &str, profile: &'p Profile, library: &'p Library) -> Result<&'p Arc<Rule>> {
    let is_it = |rule: &&Arc<Rule>| rule.info.id.eq_ignore_ascii_case(wanted);
    if let Some(rule) = profile.rules.iter().find(is_it) {
        return Ok(rule);
    }
    if let Some(rule) = library.rules.iter().find(is_it) {
        let asks = |one: &&Profile| one.rules.iter().any(|one| one.info.id == rule.info.id);
        let profiles: Vec<_> = library.profiles.iter().filter(asks).collect();
        let names: Vec<_> = profiles.iter().map(|one| one.id.as_str()).collect();
        let hint = match names.as_slice() {
            [] => "no profile asks it".to_owned(),
            [first, ..] => format!("asked by {}; add --profile {first}", names.join(", ")),
        };
        bail!(BadInput(format!(
            "the profile {} does not ask {}: {hint}",
            profile.id, rule.info.id
        )));
    }
    if is_about_data(wanted) {
        bail!(BadInput(format!(
            "{} is about the records as such and has no conditions to take apart: its finding says \
             all there is",
            wanted.to_uppercase()
        )));
    }
    let ids = library.rules.iter().map(|rule| rule.info.id.as_str());
    let hint = match nearest(&wanted.to_uppercase(), ids) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`passmuster rules list` lists them".to_owned(),
    };
    bail!(BadInput(format!("there is no rule `{wanted}`; {hint}")));
}

/// The rule, with those whose failures it counts.
fn rules_asked(rule: &Arc<Rule>, profile: &Profile) -> Vec<Arc<Rule>> {
    let questions = rule.over_estate();
    let is_counted = |id: &str| {
        let mut counted = questions.iter().filter_map(|question| question.counts());
        counted.any(|(rule, _)| rule == id)
    };
    let is_asked = |one: &&Arc<Rule>| one.info.id == rule.info.id || is_counted(&one.info.id);
    profile.rules.iter().filter(is_asked).cloned().collect()
}

/// What is asked: one rule about one subject.
struct Question<'a> {
    rule: &'a Rule,
    material: Material<'a>,
    catalogue: &'static Catalogue,
    written: &'a Written,
    waiver_files: &'a [Arc<Source>],
    wanted: &'a str,
    quiet: bool,
}

impl Question<'_> {
    /// The explanations, and how many records have the identifier.
    fn answer(&self, input: &mut Input) -> Result<(Vec<Explanation>, u64)> {
        if let Some(silence) = self.explainer(self.material)?.silence() {
            return Ok((vec![silence], 1));
        }
        let kind = self.rule.info.subject;
        let (subjects, records) = match self.seek(kind, input)? {
            Sought::Found(subjects, records) => (subjects, records),
            missed => {
                let elsewhere = self.elsewhere(input)?;
                bail!(BadInput(self.not_found(missed, elsewhere)));
            }
        };
        let counted = self.counted(input)?;
        let explainer = self.explainer(Material {
            declaration: counted.as_ref().unwrap_or(self.material.declaration),
            ..self.material
        })?;
        let explanations = subjects.into_iter().map(|one| explainer.explain(one));
        Ok((explanations.collect(), records))
    }

    fn explainer<'m>(&'m self, material: Material<'m>) -> Result<Explainer<'m>> {
        let take_apart = |waiver: &Waiver, kind: SubjectKind| {
            controls(self.waiver_files, self.catalogue, waiver, kind)
        };
        Explainer::new(material, &self.rule.info.id, self.written, take_apart)
            .context("find the rule among those asked")
    }

    /// Looks through all subjects of a kind; inventories are read to their end for it.
    fn seek(&self, kind: SubjectKind, input: &mut Input) -> Result<Sought> {
        let mut seeker = Seeker::new(self.wanted);
        self.see_declared(kind, &mut seeker);
        if kind == SubjectKind::Asset {
            self.see_assets(input, &mut seeker)?;
        }
        Ok(seeker.end())
    }

    fn see_declared(&self, kind: SubjectKind, seeker: &mut Seeker) {
        let Material {
            declaration,
            waivers,
            ..
        } = self.material;
        match kind {
            SubjectKind::Organisation => seeker.see(&declaration.organisation),
            SubjectKind::Waiver => {
                for waiver in waivers {
                    seeker.see(&waiver.subject);
                }
            }
            _ => {
                let list = declaration.list(kind).unwrap_or_default();
                for one in list {
                    seeker.see(one);
                }
            }
        }
    }

    fn see_assets(&self, input: &mut Input, seeker: &mut Seeker) -> Result<()> {
        for asset in &input.assets {
            seeker.see(asset);
        }
        let bar = progress(input.bytes, self.quiet);
        let mut bytes = 0;
        for inventory in &mut input.inventories {
            while let Some(batch) = inventory.next_batch()? {
                batch.read(&mut |row| match row {
                    Row::Asset(subject) => seeker.see(&subject),
                    Row::Unnamed(subject) => {
                        seeker.see_unread(BadRecord::unnamed(subject.place));
                    }
                    Row::Bad(record) => seeker.see_unread(record),
                });
                bytes += batch.bytes() as u64;
                if let Some(bar) = &bar {
                    bar.set_position(bytes);
                }
            }
        }
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        Ok(())
    }

    /// The kind of another thing that goes by exactly this identifier or name, and its identifier.
    fn elsewhere(&self, input: &mut Input) -> Result<Option<(SubjectKind, String)>> {
        let own = self.rule.info.subject;
        let others = SubjectKind::ALL.into_iter().filter(|kind| *kind != own);
        // Assets last: it may take long to read them all.
        let (assets, declared): (Vec<_>, Vec<_>) =
            others.partition(|kind| *kind == SubjectKind::Asset);
        for kind in declared.into_iter().chain(assets) {
            let mut seeker = Seeker::new(self.wanted);
            self.see_declared(kind, &mut seeker);
            if kind == SubjectKind::Asset {
                self.see_assets(input, &mut seeker)?;
            }
            if !seeker.has_found() {
                continue;
            }
            if let Sought::Found(subjects, _) = seeker.end() {
                return Ok(subjects.into_iter().next().map(|one| (kind, one.id)));
            }
        }
        Ok(None)
    }

    /// The declaration with what the rule asks of the whole estate counted, where it does.
    fn counted(&self, input: &mut Input) -> Result<Option<Declaration>> {
        if self.rule.over_estate().is_empty() {
            return Ok(None);
        }
        let bar = progress(input.bytes, self.quiet);
        let evaluation = Evaluation {
            material: self.material,
            assets: std::mem::take(&mut input.assets),
            inventories: std::mem::take(&mut input.inventories),
            tell_all_for_first: 0,
        };
        let counted = count(evaluation, &mut |_, bytes| {
            if let Some(bar) = &bar {
                bar.set_position(bytes);
            }
        })?;
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        Ok(Some(counted))
    }

    fn not_found(&self, missed: Sought, elsewhere: Option<(SubjectKind, String)>) -> String {
        let (rule, wanted) = (&self.rule.info, self.wanted);
        let plural = rule.subject.schema().plural;
        if let (Sought::Unknown(..), Some((kind, id))) = (&missed, elsewhere) {
            let what = kind.name();
            let article = if what.starts_with(['a', 'e', 'i', 'o']) {
                "an"
            } else {
                "a"
            };
            let about = match rule.subject {
                SubjectKind::Organisation => "the organisation".to_owned(),
                _ => plural.to_owned(),
            };
            return match kind {
                SubjectKind::Organisation => format!(
                    "{} is about {about}, and `{id}` is the organisation",
                    rule.id
                ),
                _ => format!(
                    "{} is about {about}, and `{id}` is {article} {what}",
                    rule.id
                ),
            };
        }
        match missed {
            Sought::Several(ids, count) => format!(
                "`{wanted}` may be {count} {plural}: {}{}",
                ids.join(", "),
                if count > ids.len() as u64 {
                    ", …"
                } else {
                    ""
                }
            ),
            Sought::Unread(record) => {
                format!(
                    "the record of `{wanted}` at {} cannot be read: it {}",
                    record.place, record.message
                )
            }
            Sought::Found(..) | Sought::Unknown(..)
                if rule.subject == SubjectKind::Organisation =>
            {
                format!(
                    "{} is about the organisation: name `{}`, or `organisation`",
                    rule.id, self.material.declaration.organisation.id
                )
            }
            Sought::Unknown(near, _, 0) if near.is_empty() => {
                format!("there is no `{wanted}`: it is declared that there are no {plural}")
            }
            Sought::Found(..) => format!("there is no `{wanted}`"),
            Sought::Unknown(near, count, unreadable) => {
                let near = match near.as_slice() {
                    [] => String::new(),
                    _ => format!("; the nearest are {}", near.join(", ")),
                };
                let unreadable = match unreadable {
                    0 => String::new(),
                    1 => "; it may be a record that could not be read".to_owned(),
                    many => format!("; it may be one of {many} records that could not be read"),
                };
                format!("none of {count} {plural} is `{wanted}`{near}{unreadable}")
            }
        }
    }
}
