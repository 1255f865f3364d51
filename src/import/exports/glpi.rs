//! GLPI, with FusionInventory or its own agent: the list of computers, as CSV.
//!
//! Columns: what the list of computers shows, in English. `Last update` is when somebody last
//! touched the entry, by hand too, so it is no evidence that the machine was seen.

use super::Export;
use crate::import::table::{Column, field};
use crate::model::fields::asset;

const COLUMNS: &[Column] = &[
    field(&["Inventory number"], asset::ID),
    field(&["Name"], asset::NAME),
    field(&["Serial number"], asset::SERIAL),
    field(
        &[
            "Operating system - Name",
            "Operating system",
            "Operating systems",
        ],
        asset::OS,
    ),
    field(&["Operating system - Version"], asset::OS_VERSION),
    field(&["Operating system - Edition"], asset::OS_EDITION),
    field(
        &["Operating system - Service pack", "Service pack"],
        asset::OS_SERVICE_PACK,
    ),
    field(
        &["Operating system - Architecture", "Architecture"],
        asset::OS_ARCH,
    ),
    field(
        &[
            "Last inventory date",
            "Last inventory",
            "FusInv - Last inventory",
            "Agent - Last contact",
            "Agents - Last contact",
        ],
        asset::OBSERVED_AT,
    ),
    field(&["Manufacturer", "Manufacturers"], asset::MANUFACTURER),
    field(&["Model", "Models"], asset::MODEL),
];

pub(in crate::import) static GLPI: Export = Export {
    tells: &[
        &["Name", "Operating system - Name"],
        &["Name", "FusInv - Last inventory"],
        &["Name", "Entity", "Status", "Serial number"],
        &["Name", "Status", "Manufacturers", "Serial number"],
        &["Name", "Alternate username", "Last update"],
    ],
    columns: COLUMNS,
    unused: &[
        "Alternate username",
        "Alternate username number",
        "Comments",
        "Components - Processor",
        "Components - Processors",
        "Creation date",
        "Domain",
        "Entity",
        "Group",
        "Item type",
        "Last boot date",
        "Last update",
        "Location",
        "Locations",
        "Network",
        "Operating system - Kernel",
        "Operating system - Product ID",
        "Operating system - Serial number",
        "Status",
        "Technician in charge of the hardware",
        "Type",
        "Types",
        "User",
        "UUID",
    ],
    ..Export::whole(
        "glpi",
        "GLPI",
        "GLPI or FusionInventory: the list of computers, as CSV",
    )
};

#[cfg(test)]
mod tests {
    use super::super::testing::only;
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_computer_is_read_and_an_edit_is_not_a_sighting() {
        let (format, asset) = only(
            "\"Name\";\"Entity\";\"Status\";\"Manufacturers\";\"Serial number\";\"Types\";\"Model\";\"Operating system - Name\";\"Operating system - Version\";\"Locations\";\"Last update\";\n\
             \"WARD-PC-1\";\"Root\";\"In use\";\"Dell Inc.\";\"SN1\";\"Notebook\";\"Latitude\";\"Microsoft Windows 10 Enterprise\";\"22H2\";\"Ward 3\";\"2026-11-19 11:34\";\n",
        );
        assert_eq!(format, "glpi");
        assert_eq!(
            asset.text(asset::OS),
            Some("Microsoft Windows 10 Enterprise")
        );
        for field in [asset::OBSERVED_AT, asset::SITE, asset::CLASS] {
            assert_eq!(asset.value(field), None);
        }
    }

    #[test]
    fn the_last_inventory_is_a_sighting() {
        let (_, asset) = only(
            "Name;Inventory number;FusInv - Last inventory\nWARD-PC-1;T-17;19-11-2026 11:34\n",
        );
        assert_eq!(asset.id, "T-17");
        assert_eq!(asset.date(asset::OBSERVED_AT), Some(date(2026, 11, 19)));
    }
}
