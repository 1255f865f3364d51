//! Several inventories about one estate, joined: one asset for each machine, whatever number of
//! files and rows tell of it.
//!
//! Which rows are one machine is told in `group`, what becomes of a field that two sources fill in
//! `merge` and `rules`. Rows that name no machine go to the one that their file or its folder is
//! named after, or to the only one of the run. All rows are kept, in little room, until all are read;
//! machines come out in the order of the first file, then what only later files know.

mod completeness;
mod group;
mod identity;
mod label;
mod lists;
mod merge;
mod naming;
mod node;
mod refine;
mod rules;
#[cfg(test)]
mod tests;

use self::group::{Clash, Groups, Over};
use self::identity::{Keys, Numbers, Space};
use self::naming::{Naming, is_named_by_file};
use self::node::Node;
use super::batch::{Batch, Importer};
use super::error::ImportError;
use super::format::Format;
use super::inventory::Inventory;
use super::row::{BadRecord, Row};
use super::survey::Survey;
use crate::model::fields::asset;
use crate::model::{FieldId, Origins, Remark, RemarkKind, Subject};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// Machines in one batch of what was joined.
const BATCH: u32 = 256;

/// What is read, and kept, before anything can be joined.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    files: Vec<File>,
    items: Vec<Item>,
    bytes: usize,
    limit: usize,
    /// Of a file that gives parts: which node has this identity.
    parts: HashMap<String, usize>,
}

#[derive(Debug)]
struct File {
    name: Arc<str>,
    format: Format,
    gives_parts: bool,
}

#[derive(Debug)]
enum Item {
    Node(Node),
    Bad(BadRecord),
}

/// Machines and records that could not be read, in their order.
#[derive(Debug, Default)]
pub(super) struct Joined {
    names: Vec<Arc<str>>,
    nodes: Vec<Node>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
enum Entry {
    Machine {
        /// Positions of its rows.
        rows: Vec<u32>,
        label: Option<String>,
        remarks: Vec<Remark>,
    },
    Bad(BadRecord),
}

/// Reads inventories to their end and joins them.
pub(super) fn join(inventories: &mut [Inventory], limit: usize) -> Result<Joined, ImportError> {
    let mut joiner = Joiner::new(limit);
    for inventory in inventories {
        joiner.read(inventory)?;
    }
    Ok(joiner.finish())
}

impl Joiner {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    fn read(&mut self, inventory: &mut Inventory) -> Result<(), ImportError> {
        self.begin(
            inventory.name(),
            inventory.format(),
            inventory.gives_parts(),
        );
        let at_once = 2 * rayon::current_num_threads();
        loop {
            let mut batches = Vec::with_capacity(at_once);
            while batches.len() < at_once
                && let Some(batch) = inventory.next_batch()?
            {
                batches.push(batch);
            }
            if batches.is_empty() {
                return Ok(());
            }
            let file = self.file();
            let read: Vec<_> = batches.par_iter().map(|batch| items(file, batch)).collect();
            for (items, bytes, survey) in read {
                inventory.add_survey(&survey);
                self.bytes = self.bytes.saturating_add(bytes);
                if self.bytes > self.limit {
                    return Err(ImportError::TooMuchToJoin {
                        name: inventory.name().into(),
                        machines: self.items.len(),
                        limit: self.limit,
                    });
                }
                for item in items {
                    self.take(item);
                }
            }
        }
    }

    /// Says which file the rows that follow are from.
    pub(super) fn begin(&mut self, name: &str, format: Format, gives_parts: bool) {
        self.parts.clear();
        self.files.push(File {
            name: name.into(),
            format,
            gives_parts,
        });
    }

