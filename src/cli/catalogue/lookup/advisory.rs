//! What an advisory or a CVE is, and what fixes it on each release.

use super::answer::Answer;
use super::page::Page;
use crate::catalogue::windows::{Advisory, FixInfo};
use crate::catalogue::{Catalogue, Exploited};
use serde_json::{Value, json};

pub(super) fn answer(id: &str, catalogue: &Catalogue) -> Answer {
    let windows = catalogue.windows();
    let Some(advisory) = windows.find_advisory(id) else {
        return exploited_only(id, catalogue);
    };
    let advisory = &*advisory;
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
        "fixes": fixes, "files": proofs, "known_exploited": exploited(advisory, catalogue),
    });
    Answer {
        details: Some(details),
        ..Answer::bare("advisory", "exact", why(advisory, fixes.len()))
    }
}

/// What is known of a CVE that no Windows package names.
fn exploited_only(id: &str, catalogue: &Catalogue) -> Answer {
    let Some(known) = catalogue.kev().find(id) else {
        return Answer::bare("advisory", "unknown", super::unknown(id, catalogue));
    };
    let product = format!("{} {}", known.vendor, known.product);
    Answer {
        details: Some(json!({ "id": known.cve.to_string(), "known_exploited": [entry(known)] })),
        ..Answer::bare(
            "advisory",
            "exact",
            format!("{} in {product}; {}", known.cve, in_words(known)),
        )
    }
}

/// The entries of its CVEs among the known exploited.
fn entries<'c>(advisory: &Advisory, catalogue: &'c Catalogue) -> Vec<&'c Exploited> {
    let own = std::iter::once(&advisory.id);
    let cves = own.chain(&advisory.cves);
    cves.filter_map(|cve| catalogue.kev().find(cve)).collect()
}

fn exploited(advisory: &Advisory, catalogue: &Catalogue) -> Value {
    let known = entries(advisory, catalogue).into_iter();
    known.map(entry).collect()
}

fn entry(known: &Exploited) -> Value {
    json!({
        "cve": known.cve.to_string(), "vendor": &*known.vendor, "product": &*known.product,
        "added": known.added, "due": known.due, "ransomware": known.ransomware,
    })
}

fn in_words(known: &Exploited) -> String {
    let ransomware = if known.ransomware {
        ", also by ransomware"
    } else {
        ""
    };
    format!(
        "{} is known to be exploited{ransomware}; listed on {}, due by {}",
        known.cve, known.added, known.due
    )
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
    let Some(advisory) = windows.find_advisory(id) else {
        let label = if answer.is_known() { "is" } else { "unknown" };
        page.row(label, &answer.why);
        return;
    };
    let advisory = &*advisory;
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
    for known in entries(advisory, catalogue) {
        page.row("exploited", &in_words(known));
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
