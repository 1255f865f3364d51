//! Cases of our own: what inventories write in several columns, and names that must not be mixed up.

use super::{Certainty, Identity, OsFacts};
use crate::catalogue::Catalogue;
use Certainty::{Ambiguous, Assumed, Exact, NotCovered, Unknown};

fn identify(facts: OsFacts<'_>) -> Identity {
    (*Catalogue::embedded().identify(&facts)).clone()
}

fn named(name: &str) -> Identity {
    identify(OsFacts::named(name))
}

fn ids(identity: &Identity) -> String {
    let ids: Vec<_> = identity
        .candidates
        .iter()
        .map(|(product, cycle)| format!("{product}:{cycle}"))
        .collect();
    ids.join("|")
}

fn check(name: &str, certainty: Certainty, candidates: &str, release: Option<&str>) {
    let found = named(name);
    assert_eq!(
        (found.certainty, ids(&found).as_str(), found.windows_release),
        (certainty, candidates, release),
        "{name}"
    );
}

#[test]
fn short_and_glued_windows_names_are_understood() {
    let seven = Some("windows-7-sp1");
    let r2 = Some("windows-server-2008-r2-sp1");
    check("Win7 Pro", Assumed, "windows:7-sp1", seven);
    check(
        "Win 2008 R2 SP1 7601",
        Exact,
        "windows-server:2008-r2-sp1",
        r2,
    );
    check("Windows 7 SP1", Exact, "windows:7-sp1", seven);
    check(
        "Microsoft Windows 7 Entreprise N ",
        Assumed,
        "windows:7-sp1",
        seven,
    );
    check(
        "Windows 7 Профессиональная 6.1.7601",
        Exact,
        "windows:7-sp1",
        seven,
    );
    check(
        "Microsoftr Windows Serverr 2008 Standard",
        Assumed,
        "windows-server:2008-sp2",
        Some("windows-server-2008-sp2"),
    );
    check(
        "Windows 10 企业版 10.0.19044",
        Exact,
        "windows:10-21h2-e",
        Some("windows-10-21h2"),
    );
    check(
        "Windows 10 Pro 10.0.17134",
        Exact,
        "windows:10-1803-w",
        Some("windows-10-1803"),
    );
    check(
        "Windows Server version 1803",
        Exact,
        "windows-server:1803-sac",
        Some("windows-server-version-1803"),
    );
    check(
        "Windows Server 2003 R2 Standard Edition SP2",
        Exact,
        "windows-server:2003-sp2",
        Some("windows-server-2003-sp2"),
    );
    check(
        "Windows Server 2016 Datacenter",
        Exact,
        "windows-server:2016",
        Some("windows-server-2016"),
    );
    check("Windows 8.1 Pro", Exact, "windows:8.1", Some("windows-8.1"));
    check("Win2k8 R2 SP1", Exact, "windows-server:2008-r2-sp1", r2);
    check(
        "Windows 2012R2",
        Exact,
        "windows-server:2012-r2",
        Some("windows-server-2012-r2"),
    );
    check(
        "Windows Vista Business SP1",
        Exact,
        "windows:6-sp1",
        Some("windows-vista-sp1"),
    );
    check(
        "Windows XP Professional SP2",
        Exact,
        "windows:5-sp2",
        Some("windows-xp-sp2"),
    );
    check(
        "Windows 11 Pro 25H2",
        Exact,
        "windows:11-25h2-w",
        Some("windows-11-25h2"),
    );
    check(
        "Windows Server 2025 Datacenter Azure Edition",
        Exact,
        "windows-server:2025",
        Some("windows-server-2025"),
    );
}

#[test]
fn an_unknown_edition_keeps_every_edition_and_the_update_stream() {
    check(
        "Windows 10 10.0.17134",
        Ambiguous,
        "windows:10-1803-w|windows:10-1803-e",
        Some("windows-10-1803"),
    );
    let found = named("Windows 10 10.0.17134");
    assert!(found.settles.unwrap().contains("edition"));
    assert_eq!(found.build, Some(17134));
    check(
        "Windows 10 22H2",
        Exact,
        "windows:10-22h2",
        Some("windows-10-22h2"),
    );
    check(
        "Windows 10 1809",
        Ambiguous,
        "windows:10-1809-w|windows:10-1809-e|windows:10-1809-e-lts",
        Some("windows-10-1809"),
    );
}

