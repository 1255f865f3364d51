//! Which rules are listed. Values of one kind are alternatives; kinds have to hold together.

use super::asked::List;
use super::shelf::{Entry, Shelf, not_found};
use crate::model::{Gate, Severity, SubjectKind, nearest};
use crate::policy::{control_names, is_within, nearest_control};
use anyhow::Result;
use std::collections::BTreeSet;

/// One severity, or that and all above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeverityWanted {
    severity: Severity,
    or_above: bool,
}

impl SeverityWanted {
    fn holds(self, severity: Severity) -> bool {
        severity == self.severity || (self.or_above && severity > self.severity)
    }
}

/// Reads `high` or `high+`.
pub(super) fn severity(text: &str) -> Result<SeverityWanted, String> {
    let lower = text.to_lowercase();
    let (name, or_above) = match lower.strip_suffix('+') {
        Some(name) => (name, true),
        None => (&*lower, false),
    };
    let severity = one_of(name, &Severity::ALL.map(|one| (one.name(), one)))?;
    Ok(SeverityWanted { severity, or_above })
}

pub(super) fn gate(text: &str) -> Result<Gate, String> {
    one_of(text, &Gate::ALL.map(|gate| (gate.name(), gate)))
}

/// Reads `asset`, or its plural.
pub(super) fn subject(text: &str) -> Result<SubjectKind, String> {
    let plural = SubjectKind::ALL
        .into_iter()
        .find(|kind| kind.schema().plural.eq_ignore_ascii_case(text));
    match plural {
        Some(kind) => Ok(kind),
        None => one_of(text, &SubjectKind::ALL.map(|kind| (kind.name(), kind))),
    }
}

fn one_of<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, String> {
    let found = words
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    if let Some((_, value)) = found {
        return Ok(*value);
    }
    let names = || words.iter().map(|(name, _)| *name);
    Err(match nearest(text, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expected one of {}", names().collect::<Vec<_>>().join(", ")),
    })
}

impl List {
    /// The rules that are asked for; a value that names nothing is the asker's mistake.
    pub(super) fn wanted<'l>(&self, rules: &Shelf<'l>) -> Result<Vec<Entry<'l>>> {
        self.pack
            .iter()
            .try_for_each(|pack| known_pack(pack, rules))?;
        self.control
            .iter()
            .try_for_each(|control| known_control(control, rules))?;
        let mut entries = rules.asked(self.profile.as_deref())?;
        entries.retain(|entry| self.holds(entry));
        Ok(entries)
    }

    pub(super) fn is_filtered(&self) -> bool {
        let filters = [
            self.control.len(),
            self.severity.len(),
            self.gate.len(),
            self.pack.len(),
            self.subject.len(),
        ];
        filters.iter().any(|given| *given > 0)
    }

    fn holds(&self, entry: &Entry<'_>) -> bool {
        let info = &entry.info;
        let is_any = |given: usize, holds: bool| given == 0 || holds;
        let packs = self.pack.iter().any(|pack| *pack == info.pack);
        let subjects = self.subject.contains(&info.subject);
        let controls = self
            .control
            .iter()
            .any(|wanted| info.controls.iter().any(|one| is_within(one, wanted)));
        is_any(self.pack.len(), packs)
            && is_any(self.subject.len(), subjects)
            && is_any(self.control.len(), controls)
            && entry.weights().iter().any(|(severity, gate)| {
                let severities = self.severity.iter().any(|one| one.holds(*severity));
                is_any(self.severity.len(), severities)
                    && is_any(self.gate.len(), self.gate.contains(gate))
            })
    }
}

fn known_pack(pack: &str, shelf: &Shelf<'_>) -> Result<()> {
    let packs: BTreeSet<_> = shelf.entries.iter().map(|one| &*one.info.pack).collect();
    if packs.contains(pack) {
        return Ok(());
    }
    let names: Vec<_> = packs.into_iter().collect();
    let hint = match nearest(pack, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    Err(not_found(format!("there is no pack `{pack}`; {hint}")))
}

/// Whether a control, an edition or a scheme is in the table or named by a rule.
pub(super) fn known_control(control: &str, shelf: &Shelf<'_>) -> Result<()> {
    let named = shelf.named_controls();
    let is_named = || named.iter().any(|one| is_within(one, control));
    let is_known = control_names().any(|one| is_within(one, control)) || is_named();
    if !control.is_empty() && is_known {
        return Ok(());
    }
    let schemes = control_names().filter_map(|name| name.split(['/', ':']).next());
    let near = nearest_control(control)
        .or_else(|| nearest(control, named.iter().copied()))
        .or_else(|| nearest(control, schemes));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`passmuster rules controls` lists them".to_owned(),
    };
    Err(not_found(format!(
        "no control `{control}` is known; {hint}"
    )))
}

/// Up to three controls that rules name and that are written most like one that none names.
pub(super) fn neighbours<'s>(control: &str, shelf: &'s Shelf<'_>) -> Vec<&'s str> {
    let head = control.split(':').next().unwrap_or_default();
    let scheme = control.split(['/', ':']).next().unwrap_or_default();
    let mut named: Vec<_> = shelf
        .named_controls()
        .into_iter()
        .filter(|one| is_within(one, scheme))
        .collect();
    named.sort_by_key(|one| {
        let distance = strsim::damerau_levenshtein(one, control);
        (!is_within(one, head), distance, *one)
    });
    named.truncate(3);
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_is_itself_or_a_floor() {
        let holds = |text: &str| {
            let wanted = severity(text).unwrap();
            Severity::ALL.map(|one| wanted.holds(one))
        };
        assert_eq!(holds("High"), [false, false, false, true, false]);
        assert_eq!(holds("high+"), [false, false, false, true, true]);
        assert_eq!(holds("info+"), [true; 5]);
    }

    #[test]
    fn a_word_that_is_none_is_led_to_the_nearest() {
        assert_eq!(severity("critcal").unwrap_err(), "did you mean `critical`?");
        assert_eq!(gate("blok").unwrap_err(), "did you mean `block`?");
        assert_eq!(subject("aset").unwrap_err(), "did you mean `asset`?");
        assert_eq!(subject("Assets").unwrap(), SubjectKind::Asset);
        let far = gate("xyzzy").unwrap_err();
        assert_eq!(far, "expected one of advise, condition, refer, block");
        assert!(severity("+").is_err() && severity("").is_err());
    }
}
