//! The map named on the command line. A declaration cannot bring its own: what a column means can
//! loosen what the declaration is held to.

use super::exit::{BadInput, Problems};
use crate::import::{self, Mapping};
use anyhow::{Result, anyhow, bail};
use std::path::Path;

pub(super) fn read(path: &Path) -> Result<Mapping> {
    let source = import::load(path, &path.display().to_string())
        .map_err(|problem| anyhow!(Problems(vec![*problem])))?;
    Mapping::read(&source).map_err(|problems| anyhow!(Problems(problems)))
}

/// What a reader of the report has to know about it. A map of no table is a mistake.
pub(super) fn note(map: &Mapping) -> Result<String> {
    if !map.was_applied() {
        bail!(BadInput(format!(
            "no table that was given has any of the columns that {} names",
            map.name()
        )));
    }
    Ok(format!("columns are read as {} says", map.name()))
}
