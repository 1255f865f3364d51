//! What rules cost: N simple rules, each with a `where` and one or two tests, over assets in memory.
//! One asset in a hundred says nothing, so that its outcomes are unknown and told.
//! `cargo bench --bench engine` prints them. The slope is what one more rule costs an asset:
//! (time of 480 - time of 60) / 420 / 1000.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::civil::{Date, date};
use passmuster::catalogue::Catalogue;
use passmuster::engine::{Judge, Material};
use passmuster::model::fields::{asset, organisation};
use passmuster::model::{Declaration, Place, Record, Source, Subject, SubjectKind, Summary};
use passmuster::policy::Library;
use std::fmt::Write;

const ASSETS: usize = 1000;
const TODAY: Date = date(2026, 11, 22);

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 2, 60, 480])]
fn simple_rules(bencher: Bencher<'_, '_>, rules: usize) {
    measure(bencher, rules, &assets(100));
}

/// Where no outcome has to be told.
#[divan::bench(args = [1, 2, 60, 480])]
fn simple_rules_that_all_decide(bencher: Bencher<'_, '_>, rules: usize) {
    measure(bencher, rules, &assets(usize::MAX));
}

fn measure(bencher: Bencher<'_, '_>, rules: usize, assets: &[Subject]) {
    let catalogue = Catalogue::embedded();
    let source = Source::new("bench.yaml", pack(rules));
    let library = Library::load(&[source], catalogue).expect("the pack is right");
    let place = Place::whole("bench.yaml");
    let mut owner = Subject::new(SubjectKind::Organisation, "ZZ0", place);
    owner.record.set_text(organisation::ODS_CODE, "ZZ0");
    let declaration = Declaration::new("bench.yaml", owner);
    let judge = Judge::new(Material {
        rules: &library.rules,
        waivers: &[],
        catalogue,
        declaration: &declaration,
        today: TODAY,
    });
    bencher
        .counter(ItemsCount::new(assets.len()))
        .bench_local(|| {
            let mut summary = Summary::default();
            for asset in assets {
                judge.subject(asset.clone(), false, &mut summary, &mut |finding| {
                    black_box(finding);
                });
            }
            summary
        });
}

/// A pack of so many rules, which take turns in what they ask.
fn pack(rules: usize) -> String {
    const ASKED: [(&str, &str); 8] = [
        ("{ os.family: windows }", "{ smb1.server: off }"),
        ("{ class: desktop }", "{ protection.active: yes }"),
        ("{ os.family: linux }", "{ reboot_pending: no }"),
        (
            "{ class: { in: [desktop, server] } }",
            "{ owner: { declared: yes }, site: { declared: yes } }",
        ),
        (
            "{ os.family: windows }",
            "{ reboot_pending: no, smb1.client: off }",
        ),
        (
            "{ class: server }",
            "{ internet_access: { in: [none, outbound] } }",
        ),
        ("{ patient_data: yes }", "{ internet_access: none }"),
        (
            "{ os.family: windows }",
            "{ observed_at: { within: 30 days } }",
        ),
    ];
    let mut text = String::from(
        "pack: bench\ntitle: Bench\nversion: 1\nabout: Simple rules.\ncases_at: 2026-11-22\nrules:\n",
    );
    for rule in 0..rules {
        let (applies, asks) = ASKED[rule % ASKED.len()];
        write!(
            text,
            "  - id: BEN-{rule:03}\n    title: Rule {rule}\n    for: asset\n    where: {applies}\n    \
             severity: medium\n    gate: condition\n    check: {asks}\n    why: It is asked.\n    \
             fix: Mend it.\n    controls: [ce/3.3]\n    sources: [none]\n    \
             cases: [{{ name: silence, given: {{}}, expect: unknown }}]\n",
        )
        .expect("writing to a string");
    }
    text
}

/// Assets in order; every so many says nothing but its id.
fn assets(silent_every: usize) -> Vec<Subject> {
    (1..=ASSETS)
        .map(|number| {
            let id = format!("ZZ0-{number:05}");
            let place = Place::whole("bench.ndjson");
            let mut asset = Subject::new(SubjectKind::Asset, id, place);
            if !number.is_multiple_of(silent_every) {
                fill(&mut asset.record, number);
            }
            asset
        })
        .collect()
}

fn fill(record: &mut Record, number: usize) {
    let (os, class) = match number % 3 {
        0 => ("Ubuntu 22.04", "server"),
        1 => ("Microsoft Windows 10 Enterprise", "desktop"),
        _ => ("Microsoft Windows Server 2019 Standard", "server"),
    };
    let values = [
        (asset::OS, os),
        (asset::CLASS, class),
        (asset::SMB1_SERVER, "off"),
        (asset::SMB1_CLIENT, "off"),
        (asset::PROTECTION_ACTIVE, "yes"),
        (asset::REBOOT_PENDING, "no"),
        (asset::OWNER, "Pathology"),
        (asset::SITE, "ZZ0A1"),
        (asset::INTERNET_ACCESS, "none"),
        (asset::PATIENT_DATA, "no"),
        (asset::OBSERVED_AT, "2026-11-20"),
    ];
    for (field, text) in values {
        record.set_text(field, text);
    }
}