    fn file(&self) -> u32 {
        u32::try_from(self.files.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    #[cfg(test)]
    fn row(&mut self, row: Row) {
        self.take(item(self.file(), row));
    }

    fn take(&mut self, item: Item) {
        let node = match item {
            Item::Node(node) => node,
            bad @ Item::Bad(_) => return self.items.push(bad),
        };
        let gives_parts = self.files.last().is_some_and(|file| file.gives_parts);
        if node.is_named && !gives_parts {
            return self.items.push(Item::Node(node));
        }
        let identity = [asset::ID, asset::NAME, asset::SERIAL, asset::NETWORK_MAC];
        let identity = identity.map(|field| node.text(field).unwrap_or_default());
        let key = format!("{}\0{}", node.is_named, identity.join("\0"));
        let at = *self.parts.entry(key).or_insert(self.items.len());
        match self.items.get_mut(at) {
            Some(Item::Node(known)) => known.fold(node),
            _ => self.items.push(Item::Node(node)),
        }
    }

    /// Joins all that was read.
    pub(super) fn finish(self) -> Joined {
        let mut nodes = Vec::with_capacity(self.items.len());
        // What could not be read stands where it stood: before the node that came next.
        let mut bad: Vec<(usize, BadRecord)> = Vec::new();
        for item in self.items {
            match item {
                Item::Node(mut node) => {
                    node.settle();
                    nodes.push(node);
                }
                Item::Bad(record) => bad.push((nodes.len(), record)),
            }
        }
        let names: Vec<_> = self
            .files
            .iter()
            .map(|file| Arc::clone(&file.name))
            .collect();
        let (machines, unnamed) = machines(&self.files, &names, &nodes);
        bad.extend(unnamed);
        bad.sort_by_key(|(before, _)| *before);

        let mut entries = Vec::with_capacity(machines.len() + bad.len());
        let mut bad = bad.into_iter().peekable();
        for machine in machines {
            let first = machine.rows.first().map_or(0, |row| *row as usize);
            while let Some((_, record)) = bad.next_if(|(before, _)| *before <= first) {
                entries.push(Entry::Bad(record));
            }
            entries.push(Entry::Machine {
                rows: machine.rows,
                label: machine.label,
                remarks: machine.remarks,
            });
        }
        entries.extend(bad.map(|(_, record)| Entry::Bad(record)));
        Joined {
            names,
            nodes,
            entries,
        }
    }
}

/// The rows of a batch as items, about how much room they take up, and what is in them.
fn items(file: u32, batch: &Batch) -> (Vec<Item>, usize, Survey) {
    let mut all = Vec::new();
    let mut bytes = 0_usize;
    let mut survey = Survey::default();
    batch.read(&mut |row| {
        survey.see(&row);
        let item = item(file, row);
        bytes = bytes.saturating_add(match &item {
            Item::Node(node) => node.bytes(),
            Item::Bad(record) => size_of::<Item>() + record.message.len(),
        });
        all.push(item);
    });
    (all, bytes, survey)
}

fn item(file: u32, row: Row) -> Item {
    match row {
        Row::Asset(subject) => Item::Node(Node::new(file, subject, true)),
        Row::Unnamed(subject) => Item::Node(Node::new(file, subject, false)),
        Row::Bad(record) => Item::Bad(record),
    }
}

#[derive(Debug)]
struct Machine {
    rows: Vec<u32>,
    label: Option<String>,
    remarks: Vec<Remark>,
}

/// The machines that rows are about, and the rows that are about none, by their position.
fn machines(
    files: &[File],
    names: &[Arc<str>],
    nodes: &[Node],
) -> (Vec<Machine>, Vec<(usize, BadRecord)>) {
    let mut numbers = Numbers::default();
    let spaces: Vec<_> = files
        .iter()
        .map(|file| Space::of(file.format, &mut numbers))
        .collect();
    let at = |node: &Node| node.file as usize;
    let keys: Vec<_> = nodes
        .iter()
        .map(|node| {
            let is_weak = is_named_by_file(node, &names[at(node)]);
            Keys::of(node, spaces[at(node)], is_weak, &mut numbers)
        })
        .collect();
    let rows = nodes
        .iter()
        .map(|node| (node.file, node.is_named && !files[at(node)].gives_parts));
    let mut groups = Groups::new(&keys, rows);
    groups.unite_all();
    let (labels, lost) = Naming::new(names, nodes).unnamed(&mut groups);
    let mut machines = collect(nodes.len(), &lost, &labels, &mut groups);
    remark(names, nodes, &mut groups, &mut machines);
    let lost = lost.into_iter().map(|row| {
        let place = nodes[row].place(names);
        (row, BadRecord::unnamed(place))
    });
    (machines, lost.collect())
}

/// The sets of rows in the order of their first rows.
fn collect(
    count: usize,
    lost: &[usize],
    labels: &HashMap<u32, String>,
    groups: &mut Groups<'_>,
) -> Vec<Machine> {
    let mut positions: HashMap<u32, usize> = HashMap::new();
    let mut machines: Vec<Machine> = Vec::new();
    for row in (0..).take(count) {
        if lost.binary_search(&(row as usize)).is_ok() {
            continue;
        }
        let root = groups.root(row);
        let next = machines.len();
        let at = *positions.entry(root).or_insert(next);
        if at == next {
            machines.push(Machine {
                rows: Vec::new(),
                label: labels.get(&root).cloned(),
                remarks: Vec::new(),
            });
        }
        machines[at].rows.push(row);
    }
    machines
}

/// Tells of machines that might be one with another, where nobody can tell whether they are.
fn remark(names: &[Arc<str>], nodes: &[Node], groups: &mut Groups<'_>, machines: &mut [Machine]) {
    let clashes = std::mem::take(&mut groups.clashes);
    let positions: HashMap<u32, usize> = (0..)
        .zip(machines.iter())
        .filter_map(|(at, machine)| Some((groups.root(*machine.rows.first()?), at)))
        .collect();
    for Clash { over, rows } in clashes {
        let mut roots: Vec<u32> = rows.into_iter().map(|row| groups.root(row)).collect();
        roots.sort_unstable();
        roots.dedup();
        if over == Over::Mac {
            // Machines take turns in docks, and dock and adapter have addresses of their own.
            continue;
        }
        for (index, root) in roots.iter().enumerate().skip(1) {
            let earlier = roots[..index].iter().take(MOST_COMPARED);
            let mut earlier = earlier.filter(|other| groups.might_be_one(*root, **other));
            let (Some(other), Some(at)) = (earlier.next(), positions.get(root)) else {
                continue;
            };
            let field = over.field();
            let node = &nodes[*root as usize];
            let twin = &nodes[*other as usize];
            let why = groups.why(*root, *other);
            let why = why.map_or("and it may be several", group::Excludes::words);
            let says = node.text(field).unwrap_or_default();
            let text = format!(
                "`{}` {} is also that of `{}` ({}), {why}: the two are not joined",
                asset::SCHEMA.field(field).name,
                short(says),
                short(twin.text(asset::ID).unwrap_or_default()),
                twin.place(names),
            );
            let remarks = &mut machines[*at].remarks;
            if remarks.len() < MOST_REMARKS {
                remarks.push(Remark {
                    kind: RemarkKind::NotJoined,
                    field: Some(field),
                    place: node.place(names),
                    text,
                });
            }
        }
    }
}

/// Machines that one is compared with to tell of those that it might be.
const MOST_COMPARED: usize = 16;

/// Remarks about one machine.
const MOST_REMARKS: usize = 16;

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

impl Over {
    fn field(self) -> FieldId {
        match self {
            Self::Id => asset::ID,
            Self::Mac => asset::NETWORK_MAC,
            Self::Name => asset::NAME,
            Self::Serial => asset::SERIAL,
        }
    }
}

impl Joined {
    /// How many batches it comes in.
    pub(super) fn batches(&self) -> u32 {
        let entries = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        entries.div_ceil(BATCH)
    }

    fn row(&self, entry: &Entry) -> Row {
        let (rows, label, remarks) = match entry {
            Entry::Bad(record) => return Row::Bad(record.clone()),
            Entry::Machine {
                rows,
                label,
                remarks,
            } => (rows, label, remarks),
        };
        let nodes: Vec<_> = rows.iter().map(|row| &self.nodes[*row as usize]).collect();
        let mut subject: Subject = match nodes.as_slice() {
            [only] if label.is_none() && only.is_named && !only.repeats_itself() => {
                only.subject(&self.names)
            }
            nodes => merge::merge(nodes, &self.names, label.as_deref()),
        };
        if !remarks.is_empty() {
            let origins = subject.origins.get_or_insert_with(Box::<Origins>::default);
            origins.remarks.extend(remarks.iter().cloned());
        }
        Row::Asset(subject)
    }
}

/// A batch of what was joined has no text: its line is its position among the batches.
impl Importer for Joined {
    fn whole_records(&self, _block: &[u8]) -> usize {
        0
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let first = batch.first_line.saturating_mul(BATCH) as usize;
        let entries = self.entries.iter().skip(first).take(BATCH as usize);
        for entry in entries {
            each(self.row(entry));
        }
    }
}
