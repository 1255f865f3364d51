//! Names as inventories and bills of materials print them.

use super::Beside;
use super::{SoftwareFacts, SoftwareIdentity};
use crate::catalogue::Catalogue;
use crate::catalogue::os::Certainty;
use std::sync::Arc;

fn identify(name: &str, version: &str) -> Arc<SoftwareIdentity> {
    let facts = SoftwareFacts {
        name: Some(name),
        version: Some(version).filter(|version| !version.is_empty()),
        ..SoftwareFacts::default()
    };
    Catalogue::embedded().identify_software(&facts)
}

fn ids(identity: &SoftwareIdentity) -> Vec<String> {
    let id = |(product, cycle): &(&str, &str)| format!("{product}:{cycle}");
    identity.candidates.iter().map(id).collect()
}

#[test]
fn names_are_taken_for_one_release() {
    for (name, version, expected) in [
        (
            "Microsoft SQL Server 2016 SP3 (KB5003279) - 13.0.6300.2 (X64)",
            "",
            "mssqlserver:13.0-sp3",
        ),
        (
            "Microsoft SQL Server 2016 (64-bit)",
            "13.0.5026.0",
            "mssqlserver:13.0-sp2",
        ),
        (
            "Microsoft SQL Server 2019 (RTM-CU22) (KB5027702) - 15.0.4322.2 (X64)",
            "",
            "mssqlserver:15.0",
        ),
        ("SQL Server 2008 R2 SP3", "", "mssqlserver:10.50-sp3"),
        ("Microsoft SQL Server 2017 Express", "", "mssqlserver:14.0"),
        ("PostgreSQL 12.4", "", "postgresql:12"),
        ("PostgreSQL 9.6", "9.6.24", "postgresql:9.6"),
        ("postgresql", "15.3", "postgresql:15"),
        ("Microsoft Office Professional Plus 2016", "", "office:2016"),
        (
            "Microsoft Office Professional Plus 2016",
            "16.0.4266.1001",
            "office:2016",
        ),
        (
            "Microsoft Office Standard 2010",
            "14.0.7015.1000",
            "office:2010",
        ),
        (
            "Mozilla Firefox 115.3.0 ESR (x64 en-GB)",
            "115.3.0",
            "firefox:115",
        ),
        ("Mozilla Firefox (x64 en-GB)", "118.0.1", "firefox:118"),
        ("Google Chrome 118.0.5993.70", "", "chrome:118"),
        ("Java 8 Update 202 (64-bit)", "8.0.2020.8", "oracle-jdk:8"),
        ("Java(TM) 6 Update 45", "", "oracle-jdk:6"),
        (
            "Eclipse Temurin JDK with Hotspot 17.0.9+9 (x64)",
            "17.0.9.9",
            "eclipse-temurin:17",
        ),
        ("Amazon Corretto (x64)", "1.8.0_392", "amazon-corretto:8"),
        ("Apache Tomcat 8.5.93", "", "tomcat:8.5"),
        ("Apache Tomcat 7.0", "7.0.109", "tomcat:7"),
        ("Apache HTTP Server 2.4.58", "", "apache-http-server:2.4"),
        ("Apache/2.2.15", "", "apache-http-server:2.2"),
        (
            "Microsoft Exchange Server 2016 Cumulative Update 23",
            "",
            "msexchange:2016",
        ),
        (
            "Microsoft Exchange Server",
            "15.2.1544.4",
            "msexchange:2019",
        ),
        ("VMware ESXi 6.7.0 build-14320388", "", "esxi:6.7"),
        (
            "VMware ESXi 6.7.0 Update 3 (Build 14320388)",
            "",
            "esxi:6.7",
        ),
        ("Microsoft .NET Framework 4.8", "4.8.04084", "dotnetfx:4.8"),
        (
            "Microsoft .NET Framework 4.6.1",
            "4.6.01055",
            "dotnetfx:4.6.1",
        ),
        (".NET Runtime 6.0.36", "", "dotnet:6"),
        (
            "Microsoft .NET Runtime - 6.0.36 (x64)",
            "48.144.23141",
            "dotnet:6",
        ),
        (
            "Microsoft ASP.NET Core 6.0.36 - Shared Framework (x64)",
            "",
            "dotnet:6",
        ),
        (
            "Microsoft Windows Desktop Runtime - 8.0.11 (x64)",
            "",
            "dotnet:8",
        ),
        ("Python 3.8.10 (64-bit)", "3.8.10150.0", "python:3.8"),
        ("node v16.20.2", "", "nodejs:16"),
        ("Node.js", "18.19.0", "nodejs:18"),
        ("nginx/1.18.0", "", "nginx:1.18"),
        ("Adobe Acrobat XI Pro", "11.0.23", "adobe-acrobat:xi"),
        ("Oracle Database 19c", "", "oracle-database:19"),
        ("Oracle Database 11g Release 2", "", "oracle-database:11.2"),
        ("Oracle Database", "12.2.0.1", "oracle-database:12.2"),
        ("MySQL Server 5.7", "5.7.44", "mysql:5.7"),
        ("MongoDB 4.4", "", "mongodb:4.4"),
        ("Redis 6.2", "", "redis:6.2"),
        ("Elasticsearch 7.17", "", "elasticsearch:7"),
        ("FortiOS v6.4.14 build2093", "", "fortios:6.4"),
        ("PAN-OS 9.1", "", "panos:9.1"),
        ("Cisco IOS XE 17.3.4", "", "cisco-ios-xe:17.3"),
        (
            "Citrix Virtual Apps and Desktops 7 1912 LTSR CU4",
            "",
            "citrix-vad:1912",
        ),
        ("OpenSSL 1.1.1k", "", "openssl:1.1.1"),
        (
            "Adobe Flash Player 32 NPAPI",
            "32.0.0.465",
            "adobe-flash-player:all",
        ),
    ] {
        let found = identify(name, version);
        assert_eq!(ids(&found), [expected], "{name} {version}: {found:?}");
        assert_eq!(found.certainty, Certainty::Exact, "{name} {version}");
    }
}

