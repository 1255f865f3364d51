//! `catalogue update`, through the real program against a real HTTPS server: whatever a server does,
//! the facts in place answer, and the next update works.

use super::run::{Ran, finished, program};
use super::server::{Reply, Server};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Older than any day on which tests run, newer than the facts inside the program.
const DAY: &str = "2026-09-30";

/// A folder with a data directory, and the server's root certificate.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), &server.authority).unwrap();
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.path(), &["--data", "data", "catalogue"]);
        command.args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        finished(self.command(arguments))
    }

    /// `update` of one feed from the server.
    fn update(&self, server: &Server, feed: &str, more: &[&str]) -> Ran {
        finished(self.update_command(server, feed, more))
    }

    fn update_command(&self, server: &Server, feed: &str, more: &[&str]) -> Command {
        let url = format!("{feed}={}", server.url(&format!("/{feed}")));
        let arguments = [
            "update",
            "--only",
            feed,
            "--url",
            &url,
            "--ca",
            "ca.pem",
            "--pause",
            "20",
            "--timeout",
            "20",
        ];
        self.command(&[&arguments, more].concat())
    }

    /// The facts in place are whole, and the list of exploited holes has this day.
    fn answers_of(&self, day: &str) {
        let verified = self.run(&["verify"]);
        assert_eq!(verified.status, 0, "{}{}", verified.out, verified.err);
        let status = self.run(&["status"]);
        assert_eq!(status.status, 0, "{}", status.err);
        assert!(status.out.contains(day), "no {day} in\n{}", status.out);
        assert!(!status.err.contains("damaged"), "{}", status.err);
    }
}

/// The list of exploited holes as it is published: the one in the program, and one more.
fn kev(day: &str) -> String {
    let mut entries: Vec<Value> = rows("kev.tsv").map(|cells| entry(&cells)).collect();
    entries.push(entry(&[
        "CVE-2026-99901",
        "Larkfield",
        "Ward Board",
        day,
        day,
        "yes",
    ]));
    published(day, entries.len(), &entries)
}

fn published(day: &str, count: usize, entries: &[Value]) -> String {
    json!({
        "catalogVersion": day, "dateReleased": format!("{day}T17:00:52.3478Z"), "count": count,
        "vulnerabilities": entries,
    })
    .to_string()
}

fn entry(cells: &[impl AsRef<str>]) -> Value {
    let cells: Vec<_> = cells.iter().map(AsRef::as_ref).collect();
    let ransomware = if cells[5] == "yes" {
        "Known"
    } else {
        "Unknown"
    };
    json!({
        "cveID": cells[0], "vendorProject": cells[1], "product": cells[2], "vulnerabilityName": "",
        "dateAdded": cells[3], "dueDate": cells[4], "knownRansomwareCampaignUse": ransomware,
    })
}

/// The lifecycles in the program as endoflife.date publishes them, and one release more.
fn lifecycles(day: &str) -> Value {
    let mut products: Vec<Value> = Vec::new();
    for cells in rows("lifecycle.tsv") {
        if products.last().is_none_or(|last| last["name"] != *cells[0]) {
            products.push(json!({
                "name": cells[0], "label": cells[0], "category": "os", "aliases": [], "identifiers": [],
                "labels": {}, "releases": [],
            }));
        }
        let mut release = json!({
            "name": cells[1], "codename": null, "label": cells[1], "releaseDate": null,
            "isLts": false, "ltsFrom": null, "isMaintained": true, "latest": null, "custom": null,
        });
        if !cells[4].is_empty() {
            release["releaseDate"] = json!(cells[4]);
        }
        for (phase, cell) in [("Eoas", &cells[5]), ("Eol", &cells[6]), ("Eoes", &cells[7])] {
            let (is, from) = match cell.as_str() {
                "" => (
                    if phase == "Eol" {
                        json!(true)
                    } else {
                        json!(null)
                    },
                    json!(null),
                ),
                "ended" => (json!(true), json!(null)),
                "open" => (json!(false), json!(null)),
                date => (json!(false), json!(date)),
            };
            release[format!("is{phase}")] = is;
            release[format!("{}From", phase.to_lowercase())] = from;
        }
        let last = products.last_mut().unwrap();
        last["releases"].as_array_mut().unwrap().push(release);
    }
    let releases = products[0]["releases"].as_array_mut().unwrap();
    let mut newest = releases[0].clone();
    newest["name"] = json!("2099");
    releases.insert(0, newest);
    json!({
        "schema_version": "1.2.0", "generated_at": format!("{day}T00:12:13+00:00"),
        "total": products.len(), "result": products,
    })
}

