//! A pack: a file of rules with their parameters.

use super::case::Case;
use super::evidence::Evidence;
use super::{Grade, Rule, asks, keys};
use crate::catalogue::Catalogue;
use crate::check::{OverEstate, Reading, Tree};
use crate::model::{Gate, Outcome, RuleInfo, Severity, SubjectKind};
use crate::predicate::{Length, Params};
use crate::yaml::{Fields, Node, Reader};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// What `empty` may say.
pub(super) const EMPTY: [(&str, Outcome); 2] =
    [("fail", Outcome::Fail), ("unknown", Outcome::Unknown)];

/// A pack as written. Its rules are compiled once the parameters are known.
#[derive(Debug)]
pub(super) struct RawPack<'d> {
    pub(super) id: &'d str,
    /// The bytes that name it.
    name: Range<usize>,
    /// Meaning version: raised when the rules come to ask something else.
    pub(super) version: u32,
    /// The bytes that say the version, or else the name.
    pub(super) version_span: Range<usize>,
    /// The day its cases are about, unless they say another.
    cases_at: Option<Date>,
    pub(super) reads_cases: bool,
    pub(super) params: Option<&'d Node<'d>>,
    rules: &'d [Node<'d>],
    pub(super) reader: &'d Reader<'d>,
    catalogue: &'static Catalogue,
}

impl<'d> RawPack<'d> {
    pub(super) fn read(
        node: &'d Node<'d>,
        reader: &'d Reader<'d>,
        catalogue: &'static Catalogue,
    ) -> Option<Self> {
        let mut fields =
            Fields::open(node, reader, "the pack")?.documented(|key| keys::PACK.has(key));
        let id = fields.required_text("pack");
        fields.required_text("title");
        fields.text("about");
        let version = version(&mut fields);
        let named = fields.optional("version").or(fields.optional("pack"));
        let name = fields
            .optional("pack")
            .map_or(0..0, |node| node.span.clone());
        let version_span = named.map_or(0..0, |node| node.span.clone());
        let cases_at = fields.date("cases_at");
        let params = fields.optional("params");
        if let Some(params) = params.filter(|params| params.mapping().is_none()) {
            reader.wrong::<()>(params, "params", "a mapping of parameters");
        }
        fields.required("rules");
        let rules = fields.list("rules").unwrap_or_default();
        fields.finish();
        Some(Self {
            id: id?,
            name,
            version: version?,
            version_span,
            cases_at,
            reads_cases: true,
            params,
            rules,
            reader,
            catalogue,
        })
    }

    /// Compiles the rules whose ids are wanted with the given parameters; problems go to `reader`,
    /// which is the pack's own unless they were told before.
    pub(super) fn compile(
        &self,
        params: &Params,
        reader: &Reader<'_>,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Vec<Rule> {
        let reading = Reading {
            catalogue: self.catalogue,
            params,
            reader,
        };
        self.rules
            .iter()
            .filter(|node| is_wanted(node.get("id").and_then(Node::text).unwrap_or_default()))
            .filter_map(|node| self.rule(node, reading))
            .collect()
    }

