//! Bills in every dialect, whole and broken.

use super::bill::Bill;
use super::subjects::Owner;
use super::{Ids, MAX_COMPONENTS, is_bill, read};
use crate::model::fields::{component, evidence, product, vulnerability};
use crate::model::{Record, Subject, Value};
use proptest::prelude::*;
use std::sync::Arc;

const JSON: &str = r#"{"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
 "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
 "metadata": {
  "tools": {"components": [{"type": "application", "name": "maker", "version": "1"}]},
  "component": {"type": "application", "bom-ref": "root", "name": "Larkfield EPR", "version": "11.3"}},
 "components": [
  {"type": "library", "bom-ref": "a", "group": "org.apache.logging.log4j", "name": "log4j-core", "version": "2.14.1",
   "supplier": {"name": "Example Foundation"}, "licenses": [{"license": {"id": "Apache-2.0"}}],
   "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar",
   "pedigree": {"ancestors": [{"type": "library", "name": "ancestor", "version": "1"}]},
   "components": [{"type": "library", "bom-ref": "b", "group": "@angular", "name": "core",
     "purl": "pkg:npm/%40angular/core@12.0.0%2Bx"}]},
  {"type": "file", "bom-ref": "c", "name": "LICENCE"}],
 "dependencies": [{"ref": "root", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["root"]}],
 "vulnerabilities": [
  {"id": "CVE-2021-44228", "ratings": [{"score": 10.0, "method": "CVSSv31"}, {"score": 1, "method": "OWASP"}],
   "analysis": {"state": "resolved"}, "affects": [{"ref": "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#a"}]},
  {"id": "GHSA-jfh8-c2jp-5v3q", "references": [{"id": "CVE-2021-45046"}], "ratings": [{"score": "9.0"}],
   "affects": [{"ref": "a", "versions": [{"version": "2.14.1", "status": "unaffected"}]}]},
  {"id": "CVE-2024-0001", "affects": [{"ref": "nowhere"}]}],
 "declarations": {"evidence": [{"bom-ref": "e-1", "propertyName": "test report",
   "created": "2026-05-01T00:00:00+00:00", "expires": "2027-05-01T00:00:00+00:00"}]}}"#;

const XML: &str = r#"<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
 <metadata><tools><components><component type="application"><name>maker</name><version>1</version></component></components></tools>
  <component type="application" bom-ref="root"><name>Larkfield EPR</name><version>11.3</version></component></metadata>
 <components>
  <component type="library" bom-ref="a">
   <supplier><name>Example Foundation</name></supplier>
   <group>org.apache.logging.log4j</group><name>log4j-core</name><version>2.14.1</version>
   <purl>pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar</purl>
   <components><component type="library" bom-ref="b"><group>@angular</group><name><![CDATA[core]]></name>
    <purl>pkg:npm/%40angular/core@12.0.0%2Bx</purl></component></components>
   <pedigree><ancestors><component type="library"><name>ancestor</name><version>1</version></component></ancestors></pedigree>
  </component>
  <component type="file" bom-ref="c"><name>LICENCE</name></component>
 </components>
 <dependencies><dependency ref="root"><dependency ref="a"/></dependency></dependencies>
 <vulnerabilities>
  <vulnerability><id>CVE-2021-44228</id>
   <ratings><rating><score>10.0</score><method>CVSSv31</method></rating><rating><method>OWASP</method></rating></ratings>
   <analysis><state>resolved</state></analysis><affects><target><ref>a</ref></target></affects></vulnerability>
  <vulnerability><id>GHSA-jfh8-c2jp-5v3q</id><references><reference><id>CVE-2021-45046</id></reference></references>
   <ratings><rating><score>9.0</score></rating></ratings>
   <affects><target><ref>a</ref><versions><version><version>2.14.1</version><status>unaffected</status></version></versions></target></affects></vulnerability>
  <vulnerability><id>CVE-2024-0001</id><affects><target><ref>nowhere</ref></target></affects></vulnerability>
 </vulnerabilities>
 <declarations><evidence><evidence bom-ref="e-1"><propertyName>test report</propertyName>
  <created>2026-05-01T00:00:00+00:00</created><expires>2027-05-01T00:00:00+00:00</expires></evidence></evidence></declarations>
