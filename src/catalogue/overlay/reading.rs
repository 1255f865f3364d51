//! Reads the entries of an overlay, and refuses those that do not carry their weight.

use super::{Extension, Mark, Programme};
use crate::catalogue::Lifecycle;
use crate::catalogue::lifecycle::{Cycle, End};
use crate::yaml::{self, Fields, Node, Reader};
use jiff::civil::Date;

pub(super) type Entries = (String, Vec<Extension>, Vec<Cycle>);

pub(super) fn read_document(
    document: &Node<'_>,
    reader: &Reader<'_>,
    lifecycle: &Lifecycle,
) -> Option<Entries> {
    let mut fields = Fields::open(document, reader, "the overlay")?;
    let name = fields.required_text("overlay").map(str::to_owned);
    let entries = fields.required("entries").is_some();
    let entries = entries.then(|| fields.list("entries")).flatten();
    fields.finish();
    let name = name?;
    let (mut extensions, mut cycles) = (Vec::new(), Vec::new());
    for node in entries? {
        match read_entry(node, &name, reader, lifecycle) {
            Some(Entry::Cycle(cycle)) if cycles.iter().any(|known| same(known, &cycle)) => {
                let message = format!("`{}` is changed a second time", cycle.id());
                reader.push(reader.problem(node.span.clone(), message));
            }
            Some(Entry::Cycle(cycle)) => cycles.push(cycle),
            Some(Entry::Extensions(read)) => extensions.extend(read),
            None => {}
        }
    }
    Some((name, extensions, cycles))
}

fn same(one: &Cycle, other: &Cycle) -> bool {
    one.key() == other.key()
}

enum Entry {
    Cycle(Cycle),
    Extensions(Vec<Extension>),
}

fn read_entry(
    node: &Node<'_>,
    overlay: &str,
    reader: &Reader<'_>,
    lifecycle: &Lifecycle,
) -> Option<Entry> {
    let mut fields = Fields::open(node, reader, "the entry")?;
    let product = fields
        .required("product")
        .and_then(|node| known_product(node, reader, lifecycle));
    let cycle_node = fields.required("cycle");
    let cycles = fields.texts("cycle").unwrap_or_default();
    let programme = fields.required_one_of("programme", &Programme::WORDS);
    let until = fields.required_date("supported_until");
    let from = fields.date("from");
    let evidence = evidence(&mut fields);
    let has_assets = fields.key_span("applies_to");
    let applies_to = fields.texts("applies_to");
    let label = fields.text("label").map(str::to_owned);
    let label_span = fields.key_span("label");
    fields.text("approved_by");
    fields.text("note");
    fields.finish();
    let (product, programme, until) = (product?, programme?, until?);
    let (evidence, cycle_node) = (evidence?, cycle_node?);
    let line = reader.source().place(node.span.start).line;
    let place = format!("{overlay} line {line}");
    if let (Some(from), Some(span)) = (from, fields_span(node, "from"))
        && from > until
    {
        reader.push(reader.problem(span, "`from` is after `supported_until`"));
        return None;
    }
    if let Some(span) = &has_assets
        && applies_to.as_ref().is_none_or(Vec::is_empty)
    {
        let problem = reader.problem(span.clone(), "`applies_to` names no asset");
        reader.push(problem.help("leave it out to mean every asset"));
        return None;
    }
    let is_about_catalogue = matches!(programme, Programme::Correction | Programme::InHouse);
    if let Some(span) = has_assets.filter(|_| is_about_catalogue) {
        let message = format!("a `{}` is about every asset", programme.name());
        reader.push(reader.problem(span, message));
        return None;
    }
    if let Some(span) = label_span.filter(|_| programme != Programme::InHouse) {
        let message = "only an `in-house` entry has a `label`";
        reader.push(reader.problem(span, message));
        return None;
    }
    let source = leak(format!(
        "overlay {place}: {}, evidence {evidence}",
        programme.name()
    ));
    match (programme, cycles.as_slice()) {
        (Programme::InHouse, [cycle]) => {
            let added = in_house(product, cycle, label, until, source);
            let span = cycle_node.span.clone();
            if lifecycle.cycle(product, cycle).is_some() {
                let message = format!("the catalogue has `{product}:{cycle}` already");
                let help = "use `correction`, `esu` or `vendor-statement`";
                reader.push(reader.problem(span, message).help(help));
                return None;
            }
            let Some(added) = added else {
                let message = "an `in-house` entry needs a `label`";
                reader.push(reader.problem(span, message));
                return None;
            };
            Some(Entry::Cycle(added))
        }
        (Programme::Correction, [cycle]) => {
            let mut known = known_cycle(cycle_node, product, cycle, reader, lifecycle)?.clone();
            known.security_end = End::On(until);
            known.is_unverified = false;
            known.source = leak(format!("{}; {source}", known.source));
            // An earlier phase cannot outlast the corrected end.
            if let End::On(active) = known.active_end {
                known.active_end = End::On(active.min(until));
            }
            if known.active_end == End::Open {
                known.active_end = End::On(until);
            }
            Some(Entry::Cycle(known))
        }
        (Programme::Correction | Programme::InHouse, _) => {
            let message = format!("a `{}` is about one cycle", programme.name());
            reader.push(reader.problem(cycle_node.span.clone(), message));
            None
        }
        (Programme::Esu | Programme::VendorStatement, []) => {
            reader.push(reader.problem(cycle_node.span.clone(), "no cycle is named"));
            None
        }
        (Programme::Esu | Programme::VendorStatement, cycles) => {
            let mut read = Vec::new();
            let matched = Mark::default();
            for cycle in cycles {
                let known = known_cycle(cycle_node, product, cycle, reader, lifecycle)?;
                extends(known, programme, until, cycle_node, reader)?;
                let texts = applies_to.iter().flatten();
                read.push(Extension {
                    product: known.product,
                    cycle: known.cycle,
                    programme,
                    from,
                    until,
                    evidence: evidence.clone(),
                    applies_to: texts.map(|text| (*text).to_owned()).collect(),
                    place: place.clone(),
                    matched: matched.clone(),
                });
            }
            Some(Entry::Extensions(read))
        }
    }
}

