//! Runs a whole declaration: its parts, then its assets as they stream in. Batches are judged in
//! parallel and told in order, so that neither threads nor batches can be seen in the result.

use super::data_quality::{About, DATA_RULES, DataRule, outcome, remarks, unreadable};
use super::forecast::{Ahead, Lookout};
use super::judge::{Judge, Material};
use crate::import::{BadRecord, Batch, ImportError, Inventory, Row};
use crate::model::{Finding, Outcome, RuleInfo, Subject, Summary, Weight};
use crate::policy::Waiver;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::Arc;
use thiserror::Error;

/// Everything a run judges.
#[derive(Debug)]
pub struct Evaluation<'a> {
    pub material: Material<'a>,
    /// Assets written in the declaration itself.
    pub assets: Vec<Subject>,
    /// Inventories to stream.
    pub inventories: Vec<Inventory>,
    /// All outcomes, passes too, are told for the first so many subjects.
    pub tell_all_for_first: u64,
}

/// How far a run has come: assets and bytes so far.
pub type Progress<'p> = &'p mut dyn FnMut(u64, u64);

#[derive(Debug, Error)]
pub enum EngineError {
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error("write the report: {0}")]
    Report(#[from] io::Error),
}

impl Evaluation<'_> {
    /// The rules in the order of `rule_index`: the policy's, then those about the data.
    pub fn rules(&self) -> Vec<Arc<RuleInfo>> {
        let own = self
            .material
            .rules
            .iter()
            .map(|rule| Arc::clone(&rule.info));
        own.chain(DATA_RULES.map(DataRule::info)).collect()
    }
}

/// Judges everything. Findings go to `tell` in the order of the declaration. The inventories come
/// back, for what they ignored.
pub fn evaluate(
    evaluation: Evaluation<'_>,
    tell: &mut dyn FnMut(&Finding) -> io::Result<()>,
    progress: Progress<'_>,
) -> Result<(Summary, Vec<Inventory>), EngineError> {
    let judge = Judge::new(evaluation.material);
    run(judge, evaluation, tell, progress)
}

/// Judges everything as [`evaluate`] does, and looks ahead: the summary tells what turns later.
pub fn look_ahead(
    evaluation: Evaluation<'_>,
    ahead: Ahead,
    tell: &mut dyn FnMut(&Finding) -> io::Result<()>,
    progress: Progress<'_>,
) -> Result<(Summary, Vec<Inventory>), EngineError> {
    let judge = Judge::new(evaluation.material).looking_ahead(ahead);
    run(judge, evaluation, tell, progress)
}

fn run(
    judge: Judge<'_>,
    evaluation: Evaluation<'_>,
    tell: &mut dyn FnMut(&Finding) -> io::Result<()>,
    progress: Progress<'_>,
) -> Result<(Summary, Vec<Inventory>), EngineError> {
    let rules = evaluation.rules();
    let policy_rules = evaluation.material.rules.len();
    let bench = Bench {
        judge,
        data_rules: rules[evaluation.material.rules.len()..].to_vec(),
        tell_all_for_first: evaluation.tell_all_for_first,
    };
    let mut run = Run {
        bench,
        summary: Summary::of_policy(policy_rules),
        ids: HashSet::with_capacity(USUAL_ASSETS),
        strangers: named_by_waivers(&evaluation.material),
        bytes: 0,
        tell,
        progress,
    };
    run.declaration()?;
    for chunk in evaluation.assets.chunks(CHUNK) {
        run.told(&[Part {
            rows: Source::Inline(chunk),
            first: run.summary.subjects,
        }])?;
    }
    let mut inventories = evaluation.inventories;
    for inventory in &mut inventories {
        run.inventory(inventory)?;
    }
    run.estate()?;
    run.summary.strangers = run.strangers();
    run.summary.sight = run.bench.judge.lookout().map(Lookout::sight);
    Ok((run.summary, inventories))
}

const CHUNK: usize = 4096;

/// Identifiers there is room for from the start: three times the largest trust. Memory does not
/// grow before that.
const USUAL_ASSETS: usize = 100_000;

/// What judging reads; shared by all threads.
struct Bench<'a> {
    judge: Judge<'a>,
    data_rules: Vec<Arc<RuleInfo>>,
    tell_all_for_first: u64,
}

/// What a run changes, on one thread.
struct Run<'a, 'w> {
    bench: Bench<'a>,
    summary: Summary,
    /// Hashes of the identifiers seen. Eight bytes each: the one thing that grows with an estate.
    ids: HashSet<u64>,
    /// Subjects that waivers name, less those found outside the stream or unreadable in it.
    strangers: BTreeSet<String>,
    bytes: u64,
    tell: &'w mut dyn FnMut(&Finding) -> io::Result<()>,
    progress: Progress<'w>,
}

