//! Lint over the fact tables: they are maintained by hand, so every slip must show here.

use super::lifecycle::{End, rows};
use super::os::{FACTS_EDITIONS, FACTS_EMBEDDED, FACTS_GUESTS, FACTS_NAMES, FACTS_WINDOWS};
use super::{Catalogue, FACTS, LIFECYCLE};
use std::collections::BTreeSet;

/// Names in `os-names.tsv` that are rules of ours, not lifecycle products.
const RULES: [&str; 5] = ["cisco", "darwin", "lmde", "sunos", "suse"];

fn check_columns<const N: usize>(
    table: &'static str,
    text: &'static str,
    key: impl Fn(&[&'static str; N]) -> String,
) {
    let mut seen = BTreeSet::new();
    for row in rows::<N>(table, text) {
        let (line, cells) = row.unwrap();
        assert!(
            seen.insert(key(&cells)),
            "{table} line {line}: {cells:?} stands twice"
        );
        assert!(
            cells.iter().all(|cell| cell.trim() == *cell),
            "{table} line {line}: stray spaces"
        );
    }
    assert!(!seen.is_empty(), "{table} is empty");
}

#[test]
fn no_row_stands_twice() {
    check_columns::<11>("lifecycle.tsv", LIFECYCLE, |c| format!("{}:{}", c[0], c[1]));
    check_columns::<6>("extended-years.tsv", super::EXTENDED_YEARS, |c| {
        c[..4].join(":")
    });
    check_columns::<9>("os-windows.tsv", FACTS_WINDOWS, |c| {
        [c[0], c[2], c[3], c[4], c[6]].join(":")
    });
    check_columns::<6>("os-embedded.tsv", FACTS_EMBEDDED, |c| c[..2].join(":"));
    check_columns::<3>("os-editions.tsv", FACTS_EDITIONS, |c| c[0].to_owned());
    check_columns::<4>("os-guests.tsv", FACTS_GUESTS, |c| c[0].to_lowercase());
    check_columns::<5>("os-names.tsv", FACTS_NAMES, |c| c[0].to_owned());
}

#[test]
fn phases_end_in_their_order() {
    let flagged: BTreeSet<_> = rows::<11>("lifecycle.tsv", LIFECYCLE)
        .map(Result::unwrap)
        .filter(|(_, cells)| cells[9].split(',').any(|flag| flag == "order"))
        .map(|(_, cells)| (cells[0], cells[1]))
        .collect();
    let table = &Catalogue::embedded().lifecycle;
    for cycle in table.products().flat_map(|product| table.cycles(product)) {
        let ends = [cycle.active_end, cycle.security_end, cycle.extended_end];
        let dated: Vec<_> = cycle
            .released
            .into_iter()
            .chain(ends.into_iter().filter_map(|end| match end {
                End::On(date) => Some(date),
                End::Absent | End::EndedUndated | End::Open => None,
            }))
            .collect();
        assert_eq!(
            dated.is_sorted(),
            !flagged.contains(&cycle.key()),
            "{}: the order flag does not fit {dated:?}",
            cycle.id()
        );
        assert_ne!(cycle.security_end, End::Absent, "{}", cycle.id());
        assert!(
            !cycle.label.is_empty() && !cycle.source.is_empty(),
            "{}",
            cycle.id()
        );
    }
}

#[test]
fn every_alias_points_at_a_cycle_we_have() {
    let table = &Catalogue::embedded().lifecycle;
    let windows = rows::<9>("os-windows.tsv", FACTS_WINDOWS).map(|row| row.unwrap().1[5]);
    let embedded = rows::<6>("os-embedded.tsv", FACTS_EMBEDDED).map(|row| row.unwrap().1[2]);
    for id in windows.chain(embedded).filter(|id| *id != "-") {
        assert!(table.find(id).is_some(), "{id}");
    }
    for row in rows::<4>("os-guests.tsv", FACTS_GUESTS) {
        for id in row.unwrap().1[2].split('|') {
            let (product, cycle) = id.split_once(':').unwrap();
            let known = table
                .cycles(product)
                .iter()
                .any(|known| match cycle.strip_suffix('*') {
                    None => known.cycle == cycle,
                    Some(prefix) => known.cycle.starts_with(prefix),
                });
            assert!(known, "{id}");
        }
    }
    for row in rows::<5>("os-names.tsv", FACTS_NAMES) {
        let (line, [name, family, product, label, _]) = row.unwrap();
        let is_known = !table.cycles(product).is_empty() || RULES.contains(&product);
        assert_eq!(product == "-", !label.is_empty(), "line {line}: {name}");
        assert!(
            is_known || product == "-",
            "line {line}: {name} means {product}"
        );
        assert!(!family.is_empty(), "line {line}: {name}");
    }
}

#[test]
fn every_windows_cycle_can_be_named() {
    let table = &Catalogue::embedded().lifecycle;
    let named: BTreeSet<_> = rows::<9>("os-windows.tsv", FACTS_WINDOWS)
        .map(|row| row.unwrap().1[5])
        .chain(rows::<6>("os-embedded.tsv", FACTS_EMBEDDED).map(|row| row.unwrap().1[2]))
        .collect();
    for product in ["windows", "windows-server", "windows-embedded"] {
        for cycle in table.cycles(product) {
            assert!(named.contains(cycle.id().as_str()), "{}", cycle.id());
        }
    }
}

#[test]
fn bought_years_follow_each_other_up_to_the_extended_end() {
    let catalogue = Catalogue::embedded();
    for bought in catalogue.extended_years.iter() {
        let cycle = catalogue
            .lifecycle
            .cycle(bought.product, bought.cycle)
            .unwrap();
        let (End::On(security), End::On(extended)) = (cycle.security_end, cycle.extended_end)
        else {
            panic!("{} has no extended phase", cycle.id());
        };
        assert!(
            security < bought.ends && bought.ends <= extended,
            "{}",
            cycle.id()
        );
        assert_eq!(bought.ends.weekday(), jiff::civil::Weekday::Tuesday);
        assert!((8..=14).contains(&bought.ends.day()), "{}", bought.ends);
        if bought.programme == "commercial" && bought.year > 1 {
            let before = catalogue
                .extended_year(cycle, "commercial", bought.year - 1)
                .unwrap();
            assert!(before.ends < bought.ends);
        }
    }
}

#[test]
fn the_hash_covers_every_table_in_order_of_name() {
    assert!(FACTS.is_sorted_by_key(|(name, _)| *name));
    let catalogue = Catalogue::embedded();
    assert_eq!(catalogue.sha256().len(), 64);
    assert_eq!(catalogue.data_date(), jiff::civil::date(2026, 8, 22));
}
