//! Policy: rules, packs and profiles, from YAML to things that can only be right.
//!
//! Every problem of every file is found in one run. What has loaded needs no further checking.

mod anatomy;
mod asks;
mod case;
mod controls;
mod embedded;
mod evidence;
pub mod keys;
mod mutate;
mod pack;
mod parameter;
mod profile;
mod raise;
mod threshold;
#[cfg(test)]
mod tightening;
mod waiver;
mod written;

pub use anatomy::{Anatomy, Leaf, Mutant, Part, anatomies, mutants};
pub use case::{Case, list_name};
pub use controls::{
    Control, Framework, Mark, control_names, frameworks, is_within, nearest_control,
};
pub use embedded::embedded;
pub use evidence::Evidence;
pub use waiver::{Standing, Waiver, load_waivers};
pub use written::{Written, controls, written};

use crate::catalogue::Catalogue;
use crate::check::{OverEstate, Tree};
use crate::model::{Gate, Outcome, Problem, RuleInfo, Severity, Source, nearest};
use crate::predicate::Length;
use crate::yaml::{self, Limits, Node, Reader};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use thiserror::Error;

/// One rule, ready to judge.
#[derive(Debug)]
pub struct Rule {
    pub info: Arc<RuleInfo>,
    /// Which subjects the rule is about; all of its kind where there is none.
    pub applies: Option<Tree>,
    /// How fresh the evidence has to be to count.
    pub evidence: Option<Evidence>,
    /// The one that weighs most decides, of equals the first.
    pub grades: Vec<Grade>,
    /// How long a condition may stay open.
    pub due: Length,
    /// What a list that is declared to be empty comes to, where the rule asks for at least one.
    pub when_empty: Option<Outcome>,
    /// The names and values its conditions are written with: checks, fields, arguments. Not read
    /// where a run only judges.
    pub asks: BTreeSet<String>,
    pub cases: Vec<Case>,
}

impl Rule {
    /// What has to be counted over all assets before the rule can be asked.
    pub fn over_estate(&self) -> Vec<&dyn OverEstate> {
        let applies = self.applies.iter();
        let checks = self.grades.iter().map(|grade| &grade.check);
        applies.chain(checks).flat_map(Tree::over_estate).collect()
    }
}

/// A condition with what its failure weighs.
#[derive(Debug)]
pub struct Grade {
    pub severity: Severity,
    pub gate: Gate,
    pub check: Tree,
}

/// A selection of rules for one purpose, with its parameters set.
#[derive(Debug)]
pub struct Profile {
    pub id: String,
    pub title: String,
    pub about: String,
    /// First and last day on which anybody can be admitted under it, where it says so.
    pub opens: Option<Date>,
    pub closes: Option<Date>,
    pub rules: Vec<Arc<Rule>>,
}

/// Everything that was loaded.
#[derive(Debug)]
pub struct Library {
    /// Every rule of every pack, with the packs' own parameters.
    pub rules: Vec<Arc<Rule>>,
    pub profiles: Vec<Profile>,
    /// The knowledge that the rules were compiled with.
    pub catalogue: &'static Catalogue,
    /// SHA-256 over the names, without folders, and the texts of all files, in hexadecimal.
    pub sha256: String,
}

#[derive(Debug, Error)]
#[error("there is no profile `{wanted}`; {hint}")]
pub struct UnknownProfile {
    wanted: String,
    hint: String,
}

impl Library {
    /// Reads policy files. The order of files is the order of packs, and of findings.
    pub fn load(
        sources: &[Arc<Source>],
        catalogue: &'static Catalogue,
    ) -> Result<Self, Vec<Problem>> {
        Self::read(sources, catalogue, true)
    }

    /// Reads policy files whose cases were run when the program was made: they are most of the
    /// text, and a run that only judges has no use for them.
    pub fn load_without_cases(
        sources: &[Arc<Source>],
        catalogue: &'static Catalogue,
    ) -> Result<Self, Vec<Problem>> {
        Self::read(sources, catalogue, false)
    }

