//! Devices as Microsoft Graph lists them for Intune (`managedDevices`). `osVersion` holds the
//! revision of a Windows; that a device is compliant is no evidence that it is patched.
//!
//! Source: the public schema of the resource type `managedDevice`.

use super::json_api::Api;
use super::json_value::text;
use crate::model::fields::asset;
use crate::model::{Record, Value};

pub(super) static KIND: &Api = &Api {
    name: "intune-api",
    about: "managed devices of Intune from Microsoft Graph, as JSON",
    marks: &["deviceName", "operatingSystem", "osVersion"],
    one_of: &[
        "complianceState",
        "managementAgent",
        "azureADDeviceId",
        "lastSyncDateTime",
    ],
    keys: &[
        ("id", asset::ID),
        ("deviceName", asset::NAME),
        ("serialNumber", asset::SERIAL),
        ("operatingSystem", asset::OS),
        ("osVersion", asset::OS_VERSION),
        ("skuFamily", asset::OS_EDITION),
        ("processorArchitecture", asset::OS_ARCH),
        ("lastSyncDateTime", asset::OBSERVED_AT),
        ("manufacturer", asset::MANUFACTURER),
        ("model", asset::MODEL),
    ],
    unused: &[
        "activationLockBypassCode",
        "androidSecurityPatchLevel",
        "azureADDeviceId",
        "azureADRegistered",
        "complianceGracePeriodExpirationDateTime",
        "complianceState",
        "configurationManagerClientEnabledFeatures",
        "deviceActionResults",
        "deviceCategoryDisplayName",
        "deviceEnrollmentType",
        "deviceHealthAttestationState",
        "deviceRegistrationState",
        "easActivated",
        "easActivationDateTime",
        "easDeviceId",
        "emailAddress",
        "enrolledDateTime",
        "enrollmentProfileName",
        "ethernetMacAddress",
        "exchangeAccessState",
        "exchangeAccessStateReason",
        "exchangeLastSuccessfulSyncDateTime",
        "freeStorageSpaceInBytes",
        "iccid",
        "imei",
        "isEncrypted",
        "isSupervised",
        "jailBroken",
        "managedDeviceName",
        "managedDeviceOwnerType",
        "managementAgent",
        "managementCertificateExpirationDate",
        "meid",
        "notes",
        "partnerReportedThreatState",
        "phoneNumber",
        "physicalMemoryInBytes",
        "remoteAssistanceSessionErrorDetails",
        "remoteAssistanceSessionUrl",
        "requireUserEnrollmentApproval",
        "subscriberCarrier",
        "totalStorageSpaceInBytes",
        "udid",
        "userDisplayName",
        "userId",
        "userPrincipalName",
        "wiFiMacAddress",
    ],
    fill,
};

fn fill(device: &serde_json::Value, record: &mut Record) {
    record.set(asset::SOURCE, Value::Text("Intune".into()));
    let mac = ["ethernetMacAddress", "wiFiMacAddress"]
        .into_iter()
        .find_map(|key| text(device, &[key]));
    if let Some(mac) = mac {
        record.set(asset::NETWORK_MAC, Value::Text(mac));
    }
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records, read};
    use super::*;

    #[test]
    fn devices_are_read_and_pages_that_are_missing_are_told() {
        let text = r#"{"@odata.context":"x","@odata.count":2,"@odata.nextLink":"https://graph.example/2","value":[
{"id":"a","deviceName":"WARD-PC-1","operatingSystem":"Windows","osVersion":"10.0.19045.4412","complianceState":"compliant",
 "lastSyncDateTime":"2026-11-20T07:09:37Z","serialNumber":"SN-1","manufacturer":"Example","model":"Box","wiFiMacAddress":"00505600AA01","skuFamily":"","y":{}},
{"id":"b","deviceName":"PHONE-1","operatingSystem":"iOS","osVersion":17.10}]}"#;
        let all = assets(text);
        assert_eq!(all[0].text(asset::OS_VERSION), Some("10.0.19045.4412"));
        assert_eq!(all[0].text(asset::SERIAL), Some("SN-1"));
        assert_eq!(all[0].text(asset::NETWORK_MAC), Some("00505600AA01"));
        assert!(all[0].value(asset::OS_EDITION).is_none());
        assert!(matches!(
            all[1].value(asset::OS_VERSION),
            Some(Value::Unreadable(_))
        ));
        assert!(bad_records(text)[0].message.contains("next page"));
        assert_eq!(read(text).1, ["`y`"]);
    }
}
