//! Where refreshed facts are kept, and the catalogue that a run judges by: the stored one, or the
//! one inside the program where nothing is stored or what is stored cannot be used.

use super::options::Options;
use super::output::tell;
use crate::catalogue::{Catalogue, Store, Stored};
use crate::report::escape;
use etcetera::BaseStrategy;
use std::ffi::OsString;
use std::path::PathBuf;

const VARIABLE: &str = "PASSMUSTER_DATA";
const NONE: &str = "none";

/// The catalogue, and where it is from. Facts are borrowed everywhere, so it lives as long as the
/// program; open it once.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) catalogue: &'static Catalogue,
    pub(super) stored: Option<&'static Stored>,
    /// What is wrong with stored facts that are not used; told on stderr already.
    pub(super) damage: Vec<String>,
}

impl Known {
    pub(super) fn open(options: &Options) -> Self {
        warn_of_no_folder(options);
        let best = place(options).map(|root| Store::at(root).best());
        let (stored, damage) = best.map_or((None, Vec::new()), |best| (best.stored, best.damage));
        let stored: Option<&'static Stored> = stored.map(|stored| &*Box::leak(Box::new(stored)));
        let damage: Vec<_> = damage
            .iter()
            .map(|error| escape(&error.to_string(), 1_000))
            .collect();
        let known = Self {
            catalogue: stored.map_or(Catalogue::embedded(), |stored| &stored.catalogue),
            stored,
            damage,
        };
        if !options.quiet {
            for damage in &known.damage {
                tell(&format!("warning: failed to {damage}"));
            }
        }
        known
    }

    /// What a report has to say about where its facts are from.
    pub(super) fn notes(&self) -> Vec<String> {
        let in_use = match self.stored {
            Some(stored) => format!("the stored facts of {}", stored.generation),
            None => "the facts inside the program".to_owned(),
        };
        if !self.damage.is_empty() {
            return vec![format!(
                "the stored catalogue is damaged, so {in_use} were used; `passmuster catalogue \
                 verify` says what is wrong, `passmuster catalogue update` mends it"
            )];
        }
        let is_refreshed = self.catalogue.sha256() != Catalogue::embedded().sha256();
        let note = || format!("judged by {in_use}, refreshed since this program was made");
        is_refreshed.then(note).into_iter().collect()
    }
}

/// A folder that somebody named and that is not there is more likely a slip than a wish for the
/// facts inside the program.
fn warn_of_no_folder(options: &Options) {
    let is_slip = |folder: &PathBuf| folder.as_os_str() != NONE && !folder.exists();
    if options.quiet {
        return;
    }
    if let Some(folder) = named(options).map(PathBuf::from).filter(is_slip) {
        let by = if options.data.is_some() {
            "--data"
        } else {
            VARIABLE
        };
        let folder = escape(&folder.display().to_string(), 1_000);
        tell(&format!(
            "warning: there is no folder {folder}, which {by} names, so the facts inside the \
             program are used"
        ));
    }
}

/// The folder that somebody named: `--data`, else the environment.
fn named(options: &Options) -> Option<OsString> {
    let asked = options.data.clone().map(OsString::from);
    asked.or_else(|| std::env::var_os(VARIABLE).filter(|value| !value.is_empty()))
}

/// What was named, else where the system keeps a user's data; `none` is none.
pub(super) fn place(options: &Options) -> Option<PathBuf> {
    match named(options) {
        Some(asked) if asked == NONE => None,
        Some(asked) => Some(asked.into()),
        None => usual_place(),
    }
}

fn usual_place() -> Option<PathBuf> {
    let system = etcetera::choose_base_strategy().ok()?;
    // Facts can be fetched again, so on Windows they do not roam between machines.
    let folder = if cfg!(windows) {
        system.cache_dir()
    } else {
        system.data_dir()
    };
    Some(folder.join("passmuster"))
}
