//! What comes from outside and is wrong: each is refused with a clear word, status 2 and nothing
//! half written. One bad record among good ones is a finding, and the others are judged.

use super::run::{self, Ran, folder, run, run_on};
use std::fmt::Write;
use std::fs;
use std::path::Path;

const DAY: &str = "--as-of=2026-11-22";
const GOOD: &str = "organisation: { name: Ashcombe Systems Ltd, kind: supplier }\n";

/// The words of a refusal: status 2, nothing on stdout, nothing written, no panic.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let before = listed(folder);
    let Ran { status, out, err } = run(folder, &[&["check", DAY], arguments].concat());
    let told = format!("{arguments:?} ended with {status}\n{out}\n{err}");
    assert_eq!(status, 2, "{told}");
    assert_eq!(out, "", "{told}");
    assert!(err.starts_with("error: "), "{told}");
    assert!(!err.contains("panicked"), "{told}");
    assert!(!err.contains(folder.to_str().expect("UTF-8")), "{told}");

    let output = [arguments, &["--format=json", "--output=report.json"]].concat();
    let again = run(folder, &[&["check", DAY], &*output].concat());
    assert_eq!((again.status, &*again.out, &*again.err), (2, "", &*err));
    assert_eq!(listed(folder), before, "something was left behind: {told}");
    err
}

fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder of a test");
    let name = |entry: std::io::Result<fs::DirEntry>| {
        let name = entry.expect("an entry").file_name();
        name.to_string_lossy().into_owned()
    };
    let mut names: Vec<_> = entries.map(name).collect();
    names.sort();
    names
}

#[track_caller]
fn says(err: &str, words: &[&str]) {
    // Lines are filled to the width of the terminal: words are looked for as if they were not.
    let flat = err.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(flat.contains(word), "`{word}` is not said in:\n{err}");
    }
}

/// A single file that is refused.
#[track_caller]
fn file_refused(name: &str, bytes: &[u8], words: &[&str]) -> String {
    let folder = folder(&[(name, bytes)]);
    let err = refused(folder.path(), &[name]);
    says(&err, &[name]);
    says(&err, words);
    err
}

/// A pack that is refused, with the place in its submission.yaml.
#[track_caller]
fn pack_refused(text: &str, files: &[(&str, &[u8])], words: &[&str]) {
    let folder = folder(&[("pack/submission.yaml", text.as_bytes())]);
    for (name, bytes) in files {
        run::write(folder.path(), name, bytes);
    }
    says(&refused(folder.path(), &["pack"]), words);
}

#[test]
fn what_is_not_there_is_named() {
    let folder = folder(&[("empty/notes.txt", b"hello"), ("pe/x", b"")]);
    let missing = refused(folder.path(), &["gone.csv"]);
    says(&missing, &["gone.csv", "no such file or folder"]);
    let bare = refused(folder.path(), &["empty"]);
    says(&bare, &["empty", "no submission.yaml", "passmuster init"]);
}

#[test]
fn files_that_say_nothing_declare_nothing() {
    file_refused("assets.csv", b"", &["is empty"]);
    file_refused("assets.ndjson", b"\n \n", &["is empty"]);
    file_refused("pack.yaml", b"", &["is empty", "organisation:"]);
    file_refused("pack.yaml", b"# nothing\n", &["is empty"]);
    file_refused("assets.csv", b"name,os\n", &["a header and no rows"]);
    let folder = folder(&[]);
    let stdin = run_on(folder.path(), &["check", "-"], b"");
    assert_eq!((stdin.status, &*stdin.out), (2, ""));
    says(&stdin.err, &["<stdin> is empty"]);
    if cfg!(unix) {
        let null = refused(folder.path(), &["/dev/null"]);
        says(&null, &["/dev/null", "standard input", "`-`"]);
    }
}

#[test]
fn text_in_another_encoding_is_told_with_its_byte() {
    file_refused(
        "latin.yaml",
        b"organisation:\n  name: Caf\xe9 Systems Ltd\n",
        &["not UTF-8 text: 0xE9 at byte 25", "save it as UTF-8"],
    );
    let unmarked: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    file_refused(
        "pack.yaml",
        &unmarked,
        &["not UTF-8 text", "save it as UTF-8"],
    );
}