#[test]
fn relatives_of_a_product_are_not_the_product() {
    for name in [
        "SQL Server Management Studio 18.12",
        "Microsoft SQL Server 2012 Native Client",
        "Microsoft SQL Server 2008 Setup Support Files",
        "Microsoft ODBC Driver 17 for SQL Server",
        "MySQL Connector/ODBC 8.0",
        "MySQL Workbench 8.0 CE",
        "Microsoft Visual C++ 2013 Redistributable (x64) - 12.0.30501",
        "PostgreSQL ODBC driver 13.02",
        "psqlODBC 12",
        "Java Auto Updater",
        "Office 16 Click-to-Run Extensibility Component",
        "Microsoft Office 2010 Primary Interop Assemblies",
        "Apache Directory Studio",
        "Python Launcher",
        "Redis Insight 2.4",
        "Chrome Remote Desktop Host",
        "Exchange Web Services Managed API 2.2",
        "Adobe Acrobat Update Service",
        "",
    ] {
        let found = identify(name, "");
        assert!(found.candidates.is_empty(), "{name}: {found:?}");
        assert!(found.product.is_none(), "{name}: {found:?}");
    }
}

#[test]
fn a_plain_name_by_another_maker_is_not_the_known_product() {
    let by = |name, vendor| {
        Catalogue::embedded().identify_software(&SoftwareFacts {
            name: Some(name),
            vendor: Some(vendor),
            ..SoftwareFacts::default()
        })
    };
    assert!(
        by("Office 2021", "SoftMaker Software GmbH")
            .candidates
            .is_empty()
    );
    assert!(by("Java 8", "Example Builds Ltd").candidates.is_empty());
    assert_eq!(
        ids(&by("Office 2021", "Microsoft Corporation")),
        ["office:2021"]
    );
    assert_eq!(ids(&by("Java 8", "Oracle Corporation")), ["oracle-jdk:8"]);
}

#[test]
fn what_is_left_open_stays_open() {
    let cases: [(&str, &str, &[&str]); 5] = [
        (
            "SQL Server 2014",
            "",
            &["mssqlserver:12.0-sp3", "mssqlserver:12.0"],
        ),
        (
            "Microsoft Office",
            "16.0.17928.20000",
            &["office:2016", "office:2024"],
        ),
        (
            "OpenJDK 11.0.2",
            "",
            &["eclipse-temurin:11", "azul-zulu:11"],
        ),
        (
            "Internet Explorer 11",
            "",
            &["internet-explorer:11", "internet-explorer:11-server"],
        ),
        (
            "Oracle Database 12c",
            "",
            &["oracle-database:12.1", "oracle-database:12.2"],
        ),
    ];
    for (name, version, among) in cases {
        let found = identify(name, version);
        assert_eq!(found.certainty, Certainty::Ambiguous, "{name}");
        let ids = ids(&found);
        for id in among {
            assert!(ids.iter().any(|known| known == id), "{name}: {ids:?}");
        }
    }
}

