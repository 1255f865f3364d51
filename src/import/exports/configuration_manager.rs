//! Microsoft Configuration Manager: queries over `v_R_System` and the views of hardware inventory,
//! saved as CSV. The views end their columns in `0`, which tells them.
//!
//! Columns: public queries. `Build01` and `BuildExt` carry the revision; `BuildNumber0` does not.

use super::Export;
use super::get_hotfix::update;
use super::windows;
use crate::import::table::{Cells, Column, Together, fallback, field, read};
use crate::model::Record;
use crate::model::fields::asset;

const COLUMNS: &[Column] = &[
    field(
        &[
            "Netbios_Name0",
            "Name0",
            "Full_Domain_Name0",
            "System_Name0",
        ],
        asset::NAME,
    ),
    fallback(&["SMS_Unique_Identifier0", "ResourceID"]),
    field(&["Caption0"], asset::OS),
    field(
        &["Operating_System_Name_and0", "operatingSystem0"],
        asset::OS,
    ),
    read(
        &["BuildExt", "Build01"],
        asset::OS_VERSION,
        windows::version,
    ),
    field(&["Version0", "operatingSystemVersion0"], asset::OS_VERSION),
    field(&["BuildNumber0"], asset::OS_BUILD),
    field(
        &["CSDVersion0", "operatingSystemServicePac0"],
        asset::OS_SERVICE_PACK,
    ),
    field(&["OSArchitecture0"], asset::OS_ARCH),
    field(&["SerialNumber0"], asset::SERIAL),
    field(&["Manufacturer0"], asset::MANUFACTURER),
    field(&["Model0"], asset::MODEL),
    field(
        &[
            "LastHWScan",
            "LastHardwareScan",
            "LastActiveTime",
            "LastDDR",
        ],
        asset::OBSERVED_AT,
    ),
    field(&["MAC_Addresses0", "MACAddress0"], asset::NETWORK_MAC),
    field(&["IP_Addresses0", "IPAddress0"], asset::NETWORK_ADDRESS),
];

const UNUSED: &[&str] = &[
    "Active0",
    "AD_Site_Name0",
    "AgentTime",
    "Client0",
    "Client_Version0",
    "Creation_Date0",
    "Decommissioned0",
    "deviceOS0",
    "Distinguished_Name0",
    "Hardware_ID0",
    "InstallDate0",
    "Is_Virtual_Machine0",
    "Last_Logon_Timestamp0",
    "LastBootUpTime0",
    "Obsolete0",
    "OSBranch01",
    "OSLanguage0",
    "ProductType0",
    "Resource_Domain_OR_Workgr0",
    "ResourceType",
    "TimeStamp",
    "User_Domain0",
    "User_Name0",
];

pub(in crate::import) static CONFIGURATION_MANAGER: Export = Export {
    tells: &[
        &["Netbios_Name0"],
        &["Operating_System_Name_and0"],
        &["Name0", "ResourceID"],
        &["Name0", "Caption0"],
        &["Name0", "BuildNumber0"],
        &["Name0", "Build01"],
    ],
    columns: COLUMNS,
    unused: UNUSED,
    ..Export::whole(
        "configuration-manager",
        "Configuration Manager",
        "Configuration Manager: a query over v_R_System and the like, as CSV",
    )
};

pub(in crate::import) static CONFIGURATION_MANAGER_UPDATES: Export = Export {
    tells: &[
        &["HotFixID0", "Netbios_Name0"],
        &["HotFixID0", "Name0"],
        &["HotFixID0", "ResourceID"],
        &["HotFixID0", "System_Name0"],
    ],
    columns: COLUMNS_BESIDE,
    together: &[Together {
        titles: &["HotFixID0", "InstalledOn0", "ServicePackInEffect0"],
        fields: &[asset::UPDATES],
        read: update,
    }],
    // `Caption0` of an update is an address.
    unused: &[
        "Caption0",
        "Description0",
        "FixComments0",
        "InstallDate0",
        "InstalledBy0",
        "ResourceID",
        "Resource_Domain_OR_Workgr0",
        "Status0",
        "TimeStamp",
    ],
    gives_parts: true,
    ..Export::whole(
        "configuration-manager-updates",
        "Configuration Manager",
        "Configuration Manager: v_GS_QUICK_FIX_ENGINEERING, a row an update, as CSV",
    )
};