</bom>"#;

const SPDX: &str = r#"{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "epr",
 "documentDescribes": ["SPDXRef-root"],
 "packages": [
  {"SPDXID": "SPDXRef-root", "name": "Larkfield EPR", "versionInfo": "11.3"},
  {"SPDXID": "SPDXRef-a", "name": "log4j-core", "versionInfo": "2.14.1", "supplier": "Organization: Example Foundation (a@b.example)",
   "validUntilDate": "2027-01-31T00:00:00Z",
   "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
     "referenceLocator": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"}]},
  {"SPDXID": "SPDXRef-b", "name": "core", "versionInfo": "NOASSERTION", "supplier": "NOASSERTION"}],
 "files": [{"SPDXID": "SPDXRef-f", "fileName": "a"}],
 "relationships": [{"spdxElementId": "SPDXRef-root", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-a"}]}"#;

const TAGS: &str = "# made by hand\nSPDXVersion: SPDX-2.3\nSPDXID: SPDXRef-DOCUMENT\nDocumentName: epr\n\
    DocumentComment: <text>two\nPackageName: lines</text>\n\n\
    PackageName: Larkfield EPR\nSPDXID: SPDXRef-root\nPackageVersion: 11.3\n\n\
    PackageName: log4j-core\nSPDXID: SPDXRef-a\nPackageVersion: 2.14.1\n\
    PackageSupplier: Organization: Example Foundation (a@b.example)\nValidUntilDate: 2027-01-31T00:00:00Z\n\
    ExternalRef: PACKAGE-MANAGER purl pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1\n\n\
    PackageName: core\nSPDXID: SPDXRef-b\nPackageVersion: NOASSERTION\nPackageSupplier: NOASSERTION\n\n\
    FileName: a\nSPDXID: SPDXRef-f\n\n\
    Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-root\nRelationship: SPDXRef-root DEPENDS_ON SPDXRef-a\n";

fn good(text: &str) -> Bill {
    assert!(is_bill(text.as_bytes()), "{text}");
    match read("bom", text.as_bytes(), MAX_COMPONENTS) {
        Ok(bill) => bill,
        Err(problem) => panic!("{}", problem.message),
    }
}

fn refused(text: &str) -> String {
    match read("bom", text.as_bytes(), 10) {
        Ok(bill) => panic!("{} components", bill.len()),
        Err(problem) => problem.message,
    }
}

fn components(bill: &Bill, is_scanned: bool) -> Vec<Subject> {
    let owner = Owner {
        product: Some("epr"),
        file: &Arc::from("bom"),
        is_scanned,
    };
    bill.components(&owner, &mut Ids::default())
}

fn of_product(bill: &Bill) -> Record {
    let mut record = Record::new(&product::SCHEMA);
    bill.describe(&mut record);
    record
}

/// The number, score and status of each vulnerability.
fn holes(subject: &Subject) -> Vec<String> {
    let holes = subject
        .records(component::VULNERABILITIES)
        .unwrap_or_default();
    let holes = holes.iter().map(|hole| {
        format!(
            "{} {:?} {}",
            hole.text(vulnerability::CVE).unwrap_or_default(),
            hole.number(vulnerability::CVSS).unwrap_or_default(),
            hole.text(vulnerability::STATUS).unwrap_or("open")
        )
    });
    holes.collect()
}

/// A bill of CycloneDX with these components.
fn with_components(components: &str) -> String {
    format!(r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{components}]}}"#)
}

#[test]
fn cyclonedx_is_read_alike_in_both_forms() {
    for text in [JSON, XML] {
        let bill = good(text);
        let product = of_product(&bill);
        assert_eq!(product.text(product::SBOM_FORMAT), Some("cyclonedx"));
        assert_eq!(product.text(product::SBOM_VERSION), Some("11.3"));
        assert_eq!(product.text(product::SBOM_PRODUCT), Some("Larkfield EPR"));
        assert_eq!(product.integer(product::SBOM_COMPONENTS), Some(3));
        assert_eq!(product.integer(product::SBOM_UNVERSIONED), Some(0));
        assert_eq!(product.boolean(product::SBOM_RELATIONS), Some(true));
        assert_eq!(product.text(product::SBOM_STATE), Some("whole"));
        let all = components(&bill, false);
        let ids: Vec<_> = all.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "epr/Larkfield EPR@11.3",
                "epr/pkg:npm/%40angular/core@12.0.0%2Bx",
                "epr/pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
                "epr/LICENCE",
            ]
        );
        let [own, scoped, log4j, file] = all.as_slice() else {
            panic!("{} components", all.len());
        };
        assert_eq!(scoped.text(component::NAME), Some("@angular/core"));
        assert_eq!(scoped.text(component::VERSION), Some("12.0.0+x"));
        assert_eq!(log4j.text(component::NAME), Some("log4j-core"));
        assert_eq!(log4j.text(component::SUPPLIER), Some("Example Foundation"));
        assert_eq!(log4j.text(component::PRODUCT), Some("epr"));
        assert_eq!(
            holes(log4j),
            [
                "CVE-2021-44228 10.0 fixed",
                "CVE-2021-45046 9.0 not-affected"
            ]
        );
        assert_eq!(holes(own), ["CVE-2024-0001 0.0 open"]);
        assert_eq!(file.value(component::VULNERABILITIES), None);
        let owner = Owner {
            product: Some("epr"),
            file: &Arc::from("bom"),
            is_scanned: false,
        };
        let evidence = bill.evidence(&owner, &mut Ids::default());
        let [one] = evidence.as_slice() else {
            panic!("{} pieces of evidence", evidence.len());
        };
        assert_eq!(one.id, "epr/e-1");
        assert_eq!(one.text(evidence::KIND), Some("test report"));
        assert_eq!(
            one.date(evidence::DATED_ON),
            Some(jiff::civil::date(2026, 5, 1))
        );
        assert_eq!(
            one.date(evidence::VALID_TO),
            Some(jiff::civil::date(2027, 5, 1))
        );
    }
}

