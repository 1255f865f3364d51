//! A profile: which packs and rules, with which parameters, for one purpose. A profile that
//! extends another may add and tighten; loosening is a problem that names both lines.

use super::pack::RawPack;
use super::parameter::{Parameters, Values};
use super::{Profile, Rule, keys, raise};
use crate::predicate::Params;
use crate::yaml::{Fields, Node, Reader};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// A profile as written.
#[derive(Debug)]
pub(super) struct RawProfile<'d> {
    id: &'d str,
    /// The bytes that name it.
    name: Range<usize>,
    title: &'d str,
    about: &'d str,
    extends: Option<&'d Node<'d>>,
    packs: &'d [Node<'d>],
    rules: &'d [Node<'d>],
    set: Option<&'d Node<'d>>,
    pub(super) raise: Option<&'d Node<'d>>,
    layer: Option<(Layer, &'d Node<'d>)>,
    opens: Option<(Date, &'d Node<'d>)>,
    closes: Option<(Date, &'d Node<'d>)>,
    pub(super) reader: &'d Reader<'d>,
}

pub(super) const LAYERS: [(&str, Layer); 4] = [
    ("national", Layer::National),
    ("framework", Layer::Framework),
    ("icb", Layer::Icb),
    ("trust", Layer::Trust),
];

/// Whose policy it is, from the widest to the narrowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    National,
    Framework,
    Icb,
    Trust,
}

impl<'d> RawProfile<'d> {
    pub(super) fn read(node: &'d Node<'d>, reader: &'d Reader<'d>) -> Option<Self> {
        let mut fields =
            Fields::open(node, reader, "the profile")?.documented(|key| keys::PROFILE.has(key));
        let id = fields.required_text("profile");
        let name = fields
            .optional("profile")
            .map_or(0..0, |node| node.span.clone());
        let title = fields.required_text("title");
        let about = fields.text("about");
        let extends = fields.optional("extends");
        let packs = fields.list("packs").unwrap_or_default();
        let rules = fields.list("rules").unwrap_or_default();
        let set = fields.optional("set");
        if let Some(set) = set.filter(|set| set.mapping().is_none()) {
            reader.wrong::<()>(set, "set", "a mapping of parameters");
        }
        let raise = fields.optional("raise");
        if let Some(raise) = raise.filter(|raise| raise.mapping().is_none()) {
            reader.wrong::<()>(raise, "raise", "a mapping of rules to severities");
        }
        let layer = fields.one_of("layer", &LAYERS);
        let layer = layer.zip(fields.optional("layer"));
        let opens = fields.date("opens").zip(fields.optional("opens"));
        let closes = fields.date("closes").zip(fields.optional("closes"));
        fields.finish();
        Some(Self {
            id: id?,
            name,
            title: title?,
            about: about.unwrap_or_default(),
            extends,
            packs,
            rules,
            set,
            raise,
            layer,
            opens,
            closes,
            reader,
        })
    }
}

pub(super) fn compile<'d>(
    profiles: &[RawProfile<'d>],
    packs: &[RawPack<'d>],
    rules: &BTreeMap<&str, Vec<Arc<Rule>>>,
    parameters: &Parameters<'d>,
) -> Vec<Profile> {
    let mut seen: BTreeMap<&str, &RawProfile<'_>> = BTreeMap::new();
    for profile in profiles {
        if let Some(first) = seen.insert(profile.id, profile) {
            let message = format!("the profile `{}` is written twice", profile.id);
            let problem = profile.reader.problem(profile.name.clone(), message);
            let (source, span) = (first.reader.source(), first.name.clone());
            profile
                .reader
                .push(problem.related(source, span, "first here"));
        }
    }
    profiles
        .iter()
        .filter_map(|profile| {
            let lineage = lineage(profile, profiles)?;
            check_layer(&lineage);
            let (opens, closes) = window(&lineage);
            let wanted = wanted_rules(&lineage, packs, rules);
            let mut values = parameters.values();
            for layer in &lineage {
                if let Some(set) = layer.set {
                    // A layer's own problems are told once, when it is the profile itself.
                    let told = layer.id == profile.id;
                    let silent = Reader::new(layer.reader.source());
                    let reader = if told { layer.reader } else { &silent };
                    parameters.set(&mut values, set, layer.reader, reader);
                }
            }
            let is_changed = |layer: &&RawProfile<'_>| layer.set.or(layer.raise).is_some();
            let rules = if lineage.iter().any(is_changed) {
                let mut rules = recompiled(packs, &values.params, &wanted, profile);
                raise::apply(&lineage, packs, &mut rules);
                rules.into_iter().map(Arc::new).collect()
            } else {
                rules
                    .values()
                    .flatten()
                    .filter(|rule| wanted.contains(rule.info.id.as_str()))
                    .cloned()
                    .collect()
            };
            Some(Profile {
                id: profile.id.to_owned(),
                title: profile.title.to_owned(),
                about: profile.about.to_owned(),
                opens,
                closes,
                rules: in_pack_order(rules, packs),
            })
        })
        .collect()
}

/// The parameters in force in a profile.
#[derive(Debug)]
pub(super) struct InForce<'d> {
    pub(super) values: Values<'d>,
    /// The profile that set a parameter last; none where the pack's own value stands.
    pub(super) set_by: BTreeMap<&'d str, &'d str>,
}

