//! Every cycle of every operating system, in the ways tools print its name. Where the name alone
//! does not say the cycle, that is listed here with the reason.

use super::{Certainty, Identity, OsFacts};
use crate::catalogue::{Catalogue, Cycle};
use std::sync::Arc;

/// The products that are operating systems, or stand in their place in an inventory.
const PRODUCTS: [&str; 63] = [
    "almalinux",
    "alpine-linux",
    "amazon-linux",
    "android",
    "antix",
    "big-ip",
    "centos",
    "centos-stream",
    "cisco-ios-xe",
    "clear-linux",
    "cos",
    "debian",
    "devuan",
    "esxi",
    "eurolinux",
    "fedora",
    "fortios",
    "freebsd",
    "ibm-aix",
    "ibm-i",
    "ios",
    "ipados",
    "lineageos",
    "linuxmint",
    "macos",
    "mageia",
    "mxlinux",
    "netapp-ontap",
    "netbackup-appliance-os",
    "netbsd",
    "nixos",
    "nutanix-aos",
    "openbsd",
    "opensuse",
    "openwrt",
    "oracle-linux",
    "oracle-solaris",
    "panos",
    "photon",
    "pop-os",
    "postmarketos",
    "proxmox-ve",
    "red-hat-openshift",
    "rhel",
    "rocky-linux",
    "routeros",
    "slackware",
    "sles",
    "sns-firmware",
    "sns-smc",
    "steamos",
    "suse-linux-micro",
    "tails",
    "tvos",
    "ubuntu",
    "vcenter",
    "visionos",
    "watchos",
    "windows",
    "windows-embedded",
    "windows-server",
    "yocto",
    "zentyal",
];

/// Cycles whose own label does not decide them.
const OPEN: [(&str, &str); 5] = [
    // CentOS Stream 8 is called that too.
    ("centos", "8"),
    ("clear-linux", "current"),
    // Any update of it.
    ("oracle-solaris", "11"),
    // The LTSB of that year has the same name without its edition.
    ("windows", "10-1507"),
    // Without a service pack in its name, any is meant.
    ("windows-server", "2003"),
];

/// Cycles that are variants of another with the same number.
const VARIANTS: [(&str, &str); 3] = [
    ("android", "12.1"),
    ("android", "4.4w"),
    ("panos", "9.0-xfr"),
];

fn named(facts: &OsFacts<'_>) -> Arc<Identity> {
    Catalogue::embedded().identify(facts)
}

fn is_firm(identity: &Identity, cycle: &Cycle) -> bool {
    identity.certainty <= Certainty::Assumed
        && identity.candidates == [cycle.key()]
        && identity.conflict.is_none()
}

fn cycles() -> impl Iterator<Item = &'static Cycle> {
    let lifecycle = Catalogue::embedded().lifecycle();
    PRODUCTS
        .iter()
        .flat_map(|product| lifecycle.cycles(product))
        .filter(|cycle| !OPEN.contains(&cycle.key()) && !VARIANTS.contains(&cycle.key()))
}

#[test]
fn every_product_has_cycles() {
    let lifecycle = Catalogue::embedded().lifecycle();
    for product in PRODUCTS {
        assert!(!lifecycle.cycles(product).is_empty(), "{product}");
    }
}

#[test]
fn every_cycle_is_found_by_its_label_alone_and_with_its_codename() {
    for cycle in cycles() {
        let codename = match cycle.codename {
            "" => String::new(),
            name => format!(" ({name})"),
        };
        for name in [
            cycle.label.to_owned(),
            cycle.label.to_uppercase(),
            format!("{}{codename}", cycle.label),
            format!("{} x86_64", cycle.label),
        ] {
            // `IOS` in capitals may be Cisco's.
            if name.contains("IOS") && matches!(cycle.product, "ios" | "cisco-ios-xe") {
                continue;
            }
            let found = named(&OsFacts::named(&name));
            assert!(is_firm(&found, cycle), "{name}: {found:?}");
        }
    }
}

#[test]
fn every_cycle_is_found_with_its_version_in_a_column_of_its_own_or_with_a_patch_level() {
    let parted = [
        "windows",
        "windows-embedded",
        "windows-server",
        "ibm-aix",
        "oracle-solaris",
    ];
    for cycle in cycles().filter(|cycle| !parted.contains(&cycle.product)) {
        let Some((name, version)) = cycle.label.rsplit_once(' ') else {
            continue;
        };
        if !version.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let column = named(&OsFacts {
            version: Some(version),
            ..OsFacts::named(name)
        });
        assert!(is_firm(&column, cycle), "{name} | {version}: {column:?}");
        // Of these the second number is a release of its own.
        if matches!(cycle.product, "freebsd" | "sns-firmware") {
            continue;
        }
        let patched = format!("{}.1", cycle.label);
        let found = named(&OsFacts::named(&patched));
        assert!(is_firm(&found, cycle), "{patched}: {found:?}");
    }
}

#[test]
fn a_cpe_is_found_like_the_name_it_stands_for() {
    for (vendor, product, id) in [
        ("canonical", "ubuntu_linux", "ubuntu"),
        ("debian", "debian_linux", "debian"),
        ("redhat", "enterprise_linux", "rhel"),
        ("fedoraproject", "fedora", "fedora"),
        ("almalinux", "almalinux", "almalinux"),
        ("alpinelinux", "alpine_linux", "alpine-linux"),
        ("oracle", "linux", "oracle-linux"),
        ("freebsd", "freebsd", "freebsd"),
        ("openbsd", "openbsd", "openbsd"),
        ("vmware", "esxi", "esxi"),
        ("fortinet", "fortios", "fortios"),
        ("paloaltonetworks", "pan-os", "panos"),
        ("cisco", "ios_xe", "cisco-ios-xe"),
        ("apple", "iphone_os", "ios"),
        ("apple", "ipados", "ipados"),
        ("apple", "tvos", "tvos"),
        ("apple", "watchos", "watchos"),
        ("google", "android", "android"),
        ("mikrotik", "routeros", "routeros"),
        ("opensuse", "leap", "opensuse"),
    ] {
        for cycle in cycles().filter(|cycle| cycle.product == id) {
            // A branch and its releases share the number.
            if id == "freebsd" && !cycle.cycle.contains('.') {
                continue;
            }
            for cpe in [
                format!("cpe:/o:{vendor}:{product}:{}", cycle.cycle),
                format!("cpe:2.3:o:{vendor}:{product}:{}:*:*:*:*:*:*:*", cycle.cycle),
            ] {
                let found = named(&OsFacts::named(&cpe));
                assert!(is_firm(&found, cycle), "{cpe}: {found:?}");
            }
        }
    }
}
