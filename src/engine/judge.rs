//! Judges one subject by every rule about its kind.

use super::enrich::enrich;
use super::forecast::{Ahead, Held, Lookout};
use super::plan::{Asked, Plan};
#[cfg(test)]
use super::quick::weigh;
use super::quick::{stale, weighs};
use crate::catalogue::{Catalogue, Identity};
use crate::check::{Context, Judgement, OverEstate, Tree};
#[cfg(test)]
use crate::model::Weight;
use crate::model::fields::{asset, component, endpoint, organisation, product, service};
use crate::model::{
    Decision, Declaration, Finding, Gate, Mark, Outcome, RuleInfo, Severity, Subject, SubjectKind,
    Summary, WaiverUse, consequence,
};
use crate::policy::{Rule, Standing, Waiver};
use crate::predicate::{Answer, Length};
use jiff::civil::Date;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// What a judge decides from.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    pub rules: &'a [Arc<Rule>],
    pub waivers: &'a [Waiver],
    pub catalogue: &'a Catalogue,
    pub declaration: &'a Declaration,
    pub today: Date,
}

/// Judges subjects; holds nothing that changes.
#[derive(Debug)]
pub struct Judge<'a> {
    material: Material<'a>,
    /// Waivers by rule and subject.
    waivers: HashMap<(&'a str, &'a str), Vec<&'a Waiver>>,
    /// What rules about the whole estate count, with the position of the rule whose outcomes they do.
    questions: Vec<(Option<usize>, &'a dyn OverEstate)>,
    /// By kind of subject, from when the first one is judged.
    plans: [OnceLock<Plan<'a>>; SubjectKind::ALL.len()],
    /// By position: whether a rule is asked only after all assets were judged.
    is_last: Vec<bool>,
    /// Where asked for, what is looked for on later days.
    lookout: Option<Lookout>,
}

/// The outcome of one rule with what its grade weighs.
struct Verdict {
    judgement: Judgement,
    severity: Severity,
    gate: Gate,
}

impl<'a> Judge<'a> {
    pub fn new(material: Material<'a>) -> Self {
        let mut waivers: HashMap<_, Vec<_>> = HashMap::new();
        for waiver in material.waivers {
            for rule in waiver.rules() {
                for subject in waiver.subjects() {
                    waivers
                        .entry((rule.as_str(), subject.as_str()))
                        .or_default()
                        .push(waiver);
                }
            }
        }
        let rules = material.rules;
        let questions = rules.iter().flat_map(|rule| rule.over_estate());
        let is_last: Vec<_> = rules
            .iter()
            .map(|rule| !rule.over_estate().is_empty())
            .collect();
        Self {
            material,
            waivers,
            questions: questions
                .filter_map(|question| Some((counted_by(question, rules)?, question)))
                .collect(),
            plans: Default::default(),
            is_last,
            lookout: None,
        }
    }

    /// Also looks ahead: the summary then tells what turns later.
    #[must_use]
    pub fn looking_ahead(mut self, ahead: Ahead) -> Self {
        self.lookout = Some(Lookout::new(ahead));
        self
    }

    pub(super) fn lookout(&self) -> Option<&Lookout> {
        self.lookout.as_ref()
    }

    /// What rules about the whole estate count, each with the position of the rule that is counted.
    pub(super) fn questions(&self) -> &[(Option<usize>, &'a dyn OverEstate)] {
        &self.questions
    }

    /// The waivers that name a rule and a subject.
    pub(super) fn waivers_for<'s>(&'s self, rule: &'s str, subject: &'s str) -> &'s [&'s Waiver] {
        self.waivers
            .get(&(rule, subject))
            .map_or(&[], Vec::as_slice)
    }

    pub fn material(&self) -> &Material<'a> {
        &self.material
    }

    /// Judges a subject. Every outcome goes into the summary; findings worth telling, or all of
    /// them where asked for, go to `tell`.
    pub fn subject(
        &self,
        mut subject: Subject,
        tell_all: bool,
        summary: &mut Summary,
        tell: &mut dyn FnMut(Finding),
    ) {
        let Material {
            catalogue,
            declaration,
            ..
        } = self.material;
        let identity = enrich(&mut subject, catalogue, declaration);
        let quick = self.context(identity, false);
        summary.subjects += 1;
        summary.assets += u64::from(subject.kind == SubjectKind::Asset);
        if subject.kind == SubjectKind::Asset {
            self.tally(None, Outcome::NotApplicable, &subject, &quick, summary);
            self.look_ahead_of_fields(&subject, &quick, summary);
        }
        let plan = self.plan(subject.kind);
        let answers = plan.ask(&subject, &quick);
        let mut told: Vec<&Asked<'_>> = Vec::new();
        for group in &plan.groups {
            let applies = group.applies(&answers);
            if !tell_all && group.leaves_out(applies) {
                summary.count_not_applicable(&group.positions);
                continue;
            }
            for asked in &group.asked {
                let weight = asked.weigh(applies, &answers, &subject, &quick);
                if asked.is_counted {
                    self.tally(Some(asked.index), weight.outcome, &subject, &quick, summary);
                }
                if tell_all || weight.outcome.is_worth_telling() {
                    told.push(asked);
                    continue;
                }
                summary.count(asked.index, weight);
                self.look_ahead(asked.index, &subject, &quick, weight.into(), summary);
            }
        }
        told.sort_unstable_by_key(|asked| asked.index);
        for asked in told {
            let finding = self.finding(asked.index, asked.rule, &subject, &quick);
            summary.add(&finding);
            self.look_ahead(asked.index, &subject, &quick, held(&finding), summary);
            tell(finding);
        }
    }

    /// The rules asked of each subject of a kind.
    fn plan(&self, kind: SubjectKind) -> &Plan<'a> {
        self.plans[kind as usize].get_or_init(|| {
            let rules = self.material.rules.iter().map(|rule| &**rule);
            let rules = rules.enumerate();
            let is_asked =
                |(index, rule): &(usize, &Rule)| rule.info.subject == kind && !self.is_last[*index];
            Plan::new(rules.filter(is_asked), |index| {
                let mut questions = self.questions.iter();
                questions.any(|(counted, _)| *counted == Some(index))
            })
        })
    }

    /// Counts an asset for the questions about the whole estate: those that count the outcomes of
    /// the rule at this position, or those that count fields.
    fn tally(
        &self,
        index: Option<usize>,
        outcome: Outcome,
        subject: &Subject,
        ctx: &Context<'_>,
        summary: &mut Summary,
    ) {
        for (position, (counted, question)) in self.questions.iter().enumerate() {
            if *counted == index {
                let entry = question.entry(subject, outcome, ctx);
                summary.tally(position).add(&entry);
            }
        }
    }

    /// Counts an asset that could not be read: it may be anything.
    pub(super) fn tally_unread(&self, summary: &mut Summary) {
        for (position, (_, question)) in self.questions.iter().enumerate() {
            summary.tally(position).add(&question.unread());
        }
    }

    /// The declaration with what was counted over its assets.
    pub(super) fn counted(&self, summary: &Summary) -> Declaration {
        let mut declaration = self.material.declaration.clone();
        for (position, (_, question)) in self.questions.iter().enumerate() {
            let tally = summary.tallies.get(position).cloned().unwrap_or_default();
            declaration.tallies.insert(question.key().to_owned(), tally);
        }
        declaration
    }

    /// Judges the organisation by the rules about its whole estate, once all of it is counted.
    pub fn estate(&self, tell_all: bool, summary: &mut Summary, tell: &mut dyn FnMut(Finding)) {
        if !self.is_last.contains(&true) {
            return;
        }
        let declaration = self.counted(summary);
        let judge = Judge::new(Material {
            declaration: &declaration,
            ..self.material
        });
        let quick = judge.context(None, false);
        let last = self.material.rules.iter().enumerate();
        let mut all_held = Vec::new();
        for (index, rule) in last.filter(|(index, _)| self.is_last[*index]) {
            let finding = judge.finding(index, rule, &declaration.organisation, &quick);
            summary.add(&finding);
            all_held.push((index, held(&finding)));
            if tell_all || finding.outcome.is_worth_telling() {
                tell(finding);
            }
        }
        self.look_ahead_of_estate(&all_held, summary);
    }

    /// The outcome of one rule on a subject, for cases.
    pub(super) fn outcome(&self, rule: &Rule, mut subject: Subject) -> (Outcome, Severity, String) {
        let Material {
            catalogue,
            declaration,
            ..
        } = self.material;
        let identity = enrich(&mut subject, catalogue, declaration);
        let verdict = Self::verdict(rule, &subject, &self.context(identity, true));
        (
            verdict.judgement.outcome,
            verdict.severity,
            verdict.judgement.why.into_owned(),
        )
    }

    /// The outcome of each condition by itself on a subject, for the coverage of cases.
    pub(super) fn outcomes<'t>(
        &self,
        trees: impl Iterator<Item = &'t Tree>,
        mut subject: Subject,
    ) -> Vec<Outcome> {
        let Material {
            catalogue,
            declaration,
            ..
        } = self.material;
        let identity = enrich(&mut subject, catalogue, declaration);
        let ctx = self.context(identity, false);
        trees.map(|tree| tree.run(&subject, &ctx).outcome).collect()
    }

    /// What each rule weighs on a subject, by its id: in short, by the plan, and at length.
    #[cfg(test)]
    pub(super) fn in_each_way(
        &self,
        kind: SubjectKind,
        mut subject: Subject,
    ) -> Vec<(&str, Weight, Weight, Weight)> {
        let Material {
            catalogue,
            declaration,
            ..
        } = self.material;
        let identity = enrich(&mut subject, catalogue, declaration);
        let (quick, long) = (
            self.context(identity.clone(), false),
            self.context(identity, true),
        );
        let plan = self.plan(kind);
        let answers = plan.ask(&subject, &quick);
        let groups = plan.groups.iter();
        let each = groups.flat_map(|group| group.asked.iter().map(move |asked| (group, asked)));
        let each = each.map(|(group, asked)| {
            let applies = group.applies(&answers);
            let planned = asked.weigh(applies, &answers, &subject, &quick);
            let left_out = (Outcome::NotApplicable, None);
            assert!(!group.leaves_out(applies) || (planned.outcome, planned.until) == left_out);
            let rule = asked.rule;
            let verdict = Self::verdict(rule, &subject, &long);
            let whole = Weight {
                outcome: verdict.judgement.outcome,
                gate: verdict.gate,
                severity: verdict.severity,
                until: verdict.judgement.until,
                due: None,
            };
            let weight = weigh(rule, &subject, &quick);
            (rule.info.id.as_str(), weight, planned, whole)
        });
        each.collect()
    }

    pub(super) fn context(&self, identity: Option<Arc<Identity>>, detail: bool) -> Context<'a> {
        let Material {
            catalogue,
            declaration,
            today,
            ..
        } = self.material;
        Context {
            today,
            catalogue,
            declaration,
            identity,
            detail,
        }
    }

    fn verdict(rule: &Rule, subject: &Subject, ctx: &Context<'_>) -> Verdict {
        let worst = (rule.info.severity, rule.info.gate);
        let verdict = |judgement, (severity, gate)| Verdict {
            judgement,
            severity,
            gate,
        };
        let mut until = None;
        if let Some(applies) = &rule.applies {
            let judgement = applies.run(subject, ctx);
            until = judgement.until;
            match judgement.outcome {
                Outcome::Pass => {}
                Outcome::Fail | Outcome::NotApplicable => {
                    let judgement = Judgement {
                        outcome: Outcome::NotApplicable,
                        ..judgement
                    };
                    return verdict(judgement, worst);
                }
                Outcome::Conflict | Outcome::Unknown | Outcome::Waived => {
                    let why = ctx.say(|| {
                        format!("cannot tell whether this rule applies: {}", judgement.why)
                    });
                    return verdict(Judgement { why, ..judgement }, worst);
                }
            }
        }
        let fresh = rule
            .evidence
            .as_ref()
            .map(|evidence| evidence.is_fresh(subject, ctx.today, ctx.detail));
        if let Some(fresh) = &fresh {
            until = earlier(until, fresh.until);
        }
        let mut best: Option<Verdict> = None;
        for grade in &rule.grades {
            let judgement = grade.check.run(subject, ctx);
            until = earlier(until, judgement.until);
            let found = verdict(judgement, (grade.severity, grade.gate));
            // What weighs most decides, whether it failed or cannot be decided; of equals the first.
            if best
                .as_ref()
                .is_none_or(|so_far| found.weighs() > so_far.weighs())
            {
                best = Some(found);
            }
        }
        let mut best = best
            .unwrap_or_else(|| verdict(Judgement::not_applicable("the rule has no grade"), worst));
        if let Some(fresh) = &fresh
            && let Some(reason) = stale(fresh.truth, best.judgement.outcome)
        {
            best = verdict(not_fresh(reason, fresh, ctx), worst);
        }
        Verdict {
            judgement: best.judgement.until(until),
            ..best
        }
    }

    /// The outcome of one rule on a subject with its derived fields, and its reasons.
    pub(super) fn finding(
        &self,
        index: usize,
        rule: &Rule,
        subject: &Subject,
        quick: &Context<'_>,
    ) -> Finding {
        let ctx = Context {
            detail: true,
            ..quick.clone()
        };
        let verdict = Self::verdict(rule, subject, &ctx);
        let Verdict {
            judgement,
            severity,
            gate,
        } = verdict;
        // Nobody can declare what we work out.
        let field = judgement
            .field
            .filter(|field| !subject.schema.field(*field).derived);
        let mut finding = Finding {
            rule: Arc::clone(&rule.info),
            rule_index: index,
            subject_kind: subject.kind,
            subject: subject.id.clone(),
            subject_name: name_of(subject),
            outcome: judgement.outcome,
            severity,
            gate,
            reason: judgement.why.into_owned(),
            fact: judgement.fact,
            field: field.map(|field| subject.schema.field(field).name.to_owned()),
            place: judgement.place.unwrap_or_else(|| {
                field.map_or_else(|| subject.place.clone(), |field| subject.place_of(field))
            }),
            until: judgement.until,
            due: None,
            waiver: None,
        };
        if finding.outcome == Outcome::Fail {
            self.apply_waiver(&mut finding, subject, &ctx);
        }
        let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
        if finding.outcome == Outcome::Fail && leads_to == Decision::AdmitWithConditions {
            finding.due = Some(due(judgement.due, rule, ctx.today));
        }
        finding
    }

    /// A covering waiver turns the failure; a void one is named beside it.
    fn apply_waiver(&self, finding: &mut Finding, subject: &Subject, ctx: &Context<'_>) {
        let mut void: Option<WaiverUse> = None;
        for waiver in self.waivers_for(&finding.rule.id, &subject.id) {
            match waiver.standing(&finding.rule, finding.gate, subject, ctx) {
                Standing::Covers(usage, holds_until) => {
                    finding.outcome = Outcome::Waived;
                    finding.due = usage.until;
                    finding.until = earlier(finding.until, holds_until);
                    finding.waiver = Some(usage);
                    return;
                }
                Standing::Void(usage, until) => {
                    finding.until = earlier(finding.until, until);
                    void = void.or(Some(usage));
                }
            }
        }
        finding.waiver = void;
    }

    /// For every rule about a kind of thing of which nothing was declared, not even an empty list:
    /// an unknown, so that silence is not taken for safety.
    pub fn silence(&self, summary: &mut Summary, tell: &mut dyn FnMut(Finding)) {
        for (index, rule) in self.material.rules.iter().enumerate() {
            let finding = if !self.is_declared(rule.info.subject) {
                self.silent_finding(index, &rule.info)
            } else if let Some(outcome) = rule.when_empty
                && self.is_empty(rule.info.subject)
            {
                self.empty_finding(index, rule, outcome)
            } else {
                continue;
            };
            summary.add(&finding);
            tell(finding);
        }
    }

    fn is_declared(&self, kind: SubjectKind) -> bool {
        match kind {
            SubjectKind::Asset => self.material.declaration.has_assets,
            // Nobody has to ask for a waiver: none declared is none.
            SubjectKind::Organisation | SubjectKind::Waiver => true,
            _ => self.material.declaration.list(kind).is_some(),
        }
    }

    fn is_empty(&self, kind: SubjectKind) -> bool {
        let list = self.material.declaration.list(kind);
        list.is_some_and(<[_]>::is_empty)
    }

    /// For a rule that asks for at least one: what a list that says there are none comes to.
    fn empty_finding(&self, index: usize, rule: &Rule, outcome: Outcome) -> Finding {
        let mut finding = self.silent_finding(index, &rule.info);
        let plural = rule.info.subject.schema().plural;
        finding.outcome = outcome;
        finding.reason = format!("`{plural}: []` says that there are none");
        let leads_to = consequence(finding.outcome, finding.gate, finding.severity);
        if leads_to == Decision::AdmitWithConditions {
            finding.due = Some(due(None, rule, self.material.today));
        }
        finding
    }

    fn silent_finding(&self, index: usize, rule: &Arc<RuleInfo>) -> Finding {
        let organisation = &self.material.declaration.organisation;
        let schema = rule.subject.schema();
        let reason = match rule.subject {
            SubjectKind::Submission => "no `submission:` is declared".to_owned(),
            _ => format!(
                "no {0} are declared; write `{0}: []` if there are none",
                schema.plural
            ),
        };
        Finding {
            rule: Arc::clone(rule),
            rule_index: index,
            subject_kind: SubjectKind::Organisation,
            subject: organisation.id.clone(),
            subject_name: name_of(organisation),
            outcome: Outcome::Unknown,
            severity: rule.severity,
            gate: rule.gate,
            reason,
            fact: None,
            field: None,
            place: organisation.place.clone(),
            until: None,
            due: None,
            waiver: None,
        }
    }
}

