//! A rule as it is written, taken apart with the parameters of a profile, to explain what it said.
//!
//! Reads the files once more, as what has loaded no longer knows how it was written.

use super::pack::RawPack;
use super::profile::InForce;
use super::waiver::{controls_of, entries};
use super::{Loading, Waiver, parameter, profile};
use crate::catalogue::Catalogue;
use crate::check::{Outline, Reading};
use crate::model::{Place, Setting, Source, SubjectKind};
use crate::predicate::Params;
use crate::yaml::{self, Data, Limits, Node, Reader};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The conditions of a rule, and what its parameters were.
#[derive(Debug)]
pub struct Written {
    /// The id of the rule.
    pub rule: String,
    pub applies: Option<Outline>,
    /// Where its evidence is asked for.
    pub evidence_at: Option<Place>,
    /// One condition for each grade.
    pub grades: Vec<Outline>,
    pub settings: Vec<Setting>,
}

/// Takes apart rules of a profile that has loaded, in the order of the packs. Rules that these
/// files do not hold are left out.
pub fn written(
    sources: &[Arc<Source>],
    catalogue: &'static Catalogue,
    profile: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<Written> {
    let files: Vec<_> = sources
        .iter()
        .filter_map(|source| {
            let documents = yaml::parse(source, &Limits::default()).ok()?;
            Some((Reader::new(source), documents))
        })
        .collect();
    let mut loading = Loading::default();
    for (reader, documents) in &files {
        for document in documents {
            loading.sort(document, reader, catalogue);
        }
    }
    let parameters = parameter::collect(&loading.packs);
    let Some(in_force) = profile::in_force(profile, &loading.profiles, &parameters) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for pack in &loading.packs {
        let ids = pack.rule_ids().filter_map(Node::text);
        for node in ids
            .filter(|id| is_wanted(id))
            .filter_map(|id| pack.rule_named(id))
        {
            let reading = Reading {
                catalogue,
                params: &in_force.values.params,
                reader: pack.reader,
            };
            let settings = settings(node, &in_force, &loading.packs);
            found.extend(take_apart(node, reading, settings));
        }
    }
    found
}

/// The parameters that a rule names, with who set them.
fn settings(node: &Node<'_>, in_force: &InForce<'_>, packs: &[RawPack<'_>]) -> Vec<Setting> {
    let params = &in_force.values.params;
    let mut names = BTreeSet::new();
    for key in ["where", "evidence", "check", "grades", "due"] {
        if let Some(part) = node.get(key) {
            parameters_in(part, params, &mut names);
        }
    }
    let declares = |pack: &&RawPack<'_>, name: &str| {
        let own = pack.params;
        own.is_some_and(|params| params.get(name).is_some())
    };
    let settings = names.into_iter().filter_map(|name| {
        let set_by = match in_force.set_by.get(name) {
            Some(profile) => format!("profile {profile}"),
            None => format!(
                "pack {}",
                packs.iter().find(|pack| declares(pack, name))?.id
            ),
        };
        Some(Setting {
            name: name.to_owned(),
            value: params.get(name)?.to_owned(),
            set_by,
            place: in_force.values.place(name)?,
        })
    });
    settings.collect()
}

fn take_apart(node: &Node<'_>, reading: Reading<'_>, settings: Vec<Setting>) -> Option<Written> {
    let kind = SubjectKind::from_name(node.get("for")?.text()?)?;
    let outline = |node: &Node<'_>| Outline::parse(node, kind, reading);
    let applies = match node.get("where") {
        None => None,
        Some(node) => Some(outline(node)?),
    };
    let grades = match node.get("grades").and_then(Node::sequence) {
        Some(grades) => grades
            .iter()
            .map(|grade| outline(grade.get("check")?))
            .collect::<Option<_>>()?,
        None => vec![outline(node.get("check")?)?],
    };
    let evidence = node.get("evidence");
    Some(Written {
        rule: node.get("id")?.text()?.to_owned(),
        applies,
        evidence_at: evidence.map(|node| reading.reader.source().place(node.span.start)),
        grades,
        settings,
    })
}

/// The compensating controls of a waiver that has loaded, taken apart for a kind of subject.
pub fn controls(
    sources: &[Arc<Source>],
    catalogue: &'static Catalogue,
    waiver: &Waiver,
    kind: SubjectKind,
) -> Vec<Outline> {
    let own = |source: &&Arc<Source>| source.name == waiver.subject.place.file;
    let params = Params::default();
    let mut outlines = Vec::new();
    for source in sources.iter().filter(own) {
        let reader = Reader::new(source);
        let reading = Reading {
            catalogue,
            params: &params,
            reader: &reader,
        };
        let documents = yaml::parse(source, &Limits::default()).unwrap_or_default();
        let all = documents
            .iter()
            .flat_map(|document| entries(document, &reader));
        let is_it = |node: &&Node<'_>| source.place(node.span.start) == waiver.subject.place;
        for node in all.filter(is_it) {
            let controls = controls_of(node.get("while")).into_iter();
            outlines.extend(controls.filter_map(|one| Outline::parse(one, kind, reading)));
        }
    }
    outlines
}

/// The names of the parameters that a part of a rule uses.
fn parameters_in<'n>(node: &'n Node<'_>, params: &Params, names: &mut BTreeSet<&'n str>) {
    match &node.data {
        Data::Mapping(entries) => {
            for (_, value) in entries {
                parameters_in(value, params, names);
            }
        }
        Data::Null => {}
        Data::Scalar(scalar) => {
            let used = scalar.text.strip_prefix('$');
            names.extend(used.filter(|name| params.get(name).is_some()));
        }
        Data::Sequence(items) => {
            for item in items {
                parameters_in(item, params, names);
            }
        }
    }
}
