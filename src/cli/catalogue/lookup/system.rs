//! What an operating system is, and whether it is supported.

use super::answer::Answer;
use super::page::Page;
use super::support::{dates, describe, in_words, list, range, source, status};
use crate::catalogue::{Catalogue, Certainty, Cycle, Identity};
use jiff::civil::Date;
use serde_json::Value;

pub(super) fn answer(identity: &Identity, catalogue: &Catalogue, as_of: Date) -> Answer {
    let candidates = &identity.candidates;
    let cycles = cycles_of(identity, catalogue);
    // A candidate without dates can be anything.
    let undated = candidates.len() - cycles.len();
    let known = cycles.iter().map(|cycle| status(cycle, as_of));
    let unknown = std::iter::repeat_n(super::answer::Status::Unknown, undated);
    let (worst, best) = range(known.chain(unknown));
    let product = candidates
        .first()
        .map(|(product, _)| *product)
        .filter(|first| candidates.iter().all(|(product, _)| product == first));
    Answer {
        product: product.map(str::to_owned),
        cycle: match candidates.as_slice() {
            [(_, cycle)] => Some((*cycle).to_owned()),
            _ => None,
        },
        candidates: candidates
            .iter()
            .map(|(product, cycle)| format!("{product}:{cycle}"))
            .collect(),
        status_worst: Some(worst),
        status_best: Some(best),
        tokens: identity.tokens.clone(),
        settles: identity.settles.clone(),
        ..Answer::bare(
            "operating_system",
            decision(identity.certainty),
            why(identity, &cycles, (worst, best), as_of),
        )
    }
}

/// The dates of every candidate.
pub(super) fn details(identity: &Identity, catalogue: &Catalogue, as_of: Date) -> Value {
    let cycles = cycles_of(identity, catalogue);
    cycles.iter().map(|cycle| dates(cycle, as_of)).collect()
}

fn decision(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Ambiguous => "ambiguous",
        Certainty::Assumed => "assumed",
        Certainty::Exact => "exact",
        Certainty::NotCovered => "not_covered",
        Certainty::Unknown => "unknown",
    }
}

fn cycles_of<'c>(identity: &Identity, catalogue: &'c Catalogue) -> Vec<&'c Cycle> {
    let lifecycle = catalogue.lifecycle();
    let candidates = identity.candidates.iter();
    candidates
        .filter_map(|(product, cycle)| lifecycle.cycle(product, cycle))
        .collect()
}

fn why(
    identity: &Identity,
    cycles: &[&Cycle],
    (worst, best): (super::answer::Status, super::answer::Status),
    as_of: Date,
) -> String {
    let label = &identity.label;
    if let Some(conflict) = &identity.conflict {
        return format!("{label}; {conflict}");
    }
    match (identity.certainty, cycles) {
        (Certainty::Exact, [cycle]) => format!("{label}; {}", in_words(cycle, as_of)),
        (Certainty::Assumed, [cycle]) => format!(
            "{label}, though an older level of it is not excluded; {}",
            in_words(cycle, as_of)
        ),
        (Certainty::NotCovered, _) => format!("{label}; the catalogue has no dates for it"),
        (Certainty::Unknown, _) => format!("{label}; nothing in it names a release for certain"),
        _ if worst == best => format!("{label}; all of them are {}", worst.in_words()),
        _ => format!(
            "{label}; between {} and {}, as they differ",
            worst.in_words(),
            best.in_words()
        ),
    }
}

pub(super) fn page(
    identity: &Identity,
    answer: &Answer,
    catalogue: &Catalogue,
    as_of: Date,
    page: &mut Page,
) {
    let cycles = cycles_of(identity, catalogue);
    let is = match answer.candidates.as_slice() {
        [id] => format!("{} ({id})", identity.label),
        _ => identity.label.clone(),
    };
    page.row("is", &is);
    page.row("decision", in_full(identity.certainty));
    if let [cycle] = cycles.as_slice() {
        describe(cycle, as_of, catalogue, page);
    } else if let (Some(worst), Some(best)) = (answer.status_worst, answer.status_best) {
        let standing = if worst == best {
            worst.in_words().to_owned()
        } else {
            format!("{} at worst, {} at best", worst.in_words(), best.in_words())
        };
        page.row(&as_of.to_string(), &standing);
    }
    if let Some(release) = identity.windows_release {
        page.row("updates", &format!("those of {release}"));
    }
    if !identity.tokens.is_empty() {
        page.row("read", &identity.tokens.join(", "));
    }
    if let Some(settles) = &identity.settles {
        page.row("would settle", settles);
    }
    if let [cycle] = cycles.as_slice() {
        page.row("source", source(cycle, catalogue));
    }
    if let Some(conflict) = &identity.conflict {
        page.row("conflict", conflict);
    }
    if cycles.len() > 1 {
        list(&cycles, as_of, page);
    }
}

fn in_full(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Ambiguous => {
            "ambiguous: several releases remain, and only what all share counts"
        }
        Certainty::Assumed => {
            "assumed: one release is meant, but an older level of it is not excluded"
        }
        Certainty::Exact => "exact: one release follows",
        Certainty::NotCovered => "not covered: we know what it is, and have no dates for it",
        Certainty::Unknown => "unknown: nothing follows",
    }
}
