//! The bills of materials of one declaration: each is read once, belongs to a product where one is
//! told, and becomes components and evidence.

use super::paths::{PackFile, read_capped};
use super::sbom::{self, Bill, Ids, MAX_BYTES, MAX_COMPONENTS, Owner};
use crate::model::fields::product;
use crate::model::{Declaration, Problem, Source, Subject, SubjectKind, Value, fold_name};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How much of a file tells whether it is a bill.
const SNIFFED: u64 = 64 << 10;

/// Bills that were read.
#[derive(Debug, Default)]
pub struct Bills {
    all: Vec<Held>,
    components: usize,
}

#[derive(Debug)]
struct Held {
    bill: Bill,
    file: Arc<str>,
    path: Option<PathBuf>,
    /// The id of the product that named it.
    product: Option<String>,
    is_scanned: bool,
}

impl Bills {
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Reads a bill that belongs to whatever product it names.
    pub fn read(&mut self, name: &str, bytes: &[u8]) -> Result<(), Box<Problem>> {
        let bill = self.parse(name, bytes)?;
        self.hold(bill, name, None, None);
        Ok(())
    }

    /// Reads a bill of a pack that belongs to whatever product it names.
    pub(super) fn read_file(&mut self, file: &PackFile) -> Result<(), Box<Problem>> {
        let bill = self.load(file)?;
        self.hold(bill, &file.name, Some(&file.path), None);
        Ok(())
    }

    /// Reads the bill of a product, and what it says into the product.
    pub(super) fn read_of(
        &mut self,
        file: &PackFile,
        subject: &mut Subject,
    ) -> Result<(), Box<Problem>> {
        let bill = self.load(file)?;
        bill.describe(&mut subject.record);
        self.hold(bill, &file.name, Some(&file.path), Some(subject));
        Ok(())
    }

    fn load(&self, file: &PackFile) -> Result<Bill, Box<Problem>> {
        let bytes = read_capped(&file.path, MAX_BYTES).map_err(|reason| {
            let message = format!("{} cannot be used: {reason}", file.name);
            Box::new(Problem::new(&Source::new(&*file.name, ""), 0..0, message))
        })?;
        self.parse(&file.name, &bytes)
    }

    fn parse(&self, name: &str, bytes: &[u8]) -> Result<Bill, Box<Problem>> {
        sbom::read(name, bytes, MAX_COMPONENTS.saturating_sub(self.components))
    }

    fn hold(&mut self, bill: Bill, name: &str, path: Option<&Path>, product: Option<&Subject>) {
        self.components = self.components.saturating_add(bill.len());
        self.all.push(Held {
            bill,
            file: name.into(),
            path: path.map(Path::to_owned),
            product: product.map(|product| product.id.clone()),
            is_scanned: product.is_some_and(is_scanned),
        });
    }

    /// Puts what the bills hold into the lists of a declaration.
    pub(super) fn unpack(mut self, declaration: &mut Declaration) {
        if self.all.is_empty() {
            return;
        }
        let named = self.all.iter().filter(|held| held.product.is_some());
        let named: Vec<_> = named.filter_map(|held| held.path.clone()).collect();
        // A bill that its product names need not be among the components as well.
        self.all.retain(|held| {
            let path = held.path.as_ref();
            held.product.is_some() || path.is_none_or(|path| !named.contains(path))
        });
        for held in &mut self.all {
            if held.product.is_none() {
                held.find_product(declaration);
            }
        }
        self.add_to(declaration);
    }

    /// Puts what the bills hold into a declaration that is nothing else: each brings its product.
    pub fn unpack_bare(mut self, declaration: &mut Declaration) {
        let mut ids = Ids::default();
        let mut products = Vec::new();
        for held in &mut self.all {
            let mut product = held.bill.product(&held.file);
            product.id = ids.unique(product.id);
            held.product = Some(product.id.clone());
            products.push(product);
        }
        declaration.lists.insert(SubjectKind::Product, products);
        self.add_to(declaration);
    }

    fn add_to(self, declaration: &mut Declaration) {
        for kind in [SubjectKind::Component, SubjectKind::Evidence] {
            let mut ids = Ids::default();
            for declared in declaration.list(kind).unwrap_or_default() {
                ids.take(&declared.id);
            }
            let mut added = Vec::new();
            for held in &self.all {
                let owner = Owner {
                    product: held.product.as_deref(),
                    file: &held.file,
                    is_scanned: held.is_scanned,
                };
                added.extend(match kind {
                    SubjectKind::Component => held.bill.components(&owner, &mut ids),
                    _ => held.bill.evidence(&owner, &mut ids),
                });
            }
            // Bills without components declare that there are none; of evidence they need not speak.
            if kind == SubjectKind::Component || !added.is_empty() {
                declaration.lists.entry(kind).or_default().extend(added);
            }
        }
    }
}

impl Held {
    /// The declared product that the bill names, by its id or its name.
    fn find_product(&mut self, declaration: &mut Declaration) {
        let Some(name) = self.bill.product_name().map(fold_name) else {
            return;
        };
        let products = declaration.lists.get_mut(&SubjectKind::Product);
        let mut products = products.into_iter().flatten();
        let found = products.find(|one| {
            let own = one.text(product::NAME).map(fold_name);
            fold_name(&one.id) == name || own.as_deref() == Some(&*name)
        });
        let Some(found) = found else { return };
        self.product = Some(found.id.clone());
        self.is_scanned = is_scanned(found);
        if found.value(product::SBOM_FILE).is_none() {
            let file = Value::Text(self.file.to_string());
            found.record.set(product::SBOM_FILE, file);
            self.bill.describe(&mut found.record);
        }
    }
}

/// Whether the supplier says that the bill carries the results of a scan.
fn is_scanned(product: &Subject) -> bool {
    product.date(product::SBOM_SCANNED_ON).is_some()
}

/// Whether a file of a pack begins like a bill.
pub(super) fn is_bill(file: &PackFile) -> bool {
    let mut start = Vec::new();
    let read = File::open(&file.path).and_then(|file| file.take(SNIFFED).read_to_end(&mut start));
    read.is_ok() && sbom::is_bill(&start)
}
