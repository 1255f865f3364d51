//! Opens a declaration: a pack (a folder with `submission.yaml`), or one YAML or JSON file.
//!
//! Under a list's key stand its entries, or where they are: one text, or a list of texts, is the
//! path of a file in the pack; anything else is the list itself. A list that is not there was
//! not declared; an empty one was declared to be empty.

use super::bills::{self, Bills};
use super::certificate::{self, Crl};
use super::evidence::Hasher;
use super::mds2;
use super::paths::{self, MAX_CERTIFICATES, MAX_CRL, MAX_CRLS, MAX_YAML, PackFile, Root};
use super::record::{RecordReader, value_span};
use super::source::{decode, load};
use crate::model::{
    Bundle, Declaration, FieldId, Place, Problem, Source, Subject, SubjectKind, Value, fields,
};
use crate::yaml::{self, Data, Fields, Limits, Node, Reader, shown};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

/// The names the main file of a pack may have.
const SUBMISSIONS: [&str; 3] = ["submission.yaml", "submission.yml", "submission.json"];
/// How the names of inventories end.
const INVENTORIES: [&str; 5] = ["csv", "ndjson", "jsonl", "json", "txt"];
/// The version of the declaration format this reads.
const SCHEMA_VERSION: &str = "1";
const MAX_PROBLEMS: usize = 100;

/// The keys of a declaration that are no plain lists, with what each is for.
pub const SUBMISSION_KEYS: [(&str, &str); 7] = [
    (
        "assets",
        "The machines: entries, or the paths of inventories; [] says that there are none",
    ),
    (
        "crls",
        "The paths of CRLs, PEM or DER, for every certificate whose issuers they are of",
    ),
    (
        "mds2",
        "Security disclosure forms of medical devices (MDS2): the paths of CSV or JSON files; they fill what assets of their maker and model leave open",
    ),
    ("organisation", "Who declares"),
    ("schema_version", "The version of this format: \"1\""),
    ("submission", "What is submitted, and who signs"),
    (
        "waivers",
        "Accepted risks: entries, or the path of a file that lists them",
    ),
];

/// The lists of a declaration by their keys. Assets and waivers have rules of their own.
pub const LISTS: [(&str, SubjectKind); 10] = [
    ("alerts", SubjectKind::Alert),
    ("attestations", SubjectKind::Attestation),
    ("backups", SubjectKind::Backup),
    ("certificates", SubjectKind::Certificate),
    ("components", SubjectKind::Component),
    ("endpoints", SubjectKind::Endpoint),
    ("evidence", SubjectKind::Evidence),
    ("products", SubjectKind::Product),
    ("services", SubjectKind::Service),
    ("zones", SubjectKind::Zone),
];

fn is_documented(key: &str) -> bool {
    let lists = LISTS.iter().map(|(key, _)| *key);
    let mut keys = SUBMISSION_KEYS.iter().map(|(key, _)| *key).chain(lists);
    keys.any(|known| known == key)
}

/// A declaration that was read.
#[derive(Debug)]
pub struct Opened {
    pub declaration: Declaration,
    /// Assets written into the declaration itself.
    pub assets: Vec<Subject>,
    /// Inventories the pack names, to be streamed.
    pub inventories: Vec<InventoryFile>,
}

/// An inventory inside a pack. The path is safe to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryFile {
    pub path: PathBuf,
    /// The name to print.
    pub name: String,
}

/// Why there is no declaration.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("open {0}: there is no such file or folder", .path.display())]
    Missing { path: PathBuf },
    #[error("open {0}: the folder has no submission.yaml; name a pack or a single file, or begin a pack with `passmuster init`", .folder.display())]
    NoSubmission { folder: PathBuf },
    /// The declaration was read and is wrong.
    #[error("read the declaration: {} problems", .0.len())]
    Problems(Vec<Problem>),
    #[error("read {0}: {error}", .path.display())]
    Unreadable { path: PathBuf, error: io::Error },
}

/// Opens a pack by its folder or by its `submission.yaml`, or a declaration in a single file.
pub fn open(path: &Path) -> Result<Opened, OpenError> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => OpenError::Missing { path: path.into() },
        _ => OpenError::Unreadable {
            path: path.into(),
            error,
        },
    };
    let found = fs::metadata(path).map_err(unreadable)?;
    if !found.is_dir() {
        let file_name = path.file_name().and_then(|name| name.to_str());
        let Some(main) = file_name.filter(|name| SUBMISSIONS.contains(name)) else {
            // A file we may not read is not a wrong file.
            fs::File::open(path).map_err(unreadable)?;
            return open_single(path);
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let root = Root::new(folder).map_err(unreadable)?;
        return open_pack(path, main, root);
    }
    let Some(main) = SUBMISSIONS
        .into_iter()
        .find(|name| path.join(name).exists())
    else {
        return Err(OpenError::NoSubmission {
            folder: path.into(),
        });
    };
    let root = Root::new(path).map_err(unreadable)?;
    open_pack(path, main, root)
}

