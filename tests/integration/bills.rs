//! Bills of materials: in packs, on their own, and as real tools make them.

use super::consumers;
use super::program::{Desk, Report, TODAY};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

const ORGANISATION: &str = "organisation: { name: Larkfield Software Ltd, kind: supplier }\n";

/// A bill of CycloneDX for a product of a version, with components.
fn bill(version: &str, components: &Value) -> String {
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "metadata": { "component": { "type": "application", "bom-ref": "root", "name": "Larkfield EPR", "version": version } },
        "components": components,
        "dependencies": [{ "ref": "root", "dependsOn": ["a"] }],
    });
    bill.to_string()
}

fn postgresql() -> Value {
    json!([{ "type": "library", "bom-ref": "a", "name": "PostgreSQL", "version": "12.4" }])
}

fn outcome<'r>(report: &'r Report, rule: &str, subject: &str) -> &'r str {
    report.finding(rule, subject)["outcome"].as_str().unwrap()
}

/// The components that a bill on its own comes to, without the product in front.
fn components_of(desk: &Desk, name: &str) -> BTreeSet<String> {
    let report = desk.report(name, TODAY, &[]);
    assert_eq!(
        report.count("SWB-005", "pass") + report.count("SWB-005", "fail"),
        1
    );
    let findings = report.findings().iter();
    let of_components = findings.filter(|finding| finding["rule"] == "SWB-003");
    let ids = of_components.map(|finding| {
        let id = finding["subject"]["id"].as_str().unwrap();
        let from = id.find("pkg:").unwrap_or_else(|| panic!("{id}"));
        id[from..].split('#').next().unwrap().to_owned()
    });
    ids.collect()
}

#[test]
fn the_bill_of_a_product_brings_its_components_and_its_version() {
    let desk = Desk::new();
    desk.write(
        "pack/submission.yaml",
        format!("{ORGANISATION}products:\n  - {{ id: epr, version: 11.3, sbom: bom.json }}\n"),
    );
    desk.write("pack/bom.json", bill("11.3", &postgresql()));
    let report = desk.report("pack", TODAY, &["--profile", "bill-of-materials"]);
    for rule in ["SWB-001", "SWB-005", "SWB-006"] {
        assert_eq!(outcome(&report, rule, "epr"), "pass", "{rule}");
    }
    assert_eq!(outcome(&report, "SWB-003", "epr/PostgreSQL@12.4"), "fail");
    assert_eq!(
        outcome(&report, "SWB-002", "epr/PostgreSQL@12.4"),
        "unknown"
    );

    desk.write("pack/bom.json", bill("11.2", &postgresql()));
    let report = desk.report("pack", TODAY, &["--profile", "bill-of-materials"]);
    assert_eq!(outcome(&report, "SWB-001", "epr"), "fail");

    desk.write("pack/bom.json", bill("11.3", &json!([])));
    let report = desk.report("pack", TODAY, &["--profile", "bill-of-materials"]);
    assert_eq!(outcome(&report, "SWB-005", "epr"), "fail");
    assert_eq!(report.count("SWB-002", "unknown"), 1);

    desk.write("pack/bom.json", bill("11.3", &json!([{ "name": "a" }])));
    let report = desk.report("pack", TODAY, &["--profile", "bill-of-materials"]);
    assert_eq!(outcome(&report, "SWB-005", "epr"), "fail");
}

#[test]
fn a_bill_does_not_say_what_its_supplier_has_to() {
    let desk = Desk::new();
    desk.write(
        "pack/submission.yaml",
        format!(
            "{ORGANISATION}products:\n  - id: epr\n    version: 11.3\n    \
             sbom: {{ file: bom.json, version: 11.3, format: spdx, scanned_on: 2026-11-20 }}\n"
        ),
    );
    // The file is believed over what was written of it.
    desk.write("pack/bom.json", bill("11.2", &postgresql()));
    let report = desk.report("pack", TODAY, &["--profile", "bill-of-materials"]);
    assert_eq!(outcome(&report, "SWB-001", "epr"), "fail");
    assert_eq!(outcome(&report, "SWB-002", "epr/PostgreSQL@12.4"), "pass");
    desk.write(
        "pack/submission.yaml",
        format!("{ORGANISATION}products:\n  - {{ id: epr, version: 1, sbom.components: 3 }}\n"),
    );
    let ran = desk.run(&["check", "pack", "--as-of", TODAY]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("cannot be declared"), "{}", ran.stderr);
}