#[test]
fn spdx_is_read_alike_in_both_forms() {
    for text in [SPDX, TAGS] {
        let bill = good(text);
        let product = of_product(&bill);
        assert_eq!(product.text(product::SBOM_FORMAT), Some("spdx"));
        assert_eq!(product.text(product::SBOM_VERSION), Some("11.3"));
        assert_eq!(product.integer(product::SBOM_COMPONENTS), Some(2));
        assert_eq!(product.integer(product::SBOM_UNVERSIONED), Some(1));
        assert_eq!(product.boolean(product::SBOM_RELATIONS), Some(true));
        assert_eq!(product.text(product::SBOM_STATE), Some("whole"));
        let all = components(&bill, true);
        let [log4j, core] = all.as_slice() else {
            panic!("{} components", all.len());
        };
        assert_eq!(log4j.text(component::SUPPLIER), Some("Example Foundation"));
        assert_eq!(
            log4j.date(component::END_OF_SUPPORT),
            Some(jiff::civil::date(2027, 1, 31))
        );
        assert_eq!(core.id, "epr/core");
        assert_eq!(core.value(component::SUPPLIER), None);
        assert_eq!(
            core.value(component::VULNERABILITIES),
            Some(&Value::Records(Vec::new()))
        );
    }
}

#[test]
fn silence_about_vulnerabilities_is_no_scan() {
    let text = JSON.replace(
        "\"vulnerabilities\": [",
        "\"vulnerabilities\": [], \"x\": [",
    );
    let bill = good(&text);
    let unscanned = components(&bill, false);
    assert!(
        unscanned
            .iter()
            .all(|one| one.value(component::VULNERABILITIES).is_none())
    );
    let scanned = components(&bill, true);
    assert!(
        scanned
            .iter()
            .all(|one| one.value(component::VULNERABILITIES).is_some())
    );
}