/// Reads a declaration from bytes, such as standard input. It cannot name files.
pub fn read(name: &str, bytes: &[u8]) -> Result<Opened, OpenError> {
    let whole = |message: String| {
        OpenError::Problems(vec![Problem::new(&Source::new(name, ""), 0..0, message)])
    };
    if bytes.len() as u64 > MAX_YAML {
        return Err(whole(format!(
            "{name} is longer than {}, the most that is read",
            paths::size(MAX_YAML)
        )));
    }
    let source = decode(name, bytes).map_err(|problem| OpenError::Problems(vec![*problem]))?;
    Opening::new(name, None).finish(&source)
}

fn open_single(path: &Path) -> Result<Opened, OpenError> {
    let name = path.display().to_string();
    let source = load(path, &name).map_err(|problem| OpenError::Problems(vec![*problem]))?;
    Opening::new(&name, None).finish(&source)
}

fn open_pack(path: &Path, main: &str, root: Root) -> Result<Opened, OpenError> {
    let source = root
        .resolve(main)
        .map_err(|message| {
            let name = path.display().to_string();
            Box::new(Problem::new(&Source::new(name, ""), 0..0, message))
        })
        .and_then(|file| load(&file.path, &file.name))
        .map_err(|problem| OpenError::Problems(vec![*problem]))?;
    Opening::new(&path.display().to_string(), Some(root)).finish(&source)
}

/// A declaration being read, from all its files.
struct Opening {
    name: String,
    /// Absent where no files may be named.
    root: Option<Root>,
    problems: Vec<Problem>,
    hasher: Hasher,
    /// The files of certificates, by the certificates' ids.
    bundles: BTreeMap<String, Arc<Bundle>>,
    /// CRLs by their files: certificates share them.
    crls: HashMap<PathBuf, Vec<Crl>>,
    /// Those named for every certificate.
    crls_for_all: Vec<Crl>,
    crl_bytes: u64,
    bills: Bills,
    /// Who is who, and where it says so.
    ids: HashMap<(SubjectKind, String), (Arc<Source>, Range<usize>)>,
}

/// What stands under the key of a list.
enum Listed<'n, 's> {
    Inline(&'n Node<'s>),
    Paths(Vec<(&'n str, Range<usize>)>),
}

impl Opening {
    fn new(name: &str, root: Option<Root>) -> Self {
        Self {
            name: name.into(),
            root,
            problems: Vec::new(),
            hasher: Hasher::new(),
            bundles: BTreeMap::new(),
            crls: HashMap::new(),
            crls_for_all: Vec::new(),
            crl_bytes: 0,
            bills: Bills::default(),
            ids: HashMap::new(),
        }
    }

    fn finish(mut self, source: &Arc<Source>) -> Result<Opened, OpenError> {
        match self.read(source) {
            Some(opened) if self.problems.is_empty() => Ok(opened),
            _ => {
                // The main file first, then each file from its top.
                self.problems.sort_by_key(|problem| {
                    let name = Arc::clone(&problem.source.name);
                    (name != source.name, name, problem.span.start)
                });
                self.problems.truncate(MAX_PROBLEMS);
                Err(OpenError::Problems(self.problems))
            }
        }
    }

    fn read(&mut self, source: &Arc<Source>) -> Option<Opened> {
        let root = self.document(source, "a declaration begins with `organisation:`")?;
        let reader = Reader::new(source);
        let opened = self.root(&root, &reader);
        self.problems.extend(reader.into_problems());
        opened
    }

    /// The one document of a file.
    fn document<'s>(&mut self, source: &'s Arc<Source>, help: &str) -> Option<Node<'s>> {
        // Drawing any other problem of this file could print the key.
        if certificate::holds_private_key(source.text.as_bytes()) {
            let message = format!(
                "{} holds a private key: remove it and treat the key as compromised",
                source.name
            );
            self.problems
                .push(Problem::new(&Source::new(&*source.name, ""), 0..0, message));
            return None;
        }
        let mut documents = match yaml::parse(source, &Limits::default()) {
            Ok(documents) => documents,
            Err(problems) => {
                self.problems.extend(problems);
                return None;
            }
        };
        if let Some(second) = documents.get(1) {
            let message = format!("one document is expected, found {}", documents.len());
            let problem = Problem::new(source, second.span.clone(), message);
            self.problems
                .push(problem.help("put each declaration into a file of its own"));
            return None;
        }
        let document = documents.pop().filter(|node| node.data != Data::Null);
        if document.is_none() {
            let message = format!("{} is empty", source.name);
            self.problems
                .push(Problem::new(source, 0..0, message).help(help));
        }
        document
    }