/// A piece of the stream, judged on its own.
struct Part<'p> {
    rows: Source<'p>,
    /// A lower bound of the number of subjects before it.
    first: u64,
}

enum Source<'p> {
    Batch(Batch),
    Inline(&'p [Subject]),
}

/// What judging a part gave.
#[derive(Default)]
struct Judged {
    findings: Vec<Finding>,
    summary: Summary,
    /// Identifier hash, with what is needed to tell of a duplicate and the findings before it.
    ids: Vec<(u64, String, crate::model::Place)>,
}

impl Run<'_, '_> {
    /// The organisation and the lists of the declaration; then what was not declared at all.
    fn declaration(&mut self) -> Result<(), EngineError> {
        let declaration = self.bench.judge.material().declaration;
        let waivers = self.bench.judge.material().waivers;
        let lists = declaration.lists.values().flatten().cloned();
        let waivers = waivers.iter().map(|waiver| waiver.subject.clone());
        let subjects: Vec<_> = std::iter::once(declaration.organisation.clone())
            .chain(lists)
            .chain(waivers)
            .collect();
        for subject in &subjects {
            self.strangers.remove(&subject.id);
        }
        let mut findings = Vec::new();
        for subject in subjects {
            let tell_all = self.summary.subjects < self.bench.tell_all_for_first;
            self.bench
                .judge
                .subject(subject, tell_all, &mut self.summary, &mut |finding| {
                    findings.push(finding);
                });
        }
        self.bench
            .judge
            .silence(&mut self.summary, &mut |finding| findings.push(finding));
        for finding in &findings {
            self.strangers.remove(&finding.subject);
            (self.tell)(finding)?;
        }
        Ok(())
    }

    /// The subjects that waivers name and nobody declared.
    fn strangers(&mut self) -> BTreeSet<String> {
        let mut strangers = std::mem::take(&mut self.strangers);
        strangers.retain(|id| !self.ids.contains(&hash(id)));
        strangers
    }

    /// What can be asked only of the whole estate.
    fn estate(&mut self) -> Result<(), EngineError> {
        let tell_all = self.summary.subjects < self.bench.tell_all_for_first;
        let mut findings = Vec::new();
        self.bench
            .judge
            .estate(tell_all, &mut self.summary, &mut |finding| {
                findings.push(finding);
            });
        for finding in &findings {
            (self.tell)(finding)?;
        }
        Ok(())
    }

    /// Streams one inventory: a few batches at a time, so that memory does not grow with it.
    fn inventory(&mut self, inventory: &mut Inventory) -> Result<(), EngineError> {
        let at_once = 2 * rayon::current_num_threads();
        loop {
            let mut parts = Vec::with_capacity(at_once);
            while parts.len() < at_once {
                let Some(batch) = inventory.next_batch()? else {
                    break;
                };
                self.bytes += batch.bytes() as u64;
                // While passes are still told, parts go one by one: the count has to be exact.
                let exact = self.summary.subjects < self.bench.tell_all_for_first;
                parts.push(Part {
                    rows: Source::Batch(batch),
                    first: self.summary.subjects,
                });
                if exact {
                    break;
                }
            }
            if parts.is_empty() {
                return Ok(());
            }
            self.told(&parts)?;
            (self.progress)(self.summary.assets, self.bytes);
        }
    }

