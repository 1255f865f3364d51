//! A made-up run for the tests of every format.

use super::{FORMATS, Options};
use crate::model::{
    Finding, Gate, Outcome, Place, RuleInfo, Run, Severity, SubjectKind, Summary, WaiverUse,
};
use jiff::civil::date;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) struct Sample {
    pub(super) run: Run,
    pub(super) findings: Vec<Finding>,
    pub(super) subjects: u64,
    pub(super) assets: u64,
}

impl Sample {
    /// A run without findings.
    pub(super) fn empty() -> Self {
        use Gate::{Advise, Block, Condition};
        use Severity::{Critical, High, Low, Medium};
        use SubjectKind::{Asset, Certificate, Organisation};
        let rules = vec![
            rule(
                "WAN-001",
                "The MS17-010 fix is installed",
                Asset,
                Critical,
                Block,
            ),
            rule(
                "OSS-001",
                "The operating system is supported by its vendor",
                Asset,
                High,
                Condition,
            ),
            rule("WAN-004", "SMBv1 is off", Asset, Medium, Condition),
            rule(
                "CRT-002",
                "No certificate ends within 30 days",
                Certificate,
                Low,
                Advise,
            ),
            rule(
                "CE-001",
                "Cyber Essentials Plus is held and in date",
                Organisation,
                High,
                Block,
            ),
            rule(
                "BCK-001",
                "A restore was tested in the last 12 months",
                Organisation,
                High,
                Condition,
            ),
        ];
        Self {
            run: Run {
                declared: "submissions/northmoor".into(),
                organisation: "Northmoor Digital Care Ltd".into(),
                organisation_id: "Northmoor Digital Care Ltd".into(),
                applies_for: Some("HSSF, lots 1 and 3".into()),
                as_of: date(2026, 11, 22),
                profile: ("hssf".into(), "Health Systems Support Framework".into()),
                policy_sha256: "9b1f6c0e4d2a".repeat(6)[..64].into(),
                rules,
                catalogue_date: date(2026, 11, 20),
                catalogue_sha256: "04c7a1e85b33".repeat(6)[..64].into(),
                observed: None,
                notes: vec!["waiver WVR-3 lapsed on 2026-10-31 and covers nothing now".into()],
            },
            findings: Vec::new(),
            subjects: 0,
            assets: 0,
        }
    }

    /// A supplier with so many assets: the first is unpatched, the second has no support, the
    /// third says nothing, the fourth contradicts itself, the fifth is waived; then again.
    pub(super) fn supplier(assets: usize) -> Self {
        let mut sample = Self::empty();
        for n in 0..assets {
            let id = format!("ward-{n:03}");
            sample.asset(&id, n);
        }
        sample.organisation();
        sample.assets = assets as u64;
        sample.subjects = sample.assets + 1;
        sample
    }

    fn asset(&mut self, id: &str, n: usize) {
        let line = u32::try_from(n * 9 + 12).unwrap_or(0);
        let mut patched = self.finding(0, id, line);
        patched.field = Some("updates".into());
        match n % 7 {
            0 => {
                patched.outcome = Outcome::Fail;
                patched.reason = "no installed update carries the fix for MS17-010".into();
                patched.fact = Some(
                    "Windows 7 SP1: KB4012212 or any later rollup (Microsoft KB4023262)".into(),
                );
            }
            2 => {
                patched.outcome = Outcome::Unknown;
                patched.reason = "no list of installed updates and no build was declared".into();
            }
            3 => {
                patched.outcome = Outcome::Conflict;
                patched.reason = format!(
                    "build 7601.{} is older than KB4019264, which is listed",
                    24_000 + n
                );
            }
            _ => {}
        }
        let mut supported = self.finding(1, id, line + 1);
        supported.until = Some(date(2027, 1, 12));
        match n % 7 {
            1 => {
                supported.outcome = Outcome::Fail;
                supported.reason = "support for Windows Server 2012 R2 ended on 2023-10-10".into();
                supported.until = None;
                supported.waiver = Some(WaiverUse {
                    id: "WVR-3".into(),
                    until: Some(date(2026, 10, 31)),
                    approver: "Dr A. Okoro, SIRO".into(),
                    void: Some("it lapsed on 2026-10-31".into()),
                });
            }
            4 => {
                supported.outcome = Outcome::Waived;
                supported.reason = "support for Windows 7 ended on 2020-01-14".into();
                supported.until = Some(date(2027, 3, 31));
                supported.waiver = Some(WaiverUse {
                    id: "WVR-7".into(),
                    until: Some(date(2027, 3, 31)),
                    approver: "Dr A. Okoro, SIRO".into(),
                    void: None,
                });
            }
            _ => {}
        }
        let mut smb = self.finding(2, id, line + 2);
        if n % 7 == 5 {
            smb.outcome = Outcome::Fail;
            smb.reason = "SMBv1 is on".into();
            smb.due = Some(date(2027, 2, 28));
        }
        self.findings.extend([patched, supported, smb]);
    }