#[test]
fn binary_files_are_not_guessed_at() {
    let noise: Vec<u8> = Random(7).by_ref().take(5_000).map(low_byte).collect();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\xc8\x04\0";
    for (kind, bytes) in [
        ("binary data", &*noise),
        ("binary data", png),
        ("gzip", gzip),
    ] {
        file_refused("assets.csv", bytes, &["is not text", kind]);
        file_refused("assets.ndjson", bytes, &["is not text", kind]);
        file_refused("pack.yaml", bytes, &["is not UTF-8 text"]);
        pack_refused(
            &format!("{GOOD}assets: a.csv\n"),
            &[("pack/a.csv", bytes)],
            &["pack/a.csv is not text", kind],
        );
        pack_refused(
            &format!("{GOOD}zones: z.yaml\n"),
            &[("pack/z.yaml", bytes)],
            &[
                "pack/z.yaml is not UTF-8 text",
                "named here",
                "submission.yaml:2:8",
            ],
        );
    }
}

#[test]
fn alias_bombs_do_not_go_off() {
    let mut bomb = format!("{GOOD}a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{below}]").expect("a text grows");
    }
    file_refused("bomb.yaml", bomb.as_bytes(), &["aliases", "bomb.yaml:7:"]);
}

#[test]
fn depth_is_limited_and_not_the_stack() {
    for levels in [100, 100_000] {
        for (open, close) in [("[", "]"), ("{a: ", "}")] {
            let deep = format!(
                "organisation: {}{}\n",
                open.repeat(levels),
                close.repeat(levels)
            );
            file_refused("deep.yaml", deep.as_bytes(), &["nested", "deep.yaml:1:"]);
        }
        let deep = format!(
            "{{\"id\":\"a\",\"x\":{}{}}}\n",
            "[".repeat(levels),
            "]".repeat(levels)
        );
        // What we do not know is skipped; too deep, it is a bad record like any other.
        let folder = folder(&[("deep.ndjson", deep.as_bytes())]);
        let ran = run(folder.path(), &["check", DAY, "deep.ndjson"]);
        assert!(!ran.err.contains("panicked") && !ran.err.contains("overflow"));
        assert!([1, 2].contains(&ran.status), "{ran:?}");
    }
    let mut steps = String::from("organisation:\n");
    for level in 1..=2_000 {
        writeln!(steps, "{}a:", " ".repeat(level)).expect("a text grows");
    }
    file_refused("steps.yaml", steps.as_bytes(), &["nested", "steps.yaml:"]);
}

#[test]
fn a_tree_of_too_many_values_is_not_built() {
    let many = format!("{GOOD}zones: [{}]\n", "{a: 1},".repeat(600_000));
    file_refused(
        "many.yaml",
        many.as_bytes(),
        &["more than 1000000 values", "as CSV or NDJSON"],
    );
}

#[test]
fn mistakes_of_the_hand_are_drawn_with_a_suggestion() {
    file_refused(
        "pack.yaml",
        b"organisation:\n  name: A\n  name: B\n",
        &[
            "`name` is given twice",
            "pack.yaml:3:3",
            "first given here",
            "pack.yaml:2:3",
        ],
    );
    file_refused(
        "pack.yaml",
        b"organisation:\n  name: A\n  turnovr_gbp: 3\n",
        &[
            "unknown key `turnovr_gbp`",
            "pack.yaml:3:3",
            "did you mean `turnover_gbp`?",
        ],
    );
    file_refused(
        "pack.yaml",
        b"organisation:\n  name: A\nasets: []\n",
        &["unknown key `asets`", "3:1", "did you mean `assets`?"],
    );
    file_refused(
        "pack.yaml",
        b"organisation:\n  name: A\n  staff: many\n  digital: perhaps\n",
        &[
            "expected a whole number for `staff`, found `many`",
            "3:10",
            "expected yes or no",
            "4:12",
        ],
    );
    file_refused(
        "pack.yaml",
        b"organisation: { name: A }\nsubmission:\n  submitted_at: 2026-02-30\n",
        &["expected a date", "`2026-02-30`", "pack.yaml:3:17"],
    );
    file_refused(
        "pack.yaml",
        b"organisation: [A\n",
        &["not YAML", "pack.yaml:"],
    );
    file_refused("pack.yaml", b"zones: []\n", &["lacks `organisation`"]);
}