    /// A share of failures of a rule that nobody wrote would be unknown for ever.
    pub(super) fn refuse_counting_nothing(
        &self,
        packs: &[RawPack<'_>],
        rules: &BTreeMap<&str, Vec<Arc<Rule>>>,
    ) {
        // A rule that is written, and wrong, has problems of its own.
        let written = || {
            let ids = packs.iter().flat_map(RawPack::rule_ids);
            ids.filter_map(Node::text)
        };
        let own = rules.get(self.id).map(Vec::as_slice).unwrap_or_default();
        let questions = own.iter().flat_map(|rule| rule.over_estate());
        for (id, span) in questions.filter_map(OverEstate::counts) {
            let mut all = rules.values().flatten();
            let counted = all.find(|rule| rule.info.id == id);
            let is_of_assets = |rule: &Arc<Rule>| rule.info.subject == SubjectKind::Asset;
            let problem = |message| self.reader.problem(span.clone(), message);
            if !written().any(|one| one == id) {
                let problem = problem(format!("there is no rule {id}"));
                self.reader.push(problem.suggest(id, written()));
            } else if counted.is_some_and(|rule| !is_of_assets(rule)) {
                let message = format!("{id} is not about assets");
                self.reader
                    .push(problem(message).label("only assets are counted"));
            }
        }
    }

    /// The ids of the rules as written, with their places.
    pub(super) fn rule_ids(&self) -> impl Iterator<Item = &'d Node<'d>> {
        self.rules.iter().filter_map(|rule| rule.get("id"))
    }

    /// The rule with this id, as written.
    pub(super) fn rule_named(&self, id: &str) -> Option<&'d Node<'d>> {
        self.rules
            .iter()
            .find(|rule| rule.get("id").and_then(Node::text) == Some(id))
    }

    /// Compiles one rule, or tells what is wrong with it.
    pub(super) fn rule(&self, node: &Node<'_>, reading: Reading<'_>) -> Option<Rule> {
        let reader = reading.reader;
        let name = node
            .get("id")
            .and_then(Node::text)
            .unwrap_or("without an id");
        let mut fields = Fields::open(node, reader, format!("the rule {name}"))?
            .documented(|key| keys::RULE.has(key));
        let id = fields.required_text("id");
        let title = fields.required_text("title");
        let kinds = SubjectKind::ALL.map(|kind| (kind.name(), kind));
        let subject = fields.required_one_of("for", &kinds);
        let applies = fields.optional("where");
        let due = fields.optional("due");
        let empty = fields.one_of("empty", &EMPTY);
        let evidence = fields.optional("evidence");
        let grades = Written::read(&mut fields);
        let why = fields.required_text("why");
        let fix = fields.required_text("fix");
        let controls = super::controls::read_named(&mut fields);
        let sources = texts(&mut fields, "sources");
        let cases = fields.list("cases").unwrap_or_default();
        if cases.is_empty()
            && let Some(id) = fields.key_span("id")
        {
            let problem = reader.problem(id, format!("the rule {name} has no cases"));
            reader.push(problem.help("add at least a pass, a fail and a silence under `cases:`"));
        }
        fields.finish();

        let subject = subject?;
        let asks = if self.reads_cases {
            asks::of(node, reading.params)
        } else {
            BTreeSet::new()
        };
        let applies = applies.map(|node| Tree::parse(node, subject, reading));
        let evidence = evidence.map(|node| Evidence::parse(node, subject, reading));
        let grades = grades.and_then(|written| written.compile(subject, reading));
        let due = match due {
            Some(node) => length(node, "due", reading),
            None => Some(Length::Days(90)),
        };
        let cases: Vec<_> = cases
            .iter()
            .filter(|_| self.reads_cases)
            .filter_map(|case| Case::read(case, subject, self.cases_at, reader))
            .collect();
        let grades = grades?;
        let worst = grades
            .iter()
            .map(|grade| (grade.gate, grade.severity))
            .max()?;
        let info = RuleInfo {
            id: id?.to_owned(),
            pack: self.id.to_owned(),
            pack_version: self.version,
            title: title?.to_owned(),
            subject,
            severity: worst.1,
            gate: worst.0,
            why: why?.to_owned(),
            fix: fix?.to_owned(),
            controls,
            sources,
        };
        let applies = match applies {
            None => None,
            Some(parsed) => Some(parsed?),
        };
        let evidence = match evidence {
            None => None,
            Some(parsed) => Some(parsed?),
        };
        Some(Rule {
            info: Arc::new(info),
            applies,
            evidence,
            grades,
            due: due?,
            when_empty: empty,
            asks,
            cases,
        })
    }
}

/// `version: 3`; a pack that says none is at its first.
fn version(fields: &mut Fields<'_, '_>) -> Option<u32> {
    let Some(node) = fields.optional("version") else {
        return Some(1);
    };
    let number = fields.integer("version")?;
    match u32::try_from(number) {
        Ok(number) if number > 0 => Some(number),
        _ => fields
            .reader()
            .wrong(node, "version", "a whole number from 1"),
    }
}

/// Either one `check` with its severity and gate, or `grades` of them.
enum Written<'n, 's> {
    Grades(&'n [Node<'s>]),
    Single(Option<(Severity, Gate, &'n Node<'s>)>),
}