    fn organisation(&mut self) {
        let mut held = self.finding(4, "8ZZ01", 3);
        held.subject_name = Some("Northmoor Digital Care Ltd".into());
        held.outcome = Outcome::Fail;
        held.reason = "the certificate ended on 2026-09-30".into();
        let mut restored = held.clone();
        restored.rule = Arc::clone(&self.run.rules[5]);
        restored.rule_index = 5;
        restored.severity = Severity::High;
        restored.gate = Gate::Condition;
        restored.outcome = Outcome::Unknown;
        restored.field = Some("recovery.last_restore_test".into());
        restored.reason = "no restore test is declared".into();
        self.findings.extend([held, restored]);
    }

    /// A run in which every text from outside tries to act on the reader.
    pub(super) fn hostile() -> Self {
        const EVIL: &str =
            "x\u{1b}[2J\u{9b}31m\r\nADMIT: all is well\u{202e}\u{2066}\u{200b}\0\u{7f}\"<b>";
        let mut sample = Self::empty();
        sample.run.declared = EVIL.into();
        sample.run.organisation = EVIL.into();
        sample.run.applies_for = Some(EVIL.into());
        sample.run.notes = vec![EVIL.into()];
        for outcome in [
            Outcome::Fail,
            Outcome::Conflict,
            Outcome::Unknown,
            Outcome::Waived,
        ] {
            let mut finding = sample.finding(0, EVIL, 7);
            finding.subject.push_str(outcome.name());
            finding.subject_name = Some(EVIL.into());
            finding.outcome = outcome;
            finding.reason = EVIL.repeat(100);
            finding.fact = Some(EVIL.into());
            finding.field = Some(EVIL.into());
            finding.place = Place::new(&EVIL.into(), 7, 1);
            finding.waiver = Some(WaiverUse {
                id: EVIL.into(),
                until: None,
                approver: EVIL.into(),
                void: (outcome == Outcome::Fail).then(|| EVIL.into()),
            });
            sample.findings.push(finding);
        }
        sample.assets = 4;
        sample.subjects = 4;
        sample
    }

    pub(super) fn add_rule(&mut self, id: &str) {
        let kind = SubjectKind::Asset;
        let info = rule(id, "One of many", kind, Severity::Low, Gate::Condition);
        self.run.rules.push(info);
    }

    /// A pass, to be changed.
    pub(super) fn finding(&self, rule: usize, subject: &str, line: u32) -> Finding {
        let info = &self.run.rules[rule];
        Finding {
            rule: Arc::clone(info),
            rule_index: rule,
            subject_kind: info.subject,
            subject: subject.into(),
            subject_name: None,
            outcome: Outcome::Pass,
            severity: info.severity,
            gate: info.gate,
            reason: "as it should be".into(),
            fact: None,
            field: None,
            place: Place::new(&"northmoor/assets.yaml".into(), line, 5),
            until: None,
            due: None,
            waiver: None,
        }
    }

    pub(super) fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for finding in &self.findings {
            summary.add(finding);
        }
        summary.subjects = self.subjects;
        summary.assets = self.assets;
        summary
    }

    /// The report in a format.
    pub(super) fn report(&self, format: &str, options: &Options) -> String {
        let format = FORMATS.iter().find(|known| known.name == format);
        let format = format.expect("the test names a format that exists");
        let mut bytes = Vec::new();
        let mut renderer = (format.make)(Box::new(&mut bytes), options);
        renderer.begin(&self.run).expect("memory takes all bytes");
        // As the engine sends them: all of the first subjects, of the others what is worth telling.
        let mut first = BTreeSet::new();
        for finding in &self.findings {
            let subject = (finding.subject_kind, &finding.subject);
            let is_first = first.contains(&subject) || first.len() < 64 && first.insert(subject);
            if format.hears_all || is_first || finding.outcome.is_worth_telling() {
                renderer.finding(finding).expect("memory takes all bytes");
            }
        }
        let summary = self.summary();
        renderer
            .finish(&self.run, &summary)
            .expect("memory takes all bytes");
        drop(renderer);
        String::from_utf8(bytes).expect("reports are text")
    }
}

fn rule(
    id: &str,
    title: &str,
    subject: SubjectKind,
    severity: Severity,
    gate: Gate,
) -> Arc<RuleInfo> {
    Arc::new(RuleInfo {
        id: id.into(),
        pack: "wannacry".into(),
        pack_version: 1,
        title: title.into(),
        subject,
        severity,
        gate,
        why: "WannaCry spread through this hole 59 days after its fix was published.".into(),
        fix: "Install the latest cumulative update, restart, export the inventory again.".into(),
        controls: vec!["ndg/8".into(), "dspt/v8:8.3".into(), "caf/4.0:B4.d".into()],
        sources: vec!["Microsoft KB4023262".into()],
    })
}
