//! Computers of Active Directory: `Get-ADComputer -Filter * -Properties … | Export-Csv`.
//!
//! Columns: the properties of the cmdlet. `LastLogonDate` may lag behind by two weeks, which makes
//! what it says older than it is, never newer. The directory knows builds without revisions.

use super::Export;
use super::windows;
use crate::import::table::{Column, fallback, field, read};
use crate::model::fields::asset;

const COLUMNS: &[Column] = &[
    field(&["Name", "CN", "DNSHostName"], asset::NAME),
    fallback(&["SamAccountName", "ObjectGUID"]),
    field(&["OperatingSystem"], asset::OS),
    read(
        &["OperatingSystemVersion"],
        asset::OS_VERSION,
        windows::version_and_build,
    ),
    field(&["OperatingSystemServicePack"], asset::OS_SERVICE_PACK),
    field(&["LastLogonDate", "LastLogonTimestamp"], asset::OBSERVED_AT),
    field(&["IPv4Address"], asset::NETWORK_ADDRESS),
];

pub(in crate::import) static ACTIVE_DIRECTORY: Export = Export {
    tells: &[
        &["DistinguishedName", "OperatingSystem"],
        &["DistinguishedName", "SamAccountName", "ObjectGUID"],
        &["SamAccountName", "OperatingSystem"],
        &["DNSHostName", "OperatingSystem"],
        &["OperatingSystemVersion", "LastLogonDate"],
        &["OperatingSystem", "LastLogonDate"],
    ],
    columns: COLUMNS,
    unused: &[
        "CanonicalName",
        "Created",
        "Description",
        "DistinguishedName",
        "Enabled",
        "IPv6Address",
        "LastLogon",
        "Location",
        "ManagedBy",
        "MemberOf",
        "Modified",
        "ObjectClass",
        "PasswordLastSet",
        "PropertyCount",
        "PropertyNames",
        "RemovedProperties",
        "AddedProperties",
        "ModifiedProperties",
        "SID",
        "UserPrincipalName",
        "WhenChanged",
        "WhenCreated",
    ],
    ..Export::whole(
        "active-directory",
        "Active Directory",
        "Active Directory: what `Get-ADComputer | Export-Csv` writes",
    )
};

#[cfg(test)]
mod tests {
    use super::super::testing::{all, only};
    use super::*;
    use jiff::civil::date;

    const TEXT: &str = "\
#TYPE Microsoft.ActiveDirectory.Management.ADComputer\r
\"DistinguishedName\",\"DNSHostName\",\"Enabled\",\"LastLogonDate\",\"Name\",\"ObjectClass\",\"OperatingSystem\",\"OperatingSystemServicePack\",\"OperatingSystemVersion\",\"SamAccountName\",\"ManagedBy\"\r
\"CN=WARD-PC-1,OU=PCs,DC=example,DC=org\",\"ward-pc-1.example.org\",\"True\",\"11/19/2026 8:12:45 AM\",\"WARD-PC-1\",\"computer\",\"Windows 10 Enterprise\",,\"10.0 (19045)\",\"WARD-PC-1$\",\"CN=N Reid,DC=example,DC=org\"\r
\"CN=WARD-PC-2,OU=PCs,DC=example,DC=org\",\"ward-pc-2.example.org\",\"True\",\"11/9/2026 8:12:45 AM\",\"WARD-PC-2\",\"computer\",\"Windows 7 Professional\",\"Service Pack 1\",\"6.1 (7601)\",\"WARD-PC-2$\",\r
";

    #[test]
    fn computers_are_read_with_the_days_of_an_american_session() {
        let found = all(TEXT);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].id, "WARD-PC-1");
        assert_eq!(found[0].place.line, 3);
        assert_eq!(found[0].text(asset::OS_BUILD), Some("19045"));
        assert_eq!(found[0].date(asset::OBSERVED_AT), Some(date(2026, 11, 19)));
        assert_eq!(found[0].value(asset::OWNER), None);
        assert_eq!(found[1].date(asset::OBSERVED_AT), Some(date(2026, 11, 9)));
        assert_eq!(
            found[1].text(asset::OS_SERVICE_PACK),
            Some("Service Pack 1")
        );
    }

    #[test]
    fn days_that_nothing_tells_apart_cannot_be_read() {
        let found = all(&TEXT.replace("11/19/2026", "11/12/2026"));
        let unreadable = found[0].unreadable();
        assert_eq!(unreadable[0].1, "11/12/2026 8:12:45 AM");
    }

    #[test]
    fn a_few_columns_are_enough() {
        let (format, asset) = only(
            "Name;OperatingSystem;OperatingSystemVersion;LastLogonTimestamp\nSRV;Windows Server 2016 Standard;10.0 (14393);134085744000000000\n",
        );
        assert_eq!(format, "csv");
        assert_eq!(asset.text(asset::OS), Some("Windows Server 2016 Standard"));
        let (format, asset) = only(
            "Name;OperatingSystem;SamAccountName;LastLogonTimestamp\nSRV;Windows Server 2016 Standard;SRV$;134085744000000000\n",
        );
        assert_eq!(format, "active-directory");
        assert_eq!(asset.date(asset::OBSERVED_AT), Some(date(2025, 11, 25)));
    }
}