/// What the packs declare, and what the profile and those it extends made of it. Problems were told
/// when the profile was compiled.
pub(super) fn in_force<'d>(
    id: &str,
    profiles: &[RawProfile<'d>],
    parameters: &Parameters<'d>,
) -> Option<InForce<'d>> {
    let profile = profiles.iter().find(|profile| profile.id == id)?;
    let mut values = parameters.values();
    let mut set_by = BTreeMap::new();
    for layer in lineage(profile, profiles)? {
        let Some(set) = layer.set else { continue };
        let silent = Reader::new(layer.reader.source());
        parameters.set(&mut values, set, layer.reader, &silent);
        let names = set.mapping().unwrap_or_default().iter();
        set_by.extend(names.map(|(key, _)| (&*key.text, layer.id)));
    }
    Some(InForce { values, set_by })
}

/// The profile and what it extends, the widest first. `None` when one is unknown or in a circle.
fn lineage<'a, 'd>(
    profile: &'a RawProfile<'d>,
    all: &'a [RawProfile<'d>],
) -> Option<Vec<&'a RawProfile<'d>>> {
    let mut lineage = vec![profile];
    while let Some(node) = lineage.last().and_then(|last| last.extends) {
        let reader = lineage.last().map_or(profile.reader, |last| last.reader);
        let name = node.text().unwrap_or_default();
        let Some(parent) = all.iter().find(|one| one.id == name) else {
            // Its heirs need not tell it again.
            if lineage.len() == 1 {
                let problem =
                    reader.problem(node.span.clone(), format!("no profile `{name}` to extend"));
                reader.push(problem.suggest(name, all.iter().map(|one| one.id)));
            }
            return None;
        };
        if lineage.iter().any(|seen| seen.id == parent.id) {
            reader.push(reader.problem(
                node.span.clone(),
                format!("`{name}` extends itself in a circle"),
            ));
            return None;
        }
        lineage.push(parent);
    }
    lineage.reverse();
    Some(lineage)
}

