//! Lansweeper: reports over `tblAssets` as CSV, and those over the updates of each machine.
//!
//! Columns: public report queries. `OScode` is a build and `BuildNumber` its revision; `OScode` of a
//! server ends in `S`. Which columns there are is up to whoever wrote the report.

use super::Export;
use super::get_hotfix::UPDATE;
use crate::import::table::{Cells, Column, Together, fallback, field, read};
use crate::model::fields::asset;
use crate::model::{Record, Value};

const COLUMNS: &[Column] = &[
    field(&["AssetName", "FQDN"], asset::NAME),
    fallback(&["AssetUnique", "AssetID"]),
    field(&["Caption", "OperatingSystem"], asset::OS),
    field(&["OS", "OSname"], asset::OS),
    field(&["Release", "Version", "OSVersion"], asset::OS_VERSION),
    read(&["Build", "OSBuild"], asset::OS_BUILD, build),
    field(&["SP"], asset::OS_SERVICE_PACK),
    field(&["Lastseen"], asset::OBSERVED_AT),
    field(&["Serialnumber"], asset::SERIAL),
    field(&["Manufacturer"], asset::MANUFACTURER),
    field(&["Model"], asset::MODEL),
    field(&["IPAddress"], asset::NETWORK_ADDRESS),
    field(&["Mac", "MACAddress"], asset::NETWORK_MAC),
];

const UNUSED: &[&str] = &[
    "Assettype",
    "AssetTypename",
    "Boot Time",
    "Description",
    "Domain",
    "Firstseen",
    "icon",
    "IPLocation",
    "IPNumeric",
    "LastLsAgent",
    "Lasttried",
    "Location",
    "Memory",
    "Processor",
    "PurchaseDate",
    "SiteID",
    "Statename",
    "Type",
    "Uptime",
    "UptimeSinceLastReboot",
    "Userdomain",
    "Username",
    "Warrantydate",
];

const REVISION: Together = Together {
    titles: &["OScode", "BuildNumber"],
    fields: &[asset::OS_BUILD],
    read: revision,
};

pub(in crate::import) static LANSWEEPER: Export = Export {
    tells: &[
        &["AssetID", "AssetName"],
        &["AssetName", "AssetTypename"],
        &["AssetName", "OScode"],
        &["AssetName", "Lastseen"],
        &["AssetName", "Userdomain"],
    ],
    columns: COLUMNS,
    together: &[REVISION],
    unused: UNUSED,
    ..Export::whole(
        "lansweeper",
        "Lansweeper",
        "Lansweeper: a report over assets, as CSV",
    )
};

pub(in crate::import) static LANSWEEPER_UPDATES: Export = Export {
    tells: &[&["AssetName", "HotFixID"]],
    columns: COLUMNS,
    together: &[REVISION, UPDATE],
    unused: &[
        "Description",
        "Domain",
        "FixComments",
        "icon",
        "InstalledBy",
        "InstalledByID",
        "IPLocation",
        "Lastchanged",
        "Lasttried",
        "QFEID",
        "Userdomain",
        "Username",
    ],
    gives_parts: true,
    ..Export::whole(
        "lansweeper-updates",
        "Lansweeper",
        "Lansweeper: a report over installed updates, a row each, as CSV",
    )
};

/// `10.0.17763S.5820`: the mark of a server is no part of the build.
fn build(text: &str, record: &mut Record) {
    record.set_text(asset::OS_BUILD, &unmarked(text));
}

fn unmarked(text: &str) -> String {
    let parts = text.split('.');
    let parts = parts.map(|part| part.trim_end_matches(['S', 's', 'R', 'r']));
    parts.collect::<Vec<_>>().join(".")
}

fn revision(cells: &Cells<'_>, record: &mut Record) {
    let (code, revision) = (unmarked(cells.text(0)), cells.text(1));
    if record.value(asset::OS_BUILD).is_some() {
        return;
    }
    let has_build = code.split('.').count() >= 3;
    match (has_build, revision.is_empty()) {
        (true, true) => record.set_text(asset::OS_BUILD, &code),
        (true, false) => record.set_text(asset::OS_BUILD, &format!("{code}.{revision}")),
        // A revision belongs to a build that nobody names.
        (false, false) => record.set(asset::OS_BUILD, Value::Unreadable(revision.to_owned())),
        (false, true) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, only};
    use super::*;
    use jiff::civil::date;

    #[test]
    fn code_and_number_make_a_build_with_its_revision() {
        let found = all(
            "AssetID,AssetName,Domain,OSname,OScode,BuildNumber,Version,Lastseen,Location\n\
             12,WARD-PC-1,EXAMPLE,Win 10,10.0.19045,4412,22H2,19/11/2026 11:34:05,Ward 3\n\
             13,SRV-1,EXAMPLE,Win 2019,10.0.17763S,5820,1809,01/11/2026 11:34:05,Ward 3\n\
             14,SRV-2,EXAMPLE,Win 2019,,5820,1809,01/11/2026 11:34:05,\n",
        );
        assert_eq!(found[0].id, "WARD-PC-1");
        assert_eq!(found[0].text(asset::OS_BUILD), Some("10.0.19045.4412"));
        assert_eq!(found[1].text(asset::OS_BUILD), Some("10.0.17763.5820"));
        assert_eq!(found[1].date(asset::OBSERVED_AT), Some(date(2026, 11, 1)));
        assert_eq!(found[1].value(asset::SITE), None);
        assert_eq!(found[2].unreadable()[0].1, "5820");
    }

    #[test]
    fn a_build_of_the_report_itself_is_read() {
        let (format, asset) =
            only("AssetID,AssetName,OS,Build,Release\n12,SRV,Win 2016,10.0.14393S.6981,1607\n");
        assert_eq!(format, "lansweeper");
        assert_eq!(asset.text(asset::OS_BUILD), Some("10.0.14393.6981"));
        assert_eq!(asset.text(asset::OS_VERSION), Some("1607"));
    }

    #[test]
    fn updates_are_a_row_each() {
        let (format, asset) = only("AssetName,HotFixID,InstalledOn\nPC,KB5044273,10/22/2026\n");
        assert_eq!(format, "lansweeper-updates");
        assert_eq!(asset.records(asset::UPDATES).map(<[_]>::len), Some(1));
    }
}
