//! What lists that were fetched mean for a verdict: who could not be asked is not cleared.

use crate::pki::{NotDecided, Role, Verdict};
use crate::probe::{List, list_urls};
use crate::report::escape;

/// Reasons told of one certificate.
const SHOWN: usize = 2;
const MAX_REASON: usize = 300;
/// Said of certificates that no list was there for.
const UNCHECKED: [&str; 2] = ["revocation_unchecked", "revocation_unknown"];

/// The lists that were had.
pub(super) fn had(lists: &[List]) -> Vec<&[u8]> {
    let had = lists.iter().filter_map(|list| list.answer.as_deref().ok());
    had.collect()
}

/// Why others were not.
pub(super) fn troubles(lists: &[List]) -> Option<String> {
    let failed = lists.iter().filter_map(|list| {
        let failure = list.answer.as_ref().err()?;
        let said = format!("failed to fetch {}: {failure}", list.url);
        Some(escape(&said, MAX_REASON))
    });
    let failed: Vec<_> = failed.collect();
    let shown: Vec<_> = failed.iter().take(SHOWN).map(String::as_str).collect();
    let more = match failed.len().saturating_sub(shown.len()) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join("; ")))
}

/// Leaves open whether a certificate is revoked where its list was asked for and not had.
pub(super) fn leave_open(verdict: &mut Verdict, lists: &[List], leaf: &[u8]) {
    let troubles = troubles(lists);
    let mut open = Vec::new();
    for (position, link) in verdict.path.iter().enumerate() {
        if link.role == Role::Root {
            continue;
        }
        let faults = verdict.faults.iter();
        let mut own = faults.filter(|fault| fault.certificate == Some(position));
        if own.any(|fault| UNCHECKED.contains(&fault.rule.id)) {
            let sentence = match &troubles {
                Some(troubles) => troubles.clone(),
                None => "none of the lists that were fetched can clear it".into(),
            };
            open.push((position, sentence));
        } else if position == 0 && lists.is_empty() && list_urls([leaf]).is_empty() {
            let sentence = "it names no list of revoked certificates that could be fetched";
            open.push((position, sentence.into()));
        }
    }
    let is_open = |position| open.iter().any(|(at, _)| Some(*at) == position);
    verdict
        .faults
        .retain(|fault| !(UNCHECKED.contains(&fault.rule.id) && is_open(fault.certificate)));
    let left = open.into_iter().map(|(position, sentence)| NotDecided {
        id: "crl_not_fetched",
        certificate: Some(position),
        sentence,
    });
    verdict.not_decided.extend(left);
}