#[test]
fn a_pack_stays_inside_its_folder() {
    let leaves = |path: &str, why: &str| {
        for (line, at) in [
            (format!("assets: {path}"), "2:9"),
            (format!("zones: {path}"), "2:8"),
            (
                format!("evidence: [{{ id: E1, kind: report, path: '{path}' }}]"),
                "2:",
            ),
            (
                format!("certificates: [{{ id: C1, file: '{path}' }}]"),
                "2:",
            ),
        ] {
            pack_refused(
                &format!("{GOOD}{line}\n"),
                &[("outside.yaml", b"[]\n"), ("outside.csv", b"id\nA\n")],
                &[why, &format!("pack/submission.yaml:{at}")],
            );
        }
    };
    leaves("../../etc/passwd", "leaves the pack: it climbs");
    leaves("../outside.csv", "leaves the pack: it climbs");
    leaves("/etc/passwd", "leaves the pack: it is an absolute path");
    leaves("C:\\estate.csv", "leaves the pack: it is an absolute path");
    leaves("gone.csv", "the pack has no file `gone.csv`");
}

#[cfg(unix)]
#[test]
fn links_out_of_a_pack_and_pipes_in_it_are_not_opened() {
    let folder = folder(&[
        (
            "pack/submission.yaml",
            format!("{GOOD}zones: link.yaml\nalerts: fifo.yaml\nassets: fifo.csv\n").as_bytes(),
        ),
        ("secret.yaml", b"- { id: Z1 }\n"),
    ]);
    let pack = folder.path().join("pack");
    std::os::unix::fs::symlink(folder.path().join("secret.yaml"), pack.join("link.yaml"))
        .expect("a link can be made");
    let mut made = true;
    for name in ["fifo.yaml", "fifo.csv"] {
        let fifo = std::process::Command::new("mkfifo")
            .arg(pack.join(name))
            .status();
        made &= fifo.is_ok_and(|status| status.success());
    }
    let err = refused(folder.path(), &["pack"]);
    says(
        &err,
        &[
            "`link.yaml` leaves the pack: it is a symbolic link",
            "pack/submission.yaml:2:8",
        ],
    );
    if made {
        says(
            &err,
            &["`fifo.yaml` is not a regular file", "submission.yaml:3:9"],
        );
        says(
            &err,
            &["`fifo.csv` is not a regular file", "submission.yaml:4:9"],
        );
        let direct = refused(folder.path(), &["pack/fifo.csv"]);
        says(&direct, &["pack/fifo.csv", "standard input"]);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("assets.csv", b"id\nA\n")]);
    let path = folder.path().join("assets.csv");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("a mode can be set");
    if fs::File::open(&path).is_ok() {
        println!("skipped: this user may read every file");
        return;
    }
    let ran = run(folder.path(), &["check", "assets.csv"]);
    assert_eq!((ran.status, &*ran.out), (3, ""));
    says(&ran.err, &["assets.csv", "ermission denied"]);
}

#[test]
fn inventories_need_a_column_that_names_the_asset() {
    file_refused(
        "assets.csv",
        b"os,ip\nWindows 7,10.0.0.1\n",
        &["no column that names an asset", "`os`", "`id`", "`name`"],
    );
    file_refused(
        "assets.csv",
        b"id,asset id\n1,2\n",
        &["`id` and `asset id` both mean"],
    );
    file_refused(
        "assets.csv",
        b"hello there\n",
        &["assets.csv", "--input-format"],
    );
}

#[test]
fn one_bad_record_is_a_finding_and_the_others_are_judged() {
    let rows = "name,os\nward-1,Windows 10\nward-2\nward-3,Windows 11\n";
    let lines =
        "{\"name\":\"ward-1\"}\n{\"name\":\"ward-2\",\"smb1\":}\n{\"name\":\"ward-3\"}\n[1]\n";
    let broken_first = "{\"name\":\"ward-1\",\n{\"name\":\"ward-2\"}\n{\"name\":\"ward-3\"}\n";
    for (name, text, place) in [
        ("a.csv", rows, "a.csv:3"),
        ("a.ndjson", lines, "a.ndjson:2:"),
        ("a.ndjson", broken_first, "a.ndjson:1:"),
    ] {
        let folder = folder(&[(name, text.as_bytes())]);
        let ran = run(folder.path(), &["check", DAY, name]);
        assert_eq!(ran.status, 1, "{ran:?}");
        says(&ran.out, &["DATA-001", place, "(2 assets)"]);
    }
}

