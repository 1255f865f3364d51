//! Where policy is read from: the files inside, or those of a folder.

use super::super::exit::{BadInput, Problems};
use super::super::options::RulesFrom;
use crate::catalogue::Catalogue;
use crate::import;
use crate::model::Source;
use crate::policy::{Library, embedded};
use anyhow::{Context, Result, anyhow};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Loads the policy inside, or the one in a folder, with what is added to it.
pub(in crate::cli) fn load(from: &RulesFrom, catalogue: &'static Catalogue) -> Result<Library> {
    load_files(&files(from)?, catalogue)
}

/// The same, for a run that only judges.
pub(in crate::cli) fn load_to_judge(
    from: &RulesFrom,
    catalogue: &'static Catalogue,
) -> Result<Library> {
    if from.folder.is_some() || !from.added.is_empty() {
        return load(from, catalogue);
    }
    Library::load_without_cases(&embedded(), catalogue)
        .map_err(|problems| anyhow!(Problems(problems)))
}

/// The policy files inside, or those of a folder, then those of the folders on top.
pub(in crate::cli) fn files(from: &RulesFrom) -> Result<Vec<Arc<Source>>> {
    let mut files = match &from.folder {
        None => embedded(),
        Some(folder) => read_folder(folder)?,
    };
    for folder in &from.added {
        files.extend(read_folder(folder)?);
    }
    Ok(files)
}

pub(in crate::cli) fn load_files(
    files: &[Arc<Source>],
    catalogue: &'static Catalogue,
) -> Result<Library> {
    Library::load(files, catalogue).map_err(|problems| anyhow!(Problems(problems)))
}

/// The policy files of a folder, in the order of their names.
fn read_folder(folder: &Path) -> Result<Vec<Arc<Source>>> {
    let listed = fs::read_dir(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            anyhow!(BadInput(format!(
                "{} is not a folder of policy files",
                folder.display()
            )))
        }
        _ => anyhow!(error).context(format!("read {}", folder.display())),
    })?;
    let mut paths = Vec::new();
    for entry in listed {
        let path = entry
            .with_context(|| format!("read {}", folder.display()))?
            .path();
        if path
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(anyhow!(BadInput(format!(
            "{} holds no .yaml files",
            folder.display()
        ))));
    }
    let mut problems = Vec::new();
    let mut sources = Vec::new();
    for path in paths {
        match import::load(&path, &path.display().to_string()) {
            Ok(source) => sources.push(source),
            Err(problem) => problems.push(*problem),
        }
    }
    if problems.is_empty() {
        Ok(sources)
    } else {
        Err(anyhow!(Problems(problems)))
    }
}