#[test]
fn ltsc_and_iot_names_have_their_own_dates() {
    check(
        "Windows 10 Enterprise LTSC 2019",
        Exact,
        "windows:10-1809-e-lts",
        Some("windows-10-1809"),
    );
    check(
        "Windows 10 Enterprise LTSC",
        Ambiguous,
        "windows:10-1809-e-lts|windows:10-21h2-e-lts",
        None,
    );
    check(
        "Windows 10 Enterprise LTSB",
        Ambiguous,
        "windows:10-1507-e-lts|windows:10-1607-e-lts",
        None,
    );
    check(
        "Windows 10 IoT Enterprise LTSC 2021",
        Exact,
        "windows:10-21h2-iot-lts",
        Some("windows-10-21h2"),
    );
    check(
        "Windows 10 IoT Enterprise 2019 LTSC",
        Exact,
        "windows:10-1809-e-lts",
        Some("windows-10-1809"),
    );
    check(
        "Windows 10 IoT Enterprise 10.0.19044",
        Exact,
        "windows:10-21h2-e",
        Some("windows-10-21h2"),
    );
    check(
        "Windows 11 IoT Enterprise LTSC 2024",
        Exact,
        "windows:11-24h2-iot-lts",
        Some("windows-11-24h2"),
    );
}

#[test]
fn embedded_windows_is_not_the_desktop_it_is_built_on() {
    let xp = Some("windows-xp-sp3");
    let seven = Some("windows-7-sp1");
    check(
        "Windows XP Embedded SP3",
        Exact,
        "windows-embedded:xp-embedded-sp3",
        xp,
    );
    check(
        "Windows XP Embedded",
        Assumed,
        "windows-embedded:xp-embedded-sp3",
        xp,
    );
    check(
        "Windows Embedded Standard 2009",
        Exact,
        "windows-embedded:standard-2009",
        xp,
    );
    check("POSReady 2009", Exact, "windows-embedded:posready-2009", xp);
    check("WEPOS SP3", Exact, "windows-embedded:wepos-sp3", xp);
    check("WES7", Assumed, "windows-embedded:standard-7-sp1", seven);
    check("WES7 SP1", Exact, "windows-embedded:standard-7-sp1", seven);
    check(
        "Windows Embedded Standard 7 Service Pack 1",
        Exact,
        "windows-embedded:standard-7-sp1",
        seven,
    );
    check(
        "Windows Embedded POSReady 7",
        Exact,
        "windows-embedded:posready-7",
        seven,
    );
    check(
        "Windows 7 Professional for Embedded Systems SP1",
        Exact,
        "windows-embedded:7-fes",
        seven,
    );
    check(
        "Windows Embedded 8.1 Industry Pro",
        Exact,
        "windows-embedded:8.1-industry",
        Some("windows-8.1"),
    );
    check(
        "Windows Embedded 8 Standard",
        Exact,
        "windows-embedded:8-standard",
        Some("windows-8"),
    );
    check(
        "Windows XP Embedded SP2",
        NotCovered,
        "",
        Some("windows-xp-sp2"),
    );
}

#[test]
fn windows_without_a_cycle_is_not_covered() {
    check(
        "Windows XP Professional x64 Edition SP2",
        NotCovered,
        "",
        Some("windows-xp-x64-sp2"),
    );
    check("Windows XP SP1", NotCovered, "", Some("windows-xp-sp1"));
    check("Windows 98", NotCovered, "", None);
    check("Windows NT 4.0", NotCovered, "", None);
    check("Windows 11 Pro 27H2", NotCovered, "", None);
    check("Windows 10 Pro 10.0.19999", NotCovered, "", None);
    check("Windows RT 8.1", NotCovered, "", Some("windows-rt-8.1"));
}