/// A policy builds on wider ones, not on narrower ones.
fn check_layer(lineage: &[&RawProfile<'_>]) {
    let [.., parent, profile] = lineage else {
        return;
    };
    let (Some((outer, outer_node)), Some((inner, node))) = (parent.layer, profile.layer) else {
        return;
    };
    if inner < outer {
        let message = format!(
            "`{}` cannot extend `{}`, which is of a narrower layer",
            profile.id, parent.id
        );
        let problem = profile.reader.problem(node.span.clone(), message);
        profile.reader.push(problem.related(
            parent.reader.source(),
            outer_node.span.clone(),
            "narrower",
        ));
    }
}

/// The days on which admission is possible in all layers. A layer may only narrow them.
fn window(lineage: &[&RawProfile<'_>]) -> (Option<Date>, Option<Date>) {
    let mut opens: Option<(Date, &Node<'_>, &RawProfile<'_>)> = None;
    let mut closes: Option<(Date, &Node<'_>, &RawProfile<'_>)> = None;
    for (index, layer) in lineage.iter().enumerate() {
        let is_itself = index + 1 == lineage.len();
        let widens = |key, node: &Node<'_>, first: (Date, &Node<'_>, &RawProfile<'_>)| {
            if !is_itself {
                return;
            }
            let (day, place, by) = first;
            let message = format!("`{key}` may only be narrowed: `{}` has {day}", by.id);
            let problem = layer.reader.problem(node.span.clone(), message);
            let source = by.reader.source();
            let problem = problem.label("wider");
            layer
                .reader
                .push(problem.related(source, place.span.clone(), "in force from here"));
        };
        if let Some((day, node)) = layer.opens {
            match opens {
                Some(first) if day < first.0 => widens("opens", node, first),
                _ => opens = Some((day, node, layer)),
            }
        }
        if let Some((day, node)) = layer.closes {
            match closes {
                Some(first) if day > first.0 => widens("closes", node, first),
                _ => closes = Some((day, node, layer)),
            }
        }
    }
    if let (Some((first, start, by)), Some((last, node, layer))) = (opens, closes)
        && last < first
        && lineage
            .last()
            .is_some_and(|own| own.id == layer.id || own.id == by.id)
    {
        let message = format!("it closes on {last}, before it opens on {first}");
        let problem = layer.reader.problem(node.span.clone(), message);
        let (source, span) = (by.reader.source(), start.span.clone());
        layer
            .reader
            .push(problem.related(source, span, "opens here"));
    }
    (opens.map(|one| one.0), closes.map(|one| one.0))
}

/// The ids of all rules that the packs and single rules of the lineage name.
fn wanted_rules(
    lineage: &[&RawProfile<'_>],
    packs: &[RawPack<'_>],
    rules: &BTreeMap<&str, Vec<Arc<Rule>>>,
) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for (index, layer) in lineage.iter().enumerate() {
        // A layer's own problems are told once, when it is the profile itself.
        let silent = Reader::new(layer.reader.source());
        let is_itself = index + 1 == lineage.len();
        let reader = if is_itself { layer.reader } else { &silent };
        for node in layer.packs {
            let written = node.text().unwrap_or_default();
            let (name, pinned) = match written.split_once('@') {
                Some((name, version)) => (name, Some(version)),
                None => (written, None),
            };
            if let (Some(pinned), Some(pack)) = (pinned, packs.iter().find(|pack| pack.id == name))
            {
                hold_to_version(reader, node, pinned, pack);
            }
            match rules.get(name) {
                Some(pack) => wanted.extend(pack.iter().map(|rule| rule.info.id.clone())),
                None => unknown(reader, node, "pack", name, rules.keys().copied()),
            }
        }
        for node in layer.rules {
            let name = node.text().unwrap_or_default();
            let mut ids = rules.values().flatten().map(|rule| rule.info.id.as_str());
            if ids.any(|id| id == name) {
                wanted.insert(name.to_owned());
            } else {
                let ids = rules.values().flatten().map(|rule| rule.info.id.as_str());
                unknown(reader, node, "rule", name, ids);
            }
        }
    }
    wanted
}

/// A profile that was written for one meaning of a pack may not be judged by another.
fn hold_to_version(reader: &Reader<'_>, node: &Node<'_>, pinned: &str, pack: &RawPack<'_>) {
    let message = match pinned.parse::<u32>() {
        Ok(pinned) if pinned == pack.version => return,
        Ok(pinned) => format!(
            "the profile asks for version {pinned} of the pack `{}`, which is at version {}",
            pack.id, pack.version
        ),
        Err(_) => format!("`{pinned}` is not a version of the pack `{}`", pack.id),
    };
    let label = format!("version {}", pack.version);
    let problem = reader.problem(node.span.clone(), message).related(
        pack.reader.source(),
        pack.version_span.clone(),
        label,
    );
    reader.push(problem.help(format!(
        "write `{}@{}` once its rules suit",
        pack.id, pack.version
    )));
}

fn unknown<'k>(
    reader: &Reader<'_>,
    node: &Node<'_>,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'k str>,
) {
    let problem = reader.problem(node.span.clone(), format!("no {what} `{name}` was loaded"));
    reader.push(problem.suggest(name, known));
}

/// The wanted rules of all packs with other parameters. What is wrong in a pack as it stands was
/// told when it was compiled with its own; what only goes wrong with these values is told at the
/// profile, so that no rule can drop out unheard.
fn recompiled(
    packs: &[RawPack<'_>],
    params: &Params,
    wanted: &BTreeSet<String>,
    profile: &RawProfile<'_>,
) -> Vec<Rule> {
    let mut rules = Vec::new();
    for pack in packs {
        let was_sound = !pack.reader.has_problems();
        let reader = Reader::new(pack.reader.source());
        rules.extend(pack.compile(params, &reader, |id| wanted.contains(id)));
        if !was_sound {
            continue;
        }
        let span = profile.set.map_or(0..0, |set| set.span.clone());
        for told in reader.into_problems() {
            let message = format!("a rule cannot be read with these values: {}", told.message);
            let problem = profile.reader.problem(span.clone(), message);
            profile
                .reader
                .push(problem.related(&told.source, told.span, "used here"));
        }
    }
    rules
}

fn in_pack_order(mut rules: Vec<Arc<Rule>>, packs: &[RawPack<'_>]) -> Vec<Arc<Rule>> {
    rules.sort_by_key(|rule| packs.iter().position(|pack| pack.id == rule.info.pack));
    rules
}

#[cfg(test)]
mod tests {
    use crate::model::{Problem, Source};
    use crate::policy::Library;

    const PACK: &str = "pack: ours
title: Ours
cases_at: 2026-11-22
params:
  score: { type: number, value: 7, strict: lower }
  age: { type: length, value: 1 month, strict: lower }
rules:
  - id: OUR-001
    title: No severe fix is missing
    for: asset
    severity: high
    gate: block
    check: { missing_fixes: { older_than: $age, cvss: $score } }
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases: [{ name: silence, given: {}, expect: unknown }]
---
profile: wide
title: Wide
packs: [ours]
";

    /// The library with these profiles behind the pack.
    fn with(profiles: &str) -> Result<Library, Vec<Problem>> {
        let sources = [
            Source::new("ours.yaml", PACK.to_owned()),
            Source::new("more.yaml", profiles.to_owned()),
        ];
        Library::load(&sources, crate::catalogue::Catalogue::embedded())
    }

    fn setting(values: &str) -> Result<Library, Vec<Problem>> {
        with(&format!(
            "profile: narrow\ntitle: Narrow\nextends: wide\nset: {values}\n"
        ))
    }

    fn messages(loaded: Result<Library, Vec<Problem>>) -> String {
        let problems = loaded.expect_err("it has to be refused");
        let messages: Vec<_> = problems.into_iter().map(|one| one.message).collect();
        messages.join("; ")
    }

    #[test]
    fn a_tightened_profile_keeps_every_rule() {
        let library = setting("{ score: 4, age: 28 days }").expect("it tightens");
        for profile in ["wide", "narrow"] {
            let rules = &library.profile(profile).expect("it was loaded").rules;
            let ids: Vec<_> = rules.iter().map(|rule| rule.info.id.as_str()).collect();
            assert_eq!(ids, ["OUR-001"], "{profile}");
        }
    }

    #[test]
    fn a_value_that_no_rule_can_read_is_told_at_the_profile() {
        let problems = setting("{ score: -1 }").expect_err("no score is negative");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(&*problems[0].source.name, "more.yaml");
        assert!(problems[0].message.contains("`-1` is not a CVSS score"));
    }

    #[test]
    fn loosening_is_refused() {
        assert!(messages(setting("{ score: 9 }")).contains("only be tightened"));
        assert!(messages(setting("{ age: 31 days }")).contains("only be tightened"));
        assert!(messages(setting("{ age: 30 days }")).contains("only be tightened"));
    }

    #[test]
    fn what_one_profile_tightened_its_heir_cannot_loosen() {
        let heir = |score: &str| {
            with(&format!(
                "profile: narrow\ntitle: Narrow\nextends: wide\nset: {{ score: 4 }}\n---\n\
                 profile: heir\ntitle: Heir\nextends: narrow\nset: {{ score: {score} }}\n"
            ))
        };
        assert!(heir("3").is_ok());
        assert!(messages(heir("5")).contains("5 is looser than 4"));
    }

    #[test]
    fn a_profile_is_no_heir_of_itself_or_of_nobody() {
        let circle = "profile: a\ntitle: A\nextends: b\n---\nprofile: b\ntitle: B\nextends: a\n";
        assert!(messages(with(circle)).contains("circle"));
        let orphan = "profile: a\ntitle: A\nextends: wid\n";
        assert!(messages(with(orphan)).contains("no profile `wid`"));
    }

    #[test]
    fn a_profile_is_held_to_the_version_it_was_written_for() {
        assert!(with("profile: a\ntitle: A\npacks: [ours@1]\n").is_ok());
        let problems = with(
            "profile: a\ntitle: A\npacks: [ours@3]\n---\n\
             profile: b\ntitle: B\nextends: a\n",
        )
        .expect_err("the pack is at its first version");
        let [problem] = problems.as_slice() else {
            panic!("it is told once: {problems:?}");
        };
        assert!(
            problem
                .message
                .contains("asks for version 3 of the pack `ours`")
        );
        let related = problem.related.as_ref().expect("it names the pack as well");
        assert_eq!(&*related.0.name, "ours.yaml");
        let nonsense = with("profile: a\ntitle: A\npacks: [ours@three]\n");
        assert!(messages(nonsense).contains("`three` is not a version of the pack `ours`"));
    }

    #[test]
    fn what_a_profile_names_has_to_be_there() {
        let named = "profile: a\ntitle: A\npacks: [our]\nrules: [OUR-002]\n";
        let told = messages(with(named));
        assert!(
            told.contains("no pack `our`") && told.contains("no rule `OUR-002`"),
            "{told}"
        );
    }
}
