//! What an organisation knows beyond the catalogue: support it bought, what a vendor wrote to it,
//! cycles and ends the source lacks or has wrong. Given by whoever runs the check, never by a
//! declaration, since it can loosen.
//!
//! Every entry has evidence and an end date, and every finding that used one names it.

use super::Lifecycle;
use super::lifecycle::{Cycle, End};
use crate::model::{Problem, Source};
use crate::yaml::{self, Fields, Limits, Node, Reader};
use jiff::civil::Date;
use std::sync::Arc;

/// An overlay file that was read.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// As it calls itself.
    pub name: String,
    /// Its bytes, which count for the hash of the catalogue.
    pub text: String,
    pub(super) extensions: Vec<Extension>,
    pub(super) cycles: Vec<Cycle>,
}

/// Longer support of one cycle, for some machines or for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub product: &'static str,
    pub cycle: &'static str,
    pub programme: Programme,
    /// First day, where one is given.
    pub from: Option<Date>,
    /// Last day.
    pub until: Date,
    pub evidence: String,
    /// Ids of assets, `*` for any run of characters; none for every asset.
    pub applies_to: Vec<String>,
    /// `trust-overlay line 4`, for findings.
    pub place: String,
}

/// On what ground an entry changes an end of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Programme {
    /// The catalogue's end of security support is wrong; this one replaces it.
    Correction,
    /// Extended support that was bought.
    Esu,
    /// A cycle that the catalogue lacks.
    InHouse,
    /// The vendor supports it longer and says so.
    VendorStatement,
}

impl Programme {
    const WORDS: [(&'static str, Self); 4] = [
        ("correction", Self::Correction),
        ("esu", Self::Esu),
        ("in-house", Self::InHouse),
        ("vendor-statement", Self::VendorStatement),
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Esu => "esu",
            Self::InHouse => "in-house",
            Self::VendorStatement => "vendor-statement",
        }
    }
}

