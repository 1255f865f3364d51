//! Opens a declaration: a pack (a folder with `submission.yaml`), or one YAML or JSON file.
//!
//! Under a list's key stand its entries, or where they are: one text, or a list of texts, is the
//! path of a file in the pack; anything else is the list itself. A list that is not there was
//! not declared; an empty one was declared to be empty.

use super::certificate;
use super::evidence::Hasher;
use super::paths::{self, MAX_CERTIFICATES, MAX_YAML, PackFile, Root};
use super::record::{RecordReader, value_span};
use super::source::{decode, load};
use crate::model::{
    Declaration, FieldId, Place, Problem, Source, Subject, SubjectKind, Value, fields,
};
use crate::yaml::{self, Data, Fields, Limits, Node, Reader, shown};
use std::collections::HashMap;
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

/// The lists of a declaration by their keys. Assets and waivers have rules of their own.
const LISTS: [(&str, SubjectKind); 6] = [
    ("alerts", SubjectKind::Alert),
    ("attestations", SubjectKind::Attestation),
    ("certificates", SubjectKind::Certificate),
    ("endpoints", SubjectKind::Endpoint),
    ("evidence", SubjectKind::Evidence),
    ("zones", SubjectKind::Zone),
];

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
    #[error("open {0}: the folder has no submission.yaml; name a pack, or a single file", .folder.display())]
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
        return Err(whole(format!("{name} has more than {MAX_YAML} bytes")));
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
            ids: HashMap::new(),
        }
    }

    fn finish(mut self, source: &Arc<Source>) -> Result<Opened, OpenError> {
        match self.read(source) {
            Some(opened) if self.problems.is_empty() => Ok(opened),
            _ => {
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
        let mut fields = Fields::open(root, reader, "a declaration")?;
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
        for (key, kind) in LISTS {
            if let Some(subjects) = self.list(&mut fields, key, kind) {
                declaration.lists.insert(kind, subjects);
            }
        }
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
                    if let Some(file) = self.file(source, path, &span) {
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
        if let Some((file, span)) = self.named(source, node, subject, id) {
            let read = paths::read_capped(&file.path, MAX_CERTIFICATES)
                .and_then(|bytes| certificate::read(&bytes));
            match read {
                Ok(facts) => subject.record = certificate::replace(&subject.record, facts),
                Err(reason) => {
                    let message = format!("{} cannot be used: {reason}", file.name);
                    self.problems.push(Problem::new(source, span, message));
                }
            }
        }
        certificate::set_lifetime(&mut subject.record);
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