    fn root(&mut self, root: &Node<'_>, reader: &Reader<'_>) -> Option<Opened> {
        let source = reader.source();
        let mut fields = Fields::open(root, reader, "a declaration")?.documented(is_documented);
        let version = self.schema_version(&mut fields);
        let organisation = fields
            .required("organisation")
            .map(|node| self.one(source, node, SubjectKind::Organisation, None));
        let submission = fields
            .optional("submission")
            .map(|node| self.one(source, node, SubjectKind::Submission, Some("submission")));

        let nobody = || {
            let place = Place::whole(Arc::clone(&source.name));
            Subject::new(SubjectKind::Organisation, "", place)
        };
        let mut declaration =
            Declaration::new(self.name.clone(), organisation.unwrap_or_else(nobody));
        if let Some(mut submission) = submission {
            if let Some(version) = version {
                let value = Value::Text(version);
                submission
                    .record
                    .set(fields::submission::SCHEMA_VERSION, value);
            }
            declaration
                .lists
                .insert(SubjectKind::Submission, vec![submission]);
        }
        self.crls_for_all = self.lists_for_all(&mut fields);
        for (key, kind) in LISTS {
            if let Some(subjects) = self.list(&mut fields, key, kind) {
                declaration.lists.insert(kind, subjects);
            }
        }
        self.forms(&mut fields, &mut declaration);
        std::mem::take(&mut self.bills).unpack(&mut declaration);
        declaration.bundles = std::mem::take(&mut self.bundles);
        let (assets, inventories) = self.assets(&mut fields, &mut declaration);
        declaration.waivers = self.waivers(&mut fields);
        fields.finish();
        Some(Opened {
            declaration,
            assets,
            inventories,
        })
    }

    fn schema_version(&mut self, fields: &mut Fields<'_, '_>) -> Option<String> {
        let node = fields.optional("schema_version")?;
        let version = fields.text("schema_version")?;
        if version != SCHEMA_VERSION && version != "1.0" {
            let message = format!("declarations of version {} are not read", shown(version));
            let source = fields.reader().source();
            let problem = Problem::new(source, node.span.clone(), message);
            self.problems
                .push(problem.help(format!("write `schema_version: {SCHEMA_VERSION}`")));
        }
        Some(version.to_owned())
    }

    /// A subject of which there is only one.
    fn one(
        &mut self,
        source: &Arc<Source>,
        node: &Node<'_>,
        kind: SubjectKind,
        default_id: Option<&str>,
    ) -> Subject {
        let mut records = RecordReader::new(source);
        let subject = records.subject(node, kind, default_id);
        self.problems.extend(records.into_problems());
        subject
    }

    /// A list of subjects, inline or in files; `None` when it was not declared.
    fn list(
        &mut self,
        fields: &mut Fields<'_, '_>,
        key: &str,
        kind: SubjectKind,
    ) -> Option<Vec<Subject>> {
        let source = fields.reader().source();
        match self.listed(source, fields.optional(key)?, key)? {
            Listed::Inline(node) => Some(self.entries(source, node, kind)),
            Listed::Paths(paths) => {
                let mut subjects = Vec::new();
                for (path, span) in paths {
                    let Some(file) = self.file(source, path, &span) else {
                        continue;
                    };
                    if kind == SubjectKind::Component && bills::is_bill(&file) {
                        if let Err(problem) = self.bills.read_file(&file) {
                            let problem = problem.related(source, span, "named here");
                            self.problems.push(problem);
                        }
                    } else {
                        subjects.extend(self.entries_of(source, &file, &span, kind));
                    }
                }
                Some(subjects)
            }
        }
    }

    fn assets(
        &mut self,
        fields: &mut Fields<'_, '_>,
        declaration: &mut Declaration,
    ) -> (Vec<Subject>, Vec<InventoryFile>) {
        let (mut assets, mut inventories) = (Vec::new(), Vec::new());
        let source = fields.reader().source();
        let listed = fields
            .optional("assets")
            .and_then(|node| self.listed(source, node, "assets"));
        declaration.has_assets = listed.is_some();
        match listed {
            None => {}
            Some(Listed::Inline(node)) => assets = self.entries(source, node, SubjectKind::Asset),
            Some(Listed::Paths(paths)) => {
                for (path, span) in paths {
                    let Some(file) = self.file(source, path, &span) else {
                        continue;
                    };
                    match extension(path) {
                        ending if INVENTORIES.contains(&&*ending) => {
                            let PackFile { path, name } = file;
                            inventories.push(InventoryFile { path, name });
                        }
                        ending if ending == "yaml" || ending == "yml" => {
                            assets.extend(self.entries_of(
                                source,
                                &file,
                                &span,
                                SubjectKind::Asset,
                            ));
                        }
                        _ => {
                            let message = format!("{} is no kind of inventory", shown(path));
                            let problem = Problem::new(source, span, message);
                            let help =
                                "inventories end in .csv, .ndjson, .jsonl, .json, .txt or .yaml";
                            self.problems.push(problem.help(help));
                        }
                    }
                }
            }
        }
        (assets, inventories)
    }

    /// Reads the forms of medical devices, for the assets and the products that are of their models.
    fn forms(&mut self, fields: &mut Fields<'_, '_>, declaration: &mut Declaration) {
        let source = fields.reader().source();
        let listed = fields
            .optional("mds2")
            .and_then(|node| self.listed(source, node, "mds2"));
        let paths = match listed {
            None => return,
            Some(Listed::Paths(paths)) => paths,
            Some(Listed::Inline(node)) => {
                let message = "expected the path of a form for `mds2`, or a list of paths";
                let problem = Problem::new(source, node.span.clone(), message);
                self.problems
                    .push(problem.help("save the form as CSV or JSON in the pack, and name it"));
                return;
            }
        };
        for (path, span) in paths {
            let Some(file) = self.file(source, path, &span) else {
                continue;
            };
            let read = paths::read_capped(&file.path, mds2::MAX_BYTES)
                .and_then(|bytes| mds2::read(&bytes));
            match read {
                Ok(form) => form.add_to(declaration),
                Err(reason) => {
                    let message = format!("{} cannot be used: {reason}", file.name);
                    self.problems.push(Problem::new(source, span, message));
                }
            }
        }
    }

