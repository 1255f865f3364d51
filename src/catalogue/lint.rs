//! Lint over the fact tables: they are maintained by hand, so every slip must show here.

use super::lifecycle::{COLUMNS, End, PRODUCTS_COLUMNS, SUPPLEMENT_COLUMNS, YEARS_COLUMNS};
use super::os::{
    EDITIONS_COLUMNS, EMBEDDED_COLUMNS, GUESTS_COLUMNS, NAMES_COLUMNS, WINDOWS_COLUMNS,
};
use super::software::{NAMES_COLUMNS as SOFTWARE_COLUMNS, RELEASES_COLUMNS};
use super::table::{own_rows, rows};
use super::{Catalogue, facts};
use std::collections::BTreeSet;

/// Names in `os-names.tsv` that are rules of ours, not lifecycle products.
const RULES: [&str; 5] = ["cisco", "darwin", "lmde", "sunos", "suse"];

fn text(table: &str) -> &'static str {
    Catalogue::embedded().facts().text(table)
}

fn check_columns<const N: usize>(
    table: &'static str,
    columns: [&str; N],
    key: impl Fn(&[&'static str; N]) -> String,
) {
    let mut seen = BTreeSet::new();
    let read = rows(table, text(table), columns, |row| {
        let (line, cells) = (row.line(), row.cells);
        assert!(
            seen.insert(key(&cells)),
            "{table} line {line}: {cells:?} stands twice"
        );
        assert!(
            cells.iter().all(|cell| cell.trim() == *cell),
            "{table} line {line}: stray spaces"
        );
        Ok(())
    });
    assert_eq!(read, Ok(()));
    assert!(!seen.is_empty(), "{table} is empty");
}

#[test]
fn no_row_stands_twice() {
    check_columns("lifecycle.tsv", COLUMNS, |c| format!("{}:{}", c[0], c[1]));
    check_columns("lifecycle-products.tsv", PRODUCTS_COLUMNS, |c| {
        c[0].to_owned()
    });
    check_columns("lifecycle-supplement.tsv", SUPPLEMENT_COLUMNS, |c| {
        format!("{}:{}", c[0], c[1])
    });
    check_columns("software-names.tsv", SOFTWARE_COLUMNS, |c| c[0].to_owned());
    check_columns("software-releases.tsv", RELEASES_COLUMNS, |c| {
        format!("{}:{}", c[0], c[4])
    });
    check_columns("extended-years.tsv", YEARS_COLUMNS, |c| c[..4].join(":"));
    check_columns("os-windows.tsv", WINDOWS_COLUMNS, |c| {
        [c[0], c[2], c[3], c[4], c[6]].join(":")
    });
    check_columns("os-embedded.tsv", EMBEDDED_COLUMNS, |c| c[..2].join(":"));
    check_columns("os-editions.tsv", EDITIONS_COLUMNS, |c| c[0].to_owned());
    check_columns("os-guests.tsv", GUESTS_COLUMNS, |c| c[0].to_lowercase());
    check_columns("os-names.tsv", NAMES_COLUMNS, |c| c[0].replace(' ', ""));
}

#[test]
fn exploited_vulnerabilities_are_due_after_their_listing() {
    check_columns("kev.tsv", super::kev::COLUMNS, |c| c[0].to_owned());
    let kev = Catalogue::embedded().kev();
    assert_eq!(kev.len(), 1685);
    for entry in kev.entries() {
        assert!(entry.added <= entry.due, "{}", entry.cve);
        assert!(entry.added <= kev.data_date(), "{}", entry.cve);
        assert!(
            !entry.vendor.is_empty() && !entry.product.is_empty(),
            "{}",
            entry.cve
        );
    }
}

#[test]
fn the_landmarks_are_known_to_be_exploited() {
    for (cve, due) in [
        ("CVE-2017-0144", "2022-08-10"),
        ("CVE-2019-0708", "2022-05-03"),
        ("CVE-2020-1472", "2022-05-03"),
        ("CVE-2021-26855", "2022-05-03"),
        ("CVE-2021-34527", "2022-05-03"),
        ("CVE-2021-44228", "2021-12-24"),
        ("CVE-2023-34362", "2023-06-23"),
    ] {
        let entry = Catalogue::embedded().kev().find(cve).unwrap();
        assert_eq!(
            (entry.due.to_string(), entry.ransomware),
            (due.to_owned(), true)
        );
    }
}

#[test]
fn phases_end_in_their_order() {
    let flagged: BTreeSet<_> = own_rows("lifecycle.tsv", text("lifecycle.tsv"), COLUMNS)
        .filter(|cells| cells[9].split(',').any(|flag| flag == "order"))
        .map(|cells| (cells[0], cells[1]))
        .collect();
    let table = Catalogue::embedded().lifecycle();
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
fn every_product_has_a_name_and_every_amendment_a_cycle() {
    let catalogue = Catalogue::embedded();
    let (source, supplement) = (text("lifecycle.tsv"), text("lifecycle-supplement.tsv"));
    let known: BTreeSet<_> = own_rows("lifecycle.tsv", source, COLUMNS)
        .map(|cells| (cells[0], cells[1]))
        .collect();
    for cells in own_rows("lifecycle-supplement.tsv", supplement, SUPPLEMENT_COLUMNS) {
        let is_known = known.contains(&(cells[0], cells[1]));
        assert_eq!(is_known, cells[3] == "amend", "{} {}", cells[0], cells[1]);
    }
    let named: BTreeSet<_> = catalogue.products().iter().map(|known| known.id).collect();
    assert!(known.iter().all(|(product, _)| named.contains(product)));
    assert!(
        named
            .iter()
            .all(|product| !catalogue.lifecycle().cycles(product).is_empty())
    );
}

#[test]
fn every_name_of_software_means_a_product_we_have() {
    let table = Catalogue::embedded().lifecycle();
    let names = text("software-names.tsv");
    for [name, products, ..] in own_rows("software-names.tsv", names, SOFTWARE_COLUMNS) {
        for product in products.split('+') {
            let is_known = product == "-" || !table.cycles(product).is_empty();
            assert!(is_known, "{name} means {product}");
        }
    }
    let releases = text("software-releases.tsv");
    let mut before: Option<(&str, Vec<u32>)> = None;
    for [product, _, build, up_to, cycle, _] in
        own_rows("software-releases.tsv", releases, RELEASES_COLUMNS)
    {
        assert!(table.cycle(product, cycle).is_some(), "{product}:{cycle}");
        let parts = |text: &str| -> Vec<u32> {
            text.split('.')
                .filter_map(|part| part.parse().ok())
                .collect()
        };
        assert!(
            up_to.is_empty() || parts(up_to).starts_with(&parts(build)),
            "{up_to}"
        );
        let is_older = before.as_ref().is_none_or(|(other, newer)| {
            *other != product || up_to.is_empty() || parts(up_to) <= *newer
        });
        assert!(is_older, "{product}:{cycle} is not in its place");
        before = Some((product, parts(up_to)));
    }
}

#[test]
fn every_alias_points_at_a_cycle_we_have() {
    let table = Catalogue::embedded().lifecycle();
    let windows =
        own_rows("os-windows.tsv", text("os-windows.tsv"), WINDOWS_COLUMNS).map(|row| row[5]);
    let embedded =
        own_rows("os-embedded.tsv", text("os-embedded.tsv"), EMBEDDED_COLUMNS).map(|row| row[2]);
    for id in windows.chain(embedded).filter(|id| *id != "-") {
        assert!(table.find(id).is_some(), "{id}");
    }
    for row in own_rows("os-guests.tsv", text("os-guests.tsv"), GUESTS_COLUMNS) {
        for id in row[2].split('|').filter(|id| *id != "-") {
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
    for [name, family, product, label, _] in
        own_rows("os-names.tsv", text("os-names.tsv"), NAMES_COLUMNS)
    {
        let is_known = !table.cycles(product).is_empty() || RULES.contains(&product);
        assert_eq!(product == "-", !label.is_empty(), "{name}");
        assert!(is_known || product == "-", "{name} means {product}");
        assert!(!family.is_empty(), "{name}");
    }
}

#[test]
fn every_windows_cycle_can_be_named() {
    let table = Catalogue::embedded().lifecycle();
    let named: BTreeSet<_> = own_rows("os-windows.tsv", text("os-windows.tsv"), WINDOWS_COLUMNS)
        .map(|row| row[5])
        .chain(
            own_rows("os-embedded.tsv", text("os-embedded.tsv"), EMBEDDED_COLUMNS)
                .map(|row| row[2]),
        )
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
    for bought in catalogue.extended_years() {
        let cycle = catalogue
            .lifecycle()
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
    assert!(facts::EMBEDDED.is_sorted_by_key(|(name, _)| *name));
    let catalogue = Catalogue::embedded();
    assert_eq!(catalogue.sha256().len(), 64);
    assert_eq!(catalogue.data_date(), jiff::civil::date(2026, 8, 18));
}
