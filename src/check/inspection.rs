//! What the validator of certificates says of one that was sent: asked once for a day, and kept for
//! the rules that ask again.
//!
//! The moment of a day is noon, UTC, or the one nearest to it at which the certificate is valid, so
//! that a certificate that begins or ends that day is never called out of its window here and in
//! it by `certificate: { in_window }`.

use super::Context;
use crate::model::fields::certificate as field;
use crate::model::{Bundle, Subject, Value};
use crate::pki::{
    self, Area, Certificate, Fault, Host, Level, Profile, Request, Roots, Rule, Thresholds,
    WeakKeys,
};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

static WEB: LazyLock<Roots> = LazyLock::new(Roots::web);
static RULES: LazyLock<Vec<&'static Rule>> = LazyLock::new(pki::rules);
static MEMO: LazyLock<Mutex<HashMap<Key, Arc<Inspection>>>> = LazyLock::new(Mutex::default);
/// Inspections that are kept: a few kilobytes each.
const KEPT: usize = 1_024;
const SHOWN: usize = 4;
/// Characters of one fault: names in it come from outside.
const LONGEST: usize = 300;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum RootSet {
    /// Those that whoever checks has given.
    Given,
    /// Those that browsers trust.
    Web,
}

#[derive(Debug)]
pub(super) struct Question<'q> {
    pub(super) host: Option<&'q Host>,
    pub(super) profile: Profile,
    pub(super) roots: RootSet,
    pub(super) thresholds: Thresholds,
}

/// What was found, and how long that holds.
#[derive(Debug)]
pub(super) struct Inspection {
    pub(super) faults: Vec<Fault>,
    pub(super) not_decided: Vec<String>,
    /// Whether a path to a root holds.
    pub(super) holds: bool,
    /// Which roots were used.
    pub(super) roots: String,
    pub(super) until: Option<Date>,
}

/// Why nothing was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    File,
    Roots,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    sent: String,
    roots: Option<String>,
    host: Option<String>,
    day: Date,
    profile: Profile,
    thresholds: Thresholds,
}

/// The roots that browsers trust, made once.
pub fn web_roots() -> &'static Roots {
    &WEB
}

/// Every rule of the validator.
pub(super) fn rules() -> &'static [&'static Rule] {
    &RULES
}

pub(super) fn inspect(
    found: &Subject,
    question: &Question<'_>,
    ctx: &Context<'_>,
) -> Result<Arc<Inspection>, Missing> {
    if let Some(stated) = stated(found, question) {
        return Ok(Arc::new(stated));
    }
    let given = match question.roots {
        RootSet::Given => Some(ctx.declaration.roots.as_ref().ok_or(Missing::Roots)?),
        RootSet::Web => None,
    };
    let weak_keys = ctx.declaration.weak_keys.as_ref().map(Arc::clone);
    let question = &Question {
        thresholds: Thresholds {
            weak_keys: weak_keys.map(WeakKeys::from).unwrap_or_default(),
            ..question.thresholds.clone()
        },
        ..*question
    };
    let bundles = &ctx.declaration.bundles;
    let sent = bundles.get(&found.id).ok_or(Missing::File)?;
    let key = Key {
        sent: sent.sha256.clone(),
        roots: given.map(|roots| roots.sha256.clone()),
        host: question.host.map(ToString::to_string),
        day: ctx.today,
        profile: question.profile,
        thresholds: question.thresholds.clone(),
    };
    if let Some(known) = memo().get(&key) {
        return Ok(Arc::clone(known));
    }
    let inspection = match given {
        None => judge(sent, &WEB, question, ctx.today),
        Some(given) => {
            let roots = Roots::new("the roots given".into(), given.certificates.clone());
            let roots = roots.map_err(|_| Missing::Roots)?;
            judge(sent, &roots, question, ctx.today)
        }
    };
    let inspection = Arc::new(inspection);
    let mut memo = memo();
    if memo.len() >= KEPT {
        memo.clear();
    }
    memo.insert(key, Arc::clone(&inspection));
    Ok(inspection)
}

fn memo() -> std::sync::MutexGuard<'static, HashMap<Key, Arc<Inspection>>> {
    MEMO.lock().unwrap_or_else(PoisonError::into_inner)
}

fn judge(sent: &Bundle, roots: &Roots, question: &Question<'_>, today: Date) -> Inspection {
    let intermediates: Vec<_> = sent.others.iter().map(Vec::as_slice).collect();
    let crls: Vec<_> = sent.crls.iter().map(AsRef::as_ref).collect();
    let leaf = Certificate::parse(&sent.leaf).ok();
    let window = leaf.map(|leaf| (leaf.not_before(), leaf.not_after()));
    let request = Request {
        leaf: &sent.leaf,
        intermediates: &intermediates,
        roots,
        crls: &crls,
        host: question.host,
        profile: question.profile,
        thresholds: &question.thresholds,
        clock: moment(today, window),
    };
    let verdict = pki::judge(&request);
    let next = pki::changes(&request).into_iter().next();
    Inspection {
        not_decided: verdict
            .not_decided
            .into_iter()
            .map(|open| shortened(open.sentence))
            .collect(),
        faults: verdict
            .faults
            .into_iter()
            .map(|fault| Fault {
                sentence: shortened(fault.sentence),
                ..fault
            })
            .collect(),
        holds: verdict.holds && verdict.reaches_root,
        roots: verdict.roots.name,
        until: next.and_then(|next| last_day_before(next, window)),
    }
}

fn shortened(sentence: String) -> String {
    match sentence.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", sentence.get(..at).unwrap_or_default()),
        None => sentence,
    }
}