pub(in crate::import) static CONFIGURATION_MANAGER_SOFTWARE: Export = Export {
    tells: &[
        &["DisplayName0", "Version0", "Name0"],
        &["DisplayName0", "Version0", "Netbios_Name0"],
        &["ProductName0", "ProductVersion0", "Netbios_Name0"],
        &["ProductName0", "ProductVersion0", "Name0"],
    ],
    columns: COLUMNS_BESIDE,
    together: &[
        Together {
            titles: &["DisplayName0", "Version0", "Publisher0"],
            fields: &[asset::SOFTWARE],
            read: software,
        },
        Together {
            titles: &["ProductName0", "ProductVersion0", "Publisher0"],
            fields: &[asset::SOFTWARE],
            read: software,
        },
    ],
    unused: &["InstallDate0", "ProdID0", "ResourceID", "TimeStamp"],
    gives_parts: true,
    ..Export::whole(
        "configuration-manager-software",
        "Configuration Manager",
        "Configuration Manager: installed software, a row each, as CSV",
    )
};

/// What rows of updates and software say of their machine.
const COLUMNS_BESIDE: &[Column] = &[
    field(
        &[
            "Netbios_Name0",
            "Name0",
            "Full_Domain_Name0",
            "System_Name0",
        ],
        asset::NAME,
    ),
    field(&["Operating_System_Name_and0"], asset::OS),
    read(
        &["BuildExt", "Build01"],
        asset::OS_VERSION,
        windows::version,
    ),
];

fn software(cells: &Cells<'_>, record: &mut Record) {
    let texts = [cells.text(0), cells.text(1), cells.text(2)];
    windows::add_software(texts, None, record);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, only};
    use super::*;
    use crate::model::fields::{software, update};
    use jiff::civil::date;

    #[test]
    fn a_system_is_read_with_the_better_of_its_builds() {
        let (format, asset) = only(
            "ResourceID,Netbios_Name0,Operating_System_Name_and0,Caption0,BuildNumber0,Build01,CSDVersion0,LastHWScan,User_Name0\n\
             16777220,WARD-PC-1,Microsoft Windows NT Workstation 10.0,Microsoft Windows 10 Enterprise,19045,10.0.19045.4412,,2026-11-19 06:39:00.000,nreid\n",
        );
        assert_eq!(format, "configuration-manager");
        assert_eq!(asset.id, "WARD-PC-1");
        assert_eq!(
            asset.text(asset::OS),
            Some("Microsoft Windows 10 Enterprise")
        );
        assert_eq!(asset.text(asset::OS_VERSION), Some("10.0.19045.4412"));
        assert_eq!(asset.date(asset::OBSERVED_AT), Some(date(2026, 11, 19)));
    }

    #[test]
    fn the_revision_is_kept_whatever_the_order_of_the_columns() {
        for header in ["Name0,BuildNumber0,Build01", "Name0,Build01,BuildNumber0"] {
            let row = header
                .replace("Name0", "WARD-PC-1")
                .replace("BuildNumber0", "19045")
                .replace("Build01", "10.0.19045.4412");
            let (_, asset) = only(&format!("{header}\n{row}\n"));
            assert_eq!(asset.text(asset::OS_VERSION), Some("10.0.19045.4412"));
        }
    }

    #[test]
    fn updates_and_software_are_rows() {
        let found = all("Netbios_Name0,HotFixID0,InstalledOn0,Caption0\n\
             PC,KB4012212,5/22/2017,http://support\nPC,KB4019264,01d4dfd0fb4eb361,x\nPC,File 1,,x\n");
        let days: Vec<_> = found
            .iter()
            .flat_map(|asset| asset.records(asset::UPDATES).unwrap_or_default())
            .map(|one| one.date(update::INSTALLED_ON))
            .collect();
        assert_eq!(days, [Some(date(2017, 5, 22)), Some(date(2019, 3, 21))]);
        assert_eq!(found[0].value(asset::OS), None);
        let (format, asset) =
            only("Name0,DisplayName0,Version0,Publisher0\nPC,7-Zip 19.00,19.00,Igor Pavlov\n");
        assert_eq!(format, "configuration-manager-software");
        let all = asset.records(asset::SOFTWARE).expect("software");
        assert_eq!(all[0].text(software::VERSION), Some("19.00"));
        assert_eq!(asset.value(asset::OS_VERSION), None);
    }
}
