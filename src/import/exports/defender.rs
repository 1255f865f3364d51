//! Microsoft Defender: the device inventory of the portal, and results of advanced hunting: devices
//! (`DeviceInfo`), software and weaknesses (`DeviceTvmSoftware…`, or the same from its API).
//!
//! Columns: the vendor's pages of the device inventory, and of the schema of advanced hunting. The
//! exact header of the portal's file is in no public source, so any order and both spellings of the
//! titles are taken. Weaknesses are those that a query asked for: one that is not there may be open.

use super::windows;
use super::{Export, MAY_BE_MORE};
use crate::import::table::Said::{As, Nothing};
use crate::import::table::{Cells, Column, Said, Together, fallback, field, read, words};
use crate::model::fields::{asset, missing_update, software};
use crate::model::{Record, Value};

const CLASSES: &[(&str, Said)] = &[
    ("AudioAndVideo", As("other")),
    ("Desktop", As("desktop")),
    ("Laptop", As("desktop")),
    ("Mobile", As("mobile")),
    ("NetworkDevice", As("network")),
    ("Printer", As("other")),
    ("Router", As("network")),
    ("Server", As("server")),
    ("Switch", As("network")),
    ("Firewall", As("network")),
    ("GenericDevice", Nothing),
    ("Other", Nothing),
    ("Workstation", As("desktop")),
];

/// That a device faces the internet is seen; that it does not is only not seen.
const FACING: &[(&str, Said)] = &[
    ("true", As("inbound")),
    ("yes", As("inbound")),
    ("1", As("inbound")),
    ("false", Nothing),
    ("no", Nothing),
    ("0", Nothing),
];

const DEVICES: &[Column] = &[
    field(&["Device name", "Name"], asset::NAME),
    fallback(&["Device ID"]),
    field(&["OS distribution"], asset::OS),
    field(&["OS platform"], asset::OS),
    read(
        &[
            "OSVersionInfo",
            "OS version",
            "Windows version",
            "Windows 10 version",
        ],
        asset::OS_VERSION,
        windows::version_and_build,
    ),
    field(&["OSArchitecture"], asset::OS_ARCH),
    field(
        &["Last device update", "Last seen", "Timestamp"],
        asset::OBSERVED_AT,
    ),
    words(&["Device type"], asset::CLASS, CLASSES),
    words(
        &["Internet facing", "IsInternetFacing"],
        asset::INTERNET_ACCESS,
        FACING,
    ),
    field(&["Vendor"], asset::MANUFACTURER),
    field(&["Model"], asset::MODEL),
];

const UNUSED: &[&str] = &[
    "AAD Device ID",
    "AdditionalFields",
    "Antivirus status",
    "AssetValue",
    "AzureResourceId",
    "ClientVersion",
    "CloudPlatforms",
    "ConnectivityType",
    "Criticality level",
    "Device AAD ID",
    "Device category",
    "Device role",
    "Device subtype",
    "DeviceDynamicTags",
    "DeviceManualTags",
    "Discovery sources",
    "Domain",
    "ExclusionReason",
    "Exposure level",
    "First seen",
    "Group",
    "Health status",
    "HostDeviceId",
    "IP addresses",
    "IsAzureADJoined",
    "IsExcluded",
    "IsTransient",
    "JoinType",
    "LoggedOnUsers",
    "MachineGroup",
    "Managed by",
    "Managed by status",
    "MergedDeviceIds",
    "MergedToDeviceId",
    "Mitigation status",
    "Onboarding status",
    "PublicIP",
    "RegistryDeviceTag",
    "ReportId",
    "Risk level",
    "Sensor health state",
    "Tags",
];

pub(in crate::import) static DEFENDER: Export = Export {
    tells: &[
        &["Risk level", "Exposure level", "OS platform"],
        &["Exposure level", "Onboarding status"],
        &["Sensor health state", "OS platform"],
        &["Last device update", "OS platform"],
        &["Health status", "Onboarding status", "OS version"],
    ],
    columns: DEVICES,
    unused: UNUSED,
    ..Export::whole(
        "defender",
        "Defender",
        "Microsoft Defender: the device inventory of the portal, as CSV",
    )
};

pub(in crate::import) static DEFENDER_HUNTING: Export = Export {
    tells: &[
        &["DeviceName", "OSPlatform", "OSBuild"],
        &["DeviceName", "OSPlatform", "ClientVersion"],
    ],
    columns: DEVICES,
    together: &[Together {
        titles: &["OSBuild", "OsBuildRevision"],
        fields: &[asset::OS_BUILD],
        read: build,
    }],
    unused: UNUSED,
    // The table holds a row a device and day.
    gives_parts: true,
    ..Export::whole(
        "defender-hunting",
        "Defender",
        "Microsoft Defender: DeviceInfo from advanced hunting, as CSV",
    )
};