#[test]
fn what_is_affected_is_not_cleared_by_words_about_other_versions() {
    let bill = |analysis: &str, versions: &str| {
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{{"bom-ref": "a", "name": "a", "version": "1.0"}}],
             "vulnerabilities": [{{"id": "CVE-2024-0001", "analysis": {{"state": "{analysis}"}},
              "affects": [{{"ref": "a", "versions": [{versions}]}}]}}]}}"#
        )
    };
    for (analysis, versions, expected) in [
        ("in_triage", "", "under-investigation"),
        ("false_positive", "", "not-affected"),
        ("sunny", "", "open"),
        (
            "resolved",
            r#"{"version": "1.0", "status": "affected"}"#,
            "affected",
        ),
        ("resolved", r#"{"version": "1.0"}"#, "affected"),
        (
            "exploitable",
            r#"{"version": "1.1", "status": "unaffected"}"#,
            "affected",
        ),
        (
            "exploitable",
            r#"{"range": "vers:generic/<1.1", "status": "unaffected"}"#,
            "affected",
        ),
        (
            "exploitable",
            r#"{"version": "1.0", "status": "unaffected"}"#,
            "not-affected",
        ),
        (
            "resolved",
            r#"{"version": "1.0", "status": "unknown"}"#,
            "open",
        ),
    ] {
        let all = components(&good(&bill(analysis, versions)), false);
        assert_eq!(
            holes(&all[0]),
            [format!("CVE-2024-0001 0.0 {expected}")],
            "{analysis} {versions}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_bill_is_counted_and_told() {
    let text = with_components(
        r#"{"bom-ref": "a", "name": "a", "version": 3}, {"bom-ref": "a", "name": "b", "version": null},
           {"purl": "pkg:npm/c@1", "version": "2"}, {"purl": "nonsense", "name": "d", "version": [1]}"#,
    );
    let bill = good(&text);
    let product = of_product(&bill);
    assert_eq!(product.integer(product::SBOM_COMPONENTS), Some(4));
    assert_eq!(product.integer(product::SBOM_UNVERSIONED), Some(2));
    assert_eq!(product.boolean(product::SBOM_RELATIONS), Some(false));
    assert_eq!(
        product.text(product::SBOM_STATE),
        Some(
            "1 components have another version in their identifier (pkg:npm/c@1); \
             1 components have no name (pkg:npm/c@1); 1 package URLs cannot be read (nonsense); \
             1 references name more than one component (a)"
        )
    );
    let incomplete = r#""compositions": [{"aggregate": "incomplete"}], "components""#;
    let bill = good(&JSON.replacen("\"components\": [\n", &format!("{incomplete}: [\n"), 1));
    assert!(
        of_product(&bill)
            .text(product::SBOM_STATE)
            .unwrap()
            .contains("incompletely")
    );
}

#[test]
fn a_vulnerability_of_a_reference_used_twice_is_in_both() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"bom-ref": "a", "name": "a"}, {"bom-ref": "a", "name": "b"}],
        "vulnerabilities": [{"id": "CVE-2024-0001", "affects": [{"ref": "a"}]}, {"id": "CVE-2024-0002"}]}"#;
    let all = components(&good(text), false);
    let found: Vec<_> = all.iter().map(|one| holes(one).len()).collect();
    assert_eq!(found, [1, 1, 1]);
}

#[test]
fn a_bill_without_components_is_read_as_that() {
    for text in [
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.4"}"#,
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": null, "metadata": null}"#,
        r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.4"/>"#,
        r#"{"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT"}"#,
        "SPDXVersion: SPDX-2.3\n",
    ] {
        let bill = good(text);
        assert_eq!(of_product(&bill).integer(product::SBOM_COMPONENTS), Some(0));
    }
}