    /// Judges parts in parallel and tells of them in order.
    fn told(&mut self, parts: &[Part<'_>]) -> Result<(), EngineError> {
        let bench = &self.bench;
        let judged: Vec<Judged> = parts
            .par_iter()
            .map(|part| bench.judge_part(part))
            .collect();
        for part in judged {
            for finding in &part.findings {
                self.strangers.remove(&finding.subject);
                (self.tell)(finding)?;
            }
            self.summary.merge(&part.summary);
            self.summary.settle();
            self.duplicates(part.ids)?;
        }
        Ok(())
    }

    /// Tells of every identifier that was seen before.
    fn duplicates(
        &mut self,
        ids: Vec<(u64, String, crate::model::Place)>,
    ) -> Result<(), EngineError> {
        let mut judged = Judged::default();
        for (hash, id, place) in ids {
            if self.ids.insert(hash) {
                self.bench
                    .count(DataRule::Unique, Outcome::Pass, &mut judged);
                continue;
            }
            let reason = format!("the identifier `{id}` was used before");
            let about = About {
                id,
                place,
                field: Some("id"),
            };
            self.bench
                .data(DataRule::Unique, about, Outcome::Fail, reason, &mut judged);
        }
        for finding in &judged.findings {
            (self.tell)(finding)?;
        }
        self.summary.merge(&judged.summary);
        Ok(())
    }
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// A pattern is no name; what is said of it is that it covers nothing.
fn named_by_waivers(material: &Material<'_>) -> BTreeSet<String> {
    let names = material.waivers.iter().flat_map(Waiver::subjects);
    names.filter(|name| !name.contains('*')).cloned().collect()
}

impl Bench<'_> {
    fn judge_part(&self, part: &Part<'_>) -> Judged {
        let mut judged = Judged::default();
        match &part.rows {
            Source::Inline(subjects) => {
                for subject in *subjects {
                    self.asset(subject.clone(), part.first, &mut judged);
                }
            }
            Source::Batch(batch) => batch.read(&mut |row| match row {
                Row::Asset(subject) => self.asset(subject, part.first, &mut judged),
                Row::Unnamed(subject) => self.bad(BadRecord::unnamed(subject.place), &mut judged),
                Row::Bad(record) => self.bad(record, &mut judged),
            }),
        }
        judged
    }

    fn asset(&self, subject: Subject, first: u64, judged: &mut Judged) {
        judged
            .ids
            .push((hash(&subject.id), subject.id.clone(), subject.place.clone()));
        self.count(DataRule::Readable, Outcome::Pass, judged);
        judged.summary.data.see(&subject);
        let wrong = unreadable(&subject);
        if wrong.is_empty() {
            self.count(DataRule::Values, Outcome::Pass, judged);
        }
        for (field, reason) in wrong {
            let place = subject
                .schema
                .find(field)
                .map_or_else(|| subject.place.clone(), |f| subject.place_of(f));
            let about = About {
                id: subject.id.clone(),
                place,
                field: Some(field),
            };
            self.data(DataRule::Values, about, Outcome::Unknown, reason, judged);
        }
        self.agreement(&subject, judged);
        let tell_all = first + judged.summary.subjects < self.tell_all_for_first;
        self.judge
            .subject(subject, tell_all, &mut judged.summary, &mut |finding| {
                judged.findings.push(finding);
            });
    }

    /// Whether the sources of an asset agree; of a single one nobody asks.
    fn agreement(&self, subject: &Subject, judged: &mut Judged) {
        let remarks = remarks(subject);
        if remarks.is_empty() && subject.origins.is_some() {
            self.count(DataRule::Agreed, Outcome::Pass, judged);
        }
        for remark in remarks {
            let about = About {
                id: subject.id.clone(),
                place: remark.place.clone(),
                field: remark.field.map(|field| subject.schema.field(field).name),
            };
            let outcome = outcome(remark);
            let text = remark.text.clone();
            self.data(DataRule::Agreed, about, outcome, text, judged);
        }
    }

    fn bad(&self, record: BadRecord, judged: &mut Judged) {
        self.judge.tally_unread(&mut judged.summary);
        judged.summary.data.see_unread();
        let id = record
            .id
            .unwrap_or_else(|| format!("line {}", record.place.line));
        let about = About {
            id,
            place: record.place,
            field: None,
        };
        self.data(
            DataRule::Readable,
            about,
            Outcome::Unknown,
            record.message,
            judged,
        );
    }

    fn data(
        &self,
        rule: DataRule,
        about: About<'_>,
        outcome: Outcome,
        reason: String,
        judged: &mut Judged,
    ) {
        let finding = rule.finding(
            self.info(rule),
            self.judge.material().rules.len(),
            about,
            outcome,
            reason,
        );
        judged.summary.add(&finding);
        judged.findings.push(finding);
    }

    fn count(&self, rule: DataRule, outcome: Outcome, judged: &mut Judged) {
        let info = self.info(rule);
        let weight = Weight {
            outcome,
            gate: info.gate,
            severity: info.severity,
            until: None,
            due: None,
        };
        judged.summary.count(self.index(rule), weight);
    }

    fn info(&self, rule: DataRule) -> &Arc<RuleInfo> {
        &self.data_rules[self.index(rule) - self.judge.material().rules.len()]
    }

    fn index(&self, rule: DataRule) -> usize {
        let position = DATA_RULES
            .iter()
            .position(|one| *one == rule)
            .unwrap_or_default();
        self.judge.material().rules.len() + position
    }
}