/// The build alone says nothing of patches; with its revision it does.
fn build(cells: &Cells<'_>, record: &mut Record) {
    let (build, revision) = (cells.text(0), cells.text(1));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match (build.is_empty(), is_number(revision)) {
        (true, _) => {}
        (false, true) if is_number(build) => {
            record.set_text(asset::OS_BUILD, &format!("{build}.{revision}"));
        }
        (false, _) => record.set_text(asset::OS_BUILD, build),
    }
}

/// What findings say of their device.
const OF_FINDINGS: &[Column] = &[
    field(&["DeviceName"], asset::NAME),
    fallback(&["DeviceId"]),
    field(&["OSPlatform"], asset::OS),
    read(
        &["OSVersion"],
        asset::OS_VERSION,
        windows::version_and_build,
    ),
    field(&["OSArchitecture"], asset::OS_ARCH),
];

const UNUSED_OF_FINDINGS: &[&str] = &[
    "CveMitigationStatus",
    "CveTags",
    "CvssScore",
    "DiskPaths",
    "EndOfSupportStatus",
    "ExploitabilityLevel",
    "FirstSeenTimestamp",
    "Id",
    "LastSeenTimestamp",
    "MachineGroup",
    "NumberOfWeaknesses",
    "ProductCodeCpe",
    "RbacGroupId",
    "RbacGroupName",
    "RecommendationReference",
    "RecommendedSecurityUpdate",
    "RecommendedSecurityUpdateUrl",
    "RegistryPaths",
    "ReportId",
    "SecurityUpdateAvailable",
    "SoftwareFirstSeenTimestamp",
    "Timestamp",
    "VulnerabilitySeverityLevel",
];

pub(in crate::import) static DEFENDER_SOFTWARE: Export = Export {
    tells: &[
        &["DeviceName", "SoftwareName", "SoftwareVersion"],
        &["DeviceName", "SoftwareName", "EndOfSupportStatus"],
    ],
    columns: OF_FINDINGS,
    together: &[Together {
        titles: &[
            "SoftwareName",
            "SoftwareVersion",
            "SoftwareVendor",
            "EndOfSupportDate",
        ],
        fields: &[asset::SOFTWARE],
        read: software,
    }],
    unused: UNUSED_OF_FINDINGS,
    gives_parts: true,
    ..Export::whole(
        "defender-software",
        "Defender",
        "Microsoft Defender: software, a row each, from advanced hunting or the API, as CSV",
    )
};

fn software(cells: &Cells<'_>, record: &mut Record) {
    let name = cells.text(0).replace('_', " ");
    let supplier = cells.text(2).replace('_', " ");
    let ends = cells.day(3).map(|day| (software::END_OF_SUPPORT, day));
    windows::add_software([&name, cells.text(1), &supplier], ends, record);
}

pub(in crate::import) static DEFENDER_WEAKNESSES: Export = Export {
    tells: &[&["DeviceName", "CveId"]],
    columns: OF_FINDINGS,
    together: &[Together {
        titles: &["CveId", "RecommendedSecurityUpdateId"],
        fields: &[asset::OPEN_CVES, asset::MISSING_UPDATES],
        read: weakness,
    }],
    unused: &[
        "CveMitigationStatus",
        "CveTags",
        "CvssScore",
        "DiskPaths",
        "ExploitabilityLevel",
        "FirstSeenTimestamp",
        "Id",
        "IsExploitAvailable",
        "LastSeenTimestamp",
        "MachineGroup",
        "PublishedDate",
        "RbacGroupName",
        "RecommendationReference",
        "RecommendedSecurityUpdate",
        "RecommendedSecurityUpdateUrl",
        "RegistryPaths",
        "SoftwareName",
        "SoftwareVendor",
        "SoftwareVersion",
        "Timestamp",
        "VulnerabilityDescription",
        "VulnerabilitySeverityLevel",
    ],
    gives_parts: true,
    ..Export::whole(
        "defender-weaknesses",
        "Defender",
        "Microsoft Defender: weaknesses, a row each, from advanced hunting or the API, as CSV",
    )
};

