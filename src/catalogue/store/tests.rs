//! What a damaged, older, poisoned or half-written store may not do.

use super::*;
use jiff::Timestamp;
use std::collections::BTreeMap;

const LIFECYCLE: &str = "lifecycle.tsv";
const DATED: &str = "# data-date: 2026-08-22";

fn made(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn embedded() -> &'static str {
    Catalogue::embedded().facts().text(LIFECYCLE)
}

/// The lifecycle table as of another day, with a product that only it has.
fn fresher(day: &str, product: &str) -> BTreeMap<&'static str, String> {
    let text = embedded().replace(DATED, &format!("# data-date: {day}"));
    let row = format!("{product}\t1\tExample 1\t\t2026-01-01\t\t2030-01-01\t\t\t\teol\n");
    BTreeMap::from([(LIFECYCLE, text + &row)])
}

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path().join("data"));
    (folder, store)
}

fn knows(stored: Option<&Stored>, product: &str) -> bool {
    let catalogue = stored.map_or(Catalogue::embedded(), |stored| &stored.catalogue);
    !catalogue.lifecycle().cycles(product).is_empty()
}

#[test]
fn an_absent_or_empty_directory_holds_nothing() {
    let (_folder, store) = store();
    assert!(store.load().unwrap().is_none());
    fs::create_dir_all(store.root()).unwrap();
    assert!(store.load().unwrap().is_none());
    assert!(store.best().damage.is_empty());
}

#[test]
fn what_was_stored_is_read_again() {
    let (_folder, store) = store();
    let feed = FeedState {
        feed: "lifecycle".into(),
        url: "https://facts.example/v1".into(),
        etag: Some("\"1\"".into()),
        last_modified: None,
        fetched: made(0),
        sha256: "0".repeat(64),
        data_date: jiff::civil::date(2026, 11, 1),
    };
    let replaced = store
        .replace(
            fresher("2026-11-01", "example-os"),
            vec![feed.clone()],
            made(0),
        )
        .unwrap();
    assert_eq!(replaced.changed.len(), 1);
    assert_eq!(replaced.changed[0].rows.1, replaced.changed[0].rows.0 + 1);
    let stored = store.load().unwrap().unwrap();
    assert!(knows(Some(&stored), "example-os"));
    assert_eq!(stored.manifest, replaced.manifest);
    assert_eq!(stored.manifest.feed("lifecycle", &feed.url), Some(&feed));
    assert_ne!(stored.catalogue.sha256(), Catalogue::embedded().sha256());
}

#[test]
fn older_future_undated_shrunk_and_foreign_tables_are_refused() {
    let (_folder, store) = store();
    store
        .replace(fresher("2026-11-01", "example-os"), Vec::new(), made(0))
        .unwrap();
    let head: String = embedded().lines().take(40).collect::<Vec<_>>().join("\n");
    let newest = "# data-date: 2026-11-02";
    for (table, text, why) in [
        (
            LIFECYCLE,
            fresher("2026-10-31", "x")[LIFECYCLE].clone(),
            "older than",
        ),
        (
            LIFECYCLE,
            fresher("2999-01-01", "x")[LIFECYCLE].clone(),
            "yet to come",
        ),
        (LIFECYCLE, embedded().replace(DATED, ""), "of which day"),
        (LIFECYCLE, head.replace(DATED, newest), "more than half"),
        (
            LIFECYCLE,
            embedded().replace(DATED, newest) + "cut\t1",
            "too few cells",
        ),
        (
            "os-names.tsv",
            embedded().to_owned(),
            "not one that can be refreshed",
        ),
        (
            "../lifecycle.tsv",
            embedded().to_owned(),
            "not one that can be refreshed",
        ),
    ] {
        let error = store
            .replace(BTreeMap::from([(table, text)]), Vec::new(), made(9))
            .unwrap_err();
        assert!(error.to_string().contains(why), "{error}: {why}");
        assert!(knows(store.load().unwrap().as_ref(), "example-os"));
    }
}

