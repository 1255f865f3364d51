//! Which rows are about one machine.
//!
//! Rows unite over a shared identity, strongest first: identifier, name, serial number, hardware
//! address. All rows that share it are looked at together, so the order of files does not show:
//! where any two of them exclude each other, the identity tells machines apart no longer and unites
//! none. Two rows exclude each other by another serial number, another name, another domain,
//! another identifier of the same tool, or by both standing in one file that lists whole machines;
//! and two texts of one tool about whole machines are two machines unless an identifier or a serial
//! number is in both.

use super::identity::Keys;
use std::collections::HashMap;

/// Rows that are one machine, by sets that grow together.
#[derive(Debug)]
pub(super) struct Groups<'k> {
    keys: &'k [Keys],
    parent: Vec<u32>,
    /// What is known of each set, at its first row.
    known: Vec<Known>,
    pub(super) clashes: Vec<Clash>,
}

/// Rows that share an identity and exclude each other.
#[derive(Debug)]
pub(super) struct Clash {
    pub(super) over: Over,
    /// Each stands for those it was united with before.
    pub(super) rows: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    Id,
    Name,
    Serial,
    Mac,
}

/// What the rows of one machine say of which it is.
#[derive(Debug, Clone, Default)]
struct Known {
    ids: Vec<(u32, u32)>,
    short: Option<u32>,
    domain: Option<u32>,
    serial: Option<u32>,
    files: Vec<u32>,
    /// Those of the files that list whole machines.
    whole: Vec<u32>,
    /// The tools that wrote them, where they are known.
    tools: Vec<u32>,
}

/// Why two rows are not one machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excludes {
    Domain,
    Id,
    Name,
    Serial,
    Tool,
    Twice,
}

impl Excludes {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Domain => "in another domain",
            Self::Id => "under another identifier",
            Self::Name => "under another name",
            Self::Serial => "with another serial number",
            Self::Tool => "told by the same tool",
            Self::Twice => "listed beside it",
        }
    }
}

impl<'k> Groups<'k> {
    /// `rows` has the file of each row, and whether that file lists whole machines.
    pub(super) fn new(keys: &'k [Keys], rows: impl Iterator<Item = (u32, bool)>) -> Self {
        let known = keys.iter().zip(rows).map(|(keys, (file, is_whole))| Known {
            ids: keys.id.map(|id| (keys.space, id)).into_iter().collect(),
            short: keys.short,
            domain: keys.domain,
            serial: keys.serial,
            files: vec![file],
            whole: if is_whole { vec![file] } else { Vec::new() },
            tools: keys.tool.filter(|_| is_whole).into_iter().collect(),
        });
        Self {
            keys,
            parent: (0..).take(keys.len()).collect(),
            known: known.collect(),
            clashes: Vec::new(),
        }
    }

    /// Unites all that can be united.
    pub(super) fn unite_all(&mut self) {
        self.over(Over::Id, |keys| Some((keys.id?, 0)));
        let rows: Vec<u32> = (0..).take(self.keys.len()).collect();
        let names: Vec<Option<u32>> = rows.iter().map(|row| self.name(*row)).collect();
        self.buckets(Over::Name, rows.into_iter(), |row| {
            Some((names[row as usize]?, 0))
        });
        // Of a name that several machines have, the one with its domain may still be one's own.
        let clashes = std::mem::take(&mut self.clashes);
        let apart = clashes.iter().filter(|clash| clash.over == Over::Name);
        let apart: Vec<u32> = apart.flat_map(|clash| clash.rows.iter().copied()).collect();
        let full: HashMap<u32, (u32, u32)> = apart
            .iter()
            .filter_map(|row| {
                let known = &self.known[*row as usize];
                Some((*row, (known.short?, known.domain?)))
            })
            .collect();
        self.buckets(Over::Name, apart.into_iter(), |row| full.get(&row).copied());
        self.clashes = clashes;
        self.over(Over::Serial, |keys| Some((keys.serial?, 0)));
        self.over(Over::Mac, |keys| Some((keys.mac?, 0)));
    }

    /// The name of a row's machine so far, else what may be one.
    fn name(&mut self, row: u32) -> Option<u32> {
        let root = self.root(row);
        self.known[root as usize]
            .short
            .or(self.keys[row as usize].alias)
    }

    fn over(&mut self, over: Over, key: impl Fn(&Keys) -> Option<(u32, u32)>) {
        let keys = self.keys;
        let rows = (0..).take(keys.len());
        self.buckets(over, rows, |row| key(&keys[row as usize]));
    }

    fn buckets(
        &mut self,
        over: Over,
        rows: impl Iterator<Item = u32>,
        key: impl Fn(u32) -> Option<(u32, u32)>,
    ) {
        let mut positions: HashMap<(u32, u32), usize> = HashMap::new();
        let mut buckets: Vec<Vec<u32>> = Vec::new();
        for row in rows {
            let Some(key) = key(row) else { continue };
            let next = buckets.len();
            let at = *positions.entry(key).or_insert(next);
            if at == next {
                buckets.push(Vec::new());
            }
            buckets[at].push(row);
        }
        for bucket in buckets.into_iter().filter(|bucket| bucket.len() > 1) {
            self.bucket(over, &bucket);
        }
    }