#[test]
fn columns_beside_the_name_decide() {
    let facts = OsFacts {
        name: Some("Microsoft Windows 10 Enterprise"),
        version: Some("10.0.19044 N/A Build 19044"),
        ..OsFacts::default()
    };
    assert_eq!(ids(&identify(facts)), "windows:10-21h2-e");
    let facts = OsFacts {
        version: Some("6.1.7601 Service Pack 1 Build 7601"),
        ..OsFacts::default()
    };
    assert_eq!(identify(facts).certainty, Ambiguous);
    let facts = OsFacts {
        is_server: Some(true),
        ..facts
    };
    assert_eq!(ids(&identify(facts)), "windows-server:2008-r2-sp1");
    let facts = OsFacts {
        name: Some("Microsoft Windows 10"),
        edition: Some("EnterpriseS"),
        build: Some("17763.5122"),
        ..OsFacts::default()
    };
    let found = identify(facts);
    assert_eq!(ids(&found), "windows:10-1809-e-lts");
    assert_eq!((found.build, found.revision), (Some(17763), Some(5122)));
    let facts = OsFacts {
        name: Some("Windows 10 Enterprise"),
        version: Some("21H2"),
        channel: Some("LTSC"),
        ..OsFacts::default()
    };
    assert_eq!(ids(&identify(facts)), "windows:10-21h2-e-lts");
    let facts = OsFacts {
        name: Some("Windows"),
        version: Some("7"),
        service_pack: Some("Service Pack 1"),
        ..OsFacts::default()
    };
    assert_eq!(ids(&identify(facts)), "windows:7-sp1");
    let facts = OsFacts {
        name: Some("Windows 10"),
        edition: Some("48"),
        version: Some("22631"),
        ..OsFacts::default()
    };
    assert_eq!(ids(&identify(facts)), "windows:11-23h2-w");
    let facts = OsFacts {
        name: Some("Ubuntu"),
        version: Some("22.04.3 LTS (Jammy Jellyfish)"),
        ..OsFacts::default()
    };
    assert_eq!(ids(&identify(facts)), "ubuntu:22.04");
    let facts = OsFacts {
        name: Some("SUSE Linux Enterprise Server 15"),
        service_pack: Some("5"),
        ..OsFacts::default()
    };
    assert_eq!(ids(&identify(facts)), "sles:15.5");
}

#[test]
fn contradicting_columns_are_never_firm() {
    let two_builds = OsFacts {
        name: Some("Windows 10 Pro 10.0.19045"),
        build: Some("26100"),
        ..OsFacts::default()
    };
    assert_eq!(identify(two_builds).certainty, Unknown);
    let client_on_a_server_build = OsFacts {
        name: Some("Windows 10 Pro"),
        build: Some("20348"),
        ..OsFacts::default()
    };
    assert_eq!(identify(client_on_a_server_build).certainty, Unknown);
    let two_releases = OsFacts {
        name: Some("Ubuntu 20.04"),
        version: Some("24.04"),
        ..OsFacts::default()
    };
    assert_eq!(identify(two_releases).certainty, Ambiguous);
    let kernel_in_the_version_column = OsFacts {
        name: Some("Debian"),
        version: Some("6.1.0-18-amd64"),
        ..OsFacts::default()
    };
    assert_eq!(identify(kernel_in_the_version_column).certainty, Ambiguous);
}

#[test]
fn a_version_column_makes_the_name_more_exact() {
    for (name, version, certainty, candidates) in [
        (
            "SUSE Linux Enterprise Server 15",
            "15.5",
            Exact,
            "sles:15.5",
        ),
        ("Oracle Solaris 11", "11.4", Exact, "oracle-solaris:11.4"),
        ("CentOS 8", "8.2.2004", Exact, "centos:8"),
        ("CentOS", "8-stream", Exact, "centos-stream:8"),
        ("Debian GNU/Linux", "12 (bookworm)", Exact, "debian:12"),
        (
            "Red Hat Enterprise Linux for x86_64",
            "8.10",
            Exact,
            "rhel:8",
        ),
        ("Ubuntu Foo", "24.04", Unknown, ""),
        ("Foo Linux", "24.04", Unknown, ""),
    ] {
        let found = identify(OsFacts {
            version: Some(version),
            ..OsFacts::named(name)
        });
        assert_eq!(
            (found.certainty, ids(&found).as_str()),
            (certainty, candidates),
            "{name} {version}"
        );
    }
}

#[test]
fn an_edition_that_cannot_be_ltsc_crosses_nothing_off() {
    let found = identify(OsFacts {
        channel: Some("LTSC"),
        ..OsFacts::named("Windows 11 Pro 24H2")
    });
    assert_eq!((found.certainty, found.candidates.len()), (Ambiguous, 4));
    let found = identify(OsFacts {
        build: Some("18363"),
        ..OsFacts::named("Windows Server 2019 Standard")
    });
    assert_eq!(ids(&found), "windows-server:1909-sac");
}

#[test]
fn a_derivative_is_not_its_base() {
    for name in [
        "Kubuntu 22.04",
        "Ubuntu Studio 24.04",
        "Raspbian 12",
        "Scientific Linux 7",
        "openSUSE Tumbleweed 20260101",
        "Debian GNU/Linux trixie/sid",
        "TrueNAS-13.0 FreeBSD 13.1",
        "Foo OS based on Ubuntu 24.04",
        "Ubuntu Foo 24.04",
        "Linux host 5.14.0-427.el9.x86_64 #1 SMP",
        "IOS 15.2(4)M3",
        "Linux 6.1.11",
        "Some Debian 13 thing",
        "Debian 12 or Ubuntu 24.04",
    ] {
        let found = named(name);
        assert!(
            matches!(found.certainty, NotCovered | Unknown),
            "{name}: {found:?}"
        );
        assert!(found.candidates.is_empty(), "{name}");
    }
}

