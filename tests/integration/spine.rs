//! The profile of connections with NHS Spine: what its older suites clash with, and the waiver that
//! takes them for a time.

use super::program::root;
use jiff::civil::{Date, date};
use passmuster::catalogue::Catalogue;
use passmuster::engine::{Judge, Material};
use passmuster::model::fields::endpoint;
use passmuster::model::{
    Declaration, Finding, Outcome, Place, Source, Subject, SubjectKind, Summary,
};
use passmuster::policy::{Library, embedded, load_waivers};
use std::fs;

/// What the profile finds of an endpoint that was seen to accept suites with these weaknesses.
fn findings(weaknesses: &[&str], audience: &str, today: Date) -> Vec<Finding> {
    let library = Library::load(&embedded(), Catalogue::embedded()).expect("the policy loads");
    let path = root().join("examples/nhs-spine-waiver.yaml");
    let text = fs::read_to_string(path).expect("the example is there");
    let source = Source::new("nhs-spine-waiver.yaml", text);
    let waivers = load_waivers(&[source], &library).expect("the waiver can be read");
    let place = || Place::whole("made-up.yaml");
    let mut served = Subject::new(SubjectKind::Endpoint, "spine-link", place());
    for (field, text) in [
        (endpoint::HOST, "larkfield.thirdparty.nhs.uk"),
        (endpoint::SPINE_CONNECTED, "yes"),
        (endpoint::AUDIENCE, audience),
        (endpoint::OBSERVED_VERSIONS, "TLS 1.2"),
    ] {
        served.record.set_text(field, text);
    }
    let texts = weaknesses.iter().map(|one| (*one).to_owned()).collect();
    let value = passmuster::model::Value::Texts(texts);
    served.record.set(endpoint::OBSERVED_WEAKNESSES, value);
    let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place());
    let declaration = Declaration::new("made-up.yaml", organisation);
    let profile = library.profile("nhs-spine").expect("it ships");
    let judge = Judge::new(Material {
        rules: &profile.rules,
        waivers: &waivers,
        catalogue: library.catalogue,
        declaration: &declaration,
        today,
    });
    let mut found = Vec::new();
    let mut summary = Summary::default();
    judge.subject(served, true, &mut summary, &mut |finding: Finding| {
        found.push(finding);
    });
    found
}

fn outcome(found: &[Finding], rule: &str) -> Outcome {
    let finding = found.iter().find(|finding| finding.rule.id == rule);
    finding.expect("the profile asks it").outcome
}

#[test]
fn suites_of_older_interfaces_are_waived_until_the_day_the_waiver_says() {
    let weak = ["finite-field DH", "CBC"];
    for (today, expected) in [
        (date(2026, 11, 1), Outcome::Fail),
        (date(2026, 11, 22), Outcome::Waived),
        (date(2027, 4, 30), Outcome::Waived),
        (date(2027, 5, 1), Outcome::Fail),
    ] {
        let found = findings(&weak, "hscn", today);
        for rule in ["TLS-022", "TLS-023"] {
            assert_eq!(outcome(&found, rule), expected, "{rule} on {today}");
        }
    }
    let ended = findings(&weak, "hscn", date(2027, 5, 1));
    let told = ended.iter().find(|one| one.rule.id == "TLS-022");
    let void = told.and_then(|one| one.waiver.as_ref()?.void.clone());
    assert_eq!(void.as_deref(), Some("it ended on 2027-04-30"));
}

#[test]
fn the_waiver_covers_nothing_beyond_what_it_weighed() {
    let today = date(2026, 11, 22);
    let static_rsa = findings(&["static RSA", "finite-field DH"], "hscn", today);
    assert_eq!(outcome(&static_rsa, "TLS-022"), Outcome::Fail);
    let broken = findings(&["RC4", "CBC"], "hscn", today);
    assert_eq!(outcome(&broken, "TLS-021"), Outcome::Fail);
    assert_eq!(outcome(&broken, "TLS-023"), Outcome::Fail);
    let open = findings(&["CBC"], "internet", today);
    assert_eq!(outcome(&open, "TLS-023"), Outcome::Fail);
}