fn fields_span(node: &Node<'_>, key: &str) -> Option<std::ops::Range<usize>> {
    node.get(key).map(|node| node.span.clone())
}

/// Evidence that says something.
fn evidence(fields: &mut Fields<'_, '_>) -> Option<String> {
    const NOTHING: [&str; 9] = ["", "-", "?", "n/a", "na", "none", "tbc", "tbd", "unknown"];
    let node = fields.required("evidence")?;
    let text = fields.text("evidence")?.trim();
    if NOTHING.contains(&text.to_lowercase().as_str()) {
        let reader = fields.reader();
        let problem = reader.problem(node.span.clone(), "the entry shows no evidence");
        reader.push(problem.help("name the order, the agreement or the vendor's page and its day"));
        return None;
    }
    Some(text.to_owned())
}

fn known_product(
    node: &Node<'_>,
    reader: &Reader<'_>,
    lifecycle: &Lifecycle,
) -> Option<&'static str> {
    let Some(written) = node.text() else {
        return reader.wrong(node, "product", "text");
    };
    let known = lifecycle.products().find(|product| *product == written);
    if known.is_none() {
        let message = format!("the catalogue has no product {}", yaml::shown(written));
        let problem = reader.problem(node.span.clone(), message);
        reader.push(problem.suggest(written, lifecycle.products()));
    }
    known
}

fn known_cycle<'l>(
    node: &Node<'_>,
    product: &str,
    cycle: &str,
    reader: &Reader<'_>,
    lifecycle: &'l Lifecycle,
) -> Option<&'l Cycle> {
    let known = lifecycle.cycle(product, cycle);
    if known.is_none() {
        let cycles = lifecycle.cycles(product).iter().map(|cycle| cycle.cycle);
        let message = format!("{product} has no cycle {}", yaml::shown(cycle));
        let first: Vec<_> = cycles.clone().take(12).collect();
        let problem = reader
            .problem(node.span.clone(), message)
            .help(format!(
                "its newest are {}; add another with `programme: in-house`",
                first.join(", ")
            ))
            .suggest(cycle, cycles);
        reader.push(problem);
    }
    known
}

/// Whether an extension makes support longer, and within what the vendor sells.
fn extends(
    cycle: &Cycle,
    programme: Programme,
    until: Date,
    node: &Node<'_>,
    reader: &Reader<'_>,
) -> Option<()> {
    let refuse = |message: String, help: &str| {
        reader.push(reader.problem(node.span.clone(), message).help(help));
        None
    };
    if let End::On(security) = cycle.security_end
        && until <= security
    {
        let message = format!("{} is supported to {security} without it", cycle.label);
        return refuse(message, "an earlier end is a `correction`");
    }
    if cycle.security_end == End::Open {
        let message = format!("{} has no announced end to extend", cycle.label);
        return refuse(message, "an earlier end is a `correction`");
    }
    if programme != Programme::Esu {
        return Some(());
    }
    match cycle.extended_end {
        End::On(sold) if sold < until => {
            let message = format!("extended support of {} is sold to {sold}", cycle.label);
            refuse(
                message,
                "if the vendor says otherwise, use `vendor-statement`",
            )
        }
        End::Absent if cycle.extended_kind.is_empty() => {
            let message = format!("no extended support is sold for {}", cycle.label);
            refuse(
                message,
                "if the vendor says otherwise, use `vendor-statement`",
            )
        }
        End::Absent | End::EndedUndated | End::On(_) | End::Open => Some(()),
    }
}

fn in_house(
    product: &'static str,
    cycle: &str,
    label: Option<String>,
    until: Date,
    source: &'static str,
) -> Option<Cycle> {
    Some(Cycle {
        product,
        cycle: leak(cycle.to_owned()),
        label: leak(label?),
        codename: "",
        released: None,
        active_end: End::Absent,
        security_end: End::On(until),
        extended_end: End::Absent,
        extended_kind: "",
        is_lts: false,
        is_unverified: false,
        source,
    })
}

/// Facts are borrowed everywhere, and a process reads its overlays once.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
