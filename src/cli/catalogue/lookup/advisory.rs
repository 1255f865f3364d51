//! What an advisory or a CVE is, and what fixes it on each release.

use super::answer::Answer;
use super::page::Page;
use crate::catalogue::Catalogue;
use crate::catalogue::windows::{Advisory, FixInfo};
use serde_json::json;

pub(super) fn answer(id: &str, catalogue: &Catalogue) -> Answer {
    let windows = catalogue.windows();
    let Some(advisory) = windows.advisory(id) else {
        let why = super::unknown(id, catalogue);
        return Answer::bare("advisory", "unknown", why);
    };
    let fixes: Vec<_> = windows
        .fixes_of(advisory)
        .into_iter()
        .map(|fix| {
            json!({
                "kb": fix.kb.to_string(), "kind": fix.kind, "or_later": fix.or_later,
                "released": fix.released, "releases": fix.releases,
                "conditional": fix.is_conditional, "source": fix.source,
            })
        })
        .collect();
    let proofs: Vec<_> = windows
        .files_of(advisory)
        .into_iter()
        .map(|file| {
            json!({
                "file": file.file, "min_version": file.min_version, "releases": file.releases,
                "source": file.source,
            })
        })
        .collect();
    let details = json!({
        "id": advisory.id, "name": advisory.name, "severity": advisory.severity.to_string(),
        "cves": advisory.cves, "published": advisory.published(), "note": advisory.note,
        "fixes": fixes, "files": proofs,
    });
    Answer {
        details: Some(details),
        ..Answer::bare("advisory", "exact", why(advisory, fixes.len()))
    }
}

fn why(advisory: &Advisory, fixes: usize) -> String {
    let published = advisory
        .published()
        .map(|published| format!(", first fixed on {published}"))
        .unwrap_or_default();
    format!(
        "{} {}, severity {}{published}; {fixes} packages fix it",
        advisory.id, advisory.name, advisory.severity
    )
}

pub(super) fn page(id: &str, answer: &Answer, catalogue: &Catalogue, page: &mut Page) {
    let windows = catalogue.windows();
    let Some(advisory) = windows.advisory(id) else {
        page.row("unknown", &answer.why);
        return;
    };
    let is = match (&*advisory.id, &*advisory.name) {
        (id, name) if id == name || name.is_empty() => id.to_owned(),
        (id, name) => format!("{id}, {name}"),
    };
    page.row("is", &is);
    page.row("severity", &advisory.severity.to_string());
    if let Some(published) = advisory.published() {
        page.row("fixed from", &published.to_string());
    }
    if !advisory.cves.is_empty() {
        page.row("covers", &advisory.cves.join(", "));
    }
    if !advisory.note.is_empty() {
        page.row("note", &advisory.note);
    }
    let fixes = windows.fixes_of(advisory);
    if fixes.is_empty() {
        page.row("fixes", "no package of it is known");
    }
    page.table(
        ["fix", "released", "what it is", "on"],
        ["", "", "", "on"],
        fixes.iter().map(row).collect(),
    );
    let proofs = windows.files_of(advisory);
    if proofs.is_empty() {
        return;
    }
    let rows = proofs.into_iter().map(|file| {
        let version = file.min_version.replace('+', " or ");
        [file.file, version, file.releases.join(", ")]
    });
    page.table(
        ["file", "from version", "on"],
        ["", "from version", "on"],
        rows.collect(),
    );
}

fn row(fix: &FixInfo) -> [String; 4] {
    let kind = if fix.or_later {
        format!("{} or later", fix.kind)
    } else {
        fix.kind.to_owned()
    };
    let some = if fix.is_conditional {
        " (where affected)"
    } else {
        ""
    };
    [
        fix.kb.to_string(),
        fix.released.to_string(),
        kind,
        format!("{}{some}", fix.releases.join(", ")),
    ]
}