#[test]
fn when_no_record_can_be_read_the_reasons_are_told() {
    let err = file_refused(
        "assets.csv",
        b"name,os\n,Windows 7\n,Windows 8\n,Windows 10\n,Windows 11\nx\n",
        &[
            "nothing was checked",
            "assets.csv:2",
            "has no id and no name",
        ],
    );
    assert!(err.contains("2 more"), "{err}");
    file_refused(
        "assets.ndjson",
        b"{\"id\":}\n[1]\n",
        &["assets.ndjson:1:", "not readable as JSON"],
    );
    pack_refused(
        &format!("{GOOD}assets: a.csv\n"),
        &[("pack/a.csv", b"name,os\n,Windows 7\n")],
        &["pack/a.csv:2", "has no id and no name"],
    );
}

#[test]
fn a_quote_left_open_never_swallows_machines() {
    // The quotes of two rows make one cell of them, with the right number of cells.
    let text = "name,os,owner\n\"ward-1,Windows 11,x\nward-2\",Windows 11,x\nward-3,Windows 11,x\n";
    let header = "name,\"os,owner\nward-1,Windows 7\",x\nward-2,Windows 11,x\n";
    let folder = folder(&[("a.csv", text.as_bytes()), ("b.csv", header.as_bytes())]);
    let ran = run(folder.path(), &["check", DAY, "a.csv"]);
    assert_eq!(ran.status, 1);
    says(&ran.out, &["DATA-001", "a.csv:2", "quote"]);
    says(&refused(folder.path(), &["b.csv"]), &["b.csv", "quote"]);
}

#[test]
fn what_is_missing_is_named_as_people_declare_it() {
    let folder = folder(&[("a.csv", b"name\nward-1\n")]);
    let ran = run(folder.path(), &["check", DAY, "a.csv"]);
    assert_eq!(ran.status, 1);
    says(
        &ran.out,
        &[
            "what is declared does not tell `os.family`",
            "settle: declare os,",
        ],
    );
}

#[test]
fn a_machine_without_a_version_is_not_more_of_the_one_above() {
    let broken = MACHINES.replacen("6.3.9600 N/A Build 9600", "6.3.96", 1);
    for (text, place) in [
        (broken, "estate.txt:9"),
        (MACHINES.replacen("6.1.7601", "6.1", 1), "estate.txt:1"),
    ] {
        let folder = folder(&[("estate.txt", text.as_bytes())]);
        let ran = run(folder.path(), &["check", DAY, "estate.txt"]);
        assert_eq!(ran.status, 1, "{ran:?}");
        says(&ran.out, &["DATA-001", place, "(1 asset)"]);
    }
}

#[test]
fn the_request_itself_can_be_wrong() {
    let folder = folder(&[
        ("pack.yaml", GOOD.as_bytes()),
        ("other.yaml", GOOD.as_bytes()),
        ("rules-none/readme.txt", b"hello"),
        (
            "waived.yaml",
            format!(
                "{GOOD}waivers:\n  - {{ id: W1, rules: [OSS-01], subjects: [a], reason: old, \
                 approver: {{ name: N, role: SIRO }}, approved_on: 2026-10-01, \
                 until: 2027-01-01, plan: move, while: [ {{ internet_access: none }} ] }}\n"
            )
            .as_bytes(),
        ),
    ]);
    let refused = |arguments: &[&str]| refused(folder.path(), arguments);
    says(
        &refused(&["pack.yaml", "other.yaml"]),
        &[
            "pack.yaml and other.yaml are two declarations",
            "one at a time",
        ],
    );
    says(
        &refused(&["pack.yaml", "--profile=hsff-core"]),
        &[
            "there is no profile `hsff-core`",
            "did you mean `hssf-core`?",
        ],
    );
    says(
        &refused(&["pack.yaml", "--profile=zebra"]),
        &["there is no profile `zebra`", "hssf-core", "trust-estate"],
    );
    says(
        &refused(&["pack.yaml", "--rules=rules-none"]),
        &["rules-none holds no .yaml files"],
    );
    says(
        &refused(&["pack.yaml", "--rules=gone"]),
        &["gone is not a folder"],
    );
    says(
        &refused(&["waived.yaml"]),
        &["OSS-01", "waived.yaml:3:", "OSS-001"],
    );
    let format = run(folder.path(), &["check", "--format=xml", "pack.yaml"]);
    assert_eq!((format.status, &*format.out), (2, ""));
    says(
        &format.err,
        &["invalid value 'xml' for '--format", "json", "terminal"],
    );
    let day = run(folder.path(), &["check", "--as-of=2026-02-30", "pack.yaml"]);
    assert_eq!((day.status, &*day.out), (2, ""));
    says(&day.err, &["2026-02-30", "--as-of", "a day that exists"]);
    let nowhere = run(folder.path(), &["check", "pack.yaml", "-o", "gone/r.txt"]);
    assert_eq!((nowhere.status, &*nowhere.out), (2, ""));
    says(&nowhere.err, &["there is no folder gone"]);
}

