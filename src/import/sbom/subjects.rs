//! From a bill to what rules look at: the product's fields, components with their vulnerabilities,
//! and evidence.

use super::bill::{Affected, Bill, Component, Hole, Statement};
use super::identifiers::short_purl;
use super::ids::Ids;
use crate::model::fields::{component, evidence, product, vulnerability};
use crate::model::{FieldId, Place, Record, Subject, SubjectKind, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// Whose bill it is, and how far it reaches.
#[derive(Debug, Clone)]
pub(in crate::import) struct Owner<'a> {
    /// The id of the product, where it is known.
    pub(in crate::import) product: Option<&'a str>,
    /// The name of the bill's file.
    pub(in crate::import) file: &'a Arc<str>,
    /// Whether the bill carries a scan: then components without vulnerabilities have none.
    pub(in crate::import) is_scanned: bool,
}

impl Bill {
    /// The name of what it is a bill of.
    pub(in crate::import) fn product_name(&self) -> Option<&str> {
        self.product.name.as_deref()
    }

    /// The product it is a bill of, for a bill without a declaration around it.
    pub(in crate::import) fn product(&self, file: &Arc<str>) -> Subject {
        let named = [&self.product.name, &self.product.reference];
        let id = named.into_iter().flatten().next();
        let id = id.map_or("product", String::as_str);
        let place = Place::whole(Arc::clone(file));
        let mut subject = Subject::new(SubjectKind::Product, id, place);
        let record = &mut subject.record;
        record.set(product::ID, Value::Text(id.to_owned()));
        set(record, product::NAME, self.product.name.clone());
        set(record, product::VERSION, self.product.version.clone());
        record.set(product::SBOM_FILE, Value::Text(file.to_string()));
        self.describe(record);
        subject
    }

    /// Sets what the bill says in the record of its product. It is believed over what people wrote.
    pub(in crate::import) fn describe(&self, record: &mut Record) {
        record.set(product::SBOM_FORMAT, Value::Text(self.format.to_owned()));
        set(record, product::SBOM_VERSION, self.product.version.clone());
        set(record, product::SBOM_PRODUCT, self.product.name.clone());
        let unversioned = self.components.iter();
        let unversioned = unversioned.filter(|one| one.is_software && one.version.is_none());
        let count = |count: usize| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        record.set(product::SBOM_COMPONENTS, count(self.components.len()));
        record.set(product::SBOM_UNVERSIONED, count(unversioned.count()));
        record.set(product::SBOM_RELATIONS, Value::Boolean(self.has_relations));
        record.set(product::SBOM_STATE, Value::Text(self.state()));
    }

    /// Its components. Vulnerabilities of the product itself, and of what the bill does not list,
    /// stand at a component that is the product.
    pub(in crate::import) fn components(&self, owner: &Owner<'_>, ids: &mut Ids) -> Vec<Subject> {
        let (mut holes, own) = self.placed();
        let mut subjects = Vec::with_capacity(self.components.len());
        if !own.is_empty() {
            subjects.push(self.subject(&self.product, own, owner, ids));
        }
        for (index, one) in self.components.iter().enumerate() {
            let holes = holes.remove(&index).unwrap_or_default();
            subjects.push(self.subject(one, holes, owner, ids));
        }
        subjects
    }

