//! Machines as the machine API of Microsoft Defender for Endpoint lists them. `osBuild` has no
//! revision there, so a build alone says nothing about patching, and neither do health or risk.
//!
//! Source: the vendor's page on the resource type `machine`.

use super::json_api::Api;
use super::json_value::text;
use crate::model::fields::asset;
use crate::model::{Record, Value};

pub(super) static KIND: &Api = &Api {
    name: "defender-api",
    about: "machines from the API of Microsoft Defender for Endpoint, as JSON",
    marks: &["computerDnsName", "osPlatform"],
    one_of: &["osBuild", "lastSeen", "healthStatus"],
    keys: &[
        ("id", asset::ID),
        ("computerDnsName", asset::NAME),
        ("osPlatform", asset::OS),
        ("version", asset::OS_VERSION),
        ("osBuild", asset::OS_BUILD),
        ("lastSeen", asset::OBSERVED_AT),
        ("lastIpAddress", asset::NETWORK_ADDRESS),
    ],
    unused: &[
        "aadDeviceId",
        "agentVersion",
        "defenderAvStatus",
        "deviceValue",
        "exclusionReason",
        "exposureLevel",
        "exposureScore",
        "firstSeen",
        "healthStatus",
        "ipAddresses",
        "isAadJoined",
        "isExcluded",
        "isPotentialDuplication",
        "lastExternalIpAddress",
        "machineTags",
        "managedBy",
        "managedByStatus",
        "mergedIntoMachineId",
        "onboardingStatus",
        "osArchitecture",
        "osProcessor",
        "osVersion",
        "rbacGroupId",
        "rbacGroupName",
        "riskScore",
        "vmMetadata",
    ],
    fill,
};

fn fill(machine: &serde_json::Value, record: &mut Record) {
    record.set(asset::SOURCE, Value::Text("Defender for Endpoint".into()));
    let arch = text(machine, &["osProcessor"]);
    if let Some(arch) = arch.as_deref().and_then(architecture) {
        record.set(asset::OS_ARCH, Value::Text(arch.into()));
    }
    let platform = text(machine, &["osPlatform"]).unwrap_or_default();
    if platform.starts_with("WindowsServer") {
        record.set(asset::CLASS, Value::Text("server".into()));
    }
    // Only what is off is certain: `updated` is about definitions.
    if text(machine, &["defenderAvStatus"]).is_some_and(|status| status == "disabled") {
        record.set(asset::PROTECTION_ACTIVE, Value::Boolean(false));
    }
    if let Some(mac) = mac(machine) {
        record.set(asset::NETWORK_MAC, Value::Text(mac));
    }
}

fn architecture(text: &str) -> Option<&'static str> {
    ["x64", "x86", "arm64"]
        .into_iter()
        .find(|name| text.eq_ignore_ascii_case(name))
}

/// The hardware address of the adapter that is up, where there is only one.
fn mac(machine: &serde_json::Value) -> Option<String> {
    let all = machine.get("ipAddresses")?.as_array()?;
    let is_up = |one: &&serde_json::Value| {
        text(one, &["operationalStatus"]).is_some_and(|status| status == "Up")
    };
    let mut macs: Vec<_> = all
        .iter()
        .filter(is_up)
        .filter_map(|one| text(one, &["macAddress"]))
        .collect();
    macs.sort();
    macs.dedup();
    match macs.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records, read};
    use super::*;
    use jiff::civil::date;

    const DOCUMENT: &str = r#"{
  "@odata.context": "https://api.example/api/$metadata#Machines",
  "value": [
    {
      "id": "1e5bc9d7e413ddd7902c2932e418702b84d0cc07",
      "computerDnsName": "ward-pc-1.example.test",
      "firstSeen": "2018-08-02T14:55:03.7791856Z",
      "lastSeen": "2026-11-20T07:09:37.4331366Z",
      "osPlatform": "Windows10",
      "version": "22H2",
      "osProcessor": "x64",
      "lastIpAddress": "192.0.2.10",
      "ipAddresses": [
        {"ipAddress": "192.0.2.10", "macAddress": "00505600AA01", "operationalStatus": "Up"},
        {"ipAddress": "fe80::1", "macAddress": "00505600AA01", "operationalStatus": "Up"}
      ],
      "osBuild": 19045,
      "healthStatus": "Active",
      "rbacGroupName": null,
      "riskScore": "None",
      "x": 1
    },
    {"id": "b", "computerDnsName": null, "osPlatform": "WindowsServer2016", "osBuild": 14393,
     "defenderAvStatus": "disabled"}
  ]
}"#;

    #[test]
    fn machines_are_read_and_the_rest_is_told() {
        let all = assets(DOCUMENT);
        assert_eq!(all.len(), 2);
        let one = &all[0];
        assert_eq!(one.text(asset::NAME), Some("ward-pc-1.example.test"));
        assert_eq!(one.text(asset::OS), Some("Windows10"));
        assert_eq!(one.text(asset::OS_BUILD), Some("19045"));
        assert_eq!(one.text(asset::OS_VERSION), Some("22H2"));
        assert_eq!(one.text(asset::OS_ARCH), Some("x64"));
        assert_eq!(one.text(asset::NETWORK_MAC), Some("00505600AA01"));
        assert_eq!(one.date(asset::OBSERVED_AT), Some(date(2026, 11, 20)));
        assert_eq!(one.boolean(asset::PROTECTION_ACTIVE), None);
        assert_eq!(all[1].id, "b");
        assert_eq!(all[1].text(asset::CLASS), Some("server"));
        assert_eq!(all[1].boolean(asset::PROTECTION_ACTIVE), Some(false));
        assert_eq!(read(DOCUMENT).1, ["`x`"]);
    }

    #[test]
    fn broken_machines_are_told_and_the_others_read() {
        let broken = DOCUMENT.replace("\"osBuild\": 14393", "\"osBuild\": 14393, \"osBuild\": 1");
        assert_eq!(assets(broken.as_str()).len(), 1);
        assert!(
            bad_records(broken)[0]
                .message
                .contains("`osBuild` is there twice")
        );
        let nameless = DOCUMENT.replace("\"id\": \"b\"", "\"id\": null");
        assert!(
            bad_records(nameless)[0]
                .message
                .contains("no id and no name")
        );
        let cut = &DOCUMENT[..DOCUMENT.len() - 20];
        assert_eq!(assets(cut).len(), 1);
        assert!(!bad_records(cut).is_empty());
    }
}
