//! How fast the catalogue answers at the size of a country: a million operating system names, and
//! every advisory against a million machines. `cargo bench --bench catalogue` prints them.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::civil::{Date, date};
use passmuster::catalogue::{Catalogue, Completeness, Kb, OsFacts, PatchFacts, Patched};
use rayon::prelude::*;

const MILLION: usize = 1_000_000;
const TODAY: Date = date(2026, 11, 22);

fn main() {
    divan::main();
}

/// Distinct names such as inventories hold: releases with their patch levels.
fn names(count: usize) -> Vec<String> {
    let shapes = [
        "Microsoft Windows 10 Enterprise 10.0.19045.{}",
        "Microsoft Windows 11 Pro 10.0.22631.{}",
        "Microsoft Windows Server 2019 Standard 10.0.17763.{}",
        "Ubuntu 22.04.{} LTS",
        "Red Hat Enterprise Linux release 8.{} (Ootpa)",
        "Debian GNU/Linux 12.{}",
        "macOS 14.{}",
        "VMware ESXi 7.0.{}",
    ];
    (0..count)
        .map(|at| shapes[at % shapes.len()].replace("{}", &(at / shapes.len()).to_string()))
        .collect()
}

/// Small, seeded, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("it is below a usize")
    }
}

struct Machine {
    release: &'static str,
    build: Option<u32>,
    revision: Option<u32>,
    kbs: [Kb; 20],
}

impl Machine {
    fn facts(&self) -> PatchFacts<'_> {
        PatchFacts {
            release: self.release,
            build: self.build,
            revision: self.revision,
            kbs: Some(&self.kbs),
            list: Completeness::Complete,
            files: &[],
            as_of: TODAY,
        }
    }
}

/// Machines of nine releases; half of those that have revisions show theirs, the others only list
/// updates. One update in four is one that carries a fix, the others are any number.
fn machines(count: usize) -> Vec<Machine> {
    const RELEASES: [(&str, Option<u32>); 9] = [
        ("windows-7-sp1", None),
        ("windows-8.1", None),
        ("windows-server-2008-r2-sp1", None),
        ("windows-server-2012-r2", None),
        ("windows-10-1607", Some(14393)),
        ("windows-10-22h2", Some(19045)),
        ("windows-server-2016", Some(14393)),
        ("windows-server-2019", Some(17763)),
        ("windows-server-2022", Some(20348)),
    ];
    const FIXES: [u32; 8] = [
        4_012_212, 4_012_215, 4_019_264, 4_499_164, 4_499_175, 5_004_945, 5_005_565, 5_062_554,
    ];
    let mut random = Random(20_170_512);
    let mut machine = || {
        let (release, build) = RELEASES[random.below(RELEASES.len())];
        let shown = build.filter(|_| random.below(2) == 0);
        let revision = shown.map(|_| u32::try_from(random.below(9_000)).expect("it is small"));
        let kbs = std::array::from_fn(|_| {
            Kb::new(if random.below(4) == 0 {
                FIXES[random.below(FIXES.len())]
            } else {
                u32::try_from(2_000_000 + random.below(3_100_000)).expect("it is small")
            })
        });
        Machine {
            release,
            build: shown,
            revision,
            kbs,
        }
    };
    (0..count).map(|_| machine()).collect()
}

/// A million names, of which 2,000 are distinct, in mixed order.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn identify_a_million_of_2000_distinct(bencher: Bencher<'_, '_>) {
    let names = names(2_000);
    let mut random = Random(20_170_512);
    let order: Vec<&str> = (0..MILLION)
        .map(|_| names[random.below(names.len())].as_str())
        .collect();
    bencher.counter(ItemsCount::new(MILLION)).bench(|| {
        let catalogue = Catalogue::of(passmuster::catalogue::Facts::embedded())
            .expect("the tables inside are sound");
        for name in &order {
            black_box(catalogue.identify(&OsFacts::named(name)));
        }
    });
}

/// Every name is worked out anew: what one resolution costs.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn identify_2000_for_the_first_time(bencher: Bencher<'_, '_>) {
    let names = names(2_000);
    bencher.counter(ItemsCount::new(names.len())).bench(|| {
        let lifecycle = Catalogue::embedded().lifecycle();
        for name in &names {
            black_box(passmuster::catalogue::os::identify(
                &OsFacts::named(name),
                lifecycle,
            ));
        }
    });
}

fn missing(machine: &Machine) -> usize {
    let windows = Catalogue::embedded().windows();
    let facts = machine.facts();
    windows
        .advisories()
        .iter()
        .filter(|advisory| windows.judge(advisory, &facts).patched == Patched::Missing)
        .count()
}

/// Every advisory of the catalogue against a million machines with 20 updates each, one thread.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn judge_a_million_machines(bencher: Bencher<'_, '_>) {
    let machines = machines(MILLION);
    bencher
        .counter(ItemsCount::new(MILLION))
        .bench_local(|| machines.iter().map(missing).sum::<usize>());
}

/// The same on every core.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn judge_a_million_machines_in_parallel(bencher: Bencher<'_, '_>) {
    let machines = machines(MILLION);
    bencher
        .counter(ItemsCount::new(MILLION))
        .bench_local(|| machines.par_iter().map(missing).sum::<usize>());
}