/// The moment of a day at which certificates are judged.
fn moment(today: Date, window: Option<(Timestamp, Timestamp)>) -> Timestamp {
    let at = |hour, minute, second| {
        let time = today.at(hour, minute, second, 0).to_zoned(TimeZone::UTC);
        time.map_or(Timestamp::MAX, |time| time.timestamp())
    };
    let (start, noon, end) = (at(0, 0, 0), at(12, 0, 0), at(23, 59, 59));
    match window {
        Some((from, _)) if from > noon && from <= end => from,
        Some((_, to)) if to < noon && to >= start => to,
        Some(_) | None => noon,
    }
}

/// The last day whose moment comes before this one.
fn last_day_before(next: Timestamp, window: Option<(Timestamp, Timestamp)>) -> Option<Date> {
    let day = next.to_zoned(TimeZone::UTC).date();
    if moment(day, window) < next {
        return Some(day);
    }
    day.yesterday().ok()
}

/// What a case says that the validator would find. A declaration cannot say so. Behind the id of a
/// fault may stand what it was measured at, before it whose it is: `authority weak_key 1024` is an
/// authority's, and found by those who ask for more.
fn stated(found: &Subject, question: &Question<'_>) -> Option<Inspection> {
    let ids = match found.value(field::FAULTS)? {
        Value::Texts(ids) => ids.as_slice(),
        _ => &[],
    };
    let open = found.texts(field::NOT_DECIDED).unwrap_or_default();
    let mut not_decided = open.to_vec();
    let mut faults = Vec::new();
    for text in ids {
        let (text, certificate) = match text.strip_prefix("authority ") {
            Some(rest) => (rest, 1),
            None => (text.as_str(), 0),
        };
        let written = text.split_once(' ');
        let measured = written.and_then(|(id, number)| Some((id, number.parse().ok()?)));
        let (id, measure) = measured.map_or((text, None), |(id, it)| (id, Some(it)));
        if measure.is_some_and(|measure| is_within(id, measure, &question.thresholds)) {
            continue;
        }
        let Some(rule) = rules().iter().find(|rule| rule.id == id) else {
            not_decided.push(format!("no rule is called `{text}`"));
            continue;
        };
        if let Some(level) = question.profile.level(rule) {
            faults.push(Fault {
                rule,
                level,
                certificate: Some(certificate),
                sentence: format!("has the fault `{id}`"),
            });
        }
    }
    let keeps_from_root =
        |fault: &Fault| fault.breaks_path() && matches!(fault.rule.area, Area::Time | Area::Trust);
    Some(Inspection {
        holds: !faults.iter().any(keeps_from_root),
        faults,
        not_decided,
        roots: "the roots of the case".into(),
        until: None,
    })
}

/// Whether what was measured is no fault by these thresholds.
fn is_within(id: &str, measure: u64, thresholds: &Thresholds) -> bool {
    match id {
        "fermat_factorable" => measure > u64::from(thresholds.fermat_rounds),
        "intermediate_expiring_soon" => measure > u64::from(thresholds.expiry_warning_days),
        "weak_key" => measure >= thresholds.min_rsa_bits as u64,
        _ => false,
    }
}

impl Missing {
    pub(super) fn sentence(self, id: &str) -> String {
        match self {
            Self::File => format!("the file of certificate `{id}` was not sent"),
            Self::Roots => "no roots were given to judge it by: name them with --roots".into(),
        }
    }
}

/// Faults in a sentence, the worst first.
pub(super) fn told(id: &str, faults: &[&Fault]) -> String {
    let mut faults = faults.to_vec();
    faults.sort_by_key(|fault| std::cmp::Reverse(fault.level));
    let shown: Vec<_> = faults.iter().take(SHOWN).map(|fault| one(fault)).collect();
    let more = match faults.len().saturating_sub(shown.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("certificate `{id}`: {}{more}", shown.join("; "))
}

fn one(fault: &Fault) -> String {
    let whose = match fault.certificate {
        None | Some(0) => String::new(),
        Some(at) => format!("its authority {at} "),
    };
    format!("{whose}{} ({})", fault.sentence, fault.rule.id)
}

pub(super) fn profile(text: &str) -> Option<Profile> {
    let all = [Profile::Private, Profile::Public];
    all.into_iter().find(|profile| profile.name() == text)
}

pub(super) fn level(text: &str) -> Option<Level> {
    let all = [Level::Error, Level::Info, Level::Warning];
    all.into_iter().find(|level| level.name() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_moment_of_a_day_is_noon_or_the_nearest_at_which_the_leaf_is_valid() {
        let window = Some((at("2026-03-01T15:00:00Z"), at("2026-06-01T09:00:00Z")));
        assert_eq!(
            moment(date(2026, 2, 28), window),
            at("2026-02-28T12:00:00Z")
        );
        assert_eq!(moment(date(2026, 3, 1), window), at("2026-03-01T15:00:00Z"));
        assert_eq!(moment(date(2026, 4, 1), window), at("2026-04-01T12:00:00Z"));
        assert_eq!(moment(date(2026, 6, 1), window), at("2026-06-01T09:00:00Z"));
        assert_eq!(moment(date(2026, 6, 2), window), at("2026-06-02T12:00:00Z"));
    }

    #[test]
    fn what_ends_holds_to_the_last_day_whose_moment_is_before_it() {
        let window = Some((at("2026-03-01T00:00:00Z"), at("2026-06-01T09:00:00Z")));
        let until = |next| last_day_before(at(next), window);
        assert_eq!(until("2026-06-01T09:00:01Z"), Some(date(2026, 6, 1)));
        assert_eq!(until("2026-05-01T12:00:00Z"), Some(date(2026, 4, 30)));
        assert_eq!(until("2026-05-01T12:00:01Z"), Some(date(2026, 5, 1)));
    }
}