#[test]
fn other_systems_are_found_by_name_and_version() {
    for (name, certainty, candidates) in [
        ("CentOS 8", Ambiguous, "centos:8|centos-stream:8"),
        ("CentOS Linux release 7.9.2009 (Core)", Exact, "centos:7"),
        ("CentOS 8 Stream", Exact, "centos-stream:8"),
        ("Debian GNU/Linux bookworm", Exact, "debian:12"),
        ("SLES 15 SP5", Exact, "sles:15.5"),
        (
            "SUSE Linux Enterprise Server for SAP Applications 15 SP4",
            Exact,
            "sles:15.4",
        ),
        ("rhel7_64Guest", Exact, "rhel:7"),
        ("Red Hat Linux 9", Ambiguous, "rhel:9"),
        ("LMDE 6 (faye)", Exact, "linuxmint:lmde6"),
        ("Ubuntu jammy", Exact, "ubuntu:22.04"),
        ("Fedora release 42 (Rawhide)", NotCovered, ""),
        ("SunOS hostname 5.11 omnios-r151030", NotCovered, ""),
        ("SUSE Linux Enterprise Desktop 15 SP3", NotCovered, ""),
        ("Mac OS X Snow Leopard", Exact, "macos:10.6"),
        ("macOS Ventura", Exact, "macos:13"),
        ("Darwin 24.1.0", Exact, "macos:15"),
        ("AIX 7100-05-03", Exact, "ibm-aix:7.1.5"),
        ("IBM i V7R3M0", Exact, "ibm-i:7.3"),
        ("VMware ESXi 8.0 Update 3", Exact, "esxi:8.0"),
        ("Proxmox VE 8.2", Exact, "proxmox-ve:8"),
        ("Android 12", Exact, "android:12"),
        ("iPadOS 17.4", Exact, "ipados:17"),
        ("PAN-OS 10.1.3", Exact, "panos:10.1"),
        ("FortiOS v7.2.8", Exact, "fortios:7.2"),
        ("Alpine Linux v3.18.4", Exact, "alpine-linux:3.18"),
        ("FreeBSD 13.9-RELEASE", NotCovered, ""),
        ("Ubuntu 99.04", NotCovered, ""),
    ] {
        let found = named(name);
        assert_eq!(
            (found.certainty, ids(&found).as_str()),
            (certainty, candidates),
            "{name}"
        );
    }
}

#[test]
fn nothing_recognisable_is_unknown_and_nothing_panics() {
    for name in [
        "",
        " ",
        "-",
        "Windows",
        "Microsoft Windows Server",
        "server",
        "7",
        "10",
        "éééé",
        "\u{0}\u{1}",
        "22.04",
        "Windows 99999999999999999999",
        "10.0.99999999999999",
        "Ubuntu -",
        "AIX .",
        "SLES sp",
        "CentOS /",
        "V R",
        "FortiGate",
        "Cisco",
        "linux",
        "Linux Mint",
        "2k",
        "sp",
        "Windows 10.0.",
        "Windows \u{202e}10",
        "ubuntuxyz16.04/é",
        "FreeBSD or later",
    ] {
        let found = named(name);
        assert!(found.certainty > Assumed, "{name}: {found:?}");
    }
    assert_eq!(ids(&named("ubuntu 16.04é")), "ubuntu:16.04");
    let endless = "é".repeat(100_000);
    assert_eq!(named(&endless).certainty, Unknown);
    let endless = format!("{}{}", "win".repeat(5_000), "windows 10.".repeat(5_000));
    named(&endless);
}