#[test]
fn components_may_be_a_bill_that_names_its_product() {
    let desk = Desk::new();
    desk.write("pack/bom.json", bill("11.3", &postgresql()));
    for (products, whose, of_the_product) in [
        (
            "products: [{ id: larkfield-epr, version: 11.3 }]\n",
            "larkfield-epr",
            "pass",
        ),
        (
            "products: [{ id: epr, name: Larkfield EPR, version: 11.3 }]\n",
            "epr",
            "pass",
        ),
        // Named by its product as well, it is read once.
        (
            "products: [{ id: epr, version: 11.3, sbom: bom.json }]\n",
            "epr",
            "pass",
        ),
        (
            "products: [{ id: other, version: 11.3 }]\n",
            "Larkfield EPR",
            "unknown",
        ),
    ] {
        let text = format!("{ORGANISATION}{products}components: bom.json\n");
        desk.write("pack/submission.yaml", text);
        let report = desk.report("pack", TODAY, &["--profile", "bill-of-materials"]);
        let id = format!("{whose}/PostgreSQL@12.4");
        assert_eq!(outcome(&report, "SWB-003", &id), "fail", "{products}");
        assert_eq!(report.count("SWB-003", "fail"), 1, "{products}");
        assert_eq!(report.count("SWB-001", of_the_product), 1, "{products}");
    }
}

#[test]
fn broken_bills_in_packs_are_told_with_the_place_that_names_them() {
    let desk = Desk::new();
    desk.write(
        "pack/submission.yaml",
        format!("{ORGANISATION}products:\n  - {{ id: epr, sbom: bom.json }}\n"),
    );
    let cut = &bill("11.3", &postgresql())[..120];
    for (text, expected) in [
        (cut, "its JSON ends too soon"),
        ("PK\u{3}\u{4}", "no bill of materials"),
        (
            "<!DOCTYPE a><bom xmlns=\"http://cyclonedx.org/schema/bom/1.4\"/>",
            "document type definition",
        ),
    ] {
        desk.write("pack/bom.json", text);
        let ran = desk.run(&["check", "pack", "--as-of", TODAY]);
        assert_eq!(ran.code, 2, "{text}");
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert!(ran.stderr.contains("named here"), "{}", ran.stderr);
    }
    desk.write(
        "pack/submission.yaml",
        format!("{ORGANISATION}products:\n  - {{ id: epr, sbom: ../bom.json }}\n"),
    );
    let ran = desk.run(&["check", "pack", "--as-of", TODAY]);
    assert!(ran.stderr.contains("leaves the pack"), "{}", ran.stderr);
}

#[test]
fn a_bill_on_its_own_is_asked_what_it_can_answer() {
    let desk = Desk::new();
    desk.write("bom.json", bill("11.3", &postgresql()));
    let report = desk.report("bom.json", TODAY, &[]);
    assert_eq!(
        report.json["run"]["profile"]["id"]
            .as_str()
            .unwrap_or("bill-of-materials"),
        "bill-of-materials"
    );
    assert_eq!(
        outcome(&report, "SWB-003", "Larkfield EPR/PostgreSQL@12.4"),
        "fail"
    );
    assert_eq!(outcome(&report, "SWB-001", "Larkfield EPR"), "pass");
    desk.write("estate.csv", "id,os\nPC-1,Windows 10\n");
    let ran = desk.run(&["check", "bom.json", "estate.csv", "--as-of", TODAY]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("checked alone"), "{}", ran.stderr);
    desk.write(
        "bom.json",
        "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\"",
    );
    let ran = desk.run(&["check", "bom.json", "--as-of", TODAY]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("ends too soon"), "{}", ran.stderr);
}

/// What an environment of Python holds, as Python says.
const INSTALLED: &str = "\
import importlib.metadata as m, re, urllib.parse as u
for d in m.distributions():
    print('pkg:pypi/' + re.sub(r'[-_.]+', '-', d.metadata['Name']).lower() + '@' + u.quote(d.version))";