    /// The CRLs that are named for all certificates.
    fn lists_for_all(&mut self, fields: &mut Fields<'_, '_>) -> Vec<Crl> {
        let source = fields.reader().source();
        let listed = fields
            .optional("crls")
            .and_then(|node| self.listed(source, node, "crls"));
        let paths = match listed {
            None => return Vec::new(),
            Some(Listed::Inline(node)) => {
                if node.sequence().is_none_or(|items| !items.is_empty()) {
                    let message = "expected the paths of CRLs for `crls`";
                    let problem = Problem::new(source, node.span.clone(), message);
                    self.problems.push(problem);
                }
                return Vec::new();
            }
            Some(Listed::Paths(paths)) => paths,
        };
        let mut crls = Vec::new();
        for (path, span) in paths {
            crls.extend(self.lists_of(source, path, &span));
            if crls.len() > MAX_CRLS {
                let message = format!("more than {MAX_CRLS} CRLs are named for all certificates");
                self.problems.push(Problem::new(source, span, message));
                break;
            }
        }
        crls
    }

    /// The sources that hold waivers; the policy reads them.
    fn waivers(&mut self, fields: &mut Fields<'_, '_>) -> Vec<Arc<Source>> {
        let source = fields.reader().source();
        let listed = fields
            .optional("waivers")
            .and_then(|node| self.listed(source, node, "waivers"));
        match listed {
            None => Vec::new(),
            Some(Listed::Inline(_)) => vec![Arc::clone(source)],
            Some(Listed::Paths(paths)) => paths
                .into_iter()
                .filter_map(|(path, span)| {
                    let file = self.file(source, path, &span)?;
                    self.load(source, &file, &span)
                })
                .collect(),
        }
    }

    fn listed<'n, 's>(
        &mut self,
        source: &Arc<Source>,
        node: &'n Node<'s>,
        key: &str,
    ) -> Option<Listed<'n, 's>> {
        if let Some(path) = node.text() {
            return Some(Listed::Paths(vec![(path, node.span.clone())]));
        }
        let Some(items) = node.sequence() else {
            let message = format!("expected a list or a path for `{key}`, found a mapping");
            self.problems
                .push(Problem::new(source, node.span.clone(), message));
            return None;
        };
        let paths: Vec<_> = items
            .iter()
            .filter_map(|item| Some((item.text()?, item.span.clone())))
            .collect();
        if paths.is_empty() {
            return Some(Listed::Inline(node));
        }
        if let Some(other) = items.iter().find(|item| item.text().is_none()) {
            let message = format!("`{key}` holds both paths and entries");
            let problem = Problem::new(source, other.span.clone(), message)
                .label("an entry")
                .related(source, paths[0].1.clone(), "a path")
                .help("list either entries, or paths of files that hold them");
            self.problems.push(problem);
            return None;
        }
        Some(Listed::Paths(paths))
    }

    /// The file a path of the pack means, if it may be opened.
    fn file(&mut self, source: &Arc<Source>, path: &str, span: &Range<usize>) -> Option<PackFile> {
        let problem = match &self.root {
            None => Problem::new(
                source,
                span.clone(),
                format!("{} cannot be named here", shown(path)),
            )
            .help("only the submission.yaml of a pack may name files; write the entries here"),
            Some(root) => match root.resolve(path) {
                Ok(file) => return Some(file),
                Err(reason) => Problem::new(source, span.clone(), reason),
            },
        };
        self.problems.push(problem);
        None
    }

    fn load(
        &mut self,
        source: &Arc<Source>,
        file: &PackFile,
        span: &Range<usize>,
    ) -> Option<Arc<Source>> {
        match load(&file.path, &file.name) {
            Ok(loaded) => Some(loaded),
            Err(problem) => {
                let named = "named here";
                self.problems
                    .push(problem.related(source, span.clone(), named));
                None
            }
        }
    }

    /// The entries of a file that holds a list.
    fn entries_of(
        &mut self,
        source: &Arc<Source>,
        file: &PackFile,
        span: &Range<usize>,
        kind: SubjectKind,
    ) -> Vec<Subject> {
        let Some(loaded) = self.load(source, file, span) else {
            return Vec::new();
        };
        let help = format!("write `[]` when there are no {}", kind.schema().plural);
        match self.document(&loaded, &help) {
            Some(node) => self.entries(&loaded, &node, kind),
            None => Vec::new(),
        }
    }

    fn entries(
        &mut self,
        source: &Arc<Source>,
        node: &Node<'_>,
        kind: SubjectKind,
    ) -> Vec<Subject> {
        let Some(items) = node.sequence() else {
            let message = format!(
                "expected a list of {}, found {}",
                kind.schema().plural,
                yaml::found(node)
            );
            self.problems
                .push(Problem::new(source, node.span.clone(), message));
            return Vec::new();
        };
        let mut records = RecordReader::new(source);
        let mut subjects = Vec::new();
        for item in items {
            if records.is_full() {
                break;
            }
            let mut subject = records.subject(item, kind, None);
            self.unique(source, item, &subject);
            match kind {
                SubjectKind::Certificate => self.certificate(source, item, &mut subject),
                SubjectKind::Evidence => self.evidence(source, item, &mut subject),
                SubjectKind::Product => self.bill_of_product(source, item, &mut subject),
                _ => {}
            }
            subjects.push(subject);
        }
        self.problems.extend(records.into_problems());
        subjects
    }

