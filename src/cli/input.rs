//! From paths to what is to be judged: one declaration, inventories, or both.

use super::exit::{BadInput, Problems};
use super::map;
use super::options::Asked;
use super::{roots, weak_keys};
use crate::import::{self, Bills, ImportError, Inventory, Limits, Mapping, OpenError, Opened};
use crate::model::fields::organisation;
use crate::model::{Declaration, Place, Subject, SubjectKind, Value};
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use tracing::info;

/// What was given, opened and ready to stream.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) declaration: Declaration,
    pub(super) assets: Vec<Subject>,
    pub(super) inventories: Vec<Inventory>,
    /// Whether only inventories were given, without a declaration around them.
    pub(super) is_bare: bool,
    /// Whether bills of materials are all that was given.
    pub(super) is_bill: bool,
    /// Bytes of all inventories, where known.
    pub(super) bytes: Option<u64>,
    /// Files that were passed over, and why.
    pub(super) notes: Vec<String>,
}

/// How much of a file decides what it is.
const SNIFFED: u64 = 64 * 1024;

pub(super) fn open(options: &Asked) -> Result<Input> {
    let mut gathering = Gathering {
        options,
        map: options.map.as_deref().map(map::read).transpose()?,
        declared: None,
        inventories: Vec::new(),
        bills: Bills::default(),
        bytes: Some(0),
        notes: Vec::new(),
    };
    for path in &options.paths {
        gathering.path(path)?;
    }
    let mut input = gathering.finish()?;
    input.declaration.roots = roots::given(&options.roots)?;
    if let Some(roots) = &input.declaration.roots {
        input.notes.push(roots::note(roots));
    }
    if let Some(keys) = weak_keys::given(&options.weak_keys)? {
        let keys = keys.hashes();
        input.notes.push(weak_keys::note(&keys));
        input.declaration.weak_keys = Some(keys);
    }
    Ok(input)
}

struct Gathering<'o> {
    options: &'o Asked,
    map: Option<Mapping>,
    declared: Option<Opened>,
    inventories: Vec<Inventory>,
    bills: Bills,
    bytes: Option<u64>,
    notes: Vec<String>,
}

