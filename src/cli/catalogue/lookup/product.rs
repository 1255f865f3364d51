//! A product by its id in the catalogue, or one cycle of it.

use super::answer::{Answer, Status};
use super::page::Page;
use super::support::{dates, describe, in_words, list, range, source, status};
use crate::catalogue::{Catalogue, Cycle};
use crate::model::nearest;
use jiff::civil::Date;

pub(super) fn answer(
    product: &str,
    cycle: Option<&str>,
    catalogue: &Catalogue,
    as_of: Date,
) -> Answer {
    let cycles = cycles_of(product, cycle, catalogue);
    let statuses = cycles.iter().map(|cycle| status(cycle, as_of));
    let (worst, best) = range(statuses);
    let (decision, why) = match (cycles.as_slice(), cycle) {
        ([], Some(cycle)) => ("unknown", missing(product, cycle, catalogue)),
        ([], None) => (
            "unknown",
            format!("the catalogue has no product `{product}`"),
        ),
        ([one], Some(_)) => ("exact", format!("{}; {}", one.label, in_words(one, as_of))),
        (all, _) => ("ambiguous", several(product, all, as_of)),
    };
    Answer {
        product: Some(product.to_owned()).filter(|_| !cycles.is_empty()),
        cycle: match cycles.as_slice() {
            [one] => Some(one.cycle.to_owned()),
            _ => None,
        },
        candidates: cycles.iter().map(|cycle| cycle.id()).collect(),
        status_worst: Some(worst),
        status_best: Some(best),
        details: Some(cycles.iter().map(|cycle| dates(cycle, as_of)).collect()),
        ..Answer::bare("product", decision, why)
    }
}

fn cycles_of<'c>(product: &str, cycle: Option<&str>, catalogue: &'c Catalogue) -> Vec<&'c Cycle> {
    let cycles = catalogue.lifecycle().cycles(product).iter();
    cycles
        .filter(|one| cycle.is_none_or(|cycle| one.cycle == cycle))
        .collect()
}

fn several(product: &str, cycles: &[&Cycle], as_of: Date) -> String {
    let supported = cycles
        .iter()
        .filter(|cycle| status(cycle, as_of) == Status::Supported)
        .count();
    format!(
        "{product} has {} releases in the catalogue, of which {supported} are supported; name one \
         as {product}:{}",
        cycles.len(),
        cycles.first().map_or("", |cycle| cycle.cycle)
    )
}

fn missing(product: &str, cycle: &str, catalogue: &Catalogue) -> String {
    let known = catalogue.lifecycle().cycles(product);
    let near = nearest(cycle, known.iter().map(|cycle| cycle.cycle));
    let hint = match near {
        Some(near) => format!("did you mean `{product}:{near}`?"),
        None => format!("`passmuster catalogue lookup {product}:` lists them"),
    };
    format!("{product} has no release `{cycle}` in the catalogue; {hint}")
}

pub(super) fn page(answer: &Answer, catalogue: &Catalogue, as_of: Date, page: &mut Page) {
    let lifecycle = catalogue.lifecycle();
    let cycles: Vec<_> = answer
        .candidates
        .iter()
        .filter_map(|id| lifecycle.find(id))
        .collect();
    match cycles.as_slice() {
        [] => page.row("unknown", &answer.why),
        [one] => {
            page.row("is", &format!("{} ({})", one.label, one.id()));
            describe(one, as_of, catalogue, page);
            page.row("source", source(one, catalogue));
        }
        all => {
            page.row("is", &answer.why);
            list(all, as_of, page);
        }
    }
}