    fn unique(&mut self, source: &Arc<Source>, node: &Node<'_>, subject: &Subject) {
        let Some(id) = subject.schema.find("id") else {
            return;
        };
        if subject.id.is_empty() {
            return;
        }
        let span = value_span(node, subject.schema, id);
        let key = (subject.kind, subject.id.clone());
        if let Some((other, first)) = self.ids.get(&key) {
            let message = format!(
                "two {} have the id {}",
                subject.schema.plural,
                shown(&subject.id)
            );
            let problem = Problem::new(source, span, message)
                .label("again here")
                .help("waivers and findings name them by it: give each its own")
                .related(other, first.clone(), "first given here");
            self.problems.push(problem);
            return;
        }
        self.ids.insert(key, (Arc::clone(source), span));
    }

    /// Reads the file of a certificate, if it names one.
    fn certificate(&mut self, source: &Arc<Source>, node: &Node<'_>, subject: &mut Subject) {
        let id = fields::certificate::FILE;
        let mut crls = self.crls(source, node, subject);
        if let Some((file, span)) = self.named(source, node, subject, id) {
            let read = paths::read_capped(&file.path, MAX_CERTIFICATES)
                .and_then(|bytes| certificate::read(&bytes));
            match read {
                Ok(read) => {
                    subject.record = certificate::replace(&subject.record, read.facts);
                    let own = read.crls.into_iter();
                    crls.extend(own.map(|der| Crl::from(Arc::from(der))));
                    let for_all = self.crls_for_all.iter();
                    let own = for_all.filter(|crl| crl.concerns(&read.leaf, &read.others));
                    let own: Vec<_> = own.filter(|crl| !crls.contains(crl)).cloned().collect();
                    crls.extend(own);
                    certificate::set_crl_days(&mut subject.record, &read.leaf, &crls);
                    let bundle = certificate::assemble(read.leaf, read.others, &crls);
                    // Of two with one id, which is a problem, the first counts.
                    let bundles = self.bundles.entry(subject.id.clone());
                    bundles.or_insert_with(|| Arc::new(bundle));
                }
                Err(reason) => {
                    let message = format!("{} cannot be used: {reason}", file.name);
                    self.problems.push(Problem::new(source, span, message));
                }
            }
        }
        certificate::work_out(&mut subject.record);
    }

    /// Reads the CRLs that a certificate names, each file once.
    fn crls(&mut self, source: &Arc<Source>, node: &Node<'_>, subject: &Subject) -> Vec<Crl> {
        let id = fields::certificate::CRLS;
        let span = value_span(node, subject.schema, id);
        let mut crls = Vec::new();
        for path in subject.texts(id).unwrap_or_default() {
            crls.extend(self.lists_of(source, path, &span));
        }
        if crls.len() > MAX_CRLS {
            let message = format!("{} CRLs are named; the limit is {MAX_CRLS}", crls.len());
            self.problems.push(Problem::new(source, span, message));
            crls.truncate(MAX_CRLS);
        }
        crls
    }

    /// The CRLs of a file; none, and a problem, where it holds something else.
    fn lists_of(&mut self, source: &Arc<Source>, path: &str, span: &Range<usize>) -> Vec<Crl> {
        let Some(file) = self.file(source, path, span) else {
            return Vec::new();
        };
        self.crl_file(&file).unwrap_or_else(|reason| {
            let message = format!("{} cannot be used: {reason}", file.name);
            self.problems
                .push(Problem::new(source, span.clone(), message));
            Vec::new()
        })
    }

    fn crl_file(&mut self, file: &PackFile) -> Result<Vec<Crl>, String> {
        if let Some(known) = self.crls.get(&file.path) {
            return Ok(known.clone());
        }
        let bytes = paths::read_capped(&file.path, MAX_CRL.saturating_sub(self.crl_bytes))?;
        self.crl_bytes = self.crl_bytes.saturating_add(bytes.len() as u64);
        let lists = certificate::read_crls(&bytes)?;
        self.crls.insert(file.path.clone(), lists.clone());
        Ok(lists)
    }

    /// Reads the bill of materials of a product, if it names one.
    fn bill_of_product(&mut self, source: &Arc<Source>, node: &Node<'_>, subject: &mut Subject) {
        let id = fields::product::SBOM_FILE;
        let Some((file, span)) = self.named(source, node, subject, id) else {
            return;
        };
        if let Err(problem) = self.bills.read_of(&file, subject) {
            self.problems
                .push(problem.related(source, span, "named here"));
        }
    }

    /// Hashes the file of a piece of evidence, if it names one.
    fn evidence(&mut self, source: &Arc<Source>, node: &Node<'_>, subject: &mut Subject) {
        let id = fields::evidence::PATH;
        let Some((file, span)) = self.named(source, node, subject, id) else {
            return;
        };
        match self.hasher.sha256(&file) {
            Ok(digest) => subject
                .record
                .set(fields::evidence::ACTUAL_SHA256, Value::Text(digest)),
            Err(reason) => {
                let message = format!("{} cannot be used: {reason}", file.name);
                self.problems.push(Problem::new(source, span, message));
            }
        }
    }

