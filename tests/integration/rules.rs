//! `passmuster rules`: what is listed, found and told of rules and controls, and that every shipped
//! rule says all that a reader needs.

use super::run::{Ran, folder, run, run_with};
use passmuster::policy::{Library, embedded, frameworks};
use passmuster::{catalogue::Catalogue, model::Outcome};
use std::collections::BTreeSet;

fn rules(arguments: &[&str]) -> Ran {
    let all: Vec<_> = std::iter::once("rules")
        .chain(arguments.iter().copied())
        .collect();
    run(folder(&[]).path(), &all)
}

fn done(arguments: &[&str]) -> String {
    let ran = rules(arguments);
    assert_eq!((ran.status, &*ran.err), (0, ""), "{arguments:?}");
    ran.out
}

/// The ids of a list of rules as JSON.
fn ids(arguments: &[&str]) -> Vec<String> {
    let all: Vec<_> = arguments.iter().copied().chain(["--format=json"]).collect();
    let document: serde_json::Value = serde_json::from_str(&done(&all)).unwrap();
    assert_eq!(document["version"], 1);
    let rules = document["rules"].as_array().unwrap().iter();
    rules
        .map(|rule| rule["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_control_lists_its_rules_alone_and_as_a_prefix() {
    assert_eq!(ids(&["list", "--control=dspt/v8:8.3"]), ["WAN-001"]);
    let outcome = ids(&["list", "--control=caf/4.0:B5.c"]);
    assert_eq!(outcome, ["BKP-001", "BKP-002", "BKP-003"]);
    let whole = ids(&["list", "--control", "caf"]);
    assert!(outcome.iter().all(|id| whole.contains(id)) && whole.len() > 15);
    let dspt = ids(&["list", "--control=dspt"]);
    assert!(
        dspt.contains(&"DSP-001".into()) && !dspt.contains(&"DSP-004".into()),
        "{dspt:?}"
    );
}

#[test]
fn filters_hold_together_and_values_of_one_are_alternatives() {
    let filters = [
        "--severity=critical",
        "--gate=block",
        "--for=asset",
        "--pack=wannacry",
    ];
    let all: Vec<_> = std::iter::once("list").chain(filters).collect();
    assert_eq!(ids(&all), ["WAN-001", "WAN-003"]);
    let either = ids(&["list", "--pack=wannacry", "--pack=os-support"]);
    assert_eq!(either.len(), 14);
    let graded = ids(&["list", "--pack=os-support", "--severity=low"]);
    assert_eq!(graded, ["OSS-002"], "one of its grades is low");
    let above = ids(&["list", "--severity=high+"]);
    let high = ids(&["list", "--severity=high"]).into_iter();
    let critical = ids(&["list", "--severity=critical"]).into_iter();
    assert_eq!(
        above.into_iter().collect::<BTreeSet<_>>(),
        high.chain(critical).collect::<BTreeSet<_>>()
    );
    let profile = ids(&["list", "--profile=g-cloud-declaration", "--severity=high+"]);
    assert_eq!(profile, ["GOV-002", "GOV-004", "GOV-005"]);
}

#[test]
fn nothing_found_is_told_with_what_comes_near() {
    let none = done(&["list", "--control=dspt/v8:4.4"]);
    assert!(
        none.contains("No rule") && none.contains("dspt/v8:8.3"),
        "{none}"
    );
    let none = done(&["list", "--severity=info", "--gate=block"]);
    assert!(none.starts_with("No rule is all of that"), "{none}");
    assert_eq!(
        ids(&["list", "--control=dspt/v8:4.4"]),
        Vec::<String>::new()
    );
}

#[test]
fn a_value_that_names_nothing_is_bad_input_with_the_nearest() {
    for (arguments, hint) in [
        (&["list", "--control=dpst/v8:8.3"][..], "`dspt/v8:8.3`"),
        (&["list", "--control=dspt/v9"], "`dspt/v8`"),
        (&["list", "--control="], "rules controls"),
        (&["list", "--severity=critcal"], "`critical`"),
        (&["list", "--gate=blok"], "`block`"),
        (&["list", "--for=aset"], "`asset`"),
        (&["list", "--pack=wannacri"], "`wannacry`"),
        (&["list", "--profile=hssf-cor"], "`hssf-core`"),
        (&["controls", "caf/4.0:B4.x"], "`caf/4.0:B4.d`"),
        (&["controls", "nonsense-and-more"], "rules controls"),
        (&["show", "DATA-04"], "`DATA-00"),
        (&["search", " "], "nothing to search for"),
    ] {
        let ran = rules(arguments);
        assert_eq!((ran.status, &*ran.out), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(hint), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn built_in_rules_are_shown_listed_and_found() {
    for id in ["DATA-001", "data-002", "DATA-003", "DATA-004"] {
        let shown = done(&["show", id]);
        assert!(
            shown.contains("built in") && shown.contains("caf/4.0:A3.a"),
            "{shown}"
        );
    }
    assert!(done(&["list"]).contains("data-quality (built in"));
    assert_eq!(ids(&["list", "--pack=data-quality"]).len(), 4);
    let shown: serde_json::Value =
        serde_json::from_str(&done(&["show", "DATA-001", "--format=json"])).unwrap();
    assert_eq!(shown["built_in"], true);
    assert_eq!(shown["cases"], serde_json::json!([]));
}

#[test]
fn a_rule_is_shown_whole_as_json() {
    let shown: serde_json::Value =
        serde_json::from_str(&done(&["show", "oss-002", "--format=json"])).unwrap();
    assert_eq!(shown["id"], "OSS-002");
    assert_eq!(shown["grades"].as_array().unwrap().len(), 3);
    assert!(
        shown["profiles"]
            .as_array()
            .unwrap()
            .contains(&"hssf-core".into())
    );
    assert!(shown["cases"].as_array().unwrap().len() >= 3);
}

#[test]
fn search_ranks_explains_and_corrects() {
    assert_eq!(ids(&["search", "SMBv1"])[0], "WAN-002");
    let both = done(&["search", "restore", "backup"]);
    assert!(
        both.contains("rules have restore and backup") && both.contains("BKP-002"),
        "{both}"
    );
    let typo = done(&["search", "certifcate"]);
    assert!(typo.contains("Did you mean certificate?"), "{typo}");
    let hostile = done(&["search", "\u{1b}[31mqqq\u{202e}"]);
    assert!(hostile.contains("\\x1b[31mqqq\\u{202e}"), "{hostile}");
    let apart = done(&["search", "smbv1", "restore"]);
    assert!(
        apart.contains("smbv1: ") && apart.contains("restore: "),
        "{apart}"
    );
}

#[test]
fn pages_keep_to_the_width_of_the_terminal() {
    let folder = folder(&[]);
    for width in ["60", "120"] {
        for arguments in [
            &["rules", "list"][..],
            &["rules", "show", "WAN-001"],
            &["rules", "show", "OSS-001"],
            &["rules", "search", "backup"],
            &["rules", "controls"],
        ] {
            let ran = run_with(folder.path(), arguments, &[("COLUMNS", width)]);
            let limit: usize = width.parse().unwrap();
            for line in ran.out.lines() {
                // What cannot be broken may stand out: the name of a control.
                let is_one_word = line.trim_start_matches([' ', '>']).split(' ').count() == 1;
                let fits = line.chars().count() <= limit || is_one_word;
                assert!(fits, "{arguments:?} at {width}: {line}");
            }
        }
    }
}

#[test]
fn the_crosswalk_goes_from_controls_to_rules_and_shows_the_gaps() {
    let page = done(&["controls", "dspt/v8"]);
    assert!(
        page.contains("8.3 ") && page.contains("> WAN-001"),
        "{page}"
    );
    assert!(page.contains("no rule: not covered"), "{page}");
    let one = done(&["controls", "caf/4.0:B5.c"]);
    assert!(
        one.contains("> BKP-001, BKP-002, BKP-003") && !one.contains("B4.d"),
        "{one}"
    );
    let gaps = done(&["controls", "--gaps"]);
    assert!(
        gaps.contains("not covered") && !gaps.contains("> WAN-001"),
        "{gaps}"
    );
    let all = done(&["controls"]);
    assert!(
        all.contains("rules without a control: every rule names one"),
        "{all}"
    );
    for scheme in [
        "dspt/v8",
        "dspt-caf/2025-26",
        "caf/3.2",
        "caf/4.0",
        "ce/3.1",
        "ce/3.2",
        "ce/3.3",
        "dtac/2.0",
        "ndg",
    ] {
        assert!(
            all.lines()
                .any(|line| line.starts_with(&format!("{scheme}  "))),
            "{scheme}"
        );
    }
}

#[test]
fn the_crosswalk_as_json_holds_every_rule_and_every_known_control() {
    let document: serde_json::Value =
        serde_json::from_str(&done(&["controls", "--format=json"])).unwrap();
    let editions = document["frameworks"].as_array().unwrap();
    assert_eq!(editions.len(), frameworks().len());
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let mut named = BTreeSet::new();
    for edition in editions {
        named.extend(edition["rules"].as_array().unwrap().iter().map(text));
        for control in edition["controls"].as_array().unwrap() {
            assert!(!text(&control["title"]).is_empty() && !text(&control["source"]).is_empty());
            named.extend(control["rules"].as_array().unwrap().iter().map(text));
        }
    }
    let library = Library::load(&embedded(), Catalogue::embedded()).unwrap();
    for rule in &library.rules {
        assert!(
            named.contains(&rule.info.id),
            "{} is in no framework",
            rule.info.id
        );
    }
}

#[test]
fn a_profile_has_gaps_of_its_own() {
    let all = done(&["controls", "ndg/7"]);
    let some = done(&["controls", "ndg/7", "--profile=wannacry-baseline"]);
    assert!(
        all.contains("WAN-007") && some.contains("no rule: not covered"),
        "{some}"
    );
}

#[test]
fn controls_of_a_policy_of_ones_own_are_told_apart() {
    let pack = "pack: ours\ntitle: Ours\ncases_at: 2026-11-22\nrules:\n- { id: OUR-1, title: t, for: asset, severity: low, \
                gate: advise, check: { os.family: linux }, why: w, fix: f, controls: [\"local/estates:12\"], sources: [s], \
                cases: [{ name: silence, given: {}, expect: unknown }] }\n";
    let folder = folder(&[("policy/ours.yaml", pack.as_bytes())]);
    let page = run(folder.path(), &["rules", "controls", "--rules=policy"]);
    assert!(page.out.contains("local/estates:12  OUR-1"), "{}", page.out);
    let list = run(
        folder.path(),
        &["rules", "list", "--rules=policy", "--control=local"],
    );
    assert!(list.out.contains("OUR-1"), "{}{}", list.out, list.err);
}

#[test]
fn every_shipped_rule_says_why_what_to_do_by_what_right_and_what_silence_comes_to() {
    let library = Library::load(&embedded(), Catalogue::embedded()).unwrap();
    assert_eq!(library.rules.len(), 113);
    for rule in &library.rules {
        let info = &rule.info;
        let id = &info.id;
        for (what, text) in [
            ("title", &info.title),
            ("why", &info.why),
            ("fix", &info.fix),
        ] {
            assert!(text.chars().count() > 10, "{id} has no {what}");
        }
        assert!(!info.controls.is_empty(), "{id} names no control");
        assert!(!info.sources.is_empty(), "{id} names no source");
        let expects = |outcome| rule.cases.iter().any(|case| case.expect == outcome);
        assert!(rule.cases.len() >= 3, "{id} has {} cases", rule.cases.len());
        let is_shown = expects(Outcome::Fail) || expects(Outcome::Conflict);
        assert!(is_shown, "{id} shows no failure");
        // A rule that asks whether something was declared fails in silence.
        let fails_in_silence = ["GOV-002", "GOV-004"];
        assert!(
            expects(Outcome::Unknown) || fails_in_silence.contains(&&**id),
            "{id} shows no silence"
        );
        // Its file is bytes outside a policy, so no case can show that it is what was declared.
        assert!(
            expects(Outcome::Pass) || id == "GOV-003",
            "{id} shows no pass"
        );
    }
    let packs: BTreeSet<_> = library.rules.iter().map(|rule| &*rule.info.pack).collect();
    assert_eq!(packs.len(), 13);
}

#[test]
fn every_shipped_pack_says_its_version_and_every_profile_holds_to_it() {
    for source in embedded() {
        let is_pack = source.text.lines().any(|line| line.starts_with("pack: "));
        let has_version = source
            .text
            .lines()
            .any(|line| line.starts_with("version: "));
        assert_eq!(is_pack, has_version, "{}", source.name);
    }
    let profiles = embedded()
        .into_iter()
        .find(|one| one.name.ends_with("profiles.yaml"));
    let text = &profiles.unwrap().text;
    let library = Library::load(&embedded(), Catalogue::embedded()).unwrap();
    for pack in library.rules.iter().map(|rule| &rule.info.pack) {
        for (at, _) in text.match_indices(&**pack) {
            let before = text[..at].chars().next_back();
            if matches!(before, Some('[' | ' ')) && text[..at].trim_end().ends_with(['[', ',']) {
                assert!(
                    text[at + pack.len()..].starts_with('@'),
                    "{pack} is not held to a version"
                );
            }
        }
    }
}
