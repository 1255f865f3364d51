//! `Get-HotFix | Export-Csv`: a row an update, of one machine or of many.
//!
//! Columns: Win32_QuickFixEngineering. It returns what component-based servicing installed; what
//! installers deliver never appears, so the list is never complete. Where no column names the
//! machine, the name of the file has to.

use super::Export;
use super::windows;
use crate::import::table::{Cells, Column, Together, field};
use crate::model::Record;
use crate::model::fields::asset;

const COLUMNS: &[Column] = &[field(
    &[
        "CSName",
        "PSComputerName",
        "Source",
        "__SERVER",
        "ComputerName",
    ],
    asset::NAME,
)];

/// The same in every export of this class.
pub(super) const UPDATE: Together = Together {
    titles: &["HotFixID", "InstalledOn", "ServicePackInEffect"],
    fields: &[asset::UPDATES],
    read: update,
};

pub(in crate::import) static GET_HOTFIX: Export = Export {
    tells: &[
        &["HotFixID", "InstalledOn"],
        &["HotFixID", "InstalledBy"],
        &["HotFixID", "FixComments"],
    ],
    columns: COLUMNS,
    together: &[UPDATE],
    unused: &[
        "Caption",
        "ClassPath",
        "Container",
        "Description",
        "FixComments",
        "InstallDate",
        "InstalledBy",
        "Name",
        "Options",
        "Path",
        "Properties",
        "PSShowComputerName",
        "Qualifiers",
        "RunspaceId",
        "Scope",
        "Site",
        "Status",
        "SystemProperties",
        "__CLASS",
        "__DERIVATION",
        "__DYNASTY",
        "__GENUS",
        "__NAMESPACE",
        "__PROPERTY_COUNT",
        "__RELPATH",
        "__SUPERCLASS",
    ],
    gives_parts: true,
    may_be_unnamed: true,
    ..Export::whole(
        "get-hotfix",
        "Get-HotFix",
        "PowerShell: what `Get-HotFix | Export-Csv` writes, a row an update",
    )
};

pub(super) fn update(cells: &Cells<'_>, record: &mut Record) {
    if let Some(number) = windows::update_number(cells.text(0), cells.text(2)) {
        windows::add_update(number, cells.day(1), record);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{all, opened};
    use super::*;
    use crate::import::Row;
    use crate::model::fields::update;
    use jiff::civil::date;

    #[test]
    fn a_row_is_an_update_of_its_machine_and_the_list_is_not_complete() {
        let found = all(
            "#TYPE System.Management.ManagementObject#root\\cimv2\\Win32_QuickFixEngineering\n\
             \"PSComputerName\",\"InstalledOn\",\"Caption\",\"CSName\",\"Description\",\"HotFixID\",\"Name\",\"ServicePackInEffect\"\n\
             \"WARD-PC-1\",\"22/10/2026 00:00:00\",\"http://support.microsoft.com/?kbid=5044273\",\"WARD-PC-1\",\"Security Update\",\"KB5044273\",,\n\
             \"WARD-PC-1\",\"03/04/2026 00:00:00\",,\"WARD-PC-1\",\"Update\",\"KB5012117\",,\n",
        );
        let updates: Vec<_> = found
            .iter()
            .flat_map(|asset| asset.records(asset::UPDATES).unwrap_or_default())
            .map(|one| (one.text(update::ID), one.date(update::INSTALLED_ON)))
            .collect();
        assert_eq!(
            updates,
            [
                (Some("KB5044273"), Some(date(2026, 10, 22))),
                (Some("KB5012117"), Some(date(2026, 4, 3))),
            ]
        );
        assert_eq!(found[0].id, "WARD-PC-1");
        assert_eq!(found[0].value(asset::UPDATES_COMPLETE), None);
        assert_eq!(found[0].value(asset::OS), None);
    }

    #[test]
    fn rows_without_a_machine_are_left_to_the_name_of_their_file() {
        let mut inventory = opened(
            "Description,HotFixID,InstalledOn\nUpdate,KB5012117,03/04/2026\nUpdate,File 1,\n",
        );
        assert!(inventory.gives_parts());
        let mut rows = Vec::new();
        while let Some(batch) = inventory.next_batch().expect("it is in memory") {
            batch.read(&mut |row| rows.push(row));
        }
        let [Row::Unnamed(one), Row::Unnamed(file)] = &rows[..] else {
            panic!("{rows:?}");
        };
        // Nothing tells April from March.
        assert_eq!(one.unreadable()[0].1, "03/04/2026");
        assert_eq!(file.value(asset::UPDATES), None);
    }
}