    /// The vulnerabilities by the component they are in, and those of the product itself.
    fn placed(&self) -> (HashMap<usize, Vec<Record>>, Vec<Record>) {
        let mut by_reference: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, one) in self.components.iter().enumerate() {
            if let Some(reference) = &one.reference {
                by_reference.entry(reference).or_default().push(index);
            }
        }
        let mut placed: HashMap<usize, Vec<Record>> = HashMap::new();
        let mut own = Vec::new();
        for hole in &self.holes {
            if hole.affects.is_empty() {
                own.extend(records(hole, None, None));
            }
            for target in &hole.affects {
                let Some(indices) = by_reference.get(target.reference.as_str()) else {
                    let version = self.product.version.as_deref();
                    own.extend(records(hole, Some(target), version));
                    continue;
                };
                for index in indices {
                    let version = self.components.get(*index);
                    let version = version.and_then(|one| one.version.as_deref());
                    let holes = placed.entry(*index).or_default();
                    holes.extend(records(hole, Some(target), version));
                }
            }
        }
        (placed, own)
    }

    fn subject(
        &self,
        one: &Component,
        holes: Vec<Record>,
        owner: &Owner<'_>,
        ids: &mut Ids,
    ) -> Subject {
        let product = owner.product.or(self.product_name());
        let id = ids.unique(match product {
            Some(product) => format!("{product}/{}", name_of(one)),
            None => name_of(one),
        });
        let place = Place::whole(Arc::clone(owner.file));
        let mut subject = Subject::new(SubjectKind::Component, id.clone(), place);
        let record = &mut subject.record;
        record.set(component::ID, Value::Text(id));
        set(record, component::NAME, one.name.clone());
        set(record, component::VERSION, one.version.clone());
        set(record, component::SUPPLIER, one.supplier.clone());
        set(record, component::PRODUCT, product.map(str::to_owned));
        set(record, component::CPE, one.cpe.clone());
        set(record, component::PURL, one.purl.clone());
        if let Some(day) = one.end_of_support {
            record.set(component::END_OF_SUPPORT, Value::Date(day));
        }
        if owner.is_scanned || !holes.is_empty() {
            record.set(component::VULNERABILITIES, Value::Records(holes));
        }
        subject
    }

    /// The evidence its attestations rest on.
    pub(in crate::import) fn evidence(&self, owner: &Owner<'_>, ids: &mut Ids) -> Vec<Subject> {
        let statements = self.evidence.iter();
        statements.map(|one| statement(one, owner, ids)).collect()
    }
}

/// What people call a component by: its package URL, or else its name with its version.
fn name_of(one: &Component) -> String {
    if let Some(purl) = &one.purl {
        return short_purl(purl);
    }
    match (&one.name, &one.version, &one.reference) {
        (Some(name), Some(version), _) => format!("{name}@{version}"),
        (Some(name), None, _) => name.clone(),
        (None, _, Some(reference)) => reference.clone(),
        (None, _, None) => "component".to_owned(),
    }
}

/// A vulnerability as records, one for each of its numbers.
fn records(hole: &Hole, target: Option<&Affected>, version: Option<&str>) -> Vec<Record> {
    let told = target.zip(version).and_then(|(target, version)| {
        let mut versions = target.versions.iter();
        versions.find(|(told, _)| told == version)
    });
    // What is said of the very version counts, whatever is said of the vulnerability as a whole.
    let status = told.map_or(hole.status, |(_, status)| *status);
    let records = hole.ids.iter().map(|id| {
        let mut record = Record::new(&vulnerability::SCHEMA);
        record.set(vulnerability::CVE, Value::Text(id.clone()));
        if let Some(score) = hole.cvss {
            record.set(vulnerability::CVSS, Value::Number(score));
        }
        set(
            &mut record,
            vulnerability::STATUS,
            status.map(str::to_owned),
        );
        record
    });
    records.collect()
}

fn statement(one: &Statement, owner: &Owner<'_>, ids: &mut Ids) -> Subject {
    let named = one.id.as_deref().unwrap_or("evidence");
    let prefix = owner.product.unwrap_or(owner.file);
    let id = ids.unique(format!("{prefix}/{named}"));
    let place = Place::whole(Arc::clone(owner.file));
    let mut subject = Subject::new(SubjectKind::Evidence, id.clone(), place);
    let record = &mut subject.record;
    record.set(evidence::ID, Value::Text(id));
    let kind = match one.kind.as_str() {
        "" => "declaration",
        kind => kind,
    };
    record.set(evidence::KIND, Value::Text(kind.to_owned()));
    record.set(evidence::PATH, Value::Text(owner.file.to_string()));
    let days = [
        (evidence::DATED_ON, &one.dated_on),
        (evidence::VALID_TO, &one.valid_to),
    ];
    for (field, day) in days {
        if let Some(day) = day {
            record.set_text(field, day);
        }
    }
    subject
}

fn set(record: &mut Record, field: FieldId, text: Option<String>) {
    if let Some(text) = text {
        record.set(field, Value::Text(text));
    }
}