impl Verdict {
    /// By what it leads to, then by what says most about the subject.
    fn weighs(&self) -> (Decision, u8) {
        weighs(self.judgement.outcome, self.gate, self.severity)
    }
}

fn held(finding: &Finding) -> Held {
    Held {
        mark: Mark {
            outcome: finding.outcome,
            gate: finding.gate,
            severity: finding.severity,
        },
        until: finding.until,
    }
}

/// What a rule says whose evidence does not count, for the reason given.
fn not_fresh(reason: &str, fresh: &Answer, ctx: &Context<'_>) -> Judgement {
    let why = ctx.say(|| format!("{reason}: {}", fresh.why));
    Judgement {
        field: fresh.field,
        ..Judgement::unknown(why)
    }
}

/// The position of the rule whose outcomes a question counts, `Some(None)` where it counts fields;
/// `None` where that rule is not asked.
#[expect(
    clippy::option_option,
    reason = "no rule to count and a rule that is missing are two things"
)]
fn counted_by(question: &dyn OverEstate, rules: &[Arc<Rule>]) -> Option<Option<usize>> {
    let Some((id, _)) = question.counts() else {
        return Some(None);
    };
    rules.iter().position(|rule| rule.info.id == id).map(Some)
}

/// The day somebody promised, unless it is past or further away than a plan may be.
fn due(promised: Option<Date>, rule: &Rule, today: Date) -> Date {
    let furthest = Length::Months(12).after(today);
    promised
        .filter(|day| *day >= today && *day <= furthest)
        .unwrap_or_else(|| rule.due.after(today))
}

pub(super) fn earlier(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    [one, other].into_iter().flatten().min()
}

/// What people call the subject, where that is not its id.
pub(super) fn name_of(subject: &Subject) -> Option<String> {
    let field = match subject.kind {
        SubjectKind::Asset => asset::NAME,
        SubjectKind::Component => component::NAME,
        SubjectKind::Endpoint => endpoint::HOST,
        SubjectKind::Organisation => organisation::NAME,
        SubjectKind::Product => product::NAME,
        SubjectKind::Service => service::NAME,
        _ => return None,
    };
    let name: Cow<'_, str> = subject.text(field)?.into();
    (name != subject.id).then(|| name.into_owned())
}