impl Gathering<'_> {
    fn path(&mut self, path: &Path) -> Result<()> {
        if path == Path::new("-") {
            self.bytes = None;
            return self.stream("<stdin>", Box::new(io::stdin()), None);
        }
        let name = path.display().to_string();
        let found = std::fs::metadata(path).map_err(|error| cannot_open(path, error))?;
        if found.is_dir() {
            return self.declare(import::open(path));
        }
        if !found.is_file() {
            bail!(BadInput(format!(
                "{name} is a pipe or a device; send what it gives to standard input, and name `-`"
            )));
        }
        self.bytes = self.bytes.map(|bytes| bytes + found.len());
        let file = File::open(path).map_err(|error| cannot_open(path, error))?;
        self.stream(&name, Box::new(file), Some(path))
    }

    /// A declaration or an inventory, by its first bytes.
    fn stream(
        &mut self,
        name: &str,
        mut input: Box<dyn Read + Send>,
        path: Option<&Path>,
    ) -> Result<()> {
        let mut start = Vec::new();
        input
            .by_ref()
            .take(SNIFFED)
            .read_to_end(&mut start)
            .with_context(|| format!("read {name}"))?;
        if self.options.input_format.is_none() && import::is_bill(&start) {
            return self.bill(name, start, input);
        }
        let ending = path.and_then(Path::extension).and_then(OsStr::to_str);
        // A name that says what it is is believed, so that one bad line does not change it.
        let is_declaration = match ending {
            _ if self.options.input_format.is_some() => false,
            Some("yaml" | "yml") => true,
            Some("csv" | "jsonl" | "ndjson") => false,
            _ => import::is_declaration(&start),
        };
        if is_declaration {
            if let Some(path) = path {
                return self.declare(import::open(path));
            }
            let mut bytes = start;
            let limit = import::MAX_DECLARATION_BYTES + 1;
            input
                .take(limit)
                .read_to_end(&mut bytes)
                .with_context(|| format!("read {name}"))?;
            return self.declare(import::read(name, &bytes));
        }
        let input = Box::new(Cursor::new(start).chain(input));
        match self.inventory(name, input) {
            Ok(inventory) => {
                info!(name, format = inventory.format().name(), "an inventory");
                self.inventories.push(inventory);
                Ok(())
            }
            // Among other files, one of a kind we know and cannot use is passed over aloud.
            Err(error) if error.is_not_an_inventory() && self.options.paths.len() > 1 => {
                self.notes.push(format!("passed over: {error}"));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn inventory(&self, name: &str, input: Box<dyn Read + Send>) -> Result<Inventory, ImportError> {
        let format = self.options.input_format;
        Inventory::open_mapped(name, input, format, self.map.as_ref(), Limits::default())
    }

    fn bill(&mut self, name: &str, start: Vec<u8>, input: Box<dyn Read + Send>) -> Result<()> {
        let mut bytes = start;
        input
            .take(import::MAX_BILL_BYTES + 1)
            .read_to_end(&mut bytes)
            .with_context(|| format!("read {name}"))?;
        info!(name, "a bill of materials");
        match self.bills.read(name, &bytes) {
            Ok(()) => Ok(()),
            Err(problem) => bail!(Problems(vec![*problem])),
        }
    }

    fn declare(&mut self, opened: Result<Opened, OpenError>) -> Result<()> {
        let opened = match opened {
            Err(OpenError::Problems(problems)) => bail!(Problems(problems)),
            opened => opened?,
        };
        if let Some(first) = &self.declared {
            let names = (&first.declaration.name, &opened.declaration.name);
            bail!(BadInput(format!(
                "{} and {} are two declarations; check one at a time",
                names.0, names.1
            )));
        }
        info!(name = opened.declaration.name, "a declaration");
        for file in &opened.inventories {
            let input = File::open(&file.path)
                .map_err(|error| cannot_open(Path::new(&file.name), error))?;
            let bytes = input
                .metadata()
                .map(|found| found.len())
                .unwrap_or_default();
            self.bytes = self.bytes.map(|all| all + bytes);
            let inventory = self.inventory(&file.name, Box::new(input))?;
            self.inventories.push(inventory);
        }
        self.declared = Some(opened);
        Ok(())
    }

    fn finish(mut self) -> Result<Input> {
        if let Some(map) = &self.map {
            self.notes.push(map::note(map)?);
        }
        let is_bare = self.declared.is_none();
        let is_bill = is_bare && !self.bills.is_empty();
        if !self.bills.is_empty() && (!is_bare || !self.inventories.is_empty()) {
            bail!(BadInput(
                "a bill of materials is checked alone, or in a pack whose product names it: \
                 `sbom: bom.json`"
                    .to_owned()
            ));
        }
        if is_bare && self.inventories.is_empty() && self.bills.is_empty() {
            bail!(BadInput(format!(
                "nothing to check: {}",
                self.notes.join("; ")
            )));
        }
        let unnamed = self.declared.is_none().then(|| self.unnamed());
        let (mut declaration, assets) = match (self.declared, unnamed) {
            (Some(opened), _) => (opened.declaration, opened.assets),
            (None, Some(unnamed)) => (unnamed, Vec::new()),
            (None, None) => bail!(BadInput("nothing to check".to_owned())),
        };
        if is_bill {
            self.bills.unpack_bare(&mut declaration);
        }
        declaration.has_assets |= !self.inventories.is_empty();
        Ok(Input {
            declaration,
            assets,
            inventories: Inventory::joined(self.inventories),
            is_bare,
            is_bill,
            bytes: self.bytes,
            notes: self.notes,
        })
    }

    /// The declaration around bare inventories: who they belong to, as far as the user says.
    fn unnamed(&self) -> Declaration {
        let paths: Vec<_> = self
            .options
            .paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let name = match paths.as_slice() {
            [only] => only.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
            [] => String::new(),
        };
        let place = Place::whole(name.as_str());
        let id = self
            .options
            .org
            .clone()
            .unwrap_or_else(|| "not declared".to_owned());
        let mut subject = Subject::new(SubjectKind::Organisation, id, place);
        if let Some(code) = &self.options.org {
            subject
                .record
                .set(organisation::ODS_CODE, Value::Text(code.clone()));
        }
        if let Some(kind) = &self.options.kind {
            subject
                .record
                .set(organisation::KIND, Value::Text(kind.clone()));
        }
        Declaration::new(name, subject)
    }
}

/// A path that leads nowhere is the user's to mend; one we may not read is not.
fn cannot_open(path: &Path, error: io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => OpenError::Missing {
            path: path.to_owned(),
        }
        .into(),
        _ => ImportError::Io {
            name: path.display().to_string().into(),
            source: error,
        }
        .into(),
    }
}
