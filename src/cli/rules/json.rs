//! Answers as JSON documents, version 1 each. Keys are only added.
//!
//! A rule is `id`, `pack`, `pack_version`, `title`, `subject`, `severity`, `gate`, `grades` (what its
//! failures may weigh, each `severity` and `gate`), `controls` and `built_in`; `show` adds `why`,
//! `fix`, `sources`, `asks`, `profiles` and `cases`, and `search` adds `score` and `found_in`.
//! `controls` has `frameworks`, each with its known `controls` and the ids of their `rules`; a control
//! with neither `rules` nor `through` is a gap.

use super::controls::{Crosswalk, Edition, Row};
use super::search::Hit;
use super::shelf::{Entry, Shelf};
use super::show::profiles_with;
use serde::Serialize;

#[derive(Serialize)]
struct List<'a> {
    version: u8,
    rules: Vec<Rule<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profiles: Option<Vec<Profile<'a>>>,
}

#[derive(Serialize)]
struct Profile<'a> {
    id: &'a str,
    title: &'a str,
    rules: Vec<&'a str>,
}

#[derive(Serialize)]
struct Show<'a> {
    version: u8,
    #[serde(flatten)]
    rule: Rule<'a>,
    why: &'a str,
    fix: &'a str,
    sources: &'a [String],
    asks: Vec<&'a str>,
    profiles: Vec<&'a str>,
    cases: Vec<Case<'a>>,
}

#[derive(Serialize)]
struct Case<'a> {
    name: &'a str,
    today: String,
    expect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<&'a str>,
}

#[derive(Serialize)]
struct Search<'a> {
    version: u8,
    words: &'a [String],
    rules: Vec<Match<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    did_you_mean: Option<&'a str>,
}

#[derive(Serialize)]
struct Match<'a> {
    #[serde(flatten)]
    rule: Rule<'a>,
    score: u32,
    found_in: &'a [&'static str],
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    pack: &'a str,
    pack_version: u32,
    title: &'a str,
    subject: &'static str,
    severity: &'static str,
    gate: &'static str,
    grades: Vec<Grade>,
    controls: &'a [String],
    built_in: bool,
}

#[derive(Serialize)]
struct Grade {
    severity: &'static str,
    gate: &'static str,
}

#[derive(Serialize)]
struct Controls<'a> {
    version: u8,
    frameworks: Vec<Framework<'a>>,
    local: Vec<Local<'a>>,
    rules_without_control: &'a [String],
}

#[derive(Serialize)]
struct Framework<'a> {
    id: &'static str,
    title: &'static str,
    mark: &'static str,
    source: &'static str,
    /// How many controls it has in all, where that is known.
    controls_in_all: Option<u32>,
    controls_known: usize,
    controls_with_rules: usize,
    /// Rules that name it as a whole.
    rules: &'a [String],
    controls: Vec<Control<'a>>,
}

#[derive(Serialize)]
struct Control<'a> {
    id: &'static str,
    title: &'static str,
    mark: &'static str,
    source: &'static str,
    rules: &'a [String],
    through: Option<&'static str>,
}

#[derive(Serialize)]
struct Local<'a> {
    id: &'a str,
    rules: &'a [String],
}

pub(super) fn list(shelf: &Shelf<'_>, wanted: &[Entry<'_>], with_profiles: bool) -> String {
    let profiles = shelf.library.profiles.iter().map(|profile| Profile {
        id: &profile.id,
        title: &profile.title,
        rules: profile.rules.iter().map(|rule| &*rule.info.id).collect(),
    });
    written(&List {
        version: 1,
        rules: wanted.iter().map(rule).collect(),
        profiles: with_profiles.then(|| profiles.collect()),
    })
}

pub(super) fn show(shelf: &Shelf<'_>, entry: &Entry<'_>) -> String {
    let cases = entry.rule.map_or(&[][..], |rule| &rule.cases);
    let asks = entry.rule.into_iter().flat_map(|rule| &rule.asks);
    written(&Show {
        version: 1,
        rule: rule(entry),
        why: &entry.info.why,
        fix: &entry.info.fix,
        sources: &entry.info.sources,
        asks: asks.map(String::as_str).collect(),
        profiles: profiles_with(shelf, entry),
        cases: cases
            .iter()
            .map(|case| Case {
                name: &case.name,
                today: case.today.to_string(),
                expect: case.expect.name(),
                severity: case.severity.map(crate::model::Severity::name),
                todo: case.todo.as_deref(),
            })
            .collect(),
    })
}

pub(super) fn search(words: &[String], hits: &[Hit<'_, '_>], meant: Option<&str>) -> String {
    let found = hits.iter().map(|hit| Match {
        rule: rule(hit.entry),
        score: hit.score,
        found_in: &hit.found_in,
    });
    written(&Search {
        version: 1,
        words,
        rules: found.collect(),
        did_you_mean: meant,
    })
}

pub(super) fn controls(crosswalk: &Crosswalk) -> String {
    let local = crosswalk
        .local
        .iter()
        .map(|(id, rules)| Local { id, rules });
    written(&Controls {
        version: 1,
        frameworks: crosswalk.editions.iter().map(framework).collect(),
        local: local.collect(),
        rules_without_control: &crosswalk.bare,
    })
}

fn framework(edition: &Edition) -> Framework<'_> {
    let framework = edition.framework;
    Framework {
        id: framework.name,
        title: framework.title,
        mark: framework.mark.name(),
        source: framework.source,
        controls_in_all: framework.of,
        controls_known: framework.controls.len(),
        controls_with_rules: edition.touched,
        rules: &edition.whole,
        controls: edition.rows.iter().map(control).collect(),
    }
}

fn control(row: &Row) -> Control<'_> {
    Control {
        id: row.control.name,
        title: row.control.title,
        mark: row.control.mark.name(),
        source: row.control.source,
        rules: &row.rules,
        through: row.through,
    }
}

fn rule<'a>(entry: &'a Entry<'_>) -> Rule<'a> {
    let info = &entry.info;
    let weights = entry.weights().into_iter();
    Rule {
        id: &info.id,
        pack: &info.pack,
        pack_version: info.pack_version,
        title: &info.title,
        subject: info.subject.name(),
        severity: info.severity.name(),
        gate: info.gate.name(),
        grades: weights
            .map(|(severity, gate)| Grade {
                severity: severity.name(),
                gate: gate.name(),
            })
            .collect(),
        controls: &info.controls,
        built_in: entry.rule.is_none(),
    }
}

fn written(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document)
        .expect("a document of texts and numbers can be written");
    text.push('\n');
    text
}