#[test]
fn an_ordinary_release_is_not_firm_where_the_long_term_one_shares_its_number() {
    let found = identify("Mozilla Firefox", "115.0.2");
    assert_eq!(found.certainty, Certainty::Ambiguous);
    assert!(found.settles.is_some_and(|settles| settles.contains("ESR")));
}

#[test]
fn a_build_beats_the_name() {
    let found = identify("Microsoft SQL Server 2019", "13.0.6300.2");
    assert_eq!(ids(&found), ["mssqlserver:13.0-sp3"]);
}

#[test]
fn a_release_the_catalogue_lacks_keeps_its_product() {
    for (name, version) in [
        ("Google Chrome", "999.0.1"),
        ("nginx", "1.17.3"),
        ("PHP", "8.4.0-rc1"),
    ] {
        let found = identify(name, version);
        assert_eq!(found.certainty, Certainty::NotCovered, "{name}");
        assert!(
            found.product.is_some() && found.candidates.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn identifiers_decide_and_distributions_mend_their_own() {
    let of = |purl, cpe| {
        Catalogue::embedded().identify_software(&SoftwareFacts {
            purl,
            cpe,
            ..SoftwareFacts::default()
        })
    };
    let found = of(
        Some("pkg:maven/org.apache.tomcat/tomcat@9.0.65?type=jar"),
        None,
    );
    assert_eq!(ids(&found), ["tomcat:9.0"]);
    let found = of(None, Some("cpe:2.3:a:nodejs:node.js:16.20.2:*:*:*:*:*:*:*"));
    assert_eq!(ids(&found), ["nodejs:16"]);
    let found = of(None, Some("cpe:/a:apache:tomcat:8.5.93"));
    assert_eq!(ids(&found), ["tomcat:8.5"]);
    for purl in [
        "pkg:rpm/redhat/nodejs@16.20.2-1.el8",
        "pkg:deb/debian/openssl@1.1.1n",
        "nonsense",
    ] {
        assert!(of(Some(purl), None).candidates.is_empty(), "{purl}");
    }
    assert!(identify("OpenSSL", "3.0.7-27.el9").candidates.is_empty());
    assert_eq!(
        ids(&of(Some("pkg:npm/%40angular/core@15.2.0"), None)),
        ["angular:15"]
    );
}

#[test]
fn no_text_is_too_strange() {
    for text in [
        "....",
        "v",
        "1.",
        "\u{130}\u{130} 1",
        "pkg:",
        "@",
        "cpe:::::",
        "sql server 2008 r99999999999",
    ] {
        let facts = SoftwareFacts {
            name: Some(text),
            version: Some(text),
            purl: Some(text),
            cpe: Some(text),
            ..SoftwareFacts::default()
        };
        let _ = Catalogue::embedded().identify_software(&facts);
    }
    let long = "€".repeat(1000);
    let _ = identify(&long, &long);
}

#[test]
fn a_name_and_a_version_of_two_releases_reassure_nobody() {
    for (name, version) in [
        ("PHP 8.4", "4.1.2"),
        ("PHP 3", "8.4.1"),
        ("PostgreSQL 5", "17.1"),
        ("VMware ESXi 8.0", "3.5"),
        ("Java 21", "1.4.2"),
    ] {
        let read = identify(name, version);
        assert_eq!(read.beside, Beside::NothingBetter, "{name} {version}");
    }
    let build = identify("Microsoft SQL Server 2008", "16.0.1000.6");
    assert_eq!(build.beside, Beside::NothingBetter, "{build:?}");
    // Installers count on their own, in numbers no release has reached.
    let runtime = identify("Microsoft .NET Runtime - 8.0.11 (x64)", "64.44.23141");
    assert_eq!(
        (runtime.certainty, runtime.beside),
        (Certainty::Exact, Beside::Nothing)
    );
}

#[test]
fn a_release_before_all_we_know_is_not_one_to_come() {
    for (version, beside) in [
        ("0.8.54", Beside::NothingBetter),
        ("99.1", Beside::Anything),
    ] {
        let read = identify("nginx", version);
        assert!(read.candidates.is_empty(), "{read:?}");
        assert_eq!(read.beside, beside, "{version}");
    }
}
