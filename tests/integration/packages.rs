//! Lists that the package managers of this machine print, read back.

use super::consumers::debian;
use passmuster::import::{Inventory, Limits, Row};
use passmuster::model::fields::{asset, software};
use passmuster::model::{FieldId, Subject};
use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

/// What a program prints.
fn printed(program: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one row of a text that names no machine.
fn unnamed(text: &str, format: &str) -> Subject {
    let input = Box::new(Cursor::new(text.to_owned()));
    let mut inventory = Inventory::open("list", input, None, Limits::default()).unwrap();
    assert_eq!(inventory.format().name(), format);
    let mut rows = Vec::new();
    while let Some(batch) = inventory.next_batch().unwrap() {
        batch.read(&mut |row| rows.push(row));
    }
    match rows.pop() {
        Some(Row::Unnamed(subject)) if rows.is_empty() => subject,
        other => panic!("{other:?} and {rows:?}"),
    }
}

fn listed(subject: &Subject, field: FieldId) -> BTreeSet<String> {
    let all = subject.records(asset::SOFTWARE).unwrap();
    let text = |one: &passmuster::model::Record| one.text(field).map(str::to_owned);
    all.iter().filter_map(text).collect()
}

#[test]
fn every_form_in_which_dpkg_lists_gives_what_is_installed() {
    let Some(dpkg) = debian("dpkg", "dpkg") else {
        return;
    };
    let query = dpkg.with_file_name("dpkg-query");
    let format = "${db:Status-Abbrev}${Package} ${Version}\n";
    let wanted: BTreeSet<_> = printed(&query, &["-W", "-f", format])
        .lines()
        .filter_map(|line| line.strip_prefix("ii "))
        .map(|line| line.trim().to_owned())
        .collect();
    assert!(wanted.len() > 20);
    for list in [
        printed(&dpkg, &["-l"]),
        printed(&query, &["-W"]),
        printed(
            &query,
            &["-W", "-f", "${Package} ${Version} ${Architecture}\n"],
        ),
    ] {
        let subject = unnamed(&list, "dpkg");
        assert!(subject.unreadable().is_empty());
        let all = subject.records(asset::SOFTWARE).unwrap();
        let found: BTreeSet<_> = all
            .iter()
            .map(|one| {
                let text = |field| one.text(field).unwrap_or_default();
                format!("{} {}", text(software::NAME), text(software::VERSION))
            })
            .collect();
        let lost: Vec<_> = wanted.difference(&found).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}

#[test]
fn the_system_of_this_machine_is_read() {
    let Ok(text) = fs::read_to_string("/etc/os-release") else {
        println!("skipped: /etc/os-release is absent");
        return;
    };
    let system = unnamed(&text, "os-release");
    assert!(system.text(asset::OS).is_some());
    assert!(system.unreadable().is_empty());
}

#[test]
fn every_form_in_which_rpm_lists_gives_the_same_package() {
    const SPEC: &str = "Name: ward-viewer\nEpoch: 2\nVersion: 3.10~rc1\nRelease: 1.el9\nSummary: x\n\
                        License: MIT\nBuildArch: noarch\n%description\nx\n%files\n";
    let Some(rpm) = debian("rpm", "rpm") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("a.spec"), SPEC).unwrap();
    let top = format!("_topdir {}", path("top"));
    let build = ["-bb", "--quiet", "--define", &top, &path("a.spec")];
    printed(&rpm.with_file_name("rpmbuild"), &build);
    let package = path("top/RPMS/noarch/ward-viewer-3.10~rc1-1.el9.noarch.rpm");
    let database = path("database");
    let ask = |more: &[&str]| printed(&rpm, &[&["--dbpath", &database], more].concat());
    ask(&["--initdb"]);
    let install = ["-i", "--justdb", "--nodeps", "--ignorearch", "--ignoreos"];
    ask(&[&install[..], &[&package]].concat());

    let (without, with) = (
        "pkg:rpm/ward-viewer@3.10~rc1-1.el9?arch=noarch",
        "pkg:rpm/ward-viewer@3.10~rc1-1.el9?arch=noarch&epoch=2",
    );
    let joined = "%{NAME}-%{EPOCH}:%{VERSION}-%{RELEASE}.%{ARCH}\\n";
    let bars = "%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}\\n";
    let words = "%{NAME} %{EPOCHNUM} %{VERSION} %{RELEASE} %{ARCH}\\n";
    for (form, wanted) in [
        (&[][..], without),
        (&["--last"], without),
        (&["--qf", joined], with),
        (&["--qf", bars], with),
        (&["--qf", words], with),
    ] {
        let list = ask(&[&["-qa"], form].concat());
        let found = listed(&unnamed(&list, "rpm"), software::PURL);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [wanted], "{list}");
    }
}