/// The rows of a table inside the program.
fn rows(table: &str) -> impl Iterator<Item = Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalogue/facts");
    let text = fs::read_to_string(root.join(table)).unwrap();
    let lines: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    lines
        .into_iter()
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect())
}

/// The day of the list inside the program.
fn own_day() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalogue/facts/kev.tsv");
    let text = fs::read_to_string(path).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("# data-date: "));
    line.unwrap().to_owned()
}

#[test]
fn a_first_fetch_is_kept_and_a_second_asks_only_whether_it_changed() {
    let server = Server::start(|asked, _| {
        if asked
            .headers
            .get("if-none-match")
            .is_some_and(|tag| tag == "\"v1\"")
        {
            return Reply::status("304 Not Modified");
        }
        Reply::json(kev(DAY)).gzipped().with("etag", "\"v1\"")
    });
    let desk = Desk::new(&server);
    let ran = desk.update(&server, "kev", &[]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(
        ran.out
            .contains(&format!("of {DAY} (were of {})", own_day())),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("1 newly listed vulnerability: CVE-2026-99901 (Larkfield Ward Board)"),
        "{}",
        ran.out
    );
    assert_eq!(ran.err, "");
    desk.answers_of(DAY);

    let ran = desk.update(&server, "kev", &[]);
    assert_eq!((ran.status, &*ran.err), (0, ""));
    assert!(ran.out.contains("are the newest"), "{}", ran.out);
    desk.answers_of(DAY);
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].headers["accept"], "application/json");
    assert!(asked[0].headers["accept-encoding"].contains("gzip"));
}