    fn read(
        sources: &[Arc<Source>],
        catalogue: &'static Catalogue,
        reads_cases: bool,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut files = Vec::new();
        for source in sources {
            match yaml::parse(source, &Limits::default()) {
                Ok(documents) => files.push((source, Reader::new(source), documents)),
                Err(found) => problems.extend(found),
            }
        }
        let mut loading = Loading::default();
        for (_, reader, documents) in &files {
            for document in documents {
                loading.sort(document, reader, catalogue);
            }
        }
        for pack in &mut loading.packs {
            pack.reads_cases = reads_cases;
        }
        let loaded = loading.finish();
        for (_, reader, _) in files {
            problems.extend(reader.into_problems());
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let (rules, profiles) = loaded;
        Ok(Self {
            rules,
            profiles,
            catalogue,
            sha256: hash(sources),
        })
    }

    pub fn profile(&self, wanted: &str) -> Result<&Profile, UnknownProfile> {
        self.profiles
            .iter()
            .find(|profile| profile.id == wanted)
            .ok_or_else(|| {
                let names: Vec<_> = self
                    .profiles
                    .iter()
                    .map(|profile| profile.id.as_str())
                    .collect();
                let hint = match nearest(wanted, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", names.join(", ")),
                };
                UnknownProfile {
                    wanted: wanted.to_owned(),
                    hint,
                }
            })
    }

    pub fn rule(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules.iter().find(|rule| rule.info.id == id)
    }
}

/// The documents of all files, sorted by what they are.
#[derive(Debug, Default)]
struct Loading<'d> {
    packs: Vec<pack::RawPack<'d>>,
    profiles: Vec<profile::RawProfile<'d>>,
}

impl<'d> Loading<'d> {
    fn sort(
        &mut self,
        document: &'d Node<'d>,
        reader: &'d Reader<'d>,
        catalogue: &'static Catalogue,
    ) {
        if document.get("pack").is_some() {
            self.packs
                .extend(pack::RawPack::read(document, reader, catalogue));
        } else if document.get("profile").is_some() {
            self.profiles
                .extend(profile::RawProfile::read(document, reader));
        } else {
            let message = "a policy file starts with `pack: name` or `profile: name`";
            let end = document.span.start + 1;
            reader.push(reader.problem(document.span.start..end.min(document.span.end), message));
        }
    }

    /// Compiles every pack, and every profile that sets parameters of its own. Problems go to the
    /// readers of the files.
    fn finish(self) -> (Vec<Arc<Rule>>, Vec<Profile>) {
        let parameters = parameter::collect(&self.packs);
        let mut rules: BTreeMap<&str, Vec<Arc<Rule>>> = BTreeMap::new();
        pack::refuse_duplicates(&self.packs);
        for pack in &self.packs {
            let compiled = pack.compile(&parameters.defaults(), pack.reader, |_| true);
            rules.insert(pack.id, compiled.into_iter().map(Arc::new).collect());
        }
        for pack in &self.packs {
            pack.refuse_counting_nothing(&self.packs, &rules);
        }
        let profiles = profile::compile(&self.profiles, &self.packs, &rules, &parameters);
        let in_order = self
            .packs
            .iter()
            .filter_map(|pack| rules.get(pack.id))
            .flatten()
            .cloned()
            .collect();
        (in_order, profiles)
    }
}

/// Says which policy it was, wherever its files lie: by their names without folders, in the order
/// of those.
fn hash(sources: &[Arc<Source>]) -> String {
    let mut files: Vec<_> = sources
        .iter()
        .map(|source| (source.name.rsplit(['/', '\\']).next().unwrap_or(""), source))
        .collect();
    files.sort_by_key(|(name, _)| *name);
    let mut hasher = Sha256::new();
    for (name, source) in files {
        // Lengths keep two files from being read as one.
        hasher.update((name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        hasher.update((source.text.len() as u64).to_le_bytes());
        hasher.update(source.text.as_bytes());
    }
    crate::model::hexadecimal(&hasher.finalize())
}