#[test]
fn cyclonedx_py_and_python_name_the_same_packages() {
    let Some(python) = consumers::python() else {
        return;
    };
    let installed = printed(Command::new(&python).args(["-c", INSTALLED]));
    // The maker writes dots of names as they are; PyPI has them equal.
    let installed: BTreeSet<_> = installed.lines().map(plain).collect();
    let desk = Desk::new();
    for version in ["1.4", "1.5", "1.6"] {
        for form in ["JSON", "XML"] {
            let name = format!("bom-{version}.{}", form.to_lowercase());
            let path = desk.path(&name);
            printed(
                Command::new(&python)
                    .args(["-m", "cyclonedx_py", "environment", "--sv", version])
                    .args(["--of", form, "-o"])
                    .arg(&path),
            );
            let read: BTreeSet<_> = components_of(&desk, &name)
                .iter()
                .map(|id| plain(id))
                .collect();
            assert_eq!(read, installed, "{name}");
        }
    }
}

fn plain(purl: &str) -> String {
    let (name, version) = purl.split_once('@').unwrap();
    format!("{}@{version}", name.replace(['_', '.'], "-").to_lowercase())
}

#[test]
fn cyclonedx_npm_and_npm_name_the_same_packages() {
    let Some(maker) = consumers::npm_package("@cyclonedx/cyclonedx-npm") else {
        return;
    };
    let project = maker.ancestors().nth(3).unwrap();
    let lock = fs::read_to_string(project.join("node_modules/.package-lock.json")).unwrap();
    let lock: Value = serde_json::from_str(&lock).unwrap();
    let installed: BTreeSet<_> = lock["packages"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, package)| {
            // Of a package under another name, the lock says the true one.
            let place = path.rsplit_once("node_modules/").unwrap().1;
            let name = package["name"].as_str().unwrap_or(place);
            let version = package["version"].as_str().unwrap();
            format!("pkg:npm/{}@{version}", name.replacen('@', "%40", 1))
        })
        .collect();
    let desk = Desk::new();
    for form in ["JSON", "XML"] {
        let name = format!("bom.{}", form.to_lowercase());
        printed(
            Command::new("node")
                .arg(maker.join("bin/cyclonedx-npm-cli.js"))
                .args(["--sv", "1.6", "--of", form, "-o"])
                .arg(desk.path(&name))
                .current_dir(project),
        );
        assert_eq!(components_of(&desk, &name), installed, "{name}");
    }
}

/// Writes a document of SPDX 2.3 about three packages.
const SPDX: &str = "\
import sys
from datetime import datetime
from spdx_tools.spdx.model import *
from spdx_tools.spdx.writer.write_anything import write_file
who = Actor(ActorType.TOOL, 'test')
made = CreationInfo('SPDX-2.3', 'SPDXRef-DOCUMENT', 'epr', 'https://larkfield.example/epr', [who], datetime(2026, 11, 1))
def package(id, name, version=None, purl=None):
    refs = [ExternalPackageRef(ExternalPackageRefCategory.PACKAGE_MANAGER, 'purl', purl)] if purl else []
    return Package('SPDXRef-' + id, name, SpdxNoAssertion(), version=version, files_analyzed=False,
        supplier=Actor(ActorType.ORGANIZATION, 'Exampla Ltd', 'a@exampla.example'), external_references=refs)