#[test]
fn lifecycles_are_fetched_and_judged_by() {
    let server = Server::start(|_, _| Reply::json(lifecycles(DAY).to_string()));
    let desk = Desk::new(&server);
    let ran = desk.update(&server, "lifecycle", &["--dry-run"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("would be of"), "{}", ran.out);
    assert!(!desk.path().join("data").exists());

    let ran = desk.update(&server, "lifecycle", &[]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let first = rows("lifecycle.tsv").next().unwrap();
    let told = format!("1 new release: {}:2099", first[0]);
    assert!(ran.out.contains(&told), "{}", ran.out);
    desk.answers_of(DAY);
}

#[test]
fn a_server_in_trouble_is_asked_again() {
    for (trouble, header) in [
        ("500 Internal Server Error", None),
        ("429 Too Many Requests", Some("1")),
    ] {
        let server = Server::start(move |_, before| match (before, header) {
            (0 | 1, None) => Reply::status(trouble),
            (0, Some(after)) => Reply::status(trouble).with("retry-after", after),
            _ => Reply::json(kev(DAY)),
        });
        let desk = Desk::new(&server);
        let begun = Instant::now();
        let ran = desk.update(&server, "kev", &[]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert_eq!(server.asked().len(), if header.is_some() { 2 } else { 3 });
        let waited = begun.elapsed() >= Duration::from_secs(1);
        assert!(waited || header.is_none(), "Retry-After was not heeded");
        desk.answers_of(DAY);
    }
}

#[test]
fn whatever_goes_wrong_leaves_the_old_facts_and_the_next_update_works() {
    const TEN_GB: u64 = 10_000_000_000;
    let half = kev(DAY).into_bytes();
    let whole = half.len() as u64;
    let half = half[..half.len() / 2].to_vec();
    let endless = || Reply::json(vec![b' '; 256 * 1024]).endless();
    // What goes wrong, how often we ask, and what is said of it.
    let cases: Vec<(&str, Reply, usize, &str)> = vec![
        ("cut body", Reply::json(half).claiming(whole), 4, "cut off"),
        (
            "wrong type",
            Reply::json(kev(DAY)).with("content-type", "text/html"),
            1,
            "text/html, not JSON",
        ),
        (
            "10 GB claimed",
            Reply::json("{}").claiming(TEN_GB),
            1,
            "larger than 64 MiB (it is said to have 10000000000 bytes)",
        ),
        ("no end", endless(), 1, "larger than 64 MiB"),
        (
            "a bomb",
            Reply::json(vec![b' '; 65 * 1024 * 1024]).gzipped(),
            1,
            "larger than 64 MiB",
        ),
        ("gone", Reply::status("404 Not Found"), 1, "answered 404"),
        (
            "always down",
            Reply::status("503 Service Unavailable"),
            4,
            "answered 503",
        ),
        (
            "redirect to http",
            Reply::status("302 Found").with("location", "http://127.0.0.1/kev"),
            1,
            "it is not https",
        ),
        (
            "304 unasked",
            Reply::status("304 Not Modified"),
            1,
            "answered 304",
        ),
    ];
    for (name, reply, asked, told) in cases {
        let server = Server::start(move |asked, _| match &*asked.path {
            "/good" => Reply::json(kev(DAY)),
            _ => reply.clone(),
        });
        let desk = Desk::new(&server);
        let ran = desk.update(&server, "kev", &[]);
        assert_eq!(ran.status, 3, "{name}: {}", ran.err);
        let err = ran.err.replace('\n', " ");
        assert!(err.contains(told), "{name}: {err}");
        let stays = format!("the facts of {} stay in use", own_day());
        assert!(ran.out.contains(&stays), "{name}: {}", ran.out);
        assert_eq!(server.asked().len(), asked, "{name}");
        desk.answers_of(&own_day());
        let good = format!("kev={}", server.url("/good"));
        let ran = desk.run(&["update", "--only", "kev", "--ca", "ca.pem", "--url", &good]);
        assert_eq!(ran.status, 0, "{name}: {}", ran.err);
    }
}

#[test]
fn a_bad_document_is_refused_with_its_place() {
    let day = own_day();
    let entries: Vec<Value> = rows("kev.tsv").map(|cells| entry(&cells)).collect();
    let mut twice = entries.clone();
    twice.push(entries[0].clone());
    let few = &entries[..entries.len() / 3];
    for (name, body, told) in [
        (
            "wrong count",
            published(DAY, 7, &entries),
            "count: 7 entries stated",
        ),
        (
            "duplicate",
            published(DAY, twice.len(), &twice),
            "stands twice",
        ),
        ("older", kev("2020-01-01"), "older than the one in place"),
        (
            "shrunk",
            published(DAY, few.len(), few),
            "entries in place are gone",
        ),
        (
            "not JSON",
            "<html></html>".to_owned(),
            "failed to read the known exploited vulnerabilities",
        ),
        (
            "deep",
            format!("{{\"x\": {}", "[".repeat(1_000_000)),
            "failed to read the known exploited vulnerabilities",
        ),
    ] {
        let server = Server::start(move |_, _| Reply::json(body.clone()));
        let desk = Desk::new(&server);
        let ran = desk.update(&server, "kev", &[]);
        assert_eq!(ran.status, 2, "{name}: {}", ran.err);
        let err = ran.err.replace('\n', " ");
        assert!(err.contains(told), "{name}: {err}");
        desk.answers_of(&day);
    }
}

#[test]
fn poisoned_lifecycles_are_refused() {
    let good = lifecycles(DAY);
    let mut miscounted = good.clone();
    miscounted["total"] = json!(1);
    let mut doubled = good.clone();
    let first = doubled["result"][0].clone();
    doubled["result"].as_array_mut().unwrap().push(first);
    doubled["total"] = json!(doubled["result"].as_array().unwrap().len());
    let mut undated = good;
    undated["result"][3]["releases"][0]["eolFrom"] = json!("2026-02-30");
    for (body, told) in [
        (miscounted, "total: 1 products stated"),
        (doubled, "a second time"),
        (undated, "result[3].releases[0]"),
    ] {
        let body = body.to_string();
        let server = Server::start(move |_, _| Reply::json(body.clone()));
        let desk = Desk::new(&server);
        let ran = desk.update(&server, "lifecycle", &[]);
        assert_eq!(ran.status, 2, "{}", ran.err);
        assert!(ran.err.replace('\n', " ").contains(told), "{}", ran.err);
        desk.answers_of(&own_day());
    }
}

#[test]
fn a_certificate_that_is_not_trusted_is_not_asked_anything() {
    let server = Server::start(|_, _| Reply::json(kev(DAY)));
    let other = Server::start(|_, _| Reply::json(kev(DAY)));
    let desk = Desk::new(&other);
    let ran = desk.update(&server, "kev", &[]);
    assert_eq!(ran.status, 3, "{}", ran.err);
    let err = ran.err.replace('\n', " ");
    assert!(err.contains("certificate is not trusted"), "{err}");
    assert!(server.asked().is_empty());
    desk.answers_of(&own_day());
}

#[test]
fn secrets_in_an_address_are_not_shown_or_kept() {
    let server = Server::start(|_, before| match before {
        0 => Reply::status("404 Not Found"),
        _ => Reply::json(kev(DAY)).with("etag", "\"v1\""),
    });
    let desk = Desk::new(&server);
    let url = server
        .url("/kev?token=hush")
        .replace("https://", "https://user:hush@");
    let url = format!("kev={url}");
    let arguments = [
        "-v", "update", "--only", "kev", "--ca", "ca.pem", "--url", &url,
    ];
    for status in [3, 0] {
        let ran = desk.run(&arguments);
        assert_eq!(ran.status, status, "{}", ran.err);
        assert!(
            !format!("{}{}", ran.out, ran.err).contains("hush"),
            "{}",
            ran.err
        );
    }
    assert!(server.asked()[0].headers.contains_key("authorization"));
    let current = fs::read_to_string(desk.path().join("data/current")).unwrap();
    let manifest = desk
        .path()
        .join("data")
        .join(current.trim())
        .join("manifest.json");
    let manifest = fs::read_to_string(manifest).unwrap();
    assert!(
        manifest.contains("localhost") && !manifest.contains("hush"),
        "{manifest}"
    );
    let ran = desk.run(&["update", "--url", "kev=http://user:hush@localhost/"]);
    assert_eq!(ran.status, 2);
    assert!(!ran.err.contains("hush"), "{}", ran.err);
}

#[test]
fn one_feed_that_fails_does_not_stop_the_others() {
    let server = Server::start(|asked, _| match &*asked.path {
        "/kev" => Reply::json(kev(DAY)),
        _ => Reply::status("404 Not Found"),
    });
    let desk = Desk::new(&server);
    let lifecycle = format!("lifecycle={}", server.url("/lifecycle"));
    let ran = desk.update(
        &server,
        "kev",
        &["--only", "lifecycle", "--url", &lifecycle],
    );
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(ran.out.contains("CVE-2026-99901"), "{}", ran.out);
    assert!(
        ran.out.contains("support lifecycles: the facts of"),
        "{}",
        ran.out
    );
    desk.answers_of(DAY);
}

#[test]
fn documents_are_taken_from_files_by_what_they_hold() {
    let server = Server::start(|_, _| Reply::status("500 Internal Server Error"));
    let desk = Desk::new(&server);
    fs::write(desk.path().join("a"), kev(DAY)).unwrap();
    fs::write(desk.path().join("b"), lifecycles(DAY).to_string()).unwrap();
    fs::write(desk.path().join("c"), "{\"value\": []}").unwrap();
    let ran = desk.run(&["update", "--from", "a", "b", "c"]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(
        ran.err
            .replace('\n', " ")
            .contains("read c: it is none of the documents"),
        "{}",
        ran.err
    );
    for feed in ["known exploited vulnerabilities", "support lifecycles"] {
        assert!(
            ran.out.contains(&format!("{feed}: of {DAY}")),
            "{}",
            ran.out
        );
    }
    let ran = desk.run(&["update", "--from", "a", "b"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(server.asked().is_empty());
    desk.answers_of(DAY);
}

#[test]
fn a_run_killed_in_the_middle_of_a_download_leaves_the_old_facts() {
    let server = Server::start(|_, before| match before {
        0 => Reply::json(kev(DAY)).stalling(),
        _ => Reply::json(kev(DAY)),
    });
    let desk = Desk::new(&server);
    let child = spawned(desk.update_command(&server, "kev", &[]));
    server.wait_for(1);
    killed(child);
    desk.answers_of(&own_day());
    let ran = desk.update(&server, "kev", &[]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    desk.answers_of(DAY);
}

#[test]
fn a_run_killed_while_it_writes_leaves_whole_facts() {
    let server = Server::start(|_, _| Reply::json(kev(DAY)));
    let desk = Desk::new(&server);
    for step in 0..6 {
        let child = spawned(desk.update_command(&server, "kev", &[]));
        server.wait_for(step + 1);
        std::thread::sleep(Duration::from_millis(50 * step as u64));
        killed(child);
        let verified = desk.run(&["verify"]);
        assert_eq!(verified.status, 0, "{}{}", verified.out, verified.err);
    }
    let ran = desk.update(&server, "kev", &[]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    desk.answers_of(DAY);
}

/// A month's document with one cumulative update that fixes one CVE.
fn month(id: &str, revised: &str, kb: &str, cve: &str, build: &str) -> String {
    json!({
        "DocumentTitle": {"Value": "Security Updates"},
        "DocumentTracking": {"Identification": {"ID": {"Value": id}}, "CurrentReleaseDate": revised},
        "ProductTree": {"FullProductName": [{"ProductID": "1", "Value": "Windows Server 2022"}]},
        "Vulnerability": [{
            "CVE": cve, "Threats": [{"Type": 3, "Description": {"Value": "Critical"}, "ProductID": ["1"]}],
            "CVSSScoreSets": [{"BaseScore": 9.8, "ProductID": ["1"]}],
            "Remediations": [{"Type": 2, "Description": {"Value": kb}, "ProductID": ["1"],
                "SubType": "Security Update", "FixedBuild": build}],
            "RevisionHistory": [{"Date": "2026-09-08T07:00:00"}],
        }],
    })
    .to_string()
}

#[test]
fn months_are_fetched_once_and_again_when_the_vendor_changes_them() {
    let list = |september: &str| {
        let of = |id: &str, day: &str| {
            json!({
                "ID": id, "CurrentReleaseDate": day, "CvrfUrl": "https://elsewhere.invalid/x",
            })
        };
        json!({"value": [of("2026-Sep", september), of("2019-Jan", "2019-02-01T08:00:00Z")]})
            .to_string()
    };
    let changed = "2026-09-29T07:00:00Z";
    let september = move |asked: &str, edition: &str, cve: &str| match asked {
        "/windows" => Reply::json(list(edition)),
        "/cvrf/2026-Sep" => Reply::json(month(
            "2026-Sep",
            edition,
            "5999001",
            cve,
            "10.0.20348.9999",
        )),
        _ => Reply::status("404 Not Found"),
    };
    let server = Server::start(move |asked, before| match before {
        0..=3 => september(&asked.path, "2026-09-08T07:00:00Z", "CVE-2026-99001"),
        _ => september(&asked.path, changed, "CVE-2026-99002"),
    });
    let desk = Desk::new(&server);
    let ran = desk.update(&server, "windows", &[]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for told in [
        "1 security document: 2026-Sep",
        "1 new package: KB5999001",
        "1 new CVE: CVE-2026-99001",
    ] {
        assert!(ran.out.contains(told), "{}", ran.out);
    }
    // The list is asked for again; the month has not changed.
    let ran = desk.update(&server, "windows", &[]);
    assert_eq!((ran.status, server.asked().len()), (0, 3), "{}", ran.err);
    assert!(ran.out.contains("are the newest"), "{}", ran.out);
    let ran = desk.update(&server, "windows", &["--dry-run"]);
    assert_eq!((ran.status, server.asked().len()), (0, 4), "{}", ran.err);
    let ran = desk.update(&server, "windows", &[]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("1 new CVE: CVE-2026-99002"), "{}", ran.out);
    let table = stored(&desk, "windows-packages.tsv");
    assert!(table.contains("\t9.8\tCVE-2026-99002\t\t10.0.20348.9999\tmsrc-2026-Sep\n"));
    assert!(!table.contains("CVE-2026-99001"));
    assert_eq!(desk.run(&["verify"]).status, 0);
}

#[test]
fn months_are_taken_up_to_the_first_that_is_refused() {
    let day = |number: u8| format!("2026-09-{number:02}T07:00:00Z");
    let server = Server::start(move |asked, _| match &*asked.path {
        "/windows" => Reply::json(
            json!({"value": [
                {"ID": "2026-Aug", "CurrentReleaseDate": day(1)},
                {"ID": "2026-Sep", "CurrentReleaseDate": day(8)},
                {"ID": "2026-Oct", "CurrentReleaseDate": day(9)},
            ]})
            .to_string(),
        ),
        "/cvrf/2026-Aug" => {
            Reply::json(month("2026-Aug", &day(1), "5999001", "CVE-2026-99001", ""))
        }
        "/cvrf/2026-Sep" => Reply::json(month("2026-Sep", &day(8), "5999002", "CVE-26-1", "")),
        _ => Reply::json(month("2026-Oct", &day(9), "5999003", "CVE-2026-99003", "")),
    });
    let desk = Desk::new(&server);
    for _ in 0..2 {
        let ran = desk.update(&server, "windows", &[]);
        assert_eq!(ran.status, 2, "{}", ran.err);
        assert!(ran.err.contains("`CVE-26-1` is not a CVE"), "{}", ran.err);
    }
    // Facts with a month missing would look as fresh as the newest.
    let table = stored(&desk, "windows-packages.tsv");
    assert!(table.contains("CVE-2026-99001") && !table.contains("CVE-2026-99003"));
    assert!(table.contains("# data-date: 2026-09-01\n"));
    // The month that was had is not fetched a second time, the refused one is.
    let asked = server.asked();
    let of = |path: &str| asked.iter().filter(|asked| asked.path == path).count();
    assert_eq!((of("/cvrf/2026-Aug"), of("/cvrf/2026-Sep")), (1, 2));
}

#[test]
fn a_carried_document_without_the_month_before_it_is_refused() {
    let server = Server::start(|_, _| Reply::json(String::new()));
    let desk = Desk::new(&server);
    let day = |month: u8| format!("2026-{month:02}-14T07:00:00Z");
    let write = |name: &str, text: String| fs::write(desk.path().join(name), text).unwrap();
    write(
        "s",
        month("2026-Sep", &day(9), "5999001", "CVE-2026-99001", ""),
    );
    write(
        "o",
        month("2026-Oct", &day(10), "5999002", "CVE-2026-99002", ""),
    );
    let ran = desk.run(&["update", "--from", "o"]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(ran.err.contains("no document of 2026-09"), "{}", ran.err);
    let ran = desk.run(&["update", "--from", "o", "s"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
}

/// The text of a table in the data directory.
fn stored(desk: &Desk, table: &str) -> String {
    let data = desk.path().join("data");
    let current = fs::read_to_string(data.join("current")).unwrap();
    fs::read_to_string(data.join(current.trim()).join(table)).unwrap()
}

fn spawned(mut command: Command) -> Child {
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

fn killed(mut child: Child) {
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
}
