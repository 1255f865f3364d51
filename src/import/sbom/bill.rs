//! A bill of materials as read, whatever its dialect, and the gathering of one.

use super::MAX_COMPONENTS;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};

/// Holes in components, counted once for each component they are in.
const MAX_HOLES: usize = 250_000;
/// Statements of evidence.
const MAX_EVIDENCE: usize = 10_000;
/// Longest text kept of a field. Identifiers that are cut would name something else.
const TEXT_BYTES: usize = 2_048;
/// Kinds of faults named in one sentence.
const FAULTS_NAMED: usize = 6;
const FAULT_CHARS: usize = 80;

/// What a bill of materials says.
#[derive(Debug, Default)]
pub(in crate::import) struct Bill {
    /// `cyclonedx` or `spdx`.
    pub(super) format: &'static str,
    /// What it is the bill of.
    pub(super) product: Component,
    pub(super) components: Vec<Component>,
    /// Holes, and the references of what they are in.
    pub(super) holes: Vec<Hole>,
    pub(super) evidence: Vec<Statement>,
    /// Whether it says which component needs which.
    pub(super) has_relations: bool,
    /// What is wrong, how often, and the first example.
    faults: BTreeMap<&'static str, (usize, String)>,
}

/// A component, or the product itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Component {
    /// How the bill names it: `bom-ref` or `SPDXID`.
    pub(super) reference: Option<String>,
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) supplier: Option<String>,
    pub(super) purl: Option<String>,
    pub(super) cpe: Option<String>,
    pub(super) end_of_support: Option<Date>,
    /// Whether it is software, which has a version, and no file, data or algorithm.
    pub(super) is_software: bool,
}

/// A vulnerability.
#[derive(Debug, Clone, Default)]
pub(super) struct Hole {
    /// CVE numbers where there are any, or else the number it goes by.
    pub(super) ids: Vec<String>,
    pub(super) cvss: Option<f64>,
    /// As [`crate::model::fields::vulnerability::STATUS`] has it.
    pub(super) status: Option<&'static str>,
    pub(super) affects: Vec<Affected>,
}

/// A component that a vulnerability is in.
#[derive(Debug, Clone, Default)]
pub(super) struct Affected {
    pub(super) reference: String,
    /// Versions told one by one, with what is said of each.
    pub(super) versions: Vec<(String, Option<&'static str>)>,
}

/// A piece of evidence that a declaration or attestation rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) id: Option<String>,
    pub(super) kind: String,
    pub(super) dated_on: Option<String>,
    pub(super) valid_to: Option<String>,
}

/// Collects a bill within bounds.
#[derive(Debug)]
pub(super) struct Gathering {
    pub(super) bill: Bill,
    room: usize,
    holes: usize,
    /// Where each reference was first given.
    references: HashMap<String, usize>,
}

impl Gathering {
    pub(super) fn new(format: &'static str, room: usize) -> Self {
        let bill = Bill {
            format,
            ..Bill::default()
        };
        Self {
            bill,
            room: room.min(MAX_COMPONENTS),
            holes: 0,
            references: HashMap::new(),
        }
    }

    /// Refuses to go on when there is no room for another component.
    pub(super) fn component(&mut self, component: Component) -> Result<(), String> {
        if self.bill.components.len() >= self.room {
            return Err(format!(
                "it has more components than are read, which is {MAX_COMPONENTS} in all bills together"
            ));
        }
        self.refer(&component);
        if component.name.is_none() {
            let shown = component.reference.as_deref().or(component.purl.as_deref());
            let shown = shown.unwrap_or("without any name").to_owned();
            self.fault("components have no name", &shown);
        }
        self.bill.components.push(component);
        Ok(())
    }

    pub(super) fn product(&mut self, product: Component) {
        self.refer(&product);
        self.bill.product = product;
    }

    fn refer(&mut self, component: &Component) {
        let Some(reference) = &component.reference else {
            return;
        };
        let place = self.bill.components.len();
        if self.references.insert(reference.clone(), place).is_some() {
            let reference = reference.clone();
            self.fault("references name more than one component", &reference);
        }
    }

    pub(super) fn hole(&mut self, hole: Hole) -> Result<(), String> {
        let count = hole.affects.len().max(1) * hole.ids.len().max(1);
        self.holes = self.holes.saturating_add(count);
        if self.holes > MAX_HOLES {
            return Err(format!(
                "it has more vulnerabilities in components than are read, which is {MAX_HOLES}"
            ));
        }
        self.bill.holes.push(hole);
        Ok(())
    }

    pub(super) fn statement(&mut self, statement: Statement) -> Result<(), String> {
        if self.bill.evidence.len() >= MAX_EVIDENCE {
            return Err(format!(
                "it has more evidence than is read, which is {MAX_EVIDENCE} pieces"
            ));
        }
        self.bill.evidence.push(statement);
        Ok(())
    }

    /// A text that says something, if it is not endless.
    pub(super) fn text(&mut self, text: &str) -> Option<String> {
        let text = text.trim();
        if text.len() > TEXT_BYTES {
            let start = text[..text.floor_char_boundary(40)].to_owned();
            self.fault("values are longer than is read", &start);
            return None;
        }
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Counts something wrong, in words that follow a number.
    pub(super) fn fault(&mut self, what: &'static str, example: &str) {
        self.bill.fault(what, example);
    }

    pub(super) fn finish(self) -> Bill {
        self.bill
    }
}

impl Bill {
    pub(super) fn fault(&mut self, what: &'static str, example: &str) {
        let fault = self.faults.entry(what).or_insert_with(|| {
            let shown: String = example.chars().take(FAULT_CHARS).collect();
            (0, shown)
        });
        fault.0 = fault.0.saturating_add(1);
    }

    /// `whole`, or what is wrong with the bill as such.
    pub(super) fn state(&self) -> String {
        let told = self.faults.iter().map(|(what, (count, example))| {
            let (what, count) = (what, count);
            match example.as_str() {
                "" => format!("{count} {what}"),
                example => format!("{count} {what} ({example})"),
            }
        });
        let mut told: Vec<_> = told.collect();
        let more = told.len().saturating_sub(FAULTS_NAMED);
        told.truncate(FAULTS_NAMED);
        if more > 0 {
            told.push(format!("and {more} more kinds of faults"));
        }
        if told.is_empty() {
            return "whole".into();
        }
        told.join("; ")
    }

    /// Components listed, the product itself not counted.
    pub(in crate::import) fn len(&self) -> usize {
        self.components.len()
    }
}