document = Document(made, [package('root', 'Larkfield EPR', '11.3'),
    package('a', 'log4j-core', '2.14.1', 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1'),
    package('b', 'core', '12.0.0', 'pkg:npm/%40angular/core@12.0.0')], relationships=[
    Relationship('SPDXRef-DOCUMENT', RelationshipType.DESCRIBES, 'SPDXRef-root'),
    Relationship('SPDXRef-root', RelationshipType.DEPENDS_ON, 'SPDXRef-a')])
for name in sys.argv[1:]:
    write_file(document, name)";

#[test]
fn what_spdx_tools_writes_is_read() {
    let Some(python) = consumers::python() else {
        return;
    };
    let desk = Desk::new();
    let names = ["bom.spdx.json", "bom.spdx"];
    let mut maker = Command::new(&python);
    maker
        .args(["-c", SPDX])
        .args(names.map(|name| desk.path(name)));
    printed(&mut maker);
    for name in names {
        let expected = [
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
            "pkg:npm/%40angular/core@12.0.0",
        ];
        let read = components_of(&desk, name);
        assert!(read.iter().eq(expected.iter()), "{name}: {read:?}");
        let report = desk.report(name, TODAY, &[]);
        for rule in ["SWB-001", "SWB-005", "SWB-006"] {
            assert_eq!(
                outcome(&report, rule, "Larkfield EPR"),
                "pass",
                "{name} {rule}"
            );
        }
    }
}

fn printed(command: &mut Command) -> String {
    let output = command.output().expect("it was installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_bill_of_sixty_megabytes_is_read() {
    let desk = Desk::new();
    let component = |n: usize| {
        json!({
            "type": "library", "bom-ref": format!("ref-{n}"), "name": format!("part-{n}"), "version": "1.0.0",
            "purl": format!("pkg:npm/part-{n}@1.0.0"), "description": "x".repeat(1_500),
        })
    };
    let components: Vec<_> = (0..40_000).map(component).collect();
    let text = bill("11.3", &Value::from(components));
    assert!(text.len() > 60 << 20);
    desk.write("bom.json", text);
    let arguments = ["check", "bom.json", "--as-of", TODAY, "--format", "json"];
    let report = desk.run(&arguments).report();
    assert_eq!(report.count("SWB-003", "unknown"), 40_000);
}

/// The form of a recorder, and two of them in an inventory.
#[test]
fn a_form_of_the_maker_fills_what_devices_leave_open() {
    let desk = Desk::new();
    desk.write(
        "pack/submission.yaml",
        "organisation: { name: Fictional Trust, ods_code: X99, kind: trust }\n\
         assets: devices.csv\nmds2: [forms/mr.csv]\n\
         products: [{ id: mr-3, name: MR 3 }]\n",
    );
    desk.write(
        "pack/devices.csv",
        "id,class,manufacturer,model,os,zone,internet_access,medical.email_or_browsing,medical.removable_media\n\
         mri-1,medical,EXAMPLA Imaging,MR-3,Windows XP Embedded SP3,restricted,none,no,\n\
         mri-2,medical,Exampla Imaging Ltd.,MR 3,Windows XP Embedded SP3,restricted,none,no,yes\n\
         mri-3,medical,Exampla Imaging,MR 9,Windows XP Embedded SP3,restricted,none,no,\n",
    );
    let form = "ANSI/NEMA HN 1-2019,,,\nDOC-1,Maker,Exampla Imaging Ltd,\nDOC-3,Model,MR 3,\n\
        CONN-1.2.3,Removable memory?,No,\nMPII-3.3,Persons' data on it?,No,\nSBOM-1,A bill?,No,\n";
    desk.write("pack/forms/mr.csv", form);
    let report = desk.report("pack", TODAY, &["--profile", "trust-estate"]);
    for (device, form, contained) in [
        ("mri-1", "pass", "pass"),
        ("mri-2", "pass", "fail"),
        ("mri-3", "unknown", "unknown"),
    ] {
        assert_eq!(outcome(&report, "MED-002", device), form, "{device}");
        assert_eq!(outcome(&report, "MED-003", device), contained, "{device}");
    }
    let report = desk.report("pack", TODAY, &["--profile", "bill-of-materials"]);
    assert_eq!(outcome(&report, "SWB-001", "mr-3"), "fail");

    desk.write(
        "pack/forms/mr.csv",
        form.replace("memory?,No", "memory?,See Note"),
    );
    let report = desk.report("pack", TODAY, &["--profile", "trust-estate"]);
    assert_eq!(outcome(&report, "MED-003", "mri-1"), "unknown");
    desk.write("pack/forms/mr.csv", "id,os\n");
    let ran = desk.run(&["check", "pack", "--as-of", TODAY]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("holds no answer of an MDS2 form"),
        "{}",
        ran.stderr
    );
}
