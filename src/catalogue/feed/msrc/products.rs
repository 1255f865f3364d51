//! What the vendor's documents call the releases of Windows. A name that is not in the table is not
//! a release we know; nothing is guessed from a likeness.

use crate::catalogue::table;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A release of Windows, or a part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Product {
    /// The servicing id.
    pub(super) os: &'static str,
    /// Of the release's own updates.
    pub(super) build: Option<u32>,
    pub(super) component: Component,
}

/// The part of Windows a fix is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Component {
    InternetExplorer,
    Other,
    /// Windows itself.
    Windows,
}

const TABLE: &str = "windows-products.tsv";
const TEXT: &str = include_str!("../../facts/windows-products.tsv");

type Known = HashMap<&'static str, (&'static str, Option<u32>)>;

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let rows = table::own_rows(TABLE, TEXT, ["name", "os", "build", "source"]);
    rows.map(|[name, os, build, _]| (name, (os, build.parse().ok())))
        .collect()
});

/// The release a product name means: `Windows Server 2012 R2 (Server Core installation)`,
/// `Microsoft .NET Framework 4.8 on Windows 10 Version 1607 for x64-based Systems`.
pub(super) fn find(name: &str) -> Option<Product> {
    let name = plain(name);
    let of = |os: &str, component| {
        let (os, build) = *KNOWN.get(os)?;
        Some(Product {
            os,
            build,
            component,
        })
    };
    if let Some(product) = of(&name, Component::Windows) {
        return Some(product);
    }
    let (component, os) = name.rsplit_once(" on ")?;
    let component = if component.starts_with("internet explorer") {
        Component::InternetExplorer
    } else {
        Component::Other
    };
    of(os.strip_prefix("microsoft ").unwrap_or(os), component)
}

/// Whether a name we do not know is one of a Windows release.
pub(super) fn is_windows(name: &str) -> bool {
    let name = plain(name);
    let os = name.rsplit_once(" on ").map_or(&*name, |(_, os)| os);
    ["windows 1", "windows server"]
        .iter()
        .any(|start| os.starts_with(start))
}

/// Lower case, single spaces, no architecture, no kind of installation, no maker.
fn plain(name: &str) -> String {
    let mut name = name
        .to_lowercase()
        .replace("(server core installation)", " ");
    for architecture in ["x64-based", "32-bit", "arm64-based", "arm", "itanium-based"] {
        name = name.replace(&format!(" for {architecture} systems"), " ");
    }
    let words: Vec<_> = name.split_whitespace().collect();
    let name = words.join(" ");
    match name.strip_prefix("microsoft windows") {
        Some(rest) => format!("windows{rest}"),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn names_lead_to_their_release() {
        for (name, os, component) in [
            (
                "Windows 10 for 32-bit Systems",
                "windows-10-1507",
                Component::Windows,
            ),
            (
                "Windows 7 for x64-based Systems Service Pack 1",
                "windows-7-sp1",
                Component::Windows,
            ),
            (
                "Windows Server 2012 R2 (Server Core installation)",
                "windows-server-2012-r2",
                Component::Windows,
            ),
            (
                "Windows Server 2022, 23H2 Edition (Server Core installation)",
                "windows-server-23h2",
                Component::Windows,
            ),
            (
                "Internet Explorer 11 on Windows Server 2012 R2",
                "windows-server-2012-r2",
                Component::InternetExplorer,
            ),
            (
                "Microsoft .NET Framework 4.8 on Windows 10 Version 1607 for x64-based Systems",
                "windows-10-1607",
                Component::Other,
            ),
            (
                "Microsoft Windows XP Service Pack 3",
                "windows-xp-sp3",
                Component::Windows,
            ),
            (
                "Microsoft Windows Server 2003 x64 Edition",
                "windows-server-2003",
                Component::Windows,
            ),
        ] {
            let product = find(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((product.os, product.component), (os, component), "{name}");
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_not_guessed() {
        for name in [
            "",
            " on ",
            "Windows 10 Version 2199 for x64-based Systems",
            "Windows Server",
            "Windows Admin Center",
            "Microsoft Office 2016 (32-bit edition)",
        ] {
            assert_eq!(find(name), None, "{name}");
        }
        assert!(is_windows(
            "Windows 11 Version 27H2 for ARM64-based Systems"
        ));
        assert!(!is_windows("Microsoft Office 2016"));
    }

    #[test]
    fn every_release_of_the_table_is_one_we_service() {
        let releases = Catalogue::embedded().facts().text("windows-releases.tsv");
        for (os, _) in KNOWN.values() {
            let row = format!("\n{os}\t");
            assert!(releases.contains(&row), "{os}");
        }
    }
}
