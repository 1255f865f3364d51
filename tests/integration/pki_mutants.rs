//! Certificates and CRLs of the corpus, damaged at random places that are always the same: nothing
//! panics, nothing takes long, and nothing that was signed passes after a change.
//!
//! `MUTANTS` says how many; without it they are few. The long run is
//! `MUTANTS=220000 cargo test --test integration pki_mutants -- --nocapture`.

use super::pki::{Case, made_case, path_cases, shared, told};
use super::pki_lint::{bytes, lines, standings};
use passmuster::model::Outcome;
use passmuster::pki::{Profile, container, lint};
use serde_json::Value;
use std::time::{Duration, Instant};

fn rounds() -> usize {
    std::env::var("MUTANTS").map_or(9_000, |count| count.parse().expect("a number"))
}

/// What came of the mutants of one kind.
#[derive(Debug, Default)]
struct Tally {
    mutants: usize,
    read: usize,
    slowest: Duration,
}

impl Tally {
    fn count(&mut self, look: impl FnOnce() -> bool) {
        let started = Instant::now();
        self.read += usize::from(look());
        self.slowest = self.slowest.max(started.elapsed());
        self.mutants += 1;
    }

    fn tell(&self, what: &str) {
        println!(
            "mutants: {} {what}, {} still read, slowest {:?}",
            self.mutants, self.read, self.slowest
        );
        assert!(self.slowest < Duration::from_secs(5), "{:?}", self.slowest);
    }
}

fn damage(der: &mut Vec<u8>, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..4) {
        if der.is_empty() {
            return;
        }
        let at = random.usize(..der.len());
        match random.u8(..12) {
            0 => der.truncate(at),
            1 => der.insert(at, random.u8(..)),
            2 => drop(der.remove(at)),
            3 => der[at] = [0, 0x7f, 0x80, 0xff][random.usize(..4)],
            4 => der[at] = random.u8(..),
            _ => der[at] ^= 1 << random.u8(..8),
        }
    }
}

/// Of the process, as Linux tells it: the most memory that it ever held.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn damaged_certificates_and_lists_are_looked_at_without_a_panic() {
    let mut random = fastrand::Rng::with_seed(20_261_122);
    let ders = |path| -> Vec<Vec<u8>> {
        let cases = lines(path);
        cases.iter().map(|case| bytes(&case["der"])).collect()
    };
    let mut certificates = ders("lint/certificates.jsonl");
    // The largest is 200 times the usual; damage to it is damage all the same.
    certificates.retain(|der| der.len() < 16_000);
    let lists = ders("lint/crls.jsonl");
    if certificates.is_empty() || lists.is_empty() {
        return;
    }
    let (mut of_certificates, mut of_lists) = (Tally::default(), Tally::default());
    let before = peak();
    for round in 0..rounds() / 3 {
        let mut der = certificates[round % certificates.len()].clone();
        damage(&mut der, &mut random);
        of_certificates.count(|| {
            let _ = container::read(&der);
            standings(&der, Profile::Public).is_some()
        });
        let mut der = lists[round % lists.len()].clone();
        damage(&mut der, &mut random);
        of_lists.count(|| {
            let _ = container::read(&der);
            lint::crl::look(&der, Profile::Public).is_some()
        });
    }
    of_certificates.tell("certificates");
    of_lists.tell("CRLs");
    if let (Some(before), Some(after)) = (before, peak()) {
        println!("mutants: peak memory went from {before} to {after} kB");
    }
    assert!(of_certificates.read * 5 > of_certificates.mutants);
}

/// Cases that pass as they are.
fn sound() -> Vec<Case> {
    let made = shared("made/cases.json").unwrap_or_else(|| r#"{"cases":[]}"#.into());
    let made: Value = serde_json::from_str(&made).expect("the collection is JSON");
    let made = made["cases"].as_array().expect("it has cases").iter();
    made.map(made_case)
        .chain(
            path_cases("path/limbo.json")
                .into_iter()
                .map(|(case, _)| case),
        )
        .filter(|case| case.judge().path_outcome() == Outcome::Pass)
        .collect()
}

#[test]
fn no_damaged_part_of_a_path_passes_that_was_signed() {
    let sound = sound();
    if sound.is_empty() {
        return;
    }
    let mut random = fastrand::Rng::with_seed(7);
    let mut tally = Tally::default();
    for round in 0..rounds() / 3 {
        let case = &sound[round % sound.len()];
        let mut mutant = case.clone();
        let hit = match random.u8(..4) {
            0 => Some(&mut mutant.leaf),
            1 => mutant.intermediates.first_mut(),
            2 => mutant.roots.first_mut(),
            _ => mutant.crls.first_mut(),
        };
        let Some(hit) = hit else { continue };
        damage(hit, &mut random);
        let mut verdict = None;
        tally.count(|| {
            verdict = Some(mutant.judge());
            true
        });
        let verdict = verdict.expect("it was judged");
        let list_counts = case.crls.len() == 1 && mutant.crls != case.crls;
        if mutant.leaf != case.leaf || list_counts {
            let told = told(&verdict);
            let outcome = verdict.path_outcome();
            assert_ne!(outcome, Outcome::Pass, "{round} {}: {told}", case.id);
        }
    }
    tally.tell("paths");
}
