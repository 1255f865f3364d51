//! Microsoft Intune: the list of all devices, and the report on device compliance, as CSV.
//!
//! Columns: the vendor's documentation of the reports `DevicesWithInventory` and
//! `DeviceCompliance`. `OS version` carries the revision of a Windows. That a device is compliant
//! says that it meets the settings somebody chose, and nothing of patches; `Managed by` is an
//! agent, and no owner.

use super::Export;
use super::windows;
use crate::import::table::{Column, fallback, field, read};
use crate::model::fields::asset;

const COLUMNS: &[Column] = &[
    field(&["Device name"], asset::NAME),
    fallback(&["Device ID", "IntuneDeviceId"]),
    field(&["Serial number"], asset::SERIAL),
    field(&["OSDescription"], asset::OS),
    field(&["OS", "DeviceType"], asset::OS),
    read(&["OS version"], asset::OS_VERSION, windows::version),
    field(&["SkuFamily"], asset::OS_EDITION),
    field(&["ProcessorArchitecture"], asset::OS_ARCH),
    field(&["Last check-in", "LastContact"], asset::OBSERVED_AT),
    field(&["Manufacturer"], asset::MANUFACTURER),
    field(&["Model"], asset::MODEL),
    field(&["Wi-Fi MAC", "WifiMacAddress"], asset::NETWORK_MAC),
];

const UNUSED: &[&str] = &[
    "Activation lock bypass code",
    "AadDeviceId",
    "Azure AD Device ID",
    "Azure AD registered",
    "Category",
    "Cellular technology",
    "Compliance",
    "Compliance grace period expiration",
    "ComplianceState",
    "Device state",
    "DeviceHealthThreatLevel",
    "EAS activated",
    "EAS activation ID",
    "EAS status",
    "Encrypted",
    "Enrolled by user display name",
    "Enrolled by user email address",
    "Enrolled by user UPN",
    "Enrollment date",
    "Free storage",
    "ICCID",
    "IMEI",
    "InGracePeriodUntil",
    "Jailbroken",
    "JoinType",
    "Last EAS sync time",
    "Managed by",
    "Management certificate expiration date",
    "Management name",
    "ManagementAgents",
    "MEID",
    "Ownership",
    "OwnerType",
    "PartnerDeviceId",
    "Phone number",
    "PrimaryUser",
    "Primary user display name",
    "Primary user email address",
    "Primary user UPN",
    "Product Name",
    "RetireAfterDatetime",
    "Security patch level",
    "Subscriber carrier",
    "Supervised",
    "Total storage",
    "UPN",
    "UserEmail",
    "UserId",
    "UserName",
];

pub(in crate::import) static INTUNE: Export = Export {
    tells: &[
        &["Device name", "Last check-in", "OS version"],
        &["Device name", "Managed by", "Ownership", "Compliance"],
        &["Device name", "Enrollment date", "OS version"],
    ],
    columns: COLUMNS,
    unused: UNUSED,
    ..Export::whole("intune", "Intune", "Intune: all devices, as CSV")
};

pub(in crate::import) static INTUNE_COMPLIANCE: Export = Export {
    tells: &[
        &["DeviceName", "ComplianceState", "LastContact"],
        &["DeviceName", "ComplianceState", "OSDescription"],
        &["DeviceName", "ComplianceState", "IntuneDeviceId"],
    ],
    columns: COLUMNS,
    unused: UNUSED,
    ..Export::whole(
        "intune-compliance",
        "Intune",
        "Intune: the report on device compliance, as CSV",
    )
};

#[cfg(test)]
mod tests {
    use super::super::testing::{only, opened};
    use super::*;
    use crate::import::Becomes;
    use jiff::civil::date;

    const ALL: &str = "\
\"Device ID\",\"Device name\",\"Enrollment date\",\"Last check-in\",\"Azure AD Device ID\",\"OS version\",\"Azure AD registered\",\"Serial number\",\"Manufacturer\",\"Model\",\"Compliance\",\"Managed by\",\"Ownership\",\"Encrypted\",\"OS\",\"SkuFamily\",\"ProcessorArchitecture\",\"Primary user UPN\"
\"8b3f0b7e-0000-4000-8000-000000000001\",\"WARD-PC-1\",\"2024-02-01 09:00:00.0000000\",\"2026-11-19 11:34:05.0000000\",\"x\",\"10.0.19045.4412\",\"True\",\"SN123\",\"LENOVO\",\"ThinkCentre M70q\",\"Compliant\",\"Intune\",\"Corporate\",\"True\",\"Windows\",\"Enterprise\",\"x64\",\"nreid@example.org\"
";

    #[test]
    fn a_device_is_read_with_its_revision() {
        let (format, asset) = only(ALL);
        assert_eq!(format, "intune");
        assert_eq!(asset.id, "WARD-PC-1");
        assert_eq!(asset.text(asset::OS), Some("Windows"));
        assert_eq!(asset.text(asset::OS_BUILD), Some("10.0.19045.4412"));
        assert_eq!(asset.text(asset::OS_EDITION), Some("Enterprise"));
        assert_eq!(asset.text(asset::SERIAL), Some("SN123"));
        assert_eq!(asset.date(asset::OBSERVED_AT), Some(date(2026, 11, 19)));
        assert_eq!(asset.text(asset::SOURCE), Some("Intune"));
    }

    #[test]
    fn compliance_says_nothing_of_patches_and_an_agent_is_no_owner() {
        let (_, asset) = only(ALL);
        for field in [
            asset::OWNER,
            asset::UPDATES,
            asset::MISSING_UPDATES,
            asset::OPEN_CVES,
        ] {
            assert_eq!(asset.value(field), None);
        }
        let inventory = opened(ALL);
        assert!(inventory.ignored().is_empty(), "{:?}", inventory.ignored());
        let managed = inventory
            .columns()
            .iter()
            .find(|column| column.title == "Managed by");
        assert_eq!(
            managed.map(|column| &column.becomes),
            Some(&Becomes::Unused)
        );
    }

    #[test]
    fn the_compliance_report_is_read() {
        let (format, asset) = only(
            "DeviceName,OSVersion,OS,OSDescription,LastContact,ComplianceState,SerialNumber,IntuneDeviceId\n\
             WARD-PC-2,10.0.22631.3593,Windows,,2026-11-20 08:00:00.0000000,Compliant,SN9,x\n",
        );
        assert_eq!(format, "intune-compliance");
        assert_eq!(asset.text(asset::OS), Some("Windows"));
        assert_eq!(asset.text(asset::OS_BUILD), Some("10.0.22631.3593"));
    }

    #[test]
    fn a_device_without_a_name_is_known_by_its_id() {
        let (_, asset) = only(&ALL.replace("WARD-PC-1", ""));
        assert_eq!(asset.id, "8b3f0b7e-0000-4000-8000-000000000001");
    }
}
