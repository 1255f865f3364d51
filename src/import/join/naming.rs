//! Finds the machines of rows that name none: by the file they stand in, by its folder, or because
//! the run has only one machine.

use super::group::Groups;
use super::identity::host;
use super::label::{Label, parts};
use super::node::Node;
use crate::model::fields::asset;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) struct Naming<'a> {
    names: &'a [Arc<str>],
    nodes: &'a [Node],
}

/// Whether a row has no name but the one of its file, given to it where its own was blacked out.
pub(super) fn is_named_by_file(node: &Node, file: &str) -> bool {
    node.is_named
        && node.value(asset::NAME).is_none()
        && node.text(asset::ID) == Some(parts(file).1)
}

impl<'a> Naming<'a> {
    pub(super) fn new(names: &'a [Arc<str>], nodes: &'a [Node]) -> Self {
        Self { names, nodes }
    }

    /// Puts rows that name no machine to one. Gives the names of machines that only files name, by
    /// their first row; and the rows, in order, that have no machine.
    pub(super) fn unnamed(&self, groups: &mut Groups<'_>) -> (HashMap<u32, String>, Vec<usize>) {
        let rows: Vec<u32> = (0..)
            .zip(self.nodes)
            .filter(|(_, node)| !self.names_a_machine(node))
            .map(|(row, _)| row)
            .collect();
        if rows.is_empty() {
            return (HashMap::new(), Vec::new());
        }
        let (by_name, mut known) = self.by_name(groups);
        let mut made = self.by_file(groups);
        let mut labels: HashMap<u32, String> = HashMap::new();
        let mut open = Vec::new();
        for row in rows {
            let node = &self.nodes[row as usize];
            let label = Label::of(self.file(row));
            let found = find(&label, &by_name).filter(|one| groups.why(row, *one).is_none());
            if let Some(machine) = found {
                groups.attach(row, machine);
                continue;
            }
            // A row that says which system it is about makes a machine.
            let own = node.text(asset::ID).filter(|_| node.is_named);
            let name = label.best.as_deref().or(own);
            let makes_one = node.is_named || node.value(asset::OS).is_some();
            let beside = self.beside_any(row, &label, &made);
            let beside = beside.filter(|one| groups.why(row, *one).is_none());
            if let Some(machine) = beside {
                groups.attach(row, machine);
                continue;
            }
            let Some(name) = name.filter(|_| makes_one) else {
                open.push((row, label));
                continue;
            };
            made.insert(self.beside(row, name), Some(row));
            labels.insert(row, name.to_owned());
            known.push(row);
        }
        for row in &mut known {
            *row = groups.root(*row);
        }
        known.sort_unstable();
        known.dedup();
        let mut lost = Vec::new();
        for (row, label) in open {
            let beside = self.beside_any(row, &label, &made);
            let only = match known.as_slice() {
                [only] => Some(*only),
                _ => None,
            };
            match beside.or(only) {
                Some(machine) => groups.attach(row, machine),
                None => lost.push(row as usize),
            }
        }
        let labels = labels.into_iter();
        let labels = labels.map(|(row, name)| (groups.root(row), name)).collect();
        (labels, lost)
    }

    fn names_a_machine(&self, node: &Node) -> bool {
        node.is_named && !is_named_by_file(node, &self.names[node.file as usize])
    }

    fn file(&self, row: u32) -> &str {
        &self.names[self.nodes[row as usize].file as usize]
    }

    /// A name in the folder it is used in: `pc-1` of one site is not that of another.
    fn beside(&self, row: u32, name: &str) -> String {
        let file = self.file(row);
        let folder = file.rfind(['/', '\\']).map_or("", |cut| &file[..cut]);
        // A machine named by its folder is beside the other files in there.
        format!("{folder}\0{}", name.to_lowercase())
    }

    /// The machine that another file beside this one is about, by the names the two have in common.
    fn beside_any(
        &self,
        row: u32,
        label: &Label,
        made: &HashMap<String, Option<u32>>,
    ) -> Option<u32> {
        let mut names = label.names.iter().map(|name| self.beside(row, name));
        names.find_map(|name| *made.get(&name)?)
    }

    /// Machines by what their files call them: of files that tell of one machine.
    fn by_file(&self, groups: &mut Groups<'_>) -> HashMap<String, Option<u32>> {
        let mut by_file: HashMap<u32, (u32, Option<u32>)> = HashMap::new();
        for (row, node) in (0..).zip(self.nodes) {
            if self.names_a_machine(node) {
                let machine = groups.root(row);
                let (_, known) = by_file.entry(node.file).or_insert((row, Some(machine)));
                if *known != Some(machine) {
                    *known = None;
                }
            }
        }
        let mut by_label: HashMap<String, Option<u32>> = HashMap::new();
        for (row, machine) in by_file.into_values() {
            let Some(name) = Label::of(self.file(row)).best else {
                continue;
            };
            let known = by_label.entry(self.beside(row, &name)).or_insert(machine);
            if *known != machine {
                *known = None;
            }
        }
        by_label
    }

    /// Machines by every name they go by, `None` where several do; and all of them.
    fn by_name(&self, groups: &mut Groups<'_>) -> (HashMap<String, Option<u32>>, Vec<u32>) {
        let mut by_name: HashMap<String, Option<u32>> = HashMap::new();
        let mut all = Vec::new();
        for (row, node) in (0..).zip(self.nodes) {
            if !self.names_a_machine(node) {
                continue;
            }
            let machine = groups.root(row);
            all.push(machine);
            let names = [node.text(asset::ID), node.text(asset::NAME)];
            let names = names.into_iter().flatten();
            let shorts = names.clone().filter_map(|name| Some(host(name)?.0));
            for name in names.map(str::to_lowercase).chain(shorts) {
                let known = by_name.entry(name).or_insert(Some(machine));
                if *known != Some(machine) {
                    *known = None;
                }
            }
        }
        (by_name, all)
    }
}

fn find(label: &Label, by_name: &HashMap<String, Option<u32>>) -> Option<u32> {
    let mut names = label.names.iter();
    names.find_map(|name| *by_name.get(&name.to_lowercase())?)
}