/// The severity is left out: an update without one counts as severe, and one list of findings must
/// not pass for all of them.
fn weakness(cells: &Cells<'_>, record: &mut Record) {
    let (cve, update) = (cells.text(0), cells.text(1));
    if cve.is_empty() {
        return;
    }
    let open = vec![cve.to_owned(), MAY_BE_MORE.to_owned()];
    record.set(asset::OPEN_CVES, Value::Texts(open));
    if update.is_empty() {
        return;
    }
    let mut missing = Record::new(&missing_update::SCHEMA);
    let is_number = update.bytes().all(|byte| byte.is_ascii_digit());
    let letters = if is_number { "KB" } else { "" };
    let number = format!("{letters}{update}");
    missing.set_text(missing_update::ID, &number);
    missing.set(missing_update::CVES, Value::Texts(vec![cve.to_owned()]));
    record.set(asset::MISSING_UPDATES, Value::Records(vec![missing]));
}

#[cfg(test)]
mod tests {
    use super::super::testing::only;
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_portal_gives_release_and_build_in_one_cell() {
        let (format, asset) = only(
            "Device ID,Device Name,Domain,Risk level,Exposure level,OS Platform,OS Distribution,OS Version,Health Status,Onboarding status,Last device update,Device type,Managed by,Internet facing\n\
             f00d,ward-pc-1.example.org,example.org,No known risk,Medium,Windows11,Windows 11 Enterprise,22H2 (Build 22621.1105),Active,Onboarded,2026-11-19T06:39:00.000Z,Workstation,Intune,false\n",
        );
        assert_eq!(format, "defender");
        assert_eq!(asset.id, "ward-pc-1.example.org");
        assert_eq!(asset.text(asset::OS), Some("Windows 11 Enterprise"));
        assert_eq!(asset.text(asset::OS_VERSION), Some("22H2"));
        assert_eq!(asset.text(asset::OS_BUILD), Some("22621.1105"));
        assert_eq!(asset.text(asset::CLASS), Some("desktop"));
        assert_eq!(asset.date(asset::OBSERVED_AT), Some(date(2026, 11, 19)));
        assert_eq!(asset.value(asset::OWNER), None);
        assert_eq!(asset.value(asset::INTERNET_ACCESS), None);
    }

    #[test]
    fn hunting_gives_the_revision_beside_the_build() {
        let (format, asset) = only(
            "Timestamp,DeviceName,OSPlatform,OSDistribution,OSBuild,OsBuildRevision,OSVersion,OSVersionInfo,IsInternetFacing,DeviceType\n\
             2026-11-19T06:39:00Z,srv-1,WindowsServer2019,,17763,5820,10.0,1809,True,Toaster\n",
        );
        assert_eq!(format, "defender-hunting");
        assert_eq!(asset.text(asset::OS), Some("WindowsServer2019"));
        assert_eq!(asset.text(asset::OS_BUILD), Some("17763.5820"));
        assert_eq!(asset.text(asset::OS_VERSION), Some("1809"));
        assert_eq!(asset.text(asset::INTERNET_ACCESS), Some("inbound"));
        let unreadable: Vec<_> = asset
            .unreadable()
            .into_iter()
            .map(|(_, text)| text)
            .collect();
        assert_eq!(unreadable, ["Toaster"]);
    }

    #[test]
    fn software_is_a_row_each() {
        let (format, asset) = only(
            "DeviceId,DeviceName,OSPlatform,SoftwareVendor,SoftwareName,SoftwareVersion,EndOfSupportStatus,EndOfSupportDate\n\
             f00d,srv-1,WindowsServer2019,microsoft,sql_server_2014,12.0.6439.10,EOS version,2024-07-09T00:00:00Z\n",
        );
        assert_eq!(format, "defender-software");
        let all = asset.records(asset::SOFTWARE).expect("software");
        assert_eq!(all[0].text(software::NAME), Some("sql server 2014"));
        assert_eq!(
            all[0].date(software::END_OF_SUPPORT),
            Some(date(2024, 7, 9))
        );
    }

    #[test]
    fn a_list_of_weaknesses_is_never_all_of_them() {
        let (format, asset) = only(
            "DeviceName,CveId,SoftwareName,SoftwareVersion,RecommendedSecurityUpdateId,VulnerabilitySeverityLevel\n\
             srv-1,CVE-2024-21338,windows_server_2019,10.0.17763.5206,5034127,Low\n",
        );
        assert_eq!(format, "defender-weaknesses");
        let open = asset.texts(asset::OPEN_CVES).expect("open CVEs");
        assert_eq!(open, ["CVE-2024-21338", MAY_BE_MORE]);
        let missing = asset.records(asset::MISSING_UPDATES).expect("an update");
        assert_eq!(missing[0].text(missing_update::ID), Some("KB5034127"));
        assert_eq!(missing[0].value(missing_update::VENDOR_SEVERITY), None);
        assert_eq!(asset.value(asset::SOFTWARE), None);
    }
}