impl<'n, 's> Written<'n, 's> {
    fn read(fields: &mut Fields<'n, 's>) -> Option<Self> {
        if fields.optional("grades").is_some() {
            return fields.list("grades").map(Self::Grades);
        }
        Some(Self::Single(grade_head(fields)))
    }

    fn compile(self, subject: SubjectKind, reading: Reading<'_>) -> Option<Vec<Grade>> {
        let heads = match self {
            Self::Single(head) => vec![head],
            Self::Grades(nodes) => nodes
                .iter()
                .map(|node| {
                    let mut fields = Fields::open(node, reading.reader, "a grade")?
                        .documented(|key| keys::GRADE.has(key));
                    let head = grade_head(&mut fields);
                    fields.finish();
                    head
                })
                .collect(),
        };
        let wanted = heads.len();
        let grades: Vec<_> = heads
            .into_iter()
            .flatten()
            .filter_map(|(severity, gate, check)| {
                let check = Tree::parse(check, subject, reading)?;
                Some(Grade {
                    severity,
                    gate,
                    check,
                })
            })
            .collect();
        (grades.len() == wanted && wanted > 0).then_some(grades)
    }
}

fn grade_head<'n, 's>(fields: &mut Fields<'n, 's>) -> Option<(Severity, Gate, &'n Node<'s>)> {
    let severity = fields.required_one_of(
        "severity",
        &Severity::ALL.map(|severity| (severity.name(), severity)),
    );
    let gate = fields.required_one_of("gate", &Gate::ALL.map(|gate| (gate.name(), gate)));
    let check = fields.required("check");
    Some((severity?, gate?, check?))
}

fn texts(fields: &mut Fields<'_, '_>, key: &str) -> Vec<String> {
    fields.required(key);
    fields
        .texts(key)
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

pub(super) fn length(node: &Node<'_>, key: &str, reading: Reading<'_>) -> Option<Length> {
    let text = reading.params.resolve(node, reading.reader)?;
    let length = Length::read(&text);
    if length.is_none() {
        reading
            .reader
            .wrong::<()>(node, key, "a length of time such as 90 days");
    }
    length
}

/// Two packs of one name, or two rules of one id, would each hide the other.
pub(super) fn refuse_duplicates(packs: &[RawPack<'_>]) {
    let mut packs_seen: BTreeMap<&str, &RawPack<'_>> = BTreeMap::new();
    let mut rules_seen: BTreeMap<&str, (&RawPack<'_>, &Node<'_>)> = BTreeMap::new();
    for pack in packs {
        if let Some(first) = packs_seen.insert(pack.id, pack) {
            let message = format!("the pack `{}` is written in two files", pack.id);
            let problem = pack.reader.problem(pack.name.clone(), message);
            pack.reader.push(problem.related(
                first.reader.source(),
                first.name.clone(),
                "first here",
            ));
        }
        for node in pack.rule_ids() {
            let id = node.text().unwrap_or_default();
            if let Some((first, place)) = rules_seen.get(id) {
                let problem = pack
                    .reader
                    .problem(node.span.clone(), format!("the rule {id} is written twice"));
                pack.reader.push(problem.related(
                    first.reader.source(),
                    place.span.clone(),
                    "first here",
                ));
                continue;
            }
            rules_seen.insert(id, (pack, node));
        }
    }
}
