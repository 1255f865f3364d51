//! How fast inventories are read: through parse and normalise on all cores, in bytes a second, and
//! how fast three files about one estate are joined, in assets.
//! `cargo bench --bench import` prints them. Wanted on two cores: CSV 200 MB/s, NDJSON 300 MB/s.

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use passmuster::import::{Inventory, Limits};
use rayon::prelude::*;
use std::fmt::Write;
use std::io::Cursor;

const ROWS: usize = 200_000;
const MACHINES: usize = 30_000;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 10)]
fn csv(bencher: Bencher<'_, '_>) {
    read(bencher, "estate.csv", &csv_of(ROWS));
}

#[divan::bench(sample_count = 10)]
fn ndjson(bencher: Bencher<'_, '_>) {
    read(bencher, "estate.ndjson", &ndjson_of(ROWS));
}

/// An export of a device manager, a list of updates and what an agent saw.
#[divan::bench(sample_count = 5)]
fn three_files_joined(bencher: Bencher<'_, '_>) {
    let files = [
        ("estate.csv", csv_of(MACHINES)),
        ("updates.ndjson", updates_of(MACHINES)),
        ("agent.ndjson", agent_of(MACHINES)),
    ];
    bencher.counter(ItemsCount::new(MACHINES)).bench_local(|| {
        let inventories = files.iter().map(|(name, text)| open(name, text));
        let mut all = Inventory::joined(inventories.collect());
        let assets: usize = all.iter_mut().map(count).sum();
        assert_eq!(assets, MACHINES);
    });
}

fn read(bencher: Bencher<'_, '_>, name: &str, text: &str) {
    bencher
        .counter(BytesCount::new(text.len()))
        .bench_local(|| assert_eq!(count(&mut open(name, text)), ROWS));
}

fn open(name: &str, text: &str) -> Inventory {
    let input = Box::new(Cursor::new(text.to_owned()));
    Inventory::open(name, input, None, Limits::default()).expect("it opens")
}

/// Reads to the end, a few batches at a time, as the engine does.
fn count(inventory: &mut Inventory) -> usize {
    let at_once = 2 * rayon::current_num_threads();
    let mut rows = 0;
    loop {
        let mut batches = Vec::with_capacity(at_once);
        while batches.len() < at_once
            && let Some(batch) = inventory.next_batch().expect("it is read")
        {
            batches.push(batch);
        }
        if batches.is_empty() {
            return rows;
        }
        let counts = batches.par_iter().map(|batch| {
            let mut rows = 0;
            batch.read(&mut |row| {
                black_box(row);
                rows += 1;
            });
            rows
        });
        rows += counts.sum::<usize>();
    }
}

fn csv_of(rows: usize) -> String {
    let mut text = String::from(
        "id,hostname,serial,os,build,class,zone,smb1,av active,last seen,owner,site,kbs\n",
    );
    for number in 0..rows {
        let (build, day) = (4000 + number % 900, 1 + number % 28);
        writeln!(
            text,
            "ZZ0-{number:06},WARD-PC-{number:06},5CG{number:07},Microsoft Windows 10 Enterprise,\
             19045.{build},desktop,clinical,no,yes,2026-11-{day:02},Pathology,ZZ0A1,\
             KB5011048;KB5015684;KB5066791"
        )
        .expect("writing to a string");
    }
    text
}

fn ndjson_of(rows: usize) -> String {
    let mut text = String::new();
    for number in 0..rows {
        let (build, day) = (4000 + number % 900, 1 + number % 28);
        writeln!(
            text,
            "{{\"id\":\"ZZ0-{number:06}\",\"name\":\"WARD-PC-{number:06}\",\"serial\":\
             \"5CG{number:07}\",\"os\":\"Microsoft Windows 10 Enterprise\",\"os.build\":\
             \"19045.{build}\",\"class\":\"desktop\",\"zone\":\"clinical\",\"smb1.server\":false,\
             \"protection.active\":true,\"observed_at\":\"2026-11-{day:02}\",\"owner\":\"Pathology\",\
             \"site\":\"ZZ0A1\",\"updates\":[\"KB5011048\",\"KB5015684\",\"KB5066791\"]}}"
        )
        .expect("writing to a string");
    }
    text
}

fn updates_of(machines: usize) -> String {
    let mut text = String::new();
    for number in 0..machines {
        writeln!(
            text,
            "{{\"name\":\"ward-pc-{number:06}\",\"updates\":[{{\"id\":\"KB5011048\",\
             \"installed_on\":\"2026-10-01\"}},\"KB5120242\"]}}"
        )
        .expect("writing to a string");
    }
    text
}

fn agent_of(machines: usize) -> String {
    let mut text = String::new();
    for number in 0..machines {
        writeln!(
            text,
            "{{\"name\":\"WARD-PC-{number:06}.trust.test\",\"smb1.server\":false,\"exposures\":[],\
             \"observed_at\":\"2026-11-20\"}}"
        )
        .expect("writing to a string");
    }
    text
}
