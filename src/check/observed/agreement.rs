//! Whether an endpoint is seen to be what was declared: where the two differ, both are named.

use super::{VERSIONS, is_unsettled, texts, unseen, unsettled};
use crate::check::{Context, Judgement};
use crate::model::fields::{certificate, endpoint};
use crate::model::{FieldId, Subject, SubjectKind, Value, fold_name};

/// The certificate served against the one declared: by its hash where its file was read, else by
/// the facts that were declared of it.
pub(super) fn certificate_agrees(subject: &Subject, ctx: &Context<'_>) -> Judgement {
    let Some(id) = subject.text(endpoint::CERTIFICATE) else {
        return Judgement::not_applicable(ctx.say(|| "no certificate is declared".into()));
    };
    if let Some(blind) = unseen(subject, ctx) {
        return blind;
    }
    let served = subject.text(endpoint::OBSERVED_CERTIFICATE_ID);
    let served = served.and_then(|id| ctx.declaration.find(SubjectKind::Certificate, id));
    let (Some(sha256), Some(served)) = (subject.text(endpoint::OBSERVED_CERTIFICATE), served)
    else {
        return Judgement::unknown(ctx.say(|| "it showed no certificate".into()));
    };
    let declared = ctx.declaration.find(SubjectKind::Certificate, id);
    // What was seen cannot vouch for itself.
    let Some(declared) = declared.filter(|declared| declared.id != served.id) else {
        return Judgement::unknown(ctx.say(|| format!("no certificate `{id}` is declared")))
            .field(endpoint::CERTIFICATE);
    };
    if let Some(difference) = difference(declared, sha256, served) {
        return Judgement::conflict(ctx.say(|| {
            format!(
                "it serves another certificate than `{id}`: {difference}; served is SHA-256 {}",
                shown(sha256)
            )
        }))
        .field(endpoint::CERTIFICATE);
    }
    let judgement =
        match subject.boolean(endpoint::OBSERVED_HAS_KEY) {
            _ if compared(declared).is_empty() => {
                Judgement::unknown(ctx.say(|| format!("nothing is declared of certificate `{id}`")))
            }
            Some(true) => Judgement::pass(ctx.say(|| format!("it serves certificate `{id}`"))),
            Some(false) | None => Judgement::unknown(ctx.say(|| {
                format!("it shows certificate `{id}`, and did not prove that it has its key")
            })),
        };
    judgement.field(endpoint::CERTIFICATE)
}

/// What was declared of a certificate and can be compared.
fn compared(declared: &Subject) -> Vec<FieldId> {
    if declared.text(certificate::SHA256).is_some() {
        return vec![certificate::SHA256];
    }
    // Distinguished names are written in too many ways to differ by their letters.
    let facts = [
        certificate::NOT_BEFORE,
        certificate::NOT_AFTER,
        certificate::KEY_ALGORITHM,
        certificate::KEY_BITS,
        certificate::SANS,
    ];
    let is_declared = |field: &FieldId| declared.value(*field).is_some();
    facts.into_iter().filter(is_declared).collect()
}

/// The first fact that differs, with both sides.
fn difference(declared: &Subject, sha256: &str, served: &Subject) -> Option<String> {
    compared(declared).into_iter().find_map(|field| {
        let ours = declared.value(field)?;
        let theirs = served.value(field);
        if field == certificate::SHA256 {
            let Value::Text(ours) = ours else { return None };
            let differs = !ours.eq_ignore_ascii_case(sha256);
            return differs.then(|| format!("declared is SHA-256 {}", shown(ours)));
        }
        let name = declared.schema.field(field).name;
        let is_same = theirs.is_some_and(|theirs| same(ours, theirs));
        (!is_same).then(|| match theirs {
            Some(theirs) => format!("its `{name}` is {theirs}, declared is {ours}"),
            None => format!("its `{name}` is not known, declared is {ours}"),
        })
    })
}

fn same(ours: &Value, theirs: &Value) -> bool {
    let (Value::Texts(ours), Value::Texts(theirs)) = (ours, theirs) else {
        return ours == theirs;
    };
    let sorted = |texts: &[String]| {
        let mut sorted: Vec<_> = texts.iter().map(|text| text.to_lowercase()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        sorted
    };
    sorted(ours) == sorted(theirs)
}

/// The versions spoken against those declared: older ones, and declared ones that are refused.
pub(super) fn versions_agree(subject: &Subject, ctx: &Context<'_>) -> Judgement {
    let Some(written) = subject.texts(endpoint::TLS_VERSIONS) else {
        return Judgement::not_applicable(ctx.say(|| "no versions are declared".into()));
    };
    if let Some(blind) = unseen(subject, ctx) {
        return blind;
    }
    let conflict = |why: String| Judgement::conflict(ctx.say(|| why)).field(endpoint::TLS_VERSIONS);
    let declared: Vec<_> = written.iter().map(|text| position(text)).collect();
    let newest = declared.iter().copied().flatten().max();
    let spoken = texts(subject, endpoint::OBSERVED_VERSIONS);
    let speaks = |version: &str| spoken.iter().any(|one| one == version);
    let both = || {
        let (declared, spoken) = (written.join(", "), spoken.join(", "));
        format!("declared is {declared}, spoken {spoken}")
    };
    let is_undeclared = |at: usize| !declared.contains(&Some(at));
    // One that is newer than all that was declared weakens nothing.
    let is_weaker = |at: usize| is_undeclared(at) && newest.is_none_or(|newest| at < newest);
    let versions = || VERSIONS.into_iter().enumerate();
    if let Some((_, more)) = versions().find(|(at, one)| is_weaker(*at) && speaks(one)) {
        return conflict(format!(
            "it speaks {more}, which is not declared: {}",
            both()
        ));
    }
    let is_refused = |one: &str| !speaks(one) && !is_unsettled(subject, one);
    if let Some((_, less)) = versions().find(|(at, one)| !is_undeclared(*at) && is_refused(one)) {
        return conflict(format!("it refuses {less}, which is declared: {}", both()));
    }
    if let Some(strange) = declared.iter().position(Option::is_none) {
        let strange = written.get(strange).map_or("", String::as_str);
        return Judgement::unknown(
            ctx.say(|| format!("`{strange}` is no version that a probe asks about")),
        )
        .field(endpoint::TLS_VERSIONS);
    }
    let is_open =
        |at: usize, one: &str| is_unsettled(subject, one) && (is_weaker(at) || !is_undeclared(at));
    if let Some((_, open)) = versions().find(|(at, one)| is_open(*at, one)) {
        return unsettled(&format!("speaks {open}"), ctx);
    }
    Judgement::pass(ctx.say(|| format!("it speaks what is declared: {}", spoken.join(", "))))
        .field(endpoint::TLS_VERSIONS)
}

/// The place of a version in [`VERSIONS`], however it is written: `TLSv1.2`, `tls 1.2`, `TLSv1`.
fn position(written: &str) -> Option<usize> {
    let folded = fold_name(written)
        .replace("tlsv", "tls")
        .replace("sslv", "ssl");
    let whole = match folded.as_str() {
        "tls1" => "tls10",
        "ssl3" => "ssl30",
        other => other,
    };
    VERSIONS.into_iter().position(|one| fold_name(one) == whole)
}

/// The first digits of a hash, which are enough to tell two apart.
fn shown(hash: &str) -> String {
    hash.chars().take(16).collect::<String>() + "…"
}
