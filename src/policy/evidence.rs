//! How fresh evidence has to be: `evidence: { from: [observed_at], max_age: $seen_days }`.
//!
//! Evidence known to be too old, or dated in the future, proves nothing either way. Evidence of
//! which nobody knows the day cannot clear, but still convicts: leaving the day out may not soften
//! a failure.

use super::keys;
use crate::check::Reading;
use crate::model::{Subject, SubjectKind, Type};
use crate::predicate::{Answer, FieldTest, Length, find_field, fold_all};
use crate::yaml::{Fields, Key, Node};
use jiff::civil::Date;

/// The days on which evidence was taken, and how long it counts.
#[derive(Debug)]
pub struct Evidence {
    days: Vec<FieldTest>,
}

impl Evidence {
    /// Reads what a rule asks of its evidence; the fields have to hold days.
    pub(super) fn parse(
        node: &Node<'_>,
        subject: SubjectKind,
        reading: Reading<'_>,
    ) -> Option<Self> {
        let mut fields = Fields::open(node, reading.reader, "the evidence")?
            .documented(|key| keys::EVIDENCE.has(key));
        let from = fields.required("from");
        let max_age = fields.required("max_age");
        fields.finish();
        let (from, max_age) = (from?, max_age?);
        let length = super::pack::length(max_age, "max_age", reading);
        let names = match from.sequence() {
            Some(names) => names,
            None => std::slice::from_ref(from),
        };
        if names.is_empty() {
            return reading.reader.wrong(from, "from", "a list of fields");
        }
        let days: Vec<_> = names
            .iter()
            .filter_map(|name| day_field(name, subject, reading))
            .collect();
        if days.len() < names.len() {
            return None;
        }
        let length: Length = length?;
        let days = days.into_iter().map(|day| FieldTest::within(day, length));
        Some(Self {
            days: days.collect(),
        })
    }

    /// One test for each day it ages from.
    pub fn days(&self) -> &[FieldTest] {
        &self.days
    }

    /// Yes, to the last fresh day, where every day is known and fresh; no where one is too old or
    /// to come; unknown where one is not known.
    pub fn is_fresh(&self, subject: &Subject, today: Date, detail: bool) -> Answer {
        let ask = |day: &FieldTest| day.ask(&subject.record, today, detail);
        match self.days.as_slice() {
            [day] => ask(day),
            days => fold_all(days.iter().map(ask)),
        }
    }
}

fn day_field(
    node: &Node<'_>,
    subject: SubjectKind,
    reading: Reading<'_>,
) -> Option<crate::model::FieldId> {
    let Some(name) = node.text() else {
        return reading.reader.wrong(node, "from", "the name of a field");
    };
    let schema = subject.schema();
    let key = Key {
        span: node.span.clone(),
        text: name.into(),
    };
    let id = find_field(schema, &key, reading.reader)?;
    let field = schema.field(id);
    if matches!(field.ty, Type::Date | Type::Instant) {
        return Some(id);
    }
    let message = format!("`{name}` is {}, not a day", field.ty.expected());
    let problem = reading.reader.problem(node.span.clone(), message);
    reading
        .reader
        .push(problem.label("evidence ages from a day"));
    None
}
#[cfg(test)]
mod tests {
    use crate::catalogue::Catalogue;
    use crate::engine::{Bench, CaseEnd, Judge, Material, run_cases};
    use crate::model::fields::asset;
    use crate::model::{Declaration, Outcome, Place, Source, Subject, SubjectKind, Summary};
    use crate::policy::Library;
    use jiff::civil::{Date, date};

    const PACK: &str = "pack: ours
title: Ours
version: 4
cases_at: 2026-11-22
params:
  seen: { type: length, value: 30 days, strict: lower }
rules:
  - id: OUR-001
    title: SMBv1 is off on machines seen of late
    for: asset
    severity: critical
    gate: block
    evidence: { from: [observed_at], max_age: $seen }
    check: { smb1.server: off }
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases:
      - { name: fresh, given: { smb1: off, observed_at: -30d }, expect: pass }
      - { name: a day too old, given: { smb1: off, observed_at: -31d }, expect: unknown }
      - { name: too old to convict, given: { smb1: on, observed_at: -31d }, expect: unknown }
      - { name: seen tomorrow, given: { smb1: off, observed_at: +1d }, expect: unknown }
      - { name: seen on no day, given: { smb1: off }, expect: unknown }
      - { name: the day left out excuses nothing, given: { smb1: on }, expect: fail }
      - { name: silence, given: {}, expect: unknown }
  - id: OUR-002
    title: The MS17-010 fix is installed on machines seen of late
    for: asset
    severity: critical
    gate: block
    evidence: { from: [observed_at], max_age: $seen }
    check: { patched: { advisory: MS17-010 } }
    why: It is asked.
    fix: Do it.
    controls: [ce/3.3]
    sources: [this test]
    cases:
      - { name: a rule that does not apply asks for nothing, given: { os: macOS 15, observed_at: -90d }, expect: not-applicable }
      - { name: one that does, given: { os: Windows 7 SP1, updates: [KB4012212], observed_at: -90d }, expect: unknown }
";