#[test]
fn damage_falls_back_to_the_generation_before_then_to_the_program() {
    let (_folder, store) = store();
    let first = store
        .replace(fresher("2026-11-01", "first-os"), Vec::new(), made(0))
        .unwrap();
    let second = store
        .replace(fresher("2026-11-02", "second-os"), Vec::new(), made(60))
        .unwrap();
    assert!(knows(store.best().stored.as_ref(), "second-os"));
    let table = |generation: &str| store.root().join(generation).join(LIFECYCLE);
    let text = fs::read_to_string(table(&second.generation)).unwrap();
    fs::write(table(&second.generation), text.replace("2030", "2099")).unwrap();
    let error = store.load().unwrap_err().to_string();
    assert!(error.contains("SHA-256 differs"), "{error}");
    let best = store.best();
    assert_eq!(best.stored.as_ref().unwrap().generation, first.generation);
    assert!(knows(best.stored.as_ref(), "first-os"));
    assert_eq!(best.damage.len(), 1);
    fs::remove_file(table(&first.generation)).unwrap();
    let best = store.best();
    assert!(best.stored.is_none());
    assert_eq!(best.damage.len(), 2);
    store
        .replace(fresher("2026-11-03", "third-os"), Vec::new(), made(120))
        .unwrap();
    assert!(knows(store.load().unwrap().as_ref(), "third-os"));
}

#[test]
fn a_changed_manifest_and_a_name_that_leads_outside_are_damage() {
    let (_folder, store) = store();
    let stored = store
        .replace(fresher("2026-11-01", "first-os"), Vec::new(), made(0))
        .unwrap();
    let path = store.root().join(&stored.generation).join("manifest.json");
    let text = fs::read_to_string(&path).unwrap();
    for wrong in [
        text.replace("2026-11-01", "2026-11-09"),
        text.replace("\"version\": 1", "\"version\": 2"),
        text[..text.len() / 2].to_owned(),
        String::new(),
    ] {
        fs::write(&path, wrong).unwrap();
        assert!(matches!(store.load(), Err(StoreError::Damaged { .. })));
    }
    fs::write(&path, text).unwrap();
    assert!(store.load().is_ok());
    for name in ["..", "../x", "", "/etc", "20261122t000000-0123456789abcde/"] {
        fs::write(store.root().join(CURRENT), name).unwrap();
        assert!(
            matches!(store.load(), Err(StoreError::Damaged { .. })),
            "{name}"
        );
    }
}

#[test]
fn one_generation_back_is_kept_and_leftovers_are_removed() {
    let (_folder, store) = store();
    for second in 0..4 {
        if second == 3 {
            fs::create_dir_all(store.root().join(".unfinished-a1")).unwrap();
            fs::write(store.root().join(".unfinished-b2"), "x").unwrap();
        }
        store
            .replace(fresher("2026-11-01", "first-os"), Vec::new(), made(second))
            .unwrap();
    }
    assert_eq!(store.generations().len(), 2);
    let names: Vec<_> = fs::read_dir(store.root()).unwrap().collect();
    assert_eq!(
        names.len(),
        4,
        "current, lock and two generations: {names:?}"
    );
}

#[test]
fn the_same_update_twice_is_one() {
    let (_folder, store) = store();
    let update = || store.replace(fresher("2026-11-01", "first-os"), Vec::new(), made(0));
    let (first, second) = (update().unwrap(), update().unwrap());
    assert_eq!(first.generation, second.generation);
    assert!(second.changed.is_empty());
    assert!(store.load().unwrap().is_some());
}

#[test]
fn a_second_update_at_once_is_told_so() {
    let (_folder, store) = store();
    fs::create_dir_all(store.root()).unwrap();
    let lock = File::create(store.root().join(LOCK)).unwrap();
    lock.lock().unwrap();
    let error = store.replace(BTreeMap::new(), Vec::new(), made(0));
    assert!(matches!(error, Err(StoreError::Busy { .. })));
    drop(lock);
    assert!(store.replace(BTreeMap::new(), Vec::new(), made(0)).is_ok());
}

#[test]
fn a_newer_table_inside_the_program_wins() {
    let (_folder, store) = store();
    let replaced = store
        .replace(fresher("2026-11-01", "first-os"), Vec::new(), made(0))
        .unwrap();
    // As if stored by an older program: an older table, described by a manifest of its own.
    let text = fresher("2026-01-01", "older-os").remove(LIFECYCLE).unwrap();
    let mut manifest = replaced.manifest;
    manifest.tables.insert(
        LIFECYCLE.to_owned(),
        TableState {
            bytes: text.len() as u64,
            rows: rows_of(&text),
            sha256: sha256(&text),
            data_date: jiff::civil::date(2026, 1, 1),
        },
    );
    let written = manifest.write();
    let generation = manifest.folder(&written);
    let folder = store.root().join(&generation);
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("manifest.json"), written).unwrap();
    fs::write(folder.join(LIFECYCLE), text).unwrap();
    fs::write(store.root().join(CURRENT), generation).unwrap();
    let stored = store.load().unwrap().unwrap();
    assert!(!knows(Some(&stored), "older-os"));
    assert_eq!(stored.catalogue.sha256(), Catalogue::embedded().sha256());
}
