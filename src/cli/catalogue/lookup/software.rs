//! What a piece of software is, and whether its maker still supports it.

use super::answer::{Answer, Status};
use super::page::Page;
use super::support::in_words;
use super::system;
use crate::catalogue::{Beside, Catalogue, Certainty, Identity, SoftwareFacts, SoftwareIdentity};
use jiff::civil::Date;

/// `None` when nothing is known of it.
pub(super) fn find(facts: &SoftwareFacts<'_>, catalogue: &Catalogue) -> Option<SoftwareIdentity> {
    let identity = catalogue.identify_software(facts);
    (identity.certainty != Certainty::Unknown).then(|| (*identity).clone())
}

pub(super) fn answer(software: &SoftwareIdentity, catalogue: &Catalogue, as_of: Date) -> Answer {
    let mut answer = Answer {
        kind: "software",
        ..system::answer(&as_system(software), catalogue, as_of)
    };
    if software.certainty == Certainty::Ambiguous {
        answer.cycle = None;
        if let [(product, cycle)] = software.candidates.as_slice()
            && let Some(cycle) = catalogue.lifecycle().cycle(product, cycle)
        {
            let label = &software.label;
            answer.why = format!(
                "{label}, though not for certain; {}",
                in_words(cycle, as_of)
            );
        }
    }
    if software.beside == Beside::Anything {
        answer.status_worst = answer.status_worst.map(|worst| worst.min(Status::Unknown));
        answer.status_best = answer.status_best.map(|best| best.max(Status::Unknown));
    }
    answer
}

pub(super) fn page(
    software: &SoftwareIdentity,
    answer: &Answer,
    catalogue: &Catalogue,
    as_of: Date,
    page: &mut Page,
) {
    system::page(&as_system(software), answer, catalogue, as_of, page);
}

/// Both are a certainty, candidates and what decided.
fn as_system(software: &SoftwareIdentity) -> Identity {
    Identity {
        certainty: software.certainty,
        family: None,
        label: software.label.clone(),
        candidates: software.candidates.clone(),
        tokens: software.tokens.clone(),
        settles: software.settles.map(str::to_owned),
        windows_release: None,
        build: None,
        revision: None,
        conflict: None,
    }
}