    /// Unites rows that share an identity, or none of them.
    fn bucket(&mut self, over: Over, rows: &[u32]) {
        let mut roots: Vec<u32> = rows.iter().map(|row| self.root(*row)).collect();
        roots.sort_unstable();
        roots.dedup();
        let Some((first, rest)) = roots.split_first() else {
            return;
        };
        if rest.is_empty() {
            return;
        }
        let mut all = self.known[*first as usize].clone();
        for root in rest {
            let one = &self.known[*root as usize];
            if all.is_other_than(one).is_some() {
                self.clashes.push(Clash { over, rows: roots });
                return;
            }
            all.add(one);
        }
        let known = || roots.iter().map(|root| &self.known[*root as usize]);
        if differ_in_id(known()) || repeat_a_tool(known()) {
            self.clashes.push(Clash { over, rows: roots });
            return;
        }
        for root in rest {
            self.parent[*root as usize] = *first;
        }
        self.known[*first as usize] = all;
    }

    /// Puts a row that names no machine to one.
    pub(super) fn attach(&mut self, row: u32, machine: u32) {
        let (row, machine) = (self.root(row), self.root(machine));
        if row == machine {
            return;
        }
        let (first, other) = (row.min(machine), row.max(machine));
        self.parent[other as usize] = first;
        let one = std::mem::take(&mut self.known[other as usize]);
        self.known[first as usize].add(&one);
    }

    /// The first row of the machine a row is about.
    pub(super) fn root(&mut self, row: u32) -> u32 {
        let mut root = row;
        while self.parent[root as usize] != root {
            root = self.parent[root as usize];
        }
        let mut at = row;
        while self.parent[at as usize] != root {
            at = std::mem::replace(&mut self.parent[at as usize], root);
        }
        root
    }

    /// Why two machines are two; `None` where nothing says so but that a third is like both.
    pub(super) fn why(&self, one: u32, other: u32) -> Option<Excludes> {
        self.known[one as usize].excludes(&self.known[other as usize])
    }

    /// Whether two machines were told by different files, so that they might have been one.
    pub(super) fn might_be_one(&self, one: u32, other: u32) -> bool {
        let other = &self.known[other as usize].files;
        let mut files = self.known[one as usize].files.iter();
        !files.any(|file| other.contains(file))
    }
}

/// Whether some of them have identifiers of one tool and no identifier in common. The same name on
/// the same hardware is the same machine all the same: it was enrolled again.
fn differ_in_id<'a>(all: impl Iterator<Item = &'a Known>) -> bool {
    let mut common: HashMap<u32, (Vec<u32>, bool)> = HashMap::new();
    for known in all {
        let is_sure = known.serial.is_some() && known.short.is_some();
        for (space, _) in &known.ids {
            let own = known.ids.iter().filter(|(one, _)| one == space);
            let own: Vec<u32> = own.map(|(_, id)| *id).collect();
            let (ids, are_sure) = common.entry(*space).or_insert_with(|| (own.clone(), true));
            ids.retain(|id| own.contains(id));
            *are_sure &= is_sure;
        }
    }
    let mut common = common.into_values();
    common.any(|(ids, are_sure)| ids.is_empty() && !are_sure)
}

/// Whether a tool tells of several of them, and neither an identifier nor a serial number is in all
/// that it tells of.
fn repeat_a_tool<'a>(all: impl Iterator<Item = &'a Known>) -> bool {
    struct Told {
        times: u32,
        common: Vec<(u32, u32)>,
        have_serial: bool,
    }
    let mut by_tool: HashMap<u32, Told> = HashMap::new();
    for known in all {
        for tool in &known.tools {
            let told = by_tool.entry(*tool).or_insert_with(|| Told {
                times: 0,
                common: known.ids.clone(),
                have_serial: true,
            });
            told.times += 1;
            told.common.retain(|id| known.ids.contains(id));
            told.have_serial &= known.serial.is_some();
        }
    }
    let mut all = by_tool.into_values();
    all.any(|told| told.times > 1 && told.common.is_empty() && !told.have_serial)
}

impl Known {
    fn excludes(&self, other: &Self) -> Option<Excludes> {
        let id = || differ_in_id([self, other].into_iter()).then_some(Excludes::Id);
        let tool = || repeat_a_tool([self, other].into_iter()).then_some(Excludes::Tool);
        self.is_other_than(other).or_else(id).or_else(tool)
    }

    /// As [`Self::excludes`], identifiers aside.
    fn is_other_than(&self, other: &Self) -> Option<Excludes> {
        let differ =
            |one: Option<u32>, other: Option<u32>| one.is_some() && other.is_some() && one != other;
        if differ(self.serial, other.serial) {
            return Some(Excludes::Serial);
        }
        if differ(self.short, other.short) {
            return Some(Excludes::Name);
        }
        if differ(self.domain, other.domain) {
            return Some(Excludes::Domain);
        }
        let mut whole = self.whole.iter();
        whole
            .any(|file| other.whole.contains(file))
            .then_some(Excludes::Twice)
    }

    fn add(&mut self, other: &Self) {
        self.short = self.short.or(other.short);
        self.domain = self.domain.or(other.domain);
        self.serial = self.serial.or(other.serial);
        for (list, more) in [
            (&mut self.files, &other.files),
            (&mut self.whole, &other.whole),
            (&mut self.tools, &other.tools),
        ] {
            for file in more {
                if let Err(at) = list.binary_search(file) {
                    list.insert(at, *file);
                }
            }
        }
        for id in &other.ids {
            if !self.ids.contains(id) {
                self.ids.push(*id);
            }
        }
    }
}
