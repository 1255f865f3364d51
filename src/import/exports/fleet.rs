//! Fleet, which manages osquery: its report of hosts, as CSV.
//!
//! Columns: the documentation of its API. `detail_updated_at` is when osquery last told what is in
//! a row; `seen_time` is only when the host last asked for work.

use super::Export;
use crate::import::table::{Column, fallback, field};
use crate::model::fields::asset;

const COLUMNS: &[Column] = &[
    field(&["hostname", "computer_name", "display_name"], asset::NAME),
    fallback(&["uuid"]),
    field(&["os_version"], asset::OS),
    field(&["hardware_serial"], asset::SERIAL),
    field(&["hardware_vendor"], asset::MANUFACTURER),
    field(&["hardware_model"], asset::MODEL),
    field(&["primary_ip"], asset::NETWORK_ADDRESS),
    field(&["primary_mac"], asset::NETWORK_MAC),
    field(&["detail_updated_at"], asset::OBSERVED_AT),
];

pub(in crate::import) static FLEET: Export = Export {
    tells: &[
        &["hostname", "osquery_version"],
        &["hostname", "detail_updated_at", "seen_time"],
    ],
    columns: COLUMNS,
    unused: &[
        "build",
        "code_name",
        "config_tls_refresh",
        "cpu_brand",
        "cpu_logical_cores",
        "cpu_physical_cores",
        "cpu_subtype",
        "cpu_type",
        "created_at",
        "device_mapping",
        "disk_encryption_enabled",
        "display_text",
        "distributed_interval",
        "gigs_disk_space_available",
        "gigs_total_disk_space",
        "hardware_version",
        "id",
        "issues",
        "label_updated_at",
        "last_enrolled_at",
        "last_restarted_at",
        "logger_tls_period",
        "memory",
        "osquery_version",
        "percent_disk_space_available",
        "platform",
        "platform_like",
        "policy_updated_at",
        "primary_ip_id",
        "public_ip",
        "refetch_requested",
        "seen_time",
        "software_updated_at",
        "status",
        "team_id",
        "team_name",
        "updated_at",
        "uptime",
    ],
    ..Export::whole(
        "fleet",
        "Fleet (osquery)",
        "Fleet: the report of hosts that run osquery, as CSV",
    )
};

#[cfg(test)]
mod tests {
    use super::super::testing::only;
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_host_is_read_and_its_number_is_no_id() {
        let (format, asset) = only(
            "created_at,id,detail_updated_at,seen_time,hostname,uuid,platform,osquery_version,os_version,build,hardware_vendor,hardware_serial,primary_ip,primary_mac,team_name\n\
             2026-01-01T00:00:00Z,17,2026-11-19T06:39:00Z,2026-11-20T06:39:00Z,lab-1,a4fc,ubuntu,5.12.1,Ubuntu 22.04.4 LTS,,Dell Inc.,SN1,192.0.2.7,00:00:5e:00:53:01,x\n",
        );
        assert_eq!(format, "fleet");
        assert_eq!(asset.id, "lab-1");
        assert_eq!(asset.text(asset::OS), Some("Ubuntu 22.04.4 LTS"));
        assert_eq!(asset.date(asset::OBSERVED_AT), Some(date(2026, 11, 19)));
    }
}