#[test]
fn every_mistake_in_every_policy_file_is_told_in_one_run() {
    let rule = |id: &str, check: &str| {
        format!(
            "  - id: {id}\n    title: A title\n    for: asset\n    severity: high\n    \
             gate: block\n    check: {check}\n    why: Because.\n    fix: Mend it.\n    \
             controls: [ndg/8]\n    sources: [NAO HC 414]\n    cases: []\n"
        )
    };
    let first = format!(
        "pack: first\ntitle: First\nrules:\n{}{}{}",
        rule("AAA-001", "{ internet_acces: none }"),
        rule("AAA-002", "{ os.build: { at_leest: 3 } }"),
        rule("AAA-003", "{ patchd: { advisory: MS17-010 } }"),
    );
    let second = format!(
        "pack: second\ntitle: Second\nparams:\n  patch_days: {{ type: length, value: 14 days, strict: lower, note: CE }}\nrules:\n{}{}",
        rule("BBB-001", "{ patched: { advisory: MS17-011 } }"),
        rule("BBB-002", "{ cumulative_update: { at_most: $patch_dayz } }"),
    );
    let folder = folder(&[
        ("pack.yaml", GOOD.as_bytes()),
        ("mine/a.yaml", first.as_bytes()),
        ("mine/b.yaml", second.as_bytes()),
        ("mine/c.yaml", b"pack: [\n"),
        ("mine/d.yaml", b"title: neither\n"),
    ]);
    let err = refused(folder.path(), &["pack.yaml", "--rules=mine"]);
    says(
        &err,
        &[
            "internet_acces",
            "did you mean `internet_access`?",
            "mine/a.yaml:9:14",
            "at_leest",
            "`at_least`",
            "mine/a.yaml:20:",
            "patchd",
            "`patched`",
            "mine/a.yaml:31:",
            "MS17-011",
            "mine/b.yaml:11:",
            "patch_dayz",
            "`$patch_days`",
            "mine/b.yaml:22:",
            "mine/c.yaml:",
            "mine/d.yaml:1:1",
            "`pack: name`",
        ],
    );
    // The line in question is shown.
    says(&err, &["9 | check: { internet_acces: none }"]);
}

/// Lines of a gigabyte, written in blocks to a child whose memory is looked at while it works.
#[cfg(target_os = "linux")]
mod gigabytes {
    use super::{run, says};
    use std::io::{Read, Write};
    use std::process::{Child, Stdio};

    const LENGTH: usize = 1 << 30;
    const BLOCK: usize = 1 << 20;
    const MOST_KILOBYTES: u64 = 150_000;