    fn named(
        &mut self,
        source: &Arc<Source>,
        node: &Node<'_>,
        subject: &Subject,
        id: FieldId,
    ) -> Option<(PackFile, Range<usize>)> {
        let path = subject.text(id)?;
        let span = value_span(node, subject.schema, id);
        Some((self.file(source, path, &span)?, span))
    }
}

fn extension(path: &str) -> String {
    path.rsplit_once('.')
        .map(|(_, ending)| ending.trim().to_ascii_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fields::{certificate as cert, evidence, submission};
    use sha2::{Digest, Sha256};
    use tempfile::TempDir;

    const ORGANISATION: &str = "organisation: {name: Fictional Care Ltd, ods_code: X99}\n";

    /// A pack of the given files.
    fn pack(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn pack_with(submission: &str, files: &[(&str, &str)]) -> TempDir {
        let submission = format!("{ORGANISATION}{submission}");
        pack(&[&[("submission.yaml", &*submission)], files].concat())
    }

    fn told(result: Result<Opened, OpenError>) -> Vec<String> {
        match result {
            Ok(_) => panic!("nothing was wrong"),
            Err(OpenError::Problems(problems)) => problems
                .iter()
                .map(|problem| {
                    let place = problem.place();
                    format!("{}:{} {}", place.line, place.column, problem.message)
                })
                .collect(),
            Err(error) => panic!("{error}"),
        }
    }

    fn inline(text: &str) -> Result<Opened, OpenError> {
        read("<stdin>", format!("{ORGANISATION}{text}").as_bytes())
    }

    #[test]
    fn a_pack_is_read_with_all_its_files() {
        let folder = pack_with(
            "schema_version: 1\n\
             submission: {framework: hssf, lots: [lot-1, lot-2], planned_award_date: 2027-03-01}\n\
             assets: [inventory.csv, more/servers.ndjson]\n\
             attestations: lists/attestations.yaml\n\
             zones: []\n\
             waivers: waivers.yaml\n\
             evidence:\n  - {id: E1, kind: report, path: evidence/report.pdf}\n",
            &[
                ("inventory.csv", "id\nPC-1\n"),
                ("more/servers.ndjson", "{}\n"),
                (
                    "lists/attestations.yaml",
                    "- {id: A1, scheme: ce-plus}\n- {id: A2, scheme: dspt}\n",
                ),
                ("waivers.yaml", "- id: W1\n"),
                ("evidence/report.pdf", "%PDF-1.7 fictional"),
            ],
        );
        let opened = open(folder.path()).unwrap();
        let declaration = &opened.declaration;
        assert_eq!(declaration.organisation.id, "X99");
        let submitted = declaration.submission().unwrap();
        assert_eq!(submitted.id, "submission");
        assert_eq!(submitted.text(submission::SCHEMA_VERSION), Some("1"));
        assert_eq!(submitted.texts(submission::LOTS).unwrap().len(), 2);
        assert!(declaration.has_assets && opened.assets.is_empty());
        let names: Vec<_> = opened.inventories.iter().map(|file| &file.name).collect();
        assert!(names[0].ends_with("inventory.csv") && names[1].ends_with("servers.ndjson"));
        assert_eq!(declaration.list(SubjectKind::Attestation).unwrap().len(), 2);
        let attestation = declaration.find(SubjectKind::Attestation, "A2").unwrap();
        assert!(
            attestation
                .place
                .to_string()
                .ends_with("attestations.yaml:2:3")
        );
        assert_eq!(declaration.list(SubjectKind::Zone).map(<[_]>::len), Some(0));
        assert!(declaration.list(SubjectKind::Endpoint).is_none());
        assert_eq!(declaration.waivers[0].text, "- id: W1\n");
        let report = declaration.find(SubjectKind::Evidence, "E1").unwrap();
        let expected = Sha256::digest("%PDF-1.7 fictional");
        assert_eq!(
            report.text(evidence::ACTUAL_SHA256),
            Some(&*super::super::evidence::hexadecimal(&expected))
        );
        let by_file = open(&folder.path().join("submission.yaml")).unwrap();
        assert_eq!(by_file.inventories, opened.inventories);
    }

    #[test]
    fn one_file_or_a_stream_holds_everything_itself() {
        let opened = inline(
            "assets:\n  - {id: PC-1, os: Windows 10}\nwaivers:\n  - id: W1\nzones: [{id: Z1}]\n",
        )
        .unwrap();
        assert_eq!(opened.assets[0].id, "PC-1");
        assert!(opened.declaration.has_assets);
        assert_eq!(opened.declaration.waivers.len(), 1);
        assert!(opened.declaration.waivers[0].text.contains("id: W1"));
        let json = br#"{"organisation": {"name": "Fictional Trust"}, "assets": []}"#;
        let opened = read("<stdin>", json).unwrap();
        assert!(opened.declaration.has_assets && opened.assets.is_empty());
        assert_eq!(opened.declaration.organisation.id, "Fictional Trust");
        let folder = pack(&[("other.yaml", &format!("{ORGANISATION}assets: []\n"))]);
        assert!(open(&folder.path().join("other.yaml")).is_ok());
    }

    #[test]
    fn what_was_not_declared_stays_absent() {
        let opened = inline("assets: ~\nzones:\n").unwrap();
        assert!(!opened.declaration.has_assets);
        assert!(opened.declaration.lists.is_empty());
        assert!(opened.declaration.waivers.is_empty());
    }

    #[test]
    fn only_a_pack_may_name_files() {
        assert_eq!(
            told(inline(
                "assets: inventory.csv\nevidence: [{id: E, path: a.pdf}]\n"
            )),
            [
                "2:9 `inventory.csv` cannot be named here",
                "3:26 `a.pdf` cannot be named here"
            ]
        );
        let folder = pack(&[
            ("other.yaml", &format!("{ORGANISATION}assets: a.csv\n")),
            ("a.csv", "id\n"),
        ]);
        let problems = told(open(&folder.path().join("other.yaml")));
        assert_eq!(problems, ["2:9 `a.csv` cannot be named here"]);
    }

    #[test]
    fn every_path_that_leaves_the_pack_is_a_problem_at_its_place() {
        let folder = pack_with(
            "assets: ../../etc/passwd\n\
             zones: /etc/hosts\n\
             waivers: [a.yaml, ../b.yaml]\n\
             certificates: [{id: C, file: '..\\c.pem'}]\n\
             evidence: [{id: E, path: gone.pdf}]\n",
            &[("a.yaml", "[]\n")],
        );
        let problems = told(open(folder.path()));
        assert_eq!(
            problems,
            [
                "2:9 `../../etc/passwd` leaves the pack: it climbs with `..`",
                "3:8 `/etc/hosts` leaves the pack: it is an absolute path",
                "4:19 `../b.yaml` leaves the pack: it climbs with `..`",
                "5:30 `..\\c.pem` leaves the pack: it climbs with `..`",
                "6:26 the pack has no file `gone.pdf`",
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn symbolic_links_out_of_the_pack_are_not_followed() {
        use std::os::unix::fs::symlink;
        let outside = pack(&[
            ("secret.yaml", "- {id: A1}\n"),
            ("submission.yaml", ORGANISATION),
        ]);
        let folder = pack_with("zones: zones.yaml\n", &[]);
        symlink(
            outside.path().join("secret.yaml"),
            folder.path().join("zones.yaml"),
        )
        .unwrap();
        assert_eq!(
            told(open(folder.path())),
            ["2:8 `zones.yaml` leaves the pack: it is a symbolic link"]
        );
        let linked = tempfile::tempdir().unwrap();
        let main = linked.path().join("submission.yaml");
        symlink(outside.path().join("submission.yaml"), &main).unwrap();
        for path in [linked.path(), &main] {
            assert!(told(open(path))[0].contains("leaves the pack"));
        }
    }

    #[test]
    fn the_whole_of_what_is_wrong_is_told_at_once() {
        let text = "organisation: {name: X, odz: 1}\nschema_version: 7\nzones: {a: 1}\nasets: []\n\
                    alerts: [{id: A, severity: huge}, x.yaml]\nendpoints: [{port: 443}]\n";
        let problems = told(read("<stdin>", text.as_bytes()));
        assert_eq!(
            problems,
            [
                "1:25 unknown key `odz` in this organisation",
                "2:17 declarations of version `7` are not read",
                "3:8 expected a list or a path for `zones`, found a mapping",
                "4:1 unknown key `asets` in a declaration",
                "5:10 `alerts` holds both paths and entries",
                "6:14 this endpoint lacks `id`",
            ]
        );
        assert_eq!(
            told(read("<stdin>", b"zones: []\n")),
            ["1:1 a declaration lacks `organisation`"]
        );
        assert_eq!(
            told(read("<stdin>", b"- a\n")),
            ["1:1 expected a mapping for a declaration, found a list"]
        );
    }

    #[test]
    fn two_entries_never_share_an_id_even_across_files() {
        let folder = pack_with(
            "zones: [a.yaml, b.yaml]\nalerts: [{id: Z1}]\n",
            &[
                ("a.yaml", "- id: Z1\n- id: Z2\n"),
                ("b.yaml", "- kind: dmz\n  id: Z1\n"),
            ],
        );
        let Err(OpenError::Problems(problems)) = open(folder.path()) else {
            panic!("not refused");
        };
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].message, "two zones have the id `Z1`");
        assert!(problems[0].place().to_string().ends_with("b.yaml:2:7"));
        let (first, span, _) = problems[0].related.clone().unwrap();
        assert!(first.place(span.start).to_string().ends_with("a.yaml:1:7"));
    }

    #[test]
    fn files_that_are_no_declaration_say_what_to_do() {
        let folder = pack(&[("readme.txt", "hello"), ("empty.yaml", "# nothing\n")]);
        let missing = open(&folder.path().join("gone")).unwrap_err();
        assert!(matches!(&missing, OpenError::Missing { .. }));
        assert!(
            missing
                .to_string()
                .ends_with("there is no such file or folder")
        );
        let none = open(folder.path()).unwrap_err();
        assert!(none.to_string().contains("has no submission.yaml"));
        let Err(OpenError::Problems(problems)) = open(&folder.path().join("empty.yaml")) else {
            panic!("not refused");
        };
        assert!(problems[0].message.ends_with("empty.yaml is empty"));
        assert!(problems[0].help.as_ref().unwrap().contains("organisation:"));
        assert!(told(read("<stdin>", b""))[0].contains("<stdin> is empty"));
        assert!(told(read("<stdin>", b"\xff\xfe\x00"))[0].contains("not UTF-8 text"));
        assert!(told(read("<stdin>", b"a: \xff"))[0].contains("0xFF at byte 3"));
        assert_eq!(
            told(read("<stdin>", b"a: 1\n---\nb: 1\n")),
            ["3:1 one document is expected, found 2"]
        );
    }

    #[test]
    fn wrong_files_behind_a_list_name_the_file_and_where_it_was_named() {
        let folder = pack_with(
            "zones: zones.yaml\nalerts: alerts.yaml\nassets: assets.xlsx\nendpoints: e.yaml\n",
            &[
                ("zones.yaml", "id: Z1\n"),
                ("alerts.yaml", "\0\0"),
                ("assets.xlsx", "PK"),
                ("e.yaml", ""),
            ],
        );
        let problems = told(open(folder.path())).join("\n");
        assert!(problems.contains("1:1 expected a list of zones, found a mapping"));
        assert!(problems.contains("alerts.yaml is not UTF-8 text: a zero byte at byte 0"));
        assert!(problems.contains("4:9 `assets.xlsx` is no kind of inventory"));
        assert!(problems.contains("e.yaml is empty"));
    }

    #[test]
    fn certificates_are_read_from_their_files() {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["portal.example.test".into()]).unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let private = format!("{pem}{}", key.serialize_pem());
        let folder = pack_with(
            "certificates:\n  - {id: C1, file: c.pem, sans: [lie.example.test]}\n  \
             - {id: C2, not_before: '2026-01-01T00:00Z', not_after: '2026-03-31T23:59:59Z'}\n",
            &[("c.pem", &pem)],
        );
        let declaration = open(folder.path()).unwrap().declaration;
        let read = declaration.find(SubjectKind::Certificate, "C1").unwrap();
        assert_eq!(read.texts(cert::SANS).unwrap(), ["portal.example.test"]);
        assert!(read.integer(cert::LIFETIME_DAYS).is_some());
        let stated = declaration.find(SubjectKind::Certificate, "C2").unwrap();
        assert_eq!(stated.integer(cert::LIFETIME_DAYS), Some(90));

        let bundle = &declaration.bundles["C1"];
        assert!(bundle.others.is_empty() && !declaration.bundles.contains_key("C2"));

        let folder = pack_with(
            "certificates:\n  - {id: C1, file: c.pem}\n",
            &[("c.pem", &private)],
        );
        let declaration = open(folder.path()).unwrap().declaration;
        let sent = declaration.find(SubjectKind::Certificate, "C1").unwrap();
        assert_eq!(sent.boolean(cert::PRIVATE_KEY_SENT), Some(true));
        let shown = format!("{declaration:?}");

        let only_key = key.serialize_pem();
        let folder = pack_with(
            "certificates:\n  - {id: C1, file: c.pem}\n  - {id: C2, path: d.pem}\n",
            &[("c.pem", &only_key), ("d.pem", "hello")],
        );
        let Err(OpenError::Problems(problems)) = open(folder.path()) else {
            panic!("not refused");
        };
        assert!(
            problems[0]
                .message
                .ends_with("remove it and treat the key as compromised")
        );
        assert_eq!(
            (problems[0].place().line, problems[0].place().column),
            (3, 20)
        );
        assert!(
            problems[1]
                .message
                .contains("d.pem cannot be used: it is neither PEM nor DER")
        );
        let secret: String = key.serialize_pem().lines().skip(1).take(1).collect();
        assert!(!format!("{problems:?}").contains(&secret) && !shown.contains(&secret));
    }

    #[test]
    fn a_private_key_in_the_declaration_itself_is_never_shown() {
        let text =
            "note: |\n  -----BEGIN PRIVATE KEY-----\n  c2VjcmV0\n  -----END PRIVATE KEY-----\n";
        let Err(OpenError::Problems(problems)) = inline(text) else {
            panic!("not refused");
        };
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.contains("holds a private key"));
        assert!(!format!("{problems:?}").contains("c2VjcmV0"));
    }

    #[test]
    fn broken_declarations_never_panic() {
        let text = format!(
            "{ORGANISATION}assets: [{{id: PC-1, os: {{build: 1}}, updates: [KB1]}}]\n\
             evidence: [{{id: E, path: x}}]\nwaivers:\n  - id: W\nzones: []\n"
        );
        for at in 0..text.len() {
            for byte in b"\n :-[]{},'\"&*!#~\xff\0" {
                let mut broken = text.clone().into_bytes();
                broken[at] = *byte;
                let _ = read("<stdin>", &broken);
                broken.insert(at, *byte);
                let _ = read("<stdin>", &broken);
            }
            let _ = read("<stdin>", &text.as_bytes()[..at]);
        }
    }
}