impl Overlay {
    /// Reads an overlay against the lifecycles it is laid over. Every problem at once.
    pub fn read(source: &Arc<Source>, lifecycle: &Lifecycle) -> Result<Self, Vec<Problem>> {
        let documents = yaml::parse(source, &Limits::default())?;
        let reader = Reader::new(source);
        let read = if let [document] = documents.as_slice() {
            read_document(document, &reader, lifecycle)
        } else {
            reader.push(reader.problem(0..0, "an overlay is one document, no more or less"));
            None
        };
        let problems = reader.into_problems();
        match read {
            Some((name, extensions, cycles)) if problems.is_empty() => Ok(Self {
                name,
                text: source.text.clone(),
                extensions,
                cycles,
            }),
            _ => Err(problems),
        }
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.extensions.len() + self.cycles.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Extension {
    /// Whether it is about this asset. Ids are compared without regard to case.
    pub fn is_for(&self, cycle: &Cycle, asset: &str) -> bool {
        (self.product, self.cycle) == cycle.key()
            && (self.applies_to.is_empty()
                || self
                    .applies_to
                    .iter()
                    .any(|pattern| matches(&pattern.to_lowercase(), &asset.to_lowercase())))
    }

    pub fn is_in_force(&self, today: Date) -> bool {
        self.from.is_none_or(|from| from <= today) && today <= self.until
    }

    /// As evidence in a finding.
    pub fn in_words(&self) -> String {
        format!(
            "overlay {}: {} to {}, evidence {}",
            self.place,
            self.programme.name(),
            self.until,
            self.evidence
        )
    }
}

/// `*` stands for any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match text.find(piece) {
            Some(at) => text = &text[at + piece.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

type Entries = (String, Vec<Extension>, Vec<Cycle>);

fn read_document(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use jiff::civil::date;

    const ESU: &str = "overlay: trust-overlay
entries:
  - product: windows-server
    cycle: 2012-r2
    programme: esu
    supported_until: 2026-10-13
    evidence: order 4711, Example Reseller Ltd, 2025-09-30
    applies_to: [srv-01, \"srv-lab-*\"]
";

    fn read(text: &str) -> Result<Overlay, Vec<String>> {
        let source = Source::new("overlay.yaml", text);
        Overlay::read(&source, Catalogue::embedded().lifecycle())
            .map_err(|all| all.into_iter().map(|problem| problem.message).collect())
    }

    fn problem(from: &str, to: &str) -> String {
        assert!(ESU.contains(from), "{from}");
        let problems = read(&ESU.replace(from, to)).expect_err(to);
        problems.join("; ")
    }

    #[test]
    fn an_entry_names_its_place_and_its_machines() {
        let overlay = read(ESU).unwrap();
        let [entry] = overlay.extensions.as_slice() else {
            panic!("one entry");
        };
        assert_eq!(entry.place, "trust-overlay line 3");
        let cycle = Catalogue::embedded()
            .lifecycle()
            .find("windows-server:2012-r2")
            .unwrap();
        for (asset, expected) in [
            ("srv-01", true),
            ("SRV-LAB-7", true),
            ("srv-lab", false),
            ("srv-010", false),
            ("", false),
        ] {
            assert_eq!(entry.is_for(cycle, asset), expected, "{asset}");
        }
        assert!(entry.is_in_force(date(2026, 10, 13)));
        assert!(!entry.is_in_force(date(2026, 10, 14)));
    }

    #[test]
    fn what_does_not_carry_its_weight_is_refused() {
        for (from, to, message) in [
            (
                "    evidence: order 4711, Example Reseller Ltd, 2025-09-30\n",
                "",
                "lacks `evidence`",
            ),
            (
                "order 4711, Example Reseller Ltd, 2025-09-30",
                "tbc",
                "no evidence",
            ),
            (
                "    supported_until: 2026-10-13\n",
                "",
                "lacks `supported_until`",
            ),
            ("2026-10-13", "never", "expected a date"),
            ("2026-10-13", "2030-10-13", "sold to 2026-10-13"),
            (
                "2026-10-13",
                "2020-01-01",
                "supported to 2023-10-10 without it",
            ),
            (
                "programme: esu",
                "programme: goodwill",
                "not a value of `programme`",
            ),
            ("    programme: esu\n", "", "lacks `programme`"),
            (
                "windows-server",
                "windows-srver",
                "no product `windows-srver`",
            ),
            ("2012-r2", "2012-r9", "no cycle `2012-r9`"),
            ("    cycle: 2012-r2\n", "", "lacks `cycle`"),
            ("2012-r2", "2022", "without it"),
            ("[srv-01, \"srv-lab-*\"]", "[]", "names no asset"),
            ("applies_to", "applies", "unknown key `applies`"),
        ] {
            let told = problem(from, to);
            assert!(told.contains(message), "{to}: {told}");
        }
        let two = problem(
            "programme: esu\n    supported_until: 2026-10-13",
            "programme: x",
        );
        assert!(
            two.contains("programme") && two.contains("supported_until"),
            "{two}"
        );
    }

    #[test]
    fn cycles_are_corrected_and_added_with_their_evidence() {
        let overlay = read(
            "overlay: o
entries:
  - { product: ubuntu, cycle: '26.10', label: Ubuntu 26.10, programme: in-house, supported_until: 2027-07-08, evidence: vendor page of 2026-10-20 }
  - { product: postgresql, cycle: '12', programme: correction, supported_until: 2024-11-14, evidence: vendor page of 2024-11-15 }
",
        )
        .unwrap();
        let hash = Catalogue::embedded().sha256().to_owned();
        let catalogue = Catalogue::embedded_with([overlay]);
        let added = catalogue.lifecycle().find("ubuntu:26.10").unwrap();
        assert_eq!(added.security_end, End::On(date(2027, 7, 8)));
        assert!(
            added.source.starts_with("overlay o line 3: in-house"),
            "{}",
            added.source
        );
        let corrected = catalogue.lifecycle().find("postgresql:12").unwrap();
        assert_eq!(corrected.security_end, End::On(date(2024, 11, 14)));
        assert!(
            corrected.source.starts_with("eol; overlay o line 4"),
            "{}",
            corrected.source
        );
        assert_ne!(
            catalogue.sha256(),
            hash,
            "reports show that an overlay was used"
        );
        let os = crate::catalogue::OsFacts::named("Ubuntu 26.10");
        assert_eq!(catalogue.identify(&os).candidates, [("ubuntu", "26.10")]);
        for wrong in ["cycle: '24.04', label: x", "cycle: '26.10'"] {
            let text = format!(
                "overlay: o\nentries:\n  - {{ product: ubuntu, {wrong}, programme: in-house, supported_until: 2027-07-08, evidence: page }}\n"
            );
            assert!(read(&text).is_err(), "{wrong}");
        }
    }

    #[test]
    fn patterns_match_whole_ids() {
        for (pattern, text, expected) in [
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*c", "acd", false),
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