#[test]
fn what_scanners_hypervisors_and_managers_write_is_understood() {
    for (name, certainty, candidates) in [
        // Device management.
        ("iOS/iPadOS 17.2", Ambiguous, "ios:17|ipados:17"),
        ("Android Enterprise 13", Exact, "android:13"),
        ("Android 12L", Exact, "android:12.1"),
        ("visionOS 2.1", Exact, "visionos:2"),
        // Scanners: ranges of guesses, a kernel with its distribution.
        (
            "FreeBSD 11.0-RELEASE - 11.2-RELEASE",
            Ambiguous,
            "freebsd:11.2|freebsd:11.1|freebsd:11.0",
        ),
        (
            "Microsoft Windows XP SP2 or SP3",
            Ambiguous,
            "windows:5-sp3|windows:5-sp2",
        ),
        (
            "Microsoft Windows Server 2016 build 10586 - 14393",
            Exact,
            "windows-server:2016",
        ),
        (
            "Linux Kernel 4.4 on Ubuntu 16.04 (xenial)",
            Exact,
            "ubuntu:16.04",
        ),
        ("Linux Kernel 4.4", Unknown, ""),
        ("Linux 3.2 - 4.9", Unknown, ""),
        // Hypervisors.
        ("darwin19_64Guest", Exact, "macos:10.15"),
        ("vmkernel7Guest", Exact, "esxi:7.0"),
        ("winXPPro64Guest", NotCovered, ""),
        ("otherGuest64", Unknown, ""),
        // The distributor of `lsb_release`, files and command lines.
        ("RedHatEnterpriseServer 7.6", Exact, "rhel:7"),
        (
            "SUSE Linux Enterprise Server 11 (x86_64) PATCHLEVEL = 4",
            Exact,
            "sles:11.4",
        ),
        ("SUSE 12 SP3", Exact, "sles:12.3"),
        ("OL8", Exact, "oracle-linux:8"),
        (
            "FreeBSD host 13.2-RELEASE-p3 GENERIC amd64",
            Exact,
            "freebsd:13.2",
        ),
        ("AIX 7.1 TL5 SP9", Exact, "ibm-aix:7.1.5"),
        (
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\" VERSION_ID=\"12\"",
            Exact,
            "debian:12",
        ),
        // Bulletins.
        (
            "Windows Server 2022, 23H2 Edition (Server Core installation)",
            Exact,
            "windows-server:23h2-ac",
        ),
        ("Windows Embedded CE 5.0", NotCovered, ""),
        ("Windows .NET Server", NotCovered, ""),
        // Derivatives and neighbours of what we know.
        ("KDE neon 5.27", NotCovered, ""),
        ("Fedora Linux 40 (ELN)", NotCovered, ""),
        ("LineageOS 21", Exact, "lineageos:21"),
        (
            "Poky (Yocto Project Reference Distro) 4.0.5 (kirkstone)",
            Exact,
            "yocto:4.0",
        ),
        ("Zentyal 7.0", Exact, "zentyal:7"),
        ("Cisco IOS-XR", NotCovered, ""),
    ] {
        let found = named(name);
        assert_eq!(
            (found.certainty, ids(&found).as_str(), &found.conflict),
            (certainty, candidates, &None),
            "{name}"
        );
    }
}

#[test]
fn a_version_column_decides_whatever_it_holds() {
    for (name, version, id) in [
        ("Cisco IOS XE", "17.09.04a", "cisco-ios-xe:17.9"),
        ("ESXi", "6.7.0 build-14320388", "esxi:6.7"),
        ("SUSE Linux Enterprise Server", "15-SP4", "sles:15.4"),
        ("SUSE Linux Enterprise Server 15", "15 SP4", "sles:15.4"),
        ("Linux", "Ubuntu 22.04", "ubuntu:22.04"),
        ("GNU/Linux", "Red Hat Enterprise Linux 8.6", "rhel:8"),
        ("opensuse-leap", "15.5", "opensuse:15.5"),
        ("ol", "8.9", "oracle-linux:8"),
        ("cpe:/o:debian:debian_linux", "12.5", "debian:12"),
    ] {
        let facts = OsFacts {
            version: Some(version),
            ..OsFacts::named(name)
        };
        let found = identify(facts);
        assert_eq!(
            (found.certainty, ids(&found).as_str()),
            (Exact, id),
            "{name} | {version}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics_and_a_conflict_comes_with_its_sentence(
        start in "(Windows |Ubuntu |SLES |AIX |FreeBSD |cpe:/o:|cpe:2.3:o:|NAME=|Linux Kernel |iOS/iPadOS |)",
        rest in "[a-z0-9 .:/=~\\\\\"()|éſ-]{0,40}",
        version in "[0-9a-zSP .:é-]{0,24}",
        build in "[0-9.]{0,14}",
    ) {
        let name = format!("{start}{rest}");
        let facts = OsFacts {
            version: Some(&version),
            build: Some(&build),
            ..OsFacts::named(&name)
        };
        let found = super::identify(&facts, Catalogue::embedded().lifecycle());
        assert!(found.conflict.is_none_or(|sentence| !sentence.is_empty()));
    }
}
