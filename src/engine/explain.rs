//! Says how one rule came to its outcome on one subject: the finding as `check` tells it, and what
//! became of every part of the rule. Nothing is left out because something else decided already.

use super::enrich::enrich;
use super::judge::{Judge, Material};
use super::stream::{EngineError, Evaluation, Progress, evaluate};
use crate::check::{Context, Judgement, Outline, trace_field};
use crate::model::{
    Considered, Declaration, Explanation, Finding, Outcome, Part, Section, Subject, SubjectKind,
    Summary, Trace, TraceKind,
};
use crate::policy::{Rule, Standing, Waiver, Written};

/// Explains the findings of one rule.
#[derive(Debug)]
pub struct Explainer<'a> {
    judge: Judge<'a>,
    rule: &'a Rule,
    /// Position of the rule among those of the material.
    index: usize,
    written: &'a Written,
    /// The compensating controls of waivers, by the position of the waiver.
    controls: Vec<Vec<Outline>>,
}

impl<'a> Explainer<'a> {
    /// `None` when the rule is not among those of the material. `controls` takes a waiver apart for
    /// a kind of subject.
    pub fn new(
        material: Material<'a>,
        rule: &str,
        written: &'a Written,
        controls: impl Fn(&Waiver, SubjectKind) -> Vec<Outline>,
    ) -> Option<Self> {
        let index = material.rules.iter().position(|one| one.info.id == rule)?;
        let rule = &material.rules[index];
        let waivers = material.waivers.iter();
        Some(Self {
            judge: Judge::new(material),
            rule,
            index,
            written,
            controls: waivers
                .map(|waiver| controls(waiver, rule.info.subject))
                .collect(),
        })
    }

    /// What the rule says of a subject of its kind, and why.
    pub fn explain(&self, mut subject: Subject) -> Explanation {
        let Material {
            catalogue,
            declaration,
            ..
        } = *self.judge.material();
        let identity = enrich(&mut subject, catalogue, declaration);
        let ctx = self.judge.context(identity, true);
        let finding = self.judge.finding(self.index, self.rule, &subject, &ctx);
        let mut sections = self.sections(&subject, &ctx);
        mark(&mut sections, &finding);
        let waivers = self.waivers(&finding, &subject, &ctx);
        Explanation {
            finding,
            sections,
            waivers,
        }
    }

    /// What the rule says where nothing of its kind was declared; `None` where something was.
    pub fn silence(&self) -> Option<Explanation> {
        let mut found = None;
        self.judge
            .silence(&mut Summary::default(), &mut |finding: Finding| {
                if finding.rule.id == self.rule.info.id {
                    found = Some(finding);
                }
            });
        Some(Explanation {
            finding: found?,
            sections: Vec::new(),
            waivers: Vec::new(),
        })
    }

    fn sections(&self, subject: &Subject, ctx: &Context<'_>) -> Vec<Section> {
        let section = |part, trace| Section {
            part,
            decides: false,
            trace,
        };
        let mut sections = Vec::new();
        if let Some(applies) = &self.written.applies {
            sections.push(section(Part::Where, applies.trace(subject, ctx)));
        }
        sections.extend(
            self.evidence(subject, ctx)
                .map(|trace| section(Part::Evidence, trace)),
        );
        let grades = self.rule.grades.iter().zip(&self.written.grades);
        sections.extend(grades.enumerate().map(|(index, (grade, outline))| {
            let part = Part::Grade {
                number: index + 1,
                severity: grade.severity,
                gate: grade.gate,
            };
            section(part, outline.trace(subject, ctx))
        }));
        sections
    }

    fn evidence(&self, subject: &Subject, ctx: &Context<'_>) -> Option<Trace> {
        let evidence = self.rule.evidence.as_ref()?;
        let written_at = self.written.evidence_at.as_ref()?;
        let days = evidence.days().iter();
        let mut parts: Vec<_> = days
            .map(|day| trace_field(day, written_at, subject, ctx))
            .collect();
        if parts.len() == 1 {
            return parts.pop();
        }
        let fresh = Judgement::from(evidence.is_fresh(subject, ctx.today, true));
        Some(Trace {
            kind: TraceKind::All,
            label: "all of these".into(),
            written_at: written_at.clone(),
            outcome: fresh.outcome,
            decides: false,
            why: fresh.why.into_owned(),
            seen: None,
            wanted: None,
            place: None,
            fact: None,
            until: fresh.until,
            parts,
        })
    }

    fn waivers(&self, finding: &Finding, subject: &Subject, ctx: &Context<'_>) -> Vec<Considered> {
        let names = |names: &[String], wanted: &str| names.iter().any(|name| name == wanted);
        let waivers = self.judge.material().waivers.iter().zip(&self.controls);
        waivers
            .filter(|(waiver, _)| {
                names(waiver.rules(), &finding.rule.id) && names(waiver.subjects(), &subject.id)
            })
            .map(|(waiver, controls)| {
                let standing = waiver.standing(&finding.rule, finding.gate, subject, ctx);
                let (Standing::Covers(usage, until) | Standing::Void(usage, until)) = standing;
                let controls = controls.iter();
                Considered {
                    usage,
                    place: waiver.subject.place.clone(),
                    until,
                    controls: controls
                        .map(|control| control.trace(subject, ctx).marked(true))
                        .collect(),
                }
            })
            .collect()
    }
}

/// The declaration with everything counted that rules about the whole estate ask for. Reads all
/// inventories.
pub fn count(
    evaluation: Evaluation<'_>,
    progress: Progress<'_>,
) -> Result<Declaration, EngineError> {
    let material = evaluation.material;
    let (summary, _) = evaluate(evaluation, &mut |_| Ok(()), progress)?;
    Ok(Judge::new(material).counted(&summary))
}

/// Marks the section whose outcome the finding has. The first grade that said so is it; where none
/// did, what the evidence lacks has replaced what they said.
fn mark(sections: &mut [Section], finding: &Finding) {
    let outcome = match finding.outcome {
        Outcome::Waived => Outcome::Fail,
        outcome => outcome,
    };
    let is_where =
        |section: &Section| section.part == Part::Where && section.trace.outcome != Outcome::Pass;
    let is_grade = |section: &Section| {
        matches!(section.part, Part::Grade { severity, gate, .. }
            if severity == finding.severity && gate == finding.gate)
            && section.trace.outcome == outcome
            && section.trace.why == finding.reason
    };
    let is_evidence = |section: &Section| section.part == Part::Evidence;
    let decides = sections
        .iter()
        .position(is_where)
        .or_else(|| sections.iter().position(is_grade))
        .or_else(|| sections.iter().position(is_evidence));
    for (index, section) in sections.iter_mut().enumerate() {
        section.decides = decides == Some(index);
        section.trace = section.trace.clone().marked(section.decides);
    }
}
