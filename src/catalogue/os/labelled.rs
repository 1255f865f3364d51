//! The labelled set of operating system strings: how many are right, and the two mistakes that
//! must never happen.

use super::{Certainty, Identity, OsFacts, identify};
use crate::catalogue::{Catalogue, Cycle};
use jiff::civil::{Date, date};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const AS_OF: Date = date(2026, 11, 22);

fn ids(identity: &Identity) -> BTreeSet<String> {
    identity
        .candidates
        .iter()
        .map(|(product, cycle)| format!("{product}:{cycle}"))
        .collect()
}

fn expected(row: &BTreeMap<String, String>) -> BTreeSet<String> {
    let lifecycle = Catalogue::embedded().lifecycle();
    let mut ids = BTreeSet::new();
    for id in row["candidates"].split('|').filter(|id| !id.is_empty()) {
        match id.strip_suffix(":*") {
            Some(product) => ids.extend(lifecycle.cycles(product).iter().map(Cycle::id)),
            None => {
                ids.insert(id.to_owned());
            }
        }
    }
    ids
}

fn is_right(row: &BTreeMap<String, String>, identity: &Identity) -> bool {
    let found = ids(identity);
    let is_only = |id: &str| found.len() == 1 && found.contains(id);
    let answers = |certainty| {
        let answer = format!("{}:{}", row["product"], row["cycle"]);
        identity.certainty == certainty
            && (is_only(&answer) || row["also_ok"].split('|').any(is_only))
    };
    match row["decision"].as_str() {
        "exact" => answers(Certainty::Exact),
        "assumed" => answers(Certainty::Assumed),
        "ambiguous" => identity.certainty == Certainty::Ambiguous && found == expected(row),
        "not_covered" => {
            identity.certainty == Certainty::NotCovered
                || (identity.certainty <= Certainty::Assumed && is_only(&row["supplement"]))
        }
        "unknown" => identity.certainty == Certainty::Unknown,
        other => panic!("unknown decision {other}"),
    }
}

/// Firm and supported today without proof of extended cover.
fn says_supported(identity: &Identity) -> bool {
    let lifecycle = Catalogue::embedded().lifecycle();
    !identity.candidates.is_empty()
        && identity.candidates.iter().all(|(product, cycle)| {
            lifecycle
                .cycle(product, cycle)
                .is_some_and(|cycle| cycle.supported_until(false).has_not_passed(AS_OF))
        })
}

#[test]
fn labelled_strings_are_identified() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/lifecycle/os-strings.csv");
    let Ok(mut reader) = csv::Reader::from_path(path) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let lifecycle = Catalogue::embedded().lifecycle();
    let mut scores: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for row in reader
        .deserialize::<BTreeMap<String, String>>()
        .map(Result::unwrap)
    {
        let identity = identify(&OsFacts::named(&row["raw"]), lifecycle);
        assert_eq!(identity.conflict, None, "{}: {:?}", row["id"], row["raw"]);
        let is_firm = identity.certainty <= Certainty::Assumed;
        assert!(
            !(row["decision"] == "unknown" && is_firm),
            "{}: {:?} is taken for {}",
            row["id"],
            row["raw"],
            identity.label
        );
        assert!(
            !(says_supported(&identity) && row["status_best"] != "supported"),
            "{}: {:?} is called supported as {}",
            row["id"],
            row["raw"],
            identity.label
        );
        assert!(
            !(is_firm && says_supported(&identity) && row["status_worst"] != "supported"),
            "{}: {:?} is firmly called supported as {}",
            row["id"],
            row["raw"],
            identity.label
        );
        let score = scores.entry(row["decision"].clone()).or_default();
        score.1 += 1;
        if is_right(&row, &identity) {
            score.0 += 1;
        } else {
            println!(
                "{} {:?}: {} {}:{}, found {:?} {} {:?}",
                row["id"],
                row["raw"],
                row["decision"],
                row["product"],
                row["cycle"],
                identity.certainty,
                identity.label,
                identity.candidates,
            );
        }
    }
    let (right, all) = scores
        .values()
        .fold((0, 0), |sum, s| (sum.0 + s.0, sum.1 + s.1));
    println!("{scores:?}: {right} of {all}");
    assert!(right * 100 >= all * 97, "{right} of {all} are right");
}