#[test]
fn of_several_described_packages_none_is_the_product() {
    let text = SPDX.replace("[\"SPDXRef-root\"]", "[\"SPDXRef-root\", \"SPDXRef-a\"]");
    let bill = good(&text);
    assert_eq!(bill.len(), 3);
    assert_eq!(bill.product_name(), None);
}

#[test]
fn broken_bills_say_where() {
    for (text, expected) in [
        (
            r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "a"}"#,
            "its JSON ends too soon",
        ),
        (
            r#"{"bomFormat": "CycloneDX", "specVersion": "1.6"} x"#,
            "its JSON is broken: trailing characters at line 1",
        ),
        (
            r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": {}}"#,
            "expected a list of components at line 1",
        ),
        (
            r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [1]}"#,
            "expected a component at line 1",
        ),
        (
            r#"{"bomFormat": "CycloneDX", "specVersion": "2.0"}"#,
            "it is CycloneDX “2.0”; versions 1.2 to 1.7 are read",
        ),
        (
            r#"{"bomFormat": "CycloneDX", "components": []}"#,
            "it lacks `specVersion`",
        ),
        (r#"{"bomFormat": "Other"}"#, "`bomFormat` is not CycloneDX"),
        (
            r#"{"spdxVersion": "SPDX-3.0"}"#,
            "SPDX-2.2 and SPDX-2.3 are read",
        ),
        (
            r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}"#,
            "it lacks `spdxVersion`",
        ),
        (
            "SPDXVersion: SPDX-2.3\nPackageComment: <text>a\nb\n",
            "the <text> that begins at line 2 is not closed",
        ),
        (
            "SPDXVersion: SPDX-2.3\nwhat is this\n",
            "line 2 is no tag with a value",
        ),
        (
            "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">\n<components>",
            "it ends too soon",
        ),
        (
            "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">\n<a></b></bom>",
            "at line 2",
        ),
        (
            "<bom xmlns=\"http://cyclonedx.org/schema/bom/9\"/>",
            "versions 1.2 to 1.7 are read",
        ),
        (
            "<!DOCTYPE bom [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>\n<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>",
            "document type definition",
        ),
        (
            "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"><components>&b;</components></bom>",
            "the entity &b;",
        ),
        (
            "<boom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>",
            "its root is <boom>",
        ),
        ("id,os\n1,Windows 7\n", "no bill of materials"),
    ] {
        let message = refused(text);
        assert!(message.starts_with("bom cannot be used: "), "{message}");
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn endless_and_deep_bills_are_refused() {
    let many = with_components(&["{\"name\": \"a\"}"; 11].join(","));
    assert!(refused(&many).contains("more components than are read"));
    let package = "PackageName: a\n".repeat(12);
    assert!(refused(&format!("SPDXVersion: SPDX-2.3\n{package}")).contains("more packages"));
    let deep = with_components(&format!(
        "{}{{}}{}",
        "{\"components\": [".repeat(500),
        "]}".repeat(500)
    ));
    assert!(refused(&deep).contains("recursion limit exceeded"));
    let open = "<components><component>".repeat(500);
    let deep = format!("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">{open}");
    assert!(refused(&deep).contains("nest deeper than 128"));
    let long = with_components(&format!("{{\"name\": \"{}\"}}", "a".repeat(5_000)));
    let state = of_product(&good(&long));
    let state = state.text(product::SBOM_STATE).unwrap();
    assert!(
        state.contains("1 values are longer than is read"),
        "{state}"
    );
    assert!(refused("SPDXVersion: SPDX-2.3\0").contains("zero byte"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        which in 0_usize..4,
        cut in 0_usize..4_000,
        at in 0_usize..4_000,
        with in prop::collection::vec(any::<u8>(), 0..6),
    ) {
        let mut bytes = [JSON, XML, SPDX, TAGS][which].as_bytes().to_vec();
        bytes.truncate(cut);
        let at = at.min(bytes.len());
        bytes.splice(at..at, with);
        if let Ok(bill) = read("bom", &bytes, 100) {
            components(&bill, false);
            of_product(&bill);
        }
    }
}
