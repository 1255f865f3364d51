//! The overlays named on the command line. A declaration cannot bring its own: an overlay can
//! loosen what the declaration is held to.

use super::exit::Problems;
use crate::catalogue::{Catalogue, Overlay};
use crate::import;
use anyhow::{Result, anyhow};
use std::path::PathBuf;

/// The catalogue with these overlays on top, the last one uppermost.
pub(super) fn catalogue(
    below: &'static Catalogue,
    paths: &[PathBuf],
) -> Result<&'static Catalogue> {
    if paths.is_empty() {
        return Ok(below);
    }
    let mut catalogue = below.alone();
    for path in paths {
        let source = import::load(path, &path.display().to_string())
            .map_err(|problem| anyhow!(Problems(vec![*problem])))?;
        let overlay = Overlay::read(&source, catalogue.lifecycle())
            .map_err(|problems| anyhow!(Problems(problems)))?;
        catalogue = catalogue.with_overlay(overlay);
    }
    // One catalogue a process, which lasts as long as it.
    Ok(Box::leak(Box::new(catalogue)))
}

/// What a reader of the report has to know about them.
pub(super) fn notes(catalogue: &Catalogue) -> impl Iterator<Item = String> {
    catalogue.overlays().iter().map(|overlay| {
        let entries = match overlay.len() {
            1 => "1 entry".to_owned(),
            count => format!("{count} entries"),
        };
        format!(
            "the overlay {} with {entries} lies over the catalogue",
            overlay.name
        )
    })
}

/// Entries that were about nothing: a product, a cycle or an asset may be misspelt.
pub(super) fn unmatched(catalogue: &Catalogue) -> impl Iterator<Item = String> {
    let places = catalogue.overlays().iter().flat_map(Overlay::unmatched);
    places.map(|place| {
        format!(
            "overlay {place} changes nothing: it fits no asset whose support was asked about; look \
             at its product, cycle and `applies_to`"
        )
    })
}