    /// The most memory the child ever held, as far as it still runs.
    fn peak(child: &Child) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    fn refused(start: &str, end: &str, words: &[&str]) {
        let folder = run::folder(&[]);
        let mut child = run::program(folder.path(), &["check", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe was asked for");
        let block = vec![b'x'; BLOCK];
        let mut is_open = stdin.write_all(start.as_bytes()).is_ok();
        let mut most = 0;
        for _ in 0..LENGTH / BLOCK {
            // Seen before each block, so also right before the child has had enough.
            most = most.max(peak(&child).unwrap_or_default());
            is_open = is_open && stdin.write_all(&block).is_ok();
        }
        most = most.max(peak(&child).unwrap_or_default());
        let _ = stdin.write_all(end.as_bytes());
        drop(stdin);
        let (mut out, mut err) = (String::new(), String::new());
        child
            .stdout
            .take()
            .expect("a pipe was asked for")
            .read_to_string(&mut out)
            .expect("UTF-8");
        child
            .stderr
            .take()
            .expect("a pipe was asked for")
            .read_to_string(&mut err)
            .expect("UTF-8");
        let status = child.wait().expect("the program ends").code();
        assert_eq!((status, &*out), (Some(2), ""), "{err}");
        says(&err, words);
        assert!(err.len() < 2_000, "{err}");
        assert!(most > 1_000, "the child was never seen");
        assert!(most < MOST_KILOBYTES, "{start:?} took {most} kB");
    }

    #[test]
    fn one_line_of_a_gigabyte_takes_little_memory() {
        let too_long = ["<stdin>:", "longer than 1 MB", "nothing was checked"];
        refused("name,os\nward-1,", "\n", &too_long);
        refused("{\"id\":\"", "\"}\n", &too_long);
        refused("organisation: ", "\n", &["<stdin>", "64 MB"]);
        refused("organisation: { name: '", "' }\n", &["<stdin>", "64 MB"]);
    }

    #[test]
    fn so_does_a_file_of_a_gigabyte() {
        let folder = run::folder(&[
            ("a.yaml", b"organisation: "),
            ("pack/submission.yaml", b"{"),
        ]);
        for name in ["a.yaml", "pack/submission.yaml"] {
            let file = std::fs::File::options()
                .write(true)
                .open(folder.path().join(name))
                .expect("a file of the test");
            // Sparse: it takes no room.
            file.set_len(LENGTH as u64).expect("a length can be set");
        }
        says(
            &super::refused(folder.path(), &["a.yaml"]),
            &["a.yaml", "64 MB"],
        );
        says(
            &super::refused(folder.path(), &["pack"]),
            &["submission.yaml", "64 MB"],
        );
    }
}

const MACHINES: &str = "Host Name:                 WARD-1
OS Name:                   Microsoft Windows 7 Professional
OS Version:                6.1.7601 Service Pack 1 Build 7601
Processor(s):              1 Processor(s) Installed.
                           [01]: Intel64 Family 6 Model 58 Stepping 9 GenuineIntel
Hotfix(s):                 0 Hotfix(s) Installed.
Network Card(s):           1 NIC(s) Installed.
                           [01]: Fictional Network Connection
Host Name:                 WARD-2
OS Name:                   Microsoft Windows Server 2012 R2 Standard
OS Version:                6.3.9600 N/A Build 9600
Processor(s):              1 Processor(s) Installed.
                           [01]: Intel64 Family 6 Model 58 Stepping 9 GenuineIntel
Hotfix(s):                 1 Hotfix(s) Installed.
                           [01]: KB4012216
Network Card(s):           1 NIC(s) Installed.
                           [01]: Fictional Network Connection
";

/// Thousands of files that were right and got a few bytes wrong, each through import and engine.
mod mutants {
    use super::{MACHINES, Random};
    use passmuster::catalogue::Catalogue;
    use passmuster::engine::{Evaluation, Material, READABLE, evaluate};
    use passmuster::import::{Format, Inventory, Limits, OpenError, Opened, read};
    use passmuster::model::fields::organisation;
    use passmuster::model::{Decision, Declaration, Place, Subject, SubjectKind, Summary, Value};
    use passmuster::policy::{Library, embedded};
    use std::io::Cursor;

    const CSV: &str = "id,name,os,os.build,smb1.server,smb1.client,exposures,updates
A-1,ward-1,Windows 11 24H2 Enterprise,10.0.26100.4946,no,no,445/internal,
A-2,ward-2,Windows Server 2022,10.0.20348.4052,no,no,none,KB5063880
A-3,ward-3,Ubuntu 24.04 LTS,,no,no,443/internet,
";
    const NDJSON: &str = "{\"id\":\"A-1\",\"os\":\"Windows 11 24H2 Enterprise\",\"os.build\":\"10.0.26100.4946\",\"smb1\":{\"server\":false,\"client\":false},\"exposures\":[]}
{\"id\":\"A-2\",\"os\":\"Ubuntu 24.04 LTS\",\"smb1.server\":false,\"smb1.client\":false,\"exposures\":[{\"port\":443,\"from\":\"internet\"}]}
{\"id\":\"A-3\",\"name\":\"ward-3\",\"os\":\"Debian 13\",\"exposures\":[]}
";
    const SUBMISSION: &str = "schema_version: '1'
submission: { framework: hssf, lots: [lot-1], submitted_at: 2026-11-20, planned_award_date: 2027-02-01 }
organisation:
  name: Ashcombe Systems Ltd
  kind: supplier
  staff: 12
  exclusions: { mandatory: no, discretionary: no }
assets:
  - { id: A-1, os: Windows 11, exposures: [{ port: 445, from: internal }], updates: [KB5063880] }
attestations:
  - { id: CE, scheme: ce-plus, issued_on: 2026-10-30, entities: [Ashcombe Systems Ltd] }
certificates:
  - { id: C1, not_before: '2026-09-01T00:00Z', not_after: '2026-12-31T23:59:59Z', sans: [a.example.org] }
endpoints: [{ id: E1, host: a.example.org, port: 443, audience: internet, certificate: C1 }]
zones: []
alerts: [{ id: CC-1, severity: high, issued_at: '2026-10-14T15:20:00+01:00' }]
evidence: []
";

    /// What files break by: structure, quotes, odd numbers, odd characters, halves of things.
    const TOKENS: [&str; 30] = [
        "\"",
        "\"\"",
        "'",
        ",",
        ";",
        "\t",
        "\n",
        "\r",
        "\r\n",
        ":",
        "[",
        "]",
        "{",
        "}",
        "- ",
        "&a ",
        "*a",
        "!!x",
        "%",
        "#",
        "\0",
        "\u{feff}",
        "é",
        "\u{202e}",
        "-1",
        "99999999999999999999",
        "2026-02-30",
        "1e999",
        "null",
        "none",
    ];

    fn below(random: &mut Random, limit: usize) -> usize {
        let number = random.next().unwrap_or_default() >> 16;
        usize::try_from(number).unwrap_or_default() % limit.max(1)
    }

    fn mutant(original: &str, random: &mut Random) -> Vec<u8> {
        let mut bytes = original.as_bytes().to_vec();
        for _ in 0..=below(random, 3) {
            let at = below(random, bytes.len());
            let end = (at + 1 + below(random, 12)).min(bytes.len());
            match below(random, 7) {
                0 => bytes.truncate(at),
                1 => drop(bytes.drain(at..end)),
                2 if at < bytes.len() => bytes[at] = super::low_byte(random.next().unwrap_or(0)),
                3 => {
                    let copied = bytes[at..end].to_vec();
                    let to = below(random, bytes.len());
                    drop(bytes.splice(to..to, copied));
                }
                4 if at < bytes.len() => bytes[at] ^= 1 << below(random, 8),
                _ => {
                    let token = TOKENS[below(random, TOKENS.len())];
                    drop(bytes.splice(at..at, token.bytes()));
                }
            }
        }
        bytes
    }

    struct Bench {
        library: Library,
    }

    impl Bench {
        fn new() -> Self {
            let library = Library::load(&embedded(), Catalogue::embedded())
                .expect("the rules inside are right");
            Self { library }
        }

        fn judge(
            &self,
            profile: &str,
            declaration: &Declaration,
            assets: Vec<Subject>,
            inventories: Vec<Inventory>,
        ) -> Judged {
            let evaluation = Evaluation {
                material: Material {
                    rules: &self
                        .library
                        .profile(profile)
                        .expect("a profile inside")
                        .rules,
                    waivers: &[],
                    catalogue: Catalogue::embedded(),
                    declaration,
                    today: jiff::civil::date(2026, 11, 22),
                },
                assets,
                inventories,
                tell_all_for_first: 0,
            };
            let mut bad = 0;
            let (summary, _) = evaluate(
                evaluation,
                &mut |finding| {
                    bad += usize::from(finding.rule.id == READABLE);
                    Ok(())
                },
                &mut |_, _| {},
            )
            .expect("reading from memory does not fail");
            Judged { summary, bad }
        }

        fn inventory(&self, bytes: Vec<u8>, format: &str) -> Option<Judged> {
            let input = Box::new(Cursor::new(bytes));
            let opened = Inventory::open(
                "estate",
                input,
                Format::from_name(format),
                Limits::default(),
            );
            let mut owner = Subject::new(SubjectKind::Organisation, "X99", Place::whole("estate"));
            owner
                .record
                .set(organisation::NAME, Value::Text("Ashcombe".to_owned()));
            let mut declaration = Declaration::new("estate".to_owned(), owner);
            declaration.has_assets = true;
            Some(self.judge(
                "wannacry-baseline",
                &declaration,
                Vec::new(),
                vec![opened.ok()?],
            ))
        }
    }

    struct Judged {
        summary: Summary,
        bad: usize,
    }

    impl Judged {
        fn assets(&self) -> usize {
            usize::try_from(self.summary.assets).expect("a few")
        }

        /// Whether a run would end with 0.
        fn is_admitted(&self) -> bool {
            let decision = self.summary.decision();
            self.assets() > 0 && decision.is_some_and(|decision| decision < Decision::Refer)
        }
    }

    /// A line with something in it: spreadsheets leave empty rows behind.
    fn says_something(line: &[u8]) -> bool {
        line.iter()
            .any(|byte| !matches!(byte, b',' | b';' | b'\t' | b'\r' | b' ' | b'"' | 0x0c))
    }

    fn lines(bytes: &[u8]) -> usize {
        bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| says_something(line))
            .count()
    }

    fn hosts(bytes: &[u8]) -> usize {
        let is_host = |line: &&[u8]| line.starts_with(b"Host Name:");
        bytes.split(|byte| *byte == b'\n').filter(is_host).count()
    }

    #[test]
    fn no_inventory_loses_a_machine_without_a_word() {
        let bench = Bench::new();
        let mut random = Random(12_051_700);
        for (original, format, rounds) in [
            (CSV, "csv", 1_500),
            (NDJSON, "ndjson", 1_500),
            (MACHINES, "systeminfo", 1_000),
        ] {
            let whole = bench
                .inventory(original.as_bytes().to_vec(), format)
                .expect("the original is right");
            assert_eq!(whole.bad, 0, "{format:?}");
            let (mut refused, mut told, mut admitted) = (0, 0, 0);
            for _ in 0..rounds {
                let bytes = mutant(original, &mut random);
                let expected = match format {
                    "csv" => lines(&bytes).saturating_sub(1),
                    "ndjson" => lines(&bytes),
                    _ => hosts(&bytes),
                };
                let shown = String::from_utf8_lossy(&bytes).into_owned();
                let Some(judged) = bench.inventory(bytes, format) else {
                    refused += 1;
                    continue;
                };
                // A bad record may stand for several lines, as where a quote was left open.
                if judged.bad == 0 {
                    assert!(
                        judged.assets() >= expected,
                        "{} of {expected} in:\n{shown}",
                        judged.assets()
                    );
                } else {
                    told += 1;
                    assert!(!judged.is_admitted(), "{shown}");
                }
                admitted += usize::from(judged.is_admitted());
            }
            // The test has seen every way it can go.
            assert!(refused > 0 && told > 0, "{format:?}: {refused} {told}");
            assert!(
                format == "systeminfo" || admitted > 0,
                "{format:?}: none of {rounds} was admitted"
            );
        }
    }

    #[test]
    fn no_submission_makes_it_panic() {
        let bench = Bench::new();
        let mut random = Random(20_170_512);
        let (mut right, mut wrong) = (0, 0);
        for round in 0..1_500 {
            let bytes = match round {
                0 => SUBMISSION.as_bytes().to_vec(),
                _ => mutant(SUBMISSION, &mut random),
            };
            match read("pack.yaml", &bytes) {
                Ok(Opened {
                    declaration,
                    assets,
                    ..
                }) => {
                    right += 1;
                    bench.judge("hssf-lot-1", &declaration, assets, Vec::new());
                }
                Err(OpenError::Problems(problems)) => {
                    wrong += 1;
                    let drawn = passmuster::report::problem::render(&problems, 80, false);
                    assert!(drawn.starts_with("error: ") && drawn.contains("pack.yaml"));
                    assert!(!drawn.contains(['\u{202e}', '\0']), "{drawn}");
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert!(right > 1 && wrong > 1, "{right} {wrong}");
    }
}

/// Numbers that look random and are the same each time (splitmix64).
struct Random(u64);

impl Iterator for Random {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(mixed ^ (mixed >> 31))
    }
}

fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0]
}
