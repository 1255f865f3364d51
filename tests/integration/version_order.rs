//! The order of versions, as the programs have it that the ecosystems themselves use.

use super::consumers;
use passmuster::catalogue::Scheme;
use std::cmp::Ordering;
use std::io::Write;
use std::process::{Command, Stdio};

const PAIRS: usize = 1_500;

/// Pairs of versions, made up of pieces that matter to an order.
fn pairs(seed: u64, pieces: &[&str]) -> Vec<(String, String)> {
    let mut state = seed;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut version = |start: &str| {
        let count = next(6);
        let more: Vec<_> = (0..count).map(|_| pieces[next(pieces.len())]).collect();
        format!("{start}{}", more.concat())
    };
    (0..PAIRS)
        .map(|n| {
            let start = ["1", "1.0", "2", "10"][n % 4];
            (version(start), version(start))
        })
        .collect()
}

/// What an oracle that reads `one<TAB>other` lines says of each: `<`, `=`, `>` or `?`.
fn asked(command: &mut Command, pairs: &[(String, String)]) -> Vec<Option<Ordering>> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<_> = pairs
        .iter()
        .map(|(one, other)| format!("{one}\t{other}\n"))
        .collect();
    let writer = std::thread::spawn(move || input.write_all(lines.concat().as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    let orders = said.lines().map(|line| match line {
        "<" => Some(Ordering::Less),
        "=" => Some(Ordering::Equal),
        ">" => Some(Ordering::Greater),
        _ => None,
    });
    orders.collect()
}

fn agree(scheme: Scheme, pairs: &[(String, String)], said: &[Option<Ordering>]) {
    assert_eq!(pairs.len(), said.len());
    let mut compared = 0;
    for ((one, other), said) in pairs.iter().zip(said) {
        // Whom the oracle refuses we may refuse; whom we order we order as it does.
        let Some(ours) = scheme.compare(one, other) else {
            continue;
        };
        let Some(said) = said else { continue };
        compared += 1;
        assert_eq!(ours, *said, "{scheme:?}: {one} and {other}");
    }
    assert!(compared > PAIRS / 6, "only {compared} pairs were compared");
}

const COMPARE: &str = "\
import sys
for line in sys.stdin:
    one, other = line.rstrip('\\n').split('\\t')
    try:
        one, other = V(one), V(other)
        print('<' if one < other else '>' if one > other else '=')
    except Exception:
        print('?')";

fn python_order(import: &str, pairs: &[(String, String)]) -> Option<Vec<Option<Ordering>>> {
    let python = consumers::python()?;
    let program = format!("{import}\n{COMPARE}");
    Some(asked(Command::new(python).args(["-c", &program]), pairs))
}

#[test]
fn python_versions_are_ordered_as_packaging_does() {
    let pieces = [
        ".0", ".1", ".10", "a1", "b2", "rc1", ".post1", ".dev2", "-1", "+local.1", "_", ".",
    ];
    let pairs = pairs(1, &pieces);
    let oracle = "from packaging.version import Version as V";
    if let Some(said) = python_order(oracle, &pairs) {
        agree(Scheme::Python, &pairs, &said);
    }
}

#[test]
fn rpm_versions_are_ordered_as_univers_does() {
    let pieces = [
        ".0", ".1", ".10", "a", "~rc1", "^git2", "-1", ".el9", "_", "007",
    ];
    let mut pairs = pairs(2, &pieces);
    // Without a release on one side ours matches any, which a plain order cannot.
    pairs.retain(|(one, other)| one.matches('-').count() == 1 && other.matches('-').count() == 1);
    let extra = pairs.clone();
    for _ in 0..8 {
        pairs.extend(extra.iter().cloned());
    }
    pairs.truncate(PAIRS);
    let oracle = "from univers.versions import RpmVersion as V";
    if let Some(said) = python_order(oracle, &pairs) {
        agree(Scheme::Rpm, &pairs, &said);
    }
}

#[test]
fn maven_versions_are_ordered_as_univers_does() {
    let pieces = [
        ".0",
        ".1",
        ".10",
        "-1",
        "-alpha",
        "-beta-2",
        "-rc1",
        "-SNAPSHOT",
        "-sp",
        "-jre",
        ".Final",
        "a1",
        "-m3",
    ];
    let pairs = pairs(3, &pieces);
    let oracle = "from univers.versions import MavenVersion as V";
    if let Some(said) = python_order(oracle, &pairs) {
        agree(Scheme::Maven, &pairs, &said);
    }
}

#[test]
fn semantic_versions_are_ordered_as_univers_does() {
    let pieces = [
        ".0.0", ".1.2", ".10.1", "-alpha", "-alpha.1", "-1", "+b", ".x",
    ];
    let pairs = pairs(4, &pieces);
    let oracle = "from univers.versions import SemverVersion as V";
    let Some(said) = python_order(oracle, &pairs) else {
        return;
    };
    // Builds of one version have no order, and others give them one.
    let plain: Vec<_> = pairs
        .iter()
        .zip(said)
        .map(|((one, other), said)| said.filter(|_| !one.contains('+') && !other.contains('+')))
        .collect();
    for ((one, other), said) in pairs.iter().zip(plain) {
        if let (Some(ours), Some(said)) = (Scheme::Semver.compare(one, other), said) {
            assert_eq!(ours, said, "{one} and {other}");
        }
    }
}

#[test]
fn debian_versions_are_ordered_as_dpkg_does() {
    let Some(dpkg) = consumers::debian("dpkg", "dpkg") else {
        return;
    };
    let pieces = [
        ".0",
        ".1",
        ".10",
        "a",
        "~rc1",
        "+b2",
        "-1",
        "-1ubuntu2",
        "deb11u3",
        ":1",
        "_",
        "~",
    ];
    let pairs: Vec<_> = pairs(5, &pieces).into_iter().take(300).collect();
    for (one, other) in &pairs {
        let is = |operator: &str| {
            let output = Command::new(&dpkg)
                .args(["--compare-versions", one, operator, other])
                .output()
                .unwrap();
            // It warns of what is no version, and orders it all the same.
            output.stderr.is_empty().then(|| output.status.success())
        };
        let Some(ours) = Scheme::Debian.compare(one, other) else {
            continue;
        };
        let operator = match ours {
            Ordering::Less => "lt",
            Ordering::Equal => "eq",
            Ordering::Greater => "gt",
        };
        assert_eq!(is(operator), Some(true), "{one} {operator} {other}");
    }
}