    fn load(text: &str) -> Result<Library, String> {
        let source = Source::new("ours.yaml", text);
        Library::load(&[source], Catalogue::embedded()).map_err(|problems| {
            let told: Vec<_> = problems.into_iter().map(|one| one.message).collect();
            told.join("; ")
        })
    }

    #[test]
    fn old_evidence_proves_nothing_and_undated_evidence_clears_nobody() {
        let library = load(PACK).expect("it is sound");
        let bench = Bench {
            all: &library.rules,
            catalogue: library.catalogue,
        };
        let runs = run_cases(&library.rules, bench);
        assert_eq!(runs.len(), 9);
        assert!(
            runs.iter().all(|run| run.end == CaseEnd::Passed),
            "{runs:?}"
        );
    }

    /// Outcome, last day and reason for a machine with SMBv1 off that was seen on a day.
    fn judged(seen: &str, today: Date) -> (Outcome, Option<Date>, String) {
        let library = load(PACK).expect("it is sound");
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place.clone());
        let declaration = Declaration::new("made-up.yaml", organisation);
        let judge = Judge::new(Material {
            rules: &library.rules,
            waivers: &[],
            catalogue: library.catalogue,
            declaration: &declaration,
            today,
        });
        let mut machine = Subject::new(SubjectKind::Asset, "A-1", place);
        machine.record.set_text(asset::SMB1_SERVER, "off");
        machine.record.set_text(asset::OBSERVED_AT, seen);
        let mut told = Vec::new();
        judge.subject(machine, true, &mut Summary::default(), &mut |finding| {
            told.push(finding);
        });
        told.retain(|finding: &crate::model::Finding| finding.rule.id == "OUR-001");
        let finding = told.pop().expect("everything is told");
        assert_eq!(
            finding.field.as_deref(),
            match finding.outcome {
                Outcome::Pass => Some("smb1.server"),
                _ => Some("observed_at"),
            }
        );
        (finding.outcome, finding.until, finding.reason)
    }

    #[test]
    fn a_pass_ends_with_the_last_fresh_day_of_its_evidence() {
        let (outcome, until, _) = judged("2026-11-01", date(2026, 11, 22));
        assert_eq!((outcome, until), (Outcome::Pass, Some(date(2026, 12, 1))));
        let (outcome, until, _) = judged("2026-11-01", date(2026, 12, 1));
        assert_eq!((outcome, until), (Outcome::Pass, Some(date(2026, 12, 1))));
        let (outcome, until, why) = judged("2026-11-01", date(2026, 12, 2));
        assert_eq!((outcome, until), (Outcome::Unknown, None));
        assert_eq!(
            why,
            "the evidence does not count: 2026-11-01 is 31 days before 2026-12-02, wanted within \
             30 days"
        );
        let (outcome, until, _) = judged("2026-11-23", date(2026, 11, 22));
        assert_eq!(
            (outcome, until),
            (Outcome::Unknown, Some(date(2026, 11, 22)))
        );
    }

    #[test]
    fn what_evidence_ages_from_has_to_be_a_day() {
        let with = |words: &str| {
            let old = "{ from: [observed_at], max_age: $seen }";
            load(&PACK.replacen(old, words, 1)).expect_err("it has to be refused")
        };
        let told = with("{ from: [smb1.server], max_age: $seen }");
        assert_eq!(told, "`smb1.server` is yes or no, not a day");
        let told = with("{ from: [observed], max_age: $seen }");
        assert_eq!(told, "asset has no field `observed`");
        let told = with("{ from: [observed_at], max_age: soon }");
        assert!(told.contains("a length of time"), "{told}");
        let told = with("{ from: [], max_age: $seen }");
        assert!(told.contains("a list of fields"), "{told}");
        assert!(with("{ from: [observed_at] }").contains("lacks `max_age`"));
    }

    #[test]
    fn a_meaning_version_is_a_number_from_one() {
        let library = load(PACK).expect("it is sound");
        assert_eq!(library.rules[0].info.pack_version, 4);
        let unsaid = load(&PACK.replace("version: 4\n", "")).expect("it is sound");
        assert_eq!(unsaid.rules[0].info.pack_version, 1);
        for wrong in ["0", "-1", "1.5", "v2", "5000000000"] {
            let told = load(&PACK.replace("version: 4", &format!("version: {wrong}")));
            let told = told.expect_err("it has to be refused");
            assert!(told.contains("whole number"), "{wrong}: {told}");
        }
    }
}
